//! How revisions follow each other: heads, branches, order. Knows no files and no database.

mod words;

use std::collections::{BTreeMap, BTreeSet};

use petgraph::algo::tarjan_scc;
use petgraph::graphmap::DiGraphMap;

use crate::error::{Diagnostic, Error, Result, Severity};
use crate::model::Location;

use super::Revision;

/// All revisions of a project, parents before children.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Graph {
    revisions: Vec<Revision>,
    /// The revisions that each label is about.
    branches: BTreeMap<String, BTreeSet<String>>,
}

/// Where an upgrade or downgrade leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Before the first revision.
    Base,
    /// To these revisions, and all they follow.
    Revisions(Vec<String>),
    /// Back to before these revisions.
    Without(BTreeSet<String>),
}

impl Graph {
    /// Sorts revisions, parents before children, otherwise by file name.
    ///
    /// # Errors
    /// Two files have one id or one label, a parent is missing, or revisions follow each other in a circle; all of them at
    /// once.
    pub fn new(mut revisions: Vec<Revision>) -> Result<Self> {
        revisions.sort_by(|a, b| a.path.cmp(&b.path));
        let mut problems = twice(&revisions);
        let ids: BTreeSet<&str> = revisions.iter().map(|revision| revision.id.as_str()).collect();
        for revision in &revisions {
            for parent in needed(revision).filter(|parent| !ids.contains(parent)) {
                let message = format!("the revision follows `{parent}`, which is in no file");
                problems.push(problem(revision, message, "bring the file back, or correct the id"));
            }
        }
        problems.extend(circles(&revisions));
        if !problems.is_empty() {
            return Err(Error::Revisions { problems });
        }
        let mut sorted: Vec<Revision> = Vec::with_capacity(revisions.len());
        let mut done = BTreeSet::new();
        // Without circles there is always a next one.
        while let Some(position) =
            revisions.iter().position(|revision| needed(revision).all(|parent| done.contains(parent)))
        {
            let revision = revisions.remove(position);
            done.insert(revision.id.clone());
            sorted.push(revision);
        }
        let mut graph = Self { revisions: sorted, branches: BTreeMap::new() };
        graph.branches = graph.labelled();
        Ok(graph)
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

    /// Where a database with these revisions is, in words that follow "the database is".
    pub fn place_in_words(&self, applied: &BTreeSet<String>) -> String {
        let titles: Vec<String> = self.current(applied).iter().map(|revision| revision.title()).collect();
        if titles.is_empty() { "before the first revision".to_owned() } else { format!("at {}", titles.join(" and ")) }
    }

    fn tips(&self, counts: impl Fn(&str) -> bool) -> Vec<&Revision> {
        let counted = || self.revisions.iter().filter(|revision| counts(&revision.id));
        let parents: BTreeSet<&String> = counted().flat_map(|revision| &revision.parents).collect();
        counted().filter(|revision| !parents.contains(&revision.id)).collect()
    }

    /// The revisions that come right behind one.
    pub fn children<'a>(&'a self, id: &'a str) -> impl Iterator<Item = &'a Revision> {
        self.revisions.iter().filter(move |revision| revision.parents.iter().any(|parent| parent == id))
    }

    /// The labels of the branches that a revision is on.
    pub fn labels<'a>(&'a self, id: &'a str) -> impl Iterator<Item = &'a str> {
        self.branches.iter().filter(move |(_, members)| members.contains(id)).map(|(label, _)| label.as_str())
    }

    /// A label is about the revision that has it, what follows that, and what leads there alone.
    fn labelled(&self) -> BTreeMap<String, BTreeSet<String>> {
        let mut branches = BTreeMap::new();
        for revision in self.revisions.iter().filter(|revision| !revision.labels.is_empty()) {
            let mut members =
                self.following([revision.id.clone()].into(), |revision| revision.parents.iter().collect());
            let mut first = revision;
            while let [parent] = first.parents.as_slice()
                && self.children(parent).count() == 1
                && let Some(parent) = self.get(parent)
            {
                members.insert(parent.id.clone());
                first = parent;
            }
            branches.extend(revision.labels.iter().map(|label| (label.clone(), members.clone())));
        }
        branches
    }

    /// These revisions and all that follow them.
    fn following<'a>(
        &'a self,
        mut found: BTreeSet<String>,
        follows: impl Fn(&'a Revision) -> Vec<&'a String>,
    ) -> BTreeSet<String> {
        for revision in &self.revisions {
            if follows(revision).into_iter().any(|parent| found.contains(parent)) {
                found.insert(revision.id.clone());
            }
        }
        found
    }

    /// These revisions and all that cannot be without them.
    fn needing(&self, ids: BTreeSet<String>) -> BTreeSet<String> {
        self.following(ids, |revision| revision.parents.iter().chain(&revision.depends_on).collect())
    }

    /// The newest revisions where the database is at the target.
    pub fn place(&self, target: &Target, applied: &BTreeSet<String>) -> Vec<String> {
        match target {
            Target::Base => Vec::new(),
            Target::Revisions(ids) => ids.clone(),
            Target::Without(_) => {
                let gone = self.beyond(target);
                let kept = applied.iter().filter(|id| !gone.contains(*id)).cloned().collect();
                self.current(&kept).iter().map(|revision| revision.id.clone()).collect()
            }
        }
    }

    /// These revisions and all that come behind them.
    pub fn after(&self, ids: &[String]) -> BTreeSet<String> {
        self.following(ids.iter().cloned().collect(), |revision| revision.parents.iter().collect())
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

    /// The revisions to take back to get down to the target, newest first: what follows it, and what needs that. Other
    /// branches stay as they are.
    pub fn downgrade(&self, target: &Target, applied: &BTreeSet<String>) -> Vec<&Revision> {
        let gone = self.beyond(target);
        self.revisions
            .iter()
            .rev()
            .filter(|revision| applied.contains(&revision.id) && gone.contains(&revision.id))
            .collect()
    }

    /// What is applied once somebody has declared that the database is at these targets, and on other branches where it was.
    pub fn stamped(&self, targets: &[Target], applied: &BTreeSet<String>) -> BTreeSet<String> {
        let mut stamped = applied.clone();
        for target in targets {
            let gone = self.beyond(target);
            stamped.retain(|id| !gone.contains(id));
        }
        stamped.extend(targets.iter().flat_map(|target| self.reached(target)));
        stamped
    }

    /// What is not there where the database is at the target.
    fn beyond(&self, target: &Target) -> BTreeSet<String> {
        match target {
            Target::Base => self.revisions.iter().map(|revision| revision.id.clone()).collect(),
            Target::Without(ids) => self.needing(ids.clone()),
            Target::Revisions(ids) => {
                let kept = self.reached(target);
                let mut gone = self.needing(ids.iter().cloned().collect());
                gone.retain(|id| !kept.contains(id));
                gone
            }
        }
    }
}

/// What must be applied before a revision.
fn needed(revision: &Revision) -> impl Iterator<Item = &str> {
    revision.parents.iter().chain(&revision.depends_on).map(String::as_str)
}

/// Ids and labels that two revisions have, and words that mean something else.
fn twice(revisions: &[Revision]) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    let mut files: BTreeMap<&str, &Revision> = BTreeMap::new();
    for revision in revisions {
        if let Some(other) = files.insert(&revision.id, revision) {
            let message = format!("the id `{}` is already used by `{}`", revision.id, other.path.display());
            problems.push(problem(revision, message, "give one of them another id"));
        }
    }
    let mut labels: BTreeMap<&str, &Revision> = BTreeMap::new();
    for revision in revisions {
        for label in &revision.labels {
            if let Some(other) = labels.insert(label, revision) {
                let message = format!("the label `{label}` is already used by `{}`", other.path.display());
                problems.push(problem(revision, message, "give one of them another label"));
            } else if !is_label(label) || files.contains_key(label.as_str()) {
                let message = format!("`{label}` cannot be a label");
                problems.push(problem(revision, message, LABEL));
            }
        }
    }
    problems
}

/// What a label looks like.
pub(crate) const LABEL: &str = "a label has letters, digits, `_`, `-` and `.`, begins with a letter, does not end like a count \
                                (`-1`), and is no id and none of `head`, `heads`, `base` and `current`";

/// Whether a label cannot be taken for anything else.
pub(crate) fn is_label(text: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    let is_number = |rest: &str| !rest.is_empty() && rest.chars().all(|c| c.is_ascii_digit());
    text.chars().next().is_some_and(char::is_alphabetic)
        && text.chars().all(is_part)
        && !text.rsplit_once('-').is_some_and(|(_, rest)| is_number(rest))
        && !["head", "heads", "base", "current", "none"].contains(&text)
}

/// Revisions that follow each other in a circle, each circle with its members.
fn circles(revisions: &[Revision]) -> Vec<Diagnostic> {
    let at: BTreeMap<&str, usize> =
        revisions.iter().enumerate().map(|(position, revision)| (revision.id.as_str(), position)).collect();
    let mut graph = DiGraphMap::<usize, ()>::new();
    for (position, revision) in revisions.iter().enumerate() {
        for parent in needed(revision).filter_map(|parent| at.get(parent)) {
            graph.add_edge(position, *parent, ());
        }
    }
    let mut problems = Vec::new();
    for mut circle in tarjan_scc(&graph) {
        circle.sort_unstable();
        let ids: Vec<&str> = circle.iter().map(|position| revisions[*position].id.as_str()).collect();
        let message = match circle.as_slice() {
            [only] if !graph.contains_edge(*only, *only) => continue,
            [_] => "the revision follows itself".to_owned(),
            _ => format!("these revisions follow each other in a circle: {}", ids.join(", ")),
        };
        let hint = "correct the `parents` or `depends on` line of one of them";
        problems.extend(circle.iter().map(|position| problem(&revisions[*position], message.clone(), hint)));
    }
    problems
}

fn problem(revision: &Revision, message: String, hint: &str) -> Diagnostic {
    Diagnostic {
        severity: Severity::Error,
        message,
        location: Location { file: revision.path.as_path().into(), line: 1, column: 1 },
        line: format!("-- revision: {}", revision.id),
        width: 1,
        label: None,
        hint: Some(hint.to_owned()),
    }
}
