//! Rebuilds of tables with everything that tools lose, in the hands of every runner: our own, and those that run the text
//! of the file statement by statement, with foreign keys on or off, in a transaction of theirs or in none, or as `sqlite3`.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use sea_orm::ConnectionTrait;
use seachange::dialect::{Options, Version};
use seachange::migrate::Session;
use seachange::model::Placement;
use seachange::render::sql::table_lines;
use seachange::revision::{Direction, Revision};
use tempfile::TempDir;

use super::programs::Sqlite;
use super::{OPTIONS, declared};
use crate::support::{
    DIALECT, Project, assert_silent, assert_sound, block_on, compared, execute, memory, open, query, reflect, run,
    write, write_with,
};

/// What is declared: one table of each kind, and tables that refer to them in every way.
const WORLD: &str = r#"
CREATE TABLE users (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    name varchar COLLATE NOCASE CONSTRAINT named CHECK (name <> ';') CHECK (length(name) < 99),
    boss integer REFERENCES users (id) ON DELETE CASCADE,
    mail varchar DEFAULT ('a' || '@b'),
    loud varchar GENERATED ALWAYS AS (upper(name)) VIRTUAL,
    twice integer AS (id * 2) STORED,
    CONSTRAINT one_mail UNIQUE (mail, id)
);
CREATE INDEX by_name ON users (name COLLATE BINARY DESC, lower(mail)) WHERE name IS NOT NULL;
CREATE TABLE posts (
    id integer NOT NULL PRIMARY KEY,
    user_id integer NOT NULL CONSTRAINT owner REFERENCES users (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    editor integer REFERENCES users ON DELETE SET NULL,
    reader integer DEFAULT 2 REFERENCES users (id) ON DELETE SET DEFAULT
);
CREATE TABLE likes (post_id integer NOT NULL, user_id integer NOT NULL, n integer, PRIMARY KEY (post_id, user_id),
    FOREIGN KEY (post_id) REFERENCES posts (id) ON DELETE CASCADE,
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE RESTRICT) WITHOUT ROWID;
CREATE TABLE notes (code varchar NOT NULL PRIMARY KEY, user_id integer REFERENCES users (id), n integer);
CREATE TABLE "odd ""table;" (id INT PRIMARY KEY, "select" TEXT, [x y] REAL, raw ANY,
    FOREIGN KEY ("select") REFERENCES notes (code) ON DELETE NO ACTION) STRICT;
CREATE TABLE loose (code varchar PRIMARY KEY, n integer, user_id integer REFERENCES users (id) ON DELETE SET NULL);
CREATE TABLE picky (
    a varchar NOT NULL ON CONFLICT IGNORE,
    b varchar COLLATE NOCASE,
    c integer UNIQUE ON CONFLICT REPLACE,
    d integer,
    CONSTRAINT pk PRIMARY KEY (a COLLATE BINARY DESC, B COLLATE RTRIM) ON CONFLICT REPLACE,
    CONSTRAINT uq UNIQUE (c, b COLLATE BINARY DESC) ON CONFLICT IGNORE
);
CREATE TABLE no_rowid (id INTEGER PRIMARY KEY DESC ON CONFLICT ROLLBACK, d integer);
CREATE TABLE counted (id INTEGER NOT NULL PRIMARY KEY ON CONFLICT FAIL AUTOINCREMENT, d integer);
CREATE TABLE log (text varchar NOT NULL);
"#;

/// What nobody declares, and rows.
const UNMANAGED: &str = r#"
CREATE VIEW names AS SELECT name FROM users;
CREATE VIEW louder AS SELECT upper(name) || '!' AS name FROM names;
CREATE VIEW broken AS SELECT * FROM gone_long_ago;
CREATE TRIGGER louder_insert INSTEAD OF INSERT ON louder BEGIN INSERT INTO users (name) VALUES (lower(new.name)); END;
CREATE TRIGGER user_added AFTER INSERT ON users BEGIN INSERT INTO log VALUES ('user; ' || new.name); END;
CREATE TRIGGER user_gone BEFORE DELETE ON users BEGIN INSERT INTO log VALUES ('gone ' || old.name); END;
CREATE TRIGGER post_gone BEFORE DELETE ON posts BEGIN INSERT INTO log VALUES ('post ' || old.id); END;
CREATE TRIGGER post_changed AFTER UPDATE ON posts BEGIN INSERT INTO log VALUES ('changed ' || old.id); END;
CREATE TRIGGER note_added AFTER INSERT ON notes BEGIN UPDATE users SET mail = new.code WHERE id = new.user_id; END;
CREATE VIRTUAL TABLE search USING fts5 (code, content = 'notes', content_rowid = 'rowid');
INSERT INTO users (id, name, boss, mail) VALUES (1, 'Ann', NULL, 'a@x'), (2, 'ben', 1, 'b@x'), (7, 'Cy', 2, NULL),
    (50, 'gone', NULL, NULL);
INSERT INTO posts VALUES (1, 1, 2, 7), (2, 7, NULL, 2), (3, 2, 7, 1);
INSERT INTO likes VALUES (1, 2, NULL), (2, 1, 5), (3, 7, 6);
INSERT INTO notes (rowid, code, user_id, n) VALUES (9, 'first', 1, NULL), (4, 'second', NULL, 3), (77, 'third', 7, 8);
INSERT INTO "odd ""table;" VALUES (1, 'first', 1.5, '007'), (3, NULL, 2, 7), (5, 'third', NULL, x'00ff');
INSERT INTO picky (rowid, a, b, c, d) VALUES (6, 'x', 'y', 1, NULL), (2, 'X', 'y', 2, NULL), (4, 'x', NULL, NULL, 3),
    (9, 'x', NULL, 7, 3);
INSERT INTO no_rowid (rowid, id, d) VALUES (5, 1, NULL), (3, 2, NULL), (8, NULL, 1);
INSERT INTO counted VALUES (4, NULL), (8, 2), (9, 1);
DELETE FROM counted WHERE id = 9;
INSERT INTO loose (rowid, code, n, user_id) VALUES (5, NULL, 1, 1), (3, NULL, NULL, 2), (8, 'x', 3, NULL);
INSERT INTO search (search) VALUES ('rebuild');
DELETE FROM users WHERE id = 50;
"#;

/// What changes in the declaration: a column that may hold other values then, a piece of text and what stands there afterwards.
const EDITS: [(&str, &str, &str); 19] = [
    ("d", "REPLACE,\n    d integer", "REPLACE,\n    d integer NOT NULL DEFAULT 4"),
    ("d", "c integer UNIQUE ON CONFLICT REPLACE,\n    d integer", "c integer,\n    d varchar"),
    ("d", "ROLLBACK, d integer", "ROLLBACK, d integer NOT NULL DEFAULT 5"),
    ("d", "AUTOINCREMENT, d integer", "AUTOINCREMENT, d varchar"),
    ("n", "n integer, user_id", "n varchar DEFAULT 'none', user_id"),
    ("mail", "mail varchar DEFAULT ('a' || '@b')", "mail varchar DEFAULT 'none'"),
    ("mail", "mail varchar DEFAULT ('a' || '@b')", "mail varchar NOT NULL DEFAULT 'none'"),
    (
        "mail",
        "mail varchar DEFAULT ('a' || '@b')",
        "mail text DEFAULT ('a' || '@b'), born date NOT NULL DEFAULT (date('now'))",
    ),
    ("name", "CONSTRAINT named CHECK (name <> ';')", "CONSTRAINT named CHECK (name <> ',')"),
    ("boss", "(id) ON DELETE CASCADE,\n    mail", "(id) ON DELETE SET NULL,\n    mail"),
    (
        "reader",
        "reader integer DEFAULT 2 REFERENCES users (id) ON DELETE SET DEFAULT",
        "reader integer NOT NULL DEFAULT 2 REFERENCES users (id)",
    ),
    ("editor", "editor integer REFERENCES users ON DELETE SET NULL", "editor bigint"),
    ("n", "n integer", "n integer NOT NULL DEFAULT 3"),
    ("post_id", "ON DELETE RESTRICT", "ON DELETE CASCADE"),
    ("n", "n integer", "n varchar NOT NULL DEFAULT 'x'"),
    ("user_id", "user_id integer REFERENCES users (id)", "user_id integer REFERENCES users (id) ON DELETE CASCADE"),
    (
        "code",
        "code varchar NOT NULL PRIMARY KEY, ",
        "code varchar NOT NULL UNIQUE, number integer PRIMARY KEY AUTOINCREMENT, ",
    ),
    ("x y", "[x y] REAL", "[x y] REAL NOT NULL DEFAULT 0.5"),
    ("select", "ON DELETE NO ACTION", "ON DELETE CASCADE"),
];

/// Who runs the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Runner {
    Own,
    Foreign { foreign_keys: bool, transaction: bool },
    Shell { foreign_keys: bool },
    Program { sqlite: Sqlite, foreign_keys: bool },
}

