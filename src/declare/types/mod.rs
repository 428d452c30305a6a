//! The column type that follows from the Rust type of a field, as SeaORM's `ValueType` implementations say it.
//! Knows no attributes of the field; a written `column_type` is read in `column_type.rs`.

use std::collections::BTreeMap;

use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{Expr, ExprPath, Fields, GenericArgument, Item, ItemStruct, PathArguments, PathSegment, Type};

use super::attrs::{NewtypeAttrs, derives};
use super::known::{self, Known};
use super::names::{Meaning, Missing};
use super::problem::{Failure, Outcome, Problem};
use super::workspace::{Module, ModuleId, Workspace};
use super::{by_hand, column_type, enums};
use crate::model::{ColumnType, DataType, Variant};

/// What a Rust type is stored as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stored {
    pub(super) column_type: ColumnType,
    /// The only values, for a string enum.
    pub(super) values: Option<Vec<String>>,
    /// The variants, for an enum.
    pub(super) variants: Vec<Variant>,
    /// What its enum type was called before.
    pub(super) renamed_from: Option<String>,
}

impl Stored {
    /// A type with the only values that its text names, if it names any.
    pub(super) fn new(column_type: ColumnType, values: Option<Vec<String>>) -> Self {
        Self { column_type, values, variants: Vec::new(), renamed_from: None }
    }
}

/// Follows a Rust type, written in a module, to what it is stored as.
pub(super) fn read(workspace: &Workspace, module: ModuleId, written: &Type) -> Outcome<Stored> {
    Reader { workspace }.stored(&workspace.module(module), written, &Arguments::new(), 0)
}

/// The text of a type without any space, which is how SeaORM's macros look at it.
pub(super) fn text(written: &Type) -> String {
    written.to_token_stream().to_string().split_whitespace().collect()
}

/// A type as the source spells it.
fn shown(written: &Type) -> String {
    written.span().source_text().unwrap_or_else(|| text(written))
}

/// What to do about a type nothing is known of, whose path is this.
fn write_it(path: &str) -> String {
    format!(
        "write the column type on the field, `#[sea_orm(column_type = \"...\")]`, \
         or for all fields into `seachange.toml`, below `[types]`: `\"{path}\" = \"...\"`"
    )
}

/// Aliases and newtypes deeper than this are taken to go in circles.
const DEEPEST: usize = 32;

/// What the parameters of a generic alias stand for: each a type and the module it is written in.
type Arguments = BTreeMap<String, (ModuleId, Type)>;

struct Reader<'a> {
    workspace: &'a Workspace,
}

/// What the path of a type leads to.
enum Target {
    Known(Known),
    Item(ModuleId, usize),
    /// What the project says about it.
    Told(Stored),
}

