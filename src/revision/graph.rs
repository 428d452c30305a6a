//! How revisions follow each other: heads, order, and the words by which people name one.
//! Knows no files and no database.

use std::collections::{BTreeMap, BTreeSet};
use std::iter;

use crate::error::{Diagnostic, Error, Result, Severity, closest};
use crate::model::Location;

use super::Revision;
use super::dir::words;

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
    /// from where the database is; anything else is an id, a label, the message or the file of a revision, or the
    /// beginning of its id or of its name.
    ///
    /// # Errors
    /// Nothing or more than one thing is meant; the error lists the candidates, or names what comes closest.
    pub fn resolve(&self, word: &str, applied: &BTreeSet<String>) -> Result<Target> {
        let unknown = |candidates: Vec<&Revision>| Error::UnknownRevision {
            word: word.to_owned(),
            nearest: if candidates.is_empty() { self.nearest(word) } else { None },
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
        for means in [is_identified, is_named, begins] {
            let candidates: Vec<&Revision> = self.revisions.iter().filter(|revision| means(revision, word)).collect();
            match candidates.as_slice() {
                [] => {}
                [revision] => return Ok(Target::Revisions(vec![revision.id.clone()])),
                _ => return Err(unknown(candidates)),
            }
        }
        Err(unknown(Vec::new()))
    }

    /// The word a user may have had in mind.
    fn nearest(&self, word: &str) -> Option<String> {
        let mut words = vec!["head", "heads", "base"];
        for revision in &self.revisions {
            words.extend([revision.id.as_str(), name(revision), stem(revision)]);
            words.extend(revision.labels.iter().map(String::as_str));
        }
        words.retain(|word| !word.is_empty());
        closest(without_folder(word), &words).map(str::to_owned)
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

fn is_identified(revision: &Revision, word: &str) -> bool {
    revision.id == word || revision.labels.iter().any(|label| label == word)
}

/// The file, as it is printed or without folder, ending, time and id; or the message, as it is or as files write it.
fn is_named(revision: &Revision, word: &str) -> bool {
    let file = without_folder(word);
    let message = words(word).join("_");
    // A word may be empty, as from a variable that is not set, and so may a name.
    (!file.is_empty() && [stem(revision), name(revision), &revision.message].contains(&file))
        || (!message.is_empty() && (name(revision) == message || words(&revision.message).join("_") == message))
}

/// The word, or its file without folder and ending if it is a path.
fn without_folder(word: &str) -> &str {
    word.strip_suffix(".sql").and_then(|path| path.rsplit(['/', '\\']).next()).unwrap_or(word)
}

/// The beginning of the id, or of the name, which is how numbered revisions are called.
fn begins(revision: &Revision, word: &str) -> bool {
    word.chars().count() >= 3 && (revision.id.starts_with(word) || name(revision).starts_with(word))
}

/// The name of the file without its ending.
fn stem(revision: &Revision) -> &str {
    revision.path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default()
}

/// What the name of the file says behind time and id, which may be nothing; all of it where they are not in it.
fn name(revision: &Revision) -> &str {
    let stem = stem(revision);
    let mut rests = iter::once(stem).chain(stem.match_indices('_').map(|(at, _)| &stem[at + 1..]));
    rests.find_map(|rest| behind(&revision.id, rest)).unwrap_or(stem)
}

fn behind<'a>(id: &str, text: &'a str) -> Option<&'a str> {
    match text.strip_prefix(id)? {
        "" => Some(""),
        rest => rest.strip_prefix('_'),
    }
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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use expect_test::{Expect, expect};

    use super::*;

    /// Revisions in a row, by file, id and message.
    const REVISIONS: [(&str, &str, &str); 7] = [
        ("20260101T000000_0_initial_schema", "0", "Initial schema"),
        ("20260102T000000_add4e1_001_add_checkpoint_fields", "add4e1", "001 add checkpoint fields"),
        ("20260103T000000_b002aa_002_add_tmdb_cache", "b002aa", "002 add tmdb cache"),
        ("20260104T000000_c1_add", "c1", "add"),
        ("cleanup", "d1", "drop: what nobody's needed, and much of what came with it"),
        ("20260106T000000_e1", "e1", "…"),
        ("20260107T000000_002fff_more", "002fff", "more"),
    ];

    fn check(words: &[&str], expected: &Expect) {
        let mut parent = "none";
        let mut revisions = Vec::new();
        for (file, id, message) in REVISIONS {
            let text = format!(
                "-- message: {message}\n-- revision: {id}\n-- parents: {parent}\n-- labels: l{id}\n-- migrate:up\n"
            );
            revisions.push(Revision::parse(Path::new(&format!("migrations/{file}.sql")), &text).unwrap());
            parent = id;
        }
        let graph = Graph::new(revisions).unwrap();
        let lines = words.iter().map(|word| match graph.resolve(word, &BTreeSet::new()) {
            Ok(Target::Base) => format!("{word}: base\n"),
            Ok(Target::Revisions(ids)) => format!("{word}: {}\n", ids.join(" ")),
            Err(error) => format!("{error}\n  {}\n", error.hint().unwrap_or_default()),
        });
        expected.assert_eq(&lines.collect::<String>());
    }

    #[test]
    fn names() {
        check(
            &[
                "001_add_checkpoint_fields",
                "001 add checkpoint fields",
                "20260102T000000_add4e1_001_add_checkpoint_fields",
                "migrations/20260102T000000_add4e1_001_add_checkpoint_fields.sql",
                "001",
                "002_add",
                "initial_schema",
                "Initial schema",
                "add4e1",
                "add4",
                "c1",
                "lc1",
                "clean",
                "cleanup.sql",
                "Drop what nobody's needed, and much of what came with it",
                "…",
            ],
            &expect![[r#"
                001_add_checkpoint_fields: add4e1
                001 add checkpoint fields: add4e1
                20260102T000000_add4e1_001_add_checkpoint_fields: add4e1
                migrations/20260102T000000_add4e1_001_add_checkpoint_fields.sql: add4e1
                001: add4e1
                002_add: b002aa
                initial_schema: 0
                Initial schema: 0
                add4e1: add4e1
                add4: add4e1
                c1: c1
                lc1: c1
                clean: d1
                cleanup.sql: d1
                Drop what nobody's needed, and much of what came with it: d1
                …: e1
            "#]],
        );
    }

    #[test]
    fn a_whole_name_goes_before_the_beginning_of_an_id() {
        check(
            &["add", "add4", "b00"],
            &expect![[r#"
            add: c1
            add4: add4e1
            b00: b002aa
        "#]],
        );
    }

    #[test]
    fn words_of_none_or_several() {
        check(
            &["001_add_chekpoint_fields", "haed", "add4e2", "nothing_like_it", "", "002", "20260104T000000_c1_ad"],
            &expect![[r#"
                no revision is called `001_add_chekpoint_fields`
                  did you mean `001_add_checkpoint_fields`? `seachange history` lists all revisions
                no revision is called `haed`
                  did you mean `head`? `seachange history` lists all revisions
                no revision is called `add4e2`
                  did you mean `add4e1`? `seachange history` lists all revisions
                no revision is called `nothing_like_it`
                  `seachange history` lists all revisions
                no revision is called ``
                  `seachange history` lists all revisions
                `002` can mean `b002aa` (002 add tmdb cache) or `002fff` (more)
                  write more of it, or an id
                no revision is called `20260104T000000_c1_ad`
                  did you mean `20260104T000000_c1_add`? `seachange history` lists all revisions
            "#]],
        );
    }

    #[test]
    fn the_beginning_of_a_file_s_time_names_nothing() {
        check(
            &["202601", "20260106T000000"],
            &expect![[r#"
            no revision is called `202601`
              `seachange history` lists all revisions
            no revision is called `20260106T000000`
              did you mean `20260106T000000_e1`? `seachange history` lists all revisions
        "#]],
        );
    }
}
