//! The one error type: what was being done, why it failed, and what to do next.
//! Knows no terminal; how an error is drawn is the report's business.

use std::ops::Range;
use std::path::{Path, PathBuf};

use similar::get_close_matches;

use crate::model::{Declared, Location, ObjectPath};

/// The result of anything that can fail here.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why something could not be done. Never holds a password.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The source of the entities says something that cannot be understood. All problems of a run, in file order.
    #[error("{} in the entities", count(errors_in(problems), "problem"))]
    Source {
        /// Each with its place.
        problems: Vec<Diagnostic>,
    },
    /// Revision files make no sense, alone or together. All problems of a run.
    #[error("{} in the migrations", count(problems.len(), "problem"))]
    Revisions {
        /// Each with its place.
        problems: Vec<Diagnostic>,
    },
    /// The lock cannot be understood.
    #[error("failed to understand `{}`", path.display())]
    Lock {
        /// The file.
        path: PathBuf,
        /// Why.
        source: Cause,
    },
    /// A merge of git left both sides in the lock.
    #[error("`{}` has git's conflict marks: two branches changed it, and git put both into it\n  --> {}:{line}", path.display(), path.display())]
    LockConflict {
        /// The file.
        path: PathBuf,
        /// The line of the first mark.
        line: usize,
    },
    /// The database has no statement for some of the operations. All of them.
    #[error("{} cannot be written as a migration", count(blocked.len(), "change"))]
    Blocked {
        /// Each with its reason.
        blocked: Vec<Blocked>,
    },
    /// Renames that would not do what they say, so that data would be lost.
    #[error("{} cannot be meant as written\n{}", count(renames.len(), "rename"), listed(renames))]
    Renames {
        /// Each with its reason.
        renames: Vec<String>,
    },
    /// Names of constraints and indexes that cannot be made, or that two things get.
    #[error("{} with the names of constraints and indexes\n{}", count(problems.len(), "problem"), listed(problems))]
    Names {
        /// Each in words, with the place of its table where it is known.
        problems: Vec<String>,
    },
    /// Names that the database does not keep apart, or does not give away.
    #[error("{} with names that {database} cannot keep\n{}", count(problems.len(), "problem"), listed(problems))]
    NamesMeet {
        /// The kind of database, as in "SQLite".
        database: &'static str,
        /// Each in words, with both owners of the name.
        problems: Vec<String>,
    },
    /// A revision ends or begins the transaction it runs in.
    #[error("{revision} has a statement that ends its transaction\n  --> {}:{line}\n{}", path.display(), indented(sql))]
    OwnTransaction {
        /// The revision's title.
        revision: String,
        /// The file.
        path: PathBuf,
        /// The line of the statement in the file.
        line: usize,
        /// Its text.
        sql: String,
    },
    /// No file matches a pattern of `sql`.
    #[error("`{pattern}` below `sql` in the configuration matches no file")]
    NoSql {
        /// The pattern.
        pattern: String,
    },
    /// A revision that runs in a transaction has a statement that the database takes in none.
    #[error("{revision} has a statement that cannot run in a transaction: {what}\n  --> {}:{line}", path.display())]
    NeedsNoTransaction {
        /// The revision's title.
        revision: String,
        /// The file.
        path: PathBuf,
        /// The line of the statement in the file.
        line: usize,
        /// What cannot.
        what: &'static str,
    },
    /// A revision has a `-- TODO:` that nobody did.
    #[error("{revision} is not finished: {what}\n  --> {}:{line}", path.display())]
    Unfinished {
        /// The revision's title.
        revision: String,
        /// The file.
        path: PathBuf,
        /// The line of the file.
        line: usize,
        /// What is left to do, as the file says it.
        what: String,
    },
    /// A revision has a statement that the database that runs here does not know yet.
    #[error("{revision} needs {needed}, and {running} runs here\n  --> {}:{line}", path.display())]
    NeedsNewer {
        /// The revision's title.
        revision: String,
        /// The file.
        path: PathBuf,
        /// The line of the statement in the file.
        line: usize,
        /// The database with the oldest version that knows the statement: "SQLite 3.53".
        needed: String,
        /// The version that runs here.
        running: String,
    },
    /// A server whose catalogs are not understood.
    #[error("the server is PostgreSQL {version}, and seachange needs {oldest} or later")]
    OldServer {
        /// Its major version.
        version: i32,
        /// The oldest major version that is understood.
        oldest: i32,
    },
    /// A revision without a transaction was begun, and has to be finished before anything goes the other way.
    #[error("{what}")]
    CutOff {
        /// Which, and how far it is, in a sentence.
        what: String,
        /// What finishes it.
        command: String,
    },
    /// A database is not what revisions make.
    #[error("the database is not what the revisions up to {at} make; nothing was recorded\n{}", listed(lacks))]
    Unlike {
        /// The title of the last of them.
        at: String,
        /// What would bring it there, each in words.
        lacks: Vec<String>,
    },
    /// A way down would drop what was there before seachange.
    #[error("{revision} was stamped, not run: its way down would delete what was there before")]
    StampedLoss {
        /// The revision's title.
        revision: String,
    },
    /// A way down cannot bring back what it deletes, and nobody accepted that.
    #[error("the way down loses data that nothing brings back\n{}", listed(losses))]
    LosesData {
        /// Each loss with its revision, in a sentence.
        losses: Vec<String>,
    },
    /// Revisions have hazards that nobody accepted, and that stop them before anything runs.
    #[error("{} not accepted, and nothing was run{}", are(hazards.len(), "hazard"), unaccepted(hazards))]
    Unaccepted {
        /// Each with its place.
        hazards: Vec<Unaccepted>,
    },
    /// A plan has hazards that the project denies.
    #[error("{} denied\n{}", are(hazards.len(), "hazard"), listed(hazards))]
    Denied {
        /// Each with its slug and what it is about, in a sentence.
        hazards: Vec<String>,
        /// What to do about it.
        hint: &'static str,
    },
    /// A word that names no hazard.
    #[error("there is no hazard `{word}`")]
    UnknownHazard {
        /// The word.
        word: String,
        /// The hazard that may be meant.
        nearest: Option<String>,
    },
    /// There are revisions and no lock.
    #[error("`{}` is missing", path.display())]
    NoLock {
        /// The file.
        path: PathBuf,
    },
    /// The template of revision files does not work.
    #[error("failed to fill in the template for revisions")]
    Template {
        /// Why.
        source: Cause,
    },
    /// There is no configuration.
    #[error("no `seachange.toml` in `{}` or above it", folder.display())]
    NoConfig {
        /// Where the search began.
        folder: PathBuf,
    },
    /// The configuration cannot be understood. All problems of the file.
    #[error("{} in the configuration", count(problems.len(), "problem"))]
    Config {
        /// Each with its place.
        problems: Vec<Diagnostic>,
    },
    /// No entities were found.
    #[error("no SeaORM entities in `{}`", folder.display())]
    NoEntities {
        /// Where they were looked for.
        folder: PathBuf,
    },
    /// Nothing says which database is meant.
    #[error("no database is named")]
    NoDatabase {
        /// The groups of targets that there are.
        groups: Vec<String>,
    },
    /// `--target` names nothing there is.
    #[error("`{word}` names no target")]
    NoTarget {
        /// What was named.
        word: String,
        /// What could have been meant.
        hint: String,
    },
    /// A group of targets is to be found by schemas where there are none.
    #[error("the targets of `{group}` are schemas, and {title} has none")]
    NoSchemas {
        /// The group.
        group: String,
        /// The database.
        title: &'static str,
    },
    /// The URL is of a database seachange does not know.
    #[error("`{scheme}` is no database seachange knows")]
    UnknownDatabase {
        /// The part of the URL before the colon.
        scheme: String,
    },
    /// A file that would be written is there already.
    #[error("`{}` already exists", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// Git did not do what it was asked to.
    #[error("git could not {doing}\n  {said}")]
    Git {
        /// What, as in "find the repository".
        doing: &'static str,
        /// What it said.
        said: String,
    },
    /// Flags that do not go together.
    #[error("{problem}")]
    Misused {
        /// Which, and why.
        problem: String,
    },
    /// The database lacks revisions that must be applied first.
    #[error("the database is behind: {} pending\n{}", count(revisions.len(), "revision"), listed(revisions))]
    Pending {
        /// Their titles in order.
        revisions: Vec<String>,
    },
    /// The database has the entities' tables already, but there are no revisions.
    #[error("the database already has {}, and no revision describes them", listed_inline(tables))]
    Unadopted {
        /// The tables.
        tables: Vec<String>,
    },
    /// The next revision could follow several.
    #[error("there are several heads: {}", heads.join(" and "))]
    SeveralHeads {
        /// Their titles.
        heads: Vec<String>,
    },
    /// The database has revisions that no file describes.
    #[error("the database has {} that no file describes: {}", count(ids.len(), "revision"), ids.join(", "))]
    Missing {
        /// Their ids.
        ids: Vec<String>,
    },
    /// A revision has no section for the direction it should run in.
    #[error("the revision {revision} has no way down for this database")]
    NoWayDown {
        /// Its title.
        revision: String,
    },
    /// The default schema is not there, or the role may not use it.
    #[error("the schema `{schema}` does not exist, or the role may not use it")]
    NoSchema {
        /// Its name.
        schema: String,
    },
    /// Nothing can be changed where something is to be changed.
    #[error("`{database}` cannot be changed: {reason}")]
    OnlyReads {
        /// Its URL without the password.
        database: String,
        /// Why.
        reason: &'static str,
    },
    /// What an application lends is no pool of connections to a database seachange knows.
    #[error("revisions run over a pool of connections to SQLite or PostgreSQL, and this one is {found}")]
    NoPool {
        /// What is wrong with it.
        found: &'static str,
    },
    /// No connection of an application's pool came free.
    #[error("no connection of the pool came free in {}", count(usize::try_from(*seconds).unwrap_or(usize::MAX), "second"))]
    PoolBusy {
        /// For how long the pool waits.
        seconds: u64,
    },
    /// The connection that an application lends is in a transaction.
    #[error("the connection is in a transaction that somebody began and did not end")]
    InTransaction,
    /// Another process is writing to the database.
    #[error("the database is locked{}", holder.as_ref().map(|holder| format!(" by {holder}")).unwrap_or_default())]
    Locked {
        /// Who, when the system tells.
        holder: Option<String>,
        /// What to do next.
        hint: String,
    },
    /// A statement of a revision failed; the revision was taken back.
    #[error("failed to run statement {number} of {revision} ({direction})\n  --> {}:{line}\n{}", path.display(), indented(sql))]
    Statement {
        /// The revision's title.
        revision: String,
        /// "up" or "down".
        direction: &'static str,
        /// The file.
        path: PathBuf,
        /// The line of the statement in the file.
        line: usize,
        /// Which statement of the section, from 1.
        number: usize,
        /// Its text.
        sql: Box<str>,
        /// What stays of the section.
        left: Left,
        /// What the database said.
        source: Cause,
    },
    /// An earlier attempt was cut off in a statement of which nobody can tell what it did.
    #[error("an earlier attempt was cut off while statement {number} of {revision} ran\n  --> {}:{line}\n{}", path.display(), indented(sql))]
    Interrupted {
        /// The revision's title.
        revision: String,
        /// The file.
        path: PathBuf,
        /// The line of the statement in the file.
        line: usize,
        /// Which statement of the section, from 1.
        number: usize,
        /// Its text.
        sql: Box<str>,
    },
    /// A revision would leave rows whose foreign keys point nowhere; it was taken back.
    #[error("{revision} would leave rows that refer to nothing\n{}", first_of(rows.get(..SHOWN).unwrap_or(rows), rows.len()))]
    Orphans {
        /// The revision's title.
        revision: String,
        /// Which rows of which tables, in words.
        rows: Vec<String>,
    },
    /// A revision found rows that do not fit what it makes of their table, or what it would lose; it was taken back.
    #[error("{revision} does not fit what is in the database\n{}", first_of(rows, *number))]
    Misfits {
        /// The revision's title.
        revision: String,
        /// How many of them.
        number: usize,
        /// The first ones, in words.
        rows: Vec<String>,
    },
    /// A word names no revision, or several.
    #[error("{}", unknown_revision(word, candidates))]
    UnknownRevision {
        /// What the user wrote.
        word: String,
        /// What it could mean; empty if nothing.
        candidates: Vec<String>,
        /// If it means nothing: the word that comes closest.
        nearest: Option<String>,
    },
    /// A relative target lies beyond the first or last revision.
    #[error("there {} {what}, not {asked}", if *there == 1 { "is 1 revision".to_owned() } else { format!("are {there} revisions") })]
    TooFar {
        /// How many steps were asked for.
        asked: usize,
        /// How many there are.
        there: usize,
        /// "pending" or "applied".
        what: &'static str,
    },
    /// A file or folder could not be read.
    #[error("failed to read `{}`", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// What the configuration names for entities could not be read.
    #[error("failed to read `{}`, where entities should be", path.display())]
    ReadEntities {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A script that makes a schema does not run.
    #[error("failed to load `{}`{}", path.display(), line.map(|line| format!(", line {line}")).unwrap_or_default())]
    Load {
        /// The file.
        path: PathBuf,
        /// The line, when the database tells.
        line: Option<usize>,
        /// What the database said.
        source: Cause,
    },
    /// There is no server that could lend a database.
    #[error("to {purpose} needs a server")]
    NoScratch {
        /// What a database is needed for: "load `a.sql`".
        purpose: String,
    },
    /// Nothing can be tried on a server, because the role may make nothing on it.
    #[error("this role may make neither a database nor a schema there ({database}; {schema})")]
    NoRoom {
        /// What the server said to the one.
        database: String,
        /// What it said to the other.
        schema: String,
    },
    /// There is no server on which revisions could be run to look at them.
    #[error("to run the revisions and look on needs a server")]
    NoLint,
    /// Something that cannot be compared, and must not be passed over.
    #[error("{} cannot be compared\n{}", count(objects.len(), "object"), listed(objects))]
    Unmodelled {
        /// Each in words, with its side.
        objects: Vec<String>,
    },
    /// A file could not be written.
    #[error("failed to write `{}`", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A database could not be opened.
    #[error("failed to open the database `{database}`")]
    Connect {
        /// The URL without its password.
        database: String,
        /// What to do next.
        hint: String,
        /// What the driver said.
        source: Cause,
    },
    /// A statement of our own failed.
    #[error("failed to {doing}")]
    Query {
        /// What the statement was for, as in "read the columns of all tables".
        doing: String,
        /// What the database said.
        source: Cause,
    },
    /// What is declared has no form in the database.
    #[error("{database} has no form for `{object}`: {reason}")]
    Unsupported {
        /// The kind of database, as in "SQLite".
        database: &'static str,
        /// The table or column, as it was declared.
        object: Box<ObjectPath>,
        /// What cannot be.
        reason: String,
        /// What to write instead.
        hint: String,
    },
    /// A compiled entity says something the model has no word for.
    #[error("failed to understand the entity of `{object}`: {reason}")]
    Linked {
        /// The table or column.
        object: Box<ObjectPath>,
        /// What is not understood.
        reason: String,
    },
    /// The database describes one of its objects in words that cannot be understood.
    #[error("failed to understand how `{object}` was created: {reason}")]
    Definition {
        /// The object's name.
        object: String,
        /// What is not understood, and where.
        reason: String,
    },
}

