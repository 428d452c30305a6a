//! One change of a schema. Every operation holds whole values before and after, so that it can be undone.
//! Knows no dialect: whether and how a database can run it is the plan's business.

mod rename;
mod text;
mod words;

use std::collections::BTreeMap;
use std::fmt;

use self::rename::{rename_column, rename_enum, rename_enum_value, rename_table};
pub(crate) use self::text::{identifiers, named_in_strings};
use crate::model::{
    Attachment, Column, Constraint, EnumType, Index, ObjectPath, Part, Partition, Rename, Schema, Shared, Table,
    TableName, TableOptions, Verbatim, VerbatimKind,
};

/// One change.
///
/// ```
/// use seachange::model::TableName;
/// use seachange::op::Op;
///
/// let rename = Op::RenameColumn { table: TableName::new("files"), from: "old".into(), to: "new".into() };
/// assert_eq!(rename.inverse().inverse(), rename);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields say what they hold")]
pub enum Op {
    /// Creates a table with its indexes and triggers.
    CreateTable {
        table: Table,
    },
    /// Drops a table and all that goes with it.
    DropTable {
        table: Table,
    },
    RenameTable {
        from: TableName,
        to: TableName,
    },
    /// Changes how a table is stored.
    AlterTable {
        table: TableName,
        from: TableOptions,
        to: TableOptions,
    },
    /// Adds a column together with the constraints that are written on it.
    AddColumn {
        table: TableName,
        column: Column,
        constraints: Vec<Constraint>,
    },
    /// Drops a column together with the constraints that are written on it.
    DropColumn {
        table: TableName,
        column: Column,
        constraints: Vec<Constraint>,
    },
    RenameColumn {
        table: TableName,
        from: String,
        to: String,
    },
    AlterColumn {
        table: TableName,
        from: Column,
        to: Column,
    },
    /// Puts a new column in the place of one that cannot become it. What was in it is gone.
    ReplaceColumn {
        table: TableName,
        from: Column,
        to: Column,
        /// Rows that are there get an empty value where they have to have one: on the way down. The plan fills it.
        filled: bool,
    },
    AddConstraint {
        table: TableName,
        constraint: Constraint,
    },
    DropConstraint {
        table: TableName,
        constraint: Constraint,
    },
    CreateIndex {
        table: TableName,
        index: Index,
    },
    DropIndex {
        table: TableName,
        index: Index,
    },
    /// Gives an index another name.
    RenameIndex {
        table: TableName,
        from: Index,
        to: Index,
    },
    /// Does several changes of one table at once, by copying its rows into a new one. `ops` says which changes.
    RebuildTable {
        from: Shared<Table>,
        to: Shared<Table>,
        ops: Vec<Op>,
    },
    /// Gives a constraint another name.
    RenameConstraint {
        table: TableName,
        from: Constraint,
        to: Constraint,
    },
    /// Gives the rows that are there a value where they hold NULL in a column. What they held is not known afterwards.
    FillColumn {
        table: TableName,
        /// The column as it is to be.
        column: Column,
        /// SQL over the columns of the row; `None` where only a person knows.
        value: Option<String>,
        /// Some rows at a time, each lot in a transaction of its own.
        batches: bool,
    },
    /// Takes NULL from a column that holds none, as a check proves.
    RequireColumn {
        table: TableName,
        from: Column,
        to: Column,
    },
    /// Holds the rows that are there against a constraint, or no longer says that they meet it.
    ValidateConstraint {
        table: TableName,
        from: Constraint,
        to: Constraint,
    },
    /// Makes a key of a unique index that is there. It takes the name of the key.
    AdoptIndex {
        table: TableName,
        index: Index,
        constraint: Constraint,
    },
    /// Leaves a unique index in the place of a key.
    ReleaseIndex {
        table: TableName,
        constraint: Constraint,
        index: Index,
    },
    /// Creates a table that holds a part of the rows of another.
    CreatePartition {
        table: TableName,
        partition: Partition,
    },
    DropPartition {
        table: TableName,
        partition: Partition,
    },
    /// Gives a part of a table other rows, or says other things about it.
    AlterPartition {
        table: TableName,
        from: Partition,
        to: Partition,
    },
    /// Creates a trigger, rule or policy from its own text.
    CreateAttachment {
        table: TableName,
        attachment: Attachment,
    },
    DropAttachment {
        table: TableName,
        attachment: Attachment,
    },
    /// Creates a view, function or the like from its own text.
    CreateVerbatim {
        name: TableName,
        object: Verbatim,
    },
    DropVerbatim {
        name: TableName,
        object: Verbatim,
    },
    /// Puts another definition in the place of one that others may use.
    ReplaceVerbatim {
        name: TableName,
        from: Verbatim,
        to: Verbatim,
    },
    CreateEnum {
        name: TableName,
        definition: EnumType,
    },
    DropEnum {
        name: TableName,
        definition: EnumType,
    },
    /// Gives an enum type other values, or the same in another order.
    AlterEnum {
        name: TableName,
        from: EnumType,
        to: EnumType,
        /// The columns of that type, with their tables, as they are right before. The plan fills it.
        columns: Vec<(TableName, Column)>,
        /// A new type takes the place of the old one, although adding values would do: somebody uses them at once.
        anew: bool,
        /// Values that are gone, each with the one that takes its place in rows.
        replaced: Vec<(String, String)>,
    },
    RenameEnum {
        from: TableName,
        to: TableName,
    },
    RenameEnumValue {
        name: TableName,
        from: String,
        to: String,
    },
    /// Puts a comment on something, changes it or takes it away. Those of columns change with the column.
    Comment {
        on: CommentOn,
        from: Option<String>,
        to: Option<String>,
    },
}

