//! What the statements of a script touch: what they make, change and drop, and what they only name. Read from the words;
//! whatever is not understood says so. Knows no revisions, and nothing of what is in a database.

mod alter;
mod create;
mod rows;
mod signs;
#[cfg(test)]
mod tests;
mod token;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

pub use self::signs::{Fill, Rows, Sign};
pub(super) use self::signs::{fills, signs};
use self::token::{Reader, Token};
use super::{Dialect, Statement};
use crate::model::TableName;

/// What one statement touches.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Touched {
    /// The line of the script it begins at, from 1.
    pub line: usize,
    /// What it does, in its order.
    pub acts: Vec<Act>,
    /// What else it names.
    pub reads: Reads,
    /// The table whose rows it holds against something: a statement that other rows would make fail.
    pub holds: Option<TableName>,
    /// Its first words, where it may touch anything.
    pub anything: Option<String>,
}

/// One thing that a statement does.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Act {
    /// What is done.
    pub verb: Verb,
    /// To what.
    pub object: Object,
    /// The columns of a table that is made.
    pub columns: Vec<String>,
}

impl Act {
    fn new(verb: Verb, object: Object) -> Self {
        Self { verb, object, columns: Vec::new() }
    }
}

/// What is done to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verb {
    /// It is new.
    Create,
    /// It is new unless it is there.
    Ensure,
    /// It gets its name from something else that had another.
    Arrive,
    /// It is gone.
    Drop,
    /// It goes by another name from here on.
    Rename,
    /// It goes and comes back with another definition.
    Rebuild,
    /// It is another from here on.
    Change,
    /// A new definition takes the place of an old one, if there is one.
    Replace,
    /// An enum type gets one more value.
    Extend,
    /// Rows are added.
    Insert,
    /// Rows are changed.
    Update,
    /// Rows are deleted.
    Delete,
}

/// What something is done to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Object {
    /// Something with a name of its own.
    Named(Kind, TableName),
    /// A part of a table, by its name; empty where nobody gave it one.
    Part(TableName, Kind, String),
    /// The rows of a table; of some columns only, if only these are written.
    Rows(TableName, Option<BTreeSet<String>>),
}

/// A kind of object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "SQL's own words")]
pub enum Kind {
    Table,
    View,
    Index,
    Sequence,
    Type,
    Function,
    Trigger,
    Extension,
    Schema,
    Column,
    Constraint,
    Policy,
    Rule,
    Comment,
    Setting,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Table => "table",
            Self::View => "view",
            Self::Index => "index",
            Self::Sequence => "sequence",
            Self::Type => "type",
            Self::Function => "function",
            Self::Trigger => "trigger",
            Self::Extension => "extension",
            Self::Schema => "schema",
            Self::Column => "column",
            Self::Constraint => "constraint",
            Self::Policy => "policy",
            Self::Rule => "rule",
            Self::Comment => "comment",
            Self::Setting => "setting",
        })
    }
}

impl Kind {
    /// Kinds that share their names: no two objects of them are called the same.
    #[must_use]
    pub fn space(self) -> Self {
        match self {
            Self::Table | Self::View | Self::Index | Self::Sequence | Self::Type => Self::Table,
            other => other,
        }
    }
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named(kind, name) => write!(f, "{kind} `{name}`"),
            Self::Part(table, Kind::Column, name) => write!(f, "column `{table}.{name}`"),
            Self::Part(table, kind, name) if name.is_empty() => write!(f, "a {kind} of `{table}`"),
            Self::Part(table, kind, name) => write!(f, "{kind} `{name}` of `{table}`"),
            Self::Rows(table, _) => write!(f, "rows of `{table}`"),
        }
    }
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verb = match self.verb {
            Verb::Create | Verb::Ensure if matches!(self.object, Object::Part(..)) => "adds",
            Verb::Create | Verb::Ensure => "creates",
            Verb::Arrive => "renames something to",
            Verb::Drop => "drops",
            Verb::Rename => "renames",
            Verb::Rebuild => "rebuilds",
            Verb::Change | Verb::Update => "changes",
            Verb::Replace => "replaces",
            Verb::Extend => "adds a value to",
            Verb::Insert => "adds",
            Verb::Delete => "deletes",
        };
        write!(f, "{verb} {}", self.object)
    }
}

/// What a statement names beside what it does.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reads {
    /// All names that may be tables, types or anything else with a name of its own.
    pub names: BTreeSet<TableName>,
    /// All words that may be columns of these.
    pub columns: BTreeSet<String>,
    /// Every column of them is meant, by `*` or by no list.
    pub all: bool,
    /// Tables that a foreign key refers to, with the columns; none where the key is meant.
    pub references: BTreeMap<TableName, BTreeSet<String>>,
    /// What rows it writes depends on the rows it reads.
    pub rows: bool,
}

