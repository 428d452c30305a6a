//! What a runner leaves behind that is killed, or that runs out of room: the next one finishes, or says what is needed.

use std::fs;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::history::{file, project};
use crate::support::Project;

/// Statements that take a while and leave one row each, so that what ran twice or not at all shows.
fn slow(first: usize, last: usize) -> String {
    let statement = |number| {
        format!(
            "INSERT INTO log (step) SELECT {number} FROM (WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c LIMIT 60000) \
             SELECT max(x) FROM c);\n"
        )
    };
    (first..=last).map(statement).collect()
}

fn start(project: &Project, arguments: &[&str]) -> std::process::Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_seachange"));
    command.args(arguments).current_dir(project.path()).env_remove("DATABASE_URL");
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Starts the command again and again, each time killed a little later, until it comes to its end. How often that was.
fn killed_until_done(project: &Project, arguments: &[&str]) -> usize {
    for (attempt, pause) in (0..).zip((4..).step_by(9)) {
        let mut child = start(project, arguments);
        thread::sleep(Duration::from_millis(pause));
        if let Some(status) = child.try_wait().unwrap() {
            assert!(status.success(), "attempt {attempt}");
            return attempt;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(project.query("PRAGMA integrity_check"), ["ok"], "attempt {attempt}");
    }
    unreachable!()
}

#[test]
fn whoever_is_killed_at_any_moment_is_finished_by_the_next() {
    let begin = "CREATE TABLE log (id INTEGER PRIMARY KEY, step integer NOT NULL);";
    let bare = format!("-- transaction: none\n{}VACUUM;\nPRAGMA optimize;\n{}", slow(7, 10), slow(11, 12));
    let back = format!("-- transaction: none\n{}DELETE FROM log WHERE step BETWEEN 7 AND 12;", slow(21, 23));
    let project = project(&[
        ("aaaa", begin, "DROP TABLE log;"),
        ("bbbb", &slow(1, 3), "DELETE FROM log WHERE step < 4;"),
        ("cccc", &slow(4, 6), "DELETE FROM log WHERE step BETWEEN 4 AND 6;"),
        ("dddd", &bare, &back),
    ]);
    project.sql("PRAGMA user_version = 1");
    let attempts = killed_until_done(&project, &["upgrade"]);
    assert!(attempts > 5, "{attempts}");
    let steps: Vec<String> = (1..=12).map(|step| step.to_string()).collect();
    assert_eq!(project.query("SELECT step || '' FROM log ORDER BY id"), steps);
    assert_eq!(project.query("SELECT revision FROM seachange_history ORDER BY 1"), ["aaaa", "bbbb", "cccc", "dddd"]);
    assert_eq!(project.query("SELECT count(unfinished) || '' FROM seachange_history"), ["0"]);
    killed_until_done(&project, &["downgrade", "cccc", "--accept-data-loss"]);
    let steps: Vec<String> = (1..=6).chain(21..=23).map(|step| step.to_string()).collect();
    assert_eq!(project.query("SELECT step || '' FROM log ORDER BY id"), steps);
    assert!(project.expect(0, &["current"]).out.starts_with("cccc"));
}

const BARE: &str = "-- transaction: none\nCREATE TABLE a (x);\nINSERT INTO a VALUES (1);\nVACUUM;\nINSERT INTO missing VALUES (1);\n\
                    INSERT INTO a VALUES (2);";

#[test]
fn what_is_no_transaction_goes_on_where_it_was() {
    let back = "-- transaction: none\nDELETE FROM a WHERE x = 2;\nINSERT INTO missing VALUES (1);\nDROP TABLE a;";
    let project = project(&[("aaaa", "", ""), ("bbbb", BARE, back)]);
    let ran = project.expect(2, &["upgrade"]);
    assert!(ran.notes.contains("failed to run statement 4 of `bbbb` (step bbbb) (up)"), "{}", ran.notes);
    assert!(
        ran.notes.contains(
            "hint: 3 statements are done before it and recorded; the next run goes on here; correct the file"
        ),
        "{}",
        ran.notes
    );
    // Everybody says so, and nobody takes it for applied.
    let begun = "`bbbb` (step bbbb) was begun on 20";
    let ran = project.expect(0, &["current"]);
    assert!(ran.notes.contains(begun) && ran.notes.contains("is not finished: 3 statements done\n"), "{}", ran.notes);
    assert!(ran.out.starts_with("aaaa"), "{}", ran.out);
    assert!(project.expect(1, &["check"]).out.contains(begun));
    let ran = project.expect(2, &["downgrade", "base", "--accept-data-loss"]);
    assert!(
        ran.notes.contains(begun) && ran.notes.contains("hint: finish it with `seachange upgrade bbbb`"),
        "{}",
        ran.notes
    );

    let path = file(&project, 1, "bbbb");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replacen("INSERT INTO missing VALUES (1);\n", "INSERT INTO a VALUES (7);\n", 1)).unwrap();
    let ran = project.expect(0, &["upgrade"]);
    assert!(
        ran.notes.contains("`bbbb` (step bbbb) goes on where it was: 3 of 5 statements done by the attempt of 20"),
        "{}",
        ran.notes
    );
    assert!(ran.notes.contains("; its text has changed since, and what is done is not run again\n"), "{}", ran.notes);
    assert_eq!(project.query("SELECT x || '' FROM a ORDER BY x"), ["1", "2", "7"]);
    assert!(!project.run(&["check"]).out.contains("edited"));

    // The way down, too.
    project.expect(2, &["downgrade", "-1", "--accept-data-loss"]);
    let ran = project.expect(2, &["upgrade"]);
    assert!(
        ran.notes.contains("`bbbb` (step bbbb) is on its way down, and that is not finished: 1 statement done"),
        "{}",
        ran.notes
    );
    assert!(ran.notes.contains("hint: finish it with `seachange downgrade aaaa`"), "{}", ran.notes);
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("INSERT INTO missing VALUES (1);\n", "")).unwrap();
    project.expect(0, &["downgrade", "aaaa", "--accept-data-loss"]);
    assert!(project.query("SELECT name FROM sqlite_schema WHERE name = 'a'").is_empty());
    assert_eq!(project.query("SELECT revision FROM seachange_history"), ["aaaa"]);

    // A stamp knows better than what was begun.
    fs::write(&path, &text).unwrap();
    project.sql("CREATE TABLE a (x)");
    project.expect(2, &["upgrade"]);
    project.expect(0, &["stamp", "head"]);
    assert!(project.expect(0, &["current"]).out.starts_with("bbbb"));
    project.expect(0, &["stamp", "base"]);
    assert!(!project.expect(0, &["current"]).notes.contains("begun"));
}