const RUNNERS: [Runner; 9] = [
    Runner::Own,
    Runner::Foreign { foreign_keys: true, transaction: true },
    Runner::Foreign { foreign_keys: true, transaction: false },
    Runner::Foreign { foreign_keys: false, transaction: true },
    Runner::Foreign { foreign_keys: false, transaction: false },
    Runner::Shell { foreign_keys: true },
    Runner::Shell { foreign_keys: false },
    Runner::Program { sqlite: Sqlite::Newest, foreign_keys: true },
    Runner::Program { sqlite: Sqlite::Newest, foreign_keys: false },
];

impl Runner {
    async fn run(self, file: &Path, text: &str, direction: Direction) -> Result<(), String> {
        let revision = Revision::parse("test.sql".as_ref(), text).unwrap();
        let script = &revision.section(direction, "sqlite").unwrap().sql;
        match self {
            Self::Own => run(&open(file).await, text, direction).await.map_err(|error| error.to_string()),
            Self::Foreign { foreign_keys, transaction } => {
                foreign(&open(file).await, script, foreign_keys, transaction).await
            }
            Self::Shell { foreign_keys } => shell(file, script, foreign_keys),
            Self::Program { sqlite, foreign_keys } => sqlite.run(file, script, foreign_keys),
        }
    }
}

