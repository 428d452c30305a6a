//! `check`: what lies between the entities, the revisions and the database.

use crate::cli;
use crate::compare::Comparison;
use crate::error::{Result, count};
use crate::model::{Declared, Schema};
use crate::op::Op;
use crate::report::{self, Report};
use crate::revision::dir::LOCK;

use super::adopt::{self, When};
use super::revisions::{EDITED, is_edited};
use super::{Context, Exit, Live, closed, merge, missing, refuse_doubtful};

/// Says whether entities, revisions and database are one.
pub(super) async fn check(ctx: &mut Context<'_>, args: &cli::Check) -> Result<Exit> {
    let report = if args.offline {
        let declared = ctx.declare()?;
        offline(ctx, &declared)?
    } else {
        online(ctx, args.strict || ctx.config.strict).await?
    };
    report::write(&report, ctx.quiet, ctx.out).map_err(closed)?;
    ctx.sum_up(in_words(&report));
    if let Some(hint) = &report.hint {
        ctx.note(hint)?;
    }
    Ok(if report.is_clean() { Exit::Clean } else { Exit::Found })
}

/// What was found, in a few words.
fn in_words(report: &Report) -> String {
    let strange = if report.strict { report.unmanaged.len() } else { 0 };
    let parts = [
        (report.pending.len(), "pending revision"),
        (report.history.len(), "edited or missing file"),
        (report.changes.len() + report.added.len() + strange, "difference"),
    ];
    let parts: Vec<String> =
        parts.into_iter().filter(|(number, _)| *number > 0).map(|(number, what)| count(number, what)).collect();
    if parts.is_empty() { "no differences".to_owned() } else { parts.join(", ") }
}

fn empty(against: String, side: &'static str) -> Report {
    Report {
        against,
        side,
        pending: Vec::new(),
        history: Vec::new(),
        tables: Vec::new(),
        changes: Vec::new(),
        added: Vec::new(),
        views: Vec::new(),
        unmanaged: Vec::new(),
        strict: false,
        counted: String::new(),
        hint: None,
    }
}

fn offline(ctx: &Context<'_>, declared: &Declared) -> Result<Report> {
    let lock = ctx.lock()?.unwrap_or_default();
    let comparison = against_lock(ctx, declared, &lock)?;
    let against = format!("`{}`", ctx.shown(&ctx.config.migrations.join(LOCK)));
    let mut report = empty(against, LOCK).with(&comparison, declared, ctx.config.dialect);
    if !report.is_clean() {
        let usual = || "hint: write the revision with `seachange revision --autogenerate -m …`".to_owned();
        report.hint = Some(merge::hint(ctx, &declared.schema, &lock)?.unwrap_or_else(usual));
    }
    Ok(report)
}

async fn online(ctx: &mut Context<'_>, strict: bool) -> Result<Report> {
    let (graph, lock) = (ctx.graph()?, ctx.lock()?);
    let (declared, mut live) = ctx.declare_and_look().await?;
    let declared = &declared;
    let mut report = empty(format!("the database `{}`", ctx.database()?), "database");
    report.strict = strict;
    ctx.stands_at(&graph, &live.applied());
    report.history = history_problems(&graph, &live);
    let head = graph.resolve("heads", &live.applied())?;
    report.pending = graph.upgrade(&head, &live.applied()).iter().map(|revision| revision.title()).collect();
    if !report.pending.is_empty() {
        let lock = lock.unwrap_or_default();
        let comparison = against_lock(ctx, declared, &lock)?;
        report =
            Report { strict: false, unmanaged: Vec::new(), ..report.with(&comparison, declared, ctx.config.dialect) };
        report.against = format!("`{LOCK}`");
        report.side = LOCK;
        let behind = if report.changes.is_empty() { None } else { merge::hint(ctx, &declared.schema, &lock)? };
        let behind = behind.map(|hint| format!("{hint}\n")).unwrap_or_default();
        report.hint = Some(format!(
            "{behind}note: the live tables were not compared, because the pending revisions change them\n\
             hint: run `seachange upgrade head`, or `seachange stamp head` if the database already has them"
        ));
        adopt::tell(ctx, &graph, &live, When::Aside).await?;
        return Ok(report);
    }
    let rules = ctx.config.rules.clone();
    let sides = (std::mem::take(&mut live.schema), live.session.as_ref());
    let comparison = ctx.compare_live(declared, lock.as_ref(), sides, &rules).await?;
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
    if report.is_clean() && lock.is_some() {
        report = unrecorded(ctx, declared, lock.as_ref(), report)?;
    }
    let when = if report.hint.is_some() { When::Aside } else { When::Asked };
    adopt::tell(ctx, &graph, &live, when).await?;
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
    let mut found = Report { unmanaged: report.unmanaged.clone(), ..report.clone() };
    found = Report {
        unmanaged: report.unmanaged,
        counted: report.counted,
        ..found.with(&comparison, declared, ctx.config.dialect)
    };
    found.against = format!("`{LOCK}`");
    found.side = LOCK;
    let usual = || {
        "note: the database already looks like the entities, but no revision leads there\n\
         hint: write it with `seachange revision --autogenerate --offline -m …`, then `seachange stamp head`"
            .to_owned()
    };
    found.hint = Some(merge::hint(ctx, &declared.schema, lock)?.unwrap_or_else(usual));
    Ok(found)
}

/// Compares the entities with the lock in the place of a database.
pub(super) fn against_lock(ctx: &Context<'_>, declared: &Declared, lock: &Schema) -> Result<Comparison> {
    ctx.compare(declared, Some(lock), lock)
}

fn history_problems(graph: &crate::revision::graph::Graph, live: &Live) -> Vec<String> {
    let gone =
        missing(graph, &live.history).into_iter().map(|id| format!("`{id}` is applied, but no file describes it"));
    let edited = graph.revisions().iter().filter_map(|revision| {
        let applied = live.history.get(&revision.id)?;
        is_edited(live, revision)
            .then(|| format!("{} was edited after it was applied on {}", revision.title(), applied.applied_at))
    });
    let unfinished = live.unfinished.iter().map(|unfinished| unfinished.told(graph));
    gone.chain(edited).chain(unfinished).collect()
}

fn hint(report: &Report, comparison: &Comparison, is_first: bool) -> Option<String> {
    let has_tables = comparison.declared.tables.keys().any(|name| comparison.live.tables.contains_key(name));
    let hint = if is_first && has_tables {
        "hint: no revision describes this database yet; begin with `seachange revision --baseline -m \"initial schema\"` \
         and `seachange stamp head`"
    } else if !report.added.is_empty() && report.changes.is_empty() {
        "hint: somebody changed the database by hand: declare it in the entity, undo it, or run `seachange stamp head` \
         if it is to stay beside what the project owns"
    } else if report.changes.is_empty() {
        return None;
    } else if report.changes.iter().all(|change| change.drift) && !remakes_index(comparison) {
        "hint: somebody changed the database by hand: change it back, or write the change down in the entities"
    } else {
        "hint: write the revision with `seachange revision --autogenerate -m …`"
    };
    Some(hint.to_owned())
}

/// Whether an index that was begun and not finished is made again: nobody did that by hand.
fn remakes_index(comparison: &Comparison) -> bool {
    comparison.differences.iter().any(|found| matches!(&found.op, Op::DropIndex { index, .. } if index.invalid))
}
