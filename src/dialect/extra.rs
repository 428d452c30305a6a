//! What an entity says about a column in raw SQL (`extra = "…"`), put where the model has a place for it. The clauses
//! behind a column are the same in every database.

use super::sqlite::create::{ClauseKind, column_tail};
use crate::error::{Error, Result};
use crate::model::{
    Check, ColumnDefault, DefaultValue, ForeignKey, Generated, Name, ObjectPath, Placement, Table, TableName, Unique,
};

/// Moves what the entity says in raw SQL to where it belongs.
pub(super) fn take(table: &mut Table, position: usize, database: &'static str) -> Result<()> {
    let Some(column) = table.columns.get_mut(position) else { return Ok(()) };
    let Some(extra) = column.extra.take() else { return Ok(()) };
    let path = ObjectPath::Column(table.name.clone(), column.name.clone());
    let unsupported = |object: ObjectPath, reason: String, hint: &str| Error::Unsupported {
        database,
        object: Box::new(object),
        reason,
        hint: hint.to_owned(),
    };
    let hint = "`extra` may hold CHECK, COLLATE, DEFAULT, GENERATED ALWAYS AS, UNIQUE, REFERENCES and NOT NULL";
    let clauses = column_tail(&extra)
        .map_err(|problem| unsupported(path.clone(), format!("in `extra = \"{extra}\"`, {problem}"), hint))?;
    let placement = Placement::Column(column.name.clone());
    for clause in clauses {
        let name = clause.name.map(Name::written);
        match clause.kind {
            ClauseKind::Check(expression) => {
                table.checks.push(Check::new(name, expression, placement.clone()));
            }
            ClauseKind::Collate(collation) => column.collation = Some(collation),
            ClauseKind::Default(sql) => {
                column.default = Some(ColumnDefault { value: DefaultValue::Expression(sql), text: None });
            }
            ClauseKind::Generated { expression, stored } => {
                column.generated = Some(Generated { expression, stored });
            }
            ClauseKind::Unique { .. } => {
                let columns = vec![column.name.clone()];
                table.uniques.push(Unique::new(name, columns, placement.clone()));
            }
            ClauseKind::NotNull => column.nullable = false,
            ClauseKind::Null => {}
            ClauseKind::References(reference) if !reference.referenced_columns.is_empty() => {
                table.foreign_keys.push(ForeignKey {
                    name,
                    columns: vec![column.name.clone()],
                    references: TableName::new(reference.table),
                    referenced_columns: reference.referenced_columns,
                    on_delete: reference.on_delete,
                    on_update: reference.on_update,
                    on_delete_columns: Vec::new(),
                    deferrable: reference.deferrable,
                    match_full: false,
                    not_valid: false,
                    placement: placement.clone(),
                });
            }
            ClauseKind::References(_) => {
                let reason = "`REFERENCES` in `extra` names no column".to_owned();
                return Err(unsupported(path, reason, "write the column, as in `REFERENCES users (id)`"));
            }
            ClauseKind::PrimaryKey { .. } => {
                let reason = "`PRIMARY KEY` in `extra` is not known to SeaORM".to_owned();
                return Err(unsupported(path, reason, "write `#[sea_orm(primary_key)]`"));
            }
        }
    }
    Ok(())
}

