//! The history table: which revisions are applied, since when, from which text.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use sea_orm::{DbErr, QueryResult};

use super::{Session, query_error};
use crate::dialect::{Dialect, HISTORY};
use crate::error::Result;
use crate::model::Literal;
use crate::revision::graph::Graph;
use crate::revision::{Direction, Revision};

/// What stands for the duration of a revision that was stamped and not run.
pub(super) const STAMPED: i64 = -1;

/// A row of the history table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// The revision's id.
    pub revision: String,
    /// The checksum of its file when it was applied.
    pub checksum: String,
    /// When, as RFC 3339.
    pub applied_at: String,
    /// It was stamped: recorded without being run.
    pub stamped: bool,
    /// What [`Session::remember`] was told, one item per line.
    pub undeclared: Option<String>,
}

/// Records a revision; the time is SQL.
pub(super) fn insert(dialect: Dialect, revision: &Revision, applied_at: &str, milliseconds: i128) -> String {
    let [id, message, checksum] = [&revision.id, &revision.message, &revision.checksum]
        .map(|value| dialect.literal(&Literal::Text(value.to_owned())));
    format!(
        "INSERT INTO {HISTORY} (revision, message, checksum, applied_at, milliseconds) \
         VALUES ({id}, {message}, {checksum}, {applied_at}, {milliseconds})"
    )
}

/// Forgets a revision.
pub(super) fn delete(dialect: Dialect, id: &str) -> String {
    format!("DELETE FROM {HISTORY} WHERE revision = {}", dialect.literal(&Literal::Text(id.to_owned())))
}

/// Records how far a revision is that is not one transaction, as [`Unfinished::text`] says it.
pub(super) fn mark_unfinished(dialect: Dialect, revision: &Revision, how_far: &str) -> String {
    let [id, text] = [&revision.id, how_far].map(|text| dialect.literal(&Literal::Text(text.to_owned())));
    format!("UPDATE {HISTORY} SET unfinished = {text} WHERE revision = {id}")
}

/// Everything the history table says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Books {
    /// The applied revisions by id.
    pub applied: BTreeMap<String, Applied>,
    /// Those that were begun and not finished. On the way down they are still applied.
    pub unfinished: Vec<Unfinished>,
}

impl Books {
    fn add(&mut self, row: &QueryResult) -> std::result::Result<(), DbErr> {
        let applied = Applied {
            revision: row.try_get("", "revision")?,
            checksum: row.try_get("", "checksum")?,
            applied_at: row.try_get("", "applied_at")?,
            stamped: row.try_get::<i64>("", "milliseconds")? == STAMPED,
            undeclared: row.try_get("", "undeclared")?,
        };
        let unfinished: Option<String> = row.try_get("", "unfinished")?;
        let unfinished = unfinished.as_deref().and_then(Unfinished::parse);
        if let Some((direction, done, is_running)) = unfinished {
            let Applied { revision, checksum, applied_at: begun_at, .. } = applied.clone();
            self.unfinished.push(Unfinished { revision, direction, done, is_running, checksum, begun_at });
        }
        if unfinished.is_none_or(|(direction, ..)| direction == Direction::Down) {
            self.applied.insert(applied.revision.clone(), applied);
        }
        Ok(())
    }
}

/// A revision that runs in no transaction, and that was begun and not finished.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfinished {
    /// The revision's id.
    pub revision: String,
    /// The way it was going.
    pub direction: Direction,
    /// How many of its statements are done. The next one may be, too.
    pub done: usize,
    /// The next one was running, and nobody can tell from the outside what it did.
    pub is_running: bool,
    /// The checksum of its file when it was begun.
    pub checksum: String,
    /// When it was begun, as RFC 3339.
    pub begun_at: String,
}

impl Unfinished {
    /// As the history keeps it: the way, and the number of statements.
    pub(super) fn text(direction: Direction, done: usize, is_running: bool) -> String {
        format!("{} {done}{}", direction.as_str(), if is_running { " running" } else { "" })
    }

    fn parse(text: &str) -> Option<(Direction, usize, bool)> {
        let mut words = text.split(' ');
        let way = words.next()?;
        let direction = [Direction::Up, Direction::Down].into_iter().find(|direction| direction.as_str() == way)?;
        Some((direction, words.next()?.parse().ok()?, words.next().is_some()))
    }
}

impl Session {
    /// The applied revisions by id. One that is on its way up is none yet, one on its way down still is.
    ///
    /// # Errors
    /// The history cannot be read.
    pub async fn history(&self) -> Result<BTreeMap<String, Applied>> {
        Ok(self.books().await?.applied)
    }