/// Runs a script as any program does that knows nothing of us: statement by statement, up to the first error.
async fn foreign(session: &Session, script: &str, foreign_keys: bool, transaction: bool) -> Result<(), String> {
    execute(session, &format!("PRAGMA foreign_keys = {foreign_keys}")).await;
    let statements = DIALECT.statements(script).into_iter().map(|statement| statement.sql);
    let frame = |sql: &str| transaction.then(|| sql.to_owned());
    for sql in frame("BEGIN").into_iter().chain(statements).chain(frame("COMMIT")) {
        if let Err(error) = session.connection().execute_unprepared(&sql).await {
            let _ = session.connection().execute_unprepared("ROLLBACK").await;
            return Err(format!("{error}\n{sql}"));
        }
    }
    assert_eq!(query(session, "SELECT name FROM sqlite_temp_schema").await, Vec::<String>::new());
    Ok(())
}

/// Runs a script in the program `sqlite3`.
fn shell(file: &Path, script: &str, foreign_keys: bool) -> Result<(), String> {
    let mut command = Command::new("sqlite3");
    command.args(["-bail", "-batch"]).arg(file).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let script = format!("PRAGMA foreign_keys = {foreign_keys};\n{script}\n");
    child.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}

/// The runners that can be had here: the program `sqlite3` is not everywhere, and an old one has no strict tables.
fn runners() -> Vec<Runner> {
    let version = Command::new("sqlite3").arg("--version").output();
    let version = version.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    let number = |part: Option<&str>| part.and_then(|part| part.parse::<u32>().ok()).unwrap_or_default();
    let mut parts = version.split('.');
    let has_shell = (number(parts.next()), number(parts.next())) >= (3, 37);
    RUNNERS.into_iter().filter(|runner| has_shell || !matches!(runner, Runner::Shell { .. })).collect()
}

