//! The command line as clap sees it. Doc comments are the help text. Decides nothing.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

use crate::dialect::Dialect;
use crate::hazard::Severity;

/// Writes and checks the migrations of a SeaORM project: from its entities, against its live database.
///
/// Exit codes: 0 nothing to do, or done; 1 found something (differences, pending revisions); 2 failed or misused.
#[derive(Debug, Parser)]
#[command(name = "seachange", version, max_term_width = 100, subcommand_required = true, arg_required_else_help = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// What every command takes.
    #[command(flatten)]
    pub global: Global,
}

/// Flags that every command takes.
#[derive(Debug, Args)]
pub struct Global {
    /// The configuration file [default: `seachange.toml` here or in a folder above].
    #[arg(short, long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The database [default: `DATABASE_URL` from the environment or `.env`, else from the configuration].
    #[arg(short, long, global = true, value_name = "URL")]
    pub database_url: Option<String>,
    /// Run on targets of `seachange.toml` in the place of the database: a group, `all`, one of them, or a pattern over
    /// their names; may be given several times.
    #[arg(long = "target", global = true, value_name = "TARGET", conflicts_with = "database_url")]
    pub on: Vec<String>,
    /// On how many targets at a time.
    #[arg(long, global = true, value_name = "NUMBER", default_value = "4", requires = "on")]
    pub jobs: NonZeroUsize,
    /// When to use colour.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
    /// Say only what was found and what failed.
    #[arg(short, long, global = true, action = ArgAction::SetTrue)]
    pub quiet: bool,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Set up a project: find its entities and its database, write `seachange.toml` and `migrations/`.
    Init(Init),
    /// Say whether entities, revisions and database are one.
    Check(Check),
    /// Show what would bring the database to the entities, or any schema to any other, and write nothing.
    Diff(Diff),
    /// Write a new revision.
    Revision(Revision),
    /// Show that revisions do what they should, up and down, in a place that is gone afterwards.
    Prove(Prove),
    /// Apply revisions up to one.
    Upgrade(Upgrade),
    /// Take revisions back down to one.
    Downgrade(Downgrade),
    /// Record that the database is at a revision, without running anything.
    Stamp(Stamp),
    /// Show the revision the database is at.
    Current(Current),
    /// List revisions, newest first; on a terminal, branches are drawn.
    History(History),
    /// Show the newest revisions.
    Heads(Listing),
    /// Show the revisions that several others follow, and what follows them.
    Branches(Listing),
    /// Join heads: write a revision that follows all of them, and bring `schema.lock` in order after a merge of git.
    Merge(Merge),
    /// Show a revision's file.
    Show(Show),
    /// Say what is dangerous about revisions, also those that somebody wrote by hand: run them in a database that is dropped
    /// again, and look on.
    Lint(Lint),
}

/// Flags of `init`.
#[derive(Debug, Args)]
pub struct Init {
    /// A folder or file with entities, if they should not be searched for; may be given several times.
    #[arg(long, value_name = "PATH")]
    pub entities: Vec<PathBuf>,
    /// Put a hook into the git repository that checks each commit that changes entities; in a project that is set up already, do
    /// only that. See `docs/guide/pre_commit.md`.
    #[arg(long)]
    pub hook: bool,
}

/// Flags of `check`.
#[derive(Debug, Clone, Args)]
pub struct Check {
    /// Compare the entities with `schema.lock` only; needs no database.
    #[arg(long)]
    pub offline: bool,
    /// Compare what the next commit of git holds, whatever is on disk, and only if it changes entities, revisions or SQL files; with
    /// nothing staged, what the last commit holds. Needs no database; see `docs/guide/pre_commit.md`.
    #[arg(long, conflicts_with_all = ["offline", "on"])]
    pub staged: bool,
    /// Count what nobody declares as a difference.
    #[arg(long, conflicts_with_all = ["offline", "staged"])]
    pub strict: bool,
    /// Ask only a part of the question; may be given several times, or with commas.
    #[arg(long, value_name = "PART", value_delimiter = ',', conflicts_with_all = ["offline", "staged"])]
    pub only: Vec<Part>,
    /// What to exit with 1 for, with commas: `heads`, `unwritten`, `pending`, `edited`, `missing`, `unfinished`, `drift`,
    /// `unmanaged`, `warning` [default: all but the last two].
    #[arg(long, value_name = "KIND", value_delimiter = ',')]
    pub fail_on: Vec<String>,
    /// How to say it.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: CheckFormat,
    /// Write it to a file, and the text as usual.
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// A part of the question whether entities, revisions and database are one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Part {
    /// Do the revisions bring about what the entities say?
    Entities,
    /// Does the database have all revisions, as their files say them?
    Revisions,
    /// Does the database look as the entities say?
    Database,
    /// Is there one head?
    Heads,
}

