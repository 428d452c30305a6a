//! The language of `#[seachange(...)]`: which keys there are, what each takes and where it may stand, and what is wrong
//! with an attribute that says something else.
//!
//! Two crates compile this folder: the derive, which must bring no dependency into the crates of entities, and seachange
//! itself, so that its reader understands and refuses exactly what the compiler does, in the same words. A crate of
//! procedural macros can export nothing but macros, which is why the files are shared and not the crate. Hence nothing
//! here may use another crate, nor know what a span is: `S` stands for the spans of `proc_macro` and of `proc_macro2`.

mod check;
mod parse;
pub(crate) mod tree;

pub(crate) use self::check::{Attribute, check};
pub(crate) use self::parse::Token;

/// What is wrong, where, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Complaint<S> {
    pub(crate) span: S,
    pub(crate) message: String,
    pub(crate) help: String,
}

/// What to say to an attribute on a field that is a relation of SeaORM's.
pub(crate) fn on_relation<S>(span: S) -> Complaint<S> {
    Complaint {
        span,
        message: "`#[seachange(...)]` on a relation".to_owned(),
        help: "write it on the struct: `foreign_key(columns = [...], ...)`".to_owned(),
    }
}

/// A key of the language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Word {
    Always,
    ByDefault,
    Cache,
    Check,
    Collate,
    Columns,
    Comment,
    Concurrently,
    Cycle,
    Deferrable,
    Desc,
    Elements,
    Exclude,
    Fill,
    ForeignKey,
    Generated,
    Identity,
    Ignore,
    Include,
    Increment,
    Index,
    InitiallyDeferred,
    MatchFull,
    Max,
    Min,
    Name,
    NotValid,
    NullsFirst,
    NullsLast,
    NullsNotDistinct,
    OperatorClass,
    PartitionBy,
    Postgres,
    PrimaryKey,
    RenamedFrom,
    Replaces,
    Sqlite,
    Start,
    Stored,
    Strict,
    Type,
    Unique,
    Using,
    View,
    Virtual,
    Where,
    With,
    WithoutRowid,
}

/// A place where keys may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// `#[seachange(...)]` on the struct.
    Struct,
    /// `#[seachange(...)]` on a field.
    Field,
    /// `#[seachange(...)]` on an enum.
    Enum,
    /// `#[seachange(...)]` on a variant of an enum.
    Variant,
    /// `index(...)` on the struct.
    Index,
    /// `index(...)` on a field.
    FieldIndex,
    /// The parentheses behind an entry of an index's `columns`.
    Part,
    /// `unique(...)` on the struct.
    Unique,
    /// `unique(...)` on a field.
    FieldUnique,
    /// `check("...", ...)`.
    Check,
    /// `exclude(...)`.
    Exclude,
    /// The parentheses behind an entry of `elements`.
    Element,
    /// `foreign_key(...)` on the struct.
    ForeignKey,
    /// `foreign_key(...)` on a field.
    FieldForeignKey,
    /// `primary_key(...)`.
    PrimaryKey,
    /// `generated("...", ...)`.
    Generated,
    /// `identity(...)`.
    Identity,
    /// `type(...)`.
    Type,
}

/// What stands behind a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Takes {
    /// Nothing.
    Nothing,
    /// `= "..."`.
    Text,
    /// `= 1`.
    Number,
    /// `= [a, b]`, fields of the struct.
    Fields,
    /// `= [a, b(...), expression("...", ...), "..."]`: fields and expressions, with details.
    Parts(Scope),
    /// `(name = value, ...)` with names that only the database knows.
    Settings,
    /// `(...)`.
    Details(Scope),
    /// `(...)`, or nothing.
    MaybeDetails(Scope),
    /// `("...")` or `("...", ...)`: SQL, then details.
    Sql(Scope),
}

/// A row of the language's table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Key {
    pub(crate) word: Word,
    /// As it is written.
    pub(crate) name: &'static str,
    /// Where it may stand.
    pub(crate) within: &'static [Scope],
    pub(crate) takes: Takes,
    pub(crate) number: Number,
    /// What it says, in a sentence.
    pub(crate) doc: &'static str,
}

/// How often a key may stand in one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Number {
    AtMostOnce,
    /// The entry means nothing without it.
    Once,
    /// As often as one likes.
    Any,
}

