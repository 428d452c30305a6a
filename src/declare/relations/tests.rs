//! Relations of both formats, right and wrong.

use expect_test::{Expect, expect};

use crate::declare::testing::outcome;

#[expect(clippy::needless_pass_by_value, reason = "expect! makes values")]
fn check(source: &str, expected: Expect) {
    expected.assert_eq(&outcome(source));
}

#[test]
fn compact() {
    check(
        r#"//- entities/mod.rs
pub mod here;
pub mod other;
//- entities/other.rs
use sea_orm::entity::prelude::*;
#[derive(DeriveEntityModel)]
#[sea_orm(table_name = "others", schema_name = "app", rename_all = "camelCase")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub first_key: i32,
    #[sea_orm(primary_key, enum_name = "Second")]
    pub other_key: i32,
}
#[derive(DeriveRelation)]
pub enum Relation {}
//- entities/here.rs
use sea_orm::entity::prelude::*;
use super::other::{self, Column as OtherColumn, Entity as Other};
#[derive(DeriveEntityModel)]
#[sea_orm(table_name = "here")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub a_key: i32,
    #[sea_orm(column_name = "B")]
    pub b_key: Option<i32>,
}
#[derive(DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::other::Entity", from = "Column::AKey", to = "super::other::Column::FirstKey")]
    One,
    #[sea_orm(
        belongs_to = "Other",
        from = "(Column::AKey, Column::BKey)",
        to = "(other::Column::FirstKey, OtherColumn::Second)",
        on_delete = "Cascade",
        on_update = "SetNull"
    )]
    Two,
    #[sea_orm(belongs_to = "Entity", from = "Column::BKey", to = "self::Column::Id", fk_name = "my fk", on_delete = "NoAction")]
    Itself,
    #[sea_orm(belongs_to = "crate::elsewhere::Entity", from = "Column::AKey", to = "crate::elsewhere::Column::Id", skip_fk)]
    Skipped,
    #[sea_orm(has_many = "super::third::Entity", via_rel = "Relation::X", on_condition = "x", condition_type = "any")]
    Many,
    #[sea_orm(has_one = "super::third::Entity")]
    OneMore,
}
"#,
        expect![[r#"
                table here
                  id Integer inferred auto?
                  a_key Integer inferred
                  B Integer inferred null
                  primary key (id)
                  foreign key fk-here-a_key? (a_key) references app.others (firstKey) at a_key
                  foreign key fk-here-a_key-B? (a_key, B) references app.others (firstKey, otherKey) on delete Cascade on update SetNull
                  foreign key my fk (B) references here (id) on delete NoAction at B
                table app.others
                  firstKey Integer inferred
                  otherKey Integer inferred
                  primary key pk-others? (firstKey, otherKey)
            "#]],
    );
}

#[test]
fn the_same_key_twice_is_one_key() {
    check(
        r#"//- entities/mod.rs
pub mod here;
pub mod other;
//- entities/other.rs
use sea_orm::entity::prelude::*;
#[derive(DeriveEntityModel)]
#[sea_orm(table_name = "others", schema_name = "app", rename_all = "camelCase")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub first_key: i32,
    #[sea_orm(primary_key, enum_name = "Second")]
    pub other_key: i32,
}
#[derive(DeriveRelation)]
pub enum Relation {}
//- entities/here.rs
use sea_orm::entity::prelude::*;
#[derive(DeriveEntityModel)]
#[sea_orm(table_name = "here")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub a_key: i32,
    #[sea_orm(column_name = "B")]
    pub b_key: Option<i32>,
}
#[derive(DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::other::Entity", from = "Column::AKey", to = "super::other::Column::FirstKey")]
    One,
    #[sea_orm(belongs_to = "super::other::Entity", from = "Column::AKey", to = "super::other::Column::FirstKey")]
    Again,
}
"#,
        expect![[r#"
                table here
                  id Integer inferred auto?
                  a_key Integer inferred
                  B Integer inferred null
                  primary key (id)
                  foreign key fk-here-a_key? (a_key) references app.others (firstKey) at a_key
                table app.others
                  firstKey Integer inferred
                  otherKey Integer inferred
                  primary key pk-others? (firstKey, otherKey)
            "#]],
    );
}

