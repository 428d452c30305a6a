//! Operations in words, for people.

use std::fmt;

use super::Op;
use crate::model::{Column, Constraint, EnumType, ExclusionElement, IndexKey, TableOptions};

/// One line for people: "add column `files.image_width`".
impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CreateTable { table } => write!(f, "create table `{}`", table.name),
            Self::DropTable { table } => write!(f, "drop table `{}`", table.name),
            Self::RenameTable { from, to } => write!(f, "rename table `{from}` to `{to}`"),
            Self::AlterTable { table, from, to } => {
                write!(f, "change how table `{table}` is stored ({})", storage_changes(from, to).join(", "))
            }
            Self::AddColumn { table, column, .. } => write!(f, "add column `{table}.{}`", column.name),
            Self::DropColumn { table, column, .. } => write!(f, "drop column `{table}.{}`", column.name),
            Self::RenameColumn { table, from, to } => write!(f, "rename column `{table}.{from}` to `{to}`"),
            Self::AlterColumn { table, from, to } | Self::RequireColumn { table, from, to } => {
                write!(f, "change column `{table}.{}` ({})", from.name, column_changes(from, to).join(", "))
            }
            Self::ReplaceColumn { table, from, to, .. } => {
                write!(f, "replace column `{table}.{}` ({})", from.name, column_changes(from, to).join(", "))
            }
            Self::CreatePartition { table, partition } => {
                write!(f, "create partition `{}` of `{table}`", partition.name)
            }
            Self::DropPartition { table, partition } => write!(f, "drop partition `{}` of `{table}`", partition.name),
            Self::AlterPartition { table, to, .. } => write!(f, "change partition `{}` of `{table}`", to.name),
            Self::AddConstraint { table, constraint } => write!(f, "add {} to `{table}`", Described(constraint)),
            Self::DropConstraint { table, constraint } => write!(f, "drop {} from `{table}`", Described(constraint)),
            Self::CreateIndex { table, index } => write!(f, "create index `{}` on `{table}`", index.name.text),
            Self::DropIndex { table, index } => write!(f, "drop index `{}` on `{table}`", index.name.text),
            Self::RenameIndex { table, from, to } => {
                write!(f, "rename index `{}` on `{table}` to `{}`", from.name.text, to.name.text)
            }
            Self::RebuildTable { to, ops, .. } => {
                write!(f, "rebuild table `{}`:", to.name)?;
                ops.iter().try_for_each(|op| write!(f, "\n    {op}"))
            }
            Self::CreateVerbatim { name, object } => write!(f, "create {} `{name}`", object.kind),
            Self::DropVerbatim { name, object } => write!(f, "drop {} `{name}`", object.kind),
            Self::ReplaceVerbatim { name, to, .. } => write!(f, "change {} `{name}`", to.kind),
            Self::RenameConstraint { table, from, to } => {
                write!(f, "rename {} of `{table}` to `{}`", Described(from), name_of_constraint(to))
            }
            Self::FillColumn { table, column, batches: true, .. } => {
                write!(f, "fill column `{table}.{}`", column.name)
            }
            Self::FillColumn { table, column, .. } => {
                write!(f, "fill what is left of column `{table}.{}`", column.name)
            }
            Self::ValidateConstraint { table, to, .. } if to.is_not_valid() => {
                write!(f, "make {} of `{table}` NOT VALID", Described(to))
            }
            Self::ValidateConstraint { table, to, .. } => write!(f, "validate {} of `{table}`", Described(to)),
            Self::AdoptIndex { table, index, constraint } => {
                write!(f, "make {} of `{table}` of the index `{}`", Described(constraint), index.name.text)
            }
            Self::ReleaseIndex { table, index, constraint } => {
                write!(
                    f,
                    "leave the index `{}` in the place of {} of `{table}`",
                    index.name.text,
                    Described(constraint)
                )
            }
            Self::CreateAttachment { table, attachment } => {
                write!(f, "create {} `{}` on `{table}`", attachment.kind, attachment.name)
            }
            Self::DropAttachment { table, attachment } => {
                write!(f, "drop {} `{}` on `{table}`", attachment.kind, attachment.name)
            }
            Self::CreateEnum { name, definition } => {
                write!(f, "create enum type `{name}` ({})", definition.values.join(", "))
            }
            Self::DropEnum { name, .. } => write!(f, "drop enum type `{name}`"),
            Self::AlterEnum { name, from, to, .. } => {
                write!(f, "change enum type `{name}` ({})", enum_changes(from, to).join(", "))
            }
            Self::RenameEnum { from, to } => write!(f, "rename enum type `{from}` to `{to}`"),
            Self::RenameEnumValue { name, from, to } => {
                write!(f, "rename value `{from}` of enum type `{name}` to `{to}`")
            }
            Self::Comment { on, from: None, .. } => write!(f, "comment on {on}"),
            Self::Comment { on, to: None, .. } => write!(f, "remove the comment on {on}"),
            Self::Comment { on, .. } => write!(f, "change the comment on {on}"),
        }
    }
}

