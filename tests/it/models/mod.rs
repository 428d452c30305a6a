//! Random declared schemas and random changes of them, all of them something entities could say. Made from lists of
//! numbers in which 0 is the simplest choice, so that a smaller list is a simpler model.

mod edits;
mod rows;
mod unmanaged;

pub(crate) use edits::edit;
pub(crate) use rows::{keep_values, rows};
pub(crate) use unmanaged::add_unmanaged;

use std::collections::BTreeSet;
use std::fmt::Write;

use seachange::model::{
    Action, AutoIncrement, Check, Column, ColumnDefault, ColumnType, DataType, DefaultValue, Deferrable, ForeignKey,
    Index, IndexKey, IndexPart, Literal, Name, Placement, PrimaryKey, Schema, Table, TableName, Unique,
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
const TYPES: [DataType; 19] = [
    DataType::String(None),
    DataType::Integer,
    DataType::Text,
    DataType::BigInteger,
    DataType::Boolean,
    DataType::Double,
    DataType::String(Some(64)),
    DataType::Decimal(Some((10, 2))),
    DataType::Decimal(None),
    DataType::VarBinary(None),
    DataType::Binary(16),
    DataType::DateTime,
    DataType::TimestampWithTimeZone,
    DataType::Date,
    DataType::Json,
    DataType::Uuid,
    DataType::Char(Some(3)),
    DataType::SmallInteger,
    DataType::Float,
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
pub(crate) struct Choices<'a>(std::slice::Iter<'a, u16>);

impl<'a> Choices<'a> {
    pub(crate) fn new(numbers: &'a [u16]) -> Self {
        Self(numbers.iter())
    }

    /// A number below the limit.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        usize::from(self.0.next().copied().unwrap_or(0)) * limit / 65536
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
pub(crate) fn schema(tables: &[Vec<u16>]) -> Schema {
    let mut schema = Schema::default();
    let mut choices: Vec<Choices<'_>> = tables.iter().map(|numbers| Choices::new(numbers)).collect();
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
    make_valid(&mut schema);
    schema
}

fn table(choices: &mut Choices<'_>, schema: &Schema) -> Table {
    let name = choices.name(&TABLES, |name| schema.tables.contains_key(&TableName::new(name)));
    let mut table = Table::new(TableName::new(name));
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
    table.primary_key = Some(PrimaryKey::new(name, names));
}

fn column(table: &Table, choices: &mut Choices<'_>) -> Column {
    let name = choices.name(&COLUMNS, |name| table.column(name).is_some());
    let mut column = Column { nullable: false, ..Column::new(name, ColumnType::inferred(DataType::String(None))) };
    change_type(&mut column, choices);
    column.nullable = choices.often(50);
    change_default(&mut column, choices);
    if choices.often(12) {
        column.extra = Some(extra(table, &column, choices));
    }
    column
}

fn change_type(column: &mut Column, choices: &mut Choices<'_>) {
    let kind = choices.pick(&TYPES).cloned().unwrap_or(DataType::Text);
    column.data_type = if choices.often(50) { ColumnType::written(kind) } else { ColumnType::inferred(kind) };
    column.values = None;
    if matches!(column.data_type.kind, DataType::String(_) | DataType::Text) && choices.often(30) {
        column.values = choices.pick(&VALUES).map(|values| values.iter().map(|value| (*value).to_owned()).collect());
    }
}

fn change_default(column: &mut Column, choices: &mut Choices<'_>) {
    let text = |text: &str| DefaultValue::Literal(Literal::Text(text.to_owned()));
    let expression = |sql: &str| DefaultValue::Expression(sql.to_owned());
    let value = match (choices.below(24), &column.values) {
        (0..=9, _) => None,
        (_, Some(values)) => values.first().map(|value| text(value)),
        (10, _) => Some(DefaultValue::Literal(Literal::Integer(0))),
        (11, _) => Some(DefaultValue::Literal(Literal::Integer(-5))),
        (12, _) => Some(text("it's \"quoted\"; -- größe")),
        (13, _) => Some(text("")),
        (14, _) => Some(expression("CURRENT_TIMESTAMP")),
        (15, _) => Some(DefaultValue::Literal(Literal::Bool(true))),
        (16, _) => Some(DefaultValue::Literal(Literal::Real("1.50".to_owned()))),
        (17, _) => Some(DefaultValue::Literal(Literal::Null)),
        (18, _) => Some(DefaultValue::Literal(Literal::Blob(vec![0, 255, 39]))),
        (19, _) => Some(expression("1 + 1")),
        (20, _) => Some(expression("lower('It''s; ' || 'B')")),
        (21, _) => Some(text("CURRENT_TIMESTAMP")),
        (22, _) => Some(text("two\nlines")),
        _ => Some(expression("datetime('now')")),
    };
    column.default = value.map(|value| ColumnDefault { value, text: None });
}

fn extra(table: &Table, column: &Column, choices: &mut Choices<'_>) -> String {
    let name = quote(&column.name);
    let first = table.columns.first().map(|column| quote(&column.name)).unwrap_or_default();
    match choices.below(6) {
        0 => "COLLATE NOCASE".to_owned(),
        1 => format!("CHECK (length({name}) >= 0)"),
        2 => format!("CONSTRAINT \"a check\" CHECK ({name} IS NULL OR 1)"),
        3 => format!("GENERATED ALWAYS AS (length({first}) + 1) STORED"),
        4 => format!("GENERATED ALWAYS AS ({first} || ' it''s') VIRTUAL"),
        _ => "UNIQUE".to_owned(),
    }
}

/// Columns in which the made-up rows hold different values.
fn distinct_columns(table: &Table) -> Vec<String> {
    table.columns.iter().filter(|column| is_distinct(column)).map(|column| column.name.clone()).collect()
}

fn is_distinct(column: &Column) -> bool {
    column.values.is_none() && column.data_type.kind != DataType::Boolean && !is_generated(column)
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
    let primary = table.primary_key.iter().map(|key| key.columns.clone());
    let uniques = table.uniques.iter().map(|unique| unique.columns.clone());
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
            other.data_type.kind == column.data_type.kind && is_distinct(other) && !columns.contains(&other.name)
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
        match_full: false,
        not_valid: false,
        placement,
    });
}

