//! What the runner promises on PostgreSQL: a revision runs whole or not at all, runners wait for each other, and whatever goes
//! wrong is said once, without a password.

use std::fs;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::cluster::{self, Database};
use crate::support::{Ran, accepting, block_on};
use sea_orm::ConnectionTrait;

/// A small project with a database.
struct Project {
    folder: tempfile::TempDir,
    database: Database<'static>,
    revisions: usize,
}

const ENTITY: &str = r#"use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "a")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
"#;

impl Project {
    fn new(settings: &str) -> Self {
        let project =
            Self { folder: tempfile::tempdir().unwrap(), database: cluster::database("runner"), revisions: 0 };
        project.write("Cargo.toml", "[package]\nname = \"small\"\nedition = \"2024\"\n\n[workspace]\n");
        project.write("src/main.rs", "mod entities;\n\nfn main() {}\n");
        project.write("src/entities/mod.rs", "pub mod a;\n");
        project.write("src/entities/a.rs", ENTITY);
        project.write("seachange.toml", &format!("entities = [\"src/entities\"]\n{settings}"));
        fs::create_dir_all(project.folder.path().join("migrations")).unwrap();
        project
    }

    /// With revisions of somebody's own, whose ways down do nothing.
    fn with(settings: &str, revisions: &[&str]) -> Self {
        let mut project = Self::new(settings);
        for up in revisions {
            project.revision(up);
        }
        project
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn revision(&mut self, up: &str) {
        let number = self.revisions;
        let parent = if number == 0 { "none".to_owned() } else { format!("rev{}", number - 1) };
        let text = format!(
            "-- message: step\n-- revision: rev{number}\n-- parents: {parent}\n\n-- migrate:up\n{up}\n-- migrate:down\nSELECT 1;\n"
        );
        self.write(&format!("migrations/2026010{number}T000000_rev{number}_step.sql"), &text);
        self.revisions += 1;
    }

    fn rewrite(&self, number: usize, from: &str, to: &str) {
        let path = self.folder.path().join(format!("migrations/2026010{number}T000000_rev{number}_step.sql"));
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{text}");
        fs::write(path, text.replace(from, to)).unwrap();
    }

    fn command(&self, arguments: &[&str], url: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_seachange"));
        command.args(accepting(arguments)).args(["--database-url", url]).current_dir(self.folder.path());
        command.env_remove("DATABASE_URL").env_remove("PGPASSWORD").env("NO_COLOR", "1");
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    #[track_caller]
    fn run_on(&self, code: i32, arguments: &[&str], url: &str) -> Ran {
        let output = self.command(arguments, url).output().unwrap();
        let ran = ran(output);
        assert_eq!(ran.code, code, "seachange {arguments:?}\n{}\n{}", ran.out, ran.notes);
        ran
    }

    #[track_caller]
    fn run(&self, code: i32, arguments: &[&str]) -> Ran {
        self.run_on(code, arguments, &self.database.url())
    }

    /// The tables with their schemas, but for the history.
    fn tables(&self) -> Vec<String> {
        self.database.query(
            "SELECT n.nspname || '.' || c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace \
             WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema') \
             AND c.relname <> 'seachange_history' ORDER BY 1",
        )
    }

    fn history(&self) -> Vec<String> {
        self.database.query("SELECT revision FROM seachange_history WHERE unfinished IS NULL ORDER BY 1")
    }

    /// Runs something while another session is in a transaction that began with these statements.
    fn while_another<T>(&self, sql: &str, run: impl FnOnce() -> T) -> T {
        block_on(async {
            let other = self.database.connect().await;
            let held = sea_orm::TransactionTrait::begin(&other).await.unwrap();
            held.execute_unprepared(sql).await.unwrap();
            let outcome = run();
            held.rollback().await.unwrap();
            other.close().await.unwrap();
            outcome
        })
    }

    /// Waits until a query has a row.
    fn wait_for(&self, sql: &str) {
        let started = Instant::now();
        while self.database.query(sql).is_empty() {
            assert!(started.elapsed() < Duration::from_secs(20), "{sql}");
            thread::sleep(Duration::from_millis(20));
        }
    }
}

fn ran(output: std::process::Output) -> Ran {
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code().unwrap(), out: text(output.stdout), notes: text(output.stderr) }
}

/// The lock of seachange on the default schema, held to the end of a transaction.
const HOLD: &str = "SELECT pg_advisory_xact_lock(x'5eac4a6'::int, hashtext('public'))";

#[test]
fn a_failing_statement_leaves_neither_tables_nor_history() {
    let project = Project::with(
        "",
        &["CREATE TABLE a (id int);", "CREATE TABLE b (id int UNIQUE);\nINSERT INTO b VALUES (7), (7);"],
    );
    let ran = project.run(2, &["upgrade"]);
    let expected = "\
error: failed to run statement 2 of `rev1` (step) (up)
  --> migrations/20260101T000000_rev1_step.sql:7
   | INSERT INTO b VALUES (7), (7)
  duplicate key value violates unique constraint \"b_id_key\"
  Key (id)=(7) already exists.
hint: the database was left at the revision before; correct the file and run the command again
";
    assert_eq!(&ran.notes[ran.notes.find("error").unwrap()..], expected);
    assert_eq!(project.tables(), ["public.a"]);
    assert_eq!(project.history(), ["rev0"]);
}

#[test]
fn a_runner_waits_for_another_and_says_for_whom() {
    let project = Project::with("[database]\nlock_timeout = 1\n", &["CREATE TABLE a (id int);"]);
    let ran = project.while_another(HOLD, || project.run(2, &["upgrade"]));
    let lines: Vec<&str> = ran.notes.lines().collect();
    assert_eq!(lines.len(), 3, "{}", ran.notes);
    assert!(
        lines[0].starts_with("waiting for server process ")
            && lines[0].ends_with(", which runs revisions of this database"),
        "{}",
        ran.notes
    );
    assert!(lines[1].starts_with("error: the database is locked by server process "), "{}", ran.notes);
    assert!(
        lines[2].starts_with("hint: waited 1 second; run the command again when the other is done"),
        "{}",
        ran.notes
    );
    assert_eq!(project.tables(), Vec::<String>::new());

    // Another schema is another lock; looking needs none.
    project.while_another("SELECT pg_advisory_xact_lock(x'5eac4a6'::int, hashtext('other'))", || {
        assert!(!project.run(0, &["upgrade"]).notes.contains("waiting"));
    });
    project.while_another(HOLD, || project.run(0, &["current"]));
}

#[test]
fn a_runner_goes_on_when_the_other_is_done() {
    let project = Project::with("", &["CREATE TABLE a (id int);"]);
    let child = project.while_another(HOLD, || {
        let child = project.command(&["upgrade"], &project.database.url()).spawn().unwrap();
        project.wait_for(
            "SELECT 'x' FROM pg_stat_activity WHERE application_name = 'seachange' AND query LIKE '%pg_try_advisory%'",
        );
        child
    });
    let ran = ran(child.wait_with_output().unwrap());
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.notes.contains("applied `rev0`"), "{}", ran.notes);
}

