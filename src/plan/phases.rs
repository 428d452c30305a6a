//! A plan in parts that run one behind the other, each in the transaction mode its steps need. Knows what waits for what,
//! and no dialect.

use std::collections::{BTreeMap, BTreeSet};

use super::{Plan, Step, order};
use crate::op::Op;

/// How a step runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pace {
    /// In a transaction with others.
    Quick,
    /// In none: it takes its time while others write, and goes on where it stopped.
    Alone,
    /// In a transaction in which nothing before it keeps others from writing: it reads whole tables.
    Scan,
}

/// A step, with what cannot be seen from its operation.
pub(super) struct Draft {
    pub(super) step: Step,
    /// It makes room for others or needs the room: all such steps run together.
    pub(super) glued: bool,
    /// The positions of drafts before it that have to be done.
    pub(super) behind: Vec<usize>,
}

fn pace(op: &Op) -> Pace {
    match op {
        Op::CreateIndex { index, .. } | Op::DropIndex { index, .. } if index.concurrently => Pace::Alone,
        Op::FillColumn { batches: true, .. } => Pace::Alone,
        Op::FillColumn { .. } => Pace::Scan,
        Op::ValidateConstraint { to, .. } if !to.is_not_valid() => Pace::Scan,
        _ => Pace::Quick,
    }
}

/// Whether the step takes no transaction around it.
pub(super) fn runs_alone(op: &Op) -> bool {
    pace(op) == Pace::Alone
}

/// The drafts of steps as they are, those around others glued together.
pub(super) fn drafts(steps: Vec<Step>) -> Vec<Draft> {
    let room = room(&steps);
    let draft = |(at, step): (usize, Step)| {
        let glued = room.contains(&at) && pace(&step.op) == Pace::Quick;
        Draft { step, glued, behind: Vec::new() }
    };
    steps.into_iter().enumerate().map(draft).collect()
}

/// The positions from the first step that makes room to the last that puts something back.
pub(super) fn room(steps: &[Step]) -> std::ops::Range<usize> {
    let first = steps.iter().position(|step| step.around);
    let last = steps.iter().rposition(|step| step.around);
    first.zip(last).map_or(0..0, |(first, last)| first..last + 1)
}

/// Parts in an order in which every step finds what it waits for, as few as that takes: what is quick first, then what runs
/// alone, and what reads whole tables when nothing else is left to do before.
pub(super) fn split(drafts: Vec<Draft>) -> Vec<Plan> {
    let waits = waits(&drafts);
    let paces: Vec<Pace> = drafts.iter().map(|draft| pace(&draft.step.op)).collect();
    let mut glued: BTreeSet<usize> = (0..drafts.len()).filter(|at| drafts[*at].glued).collect();
    let mut pending: BTreeMap<usize, Step> = drafts.into_iter().map(|draft| draft.step).enumerate().collect();
    let mut parts: Vec<Plan> = Vec::new();
    while !pending.is_empty() {
        // What has to run together waits for everything that one of it waits for.
        let is_ready = |at: usize, pending: &BTreeMap<usize, Step>| {
            let is_free = |at: &usize, own: &BTreeSet<usize>| {
                waits[*at].iter().all(|other| !pending.contains_key(other) || own.contains(other))
            };
            if glued.contains(&at) {
                glued.iter().all(|one| is_free(one, &glued))
            } else {
                is_free(&at, &BTreeSet::new())
            }
        };
        let next = |wanted: Pace, pending: &BTreeMap<usize, Step>| {
            pending.keys().copied().find(|at| paces[*at] == wanted && is_ready(*at, pending))
        };
        let mut part = Plan::default();
        let take = |at: usize, pending: &mut BTreeMap<usize, Step>, part: &mut Plan| {
            let all: Vec<usize> = if glued.contains(&at) { glued.iter().copied().collect() } else { vec![at] };
            part.steps.extend(all.into_iter().filter_map(|at| pending.remove(&at)));
        };
        let found = [Pace::Quick, Pace::Alone, Pace::Scan].into_iter().find(|pace| next(*pace, &pending).is_some());
        let Some(found) = found else {
            // A circle goes through what should run together; one by one, everything waits only for what is before it.
            glued.clear();
            continue;
        };
        // What only waited to be read through is done at once: nothing is read behind it.
        let paces: &[Pace] = if found == Pace::Scan { &[Pace::Scan, Pace::Quick] } else { &[found] };
        for pace in paces {
            while let Some(at) = next(*pace, &pending) {
                take(at, &mut pending, &mut part);
            }
        }
        parts.push(part);
    }
    parts
}

/// For each draft, the positions of those before it, and of what it is to be replaced by.
fn waits(drafts: &[Draft]) -> Vec<BTreeSet<usize>> {
    let mut waits = order::waits(drafts.iter().map(|draft| &draft.step.op));
    for (at, draft) in drafts.iter().enumerate() {
        waits[at].extend(draft.behind.iter().copied());
    }
    waits
}

/// Lets what goes wait for what comes in its place on the same table, unless that waits for it.
pub(super) fn build_first(drafts: &mut [Draft]) {
    for gone in 0..drafts.len() {
        let op = &drafts[gone].step.op;
        let is_gone = match op {
            Op::DropIndex { .. } => true,
            Op::DropConstraint { constraint, .. } => constraint.is_key(),
            _ => false,
        };
        if !is_gone || drafts[gone].glued {
            continue;
        }
        let table = op.table().clone();
        for made in 0..drafts.len() {
            let is_made = |op: &Op| matches!(op, Op::CreateIndex { index, .. } if index.concurrently);
            let op = &drafts[made].step.op;
            if is_made(op) && *op.table() == table && !reaches(&waits(drafts), made, gone) {
                drafts[gone].behind.push(made);
            }
        }
    }
}

/// Whether one waits for the other, by way of others perhaps.
fn reaches(waits: &[BTreeSet<usize>], from: usize, to: usize) -> bool {
    let (mut seen, mut open) = (BTreeSet::new(), vec![from]);
    while let Some(at) = open.pop() {
        if at == to {
            return true;
        }
        if seen.insert(at) {
            open.extend(waits[at].iter().copied());
        }
    }
    false
}
