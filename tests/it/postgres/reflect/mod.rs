//! What is read from a live PostgreSQL, held against expected words, against `pg_dump` and against itself.

mod show;

use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};

use expect_test::{ExpectFile, expect_file};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, ExecResult, QueryResult, Statement, StreamTrait};
use seachange::dialect;
use seachange::model::{AttachmentKind, Schema, Table, TableName, VerbatimKind};

use crate::cluster::{self, Database};
use crate::support::block_on;

const RICH: &str = include_str!("rich.sql");

/// Counts what is asked.
struct Counted<'a> {
    db: &'a DatabaseConnection,
    queries: AtomicUsize,
}

#[sea_orm::prelude::async_trait::async_trait]
impl ConnectionTrait for Counted<'_> {
    fn get_database_backend(&self) -> DbBackend {
        ConnectionTrait::get_database_backend(self.db)
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.queries.fetch_add(1, Ordering::Relaxed);
        self.db.execute_raw(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.db.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.queries.fetch_add(1, Ordering::Relaxed);
        self.db.query_one_raw(statement).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.queries.fetch_add(1, Ordering::Relaxed);
        self.db.query_all_raw(statement).await
    }
}

impl StreamTrait for Counted<'_> {
    type Stream<'a>
        = <DatabaseConnection as StreamTrait>::Stream<'a>
    where
        Self: 'a;

    fn get_database_backend(&self) -> DbBackend {
        StreamTrait::get_database_backend(self.db)
    }

    fn stream_raw<'a>(
        &'a self,
        statement: Statement,
    ) -> Pin<Box<dyn Future<Output = Result<Self::Stream<'a>, DbErr>> + 'a + Send>> {
        self.queries.fetch_add(1, Ordering::Relaxed);
        self.db.stream_raw(statement)
    }
}

async fn connect(url: &str) -> DatabaseConnection {
    let mut options = sea_orm::ConnectOptions::new(url);
    options.max_connections(1);
    sea_orm::Database::connect(options).await.unwrap()
}

fn reflect(url: &str, schema: &str) -> Schema {
    block_on(async {
        let db = connect(url).await;
        let counted = Counted { db: &db, queries: AtomicUsize::new(0) };
        let found = dialect::reflect(&counted, dialect::Dialect::Postgres, schema).await.unwrap();
        assert!(counted.queries.into_inner() <= 12);
        // Nothing is left behind on the connection.
        let path = Statement::from_string(DbBackend::Postgres, "SHOW search_path");
        let path: String = db.query_one_raw(path).await.unwrap().unwrap().try_get_by_index(0).unwrap();
        assert_eq!(path, "\"$user\", public");
        db.close().await.unwrap();
        found
    })
}

fn rich(hint: &str) -> Database<'static> {
    let database = cluster::database(hint);
    database.script(RICH);
    database
}

fn check(found: &str, expected: &ExpectFile) {
    expected.assert_eq(found);
}

#[test]
fn everything_there_is() {
    let database = rich("everything");
    let schema = reflect(&database.url(), "public");
    let (mut tables, mut rest) = (schema.clone(), schema);
    tables.verbatim.clear();
    tables.unmodelled.clear();
    rest.tables.clear();
    rest.enums.clear();
    // PostgreSQL 16 began to leave out the names of tables where there is only one.
    let low = rest.verbatim.remove(&TableName { schema: Some("other".to_owned()), name: "low".to_owned() }).unwrap();
    assert!(low.sql.starts_with("CREATE VIEW other.low WITH (check_option=local) AS\nSELECT "), "{}", low.sql);
    check(&show::schema(&tables), &expect_file!["expected/tables.txt"]);
    check(&show::schema(&rest), &expect_file!["expected/objects.txt"]);
}

#[test]
fn another_default_schema() {
    let database = rich("another_default");
    let other = reflect(&database.url(), "other");
    let bare: Vec<&str> =
        other.tables.keys().filter(|name| name.schema.is_none()).map(|name| name.name.as_str()).collect();
    assert_eq!(bare, ["forced", "keys"]);
    let public = Some("public".to_owned());
    let refers = &other.tables[&TableName { schema: public, name: "refers".to_owned() }];
    assert_eq!(refers.foreign_keys[1].references, TableName::new("keys"));
    assert!(other.verbatim[&TableName::new("word")].sql.starts_with("CREATE DOMAIN word AS text"));
}