#[test]
fn compact_relations_that_lead_nowhere() {
    check(
        r#"//- entities/mod.rs
pub mod here;
pub mod other;
//- entities/other.rs
use sea_orm::entity::prelude::*;
#[derive(DeriveEntityModel)]
#[sea_orm(table_name = "others", schema_name = "app", rename_all = "camelCase")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub first_key: i32,
    #[sea_orm(primary_key, enum_name = "Second")]
    pub other_key: i32,
}
#[derive(DeriveRelation)]
pub enum Relation {}
//- entities/here.rs
use sea_orm::entity::prelude::*;
#[derive(DeriveEntityModel)]
#[sea_orm(table_name = "here")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub a_key: i32,
    #[sea_orm(column_name = "B")]
    pub b_key: Option<i32>,
}
#[derive(DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::othr::Entity", from = "Column::AKey", to = "super::other::Column::FirstKey")]
    NoEntity,
    #[sea_orm(belongs_to = "super::other::Entity", from = "Column::Akey", to = "super::other::Column::FirstKey")]
    NoColumn,
    #[sea_orm(belongs_to = "super::other::Entity", from = "Column::AKey", to = "super::other::Column::OtherKey")]
    NoColumnThere,
    #[sea_orm(belongs_to = "super::other::Entity", from = "Column::AKey", to = "Column::Id")]
    WrongSide,
    #[sea_orm(belongs_to = "super::other::Entity", from = "Column::AKey")]
    NoTo,
    #[sea_orm(belongs_to = "super::other::Entity", from = "(Column::AKey, Column::BKey)", to = "super::other::Column::FirstKey")]
    Uneven,
    #[sea_orm(belongs_to = "super::other::Entity", from = "a_key", to = "super::other::Column::FirstKey")]
    DenseStyle,
}
"#,
        expect![[r#"
                entities/here.rs:13:28: cannot find the entity `super::othr::Entity`
                  |     #[sea_orm(belongs_to = "super::othr::Entity", from = "Column::AKey", to = "super::other::Column::FirstKey")]
                  |                            ^^^^^^^^^^^^^^^^^^^^^
                  hint: check the path; it is looked up from this module
                entities/here.rs:15:59: the table `here` has no column `Akey`
                  |     #[sea_orm(belongs_to = "super::other::Entity", from = "Column::Akey", to = "super::other::Column::FirstKey")]
                  |                                                           ^^^^^^^^^^^^^^
                  hint: did you mean `AKey`?
                entities/here.rs:17:80: the table `app.others` has no column `OtherKey`
                  |     #[sea_orm(belongs_to = "super::other::Entity", from = "Column::AKey", to = "super::other::Column::OtherKey")]
                  |                                                                                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
                  hint: its columns are `FirstKey`, `Second`
                entities/here.rs:19:80: `Column::Id` is a column of another entity than this side of the relation
                  |     #[sea_orm(belongs_to = "super::other::Entity", from = "Column::AKey", to = "Column::Id")]
                  |                                                                                ^^^^^^^^^^^^
                  hint: `from` names columns here, `to` columns of the other entity
                entities/here.rs:21:15: `belongs_to` without `to`
                  |     #[sea_orm(belongs_to = "super::other::Entity", from = "Column::AKey")]
                  |               ^^^^^^^^^^
                  hint: name the column here in `from` and the column it refers to in `to`
                entities/here.rs:23:59: 2 columns refer to 1
                  |     #[sea_orm(belongs_to = "super::other::Entity", from = "(Column::AKey, Column::BKey)", to = "super::other::Column::FirstKey")]
                  |                                                           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
                  hint: name as many columns in `from` as in `to`
                entities/here.rs:25:59: `a_key` does not name columns
                  |     #[sea_orm(belongs_to = "super::other::Entity", from = "a_key", to = "super::other::Column::FirstKey")]
                  |                                                           ^^^^^^^
                  hint: write `Column::Id`, or `(Column::A, Column::B)`
            "#]],
    );
}

