//! The commands: load, call the stages, hand the result to a report. The only place that wires stages together.

mod adopt;
mod asked;
mod check;
mod diff;
mod fills;
mod git;
mod hook;
mod init;
mod lint;
mod listing;
mod merge;
mod objects;
mod offline;
mod prove;
mod renames;
mod revisions;
mod staged;
mod targets;
mod verify;
mod write;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write};
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::cli::{Cli, Command, Global, Past};
use crate::compare::{Comparison, Sides, compare_by};
use crate::config::{self, Config, Overrides};
use crate::declare::{self, Sources};
use crate::dialect::Dialect;
use crate::diff::Rules;
use crate::error::{Diagnostic, Error, Place, Result};
use crate::migrate::{Access, Applied, Books, Session, Unfinished};
use crate::model::{Declared, Location, Rename, Schema};
use crate::op::Op;
use crate::prompt::{Ask, Progress};
use crate::report::Report;
use crate::revision::dir;
use crate::revision::graph::Graph;

use asked::{Asked, Gone};

/// How a command ended that did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Nothing to do, or done.
    Clean,
    /// Differences, pending revisions, or something else a gate should stop at.
    Found,
    /// It failed, and said so: on one of several databases.
    Failed,
}

impl Exit {
    /// The exit code.
    pub fn code(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Found => 1,
            Self::Failed => 2,
        }
    }
}

/// Runs a command in a folder. Data goes to `out`, everything else to `notes`; what only a person can know is asked, if
/// there is one.
///
/// # Errors
/// Whatever made the command fail; nothing is left half done.
pub async fn run<'a>(
    cli: &Cli,
    folder: &Path,
    out: &'a mut dyn Write,
    notes: &'a mut dyn Write,
    ask: Option<&'a mut dyn Ask>,
) -> Result<Exit> {
    let overrides = overrides(&cli.global);
    if let Command::Init(args) = &cli.command {
        return init::init(args, folder, &overrides, notes);
    }
    if let Command::Check(args) = &cli.command
        && args.staged
    {
        return staged::check(cli, args, folder, (out, notes)).await;
    }
    let is_free = matches!(&cli.command, Command::Diff(args) if !diff::needs_project(args));
    let config = if is_free && !config::is_there(folder, &overrides) {
        config::without_file(folder, &overrides)?
    } else {
        config::load(folder, &overrides)?
    };
    if !cli.global.on.is_empty() && !targets::is_of_files(&cli.command) {
        return targets::run(cli, config, folder, (out, notes), ask).await;
    }
    dispatch(&mut Context::new(config, folder, cli, (out, notes), ask), &cli.command).await
}

/// Runs a command on one database.
async fn dispatch(ctx: &mut Context<'_>, command: &Command) -> Result<Exit> {
    match command {
        Command::Init(_) => Ok(Exit::Clean),
        Command::Check(args) => check::check(ctx, args).await,
        Command::Diff(args) => diff::diff(ctx, args).await,
        Command::Revision(args) => write::revision(ctx, args).await,
        Command::Prove(args) => prove::prove(ctx, args).await,
        Command::Upgrade(args) => revisions::upgrade(ctx, args).await,
        Command::Downgrade(args) => revisions::downgrade(ctx, args).await,
        Command::Stamp(args) => revisions::stamp(ctx, args).await,
        Command::Current(args) => listing::current(ctx, args).await,
        Command::History(args) => listing::history(ctx, args).await,
        Command::Heads(args) => listing::heads(ctx, args).await,
        Command::Branches(args) => listing::branches(ctx, args).await,
        Command::Merge(args) => merge::merge(ctx, args),
        Command::Lint(args) => lint::lint(ctx, args).await,
        Command::Show(args) => listing::show(ctx, &args.target).await,
    }
}

fn overrides(global: &Global) -> Overrides {
    Overrides { file: global.config.clone(), database_url: global.database_url.clone() }
}

