//! Random declared schemas and random changes of them, all of them something entities could say. Made from lists of
//! numbers in which 0 is the simplest choice, so that a smaller list is a simpler model.

mod edits;
mod rows;
mod unmanaged;
mod valid;
mod vocabulary;

pub(crate) use edits::edit;
pub(crate) use rows::{counts, keep_values, qualified, rows, sequence_of};
pub(crate) use unmanaged::add_unmanaged;
pub(crate) use valid::make_valid;
pub(crate) use vocabulary::{ELSEWHERE, FARTHER};

use std::fmt::Write;

use seachange::dialect::Dialect;
use seachange::model::{
    Action, AutoIncrement, Check, Column, ColumnDefault, ColumnType, DataType, Deferrable, Exclusion, ExclusionElement,
    ForeignKey, Identity, Index, IndexKey, IndexPart, Name, NullsOrder, Placement, PrimaryKey, Schema, Table,
    TableName, Unique,
};

const TABLES: [&str; 9] =
    ["users", "files", "order", "it's", "a \"b\"", "größe", "two words", "semi;colon--", "new_users"];
const COLUMNS: [&str; 14] = [
    "name",
    "size",
    "kind",
    "select",
    "na\"me",
    "it's",
    "größe",
    "two words",
    "rowid",
    "count(*)",
    "a.b",
    "x;--",
    "_rowid_",
    "日本",
];
const ACTIONS: [Option<Action>; 6] = [
    None,
    Some(Action::Cascade),
    Some(Action::SetNull),
    Some(Action::Restrict),
    Some(Action::NoAction),
    Some(Action::SetDefault),
];
const VALUES: [&[&str]; 4] = [&["low", "high"], &["low", "high", "it's"], &["größe", "a;b"], &["high"]];

/// Choices made in advance; when they run out, everything is simple.
pub(crate) struct Choices<'a> {
    numbers: std::slice::Iter<'a, u16>,
    /// The database the model is for.
    dialect: Dialect,
}

impl<'a> Choices<'a> {
    pub(crate) fn new(numbers: &'a [u16], dialect: Dialect) -> Self {
        Self { numbers: numbers.iter(), dialect }
    }

    /// A number below the limit.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        usize::from(self.numbers.next().copied().unwrap_or(0)) * limit / 65536
    }

    /// True that often in a hundred times.
    pub(crate) fn often(&mut self, percent: usize) -> bool {
        self.below(100) >= 100 - percent
    }

    pub(crate) fn pick<'t, T>(&mut self, list: &'t [T]) -> Option<&'t T> {
        if list.is_empty() { None } else { list.get(self.below(list.len())) }
    }

    /// A name nobody has.
    fn name(&mut self, pool: &[&str], taken: impl Fn(&str) -> bool) -> String {
        let free: Vec<&str> = pool.iter().copied().filter(|name| !taken(name)).collect();
        let more = || (1..1000).map(|number| format!("more {number}")).find(|name| !taken(name)).unwrap();
        self.pick(&free).map_or_else(more, |name| (*name).to_owned())
    }
}

/// What a model may say about rows that are there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Demands {
    /// Only what all made-up rows fulfil.
    Fulfilled,
    Any,
}

/// A schema with one table for each list of numbers.
pub(crate) fn schema(tables: &[Vec<u16>], dialect: Dialect) -> Schema {
    let mut schema = Schema::default();
    let mut choices: Vec<Choices<'_>> = tables.iter().map(|numbers| Choices::new(numbers, dialect)).collect();
    let mut names = Vec::new();
    for choices in &mut choices {
        let table = table(choices, &schema);
        names.push(table.name.clone());
        schema.tables.insert(table.name.clone(), table.into());
    }
    for (name, choices) in names.iter().zip(&mut choices) {
        for _ in 0..choices.below(3) {
            add_foreign_key(&mut schema, name, choices);
        }
        for _ in 0..choices.below(4) {
            add_object(&mut schema, name, choices, Demands::Fulfilled);
        }
    }
    make_valid(&mut schema, dialect);
    schema
}

fn table(choices: &mut Choices<'_>, schema: &Schema) -> Table {
    let elsewhere = choices.dialect == Dialect::Postgres && choices.often(15);
    let place = elsewhere.then(|| ELSEWHERE.to_owned());
    let name = choices.name(&TABLES, |name| valid::is_taken(schema, place.as_deref(), name));
    let mut table = Table::new(TableName { schema: place, name });
    if choices.dialect == Dialect::Postgres && choices.often(10) {
        table.comment = comment(choices);
    }
    primary_key(&mut table, choices);
    for _ in 0..choices.below(6) {
        let column = column(&table, choices);
        table.columns.push(column);
    }
    table
}

