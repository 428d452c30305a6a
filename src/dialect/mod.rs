//! What is particular about each database: how it is read, how it spells things, and when two spellings mean the same.
//! Everything outside this folder is the same for every database. Does not compare schemas and plans nothing.

mod effects;
mod extra;
mod matching;
mod names;
mod object;
pub(crate) mod observe;
mod offline;
mod postgres;
mod question;
mod sqlite;
mod tools;
pub mod touch;
mod variants;

pub use effects::{Effect, Effects, Lock};
pub use object::Said;
pub(crate) use offline::{Offline, Stop, Watch};
pub(crate) use question::Size;
pub use question::{Answer, Question};
pub(crate) use sqlite::version::read as read_sqlite_version;
pub(crate) use tools::OTHER_TOOLS;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::time::Duration;

use sea_orm::{ConnectionTrait, StreamTrait};

use crate::error::{Refusal, Result};
use crate::model::{
    AutoIncrement, Column, ColumnType, Literal, Rename, Schema, Table, TableName, Verbatim, VerbatimKind,
};
use crate::op::Op;

/// The table in which seachange records what it applied. Never part of a comparison.
pub const HISTORY: &str = "seachange_history";

/// A kind of database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dialect {
    /// SQLite: read as the driver brings it, written for 3.35 or later.
    Sqlite,
    /// PostgreSQL 13 or later.
    Postgres,
}

/// What a database can do; the facts a plan is made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is an independent fact about a database")]
pub struct Capabilities {
    /// Type, nullability and default of a column can be changed in place.
    pub alter_column: bool,
    /// A constraint can be added to a table that exists.
    pub add_constraint: bool,
    /// A constraint can be dropped without its table.
    pub drop_constraint: bool,
    /// A constraint can be renamed.
    pub rename_constraint: bool,
    /// An index can be renamed.
    pub rename_index: bool,
    /// Columns can be added with a default that is not a constant while the table has rows.
    pub add_column_expression_default: bool,
    /// Unique columns can be added.
    pub add_column_unique: bool,
    /// Tables and columns can have comments.
    pub comments: bool,
    /// Tables live in named schemas.
    pub schemas: bool,
    /// Enum types are objects of their own.
    pub enum_types: bool,
    /// An index can be built while the table is written to.
    pub concurrent_index: bool,
    /// A constraint can be added without a look at the rows that are there, and have that look later.
    pub unchecked_constraints: bool,
    /// Changes of the schema can be rolled back.
    pub transactional_ddl: bool,
    /// How many bytes of a name it keeps, when there is a limit. What is longer is cut.
    pub longest_name: Option<usize>,
}

/// What a project decides about a dialect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// How string enums are kept where the database has no enum types.
    pub enums: EnumStorage,
    /// The schema that is meant where none is named, in a database that has them.
    pub schema: Cow<'static, str>,
    /// The oldest SQLite that will ever run what is written. A revision is written once and runs on many databases.
    pub oldest: Version,
}

impl Options {
    /// What holds when a project says nothing but how enums are kept.
    pub const fn new(enums: EnumStorage) -> Self {
        Self { enums, schema: Cow::Borrowed(DEFAULT_SCHEMA), oldest: sqlite::version::BUNDLED }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self::new(EnumStorage::Plain)
    }
}

/// The version of a database.
///
/// ```
/// use seachange::dialect::Version;
///
/// assert!(Version::parse("3.53") > Version::parse("3.9.2"));
/// assert_eq!(Version::new(3, 53, 0).to_string(), "3.53");
/// assert_eq!(Version::parse("new"), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(u32, u32, u32);

impl Version {
    /// What is said between the dots.
    pub const fn new(major: u32, minor: u32, patch: u32) -> Self {
        Self(major, minor, patch)
    }

    /// What is said behind the first dot.
    pub(crate) const fn minor(self) -> u32 {
        self.1
    }

    /// Two or three numbers with dots between them; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let numbers: Option<Vec<u32>> = text.split('.').map(|number| number.parse().ok()).collect();
        match numbers?.as_slice() {
            [major, minor] => Some(Self(*major, *minor, 0)),
            [major, minor, patch] => Some(Self(*major, *minor, *patch)),
            _ => None,
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self(major, minor, 0) => write!(f, "{major}.{minor}"),
            Self(major, minor, patch) => write!(f, "{major}.{minor}.{patch}"),
        }
    }
}

/// The schema that is meant where none is named, unless a project says otherwise.
pub const DEFAULT_SCHEMA: &str = "public";

/// How string enums are kept where the database has no enum types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EnumStorage {
    /// As text; the database takes any value.
    Plain,
    /// As text with a check constraint that lists the values.
    Check,
}

/// The statements around a new table that takes the place of an old one, in three groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rebuild {
    /// The new table with what it is until the rows are back: what it holds back is not in it.
    pub table: Table,
    /// Before the new table is created: the rows are put aside and the old table is dropped.
    pub before: Vec<String>,
    /// After it and its unique indexes are created, and before its other indexes and triggers are: the rows come back.
    pub between: Vec<String>,
    /// After its indexes and triggers are created.
    pub after: Vec<String>,
}

/// The words of a column that differ from database to database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ColumnWords {
    /// Its type; empty where there is none.
    pub(crate) data_type: String,
    /// How it counts.
    pub(crate) identity: Option<String>,
    /// What stands behind `DEFAULT`.
    pub(crate) default: Option<String>,
    /// How it counts, where that is said behind `PRIMARY KEY`.
    pub(crate) counting_key: Option<&'static str>,
}

