//! Questions as a person sees them: the program on a terminal of its own, and keys that are pressed.

use std::process::Command;

use expect_test::expect;
use rexpect::process::WaitStatus;
use rexpect::session::{PtySession, spawn_command};

use crate::support::{Project, copy, root};
use crate::{branches, history};

/// How long an answer may take, in milliseconds: much longer than it ever does.
const PATIENCE: u64 = 60_000;

/// A project in which one column went and several came that could be it.
fn open() -> Project {
    let project = Project::mediaparser_with_original("5_before_rename");
    project.expect(0, &["init"]);
    project.expect(0, &["revision", "--baseline", "-m", "begin"]);
    project.expect(0, &["stamp", "head"]);
    copy(&root().join("fixtures/mediaparser/phases/6_exact_and_similar_groups"), &project.path().join("src/entities"));
    let files = project.path().join("src/entities/files.rs");
    let text = std::fs::read_to_string(&files).unwrap();
    std::fs::write(&files, text.replace(", renamed_from = \"duplicate_group_id\"", "")).unwrap();
    project
}

/// Runs `seachange` on a terminal.
fn run(project: &Project, arguments: &[&str]) -> PtySession {
    let mut command = Command::new(env!("CARGO_BIN_EXE_seachange"));
    command.args(arguments).current_dir(project.path()).env_remove("DATABASE_URL").env("TERM", "xterm");
    spawn_command(command, Some(PATIENCE)).unwrap()
}

/// Presses a key once the question stands there.
fn press(terminal: &mut PtySession, key: &str) {
    terminal.send(key).unwrap();
    terminal.flush().unwrap();
}

/// All that is said up to the end, and the exit code.
fn end(mut terminal: PtySession) -> (String, i32) {
    // Every byte comes as a character.
    let bytes = terminal.exp_eof().unwrap().chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    let text = String::from_utf8(bytes).unwrap();
    match terminal.process().wait().unwrap() {
        WaitStatus::Exited(_, code) => (text, code),
        status => panic!("{status:?}: {text}"),
    }
}

#[test]
fn what_is_chosen_is_taken() {
    let project = open();
    let mut terminal = run(&project, &["revision", "--autogenerate", "-m", "groups"]);
    terminal.exp_string("`files.exact_group_id` is new. What was it before?").unwrap();
    terminal.exp_string("files.duplicate_group_id").unwrap();
    terminal.exp_string("nothing: it is new, and what is gone is dropped").unwrap();
    // The likeliest is marked already.
    press(&mut terminal, "\r");
    let (text, code) = end(terminal);
    assert_eq!(code, 0, "{text}");
    let text = project.newest();
    assert!(text.contains("RENAME COLUMN \"duplicate_group_id\" TO \"exact_group_id\""), "{text}");
    assert!(text.contains("a rename, as somebody answered"), "{text}");
}

#[test]
fn whoever_goes_away_has_answered_nothing() {
    let project = open();
    let before = project.migrations();
    let mut terminal = run(&project, &["revision", "--autogenerate", "-m", "groups"]);
    terminal.exp_string("What was it before?").unwrap();
    press(&mut terminal, "q");
    let (text, code) = end(terminal);
    assert_eq!((code, project.migrations()), (1, before), "{text}");
    assert!(text.contains("--rename files.duplicate_group_id=exact_group_id"), "{text}");
}

#[test]
fn a_way_down_that_loses_data_waits_for_a_yes() {
    let project = open();
    project.expect(
        0,
        &["revision", "--autogenerate", "-m", "groups", "--rename", "files.duplicate_group_id=exact_group_id"],
    );
    project.expect(0, &["upgrade"]);
    let columns = || project.query("SELECT group_concat(name) FROM pragma_table_info('files')");
    let (with, question) = (columns(), "Run the way down, and lose this for good?");
    let mut terminal = run(&project, &["downgrade", "-1"]);
    terminal.exp_string(question).unwrap();
    press(&mut terminal, "\r");
    let (text, code) = end(terminal);
    assert_eq!((code, columns()), (1, with.clone()), "{text}");
    let mut terminal = run(&project, &["downgrade", "-1"]);
    terminal.exp_string(question).unwrap();
    // One down, to the other answer.
    press(&mut terminal, "\u{1b}[B\r");
    let (text, code) = end(terminal);
    assert_eq!(code, 0, "{text}");
    assert_ne!(columns(), with);
}

#[test]
fn branches_are_drawn() {
    let project = branches::project();
    project.expect(0, &["merge", "left@head", "right@head", "--rev-id", "joined"]);
    let (text, code) = end(run(&project, &["history", "-i"]));
    assert_eq!(code, 0, "{text}");
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    expect![[r#"
        o    joined merge left2 and right1 (pending)
        ├─╮
        │ │ o  alone1 table alone1 [alone] (pending)
        o │  left2 table left2 (pending)
        │ o  right1 table right1 [right] (pending)
        o │  left1 table left1 [left] (pending)
        ├─╯
        o  first table first (pending)"#]]
    .assert_eq(&lines.join("\n"));
}

#[test]
fn a_long_run_shows_where_it_is() {
    let slow = "CREATE TABLE a (x);\nINSERT INTO a SELECT max(x) FROM (WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 \
                FROM c LIMIT 1500000) SELECT x FROM c);";
    let project = history::project(&[("aaaa", slow, "DROP TABLE a;")]);
    let mut terminal = run(&project, &["upgrade"]);
    terminal.exp_string("`aaaa` (step aaaa): statement 2 of 2").unwrap();
    let (text, code) = end(terminal);
    assert!(code == 0 && text.contains("applied `aaaa` (step aaaa) in"), "{text}");
    // Nowhere else.
    project.expect(0, &["downgrade", "base", "--accept-data-loss"]);
    let ran = project.expect(0, &["upgrade"]);
    assert!(!ran.notes.contains("statement 2 of 2"), "{}", ran.notes);
    project.expect(0, &["downgrade", "base", "--accept-data-loss"]);
    let mut terminal = run(&project, &["upgrade", "--quiet"]);
    let text = terminal.exp_eof().unwrap();
    assert_eq!(text, "");
}