#[test]
fn eight_runners_at_once_apply_everything_once() {
    let project = Project::with(
        "[database]\nlock_timeout = 60\n",
        &["CREATE TABLE a (id int); SELECT pg_sleep(0.2);", "CREATE TABLE b (id int);"],
    );
    let start = |_| project.command(&["upgrade", "head"], &project.database.url()).spawn().unwrap();
    let children: Vec<_> = (0..8).map(start).collect();
    let all: Vec<Ran> = children.into_iter().map(|child| ran(child.wait_with_output().unwrap())).collect();
    for ran in &all {
        assert_eq!(ran.code, 0, "{all:?}");
    }
    let applied = |id: &str| all.iter().filter(|ran| ran.notes.contains(&format!("applied `{id}` (step) in"))).count();
    assert_eq!((applied("rev0"), applied("rev1")), (1, 1), "{all:?}");
    assert_eq!(project.history(), ["rev0", "rev1"]);
}

#[test]
fn a_statement_waits_for_a_lock_and_runs_only_so_long() {
    let settings = "[database]\nlock_timeout = 1\nstatement_timeout = 3\n";
    let mut project = Project::with(settings, &["CREATE TABLE a (id int);"]);
    project.run(0, &["upgrade"]);
    project.revision("CREATE TABLE b (id int);\nALTER TABLE a ADD x int;");
    let ran = project.while_another("LOCK TABLE a IN ACCESS SHARE MODE", || project.run(2, &["upgrade"]));
    assert!(ran.notes.contains("canceling statement due to lock timeout\n"), "{}", ran.notes);
    assert!(ran.notes.contains("another session holds a lock on what the statement changes"), "{}", ran.notes);
    assert_eq!((project.tables(), project.history()), (vec!["public.a".to_owned()], vec!["rev0".to_owned()]));
    project.run(0, &["upgrade"]);
    project.revision("CREATE TABLE c (id int);\nSELECT pg_sleep(30);");
    let ran = project.run(2, &["upgrade"]);
    assert!(ran.notes.contains("canceling statement due to statement timeout\n"), "{}", ran.notes);
    assert!(ran.notes.contains("raise `statement_timeout`"), "{}", ran.notes);
    assert_eq!(project.tables(), ["public.a", "public.b"]);
}

