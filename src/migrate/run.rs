//! One revision in one direction, with its row of the history.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use sea_orm::{ConnectionTrait, DbErr};

use super::fit::section;
use super::observe::{Sight, Traces};
use super::{Session, cause};
use crate::dialect;
use crate::error::{Error, Left, Result, SHOWN};
use crate::revision::{Direction, Revision, Section};

/// What happened to one revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It ran.
    Done,
    /// Another process had done it in the meantime.
    AlreadyDone,
}

/// How a revision is run.
#[derive(Clone, Copy)]
pub struct Run<'a> {
    /// The time that is recorded, as RFC 3339.
    pub now: &'a str,
    /// Is told before each statement.
    pub watch: &'a (dyn Fn(Moment<'_>) + Sync),
    /// What to do about a statement that an earlier attempt was cut off in, when nobody can tell what it did.
    pub interrupted: Option<Interrupted>,
    /// Where what each statement does to tables is written down, if anybody wants to know.
    pub traces: Option<&'a Mutex<Traces>>,
}

/// What to do about a statement that an earlier attempt was cut off in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interrupted {
    /// Run it again.
    Again,
    /// Go on behind it: it did all it was to do.
    Done,
}

/// What is going on while a revision runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment<'a> {
    /// It goes on where an earlier attempt was cut off.
    Resumed {
        /// How many statements are not run again.
        done: usize,
        /// How many there are.
        all: usize,
        /// When the earlier attempt began, as RFC 3339.
        begun_at: &'a str,
        /// The file has another text by now; what is done of the old one is not run again.
        is_edited: bool,
    },
    /// A statement is about to run.
    Statement {
        /// Its number, from 1.
        number: usize,
        /// How many there are.
        all: usize,
    },
}

impl Session {
    /// Runs a revision in one direction and records it, in one transaction where the section allows it.
    ///
    /// # Errors
    /// [`Error::Statement`], [`Error::Misfits`] and [`Error::Orphans`] leave the database as it was before the revision;
    /// [`Error::Locked`]: another process did not finish in time; [`Error::NoWayDown`].
    pub async fn run(&self, revision: &Revision, direction: Direction, now: &str) -> Result<Outcome> {
        self.run_as(revision, direction, Run { now, watch: &|_| {}, interrupted: None, traces: None }).await
    }

    /// The same, with more to say about it.
    ///
    /// # Errors
    /// Those of [`Session::run`]; [`Error::Interrupted`]: an earlier attempt was cut off in a statement of which nobody can
    /// tell what it did.
    pub async fn run_as(&self, revision: &Revision, direction: Direction, run: Run<'_>) -> Result<Outcome> {
        let section = section(self.dialect(), revision, direction)
            .ok_or_else(|| Error::NoWayDown { revision: revision.title() })?;
        for sql in self.dialect().before_transaction() {
            self.execute(sql, "prepare the connection").await?;
        }
        let outcome = self.run_section(revision, section, run).await;
        for sql in self.dialect().after_transaction() {
            self.execute(sql, "put the connection back").await?;
        }
        outcome
    }

    async fn run_section(&self, revision: &Revision, section: &Section, run: Run<'_>) -> Result<Outcome> {
        if !section.transaction {
            return self.run_in_steps(revision, section, run).await;
        }
        self.begin().await?;
        let outcome = self.run_in_transaction(revision, section, run).await;
        self.end(outcome).await
    }