const INDEXES: &[Scope] = &[Scope::Index, Scope::FieldIndex];
const PARTS: &[Scope] = &[Scope::Part, Scope::FieldIndex];
const FOREIGN_KEYS: &[Scope] = &[Scope::ForeignKey, Scope::FieldForeignKey];
const NAMED: &[Scope] = &[
    Scope::Index,
    Scope::FieldIndex,
    Scope::Unique,
    Scope::FieldUnique,
    Scope::Check,
    Scope::Exclude,
    Scope::ForeignKey,
    Scope::FieldForeignKey,
    Scope::PrimaryKey,
];
const DEFERRED: &[Scope] =
    &[Scope::PrimaryKey, Scope::Unique, Scope::FieldUnique, Scope::Exclude, Scope::ForeignKey, Scope::FieldForeignKey];
const ANYWHERE: &[Scope] = &[Scope::Struct, Scope::Field];

const fn key(
    word: Word,
    name: &'static str,
    within: &'static [Scope],
    takes: Takes,
    number: Number,
    doc: &'static str,
) -> Key {
    Key { word, name, within, takes, number, doc }
}

/// The whole language. Messages and checks are made from it, and a test holds the documentation against it.
#[rustfmt::skip]
pub(crate) const KEYS: &[Key] = &[
    key(Word::Index, "index", &[Scope::Struct], Takes::Details(Scope::Index), Number::Any, "An index over fields and expressions."),
    key(Word::Index, "index", &[Scope::Field], Takes::MaybeDetails(Scope::FieldIndex), Number::Any, "An index over this field."),
    key(Word::Unique, "unique", &[Scope::Struct], Takes::Details(Scope::Unique), Number::Any, "A unique constraint over fields."),
    key(Word::Unique, "unique", &[Scope::Field], Takes::MaybeDetails(Scope::FieldUnique), Number::AtMostOnce, "A unique constraint over this field."),
    key(Word::Unique, "unique", INDEXES, Takes::Nothing, Number::AtMostOnce, "The index refuses duplicates."),
    key(Word::Check, "check", ANYWHERE, Takes::Sql(Scope::Check), Number::Any, "A condition every row must meet."),
    key(Word::Exclude, "exclude", &[Scope::Struct], Takes::Details(Scope::Exclude), Number::Any, "No two rows may compare true with all operators."),
    key(Word::ForeignKey, "foreign_key", &[Scope::Struct], Takes::Details(Scope::ForeignKey), Number::Any, "Details of the foreign key that a relation declares over these fields."),
    key(Word::ForeignKey, "foreign_key", &[Scope::Field], Takes::Details(Scope::FieldForeignKey), Number::AtMostOnce, "Details of the foreign key that a relation declares over this field."),
    key(Word::PrimaryKey, "primary_key", &[Scope::Struct], Takes::Details(Scope::PrimaryKey), Number::AtMostOnce, "The primary key's name and details."),
    key(Word::Comment, "comment", ANYWHERE, Takes::Text, Number::AtMostOnce, "The comment on the table or column."),
    key(Word::RenamedFrom, "renamed_from", ANYWHERE, Takes::Text, Number::AtMostOnce, "What the table or column was called before; a table with its schema (`old.users`), if that was another."),
    key(Word::RenamedFrom, "renamed_from", &[Scope::Enum], Takes::Text, Number::AtMostOnce, "What the enum type was called before."),
    key(Word::RenamedFrom, "renamed_from", &[Scope::Variant], Takes::Text, Number::AtMostOnce, "What was stored for the variant before."),
    key(Word::Replaces, "replaces", &[Scope::Variant], Takes::Text, Number::Any, "A stored value that is gone: rows that hold it become this variant."),
    key(Word::Fill, "fill", &[Scope::Field], Takes::Text, Number::AtMostOnce, "What rows that are there get when the column comes to need a value."),
    key(Word::PartitionBy, "partition_by", &[Scope::Struct], Takes::Text, Number::AtMostOnce, "How the table is partitioned."),
    key(Word::Strict, "strict", &[Scope::Struct], Takes::Nothing, Number::AtMostOnce, "SQLite refuses values that are not of the column's type."),
    key(Word::WithoutRowid, "without_rowid", &[Scope::Struct], Takes::Nothing, Number::AtMostOnce, "SQLite stores the rows in the primary key."),
    key(Word::View, "view", &[Scope::Struct], Takes::Nothing, Number::AtMostOnce, "The entity reads a view: there is no table to make."),
    key(Word::Ignore, "ignore", &[Scope::Struct], Takes::Nothing, Number::AtMostOnce, "The table is somebody else's business."),
    key(Word::Generated, "generated", &[Scope::Field], Takes::Sql(Scope::Generated), Number::AtMostOnce, "The database computes the value."),
    key(Word::Identity, "identity", &[Scope::Field], Takes::MaybeDetails(Scope::Identity), Number::AtMostOnce, "The database counts the value up."),
    key(Word::Collate, "collate", &[Scope::Field, Scope::Part, Scope::Element, Scope::FieldIndex], Takes::Text, Number::AtMostOnce, "The collation by which texts are compared."),
    key(Word::Type, "type", &[Scope::Field], Takes::Details(Scope::Type), Number::AtMostOnce, "The type of the column, in the words of one database."),
    key(Word::Columns, "columns", &[Scope::Index], Takes::Parts(Scope::Part), Number::Once, "What is indexed, in order."),
    key(Word::Columns, "columns", &[Scope::Unique, Scope::ForeignKey], Takes::Fields, Number::Once, "The fields it is about, in order."),
    key(Word::Elements, "elements", &[Scope::Exclude], Takes::Parts(Scope::Element), Number::Once, "What is compared, each with its operator."),
    key(Word::Name, "name", NAMED, Takes::Text, Number::AtMostOnce, "Its name in the database."),
    key(Word::Using, "using", &[Scope::Index, Scope::FieldIndex, Scope::Exclude], Takes::Text, Number::AtMostOnce, "The kind of index."),
    key(Word::Where, "where", &[Scope::Index, Scope::FieldIndex, Scope::Exclude], Takes::Text, Number::AtMostOnce, "Only rows that meet this condition take part."),
    key(Word::Include, "include", &[Scope::Index, Scope::FieldIndex, Scope::PrimaryKey, Scope::Unique, Scope::FieldUnique, Scope::Exclude], Takes::Fields, Number::AtMostOnce, "Fields the index carries along without ordering by them."),
    key(Word::NullsNotDistinct, "nulls_not_distinct", &[Scope::Index, Scope::FieldIndex, Scope::Unique, Scope::FieldUnique], Takes::Nothing, Number::AtMostOnce, "NULL equals NULL, so there can be one only."),
    key(Word::With, "with", INDEXES, Takes::Settings, Number::AtMostOnce, "How the index is stored."),
    key(Word::With, "with", &[Scope::Element], Takes::Text, Number::Once, "The operator that compares two rows."),
    key(Word::Concurrently, "concurrently", INDEXES, Takes::Nothing, Number::AtMostOnce, "The index is made while the table is written to."),
    key(Word::Desc, "desc", PARTS, Takes::Nothing, Number::AtMostOnce, "From large to small."),
    key(Word::NullsFirst, "nulls_first", PARTS, Takes::Nothing, Number::AtMostOnce, "NULL comes before every value."),
    key(Word::NullsLast, "nulls_last", PARTS, Takes::Nothing, Number::AtMostOnce, "NULL comes behind every value."),
    key(Word::OperatorClass, "operator_class", &[Scope::Part, Scope::Element, Scope::FieldIndex], Takes::Text, Number::AtMostOnce, "The operators the index serves."),
    key(Word::Deferrable, "deferrable", DEFERRED, Takes::Nothing, Number::AtMostOnce, "A transaction may put off the check to its end."),
    key(Word::InitiallyDeferred, "initially_deferred", DEFERRED, Takes::Nothing, Number::AtMostOnce, "Every transaction is checked at its end."),
    key(Word::MatchFull, "match_full", FOREIGN_KEYS, Takes::Nothing, Number::AtMostOnce, "Either all of the columns are NULL or none."),
    key(Word::NotValid, "not_valid", FOREIGN_KEYS, Takes::Nothing, Number::AtMostOnce, "Rows that are there already are not checked."),
    key(Word::Stored, "stored", &[Scope::Generated], Takes::Nothing, Number::AtMostOnce, "The value is kept on disk."),
    key(Word::Virtual, "virtual", &[Scope::Generated], Takes::Nothing, Number::AtMostOnce, "The value is computed whenever it is read."),
    key(Word::Always, "always", &[Scope::Identity], Takes::Nothing, Number::AtMostOnce, "No row may bring a value of its own."),
    key(Word::ByDefault, "by_default", &[Scope::Identity], Takes::Nothing, Number::AtMostOnce, "A row may bring a value of its own, which is how it is unless said."),
    key(Word::Start, "start", &[Scope::Identity], Takes::Number, Number::AtMostOnce, "The first number."),
    key(Word::Increment, "increment", &[Scope::Identity], Takes::Number, Number::AtMostOnce, "From one number to the next."),
    key(Word::Min, "min", &[Scope::Identity], Takes::Number, Number::AtMostOnce, "The smallest number."),
    key(Word::Max, "max", &[Scope::Identity], Takes::Number, Number::AtMostOnce, "The largest number."),
    key(Word::Cache, "cache", &[Scope::Identity], Takes::Number, Number::AtMostOnce, "How many numbers a connection takes at once."),
    key(Word::Cycle, "cycle", &[Scope::Identity], Takes::Nothing, Number::AtMostOnce, "Behind the last number comes the first again."),
    key(Word::Postgres, "postgres", &[Scope::Type], Takes::Text, Number::AtMostOnce, "The type on PostgreSQL."),
    key(Word::Sqlite, "sqlite", &[Scope::Type], Takes::Text, Number::AtMostOnce, "The type on SQLite."),
];

