//! Column types as people write them, and what is none.

use expect_test::{Expect, expect};

use crate::declare::testing::outcome;

/// Reads a model with one column for each expression.
#[expect(clippy::needless_pass_by_value, reason = "expect! makes values")]
fn check(expressions: &[&str], expected: Expect) {
    use std::fmt::Write;

    let mut fields = String::new();
    for (number, expression) in expressions.iter().enumerate() {
        let expression = expression.replace('"', "\\\"");
        let _ = writeln!(fields, "    #[sea_orm(column_type = \"{expression}\")]\n    pub c{number}: Whatever,");
    }
    let source = format!(
        "use sea_orm::entity::prelude::*;\n#[derive(DeriveEntityModel)]\n#[sea_orm(table_name = \"t\")]\n\
         pub struct Model {{\n    #[sea_orm(primary_key)]\n    pub id: i32,\n{fields}}}\n\
         #[derive(DeriveRelation)]\npub enum Relation {{}}\n"
    );
    expected.assert_eq(&outcome(&source));
}

#[test]
fn types_of_words_numbers_and_times() {
    check(
        &[
            "Char(None)",
            "Char(Some(3))",
            "String(StringLen::None)",
            "String(StringLen::Max)",
            "String(StringLen::N(50))",
            "Text",
            "Blob",
            "TinyInteger",
            "SmallInteger",
            "Integer",
            "BigInteger",
            "TinyUnsigned",
            "SmallUnsigned",
            "Unsigned",
            "BigUnsigned",
            "Float",
            "Double",
            "Decimal(None)",
            "Decimal(Some((12, 4)))",
            "DateTime",
            "Timestamp",
            "TimestampWithTimeZone",
            "Time",
            "Date",
        ],
        expect![[r#"
                table t
                  id Integer inferred auto?
                  c0 Char(None)
                  c1 Char(Some(3))
                  c2 String(None)
                  c3 String(None)
                  c4 String(Some(50))
                  c5 Text
                  c6 Blob
                  c7 TinyInteger
                  c8 SmallInteger
                  c9 Integer
                  c10 BigInteger
                  c11 TinyUnsigned
                  c12 SmallUnsigned
                  c13 Unsigned
                  c14 BigUnsigned
                  c15 Float
                  c16 Double
                  c17 Decimal(None)
                  c18 Decimal(Some((12, 4)))
                  c19 DateTime
                  c20 Timestamp
                  c21 TimestampWithTimeZone
                  c22 Time
                  c23 Date
                  primary key (id)
            "#]],
    );
}

#[test]
fn every_other_type() {
    check(
        &[
            "Year",
            "Interval(None, None)",
            "Binary(16)",
            "VarBinary(StringLen::None)",
            "VarBinary(StringLen::N(5))",
            "Bit(None)",
            "Bit(Some(8))",
            "VarBit(8)",
            "Boolean",
            "Money(None)",
            "Money(Some((19, 4)))",
            "Json",
            "JsonBinary",
            "Uuid",
            "Custom(\"citext\".into())",
            "custom(\"citext\")",
            "Enum { name: \"mood\".into(), variants: vec![\"sad\".into(), Alias::new(\"ok\").into_iden()] }",
            "Vector(None)",
            "Vector(Some(3))",
            "Cidr",
            "Inet",
            "MacAddr",
            "LTree",
        ],
        expect![[r#"
                table t
                  id Integer inferred auto?
                  c0 Year
                  c1 Interval
                  c2 Binary(16)
                  c3 VarBinary(None)
                  c4 VarBinary(Some(5))
                  c5 Bit(None)
                  c6 Bit(Some(8))
                  c7 VarBit(8)
                  c8 Boolean
                  c9 Money(None)
                  c10 Money(Some((19, 4)))
                  c11 Json
                  c12 JsonBinary
                  c13 Uuid
                  c14 Custom("citext")
                  c15 Custom("citext")
                  c16 Enum("mood") values ["sad", "ok"]
                  c17 Vector(None)
                  c18 Vector(Some(3))
                  c19 Cidr
                  c20 Inet
                  c21 MacAddr
                  c22 LTree
                  primary key (id)
            "#]],
    );
}

#[test]
fn arrays() {
    check(
        &[
            "Array(RcOrArc::new(ColumnType::Text))",
            "Array(std::sync::Arc::new(ColumnType::String(StringLen::N(3))))",
            "Array(ColumnType::Integer.into())",
            "Array(SeaRc::new(sea_orm::ColumnType::Array(RcOrArc::new(ColumnType::Uuid))))",
        ],
        expect![[r#"
                table t
                  id Integer inferred auto?
                  c0 Array(Text)
                  c1 Array(String(Some(3)))
                  c2 Array(Integer)
                  c3 Array(Array(Uuid))
                  primary key (id)
            "#]],
    );
}

#[test]
fn spellings_of_older_versions() {
    check(
        &[
            "String(Some(50))",
            "String(None)",
            "VarBinary(Some(5))",
            "string(Some(50))",
            "string(None)",
            "var_binary(5)",
            "Custom(SeaRc::new(Alias::new(\"x\")))",
            "Custom(Alias::new(\"y\").into_iden())",
            "custom(\"z\".to_owned())",
            "String(sea_orm::sea_query::StringLen::default())",
        ],
        expect![[r#"
                table t
                  id Integer inferred auto?
                  c0 String(Some(50))
                  c1 String(None)
                  c2 VarBinary(Some(5))
                  c3 String(Some(50))
                  c4 String(None)
                  c5 VarBinary(Some(5))
                  c6 Custom("x")
                  c7 Custom("y")
                  c8 Custom("z")
                  c9 String(None)
                  primary key (id)
            "#]],
    );
}

#[test]
fn what_is_no_column_type() {
    check(
        &[
            "Strng(StringLen::N(3))",
            "String",
            "ColumnType::Text",
            "String(StringLen::N(MAX))",
            "Decimal(12, 4)",
            "Interval(Some(PgInterval::Year), None)",
            "custom(NAME)",
            "Text +",
            "Enum { name: TeaEnum, variants: Tea::iden_values() }",
            "Char(Some(-1))",
            "Custom(name())",
            "Array(Text)",
        ],
        expect![[r#"
                entities/mod.rs:7:29: `Strng(StringLen::N(3))` is not a column type
                  |     #[sea_orm(column_type = "Strng(StringLen::N(3))")]
                  |                             ^^^^^^^^^^^^^^^^^^^^^^^^
                  hint: did you mean `String`?
                entities/mod.rs:9:29: `String` is not a column type
                  |     #[sea_orm(column_type = "String")]
                  |                             ^^^^^^^^
                  hint: write a variant of SeaQuery's `ColumnType`, such as `String(StringLen::N(50))`, `Text`, `Decimal(Some((12, 4)))` or `custom("citext")`
                entities/mod.rs:11:29: SeaORM puts `ColumnType::` before this
                  |     #[sea_orm(column_type = "ColumnType::Text")]
                  |                             ^^^^^^^^^^^^^^^^^^
                  hint: write the variant alone
                entities/mod.rs:13:29: this is not a plain number
                  |     #[sea_orm(column_type = "String(StringLen::N(MAX))")]
                  |                             ^^^^^^^^^^^^^^^^^^^^^^^^^^^
                  hint: write the number itself, or a constant that is one
                entities/mod.rs:15:29: `Decimal(12, 4)` is not a column type
                  |     #[sea_orm(column_type = "Decimal(12, 4)")]
                  |                             ^^^^^^^^^^^^^^^^
                  hint: write a variant of SeaQuery's `ColumnType`, such as `String(StringLen::N(50))`, `Text`, `Decimal(Some((12, 4)))` or `custom("citext")`
                entities/mod.rs:19:29: the name in this column type is not written out
                  |     #[sea_orm(column_type = "custom(NAME)")]
                  |                             ^^^^^^^^^^^^^^
                  hint: write it as a string: `custom("citext")`
                entities/mod.rs:21:29: this column type cannot be read: unexpected end of input, expected an expression
                  |     #[sea_orm(column_type = "Text +")]
                  |                             ^^^^^^^^
                  hint: write a variant of SeaQuery's `ColumnType`, such as `String(StringLen::N(50))`, `Text`, `Decimal(Some((12, 4)))` or `custom("citext")`
                entities/mod.rs:23:29: the variants of this enum type are not written out
                  |     #[sea_orm(column_type = "Enum { name: TeaEnum, variants: Tea::iden_values() }")]
                  |                             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
                  hint: write `vec!["a".into(), "b".into()]`
                entities/mod.rs:25:29: this is not a plain number
                  |     #[sea_orm(column_type = "Char(Some(-1))")]
                  |                             ^^^^^^^^^^^^^^^^
                  hint: write the number itself, or a constant that is one
                entities/mod.rs:27:29: the name in this column type is not written out
                  |     #[sea_orm(column_type = "Custom(name())")]
                  |                             ^^^^^^^^^^^^^^^^
                  hint: write it as a string: `custom("citext")`
                entities/mod.rs:29:29: `Array(Text)` is not a column type
                  |     #[sea_orm(column_type = "Array(Text)")]
                  |                             ^^^^^^^^^^^^^
                  hint: write a variant of SeaQuery's `ColumnType`, such as `String(StringLen::N(50))`, `Text`, `Decimal(Some((12, 4)))` or `custom("citext")`
            "#]],
    );
}
