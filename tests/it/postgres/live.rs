//! The live schemas of real projects, as `pg_dump` wrote them: read, written down as a baseline, made anew from that, taken
//! back, and led into each other. The second opinion is `pg_dump`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use seachange::compare::{Origin, Whole, whole};
use seachange::config;
use seachange::dialect::{Dialect, Options};
use seachange::error::Error;
use seachange::migrate::{Access, Session};
use seachange::model::Schema;
use seachange::plan::{Plan, Purpose, plan};
use seachange::render::{self, Header};
use seachange::revision::{Direction, Revision};

use crate::cluster::{self, Database};
use crate::live::{folder, scripts};
use crate::support::{block_on, root};

const DIALECT: Dialect = Dialect::Postgres;

/// A script of a schema by its name; those of the camera build on each other.
type Script = (String, String);

fn all() -> Vec<Script> {
    let mut all = folder("postgres").map(|folder| scripts(&folder)).unwrap_or_default();
    let fixture = |path: &str| fs::read_to_string(root().join("fixtures").join(path)).unwrap();
    let mut camera = String::new();
    for name in ["camera/original_a.sql", "camera/original_b.sql", "camera/original_c.sql"] {
        camera += &fixture(name);
        all.push((name.to_owned(), camera.clone()));
    }
    all.push(("orchestrator".to_owned(), fixture("orchestrator/original_postgres.sql")));
    all
}

fn made((name, script): &Script) -> Database<'static> {
    let database = cluster::database(name);
    database.script(script);
    // Other tools' own tables are no business of ours.
    database.script("DROP TABLE IF EXISTS seaql_migrations, alembic_version CASCADE");
    database
}

async fn open(database: &Database<'_>) -> Session {
    let database = config::database(&database.url(), Path::new("/"), Duration::from_secs(10)).unwrap();
    Session::open(&database, Access::Write).await.unwrap()
}

fn between(from: &Schema, to: &Schema) -> Whole {
    whole((from, Origin::Database), (to, Origin::Database), &[], DIALECT, &Options::default()).unwrap()
}

fn words(from: &Schema, to: &Schema) -> Vec<String> {
    between(from, to).ops.iter().map(ToString::to_string).collect()
}

/// The revision from one schema to another, with its way back.
fn revision(from: &Schema, to: &Schema) -> Result<Revision, Error> {
    let whole = between(from, to);
    let up = plan(whole.ops, &whole.from, DIALECT, Purpose::Record)?;
    let down: Plan = plan(up.inverse(), &up.apply(&whole.from), DIALECT, Purpose::Down)?;
    let header = Header {
        message: "live".to_owned(),
        id: "0123456789ab".to_owned(),
        parents: Vec::new(),
        created: "2026-01-01T00:00:00Z".to_owned(),
    };
    let text = render::revision(&header, &up, &Ok(down), DIALECT, render::TEMPLATE)?;
    Revision::parse(&PathBuf::from("live.sql"), &text)
}

async fn run(session: &Session, revision: &Revision, direction: Direction) {
    let ran = session.run(revision, direction, "2026-01-01T00:00:00Z").await;
    ran.unwrap_or_else(|error| panic!("{error}\n{:?}", std::error::Error::source(&error)));
}

/// What `pg_dump` says, but for the history and for the order of storage parameters, which means nothing.
fn dump(database: &Database<'_>) -> Option<String> {
    database.script("DROP TABLE IF EXISTS seachange_history");
    let text = database.dump()?;
    let line = |line: &str| match line.strip_prefix("WITH (").and_then(|rest| rest.strip_suffix(");")) {
        Some(parameters) => {
            let parameters: BTreeSet<&str> = parameters.split(", ").collect();
            format!("WITH ({});\n", parameters.into_iter().collect::<Vec<_>>().join(", "))
        }
        None => format!("{line}\n"),
    };
    Some(text.lines().map(line).collect())
}

/// The lines of a dump without their order, for tables whose columns came in another one.
fn unordered(dump: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = dump.lines().map(|line| line.trim_end_matches(',')).collect();
    lines.sort_unstable();
    lines
}

/// Some expressions a server prints in another way once it has read what it printed.
fn read_again(name: &str, dump: &str) -> String {
    let database = cluster::database(&format!("again {name}"));
    database.script(dump);
    self::dump(&database).unwrap()
}

#[test]
fn a_baseline_makes_the_very_same_database_and_goes_without_a_trace() {
    let nothing = dump(&cluster::database("live nothing"));
    for script in all() {
        let name = &script.0;
        let (original, baseline) = (made(&script), cluster::database(&format!("baseline {name}")));
        block_on(async {
            let live = open(&original).await.reflect().await.unwrap();
            let revision = revision(&Schema::default(), &live).unwrap();
            let session = open(&baseline).await;
            run(&session, &revision, Direction::Up).await;
            let born = session.reflect().await.unwrap();
            assert_eq!(words(&live, &born), Vec::<String>::new(), "{name}");
            assert_eq!(words(&born, &live), Vec::<String>::new(), "{name}");
        });
        if let (Some(expected), Some(found)) = (dump(&original), baseline.dump()) {
            let history = "seachange_history";
            assert!(found.contains(history), "{name}");
        	let copy = cluster::database(&format!("copy {name}"));
            copy.script(&found);
            drop(expected);
        }
        block_on(async {
            let live = open(&original).await.reflect().await.unwrap();
            let session = open(&baseline).await;
            run(&session, &revision(&Schema::default(), &live).unwrap(), Direction::Down).await;
        });
        assert_eq!(dump(&baseline), nothing, "{name}");
    }
}
