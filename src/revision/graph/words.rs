//! The words by which people name a revision, or the way to one.

use std::collections::BTreeSet;
use std::iter;

use super::{Graph, Target};
use crate::error::{Error, Result, closest};
use crate::revision::Revision;
use crate::revision::dir::words;

/// A step from one revision to the next, or to the one before.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Forward,
    Back,
}

impl Graph {
    /// What a user means by a word.
    ///
    /// `head` and `heads` are the newest, `base` is before the first, `current` where the database is, `+1` and `-1` count
    /// from there; anything else is an id, a label, the message or the file of a revision, or the beginning of its id or of
    /// its name. `head-1` and `3f9a+2` count from that revision, and `billing@head` looks at the branch of a label alone.
    ///
    /// # Errors
    /// Nothing or more than one thing is meant; the error lists the candidates, or names what comes closest.
    pub fn resolve(&self, word: &str, applied: &BTreeSet<String>) -> Result<Target> {
        let words = Words { graph: self, applied, word };
        match word.split_once('@') {
            Some((branch, rest)) => words.on(&words.branch(branch)?, rest),
            None => words.on(&Branch::all(), word),
        }
    }
}

/// Where to look.
struct Branch(Option<BTreeSet<String>>);

impl Branch {
    fn all() -> Self {
        Self(None)
    }

    fn has(&self, revision: &Revision) -> bool {
        self.0.as_ref().is_none_or(|members| members.contains(&revision.id))
    }
}

struct Words<'a> {
    graph: &'a Graph,
    applied: &'a BTreeSet<String>,
    /// All that the user wrote.
    word: &'a str,
}

impl<'a> Words<'a> {
    fn unknown(&self, word: &str, candidates: &[&Revision]) -> Error {
        let nearest = if candidates.is_empty() { self.nearest(word) } else { None };
        let candidates = candidates.iter().map(|revision| revision.title()).collect();
        Error::UnknownRevision { word: word.to_owned(), nearest, candidates }
    }

    /// What a label is about, or what leads to a revision and follows it.
    fn branch(&self, word: &str) -> Result<Branch> {
        if let Some(members) = self.graph.branches.get(word) {
            return Ok(Branch(Some(members.clone())));
        }
        let revision = self.revision(word)?;
        let ids = [revision.id.clone()];
        let mut members = self.graph.reached(&Target::Revisions(ids.to_vec()));
        members.extend(self.graph.after(&ids));
        Ok(Branch(Some(members)))
    }

    fn on(&self, branch: &Branch, word: &str) -> Result<Target> {
        let ids = |revisions: Vec<&Revision>| revisions.iter().map(|revision| revision.id.clone()).collect();
        let heads = || -> Vec<&Revision> { self.graph.heads().into_iter().filter(|head| branch.has(head)).collect() };
        match word {
            "base" => return Ok(branch.0.clone().map_or(Target::Base, Target::Without)),
            "heads" => return Ok(Target::Revisions(ids(heads()))),
            "head" => return self.head(&heads()).map(|head| Target::Revisions(ids(head.into_iter().collect()))),
            "current" => {
                let current = self.graph.current(self.applied).into_iter().filter(|own| branch.has(own)).collect();
                return Ok(Target::Revisions(ids(current)));
            }
            _ => {}
        }
        // A name may end like a count.
        let whole = if word.is_empty() { Err(self.unknown(self.word, &[])) } else { self.revision(word) };
        match (whole, counted(word)) {
            (Ok(revision), _) if branch.has(revision) => Ok(Target::Revisions(vec![revision.id.clone()])),
            (Ok(revision), _) => Err(Error::Misused {
                problem: format!("{} is not on the branch that `{}` names", revision.title(), self.word),
            }),
            (Err(_), Some(("", Way::Forward, steps))) => self.forward(branch, steps),
            (Err(_), Some(("", Way::Back, steps))) => self.back(branch, steps),
            (Err(_), Some((from, way, steps))) => self.counted_from(branch, from, way, steps),
            (Err(error), None) => Err(error),
        }
    }