/// What a comment is on.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "each holds the name of what it says")]
pub enum CommentOn {
    Table(TableName),
    Part(TableName, Part),
    Enum(TableName),
    Verbatim(TableName, VerbatimKind),
}

impl CommentOn {
    /// The name of the table or object.
    pub fn name(&self) -> &TableName {
        match self {
            Self::Table(name) | Self::Part(name, _) | Self::Enum(name) | Self::Verbatim(name, _) => name,
        }
    }
}

impl fmt::Display for CommentOn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Table(name) => write!(f, "table `{name}`"),
            Self::Part(table, Part::Column(name)) => write!(f, "column `{table}.{name}`"),
            Self::Part(table, Part::Constraint(name)) => write!(f, "constraint `{name}` of `{table}`"),
            Self::Part(table, Part::Index(name)) => write!(f, "index `{name}` of `{table}`"),
            Self::Part(table, Part::Attachment(kind, name)) => write!(f, "{kind} `{name}` of `{table}`"),
            Self::Enum(name) => write!(f, "enum type `{name}`"),
            Self::Verbatim(name, kind) => write!(f, "{kind} `{name}`"),
        }
    }
}

impl Op {
    /// The operation that undoes this one.
    #[must_use]
    pub fn inverse(&self) -> Self {
        match self.clone() {
            Self::CreateTable { table } => Self::DropTable { table },
            Self::DropTable { table } => Self::CreateTable { table },
            Self::RenameTable { from, to } => Self::RenameTable { from: to, to: from },
            Self::AlterTable { table, from, to } => Self::AlterTable { table, from: to, to: from },
            Self::AddColumn { table, column, constraints } => Self::DropColumn { table, column, constraints },
            Self::DropColumn { table, column, constraints } => Self::AddColumn { table, column, constraints },
            Self::RenameColumn { table, from, to } => Self::RenameColumn { table, from: to, to: from },
            Self::AlterColumn { table, from, to } | Self::RequireColumn { table, from, to } => {
                Self::AlterColumn { table, from: to, to: from }
            }
            Self::ReplaceColumn { table, from, to, filled } => {
                Self::ReplaceColumn { table, from: to, to: from, filled }
            }
            Self::CreatePartition { table, partition } => Self::DropPartition { table, partition },
            Self::DropPartition { table, partition } => Self::CreatePartition { table, partition },
            Self::AlterPartition { table, from, to } => Self::AlterPartition { table, from: to, to: from },
            Self::AddConstraint { table, constraint } => Self::DropConstraint { table, constraint },
            Self::DropConstraint { table, constraint } => Self::AddConstraint { table, constraint },
            Self::CreateIndex { table, index } => Self::DropIndex { table, index },
            Self::DropIndex { table, index } => Self::CreateIndex { table, index },
            Self::RenameIndex { table, from, to } => Self::RenameIndex { table, from: to, to: from },
            Self::RebuildTable { from, to, ops } => {
                let ops = ops.iter().rev().map(Self::inverse).collect();
                Self::RebuildTable { from: to, to: from, ops }
            }
            Self::CreateVerbatim { name, object } => Self::DropVerbatim { name, object },
            Self::DropVerbatim { name, object } => Self::CreateVerbatim { name, object },
            Self::ReplaceVerbatim { name, from, to } => Self::ReplaceVerbatim { name, from: to, to: from },
            Self::RenameConstraint { table, from, to } => Self::RenameConstraint { table, from: to, to: from },
            op @ Self::FillColumn { .. } => op,
            Self::ValidateConstraint { table, from, to } => Self::ValidateConstraint { table, from: to, to: from },
            Self::AdoptIndex { table, index, constraint } => {
                let index = Index { concurrently: false, ..index };
                Self::ReleaseIndex { table, constraint, index }
            }
            Self::ReleaseIndex { table, constraint, index } => Self::AdoptIndex { table, index, constraint },
            Self::CreateAttachment { table, attachment } => Self::DropAttachment { table, attachment },
            Self::DropAttachment { table, attachment } => Self::CreateAttachment { table, attachment },
            Self::CreateEnum { name, definition } => Self::DropEnum { name, definition },
            Self::DropEnum { name, definition } => Self::CreateEnum { name, definition },
            // Which rows held a value that was replaced nobody knows.
            Self::AlterEnum { name, from, to, columns, anew, replaced: _ } => {
                Self::AlterEnum { name, from: to, to: from, columns, anew, replaced: Vec::new() }
            }
            Self::RenameEnum { from, to } => Self::RenameEnum { from: to, to: from },
            Self::RenameEnumValue { name, from, to } => Self::RenameEnumValue { name, from: to, to: from },
            Self::Comment { on, from, to } => Self::Comment { on, from: to, to: from },
        }
    }

