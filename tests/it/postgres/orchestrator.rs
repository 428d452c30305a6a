//! One schema, many databases: the same entities give enum types on PostgreSQL and text with checks on SQLite, and both are
//! silent about what the original tool made.

use std::fs;

use super::project::Project;
use crate::cluster;

#[test]
fn native_enums_are_born_and_go_again() {
    let project = Project::of("fixtures/orchestrator");
    let text = project.advance("everything");
    for name in ["phasetype", "taskstatus", "changerequeststatus", "artifacttype", "runstatus"] {
        assert!(text.contains(&format!("CREATE TYPE {name} AS ENUM")), "{name}\n{text}");
    }
    project.succeed(&["downgrade", "base", "--accept-data-loss"]);
    assert_eq!(project.database.query("SELECT typname::text FROM pg_type WHERE typtype = 'e'"), Vec::<String>::new());
    project.succeed(&["upgrade", "head"]);
    project.assert_clean();
}

#[test]
fn the_original_is_adopted_without_a_word() {
    let project = Project::of("fixtures/orchestrator");
    project.database.script(&fs::read_to_string(project.path().join("original_postgres.sql")).unwrap());
    project.succeed(&["revision", "--baseline", "-m", "as it was"]);
    project.succeed(&["stamp", "head"]);
    project.assert_clean();
    let other = cluster::database("orchestrator other");
    let ran = project.run_on(&other.url(), &["upgrade", "head"]);
    assert_eq!(ran.code, 0, "{ran:?}");
}

#[test]
fn the_same_entities_keep_their_enums_in_checks_on_sqlite() {
    let project = Project::of("fixtures/orchestrator");
    let url = "sqlite://project_1.db?mode=rwc";
    let ran = project.run_on(url, &["revision", "--autogenerate", "-m", "everything"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let text = fs::read_to_string(project.path().join(ran.out.trim())).unwrap();
    assert!(text.contains("IN ('PENDING', 'IN_PROGRESS'"), "{text}");
    for arguments in [
        &["upgrade", "head"][..],
        &["check"],
        &["downgrade", "base", "--accept-data-loss"],
        &["upgrade", "head"],
        &["check"],
    ] {
        let ran = project.run_on(url, arguments);
        assert_eq!(ran.code, 0, "{arguments:?}: {ran:?}");
    }
}
