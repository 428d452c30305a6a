//! Ranges: labels, branches that meet, several beginnings, and words with colons in them.

use std::fs;

use expect_test::expect;

use crate::branches::project;
use crate::cluster::Ending;
use crate::support::Project;

use super::{everything, feed, printed, refused, revisions};

/// The revisions that a script runs.
fn run(project: &Project, arguments: &[&str]) -> String {
    let script = printed(project, arguments);
    let ids = script.lines().filter_map(|line| line.strip_prefix("-- up: `").or(line.strip_prefix("-- down: `")));
    ids.map(|line| line.split('`').next().unwrap()).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_range_goes_where_the_runner_goes() {
    let project = project();
    assert_eq!(run(&project, &["upgrade", "heads"]), "first left1 right1 left2 alone1");
    assert_eq!(run(&project, &["upgrade", ":left"]), "first left1");
    assert_eq!(run(&project, &["upgrade", "left1:left@head"]), "left2");
    assert_eq!(run(&project, &["upgrade", "first:alone@head"]), "right1 alone1");
    assert_eq!(run(&project, &["upgrade", "first:+0"]), "");
    assert_eq!(run(&project, &["upgrade", "left1:+1"]), "left2");
    assert_eq!(run(&project, &["upgrade", "left1,right1:heads"]), "left2 alone1");
    assert_eq!(run(&project, &["upgrade", "right1:left2"]), "left1 left2");
    assert_eq!(run(&project, &["downgrade", "heads:left@-1", "--accept-data-loss"]), "left2");
    assert_eq!(run(&project, &["downgrade", "heads:first", "--accept-data-loss"]), "alone1 left2 right1 left1");
    assert_eq!(run(&project, &["downgrade", "left2:-1", "--accept-data-loss"]), "left2");
    assert_eq!(run(&project, &["downgrade", "left2:", "--accept-data-loss"]), "left2 left1 first");
    assert_eq!(run(&project, &["downgrade", "left1:left1", "--accept-data-loss"]), "");
    expect![[r#"
        error: the way from `left2` to `first` leads down: `seachange downgrade left2:first --sql` writes it
        error: `left2` (table left2) is not applied where the database is at `left1`, so there is no way down to it
        error: a script cannot look where the database is: say where it begins, as in `downgrade head:-1 --sql`, or `downgrade current:-1 --sql` to look at yours
        error: no revision is called `left9`
        hint: did you mean `left`? `seachange history` lists all revisions
        error: no revision is called `left1:left2`
        hint: did you mean `left1`? `seachange history` lists all revisions
    "#]]
    .assert_eq(&[
        refused(&project, &["upgrade", "left2:first", "--sql"]),
        refused(&project, &["downgrade", "left1:left2", "--sql"]),
        refused(&project, &["downgrade", "-1", "--sql"]),
        refused(&project, &["upgrade", "left9:head", "--sql"]),
        refused(&project, &["upgrade", "left1:left2"]),
    ].concat());
}

#[test]
fn branches_are_where_the_runner_leaves_them() {
    let project = project();
    let file = project.database();
    project.expect(0, &["upgrade", "left1"]);
    // Other branches may be anywhere.
    project.expect(0, &["upgrade", "alone@head"]);
    feed(&file, &printed(&project, &["upgrade", "left1:left2"]), Ending::Script).unwrap();
    let all = everything(&project);
    project.expect(0, &["current", "--check-heads"]);
    fs::remove_file(&file).unwrap();
    project.expect(0, &["upgrade", "heads"]);
    assert_eq!(everything(&project), all);

    // What others need is not taken away under them.
    let alone = printed(&project, &["downgrade", "right1:first", "--accept-data-loss"]);
    let error = feed(&file, &alone, Ending::Script).unwrap_err();
    assert!(error.contains("revisions that are applied here need what it takes back"), "{error}");
    assert_eq!(everything(&project), all);
    let both = printed(&project, &["downgrade", "heads:right@base", "--accept-data-loss"]);
    feed(&file, &both, Ending::Script).unwrap();
    let by_script = everything(&project);
    project.expect(0, &["upgrade", "heads"]);
    project.expect(0, &["downgrade", "right@base", "--accept-data-loss"]);
    assert_eq!(everything(&project), by_script);
}

#[test]
fn branches_that_meet() {
    let project = project();
    project.expect(0, &["merge", "left2", "right1", "--rev-id", "met", "-m", "left and right: one"]);
    let file = project.database();
    project.expect(0, &["upgrade", "left2"]);
    project.expect(0, &["upgrade", "right1"]);
    // One of two is not where it begins.
    let error = feed(&file, &printed(&project, &["upgrade", "left2:met"]), Ending::Script).unwrap_err();
    assert!(error.contains("what it does is done here already, or some of it"), "{error}");
    // A message with a colon is still one end.
    let script = printed(&project, &["upgrade", "left2,right1:left and right: one"]);
    feed(&file, &script, Ending::Script).unwrap();
    assert_eq!(project.expect(0, &["current"]).out, "met left and right: one [left] [right] (head)\n");
    let met = everything(&project);
    feed(&file, &printed(&project, &["downgrade", "left and right: one:left2", "--accept-data-loss"]), Ending::Script)
        .unwrap();
    project.expect(0, &["upgrade", "met"]);
    assert_eq!(everything(&project), met);
}

#[test]
fn where_a_database_is_can_be_asked() {
    let project = project();
    project.expect(0, &["upgrade", "left1"]);
    project.expect(0, &["upgrade", "right1"]);
    let ran = project.expect(0, &["upgrade", "current:heads", "--sql"]);
    assert!(ran.out.contains("-- begins: at `left1` (table left1) and `right1` (table right1)\n"), "{ran:?}");
    feed(&project.database(), &ran.out, Ending::Script).unwrap();
    project.expect(0, &["current", "--check-heads"]);
    let ran = project.expect(0, &["downgrade", "current:left@-1", "--sql", "--accept-data-loss"]);
    feed(&project.database(), &ran.out, Ending::Script).unwrap();
    project.expect(0, &["downgrade", "alone@base", "--accept-data-loss"]);
    let ran = project.expect(0, &["upgrade", "left@-1:left@+1", "--sql"]);
    assert!(ran.out.contains("-- begins: at `right1` (table right1)\n"), "{ran:?}");
}

#[test]
fn a_stamp_leaves_other_branches_where_they_are() {
    let project = project();
    let file = project.database();
    let stamped = |words: &[&str]| {
        let by_runner = {
            project.expect(0, &[&["stamp"], words].concat());
            project.query("SELECT revision || milliseconds FROM seachange_history ORDER BY 1")
        };
        project.expect(0, &["stamp", "left2", "alone1"]);
        feed(&file, &printed(&project, &[&["stamp"], words].concat()), Ending::Script).unwrap();
        assert_eq!(project.query("SELECT revision || milliseconds FROM seachange_history ORDER BY 1"), by_runner);
        project.expect(0, &["stamp", "left2", "alone1"]);
    };
    project.expect(0, &["stamp", "left2", "alone1"]);
    for words in
        [&["left1"][..], &["left@base"], &["base"], &["heads"], &["first"], &["left1", "--purge"], &["base", "--purge"]]
    {
        stamped(words);
    }
    // What no file describes is forgotten when somebody says so, and stops everything else.
    project.sql("INSERT INTO seachange_history SELECT 'gone', message, checksum, applied_at, 0, NULL, NULL FROM seachange_history LIMIT 1");
    let all = everything(&project);
    for arguments in [&["stamp", "heads"][..], &["upgrade", "left1:left2"]] {
        let error = feed(&file, &printed(&project, arguments), Ending::Script).unwrap_err();
        assert!(
            error.contains("no file described when this script was written") || error.contains("is done here"),
            "{error}"
        );
        assert_eq!(everything(&project), all);
    }
    feed(&file, &printed(&project, &["stamp", "heads", "--purge"]), Ending::Script).unwrap();
    project.expect(0, &["current", "--check-heads"]);
}

#[test]
fn a_stamp_takes_edited_files_for_what_was_applied() {
    let project = project();
    project.expect(0, &["upgrade", "left2"]);
    let path = project.path().join("migrations/20260100T000000_first.sql");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, format!("{text}-- edited\n")).unwrap();
    let checksums = "SELECT revision || checksum || milliseconds FROM seachange_history ORDER BY 1";
    let before = project.query(checksums);
    feed(&project.database(), &printed(&project, &["stamp", "left2"]), Ending::Script).unwrap();
    assert_eq!(project.query(checksums), before);
    feed(&project.database(), &printed(&project, &["stamp", "left2", "--accept-edits"]), Ending::Script).unwrap();
    let by_script = project.query(checksums);
    assert_ne!(by_script, before);
    project.expect(0, &["stamp", "left2", "--accept-edits"]);
    assert_eq!(project.query(checksums), by_script);
}

#[test]
fn nothing_to_do_prints_nothing() {
    let project = revisions(&[("a1", "none", "-- migrate:up\n-- migrate:down")]);
    let ran = project.run_bare(&["upgrade", "a1:head", "--sql"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, ""));
    assert_eq!(ran.notes, "nothing to do: from `a1` there is no revision to `head`\n");
    let empty = revisions(&[]);
    assert_eq!(empty.run_bare(&["upgrade", "--sql"]).code, 0);
    assert!(empty.run_bare(&["stamp", "head", "--sql"]).out.contains("COMMIT;"));
}