/// How to look for rows whose foreign keys point nowhere.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OrphanQueries {
    /// A query for the tables that have foreign keys, as `name`.
    pub(crate) tables: &'static str,
    /// A query for such rows of a table, in words, as `orphan`; with the number of each as `row`, and the table it refers
    /// to as `parent`.
    pub(crate) rows: fn(&str) -> String,
}

/// An operation with what stands on its object: that goes before the object changes and comes back after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Expansion {
    /// Makes room.
    pub(crate) before: Vec<Op>,
    /// Does it.
    pub(crate) middle: Vec<Op>,
    /// Puts back what made room.
    pub(crate) after: Vec<Op>,
}

impl Expansion {
    /// An operation that needs no room.
    fn alone(op: Op) -> Self {
        Self { before: Vec::new(), middle: vec![op], after: Vec::new() }
    }

    /// The same with more around it.
    fn within(self, before: Vec<Op>, after: Vec<Op>) -> Self {
        Self {
            before: before.into_iter().chain(self.before).collect(),
            middle: self.middle,
            after: self.after.into_iter().chain(after).collect(),
        }
    }
}

/// Queries about the lock that keeps other runners out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RunnerLock {
    /// Takes it if nobody has it; one row with `taken`.
    pub(crate) take: String,
    /// Gives it back.
    pub(crate) give: String,
    /// Who has it, in words, as `holder`.
    pub(crate) holder: String,
}

/// The statements around a room in a transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Enclosure {
    /// Opens it, with an empty default schema.
    pub(crate) begin: String,
    /// Takes everything back.
    pub(crate) end: &'static str,
}

/// How runs that were cut off are known by the databases that they left behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Claim {
    /// Says that somebody is at it, as long as the connection lasts.
    pub(crate) take: String,
    /// A query for the databases of which nobody says so, as `name`.
    pub(crate) abandoned: String,
}

/// How to find out whether a connection is in a transaction, without leaving anything behind.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TransactionProbe {
    /// Run first.
    pub(crate) first: &'static str,
    /// What the database says to it in a transaction, if it refuses it there.
    pub(crate) refusal: &'static str,
    /// A query for the answer, as `inside`.
    pub(crate) ask: &'static str,
    /// Undoes the first.
    pub(crate) undo: Option<&'static str>,
}

/// One statement of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The text from its first to its last token: comments inside are kept; those around it and the semicolon are not.
    pub sql: String,
    /// The line of its first token, from 1.
    pub line: usize,
}

