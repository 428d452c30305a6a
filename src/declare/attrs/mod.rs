//! What `#[derive(...)]` and `#[sea_orm(...)]` say, key by key, with the same ideas of what is allowed as SeaORM's macros,
//! except that a key SeaORM would ignore without a word is a problem here: it is a typo more often than not.
//! Knows no types and no other files.

use proc_macro2::{Spacing, Span, TokenStream, TokenTree};
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned;
use syn::{Attribute, Expr, Lit, LitBool, LitStr, Meta, Path, Token, parenthesized};

use super::naming::Case;
use super::problem::Problem;
use super::workspace::{FileId, Module};

/// Whether a `#[derive(...)]` names the macro.
pub(super) fn derives(module: &Module, attrs: &[Attribute], name: &str) -> bool {
    attrs.iter().filter(|attr| attr.path().is_ident("derive")).any(|attr| {
        if let Meta::List(list) = &attr.meta
            && let Some(names) = plain_names(list.tokens.clone())
        {
            return names.iter().any(|path| module.is_macro(path, name));
        }
        let mut found = false;
        // A derive list that cannot be parsed names nothing; rustc says so.
        let _ = attr.parse_nested_meta(|meta| {
            found |= module.is_macro(&meta.path, name);
            Ok(())
        });
        found
    })
}

/// The names of a list that has nothing but single names, which takes no parser.
fn plain_names(tokens: TokenStream) -> Option<Vec<Path>> {
    let mut names = Vec::new();
    let mut tokens = tokens.into_iter();
    while let Some(token) = tokens.next() {
        let TokenTree::Ident(name) = token else { return None };
        names.push(Path::from(name));
        if tokens.next().is_some_and(|next| !is_alone(&next, ',')) {
            return None;
        }
    }
    Some(names)
}

/// One `key`, `key = value` or `key(...)`.
#[derive(Debug, Clone)]
struct Entry {
    key: String,
    span: Span,
    value: Given,
}

#[derive(Debug, Clone)]
enum Given {
    Nothing,
    Literal(Lit),
    /// Some other expression; no key of ours takes one.
    Expression,
    List(TokenStream),
}

struct Entries(Vec<Entry>);

impl Parse for Entries {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let mut entries = Vec::new();
        while !input.is_empty() {
            let path = Path::parse_mod_style(input)?;
            let names: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
            let value = if input.peek(Token![=]) {
                input.parse::<Token![=]>()?;
                value(input)?
            } else if input.peek(syn::token::Paren) {
                let content;
                parenthesized!(content in input);
                Given::List(content.parse()?)
            } else {
                Given::Nothing
            };
            entries.push(Entry { key: names.join("::"), span: path.span(), value });
            // Some of SeaORM's macros ask for the comma, others do without.
            if input.peek(Token![,]) {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(Self(entries))
    }
}

fn value(input: ParseStream) -> syn::Result<Given> {
    let ahead = input.fork();
    if ahead.parse::<Lit>().is_ok() && (ahead.is_empty() || ahead.peek(Token![,]) || ahead.peek(syn::Ident)) {
        return Ok(Given::Literal(input.parse()?));
    }
    input.parse::<Expr>()?;
    Ok(Given::Expression)
}

/// The entries of a list of nothing but keys we know and constants, which is what almost all of them are: reading these
/// one by one takes a fraction of the time of the parser, which knows all else there can be.
fn plain_entries(tokens: TokenStream) -> Option<Vec<Entry>> {
    let mut entries = Vec::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let TokenTree::Ident(name) = token else { return None };
        let (key, span) = (name.to_string(), name.span());
        if !is_known(&key) {
            return None;
        }
        let mut value = Given::Nothing;
        if tokens.next_if(|next| is_alone(next, '=')).is_some() {
            value = Given::Literal(match tokens.next()? {
                TokenTree::Literal(literal) => Lit::new(literal),
                TokenTree::Ident(word) if word == "true" => Lit::Bool(LitBool::new(true, word.span())),
                TokenTree::Ident(word) if word == "false" => Lit::Bool(LitBool::new(false, word.span())),
                _ => return None,
            });
        }
        entries.push(Entry { key, span, value });
        let is_over = |next: &TokenTree| is_alone(next, ',') || matches!(next, TokenTree::Ident(_));
        if !tokens.peek().is_none_or(is_over) {
            return None;
        }
        tokens.next_if(|next| is_alone(next, ','));
    }
    Some(entries)
}

