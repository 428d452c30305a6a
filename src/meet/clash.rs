//! Two statements that do not commute.

use super::{Done, Side, Why, key};
use crate::dialect::Dialect;
use crate::dialect::touch::{Act, Kind, Object, Reads, Touched, Verb};
use crate::revision::Direction;

/// What two statements do to one thing.
pub(super) struct Clash {
    pub(super) object: String,
    pub(super) why: Why,
    /// What the left one does, in words.
    pub(super) left: String,
    pub(super) right: String,
}

/// Why the statement may touch anything, in words.
pub(super) fn unknown(done: &Done<'_>, side: &Side<'_>) -> Option<String> {
    if let Some(words) = &done.touched.anything {
        return Some(format!("cannot be read: `{words}`"));
    }
    // What an extension holds is not said where it is dropped.
    let is_wide = |act: &&Act| {
        act.verb == Verb::Drop && matches!(act.object, Object::Named(Kind::Extension, _)) && !side.is_own(&act.object)
    };
    done.touched.acts.iter().find(is_wide).map(ToString::to_string)
}

/// Everything in which the two statements are in each other's way.
pub(super) fn between(left: (&Done<'_>, &Side<'_>), right: (&Done<'_>, &Side<'_>), dialect: Dialect) -> Vec<Clash> {
    let mut found = Vec::new();
    let (one, other) = (&left.0.touched, &right.0.touched);
    for a in &one.acts {
        for b in &other.acts {
            if let Some(why) = same(a, b) {
                found.push(Clash { object: name(&a.object), why, left: a.to_string(), right: b.to_string() });
            }
        }
    }
    for act in one.acts.iter().filter(|act| concerns_others(act, left.1)) {
        if let Some((why, does)) = uses(act, left.0.direction, other, dialect) {
            found.push(Clash { object: name(&act.object), why, left: act.to_string(), right: does });
        }
    }
    for act in other.acts.iter().filter(|act| concerns_others(act, right.1)) {
        if let Some((why, does)) = uses(act, right.0.direction, one, dialect) {
            found.push(Clash { object: name(&act.object), why, left: does, right: act.to_string() });
        }
    }
    found
}

/// Whether the object was there before the branch, so that the other may use it. A new column is seen by who takes all.
fn concerns_others(act: &Act, side: &Side<'_>) -> bool {
    match &act.object {
        Object::Part(table, Kind::Column, _) if act.verb == Verb::Create => {
            !side.is_own(&Object::Named(Kind::Table, table.clone()))
        }
        object => !side.is_own(object),
    }
}

/// What a conflict is about: of rows and parts that are no columns, the table.
fn name(object: &Object) -> String {
    match object {
        Object::Named(_, name) => format!("`{name}`"),
        Object::Part(table, Kind::Column, column) => format!("`{table}.{column}`"),
        Object::Part(table, ..) | Object::Rows(table, _) => format!("`{table}`"),
    }
}

/// Whether both do something to the same thing, which is more than one of them would do alone.
fn same(left: &Act, right: &Act) -> Option<Why> {
    if matches!(left.object, Object::Rows(..)) || key(&left.object) != key(&right.object) {
        return None;
    }
    match (&left.object, left.verb, right.verb) {
        // Nobody gave it a name, so it gets one of its own.
        (Object::Part(_, _, name), ..) if name.is_empty() => None,
        // The same words twice.
        (Object::Part(_, Kind::Setting, _), ..) | (_, Verb::Ensure, Verb::Ensure) => None,
        (_, Verb::Extend, Verb::Extend) => Some(Why::Values),
        (Object::Named(Kind::Table, _), Verb::Rebuild, _) | (Object::Named(Kind::Table, _), _, Verb::Rebuild) => {
            Some(Why::Rebuilt)
        }
        _ => Some(Why::Same),
    }
}

/// Whether what is done to an object is in the way of a statement that uses it, and what that does with it.
fn uses(act: &Act, direction: Direction, other: &Touched, dialect: Dialect) -> Option<(Why, String)> {
    let reads = &other.reads;
    let does = |words: String| other.acts.first().map_or(words, ToString::to_string);
    match (&act.object, act.verb) {
        (Object::Named(kind, name), Verb::Drop | Verb::Rename) => {
            let is_used = reads.names(name) || *kind == Kind::Schema && is_in_schema(reads, &name.name);
            is_used.then(|| (Why::Gone, does(format!("uses `{name}`"))))
        }
        (Object::Named(Kind::Table, table), Verb::Rebuild) => {
            // Where rows are copied with foreign keys off, a table that refers to it finds it as it was.
            let is_left_alone = reads.only_refers(table) && !dialect.capabilities().alter_column;
            let is_used = reads.names(table) && !is_left_alone;
            is_used.then(|| (Why::Rebuilt, does(format!("uses `{table}`"))))
        }
        (Object::Named(Kind::View | Kind::Type, name), Verb::Rebuild | Verb::Change)
        | (Object::Named(Kind::Table, name), Verb::Change) => {
            reads.names(name).then(|| (Why::Changed, does(format!("uses `{name}`"))))
        }
        (Object::Part(table, Kind::Column, column), Verb::Drop | Verb::Rename) => {
            reads.column(table, column).then(|| (Why::Gone, does(format!("uses `{table}.{column}`"))))
        }
        (Object::Part(table, Kind::Column, column), Verb::Change) => {
            reads.column(table, column).then(|| (Why::Changed, does(format!("uses `{table}.{column}`"))))
        }
        (Object::Part(table, Kind::Column, _), Verb::Create) => {
            let is_used = direction == Direction::Up && reads.names(table) && reads.all;
            is_used.then(|| (Why::Changed, does(format!("uses all columns of `{table}`"))))
        }
        (Object::Rows(table, columns), _) => {
            let is_meant = columns.as_ref().is_none_or(|own| reads.all || !own.is_disjoint(&reads.columns));
            let depends = reads.names(table) && reads.rows || other.holds.as_ref() == Some(table);
            (is_meant && depends).then(|| (Why::Rows, does(format!("reads rows of `{table}`"))))
        }
        (Object::Named(..) | Object::Part(..), _) => None,
    }
}

fn is_in_schema(reads: &Reads, schema: &str) -> bool {
    reads.names.iter().chain(reads.references.keys()).any(|name| name.schema.as_deref() == Some(schema))
}
