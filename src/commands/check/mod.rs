//! `check`: what lies between the entities, the revisions and the database.

mod coming;
mod output;

use std::collections::BTreeSet;
use std::path::Path;

use crate::cli::{self, CheckFormat, Part};
use crate::compare::Comparison;
use crate::error::{Error, Result, closest, count};
use crate::model::{Declared, Location, Schema};
use crate::op::Op;
use crate::report::finding::Finding;
use crate::report::kind::Kind;
use crate::report::{Found, Report};
use crate::revision::Revision;
use crate::revision::dir::LOCK;
use crate::revision::graph::Graph;

pub(super) use self::output::{is_read_by_people, to_file, write_all};
use super::adopt::{self, When};
use super::revisions::{EDITED, history_of, is_edited};
use super::{Context, Exit, Live, merge, missing, refuse_doubtful};

/// What is asked, and what of the answers counts.
struct Asked {
    parts: BTreeSet<Part>,
    fatal: BTreeSet<Kind>,
    /// Whether what would run is wanted, too.
    coming: bool,
}

impl Asked {
    fn new(ctx: &Context<'_>, args: &cli::Check) -> Result<Self> {
        let parts: BTreeSet<Part> = if args.offline {
            [Part::Entities, Part::Heads].into()
        } else if args.only.is_empty() {
            [Part::Entities, Part::Revisions, Part::Database, Part::Heads].into()
        } else {
            args.only.iter().copied().collect()
        };
        let mut fatal = if args.fail_on.is_empty() { Kind::usual() } else { BTreeSet::new() };
        for slug in &args.fail_on {
            let kinds = Kind::named(slug);
            if kinds.is_empty() {
                let known = Kind::slugs();
                let near = closest(slug, &known).map(|near| format!(" (did you mean `{near}`?)")).unwrap_or_default();
                let all = known.join("`, `");
                let problem = format!("`--fail-on {slug}`: there is nothing of that name{near}; there are `{all}`");
                return Err(Error::Misused { problem });
            }
            fatal.extend(kinds);
        }
        if args.strict || ctx.config.strict && args.fail_on.is_empty() && !args.offline {
            fatal.insert(Kind::Unmanaged);
        }
        Ok(Self { parts, fatal, coming: args.format == CheckFormat::Markdown })
    }

    fn has(&self, part: Part) -> bool {
        self.parts.contains(&part)
    }

    fn report(&self, against: String, side: &'static str) -> Report {
        Report { against, side, fatal: self.fatal.clone(), ..Report::default() }
    }
}

/// Whether what is asked takes a database to answer.
pub(super) fn needs_database(args: &cli::Check) -> bool {
    let needs = |part: &Part| matches!(part, Part::Revisions | Part::Database);
    !args.offline && (args.only.is_empty() || args.only.iter().any(needs))
}

/// Says whether entities, revisions and database are one.
pub(super) async fn check(ctx: &mut Context<'_>, args: &cli::Check) -> Result<Exit> {
    let asked = Asked::new(ctx, args)?;
    let looked = if needs_database(args) { online(ctx, &asked).await } else { offline(ctx, &asked) };
    output::deliver(ctx, args, looked)
}

/// What was found, in a few words.
fn in_words(report: &Report) -> String {
    let differences = [Kind::Unwritten, Kind::Drift, Kind::Added, Kind::Unmanaged];
    let parts = [
        (&[Kind::Heads][..], "head"),
        (&[Kind::Pending], "pending revision"),
        (&[Kind::Edited, Kind::Missing, Kind::Unfinished], "edited or missing file"),
        (&differences, "difference"),
    ];
    let counts = |kinds| report.of(kinds).filter(|found| report.fatal.contains(&found.kind)).count();
    let parts = parts.into_iter().map(|(kinds, what)| (counts(kinds), what)).filter(|(number, _)| *number > 0);
    let parts: Vec<String> = parts.map(|(number, what)| count(number, what)).collect();
    if parts.is_empty() { "no differences".to_owned() } else { parts.join(", ") }
}

