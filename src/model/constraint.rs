//! What belongs to a table besides its columns: keys, constraints and indexes, with their names.

use std::collections::BTreeMap;

use super::TableName;

/// The name of a constraint or index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The name, unquoted.
    pub text: String,
    /// Nobody wrote it: SeaORM makes it from the table and the columns.
    /// A live object that is the same but for its name satisfies it.
    pub inferred: bool,
}

/// The primary key of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrimaryKey {
    /// The constraint's name; SQLite keys often have none.
    pub name: Option<Name>,
    /// The columns in key order.
    pub columns: Vec<String>,
    /// When it is checked.
    pub deferrable: Deferrable,
    /// Columns its index carries along.
    pub include: Vec<String>,
}

/// A unique constraint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unique {
    /// The constraint's name, if it has one.
    pub name: Option<Name>,
    /// The columns in key order.
    pub columns: Vec<String>,
    /// When it is checked.
    pub deferrable: Deferrable,
    /// Columns its index carries along.
    pub include: Vec<String>,
    /// `NULLS NOT DISTINCT`: NULL equals NULL.
    pub nulls_not_distinct: bool,
    /// Where it is written.
    pub placement: Placement,
}

/// When a constraint is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Deferrable {
    /// After each statement, always.
    #[default]
    No,
    /// After each statement, unless a transaction puts it off.
    InitiallyImmediate,
    /// At the end of each transaction, unless it asks for more.
    InitiallyDeferred,
}

/// A foreign key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignKey {
    /// The constraint's name, if it has one.
    pub name: Option<Name>,
    /// The columns of this table.
    pub columns: Vec<String>,
    /// The table referred to.
    pub references: TableName,
    /// Its columns, in the order of `columns`. Never empty: an implicit target is resolved to the primary key.
    pub referenced_columns: Vec<String>,
    /// `ON DELETE`, when something was said.
    pub on_delete: Option<Action>,
    /// `ON UPDATE`, when something was said.
    pub on_update: Option<Action>,
    /// The columns that `ON DELETE SET NULL` and `SET DEFAULT` change, when they are not all of them.
    pub on_delete_columns: Vec<String>,
    /// When it is checked.
    pub deferrable: Deferrable,
    /// `MATCH FULL`: either all of the columns are NULL or none.
    pub match_full: bool,
    /// `NOT VALID`: rows that were there before were not checked.
    pub not_valid: bool,
    /// Where it is written.
    pub placement: Placement,
}

/// What a foreign key does when the row it refers to changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "SQL's own words")]
pub enum Action {
    NoAction,
    Restrict,
    Cascade,
    SetNull,
    SetDefault,
}

/// A check constraint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// The constraint's name, if it has one.
    pub name: Option<Name>,
    /// The SQL expression, without the outer parentheses.
    pub expression: String,
    /// `NO INHERIT`: only for the rows of this table, not of those that inherit from it.
    pub no_inherit: bool,
    /// `NOT VALID`: rows that were there before were not checked.
    pub not_valid: bool,
    /// Where it is written.
    pub placement: Placement,
}

/// An exclusion constraint: no two rows may compare true with all of its operators.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exclusion {
    /// The constraint's name, if it has one.
    pub name: Option<Name>,
    /// The kind of index that enforces it, `None` for the database's own choice.
    pub method: Option<String>,
    /// What is compared, in order.
    pub elements: Vec<ExclusionElement>,
    /// Only rows that meet this SQL condition take part.
    pub predicate: Option<String>,
    /// Columns the index carries along without comparing them.
    pub include: Vec<String>,
    /// When it is checked.
    pub deferrable: Deferrable,
}

/// One column or expression of an exclusion constraint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExclusionElement {
    /// What is compared.
    pub part: IndexPart,
    /// The operator that compares two rows, such as `&&`.
    pub operator: String,
}

/// Where a constraint is written in `CREATE TABLE`. Decides what can be dropped without rebuilding the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Placement {
    /// Behind the definition of the named column; goes with it.
    Column(String),
    /// After the columns.
    Table,
}

/// Any constraint of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "each holds the type of its name")]
pub enum Constraint {
    PrimaryKey(PrimaryKey),
    Unique(Unique),
    ForeignKey(ForeignKey),
    Check(Check),
    Exclusion(Exclusion),
}

/// An index.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is an independent fact about an index")]
pub struct Index {
    /// Its name.
    pub name: Name,
    /// What is indexed, in order.
    pub parts: Vec<IndexPart>,
    /// Whether it refuses duplicates.
    pub unique: bool,
    /// The `WHERE` of a partial index.
    pub predicate: Option<String>,
    /// The kind of index, `None` for the database's usual one.
    pub method: Option<String>,
    /// Columns the index carries along without ordering by them.
    pub include: Vec<String>,
    /// For a unique index: NULL equals NULL.
    pub nulls_not_distinct: bool,
    /// How it is stored: parameters and their values, as the database writes them.
    pub storage: BTreeMap<String, String>,
    /// A wish for its making, of which the database keeps nothing: the table is written to meanwhile.
    pub concurrently: bool,
    /// Left behind by a making that failed: it is kept up to date and never used.
    pub invalid: bool,
}

