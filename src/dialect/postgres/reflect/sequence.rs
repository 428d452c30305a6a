//! Sequences: those that belong to columns and those that are objects of their own. What is usual is not said.

use std::collections::BTreeMap;

use super::super::catalog::{Catalog, ColumnRow, RelationRow, SequenceRow};
use super::super::sequence::made_name;
use super::{Assembly, written};
use crate::model::{Identity, OwnedSequence, TableName};

/// A sequence that belongs to a column.
pub(super) struct Owned<'a> {
    pub(super) row: &'a SequenceRow,
}

impl Owned<'_> {
    /// Whether the column takes its values from the sequence, and from nothing else.
    pub(super) fn counts(&self, column: &ColumnRow) -> bool {
        let is_integer = matches!(column.data_type.as_str(), "smallint" | "integer" | "bigint");
        self.row.of_identity || is_integer && self.row.next.is_some() && column.default == self.row.next
    }
}

/// The sequences that belong to columns, by table and number of the column.
pub(super) fn owned(catalog: &Catalog) -> BTreeMap<(i64, i32), Vec<Owned<'_>>> {
    let mut owned: BTreeMap<(i64, i32), Vec<Owned<'_>>> = BTreeMap::new();
    for row in &catalog.sequences {
        if let Some(column) = row.owner {
            owned.entry(column).or_default().push(Owned { row });
        }
    }
    owned
}

impl Assembly<'_> {
    /// What `serial` or `GENERATED ... AS IDENTITY` would not have made of the sequence of a column.
    pub(super) fn unusual_sequence(
        &self,
        table: &RelationRow,
        column: &ColumnRow,
        sequence: &SequenceRow,
    ) -> Option<OwnedSequence> {
        // How an identity counts is said by itself.
        let options = if sequence.of_identity { Identity::default() } else { counting(sequence) };
        let data_type = (sequence.data_type != column.data_type).then(|| sequence.data_type.clone());
        let is_usual = sequence.schema == table.schema
            && sequence.name == made_name(&table.name, &column.name, "seq")
            && data_type.is_none()
            && options == Identity::default();
        let name = self.name(&sequence.schema, &sequence.name);
        (!is_usual).then_some(OwnedSequence { name, data_type, options })
    }
}

/// The statement that makes the sequence, as an object of its own.
pub(super) fn statement(name: &TableName, row: &SequenceRow) -> String {
    let unlogged = if row.unlogged { "UNLOGGED " } else { "" };
    format!("CREATE {unlogged}SEQUENCE {} AS {} {}", written(name), row.data_type, options(row))
}

/// All that can be said about how the sequence counts.
pub(super) fn options(row: &SequenceRow) -> String {
    format!(
        "START WITH {} INCREMENT BY {} MINVALUE {} MAXVALUE {} CACHE {} {}",
        row.start,
        row.increment,
        row.min,
        row.max,
        row.cache,
        if row.cycle { "CYCLE" } else { "NO CYCLE" },
    )
}

/// How the sequence counts, as far as it is not what its type and its direction bring by themselves.
pub(super) fn counting(row: &SequenceRow) -> Identity {
    let (lowest, highest) = match row.data_type.as_str() {
        "smallint" => (i64::from(i16::MIN), i64::from(i16::MAX)),
        "integer" => (i64::from(i32::MIN), i64::from(i32::MAX)),
        _ => (i64::MIN, i64::MAX),
    };
    let rises = row.increment > 0;
    let (min, max) = if rises { (1, highest) } else { (lowest, -1) };
    let start = if rises { row.min } else { row.max };
    let unless = |value: i64, usual: i64| (value != usual).then_some(value);
    Identity {
        always: false,
        start: unless(row.start, start),
        increment: unless(row.increment, 1),
        min: unless(row.min, min),
        max: unless(row.max, max),
        cache: unless(row.cache, 1),
        cycle: row.cycle,
    }
}
