//! How seachange runs on PostgreSQL: its history table, its transactions, and the lock that keeps a second runner out.

use std::time::Duration;

use super::script::{Word, words};
use super::{literal, table_name};
use crate::dialect::{Claim, HISTORY, RunnerLock, TransactionProbe};
use crate::model::{Literal, TableName};

pub(in crate::dialect) const BEGIN: &str = "BEGIN";

pub(in crate::dialect) const CREATE_HISTORY: &str = "\
CREATE TABLE IF NOT EXISTS seachange_history (
    revision text NOT NULL PRIMARY KEY,
    message text NOT NULL,
    checksum text NOT NULL,
    applied_at text NOT NULL,
    milliseconds bigint NOT NULL,
    undeclared text,
    unfinished text
)";

/// A number of seachange's own: advisory locks are known by numbers, and other programs take them, too.
const LOCK_SPACE: i32 = 0x5ea_c4a6;

/// The two numbers of the lock on the default schema, as SQL.
pub(super) fn lock_key() -> String {
    format!("{LOCK_SPACE}, pg_catalog.hashtext(pg_catalog.current_schema()::text)")
}

/// The lock of a session, on the default schema of the database.
pub(in crate::dialect) fn lock() -> RunnerLock {
    let key = lock_key();
    RunnerLock {
        take: format!("SELECT pg_catalog.pg_try_advisory_lock({key}) AS taken"),
        give: format!("SELECT pg_catalog.pg_advisory_unlock({key}) AS given"),
        holder: format!(
            "SELECT 'server process ' || l.pid || coalesce(' of ' || a.usename, '')
                || coalesce(' on ' || host(a.client_addr), '') AS holder
            FROM pg_catalog.pg_locks AS l LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
            WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 2 AND l.classid::bigint = {LOCK_SPACE}
                AND l.objid::bigint = (pg_catalog.hashtext(pg_catalog.current_schema()::text)::bigint & 4294967295)
                AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())"
        ),
    }
}

/// A number for databases that are there for a moment: a lock on the name of each lasts as long as whoever made it.
const CLAIM_SPACE: i32 = LOCK_SPACE + 1;

/// The locks of all databases can be seen from each, so that it does not matter where the claim was made.
pub(in crate::dialect) fn claim(name: &str, prefix: &str) -> Claim {
    let [name, prefix] = [name, prefix].map(|text| literal(&Literal::Text(text.to_owned())));
    Claim {
        take: format!("SELECT pg_catalog.pg_advisory_lock({CLAIM_SPACE}, pg_catalog.hashtext({name}))"),
        abandoned: format!(
            "SELECT d.datname::text AS name FROM pg_catalog.pg_database AS d
            WHERE pg_catalog.starts_with(d.datname::text, {prefix}) AND pg_catalog.pg_has_role(d.datdba, 'MEMBER')
                AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_locks AS l WHERE l.locktype = 'advisory' AND l.objsubid = 2
                    AND l.classid::bigint = {CLAIM_SPACE}
                    AND l.objid::bigint = (pg_catalog.hashtext(d.datname::text)::bigint & 4294967295))"
        ),
    }
}

/// The names of the schemas that are not the server's own.
pub(in crate::dialect) const SCHEMAS: &str = "SELECT nspname::text AS name FROM pg_catalog.pg_namespace \
     WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' ORDER BY nspname";

/// Whether an error says that another connection holds a lock for too long.
pub(in crate::dialect) fn is_locked(error: &str) -> bool {
    error.contains("due to lock timeout")
}

/// A query with one row if the table exists in the default schema.
pub(in crate::dialect) fn find_table(name: &str) -> String {
    format!(
        "SELECT 1 FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
        WHERE c.relname = '{}' AND n.nspname = pg_catalog.current_schema() AND c.relkind IN ('r', 'p')",
        name.replace('\'', "''")
    )
}

/// The tables of other tools among these names, each in quotes.
pub(in crate::dialect) fn find_tools(names: &str) -> String {
    format!(
        "SELECT nullif(n.nspname, pg_catalog.current_schema())::text AS schema, c.relname::text AS name
        FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
        WHERE c.relname IN ({names}) AND c.relkind IN ('r', 'p') AND n.nspname NOT LIKE 'pg\\_%'
            AND (n.nspname = pg_catalog.current_schema() OR EXISTS (SELECT 1
                FROM pg_catalog.pg_class AS t JOIN pg_catalog.pg_namespace AS own ON own.oid = t.relnamespace
                WHERE own.nspname = pg_catalog.current_schema() AND t.relkind IN ('r', 'p')
                    AND t.relname NOT IN ({names}, '{HISTORY}')))
        ORDER BY schema NULLS FIRST, name"
    )
}

