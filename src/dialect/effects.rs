//! What an operation does to the tables it meets while it runs: which locks it takes, and which rows it has to go through.
//! Only the words; what each operation does is in the folders of the dialects.

use std::collections::BTreeMap;
use std::fmt;

use crate::model::TableName;

/// The tables that an operation locks or reads, with what it does to each.
pub type Effects = BTreeMap<TableName, Effect>;

/// What happens to one table.
///
/// ```
/// use seachange::dialect::{Effect, Lock};
///
/// let both = Effect::scan(Lock::Share).and(Effect::lock(Lock::AccessExclusive));
/// assert!(both.scan && !both.rewrite && both.lock.is_some_and(Lock::blocks_reads));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Effect {
    /// The strongest lock on it. `None` where the database has one lock for all tables, or takes none that anybody meets.
    pub lock: Option<Lock>,
    /// All its rows are written anew.
    pub rewrite: bool,
    /// All its rows are read.
    pub scan: bool,
}

/// The locks of tables from the weakest to the strongest, as PostgreSQL calls them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names are PostgreSQL's")]
pub enum Lock {
    AccessShare,
    RowShare,
    RowExclusive,
    ShareUpdateExclusive,
    Share,
    ShareRowExclusive,
    Exclusive,
    AccessExclusive,
}

impl Effect {
    /// A lock for a moment.
    pub fn lock(lock: Lock) -> Self {
        Self { lock: Some(lock), ..Self::default() }
    }

    /// A lock while all rows are read.
    pub fn scan(lock: Lock) -> Self {
        Self { scan: true, ..Self::lock(lock) }
    }

    /// A lock while all rows are written anew.
    pub fn rewrite(lock: Lock) -> Self {
        Self { rewrite: true, ..Self::scan(lock) }
    }

    /// Both one and the other.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self { lock: self.lock.max(other.lock), rewrite: self.rewrite || other.rewrite, scan: self.scan || other.scan }
    }
}

impl Lock {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::AccessShare,
        Self::RowShare,
        Self::RowExclusive,
        Self::ShareUpdateExclusive,
        Self::Share,
        Self::ShareRowExclusive,
        Self::Exclusive,
        Self::AccessExclusive,
    ];

    /// Whether nobody can read the table meanwhile.
    pub fn blocks_reads(self) -> bool {
        self == Self::AccessExclusive
    }

    /// Whether nobody can write to the table meanwhile.
    pub fn blocks_writes(self) -> bool {
        self >= Self::Share
    }
}

/// As SQL says it: `ACCESS EXCLUSIVE`.
impl fmt::Display for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AccessShare => "ACCESS SHARE",
            Self::RowShare => "ROW SHARE",
            Self::RowExclusive => "ROW EXCLUSIVE",
            Self::ShareUpdateExclusive => "SHARE UPDATE EXCLUSIVE",
            Self::Share => "SHARE",
            Self::ShareRowExclusive => "SHARE ROW EXCLUSIVE",
            Self::Exclusive => "EXCLUSIVE",
            Self::AccessExclusive => "ACCESS EXCLUSIVE",
        })
    }
}
