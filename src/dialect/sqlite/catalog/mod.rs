//! What SQLite's catalog and pragmas say, as rows grouped by table. Knows the queries and nothing of what the rows mean.

use std::collections::BTreeMap;

use futures_util::{TryStreamExt, future};
use sea_orm::{DbBackend, DbErr, QueryResult, Statement, StreamTrait, TryGetable};

use crate::error::{Error, Result};
use crate::model::{Action, TableOptions};

/// The rows of all queries, by table.
pub(super) struct Catalog {
    pub(super) objects: Vec<ObjectRow>,
    pub(super) tables: BTreeMap<String, TableRow>,
    pub(super) columns: BTreeMap<String, Vec<ColumnRow>>,
    pub(super) indexes: BTreeMap<String, Vec<IndexRow>>,
    pub(super) foreign_keys: BTreeMap<String, Vec<ForeignKeyRow>>,
}

pub(super) struct ObjectRow {
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) table: String,
    pub(super) sql: String,
}

pub(super) struct TableRow {
    pub(super) kind: String,
    pub(super) options: TableOptions,
}

pub(super) struct ColumnRow {
    pub(super) name: String,
    pub(super) not_null: bool,
    /// The position in the primary key, from 1.
    pub(super) key: Option<i64>,
}

pub(super) struct IndexRow {
    pub(super) name: String,
    pub(super) unique: bool,
    pub(super) origin: String,
    pub(super) parts: Vec<IndexPartRow>,
}

pub(super) struct IndexPartRow {
    /// `None` for an expression.
    pub(super) column: Option<String>,
    pub(super) descending: bool,
    pub(super) collation: String,
}

pub(super) struct ForeignKeyRow {
    pub(super) id: i64,
    pub(super) table: String,
    pub(super) columns: Vec<String>,
    /// `None` where the text leaves the target to the primary key.
    pub(super) referenced_columns: Vec<Option<String>>,
    pub(super) on_update: Option<Action>,
    pub(super) on_delete: Option<Action>,
}

impl Catalog {
    /// Asks all there is to ask. The caller keeps the transaction.
    pub(super) async fn read(db: &impl StreamTrait) -> Result<Self> {
        let objects = ask(db, "read the texts of all objects", include_str!("objects.sql"), |row| {
            Ok(ObjectRow { kind: get(row, 0)?, name: get(row, 1)?, table: get(row, 2)?, sql: get(row, 3)? })
        })
        .await?;
        let tables = ask(db, "read the list of tables", include_str!("tables.sql"), |row| {
            let (without_rowid, strict) = (get::<i64>(row, 2)? != 0, get::<i64>(row, 3)? != 0);
            let options = TableOptions { strict, without_rowid, ..TableOptions::default() };
            Ok((get(row, 0)?, TableRow { kind: get(row, 1)?, options }))
        })
        .await?;
        let columns = ask(db, "read the columns of all tables", include_str!("columns.sql"), |row| {
            let key: i64 = get(row, 3)?;
            // Hidden columns of the kind 1 are those of virtual tables; 2 and 3 are generated ones.
            let visible = get::<i64>(row, 4)? != 1;
            let column =
                ColumnRow { name: get(row, 1)?, not_null: get::<i64>(row, 2)? != 0, key: (key > 0).then_some(key) };
            Ok(visible.then_some((get(row, 0)?, column)))
        })
        .await?;
        let index_parts = ask(db, "read the indexes of all tables", include_str!("indexes.sql"), |row| {
            let part = IndexPartRow {
                column: index_column(get(row, 4)?, get(row, 5)?),
                descending: get::<i64>(row, 6)? != 0,
                collation: get::<Option<String>>(row, 7)?.unwrap_or_default(),
            };
            let index = IndexRow {
                name: get(row, 1)?,
                unique: get::<i64>(row, 2)? != 0,
                origin: get(row, 3)?,
                parts: vec![part],
            };
            Ok((get(row, 0)?, index))
        })
        .await?;
        let foreign_key_parts =
            ask(db, "read the foreign keys of all tables", include_str!("foreign_keys.sql"), |row| {
                let fk = ForeignKeyRow {
                    id: get(row, 1)?,
                    table: get(row, 2)?,
                    columns: vec![get(row, 3)?],
                    referenced_columns: vec![get(row, 4)?],
                    on_update: action(&get::<String>(row, 5)?),
                    on_delete: action(&get::<String>(row, 6)?),
                };
                Ok((get(row, 0)?, fk))
            })
            .await?;
        Ok(Self {
            objects,
            tables: tables.into_iter().collect(),
            columns: group(columns.into_iter().flatten().collect()),
            indexes: merge_parts(index_parts, |index: &mut IndexRow, next| {
                if index.name != next.name {
                    return Some(next);
                }
                index.parts.extend(next.parts);
                None
            }),
            foreign_keys: merge_parts(foreign_key_parts, |fk: &mut ForeignKeyRow, next| {
                if fk.id != next.id {
                    return Some(next);
                }
                fk.columns.extend(next.columns);
                fk.referenced_columns.extend(next.referenced_columns);
                None
            }),
        })
    }
}

/// Asks one query and turns each of its rows into a value as it comes: the driver's own rows are many times as large.
async fn ask<T>(
    db: &impl StreamTrait,
    doing: &str,
    sql: &str,
    row: impl Fn(&QueryResult) -> std::result::Result<T, DbErr>,
) -> Result<Vec<T>> {
    let read = async {
        let rows = db.stream_raw(Statement::from_string(DbBackend::Sqlite, sql)).await?;
        rows.and_then(|found| future::ready(row(&found))).try_collect().await
    };
    read.await.map_err(|cause| failed(doing, cause))
}

fn get<T: TryGetable>(row: &QueryResult, index: usize) -> std::result::Result<T, DbErr> {
    row.try_get_by_index(index)
}

fn group<T>(rows: Vec<(String, T)>) -> BTreeMap<String, Vec<T>> {
    let mut groups: BTreeMap<String, Vec<T>> = BTreeMap::new();
    for (table, row) in rows {
        groups.entry(table).or_default().push(row);
    }
    groups
}

/// Joins rows that are parts of the same thing. `join` gives back the row when it starts a new one.
fn merge_parts<T>(rows: Vec<(String, T)>, join: impl Fn(&mut T, T) -> Option<T>) -> BTreeMap<String, Vec<T>> {
    let mut groups: BTreeMap<String, Vec<T>> = BTreeMap::new();
    for (table, row) in rows {
        let group = groups.entry(table).or_default();
        let row = match group.last_mut() {
            Some(last) => join(last, row),
            None => Some(row),
        };
        group.extend(row);
    }
    groups
}

fn action(name: &str) -> Option<Action> {
    match name {
        "RESTRICT" => Some(Action::Restrict),
        "CASCADE" => Some(Action::Cascade),
        "SET NULL" => Some(Action::SetNull),
        "SET DEFAULT" => Some(Action::SetDefault),
        // `NO ACTION` is what holds when nothing is said.
        _ => None,
    }
}

/// -1 stands for the rowid and -2 for an expression.
fn index_column(position: i64, name: Option<String>) -> Option<String> {
    if position == -1 { Some("rowid".to_owned()) } else { name }
}

/// An error of the database with what was being done.
pub(super) fn failed(doing: &str, cause: DbErr) -> Error {
    Error::Query { doing: doing.to_owned(), source: Box::new(cause) }
}
