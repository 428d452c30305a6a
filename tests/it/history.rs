//! What the runner promises: a failure changes nothing and is explained, two runners never do the same thing twice,
//! and what was applied is remembered.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::{Project, block_on, execute, open};

/// A project with an empty database and revisions written by hand, each following the one before.
pub(crate) fn project(revisions: &[(&str, &str, &str)]) -> Project {
    let project = Project::mediaparser("1_initial");
    project.expect(0, &["init"]);
    fs::write(project.path().join(".env"), "DATABASE_URL=sqlite://media.db\n").unwrap();
    let mut parent = "none";
    for (number, (id, up, down)) in revisions.iter().enumerate() {
        let text = format!(
            "-- message: step {id}\n-- revision: {id}\n-- parents: {parent}\n\n-- migrate:up\n{up}\n-- migrate:down\n{down}\n"
        );
        fs::write(file(&project, number, id), text).unwrap();
        parent = id;
    }
    project
}

pub(crate) fn file(project: &Project, number: usize, id: &str) -> PathBuf {
    project.path().join(format!("migrations/2026010{number}T000000_{id}_step.sql"))
}

fn tables(project: &Project) -> Vec<String> {
    project.query("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'seachange%' ORDER BY name")
}

#[test]
fn a_failing_statement_is_named_and_its_revision_taken_back_whole() {
    let project = project(&[
        ("aaaa", "CREATE TABLE a (id INTEGER PRIMARY KEY);", "DROP TABLE a;"),
        (
            "bbbb",
            "CREATE TABLE b (id INTEGER PRIMARY KEY);\nINSERT INTO b VALUES (1);\n\nINSERT INTO b\n  VALUES (1);\nCREATE TABLE c (x);",
            "DROP TABLE b;",
        ),
    ]);
    let ran = project.expect(2, &["upgrade"]);
    let expected = "\
error: failed to run statement 3 of `bbbb` (step bbbb) (up)
  --> migrations/20260101T000000_bbbb_step.sql:9
   | INSERT INTO b
   |   VALUES (1)
  UNIQUE constraint failed: b.id
hint: the database was left at the revision before; correct the file and run the command again
";
    let notes = &ran.notes[ran.notes.find("error").unwrap()..];
    // The driver puts its own words before the database's.
    let notes = notes.replace("  error returned from database: (code: 1555) ", "  ");
    assert_eq!(notes, expected);
    assert!(ran.notes.starts_with("applied `aaaa` (step aaaa) in "), "{}", ran.notes);
    assert_eq!(tables(&project), ["a"]);
    assert_eq!(project.expect(0, &["current"]).out, "aaaa step aaaa\n");

    let path = file(&project, 1, "bbbb");
    fs::write(&path, fs::read_to_string(&path).unwrap().replace("\nINSERT INTO b\n  VALUES (1);", "")).unwrap();
    project.expect(0, &["upgrade"]);
    assert_eq!(tables(&project), ["a", "b", "c"]);
}

#[test]
fn foreign_keys_do_not_fire_while_a_revision_runs_and_are_checked_before_it_ends() {
    let tables = "CREATE TABLE parents (id INTEGER PRIMARY KEY);\n\
                  CREATE TABLE children (id INTEGER PRIMARY KEY, parent_id INTEGER REFERENCES parents (id) ON DELETE CASCADE);\n\
                  INSERT INTO parents VALUES (1), (2);\nINSERT INTO children VALUES (10, 1), (11, 2);";
    let rebuild = "CREATE TABLE _new (id INTEGER PRIMARY KEY, name TEXT);\nINSERT INTO _new (id) SELECT id FROM parents;\n\
                   DROP TABLE parents;\nALTER TABLE _new RENAME TO parents;";
    let project = project(&[
        ("aaaa", tables, "DROP TABLE children; DROP TABLE parents;"),
        ("bbbb", rebuild, "SELECT 1;"),
        ("cccc", "DELETE FROM parents WHERE id = 2;", "SELECT 1;"),
    ]);
    project.expect(0, &["upgrade", "+2"]);
    assert_eq!(project.query("SELECT id || ' ' || parent_id FROM children ORDER BY id"), ["10 1", "11 2"]);
    let ran = project.expect(2, &["upgrade"]);
    assert!(ran.notes.contains("`cccc` (step cccc) would leave rows that refer to nothing"), "{}", ran.notes);
    assert!(ran.notes.contains("row 11 of `children` refers to a row of `parents` that is not there"), "{}", ran.notes);
    assert_eq!(project.query("SELECT id || '' FROM parents ORDER BY id"), ["1", "2"]);
}

