//! The hazards that keep others waiting: what an operation locks while it goes through all rows of a table. A lock for a
//! moment is none of them.

use std::collections::{BTreeMap, BTreeSet};

use super::{Hazard, Kind, Subject};
use crate::dialect::{Effects, Lock, Question};
use crate::model::{Constraint, TableName};
use crate::op::Op;

/// The kinds that are found here.
pub(in crate::plan) const KINDS: [Kind; 3] = [Kind::RewritesTable, Kind::BlocksReads, Kind::BlocksWrites];

/// What the steps of a plan hold while the next one runs: locks last until the transaction ends.
#[derive(Debug, Default)]
pub(in crate::plan) struct Held(BTreeMap<TableName, Lock>);

impl Held {
    /// What keeps others waiting in a step with these effects, on tables that were there before.
    pub(in crate::plan) fn hazards(&mut self, op: &Op, effects: &Effects) -> Vec<Hazard> {
        let hazards = waits(op, effects, &self.0);
        for (table, effect) in effects {
            let held = self.0.get(table).copied();
            self.0.extend(held.max(effect.lock).map(|lock| (table.clone(), lock)));
        }
        if let Op::RenameTable { from, to } = op {
            self.0.extend(self.0.get(from).copied().map(|lock| (to.clone(), lock)));
        }
        hazards
    }
}

fn waits(op: &Op, effects: &Effects, held: &BTreeMap<TableName, Lock>) -> Vec<Hazard> {
    // A rebuild says by itself that it copies the rows.
    let is_rebuild = matches!(op, Op::RebuildTable { .. });
    let mut hazards = Vec::new();
    let rewritten: Vec<&TableName> =
        effects.iter().filter(|(_, effect)| effect.rewrite).map(|(name, _)| name).collect();
    for table in rewritten.iter().filter(|_| !is_rebuild) {
        // What locks nothing has nobody waiting for it.
        if effects.get(*table).is_some_and(|effect| effect.lock.is_some()) {
            let sentence = format!("{} writes all rows of `{table}` anew while nobody can use it.", cause(op));
            hazards.push(hazard(Kind::RewritesTable, table, table, sentence));
        }
    }
    let read: BTreeSet<&TableName> = effects.iter().filter(|(_, effect)| effect.scan).map(|(name, _)| name).collect();
    if read.is_empty() {
        return hazards;
    }
    // The rows that others wait for: those of the table the operation is about, if it reads them.
    let of = read.get(op.table()).or_else(|| read.first()).copied().unwrap_or(op.table());
    let locks = effects.iter().filter(|(name, _)| !rewritten.contains(name)).filter_map(|(name, effect)| {
        // What was locked before is, for as long.
        let lock = effect.lock?.max(held.get(name).copied().filter(|_| effect.scan).unwrap_or(effect.lock?));
        Some((name, lock))
    });
    for (name, lock) in locks {
        let (kind, what) = if lock.blocks_reads() {
            (Kind::BlocksReads, "nobody can use it")
        } else if lock.blocks_writes() {
            (Kind::BlocksWrites, "nobody can write to it")
        } else {
            continue;
        };
        let sentence = if name == of {
            format!("{} reads all rows of `{of}` while {what}.", cause(op))
        } else {
            let what = what.replace(" it", &format!(" `{name}`"));
            format!("{} reads all rows of `{of}` while {what}.", cause(op))
        };
        hazards.push(hazard(kind, name, of, sentence));
    }
    hazards
}

fn hazard(kind: Kind, table: &TableName, rows: &TableName, sentence: String) -> Hazard {
    Hazard::new(kind, Subject::whole(table), sentence).asking(Question::Rows { table: rows.clone() })
}

/// What makes others wait, as the beginning of a sentence.
fn cause(op: &Op) -> String {
    match op {
        Op::AddColumn { table, column, .. } => format!("Adding `{table}.{}`", column.name),
        Op::AlterColumn { table, from, to } if from.data_type.text != to.data_type.text => {
            format!("The new type of `{table}.{}`", to.name)
        }
        Op::AlterColumn { table, from, to } if from.nullable && !to.nullable => {
            format!("The NOT NULL of `{table}.{}`", to.name)
        }
        Op::AlterColumn { table, to, .. } | Op::ReplaceColumn { table, to, .. } => {
            format!("The change of `{table}.{}`", to.name)
        }
        Op::FillColumn { table, column, .. } => format!("Filling `{table}.{}`", column.name),
        Op::RequireColumn { table, to, .. } => format!("The NOT NULL of `{table}.{}`", to.name),
        Op::CreateIndex { index, .. } => format!("Creating `{}`", index.name.text),
        Op::AddConstraint { constraint, .. }
        | Op::ValidateConstraint { to: constraint, .. }
        | Op::AdoptIndex { constraint, .. }
        | Op::ReleaseIndex { constraint, .. } => match constraint {
            Constraint::PrimaryKey(key) => format!("The primary key ({})", key.columns.join(", ")),
            Constraint::Unique(unique) => format!("The unique constraint ({})", unique.columns.join(", ")),
            Constraint::ForeignKey(fk) => format!("The foreign key ({})", fk.columns.join(", ")),
            Constraint::Check(check) => format!("The check ({})", check.expression),
            Constraint::Exclusion(_) => "The exclusion constraint".to_owned(),
        },
        Op::AlterEnum { name, .. } => format!("Making `{name}` anew"),
        Op::AlterTable { table, .. } => format!("Storing `{table}` in another way"),
        Op::RebuildTable { to, .. } => format!("Rebuilding `{}`", to.name),
        Op::CreatePartition { partition, .. } => format!("Creating the partition `{}`", partition.name),
        Op::ReplaceVerbatim { name, .. } => format!("The change of `{name}`"),
        Op::CreateTable { .. }
        | Op::DropTable { .. }
        | Op::RenameTable { .. }
        | Op::DropColumn { .. }
        | Op::RenameColumn { .. }
        | Op::DropConstraint { .. }
        | Op::DropIndex { .. }
        | Op::RenameIndex { .. }
        | Op::RenameConstraint { .. }
        | Op::DropPartition { .. }
        | Op::AlterPartition { .. }
        | Op::CreateAttachment { .. }
        | Op::DropAttachment { .. }
        | Op::CreateVerbatim { .. }
        | Op::DropVerbatim { .. }
        | Op::CreateEnum { .. }
        | Op::DropEnum { .. }
        | Op::RenameEnum { .. }
        | Op::RenameEnumValue { .. }
        | Op::Comment { .. } => "The change".to_owned(),
    }
}