    /// The operations inside a rebuild, or the operation itself.
    pub fn parts(&self) -> &[Self] {
        match self {
            Self::RebuildTable { ops, .. } => ops,
            op => std::slice::from_ref(op),
        }
    }

    /// The kind of operation in one word, for programs.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::CreateTable { .. } => "create_table",
            Self::DropTable { .. } => "drop_table",
            Self::RenameTable { .. } => "rename_table",
            Self::AlterTable { .. } => "alter_table",
            Self::AddColumn { .. } => "add_column",
            Self::DropColumn { .. } => "drop_column",
            Self::RenameColumn { .. } => "rename_column",
            Self::AlterColumn { .. } => "alter_column",
            Self::ReplaceColumn { .. } => "replace_column",
            Self::FillColumn { .. } => "fill_column",
            Self::RequireColumn { .. } => "require_column",
            Self::ValidateConstraint { .. } => "validate_constraint",
            Self::AdoptIndex { .. } => "adopt_index",
            Self::ReleaseIndex { .. } => "release_index",
            Self::CreatePartition { .. } => "create_partition",
            Self::DropPartition { .. } => "drop_partition",
            Self::AlterPartition { .. } => "alter_partition",
            Self::AddConstraint { .. } => "add_constraint",
            Self::DropConstraint { .. } => "drop_constraint",
            Self::CreateIndex { .. } => "create_index",
            Self::DropIndex { .. } => "drop_index",
            Self::RenameIndex { .. } => "rename_index",
            Self::RebuildTable { .. } => "rebuild_table",
            Self::RenameConstraint { .. } => "rename_constraint",
            Self::CreateAttachment { .. } => "create_attachment",
            Self::DropAttachment { .. } => "drop_attachment",
            Self::CreateVerbatim { .. } => "create_object",
            Self::DropVerbatim { .. } => "drop_object",
            Self::ReplaceVerbatim { .. } => "replace_object",
            Self::CreateEnum { .. } => "create_enum",
            Self::DropEnum { .. } => "drop_enum",
            Self::AlterEnum { .. } => "alter_enum",
            Self::RenameEnum { .. } => "rename_enum",
            Self::RenameEnumValue { .. } => "rename_enum_value",
            Self::Comment { .. } => "comment",
        }
    }

    /// The table the operation is about, by its name before; a view, type or the like by its own name.
    pub fn table(&self) -> &TableName {
        match self {
            Self::RebuildTable { from, .. } => &from.name,
            Self::CreateTable { table } | Self::DropTable { table } => &table.name,
            Self::RenameTable { from, .. } | Self::RenameEnum { from, .. } => from,
            Self::AlterTable { table, .. }
            | Self::AddColumn { table, .. }
            | Self::DropColumn { table, .. }
            | Self::RenameColumn { table, .. }
            | Self::AlterColumn { table, .. }
            | Self::ReplaceColumn { table, .. }
            | Self::CreatePartition { table, .. }
            | Self::DropPartition { table, .. }
            | Self::AlterPartition { table, .. }
            | Self::AddConstraint { table, .. }
            | Self::DropConstraint { table, .. }
            | Self::CreateIndex { table, .. }
            | Self::DropIndex { table, .. }
            | Self::RenameIndex { table, .. }
            | Self::RenameConstraint { table, .. }
            | Self::FillColumn { table, .. }
            | Self::RequireColumn { table, .. }
            | Self::ValidateConstraint { table, .. }
            | Self::AdoptIndex { table, .. }
            | Self::ReleaseIndex { table, .. }
            | Self::CreateAttachment { table, .. }
            | Self::DropAttachment { table, .. } => table,
            Self::CreateVerbatim { name, .. }
            | Self::DropVerbatim { name, .. }
            | Self::ReplaceVerbatim { name, .. }
            | Self::CreateEnum { name, .. }
            | Self::DropEnum { name, .. }
            | Self::AlterEnum { name, .. }
            | Self::RenameEnumValue { name, .. } => name,
            Self::Comment { on, .. } => on.name(),
        }
    }

    /// What the operation is about, where that is declared: a column or the table.
    pub fn object(&self) -> ObjectPath {
        match self {
            Self::AddColumn { table, column, .. }
            | Self::DropColumn { table, column, .. }
            | Self::AlterColumn { table, to: column, .. }
            | Self::FillColumn { table, column, .. }
            | Self::RequireColumn { table, to: column, .. }
            | Self::ReplaceColumn { table, to: column, .. } => ObjectPath::Column(table.clone(), column.name.clone()),
            op => ObjectPath::Table(op.table().clone()),
        }
    }

    /// The schema after the operation. An operation on something the schema does not have changes nothing.
    #[must_use]
    pub fn apply(&self, mut schema: Schema) -> Schema {
        match self.clone() {
            Self::CreateTable { table } => {
                schema.tables.insert(table.name.clone(), table.into());
            }
            Self::DropTable { table } => {
                schema.tables.remove(&table.name);
            }
            Self::RenameTable { from, to } => rename_table(&mut schema, &from, &to),
            Self::RenameColumn { table, from, to } => rename_column(&mut schema, &table, &from, &to),
            Self::RebuildTable { to, .. } => {
                schema.tables.insert(to.name.clone(), to);
            }
            Self::CreateVerbatim { name, object } | Self::ReplaceVerbatim { name, to: object, .. } => {
                schema.verbatim.insert(name, object);
            }
            Self::DropVerbatim { name, .. } => {
                schema.verbatim.remove(&name);
            }
            Self::CreateEnum { name, definition } | Self::AlterEnum { name, to: definition, .. } => {
                schema.enums.insert(name, definition);
            }
            Self::DropEnum { name, .. } => {
                schema.enums.remove(&name);
            }
            Self::RenameEnum { from, to } => rename_enum(&mut schema, &from, &to),
            Self::RenameEnumValue { name, from, to } => rename_enum_value(&mut schema, &name, &from, &to),
            Self::Comment { on, to, .. } => comment(&mut schema, &on, to),
            op => {
                if let Some(table) = schema.tables.get_mut(op.table()) {
                    op.apply_to_table(table);
                }
            }
        }
        schema
    }

    /// The operations that stay inside one table.
    fn apply_to_table(self, table: &mut Table) {
        match self {
            Self::AlterTable { to, .. } => table.options = to,
            Self::AddColumn { column, constraints, .. } => {
                table.columns.push(column);
                for constraint in constraints {
                    add_constraint(table, constraint);
                }
            }
            Self::DropColumn { column, constraints, .. } => {
                table.columns.retain(|other| other.name != column.name);
                for constraint in &constraints {
                    drop_constraint(table, constraint);
                }
            }
            Self::AlterColumn { from, to, .. }
            | Self::ReplaceColumn { from, to, .. }
            | Self::RequireColumn { from, to, .. } => {
                if let Some(column) = table.columns.iter_mut().find(|column| column.name == from.name) {
                    *column = to;
                }
            }
            Self::CreatePartition { partition, .. } => table.partitions.push(partition),
            Self::DropPartition { partition, .. } => table.partitions.retain(|other| other.name != partition.name),
            Self::AlterPartition { from, to, .. } => {
                if let Some(partition) = table.partitions.iter_mut().find(|other| other.name == from.name) {
                    *partition = to;
                }
            }
            Self::AddConstraint { constraint, .. } => add_constraint(table, constraint),
            Self::DropConstraint { constraint, .. } => drop_constraint(table, &constraint),
            Self::CreateIndex { index, .. } => table.indexes.push(index),
            Self::DropIndex { index, .. } => table.indexes.retain(|other| other.name.text != index.name.text),
            Self::RenameIndex { from, to, .. } => {
                if let Some(index) = table.indexes.iter_mut().find(|index| index.name.text == from.name.text) {
                    *index = to;
                }
            }
            Self::RenameConstraint { from, to, .. } | Self::ValidateConstraint { from, to, .. } => {
                drop_constraint(table, &from);
                add_constraint(table, to);
            }
            Self::AdoptIndex { index, constraint, .. } => {
                table.indexes.retain(|other| other.name.text != index.name.text);
                add_constraint(table, constraint);
            }
            Self::ReleaseIndex { index, constraint, .. } => {
                drop_constraint(table, &constraint);
                table.indexes.push(index);
            }
            Self::CreateAttachment { attachment, .. } => table.attachments.push(attachment),
            Self::DropAttachment { attachment, .. } => table.attachments.retain(|other| *other != attachment),
            Self::CreateTable { .. }
            | Self::DropTable { .. }
            | Self::RenameTable { .. }
            | Self::RenameColumn { .. }
            | Self::FillColumn { .. }
            | Self::RebuildTable { .. }
            | Self::CreateVerbatim { .. }
            | Self::DropVerbatim { .. }
            | Self::ReplaceVerbatim { .. }
            | Self::CreateEnum { .. }
            | Self::DropEnum { .. }
            | Self::AlterEnum { .. }
            | Self::RenameEnum { .. }
            | Self::RenameEnumValue { .. }
            | Self::Comment { .. } => {}
        }
    }
}

