//! What is dangerous about a revision that somebody wrote: the hazards of plans, found in what its statements were seen to do
//! in a database that is there for nothing else (`seen`), and in their words (`script`). Runs nothing.

mod script;
mod seen;

use std::collections::BTreeSet;

use crate::dialect::{Dialect, Options};
use crate::error::{Place, Result};
use crate::hazard::Kind;
use crate::migrate::has_way_down;
use crate::migrate::observe::{Identities, Traces};
use crate::model::{Location, Schema};
use crate::revision::{self, Direction, Revision, Section};

use self::script::Script;

/// What was seen while a revision ran.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// The schema right before.
    pub before: &'a Schema,
    /// The schema right after.
    pub after: &'a Schema,
    /// What each statement did to tables.
    pub traces: &'a Traces,
    /// What had which name before and after, where the database knows things by more than their names.
    pub names: Option<(&'a Identities, &'a Identities)>,
}

/// A hazard of a revision, and the statement that has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// What kind it is.
    pub kind: Kind,
    /// What it is and what it is about, as an `-- accept:` line says it.
    pub key: String,
    /// What happens to whom.
    pub sentence: String,
    /// The first line of the statement.
    pub place: Place,
    /// What to do instead, as far as that can be said in one line.
    pub hint: String,
    /// Somebody accepted it in the header of the file.
    pub accepted: bool,
}

/// The hazards of a revision's way up: what was seen of it, and what its words show that no run does. With nothing seen, what
/// its words show alone.
///
/// # Errors
/// The schemas cannot be compared.
///
/// ```
/// use seachange::dialect::{Dialect, Options};
/// use seachange::lint::lint;
/// use seachange::revision::Revision;
///
/// let text = "-- revision: a1\n-- migrate:up\n\nDELETE FROM users;\n\n-- migrate:down\n-- undo: none\n";
/// let revision = Revision::parse("a1.sql".as_ref(), text).unwrap();
/// let found = lint(&revision, Dialect::Sqlite, &Options::default(), None).unwrap();
/// assert_eq!((found[0].key.as_str(), found[0].place.location.line), ("deletes-rows users", 4));
/// ```
pub fn lint(revision: &Revision, dialect: Dialect, options: &Options, seen: Option<Seen<'_>>) -> Result<Vec<Found>> {
    let Some(section) = revision.section(Direction::Up, dialect.name()) else { return Ok(Vec::new()) };
    let script = Script::read(section, dialect, options);
    let mut hazards = match seen {
        Some(seen) => seen::hazards(&script, seen, dialect, options)?,
        None => script.signs(|sign| sign.shows),
    };
    let is_there = |own: &script::At| seen.is_none_or(|seen| script.knows(seen.before, &own.hazard));
    hazards.extend(script.signs(|sign| !sign.shows).into_iter().filter(is_there));
    let mut found: Vec<Found> = hazards.into_iter().map(|own| script.found(own, revision, section)).collect();
    found = found.into_iter().flat_map(|own| as_header_says(revision, own)).collect();
    if !has_way_down(dialect, revision) {
        found.extend(final_revision(revision, section, &script));
    }
    let mut told = BTreeSet::new();
    found.retain(|own| told.insert((own.place.location.line, own.key.clone())));
    found.sort_by_key(|own| (own.place.location.line, own.place.location.column));
    Ok(found)
}

/// What the header says of the same, where whoever wrote it knew what becomes of the values: no database does.
fn as_header_says(revision: &Revision, own: Found) -> Vec<Found> {
    let known: &[Kind] = match own.kind {
        Kind::ConvertsValues => &[Kind::ValuesMayFail, Kind::ReplacesValue, Kind::RenamesValue],
        Kind::EnumMayFail => &[Kind::ReplacesValue],
        _ => &[],
    };
    let subject = own.key.split_once(' ').map(|(_, subject)| subject).unwrap_or_default();
    let is_said = |kind: &Kind, said: &revision::Hazard| {
        let is_it =
            said.subject == subject || said.subject.strip_prefix(subject).is_some_and(|part| part.starts_with('.'));
        said.direction == Direction::Up && said.slug == kind.slug() && is_it
    };
    let said = known.iter().flat_map(|kind| {
        let hazards = revision.hazards.iter().filter(|said| is_said(kind, said));
        hazards.map(|said| Found {
            kind: *kind,
            accepted: is_accepted(revision, &said.key()),
            key: said.key(),
            sentence: said.sentence.clone(),
            hint: kind.row().explanation.to_owned(),
            place: own.place.clone(),
        })
    });
    let said: Vec<Found> = said.collect();
    if said.is_empty() { vec![own] } else { said }
}

/// A revision that says of no statement how it is undone.
fn final_revision(revision: &Revision, section: &Section, script: &Script) -> Option<Found> {
    let kind = Kind::CannotBeUndone;
    let first = script.statement(0)?;
    // What stands in the header says why.
    let mut said = revision.hazards.iter().filter(|own| own.direction == Direction::Up && own.slug == kind.slug());
    let (key, sentence) = match said.next() {
        Some(own) => (own.key(), own.sentence.clone()),
        None => (kind.slug().to_owned(), "There is no way down.".to_owned()),
    };
    Some(Found {
        kind,
        accepted: is_accepted(revision, &key),
        key,
        sentence,
        place: place(revision, section, first.line, &first.sql),
        hint: "write what undoes it below `-- migrate:down`, or `-- undo: none` if there is nothing to undo".to_owned(),
    })
}

fn is_accepted(revision: &Revision, key: &str) -> bool {
    revision.accepted.iter().any(|own| own.key == key)
}

/// The first line of a statement in the file.
fn place(revision: &Revision, section: &Section, line: usize, sql: &str) -> Place {
    let first = sql.lines().next().unwrap_or_default();
    let whole = section.sql.lines().nth(line.saturating_sub(1)).unwrap_or(first);
    let column = whole.find(first).map_or(0, |at| whole[..at].chars().count());
    let location = Location { file: revision.path.as_path().into(), line: section.line + line - 1, column: column + 1 };
    Place { location, line: whole.to_owned(), width: first.chars().count().max(1) }
}

/// What to do about a hazard where the words of the statement say no more: whether it writes rows is known.
fn general_hint(kind: Kind, writes_rows: bool) -> &'static str {
    match kind {
        Kind::BlocksReads | Kind::BlocksWrites if writes_rows => {
            "write to rows in a revision of its own, so that no lock of another statement is held meanwhile"
        }
        Kind::FillsNulls => "keep which rows held NULL where that matters: no way down knows it",
        kind => kind.row().explanation,
    }
}