fn primary_key(table: &mut Table, choices: &mut Choices<'_>) {
    let key = |name: &str, kind: &DataType, auto_increment| Column {
        nullable: false,
        auto_increment,
        ..Column::new(name, ColumnType::inferred(kind.clone()))
    };
    let columns = match choices.below(6) {
        0 => vec![key("id", &DataType::Integer, AutoIncrement::Inferred)],
        1 => vec![key("id", &DataType::BigInteger, AutoIncrement::No)],
        2 => vec![key("id", &DataType::Integer, AutoIncrement::Yes)],
        3 => vec![key("code", &DataType::String(None), AutoIncrement::No)],
        4 => vec![key("id", &DataType::Uuid, AutoIncrement::No)],
        _ => vec![
            key("part a", &DataType::Integer, AutoIncrement::No),
            key("part b", &DataType::String(None), AutoIncrement::No),
        ],
    };
    let names: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
    let name = (names.len() > 1).then(|| Name::inferred(""));
    table.columns.splice(0..0, columns);
    let mut key = PrimaryKey::new(name, names);
    if choices.dialect == Dialect::Postgres {
        key.deferrable = deferrable(choices, 5);
    }
    table.primary_key = Some(key);
}

fn column(table: &Table, choices: &mut Choices<'_>) -> Column {
    let name = choices.name(&COLUMNS, |name| table.column(name).is_some());
    let mut column = Column { nullable: false, ..Column::new(name, ColumnType::inferred(DataType::String(None))) };
    change_type(&mut column, choices);
    column.nullable = choices.often(50);
    change_default(&mut column, choices);
    if choices.often(12) {
        column.extra = Some(vocabulary::extra(table, &column, choices));
    }
    if choices.dialect == Dialect::Postgres {
        if choices.often(10) {
            column.comment = comment(choices);
        }
        if vocabulary::is_whole(&column.data_type.kind) && choices.often(15) {
            column.identity = Some(Box::new(identity(choices)));
        }
    }
    column
}

fn change_type(column: &mut Column, choices: &mut Choices<'_>) {
    let types = vocabulary::types(choices.dialect);
    let kind = choices.pick(&types).cloned().unwrap_or(DataType::Text);
    let written = choices.often(50) || matches!(kind, DataType::Custom(_));
    let is_enum = kind.enum_name().is_some();
    column.data_type = if written { ColumnType::written(kind) } else { ColumnType::inferred(kind) };
    column.values = None;
    let is_text = matches!(column.data_type.kind, DataType::String(_) | DataType::Text);
    if is_enum || is_text && choices.often(30) {
        column.values = choices.pick(&VALUES).map(|values| values.iter().map(|value| (*value).to_owned()).collect());
    }
}

fn change_default(column: &mut Column, choices: &mut Choices<'_>) {
    column.default = vocabulary::default(column, choices).map(|value| ColumnDefault { value, text: None });
}

fn comment(choices: &mut Choices<'_>) -> Option<String> {
    choices.pick(&["about", "it's a \"comment\"; --", "größe\nand \\ more"]).map(|text| (*text).to_owned())
}

fn identity(choices: &mut Choices<'_>) -> Identity {
    let start = choices.pick(&[None, Some(1), Some(100)]).copied().flatten();
    let max = choices.pick(&[None, None, Some(1000)]).copied().flatten();
    let increment = choices.pick(&[None, Some(1), Some(10)]).copied().flatten();
    let cache = choices.pick(&[None, None, Some(5)]).copied().flatten();
    Identity { always: choices.often(40), start, increment, min: None, max, cache, cycle: choices.often(20) }
}

fn deferrable(choices: &mut Choices<'_>, percent: usize) -> Deferrable {
    match (choices.often(percent), choices.below(2)) {
        (false, _) => Deferrable::No,
        (true, 0) => Deferrable::InitiallyDeferred,
        (true, _) => Deferrable::InitiallyImmediate,
    }
}

fn columns_of(table: &Table) -> Vec<String> {
    table.columns.iter().map(|column| column.name.clone()).collect()
}

/// Columns in which the made-up rows hold different values.
fn distinct_columns(table: &Table, dialect: Dialect) -> Vec<String> {
    table.columns.iter().filter(|column| is_distinct(column, dialect)).map(|column| column.name.clone()).collect()
}

fn is_distinct(column: &Column, dialect: Dialect) -> bool {
    let kind = &column.data_type.kind;
    let can_tell = dialect == Dialect::Sqlite || valid::is_comparable(kind);
    column.values.is_none() && *kind != DataType::Boolean && !is_generated(column) && can_tell
}

fn is_generated(column: &Column) -> bool {
    column.extra.as_ref().is_some_and(|extra| extra.starts_with("GENERATED"))
}

