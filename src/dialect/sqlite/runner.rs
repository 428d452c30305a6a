//! How seachange runs on SQLite: its history table, its transactions, and the checks around them.

use std::time::Duration;

use super::{literal, text};
use crate::dialect::TransactionProbe;
use crate::model::Literal;

/// Foreign keys act on `DROP TABLE` and cannot be switched inside a transaction, so they are off while a revision runs
/// and checked before it is committed.
pub(in crate::dialect) const BEFORE_TRANSACTION: &[&str] = &["PRAGMA foreign_keys = OFF"];

pub(in crate::dialect) const AFTER_TRANSACTION: &[&str] = &["PRAGMA foreign_keys = ON"];

/// The statements that make a connection what seachange wants: who holds the lock is waited for.
pub(in crate::dialect) fn settings(lock: Duration) -> Vec<String> {
    vec![format!("PRAGMA busy_timeout = {}", lock.as_millis().min(i32::MAX.unsigned_abs().into()))]
}

/// A transaction begins in no other.
pub(in crate::dialect) const TRANSACTION_PROBE: TransactionProbe = TransactionProbe {
    first: "BEGIN",
    refusal: "within a transaction",
    ask: "SELECT 0 AS inside",
    undo: Some("ROLLBACK"),
};

/// The pragmas of a connection that the runner changes, or that a revision may.
const PRAGMAS: [&str; 6] = [
    "foreign_keys",
    "recursive_triggers",
    "ignore_check_constraints",
    "legacy_alter_table",
    "synchronous",
    "writable_schema",
];

/// A query for what the pragmas say.
pub(in crate::dialect) fn settings_query() -> String {
    let timeout = "SELECT 'busy_timeout' AS name, CAST(timeout AS TEXT) AS value FROM pragma_busy_timeout";
    let pragma = |name: &&str| format!("\nUNION ALL SELECT '{name}', CAST({name} AS TEXT) FROM pragma_{name}");
    timeout.to_owned() + &PRAGMAS.iter().map(pragma).collect::<String>()
}

/// Sets a pragma. All of them are always there, so none is new.
pub(in crate::dialect) fn set(name: &str, value: Option<&str>) -> String {
    format!("PRAGMA {name} = {}", value.unwrap_or("0"))
}

/// Takes the write lock at once, so that no two runners read the same history.
pub(in crate::dialect) const BEGIN: &str = "BEGIN IMMEDIATE";

pub(in crate::dialect) const CREATE_HISTORY: &str = "\
CREATE TABLE IF NOT EXISTS seachange_history (
    revision TEXT NOT NULL PRIMARY KEY,
    message TEXT NOT NULL,
    checksum TEXT NOT NULL,
    applied_at TEXT NOT NULL,
    milliseconds INTEGER NOT NULL,
    undeclared TEXT,
    unfinished TEXT
)";

/// The tables that refer to others. Virtual tables have no page of their own; asking them could fail.
pub(in crate::dialect) const REFERRING: &str = "\
SELECT DISTINCT t.name AS name FROM main.sqlite_schema AS t
JOIN pragma_foreign_key_list(t.name, 'main')
WHERE t.type = 'table' AND t.rootpage > 0";

/// Each row of the table that refers to nothing, in words, with its number and what it refers to. Rows without a number are
/// counted.
pub(in crate::dialect) fn orphans(table: &str) -> String {
    let table = literal(&Literal::Text(table.to_owned()));
    format!(
        "SELECT CASE WHEN rowid IS NULL
            THEN count(*) || ' of the rows of `' || \"table\" || '` refer to rows of `' || parent || '` that are not there'
            ELSE 'row ' || rowid || ' of `' || \"table\" || '` refers to a row of `' || parent || '` that is not there'
        END AS orphan, coalesce(rowid, -count(*)) AS row, parent AS parent
        FROM pragma_foreign_key_check({table}) GROUP BY rowid, parent, fkid"
    )
}

/// Whether an error says that another connection holds the lock.
pub(in crate::dialect) fn is_locked(error: &str) -> bool {
    error.contains("database is locked") || error.contains("database table is locked")
}

/// A query with one row if the table exists.
pub(in crate::dialect) fn find_table(name: &str) -> String {
    format!("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = '{}'", name.replace('\'', "''"))
}

/// The tables of other tools among these names, each in quotes.
pub(in crate::dialect) fn find_tools(names: &str) -> String {
    format!("SELECT NULL AS schema, name FROM sqlite_schema WHERE type = 'table' AND name IN ({names}) ORDER BY name")
}

/// Whether the statement begins or ends a transaction. Savepoints do neither.
pub(in crate::dialect) fn ends_transaction(sql: &str) -> bool {
    let tokens = text::tokens(sql);
    let is_first = |word: &str| tokens.first().is_some_and(|token| token.is_word(word));
    let goes_to_savepoint = tokens.iter().any(|token| token.is_word("TO"));
    is_first("BEGIN") || is_first("COMMIT") || is_first("END") || (is_first("ROLLBACK") && !goes_to_savepoint)
}

/// Whether foreign keys act after the statement, if it says so.
pub(in crate::dialect) fn switches_foreign_keys(sql: &str) -> Option<bool> {
    let tokens = text::tokens(sql);
    let mut words = tokens.iter().map(|token| token.text.trim_matches(['\'', '"']).to_ascii_lowercase());
    let is_pragma = words.next()? == "pragma" && words.any(|word| word == "foreign_keys");
    let value = words.find(|word| !matches!(word.as_str(), "=" | "("))?;
    is_pragma.then_some(matches!(value.as_str(), "on" | "true" | "yes" | "1"))
}

/// Whether all of the file is small enough to be read at once.
pub(in crate::dialect) const SIZE: &str =
    "SELECT CAST(NULL AS INTEGER) AS rows, c.page_count * s.page_size <= 268435456 AS small
    FROM pragma_page_count AS c, pragma_page_size AS s";
