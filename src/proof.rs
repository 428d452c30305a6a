//! Proofs: the text of revisions is run in a place that is gone afterwards, up and down, and what it makes is compared. Knows
//! sessions and schemas; where the place comes from, and what is done about a proof that fails, is for others.

use crate::compare::{Origin, Pair, Sides, whole};
use crate::dialect::{Dialect, Options};
use crate::diff::{self, Rules};
use crate::error::{Error, LOST, Result};
use crate::migrate::Session;
use crate::model::{Declared, Schema, VerbatimKind};
use crate::op::Op;
use crate::plan::{self, Purpose};
use crate::render::sql;
use crate::revision::{Direction, Revision};

/// How many differences are named where there is room for one sentence.
const SHOWN: usize = 3;

/// What a proof came to.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// The way up leads where it should, and the way down leads back.
    Proved,
    /// The way up leads where it should, and there is no way down.
    NoWayDown,
    /// The text does not run.
    Fails(Box<Error>),
    /// After the way up, this is left.
    Misses(Residue),
    /// After the way down, this is left.
    Stays(Residue),
    /// The way up, run again after the way down, leads elsewhere.
    Wavers(Residue),
    /// Nobody can tell here, and why not.
    Open(String),
}

/// What lies between a schema as it is and as it should be.
#[derive(Debug)]
pub(crate) struct Residue {
    /// As it is.
    pub(crate) from: Schema,
    /// As it should be.
    pub(crate) to: Schema,
    /// What would lead there.
    pub(crate) ops: Vec<Op>,
}