#[test]
fn what_does_not_go_with_a_transaction_is_refused_before_anything_runs() {
    let alone = [
        "CREATE INDEX CONCURRENTLY i ON a (id)",
        "create unique index concurrently if not exists i on a (id)",
        "DROP INDEX CONCURRENTLY i",
        "REINDEX TABLE CONCURRENTLY a",
        "VACUUM a",
        "CREATE DATABASE other",
        "DROP DATABASE other",
        "ALTER SYSTEM SET work_mem = '1MB'",
        "ALTER TABLE a DETACH PARTITION p CONCURRENTLY",
    ];
    let own = ["COMMIT", "ROLLBACK", "BEGIN", "END", "START TRANSACTION"];
    let project = Project::with("", &["CREATE TABLE a (id int);", "SELECT 1;\n\n-- here\n!;"]);
    let mut before = "!".to_owned();
    for (statement, message) in alone
        .iter()
        .map(|statement| (statement, "`rev1` (step) has a statement that cannot run in a transaction: "))
        .chain(own.iter().map(|statement| (statement, "`rev1` (step) has a statement that ends its transaction\n")))
    {
        project.rewrite(1, &format!("\n{before};"), &format!("\n{statement};"));
        let ran = project.run(2, &["upgrade"]);
        assert!(ran.notes.starts_with(&format!("error: {message}")), "{statement}: {}", ran.notes);
        assert!(
            ran.notes.contains("\n  --> migrations/20260101T000000_rev1_step.sql:9\n"),
            "{statement}: {}",
            ran.notes
        );
        assert!(ran.notes.contains("`-- transaction: none` before it"), "{statement}: {}", ran.notes);
        assert_eq!(project.tables(), Vec::<String>::new(), "{statement}");
        (*statement).clone_into(&mut before);
    }
}

#[test]
fn without_a_transaction_what_was_done_stays_and_is_said() {
    let up = "-- transaction: none\nCREATE TABLE IF NOT EXISTS a (id int);\nCREATE INDEX CONCURRENTLY IF NOT EXISTS i ON a (id);\nINSERT INTO missing VALUES (1);";
    let project = Project::with("", &[up]);
    let ran = project.run(2, &["upgrade"]);
    assert!(ran.notes.contains("failed to run statement 3 of `rev0`"), "{}", ran.notes);
    assert!(
        ran.notes.contains("2 statements are done before it and recorded; the next run goes on here"),
        "{}",
        ran.notes
    );
    assert_eq!(project.tables(), ["public.a"]);
    assert_eq!(project.run(0, &["current"]).out, "");
    project.rewrite(0, "INSERT INTO missing VALUES (1);", "VACUUM a;");
    project.run(0, &["upgrade"]);
    assert_eq!(project.history(), ["rev0"]);
}