impl Reader<'_> {
    fn stored(&self, module: &Module, written: &Type, arguments: &Arguments, depth: usize) -> Outcome<Stored> {
        if depth > DEEPEST {
            return Err(problem(module, written, "this type goes in circles").into());
        }
        let path = match written {
            Type::Path(path) if path.qself.is_none() => &path.path,
            Type::Group(inner) => return self.stored(module, &inner.elem, arguments, depth + 1),
            Type::Paren(inner) => return self.stored(module, &inner.elem, arguments, depth + 1),
            _ => return Err(unstorable(module, written).into()),
        };
        if let Some((home, argument)) = path.get_ident().and_then(|name| arguments.get(&name.to_string())) {
            return self.stored(&self.workspace.module(*home), argument, &Arguments::new(), depth + 1);
        }
        let known = match self.target(module, path)? {
            Target::Told(stored) => return Ok(stored),
            Target::Item(owner, item) => return self.item(module, written, owner, item, arguments, depth),
            Target::Known(known) => known,
        };
        let argument = path.segments.last().and_then(|last| types_in(last).next());
        match (known, argument) {
            (Known::Column(kind), None) => Ok(inferred(kind)),
            (Known::Option, Some(inner)) => self.stored(module, inner, arguments, depth + 1),
            (Known::Vec, Some(inner)) => self.array(module, inner, arguments, depth),
            (Known::Cow, Some(Type::Path(inner))) if inner.path.is_ident("str") => Ok(inferred(DataType::String(None))),
            (Known::Moment, Some(Type::Path(zone)))
                if matches!(self.target(module, &zone.path)?, Target::Known(Known::Zone)) =>
            {
                Ok(inferred(DataType::TimestampWithTimeZone))
            }
            _ => Err(unstorable(module, written).into()),
        }
    }

    /// `Vec<T>`: bytes, or an array.
    fn array(&self, module: &Module, element: &Type, arguments: &Arguments, depth: usize) -> Outcome<Stored> {
        if self.is_byte(module, element, arguments, depth) {
            return Ok(inferred(DataType::VarBinary(None)));
        }
        let element = self.stored(module, element, arguments, depth + 1)?;
        let kind = DataType::Array(Box::new(element.column_type.kind.clone()));
        let column_type = ColumnType { kind, ..element.column_type.clone() };
        Ok(Stored { column_type, ..element })
    }

    /// Whether a type is `u8`, under whatever name.
    fn is_byte(&self, module: &Module, written: &Type, arguments: &Arguments, depth: usize) -> bool {
        let Type::Path(path) = written else { return false };
        if depth > DEEPEST || path.qself.is_some() {
            return false;
        }
        if let Some((home, argument)) = path.path.get_ident().and_then(|name| arguments.get(&name.to_string())) {
            return self.is_byte(&self.workspace.module(*home), argument, &Arguments::new(), depth + 1);
        }
        match self.workspace.resolve(module.id, &path.path) {
            Ok(Meaning::Builtin(name)) => name == "u8",
            Ok(Meaning::Item(owner, item)) => {
                let owner = self.workspace.module(owner);
                match owner.items.get(item) {
                    Some(Item::Type(alias)) if alias.generics.params.is_empty() => {
                        self.is_byte(&owner, &alias.ty, &Arguments::new(), depth + 1)
                    }
                    _ => false,
                }
            }
            _ => false,
        }
    }

    fn target(&self, module: &Module, path: &syn::Path) -> Outcome<Target> {
        let problem =
            |message: String, known_as: &str| Problem::new(module.file, path.span(), message).hint(write_it(known_as));
        let meaning = self.workspace.resolve(module.id, path);
        if let Some(told) = self.told(path, meaning.as_ref().ok()) {
            return Ok(Target::Told(told));
        }
        let written = || path_text(path);
        match meaning {
            Ok(Meaning::Item(owner, item)) => Ok(Target::Item(owner, item)),
            Ok(Meaning::Builtin(name)) => match known::builtin(&name) {
                Some(known) => Ok(Target::Known(known)),
                None => Err(problem(format!("`{}` is not a type SeaORM can store", written()), &written()).into()),
            },
            Ok(Meaning::External(names)) => known::type_named(&names).map(Target::Known).ok_or_else(|| {
                let full = names.join("::");
                let message = format!("how the type `{full}` of another crate is stored is not known here");
                problem(message, &full).into()
            }),
            Ok(Meaning::Module(_) | Meaning::Generated(..)) => {
                Err(problem(format!("`{}` is not a type a column can have", written()), &written()).into())
            }
            Err(Missing::Unknown) => Err(problem(format!("cannot find the type `{}`", written()), &written()).into()),
            Err(Missing::Broken) => Err(Failure::default()),
        }
    }

    /// What the project says about a type, by the path in the source or by its full path, with the name of its crate
    /// or without.
    fn told(&self, written: &syn::Path, meaning: Option<&Meaning>) -> Option<Stored> {
        let types = &self.workspace.types;
        if types.is_empty() {
            return None;
        }
        let full = match meaning {
            Some(Meaning::Item(owner, item)) => {
                let full = self.workspace.full_name(*owner, *item).unwrap_or_default();
                let top = self.workspace.module(self.workspace.module(*owner).top);
                vec![full.replacen("crate", &top.name, 1), full]
            }
            Some(Meaning::External(names)) => vec![names.join("::")],
            Some(_) | None => Vec::new(),
        };
        let told = types.get(&path_text(written)).or_else(|| full.iter().find_map(|full| types.get(full)))?.said();
        Some(Stored::new(ColumnType::written(told.kind.clone()), told.values.clone()))
    }

    /// The full path of a type, with the name of its crate when that is another one.
    fn name_from(&self, module: &Module, owner: &Module, item: usize) -> String {
        let full = self.workspace.full_name(owner.id, item).unwrap_or_default();
        if owner.top == module.top {
            return full;
        }
        full.replacen("crate", &self.workspace.module(owner.top).name, 1)
    }

    /// A type of the project itself.
    fn item(
        &self,
        module: &Module,
        written: &Type,
        owner: ModuleId,
        item: usize,
        arguments: &Arguments,
        depth: usize,
    ) -> Outcome<Stored> {
        let owner = self.workspace.module(owner);
        match owner.items.get(item) {
            Some(Item::Type(alias)) => {
                let given = given(module, written, arguments);
                let parameters = alias.generics.type_params().map(|parameter| parameter.ident.to_string());
                self.stored(&owner, &alias.ty, &parameters.zip(given).collect(), depth + 1)
            }
            Some(Item::Enum(found)) if derives(&owner, &found.attrs, "DeriveActiveEnum") => {
                enums::read(self.workspace, &owner, found)
            }
            Some(Item::Struct(found)) if derives(&owner, &found.attrs, "DeriveValueType") => {
                self.newtype(&owner, found, depth)
            }
            Some(
                Item::Struct(syn::ItemStruct { ident, attrs, generics, .. })
                | Item::Enum(syn::ItemEnum { ident, attrs, generics, .. }),
            ) => {
                if derives(&owner, attrs, "FromJsonQueryResult") {
                    return Ok(inferred(DataType::Json));
                }
                if derives(&owner, attrs, "DeriveValueType") {
                    return text_newtype(self.workspace, &owner, attrs);
                }
                let given = given(module, written, arguments);
                let parameters = generics.type_params().map(|parameter| parameter.ident.to_string());
                let arguments: Arguments = parameters.zip(given).collect();
                if let Some(stored) = self.by_hand(&owner, item, &ident.to_string(), &arguments, depth) {
                    return stored;
                }
                let full = self.name_from(module, &owner, item);
                let message = format!("`{}` does not say what it is stored as", shown(written));
                let hint = format!(
                    "derive `DeriveActiveEnum`, `DeriveValueType` or `FromJsonQueryResult` on it, or {}",
                    write_it(&full)
                );
                Err(problem(module, written, message).hint(hint).into())
            }
            _ => {
                let message = format!("`{}` is not a type a column can have", shown(written));
                Err(problem(module, written, message).hint(write_it(&shown(written))).into())
            }
        }
    }

    /// `#[derive(DeriveValueType)] struct Id(i32);`
    fn newtype(&self, owner: &Module, item: &ItemStruct, depth: usize) -> Outcome<Stored> {
        let mut problems = Vec::new();
        let said = NewtypeAttrs::read(owner.file, &item.attrs, &mut problems);
        if !problems.is_empty() {
            return Err(Failure(problems));
        }
        if said.value_type.is_some() {
            return text_newtype(self.workspace, owner, &item.attrs);
        }
        if let Some(written) = &said.column_type {
            let said = column_type::read(self.workspace, owner, written)?;
            return Ok(Stored::new(ColumnType::written(said.kind), said.values));
        }
        match &item.fields {
            Fields::Unnamed(fields) if !fields.unnamed.is_empty() && item.generics.params.is_empty() => {
                match fields.unnamed.first() {
                    Some(field) => self.stored(owner, &field.ty, &Arguments::new(), depth + 1),
                    None => Err(Failure::default()),
                }
            }
            Fields::Unnamed(_) | Fields::Named(_) | Fields::Unit => {
                let message =
                    format!("`{}` derives `DeriveValueType` but is not a plain struct around one value", item.ident);
                Err(Problem::new(owner.file, item.ident.span(), message)
                    .hint("add `#[sea_orm(value_type = \"String\")]` or `#[sea_orm(column_type = \"...\")]`")
                    .into())
            }
        }
    }

    /// A type with its own `impl ValueType`, or with a hand-written `impl ActiveEnum`.
    fn by_hand(
        &self,
        owner: &Module,
        item: usize,
        name: &str,
        arguments: &Arguments,
        depth: usize,
    ) -> Option<Outcome<Stored>> {
        let (home, place) = self.workspace.implementation(&["ValueType", "ActiveEnum"], owner, item, name)?;
        let Some(Item::Impl(found)) = home.items.get(place) else { return None };
        let function = by_hand::function_in(found, &["column_type", "db_type"])?;
        let Some(result) = by_hand::result_of(&function.block) else {
            let message = format!("this `{}` of `{name}` is not a plain expression", function.sig.ident);
            let full = self.workspace.full_name(owner.id, item).unwrap_or_default();
            return Some(Err(Problem::new(home.file, function.sig.ident.span(), message).hint(write_it(&full)).into()));
        };
        Some(self.expression(&home, result, arguments, depth).map(|stored| {
            // Whoever writes this function has to name some type; it says no more than the type of a field does.
            let inferred = stored.column_type.inferred || function.sig.ident == "column_type";
            Stored { column_type: ColumnType { inferred, ..stored.column_type }, ..stored }
        }))
    }

    /// The type that a Rust expression names: one of SeaQuery's, or that of another type: `String::column_type()`.
    pub(super) fn expression(
        &self,
        module: &Module,
        written: &Expr,
        arguments: &Arguments,
        depth: usize,
    ) -> Outcome<Stored> {
        let written = by_hand::unwrapped(written);
        let asked = match written {
            Expr::Call(call) if call.args.is_empty() => match &*call.func {
                Expr::Path(path) => asked_type(path),
                _ => None,
            },
            // `.def()` and the like change nothing about the type.
            Expr::MethodCall(call)
                if ["def", "get_column_type", "clone", "to_owned"].iter().any(|name| call.method == name) =>
            {
                return self.expression(module, &call.receiver, arguments, depth);
            }
            Expr::Reference(inner) => return self.expression(module, &inner.expr, arguments, depth),
            _ => None,
        };
        if let Some(asked) = asked {
            return self.stored(module, &asked, arguments, depth + 1);
        }
        let said = column_type::expression(self.workspace, module, written)?;
        Ok(Stored::new(ColumnType::written(said.kind), said.values))
    }
}