    /// Everything the history table says.
    ///
    /// # Errors
    /// The history cannot be read.
    pub async fn books(&self) -> Result<Books> {
        let doing = "read the history of revisions";
        let mut books = Books::default();
        if self.query(&self.dialect().find_table(HISTORY), doing).await?.is_empty() {
            return Ok(books);
        }
        let sql = format!("SELECT revision, checksum, applied_at, milliseconds, undeclared, unfinished FROM {HISTORY}");
        for row in self.query(&sql, doing).await? {
            books.add(&row).map_err(|source| query_error(doing, &source))?;
        }
        Ok(books)
    }

    /// Records that a revision is begun whose statements will not all be one transaction, and says how many of them an
    /// earlier attempt has done.
    pub(super) async fn begin_unfinished(
        &self,
        revision: &Revision,
        direction: Direction,
        now: &str,
    ) -> Result<Option<Unfinished>> {
        self.begin().await?;
        let begun = async {
            let earlier = self.books().await?.unfinished.into_iter().find(|other| other.revision == revision.id);
            if earlier.is_none() {
                if direction == Direction::Up {
                    let insert = insert(self.dialect(), revision, &self.text(now), 0);
                    self.execute(&insert, "record the revision").await?;
                }
                self.mark_unfinished(revision, direction, 0, false).await?;
            }
            Ok(earlier)
        };
        let begun = begun.await;
        self.end(begun).await
    }

    /// Records how many statements of a revision are done, and whether the next one is one that has to be known to run.
    pub(super) async fn mark_unfinished(
        &self,
        revision: &Revision,
        direction: Direction,
        done: usize,
        is_running: bool,
    ) -> Result<()> {
        let sql = mark_unfinished(self.dialect(), revision, &Unfinished::text(direction, done, is_running));
        self.execute(&sql, "record how far the revision is").await
    }

    pub(super) async fn record(
        &self,
        revision: &Revision,
        direction: Direction,
        now: &str,
        started: Instant,
    ) -> Result<()> {
        let doing = "record the revision";
        match direction {
            Direction::Up => {
                // It may be there as one that is not finished.
                self.execute(&delete(self.dialect(), &revision.id), doing).await?;
                let milliseconds = i128::try_from(started.elapsed().as_millis()).unwrap_or_default();
                self.execute(&insert(self.dialect(), revision, &self.text(now), milliseconds), doing).await
            }
            Direction::Down => self.execute(&delete(self.dialect(), &revision.id), doing).await,
        }
    }

    fn text(&self, text: &str) -> String {
        self.dialect().literal(&Literal::Text(text.to_owned()))
    }

    /// Makes the history say that exactly these revisions are applied. Touches nothing else.
    ///
    /// # Errors
    /// The history cannot be written; it is then as before.
    pub async fn stamp(&self, graph: &Graph, revisions: &BTreeSet<String>, now: &str) -> Result<()> {
        self.begin().await?;
        let outcome = self.stamp_in_transaction(graph, revisions, now).await;
        self.end(outcome).await
    }

    /// Makes the history take the files of applied revisions as they are for what was applied.
    ///
    /// # Errors
    /// The history cannot be written; it is then as before.
    pub async fn accept_edits(&self, revisions: &[&Revision]) -> Result<()> {
        self.begin().await?;
        let accepted = async {
            for revision in revisions {
                let [id, checksum] =
                    [&revision.id, &revision.checksum].map(|text| self.dialect().literal(&Literal::Text(text.clone())));
                let sql = format!("UPDATE {HISTORY} SET checksum = {checksum} WHERE revision = {id}");
                self.execute(&sql, "write the history of revisions").await?;
            }
            Ok(())
        };
        let accepted = accepted.await;
        self.end(accepted).await
    }

    /// Remembers what the database holds beyond the lock at this moment, so that what is added by hand later stands out.
    ///
    /// # Errors
    /// The history cannot be written; it is then as before.
    pub async fn remember(&self, undeclared: &[String]) -> Result<()> {
        self.begin().await?;
        let update = format!("UPDATE {HISTORY} SET undeclared = {}", self.text(&undeclared.join("\n")));
        let outcome = self.execute(&update, "write the history of revisions").await;
        self.end(outcome).await
    }

    async fn stamp_in_transaction(&self, graph: &Graph, revisions: &BTreeSet<String>, now: &str) -> Result<()> {
        let doing = "write the history of revisions";
        let Books { applied, unfinished } = self.books().await?;
        let unfinished: BTreeSet<&String> = unfinished.iter().map(|unfinished| &unfinished.revision).collect();
        let gone = applied.keys().filter(|id| !revisions.contains(*id));
        for id in gone.chain(unfinished.iter().copied()) {
            self.execute(&delete(self.dialect(), id), doing).await?;
        }
        for revision in graph.revisions() {
            let is_there = applied.contains_key(&revision.id) && !unfinished.contains(&revision.id);
            if revisions.contains(&revision.id) && !is_there {
                self.execute(&insert(self.dialect(), revision, &self.text(now), STAMPED.into()), doing).await?;
            }
        }
        Ok(())
    }
}