/// The values of all tables with their rowids, but for one column, and the texts of all that is there.
async fn contents(session: &Session, without: &str) -> Vec<String> {
    let mut contents = Vec::new();
    for (name, table) in &reflect(session).await.tables {
        let columns = table.columns.iter().map(|column| &column.name).filter(|name| *name != without);
        let mut values: Vec<String> = columns.map(|name| format!("quote({})", DIALECT.quote(name))).collect();
        if !table.options.without_rowid {
            values.push("rowid".to_owned());
        }
        let sql = format!("SELECT {} FROM {} ORDER BY 1", values.join(" || ' ' || "), DIALECT.quote(&name.name));
        contents.extend(query(session, &sql).await.into_iter().map(|row| format!("{name}: {row}")));
    }
    contents.extend(query(session, "SELECT name || seq FROM sqlite_sequence ORDER BY name").await);
    contents.extend(query(session, "SELECT rowid || '' FROM search WHERE search MATCH 'second'").await);
    contents.extend(query(session, "SELECT name FROM louder ORDER BY name").await);
    contents
}

/// All that is there, in words. In which order a column says it is all the same; where checks can be added, so is where
/// they stand.
async fn shape(session: &Session, options: &Options) -> Vec<String> {
    let mut schema = reflect(session).await;
    for table in schema.tables.values_mut() {
        if *options != OPTIONS {
            table.checks.iter_mut().for_each(|check| check.placement = Placement::Table);
        }
        table.checks.sort_by(|left, right| left.expression.cmp(&right.expression));
        table.columns.sort_by(|left, right| left.name.cmp(&right.name));
        table.attachments.sort_by(|left, right| left.name.cmp(&right.name));
    }
    let tables = schema.tables.values().flat_map(|table| {
        let mut lines = table_lines(table, DIALECT);
        lines.insert(0, format!("{} {:?} {:?}", table.name, table.options, table.unmodelled));
        lines.extend(table.attachments.iter().map(|trigger| trigger.sql.clone()));
        lines
    });
    tables.chain(schema.verbatim.values().map(|object| format!("{object:?}"))).collect()
}

/// SQLite's opinion of everything, the search included.
async fn assert_whole(session: &Session, when: &str) {
    execute(session, "DROP VIEW IF EXISTS broken").await;
    assert_sound(session).await;
    execute(session, "INSERT INTO search (search, rank) VALUES ('integrity-check', 1)").await;
    assert_eq!(
        query(session, "SELECT text FROM log").await,
        ["user; Ann", "user; ben", "user; Cy", "user; gone", "gone gone"],
        "{when}"
    );
}

/// A database to change, and for which versions.
struct World {
    sql: String,
    options: Options,
    file: PathBuf,
    _folder: TempDir,
}

impl World {
    async fn new(sql: String, oldest: Version) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("world.db");
        let session = open(&file).await;
        execute(&session, &sql).await;
        execute(&session, UNMANAGED).await;
        Self { sql, options: Options { oldest, ..OPTIONS }, file, _folder: folder }
    }
}

