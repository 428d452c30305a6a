//! `default_value` and `default_expr`: a literal, or one of the ways to write a SQL expression with SeaQuery.
//! Knows only the forms whose SQL can be told from the source.

use proc_macro2::Span;
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{Expr, ExprCall, Lit, LitStr, UnOp};

use super::constants;
use super::problem::Problem;
use super::workspace::{FileId, Module, Workspace};
use crate::model::{ColumnDefault, DefaultValue, Literal};

/// The default a `default_value` stands for.
pub(super) fn value(file: FileId, literal: &Lit) -> Result<ColumnDefault, Problem> {
    constant(literal).map(|value| default(DefaultValue::Literal(value))).ok_or_else(|| {
        Problem::new(file, literal.span(), "this literal cannot be a default")
            .hint("write a string, a number, `true` or `false`, or use `default_expr = \"...\"`")
    })
}

/// The default a `default_expr` stands for.
pub(super) fn expression(workspace: &Workspace, module: &Module, text: &LitStr) -> Result<ColumnDefault, Problem> {
    let expression = text
        .parse::<Expr>()
        .map_err(|error| Problem::syntax(module.file, &error, "this default cannot be read").hint(FORMS))?;
    let reader = Reader { workspace, module };
    reader.read(&expression).map(default).ok_or_else(|| untold(module, text.span(), &text.value()))
}

/// The default a Rust expression stands for, behind `.default_value(...)` or `.default(...)`.
pub(super) fn written(workspace: &Workspace, module: &Module, written: &Expr) -> Result<ColumnDefault, Problem> {
    let reader = Reader { workspace, module };
    let text = || written.span().source_text().unwrap_or_else(|| written.to_token_stream().to_string());
    reader.read(written).map(default).ok_or_else(|| untold(module, written.span(), &text()))
}

fn untold(module: &Module, at: Span, text: &str) -> Problem {
    Problem::new(module.file, at, format!("the SQL of the default `{text}` cannot be told from the source")).hint(FORMS)
}

struct Reader<'a> {
    workspace: &'a Workspace,
    module: &'a Module,
}

const FORMS: &str =
    "write a literal, `Expr::current_timestamp()`, or the SQL itself: `default_expr = \"Expr::cust(\\\"...\\\")\"`";

fn default(value: DefaultValue) -> ColumnDefault {
    ColumnDefault { value, text: None }
}

impl Reader<'_> {
    fn read(&self, expression: &Expr) -> Option<DefaultValue> {
        match expression {
            Expr::Lit(literal) => constant(&literal.lit).map(DefaultValue::Literal),
            Expr::Unary(negative) if matches!(negative.op, UnOp::Neg(_)) => match self.read(&negative.expr)? {
                DefaultValue::Literal(Literal::Integer(number)) => {
                    Some(DefaultValue::Literal(Literal::Integer(-number)))
                }
                DefaultValue::Literal(Literal::Real(number)) => {
                    Some(DefaultValue::Literal(Literal::Real(format!("-{number}"))))
                }
                DefaultValue::Literal(_) | DefaultValue::Expression(_) => None,
            },
            Expr::Paren(inner) => self.read(&inner.expr),
            Expr::Reference(inner) => self.read(&inner.expr),
            // What only changes the Rust type.
            Expr::MethodCall(call)
                if call.args.is_empty()
                    && ["into", "to_owned", "to_string", "clone"].iter().any(|name| call.method == name) =>
            {
                self.read(&call.receiver)
            }
            Expr::Call(call) => self.called(call),
            Expr::Path(path) => {
                let names: Vec<String> = path.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
                match names.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
                    [.., "Keyword", name] => keyword(name),
                    _ => match constants::value(self.workspace, self.module, expression)? {
                        literal @ (Lit::Str(_) | Lit::Int(_) | Lit::Float(_) | Lit::Bool(_) | Lit::Char(_)) => {
                            constant(&literal).map(DefaultValue::Literal)
                        }
                        _ => None,
                    },
                }
            }
            _ => None,
        }
    }

    fn called(&self, call: &ExprCall) -> Option<DefaultValue> {
        let Expr::Path(path) = &*call.func else { return None };
        let names: Vec<String> = path.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let (on, name) = match names.as_slice() {
            [.., on, name] => (*on, *name),
            _ => return None,
        };
        let sql = |text: &str| Some(DefaultValue::Expression(text.to_owned()));
        let arguments: Vec<&Expr> = call.args.iter().collect();
        match (on, name, arguments.as_slice()) {
            ("Expr" | "SimpleExpr", "current_timestamp", []) => sql("CURRENT_TIMESTAMP"),
            ("Expr" | "SimpleExpr", "current_date", []) => sql("CURRENT_DATE"),
            ("Expr" | "SimpleExpr", "current_time", []) => sql("CURRENT_TIME"),
            ("Expr" | "SimpleExpr", "custom_keyword", [name]) => self.word(name).map(DefaultValue::Expression),
            ("Func", "cust", [name]) => self.word(name).map(|name| DefaultValue::Expression(format!("{name}()"))),
            ("Expr" | "SimpleExpr", "null", []) => Some(DefaultValue::Literal(Literal::Null)),
            ("Expr" | "SimpleExpr", "cust" | "Custom", [text]) => match self.read(text)? {
                DefaultValue::Literal(Literal::Text(text)) => Some(DefaultValue::Expression(text)),
                DefaultValue::Literal(_) | DefaultValue::Expression(_) => None,
            },
            ("Expr" | "SimpleExpr", "value" | "val" | "from" | "Value" | "Constant" | "Keyword", [inner])
            | ("Value" | "String", "from", [inner]) => self.read(inner),
            _ => None,
        }
    }

    /// A name in one of the ways to make an identifier: `"now"`, `Alias::new("now")`.
    fn word(&self, expression: &Expr) -> Option<String> {
        match expression {
            Expr::Call(call) => match call.args.first() {
                Some(inner) if call.args.len() == 1 => self.word(inner),
                _ => None,
            },
            _ => match self.read(expression)? {
                DefaultValue::Literal(Literal::Text(text)) => Some(text),
                DefaultValue::Literal(_) | DefaultValue::Expression(_) => None,
            },
        }
    }
}

