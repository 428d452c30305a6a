//! The expressions that rules leave open: which of the declared ones might be which of the live ones, and what becomes of
//! them once that is known. Asks nobody.

use super::canonicalize::type_text;
use super::reconcile::{column_types, reconcile_table};
use super::words::identifier;
use super::{collation, expression, text, value};
use crate::model::{Column, Exclusion, Index, IndexKey, IndexPart, Schema, Table, TableName};

/// One side of a table, as far as expressions are read with it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Twin {
    /// Its bare name: expressions may name their own table.
    pub(super) name: String,
    /// The columns as `CREATE TABLE` takes them.
    pub(super) columns: Vec<String>,
}

/// What an expression is to its table, and so how it is read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    /// The default of a column of the type.
    Default(String),
    /// What a column of the type is generated from.
    Generated(String),
    /// Something that is true or not.
    Condition,
    /// Anything else.
    Value,
}

/// An expression that the database is to print.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Question {
    pub(super) twin: Twin,
    pub(super) role: Role,
    pub(super) sql: String,
}

/// A declared expression that no rule calls the same as a live one, and a live one that it may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pair {
    pub(super) declared: Question,
    pub(super) live: Question,
    /// Whose it is, in words.
    pub(super) what: String,
}

/// Where an expression stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Default,
    Generated,
    Check,
    IndexPart,
    IndexPredicate,
    ExclusionPart,
    ExclusionPredicate,
}

/// An expression and its place.
struct Spot<'a> {
    kind: Kind,
    /// The column, constraint or index it belongs to.
    object: String,
    sql: &'a mut String,
}

impl Kind {
    /// A column has no other than its own; anything else may have got another name.
    fn is_of_column(self) -> bool {
        matches!(self, Self::Default | Self::Generated)
    }

    fn role(self, table: &Table, object: &str) -> Role {
        let data_type = || table.column(object).and_then(|column| column.data_type.text.clone()).unwrap_or_default();
        match self {
            Self::Default => Role::Default(data_type()),
            Self::Generated => Role::Generated(data_type()),
            Self::Check | Self::IndexPredicate | Self::ExclusionPredicate => Role::Condition,
            Self::IndexPart | Self::ExclusionPart => Role::Value,
        }
    }

    fn describe(self, table: &TableName, object: &str) -> String {
        match self {
            Self::Default => format!("the default of `{table}.{object}`"),
            Self::Generated => format!("the expression of `{table}.{object}`"),
            Self::Check => format!("the check `{object}` of `{table}`"),
            Self::IndexPart => format!("an expression of the index `{object}` of `{table}`"),
            Self::IndexPredicate => format!("the predicate of the index `{object}` of `{table}`"),
            Self::ExclusionPart => format!("an expression of the exclusion `{object}` of `{table}`"),
            Self::ExclusionPredicate => format!("the predicate of the exclusion `{object}` of `{table}`"),
        }
    }
}

/// All that is open between a schema and the live one, with which it is reconciled.
pub(super) fn open(schema: &Schema, live: &Schema) -> Vec<Pair> {
    let both = schema.tables.iter().filter_map(|(name, table)| Some((table, live.tables.get(name)?)));
    both.flat_map(|(table, live)| open_in(table, live)).collect()
}

fn open_in(table: &Table, live: &Table) -> Vec<Pair> {
    if !has_open(table, live) || !has_open(live, table) {
        return Vec::new();
    }
    let (mut own, mut other) = (table.clone(), live.clone());
    let column_type = column_types(type_text(table), live);
    let (own, other) = (spots(&mut own, live), spots(&mut other, table));
    let mut twin = None;
    let mut pairs = Vec::new();
    for spot in &own {
        let role = spot.kind.role(table, &spot.object);
        let candidates: Vec<&Spot<'_>> = candidates(spot, &other).collect();
        if candidates.iter().any(|live| same(&role, spot.sql, live.sql, &column_type)) {
            continue;
        }
        for candidate in candidates {
            let twin = twin.get_or_insert_with(|| twin_of(table, live));
            let question = |sql: &str| Question { twin: twin.clone(), role: role.clone(), sql: sql.to_owned() };
            pairs.push(Pair {
                declared: question(spot.sql),
                live: question(candidate.sql),
                what: spot.kind.describe(&table.name, &spot.object),
            });
        }
    }
    pairs
}

