//! Statements for SQLite that somebody wrote.

use std::fs;

use expect_test::expect;

use super::Project;
use crate::reports::{conforms, schema_of_ours, schema_of_sarif};

const BEFORE: &str = "
CREATE TABLE teams (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE users (
    id INTEGER PRIMARY KEY, email TEXT, nick TEXT NOT NULL DEFAULT '', team_id INTEGER REFERENCES teams (id) ON DELETE CASCADE,
    \"Größe \"\"x\"\"\" INTEGER
);
CREATE TABLE posts (id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES users (id));";

#[test]
fn each_statement_says_what_is_dangerous_about_it() {
    let project = Project::new(&[
        BEFORE,
        "
CREATE UNIQUE INDEX users_email ON users (email);
ALTER TABLE users RENAME COLUMN nick TO handle;
ALTER TABLE posts RENAME TO entries;
ALTER TABLE users DROP COLUMN \"Größe \"\"x\"\"\";
DROP TABLE teams;
UPDATE users
    SET email = lower(email);
DELETE FROM entries;
WITH old AS (SELECT id FROM users WHERE id > 9) DELETE FROM entries;
UPDATE users SET email = 'none' WHERE email IS NULL;
UPDATE users SET email = coalesce(email, '');
DELETE FROM users WHERE id = 7;
UPDATE users SET email = '-' WHERE id = 8;",
    ]);
    expect![[r#"
        2.sql:8: unique-may-fail users.users_email: Creating `users_email` fails if rows of `users` hold the same values twice.
        2.sql:9: renames-column users.nick: Running code that still says `users.nick` will fail.
        2.sql:10: renames-table posts: Running code that still says `posts` will fail.
        2.sql:11: drops-column users."Größe \"x\"": Dropping `users.Größe "x"` deletes its data.
        2.sql:12: drops-table teams: Dropping the table `teams` deletes all its rows.
        2.sql:12: foreign-key-may-fail users: The foreign key (team_id) of `users` refers to `teams`, which goes; this fails if rows refer to it, and rows that come later find nothing.
        2.sql:13: overwrites-values users.email: UPDATE without WHERE gives `users.email` another value in every row.
        2.sql:15: deletes-rows entries: DELETE without WHERE deletes all rows of `entries`.
        2.sql:16: deletes-rows entries: DELETE without WHERE deletes all rows of `entries`.
        2.sql:17: fills-nulls users.email: Rows that hold NULL in `users.email` get 'none'.
        2.sql:18: fills-nulls users.email: Rows that hold NULL in `users.email` get coalesce(email, '').
    "#]].assert_eq(&project.found(&[]));
    // What comes before is not looked at.
    assert_eq!(project.found(&["r1"]), "");
    assert_eq!(project.found(&["head"]), project.found(&["migrations/2.sql"]));
}

#[test]
fn what_is_found_is_drawn_with_its_statement() {
    let project = Project::new(&[
        BEFORE,
        "
CREATE UNIQUE INDEX \"größte\" ON users (email); ALTER TABLE users DROP COLUMN \"Größe \"\"x\"\"\";
UPDATE users
    SET email = lower(email);",
    ]);
    let ran = project.run(&["migrations/2.sql"]);
    expect![[r#"
        warning[unique-may-fail]: Creating `größte` fails if rows of `users` hold the same values twice.
         --> migrations/2.sql:8:1
          |
        8 | CREATE UNIQUE INDEX "größte" ON users (email); ALTER TABLE users DROP COLUMN "Größe ""x""";
          | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
          |
          = help: look for rows that are there twice, and clean them up before

        danger[drops-column]: Dropping `users.Größe "x"` deletes its data.
         --> migrations/2.sql:8:48
          |
        8 | CREATE UNIQUE INDEX "größte" ON users (email); ALTER TABLE users DROP COLUMN "Größe ""x""";
          |                                                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
          |
          = help: deploy code that does not use the column before it goes
          = note: `-- accept: drops-column users."Größe \"x\""` above `-- migrate:up` accepts it

        danger[overwrites-values]: UPDATE without WHERE gives `users.email` another value in every row.
         --> migrations/2.sql:9:1
          |
        9 | UPDATE users
          | ^^^^^^^^^^^^
          |
          = help: say which rows with WHERE, or keep the old values in a column of their own
          = note: `-- accept: overwrites-values users.email` above `-- migrate:up` accepts it

    "#]]
    .assert_eq(&ran.out);
    expect![[r#"
        looked at 1 revision: 2 dangers, 1 warning
        hint: change the statements, or accept in the header of the file what is meant
    "#]]
    .assert_eq(&ran.notes);
    assert_eq!(ran.code, 1);
}

#[test]
fn what_is_new_with_the_revision_is_used_by_nobody() {
    let project = Project::new(&[
        BEFORE,
        "
CREATE TABLE tags (id INTEGER PRIMARY KEY, name TEXT, gone TEXT);
INSERT INTO tags (name) VALUES ('a');
UPDATE tags SET name = 'b';
ALTER TABLE tags RENAME COLUMN name TO word;
ALTER TABLE tags DROP COLUMN gone;
CREATE UNIQUE INDEX tags_word ON tags (word);
CREATE TEMP TABLE aside AS SELECT * FROM users;
DELETE FROM aside;
DROP TABLE aside;
CREATE TABLE other (id INTEGER);
DELETE FROM other;
DROP TABLE other;
ALTER TABLE users ADD COLUMN age INTEGER;
UPDATE users SET age = 7;
CREATE INDEX users_age ON users (age);",
    ]);
    assert_eq!(project.found(&[]), "");
    let ran = project.run(&[]);
    assert_eq!((ran.code, ran.out.as_str(), ran.notes.as_str()), (0, "", "looked at 2 revisions: no hazards\n"));
}

/// A table that comes back has its rows if somebody copied them, and has none if nobody did.
#[test]
fn a_rebuild_by_hand_keeps_the_rows_or_loses_them() {
    let keeping = "
CREATE TABLE new_users (id INTEGER PRIMARY KEY, email TEXT NOT NULL, team_id INTEGER REFERENCES teams (id));
INSERT INTO new_users SELECT id, email, team_id FROM users;
DROP TABLE users;
ALTER TABLE new_users RENAME TO users;";
    let losing = "
DROP TABLE users;
CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT);";
    let aside = "
ALTER TABLE posts RENAME TO old_posts;
CREATE TABLE posts (id INTEGER PRIMARY KEY, user_id INTEGER, CHECK (user_id > 0));
INSERT INTO posts SELECT * FROM old_posts;
DROP TABLE old_posts;";
    let again = "
ALTER TABLE teams DROP COLUMN name;
ALTER TABLE teams ADD COLUMN name TEXT;";
    let project = Project::new(&[BEFORE, keeping, losing, aside, again]);
    expect![[r#"
        2.sql:10: rebuilds-table users: Rebuilding `users` copies all its rows while nobody else can write.
        2.sql:10: drops-column users.nick: Dropping `users.nick` deletes its data.
        2.sql:10: drops-column users."Größe \"x\"": Dropping `users.Größe "x"` deletes its data.
        2.sql:10: not-null-may-fail users.email: `users.email` becomes NOT NULL; this fails if rows hold NULL in it.
        2.sql:10: foreign-key-may-fail users: The foreign key (team_id) fails if rows of `users` refer to rows `teams` does not have.
        3.sql:8: drops-table users: Dropping the table `users` deletes all its rows.
        4.sql:8: rebuilds-table posts: Rebuilding `posts` copies all its rows while nobody else can write.
        4.sql:8: check-may-fail posts: The check (user_id > 0) fails if rows of `posts` violate it.
        5.sql:8: drops-column teams.name: Dropping `teams.name` deletes its data.
    "#]].assert_eq(&project.found(&[]));
}

/// Inside of a transaction the program has them off; a revision without one may switch them on.
#[test]
fn foreign_keys_that_act_take_rows_along() {
    let project = Project::new(&[BEFORE]);
    let acting = "-- revision: r2\n-- parents: r1\n\n-- migrate:up\n-- transaction: none\n\nPRAGMA foreign_keys = ON;\n\
                  CREATE TABLE new_teams (id INTEGER PRIMARY KEY);\nINSERT INTO new_teams SELECT id FROM teams;\n\
                  DROP TABLE teams;\nALTER TABLE new_teams RENAME TO teams;\n\n-- migrate:down\n-- undo: none\n";
    project.write("migrations/2.sql", acting);
    expect![[r#"
        2.sql:10: rebuilds-table teams: Rebuilding `teams` copies all its rows while nobody else can write.
        2.sql:10: drops-column teams.name: Dropping `teams.name` deletes its data.
        2.sql:10: deletes-rows users: Dropping `teams` while foreign keys are on deletes the rows of `users` that refer to it.
    "#]].assert_eq(&project.found(&[]));
    project.write("migrations/2.sql", &acting.replace("= ON", "= OFF"));
    assert!(!project.found(&[]).contains("deletes-rows"));
    project.write("migrations/2.sql", &acting.replace("-- transaction: none", ""));
    assert!(!project.found(&[]).contains("deletes-rows"));
}

#[test]
fn what_somebody_accepted_fails_nothing() {
    let accepted =
        "-- accept: drops-table teams\n-- accept: deletes-rows posts\n---\nDROP TABLE teams;\nDELETE FROM posts;";
    let project = Project::new(&[BEFORE.trim_end_matches(';'), accepted]);
    let ran = project.run(&["head"]);
    expect![[r#"
        accepted: Dropping the table `teams` deletes all its rows.
          --> migrations/2.sql:9:1

        warning[foreign-key-may-fail]: The foreign key (team_id) of `users` refers to `teams`, which goes; this fails if rows refer to it, and rows that come later find nothing.
         --> migrations/2.sql:9:1
          |
        9 | DROP TABLE teams;
          | ^^^^^^^^^^^^^^^^
          |
          = help: Rows that are there already may refer to nothing; then the revision fails and changes nothing. Correct them in a step before.

        accepted: DELETE without WHERE deletes all rows of `posts`.
          --> migrations/2.sql:10:1

        looked at 1 revision: 1 warning, 2 accepted
    "#]].assert_eq(&format!("{}{}", ran.out, ran.notes));
    assert_eq!(ran.code, 0);
    // What is only bad fails the command for whoever asks for it.
    assert_eq!(project.run(&["--severity", "danger"]).code, 0);
    assert_eq!(project.run(&["--severity", "warning"]).code, 1);
    assert_eq!(project.run(&["--deny", "foreign-key-may-fail"]).code, 1);
    project.write("seachange.toml", "entities = [\"entities.rs\"]\n[hazards]\ndeny = [\"foreign-key-may-fail\"]\n");
    assert_eq!(project.run(&[]).code, 1);
    project.write("seachange.toml", "entities = [\"entities.rs\"]\n[hazards]\nupgrade = []\n");
    assert_eq!(project.run(&[]).code, 0);
}

#[test]
fn other_programs_read_it() {
    let project = Project::new(&[BEFORE, "DELETE FROM posts;"]);
    let github = project.run(&["head", "--format", "github"]);
    expect![[r#"
        ::error file=migrations/2.sql,line=8,col=1,title=seachange%3A deletes-rows::DELETE without WHERE deletes all rows of `posts`.%0Asay which rows with WHERE, or keep a copy of them
    "#]].assert_eq(&github.out);
    assert_eq!(github.code, 1);
    let sarif = project.run(&["head", "--format", "sarif"]);
    let sarif = conforms(&schema_of_sarif(), &sarif.out);
    let result = &sarif["runs"][0]["results"][0];
    assert_eq!((&result["ruleId"], &result["level"]), (&"deletes-rows".into(), &"error".into()));
    assert_eq!(result["locations"][0]["physicalLocation"]["region"]["startLine"], 8);
    let junit = project.run(&["head", "--format", "junit", "--output", "lint.xml"]);
    assert!(junit.out.starts_with("danger[deletes-rows]"), "{junit:?}");
    let junit = fs::read_to_string(project.0.path().join("lint.xml")).unwrap();
    assert!(junit.contains("failures=\"1\"") && junit.contains("deletes-rows: posts"), "{junit}");
}

/// A file that is no revision is looked at as if it came after all of them.
#[test]
fn a_script_comes_after_all_revisions() {
    let project = Project::new(&[BEFORE, "CREATE TABLE late (id INTEGER);"]);
    project.write(
        "by hand.sql",
        "-- accept: deletes-rows posts\nBEGIN;\nDELETE FROM late;\nDELETE FROM posts;\nCOMMIT;\n",
    );
    let ran = project.run(&["by hand.sql"]);
    expect![[r#"
        danger[deletes-rows]: DELETE without WHERE deletes all rows of `late`.
         --> by hand.sql:3:1
          |
        3 | DELETE FROM late;
          | ^^^^^^^^^^^^^^^^
          |
          = help: say which rows with WHERE, or keep a copy of them
          = note: `-- accept: deletes-rows late` above `-- migrate:up` accepts it

        accepted: DELETE without WHERE deletes all rows of `posts`.
          --> by hand.sql:4:1

    "#]]
    .assert_eq(&ran.out);
    assert_eq!(ran.code, 1);
}

#[test]
fn what_does_not_run_is_told_with_its_place() {
    let project = Project::new(&[BEFORE, "ALTER TABLE users ADD COLUMN a TEXT;\nDELETE FROM nobody;"]);
    let ran = project.run(&[]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    expect![[r#"
        error: failed to run statement 2 of `r2` (step 2) (up)
          --> migrations/2.sql:9
           | DELETE FROM nobody
          no such table: nobody
        hint: the database was left at the revision before; correct the file and run the command again
    "#]]
    .assert_eq(&ran.notes);
    let ran = project.run(&["--format", "json"]);
    let json = conforms(&schema_of_ours("lint"), &ran.out);
    assert!(ran.code == 2 && json["error"].as_str().unwrap().contains("nobody"), "{ran:?}");
    // The words can be read all the same.
    expect![[r#"
        2.sql:9: deletes-rows nobody: DELETE without WHERE deletes all rows of `nobody`.
    "#]]
    .assert_eq(&project.found(&["--static"]));
    for (word, said) in
        [("missing.sql", "failed to read `missing.sql`"), ("migrations", "failed to read `migrations`"), ("r9", "r9")]
    {
        let ran = project.run(&[word]);
        assert!(ran.code == 2 && ran.notes.contains(said), "{word}: {ran:?}");
    }
}

#[test]
fn there_may_be_nothing_to_look_at_and_no_way_down() {
    let project = Project::new(&[]);
    fs::create_dir_all(project.0.path().join("migrations")).unwrap();
    let ran = project.run(&[]);
    assert_eq!((ran.code, ran.notes.as_str()), (0, "there is no revision to look at\n"));
    project
        .write("migrations/a.sql", "-- revision: a1\n-- migrate:up\nCREATE TABLE t (id INTEGER);\n-- migrate:down\n");
    assert_eq!(project.found(&[]), "a.sql:3: cannot-be-undone: There is no way down.\n");
    assert_eq!(project.run(&["--severity", "danger"]).code, 1);
}
