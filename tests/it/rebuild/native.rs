//! What SQLite 3.53 and later change where it is, in a program that brings such a version, compared with what our own runner
//! makes of the same change by rebuilding the table.

use std::path::Path;

use seachange::compare::compare;
use seachange::dialect::{HISTORY, Options, Version};
use seachange::error::Error;
use seachange::migrate::Session;
use seachange::model::{Placement, TableName};
use seachange::render::sql::table_lines;
use seachange::revision::{Direction, Revision};

use super::programs::Sqlite;
use super::{OPTIONS, declared};
use crate::support::{
    DIALECT, Written, assert_silent, assert_sound, block_on, compared, execute, open, query, reflect, rows, run,
    write_with,
};

fn options() -> Options {
    Options { oldest: Version::new(3, 53, 0), ..OPTIONS }
}

const WORLD: &str = r#"
CREATE TABLE parents (id integer NOT NULL PRIMARY KEY, name varchar);
CREATE TABLE t (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    parent_id integer DEFAULT 2 REFERENCES parents (id) ON DELETE CASCADE,
    name varchar COLLATE NOCASE, -- as people write it
    n integer NOT NULL CONSTRAINT small CHECK (n < 100),
    plain integer CHECK (plain < 100),
    other integer,
    loud varchar AS (upper(name)) VIRTUAL,
    kept integer AS (n * 2) STORED,
    u integer UNIQUE ON CONFLICT REPLACE DEFAULT 5,
    "odd ""n;" integer,
    picky integer NOT NULL ON CONFLICT IGNORE DEFAULT 1,
    CONSTRAINT named CHECK (name <> ';'),
    CHECK (other <> 7)
);
CREATE INDEX by_name ON t (name);
CREATE TABLE strict (id INTEGER NOT NULL PRIMARY KEY, a TEXT, b INT NOT NULL, CONSTRAINT ab CHECK (a <> b)) STRICT;
CREATE TABLE keyed (code varchar NOT NULL PRIMARY KEY, v integer, w integer NOT NULL DEFAULT 3) WITHOUT ROWID;
CREATE TABLE children (id integer NOT NULL PRIMARY KEY, t_id integer REFERENCES t (id) ON DELETE CASCADE);
CREATE TABLE watched (id integer NOT NULL PRIMARY KEY, v integer DEFAULT 1, w integer);
"#;

const ROWS: &str = r#"
CREATE VIEW names AS SELECT name, n FROM t;
CREATE TABLE log (text varchar);
CREATE TRIGGER changed AFTER UPDATE ON watched BEGIN INSERT INTO log VALUES ('changed'); END;
INSERT INTO parents VALUES (1, 'one'), (2, 'two');
INSERT INTO t (id, parent_id, name, n, plain, other, u, "odd ""n;") VALUES
    (1, 1, 'a', 1, 2, 3, 1, 4), (2, NULL, 'B', 2, NULL, 8, NULL, 5), (9, NULL, 'c', 3, 9, 9, 3, 6);
DELETE FROM t WHERE id = 9;
INSERT INTO strict VALUES (1, 'x', 1), (2, 'y', 2);
INSERT INTO keyed VALUES ('a', 1, 1), ('b', 2, 2);
INSERT INTO children VALUES (1, 1), (2, 2);
INSERT INTO watched VALUES (1, NULL, 1), (2, 2, 2);
"#;

/// How a direction is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Native,
    Rebuild,
}
use Form::{Native, Rebuild};

