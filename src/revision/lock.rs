//! The text of `schema.lock`: what the entities declared at the last revision. One block per table and one line per
//! object, sorted, so that two branches merge in git. Knows no files and no dialect.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::error::Cause;
use crate::model::{
    Action, AutoIncrement, Check, Column, ColumnDefault, ColumnType, DataType, DefaultValue, ForeignKey, Generated,
    Index, IndexKey, IndexPart, Literal, Name, Placement, PrimaryKey, Schema, Table, TableName, TableOptions, Unique,
};

const HEADER: &str = "\
# What the entities declared at the last revision: how seachange knows what is the project's and what is not.
# Written by `seachange revision`; commit it together with the revision. Not to be edited by hand.
";

/// The version of the format.
const FORMAT: u32 = 1;

/// The lock of a schema. The same schema gives the same text.
pub fn write(schema: &Schema) -> String {
    let mut text = format!("{HEADER}format = {FORMAT}\n");
    for table in schema.tables.values() {
        let row = TableRow::from(table);
        text.push_str(&format!("\n[tables.{}]\n", key(&table.name.to_string())));
        if let Some(schema) = &table.name.schema {
            text.push_str(&format!("schema = {}\n", quoted(schema)));
        }
        list(&mut text, "columns", &row.columns);
        if let Some(primary_key) = &row.primary_key {
            text.push_str(&format!("primary_key = {}\n", inline(primary_key)));
        }
        list(&mut text, "uniques", &row.uniques);
        list(&mut text, "foreign_keys", &row.foreign_keys);
        list(&mut text, "checks", &row.checks);
        list(&mut text, "indexes", &row.indexes);
        if row.strict {
            text.push_str("strict = true\n");
        }
        if row.without_rowid {
            text.push_str("without_rowid = true\n");
        }
        if let Some(comment) = &row.comment {
            text.push_str(&format!("comment = {}\n", quoted(comment)));
        }
    }
    text
}

/// Reads a lock back.
///
/// # Errors
/// The text is not a lock, was left with git's conflict marks, or is of a newer format.
pub fn read(text: &str) -> Result<Schema, Cause> {
    if text.lines().any(|line| line.starts_with("<<<<<<< ") || line.starts_with(">>>>>>> ")) {
        return Err("git left a merge conflict in it".into());
    }
    let file: LockFile = toml::from_str(text)?;
    if file.format > FORMAT {
        return Err(format!("it is of format {}, this seachange reads format {FORMAT}", file.format).into());
    }
    let mut schema = Schema::default();
    for (name, row) in file.tables {
        let table = row.into_table(&name)?;
        schema.tables.insert(table.name.clone(), table);
    }
    Ok(schema)
}

fn list<T: Serialize>(text: &mut String, name: &str, rows: &[T]) {
    if rows.is_empty() {
        return;
    }
    text.push_str(&format!("{name} = [\n"));
    for row in rows {
        text.push_str(&format!("  {},\n", inline(row)));
    }
    text.push_str("]\n");
}

/// A row on one line, its fields in the order of the struct.
fn inline<T: Serialize>(row: &T) -> String {
    let mut text = String::new();
    // Rows hold strings, numbers, booleans and lists of them only: TOML can say all of them.
    let _ = row.serialize(toml::ser::ValueSerializer::new(&mut text));
    text
}

fn quoted(value: &str) -> String {
    toml::Value::String(value.to_owned()).to_string()
}

