//! Other tools that keep a database, by their tables. Only looks.

use sea_orm::{DbErr, QueryResult};

use super::{Session, query_error};
use crate::dialect::OTHER_TOOLS;
use crate::error::Result;

/// Another tool that keeps a database, or kept it once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherTool {
    /// What people call it: "Alembic".
    pub name: &'static str,
    /// Its table, with the schema unless it is the default one.
    pub table: String,
    /// Where it says the database is. `None` where that cannot be read.
    pub versions: Option<Vec<String>>,
}

impl Session {
    /// The other tools that keep this database.
    ///
    /// # Errors
    /// The catalogs cannot be read. That a table of such a tool cannot be is none.
    pub async fn other_tools(&self) -> Result<Vec<OtherTool>> {
        let doing = "look for the tables of other tools";
        let rows = self.query(&self.dialect().find_tools(), doing).await?;
        let read = |row: &QueryResult| -> std::result::Result<(Option<String>, String), DbErr> {
            Ok((row.try_get("", "schema")?, row.try_get("", "name")?))
        };
        let mut found = Vec::new();
        for row in &rows {
            let (schema, name) = read(row).map_err(|source| query_error(doing, &source))?;
            let Some(tool) = OTHER_TOOLS.iter().find(|tool| tool.table == name) else { continue };
            let parts: Vec<String> = schema.into_iter().chain([name]).collect();
            let quoted: Vec<String> = parts.iter().map(|part| self.dialect().quote(part)).collect();
            let sql = format!("SELECT CAST({} AS text) AS version FROM {} ORDER BY 1", tool.version, quoted.join("."));
            let versions = self.query(&sql, doing).await.ok();
            let versions: Option<Vec<String>> =
                versions.and_then(|rows| rows.iter().map(|row| row.try_get("", "version").ok()).collect());
            let last =
                |all: Vec<String>| if tool.keeps_all { all.into_iter().next_back().into_iter().collect() } else { all };
            found.push(OtherTool { name: tool.name, table: parts.join("."), versions: versions.map(last) });
        }
        Ok(found)
    }
}
