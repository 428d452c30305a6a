//! A lock that two branches wrote, made one again: what both say stays, what only one says is there if the entities have it.
//! Finds the two in git's conflict marks. Asks nobody; what has two answers is told.

use std::collections::{BTreeMap, BTreeSet};

use toml::Value;

use super::parts::{Parts, Path};
use crate::error::Cause;
use crate::model::{Schema, Verbatim};

/// A lock as two branches wrote it.
#[derive(Debug)]
pub(crate) struct Sides {
    ours: Parts,
    theirs: Parts,
    /// Before the two parted, where git says it.
    base: Option<Parts>,
    /// What git calls the two.
    names: [String; 2],
}

/// Something that the branches say differently, and the entities in a third way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Clash {
    /// What it is, in words.
    pub(crate) what: String,
    /// Who says what.
    pub(crate) said: Vec<(String, String)>,
}

/// The first line with one of git's conflict marks, from 1.
pub(crate) fn marked(text: &str) -> Option<usize> {
    let is_mark = |line: &str| line.starts_with("<<<<<<< ") || line.starts_with(">>>>>>> ");
    text.lines().position(is_mark).map(|at| at + 1)
}

impl Sides {
    /// The two sides of a text with git's marks, or of one that says things twice.
    pub(crate) fn read(text: &str) -> Result<Self, Cause> {
        if marked(text).is_none() {
            let (ours, theirs) = Parts::read(text)?;
            return Ok(Self {
                ours,
                theirs,
                base: None,
                names: ["the first line", "the last line"].map(str::to_owned),
            });
        }
        let split = split(text);
        let read = |text: &str| Parts::read(text).map(|(first, _)| first);
        let base = split.base.and_then(|base| read(&base).ok());
        Ok(Self { ours: read(&split.ours)?, theirs: read(&split.theirs)?, base, names: split.names })
    }

    /// Two locks that are one.
    pub(crate) fn same(schema: &Schema) -> Result<Self, Cause> {
        let parts = Parts::of(schema)?;
        Ok(Self { ours: parts.clone(), theirs: parts, base: None, names: Default::default() })
    }

    /// The entities as a lock knows them: those that turned out to be views are known by their names.
    pub(crate) fn views(&self, mut declared: Schema) -> Schema {
        let mut views = BTreeMap::new();
        for parts in [&self.ours, &self.theirs] {
            views.extend(parts.views());
        }
        declared.tables.retain(|name, _| !views.contains_key(name));
        for table in declared.tables.values_mut() {
            if table.foreign_keys.iter().any(|fk| views.contains_key(&fk.references)) {
                table.foreign_keys.retain(|fk| !views.contains_key(&fk.references));
            }
        }
        declared.verbatim.retain(|_, object| !object.sql.is_empty());
        declared.verbatim.extend(views.into_iter().map(|(name, kind)| (name, Verbatim::new(kind, ""))));
        declared
    }

    /// One lock, and what it could not be decided about: there it has what the entities say.
    pub(crate) fn merged(&self, declared: &Parts) -> (Parts, Vec<Clash>) {
        let (ours, theirs) = (&self.ours.entries, &self.theirs.entries);
        let mut merged = self.ours.clone();
        let mut clashes = Vec::new();
        let paths: BTreeSet<&Path> = ours.keys().chain(theirs.keys()).collect();
        for path in paths {
            let whole = path.whole();
            // A whole block that only one of them has stays as that one has it.
            let (one, other) = match (ours.contains_key(&whole), theirs.contains_key(&whole)) {
                (true, false) if !path.is_whole() => (ours.get(path), ours.get(path)),
                (false, true) if !path.is_whole() => (theirs.get(path), theirs.get(path)),
                _ => (ours.get(path), theirs.get(path)),
            };
            // A block that is gone on one side may have been changed on the other: the entities know.
            let base = self.base.as_ref().filter(|_| !path.is_whole()).map(|base| base.entries.get(path));
            let base = base.as_slice();
            let wanted = declared.entries.get(path);
            match decided(one, other, base, wanted) {
                Decided::For(value) => merged.take(path, value),
                Decided::Not => {
                    clashes.push(self.clash(path, one, other, wanted));
                    merged.take(path, wanted);
                }
            }
        }
        let kept: BTreeSet<Path> = merged.entries.keys().filter(|path| path.is_whole()).cloned().collect();
        merged.entries.retain(|path, _| kept.contains(&path.whole()));
        (merged, clashes)
    }

    fn clash(&self, path: &Path, ours: Option<&Value>, theirs: Option<&Value>, declared: Option<&Value>) -> Clash {
        let text = |value: Option<&Value>| value.map_or_else(|| "nothing".to_owned(), ToString::to_string);
        let [one, other] = self.names.clone();
        let said = vec![(one, text(ours)), (other, text(theirs)), ("the entities".to_owned(), text(declared))];
        Clash { what: path.to_string(), said }
    }
}

/// What a line becomes.
enum Decided<'a> {
    /// This, or nothing.
    For(Option<&'a Value>),
    /// That is not clear.
    Not,
}

/// What a line becomes. `base` has what it was before, if it was there, and is empty where that is not known.
fn decided<'a>(
    ours: Option<&'a Value>,
    theirs: Option<&'a Value>,
    base: &[Option<&Value>],
    declared: Option<&'a Value>,
) -> Decided<'a> {
    if ours == theirs || base.contains(&theirs) {
        return Decided::For(ours);
    }
    if base.contains(&ours) {
        return Decided::For(theirs);
    }
    match (ours, theirs) {
        // One of them made it or the other dropped it.
        (Some(one), None) | (None, Some(one)) => Decided::For(declared.is_some().then_some(one)),
        _ if declared == ours || declared == theirs => Decided::For(declared),
        (Some(ours), Some(theirs)) if declared.is_some_and(|own| is_sum(ours, theirs, own)) => Decided::For(declared),
        _ => Decided::Not,
    }
}

