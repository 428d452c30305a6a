//! What is in a database, and what has to be there still after a revision.

use std::collections::BTreeMap;

use seachange::dialect::Dialect;
use seachange::migrate::Session;
use seachange::model::{AutoIncrement, Column, Schema, Table, TableName};
use seachange::op::Op;
use seachange::plan::Plan;
use seachange::plan::hazard::Kind;

use super::Lawful;
use crate::models::{self, qualified};
use crate::support::{Written, query, reflect};

/// Everything in a database.
pub(super) struct Contents {
    pub(super) schema: Schema,
    /// The values as SQL, in the order of the rows. The rowid itself is the column without a name, where it counts.
    pub(super) rows: BTreeMap<(TableName, String), Vec<String>>,
    /// The highest number handed out, by table, and by column where several of them can count.
    sequences: BTreeMap<(TableName, String), String>,
}

impl Contents {
    pub(super) async fn of(session: &Session) -> Self {
        let mut contents = Self { schema: reflect(session).await, rows: BTreeMap::new(), sequences: BTreeMap::new() };
        for (name, table) in contents.schema.tables.clone() {
            match session.dialect() {
                Dialect::Sqlite => contents.read_sqlite(session, &name, &table).await,
                Dialect::Postgres => contents.read_postgres(session, &name, &table).await,
            }
        }
        contents
    }

    async fn read_sqlite(&mut self, session: &Session, name: &TableName, table: &Table) {
        let rowid = ["oid", "_rowid_", "rowid"].into_iter().find(|name| table.column(name).is_none()).unwrap();
        let rowid = if table.options.without_rowid { "NULL" } else { rowid };
        let order = if rowid == "NULL" { "1" } else { rowid };
        let from = format!("FROM {} ORDER BY {order}", qualified(name));
        for column in &table.columns {
            let sql = format!("SELECT quote({}) {from}", session.dialect().quote(&column.name));
            self.rows.insert((name.clone(), column.name.clone()), query(session, &sql).await);
        }
        let numbers = query(session, &format!("SELECT quote({rowid}) {from}")).await;
        self.rows.insert((name.clone(), String::new()), numbers);
        if table.columns.iter().any(|column| column.auto_increment == AutoIncrement::Yes) {
            let text = name.name.replace('\'', "''");
            let sql = format!("SELECT CAST(max(seq) AS TEXT) FROM sqlite_sequence WHERE name = '{text}'");
            let number = query(session, &sql).await.into_iter().next();
            self.sequences.extend(number.map(|number| ((name.clone(), String::new()), number)));
        }
    }

    async fn read_postgres(&mut self, session: &Session, name: &TableName, table: &Table) {
        let quote = |column: &Column| session.dialect().quote(&column.name);
        let values: Vec<String> =
            table.columns.iter().map(|column| format!("quote_nullable({}::text)", quote(column))).collect();
        let sql =
            format!("SELECT json_build_array({})::text FROM {} ORDER BY ctid", values.join(", "), qualified(name));
        let rows = query(session, &sql).await;
        let rows: Vec<Vec<String>> = rows.iter().map(|row| serde_json::from_str(row).unwrap()).collect();
        for (at, column) in table.columns.iter().enumerate() {
            let values = rows.iter().map(|row| row[at].clone()).collect();
            self.rows.insert((name.clone(), column.name.clone()), values);
        }
        for column in table.columns.iter().filter(|column| models::counts(column)) {
            let sql =
                format!("SELECT pg_sequence_last_value({}::regclass)::text", models::sequence_of(name, &column.name));
            self.sequences.insert((name.clone(), column.name.clone()), query(session, &sql).await.concat());
        }
    }

    fn is_enum(&self, table: &TableName, column: &str) -> bool {
        let column = self.schema.tables.get(table).and_then(|table| table.column(column));
        column.is_some_and(|column| column.data_type.kind.enum_name().is_some())
    }

    /// The words of a column's type.
    fn type_of(&self, table: &TableName, column: &str) -> Option<&str> {
        self.schema.tables.get(table)?.column(column)?.data_type.text.as_deref()
    }
}

