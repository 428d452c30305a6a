//! One line for the tests of a project: its entities, its revisions and a fresh database agree.

use std::path::{Path, PathBuf};
use std::thread;

use clap::Parser as _;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use sea_orm::ConnectionTrait as _;

use crate::cli::Cli;
use crate::commands::{self, Exit};
use crate::config::{self, Config, Database, Overrides};
use crate::error::{Error, Result};
use crate::migrate::{Access, Session};
use crate::proof::{self, Residue, Verdict};
use crate::report;
use crate::revision::graph::Graph;
use crate::revision::{Revision, dir, new_id};

/// Fails the test unless the project is in step: there is one head; the entities, as `seachange check` reads them, are what
/// the last revision left; every revision goes up on an empty database, down to exactly what was before, and up again; and in
/// the end the database is what the entities declare. The message is what the command line would say.
///
/// The project is the folder with `seachange.toml`, or one below. `sqlite::memory:` takes a database that nobody sees. The URL
/// of a PostgreSQL database says which server lends the room: a database is made on it and dropped again, for which the role
/// needs `CREATEDB`; the one that is named is not touched.
///
/// ```
/// # fn environment() -> &'static str { "fixtures/application" }
/// # let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/application");
/// // #[test] fn entities_and_revisions_agree() {
/// seachange::testing::assert_in_step(folder, "sqlite::memory:");
/// ```
///
/// # Panics
/// The project is not in step, or cannot be read.
#[track_caller]
pub fn assert_in_step(project: impl AsRef<Path>, database_url: &str) {
    if let Err(message) = in_step(project, database_url) {
        panic!("{message}");
    }
}

/// What [`assert_in_step`] would fail with.
///
/// # Errors
/// The project is not in step, or cannot be read: the message, in several lines.
pub fn in_step(project: impl AsRef<Path>, database_url: &str) -> Result<(), String> {
    let project = project.as_ref();
    // The test may run inside of another runtime.
    let run = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|source| Error::Read { path: project.to_owned(), source });
        runtime
            .map_err(|error| Problem::from(error).said(project))?
            .block_on(look(project, database_url))
            .map_err(|found| found.said(project))
    };
    thread::scope(|scope| scope.spawn(run).join()).unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// What is not in step.
enum Problem {
    /// What the command line says of its own.
    Failed(Box<Error>),
    /// What was found, in words.
    Found(String),
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Self::Failed(Box::new(error))
    }
}

impl Problem {
    fn said(self, project: &Path) -> String {
        match self {
            Self::Failed(error) => report::error::plain(&error, project).trim_end().to_owned(),
            Self::Found(text) => text,
        }
    }
}

async fn look(project: &Path, database_url: &str) -> Result<(), Problem> {
    let overrides = Overrides { database_url: Some(database_url.to_owned()), ..Overrides::default() };
    let config = config::load(project, &overrides)?;
    let graph = dir::read(&config.migrations)?;
    if let heads @ [_, _, ..] = graph.heads().as_slice() {
        return Err(Error::SeveralHeads { heads: heads.iter().map(|revision| revision.title()).collect() }.into());
    }
    let offline = command(project, &["check", "--offline", "--database-url", database_url]).await?;
    if let Some(Found { out, notes }) = offline {
        return Err(Problem::Found(out + &notes));
    }
    let fresh = Fresh::make(&config).await?;
    let outcome = Box::pin(look_at(project, &config, &graph, &fresh)).await;
    let gone = fresh.drop().await;
    outcome?;
    Ok(gone?)
}

async fn look_at(project: &Path, config: &Config, graph: &Graph, fresh: &Fresh) -> Result<(), Problem> {
    let session = Session::open(&fresh.database, Access::Write).await?;
    session.create_schema().await?;
    for revision in graph.revisions() {
        there_and_back(&session, revision, config).await?;
    }
    session.close().await;
    match command(project, &["check", "--database-url", fresh.database.url()]).await? {
        None => Ok(()),
        // Nobody but the revisions has been in this database, so what it advises is not what to do here.
        Some(Found { out, .. }) => Err(Problem::Found(format!(
            "in a fresh database, the revisions make another schema than the entities declare\n\n{}\
             hint: correct the revision, or write another with what is missing",
            out.replace(report::DRIFT, "")
        ))),
    }
}