fn key(name: &str) -> String {
    let is_bare = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    if is_bare { name.to_owned() } else { quoted(name) }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LockFile {
    format: u32,
    #[serde(default)]
    tables: BTreeMap<String, TableRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TableRow {
    schema: Option<String>,
    columns: Vec<ColumnRow>,
    primary_key: Option<KeyRow>,
    #[serde(default)]
    uniques: Vec<KeyRow>,
    #[serde(default)]
    foreign_keys: Vec<ForeignKeyRow>,
    #[serde(default)]
    checks: Vec<CheckRow>,
    #[serde(default)]
    indexes: Vec<IndexRow>,
    #[serde(default)]
    strict: bool,
    #[serde(default)]
    without_rowid: bool,
    comment: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ColumnRow {
    name: String,
    r#type: String,
    #[serde(default, skip_serializing_if = "is_false")]
    inferred: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    nullable: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    values: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    default: Option<DefaultRow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auto_increment: Option<AutoIncrementRow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    generated: Option<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    stored: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    collation: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    extra: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum DefaultRow {
    Bool(bool),
    Integer(i64),
    Text(String),
    Real { real: String },
    Blob { blob: Vec<u8> },
    Null { null: bool },
    Expression { expression: String },
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum AutoIncrementRow {
    Yes,
    Inferred,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct NameRow {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    inferred: bool,
}

#[derive(Serialize, Deserialize)]
struct KeyRow {
    #[serde(flatten)]
    name: NameRow,
    columns: Vec<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    inline: bool,
}

#[derive(Serialize, Deserialize)]
struct ForeignKeyRow {
    #[serde(flatten)]
    name: NameRow,
    columns: Vec<String>,
    references: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    schema: Option<String>,
    referenced_columns: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    on_delete: Option<ActionRow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    on_update: Option<ActionRow>,
    #[serde(default, skip_serializing_if = "is_false")]
    deferred: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    inline: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ActionRow {
    NoAction,
    Restrict,
    Cascade,
    SetNull,
    SetDefault,
}

#[derive(Serialize, Deserialize)]
struct CheckRow {
    #[serde(flatten)]
    name: NameRow,
    expression: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct IndexRow {
    #[serde(flatten)]
    name: NameRow,
    parts: Vec<PartRow>,
    #[serde(default, skip_serializing_if = "is_false")]
    unique: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    predicate: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PartRow {
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expression: Option<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    descending: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    collation: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn is_false(value: &bool) -> bool {
    !value
}

impl From<&Table> for TableRow {
    fn from(table: &Table) -> Self {
        let mut row = Self {
            schema: table.name.schema.clone(),
            columns: table.columns.iter().map(ColumnRow::from).collect(),
            primary_key: table.primary_key.as_ref().map(|key| KeyRow::new(key.name.as_ref(), &key.columns, false)),
            uniques: Vec::new(),
            foreign_keys: table.foreign_keys.iter().map(ForeignKeyRow::from).collect(),
            checks: table.checks.iter().map(CheckRow::from).collect(),
            indexes: table.indexes.iter().map(IndexRow::from).collect(),
            strict: table.options.strict,
            without_rowid: table.options.without_rowid,
            comment: table.comment.clone(),
        };
        for unique in &table.uniques {
            let inline = matches!(unique.placement, Placement::Column(_));
            row.uniques.push(KeyRow::new(unique.name.as_ref(), &unique.columns, inline));
        }
        row.uniques.sort_by(|a, b| a.columns.cmp(&b.columns));
        row.foreign_keys.sort_by(|a, b| (&a.columns, &a.references).cmp(&(&b.columns, &b.references)));
        row.checks.sort_by(|a, b| a.expression.cmp(&b.expression));
        row.indexes.sort_by(|a, b| a.name.name.cmp(&b.name.name));
        row
    }
}

impl TableRow {
    fn into_table(self, key: &str) -> Result<Table, Cause> {
        let name = match &self.schema {
            Some(schema) => key.strip_prefix(&format!("{schema}.")).unwrap_or(key),
            None => key,
        };
        let name = TableName { schema: self.schema, name: name.to_owned() };
        let uniques = self.uniques.into_iter().map(|row| {
            let placement = match row.columns.first() {
                Some(column) if row.inline => Placement::Column(column.clone()),
                _ => Placement::Table,
            };
            Unique { name: row.name.into(), columns: row.columns, placement }
        });
        Ok(Table {
            columns: self.columns.into_iter().map(ColumnRow::into_column).collect::<Result<_, _>>()?,
            primary_key: self.primary_key.map(|row| PrimaryKey { name: row.name.into(), columns: row.columns }),
            uniques: uniques.collect(),
            foreign_keys: self.foreign_keys.into_iter().map(ForeignKey::from).collect(),
            checks: self.checks.into_iter().map(Check::from).collect(),
            indexes: self.indexes.into_iter().map(|row| row.into_index(key)).collect::<Result<_, _>>()?,
            options: TableOptions { strict: self.strict, without_rowid: self.without_rowid },
            comment: self.comment,
            ..Table::new(name)
        })
    }
}

impl From<&Column> for ColumnRow {
    fn from(column: &Column) -> Self {
        Self {
            name: column.name.clone(),
            r#type: type_text(&column.data_type.kind),
            inferred: column.data_type.inferred,
            nullable: column.nullable,
            values: column.values.clone(),
            default: column.default.as_ref().map(|default| DefaultRow::from(&default.value)),
            auto_increment: match column.auto_increment {
                AutoIncrement::No => None,
                AutoIncrement::Yes => Some(AutoIncrementRow::Yes),
                AutoIncrement::Inferred => Some(AutoIncrementRow::Inferred),
            },
            generated: column.generated.as_ref().map(|generated| generated.expression.clone()),
            stored: column.generated.as_ref().is_some_and(|generated| generated.stored),
            collation: column.collation.clone(),
            extra: column.extra.clone(),
            comment: column.comment.clone(),
        }
    }
}

impl ColumnRow {
    fn into_column(self) -> Result<Column, Cause> {
        let kind = parse_type(&self.r#type)
            .ok_or_else(|| format!("the column `{}` has the unknown type `{}`", self.name, self.r#type))?;
        let stored = self.stored;
        Ok(Column {
            nullable: self.nullable,
            values: self.values,
            default: self.default.map(|row| ColumnDefault { value: row.into(), text: None }),
            auto_increment: match self.auto_increment {
                None => AutoIncrement::No,
                Some(AutoIncrementRow::Yes) => AutoIncrement::Yes,
                Some(AutoIncrementRow::Inferred) => AutoIncrement::Inferred,
            },
            generated: self.generated.map(|expression| Generated { expression, stored }),
            collation: self.collation,
            extra: self.extra,
            comment: self.comment,
            ..Column::new(self.name, ColumnType { kind, text: None, inferred: self.inferred })
        })
    }
}

impl From<&DefaultValue> for DefaultRow {
    fn from(value: &DefaultValue) -> Self {
        match value {
            DefaultValue::Expression(expression) => Self::Expression { expression: expression.clone() },
            DefaultValue::Literal(literal) => match literal {
                Literal::Null => Self::Null { null: true },
                Literal::Bool(value) => Self::Bool(*value),
                Literal::Integer(value) => {
                    i64::try_from(*value).map_or_else(|_| Self::Real { real: value.to_string() }, Self::Integer)
                }
                Literal::Real(real) => Self::Real { real: real.clone() },
                Literal::Text(text) => Self::Text(text.clone()),
                Literal::Blob(blob) => Self::Blob { blob: blob.clone() },
            },
        }
    }
}

impl From<DefaultRow> for DefaultValue {
    fn from(row: DefaultRow) -> Self {
        Self::Literal(match row {
            DefaultRow::Expression { expression } => return Self::Expression(expression),
            DefaultRow::Null { .. } => Literal::Null,
            DefaultRow::Bool(value) => Literal::Bool(value),
            DefaultRow::Integer(value) => Literal::Integer(value.into()),
            DefaultRow::Real { real } => real.parse().map_or(Literal::Real(real), Literal::Integer),
            DefaultRow::Text(text) => Literal::Text(text),
            DefaultRow::Blob { blob } => Literal::Blob(blob),
        })
    }
}

impl NameRow {
    fn new(name: Option<&Name>) -> Self {
        Self { name: name.map(|name| name.text.clone()), inferred: name.is_some_and(|name| name.inferred) }
    }
}

impl From<NameRow> for Option<Name> {
    fn from(row: NameRow) -> Self {
        row.name.map(|text| Name { text, inferred: row.inferred })
    }
}

impl KeyRow {
    fn new(name: Option<&Name>, columns: &[String], inline: bool) -> Self {
        Self { name: NameRow::new(name), columns: columns.to_vec(), inline }
    }
}

impl From<&ForeignKey> for ForeignKeyRow {
    fn from(fk: &ForeignKey) -> Self {
        let action = |action: Action| match action {
            Action::NoAction => ActionRow::NoAction,
            Action::Restrict => ActionRow::Restrict,
            Action::Cascade => ActionRow::Cascade,
            Action::SetNull => ActionRow::SetNull,
            Action::SetDefault => ActionRow::SetDefault,
        };
        Self {
            name: NameRow::new(fk.name.as_ref()),
            columns: fk.columns.clone(),
            references: fk.references.name.clone(),
            schema: fk.references.schema.clone(),
            referenced_columns: fk.referenced_columns.clone(),
            on_delete: fk.on_delete.map(action),
            on_update: fk.on_update.map(action),
            deferred: fk.deferred,
            inline: matches!(fk.placement, Placement::Column(_)),
        }
    }
}

impl From<ForeignKeyRow> for ForeignKey {
    fn from(row: ForeignKeyRow) -> Self {
        let action = |row: ActionRow| match row {
            ActionRow::NoAction => Action::NoAction,
            ActionRow::Restrict => Action::Restrict,
            ActionRow::Cascade => Action::Cascade,
            ActionRow::SetNull => Action::SetNull,
            ActionRow::SetDefault => Action::SetDefault,
        };
        let placement = match row.columns.first() {
            Some(column) if row.inline => Placement::Column(column.clone()),
            _ => Placement::Table,
        };
        Self {
            name: row.name.into(),
            columns: row.columns,
            references: TableName { schema: row.schema, name: row.references },
            referenced_columns: row.referenced_columns,
            on_delete: row.on_delete.map(action),
            on_update: row.on_update.map(action),
            deferred: row.deferred,
            placement,
        }
    }
}

impl From<&Check> for CheckRow {
    fn from(check: &Check) -> Self {
        let column = match &check.placement {
            Placement::Column(column) => Some(column.clone()),
            Placement::Table => None,
        };
        Self { name: NameRow::new(check.name.as_ref()), expression: check.expression.clone(), column }
    }
}

impl From<CheckRow> for Check {
    fn from(row: CheckRow) -> Self {
        let placement = row.column.map_or(Placement::Table, Placement::Column);
        Self { name: row.name.into(), expression: row.expression, placement }
    }
}

impl From<&Index> for IndexRow {
    fn from(index: &Index) -> Self {
        let part = |part: &IndexPart| {
            let (column, expression) = match &part.key {
                IndexKey::Column(column) => (Some(column.clone()), None),
                IndexKey::Expression(expression) => (None, Some(expression.clone())),
            };
            PartRow { column, expression, descending: part.descending, collation: part.collation.clone() }
        };
        Self {
            name: NameRow::new(Some(&index.name)),
            parts: index.parts.iter().map(part).collect(),
            unique: index.unique,
            predicate: index.predicate.clone(),
        }
    }
}

impl IndexRow {
    fn into_index(self, table: &str) -> Result<Index, Cause> {
        let part = |row: PartRow| {
            let key = match (row.column, row.expression) {
                (Some(column), None) => IndexKey::Column(column),
                (None, Some(expression)) => IndexKey::Expression(expression),
                _ => return Err(format!("an index part of `{table}` is neither a column nor an expression")),
            };
            Ok(IndexPart { key, descending: row.descending, collation: row.collation })
        };
        let name: Option<Name> = self.name.into();
        Ok(Index {
            name: name.ok_or_else(|| format!("an index of `{table}` has no name"))?,
            parts: self.parts.into_iter().map(part).collect::<Result<_, _>>()?,
            unique: self.unique,
            predicate: self.predicate,
        })
    }
}

/// The types without arguments, by the names they have in the lock.
const PLAIN_TYPES: [(&str, DataType); 27] = [
    ("Boolean", DataType::Boolean),
    ("TinyInteger", DataType::TinyInteger),
    ("SmallInteger", DataType::SmallInteger),
    ("Integer", DataType::Integer),
    ("BigInteger", DataType::BigInteger),
    ("TinyUnsigned", DataType::TinyUnsigned),
    ("SmallUnsigned", DataType::SmallUnsigned),
    ("Unsigned", DataType::Unsigned),
    ("BigUnsigned", DataType::BigUnsigned),
    ("Float", DataType::Float),
    ("Double", DataType::Double),
    ("Text", DataType::Text),
    ("Blob", DataType::Blob),
    ("Date", DataType::Date),
    ("Time", DataType::Time),
    ("DateTime", DataType::DateTime),
    ("Timestamp", DataType::Timestamp),
    ("TimestampWithTimeZone", DataType::TimestampWithTimeZone),
    ("Year", DataType::Year),
    ("Interval", DataType::Interval),
    ("Json", DataType::Json),
    ("JsonBinary", DataType::JsonBinary),
    ("Uuid", DataType::Uuid),
    ("Cidr", DataType::Cidr),
    ("Inet", DataType::Inet),
    ("MacAddr", DataType::MacAddr),
    ("LTree", DataType::LTree),
];

fn type_text(kind: &DataType) -> String {
    let sized = |name: &str, size: &Option<u32>| size.map_or(name.to_owned(), |size| format!("{name}({size})"));
    let precise = |name: &str, precision: &Option<(u32, u32)>| {
        precision.map_or(name.to_owned(), |(precision, scale)| format!("{name}({precision}, {scale})"))
    };
    match kind {
        DataType::Decimal(precision) => precise("Decimal", precision),
        DataType::Money(precision) => precise("Money", precision),
        DataType::Char(length) => sized("Char", length),
        DataType::String(length) => sized("String", length),
        DataType::Binary(length) => sized("Binary", &Some(*length)),
        DataType::VarBinary(length) => sized("VarBinary", length),
        DataType::Bit(length) => sized("Bit", length),
        DataType::VarBit(length) => sized("VarBit", &Some(*length)),
        DataType::Vector(size) => sized("Vector", size),
        DataType::Enum(name) => format!("Enum({name})"),
        DataType::Array(item) => format!("Array({})", type_text(item)),
        DataType::Custom(text) => format!("Custom({text})"),
        plain => {
            let name = PLAIN_TYPES.iter().find(|(_, kind)| kind == plain).map(|(name, _)| *name);
            name.unwrap_or_default().to_owned()
        }
    }
}

fn parse_type(text: &str) -> Option<DataType> {
    if let Some((_, kind)) = PLAIN_TYPES.iter().find(|(name, _)| *name == text) {
        return Some(kind.clone());
    }
    let (name, arguments) = match text.split_once('(') {
        Some((name, rest)) => (name, Some(rest.strip_suffix(')')?)),
        None => (text, None),
    };
    let size = arguments.map(str::parse).transpose();
    let precision = || match arguments {
        Some(arguments) => {
            let (precision, scale) = arguments.split_once(',')?;
            Some(Some((precision.trim().parse().ok()?, scale.trim().parse().ok()?)))
        }
        None => Some(None),
    };
    Some(match name {
        "Decimal" => DataType::Decimal(precision()?),
        "Money" => DataType::Money(precision()?),
        "Char" => DataType::Char(size.ok()?),
        "String" => DataType::String(size.ok()?),
        "Binary" => DataType::Binary(size.ok()??),
        "VarBinary" => DataType::VarBinary(size.ok()?),
        "Bit" => DataType::Bit(size.ok()?),
        "VarBit" => DataType::VarBit(size.ok()??),
        "Vector" => DataType::Vector(size.ok()?),
        "Enum" => DataType::Enum(arguments?.to_owned()),
        "Array" => DataType::Array(Box::new(parse_type(arguments?)?)),
        "Custom" => DataType::Custom(arguments?.to_owned()),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    fn every_kind_of_object() -> Schema {
        let name = TableName::new("odd \"name\"");
        let mut table = Table::new(name.clone());
        let kinds = PLAIN_TYPES.iter().map(|(_, kind)| kind.clone()).chain([
            DataType::Decimal(Some((12, 4))),
            DataType::Money(None),
            DataType::Char(Some(2)),
            DataType::String(None),
            DataType::String(Some(64)),
            DataType::Binary(16),
            DataType::VarBinary(None),
            DataType::Bit(Some(3)),
            DataType::VarBit(4),
            DataType::Vector(Some(3)),
            DataType::Enum("TeaKind".into()),
            DataType::Array(Box::new(DataType::Array(Box::new(DataType::Decimal(Some((1, 0))))))),
            DataType::Custom("geometry(Point, 4326)".into()),
        ]);
        let literals = [
            Literal::Null,
            Literal::Bool(true),
            Literal::Integer(-5),
            Literal::Integer(i128::from(u64::MAX)),
            Literal::Real("1.50".into()),
            Literal::Text("it's \"so\"\n".into()),
            Literal::Blob(vec![0, 255]),
        ];
        let mut values = literals
            .into_iter()
            .map(DefaultValue::Literal)
            .chain([DefaultValue::Expression("CURRENT_TIMESTAMP".into())]);
        for (position, kind) in kinds.enumerate() {
            let mut column =
                Column::new(format!("c{position}"), ColumnType { kind, text: None, inferred: position % 2 == 0 });
            column.nullable = position % 3 == 0;
            column.default = values.next().map(|value| ColumnDefault { value, text: None });
            table.columns.push(column);
        }
        table.columns[0].values = Some(vec!["a".into(), String::new()]);
        table.columns[1].auto_increment = AutoIncrement::Inferred;
        table.columns[2].auto_increment = AutoIncrement::Yes;
        table.columns[3].generated = Some(Generated { expression: "c1 + 1".into(), stored: true });
        table.columns[4].collation = Some("NOCASE".into());
        table.columns[5].extra = Some("CHECK (c5 > 0)".into());
        table.columns[6].comment = Some("ü".into());
        table.primary_key =
            Some(PrimaryKey { name: Some(Name::inferred("pk-t")), columns: vec!["c1".into(), "c2".into()] });
        table.uniques =
            vec![Unique { name: None, columns: vec!["c1".into()], placement: Placement::Column("c1".into()) }];
        table.foreign_keys = vec![ForeignKey {
            name: Some(Name::written("fk")),
            columns: vec!["c1".into()],
            references: TableName { schema: Some("s".into()), name: "t".into() },
            referenced_columns: vec!["id".into()],
            on_delete: Some(Action::SetNull),
            on_update: None,
            deferred: true,
            placement: Placement::Table,
        }];
        table.checks =
            vec![Check { name: None, expression: "c1 > 0".into(), placement: Placement::Column("c1".into()) }];
        table.indexes = vec![Index {
            name: Name::inferred("idx-t-c1"),
            parts: vec![
                IndexPart::column("c1"),
                IndexPart {
                    key: IndexKey::Expression("lower(c2)".into()),
                    descending: true,
                    collation: Some("NOCASE".into()),
                },
            ],
            unique: true,
            predicate: Some("c1 IS NOT NULL".into()),
        }];
        table.options = TableOptions { strict: true, without_rowid: true };
        table.comment = Some("a\nb".into());
        Schema { tables: BTreeMap::from([(name, table)]), ..Schema::default() }
    }

    #[test]
    fn everything_written_is_read_back() {
        let schema = every_kind_of_object();
        assert_eq!(read(&write(&schema)).unwrap(), schema);
    }

    #[test]
    fn a_table_is_a_block_with_one_line_per_object() {
        let mut schema = every_kind_of_object();
        for table in schema.tables.values_mut() {
            table.columns.truncate(3);
        }
        expect![[r##"
            # What the entities declared at the last revision: how seachange knows what is the project's and what is not.
            # Written by `seachange revision`; commit it together with the revision. Not to be edited by hand.
            format = 1

            [tables.'odd "name"']
            columns = [
              { name = "c0", type = "Boolean", inferred = true, nullable = true, values = ["a", ""], default = { null = true } },
              { name = "c1", type = "TinyInteger", default = true, auto_increment = "inferred" },
              { name = "c2", type = "SmallInteger", inferred = true, default = -5, auto_increment = "yes" },
            ]
            primary_key = { name = "pk-t", inferred = true, columns = ["c1", "c2"] }
            uniques = [
              { columns = ["c1"], inline = true },
            ]
            foreign_keys = [
              { name = "fk", columns = ["c1"], references = "t", schema = "s", referenced_columns = ["id"], on_delete = "set_null", deferred = true },
            ]
            checks = [
              { expression = "c1 > 0", column = "c1" },
            ]
            indexes = [
              { name = "idx-t-c1", inferred = true, parts = [{ column = "c1" }, { expression = "lower(c2)", descending = true, collation = "NOCASE" }], unique = true, predicate = "c1 IS NOT NULL" },
            ]
            strict = true
            without_rowid = true
            comment = """
            a
            b"""
        "##]]
        .assert_eq(&write(&schema));
    }

    #[test]
    fn what_is_not_a_lock_is_refused_with_a_reason() {
        let check = |text: &str, reason: &str| {
            let error = read(text).unwrap_err().to_string();
            assert!(error.contains(reason), "{error}");
        };
        check("format = 9\n", "format 9");
        check("<<<<<<< HEAD\nformat = 1\n", "merge conflict");
        check("format = 1\n[tables.t]\ncolumns = [{ name = \"a\", type = \"Strnig\" }]\n", "unknown type `Strnig`");
    }
}
