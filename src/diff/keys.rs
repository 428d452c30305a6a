//! What differs between the constraints and the indexes of two forms of a table.

use std::collections::BTreeSet;

use crate::model::{
    Check, Constraint, Exclusion, ForeignKey, Index, IndexKey, Name, Part, Placement, Table, TableName, Unique,
    Verbatim, VerbatimKind,
};
use crate::op::{CommentOn, Op, identifiers};

/// The values of the first list that the second does not have.
pub(super) fn only_in<T: PartialEq>(list: impl Iterator<Item = T>, other: impl Iterator<Item = T>) -> Vec<T> {
    let other: Vec<T> = other.collect();
    list.filter(|value| !other.contains(value)).collect()
}

/// Drops of indexes that are gone or become another, and renames of those that only change their name.
pub(super) fn index_drops(from: &Table, to: &Table) -> Vec<Op> {
    let table = &to.name;
    from.indexes
        .iter()
        .filter(|index| !to.indexes.contains(index))
        .map(|index| match renamed(index, from, to) {
            Some(renamed) => Op::RenameIndex { table: table.clone(), from: index.clone(), to: renamed.clone() },
            None => Op::DropIndex { table: table.clone(), index: index.clone() },
        })
        .collect()
}

/// Creations of indexes that are new or were another before.
pub(super) fn index_creates(from: &Table, to: &Table) -> Vec<Op> {
    let renamed: Vec<&Index> = from.indexes.iter().filter_map(|index| renamed(index, from, to)).collect();
    to.indexes
        .iter()
        .filter(|index| !from.indexes.contains(index) && !renamed.contains(index))
        .map(|index| Op::CreateIndex { table: to.name.clone(), index: index.clone() })
        .collect()
}

/// The index that is the same but for its name, when there is exactly one and it is not there yet.
fn renamed<'a>(index: &Index, from: &Table, to: &'a Table) -> Option<&'a Index> {
    let is_same = |other: &Index| *other == Index { name: other.name.clone(), ..index.clone() };
    let left = |list: &[Index], other: &[Index], index: &Index| {
        !other.iter().any(|candidate| candidate.name.text == index.name.text) && list.contains(index)
    };
    let mut sources = from.indexes.iter().filter(|other| is_same(other) && left(&from.indexes, &to.indexes, other));
    let mut targets = to.indexes.iter().filter(|other| is_same(other) && left(&to.indexes, &from.indexes, other));
    match (sources.next(), sources.next(), targets.next(), targets.next()) {
        (Some(source), None, Some(target), None) if source == index => Some(target),
        _ => None,
    }
}

/// Whether the column itself is in the index.
pub(super) fn holds(index: &Index, column: &str) -> bool {
    index.parts.iter().any(|part| matches!(&part.key, IndexKey::Column(own) if own == column))
}

/// What differs between the partitions of two forms of a table. Those inside of others come behind them.
pub(super) fn partitions(from: &Table, to: &Table, ops: &mut Vec<Op>) {
    let table = || to.name.clone();
    for partition in from.partitions.iter().rev() {
        if !to.partitions.iter().any(|other| other.name == partition.name) {
            ops.push(Op::DropPartition { table: table(), partition: partition.clone() });
        }
    }
    for partition in &to.partitions {
        match from.partitions.iter().find(|other| other.name == partition.name) {
            Some(same) if same == partition => {}
            Some(from) => {
                ops.push(Op::AlterPartition { table: table(), from: from.clone(), to: partition.clone() });
            }
            None => ops.push(Op::CreatePartition { table: table(), partition: partition.clone() }),
        }
    }
}

/// Takes the pairs out of both lists that are the same constraint under another name.
pub(super) fn renamed_constraints(
    dropped: Vec<Constraint>,
    mut added: Vec<Constraint>,
) -> (Vec<(Constraint, Constraint)>, Vec<Constraint>, Vec<Constraint>) {
    let (mut renamed, mut left) = (Vec::new(), Vec::new());
    for from in dropped {
        let same = added.iter().position(|to| {
            to.name().is_some() && to.name() != from.name() && with_name(&from, to.name().cloned()) == *to
        });
        match same.filter(|_| from.name().is_some()) {
            Some(position) => renamed.push((from, added.remove(position))),
            None => left.push(from),
        }
    }
    (renamed, left, added)
}

fn with_name(constraint: &Constraint, name: Option<Name>) -> Constraint {
    let mut constraint = constraint.clone();
    match &mut constraint {
        Constraint::PrimaryKey(key) => key.name = name,
        Constraint::Unique(unique) => unique.name = name,
        Constraint::ForeignKey(fk) => fk.name = name,
        Constraint::Check(check) => check.name = name,
        Constraint::Exclusion(exclusion) => exclusion.name = name,
    }
    constraint
}

/// The change of a comment, if it is one. An empty comment is none.
pub(super) fn comment(on: CommentOn, from: Option<&String>, to: Option<&String>) -> Option<Op> {
    let (from, to) = (from.filter(|text| !text.is_empty()), to.filter(|text| !text.is_empty()));
    (from != to).then(|| Op::Comment { on, from: from.cloned(), to: to.cloned() })
}

/// Whether the table has what the comment is on.
pub(super) fn has_part(table: &Table, part: &Part) -> bool {
    match part {
        Part::Column(_) => false,
        Part::Constraint(name) => table.constraints().any(|own| own.name().is_some_and(|own| own.text == *name)),
        Part::Index(name) => table.indexes.iter().any(|index| index.name.text == *name),
        Part::Attachment(kind, name) => table.attachments.iter().any(|own| own.kind == *kind && own.name == *name),
    }
}