impl Op {
    /// The operation with what rows that are there get, when it is about that column.
    #[must_use]
    pub fn filled(mut self, fills: &BTreeMap<ObjectPath, String>) -> Self {
        let fill = fills.get(&self.object()).cloned();
        match &mut self {
            Self::AddColumn { column, .. } if !column.nullable && column.is_given() => column.fill = fill,
            Self::AlterColumn { to, .. } | Self::ReplaceColumn { to, .. } if to.is_given() => to.fill = fill,
            _ => {}
        }
        self
    }

    /// What rows that are there get by it, as SQL.
    pub fn fill(&self) -> Option<&str> {
        match self {
            Self::AddColumn { column, .. } => column.fill.as_deref(),
            Self::AlterColumn { to, .. } | Self::ReplaceColumn { to, .. } => to.fill.as_deref(),
            _ => None,
        }
    }

    /// The rename it is.
    pub fn rename(&self) -> Option<Rename> {
        Some(match self.clone() {
            Self::RenameTable { from, to } => Rename::Table { from, to },
            Self::RenameColumn { table, from, to } => Rename::Column { table, from, to },
            Self::RenameEnum { from, to } => Rename::Enum { from, to },
            Self::RenameEnumValue { name, from, to } => Rename::Value { of: name, from, to },
            _ => return None,
        })
    }
}

