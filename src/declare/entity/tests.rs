//! What a model says, and what is wrong with it.

use expect_test::{Expect, expect};

use crate::declare::testing::outcome;

#[expect(clippy::needless_pass_by_value, reason = "expect! makes values")]
fn check(source: &str, expected: Expect) {
    expected.assert_eq(&outcome(source));
}

#[test]
fn all_that_a_model_says() {
    check(
        r#"use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "my table", schema_name = "app", comment = "it's", rename_all = "camelCase")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub the_id: i64,
    #[sea_orm(unique, indexed)]
    pub an_email: String,
    #[sea_orm(indexed)]
    pub a_name: Option<String>,
    #[sea_orm(unique_key = "b")]
    pub in_b: i32,
    #[sea_orm(unique_key = "a", renamed_from = "old")]
    pub in_a: i32,
    #[sea_orm(unique_key = "b")]
    pub also_in_b: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
"#,
        expect![[r#"
                table app.my table comment "it's"
                  theId BigInteger inferred
                  anEmail String(None) inferred
                  aName String(None) inferred null
                  inB Integer inferred
                  inA Integer inferred
                  alsoInB Integer inferred
                  primary key (theId)
                  unique (anEmail) at anEmail
                  index idx-my table-aName? (aName)
                  unique index idx-my table-a? (inA)
                  unique index idx-my table-b? (inB, alsoInB)
                rename app.my table.old to inA
            "#]],
    );
}

#[test]
fn keys_that_count_up_and_keys_that_do_not() {
    let models = [
        ("inferred", "#[sea_orm(primary_key)] pub id: i32,"),
        ("written", "#[sea_orm(primary_key, auto_increment = true)] pub id: i32,"),
        ("not", "#[sea_orm(primary_key, auto_increment = false)] pub id: i32,"),
        ("text", "#[sea_orm(primary_key)] pub id: String,"),
        ("uuid", "#[sea_orm(primary_key)] pub id: uuid::Uuid,"),
        ("text_but_written", "#[sea_orm(primary_key, auto_increment = true)] pub id: String,"),
        ("date", "#[sea_orm(primary_key)] pub id: Date,"),
        ("elsewhere", "#[sea_orm(primary_key)] pub id: i32, #[sea_orm(auto_increment = false)] pub other: i32,"),
        ("composite", "#[sea_orm(primary_key)] pub a: i32, #[sea_orm(primary_key)] pub b: i32,"),
        (
            "first_of_two",
            "#[sea_orm(primary_key, auto_increment = true)] pub a: i32, #[sea_orm(primary_key)] pub b: i32,",
        ),
    ];
    let sources = models.map(|(name, fields)| {
        format!(
            "mod {name} {{\nuse sea_orm::entity::prelude::*;\n#[derive(DeriveEntityModel)]\n\
             #[sea_orm(table_name = \"{name}\")]\npub struct Model {{ {fields} }}\n\
             #[derive(DeriveRelation)]\npub enum Relation {{}}\n}}\n"
        )
    });
    check(
        &sources.concat(),
        expect![[r#"
            table composite
              a Integer inferred
              b Integer inferred
              primary key pk-composite? (a, b)
            table date
              id Date inferred auto?
              primary key (id)
            table elsewhere
              id Integer inferred
              other Integer inferred
              primary key (id)
            table first_of_two
              a Integer inferred
              b Integer inferred
              primary key pk-first_of_two? (a, b)
            table inferred
              id Integer inferred auto?
              primary key (id)
            table not
              id Integer inferred
              primary key (id)
            table text
              id String(None) inferred
              primary key (id)
            table text_but_written
              id String(None) inferred auto
              primary key (id)
            table uuid
              id Uuid inferred
              primary key (id)
            table written
              id Integer inferred auto
              primary key (id)
        "#]],
    );
}

#[test]
fn keys_that_cannot_count_up() {
    check(
        r#"use sea_orm::entity::prelude::*;
#[derive(DeriveEntityModel)]
#[sea_orm(table_name = "t")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub a: i32,
    #[sea_orm(primary_key, auto_increment = true)]
    pub b: i32,
    #[sea_orm(auto_increment = true)]
    pub c: i32,
}
#[derive(DeriveRelation)]
pub enum Relation {}
"#,
        expect![[r#"
                entities/mod.rs:7:28: `b` cannot count up
                  |     #[sea_orm(primary_key, auto_increment = true)]
                  |                            ^^^^^^^^^^^^^^ SeaORM does not take it
                  hint: only a primary key of one column can have `auto_increment`
                entities/mod.rs:9:15: `c` cannot count up
                  |     #[sea_orm(auto_increment = true)]
                  |               ^^^^^^^^^^^^^^ SeaORM does not take it
                  hint: only a primary key of one column can have `auto_increment`
            "#]],
    );
}

#[test]
fn a_model_without_anything() {
    check(
        r#"use sea_orm::entity::prelude::*;
#[derive(DeriveEntityModel)]
pub struct Model {
    pub a: i32,
}
"#,
        expect![[r#"
                entities/mod.rs:3:12: the entity has no `Relation` enum beside it
                  | pub struct Model {
                  |            ^^^^^
                  hint: add `#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)] pub enum Relation {}`, or put `#[sea_orm::model]` on the model
                entities/mod.rs:3:12: the entity has no `table_name`
                  | pub struct Model {
                  |            ^^^^^
                  hint: add `#[sea_orm(table_name = "...")]` to the struct
                entities/mod.rs:3:12: the entity has no primary key
                  | pub struct Model {
                  |            ^^^^^
                  hint: put `#[sea_orm(primary_key)]` on a field: SeaORM needs one
            "#]],
    );
}

#[test]
fn a_model_with_a_table_and_no_key() {
    check(
        r#"use sea_orm::entity::prelude::*;
#[derive(DeriveEntityModel)]
#[sea_orm(table_nam = "t", table_name = "t", rename_all = "nocase")]
pub struct Model {
    pub a: i32,
    #[sea_orm(column_name = "a")]
    pub b: i32,
}
"#,
        expect![[r#"
                entities/mod.rs:3:11: unknown attribute `table_nam` on a model
                  | #[sea_orm(table_nam = "t", table_name = "t", rename_all = "nocase")]
                  |           ^^^^^^^^^ SeaORM does not take it
                  hint: did you mean `table_name`?
                entities/mod.rs:3:59: `nocase` is not a case style
                  | #[sea_orm(table_nam = "t", table_name = "t", rename_all = "nocase")]
                  |                                                           ^^^^^^^^
                  hint: did you mean `lowercase`?
                entities/mod.rs:4:12: the entity has no `Relation` enum beside it
                  | pub struct Model {
                  |            ^^^^^
                  hint: add `#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)] pub enum Relation {}`, or put `#[sea_orm::model]` on the model
                entities/mod.rs:4:12: the entity has no primary key
                  | pub struct Model {
                  |            ^^^^^
                  hint: put `#[sea_orm(primary_key)]` on a field: SeaORM needs one
                entities/mod.rs:7:9: the table `t` has two columns `a`
                  |     pub b: i32,
                  |         ^
                  hint: give one of them another `column_name`
            "#]],
    );
}

#[test]
fn two_entities_on_one_table() {
    check(
        r#"//- entities/mod.rs
pub mod a;
pub mod b;
//- entities/a.rs
use sea_orm::entity::prelude::*;
#[derive(DeriveEntityModel)]
#[sea_orm(table_name = "t")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
}
#[derive(DeriveRelation)]
pub enum Relation {}
//- entities/b.rs
use sea_orm::entity::prelude::*;
#[derive(DeriveEntityModel)]
#[sea_orm(table_name = "t")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
}
#[derive(DeriveRelation)]
pub enum Relation {}
"#,
        expect![[r#"
                table t
                  id Integer inferred auto?
                  primary key (id)
            "#]],
    );
}

#[test]
fn relation_fields_without_the_macro_for_them() {
    check(
        r#"use sea_orm::entity::prelude::*;
#[derive(DeriveEntityModel)]
#[sea_orm(table_name = "t")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub others: HasMany<super::other::Entity>,
}
#[derive(DeriveRelation)]
pub enum Relation {}
"#,
        expect![[r#"
                entities/mod.rs:7:9: `others` is a relation in a model that has none
                  |     pub others: HasMany<super::other::Entity>,
                  |         ^^^^^^
                  hint: put `#[sea_orm::model]` before the derives of the struct
            "#]],
    );
}

#[test]
fn entities_that_depend_on_the_build() {
    check(
        r#"#[cfg(feature = "a")]
mod a {
    use sea_orm::entity::prelude::*;
    #[derive(DeriveEntityModel)]
    #[sea_orm(table_name = "a")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
    }
    #[derive(DeriveRelation)]
    pub enum Relation {}
}
#[cfg(test)]
mod b {
    use sea_orm::entity::prelude::*;
    #[derive(DeriveEntityModel)]
    pub struct Model {}
}
mod c {
    use sea_orm::entity::prelude::*;
    #[cfg_attr(unix, derive(DeriveEntityModel))]
    #[derive(DeriveEntityModel)]
    #[sea_orm(table_name = "c")]
    #[cfg(any(unix, windows))]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
    }
    #[derive(DeriveRelation)]
    pub enum Relation {}
}
"#,
        expect![[r#"
                entities/mod.rs:21:5: what the entity declares depends on how the crate is built
                  |     #[cfg_attr(unix, derive(DeriveEntityModel))]
                  |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
                  hint: remove the condition, or keep the entity outside of the entity folders
            "#]],
    );
}
