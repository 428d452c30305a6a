//! The revisions of all cases are looked at as if somebody had written them: nothing is found that their own headers do not say.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Mutex;

use seachange::dialect::{Dialect, Options};
use seachange::lint::{Found, Seen, lint};
use seachange::migrate::observe::{Identities, Traces};
use seachange::migrate::{Run, Session};
use seachange::revision::{Direction, Revision};

use crate::cases::Case;
use crate::cluster;
use crate::support::{block_on, compared, memory, postgres, reflect, root, run, write_for, write_online};

/// Runs a revision and looks on.
pub(super) async fn watched(session: &Session, text: &str, options: &Options) -> Vec<Found> {
    let revision = Revision::parse(Path::new("test.sql"), text).unwrap();
    let (before, names) = (reflect(session).await, Identities::of(session).await.unwrap());
    let traces = Mutex::new(Traces::default());
    let now = "2026-01-01T00:00:00Z";
    let how = Run { now, watch: &|_| {}, interrupted: None, traces: Some(&traces) };
    session.run_as(&revision, Direction::Up, how).await.unwrap_or_else(|error| panic!("{error:?}\n{text}"));
    let (after, names_after) = (reflect(session).await, Identities::of(session).await.unwrap());
    let traces = traces.into_inner().unwrap();
    let names = names.as_ref().zip(names_after.as_ref());
    let seen = Seen { before: &before, after: &after, traces: &traces, names };
    lint(&revision, session.dialect(), options, Some(seen)).unwrap()
}

/// What is found and not said in the header.
fn unsaid(name: &str, text: &str, found: &[Found]) -> Vec<String> {
    let revision = Revision::parse(Path::new("test.sql"), text).unwrap();
    let up = revision.hazards.iter().filter(|hazard| hazard.direction == Direction::Up);
    let said: BTreeSet<String> = up.map(seachange::revision::Hazard::key).collect();
    let unsaid = found.iter().filter(|own| !said.contains(&own.key));
    unsaid.map(|own| format!("{name}: {}:{}: {}", own.place.location.line, own.key, own.sentence)).collect()
}

async fn case(name: &str, session: Session) -> Vec<String> {
    let dialect = session.dialect();
    let Some(case) = Case::read(name, dialect) else { return Vec::new() };
    let (from, to, options) = (&case.from, &case.to, &case.options);
    let birth = write_for(&compared(&session, from, None, options).await, "birth", dialect).unwrap();
    // Everything is new, so nobody waits and nothing is lost.
    let found = watched(&session, &birth.text, options).await;
    assert_eq!(found, [], "{name}");
    let comparison = compared(&session, to, Some(&from.schema), options).await;
    let change = write_for(&comparison, "change", dialect).unwrap();
    let found = watched(&session, &change.text, options).await;
    unsaid(name, &change.text, &found)
}

async fn online(name: &str, session: Session) -> Vec<String> {
    let Some(case) = Case::read(name, Dialect::Postgres) else { return Vec::new() };
    let (from, to, options) = (&case.from, &case.to, &case.options);
    let birth = write_for(&compared(&session, from, None, options).await, "birth", Dialect::Postgres).unwrap();
    run(&session, &birth.text, Direction::Up).await.unwrap();
    let comparison = compared(&session, to, Some(&from.schema), options).await;
    let mut unsaid = Vec::new();
    for part in write_online(&comparison, options).unwrap() {
        let lines: Vec<&str> = part.text.lines().filter(|line| !line.starts_with("-- TODO: ")).collect();
        let text = lines.join("\n") + "\n";
        unsaid.extend(self::unsaid(name, &text, &watched(&session, &text, options).await));
    }
    unsaid
}

fn names() -> Vec<String> {
    let folders = fs::read_dir(root().join("fixtures/cases")).unwrap();
    let mut names: Vec<String> = folders.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn nothing_is_found_on_sqlite_that_the_header_does_not_say() {
    let unsaid: Vec<String> =
        names().iter().flat_map(|name| block_on(async { case(name, memory().await).await })).collect();
    assert!(unsaid.is_empty(), "{}", unsaid.join("\n"));
}

#[test]
fn nothing_is_found_on_postgres_that_the_header_does_not_say() {
    let of = |name: &String| {
        let database = cluster::database(name);
        block_on(async { case(name, postgres(&database).await).await })
    };
    let unsaid: Vec<String> = names().iter().flat_map(of).collect();
    assert!(unsaid.is_empty(), "{}", unsaid.join("\n"));
}

#[test]
fn nothing_is_found_in_the_forms_that_let_others_write_that_their_headers_do_not_say() {
    let of = |name: &String| {
        let database = cluster::database(name);
        block_on(async { online(name, postgres(&database).await).await })
    };
    let unsaid: Vec<String> = names().iter().flat_map(of).collect();
    assert!(unsaid.is_empty(), "{}", unsaid.join("\n"));
}
