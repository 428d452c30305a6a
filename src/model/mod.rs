//! What a database schema is: plain data, the same types for entities and for the live database.
//! Knows no dialect, no source file format and no SQL.

mod constraint;
mod shared;
mod variant;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;
use std::sync::Arc;

pub use self::constraint::{
    Action, Check, Constraint, Deferrable, Exclusion, ExclusionElement, ForeignKey, Index, IndexKey, IndexPart, Name,
    NullsOrder, Placement, PrimaryKey, Unique,
};
pub use self::shared::Shared;
pub(crate) use self::variant::shown;
pub use self::variant::{Conversion, Variant};
use crate::error::Diagnostic;

/// Everything that is compared: the tables of one database, and the objects known only by their text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Schema {
    /// The tables by name.
    pub tables: BTreeMap<TableName, Shared<Table>>,
    /// Enum types that are objects of their own.
    pub enums: BTreeMap<TableName, EnumType>,
    /// What no entity can declare: views, functions, extensions and the like, by their names. The name of a function is
    /// its signature as SQL writes it.
    pub verbatim: BTreeMap<TableName, Verbatim>,
    /// What the database holds and this model has no place for, in words. Never touched.
    pub unmodelled: BTreeSet<String>,
}

/// The schema that holds these tables and nothing else.
impl<T: Into<Shared<Table>>> FromIterator<T> for Schema {
    fn from_iter<I: IntoIterator<Item = T>>(tables: I) -> Self {
        let tables = tables.into_iter().map(Into::into).map(|table: Shared<Table>| (table.name.clone(), table));
        Self { tables: tables.collect(), ..Self::default() }
    }
}

impl Schema {
    /// The tables a table refers to, itself not counted.
    pub fn referenced_by(table: &Table) -> BTreeSet<&TableName> {
        table.foreign_keys.iter().map(|fk| &fk.references).filter(|name| **name != table.name).collect()
    }

    /// The schema with the tables of another where they are the same, so that both hold them once.
    #[must_use]
    pub fn sharing(mut self, other: &Self) -> Self {
        for (name, table) in &mut self.tables {
            if let Some(same) = other.tables.get(name).filter(|other| *other == table) {
                *table = same.clone();
            }
        }
        self
    }
}

/// An enum type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnumType {
    /// Its values in their order.
    pub values: Vec<String>,
    /// The comment on it.
    pub comment: Option<String>,
}

/// The name of a table or view, with the schema it lives in when one was given.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TableName {
    /// The database schema, `None` for the default one.
    pub schema: Option<String>,
    /// The name itself, unquoted.
    pub name: String,
}

/// A table with everything that goes when it is dropped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its name; the same as its key in [`Schema::tables`].
    pub name: TableName,
    /// The columns in their order. Order is kept for creating, never compared.
    pub columns: Vec<Column>,
    /// The primary key, if it has one.
    pub primary_key: Option<PrimaryKey>,
    /// Unique constraints. Unique indexes are in [`Table::indexes`].
    pub uniques: Vec<Unique>,
    /// Foreign keys that start at this table.
    pub foreign_keys: Vec<ForeignKey>,
    /// Check constraints.
    pub checks: Vec<Check>,
    /// Exclusion constraints.
    pub exclusions: Vec<Exclusion>,
    /// Indexes that are objects of their own, unique ones included.
    pub indexes: Vec<Index>,
    /// Triggers, rules and policies on this table; known only by their text.
    pub attachments: Vec<Attachment>,
    /// The tables that hold a part of its rows. They come and go with it.
    pub partitions: Vec<Partition>,
    /// How the table is stored.
    pub options: TableOptions,
    /// The comment on the table.
    pub comment: Option<String>,
    /// The comments on its constraints, indexes and attachments.
    pub comments: BTreeMap<Part, String>,
    /// Clauses of the live table that this model has no place for, as written. Such a table is never rebuilt.
    pub unmodelled: Vec<String>,
}

/// How a table is stored.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TableOptions {
    /// `STRICT`: values must have the declared type.
    pub strict: bool,
    /// `WITHOUT ROWID`.
    pub without_rowid: bool,
    /// What stands behind `PARTITION BY`.
    pub partition_by: Option<String>,
    /// `UNLOGGED`: lost when the server crashes.
    pub unlogged: bool,
    /// Storage parameters and their values, as the database writes them.
    pub storage: BTreeMap<String, String>,
    /// Whether policies decide who sees which rows.
    pub row_security: RowSecurity,
    /// What is said about its keys and required columns beyond what these are.
    pub clauses: BTreeMap<ClauseOf, Clause>,
}

