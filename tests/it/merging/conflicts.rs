//! Branches that touch the same things are told from those that do not, by the statements of their revisions alone.

use std::fs;

use expect_test::expect;
use seachange::dialect::Dialect;
use seachange::revision::Revision;

use crate::support::{Project, root};

const SQLITE: &str = "sqlite://media.db";
const POSTGRES: &str = "postgres://nobody@localhost/nowhere";

/// A project with two branches behind its first revision; each script is a way up, behind `---` a way down.
fn project(url: &str, [base, left, right]: [&str; 3]) -> Project {
    let project = Project::empty();
    fs::create_dir_all(project.path().join("src/entities")).unwrap();
    fs::create_dir_all(project.path().join("migrations")).unwrap();
    let config = format!("entities = [\"src/entities\"]\n[database]\nurl = \"{url}\"\n");
    fs::write(project.path().join("seachange.toml"), config).unwrap();
    for (number, (id, parent, script)) in
        [("base", "none", base), ("left", "base", left), ("right", "base", right)].into_iter().enumerate()
    {
        let (up, down) = script.split_once("---").unwrap_or((script, ""));
        let text = format!("-- revision: {id}\n-- parents: {parent}\n-- migrate:up\n{up}\n-- migrate:down\n{down}\n");
        fs::write(project.path().join(format!("migrations/{number}_{id}.sql")), text).unwrap();
    }
    project
}

/// What `merge` says of two branches; nothing where it joins them.
fn said(url: &str, left: &str, right: &str) -> String {
    let project = project(url, ["", left, right]);
    let before = project.migrations().len();
    let ran = project.run(&["merge"]);
    if ran.code == 0 {
        assert_eq!(project.migrations().len(), before + 1, "{ran:?}");
        return String::new();
    }
    assert_eq!((ran.code, project.migrations().len(), ran.out.as_str()), (1, before, ""), "{left} | {right}: {ran:?}");
    // A person who has looked can say so, and it is written down.
    let accepted = project.expect(0, &["merge", "--accept-conflicts", "--rev-id", "joined"]);
    let text = fs::read_to_string(project.path().join(accepted.out.trim())).unwrap();
    assert!(text.contains("\n-- accepted conflict: "), "{text}");
    assert_eq!(project.expect(0, &["heads"]).out.lines().count(), 1);
    ran.notes
}

#[track_caller]
fn harmless(url: &str, left: &str, right: &str) {
    for (left, right) in [(left, right), (right, left)] {
        assert_eq!(said(url, left, right), "", "{left} | {right}");
    }
}

/// The kinds of conflict that are found, one line each.
#[track_caller]
fn conflict(url: &str, left: &str, right: &str, expected: &str) {
    for (left, right) in [(left, right), (right, left)] {
        let said = said(url, left, right);
        let lines: Vec<&str> =
            said.lines().filter(|line| line.contains("`: ") || line.starts_with("anything: ")).collect();
        assert!(lines.len() == 1 && lines[0].starts_with(expected), "{left} | {right}:\n{said}");
    }
}

const REBUILD: &str = "CREATE TEMP TABLE \"_seachange_users\" (\"id\"); DROP TABLE \"users\"; CREATE TABLE \"users\" (\"id\" integer); \
                       INSERT INTO \"users\" (\"id\") SELECT \"id\" FROM temp.\"_seachange_users\"; CREATE INDEX \"i\" ON \"users\" (\"id\");";

