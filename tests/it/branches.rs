//! Revisions as a graph: branches with labels, merges, and where a database is on each of them.

use std::fs;

use expect_test::expect;

use crate::support::Project;

/// A project with two branches behind its first revision and a history of its own, each revision with a table.
pub(crate) fn project() -> Project {
    let project = Project::empty();
    fs::create_dir_all(project.path().join("src/entities")).unwrap();
    fs::create_dir_all(project.path().join("migrations")).unwrap();
    fs::write(
        project.path().join("seachange.toml"),
        "entities = [\"src/entities\"]\n[database]\nurl = \"sqlite://media.db\"\n",
    )
    .unwrap();
    for (number, (id, parents, labels, needs)) in [
        ("first", "none", "", ""),
        ("left1", "first", "left", ""),
        ("right1", "first", "right", ""),
        ("left2", "left1", "", ""),
        ("alone1", "none", "alone", "right1"),
    ]
    .into_iter()
    .enumerate()
    {
        let text = format!(
            "-- message: table {id}\n-- revision: {id}\n-- parents: {parents}\n-- labels: {labels}\n-- depends on: {needs}\n\n\
             -- migrate:up\nCREATE TABLE {id} (x);\n\n-- migrate:down\nDROP TABLE {id};\n"
        );
        fs::write(project.path().join(format!("migrations/2026010{number}T000000_{id}.sql")), text).unwrap();
    }
    project
}

fn tables(project: &Project) -> String {
    let sql = "SELECT coalesce(group_concat(name, ' '), '') FROM (SELECT name FROM sqlite_schema WHERE type = 'table' \
               AND name NOT LIKE 'seachange%' ORDER BY name)";
    project.query(sql).concat()
}

#[test]
fn one_branch_goes_up_and_down_without_the_other() {
    let project = project();
    project.expect(0, &["upgrade", "left@head"]);
    assert_eq!(tables(&project), "first left1 left2");
    project.expect(0, &["upgrade", "alone@head"]);
    assert_eq!(tables(&project), "alone1 first left1 left2 right1");
    let ran = project.expect(2, &["downgrade", "-1", "--accept-data-loss"]);
    assert!(ran.notes.contains("`-1` can mean"), "{ran:?}");
    project.expect(0, &["downgrade", "left@-1", "--accept-data-loss"]);
    assert_eq!(tables(&project), "alone1 first left1 right1");
    // What needs a revision goes before it.
    project.expect(0, &["downgrade", "right@base", "--accept-data-loss"]);
    assert_eq!(tables(&project), "first left1");
    assert_eq!(project.expect(0, &["current"]).out, "left1 table left1 [left]\n");
    let ran = project.expect(1, &["current", "--check-heads"]);
    assert!(ran.notes.contains("not applied: `right1` (table right1), `left2` (table left2)"), "{ran:?}");
    project.expect(0, &["upgrade", "heads"]);
    project.expect(0, &["current", "--check-heads"]);
}