/// What every command works with.
struct Context<'a> {
    config: Config,
    /// Where the user is; paths in messages are relative to it.
    folder: PathBuf,
    quiet: bool,
    out: &'a mut dyn Write,
    notes: &'a mut dyn Write,
    ask: Option<&'a mut dyn Ask>,
    /// The entities, where they were read before for a database of the same kind.
    known: Option<Rc<Declared>>,
    /// Where long runs show how far they are; nowhere but on a terminal.
    progress: Progress,
    /// The schemas that revisions make, of those that somebody asked for.
    made: Made,
    summary: Summary,
    /// Whether somebody else puts together what is said of several databases.
    is_one_of_many: bool,
}

/// The schemas that revisions make, by the kind of database and the ids of the revisions.
type Made = Rc<RefCell<BTreeMap<(Dialect, Vec<String>), Schema>>>;

/// What a command came to, as a line of a table of databases.
#[derive(Debug, Default)]
struct Summary {
    /// Where the database is.
    at: String,
    /// What was done or found.
    words: String,
    /// What `check` found.
    report: Option<Report>,
}

impl<'a> Context<'a> {
    fn new(
        config: Config,
        folder: &Path,
        cli: &Cli,
        (out, notes): (&'a mut dyn Write, &'a mut dyn Write),
        ask: Option<&'a mut dyn Ask>,
    ) -> Self {
        let (folder, summary) = (folder.to_owned(), Summary::default());
        let (known, made, quiet) = (None, Made::default(), cli.global.quiet);
        let progress = if quiet { Progress::hidden() } else { Progress::new() };
        let is_one_of_many = false;
        Self { config, folder, quiet, out, notes, ask, known, progress, made, summary, is_one_of_many }
    }
}