/// Whether the rows are the same but for the values of an enum, and the third has those of both.
fn is_sum(ours: &Value, theirs: &Value, declared: &Value) -> bool {
    let lists = ["values", "variants"];
    let rest = |row: &Value| {
        let mut row = row.as_table().cloned().unwrap_or_default();
        row.retain(|field, _| !lists.contains(&field));
        row
    };
    let list = |row: &Value, field: &str| row.get(field).and_then(Value::as_array).cloned().unwrap_or_default();
    let is_sum_of = |field: &str| {
        let (one, other, all) = (list(ours, field), list(theirs, field), list(declared, field));
        all.iter().all(|value| one.contains(value) || other.contains(value))
            && one.iter().chain(&other).all(|value| all.contains(value))
    };
    ours.is_table() && rest(ours) == rest(theirs) && rest(ours) == rest(declared) && lists.into_iter().all(is_sum_of)
}

/// A text with marks, taken apart.
struct Split {
    ours: String,
    theirs: String,
    base: Option<String>,
    names: [String; 2],
}

fn split(text: &str) -> Split {
    #[derive(PartialEq)]
    enum In {
        All,
        Ours,
        Base,
        Theirs,
    }
    let (mut ours, mut base, mut theirs) = (String::new(), String::new(), String::new());
    let mut names = ["ours", "theirs"].map(str::to_owned);
    let (mut at, mut has_base) = (In::All, false);
    for line in text.lines() {
        let label = |mark: &str| line.strip_prefix(mark).map(|label| label.trim().to_owned());
        match &at {
            In::All if line.starts_with("<<<<<<< ") => {
                names[0] = label("<<<<<<< ").unwrap_or_default();
                at = In::Ours;
                continue;
            }
            In::Ours if line.starts_with("|||||||") => {
                (at, has_base) = (In::Base, true);
                continue;
            }
            In::Ours | In::Base if line.trim_end() == "=======" => {
                at = In::Theirs;
                continue;
            }
            In::Theirs if line.starts_with(">>>>>>> ") => {
                names[1] = label(">>>>>>> ").unwrap_or_default();
                at = In::All;
                continue;
            }
            _ => {}
        }
        let into: &mut [&mut String] = match at {
            In::All => &mut [&mut ours, &mut base, &mut theirs],
            In::Ours => &mut [&mut ours],
            In::Base => &mut [&mut base],
            In::Theirs => &mut [&mut theirs],
        };
        for text in into {
            text.push_str(line);
            text.push('\n');
        }
    }
    Split { ours, theirs, base: has_base.then_some(base), names }
}

/// What revisions say about an entry of the lock that the entities say differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// A revision has made it what the entities say; where that stands, in words.
    Done(String),
    /// No revision has: that is a change still to be written.
    Open,
}

/// An entry that the lock and the entities say differently.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry<'a> {
    /// What it is about.
    pub(crate) path: &'a Path,
    /// What the lock says.
    pub(crate) has: Option<&'a Value>,
    /// What the entities say.
    pub(crate) wants: Option<&'a Value>,
    /// It is in a block that the lock did not have.
    pub(crate) is_new: bool,
}

impl<'a> Entry<'a> {
    /// The name that the database knows it by.
    pub(crate) fn name(&self) -> Option<&'a str> {
        self.wants.or(self.has)?.get("name")?.as_str()
    }

    /// The columns that it is about.
    pub(crate) fn columns(&self) -> impl Iterator<Item = String> + use<'a> {
        let row = self.wants.or(self.has);
        let list = row.and_then(|row| row.get("columns")).and_then(Value::as_array);
        let one = row.and_then(|row| row.get("column"));
        list.into_iter().flatten().chain(one).filter_map(Value::as_str).map(str::to_owned)
    }
}

/// The lock with what revisions did and it does not know of, each in a sentence.
pub(crate) fn completed(lock: &Parts, declared: &Parts, judge: impl Fn(&Entry<'_>) -> Verdict) -> (Parts, Vec<String>) {
    let mut complete = lock.clone();
    let mut notes = Vec::new();
    let paths: BTreeSet<&Path> = lock.entries.keys().chain(declared.entries.keys()).collect();
    for path in paths {
        let (has, wants) = (lock.entries.get(path), declared.entries.get(path));
        if has == wants {
            continue;
        }
        let whole = path.whole();
        // Blocks come before what is in them.
        if !path.is_whole() && !complete.entries.contains_key(&whole) {
            complete.take(path, None);
            continue;
        }
        let is_new = !path.is_whole() && !lock.entries.contains_key(&whole);
        let Verdict::Done(place) = judge(&Entry { path, has, wants, is_new }) else { continue };
        complete.take(path, wants);
        if !is_new {
            let how = match (has, wants) {
                (None, _) => "lacks",
                (_, None) => "still has",
                _ => "has an old",
            };
            notes.push(format!("{how} {path}: {place}"));
        }
    }
    (complete, notes)
}

/// The parts as a schema, lists in the order of the entities.
pub(crate) fn schema(parts: &Parts, declared: &Parts) -> Result<Schema, Cause> {
    parts.schema(declared)
}
