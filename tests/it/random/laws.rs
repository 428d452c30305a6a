//! The five laws, on a database of a case's own.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use seachange::compare::{Comparison, Difference, Sides, compare};
use seachange::dialect::{Dialect, Options};
use seachange::diff::{self, Rules};
use seachange::error::Error;
use seachange::migrate::Session;
use seachange::model::{AutoIncrement, Declared, Schema};
use seachange::plan::Plan;
use seachange::plan::hazard::Kind;
use seachange::revision::{Direction, lock};

use super::contents::{Contents, kept, returned};
use super::{Case, Lawful};
use crate::cluster::{self, Database};
use crate::dumps;
use crate::measure::predicted_too_mildly;
use crate::models;
use crate::support::{Written, assert_sound, execute, memory, postgres, query, reflect, run, write_for};

/// A database of its own.
pub(super) struct Place {
    pub(super) session: Session,
    /// The other side of the session, where it is one, and how often it was used.
    database: Option<(Database<'static>, usize)>,
}

/// Databases that nobody uses. To empty one costs less than to make one, until too much was done in it.
static IDLE: Mutex<Vec<(Database<'static>, usize)>> = Mutex::new(Vec::new());

const USES: usize = 50;

impl Place {
    pub(super) async fn new(dialect: Dialect) -> Self {
        if dialect == Dialect::Sqlite {
            return Self { session: memory().await, database: None };
        }
        let idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let (database, used) = idle.unwrap_or_else(|| (cluster::database("random"), 0));
        let session = postgres(&database).await;
        if used > 0 {
            let schemas = ["public", models::ELSEWHERE, models::FARTHER].map(|name| dialect.quote(name));
            let drops = schemas.map(|name| format!("DROP SCHEMA IF EXISTS {name} CASCADE;\n"));
            execute(&session, &format!("SET client_min_messages = error;\n{}CREATE SCHEMA public", drops.concat()))
                .await;
        }
        Self { session, database: Some((database, used + 1)) }
    }

    /// The second opinion on the schema, where there is one.
    fn dump(&self) -> Option<String> {
        self.database.as_ref().and_then(|(database, _)| dumps::dump(database))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some((database, used)) = self.database.take()
            && used < USES
        {
            IDLE.lock().unwrap_or_else(PoisonError::into_inner).push((database, used));
        }
    }
}

/// What lies between what is declared and the database as it is, which is asked where the rules are not enough.
pub(super) async fn compared(
    session: &Session,
    declared: &Declared,
    lock: Option<&Schema>,
    options: &Options,
    rules: &Rules,
) -> Lawful<Comparison> {
    let live = reflect(session).await;
    let sides = Sides::new(declared, lock, &live, session.dialect(), options, rules);
    let mut sides = sides.map_err(|error| error.to_string())?;
    sides.ask(session.connection()).await.map_err(|error| chain(&error))?;
    Ok(sides.compare())
}

pub(super) async fn laws(case: &Case) -> Lawful {
    let Case { from, to, options, .. } = case;
    let dialect = case.dialect;
    let no_rules = Rules::default();
    let place = Place::new(dialect).await;
    let session = &place.session;
    born(session, case).await?;
    let before = Contents::of(session).await;
    let first = if case.dumped { place.dump() } else { None };

    let comparison = compared(session, to, Some(&from.schema), options, &no_rules).await?;
    let written = match write_for(&comparison, "change", dialect) {
        Ok(written) => written,
        Err(Error::Blocked { blocked }) => return rightly_blocked(from, to, &blocked),
        Err(error) => return Err(error.to_string()),
    };
    let recorded = lock::read(&lock::write(&from.schema)).map_err(|error| error.to_string())?;
    let offline = compare(to, Some(&recorded), &recorded, dialect, options).map_err(|error| error.to_string())?;
    let offline = write_for(&offline, "change", dialect).map_err(|error| format!("offline: {error}"))?.text;
    // The lock does not say what others made in other words.
    if written.text != offline && !case.by_others {
        return Err(format!("offline and online differ\n{}\nis not\n{offline}", written.text));
    }

    mild(session, &written.up, &written).await?;
    if !step(session, &written, Direction::Up, &before).await? {
        return Ok(());
    }
    silent(session, to, options, "after the way up", &written).await?;
    let after = Contents::of(session).await;
    kept(&before, &after, &written.up, "the way up", dialect).map_err(|problem| in_text(&problem, &written))?;
    if case.dumped {
        like_new(&place, &comparison.target).await.map_err(|problem| in_text(&problem, &written))?;
    }

    let Some(down) = &written.down else { return Err(in_text("there is no way down", &written)) };
    mild(session, down, &written).await?;
    if !step(session, &written, Direction::Down, &after).await? {
        return Ok(());
    }
    silent(session, from, options, "after the way down", &written).await?;
    let back = Contents::of(session).await;
    kept(&after, &back, down, "the way down", dialect).map_err(|problem| in_text(&problem, &written))?;
    returned(&before, &after, &back, &written).map_err(|problem| in_text(&problem, &written))?;
    let canonicalize = |schema: &Schema| dialect.canonicalize(schema.clone(), options).unwrap();
    let as_now = canonicalize(&back.schema);
    let left = diff::diff(&dialect.reconcile(canonicalize(&before.schema), &as_now), &as_now);
    same(&left, &Vec::new(), "the way down does not lead back", &written.text)?;
    let last = if case.dumped { place.dump() } else { None };
    same(&unlike(first.as_deref(), last.as_deref()), &Vec::new(), "the dump after up and down", &written.text)?;

    if step(session, &written, Direction::Up, &back).await? {
        silent(session, to, options, "after the second way up", &written).await?;
    }
    Ok(())
}

/// No step locks, reads or writes more than its prediction says.
async fn mild(session: &Session, plan: &Plan, written: &Written) -> Lawful {
    if session.dialect() == Dialect::Sqlite {
        return Ok(());
    }
    same(&predicted_too_mildly(session, plan).await, &Vec::new(), "predicted too mildly", &written.text)
}

/// The database of a case before anything happens, with its rows.
pub(super) async fn born(session: &Session, case: &Case) -> Lawful {
    let Case { from, options, rows, .. } = case;
    let dialect = case.dialect;
    let by_others = if case.by_others { in_other_words } else { |schema: Schema, _: &Schema| schema };
    birth(session, from, options, by_others).await?;
    let mut canonical = dialect.canonicalize(from.schema.clone(), options).map_err(|error| error.to_string())?;
    models::keep_values(&mut canonical, &from.schema);
    execute(session, &models::rows(&canonical, *rows, dialect)).await;
    sound(session, "rows").await
}

/// The schema as other tools make it: what counts because nobody said otherwise is a `serial` on PostgreSQL.
fn in_other_words(mut schema: Schema, declared: &Schema) -> Schema {
    for table in schema.tables.values_mut().map(|table| &mut **table) {
        let said = declared.tables.get(&table.name);
        for column in table.columns.iter_mut().filter(|column| column.identity.is_some()) {
            let own = said.and_then(|table| table.column(&column.name));
            if own.is_some_and(|own| own.auto_increment == AutoIncrement::Inferred && own.identity.is_none()) {
                (column.identity, column.auto_increment) = (None, AutoIncrement::Yes);
            }
        }
    }
    schema
}

/// What came of the way up is what comes of nothing.
async fn like_new(place: &Place, target: &Schema) -> Lawful {
    let Some(found) = place.dump() else { return Ok(()) };
    let new = Place::new(place.session.dialect()).await;
    make(&new.session, target).await?;
    same(&unlike(new.dump().as_deref(), Some(&found)), &Vec::new(), "a new database looks different", "")
}

/// What two dumps say differently. A schema that was made stays when it is empty, and `public` may have been made anew.
fn unlike(expected: Option<&str>, found: Option<&str>) -> Vec<String> {
    let mut differences = dumps::differences(expected, found);
    let is_of_schema =
        |line: &String| ["CREATE SCHEMA ", "COMMENT ON SCHEMA "].iter().any(|words| line[2..].starts_with(words));
    differences.retain(|line| !is_of_schema(line));
    differences
}

/// Makes everything in an empty database.
async fn make(session: &Session, schema: &Schema) -> Lawful<Written> {
    let ops = diff::diff(&Schema::default(), schema);
    let differences = ops.into_iter().map(|op| Difference { op, drift: false }).collect();
    let all = Comparison { differences, ..Comparison::default() };
    let written = write_for(&all, "birth", session.dialect()).map_err(|error| chain(&error))?;
    run(session, &written.text, Direction::Up).await.map_err(|error| in_text(&chain(&error), &written))?;
    Ok(written)
}

pub(super) async fn converges_by(case: &Case, rules: &Rules) -> Lawful {
    let Case { from, to, options, .. } = case;
    let dialect = case.dialect;
    let place = Place::new(dialect).await;
    let session = &place.session;
    born(session, case).await?;
    let before = Contents::of(session).await;
    let comparison = compared(session, to, Some(&from.schema), options, rules).await?;
    let written = match write_for(&comparison, "change", dialect) {
        Ok(written) => written,
        Err(Error::Blocked { .. }) => return Ok(()),
        Err(error) => return Err(error.to_string()),
    };
    if !step(session, &written, Direction::Up, &before).await? {
        return Ok(());
    }
    let after = Contents::of(session).await;
    let left = compared(session, to, Some(&to.schema), options, rules).await?;
    let left: Vec<String> = left.ops().iter().map(ToString::to_string).collect();
    same(&left, &Vec::new(), &format!("after the way up by {rules:?}"), &written.text)?;
    kept(&before, &after, &written.up, "the way up", dialect).map_err(|problem| in_text(&problem, &written))
}

pub(super) async fn birth(
    session: &Session,
    declared: &Declared,
    options: &Options,
    made: impl Fn(Schema, &Schema) -> Schema,
) -> Lawful {
    let comparison = compared(session, declared, None, options, &Rules::default()).await?;
    let written = make(session, &made(comparison.target, &declared.schema)).await?;
    silent(session, declared, options, "after birth", &written).await?;
    sound(session, "birth").await
}

/// Words of a database about rows that stand in the way.
const OF_ROWS: [&str; 15] = [
    "constraint failed",
    "datatype mismatch",
    "cannot store",
    "contains null values",
    "is violated by some row",
    "could not create unique index",
    "could not create exclusion constraint",
    "violates foreign key constraint",
    "invalid input",
    "out of range",
    "too long for type",
    "cannot cast",
    "overflow",
    "malformed",
    "syntax error in tsvector",
];

/// Runs one direction. False when it failed as a hazard said it may; then nothing may have changed.
pub(super) async fn step(
    session: &Session,
    written: &Written,
    direction: Direction,
    before: &Contents,
) -> Lawful<bool> {
    let outcome = run(session, &written.text, direction).await;
    sound(session, direction.as_str()).await.map_err(|problem| in_text(&problem, written))?;
    let Err(error) = outcome else { return Ok(true) };
    let plan = match direction {
        Direction::Up => Some(&written.up),
        Direction::Down => written.down.as_ref(),
    };
    let may_fail = [
        Kind::UniqueMayFail,
        Kind::NotNullMayFail,
        Kind::CheckMayFail,
        Kind::ForeignKeyMayFail,
        Kind::ConvertsValues,
        Kind::StrictMayFail,
        Kind::EnumMayFail,
    ];
    let is_said = plan.is_some_and(|plan| plan.hazards().any(|hazard| may_fail.contains(&hazard.kind)));
    // A statement that is refused for what it says, not for the rows, is no matter of hazards.
    let text = chain(&error);
    let is_of_rows = matches!(error, Error::Orphans { .. } | Error::Misfits { .. })
        || OF_ROWS.iter().any(|words| text.contains(words));
    if !is_said || !is_of_rows {
        return Err(in_text(&format!("{} failed: {text}", direction.as_str()), written));
    }
    let after = Contents::of(session).await;
    same(&after.schema, &before.schema, "a failure changed the schema", &written.text)?;
    same(&after.rows, &before.rows, "a failure changed rows", &written.text)?;
    Ok(false)
}

/// Why a plan may be refused: a column needs a value in a table that has rows, and types that have nothing in common.
const RIGHT_REASONS: [&str; 2] = ["would have no value", "PostgreSQL has no way to make"];

fn rightly_blocked(from: &Declared, to: &Declared, blocked: &[seachange::error::Blocked]) -> Lawful {
    let known = from.schema.tables.len();
    for blocked in blocked {
        let is_right = RIGHT_REASONS.iter().any(|words| blocked.refusal.reason.contains(words));
        if known == 0 || to.schema.tables.is_empty() || !is_right {
            return Err(format!("blocked: {}: {}", blocked.op, blocked.refusal.reason));
        }
    }
    Ok(())
}

pub(super) async fn silent(
    session: &Session,
    declared: &Declared,
    options: &Options,
    when: &str,
    written: &Written,
) -> Lawful {
    let comparison = compared(session, declared, Some(&declared.schema), options, &Rules::default()).await?;
    let differences: Vec<String> = comparison.ops().iter().map(ToString::to_string).collect();
    same(&differences, &Vec::new(), when, &written.text)
}

async fn sound(session: &Session, when: &str) -> Lawful {
    if session.dialect() == Dialect::Postgres {
        assert_sound(session).await;
        return Ok(());
    }
    let mut problems = query(session, "PRAGMA integrity_check").await;
    problems.retain(|problem| problem != "ok");
    problems.extend(query(session, "SELECT 'orphan in ' || \"table\" FROM pragma_foreign_key_check").await);
    let leftovers = "SELECT 'left over: ' || name FROM sqlite_schema WHERE name LIKE '\\_seachange\\_%' ESCAPE '\\'";
    problems.extend(query(session, leftovers).await);
    if query(session, "SELECT CAST(foreign_keys AS TEXT) FROM pragma_foreign_keys").await != ["1"] {
        problems.push("foreign keys are off".to_owned());
    }
    if problems.is_empty() { Ok(()) } else { Err(format!("after {when}: {}", problems.join("\n"))) }
}

pub(super) fn same<T: PartialEq + fmt::Debug>(left: &T, right: &T, what: &str, text: &str) -> Lawful {
    if left == right { Ok(()) } else { Err(format!("{what}\n{left:#?}\nis not\n{right:#?}\n{text}")) }
}

pub(super) fn in_text(problem: &str, written: &Written) -> String {
    format!("{problem}\n{}", written.text)
}

pub(super) fn chain(error: &Error) -> String {
    let mut text = error.to_string();
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        text.push_str(&format!(": {source}"));
        cause = source;
    }
    text
}