/// One edit in the hands of one runner, there and back.
async fn there_and_back(world: &World, edit: (&str, &str, &str), runner: Runner) {
    let (column, old, new) = edit;
    let when = format!("{runner:?}, {new}");
    assert!(world.sql.contains(old), "{old}");
    let to = declared(&world.sql.replacen(old, new, 1)).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("copy.db");
    std::fs::copy(&world.file, &file).unwrap();
    let session = open(&file).await;
    let before = contents(&session, column).await;
    let lock = declared(&world.sql).await.schema;
    let options = &world.options;
    let comparison = compared(&session, &to, Some(&lock), options).await;
    let written = write_with(&comparison, "change", DIALECT, options).unwrap();
    drop(session);

    runner
        .run(&file, &written.text, Direction::Up)
        .await
        .unwrap_or_else(|error| panic!("{when}: {error}\n{}", written.text));
    let session = open(&file).await;
    assert_silent(&session, &to, &OPTIONS, &when).await;
    let strip = |rows: Vec<String>| -> Vec<String> { rows.into_iter().filter(|row| !row.contains("date")).collect() };
    if reflect(&session).await.tables.values().map(|table| table.columns.len()).sum::<usize>()
        == lock.tables.values().map(|table| table.columns.len()).sum::<usize>()
    {
        assert_eq!(strip(contents(&session, column).await), before, "{when}\n{}", written.text);
    }
    drop(session);

    runner
        .run(&file, &written.text, Direction::Down)
        .await
        .unwrap_or_else(|error| panic!("{when}: {error}\n{}", written.text));
    let session = open(&file).await;
    assert_eq!(contents(&session, column).await, before, "{when}\n{}", written.text);
    let fresh = memory().await;
    execute(&fresh, &world.sql).await;
    execute(&fresh, UNMANAGED).await;
    let (left, right) = (shape(&session, options).await, shape(&fresh, options).await);
    let differing: Vec<_> = left.iter().zip(&right).filter(|(left, right)| left != right).collect();
    assert!(left == right, "{when}: {differing:#?}\n{}", written.text);
    assert_whole(&session, &when).await;
}

#[test]
fn nothing_is_lost_whoever_runs_it() {
    block_on(async {
        let world = World::new(WORLD.to_owned(), OPTIONS.oldest).await;
        for edit in EDITS {
            for runner in runners() {
                there_and_back(&world, edit, runner).await;
            }
        }
    });
}

#[test]
fn nothing_is_lost_in_the_oldest_sqlite() {
    block_on(async {
        // It has no strict tables.
        let world = World::new(WORLD.replace(") STRICT;", ");"), Version::new(3, 35, 0)).await;
        for edit in EDITS {
            for foreign_keys in [true, false] {
                there_and_back(&world, edit, Runner::Program { sqlite: Sqlite::Oldest, foreign_keys }).await;
            }
        }
    });
}

#[test]
fn nothing_is_lost_in_the_newest_sqlite() {
    block_on(async {
        // What it changes in place is in the scripts too.
        let world = World::new(WORLD.to_owned(), Version::new(3, 53, 0)).await;
        for edit in EDITS {
            for foreign_keys in [true, false] {
                there_and_back(&world, edit, Runner::Program { sqlite: Sqlite::Newest, foreign_keys }).await;
            }
        }
    });
}

