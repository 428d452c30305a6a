//! What SQLite's `ALTER TABLE` can do and what it refuses, given the table as it is.

use std::borrow::Cow;

use super::{convert, quote, text, types, version};
use crate::dialect::{Expansion, Version};
use crate::error::Refusal;
use crate::model::{Check, ClauseOf, Column, Constraint, DefaultValue, IndexKey, Placement, Schema, Table, TableName};
use crate::op::Op;

/// Whether every SQLite from `oldest` on has a statement for the operation on a schema as it is right before it.
pub(in crate::dialect) fn accepts(op: &Op, schema: &Schema, oldest: Version) -> Result<(), Refusal> {
    match op {
        Op::CreateTable { table } => accepts_storage(table, oldest),
        Op::DropTable { .. }
        | Op::RenameTable { .. }
        | Op::RenameColumn { .. }
        | Op::CreateIndex { .. }
        | Op::DropIndex { .. }
        | Op::RenameIndex { .. }
        | Op::CreateAttachment { .. }
        | Op::DropAttachment { .. }
        | Op::CreateVerbatim { .. }
        | Op::DropVerbatim { .. }
        | Op::ReplaceVerbatim { .. }
        | Op::CreateEnum { .. }
        | Op::DropEnum { .. }
        | Op::AlterEnum { .. }
        | Op::RenameEnum { .. }
        | Op::RenameEnumValue { .. }
        | Op::FillColumn { .. }
        | Op::RequireColumn { .. }
        | Op::ValidateConstraint { .. }
        | Op::AdoptIndex { .. }
        | Op::ReleaseIndex { .. }
        | Op::Comment { .. } => Ok(()),
        Op::AlterTable { .. } => rebuild("`ALTER TABLE` cannot change how a table is stored"),
        Op::AlterColumn { table, from, to } => match schema.tables.get(table) {
            Some(table) => accepts_changed_column(table, from, to, oldest),
            None => rebuild("`ALTER TABLE` cannot change a column"),
        },
        Op::ReplaceColumn { .. } => rebuild("`ALTER TABLE` cannot change a column"),
        Op::CreatePartition { .. } | Op::DropPartition { .. } | Op::AlterPartition { .. } => {
            rebuild("SQLite keeps the rows of a table together")
        }
        Op::AddConstraint { table, constraint } => match (constraint, schema.tables.get(table)) {
            (Constraint::Check(check), Some(table)) => accepts_new_check(table, check, oldest),
            _ => rebuild("`ALTER TABLE` cannot add a constraint to a table that exists"),
        },
        Op::RenameConstraint { .. } => rebuild("`ALTER TABLE` cannot rename a constraint"),
        Op::DropConstraint { table, constraint } => match (constraint, schema.tables.get(table)) {
            (Constraint::Check(check), Some(table)) => accepts_dropped_check(table, check, oldest),
            _ => rebuild("`ALTER TABLE` cannot drop a constraint"),
        },
        Op::AddColumn { table, column, constraints } => {
            let is_strict = schema.tables.get(table).is_some_and(|table| table.options.strict);
            if is_strict {
                typed(table, column)?;
            }
            accepts_new_column(column, constraints, oldest)
        }
        Op::DropColumn { table, column, constraints } => match schema.tables.get(table) {
            Some(table) => accepts_dropped_column(table, column, constraints, schema, oldest),
            None => Ok(()),
        },
        Op::RebuildTable { from, to, .. } => {
            accepts_storage(to, oldest)?;
            accepts_rebuild(from, to, schema)
        }
    }
}

/// No statement does it, but a rebuild does.
fn rebuild(reason: &str) -> Result<(), Refusal> {
    Err(Refusal { reason: reason.to_owned(), hint: String::new(), can_rebuild: true })
}

fn accepts_storage(table: &Table, oldest: Version) -> Result<(), Refusal> {
    if !table.options.strict || oldest >= version::STRICT {
        return Ok(());
    }
    Err(Refusal {
        reason: format!("`{}` is STRICT, which SQLite is from {} on", table.name, version::STRICT),
        hint: format!("say `oldest = \"{}\"` in `[sqlite]`, or leave `strict` away", version::STRICT),
        can_rebuild: false,
    })
}

/// Only whether it takes NULL can change where the column is.
fn accepts_changed_column(table: &Table, from: &Column, to: &Column, oldest: Version) -> Result<(), Refusal> {
    if (Column { variants: to.variants.clone(), ..from.clone() }) == *to {
        return accepts_changed_values(table, from, to);
    }
    let is_all = Column { nullable: to.nullable, fill: to.fill.clone(), ..from.clone() } == *to;
    // What is to be done on conflict stands behind NOT NULL.
    let is_more = table.options.clauses.contains_key(&ClauseOf::NotNull(to.name.clone()));
    if oldest < version::ALTERS_CONSTRAINTS || !is_all || is_more {
        return rebuild("`ALTER TABLE` cannot change a column");
    }
    if filling(from, to).is_some() && !table.attachments.is_empty() {
        return rebuild("giving the rows a value would fire the triggers of the table");
    }
    Ok(())
}