fn is_alone(token: &TokenTree, sign: char) -> bool {
    matches!(token, TokenTree::Punct(found) if found.as_char() == sign && found.spacing() == Spacing::Alone)
}

/// Whether some attribute of ours has the key.
fn is_known(key: &str) -> bool {
    let known: [&[&str]; 4] =
        [&ColumnAttrs::KEYS, &ModelAttrs::KEYS, &RelationAttrs::VARIANT_KEYS, &RelationAttrs::FIELD_KEYS];
    known.iter().any(|keys| keys.contains(&key))
}

/// Reads attributes key by key and gathers what is wrong with them.
struct Reader<'a> {
    file: FileId,
    problems: &'a mut Vec<Problem>,
}

impl Reader<'_> {
    /// The entries of all `#[sea_orm(...)]`.
    fn all(&mut self, attrs: &[Attribute]) -> Vec<Entry> {
        let ours = attrs.iter().filter(|attr| attr.path().is_ident("sea_orm"));
        ours.flat_map(|attr| self.entries(attr)).collect()
    }

    /// The entries of the first `#[sea_orm(...)]`; of relations SeaORM reads no second one.
    fn first(&mut self, attrs: &[Attribute]) -> Option<Vec<Entry>> {
        let mut ours = attrs.iter().filter(|attr| attr.path().is_ident("sea_orm"));
        let entries = ours.next().map(|attr| self.entries(attr));
        if let Some(second) = ours.next() {
            let problem = Problem::new(self.file, second.span(), "a second `#[sea_orm(...)]` on a relation").warning();
            self.problems.push(problem.hint("put everything into the first: SeaORM reads no other"));
        }
        entries
    }

    fn entries(&mut self, attr: &Attribute) -> Vec<Entry> {
        if let Meta::List(list) = &attr.meta
            && let Some(entries) = plain_entries(list.tokens.clone())
        {
            return entries;
        }
        match attr.parse_args::<Entries>() {
            Ok(entries) => entries.0,
            Err(error) => {
                self.problems.push(Problem::syntax(self.file, &error, "this attribute cannot be read"));
                Vec::new()
            }
        }
    }

    fn problem(&mut self, span: Span, message: impl Into<String>) -> Pushed<'_> {
        self.problems.push(Problem::new(self.file, span, message));
        Pushed(self.problems)
    }

    fn flag(&mut self, entry: &Entry) -> bool {
        if !matches!(entry.value, Given::Nothing) {
            self.problem(entry.span, format!("`{}` takes no value", entry.key))
                .hint(format!("write just `{}`, or leave it out", entry.key));
        }
        true
    }

    fn text(&mut self, entry: &Entry) -> Option<LitStr> {
        match &entry.value {
            Given::Literal(Lit::Str(text)) => Some(text.clone()),
            Given::Literal(_) | Given::Expression | Given::List(_) | Given::Nothing => {
                self.problem(entry.span, format!("`{}` takes a string", entry.key))
                    .hint(format!("write `{} = \"...\"`", entry.key));
                None
            }
        }
    }

    fn boolean(&mut self, entry: &Entry) -> Option<bool> {
        match &entry.value {
            Given::Literal(Lit::Bool(value)) => Some(value.value()),
            Given::Literal(_) | Given::Expression | Given::List(_) | Given::Nothing => {
                self.problem(entry.span, format!("`{}` takes `true` or `false`", entry.key))
                    .hint(format!("write `{} = false`", entry.key));
                None
            }
        }
    }

    fn literal(&mut self, entry: &Entry) -> Option<Lit> {
        match &entry.value {
            Given::Literal(literal) => Some(literal.clone()),
            Given::Expression | Given::List(_) | Given::Nothing => {
                self.problem(entry.span, format!("`{}` takes a literal", entry.key))
                    .hint("for anything else there is `default_expr = \"...\"`");
                None
            }
        }
    }

    fn case(&mut self, entry: &Entry) -> Option<Case> {
        let text = self.text(entry)?;
        let case = Case::parse(&text.value());
        if case.is_none() {
            let problem = Problem::new(self.file, text.span(), format!("`{}` is not a case style", text.value()));
            let all = format!("the case styles are `{}`", Case::SPELLINGS.join("`, `"));
            self.problems.push(problem.did_you_mean(&text.value(), &Case::SPELLINGS, &all));
        }
        case
    }

    /// A key nobody knows.
    fn unknown(&mut self, entry: &Entry, of: &str, label: &str, known: &[&str]) {
        let problem =
            Problem::new(self.file, entry.span, format!("unknown attribute `{}` on {of}", entry.key)).label(label);
        let problem = if label == IGNORED { problem.warning() } else { problem };
        let all = format!("the attributes here are `{}`", known.join("`, `"));
        self.problems.push(problem.did_you_mean(&entry.key, known, &all));
    }
}