#[test]
fn compact_relations_that_say_too_little_or_too_much() {
    check(
        r#"//- entities/mod.rs
pub mod here;
pub mod other;
//- entities/other.rs
use sea_orm::entity::prelude::*;
#[derive(DeriveEntityModel)]
#[sea_orm(table_name = "others", schema_name = "app", rename_all = "camelCase")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub first_key: i32,
    #[sea_orm(primary_key, enum_name = "Second")]
    pub other_key: i32,
}
#[derive(DeriveRelation)]
pub enum Relation {}
//- entities/here.rs
use sea_orm::entity::prelude::*;
#[derive(DeriveEntityModel)]
#[sea_orm(table_name = "here")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub a_key: i32,
    #[sea_orm(column_name = "B")]
    pub b_key: Option<i32>,
}
#[derive(DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::other::Entity", from = "Column::AKey", to = "super::other::Column::FirstKey", on_delete = "Cascad")]
    NoAction,
    #[sea_orm(belong_to = "super::other::Entity")]
    Typo,
    #[sea_orm(belongs_to = "super::other::Entity", from = "Column::AKey")]
    #[sea_orm(to = "super::other::Column::FirstKey")]
    Split,
    Nothing,
    #[sea_orm(belongs_to = "third::Entity", from = "Column::AKey", to = "third::Column::Id")]
    OtherCrate,
    #[sea_orm(belongs_to = "super::other::Model", from = "Column::AKey", to = "super::other::Column::FirstKey")]
    NotAnEntity,
    #[cfg(debug_assertions)]
    #[sea_orm(belongs_to = "super::other::Entity", from = "Column::AKey", to = "super::other::Column::FirstKey")]
    Conditional,
}
"#,
        expect![[r#"
            entities/here.rs:13:126: `Cascad` is not an action of a foreign key
              |     #[sea_orm(belongs_to = "super::other::Entity", from = "Column::AKey", to = "super::other::Column::FirstKey", on_delete = "Cascad")]
              |                                                                                                                              ^^^^^^^^
              hint: did you mean `Cascade`?
            entities/here.rs:15:15: unknown attribute `belong_to` on a relation
              |     #[sea_orm(belong_to = "super::other::Entity")]
              |               ^^^^^^^^^ SeaORM does not take it
              hint: did you mean `belongs_to`?
            entities/here.rs:17:15: `belongs_to` without `to`
              |     #[sea_orm(belongs_to = "super::other::Entity", from = "Column::AKey")]
              |               ^^^^^^^^^^
              hint: name the column here in `from` and the column it refers to in `to`
            entities/here.rs:18:5: warning: a second `#[sea_orm(...)]` on a relation
              |     #[sea_orm(to = "super::other::Column::FirstKey")]
              |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
              hint: put everything into the first: SeaORM reads no other
            entities/here.rs:20:5: the relation `Nothing` says nothing
              |     Nothing,
              |     ^^^^^^^
              hint: add `#[sea_orm(belongs_to = "...", from = "...", to = "...")]`, or `has_one` or `has_many`
            entities/here.rs:21:28: the entity `third::Entity` is in another crate, which is not read
              |     #[sea_orm(belongs_to = "third::Entity", from = "Column::AKey", to = "third::Column::Id")]
              |                            ^^^^^^^^^^^^^^^
              hint: add `skip_fk` if the key needs no constraint in the database
            entities/here.rs:23:28: `super::other::Model` is not an entity that can be read
              |     #[sea_orm(belongs_to = "super::other::Model", from = "Column::AKey", to = "super::other::Column::FirstKey")]
              |                            ^^^^^^^^^^^^^^^^^^^^^
              hint: the model beside it needs `DeriveEntityModel`
            entities/here.rs:25:5: whether the relation `Conditional` exists depends on how the crate is built
              |     #[cfg(debug_assertions)]
              |     ^^^^^^^^^^^^^^^^^^^^^^^^
              hint: remove the condition: a database has the same foreign keys in every build
        "#]],
    );
}

