//! Indexes that are objects of their own.

use std::collections::BTreeSet;

use super::super::catalog::{ColumnRow, DEFAULT_COLLATION, IndexPartRow, IndexRow, RelationRow};
use super::super::text;
use super::{Assembly, column_numbered, parameters};
use crate::model::{Index, IndexKey, IndexPart, Name, NullsOrder, Part, Table};

impl Assembly<'_> {
    pub(super) fn indexes(&self, row: &RelationRow, table: &mut Table) {
        for index in self.own_indexes(row) {
            let parts = index.parts.iter().filter(|part| !part.included);
            table.indexes.push(Index {
                unique: index.unique,
                predicate: index.predicate.as_deref().map(|sql| text::unwrapped(sql).to_owned()),
                method: method(index),
                include: self.included_columns(row, index),
                nulls_not_distinct: index.nulls_not_distinct,
                storage: index.storage.clone(),
                invalid: !index.valid,
                ..Index::new(Name::written(&index.name), parts.map(|part| self.index_part(row, index, part)).collect())
            });
            let said = [
                index.tablespace.as_ref().map(|name| format!("INDEX {} TABLESPACE {name}", index.name)),
                index.clustered.then(|| format!("CLUSTER ON {}", index.name)),
            ];
            table.unmodelled.extend(said.into_iter().flatten());
            if let Some(comment) = &index.comment {
                table.comments.insert(Part::Index(index.name.clone()), comment.clone());
            }
        }
    }

    /// The indexes that no constraint has made.
    pub(super) fn own_indexes(&self, row: &RelationRow) -> impl Iterator<Item = &IndexRow> {
        let constraints = self.catalog.constraints.get(&row.id).into_iter().flatten();
        let taken: BTreeSet<i64> =
            constraints.filter(|constraint| constraint.owns_index()).map(|constraint| constraint.index).collect();
        let indexes = self.catalog.indexes.get(&row.id).into_iter().flatten();
        indexes.filter(move |index| !taken.contains(&index.id))
    }

    pub(super) fn index_part(&self, row: &RelationRow, index: &IndexRow, part: &IndexPartRow) -> IndexPart {
        let column = column_numbered(self.columns(row.id), part.column);
        let key = match (column, &part.expression) {
            (Some(column), _) => IndexKey::Column(column.name.clone()),
            (None, Some(sql)) => IndexKey::Expression(text::unwrapped(sql).to_owned()),
            // A column that every table has.
            (None, None) => IndexKey::Expression(system_column(part.column).to_owned()),
        };
        // Other methods than this one know no order.
        let nulls = match (index.method.as_str(), part.descending, part.nulls_first) {
            ("btree", false, true) => Some(NullsOrder::First),
            ("btree", true, false) => Some(NullsOrder::Last),
            _ => None,
        };
        let (collation, operator_class) = (part_collation(part, column), self.operator_class(part, column));
        IndexPart { key, descending: part.descending, nulls, collation, operator_class }
    }

    /// The operator class with its options, unless it is the one that the type gets by itself.
    fn operator_class(&self, part: &IndexPartRow, column: Option<&ColumnRow>) -> Option<String> {
        let class = self.catalog.classes.get(&part.class)?;
        // A type that is kept as another one may have an operator class of its own, and then gets that.
        let is_usual = class.is_default
            && column.is_none_or(|column| {
                class.type_id == column.type_id || !self.classed.contains(&(column.type_id, &class.method))
            });
        let options = parameters(&part.class_options);
        if !options.is_empty() {
            return Some(format!("{} ({options})", class.name));
        }
        (!is_usual).then(|| class.name.clone())
    }

    pub(super) fn included_columns(&self, row: &RelationRow, index: &IndexRow) -> Vec<String> {
        let numbers: Vec<i32> = index.parts.iter().filter(|part| part.included).map(|part| part.column).collect();
        self.column_names(row.id, &numbers)
    }
}

/// The kind of index, unless it is the usual one.
pub(super) fn method(index: &IndexRow) -> Option<String> {
    (index.method != "btree").then(|| index.method.clone())
}

/// The collation, unless it is that of the column or of the expression.
fn part_collation(part: &IndexPartRow, column: Option<&ColumnRow>) -> Option<String> {
    match column {
        Some(column) if part.collation_id == 0 || part.collation_id == column.collation_id => None,
        Some(_) if part.collation_id == DEFAULT_COLLATION => Some("default".to_owned()),
        _ => part.collation.clone(),
    }
}

fn system_column(number: i32) -> &'static str {
    match number {
        -6 => "tableoid",
        -5 => "cmax",
        -4 => "xmax",
        -3 => "cmin",
        -2 => "xmin",
        _ => "ctid",
    }
}
