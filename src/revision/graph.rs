//! How revisions follow each other: heads, order, and the words by which people name one.
//! Knows no files and no database.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::{Diagnostic, Error, Result, Severity};
use crate::model::Location;

use super::Revision;

/// All revisions of a project, parents before children.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Graph {
    revisions: Vec<Revision>,
}

/// Where an upgrade or downgrade leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Before the first revision.
    Base,
    /// Exactly these revisions and all they follow.
    Revisions(Vec<String>),
}

impl Graph {
    /// Sorts revisions, parents before children, otherwise by file name.
    ///
    /// # Errors
    /// Two files have one id, a parent is missing, or revisions follow each other in a circle; all of them at once.
    pub fn new(mut revisions: Vec<Revision>) -> Result<Self> {
        revisions.sort_by(|a, b| a.path.cmp(&b.path));
        let mut problems = Vec::new();
        let mut files: BTreeMap<&str, &Revision> = BTreeMap::new();
        for revision in &revisions {
            if let Some(other) = files.insert(&revision.id, revision) {
                let message = format!("the id `{}` is already used by `{}`", revision.id, other.path.display());
                problems.push(problem(revision, message, "give one of them another id"));
            }
        }
        for revision in &revisions {
            for parent in needed(revision).filter(|parent| !files.contains_key(parent)) {
                let message = format!("the revision follows `{parent}`, which is in no file");
                problems.push(problem(revision, message, "bring the file back, or correct the id"));
            }
        }
        if !problems.is_empty() {
            return Err(Error::Revisions { problems });
        }
        let mut sorted: Vec<Revision> = Vec::with_capacity(revisions.len());
        let mut done = BTreeSet::new();
        while !revisions.is_empty() {
            let is_next = |revision: &Revision| needed(revision).all(|parent| done.contains(parent));
            let Some(position) = revisions.iter().position(is_next) else {
                let hint = "correct the `parents` line of one of them";
                let circle = |revision| problem(revision, "these revisions follow each other in a circle".into(), hint);
                return Err(Error::Revisions { problems: revisions.iter().map(circle).collect() });
            };
            let revision = revisions.remove(position);
            done.insert(revision.id.clone());
            sorted.push(revision);
        }
        Ok(Self { revisions: sorted })
    }

    /// All revisions, parents before children.
    pub fn revisions(&self) -> &[Revision] {
        &self.revisions
    }

    /// The revision with exactly this id.
    pub fn get(&self, id: &str) -> Option<&Revision> {
        self.revisions.iter().find(|revision| revision.id == id)
    }

    /// The revisions nothing follows.
    pub fn heads(&self) -> Vec<&Revision> {
        self.tips(|_| true)
    }

    /// Of the applied revisions, those that no applied one follows.
    pub fn current<'a>(&'a self, applied: &'a BTreeSet<String>) -> Vec<&'a Revision> {
        self.tips(|id| applied.contains(id))
    }

    fn tips(&self, counts: impl Fn(&str) -> bool) -> Vec<&Revision> {
        let counted = || self.revisions.iter().filter(|revision| counts(&revision.id));
        let parents: BTreeSet<&String> = counted().flat_map(|revision| &revision.parents).collect();
        counted().filter(|revision| !parents.contains(&revision.id)).collect()
    }

    /// What a user means by a word. `head` and `heads` are the newest, `base` is before the first, `+1` and `-1` count
    /// from where the database is; anything else is an id, the beginning of one, a label, or the name of a file.
    ///
    /// # Errors
    /// Nothing or more than one thing is meant; the error lists the candidates.
    pub fn resolve(&self, word: &str, applied: &BTreeSet<String>) -> Result<Target> {
        let unknown = |candidates: Vec<&Revision>| Error::UnknownRevision {
            word: word.to_owned(),
            candidates: candidates.iter().map(|revision| revision.title()).collect(),
        };
        let ids = |revisions: Vec<&Revision>| revisions.iter().map(|revision| revision.id.clone()).collect();
        match word {
            "base" => return Ok(Target::Base),
            "heads" => return Ok(Target::Revisions(ids(self.heads()))),
            "head" => {
                let heads = self.heads();
                return if heads.len() > 1 { Err(unknown(heads)) } else { Ok(Target::Revisions(ids(heads))) };
            }
            _ => {}
        }
        if let Some(steps) = word.strip_prefix('+').and_then(|steps| steps.parse::<usize>().ok()) {
            return self.forward(steps, applied);
        }
        if let Some(steps) = word.strip_prefix('-').and_then(|steps| steps.parse::<usize>().ok()) {
            return self.back(steps, applied);
        }
        let exact = self
            .revisions
            .iter()
            .filter(|revision| revision.id == word || revision.labels.iter().any(|label| label == word));
        let named = self.revisions.iter().filter(|revision| is_named(revision, word));
        for candidates in [exact.collect::<Vec<_>>(), named.collect()] {
            match candidates.as_slice() {
                [] => {}
                [revision] => return Ok(Target::Revisions(vec![revision.id.clone()])),
                _ => return Err(unknown(candidates)),
            }
        }
        Err(unknown(Vec::new()))
    }

