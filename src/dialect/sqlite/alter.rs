//! What SQLite's `ALTER TABLE` can do and what it refuses, given the table as it is.

use super::text;
use crate::error::Refusal;
use crate::model::{Column, Constraint, DefaultValue, IndexKey, Placement, Schema, Table, TableName};
use crate::op::Op;

/// Whether SQLite has a statement for the operation on a schema as it is right before it.
pub(in crate::dialect) fn accepts(op: &Op, schema: &Schema) -> Result<(), Refusal> {
    match op {
        Op::CreateTable { .. }
        | Op::DropTable { .. }
        | Op::RenameTable { .. }
        | Op::RenameColumn { .. }
        | Op::CreateIndex { .. }
        | Op::DropIndex { .. }
        | Op::RenameIndex { .. }
        | Op::CreateVerbatim { .. }
        | Op::DropVerbatim { .. } => Ok(()),
        Op::AlterTable { .. } => rebuild("`ALTER TABLE` cannot change how a table is stored"),
        Op::AlterColumn { .. } => rebuild("`ALTER TABLE` cannot change a column"),
        Op::AddConstraint { .. } => rebuild("`ALTER TABLE` cannot add a constraint to a table that exists"),
        Op::DropConstraint { .. } => rebuild("`ALTER TABLE` cannot drop a constraint"),
        Op::AddColumn { column, constraints, .. } => accepts_new_column(column, constraints),
        Op::DropColumn { table, column, constraints } => match schema.tables.get(table) {
            Some(table) => accepts_dropped_column(table, column, constraints, schema),
            None => Ok(()),
        },
        Op::RebuildTable { from, .. } => accepts_rebuild(from),
    }
}

/// No statement does it, but a rebuild does.
fn rebuild(reason: &str) -> Result<(), Refusal> {
    Err(Refusal { reason: reason.to_owned(), hint: String::new(), can_rebuild: true })
}

fn accepts_rebuild(table: &Table) -> Result<(), Refusal> {
    if table.unmodelled.is_empty() {
        return Ok(());
    }
    Err(Refusal {
        reason: format!(
            "SQLite can only do it by rebuilding `{}`, and that would lose what its definition says beyond what \
             seachange understands: {}",
            table.name,
            table.unmodelled.join(", ")
        ),
        hint: "write that revision by hand: `seachange revision -m …`".to_owned(),
        can_rebuild: false,
    })
}

fn accepts_new_column(column: &Column, constraints: &[Constraint]) -> Result<(), Refusal> {
    let default = column.value_by_default();
    if column.generated.as_ref().is_some_and(|generated| generated.stored) {
        return rebuild("`ADD COLUMN` cannot add a stored generated column");
    }
    if !column.nullable && default.is_none() && column.generated.is_none() {
        return rebuild("`ADD COLUMN` cannot add a column that needs a value and has no default");
    }
    if default.is_some_and(|default| matches!(default.value, DefaultValue::Expression(_))) {
        return rebuild("`ADD COLUMN` takes only a constant default");
    }
    for constraint in constraints {
        match constraint {
            Constraint::PrimaryKey(_) => return rebuild("`ADD COLUMN` cannot add to the primary key"),
            Constraint::ForeignKey(_) if default.is_some() => {
                return rebuild("`ADD COLUMN` takes a foreign key only without a default");
            }
            Constraint::Unique(_) => return rebuild("`ADD COLUMN` cannot add a unique column"),
            Constraint::ForeignKey(_) | Constraint::Check(_) => {}
        }
    }
    Ok(())
}

fn accepts_dropped_column(table: &Table, column: &Column, own: &[Constraint], schema: &Schema) -> Result<(), Refusal> {
    let name = &column.name;
    let in_the_way = |what: String| rebuild(&format!("`DROP COLUMN` refuses a column that {what}"));
    if table.columns.len() == 1 {
        return in_the_way("is the only one".to_owned());
    }
    for constraint in table.constraints() {
        match &constraint {
            Constraint::PrimaryKey(key) if key.columns.contains(name) => {
                return in_the_way("belongs to the primary key".to_owned());
            }
            Constraint::Unique(unique) if unique.columns.contains(name) => {
                return in_the_way("belongs to a unique constraint".to_owned());
            }
            Constraint::ForeignKey(fk) if fk.columns.contains(name) && fk.placement == Placement::Table => {
                return in_the_way(format!("belongs to the foreign key to `{}`", fk.references));
            }
            Constraint::Check(check) if !own.contains(&constraint) && mentions(&check.expression, name) => {
                return in_the_way(format!("the check ({}) uses", check.expression));
            }
            Constraint::PrimaryKey(_) | Constraint::Unique(_) | Constraint::ForeignKey(_) | Constraint::Check(_) => {}
        }
    }
    let computed = table.columns.iter().filter_map(|column| Some((column, column.generated.as_ref()?)));
    for (other, generated) in computed {
        if other.name != *name && mentions(&generated.expression, name) {
            return in_the_way(format!("the generated column `{}` uses", other.name));
        }
    }
    for index in &table.indexes {
        let expressions = index.parts.iter().filter_map(|part| match &part.key {
            IndexKey::Expression(sql) => Some(sql),
            IndexKey::Column(_) => None,
        });
        if expressions.chain(&index.predicate).any(|sql| mentions(sql, name)) {
            return in_the_way(format!("the index `{}` uses", index.name.text));
        }
    }
    match reader(schema, &table.name, name) {
        // A rebuild would not help: what reads the column has to change first.
        Some(what) => Err(Refusal {
            reason: format!("{what} uses the column"),
            hint: format!("drop {what} first, in a revision of your own: `seachange revision -m …`"),
            can_rebuild: false,
        }),
        None => Ok(()),
    }
}

/// The trigger or view that names both the table and the column.
fn reader(schema: &Schema, table: &TableName, column: &str) -> Option<String> {
    let both = |sql: &str| mentions(sql, &table.name) && mentions(sql, column);
    let triggers = schema.tables.values().flat_map(|table| &table.triggers);
    let trigger =
        triggers.clone().find(|trigger| both(&trigger.sql)).map(|trigger| format!("the trigger `{}`", trigger.name));
    let view = || {
        schema
            .verbatim
            .iter()
            .find(|(_, object)| both(&object.sql))
            .map(|(name, object)| format!("the {} `{name}`", object.kind))
    };
    trigger.or_else(view)
}

/// Whether the SQL names the identifier, in any quotes; text that cannot be read may.
pub(super) fn mentions(sql: &str, identifier: &str) -> bool {
    let tokens = text::tokens(sql);
    tokens.iter().any(|token| match &token.kind {
        text::Kind::Word => token.text.eq_ignore_ascii_case(identifier),
        text::Kind::Quoted(name) => name.eq_ignore_ascii_case(identifier),
        text::Kind::Broken => true,
        text::Kind::Text(_) | text::Kind::Blob | text::Kind::Number | text::Kind::Symbol => false,
    })
}
