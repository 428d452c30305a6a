//! The Rust expression of a `column_type` or `db_type`, which SeaORM pastes behind `ColumnType::`.
//! Knows what SeaQuery's type offers, and nothing of the field it stands on.

use proc_macro2::Span;
use quote::ToTokens;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Expr, ExprCall, ExprStruct, Lit, LitStr, Member, Token};

use super::problem::Problem;
use super::workspace::{FileId, Module, Workspace};
use super::{constants, naming};
use crate::model::DataType;

/// What a type expression says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) kind: DataType,
    /// The values of an `Enum { … }`.
    pub(super) values: Option<Vec<String>>,
}

/// Reads the expression in a `column_type` or `db_type` that is written in a module.
pub(super) fn read(workspace: &Workspace, module: &Module, text: &LitStr) -> Result<Said, Problem> {
    let written = naming::said(text);
    if let Some(known) = workspace.column_types.borrow().get(&written) {
        return Ok(known.clone());
    }
    // A project has many columns and few types: what means the same everywhere is read once.
    if let Ok(StoredAs(said)) = StoredAs::parse(&written) {
        workspace.column_types.borrow_mut().insert(written, said.clone());
        return Ok(said);
    }
    let expression = text
        .parse::<Expr>()
        .map_err(|error| Problem::syntax(module.file, &error, "this column type cannot be read").hint(FORMS))?;
    Reader { source: Some((workspace, module)), file: module.file, whole: text.span(), text: text.value() }
        .kind(&expression)
}

/// What a type is stored as, said by the project instead of the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAs(Said);

impl StoredAs {
    /// Reads a column type as a `column_type` of an entity has it.
    ///
    /// # Errors
    ///
    /// What is wrong with it, and a hint.
    ///
    /// ```
    /// use seachange::declare::StoredAs;
    ///
    /// assert!(StoredAs::parse("Decimal(Some((19, 4)))").is_ok());
    /// let (message, hint) = StoredAs::parse("Txt").unwrap_err();
    /// assert_eq!((message.as_str(), hint.as_str()), ("`Txt` is not a column type", "did you mean `Text`?"));
    /// ```
    pub fn parse(text: &str) -> Result<Self, (String, String)> {
        let reader = Reader { source: None, file: FileId::NONE, whole: Span::call_site(), text: text.to_owned() };
        let said = match syn::parse_str::<Expr>(text) {
            Ok(expression) => reader.kind(&expression),
            // What is known of a text that does not even fall into tokens.
            Err(error) if error.to_string().contains("token stream") => {
                Err(reader.problem("this column type cannot be read: a bracket or quote is not closed").hint(FORMS))
            }
            Err(error) => Err(reader.problem(&format!("this column type cannot be read: {error}")).hint(FORMS)),
        };
        said.map(Self).map_err(|problem| (problem.message, problem.hint.unwrap_or_default()))
    }

    pub(super) fn said(&self) -> &Said {
        &self.0
    }
}

/// Reads a whole Rust expression for a column type, such as the last line of a hand-written `column_type()`.
pub(super) fn expression(workspace: &Workspace, module: &Module, written: &Expr) -> Result<Said, Problem> {
    let text = written.span().source_text().unwrap_or_else(|| written.to_token_stream().to_string());
    Reader { source: Some((workspace, module)), file: module.file, whole: written.span(), text }.element(written)
}

const FORMS: &str = "write a variant of SeaQuery's `ColumnType`, such as `String(StringLen::N(50))`, `Text`, \
                     `Decimal(Some((12, 4)))` or `custom(\"citext\")`";

const NAMES: [&str; 38] = [
    "Char",
    "String",
    "Text",
    "Blob",
    "TinyInteger",
    "SmallInteger",
    "Integer",
    "BigInteger",
    "TinyUnsigned",
    "SmallUnsigned",
    "Unsigned",
    "BigUnsigned",
    "Float",
    "Double",
    "Decimal",
    "DateTime",
    "Timestamp",
    "TimestampWithTimeZone",
    "Time",
    "Date",
    "Year",
    "Interval",
    "Binary",
    "VarBinary",
    "Bit",
    "VarBit",
    "Boolean",
    "Money",
    "Json",
    "JsonBinary",
    "Uuid",
    "Custom",
    "Enum",
    "Array",
    "Vector",
    "Cidr",
    "Inet",
    "MacAddr",
];

struct Reader<'a> {
    /// Where names are looked up.
    source: Option<(&'a Workspace, &'a Module)>,
    file: FileId,
    whole: Span,
    text: String,
}

