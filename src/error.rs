//! The one error type: what was being done, why it failed, and what to do next.
//! Knows no terminal; how an error is drawn is the report's business.

use std::path::PathBuf;

use crate::model::Location;

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
    /// Revision files make no sense, alone or together. All problems of a run.
    #[error("{} in the migrations", count(problems.len(), "problem"))]
    Revisions {
        /// Each with its place.
        problems: Vec<Diagnostic>,
    },
    /// The lock cannot be understood.
    #[error("failed to understand `{}`", path.display())]
    Lock {
        /// The file.
        path: PathBuf,
        /// Why.
        source: Cause,
    },
    /// A word names no revision, or several.
    #[error("{}", unknown_revision(word, candidates))]
    UnknownRevision {
        /// What the user wrote.
        word: String,
        /// What it could mean; empty if nothing.
        candidates: Vec<String>,
    },
    /// A relative target lies beyond the first or last revision.
    #[error("there {} {what}, not {asked}", if *there == 1 { "is 1 revision".to_owned() } else { format!("are {there} revisions") })]
    TooFar {
        /// How many steps were asked for.
        asked: usize,
        /// How many there are.
        there: usize,
        /// "pending" or "applied".
        what: &'static str,
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
            Self::Connect { hint, .. } => Some(hint.clone()),
            Self::Lock { .. } => Some(
                "settle the merge, or bring back the committed file with `git checkout`; \
                 `seachange revision` writes it anew with the next revision"
                    .to_owned(),
            ),
            Self::UnknownRevision { candidates, .. } if candidates.is_empty() => {
                Some("`seachange history` lists all revisions".to_owned())
            }
            Self::UnknownRevision { .. } => Some("write more of the id".to_owned()),
            Self::Source { .. }
            | Self::Revisions { .. }
            | Self::TooFar { .. }
            | Self::Read { .. }
            | Self::Write { .. }
            | Self::Query { .. } => None,
        }
    }
}

fn unknown_revision(word: &str, candidates: &[String]) -> String {
    if candidates.is_empty() {
        format!("no revision is called `{word}`")
    } else {
        format!("`{word}` can mean {}", candidates.join(" or "))
    }
}

/// "1 problem", "2 problems".
pub(crate) fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}