fn keyword(name: &str) -> Option<DefaultValue> {
    Some(match name {
        "CurrentTimestamp" => DefaultValue::Expression("CURRENT_TIMESTAMP".to_owned()),
        "CurrentDate" => DefaultValue::Expression("CURRENT_DATE".to_owned()),
        "CurrentTime" => DefaultValue::Expression("CURRENT_TIME".to_owned()),
        "Null" => DefaultValue::Literal(Literal::Null),
        _ => return None,
    })
}

fn constant(literal: &Lit) -> Option<Literal> {
    Some(match literal {
        Lit::Str(text) => Literal::Text(text.value()),
        Lit::Char(letter) => Literal::Text(letter.value().to_string()),
        Lit::Bool(value) => Literal::Bool(value.value()),
        Lit::Byte(byte) => Literal::Integer(i128::from(byte.value())),
        Lit::ByteStr(bytes) => Literal::Blob(bytes.value()),
        // `1f64` is a float to Rust.
        Lit::Int(number) if number.suffix().starts_with('f') => Literal::Real(number.base10_digits().to_owned()),
        Lit::Int(number) => Literal::Integer(number.base10_parse().ok()?),
        Lit::Float(number) => Literal::Real(number.base10_digits().to_owned()),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use crate::declare::testing::outcome;

    /// Reads a model with one column for each attribute.
    #[expect(clippy::needless_pass_by_value, reason = "expect! makes values")]
    fn check(attributes: &[&str], expected: Expect) {
        use std::fmt::Write;

        let mut fields = String::new();
        for (number, attribute) in attributes.iter().enumerate() {
            let _ = writeln!(fields, "    #[sea_orm({attribute})]\n    pub c{number}: i32,");
        }
        let source = format!(
            "use sea_orm::entity::prelude::*;\n#[derive(DeriveEntityModel)]\n#[sea_orm(table_name = \"t\")]\n\
             pub struct Model {{\n    #[sea_orm(primary_key)]\n    pub id: i32,\n{fields}}}\n\
             #[derive(DeriveRelation)]\npub enum Relation {{}}\n"
        );
        expected.assert_eq(&outcome(&source));
    }

    #[test]
    fn values() {
        check(
            &[
                r#"default_value = "it's""#,
                "default_value = 7i64",
                "default_value = -7",
                "default_value = 0x1F",
                "default_value = 1.50",
                "default_value = -0.5",
                "default_value = 1f64",
                "default_value = true",
                "default_value = 'c'",
                "default_value = b'a'",
                r#"default_value = b"ab""#,
                r##"default_value = r#"raw "x""#"##,
            ],
            expect![[r#"
                table t
                  id Integer inferred auto?
                  c0 Integer inferred default Text("it's")
                  c1 Integer inferred default Integer(7)
                  c2 Integer inferred default Integer(-7)
                  c3 Integer inferred default Integer(31)
                  c4 Integer inferred default Real("1.50")
                  c5 Integer inferred default Real("-0.5")
                  c6 Integer inferred default Real("1")
                  c7 Integer inferred default Bool(true)
                  c8 Integer inferred default Text("c")
                  c9 Integer inferred default Integer(97)
                  c10 Integer inferred default Blob([97, 98])
                  c11 Integer inferred default Text("raw \"x\"")
                  primary key (id)
            "#]],
        );
    }

    #[test]
    fn values_that_are_no_default() {
        check(
            &["default_value = 340282366920938463463374607431768211456", r#"default_value = c"x""#],
            expect![[r#"
                entities/mod.rs:7:31: this literal cannot be a default
                  |     #[sea_orm(default_value = 340282366920938463463374607431768211456)]
                  |                               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
                  hint: write a string, a number, `true` or `false`, or use `default_expr = "..."`
                entities/mod.rs:9:31: this literal cannot be a default
                  |     #[sea_orm(default_value = c"x")]
                  |                               ^^^^
                  hint: write a string, a number, `true` or `false`, or use `default_expr = "..."`
            "#]],
        );
    }

    #[test]
    fn expressions() {
        check(
            &[
                r#"default_expr = "Expr::current_timestamp()""#,
                r#"default_expr = "Expr::current_date()""#,
                r#"default_expr = "Expr::current_time()""#,
                r#"default_expr = "sea_orm::sea_query::Expr::current_timestamp()""#,
                r##"default_expr = r#"Expr::cust("gen_random_uuid()")"#"##,
                r#"default_expr = "Expr::value(3)""#,
                r#"default_expr = "Expr::val(-3).into()""#,
                r#"default_expr = "Expr::null()""#,
                r#"default_expr = "SimpleExpr::Keyword(Keyword::CurrentTimestamp)""#,
                r#"default_expr = "Keyword::Null""#,
                r##"default_expr = r#"SimpleExpr::Custom("now()".into())"#"##,
                r##"default_expr = r#"Expr::cust("now()".to_owned())"#"##,
                r##"default_expr = r#"String::from("a")"#"##,
                r##"default_expr = r#"Value::from("a").into()"#"##,
                r#"default_expr = "(-1.5)""#,
                r#"default_expr = "false""#,
            ],
            expect![[r#"
                table t
                  id Integer inferred auto?
                  c0 Integer inferred default (CURRENT_TIMESTAMP)
                  c1 Integer inferred default (CURRENT_DATE)
                  c2 Integer inferred default (CURRENT_TIME)
                  c3 Integer inferred default (CURRENT_TIMESTAMP)
                  c4 Integer inferred default (gen_random_uuid())
                  c5 Integer inferred default Integer(3)
                  c6 Integer inferred default Integer(-3)
                  c7 Integer inferred default Null
                  c8 Integer inferred default (CURRENT_TIMESTAMP)
                  c9 Integer inferred default Null
                  c10 Integer inferred default (now())
                  c11 Integer inferred default (now())
                  c12 Integer inferred default Text("a")
                  c13 Integer inferred default Text("a")
                  c14 Integer inferred default Real("-1.5")
                  c15 Integer inferred default Bool(false)
                  primary key (id)
            "#]],
        );
    }

    #[test]
    fn expressions_whose_sql_is_not_in_the_source() {
        check(
            &[
                r#"default_expr = "DEFAULT_NAME""#,
                r#"default_expr = "Func::cust(Uuid7)""#,
                r#"default_expr = "Expr::val(1).add(2)""#,
                r#"default_expr = "Expr::cust(name())""#,
                r#"default_expr = "1 +""#,
                r#"default_expr = "Status::Open""#,
            ],
            expect![[r#"
                entities/mod.rs:7:30: the SQL of the default `DEFAULT_NAME` cannot be told from the source
                  |     #[sea_orm(default_expr = "DEFAULT_NAME")]
                  |                              ^^^^^^^^^^^^^^
                  hint: write a literal, `Expr::current_timestamp()`, or the SQL itself: `default_expr = "Expr::cust(\"...\")"`
                entities/mod.rs:9:30: the SQL of the default `Func::cust(Uuid7)` cannot be told from the source
                  |     #[sea_orm(default_expr = "Func::cust(Uuid7)")]
                  |                              ^^^^^^^^^^^^^^^^^^^
                  hint: write a literal, `Expr::current_timestamp()`, or the SQL itself: `default_expr = "Expr::cust(\"...\")"`
                entities/mod.rs:11:30: the SQL of the default `Expr::val(1).add(2)` cannot be told from the source
                  |     #[sea_orm(default_expr = "Expr::val(1).add(2)")]
                  |                              ^^^^^^^^^^^^^^^^^^^^^
                  hint: write a literal, `Expr::current_timestamp()`, or the SQL itself: `default_expr = "Expr::cust(\"...\")"`
                entities/mod.rs:13:30: the SQL of the default `Expr::cust(name())` cannot be told from the source
                  |     #[sea_orm(default_expr = "Expr::cust(name())")]
                  |                              ^^^^^^^^^^^^^^^^^^^^
                  hint: write a literal, `Expr::current_timestamp()`, or the SQL itself: `default_expr = "Expr::cust(\"...\")"`
                entities/mod.rs:15:30: this default cannot be read: unexpected end of input, expected an expression
                  |     #[sea_orm(default_expr = "1 +")]
                  |                              ^^^^^
                  hint: write a literal, `Expr::current_timestamp()`, or the SQL itself: `default_expr = "Expr::cust(\"...\")"`
                entities/mod.rs:17:30: the SQL of the default `Status::Open` cannot be told from the source
                  |     #[sea_orm(default_expr = "Status::Open")]
                  |                              ^^^^^^^^^^^^^^
                  hint: write a literal, `Expr::current_timestamp()`, or the SQL itself: `default_expr = "Expr::cust(\"...\")"`
            "#]],
        );
    }
}
