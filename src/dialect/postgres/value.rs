//! Defaults: what the words behind `DEFAULT` mean, how they are written, and when two of them give the same value.

use super::constant;
use super::expression;
use super::syntax::{self, Node};
use super::types::{self, TypeName};
use super::typing::ColumnTypes;
use crate::model::{ColumnDefault, DefaultValue, Literal};

/// What the words behind `DEFAULT` mean.
///
/// A constant with a cast is a literal when the cast changes none of its characters: casts to strings, to types that
/// are not PostgreSQL's own (enums above all), and of numbers, booleans and bytes to what they are. Anything else that
/// PostgreSQL may rewrite as it reads it, such as `'{}'::jsonb`, stays an expression.
pub(super) fn parse(sql: &str) -> DefaultValue {
    let literal = syntax::read(sql).and_then(|node| literal(&node));
    literal.map_or_else(|| DefaultValue::Expression(sql.trim().to_owned()), DefaultValue::Literal)
}

/// The default as it is written behind `DEFAULT` for a column of the type.
pub(super) fn spell(value: &DefaultValue, type_text: &str) -> String {
    let literal = match value {
        DefaultValue::Literal(literal) => literal,
        DefaultValue::Expression(sql) => return sql.trim().to_owned(),
    };
    let name = TypeName::of(type_text);
    let base = if name.array { "" } else { name.base.as_str() };
    match literal {
        Literal::Null => "NULL".to_owned(),
        Literal::Bool(truth) if is_number(base) => i32::from(*truth).to_string(),
        Literal::Bool(truth) if base == "boolean" => truth.to_string(),
        Literal::Bool(truth) => quote(&truth.to_string()),
        Literal::Integer(number @ (0 | 1)) if base == "boolean" => (*number == 1).to_string(),
        Literal::Integer(number) if is_number(base) => number.to_string(),
        Literal::Integer(number) => quote(&number.to_string()),
        Literal::Real(number) if is_number(base) && constant::decimal(number).is_some() => number.clone(),
        Literal::Real(number) => quote(number),
        Literal::Text(text) => quote(text),
        Literal::Blob(bytes) => {
            let digits = bytes.iter().fold(String::new(), |digits, byte| digits + &format!("{byte:02x}"));
            format!("'\\x{digits}'::bytea")
        }
    }
}

/// Whether a column of the type gets the same value from both, no default being the same as `NULL`.
pub(super) fn same(
    declared: Option<&ColumnDefault>,
    live: Option<&ColumnDefault>,
    type_text: &str,
    column_type: ColumnTypes<'_>,
) -> bool {
    if declared.map(|side| &side.value) == live.map(|side| &side.value) {
        return true;
    }
    let text =
        |side: Option<&ColumnDefault>| side.map_or_else(|| "NULL".to_owned(), |side| spell(&side.value, type_text));
    expression::same_value(&text(declared), &text(live), type_text, column_type)
}

fn is_number(base: &str) -> bool {
    matches!(base, "smallint" | "integer" | "bigint" | "numeric" | "real" | "double precision")
}

/// A string as SQL. A backslash is one of its characters.
fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// The constant, when it is one.
fn literal(node: &Node) -> Option<Literal> {
    match node {
        Node::Constant(None, _) => Some(Literal::Null),
        Node::Constant(Some(text), None) => Some(Literal::Text(text.clone())),
        Node::Constant(Some(text), Some(kind)) if kind == "boolean" => constant::truth(text).map(Literal::Bool),
        Node::Constant(Some(text), Some(_)) => Some(number(text)),
        Node::Cast(inner, kind) => {
            let name = TypeName::of(kind);
            cast(&literal(inner)?, &name, matches!(inner.as_ref(), Node::Constant(_, None)))
        }
        _ => None,
    }
}

/// What a constant is after a cast, when that is a constant again. `is_string` is for one without a type of its own.
fn cast(literal: &Literal, name: &TypeName, is_string: bool) -> Option<Literal> {
    if *literal == Literal::Null {
        return Some(Literal::Null);
    }
    if name.array {
        return None;
    }
    let base = name.base.as_str();
    match literal {
        Literal::Text(text) if types::is_text(base) => {
            let fits = match name.numbers().first() {
                Some(length) => i64::try_from(text.chars().count()).is_ok_and(|count| count <= *length),
                None => true,
            };
            fits.then(|| literal.clone())
        }
        Literal::Text(text) if base == "bpchar" => (!text.ends_with(' ')).then(|| literal.clone()),
        Literal::Text(text) if base == "name" => (text.len() < 64).then(|| literal.clone()),
        Literal::Text(text) if is_string && base == "boolean" => constant::truth(text).map(Literal::Bool),
        Literal::Text(text) if is_string && base == "bytea" => bytes(text).map(Literal::Blob),
        Literal::Text(text) if is_string && is_number(base) && name.modifiers.is_empty() => {
            constant::decimal(text.trim())?;
            cast(&number(text.trim()), name, false)
        }
        Literal::Text(_) => {
            (is_string && !types::is_built_in(base) && name.modifiers.is_empty()).then(|| literal.clone())
        }
        Literal::Integer(_) => (is_number(base) && name.modifiers.is_empty()).then(|| literal.clone()),
        // A text column would show that a float has lost its zeros.
        Literal::Real(text) => {
            let is_short = !text.ends_with('0') && !text.contains(['e', 'E']);
            let stays = base == "numeric" || (base == "double precision" && is_short);
            (stays && name.modifiers.is_empty()).then(|| literal.clone())
        }
        Literal::Bool(_) => (base == "boolean").then(|| literal.clone()),
        Literal::Blob(_) => (base == "bytea").then(|| literal.clone()),
        Literal::Null => Some(Literal::Null),
    }
}

fn number(text: &str) -> Literal {
    text.parse().map_or_else(|_| Literal::Real(text.to_owned()), Literal::Integer)
}

/// The bytes behind `\x`.
fn bytes(text: &str) -> Option<Vec<u8>> {
    let digits = text.strip_prefix("\\x")?;
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) || digits.len() % 2 != 0 {
        return None;
    }
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).ok()).collect()
}

#[cfg(test)]
#[path = "value_tests.rs"]
mod tests;