/// What a [`Clause`] is said about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ClauseOf {
    /// That a column is NOT NULL.
    NotNull(String),
    /// The primary key.
    PrimaryKey,
    /// The unique constraint of these columns.
    Unique(Vec<String>),
}

/// What can be said about a constraint beyond what it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Clause {
    /// What stands behind each column of a key, as in `COLLATE NOCASE DESC`; empty where nothing does for any of them.
    pub order: Vec<String>,
    /// The key is written behind its column, where its order means something else than behind all columns.
    pub on_column: bool,
    /// What `ON CONFLICT` asks for.
    pub on_conflict: Option<String>,
}

/// Whether the policies of a table decide who sees which rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RowSecurity {
    /// They do not.
    #[default]
    Off,
    /// For everybody but the table's owner.
    Enabled,
    /// For the owner, too.
    Forced,
}

/// Something of a table that has a name of its own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each holds the name of what it says")]
pub enum Part {
    /// Of a view; a table's columns have their own comments.
    Column(String),
    Constraint(String),
    Index(String),
    Attachment(AttachmentKind, String),
}

/// A table that holds a part of the rows of another: a partition, or a child that inherits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partition {
    /// Its name.
    pub name: TableName,
    /// The statements that make it once its parent is there, without their semicolons.
    pub sql: Vec<String>,
}

/// One column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name in the database.
    pub name: String,
    /// Its type.
    pub data_type: ColumnType,
    /// Its type in the words of single databases, by the names of their dialects. Canonicalization takes the one that
    /// is its own and forgets the others.
    pub written_types: BTreeMap<String, String>,
    /// Whether it may be NULL.
    pub nullable: bool,
    /// The value of rows that give none.
    pub default: Option<ColumnDefault>,
    /// Set for a generated column.
    pub generated: Option<Generated>,
    /// Whether the database counts up its values.
    pub auto_increment: AutoIncrement,
    /// Set for a column that `GENERATED ... AS IDENTITY` counts up.
    pub identity: Option<Box<Identity>>,
    /// The sequence that belongs to a column that counts, when it is not the one the database makes by itself.
    pub sequence: Option<Box<OwnedSequence>>,
    /// The collation, when one is named.
    pub collation: Option<String>,
    /// The only values the entity can hold, for a string enum, in their order.
    pub values: Option<Vec<String>>,
    /// The variants of the enum it holds, in their order, where they are known. What a live column holds is known from the lock.
    pub variants: Vec<Variant>,
    /// SQL the entity appends to the column verbatim (`extra = "…"`).
    pub extra: Option<String>,
    /// The comment on the column.
    pub comment: Option<String>,
    /// How the live one keeps its values, in the words behind `ALTER COLUMN`. No comparison looks at it, and another type
    /// must not lose it.
    pub tuning: Vec<String>,
    /// What rows that are there get as they have to have a value, as SQL over their other columns: a wish for one operation,
    /// of which neither side of a comparison keeps anything.
    pub fill: Option<String>,
}

/// The type of a column: its meaning, and the words it is or will be written in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnType {
    /// What it means.
    pub kind: DataType,
    /// How the database spells it. `None` until the declared side is canonicalized for a dialect.
    pub text: Option<String>,
    /// Nobody wrote it: it follows from the Rust type of the field, and any type that holds the same values satisfies it.
    pub inferred: bool,
}

/// The types a column can have, whatever they are called.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of SeaQuery's `ColumnType`")]
pub enum DataType {
    Boolean,
    TinyInteger,
    SmallInteger,
    Integer,
    BigInteger,
    TinyUnsigned,
    SmallUnsigned,
    Unsigned,
    BigUnsigned,
    Float,
    Double,
    /// Precision and scale.
    Decimal(Option<(u32, u32)>),
    Money(Option<(u32, u32)>),
    Char(Option<u32>),
    /// `varchar`, with a length or without.
    String(Option<u32>),
    Text,
    Blob,
    /// Fixed length.
    Binary(u32),
    VarBinary(Option<u32>),
    Bit(Option<u32>),
    VarBit(u32),
    Date,
    Time,
    DateTime,
    Timestamp,
    TimestampWithTimeZone,
    Year,
    Interval,
    Json,
    JsonBinary,
    Uuid,
    Cidr,
    Inet,
    MacAddr,
    LTree,
    Vector(Option<u32>),
    /// A named enum type; its values are in [`Column::values`].
    Enum(String),
    Array(Box<DataType>),
    /// A type known only by its SQL name.
    Custom(String),
}

