//! Two schemas become the operations that lead from one to the other. Both are canonicalized and reconciled before,
//! so equality is `==` here. Must not know dialects: a false difference is fixed in canonicalization, never here.

mod follow;
mod keys;
mod likely;
mod ownership;
mod rename;
mod rules;
mod values;

pub use follow::follow;
pub use likely::{Guess, Likely, Question, likely};
pub use ownership::{Settled, Unmanaged, UnmanagedObject, is_drift, record, settle};
pub use rename::{doubtful, resolve, swaps};
pub use rules::{Kind, Rules, Tables};
pub use values::{TypeChanges, of_types, with_defaults, with_replaced};

use std::collections::BTreeSet;

use crate::model::{Attachment, Column, Constraint, EnumType, Part, Placement, Schema, Table};
use crate::op::{CommentOn, Op};

/// The operations that lead from one schema to the other, in an order that is stable but not yet that of dependencies.
/// Renames are applied to `from` before; what is left without a counterpart is created or dropped.
///
/// ```
/// use seachange::diff::diff;
/// use seachange::model::Schema;
///
/// assert!(diff(&Schema::default(), &Schema::default()).is_empty());
/// ```
pub fn diff(from: &Schema, to: &Schema) -> Vec<Op> {
    let mut ops = Vec::new();
    for (name, object) in &from.verbatim {
        if keys::is_replaced(object, to.verbatim.get(name)) {
            ops.push(Op::DropVerbatim { name: name.clone(), object: object.clone() });
        }
    }
    diff_enums(from, to, &mut ops);
    for (name, to_table) in &to.tables {
        match from.tables.get(name) {
            Some(from_table) if from_table == to_table => {}
            Some(from_table) => diff_table(from_table, to_table, &mut ops),
            None => ops.push(Op::CreateTable { table: Table::clone(to_table) }),
        }
    }
    for (name, table) in &from.tables {
        if !to.tables.contains_key(name) {
            ops.push(Op::DropTable { table: Table::clone(table) });
        }
    }
    for (name, to) in &to.verbatim {
        match from.verbatim.get(name) {
            Some(from) if from == to => {}
            Some(from) if !keys::is_replaced(from, Some(to)) => keys::alter_verbatim(name, from, to, &mut ops),
            Some(_) | None => ops.push(Op::CreateVerbatim { name: name.clone(), object: to.clone() }),
        }
    }
    for (name, definition) in &from.enums {
        if !to.enums.contains_key(name) {
            ops.push(Op::DropEnum { name: name.clone(), definition: definition.clone() });
        }
    }
    ops
}

fn diff_enums(from: &Schema, to: &Schema, ops: &mut Vec<Op>) {
    for (name, to) in &to.enums {
        let Some(from) = from.enums.get(name) else {
            ops.push(Op::CreateEnum { name: name.clone(), definition: to.clone() });
            continue;
        };
        let to = if from.values == to.values {
            to.clone()
        } else {
            let to = EnumType { comment: from.comment.clone(), ..to.clone() };
            ops.push(Op::AlterEnum {
                name: name.clone(),
                from: from.clone(),
                to: to.clone(),
                columns: Vec::new(),
                anew: false,
                replaced: Vec::new(),
            });
            to
        };
        ops.extend(keys::comment(CommentOn::Enum(name.clone()), from.comment.as_ref(), to.comment.as_ref()));
    }
}

fn diff_table(from: &Table, to: &Table, ops: &mut Vec<Op>) {
    let table = &to.name;
    let is_new = |name: &str| from.column(name).is_none();
    let is_gone = |name: &str| to.column(name).is_none();
    let drops = keys::only_in(from.constraints(), to.constraints());
    let adds = keys::only_in(to.constraints(), from.constraints());
    let (going, dropped): (Vec<_>, Vec<_>) = drops.into_iter().partition(|constraint| written_on(constraint, is_gone));
    let (coming, added): (Vec<_>, Vec<_>) = adds.into_iter().partition(|constraint| written_on(constraint, is_new));

    let (renamed, dropped, added) = keys::renamed_constraints(dropped, added);

    let is_gone_from = |list: &[Attachment], one: &Attachment| !list.contains(one);
    let attachments = from.attachments.iter().filter(|one| is_gone_from(&to.attachments, one)).cloned();
    ops.extend(attachments.map(|attachment| Op::DropAttachment { table: table.clone(), attachment }));
    ops.extend(keys::index_drops(from, to));
    ops.extend(renamed.into_iter().map(|(from, to)| Op::RenameConstraint { table: table.clone(), from, to }));
    ops.extend(dropped.into_iter().map(|constraint| Op::DropConstraint { table: table.clone(), constraint }));
    for column in from.columns.iter().filter(|column| is_gone(&column.name)) {
        let constraints = on_column(&going, &column.name);
        ops.push(Op::DropColumn { table: table.clone(), column: column.clone(), constraints });
    }
    for column in to.columns.iter().filter(|column| is_new(&column.name)) {
        let constraints = on_column(&coming, &column.name);
        ops.push(Op::AddColumn { table: table.clone(), column: column.clone(), constraints });
    }
    for to_column in &to.columns {
        let Some(from) = from.column(&to_column.name).cloned() else { continue };
        let to = Column { tuning: from.tuning.clone(), ..to_column.clone() };
        if from != to {
            ops.push(Op::AlterColumn { table: table.clone(), from, to });
        }
    }
    keys::partitions(from, to, ops);
    if from.options != to.options {
        ops.push(Op::AlterTable { table: table.clone(), from: from.options.clone(), to: to.options.clone() });
    }
    ops.extend(added.into_iter().map(|constraint| Op::AddConstraint { table: table.clone(), constraint }));
    ops.extend(keys::index_creates(from, to));
    let attachments = to.attachments.iter().filter(|one| is_gone_from(&from.attachments, one)).cloned();
    ops.extend(attachments.map(|attachment| Op::CreateAttachment { table: table.clone(), attachment }));
    ops.extend(keys::comment(CommentOn::Table(table.clone()), from.comment.as_ref(), to.comment.as_ref()));
    let parts: BTreeSet<&Part> = from.comments.keys().chain(to.comments.keys()).collect();
    for part in parts {
        let before = from.comments.get(part).filter(|_| keys::has_part(to, part));
        let on = CommentOn::Part(table.clone(), part.clone());
        ops.extend(keys::comment(on, before, to.comments.get(part)));
    }
}

/// Whether the constraint is written on a column for which `is` holds, so that it comes and goes with the column.
fn written_on(constraint: &Constraint, is: impl Fn(&str) -> bool) -> bool {
    placement(constraint).is_some_and(is)
}

fn on_column(constraints: &[Constraint], column: &str) -> Vec<Constraint> {
    constraints.iter().filter(|constraint| placement(constraint) == Some(column)).cloned().collect()
}

fn placement(constraint: &Constraint) -> Option<&str> {
    let placement = match constraint {
        Constraint::PrimaryKey(_) | Constraint::Exclusion(_) => return None,
        Constraint::Unique(unique) => &unique.placement,
        Constraint::ForeignKey(fk) => &fk.placement,
        Constraint::Check(check) => &check.placement,
    };
    match placement {
        Placement::Column(column) => Some(column),
        Placement::Table => None,
    }
}
