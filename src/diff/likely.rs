//! What goes and comes in one comparison and may be one thing under two names. Nothing is decided by a name alone: a rename
//! is clear when one thing goes, one comes, and both are the same but for the name; everything else is a question.

use similar::TextDiff;

use super::keys::holds;
use crate::model::{Column, EnumType, ForeignKey, Index, ObjectPath, Rename, Schema, Shared, Table, TableName};
use crate::op::Op;

/// Renames nobody asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Likely {
    /// What can hardly be anything else.
    pub clear: Vec<Guess>,
    /// What a person has to say.
    pub questions: Vec<Question>,
}

/// A rename, and what speaks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guess {
    /// The rename.
    pub rename: Rename,
    /// What speaks for it, the weightiest first, each a few words.
    pub reasons: Vec<String>,
    /// Both are the same but for the name.
    is_same: bool,
    score: u32,
}

/// Something new that may have had another name before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// What is new.
    pub new: ObjectPath,
    /// What it may have been, the likeliest first.
    pub guesses: Vec<Guess>,
}

/// What the definition says about two things: all the same, something the same, or nothing.
const SAME: u32 = 100;
const ALIKE: u32 = 50;
/// The most that names can say.
const NAME: u32 = 40;
const INDEX: u32 = 15;
const FOREIGN_KEY: u32 = 20;
const POSITION: u32 = 10;

/// Names that are this much alike, in percent, say something by themselves.
const LIKE_NAMES: u32 = 50;
/// Names that are this much alike outweigh another type.
const VERY_LIKE_NAMES: u32 = 75;

/// Looks through operations that lead from `live` to `goal` for what may be renames. `said` is the goal in the order of its
/// source, and `reconcile` gives a declared schema the live form where that satisfies it: what is new has not met the thing it
/// may have been.
pub fn likely(
    ops: &[Op],
    live: &Schema,
    goal: &Schema,
    said: &Schema,
    reconcile: &dyn Fn(Schema, &Schema) -> Schema,
) -> Likely {
    let judge = Judge { live, goal, said, reconcile };
    let mut guesses = Vec::new();
    for op in ops {
        match op {
            Op::DropTable { table } => {
                let created = ops.iter().filter_map(|op| match op {
                    Op::CreateTable { table } => Some(table),
                    _ => None,
                });
                guesses.extend(created.filter_map(|new| judge.tables(table, new)));
            }
            Op::DropColumn { table, column, .. } if column.generated.is_none() => {
                let added = ops.iter().filter_map(|op| match op {
                    Op::AddColumn { table: of, column, .. } if of == table && column.generated.is_none() => {
                        Some(column)
                    }
                    _ => None,
                });
                guesses.extend(added.filter_map(|new| judge.columns(table, column, new)));
            }
            Op::DropEnum { name, definition } => {
                let created = ops.iter().filter_map(|op| match op {
                    Op::CreateEnum { name, definition } => Some((name, definition)),
                    _ => None,
                });
                guesses.extend(created.filter_map(|new| enums((name, definition), new)));
            }
            Op::AlterEnum { name, from, to, .. } => guesses.extend(values(name, &from.values, &to.values)),
            _ => {}
        }
    }
    decide(&guesses)
}

/// A guess without a rival is clear; the others are questions about what is new.
fn decide(guesses: &[Guess]) -> Likely {
    let has_rival = |guess: &Guess| {
        guesses.iter().any(|other| {
            other != guess
                && (other.rename.before() == guess.rename.before() || other.rename.after() == guess.rename.after())
        })
    };
    let (clear, open): (Vec<_>, Vec<_>) = guesses.iter().cloned().partition(|guess| guess.is_same && !has_rival(guess));
    let mut questions: Vec<Question> = Vec::new();
    for guess in open {
        match questions.iter_mut().find(|question| question.new == guess.rename.after()) {
            Some(question) => question.guesses.push(guess),
            None => questions.push(Question { new: guess.rename.after(), guesses: vec![guess] }),
        }
    }
    for question in &mut questions {
        question.guesses.sort_by_key(|guess| std::cmp::Reverse(guess.score));
    }
    // Whoever answers the likeliest first is asked least.
    questions.sort_by_key(|question| std::cmp::Reverse(question.guesses.first().map(|guess| guess.score)));
    Likely { clear, questions }
}