#[test]
fn a_role_that_may_only_connect_sees_the_same() {
    let database = rich("only_connect");
    let role = format!("role_{}", database.name());
    database.script(&format!(
        "CREATE ROLE {role} LOGIN;\nREVOKE ALL ON DATABASE {0} FROM PUBLIC;\nGRANT CONNECT ON DATABASE {0} TO {role};\n\
         REVOKE ALL ON SCHEMA public FROM PUBLIC;\n",
        database.name()
    ));
    let url = database.url().replace("user=postgres", &format!("user={role}"));
    let (mut theirs, ours) = (reflect(&url, "public"), reflect(&database.url(), "public"));
    // But for what it would take from somebody else.
    for view in theirs.verbatim.values_mut().filter(|object| object.kind.is_relation()) {
        assert_eq!(std::mem::take(&mut view.lost_with_it), ["its owner `postgres`"]);
    }
    assert_eq!(show::schema(&theirs), show::schema(&ours));
    assert_eq!(theirs, ours);
    database.script(&format!("DROP OWNED BY {role};\nDROP ROLE {role};\n"));
}

#[test]
fn settings_of_the_session_change_nothing() {
    let database = rich("settings");
    let ours = reflect(&database.url(), "public");
    let name = database.name();
    database.script(&format!(
        "ALTER DATABASE {name} SET DateStyle = 'German';\nALTER DATABASE {name} SET TimeZone = 'Asia/Tokyo';\n\
         ALTER DATABASE {name} SET IntervalStyle = 'iso_8601';\nALTER DATABASE {name} SET quote_all_identifiers = on;\n\
         ALTER DATABASE {name} SET bytea_output = 'escape';\n"
    ));
    assert_eq!(reflect(&database.url(), "public"), ours);
}

/// `pg_dump` knows what there is.
#[test]
fn as_much_as_in_a_dump() {
    let database = rich("dump");
    let Some(dump) = database.dump() else { return };
    let schema = reflect(&database.url(), "public");
    let count = |start: &str| dump.lines().filter(|line| line.trim_start().starts_with(start)).count();
    let tools = 1;

    let sum = |of: fn(&Table) -> usize| schema.tables.values().map(|table| of(table)).sum::<usize>();
    let statements = |word: &str| {
        let parts = schema.tables.values().flat_map(|table| &table.partitions).flat_map(|part| &part.sql);
        parts.filter(|sql| sql.starts_with(word)).count()
    };
    let tables = schema.tables.len() + sum(|table| table.partitions.len()) + tools;
    assert_eq!(tables, count("CREATE TABLE") + count("CREATE UNLOGGED TABLE"));
    let triggers = |kind| {
        let of_views = schema.verbatim.values().flat_map(|view| &view.attachments);
        let of_tables = schema.tables.values().flat_map(|table| &table.attachments);
        of_views.chain(of_tables).filter(|found| found.kind == kind).count()
    };
    assert_eq!(
        triggers(AttachmentKind::Trigger) + statements("CREATE TRIGGER"),
        count("CREATE TRIGGER") + count("CREATE CONSTRAINT TRIGGER")
    );
    assert_eq!(triggers(AttachmentKind::Policy), count("CREATE POLICY"));
    assert_eq!(triggers(AttachmentKind::Rule), count("CREATE RULE"));
    let verbatim = |kind| schema.verbatim.values().filter(|found| found.kind == kind).count();
    assert_eq!(verbatim(VerbatimKind::View), count("CREATE VIEW"));
    assert_eq!(verbatim(VerbatimKind::MaterializedView), count("CREATE MATERIALIZED VIEW"));
    assert_eq!(verbatim(VerbatimKind::Domain), count("CREATE DOMAIN"));
    assert_eq!(verbatim(VerbatimKind::Extension), count("CREATE EXTENSION"));
    assert_eq!(verbatim(VerbatimKind::Function), count("CREATE FUNCTION") + count("CREATE PROCEDURE"));
    let types = dump.lines().filter(|line| line.starts_with("CREATE TYPE"));
    let composite = types.clone().filter(|line| line.ends_with("AS (")).count();
    assert_eq!(verbatim(VerbatimKind::CompositeType), composite);
    assert_eq!(schema.enums.len(), types.filter(|line| line.ends_with("AS ENUM (")).count());
    let foreign_keys = dump.matches("FOREIGN KEY (").count();
    assert_eq!(sum(|table| table.foreign_keys.len()), foreign_keys);
    let indexes = sum(|table| table.indexes.len()) + triggers(AttachmentKind::Index) + statements("CREATE INDEX");
    let attached = dump.matches("ALTER INDEX").count() - dump.matches("_pkey ATTACH").count();
    assert_eq!(indexes, count("CREATE INDEX") + count("CREATE UNIQUE INDEX") - attached);
}

