//! The connection under a session: one of our own, or one that an application lends from its pool and gets back as it was.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::stream::{self, BoxStream, StreamExt as _};
use sea_orm::prelude::async_trait::async_trait;
use sea_orm::sqlx::error::DatabaseError;
use sea_orm::sqlx::pool::PoolConnection;
use sea_orm::sqlx::{self, AssertSqlSafe, Postgres, Sqlite};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseConnectionType, DbBackend, DbErr, ExecResult, QueryResult, RuntimeErr,
    Statement, StreamTrait,
};
use tokio::runtime::Handle;
use tokio::sync::{MappedMutexGuard, Mutex, MutexGuard};

use super::Wanted;
use super::failure::query_error;
use crate::config::Database;
use crate::dialect::Dialect;
use crate::error::{Error, Result};

/// Exactly one connection, whoever opened it.
pub enum Link {
    /// Opened for the session, closed with it.
    Own(DatabaseConnection),
    /// Out of the pool of an application.
    Lent(Lent),
    /// Opened for the session; everything runs inside one transaction, which is never committed.
    Inside(Inside),
}

/// A connection in a transaction that is rolled back in the end.
pub struct Inside {
    db: DatabaseConnection,
    dialect: Dialect,
    end: &'static str,
    /// Something failed that may only have failed because everything is one transaction.
    strained: AtomicBool,
}

impl Inside {
    pub(super) fn new(db: DatabaseConnection, dialect: Dialect, end: &'static str) -> Self {
        Self { db, dialect, end, strained: AtomicBool::new(false) }
    }

    pub(super) fn is_strained(&self) -> bool {
        self.strained.load(Ordering::Relaxed)
    }

    async fn execute(&self, sql: &str) -> std::result::Result<ExecResult, DbErr> {
        let done = self.db.execute_unprepared(&self.dialect.enclosed(sql)).await;
        if let Err(DbErr::Exec(RuntimeErr::SqlxError(error))) = &done
            && let Some(code) = error.as_database_error().and_then(DatabaseError::code)
            && self.dialect.is_strain(&code)
        {
            self.strained.store(true, Ordering::Relaxed);
        }
        done
    }
}

impl Link {
    /// Closes a connection of our own, and gives back one that was lent. Nothing runs over it afterwards.
    pub async fn close(&self) {
        match self {
            Self::Own(db) => drop(db.close_by_ref().await),
            Self::Lent(lent) => lent.give_back().await,
            Self::Inside(inside) => {
                // Without an end the server takes back everything once the connection is gone.
                let _ = inside.db.execute_unprepared(inside.end).await;
                drop(inside.db.close_by_ref().await);
            }
        }
    }
}

/// A connection out of the pool of an application. It goes back with the settings it came with, also when whoever waits for
/// the session waits no longer.
pub struct Lent {
    dialect: Dialect,
    backend: DbBackend,
    /// `None` once it went back.
    held: Mutex<Option<Held>>,
    /// The settings it came with, by name.
    came_with: Vec<(String, String)>,
}

enum Held {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(PoolConnection<Postgres>),
}

impl Lent {
    /// Takes a connection out of the pool and remembers its settings.
    ///
    /// # Errors
    /// [`Error::NoPool`]: it is no pool of a database seachange knows; [`Error::PoolBusy`]: nobody gave one back in time;
    /// [`Error::InTransaction`]: what runs over it would be part of somebody else's transaction.
    pub(super) async fn take(db: &DatabaseConnection) -> Result<Self> {
        let (dialect, mut held) = if let DatabaseConnectionType::SqlxSqlitePoolConnection(_) = &db.inner {
            let pool = db.get_sqlite_connection_pool();
            let wait = pool.options().get_acquire_timeout();
            (Dialect::Sqlite, Held::Sqlite(pool.acquire().await.map_err(|source| refused(source, wait))?))
        } else if let DatabaseConnectionType::SqlxPostgresPoolConnection(_) = &db.inner {
            let pool = db.get_postgres_connection_pool();
            let wait = pool.options().get_acquire_timeout();
            (Dialect::Postgres, Held::Postgres(pool.acquire().await.map_err(|source| refused(source, wait))?))
        } else {
            return Err(Error::NoPool { found: "none" });
        };
        if held.is_in_transaction(dialect).await? {
            return Err(Error::InTransaction);
        }
        let came_with = held.settings(dialect).await.map_err(|source| query_error("read its settings", &source))?;
        Ok(Self { dialect, backend: db.get_database_backend(), held: Mutex::new(Some(held)), came_with })
    }