#[test]
fn a_revision_without_a_transaction_says_so_itself() {
    let project = project(&[("aaaa", "-- transaction: none\nPRAGMA journal_mode = WAL;\nVACUUM;", "SELECT 1;")]);
    project.expect(0, &["upgrade"]);
    assert_eq!(project.query("PRAGMA journal_mode"), ["wal"]);
    assert!(project.expect(0, &["current"]).out.starts_with("aaaa"));
}

#[test]
fn a_trigger_is_one_statement() {
    let up = "CREATE TABLE t (x);\nCREATE TABLE log (x);\nCREATE TRIGGER tr AFTER INSERT ON t BEGIN\n  \
              INSERT INTO log VALUES (CASE WHEN new.x > 1 THEN 'a;b' ELSE 'c' END); -- one; two\nEND;\nINSERT INTO t VALUES (2);";
    let project = project(&[("aaaa", up, "DROP TABLE t; DROP TABLE log;")]);
    project.expect(0, &["upgrade"]);
    assert_eq!(project.query("SELECT x FROM log"), ["a;b"]);
}

#[test]
fn a_revision_that_loses_data_says_so_before_it_runs() {
    let project = Project::mediaparser_with_original("5_before_rename");
    project.expect(0, &["init"]);
    project.expect(0, &["revision", "--baseline", "-m", "initial schema"]);
    project.expect(0, &["stamp", "head"]);
    project.phase("6_exact_and_similar_groups");
    project.expect(0, &["revision", "--autogenerate", "-m", "groups"]);
    project.expect(0, &["upgrade"]);
    let down = project.expect(0, &["downgrade", "-1", "--accept-data-loss"]);
    assert!(
        down.notes.starts_with("warning: Dropping `files.similar_group_type` deletes its data.\n"),
        "{}",
        down.notes
    );
}

#[test]
fn a_way_down_that_is_missing_is_an_error_and_not_a_silence() {
    let project = project(&[("aaaa", "CREATE TABLE a (x);", "-- no way down: the data is gone")]);
    project.expect(0, &["upgrade"]);
    let ran = project.expect(2, &["downgrade", "base", "--accept-data-loss"]);
    assert!(ran.notes.contains("the revision `aaaa` (step aaaa) has no way down"), "{}", ran.notes);
    assert_eq!(tables(&project), ["a"]);
}

#[test]
fn an_edited_revision_is_noticed_and_other_line_endings_are_not_an_edit() {
    let project = project(&[("aaaa", "CREATE TABLE a (x);", "DROP TABLE a;"), ("bbbb", "", "")]);
    project.expect(0, &["upgrade"]);
    let path = file(&project, 0, "aaaa");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace('\n', "\r\n")).unwrap();
    assert!(!project.run(&["check"]).out.contains("was edited"));
    fs::write(&path, text.replace("(x)", "(x, y)")).unwrap();
    let check = project.expect(1, &["check"]);
    assert!(check.out.contains("`aaaa` (step aaaa) was edited after it was applied on 20"), "{}", check.out);
    let down = project.expect(0, &["downgrade", "-1", "--accept-data-loss"]);
    assert!(down.notes.contains("warning: `aaaa` (step aaaa) was edited after it was applied"), "{}", down.notes);
}

