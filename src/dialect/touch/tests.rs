//! What statements touch.

use expect_test::{Expect, expect};

use crate::dialect::Dialect;

/// What each statement does, what it refers to, and which of some words it names.
fn check(dialect: Dialect, script: &str, expected: &Expect) {
    let mut text = String::new();
    for own in dialect.touched(script, "public") {
        let mut said: Vec<String> = own.acts.iter().map(ToString::to_string).collect();
        for act in own.acts.iter().filter(|act| !act.columns.is_empty()) {
            said.push(format!("with {}", act.columns.join(", ")));
        }
        said.extend(own.holds.map(|table| format!("holds the rows of {table} against it")));
        for (table, columns) in &own.reads.references {
            said.push(format!("refers to {table} {columns:?}"));
        }
        said.extend(own.reads.all.then(|| "names all columns".to_owned()));
        said.extend(own.anything.map(|words| format!("anything: {words}")));
        text.push_str(&format!("{}: {}\n", own.line, if said.is_empty() { "-".to_owned() } else { said.join("; ") }));
    }
    expected.assert_eq(&text);
}

#[test]
fn tables_and_columns() {
    check(
        Dialect::Postgres,
        "CREATE TABLE IF NOT EXISTS public.posts (id integer PRIMARY KEY, \"Mood\" mood NOT NULL, author_id integer\n\
         REFERENCES users (id), CONSTRAINT fk FOREIGN KEY (a, b) REFERENCES \"Odd schema\".pairs (x, y), CHECK (id > 0));\n\
         ALTER TABLE ONLY posts ADD COLUMN IF NOT EXISTS title text, ADD note text NOT NULL, DROP COLUMN old;\n\
         ALTER TABLE posts RENAME COLUMN \"a.b\" TO c; ALTER TABLE audit.posts RENAME TO entries;\n\
         ALTER TABLE posts ALTER COLUMN title TYPE varchar(20) USING left(title, 20), ALTER title SET NOT NULL;\n\
         ALTER TABLE posts ADD CONSTRAINT u UNIQUE (title), ADD CHECK (id < 9), DROP CONSTRAINT IF EXISTS k;\n\
         ALTER TABLE posts SET SCHEMA audit; ALTER TABLE posts ENABLE ROW LEVEL SECURITY;\n\
         ALTER TABLE posts DROP COLUMN x CASCADE; DROP TABLE a, audit.b; DROP TABLE c CASCADE;\n\
         CREATE TABLE copy AS SELECT * FROM posts; CREATE TEMP TABLE scratch (x int); DROP TABLE scratch",
        &expect![[r#"
            1: creates table `posts`; with id, Mood, author_id; refers to users {"id"}; refers to Odd schema.pairs {"x", "y"}
            3: adds column `posts.title`; adds column `posts.note`; drops column `posts.old`; holds the rows of posts against it
            4: renames column `posts.a.b`; renames something to column `posts.c`
            4: rebuilds table `audit.posts`; renames something to table `audit.entries`; with id, Mood, author_id
            5: changes column `posts.title`; changes column `posts.title`; holds the rows of posts against it
            6: adds constraint `u` of `posts`; adds a constraint of `posts`; drops constraint `k` of `posts`; holds the rows of posts against it
            7: renames table `posts`
            7: changes setting `enable row level` of `posts`
            8: anything: ALTER TABLE posts DROP …
            8: drops table `a`; drops table `audit.b`
            8: anything: DROP TABLE c CASCADE
            9: creates table `copy`; names all columns
            9: -
            9: -
        "#]],
    );
}

#[test]
fn everything_else_with_a_name() {
    check(
        Dialect::Postgres,
        "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON audit.posts (lower(title)); DROP INDEX CONCURRENTLY i, j;\n\
         ALTER INDEX i RENAME TO j; CREATE TYPE mood AS ENUM ('a'); ALTER TYPE mood ADD VALUE IF NOT EXISTS 'b' BEFORE 'a';\n\
         ALTER TYPE mood RENAME VALUE 'b' TO 'c'; ALTER TYPE mood RENAME TO mood_old; DROP TYPE mood_old;\n\
         CREATE OR REPLACE VIEW v AS SELECT count(*), p.* FROM posts AS p; DROP VIEW v;\n\
         CREATE FUNCTION f(a int) RETURNS trigger AS $$ BEGIN UPDATE posts SET x = 1; END $$ LANGUAGE plpgsql;\n\
         CREATE TRIGGER t BEFORE UPDATE OF title ON posts FOR EACH ROW EXECUTE FUNCTION f(); DROP TRIGGER t ON posts;\n\
         CREATE POLICY p ON posts USING (true); CREATE RULE r AS ON INSERT TO posts DO NOTHING;\n\
         CREATE EXTENSION IF NOT EXISTS pg_trgm; COMMENT ON COLUMN audit.posts.title IS 'x'; COMMENT ON TABLE posts IS NULL;\n\
         DO $move$ BEGIN EXECUTE format('ALTER TABLE audit.posts SET SCHEMA %I', current_schema()); END $move$;\n\
         CREATE SEQUENCE s; ALTER SEQUENCE s OWNED BY posts.id; SELECT setval('s', max(id)) FROM posts",
        &expect![[r#"
            1: creates index `audit.i`; holds the rows of audit.posts against it
            1: drops index `i`; rebuilds index `j`
            2: renames index `i`
            2: creates type `mood`
            2: adds a value to type `mood`
            3: changes type `mood`
            3: renames type `mood`; renames something to type `mood_old`
            3: drops type `mood_old`
            4: replaces view `v`; names all columns
            4: drops view `v`
            5: creates function `f`
            6: adds trigger `t` of `posts`
            6: drops trigger `t` of `posts`
            7: adds policy `p` of `posts`
            7: adds rule `r` of `posts`
            8: creates extension `pg_trgm`
            8: changes comment `column title` of `audit.posts`
            8: changes comment `table` of `posts`
            9: renames table `audit.posts`; renames something to table `posts`
            10: creates sequence `s`
            10: changes sequence `s`
            10: -
        "#]],
    );
}

#[test]
fn rows() {
    check(
        Dialect::Postgres,
        "INSERT INTO posts (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET id = 2; INSERT INTO posts VALUES (1);\n\
         UPDATE posts SET title = 'x, y', (a, b) = (1, 2) WHERE c IS NULL; DELETE FROM ONLY posts;\n\
         WITH gone AS (DELETE FROM a RETURNING *) INSERT INTO b SELECT * FROM gone; TRUNCATE a, b;\n\
         DO $$ BEGIN UPDATE posts SET title = ''; COMMIT; END $$;",
        &expect![[r#"
            1: adds rows of `posts`
            1: adds rows of `posts`; names all columns
            2: changes rows of `posts`
            2: deletes rows of `posts`
            3: deletes rows of `a`; adds rows of `b`; names all columns
            3: deletes rows of `a`; deletes rows of `b`
            4: changes rows of `posts`
        "#]],
    );
}

#[test]
fn what_is_not_understood_says_so() {
    check(
        Dialect::Postgres,
        "SELECT create_hypertable('posts', 'at'); DO $$ BEGIN EXECUTE 'DROP TABLE ' || name; END $$; CALL p();\n\
         SET search_path = audit; SET LOCAL lock_timeout = '1s'; SELECT 1; CREATE STATISTICS s ON a, b FROM posts;\n\
         ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO r; GRANT SELECT ON posts TO r; SELECT \"open",
        &expect![[r#"
            1: anything: SELECT create_hypertable ( 'posts' …
            1: anything: DO $$ BEGIN EXECUTE 'DROP TABLE ' || name; END $$
            1: anything: CALL p ( )
            2: anything: SET search_path = audit
            2: -
            2: -
            2: anything: CREATE STATISTICS s ON …
            3: anything: ALTER DEFAULT PRIVILEGES GRANT …
            3: -
            3: anything: SELECT "open
        "#]],
    );
    check(
        Dialect::Sqlite,
        "ATTACH 'x.db' AS other; PRAGMA writable_schema = ON; PRAGMA foreign_keys = OFF; UPDATE t SET a = 'open",
        &expect![[r#"
            1: anything: ATTACH 'x.db' AS other
            1: anything: PRAGMA writable_schema = ON
            1: -
            1: anything: UPDATE t SET a …
        "#]],
    );
}

#[test]
fn a_table_that_comes_back_is_rebuilt() {
    check(
        Dialect::Sqlite,
        "SAVEPOINT s; CREATE TEMP TABLE \"_seachange_Users\" (id); INSERT INTO temp.\"_seachange_users\" (id) SELECT id FROM users;\n\
         UPDATE sqlite_sequence SET name = 'x'; CREATE TEMP TRIGGER k BEFORE DELETE ON main.[posts] BEGIN SELECT RAISE(IGNORE); END;\n\
         DROP TABLE Users; CREATE TABLE \"users\" (\"id\" integer, `name` varchar); INSERT OR ABORT INTO users (id) SELECT id FROM\n\
         temp.\"_seachange_users\"; DROP TABLE temp.\"_seachange_users\"; CREATE INDEX i ON users (name); RELEASE s",
        &expect![[r#"
            1: -
            1: -
            1: -
            2: -
            2: -
            3: rebuilds table `users`; with id, name
            3: -
            3: -
            4: -
            4: creates index `i`
            4: -
        "#]],
    );
    check(
        Dialect::Sqlite,
        "CREATE TABLE new_t (a, b); INSERT INTO new_t SELECT a, b FROM t; DROP TABLE t; ALTER TABLE new_t RENAME TO t;\n\
         ALTER TABLE u RENAME TO old_u; CREATE TABLE u (x); INSERT INTO u SELECT x FROM old_u; DROP TABLE old_u",
        &expect![[r#"
            1: creates table `new_t`; with a, b
            1: adds rows of `new_t`; names all columns
            1: rebuilds table `t`; with a, b
            1: renames table `new_t`
            2: rebuilds table `u`; renames something to table `old_u`; with x
            2: -
            2: names all columns
            2: drops table `old_u`
        "#]],
    );
}
