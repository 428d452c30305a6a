//! Enums with `DeriveActiveEnum`: the column type they name and the values they can hold.

use proc_macro2::Span;
use syn::{Expr, ItemEnum, Lit, UnOp};

use super::annotations;
use super::attrs::{EnumAttrs, VariantAttrs};
use super::cfg::{Condition, condition};
use super::column_type;
use super::grammar::Word;
use super::grammar::tree::{Entries, Value};
use super::naming::{self, Case};
use super::problem::{Failure, Outcome, Problem};
use super::types::Stored;
use super::workspace::{FileId, Module, Workspace};
use crate::model::{ColumnType, DataType, Literal, Variant};

/// Reads an enum with `DeriveActiveEnum`.
pub(super) fn read(workspace: &Workspace, module: &Module, item: &ItemEnum) -> Outcome<Stored> {
    let file = module.file;
    let mut problems = Vec::new();
    let said = EnumAttrs::read(file, &item.attrs, &mut problems);
    let (of_enum, of_variants) = annotations::of_enum(file, item, &mut problems);
    let mut variants = Vec::new();
    for variant in &item.variants {
        if let Condition::Unknown(span) = condition(&variant.attrs) {
            let message = format!("whether the value `{}` exists depends on how the crate is built", variant.ident);
            problems.push(
                Problem::new(file, span, message)
                    .hint("remove the condition: a column holds the same values in every build"),
            );
        }
        let own = VariantAttrs::read(file, &variant.attrs, &mut problems);
        let name = naming::plain(&variant.ident);
        variants.extend(stored(own, said.rename_all, variant).map(|value| Variant::new(name, value)));
        if variants.last().is_none_or(|last| last.name != naming::plain(&variant.ident)) {
            let message = format!("the variant `{}` does not say which value it stands for", variant.ident);
            let hint = "give it `#[sea_orm(string_value = \"...\")]`, `#[sea_orm(num_value = ...)]` or a number, \
                        or the enum `rename_all`";
            problems.push(Problem::new(file, variant.ident.span(), message).hint(hint));
        }
    }
    let Some(db_type) = &said.db_type else {
        problems.push(
            Problem::new(file, item.ident.span(), format!("the enum `{}` has no `db_type`", item.ident))
                .hint("add `db_type = \"String(StringLen::N(20))\"` or another column type to its `#[sea_orm(...)]`"),
        );
        return Err(Failure(problems));
    };
    let is_string = said.rs_type.as_ref().is_none_or(|kind| matches!(kind.value().as_str(), "String" | "Enum"));
    let numbers = variants.iter().any(|variant| matches!(variant.value, Literal::Integer(_)));
    let texts: Vec<String> = variants.iter().filter_map(text_of).collect();
    if numbers && (is_string || !texts.is_empty()) {
        let message = format!("the values of the enum `{}` are not all of one kind", item.ident);
        problems.push(
            Problem::new(file, item.ident.span(), message)
                .hint("give every variant a `string_value`, or every variant a number"),
        );
    }
    let is_type = db_type.value() == "Enum";
    let kind = if is_type {
        Ok(DataType::Enum(said.enum_name.unwrap_or_else(|| naming::enum_type(&item.ident.to_string()))))
    } else {
        column_type::read(workspace, module, db_type).map(|said| said.kind)
    };
    if let Some(renamed) = of_enum.get(Word::RenamedFrom).filter(|_| !is_type) {
        let message = format!("the enum `{}` has no type in the database that could have had another name", item.ident);
        problems.push(Problem::new(file, renamed.span, message).hint("it is for enums with `db_type = \"Enum\"`"));
    }
    // Variants that do not say what they store are named above.
    if variants.len() == item.variants.len() {
        past(file, &mut variants, &of_variants, &mut problems);
    }
    match kind {
        Ok(kind) if problems.is_empty() => Ok(Stored {
            variants,
            renamed_from: of_enum.text(Word::RenamedFrom).map(|text| text.value.clone()),
            ..Stored::new(ColumnType::written(kind), (!numbers).then_some(texts))
        }),
        Ok(_) => Err(Failure(problems)),
        Err(problem) => {
            problems.push(problem);
            Err(Failure(problems))
        }
    }
}

/// What a variant stores, if it says so.
fn stored(own: VariantAttrs, rename_all: Option<Case>, variant: &syn::Variant) -> Option<Literal> {
    let number = |own: &Lit| match own {
        Lit::Int(number) => number.base10_parse().ok().map(Literal::Integer),
        _ => None,
    };
    match (own.string_value, own.number, own.rename.or(rename_all)) {
        (Some(value), _, _) => Some(Literal::Text(value)),
        (None, Some(given), _) => number(&given),
        (None, None, Some(case)) => Some(Literal::Text(case.apply(&variant.ident.to_string()))),
        (None, None, None) => discriminant(variant).map(Literal::Integer),
    }
}

