//! Columns: types, defaults, and what counts them up.

use super::super::catalog::{ColumnRow, RelationRow};
use super::super::{text, types, value};
use super::{Assembly, sequence};
use crate::model::{AutoIncrement, Column, ColumnDefault, ColumnType, DataType, Generated, Identity};

impl Assembly<'_> {
    pub(super) fn column(&self, table: &RelationRow, row: &ColumnRow) -> Column {
        let (kind, values) = self.kind(row);
        let data_type = ColumnType { kind, text: Some(row.data_type.clone()), inferred: false };
        let mut column = Column {
            nullable: !row.not_null,
            collation: row.collation.clone(),
            values,
            comment: row.comment.clone(),
            tuning: row.unusual.iter().filter(|words| is_tuning(words)).cloned().collect(),
            ..Column::new(&row.name, data_type)
        };
        let owned = self.owned.get(&(table.id, row.number)).into_iter().flatten();
        let counting = owned.map(|owned| (owned, owned.row)).find(|(owned, _)| owned.counts(row)).map(|(_, row)| row);
        if let Some(identity) = row.identity {
            let usual = Identity::default();
            let options = counting.map_or(usual, sequence::counting);
            column.identity = Some(Box::new(Identity { always: identity == 'a', ..options }));
        }
        column.sequence = counting.and_then(|sequence| self.unusual_sequence(table, row, sequence)).map(Box::new);
        match (&row.default, row.generated) {
            (Some(sql), Some(kind)) => {
                let expression = text::unwrapped(sql).to_owned();
                column.generated = Some(Generated { expression, stored: kind == 's' });
            }
            (Some(_), None) if counting.is_some() => column.auto_increment = AutoIncrement::Yes,
            (Some(sql), None) => {
                column.default = Some(ColumnDefault { value: value::parse(sql), text: Some(sql.clone()) });
            }
            (None, _) => {}
        }
        column
    }

    /// What the name of a type means. A database has few types and many columns.
    fn meaning(&self, data_type: &str) -> DataType {
        let mut known = self.meanings.borrow_mut();
        if let Some(kind) = known.get(data_type) {
            return kind.clone();
        }
        let kind = types::parse(data_type);
        known.insert(data_type.to_owned(), kind.clone());
        kind
    }

    /// What the type means, and the values of an enum.
    fn kind(&self, row: &ColumnRow) -> (DataType, Option<Vec<String>>) {
        let own = row.enumeration.and_then(|id| self.enums.get(&id));
        let kind = match (row.type_kind, own) {
            ('e', Some((name, _))) => DataType::Enum(name.to_string()),
            // Domains, composite types and ranges, those of PostgreSQL as well.
            ('d' | 'c' | 'r' | 'm', _) => {
                let name = row.data_type.strip_suffix("[]").unwrap_or(&row.data_type);
                DataType::Custom(name.to_owned())
            }
            _ => return (self.meaning(&row.data_type), None),
        };
        let values = own.map(|(_, own)| own.values.clone());
        (if row.is_array { DataType::Array(Box::new(kind)) } else { kind }, values)
    }
}

/// Whether the words are about how values are kept, which PostgreSQL forgets with the type.
fn is_tuning(words: &str) -> bool {
    words.starts_with("SET STORAGE") || words.starts_with("SET COMPRESSION")
}