/// The default of a column: its meaning, and the words it is written in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnDefault {
    /// What it means.
    pub value: DefaultValue,
    /// How the database spells it. `None` until the declared side is canonicalized for a dialect.
    pub text: Option<String>,
}

/// What a default is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DefaultValue {
    /// A constant.
    Literal(Literal),
    /// SQL text that the database evaluates for each row, such as `CURRENT_TIMESTAMP`.
    Expression(String),
}

/// A constant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Literal {
    /// `NULL`, written out.
    Null,
    /// `TRUE` or `FALSE`.
    Bool(bool),
    /// A whole number.
    Integer(i128),
    /// Any other number, as written.
    Real(String),
    /// A string, unquoted.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
}

/// A column the database computes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generated {
    /// The SQL expression.
    pub expression: String,
    /// Kept on disk (`STORED`) instead of computed at each read (`VIRTUAL`).
    pub stored: bool,
}

/// Whether the database counts up the values of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AutoIncrement {
    /// It does not.
    No,
    /// It does.
    Yes,
    /// Nobody said; SeaORM asks for it because the primary key is this one column.
    /// Satisfied by any column that gets a fresh value by itself.
    Inferred,
}

/// How `GENERATED ... AS IDENTITY` counts. What is `None` is the database's own choice.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Identity {
    /// `ALWAYS`: no row may bring a value of its own. Otherwise `BY DEFAULT`.
    pub always: bool,
    /// The first number.
    pub start: Option<i64>,
    /// From one number to the next.
    pub increment: Option<i64>,
    /// The smallest number.
    pub min: Option<i64>,
    /// The largest number.
    pub max: Option<i64>,
    /// How many numbers a connection takes at once.
    pub cache: Option<i64>,
    /// Whether the first number comes again behind the last.
    pub cycle: bool,
}

/// A sequence that belongs to a column and goes with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnedSequence {
    /// Its name.
    pub name: TableName,
    /// Its type, when it is not that of the column.
    pub data_type: Option<String>,
    /// How it counts; `always` means nothing here.
    pub options: Identity,
}

/// Something on a table or view that is known only by its `CREATE` statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// What it is.
    pub kind: AttachmentKind,
    /// Its name.
    pub name: String,
    /// The whole statement, without the final semicolon.
    pub sql: String,
}

/// The kinds of attachments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "SQL's own words")]
pub enum AttachmentKind {
    Trigger,
    Rule,
    Policy,
    /// Of a materialized view.
    Index,
}

/// An object known only by its `CREATE` statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verbatim {
    /// What it is.
    pub kind: VerbatimKind,
    /// The whole statement, without the final semicolon.
    pub sql: String,
    /// The triggers on a view, the indexes of a materialized one; they go when it is dropped.
    pub attachments: Vec<Attachment>,
    /// The comment on it.
    pub comment: Option<String>,
    /// The comments on its columns, triggers and indexes.
    pub comments: BTreeMap<Part, String>,
    /// The tables and columns it reads, where the database tells.
    pub uses: BTreeSet<ObjectPath>,
    /// The columns of a view, where the database tells.
    pub columns: Vec<String>,
    /// What only the live one has and nobody could make anew, in words.
    pub lost_with_it: Vec<String>,
    /// A materialized view that holds nothing yet, not even no rows.
    pub unfilled: bool,
}

/// The kinds of objects known only by their text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "SQL's own words")]
pub enum VerbatimKind {
    View,
    VirtualTable,
    MaterializedView,
    Function,
    Sequence,
    Domain,
    CompositeType,
    Extension,
    /// What other objects are in. Made when something is the first in it, and never dropped.
    Namespace,
}

/// A rename somebody asked for. Asking for one that is already done means nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rename {
    /// A whole table.
    Table {
        /// Its name before.
        from: TableName,
        /// Its name after.
        to: TableName,
    },
    /// A column.
    Column {
        /// The table, by its name after all renames.
        table: TableName,
        /// Its name before.
        from: String,
        /// Its name after.
        to: String,
    },
    /// An enum type.
    Enum {
        /// Its name before.
        from: TableName,
        /// Its name after.
        to: TableName,
    },
    /// A value of an enum type.
    Value {
        /// The type.
        of: TableName,
        /// The value before.
        from: String,
        /// The value after.
        to: String,
    },
}

