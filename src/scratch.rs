//! A place that is there for nothing else and is gone again, whatever happened: for scripts and for revisions. A database as
//! a rule; what a run that was killed left of it, the next one drops.

use std::path::Path;
use std::time::Duration;

use sea_orm::sqlx::postgres::PgDatabaseError;
use sea_orm::{ConnectionTrait, DbErr, RuntimeErr};

use crate::config::{self, Database};
use crate::dialect::Dialect;
use crate::error::{Cause, Error, Result};
use crate::migrate::{Access, Session, cause};
use crate::model::Schema;
use crate::revision::new_id;

/// How the databases begin that are made here.
const PREFIX: &str = "seachange_scratch_";

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
    match Room::open(dialect, server, schema, purpose).await? {
        Ok(room) => room.used(work).await,
        Err(source) => Err(Error::Query { doing: format!("make a database on the server to {purpose}"), source }),
    }
}

/// The same also for a role that may make no database: then in an empty schema, in a transaction that is rolled back. Not
/// everything can be done in there; [`Session::is_enclosed`] tells.
///
/// # Errors
/// Those of [`within`]; [`Error::NoRoom`]: the role may make no schema either.
pub(crate) async fn anywhere<T>(
    dialect: Dialect,
    server: Option<&Database>,
    schema: &str,
    purpose: &str,
    work: impl AsyncFnOnce(&Session) -> Result<T>,
) -> Result<T> {
    let source = match Room::open(dialect, server, schema, purpose).await? {
        Ok(room) => return room.used(work).await,
        Err(source) => source,
    };
    let mut database = server.ok_or_else(|| Error::NoScratch { purpose: purpose.to_owned() })?.clone();
    schema.clone_into(&mut database.schema);
    let enclosed = Session::open(&database, Access::Write).await?.enclose(&format!("{PREFIX}{}", new_id())).await;
    match enclosed {
        Ok(Some(session)) => {
            let done = work(&session).await;
            session.close().await;
            done
        }
        Ok(None) => Err(Error::NoRoom { database: source.to_string(), schema: String::new() }),
        Err(Error::Query { source: schema, .. }) => {
            Err(Error::NoRoom { database: source.to_string(), schema: schema.to_string() })
        }
        Err(error) => Err(error),
    }
}

/// A database that is dropped again.
struct Room {
    session: Session,
    /// Where a server lends it: the connection over which it is dropped, with its name and the statement.
    lent: Option<(Session, String, String)>,
}

impl Room {
    /// Makes it, or says why the server does not.
    async fn open(
        dialect: Dialect,
        server: Option<&Database>,
        schema: &str,
        purpose: &str,
    ) -> Result<std::result::Result<Self, Cause>> {
        let name = format!("{PREFIX}{}", new_id());
        let Some([create, drop]) = dialect.scratch(&name) else {
            let memory = config::database("sqlite::memory:", Path::new(""), Duration::ZERO)?;
            return Ok(Ok(Self { session: Session::open(&memory, Access::Write).await?, lent: None }));
        };
        let server = server.ok_or_else(|| Error::NoScratch { purpose: purpose.to_owned() })?;
        let lending = Session::open(server, Access::Write).await?;
        if let Some(claim) = dialect.claim(&name, PREFIX) {
            lending.sweep(&claim, |name| dialect.scratch(name).map(|[_, drop]| drop)).await?;
        }
        if let Err(source) = lending.connection().execute_unprepared(&create).await {
            return Ok(Err(cause(&source)));
        }
        let mut database = server.beside(&name);
        schema.clone_into(&mut database.schema);
        match Session::open(&database, Access::Write).await {
            Ok(session) => Ok(Ok(Self { session, lent: Some((lending, name, drop)) })),
            Err(error) => {
                // The first error is the one to tell.
                let _ = lending.connection().execute_unprepared(&drop).await;
                Err(error)
            }
        }
    }

    /// Does something in it, and drops it whatever came of that.
    async fn used<T>(self, work: impl AsyncFnOnce(&Session) -> Result<T>) -> Result<T> {
        let done = work(&self.session).await;
        // The connection is closed before the database is dropped.
        self.session.close().await;
        let Some((lending, name, drop)) = self.lent else { return done };
        let dropped = lending.connection().execute_unprepared(&drop).await;
        lending.close().await;
        let done = done?;
        dropped.map_err(|source| Error::Query {
            doing: format!("drop the database `{name}` again"),
            source: cause(&source),
        })?;
        Ok(done)
    }
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
