//! When two constraints or indexes are the same but for their names and spelling. Changes nothing.

use std::collections::BTreeSet;

use super::text::{self, Kind};
use super::types;
use super::value;
use crate::model::{Attachment, Check, Column, Generated, Index, IndexKey, Unique, Verbatim};

/// What a unique constraint or an index does, whatever it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct IndexMeaning {
    unique: bool,
    parts: Vec<(Vec<String>, bool, Option<String>)>,
    predicate: Option<Vec<String>>,
}

impl IndexMeaning {
    /// A unique constraint does what a unique index on its columns does.
    pub(super) fn of_unique(unique: &Unique) -> Self {
        let parts = unique.columns.iter().map(|name| (vec![name.to_ascii_lowercase()], false, None)).collect();
        Self { unique: true, parts, predicate: None }
    }

    pub(super) fn of_index(index: &Index) -> Self {
        let parts = index
            .parts
            .iter()
            .map(|part| {
                let written = part.collation.as_ref().map(|name| name.to_ascii_lowercase());
                let (key, collation) = match &part.key {
                    IndexKey::Column(name) => (vec![name.to_ascii_lowercase()], written),
                    IndexKey::Expression(sql) => {
                        let (expression, collation) = collated(sql);
                        (expression, collation.or(written))
                    }
                };
                (key, part.descending, collation)
            })
            .collect();
        Self { unique: index.unique, parts, predicate: index.predicate.as_deref().map(text::canonical) }
    }
}

/// An indexed expression and the collation behind it, if that belongs to the whole expression and not to its last part.
fn collated(sql: &str) -> (Vec<String>, Option<String>) {
    let tokens = text::tokens(sql);
    if let [rest @ .., word, collation] = text::strip_parentheses(&tokens)
        && word.is_word("COLLATE")
        && is_whole(rest)
        && let Some(name) = collation.name()
    {
        return (text::canonical(text::slice(sql, rest)), Some(name.to_ascii_lowercase()));
    }
    (text::canonical(sql), None)
}

/// Whether the tokens are one operand: a word, a call, or something in parentheses.
fn is_whole(tokens: &[text::Token<'_>]) -> bool {
    let closes = |open: usize| text::closing(tokens, open) == Some(tokens.len() - 1);
    match tokens {
        [] => false,
        [_] => true,
        [first, ..] if first.is_symbol("(") => closes(0),
        [first, second, ..] => first.name().is_some() && second.is_symbol("(") && closes(1),
    }
}

/// What a check asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum CheckMeaning {
    /// The column holds one of the values.
    OneOf(String, BTreeSet<String>),
    /// Anything else, word by word.
    Words(Vec<String>),
}

impl CheckMeaning {
    pub(super) fn of(check: &Check) -> Self {
        match list_check(&check.expression) {
            Some((column, values)) => Self::OneOf(column, values),
            None => Self::Words(text::canonical(&check.expression)),
        }
    }
}

/// The values, when the expression is `column IN ('a', …)` with nothing but strings.
pub(super) fn listed_values(expression: &str, column: &str) -> Option<BTreeSet<String>> {
    list_check(expression).filter(|(name, _)| name.eq_ignore_ascii_case(column)).map(|(_, values)| values)
}

fn list_check(expression: &str) -> Option<(String, BTreeSet<String>)> {
    let tokens = text::tokens(expression);
    let [column, operator, list @ ..] = text::strip_parentheses(&tokens) else { return None };
    let (open, close) = (list.first()?, list.last()?);
    if !operator.is_word("IN") || !open.is_symbol("(") || !close.is_symbol(")") || list.len() < 3 {
        return None;
    }
    let name = match &column.kind {
        Kind::Word | Kind::Quoted(_) => column.name()?.to_ascii_lowercase(),
        Kind::Text(_) | Kind::Blob | Kind::Number | Kind::Symbol | Kind::Broken => return None,
    };
    let values = text::split_at_commas(&list[1..list.len() - 1])
        .into_iter()
        .map(|part| match part {
            // SQLite reads a name in double quotes that is no column as a string.
            [value] => match &value.kind {
                Kind::Text(value) | Kind::Quoted(value) => Some(value.clone()),
                Kind::Word | Kind::Blob | Kind::Number | Kind::Symbol | Kind::Broken => None,
            },
            _ => None,
        })
        .collect::<Option<_>>()?;
    Some((name, values))
}

/// Whether two generated columns are computed alike.
pub(super) fn same_generated(left: &Generated, right: &Generated) -> bool {
    left.stored == right.stored && text::canonical(&left.expression) == text::canonical(&right.expression)
}

/// Whether two triggers of the same name say the same.
pub(super) fn same_trigger(left: &Attachment, right: &Attachment) -> bool {
    left.name == right.name && text::canonical(&left.sql) == text::canonical(&right.sql)
}

/// Whether two views or virtual tables of the same name say the same.
pub(super) fn same_verbatim(left: &Verbatim, right: &Verbatim) -> bool {
    left.kind == right.kind
        && text::canonical(&left.sql) == text::canonical(&right.sql)
        && left.attachments.len() == right.attachments.len()
        && left.attachments.iter().zip(&right.attachments).all(|(left, right)| same_trigger(left, right))
}

/// Whether two columns get the same value when none is given.
pub(super) fn same_default(declared: &Column, live: &Column) -> bool {
    let affinity = types::affinity(live.data_type.text.as_deref().unwrap_or_default());
    value::same(declared.default.as_ref(), live.default.as_ref(), affinity)
}