impl Rename {
    /// The thing by its name before; an enum type as a table, and its values as columns.
    pub fn before(&self) -> ObjectPath {
        match self.clone() {
            Self::Table { from, .. } | Self::Enum { from, .. } => ObjectPath::Table(from),
            Self::Column { table, from, .. } => ObjectPath::Column(table, from),
            Self::Value { of, from, .. } => ObjectPath::Column(of, from),
        }
    }

    /// The thing by its name after.
    pub fn after(&self) -> ObjectPath {
        match self.clone() {
            Self::Table { to, .. } | Self::Enum { to, .. } => ObjectPath::Table(to),
            Self::Column { table, to, .. } => ObjectPath::Column(table, to),
            Self::Value { of, to, .. } => ObjectPath::Column(of, to),
        }
    }
}

/// What entities declare: the schema, the renames they ask for, and where each thing is said.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Declared {
    /// The schema.
    pub schema: Schema,
    /// `renamed_from` on fields and structs, and whatever else was said of names.
    pub renames: Vec<Rename>,
    /// Those of the renames that are meant for this once: names may change places, which looks the same before and after.
    pub once: Vec<Rename>,
    /// The views that entities read. They are in no table of the schema: nothing is made or compared.
    pub views: BTreeSet<TableName>,
    /// What is worth a look in their source, in the order of files and lines.
    pub warnings: Vec<Diagnostic>,
    /// The tables of entities that are somebody else's business: never compared, and never dropped because they were
    /// declared once.
    pub ignored: BTreeSet<TableName>,
    /// What rows that are there get in columns that come to need a value, as SQL.
    pub fills: BTreeMap<ObjectPath, String>,
    /// Where tables and columns are declared.
    pub origins: BTreeMap<ObjectPath, Location>,
    /// Where it is said what they are like, file by file.
    pub details: BTreeMap<TableName, Vec<Details>>,
}

/// Where a file says what a table is like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Details {
    /// The file, as in a [`Location`].
    pub file: Arc<Path>,
    /// What is said, with its line and column.
    pub places: Vec<(Detail, u32, u32)>,
}

/// Something that is said of a table in a place of its own: by an attribute, not by the field or struct that it stands on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Detail {
    /// What a column is like.
    Column(String, Aspect),
    /// An index, by its columns.
    Index(Vec<String>),
    /// A unique constraint.
    Unique(Vec<String>),
    /// A foreign key.
    ForeignKey(Vec<String>),
    /// A check: its name, and the column that it stands on.
    Check(Option<String>, Option<String>),
    /// An exclusion constraint.
    Exclusion(Vec<String>),
}

/// What can be said of a column by an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the words say it")]
pub enum Aspect {
    Type,
    Default,
    Comment,
    Collation,
    Computed,
}

/// What a message or a location is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ObjectPath {
    /// A table.
    Table(TableName),
    /// A column of a table.
    Column(TableName, String),
}

/// A place in a source file. Lines and columns count from 1.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// The file, relative to the project where possible. One that a thousand places share.
    pub file: Arc<Path>,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
}

impl Declared {
    /// Where something is said of a table in a place of its own. A database without schemas knows a table by its bare name.
    pub fn detail(&self, table: &TableName, is_it: impl Fn(&Detail) -> bool) -> Option<Location> {
        let bare = || self.details.iter().find(|(name, _)| name.name == table.name).map(|(_, details)| details);
        let bare = || if table.schema.is_none() { bare() } else { None };
        self.details.get(table).or_else(bare)?.iter().find_map(|details| {
            let (_, line, column) = details.places.iter().find(|(detail, ..)| is_it(detail))?;
            Some(Location { file: details.file.clone(), line: *line as usize, column: *column as usize })
        })
    }

    /// Where the object is declared. A database without schemas knows a table by its bare name; that finds it, too.
    ///
    /// ```
    /// use seachange::model::{Declared, Location, ObjectPath, TableName};
    ///
    /// let place = Location { file: std::path::Path::new("src/users.rs").into(), line: 3, column: 1 };
    /// let users = TableName { schema: Some("shop".to_owned()), name: "users".to_owned() };
    /// let declared = Declared { origins: [(ObjectPath::Table(users), place.clone())].into(), ..Declared::default() };
    /// assert_eq!(declared.place(&ObjectPath::Table(TableName::new("users"))), Some(&place));
    /// ```
    pub fn place(&self, object: &ObjectPath) -> Option<&Location> {
        let is_it = |path: &ObjectPath| match (path, object) {
            (ObjectPath::Table(path), ObjectPath::Table(object)) => path.name == object.name,
            (ObjectPath::Column(path, column), ObjectPath::Column(object, wanted)) => {
                path.name == object.name && column == wanted
            }
            (ObjectPath::Table(_), ObjectPath::Column(..)) | (ObjectPath::Column(..), ObjectPath::Table(_)) => false,
        };
        let bare = || self.origins.iter().find(|(path, _)| is_it(path)).map(|(_, place)| place);
        self.origins.get(object).or_else(|| if object.table().schema.is_none() { bare() } else { None })
    }
}

