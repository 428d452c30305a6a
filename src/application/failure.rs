//! What an application tells when something went wrong: all that the command line says, as plain text.

use std::fmt;
use std::path::Path;

use crate::error::Error;
use crate::report;

/// Why a database is not where the revisions lead, in the words of the command line: what happened and where, what the
/// database said, and what to do next. Several lines; the same for `{}` and `{:?}`, so that it reads well wherever it ends up.
pub struct Failure(Box<Error>);

impl Failure {
    /// The error itself, to tell one from another.
    ///
    /// ```
    /// # use seachange::{Failure, error::Error};
    /// fn is_busy(failure: &Failure) -> bool {
    ///     matches!(failure.error(), Error::Locked { .. } | Error::PoolBusy { .. })
    /// }
    /// ```
    pub fn error(&self) -> &Error {
        &self.0
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self(Box::new(error))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = report::error::plain(&self.0, Path::new(""));
        // The flag of the command line has a name of its own here.
        let text = text.replace("`--accept-data-loss`", "`Migrator::accept_data_loss`");
        // What it is needs no title, unless there are several.
        let alone = text.strip_prefix("error: ").filter(|rest| !rest.contains("\nerror: "));
        f.write_str(alone.unwrap_or(&text).trim_end())
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What lies below is in the text already.
impl std::error::Error for Failure {}