/// Keys that cannot stand side by side.
pub(crate) const APART: &[(Scope, Word, Word)] = &[
    (Scope::Struct, Word::View, Word::Ignore),
    (Scope::Field, Word::Generated, Word::Identity),
    (Scope::Field, Word::Fill, Word::Generated),
    (Scope::Field, Word::Fill, Word::Identity),
    (Scope::Part, Word::NullsFirst, Word::NullsLast),
    (Scope::FieldIndex, Word::NullsFirst, Word::NullsLast),
    (Scope::Generated, Word::Stored, Word::Virtual),
    (Scope::Identity, Word::Always, Word::ByDefault),
];

impl Key {
    /// The row of a key in a place.
    pub(crate) fn find(name: &str, scope: Scope) -> Option<&'static Self> {
        KEYS.iter().find(|key| key.name == name && key.within.contains(&scope))
    }

    /// The keys of a place, in the order of the table.
    pub(crate) fn all(scope: Scope) -> impl Iterator<Item = &'static Self> {
        KEYS.iter().filter(move |key| key.within.contains(&scope))
    }

    /// How the key is written, with stand-ins.
    pub(crate) fn form(&self) -> String {
        let name = self.name;
        match self.takes {
            Takes::Nothing | Takes::MaybeDetails(_) => name.to_owned(),
            Takes::Text => format!("{name} = \"...\""),
            Takes::Number => format!("{name} = 1"),
            Takes::Parts(Scope::Element) => format!("{name} = [...(with = \"=\")]"),
            Takes::Fields | Takes::Parts(_) => format!("{name} = [...]"),
            Takes::Settings => format!("{name}(fillfactor = 70)"),
            Takes::Details(scope) => match Self::all(scope).find(|key| key.number == Number::Once) {
                Some(first) => format!("{name}({}, ...)", first.form()),
                None => format!("{name}(...)"),
            },
            Takes::Sql(_) => format!("{name}(\"...\")"),
        }
    }
}

