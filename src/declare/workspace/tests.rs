//! Where files are looked for.

use expect_test::{Expect, expect};
use std::fs;

use crate::declare::testing::{of, outcome, write};
use crate::declare::{Features, Sources, declare};
use crate::model::{DataType, TableName};

#[expect(clippy::needless_pass_by_value, reason = "expect! makes values")]
fn check(source: &str, expected: Expect) {
    expected.assert_eq(&outcome(source));
}

#[test]
fn where_rustc_looks_for_files() {
    check(
        r#"//- Cargo.toml
[package]
name = "my-shop"
//- src/main.rs
mod entities;
mod inline { mod nested { pub mod leaf; } pub mod leaf; #[path = "odd.rs"] pub mod strange; }
#[path = "elsewhere/file.rs"]
mod moved;
//- src/entities.rs
pub mod a;
pub mod b;
use sea_orm::entity::prelude::*;
#[derive(DeriveEntityModel)]
#[sea_orm(table_name = "entities")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub a: super::inline::nested::leaf::Leaf,
    pub b: super::inline::leaf::Leaf,
    pub c: super::inline::strange::Leaf,
    pub d: crate::moved::Leaf,
    pub e: crate::moved::beside::Leaf,
}
#[derive(DeriveRelation)]
pub enum Relation {
}
//- src/inline/nested/leaf.rs
pub type Leaf = i8;
//- src/inline/leaf.rs
pub type Leaf = i16;
//- src/inline/odd.rs
pub type Leaf = i32;
//- src/elsewhere/file.rs
pub type Leaf = i64;
pub mod beside;
//- src/elsewhere/beside.rs
pub type Leaf = bool;
//- src/entities/a.rs
mod below;
use sea_orm::entity::prelude::*;
#[derive(DeriveEntityModel)]
#[sea_orm(table_name = "a")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
}
#[derive(DeriveRelation)]
pub enum Relation {
}
//- src/entities/a/below.rs
use sea_orm::entity::prelude::*;
#[derive(DeriveEntityModel)]
#[sea_orm(table_name = "below")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
}
#[derive(DeriveRelation)]
pub enum Relation {
}
//- src/entities/b/mod.rs
mod below;
use sea_orm::entity::prelude::*;
#[derive(DeriveEntityModel)]
#[sea_orm(table_name = "b")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
}
#[derive(DeriveRelation)]
pub enum Relation {
}
//- src/entities/b/below.rs
use sea_orm::entity::prelude::*;
#[derive(DeriveEntityModel)]
#[sea_orm(table_name = "b_below")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
}
#[derive(DeriveRelation)]
pub enum Relation {
}
"#,
        expect![[r#"
                table a
                  id Integer inferred auto?
                  primary key (id)
                table b
                  id Integer inferred auto?
                  primary key (id)
                table b_below
                  id Integer inferred auto?
                  primary key (id)
                table below
                  id Integer inferred auto?
                  primary key (id)
                table entities
                  id Integer inferred auto?
                  a TinyInteger inferred
                  b SmallInteger inferred
                  c Integer inferred
                  d BigInteger inferred
                  e Boolean inferred
                  primary key (id)
            "#]],
    );
}

