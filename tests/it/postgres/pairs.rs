//! Any schema becomes any other and comes back: the live schemas of real projects and those of the fixtures, led into each
//! other. The second opinion is `pg_dump`.

use std::collections::BTreeSet;
use std::error::Error as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use seachange::dialect::Dialect;
use seachange::error::Error;
use seachange::migrate::Session;
use seachange::model::Schema;
use seachange::revision::{Direction, Revision};

use super::live::{Script, all, made, open};
use crate::cluster::{self, Database};
use crate::dumps::{differences, dump};
use crate::live::{revision, words};
use crate::support::block_on;

const DIALECT: Dialect = Dialect::Postgres;

/// A database that others are copied from, with what there is to know about it.
struct Original {
    name: String,
    database: Database<'static>,
    schema: Schema,
    dump: Option<String>,
}

impl Original {
    fn new(script: &Script) -> Self {
        let database = made(script);
        let schema = block_on(async {
            let session = open(&database).await;
            let schema = session.reflect().await.unwrap();
            // Nothing is copied while somebody is connected.
            session.connection().close().await;
            schema
        });
        Self { name: script.0.clone(), dump: dump(&database), database, schema }
    }
}

/// How far apart in their order those are that are led into each other, unless all are.
const STRIDES: [usize; 2] = [1, 5];

/// Each becomes its neighbours and some farther away, in both directions; with `TEST_ALL_PAIRS` each becomes each.
#[test]
fn any_schema_becomes_any_other_and_comes_back() {
    let originals = at_once(&all(), Original::new);
    let count = originals.len();
    let strides: Vec<usize> = match std::env::var_os("TEST_ALL_PAIRS") {
        Some(_) => (1..count).collect(),
        None => STRIDES.into_iter().flat_map(|stride| [stride, count.saturating_sub(stride)]).collect(),
    };
    let others = |at: usize| strides.iter().map(move |stride| (at, (at + stride) % count));
    let positions: BTreeSet<(usize, usize)> = (0..count).flat_map(others).collect();
    let pairs = positions.into_iter().filter(|(from, to)| from != to);
    let pairs: Vec<(&Original, &Original)> = pairs.map(|(from, to)| (&originals[from], &originals[to])).collect();
    let problems: Vec<String> = at_once(&pairs, |(from, to)| becomes(from, to)).into_iter().flatten().collect();
    assert_eq!(problems, Vec::<String>::new(), "of {} pairs", pairs.len());
}

/// What comes of each, on all processors, in the order they have.
fn at_once<T: Sync, R: Send>(all: &[T], make: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::with_capacity(all.len())));
    let work = || {
        while let Some((at, one)) = Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|at| Some((at, all.get(at)?))) {
            let result = make(one);
            done.lock().unwrap().push((at, result));
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    let mut done = done.into_inner().unwrap();
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

/// What is wrong with the way from one to the other and back.
fn becomes(from: &Original, to: &Original) -> Vec<String> {
    let when = format!("{} to {}", from.name, to.name);
    let said =
        |what: &str, problems: Vec<String>| problems.into_iter().map(|one| format!("{when}{what}: {one}")).collect();
    let revision = match revision(&from.schema, &to.schema, DIALECT) {
        Ok(revision) => revision,
        Err(Error::Blocked { blocked }) => {
            return said("", blocked.into_iter().map(|one| format!("{}: {}", one.op, one.refusal.reason)).collect());
        }
        Err(error) => return said("", vec![error.to_string()]),
    };
    let database = cluster::shared().copy(&from.database, &when);
    block_on(async {
        let session = open(&database).await;
        let there = step(&session, &database, &revision, Direction::Up, to).await;
        if !there.is_empty() {
            return said("", there);
        }
        said(" and back", step(&session, &database, &revision, Direction::Down, from).await)
    })
}

/// What differs from the goal when the revision ran.
async fn step(
    session: &Session,
    database: &Database<'_>,
    revision: &Revision,
    direction: Direction,
    goal: &Original,
) -> Vec<String> {
    if let Err(error) = session.run(revision, direction, "2026-01-01T00:00:00Z").await {
        return vec![format!("{error}: {:?}", error.source())];
    }
    let there = session.reflect().await.unwrap();
    let mut problems = words(&there, &goal.schema, DIALECT);
    problems.extend(words(&goal.schema, &there, DIALECT));
    if problems.is_empty() {
        problems = differences(goal.dump.as_deref(), dump(database).as_deref());
    }
    problems
}
