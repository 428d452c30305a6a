//! The SQL expressions of entities: each stands between parentheses that we write, so each has to be one expression and
//! end before they do. Looks at tokens only; what an expression means is for the database.

use super::canonicalize::unsupported;
use super::text::{self, Kind};
use crate::error::Result;
use crate::model::{DefaultValue, IndexKey, ObjectPath, Placement, Table};

/// Takes the comments around the expressions of a table away: one at the end would swallow what is written behind it.
///
/// # Errors
/// A text is not one expression.
pub(super) fn settle(table: &mut Table) -> Result<()> {
    let own = || ObjectPath::Table(table.name.clone());
    let of_column = |column: &str| ObjectPath::Column(table.name.clone(), column.to_owned());
    for column in &mut table.columns {
        if let Some(generated) = &mut column.generated {
            settle_one(&mut generated.expression, "the expression", || of_column(&column.name))?;
        }
        if let Some(default) = &mut column.default
            && let DefaultValue::Expression(sql) = &mut default.value
        {
            settle_one(sql, "the default", || of_column(&column.name))?;
        }
    }
    for check in &mut table.checks {
        let place = || match &check.placement {
            Placement::Column(column) => of_column(column),
            Placement::Table => own(),
        };
        settle_one(&mut check.expression, "the check", place)?;
    }
    for index in &mut table.indexes {
        for part in &mut index.parts {
            match &mut part.key {
                IndexKey::Column(_) => {}
                IndexKey::Expression(sql) => {
                    settle_one(sql, &format!("the expression in the index `{}`", index.name.text), own)?;
                }
            }
        }
        if let Some(sql) = &mut index.predicate {
            settle_one(sql, &format!("`where` of the index `{}`", index.name.text), own)?;
        }
    }
    Ok(())
}

fn settle_one(sql: &mut String, what: &str, place: impl Fn() -> ObjectPath) -> Result<()> {
    match one_expression(sql) {
        Ok(expression) => {
            *sql = expression.to_owned();
            Ok(())
        }
        Err(problem) => {
            let reason = format!("{what} `{sql}` {problem}");
            Err(unsupported(place(), reason, "write one SQL expression, as it would stand between parentheses"))
        }
    }
}

/// The expression without comments around it, or why the text cannot be one expression.
fn one_expression(sql: &str) -> std::result::Result<&str, &'static str> {
    let tokens = text::tokens(sql);
    let mut depth = 0_usize;
    for token in &tokens {
        match token.text {
            _ if token.kind == Kind::Broken => return Err("has a quote that is not closed"),
            _ if token.kind != Kind::Symbol => {}
            "(" => depth += 1,
            ")" => depth = depth.checked_sub(1).ok_or("closes a parenthesis it did not open")?,
            ";" => return Err("ends a statement with `;`"),
            "," if depth == 0 => return Err("has a comma outside of parentheses"),
            _ => {}
        }
    }
    match depth {
        _ if tokens.is_empty() => Err("is empty"),
        0 => Ok(text::slice(sql, &tokens)),
        _ => Err("opens a parenthesis it does not close"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_expression_and_nothing_else() {
        for (sql, expected) in [
            ("n > 0", Ok("n > 0")),
            ("n > 0 -- positive", Ok("n > 0")),
            ("/* size */ n > 0 /* positive", Ok("n > 0")),
            ("n > 0 -- not\n  AND m > 0 -- a", Ok("n > 0 -- not\n  AND m > 0")),
            ("name <> ');--'", Ok("name <> ');--'")),
            ("\"a;\" IN (1, 2)", Ok("\"a;\" IN (1, 2)")),
            ("n >", Ok("n >")),
            ("n > 0; DROP TABLE t", Err("ends a statement with `;`")),
            ("(n > 0;)", Err("ends a statement with `;`")),
            ("lower(name", Err("opens a parenthesis it does not close")),
            ("n > 0) --", Err("closes a parenthesis it did not open")),
            ("n > 0) OR (n < 0", Err("closes a parenthesis it did not open")),
            ("name = 'x", Err("has a quote that is not closed")),
            ("\"n > 0", Err("has a quote that is not closed")),
            ("n > 0, m > 0", Err("has a comma outside of parentheses")),
            ("-- nothing", Err("is empty")),
        ] {
            assert_eq!(one_expression(sql), expected, "{sql}");
        }
    }
}