    fn forward(&self, steps: usize, applied: &BTreeSet<String>) -> Result<Target> {
        let pending: Vec<&Revision> =
            self.revisions.iter().filter(|revision| !applied.contains(&revision.id)).collect();
        if pending.len() < steps {
            return Err(Error::TooFar { asked: steps, there: pending.len(), what: "pending" });
        }
        let mut reached = applied.clone();
        reached.extend(pending.iter().take(steps).map(|revision| revision.id.clone()));
        Ok(Target::Revisions(self.current(&reached).iter().map(|revision| revision.id.clone()).collect()))
    }

    fn back(&self, steps: usize, applied: &BTreeSet<String>) -> Result<Target> {
        let there: Vec<&Revision> = self.revisions.iter().filter(|revision| applied.contains(&revision.id)).collect();
        if there.len() < steps {
            return Err(Error::TooFar { asked: steps, there: there.len(), what: "applied" });
        }
        let kept: BTreeSet<String> =
            there.iter().take(there.len() - steps).map(|revision| revision.id.clone()).collect();
        let left: Vec<String> = self.current(&kept).iter().map(|revision| revision.id.clone()).collect();
        Ok(if left.is_empty() { Target::Base } else { Target::Revisions(left) })
    }

    /// The target and everything it follows.
    pub fn reached(&self, target: &Target) -> BTreeSet<String> {
        let Target::Revisions(ids) = target else { return BTreeSet::new() };
        let mut reached: BTreeSet<String> = ids.iter().cloned().collect();
        for revision in self.revisions.iter().rev() {
            if reached.contains(&revision.id) {
                reached.extend(needed(revision).map(str::to_owned));
            }
        }
        reached
    }

    /// The revisions to apply to reach the target, in order.
    pub fn upgrade(&self, target: &Target, applied: &BTreeSet<String>) -> Vec<&Revision> {
        let reached = self.reached(target);
        let is_due = |revision: &&Revision| reached.contains(&revision.id) && !applied.contains(&revision.id);
        self.revisions.iter().filter(is_due).collect()
    }

    /// The revisions to take back so that only the target and what it follows is left, newest first.
    pub fn downgrade(&self, target: &Target, applied: &BTreeSet<String>) -> Vec<&Revision> {
        let kept = self.reached(target);
        let goes = |revision: &&Revision| applied.contains(&revision.id) && !kept.contains(&revision.id);
        self.revisions.iter().rev().filter(goes).collect()
    }
}

/// What must be applied before a revision.
fn needed(revision: &Revision) -> impl Iterator<Item = &str> {
    revision.parents.iter().chain(&revision.depends_on).map(String::as_str)
}

/// The beginning of an id, or the name of the file, whole or without time and id.
fn is_named(revision: &Revision, word: &str) -> bool {
    let stem = revision.path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    let slug = stem.split_once(&format!("{}_", revision.id)).map_or("", |(_, slug)| slug);
    (word.len() >= 3 && revision.id.starts_with(word)) || stem == word || (!slug.is_empty() && slug == word)
}

fn problem(revision: &Revision, message: String, hint: &str) -> Diagnostic {
    Diagnostic {
        severity: Severity::Error,
        message,
        location: Location { file: revision.path.clone(), line: 1, column: 1 },
        line: format!("-- revision: {}", revision.id),
        width: 1,
        label: None,
        hint: Some(hint.to_owned()),
    }
}