/// Whether the statement begins or ends a transaction. Savepoints do neither.
pub(in crate::dialect) fn ends_transaction(sql: &str) -> bool {
    let words = words(sql);
    let is = |position: usize, word: &str| words.get(position).is_some_and(|own| own.is(word));
    let to_savepoint = words.iter().any(|word| word.is("to"));
    is(0, "begin")
        || is(0, "commit")
        || is(0, "end")
        || is(0, "abort")
        || (is(0, "start") && is(1, "transaction"))
        || (is(0, "prepare") && is(1, "transaction"))
        || (is(0, "rollback") && !to_savepoint)
}

/// Why a statement cannot run inside a transaction, if it cannot.
pub(in crate::dialect) fn refuses_transaction(sql: &str) -> Option<&'static str> {
    let words = words(sql);
    let is = |position: usize, word: &str| words.get(position).is_some_and(|own| own.is(word));
    let has = |word: &str| words.iter().take(8).any(|own: &Word| own.is(word));
    let begins = |first: &str, seconds: &[&str]| is(0, first) && seconds.iter().any(|second| is(1, second));
    if is(0, "vacuum") {
        return Some("`VACUUM`");
    }
    if (is(0, "create") && (is(1, "index") || (is(1, "unique") && is(2, "index"))) && has("concurrently"))
        || (is(0, "drop") && is(1, "index") && has("concurrently"))
    {
        return Some("an index that is made or dropped `CONCURRENTLY`");
    }
    if is(0, "reindex") && (has("concurrently") || has("database") || has("system") || has("schema")) {
        return Some("this `REINDEX`");
    }
    if is(0, "alter")
        && is(1, "table")
        && ["detach", "concurrently"].iter().all(|word| words.iter().any(|own| own.is(word)))
    {
        return Some("`DETACH PARTITION … CONCURRENTLY`");
    }
    if begins("create", &["database", "tablespace"]) || begins("drop", &["database", "tablespace"]) {
        return Some("a statement about databases or tablespaces");
    }
    if is(0, "alter") && is(1, "system") {
        return Some("`ALTER SYSTEM`");
    }
    if begins("create", &["subscription"]) || begins("drop", &["subscription"]) {
        return Some("a statement about subscriptions");
    }
    None
}

/// The version as a number, and the oldest major version whose catalogs are understood.
pub(in crate::dialect) const VERSION: (&str, i32) =
    ("SELECT pg_catalog.current_setting('server_version_num')::integer AS version", 13);

/// The statements that make a connection what seachange wants: names mean the default schema, and nothing waits for ever.
pub(in crate::dialect) fn settings(schema: &str, lock: Duration, statement: Option<Duration>) -> Vec<String> {
    let mut settings = vec![
        format!("SET search_path TO {}", super::quote(schema)),
        // To the server, nothing would mean for ever.
        format!("SET lock_timeout TO {}", lock.as_millis().max(1)),
        "SET client_min_messages TO warning".to_owned(),
    ];
    settings.extend(statement.map(|timeout| format!("SET statement_timeout TO {}", timeout.as_millis())));
    settings
}

/// What is set for a transaction alone is gone at once where there is none.
pub(in crate::dialect) const TRANSACTION_PROBE: TransactionProbe = TransactionProbe {
    first: "SELECT pg_catalog.set_config('seachange.transaction', 'open', true)",
    refusal: "current transaction is aborted",
    ask: "SELECT coalesce(pg_catalog.current_setting('seachange.transaction', true), '') = 'open' AS inside",
    undo: None,
};

/// What was set on this connection, and its role, which is in no list.
pub(in crate::dialect) const SETTINGS_QUERY: &str = "\
SELECT name, setting AS value FROM pg_catalog.pg_settings WHERE source = 'session'
UNION ALL SELECT 'role', pg_catalog.current_setting('role')";

/// Gives a setting a value, or the one that a new connection has.
pub(in crate::dialect) fn set(name: &str, value: Option<&str>) -> String {
    match value {
        Some(value) => {
            let [name, value] = [name, value].map(|text| literal(&Literal::Text(text.to_owned())));
            format!("SELECT pg_catalog.set_config({name}, {value}, false)")
        }
        None => format!("RESET {}", super::quote(name)),
    }
}

