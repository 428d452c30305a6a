//! What a revision's text says before anything of it runs: whether it can run here, and in a transaction.

use std::cmp::Reverse;

use super::{Session, query_error};
use crate::dialect::{self, Dialect, Version};
use crate::error::{Error, Result};
use crate::revision::{Direction, Revision, Section};

impl Session {
    /// Looks at a revision before anything runs.
    ///
    /// # Errors
    /// [`Error::NoWayDown`]; [`Error::Unfinished`] says what is left to write; [`Error::NeedsNoTransaction`] names a statement
    /// that the database takes in no transaction; [`Error::OwnTransaction`] one that ends the transaction it runs in;
    /// [`Error::NeedsNewer`] one that the database that runs here does not know yet.
    pub async fn check(&self, revision: &Revision, direction: Direction) -> Result<()> {
        let section = fit_section(self.dialect(), revision, direction)?;
        self.refuse_newer(revision, section).await
    }

    /// Stops at a statement that only a newer version of the database knows.
    pub(super) async fn refuse_newer(&self, revision: &Revision, section: &Section) -> Result<()> {
        let statements = self.dialect().statements(&section.sql).into_iter();
        let needs =
            |statement: dialect::Statement| Some((self.dialect().needs_version(&statement.sql)?, statement.line));
        let newest = statements.filter_map(needs).max_by_key(|(needed, line)| (*needed, Reverse(*line)));
        let (Some((needed, line)), Some(query)) = (newest, self.dialect().running_version()) else { return Ok(()) };
        let doing = "ask the database for its version";
        let row = self.query(query, doing).await?.into_iter().next();
        let text: Option<String> =
            row.map(|row| row.try_get("", "version")).transpose().map_err(|source| query_error(doing, &source))?;
        match text.and_then(|text| Version::parse(&text)) {
            Some(running) if running < needed => Err(Error::NeedsNewer {
                revision: revision.title(),
                path: revision.path.clone(),
                line: section.line + line - 1,
                needed: format!("{} {needed}", self.dialect().title()),
                running: running.to_string(),
            }),
            Some(_) | None => Ok(()),
        }
    }

    /// Stops at a statement that does not go with the transaction around it.
    pub(super) fn refuse_unfit(&self, revision: &Revision, section: &Section) -> Result<()> {
        refuse_unfit(self.dialect(), revision, section)
    }
}

/// Whether a revision says how it is undone, or that there is nothing to undo.
pub fn has_way_down(dialect: Dialect, revision: &Revision) -> bool {
    section(dialect, revision, Direction::Down).is_some()
}

/// The section of a revision to run. An empty way down undoes nothing unless there is nothing to undo.
pub(super) fn section(dialect: Dialect, revision: &Revision, direction: Direction) -> Option<&Section> {
    let is_empty = |section: &Section| dialect.statements(&section.sql).is_empty();
    let section = revision.section(direction, dialect.name())?;
    let up = revision.section(Direction::Up, dialect.name())?;
    (direction == Direction::Up || !is_empty(section) || !section.undoes || is_empty(up)).then_some(section)
}

/// The same, once nothing in its text stands against running it.
pub(super) fn fit_section(dialect: Dialect, revision: &Revision, direction: Direction) -> Result<&Section> {
    let section =
        section(dialect, revision, direction).ok_or_else(|| Error::NoWayDown { revision: revision.title() })?;
    refuse_unfit(dialect, revision, section)?;
    Ok(section)
}

/// Stops at what somebody still has to write. What looks like that inside a statement may be a text.
fn refuse_unfinished(dialect: Dialect, revision: &Revision, section: &Section) -> Result<()> {
    let mut todos = section.todos().peekable();
    if todos.peek().is_none() {
        return Ok(());
    }
    let statements = dialect.statements(&section.sql);
    let is_inside = |line: usize| {
        let mut lines = statements.iter().map(|one| one.line + 1..one.line + one.sql.lines().count());
        lines.any(|lines| lines.contains(&line))
    };
    todos.find(|(line, _)| !is_inside(*line)).map_or(Ok(()), |(line, what)| {
        let (revision, path, line) = (revision.title(), revision.path.clone(), section.line + line - 1);
        Err(Error::Unfinished { revision, path, line, what: what.to_owned() })
    })
}

fn refuse_unfit(dialect: Dialect, revision: &Revision, section: &Section) -> Result<()> {
    refuse_unfinished(dialect, revision, section)?;
    if !section.transaction {
        return Ok(());
    }
    for statement in dialect.statements(&section.sql) {
        let (title, path) = (revision.title(), revision.path.clone());
        let line = section.line + statement.line - 1;
        if let Some(what) = dialect.refuses_transaction(&statement.sql) {
            return Err(Error::NeedsNoTransaction { revision: title, path, line, what });
        }
        if dialect.ends_transaction(&statement.sql) {
            return Err(Error::OwnTransaction { revision: title, path, line, sql: statement.sql });
        }
    }
    Ok(())
}
