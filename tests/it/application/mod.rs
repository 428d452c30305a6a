//! Revisions that an application brings along, over the pools that applications have.

mod in_step;
mod pool;
mod postgres;
mod together;

use std::path::Path;
use std::time::Duration;

use expect_test::expect;
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, Statement};
use seachange::{Failure, Migrator};

use crate::support::{block_on, copy, root};

static MIGRATOR: Migrator = seachange::migrations!("fixtures/application/migrations");

/// A pool of so many connections.
async fn pool(url: &str, connections: u32) -> DatabaseConnection {
    let mut options = ConnectOptions::new(url);
    options.max_connections(connections).acquire_timeout(Duration::from_secs(1)).sqlx_logging(false);
    Database::connect(options).await.unwrap()
}

async fn ask(db: &impl ConnectionTrait, sql: &str) -> Vec<String> {
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap();
    rows.iter().map(|row| row.try_get_by_index::<Option<String>>(0).unwrap().unwrap_or_default()).collect()
}

/// A folder of revisions that a test may change.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy(&root().join("fixtures/application/migrations"), folder.path());
    folder
}

fn write(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(name), text).unwrap();
}

/// What a failure says, without the folder of the test.
fn words(failure: &Failure, folder: &Path) -> String {
    format!("{failure}\n").replace(&format!("{}/", folder.display()), "")
}