/// What lies below an error.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why a database has no statement for an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What the database refuses.
    pub reason: String,
    /// What to do next.
    pub hint: String,
    /// Whether copying the table's rows into a new one does what no statement does.
    pub can_rebuild: bool,
}

/// An operation the database has no statement for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blocked {
    /// The operation in words.
    pub op: String,
    /// What it is about.
    pub object: ObjectPath,
    /// Where that is declared, once somebody who knows has said it.
    pub location: Option<Location>,
    /// Why, and what to do.
    pub refusal: Refusal,
}

fn errors_in(problems: &[Diagnostic]) -> usize {
    problems.iter().filter(|problem| problem.severity == Severity::Error).count()
}

/// How much a problem in a file matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// Nothing can be done until it is gone.
    Error,
    /// It is worth a look, and everything else goes on.
    Warning,
}

/// One problem in a file, with the words that cause it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Whether it stops anything.
    pub severity: Severity,
    /// What is wrong: a lower-case fragment, user values in backticks.
    pub message: String,
    /// Where.
    pub location: Location,
    /// The whole line of the file.
    pub line: String,
    /// How many characters of the line, from the location on, are meant. At least 1.
    pub width: usize,
    /// What to say right at the place.
    pub label: Option<String>,
    /// What to do next.
    pub hint: Option<String>,
}