impl From<&Rename> for Op {
    fn from(rename: &Rename) -> Self {
        match rename.clone() {
            Rename::Table { from, to } => Self::RenameTable { from, to },
            Rename::Column { table, from, to } => Self::RenameColumn { table, from, to },
            Rename::Enum { from, to } => Self::RenameEnum { from, to },
            Rename::Value { of, from, to } => Self::RenameEnumValue { name: of, from, to },
        }
    }
}

fn add_constraint(table: &mut Table, constraint: Constraint) {
    match constraint {
        Constraint::PrimaryKey(key) => table.primary_key = Some(key),
        Constraint::Unique(unique) => table.uniques.push(unique),
        Constraint::ForeignKey(fk) => table.foreign_keys.push(fk),
        Constraint::Check(check) => table.checks.push(check),
        Constraint::Exclusion(exclusion) => table.exclusions.push(exclusion),
    }
}

fn drop_constraint(table: &mut Table, constraint: &Constraint) {
    fn remove<T: PartialEq>(list: &mut Vec<T>, value: &T) {
        if let Some(position) = list.iter().position(|other| other == value) {
            list.remove(position);
        }
    }
    match constraint {
        Constraint::PrimaryKey(_) => table.primary_key = None,
        Constraint::Unique(unique) => remove(&mut table.uniques, unique),
        Constraint::ForeignKey(fk) => remove(&mut table.foreign_keys, fk),
        Constraint::Check(check) => remove(&mut table.checks, check),
        Constraint::Exclusion(exclusion) => remove(&mut table.exclusions, exclusion),
    }
}

fn comment(schema: &mut Schema, on: &CommentOn, comment: Option<String>) {
    match on {
        CommentOn::Table(name) => {
            if let Some(table) = schema.tables.get_mut(name) {
                table.comment = comment;
            }
        }
        CommentOn::Part(name, part) => {
            if let Some(table) = schema.tables.get_mut(name) {
                table.comments.remove(part);
                table.comments.extend(comment.map(|comment| (part.clone(), comment)));
            } else if let Some(object) = schema.verbatim.get_mut(name) {
                object.comments.remove(part);
                object.comments.extend(comment.map(|comment| (part.clone(), comment)));
            }
        }
        CommentOn::Enum(name) => {
            if let Some(definition) = schema.enums.get_mut(name) {
                definition.comment = comment;
            }
        }
        CommentOn::Verbatim(name, _) => {
            if let Some(object) = schema.verbatim.get_mut(name) {
                object.comment = comment;
            }
        }
    }
}