impl Reads {
    /// Whether it names this.
    pub fn names(&self, name: &TableName) -> bool {
        self.names.contains(name) || self.references.contains_key(name)
    }

    /// Whether all it does with this table is to refer to it by a foreign key.
    pub fn only_refers(&self, table: &TableName) -> bool {
        self.references.contains_key(table) && !self.names.contains(table)
    }

    /// Whether it may name this column.
    pub fn column(&self, table: &TableName, column: &str) -> bool {
        let refers = self.references.get(table).is_some_and(|own| own.is_empty() || own.contains(column));
        refers || self.names.contains(table) && (self.all || self.columns.contains(column))
    }
}

/// What the statements of a script touch, one after the other. `schema` is the one that is meant where none is named.
pub(super) fn touched(dialect: Dialect, script: &str, schema: &str) -> Vec<Touched> {
    let language = Language { dialect, schema };
    let mut all: Vec<Touched> = dialect.statements(script).iter().map(|own| language.statement(own)).collect();
    forget_temporary(&mut all);
    rebuilds(&mut all);
    all
}

/// The schema of what is gone with the connection.
const TEMPORARY: &str = "pg_temp";

/// How names are read.
#[derive(Clone, Copy)]
struct Language<'a> {
    dialect: Dialect,
    schema: &'a str,
}

impl Language<'_> {
    fn statement(self, statement: &Statement) -> Touched {
        let tokens = token::tokens(self.dialect, &statement.sql);
        let touched = self.read(&tokens).unwrap_or_else(|| Touched {
            anything: Some(first_words(&tokens)),
            reads: self.free(&tokens),
            ..Touched::default()
        });
        Touched { line: statement.line, ..touched }
    }

    /// `None` for what is not understood.
    fn read(self, tokens: &[Token]) -> Option<Touched> {
        let mut reader = Reader::new(self, tokens);
        if tokens.iter().any(|token| token.is_broken) {
            return None;
        }
        let first = reader.next_word()?;
        match first.as_str() {
            "create" => create::read(reader),
            "alter" => alter::read(reader),
            "drop" => alter::dropped(reader),
            "comment" => alter::comment(reader),
            "insert" | "replace" | "update" | "delete" | "truncate" | "copy" | "merge" | "with" | "select"
            | "values" | "do" | "refresh" => rows::read(first.as_str(), reader),
            "grant" | "revoke" | "lock" | "analyze" | "vacuum" | "reindex" => Some(self.only_reads(tokens)),
            "savepoint" | "release" | "begin" | "commit" | "end" | "start" | "show" => Some(Touched::default()),
            "pragma" => is_plain_pragma(tokens).then(Touched::default),
            "set" | "reset" => is_plain_setting(tokens).then(Touched::default),
            _ => None,
        }
    }

    /// A statement that does nothing to anything.
    fn only_reads(self, tokens: &[Token]) -> Touched {
        Touched { reads: self.free(tokens), ..Touched::default() }
    }

    /// Everything that tokens may name.
    fn free(self, tokens: &[Token]) -> Reads {
        let mut reads = Reads::default();
        self.add(tokens, &mut reads);
        reads
    }

    fn add(self, tokens: &[Token], reads: &mut Reads) {
        let mut before = "";
        let mut reader = Reader::new(self, tokens);
        while let Some(token) = reader.peek() {
            if let Some(body) = &token.body {
                // The body of a function, or a constant that may be a name.
                let inner = token::tokens(self.dialect, body);
                if token.is_code || inner.iter().all(|token| token.name.is_some() || token.text == ".") {
                    self.add(&inner, reads);
                }
            }
            reads.all |= token.text == "*" && matches!(before, "select" | "," | "." | "distinct" | "all" | "returning");
            before = token.text.as_str();
            if token.name.is_none() || token.is_reserved() {
                reader.skip();
                continue;
            }
            let parts = reader.parts();
            reads.columns.extend(parts.iter().cloned());
            if let [schema, name, ..] = parts.as_slice() {
                reads.names.insert(self.in_schema(Some(schema), name));
                // What stands before the dot may be a table, too.
                reads.names.insert(self.in_schema(None, schema));
            } else if let [name] = parts.as_slice() {
                reads.names.insert(self.in_schema(None, name));
            }
        }
    }

    /// The name as the project says it: bare in the schema that is meant where none is named.
    fn in_schema(self, schema: Option<&str>, name: &str) -> TableName {
        let usual = if self.dialect.capabilities().schemas { self.schema } else { "main" };
        let temporary = if self.dialect.capabilities().schemas { TEMPORARY } else { "temp" };
        let schema = schema.filter(|schema| *schema != usual);
        let schema = schema.map(|schema| if schema == temporary { TEMPORARY } else { schema });
        TableName { schema: schema.map(str::to_owned), name: name.to_owned() }
    }
}

