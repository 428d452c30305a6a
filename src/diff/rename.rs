//! Which of the renames somebody asked for are still to be done.

use crate::model::{Rename, Schema};
use crate::op::Op;

/// The renames that mean something between these two schemas, in an order in which they can be applied.
///
/// A rename means something when the old name is still there, the new one is not, and the goal has the new and not the
/// old. A `renamed_from` left in the source after it was applied is therefore silent.
pub fn resolve(asked: &[Rename], from: &Schema, to: &Schema) -> Vec<Rename> {
    let mut schema = from.clone();
    let mut renames = Vec::new();
    let tables = asked.iter().filter(|rename| matches!(rename, Rename::Table { .. }));
    let columns = asked.iter().filter(|rename| matches!(rename, Rename::Column { .. }));
    for rename in tables.chain(columns) {
        if is_due(rename, &schema, to) {
            schema = Op::from(rename).apply(schema);
            renames.push(rename.clone());
        }
    }
    renames
}

fn is_due(rename: &Rename, schema: &Schema, goal: &Schema) -> bool {
    match rename {
        Rename::Table { from, to } => {
            let moves =
                |schema: &Schema, has, lacks| schema.tables.contains_key(has) && !schema.tables.contains_key(lacks);
            moves(schema, from, to) && moves(goal, to, from)
        }
        Rename::Column { table, from, to } => {
            let moves = |schema: &Schema, has: &str, lacks: &str| {
                schema
                    .tables
                    .get(table)
                    .is_some_and(|table| table.column(has).is_some() && table.column(lacks).is_none())
            };
            moves(schema, from, to) && moves(goal, to, from)
        }
    }
}
