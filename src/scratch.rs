//! A database that is there for nothing else and is dropped again, whatever happened: for scripts and for revisions.

use std::path::Path;
use std::time::Duration;

use sea_orm::sqlx::postgres::PgDatabaseError;
use sea_orm::{ConnectionTrait, DbErr, RuntimeErr};

use crate::config::{self, Database};
use crate::dialect::Dialect;
use crate::error::{Error, Result};
use crate::migrate::{Access, Session, cause};
use crate::model::Schema;
use crate::revision::new_id;

/// Does something in an empty database that is gone afterwards: in memory, or one that a server lends.
///
/// # Errors
/// [`Error::NoScratch`]: no server was named and one is needed; the server makes no database for this role; or what was done
/// in it failed.
pub async fn within<T>(
    dialect: Dialect,
    server: Option<&Database>,
    schema: &str,
    purpose: &str,
    work: impl AsyncFnOnce(&Session) -> Result<T>,
) -> Result<T> {
    let name = format!("seachange_scratch_{}", new_id());
    let Some([create, drop]) = dialect.scratch(&name) else {
        let memory = config::database("sqlite::memory:", Path::new(""), Duration::ZERO)?;
        return work(&Session::open(&memory, Access::Write).await?).await;
    };
    let server = server.ok_or_else(|| Error::NoScratch { purpose: purpose.to_owned() })?;
    let session = Session::open(server, Access::Write).await?;
    let failed = |doing: String, source: DbErr| Error::Query { doing, source: cause(&source) };
    let created = session.connection().execute_unprepared(&create).await;
    created.map_err(|source| failed(format!("make a database on the server to {purpose}"), source))?;
    let mut database = server.beside(&name);
    schema.clone_into(&mut database.schema);
    // The connection is closed before the database is dropped.
    let done = match Session::open(&database, Access::Write).await {
        Ok(session) => work(&session).await,
        Err(error) => Err(error),
    };
    let dropped = session.connection().execute_unprepared(&drop).await;
    let done = done?;
    dropped.map_err(|source| failed(format!("drop the database `{name}` again"), source))?;
    Ok(done)
}

/// The schema that a script makes in an empty database.
///
/// # Errors
/// Those of [`within`]; [`Error::Load`]: the script does not run.
pub async fn load(
    path: &Path,
    script: &str,
    dialect: Dialect,
    server: Option<&Database>,
    schema: &str,
) -> Result<Schema> {
    let purpose = format!("load `{}`", path.display());
    within(dialect, server, schema, &purpose, async |session| filled(path, script, session).await).await
}

async fn filled(path: &Path, script: &str, session: &Session) -> Result<Schema> {
    let script = session.dialect().loadable(script);
    if let Err(source) = session.connection().execute_unprepared(&script).await {
        let line = position(&source).map(|position| line_of(&script, position));
        return Err(Error::Load { path: path.to_owned(), line, source: cause(&source) });
    }
    session.reflect().await
}

/// Where the database saw the mistake, as a number of characters from 1.
fn position(error: &DbErr) -> Option<usize> {
    let (DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error))) = error else {
        return None;
    };
    let error = error.as_database_error()?.try_downcast_ref::<PgDatabaseError>()?;
    match error.position()? {
        sea_orm::sqlx::postgres::PgErrorPosition::Original(position) => Some(position),
        sea_orm::sqlx::postgres::PgErrorPosition::Internal { .. } => None,
    }
}

fn line_of(script: &str, position: usize) -> usize {
    script.chars().take(position.saturating_sub(1)).filter(|letter| *letter == '\n').count() + 1
}