impl Reader<'_> {
    fn kind(&self, expression: &Expr) -> Result<Said, Problem> {
        match expression {
            Expr::Path(path) => {
                Ok(plain(self.name(&path.path.segments)?.as_str()).ok_or_else(|| self.unknown(expression))?.into())
            }
            Expr::Call(call) => self.call(call),
            Expr::Struct(fields) => self.enumeration(fields),
            Expr::Paren(inner) => self.kind(&inner.expr),
            // What a macro was given as one expression.
            Expr::Group(inner) => self.kind(&inner.expr),
            _ => Err(self.unknown(expression)),
        }
    }

    /// The one name that is left of `ColumnType::Text` or `sea_orm::ColumnType::Text`; at the top level SeaORM adds that part.
    fn name(&self, segments: &Punctuated<syn::PathSegment, Token![::]>) -> Result<String, Problem> {
        match segments.last() {
            Some(last) if segments.len() == 1 => Ok(last.ident.to_string()),
            _ => Err(self.problem("SeaORM puts `ColumnType::` before this").hint("write the variant alone")),
        }
    }

    fn call(&self, call: &ExprCall) -> Result<Said, Problem> {
        let whole = Expr::Call(call.clone());
        let Expr::Path(path) = &*call.func else { return Err(self.unknown(&whole)) };
        let name = self.name(&path.path.segments)?;
        let arguments: Vec<&Expr> = call.args.iter().collect();
        let kind = match (name.as_str(), arguments.as_slice()) {
            ("Char", [length]) => DataType::Char(self.optional(length)?),
            ("String", [length]) => DataType::String(self.length(length)?),
            ("string", [length]) => DataType::String(self.optional(length)?),
            ("VarBinary", [length]) => DataType::VarBinary(self.length(length)?),
            ("var_binary", [length]) => DataType::VarBinary(Some(self.number(length)?)),
            ("Binary", [length]) => DataType::Binary(self.number(length)?),
            ("VarBit", [length]) => DataType::VarBit(self.number(length)?),
            ("Bit", [length]) => DataType::Bit(self.optional(length)?),
            ("Vector", [length]) => DataType::Vector(self.optional(length)?),
            ("Decimal", [precision]) => DataType::Decimal(self.precision(precision)?),
            ("Money", [precision]) => DataType::Money(self.precision(precision)?),
            ("Interval", [fields, precision]) => {
                let fields = match some(fields).map(last_name) {
                    None if is_none(fields) => None,
                    Some(Some(name)) => Some(name),
                    _ => return Err(self.unknown(&whole)),
                };
                interval(fields.as_deref(), self.optional(precision)?).ok_or_else(|| self.unknown(&whole))?
            }
            ("Custom" | "custom", [name]) => DataType::Custom(self.word(name)?),
            ("Array", [element]) => {
                let element = self.element(element)?;
                return Ok(Said { kind: DataType::Array(Box::new(element.kind)), values: element.values });
            }
            _ => return Err(self.unknown(&whole)),
        };
        Ok(kind.into())
    }

    /// `Enum { name: …, variants: … }`.
    fn enumeration(&self, fields: &ExprStruct) -> Result<Said, Problem> {
        if self.name(&fields.path.segments)? != "Enum" {
            return Err(self.unknown(&Expr::Struct(fields.clone())));
        }
        let get = |wanted: &str| {
            fields.fields.iter().find_map(|field| match &field.member {
                Member::Named(name) if name == wanted => Some(&field.expr),
                Member::Named(_) | Member::Unnamed(_) => None,
            })
        };
        let (Some(name), Some(variants)) = (get("name"), get("variants")) else {
            return Err(self.problem("an enum type needs `name` and `variants`"));
        };
        let variants = match variants {
            Expr::Macro(list) if list.mac.path.is_ident("vec") => list
                .mac
                .parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated)
                .map_err(|error| Problem::syntax(self.file, &error, "these variants cannot be read"))?,
            _ => {
                return Err(self
                    .problem("the variants of this enum type are not written out")
                    .hint("write `vec![\"a\".into(), \"b\".into()]`"));
            }
        };
        let values = variants.iter().map(|variant| self.word(variant)).collect::<Result<_, _>>()?;
        Ok(Said { kind: DataType::Enum(self.word(name)?), values: Some(values) })
    }

    /// The element type of an array, in its pointer.
    fn element(&self, expression: &Expr) -> Result<Said, Problem> {
        match expression {
            Expr::Call(call) => match &*call.func {
                Expr::Path(path) => {
                    let names: Vec<String> =
                        path.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
                    let names: Vec<&str> = names.iter().map(String::as_str).collect();
                    match (names.as_slice(), call.args.first()) {
                        ([.., "Arc" | "Rc" | "RcOrArc" | "SeaRc" | "Box", "new"], Some(inner)) => self.element(inner),
                        ([.., "ColumnType", variant], _) => {
                            let mut inner = call.clone();
                            *inner.func = bare(variant, path.span());
                            self.call(&inner)
                        }
                        _ => Err(self.unknown(expression)),
                    }
                }
                _ => Err(self.unknown(expression)),
            },
            Expr::MethodCall(call) if call.args.is_empty() => self.element(&call.receiver),
            Expr::Paren(inner) => self.element(&inner.expr),
            Expr::Group(inner) => self.element(&inner.expr),
            Expr::Struct(fields) => {
                let mut inner = fields.clone();
                if let Some(last) = fields.path.segments.last().filter(|_| fields.path.segments.len() > 1) {
                    inner.path = last.ident.clone().into();
                }
                self.enumeration(&inner)
            }
            Expr::Path(path) => match path.path.segments.last() {
                Some(last) if path.path.segments.len() > 1 => {
                    self.kind(&bare(&last.ident.to_string(), last.ident.span()))
                }
                _ => Err(self.unknown(expression)),
            },
            _ => Err(self.unknown(expression)),
        }
    }

    /// `StringLen::N(50)`, `StringLen::None`, or the `Some(50)` of SeaORM 1.
    fn length(&self, expression: &Expr) -> Result<Option<u32>, Problem> {
        match (last_name(expression).as_deref(), expression) {
            (Some("N" | "Some"), Expr::Call(call)) if call.args.len() == 1 => match call.args.first() {
                Some(number) => Ok(Some(self.number(number)?)),
                None => Err(self.unknown(expression)),
            },
            (Some("None" | "Max"), Expr::Path(_)) | (Some("default"), Expr::Call(_)) => Ok(None),
            _ => {
                Err(self.problem("this length is not understood").hint("write `StringLen::N(50)` or `StringLen::None`"))
            }
        }
    }

    fn optional(&self, expression: &Expr) -> Result<Option<u32>, Problem> {
        match some(expression) {
            Some(inner) => Ok(Some(self.number(inner)?)),
            None if is_none(expression) => Ok(None),
            None => Err(self.problem("this length is not understood").hint("write `Some(50)` or `None`")),
        }
    }

    fn precision(&self, expression: &Expr) -> Result<Option<(u32, u32)>, Problem> {
        match some(expression) {
            Some(Expr::Tuple(pair)) if pair.elems.len() == 2 => match (pair.elems.first(), pair.elems.last()) {
                (Some(precision), Some(scale)) => Ok(Some((self.number(precision)?, self.number(scale)?))),
                _ => Err(self.unknown(expression)),
            },
            None if is_none(expression) => Ok(None),
            _ => Err(self.problem("this precision is not understood").hint("write `Some((12, 4))` or `None`")),
        }
    }

    fn number(&self, expression: &Expr) -> Result<u32, Problem> {
        if let Some(Lit::Int(number)) = self.constant(expression)
            && let Ok(number) = number.base10_parse()
        {
            return Ok(number);
        }
        Err(self.problem("this is not a plain number").hint("write the number itself, or a constant that is one"))
    }

    /// A name in one of the many ways to make a `DynIden`: `"x"`, `"x".into()`, `Alias::new("x")`, `SeaRc::new(…)`.
    fn word(&self, expression: &Expr) -> Result<String, Problem> {
        match expression {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Str(text) => Ok(text.value()),
                _ => Err(self.no_word()),
            },
            Expr::MethodCall(call) if call.args.is_empty() => self.word(&call.receiver),
            Expr::Call(call) => match (last_name(expression).as_deref(), call.args.first()) {
                (Some("new" | "from"), Some(inner)) => self.word(inner),
                _ => Err(self.no_word()),
            },
            Expr::Reference(inner) => self.word(&inner.expr),
            Expr::Group(inner) => self.word(&inner.expr),
            Expr::Path(_) => match self.constant(expression) {
                Some(Lit::Str(text)) => Ok(text.value()),
                _ => Err(self.no_word()),
            },
            _ => Err(self.no_word()),
        }
    }

    fn constant(&self, expression: &Expr) -> Option<Lit> {
        match (self.source, expression) {
            (Some((workspace, module)), _) => constants::value(workspace, module, expression),
            (None, Expr::Lit(literal)) => Some(literal.lit.clone()),
            (None, _) => None,
        }
    }

    fn no_word(&self) -> Problem {
        self.problem("the name in this column type is not written out")
            .hint("write it as a string: `custom(\"citext\")`")
    }

    fn unknown(&self, expression: &Expr) -> Problem {
        let written = last_name(expression).unwrap_or_default();
        self.problem("").did_you_mean_type(&written)
    }

    fn problem(&self, message: &str) -> Problem {
        let message =
            if message.is_empty() { format!("`{}` is not a column type", self.text) } else { message.to_owned() };
        Problem::new(self.file, self.whole, message)
    }
}