struct Judge<'a> {
    live: &'a Schema,
    goal: &'a Schema,
    said: &'a Schema,
    reconcile: &'a dyn Fn(Schema, &Schema) -> Schema,
}

impl Judge<'_> {
    /// A schema with that table alone, and the types its columns may have.
    fn alone(&self, table: &Table) -> Schema {
        Schema { enums: self.live.enums.clone(), ..Schema::from_iter([table.clone()]) }
    }

    /// The table as it would be after the rename, and the declared one in its form.
    fn both(&self, old: &Table, new: &Table, rename: &Rename) -> Option<(Shared<Table>, Shared<Table>)> {
        let before = Op::from(rename).apply(self.alone(old));
        let after = (self.reconcile)(self.alone(new), &before);
        Some((before.tables.get(&new.name)?.clone(), after.tables.get(&new.name)?.clone()))
    }

    fn columns(&self, table: &TableName, old: &Column, new: &Column) -> Option<Guess> {
        let (live, goal) = (self.live.tables.get(table)?, self.goal.tables.get(table)?);
        let rename = Rename::Column { table: table.clone(), from: old.name.clone(), to: new.name.clone() };
        let (before, after) = self.both(live, goal, &rename)?;
        let (was, is) = (before.column(&new.name)?, after.column(&new.name)?);
        let names = likeness(&old.name, &new.name);
        let index = before
            .indexes
            .iter()
            .find(|index| holds(index, &new.name) && after.indexes.iter().any(|other| is_same_index(index, other)));
        let fk = before
            .foreign_keys
            .iter()
            .find(|fk| fk.columns.contains(&new.name) && after.foreign_keys.iter().any(|other| is_same_key(fk, other)));
        let is_same_type = was.data_type == is.data_type && was.values == is.values;
        let is_same = Column { comment: is.comment.clone(), ..was.clone() } == *is;
        let counts = is_same
            || is_same_type && (names >= LIKE_NAMES || index.is_some() || fk.is_some())
            || names >= VERY_LIKE_NAMES;
        if !counts {
            return None;
        }
        let type_text = is.data_type.text.clone().unwrap_or_default();
        let mut found = Found::default();
        match (is_same, is_same_type) {
            (true, _) => {
                let nullable = if is.nullable { "" } else { " NOT NULL" };
                found.add(SAME, format!("the same definition, {type_text}{nullable}"));
            }
            (false, true) => found.add(ALIKE, format!("the same type, {type_text}")),
            (false, false) => found.add(0, "another type".to_owned()),
        }
        if let Some(fk) = fk {
            found.add(FOREIGN_KEY, format!("both refer to `{}`", fk.references));
        }
        if let Some(index) = index {
            found.add(INDEX, format!("both are in such an index as `{}`", index.name.text));
        }
        found.names(names);
        let said = self.said.tables.get(table);
        if said.is_some_and(|said| before_it(said, &new.name) == before_it(live, &old.name)) {
            found.add(POSITION, "the same place in the table".to_owned());
        }
        Some(found.guess(rename, is_same))
    }

    fn tables(&self, old: &Table, new: &Table) -> Option<Guess> {
        let rename = Rename::Table { from: old.name.clone(), to: new.name.clone() };
        let (before, after) = self.both(old, new, &rename)?;
        let names = likeness(&old.name.name, &new.name.name);
        let most = before.columns.len().max(after.columns.len());
        let same = after.columns.iter().filter(|column| before.columns.contains(column)).count();
        let keys = |table: &Table| table.primary_key.as_ref().map(|key| key.columns.clone());
        let is_same = same == most && keys(&before) == keys(&after);
        let is_like = same * 2 > most || (names >= VERY_LIKE_NAMES && same > 1);
        if !is_same && !is_like {
            return None;
        }
        let mut found = Found::default();
        if is_same {
            found.add(SAME, format!("the same {same} columns and the same primary key"));
        } else {
            let part = SAME * u32::try_from(same).unwrap_or(0) / u32::try_from(most).unwrap_or(u32::MAX).max(1);
            found.add(part.min(ALIKE + NAME), format!("{same} of {most} columns are the same"));
        }
        found.names(names);
        Some(found.guess(rename, is_same))
    }
}

