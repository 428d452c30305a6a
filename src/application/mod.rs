//! Revisions inside of an application: a folder of them that was compiled in, brought to the databases the application
//! opens. Runs them as the program does, over one connection of the application's own pool.
#![doc = "\n"]
#![doc = include_str!("../../docs/guide/application.md")]

mod embedded;
mod failure;
mod state;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use sea_orm::DatabaseConnection;

use self::embedded::Project;
#[doc(hidden)]
pub use self::embedded::{Embedded, Parts};
pub use self::failure::Failure;
pub use self::state::State;
use crate::compare::{Comparison, Sides};
use crate::dialect::Options;
use crate::diff::Rules;
use crate::error::{Error, Result};
use crate::migrate::{Access, Applied, Books, Outcome, Session, Wanted, refuse_unfinished};
use crate::model::{Declared, Schema};
use crate::report;
use crate::revision::accepted::{refuse_unknown, unaccepted};
use crate::revision::graph::Target;
use crate::revision::{Direction, Revision};

/// The revisions of a project, for the databases of an application.
///
/// [`migrations!`](crate::migrations) makes one. Everything runs over one connection that is taken out of the pool and goes
/// back with the settings it came with. Whatever fails leaves the database at the revision before, and says so in the words
/// of the command line.
///
/// ```
/// # use sea_orm::Database;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// static MIGRATOR: seachange::Migrator = seachange::migrations!("fixtures/application/migrations");
///
/// let db = Database::connect("sqlite::memory:").await?;
/// assert_eq!(MIGRATOR.pending(&db).await?.len(), 2);
/// MIGRATOR.upgrade(&db).await?;
/// assert!(MIGRATOR.check(&db).await?.is_clean());
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Migrator {
    embedded: Embedded,
    schema: Option<String>,
    creates_schema: bool,
    accepts_data_loss: bool,
    allows_unknown: bool,
    lock_timeout: Option<Duration>,
    statement_timeout: Option<Duration>,
}

impl Migrator {
    /// The same for revisions that were compiled in; what [`migrations!`](crate::migrations) calls.
    pub const fn new(embedded: Embedded) -> Self {
        Self {
            embedded,
            schema: None,
            creates_schema: false,
            accepts_data_loss: false,
            allows_unknown: false,
            lock_timeout: None,
            statement_timeout: None,
        }
    }

    /// The revisions of a folder as they are now, for a program that ships them beside itself. What `seachange.toml` at or
    /// above the folder says about databases holds.
    ///
    /// # Errors
    /// The folder or a file in it cannot be read.
    pub fn from_folder(folder: impl AsRef<Path>) -> Result<Self, Failure> {
        Ok(Self::new(Embedded::read(folder.as_ref())?))
    }

    /// The same in a schema of PostgreSQL: names mean what is in it, and it has its own history and its own lock. It has to
    /// be there, unless [`Migrator::create_schema`] says otherwise.
    ///
    /// ```
    /// # let migrator = seachange::migrations!("fixtures/application/migrations");
    /// let of_project = migrator.schema("project_7").create_schema();
    /// ```
    #[must_use]
    pub fn schema(&self, name: impl Into<String>) -> Self {
        Self { schema: Some(name.into()), ..self.clone() }
    }

    /// [`Migrator::upgrade`] makes the schema when it is not there.
    #[must_use]
    pub fn create_schema(&self) -> Self {
        Self { creates_schema: true, ..self.clone() }
    }

    /// How long to wait for another instance that runs revisions, and for locks on tables. What `seachange.toml` says,
    /// otherwise, or 10 seconds.
    #[must_use]
    pub fn lock_timeout(&self, timeout: Duration) -> Self {
        Self { lock_timeout: Some(timeout), ..self.clone() }
    }

    /// How long one statement of a revision may take. What `seachange.toml` says, otherwise, or as long as it wants; the
    /// limit of the pool does not count.
    #[must_use]
    pub fn statement_timeout(&self, timeout: Duration) -> Self {
        Self { statement_timeout: Some(timeout), ..self.clone() }
    }

    /// Runs revisions that lose data for good although their files do not accept that.
    #[must_use]
    pub fn accept_data_loss(&self) -> Self {
        Self { accepts_data_loss: true, ..self.clone() }
    }

    /// Goes on where the database has revisions that are not among these: a newer version of the application put them there,
    /// and this one is to run beside it until it is replaced.
    #[must_use]
    pub fn allow_unknown(&self) -> Self {
        Self { allows_unknown: true, ..self.clone() }
    }

    /// Applies what the database lacks, and gives back the titles of what was applied. Of several instances that start
    /// together one does it and the others wait.
    ///
    /// # Errors
    /// Every [`Failure`] says what happened and what to do. Before anything runs: files that make no sense, data that would
    /// be lost and nobody accepted it, revisions of the database that are not among these, a connection that is in a
    /// transaction or that nobody gives back.
    pub async fn upgrade(&self, db: &DatabaseConnection) -> Result<Vec<String>, Failure> {
        let project = self.project()?;
        refuse_unknown(&project.graph)?;
        let session = self.session(db, &project).await?;
        let applied = self.upgrade_over(&session, &project).await;
        session.close().await;
        Ok(applied?)
    }

    /// The titles of the revisions that the database lacks, in their order. Reads the history alone.
    ///
    /// # Errors
    /// The history cannot be read.
    pub async fn pending(&self, db: &DatabaseConnection) -> Result<Vec<String>, Failure> {
        let project = self.project()?;
        let session = self.session(db, &project).await?;
        let history = session.history().await;
        session.close().await;
        Ok(titles(&project.pending(&history?)))
    }