impl Context<'_> {
    /// Where the database is, for a table of several.
    fn stands_at(&mut self, graph: &Graph, applied: &BTreeSet<String>) {
        let titles: Vec<String> = graph.current(applied).iter().map(|revision| revision.title()).collect();
        self.summary.at = if titles.is_empty() { "nothing".to_owned() } else { titles.join(", ") };
    }

    /// What the command came to, for a table of several databases.
    fn sum_up(&mut self, words: impl Into<String>) {
        self.summary.words = words.into();
    }

    /// Writes a line of data.
    fn say(&mut self, line: &str) -> Result<()> {
        let out = &mut self.out;
        self.progress.above(|| writeln!(out, "{line}")).map_err(closed)
    }

    /// Writes a line about what is going on, unless the user asked for quiet.
    fn note(&mut self, line: &str) -> Result<()> {
        if self.quiet { Ok(()) } else { self.tell(line) }
    }

    /// Writes a line about what was found, also when the user asked for quiet.
    fn tell(&mut self, line: &str) -> Result<()> {
        let notes = &mut self.notes;
        self.progress.above(|| writeln!(notes, "{line}")).map_err(closed)
    }

    /// The path as messages show it.
    fn shown(&self, path: &Path) -> String {
        path.strip_prefix(&self.folder).unwrap_or(path).display().to_string()
    }

    /// Where the entities are.
    fn sources(&self) -> Sources {
        Sources {
            features: self.config.features.clone(),
            types: self.config.types.clone(),
            ..Sources::new(&self.folder, &self.config.entities)
        }
    }

    /// The entities.
    fn declare(&mut self) -> Result<Declared> {
        if let Some(known) = &self.known {
            return Ok(Declared::clone(known));
        }
        let read = declare::declare(&self.sources()).map_err(unmerged)?;
        self.complete(read)
    }

    /// The entities and the database, read at the same time. What is wrong with the entities is said first.
    async fn declare_and_look(&mut self) -> Result<(Declared, Live)> {
        if self.known.is_some() {
            return Ok((self.declare()?, self.look().await?));
        }
        let sources = self.sources();
        let reading = tokio::task::spawn_blocking(move || declare::declare(&sources));
        let live = self.look().await;
        let read = reading.await.unwrap_or_else(|panic| resume_unwind(panic.into_panic())).map_err(unmerged)?;
        Ok((self.complete(read)?, live?))
    }

    /// What was read, with everything that is said elsewhere. No entity at all is a mistake in the configuration, not a
    /// project whose tables may go.
    fn complete(&mut self, mut declared: Declared) -> Result<Declared> {
        for warning in declared.warnings.iter().filter(|_| !self.quiet) {
            crate::report::error::write_warning(warning, self.notes).map_err(closed)?;
        }
        if declared.schema.tables.is_empty() && declared.views.is_empty() && declared.ignored.is_empty() {
            let folder = self.config.entities.first().unwrap_or(&self.folder).clone();
            return Err(Error::NoEntities { folder });
        }
        // What is left out has the names it has.
        let tables = &self.config.rules.tables;
        let (kept, left_out) = declared.schema.tables.into_iter().partition(|(name, _)| tables.has(name));
        declared.schema.tables = kept;
        self.config.convention.apply(&mut declared)?;
        declared.schema.tables.extend::<BTreeMap<_, _>>(left_out);
        objects::declare(&self.config, &self.folder, &mut declared)?;
        Ok(declared)
    }

    /// What lies between the entities and a database, by the rules of the project.
    fn compare(&self, declared: &Declared, lock: Option<&Schema>, live: &Schema) -> Result<Comparison> {
        compare_by(declared, lock, live, self.config.dialect, &self.config.options, &self.config.rules)
    }

    /// The same with a live database, which is asked where the rules are not enough.
    async fn compare_live(
        &mut self,
        declared: &Declared,
        lock: Option<&Schema>,
        (live, session): (Schema, Option<&Session>),
        rules: &Rules,
    ) -> Result<Comparison> {
        let config = &self.config;
        let mut sides = Sides::with(declared, lock, live, config.dialect, &config.options, rules)?;
        let notes = match session {
            Some(session) => sides.ask(session.connection()).await?,
            None => Vec::new(),
        };
        let comparison = sides.compare();
        for note in notes {
            self.note(&note)?;
        }
        Ok(comparison)
    }

    /// The entities with what the command line says of the past, which comes apart too, and a file of hints.
    fn declare_with(&mut self, said: &Past<'_>, hints: Option<&Path>) -> Result<(Declared, Vec<Asked>)> {
        let hints = renames::hints(self, hints)?;
        let mut declared = self.declare()?;
        let usual = &self.config.options.schema;
        let has_types = self.config.dialect.capabilities().enum_types;
        let mut asked = Vec::new();
        for text in said.renames {
            let rename = Asked::read(text, &declared.schema, usual)?;
            let value = Asked::value(text, Gone::Renamed, &mut declared.schema);
            // Where there are enum types, their values have names of their own.
            let is_of_type = has_types && matches!(rename.rename(), Some(Rename::Value { .. }));
            asked.push(value.filter(|_| !is_of_type).unwrap_or(rename));
        }
        for text in said.removed {
            let value = Asked::value(text, Gone::Replaced, &mut declared.schema);
            asked.push(value.ok_or_else(|| Error::Misused {
                problem: format!(
                    "`--removed {text}` is neither `table.column.old=new` nor `type.old=new` with the value of a variant behind \
                     the equals sign"
                ),
            })?);
        }
        for (from, to) in &hints.removed {
            Asked::value(&format!("{from}={to}"), Gone::Replaced, &mut declared.schema);
        }
        declared.once.extend(asked.iter().filter_map(|asked| asked.rename().cloned()));
        let hinted: Vec<Rename> =
            hints.renames.iter().map(|(from, to)| asked::meant(from, to, &declared.schema, usual)).collect();
        for (from, to) in &hints.renames {
            Asked::value(&format!("{from}={to}"), Gone::Renamed, &mut declared.schema);
        }
        declared.renames.extend(declared.once.iter().cloned().chain(hinted));
        declared.fills.extend(fills::hinted(&hints.fills, &declared.schema));
        declared.fills.extend(fills::said(said.fills, &declared.schema)?);
        Ok((declared, asked))
    }

    /// A database that the user names beside the configured one, by the rules of the project.
    fn database_of(&self, url: &str) -> Result<config::Database> {
        let mut database = config::database(url, &self.folder, self.config.lock_timeout)?;
        database.schema = self.config.options.schema.to_string();
        Ok(database)
    }

    fn graph(&self) -> Result<Graph> {
        dir::read(&self.config.migrations)
    }

    fn lock(&self) -> Result<Option<Schema>> {
        dir::read_lock(&self.config.migrations)
    }

    fn database(&self) -> Result<&config::Database> {
        self.config.database()
    }

    /// The schema and history of the database. A file that is not there yet is an empty database.
    async fn look(&mut self) -> Result<Live> {
        let database = self.database()?.clone();
        if database.is_missing() {
            self.note(&format!("note: the database `{database}` does not exist yet; it counts as empty"))?;
            return Ok(Live::default());
        }
        let session = Session::open(&database, Access::Read).await?;
        let Books { applied: history, unfinished } = session.books().await?;
        let schema = session.reflect().await?;
        Ok(Live { schema, history, unfinished, session: Some(session) })
    }
}

