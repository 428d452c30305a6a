//! What stops a rebuild, and what it says: rows that do not fit, and what nobody knew of. The database stays as it was.

use expect_test::{Expect, expect};
use sea_orm::ConnectionTrait;
use seachange::revision::{Direction, Revision};

use super::{Scene, declared};
use crate::support::{DIALECT, block_on, execute, query, run};

/// Goes from one table to another on a database that has more in it; the message must be the one expected. Then
/// somebody else's runner tries the same, and must be stopped as well.
async fn check(from: &str, to: &str, rows: &str, expected: &Expect) {
    let scene = Scene::new(from, rows).await;
    let written = scene.plan(&declared(to).await).await.unwrap();
    let texts = "SELECT coalesce(sql, name) FROM sqlite_schema WHERE tbl_name NOT LIKE 'seachange%' ORDER BY name";
    let before = (query(&scene.session, texts).await, scene.query("SELECT count(*) || '' FROM t").await);
    let error = run(&scene.session, &written.text, Direction::Up).await.unwrap_err();
    expected.assert_eq(&error.to_string());
    let after = (query(&scene.session, texts).await, scene.query("SELECT count(*) || '' FROM t").await);
    assert_eq!(before, after);

    execute(&scene.session, "PRAGMA foreign_keys = ON").await;
    let revision = Revision::parse("test.sql".as_ref(), &written.text).unwrap();
    let script = &revision.section(Direction::Up, "sqlite").unwrap().sql;
    let mut failure = None;
    for statement in DIALECT.statements(script) {
        if let Err(error) = scene.session.connection().execute_unprepared(&statement.sql).await {
            failure = Some(error.to_string());
            break;
        }
    }
    let _ = scene.session.connection().execute_unprepared("ROLLBACK").await;
    let failure = failure.unwrap();
    assert!(
        failure.contains("rows do not fit the new table") || failure.contains("UNIQUE constraint failed"),
        "{failure}"
    );
    let after = (query(&scene.session, texts).await, scene.query("SELECT count(*) || '' FROM t").await);
    assert_eq!(before, after);

    // Who goes on after an error, as `sqlite3` does unless told otherwise, may get half of it but loses no row.
    for foreign_keys in ["OFF", "ON"] {
        execute(&scene.session, &format!("PRAGMA foreign_keys = {foreign_keys}")).await;
        for statement in DIALECT.statements(script) {
            let _ = scene.session.connection().execute_unprepared(&statement.sql).await;
        }
        let _ = scene.session.connection().execute_unprepared("ROLLBACK").await;
        assert_eq!(scene.query("SELECT count(*) || '' FROM t").await, before.1, "foreign keys {foreign_keys}");
    }
}

const T: &str = "CREATE TABLE t (id integer NOT NULL PRIMARY KEY, n integer, code varchar)";