/// What a command printed that found something.
struct Found {
    out: String,
    notes: String,
}

/// Runs a command as at a terminal.
async fn command(project: &Path, arguments: &[&str]) -> Result<Option<Found>, Problem> {
    let cli = Cli::try_parse_from(["seachange"].iter().chain(arguments));
    let cli = cli.map_err(|error| Problem::Found(error.to_string()))?;
    let (mut out, mut notes) = (Vec::new(), Vec::new());
    match commands::run(&cli, project, &mut out, &mut notes, None).await? {
        Exit::Clean => Ok(None),
        Exit::Found | Exit::Failed => {
            let plain = |text: &[u8]| anstream::adapter::strip_str(&String::from_utf8_lossy(text)).to_string();
            Ok(Some(Found { out: plain(&out), notes: plain(&notes) }))
        }
    }
}

/// Up, down and up again.
async fn there_and_back(session: &Session, revision: &Revision, config: &Config) -> Result<(), Problem> {
    let (title, place) = (revision.title(), format!("  --> {}", revision.path.display()));
    let found = match proof::there_and_back(session, revision, &config.options).await? {
        Verdict::Proved => return Ok(()),
        Verdict::NoWayDown => return Err(Error::NoWayDown { revision: title }.into()),
        Verdict::Fails(error) => return Err(Problem::Failed(error)),
        Verdict::Open(reason) => format!("{title} cannot be proved: {reason}\n{place}"),
        Verdict::Misses(left) => format!("{title} does not lead where it should\n{place}\n{}", words(&left)),
        Verdict::Stays(left) => format!(
            "{title} does not lead back: its way down leaves another schema than there was before\n{place}\n{}\n\
             hint: that is what is missing in `-- migrate:down`",
            words(&left)
        ),
        Verdict::Wavers(left) => {
            format!("{title} makes another schema the second time, after its way down\n{place}\n{}", words(&left))
        }
    };
    Err(Problem::Found(found))
}

/// What is left to do, in words.
fn words(left: &Residue) -> String {
    left.ops.iter().map(|op| format!("  {op}")).collect::<Vec<_>>().join("\n")
}

/// What a path may hold and a URL may not.
const ODD: &AsciiSet = &CONTROLS.add(b' ').add(b'%').add(b'?').add(b'#');

/// A database that is there for nothing else.
struct Fresh {
    database: Database,
    /// Where a server lends the room: a connection to it, and what gives the room back.
    lent: Option<(Session, String)>,
}

impl Fresh {
    async fn make(config: &Config) -> Result<Self> {
        let server = config.database.as_ref().ok_or_else(|| Error::NoDatabase { groups: Vec::new() })?;
        let name = format!("seachange_step_{}", new_id());
        if let Some([create, drop]) = server.dialect.scratch(&name) {
            let session = Session::open(server, Access::Write).await?;
            session.connection().execute_unprepared(&create).await.map_err(|source| Error::Query {
                doing: "make a database on the server to run the revisions in".to_owned(),
                source: crate::migrate::cause(&source),
            })?;
            return Ok(Self { database: server.beside(&name), lent: Some((session, drop)) });
        }
        let file = std::env::temp_dir().join(name);
        let url = format!("sqlite://{}?mode=rwc", utf8_percent_encode(&file.to_string_lossy(), ODD));
        Ok(Self { database: config::database(&url, Path::new(""), config.lock_timeout)?, lent: None })
    }

    async fn drop(self) -> Result<()> {
        if let Some((session, drop)) = self.lent {
            let dropped = session.connection().execute_unprepared(&drop).await;
            session.close().await;
            return dropped.map(|_| ()).map_err(|source| Error::Query {
                doing: "drop the database again that the revisions ran in".to_owned(),
                source: crate::migrate::cause(&source),
            });
        }
        for beside in ["", "-journal", "-wal", "-shm"] {
            let Some(file) = &self.database.file else { continue };
            let mut path = file.clone().into_os_string();
            path.push(beside);
            // What is not there needs no removing.
            let _ = std::fs::remove_file(PathBuf::from(path));
        }
        Ok(())
    }
}