/// The problem just added.
struct Pushed<'a>(&'a mut Vec<Problem>);

impl Pushed<'_> {
    fn hint(self, hint: impl Into<String>) {
        if let Some(problem) = self.0.last_mut() {
            problem.hint = Some(hint.into());
        }
    }
}

const REFUSED: &str = "SeaORM does not take it";
const IGNORED: &str = "SeaORM ignores it";

/// What the attributes of a model say.
#[derive(Debug, Default)]
pub(super) struct ModelAttrs {
    pub(super) table_name: Option<LitStr>,
    pub(super) schema_name: Option<String>,
    pub(super) comment: Option<String>,
    pub(super) rename_all: Option<Case>,
}

impl ModelAttrs {
    /// The keys SeaORM knows on a model.
    const KEYS: [&str; 5] = ["table_name", "schema_name", "comment", "rename_all", "table_iden"];

    pub(super) fn read(file: FileId, attrs: &[Attribute], problems: &mut Vec<Problem>) -> Self {
        let mut reader = Reader { file, problems };
        let mut said = Self::default();
        for entry in reader.all(attrs) {
            match entry.key.as_str() {
                "table_name" => said.table_name = reader.text(&entry),
                "schema_name" => said.schema_name = reader.text(&entry).map(|text| text.value()),
                "comment" => said.comment = reader.text(&entry).map(|text| text.value()),
                "rename_all" => said.rename_all = reader.case(&entry),
                "table_iden" => drop(reader.flag(&entry)),
                "renamed_from" => reader
                    .problem(entry.span, "SeaORM knows no `renamed_from` on a model")
                    .hint("write `#[seachange(renamed_from = \"...\")]`, and derive `seachange_macros::Seachange`"),
                "model_attrs" if mentions_us(&entry.value) => reader
                    .problem(entry.span, "`model_attrs` hides `sea_orm` attributes")
                    .hint("write them as `#[sea_orm(...)]` on the struct"),
                "model_attrs" | "model_ex_attrs" | "arrow_schema" | "model_ex" | "column" | "entity" | "model"
                | "active_model" | "active_model_ex" | "primary_key" | "relation" => {}
                _ => reader.unknown(&entry, "a model", REFUSED, &Self::KEYS),
            }
        }
        said
    }
}

fn mentions_us(value: &Given) -> bool {
    let tokens = match value {
        Given::List(tokens) => tokens.to_string(),
        Given::Nothing | Given::Literal(_) | Given::Expression => return false,
    };
    tokens.contains("sea_orm") || tokens.contains("DeriveEntityModel")
}

