//! Where branches meet: which statements of one branch touch what a statement of another does, so that it matters which of
//! them runs first. Looks at revision files only; knows no entities and no database.

mod clash;
mod made;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::PathBuf;

pub use self::made::{Made, State};
use crate::dialect::Dialect;
use crate::dialect::touch::{Kind, Object, Touched, Verb};
use crate::revision::graph::{Graph, Target};
use crate::revision::{Direction, Revision};

/// Something that two branches do not leave alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// What it is about, in words.
    pub object: String,
    /// Why the order matters.
    pub why: Why,
    /// What is done to it, by both branches.
    pub places: BTreeSet<Doing>,
}

impl Conflict {
    /// Whether the other is about the same thing, or has all of its lines.
    fn is_told_by(&self, whole: &Self) -> bool {
        let is_there =
            |own: &Doing| whole.places.iter().any(|other| (&other.path, other.line) == (&own.path, own.line));
        self.object == whole.object || self.places.iter().all(is_there)
    }
}

/// What a statement does, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Doing {
    /// The file.
    pub path: PathBuf,
    /// The line of the statement in the file.
    pub line: usize,
    /// It does something to an object, and not only uses it.
    pub acts: bool,
    /// What it does, in words.
    pub does: String,
}

/// Why it matters which of two statements runs first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the words below say it")]
pub enum Why {
    Rebuilt,
    Gone,
    Same,
    Changed,
    Values,
    Rows,
    Unknown,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rebuilt => {
                "the table is made anew with what its own branch knows of it; what the other did to it would be lost"
            }
            Self::Gone => "one takes away what the other uses",
            Self::Same => "both do something to it",
            Self::Changed => "one changes what the other uses",
            Self::Values => "the order of the values depends on which of them comes first",
            Self::Rows => "which rows there are depends on which of them comes first",
            Self::Unknown => "nobody can tell from its words what the statement touches",
        })
    }
}

/// A statement of a revision.
#[derive(Debug)]
struct Done<'a> {
    revision: &'a Revision,
    direction: Direction,
    /// The line of the file.
    line: usize,
    touched: Touched,
}

impl Done<'_> {
    fn doing(&self, does: &str) -> Doing {
        let way = if self.direction == Direction::Down { " (way down)" } else { "" };
        let acts = !self.touched.acts.is_empty();
        Doing { path: self.revision.path.clone(), line: self.line, acts, does: format!("{does}{way}") }
    }
}

/// What one branch does beyond what the other does, too.
struct Side<'a> {
    statements: Vec<Done<'a>>,
    /// What it made itself: nobody else can use it.
    own: BTreeSet<Object>,
}

impl<'a> Side<'a> {
    fn new(revisions: &[&'a Revision], dialect: Dialect, schema: &str) -> Self {
        let mut statements = Vec::new();
        for direction in [Direction::Up, Direction::Down] {
            for revision in revisions {
                statements.extend(done(revision, direction, dialect, schema));
            }
        }
        let mut own = BTreeSet::new();
        let mut seen = BTreeSet::new();
        let up = statements.iter().filter(|own| own.direction == Direction::Up);
        for act in up.flat_map(|statement| &statement.touched.acts) {
            let object = key(&act.object);
            if seen.insert(object.clone()) && matches!(act.verb, Verb::Create | Verb::Ensure | Verb::Arrive) {
                own.insert(object);
            }
        }
        Self { statements, own }
    }

    /// Whether it made the object, or the table that it is a part of.
    fn is_own(&self, object: &Object) -> bool {
        let table = match object {
            Object::Named(..) => None,
            Object::Part(table, ..) | Object::Rows(table, _) => Some(Object::Named(Kind::Table, table.clone())),
        };
        self.own.contains(&key(object)) || table.is_some_and(|table| self.own.contains(&table))
    }
}

/// What two objects have in common when they cannot be beside each other.
fn key(object: &Object) -> Object {
    match object {
        Object::Named(kind, name) => Object::Named(kind.space(), name.clone()),
        Object::Rows(table, _) => Object::Rows(table.clone(), None),
        part @ Object::Part(..) => part.clone(),
    }
}

/// The statements of one direction of a revision.
fn done<'a>(
    revision: &'a Revision,
    direction: Direction,
    dialect: Dialect,
    schema: &str,
) -> impl Iterator<Item = Done<'a>> + use<'a> {
    let section = revision.section(direction, dialect.name());
    let touched = section.map(|section| (section.line, dialect.touched(&section.sql, schema)));
    let (first, touched) = touched.unwrap_or_default();
    touched.into_iter().map(move |touched| Done { revision, direction, line: first + touched.line - 1, touched })
}

