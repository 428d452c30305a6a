//! What SQLite's `ALTER TABLE` can do and what it refuses, given the table as it is.

use sqlparser::dialect::SQLiteDialect;
use sqlparser::tokenizer::{Token, Tokenizer};

use crate::error::Refusal;
use crate::model::{Column, Constraint, DefaultValue, Literal, Placement, Schema, Table, TableName};
use crate::op::Op;

const REBUILD: &str = "SQLite can only do it by rebuilding the table, which seachange does not write yet; \
                       write that revision by hand with `seachange revision -m …`";

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
        Op::AlterTable { .. } => refuse("`ALTER TABLE` cannot change how a table is stored", REBUILD),
        Op::AlterColumn { .. } => refuse("`ALTER TABLE` cannot change a column", REBUILD),
        Op::AddConstraint { .. } => refuse("`ALTER TABLE` cannot add a constraint to a table that exists", REBUILD),
        Op::DropConstraint { .. } => refuse("`ALTER TABLE` cannot drop a constraint", REBUILD),
        Op::AddColumn { column, constraints, .. } => accepts_new_column(column, constraints),
        Op::DropColumn { table, column, constraints } => match schema.tables.get(table) {
            Some(table) => accepts_dropped_column(table, column, constraints, schema),
            None => Ok(()),
        },
    }
}

fn refuse(reason: &str, hint: &str) -> Result<(), Refusal> {
    Err(Refusal { reason: reason.to_owned(), hint: hint.to_owned() })
}

fn accepts_new_column(column: &Column, constraints: &[Constraint]) -> Result<(), Refusal> {
    let default = column.default.as_ref().map(|default| &default.value);
    let has_value = !matches!(default, None | Some(DefaultValue::Literal(Literal::Null)));
    if column.generated.as_ref().is_some_and(|generated| generated.stored) {
        return refuse("`ADD COLUMN` cannot add a stored generated column", REBUILD);
    }
    if !column.nullable && !has_value && column.generated.is_none() {
        return refuse(
            "rows that are there already would have no value for it",
            "give the field a `default_value`, or make it an `Option`",
        );
    }
    if matches!(default, Some(DefaultValue::Expression(_))) {
        return refuse(
            "`ADD COLUMN` takes only a constant default",
            "give the field a constant `default_value`, or make it an `Option` without a default",
        );
    }
    for constraint in constraints {
        match constraint {
            Constraint::PrimaryKey(_) => return refuse("`ADD COLUMN` cannot add to the primary key", REBUILD),
            Constraint::ForeignKey(_) if has_value => {
                return refuse("`ADD COLUMN` takes a foreign key only without a default", REBUILD);
            }
            Constraint::Unique(_) | Constraint::ForeignKey(_) | Constraint::Check(_) => {}
        }
    }
    Ok(())
}

fn accepts_dropped_column(table: &Table, column: &Column, own: &[Constraint], schema: &Schema) -> Result<(), Refusal> {
    let name = &column.name;
    let in_the_way = |what: String| refuse(&format!("`DROP COLUMN` refuses a column that {what}"), REBUILD);
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
            crate::model::IndexKey::Expression(sql) => Some(sql),
            crate::model::IndexKey::Column(_) => None,
        });
        if expressions.chain(&index.predicate).any(|sql| mentions(sql, name)) {
            return in_the_way(format!("the index `{}` uses", index.name.text));
        }
    }
    if let Some(what) = reader(schema, &table.name, name) {
        return in_the_way(format!("{what} uses"));
    }
    Ok(())
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
fn mentions(sql: &str, identifier: &str) -> bool {
    match Tokenizer::new(&SQLiteDialect {}, sql).tokenize() {
        Ok(tokens) => tokens.iter().any(|token| match token {
            Token::Word(word) => word.value.eq_ignore_ascii_case(identifier),
            _ => false,
        }),
        Err(_) => true,
    }
}