/// What the attributes of a column say.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a key that is there or not")]
pub(super) struct ColumnAttrs {
    pub(super) column_type: Option<LitStr>,
    pub(super) auto_increment: Option<(bool, Span)>,
    pub(super) comment: Option<String>,
    pub(super) default_value: Option<Lit>,
    pub(super) default_expr: Option<LitStr>,
    /// The argument of a hand-written `.default_value(...)` or `.default(...)`.
    pub(super) default: Option<Expr>,
    pub(super) column_name: Option<String>,
    pub(super) enum_name: Option<LitStr>,
    pub(super) unique_key: Option<String>,
    pub(super) renamed_from: Option<String>,
    pub(super) extra: Option<String>,
    pub(super) ignore: bool,
    pub(super) primary_key: bool,
    pub(super) nullable: bool,
    pub(super) indexed: bool,
    pub(super) unique: bool,
    /// Where each key stands that says what the column is like.
    pub(super) places: Vec<(&'static str, Span)>,
}

impl ColumnAttrs {
    /// The keys SeaORM knows on a column.
    const KEYS: [&str; 17] = [
        "column_type",
        "column_name",
        "enum_name",
        "primary_key",
        "auto_increment",
        "nullable",
        "unique",
        "unique_key",
        "indexed",
        "default_value",
        "default_expr",
        "extra",
        "comment",
        "renamed_from",
        "ignore",
        "select_as",
        "save_as",
    ];

    pub(super) fn read(file: FileId, attrs: &[Attribute], problems: &mut Vec<Problem>) -> Self {
        let mut reader = Reader { file, problems };
        let mut said = Self::default();
        for entry in reader.all(attrs) {
            said.place(&entry.key, entry.span);
            match entry.key.as_str() {
                "column_type" => said.column_type = reader.text(&entry),
                "auto_increment" => said.auto_increment = reader.boolean(&entry).map(|value| (value, entry.span)),
                "comment" => said.comment = reader.text(&entry).map(|text| text.value()),
                "default_value" => said.default_value = reader.literal(&entry),
                "default_expr" => said.default_expr = reader.text(&entry),
                "column_name" => said.column_name = reader.text(&entry).map(|text| text.value()),
                "enum_name" => said.enum_name = reader.text(&entry),
                "unique_key" => said.unique_key = reader.text(&entry).map(|text| text.value()),
                "renamed_from" => said.renamed_from = reader.text(&entry).map(|text| text.value()),
                "extra" => said.extra = reader.text(&entry).map(|text| text.value()),
                "ignore" => said.ignore = reader.flag(&entry),
                "primary_key" => said.primary_key = reader.flag(&entry),
                "nullable" => said.nullable = reader.flag(&entry),
                "indexed" => said.indexed = reader.flag(&entry),
                "unique" => said.unique = reader.flag(&entry),
                // How values travel, not how they are stored.
                "select_as" | "save_as" => drop(reader.text(&entry)),
                key if key.starts_with("arrow_") => {}
                "not_null" => reader.problems.push(
                    Problem::new(file, entry.span, "unknown attribute `not_null` on a column")
                        .warning()
                        .label(IGNORED)
                        .hint("remove it: a column is NOT NULL unless its type is `Option<...>` or it says `nullable`"),
                ),
                _ => reader.unknown(&entry, "a column", IGNORED, &Self::KEYS),
            }
        }
        said
    }

    /// Remembers where a key stands, if it is of a kind that somebody may want to find again.
    pub(super) fn place(&mut self, key: &str, span: Span) {
        const FOUND_AGAIN: [&str; 8] =
            ["column_type", "default_value", "default_expr", "default", "comment", "indexed", "unique", "unique_key"];
        if let Some(key) = FOUND_AGAIN.into_iter().find(|known| *known == key) {
            self.places.push((key, span));
        }
    }

