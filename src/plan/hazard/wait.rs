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
pub struct Held(BTreeMap<TableName, Lock>);

impl Held {
    /// What keeps others waiting in a step with these effects, on tables that were there before.
    pub(in crate::plan) fn hazards(&mut self, op: &Op, effects: &Effects) -> Vec<Hazard> {
        let hazards = self.waits(Some(op), &cause(op), effects);
        self.hold(effects);
        if let Op::RenameTable { from, to } = op {
            self.follow(from, to);
        }
        hazards
    }

    /// The same of a statement, as it was seen to run: the operation it does, if it is known, or what to call it.
    pub fn seen(&mut self, op: Option<&Op>, words: &str, effects: &Effects) -> Vec<Hazard> {
        let said = op.map(cause).filter(|said| said != UNNAMED);
        let mut all = effects.clone();
        for (name, effect) in &mut all {
            // Of what is locked already, no second lock is seen.
            effect.lock = effect.lock.max(self.0.get(name).copied());
        }
        let hazards = self.waits(op, said.as_deref().unwrap_or(words), &all);
        self.hold(effects);
        if let Some(Op::RenameTable { from, to }) = op {
            self.follow(from, to);
        }
        hazards
    }

    fn follow(&mut self, from: &TableName, to: &TableName) {
        self.0.extend(self.0.get(from).copied().map(|lock| (to.clone(), lock)));
    }

    fn hold(&mut self, effects: &Effects) {
        for (table, effect) in effects {
            let held = self.0.get(table).copied();
            self.0.extend(held.max(effect.lock).map(|lock| (table.clone(), lock)));
        }
    }

    fn waits(&self, op: Option<&Op>, cause: &str, effects: &Effects) -> Vec<Hazard> {
        // A rebuild says by itself that it copies the rows.
        let is_rebuild = matches!(op, Some(Op::RebuildTable { .. }));
        let mut hazards = Vec::new();
        let rewritten: Vec<&TableName> =
            effects.iter().filter(|(_, effect)| effect.rewrite).map(|(name, _)| name).collect();
        for table in rewritten.iter().filter(|_| !is_rebuild) {
            // What locks nothing has nobody waiting for it.
            let own = effects.get(*table).and_then(|effect| effect.lock);
            if own.max(self.0.get(*table).copied()).is_some() {
                let sentence = format!("{cause} writes all rows of `{table}` anew while nobody can use it.");
                hazards.push(hazard(Kind::RewritesTable, table, table, sentence));
            }
        }
        let read: BTreeSet<&TableName> =
            effects.iter().filter(|(_, effect)| effect.scan).map(|(name, _)| name).collect();
        // The rows that others wait for: those of the table the operation is about, if it reads them.
        let of = op.and_then(|op| read.get(op.table())).or_else(|| read.first());
        let Some(of) = of.copied() else { return hazards };
        let locks = effects.iter().filter(|(name, _)| !rewritten.contains(name)).filter_map(|(name, effect)| {
            // What was locked before is, for as long.
            let lock = effect.lock.max(self.0.get(name).copied().filter(|_| effect.scan))?;
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
                format!("{cause} reads all rows of `{of}` while {what}.")
            } else {
                let what = what.replace(" it", &format!(" `{name}`"));
                format!("{cause} reads all rows of `{of}` while {what}.")
            };
            hazards.push(hazard(kind, name, of, sentence));
        }
        hazards
    }
}

fn hazard(kind: Kind, table: &TableName, rows: &TableName, sentence: String) -> Hazard {
    Hazard::new(kind, Subject::whole(table), sentence).asking(Question::Rows { table: rows.clone() })
}

/// What is said of an operation that makes nobody wait for itself.
const UNNAMED: &str = "The change";

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
        | Op::Comment { .. } => UNNAMED.to_owned(),
    }
}
