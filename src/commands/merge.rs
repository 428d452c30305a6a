//! `merge`: writes the revision in which branches meet again.

use std::collections::BTreeSet;

use crate::cli;
use crate::error::{Error, Result};
use crate::plan::Plan;

use super::write::{New, write};
use super::{Context, Exit};

/// Joins heads.
pub(super) fn merge(ctx: &mut Context<'_>, args: &cli::Merge) -> Result<Exit> {
    let graph = ctx.graph()?;
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
    let titles: Vec<String> =
        parents.iter().filter_map(|id| graph.get(id)).map(crate::revision::Revision::title).collect();
    if parents.len() < 2 {
        let only = titles
            .first()
            .map_or_else(|| "there are no revisions".to_owned(), |title| format!("{title} is the only one"));
        ctx.note(&format!("nothing to do: {only}"))?;
        return Ok(Exit::Clean);
    }
    let heads: BTreeSet<&String> = graph.heads().into_iter().map(|head| &head.id).collect();
    if let Some(position) = parents.iter().position(|id| !heads.contains(id)) {
        let problem = format!("{} is not a head, so there is nothing to join it with", titles[position]);
        return Err(Error::Misused { problem });
    }
    let message = args.message.clone().unwrap_or_else(|| format!("merge {}", parents.join(" and ")));
    let new = New {
        message,
        parents,
        labels: args.branch_label.clone(),
        depends_on: Vec::new(),
        id: args.rev_id.clone(),
        accepted: &[],
    };
    let (_, path) = write(ctx, new, &Plan::default(), &Ok(Plan::default()), None)?;
    ctx.note(&format!("joins {}", titles.join(" and ")))?;
    ctx.say(&ctx.shown(&path))?;
    Ok(Exit::Clean)
}
