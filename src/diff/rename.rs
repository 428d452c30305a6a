//! Which of the renames somebody asked for are still to be done.

use crate::model::{ObjectPath, Rename, Schema, TableName};
use crate::op::Op;

/// The renames that mean something between these two schemas, in an order in which they can be applied.
///
/// A rename means something when the old name is still there, the new one is not, and the goal has the new and not the
/// old, unless another rename gives the old name away. A `renamed_from` left in the source after it was applied is
/// therefore silent; names that change places are for [`swaps`].
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

/// The renames in which names go around in a circle, by way of a name that is free. Before looks like after, so these are only
/// what somebody asks for this once.
pub fn swaps(asked: &[Rename], from: &Schema, to: &Schema) -> Vec<Rename> {
    let stays = |path: &ObjectPath| has(from, path) && has(to, path);
    let mut left: Vec<&Rename> =
        asked.iter().filter(|rename| stays(&rename.before()) && stays(&rename.after())).collect();
    let mut found = Vec::new();
    while let Some(first) = left.pop() {
        let mut circle = vec![first];
        let mut end = first.after();
        while let Some(next) = left.iter().position(|rename| rename.before() == end) {
            let next = left.remove(next);
            end = next.after();
            circle.push(next);
        }
        if end != first.before() || circle.len() < 2 {
            continue;
        }
        let aside = free(from, &first.before());
        found.push(with_names(first, None, Some(&aside)));
        found.extend(circle[1..].iter().rev().map(|rename| (*rename).clone()));
        found.push(with_names(first, Some(&aside), None));
    }
    found
}

/// A name like that one that nothing has.
fn free(schema: &Schema, path: &ObjectPath) -> String {
    let name = |path: &ObjectPath| match path {
        ObjectPath::Table(table) => table.name.clone(),
        ObjectPath::Column(_, column) => column.clone(),
    };
    let with_name = |name: String| match path {
        ObjectPath::Table(table) => ObjectPath::Table(TableName { schema: table.schema.clone(), name }),
        ObjectPath::Column(table, _) => ObjectPath::Column(table.clone(), name),
    };
    // Short enough for every database.
    let stem: String = name(path).chars().take(12).collect();
    let mut number = 0_u32;
    loop {
        let candidate = format!("_swap{number}_{stem}");
        if !has(schema, &with_name(candidate.clone())) {
            return candidate;
        }
        number += 1;
    }
}

/// The rename with another name at one end.
fn with_names(rename: &Rename, new_from: Option<&str>, new_to: Option<&str>) -> Rename {
    let text = |own: &String, new: Option<&str>| new.map_or_else(|| own.clone(), str::to_owned);
    let table =
        |own: &TableName, new: Option<&str>| TableName { schema: own.schema.clone(), name: text(&own.name, new) };
    match rename {
        Rename::Table { from, to } => Rename::Table { from: table(from, new_from), to: table(to, new_to) },
        Rename::Column { table, from, to } => {
            Rename::Column { table: table.clone(), from: text(from, new_from), to: text(to, new_to) }
        }
        Rename::Enum { from, to } => Rename::Enum { from: table(from, new_from), to: table(to, new_to) },
        Rename::Value { of, from, to } => {
            Rename::Value { of: of.clone(), from: text(from, new_from), to: text(to, new_to) }
        }
    }
}

/// The renames that were asked for and cannot be meant: the thing they rename is not there, and the new one is not there
/// either; or both are, and the old one would be dropped. `due` are those that are done.
pub fn doubtful(asked: &[Rename], due: &[Rename], from: &Schema, to: &Schema, lock: &Schema) -> Vec<Rename> {
    let is_doubtful = |rename: &&Rename| {
        let (before, after) = (rename.before(), rename.after());
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
    let (from, to) = (rename.before(), rename.after());
    // What the goal calls by the old name may be another thing, which gets that name now.
    let is_taken_over = || left.iter().any(|other| other.after() == from && has(schema, &other.before()));
    has(schema, &from) && !has(schema, &to) && has(goal, &to) && (!has(goal, &from) || is_taken_over())
}

fn has(schema: &Schema, path: &ObjectPath) -> bool {
    match path {
        // A table and an enum type cannot share a name.
        ObjectPath::Table(name) => schema.tables.contains_key(name) || schema.enums.contains_key(name),
        ObjectPath::Column(table, column) => match schema.tables.get(table) {
            Some(table) => table.column(column).is_some(),
            None => schema.enums.get(table).is_some_and(|own| own.values.contains(column)),
        },
    }
}