/// Whether an object has to go before what stands in its place can be made. Other objects may need a function or a
/// sequence, which can become another where it is.
pub(super) fn is_replaced(from: &Verbatim, to: Option<&Verbatim>) -> bool {
    let Some(to) = to else { return true };
    let is_text = from.sql != to.sql || from.attachments != to.attachments;
    let in_place = matches!(to.kind, VerbatimKind::Function | VerbatimKind::Sequence);
    from.kind != to.kind || (is_text && !in_place)
}

/// What an object that stays becomes.
pub(super) fn alter_verbatim(name: &TableName, from: &Verbatim, to: &Verbatim, ops: &mut Vec<Op>) {
    if from.sql != to.sql {
        let to = Verbatim { comment: from.comment.clone(), ..to.clone() };
        ops.push(Op::ReplaceVerbatim { name: name.clone(), from: from.clone(), to });
    }
    let on = CommentOn::Verbatim(name.clone(), to.kind);
    ops.extend(comment(on, from.comment.as_ref(), to.comment.as_ref()));
    let parts: BTreeSet<&Part> = from.comments.keys().chain(to.comments.keys()).collect();
    for part in parts {
        let on = CommentOn::Part(name.clone(), part.clone());
        ops.extend(comment(on, from.comments.get(part), to.comments.get(part)));
    }
}

/// Whether both are the same foreign key, perhaps with other details: one replaces the other.
pub(super) fn is_same_foreign_key(a: &ForeignKey, b: &ForeignKey) -> bool {
    a.columns == b.columns && a.references == b.references && a.referenced_columns == b.referenced_columns
}

/// Whether both constrain the same columns: one replaces the other.
pub(super) fn is_same_unique(a: &Unique, b: &Unique) -> bool {
    a.columns == b.columns
}

/// Whether both are the same check, perhaps with another expression: one replaces the other.
pub(super) fn is_same_check(a: &Check, b: &Check) -> bool {
    // A name nobody wrote says nothing about which check it is.
    let written = |check: &'_ Check| check.name.clone().filter(|name| !name.inferred).map(|name| name.text);
    if written(a).is_some() || written(b).is_some() {
        return written(a) == written(b);
    }
    match (&a.placement, &b.placement) {
        (Placement::Column(a), Placement::Column(b)) => a == b,
        (Placement::Table, Placement::Table) => a.expression == b.expression,
        (Placement::Column(_), Placement::Table) | (Placement::Table, Placement::Column(_)) => false,
    }
}

/// Whether both exclude the same, perhaps with other details: one replaces the other.
fn is_same_exclusion(a: &Exclusion, b: &Exclusion) -> bool {
    match (&a.name, &b.name) {
        (Some(a), Some(b)) => a.text == b.text,
        _ => a.elements == b.elements,
    }
}

/// Whether both constraints are the same thing, perhaps with other details: one replaces the other.
pub(super) fn is_same_constraint(a: &Constraint, b: &Constraint) -> bool {
    match (a, b) {
        (Constraint::PrimaryKey(_), Constraint::PrimaryKey(_)) => true,
        (Constraint::Unique(a), Constraint::Unique(b)) => is_same_unique(a, b),
        (Constraint::ForeignKey(a), Constraint::ForeignKey(b)) => is_same_foreign_key(a, b),
        (Constraint::Check(a), Constraint::Check(b)) => is_same_check(a, b),
        (Constraint::Exclusion(a), Constraint::Exclusion(b)) => is_same_exclusion(a, b),
        _ => false,
    }
}

/// Whether a constraint can be in a table without these columns.
pub(super) fn can_be_without(constraint: &Constraint, columns: &[&str]) -> bool {
    let is_gone = |name: &String| columns.contains(&name.as_str());
    if constraint.include().iter().any(is_gone) {
        return false;
    }
    match constraint {
        Constraint::PrimaryKey(key) => !key.columns.iter().any(is_gone),
        Constraint::Unique(unique) => !unique.columns.iter().any(is_gone),
        Constraint::ForeignKey(fk) => !fk.columns.iter().any(is_gone),
        Constraint::Check(check) => {
            let is_placed = matches!(&check.placement, Placement::Column(column) if is_gone(column));
            !is_placed && !mentions(&check.expression, columns)
        }
        Constraint::Exclusion(exclusion) => {
            let predicate = exclusion.predicate.as_ref().is_some_and(|sql| mentions(sql, columns));
            !predicate && !exclusion.elements.iter().any(|element| stands_on(&element.part.key, columns))
        }
    }
}

/// Whether an index can be on a table without these columns.
pub(super) fn index_can_be_without(index: &Index, columns: &[&str]) -> bool {
    let predicate = index.predicate.as_ref().is_some_and(|sql| mentions(sql, columns));
    let include = index.include.iter().any(|column| columns.contains(&column.as_str()));
    !predicate && !include && !index.parts.iter().any(|part| stands_on(&part.key, columns))
}

/// Whether what is indexed needs one of the columns.
fn stands_on(key: &IndexKey, columns: &[&str]) -> bool {
    match key {
        IndexKey::Column(column) => columns.contains(&column.as_str()),
        IndexKey::Expression(sql) => mentions(sql, columns),
    }
}

/// Whether the SQL names one of the columns.
pub(super) fn mentions(sql: &str, columns: &[&str]) -> bool {
    !columns.is_empty()
        && identifiers(sql).iter().any(|word| columns.iter().any(|column| column.eq_ignore_ascii_case(word)))
}
