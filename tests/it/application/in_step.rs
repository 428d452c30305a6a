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
    let folder = project.path().display().to_string();
    let found = found.replace(&format!("{folder}/"), "").replace(&folder, "here");
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
    let changed = project("b2", |text| text.replace("ALTER TABLE \"users\" DROP COLUMN \"name\"", "SELECT 1"));
    let found = in_step(changed.path(), &server.url()).unwrap_err();
    assert!(found.contains("  drop column `users.name`\n"), "{found}");
    // Nothing is left on the server, and what was named was not touched.
    let left = "SELECT datname::text FROM pg_database WHERE datname LIKE 'seachange\\_step%'";
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
            table users  src/user.rs:7:24
            --- schema.lock
            +++ entities
            @@ -2,2 +2,3 @@
               "email" varchar NOT NULL UNIQUE
               "name" varchar
            +  "age" integer NOT NULL

            changes
              add column `users.age`  src/user.rs:13:9

            compared 1 table, 4 columns, 1 constraint with `migrations/schema.lock`: 1 difference
            hint: write the revision with `seachange revision --autogenerate -m …`"#]],
    );
}

#[test]
fn two_heads() {
    let changed =
        project("migrations/c3.sql", |_| "-- message: c\n-- revision: c3\n-- parents: a1\n-- migrate:up\n".to_owned());
    check(
        &changed,
        "sqlite::memory:",
        expect![[r#"
        error: there are several heads: `b2` (names) and `c3` (c)
        hint: say which one it follows with `--head`, or join them with `seachange merge`"#]],
    );
}

#[test]
fn a_revision_that_does_not_go_down() {
    let changed = project("b2", |text| text.split("-- migrate:down").next().unwrap().to_owned());
    check(
        &changed,
        "sqlite::memory:",
        expect![[r#"
        error: the revision `b2` (names) has no way down for this database
        hint: write one in the file (`SELECT 1;` when there is nothing to undo), or bring back a copy of the database"#]],
    );
}

#[test]
fn a_revision_that_does_not_lead_back() {
    let changed = project("b2", |text| {
        text.replace("ALTER TABLE \"users\" DROP COLUMN \"name\"", "CREATE INDEX i ON users (name)")
    });
    check(
        &changed,
        "sqlite::memory:",
        expect![[r#"
        `b2` (names) does not lead back: its way down leaves another schema than there was before
          --> migrations/20261122T011056_b2_names.sql
          drop index `i` on `users`
          drop column `users.name`
        hint: that is what is missing in `-- migrate:down`"#]],
    );
}

#[test]
fn a_revision_that_fails() {
    let changed = project("b2", |text| text.replace("ADD COLUMN", "AD COLUMN"));
    check(
        &changed,
        "sqlite::memory:",
        expect![[r#"
        error: failed to run statement 1 of `b2` (names) (up)
          --> migrations/20261122T011056_b2_names.sql:9
           | ALTER TABLE "users" AD COLUMN "name" varchar
          near "AD": syntax error
        hint: the database was left at the revision before; correct the file and run the command again"#]],
    );
}

#[test]
fn a_revision_that_makes_something_else() {
    let changed = project("b2", |text| text.replace("\"name\" varchar", "\"name\" integer"));
    check(
        &changed,
        "sqlite::memory:",
        expect![[r#"
        in a fresh database, the revisions make another schema than the entities declare

        table users  src/user.rs:7:24
        --- database
        +++ entities
        @@ -1,3 +1,3 @@
           "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT
           "email" varchar NOT NULL UNIQUE
        -  "name" integer
        +  "name" varchar

        changes
          change column `users.name` (type integer to varchar)  src/user.rs:13:9

        compared 1 table, 3 columns, 1 constraint
        hint: correct the revision, or write another with what is missing"#]],
    );
}

#[test]
fn a_revision_with_something_left_to_write() {
    let changed = project("b2", |text| text.replace("-- migrate:up\n", "-- migrate:up\n-- TODO: think\n"));
    check(
        &changed,
        "sqlite::memory:",
        expect![[r#"
        error: `b2` (names) is not finished: think
          --> migrations/20261122T011056_b2_names.sql:8
        hint: nothing was run; write what is asked for there, and delete the lines that ask for it"#]],
    );
}

#[test]
fn no_project_at_all() {
    let nothing = tempfile::tempdir().unwrap();
    check(
        &nothing,
        "sqlite::memory:",
        expect![[r#"
        error: no `seachange.toml` in `here` or above it
        hint: run `seachange init` in the project's folder"#]],
    );
}