/// The error with git's conflict marks in the place of what they make of a file.
fn unmerged(error: Error) -> Error {
    let Error::Source { problems } = error else { return error };
    let mark = |problem: &Diagnostic| {
        let text = fs::read_to_string(&problem.location.file).ok()?;
        let (number, line) = text.lines().enumerate().find(|(_, line)| line.starts_with("<<<<<<< "))?;
        let location = Location { line: number + 1, column: 1, ..problem.location.clone() };
        let place = Place { location, line: line.to_owned(), width: line.chars().count() };
        let hint = "keep what is to stay of both sides, and take out the lines with `<<<<<<<`, `=======` and `>>>>>>>`";
        Some(place.problem("git left a merge conflict here").hint(hint))
    };
    let problems = problems.into_iter().map(|problem| mark(&problem).unwrap_or(problem));
    Error::Source { problems: problems.collect() }
}

/// A database as it is.
#[derive(Default)]
struct Live {
    schema: Schema,
    history: BTreeMap<String, Applied>,
    /// Revisions that were begun and not finished.
    unfinished: Vec<Unfinished>,
    /// The connection it was read over, for questions.
    session: Option<Session>,
}

impl Live {
    fn applied(&self) -> BTreeSet<String> {
        self.history.keys().cloned().collect()
    }
}

/// The applied revisions that no file describes.
fn missing(graph: &Graph, history: &BTreeMap<String, Applied>) -> Vec<String> {
    history.keys().filter(|id| graph.get(id).is_none()).cloned().collect()
}

/// Stops when the database has revisions that no file describes: nothing can be said about where it is.
fn refuse_missing(graph: &Graph, history: &BTreeMap<String, Applied>) -> Result<()> {
    let ids = missing(graph, history);
    if ids.is_empty() { Ok(()) } else { Err(Error::Missing { ids }) }
}

/// Stops when a rename cannot be meant as it is written: what it should keep would be dropped.
fn refuse_doubtful(doubtful: &[Rename], ops: &[Op], asked: &[Asked]) -> Result<()> {
    let does = |asked: &Asked| if asked.rename().is_some() { "renames" } else { "changes" };
    let undone = asked.iter().filter(|asked| !asked.is_done(ops));
    let undone = undone.map(|asked| format!("{asked} {} nothing", does(asked)));
    let renames: Vec<String> = doubtful.iter().map(doubt).chain(undone).collect();
    if renames.is_empty() { Ok(()) } else { Err(Error::Renames { renames }) }
}

fn doubt(rename: &Rename) -> String {
    match rename {
        Rename::Enum { from, to } => {
            format!("enum type `{from}` to `{to}`: the database has neither, or has both and would lose the old one")
        }
        Rename::Table { from, to } => {
            format!("table `{from}` to `{to}`: the database has neither, or has both and would lose the old one")
        }
        Rename::Column { table, from, to } | Rename::Value { of: table, from, to } => {
            format!("`{table}.{from}` to `{to}`: the database has neither, or has both and would lose the old one")
        }
    }
}

/// The time as revisions record it.
fn now() -> String {
    crate::application::now()
}

fn written_time(time: jiff::Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn closed(source: io::Error) -> Error {
    Error::Write { path: "standard output".into(), source }
}
