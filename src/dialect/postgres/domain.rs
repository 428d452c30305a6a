//! Domains that change while columns have them: `ALTER DOMAIN` changes the default, the checks and whether NULL is a value,
//! and nothing else.

use super::script::{self, Token};
use super::table_name;
use super::words::identifier;
use crate::model::TableName;

/// What a `CREATE DOMAIN` statement says.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Domain {
    /// The type it stands on, with the collation.
    base: String,
    default: Option<String>,
    not_null: bool,
    /// The checks with their names, in parentheses.
    checks: Vec<(String, String)>,
}

/// The words that begin something in the definition of a domain.
const CLAUSES: [&str; 6] = ["collate", "default", "not", "null", "constraint", "check"];

/// The statements that make one definition of a domain into the other, if `ALTER DOMAIN` can.
pub(super) fn change(name: &TableName, from: &str, to: &str) -> Option<Vec<String>> {
    let (from, to) = (read(from, name)?, read(to, name)?);
    if !script::same_words(&from.base, &to.base) {
        return None;
    }
    let alter = |change: String| format!("ALTER DOMAIN {} {change}", table_name(name));
    let is_in = |domain: &Domain, check: &(String, String)| {
        domain.checks.iter().any(|other| other.0 == check.0 && script::same_words(&other.1, &check.1))
    };
    let mut statements = Vec::new();
    for (check, _) in from.checks.iter().filter(|check| !is_in(&to, check)) {
        statements.push(alter(format!("DROP CONSTRAINT {}", identifier(check))));
    }
    if from.not_null && !to.not_null {
        statements.push(alter("DROP NOT NULL".to_owned()));
    }
    match (&from.default, &to.default) {
        (Some(from), Some(to)) if script::same_words(from, to) => {}
        (_, Some(default)) => statements.push(alter(format!("SET DEFAULT {default}"))),
        (Some(_), None) => statements.push(alter("DROP DEFAULT".to_owned())),
        (None, None) => {}
    }
    for check in to.checks.iter().filter(|check| !is_in(&from, check)) {
        statements.push(alter(format!("ADD CONSTRAINT {} CHECK {}", identifier(&check.0), check.1)));
    }
    if to.not_null && !from.not_null {
        statements.push(alter("SET NOT NULL".to_owned()));
    }
    Some(statements)
}

/// Whether values that are there already may not be values of what the domain becomes.
pub(in crate::dialect) fn narrows(name: &TableName, from: &str, to: &str) -> bool {
    let statements = change(name, from, to).unwrap_or_default();
    statements.iter().any(|sql| sql.contains(" ADD CONSTRAINT ") || sql.ends_with(" SET NOT NULL"))
}

/// Whether the domain does not take every value of the type it stands on. One that cannot be read counts as such.
pub(super) fn has_demands(sql: &str, name: &TableName) -> bool {
    read(sql, name).is_none_or(|domain| domain.not_null || !domain.checks.is_empty())
}

/// The type it stands on, without the collation.
pub(super) fn base(sql: &str, name: &TableName) -> Option<String> {
    let base = read(sql, name)?.base;
    Some(base.split(" COLLATE ").next().unwrap_or_default().to_owned())
}

/// Reads `CREATE DOMAIN name AS type …`. A check without a name gets the one PostgreSQL would give it, if it is the only one.
fn read(sql: &str, name: &TableName) -> Option<Domain> {
    let tokens = script::tokens(sql);
    let start = tokens.iter().position(|token| is(token, "as")).filter(|at| *at > 2)? + 1;
    let tokens = tokens.get(start..)?;
    let mut domain = Domain { base: String::new(), default: None, not_null: false, checks: Vec::new() };
    let end = clause_end(tokens, 0);
    domain.base = text(sql, tokens, 0, end)?;
    let (mut position, mut check_name) = (end, None);
    while let Some(token) = tokens.get(position) {
        // What stands right behind the word belongs to it, whatever it is.
        let end = clause_end(tokens, position + if is(token, "null") { 1 } else { 2 });
        let words = text(sql, tokens, position, end)?;
        let behind = text(sql, tokens, position + 1, end);
        position = end;
        if is(token, "collate") {
            domain.base += &format!(" {words}");
        } else if is(token, "default") {
            domain.default = behind;
        } else if is(token, "not") {
            domain.not_null = true;
        } else if is(token, "constraint") {
            check_name = tokens.get(end - 1).and_then(|token| token.name.clone());
        } else if is(token, "check") {
            let made = || format!("{}_check", name.name);
            domain.checks.push((check_name.take().unwrap_or_else(made), behind?));
        } else if !is(token, "null") {
            return None;
        }
    }
    domain.checks.sort();
    let is_twice = domain.checks.windows(2).any(|pair| pair[0].0 == pair[1].0);
    (!is_twice && !domain.base.is_empty()).then_some(domain)
}

fn is(token: &Token, word: &str) -> bool {
    token.is_word && token.text.eq_ignore_ascii_case(word)
}

/// Where the next clause begins, from a position on.
fn clause_end(tokens: &[Token], from: usize) -> usize {
    let mut depth = 0_usize;
    for (position, token) in tokens.iter().enumerate() {
        match token.text.as_str() {
            "(" | "[" => depth += 1,
            ")" | "]" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if position >= from && depth == 0 && CLAUSES.iter().any(|word| is(token, word)) {
            return position;
        }
    }
    tokens.len()
}

fn text(sql: &str, tokens: &[Token], from: usize, to: usize) -> Option<String> {
    let (first, last) = (tokens.get(from..to)?.first()?, tokens.get(from..to)?.last()?);
    sql.get(first.start..last.end).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(from: &str, to: &str, expected: Option<&[&str]>) {
        let found = change(
            &TableName::new("price"),
            &format!("CREATE DOMAIN price AS {from}"),
            &format!("CREATE DOMAIN price AS {to}"),
        );
        let expected =
            expected.map(|list| list.iter().map(|sql| format!("ALTER DOMAIN price {sql}")).collect::<Vec<_>>());
        assert_eq!(found, expected);
    }

    #[test]
    fn only_what_differs_is_changed() {
        check("text", "text", Some(&[]));
        check("numeric(10,2)", "numeric(10, 2) NOT NULL DEFAULT 0", Some(&["SET DEFAULT 0", "SET NOT NULL"]));
        check("text DEFAULT 'not null'::text NOT NULL", "text", Some(&["DROP NOT NULL", "DROP DEFAULT"]));
        check("boolean DEFAULT NOT true", "boolean DEFAULT (NOT false)", Some(&["SET DEFAULT (NOT false)"]));
        check(
            "integer CONSTRAINT a CHECK ((VALUE > 0)) CONSTRAINT \"B b\" CHECK ((VALUE < 9))",
            "integer CONSTRAINT a CHECK ((VALUE > 0)) CONSTRAINT \"B b\" CHECK ((VALUE < 99))",
            Some(&["DROP CONSTRAINT \"B b\"", "ADD CONSTRAINT \"B b\" CHECK ((VALUE < 99))"]),
        );
        check(
            "integer",
            "integer CHECK (VALUE IS NOT NULL)",
            Some(&["ADD CONSTRAINT price_check CHECK (VALUE IS NOT NULL)"]),
        );
        check("text COLLATE \"C\"", "text", None);
        check("integer", "bigint", None);
        check("integer", "integer CHECK (VALUE > 0) CHECK (VALUE < 9)", None);
    }
}
