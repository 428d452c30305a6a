//! What a transaction of PostgreSQL has done so far: locks from `pg_locks`, rewrites from the files of tables, scans from the
//! statistics of the transaction. An empty table counts as read, too.

use crate::dialect::Lock;
use crate::dialect::observe::Observation;

pub(in crate::dialect) const OBSERVATION: Observation = Observation {
    tables: "SELECT c.oid::text AS id, nullif(n.nspname, current_schema())::text AS schema, c.relname::text AS name,
            coalesce(pg_relation_filenode(c.oid), 0)::text AS file, coalesce(s.seq_scan, 0)::bigint AS reads
        FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
        LEFT JOIN pg_catalog.pg_stat_xact_user_tables AS s ON s.relid = c.oid
        WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND c.relkind IN ('r', 'p', 'm')",
    locks: "SELECT relation::oid::text AS id, mode FROM pg_catalog.pg_locks
        WHERE pid = pg_backend_pid() AND locktype = 'relation' AND granted",
    names: "SELECT 'table' AS kind, c.oid::text AS id, nullif(n.nspname, current_schema())::text AS schema,
            c.relname::text AS name, NULL AS part
        FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
        WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND c.relkind IN ('r', 'p')
        UNION ALL
        SELECT 'column', c.oid::text || '.' || a.attnum, nullif(n.nspname, current_schema())::text, c.relname::text,
            a.attname::text
        FROM pg_catalog.pg_attribute AS a JOIN pg_catalog.pg_class AS c ON c.oid = a.attrelid
        JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
        WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND c.relkind IN ('r', 'p')
            AND a.attnum > 0 AND NOT a.attisdropped
        UNION ALL
        SELECT 'enum', t.oid::text, nullif(n.nspname, current_schema())::text, t.typname::text, NULL
        FROM pg_catalog.pg_type AS t JOIN pg_catalog.pg_namespace AS n ON n.oid = t.typnamespace
        WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND t.typtype = 'e'
        UNION ALL
        SELECT 'value', t.oid::text || '.' || e.oid, nullif(n.nspname, current_schema())::text, t.typname::text,
            e.enumlabel::text
        FROM pg_catalog.pg_enum AS e JOIN pg_catalog.pg_type AS t ON t.oid = e.enumtypid
        JOIN pg_catalog.pg_namespace AS n ON n.oid = t.typnamespace
        WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'",
    lock: |mode| Lock::ALL.into_iter().find(|lock| mode.strip_suffix("Lock") == Some(format!("{lock:?}").as_str())),
};