    /// Runs what is not one transaction, and keeps account of how far it is: whatever ends it, the next attempt goes on
    /// where this one was.
    async fn run_in_steps(&self, revision: &Revision, section: &Section, run: Run<'_>) -> Result<Outcome> {
        let Run { now, watch, interrupted, traces } = run;
        if self.is_done(revision, section.direction).await? {
            return Ok(Outcome::AlreadyDone);
        }
        self.refuse_unfit(revision, section)?;
        self.refuse_newer(revision, section).await?;
        let earlier = self.begin_unfinished(revision, section.direction, now).await?;
        let started = Instant::now();
        let statements = self.dialect().statements(&section.sql);
        let mut first = earlier.as_ref().map_or(0, |earlier| self.resume(earlier.done, &statements));
        if let Some(statement) = earlier.as_ref().filter(|earlier| earlier.is_running).and(statements.get(first)) {
            match interrupted {
                Some(Interrupted::Again) => {}
                Some(Interrupted::Done) => first += 1,
                None => {
                    return Err(Error::Interrupted {
                        revision: revision.title(),
                        path: revision.path.clone(),
                        line: section.line + statement.line - 1,
                        number: first + 1,
                        sql: statement.sql.clone().into_boxed_str(),
                    });
                }
            }
        }
        if let Some(earlier) = &earlier {
            let is_edited = earlier.checksum != revision.checksum;
            watch(Moment::Resumed { done: first, all: statements.len(), begun_at: &earlier.begun_at, is_edited });
        }
        // Where the text has transactions of its own, nothing can be recorded between its statements.
        let is_counted = !statements.iter().any(|statement| self.dialect().marks_transaction(&statement.sql));
        for (position, statement) in statements.iter().enumerate().skip(first) {
            watch(Moment::Statement { number: position + 1, all: statements.len() });
            let is_one = is_counted && self.dialect().is_atomic(&statement.sql);
            let is_opaque = is_counted && self.dialect().is_opaque(&statement.sql);
            if is_opaque {
                self.mark_unfinished(revision, section.direction, position, true).await?;
            }
            if is_one {
                self.begin().await?;
            }
            let left = match (is_counted, is_one) {
                (false, _) => Left::Uncounted,
                (true, false) if earlier.is_some() && position == first => Left::Perhaps,
                (true, _) if is_opaque => Left::Partly,
                (true, _) => Left::Counted,
            };
            let running = self.run_statement(revision, section, (position, statement), left);
            let mut done = self.traced(traces, running).await;
            if is_counted && done.is_ok() {
                done = self.mark_unfinished(revision, section.direction, position + 1, false).await;
            } else if is_opaque {
                // The database says that it failed; where it cannot say so any more, this fails, too.
                let _ = self.mark_unfinished(revision, section.direction, position, false).await;
            }
            if is_one { self.end(done).await? } else { done? }
        }
        self.begin().await?;
        let recorded = self.record(revision, section.direction, now, started).await;
        self.end(recorded).await?;
        Ok(Outcome::Done)
    }

    /// The statement to go on with. What only clears the way for the next one is done again: that one may have been begun.
    fn resume(&self, done: usize, statements: &[dialect::Statement]) -> usize {
        let clears = |statement: &dialect::Statement| self.dialect().clears_the_way(&statement.sql);
        let mut first = done.min(statements.len());
        while first > 0 && first < statements.len() && clears(&statements[first - 1]) {
            first -= 1;
        }
        first
    }

    async fn run_in_transaction(&self, revision: &Revision, section: &Section, run: Run<'_>) -> Result<Outcome> {
        let Run { now, watch, traces, .. } = run;
        // Only now is it certain that no other process is at it.
        if self.is_done(revision, section.direction).await? {
            return Ok(Outcome::AlreadyDone);
        }
        let started = Instant::now();
        let before = self.orphans().await?;
        self.refuse_unfit(revision, section)?;
        self.refuse_newer(revision, section).await?;
        let statements = self.dialect().statements(&section.sql);
        for (position, statement) in statements.iter().enumerate() {
            watch(Moment::Statement { number: position + 1, all: statements.len() });
            let running = self.run_statement(revision, section, (position, statement), Left::Nothing);
            self.traced(traces, running).await?;
        }
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

    async fn run_statement(
        &self,
        revision: &Revision,
        section: &Section,
        (position, statement): (usize, &dialect::Statement),
        left: Left,
    ) -> Result<()> {
        let Err(source) = self.db.execute_unprepared(&statement.sql).await else { return Ok(()) };
        if let Some(misfits) = self.misfits(revision, &statement.sql).await {
            return Err(misfits);
        }
        Err(Error::Statement {
            revision: revision.title(),
            direction: section.direction.as_str(),
            path: revision.path.clone(),
            line: section.line + statement.line - 1,
            number: position + 1,
            sql: statement.sql.clone().into_boxed_str(),
            left,
            source: cause(&source),
        })
    }

    /// Runs a statement and writes down what it did to tables, if anybody wants to know.
    async fn traced(&self, traces: Option<&Mutex<Traces>>, running: impl Future<Output = Result<()>>) -> Result<()> {
        let Some(traces) = traces else { return running.await };
        let before = Sight::of(self).await?;
        running.await?;
        let after = Sight::of(self).await?;
        traces.lock().unwrap_or_else(PoisonError::into_inner).add(before, &after);
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