/// An index, a unique constraint or a check.
fn add_object(schema: &mut Schema, table: &TableName, choices: &mut Choices<'_>, demands: Demands) {
    let Some(table) = schema.tables.get_mut(table) else { return };
    let all: Vec<String> = table.columns.iter().map(|column| column.name.clone()).collect();
    let distinct = distinct_columns(table);
    let kind = choices.below(6);
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
                table.uniques.push(Unique::new(name, columns, Placement::Table));
            }
        }
        _ => {
            if let Some(column) = choices.pick(&all).cloned() {
                let name = choices.often(40).then(|| Name::written(format!("check {column}")));
                let quoted = quote(&column);
                let expression = match (choices.below(3), demands) {
                    (0, _) | (2, Demands::Fulfilled) => format!("length({quoted}) >= 0"),
                    (1, _) => format!("{quoted} IS NULL OR {quoted} <> 'it''s never there'"),
                    _ => format!("{quoted} <> 2"),
                };
                let placement = if choices.often(50) { Placement::Column(column) } else { Placement::Table };
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
            part.collation = choices.pick(&["NOCASE", "BINARY", "rtrim"]).map(|name| (*name).to_owned());
        }
    }
    if !index.unique && choices.often(25) {
        // Its column is put in where the schema is made valid.
        index.predicate = Some(String::new());
    }
}

