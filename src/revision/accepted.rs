//! What the headers of revisions say of hazards, and what somebody accepted of that.

use std::collections::BTreeSet;

use super::graph::Graph;
use super::{Direction, Revision};
use crate::error::{Error, Result, Unaccepted};
use crate::hazard::{self, HAZARDS, Kind};

/// The hazards of a revision's way up that are denied and that its file does not accept.
pub(crate) fn unaccepted(revision: &Revision, denied: &BTreeSet<Kind>) -> Vec<Unaccepted> {
    let is_accepted = |key: &String| revision.accepted.iter().any(|accepted| accepted.key == *key);
    let is_denied = |slug: &str| hazard::named(slug).iter().any(|kind| denied.contains(kind));
    let up = revision.hazards.iter().filter(|hazard| hazard.direction == Direction::Up);
    let stopping = up.filter(|hazard| is_denied(&hazard.slug) && !is_accepted(&hazard.key()));
    let mut found: Vec<Unaccepted> = Vec::new();
    for hazard in stopping {
        let loses_data = hazard::named(&hazard.slug).iter().any(|kind| kind.row().loses_data);
        let (path, line, key, sentence) = (revision.path.clone(), hazard.line, hazard.key(), hazard.sentence.clone());
        found.push(Unaccepted { path, line, key, sentence, loses_data });
    }
    found
}

/// A slip in a line that accepts something accepts nothing, and would be found only when it is too late to correct it.
pub(crate) fn refuse_unknown(graph: &Graph) -> Result<()> {
    let known: Vec<&str> = HAZARDS.iter().map(|row| row.slug).collect();
    let mut problems = Vec::new();
    for accepted in graph.revisions().iter().flat_map(|revision| &revision.accepted) {
        let slug = accepted.key.split(' ').next().unwrap_or_default();
        if !known.contains(&slug) {
            let problem = accepted.place.problem(format!("there is no hazard `{slug}`"));
            problems.push(problem.did_you_mean(slug, &known, "write the hazard as its line above says it"));
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(Error::Revisions { problems }) }
}

/// What the revision's file says will be lost for good.
pub(crate) fn losses(revision: &Revision, direction: Direction) -> impl Iterator<Item = &str> {
    let loses_data = |slug: &str| hazard::named(slug).iter().any(|kind| kind.row().loses_data);
    let hazards =
        revision.hazards.iter().filter(move |hazard| hazard.direction == direction && loses_data(&hazard.slug));
    hazards.map(|hazard| hazard.sentence.as_str())
}
