//! Connections: exactly one for a session, so that settings, transactions and locks hold.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sea_orm::sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sea_orm::sqlx::{self, ConnectOptions as _, Connection as _, Executor as _};
use sea_orm::{ConnectOptions, Database as Driver, DatabaseConnection, DbErr, RuntimeErr, SqlxPostgresConnector};

use super::{Access, connect_error};
use crate::config::Database;
use crate::error::Result;

/// How long to try to connect.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

pub(super) async fn sqlite(database: &Database, access: Access) -> Result<DatabaseConnection> {
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

pub(super) async fn postgres(database: &Database) -> Result<DatabaseConnection> {
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