/// Up to three of the columns, in any order.
fn some_of(columns: &[String], choices: &mut Choices<'_>) -> Vec<String> {
    let mut left = columns.to_vec();
    let mut some = Vec::new();
    for _ in 0..=choices.below(3) {
        if !left.is_empty() {
            some.push(left.remove(choices.below(left.len())));
        }
    }
    some
}

/// What foreign keys can refer to.
fn keys(table: &Table) -> Vec<Vec<String>> {
    let is_now = |deferrable| deferrable == Deferrable::No;
    let primary = table.primary_key.iter().filter(|key| is_now(key.deferrable)).map(|key| key.columns.clone());
    let uniques = table.uniques.iter().filter(|unique| is_now(unique.deferrable)).map(|unique| unique.columns.clone());
    let indexes = table.indexes.iter().filter(|index| index.unique).map(index_columns);
    primary.chain(uniques).chain(indexes).collect()
}

fn index_columns(index: &Index) -> Vec<String> {
    let name = |part: &IndexPart| match &part.key {
        IndexKey::Column(name) => name.clone(),
        IndexKey::Expression(_) => String::new(),
    };
    index.parts.iter().map(name).collect()
}

fn add_foreign_key(schema: &mut Schema, child: &TableName, choices: &mut Choices<'_>) {
    let names: Vec<TableName> = schema.tables.keys().cloned().collect();
    let Some(references) = choices.pick(&names).cloned() else { return };
    let Some(parent) = schema.tables.get(&references).cloned() else { return };
    let Some(referenced_columns) = choices.pick(&keys(&parent)).cloned() else { return };
    let Some(table) = schema.tables.get_mut(child) else { return };
    let mut columns = Vec::new();
    for column in referenced_columns.iter().filter_map(|name| parent.column(name)) {
        let fits = |other: &&Column| {
            other.data_type.kind == column.data_type.kind
                && is_distinct(other, choices.dialect)
                && !columns.contains(&other.name)
        };
        let fitting: Vec<String> = table.columns.iter().filter(fits).map(|column| column.name.clone()).collect();
        let existing = if choices.often(25) { choices.pick(&fitting).cloned() } else { None };
        columns.push(existing.unwrap_or_else(|| {
            let name = choices.name(&COLUMNS, |name| table.column(name).is_some());
            let data_type = ColumnType { inferred: true, ..column.data_type.clone() };
            table.columns.push(Column { nullable: choices.often(50), ..Column::new(&name, data_type) });
            name
        }));
    }
    let placement = match columns.as_slice() {
        [column] => Placement::Column(column.clone()),
        _ => Placement::Table,
    };
    let name = Some(if choices.often(20) { Name::written("fk \"é\"") } else { Name::inferred("") });
    let on_delete = choices.pick(&ACTIONS).copied().flatten();
    let on_update = choices.pick(&ACTIONS).copied().flatten();
    table.foreign_keys.push(ForeignKey {
        name,
        columns,
        references,
        referenced_columns,
        on_delete,
        on_update,
        on_delete_columns: Vec::new(),
        deferrable: if choices.often(20) { Deferrable::InitiallyDeferred } else { Deferrable::No },
        match_full: choices.dialect == Dialect::Postgres && choices.often(10),
        not_valid: choices.dialect == Dialect::Postgres && choices.often(8),
        placement,
    });
}

/// An index, a unique constraint or a check.
fn add_object(schema: &mut Schema, table: &TableName, choices: &mut Choices<'_>, demands: Demands) {
    let Some(table) = schema.tables.get_mut(table) else { return };
    let all: Vec<String> = table.columns.iter().map(|column| column.name.clone()).collect();
    let distinct = distinct_columns(table, choices.dialect);
    let kind = choices.below(if choices.dialect == Dialect::Postgres { 7 } else { 6 });
    match kind {
        0 | 1 => {
            let columns = some_of(if kind == 0 { &all } else { &distinct }, choices);
            if !columns.is_empty() {
                let parts = columns.iter().map(IndexPart::column).collect();
                let name = if choices.often(25) {
                    Name::written(*choices.pick(&["an index", "it's \"one\"", "größe index"]).unwrap())
                } else {
                    Name::inferred("")
                };
                let mut index = Index { unique: kind == 1, ..Index::new(name, parts) };
                tune(&mut index, choices);
                table.indexes.push(index);
            }
        }
        2 => {
            if let Some(column) = choices.pick(&distinct).cloned() {
                let columns = vec![column.clone()];
                table.uniques.push(Unique::new(None, columns, Placement::Column(column)));
            }
        }
        3 => {
            let columns = some_of(&distinct, choices);
            if !columns.is_empty() {
                let name = choices.often(30).then(|| Name::written("a unique; key"));
                let mut unique = Unique::new(name, columns, Placement::Table);
                if choices.dialect == Dialect::Postgres {
                    tune_unique(&mut unique, choices);
                }
                table.uniques.push(unique);
            }
        }
        6 => {
            if let Some(column) = choices.pick(&all).and_then(|name| table.column(name)) {
                let is_range = column.data_type.kind == DataType::Custom("daterange".to_owned());
                let (method, operator) = if is_range { (Some("gist"), "&&") } else { (Some("btree"), "=") };
                let part = IndexPart::column(&column.name);
                let deferrable = deferrable(choices, 20);
                table.exclusions.push(Exclusion {
                    name: choices.often(50).then(|| Name::written("never; both")),
                    method: method.map(ToOwned::to_owned),
                    elements: vec![ExclusionElement { part, operator: operator.to_owned() }],
                    predicate: None,
                    deferrable,
                    include: Vec::new(),
                });
            }
        }
        _ => {
            if let Some(column) = choices.pick(&all).and_then(|name| table.column(name)).cloned() {
                let name = choices.often(40).then(|| Name::written(format!("check {}", column.name)));
                let expression = vocabulary::check(&column, choices, demands);
                let placement = if choices.often(50) { Placement::Column(column.name) } else { Placement::Table };
                table.checks.push(Check::new(name, expression, placement));
            }
        }
    }
}