impl Dialect {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Sqlite, Self::Postgres];

    /// How people call it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }

    /// Whether the database has objects of that kind that a project can declare.
    pub(crate) fn keeps(self, kind: VerbatimKind) -> bool {
        match self {
            Self::Sqlite => kind == VerbatimKind::View,
            Self::Postgres => true,
        }
    }

    /// What this database can do.
    ///
    /// ```
    /// use seachange::dialect::Dialect;
    /// assert!(!Dialect::Sqlite.capabilities().alter_column);
    /// ```
    pub fn capabilities(self) -> Capabilities {
        match self {
            Self::Sqlite => sqlite::CAPABILITIES,
            Self::Postgres => postgres::CAPABILITIES,
        }
    }

    /// The identifier in quotes, whatever it contains.
    ///
    /// ```
    /// use seachange::dialect::Dialect;
    /// assert_eq!(Dialect::Sqlite.quote(r#"a"b"#), r#""a""b""#);
    /// ```
    pub fn quote(self, identifier: &str) -> String {
        match self {
            Self::Sqlite => sqlite::quote(identifier),
            Self::Postgres => postgres::quote(identifier),
        }
    }

    /// A collation as SQL names it.
    pub(crate) fn collation(self, name: &str) -> String {
        match self {
            Self::Sqlite => sqlite::quote(name),
            Self::Postgres => postgres::collation(name),
        }
    }

    /// What an object is and is called, as `DROP` wants to hear it.
    pub(crate) fn object_name(self, kind: VerbatimKind, name: &TableName) -> String {
        let schema = name.schema.as_ref().map(|schema| format!("{}.", self.quote(schema))).unwrap_or_default();
        let word = match kind {
            VerbatimKind::View => "VIEW",
            VerbatimKind::VirtualTable => "TABLE",
            VerbatimKind::MaterializedView => "MATERIALIZED VIEW",
            VerbatimKind::Sequence => "SEQUENCE",
            VerbatimKind::Domain => "DOMAIN",
            VerbatimKind::CompositeType => "TYPE",
            VerbatimKind::Extension => return format!("EXTENSION {}", self.quote(&name.name)),
            VerbatimKind::Namespace => return format!("SCHEMA {}", self.quote(&name.name)),
            // Its name is its signature, in SQL's words.
            VerbatimKind::Function => return format!("ROUTINE {schema}{}", name.name),
        };
        format!("{word} {schema}{}", self.quote(&name.name))
    }

    /// The constant as this database writes it.
    ///
    /// ```
    /// use seachange::dialect::Dialect;
    /// use seachange::model::Literal;
    /// assert_eq!(Dialect::Sqlite.literal(&Literal::Text("it's".to_owned())), "'it''s'");
    /// ```
    pub fn literal(self, literal: &Literal) -> String {
        match self {
            Self::Sqlite => sqlite::literal(literal),
            Self::Postgres => postgres::literal(literal),
        }
    }

    /// The schema in this database's own words: every type and default has its text, and what the database cannot hold is gone.
    /// Doing it twice changes nothing.
    ///
    /// # Errors
    ///
    /// [`Error::Unsupported`](crate::error::Error::Unsupported) names the first column or table this database has no form for,
    /// and says what to write instead.
    ///
    /// ```
    /// use seachange::dialect::{Dialect, Options};
    /// use seachange::model::{Column, ColumnType, DataType, Schema, Table, TableName};
    ///
    /// let mut table = Table::new(TableName::new("users"));
    /// table.columns.push(Column::new("name", ColumnType::inferred(DataType::String(None))));
    /// let schema = Schema::from_iter([table]);
    /// let schema = Dialect::Sqlite.canonicalize(schema, &Options::default()).unwrap();
    /// let column = schema.tables[&TableName::new("users")].column("name").unwrap();
    /// assert_eq!(column.data_type.text.as_deref(), Some("varchar"));
    /// ```
    pub fn canonicalize(self, schema: Schema, options: &Options) -> Result<Schema> {
        let schema = names::fit(schema, self.capabilities().longest_name)?;
        match self {
            Self::Sqlite => sqlite::canonicalize(schema, options),
            Self::Postgres => postgres::canonicalize(schema, options),
        }
    }

    /// The declared schema with everything the live side satisfies replaced by the live form, so that `==` between
    /// the two means "no difference". Both must be canonicalized. Matched objects take the live order.
    pub fn reconcile(self, declared: Schema, live: &Schema) -> Schema {
        let reconciled = match self {
            Self::Sqlite => sqlite::reconcile(declared, live),
            Self::Postgres => postgres::reconcile(declared, live),
        };
        variants::reconciled(reconciled, live, self.capabilities().enum_types).sharing(live)
    }

    /// The live schema in the words of the past wherever both mean the same. Both must be canonicalized.
    pub fn respell(self, live: Schema, past: &Schema) -> Schema {
        let live = match self {
            // SQLite keeps every text as it was written.
            Self::Sqlite => live,
            Self::Postgres => postgres::respell(live, past),
        };
        variants::remembered(live, past)
    }

    /// The schema of one database in the form of another wherever the two mean the same.
    #[must_use]
    pub fn align(self, schema: Schema, other: &Schema) -> Schema {
        match self {
            Self::Sqlite => sqlite::reconcile(schema, other),
            Self::Postgres => postgres::respell(schema, other),
        }
    }

    /// What a script says before its statements and behind them, for the database's own program to run it: nothing goes
    /// on behind an error, and names mean what they mean here.
    pub(crate) fn script_frame(self, schema: &str, transaction: bool) -> (Vec<String>, Vec<String>) {
        match self {
            Self::Sqlite => sqlite::script_frame(transaction),
            Self::Postgres => postgres::script_frame(schema, transaction),
        }
    }

    /// The text of a script as the database takes it in one go: without what only the database's own program understands,
    /// without rows, and without owners and privileges, which are of no schema. Lines stay where they are.
    pub(crate) fn loadable(self, script: &str) -> String {
        match self {
            Self::Sqlite => sqlite::loadable(script),
            Self::Postgres => postgres::loadable(script),
        }
    }

    /// The statements that make and drop an empty database of that name, where one has to be made.
    pub(crate) fn scratch(self, name: &str) -> Option<[String; 2]> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => {
                let name = postgres::quote(name);
                Some([
                    format!("CREATE DATABASE {name} TEMPLATE template0"),
                    format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
                ])
            }
        }
    }

    /// How to tell a database of that name, made by [`Dialect::scratch`], from one that nobody uses any more. All begin alike.
    pub(crate) fn claim(self, name: &str, prefix: &str) -> Option<Claim> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => Some(postgres::runner::claim(name, prefix)),
        }
    }

    /// A room in a transaction, where a database may not be made. The names of the other schema are found in it, too.
    pub(crate) fn enclosure(self, name: &str, also: Option<&str>) -> Option<Enclosure> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => Some(postgres::inside::open(name, also)),
        }
    }

    /// What stands in such a room in the place of a statement of seachange's own.
    pub(crate) fn enclosed(self, sql: &str) -> Cow<'_, str> {
        match self {
            Self::Sqlite => Cow::Borrowed(sql),
            Self::Postgres => postgres::inside::enclosed(sql),
        }
    }

    /// A query with a row if extensions are in the schema, whose names are then written without it.
    pub(crate) fn extensions_in(self, schema: &str) -> Option<String> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => Some(postgres::inside::extensions_in(schema)),
        }
    }

    /// Whether a failure with this code may only come from everything being one transaction.
    pub(crate) fn is_strain(self, code: &str) -> bool {
        match self {
            Self::Sqlite => false,
            Self::Postgres => postgres::inside::is_strain(code),
        }
    }

    /// The schema among these that a text names.
    pub(crate) fn names_schema<'a>(self, sql: &str, schemas: &'a [String]) -> Option<&'a str> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => postgres::inside::names_schema(sql, schemas),
        }
    }

    /// A query for what a room in a transaction has written to outside of itself, as `name`.
    pub(crate) fn traces(self, name: &str) -> Option<String> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => Some(postgres::inside::traces(name)),
        }
    }

    /// The name of a table as this database keeps it: cut, and without a schema where there are none.
    #[must_use]
    pub fn fit_table(self, table: &TableName) -> TableName {
        let can = self.capabilities();
        let fit = |name: &str| names::cut(name, can.longest_name).to_owned();
        let schema = table.schema.as_deref().filter(|_| can.schemas).map(fit);
        TableName { schema, name: fit(&table.name) }
    }

    /// The rename with its names as this database keeps them, those in the default schema bare.
    #[must_use]
    pub fn fit_rename(self, rename: &Rename, options: &Options) -> Rename {
        let limit = self.capabilities().longest_name;
        let fit = |name: &str| names::cut(name, limit).to_owned();
        let fit_table = |table: &TableName| {
            let TableName { schema, name } = self.fit_table(table);
            TableName { schema: schema.filter(|schema| *schema != options.schema), name }
        };
        match rename {
            Rename::Table { from, to } => Rename::Table { from: fit_table(from), to: fit_table(to) },
            Rename::Column { table, from, to } => {
                Rename::Column { table: fit_table(table), from: fit(from), to: fit(to) }
            }
            Rename::Enum { from, to } => Rename::Enum { from: fit_table(from), to: fit_table(to) },
            Rename::Value { .. } => rename.clone(),
        }
    }

    /// The schema with every name said that is usual now and no longer is once the renames are done.
    pub(crate) fn pinned(self, schema: Schema, renames: &[Rename]) -> Schema {
        match self {
            // No name follows from another.
            Self::Sqlite => schema,
            Self::Postgres => postgres::pinned(schema, renames),
        }
    }

    /// How files name it: `-- migrate:up sqlite`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }

    /// Statements to run on the connection before the transaction of a revision.
    pub(crate) fn before_transaction(self) -> &'static [&'static str] {
        match self {
            Self::Sqlite => sqlite::runner::BEFORE_TRANSACTION,
            Self::Postgres => &[],
        }
    }

    /// Statements that put the connection back afterwards.
    pub(crate) fn after_transaction(self) -> &'static [&'static str] {
        match self {
            Self::Sqlite => sqlite::runner::AFTER_TRANSACTION,
            Self::Postgres => &[],
        }
    }

    /// Begins a transaction that no other runner can be in at the same time.
    pub(crate) fn begin(self) -> &'static str {
        match self {
            Self::Sqlite => sqlite::runner::BEGIN,
            Self::Postgres => postgres::runner::BEGIN,
        }
    }

    /// Begins a transaction that changes nothing.
    pub(crate) fn begin_reading(self) -> &'static str {
        match self {
            // The connection itself only reads.
            Self::Sqlite => "BEGIN",
            Self::Postgres => "BEGIN READ ONLY",
        }
    }

    /// A query for the names of all schemas, where a database has several.
    pub(crate) fn schemas(self) -> Option<&'static str> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => Some(postgres::runner::SCHEMAS),
        }
    }

    /// Whether foreign keys act after the statement, where that can be switched and it does.
    pub fn switches_foreign_keys(self, sql: &str) -> Option<bool> {
        match self {
            Self::Sqlite => sqlite::runner::switches_foreign_keys(sql),
            Self::Postgres => None,
        }
    }

    /// Whether the statement begins or ends a transaction.
    pub(crate) fn ends_transaction(self, sql: &str) -> bool {
        match self {
            Self::Sqlite => sqlite::runner::ends_transaction(sql),
            Self::Postgres => postgres::runner::ends_transaction(sql),
        }
    }

    /// Makes the history table if it is not there.
    pub(crate) fn create_history(self) -> &'static str {
        match self {
            Self::Sqlite => sqlite::runner::CREATE_HISTORY,
            Self::Postgres => postgres::runner::CREATE_HISTORY,
        }
    }

    /// A query with one row if the table exists.
    pub(crate) fn find_table(self, name: &str) -> String {
        match self {
            Self::Sqlite => sqlite::runner::find_table(name),
            Self::Postgres => postgres::runner::find_table(name),
        }
    }

    /// How to look for rows whose foreign keys point nowhere, where the database does not look after them itself.
    pub(crate) fn orphan_queries(self) -> Option<OrphanQueries> {
        match self {
            Self::Sqlite => Some(OrphanQueries { tables: sqlite::runner::REFERRING, rows: sqlite::runner::orphans }),
            // PostgreSQL lets no row be without what it refers to.
            Self::Postgres => None,
        }
    }

    /// A query for the rows because of which the database refused the statement, each of them a sentence, when the
    /// statement is one that looks for such rows.
    pub(crate) fn misfits(self, sql: &str) -> Option<String> {
        match self {
            Self::Sqlite => sqlite::misfits(sql),
            Self::Postgres => None,
        }
    }

    /// Whether the statement says where a transaction begins, ends or can go back to.
    pub(crate) fn marks_transaction(self, sql: &str) -> bool {
        let words = self.first_words(sql);
        self.ends_transaction(sql) || matches!(words.first().map(String::as_str), Some("savepoint" | "release"))
    }

    /// Whether the statement is the same in a transaction of its own. What is not known to be is not.
    pub(crate) fn is_atomic(self, sql: &str) -> bool {
        let known = [
            "create", "alter", "drop", "insert", "replace", "update", "delete", "merge", "truncate", "select", "with",
            "refresh", "comment", "grant", "revoke",
        ];
        let words = self.first_words(sql);
        words.first().is_some_and(|word| known.contains(&word.as_str())) && self.refuses_transaction(sql).is_none()
    }

    /// Whether the statement only makes room for another, and may run any number of times.
    pub(crate) fn clears_the_way(self, sql: &str) -> bool {
        let words = self.first_words(sql);
        words.first().is_some_and(|word| word == "drop") && words.windows(2).any(|pair| pair == ["if", "exists"])
    }

    /// Whether nobody can tell from the outside what the statement did if it was cut off: it may end transactions inside
    /// itself, and run twice it may do twice what it does.
    pub(crate) fn is_opaque(self, sql: &str) -> bool {
        let words = self.first_words(sql);
        match self {
            Self::Sqlite => false,
            Self::Postgres => {
                matches!(words.first().map(String::as_str), Some("do" | "call")) && !postgres::fill::is_in_batches(sql)
            }
        }
    }

    /// The first words of a statement, in small letters.
    fn first_words(self, sql: &str) -> Vec<String> {
        match self {
            Self::Sqlite => sqlite::script::first_words(sql),
            Self::Postgres => postgres::script::first_words(sql),
        }
    }

    /// Why a statement cannot run inside a transaction, if it cannot.
    pub(crate) fn refuses_transaction(self, sql: &str) -> Option<&'static str> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => postgres::runner::refuses_transaction(sql),
        }
    }

    /// The oldest version that takes the statement, when it is one that not every version takes.
    pub(crate) fn needs_version(self, sql: &str) -> Option<Version> {
        match self {
            Self::Sqlite => sqlite::version::needed(sql),
            // What only some versions have is in the model, and the server says what it misses.
            Self::Postgres => None,
        }
    }

    /// A query for the version that runs here as text, as `version`, where statements need one.
    pub(crate) fn running_version(self) -> Option<&'static str> {
        match self {
            Self::Sqlite => Some(sqlite::version::QUERY),
            Self::Postgres => None,
        }
    }

    /// Whether an error of the database says that another connection holds the lock.
    pub(crate) fn is_locked(self, error: &str) -> bool {
        match self {
            Self::Sqlite => sqlite::runner::is_locked(error),
            Self::Postgres => postgres::runner::is_locked(error),
        }
    }

    /// Whether the database has a statement for the operation, on a schema as it is right before it.
    ///
    /// # Errors
    /// Why it has none, and what to do instead.
    pub fn accepts(self, op: &Op, schema: &Schema, options: &Options) -> std::result::Result<(), Refusal> {
        match self {
            Self::Sqlite => sqlite::accepts(op, schema, options.oldest),
            Self::Postgres => postgres::accepts(op, schema),
        }
    }

    /// What makes a table ready to be dropped.
    pub(crate) fn before_drop(self, table: &Table) -> Option<&'static str> {
        match self {
            Self::Sqlite => sqlite::before_drop(table),
            Self::Postgres => None,
        }
    }

    /// The text in this schema that cannot do without a table it no longer has, as the reason not to drop the table.
    pub(crate) fn needs(self, table: &TableName, schema: &Schema) -> Option<Refusal> {
        match self {
            Self::Sqlite => sqlite::needs(table, schema),
            // What needs a table stops the drop itself.
            Self::Postgres => None,
        }
    }

    /// Whether values that are there already change when a column of one type gets the other. Both have their text.
    pub(crate) fn converts(self, from: &ColumnType, to: &ColumnType) -> bool {
        match self {
            Self::Sqlite => sqlite::converts(from, to),
            Self::Postgres => postgres::converts(from, to),
        }
    }

    /// What an operation does to tables while it runs, on a schema as it is right before it. A table that it makes is not
    /// among them.
    ///
    /// ```
    /// use seachange::dialect::{Dialect, Effect, Lock};
    /// use seachange::model::{Index, IndexPart, Name, Schema, TableName};
    /// use seachange::op::Op;
    ///
    /// let index = Index::new(Name::written("by_name"), vec![IndexPart::column("name")]);
    /// let op = Op::CreateIndex { table: TableName::new("users"), index };
    /// let effects = Dialect::Postgres.effects(&op, &Schema::default());
    /// assert_eq!(effects[&TableName::new("users")], Effect::scan(Lock::Share));
    /// ```
    pub fn effects(self, op: &Op, schema: &Schema) -> Effects {
        match self {
            Self::Sqlite => sqlite::effects(op, schema),
            Self::Postgres => postgres::effects(op, schema),
        }
    }

    /// How to see what a transaction does to tables, where the database shows it.
    pub(crate) fn observation(self) -> Option<observe::Observation> {
        match self {
            // It has one lock, and nothing counts what is read.
            Self::Sqlite => None,
            Self::Postgres => Some(postgres::observe::OBSERVATION),
        }
    }

    /// A query for the rows a question is about, as `number`. `None` when asking would run what nobody knows.
    pub(crate) fn count_rows(self, question: &Question) -> Option<String> {
        let is_harmless = match (self, question) {
            (Self::Postgres, Question::Violations { expression, .. }) => !postgres::is_volatile(expression),
            (Self::Postgres | Self::Sqlite, _) => true,
        };
        is_harmless.then(|| question.query(self))
    }

    /// A query for how large a table is: `rows`, an estimate or NULL, and whether it is `small`.
    pub(crate) fn table_size(self, table: &TableName) -> String {
        match self {
            Self::Sqlite => sqlite::runner::SIZE.to_owned(),
            Self::Postgres => postgres::runner::size(table),
        }
    }

    /// Statements around a query that may neither change anything nor take long.
    pub(crate) fn while_counting(self) -> (&'static [&'static str], &'static [&'static str]) {
        match self {
            // The file is open for reading.
            Self::Sqlite => (&[], &[]),
            Self::Postgres => (&postgres::runner::BEFORE_COUNTING, &["ROLLBACK"]),
        }
    }

    /// How a table becomes another by copying its rows, on a schema as it is right before.
    pub fn rebuild(self, from: &Table, to: &Table, schema: &Schema) -> Rebuild {
        match self {
            Self::Sqlite => sqlite::rebuild(from, to, schema),
            Self::Postgres => postgres::rebuild(from, to, schema),
        }
    }

    /// What a table that is made anew does not know of the one before, in a sentence.
    pub(crate) fn forgotten(self) -> Option<&'static str> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => Some("Privileges that were granted on it have to be granted again."),
        }
    }

    /// Whether no value of one column can become a value of the other, so that only a new one can take its place.
    pub(crate) fn replaces(self, from: &Column, to: &Column) -> bool {
        match self {
            // What SQLite cannot alter it copies, and it takes any value.
            Self::Sqlite => false,
            Self::Postgres => postgres::replaces(from, to),
        }
    }

    /// The same for a column of which nobody says what its rows get.
    pub(crate) fn replaces_without(self, from: &Column, to: &Column) -> bool {
        self.replaces(from, &Column { fill: None, ..to.clone() })
    }

    /// The operations in the place of one that the database cannot do alone, among those of a plan and on a schema as it
    /// is right before.
    pub(crate) fn expand(self, op: &Op, ops: &[Op], schema: &Schema, options: &Options) -> Expansion {
        match self {
            Self::Sqlite => sqlite::expand(op, options.oldest),
            Self::Postgres => postgres::expand(op, ops, schema),
        }
    }

    /// Whether an object can become another where it is, so that what needs it stays.
    pub(crate) fn changes_in_place(self, name: &TableName, from: &Verbatim, to: &Verbatim) -> bool {
        match self {
            Self::Sqlite => false,
            Self::Postgres => postgres::changes_in_place(name, from, to),
        }
    }

    /// The statement that makes an object, as empty as it is.
    pub(crate) fn creation(self, object: &Verbatim) -> String {
        match self {
            Self::Sqlite => object.sql.clone(),
            Self::Postgres => postgres::creation(object),
        }
    }

    /// Whether one of the table's partitions takes the rows that fit into no other.
    pub(crate) fn has_default_partition(self, table: &Table) -> bool {
        match self {
            Self::Sqlite => false,
            Self::Postgres => postgres::has_default_partition(table),
        }
    }

    /// Whether rows that are there may hold what the new form of an object does not allow.
    pub(crate) fn narrows(self, name: &TableName, from: &Verbatim, to: &Verbatim) -> bool {
        match self {
            Self::Sqlite => false,
            Self::Postgres => to.kind == VerbatimKind::Domain && postgres::narrows(name, &from.sql, &to.sql),
        }
    }

    /// The operations that put back what others took away to make room, as far as nothing of the rest of a plan needs that
    /// room. `away` is what was taken.
    pub(crate) fn put_back(
        self,
        away: &BTreeMap<TableName, Verbatim>,
        rest: &[&Op],
        ops: &[Op],
        schema: &Schema,
    ) -> Vec<Op> {
        match self {
            Self::Sqlite => Vec::new(),
            Self::Postgres => postgres::put_back(away, rest, ops, schema),
        }
    }

    /// The words of a column that differ from database to database.
    pub(crate) fn column_words(self, table: &TableName, column: &Column) -> ColumnWords {
        match self {
            Self::Sqlite => ColumnWords {
                data_type: column.data_type.text.clone().unwrap_or_default(),
                identity: None,
                default: column.default.as_ref().and_then(|default| default.text.clone()),
                counting_key: (column.auto_increment != AutoIncrement::No).then_some("AUTOINCREMENT"),
            },
            Self::Postgres => postgres::column_words(table, column),
        }
    }

    /// The statements around a new table: for what its columns need before, and for what can only be said behind.
    pub(crate) fn around_table(self, table: &Table) -> (Vec<String>, Vec<String>) {
        match self {
            Self::Sqlite => (Vec::new(), Vec::new()),
            Self::Postgres => postgres::around_table(table),
        }
    }

    /// The statements around a new column.
    pub(crate) fn around_column(self, table: &TableName, column: &Column) -> (Vec<String>, Vec<String>) {
        match self {
            Self::Sqlite => (Vec::new(), Vec::new()),
            Self::Postgres => postgres::around_column(table, column),
        }
    }

    /// An empty value for rows that have to have one in a new column, as SQL. `None` where another way is taken.
    pub(crate) fn empty_value(self, column: &Column) -> Option<String> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => Some(postgres::empty_value(column)),
        }
    }

    /// The statements that give rows a value where they hold NULL: `value` is SQL. In batches, each in its own transaction,
    /// or all at once.
    pub(crate) fn fill(self, table: &TableName, column: &Column, value: &str, batches: bool) -> Vec<String> {
        match self {
            // It has one writer, so that a rebuild does it.
            Self::Sqlite => Vec::new(),
            Self::Postgres => postgres::fill(table, column, value, batches),
        }
    }

    /// Whether all rows that are there get the same value by a default, so that none has to be written.
    pub(crate) fn is_steady(self, default: &str) -> bool {
        match self {
            Self::Sqlite => false,
            Self::Postgres => postgres::is_steady(default),
        }
    }

    /// How people do an operation in small steps that no single revision can hold, because code has to change between them:
    /// lines for whoever reads the file.
    pub(crate) fn recipe(self, op: &Op) -> Vec<String> {
        match self {
            Self::Sqlite => Vec::new(),
            Self::Postgres => postgres::recipe(op),
        }
    }

    /// The statements of an operation for which standard SQL has no words.
    pub(crate) fn alter(self, op: &Op) -> Vec<String> {
        match self {
            Self::Sqlite => sqlite::alter(op),
            Self::Postgres => postgres::alter(op),
        }
    }

    /// The statements of a script, in order. Never fails: text that cannot be understood is a statement the database will refuse.
    ///
    /// ```
    /// use seachange::dialect::Dialect;
    /// let statements = Dialect::Sqlite.statements("-- first\nSELECT ';';\nSELECT 2");
    /// assert_eq!(statements[0].sql, "SELECT ';'");
    /// assert_eq!((statements[1].sql.as_str(), statements[1].line), ("SELECT 2", 3));
    /// ```
    pub fn statements(self, script: &str) -> Vec<Statement> {
        match self {
            Self::Sqlite => sqlite::statements(script),
            Self::Postgres => postgres::statements(script),
        }
    }

    /// The name as [`Dialect::touched`] has it: cut, and in small letters where capitals mean nothing.
    pub(crate) fn compared(self, name: &str) -> String {
        match self {
            Self::Sqlite => name.to_ascii_lowercase(),
            Self::Postgres => names::cut(name, self.capabilities().longest_name).to_owned(),
        }
    }

    /// What the statements of a script touch. `schema` is the one that is meant where none is named.
    ///
    /// ```
    /// use seachange::dialect::Dialect;
    ///
    /// let touched = Dialect::Sqlite.touched("ALTER TABLE users ADD COLUMN age integer", "");
    /// assert_eq!(touched[0].acts[0].to_string(), "adds column `users.age`");
    /// ```
    pub fn touched(self, script: &str, schema: &str) -> Vec<touch::Touched> {
        touch::touched(self, script, schema)
    }

    /// What the words of one statement say of hazards.
    ///
    /// ```
    /// use seachange::dialect::Dialect;
    ///
    /// let signs = Dialect::Sqlite.signs("DELETE FROM users", "");
    /// assert_eq!(signs[0].sentence, "DELETE without WHERE deletes all rows of `users`.");
    /// ```
    pub fn signs(self, sql: &str, schema: &str) -> Vec<touch::Sign> {
        touch::signs(self, sql, schema)
    }

    /// What one statement writes into columns of rows that are there.
    pub fn fills(self, sql: &str, schema: &str) -> Vec<touch::Fill> {
        touch::fills(self, sql, schema)
    }

    /// Statements that prepare a connection.
    pub(crate) fn settings(self, schema: &str, lock: Duration, statement: Option<Duration>) -> Vec<String> {
        match self {
            Self::Sqlite => sqlite::runner::settings(lock),
            Self::Postgres => postgres::runner::settings(schema, lock, statement),
        }
    }

    /// How to find out whether a connection is in a transaction.
    pub(crate) fn transaction_probe(self) -> TransactionProbe {
        match self {
            Self::Sqlite => sqlite::runner::TRANSACTION_PROBE,
            Self::Postgres => postgres::runner::TRANSACTION_PROBE,
        }
    }

    /// A query for the settings of a connection that a runner or a revision may change, as `name` and `value`.
    pub(crate) fn settings_query(self) -> String {
        match self {
            Self::Sqlite => sqlite::runner::settings_query(),
            Self::Postgres => postgres::runner::SETTINGS_QUERY.to_owned(),
        }
    }

    /// Gives a setting a value, or the one that a new connection has.
    pub(crate) fn set(self, name: &str, value: Option<&str>) -> String {
        match self {
            Self::Sqlite => sqlite::runner::set(name, value),
            Self::Postgres => postgres::runner::set(name, value),
        }
    }

    /// Before a connection goes back to who lent it: what may fail because there is nothing to end, and what may not.
    pub(crate) fn leave(self) -> (&'static [&'static str], Vec<String>) {
        match self {
            Self::Sqlite => (&["ROLLBACK"], Vec::new()),
            Self::Postgres => postgres::runner::leave(),
        }
    }

    /// A query for the schemas with a table of that name, as `name`, in a database that has schemas.
    pub(crate) fn schemas_with(self, table: &str) -> Option<String> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => Some(postgres::runner::schemas_with(table)),
        }
    }

    /// Makes an empty schema where there is none of that name, in a database that has them.
    pub(crate) fn create_schema(self, name: &str) -> Option<String> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => Some(postgres::runner::create_schema(name)),
        }
    }

    /// A query for the server's version, as `version`, and the oldest major version that is understood.
    pub(crate) fn version_query(self) -> Option<(&'static str, i32)> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => Some(postgres::runner::VERSION),
        }
    }

    /// The lock that keeps other runners out, where transactions do not.
    pub(crate) fn runner_lock(self) -> Option<RunnerLock> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => Some(postgres::runner::lock()),
        }
    }

    /// What to do about a connection that could not be made.
    pub(crate) fn connect_hint(self, error: &str) -> &'static str {
        match self {
            Self::Sqlite => "check the URL, and that the file and its folder can be read and written",
            Self::Postgres => postgres::runner::connect_hint(error),
        }
    }

    /// What a statement declares that no entity can.
    ///
    /// # Errors
    /// It declares nothing that can be: what it is, in words.
    pub fn object(self, sql: &str) -> std::result::Result<Said, String> {
        let sql = match self {
            // It keeps the text without these words.
            Self::Sqlite => object::without_condition(sql),
            Self::Postgres => sql.to_owned(),
        };
        object::read(&sql)
    }

    /// Who holds a write lock on the database in that file, as in ``process 4711 (seachange upgrade head)``.
    /// `None` when nobody else does, or when the system does not tell.
    pub fn lock_holder(self, database: &Path) -> Option<String> {
        match self {
            Self::Sqlite => sqlite::lock_holder(database),
            Self::Postgres => None,
        }
    }
}

