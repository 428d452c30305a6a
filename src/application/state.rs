//! How a database and the revisions of an application stand to each other.

use std::fmt;

use super::embedded::Project;
use super::{since, titles};
use crate::dialect::Options;
use crate::error::{Result, count};
use crate::migrate::{Books, Session};
use crate::report;

/// How a database and the revisions of an application stand to each other, in words. Each list is empty where all is well.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct State {
    /// Revisions the database lacks, in their order.
    pub pending: Vec<String>,
    /// Revisions whose text is not what it was when they were applied.
    pub edited: Vec<String>,
    /// Revisions without a transaction that were cut off; the way up goes on with them.
    pub unfinished: Vec<String>,
    /// Ids of revisions that the database has and the application does not: those of a newer version, or lost ones.
    pub unknown: Vec<String>,
    /// What would lead from the database to the last revision: somebody changed it by hand. Only looked for when nothing is
    /// pending or unknown.
    pub drift: Vec<String>,
    /// What came into the tables of the project by hand since the last revision. Looked for as `drift` is.
    pub added: Vec<String>,
}

impl State {
    /// Whether the application can work: the database has everything it knows of, and nobody took a part of that away. What
    /// a newer version added, and what was edited since, does not stop it.
    pub fn is_ready(&self) -> bool {
        self.pending.is_empty() && self.unfinished.is_empty() && self.drift.is_empty()
    }

    /// Whether other revisions than the last one say what the database is at this moment.
    fn is_changing(&self) -> bool {
        [&self.pending, &self.unfinished, &self.unknown].iter().any(|list| !list.is_empty())
    }

    /// Whether there is nothing to tell at all.
    pub fn is_clean(&self) -> bool {
        *self == Self::default()
    }
}

/// What there is to tell, one thing on a line, each list under its title.
impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_clean() {
            return f.write_str("the database is where the revisions lead");
        }
        let lists = [
            (count(self.pending.len(), "pending revision"), &self.pending),
            ("edited after being applied".to_owned(), &self.edited),
            ("begun, and not finished".to_owned(), &self.unfinished),
            ("applied, but not among these revisions".to_owned(), &self.unknown),
            ("changed by hand; to be as the last revision left it".to_owned(), &self.drift),
            ("added by hand since the last revision".to_owned(), &self.added),
        ];
        let shown = lists.into_iter().filter(|(_, list)| !list.is_empty());
        let text: Vec<String> = shown.map(|(title, list)| format!("{title}:\n  {}", list.join("\n  "))).collect();
        f.write_str(&text.join("\n"))
    }
}

impl Project {
    pub(super) async fn state(&self, session: &Session, options: &Options) -> Result<State> {
        let Books { applied: history, unfinished } = session.books().await?;
        let is_edited = |id: &str, checksum: &str| history.get(id).is_some_and(|applied| applied.checksum != checksum);
        let edited: Vec<_> =
            self.graph.revisions().iter().filter(|revision| is_edited(&revision.id, &revision.checksum)).collect();
        let mut state = State {
            pending: titles(&self.pending(&history)),
            edited: titles(&edited),
            unfinished: unfinished.iter().map(|one| one.told(&self.graph)).collect(),
            unknown: self.unknown(&history),
            ..State::default()
        };
        let Some(lock) = self.lock.clone().filter(|_| !state.is_changing()) else {
            return Ok(state);
        };
        let comparison = since(session, lock, options, &self.settings.rules).await?;
        state.drift = comparison.differences.iter().map(|difference| report::change_text(&difference.op)).collect();
        let known = history.values().find_map(|applied| applied.undeclared.as_deref());
        state.added = if self.settings.strict {
            comparison.unmanaged.iter().map(report::unmanaged_text).collect()
        } else {
            let is_new = |text: &String| known.is_some_and(|known| known.lines().all(|line| line != text));
            comparison.unmanaged.iter().filter_map(report::alteration_text).filter(is_new).collect()
        };
        Ok(state)
    }
}