/// The types between the angle brackets, each with the module it is to be understood in.
fn given(module: &Module, written: &Type, arguments: &Arguments) -> Vec<(ModuleId, Type)> {
    let Type::Path(path) = written else { return Vec::new() };
    let last = path.path.segments.last().into_iter();
    last.flat_map(types_in)
        .map(|argument| match argument {
            Type::Path(name) => match name.path.get_ident().and_then(|name| arguments.get(&name.to_string())) {
                Some(outer) => outer.clone(),
                None => (module.id, argument.clone()),
            },
            _ => (module.id, argument.clone()),
        })
        .collect()
}

/// Follows a Rust expression for a column type, such as `ColumnType::Text` or `Kind::db_type()`.
pub(super) fn expression(workspace: &Workspace, module: &Module, written: &Expr) -> Outcome<Stored> {
    Reader { workspace }.expression(module, written, &Arguments::new(), 0)
}

/// The type in `T::column_type()`, `<T as ValueType>::column_type()` or `T::db_type()`.
fn asked_type(function: &ExprPath) -> Option<Type> {
    let last = function.path.segments.last()?;
    if last.ident != "column_type" && last.ident != "db_type" {
        return None;
    }
    if let Some(qself) = &function.qself {
        return Some((*qself.ty).clone());
    }
    let mut path = function.path.clone();
    path.segments.pop();
    path.segments.pop_punct();
    Some(Type::Path(syn::TypePath { attrs: Vec::new(), qself: None, path }))
}

