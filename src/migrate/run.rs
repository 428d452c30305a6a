//! One revision in one direction, with its row of the history.

use std::time::Instant;

use sea_orm::{ConnectionTrait, DbErr};

use super::fit::section;
use super::{Session, cause};
use crate::error::{Error, Result, SHOWN};
use crate::revision::{Direction, Revision, Section};

/// What happened to one revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It ran.
    Done,
    /// Another process had done it in the meantime.
    AlreadyDone,
}

impl Session {
    /// Runs a revision in one direction and records it, in one transaction where the section allows it.
    ///
    /// # Errors
    /// [`Error::Statement`], [`Error::Misfits`] and [`Error::Orphans`] leave the database as it was before the revision;
    /// [`Error::Locked`]: another process did not finish in time; [`Error::NoWayDown`].
    pub async fn run(&self, revision: &Revision, direction: Direction, now: &str) -> Result<Outcome> {
        let section = section(self.dialect(), revision, direction)
            .ok_or_else(|| Error::NoWayDown { revision: revision.title() })?;
        for sql in self.dialect().before_transaction() {
            self.execute(sql, "prepare the connection").await?;
        }
        let outcome = self.run_section(revision, section, now).await;
        for sql in self.dialect().after_transaction() {
            self.execute(sql, "put the connection back").await?;
        }
        outcome
    }

    async fn run_section(&self, revision: &Revision, section: &Section, now: &str) -> Result<Outcome> {
        if !section.transaction {
            if self.is_done(revision, section.direction).await? {
                return Ok(Outcome::AlreadyDone);
            }
            let started = Instant::now();
            self.run_statements(revision, section).await?;
            self.begin().await?;
            let recorded = self.record(revision, section.direction, now, started).await;
            self.end(recorded).await?;
            return Ok(Outcome::Done);
        }
        self.begin().await?;
        let outcome = self.run_in_transaction(revision, section, now).await;
        self.end(outcome).await
    }

    async fn run_in_transaction(&self, revision: &Revision, section: &Section, now: &str) -> Result<Outcome> {
        // Only now is it certain that no other process is at it.
        if self.is_done(revision, section.direction).await? {
            return Ok(Outcome::AlreadyDone);
        }
        let started = Instant::now();
        let before = self.orphans().await?;
        self.run_statements(revision, section).await?;
        let rows = self.orphans().await?.beyond(&before);
        if !rows.is_empty() {
            return Err(Error::Orphans { revision: revision.title(), rows });
        }
        self.record(revision, section.direction, now, started).await?;
        Ok(Outcome::Done)
    }

    async fn is_done(&self, revision: &Revision, direction: Direction) -> Result<bool> {
        let is_applied = self.history().await?.contains_key(&revision.id);
        Ok(is_applied == (direction == Direction::Up))
    }

    async fn run_statements(&self, revision: &Revision, section: &Section) -> Result<()> {
        self.refuse_unfit(revision, section)?;
        self.refuse_newer(revision, section).await?;
        for (position, statement) in self.dialect().statements(&section.sql).into_iter().enumerate() {
            if let Err(source) = self.db.execute_unprepared(&statement.sql).await {
                if let Some(misfits) = self.misfits(revision, &statement.sql).await {
                    return Err(misfits);
                }
                let source = cause(&source);
                return Err(Error::Statement {
                    revision: revision.title(),
                    direction: section.direction.as_str(),
                    path: revision.path.clone(),
                    line: section.line + statement.line - 1,
                    number: position + 1,
                    sql: statement.sql.into_boxed_str(),
                    in_transaction: section.transaction,
                    source,
                });
            }
        }
        Ok(())
    }

    /// The rows because of which a statement failed, if it is one that looks for such rows. What is asked may fail as the
    /// statement did; then the database's own words have to do.
    async fn misfits(&self, revision: &Revision, sql: &str) -> Option<Error> {
        let query = self.dialect().misfits(sql)?;
        let doing = "look for rows that do not fit";
        let total = self.query(&format!("SELECT count(*) AS number FROM ({query})"), doing).await.ok()?;
        let number: i64 = total.first()?.try_get("", "number").ok()?;
        let number = usize::try_from(number).ok().filter(|number| *number > 0)?;
        let rows = self.query(&format!("SELECT * FROM ({query}) LIMIT {SHOWN}"), doing).await.ok()?;
        let rows = rows.iter().map(|row| row.try_get_by_index(0)).collect::<std::result::Result<_, DbErr>>().ok()?;
        Some(Error::Misfits { revision: revision.title(), number, rows })
    }
}
