//! The one error type: what was being done, why it failed, and what to do next.
//! Knows no terminal; how an error is drawn is the report's business.

use std::path::PathBuf;

use crate::model::{Location, ObjectPath};

/// The result of anything that can fail here.
pub type Result<T> = std::result::Result<T, Error>;

/// Why something could not be done. Never holds a password.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The source of the entities says something that cannot be understood. All problems of a run, in file order.
    #[error("{} in the entities", count(problems.len(), "problem"))]
    Source {
        /// Each with its place.
        problems: Vec<Diagnostic>,
    },
    /// A file or folder could not be read.
    #[error("failed to read `{}`", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file could not be written.
    #[error("failed to write `{}`", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A database could not be opened.
    #[error("failed to open the database `{database}`")]
    Connect {
        /// The URL without its password.
        database: String,
        /// What to do next.
        hint: String,
        /// What the driver said.
        source: Cause,
    },
    /// A statement of our own failed.
    #[error("failed to {doing}")]
    Query {
        /// What the statement was for, as in "read the columns of all tables".
        doing: String,
        /// What the database said.
        source: Cause,
    },
    /// What is declared has no form in the database.
    #[error("{database} has no form for `{object}`: {reason}")]
    Unsupported {
        /// The kind of database, as in "SQLite".
        database: &'static str,
        /// The table or column, as it was declared.
        object: ObjectPath,
        /// What cannot be.
        reason: String,
        /// What to write instead.
        hint: String,
    },
    /// The database describes one of its objects in words that cannot be understood.
    #[error("failed to understand how `{object}` was created: {reason}")]
    Definition {
        /// The object's name.
        object: String,
        /// What is not understood, and where.
        reason: String,
    },
}

/// What lies below an error.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// One problem in a file, with the words that cause it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// What is wrong: a lower-case fragment, user values in backticks.
    pub message: String,
    /// Where.
    pub location: Location,
    /// The whole line of the file.
    pub line: String,
    /// How many characters of the line, from the location on, are meant. At least 1.
    pub width: usize,
    /// What to say right at the place.
    pub label: Option<String>,
    /// What to do next.
    pub hint: Option<String>,
}

impl Error {
    /// What the user can do about it, when there is something to say.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Connect { hint, .. } | Self::Unsupported { hint, .. } => Some(hint.clone()),
            Self::Source { .. }
            | Self::Read { .. }
            | Self::Write { .. }
            | Self::Query { .. }
            | Self::Definition { .. } => None,
        }
    }
}

/// "1 problem", "2 problems".
pub(crate) fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}