    /// How the database and the revisions stand to each other: what is pending, what was edited after it was applied, what
    /// nobody here knows, and what differs from the last revision. Changes nothing.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn check(&self, db: &DatabaseConnection) -> Result<State, Failure> {
        let project = self.project()?;
        let session = self.session(db, &project).await?;
        let state = project.state(&session, &self.options(&project)).await;
        session.close().await;
        Ok(state?)
    }

    fn project(&self) -> Result<Project> {
        let project = self.embedded.project()?;
        if let [_, _, ..] = project.graph.heads().as_slice() {
            return Err(Error::SeveralHeads { heads: titles(&project.graph.heads()) });
        }
        Ok(project)
    }

    fn schema_of<'a>(&'a self, project: &'a Project) -> &'a str {
        self.schema.as_deref().unwrap_or(&project.settings.schema)
    }

    fn options(&self, project: &Project) -> Options {
        project.settings.options(self.schema_of(project))
    }

    async fn session(&self, db: &DatabaseConnection, project: &Project) -> Result<Session> {
        let wanted = Wanted {
            schema: self.schema_of(project).to_owned(),
            lock_timeout: self.lock_timeout.unwrap_or(project.settings.lock_timeout),
            statement_timeout: self.statement_timeout.or(project.settings.statement_timeout),
        };
        let mut session = Session::lent(db, &wanted, Access::Read).await?;
        if self.schema.is_some() {
            if !session.dialect().capabilities().schemas {
                let problem = format!("{} has no schemas: give each its own database", session.dialect().title());
                session.close().await;
                return Err(Error::Misused { problem });
            }
            session.leave_others_alone().await?;
        }
        Ok(session)
    }

    async fn upgrade_over(&self, session: &Session, project: &Project) -> Result<Vec<String>> {
        if self.wanting(session, project).await?.is_empty() {
            return Ok(Vec::new());
        }
        session.refuse_only_reads().await?;
        if self.creates_schema {
            session.create_schema().await?;
        }
        session.lock(|_| {}).await?;
        // Who waited finds less to do.
        let revisions = self.wanting(session, project).await?;
        self.refuse_unaccepted(project, &revisions)?;
        for revision in &revisions {
            session.check(revision, Direction::Up).await?;
        }
        let mut applied = Vec::new();
        for revision in revisions {
            // Where transactions alone keep others out, one of them may have been first.
            if session.run(revision, Direction::Up, &now()).await? == Outcome::Done {
                applied.push(revision.title());
            }
        }
        if let Some(lock) = project.lock.clone().filter(|_| !applied.is_empty()) {
            remember(session, lock, &self.options(project)).await?;
        }
        Ok(applied)
    }

    /// What has to run, as the history has it at this moment.
    async fn wanting<'a>(&self, session: &Session, project: &'a Project) -> Result<Vec<&'a Revision>> {
        let Books { applied, unfinished } = session.books().await?;
        let unknown = project.unknown(&applied);
        if !unknown.is_empty() && !self.allows_unknown {
            return Err(Error::Missing { ids: unknown });
        }
        refuse_unfinished(&project.graph, &unfinished, Direction::Up)?;
        Ok(project.pending(&applied))
    }

    fn refuse_unaccepted(&self, project: &Project, revisions: &[&Revision]) -> Result<()> {
        let denied = &project.settings.deny.upgrade;
        let mut hazards: Vec<_> = revisions.iter().flat_map(|revision| unaccepted(revision, denied)).collect();
        hazards.retain(|hazard| !(self.accepts_data_loss && hazard.loses_data));
        if hazards.is_empty() { Ok(()) } else { Err(Error::Unaccepted { hazards }) }
    }
}

impl Project {
    fn pending(&self, history: &BTreeMap<String, Applied>) -> Vec<&Revision> {
        let applied: BTreeSet<String> = history.keys().cloned().collect();
        let heads = self.graph.heads().into_iter().map(|revision| revision.id.clone()).collect();
        self.graph.upgrade(&Target::Revisions(heads), &applied)
    }

    fn unknown(&self, history: &BTreeMap<String, Applied>) -> Vec<String> {
        history.keys().filter(|id| self.graph.get(id).is_none()).cloned().collect()
    }
}

fn titles(revisions: &[&Revision]) -> Vec<String> {
    revisions.iter().map(|revision| revision.title()).collect()
}

/// What lies between the lock and the database as it is, by the rules of a project.
async fn since(session: &Session, lock: Schema, options: &Options, rules: &Rules) -> Result<Comparison> {
    let live = session.reflect().await?;
    let declared = Declared { schema: lock, ..Declared::default() };
    let mut sides = Sides::with(&declared, Some(&declared.schema), live, session.dialect(), options, rules)?;
    // What there is to tell about the questions is told when the project is checked.
    sides.ask(session.connection()).await?;
    Ok(sides.compare())
}

/// What the tables of the project hold beyond the lock now is known; what comes by hand later is a change.
pub(crate) async fn remember(session: &Session, lock: Schema, options: &Options) -> Result<()> {
    // By no rules of the project: with other rules tomorrow, what is there today is still known.
    let comparison = since(session, lock, options, &Rules::default()).await?;
    let undeclared: Vec<String> = comparison.unmanaged.iter().filter_map(report::alteration_text).collect();
    session.remember(&undeclared).await
}

/// The time as revisions record it.
pub(crate) fn now() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
