//! What entities can say and SQLite does not have. What only tunes another database is left out; what would keep rows
//! out, and here would silently let them in, is refused. What is said for SQLite alone is taken.

use super::canonicalize::unsupported;
use super::{create, quote, types};
use crate::error::Result;
use crate::model::{
    AutoIncrement, Column, ColumnType, Deferrable, Index, IndexKey, ObjectPath, Table, TableName, TableOptions,
};

/// How this database is called where a type is written for one alone.
const NAME: &str = "sqlite";

/// The table without what SQLite has no place for.
pub(super) fn leave_out(table: &mut Table) -> Result<()> {
    refuse(table)?;
    for column in &mut table.columns {
        column.identity = None;
        take_type(&table.name, column)?;
    }
    for fk in &mut table.foreign_keys {
        fk.match_full = false;
        fk.not_valid = false;
        // A transaction can put off any foreign key with a pragma, whatever its text says.
        if fk.deferrable == Deferrable::InitiallyImmediate {
            fk.deferrable = Deferrable::No;
        }
    }
    if let Some(key) = &mut table.primary_key {
        key.include.clear();
    }
    table.uniques.iter_mut().for_each(|unique| unique.include.clear());
    let columns = &table.columns;
    for index in &mut table.indexes {
        index.method = None;
        index.include.clear();
        index.storage.clear();
        index.concurrently = false;
        for part in &mut index.parts {
            part.nulls = None;
            part.operator_class = None;
        }
        own_collations(index, |name| {
            let column = columns.iter().find(|column| column.name == name);
            Some(column.and_then(|column| column.collation.as_deref()).unwrap_or("BINARY"))
        });
    }
    table.options.partition_by = None;
    Ok(())
}

/// Takes collations off the parts of an index that their columns have anyway. `own` tells which those are.
pub(super) fn own_collations<'a>(index: &mut Index, own: impl Fn(&str) -> Option<&'a str>) {
    for part in &mut index.parts {
        match &mut part.key {
            IndexKey::Column(column) => {
                let own = own(column);
                let is_other = |name: &String| own.is_none_or(|own| !own.eq_ignore_ascii_case(name));
                part.collation = part.collation.take().filter(is_other);
            }
            // SQLite keeps the collation of an expression in its text.
            IndexKey::Expression(sql) => {
                if let Some(collation) = part.collation.take() {
                    *sql = format!("({sql}) COLLATE {}", quote(&collation));
                }
            }
        }
    }
}

/// What SQLite cannot enforce.
fn refuse(table: &Table) -> Result<()> {
    let no = |reason: &str, hint: &str| Err(unsupported(ObjectPath::Table(table.name.clone()), reason, hint));
    if !table.exclusions.is_empty() {
        return no(
            "it has an exclusion constraint, which SQLite does not know and would not enforce",
            "remove `exclude(...)`, and write triggers in a revision of your own if SQLite is to enforce it",
        );
    }
    if table.uniques.iter().any(|unique| unique.deferrable != Deferrable::No) {
        return no(
            "it has a deferrable unique constraint, and SQLite checks uniqueness at once",
            "remove `deferrable` and `initially_deferred` from `unique(...)`",
        );
    }
    if table.primary_key.as_ref().is_some_and(|key| key.deferrable != Deferrable::No) {
        return no(
            "it has a deferrable primary key, and SQLite checks uniqueness at once",
            "remove `deferrable` and `initially_deferred` from `primary_key(...)`",
        );
    }
    let is_null_value = table.uniques.iter().any(|unique| unique.nulls_not_distinct);
    if is_null_value || table.indexes.iter().any(|index| index.nulls_not_distinct) {
        return no(
            "it says `nulls_not_distinct`, and to SQLite no NULL equals another",
            "remove `nulls_not_distinct`, or make the fields required",
        );
    }
    let key = table.primary_key.as_ref().map(|key| key.columns.as_slice()).unwrap_or_default();
    let counts = |column: &&Column| column.auto_increment != AutoIncrement::No && key.contains(&column.name);
    if let Some(column) = table.columns.iter().find(counts).filter(|_| table.options.without_rowid) {
        let path = ObjectPath::Column(table.name.clone(), column.name.clone());
        return Err(unsupported(
            path,
            "a table WITHOUT ROWID does not count up its key, so every row without one would be refused",
            "write `#[sea_orm(primary_key, auto_increment = false)]`, or remove `without_rowid`",
        ));
    }
    Ok(())
}

/// Takes the type that is written for SQLite, and forgets those for others.
fn take_type(table: &TableName, column: &mut Column) -> Result<()> {
    let mut written = std::mem::take(&mut column.written_types);
    let Some(text) = written.remove(NAME) else { return Ok(()) };
    let read = create::table(&format!("CREATE TABLE t (c {text})"));
    let is_type = read.is_ok_and(|table| match table.columns.as_slice() {
        [column] => column.data_type == text.trim() && column.clauses.is_empty() && table.constraints.is_empty(),
        _ => false,
    });
    if !is_type {
        let path = ObjectPath::Column(table.clone(), column.name.clone());
        let hint = "write the words of the type alone, as in `type(sqlite = \"TEXT\")`";
        return Err(unsupported(path, format!("`{text}` is not a type"), hint));
    }
    let text = text.trim().to_owned();
    column.data_type = ColumnType { kind: types::parse(&text), text: Some(text), inferred: false };
    Ok(())
}

/// Refuses a type that a `STRICT` table does not know.
pub(super) fn check_strict(table: &TableName, options: &TableOptions, column: &Column) -> Result<()> {
    let text = column.data_type.text.as_deref().unwrap_or_default();
    if !options.strict || types::is_strict(text) {
        return Ok(());
    }
    let path = ObjectPath::Column(table.clone(), column.name.clone());
    let hint = "a STRICT table knows INT, INTEGER, REAL, TEXT, BLOB and ANY; write one with `type(sqlite = \"...\")`";
    Err(unsupported(path, format!("`{text}` is not a type of a STRICT table"), hint))
}
