//! Runs revisions: the history table, the lock, one transaction per revision. Takes revisions and a connection;
//! finds neither by itself.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use sea_orm::sqlx::postgres::{PgConnectOptions, PgDatabaseError, PgPoolOptions};
use sea_orm::sqlx::{self, ConnectOptions as _, Connection as _, Executor as _};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database as Driver, DatabaseConnection, DbErr, QueryResult, RuntimeErr,
    SqlxPostgresConnector, Statement,
};

use crate::config::Database;
use crate::dialect::{self, Dialect, HISTORY, Version};
use crate::error::{Cause, Error, LOST, Result, SHOWN, count};
use crate::model::{Literal, Schema};
use crate::revision::graph::Graph;
use crate::revision::{Direction, Revision, Section};

/// What stands for the duration of a revision that was stamped and not run.
const STAMPED: i64 = -1;

/// How long to try to connect.
const PATIENCE: Duration = Duration::from_secs(10);

/// A connection: exactly one, so that settings of the connection and transactions hold.
pub struct Session {
    db: DatabaseConnection,
    database: Database,
}

/// What a connection may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Only look.
    Read,
    /// Change things; makes the file if there is none.
    Write,
}

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

/// What happened to one revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It ran.
    Done,
    /// Another process had done it in the meantime.
    AlreadyDone,
}

impl Session {
    /// Connects.
    ///
    /// # Errors
    /// [`Error::Connect`]: the database cannot be opened; [`Error::OnlyReads`]: it is to be changed, and it is a standby or
    /// its transactions are read-only.
    pub async fn open(database: &Database, access: Access) -> Result<Self> {
        let db = match database.dialect {
            Dialect::Sqlite => sqlite(database, access).await?,
            Dialect::Postgres => postgres(database).await?,
        };
        let session = Self { db, database: database.clone() };
        for sql in database.dialect.settings(&database.schema, database.lock_timeout, database.statement_timeout) {
            session.execute(&sql, "prepare the connection").await?;
        }
        session.refuse_unknown_version().await?;
        if access == Access::Write
            && let Some(reason) = dialect::only_reads(&session.db, database.dialect).await?
        {
            return Err(Error::OnlyReads { database: database.to_string(), reason });
        }
        // SQLite opens anything; only a first read tells whether it is a database.
        let first = session.db.query_one_raw(session.statement(database.dialect.find_table(HISTORY))).await;
        first.map_err(|source| connect_error(database, &source))?;
        Ok(session)
    }

    /// Stops at a server that is too old for the catalogs to be understood.
    async fn refuse_unknown_version(&self) -> Result<()> {
        let Some((sql, oldest)) = self.dialect().version_query() else { return Ok(()) };
        let doing = "ask the server for its version";
        let row = self.query(sql, doing).await?.into_iter().next();
        let number: Option<i32> =
            row.map(|row| row.try_get("", "version")).transpose().map_err(|source| query_error(doing, &source))?;
        number.map_or(Ok(()), |number| refuse_older(number / 10_000, oldest))
    }

    /// The schema of the database as it is.
    ///
    /// # Errors
    /// It cannot be read.
    pub async fn reflect(&self) -> Result<Schema> {
        dialect::reflect(&self.db, self.dialect(), &self.database.schema).await
    }