/// Rows that get other values are written one by one.
fn accepts_changed_values(table: &Table, from: &Column, to: &Column) -> Result<(), Refusal> {
    if !table.attachments.is_empty() {
        return rebuild("giving the rows other values would fire the triggers of the table");
    }
    let conversion = from.conversion(to).unwrap_or_default();
    if conversion.is_entangled() {
        return rebuild("values that change places would be in each other's way");
    }
    if table.options.without_rowid && !conversion.gone.is_empty() {
        return rebuild("rows without a number cannot be named when they do not fit");
    }
    Ok(())
}

/// The value for the rows that have none, when a column takes NULL no more.
fn filling<'c>(from: &Column, to: &'c Column) -> Option<Cow<'c, str>> {
    to.filling().filter(|_| from.nullable && !to.nullable)
}

/// A table may be made with two constraints of one name, but none is added to one of its name.
fn accepts_new_check(table: &Table, check: &Check, oldest: Version) -> Result<(), Refusal> {
    let is_taken = check.name.as_ref().is_some_and(|name| named(table, &name.text) > 0);
    if oldest < version::ALTERS_CONSTRAINTS || is_taken {
        return rebuild("`ALTER TABLE` cannot add a constraint to a table that exists");
    }
    Ok(())
}

/// How many constraints of the table have the name.
fn named(table: &Table, name: &str) -> usize {
    let is_it = |own: &Constraint| own.name().is_some_and(|own| own.text.eq_ignore_ascii_case(name));
    table.constraints().filter(is_it).count()
}

/// Of two constraints of one name SQLite would drop the first.
fn accepts_dropped_check(table: &Table, check: &Check, oldest: Version) -> Result<(), Refusal> {
    let Some(name) = &check.name else {
        return rebuild("`ALTER TABLE` cannot drop a constraint without a name");
    };
    if oldest < version::ALTERS_CONSTRAINTS || named(table, &name.text) > 1 {
        return rebuild("`ALTER TABLE` cannot drop a constraint");
    }
    Ok(())
}

/// Dropping a column takes the checks that are written behind it along. One that was added later is not, wherever it was
/// declared, so that where there are such each goes first, by its name.
pub(in crate::dialect) fn expand(op: &Op, oldest: Version) -> Expansion {
    let Op::DropColumn { table, constraints, .. } = op else { return Expansion::alone(op.clone()) };
    let is_added = |constraint: &&Constraint| matches!(constraint, Constraint::Check(_));
    let drop = |constraint: &Constraint| Op::DropConstraint { table: table.clone(), constraint: constraint.clone() };
    let checks = constraints.iter().filter(is_added).filter(|_| oldest >= version::ALTERS_CONSTRAINTS);
    Expansion::alone(op.clone()).within(checks.map(drop).collect(), Vec::new())
}

/// The statements of an operation for which standard SQL has no words. What SQLite cannot do comes inside a rebuild.
pub(in crate::dialect) fn alter(op: &Op) -> Vec<String> {
    match op {
        Op::RenameTable { from, to } => rename_table(from, to),
        Op::CreateAttachment { attachment, .. } => vec![attachment.sql.clone()],
        Op::DropAttachment { attachment, .. } => vec![format!("DROP TRIGGER {}", quote(&attachment.name))],
        Op::AlterColumn { table, from, to } => {
            if let Some(conversion) = from.conversion(to) {
                return convert::change(table, from, &conversion);
            }
            let (table, column) = (quote(&table.name), quote(&to.name));
            // No conflict clause may swallow a row.
            let fill = filling(from, to)
                .map(|text| format!("UPDATE OR ABORT {table} SET {column} = {text} WHERE {column} IS NULL"));
            let word = if to.nullable { "DROP" } else { "SET" };
            fill.into_iter().chain([format!("ALTER TABLE {table} ALTER COLUMN {column} {word} NOT NULL")]).collect()
        }
        _ => Vec::new(),
    }
}

fn accepts_rebuild(from: &Table, to: &Table, schema: &Schema) -> Result<(), Refusal> {
    if !from.unmodelled.is_empty() {
        return Err(Refusal {
            reason: format!(
                "SQLite can only do it by rebuilding `{}`, and that would lose what its definition says beyond what \
                 seachange understands: {}",
                from.name,
                from.unmodelled.join(", ")
            ),
            hint: "write that revision by hand: `seachange revision -m …`".to_owned(),
            can_rebuild: false,
        });
    }
    if to.options.strict {
        to.columns.iter().try_for_each(|column| typed(&to.name, column))?;
    }
    let gone = from.columns.iter().filter(|column| to.column(&column.name).is_none());
    gone.into_iter().try_for_each(|column| accepts_without_column(from, &column.name, schema))
}

