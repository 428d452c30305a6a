//! The column type that follows from the Rust type of a field, as SeaORM's `ValueType` implementations say it.
//! Knows no attributes of the field; a written `column_type` is read in `column_type.rs`.

use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{Fields, GenericArgument, Item, ItemStruct, PathArguments, PathSegment, Type};

use super::attrs::{NewtypeAttrs, derives};
use super::known::{self, Known};
use super::names::{Meaning, Missing};
use super::problem::{Failure, Outcome, Problem};
use super::workspace::{Module, ModuleId, Workspace};
use super::{column_type, enums};
use crate::model::{ColumnType, DataType};

/// What a Rust type is stored as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stored {
    pub(super) column_type: ColumnType,
    /// The only values, for a string enum.
    pub(super) values: Option<Vec<String>>,
}

/// Follows a Rust type, written in a module, to what it is stored as.
pub(super) fn read(workspace: &Workspace, module: ModuleId, written: &Type) -> Outcome<Stored> {
    Reader { workspace }.stored(&workspace.module(module), written, 0)
}

/// The text of a type without any space, which is how SeaORM's macros look at it.
pub(super) fn text(written: &Type) -> String {
    written.to_token_stream().to_string().split_whitespace().collect()
}

/// What to do about a type nothing is known of.
pub(super) const WRITE_IT: &str = "write the column type on the field: `#[sea_orm(column_type = \"...\")]`";

/// Aliases and newtypes deeper than this are taken to go in circles.
const DEEPEST: usize = 32;

struct Reader<'a> {
    workspace: &'a Workspace,
}

/// What the path of a type leads to.
enum Target {
    Known(Known),
    Item(ModuleId, usize),
}