#[test]
fn an_applied_revision_without_a_file_stops_everything_but_a_stamp() {
    let project =
        project(&[("aaaa", "CREATE TABLE a (x);", "DROP TABLE a;"), ("bbbb", "CREATE TABLE b (x);", "DROP TABLE b;")]);
    project.expect(0, &["upgrade"]);
    fs::remove_file(file(&project, 1, "bbbb")).unwrap();
    for command in
        [&["upgrade"][..], &["downgrade", "-1", "--accept-data-loss"], &["revision", "--autogenerate", "-m", "x"]]
    {
        let ran = project.expect(2, command);
        assert!(ran.notes.contains("the database has 1 revision that no file describes: bbbb"), "{}", ran.notes);
    }
    assert!(project.expect(1, &["check"]).out.contains("`bbbb` is applied, but no file describes it"));
    assert!(project.expect(0, &["current"]).out.contains("bbbb (no file describes it)"));
    let ran = project.expect(2, &["stamp", "head"]);
    assert!(ran.notes.contains("forget them: `seachange stamp --purge REVISION`"), "{}", ran.notes);
    project.expect(0, &["stamp", "--purge", "head"]);
    assert_eq!(project.expect(0, &["current"]).out, "aaaa step aaaa (head)\n");
}

#[test]
fn revisions_that_make_no_sense_together_are_all_named() {
    let project = project(&[("aaaa", "", ""), ("bbbb", "", "")]);
    fs::write(file(&project, 3, "cccc"), "-- message: copy\n-- revision: aaaa\n-- migrate:up\n").unwrap();
    fs::write(file(&project, 4, "dddd"), "-- message: lost\n-- revision: dddd\n-- parents: gone\n-- migrate:up\n")
        .unwrap();
    let ran = project.expect(2, &["history"]);
    assert!(
        ran.notes.contains("the id `aaaa` is already used by `migrations/20260100T000000_aaaa_step.sql`"),
        "{}",
        ran.notes
    );
    assert!(ran.notes.contains("the revision follows `gone`, which is in no file"), "{}", ran.notes);
    assert!(ran.notes.contains("2 problems in the migrations"), "{}", ran.notes);
    fs::write(file(&project, 3, "cccc"), "CREATE TABLE x (y);\n").unwrap();
    let ran = project.expect(2, &["history"]);
    assert!(ran.notes.contains("SQL before the first section"), "{}", ran.notes);
    assert!(ran.notes.contains("migrations/20260103T000000_cccc_step.sql:1:1"), "{}", ran.notes);
}

#[test]
fn several_heads_are_refused_by_name() {
    let project = project(&[("aaaa", "", "")]);
    for id in ["bbbb", "cccc"] {
        let text =
            format!("-- message: branch {id}\n-- revision: {id}\n-- parents: aaaa\n-- migrate:up\n-- migrate:down\n");
        fs::write(file(&project, 5, id), text).unwrap();
    }
    let upgrade = project.expect(2, &["upgrade"]);
    assert!(
        upgrade.notes.contains("`head` can mean `bbbb` (branch bbbb) or `cccc` (branch cccc)"),
        "{}",
        upgrade.notes
    );
    let revision = project.expect(2, &["revision", "-m", "x"]);
    assert!(revision.notes.contains("there are several heads"), "{}", revision.notes);
    project.expect(0, &["upgrade", "heads"]);
    assert_eq!(project.expect(0, &["current"]).out.lines().count(), 2);
}