/// Removes what refers to nothing, and gives inferred names as SeaORM makes them.
pub(crate) fn make_valid(schema: &mut Schema) {
    let mut names: BTreeSet<String> = schema.tables.keys().map(|name| name.name.to_lowercase()).collect();
    for table in schema.tables.values_mut().map(|table| &mut **table) {
        let own: BTreeSet<String> = table.columns.iter().map(|column| column.name.clone()).collect();
        let has_all = |columns: &[String]| !columns.is_empty() && columns.iter().all(|column| own.contains(column));
        let has = |placement: &Placement| matches!(placement, Placement::Column(name) if own.contains(name));
        for column in &mut table.columns {
            let is_key = table.primary_key.as_ref().is_some_and(|key| key.columns.contains(&column.name));
            if is_key {
                column.nullable = false;
                column.extra = None;
                column.values = None;
            }
            let key_is_one = table.primary_key.as_ref().is_some_and(|key| key.columns.len() == 1);
            let is_integer = matches!(column.data_type.kind, DataType::Integer | DataType::BigInteger);
            if !is_key || !key_is_one || !is_integer {
                column.auto_increment = AutoIncrement::No;
            }
            if column.auto_increment != AutoIncrement::No || is_generated(column) {
                column.default = None;
                column.values = None;
            }
            let mentioned = column
                .extra
                .as_ref()
                .is_none_or(|extra| !extra.contains('(') || own.iter().any(|name| extra.contains(&quote(name))));
            let repeats = column.extra.as_ref().is_some_and(|extra| extra == "UNIQUE") && !is_distinct(column);
            if !mentioned || repeats {
                column.extra = None;
            }
        }
        let generated: BTreeSet<String> =
            table.columns.iter().filter(|column| is_generated(column)).map(|column| column.name.clone()).collect();
        for column in table.columns.iter_mut().filter(|column| is_generated(column)) {
            // A generated column may not use one that is generated in turn, for simplicity.
            if generated.iter().any(|name| column.extra.as_ref().is_some_and(|extra| extra.contains(&quote(name)))) {
                column.extra = None;
            }
        }
        let distinct = distinct_columns(table);
        let is_distinct = |columns: &[String]| has_all(columns) && columns.iter().all(|name| distinct.contains(name));
        table.uniques.retain(|unique| is_distinct(&unique.columns));
        table.checks.retain(|check| match &check.placement {
            Placement::Column(name) => own.contains(name),
            Placement::Table => own.iter().any(|name| check.expression.contains(&quote(name))),
        });
        for unique in table.uniques.iter_mut().filter(|unique| !has(&unique.placement)) {
            unique.placement = Placement::Table;
        }
        if let Some(Name { text, inferred: true }) = table.primary_key.as_mut().and_then(|key| key.name.as_mut()) {
            *text = format!("pk-{}", table.name);
        }
        let name = table.name.clone();
        table.indexes.retain_mut(|index| {
            let columns = index_columns(index);
            if let (Some(predicate), Some(column)) = (&mut index.predicate, columns.first()) {
                *predicate = format!("{} IS NOT NULL", quote(column));
            }
            if index.name.inferred {
                let kind = if index.unique { "u-" } else { "" };
                index.name.text = format!("idx-{name}-{kind}{}", columns.join("-"));
            }
            let fits = if index.unique { is_distinct(&columns) } else { has_all(&columns) };
            fits && names.insert(index.name.text.to_lowercase())
        });
    }
    // Types of parents go to their children; a few rounds reach the children of children.
    for _ in 0..4 {
        let parents = schema.clone();
        for table in schema.tables.values_mut() {
            foreign_keys(table, &parents);
        }
    }
}

fn foreign_keys(table: &mut Table, parents: &Schema) {
    let mut kept: Vec<ForeignKey> = Vec::new();
    for mut fk in std::mem::take(&mut table.foreign_keys) {
        let parent = parents.tables.get(&fk.references);
        let is_key = parent.is_some_and(|parent| keys(parent).contains(&fk.referenced_columns));
        let fits = fk.columns.iter().all(|name| table.column(name).is_some_and(is_distinct));
        let is_new = !kept.iter().any(|other| other.columns == fk.columns && other.references == fk.references);
        if !is_key || !fits || !is_new {
            continue;
        }
        for (name, referenced) in fk.columns.iter().zip(&fk.referenced_columns) {
            let Some(kind) = parent.and_then(|parent| parent.column(referenced)).map(|column| &column.data_type.kind)
            else {
                continue;
            };
            for column in table.columns.iter_mut().filter(|column| column.name == *name) {
                column.data_type.kind = kind.clone();
                column.default = None;
            }
        }
        if let Some(Name { text, inferred: true }) = &mut fk.name {
            *text = format!("fk-{}-{}", table.name, fk.columns.join("-"));
        }
        kept.push(fk);
    }
    table.foreign_keys = kept;
}

/// A schema as text, for people.
pub(crate) fn show(schema: &Schema) -> String {
    let mut text = String::new();
    for table in schema.tables.values() {
        let options = seachange::dialect::Options::default();
        let alone = Schema::from_iter([Table::clone(table)]);
        writeln!(text, "{}", table.name).unwrap();
        match crate::support::DIALECT.canonicalize(alone, &options) {
            Ok(canonical) => {
                for line in canonical
                    .tables
                    .values()
                    .flat_map(|table| seachange::render::sql::table_lines(table, crate::support::DIALECT))
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

fn quote(name: &str) -> String {
    crate::support::DIALECT.quote(name)
}