/// A piece of a line of a file: all a [`Diagnostic`] needs to point at it, whoever finds the problem and however late.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Where it begins.
    pub location: Location,
    /// The whole line.
    pub line: String,
    /// How many characters of it, at least 1.
    pub width: usize,
}

/// A value somebody wrote into a file, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written<T> {
    /// The value.
    pub value: T,
    /// Where it stands; a string with its quotes.
    pub place: Place,
}

impl Place {
    /// The bytes of a text. Of several lines, the first one; beyond the end, the end.
    pub fn new(file: &Path, text: &str, bytes: Range<usize>) -> Self {
        let start = text.floor_char_boundary(bytes.start);
        let end = text.ceil_char_boundary(bytes.end).max(start);
        let begin = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
        let line = text[begin..].lines().next().unwrap_or_default();
        let column = text[begin..start].chars().count();
        let width = text[start..end].lines().next().unwrap_or_default().chars().count();
        let number = text[..begin].matches('\n').count() + 1;
        Self {
            location: Location { file: file.into(), line: number, column: column + 1 },
            line: line.to_owned(),
            width: width.max(1),
        }
    }

    /// A problem here. The message is a lower-case fragment, with the values of the user in backticks.
    ///
    /// ```
    /// use std::path::Path;
    /// use seachange::error::Place;
    ///
    /// let problem = Place::new(Path::new("a.toml"), "x = 1\ny = 2", 6..7).problem("`y` is not a key").hint("write `x`");
    /// assert_eq!((problem.location.line, problem.location.column, problem.width), (2, 1, 1));
    /// ```
    pub fn problem(&self, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            severity: Severity::Error,
            message: message.into(),
            location: self.location.clone(),
            line: self.line.clone(),
            width: self.width,
            label: None,
            hint: None,
        }
    }
}