/// What changes in the declaration, and how the way up and the way down are gone.
const EDITS: [(&str, &str, Form, Form); 25] = [
    ("name varchar COLLATE NOCASE", "name varchar NOT NULL COLLATE NOCASE", Native, Native),
    ("parent_id integer DEFAULT 2", "parent_id integer NOT NULL DEFAULT 2", Native, Native),
    ("n integer NOT NULL CONSTRAINT", "n integer CONSTRAINT", Native, Native),
    ("loud varchar AS (upper(name)) VIRTUAL", "loud varchar NOT NULL AS (upper(name)) VIRTUAL", Native, Native),
    ("kept integer AS (n * 2) STORED", "kept integer NOT NULL AS (n * 2) STORED", Native, Native),
    ("u integer UNIQUE", "u integer NOT NULL UNIQUE", Native, Native),
    (r#""odd ""n;" integer"#, r#""odd ""n;" integer NOT NULL"#, Native, Native),
    ("a TEXT", "a TEXT NOT NULL", Native, Native),
    ("b INT NOT NULL", "b INT", Native, Native),
    ("v integer, w integer NOT NULL DEFAULT 3", "v integer NOT NULL, w integer DEFAULT 3", Native, Native),
    ("t_id integer", "t_id integer NOT NULL", Native, Native),
    ("named CHECK (name <> ';')", "named CHECK (name <> ',')", Native, Native),
    (
        ",\n    CHECK (other <> 7)",
        ",\n    CONSTRAINT later CHECK (n < plain + 50),\n    CHECK (other <> 7)",
        Native,
        Native,
    ),
    (" CONSTRAINT small CHECK (n < 100)", "", Native, Native),
    ("other integer", "other integer CONSTRAINT odd CHECK (other <> ';)')", Native, Native),
    ("ab CHECK (a <> b)", "ab CHECK (a <> 'CHECK (') CONSTRAINT b CHECK (b > 0)", Native, Native),
    ("w integer NOT NULL DEFAULT 3", "w integer NOT NULL DEFAULT 3, CONSTRAINT w CHECK (w > 0)", Native, Native),
    // The way back has no name to drop it by.
    ("other integer", "other integer CHECK (other > 0)", Native, Rebuild),
    (
        "watched (id integer NOT NULL PRIMARY KEY, v integer DEFAULT 1, w integer",
        "watched (id integer NOT NULL PRIMARY KEY, v integer DEFAULT 1, w integer NOT NULL",
        Native,
        Native,
    ),
    // Filling the rows would fire the trigger.
    ("v integer DEFAULT 1", "v integer NOT NULL DEFAULT 1", Rebuild, Native),
    ("plain < 100", "plain < 101", Rebuild, Rebuild),
    ("picky integer NOT NULL ON CONFLICT IGNORE", "picky integer", Rebuild, Rebuild),
    // One rebuild carries everything of its table.
    (
        "other integer,",
        "other integer NOT NULL CONSTRAINT o CHECK (other > 0), more integer DEFAULT (1 + 1),",
        Rebuild,
        Native,
    ),
    (
        "n integer NOT NULL CONSTRAINT small CHECK (n < 100),\n    plain integer CHECK (plain < 100),\n    other integer,",
        "n integer NOT NULL CONSTRAINT small CHECK (n < 100),\n    plain integer CHECK (plain < 100),\n    other varchar,",
        Rebuild,
        Rebuild,
    ),
    (
        "loud varchar AS (upper(name)) VIRTUAL,\n    kept integer AS (n * 2) STORED,",
        "loud varchar AS (upper(name)) VIRTUAL,\n    kept integer AS (n * 3) STORED,",
        Rebuild,
        Rebuild,
    ),
];

/// Everything but where the checks are written, which is not compared, and the order of columns.
async fn contents(session: &Session) -> Vec<String> {
    let mut schema = reflect(session).await;
    schema.tables.remove(&TableName::new(HISTORY));
    let values = rows(session, &schema).await.into_iter().map(|of| format!("{of:?}"));
    let values: Vec<String> = values.collect();
    for table in schema.tables.values_mut() {
        table.columns.sort_by(|left, right| left.name.cmp(&right.name));
        table.checks.iter_mut().for_each(|check| check.placement = Placement::Table);
        table.checks.sort_by(|left, right| left.expression.cmp(&right.expression));
    }
    let tables = schema.tables.values().flat_map(|table| {
        let mut lines = table_lines(table, DIALECT);
        lines.insert(0, format!("{} {:?} {:?} {:?}", table.name, table.options, table.unmodelled, table.attachments));
        lines
    });
    let counters = query(session, "SELECT name || seq FROM sqlite_sequence ORDER BY name").await;
    tables.chain(values).chain(counters).chain(query(session, "SELECT text FROM log").await).collect()
}

async fn written(file: &Path, to: &str, options: &Options) -> Written {
    let (to, lock) = (declared(to).await, declared(WORLD).await.schema);
    let comparison = compared(&open(file).await, &to, Some(&lock), options).await;
    write_with(&comparison, "change", DIALECT, options).unwrap()
}

fn section(written: &Written, direction: Direction) -> String {
    Revision::parse("test.sql".as_ref(), &written.text).unwrap().section(direction, "sqlite").unwrap().sql.clone()
}

/// A database like the one before the change.
async fn copy(folder: &Path, name: &str) -> std::path::PathBuf {
    let file = folder.join(name);
    let session = open(&file).await;
    execute(&session, WORLD).await;
    execute(&session, ROWS).await;
    file
}

async fn there_and_back((old, new, up, down): (&str, &str, Form, Form), foreign_keys: bool) {
    assert!(WORLD.contains(old), "{old}");
    let goal = WORLD.replacen(old, new, 1);
    let folder = tempfile::tempdir().unwrap();
    let (ours, theirs) = (copy(folder.path(), "ours.db").await, copy(folder.path(), "theirs.db").await);
    let before = contents(&open(&ours).await).await;
    let rebuilt = written(&ours, &goal, &OPTIONS).await;
    let native = written(&theirs, &goal, &options()).await;
    for (direction, form, declared_sql) in [(Direction::Up, up, goal.as_str()), (Direction::Down, down, WORLD)] {
        let script = section(&native, direction);
        let rebuilds = script.matches("DROP TABLE \"").count();
        assert_eq!(rebuilds, usize::from(form == Rebuild), "{direction:?}\n{}", native.text);
        if form == Rebuild {
            assert!(!script.contains("ALTER COLUMN") && !script.contains("CONSTRAINT \"o\" CHECK (other > 0);"));
        }
        run(&open(&ours).await, &rebuilt.text, direction).await.unwrap();
        let outcome = Sqlite::Newest.run(&theirs, &script, foreign_keys);
        outcome.unwrap_or_else(|error| panic!("{error}\n{}", native.text));
        let (ours, theirs) = (open(&ours).await, open(&theirs).await);
        assert_silent(&theirs, &declared(declared_sql).await, &options(), &native.text).await;
        assert_sound(&theirs).await;
        let (theirs, ours) = (contents(&theirs).await, contents(&ours).await);
        let unlike: Vec<_> = theirs.iter().zip(&ours).filter(|(theirs, ours)| theirs != ours).collect();
        assert!(theirs == ours, "{direction:?} {new}: {unlike:#?}\n{}", native.text);
    }
    let filled = native.text.contains("hazard up fills-nulls");
    let after = contents(&open(&theirs).await).await;
    assert_eq!(after == before, !filled, "{new}\n{}", native.text);
}

#[test]
fn what_the_newest_sqlite_changes_in_place_comes_to_the_same_as_a_rebuild() {
    block_on(async {
        for edit in EDITS {
            for foreign_keys in [true, false] {
                there_and_back(edit, foreign_keys).await;
            }
        }
    });
}

#[test]
fn rows_that_do_not_fit_stop_it_and_nothing_is_changed() {
    block_on(async {
        for (old, new) in [
            ("plain integer CHECK", "plain integer NOT NULL CHECK"),
            ("CHECK (other <> 7)", "CHECK (other <> 7), CHECK (other <> 8)"),
            ("named CHECK (name <> ';')", "named CHECK (name <> 'b')"),
            // The default is there already.
            (
                "u integer UNIQUE ON CONFLICT REPLACE DEFAULT 5",
                "u integer NOT NULL UNIQUE ON CONFLICT REPLACE DEFAULT 5",
            ),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let file = copy(folder.path(), "rows.db").await;
            execute(&open(&file).await, "UPDATE t SET u = 5 WHERE id = 1").await;
            let before = contents(&open(&file).await).await;
            let script = section(&written(&file, &WORLD.replacen(old, new, 1), &options()).await, Direction::Up);
            assert!(!script.contains("DROP TABLE"), "{script}");
            let error = Sqlite::Newest.run(&file, &format!("BEGIN;\n{script}\nCOMMIT;"), true).unwrap_err();
            assert!(error.to_lowercase().contains("constraint failed"), "{error}");
            assert_eq!(contents(&open(&file).await).await, before, "{new}");
        }
    });
}

/// Two constraints of one name: SQLite would take the first of them. A rebuild knows which is meant.
#[test]
fn a_check_whose_name_is_not_its_own_goes_by_a_rebuild() {
    block_on(async {
        let sql = "CREATE TABLE t (id integer NOT NULL PRIMARY KEY, n integer CONSTRAINT same REFERENCES t (id),
            m integer CONSTRAINT Same CHECK (m > 0) CONSTRAINT other CHECK (m < 9), k integer CONSTRAINT k CHECK (k > 0))";
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("names.db");
        execute(&open(&file).await, sql).await;
        let lock = declared(sql).await.schema;
        for (old, rebuilds) in [
            (" CONSTRAINT Same CHECK (m > 0)", true),
            (" CONSTRAINT other CHECK (m < 9)", false),
            (", k integer CONSTRAINT k CHECK (k > 0)", false),
        ] {
            let goal = declared(&sql.replacen(old, "", 1)).await;
            let comparison = compared(&open(&file).await, &goal, Some(&lock), &options()).await;
            let written = write_with(&comparison, "change", DIALECT, &options()).unwrap();
            let (up, down) = (section(&written, Direction::Up), section(&written, Direction::Down));
            assert_eq!(up.contains("DROP TABLE"), rebuilds, "{up}");
            Sqlite::Newest.run(&file, &up, true).unwrap();
            assert_silent(&open(&file).await, &goal, &options(), &up).await;
            Sqlite::Newest.run(&file, &down, true).unwrap();
            assert_silent(&open(&file).await, &declared(sql).await, &options(), &down).await;
        }
    });
}

