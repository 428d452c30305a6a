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

/// A type as the source spells it.
fn shown(written: &Type) -> String {
    written.span().source_text().unwrap_or_else(|| text(written))
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
                let message = format!("`{}` is not a type SeaORM can store", shown(written));
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
                let message = format!("`{}` is not a type SeaORM can store", shown(written));
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
                    "how the type `{}` of another crate is stored is not known here",
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
                let message = format!("`{}` does not say what it is stored as", shown(written));
                let hint = format!(
                    "derive `DeriveActiveEnum`, `DeriveValueType` or `FromJsonQueryResult` on it, or {WRITE_IT}"
                );
                Err(problem(module, written, message).hint(hint).into())
            }
            _ => {
                let message = format!("`{}` is not a type a column can have", shown(written));
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

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use crate::declare::testing::outcome;

    #[expect(clippy::needless_pass_by_value, reason = "expect! makes values")]
    fn check(source: &str, expected: Expect) {
        expected.assert_eq(&outcome(source));
    }

    #[test]
    fn times_by_their_full_names() {
        check(
            r#"use sea_orm::entity::prelude::*;
use chrono::{DateTime as Moment, Local as Here};

#[derive(DeriveEntityModel)]
#[sea_orm(table_name = "t")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub a: chrono::NaiveDate,
    pub b: chrono::naive::NaiveDateTime,
    pub c: chrono::DateTime<chrono::Utc>,
    pub d: chrono::DateTime<chrono::FixedOffset>,
    pub e: Moment<Here>,
    pub f: time::Date,
    pub g: time::OffsetDateTime,
    pub h: TimeDateTime,
    pub i: TimeDateTimeWithTimeZone,
    pub j: sqlx::types::chrono::NaiveTime,
}

#[derive(DeriveRelation)]
pub enum Relation {}
"#,
            expect![[r#"
                table t
                  id Integer inferred auto?
                  a Date inferred
                  b DateTime inferred
                  c TimestampWithTimeZone inferred
                  d TimestampWithTimeZone inferred
                  e TimestampWithTimeZone inferred
                  f Date inferred
                  g TimestampWithTimeZone inferred
                  h DateTime inferred
                  i TimestampWithTimeZone inferred
                  j Time inferred
                  primary key (id)
            "#]],
        );
    }

    #[test]
    fn other_crates() {
        check(
            r#"use sea_orm::prelude::*;
use std::borrow::Cow;
use sea_orm::prelude::ChronoUnixTimestampMillis as Clock;

#[derive(DeriveEntityModel)]
#[sea_orm(table_name = "t")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub a: Uuid,
    pub b: uuid::Uuid,
    pub c: uuid::fmt::Hyphenated,
    pub d: rust_decimal::Decimal,
    pub e: BigDecimal,
    pub f: serde_json::Value,
    pub g: Json,
    pub h: IpNetwork,
    pub i: mac_address::MacAddress,
    pub j: PgVector,
    pub k: pgvector::Vector,
    pub l: TextUuid,
    pub m: TimeUnixTimestamp,
    pub n: ::std::string::String,
    pub o: Cow<'static, str>,
    pub p: Clock,
}

#[derive(DeriveRelation)]
pub enum Relation {}
"#,
            expect![[r#"
                table t
                  id Integer inferred auto?
                  a Uuid inferred
                  b Uuid inferred
                  c Uuid inferred
                  d Decimal(None) inferred
                  e Decimal(None) inferred
                  f Json inferred
                  g Json inferred
                  h Inet inferred
                  i MacAddr inferred
                  j Vector(None) inferred
                  k Vector(None) inferred
                  l String(None) inferred
                  m BigInteger inferred
                  n String(None) inferred
                  o String(None) inferred
                  p BigInteger inferred
                  primary key (id)
            "#]],
        );
    }

    #[test]
    fn arrays_and_options() {
        check(
            r#"use sea_orm::entity::prelude::*;
type Perhaps = Option<i32>;
#[derive(DeriveActiveEnum)]
#[sea_orm(db_type = "Enum", rename_all = "lowercase")]
pub enum Tea { Green, Black }

#[derive(DeriveEntityModel)]
#[sea_orm(table_name = "t")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub a: Vec<u8>,
    pub b: Option<Vec<u8>>,
    pub c: Vec<String>,
    pub d: Vec<Option<i32>>,
    pub e: Option<Vec<Vec<bool>>>,
    pub f: Option<Option<i32>>,
    pub g: std::option::Option<i32>,
    pub h: Perhaps,
    pub i: Vec<Tea>,
    #[sea_orm(nullable)]
    pub j: Perhaps,
}

#[derive(DeriveRelation)]
pub enum Relation {}
"#,
            expect![[r#"
                table t
                  id Integer inferred auto?
                  a VarBinary(None) inferred
                  b VarBinary(None) inferred null
                  c Array(String(None)) inferred
                  d Array(Integer) inferred
                  e Array(Array(Boolean)) inferred null
                  f Integer inferred null
                  g Integer inferred
                  h Integer inferred
                  i Array(Enum("Tea")) values ["green", "black"]
                  j Integer inferred null
                  primary key (id)
            "#]],
        );
    }

    #[test]
    fn newtypes() {
        check(
            r#"use sea_orm::entity::prelude::*;
#[derive(DeriveValueType)]
pub struct UserId(pub i64);
#[derive(DeriveValueType)]
pub struct Nested(pub Option<UserId>);
#[derive(DeriveValueType)]
#[sea_orm(column_type = "Char(Some(2))", array_type = "String")]
pub struct Code(String);
#[derive(DeriveValueType)]
#[sea_orm(value_type = "String")]
pub struct Point { x: i32 }
#[derive(DeriveValueType)]
#[sea_orm(value_type = "String", column_type = "Text")]
pub enum Side { Left }
#[derive(FromJsonQueryResult)]
pub struct Settings { dark: bool }
#[derive(sea_orm::FromJsonQueryResult)]
pub enum Tags { One }

#[derive(DeriveEntityModel)]
#[sea_orm(table_name = "t")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub a: UserId,
    pub b: Option<Nested>,
    pub c: Code,
    pub d: Point,
    pub e: Side,
    pub f: Settings,
    pub g: Tags,
}

#[derive(DeriveRelation)]
pub enum Relation {}
"#,
            expect![[r#"
                table t
                  id Integer inferred auto?
                  a BigInteger inferred
                  b BigInteger inferred null
                  c Char(Some(2))
                  d String(None) inferred
                  e Text
                  f Json inferred
                  g Json inferred
                  primary key (id)
            "#]],
        );
    }

    #[test]
    fn types_with_a_fault_of_their_own() {
        check(
            r#"use sea_orm::entity::prelude::*;
use std::collections::HashMap;
pub struct Plain { x: i32 }
#[derive(DeriveValueType)]
pub struct Boxed(pub Box<str>);
#[derive(DeriveValueType)]
pub struct Named { x: i32 }
#[derive(DeriveValueType)]
#[sea_orm(value_type = "i32")]
pub struct Odd { x: i32 }
type Circle = Circle2;
type Circle2 = Circle;
type Generic<T> = Option<T>;

#[derive(DeriveEntityModel)]
#[sea_orm(table_name = "t")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub a: Money,
    pub b: other_crate::Money,
    pub b2: chrono::DateTime<Plain>,
    pub b3: chrono::DateTime,
    pub b4: Boxed,
    pub b5: Named,
    pub b6: Odd,
}

#[derive(DeriveRelation)]
pub enum Relation {}
"#,
            expect![[r#"
                entities/mod.rs:5:22: `Box` is not a type SeaORM can store
                  | pub struct Boxed(pub Box<str>);
                  |                      ^^^^^^^^
                  hint: write the column type on the field: `#[sea_orm(column_type = "...")]`
                entities/mod.rs:7:12: `Named` derives `DeriveValueType` but is not a struct around one value
                  | pub struct Named { x: i32 }
                  |            ^^^^^
                  hint: add `#[sea_orm(value_type = "String")]` or `#[sea_orm(column_type = "...")]`
                entities/mod.rs:9:24: `value_type = "i32"` is not known
                  | #[sea_orm(value_type = "i32")]
                  |                        ^^^^^
                  hint: SeaORM takes only `value_type = "String"`
                entities/mod.rs:20:12: cannot find the type `Money`
                  |     pub a: Money,
                  |            ^^^^^
                  hint: write the column type on the field: `#[sea_orm(column_type = "...")]`
                entities/mod.rs:21:12: how the type `other_crate::Money` of another crate is stored is not known here
                  |     pub b: other_crate::Money,
                  |            ^^^^^^^^^^^^^^^^^^
                  hint: write the column type on the field: `#[sea_orm(column_type = "...")]`
                entities/mod.rs:22:13: `chrono::DateTime<Plain>` is not a type SeaORM can store
                  |     pub b2: chrono::DateTime<Plain>,
                  |             ^^^^^^^^^^^^^^^^^^^^^^^
                  hint: write the column type on the field: `#[sea_orm(column_type = "...")]`
                entities/mod.rs:23:13: `chrono::DateTime` is not a type SeaORM can store
                  |     pub b3: chrono::DateTime,
                  |             ^^^^^^^^^^^^^^^^
                  hint: write the column type on the field: `#[sea_orm(column_type = "...")]`
            "#]],
        );
    }

    #[test]
    fn types_nothing_is_known_of() {
        check(
            r#"use sea_orm::entity::prelude::*;
use std::collections::HashMap;
pub struct Plain { x: i32 }
#[derive(DeriveValueType)]
pub struct Boxed(pub Box<str>);
#[derive(DeriveValueType)]
pub struct Named { x: i32 }
#[derive(DeriveValueType)]
#[sea_orm(value_type = "i32")]
pub struct Odd { x: i32 }
type Circle = Circle2;
type Circle2 = Circle;
type Generic<T> = Option<T>;

#[derive(DeriveEntityModel)]
#[sea_orm(table_name = "t")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub c: Plain,
    pub d: &'static str,
    pub e: [u8; 16],
    pub f: (i32, i32),
    pub g: u128,
    pub h: Box<i32>,
    pub i: std::sync::Arc<str>,
    pub j: HashMap<String, i32>,
    pub k: Entity,
    pub l: Circle,
    pub m: Generic<i32>,
    pub n: Vec<Money>,
    pub o: <i32 as Deref>::Target,
    #[sea_orm(column_type = "Integer")]
    pub p: Money,
    #[sea_orm(ignore)]
    pub q: Money,
}

#[derive(DeriveRelation)]
pub enum Relation {}
"#,
            expect![[r#"
                entities/mod.rs:11:15: this type goes in circles
                  | type Circle = Circle2;
                  |               ^^^^^^^
                entities/mod.rs:20:12: `Plain` does not say what it is stored as
                  |     pub c: Plain,
                  |            ^^^^^
                  hint: derive `DeriveActiveEnum`, `DeriveValueType` or `FromJsonQueryResult` on it, or write the column type on the field: `#[sea_orm(column_type = "...")]`
                entities/mod.rs:21:12: `&'static str` is not a type SeaORM can store
                  |     pub d: &'static str,
                  |            ^^^^^^^^^^^^
                  hint: write the column type on the field: `#[sea_orm(column_type = "...")]`
                entities/mod.rs:22:12: `[u8; 16]` is not a type SeaORM can store
                  |     pub e: [u8; 16],
                  |            ^^^^^^^^
                  hint: write the column type on the field: `#[sea_orm(column_type = "...")]`
                entities/mod.rs:23:12: `(i32, i32)` is not a type SeaORM can store
                  |     pub f: (i32, i32),
                  |            ^^^^^^^^^^
                  hint: write the column type on the field: `#[sea_orm(column_type = "...")]`
                entities/mod.rs:24:12: `u128` is not a type SeaORM can store
                  |     pub g: u128,
                  |            ^^^^
                  hint: write the column type on the field: `#[sea_orm(column_type = "...")]`
                entities/mod.rs:25:12: `Box` is not a type SeaORM can store
                  |     pub h: Box<i32>,
                  |            ^^^^^^^^
                  hint: write the column type on the field: `#[sea_orm(column_type = "...")]`
                entities/mod.rs:26:12: how the type `std::sync::Arc` of another crate is stored is not known here
                  |     pub i: std::sync::Arc<str>,
                  |            ^^^^^^^^^^^^^^^^^^^
                  hint: write the column type on the field: `#[sea_orm(column_type = "...")]`
                entities/mod.rs:27:12: how the type `std::collections::HashMap` of another crate is stored is not known here
                  |     pub j: HashMap<String, i32>,
                  |            ^^^^^^^^^^^^^^^^^^^^
                  hint: write the column type on the field: `#[sea_orm(column_type = "...")]`
                entities/mod.rs:28:12: `Entity` is not a type a column can have
                  |     pub k: Entity,
                  |            ^^^^^^
                  hint: write the column type on the field: `#[sea_orm(column_type = "...")]`
                entities/mod.rs:30:12: `Generic<i32>` is not a type a column can have
                  |     pub m: Generic<i32>,
                  |            ^^^^^^^^^^^^
                  hint: write the column type on the field: `#[sea_orm(column_type = "...")]`
                entities/mod.rs:31:16: cannot find the type `Money`
                  |     pub n: Vec<Money>,
                  |                ^^^^^
                  hint: write the column type on the field: `#[sea_orm(column_type = "...")]`
                entities/mod.rs:32:12: `<i32 as Deref>::Target` is not a type SeaORM can store
                  |     pub o: <i32 as Deref>::Target,
                  |            ^^^^^^^^^^^^^^^^^^^^^^
                  hint: write the column type on the field: `#[sea_orm(column_type = "...")]`
            "#]],
        );
    }
}