#[test]
fn what_is_in_conflict_is_listed_with_both_files_and_lines() {
    let project = project(
        SQLITE,
        [
            "CREATE TABLE users (id integer PRIMARY KEY, name text);\nCREATE TABLE tags (id integer);",
            "-- widened\nDROP TABLE tags;\nSAVEPOINT s;\nDROP TABLE users;\nCREATE TABLE users (id integer, name varchar);\nRELEASE s;",
            "ALTER TABLE users\n    ADD COLUMN age integer;\nCREATE INDEX i ON users (age);\nALTER TABLE tags ADD COLUMN label text;",
        ],
    );
    let ran = project.expect(1, &["merge"]);
    expect![[r#"
        no file was written, because the branches touch the same things: 2 conflicts
        `tags`: one takes away what the other uses
          --> migrations/1_left.sql:5
           | drops table `tags`
          --> migrations/2_right.sql:7
           | adds column `tags.label`
        `users`: the table is made anew with what its own branch knows of it; what the other did to it would be lost
          --> migrations/1_left.sql:7
           | rebuilds table `users`
          --> migrations/2_right.sql:4
           | adds column `users.age`
          --> migrations/2_right.sql:6
           | creates index `i`
        hint: let one branch follow the other: write the head of the other behind `-- parents:` of its first revision (if that ran nowhere yet), and change its statements to what is there by then; or delete the file, and write it anew with `seachange revision --autogenerate`
        hint: if it is right whichever of them runs first, `seachange merge --accept-conflicts` joins them and says so in the file
    "#]].assert_eq(&ran.notes);
    assert_eq!(ran.out, "");
    let ran = project.expect(0, &["merge", "--accept-conflicts", "-m", "together", "--rev-id", "joined"]);
    let text = fs::read_to_string(project.path().join(ran.out.trim())).unwrap();
    let text: String =
        text.lines().filter(|line| !line.starts_with("-- created")).flat_map(|line| [line, "\n"]).collect();
    expect![[r#"
        -- message: together
        -- revision: joined
        -- parents: left, right
        -- accepted conflict: `tags`: 1_left.sql:5 drops table `tags`; 2_right.sql:7 adds column `tags.label`
        -- accepted conflict: `users`: 1_left.sql:7 rebuilds table `users`; 2_right.sql:4 adds column `users.age`; 2_right.sql:6 creates index `i`

        -- migrate:up

        -- migrate:down


    "#]].assert_eq(&text);
}

#[test]
fn different_things_are_harmless() {
    for url in [SQLITE, POSTGRES] {
        harmless(url, "CREATE TABLE a (id integer, name text);", "CREATE TABLE b (id integer, name text);");
        harmless(
            url,
            "ALTER TABLE users ADD COLUMN a text;---ALTER TABLE users DROP COLUMN a;",
            "ALTER TABLE users ADD COLUMN b text;---ALTER TABLE users DROP COLUMN b;",
        );
        harmless(
            url,
            "CREATE INDEX i ON users (name);---DROP INDEX i;",
            "ALTER TABLE users ADD COLUMN b text;---ALTER TABLE users DROP COLUMN b;",
        );
        harmless(
            url,
            "ALTER TABLE users RENAME COLUMN a TO b;---ALTER TABLE users RENAME COLUMN b TO a;",
            "ALTER TABLE users DROP COLUMN c;---ALTER TABLE users ADD COLUMN c text;",
        );
        harmless(
            url,
            "CREATE TABLE notes (id integer);---DROP TABLE notes;",
            "UPDATE tasks SET notes = '';---SELECT 1;",
        );
        // Columns of tables that are new on both sides are nobody else's.
        harmless(
            url,
            "ALTER TABLE users DROP COLUMN name;",
            "CREATE TABLE posts (id integer, name text, author_id integer REFERENCES users (id));",
        );
        harmless(
            url,
            "ALTER TABLE users RENAME COLUMN mood TO feeling;",
            "CREATE TABLE posts (mood text CHECK (mood <> ''), users text);",
        );
        harmless(url, "UPDATE users SET a = 1 WHERE a IS NULL;", "UPDATE users SET b = 2 WHERE b IS NULL;");
        harmless(url, "INSERT INTO settings (name) VALUES ('a');", "INSERT INTO settings (name) VALUES ('b');");
        harmless(url, "INSERT INTO settings (name) VALUES ('a');", "ALTER TABLE settings ADD COLUMN b text;");
        harmless(url, "", "SELECT 1;");
    }
    // Foreign keys are off while the rows are copied, so who refers to the table finds it as it was.
    harmless(
        SQLITE,
        REBUILD,
        "CREATE TABLE posts (id integer, author_id integer REFERENCES users (id) ON DELETE CASCADE);",
    );
    harmless(
        POSTGRES,
        "ALTER TABLE users ALTER COLUMN a SET NOT NULL;",
        "ALTER TABLE users ALTER COLUMN b TYPE bigint;",
    );
    harmless(
        POSTGRES,
        "ALTER TABLE users ADD CONSTRAINT a CHECK (x > 0);",
        "ALTER TABLE users ADD CONSTRAINT b UNIQUE (x);",
    );
    harmless(POSTGRES, "ALTER TYPE mood ADD VALUE 'a';", "CREATE TABLE posts (mood mood);");
    let citext = "CREATE EXTENSION IF NOT EXISTS citext;";
    harmless(POSTGRES, citext, citext);
    harmless(
        POSTGRES,
        "ALTER TABLE users ADD COLUMN b text;",
        "CREATE VIEW v AS SELECT id, count(*) FROM users GROUP BY id;",
    );
    harmless(POSTGRES, "COMMENT ON COLUMN users.a IS 'x';", "COMMENT ON COLUMN users.b IS 'x';");
    harmless(POSTGRES, "DROP TABLE audit.users;", "ALTER TABLE users ADD COLUMN b text;");
    harmless(POSTGRES, "ALTER TABLE \"Users\" DROP COLUMN name;", "CREATE INDEX i ON users (name);");
}

#[test]
fn the_same_thing_is_a_conflict() {
    let renamed = "ALTER TABLE users RENAME TO people;---ALTER TABLE people RENAME TO users;";
    for url in [SQLITE, POSTGRES] {
        let same = "both do something to it";
        let gone = "one takes away what the other uses";
        let changed = "one changes what the other uses";
        let rows = "which rows there are depends on which of them comes first";
        let check = |left, right, object: &str, why: &str| conflict(url, left, right, &format!("`{object}`: {why}"));
        check("CREATE TABLE a (id integer);", "CREATE TABLE a (name text);", "a", same);
        check("CREATE TABLE a (id integer);", "CREATE INDEX a ON users (id);", "a", same);
        check("ALTER TABLE users ADD COLUMN a text;", "ALTER TABLE users ADD COLUMN \"a\" integer;", "users.a", same);
        check("ALTER TABLE users RENAME COLUMN a TO b;", "ALTER TABLE users ADD COLUMN b text;", "users.b", same);
        check("ALTER TABLE users DROP COLUMN a;", "CREATE INDEX i ON users (lower(a));", "users.a", gone);
        check(renamed, "ALTER TABLE users ADD COLUMN a text;", "users", gone);
        check(renamed, "CREATE TABLE posts (author_id integer REFERENCES users (id));", "users", gone);
        check("DROP TABLE users;", "CREATE VIEW v AS SELECT u.id FROM posts JOIN users AS u ON true;", "users", gone);
        check("DROP TABLE users;", "INSERT INTO users (id) VALUES (1);", "users", gone);
        check(
            "ALTER TABLE users DROP COLUMN id;",
            "CREATE TABLE posts (a integer REFERENCES users (id));",
            "users.id",
            gone,
        );
        check("ALTER TABLE users ADD COLUMN a text;", "CREATE VIEW v AS SELECT * FROM users;", "users.a", changed);
        check("ALTER TABLE users ADD COLUMN a text;", "INSERT INTO users VALUES (1);", "users.a", changed);
        check("INSERT INTO users (id) VALUES (1);", "UPDATE users SET a = 1;", "users", rows);
        check("DELETE FROM users WHERE id = 1;", "INSERT INTO posts (id) SELECT id FROM users;", "users", rows);
        check("INSERT INTO users (id) VALUES (1);", "CREATE UNIQUE INDEX i ON users (id);", "users", rows);
    }
    // It is there for both, and gone for both with the first that goes back.
    let citext = "CREATE EXTENSION IF NOT EXISTS citext;---DROP EXTENSION citext;";
    conflict(POSTGRES, citext, citext, "`citext`: both do something to it");
    let changed = "one changes what the other uses";
    conflict(
        POSTGRES,
        "ALTER TABLE users ALTER COLUMN a TYPE bigint;",
        "CREATE VIEW v AS SELECT a FROM users;",
        &format!("`users.a`: {changed}"),
    );
    conflict(
        POSTGRES,
        "ALTER TYPE mood ADD VALUE 'a';",
        "ALTER TYPE mood ADD VALUE 'b' BEFORE 'c';",
        "`mood`: the order of the values",
    );
    let anew = "ALTER TYPE mood RENAME TO mood_old; CREATE TYPE mood AS ENUM ('a'); ALTER TABLE users ALTER COLUMN m TYPE mood USING m::text::mood; DROP TYPE mood_old;";
    conflict(POSTGRES, anew, "CREATE TABLE posts (mood mood);", &format!("`mood`: {changed}"));
    conflict(
        POSTGRES,
        "DROP VIEW v; ALTER TABLE users ALTER COLUMN a TYPE bigint; CREATE VIEW v AS SELECT a FROM users;",
        "CREATE VIEW w AS SELECT a FROM v;",
        &format!("`v`: {changed}"),
    );
    conflict(
        POSTGRES,
        "CREATE OR REPLACE FUNCTION f() RETURNS int AS $$ SELECT 1 $$ LANGUAGE sql;",
        "CREATE OR REPLACE FUNCTION f() RETURNS int AS $$ SELECT 2 $$ LANGUAGE sql;",
        "`f`: both do something to it",
    );
    conflict(
        POSTGRES,
        "ALTER TABLE users DROP COLUMN a;",
        "CREATE FUNCTION f() RETURNS trigger AS $$ BEGIN UPDATE users SET a = 1; RETURN NEW; END $$ LANGUAGE plpgsql;",
        "`users.a`: one takes away",
    );
    conflict(
        POSTGRES,
        "DROP SEQUENCE s;",
        "ALTER TABLE users ALTER COLUMN id SET DEFAULT nextval('public.s'::regclass);",
        "`s`: one takes away",
    );
    conflict(
        POSTGRES,
        "INSERT INTO users (id) VALUES (1);",
        "ALTER TABLE users ADD COLUMN a text; UPDATE posts SET a = ''; ALTER TABLE users ALTER COLUMN a SET NOT NULL;",
        "`users`: which rows",
    );
    conflict(
        POSTGRES,
        "DROP SCHEMA audit;",
        "CREATE TABLE posts (a integer REFERENCES audit.users (id));",
        "`audit`: one takes away",
    );
}

#[test]
fn a_rebuild_knows_nothing_of_the_other_branch() {
    let rebuilt = "`users`: the table is made anew with what its own branch knows of it";
    for other in [
        "ALTER TABLE users ADD COLUMN age integer;",
        "ALTER TABLE \"Users\" DROP COLUMN age;",
        "CREATE INDEX j ON USERS (id);",
        "CREATE TRIGGER t AFTER INSERT ON users BEGIN SELECT 1; END;",
        "CREATE VIEW v AS SELECT id FROM users;",
        "UPDATE users SET id = 1;",
        "DROP TABLE users;",
        REBUILD,
    ] {
        conflict(SQLITE, REBUILD, other, rebuilt);
    }
    // So it is when only the way down is a rebuild.
    let down = format!("ALTER TABLE users ADD COLUMN a integer REFERENCES tags (id);---{REBUILD}");
    conflict(SQLITE, &down, "ALTER TABLE users ADD COLUMN b text;", rebuilt);
    assert!(said(SQLITE, &down, "ALTER TABLE users ADD COLUMN b text;").contains("rebuilds table `users` (way down)"));
    // Somebody's own rebuild is one, too.
    let own = "CREATE TABLE new_users (id integer); INSERT INTO new_users SELECT id FROM users; DROP TABLE users; ALTER TABLE new_users RENAME TO users;";
    conflict(SQLITE, own, "ALTER TABLE users ADD COLUMN age integer;", rebuilt);
    // The index that it makes again is known by its name alone.
    conflict(SQLITE, REBUILD, "DROP INDEX i;", "`i`: both do something to it");
}

#[test]
fn what_cannot_be_read_may_touch_anything() {
    let unknown = "anything: nobody can tell from its words what the statement touches";
    for statement in [
        "SELECT create_hypertable('events', 'at');",
        "DO $$ BEGIN EXECUTE 'DROP TABLE ' || 'x'; END $$;",
        "SET search_path = audit;",
        "DROP TABLE a CASCADE;",
        "ALTER TABLE a DROP COLUMN b CASCADE;",
        "DROP EXTENSION citext;",
        "CALL refresh();",
    ] {
        conflict(POSTGRES, statement, "CREATE TABLE b (id integer);", unknown);
        harmless(POSTGRES, statement, "");
    }
    conflict(SQLITE, "PRAGMA writable_schema = ON;", "CREATE TABLE b (id integer);", unknown);
    // The section for another database counts, too.
    let project = project(SQLITE, ["", "CREATE TABLE a (x);", "CREATE TABLE b (x);"]);
    for (file, sql) in [("1_left", "ALTER TABLE c DROP COLUMN d"), ("2_right", "ALTER TABLE c ADD COLUMN d text")] {
        let path = project.path().join(format!("migrations/{file}.sql"));
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, text.replace("-- migrate:down", &format!("-- migrate:up postgres\n{sql};\n-- migrate:down")))
            .unwrap();
    }
    let ran = project.expect(1, &["merge"]);
    assert!(ran.notes.contains("`c.d`: both do something to it"), "{ran:?}");
}

#[test]
fn only_what_the_branches_do_not_share_counts() {
    let project =
        project(SQLITE, ["CREATE TABLE t (x);", "ALTER TABLE t ADD COLUMN a;", "ALTER TABLE t ADD COLUMN b;"]);
    project.expect(0, &["merge", "--rev-id", "joined"]);
    for (id, parent, sql) in
        [("more", "joined", "ALTER TABLE t DROP COLUMN a;"), ("other", "joined", "DROP TABLE gone;")]
    {
        let text = format!("-- revision: {id}\n-- parents: {parent}\n-- migrate:up\n{sql}\n-- migrate:down\n");
        fs::write(project.path().join(format!("migrations/9_{id}.sql")), text).unwrap();
    }
    // `left` added what `more` drops, and both heads have `left`.
    project.expect(0, &["merge", "--rev-id", "again"]);
    // A third branch from the beginning meets both.
    let text = "-- revision: third\n-- parents: base\n-- migrate:up\nALTER TABLE t RENAME TO u;\n";
    fs::write(project.path().join("migrations/10_third.sql"), text).unwrap();
    let ran = project.expect(1, &["merge"]);
    assert_eq!(ran.notes.matches("  --> ").count(), 4, "{ran:?}");
}

#[test]
fn every_statement_that_is_written_by_a_plan_is_understood() {
    let mut number = 0;
    for entry in fs::read_dir(root().join("fixtures/cases")).unwrap() {
        for dialect in Dialect::ALL {
            let path = entry.as_ref().unwrap().path().join(dialect.name()).join("revision.sql");
            let Ok(text) = fs::read_to_string(&path) else { continue };
            let revision = Revision::parse(&path, &text).unwrap();
            for touched in revision.sections.iter().flat_map(|section| dialect.touched(&section.sql, "public")) {
                assert_eq!(touched.anything, None, "{}", path.display());
                number += 1;
            }
        }
    }
    assert!(number > 500, "{number}");
}