fn offline(ctx: &mut Context<'_>, asked: &Asked) -> Result<Report> {
    let graph = ctx.graph()?;
    if !asked.has(Part::Entities) {
        let against = format!("each other in `{}`", ctx.shown(&ctx.config.migrations));
        let mut report = asked.report(against, LOCK);
        report.counted = count(graph.revisions().len(), "revision");
        heads(ctx, &graph, &mut report);
        return Ok(report);
    }
    let declared = ctx.declare()?;
    let lock = ctx.lock()?.unwrap_or_default();
    let comparison = against_lock(ctx, &declared, &lock)?;
    let mut report = asked.report(format!("`{}`", ctx.shown(&ctx.config.migrations.join(LOCK))), LOCK);
    report = report.with(&comparison, &declared, ctx.config.dialect);
    report.coming = coming::coming(ctx, asked, (&[], &Schema::default()), comparison);
    report.found.extend(warnings(&declared));
    if report.of(&[Kind::Unwritten, Kind::Drift]).next().is_some() {
        let usual = || WRITE.to_owned();
        report.hint = Some(merge::hint(ctx, &declared.schema, &lock)?.unwrap_or_else(usual));
    }
    if asked.has(Part::Heads) {
        heads(ctx, &graph, &mut report);
    }
    Ok(report)
}

/// What is odd about the entities.
fn warnings(declared: &Declared) -> impl Iterator<Item = Found> {
    declared.warnings.iter().map(|warning| {
        let Finding { text, place, .. } = Finding::from(warning);
        Found { kind: Kind::Warning, text, object: None, place }
    })
}

/// Where the revisions end, if that is not in one.
fn heads(ctx: &Context<'_>, graph: &Graph, report: &mut Report) {
    let heads = graph.heads();
    if heads.len() < 2 {
        return;
    }
    report.found.extend(heads.into_iter().map(|revision| of_revision(ctx, Kind::Heads, revision, revision.title())));
    let hint = report.hint.take().map(|hint| format!("{hint}\n")).unwrap_or_default();
    report.hint = Some(format!("{hint}hint: join the heads with `seachange merge -m …`"));
}

/// Something about a revision, with its file.
fn of_revision(ctx: &Context<'_>, kind: Kind, revision: &Revision, text: String) -> Found {
    let place = Location { file: Path::new(&ctx.shown(&revision.path)).into(), line: 1, column: 1 };
    Found { kind, text, object: Some(revision.id.clone()), place: Some(place) }
}

async fn online(ctx: &mut Context<'_>, asked: &Asked) -> Result<Report> {
    let (graph, lock) = (ctx.graph()?, ctx.lock()?);
    let mut report = asked.report(format!("the database `{}`", ctx.database()?), "database");
    let (declared, live) = if asked.has(Part::Entities) || asked.has(Part::Database) {
        let (declared, live) = ctx.declare_and_look().await?;
        (Some(declared), live)
    } else {
        (None, history_of(ctx).await?)
    };
    ctx.stands_at(&graph, &live.applied());
    if asked.has(Part::Revisions) {
        report.found = history_problems(ctx, &graph, &live);
    }
    let head = graph.resolve("heads", &live.applied())?;
    let pending = graph.upgrade(&head, &live.applied());
    // What is pending also keeps the database from being compared.
    report.found.extend(pending.iter().map(|revision| of_revision(ctx, Kind::Pending, revision, revision.title())));
    report.counted = count(graph.revisions().len(), "revision");
    let is_edited_hint = report.found.iter().any(|found| found.kind == Kind::Edited).then(|| EDITED.to_owned());
    let is_pending = !pending.is_empty();
    let mut report = match declared {
        Some(declared) if is_pending || !asked.has(Part::Database) => {
            let mut report = of_entities(ctx, asked, (&declared, lock), (&pending, &live.schema), report)?;
            report.hint = report.hint.or(is_edited_hint);
            adopt::tell(ctx, &graph, &live, if report.hint.is_some() { When::Aside } else { When::Asked }).await?;
            report.found.extend(warnings(&declared));
            report
        }
        Some(declared) => {
            let mut report = of_database(ctx, asked, (&declared, lock.as_ref()), (&graph, live), report).await?;
            report.found.extend(warnings(&declared));
            report
        }
        None => {
            report.hint = if is_pending { Some(PENDING.to_owned()) } else { is_edited_hint };
            adopt::tell(ctx, &graph, &live, if report.hint.is_some() { When::Aside } else { When::Asked }).await?;
            report
        }
    };
    if asked.has(Part::Heads) {
        heads(ctx, &graph, &mut report);
    }
    Ok(report)
}

