//! What a script is not written for, and what stops one: hazards, unfinished files, rows that would refer to nothing; and texts
//! that look like something else.

use std::fs;

use expect_test::expect;

use crate::cluster::Ending;

use super::{by_driver, everything, feed, printed, refused, revisions};

#[test]
fn hazards_stop_a_script_as_they_stop_the_runner() {
    let loses = "-- hazard up drops-table pets: Dropping `pets` deletes its rows.\n\
                 -- hazard down drops-column people.age: Dropping `people.age` deletes its data.\n\
                 -- migrate:up\nDROP TABLE IF EXISTS pets;\n-- migrate:down\nSELECT 1;";
    let project = revisions(&[("a1", "none", loses)]);
    expect![[r"
        error: 1 hazard is not accepted, and nothing was run
          --> migrations/0_a1.sql:4
           | Dropping `pets` deletes its rows.
           | to accept it: -- accept: drops-table pets
        hint: whoever has read it writes the line above `-- migrate:up`; `--accept-data-loss` runs it all the same, this once
        error: the way down loses data that nothing brings back
          `a1` (step a1): Dropping `people.age` deletes its data.
        hint: keep a copy of the data; `--accept-data-loss` runs the way down all the same
    "]]
    .assert_eq(
        &[refused(&project, &["upgrade", "--sql"]), refused(&project, &["downgrade", "a1:base", "--sql"])].concat(),
    );
    let ran = project.run_bare(&["upgrade", "--sql", "--accept-data-loss"]);
    assert_eq!(ran.notes, "warning: Dropping `pets` deletes its rows.\n");
    assert!(ran.out.contains("--   drops-table: Dropping `pets` deletes its rows.\n"), "{ran:?}");
    let denied = refused(&project, &["upgrade", "--sql", "--accept-data-loss", "--deny", "nothing-like-it"]);
    assert!(denied.contains("there is no hazard"), "{denied}");
}

#[test]
fn what_cannot_run_is_not_written() {
    let project = revisions(&[
        (
            "a1",
            "none",
            "-- migrate:up\nSELECT 1;\n-- TODO: write it\n-- migrate:down\n-- migrate:down postgres\nSELECT 1;",
        ),
        ("b1", "none", "-- migrate:up\nSELECT 1;\n-- migrate:down\nSELECT 1;"),
        ("b2", "b1", "-- migrate:up\nSELECT 1;\nCOMMIT;\n-- migrate:down\n"),
        ("c1", "none", "-- migrate:up\nVACUUM;\n-- migrate:down\nSELECT 1;"),
        (
            "c2",
            "none",
            "-- transaction: none\n-- migrate:up\n-- transaction: none\nVACUUM;\n-- migrate:down\nSELECT 1;",
        ),
    ]);
    let said = |arguments: &[&str]| refused(&project, arguments).lines().next().unwrap().to_owned();
    // What goes well before it is not printed either.
    assert_eq!(said(&["upgrade", "a1", "--sql"]), "error: `a1` (step a1) is not finished: write it");
    assert_eq!(said(&["upgrade", "b2", "--sql"]), "error: `b2` (step b2) has a statement that ends its transaction");
    assert_eq!(
        said(&["downgrade", "b2:base", "--sql"]),
        "error: the revision `b2` (step b2) has no way down for this database"
    );
    assert_eq!(
        said(&["downgrade", "a1:base", "--sql"]),
        "error: the revision `a1` (step a1) has no way down for this database"
    );
    let ran = project.run_bare(&["downgrade", "a1:base", "--sql", "--dialect", "postgres"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let postgres = said(&["upgrade", "c1", "--sql", "--dialect", "postgres"]);
    assert!(
        postgres.starts_with("error: `c1` (step c1) has a statement that cannot run in a transaction"),
        "{postgres}"
    );
    let script = printed(&project, &["upgrade", "c2"]);
    feed(&project.database(), &script, Ending::Script).unwrap_or_else(|error| panic!("{error}\n{script}"));
    assert_eq!(project.query("SELECT revision FROM seachange_history"), ["c2"]);
    let error = feed(&project.database(), &script, Ending::Script).unwrap_err();
    assert!(error.contains("is done here already"), "{error}");
}

#[test]
fn nobody_guesses_the_kind_of_database() {
    let project = revisions(&[(
        "a1",
        "none",
        "-- migrate:up sqlite\nCREATE TABLE lite (x);\n-- migrate:up postgres\nCREATE TABLE post (x int);",
    )]);
    assert!(project.run_bare(&["upgrade", "--sql"]).out.contains("CREATE TABLE lite"));
    assert!(project.run_bare(&["upgrade", "--sql", "--dialect", "postgres"]).out.contains("CREATE TABLE post"));
    fs::write(
        project.path().join("seachange.toml"),
        "entities = [\"src\"]\n[database]\nstatement_timeout = 7\nlock_timeout = 3\nschema = \"my app\"\n",
    )
    .unwrap();
    assert_eq!(
        refused(&project, &["upgrade", "--sql"]),
        "error: say for which kind of database the script is, with `--dialect`: no database is named\n"
    );
    let script = project.run_bare(&["upgrade", "--sql", "--dialect", "postgres"]).out;
    for line in ["SET search_path TO \"my app\";", "SET lock_timeout TO 3000;", "SET statement_timeout TO 7000;"] {
        assert!(script.contains(&format!("{line}\n")), "{script}");
    }
}

#[test]
fn texts_stay_texts() {
    let text = "-- migrate:up\n\
        -- a comment; it's one\n\
        CREATE TABLE \"select -- ;\" (\"it's\" TEXT, \"名\" TEXT DEFAULT '$$ -- \\');\n\
        INSERT INTO \"select -- ;\" (\"it's\") VALUES ('-- migrate:down; COMMIT;\n.quit\n-- TODO: not this\n#\n/*'), ('''--'), ('\u{301}é\\n');\n\
        /* ; DROP TABLE \"select -- ;\"; \n-- ; */\n\
        CREATE TRIGGER t AFTER INSERT ON \"select -- ;\" BEGIN\n  UPDATE \"select -- ;\" SET \"it's\" = CASE WHEN 1 THEN 'x;' END;\nEND;\n\
        -- no semicolon behind the last\n\
        INSERT INTO \"select -- ;\" (\"名\") VALUES ('end') -- ;\n\
        -- migrate:down\nDROP TABLE \"select -- ;\"";
    let project = revisions(&[("a1", "none", text)]);
    let path = project.path().join("migrations/0_a1.sql");
    let message = "it's \"nasty\" `名前` -- ; /* $seachange$ :x %s \\ %' \\q";
    let file = fs::read_to_string(&path).unwrap().replace("step a1", message);
    fs::write(&path, file).unwrap();
    project.expect(0, &["upgrade"]);
    let expected = everything(&project);
    fs::remove_file(project.database()).unwrap();
    let script = printed(&project, &["upgrade"]);
    feed(&project.database(), &script, Ending::Script).unwrap_or_else(|error| panic!("{error}\n{script}"));
    assert_eq!(everything(&project), expected, "{script}");
    assert_eq!(project.query("SELECT message FROM seachange_history"), [message]);
    let down = printed(&project, &["downgrade", "a1:base", "--accept-data-loss"]);
    feed(&project.database(), &down, Ending::Script).unwrap();
    let error = feed(&project.database(), &down, Ending::Script).unwrap_err();
    assert!(error.contains(message), "{error}");
}

#[test]
fn rows_that_refer_to_nothing_stop_a_script_as_they_stop_the_runner() {
    let before = "-- migrate:up\n\
        CREATE TABLE people (id INTEGER PRIMARY KEY, code TEXT, nick TEXT UNIQUE);\n\
        CREATE TABLE pets (id INTEGER PRIMARY KEY, owner INTEGER REFERENCES people (id), by_nick TEXT REFERENCES people (nick));\n\
        CREATE TABLE broken (code TEXT REFERENCES people (code), lost INTEGER REFERENCES nowhere);\n\
        CREATE TABLE keyless (a TEXT PRIMARY KEY, owner INTEGER REFERENCES people) WITHOUT ROWID;\n\
        INSERT INTO people VALUES (1, 'x', 'n'), (2, 'y', 'm');\n\
        INSERT INTO pets VALUES (1, 1, 'n'), (2, 77, NULL), (3, NULL, 'nobody');\n\
        INSERT INTO broken VALUES ('z', 1);\nINSERT INTO keyless VALUES ('k', 88);\n-- migrate:down\nSELECT 1;";
    let steps = [
        (
            "fine",
            "ALTER TABLE pets RENAME TO animals;\nALTER TABLE people RENAME TO persons;\nINSERT INTO animals VALUES (9, 2, 'm');",
            true,
        ),
        ("orphan", "DELETE FROM people WHERE id = 1;", false),
        ("nick", "UPDATE people SET nick = 'else' WHERE id = 1;", false),
        ("another", "INSERT INTO pets VALUES (4, 5, NULL);", false),
        ("in_keyless", "INSERT INTO keyless VALUES ('l', 89);", false),
        ("less", "DELETE FROM pets WHERE id = 2;", true),
        (
            "made_anew",
            "CREATE TABLE dogs (id INTEGER PRIMARY KEY, owner INTEGER REFERENCES people (id));\nINSERT INTO dogs VALUES (1, 5);",
            false,
        ),
        ("twice", "ALTER TABLE pets RENAME TO animals;\nALTER TABLE animals RENAME TO beasts;", true),
    ];
    for (name, sql, is_fine) in steps {
        let project = revisions(&[
            ("a1", "none", before),
            ("b1", "a1", &format!("-- migrate:up\n{sql}\n-- migrate:down\nSELECT 1;")),
        ]);
        project.sql("PRAGMA foreign_keys = OFF");
        // The first revision leaves such rows itself, which is nobody's business here.
        let made = before.trim_start_matches("-- migrate:up\n").split("-- migrate:down").next().unwrap();
        project.sql(&format!("PRAGMA foreign_keys = OFF;\n{made}"));
        project.expect(0, &["stamp", "a1"]);
        let copy = project.path().join("copy.db");
        fs::copy(project.database(), &copy).unwrap();
        let ran = project.run(&["upgrade"]);
        assert_eq!(ran.code == 0, is_fine, "{name}: {ran:?}");
        let by_runner = everything(&project);
        fs::copy(&copy, project.database()).unwrap();
        let script = printed(&project, &["upgrade", "a1:b1"]);
        let fed = feed(&project.database(), &script, Ending::Script);
        assert_eq!(fed.is_ok(), is_fine, "{name}: {fed:?}\n{script}");
        assert_eq!(everything(&project), by_runner, "{name}");
        if let Err(error) = fed {
            assert!(error.contains("the revision would leave rows that refer to nothing"), "{error}");
        }
    }
}

#[test]
fn a_script_that_fails_in_the_middle_leaves_the_revisions_before() {
    let project = revisions(&[
        ("a1", "none", "-- migrate:up\nCREATE TABLE a (x);\n-- migrate:down\nDROP TABLE a;"),
        (
            "b1",
            "a1",
            "-- migrate:up\nCREATE TABLE b (x);\nINSERT INTO nowhere VALUES (1);\nCREATE TABLE b2 (x);\n-- migrate:down\nSELECT 1;",
        ),
        ("c1", "b1", "-- migrate:up\nCREATE TABLE c (x);\n-- migrate:down\nSELECT 1;"),
    ]);
    let script = printed(&project, &["upgrade"]);
    let error = feed(&project.database(), &script, Ending::Script).unwrap_err();
    assert!(error.contains("no such table: nowhere"), "{error}");
    let by_script = everything(&project);
    fs::remove_file(project.database()).unwrap();
    project.expect(2, &["upgrade"]);
    assert_eq!(everything(&project), by_script);
    assert_eq!(project.expect(0, &["current"]).out, "a1 step a1\n");
}

#[test]
fn an_older_sqlite_is_told_what_is_needed() {
    let project = revisions(&[
        ("a1", "none", "-- migrate:up\nCREATE TABLE a (x INTEGER);\n-- migrate:down\nDROP TABLE a;"),
        ("b1", "a1", "-- migrate:up\nALTER TABLE a ALTER COLUMN x SET NOT NULL;\n-- migrate:down\nSELECT 1;"),
    ]);
    let script = printed(&project, &["upgrade"]);
    assert!(script.contains("\"SQLite 3.53 or later is needed\" CHECK (NOT"), "{script}");
    let error = by_driver(&project.database(), &script).unwrap_err();
    assert!(error.contains("SQLite 3.53 or later is needed"), "{error}");
    assert_eq!(everything(&project), Vec::<String>::new());
}
