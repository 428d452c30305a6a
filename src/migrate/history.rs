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

impl Session {
    /// The applied revisions by id.
    ///
    /// # Errors
    /// The history cannot be read.
    pub async fn history(&self) -> Result<BTreeMap<String, Applied>> {
        let doing = "read the history of revisions";
        if self.query(&self.dialect().find_table(HISTORY), doing).await?.is_empty() {
            return Ok(BTreeMap::new());
        }
        let rows = self
            .query(&format!("SELECT revision, checksum, applied_at, milliseconds, undeclared FROM {HISTORY}"), doing)
            .await?;
        let read = |row: &QueryResult| {
            let applied = Applied {
                revision: row.try_get("", "revision")?,
                checksum: row.try_get("", "checksum")?,
                applied_at: row.try_get("", "applied_at")?,
                stamped: row.try_get::<i64>("", "milliseconds")? == STAMPED,
                undeclared: row.try_get("", "undeclared")?,
            };
            Ok((applied.revision.clone(), applied))
        };
        rows.iter().map(read).collect::<std::result::Result<_, DbErr>>().map_err(|source| query_error(doing, &source))
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
        let history = self.history().await?;
        for id in history.keys().filter(|id| !revisions.contains(*id)) {
            self.execute(&delete(self.dialect(), id), doing).await?;
        }
        for revision in graph.revisions() {
            if revisions.contains(&revision.id) && !history.contains_key(&revision.id) {
                self.execute(&insert(self.dialect(), revision, &self.text(now), STAMPED.into()), doing).await?;
            }
        }
        Ok(())
    }
}