/// Whether the table has an object with expressions that the other one has not. Most have none.
fn has_open(table: &Table, other: &Table) -> bool {
    table.columns.iter().any(|column| is_open(column, other))
        || table.checks.iter().any(|check| !other.checks.contains(check))
        || table.indexes.iter().any(|index| has_expressions(index) && !other.indexes.contains(index))
        || table.exclusions.iter().any(|one| !other.exclusions.contains(one))
}

fn is_open(column: &Column, other: &Table) -> bool {
    let other = other.column(&column.name);
    other.is_some_and(|other| column.default != other.default || column.generated != other.generated)
}

fn has_expressions(index: &Index) -> bool {
    index.predicate.is_some() || index.parts.iter().any(|part| matches!(part.key, IndexKey::Expression(_)))
}

/// The expressions of a table that belong to objects the other one does not have just so.
fn spots<'a>(table: &'a mut Table, other: &Table) -> Vec<Spot<'a>> {
    let mut spots = Vec::new();
    for column in table.columns.iter_mut().filter(|column| is_open(column, other)) {
        let object = column.name.clone();
        if let Some(sql) = column.default.as_mut().and_then(|default| default.text.as_mut()) {
            spots.push(Spot { kind: Kind::Default, object: object.clone(), sql });
        }
        if let Some(generated) = &mut column.generated {
            spots.push(Spot { kind: Kind::Generated, object, sql: &mut generated.expression });
        }
    }
    for check in table.checks.iter_mut().filter(|check| !other.checks.contains(check)) {
        let object = check.name.as_ref().map(|name| name.text.clone()).unwrap_or_default();
        spots.push(Spot { kind: Kind::Check, object, sql: &mut check.expression });
    }
    for index in table.indexes.iter_mut().filter(|index| !other.indexes.contains(index)) {
        let Index { name, parts, predicate, .. } = index;
        let of_parts = parts.iter_mut().filter_map(expression_of);
        spots.extend(of_parts.map(|sql| Spot { kind: Kind::IndexPart, object: name.text.clone(), sql }));
        spots.extend(predicate.iter_mut().map(|sql| Spot {
            kind: Kind::IndexPredicate,
            object: name.text.clone(),
            sql,
        }));
    }
    for exclusion in table.exclusions.iter_mut().filter(|one| !other.exclusions.contains(one)) {
        let Exclusion { name, elements, predicate, .. } = exclusion;
        let object = name.as_ref().map(|name| name.text.clone()).unwrap_or_default();
        let of_parts = elements.iter_mut().filter_map(|element| expression_of(&mut element.part));
        spots.extend(of_parts.map(|sql| Spot { kind: Kind::ExclusionPart, object: object.clone(), sql }));
        spots.extend(predicate.iter_mut().map(|sql| Spot {
            kind: Kind::ExclusionPredicate,
            object: object.clone(),
            sql,
        }));
    }
    spots
}

fn expression_of(part: &mut IndexPart) -> Option<&mut String> {
    match &mut part.key {
        IndexKey::Expression(sql) => Some(sql),
        IndexKey::Column(_) => None,
    }
}

/// The live expressions that one may be, first those of an object of the same name.
fn candidates<'a>(spot: &Spot<'_>, live: &'a [Spot<'a>]) -> impl Iterator<Item = &'a Spot<'a>> {
    let (kind, object) = (spot.kind, spot.object.clone());
    let of_kind = move |live: &&Spot<'_>| live.kind == kind;
    let (of_name, other): (Vec<_>, Vec<_>) = live.iter().filter(of_kind).partition(|live| live.object == object);
    of_name.into_iter().chain(other.into_iter().filter(move |_| !kind.is_of_column()))
}