    /// Whether the column is left out, when that is all one wants to know.
    pub(super) fn is_ignored(file: FileId, attrs: &[Attribute]) -> bool {
        let mut unread = Vec::new();
        Self::read(file, attrs, &mut unread).ignore
    }
}

/// The keys among the attributes of a field of the expanded format that say something about its column. SeaORM hears two
/// keys there, by which it finds the variant that belongs to the field.
pub(super) fn column_keys(file: FileId, attrs: &[Attribute]) -> Vec<(String, Span)> {
    let mut unread = Vec::new();
    let entries = Reader { file, problems: &mut unread }.all(attrs);
    let is_about = |entry: &Entry| {
        ColumnAttrs::KEYS.contains(&entry.key.as_str()) && !["ignore", "enum_name"].contains(&entry.key.as_str())
    };
    entries.into_iter().filter(is_about).map(|entry| (entry.key, entry.span)).collect()
}

/// What the attributes of a relation say, on a variant of `Relation` or on a field of a dense model.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a key that is there or not")]
pub(super) struct RelationAttrs {
    /// The entity, as written: only on variants.
    pub(super) target: Option<LitStr>,
    pub(super) owner: Option<Span>,
    pub(super) self_ref: bool,
    pub(super) via: bool,
    pub(super) skip_fk: bool,
    pub(super) from: Option<LitStr>,
    pub(super) to: Option<LitStr>,
    pub(super) on_update: Option<LitStr>,
    pub(super) on_delete: Option<LitStr>,
    pub(super) fk_name: Option<String>,
    /// It says `has_one` or `has_many`.
    pub(super) inverse: bool,
}

impl RelationAttrs {
    const VARIANT_KEYS: [&str; 12] = [
        "belongs_to",
        "has_one",
        "has_many",
        "from",
        "to",
        "on_update",
        "on_delete",
        "on_condition",
        "condition_type",
        "fk_name",
        "skip_fk",
        "via_rel",
    ];

    const FIELD_KEYS: [&str; 14] = [
        "belongs_to",
        "has_one",
        "has_many",
        "self_ref",
        "skip_fk",
        "via",
        "via_rel",
        "from",
        "to",
        "relation_enum",
        "relation_reverse",
        "reverse",
        "on_update",
        "on_delete",
    ];

    /// Reads those of a variant of `Relation`.
    pub(super) fn of_variant(file: FileId, attrs: &[Attribute], problems: &mut Vec<Problem>) -> Option<Self> {
        let mut reader = Reader { file, problems };
        let mut said = Self::default();
        for entry in reader.first(attrs)? {
            match entry.key.as_str() {
                "belongs_to" => {
                    said.target = reader.text(&entry);
                    said.owner = Some(entry.span);
                }
                "has_one" | "has_many" => {
                    reader.text(&entry);
                    said.inverse = true;
                }
                "fk_name" => said.fk_name = reader.text(&entry).map(|text| text.value()),
                "on_condition" | "condition_type" | "via_rel" => drop(reader.text(&entry)),
                _ => said.take(&mut reader, &entry, "a relation", &Self::VARIANT_KEYS),
            }
        }
        Some(said)
    }

    /// Reads those of a field of a dense model.
    pub(super) fn of_field(file: FileId, attrs: &[Attribute], problems: &mut Vec<Problem>) -> Option<Self> {
        let mut reader = Reader { file, problems };
        let mut said = Self::default();
        for entry in reader.first(attrs)? {
            match entry.key.as_str() {
                "belongs_to" => {
                    reader.flag(&entry);
                    said.owner = Some(entry.span);
                }
                "has_one" | "has_many" => said.inverse = reader.flag(&entry),
                "self_ref" => said.self_ref = reader.flag(&entry),
                "reverse" => drop(reader.flag(&entry)),
                "via" => said.via = reader.text(&entry).is_some(),
                "via_rel" | "relation_enum" | "relation_reverse" => drop(reader.text(&entry)),
                _ => said.take(&mut reader, &entry, "a relation field", &Self::FIELD_KEYS),
            }
        }
        Some(said)
    }