    /// The connection, for one statement at a time.
    async fn held(&self) -> std::result::Result<MappedMutexGuard<'_, Held>, DbErr> {
        let gone = || DbErr::Conn(RuntimeErr::SqlxError(Arc::new(sqlx::Error::PoolClosed)));
        MutexGuard::try_map(self.held.lock().await, Option::as_mut).map_err(|_| gone())
    }

    /// Gives the connection back as it came.
    async fn give_back(&self) {
        let held = self.held.lock().await.take();
        if let Some(held) = held {
            put_back(held, self.dialect, self.came_with.clone()).await;
        }
    }
}

/// Nobody waits for the session any longer. What it was doing ends, and the connection goes back all the same.
impl Drop for Lent {
    fn drop(&mut self) {
        let Some(held) = self.held.get_mut().take() else { return };
        match Handle::try_current() {
            Ok(runtime) => {
                drop(runtime.spawn(put_back(held, self.dialect, std::mem::take(&mut self.came_with))));
            }
            Err(_) => held.discard(),
        }
    }
}

/// Ends what is open, lets other runners in and puts the settings back. A connection that does not take them back is of no
/// use to anybody.
async fn put_back(mut held: Held, dialect: Dialect, came_with: Vec<(String, String)>) {
    let (quietly, surely) = dialect.leave();
    for sql in quietly {
        // There may be nothing to end.
        let _ = held.execute(sql).await;
    }
    let done = async {
        for sql in &surely {
            held.execute(sql).await?;
        }
        let now = held.settings(dialect).await?;
        for sql in restored(dialect, &came_with, &now) {
            held.execute(&sql).await?;
        }
        Ok::<_, DbErr>(())
    };
    if done.await.is_err() {
        held.discard();
    }
}

/// The statements that lead from the settings as they are to those of before.
fn restored(dialect: Dialect, before: &[(String, String)], now: &[(String, String)]) -> Vec<String> {
    let is_new = |name: &str| !before.iter().any(|(known, _)| known == name);
    let reset = now.iter().filter(|(name, _)| is_new(name)).map(|(name, _)| dialect.set(name, None));
    let changed = before.iter().filter(|setting| !now.contains(setting));
    reset.chain(changed.map(|(name, value)| dialect.set(name, Some(value)))).collect()
}

impl Held {
    /// Whether somebody began a transaction on it that still is open.
    async fn is_in_transaction(&mut self, dialect: Dialect) -> Result<bool> {
        let probe = dialect.transaction_probe();
        let failed = |source: DbErr| query_error("see whether the connection is in a transaction", &source);
        let _ = match self.execute(probe.first).await {
            Err(source) if source.to_string().contains(probe.refusal) => return Ok(true),
            outcome => outcome.map_err(failed)?,
        };
        let rows = self.query(probe.ask).await.map_err(failed)?;
        let inside = rows.first().map(|row| row.try_get("", "inside")).transpose().map_err(failed)?;
        if let Some(undo) = probe.undo {
            self.execute(undo).await.map_err(failed)?;
        }
        Ok(inside.unwrap_or(false))
    }

    /// Its settings by name, as far as a runner may change them.
    async fn settings(&mut self, dialect: Dialect) -> std::result::Result<Vec<(String, String)>, DbErr> {
        let rows = self.query(&dialect.settings_query()).await?;
        rows.iter().map(|row| Ok((row.try_get("", "name")?, row.try_get("", "value")?))).collect()
    }

    async fn execute(&mut self, sql: &str) -> std::result::Result<ExecResult, DbErr> {
        let sql = AssertSqlSafe(sql.to_owned());
        let done = match self {
            Self::Sqlite(held) => sqlx::raw_sql(sql).execute(&mut **held).await.map(ExecResult::from),
            Self::Postgres(held) => sqlx::raw_sql(sql).execute(&mut **held).await.map(ExecResult::from),
        };
        done.map_err(|source| DbErr::Exec(RuntimeErr::SqlxError(Arc::new(source))))
    }

    async fn query(&mut self, sql: &str) -> std::result::Result<Vec<QueryResult>, DbErr> {
        let sql = AssertSqlSafe(sql.to_owned());
        let rows = match self {
            Self::Sqlite(held) => {
                let rows = sqlx::query(sql).persistent(false).fetch_all(&mut **held).await;
                rows.map(|rows| rows.into_iter().map(QueryResult::from).collect())
            }
            Self::Postgres(held) => {
                let rows = sqlx::query(sql).persistent(false).fetch_all(&mut **held).await;
                rows.map(|rows| rows.into_iter().map(QueryResult::from).collect())
            }
        };
        rows.map_err(|source| DbErr::Query(RuntimeErr::SqlxError(Arc::new(source))))
    }