/// A check that was added later stands behind the columns, wherever it was declared, and so keeps its column from going.
#[test]
fn a_column_goes_with_a_check_that_was_added_to_it() {
    block_on(async {
        let without = "CREATE TABLE t (id integer NOT NULL PRIMARY KEY, n integer, m integer)";
        for (check, rebuilds) in [("CONSTRAINT c CHECK (n > 0)", false), ("CHECK (n > 0)", true)] {
            let with = without.replace("n integer", &format!("n integer {check}"));
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("column.db");
            execute(&open(&file).await, without).await;
            let mut lock = declared(without).await;
            for sql in [with.as_str(), "CREATE TABLE t (id integer NOT NULL PRIMARY KEY, m integer)"] {
                let goal = declared(sql).await;
                let comparison = compared(&open(&file).await, &goal, Some(&lock.schema), &options()).await;
                let script = section(&write_with(&comparison, "x", DIALECT, &options()).unwrap(), Direction::Up);
                // As of the lock, the check is behind its column.
                let offline = compare(&goal, Some(&lock.schema), &lock.schema, DIALECT, &options()).unwrap();
                let offline = section(&write_with(&offline, "x", DIALECT, &options()).unwrap(), Direction::Up);
                let is_rebuild = |script: &str| script.contains("DROP TABLE");
                let expected = rebuilds && sql != with;
                assert_eq!((is_rebuild(&script), is_rebuild(&offline)), (expected, expected), "{script}\n{offline}");
                let file_of_offline = folder.path().join("offline.db");
                std::fs::copy(&file, &file_of_offline).unwrap();
                for (file, script) in [(&file_of_offline, &offline), (&file, &script)] {
                    Sqlite::Newest.run(file, script, true).unwrap_or_else(|error| panic!("{error}\n{script}"));
                    assert_silent(&open(file).await, &goal, &options(), script).await;
                }
                lock = goal;
            }
        }
    });
}

