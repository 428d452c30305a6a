//! Loads a script into a database that is made for it, reads what it made, and drops the database again, whatever happened.

use std::path::Path;
use std::time::Duration;

use sea_orm::sqlx::postgres::PgDatabaseError;
use sea_orm::{ConnectionTrait, DbErr, RuntimeErr};

use crate::config::{self, Database};
use crate::dialect::Dialect;
use crate::error::{Error, Result};
use crate::migrate::{Access, Session, cause};
use crate::model::Schema;

/// The schema that a script makes in an empty database. Where a server has to lend the room, the database gets the name.
///
/// # Errors
/// [`Error::NoScratch`]: no server was named and one is needed; [`Error::Load`]: the script does not run.
pub async fn load(
    path: &Path,
    script: &str,
    dialect: Dialect,
    server: Option<&Database>,
    schema: &str,
    name: &str,
) -> Result<Schema> {
    let Some([create, drop]) = dialect.scratch(name) else {
        let memory = config::database("sqlite::memory:", Path::new(""), Duration::ZERO)?;
        return filled(path, script, &memory).await;
    };
    let server = server.ok_or_else(|| Error::NoScratch { path: path.to_owned() })?;
    let session = Session::open(server, Access::Write).await?;
    let failed = |doing: &str, source: DbErr| Error::Query { doing: doing.to_owned(), source: cause(&source) };
    let created = session.connection().execute_unprepared(&create).await;
    created.map_err(|source| failed(&format!("make a database on the server to load `{}`", path.display()), source))?;
    let mut database = server.beside(name);
    schema.clone_into(&mut database.schema);
    let filled = filled(path, script, &database).await;
    let dropped = session.connection().execute_unprepared(&drop).await;
    let filled = filled?;
    dropped.map_err(|source| failed(&format!("drop the database `{name}` again"), source))?;
    Ok(filled)
}

async fn filled(path: &Path, script: &str, database: &Database) -> Result<Schema> {
    let session = Session::open(database, Access::Write).await?;
    let script = database.dialect.loadable(script);
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