/// What revisions are to make of a schema, before they are written.
pub(crate) struct Claim<'a> {
    /// Where they begin.
    pub(crate) start: (&'a Schema, Origin),
    /// They follow each other.
    pub(crate) revisions: &'a [Revision],
    /// Where they should lead, with everything nobody declares.
    pub(crate) target: &'a Schema,
    /// What the entities say, the lock that is written with the revisions, and what the project leaves out.
    pub(crate) declared: (&'a Declared, &'a Schema, &'a Rules),
    /// What the project decides.
    pub(crate) options: &'a Options,
}

/// Runs revisions in an empty place on the schema they are written for: up, one by one, and down again. Gives back the one
/// that fails, or the last.
///
/// # Errors
/// The connection fails.
pub(crate) async fn claim(session: &Session, claim: &Claim<'_>) -> Result<(usize, Verdict)> {
    let options = &options(session, claim.options);
    let last = claim.revisions.len().saturating_sub(1);
    if let Some(reason) = build(session, claim, options).await? {
        return Ok((last, Verdict::Open(reason)));
    }
    let (at, verdict) = up_and_down(session, claim, options).await?;
    let lacking = unmodelled(claim.start.0);
    let verdict = match verdict {
        // Somebody has to write the rest first, or runs it with another version.
        Verdict::Fails(error) if matches!(*error, Error::Unfinished { .. } | Error::NeedsNewer { .. }) => {
            Verdict::Open(error.to_string().lines().next().unwrap_or_default().to_owned())
        }
        verdict if verdict.is_failure() && !lacking.is_empty() => Verdict::Open(lacks(&lacking)),
        verdict => verdict,
    };
    Ok((at, verdict))
}

async fn up_and_down(session: &Session, claim: &Claim<'_>, options: &Options) -> Result<(usize, Verdict)> {
    let last = claim.revisions.len().saturating_sub(1);
    let mut steps = vec![session.reflect().await?];
    for (at, revision) in claim.revisions.iter().enumerate() {
        if let Some(verdict) = run(session, revision, Direction::Up).await? {
            return Ok((at, verdict));
        }
        steps.push(session.reflect().await?);
    }
    let Some(made) = steps.pop() else { return Ok((last, Verdict::Proved)) };
    if let Some(residue) = left(session, claim, &made, options).await? {
        return Ok((last, Verdict::Misses(residue)));
    }
    for (at, revision) in claim.revisions.iter().enumerate().rev() {
        if let Some(verdict) = run(session, revision, Direction::Down).await? {
            // What comes before cannot be taken back either.
            return Ok((at, verdict));
        }
        let back = session.reflect().await?;
        if let Some(residue) = between(&back, &steps[at], session.dialect(), options)? {
            return Ok((at, Verdict::Stays(residue)));
        }
    }
    Ok((last, outside(session).await?.unwrap_or(Verdict::Proved)))
}

/// Runs one revision up, down and up again, on what is there. After [`Verdict::Proved`] and [`Verdict::NoWayDown`] it is
/// applied.
///
/// # Errors
/// The connection fails.
pub(crate) async fn there_and_back(session: &Session, revision: &Revision, options: &Options) -> Result<Verdict> {
    let options = &self::options(session, options);
    let before = session.reflect().await?;
    if let Some(verdict) = run(session, revision, Direction::Up).await? {
        return Ok(verdict);
    }
    let after = session.reflect().await?;
    if let Some(verdict) = run(session, revision, Direction::Down).await? {
        return Ok(verdict);
    }
    if let Some(residue) = between(&session.reflect().await?, &before, session.dialect(), options)? {
        return Ok(Verdict::Stays(residue));
    }
    if let Some(verdict) = run(session, revision, Direction::Up).await? {
        return Ok(verdict);
    }
    if let Some(residue) = between(&session.reflect().await?, &after, session.dialect(), options)? {
        return Ok(Verdict::Wavers(residue));
    }
    Ok(outside(session).await?.unwrap_or(Verdict::Proved))
}

/// Runs one direction; what there is to say if it did not go well.
///
/// # Errors
/// The connection fails.
pub(crate) async fn run(session: &Session, revision: &Revision, direction: Direction) -> Result<Option<Verdict>> {
    if let Some(reason) = session.cannot_enclose(revision, direction) {
        return Ok(Some(Verdict::Open(format!("{reason}, and this role may make no database to try it in"))));
    }
    let done = async {
        session.check(revision, direction).await?;
        session.run(revision, direction, &crate::application::now()).await
    };
    match done.await {
        Ok(_) => Ok(None),
        Err(Error::NoWayDown { .. }) => Ok(Some(Verdict::NoWayDown)),
        Err(_) if session.is_strained() => {
            let reason = "it does not run in one transaction with what was before, and this role may make no database";
            Ok(Some(Verdict::Open(reason.to_owned())))
        }
        Err(error) if is_of_text(session.dialect(), &error) => Ok(Some(Verdict::Fails(Box::new(error)))),
        Err(error) => Err(error),
    }
}

/// Whether it is the text of the revision that failed, and not what is around it.
fn is_of_text(dialect: Dialect, error: &Error) -> bool {
    match error {
        Error::Statement { source, .. } => {
            let words = source.to_string();
            !words.starts_with(LOST) && !dialect.is_locked(&words)
        }
        Error::Misfits { .. }
        | Error::Orphans { .. }
        | Error::Unfinished { .. }
        | Error::NeedsNewer { .. }
        | Error::NeedsNoTransaction { .. }
        | Error::OwnTransaction { .. } => true,
        _ => false,
    }
}

/// What the room cannot hold together, if the work has reached out of it.
async fn outside(session: &Session) -> Result<Option<Verdict>> {
    let reached = session.reached().await?;
    let names = reached.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    Ok((!reached.is_empty()).then(|| Verdict::Open(format!("it works on {names}, which is not its own"))))
}

/// Makes the schema that everything begins with; why that cannot be, if it cannot.
async fn build(session: &Session, claim: &Claim<'_>, options: &Options) -> Result<Option<String>> {
    let dialect = session.dialect();
    let (start, origin) = claim.start;
    let schema = dialect.canonicalize(start.clone(), claim.options)?;
    let schema = home(session, schema);
    if session.is_enclosed()
        && let Some(name) = [&schema, claim.target].into_iter().find_map(elsewhere)
    {
        return Ok(Some(format!(
            "`{name}` is in a schema of its own, and this role may make no database to try it in"
        )));
    }
    let ops = diff::diff(&Schema::default(), &schema);
    let steps = match plan::plan(ops, &Schema::default(), dialect, options, Purpose::Record) {
        Ok(plan) => plan.steps,
        Err(error @ Error::Blocked { .. }) => return Ok(Some(cannot_build(&error))),
        Err(error) => return Err(error),
    };
    let statements: Vec<String> = steps.iter().flat_map(|step| sql::statements(step, dialect)).collect();
    match session.build(&statements, "make the schema as it is").await {
        Ok(()) => {}
        Err(Error::Query { source, .. }) if !source.to_string().starts_with(LOST) => {
            let lacking = unmodelled(start);
            let more = if lacking.is_empty() { String::new() } else { format!(" ({})", lacks(&lacking)) };
            return Ok(Some(format!("the schema as it is cannot be made again: {source}{more}")));
        }
        Err(error) => return Err(error),
    }
    let made = home(session, session.reflect().await?);
    let mut pair = Pair::new((&made, Origin::Database), (&schema, origin), &[], dialect, options)?;
    pair.ask(session.connection()).await?;
    let ops = pair.compare().ops;
    Ok((!ops.is_empty())
        .then(|| format!("the schema as it is comes out otherwise when it is made again: {}", first(&ops))))
}

fn cannot_build(error: &Error) -> String {
    let Error::Blocked { blocked } = error else { return error.to_string() };
    let reasons = blocked.iter().take(SHOWN).map(|blocked| format!("{}: {}", blocked.op, blocked.refusal.reason));
    format!("the schema as it is cannot be made again: {}", reasons.collect::<Vec<_>>().join("; "))
}

/// What is left to do after the way up: what `check` would find, and what became of the things nobody declares.
async fn left(session: &Session, claim: &Claim<'_>, made: &Schema, options: &Options) -> Result<Option<Residue>> {
    let (declared, lock, rules) = claim.declared;
    let residue = left_to_declared(session, (declared, Some(lock), rules), made, claim.options).await?;
    if residue.is_some() {
        return Ok(residue);
    }
    let (made, target) = (home(session, made.clone()), home(session, claim.target.clone()));
    let both = [(&made, Origin::Database), (&target, Origin::Declared)];
    let mut pair = Pair::new(both[0], both[1], &[], session.dialect(), options)?;
    pair.ask(session.connection()).await?;
    let found = pair.compare();
    let ops: Vec<Op> = found.ops.iter().filter(|op| !is_reworded(op, &found.ops)).cloned().collect();
    Ok((!ops.is_empty()).then_some(Residue { from: found.from, to: target, ops }))
}

/// Whether the operation is one of two that make anew what is there. What nobody declares follows a rename in the words of the
/// database, which nobody knows before.
fn is_reworded(op: &Op, all: &[Op]) -> bool {
    let has = |is_other: &dyn Fn(&Op) -> bool| all.iter().any(is_other);
    match op {
        Op::ReplaceVerbatim { .. } => true,
        Op::DropVerbatim { name, object } => has(
            &|op| matches!(op, Op::CreateVerbatim { name: other, object: new } if other == name && new.kind == object.kind),
        ),
        Op::CreateVerbatim { name, object } => has(
            &|op| matches!(op, Op::DropVerbatim { name: other, object: old } if other == name && old.kind == object.kind),
        ),
        Op::DropAttachment { table, attachment } => has(&|op| {
            matches!(op, Op::CreateAttachment { table: other, attachment: new }
                if other == table && new.kind == attachment.kind && new.name == attachment.name)
        }),
        Op::CreateAttachment { table, attachment } => has(&|op| {
            matches!(op, Op::DropAttachment { table: other, attachment: old }
                if other == table && old.kind == attachment.kind && old.name == attachment.name)
        }),
        _ => false,
    }
}

/// What is left to do to reach what is declared, as `check` would find it: the entities, the lock and what the project leaves
/// out.
///
/// # Errors
/// The connection fails.
pub(crate) async fn left_to_declared(
    session: &Session,
    (declared, lock, rules): (&Declared, Option<&Schema>, &Rules),
    made: &Schema,
    options: &Options,
) -> Result<Option<Residue>> {
    let dialect = session.dialect();
    let own = self::options(session, options);
    // Elsewhere, names that are said in full are said of another schema.
    let fit = |schema: &Schema| {
        if !session.is_enclosed() {
            return Ok(schema.clone());
        }
        dialect.canonicalize(schema.clone(), options).map(|schema| home(session, schema))
    };
    // What was to be renamed is renamed; names that changed places would do so again.
    let (renames, once) = (Vec::new(), Vec::new());
    let declared = Declared { schema: fit(&declared.schema)?, renames, once, ..declared.clone() };
    let lock = lock.map(fit).transpose()?;
    let mut sides = Sides::new(&declared, lock.as_ref(), &home(session, made.clone()), dialect, &own, rules)?;
    sides.ask(session.connection()).await?;
    let comparison = sides.compare();
    let ops = comparison.ops();
    Ok((!ops.is_empty()).then_some(Residue { from: comparison.live, to: comparison.target, ops }))
}

/// What lies between two schemas of the same place, if anything does.
fn between(is: &Schema, should: &Schema, dialect: Dialect, options: &Options) -> Result<Option<Residue>> {
    let found = whole((is, Origin::Database), (should, Origin::Database), &[], dialect, options)?;
    let to = dialect.canonicalize(should.clone(), options)?;
    Ok((!found.ops.is_empty()).then_some(Residue { from: found.from, to, ops: found.ops }))
}

/// What the project decides, with the schema of the place as the one that is meant where none is named.
fn options(session: &Session, options: &Options) -> Options {
    if !session.is_enclosed() {
        return options.clone();
    }
    Options { schema: session.schema().to_owned().into(), ..options.clone() }
}

/// The schema as far as it can be made in the session: where that is only a schema of a database, extensions are there.
fn home(session: &Session, mut schema: Schema) -> Schema {
    if session.is_enclosed() {
        schema.verbatim.retain(|_, object| object.kind != VerbatimKind::Extension);
    }
    schema
}

/// Something that is not in the default schema, if there is such.
fn elsewhere(schema: &Schema) -> Option<String> {
    let names = schema.tables.keys().chain(schema.enums.keys());
    let objects = schema.verbatim.iter().filter(|(_, object)| object.kind != VerbatimKind::Extension);
    let is_own = |kind: VerbatimKind| kind == VerbatimKind::Namespace;
    let objects = objects.filter(|(name, object)| name.schema.is_some() || is_own(object.kind)).map(|(name, _)| name);
    names.filter(|name| name.schema.is_some()).chain(objects).next().map(ToString::to_string)
}

/// What a schema has that no statement of ours makes.
fn unmodelled(schema: &Schema) -> Vec<String> {
    let of_tables = schema.tables.values().flat_map(|table| {
        table.unmodelled.iter().map(|words| format!("`{words}` of the table `{}`", table.name)).collect::<Vec<_>>()
    });
    schema.unmodelled.iter().cloned().chain(of_tables).collect()
}

fn lacks(objects: &[String]) -> String {
    let more = objects.len().saturating_sub(SHOWN);
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    format!("seachange cannot make again what is there: {}{more}", objects[..objects.len().min(SHOWN)].join(", "))
}

/// The first differences, in words.
fn first(ops: &[Op]) -> String {
    let words: Vec<String> = ops.iter().take(SHOWN).map(ToString::to_string).collect();
    let more = ops.len().saturating_sub(SHOWN);
    words.join("; ") + &if more == 0 { String::new() } else { format!("; and {more} more") }
}

impl Verdict {
    /// Whether the text does not do what it is to do.
    pub(crate) fn is_failure(&self) -> bool {
        match self {
            Self::Fails(_) | Self::Misses(_) | Self::Stays(_) | Self::Wavers(_) => true,
            Self::Proved | Self::NoWayDown | Self::Open(_) => false,
        }
    }
}
