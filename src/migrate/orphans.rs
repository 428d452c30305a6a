//! Rows whose foreign keys point nowhere, where the database does not look for them by itself.

use std::collections::BTreeSet;

use sea_orm::{ConnectionTrait, DbErr};

use super::{Session, cause, query_error};
use crate::error::Result;

/// The rows that refer to nothing.
#[derive(Default)]
pub(super) struct Orphans {
    rows: BTreeSet<Orphan>,
    /// The tables that refer to others, and those that such rows refer to.
    tables: BTreeSet<String>,
}

/// A row that refers to nothing.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Orphan {
    words: String,
    number: i64,
    table: String,
    parent: String,
}

impl Orphans {
    /// Those that were none before, in words. A table that was renamed has the rows of one that is gone.
    pub(super) fn beyond(&self, before: &Self) -> Vec<String> {
        let is_same = |was: &str, is: &str| was == is || !before.tables.contains(is) && !self.tables.contains(was);
        let was_there = |row: &Orphan| {
            before.rows.iter().any(|old| {
                old.number == row.number && is_same(&old.table, &row.table) && is_same(&old.parent, &row.parent)
            })
        };
        self.rows.iter().filter(|row| !was_there(row)).map(|row| row.words.clone()).collect()
    }
}

impl Session {
    /// Rows whose foreign keys point nowhere.
    pub(super) async fn orphans(&self) -> Result<Orphans> {
        let doing = "look for rows that refer to nothing";
        let failed = |source: DbErr| query_error(doing, &source);
        let mut orphans = Orphans::default();
        let Some(queries) = self.dialect().orphan_queries() else { return Ok(orphans) };
        for row in self.query(queries.tables, doing).await? {
            let table: String = row.try_get("", "name").map_err(failed)?;
            orphans.tables.insert(table.clone());
            match self.db.query_all_raw(self.statement((queries.rows)(&table))).await {
                Ok(rows) => {
                    for row in rows {
                        let parent: String = row.try_get("", "parent").map_err(failed)?;
                        orphans.tables.insert(parent.clone());
                        orphans.rows.insert(Orphan {
                            words: row.try_get("", "orphan").map_err(failed)?,
                            number: row.try_get("", "row").map_err(failed)?,
                            table: table.clone(),
                            parent,
                        });
                    }
                }
                // A foreign key to something that is no key: the same before and after, unless the revision made it.
                Err(error) => {
                    let (words, parent) = (cause(&error).to_string(), String::new());
                    orphans.rows.insert(Orphan { words, number: 0, table, parent });
                }
            }
        }
        Ok(orphans)
    }
}
