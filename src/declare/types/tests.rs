//! What the types of fields come to.

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
              i Array(Enum("Tea")) values ["green", "black"] variants Green=green, Black=black
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
              hint: write the column type on the field, `#[sea_orm(column_type = "...")]`, or for all fields into `seachange.toml`, below `[types]`: `"Box" = "..."`
            entities/mod.rs:7:12: `Named` derives `DeriveValueType` but is not a plain struct around one value
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
              hint: write the column type on the field, `#[sea_orm(column_type = "...")]`, or for all fields into `seachange.toml`, below `[types]`: `"Money" = "..."`
            entities/mod.rs:21:12: how the type `other_crate::Money` of another crate is stored is not known here
              |     pub b: other_crate::Money,
              |            ^^^^^^^^^^^^^^^^^^
              hint: write the column type on the field, `#[sea_orm(column_type = "...")]`, or for all fields into `seachange.toml`, below `[types]`: `"other_crate::Money" = "..."`
            entities/mod.rs:22:13: `chrono::DateTime<Plain>` is not a type SeaORM can store
              |     pub b2: chrono::DateTime<Plain>,
              |             ^^^^^^^^^^^^^^^^^^^^^^^
              hint: write the column type on the field, `#[sea_orm(column_type = "...")]`, or for all fields into `seachange.toml`, below `[types]`: `"chrono::DateTime" = "..."`
            entities/mod.rs:23:13: `chrono::DateTime` is not a type SeaORM can store
              |     pub b3: chrono::DateTime,
              |             ^^^^^^^^^^^^^^^^
              hint: write the column type on the field, `#[sea_orm(column_type = "...")]`, or for all fields into `seachange.toml`, below `[types]`: `"chrono::DateTime" = "..."`
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
              hint: derive `DeriveActiveEnum`, `DeriveValueType` or `FromJsonQueryResult` on it, or write the column type on the field, `#[sea_orm(column_type = "...")]`, or for all fields into `seachange.toml`, below `[types]`: `"crate::Plain" = "..."`
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
              hint: write the column type on the field, `#[sea_orm(column_type = "...")]`, or for all fields into `seachange.toml`, below `[types]`: `"u128" = "..."`
            entities/mod.rs:25:12: `Box` is not a type SeaORM can store
              |     pub h: Box<i32>,
              |            ^^^^^^^^
              hint: write the column type on the field, `#[sea_orm(column_type = "...")]`, or for all fields into `seachange.toml`, below `[types]`: `"Box" = "..."`
            entities/mod.rs:26:12: how the type `std::sync::Arc` of another crate is stored is not known here
              |     pub i: std::sync::Arc<str>,
              |            ^^^^^^^^^^^^^^^^^^^
              hint: write the column type on the field, `#[sea_orm(column_type = "...")]`, or for all fields into `seachange.toml`, below `[types]`: `"std::sync::Arc" = "..."`
            entities/mod.rs:27:12: how the type `std::collections::HashMap` of another crate is stored is not known here
              |     pub j: HashMap<String, i32>,
              |            ^^^^^^^^^^^^^^^^^^^^
              hint: write the column type on the field, `#[sea_orm(column_type = "...")]`, or for all fields into `seachange.toml`, below `[types]`: `"std::collections::HashMap" = "..."`
            entities/mod.rs:28:12: `Entity` is not a type a column can have
              |     pub k: Entity,
              |            ^^^^^^
              hint: write the column type on the field, `#[sea_orm(column_type = "...")]`, or for all fields into `seachange.toml`, below `[types]`: `"Entity" = "..."`
            entities/mod.rs:31:16: cannot find the type `Money`
              |     pub n: Vec<Money>,
              |                ^^^^^
              hint: write the column type on the field, `#[sea_orm(column_type = "...")]`, or for all fields into `seachange.toml`, below `[types]`: `"Money" = "..."`
            entities/mod.rs:32:12: `<i32 as Deref>::Target` is not a type SeaORM can store
              |     pub o: <i32 as Deref>::Target,
              |            ^^^^^^^^^^^^^^^^^^^^^^
              hint: write the column type on the field: `#[sea_orm(column_type = "...")]`
        "#]],
    );
}

