//! How the rows of a column that holds an enum become those of another: what stops at values that nothing stands for, and
//! what each of the others becomes. The texts of statements only.

use super::rebuild::{Rows, hidden_rowid};
use super::{fit, literal, quote};
use crate::model::{Column, Conversion, Literal, TableName};

/// The value of a row afterwards, given the column.
pub(super) fn value(name: &str, conversion: &Conversion) -> String {
    let changed: Vec<String> =
        conversion.changed().map(|(from, to)| format!("WHEN {} THEN {}", literal(from), literal(to))).collect();
    if changed.is_empty() { name.to_owned() } else { format!("CASE {name} {} ELSE {name} END", changed.join(" ")) }
}

/// Statements that stop a rebuild at rows for whose values nothing stands afterwards, while they are where they were.
pub(super) fn refuse_before(rows: &Rows<'_>) -> Vec<String> {
    let (from, to) = (rows.from, rows.to);
    let columns = from.columns.iter().filter_map(|column| Some((column, to.column(&column.name)?)));
    let converted = columns.filter_map(|(column, to)| Some((column, column.conversion(to)?)));
    let key = match &from.primary_key {
        Some(key) => key.columns.clone(),
        None => hidden_rowid(from).into_iter().collect(),
    };
    let refuse = |(column, conversion): (&Column, Conversion)| {
        let condition = condition(column, &conversion)?;
        Some(insert(&rows.table(), &rows.misfit(), &from.name, column, &key, &condition))
    };
    converted.filter_map(refuse).collect()
}

/// The statements that give rows their new values where nothing else about the table changes.
pub(super) fn change(table: &TableName, column: &Column, conversion: &Conversion) -> Vec<String> {
    let name = quote(&column.name);
    let changed: Vec<&(Literal, Literal)> = conversion.changed().collect();
    let list = changed.iter().map(|(from, _)| literal(from)).collect::<Vec<_>>().join(", ");
    let mut statements = Vec::new();
    if let Some(condition) = condition(column, conversion) {
        // The table is there for as long as it takes to look.
        let (rows, misfit) = ("temp.\"_seachange_misfit\"", quote(fit::MISFIT));
        statements.push(format!(
            "CREATE TEMP TABLE \"_seachange_misfit\" (\n    {misfit} CONSTRAINT \"rows hold values that nothing stands for any more\" CHECK ({misfit} IS NULL)\n)"
        ));
        statements.push(insert(rows, &misfit, table, column, &["rowid".to_owned()], &condition));
        statements.push(format!("DROP TABLE {rows}"));
    }
    // No conflict clause may swallow a row.
    let update = format!("UPDATE OR ABORT {} SET {name} =", quote(&table.name));
    match changed.as_slice() {
        [] => {}
        [(from, to)] => statements.push(format!("{update} {} WHERE {name} = {}", literal(to), literal(from))),
        _ => statements.push(format!("{update} {} WHERE {name} IN ({list})", value(&name, conversion))),
    }
    statements
}

/// Which rows hold values for which nothing stands afterwards; `None` when that is not to be asked.
fn condition(column: &Column, conversion: &Conversion) -> Option<String> {
    let name = quote(&column.name);
    let list = |values: &[Literal]| values.iter().map(literal).collect::<Vec<_>>().join(", ");
    let is_number = |value: &Literal| matches!(value, Literal::Integer(_));
    let becomes_another_kind =
        conversion.pairs.iter().chain(&conversion.merged).any(|(from, to)| is_number(from) != is_number(to));
    match conversion.gone.as_slice() {
        _ if becomes_another_kind => {
            Some(format!("{name} IS NOT NULL AND {name} NOT IN ({})", list(&conversion.known())))
        }
        [] => None,
        gone => Some(format!("{name} IN ({})", list(gone))),
    }
}

/// A statement that stops at rows, and says of each what it holds and which one it is.
fn insert(rows: &str, misfit: &str, table: &TableName, column: &Column, key: &[String], condition: &str) -> String {
    let (own, name) = (quote(&table.name), quote(&column.name));
    let text = |text: String| literal(&Literal::Text(text));
    let mut pieces = vec![text(format!("nothing stands any more for `{table}.{}` = ", column.name))];
    pieces.push(format!("quote({name})"));
    for (position, part) in key.iter().enumerate() {
        pieces.push(text(format!("{} {part} = ", if position == 0 { ":" } else { "," })));
        pieces.push(format!("quote({})", quote(part)));
    }
    format!("INSERT INTO {rows} ({misfit})\n    SELECT {}\n    FROM {own} WHERE {condition}", pieces.join(" || "))
}