impl ObjectPath {
    /// The table it is or belongs to.
    pub fn table(&self) -> &TableName {
        match self {
            Self::Table(table) | Self::Column(table, _) => table,
        }
    }
}

impl TableName {
    /// A table in the default schema.
    ///
    /// ```
    /// assert_eq!(seachange::model::TableName::new("users").to_string(), "users");
    /// ```
    pub fn new(name: impl Into<String>) -> Self {
        Self { schema: None, name: name.into() }
    }

    /// What people write: `schema.table`, or `table` alone.
    ///
    /// ```
    /// use seachange::model::TableName;
    ///
    /// assert_eq!(TableName::parse("audit.users").schema.as_deref(), Some("audit"));
    /// assert_eq!(TableName::parse("users"), TableName::new("users"));
    /// ```
    pub fn parse(text: &str) -> Self {
        match text.split_once('.') {
            Some((schema, name)) => Self { schema: Some(schema.to_owned()), name: name.to_owned() },
            None => Self::new(text),
        }
    }
}

impl fmt::Display for TableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.schema {
            Some(schema) => write!(f, "{schema}.{}", self.name),
            None => f.write_str(&self.name),
        }
    }
}

impl fmt::Display for ObjectPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Table(table) => write!(f, "{table}"),
            Self::Column(table, column) => write!(f, "{table}.{column}"),
        }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file.display(), self.line, self.column)
    }
}

impl Table {
    /// A table with a name and nothing else.
    pub fn new(name: TableName) -> Self {
        Self {
            name,
            columns: Vec::new(),
            primary_key: None,
            uniques: Vec::new(),
            foreign_keys: Vec::new(),
            checks: Vec::new(),
            exclusions: Vec::new(),
            indexes: Vec::new(),
            attachments: Vec::new(),
            partitions: Vec::new(),
            options: TableOptions::default(),
            comment: None,
            comments: BTreeMap::new(),
            unmodelled: Vec::new(),
        }
    }

    /// The column of that name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// Whether the column belongs to the primary key.
    pub fn is_key(&self, column: &str) -> bool {
        self.primary_key.as_ref().is_some_and(|key| key.columns.iter().any(|name| name == column))
    }

    /// All constraints: primary key, uniques, foreign keys, checks, exclusions.
    pub fn constraints(&self) -> impl Iterator<Item = Constraint> {
        self.primary_key
            .iter()
            .cloned()
            .map(Constraint::PrimaryKey)
            .chain(self.uniques.iter().cloned().map(Constraint::Unique))
            .chain(self.foreign_keys.iter().cloned().map(Constraint::ForeignKey))
            .chain(self.checks.iter().cloned().map(Constraint::Check))
            .chain(self.exclusions.iter().cloned().map(Constraint::Exclusion))
    }
}

impl Column {
    /// A plain nullable column of that type.
    pub fn new(name: impl Into<String>, data_type: ColumnType) -> Self {
        Self {
            name: name.into(),
            data_type,
            written_types: BTreeMap::new(),
            nullable: true,
            default: None,
            generated: None,
            auto_increment: AutoIncrement::No,
            identity: None,
            sequence: None,
            collation: None,
            values: None,
            variants: Vec::new(),
            extra: None,
            comment: None,
            tuning: Vec::new(),
            fill: None,
        }
    }
}

impl Column {
    /// The default, if it gives more than NULL.
    pub fn value_by_default(&self) -> Option<&ColumnDefault> {
        self.default.as_ref().filter(|default| default.value != DefaultValue::Literal(Literal::Null))
    }

