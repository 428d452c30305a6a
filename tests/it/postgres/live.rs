//! The live schemas of real projects, as `pg_dump` wrote them: read, written down as a baseline, made anew from that and taken
//! back. The second opinion is `pg_dump`.

use std::fs;
use std::path::Path;
use std::time::Duration;

use seachange::config;
use seachange::dialect::Dialect;
use seachange::migrate::{Access, Session};
use seachange::model::Schema;
use seachange::revision::Direction;

use crate::cluster::{self, Database};
use crate::dumps::{dump, read_again};
use crate::live::{revision, run, scripts, words};
use crate::support::{block_on, root};

const DIALECT: Dialect = Dialect::Postgres;

/// The name of a schema and the script that makes it.
pub(super) type Script = (String, String);

/// The live schemas and those of the fixtures. The originals of the camera build on each other.
pub(super) fn all() -> Vec<Script> {
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
pub(super) fn made((name, script): &Script) -> Database<'static> {
    let database = cluster::database(name);
    database.script(script);
    database.script("DROP TABLE IF EXISTS seaql_migrations, alembic_version CASCADE");
    database
}

pub(super) async fn open(database: &Database<'_>) -> Session {
    let database = config::database(&database.url(), Path::new("/"), Duration::from_secs(10)).unwrap();
    Session::open(&database, Access::Write).await.unwrap()
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
