//! Which database is meant: its URL, what that allows, and how messages may show it.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::dialect::{DEFAULT_SCHEMA, Dialect};
use crate::error::{Error, Result};

/// A database by its URL.
#[derive(Clone, PartialEq, Eq)]
pub struct Database {
    /// The URL; may hold a password, so it is never shown.
    url: String,
    /// Which kind it is.
    pub dialect: Dialect,
    /// The file, for a database that is one.
    pub file: Option<PathBuf>,
    /// The schema that is meant where none is named, in a database that has them.
    pub schema: String,
    /// Schemas that are databases of their own, this one among them: what is in the others is not this one's business.
    pub beside: Arc<[String]>,
    /// How long to wait for another process to finish.
    pub lock_timeout: Duration,
    /// How long one statement of a revision may take. `None`: as long as it wants.
    pub statement_timeout: Option<Duration>,
}

impl Database {
    /// The URL to connect with. Must not reach a message.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Another database on the same server.
    ///
    /// ```
    /// use std::{path::Path, time::Duration};
    /// use seachange::config::database;
    ///
    /// let app = database("postgres://me@host/app?dbname=app&sslmode=require", Path::new("/"), Duration::ZERO).unwrap();
    /// assert_eq!(app.beside("other").url(), "postgres://me@host/other?sslmode=require");
    /// ```
    #[must_use]
    pub fn beside(&self, name: &str) -> Self {
        let (address, parameters) = self.url.split_once('?').unwrap_or((&self.url, ""));
        let (scheme, rest) = address.split_once("://").unwrap_or((address, ""));
        let host = rest.split('/').next().unwrap_or_default();
        let kept: Vec<&str> =
            parameters.split('&').filter(|one| !one.is_empty() && !one.starts_with("dbname=")).collect();
        let parameters = if kept.is_empty() { String::new() } else { format!("?{}", kept.join("&")) };
        Self { url: format!("{scheme}://{host}/{name}{parameters}"), file: None, ..self.clone() }
    }

    /// One of the schemas of the database as a database of its own.
    pub(crate) fn in_schema(&self, schema: String, all: &Arc<[String]>) -> Self {
        Self { schema, beside: Arc::clone(all), ..self.clone() }
    }

    /// What the `mode` of the URL allows.
    pub(crate) fn may(&self) -> May {
        let parameters = self.url.split_once('?').map_or("", |(_, parameters)| parameters);
        let mode = |mode: &str| parameters.split('&').any(|parameter| parameter.strip_prefix("mode=") == Some(mode));
        May { write: !mode("ro"), create: !mode("ro") && !mode("rw") }
    }

    /// Whether connecting would find nothing: a file that is not there.
    pub fn is_missing(&self) -> bool {
        self.file.as_ref().is_some_and(|file| !file.exists())
    }
}

/// What a URL allows to do with its file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct May {
    /// To change it.
    pub(crate) write: bool,
    /// To make it.
    pub(crate) create: bool,
}

/// The URL as messages may show it.
impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&redacted(&self.url))?;
        if self.schema == DEFAULT_SCHEMA { Ok(()) } else { write!(f, " ({})", self.schema) }
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Database")
            .field("url", &redacted(&self.url))
            .field("dialect", &self.dialect)
            .finish_non_exhaustive()
    }
}

/// The URL as a file that everybody reads may hold it: the same without its password.
pub(crate) fn without_password(url: &str) -> String {
    let is_password = |parameter: &&str| parameter.starts_with("password=");
    let parameters = match url.rsplit_once('?') {
        Some((_, parameters)) if !parameters.contains('@') => {
            parameters.split('&').filter(|parameter| !is_password(parameter)).collect::<Vec<_>>().join("&")
        }
        Some(_) | None => String::new(),
    };
    let url = redacted(url);
    if parameters.is_empty() { url } else { format!("{url}?{parameters}") }
}

/// The URL without the password and without parameters, which may hold one too.
fn redacted(url: &str) -> String {
    let (url, parameters) = url.split_once('?').unwrap_or((url, ""));
    // What is behind the question mark may be the rest of the password.
    let is_torn = parameters.contains('@') && !url.contains('@');
    if let Some((scheme, rest)) = url.split_once("://").filter(|_| is_torn) {
        return format!("{scheme}://{}", rest.split(':').next().unwrap_or_default());
    }
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, rest)), Some((_, host))) if rest.contains('@') => {
            let user = rest.split([':', '@']).next().unwrap_or_default();
            format!("{scheme}://{user}@{host}")
        }
        _ => url.to_owned(),
    }
}