    /// Keeps other runners out until the session ends or [`Session::unlock`] is called. `waiting` is told who has to
    /// finish first. Does nothing where the database's own transactions do it.
    ///
    /// # Errors
    /// [`Error::Locked`]: the other runner did not finish in time; [`Error::NoSchema`]: there is nowhere to run anything.
    pub async fn lock(&self, mut waiting: impl FnMut(&str)) -> Result<()> {
        let Some(lock) = self.dialect().runner_lock() else { return Ok(()) };
        let doing = "keep other runners out";
        let started = Instant::now();
        let mut is_told = false;
        loop {
            let row = self.query(&lock.take, doing).await?.into_iter().next();
            let taken = row.map(|row| row.try_get::<Option<bool>>("", "taken")).transpose();
            match taken.map_err(|source| query_error(doing, &source))?.flatten() {
                Some(true) => return Ok(()),
                Some(false) => {}
                // The lock is on the schema that new objects go to, and there is none.
                None => return Err(Error::NoSchema { schema: self.database.schema.clone() }),
            }
            let row = self.query(&lock.holder, doing).await?.into_iter().next();
            let holder = row.and_then(|row| row.try_get::<String>("", "holder").ok());
            if !is_told {
                waiting(holder.as_deref().unwrap_or("another seachange"));
                is_told = true;
            }
            if started.elapsed() >= self.database.lock_timeout {
                return Err(Error::Locked { holder, hint: waited(&self.database) });
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Lets other runners in.
    ///
    /// # Errors
    /// The connection is gone; then the lock is, too.
    pub async fn unlock(&self) -> Result<()> {
        match self.dialect().runner_lock() {
            Some(lock) => self.query(&lock.give, "let other runners in").await.map(drop),
            None => Ok(()),
        }
    }

    /// The connection itself.
    pub fn connection(&self) -> &DatabaseConnection {
        &self.db
    }

    /// Which kind of database it is.
    pub fn dialect(&self) -> Dialect {
        self.database.dialect
    }

    fn statement(&self, sql: impl Into<String>) -> Statement {
        Statement::from_string(self.db.get_database_backend(), sql)
    }

    async fn execute(&self, sql: &str, doing: &str) -> Result<()> {
        self.db.execute_unprepared(sql).await.map(drop).map_err(|source| query_error(doing, &source))
    }

    async fn query(&self, sql: &str, doing: &str) -> Result<Vec<QueryResult>> {
        self.db.query_all_raw(self.statement(sql)).await.map_err(|source| query_error(doing, &source))
    }

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

    /// Runs a revision in one direction and records it, in one transaction where the section allows it.
    ///
    /// # Errors
    /// [`Error::Statement`], [`Error::Misfits`] and [`Error::Orphans`] leave the database as it was before the revision;
    /// [`Error::Locked`]: another process did not finish in time; [`Error::NoWayDown`].
    pub async fn run(&self, revision: &Revision, direction: Direction, now: &str) -> Result<Outcome> {
        let section =
            self.section(revision, direction).ok_or_else(|| Error::NoWayDown { revision: revision.title() })?;
        for sql in self.dialect().before_transaction() {
            self.execute(sql, "prepare the connection").await?;
        }
        let outcome = self.run_section(revision, section, now).await;
        for sql in self.dialect().after_transaction() {
            self.execute(sql, "put the connection back").await?;
        }
        outcome
    }

    /// The section to run. An empty way down undoes nothing unless there is nothing to undo.
    fn section<'a>(&self, revision: &'a Revision, direction: Direction) -> Option<&'a Section> {
        let is_empty = |section: &Section| self.dialect().statements(&section.sql).is_empty();
        let section = revision.section(direction, self.dialect().name())?;
        let up = revision.section(Direction::Up, self.dialect().name())?;
        (direction == Direction::Up || !is_empty(section) || !section.undoes || is_empty(up)).then_some(section)
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

    /// Looks at a revision before anything runs.
    ///
    /// # Errors
    /// [`Error::NoWayDown`]; [`Error::Unfinished`] says what is left to write; [`Error::NeedsNoTransaction`] names a statement that the database takes in no transaction;
    /// [`Error::OwnTransaction`] one that ends the transaction it runs in; [`Error::NeedsNewer`] one that the database that
    /// runs here does not know yet.
    pub async fn check(&self, revision: &Revision, direction: Direction) -> Result<()> {
        let section =
            self.section(revision, direction).ok_or_else(|| Error::NoWayDown { revision: revision.title() })?;
        self.refuse_unfit(revision, section)?;
        self.refuse_newer(revision, section).await
    }

    /// Stops at a statement that only a newer version of the database knows.
    async fn refuse_newer(&self, revision: &Revision, section: &Section) -> Result<()> {
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

    /// Stops at what somebody still has to write. What looks like that inside a statement may be a text.
    fn refuse_unfinished(&self, revision: &Revision, section: &Section) -> Result<()> {
        let mut todos = section.todos().peekable();
        if todos.peek().is_none() {
            return Ok(());
        }
        let statements = self.dialect().statements(&section.sql);
        let is_inside = |line: usize| {
            let mut lines = statements.iter().map(|one| one.line + 1..one.line + one.sql.lines().count());
            lines.any(|lines| lines.contains(&line))
        };
        todos.find(|(line, _)| !is_inside(*line)).map_or(Ok(()), |(line, what)| {
            let (revision, path, line) = (revision.title(), revision.path.clone(), section.line + line - 1);
            Err(Error::Unfinished { revision, path, line, what: what.to_owned() })
        })
    }

    /// Stops at a statement that does not go with the transaction around it.
    fn refuse_unfit(&self, revision: &Revision, section: &Section) -> Result<()> {
        self.refuse_unfinished(revision, section)?;
        if !section.transaction {
            return Ok(());
        }
        for statement in self.dialect().statements(&section.sql) {
            let (title, path) = (revision.title(), revision.path.clone());
            let line = section.line + statement.line - 1;
            if let Some(what) = self.dialect().refuses_transaction(&statement.sql) {
                return Err(Error::NeedsNoTransaction { revision: title, path, line, what });
            }
            if self.dialect().ends_transaction(&statement.sql) {
                return Err(Error::OwnTransaction { revision: title, path, line, sql: statement.sql });
            }
        }
        Ok(())
    }

    /// Rows whose foreign keys point nowhere.
    async fn orphans(&self) -> Result<Orphans> {
        let doing = "look for rows that refer to nothing";
        let failed = |source: DbErr| query_error(doing, &source);
        let mut orphans = Orphans::default();
        let Some(queries) = self.dialect().orphan_queries() else { return Ok(orphans) };
        for row in self.query(queries.tables, doing).await? {
            let table: String = row.try_get("", "name").map_err(failed)?;
            orphans.tables.insert(table.clone());
            match self.db.query_all_raw(self.statement((queries.rows)(&table))).await {
                Ok(rows) => {
                    for row in rows {
                        let parent: String = row.try_get("", "parent").map_err(failed)?;
                        orphans.tables.insert(parent.clone());
                        orphans.rows.insert(Orphan {
                            words: row.try_get("", "orphan").map_err(failed)?,
                            number: row.try_get("", "row").map_err(failed)?,
                            table: table.clone(),
                            parent,
                        });
                    }
                }
                // A foreign key to something that is no key: the same before and after, unless the revision made it.
                Err(error) => {
                    let (words, parent) = (cause(&error).to_string(), String::new());
                    orphans.rows.insert(Orphan { words, number: 0, table, parent });
                }
            }
        }
        Ok(orphans)
    }

    async fn record(&self, revision: &Revision, direction: Direction, now: &str, started: Instant) -> Result<()> {
        let doing = "record the revision";
        match direction {
            Direction::Up => {
                let milliseconds = i128::try_from(started.elapsed().as_millis()).unwrap_or_default();
                self.execute(&self.insert(revision, now, milliseconds), doing).await
            }
            Direction::Down => self.execute(&self.delete(&revision.id), doing).await,
        }
    }

    fn insert(&self, revision: &Revision, now: &str, milliseconds: i128) -> String {
        let values = [&revision.id, &revision.message, &revision.checksum, now]
            .map(|value| self.dialect().literal(&Literal::Text(value.to_owned())));
        format!(
            "INSERT INTO {HISTORY} (revision, message, checksum, applied_at, milliseconds) VALUES ({}, {milliseconds})",
            values.join(", ")
        )
    }

    fn delete(&self, id: &str) -> String {
        format!("DELETE FROM {HISTORY} WHERE revision = {}", self.dialect().literal(&Literal::Text(id.to_owned())))
    }

    /// Begins a transaction that holds the database's write lock, with the history table in place.
    async fn begin(&self) -> Result<()> {
        if let Err(source) = self.db.execute_unprepared(self.dialect().begin()).await {
            if self.dialect().is_locked(&source.to_string()) {
                return Err(locked(&self.database));
            }
            return Err(query_error("begin a transaction", &source));
        }
        let table = self.execute(self.dialect().create_history(), "create the history table").await;
        if table.is_err() {
            self.execute("ROLLBACK", "roll back").await?;
        }
        table
    }

    /// Commits what went well, rolls back what did not.
    async fn end<T>(&self, outcome: Result<T>) -> Result<T> {
        match outcome {
            Ok(value) => {
                if let Err(error) = self.execute("COMMIT", "commit").await {
                    let _ = self.db.execute_unprepared("ROLLBACK").await;
                    return Err(error);
                }
                Ok(value)
            }
            Err(error) => {
                // A statement may have ended the transaction itself; the first error is the one to tell.
                let _ = self.db.execute_unprepared("ROLLBACK").await;
                Err(error)
            }
        }
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
        let text = self.dialect().literal(&Literal::Text(undeclared.join("\n")));
        self.begin().await?;
        let update = format!("UPDATE {HISTORY} SET undeclared = {text}");
        let outcome = self.execute(&update, "write the history of revisions").await;
        self.end(outcome).await
    }

    async fn stamp_in_transaction(&self, graph: &Graph, revisions: &BTreeSet<String>, now: &str) -> Result<()> {
        let doing = "write the history of revisions";
        let history = self.history().await?;
        for id in history.keys().filter(|id| !revisions.contains(*id)) {
            self.execute(&self.delete(id), doing).await?;
        }
        for revision in graph.revisions() {
            if revisions.contains(&revision.id) && !history.contains_key(&revision.id) {
                self.execute(&self.insert(revision, now, STAMPED.into()), doing).await?;
            }
        }
        Ok(())
    }
}

/// The rows that refer to nothing.
#[derive(Default)]
struct Orphans {
    rows: BTreeSet<Orphan>,
    /// The tables that refer to others, and those that such rows refer to.
    tables: BTreeSet<String>,
}

/// A row that refers to nothing.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Orphan {
    words: String,
    number: i64,
    table: String,
    parent: String,
}

impl Orphans {
    /// Those that were none before, in words. A table that was renamed has the rows of one that is gone.
    fn beyond(&self, before: &Self) -> Vec<String> {
        let is_same = |was: &str, is: &str| was == is || !before.tables.contains(is) && !self.tables.contains(was);
        let was_there = |row: &Orphan| {
            before.rows.iter().any(|old| {
                old.number == row.number && is_same(&old.table, &row.table) && is_same(&old.parent, &row.parent)
            })
        };
        self.rows.iter().filter(|row| !was_there(row)).map(|row| row.words.clone()).collect()
    }
}

async fn sqlite(database: &Database, access: Access) -> Result<DatabaseConnection> {
    // The driver refuses URLs with spaces; the file it is to open comes from us anyhow.
    let url = if database.file.is_some() { "sqlite:" } else { database.url() };
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).min_connections(1).sqlx_logging(false);
    let (file, wait, may) = (database.file.clone(), database.lock_timeout, database.may());
    options.map_sqlx_sqlite_opts(move |options| {
        let options = options.busy_timeout(wait).create_if_missing(access == Access::Write && may.create);
        let options = options.read_only(access == Access::Read || !may.write);
        match &file {
            Some(file) => options.filename(file),
            None => options,
        }
    });
    Driver::connect(options).await.map_err(|source| connect_error(database, &source))
}

async fn postgres(database: &Database) -> Result<DatabaseConnection> {
    let failed = |source: sqlx::Error| connect_error(database, &DbErr::Conn(RuntimeErr::SqlxError(Arc::new(source))));
    // The error of a URL that cannot be understood does not repeat it.
    let options: PgConnectOptions = database.url().parse().map_err(failed)?;
    let options = options.application_name("seachange").disable_statement_logging();
    let used = Arc::new(AtomicBool::new(false));
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .min_connections(1)
        .acquire_timeout(PATIENCE)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .after_connect(move |connection, _| {
            let is_second = used.swap(true, Ordering::Relaxed);
            Box::pin(async move { if is_second { spoil(connection).await } else { Ok(()) } })
        })
        .connect_with(options.clone());
    tokio::select! {
        pool = pool => {
            let pool = pool.map_err(failed)?;
            Ok(SqlxPostgresConnector::from_sqlx_postgres_pool(pool))
        }
        refused = refused(&options) => Err(failed(refused)),
    }
}

/// Makes a connection useless. The pool opens another one when the first is lost; but transaction, settings and lock are
/// lost with it, so what was to come must not run. The server refuses everything after a failure in a transaction.
async fn spoil(connection: &mut sqlx::PgConnection) -> sqlx::Result<()> {
    connection.execute("BEGIN").await?;
    drop(connection.execute("SELECT 1 / 0").await);
    Ok(())
}

/// Ends when the server refuses connections. The pool would try again and again and then only say that it waited.
async fn refused(options: &PgConnectOptions) -> sqlx::Error {
    tokio::time::sleep(Duration::from_secs(1)).await;
    match options.connect().await {
        Err(error @ sqlx::Error::Io(_)) => error,
        Ok(connection) => {
            drop(connection.close().await);
            std::future::pending().await
        }
        Err(_) => std::future::pending().await,
    }
}

fn connect_error(database: &Database, source: &DbErr) -> Error {
    if database.dialect.is_locked(&source.to_string()) {
        return locked(database);
    }
    let source = cause(source);
    let hint = database.dialect.connect_hint(&source.to_string()).to_owned();
    Error::Connect { database: database.to_string(), hint, source }
}

/// Another process did not finish in time; says which, where the system tells.
fn locked(database: &Database) -> Error {
    let holder = database.file.as_deref().and_then(|file| database.dialect.lock_holder(file));
    Error::Locked { holder, hint: waited(database) }
}

fn waited(database: &Database) -> String {
    let seconds = usize::try_from(database.lock_timeout.as_secs()).unwrap_or(usize::MAX);
    format!(
        "waited {}; run the command again when the other is done, or raise `lock_timeout` below `[database]` in \
         `seachange.toml`",
        count(seconds, "second")
    )
}

fn query_error(doing: &str, source: &DbErr) -> Error {
    Error::Query { doing: doing.to_owned(), source: cause(source) }
}

/// The database's own words, without the wrapping of the libraries in between.
pub(crate) fn cause(error: &DbErr) -> Cause {
    if let DbErr::Conn(RuntimeErr::SqlxError(own))
    | DbErr::Exec(RuntimeErr::SqlxError(own))
    | DbErr::Query(RuntimeErr::SqlxError(own)) = error
        && let Some(words) = words(own, !matches!(error, DbErr::Conn(_)))
    {
        return words.into();
    }
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    let text = cause.to_string();
    text.into()
}

/// What the driver has to say, if it is more than what lies below.
fn words(error: &sqlx::Error, was_connected: bool) -> Option<String> {
    match error {
        // All a connection says that came in the place of a lost one.
        sqlx::Error::Database(own) if own.code().as_deref() == Some("25P02") => Some(LOST.to_owned()),
        sqlx::Error::Database(own) => {
            let more = own.try_downcast_ref::<PgDatabaseError>();
            let lines =
                [Some(own.message()), more.and_then(PgDatabaseError::detail), more.and_then(PgDatabaseError::hint)];
            Some(lines.into_iter().flatten().collect::<Vec<_>>().join("\n"))
        }
        sqlx::Error::Io(source) if was_connected => Some(format!("{LOST}: {source}")),
        sqlx::Error::PoolTimedOut if was_connected => Some(LOST.to_owned()),
        sqlx::Error::PoolTimedOut => Some(format!("timed out after {} seconds", PATIENCE.as_secs())),
        _ => None,
    }
}

/// Stops at a server that is older than the oldest whose catalogs are understood.
fn refuse_older(version: i32, oldest: i32) -> Result<()> {
    if version < oldest { Err(Error::OldServer { version, oldest }) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_server_is_refused() {
        let (_, oldest) = Dialect::Postgres.version_query().unwrap();
        let error = refuse_older(oldest - 1, oldest).unwrap_err();
        assert_eq!(error.to_string(), "the server is PostgreSQL 12, and seachange needs 13 or later");
        assert_eq!((error.hint().as_deref(), error.exit_code()), (Some("upgrade the server"), 2));
        assert!(refuse_older(oldest, oldest).is_ok() && refuse_older(99, oldest).is_ok());
    }
}
