//! What a script of revisions says on SQLite in the place of the runner. Knows no revision.

use super::quote;
use crate::dialect::{Offline, Stop, Version, Watch};

/// Temporary tables of a script. No table that is rebuilt has such a one: theirs have no space behind the first word.
const STOPS: &str = "temp.\"_seachange stops\"";
const ORPHANS: &str = "temp.\"_seachange orphans\"";
const TABLES: &str = "temp.\"_seachange tables\"";
const SILENT: &str = "temp.\"_seachange silent\"";

/// The tables with a foreign key to what is no key: they cannot be asked.
const SILENT_NOW: &str = "\
SELECT t.name FROM main.sqlite_schema AS t WHERE t.type = 'table' AND EXISTS (SELECT 1
    FROM (SELECT id, \"table\" AS parent, count(*) AS width FROM pragma_foreign_key_list(t.name) GROUP BY id) AS fk
    JOIN main.sqlite_schema AS p ON p.name = fk.parent COLLATE NOCASE AND p.type IN ('table', 'view')
    WHERE (fk.width <> (SELECT count(*) FROM pragma_table_info(p.name) WHERE pk > 0)
        OR EXISTS (SELECT 1 FROM pragma_foreign_key_list(t.name) AS part WHERE part.id = fk.id
            AND part.\"to\" COLLATE NOCASE NOT IN (SELECT name FROM pragma_table_info(p.name) WHERE pk > 0)))
    AND NOT EXISTS (SELECT 1 FROM pragma_index_list(p.name) AS i WHERE i.\"unique\" AND NOT i.partial
        AND fk.width = (SELECT count(*) FROM pragma_index_info(i.name))
        AND NOT EXISTS (SELECT 1 FROM pragma_foreign_key_list(t.name) AS part WHERE part.id = fk.id
            AND (part.\"to\" COLLATE NOCASE IN (SELECT name FROM pragma_index_info(i.name))) IS NOT TRUE)))";

/// Each row that refers to nothing: its table, its number, and what it refers to. Rows without a number are counted.
fn orphans_now() -> String {
    format!(
        "SELECT t.name AS child, found.parent AS parent, coalesce(found.rowid, -count(*)) AS number\n    \
         FROM main.sqlite_schema AS t JOIN pragma_foreign_key_check(t.name) AS found\n    \
         WHERE t.type = 'table' AND t.rootpage > 0 AND t.name NOT IN (SELECT name FROM {SILENT})\n    \
         GROUP BY t.name, found.rowid, found.parent, found.fkid"
    )
}

pub(in crate::dialect) fn offline() -> Offline {
    Offline {
        program: "sqlite3 -bail DATABASE < SCRIPT",
        program_name: "sqlite3",
        stops: ".bail on",
        settings: |_, _, _| Vec::new(),
        // Transactions do it.
        lock: None,
        unlock: None,
        now: "strftime('%Y-%m-%dT%H:%M:%SZ', 'now')",
        stop_at,
        watch: Some(watch()),
        older: Some(older),
    }
}

/// SQLite names the constraint that fails, so its name is what there is to say.
fn stop_at(stops: &[Stop]) -> Vec<String> {
    if stops.is_empty() {
        return Vec::new();
    }
    let (mut columns, mut values) = (Vec::new(), Vec::new());
    for (number, one) in stops.iter().enumerate() {
        columns.push(format!("    stop_{number} CONSTRAINT {} CHECK (NOT stop_{number})", quote(&one.words)));
        values.push(format!("    {}", one.when));
    }
    vec![
        format!("CREATE TABLE {STOPS} (\n{}\n)", columns.join(",\n")),
        format!("INSERT INTO {STOPS} VALUES (\n{}\n)", values.join(",\n")),
        format!("DROP TABLE {STOPS}"),
    ]
}

/// A table that was renamed has the rows of one that is gone.
fn watch() -> Watch {
    let is_same = |column: &str| {
        format!(
            "(was.{column} = own.{column} OR own.{column} NOT IN (SELECT name FROM {TABLES})\n            \
             AND was.{column} NOT IN (SELECT name FROM main.sqlite_schema WHERE type = 'table'))"
        )
    };
    let now = orphans_now();
    let (child, parent) = (is_same("child"), is_same("parent"));
    let when = format!(
        "EXISTS (SELECT 1 FROM (\n    {now}) AS own\n    WHERE NOT EXISTS (SELECT 1 FROM {ORPHANS} AS was\n        \
         WHERE was.number = own.number AND {child}\n        AND {parent}))"
    );
    let words = "the revision would leave rows that refer to nothing".to_owned();
    Watch {
        begin: vec![
            format!("CREATE TABLE {TABLES} AS SELECT name FROM main.sqlite_schema WHERE type = 'table'"),
            format!("CREATE TABLE {SILENT} AS {SILENT_NOW}"),
            format!("CREATE TABLE {ORPHANS} AS {now}"),
        ],
        stop: Stop { when, words },
        end: [TABLES, SILENT, ORPHANS].iter().map(|table| format!("DROP TABLE {table}")).collect(),
    }
}

/// There has been no major version but 3 since it could be asked.
fn older(version: Version) -> Stop {
    let (minor, words) = (version.minor(), format!("SQLite {version} or later is needed"));
    Stop { when: format!("CAST(substr(sqlite_version(), 3) AS INTEGER) < {minor}"), words }
}
