//! The tables of tools that migrate: they belong to nobody's application, and say who keeps a database.

use super::{Dialect, HISTORY, postgres, sqlite};

/// Another tool that migrates, by the table in which it keeps where a database is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tool {
    /// What people call it.
    pub(crate) name: &'static str,
    /// Its table.
    pub(crate) table: &'static str,
    /// The column with the versions.
    pub(crate) version: &'static str,
    /// Whether its table has a row for each migration, and not only for the last ones.
    pub(crate) keeps_all: bool,
}

/// The tools that a project of SeaORM may come from.
pub(crate) const OTHER_TOOLS: [Tool; 2] = [
    Tool { name: "Alembic", table: "alembic_version", version: "version_num", keeps_all: false },
    Tool { name: "SeaORM's migrator", table: "seaql_migrations", version: "version", keeps_all: true },
];

/// Whether a table of that name belongs to a tool that migrates.
pub(super) fn is_of_tool(name: &str) -> bool {
    [HISTORY, "seachange_lock"].contains(&name) || OTHER_TOOLS.iter().any(|tool| tool.table == name)
}

impl Dialect {
    /// A query for the tables of other tools, as `name`, with their schema as `schema` unless it is the default one. Those of
    /// another schema count where the default one has tables that they may be about.
    pub(crate) fn find_tools(self) -> String {
        let literal = |tool: &Tool| format!("'{}'", tool.table);
        let names = OTHER_TOOLS.iter().map(literal).collect::<Vec<_>>().join(", ");
        match self {
            Self::Sqlite => sqlite::runner::find_tools(&names),
            Self::Postgres => postgres::runner::find_tools(&names),
        }
    }
}