/// Orders and collations, and a condition. What foreign keys may refer to stays plain.
fn tune(index: &mut Index, choices: &mut Choices<'_>) {
    for part in &mut index.parts {
        part.descending = choices.often(20);
        if !index.unique && choices.often(20) {
            let collations = match choices.dialect {
                Dialect::Sqlite => ["NOCASE", "BINARY", "rtrim"],
                Dialect::Postgres => ["C", "POSIX", "C"],
            };
            part.collation = choices.pick(&collations).map(|name| (*name).to_owned());
        }
    }
    if !index.unique && choices.often(25) {
        // Its column is put in where the schema is made valid.
        index.predicate = Some(String::new());
    }
    if choices.dialect == Dialect::Postgres {
        tune_further(index, choices);
    }
}

/// What only PostgreSQL has. Much of it fits only some types; the rest goes where the schema is made valid.
fn tune_further(index: &mut Index, choices: &mut Choices<'_>) {
    let owned = |text: &str| text.to_owned();
    if choices.often(40) {
        index.method = choices.pick(&["gin", "hash", "gist", "brin", "BTREE"]).copied().map(owned);
    }
    for part in &mut index.parts {
        if choices.often(30) {
            part.nulls = choices.pick(&[NullsOrder::First, NullsOrder::Last]).copied();
        }
        if !index.unique && choices.often(50) {
            let classes = ["text_pattern_ops", "jsonb_path_ops", "bpchar_pattern_ops"];
            part.operator_class = choices.pick(&classes).copied().map(owned);
        }
    }
    index.include =
        if choices.often(20) { choices.pick(&COLUMNS).copied().map(owned).into_iter().collect() } else { Vec::new() };
    index.nulls_not_distinct = choices.often(15);
    index.storage.clear();
    if choices.often(15) {
        index.storage.insert("fillfactor".to_owned(), "70".to_owned());
    }
}

fn tune_unique(unique: &mut Unique, choices: &mut Choices<'_>) {
    unique.deferrable = deferrable(choices, 20);
    unique.nulls_not_distinct = choices.often(15);
    if choices.often(20) {
        unique.include = choices.pick(&COLUMNS).map(|name| (*name).to_owned()).into_iter().collect();
    }
}

/// A schema as text, for people.
pub(crate) fn show(schema: &Schema, dialect: Dialect) -> String {
    let mut text = String::new();
    for table in schema.tables.values() {
        let options = seachange::dialect::Options::default();
        let alone = Schema::from_iter([Table::clone(table)]);
        writeln!(text, "{}", table.name).unwrap();
        match dialect.canonicalize(alone, &options) {
            Ok(canonical) => {
                for line in
                    canonical.tables.values().flat_map(|table| seachange::render::sql::table_lines(table, dialect))
                {
                    writeln!(text, "{line}").unwrap();
                }
            }
            Err(error) => writeln!(text, "  {error}").unwrap(),
        }
        for column in &table.columns {
            let inferred = if column.data_type.inferred { "inferred " } else { "" };
            let values = column.values.as_ref().map(|values| format!(" of {values:?}")).unwrap_or_default();
            if column.data_type.inferred || column.values.is_some() {
                writeln!(text, "  -- {}: {inferred}{:?}{values}", column.name, column.data_type.kind).unwrap();
            }
        }
    }
    text
}

/// The name in quotes even where a database needs none, so that it is found in SQL.
fn quote(name: &str) -> String {
    crate::support::DIALECT.quote(name)
}
