//! `upgrade`, `downgrade` and `stamp` with `--sql`: the script of what they would do. Needs no database, unless a range begins
//! where one is.

use std::collections::BTreeSet;

use crate::cli;
use crate::dialect::Dialect;
use crate::error::{Error, Result};
use crate::hazard;
use crate::migrate::script::{self, Setting, Stamp, Way};
use crate::revision::accepted::{losses, refuse_unknown, unaccepted};
use crate::revision::graph::{Graph, Target};
use crate::revision::{Direction, Revision};

use super::revisions::history_of;
use super::{Context, Exit, closed, refuse_missing};

/// The script of a way up: from one revision to another, or from the very beginning.
pub(super) async fn upgrade(ctx: &mut Context<'_>, args: &cli::Upgrade) -> Result<Exit> {
    let asked = hazard::all_named(&args.deny)?;
    let graph = ctx.graph()?;
    refuse_unknown(&graph)?;
    let (from, to) = ends(&graph, &args.target);
    let (from, to) = (or(from.unwrap_or_default(), "base"), or(to, "head"));
    let applied = applied_at(ctx, &graph, from).await?;
    let target = graph.resolve(&counted_on(&graph, &applied, to), &applied)?;
    let revisions = graph.upgrade(&target, &applied);
    if revisions.is_empty() {
        return nothing(ctx, &graph, (from, to), (&applied, &target), Direction::Up);
    }
    let denied = ctx.config.deny.upgrade.iter().copied().chain(asked).collect();
    let stopping = revisions.iter().flat_map(|revision| unaccepted(revision, &denied));
    let hazards: Vec<_> = stopping.filter(|hazard| !(args.accept_data_loss && hazard.loses_data)).collect();
    if !hazards.is_empty() {
        return Err(Error::Unaccepted { hazards });
    }
    let way = Way { graph: &graph, applied: &applied, revisions, direction: Direction::Up };
    write(ctx, &format!("upgrade {from}:{to} --sql"), &way, args.script.dialect)
}

/// The script of a way down, from one revision to another.
pub(super) async fn downgrade(ctx: &mut Context<'_>, args: &cli::Downgrade) -> Result<Exit> {
    let graph = ctx.graph()?;
    let (Some(from), to) = ends(&graph, &args.target) else {
        let word = &args.target;
        let problem = format!(
            "a script cannot look where the database is: say where it begins, as in `downgrade head:{word} --sql`, or \
             `downgrade current:{word} --sql` to look at yours"
        );
        return Err(Error::Misused { problem });
    };
    let (from, to) = (or(from, "head"), or(to, "base"));
    let applied = applied_at(ctx, &graph, from).await?;
    let target = graph.resolve(to, &applied)?;
    if let Target::Revisions(ids) = &target
        && let Some(id) = ids.iter().find(|id| !applied.contains(*id))
    {
        let title = graph.get(id).map(Revision::title).unwrap_or_default();
        let problem =
            format!("{title} is not applied where the database is at `{from}`, so there is no way down to it");
        return Err(Error::Misused { problem });
    }
    let revisions = graph.downgrade(&target, &applied);
    if revisions.is_empty() {
        return nothing(ctx, &graph, (from, to), (&applied, &target), Direction::Down);
    }
    let loss = |revision: &&Revision| {
        let title = revision.title();
        losses(revision, Direction::Down).map(|sentence| format!("{title}: {sentence}")).collect::<Vec<_>>()
    };
    let losses: Vec<String> = revisions.iter().flat_map(loss).collect();
    if !losses.is_empty() && !args.accept_data_loss {
        return Err(Error::LosesData { losses });
    }
    let way = Way { graph: &graph, applied: &applied, revisions, direction: Direction::Down };
    write(ctx, &format!("downgrade {from}:{to} --sql"), &way, args.script.dialect)
}

/// The script that records where the database is.
pub(super) async fn stamp(ctx: &mut Context<'_>, args: &cli::Stamp) -> Result<Exit> {
    let graph = ctx.graph()?;
    let is_relative = args.targets.iter().any(|word| counts_from_database(word));
    let applied = if is_relative { look(ctx, &graph).await? } else { BTreeSet::new() };
    let targets = args.targets.iter().map(|word| graph.resolve(word, &applied)).collect::<Result<Vec<_>>>()?;
    let flags = [(args.purge, " --purge"), (args.accept_edits, " --accept-edits")];
    let flags: String = flags.iter().filter(|(is_set, _)| *is_set).map(|(_, flag)| *flag).collect();
    let asked = format!("stamp {}{flags} --sql", args.targets.join(" "));
    let stamp = Stamp { targets: &targets, purge: args.purge, accept_edits: args.accept_edits };
    let text = script::stamp(&asked, &graph, &stamp, &setting(ctx, args.script.dialect)?);
    print(ctx, &text)
}