#[test]
fn what_there_is_is_listed() {
    let project = project();
    project.expect(0, &["upgrade", "left1"]);
    let steady = |text: String| {
        let lines = text.lines().map(|line| match line.split_once("applied") {
            Some((before, _)) => format!("{before}applied …"),
            None => line.to_owned(),
        });
        lines.collect::<Vec<_>>().join("\n")
    };
    expect![[r#"
        alone1 table alone1 [alone] (pending)
        left2 table left2 (pending)
        right1 table right1 [right] (pending)
        left1 table left1 [left] (current) (applied …
        first table first (applied …"#]]
    .assert_eq(&steady(project.expect(0, &["history", "-i"]).out));
    expect![[r#"
        left2 table left2 (pending)
          file: migrations/20260103T000000_left2.sql
          created: 
          follows: left1
          followed by: none
        left1 table left1 [left] (applied …
          file: migrations/20260101T000000_left1.sql
          created: 
          follows: first
          followed by: left2
          applied …"#]]
    .assert_eq(&steady(project.expect(0, &["history", "-r", "left1:left@head", "-v"]).out));
    expect![[r#"
        left1 table left1 [left] (applied …
        first table first (applied …"#]]
    .assert_eq(&steady(project.expect(0, &["history", "--range", ":current"]).out));
    expect![[r#"
        right1 table right1 [right]
        left2 table left2 [left]
        alone1 table alone1 [alone]"#]]
    .assert_eq(&steady(project.expect(0, &["heads"]).out));
    expect![[r#"
        first table first
          -> left1 table left1 [left]
          -> right1 table right1 [right]"#]]
    .assert_eq(&steady(project.expect(0, &["branches"]).out));
    let ran = project.expect(2, &["history", "-r", "left2:first"]);
    assert!(ran.notes.contains("no revision of `left2:first` follows the other"), "{ran:?}");
}

#[test]
fn branches_meet_in_a_merge() {
    let project = project();
    let ran = project.expect(2, &["revision", "-m", "next"]);
    assert!(ran.notes.contains("hint: say which one it follows with `--head`, or join them"), "{ran:?}");
    project.expect(0, &["upgrade", "left@head"]);
    let ran = project.expect(0, &["merge", "left@head", "right@head", "--rev-id", "joined"]);
    assert!(ran.notes.contains("joins `left2` (table left2) and `right1` (table right1)"), "{ran:?}");
    let text = project.newest();
    assert!(
        text.contains("-- message: merge left2 and right1\n-- revision: joined\n-- parents: left2, right1\n"),
        "{text}"
    );
    let ran = project.expect(2, &["merge", "left1", "joined"]);
    assert!(ran.notes.contains("`left1` (table left1) is not a head"), "{ran:?}");
    project.expect(0, &["upgrade", "joined"]);
    assert_eq!(tables(&project), "first left1 left2 right1");
    // The merge comes apart again.
    project.expect(0, &["downgrade", "left2", "--accept-data-loss"]);
    assert_eq!(project.expect(0, &["current"]).out.lines().count(), 2);
    project.expect(0, &["upgrade", "heads"]);
    project.expect(0, &["merge", "-m", "all of them"]);
    project.expect(0, &["upgrade", "head"]);
    let ran = project.expect(0, &["merge"]);
    assert!(ran.notes.contains("nothing to do") && ran.out.is_empty(), "{ran:?}");
}

#[test]
fn a_new_revision_goes_where_it_is_told() {
    let project = project();
    project.expect(
        0,
        &["revision", "-m", "more", "--head", "left@head", "--depends-on", "alone@head", "--rev-id", "left3"],
    );
    let text = project.newest();
    assert!(text.contains("-- parents: left2\n-- depends on: alone1\n"), "{text}");
    let ran = project.expect(2, &["revision", "-m", "more", "--head", "first"]);
    assert!(ran.notes.contains("`first` (table first) is not a head; `--splice` begins a branch there"), "{ran:?}");
    project.expect(0, &["revision", "-m", "third", "--head", "first", "--splice", "--branch-label", "third"]);
    assert!(project.newest().contains("-- parents: first\n-- labels: third\n"));
    project.expect(0, &["revision", "-m", "own", "--head", "base"]);
    assert!(project.newest().contains("-- parents: none\n"));
    // What cannot be used is refused before there is a file.
    let before = project.migrations().len();
    for (flags, said) in [
        (["--rev-id", "left1"], "the id `left1` is already used by `left1` (table left1)"),
        (["--rev-id", "no-dash"], "`no-dash` cannot be an id"),
        (["--branch-label", "right"], "the label `right` is already used by `right1` (table right1)"),
        (["--branch-label", "head"], "`head` cannot be a label"),
    ] {
        let ran = project.expect(2, &[&["revision", "-m", "x", "--head", "left@head"][..], &flags].concat());
        assert!(ran.notes.contains(said), "{ran:?}");
    }
    assert_eq!(project.migrations().len(), before);
}

#[test]
fn stamps_are_for_one_branch_unless_everything_else_is_forgotten() {
    let project = project();
    project.expect(0, &["stamp", "left@head", "alone1"]);
    assert_eq!(
        project.expect(0, &["current"]).out,
        "right1 table right1 [right] (head)\nleft2 table left2 [left] (head)\nalone1 table alone1 [alone] (head)\n"
    );
    project.expect(0, &["stamp", "first"]);
    assert_eq!(project.expect(0, &["current"]).out, "first table first\n");
    project.expect(0, &["stamp", "left1"]);
    // Nothing is forgotten for a word that means nothing.
    project.expect(2, &["stamp", "--purge", "left1", "nope"]);
    assert_eq!(project.expect(0, &["current"]).out, "left1 table left1 [left]\n");
    project.expect(0, &["stamp", "--purge", "right1"]);
    assert_eq!(project.expect(0, &["current"]).out, "right1 table right1 [right] (head)\n");
}