impl Written<String> {
    /// Where some bytes of the string stand. The whole string, when it is not written just as it reads.
    ///
    /// ```
    /// use std::path::Path;
    /// use seachange::error::{Place, Written};
    ///
    /// let written = Written { value: "ix_{tabel}".to_owned(), place: Place::new(Path::new("a.toml"), "x = \"ix_{tabel}\"", 4..16) };
    /// assert_eq!(written.part(3..10).location.column, 9);
    /// ```
    pub fn part(&self, bytes: Range<usize>) -> Place {
        let written = self.place.line.chars().skip(self.place.location.column - 1).take(self.place.width);
        let written: String = written.collect();
        let is_plain = ['"', '\''].iter().any(|quote| written == format!("{quote}{}{quote}", self.value));
        let (Some(before), Some(part), true) = (self.value.get(..bytes.start), self.value.get(bytes), is_plain) else {
            return self.place.clone();
        };
        let mut place = self.place.clone();
        place.location.column += 1 + before.chars().count();
        place.width = part.chars().count().max(1);
        place
    }
}

impl Diagnostic {
    /// The same with words right at the place.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// The same with what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Suggests the one of the words that comes closest, or else says `otherwise`.
    #[must_use]
    pub fn did_you_mean(self, word: &str, words: &[&str], otherwise: &str) -> Self {
        match closest(word, words) {
            Some(best) => self.hint(format!("did you mean `{best}`?")),
            None => self.hint(otherwise),
        }
    }
}

