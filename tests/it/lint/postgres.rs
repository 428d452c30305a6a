//! Statements for PostgreSQL that somebody wrote.

use expect_test::expect;

use super::Project;
use crate::cluster;

const BEFORE: &str = "
CREATE TYPE mood AS ENUM ('glad', 'sad');
CREATE DOMAIN posint AS integer CHECK (VALUE > 0);
CREATE TABLE teams (id bigint PRIMARY KEY, name text);
CREATE TABLE users (
    id bigint PRIMARY KEY, email text, nick varchar(50), team_id bigint, mood mood, size integer, \"Größe \"\"x\"\"\" integer
);
CREATE TABLE posts (id bigint PRIMARY KEY, user_id bigint REFERENCES users (id), body text);
CREATE TABLE events (id bigint PRIMARY KEY, at date, old text) ;
CREATE VIEW names AS SELECT id, nick FROM users;";

/// What is found by running the statements on a server.
fn found(ups: &[&str]) -> String {
    let database = cluster::database("lint");
    Project::new(ups).found(&["--scratch", &database.url()])
}

#[test]
fn each_statement_says_who_waits_for_it() {
    let seen = found(&[
        BEFORE,
        "CREATE INDEX users_email ON users (email);",
        "ALTER TABLE users ALTER COLUMN email SET NOT NULL;",
        "ALTER TABLE users ADD COLUMN token uuid DEFAULT gen_random_uuid(), ADD COLUMN since date DEFAULT now();",
        "ALTER TABLE users ADD CHECK (size > 0);",
        "ALTER TABLE users ADD CONSTRAINT in_team FOREIGN KEY (team_id) REFERENCES teams (id);",
        "ALTER TABLE users ALTER COLUMN size TYPE bigint;",
        "ALTER TABLE users ADD UNIQUE (nick, email);",
        "CLUSTER posts USING posts_pkey;",
        "REINDEX TABLE posts;",
        "ALTER TABLE events ADD COLUMN kind text NOT NULL;",
        "ALTER TABLE events ADD COLUMN number serial;",
        "ALTER TABLE events ADD COLUMN more posint;",
    ]);
    expect![[r#"
        2.sql:8: blocks-writes users: Creating `users_email` reads all rows of `users` while nobody can write to it.
        3.sql:8: not-null-may-fail users.email: `users.email` becomes NOT NULL; this fails if rows hold NULL in it.
        3.sql:8: blocks-reads users: The NOT NULL of `users.email` reads all rows of `users` while nobody can use it.
        4.sql:8: rewrites-table users: Adding `users.token` writes all rows of `users` anew while nobody can use it.
        5.sql:8: check-may-fail users.users_size_check: The check (size > 0) fails if rows of `users` violate it.
        5.sql:8: blocks-reads users: The check (size > 0) reads all rows of `users` while nobody can use it.
        6.sql:8: foreign-key-may-fail users.in_team: The foreign key (team_id) fails if rows of `users` refer to rows `teams` does not have.
        6.sql:8: blocks-writes teams: The foreign key (team_id) reads all rows of `users` while nobody can write to `teams`.
        6.sql:8: blocks-writes users: The foreign key (team_id) reads all rows of `users` while nobody can write to it.
        7.sql:8: rewrites-table users: The new type of `users.size` writes all rows of `users` anew while nobody can use it.
        8.sql:8: unique-may-fail users.users_nick_email_key: The unique constraint (nick, email) fails if rows of `users` hold the same values twice.
        8.sql:8: blocks-reads users: The unique constraint (nick, email) reads all rows of `users` while nobody can use it.
        9.sql:8: rewrites-table posts: CLUSTER writes all rows of `posts` anew while nobody can use it.
        10.sql:8: blocks-writes posts: `REINDEX TABLE posts` reads all rows of `posts` while nobody can write to it.
        11.sql:8: not-null-may-fail events.kind: `events.kind` is NOT NULL and comes without values; this fails if `events` has rows.
        11.sql:8: blocks-reads events: Adding `events.kind` reads all rows of `events` while nobody can use it.
        12.sql:8: rewrites-table events: Adding `events.number` writes all rows of `events` anew while nobody can use it.
        13.sql:8: rewrites-table events: Adding `events.more` writes all rows of `events` anew while nobody can use it.
    "#]].assert_eq(&seen);
}

/// What takes the forms that let others write is silent.
#[test]
fn what_makes_nobody_wait_and_cannot_fail_is_silent() {
    let seen = found(&[
        BEFORE,
        "ALTER TABLE users ADD CONSTRAINT in_team FOREIGN KEY (team_id) REFERENCES teams (id) NOT VALID;
         ALTER TABLE users ADD CONSTRAINT has_email CHECK (email IS NOT NULL) NOT VALID;",
        "ALTER TABLE users ALTER COLUMN email TYPE varchar;",
        "ALTER TABLE users ADD COLUMN a integer DEFAULT 5 NOT NULL, ADD COLUMN b text;
         COMMENT ON TABLE users IS 'x';
         CREATE TABLE fresh (id bigint PRIMARY KEY, user_id bigint);
         CREATE INDEX ON fresh (user_id);
         ALTER TABLE fresh ALTER COLUMN user_id SET NOT NULL;
         UPDATE fresh SET user_id = 1;
         INSERT INTO users (id, email) VALUES (1, 'a');
         ALTER TYPE mood ADD VALUE 'calm';",
    ]);
    expect![[""]].assert_eq(&seen);
    // The second part: what was not valid is held against the rows, and then no row is read any more.
    let seen = found(&[
        BEFORE,
        "ALTER TABLE users ADD CONSTRAINT has_email CHECK (email IS NOT NULL) NOT VALID;",
        "ALTER TABLE users VALIDATE CONSTRAINT has_email;
ALTER TABLE users ALTER COLUMN email SET NOT NULL;",
    ]);
    expect![[r#"
        3.sql:8: check-may-fail users.has_email: The check (email IS NOT NULL) fails if rows of `users` violate it.
    "#]]
    .assert_eq(&seen);
}

#[test]
fn what_is_lost_or_renamed_is_told_however_it_is_said() {
    let seen = found(&[
        BEFORE,
        "DO $$ BEGIN EXECUTE 'ALTER TABLE posts RENAME TO entries'; END $$;
ALTER TABLE entries RENAME COLUMN body TO \"Text \"\"t\"\"\";
ALTER TYPE mood RENAME VALUE 'sad' TO 'blue';
ALTER TYPE mood RENAME TO \"Feeling\";",
        "ALTER TABLE events DROP COLUMN old, ADD COLUMN old text;",
        "ALTER TABLE users DROP COLUMN nick CASCADE;
DROP TABLE teams;
TRUNCATE entries CASCADE;
DELETE FROM ONLY events;
UPDATE users AS u SET email = lower(email), size = size + 1;
UPDATE users SET size = 0 WHERE size IS NULL;
ALTER TABLE users DROP COLUMN \"Größe \"\"x\"\"\";",
        "CREATE TABLE new_events AS SELECT id, at FROM events; DROP TABLE events; ALTER TABLE new_events RENAME TO events;",
        "DROP TABLE events; CREATE TABLE events (id bigint PRIMARY KEY);",
        "TRUNCATE users CASCADE;",
        "UPDATE users SET email = coalesce(email, '-');
ALTER TABLE users ALTER COLUMN email SET NOT NULL;",
        "UPDATE users SET size = 0 WHERE id > 7;
ALTER TABLE users ADD CHECK (size > 0);
ALTER TABLE users ADD CHECK (size < 99), ALTER COLUMN size SET NOT NULL;",
    ]);
    expect![[r#"
        2.sql:8: renames-table posts: Running code that still says `posts` will fail.
        2.sql:9: renames-column entries.body: Running code that still says `entries.body` will fail.
        2.sql:10: renames-enum mood: Running code that still says `mood` will fail.
        2.sql:11: renames-value Feeling.sad: `sad` of `Feeling` becomes `blue`; running code that still says `sad` will fail.
        3.sql:8: drops-column events.old: Dropping `events.old` deletes its data.
        4.sql:8: drops-column users.nick: Dropping `users.nick` deletes its data.
        4.sql:8: drops-dependents users.nick: Dropping `users.nick` with CASCADE takes along whatever depends on it in the database it runs on.
        4.sql:9: drops-table teams: Dropping the table `teams` deletes all its rows.
        4.sql:10: deletes-rows entries: TRUNCATE deletes all rows of `entries`.
        4.sql:10: drops-dependents entries: Emptying `entries` with CASCADE empties every table that refers to it, too.
        4.sql:11: deletes-rows events: DELETE without WHERE deletes all rows of `events`.
        4.sql:12: blocks-reads users: `UPDATE users AS u …` reads all rows of `users` while nobody can use it.
        4.sql:12: overwrites-values users.email: UPDATE without WHERE gives `users.email` another value in every row.
        4.sql:12: overwrites-values users.size: UPDATE without WHERE gives `users.size` another value in every row.
        4.sql:13: fills-nulls users.size: Rows that hold NULL in `users.size` get 0.
        4.sql:13: blocks-reads users: `UPDATE users SET size …` reads all rows of `users` while nobody can use it.
        4.sql:14: drops-column users."Größe \"x\"": Dropping `users.Größe "x"` deletes its data.
        5.sql:8: rebuilds-table events: Rebuilding `events` copies all its rows while nobody else can write. Privileges that were granted on it have to be granted again.
        5.sql:8: drops-column events.old: Dropping `events.old` deletes its data.
        6.sql:8: drops-table events: Dropping the table `events` deletes all its rows.
        7.sql:8: deletes-rows entries: `TRUNCATE users CASCADE` deletes all rows of `entries`, too.
        7.sql:8: deletes-rows users: TRUNCATE deletes all rows of `users`.
        7.sql:8: drops-dependents users: Emptying `users` with CASCADE empties every table that refers to it, too.
        8.sql:8: fills-nulls users.email: `users.email` becomes NOT NULL; rows that hold NULL in it get coalesce(email, '-').
        8.sql:9: not-null-may-fail users.email: `users.email` is NOT NULL; this fails if (coalesce(email, '-')) is NULL for a row.
        8.sql:9: blocks-reads users: The NOT NULL of `users.email` reads all rows of `users` while nobody can use it.
        9.sql:9: check-may-fail users.users_size_check: The check (size > 0) fails if rows of `users` violate it.
        9.sql:9: blocks-reads users: The check (size > 0) reads all rows of `users` while nobody can use it.
        9.sql:10: not-null-may-fail users.size: `users.size` becomes NOT NULL; this fails if rows hold NULL in it.
        9.sql:10: check-may-fail users.users_size_check1: The check (size < 99) fails if rows of `users` violate it.
        9.sql:10: blocks-reads users: The NOT NULL of `users.size` reads all rows of `users` while nobody can use it.
    "#]].assert_eq(&seen);
}

/// A lock lasts until the transaction ends, so that what is harmless alone is not behind another statement.
#[test]
fn what_was_locked_before_stays_locked() {
    let seen = found(&[
        BEFORE,
        "ALTER TABLE users ADD COLUMN plan text;
UPDATE users SET plan = 'free' WHERE size > 1;",
        "UPDATE users SET plan = 'free' WHERE size > 1;",
        "ALTER TABLE users ADD COLUMN other text;
UPDATE users SET other = 'x' WHERE id = 7;",
    ]);
    expect![[r#"
        2.sql:9: blocks-reads users: `UPDATE users SET plan …` reads all rows of `users` while nobody can use it.
    "#]]
    .assert_eq(&seen);
}

#[test]
fn what_runs_in_no_transaction_is_seen_too() {
    let database = cluster::database("lint");
    let project = Project::new(&[BEFORE]);
    project.write(
        "migrations/2.sql",
        "-- revision: r2\n-- parents: r1\n\n-- migrate:up\n-- transaction: none\n\n\
         CREATE UNIQUE INDEX CONCURRENTLY users_nick ON users (nick);\nVACUUM FULL posts;\n\
         CREATE INDEX users_size ON users (size);\n\n-- migrate:down\n-- undo: none\n",
    );
    project.write("alone.sql", "DROP INDEX CONCURRENTLY users_nick;\n");
    expect![[r#"
        2.sql:7: unique-may-fail users.users_nick: Creating `users_nick` fails if rows of `users` hold the same values twice.
        2.sql:7: runs-outside-transaction users.users_nick: `users_nick` is made or dropped in no transaction; when that fails, what ran before it stays.
        2.sql:8: rewrites-table posts: VACUUM FULL writes all rows of `posts` anew while nobody can use it.
        2.sql:9: blocks-writes users: Creating `users_size` reads all rows of `users` while nobody can write to it.
        alone.sql:1: runs-outside-transaction users.users_nick: `users_nick` is made or dropped in no transaction; when that fails, what ran before it stays.
    "#]].assert_eq(&project.found(&["--scratch", &database.url(), "r2", "alone.sql"]));
}

#[test]
fn words_alone_tell_some_of_it() {
    let project = Project::new(&["CREATE INDEX a ON users (b);
CREATE UNIQUE INDEX CONCURRENTLY c ON users (d);
ALTER TABLE users ALTER COLUMN email SET NOT NULL, ADD COLUMN e text DEFAULT random()::text, ADD COLUMN f int NOT NULL;
ALTER TABLE users ADD CONSTRAINT g CHECK (h > 0), ADD CHECK (i > 0) NOT VALID;
ALTER TABLE users ADD CONSTRAINT j FOREIGN KEY (k) REFERENCES teams (id), ADD UNIQUE (l), ADD PRIMARY KEY USING INDEX m;
ALTER TABLE users ALTER COLUMN n TYPE bigint, DROP COLUMN IF EXISTS o CASCADE;
ALTER TABLE users RENAME COLUMN p TO q;
ALTER TABLE users RENAME TO people;
DROP TABLE r, audit.s CASCADE;
TRUNCATE TABLE t, u;
DELETE FROM v; DELETE FROM v WHERE w = 1;
UPDATE x SET y = 1; UPDATE x SET y = 1 FROM z WHERE z.id = x.id;
VACUUM (FULL) aa; CLUSTER bb;
DROP VIEW cc CASCADE;
DROP INDEX CONCURRENTLY dd;
ALTER TABLE ee ADD ff serial, ADD gg int GENERATED ALWAYS AS IDENTITY, ADD hh int GENERATED ALWAYS AS (ii * 2) STORED;
CREATE TABLE jj (kk int); ALTER TABLE jj ALTER COLUMN kk SET NOT NULL; DROP TABLE jj;"]);
    expect![[r#"
        1.sql:8: blocks-writes users: Creating `a` reads all rows of `users` while nobody can write to it.
        1.sql:9: unique-may-fail users.c: Creating `c` fails if rows of `users` hold the same values twice.
        1.sql:9: runs-outside-transaction users.c: `c` is made or dropped in no transaction; when that fails, what ran before it stays.
        1.sql:10: not-null-may-fail users.email: `users.email` becomes NOT NULL; this fails if rows hold NULL in it.
        1.sql:10: blocks-reads users: The NOT NULL of `users.email` reads all rows of `users` while nobody can use it.
        1.sql:10: rewrites-table users: Adding `users.e` writes all rows of `users` anew while nobody can use it.
        1.sql:10: not-null-may-fail users.f: `users.f` is NOT NULL and comes without values; this fails if `users` has rows.
        1.sql:11: check-may-fail users.g: The check (h > 0) fails if rows of `users` violate it.
        1.sql:11: blocks-reads users: The check (h > 0) reads all rows of `users` while nobody can use it.
        1.sql:12: foreign-key-may-fail users.j: The foreign key (k) fails if rows of `users` refer to rows `teams` does not have.
        1.sql:12: blocks-writes users: The foreign key (k) reads all rows of `users` while nobody can write to it.
        1.sql:12: unique-may-fail users: The unique constraint (l) fails if rows of `users` hold the same values twice.
        1.sql:12: blocks-reads users: The unique constraint (l) reads all rows of `users` while nobody can use it.
        1.sql:13: rewrites-table users: The new type of `users.n` writes all rows of `users` anew while nobody can use it.
        1.sql:13: drops-column users.o: Dropping `users.o` deletes its data.
        1.sql:13: drops-dependents users.o: Dropping `users.o` with CASCADE takes along whatever depends on it in the database it runs on.
        1.sql:14: renames-column users.p: Running code that still says `users.p` will fail.
        1.sql:15: renames-table users: Running code that still says `users` will fail.
        1.sql:16: drops-table r: Dropping the table `r` deletes all its rows.
        1.sql:16: drops-table audit.s: Dropping the table `audit.s` deletes all its rows.
        1.sql:16: drops-dependents r: Dropping `r` with CASCADE takes along whatever depends on it in the database it runs on.
        1.sql:16: drops-dependents audit.s: Dropping `audit.s` with CASCADE takes along whatever depends on it in the database it runs on.
        1.sql:17: deletes-rows t: TRUNCATE deletes all rows of `t`.
        1.sql:17: deletes-rows u: TRUNCATE deletes all rows of `u`.
        1.sql:18: deletes-rows v: DELETE without WHERE deletes all rows of `v`.
        1.sql:19: overwrites-values x.y: UPDATE without WHERE gives `x.y` another value in every row.
        1.sql:20: rewrites-table aa: VACUUM FULL writes all rows of `aa` anew while nobody can use it.
        1.sql:20: rewrites-table bb: CLUSTER writes all rows of `bb` anew while nobody can use it.
        1.sql:21: drops-dependents cc: Dropping `cc` with CASCADE takes along whatever depends on it in the database it runs on.
        1.sql:22: runs-outside-transaction dd: `dd` is made or dropped in no transaction; when that fails, what ran before it stays.
        1.sql:23: rewrites-table ee: Adding `ee.ff` writes all rows of `ee` anew while nobody can use it.
    "#]].assert_eq(&project.found(&["--static", "--dialect", "postgres"]));
}

#[test]
fn without_a_server_it_says_what_to_do() {
    let project = Project::new(&[BEFORE]);
    let ran = project.run(&["--dialect", "postgres"]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    expect![[r#"
        error: to run the revisions and look on needs a server
        hint: name one with `--scratch postgres://…`; a database is made on it and dropped again, for which the role needs `CREATEDB`. `--static` runs nothing, and finds what the words alone show
    "#]].assert_eq(&ran.notes);
    let database = cluster::database("lint");
    let role = format!("role_{}", database.name());
    database.script(&format!("CREATE ROLE {role} LOGIN;"));
    let url = database.url().replace("user=postgres", &format!("user={role}"));
    let ran = project.run(&["--scratch", &url]);
    database.script(&format!("DROP ROLE {role};"));
    assert!(ran.code == 2 && ran.notes.contains("permission denied to create database"), "{ran:?}");
}