/// The databases that revisions are written for: the project's own, and those that a section names.
fn dialects(revisions: &[Revision], usual: Dialect) -> Vec<Dialect> {
    let is_named = |dialect: &Dialect| {
        let mut sections = revisions.iter().flat_map(|revision| &revision.sections);
        sections.any(|section| section.dialect.as_deref() == Some(dialect.name()))
    };
    Dialect::ALL.into_iter().filter(|dialect| *dialect == usual || is_named(dialect)).collect()
}

/// What the branches that end at these revisions do to the same things. `schema` is the one that is meant where none is named.
pub fn conflicts(graph: &Graph, heads: &[String], usual: Dialect, schema: &str) -> Vec<Conflict> {
    let reached: Vec<BTreeSet<String>> =
        heads.iter().map(|head| graph.reached(&Target::Revisions(vec![head.clone()]))).collect();
    let beyond = |here: &BTreeSet<String>, there: &BTreeSet<String>| -> Vec<&Revision> {
        let is_beyond = |own: &&Revision| here.contains(&own.id) && !there.contains(&own.id);
        graph.revisions().iter().filter(is_beyond).collect()
    };
    let mut found = Found::default();
    for (number, left) in reached.iter().enumerate() {
        for right in reached.iter().skip(number + 1) {
            for dialect in dialects(graph.revisions(), usual) {
                let sides = [beyond(left, right), beyond(right, left)];
                let [left, right] = sides.map(|revisions| Side::new(&revisions, dialect, schema));
                found.compare(&left, &right, dialect);
            }
        }
    }
    found.conflicts()
}

/// Conflicts as they are found. What is in the way up is not told again of the way down.
#[derive(Default)]
struct Found {
    up: BTreeMap<(Why, String), BTreeSet<Doing>>,
    down: BTreeMap<(Why, String), BTreeSet<Doing>>,
}

impl Found {
    fn compare(&mut self, left: &Side<'_>, right: &Side<'_>, dialect: Dialect) {
        for (one, other) in [(left, right), (right, left)] {
            for unknown in one.statements.iter().filter_map(|done| Some((done, clash::unknown(done, one)?))) {
                self.unknown(unknown, other);
            }
        }
        for one in &left.statements {
            for other in &right.statements {
                if one.direction == Direction::Down && other.direction == Direction::Down {
                    continue;
                }
                for clash in clash::between((one, left), (other, right), dialect) {
                    let places = [one.doing(&clash.left), other.doing(&clash.right)];
                    self.insert(one.direction.max(other.direction), clash.why, clash.object, places);
                }
            }
        }
    }

    /// A statement that may do anything is in conflict with whatever the other branch does.
    fn unknown(&mut self, (done, words): (&Done<'_>, String), other: &Side<'_>) {
        let does_something = |own: &&Done<'_>| {
            own.direction == Direction::Up && (!own.touched.acts.is_empty() || own.touched.anything.is_some())
        };
        if let Some(first) = other.statements.iter().find(does_something) {
            let does = first.touched.acts.first().map(ToString::to_string);
            let does = does.unwrap_or_else(|| "cannot be read either".to_owned());
            let places = [done.doing(&words), first.doing(&does)];
            self.insert(done.direction, Why::Unknown, "anything".to_owned(), places);
        }
    }

    fn insert(&mut self, direction: Direction, why: Why, object: String, places: [Doing; 2]) {
        let found = match direction {
            Direction::Up => &mut self.up,
            Direction::Down => &mut self.down,
        };
        found.entry((why, object)).or_default().extend(places);
    }

    fn conflicts(self) -> Vec<Conflict> {
        let told: BTreeSet<String> = self.up.keys().map(|(_, object)| object.clone()).collect();
        let rest = self.down.into_iter().filter(|((_, object), _)| !told.contains(object));
        let all = self.up.into_iter().chain(rest);
        let mut all: Vec<Conflict> = all.map(|((why, object), places)| Conflict { object, why, places }).collect();
        for conflict in &mut all {
            // Who does something to it uses it in many lines, which say nothing new.
            let acting: BTreeSet<PathBuf> =
                conflict.places.iter().filter(|own| own.acts).map(|own| own.path.clone()).collect();
            conflict.places.retain(|own| own.acts || !acting.contains(&own.path));
        }
        // What is lost with the whole table need not be told of its parts.
        let rebuilt: Vec<Conflict> = all.iter().filter(|own| own.why == Why::Rebuilt).cloned().collect();
        all.retain(|own| own.why == Why::Rebuilt || !rebuilt.iter().any(|whole| own.is_told_by(whole)));
        all.sort_by(|a, b| (&a.object, a.why).cmp(&(&b.object, b.why)));
        all
    }
}
