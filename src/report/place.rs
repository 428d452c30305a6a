//! Where in the source somebody says what an operation brings about: the attribute, the field, or the entity.

use super::name_after;
use crate::model::{
    Aspect, Column, Constraint, Declared, Detail, Index, IndexPart, Location, ObjectPath, Placement, TableName,
};
use crate::op::Op;

/// The place that comes nearest to what differs.
pub(super) fn of(op: &Op, declared: &Declared) -> Option<Location> {
    let table = name_after(op);
    nearest(op, table, declared).or_else(|| declared.place(&ObjectPath::Table(table.clone())).cloned())
}

fn nearest(op: &Op, table: &TableName, declared: &Declared) -> Option<Location> {
    let field = |column: &str| declared.place(&ObjectPath::Column(table.clone(), column.to_owned())).cloned();
    match op {
        Op::AddColumn { column, .. } | Op::DropColumn { column, .. } => field(&column.name),
        Op::AlterColumn { from, to, .. } | Op::ReplaceColumn { from, to, .. } | Op::RequireColumn { from, to, .. } => {
            let aspect = differing(from, to);
            let is_it = |detail: &Detail| matches!(detail, Detail::Column(column, of) if *column == to.name && Some(*of) == aspect);
            declared.detail(table, is_it).or_else(|| field(&to.name))
        }
        Op::RenameColumn { to, .. } => field(to),
        Op::CreateIndex { index, .. }
        | Op::DropIndex { index, .. }
        | Op::RenameIndex { to: index, .. }
        | Op::AdoptIndex { index, .. }
        | Op::ReleaseIndex { index, .. } => of_index(index, table, declared).or_else(|| only(&columns(index), field)),
        Op::AddConstraint { constraint, .. }
        | Op::DropConstraint { constraint, .. }
        | Op::RenameConstraint { to: constraint, .. }
        | Op::ValidateConstraint { to: constraint, .. } => {
            of_constraint(constraint, table, declared).or_else(|| only(&constraint_columns(constraint), field))
        }
        // The enum is where its columns have their type from.
        Op::CreateEnum { name, .. }
        | Op::DropEnum { name, .. }
        | Op::AlterEnum { name, .. }
        | Op::RenameEnum { to: name, .. }
        | Op::RenameEnumValue { name, .. } => of_enum(name, declared),
        _ => None,
    }
}

/// What differs, if it is something that may stand in an attribute of its own.
fn differing(from: &Column, to: &Column) -> Option<Aspect> {
    [
        (from.data_type.kind != to.data_type.kind || from.values != to.values, Aspect::Type),
        (from.default != to.default, Aspect::Default),
        (from.generated != to.generated || from.identity != to.identity, Aspect::Computed),
        (from.collation != to.collation, Aspect::Collation),
        (from.comment != to.comment, Aspect::Comment),
    ]
    .into_iter()
    .find_map(|(differs, aspect)| differs.then_some(aspect))
}

fn columns(index: &Index) -> Vec<String> {
    IndexPart::columns(&index.parts)
}

/// A unique index may be written as a constraint, and the other way round.
fn of_index(index: &Index, table: &TableName, declared: &Declared) -> Option<Location> {
    let columns = columns(index);
    declared.detail(table, |detail| match detail {
        Detail::Index(of) => *of == columns,
        Detail::Unique(of) => index.unique && *of == columns,
        _ => false,
    })
}

fn of_constraint(constraint: &Constraint, table: &TableName, declared: &Declared) -> Option<Location> {
    match constraint {
        Constraint::PrimaryKey(_) => None,
        Constraint::Unique(unique) => declared
            .detail(table, |detail| matches!(detail, Detail::Unique(of) | Detail::Index(of) if *of == unique.columns)),
        Constraint::ForeignKey(key) => {
            declared.detail(table, |detail| matches!(detail, Detail::ForeignKey(of) if *of == key.columns))
        }
        Constraint::Check(check) => {
            let name = check.name.as_ref().map(|name| &name.text);
            let column = match &check.placement {
                Placement::Column(column) => Some(column),
                Placement::Table => None,
            };
            let of_name = |detail: &Detail| matches!(detail, Detail::Check(Some(of), _) if Some(of) == name);
            let of_column = |detail: &Detail| matches!(detail, Detail::Check(_, of) if of.as_ref() == column);
            declared.detail(table, of_name).or_else(|| declared.detail(table, of_column))
        }
        Constraint::Exclusion(exclusion) => {
            let columns = IndexPart::columns(exclusion.elements.iter().map(|element| &element.part));
            declared.detail(table, |detail| matches!(detail, Detail::Exclusion(of) if *of == columns))
        }
    }
}

fn constraint_columns(constraint: &Constraint) -> Vec<String> {
    match constraint {
        Constraint::PrimaryKey(key) => key.columns.clone(),
        Constraint::Unique(unique) => unique.columns.clone(),
        Constraint::ForeignKey(key) => key.columns.clone(),
        Constraint::Check(check) => match &check.placement {
            Placement::Column(column) => vec![column.clone()],
            Placement::Table => Vec::new(),
        },
        Constraint::Exclusion(exclusion) => IndexPart::columns(exclusion.elements.iter().map(|element| &element.part)),
    }
}

/// The place of the column, if there is one and no other.
fn only(columns: &[String], field: impl Fn(&str) -> Option<Location>) -> Option<Location> {
    match columns {
        [column] => field(column),
        _ => None,
    }
}

/// The first column that has the type.
fn of_enum(name: &TableName, declared: &Declared) -> Option<Location> {
    declared.schema.tables.values().find_map(|table| {
        let has_it =
            |column: &&Column| column.data_type.kind.enum_name().is_some_and(|of| TableName::parse(of) == *name);
        let column = table.columns.iter().find(has_it)?;
        declared.place(&ObjectPath::Column(table.name.clone(), column.name.clone())).cloned()
    })
}