/// No value is lost unless a hazard says so.
pub(super) fn kept(before: &Contents, after: &Contents, plan: &Plan, way: &str, dialect: Dialect) -> Lawful {
    let has = |kind: Kind, table: &TableName, column: &str| {
        let names = [format!("`{table}`"), format!("`{table}.{column}`")];
        plan.hazards()
            .any(|hazard| hazard.kind == kind && names.iter().any(|name| hazard.sentence.contains(name.as_str())))
    };
    let renames_values = plan.steps.iter().any(|step| matches!(step.op, Op::RenameEnumValue { .. }));
    for ((table, column), values) in &before.rows {
        let (new_table, new_column) = renamed(plan, table, column);
        // Hazards name a thing as it is right before its step.
        let said = |kind| has(kind, table, column) || has(kind, &new_table, &new_column);
        let Some(found) = after.rows.get(&(new_table.clone(), new_column.clone())) else {
            if said(Kind::DropsColumn) || said(Kind::DropsTable) || is_generated(&before.schema, table, column) {
                continue;
            }
            return Err(format!("{table}.{column} is lost on {way} and no hazard says so"));
        };
        if said(Kind::DropsTable) || said(Kind::DropsColumn) || is_generated(&after.schema, &new_table, &new_column) {
            continue;
        }
        // What was computed comes back as whatever a new column holds.
        if dialect == Dialect::Postgres && is_generated(&before.schema, table, column) {
            continue;
        }
        if column.is_empty() && (is_rowid(&before.schema, table) != is_rowid(&after.schema, &new_table)) {
            continue;
        }
        let pairs = values.iter().zip(found);
        let fills = said(Kind::FillsNulls);
        // SQLite keeps a value whatever its column is called to be. PostgreSQL makes another one of it, which the way back
        // has to make good unless a hazard says otherwise.
        let is_other = dialect == Dialect::Postgres
            && (before.type_of(table, column) != after.type_of(&new_table, &new_column)
                || renames_values && before.is_enum(table, column));
        let is_like = |old: &String, new: &String| is_other && (old == "NULL") == (new == "NULL");
        let is_kept = |(old, new): (&String, &String)| {
            as_text(old) == as_text(new) || (fills && old == "NULL") || is_like(old, new)
        };
        if values.len() != found.len() || !pairs.into_iter().all(is_kept) {
            return Err(format!("{table}.{column} changes on {way}: {values:?} becomes {found:?}"));
        }
    }
    for ((table, column), number) in &before.sequences {
        let place = renamed(plan, table, column);
        let is_new = [(table, column), (&place.0, &place.1)]
            .iter()
            .any(|(table, column)| has(Kind::DropsTable, table, "") || has(Kind::DropsColumn, table, column));
        if let Some(found) = after.sequences.get(&place)
            && found != number
            && !is_new
        {
            return Err(format!("{table}.{column} counts from {found:?} on instead of {number:?} after {way}"));
        }
    }
    Ok(())
}

/// What survived the way up is after the way down what it was at first.
pub(super) fn returned(before: &Contents, after: &Contents, back: &Contents, written: &Written) -> Lawful {
    for ((table, column), values) in &before.rows {
        let place = renamed(&written.up, table, column);
        let lost = written.up.hazards().any(|hazard| {
            hazard.kind.row().loses_data
                && [format!("`{table}"), format!("`{}", place.0)]
                    .iter()
                    .any(|name| hazard.sentence.contains(name.as_str()))
        });
        let is_generated =
            is_generated(&before.schema, table, column) || is_generated(&after.schema, &place.0, &place.1);
        if !after.rows.contains_key(&place) || lost || is_generated || column.is_empty() {
            continue;
        }
        let found = back.rows.get(&(table.clone(), column.clone())).cloned().unwrap_or_default();
        let same =
            values.len() == found.len() && values.iter().zip(&found).all(|(old, new)| as_text(old) == as_text(new));
        if !same {
            return Err(format!("{table}.{column} is {found:?} after up and down, and was {values:?}"));
        }
    }
    Ok(())
}

fn is_generated(schema: &Schema, table: &TableName, column: &str) -> bool {
    schema.tables.get(table).and_then(|table| table.column(column)).is_some_and(|column| column.generated.is_some())
}

/// The column whose value is the rowid.
fn is_rowid<'a>(schema: &'a Schema, table: &TableName) -> Option<&'a str> {
    let table: &Table = schema.tables.get(table)?;
    let [name] = table.primary_key.as_ref()?.columns.as_slice() else { return None };
    let text = table.column(name)?.data_type.text.as_deref()?;
    (text.eq_ignore_ascii_case("integer")).then_some(name)
}

/// The value without its storage class: a column of another type may keep the same value in another way.
fn as_text(value: &str) -> &str {
    let value = value.trim_matches('\'');
    value.strip_suffix(".0").unwrap_or(value)
}

/// Where a column is after the renames of a plan.
pub(super) fn renamed(plan: &Plan, table: &TableName, column: &str) -> (TableName, String) {
    let (mut table, mut column) = (table.clone(), column.to_owned());
    for step in &plan.steps {
        match &step.op {
            Op::RenameTable { from, to } if *from == table => table = to.clone(),
            Op::RenameColumn { table: of, from, to } if *of == table && *from == column => column.clone_from(to),
            _ => {}
        }
    }
    (table, column)
}