impl Reader<'_> {
    fn stored(&self, module: &Module, written: &Type, depth: usize) -> Outcome<Stored> {
        if depth > DEEPEST {
            return Err(problem(module, written, "this type goes in circles").into());
        }
        let path = match written {
            Type::Path(path) if path.qself.is_none() => &path.path,
            Type::Group(inner) => return self.stored(module, &inner.elem, depth + 1),
            Type::Paren(inner) => return self.stored(module, &inner.elem, depth + 1),
            _ => {
                let message = format!("`{}` is not a type SeaORM can store", text(written));
                return Err(problem(module, written, message).hint(WRITE_IT).into());
            }
        };
        let known = match self.target(module, path)? {
            Target::Item(owner, item) => return self.item(module, written, owner, item, depth),
            Target::Known(known) => known,
        };
        let argument = path.segments.last().and_then(first_type);
        match (known, argument) {
            (Known::Column(kind), None) => Ok(Stored { column_type: ColumnType::inferred(kind), values: None }),
            (Known::Option, Some(inner)) => self.stored(module, inner, depth + 1),
            (Known::Vec, Some(inner)) => self.array(module, inner, depth),
            (Known::Cow, Some(Type::Path(inner))) if inner.path.is_ident("str") => {
                Ok(Stored { column_type: ColumnType::inferred(DataType::String(None)), values: None })
            }
            (Known::Moment, Some(Type::Path(zone)))
                if matches!(self.target(module, &zone.path)?, Target::Known(Known::Zone)) =>
            {
                Ok(Stored { column_type: ColumnType::inferred(DataType::TimestampWithTimeZone), values: None })
            }
            _ => {
                let message = format!("`{}` is not a type SeaORM can store", text(written));
                Err(problem(module, written, message).hint(WRITE_IT).into())
            }
        }
    }

    /// `Vec<T>`: bytes, or an array.
    fn array(&self, module: &Module, element: &Type, depth: usize) -> Outcome<Stored> {
        if matches!(element, Type::Path(path) if path.path.is_ident("u8")) {
            return Ok(Stored { column_type: ColumnType::inferred(DataType::VarBinary(None)), values: None });
        }
        let element = self.stored(module, element, depth + 1)?;
        let kind = DataType::Array(Box::new(element.column_type.kind));
        let column_type = ColumnType { kind, ..element.column_type };
        Ok(Stored { column_type, values: element.values })
    }

    fn target(&self, module: &Module, path: &syn::Path) -> Outcome<Target> {
        let written = path_text(path);
        let problem = |message: String| Problem::new(module.file, path.span(), message).hint(WRITE_IT);
        match self.workspace.resolve(module.id, path) {
            Ok(Meaning::Item(owner, item)) => Ok(Target::Item(owner, item)),
            Ok(Meaning::Builtin(name)) => match known::builtin(&name) {
                Some(known) => Ok(Target::Known(known)),
                None => Err(problem(format!("`{written}` is not a type SeaORM can store")).into()),
            },
            Ok(Meaning::External(names)) => match known::type_named(&names) {
                Some(known) => Ok(Target::Known(known)),
                None => Err(problem(format!(
                    "the type `{}` comes from another crate and is not known here",
                    names.join("::")
                ))
                .into()),
            },
            Ok(Meaning::Module(_) | Meaning::Generated(..)) => {
                Err(problem(format!("`{written}` is not a type a column can have")).into())
            }
            Err(Missing::Unknown) => Err(problem(format!("cannot find the type `{written}`")).into()),
            Err(Missing::Broken) => Err(Failure::default()),
        }
    }

    /// A type of the project itself.
    fn item(&self, module: &Module, written: &Type, owner: ModuleId, item: usize, depth: usize) -> Outcome<Stored> {
        let owner = self.workspace.module(owner);
        match owner.items.get(item) {
            Some(Item::Type(alias)) if alias.generics.params.is_empty() => self.stored(&owner, &alias.ty, depth + 1),
            Some(Item::Enum(item)) if derives(&owner, &item.attrs, "DeriveActiveEnum") => enums::read(&owner, item),
            Some(Item::Struct(item)) if derives(&owner, &item.attrs, "DeriveValueType") => {
                self.newtype(&owner, item, depth)
            }
            Some(Item::Struct(syn::ItemStruct { attrs, .. }) | Item::Enum(syn::ItemEnum { attrs, .. })) => {
                if derives(&owner, attrs, "FromJsonQueryResult") {
                    return Ok(Stored { column_type: ColumnType::inferred(DataType::Json), values: None });
                }
                if derives(&owner, attrs, "DeriveValueType") {
                    return text_newtype(&owner, attrs);
                }
                let message = format!("`{}` does not say what it is stored as", text(written));
                let hint = format!(
                    "derive `DeriveActiveEnum`, `DeriveValueType` or `FromJsonQueryResult` on it, or {WRITE_IT}"
                );
                Err(problem(module, written, message).hint(hint).into())
            }
            _ => {
                let message = format!("`{}` is not a type a column can have", text(written));
                Err(problem(module, written, message).hint(WRITE_IT).into())
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
            return text_newtype(owner, &item.attrs);
        }
        if let Some(written) = &said.column_type {
            let said = column_type::read(owner.file, written)?;
            return Ok(Stored { column_type: ColumnType::written(said.kind), values: said.values });
        }
        match &item.fields {
            Fields::Unnamed(fields) if !fields.unnamed.is_empty() && item.generics.params.is_empty() => {
                match fields.unnamed.first() {
                    Some(field) => self.stored(owner, &field.ty, depth + 1),
                    None => Err(Failure::default()),
                }
            }
            Fields::Unnamed(_) | Fields::Named(_) | Fields::Unit => {
                let message =
                    format!("`{}` derives `DeriveValueType` but is not a struct around one value", item.ident);
                Err(Problem::new(owner.file, item.ident.span(), message)
                    .hint("add `#[sea_orm(value_type = \"String\")]` or `#[sea_orm(column_type = \"...\")]`")
                    .into())
            }
        }
    }
}

/// `#[sea_orm(value_type = "String")]`: kept as its text.
fn text_newtype(owner: &Module, attrs: &[syn::Attribute]) -> Outcome<Stored> {
    let mut problems = Vec::new();
    let said = NewtypeAttrs::read(owner.file, attrs, &mut problems);
    if !problems.is_empty() {
        return Err(Failure(problems));
    }
    let stored = match &said.column_type {
        Some(written) => {
            let said = column_type::read(owner.file, written)?;
            Stored { column_type: ColumnType::written(said.kind), values: said.values }
        }
        None => Stored { column_type: ColumnType::inferred(DataType::String(None)), values: None },
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

fn first_type(segment: &PathSegment) -> Option<&Type> {
    match &segment.arguments {
        PathArguments::AngleBracketed(arguments) => arguments.args.iter().find_map(|argument| match argument {
            GenericArgument::Type(written) => Some(written),
            _ => None,
        }),
        PathArguments::None | PathArguments::Parenthesized(_) => None,
    }
}

/// A path as it is written, without generic arguments.
pub(super) fn path_text(path: &syn::Path) -> String {
    let names: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
    names.join("::")
}