    /// Takes it out of the pool, which opens another when it needs one, and lets it go.
    fn discard(self) {
        match self {
            Self::Sqlite(held) => drop(held.detach()),
            Self::Postgres(held) => drop(held.detach()),
        }
    }
}

fn refused(source: sqlx::Error, wait: Duration) -> Error {
    match source {
        sqlx::Error::PoolTimedOut => Error::PoolBusy { seconds: wait.as_secs() },
        sqlx::Error::PoolClosed => Error::NoPool { found: "closed" },
        source => {
            query_error("take a connection out of the pool", &DbErr::Conn(RuntimeErr::SqlxError(Arc::new(source))))
        }
    }
}

#[async_trait]
impl ConnectionTrait for Link {
    fn get_database_backend(&self) -> DbBackend {
        match self {
            Self::Own(db) | Self::Inside(Inside { db, .. }) => db.get_database_backend(),
            Self::Lent(lent) => lent.backend,
        }
    }

    async fn execute_raw(&self, statement: Statement) -> std::result::Result<ExecResult, DbErr> {
        match self {
            Self::Own(db) | Self::Inside(Inside { db, .. }) => db.execute_raw(statement).await,
            Self::Lent(_) => self.execute_unprepared(&statement.to_string()).await,
        }
    }

    async fn execute_unprepared(&self, sql: &str) -> std::result::Result<ExecResult, DbErr> {
        match self {
            Self::Own(db) => db.execute_unprepared(sql).await,
            Self::Lent(lent) => lent.held().await?.execute(sql).await,
            Self::Inside(inside) => inside.execute(sql).await,
        }
    }

    async fn query_one_raw(&self, statement: Statement) -> std::result::Result<Option<QueryResult>, DbErr> {
        match self {
            Self::Own(db) | Self::Inside(Inside { db, .. }) => db.query_one_raw(statement).await,
            Self::Lent(_) => Ok(self.query_all_raw(statement).await?.into_iter().next()),
        }
    }

    async fn query_all_raw(&self, statement: Statement) -> std::result::Result<Vec<QueryResult>, DbErr> {
        match self {
            Self::Own(db) | Self::Inside(Inside { db, .. }) => db.query_all_raw(statement).await,
            // Its values stand in the text.
            Self::Lent(lent) => lent.held().await?.query(&statement.to_string()).await,
        }
    }
}

/// The rows as they come; of a connection that is lent, all of them at once.
impl StreamTrait for Link {
    type Stream<'a> = BoxStream<'a, std::result::Result<QueryResult, DbErr>>;

    fn get_database_backend(&self) -> DbBackend {
        ConnectionTrait::get_database_backend(self)
    }

    fn stream_raw<'a>(
        &'a self,
        statement: Statement,
    ) -> Pin<Box<dyn Future<Output = std::result::Result<Self::Stream<'a>, DbErr>> + 'a + Send>> {
        Box::pin(async move {
            Ok(match self {
                Self::Own(db) | Self::Inside(Inside { db, .. }) => db.stream_raw(statement).await?.boxed(),
                Self::Lent(_) => stream::iter(self.query_all_raw(statement).await?.into_iter().map(Ok)).boxed(),
            })
        })
    }
}

/// The database as messages show it.
pub(super) fn described(db: &DatabaseConnection, wanted: &Wanted) -> Database {
    let (dialect, url, file) = if let DatabaseConnectionType::SqlxSqlitePoolConnection(_) = &db.inner {
        let options = db.get_sqlite_connection_pool().connect_options();
        let path = options.get_filename();
        // What lives in memory has a name only the driver knows.
        let is_file = !path.as_os_str().is_empty() && !path.to_string_lossy().contains(":memory:") && path.exists();
        let url = if is_file { format!("sqlite://{}", path.display()) } else { "sqlite::memory:".to_owned() };
        (Dialect::Sqlite, url, is_file.then(|| path.to_owned()))
    } else {
        let options = db.get_postgres_connection_pool().connect_options();
        let (user, host, port) = (options.get_username(), options.get_host(), options.get_port());
        let database = options.get_database().unwrap_or(user);
        (Dialect::Postgres, format!("postgres://{user}@{host}:{port}/{database}"), None)
    };
    // The limit of the application is for its own statements.
    let statement_timeout = wanted.statement_timeout.unwrap_or_default();
    Database::lent(dialect, url, file, wanted.schema.clone(), wanted.lock_timeout, statement_timeout)
}