/// One column or expression of an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexPart {
    /// What is indexed.
    pub key: IndexKey,
    /// Whether the order is descending.
    pub descending: bool,
    /// Where NULL stands, when somebody said so.
    pub nulls: Option<NullsOrder>,
    /// The collation, when it is not the column's own.
    pub collation: Option<String>,
    /// The operators the index serves, when they are not the usual ones of the type.
    pub operator_class: Option<String>,
}

/// Where NULL stands in the order of an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum NullsOrder {
    First,
    Last,
}

/// What an index part indexes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IndexKey {
    /// A column by name.
    Column(String),
    /// A SQL expression, without outer parentheses.
    Expression(String),
}

impl Name {
    /// A name somebody wrote, or that the database has.
    pub fn written(text: impl Into<String>) -> Self {
        Self { text: text.into(), inferred: false }
    }

    /// A name SeaORM makes.
    pub fn inferred(text: impl Into<String>) -> Self {
        Self { text: text.into(), inferred: true }
    }
}

impl Constraint {
    /// When it is checked.
    pub fn deferrable(&self) -> Deferrable {
        match self {
            Self::PrimaryKey(key) => key.deferrable,
            Self::Unique(unique) => unique.deferrable,
            Self::ForeignKey(fk) => fk.deferrable,
            Self::Exclusion(exclusion) => exclusion.deferrable,
            Self::Check(_) => Deferrable::No,
        }
    }

    /// The columns its index carries along.
    pub fn include(&self) -> &[String] {
        match self {
            Self::PrimaryKey(key) => &key.include,
            Self::Unique(unique) => &unique.include,
            Self::Exclusion(exclusion) => &exclusion.include,
            Self::ForeignKey(_) | Self::Check(_) => &[],
        }
    }

    /// Whether rows that were there before were not checked.
    pub fn is_not_valid(&self) -> bool {
        match self {
            Self::ForeignKey(fk) => fk.not_valid,
            Self::Check(check) => check.not_valid,
            Self::PrimaryKey(_) | Self::Unique(_) | Self::Exclusion(_) => false,
        }
    }

    /// The same, whether or not rows that were there before are checked; for one that always checks them, the same.
    #[must_use]
    pub fn with_not_valid(mut self, not_valid: bool) -> Self {
        match &mut self {
            Self::ForeignKey(fk) => fk.not_valid = not_valid,
            Self::Check(check) => check.not_valid = not_valid,
            Self::PrimaryKey(_) | Self::Unique(_) | Self::Exclusion(_) => {}
        }
        self
    }

    /// Whether rows are found by it: a primary key or a unique constraint.
    pub fn is_key(&self) -> bool {
        matches!(self, Self::PrimaryKey(_) | Self::Unique(_))
    }

    /// The constraint's name, if it has one.
    pub fn name(&self) -> Option<&Name> {
        match self {
            Self::PrimaryKey(key) => key.name.as_ref(),
            Self::Unique(unique) => unique.name.as_ref(),
            Self::ForeignKey(fk) => fk.name.as_ref(),
            Self::Check(check) => check.name.as_ref(),
            Self::Exclusion(exclusion) => exclusion.name.as_ref(),
        }
    }
}

impl Check {
    /// A check that says nothing but its expression.
    pub fn new(name: Option<Name>, expression: impl Into<String>, placement: Placement) -> Self {
        Self { name, expression: expression.into(), no_inherit: false, not_valid: false, placement }
    }
}

impl PrimaryKey {
    /// A key that says nothing but its columns.
    pub fn new(name: Option<Name>, columns: Vec<String>) -> Self {
        Self { name, columns, deferrable: Deferrable::No, include: Vec::new() }
    }
}

impl Unique {
    /// A constraint that says nothing but its columns.
    pub fn new(name: Option<Name>, columns: Vec<String>, placement: Placement) -> Self {
        let include = Vec::new();
        Self { name, columns, deferrable: Deferrable::No, include, nulls_not_distinct: false, placement }
    }
}

impl Index {
    /// An index that says nothing but what it indexes.
    ///
    /// ```
    /// use seachange::model::{Index, IndexPart, Name};
    /// let index = Index { unique: true, ..Index::new(Name::written("by_name"), vec![IndexPart::column("name")]) };
    /// assert_eq!(index.predicate, None);
    /// ```
    pub fn new(name: Name, parts: Vec<IndexPart>) -> Self {
        Self {
            name,
            parts,
            unique: false,
            predicate: None,
            method: None,
            include: Vec::new(),
            nulls_not_distinct: false,
            storage: BTreeMap::new(),
            concurrently: false,
            invalid: false,
        }
    }
}

impl IndexPart {
    /// The columns among some parts.
    pub fn columns<'a>(parts: impl IntoIterator<Item = &'a Self>) -> Vec<String> {
        let column = |part: &Self| match &part.key {
            IndexKey::Column(column) => Some(column.clone()),
            IndexKey::Expression(_) => None,
        };
        parts.into_iter().filter_map(column).collect()
    }

    /// Something in ascending order and with all that is usual.
    pub fn new(key: IndexKey) -> Self {
        Self { key, descending: false, nulls: None, collation: None, operator_class: None }
    }

    /// A column in ascending order.
    pub fn column(name: impl Into<String>) -> Self {
        Self::new(IndexKey::Column(name.into()))
    }
}
