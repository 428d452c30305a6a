//! What is predicted of locks, rewrites and scans, against a server.

use seachange::dialect::{Effect, Effects, Lock, Options};
use seachange::diff::diff;
use seachange::migrate::Session;
use seachange::model::{Schema, TableName};
use seachange::plan::{Purpose, plan};
use seachange::render::sql;

use super::project::Project;
use crate::cluster;
use crate::measure::{measured, milder};
use crate::support::{block_on, execute, postgres, reflect};

/// A table with a bit of everything, filled, and one that it refers to.
const TABLES: &str = "
CREATE TYPE mood AS ENUM ('a', 'b');
CREATE DOMAIN posint AS integer CHECK (VALUE > 0);
CREATE DOMAIN anyint AS integer;
CREATE TABLE p (id bigint PRIMARY KEY, note text);
CREATE TABLE t (
    id bigint PRIMARY KEY, pid bigint, n integer, m integer DEFAULT 1, nn integer NOT NULL, v varchar(50),
    vn varchar, tx text, ch char(5), num numeric(10,2), numu numeric, ts timestamp, ip cidr, js json, c text, s text,
    me mood,
    CONSTRAINT t_nn CHECK (nn > 0) NOT VALID, CONSTRAINT t_pid_nn CHECK (pid IS NOT NULL),
    CONSTRAINT t_fk FOREIGN KEY (pid) REFERENCES p (id)
);
CREATE INDEX t_n ON t (n);
CREATE INDEX t_v ON t (v);
CREATE UNIQUE INDEX t_u ON t (nn);
";

const ROWS: &str = "
INSERT INTO p SELECT g FROM generate_series(1, 300) AS g;
INSERT INTO t (id, pid, n, nn, v, vn, tx, ch, num, numu, ts, ip, js, c, s, me)
    SELECT g, g, g, g, 'v', 'v', 'a', 'c', 1.5, 1.5, '2026-01-01', '10.0.0.0/8', '{}', 'c' || g, 's', 'a'
    FROM generate_series(1, 300) AS g;
ANALYZE t; ANALYZE p;
";

use Lock::{AccessExclusive, Share, ShareRowExclusive, ShareUpdateExclusive};

