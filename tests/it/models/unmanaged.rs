//! What other people and tools put into a database.

use seachange::model::{
    Check, Column, ColumnDefault, DefaultValue, Index, IndexKey, IndexPart, Literal, Name, Placement, Schema, Table,
    TableName,
};

use super::{Choices, add_foreign_key, is_generated, primary_key, quote};

/// Things that somebody else added to a database: what SQL can say of them goes into the schema, the rest is returned
/// as statements. All their names begin with `unmanaged`, but for those that have none.
pub(crate) fn add_unmanaged(schema: &mut Schema, choices: &mut Choices<'_>) -> Vec<String> {
    let names: Vec<TableName> = schema.tables.keys().cloned().collect();
    let mut statements = Vec::new();
    for number in 0..=choices.below(5) {
        let kind = choices.below(10);
        let Some(name) = choices.pick(&names).cloned() else { continue };
        let Some(table) = schema.tables.get_mut(&name) else { continue };
        let columns: Vec<String> = table.columns.iter().map(|column| column.name.clone()).collect();
        let Some(column) = choices.pick(&columns).cloned() else { continue };
        let (quoted_table, quoted) = (quote(&name.name), quote(&column));
        let index = |parts, predicate| Index {
            predicate,
            ..Index::new(Name::written(format!("unmanaged index {number}")), parts)
        };
        match kind {
            0 => {
                let mut other = Table::new(TableName::new(format!("unmanaged table {number}")));
                primary_key(&mut other, choices);
                let other_name = other.name.clone();
                schema.tables.insert(other_name.clone(), other.into());
                if choices.often(70) {
                    add_foreign_key(schema, &other_name, choices);
                }
            }
            1 => {
                let mut added = Column { nullable: true, ..super::column(table, choices) };
                added.name = format!("unmanaged {number}");
                added.extra = None;
                added.values = None;
                table.columns.push(added);
            }
            2 => table.indexes.push(index(vec![IndexPart::column(&column)], None)),
            3 => {
                let part = IndexPart::new(IndexKey::Expression(format!("length({quoted})")));
                table.indexes.push(index(vec![part], Some(format!("{quoted} IS NOT NULL"))));
            }
            4 => {
                let is_key = table.is_key(&column);
                for column in table.columns.iter_mut().filter(|other| other.name == column && !is_key) {
                    if column.default.is_none() && !is_generated(column) {
                        let value = DefaultValue::Literal(Literal::Text("unmanaged; default".to_owned()));
                        column.default = Some(ColumnDefault { value, text: None });
                    }
                }
            }
            5 => {
                let name = Some(Name::written(format!("unmanaged check {number}")));
                let placement = if choices.often(50) { Placement::Column(column) } else { Placement::Table };
                table.checks.push(Check::new(name, format!("length({quoted}) >= -1"), placement));
            }
            6 => statements.push(format!(
                "CREATE TRIGGER \"unmanaged trigger {number}\" AFTER DELETE ON {quoted_table} BEGIN \
                 DELETE FROM {quoted_table} WHERE {quoted} = old.{quoted} AND 0; SELECT ';'; END"
            )),
            7 => statements.push(format!(
                "CREATE TRIGGER \"unmanaged trigger {number}\" AFTER INSERT ON {quoted_table} BEGIN SELECT 1; END"
            )),
            8 => statements.push(format!("CREATE VIEW \"unmanaged view {number}\" AS SELECT * FROM {quoted_table}")),
            _ => statements.push(format!(
                "CREATE VIEW \"unmanaged view {number}\" AS SELECT {quoted} AS x FROM {quoted_table} WHERE {quoted} <> ';'"
            )),
        }
    }
    statements
}