/// `DATABASE_URL` from the environment, else from the project's `.env`.
pub fn database_url(project: &Path) -> Option<String> {
    variable(project, "DATABASE_URL")
}

/// A variable from the environment, else from the project's `.env`; an empty one is none.
pub(crate) fn variable(project: &Path, name: &str) -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "this is the place that reads the environment")]
    let environment = std::env::var(name).ok();
    let from_file = || {
        let mut variables = dotenvy::from_path_iter(project.join(".env")).ok()?.flatten();
        variables.find(|(own, _)| own == name).map(|(_, value)| value)
    };
    environment.or_else(from_file).filter(|value| !value.is_empty())
}

/// The SQLite database in a file, which is relative to the project; its name is the path as it is written.
pub(crate) fn file(path: &str, project: &Path, lock_timeout: Duration) -> Database {
    Database {
        url: path.to_owned(),
        dialect: Dialect::Sqlite,
        file: Some(project.join(path)),
        schema: DEFAULT_SCHEMA.to_owned(),
        beside: Arc::default(),
        lock_timeout,
        statement_timeout: None,
    }
}

/// Understands a URL. A relative file is relative to the project.
///
/// # Errors
/// The URL is of a kind seachange does not know.
pub fn database(url: &str, project: &Path, lock_timeout: Duration) -> Result<Database> {
    let (scheme, rest) = url.split_once(':').unwrap_or(("a URL without a scheme", ""));
    let database = |dialect, file| Database {
        url: url.to_owned(),
        dialect,
        file,
        schema: DEFAULT_SCHEMA.to_owned(),
        beside: Arc::default(),
        lock_timeout,
        statement_timeout: None,
    };
    match scheme {
        "postgres" | "postgresql" => Ok(database(Dialect::Postgres, None)),
        "sqlite" => {
            let path = rest.strip_prefix("//").unwrap_or(rest).split('?').next().unwrap_or_default();
            let path = percent_encoding::percent_decode_str(path).decode_utf8_lossy();
            let file = (path != ":memory:" && !path.is_empty()).then(|| project.join(path.as_ref()));
            Ok(database(Dialect::Sqlite, file))
        }
        _ => Err(Error::UnknownDatabase { scheme: scheme.to_owned() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_never_shows() {
        let shown = |url: &str| redacted(url);
        assert_eq!(shown("postgres://me:s3cret@host:5432/db?password=x"), "postgres://me@host:5432/db");
        assert_eq!(shown("postgres://me:p@ss@host/db"), "postgres://me@host/db");
        assert_eq!(shown("postgres://me@host/db?password=x@y"), "postgres://me@host/db");
        assert_eq!(shown("postgres://me:p?ss@host/db"), "postgres://me");
        assert_eq!(shown("postgres://me:p/s#s@host/db"), "postgres://me@host/db");
        assert_eq!(shown("sqlite://media.db?mode=rwc"), "sqlite://media.db");
        assert_eq!(shown("sqlite:///srv/a@b.db"), "sqlite:///srv/a@b.db");
    }

    #[test]
    fn a_file_holds_no_password() {
        let written = |url: &str| without_password(url);
        assert_eq!(
            written("postgres://me:s3cret@host/db?sslmode=require&password=x"),
            "postgres://me@host/db?sslmode=require"
        );
        assert_eq!(written("postgres://host/db?password=x"), "postgres://host/db");
        assert_eq!(written("postgres:///db?host=/run&user=me"), "postgres:///db?host=/run&user=me");
        assert_eq!(written("sqlite://media.db?mode=rwc"), "sqlite://media.db?mode=rwc");
    }

    #[test]
    fn a_relative_file_is_relative_to_the_project() {
        let file = |url: &str| database(url, Path::new("/app"), Duration::ZERO).unwrap().file;
        assert_eq!(file("sqlite://data/my%20app.db?mode=rwc"), Some(PathBuf::from("/app/data/my app.db")));
        assert_eq!(file("sqlite:///srv/x.db"), Some(PathBuf::from("/srv/x.db")));
        assert_eq!(file("sqlite:x.db"), Some(PathBuf::from("/app/x.db")));
        assert_eq!(file("sqlite::memory:"), None);
    }

    #[test]
    fn an_unknown_kind_of_database_is_refused_without_showing_the_url() {
        let error = database("mysql://root:pw@host/db", Path::new("/"), Duration::ZERO).unwrap_err();
        assert_eq!(error.to_string(), "`mysql` is no database seachange knows");
    }
}