/// What an operation does to `t`, and how it locks `p`.
type Row = (&'static str, Option<Effect>, Option<Lock>);

fn lock(sql: &'static str, lock: Lock) -> Row {
    (sql, Some(Effect::lock(lock)), None)
}

fn scan(sql: &'static str, lock: Lock) -> Row {
    (sql, Some(Effect::scan(lock)), None)
}

fn rewrite(sql: &'static str) -> Row {
    (sql, Some(Effect::rewrite(AccessExclusive)), None)
}

/// The statements that operations come down to, with what was measured on PostgreSQL 15 on a table of 50,000 rows.
fn rows() -> Vec<Row> {
    let ae = AccessExclusive;
    vec![
        lock("alter table t add column z int", ae),
        lock("alter table t add column z int default 5", ae),
        lock("alter table t add column z int not null default 5", ae),
        lock("alter table t add column z timestamptz default now()", ae),
        rewrite("alter table t add column z timestamptz default clock_timestamp()"),
        rewrite("alter table t add column z uuid default gen_random_uuid()"),
        rewrite("alter table t add column z serial"),
        rewrite("alter table t add column z int generated always as identity"),
        rewrite("alter table t add column z int generated always as (n * 2) stored"),
        rewrite("alter table t add column z posint"),
        rewrite("alter table t add column z posint default 1"),
        lock("alter table t add column z anyint", ae),
        scan("alter table t add column z int check (z > 0)", ae),
        scan("alter table t add column z int default 1 check (z > 0)", ae),
        ("alter table t add column z bigint references p(id)", Some(Effect::lock(ae)), Some(ShareRowExclusive)),
        (
            "alter table t add column z bigint default 1 references p(id)",
            Some(Effect::scan(ae)),
            Some(ShareRowExclusive),
        ),
        scan("alter table t add column z int unique", ae),
        lock("alter table t drop column tx", ae),
        lock("alter table t drop column n", ae),
        ("alter table t drop column pid", Some(Effect::lock(ae)), Some(ae)),
        lock("alter table t alter column n set default 7", ae),
        lock("alter table t alter column m drop default", ae),
        lock("alter table t alter column nn drop not null", ae),
        scan("alter table t alter column n set not null", ae),
        lock("alter table t alter column pid set not null", ae),
        rewrite("alter table t alter column n type bigint"),
        lock("alter table t alter column v type varchar(100)", ae),
        rewrite("alter table t alter column v type varchar(20)"),
        lock("alter table t alter column v type text", ae),
        lock("alter table t alter column tx type varchar", ae),
        rewrite("alter table t alter column tx type varchar(100)"),
        lock("alter table t alter column vn type text", ae),
        rewrite("alter table t alter column ch type text"),
        lock("alter table t alter column num type numeric(12,2)", ae),
        rewrite("alter table t alter column num type numeric(12,3)"),
        lock("alter table t alter column num type numeric", ae),
        rewrite("alter table t alter column numu type numeric(10,2)"),
        rewrite("set local timezone = 'Europe/Paris'; alter table t alter column ts type timestamptz"),
        rewrite("alter table t alter column ts type timestamp(3)"),
        lock("alter table t alter column ip type inet", ae),
        rewrite("alter table t alter column js type jsonb"),
        rewrite("alter table t alter column m drop default, alter column m type text"),
        rewrite("alter table t alter column tx type mood using 'a'::mood"),
        rewrite("alter table t alter column n type posint"),
        rewrite("alter table t alter column me type text"),
        lock("alter table t alter column c type text collate \"POSIX\"", ae),
        scan("alter table t alter column v type varchar(100) collate \"C\"", ae),
        lock("alter table t set (fillfactor = 70)", ShareUpdateExclusive),
        rewrite("alter table t set unlogged"),
        lock("alter table t enable row level security", ae),
        scan("alter table t add constraint x check (n > 0)", ae),
        lock("alter table t add constraint x check (n > 0) not valid", ae),
        (
            "alter table t add constraint x foreign key (n) references p(id)",
            Some(Effect::scan(ShareRowExclusive)),
            Some(ShareRowExclusive),
        ),
        (
            "alter table t add constraint x foreign key (n) references p(id) not valid",
            Some(Effect::lock(ShareRowExclusive)),
            Some(ShareRowExclusive),
        ),
        ("alter table t drop constraint t_fk", Some(Effect::lock(ae)), Some(ae)),
        scan("alter table t add constraint x unique (n)", ae),
        scan("alter table t drop constraint t_pkey, add primary key (nn)", ae),
        scan("alter table t add constraint x exclude using btree (n with =)", ae),
        lock("alter table t drop constraint t_pid_nn", ae),
        scan("create index x on t(tx)", Share),
        scan("create unique index x on t(n)", Share),
        scan("create index x on t(tx) where n > 10", Share),
        lock("drop index t_n", ae),
        lock(
            "create trigger x before insert on t for each row execute function suppress_redundant_updates_trigger()",
            ShareRowExclusive,
        ),
        lock("comment on column t.n is 'x'", ShareUpdateExclusive),
        lock("comment on table t is 'x'", ShareUpdateExclusive),
        ("drop table t", Some(Effect::lock(ae)), Some(ae)),
        ("alter type mood add value 'c'", None, None),
        ("alter type mood add value 'c' before 'a'", None, None),
        lock("create table x (id int primary key, tid bigint references t(id))", ShareRowExclusive),
        ("create view x as select * from t", None, None),
        ("create domain q as integer check (value < 10)", None, None),
    ]
}

fn canonical(schema: Schema) -> Schema {
    seachange::dialect::Dialect::Postgres.canonicalize(schema, &Options::default()).unwrap()
}

/// The effect on `t` and the lock on `p`, without locks that no reader or writer meets.
fn of(effects: &Effects) -> (Option<Effect>, Option<Lock>) {
    let of = |name: &str| effects.get(&TableName::new(name)).copied();
    let own = of("t").filter(|effect| effect.lock > Some(Lock::RowShare));
    (own, of("p").and_then(|effect| effect.lock))
}

async fn made(session: &Session, change: &str) -> Schema {
    execute(session, &format!("DROP SCHEMA public CASCADE; CREATE SCHEMA public; {TABLES}")).await;
    execute(session, change).await;
    canonical(reflect(session).await)
}

#[test]
fn operations_do_what_was_measured() {
    let (filled, changed) = (cluster::database("filled"), cluster::database("changed"));
    block_on(async {
        let (session, other) = (postgres(&filled).await, postgres(&changed).await);
        execute(&session, TABLES).await;
        execute(&session, ROWS).await;
        let from = canonical(reflect(&session).await);
        let mut problems = Vec::new();
        for (statement, own, parent) in rows() {
            let statements: Vec<String> = statement.split("; ").map(str::to_owned).collect();
            // What was measured then holds on this server.
            let now = measured(&session, &statements).await.unwrap();
            if of(&now) != (own, parent) {
                problems.push(format!("{statement}: measured {:?}, was {:?}", of(&now), (own, parent)));
            }
            // The operations that lead to the same say so, and their statements do so.
            let to = made(&other, statement.rsplit("; ").next().unwrap()).await;
            let ops = diff(&from, &to);
            assert!(!ops.is_empty(), "{statement}");
            let dialect = session.dialect();
            let planned = plan(ops, &from, dialect, &Options::default(), Purpose::Record).unwrap();
            let mut predicted = Effects::new();
            for (name, effect) in planned.steps.iter().flat_map(|step| &step.effects) {
                let own = predicted.entry(name.clone()).or_default();
                *own = own.and(*effect);
            }
            if of(&predicted) != (own, parent) {
                problems.push(format!("{statement}: predicted {:?}, was {:?}", of(&predicted), (own, parent)));
            }
            let statements: Vec<String> =
                planned.steps.iter().flat_map(|step| sql::statements(step, dialect)).collect();
            match measured(&session, &statements).await {
                Ok(found) => {
                    problems.extend(milder(&predicted, &found).iter().map(|one| format!("{statement}: {one}")));
                }
                Err(error) => problems.push(error),
            }
        }
        assert!(problems.is_empty(), "{}", problems.join("\n"));
    });
}

/// What the rows of a filled database are asked, and what they are not.
#[test]
fn rows_are_counted_where_that_costs_little() {
    let project = Project::new("");
    project.database.script(
        "CREATE TYPE mood AS ENUM ('glad', 'sad');
         CREATE TABLE calls (n integer);
         CREATE FUNCTION heard(text) RETURNS boolean LANGUAGE sql AS 'INSERT INTO calls VALUES (1); SELECT false';
         CREATE SCHEMA \"o'd.d\";
         CREATE TABLE \"o'd.d\".\"p\"\"s\" (id integer PRIMARY KEY);
         CREATE TABLE t (id integer PRIMARY KEY, pid integer, name text, mood mood, size integer);
         CREATE TABLE large (id integer PRIMARY KEY, filler text, gone text);
         INSERT INTO \"o'd.d\".\"p\"\"s\" VALUES (1);
         INSERT INTO t VALUES (1, 1, 'a', 'glad', 1), (2, 2, 'a', 'sad', -1), (3, NULL, NULL, 'sad', NULL), (4, 9, 'b', NULL, 5);
         INSERT INTO large SELECT g, repeat('x', 200) FROM generate_series(1, 100000) AS g;
         ANALYZE large;",
    );
    project.write(
        "to.sql",
        "CREATE TYPE mood AS ENUM ('glad');
         CREATE TABLE calls (n integer);
         CREATE FUNCTION heard(text) RETURNS boolean LANGUAGE sql AS 'INSERT INTO calls VALUES (1); SELECT false';
         CREATE SCHEMA \"o'd.d\";
         CREATE TABLE \"o'd.d\".\"p\"\"s\" (id integer PRIMARY KEY);
         CREATE TABLE t (id integer PRIMARY KEY, pid integer REFERENCES \"o'd.d\".\"p\"\"s\" (id), name text NOT NULL UNIQUE,
            mood mood, size integer, CONSTRAINT positive CHECK (size > 0), CONSTRAINT noisy CHECK (heard(name)));
         CREATE TABLE large (id integer PRIMARY KEY, filler text);",
    );
    let url = project.database.url();
    let ran = project.succeed(&["diff", "--from", &url, "--to", "to.sql", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let operations = json["operations"].as_array().unwrap();
    let hazards: Vec<&serde_json::Value> =
        operations.iter().flat_map(|operation| operation["hazards"].as_array().unwrap()).collect();
    let counted = |slug: &str, subject: &str| {
        let is_it = |hazard: &&&serde_json::Value| {
            hazard["slug"] == slug && hazard["subject"].as_str().unwrap().starts_with(subject)
        };
        let hazard = hazards.iter().find(is_it).unwrap_or_else(|| panic!("{slug} {subject}: {hazards:#?}"));
        (hazard["rows_concerned"].as_u64(), hazard["rows"].as_u64(), hazard["estimated"].as_bool().unwrap())
    };
    assert_eq!(counted("not-null-may-fail", "t.name"), (Some(1), Some(4), false));
    assert_eq!(counted("unique-may-fail", "t"), (Some(2), Some(4), false));
    assert_eq!(counted("foreign-key-may-fail", "t"), (Some(2), Some(4), false));
    assert_eq!(counted("check-may-fail", "t.positive"), (Some(1), Some(4), false));
    assert_eq!(counted("enum-may-fail", "mood"), (Some(2), Some(4), false));
    assert_eq!(counted("drops-column", "large.gone"), (None, Some(100_000), true));
    assert_eq!(counted("blocks-reads", "t").1, Some(4));
    // Who knows what a function does.
    assert_eq!(counted("check-may-fail", "t.noisy"), (None, Some(4), false));
    assert_eq!(project.database.query("SELECT n::text FROM calls"), Vec::<String>::new());
    let effects = operations.iter().flat_map(|operation| operation["effects"].as_array().unwrap());
    let of_parent = |effect: &&serde_json::Value| effect["table"] == "o'd.d.p\"s";
    assert_eq!(effects.clone().find(of_parent).unwrap()["lock"], "SHARE ROW EXCLUSIVE");
}