/// Enum types are what their values are.
fn enums((old_name, old): (&TableName, &EnumType), (new_name, new): (&TableName, &EnumType)) -> Option<Guess> {
    if old.values != new.values {
        return None;
    }
    let mut found = Found::default();
    found.add(SAME, "the same values".to_owned());
    found.names(likeness(&old_name.name, &new_name.name));
    Some(found.guess(Rename::Enum { from: old_name.clone(), to: new_name.clone() }, true))
}

/// Values of an enum type: nothing but the name and the place tells one from another.
fn values(of: &TableName, from: &[String], to: &[String]) -> Vec<Guess> {
    let gone = from.iter().enumerate().filter(|(_, value)| !to.contains(value));
    let place = |list: &[String], at: usize, other: &[String]| {
        list[..at].iter().rev().find(|value| other.contains(value)).cloned()
    };
    let judge = |(old_at, old): (usize, &String), (new_at, new): (usize, &String)| {
        let rename = Rename::Value { of: of.clone(), from: old.clone(), to: new.clone() };
        let is_same_place = place(from, old_at, to) == place(to, new_at, from);
        let names = likeness(old, new);
        let mut found = Found::default();
        if is_same_place {
            found.add(SAME, "the same place among the values".to_owned());
        }
        found.names(names);
        found.guess(rename, is_same_place && names >= LIKE_NAMES)
    };
    let come = || to.iter().enumerate().filter(|(_, value)| !from.contains(value));
    gone.flat_map(|old| come().map(move |new| (old, new))).map(|(old, new)| judge(old, new)).collect()
}

/// What speaks for a guess.
#[derive(Default)]
struct Found {
    score: u32,
    reasons: Vec<String>,
}

impl Found {
    fn add(&mut self, score: u32, reason: String) {
        self.score += score;
        self.reasons.push(reason);
    }

    fn names(&mut self, likeness: u32) {
        self.score += NAME * likeness / 100;
        if likeness >= LIKE_NAMES {
            self.reasons.push("similar names".to_owned());
        }
    }

    fn guess(self, rename: Rename, is_same: bool) -> Guess {
        Guess { rename, reasons: self.reasons, is_same, score: self.score }
    }
}

/// How much two names have in common, in percent.
fn likeness(one: &str, other: &str) -> u32 {
    let (one, other) = (one.to_lowercase(), other.to_lowercase());
    let ratio = TextDiff::from_chars(one.as_str(), other.as_str()).ratio() * 100.0;
    // Between 0 and 100.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a percentage")]
    let percent = ratio.round() as u32;
    percent
}

/// The column that stands before that one; the first has none before it.
fn before_it<'a>(table: &'a Table, column: &str) -> Option<&'a str> {
    table.columns.iter().map(|own| own.name.as_str()).take_while(|name| *name != column).last()
}

fn is_same_index(one: &Index, other: &Index) -> bool {
    Index { name: other.name.clone(), ..one.clone() } == *other
}

fn is_same_key(one: &ForeignKey, other: &ForeignKey) -> bool {
    (&one.columns, &one.references, &one.referenced_columns)
        == (&other.columns, &other.references, &other.referenced_columns)
}