#[test]
fn a_lost_connection_leaves_nothing_half_done() {
    let up = "CREATE TABLE b (id int);\nSELECT pg_sleep(coalesce((SELECT 0 FROM pg_tables WHERE tablename = 'go'), 30));\nCREATE TABLE c (id int);";
    let project = Project::with("", &["CREATE TABLE a (id int);", up]);
    let child = project.command(&["upgrade"], &project.database.url()).spawn().unwrap();
    let sleeping = "FROM pg_stat_activity WHERE application_name = 'seachange' AND query LIKE 'SELECT pg_sleep%'";
    project.wait_for(&format!("SELECT 'x' {sleeping}"));
    project.database.query(&format!("SELECT pg_terminate_backend(pid)::text {sleeping}"));
    let started = Instant::now();
    let ran = ran(child.wait_with_output().unwrap());
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    assert_eq!(ran.code, 2, "{ran:?}");
    assert_eq!(ran.notes.matches("error").count(), 1, "{}", ran.notes);
    assert!(ran.notes.contains("terminating connection due to administrator command\n"), "{}", ran.notes);
    assert!(ran.notes.ends_with("left at the revision before; run the command again\n"), "{}", ran.notes);
    assert_eq!(project.tables(), ["public.a"]);
    assert_eq!(project.database.query("SELECT 'x' FROM pg_locks WHERE locktype = 'advisory' AND classid = x'5eac4a6'::int::oid AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"), Vec::<String>::new());
    project.database.query("CREATE TABLE go ()");
    assert!(!project.run(0, &["upgrade"]).notes.contains("waiting"));
    assert_eq!(project.tables(), ["public.a", "public.b", "public.c", "public.go"]);
}

#[test]
fn a_connection_lost_between_two_statements_is_not_replaced() {
    let database = cluster::database("lost");
    block_on(async {
        let session = crate::support::postgres(&database).await;
        let run = |sql: &'static str| session.connection().execute_unprepared(sql);
        run("BEGIN").await.unwrap();
        run("CREATE TABLE a (id int)").await.unwrap();
        database.query(
            "SELECT pg_terminate_backend(pid)::text FROM pg_stat_activity \
             WHERE datname = current_database() AND application_name = 'seachange'",
        );
        for _ in 0..3 {
            assert!(run("CREATE TABLE b (id int)").await.is_err());
        }
    });
    assert_eq!(
        database.query("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'"),
        Vec::<String>::new()
    );
}

const INDEXED: &str = r#"use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "a")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    #[sea_orm(unique_key = "code", default_value = 7)]
    pub code: i32,
    #[sea_orm(indexed)]
    pub note: Option<i32>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
"#;

#[test]
fn indexes_are_made_while_their_table_is_written_to() {
    let project = Project::new("\n[postgres]\nconcurrent_indexes = true\n");
    project.run(0, &["revision", "--autogenerate", "-m", "one"]);
    project.run(0, &["upgrade"]);
    project.database.query("INSERT INTO a SELECT generate_series(1, 3)");
    project.write("src/entities/a.rs", INDEXED);
    let ran = project.run(0, &["revision", "--autogenerate", "-m", "two"]);
    let files: Vec<&str> = ran.out.lines().collect();
    assert_eq!(files.len(), 2, "{ran:?}");
    let text = |file: &str| fs::read_to_string(project.folder.path().join(file)).unwrap();
    assert!(text(files[0]).contains("ADD COLUMN") && !text(files[0]).contains("INDEX"), "{}", text(files[0]));
    let up = "-- transaction: none\n\n-- unique-may-fail: Creating `idx-a-code` fails if rows of `a` hold the same values twice.\n\
              -- runs-outside-transaction: `idx-a-code` is made or dropped in no transaction; when that fails, what ran before it stays.\n\
              DROP INDEX CONCURRENTLY IF EXISTS \"idx-a-code\";\n\
              CREATE UNIQUE INDEX CONCURRENTLY \"idx-a-code\" ON a (code);\n";
    assert!(text(files[1]).contains(up), "{}", text(files[1]));
    assert_eq!(text(files[1]).matches("-- transaction: none").count(), 2, "{}", text(files[1]));

    // Every row has the same code: what was begun is left behind, and a second run takes it away.
    let ran = project.run(2, &["upgrade"]);
    assert!(ran.notes.contains("  Key (code)=(7) is duplicated.\n"), "{}", ran.notes);
    let invalid = "SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid";
    assert_eq!(project.database.query(invalid), ["\"idx-a-code\""]);
    assert_eq!(project.history().len(), 2);
    project.database.query("UPDATE a SET code = id, note = 1");
    project.run(0, &["upgrade"]);
    assert_eq!(project.database.query(invalid), Vec::<String>::new());
    assert!(project.run(0, &["check"]).out.contains("no differences"));
    project.run(0, &["downgrade", "-1", "--accept-data-loss"]);
    assert_eq!(project.database.query("SELECT indexname::text FROM pg_indexes WHERE tablename = 'a'"), ["a_pkey"]);
    project.run(0, &["upgrade"]);

    // An index nobody declares, and one that is declared.
    let name = "which is INVALID: its making failed, and it is never used";
    let made = block_on(async {
        let connection = project.database.connect().await;
        connection.execute_unprepared("CREATE UNIQUE INDEX CONCURRENTLY hand ON a (note)").await
    });
    assert!(made.is_err());
    let ran = project.run(0, &["check"]);
    assert!(ran.out.contains(&format!("unique index `hand` on `a` (note), {name}\n")), "{}", ran.out);
    project.database.query("DROP INDEX hand");
    project.database.query("UPDATE pg_index SET indisvalid = false WHERE indexrelid = '\"idx-a-note\"'::regclass");
    let ran = project.run(1, &["check"]);
    assert!(ran.out.contains(&format!("drop index `idx-a-note` on `a`, {name}")), "{}", ran.out);
    assert!(ran.notes.contains("write the revision with `seachange revision --autogenerate"), "{}", ran.notes);
    project.run(0, &["revision", "--autogenerate", "-m", "again"]);
    project.run(0, &["upgrade"]);
    assert!(project.run(0, &["check"]).out.contains("no differences"));
}