#[test]
fn implementations_written_by_hand() {
    check(
        r##"//- Cargo.toml
[package]
name = "shop"
//- src/lib.rs
pub mod entities;
pub mod kinds;
pub mod stored;
//- src/stored.rs
use crate::kinds::Far;
impl sea_orm::sea_query::ValueType for Far {
    fn type_name() -> String { "Far".to_owned() }
    fn array_type() -> ArrayType { ArrayType::String }
    fn column_type() -> sea_orm::ColumnType { sea_orm::ColumnType::String(StringLen::N(crate::kinds::LENGTH * 2)) }
}
//- src/kinds.rs
use sea_orm::sea_query::{ColumnType, ValueType};
pub const LENGTH: u32 = super::kinds::HALF + 4;
const HALF: u32 = 8;
pub struct Money(i64);
impl ValueType for Money {
    fn column_type() -> ColumnType { ColumnType::Decimal(Some((19, 4))) }
}
pub struct Far;
pub struct Wrapped<T>(T);
impl<T: ValueType> ValueType for Wrapped<T> {
    fn column_type() -> ColumnType { T::column_type() }
}
pub struct Name(String);
impl ValueType for Name {
    fn column_type() -> ColumnType {
        use sea_orm::sea_query::StringLen;
        return <String as ValueType>::column_type();
    }
}
pub struct Citext(String);
impl ValueType for Citext {
    fn column_type() -> ColumnType { ColumnType::custom("citext") }
}
pub struct Many(Vec<Money>);
impl ValueType for Many {
    fn column_type() -> ColumnType { ColumnType::Array(RcOrArc::new(Money::column_type())) }
}
pub enum Level { Low, High }
impl ActiveEnum for Level {
    type Value = i16;
    fn name() -> DynIden { Alias::new("level").into_iden() }
    fn db_type() -> ColumnDef { ColumnType::SmallInteger.def() }
}
pub struct Hard;
impl ValueType for Hard {
    fn column_type() -> ColumnType { if cfg!(unix) { ColumnType::Text } else { ColumnType::Blob } }
}
//- src/entities/mod.rs
use sea_orm::entity::prelude::*;
use crate::kinds::*;
type Page<T> = Option<T>;
type Both<A, B> = Page<B>;
#[derive(DeriveEntityModel)]
#[sea_orm(table_name = "t")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub a: Money,
    pub b: Far,
    pub c: Option<Wrapped<Wrapped<i64>>>,
    pub d: Name,
    pub e: Citext,
    pub f: Page<Uuid>,
    pub g: Both<i32, Page<bool>>,
    pub h: Level,
    #[sea_orm(column_type = "String(StringLen::N(crate::kinds::LENGTH))")]
    pub i: String,
    #[sea_orm(column_type = "custom(NAME)")]
    pub j: String,
}
const NAME: &str = "hstore";
#[derive(DeriveRelation)]
pub enum Relation {}
"##,
        expect![[r#"
            table t
              id Integer inferred auto?
              a Decimal(Some((19, 4))) inferred
              b String(Some(24)) inferred
              c BigInteger inferred null
              d String(None) inferred
              e Custom("citext") inferred
              f Uuid inferred
              g Boolean inferred
              h SmallInteger
              i String(Some(12))
              j Custom("hstore")
              primary key (id)
        "#]],
    );
}

#[test]
fn newtypes_made_by_macros() {
    check(
        r##"//- Cargo.toml
[package]
name = "shop"
//- src/lib.rs
#[macro_use]
mod macros;
pub mod entities;
pub mod other { use crate::text; text!(Title, 40); }
//- src/macros.rs
#[macro_export]
macro_rules! id {
    ($($(#[$meta:meta])* $name:ident),+ $(,)?) => {
        $(
            $(#[$meta])*
            #[derive(Clone, Debug, PartialEq, DeriveValueType)]
            pub struct $name(pub uuid::Uuid);
        )+
    };
}
macro_rules! text {
    ($name:ident, $length:literal) => {
        pub struct $name(String);
        impl sea_orm::sea_query::ValueType for $name {
            fn column_type() -> ColumnType { ColumnType::String(StringLen::N($length)) }
        }
    };
}
pub(crate) use text;
//- src/entities/mod.rs
use sea_orm::entity::prelude::*;
use crate::other::Title;
id!(UserId, /** Of the team. */ #[doc(hidden)] TeamId,);
text!(Short, 12);
macro_rules! entity {
    ($module:ident, $table:literal { $($field:ident: $kind:ty),* $(,)? }) => {
        pub mod $module {
            use super::*;
            #[derive(DeriveEntityModel)]
            #[sea_orm(table_name = $table)]
            pub struct Model {
                #[sea_orm(primary_key)]
                pub id: i64,
                $(pub $field: $kind,)*
            }
            #[derive(DeriveRelation)]
            pub enum Relation {}
        }
    };
}
entity!(users, "users" { key: UserId, team: Option<TeamId>, short: Short, title: Title });
entity!(teams, "teams" { key: TeamId });
"##,
        expect![[r#"
            table teams
              id BigInteger inferred auto?
              key Uuid inferred
              primary key (id)
            table users
              id BigInteger inferred auto?
              key Uuid inferred
              team Uuid inferred null
              short String(Some(12)) inferred
              title String(Some(40)) inferred
              primary key (id)
        "#]],
    );
}

#[test]
fn macros_from_wherever_rustc_finds_them() {
    let newtype = |name: &str, inner: &str| {
        format!(
            "macro_rules! {name} {{ ($n:ident) => {{ #[derive(DeriveValueType)] pub struct $n(pub {inner}); }} }}\n"
        )
    };
    let source = [
        "//- Cargo.toml\n[package]\nname = \"shop\"\n[dependencies]\ncommon = { path = \"common\" }\n",
        "//- common/Cargo.toml\n[package]\nname = \"common\"\n",
        "//- common/src/lib.rs\npub type Inner = String;\n#[macro_export]\nmacro_rules! common { ($n:ident) => { \
         #[derive(DeriveValueType)] pub struct $n(pub $crate::Inner); } }\n",
        "//- src/lib.rs\npub type Inner = i32;\n",
        &newtype("before", "String"),
        "pub mod entities;\n",
        &newtype("before", "i32"),
        "pub mod aaa;\npub mod bbb;\npub mod zzz;\n",
        "//- src/aaa.rs\n",
        &newtype("same", "i32"),
        "//- src/bbb.rs\n",
        &newtype("same", "String"),
        "pub(crate) use same;\n",
        "//- src/zzz.rs\npub mod deep { #[macro_export]\n",
        &newtype("exported", "bool"),
        "}\n",
        "//- src/entities/below.rs\n",
        &newtype("below", "f64"),
        "//- src/entities/aside.rs\n",
        &newtype("aside", "i16"),
        "pub(crate) use aside;\n",
        "//- src/entities/mod.rs\nuse sea_orm::entity::prelude::*;\nuse crate::bbb::same;\nuse crate::bbb::same as renamed;\n\
         use common::common;\n#[macro_use]\nmod below;\nmod aside;\n\
         before!(Before);\nsame!(Same);\nrenamed!(Renamed);\ncommon!(Common);\nbelow!(Below);\naside::aside!(Aside);\n\
         crate::exported!(Exported);\ncommon::common!(Pathed);\n\
         macro_rules! all { ($first:ident $($rest:tt)*) => { below!($first); all! { $($rest)* } }; () => {} }\n",
        &format!("all! {{ {} }}\n", (0..60).map(|number| format!("N{number}")).collect::<Vec<_>>().join(" ")),
        "#[derive(DeriveEntityModel)]\n#[sea_orm(table_name = \"t\")]\npub struct Model {\n    #[sea_orm(primary_key)]\n    \
         pub id: i32,\n    pub before: Before,\n    pub same: Same,\n    pub renamed: Renamed,\n    pub common: Common,\n    \
         pub below: Below,\n    pub aside: Aside,\n    pub exported: Exported,\n    pub pathed: Pathed,\n    pub last: N59,\n}\n\
         #[derive(DeriveRelation)]\npub enum Relation {}\n",
    ];
    check(
        &source.concat(),
        expect![[r#"
            table t
              id Integer inferred auto?
              before String(None) inferred
              same String(None) inferred
              renamed String(None) inferred
              common String(None) inferred
              below Double inferred
              aside SmallInteger inferred
              exported Boolean inferred
              pathed String(None) inferred
              last Double inferred
              primary key (id)
        "#]],
    );
}

#[test]
fn a_name_that_is_found_by_way_of_its_own_module() {
    check(
        r##"//- Cargo.toml
[package]
name = "shop"
//- src/lib.rs
pub mod entities;
//- src/entities/mod.rs
pub mod prelude;
pub mod money;
pub mod a;
pub use a::*;
pub use money::*;
//- src/entities/prelude.rs
pub use crate::entities::money::Money;
pub use crate::entities::a::Entity as A;
//- src/entities/money.rs
use sea_orm::entity::prelude::*;
use super::*;
#[derive(DeriveValueType)]
pub struct Money(pub i64);
pub type String = Money;
//- src/entities/a.rs
use crate::entities::prelude::Money;
use sea_orm::entity::prelude::*;
use self::super::money as cash;
#[derive(DeriveEntityModel)]
#[sea_orm(table_name = "a")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub money: Money,
    pub own_string: cash::String,
    pub parent_id: i32,
}
#[derive(DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "crate::entities::prelude::A", from = "Column::ParentId", to = "Column::Id")]
    Parent,
}
"##,
        expect![[r#"
            table a
              id Integer inferred auto?
              money BigInteger inferred
              own_string BigInteger inferred
              parent_id Integer inferred
              primary key (id)
              foreign key fk-a-parent_id? (parent_id) references a (id) at parent_id
        "#]],
    );
}
