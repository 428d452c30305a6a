//! How to see what a transaction has done so far to the tables that were there before. Only the words; the queries are in the
//! folders of the dialects.

use super::Lock;

/// Queries about a transaction, asked over its own connection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Observation {
    /// The tables: `id`, `schema` (none for the usual one), `name`, the `file` they are in, and how often all of one was read
    /// in this transaction, as `reads`.
    pub(crate) tables: &'static str,
    /// The locks of tables that this connection has: `id` of the table and `mode`.
    pub(crate) locks: &'static str,
    /// Everything that keeps its `id` when it gets another name: what it is (`kind`), `schema`, `name`, and `part` for what
    /// belongs to something else.
    pub(crate) names: &'static str,
    /// The lock of that mode.
    pub(crate) lock: fn(&str) -> Option<Lock>,
}