/// Rows of the table find each other by what is unique, and so do those of another table.
const REFERRED_TO: &str = r#"
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "Entity", from = "Column::Note", to = "Column::Code")]
    Other,
}
"#;

const REFERRING: &str = r#"use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "b")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    #[sea_orm(indexed)]
    pub code: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::a::Entity", from = "Column::Code", to = "super::a::Column::Code")]
    A,
}

impl ActiveModelBehavior for ActiveModel {}
"#;

#[test]
fn what_needs_an_index_that_is_made_meanwhile_waits_for_it() {
    let project = Project::new("\n[postgres]\nconcurrent_indexes = true\n");
    project.write("src/entities/a.rs", &INDEXED.replace("unique_key = \"code\", ", ""));
    project.run(0, &["revision", "--autogenerate", "-m", "one"]);
    project.run(0, &["upgrade"]);
    project.database.query("INSERT INTO a SELECT n, n, n FROM generate_series(1, 3) AS n");
    let none = "\n#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]\npub enum Relation {}\n";
    project.write("src/entities/a.rs", &INDEXED.replace(none, REFERRED_TO));
    project.write("src/entities/b.rs", REFERRING);
    project.write("src/entities/mod.rs", "pub mod a;\npub mod b;\n");
    let ran = project.run(0, &["revision", "--autogenerate", "-m", "two"]);
    let text = |file: &str| fs::read_to_string(project.folder.path().join(file)).unwrap();
    let files: Vec<String> = ran.out.lines().map(text).collect();
    let [index, behind] = files.as_slice() else { panic!("{files:?}") };
    assert!(index.contains("CREATE UNIQUE INDEX CONCURRENTLY") && !index.contains("FOREIGN KEY"), "{index}");
    assert!(behind.contains("CREATE TABLE b") && behind.matches("REFERENCES a (code)").count() == 2, "{behind}");
    project.run(0, &["upgrade"]);
    assert!(project.run(0, &["check"]).out.contains("no differences"));
    let keys = "SELECT conrelid::regclass::text FROM pg_constraint WHERE contype = 'f' ORDER BY 1";
    assert_eq!(project.database.query(keys), ["a", "b"]);
    project.run(0, &["downgrade", "-2", "--accept-data-loss"]);
    assert_eq!(project.database.query("SELECT code::text FROM a ORDER BY 1"), ["1", "2", "3"]);
    assert_eq!(project.database.query(keys), Vec::<String>::new());
    project.run(0, &["upgrade"]);
}

