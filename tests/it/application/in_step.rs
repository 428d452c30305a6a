//! The one line that projects put into their tests, on projects where one thing each is broken.

use std::fs;
use std::path::Path;

use expect_test::{Expect, expect};
use seachange::testing::{assert_in_step, in_step};

use crate::cluster;
use crate::support::{block_on, copy, root};

/// A copy of the project in which a file is other than it was.
fn project(file: &str, change: impl Fn(String) -> String) -> tempfile::TempDir {
    let project = tempfile::tempdir().unwrap();
    copy(&root().join("fixtures/application"), project.path());
    let path = match file {
        "a1" | "b2" => migration(project.path(), file),
        file => project.path().join(file),
    };
    fs::write(&path, change(fs::read_to_string(&path).unwrap_or_default())).unwrap();
    project
}

fn migration(project: &Path, id: &str) -> std::path::PathBuf {
    let mut files = fs::read_dir(project.join("migrations")).unwrap().map(|entry| entry.unwrap().path());
    files.find(|path| path.to_str().unwrap().contains(&format!("_{id}_"))).unwrap()
}

#[expect(clippy::needless_pass_by_value, reason = "expect! makes values")]
fn check(project: &tempfile::TempDir, url: &str, expected: Expect) {
    let found = in_step(project.path(), url).unwrap_err();
    let found = found.replace(&format!("{}/", project.path().display()), "");
    // The name of the database that is there for the test alone.
    let lines = found.lines().map(|line| line.split(" with the database").next().unwrap_or_default());
    expected.assert_eq(&lines.collect::<Vec<_>>().join("\n"));
}

#[test]
fn a_project_that_is_in_step() {
    let folder = root().join("fixtures/application");
    assert_in_step(&folder, "sqlite::memory:");
    let server = cluster::database("in step");
    assert_in_step(&folder, &server.url());
    // Tests of applications are asynchronous as a rule.
    block_on(async { assert_in_step(&folder, "sqlite::memory:") });
    let left = "SELECT datname::text FROM pg_database WHERE datname LIKE 'seachange%'";
    assert_eq!(server.query(left), Vec::<String>::new());
    assert_eq!(server.query("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'"), Vec::<String>::new());
}

#[test]
fn an_entity_that_no_revision_knows() {
    let changed =
        project("src/user.rs", |text| text.replace("pub email: String,", "pub email: String,\n    pub age: i32,"));
    check(
        &changed,
        "sqlite::memory:",
        expect![[r#"
        table users  src/user.rs:8
        --- schema.lock
        +++ entities
        @@ -1,5 +1,6 @@
         id          integer                               
         email       varchar                               
        +age         integer                               
         name        varchar  NULL                         
         primary key (id) autoincrement
    "#]],
    );
}

#[test]
fn two_heads() {
    let changed =
        project("migrations/c3.sql", |_| "-- message: c\n-- revision: c3\n-- parents: a1\n-- migrate:up\n".to_owned());
    check(&changed, "sqlite::memory:", expect![[r#""#]]);
}

#[test]
fn a_revision_that_does_not_go_down() {
    let changed = project("b2", |text| text.split("-- migrate:down").next().unwrap().to_owned());
    check(&changed, "sqlite::memory:", expect![[r#""#]]);
}

#[test]
fn a_revision_that_does_not_lead_back() {
    let changed = project("b2", |text| {
        text.replace("ALTER TABLE \"users\" DROP COLUMN \"name\"", "CREATE INDEX i ON users (name)")
    });
    check(&changed, "sqlite::memory:", expect![[r#""#]]);
    let server = cluster::database("leads back");
    check(&changed, &server.url(), expect![[r#""#]]);
    assert_eq!(
        server.query("SELECT datname::text FROM pg_database WHERE datname LIKE 'seachange%'"),
        Vec::<String>::new()
    );
}

#[test]
fn a_revision_that_fails() {
    let changed = project("b2", |text| text.replace("ADD COLUMN", "AD COLUMN"));
    check(&changed, "sqlite::memory:", expect![[r#""#]]);
}

#[test]
fn a_revision_that_makes_something_else() {
    let changed = project("b2", |text| text.replace("\"name\" varchar", "\"name\" integer"));
    check(&changed, "sqlite::memory:", expect![[r#""#]]);
}

#[test]
fn a_revision_with_something_left_to_write() {
    let changed = project("b2", |text| text.replace("-- migrate:up\n", "-- migrate:up\n-- TODO: think\n"));
    check(&changed, "sqlite::memory:", expect![[r#""#]]);
}

#[test]
fn no_project_at_all() {
    let nothing = tempfile::tempdir().unwrap();
    check(&nothing, "sqlite::memory:", expect![[r#""#]]);
}