/// A hazard in a revision file that nobody accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unaccepted {
    /// The file.
    pub path: PathBuf,
    /// The line that names the hazard, from 1.
    pub line: usize,
    /// What it is and what it is about, as an `-- accept:` line says it.
    pub key: String,
    /// What happens.
    pub sentence: String,
    /// Data is lost for good.
    pub loses_data: bool,
}

/// "one hazard is", "3 hazards are".
fn are(number: usize, noun: &str) -> String {
    let verb = if number == 1 { "is" } else { "are" };
    format!("{} {verb}", count(number, noun))
}

fn unaccepted(hazards: &[Unaccepted]) -> String {
    let lines = |own: &Unaccepted| {
        let (path, line, key, sentence) = (own.path.display(), own.line, &own.key, &own.sentence);
        format!("\n  --> {path}:{line}\n   | {sentence}\n   | to accept it: -- accept: {key}")
    };
    hazards.iter().map(lines).collect()
}

fn unaccepted_hint(hazards: &[Unaccepted]) -> String {
    let lines = if hazards.len() == 1 { "the line" } else { "the lines" };
    let once = if hazards.iter().all(|hazard| hazard.loses_data) {
        "; `--accept-data-loss` runs it all the same, this once"
    } else {
        ""
    };
    format!("whoever has read it writes {lines} above `-- migrate:up`{once}")
}

/// The word that comes closest to another, if one comes close.
pub(crate) fn closest<'a>(word: &str, words: &[&'a str]) -> Option<&'a str> {
    get_close_matches(word, words, 1, 0.6).first().copied()
}

impl Error {
    /// The same error, told where the entities declare what it is about.
    #[must_use]
    pub fn located(mut self, declared: &Declared) -> Self {
        if let Self::Blocked { blocked } = &mut self {
            for blocked in blocked {
                blocked.location = declared.place(&blocked.object).cloned();
            }
        }
        self
    }