/// How what was found is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    /// For people.
    Text,
    /// For programs; `docs/check.schema.json` describes it.
    Json,
    /// Annotations of GitHub Actions, beside the lines they are about.
    Github,
    /// SARIF, for code scanning and editors.
    Sarif,
    /// `JUnit`, for CI that shows tests.
    Junit,
    /// A page for a pull request: what would run, its hazards, and a diagram of the tables.
    Markdown,
}

/// Flags of `diff`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag")]
pub struct Diff {
    /// Begin at a complete schema: a database's URL, a `.sql` file, `entities`, `lock` or `empty`.
    #[arg(long, value_name = "SIDE", requires = "to", conflicts_with = "offline")]
    pub from: Option<String>,
    /// End at a complete schema: as for `--from`. What is only in the other is dropped.
    #[arg(long, value_name = "SIDE", requires = "from")]
    pub to: Option<String>,
    /// The kind of database when no side is one [default: that of the configured database].
    #[arg(long, value_name = "DIALECT", requires = "from")]
    pub dialect: Option<DialectName>,
    /// A server on which a `.sql` file of PostgreSQL may be loaded, into a database that is dropped afterwards
    /// [default: that of the other side, else the configured one].
    #[arg(long, value_name = "URL", requires = "from")]
    pub scratch: Option<String>,
    /// How to print [default: `text` with `--from` and `--to`, else `sql`].
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<Format>,
    /// With `--from` and `--to`: fail when a side holds something that cannot be compared.
    #[arg(long, requires = "from")]
    pub strict: bool,
    /// Exit with 1 when there are differences.
    #[arg(long)]
    pub exit_code: bool,
    /// Compare the entities with `schema.lock` only; needs no database.
    #[arg(long)]
    pub offline: bool,
    /// Something was renamed: `table.old=new` for a column, `old=new` for a table; may be given several times.
    #[arg(long, value_name = "OLD=NEW")]
    pub rename: Vec<String>,
    /// Rows that hold a value of an enum that is gone get another: `type.old=new` or `table.column.old=new`; may be given
    /// several times.
    #[arg(long, value_name = "OLD=NEW", conflicts_with = "from")]
    pub removed: Vec<String>,
    /// What rows that are there get in a column that comes to need a value: SQL over their other columns; may be given several
    /// times.
    #[arg(long, value_name = "TABLE.COLUMN=SQL")]
    pub fill: Vec<String>,
    /// A file with renames, below `[renames]` as `"table.old" = "new"` or `"old" = "new"`, with values that are gone, below
    /// `[removed]`, and with what rows get, below `[fills]` as `"table.column" = "SQL"` [default: `hints.toml` beside the
    /// revisions, if there is one].
    #[arg(long, value_name = "FILE", conflicts_with = "from")]
    pub hints: Option<PathBuf>,
    /// Drop what is gone and create what is new, however much alike they are.
    #[arg(long, conflicts_with = "from")]
    pub no_renames: bool,
    /// Exit with 1 when there is this hazard (see `docs/hazards.md`); may be given several times.
    #[arg(long, value_name = "HAZARD")]
    pub deny: Vec<String>,
}

/// A kind of database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[expect(missing_docs, reason = "the names are the names")]
pub enum DialectName {
    Sqlite,
    Postgres,
}

impl From<DialectName> for Dialect {
    fn from(name: DialectName) -> Self {
        match name {
            DialectName::Sqlite => Self::Sqlite,
            DialectName::Postgres => Self::Postgres,
        }
    }
}

/// How a plan is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Words for people.
    Text,
    /// A script for `psql` or `sqlite3`.
    Sql,
    /// For programs.
    Json,
}