    fn take(&mut self, reader: &mut Reader<'_>, entry: &Entry, of: &str, keys: &[&str]) {
        match entry.key.as_str() {
            "from" => self.from = reader.text(entry),
            "to" => self.to = reader.text(entry),
            "on_update" => self.on_update = reader.text(entry),
            "on_delete" => self.on_delete = reader.text(entry),
            "skip_fk" => self.skip_fk = reader.flag(entry),
            _ => reader.unknown(entry, of, REFUSED, keys),
        }
    }
}

/// What the attributes of a `DeriveActiveEnum` say.
#[derive(Debug, Default)]
pub(super) struct EnumAttrs {
    pub(super) rs_type: Option<LitStr>,
    pub(super) db_type: Option<LitStr>,
    pub(super) enum_name: Option<String>,
    pub(super) rename_all: Option<Case>,
}

impl EnumAttrs {
    pub(super) fn read(file: FileId, attrs: &[Attribute], problems: &mut Vec<Problem>) -> Self {
        let mut reader = Reader { file, problems };
        let mut said = Self::default();
        for entry in reader.all(attrs) {
            match entry.key.as_str() {
                "rs_type" => said.rs_type = reader.text(&entry),
                "db_type" => said.db_type = reader.text(&entry),
                "enum_name" => said.enum_name = reader.text(&entry).map(|text| text.value()),
                "rename_all" => said.rename_all = reader.case(&entry),
                _ => reader.unknown(&entry, "an enum", REFUSED, &["rs_type", "db_type", "enum_name", "rename_all"]),
            }
        }
        said
    }
}

/// What the attributes of a variant of a `DeriveActiveEnum` say.
#[derive(Debug, Default)]
pub(super) struct VariantAttrs {
    pub(super) string_value: Option<String>,
    pub(super) number: Option<Lit>,
    pub(super) rename: Option<Case>,
}

impl VariantAttrs {
    pub(super) fn read(file: FileId, attrs: &[Attribute], problems: &mut Vec<Problem>) -> Self {
        let mut reader = Reader { file, problems };
        let mut said = Self::default();
        for entry in reader.all(attrs) {
            match entry.key.as_str() {
                "string_value" => said.string_value = reader.text(&entry).map(|text| text.value()),
                "num_value" => said.number = reader.literal(&entry),
                "display_value" => drop(reader.text(&entry)),
                "rename" => said.rename = reader.case(&entry),
                _ => {
                    let keys = ["string_value", "num_value", "display_value", "rename"];
                    reader.unknown(&entry, "a variant", REFUSED, &keys);
                }
            }
        }
        said
    }
}

/// What the attributes of a variant of a `DeriveColumn` say.
#[derive(Debug, Default)]
pub(super) struct VariantNames {
    pub(super) column_name: Option<String>,
}

impl VariantNames {
    pub(super) fn read(file: FileId, attrs: &[Attribute], problems: &mut Vec<Problem>) -> Self {
        let mut reader = Reader { file, problems };
        let mut said = Self::default();
        for entry in reader.all(attrs) {
            match entry.key.as_str() {
                "column_name" => said.column_name = reader.text(&entry).map(|text| text.value()),
                _ => reader.unknown(&entry, "a variant of `Column`", IGNORED, &["column_name"]),
            }
        }
        said
    }
}

/// What the attributes of a `DeriveValueType` say.
#[derive(Debug, Default)]
pub(super) struct NewtypeAttrs {
    pub(super) column_type: Option<LitStr>,
    pub(super) value_type: Option<LitStr>,
}

impl NewtypeAttrs {
    pub(super) fn read(file: FileId, attrs: &[Attribute], problems: &mut Vec<Problem>) -> Self {
        let mut reader = Reader { file, problems };
        let mut said = Self::default();
        for entry in reader.all(attrs) {
            match entry.key.as_str() {
                "column_type" => said.column_type = reader.text(&entry),
                "value_type" => said.value_type = reader.text(&entry),
                "array_type" | "from_str" | "to_str" | "try_from_u64" | "try_getable_array" => {}
                _ => reader.unknown(&entry, "a newtype", REFUSED, &["column_type", "array_type", "value_type"]),
            }
        }
        said
    }
}

#[cfg(test)]
mod tests;
