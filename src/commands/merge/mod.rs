//! `merge`: writes the revision in which branches meet again, and brings the lock in order that two of them wrote.

mod record;

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::cli;
use crate::error::{Error, Result, count};
use crate::meet::{self, Conflict};
use crate::plan::Plan;
use crate::revision::graph::Graph;
use crate::revision::lock::merge::Clash;
use crate::revision::{Revision, dir};

use super::write::{New, write};
use super::{Context, Exit};

pub(super) use record::hint;

/// Joins heads.
pub(super) fn merge(ctx: &mut Context<'_>, args: &cli::Merge) -> Result<Exit> {
    let graph = ctx.graph()?;
    let parents = parents(&graph, args)?;
    // What the entities say decides a lot, so they come first.
    let recorded = record::recorded(ctx, &graph, args.accept_conflicts)?;
    let conflicts = meet::conflicts(&graph, &parents, ctx.config.dialect, &ctx.config.options.schema);
    if !args.accept_conflicts && (!conflicts.is_empty() || !recorded.clashes.is_empty()) {
        list(ctx, &conflicts, &recorded.clashes)?;
        return Ok(Exit::Found);
    }
    let titles: Vec<String> = parents.iter().filter_map(|id| graph.get(id)).map(Revision::title).collect();
    if parents.len() < 2 {
        let only = titles
            .first()
            .map_or_else(|| "there are no revisions".to_owned(), |title| format!("{title} is the only one"));
        match &recorded.repaired {
            Some(schema) => dir::write_lock(&ctx.config.migrations, schema)?,
            None => ctx.note(&format!("nothing to do: {only}"))?,
        }
        recorded.tell(ctx)?;
        return Ok(Exit::Clean);
    }
    let message = args.message.clone().unwrap_or_else(|| format!("merge {}", parents.join(" and ")));
    let new = New {
        message,
        parents,
        labels: args.branch_label.clone(),
        depends_on: Vec::new(),
        id: args.rev_id.clone(),
        accepted: &[],
        conflicts: conflicts.iter().map(on_one_line).collect(),
    };
    let (_, path) = write(ctx, new, &Plan::default(), &Ok(Plan::default()), recorded.repaired.as_ref())?;
    ctx.note(&format!("joins {}", titles.join(" and ")))?;
    recorded.tell(ctx)?;
    ctx.say(&ctx.shown(&path))?;
    Ok(Exit::Clean)
}

/// The heads to join: those that are named, or all.
fn parents(graph: &Graph, args: &cli::Merge) -> Result<Vec<String>> {
    let words = if args.revisions.is_empty() { vec!["heads".to_owned()] } else { args.revisions.clone() };
    let nothing = BTreeSet::new();
    let mut parents: Vec<String> = Vec::new();
    for word in &words {
        for id in graph.place(&graph.resolve(word, &nothing)?, &nothing) {
            if !parents.contains(&id) {
                parents.push(id);
            }
        }
    }
    let heads: BTreeSet<&String> = graph.heads().into_iter().map(|head| &head.id).collect();
    let followed = parents.iter().filter(|_| parents.len() > 1).find(|id| !heads.contains(id));
    if let Some(followed) = followed.and_then(|id| graph.get(id)) {
        let problem = format!("{} is not a head, so there is nothing to join it with", followed.title());
        return Err(Error::Misused { problem });
    }
    Ok(parents)
}

/// Says what the branches do to the same things, and what is to be done about it.
fn list(ctx: &mut Context<'_>, conflicts: &[Conflict], clashes: &[Clash]) -> Result<()> {
    if !conflicts.is_empty() {
        let number = count(conflicts.len(), "conflict");
        ctx.tell(&format!("no file was written, because the branches touch the same things: {number}"))?;
    }
    for conflict in conflicts {
        ctx.tell(&format!("{}: {}", conflict.object, conflict.why))?;
        for place in &conflict.places {
            ctx.tell(&format!("  --> {}:{}", ctx.shown(&place.path), place.line))?;
            ctx.tell(&format!("   | {}", place.does))?;
        }
    }
    if !conflicts.is_empty() {
        ctx.tell(HINT)?;
        return Ok(());
    }
    let path = ctx.shown(&ctx.config.migrations.join(dir::LOCK));
    let number = count(clashes.len(), "thing");
    ctx.tell(&format!("no file was written, because `{path}` says two things and the entities a third of {number}"))?;
    for clash in clashes {
        ctx.tell(&clash.what)?;
        for (who, what) in &clash.said {
            ctx.tell(&format!("  {who}: {what}"))?;
        }
    }
    ctx.tell(
        "hint: bring the entities to what one of the branches says; what is to be different comes in a revision of its own, \
         behind the merge. Or `seachange merge --accept-conflicts` takes what the entities say",
    )
}

const HINT: &str = "\
hint: let one branch follow the other: write the head of the other behind `-- parents:` of its first revision (if that ran nowhere \
yet), and change its statements to what is there by then; or delete the file, and write it anew with `seachange revision \
--autogenerate`
hint: if it is right whichever of them runs first, `seachange merge --accept-conflicts` joins them and says so in the file";

/// A conflict as the header of a merge has it.
fn on_one_line(conflict: &Conflict) -> String {
    let name = |path: &PathBuf| path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let places = conflict.places.iter().map(|own| format!("{}:{} {}", name(&own.path), own.line, own.does));
    let line = format!("{}: {}", conflict.object, places.collect::<Vec<_>>().join("; "));
    line.replace(['\n', '\r'], " ")
}
