//! The commands that show where the database and the revisions are, and change nothing.

use std::collections::BTreeSet;
use std::fs;
use std::io::{IsTerminal as _, stdout};

use renderdag::{Ancestor, GraphRowRenderer, Renderer as _};

use crate::cli;
use crate::error::{Error, Result};
use crate::revision::Revision;
use crate::revision::graph::{Graph, Target};

use super::adopt::{self, When};
use super::revisions::history_of;
use super::{Context, Exit, Live};

/// Shows the revision the database is at.
pub(super) async fn current(ctx: &mut Context<'_>, args: &cli::Current) -> Result<Exit> {
    let graph = ctx.graph()?;
    let live = history_of(ctx).await?;
    for id in super::missing(&graph, &live.history) {
        ctx.say(&format!("{id} (no file describes it)"))?;
    }
    for unfinished in &live.unfinished {
        ctx.tell(&unfinished.told(&graph))?;
    }
    let applied = live.applied();
    ctx.stands_at(&graph, &applied);
    ctx.sum_up(match graph.upgrade(&graph.resolve("heads", &applied)?, &applied).len() {
        0 => "up to date".to_owned(),
        pending => format!("{pending} pending"),
    });
    for revision in graph.current(&applied) {
        let marks = labelled(&graph, revision).chain(is_head(&graph, revision).then(|| "(head)".to_owned()));
        ctx.say(&line(revision, marks))?;
        if args.verbose {
            ctx.say(&details(ctx, &graph, &live, revision).join("\n"))?;
        }
    }
    if applied.is_empty() {
        ctx.note("no revision is applied")?;
        adopt::tell(ctx, &graph, &live, When::Asked).await?;
    }
    let behind: Vec<String> = graph
        .heads()
        .into_iter()
        .filter(|head| args.check_heads && !applied.contains(&head.id))
        .map(Revision::title)
        .collect();
    if behind.is_empty() {
        return Ok(Exit::Clean);
    }
    ctx.tell(&format!("not applied: {}\nhint: run `seachange upgrade heads`", behind.join(", ")))?;
    Ok(Exit::Found)
}

/// Lists revisions, newest first.
pub(super) async fn history(ctx: &mut Context<'_>, args: &cli::History) -> Result<Exit> {
    let graph = ctx.graph()?;
    let live = if ctx.config.database.is_some() { history_of(ctx).await? } else { Live::default() };
    let applied = live.applied();
    let shown = match &args.range {
        Some(range) => between(&graph, range, &applied)?,
        None => graph.revisions().iter().collect(),
    };
    let here: BTreeSet<&String> = graph.current(&applied).into_iter().map(|revision| &revision.id).collect();
    let text = |revision: &Revision| {
        let state = match live.history.get(&revision.id) {
            Some(applied) => format!("(applied {})", applied.applied_at),
            None => "(pending)".to_owned(),
        };
        let current = (args.indicate_current && here.contains(&revision.id)).then(|| "(current)".to_owned());
        let own = revision.labels.iter().map(|label| format!("[{label}]"));
        let first = line(revision, own.chain(current).chain([state]));
        let more = if args.verbose { details(ctx, &graph, &live, revision) } else { Vec::new() };
        [vec![first], more].concat().join("\n")
    };
    let text = if has_branches(&shown) && stdout().is_terminal() {
        drawn(&shown, text)
    } else {
        shown.iter().rev().map(|revision| text(revision) + "\n").collect()
    };
    if !text.is_empty() {
        ctx.say(text.trim_end())?;
    }
    if graph.revisions().is_empty() {
        ctx.note("there are no revisions yet")?;
    }
    Ok(Exit::Clean)
}

/// The revisions of a range, both ends included.
pub(super) fn between<'a>(graph: &'a Graph, range: &str, applied: &BTreeSet<String>) -> Result<Vec<&'a Revision>> {
    let Some((from, to)) = range.split_once(':') else {
        return Err(Error::Misused { problem: format!("`{range}` is no range: write `FROM:TO`, `FROM:` or `:TO`") });
    };
    let ids = |revisions: Vec<&Revision>| revisions.iter().map(|revision| revision.id.clone()).collect();
    let to = if to.is_empty() { ids(graph.heads()) } else { graph.place(&graph.resolve(to, applied)?, applied) };
    let reached = graph.reached(&Target::Revisions(to));
    if from.is_empty() {
        return Ok(graph.revisions().iter().filter(|revision| reached.contains(&revision.id)).collect());
    }
    let from = graph.place(&graph.resolve(from, applied)?, applied);
    let begun: BTreeSet<String> = if from.is_empty() { reached.clone() } else { graph.after(&from) };
    let shown: Vec<&Revision> = graph
        .revisions()
        .iter()
        .filter(|revision| reached.contains(&revision.id) && begun.contains(&revision.id))
        .collect();
    if shown.is_empty() && !reached.is_empty() {
        return Err(Error::Misused { problem: format!("no revision of `{range}` follows the other") });
    }
    Ok(shown)
}