#[test]
fn a_library_and_a_binary() {
    check(
        r#"//- Cargo.toml
[package]
name = "my-shop"
[lib]
name = "shop"
path = "src/library.rs"
//- src/library.rs
pub mod shared;
//- src/shared.rs
pub type Money = i64;
//- src/main.rs
mod entities;
//- src/entities/mod.rs
use sea_orm::entity::prelude::*;
use shop::shared::Money;
#[derive(DeriveEntityModel)]
#[sea_orm(table_name = "t")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub a: shop::shared::Money,
    pub b: Money,
}
#[derive(DeriveRelation)]
pub enum Relation {
}
"#,
        expect![[r#"
                table t
                  id Integer inferred auto?
                  a BigInteger inferred
                  b BigInteger inferred
                  primary key (id)
            "#]],
    );
}

#[test]
fn binaries_and_paths_that_lead_to_the_entities() {
    check(
        r#"//- Cargo.toml
[package]
name = "my-shop"
//- src/lib.rs
pub mod nothing;
//- src/nothing.rs
#[path = "entities/mod.rs"]
mod tables;
//- src/bin/tool.rs
fn main() {}
//- src/entities/mod.rs
pub mod a;
//- src/entities/a.rs
use sea_orm::entity::prelude::*;
#[derive(DeriveEntityModel)]
#[sea_orm(table_name = "a")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
}
#[derive(DeriveRelation)]
pub enum Relation {
}
"#,
        expect![[r#"
                table a
                  id Integer inferred auto?
                  primary key (id)
            "#]],
    );
}

#[test]
fn a_folder_without_a_crate() {
    check(
        r#"//- entities/a.rs
use sea_orm::entity::prelude::*;
#[derive(DeriveEntityModel)]
#[sea_orm(table_name = "a")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub a: super::kinds::Kind,
    pub b: crate::entities::kinds::Kind,
    pub c: crate::kinds::Kind,
    pub d: super::super::entities::deep::more::Kind,
    pub e: crate::app::entities::deep::more::Kind,
    pub f: super::dir::Kind,
}
#[derive(DeriveRelation)]
pub enum Relation {
}
//- entities/kinds.rs
use sea_orm::entity::prelude::*;
#[derive(DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "lowercase")]
pub enum Kind { One }
//- entities/deep/more.rs
pub type Kind = i64;
//- entities/dir/mod.rs
pub type Kind = i16;
use sea_orm::entity::prelude::*;
#[derive(DeriveEntityModel)]
#[sea_orm(table_name = "dir")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
}
#[derive(DeriveRelation)]
pub enum Relation {
}
//- entities/readme.md
not Rust
"#,
        expect![[r#"
            table a
              id Integer inferred auto?
              a Text values ["one"] variants One=one
              b Text values ["one"] variants One=one
              c Text values ["one"] variants One=one
              d BigInteger inferred
              e BigInteger inferred
              f SmallInteger inferred
              primary key (id)
            table dir
              id Integer inferred auto?
              primary key (id)
        "#]],
    );
}

#[test]
fn a_module_file_beside_its_folder() {
    check(
        r#"//- entities.rs
pub mod a;
mod b;
//- entities/a.rs
use sea_orm::entity::prelude::*;
use super::b;
#[derive(DeriveEntityModel)]
#[sea_orm(table_name = "a")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub a: b::B,
}
#[derive(DeriveRelation)]
pub enum Relation {
}
//- entities/b.rs
pub type B = i32;
"#,
        expect![[r#"
                table a
                  id Integer inferred auto?
                  a Integer inferred
                  primary key (id)
            "#]],
    );
}

#[test]
fn a_file_no_module_leads_to() {
    check(
        r#"//- entities/mod.rs
pub mod a;
//- entities/a.rs
use sea_orm::entity::prelude::*;
#[derive(DeriveEntityModel)]
#[sea_orm(table_name = "a")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
}
#[derive(DeriveRelation)]
pub enum Relation {
}
//- entities/forgotten.rs
use sea_orm::entity::prelude::*;
#[derive(DeriveEntityModel)]
#[sea_orm(table_name = "forgotten")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
}
#[derive(DeriveRelation)]
pub enum Relation {
}
//- entities/harmless.rs
pub struct Nothing;
"#,
        expect![[r#"
            table a
              id Integer inferred auto?
              primary key (id)
            entities/forgotten.rs:1:1: warning: no `mod forgotten;` leads to this file, so its entities are not part of the crate
              | use sea_orm::entity::prelude::*;
              | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
              hint: add `mod forgotten;` to the module above it, or remove the file from the entity folders
        "#]],
    );
}

#[test]
fn a_module_without_a_file() {
    check(
        r#"//- entities/mod.rs
pub mod gone;
#[cfg(feature = "x")]
pub mod maybe;
#[cfg(test)]
mod tests;
use sea_orm::entity::prelude::*;
#[derive(DeriveEntityModel)]
#[sea_orm(table_name = "t")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
}
#[derive(DeriveRelation)]
pub enum Relation {
}
"#,
        expect![[r#"
                entities/mod.rs:1:9: the file of the module `gone` is missing
                  | pub mod gone;
                  |         ^^^^
                  hint: create `entities/gone.rs` or `entities/gone/mod.rs`
            "#]],
    );
}

#[test]
fn a_module_that_holds_itself() {
    check(
        r#"//- entities/mod.rs
#[path = "mod.rs"]
pub mod again;
use sea_orm::entity::prelude::*;
#[derive(DeriveEntityModel)]
#[sea_orm(table_name = "t")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
}
#[derive(DeriveRelation)]
pub enum Relation {
}
"#,
        expect![[r#"
                table t
                  id Integer inferred auto?
                  primary key (id)
            "#]],
    );
}

#[test]
fn single_files_as_roots() {
    let folder = tempfile::tempdir().unwrap();
    write(
        folder.path(),
        r#"//- case/from.rs
use sea_orm::entity::prelude::*;
#[derive(DeriveEntityModel)]
#[sea_orm(table_name = "a")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub a: kinds::Kind,
    pub b: crate::kinds::Kind,
    pub c: super::to::Kind,
}
#[derive(DeriveRelation)]
pub enum Relation {
}
pub mod kinds {
    use sea_orm::entity::prelude::*;
    pub type Kind = i64;
    pub mod b {
use sea_orm::entity::prelude::*;
#[derive(DeriveEntityModel)]
#[sea_orm(table_name = "b")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub a: super::super::kinds::Kind,
}
#[derive(DeriveRelation)]
pub enum Relation {
}
    }
}
//- case/to.rs
pub type Kind = i16;
use sea_orm::entity::prelude::*;
#[derive(DeriveEntityModel)]
#[sea_orm(table_name = "to")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
}
#[derive(DeriveRelation)]
pub enum Relation {
}
"#,
    );
    expect![[r#"
            table a
              id Integer inferred auto?
              a BigInteger inferred
              b BigInteger inferred
              c SmallInteger inferred
              primary key (id)
            table b
              id Integer inferred auto?
              a BigInteger inferred
              primary key (id)
        "#]]
    .assert_eq(&of(folder.path(), &["case/from.rs"]));
    expect![[r#"
            table to
              id Integer inferred auto?
              primary key (id)
        "#]]
    .assert_eq(&of(&folder.path().join("case"), &["to.rs"]));
}

#[test]
fn roots_that_cannot_be_read() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "//- entities/mod.rs\nmod bad;\n//- entities/bad.rs\n");
    fs::File::create(folder.path().join("entities/bad.rs"))
        .and_then(|mut file| std::io::Write::write_all(&mut file, b"// \xff\xfe"))
        .unwrap();
    assert_eq!(of(folder.path(), &["entities"]), "failed to read `entities/bad.rs`\n");
    assert_eq!(of(folder.path(), &["missing"]), "failed to read `missing`, where entities should be\n");
}

#[test]
fn types_and_entities_of_other_crates_of_the_workspace() {
    let folder = tempfile::tempdir().unwrap();
    write(
        folder.path(),
        r#"//- Cargo.toml
[workspace]
members = ["crates/*"]
[workspace.dependencies]
shop-kinds = { path = "crates/kinds" }
base = { path = "crates/base", package = "shop-base" }
//- crates/kinds/Cargo.toml
[package]
name = "shop-kinds"
[lib]
name = "kinds"
//- crates/kinds/src/lib.rs
mod inner;
pub use inner::Status as State;
//- crates/kinds/src/inner.rs
use sea_orm::entity::prelude::*;
#[derive(EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "lowercase")]
pub enum Status { Open, Shut }
//- crates/base/Cargo.toml
[package]
name = "shop-base"
//- crates/base/src/lib.rs
pub mod user;
//- crates/base/src/user.rs
use sea_orm::entity::prelude::*;
#[derive(DeriveEntityModel)]
#[sea_orm(table_name = "users")]
pub struct Model {
    #[sea_orm(primary_key, column_name = "uid")]
    pub id: i32,
}
#[derive(DeriveRelation)]
pub enum Relation {}
//- crates/entity/Cargo.toml
[package]
name = "entity"
[dependencies]
base = { workspace = true }
[target.'cfg(unix)'.dependencies]
shop-kinds.workspace = true
//- crates/entity/src/lib.rs
pub mod order;
//- crates/entity/src/order.rs
use sea_orm::entity::prelude::*;
use kinds::State;
#[derive(DeriveEntityModel)]
#[sea_orm(table_name = "orders")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub state: State,
    pub user_id: i32,
}
#[derive(DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "base::user::Entity", from = "Column::UserId", to = "base::user::Column::Id")]
    User,
}
"#,
    );
    expect![[r#"
        table orders
          id Integer inferred auto?
          state Text values ["open", "shut"] variants Open=open, Shut=shut
          user_id Integer inferred
          primary key (id)
          foreign key fk-orders-user_id? (user_id) references users (uid) at user_id
    "#]]
    .assert_eq(&of(folder.path(), &["crates/entity/src"]));
}

#[test]
fn alternatives_that_only_features_tell_apart() {
    let source = r#"//- Cargo.toml
[package]
name = "shop"
//- src/lib.rs
pub mod entities;
//- src/entities/mod.rs
use sea_orm::entity::prelude::*;
#[cfg(feature = "postgres")]
type Id = i64;
#[cfg(feature = "sqlite")]
type Id = String;
#[derive(DeriveEntityModel)]
#[sea_orm(table_name = "t")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: Id,
}
#[derive(DeriveRelation)]
pub enum Relation {}
"#;
    check(
        source,
        expect![[r#"
        src/entities/mod.rs:5:6: which of several `Id` there is depends on how the crate is built
          | type Id = String;
          |      ^^
          hint: choose with `features = [...]` in `seachange.toml`, or leave one definition
    "#]],
    );
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), source);
    let sources = Sources {
        features: Features::Only(["sqlite".to_owned()].into()),
        ..Sources::new(folder.path(), ["src/entities"])
    };
    let declared = declare(&sources).unwrap();
    let table = &declared.schema.tables[&TableName::new("t")];
    assert_eq!(table.columns[0].data_type.kind, DataType::String(None));
}

#[test]
fn files_that_no_module_leads_to_stay_out_however_many_there_are() {
    let folder = tempfile::tempdir().unwrap();
    let mut source = String::from("//- Cargo.toml\n[package]\nname = \"shop\"\n//- src/lib.rs\npub mod entities;\n");
    let mut modules = String::from("//- src/entities/mod.rs\n");
    for number in 0..70 {
        let entity = |name: &str| {
            format!(
                "//- src/entities/{name}{number}.rs\nuse sea_orm::entity::prelude::*;\n#[derive(DeriveEntityModel)]\n\
                 #[sea_orm(table_name = \"{name}{number}\")]\npub struct Model {{\n    #[sea_orm(primary_key)]\n    \
                 pub id: i32,\n}}\n#[derive(DeriveRelation)]\npub enum Relation {{}}\n"
            )
        };
        modules.push_str(&format!("pub mod a{number};\n"));
        source.push_str(&(entity("a") + &entity("z")));
    }
    write(folder.path(), &(source + &modules));
    let sources = Sources::new(folder.path(), ["src/entities"]);
    for threads in 1..4 {
        let parts = crate::declare::read_in(threads, &sources, &super::entity_files(&sources).unwrap());
        let parts: Vec<_> = parts.into_iter().map(Result::unwrap).collect();
        let found: usize = parts.iter().map(|part| part.entities.len()).sum();
        let warnings: usize = parts.iter().map(|part| part.diagnostics.len()).sum();
        assert_eq!((found, warnings), (70, 70), "with {threads} threads");
    }
}

#[test]
fn features_turn_on_others() {
    let folder = tempfile::tempdir().unwrap();
    write(
        folder.path(),
        r#"//- Cargo.toml
[package]
name = "shop"
[dependencies]
kinds = { path = "kinds", features = ["text"] }
[features]
server = ["sql", "dep:kinds", "kinds/wide"]
sql = []
//- kinds/Cargo.toml
[package]
name = "kinds"
[features]
wide = ["wider"]
//- kinds/src/lib.rs
#[cfg(feature = "text")]
pub type Kind = String;
#[cfg(not(feature = "text"))]
pub type Kind = i32;
//- src/lib.rs
pub mod entities;
//- src/entities/mod.rs
use sea_orm::entity::prelude::*;
#[derive(DeriveEntityModel)]
#[sea_orm(table_name = "t")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub kind: kinds::Kind,
    #[cfg(feature = "sql")]
    pub a: i32,
    #[cfg(feature = "wider")]
    pub b: i32,
    #[cfg(feature = "other")]
    pub c: i32,
}
#[derive(DeriveRelation)]
pub enum Relation {}
"#,
    );
    let features = Features::Only(["server".to_owned()].into());
    let declared = declare(&Sources { features, ..Sources::new(folder.path(), ["src/entities"]) }).unwrap();
    let table = &declared.schema.tables[&TableName::new("t")];
    let columns: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(columns, ["id", "kind", "a", "b"]);
    assert_eq!(table.columns[1].data_type.kind, DataType::String(None));
}
