//! What SQLite learned when, and which statements say so. Knows no plan.

use super::text::{self, Token};
use crate::dialect::Version;

/// The version that the driver brings with it; what runs here where nobody says more.
pub(in crate::dialect) const BUNDLED: Version = Version::new(3, 51, 3);

/// The first with `DROP COLUMN`. Nothing older is written for.
const OLDEST: Version = Version::new(3, 35, 0);

/// The first whose `DROP COLUMN` is sound: those before it may damage the file.
pub(super) const DROPS_COLUMNS: Version = Version::new(3, 35, 5);

/// The first with strict tables, and whose `ADD COLUMN` holds the rows that are there against the new check.
pub(super) const STRICT: Version = Version::new(3, 37, 0);

/// The first that changes NOT NULL, adds checks and drops constraints.
pub(super) const ALTERS_CONSTRAINTS: Version = Version::new(3, 53, 0);

/// A query for the version that runs here.
pub(in crate::dialect) const QUERY: &str = "SELECT sqlite_version() AS version";

/// Reads the version that a project says.
///
/// # Errors
/// It is none, or too old; what is wrong, and what to write instead.
pub(crate) fn read(text: &str) -> Result<Version, (String, String)> {
    let hint =
        || format!("write the oldest SQLite that runs your revisions, from {OLDEST} on, such as `\"{BUNDLED}\"`");
    match Version::parse(text) {
        None => Err((format!("`{text}` is no version"), hint())),
        Some(version) if version < OLDEST => {
            Err((format!("SQLite {version} cannot drop a column, which {OLDEST} was the first to do"), hint()))
        }
        Some(version) => Ok(version),
    }
}

/// The oldest version that takes the statement, when the bundled one may not.
pub(in crate::dialect) fn needed(sql: &str) -> Option<Version> {
    let tokens = text::tokens(sql);
    match Change::read(sql, &tokens)? {
        Change::Nullability { .. } | Change::AddCheck { .. } | Change::DropConstraint => Some(ALTERS_CONSTRAINTS),
    }
}

/// An `ALTER TABLE` that older versions do not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Change<'a> {
    /// `ALTER COLUMN … SET NOT NULL` and `DROP NOT NULL`.
    Nullability { table: &'a str, column: &'a str, required: bool },
    /// `ADD CHECK`; the expression in its parentheses.
    AddCheck { table: &'a str, expression: &'a str },
    /// `DROP CONSTRAINT`.
    DropConstraint,
}

impl<'a> Change<'a> {
    /// Reads the statement, if it is one.
    pub(super) fn read(sql: &'a str, tokens: &'a [Token<'a>]) -> Option<Self> {
        let rest = after(tokens, &["ALTER", "TABLE"])?;
        let rest = match rest {
            [_, dot, rest @ ..] if dot.is_symbol(".") => rest,
            rest => rest,
        };
        let (table, rest) = rest.split_first()?;
        let table = table.name()?;
        if after(rest, &["DROP", "CONSTRAINT"]).is_some() {
            return Some(Self::DropConstraint);
        }
        if let Some(rest) = after(rest, &["ALTER"]) {
            let (column, rest) = after(rest, &["COLUMN"]).unwrap_or(rest).split_first()?;
            let required = after(rest, &["SET", "NOT", "NULL"]).is_some();
            let is_it = required || after(rest, &["DROP", "NOT", "NULL"]).is_some();
            return is_it.then_some(Self::Nullability { table, column: column.name()?, required });
        }
        let rest = after(rest, &["ADD"])?;
        let rest = after(rest, &["CONSTRAINT"]).and_then(|rest| rest.get(1..)).unwrap_or(rest);
        let check = after(rest, &["CHECK"])?;
        let close = check.first().filter(|token| token.is_symbol("(")).and_then(|_| text::closing(check, 0))?;
        Some(Self::AddCheck { table, expression: text::slice(sql, &check[1..close]) })
    }
}

/// What stands behind the words.
fn after<'t, 'a>(tokens: &'t [Token<'a>], words: &[&str]) -> Option<&'t [Token<'a>]> {
    let (first, rest) = tokens.split_at_checked(words.len())?;
    first.iter().zip(words).all(|(token, word)| token.is_word(word)).then_some(rest)
}

#[cfg(test)]
mod tests {
    use sea_orm::{ConnectionTrait, Database, Statement};

    use super::*;

    #[test]
    fn statements_say_which_version_they_need() {
        for sql in [
            "ALTER TABLE t ALTER COLUMN c SET NOT NULL",
            "alter table \"a b\" alter \"c d\" drop not null",
            "ALTER TABLE main.t ADD CHECK (a > 0)",
            "ALTER TABLE t ADD CONSTRAINT \"check\" CHECK (a > ')')",
            "ALTER TABLE t DROP CONSTRAINT c",
        ] {
            assert_eq!(needed(sql), Some(ALTERS_CONSTRAINTS), "{sql}");
        }
        for sql in [
            "ALTER TABLE t ADD COLUMN \"check\" integer CHECK (\"check\" > 0)",
            "ALTER TABLE t ADD c integer CHECK (c > 0)",
            "ALTER TABLE t DROP COLUMN c",
            "ALTER TABLE t RENAME COLUMN a TO b",
            "CREATE TABLE t (a CHECK (a > 0))",
            "",
        ] {
            assert_eq!(needed(sql), None, "{sql}");
        }
    }

    #[tokio::test]
    async fn the_bundled_version_is_the_one_that_runs() {
        let db = Database::connect("sqlite::memory:").await.unwrap();
        let query = Statement::from_string(db.get_database_backend(), QUERY);
        let row = db.query_one_raw(query).await.unwrap().unwrap();
        assert_eq!(Version::parse(&row.try_get::<String>("", "version").unwrap()), Some(BUNDLED));
    }

    #[test]
    fn what_a_project_may_say() {
        assert_eq!(read("3.35"), Ok(OLDEST));
        assert_eq!(read("3.53.1"), Ok(Version::new(3, 53, 1)));
        let (message, hint) = read("3.34.1").unwrap_err();
        assert_eq!(message, "SQLite 3.34.1 cannot drop a column, which 3.35 was the first to do");
        assert_eq!(hint, "write the oldest SQLite that runs your revisions, from 3.35 on, such as `\"3.51.3\"`");
        for text in ["", "3", "three", "3.x", "3.51.3.1"] {
            assert_eq!(read(text).unwrap_err().0, format!("`{text}` is no version"));
        }
    }
}
