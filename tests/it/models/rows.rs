//! Rows for any schema.

use std::fmt::Write;

use seachange::dialect::Dialect;
use seachange::model::{AutoIncrement, Column, DataType, Schema, Table, TableName};

use super::quote;

/// Rows that fulfil all demands of a canonicalized schema: each key counts, and each foreign key refers to the row of
/// the same number.
pub(crate) fn rows(schema: &Schema, number_of_rows: usize, dialect: Dialect) -> String {
    let (off, on, overriding) = match dialect {
        Dialect::Sqlite => ("PRAGMA foreign_keys = OFF;\n", "PRAGMA foreign_keys = ON;\n", ""),
        Dialect::Postgres => (
            "SET session_replication_role = replica;\n",
            "RESET session_replication_role;\n",
            "OVERRIDING SYSTEM VALUE ",
        ),
    };
    let mut sql = off.to_owned();
    for table in schema.tables.values() {
        for number in 1..=number_of_rows {
            let columns: Vec<&Column> = table.columns.iter().filter(|column| column.generated.is_none()).collect();
            let names: Vec<String> = columns.iter().map(|column| quote(&column.name)).collect();
            let values: Vec<String> =
                columns.iter().map(|column| value(schema, table, column, number, dialect)).collect();
            let (name, names, values) = (qualified(&table.name), names.join(", "), values.join(", "));
            writeln!(sql, "INSERT INTO {name} ({names}) {overriding}VALUES ({values});").unwrap();
        }
        for column in table.columns.iter().filter(|column| dialect == Dialect::Postgres && counts(column)) {
            writeln!(sql, "SELECT setval({}, 777);", sequence_of(&table.name, &column.name)).unwrap();
        }
    }
    sql + on
}

/// The name with its schema, in quotes.
pub(crate) fn qualified(name: &TableName) -> String {
    let schema = name.schema.as_ref().map(|schema| format!("{}.", quote(schema)));
    format!("{}{}", schema.unwrap_or_default(), quote(&name.name))
}

/// The sequence behind a column that counts, as PostgreSQL finds it.
pub(crate) fn sequence_of(table: &TableName, column: &str) -> String {
    let literal = |text: &str| format!("'{}'", text.replace('\'', "''"));
    format!("pg_get_serial_sequence({}, {})", literal(&qualified(table)), literal(column))
}

/// Whether a database counts the column up.
pub(crate) fn counts(column: &Column) -> bool {
    column.identity.is_some() || column.auto_increment == AutoIncrement::Yes
}

/// Puts the values of enums back, which a database does not know.
pub(crate) fn keep_values(schema: &mut Schema, declared: &Schema) {
    for table in schema.tables.values_mut().map(|table| &mut **table) {
        for column in &mut table.columns {
            let said = declared.tables.get(&table.name).and_then(|table| table.column(&column.name));
            column.values = said.and_then(|column| column.values.clone());
        }
    }
}

fn value(schema: &Schema, table: &Table, column: &Column, number: usize, dialect: Dialect) -> String {
    let all = schema.tables.values().flat_map(|table| &table.foreign_keys);
    let is_referenced =
        all.clone().any(|fk| fk.references == table.name && fk.referenced_columns.contains(&column.name));
    if column.nullable && number == 3 && !is_referenced {
        return "NULL".to_owned();
    }
    let literal = |text: &str| format!("'{}'", text.replace('\'', "''"));
    if let Some(values) = &column.values {
        let chosen = &values[number % values.len()];
        return match column.data_type.kind {
            DataType::Array(_) => literal(&format!("{{\"{chosen}\",\"{}\"}}", values[0])),
            _ => literal(chosen),
        };
    }
    match (&column.data_type.kind, dialect) {
        (DataType::Boolean, Dialect::Sqlite) => (number % 2).to_string(),
        (DataType::Integer | DataType::BigInteger | DataType::SmallInteger, _) => number.to_string(),
        (DataType::Double | DataType::Float | DataType::Decimal(_), _) => format!("{number}.5"),
        (DataType::VarBinary(_) | DataType::Binary(_), Dialect::Sqlite) => format!("x'0{number}ff27'"),
        (kind, Dialect::Postgres) => literal(&postgres_value(kind, number)),
        (_, Dialect::Sqlite) => format!("'{number} it''s \"größe\"; --'"),
    }
}

/// The text of a value that the type takes.
fn postgres_value(kind: &DataType, number: usize) -> String {
    let custom = |text: &str, base: &str| text.split('(').next() == Some(base);
    match kind {
        DataType::Boolean => number.is_multiple_of(2).to_string(),
        DataType::VarBinary(_) | DataType::Binary(_) | DataType::Blob => format!("\\x0{number}ff27"),
        DataType::DateTime | DataType::Timestamp => format!("2026-01-0{number} 01:02:03"),
        DataType::TimestampWithTimeZone => format!("2026-01-0{number} 01:02:03+00"),
        DataType::Date => format!("2026-01-0{number}"),
        DataType::Time => format!("01:02:0{number}"),
        DataType::Interval => format!("{number} days"),
        DataType::Json | DataType::JsonBinary => format!("{{\"a\": {number}}}"),
        DataType::Uuid => format!("00000000-0000-0000-0000-00000000000{number}"),
        DataType::Inet => format!("10.0.0.{number}"),
        DataType::MacAddr => format!("08:00:2b:01:02:0{number}"),
        DataType::VarBit(_) => format!("{number:03b}"),
        DataType::Array(element) => format!("{{{},NULL}}", array_element(element, number)),
        DataType::Custom(text) if custom(text, "daterange") => format!("[2026-01-0{number},2026-01-0{number}]"),
        DataType::Custom(text) if custom(text, "tsvector") => format!("word{number}"),
        _ => format!("{number} it's \"größe\"; --"),
    }
}

fn array_element(kind: &DataType, number: usize) -> String {
    match kind {
        DataType::Integer => number.to_string(),
        _ => format!("\"{number} it's\""),
    }
}