fn inferred(kind: DataType) -> Stored {
    Stored::new(ColumnType::inferred(kind), None)
}

fn unstorable(module: &Module, written: &Type) -> Problem {
    let message = format!("`{}` is not a type SeaORM can store", shown(written));
    let hint = match written {
        Type::Path(path) if path.qself.is_none() => write_it(&path_text(&path.path)),
        // It has no name to call it by.
        _ => "write the column type on the field: `#[sea_orm(column_type = \"...\")]`".to_owned(),
    };
    problem(module, written, message).hint(hint)
}

/// `#[sea_orm(value_type = "String")]`: kept as its text.
fn text_newtype(workspace: &Workspace, owner: &Module, attrs: &[syn::Attribute]) -> Outcome<Stored> {
    let mut problems = Vec::new();
    let said = NewtypeAttrs::read(owner.file, attrs, &mut problems);
    if !problems.is_empty() {
        return Err(Failure(problems));
    }
    let stored = match &said.column_type {
        Some(written) => {
            let said = column_type::read(workspace, owner, written)?;
            Stored::new(ColumnType::written(said.kind), said.values)
        }
        None => inferred(DataType::String(None)),
    };
    match &said.value_type {
        Some(value_type) if value_type.value() != "String" => {
            let message = format!("`value_type = \"{}\"` is not known", value_type.value());
            Err(Problem::new(owner.file, value_type.span(), message)
                .hint("SeaORM takes only `value_type = \"String\"`")
                .into())
        }
        _ => Ok(stored),
    }
}

fn problem(module: &Module, written: &Type, message: impl Into<String>) -> Problem {
    Problem::new(module.file, written.span(), message)
}

/// The types between the angle brackets of a name.
fn types_in(segment: &PathSegment) -> impl Iterator<Item = &Type> {
    let arguments = match &segment.arguments {
        PathArguments::AngleBracketed(arguments) => Some(&arguments.args),
        PathArguments::None | PathArguments::Parenthesized(_) => None,
    };
    arguments.into_iter().flatten().filter_map(|argument| match argument {
        GenericArgument::Type(written) => Some(written),
        _ => None,
    })
}

/// A path as it is written, without generic arguments.
pub(super) fn path_text(path: &syn::Path) -> String {
    let names: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
    names.join("::")
}

#[cfg(test)]
mod tests;