impl Problem {
    fn did_you_mean_type(self, written: &str) -> Self {
        if NAMES.contains(&written) { self.hint(FORMS) } else { self.did_you_mean(written, &NAMES, FORMS) }
    }
}

impl From<DataType> for Said {
    fn from(kind: DataType) -> Self {
        Self { kind, values: None }
    }
}

fn plain(name: &str) -> Option<DataType> {
    Some(match name {
        "Text" => DataType::Text,
        "Blob" => DataType::Blob,
        "TinyInteger" => DataType::TinyInteger,
        "SmallInteger" => DataType::SmallInteger,
        "Integer" => DataType::Integer,
        "BigInteger" => DataType::BigInteger,
        "TinyUnsigned" => DataType::TinyUnsigned,
        "SmallUnsigned" => DataType::SmallUnsigned,
        "Unsigned" => DataType::Unsigned,
        "BigUnsigned" => DataType::BigUnsigned,
        "Float" => DataType::Float,
        "Double" => DataType::Double,
        "DateTime" => DataType::DateTime,
        "Timestamp" => DataType::Timestamp,
        "TimestampWithTimeZone" => DataType::TimestampWithTimeZone,
        "Time" => DataType::Time,
        "Date" => DataType::Date,
        "Year" => DataType::Year,
        "Boolean" => DataType::Boolean,
        "Json" => DataType::Json,
        "JsonBinary" => DataType::JsonBinary,
        "Uuid" => DataType::Uuid,
        "Cidr" => DataType::Cidr,
        "Inet" => DataType::Inet,
        "MacAddr" => DataType::MacAddr,
        "LTree" => DataType::LTree,
        _ => return None,
    })
}