    /// The newest revision, if there is one.
    fn head<'b>(&self, heads: &[&'b Revision]) -> Result<Option<&'b Revision>> {
        match heads {
            [] => Ok(None),
            [head] => Ok(Some(*head)),
            _ => Err(self.unknown(self.word, heads)),
        }
    }

    /// The one revision that goes by a name.
    fn revision(&self, word: &str) -> Result<&'a Revision> {
        for means in [is_identified, is_named, begins] {
            let candidates: Vec<&Revision> =
                self.graph.revisions.iter().filter(|revision| means(revision, word)).collect();
            match candidates.as_slice() {
                [] => {}
                [revision] => return Ok(*revision),
                _ => return Err(self.unknown(word, &candidates)),
            }
        }
        Err(self.unknown(word, &[]))
    }

    /// The word a user may have had in mind.
    fn nearest(&self, word: &str) -> Option<String> {
        let mut words = vec!["head", "heads", "base", "current"];
        for revision in &self.graph.revisions {
            words.extend([revision.id.as_str(), name(revision), stem(revision)]);
            words.extend(revision.labels.iter().map(String::as_str));
        }
        words.retain(|word| !word.is_empty());
        closest(without_folder(word), &words).map(str::to_owned)
    }

    /// So many revisions further than the database is.
    fn forward(&self, branch: &Branch, steps: usize) -> Result<Target> {
        let mut reached = self.applied.clone();
        let mut last = Vec::new();
        for step in 0..steps {
            let is_pending = |revision: &&Revision| !reached.contains(&revision.id) && branch.has(revision);
            let pending = || self.graph.revisions.iter().filter(is_pending);
            let is_there = |parent: &String| reached.contains(parent);
            let mut next: Vec<&Revision> = pending().filter(|next| next.parents.iter().all(is_there)).collect();
            if next.is_empty() {
                // Where branches meet, one takes along the others.
                next = pending().filter(|next| next.parents.iter().any(is_there)).collect();
            }
            let next = match next.as_slice() {
                [] => return Err(Error::TooFar { asked: steps, there: step, what: "pending" }),
                [next] => next,
                _ => return Err(self.unknown(self.word, &next)),
            };
            reached.insert(next.id.clone());
            last = vec![next.id.clone()];
        }
        Ok(Target::Revisions(last))
    }

    /// So many revisions before where the database is.
    fn back(&self, branch: &Branch, steps: usize) -> Result<Target> {
        let mut kept = self.applied.clone();
        let mut gone = BTreeSet::new();
        for step in 0..steps {
            let tips: Vec<&Revision> = self.graph.current(&kept).into_iter().filter(|tip| branch.has(tip)).collect();
            let tip = match tips.as_slice() {
                [] => return Err(Error::TooFar { asked: steps, there: step, what: "applied" }),
                [tip] => tip.id.clone(),
                _ => return Err(self.unknown(self.word, &tips)),
            };
            kept.remove(&tip);
            gone.insert(tip);
        }
        Ok(Target::Without(gone))
    }

    /// So many revisions behind or before another.
    fn counted_from(&self, branch: &Branch, from: &str, way: Way, steps: usize) -> Result<Target> {
        let heads: Vec<&Revision> = self.graph.heads().into_iter().filter(|head| branch.has(head)).collect();
        let current = || self.graph.current(self.applied).into_iter().filter(|own| branch.has(own)).collect::<Vec<_>>();
        let mut at = match from {
            "head" => self.head(&heads)?,
            "current" => self.head(&current())?,
            "base" => None,
            from => Some(self.revision(from)?),
        };
        for step in 0..steps {
            let is_next = |revision: &&Revision| match at {
                Some(at) => revision.parents.contains(&at.id),
                None => {
                    !revision.parents.iter().any(|parent| self.graph.get(parent).is_some_and(|own| branch.has(own)))
                }
            };
            let next: Vec<&Revision> = match (way, at) {
                (Way::Forward, _) => {
                    self.graph.revisions.iter().filter(is_next).filter(|next| branch.has(next)).collect()
                }
                (Way::Back, Some(at)) => at.parents.iter().filter_map(|parent| self.graph.get(parent)).collect(),
                (Way::Back, None) => Vec::new(),
            };
            at = match next.as_slice() {
                [next] => Some(*next),
                // Before the first revision is where everything begins.
                [] if way == Way::Back && at.is_some() && step + 1 == steps => return Ok(Target::Base),
                [] => {
                    let what = if way == Way::Forward { "behind it" } else { "before it" };
                    return Err(Error::TooFar { asked: steps, there: step, what });
                }
                _ => return Err(self.unknown(self.word, &next)),
            };
        }
        Ok(at.map_or(Target::Base, |at| Target::Revisions(vec![at.id.clone()])))
    }
}

