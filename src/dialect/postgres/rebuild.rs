//! How a table changes when PostgreSQL has no statement for it: the rows step aside, the table is made anew, and they come
//! back. Says which statements; the texts of the table and its indexes come from the caller.

use super::alter::{is_serial, refusal, row_security};
use super::words::identifier as quote;
use super::{literal, sequence, table_name};
use crate::dialect::Rebuild;
use crate::error::Refusal;
use crate::model::{Column, Literal, Partition, RowSecurity, Schema, Table, TableName, TableOptions};

/// Refuses what would lose more than is known of.
pub(super) fn accepts(from: &Table) -> Result<(), Refusal> {
    let hint = "make a new table, copy the rows and rename it, in a revision of your own: `seachange revision -m …`";
    if !from.unmodelled.is_empty() {
        let words = from.unmodelled.join(", ");
        return Err(refusal(format!("its definition says more than seachange understands ({words})"), hint));
    }
    match from.partitions.first().filter(|_| from.options.partition_by.is_none()) {
        Some(child) => Err(refusal(format!("`{}` inherits from it, with rows of its own", child.name), hint)),
        None => Ok(()),
    }
}

/// Whether one of its partitions takes the rows that fit into no other.
pub(in crate::dialect) fn has_default_partition(table: &Table) -> bool {
    let is_default =
        |sql: &String| sql.starts_with("CREATE") && sql.contains(" PARTITION OF ") && sql.contains(" DEFAULT");
    table.partitions.iter().flat_map(|partition| &partition.sql).any(is_default)
}

/// Works out the statements around the creation of the new table.
pub(in crate::dialect) fn rebuild(from: &Table, to: &Table, schema: &Schema) -> Rebuild {
    let rows = free_name(&from.name, "_seachange_rows", schema);
    let (mut before, mut between) = (Vec::new(), Vec::new());
    if from.options.row_security == RowSecurity::Forced {
        // Who owns the table sees all of its rows.
        before.push(format!("ALTER TABLE {} NO FORCE ROW LEVEL SECURITY", table_name(&from.name)));
    }
    let is_kept = |column: &&Column| {
        column.generated.is_none() && to.column(&column.name).is_some_and(|new| new.generated.is_none())
    };
    let columns: Vec<String> = from.columns.iter().filter(is_kept).map(|column| quote(&column.name)).collect();
    let columns = columns.join(", ");
    before.push(aside(&rows, &columns, &from.name));
    let always = to.columns.iter().any(|column| column.identity.as_ref().is_some_and(|identity| identity.always));
    let overriding = if always { " OVERRIDING SYSTEM VALUE" } else { "" };
    let (old, new) = (table_name(&rows), table_name(&to.name));
    between.push(format!("INSERT INTO {new} ({columns}){overriding}\n    SELECT {columns} FROM {old}"));
    between.push(format!("DROP TABLE {old}"));
    for (number, column) in from.columns.iter().filter(|column| counts(column)).enumerate() {
        let Some(new) = to.column(&column.name).filter(|new| counts(new)) else { continue };
        // The numbers of rows that are gone are not handed out again.
        let count = free_name(&from.name, &format!("_seachange_count_{number}"), schema);
        before.push(aside(&count, "last_value, is_called", &sequence::of(&from.name, column)));
        let name = literal(&Literal::Text(table_name(&sequence::of(&to.name, new))));
        let count = table_name(&count);
        between.push(format!("SELECT pg_catalog.setval({name}, last_value, is_called) FROM {count}"));
        between.push(format!("DROP TABLE {count}"));
    }
    before.push(format!("DROP TABLE {}", table_name(&from.name)));
    let (partitions, mut after) = held_back(&to.partitions);
    after.extend(match to.options.row_security {
        RowSecurity::Off => Vec::new(),
        security => row_security(&to.name, security).into_iter().filter(|sql| !sql.contains("NO FORCE")).collect(),
    });
    let options = TableOptions { row_security: RowSecurity::Off, ..to.options.clone() };
    Rebuild { table: Table { partitions, options, ..to.clone() }, before, between, after }
}

/// A statement that puts values aside until the end of the transaction, which nothing survives anyhow.
fn aside(name: &TableName, columns: &str, from: &TableName) -> String {
    format!("CREATE UNLOGGED TABLE {} AS\n    SELECT {columns} FROM {}", table_name(name), table_name(from))
}

fn counts(column: &Column) -> bool {
    is_serial(column) || column.identity.is_some()
}

/// A name beside the table that no other has.
fn free_name(table: &TableName, base: &str, schema: &Schema) -> TableName {
    let of = |name: String| TableName { name, ..table.clone() };
    let numbered = (2..).map(|number| format!("{base}_{number}"));
    let names = std::iter::once(base.to_owned()).chain(numbered).map(of);
    let is_free = |name: &TableName| !schema.tables.contains_key(name) && !schema.verbatim.contains_key(name);
    names.into_iter().find(is_free).unwrap_or_else(|| of(base.to_owned()))
}

/// The partitions as the rows find them, and what comes behind the rows: triggers and rules would fire for each of them, and
/// policies hide some.
fn held_back(partitions: &[Partition]) -> (Vec<Partition>, Vec<String>) {
    let is_late = |sql: &String| {
        let starts = ["CREATE TRIGGER", "CREATE CONSTRAINT TRIGGER", "CREATE RULE", "CREATE POLICY"];
        starts.iter().any(|start| sql.starts_with(start)) || sql.ends_with(" ROW LEVEL SECURITY")
    };
    let (mut early, mut late) = (Vec::new(), Vec::new());
    for partition in partitions {
        let at = partition.sql.iter().position(is_late).unwrap_or(partition.sql.len());
        let (first, rest) = partition.sql.split_at(at);
        early.push(Partition { name: partition.name.clone(), sql: first.to_vec() });
        late.extend(rest.iter().cloned());
    }
    (early, late)
}