/// A constraint in words: "the foreign key (`file_id`) to `files`".
struct Described<'a>(&'a Constraint);

impl fmt::Display for Described<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Constraint::PrimaryKey(key) => write!(f, "the primary key ({})", key.columns.join(", ")),
            Constraint::Unique(unique) => write!(f, "the unique constraint ({})", unique.columns.join(", ")),
            Constraint::ForeignKey(fk) => {
                write!(f, "the foreign key ({}) to `{}`", fk.columns.join(", "), fk.references)
            }
            Constraint::Check(check) => write!(f, "the check ({})", check.expression),
            Constraint::Exclusion(exclusion) => {
                let element = |element: &ExclusionElement| match &element.part.key {
                    IndexKey::Column(name) | IndexKey::Expression(name) => format!("{name} {}", element.operator),
                };
                let elements: Vec<String> = exclusion.elements.iter().map(element).collect();
                write!(f, "the exclusion ({})", elements.join(", "))
            }
        }
    }
}

fn name_of_constraint(constraint: &Constraint) -> &str {
    constraint.name().map_or("", |name| &name.text)
}

/// What differs between two lists of values, one phrase each.
fn enum_changes(from: &EnumType, to: &EnumType) -> Vec<String> {
    let only_in = |one: &EnumType, other: &EnumType| {
        one.values.iter().filter(|value| !other.values.contains(value)).cloned().collect::<Vec<_>>()
    };
    let added = only_in(to, from).into_iter().map(|value| format!("adds `{value}`"));
    let removed = only_in(from, to).into_iter().map(|value| format!("removes `{value}`"));
    let mut changes: Vec<String> = added.chain(removed).collect();
    let kept = |one: &EnumType, other: &EnumType| {
        one.values.iter().filter(|value| other.values.contains(value)).cloned().collect::<Vec<_>>()
    };
    if kept(from, to) != kept(to, from) {
        changes.push("another order".to_owned());
    }
    changes
}

/// What differs in how a table is stored, one phrase each.
fn storage_changes(from: &TableOptions, to: &TableOptions) -> Vec<&'static str> {
    let mut changes = Vec::new();
    let mut add = |from: bool, to: bool, gained: &'static str, lost: &'static str| match (from, to) {
        (false, true) => changes.push(gained),
        (true, false) => changes.push(lost),
        (true, true) | (false, false) => {}
    };
    add(from.strict, to.strict, "becomes STRICT", "is no longer STRICT");
    add(from.without_rowid, to.without_rowid, "becomes WITHOUT ROWID", "is no longer WITHOUT ROWID");
    add(from.unlogged, to.unlogged, "becomes UNLOGGED", "is no longer UNLOGGED");
    if from.partition_by != to.partition_by {
        changes.push("partitions");
    }
    if from.storage != to.storage {
        changes.push("storage parameters");
    }
    if from.row_security != to.row_security {
        changes.push("row security");
    }
    if from.clauses != to.clauses {
        changes.push("order or conflict clauses of its keys");
    }
    changes
}

/// What differs between two forms of a column, one phrase each.
fn column_changes(from: &Column, to: &Column) -> Vec<String> {
    let mut changes = Vec::new();
    if from.data_type != to.data_type {
        let text = |column: &Column| column.data_type.text.clone().unwrap_or_else(|| "another".to_owned());
        changes.push(format!("type {} to {}", text(from), text(to)));
    }
    let conversion = from.conversion(to).map(|conversion| conversion.to_string());
    changes.extend(conversion.filter(|text| !text.is_empty()));
    match (from.nullable, to.nullable) {
        (true, false) => changes.push("becomes NOT NULL".to_owned()),
        (false, true) => changes.push("becomes nullable".to_owned()),
        (true, true) | (false, false) => {}
    }
    if from.default != to.default {
        let text = |column: &Column| {
            column.default.as_ref().map_or("none".to_owned(), |default| default.text.clone().unwrap_or_default())
        };
        changes.push(format!("default {} to {}", text(from), text(to)));
    }
    if from.generated != to.generated {
        changes.push("generated expression".to_owned());
    }
    if from.auto_increment != to.auto_increment {
        changes.push("auto increment".to_owned());
    }
    if from.identity != to.identity {
        changes.push("identity".to_owned());
    }
    if from.sequence != to.sequence {
        changes.push("sequence".to_owned());
    }
    if from.collation != to.collation {
        changes.push("collation".to_owned());
    }
    if from.comment != to.comment {
        changes.push("comment".to_owned());
    }
    changes
}