/// The table with the columns it is to have, and with the live ones that nobody declares: an index may stand on them.
fn twin_of(table: &Table, live: &Table) -> Twin {
    let more = live.columns.iter().filter(|column| table.column(&column.name).is_none());
    let column = |column: &Column| {
        let data_type = column.data_type.text.clone().unwrap_or_default();
        let words = column.collation.as_ref().map(|name| format!(" COLLATE {}", collation(name))).unwrap_or_default();
        format!("{} {data_type}{words}", identifier(&column.name))
    };
    Twin { name: table.name.name.clone(), columns: table.columns.iter().chain(more).map(column).collect() }
}

/// Whether two expressions of a role are the same by rules.
pub(super) fn same(role: &Role, left: &str, right: &str, column_type: &dyn Fn(&str) -> Option<String>) -> bool {
    left == right
        || match role {
            Role::Default(data_type) | Role::Generated(data_type) => {
                expression::same_value(left, right, data_type, column_type)
            }
            Role::Condition | Role::Value => expression::same(left, right, column_type),
        }
}

/// The type of a column of the twin.
pub(super) fn type_in(twin: &Twin) -> impl Fn(&str) -> Option<String> + '_ {
    |name| {
        let start = format!("{} ", identifier(name));
        let words = twin.columns.iter().find_map(|column| column.strip_prefix(&start))?;
        Some(words.split(" COLLATE ").next().unwrap_or(words).to_owned())
    }
}

/// The schema with the live expressions in the place of those that are the same as them.
pub(super) fn settle(mut schema: Schema, live: &Schema, pairs: &[&Pair]) -> Schema {
    for table in schema.tables.values_mut() {
        let Some(live_table) = live.tables.get(&table.name) else { continue };
        if !has_open(table, live_table) {
            continue;
        }
        let before = table.clone();
        let mut is_changed = false;
        for spot in spots(table, live_table) {
            let (role, what) = (spot.kind.role(&before, &spot.object), spot.kind.describe(&before.name, &spot.object));
            let is_it =
                |pair: &&&Pair| pair.declared.role == role && pair.declared.sql == *spot.sql && pair.what == what;
            if let Some(pair) = pairs.iter().find(is_it) {
                spot.sql.clone_from(&pair.live.sql);
                is_changed = true;
            }
        }
        if !is_changed {
            continue;
        }
        for column in &mut table.columns {
            if let Some(default) = &mut column.default
                && before.column(&column.name).and_then(|before| before.default.as_ref()) != Some(&*default)
            {
                default.value = value::parse(default.text.as_deref().unwrap_or_default());
            }
        }
        reconcile_table(table, live_table, live);
    }
    schema
}

impl Question {
    /// The question as a part of `CREATE TABLE`, under a name by which its answer is found.
    pub(super) fn clause(&self, name: &str) -> String {
        let (name, sql) = (identifier(name), &self.sql);
        // Less may stand behind `DEFAULT` without parentheses than within.
        match &self.role {
            Role::Default(data_type) => format!("{name} {data_type} DEFAULT ({sql})"),
            Role::Condition => format!("CONSTRAINT {name} CHECK ({sql})"),
            // Behind `GENERATED` PostgreSQL works out at once what follows from constants. A check it only reads.
            Role::Value | Role::Generated(_) => format!("CONSTRAINT {name} CHECK (({sql}) IS NOT NULL)"),
        }
    }

    /// The expression in what the database printed for the question.
    pub(super) fn answer(&self, printed: &str) -> String {
        match self.role {
            Role::Default(_) => printed.to_owned(),
            Role::Condition => text::unwrapped(printed).to_owned(),
            Role::Value | Role::Generated(_) => {
                let test = text::unwrapped(printed);
                text::unwrapped(test.strip_suffix(" IS NOT NULL").unwrap_or(test)).to_owned()
            }
        }
    }

    /// The same question about another expression.
    pub(super) fn about(&self, sql: String) -> Self {
        Self { sql, ..self.clone() }
    }
}