/// Flags of `revision`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag")]
pub struct Revision {
    /// What the revision is for.
    #[arg(short, long)]
    pub message: String,
    /// Fill it with what lies between the database and the entities.
    #[arg(long)]
    pub autogenerate: bool,
    /// Fill it with the complete schema of the database as it is, to begin with an existing one.
    #[arg(long, conflicts_with_all = ["autogenerate", "offline"])]
    pub baseline: bool,
    /// With `--autogenerate`: take `schema.lock` in the place of the database.
    #[arg(long, requires = "autogenerate")]
    pub offline: bool,
    /// Write the forms that let others go on to write to tables that exist, in several revisions where it takes them. Only
    /// PostgreSQL has such forms.
    #[arg(long, requires = "autogenerate")]
    pub online: bool,
    /// Something was renamed: `table.old=new` for a column, `old=new` for a table; may be given several times.
    #[arg(long, value_name = "OLD=NEW", requires = "autogenerate")]
    pub rename: Vec<String>,
    /// Rows that hold a value of an enum that is gone get another: `type.old=new` or `table.column.old=new`; may be given
    /// several times.
    #[arg(long, value_name = "OLD=NEW", requires = "autogenerate")]
    pub removed: Vec<String>,
    /// What rows that are there get in a column that comes to need a value: SQL over their other columns; may be given several
    /// times.
    #[arg(long, value_name = "TABLE.COLUMN=SQL", requires = "autogenerate")]
    pub fill: Vec<String>,
    /// A file with renames, below `[renames]` as `"table.old" = "new"` or `"old" = "new"`, with values that are gone, below
    /// `[removed]`, and with what rows get, below `[fills]` as `"table.column" = "SQL"` [default: `hints.toml` beside the
    /// revisions, if there is one].
    #[arg(long, value_name = "FILE", requires = "autogenerate")]
    pub hints: Option<PathBuf>,
    /// Drop what is gone and create what is new, however much alike they are.
    #[arg(long, requires = "autogenerate")]
    pub no_renames: bool,
    /// The revision it follows, if there are several heads; `base` begins a history of its own.
    #[arg(long, value_name = "REVISION")]
    pub head: Option<String>,
    /// Let it follow a revision that others follow already: it begins a branch there.
    #[arg(long, requires = "head")]
    pub splice: bool,
    /// A name for the branch that it begins; may be given several times.
    #[arg(long, value_name = "LABEL")]
    pub branch_label: Vec<String>,
    /// A revision of another branch that has to be applied before; may be given several times.
    #[arg(long, value_name = "REVISION")]
    pub depends_on: Vec<String>,
    /// Its id [default: twelve random hex digits].
    #[arg(long, value_name = "ID")]
    pub rev_id: Option<String>,
    /// Write nothing when there is this hazard (see `docs/hazards.md`); may be given several times.
    #[arg(long, value_name = "HAZARD", requires = "autogenerate")]
    pub deny: Vec<String>,
    /// Accept a hazard, as in `drops-column users.email`, and say so in the file; may be given several times.
    #[arg(long, value_name = "HAZARD OBJECT", requires = "autogenerate")]
    pub accept: Vec<String>,
    /// Write it without a proof that its way up leads to the entities and its way down back (see `docs/guide/proof.md`).
    #[arg(long, requires = "autogenerate")]
    pub no_prove: bool,
    /// A server on which a revision of PostgreSQL may be proved, in a database that is dropped afterwards [default: that of
    /// the database; with `--offline` none].
    #[arg(long, value_name = "URL", requires = "autogenerate", conflicts_with = "no_prove")]
    pub scratch: Option<String>,
}

/// Flags of `prove`.
#[derive(Debug, Args)]
pub struct Prove {
    /// Ids, messages or files' names, the beginning of one, `head`, or ranges, `FROM:TO` with both ends; what they follow runs
    /// before them [default: the whole history, which then has to end where `schema.lock` and the entities are].
    #[arg(value_name = "REVISION")]
    pub revisions: Vec<String>,
    /// A server on which revisions of PostgreSQL may run, in a database that is dropped afterwards [default: that of the
    /// configured database].
    #[arg(long, value_name = "URL")]
    pub scratch: Option<String>,
}