/// What to do about entities that no revision knows of.
pub(super) const WRITE: &str = "hint: write the revision with `seachange revision --autogenerate -m …`";

const PENDING: &str = "hint: run `seachange upgrade head`, or `seachange stamp head` if the database already has them";

/// Compares the entities with the lock, because the database is behind or was not asked for.
fn of_entities(
    ctx: &Context<'_>,
    asked: &Asked,
    (declared, lock): (&Declared, Option<Schema>),
    (pending, live): (&[&Revision], &Schema),
    report: Report,
) -> Result<Report> {
    let lock = lock.unwrap_or_default();
    let comparison = against_lock(ctx, declared, &lock)?;
    let mut report = report;
    if asked.has(Part::Entities) {
        report = report.with(&comparison, declared, ctx.config.dialect).without_unmanaged();
        report.against = format!("`{LOCK}`");
        report.side = LOCK;
    }
    let differs = report.of(&[Kind::Unwritten, Kind::Drift]).next().is_some();
    let behind = if differs { merge::hint(ctx, &declared.schema, &lock)? } else { None };
    report.coming = coming::coming(ctx, asked, (pending, live), comparison);
    report.hint = if !pending.is_empty() {
        let behind = behind.map(|hint| format!("{hint}\n")).unwrap_or_default();
        let note = if asked.has(Part::Database) {
            "note: the live tables were not compared, because the pending revisions change them\n"
        } else {
            ""
        };
        Some(format!("{behind}{note}{PENDING}"))
    } else if differs {
        let usual = || WRITE.to_owned();
        Some(behind.unwrap_or_else(usual))
    } else {
        None
    };
    Ok(report)
}

/// Compares the entities with the live database.
async fn of_database(
    ctx: &mut Context<'_>,
    asked: &Asked,
    (declared, lock): (&Declared, Option<&Schema>),
    (graph, mut live): (&Graph, Live),
    report: Report,
) -> Result<Report> {
    let rules = ctx.config.rules.clone();
    let sides = (std::mem::take(&mut live.schema), live.session.as_ref());
    let comparison = ctx.compare_live(declared, lock, sides, &rules).await?;
    refuse_doubtful(&comparison.doubtful, &[], &[])?;
    let mut report = report.with(&comparison, declared, ctx.config.dialect);
    let known = live.history.values().find_map(|applied| applied.undeclared.as_deref());
    if let Some(known) = known.filter(|_| lock.is_some()) {
        report = report.since(&comparison, known);
    }
    report.hint = hint(&report, &comparison, graph.revisions().is_empty());
    if report.hint.is_none() && graph.revisions().iter().any(|revision| is_edited(&live, revision)) {
        report.hint = Some(EDITED.to_owned());
    }
    let is_unheard = |found: &Found| matches!(found.kind, Kind::Unmanaged) && !report.fatal.contains(&found.kind);
    if asked.has(Part::Entities) && lock.is_some() && report.found.iter().all(is_unheard) {
        report = unrecorded(ctx, declared, lock, report)?;
    }
    report.coming = coming::coming(ctx, asked, (&[], &Schema::default()), comparison);
    let when = if report.hint.is_some() { When::Aside } else { When::Asked };
    adopt::tell(ctx, graph, &live, when).await?;
    Ok(report)
}

