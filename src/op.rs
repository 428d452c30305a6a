//! One change of a schema. Every operation holds whole values before and after, so that it can be undone.
//! Knows no dialect: whether and how a database can run it is the plan's business.

use std::collections::BTreeMap;
use std::fmt;

use sqlparser::dialect::SQLiteDialect;
use sqlparser::tokenizer::{Token, Tokenizer, Word};

use crate::model::{
    Attachment, ClauseOf, Column, Constraint, DataType, DefaultValue, EnumType, ExclusionElement, Index, IndexKey,
    Literal, ObjectPath, Part, Partition, Placement, Rename, Schema, Shared, Table, TableName, TableOptions, Verbatim,
    VerbatimKind,
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

/// Gives the type its new name wherever a column or the text of an expression says it.
fn rename_enum(schema: &mut Schema, from: &TableName, to: &TableName) {
    if let Some(definition) = schema.enums.remove(from) {
        schema.enums.insert(to.clone(), definition);
    }
    let (old, new) = (from.to_string(), to.to_string());
    let is_of = |column: &Column| column.data_type.kind.enum_name() == Some(&old);
    let cast = |sql: &mut String| *sql = rename_type(sql, &from.name, &to.name, false);
    for shared in schema.tables.values_mut() {
        let mut table = Table::clone(shared);
        for column in table.columns.iter_mut().filter(|column| is_of(column)) {
            rename_kind(&mut column.data_type.kind, &new);
            if let Some(text) = &mut column.data_type.text {
                *text = rename_type(text, &from.name, &to.name, true);
            }
            column.default.iter_mut().filter_map(|default| default.text.as_mut()).for_each(cast);
        }
        let generated = table.columns.iter_mut().filter_map(|column| column.generated.as_mut());
        generated.for_each(|own| cast(&mut own.expression));
        table.checks.iter_mut().for_each(|check| cast(&mut check.expression));
        for index in &mut table.indexes {
            for part in &mut index.parts {
                if let IndexKey::Expression(sql) = &mut part.key {
                    cast(sql);
                }
            }
            index.predicate.iter_mut().for_each(cast);
        }
        // What is not changed stays shared.
        if table != **shared {
            *shared = table.into();
        }
    }
}

fn rename_kind(kind: &mut DataType, new: &str) {
    match kind {
        DataType::Enum(name) => new.clone_into(name),
        DataType::Array(element) => rename_kind(element, new),
        _ => {}
    }
}

fn rename_enum_value(schema: &mut Schema, name: &TableName, from: &str, to: &str) {
    let rename = |value: &mut String| {
        if value == from {
            to.clone_into(value);
        }
    };
    if let Some(definition) = schema.enums.get_mut(name) {
        definition.values.iter_mut().for_each(rename);
    }
    // A default is the value itself, whatever it is called.
    let columns = schema.tables.values_mut().flat_map(|table| &mut table.columns);
    for column in
        columns.filter(|column| column.data_type.kind.enum_name().is_some_and(|text| name.to_string() == text))
    {
        if let Some(values) = &mut column.values {
            values.iter_mut().for_each(rename);
        }
        if let Some(default) = &mut column.default
            && default.value == DefaultValue::Literal(Literal::Text(from.to_owned()))
        {
            default.value = DefaultValue::Literal(Literal::Text(to.to_owned()));
            let quoted = |value: &str| format!("'{}'", value.replace('\'', "''"));
            default.text = default.text.take().map(|text| text.replacen(&quoted(from), &quoted(to), 1));
        }
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

fn rename_table(schema: &mut Schema, from: &TableName, to: &TableName) {
    let Some(mut table) = schema.tables.remove(from) else { return };
    table.name = to.clone();
    schema.tables.insert(to.clone(), table);
    for table in schema.tables.values_mut() {
        for fk in table.foreign_keys.iter_mut().filter(|fk| fk.references == *from) {
            fk.references = to.clone();
        }
        for trigger in &mut table.attachments {
            trigger.sql = rename_relation(&trigger.sql, from, to);
        }
    }
    for object in schema.verbatim.values_mut() {
        object.sql = rename_relation(&object.sql, from, to);
    }
}

/// Databases carry a rename into everything that names the column; so does this.
fn rename_column(schema: &mut Schema, table: &TableName, from: &str, to: &str) {
    let rename = |name: &mut String| {
        if name == from {
            to.clone_into(name);
        }
    };
    for other in schema.tables.values_mut() {
        for fk in other.foreign_keys.iter_mut().filter(|fk| fk.references == *table) {
            fk.referenced_columns.iter_mut().for_each(rename);
        }
    }
    let Some(table) = schema.tables.get_mut(table) else { return };
    let rename_in = |sql: &mut String| *sql = rename_identifier(sql, from, to);
    let rename_placement = |placement: &mut Placement| {
        if let Placement::Column(column) = placement {
            rename(column);
        }
    };
    for column in &mut table.columns {
        rename(&mut column.name);
        if let Some(generated) = &mut column.generated {
            rename_in(&mut generated.expression);
        }
    }
    if let Some(key) = &mut table.primary_key {
        key.columns.iter_mut().for_each(rename);
        key.include.iter_mut().for_each(rename);
    }
    for unique in &mut table.uniques {
        unique.columns.iter_mut().for_each(rename);
        unique.include.iter_mut().for_each(rename);
        rename_placement(&mut unique.placement);
    }
    for fk in &mut table.foreign_keys {
        fk.columns.iter_mut().for_each(rename);
        rename_placement(&mut fk.placement);
    }
    for check in &mut table.checks {
        rename_in(&mut check.expression);
        rename_placement(&mut check.placement);
    }
    let rename_key = |key: &mut IndexKey| match key {
        IndexKey::Column(name) => rename(name),
        IndexKey::Expression(sql) => rename_in(sql),
    };
    for index in &mut table.indexes {
        index.parts.iter_mut().for_each(|part| rename_key(&mut part.key));
        index.include.iter_mut().for_each(rename);
        index.predicate.iter_mut().for_each(rename_in);
    }
    for exclusion in &mut table.exclusions {
        exclusion.elements.iter_mut().for_each(|element| rename_key(&mut element.part.key));
        exclusion.include.iter_mut().for_each(rename);
        exclusion.predicate.iter_mut().for_each(rename_in);
    }
    table.options.partition_by.iter_mut().for_each(rename_in);
    table.options.clauses = std::mem::take(&mut table.options.clauses)
        .into_iter()
        .map(|(mut of, clause)| {
            match &mut of {
                ClauseOf::NotNull(column) => rename(column),
                ClauseOf::Unique(columns) => columns.iter_mut().for_each(rename),
                ClauseOf::PrimaryKey => {}
            }
            (of, clause)
        })
        .collect();
    for trigger in &mut table.attachments {
        rename_in(&mut trigger.sql);
    }
}

/// The SQL with an identifier replaced, and nothing else: strings and comments that contain the word stay.
fn rename_identifier(sql: &str, from: &str, to: &str) -> String {
    let Ok(tokens) = Tokenizer::new(&SQLiteDialect {}, sql).with_unescape(false).tokenize() else {
        return sql.to_owned();
    };
    tokens
        .iter()
        .map(|token| match token {
            Token::Word(word) if name_of(word).eq_ignore_ascii_case(from) => format!("\"{}\"", to.replace('"', "\"\"")),
            token => token.to_string(),
        })
        .collect()
}

/// The SQL with the name of a table replaced; behind a dot of its own stands a column of it, which names no schema.
fn rename_relation(sql: &str, from: &TableName, to: &TableName) -> String {
    if from.schema == to.schema {
        return rename_identifier(sql, &from.name, &to.name);
    }
    let Ok(tokens) = Tokenizer::new(&SQLiteDialect {}, sql).with_unescape(false).tokenize() else {
        return sql.to_owned();
    };
    let is = |token: Option<&Token>, name: &str| matches!(token, Some(Token::Word(word)) if name_of(word).eq_ignore_ascii_case(name));
    let quote = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    let in_full = to.schema.iter().chain([&to.name]).map(|name| quote(name)).collect::<Vec<_>>().join(".");
    let mut renamed = String::with_capacity(sql.len());
    let mut position = 0;
    while let Some(token) = tokens.get(position) {
        let at = |ahead: usize| tokens.get(position + ahead);
        let is_dot = |token: Option<&Token>| token == Some(&Token::Period);
        let is_behind_dot = position > 0 && is_dot(tokens.get(position - 1));
        let (text, taken) = match &from.schema {
            Some(schema) if is(Some(token), schema) && is_dot(at(1)) && is(at(2), &from.name) => (in_full.clone(), 3),
            _ if !is(Some(token), &from.name) => (token.to_string(), 1),
            None if !is_behind_dot && !is_dot(at(1)) => (in_full.clone(), 1),
            _ => (quote(&to.name), 1),
        };
        renamed.push_str(&text);
        position += taken;
    }
    renamed
}

/// The SQL with the name of a type replaced where it stands for one: behind `::`, or from the beginning when all of the text
/// is a type. A column may have the same name.
fn rename_type(sql: &str, from: &str, to: &str, is_type: bool) -> String {
    let Ok(tokens) = Tokenizer::new(&SQLiteDialect {}, sql).with_unescape(false).tokenize() else {
        return sql.to_owned();
    };
    let mut is_type = is_type;
    let mut renamed = String::with_capacity(sql.len());
    for token in &tokens {
        is_type = matches!(token, Token::DoubleColon)
            || is_type && matches!(token, Token::Word(_) | Token::Period | Token::Whitespace(_));
        match token {
            Token::Word(word) if is_type && name_of(word) == from => {
                renamed.push_str(&format!("\"{}\"", to.replace('"', "\"\"")));
                // What follows is no part of the name any more.
                is_type = false;
            }
            token => renamed.push_str(&token.to_string()),
        }
    }
    renamed
}

/// Every name the SQL may refer to; functions and keywords are among them, strings and comments are not.
pub(crate) fn identifiers(sql: &str) -> Vec<String> {
    let tokens = Tokenizer::new(&SQLiteDialect {}, sql).with_unescape(false).tokenize().unwrap_or_default();
    let word = |token: Token| match token {
        Token::Word(word) => Some(name_of(&word)),
        _ => None,
    };
    tokens.into_iter().filter_map(word).collect()
}

/// The word without the doubling of quotes inside it.
fn name_of(word: &Word) -> String {
    match word.quote_style {
        Some(quote) => word.value.replace(&format!("{quote}{quote}"), &quote.to_string()),
        None => word.value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moved_table_takes_its_schema_into_texts() {
        let path =
            |schema: Option<&str>, name: &str| TableName { schema: schema.map(str::to_owned), name: name.into() };
        let moved = |sql: &str, from: (Option<&str>, &str), to: (Option<&str>, &str)| {
            rename_relation(sql, &path(from.0, from.1), &path(to.0, to.1))
        };
        assert_eq!(
            moved("SELECT t.id FROM a.t JOIN b.t u ON u.id = t.id", (Some("a"), "t"), (Some("c d"), "t2")),
            r#"SELECT "t2".id FROM "c d"."t2" JOIN b."t2" u ON u.id = "t2".id"#,
        );
        assert_eq!(moved("SELECT t.id FROM t", (None, "t"), (Some("b"), "t")), r#"SELECT "t".id FROM "b"."t""#);
        assert_eq!(moved("SELECT t.id FROM b.t", (Some("b"), "t"), (None, "t")), r#"SELECT "t".id FROM "t""#);
    }

    #[test]
    fn a_renamed_type_leaves_columns_and_longer_names_alone() {
        let cast = |sql| rename_type(sql, "mood", "order", false);
        assert_eq!(cast("mood = 'mood'::mood"), "mood = 'mood'::\"order\"");
        assert_eq!(cast("'a'::moods <> b::s.mood AND mood"), "'a'::moods <> b::s.\"order\" AND mood");
        assert_eq!(cast("'{a}'::\"mood\"[] || mood::text"), "'{a}'::\"order\"[] || mood::text");
        assert_eq!(rename_type("s.mood[]", "mood", "a \"b\"", true), "s.\"a \"\"b\"\"\"[]");
    }

    #[test]
    fn a_renamed_identifier_leaves_strings_and_longer_words_alone() {
        assert_eq!(
            rename_identifier(
                "group_id = 'group_id' AND \"group_id\" <> sub_group_id /* group_id */",
                "group_id",
                "cluster"
            ),
            "\"cluster\" = 'group_id' AND \"cluster\" <> sub_group_id /* group_id */"
        );
        assert_eq!(rename_identifier("\"a\"\"b\" > `a\"b`", "a\"b", "c\"d"), "\"c\"\"d\" > \"c\"\"d\"");
    }
}