fn text_of(variant: &Variant) -> Option<String> {
    match &variant.value {
        Literal::Text(text) => Some(text.clone()),
        _ => None,
    }
}

/// Adds what the variants say of values that were stored before.
fn past(file: FileId, variants: &mut [Variant], said: &[Entries<Span>], problems: &mut Vec<Problem>) {
    let known: Vec<String> = variants.iter().map(Variant::text).collect();
    for (variant, said) in variants.iter_mut().zip(said) {
        for entry in &said.0 {
            let Value::Text(text) = &entry.value else { continue };
            if entry.word == Word::Replaces && known.contains(&text.value) {
                let message = format!("`{}` is still what a variant stores", text.value);
                let hint = "`replaces` is for values that no variant stores any more";
                problems.push(Problem::new(file, text.span, message).hint(hint));
            }
            let words = if entry.word == Word::Replaces { &mut variant.replaces } else { &mut variant.was };
            words.push(text.value.clone());
        }
    }
}

/// The number that is the discriminant of the variant.
fn discriminant(variant: &syn::Variant) -> Option<i128> {
    let (literal, sign) = match variant.discriminant.as_ref().map(|(_, value)| value)? {
        Expr::Unary(negative) if matches!(negative.op, UnOp::Neg(_)) => (&*negative.expr, -1),
        value => (value, 1),
    };
    match literal {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Int(number) => number.base10_parse::<i128>().ok().map(|number| sign * number),
            _ => None,
        },
        _ => None,
    }
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
    fn values_in_the_order_of_variants() {
        check(
            r#"use sea_orm::entity::prelude::*;
#[derive(EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(10))", rename_all = "kebab-case")]
pub enum A {
    ZuluTime,
    #[sea_orm(string_value = "x 'y'")]
    Alpha,
    #[sea_orm(rename = "UPPERCASE", display_value = "shown")]
    MidWay,
    Last = 4,
}
#[derive(DeriveEntityModel)]
#[sea_orm(table_name = "t")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub a: A,
}

#[derive(DeriveRelation)]
pub enum Relation {}
"#,
            expect![[r#"
                table t
                  id Integer inferred auto?
                  a String(Some(10)) values ["zulu-time", "x 'y'", "MIDWAY", "last"] variants ZuluTime=zulu-time, Alpha=x 'y', MidWay=MIDWAY, Last=last
                  primary key (id)
            "#]],
        );
    }

    #[test]
    fn a_database_enum_is_named_after_its_type() {
        check(
            r#"use sea_orm::entity::prelude::*;
#[derive(EnumIter, DeriveActiveEnum)]
#[sea_orm(db_type = "Enum", rename_all = "snake_case")]
pub enum A { One }
#[derive(DeriveEntityModel)]
#[sea_orm(table_name = "t")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub a: A,
}

#[derive(DeriveRelation)]
pub enum Relation {}
"#,
            expect![[r#"
                table t
                  id Integer inferred auto?
                  a Enum("A") values ["one"] variants One=one
                  primary key (id)
            "#]],
        );
    }

    #[test]
    fn numbers() {
        check(
            r#"use sea_orm::entity::prelude::*;
#[derive(EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "i16", db_type = "SmallInteger")]
pub enum A {
    #[sea_orm(num_value = -1)]
    One,
    Two = 2,
    Three = -3,
}
#[derive(DeriveEntityModel)]
#[sea_orm(table_name = "t")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub a: A,
}

#[derive(DeriveRelation)]
pub enum Relation {}
"#,
            expect![[r#"
                table t
                  id Integer inferred auto?
                  a SmallInteger variants One=-1, Two=2, Three=-3
                  primary key (id)
            "#]],
        );
    }

    #[test]
    fn everything_wrong_at_once() {
        check(
            r#"use sea_orm::entity::prelude::*;
#[derive(EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_typ = "Text", rename_all = "Snake")]
pub enum A {
    One,
    #[sea_orm(string_valu = "two")]
    Two,
    #[cfg(debug_assertions)]
    #[sea_orm(string_value = "three")]
    Three,
}
#[derive(DeriveEntityModel)]
#[sea_orm(table_name = "t")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub a: A,
}

#[derive(DeriveRelation)]
pub enum Relation {}
"#,
            expect![[r#"
                entities/mod.rs:3:31: unknown attribute `db_typ` on an enum
                  | #[sea_orm(rs_type = "String", db_typ = "Text", rename_all = "Snake")]
                  |                               ^^^^^^ SeaORM does not take it
                  hint: did you mean `db_type`?
                entities/mod.rs:3:61: `Snake` is not a case style
                  | #[sea_orm(rs_type = "String", db_typ = "Text", rename_all = "Snake")]
                  |                                                             ^^^^^^^
                  hint: the case styles are `camelCase`, `PascalCase`, `kebab-case`, `snake_case`, `SCREAMING_SNAKE_CASE`, `SCREAMING-KEBAB-CASE`, `lowercase`, `UPPERCASE`, `title_case`, `mixed_case`
                entities/mod.rs:4:10: the enum `A` has no `db_type`
                  | pub enum A {
                  |          ^
                  hint: add `db_type = "String(StringLen::N(20))"` or another column type to its `#[sea_orm(...)]`
                entities/mod.rs:5:5: the variant `One` does not say which value it stands for
                  |     One,
                  |     ^^^
                  hint: give it `#[sea_orm(string_value = "...")]`, `#[sea_orm(num_value = ...)]` or a number, or the enum `rename_all`
                entities/mod.rs:6:15: unknown attribute `string_valu` on a variant
                  |     #[sea_orm(string_valu = "two")]
                  |               ^^^^^^^^^^^ SeaORM does not take it
                  hint: did you mean `string_value`?
                entities/mod.rs:7:5: the variant `Two` does not say which value it stands for
                  |     Two,
                  |     ^^^
                  hint: give it `#[sea_orm(string_value = "...")]`, `#[sea_orm(num_value = ...)]` or a number, or the enum `rename_all`
                entities/mod.rs:8:5: whether the value `Three` exists depends on how the crate is built
                  |     #[cfg(debug_assertions)]
                  |     ^^^^^^^^^^^^^^^^^^^^^^^^
                  hint: remove the condition: a column holds the same values in every build
            "#]],
        );
    }

    #[test]
    fn strings_and_numbers() {
        check(
            r#"use sea_orm::entity::prelude::*;
#[derive(EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum A {
    #[sea_orm(string_value = "one")]
    One,
    #[sea_orm(num_value = 2)]
    Two,
}
#[derive(DeriveEntityModel)]
#[sea_orm(table_name = "t")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub a: A,
}

#[derive(DeriveRelation)]
pub enum Relation {}
"#,
            expect![[r#"
                entities/mod.rs:4:10: the values of the enum `A` are not all of one kind
                  | pub enum A {
                  |          ^
                  hint: give every variant a `string_value`, or every variant a number
            "#]],
        );
    }

    #[test]
    fn what_is_said_of_the_past() {
        check(
            r#"use sea_orm::entity::prelude::*;
#[derive(EnumIter, DeriveActiveEnum, Seachange)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "lowercase")]
#[seachange(renamed_from = "b")]
pub enum A {
    #[seachange(replaces = "two", renamedfrom = "x")]
    One,
    Two,
}
#[derive(DeriveEntityModel)]
#[sea_orm(table_name = "t")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub a: A,
}

#[derive(DeriveRelation)]
pub enum Relation {}
"#,
            expect![[r#"
                entities/mod.rs:4:13: the enum `A` has no type in the database that could have had another name
                  | #[seachange(renamed_from = "b")]
                  |             ^^^^^^^^^^^^
                  hint: it is for enums with `db_type = "Enum"`
                entities/mod.rs:6:28: `two` is still what a variant stores
                  |     #[seachange(replaces = "two", renamedfrom = "x")]
                  |                            ^^^^^
                  hint: `replaces` is for values that no variant stores any more
                entities/mod.rs:6:35: unknown attribute `renamedfrom` on a variant
                  |     #[seachange(replaces = "two", renamedfrom = "x")]
                  |                                   ^^^^^^^^^^^
                  hint: did you mean `renamed_from`? the attributes here are `renamed_from`, `replaces`
            "#]],
        );
    }

    #[test]
    fn a_type_that_is_none() {
        check(
            r#"use sea_orm::entity::prelude::*;
#[derive(EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Strin(StringLen::N(3))", rename_all = "lowercase")]
pub enum A { One }
#[derive(DeriveEntityModel)]
#[sea_orm(table_name = "t")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub a: A,
}

#[derive(DeriveRelation)]
pub enum Relation {}
"#,
            expect![[r#"
                entities/mod.rs:3:41: `Strin(StringLen::N(3))` is not a column type
                  | #[sea_orm(rs_type = "String", db_type = "Strin(StringLen::N(3))", rename_all = "lowercase")]
                  |                                         ^^^^^^^^^^^^^^^^^^^^^^^^
                  hint: did you mean `String`?
            "#]],
        );
    }
}