#[test]
fn no_value_where_one_is_needed() {
    block_on(check(
        T,
        "CREATE TABLE t (id integer NOT NULL PRIMARY KEY, n integer NOT NULL, code varchar)",
        "INSERT INTO t (id, n) VALUES (1, 1), (2, NULL), (3, NULL), (4, NULL), (5, NULL), (6, NULL), (7, NULL), (8, NULL)",
        &expect![[r#"
            `change` (test) does not fit what is in the database
              `t.n` is NULL: id = 2
              `t.n` is NULL: id = 3
              `t.n` is NULL: id = 4
              `t.n` is NULL: id = 5
              `t.n` is NULL: id = 6
              and 2 more, 7 in all"#]],
    ));
}

#[test]
fn values_that_are_to_be_unique() {
    block_on(check(
        T,
        "CREATE TABLE t (id integer NOT NULL PRIMARY KEY, n integer, code varchar); CREATE UNIQUE INDEX u ON t (n, lower(code)) WHERE n > 0",
        "INSERT INTO t VALUES (1, 1, 'a'), (2, 1, 'A'), (3, 0, 'b'), (4, 0, 'b'), (5, 2, NULL), (6, 2, NULL)",
        &expect![[r#"
            `change` (test) does not fit what is in the database
              "t" ("n", lower(code)) is not unique: 1, 'a'
              "t" ("n", lower(code)) is not unique: 1, 'a'"#]],
    ));
    block_on(check(
        T,
        "CREATE TABLE t (id integer NOT NULL, n integer NOT NULL PRIMARY KEY, code varchar)",
        "INSERT INTO t (id, n) VALUES (1, 7), (2, 7), (3, 8)",
        &expect![[r#"
            `change` (test) does not fit what is in the database
              `t` (n) is not unique: id = 1
              `t` (n) is not unique: id = 2"#]],
    ));
    block_on(check(
        "CREATE TABLE t (id integer NOT NULL PRIMARY KEY, code varchar UNIQUE)",
        "CREATE TABLE t (id integer NOT NULL PRIMARY KEY, code varchar COLLATE NOCASE UNIQUE)",
        "INSERT INTO t VALUES (1, 'a'), (2, 'A'), (3, 'b')",
        &expect![[r#"
            `change` (test) does not fit what is in the database
              `t` (code) is not unique: id = 1
              `t` (code) is not unique: id = 2"#]],
    ));
}

#[test]
fn rows_that_refer_to_nothing() {
    let parent = "CREATE TABLE parent (id integer NOT NULL PRIMARY KEY)";
    block_on(check(
        &format!("{parent}; {T}"),
        &format!(
            "{parent}; CREATE TABLE t (id integer NOT NULL PRIMARY KEY, n integer REFERENCES parent (id), code varchar)"
        ),
        "INSERT INTO parent VALUES (1); INSERT INTO t (id, n) VALUES (1, 1), (2, 2), (3, NULL)",
        &expect![[r#"
            `change` (test) does not fit what is in the database
              `t` (n) refers to a row of `parent` that is not there: id = 2"#]],
    ));
    block_on(check(
        T,
        "CREATE TABLE t (id integer NOT NULL PRIMARY KEY, n integer REFERENCES t (id), code varchar)",
        "INSERT INTO t (id, n) VALUES (1, 2), (2, 1), (3, 4)",
        &expect![[r#"
            `change` (test) does not fit what is in the database
              `t` (n) refers to a row of `t` that is not there: id = 3"#]],
    ));
}

#[test]
fn a_check_that_is_false() {
    block_on(check(
        T,
        "CREATE TABLE t (id integer NOT NULL PRIMARY KEY, n integer, code varchar, CHECK (t.n > 2 OR code = 'it''s'))",
        "INSERT INTO t VALUES (1, 3, NULL), (2, 2, 'it''s'), (3, 2, 'b'), (4, NULL, NULL)",
        &expect![[r#"
            `change` (test) does not fit what is in the database
              `t`: CHECK (t.n > 2 OR code = 'it''s') is false: id = 3"#]],
    ));
}

#[test]
fn a_value_that_a_strict_table_refuses() {
    block_on(check(
        T,
        "CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY, n INTEGER, code TEXT) STRICT",
        "INSERT INTO t VALUES (1, '5', 'a'), (2, 'five', 'b'), (3, 2.5, NULL), (4, NULL, x'00')",
        &expect![[r#"
            `change` (test) does not fit what is in the database
              `t.n` is not of the type integer but text: id = 2
              `t.n` is not of the type integer but real: id = 3"#]],
    ));
}

#[test]
fn what_nobody_knew_of() {
    block_on(async {
        let scene = Scene::new(T, "INSERT INTO t VALUES (1, 1, 'a')").await;
        let to = declared("CREATE TABLE t (id integer NOT NULL PRIMARY KEY, n varchar, code varchar)").await;
        let written = scene.plan(&to).await.unwrap();
        let by_hand = "ALTER TABLE t ADD COLUMN note varchar; CREATE INDEX by_note ON t (note);
            CREATE TRIGGER noted AFTER INSERT ON t BEGIN SELECT 1; END";
        execute(&scene.session, by_hand).await;
        let error = run(&scene.session, &written.text, Direction::Up).await.unwrap_err();
        expect![[r#"
            `change` (test) does not fit what is in the database
              the column `note` of `t` is not known here
              the index `by_note` of `t` is not known here
              the trigger `noted` of `t` is not known here"#]]
        .assert_eq(&error.to_string());
        assert_eq!(
            scene.query("SELECT name FROM sqlite_schema WHERE tbl_name = 't' ORDER BY name").await,
            ["by_note", "noted", "t"]
        );
        execute(&scene.session, "DROP TRIGGER noted; DROP INDEX by_note; ALTER TABLE t DROP COLUMN note").await;
        scene.up(&to).await;
    });
}

#[test]
fn who_refers_to_a_table_unknown_is_safe_from_foreign_keys() {
    block_on(async {
        let scene = Scene::new(T, "INSERT INTO t VALUES (1, 1, 'a')").await;
        let to = declared("CREATE TABLE t (id integer NOT NULL PRIMARY KEY, n varchar, code varchar)").await;
        let written = scene.plan(&to).await.unwrap();
        let by_hand =
            "CREATE TABLE child (t_id integer REFERENCES t (id) ON DELETE CASCADE); INSERT INTO child VALUES (1)";
        execute(&scene.session, by_hand).await;
        execute(&scene.session, "PRAGMA foreign_keys = ON").await;
        let revision = Revision::parse("test.sql".as_ref(), &written.text).unwrap();
        let script = &revision.section(Direction::Up, "sqlite").unwrap().sql;
        let mut statements = DIALECT.statements(script).into_iter();
        let failed = loop {
            let sql = statements.next().unwrap().sql;
            if scene.session.connection().execute_unprepared(&sql).await.is_err() {
                break sql;
            }
        };
        execute(&scene.session, "ROLLBACK").await;
        assert!(failed.contains("the reference from"), "{failed}");
        assert_eq!(scene.query("SELECT count(*) || '' FROM child").await, ["1"]);
        // Our own runner has them off.
        scene.up(&to).await;
        assert_eq!(scene.query("SELECT count(*) || '' FROM child").await, ["1"]);
    });
}
