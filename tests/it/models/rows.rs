//! Rows for any schema.

use std::fmt::Write;

use seachange::model::{Column, DataType, Schema, Table};

use super::quote;

/// Rows that fulfil all demands of a canonicalized schema: each key counts, and each foreign key refers to the row of
/// the same number.
pub(crate) fn rows(schema: &Schema, number_of_rows: usize) -> String {
    let mut sql = String::from("PRAGMA foreign_keys = OFF;\n");
    for table in schema.tables.values() {
        for number in 1..=number_of_rows {
            let columns: Vec<&Column> = table.columns.iter().filter(|column| column.generated.is_none()).collect();
            let names: Vec<String> = columns.iter().map(|column| quote(&column.name)).collect();
            let values: Vec<String> = columns.iter().map(|column| value(schema, table, column, number)).collect();
            let (names, values) = (names.join(", "), values.join(", "));
            writeln!(sql, "INSERT INTO {} ({names}) VALUES ({values});", quote(&table.name.name)).unwrap();
        }
    }
    sql + "PRAGMA foreign_keys = ON;\n"
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

fn value(schema: &Schema, table: &Table, column: &Column, number: usize) -> String {
    let all = schema.tables.values().flat_map(|table| &table.foreign_keys);
    let is_referenced =
        all.clone().any(|fk| fk.references == table.name && fk.referenced_columns.contains(&column.name));
    if column.nullable && number == 3 && !is_referenced {
        return "NULL".to_owned();
    }
    if let Some(values) = &column.values {
        return format!("'{}'", values[number % values.len()].replace('\'', "''"));
    }
    match column.data_type.kind {
        DataType::Boolean => (number % 2).to_string(),
        DataType::Integer | DataType::BigInteger | DataType::SmallInteger => number.to_string(),
        DataType::Double | DataType::Float | DataType::Decimal(_) => format!("{number}.5"),
        DataType::VarBinary(_) | DataType::Binary(_) => format!("x'0{number}ff27'"),
        _ => format!("'{number} it''s \"größe\"; --'"),
    }
}
