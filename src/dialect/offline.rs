//! What a script of revisions says where the runner would look for itself: settings, locks, and what must hold before it goes
//! on. Each dialect writes the whole of [`Offline`]; nothing here knows a revision.

use std::time::Duration;

use super::{Dialect, Version, postgres, sqlite};

/// Something at which a script stops.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stop {
    /// An expression that is true then, and never NULL.
    pub(crate) when: String,
    /// What is said.
    pub(crate) words: String,
}

/// What keeps a script from leaving rows whose foreign keys point nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Watch {
    /// Notes those that are there.
    pub(crate) begin: Vec<String>,
    /// There are others.
    pub(crate) stop: Stop,
    /// Takes the notes away.
    pub(crate) end: Vec<String>,
}

/// The words of a database in which a script does what the runner does.
pub(crate) struct Offline {
    /// How the database's own program runs a script.
    pub(crate) program: &'static str,
    /// The name of that program.
    pub(crate) program_name: &'static str,
    /// The line with which that program stops at the first error.
    pub(crate) stops: &'static str,
    /// Statements that prepare the connection, for the schema that names mean, the patience for locks and for statements.
    pub(crate) settings: fn(&str, Duration, Option<Duration>) -> Vec<String>,
    /// Keeps runners out, as long as they are not kept out by transactions.
    pub(crate) lock: Option<String>,
    /// Lets them in again.
    pub(crate) unlock: Option<String>,
    /// The time at which the script runs, as the history has it.
    pub(crate) now: &'static str,
    /// Statements that fail with the words of the first thing that is so, and otherwise leave nothing behind.
    pub(crate) stop_at: fn(&[Stop]) -> Vec<String>,
    /// Where the database does not look after foreign keys while a revision runs.
    pub(crate) watch: Option<Watch>,
    /// The database is older than that version, where statements need one.
    pub(crate) older: Option<fn(Version) -> Stop>,
}

impl Dialect {
    /// The words of a script that does what the runner does.
    pub(crate) fn offline(self) -> Offline {
        match self {
            Self::Sqlite => sqlite::offline::offline(),
            Self::Postgres => postgres::offline::offline(),
        }
    }
}
