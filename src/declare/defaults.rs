//! `default_value` and `default_expr`: a literal, or one of the ways to write a SQL expression with SeaQuery.
//! Knows only the forms whose SQL can be told from the source.

use syn::{Expr, ExprCall, Lit, LitStr, UnOp};

use super::problem::Problem;
use super::workspace::FileId;
use crate::model::{ColumnDefault, DefaultValue, Literal};

/// The default a `default_value` stands for.
pub(super) fn value(file: FileId, literal: &Lit) -> Result<ColumnDefault, Problem> {
    constant(literal).map(|value| default(DefaultValue::Literal(value))).ok_or_else(|| {
        Problem::new(file, literal.span(), "this literal cannot be a default")
            .hint("write a string, a number, `true` or `false`, or use `default_expr = \"...\"`")
    })
}

/// The default a `default_expr` stands for.
pub(super) fn expression(file: FileId, text: &LitStr) -> Result<ColumnDefault, Problem> {
    let expression = text
        .parse::<Expr>()
        .map_err(|error| Problem::syntax(file, &error, "this default cannot be read").hint(FORMS))?;
    read(&expression).map(default).ok_or_else(|| {
        Problem::new(
            file,
            text.span(),
            format!("the SQL of the default `{}` cannot be told from the source", text.value()),
        )
        .hint(FORMS)
    })
}

const FORMS: &str =
    "write a literal, `Expr::current_timestamp()`, or the SQL itself: `default_expr = \"Expr::cust(\\\"...\\\")\"`";

fn default(value: DefaultValue) -> ColumnDefault {
    ColumnDefault { value, text: None }
}

fn read(expression: &Expr) -> Option<DefaultValue> {
    match expression {
        Expr::Lit(literal) => constant(&literal.lit).map(DefaultValue::Literal),
        Expr::Unary(negative) if matches!(negative.op, UnOp::Neg(_)) => match read(&negative.expr)? {
            DefaultValue::Literal(Literal::Integer(number)) => Some(DefaultValue::Literal(Literal::Integer(-number))),
            DefaultValue::Literal(Literal::Real(number)) => {
                Some(DefaultValue::Literal(Literal::Real(format!("-{number}"))))
            }
            DefaultValue::Literal(_) | DefaultValue::Expression(_) => None,
        },
        Expr::Paren(inner) => read(&inner.expr),
        Expr::Reference(inner) => read(&inner.expr),
        // What only changes the Rust type.
        Expr::MethodCall(call)
            if call.args.is_empty()
                && ["into", "to_owned", "to_string", "clone"].iter().any(|name| call.method == name) =>
        {
            read(&call.receiver)
        }
        Expr::Call(call) => called(call),
        Expr::Path(path) => {
            let names: Vec<String> = path.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
            match names.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
                [.., "Keyword", name] => keyword(name),
                _ => None,
            }
        }
        _ => None,
    }
}

fn called(call: &ExprCall) -> Option<DefaultValue> {
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
        ("Expr" | "SimpleExpr", "null", []) => Some(DefaultValue::Literal(Literal::Null)),
        ("Expr" | "SimpleExpr", "cust" | "Custom", [text]) => match read(text)? {
            DefaultValue::Literal(Literal::Text(text)) => Some(DefaultValue::Expression(text)),
            DefaultValue::Literal(_) | DefaultValue::Expression(_) => None,
        },
        ("Expr" | "SimpleExpr", "value" | "val" | "from" | "Value" | "Constant" | "Keyword", [inner])
        | ("Value" | "String", "from", [inner]) => read(inner),
        _ => None,
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