/// Whether the revisions are more than a row.
fn has_branches(shown: &[&Revision]) -> bool {
    shown.windows(2).any(|pair| pair[1].parents != [pair[0].id.clone()])
}

/// The revisions as a graph, newest first.
fn drawn(shown: &[&Revision], text: impl Fn(&Revision) -> String) -> String {
    let is_shown = |id: &String| shown.iter().any(|revision| revision.id == *id);
    let mut rows = GraphRowRenderer::new().output().with_min_row_height(1).build_box_drawing();
    let row = |revision: &&Revision| {
        let parent = |id: &String| if is_shown(id) { Ancestor::Parent(id.clone()) } else { Ancestor::Anonymous };
        let parents = revision.parents.iter().map(parent).collect();
        rows.next_row(revision.id.clone(), parents, "o".into(), text(revision))
    };
    shown.iter().rev().map(row).collect()
}

/// Shows the newest revisions.
pub(super) async fn heads(ctx: &mut Context<'_>, args: &cli::Listing) -> Result<Exit> {
    let graph = ctx.graph()?;
    let live = if args.verbose && ctx.config.database.is_some() { history_of(ctx).await? } else { Live::default() };
    for revision in graph.heads() {
        ctx.say(&line(revision, labelled(&graph, revision)))?;
        if args.verbose {
            ctx.say(&details(ctx, &graph, &live, revision).join("\n"))?;
        }
    }
    Ok(Exit::Clean)
}

/// Shows the revisions that several others follow.
pub(super) async fn branches(ctx: &mut Context<'_>, args: &cli::Listing) -> Result<Exit> {
    let graph = ctx.graph()?;
    let live = if args.verbose && ctx.config.database.is_some() { history_of(ctx).await? } else { Live::default() };
    for revision in graph.revisions().iter().filter(|revision| graph.children(&revision.id).count() > 1) {
        ctx.say(&line(revision, labelled(&graph, revision)))?;
        for child in graph.children(&revision.id) {
            ctx.say(&format!("  -> {}", line(child, labelled(&graph, child))))?;
            if args.verbose {
                let details = details(ctx, &graph, &live, child);
                ctx.say(&details.iter().map(|line| format!("     {line}")).collect::<Vec<_>>().join("\n"))?;
            }
        }
    }
    Ok(Exit::Clean)
}

/// Shows a revision's file.
pub(super) async fn show(ctx: &mut Context<'_>, target: &str) -> Result<Exit> {
    let graph = ctx.graph()?;
    // Only what counts from where the database is needs one.
    let word = target.rsplit_once('@').map_or(target, |(_, word)| word);
    let is_relative = word.starts_with(['+', '-']) || word.starts_with("current");
    let applied = if is_relative { history_of(ctx).await?.applied() } else { BTreeSet::new() };
    let ids = graph.place(&graph.resolve(target, &applied)?, &applied);
    for revision in ids.iter().filter_map(|id| graph.get(id)) {
        let text =
            fs::read_to_string(&revision.path).map_err(|source| Error::Read { path: revision.path.clone(), source })?;
        ctx.note(&ctx.shown(&revision.path))?;
        ctx.say(text.trim_end())?;
    }
    Ok(Exit::Clean)
}

fn is_head(graph: &Graph, revision: &Revision) -> bool {
    graph.children(&revision.id).next().is_none()
}

/// The labels of the branches it is on, as they are shown.
fn labelled<'a>(graph: &'a Graph, revision: &'a Revision) -> impl Iterator<Item = String> + use<'a> {
    graph.labels(&revision.id).map(|label| format!("[{label}]"))
}

/// A revision on one line, with marks behind it.
fn line(revision: &Revision, marks: impl Iterator<Item = String>) -> String {
    [revision.id.clone(), revision.message.clone()].into_iter().chain(marks).collect::<Vec<_>>().join(" ")
}

/// What a revision says about itself, line by line.
fn details(ctx: &Context<'_>, graph: &Graph, live: &Live, revision: &Revision) -> Vec<String> {
    let list = |ids: &[String]| if ids.is_empty() { "none".to_owned() } else { ids.join(", ") };
    let children: Vec<String> = graph.children(&revision.id).map(|child| child.id.clone()).collect();
    let mut lines = vec![
        format!("  file: {}", ctx.shown(&revision.path)),
        format!("  created: {}", revision.created),
        format!("  follows: {}", list(&revision.parents)),
        format!("  followed by: {}", list(&children)),
    ];
    if !revision.depends_on.is_empty() {
        lines.push(format!("  depends on: {}", list(&revision.depends_on)));
    }
    if let Some(applied) = live.history.get(&revision.id) {
        let how = if applied.stamped { "stamped" } else { "applied" };
        lines.push(format!("  {how}: {}", applied.applied_at));
    }
    lines
}