/// `ColumnType::Interval(Some(PgInterval::YearToMonth), Some(6))`. Only the plain form has a meaning of its own.
fn interval(fields: Option<&str>, precision: Option<u32>) -> Option<DataType> {
    let words = match fields {
        None => "",
        Some("Year") => " YEAR",
        Some("Month") => " MONTH",
        Some("Day") => " DAY",
        Some("Hour") => " HOUR",
        Some("Minute") => " MINUTE",
        Some("Second") => " SECOND",
        Some("YearToMonth") => " YEAR TO MONTH",
        Some("DayToHour") => " DAY TO HOUR",
        Some("DayToMinute") => " DAY TO MINUTE",
        Some("DayToSecond") => " DAY TO SECOND",
        Some("HourToMinute") => " HOUR TO MINUTE",
        Some("HourToSecond") => " HOUR TO SECOND",
        Some("MinuteToSecond") => " MINUTE TO SECOND",
        Some(_) => return None,
    };
    let precision = precision.map(|precision| format!("({precision})")).unwrap_or_default();
    Some(match (words, precision.as_str()) {
        ("", "") => DataType::Interval,
        _ => DataType::Custom(format!("interval{words}{precision}")),
    })
}

fn bare(name: &str, span: Span) -> Expr {
    let ident = syn::Ident::new(name, span);
    syn::parse_quote!(#ident)
}

fn some(expression: &Expr) -> Option<&Expr> {
    match expression {
        Expr::Call(call) if last_name(expression).as_deref() == Some("Some") && call.args.len() == 1 => {
            call.args.first()
        }
        _ => None,
    }
}

fn is_none(expression: &Expr) -> bool {
    matches!(expression, Expr::Path(_)) && last_name(expression).as_deref() == Some("None")
}

/// The last name of a path, or of the path that is called.
fn last_name(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Path(path) => path.path.segments.last().map(|segment| segment.ident.to_string()),
        Expr::Call(call) => last_name(&call.func),
        Expr::Struct(fields) => fields.path.segments.last().map(|segment| segment.ident.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
