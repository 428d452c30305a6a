//! What attributes say, key by key.

use expect_test::{Expect, expect};
use proc_macro2::TokenStream;

use super::{Entries, Entry, plain_entries};
use crate::declare::testing::outcome;

/// Reads a model with one more field, whose attributes and type are given.
#[expect(clippy::needless_pass_by_value, reason = "expect! makes values")]
fn check(field: &str, expected: Expect) {
    let source = format!(
        "use sea_orm::entity::prelude::*;\n#[derive(DeriveEntityModel)]\n#[sea_orm(table_name = \"t\")]\n\
         pub struct Model {{\n    #[sea_orm(primary_key)]\n    pub id: i32,\n{field}\n}}\n\
         #[derive(DeriveRelation)]\npub enum Relation {{}}\n"
    );
    expected.assert_eq(&outcome(&source));
}

/// What is read without the parser is what the parser reads, with the same places.
#[test]
fn plain_lists_are_read_alike() {
    let read = |list: &str| -> (Option<Vec<Entry>>, syn::Result<Entries>) {
        let tokens: TokenStream = list.parse().unwrap();
        (plain_entries(tokens.clone()), syn::parse2(tokens))
    };
    for list in [
        "",
        "primary_key, auto_increment = false",
        "unique indexed = \"a\" nullable",
        "column_type = \"String(StringLen::N(10))\", default_value = 1.5e3, default_value = 'x', default_value = b\"y\",",
        "belongs_to = \"super::a::Entity\", from = r#\"Column::A\"#, to = \"Column::Id\"",
    ] {
        let (plain, parsed) = read(list);
        assert_eq!(format!("{:?}", plain.unwrap()), format!("{:?}", parsed.unwrap().0));
    }
    // All else is the parser's, be it right or wrong.
    for list in
        ["belongs_to(a)", "default_value = -1", "a::unique", "indexd", "unique == 1", "unique = 1 + 1", "unique, ,"]
    {
        assert!(read(list).0.is_none(), "{list}");
    }
}

#[test]
fn a_typo() {
    check(
        "    #[sea_orm(indexd)]\n    pub a: i32,",
        expect![[r#"
                table t
                  id Integer inferred auto?
                  a Integer inferred
                  primary key (id)
                entities/mod.rs:7:15: warning: unknown attribute `indexd` on a column
                  |     #[sea_orm(indexd)]
                  |               ^^^^^^ SeaORM ignores it
                  hint: did you mean `indexed`?
            "#]],
    );
}

#[test]
fn a_key_that_is_like_no_other() {
    check(
        "    #[sea_orm(not_null)]\n    pub a: i32,",
        expect![[r#"
                table t
                  id Integer inferred auto?
                  a Integer inferred
                  primary key (id)
                entities/mod.rs:7:15: warning: unknown attribute `not_null` on a column
                  |     #[sea_orm(not_null)]
                  |               ^^^^^^^^ SeaORM ignores it
                  hint: remove it: a column is NOT NULL unless its type is `Option<...>` or it says `nullable`
            "#]],
    );
}

#[test]
fn a_flag_with_a_value() {
    check(
        "    #[sea_orm(unique = true)]\n    pub a: i32,",
        expect![[r#"
            entities/mod.rs:7:15: `unique` takes no value
              |     #[sea_orm(unique = true)]
              |               ^^^^^^
              hint: write just `unique`, or leave it out
        "#]],
    );
}

#[test]
fn values_of_the_wrong_kind() {
    check(
        "    #[sea_orm(column_name = 3, auto_increment, default_value = some(), comment)]\n    pub a: i32,",
        expect![[r#"
                entities/mod.rs:7:15: `column_name` takes a string
                  |     #[sea_orm(column_name = 3, auto_increment, default_value = some(), comment)]
                  |               ^^^^^^^^^^^
                  hint: write `column_name = "..."`
                entities/mod.rs:7:32: `auto_increment` takes `true` or `false`
                  |     #[sea_orm(column_name = 3, auto_increment, default_value = some(), comment)]
                  |                                ^^^^^^^^^^^^^^
                  hint: write `auto_increment = false`
                entities/mod.rs:7:48: `default_value` takes a literal
                  |     #[sea_orm(column_name = 3, auto_increment, default_value = some(), comment)]
                  |                                                ^^^^^^^^^^^^^
                  hint: for anything else there is `default_expr = "..."`
                entities/mod.rs:7:72: `comment` takes a string
                  |     #[sea_orm(column_name = 3, auto_increment, default_value = some(), comment)]
                  |                                                                        ^^^^^^^
                  hint: write `comment = "..."`
            "#]],
    );
}

#[test]
fn an_attribute_that_cannot_be_read() {
    check(
        "    #[sea_orm(column_name = )]\n    pub a: i32,",
        expect![[r#"
            entities/mod.rs:7:29: this attribute cannot be read: unexpected end of input, expected an expression
              |     #[sea_orm(column_name = )]
              |                             ^
        "#]],
    );
}

#[test]
fn keys_that_change_nothing_here() {
    check(
        "    #[sea_orm(select_as = \"text\", save_as = \"citext\", arrow_skip, arrow_precision = 3)]\n    \
         #[seaography(ignore)]\n    #[serde(rename = \"b\")]\n    pub a: i32,",
        expect![[r#"
                table t
                  id Integer inferred auto?
                  a Integer inferred
                  primary key (id)
            "#]],
    );
}

#[test]
fn attributes_that_depend_on_the_build() {
    check(
        "    #[cfg(unix)]\n    pub a: i32,\n    #[cfg_attr(unix, sea_orm(unique))]\n    pub b: i32,\n    \
         #[cfg(test)]\n    pub c: i32,\n    #[cfg(not(test))]\n    pub d: i32,\n    #[cfg_attr(feature = \"e\", serde(skip))]\n    pub e: i32,",
        expect![[r#"
                entities/mod.rs:7:5: what the column `a` is depends on how the crate is built
                  |     #[cfg(unix)]
                  |     ^^^^^^^^^^^^
                  hint: remove the condition: a table has the same columns in every build
                entities/mod.rs:9:5: what the column `b` is depends on how the crate is built
                  |     #[cfg_attr(unix, sea_orm(unique))]
                  |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
                  hint: remove the condition: a table has the same columns in every build
            "#]],
    );
}
