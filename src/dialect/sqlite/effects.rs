//! Which rows an operation has to go through on SQLite. There is one lock for the whole file, and whoever changes anything
//! has it from the first statement to the last, so none is named here.

use crate::dialect::{Effect, Effects};
use crate::model::{Constraint, Schema, TableName};
use crate::op::Op;

/// What an operation does on a schema as it is right before it.
pub(in crate::dialect) fn effects(op: &Op, schema: &Schema) -> Effects {
    let rewrite = Effect { lock: None, rewrite: true, scan: true };
    let scan = Effect { scan: true, ..Effect::default() };
    let on = |table: &TableName, effect: Effect| Effects::from([(table.clone(), effect)]);
    let refers = |constraint: &Constraint| matches!(constraint, Constraint::ForeignKey(_));
    match op {
        Op::RebuildTable { from, .. } => on(&from.name, rewrite),
        // The values of a column are taken out of every row.
        Op::DropColumn { table, column, .. } if column.generated.as_ref().is_none_or(|own| own.stored) => {
            on(table, rewrite)
        }
        // Rows that are there are held against what is new.
        Op::AlterColumn { table, from, to } if from.nullable && !to.nullable => on(table, scan),
        Op::AddColumn { table, column, constraints } if !column.nullable || !constraints.iter().all(refers) => {
            on(table, scan)
        }
        Op::CreateIndex { table, .. } | Op::AddConstraint { table, .. } => on(table, scan),
        // Rows that refer to it are looked for.
        Op::DropTable { table } => {
            let children = schema.tables.values().filter(|child| child.name != table.name);
            let children = children.filter(|child| child.foreign_keys.iter().any(|fk| fk.references == table.name));
            children.map(|child| (child.name.clone(), scan)).chain([(table.name.clone(), Effect::default())]).collect()
        }
        Op::CreateTable { .. }
        | Op::RenameTable { .. }
        | Op::AlterTable { .. }
        | Op::AddColumn { .. }
        | Op::DropColumn { .. }
        | Op::RenameColumn { .. }
        | Op::AlterColumn { .. }
        | Op::ReplaceColumn { .. }
        | Op::DropConstraint { .. }
        | Op::DropIndex { .. }
        | Op::RenameIndex { .. }
        | Op::RenameConstraint { .. }
        | Op::FillColumn { .. }
        | Op::RequireColumn { .. }
        | Op::ValidateConstraint { .. }
        | Op::AdoptIndex { .. }
        | Op::ReleaseIndex { .. }
        | Op::CreatePartition { .. }
        | Op::DropPartition { .. }
        | Op::AlterPartition { .. }
        | Op::CreateAttachment { .. }
        | Op::DropAttachment { .. }
        | Op::CreateVerbatim { .. }
        | Op::DropVerbatim { .. }
        | Op::ReplaceVerbatim { .. }
        | Op::CreateEnum { .. }
        | Op::DropEnum { .. }
        | Op::AlterEnum { .. }
        | Op::RenameEnum { .. }
        | Op::RenameEnumValue { .. }
        | Op::Comment { .. } => Effects::new(),
    }
}