#[test]
fn another_default_schema() {
    let project = Project::with(
        "[database]\nschema = \"project_1\"\n",
        &["CREATE TABLE a (id integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY);"],
    );
    let expected = "\
error: the schema `project_1` does not exist, or the role may not use it
hint: make it (`CREATE SCHEMA project_1`) or grant the role `USAGE` on it; or correct `schema` below `[database]` in \
`seachange.toml`
";
    assert_eq!(project.run(2, &["upgrade"]).notes, expected);
    assert_eq!(project.run(2, &["stamp", "head"]).notes, expected);
    project.database.query("CREATE SCHEMA project_1");
    project.run(0, &["upgrade"]);
    assert_eq!(project.tables(), ["project_1.a"]);
    assert_eq!(project.database.query("SELECT revision FROM project_1.seachange_history"), ["rev0"]);
    project.run(0, &["check"]);
    project.run(0, &["downgrade", "base", "--accept-data-loss"]);
}

#[test]
fn statements_run_as_they_are_written() {
    let up = "CREATE TABLE a (id int PRIMARY KEY, note text DEFAULT 'a;b');
COMMENT ON TABLE a IS 'one; two -- three';
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $touch$
BEGIN
  NEW.note := $$x;y$$; -- one; two
  RETURN NEW;
END;
$touch$;
CREATE TRIGGER touch BEFORE INSERT ON a FOR EACH ROW EXECUTE FUNCTION touch();
DO $$ BEGIN FOR i IN 1..3 LOOP INSERT INTO a (id) VALUES (i); END LOOP; END $$;
INSERT INTO a (id) VALUES (4)";
    let project = Project::with("", &[up]);
    project.run(0, &["upgrade"]);
    assert_eq!(project.database.query("SELECT DISTINCT note FROM a"), ["x;y"]);
    assert_eq!(project.database.query("SELECT obj_description('a'::regclass)"), ["one; two -- three"]);
    assert_eq!(project.database.query("SELECT count(*)::text FROM a"), ["4"]);
    if cluster::shared().major >= 14 {
        let up = "CREATE FUNCTION twice(n int) RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT CASE WHEN n > 0 THEN 1 END; SELECT n * 2; END;\nSELECT twice(2);";
        let project = Project::with("", &[up]);
        project.run(0, &["upgrade"]);
        assert_eq!(project.database.query("SELECT twice(4)::text"), ["8"]);
    }
}

#[test]
fn connections_that_cannot_be_made() {
    let project = Project::with("", &["CREATE TABLE a (id int);"]);
    let socket = cluster::shared().folder().display().to_string();
    let name = project.database.name();
    let host = format!("host={socket}&password=hunter2");
    let cases = [
        (
            format!("postgres:///nix?user=postgres&{host}"),
            "database \"nix\" does not exist",
            "check the name in the URL",
        ),
        (
            format!("postgres:///{name}?user=nobody_here&{host}"),
            "role \"nobody_here\" does not exist",
            "check the name in the URL",
        ),
        (format!("postgres://me:hunter2@localhost/{name}?host=/nowhere"), "No such file", "check host and port"),
        ("postgres://me:hunter2@127.0.0.1:1/db".to_owned(), "refused", "check host and port"),
        ("postgres://me:h%75nter2@host.invalid/db".to_owned(), "lookup", "check host and port"),
        ("postgres://me:hunter2@127.0.0.1:99999/db".to_owned(), "port", "check the URL"),
        ("postgres://me:x?hunter2@127.0.0.1:5432/db".to_owned(), "port", "check the URL"),
        ("postgres://me:x/hunter2@127.0.0.1:5432/db".to_owned(), "port", "check the URL"),
    ];
    for (url, said, hint) in cases {
        let started = Instant::now();
        for arguments in [["check"].as_slice(), &["upgrade", "head"]] {
            let ran = project.run_on(2, arguments, &url);
            assert!(ran.notes.starts_with("error: failed to open the database `postgres://"), "{url}: {}", ran.notes);
            assert!(ran.notes.contains(said) && ran.notes.contains(&format!("hint: {hint}")), "{url}: {}", ran.notes);
            assert!(ran.notes.lines().count() <= 4, "{url}: {}", ran.notes);
            assert!(!format!("{ran:?}").replace("%75", "u").contains("hunter2"), "{url}: {ran:?}");
        }
        assert!(started.elapsed() < Duration::from_secs(8), "{url} took {:?}", started.elapsed());
    }
}