/// Flags of commands that can print a script in the place of running it.
#[derive(Debug, Clone, Copy, Args)]
pub struct Script {
    /// Print a script that does it, for somebody else to run, and run nothing. No database is needed; see
    /// `docs/guide/offline.md`.
    #[arg(long)]
    pub sql: bool,
    /// The kind of database that the script is for [default: that of the configured one].
    #[arg(long, value_name = "DIALECT", requires = "sql")]
    pub dialect: Option<DialectName>,
}

/// Flags of `upgrade`.
#[derive(Debug, Args)]
pub struct Upgrade {
    /// `head`, `heads`, an id, a message or a file's name, the beginning of one, or `+1`; `label@head` for one branch alone. With
    /// `--sql` also a range, `FROM:TO`; without one the script begins with nothing.
    #[arg(value_name = "REVISION", default_value = "head")]
    pub target: String,
    /// A script in the place of a run.
    #[command(flatten)]
    pub script: Script,
    /// Stop at this hazard too, unless it is accepted in the file (see `docs/hazards.md`); may be given several times.
    #[arg(long, value_name = "HAZARD")]
    pub deny: Vec<String>,
    /// Run what loses data for good although no file accepts it. Without this flag a terminal is asked, and nothing runs
    /// where there is none.
    #[arg(long)]
    pub accept_data_loss: bool,
    /// Say what would run, and what is dangerous about it; run nothing.
    #[arg(long, conflicts_with = "sql")]
    pub dry_run: bool,
    /// What to do about a statement that an earlier attempt was cut off in, where nobody can tell what it did.
    #[arg(long, value_name = "WHAT")]
    pub interrupted: Option<Interrupted>,
}

/// What to do about a statement that an earlier attempt was cut off in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Interrupted {
    /// Run it again.
    Again,
    /// Go on behind it.
    Done,
}

/// Flags of `downgrade`.
#[derive(Debug, Args)]
pub struct Downgrade {
    /// `-1`, `base`, an id, a message or a file's name, or the beginning of one; `label@base` for one branch alone. With `--sql` a
    /// range, `FROM:TO`.
    #[arg(value_name = "REVISION", allow_hyphen_values = true)]
    pub target: String,
    /// A script in the place of a run.
    #[command(flatten)]
    pub script: Script,
    /// Run a way down that loses data for good, also that of a stamped revision, which drops tables that were there before
    /// seachange. Without this flag a terminal is asked, and nothing runs where there is none.
    #[arg(long)]
    pub accept_data_loss: bool,
    /// Say what would run, and what is dangerous about it; run nothing.
    #[arg(long, conflicts_with = "sql")]
    pub dry_run: bool,
    /// What to do about a statement that an earlier attempt was cut off in, where nobody can tell what it did.
    #[arg(long, value_name = "WHAT")]
    pub interrupted: Option<Interrupted>,
}

/// Flags of `stamp`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag")]
pub struct Stamp {
    /// `head`, `heads`, `base`, an id, a message or a file's name, or the beginning of one; several for several branches.
    #[arg(value_name = "REVISION", required = true, num_args = 1.., allow_negative_numbers = true)]
    pub targets: Vec<String>,
    /// A script in the place of a run.
    #[command(flatten)]
    pub script: Script,
    /// Forget everything else that is recorded, other branches and revisions without a file too.
    #[arg(long)]
    pub purge: bool,
    /// Take the files of applied revisions as they are now for what was applied.
    #[arg(long)]
    pub accept_edits: bool,
    /// Only if the database has the schema these revisions make; exit with 1 and the differences otherwise. On PostgreSQL
    /// the schema is made in a database that is dropped again.
    #[arg(long, conflicts_with = "sql")]
    pub verify: bool,
    /// Say what would be recorded; record nothing.
    #[arg(long, conflicts_with = "sql")]
    pub dry_run: bool,
}

/// Flags of `current`.
#[derive(Debug, Args)]
pub struct Current {
    /// Exit with 1 unless every head is applied.
    #[arg(long)]
    pub check_heads: bool,
    /// Show everything a file says about itself.
    #[arg(short, long)]
    pub verbose: bool,
}

/// Flags of `history`.
#[derive(Debug, Args)]
pub struct History {
    /// From one revision to another, both included: `FROM:TO`, `FROM:` or `:TO`.
    #[arg(short, long, value_name = "RANGE", allow_hyphen_values = true)]
    pub range: Option<String>,
    /// Show everything a file says about itself.
    #[arg(short, long)]
    pub verbose: bool,
    /// Mark where the database is.
    #[arg(short, long)]
    pub indicate_current: bool,
}