    /// The exit code: 1 when a gate stopped at something it found, 2 when something failed or was misused.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Pending { .. }
            | Self::Unadopted { .. }
            | Self::Unaccepted { .. }
            | Self::Denied { .. }
            | Self::Unlike { .. }
            | Self::LosesData { .. } => 1,
            _ => 2,
        }
    }

    /// Whether somebody who was to read the output has gone, as `head` does when it has enough.
    pub fn is_closed_pipe(&self) -> bool {
        matches!(self, Self::Write { source, .. } if source.kind() == std::io::ErrorKind::BrokenPipe)
    }

    /// What the user can do about it, when there is something to say.
    #[expect(clippy::too_many_lines, reason = "one arm for each error, none of them long")]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Connect { hint, .. }
            | Self::Unsupported { hint, .. }
            | Self::Locked { hint, .. }
            | Self::NoTarget { hint, .. } => Some(hint.clone()),
            Self::Interrupted { .. } => Some(
                "nobody can tell from here whether it came to its end, and what it does when it runs twice: look, then go on with \
                 `--interrupted again` to run it once more, or with `--interrupted done` to go on behind it"
                    .to_owned(),
            ),
            Self::CutOff { command, .. } => Some(format!("finish it with `{command}`: it goes on where it was")),
            Self::Unlike { .. } => Some(
                "bring it there by hand, or stamp the revision that it does have; without `--verify` nothing is looked at"
                    .to_owned(),
            ),
            Self::NoSchemas { .. } => Some(
                "name its files below `databases`, or the PostgreSQL database with these schemas in `url`".to_owned(),
            ),
            Self::LockConflict { .. } => {
                Some("run `seachange merge`: it makes one of them, from both sides and the entities".to_owned())
            }
            Self::Lock { .. } => Some(
                "after a merge of git run `seachange merge`, which brings it in order; otherwise bring back the committed file \
                 with `git checkout`"
                    .to_owned(),
            ),
            Self::UnknownRevision { candidates, nearest: None, word } if candidates.is_empty() && word.contains(':') => {
                Some("a range, `FROM:TO`, goes with `--sql`; `seachange history` lists all revisions".to_owned())
            }
            Self::UnknownRevision { candidates, nearest, .. } if candidates.is_empty() => {
                let question = nearest.as_ref().map(|nearest| format!("did you mean `{nearest}`? ")).unwrap_or_default();
                Some(format!("{question}`seachange history` lists all revisions"))
            }
            Self::UnknownRevision { word, .. } if word == "head" => {
                Some("name one of them, or all with `heads`".to_owned())
            }
            Self::UnknownRevision { word, .. } if word.contains(['+', '-', '@']) => {
                Some("name one of them, or a branch: `label@head`, `label@+1`".to_owned())
            }
            Self::UnknownRevision { .. } => Some("write more of it, or an id".to_owned()),
            Self::NoConfig { .. } => Some("run `seachange init` in the project's folder".to_owned()),
            Self::NoDatabase { groups } if !groups.is_empty() => {
                let words: Vec<String> = groups.iter().map(|group| format!("`--target {group}`")).collect();
                Some(format!("say which with {}, or `--target all`", words.join(", ")))
            }
            Self::NoDatabase { .. } => Some(
                "set `DATABASE_URL` in the environment or in `.env`, or write `url` below `[database]` in \
                 `seachange.toml`"
                    .to_owned(),
            ),
            Self::Unmodelled { .. } => {
                Some("compare them by other means, and leave `--strict` away to compare everything else".to_owned())
            }
            Self::Load { .. } => Some(
                "the script has to make the whole schema in an empty database, as `pg_dump --schema-only` or `.schema` of \
                 `sqlite3` write it"
                    .to_owned(),
            ),
            Self::NoScratch { .. } => Some(
                "name one with `--scratch postgres://…`; a database is made on it and dropped again, for which the role needs \
                 `CREATEDB`"
                    .to_owned(),
            ),
            Self::NoRoom { .. } => Some(
                "grant the role `CREATEDB`, or name another server with `--scratch postgres://…`: nothing is left there".to_owned(),
            ),
            Self::NoLint => Some(
                "name one with `--scratch postgres://…`; a database is made on it and dropped again, for which the role needs \
                 `CREATEDB`. `--static` runs nothing, and finds what the words alone show"
                    .to_owned(),
            ),
            Self::NoEntities { .. } => Some(
                "run `seachange init` in the folder with `Cargo.toml` or pass it the folder with `--entities src/models`; \
                 later, `entities` in `seachange.toml` names it"
                    .to_owned(),
            ),
            Self::ReadEntities { .. } => {
                Some("bring it back, or correct `entities` in `seachange.toml`".to_owned())
            }
            Self::UnknownDatabase { .. } => {
                Some("seachange works on SQLite (`sqlite://data/app.db`) and PostgreSQL (`postgres://user@host/database`)".to_owned())
            }
            Self::Git { said, .. } if said.contains("not a git repository") => {
                Some("go to the folder of a repository, or make one with `git init`".to_owned())
            }
            Self::Exists { .. } => {
                Some("seachange never overwrites: change the file, or move it away first".to_owned())
            }
            Self::Pending { .. } => Some(
                "run `seachange upgrade head` first, or `seachange stamp head` if the database already has them"
                    .to_owned(),
            ),
            Self::Unadopted { .. } => Some(
                "begin with `seachange revision --baseline -m \"initial schema\"` and `seachange stamp head`; \
                 the differences come after that"
                    .to_owned(),
            ),
            Self::SeveralHeads { .. } => {
                Some("say which one it follows with `--head`, or join them with `seachange merge`".to_owned())
            }
            Self::Missing { .. } => {
                Some("bring the files back (`git log -- migrations`), or forget them: `seachange stamp --purge REVISION`".to_owned())
            }
            Self::NoWayDown { .. } => Some(
                "write one in the file (`SELECT 1;` when there is nothing to undo), or bring back a copy of the database"
                    .to_owned(),
            ),
            Self::Misfits { .. } | Self::Orphans { .. } => {
                Some("correct the rows or the revision; the database was left as it was".to_owned())
            }
            Self::Renames { .. } => Some(
                "correct `renamed_from` or `--rename`; to drop the old column and keep the new one, take the rename away"
                    .to_owned(),
            ),
            Self::Names { .. } => Some(
                "write a name at one of them, or give the templates in `[naming]` of `seachange.toml` more tokens, as in \
                 `{table}_{columns}`"
                    .to_owned(),
            ),
            Self::NamesMeet { database, .. } => Some(format!(
                "write another `name`, `table_name` or `column_name`; to {database}, tables and indexes share one list of \
                 names, and capital and small letters are the same"
            )),
            Self::OwnTransaction { .. } => Some(
                "take the statement out: a revision runs in one transaction; if it cannot, write `-- transaction: none` \
                 before its statements"
                    .to_owned(),
            ),
            Self::Unfinished { .. } => {
                Some("nothing was run; write what is asked for there, and delete the lines that ask for it".to_owned())
            }
            Self::NeedsNoTransaction { .. } => Some(
                "nothing was run; put the statement into a revision of its own, with `-- transaction: none` before it"
                    .to_owned(),
            ),
            Self::NoSql { .. } => Some("correct the pattern; it is relative to `seachange.toml`".to_owned()),
            Self::NeedsNewer { needed, .. } => Some(format!(
                "nothing was run; run it with a program that brings {needed} or later, or write it for older ones: \
                 `oldest` in `[sqlite]`"
            )),
            Self::OldServer { .. } => Some("upgrade the server".to_owned()),
            Self::StampedLoss { .. } => Some(
                "`seachange stamp base` forgets it and touches nothing; `--accept-data-loss` runs the way down all the same"
                    .to_owned(),
            ),
            Self::LosesData { .. } => Some("keep a copy of the data; `--accept-data-loss` runs the way down all the same".to_owned()),
            Self::Unaccepted { hazards } => Some(unaccepted_hint(hazards)),
            Self::NoPool { .. } => Some("pass what `sea_orm::Database::connect` gives".to_owned()),
            Self::PoolBusy { .. } => Some(
                "a transaction or a stream of rows holds the last one: end it before the revisions run, or raise \
                 `max_connections` of the pool"
                    .to_owned(),
            ),
            Self::InTransaction => Some(
                "commit it or roll it back first: revisions run in transactions of their own, and nothing was run".to_owned(),
            ),
            Self::Denied { hint, .. } => Some((*hint).to_owned()),
            Self::UnknownHazard { nearest, .. } => Some(match nearest {
                Some(nearest) => format!("did you mean `{nearest}`?"),
                None => "`docs/hazards.md` names all of them; `data-loss` is all that lose data".to_owned(),
            }),
            Self::NoLock { .. } => Some("bring it back: `git checkout -- migrations/schema.lock`".to_owned()),
            Self::Template { .. } => Some("correct the file that `template` in `seachange.toml` names".to_owned()),
            Self::Statement { left, number, source, .. } => {
                Some(failed_hint(*left, number.saturating_sub(1), &source.to_string()))
            }
            Self::OnlyReads { .. } => {
                Some("name the primary server in the URL, or a role that may write; nothing was changed".to_owned())
            }
            Self::NoSchema { schema } => Some(format!(
                "make it (`CREATE SCHEMA {schema}`) or grant the role `USAGE` on it; or correct `schema` below `[database]` \
                 in `seachange.toml`"
            )),
            Self::Query { source, .. } => lacking_right(&source.to_string()),
            Self::Blocked { .. }
            | Self::Source { .. }
            | Self::Revisions { .. }
            | Self::TooFar { .. }
            | Self::Config { .. }
            | Self::Git { .. }
            | Self::Misused { .. }
            | Self::Read { .. }
            | Self::Write { .. }
            | Self::Linked { .. }
            | Self::Definition { .. } => None,
        }
    }
}