/// The first words of a statement, for people.
fn first_words(tokens: &[Token]) -> String {
    let words: Vec<&str> = tokens.iter().take(4).map(|token| token.written.as_str()).collect();
    let more = if tokens.len() > 4 { " …" } else { "" };
    let text: String = words.join(" ").chars().take(60).map(|c| if c.is_control() { ' ' } else { c }).collect();
    format!("{text}{more}")
}

/// Settings of one connection that change no names and no rules.
fn is_plain_pragma(tokens: &[Token]) -> bool {
    let plain = ["foreign_keys", "defer_foreign_keys", "foreign_key_check", "optimize", "busy_timeout"];
    tokens.get(1).is_some_and(|token| plain.contains(&token.text.as_str()))
}

/// A setting after which names still mean the same.
fn is_plain_setting(tokens: &[Token]) -> bool {
    let changing = ["search_path", "role", "authorization", "all", "session_replication_role", "schema"];
    !tokens.iter().any(|token| changing.contains(&token.text.as_str()))
}

/// Nobody else sees what is temporary.
fn forget_temporary(all: &mut [Touched]) {
    let temporary = |name: &TableName| name.schema.as_deref() == Some(TEMPORARY);
    let is_made = |act: &Act| act.verb == Verb::Create;
    let made = all.iter().flat_map(|own| own.acts.iter().filter(|act| is_made(act)));
    let made: BTreeSet<TableName> = made
        .filter_map(|act| match &act.object {
            Object::Named(_, name) if temporary(name) => Some(TableName::new(name.name.clone())),
            _ => None,
        })
        .collect();
    let is_gone = |name: &TableName| temporary(name) || made.contains(name) || name.name.starts_with("sqlite_");
    for own in all {
        own.acts.retain(|act| match &act.object {
            Object::Named(_, name) | Object::Part(name, ..) | Object::Rows(name, _) => !is_gone(name),
        });
        own.holds = own.holds.take().filter(|name| !is_gone(name));
        own.reads.names.retain(|name| !is_gone(name));
        own.reads.references.retain(|name, _| !is_gone(name));
    }
}

/// What goes and comes back within one script is rebuilt. Its rows come back with it.
fn rebuilds(all: &mut [Touched]) {
    let mut gone: BTreeMap<TableName, (usize, usize)> = BTreeMap::new();
    let mut seen: BTreeSet<TableName> = BTreeSet::new();
    let mut rebuilt: Vec<(TableName, (usize, usize), Vec<String>)> = Vec::new();
    let mut columns: BTreeMap<TableName, Vec<String>> = BTreeMap::new();
    for (at, own) in all.iter().enumerate() {
        let mut leaving: Vec<String> = Vec::new();
        for (number, act) in own.acts.iter().enumerate() {
            let Object::Named(kind, name) = &act.object else { continue };
            if kind.space() != Kind::Table {
                continue;
            }
            match act.verb {
                Verb::Drop | Verb::Rename if seen.insert(name.clone()) => {
                    gone.insert(name.clone(), (at, number));
                }
                Verb::Rename => leaving = columns.get(name).cloned().unwrap_or_default(),
                Verb::Create | Verb::Arrive => {
                    let own = if act.verb == Verb::Arrive { leaving.clone() } else { act.columns.clone() };
                    if let Some(place) = gone.get(name) {
                        rebuilt.push((name.clone(), *place, own.clone()));
                    }
                    columns.insert(name.clone(), own);
                    seen.insert(name.clone());
                }
                _ => {
                    seen.insert(name.clone());
                }
            }
        }
    }
    let mut names = BTreeSet::new();
    for (name, (at, number), columns) in rebuilt {
        let act = &mut all[at].acts[number];
        (act.verb, act.columns) = (Verb::Rebuild, columns);
        names.insert(name);
    }
    for own in all {
        own.acts.retain(|act| match &act.object {
            Object::Named(_, own) | Object::Rows(own, _) => !names.contains(own) || act.verb == Verb::Rebuild,
            Object::Part(..) => true,
        });
    }
}