#[test]
fn a_role_with_few_rights() {
    let project = Project::with("", &["CREATE TABLE a (id integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY);"]);
    let role = format!("poor_{}", std::process::id());
    project.database.script(&format!("CREATE ROLE {role} LOGIN;\nREVOKE CREATE ON SCHEMA public FROM PUBLIC;\n"));
    let socket = cluster::shared().folder().display();
    let url = format!("postgres:///{}?host={socket}&user={role}", project.database.name());
    let ran = project.run_on(2, &["upgrade"], &url);
    assert!(
        ran.notes.contains("permission denied for schema public\nhint: grant the role what it lacks"),
        "{}",
        ran.notes
    );
    assert_eq!(project.tables(), Vec::<String>::new());
    // Looking needs no rights.
    let ran = project.run_on(1, &["check"], &url);
    assert!(ran.out.contains("pending"), "{}", ran.out);
    project.run(0, &["upgrade"]);
    let ran = project.run_on(2, &["check"], &url);
    assert!(ran.notes.contains("GRANT SELECT ON seachange_history"), "{}", ran.notes);
    project.database.script(&format!("GRANT SELECT ON seachange_history TO {role};\n"));
    let ran = project.run_on(0, &["check"], &url);
    assert!(ran.out.contains("no differences"), "{}", ran.out);
    project.database.script(&format!("REVOKE ALL ON seachange_history FROM {role};\nDROP ROLE {role};\n"));
}

#[test]
fn init_for_a_server() {
    let project = Project::new("");
    fs::remove_file(project.folder.path().join("seachange.toml")).unwrap();
    let ran = project.run_on(0, &["init"], "postgres://me:hunter2@host/db?sslmode=require&password=hunter2");
    let text = fs::read_to_string(project.folder.path().join("seachange.toml")).unwrap();
    assert!(!format!("{ran:?}{text}").contains("hunter2"), "{ran:?}\n{text}");
    assert!(ran.notes.contains("the password of the URL was left out of the file"), "{}", ran.notes);
    assert!(text.contains("\nurl = \"postgres://me@host/db?sslmode=require\"\n"), "{text}");
    for words in [
        "# schema = \"public\"",
        "# statement_timeout = 300",
        "# [postgres]\n",
        "# concurrent_indexes = true",
        "# online = true",
    ] {
        assert!(text.contains(words), "{text}");
    }
    assert!(!text.contains("SQLite") && !text.contains("[enums]"), "{text}");
    // What is offered there can be taken.
    let settings =
        ["# schema", "# statement_timeout", "# lock_timeout", "# [postgres]", "# concurrent_indexes", "# online"];
    let taken = settings.iter().fold(text, |text, setting| text.replace(setting, &setting[2..]));
    fs::write(project.folder.path().join("seachange.toml"), taken).unwrap();
    project.run(1, &["check"]);
}