/// A strict table takes no column of a type it does not know, however the column gets into it.
fn typed(table: &TableName, column: &Column) -> Result<(), Refusal> {
    let text = column.data_type.text.as_deref().unwrap_or_default();
    if types::is_strict(text) {
        return Ok(());
    }
    Err(Refusal {
        reason: format!(
            "a STRICT table knows INT, INTEGER, REAL, TEXT, BLOB and ANY, and `{table}.{}` is of the type `{text}`",
            column.name
        ),
        hint: "declare the column with a type of these: `#[seachange(type(sqlite = \"...\"))]`".to_owned(),
        can_rebuild: false,
    })
}

fn accepts_new_column(column: &Column, constraints: &[Constraint], oldest: Version) -> Result<(), Refusal> {
    let default = column.value_by_default();
    if column.generated.as_ref().is_some_and(|generated| generated.stored) {
        return rebuild("`ADD COLUMN` cannot add a stored generated column");
    }
    if column.fill.is_some() {
        return rebuild("`ADD COLUMN` gives every row the same value");
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
            Constraint::Check(_) if oldest < version::STRICT => {
                return rebuild("`ADD COLUMN` would not hold the rows that are there against the check");
            }
            // No exclusion constraint comes as far as this.
            Constraint::ForeignKey(_) | Constraint::Check(_) | Constraint::Exclusion(_) => {}
        }
    }
    Ok(())
}

fn accepts_dropped_column(
    table: &Table,
    column: &Column,
    own: &[Constraint],
    schema: &Schema,
    oldest: Version,
) -> Result<(), Refusal> {
    let name = &column.name;
    if oldest < version::DROPS_COLUMNS {
        return rebuild("`DROP COLUMN` of SQLite before 3.35.5 may damage the file");
    }
    for constraint in own {
        // It may have been added later, and then it does not go with the column.
        if let (Constraint::Check(check), true) = (constraint, oldest >= version::ALTERS_CONSTRAINTS) {
            accepts_dropped_check(table, check, oldest)?;
        }
    }
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
            Constraint::PrimaryKey(_)
            | Constraint::Unique(_)
            | Constraint::ForeignKey(_)
            | Constraint::Check(_)
            | Constraint::Exclusion(_) => {}
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
    accepts_without_column(table, name, schema)
}

/// A rebuild would not help: what reads the column has to change first.
fn accepts_without_column(table: &Table, column: &str, schema: &Schema) -> Result<(), Refusal> {
    let reads = |sql: &str| mentions(sql, &table.name.name) && mentions(sql, column);
    match reader(schema, reads) {
        Some(what) => Err(in_use(&what, &format!("the column `{}.{column}`", table.name))),
        None => Ok(()),
    }
}

/// Rows that refer to each other, in one table or in a circle of them, all go before anybody looks whether they miss one
/// another. Who runs it with foreign keys on and in a transaction needs to say so.
pub(in crate::dialect) fn before_drop(table: &Table) -> Option<&'static str> {
    (!table.foreign_keys.is_empty()).then_some(DEFER)
}

/// Puts the check of foreign keys off to the end of the transaction, where there is one.
pub(super) const DEFER: &str = "PRAGMA defer_foreign_keys = ON";

/// The statements that lead from one name of a table to another. SQLite takes names that differ in the case of their letters
/// only for one, and refuses to give it again.
fn rename_table(from: &TableName, to: &TableName) -> Vec<String> {
    let rename = |from: &str, to: &str| format!("ALTER TABLE {} RENAME TO {}", quote(from), quote(to));
    if !from.name.eq_ignore_ascii_case(&to.name) {
        return vec![rename(&from.name, &to.name)];
    }
    let between = format!("_seachange_{}", to.name);
    vec![rename(&from.name, &between), rename(&between, &to.name)]
}

/// The trigger or view that cannot do without the table, which the schema no longer has.
pub(in crate::dialect) fn needs(table: &TableName, schema: &Schema) -> Option<Refusal> {
    if schema.tables.contains_key(table) {
        return None;
    }
    reader(schema, |sql| mentions(sql, &table.name)).map(|what| in_use(&what, &format!("the table `{table}`")))
}

fn in_use(what: &str, thing: &str) -> Refusal {
    Refusal {
        reason: format!("{what} uses {thing}"),
        hint: format!("drop {what} first, in a revision of your own: `seachange revision -m …`"),
        can_rebuild: false,
    }
}

/// The trigger or view whose text does that.
fn reader(schema: &Schema, reads: impl Fn(&str) -> bool) -> Option<String> {
    let of_tables = schema.tables.values().flat_map(|table| &table.attachments);
    let of_views = schema.verbatim.values().flat_map(|object| &object.attachments);
    let trigger = of_tables.chain(of_views).find(|trigger| reads(&trigger.sql));
    let view = || schema.verbatim.iter().find(|(_, object)| reads(&object.sql));
    match trigger {
        Some(trigger) => Some(format!("the trigger `{}`", trigger.name)),
        None => view().map(|(name, object)| format!("the {} `{name}`", object.kind)),
    }
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
