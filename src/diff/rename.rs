//! Which of the renames somebody asked for are still to be done.

use crate::model::{ObjectPath, Rename, Schema};
use crate::op::Op;

/// The renames that mean something between these two schemas, in an order in which they can be applied.
///
/// A rename means something when the old name is still there, the new one is not, and the goal has the new and not the
/// old, unless another rename gives the old name away. A `renamed_from` left in the source after it was applied is
/// therefore silent; and two names cannot be swapped in one revision, because before looks like after.
pub fn resolve(asked: &[Rename], from: &Schema, to: &Schema) -> Vec<Rename> {
    let tables = asked.iter().filter(|rename| matches!(rename, Rename::Table { .. }));
    let columns = asked.iter().filter(|rename| !matches!(rename, Rename::Table { .. }));
    let mut left: Vec<&Rename> = tables.chain(columns).collect();
    let mut schema = from.clone();
    let mut renames = Vec::new();
    // One rename may make room for another.
    while let Some(position) = left.iter().position(|rename| is_due(rename, &left, &schema, to)) {
        let rename = left.remove(position);
        schema = Op::from(rename).apply(schema);
        renames.push(rename.clone());
    }
    renames
}

/// The renames that were asked for and cannot be meant: the thing they rename is not there, and the new one is not there
/// either; or both are, and the old one would be dropped. `due` are those that are done.
pub fn doubtful(asked: &[Rename], due: &[Rename], from: &Schema, to: &Schema, lock: &Schema) -> Vec<Rename> {
    let is_doubtful = |rename: &&Rename| {
        let (before, after) = (old(rename), new(rename));
        // A new table may be what is called for, unless another table of the project goes with it.
        let is_expected = match &before {
            ObjectPath::Table(_) => {
                lock.tables.keys().any(|name| from.tables.contains_key(name) && !to.tables.contains_key(name))
            }
            ObjectPath::Column(table, _) => from.tables.contains_key(table) || from.enums.contains_key(table),
        };
        let is_nowhere = is_expected && !has(from, &before) && !has(from, &after) && has(to, &after);
        let is_lost = has(from, &before) && has(from, &after) && !has(to, &before) && has(lock, &before);
        !due.contains(rename) && (is_nowhere || is_lost)
    };
    asked.iter().filter(is_doubtful).cloned().collect()
}

fn is_due(rename: &Rename, left: &[&Rename], schema: &Schema, goal: &Schema) -> bool {
    let (from, to) = (old(rename), new(rename));
    // What the goal calls by the old name may be another thing, which gets that name now.
    let is_taken_over = || left.iter().any(|other| new(other) == from && has(schema, &old(other)));
    has(schema, &from) && !has(schema, &to) && has(goal, &to) && (!has(goal, &from) || is_taken_over())
}

pub(super) fn old(rename: &Rename) -> ObjectPath {
    match rename.clone() {
        Rename::Table { from, .. } => ObjectPath::Table(from),
        Rename::Column { table, from, .. } => ObjectPath::Column(table, from),
        Rename::Value { of, from, .. } => ObjectPath::Column(of, from),
    }
}

pub(super) fn new(rename: &Rename) -> ObjectPath {
    match rename.clone() {
        Rename::Table { to, .. } => ObjectPath::Table(to),
        Rename::Column { table, to, .. } => ObjectPath::Column(table, to),
        Rename::Value { of, to, .. } => ObjectPath::Column(of, to),
    }
}

fn has(schema: &Schema, path: &ObjectPath) -> bool {
    match path {
        ObjectPath::Table(table) => schema.tables.contains_key(table),
        // A table and an enum type cannot share a name.
        ObjectPath::Column(table, column) => match schema.tables.get(table) {
            Some(table) => table.column(column).is_some(),
            None => schema.enums.get(table).is_some_and(|own| own.values.contains(column)),
        },
    }
}