impl Word {
    /// As it is written.
    pub(crate) fn name(self) -> &'static str {
        KEYS.iter().find(|key| key.word == self).map_or("", |key| key.name)
    }
}

impl Scope {
    /// The place in words, behind "unknown attribute `x` ".
    pub(crate) fn describe(self) -> String {
        match self {
            Self::Struct => "on a struct".to_owned(),
            Self::Field => "on a field".to_owned(),
            Self::Enum => "on an enum".to_owned(),
            Self::Variant => "on a variant".to_owned(),
            Self::Part => "behind a column of an index".to_owned(),
            Self::Element => "behind an element of `exclude(...)`".to_owned(),
            Self::Index | Self::FieldIndex => "in `index(...)`".to_owned(),
            Self::Unique | Self::FieldUnique => "in `unique(...)`".to_owned(),
            Self::Check => "in `check(...)`".to_owned(),
            Self::Exclude => "in `exclude(...)`".to_owned(),
            Self::ForeignKey | Self::FieldForeignKey => "in `foreign_key(...)`".to_owned(),
            Self::PrimaryKey => "in `primary_key(...)`".to_owned(),
            Self::Generated => "in `generated(...)`".to_owned(),
            Self::Identity => "in `identity(...)`".to_owned(),
            Self::Type => "in `type(...)`".to_owned(),
        }
    }
}

/// The word that is meant, if one comes close: a third of its letters too many, too few, wrong or swapped.
pub(crate) fn closest<'a>(word: &str, words: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = word.chars().count() / 3;
    let measured = words.map(|candidate| (distance(word, candidate), candidate));
    measured.filter(|(distance, _)| *distance <= allowed).min_by_key(|(distance, _)| *distance).map(|(_, word)| word)
}

/// How many letters have to be put, taken, changed or swapped with the next.
fn distance(from: &str, to: &str) -> usize {
    let (from, to): (Vec<char>, Vec<char>) = (from.chars().collect(), to.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=to.len()).collect()];
    for (i, a) in from.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in to.iter().enumerate() {
            let mut best = (rows[i][j] + usize::from(a != b)).min(rows[i][j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *a == to[j - 1] && from[i - 1] == *b {
                best = best.min(rows[i - 1][j - 1] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[from.len()][to.len()]
}
