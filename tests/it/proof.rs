//! Proofs on SQLite: what `revision --autogenerate` writes is run before it is written, and `prove` runs what is written.

use std::fs;

use expect_test::{Expect, expect};
use seachange::render;

use crate::support::{Project, Ran};

const ENTITY: &str = "pub mod users {
    use sea_orm::entity::prelude::*;
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = \"users\")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
        pub name: String,
        // more
    }
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}";

fn project() -> Project {
    let project = Project::empty();
    write(&project, "seachange.toml", "entities = [\"entities.rs\"]\n[database]\nurl = \"sqlite://media.db\"\n");
    fields(&project, "");
    project
}

fn write(project: &Project, file: &str, text: &str) {
    fs::create_dir_all(project.path().join(file).parent().unwrap()).unwrap();
    fs::write(project.path().join(file), text).unwrap();
}

fn fields(project: &Project, fields: &str) {
    write(project, "entities.rs", &ENTITY.replace("// more", fields));
}

/// Makes the project write its revisions by the template that is built in, but for a change.
fn template(project: &Project, from: &str, to: &str) {
    assert!(render::TEMPLATE.contains(from), "{from}");
    write(project, "own.j2", &render::TEMPLATE.replace(from, to));
    let settings = fs::read_to_string(project.path().join("seachange.toml")).unwrap();
    write(project, "seachange.toml", &format!("template = \"own.j2\"\n{settings}"));
}

/// What was printed, without ids and times.
fn masked(text: &str) -> String {
    let is_id = |word: &str| word.len() == 12 && word.chars().all(|c| c.is_ascii_hexdigit());
    let is_time = |word: &str| word.len() == 15 && word.chars().all(|c| c.is_ascii_digit() || c == 'T');
    let mask = |word: &str| {
        let bare = word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
        let name = if is_id(bare) {
            "ID"
        } else if is_time(bare) {
            "TIME"
        } else {
            bare
        };
        format!("{name}{}", &word[bare.len()..])
    };
    text.split_inclusive(|c: char| !c.is_ascii_alphanumeric()).map(mask).collect()
}

#[expect(clippy::needless_pass_by_value, reason = "expect! makes values")]
fn check(ran: &Ran, expected: Expect) {
    expected.assert_eq(&masked(&format!("{}{}", ran.out, ran.notes)));
}

fn autogenerate(project: &Project, code: i32, message: &str) -> Ran {
    let before = project.migrations();
    let ran = project.expect(code, &["revision", "--autogenerate", "-m", message]);
    assert_eq!(project.migrations().len() > before.len(), code == 0, "{ran:?}");
    ran
}

