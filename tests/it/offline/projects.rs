//! Whole projects on SQLite: what scripts make of an empty file, or of one in between, is what the runner makes of it.

use std::fs;
use std::path::Path;

use crate::cluster::Ending;
use crate::support::Project;

use super::{everything, feed, printed};

const MEDIAPARSER: [&str; 5] =
    ["5_before_rename", "6_exact_and_similar_groups", "7_image_dimensions", "8_review_indexes", "9_job_control"];

/// A project that went through its phases, one revision for each; the ids of the revisions.
fn grown(project: &Project, phases: &[&str]) -> Vec<String> {
    project.expect(0, &["init"]);
    for phase in phases {
        project.phase(phase);
        project.expect(0, &["revision", "--autogenerate", "-m", &format!("it's -- {phase};")]);
        project.expect(0, &["upgrade"]);
    }
    let history = project.expect(0, &["history"]).out;
    let mut ids: Vec<String> = history.lines().map(|line| line.split(' ').next().unwrap().to_owned()).collect();
    ids.reverse();
    assert!(ids.len() >= 3, "{ids:?}");
    ids
}

fn again(file: &Path) {
    fs::remove_file(file).unwrap();
}

/// The laws of a project whose revisions are all applied.
fn laws(project: &Project, ids: &[String]) {
    let file = project.database();
    let (whole, middle) = (everything(project), ids[ids.len() / 2].as_str());

    // From nothing, at once.
    again(&file);
    let script = printed(project, &["upgrade"]);
    feed(&file, &script, Ending::Script).unwrap_or_else(|error| panic!("{error}\n{script}"));
    assert_eq!(everything(project), whole, "{script}");
    project.expect(0, &["check"]);
    project.expect(0, &["current", "--check-heads"]);
    let ran = project.expect(0, &["upgrade"]);
    assert!(ran.notes.contains("the database is at"), "{ran:?}");

    // A second time, and nothing changes, whether the program is told to stop or not.
    for ending in [Ending::Error, Ending::Script] {
        let error = feed(&file, &script, ending).unwrap_err();
        assert!(
            error.contains("this script begins before the first revision, and what it does is done here"),
            "{error}"
        );
        assert_eq!(error.lines().count(), 1, "{error}");
        assert_eq!(everything(project), whole);
    }

    // Down by the runner and by a script, to the same place.
    project.expect(0, &["downgrade", middle, "--accept-data-loss"]);
    let between = everything(project);
    again(&file);
    project.expect(0, &["upgrade"]);
    let down = printed(project, &["downgrade", &format!("heads:{middle}"), "--accept-data-loss"]);
    feed(&file, &down, Ending::Error).unwrap_or_else(|error| panic!("{error}\n{down}"));
    assert_eq!(everything(project), between, "{down}");
    let error = feed(&file, &down, Ending::Script).unwrap_err();
    assert!(error.contains("and this database is not there"), "{error}");
    assert_eq!(everything(project), between);

    // And up again from there, which a script for nothing or for more does not.
    let up = printed(project, &["upgrade", &format!("{middle}:head")]);
    assert!(feed(&file, &script, Ending::Script).is_err());
    assert_eq!(everything(project), between);
    feed(&file, &up, Ending::Script).unwrap_or_else(|error| panic!("{error}\n{up}"));
    assert_eq!(everything(project), whole);
    again(&file);
    let error = feed(&file, &up, Ending::Script).unwrap_err();
    assert!(error.contains("and this database is not there"), "{error}");
    assert_eq!(everything(project), Vec::<String>::new());

    // All the way down leaves an empty database with an empty history.
    project.expect(0, &["upgrade"]);
    project.expect(0, &["downgrade", "base", "--accept-data-loss"]);
    let empty = everything(project);
    project.expect(0, &["upgrade"]);
    feed(&file, &printed(project, &["downgrade", "head:base", "--accept-data-loss"]), Ending::Error).unwrap();
    assert_eq!(everything(project), empty);
}

#[test]
fn mediaparser() {
    let project = Project::mediaparser("5_before_rename");
    fs::write(project.path().join(".env"), "DATABASE_URL=sqlite://media.db\n").unwrap();
    laws(&project, &grown(&project, &MEDIAPARSER));
}

#[test]
fn seedarr() {
    let project = Project::seedarr("1_initial");
    fs::write(project.path().join(".env"), "DATABASE_URL=sqlite://seedarr.db\n").unwrap();
    laws(&project, &grown(&project, &["1_initial", "2_checkpoint_fields", "3_tmdb_cache", "4_tags"]));
}

#[test]
fn a_database_that_was_there_before_is_stamped_by_a_script() {
    let project = Project::mediaparser_with_original("5_before_rename");
    project.expect(0, &["init"]);
    project.expect(0, &["revision", "--baseline", "-m", "initial schema"]);
    let script = printed(&project, &["stamp", "head"]);
    feed(&project.database(), &script, Ending::Script).unwrap();
    let stamped = everything(&project);
    // As often as anybody likes.
    feed(&project.database(), &script, Ending::Error).unwrap();
    assert_eq!(everything(&project), stamped);
    project.expect(0, &["check"]);
    let ran = project.expect(2, &["downgrade", "base"]);
    assert!(ran.notes.contains("was stamped, not run"), "{ran:?}");

    project.sql("DELETE FROM seachange_history");
    project.expect(0, &["stamp", "head"]);
    assert_eq!(everything(&project), stamped);

    // The rows are kept on the way that follows.
    project.phase("6_exact_and_similar_groups");
    project.expect(0, &["revision", "--autogenerate", "-m", "groups"]);
    let rows = project.contents();
    feed(&project.database(), &printed(&project, &["upgrade", "initial_schema:groups"]), Ending::Script).unwrap();
    assert_eq!(project.contents(), rows);
    project.expect(0, &["check"]);
    project.expect(0, &["downgrade", "-1", "--accept-data-loss"]);
    assert_eq!(project.contents(), rows);

    feed(&project.database(), &printed(&project, &["stamp", "base"]), Ending::Script).unwrap();
    assert_eq!(project.expect(0, &["current"]).notes, "no revision is applied\n");
    assert_eq!(project.contents(), rows);
}