/// What a statement that failed leaves of the statements before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// Nothing: all of them were one transaction.
    Nothing,
    /// They are done, and it is recorded how many they are.
    Counted,
    /// They may be done: the text has transactions of its own.
    Uncounted,
    /// They are done and counted, and the statement may have committed a part of what it does.
    Partly,
    /// They are done, and the statement may be: an earlier attempt ended while it ran.
    Perhaps,
}

/// What is said of a connection that ended by itself.
pub(crate) const LOST: &str = "the connection to the server was lost";

/// What to do about a statement of a revision that failed.
fn failed_hint(left: Left, before: usize, error: &str) -> String {
    let state = match (left, before) {
        (Left::Nothing, _) => "the database was left at the revision before".to_owned(),
        (Left::Perhaps, _) => {
            return "an earlier attempt was cut off while this statement ran, which may have been done, or left something \
                    behind: look, clear that away or take the statement back, and run the command again"
                .to_owned();
        }
        (Left::Partly, _) => {
            let done = if before == 0 {
                String::new()
            } else {
                format!("{} done before it and recorded; ", are(before, "statement"))
            };
            format!("{done}what the statement itself committed stays, and the next run begins with it")
        }
        (_, 0) => "nothing of the revision was done, unless the statement itself leaves something behind".to_owned(),
        (Left::Counted, _) => {
            format!("{} done before it and recorded; the next run goes on here", are(before, "statement"))
        }
        (Left::Uncounted, _) => {
            "the revision has transactions of its own, so what stands before this statement may be done: \
                                 the next run begins with the first, and the file must be able to run again"
                .to_owned()
        }
    };
    let next = if error.contains("lock timeout") {
        "another session holds a lock on what the statement changes: run the command again when it is done, or raise \
         `lock_timeout` below `[database]` in `seachange.toml`"
    } else if error.contains("statement timeout") {
        "raise `statement_timeout` below `[database]` in `seachange.toml` and run the command again"
    } else if error.contains(LOST) || error.contains("terminating connection") {
        "run the command again"
    } else if ["disk is full", "No space left"].iter().any(|words| error.contains(words)) {
        "make room on the disk and run the command again"
    } else {
        "correct the file and run the command again"
    };
    format!("{state}; {next}")
}