#[test]
fn a_template_that_leaves_a_statement_out_writes_nothing() {
    let project = project();
    autogenerate(&project, 0, "users");
    project.expect(0, &["upgrade"]);
    let lock = fs::read_to_string(project.path().join("migrations/schema.lock")).unwrap();
    template(&project, "{{ statements(up) }}", "{{ statements(up[1:]) }}");
    fields(&project, "pub age: Option<i32>, pub email: Option<String>,");
    let ran = autogenerate(&project, 1, "more");
    assert_eq!(
        (ran.out.as_str(), fs::read_to_string(project.path().join("migrations/schema.lock")).unwrap()),
        ("", lock)
    );
    check(
        &ran,
        expect![[r#"
        no file was written, because the proof failed:
        after the way up of `ID` (more) this is left

        table users  entities.rs:4:28
        --- after up
        +++ entities
        @@ -2,2 +2,3 @@
           "name" varchar NOT NULL
           "email" varchar
        +  "age" integer

        changes
          add column `users.age`
        hint: correct the template `own.j2`; if that is right, it is a mistake of seachange: please report it; `--no-prove` writes the file all the same
    "#]],
    );
    // As it is asked for, it is written all the same.
    project.expect(0, &["revision", "--autogenerate", "-m", "more", "--no-prove"]);
    let ran = project.expect(1, &["prove"]);
    check(
        &ran,
        expect![[r#"
        `ID` (users): proved
        `ID` (more): fails
          --> migrations/TIME_ID_more.sql

        error: failed to run statement 2 of `ID` (more) (down)
          --> migrations/TIME_ID_more.sql:18
           | ALTER TABLE "users" DROP COLUMN "age"
          no such column: ""age""

        1 revision proved, 1 failed
    "#]],
    );
}

#[test]
fn a_template_without_a_way_back_writes_nothing() {
    let project = project();
    autogenerate(&project, 0, "users");
    project.expect(0, &["upgrade"]);
    template(&project, "{{ statements(down) | trim }}", "SELECT 1;");
    fields(&project, "pub age: Option<i32>,");
    check(
        &autogenerate(&project, 1, "age"),
        expect![[r#"
        no file was written, because the proof failed:
        the way down of `ID` (age) does not lead back; this is left

        table users  entities.rs:4:28
        --- after down
        +++ before up
        @@ -1,3 +1,2 @@
           "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT
           "name" varchar NOT NULL
        -  "age" integer

        changes
          drop column `users.age`
        hint: correct the template `own.j2`; if that is right, it is a mistake of seachange: please report it; `--no-prove` writes the file all the same
    "#]],
    );
    let settings = fs::read_to_string(project.path().join("seachange.toml")).unwrap();
    write(&project, "seachange.toml", &format!("prove = false\n{settings}"));
    autogenerate(&project, 0, "age");
}

#[test]
fn a_template_that_makes_no_sql_or_no_revision() {
    let project = project();
    template(&project, "{{ statements(up) }}", "CREATE TABEL users;\n");
    check(
        &autogenerate(&project, 1, "users"),
        expect![[r#"
        note: the database `sqlite://media.db` does not exist yet; it counts as empty
        no file was written, because the proof failed:
        error: failed to run statement 1 of `ID` (users) (up)
          --> migrations/TIME_ID_users.sql:9
           | CREATE TABEL users
          near "TABEL": syntax error
        hint: correct the template `own.j2`, or what a fill or a file of `sql` says in the statement; if that is right, it is a mistake of seachange: please report it; `--no-prove` writes the file all the same
    "#]],
    );
    let project = self::project();
    template(&project, "-- migrate:up", "-- migrate:upp");
    let ran = autogenerate(&project, 2, "users");
    assert!(ran.notes.contains("this is neither `up` nor `down`"), "{}", ran.notes);
}

#[test]
fn what_nobody_declares_has_to_stay() {
    let project = project();
    autogenerate(&project, 0, "users");
    project.expect(0, &["upgrade"]);
    project.sql("CREATE TABLE notes (id integer PRIMARY KEY, body text); CREATE VIEW names AS SELECT name FROM users;");
    fields(&project, "pub age: Option<i32>,");
    template(&project, "{{ statements(up) }}", "{{ statements(up) }}DROP TABLE notes;\n");
    check(
        &autogenerate(&project, 1, "age"),
        expect![[r#"
        no file was written, because the proof failed:
        after the way up of `ID` (age) this is left

        table notes
        --- after up
        +++ entities
        @@ -1 +1,2 @@
        -
        +  "id" integer NOT NULL PRIMARY KEY
        +  "body" text

        changes
          create table `notes`
        hint: correct the template `own.j2`; if that is right, it is a mistake of seachange: please report it; `--no-prove` writes the file all the same
    "#]],
    );
    project.expect(0, &["revision", "--autogenerate", "-m", "age", "--no-prove"]);
}

#[test]
fn what_cannot_be_made_again_stops_nobody() {
    let project = project();
    autogenerate(&project, 0, "users");
    project.expect(0, &["upgrade"]);
    // The database knows more than any text that makes it.
    project.sql(
        "PRAGMA writable_schema = ON; CREATE TABLE odd (a text);
        UPDATE sqlite_schema SET sql = 'CREATE TABLE odd (a text COLLATE theirs)' WHERE name = 'odd'",
    );
    fields(&project, "pub age: Option<i32>,");
    let ran = autogenerate(&project, 0, "age");
    assert!(ran.notes.contains("note: not proved: the schema as it is cannot be made again: "), "{}", ran.notes);
    assert!(ran.notes.contains("no such collation sequence: theirs"), "{}", ran.notes);
}

#[test]
fn offline_the_lock_is_the_start() {
    let project = project();
    project.expect(0, &["revision", "--autogenerate", "--offline", "-m", "users"]);
    fields(&project, "pub age: Option<i32>,");
    let ran = project.expect(0, &["revision", "--autogenerate", "--offline", "-m", "age"]);
    assert!(!ran.notes.contains("prove"), "{}", ran.notes);
    template(&project, "{{ statements(down) | trim }}", "SELECT 1;");
    fields(&project, "pub age: Option<i32>, pub email: Option<String>,");
    let ran = project.expect(1, &["revision", "--autogenerate", "--offline", "-m", "email"]);
    assert!(ran.notes.contains("does not lead back"), "{}", ran.notes);
    let ran = project.expect(0, &["prove"]);
    check(
        &ran,
        expect![[r#"
        `ID` (users): proved
        `ID` (age): proved
        note: the entities have changed since the last revision, so the history is compared with `schema.lock`
        hint: write the next revision with `seachange revision --autogenerate -m …`
        2 revisions proved
    "#]],
    );
}

/// A revision as somebody writes it.
fn by_hand(project: &Project, id: &str, parent: &str, up: &str, down: Option<&str>) {
    let down = down.map(|down| format!("-- migrate:down\n{down}\n")).unwrap_or_default();
    let text = format!("-- message: {id}\n-- revision: {id}\n-- parents: {parent}\n-- migrate:up\n{up}\n{down}");
    write(project, &format!("migrations/{id}.sql"), &text);
}

#[test]
fn revisions_by_hand() {
    let project = project();
    project.expect(0, &["prove"]);
    by_hand(
        &project,
        "a1",
        "none",
        "CREATE TABLE users (id integer NOT NULL PRIMARY KEY AUTOINCREMENT, name varchar NOT NULL);",
        Some("DROP TABLE users;"),
    );
    by_hand(
        &project,
        "b2",
        "a1",
        "ALTER TABLE users ADD COLUMN age integer;\nCREATE INDEX by_age ON users (age);",
        Some("DROP INDEX by_age;"),
    );
    by_hand(&project, "c3", "b2", "CREATE TABLE IF NOT EXISTS notes (id integer);", Some("SELECT 1;"));
    by_hand(&project, "d4", "c3", "UPDATE users SET name = 'it''s';", None);
    by_hand(
        &project,
        "e5",
        "d4",
        "CREATE TABLE \"group\" (id integer, \"größe\" text);",
        Some("DROP TABLE \"group\";"),
    );
    check(
        &project.expect(1, &["prove"]),
        expect![[r#"
        `a1` (a1): proved
        `b2` (b2): does not return
          --> migrations/b2.sql

        the way down of `b2` (b2) does not lead back; this is left

        table users
        --- after down
        +++ before up
        @@ -1,3 +1,2 @@
           "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT
           "name" varchar NOT NULL
        -  "age" integer

        changes
          drop column `users.age`

        `c3` (c3): does not return
          --> migrations/c3.sql

        the way down of `c3` (c3) does not lead back; this is left

        table notes
        --- after down
        +++ before up
        @@ -1 +1 @@
        -  "id" integer
        +

        changes
          drop table `notes`

        `d4` (d4): no way down; the way up runs
        `e5` (e5): proved
        2 revisions proved, 1 without a way down, 2 failed
    "#]],
    );
    check(
        &project.expect(0, &["prove", "e5", "a1:a1"]),
        expect![[r#"
        `a1` (a1): proved
        `e5` (e5): proved
        2 revisions proved
    "#]],
    );
    check(
        &project.expect(1, &["prove", "b2:c3", "--quiet"]),
        expect![[r#"
        `b2` (b2): does not return
          --> migrations/b2.sql

        the way down of `b2` (b2) does not lead back; this is left

        table users
        --- after down
        +++ before up
        @@ -1,3 +1,2 @@
           "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT
           "name" varchar NOT NULL
        -  "age" integer

        changes
          drop column `users.age`

        `c3` (c3): does not return
          --> migrations/c3.sql

        the way down of `c3` (c3) does not lead back; this is left

        table notes
        --- after down
        +++ before up
        @@ -1 +1 @@
        -  "id" integer
        +

        changes
          drop table `notes`

    "#]],
    );
    let ran = project.expect(2, &["prove", "zz"]);
    assert!(ran.notes.contains("`zz`"), "{}", ran.notes);
    assert!(!project.database().exists(), "the configured database is nobody's business");
}

#[test]
fn a_revision_that_fails_stops_what_needs_it() {
    let project = project();
    by_hand(&project, "a1", "none", "CREATE TABLE users (id integer);", Some("DROP TABLE user;"));
    by_hand(&project, "b2", "a1", "\nALTER TABLE nobody ADD COLUMN age integer;", Some("SELECT 1;"));
    by_hand(&project, "c3", "b2", "SELECT 1;", Some("SELECT 1;"));
    by_hand(&project, "d4", "c3", "-- TODO: think\nSELECT 1;", Some("SELECT 1;"));
    check(
        &project.expect(1, &["prove"]),
        expect![[r#"
        `a1` (a1): fails
          --> migrations/a1.sql

        error: failed to run statement 1 of `a1` (a1) (down)
          --> migrations/a1.sql:7
           | DROP TABLE user
          no such table: user

        `b2` (b2): fails
          --> migrations/b2.sql

        error: failed to run statement 1 of `b2` (b2) (up)
          --> migrations/b2.sql:6
           | ALTER TABLE nobody ADD COLUMN age integer
          no such table: nobody

        `c3` (c3): not proved: `b2` (b2) has to run before
        `d4` (d4): not proved: `b2` (b2) has to run before
        0 revisions proved, 2 failed, 2 not proved
    "#]],
    );
    // What is asked for may not be what fails.
    check(
        &project.expect(1, &["prove", "c3"]),
        expect![[r#"
        `b2` (b2): fails
          --> migrations/b2.sql

        error: failed to run statement 1 of `b2` (b2) (up)
          --> migrations/b2.sql:6
           | ALTER TABLE nobody ADD COLUMN age integer
          no such table: nobody

        `c3` (c3): not proved: `b2` (b2) has to run before
        0 revisions proved, 1 failed, 1 not proved
    "#]],
    );
}

#[test]
fn the_history_of_whole_systems() {
    for project in [Project::mediaparser("1_initial"), Project::seedarr("1_initial")] {
        let settings = "entities = [\"src/entities\"]\n[database]\nurl = \"sqlite://system.db\"\n";
        write(&project, "seachange.toml", settings);
        let phases =
            fs::read_dir(crate::support::root().join("fixtures").join(project.system()).join("phases")).unwrap();
        let mut phases: Vec<String> = phases.map(|phase| phase.unwrap().file_name().into_string().unwrap()).collect();
        phases.sort();
        let mut written = 0;
        for phase in phases {
            project.phase(&phase);
            let ran = project.run(&["revision", "--autogenerate", "--no-renames", "-m", &phase]);
            assert!(ran.code == 0 && !ran.notes.contains("not proved"), "{phase}: {ran:?}");
            written += ran.out.lines().count();
            project.expect(0, &["upgrade"]);
        }
        let ran = project.expect(0, &["prove"]);
        assert_eq!(ran.notes.trim(), format!("{written} revisions proved"), "{}", ran.out);
        assert!(ran.out.lines().all(|line| line.ends_with(": proved")) && written > 2, "{}", ran.out);
    }
}