#[test]
fn transactions_of_its_own_are_begun_anew() {
    let up = "-- transaction: none\nCREATE TABLE IF NOT EXISTS a (x);\nBEGIN;\nINSERT INTO a VALUES (1);\nINSERT INTO missing VALUES (1);\nCOMMIT;";
    let project = project(&[("aaaa", up, "")]);
    let ran = project.expect(2, &["upgrade"]);
    assert!(ran.notes.contains("the revision has transactions of its own"), "{}", ran.notes);
    assert!(
        ran.notes.contains("the next run begins with the first, and the file must be able to run again"),
        "{}",
        ran.notes
    );
    project.sql("CREATE TABLE missing (x)");
    project.expect(0, &["upgrade"]);
    assert_eq!(project.query("SELECT x || '' FROM a"), ["1"]);
}

#[test]
fn a_full_disk_leaves_the_revision_before() {
    let fill = "INSERT INTO a SELECT zeroblob(100000) FROM (WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c LIMIT 50) SELECT x FROM c);";
    let up = format!("PRAGMA max_page_count = 40;\nCREATE TABLE b (x);\n{fill}");
    let project = project(&[("aaaa", "CREATE TABLE a (x);", "DROP TABLE a;"), ("bbbb", &up, "DROP TABLE b;")]);
    let ran = project.expect(2, &["upgrade"]);
    assert!(ran.notes.contains("database or disk is full"), "{}", ran.notes);
    assert!(
        ran.notes.contains(
            "hint: the database was left at the revision before; make room on the disk and run the command again"
        ),
        "{}",
        ran.notes
    );
    assert_eq!(project.query("PRAGMA integrity_check"), ["ok"]);
    assert!(project.query("SELECT name FROM sqlite_schema WHERE name = 'b'").is_empty());
    assert!(project.expect(0, &["current"]).out.starts_with("aaaa"));
    let path = file(&project, 1, "bbbb");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("PRAGMA max_page_count = 40;", "")).unwrap();
    project.expect(0, &["upgrade"]);
    assert_eq!(project.query("SELECT count(*) || '' FROM a"), ["50"]);
}

#[test]
fn an_edit_is_accepted_when_somebody_says_so() {
    let project = project(&[("aaaa", "CREATE TABLE a (x);", "DROP TABLE a;"), ("bbbb", "", "")]);
    project.expect(0, &["upgrade"]);
    let path = file(&project, 0, "aaaa");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("(x)", "(x) -- one column")).unwrap();
    let ran = project.expect(0, &["upgrade"]);
    assert!(
        ran.notes.contains("or keep the text as it is now: `seachange stamp current --accept-edits`"),
        "{}",
        ran.notes
    );
    project.expect(0, &["stamp", "current"]);
    assert!(project.run(&["check"]).out.contains("edited"));
    let ran = project.expect(0, &["stamp", "current", "--accept-edits"]);
    assert!(ran.notes.contains("the text of `aaaa` (step aaaa) is taken for what was applied"), "{}", ran.notes);
    assert!(!project.run(&["check"]).out.contains("edited"));
    assert!(!project.expect(0, &["upgrade"]).notes.contains("edited"));
}
