//! Runs revisions: the history table, the lock, one transaction per revision. Takes revisions and a connection;
//! finds neither by itself. `connect` opens one, `history` keeps the books, `run` runs, `fit` looks first; `script` writes down
//! what `run` would do.

mod connect;
mod failure;
mod fit;
mod history;
mod inside;
mod link;
pub mod observe;
mod orphans;
mod others;
mod run;
pub mod script;
mod unfinished;

use std::time::{Duration, Instant};

use sea_orm::{ConnectionTrait, DatabaseConnection, QueryResult, Statement};

use crate::config::Database;
use crate::dialect::{self, Dialect, HISTORY};
use crate::error::{Error, Result};
use crate::model::Schema;

pub(crate) use self::failure::cause;
use self::failure::{connect_error, locked, query_error, waited};
pub use self::fit::has_way_down;
pub use self::history::{Applied, Books, Unfinished};
use self::inside::Enclosed;
pub use self::link::{Lent, Link};
pub use self::others::OtherTool;
pub use self::run::{Interrupted, Moment, Outcome, Run};
pub(crate) use self::unfinished::refuse_unfinished;

/// A connection: exactly one, so that settings of the connection and transactions hold.
pub struct Session {
    db: Link,
    database: Database,
    /// Where it is, if everything it does is one transaction.
    enclosed: Option<Enclosed>,
}

/// What an application decides about a session over a connection of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The schema that is meant where none is named, in a database that has them.
    pub schema: String,
    /// How long to wait for another process to finish.
    pub lock_timeout: Duration,
    /// How long one statement of a revision may take. `None`: as long as it wants.
    pub statement_timeout: Option<Duration>,
}

/// What a connection may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Only look.
    Read,
    /// Change things; makes the file if there is none.
    Write,
}

impl Session {
    /// Connects.
    ///
    /// # Errors
    /// [`Error::Connect`]: the database cannot be opened; [`Error::OnlyReads`]: it is to be changed, and it is a standby or
    /// its transactions are read-only.
    pub async fn open(database: &Database, access: Access) -> Result<Self> {
        let db = match database.dialect {
            Dialect::Sqlite => connect::sqlite(database, access).await?,
            Dialect::Postgres => connect::postgres(database).await?,
        };
        Self::prepared(Link::Own(db), database, access).await
    }

    /// Takes one connection out of an application's pool. [`Session::close`] gives it back as it was; so does dropping the
    /// session, a moment later.
    ///
    /// # Errors
    /// As [`Session::open`]; [`Error::NoPool`], [`Error::PoolBusy`] and [`Error::InTransaction`]: there is no connection to
    /// run anything over.
    pub async fn lent(db: &DatabaseConnection, wanted: &Wanted, access: Access) -> Result<Self> {
        let link = Lent::take(db).await?;
        let database = link::described(db, wanted);
        Self::prepared(Link::Lent(link), &database, access).await
    }

    /// Ends the session and gives back what was lent to it.
    pub async fn close(self) {
        self.db.close().await;
    }

    async fn prepared(db: Link, database: &Database, access: Access) -> Result<Self> {
        let session = Self { db, database: database.clone(), enclosed: None };
        for sql in database.dialect.settings(&database.schema, database.lock_timeout, database.statement_timeout) {
            session.execute(&sql, "prepare the connection").await?;
        }
        session.refuse_unknown_version().await?;
        if access == Access::Write {
            session.refuse_only_reads().await?;
        }
        // SQLite opens anything; only a first read tells whether it is a database.
        let first = session.db.query_one_raw(session.statement(database.dialect.find_table(HISTORY))).await;
        first.map_err(|source| connect_error(database, &source))?;
        Ok(session)
    }

    /// Stops where nothing can be changed.
    ///
    /// # Errors
    /// [`Error::OnlyReads`]: the server is a standby, or its transactions are read-only.
    pub async fn refuse_only_reads(&self) -> Result<()> {
        match dialect::only_reads(&self.db, self.dialect()).await? {
            Some(reason) => Err(Error::OnlyReads { database: self.database.to_string(), reason }),
            None => Ok(()),
        }
    }

    /// Makes the default schema if it is not there, in a database that has schemas.
    ///
    /// # Errors
    /// The role may not.
    pub async fn create_schema(&self) -> Result<()> {
        match self.dialect().create_schema(&self.database.schema) {
            Some(sql) => self.execute(&sql, &format!("make the schema `{}`", self.database.schema)).await,
            None => Ok(()),
        }
    }

    /// Leaves schemas alone that have a history of their own: each is a database like this one.
    ///
    /// # Errors
    /// The connection fails.
    pub async fn leave_others_alone(&mut self) -> Result<()> {
        let Some(sql) = self.dialect().schemas_with(HISTORY) else { return Ok(()) };
        let doing = "find schemas with a history of their own";
        let rows = self.query(&sql, doing).await?;
        let others = rows.iter().map(|row| row.try_get("", "name")).collect::<std::result::Result<Vec<String>, _>>();
        self.database.beside = others.map_err(|source| query_error(doing, &source))?.into();
        Ok(())
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
        let (dialect, schema, beside) = (self.dialect(), &self.database.schema, &self.database.beside);
        match &self.enclosed {
            Some(own) => dialect::reflect_enclosed(&self.db, dialect, schema, own.also.as_deref(), beside).await,
            None => dialect::reflect_one(&self.db, dialect, schema, beside).await,
        }
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

    /// The rows of a query, each value as text, in a transaction that can change nothing.
    ///
    /// # Errors
    /// The database refuses the query, or a value is no text.
    pub async fn read(&self, sql: &str, doing: &str) -> Result<Vec<Vec<Option<String>>>> {
        let text = |row: &QueryResult| {
            let columns = row.column_names().len();
            (0..columns).map(|column| row.try_get_by_index(column)).collect::<std::result::Result<_, _>>()
        };
        self.execute(self.dialect().begin_reading(), doing).await?;
        let rows = self.query(sql, doing).await;
        self.execute("ROLLBACK", doing).await?;
        rows?.iter().map(text).collect::<std::result::Result<_, _>>().map_err(|source| query_error(doing, &source))
    }

    /// The connection itself.
    pub fn connection(&self) -> &Link {
        &self.db
    }

    /// Which kind of database it is.
    pub fn dialect(&self) -> Dialect {
        self.database.dialect
    }

    /// The schema that is meant where none is named, in a database that has them.
    pub(crate) fn schema(&self) -> &str {
        &self.database.schema
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