/// Flags of commands that list revisions.
#[derive(Debug, Args)]
pub struct Listing {
    /// Show everything a file says about itself.
    #[arg(short, long)]
    pub verbose: bool,
}

/// Flags of `merge`.
#[derive(Debug, Args)]
pub struct Merge {
    /// The revisions to join [default: all heads].
    #[arg(value_name = "REVISION")]
    pub revisions: Vec<String>,
    /// What the revision is for [default: it says what it joins].
    #[arg(short, long)]
    pub message: Option<String>,
    /// A name for the branch that it begins; may be given several times.
    #[arg(long, value_name = "LABEL")]
    pub branch_label: Vec<String>,
    /// Its id [default: twelve random hex digits].
    #[arg(long, value_name = "ID")]
    pub rev_id: Option<String>,
    /// Join branches that touch the same things: somebody has looked, and says that it is right as it is. What they are
    /// in conflict about is written in the file; where `schema.lock` has two answers, the entities decide.
    #[arg(long)]
    pub accept_conflicts: bool,
}

/// Flags of `lint`.
#[derive(Debug, Args)]
pub struct Lint {
    /// Files of revisions, or revisions as `upgrade` takes them; a file that is no revision is looked at as if it came after all
    /// of them [default: all revisions].
    #[arg(value_name = "FILES")]
    pub files: Vec<String>,
    /// A server on which revisions for PostgreSQL may run, in a database that is dropped afterwards [default: the configured one].
    #[arg(long, value_name = "URL", conflicts_with = "words_only")]
    pub scratch: Option<String>,
    /// Run nothing: find what the words alone show. Needs no server, and knows less.
    #[arg(long = "static")]
    pub words_only: bool,
    /// The kind of database that is meant [default: that of the configured one].
    #[arg(long, value_name = "DIALECT")]
    pub dialect: Option<DialectName>,
    /// Exit with 1 at this hazard too, unless it is accepted in the file (see `docs/hazards.md`); may be given several times.
    #[arg(long, value_name = "HAZARD")]
    pub deny: Vec<String>,
    /// Exit with 1 at every hazard that is this bad or worse, unless it is accepted in the file [default: only at what
    /// `[hazards]` in `seachange.toml` names, which is what loses data].
    #[arg(long, value_name = "SEVERITY")]
    pub severity: Option<SeverityName>,
    /// How to say it.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: LintFormat,
    /// Write it to a file, and the text as usual.
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// How hazards of files are said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LintFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
    /// Annotations of GitHub Actions, beside the statements they are about.
    Github,
    /// SARIF, for code scanning and editors.
    Sarif,
    /// `JUnit`, for CI that shows tests.
    Junit,
}

/// How bad a hazard is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SeverityName {
    /// Everything.
    Note,
    /// What may fail, breaks code that runs, or keeps others waiting.
    Warning,
    /// What loses data or cannot be undone.
    Danger,
}

impl From<SeverityName> for Severity {
    fn from(name: SeverityName) -> Self {
        match name {
            SeverityName::Note => Self::Note,
            SeverityName::Warning => Self::Warning,
            SeverityName::Danger => Self::Danger,
        }
    }
}

/// Flags of `show`.
#[derive(Debug, Args)]
pub struct Show {
    /// `head`, `current`, an id, a message or a file's name, or the beginning of one.
    #[arg(value_name = "REVISION", default_value = "head", allow_hyphen_values = true)]
    pub target: String,
}

/// What the command line says of what was before.
#[derive(Debug, Clone, Copy)]
pub struct Past<'a> {
    /// `--rename`.
    pub renames: &'a [String],
    /// `--removed`.
    pub removed: &'a [String],
    /// `--fill`.
    pub fills: &'a [String],
}

impl Diff {
    /// What it says of what was before.
    pub fn past(&self) -> Past<'_> {
        Past { renames: &self.rename, removed: &self.removed, fills: &self.fill }
    }
}

impl Revision {
    /// What it says of what was before.
    pub fn past(&self) -> Past<'_> {
        Past { renames: &self.rename, removed: &self.removed, fills: &self.fill }
    }
}