/// Prints the script of a way, and says what it loses.
fn write(ctx: &mut Context<'_>, asked: &str, way: &Way<'_>, dialect: Option<cli::DialectName>) -> Result<Exit> {
    let text = script::script(asked, way, &setting(ctx, dialect)?)?;
    for revision in &way.revisions {
        for sentence in losses(revision, way.direction) {
            ctx.note(&format!("warning: {sentence}"))?;
        }
    }
    print(ctx, &text)
}

fn print(ctx: &mut Context<'_>, text: &str) -> Result<Exit> {
    ctx.out.write_all(text.as_bytes()).map_err(closed)?;
    Ok(Exit::Clean)
}

/// For which database it is: nothing of that is guessed.
fn setting<'a>(ctx: &'a Context<'_>, said: Option<cli::DialectName>) -> Result<Setting<'a>> {
    let configured = ctx.config.database.as_ref().map(|database| database.dialect);
    let Some(dialect) = said.map(Dialect::from).or(configured) else {
        let problem = "say for which kind of database the script is, with `--dialect`: no database is named".to_owned();
        return Err(Error::Misused { problem });
    };
    Ok(Setting {
        dialect,
        schema: &ctx.config.options.schema,
        lock_timeout: ctx.config.lock_timeout,
        statement_timeout: ctx.config.statement_timeout,
    })
}

/// The two ends of a range. What has a colon may be the message of a revision, or of each end.
fn ends<'a>(graph: &Graph, range: &'a str) -> (Option<&'a str>, &'a str) {
    let all = graph.revisions().iter().map(|revision| revision.id.clone()).collect();
    let is_end = |word: &str| {
        word.is_empty()
            || counts_from_database(word)
            || word.split(',').all(|part| graph.resolve(part.trim(), &all).is_ok())
            || graph.resolve(word, &all).is_ok()
    };
    if graph.resolve(range, &all).is_ok() {
        return (None, range);
    }
    let split = |at: usize| (&range[..at], &range[at + 1..]);
    let colons: Vec<usize> = range.match_indices(':').map(|(at, _)| at).collect();
    let meant = colons.iter().copied().find(|at| is_end(split(*at).0) && is_end(split(*at).1));
    meant.or(colons.first().copied()).map(split).map_or((None, range), |(from, to)| (Some(from), to))
}

fn or<'a>(word: &'a str, usual: &'a str) -> &'a str {
    if word.is_empty() { usual } else { word }
}

/// Whether a word means something only where a database is.
fn counts_from_database(word: &str) -> bool {
    let word = word.rsplit_once('@').map_or(word, |(_, word)| word);
    word.starts_with(['+', '-']) || word == "current" || word.starts_with("current-") || word.starts_with("current+")
}

/// What is applied where a script begins. Several places are named with commas between them.
async fn applied_at(ctx: &Context<'_>, graph: &Graph, from: &str) -> Result<BTreeSet<String>> {
    let applied = if from.split(',').any(counts_from_database) { look(ctx, graph).await? } else { BTreeSet::new() };
    let targets = match graph.resolve(from, &applied) {
        Ok(target) => vec![target],
        Err(_) if from.contains(',') => {
            from.split(',').map(|part| graph.resolve(part.trim(), &applied)).collect::<Result<Vec<_>>>()?
        }
        Err(error) => return Err(error),
    };
    let places = targets.iter().flat_map(|target| graph.place(target, &applied)).collect();
    Ok(graph.reached(&Target::Revisions(places)))
}

/// What counts on does so from where the script begins.
fn counted_on(graph: &Graph, applied: &BTreeSet<String>, to: &str) -> String {
    match graph.current(applied).as_slice() {
        [] if to.starts_with('+') => format!("base{to}"),
        [one] if to.starts_with('+') => format!("{}{to}", one.id),
        _ => to.to_owned(),
    }
}

async fn look(ctx: &Context<'_>, graph: &Graph) -> Result<BTreeSet<String>> {
    let live = history_of(ctx).await?;
    refuse_missing(graph, &live.history)?;
    Ok(live.applied())
}

/// There is no way in this direction: both ends are one place, or they are in the wrong order.
fn nothing(
    ctx: &mut Context<'_>,
    graph: &Graph,
    (from, to): (&str, &str),
    (applied, target): (&BTreeSet<String>, &Target),
    direction: Direction,
) -> Result<Exit> {
    let is_there = match direction {
        Direction::Up => graph.reached(target) == *applied || *target == Target::Revisions(Vec::new()),
        Direction::Down => true,
    };
    if is_there {
        ctx.note(&format!("nothing to do: from `{from}` there is no revision to `{to}`"))?;
        return Ok(Exit::Clean);
    }
    let problem =
        format!("the way from `{from}` to `{to}` leads down: `seachange downgrade {from}:{to} --sql` writes it");
    Err(Error::Misused { problem })
}