    /// What stands for the value of rows that hold NULL where they no longer may, as SQL: what somebody said, or else the
    /// default.
    pub fn filling(&self) -> Option<Cow<'_, str>> {
        let default = || Some(Cow::Borrowed(self.value_by_default()?.text.as_deref()?));
        self.fill_in_place().or_else(default)
    }

    /// What somebody said rows get, as one operand of whatever stands around it: an end of line or a comment in it must not
    /// swallow what follows.
    pub fn fill_in_place(&self) -> Option<Cow<'_, str>> {
        let is_plain = |sql: &str| {
            let inside =
                sql.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')).filter(|text| !text.contains('\''));
            inside.is_some() || sql.chars().all(|letter| letter.is_alphanumeric() || letter == '_' || letter == '.')
        };
        self.fill.as_deref().map(|sql| match sql {
            sql if is_plain(sql) => Cow::Borrowed(sql),
            sql if sql.contains("--") => Cow::Owned(format!("({sql}\n)")),
            sql => Cow::Owned(format!("({sql})")),
        })
    }

    /// Whether a row must have a value of its own: the column is neither computed nor counted.
    pub fn is_given(&self) -> bool {
        self.generated.is_none() && self.auto_increment == AutoIncrement::No && self.identity.is_none()
    }

    /// Whether a row must give a value: it may not be NULL, and nothing else provides one.
    pub fn needs_value(&self) -> bool {
        !self.nullable && self.fill.is_none() && self.value_by_default().is_none() && self.is_given()
    }
}

impl DataType {
    /// Whether it holds whole numbers.
    pub(crate) fn is_integer(&self) -> bool {
        matches!(
            self,
            Self::TinyInteger
                | Self::SmallInteger
                | Self::Integer
                | Self::BigInteger
                | Self::TinyUnsigned
                | Self::SmallUnsigned
                | Self::Unsigned
                | Self::BigUnsigned
        )
    }

    /// Whether it holds several values of another type.
    pub(crate) fn is_array(&self) -> bool {
        matches!(self, Self::Array(_))
    }

    /// The name of the enum type, for a column of one or of arrays of it.
    pub fn enum_name(&self) -> Option<&str> {
        match self {
            Self::Enum(name) => Some(name),
            Self::Array(element) => element.enum_name(),
            _ => None,
        }
    }
}

impl ColumnType {
    /// A type somebody wrote.
    pub fn written(kind: DataType) -> Self {
        Self { kind, text: None, inferred: false }
    }

    /// A type that follows from the Rust type of the field.
    pub fn inferred(kind: DataType) -> Self {
        Self { kind, text: None, inferred: true }
    }
}

impl Verbatim {
    /// An object that says nothing but its text.
    pub fn new(kind: VerbatimKind, sql: impl Into<String>) -> Self {
        Self {
            kind,
            sql: sql.into(),
            attachments: Vec::new(),
            comment: None,
            comments: BTreeMap::new(),
            uses: BTreeSet::new(),
            columns: Vec::new(),
            lost_with_it: Vec::new(),
            unfilled: false,
        }
    }

    /// Whether it has what the comment is on.
    pub fn has_part(&self, part: &Part) -> bool {
        match part {
            Part::Column(name) => self.columns.contains(name),
            Part::Index(name) => {
                self.attachments.iter().any(|own| own.kind == AttachmentKind::Index && own.name == *name)
            }
            Part::Attachment(kind, name) => self.attachments.iter().any(|own| own.kind == *kind && own.name == *name),
            Part::Constraint(_) => false,
        }
    }
}

impl AttachmentKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Trigger, Self::Rule, Self::Policy, Self::Index];
}

impl VerbatimKind {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::View,
        Self::VirtualTable,
        Self::MaterializedView,
        Self::Function,
        Self::Sequence,
        Self::Domain,
        Self::CompositeType,
        Self::Extension,
        Self::Namespace,
    ];

    /// Whether it can be read like a table.
    pub fn is_relation(self) -> bool {
        match self {
            Self::View | Self::VirtualTable | Self::MaterializedView => true,
            Self::Function
            | Self::Sequence
            | Self::Domain
            | Self::CompositeType
            | Self::Extension
            | Self::Namespace => false,
        }
    }
}

impl fmt::Display for AttachmentKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Trigger => "trigger",
            Self::Rule => "rule",
            Self::Policy => "policy",
            Self::Index => "index",
        })
    }
}

impl fmt::Display for VerbatimKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::View => "view",
            Self::VirtualTable => "virtual table",
            Self::MaterializedView => "materialized view",
            Self::Function => "function",
            Self::Sequence => "sequence",
            Self::Domain => "domain",
            Self::CompositeType => "composite type",
            Self::Extension => "extension",
            Self::Namespace => "schema",
        })
    }
}
