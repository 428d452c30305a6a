//! How seachange runs on SQLite: its history table, its transactions, and the checks around them.

/// Foreign keys act on `DROP TABLE` and cannot be switched inside a transaction, so they are off while a revision runs
/// and checked before it is committed.
pub(in crate::dialect) const BEFORE_TRANSACTION: &[&str] = &["PRAGMA foreign_keys = OFF"];

pub(in crate::dialect) const AFTER_TRANSACTION: &[&str] = &["PRAGMA foreign_keys = ON"];

/// Takes the write lock at once, so that no two runners read the same history.
pub(in crate::dialect) const BEGIN: &str = "BEGIN IMMEDIATE";

pub(in crate::dialect) const CREATE_HISTORY: &str = "\
CREATE TABLE IF NOT EXISTS seachange_history (
    revision TEXT NOT NULL PRIMARY KEY,
    message TEXT NOT NULL,
    checksum TEXT NOT NULL,
    applied_at TEXT NOT NULL,
    milliseconds INTEGER NOT NULL,
    undeclared TEXT
)";

/// Each row that refers to nothing, in words.
pub(in crate::dialect) const ORPHANS: &str = "\
SELECT 'row ' || coalesce(rowid, '?') || ' of `' || \"table\" || '` refers to a row of `' || parent || '` that is not there' AS orphan
FROM pragma_foreign_key_check";

/// Whether an error says that another connection holds the lock.
pub(in crate::dialect) fn is_locked(error: &str) -> bool {
    error.contains("database is locked") || error.contains("database table is locked")
}

/// A query with one row if the table exists.
pub(in crate::dialect) fn find_table(name: &str) -> String {
    format!("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = '{}'", name.replace('\'', "''"))
}