/// What is said about children makes the same children.
#[test]
fn the_statements_of_children_make_them() {
    let database = rich("children");
    let before = reflect(&database.url(), "public");
    let mut script = String::new();
    for table in before.tables.values() {
        for part in table.partitions.iter().rev() {
            script += &format!("DROP TABLE {};\n", part.name);
        }
        for sql in table.partitions.iter().flat_map(|part| &part.sql) {
            script += &format!("{sql};\n");
        }
    }
    database.script(&script);
    assert_eq!(reflect(&database.url(), "public"), before);
}

/// Statements of objects make the same objects.
#[test]
fn the_statements_of_objects_make_them() {
    let database = rich("objects");
    let before = reflect(&database.url(), "public");
    let mut script = String::new();
    let of = |kinds: &'static [VerbatimKind]| before.verbatim.iter().filter(|(_, found)| kinds.contains(&found.kind));
    let views = [("people", "VIEW"), ("summary", "MATERIALIZED VIEW")];
    script += "DROP VIEW other.joined;\n";
    for (name, kind) in views {
        script += &format!("DROP {kind} {name};\n");
    }
    for (_, found) in
        of(&[VerbatimKind::View, VerbatimKind::MaterializedView]).filter(|(name, _)| name.schema.is_none())
    {
        script += &format!("{}{};\n", found.sql, if found.unfilled { " WITH NO DATA" } else { "" });
        script += &found.attachments.iter().map(|found| format!("{};\n", found.sql)).collect::<Vec<_>>().concat();
    }
    for (name, found) in of(&[VerbatimKind::View]).filter(|(name, _)| name.schema.is_some()) {
        if name.name == "low" {
            continue;
        }
        script += &format!("{};\n", found.sql);
    }
    for (_, found) in of(&[VerbatimKind::Function]) {
        script += &format!("{};\n", found.sql);
    }
    script += "COMMENT ON VIEW people IS 'of a view';\nCOMMENT ON COLUMN people.owner IS 'in capitals';\n";
    database.script(&script);
    assert_eq!(reflect(&database.url(), "public"), before);
}

/// What only some versions know.
#[test]
fn what_newer_versions_know() {
    let major = cluster::shared().major;
    let database = cluster::database("newer");
    database.script("CREATE TABLE parents (a integer, b integer, PRIMARY KEY (a, b));\n");
    let mut expected = Vec::new();
    let mut since = |version: u32, sql: &str, words: &'static str| {
        if major >= version {
            database.script(sql);
            expected.push(words);
        }
    };
    since(14, "CREATE TABLE c (x text COMPRESSION pglz);\n", "unmodelled ALTER COLUMN x SET COMPRESSION pglz\n");
    since(
        15,
        "CREATE TABLE u (x integer, CONSTRAINT one UNIQUE NULLS NOT DISTINCT (x));\n\
         CREATE UNIQUE INDEX two ON u (x) NULLS NOT DISTINCT;\n",
        "  unique \"one\" [\"x\"] nulls not distinct\n  unique index \"two\" [\"x\"] nulls not distinct\n",
    );
    since(
        15,
        "CREATE TABLE f (a integer, b integer, CONSTRAINT up FOREIGN KEY (a, b) REFERENCES parents ON DELETE SET NULL (b));\n",
        "foreign \"up\" [\"a\", \"b\"] -> parents [\"a\", \"b\"] on delete SetNull [\"b\"]\n",
    );
    since(
        18,
        "CREATE TABLE v (a integer, b integer GENERATED ALWAYS AS (a + 1) VIRTUAL, CONSTRAINT s NOT NULL a NO INHERIT,\n\
         CONSTRAINT e CHECK (a > 0) NOT ENFORCED);\n",
        "  \"a\" integer Integer not null\n  \"b\" integer Integer := a + 1\n  check \"e\" a > 0 not valid\n  \
         unmodelled CONSTRAINT e NOT ENFORCED\n  unmodelled CONSTRAINT s NOT NULL NO INHERIT\n",
    );
    let found = show::schema(&reflect(&database.url(), "public"));
    for words in expected {
        assert!(found.contains(words), "{words}\n{found}");
    }
}