/// A process that is killed while it rebuilds leaves the old table or the new one, with all its rows.
#[test]
fn a_killed_rebuild_leaves_the_old_table_or_the_new_one() {
    let project = Project::mediaparser("1_initial");
    project.expect(0, &["init"]);
    let path = project.path().join("seachange.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("# url = \"sqlite://app.db\"", "url = \"sqlite://media.db\"")).unwrap();
    project.sql(
        "CREATE TABLE parent (id INTEGER NOT NULL PRIMARY KEY, note varchar);
         CREATE TABLE child (id INTEGER NOT NULL PRIMARY KEY, parent_id integer NOT NULL REFERENCES parent (id) ON DELETE CASCADE);
         INSERT INTO parent WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 60000)
             SELECT n, hex(zeroblob(40)) FROM n;
         INSERT INTO child SELECT id, id FROM parent",
    );
    let (from, to) =
        ("CREATE TABLE parent (id INTEGER NOT NULL PRIMARY KEY, note varchar)", "note text NOT NULL DEFAULT ''");
    let text = block_on(async {
        let session = open(&project.database()).await;
        let lock = declared(from).await.schema;
        let to = declared(&from.replace("note varchar", to)).await;
        write(&compared(&session, &to, Some(&lock), &OPTIONS).await, "aaaaaaaaaaaa").unwrap().text
    });
    let migrations = project.path().join("migrations");
    std::fs::create_dir_all(&migrations).unwrap();
    std::fs::write(migrations.join("20260101T000000_aaaaaaaaaaaa_test.sql"), text).unwrap();
    let original = std::fs::read(project.database()).unwrap();

    let started = Instant::now();
    project.expect(0, &["upgrade", "head"]);
    let whole = started.elapsed();
    let mut seen = BTreeSet::new();
    for step in 0..24 {
        for suffix in ["", "-journal", "-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{}{suffix}", project.database().display()));
        }
        std::fs::write(project.database(), &original).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_seachange"));
        command.args(["upgrade", "head"]).current_dir(project.path()).env_remove("DATABASE_URL");
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(whole * step / 20);
        let _ = child.kill();
        let _ = child.wait();
        let counts =
            "SELECT (SELECT count(*) FROM parent WHERE length(note) = 80) || ' ' || (SELECT count(*) FROM child)";
        assert_eq!(project.query(counts), ["60000 60000"], "killed at step {step}");
        assert_eq!(project.query("PRAGMA integrity_check"), ["ok"]);
        assert_eq!(
            project.query("SELECT name FROM sqlite_schema WHERE name LIKE '\\_seachange%' ESCAPE '\\'"),
            Vec::<String>::new()
        );
        let kind = project.query("SELECT \"notnull\" || '' FROM pragma_table_info('parent') WHERE name = 'note'");
        let is_recorded = "SELECT count(*) || '' FROM sqlite_schema WHERE name = 'seachange_history'";
        let is_recorded =
            project.query(is_recorded) == ["1"] && project.query("SELECT revision FROM seachange_history").len() == 1;
        assert_eq!(is_recorded, kind == ["1"], "the history says what the table is");
        seen.insert(kind);
    }
    // The first was killed before it began, and the last had all the time it needs.
    assert!(seen.contains(&vec!["0".to_owned()]), "{seen:?}");
}

/// The script of `diff` is nothing but SQL, and nobody loses a row by it either.
#[test]
fn the_script_of_diff_runs_anywhere() {
    block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("from.db"), folder.path().join("to.db"));
        let session = open(&from).await;
        execute(&session, WORLD).await;
        execute(&session, UNMANAGED).await;
        let before = contents(&session, "mail").await;
        drop(session);
        let session = open(&to).await;
        execute(&session, &WORLD.replace("mail varchar DEFAULT", "mail text NOT NULL DEFAULT")).await;
        let unmanaged = UNMANAGED.split("INSERT INTO users (id").next().unwrap();
        execute(&session, unmanaged).await;
        drop(session);
        let url = |file: &Path| format!("sqlite://{}", file.display());
        let diff = || {
            let mut command = Command::new(env!("CARGO_BIN_EXE_seachange"));
            command.args(["diff", "--from", &url(&from), "--to", &url(&to), "--format", "sql"]);
            let output = command.current_dir(folder.path()).output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            String::from_utf8(output.stdout).unwrap()
        };
        let script = diff();
        let original = std::fs::read(&from).unwrap();
        for runner in runners() {
            let transaction = matches!(runner, Runner::Own | Runner::Foreign { transaction: true, .. });
            if transaction {
                continue;
            }
            std::fs::write(&from, &original).unwrap();
            match runner {
                Runner::Foreign { foreign_keys, .. } => {
                    foreign(&open(&from).await, &script, foreign_keys, false).await.unwrap();
                }
                Runner::Shell { foreign_keys } => shell(&from, &script, foreign_keys).unwrap(),
                Runner::Program { sqlite, foreign_keys } => sqlite.run(&from, &script, foreign_keys).unwrap(),
                Runner::Own => {}
            }
            assert!(diff().contains("-- no differences"), "{runner:?}\n{script}");
            let session = open(&from).await;
            assert_eq!(contents(&session, "mail").await, before, "{runner:?}");
            assert_whole(&session, "diff").await;
        }
    });
}