#[test]
fn relations_written_by_hand() {
    check(
        r#"use sea_orm::entity::prelude::*;
#[derive(DeriveEntityModel)]
#[sea_orm(table_name = "t")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
}
#[derive(Copy, Clone, Debug, EnumIter)]
pub enum Relation {
    Other,
}
impl RelationTrait for Relation {
    fn def(&self) -> RelationDef {
        todo!()
    }
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
fn no_relation_enum() {
    check(
        r#"use sea_orm::entity::prelude::*;
#[derive(DeriveEntityModel)]
#[sea_orm(table_name = "t")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
}
"#,
        expect![[r#"
                entities/mod.rs:4:12: the entity has no `Relation` enum beside it
                  | pub struct Model {
                  |            ^^^^^
                  hint: add `#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)] pub enum Relation {}`, or put `#[sea_orm::model]` on the model
            "#]],
    );
}

#[test]
fn dense() {
    check(
        r#"//- entities/mod.rs
pub mod here;
pub mod other;
//- entities/other.rs
use sea_orm::entity::prelude::*;
#[sea_orm::model]
#[derive(DeriveEntityModel)]
#[sea_orm(table_name = "others")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub first_key: i32,
    #[sea_orm(primary_key, column_name = "2nd")]
    pub other_key: i32,
    #[sea_orm(has_many)]
    pub heres: HasMany<super::here::Entity>,
}
//- entities/here.rs
use sea_orm::entity::prelude::*;
#[sea_orm::model]
#[derive(DeriveEntityModel)]
#[sea_orm(table_name = "here")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub a_key: i32,
    pub b_key: Option<i32>,
    #[sea_orm(belongs_to, from = "a_key", to = "first_key")]
    pub one: BelongsTo<super::other::Entity>,
    #[sea_orm(belongs_to, relation_enum = "Two", from = "(AKey, b_key)", to = "(FirstKey, other_key)", on_delete = "Restrict", on_update = "SetDefault")]
    pub two: BelongsTo<Option<super::other::Entity>>,
    #[sea_orm(belongs_to, relation_enum = "Old", from = "Column::BKey", to = "Column::OtherKey")]
    pub old: HasOne<super::other::Entity>,
    #[sea_orm(self_ref, relation_enum = "Parent", from = "b_key", to = "id", on_delete = "SetNull")]
    pub parent: BelongsTo<Option<Entity>>,
    #[sea_orm(self_ref, relation_enum = "Children", relation_reverse = "Parent")]
    pub children: HasMany<Entity>,
    #[sea_orm(self_ref, via = "link", from = "A", to = "B")]
    pub linked: HasMany<Entity>,
    #[sea_orm(belongs_to, relation_enum = "Skipped", from = "a_key", to = "first_key", skip_fk)]
    pub skipped: BelongsTo<super::other::Entity>,
    #[sea_orm(relation_enum = "Said")]
    pub said_elsewhere: BelongsTo<super::other::Entity>,
    pub unsaid: HasOne<super::other::Entity>,
    #[sea_orm(has_many, via = "link::Other")]
    pub many: HasMany<super::other::Entity>,
}
"#,
        expect![[r#"
                table here
                  id Integer inferred auto?
                  a_key Integer inferred
                  b_key Integer inferred null
                  primary key (id)
                  foreign key fk-here-a_key? (a_key) references others (first_key) at a_key
                  foreign key fk-here-a_key-b_key? (a_key, b_key) references others (first_key, 2nd) on delete Restrict on update SetDefault
                  foreign key fk-here-b_key? (b_key) references others (2nd) at b_key
                  foreign key fk-here-b_key? (b_key) references here (id) on delete SetNull at b_key
                table others
                  first_key Integer inferred
                  2nd Integer inferred
                  primary key pk-others? (first_key, 2nd)
            "#]],
    );
}

#[test]
fn dense_gone_wrong() {
    check(
        r#"//- entities/mod.rs
pub mod here;
pub mod other;
//- entities/other.rs
use sea_orm::entity::prelude::*;
#[sea_orm::model]
#[derive(DeriveEntityModel)]
#[sea_orm(table_name = "others")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub first_key: i32,
    #[sea_orm(primary_key, column_name = "2nd")]
    pub other_key: i32,
    #[sea_orm(has_many)]
    pub heres: HasMany<super::here::Entity>,
}
//- entities/here.rs
use sea_orm::entity::prelude::*;
#[sea_orm::model]
#[derive(DeriveEntityModel)]
#[sea_orm(table_name = "here")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub a_key: i32,
    pub b_key: Option<i32>,
    #[sea_orm(belongs_to, from = "c_key", to = "first_key")]
    pub no_column: BelongsTo<super::other::Entity>,
    #[sea_orm(belongs_to, to = "first_key")]
    pub no_from: BelongsTo<super::other::Entity>,
    #[sea_orm(from = "a_key", to = "first_key")]
    pub no_owner: BelongsTo<super::other::Entity>,
    #[sea_orm(belongs_to, from = "a_key", to = "first_key")]
    pub many: HasMany<super::other::Entity>,
    #[sea_orm(belongs_to, from = "a_key", to = "first_key", fk_name = "x")]
    pub named: BelongsTo<super::other::Entity>,
    #[sea_orm(belongs_to, from = "a_key", to = "first_key")]
    pub lost: BelongsTo<super::lost::Entity>,
    #[sea_orm(belongs_to, from = "a key", to = "first_key")]
    pub two_words: BelongsTo<super::other::Entity>,
    #[sea_orm(belongs_to, from = "(a_key, b_key)", to = "first_key")]
    pub uneven: BelongsTo<super::other::Entity>,
    #[sea_orm(belongs_to, from = "a_key", to = "first_key")]
    pub no_entity: BelongsTo<i32, i32>,
}
"#,
        expect![[r#"
            entities/here.rs:10:34: the table `here` has no column `CKey`
              |     #[sea_orm(belongs_to, from = "c_key", to = "first_key")]
              |                                  ^^^^^^^
              hint: did you mean `AKey`?
            entities/here.rs:12:15: `belongs_to` without `from`
              |     #[sea_orm(belongs_to, to = "first_key")]
              |               ^^^^^^^^^^
              hint: name the column here in `from` and the column it refers to in `to`
            entities/here.rs:14:22: warning: `no_owner` says how it refers but not that it owns the reference
              |     #[sea_orm(from = "a_key", to = "first_key")]
              |                      ^^^^^^^ SeaORM ignores it
              hint: add `belongs_to`
            entities/here.rs:16:15: `many` belongs to many
              |     #[sea_orm(belongs_to, from = "a_key", to = "first_key")]
              |               ^^^^^^^^^^
              hint: make it `BelongsTo<...>`
            entities/here.rs:18:61: unknown attribute `fk_name` on a relation field
              |     #[sea_orm(belongs_to, from = "a_key", to = "first_key", fk_name = "x")]
              |                                                             ^^^^^^^ SeaORM does not take it
              hint: the attributes here are `belongs_to`, `has_one`, `has_many`, `self_ref`, `skip_fk`, `via`, `via_rel`, `from`, `to`, `relation_enum`, `relation_reverse`, `reverse`, `on_update`, `on_delete`
            entities/here.rs:21:25: cannot find the entity `super::lost::Entity`
              |     pub lost: BelongsTo<super::lost::Entity>,
              |                         ^^^^^^^^^^^^^^^^^^^
              hint: check the path; it is looked up from this module
            entities/here.rs:22:34: `a key` does not name columns
              |     #[sea_orm(belongs_to, from = "a key", to = "first_key")]
              |                                  ^^^^^^^
              hint: write a field such as `file_id`, or `(a, b)`
            entities/here.rs:24:34: 2 columns refer to 1
              |     #[sea_orm(belongs_to, from = "(a_key, b_key)", to = "first_key")]
              |                                  ^^^^^^^^^^^^^^^^
              hint: name as many columns in `from` as in `to`
            entities/here.rs:27:30: `i32` is not an entity that can be read
              |     pub no_entity: BelongsTo<i32, i32>,
              |                              ^^^
              hint: the model beside it needs `DeriveEntityModel`
        "#]],
    );
}
