//! What went wrong, in the database's own words.

use sea_orm::sqlx::{self, postgres::PgDatabaseError};
use sea_orm::{DbErr, RuntimeErr};

use super::connect::PATIENCE;
use crate::config::Database;
use crate::error::{Cause, Error, LOST, count};

pub(super) fn connect_error(database: &Database, source: &DbErr) -> Error {
    if database.dialect.is_locked(&source.to_string()) {
        return locked(database);
    }
    let source = cause(source);
    let hint = database.dialect.connect_hint(&source.to_string()).to_owned();
    Error::Connect { database: database.to_string(), hint, source }
}

/// Another process did not finish in time; says which, where the system tells.
pub(super) fn locked(database: &Database) -> Error {
    let holder = database.file.as_deref().and_then(|file| database.dialect.lock_holder(file));
    Error::Locked { holder, hint: waited(database) }
}

pub(super) fn waited(database: &Database) -> String {
    let seconds = usize::try_from(database.lock_timeout.as_secs()).unwrap_or(usize::MAX);
    format!(
        "waited {}; run the command again when the other is done, or raise `lock_timeout` below `[database]` in \
         `seachange.toml`",
        count(seconds, "second")
    )
}

pub(super) fn query_error(doing: &str, source: &DbErr) -> Error {
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
