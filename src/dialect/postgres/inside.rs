//! A schema of its own in a transaction that is never committed: a room for a role that may make no database. What begins
//! and ends transactions in there is a savepoint.

use std::borrow::Cow;

use super::literal;
use super::words::identifier;
use crate::dialect::Enclosure;
use crate::model::Literal;

const MARK: &str = "seachange_inside";

/// The statements that open the room. `also` is another schema whose names are found without it.
pub(in crate::dialect) fn open(name: &str, also: Option<&str>) -> Enclosure {
    let also = also.map(|also| format!(", {}", identifier(also))).unwrap_or_default();
    let name = identifier(name);
    Enclosure { begin: format!("BEGIN; CREATE SCHEMA {name}; SET LOCAL search_path TO {name}{also}"), end: "ROLLBACK" }
}

/// The schema in which extensions are, if it is that one: then their names are written without it.
pub(in crate::dialect) fn extensions_in(schema: &str) -> String {
    let schema = literal(&Literal::Text(schema.to_owned()));
    format!(
        "SELECT DISTINCT n.nspname::text AS name FROM pg_catalog.pg_extension AS e
        JOIN pg_catalog.pg_namespace AS n ON n.oid = e.extnamespace WHERE n.nspname = {schema}"
    )
}

/// What stands inside in the place of a statement that begins or ends a transaction. What a commit would find is found.
pub(in crate::dialect) fn enclosed(sql: &str) -> Cow<'_, str> {
    if let Some(rest) = sql.strip_prefix("BEGIN") {
        let rest = rest.split_once(';').map(|(_, rest)| format!(";{rest}")).unwrap_or_default();
        return Cow::Owned(format!("SAVEPOINT {MARK}{rest}"));
    }
    match sql {
        "COMMIT" => {
            Cow::Owned(format!("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED; RELEASE SAVEPOINT {MARK}"))
        }
        "ROLLBACK" => Cow::Owned(format!("ROLLBACK TO SAVEPOINT {MARK}; RELEASE SAVEPOINT {MARK}")),
        sql => Cow::Borrowed(sql),
    }
}

/// Whether a failure may only come from everything being one transaction: a new value of an enum that is used before it is
/// committed, events of triggers that wait, more locks than the server keeps.
pub(in crate::dialect) fn is_strain(code: &str) -> bool {
    matches!(code, "55P04" | "55006" | "53200")
}

/// The schema among these that the text names, so that it would reach out of the room.
pub(in crate::dialect) fn names_schema<'a>(sql: &str, schemas: &'a [String]) -> Option<&'a str> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    let names = |schema: &str| {
        sql.match_indices(schema).any(|(at, _)| {
            let (before, behind) = (&sql[..at], &sql[at + schema.len()..]);
            let behind = behind.strip_prefix('"').unwrap_or(behind).trim_start();
            !before.ends_with(is_word) && behind.starts_with('.')
        })
    };
    schemas.iter().map(String::as_str).find(|schema| names(schema))
}

/// A query for what the transaction has written to outside of the room, as `name`: it holds locks on that.
pub(in crate::dialect) fn traces(name: &str) -> String {
    let name = literal(&Literal::Text(name.to_owned()));
    format!(
        "SELECT DISTINCT n.nspname || '.' || c.relname AS name FROM pg_catalog.pg_locks AS l
        JOIN pg_catalog.pg_class AS c ON c.oid = l.relation JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
        WHERE l.pid = pg_catalog.pg_backend_pid() AND l.locktype = 'relation'
            AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
            AND l.mode NOT IN ('AccessShareLock', 'RowShareLock')
            AND n.nspname <> {name} AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' ORDER BY 1"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transactions_become_savepoints() {
        assert_eq!(enclosed("BEGIN"), "SAVEPOINT seachange_inside");
        assert_eq!(enclosed("BEGIN READ ONLY; SET x TO 1"), "SAVEPOINT seachange_inside; SET x TO 1");
        assert!(enclosed("COMMIT").ends_with("RELEASE SAVEPOINT seachange_inside"));
        assert!(enclosed("ROLLBACK").starts_with("ROLLBACK TO SAVEPOINT seachange_inside; RELEASE"));
        assert_eq!(enclosed("ROLLBACK TO SAVEPOINT one"), "ROLLBACK TO SAVEPOINT one");
        assert_eq!(enclosed("CREATE TABLE begin (id int)"), "CREATE TABLE begin (id int)");
    }

    #[test]
    fn texts_that_reach_out() {
        let schemas = ["public".to_owned(), "my app".to_owned()];
        let found = |sql: &str| names_schema(sql, &schemas);
        assert_eq!(found("DROP TABLE public.users"), Some("public"));
        assert_eq!(found("UPDATE \"my app\" . users SET a = 1"), Some("my app"));
        assert_eq!(found("DO $$ BEGIN PERFORM 1 FROM \"public\".users; END $$"), Some("public"));
        assert_eq!(found("ALTER TABLE users ADD COLUMN public boolean, ADD COLUMN republic.x int"), None);
    }
}
