//! The program with projects in files and in schemas, and the one line that keeps its entities and revisions in step.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[path = "../../../tests/it/cluster.rs"]
#[expect(dead_code, reason = "the tests of seachange need more of it")]
mod cluster;

use std::process::Command;

use orchestrator_example::Home;
use orchestrator_example::entities::enums::TaskStatus;
use orchestrator_example::entities::tasks;
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, Set};

#[test]
fn entities_and_revisions_agree() {
    seachange::testing::assert_in_step(env!("CARGO_MANIFEST_DIR"), "sqlite::memory:");
    seachange::testing::assert_in_step(env!("CARGO_MANIFEST_DIR"), &cluster::database("in step").url());
}

/// Runs the program. What it prints, when it ends with that code.
fn run(projects: &str, arguments: &[&str], code: i32) -> String {
    let mut program = Command::new(env!("CARGO_BIN_EXE_orchestrator-example"));
    let output = program.args(arguments).env("PROJECTS", projects).output().unwrap();
    assert_eq!(output.status.code(), Some(code), "{output:?}");
    String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap()
}

fn live(projects: &str) {
    assert_eq!(run(projects, &["create", "1", "Moon base"], 0), "made `Moon base`\n");
    assert_eq!(run(projects, &["create", "2", "It's \"2\""], 0), "made `It's \"2\"`\n");
    assert_eq!(run(projects, &["show", "1"], 0), "Moon base\n");
    assert_eq!(run(projects, &["show", "2"], 0), "It's \"2\"\n");
    assert_eq!(run(projects, &["ready", "1"], 0), "the database is where the revisions lead\n");
    // Twice the same project is no second one.
    assert!(run(projects, &["create", "1", "again"], 1).to_lowercase().contains("unique"));
}

/// Writes a task, breaks the database and looks at what is told.
async fn break_it(home: &Home) {
    let db = home.open(1).await.unwrap();
    let task = tasks::ActiveModel {
        project_id: Set(1),
        title: Set("dig".to_owned()),
        status: Set(TaskStatus::Pending),
        version: Set(1),
        attempts: Set(0),
        priority: Set(0),
        ..Default::default()
    };
    task.insert(&db).await.unwrap();
    assert_eq!(tasks::Entity::find().all(&db).await.unwrap().len(), 1);
    assert!(tasks::Entity::find().all(&home.open(2).await.unwrap()).await.unwrap().is_empty());
    db.execute_unprepared("ALTER TABLE runs DROP COLUMN log_path").await.unwrap();
    let state = home.state(1).await.unwrap();
    assert!(!state.is_ready());
    assert_eq!(state.drift, ["add column `runs.log_path`"]);
    assert!(home.state(2).await.unwrap().is_clean());
}

#[tokio::test]
async fn projects_in_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    live(path);
    break_it(&Home::Folder(path.into())).await;
    assert!(Home::Folder(path.into()).open(3).await.is_err());
    assert!(!folder.path().join("project_3.db").exists());
}

#[tokio::test]
async fn projects_in_schemas() {
    let database = cluster::database("projects");
    live(&database.url());
    break_it(&Home::Server(database.url())).await;
    let missing = Home::Server(database.url()).open(3).await.unwrap_err();
    assert!(missing.to_string().starts_with("the schema `project_3` does not exist"), "{missing}");
}