/// Ends what is open, and gives the locks of this connection back, whatever schema is the default by now.
pub(in crate::dialect) fn leave() -> (&'static [&'static str], Vec<String>) {
    let unlock = format!(
        "SELECT pg_catalog.pg_advisory_unlock({LOCK_SPACE},
            (CASE WHEN objid::bigint > 2147483647 THEN objid::bigint - 4294967296 ELSE objid::bigint END)::integer)
        FROM pg_catalog.pg_locks
        WHERE locktype = 'advisory' AND objsubid = 2 AND classid::bigint = {LOCK_SPACE} AND pid = pg_catalog.pg_backend_pid()"
    );
    // Where nothing is open, the server warns.
    (&["SET client_min_messages TO error", "ROLLBACK"], vec![unlock])
}

/// The schemas with a table of that name.
pub(in crate::dialect) fn schemas_with(table: &str) -> String {
    format!(
        "SELECT n.nspname::text AS name
        FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
        WHERE c.relname = {} AND c.relkind IN ('r', 'p') ORDER BY 1",
        literal(&Literal::Text(table.to_owned()))
    )
}

/// Two at the same time both find none, and only one of them can make it.
pub(in crate::dialect) fn create_schema(name: &str) -> String {
    format!(
        "DO $seachange$ BEGIN CREATE SCHEMA IF NOT EXISTS {}; EXCEPTION WHEN unique_violation THEN NULL; END $seachange$",
        super::quote(name)
    )
}

/// What to do about a connection that could not be made.
pub(in crate::dialect) fn connect_hint(error: &str) -> &'static str {
    let says = |words: &[&str]| words.iter().any(|word| error.contains(word));
    if says(&["password authentication failed", "no password supplied", "Ident authentication", "Peer authentication"])
    {
        "check the user and the password in the URL"
    } else if says(&["does not exist"]) {
        "check the name in the URL, or make it first: seachange makes no databases and no users"
    } else if says(&["refused", "No such file", "timed out", "Name or service", "lookup", "connection"]) {
        "check host and port in the URL, and that the server runs and can be reached from here"
    } else if says(&["SSL", "TLS", "certificate"]) {
        "check `sslmode` in the URL: `?sslmode=require` asks for an encrypted connection, `?sslmode=disable` for none"
    } else {
        "check the URL: `postgres://user:password@host:5432/database`"
    }
}

/// Before a query that may neither change anything nor take long.
pub(in crate::dialect) const BEFORE_COUNTING: [&str; 3] =
    ["BEGIN READ ONLY", "SET LOCAL statement_timeout = '2s'", "SET LOCAL lock_timeout = '500ms'"];

/// A query for how many rows the server believes a table to have, and whether counting them takes no time.
pub(in crate::dialect) fn size(table: &TableName) -> String {
    let name = literal(&Literal::Text(table_name(table)));
    format!(
        "SELECT nullif(c.reltuples, -1)::bigint AS rows, pg_relation_size(c.oid) <= 16777216 AND c.relkind = 'r' AS small
        FROM pg_class AS c WHERE c.oid = to_regclass({name})"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_that_run_alone() {
        let alone = |sql: &str| refuses_transaction(sql).is_some();
        assert!(alone("create unique index concurrently if not exists i on t (a)"));
        assert!(alone("/* why */ DROP INDEX CONCURRENTLY i"));
        assert!(alone("VACUUM (ANALYZE) t"));
        assert!(alone("reindex table concurrently t"));
        assert!(alone("ALTER TABLE t DETACH PARTITION p CONCURRENTLY"));
        assert!(!alone("CREATE INDEX \"concurrently\" ON t (a)"));
        assert!(!alone("CREATE INDEX i ON t (a) WHERE note = 'concurrently'"));
        assert!(!alone("REFRESH MATERIALIZED VIEW CONCURRENTLY m"));
        assert!(!alone("ALTER TYPE t ADD VALUE 'x'"));
    }

    #[test]
    fn transactions_are_seachanges_own() {
        assert!(ends_transaction("COMMIT"));
        assert!(ends_transaction("start transaction read only"));
        assert!(ends_transaction("-- done\nend"));
        assert!(!ends_transaction("ROLLBACK TO SAVEPOINT s"));
        assert!(!ends_transaction("DO $$ BEGIN COMMIT; END $$"));
    }
}