/// Reads the schema of the live database from its catalogs, as one snapshot, in a constant number of queries.
/// The connection must be a single one (not a pool of several) and outside of a transaction. `schema` is the one that is
/// meant where none is named; SQLite has none.
///
/// # Errors
///
/// [`Error::Query`](crate::error::Error::Query) when the database refuses, [`Error::Definition`](crate::error::Error::Definition)
/// when it describes an object in words that cannot be understood.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// use seachange::dialect::{self, Dialect};
/// use seachange::model::TableName;
/// use sea_orm::ConnectionTrait;
///
/// let mut options = sea_orm::ConnectOptions::new("sqlite::memory:");
/// options.max_connections(1);
/// let db = sea_orm::Database::connect(options).await.unwrap();
/// db.execute_unprepared("CREATE TABLE users (id INTEGER PRIMARY KEY)").await.unwrap();
/// let schema = dialect::reflect(&db, Dialect::Sqlite, "").await.unwrap();
/// assert!(schema.tables.contains_key(&TableName::new("users")));
/// # });
/// ```
pub async fn reflect(db: &(impl ConnectionTrait + StreamTrait), dialect: Dialect, schema: &str) -> Result<Schema> {
    reflect_one(db, dialect, schema, &[]).await
}

/// The same of one of several schemas, each of which is a database of its own: the others are not looked at.
pub(crate) async fn reflect_one(
    db: &(impl ConnectionTrait + StreamTrait),
    dialect: Dialect,
    schema: &str,
    all: &[String],
) -> Result<Schema> {
    match dialect {
        Dialect::Sqlite => sqlite::reflect(db).await,
        Dialect::Postgres => postgres::reflect(db, schema, all).await,
    }
}