#[test]
fn a_database_is_brought_to_the_head_and_stays_there() {
    block_on(async {
        let db = pool("sqlite::memory:", 1).await;
        let state = MIGRATOR.check(&db).await.unwrap();
        assert!(!state.is_ready());
        expect![[r#"
            2 pending revisions:
              `a1` (users)
              `b2` (names)"#]]
        .assert_eq(&state.to_string());
        assert_eq!(MIGRATOR.upgrade(&db).await.unwrap(), ["`a1` (users)", "`b2` (names)"]);
        db.execute_unprepared("INSERT INTO users (email, name) VALUES ('a@b', NULL)").await.unwrap();
        assert_eq!(MIGRATOR.upgrade(&db).await.unwrap(), Vec::<String>::new());
        let state = MIGRATOR.check(&db).await.unwrap();
        assert!(state.is_clean() && state.is_ready(), "{state}");
        assert_eq!(state.to_string(), "the database is where the revisions lead");
        assert_eq!(ask(&db, "SELECT email FROM users").await, ["a@b"]);
    });
}

/// What the program does and what the application does is one history.
#[test]
fn the_command_line_goes_on_where_the_application_was() {
    let project = tempfile::tempdir().unwrap();
    copy(&root().join("fixtures/application"), project.path());
    let url = format!("sqlite://{}?mode=rwc", project.path().join("app.db").display());
    block_on(async {
        let db = pool(&url, 3).await;
        MIGRATOR.upgrade(&db).await.unwrap();
        let run = |arguments: &[&str]| {
            let mut program = std::process::Command::new(env!("CARGO_BIN_EXE_seachange"));
            let output = program.args(arguments).args(["--database-url", &url]).current_dir(project.path()).output();
            let output = output.unwrap();
            assert!(output.status.success(), "{output:?}");
        };
        run(&["check"]);
        run(&["downgrade", "-1", "--accept-data-loss"]);
        assert_eq!(MIGRATOR.pending(&db).await.unwrap(), ["`b2` (names)"]);
        run(&["upgrade", "head"]);
        assert!(MIGRATOR.check(&db).await.unwrap().is_clean());
    });
}

#[test]
fn what_happened_behind_the_back_of_the_application_is_told() {
    block_on(async {
        let db = pool("sqlite::memory:", 1).await;
        MIGRATOR.upgrade(&db).await.unwrap();
        db.execute_unprepared(
            "ALTER TABLE users DROP COLUMN name; ALTER TABLE users ADD COLUMN age integer; CREATE TABLE others (a);
             CREATE INDEX fast ON users (email, id)",
        )
        .await
        .unwrap();
        let state = MIGRATOR.check(&db).await.unwrap();
        assert!(!state.is_ready());
        expect![[r#"
            changed by hand; to be as the last revision left it:
              add column `users.name`
            added by hand since the last revision:
              column `users.age` integer"#]]
        .assert_eq(&state.to_string());
        db.execute_unprepared(
            "ALTER TABLE users ADD COLUMN name varchar; ALTER TABLE users DROP COLUMN age;
             UPDATE seachange_history SET checksum = 'x' WHERE revision = 'a1';
             INSERT INTO seachange_history (revision, message, checksum, applied_at, milliseconds)
                 SELECT 'c3', 'new', 'y', applied_at, 1 FROM seachange_history LIMIT 1",
        )
        .await
        .unwrap();
        let state = MIGRATOR.check(&db).await.unwrap();
        assert!(state.is_ready() && !state.is_clean());
        expect![[r#"
            edited after being applied:
              `a1` (users)
            applied, but not among these revisions:
              c3"#]]
        .assert_eq(&state.to_string());
    });
}

/// An old version that starts beside a newer one.
#[test]
fn revisions_of_a_newer_version_stop_the_way_up_unless_they_are_allowed() {
    block_on(async {
        let db = pool("sqlite::memory:", 1).await;
        MIGRATOR.upgrade(&db).await.unwrap();
        db.execute_unprepared("UPDATE seachange_history SET revision = 'c3' WHERE revision = 'b2'").await.unwrap();
        let failure = MIGRATOR.upgrade(&db).await.unwrap_err();
        expect![[r#"
            the database has 1 revision that no file describes: c3
            hint: bring the files back (`git log -- migrations`), or forget them: `seachange stamp --purge REVISION`
        "#]]
        .assert_eq(&words(&failure, Path::new("/")));
        db.execute_unprepared(
            "INSERT INTO seachange_history (revision, message, checksum, applied_at, milliseconds)
             SELECT 'b2', message, checksum, applied_at, 1 FROM seachange_history LIMIT 1",
        )
        .await
        .unwrap();
        assert_eq!(MIGRATOR.allow_unknown().upgrade(&db).await.unwrap(), Vec::<String>::new());
    });
}

#[test]
fn what_loses_data_runs_when_the_file_or_the_application_accepts_it() {
    let folder = folder();
    let text = "-- message: no names\n-- revision: c3\n-- parents: b2\n\
                -- hazard up drops-column users.name: Dropping `users.name` deletes its data.\n\n\
                -- migrate:up\n\nALTER TABLE \"users\" DROP COLUMN \"name\";\n\n-- migrate:down\n\n\
                ALTER TABLE \"users\" ADD COLUMN \"name\" varchar;\n";
    write(folder.path(), "c3.sql", text);
    block_on(async {
        let db = pool("sqlite::memory:", 1).await;
        let migrator = Migrator::from_folder(folder.path()).unwrap();
        let failure = migrator.upgrade(&db).await.unwrap_err();
        expect![[r#"
            1 hazard is not accepted, and nothing was run
              --> c3.sql:4
               | Dropping `users.name` deletes its data.
               | to accept it: -- accept: drops-column users.name
            hint: whoever has read it writes the line above `-- migrate:up`; `Migrator::accept_data_loss` runs it all the same, this once
        "#]]
        .assert_eq(&words(&failure, folder.path()));
        assert_eq!(ask(&db, "SELECT name FROM sqlite_schema").await, Vec::<String>::new());
        assert_eq!(migrator.accept_data_loss().upgrade(&db).await.unwrap().len(), 3);

        write(folder.path(), "c3.sql", &text.replace("\n-- hazard", "\n-- accept: drops-column users.name\n-- hazard"));
        let db = pool("sqlite::memory:", 1).await;
        assert_eq!(Migrator::from_folder(folder.path()).unwrap().upgrade(&db).await.unwrap().len(), 3);
    });
}

/// What the compiler cannot see is seen before anything runs, in the words of the command line.
#[test]
fn failures_say_where_and_what_to_do() {
    let folder = folder();
    write(
        folder.path(),
        "c3.sql",
        "-- message: c\n-- revision: c3\n-- parents: b2\n-- migrate:up\n\nSELECT 1;\nSELEC 2;\n",
    );
    block_on(async {
        let db = pool("sqlite::memory:", 1).await;
        let failure = Migrator::from_folder(folder.path()).unwrap().upgrade(&db).await.unwrap_err();
        expect![[r#"
            failed to run statement 2 of `c3` (c) (up)
              --> c3.sql:7
               | SELEC 2
              near "SELEC": syntax error
            hint: the database was left at the revision before; correct the file and run the command again
        "#]]
        .assert_eq(&words(&failure, folder.path()));
        assert_eq!(format!("{failure:?}"), failure.to_string());
        assert_eq!(MIGRATOR.pending(&db).await.unwrap(), Vec::<String>::new());

        write(folder.path(), "c3.sql", "-- message: c\n-- revision: c3\n-- parents: a1\n-- migrate:up\n\nSELECT 1;\n");
        let failure = Migrator::from_folder(folder.path()).unwrap().check(&db).await.unwrap_err();
        expect![[r#"
            there are several heads: `b2` (names) and `c3` (c)
            hint: say which one it follows with `--head`, or join them with `seachange merge`
        "#]]
        .assert_eq(&words(&failure, folder.path()));

        write(folder.path(), "c3.sql", "-- message: c\n-- revision: a1\n-- migrate:up\n");
        let failure = Migrator::from_folder(folder.path()).unwrap().check(&db).await.unwrap_err();
        assert!(failure.to_string().contains("c3.sql"), "{failure}");
    });
}

#[test]
fn what_was_cut_off_goes_on_where_it_was() {
    let folder = folder();
    let text = "-- message: c\n-- revision: c3\n-- parents: b2\n-- migrate:up\n-- transaction: none\n\
                CREATE TABLE once (a integer);\nSELEC 2;\n";
    write(folder.path(), "c3.sql", text);
    block_on(async {
        let db = pool("sqlite::memory:", 1).await;
        Migrator::from_folder(folder.path()).unwrap().upgrade(&db).await.unwrap_err();
        let state = Migrator::from_folder(folder.path()).unwrap().check(&db).await.unwrap();
        assert!(!state.is_ready());
        assert!(state.to_string().contains("begun, and not finished:\n  `c3` (c) was begun on "), "{state}");
        write(folder.path(), "c3.sql", &text.replace("SELEC 2", "SELECT 2"));
        let migrator = Migrator::from_folder(folder.path()).unwrap();
        assert_eq!(migrator.upgrade(&db).await.unwrap(), ["`c3` (c)"]);
        // It has a row of its own in the history, but no way down and no table in the lock.
        assert!(migrator.check(&db).await.unwrap().is_ready());
    });
}

/// The project decides how its databases are compared, also where only the application is.
#[test]
fn the_settings_of_the_project_come_along() {
    let project = tempfile::tempdir().unwrap();
    copy(&root().join("fixtures/application"), project.path());
    let settings = "entities = [\"src\"]\n\n[database]\nurl = \"postgres://me:secret@host/db\"\nlock_timeout = 3\n\n\
                    [tables]\nexclude = [\n    \"users\",\n]\n\n[hazards]\nupgrade = []\n";
    write(project.path(), "seachange.toml", settings);
    block_on(async {
        let db = pool("sqlite::memory:", 1).await;
        let migrator = Migrator::from_folder(project.path().join("migrations")).unwrap();
        assert!(!format!("{migrator:?}").contains("secret"));
        migrator.upgrade(&db).await.unwrap();
        db.execute_unprepared("ALTER TABLE users DROP COLUMN name").await.unwrap();
        assert!(migrator.check(&db).await.unwrap().is_clean());
        assert!(!MIGRATOR.check(&db).await.unwrap().is_clean());

        write(project.path(), "seachange.toml", "entities = []\ndatabase.schema = \"x\"\n");
        let failure = Migrator::from_folder(project.path().join("migrations")).unwrap_err();
        expect![[r#"
            error: `database` has to be a table of its own here: write `[database]` and its keys below
             --> seachange.toml:2:1
              |
            2 | database.schema = "x"
              | ^^^^^^^^^^^^^^^^^^^^^

            error: 1 problem in the configuration
        "#]]
        .assert_eq(&words(&failure, project.path()));
    });
}

/// Servers spawn their tasks on several threads.
#[test]
fn everything_can_be_spawned() {
    fn is_send<T: Send>(_: T) {}
    let db = DatabaseConnection::default();
    is_send(MIGRATOR.upgrade(&db));
    is_send(MIGRATOR.check(&db));
    is_send(MIGRATOR.pending(&db));
    let failure = block_on(MIGRATOR.pending(&db)).unwrap_err();
    expect![[r#"
        revisions run over a pool of connections to SQLite or PostgreSQL, and this one is none
        hint: pass what `sea_orm::Database::connect` gives
    "#]]
    .assert_eq(&words(&failure, Path::new("/")));
}