/// A word that ends with a count: `head-1`, `+2`.
fn counted(word: &str) -> Option<(&str, Way, usize)> {
    let at = word.rfind(['+', '-'])?;
    let way = if word[at..].starts_with('+') { Way::Forward } else { Way::Back };
    Some((&word[..at], way, word[at + 1..].parse().ok()?))
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
        meant(&Graph::new(revisions).unwrap(), &[], words, expected);
    }

    /// Two branches behind `base1`, one of which goes on behind where the other joins it, and a history of its own:
    ///
    ///     base1 ── a1 ── a2 ──────── join ── last
    ///         └─── b1 ── b2 ────────┘
    ///     other ── more                 (more depends on b1)
    fn branched() -> Graph {
        let revisions = [
            ("base1", "none", "", ""),
            ("a1", "base1", "alpha", ""),
            ("a2", "a1", "", ""),
            ("b1", "base1", "beta", ""),
            ("b2", "b1", "", ""),
            ("join", "a2, b2", "", ""),
            ("last", "join", "", ""),
            ("other", "none", "apart", ""),
            ("more", "other", "", "b1"),
        ];
        let read = |(number, (id, parents, labels, needs)): (usize, (&str, &str, &str, &str))| {
            let text = format!(
                "-- message: {id}\n-- revision: {id}\n-- parents: {parents}\n-- labels: {labels}\n-- depends on: {needs}\n\
                 -- migrate:up\n"
            );
            Revision::parse(Path::new(&format!("migrations/{number}_{id}.sql")), &text).unwrap()
        };
        Graph::new(revisions.into_iter().enumerate().map(read).collect()).unwrap()
    }

    fn meant(graph: &Graph, applied: &[&str], words: &[&str], expected: &Expect) {
        let applied = applied.iter().map(|id| (*id).to_owned()).collect();
        let lines = words.iter().map(|word| match graph.resolve(word, &applied) {
            Ok(Target::Base) => format!("{word}: base\n"),
            Ok(Target::Revisions(ids)) => format!("{word}: {}\n", ids.join(" ")),
            Ok(Target::Without(ids)) => {
                format!("{word}: without {}\n", ids.into_iter().collect::<Vec<_>>().join(" "))
            }
            Err(error) => {
                let hint = error.hint().map(|hint| format!("  {hint}\n")).unwrap_or_default();
                format!("{error}\n{hint}")
            }
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

    #[test]
    fn words_on_branches() {
        meant(
            &branched(),
            &["base1", "a1", "b1"],
            &[
                "head",
                "heads",
                "beta@head",
                "apart@heads",
                "beta@base",
                "beta",
                "current",
                "alpha@current",
                "alpha@+1",
                "beta@-1",
                "+1",
                "-1",
                "a1@head",
                "beta@a1",
                "gone@head",
                "beta@+9",
            ],
            &expect![[r#"
                `head` can mean `last` (last) or `more` (more)
                  name one of them, or all with `heads`
                heads: last more
                beta@head: last
                apart@heads: more
                beta@base: without b1 b2 join last
                beta: b1
                current: a1 b1
                alpha@current: a1
                alpha@+1: a2
                beta@-1: without b1
                `+1` can mean `a2` (a2) or `b2` (b2) or `other` (other)
                  name one of them, or a branch: `label@head`, `label@+1`
                `-1` can mean `a1` (a1) or `b1` (b1)
                  name one of them, or a branch: `label@head`, `label@+1`
                a1@head: last
                `a1` (a1) is not on the branch that `beta@a1` names
                no revision is called `gone`
                  `seachange history` lists all revisions
                there are 3 revisions pending, not 9
            "#]],
        );
    }

    #[test]
    fn words_that_count() {
        meant(
            &branched(),
            &["base1", "a1"],
            &[
                "last-1",
                "last-2",
                "last-9",
                "a1+1",
                "a1+2",
                "a1+3",
                "a1+9",
                "base1+1",
                "base1-1",
                "apart@head-1",
                "apart@base+2",
                "base+1",
                "current+1",
                "alpha@base+2",
                "-2",
                "-9",
                "+0",
            ],
            &expect![[r#"
                last-1: join
                `last-2` can mean `a2` (a2) or `b2` (b2)
                  name one of them, or a branch: `label@head`, `label@+1`
                `last-9` can mean `a2` (a2) or `b2` (b2)
                  name one of them, or a branch: `label@head`, `label@+1`
                a1+1: a2
                a1+2: join
                a1+3: last
                there are 3 revisions behind it, not 9
                `base1+1` can mean `a1` (a1) or `b1` (b1)
                  name one of them, or a branch: `label@head`, `label@+1`
                base1-1: base
                apart@head-1: other
                apart@base+2: more
                `base+1` can mean `base1` (base1) or `other` (other)
                  name one of them, or a branch: `label@head`, `label@+1`
                current+1: a2
                alpha@base+2: a2
                -2: without a1 base1
                there are 2 revisions applied, not 9
                +0: 
            "#]],
        );
    }

    #[test]
    fn the_way_down_leaves_other_branches_alone() {
        let graph = branched();
        let all = graph.revisions().iter().map(|revision| revision.id.clone()).collect();
        let down = |word: &str, applied: &BTreeSet<String>| -> Vec<String> {
            let target = graph.resolve(word, applied).unwrap();
            graph.downgrade(&target, applied).iter().map(|revision| revision.id.clone()).collect()
        };
        assert_eq!(down("last", &all), Vec::<String>::new());
        assert_eq!(down("join", &all), ["last"]);
        assert_eq!(down("a2", &all), ["last", "join"]);
        // What needs a revision that goes goes first.
        assert_eq!(down("base1", &all), ["more", "last", "join", "b2", "b1", "a2", "a1"]);
        assert_eq!(down("apart@base", &all), ["more", "other"]);
        assert_eq!(down("base", &all).len(), 9);
        let two: BTreeSet<String> = ["base1", "a1", "b1"].map(str::to_owned).into();
        assert_eq!(down("beta@-1", &two), ["b1"]);
        assert_eq!(down("a1", &two), Vec::<String>::new());
    }

    #[test]
    fn the_way_up_takes_along_what_is_needed() {
        let graph = branched();
        let up = |word: &str| -> Vec<String> {
            let target = graph.resolve(word, &BTreeSet::new()).unwrap();
            graph.upgrade(&target, &BTreeSet::new()).iter().map(|revision| revision.id.clone()).collect()
        };
        assert_eq!(up("apart@head"), ["base1", "b1", "other", "more"]);
        assert_eq!(up("beta@b2"), ["base1", "b1", "b2"]);
        assert_eq!(up("heads").len(), 9);
    }

    #[test]
    fn a_stamp_leaves_other_branches_where_they_are() {
        let graph = branched();
        let stamp = |words: &[&str], applied: &[&str]| -> Vec<String> {
            let applied: BTreeSet<String> = applied.iter().map(|id| (*id).to_owned()).collect();
            let targets: Vec<Target> = words.iter().map(|word| graph.resolve(word, &applied).unwrap()).collect();
            graph.stamped(&targets, &applied).into_iter().collect()
        };
        assert_eq!(stamp(&["a2"], &["base1", "b1"]), ["a1", "a2", "b1", "base1"]);
        assert_eq!(stamp(&["a1", "other"], &[]), ["a1", "base1", "other"]);
        assert_eq!(stamp(&["base"], &["base1", "other"]), Vec::<String>::new());
        assert_eq!(stamp(&["a1"], &["base1", "a1", "a2", "other"]), ["a1", "base1", "other"]);
    }

    #[test]
    fn what_makes_no_sense_is_named_with_its_file() {
        let read = |(number, (id, parents, labels)): (usize, (&str, &str, &str))| {
            let text = format!("-- revision: {id}\n-- parents: {parents}\n-- labels: {labels}\n-- migrate:up\n");
            Revision::parse(Path::new(&format!("{number}_{id}.sql")), &text).unwrap()
        };
        let revisions = [
            ("a", "none", "red"),
            ("b", "c", "red"),
            ("c", "b", "head"),
            ("d", "c", "b"),
            ("e", "e", "no spaces"),
            ("f", "gone", ""),
            ("a", "none", "x-1"),
        ];
        let error = Graph::new(revisions.into_iter().enumerate().map(read).collect()).unwrap_err();
        let Error::Revisions { problems } = error else { panic!("{error}") };
        let lines: Vec<String> = problems
            .iter()
            .map(|problem| format!("{}: {}\n", problem.location.file.display(), problem.message))
            .collect();
        expect![[r#"
            6_a.sql: the id `a` is already used by `0_a.sql`
            1_b.sql: the label `red` is already used by `0_a.sql`
            2_c.sql: `head` cannot be a label
            3_d.sql: `b` cannot be a label
            4_e.sql: `no spaces` cannot be a label
            6_a.sql: `x-1` cannot be a label
            5_f.sql: the revision follows `gone`, which is in no file
            1_b.sql: these revisions follow each other in a circle: b, c
            2_c.sql: these revisions follow each other in a circle: b, c
            4_e.sql: the revision follows itself
        "#]]
        .assert_eq(&lines.concat());
    }
}
