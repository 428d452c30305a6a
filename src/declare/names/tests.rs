//! Where paths lead.

use expect_test::{Expect, expect};

use crate::declare::testing::outcome;

#[expect(clippy::needless_pass_by_value, reason = "expect! makes values")]
fn check(source: &str, expected: Expect) {
    expected.assert_eq(&outcome(source));
}

#[test]
fn every_kind_of_use() {
    check(
        r#"//- Cargo.toml
[package]
name = "my-shop"
//- src/lib.rs
pub mod entities;
pub mod kinds;
mod hidden { pub use crate::kinds::deep::*; pub use super::kinds as all; }
//- src/kinds.rs
pub mod deep;
pub use deep::Kind as Reexported;
pub use self::deep::{self as below, Kind as InGroup, Other as _};
pub type Alias = deep::Kind;
//- src/kinds/deep.rs
use sea_orm::entity::prelude::*;
#[derive(DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "lowercase")]
pub enum Kind { One }
//- src/entities/mod.rs
use sea_orm::entity::prelude::*;
use crate::kinds::{below, deep::Kind as Renamed, *};
use super::kinds::deep::Kind as Local;
use sea_orm::prelude as orm;
use Renamed as Again;
use chrono::{self, Utc as Here};
use uuid as ids;
use std::{string::{String as Text}};
mod inner { pub(super) use super::super::kinds::deep::*; }
#[derive(DeriveEntityModel)]
#[sea_orm(table_name = "t")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub a: Reexported,
    pub b: below::Kind,
    pub c: Renamed,
    pub d: crate::kinds::Alias,
    pub e: crate::hidden::Kind,
    pub f: crate::hidden::all::deep::Kind,
    pub g: self::Local,
    pub h: super::kinds::InGroup,
    pub i: my_shop::kinds::deep::Kind,
    pub j: ::my_shop::kinds::Alias,
    pub k: inner::Kind,
    pub l: Again,
    pub m: orm::DateTimeUtc,
    pub n: Text,
    pub o: chrono::DateTime<Here>,
    pub p: ids::Uuid,
}
#[derive(DeriveRelation)]
pub enum Relation {
}
"#,
        expect![[r#"
            table t
              id Integer inferred auto?
              a Text values ["one"] variants One=one
              b Text values ["one"] variants One=one
              c Text values ["one"] variants One=one
              d Text values ["one"] variants One=one
              e Text values ["one"] variants One=one
              f Text values ["one"] variants One=one
              g Text values ["one"] variants One=one
              h Text values ["one"] variants One=one
              i Text values ["one"] variants One=one
              j Text values ["one"] variants One=one
              k Text values ["one"] variants One=one
              l Text values ["one"] variants One=one
              m TimestampWithTimeZone inferred
              n String(None) inferred
              o TimestampWithTimeZone inferred
              p Uuid inferred
              primary key (id)
        "#]],
    );
}

#[test]
fn own_names_win_over_globs() {
    check(
        r#"//- entities/mod.rs
mod kinds;
use sea_orm::entity::prelude::*;
use kinds::*;
type Kind = i64;
type Uuid = i16;
type String = i8;
#[derive(DeriveEntityModel)]
#[sea_orm(table_name = "t")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub a: Kind,
    pub b: Uuid,
    pub c: Date,
    pub d: String,
}
#[derive(DeriveRelation)]
pub enum Relation {
}
//- entities/kinds.rs
use sea_orm::entity::prelude::*;
pub type Date = u8;
#[derive(DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "lowercase")]
pub enum Kind { One }
"#,
        expect![[r#"
                table t
                  id Integer inferred auto?
                  a BigInteger inferred
                  b SmallInteger inferred
                  c Date inferred
                  d TinyInteger inferred
                  primary key (id)
            "#]],
    );
}

#[test]
fn names_that_lead_nowhere() {
    check(
        r#"//- entities/mod.rs
mod kinds;
use sea_orm::entity::prelude::*;
use self::Circle as Round;
use self::Round as Circle;
use self::gone::Lost;
#[derive(DeriveEntityModel)]
#[sea_orm(table_name = "t")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub a: kinds::Missing,
    pub b: self::Missing,
    pub c: super::Missing,
    pub d: crate::kinds::Missing,
    pub e: Circle,
    pub f: kinds,
    pub g: kinds::Kind::One,
    pub h: Lost,
}
#[derive(DeriveRelation)]
pub enum Relation {
}
//- entities/kinds.rs
use sea_orm::entity::prelude::*;
use super::*;
#[derive(DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "lowercase")]
pub enum Kind { One }
"#,
        expect![[r#"
                entities/mod.rs:11:12: cannot find the type `kinds::Missing`
                  |     pub a: kinds::Missing,
                  |            ^^^^^^^^^^^^^^
                  hint: write the column type on the field, `#[sea_orm(column_type = "...")]`, or for all fields into `seachange.toml`, below `[types]`: `"kinds::Missing" = "..."`
                entities/mod.rs:12:12: cannot find the type `self::Missing`
                  |     pub b: self::Missing,
                  |            ^^^^^^^^^^^^^
                  hint: write the column type on the field, `#[sea_orm(column_type = "...")]`, or for all fields into `seachange.toml`, below `[types]`: `"self::Missing" = "..."`
                entities/mod.rs:13:12: cannot find the type `super::Missing`
                  |     pub c: super::Missing,
                  |            ^^^^^^^^^^^^^^
                  hint: write the column type on the field, `#[sea_orm(column_type = "...")]`, or for all fields into `seachange.toml`, below `[types]`: `"super::Missing" = "..."`
                entities/mod.rs:14:12: cannot find the type `crate::kinds::Missing`
                  |     pub d: crate::kinds::Missing,
                  |            ^^^^^^^^^^^^^^^^^^^^^
                  hint: write the column type on the field, `#[sea_orm(column_type = "...")]`, or for all fields into `seachange.toml`, below `[types]`: `"crate::kinds::Missing" = "..."`
                entities/mod.rs:15:12: cannot find the type `Circle`
                  |     pub e: Circle,
                  |            ^^^^^^
                  hint: write the column type on the field, `#[sea_orm(column_type = "...")]`, or for all fields into `seachange.toml`, below `[types]`: `"Circle" = "..."`
                entities/mod.rs:16:12: `kinds` is not a type a column can have
                  |     pub f: kinds,
                  |            ^^^^^
                  hint: write the column type on the field, `#[sea_orm(column_type = "...")]`, or for all fields into `seachange.toml`, below `[types]`: `"kinds" = "..."`
                entities/mod.rs:17:12: cannot find the type `kinds::Kind::One`
                  |     pub g: kinds::Kind::One,
                  |            ^^^^^^^^^^^^^^^^
                  hint: write the column type on the field, `#[sea_orm(column_type = "...")]`, or for all fields into `seachange.toml`, below `[types]`: `"kinds::Kind::One" = "..."`
                entities/mod.rs:18:12: cannot find the type `Lost`
                  |     pub h: Lost,
                  |            ^^^^
                  hint: write the column type on the field, `#[sea_orm(column_type = "...")]`, or for all fields into `seachange.toml`, below `[types]`: `"Lost" = "..."`
            "#]],
    );
}

#[test]
fn renamed_macros() {
    check(
        r#"//- entities/mod.rs
use sea_orm::entity::prelude::*;
use sea_orm::{DeriveEntityModel as Table, model as dense};
pub mod other;
#[dense]
#[derive(Clone, Table)]
#[sea_orm(table_name = "t")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub other_id: i32,
    #[sea_orm(belongs_to, from = "other_id", to = "id")]
    pub other: BelongsTo<other::Entity>,
}
//- entities/other.rs
#[sea_orm::model]
#[derive(Clone, sea_orm::DeriveEntityModel)]
#[sea_orm(table_name = "other")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
}
"#,
        expect![[r#"
                table other
                  id Integer inferred auto?
                  primary key (id)
                table t
                  id Integer inferred auto?
                  other_id Integer inferred
                  primary key (id)
                  foreign key fk-t-other_id? (other_id) references other (id) at other_id
            "#]],
    );
}

#[test]
fn a_broken_file_is_blamed_once() {
    check(
        r#"//- entities/mod.rs
mod kinds;
mod other;
use sea_orm::entity::prelude::*;
use kinds::Kind;
#[derive(DeriveEntityModel)]
#[sea_orm(table_name = "t")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub a: kinds::Kind,
    pub b: Kind,
    pub c: Money,
}
#[derive(DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "other::Entity", from = "Column::A", to = "other::Column::Id")]
    Other,
}
//- entities/kinds.rs
pub enum Kind { One
//- entities/other.rs
pub struct Model { pub id i32 }
"#,
        expect![[r#"
                entities/kinds.rs:1:15: this is not Rust: a bracket, quote or comment is not closed
                  | pub enum Kind { One
                  |               ^
                entities/mod.rs:12:12: cannot find the type `Money`
                  |     pub c: Money,
                  |            ^^^^^
                  hint: write the column type on the field, `#[sea_orm(column_type = "...")]`, or for all fields into `seachange.toml`, below `[types]`: `"Money" = "..."`
                entities/other.rs:1:27: this is not Rust: expected `:`
                  | pub struct Model { pub id i32 }
                  |                           ^^^
            "#]],
    );
}
