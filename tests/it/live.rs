//! The live schemas of real projects on SQLite, and what those of all databases share: finding them, and the revision from
//! one to another.

use std::fs;
use std::path::Path;

use seachange::compare::{Origin, Whole, whole};
use seachange::dialect::{Dialect, Options};
use seachange::error::Error;
use seachange::migrate::Session;
use seachange::model::Schema;
use seachange::plan::{Purpose, plan};
use seachange::render::{self, Header};
use seachange::revision::{Direction, Revision};

use crate::support::{assert_sound, block_on, execute, memory, root};

/// The scripts of live schemas with their names. They are beside the project and not part of it; none, said on stderr,
/// where they are not there.
#[expect(clippy::print_stderr, reason = "what is not tested must be said")]
pub(crate) fn scripts(database: &str) -> Vec<(String, String)> {
    let folder = root().join("../shared/data/live").join(database);
    let Ok(entries) = fs::read_dir(&folder) else {
        eprintln!("there is no folder `{}`: no live schema is tested", folder.display());
        return Vec::new();
    };
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    // SQLite's own table comes by itself.
    let read = |path: &Path| fs::read_to_string(path).unwrap().replace("CREATE TABLE sqlite_sequence(name,seq);\n", "");
    let script = |path: &Path| (path.file_stem().unwrap().to_string_lossy().into_owned(), read(path));
    files.iter().map(|path| script(path)).collect()
}

fn between(from: &Schema, to: &Schema, dialect: Dialect) -> Whole {
    whole((from, Origin::Database), (to, Origin::Database), &[], dialect, &Options::default()).unwrap()
}

/// What lies between two schemas of databases.
pub(crate) fn words(from: &Schema, to: &Schema, dialect: Dialect) -> Vec<String> {
    between(from, to, dialect).ops.iter().map(ToString::to_string).collect()
}

/// The revision from one schema to another, with its way back.
pub(crate) fn revision(from: &Schema, to: &Schema, dialect: Dialect) -> Result<Revision, Error> {
    let whole = between(from, to, dialect);
    let up = plan(whole.ops, &whole.from, dialect, &Options::default(), Purpose::Record)?;
    let down = plan(up.inverse(), &up.apply(&whole.from), dialect, &Options::default(), Purpose::Down)?;
    let header = Header {
        message: "live".to_owned(),
        id: "0123456789ab".to_owned(),
        parents: Vec::new(),
        created: "2026-01-01T00:00:00Z".to_owned(),
        accepted: Vec::new(),
    };
    let text = render::revision(&header, &up, &Ok(down), dialect, render::TEMPLATE)?;
    Revision::parse(Path::new("live.sql"), &text).map_err(|problems| Error::Revisions { problems })
}

pub(crate) async fn run(session: &Session, revision: &Revision, direction: Direction) {
    let ran = session.run(revision, direction, "2026-01-01T00:00:00Z").await;
    ran.unwrap_or_else(|error| panic!("{error}: {:?}", std::error::Error::source(&error)));
}

const DIALECT: Dialect = Dialect::Sqlite;

async fn made(script: &str) -> Session {
    let session = memory().await;
    execute(&session, script).await;
    session
}

#[test]
fn a_baseline_makes_the_same_database_and_goes_without_a_trace() {
    for (name, script) in scripts("sqlite") {
        block_on(async {
            let live = made(&script).await.reflect().await.unwrap();
            let revision = revision(&Schema::default(), &live, DIALECT).unwrap();
            let session = memory().await;
            run(&session, &revision, Direction::Up).await;
            assert_sound(&session).await;
            let born = session.reflect().await.unwrap();
            assert_eq!(words(&live, &born, DIALECT), Vec::<String>::new(), "{name}");
            assert_eq!(words(&born, &live, DIALECT), Vec::<String>::new(), "{name}");
            run(&session, &revision, Direction::Down).await;
            assert_eq!(session.reflect().await.unwrap(), Schema::default(), "{name}");
        });
    }
}

#[test]
fn any_schema_becomes_any_other_and_comes_back() {
    let scripts = scripts("sqlite");
    for (from, from_script) in &scripts {
        for (to, to_script) in scripts.iter().filter(|(to, _)| to != from) {
            let when = format!("{from} to {to}");
            block_on(async {
                let session = made(from_script).await;
                let live = session.reflect().await.unwrap();
                let wanted = made(to_script).await.reflect().await.unwrap();
                let revision = revision(&live, &wanted, DIALECT).unwrap_or_else(|error| panic!("{when}: {error:?}"));
                run(&session, &revision, Direction::Up).await;
                assert_sound(&session).await;
                let there = session.reflect().await.unwrap();
                assert_eq!(words(&there, &wanted, DIALECT), Vec::<String>::new(), "{when}");
                run(&session, &revision, Direction::Down).await;
                let back = session.reflect().await.unwrap();
                assert_eq!(words(&back, &live, DIALECT), Vec::<String>::new(), "{when} and back");
            });
        }
    }
}
