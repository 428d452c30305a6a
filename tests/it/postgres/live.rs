//! The live schemas of real projects, as `pg_dump` wrote them: read, written down as a baseline, made anew from that, taken
//! back, and led into each other. The second opinion is `pg_dump`.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::Duration;

use seachange::config;
use seachange::dialect::Dialect;
use seachange::error::Error;
use seachange::migrate::{Access, Session};
use seachange::model::{Schema, TableName};
use seachange::revision::Direction;

use crate::cluster::{self, Database};
use crate::live::{revision, run, scripts, words};
use crate::support::{block_on, root};

const DIALECT: Dialect = Dialect::Postgres;

/// The name of a schema and the script that makes it.
type Script = (String, String);

/// The live schemas and those of the fixtures. The originals of the camera build on each other.
fn all() -> Vec<Script> {
    let mut all = scripts("postgres");
    let fixture = |path: &str| fs::read_to_string(root().join("fixtures").join(path)).unwrap();
    let mut camera = String::new();
    for name in ["camera/original_a.sql", "camera/original_b.sql", "camera/original_c.sql"] {
        camera += &fixture(name);
        all.push((name.to_owned(), camera.clone()));
    }
    all.push(("orchestrator".to_owned(), fixture("orchestrator/original_postgres.sql")));
    all
}

/// A database made by the script, without the tables of other tools, which are no business of ours.
fn made((name, script): &Script) -> Database<'static> {
    let database = cluster::database(name);
    database.script(script);
    database.script("DROP TABLE IF EXISTS seaql_migrations, alembic_version CASCADE");
    database
}

async fn open(database: &Database<'_>) -> Session {
    let database = config::database(&database.url(), Path::new("/"), Duration::from_secs(10)).unwrap();
    Session::open(&database, Access::Write).await.unwrap()
}

/// What `pg_dump` says, but for the history and for the order of storage parameters, which means nothing.
fn dump(database: &Database<'_>) -> Option<String> {
    let mut in_history = false;
    let mut text = String::new();
    for line in database.dump()?.lines() {
        in_history |= line.contains("seachange_history");
        let parameters = line.strip_prefix("WITH (").and_then(|rest| rest.strip_suffix(");"));
        match parameters {
            _ if in_history || line.starts_with("SET default_ta") => {}
            Some(parameters) => {
                let parameters: BTreeSet<&str> = parameters.split(", ").collect();
                text += &format!("WITH ({});\n", parameters.into_iter().collect::<Vec<_>>().join(", "));
            }
            None => text += &format!("{line}\n"),
        }
        in_history &= !line.ends_with(';');
    }
    Some(text)
}

/// The lines of a dump whatever their order, for tables whose columns came one by one.
fn unordered(dump: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = dump.lines().map(|line| line.trim_end_matches(',')).collect();
    lines.sort_unstable();
    lines
}

/// The dump of a database that is made from a dump. Some expressions a server prints in another way once it has read what
/// it printed; from then on it stays with that.
fn read_again(dump: &str) -> Option<String> {
    let database = cluster::database("read again");
    database.script(dump);
    self::dump(&database)
}

#[test]
fn a_baseline_makes_the_very_same_database_and_goes_without_a_trace() {
    let nothing = dump(&cluster::database("nothing"));
    for script in all() {
        let name = &script.0;
        let (original, baseline) = (made(&script), cluster::database("baseline"));
        block_on(async {
            let live = open(&original).await.reflect().await.unwrap();
            let revision = revision(&Schema::default(), &live, DIALECT).unwrap();
            let session = open(&baseline).await;
            run(&session, &revision, Direction::Up).await;
            let born = session.reflect().await.unwrap();
            assert_eq!(words(&live, &born, DIALECT), Vec::<String>::new(), "{name}");
            assert_eq!(words(&born, &live, DIALECT), Vec::<String>::new(), "{name}");
            if let (Some(expected), Some(found)) = (dump(&original), dump(&baseline))
                && expected != found
            {
                assert_eq!(read_again(&expected), Some(found), "{name}");
            }
            run(&session, &revision, Direction::Down).await;
        });
        assert_eq!(dump(&baseline), nothing, "{name}");
    }
}

/// Every schema becomes the next one and goes back, and the other way round.
#[test]
fn any_schema_becomes_any_other_and_comes_back() {
    let all = all();
    let mut refused = BTreeSet::new();
    for (at, script) in all.iter().enumerate() {
        let other = &all[(at + 1) % all.len()];
        for (from, to) in [(script, other), (other, script)] {
            becomes(from, to, &mut refused);
        }
    }
    // What no statement does: rows that are there are not dealt out to partitions, and no number becomes a uuid.
    let partitions =
        ["detections", "events", "logs"].map(|table| format!("change how table `{table}` is stored (partitions)"));
    let types = ["integer to uuid", "uuid to integer"].map(|types| format!("change column `product.id` (type {types}"));
    let is_expected = |op: &String| partitions.contains(op) || types.iter().any(|start| op.starts_with(start));
    assert!(refused.iter().all(is_expected), "{refused:?}");
}

fn becomes(from: &Script, to: &Script, refused: &mut BTreeSet<String>) {
    let when = format!("{} to {}", from.0, to.0);
    let (database, goal) = (made(from), made(to));
    let before = dump(&database);
    block_on(async {
        let (session, goal_session) = (open(&database).await, open(&goal).await);
        let (live, wanted) = (session.reflect().await.unwrap(), goal_session.reflect().await.unwrap());
        let revision = match revision(&live, &wanted, DIALECT) {
            Ok(revision) => revision,
            Err(Error::Blocked { blocked }) => {
                return refused.extend(blocked.into_iter().map(|blocked| blocked.op));
            }
            Err(error) => panic!("{when}: {error}"),
        };
        run(&session, &revision, Direction::Up).await;
        let there = session.reflect().await.unwrap();
        assert_eq!(words(&there, &wanted, DIALECT), Vec::<String>::new(), "{when}");
        assert_eq!(words(&wanted, &there, DIALECT), Vec::<String>::new(), "{when}");
        // The partitions of a table that stays are its own business.
        let partitions =
            |schema: &Schema, name: &TableName| schema.tables.get(name).map(|table| table.partitions.clone());
        let as_before =
            |name: &&TableName| partitions(&live, name).is_none_or(|own| Some(own) == partitions(&wanted, name));
        if wanted.tables.keys().all(|name| as_before(&name)) {
            same(dump(&goal), dump(&database), &when);
        }
        run(&session, &revision, Direction::Down).await;
        let back = session.reflect().await.unwrap();
        assert_eq!(words(&live, &back, DIALECT), Vec::<String>::new(), "{when} and back");
        same(before, dump(&database), &format!("{when} and back"));
    });
}

#[track_caller]
fn same(expected: Option<String>, found: Option<String>, when: &str) {
    let (Some(expected), Some(found)) = (expected, found) else { return };
    if unordered(&expected) != unordered(&found) {
        let expected = read_again(&expected).unwrap();
        assert_eq!(unordered(&expected), unordered(&found), "{when}");
    }
}