#[test]
fn a_revision_is_named_by_id_beginning_file_or_distance() {
    let project = project(&[
        ("aaaa1", "CREATE TABLE a (x);", "DROP TABLE a;"),
        ("aaaa2", "CREATE TABLE b (x);", "DROP TABLE b;"),
    ]);
    let ran = project.expect(2, &["upgrade", "aaaa"]);
    assert!(ran.notes.contains("`aaaa` can mean `aaaa1` (step aaaa1) or `aaaa2` (step aaaa2)"), "{}", ran.notes);
    project.expect(0, &["upgrade", "aaaa1"]);
    assert_eq!(tables(&project), ["a"]);
    project.expect(0, &["upgrade", "+1"]);
    assert_eq!(tables(&project), ["a", "b"]);
    project.expect(0, &["downgrade", "20260100T000000_aaaa1_step", "--accept-data-loss"]);
    assert_eq!(tables(&project), ["a"]);
    let ran = project.expect(2, &["upgrade", "+2"]);
    assert!(ran.notes.contains("there is 1 revision pending, not 2"), "{}", ran.notes);
    project.expect(0, &["downgrade", "base", "--accept-data-loss"]);
    assert_eq!(tables(&project), Vec::<String>::new());
}

#[test]
fn many_upgrades_at_once_apply_each_revision_once() {
    let project = project(&[
        ("aaaa", "CREATE TABLE a (x);\nINSERT INTO a VALUES (1);", "DROP TABLE a;"),
        ("bbbb", "INSERT INTO a VALUES (2);", "DELETE FROM a WHERE x = 2;"),
        ("cccc", "INSERT INTO a VALUES (3);", "DELETE FROM a WHERE x = 3;"),
    ]);
    let start = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_seachange"));
        command.arg("upgrade").current_dir(project.path()).env_remove("DATABASE_URL");
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let runners: Vec<_> = (0..6).map(|_| start()).collect();
    for runner in runners {
        let output = runner.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    assert_eq!(project.query("SELECT x || '' FROM a ORDER BY x"), ["1", "2", "3"]);
    assert_eq!(project.query("SELECT revision FROM seachange_history ORDER BY 1"), ["aaaa", "bbbb", "cccc"]);
}

#[test]
fn an_upgrade_waits_for_another_writer_and_then_says_that_it_waited() {
    let project = project(&[("aaaa", "CREATE TABLE a (x);", "DROP TABLE a;")]);
    let path = project.path().join("seachange.toml");
    let text = fs::read_to_string(&path).unwrap().replace("# lock_timeout = 10", "lock_timeout = 1");
    fs::write(&path, text).unwrap();
    block_on(async {
        let writer = open(&project.database()).await;
        execute(&writer, "BEGIN IMMEDIATE").await;
        let started = Instant::now();
        let ran = project.expect(2, &["upgrade"]);
        assert!(started.elapsed() >= Duration::from_millis(900), "it waits");
        assert!(ran.notes.contains("error: the database is locked"), "{}", ran.notes);
        assert!(ran.notes.contains("hint: waited 1 second"), "{}", ran.notes);
        execute(&writer, "COMMIT").await;
    });
    project.expect(0, &["upgrade"]);
    assert_eq!(tables(&project), ["a"]);
}

#[test]
fn a_revision_must_not_end_its_own_transaction() {
    let project = project(&[("aaaa", "CREATE TABLE a (x);\nCOMMIT;\nINSERT INTO nope VALUES (1);", "DROP TABLE a;")]);
    let ran = project.expect(2, &["upgrade"]);
    assert!(ran.notes.contains("`aaaa` (step aaaa) has a statement that ends its transaction"), "{}", ran.notes);
    assert!(ran.notes.contains("_step.sql:7"), "{}", ran.notes);
    assert_eq!(tables(&project), Vec::<String>::new());
    let path = file(&project, 0, "aaaa");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(
        &path,
        text.replace(
            "COMMIT;\nINSERT INTO nope VALUES (1);",
            "SAVEPOINT s;\nINSERT INTO a VALUES (1);\nROLLBACK TO s;\nRELEASE s;",
        ),
    )
    .unwrap();
    project.expect(0, &["upgrade"]);
    assert_eq!(project.query("SELECT count(*) || '' FROM a"), ["0"]);
}

#[test]
fn a_database_that_is_locked_altogether_is_said_to_be_locked() {
    let project = project(&[("aaaa", "CREATE TABLE a (x);", "DROP TABLE a;")]);
    let path = project.path().join("seachange.toml");
    let text = fs::read_to_string(&path).unwrap().replace("# lock_timeout = 10", "lock_timeout = 1");
    fs::write(&path, text).unwrap();
    project.expect(0, &["upgrade"]);
    block_on(async {
        let writer = open(&project.database()).await;
        execute(&writer, "BEGIN EXCLUSIVE").await;
        let ran = project.expect(2, &["current"]);
        assert!(ran.notes.contains("error: the database is locked"), "{}", ran.notes);
        execute(&writer, "ROLLBACK").await;
    });
}

#[test]
fn a_revision_for_a_newer_sqlite_is_refused_before_anything_runs() {
    for statement in [
        "ALTER TABLE a ALTER COLUMN x SET NOT NULL",
        "ALTER TABLE a ADD CHECK (x > 0)",
        "ALTER TABLE a DROP CONSTRAINT c",
    ] {
        let second = format!("-- transaction: none\nINSERT INTO a VALUES (1);\n{statement};");
        let project = project(&[("aaaa", "CREATE TABLE a (x);", "DROP TABLE a;"), ("bbbb", &second, "SELECT 1;")]);
        let ran = project.expect(2, &["upgrade"]);
        assert!(ran.notes.contains("`bbbb` (step bbbb) needs SQLite 3.53, and 3.51.3 runs here"), "{}", ran.notes);
        assert!(ran.notes.contains("20260101T000000_bbbb_step.sql:8"), "{}", ran.notes);
        assert!(
            ran.notes.contains("hint: nothing was run; run it with a program that brings SQLite 3.53"),
            "{}",
            ran.notes
        );
        assert_eq!(tables(&project), Vec::<String>::new(), "the first did not run either");
    }
}

#[test]
fn what_is_written_is_for_the_oldest_sqlite_that_will_run_it() {
    let project = Project::mediaparser("1_initial");
    project.expect(0, &["init"]);
    fs::write(project.path().join(".env"), "DATABASE_URL=sqlite://media.db\n").unwrap();
    project.expect(0, &["revision", "--autogenerate", "-m", "initial"]);
    project.expect(0, &["upgrade"]);
    let entity = project.path().join("src/entities/files.rs");
    let text = fs::read_to_string(&entity).unwrap();
    let optional = text.replace("pub original_path: String", "pub original_path: Option<String>");
    assert_ne!(optional, text);
    fs::write(&entity, optional).unwrap();
    let config = project.path().join("seachange.toml");
    let plain = fs::read_to_string(&config).unwrap();
    let diff = |oldest: &str| {
        fs::write(&config, format!("{plain}\n[sqlite]\noldest = \"{oldest}\"\n")).unwrap();
        project.expect(0, &["diff", "--format", "sql"]).out
    };
    for oldest in ["3.35", "3.51.3", "3.52.9"] {
        assert!(diff(oldest).contains("DROP TABLE \"files\""), "{oldest}");
    }
    for oldest in ["3.53", "3.54.1", "4.0"] {
        let script = diff(oldest);
        assert!(script.contains("ALTER TABLE \"files\" ALTER COLUMN \"original_path\" DROP NOT NULL;"), "{script}");
        assert!(!script.contains("DROP TABLE"), "{script}");
    }
    project.expect(0, &["revision", "--autogenerate", "-m", "for 3.53"]);
    let ran = project.expect(2, &["upgrade"]);
    assert!(ran.notes.contains("(for 3.53) needs SQLite 3.53, and 3.51.3 runs here"), "{}", ran.notes);
    fs::write(&config, format!("{plain}\n[sqlite]\noldest = \"3.34\"\n")).unwrap();
    let ran = project.expect(2, &["check"]);
    assert!(ran.notes.contains("SQLite 3.34 cannot drop a column, which 3.35 was the first to do"), "{}", ran.notes);
}