/// What to grant to a role that may not do something.
fn lacking_right(error: &str) -> Option<String> {
    let (_, what) = error.split_once("permission denied for ")?;
    let what = what.lines().next().unwrap_or_default();
    Some(match what.split_once(' ') {
        Some(("schema", name)) => format!(
            "grant the role what it lacks (`GRANT USAGE, CREATE ON SCHEMA {name} TO ...`), or run the command with the role that \
             owns the tables"
        ),
        Some(("table", name)) => format!(
            "grant the role what it lacks (`GRANT SELECT ON {name} TO ...` to look, `GRANT ALL` to migrate), or run the \
             command with the role that owns the tables"
        ),
        _ => "run the command with a role that may".to_owned(),
    })
}

/// One item per line, indented.
fn listed(items: &[String]) -> String {
    items.iter().map(|item| format!("  {item}")).collect::<Vec<_>>().join("\n")
}

/// How many of the rows that stop a revision are shown.
pub(crate) const SHOWN: usize = 5;

/// One item per line, indented, and how many there are when these are not all.
fn first_of(items: &[String], number: usize) -> String {
    match number.saturating_sub(items.len()) {
        0 => listed(items),
        rest => format!("{}\n  and {rest} more, {number} in all", listed(items)),
    }
}

/// A few items in a sentence, the rest as a number.
fn listed_inline(items: &[String]) -> String {
    match items {
        [first, second, third, rest @ ..] if !rest.is_empty() => {
            format!("{first}, {second}, {third} and {} more", rest.len())
        }
        items => items.join(", "),
    }
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("   | {line}")).collect::<Vec<_>>().join("\n")
}

fn unknown_revision(word: &str, candidates: &[String]) -> String {
    if candidates.is_empty() {
        format!("no revision is called `{word}`")
    } else {
        format!("`{word}` can mean {}", candidates.join(" or "))
    }
}

/// "1 problem", "2 problems".
pub(crate) fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}