#[test]
fn what_an_older_sqlite_does_badly_is_a_rebuild_and_what_it_cannot_is_refused() {
    block_on(async {
        let base = "CREATE TABLE t (id integer NOT NULL PRIMARY KEY, n integer)";
        let without = "CREATE TABLE t (id integer NOT NULL PRIMARY KEY)";
        let checked = "CREATE TABLE t (id integer NOT NULL PRIMARY KEY, n integer, m integer CHECK (m > 0))";
        let strict = "CREATE TABLE t (id integer NOT NULL PRIMARY KEY, n integer); CREATE TABLE s (n INTEGER PRIMARY KEY) STRICT";
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("old.db");
        execute(&open(&file).await, base).await;
        for (goal, oldest, expected) in [
            (without, Version::new(3, 35, 4), Ok(true)),
            (without, Version::new(3, 35, 5), Ok(false)),
            (checked, Version::new(3, 36, 0), Ok(true)),
            (checked, Version::new(3, 37, 0), Ok(false)),
            (strict, Version::new(3, 37, 0), Ok(false)),
            (strict, Version::new(3, 36, 0), Err("`s` is STRICT, which SQLite is from 3.37 on")),
        ] {
            let options = Options { oldest, ..OPTIONS };
            let lock = declared(base).await.schema;
            let comparison = compared(&open(&file).await, &declared(goal).await, Some(&lock), &options).await;
            let found = match write_with(&comparison, "x", DIALECT, &options) {
                Ok(written) => Ok(section(&written, Direction::Up).contains("DROP TABLE \"t\"")),
                Err(Error::Blocked { blocked }) => Err(blocked[0].refusal.reason.clone()),
                Err(error) => panic!("{error}"),
            };
            assert_eq!(found, expected.map_err(str::to_owned), "{goal}, {oldest}");
        }
    });
}