/// A database that already has what the entities say, although no revision makes it.
fn unrecorded(ctx: &Context<'_>, declared: &Declared, lock: Option<&Schema>, report: Report) -> Result<Report> {
    let Some(lock) = lock else { return Ok(report) };
    // Word by word the same needs no comparison.
    if declared.schema == *lock {
        return Ok(report);
    }
    let comparison = against_lock(ctx, declared, lock)?;
    if comparison.differences.is_empty() {
        return Ok(report);
    }
    let of_lock = Report { fatal: report.fatal.clone(), ..Report::default() };
    let of_lock = of_lock.with(&comparison, declared, ctx.config.dialect).without_unmanaged();
    let usual = || {
        "note: the database already looks like the entities, but no revision leads there\n\
         hint: write it with `seachange revision --autogenerate --offline -m …`, then `seachange stamp head`"
            .to_owned()
    };
    let hint = Some(merge::hint(ctx, &declared.schema, lock)?.unwrap_or_else(usual));
    Ok(Report {
        against: format!("`{LOCK}`"),
        side: LOCK,
        tables: of_lock.tables,
        found: of_lock.found.into_iter().chain(report.found).collect(),
        hint,
        ..report
    })
}

/// Compares the entities with the lock in the place of a database.
pub(super) fn against_lock(ctx: &Context<'_>, declared: &Declared, lock: &Schema) -> Result<Comparison> {
    ctx.compare(declared, Some(lock), lock)
}

fn history_problems(ctx: &Context<'_>, graph: &Graph, live: &Live) -> Vec<Found> {
    let gone = missing(graph, &live.history).into_iter().map(|id| Found {
        kind: Kind::Missing,
        text: format!("`{id}` is applied, but no file describes it"),
        object: Some(id),
        place: None,
    });
    let edited = graph.revisions().iter().filter_map(|revision| {
        let applied = live.history.get(&revision.id)?;
        let text = format!("{} was edited after it was applied on {}", revision.title(), applied.applied_at);
        is_edited(live, revision).then(|| of_revision(ctx, Kind::Edited, revision, text))
    });
    let unfinished = live.unfinished.iter().map(|unfinished| {
        let text = unfinished.told(graph);
        match graph.get(&unfinished.revision) {
            Some(revision) => of_revision(ctx, Kind::Unfinished, revision, text),
            None => Found { kind: Kind::Unfinished, text, object: Some(unfinished.revision.clone()), place: None },
        }
    });
    gone.chain(edited).chain(unfinished).collect()
}

fn hint(report: &Report, comparison: &Comparison, is_first: bool) -> Option<String> {
    let has = |kinds: &[Kind]| report.of(kinds).next().is_some();
    let has_tables = comparison.declared.tables.keys().any(|name| comparison.live.tables.contains_key(name));
    let hint = if is_first && has_tables {
        "hint: no revision describes this database yet; begin with `seachange revision --baseline -m \"initial schema\"` \
         and `seachange stamp head`"
    } else if has(&[Kind::Added]) && !has(&[Kind::Unwritten, Kind::Drift]) {
        "hint: somebody changed the database by hand: declare it in the entity, undo it, or run `seachange stamp head` \
         if it is to stay beside what the project owns"
    } else if !has(&[Kind::Unwritten, Kind::Drift]) {
        return None;
    } else if !has(&[Kind::Unwritten]) && !remakes_index(comparison) {
        "hint: somebody changed the database by hand: change it back, or write the change down in the entities"
    } else {
        WRITE
    };
    Some(hint.to_owned())
}

/// Whether an index that was begun and not finished is made again: nobody did that by hand.
fn remakes_index(comparison: &Comparison) -> bool {
    comparison.differences.iter().any(|found| matches!(&found.op, Op::DropIndex { index, .. } if index.invalid))
}