/// The schema in a room of [`Dialect::enclosure`]: of all others nothing is looked at.
pub(crate) async fn reflect_enclosed(
    db: &(impl ConnectionTrait + StreamTrait),
    dialect: Dialect,
    schema: &str,
    also: Option<&str>,
    all: &[String],
) -> Result<Schema> {
    match dialect {
        Dialect::Sqlite => sqlite::reflect(db).await,
        Dialect::Postgres => postgres::reflect_beside(db, schema, also, all).await,
    }
}

/// Why nothing can be changed over the connection, if the database says that of itself.
///
/// # Errors
/// The connection fails.
pub(crate) async fn only_reads(db: &impl ConnectionTrait, dialect: Dialect) -> Result<Option<&'static str>> {
    match dialect {
        // It says so when something is changed, and it is the file that does.
        Dialect::Sqlite => Ok(None),
        Dialect::Postgres => postgres::only_reads(db).await,
    }
}

/// Both sides after the database was asked, and what there is to tell about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// What is declared, in the live form wherever the database calls the two the same.
    pub declared: Schema,
    /// The lock, likewise.
    pub lock: Schema,
    /// What could not be asked, and what the database refuses, in sentences that begin with `note: ` or `warning: `.
    pub notes: Vec<String>,
}

/// Asks the database about the expressions that [`Dialect::reconcile`] left different: those it prints alike are the same.
/// Both sides come canonicalized and reconciled with the live schema. Nothing is asked when nothing is open, nothing is
/// evaluated, and nothing stays behind; where asking is not possible, both sides come back as they were.
///
/// # Errors
/// The connection fails.
///
/// ```
/// # use sea_orm::Database;
/// use seachange::dialect::{self, Dialect, Options};
/// use seachange::model::Schema;
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// let db = Database::connect("sqlite::memory:").await.unwrap();
/// let (empty, options) = (Schema::default(), Options::default());
/// let asked = dialect::ask(&db, Dialect::Sqlite, empty.clone(), empty.clone(), &empty, &options).await.unwrap();
/// assert!(asked.notes.is_empty());
/// # });
/// ```
pub async fn ask(
    db: &impl ConnectionTrait,
    dialect: Dialect,
    declared: Schema,
    lock: Schema,
    live: &Schema,
    options: &Options,
) -> Result<Asked> {
    match dialect {
        // It keeps expressions as they were written, so there is nothing to ask it for.
        Dialect::Sqlite => Ok(Asked { declared, lock, notes: Vec::new() }),
        Dialect::Postgres => postgres::ask(db, declared, lock, live, options).await,
    }
}