#[test]
fn whoever_is_killed_at_any_moment_is_finished_by_the_next() {
    let slow = |first: i32, last: i32| -> String {
        let statement = |step: i32| format!("INSERT INTO log (step) SELECT {step} FROM pg_sleep(0.03);");
        (first..=last).map(statement).collect::<Vec<_>>().join("\n") + "\n"
    };
    let bare = format!(
        "-- transaction: none\n{}DROP INDEX CONCURRENTLY IF EXISTS steps;\nCREATE UNIQUE INDEX CONCURRENTLY steps ON log (step);\n\
         VACUUM log;\n{}",
        slow(7, 9),
        slow(10, 12)
    );
    let begin = "CREATE TABLE log (id serial PRIMARY KEY, step integer NOT NULL);";
    let project = Project::with("", &[begin, &slow(1, 3), &slow(4, 6), &bare]);
    let mut attempts = 0;
    for pause in (4..).step_by(11) {
        let mut child = project.command(&["upgrade"], &project.database.url()).spawn().unwrap();
        thread::sleep(Duration::from_millis(pause));
        if let Some(status) = child.try_wait().unwrap() {
            assert!(status.success(), "{:?}", ran(child.wait_with_output().unwrap()));
            break;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        attempts += 1;
    }
    assert!(attempts > 5, "{attempts}");
    let steps: Vec<String> = (1..=12).map(|step| step.to_string()).collect();
    assert_eq!(project.database.query("SELECT step::text FROM log ORDER BY id"), steps);
    assert_eq!(project.history(), ["rev0", "rev1", "rev2", "rev3"]);
    let invalid = "SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid OR NOT indisready";
    assert_eq!(project.database.query(invalid), Vec::<String>::new());
}

#[test]
fn a_full_disk_leaves_the_revision_before() {
    let full = "CREATE TABLE b (id int);\nDO $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'disk_full', MESSAGE = \
                'could not extend file \"base/1/2\": No space left on device'; END $$;";
    let project = Project::with("", &["CREATE TABLE a (id int);", full]);
    let ran = project.run(2, &["upgrade"]);
    let hint = "the database was left at the revision before; make room on the disk and run the command again";
    assert!(ran.notes.contains(hint), "{}", ran.notes);
    assert_eq!((project.tables(), project.history()), (vec!["public.a".to_owned()], vec!["rev0".to_owned()]));
}

#[test]
fn a_statement_that_may_have_run_is_said_to_be_one() {
    let up = "-- transaction: none\nCREATE TABLE a (id int);\nCREATE INDEX CONCURRENTLY i ON a (id);";
    let project = Project::with("", &[up]);
    project.run(0, &["upgrade"]);
    // As if the runner had died before it could record the index.
    project.database.query("UPDATE seachange_history SET unfinished = 'up 1'");
    let ran = project.run(2, &["upgrade"]);
    assert!(ran.notes.contains("relation \"i\" already exists"), "{}", ran.notes);
    assert!(ran.notes.contains("hint: an earlier attempt was cut off while this statement ran"), "{}", ran.notes);
    project.database.query("DROP INDEX i");
    let ran = project.run(0, &["upgrade"]);
    assert!(ran.notes.contains("goes on where it was: 1 of 2 statements done"), "{}", ran.notes);
}

#[test]
fn a_statement_of_which_nobody_knows_what_it_did_is_asked_about() {
    let procedure =
        "DO $$ BEGIN INSERT INTO a VALUES (1); COMMIT; PERFORM pg_sleep(30); INSERT INTO a VALUES (2); END $$;";
    let up = format!("-- transaction: none\nCREATE TABLE a (id int);\n{procedure}\nINSERT INTO a VALUES (3);");
    let project = Project::with("", &[&up]);
    let mut child = project.command(&["upgrade"], &project.database.url()).spawn().unwrap();
    project.wait_for("SELECT 'x' FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'");
    child.kill().unwrap();
    child.wait().unwrap();
    project.database.query("SELECT pg_terminate_backend(pid)::text FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'");
    let ran = project.run(2, &["upgrade"]);
    assert!(
        ran.notes.contains("an earlier attempt was cut off while statement 2 of `rev0` (step) ran"),
        "{}",
        ran.notes
    );
    assert!(ran.notes.contains("--interrupted done"), "{}", ran.notes);
    assert_eq!(project.database.query("SELECT id::text FROM a"), ["1"]);
    project.run(0, &["upgrade", "--interrupted", "done"]);
    assert_eq!(project.database.query("SELECT id::text FROM a ORDER BY id"), ["1", "3"]);

    // What is known to have failed is no such thing.
    let up = "-- transaction: none\nCREATE TABLE b (id int);\nDO $$ BEGIN RAISE 'no'; END $$;";
    let project = Project::with("", &[up]);
    let ran = project.run(2, &["upgrade"]);
    let hint = "1 statement is done before it and recorded; what the statement itself committed stays, and the next run begins with it";
    assert!(ran.notes.contains(hint), "{}", ran.notes);
    project.rewrite(0, "RAISE 'no';", "NULL;");
    project.run(0, &["upgrade"]);
    assert_eq!(project.history(), ["rev0"]);
}
