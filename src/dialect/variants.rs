//! The variants of enums on both sides of a comparison. No database knows them: what a live column stands for is known from
//! the lock, and what is declared differs only where rows have to change.

use crate::model::{Column, Conversion, Literal, Schema, Variant};

/// The live schema with the variants that its columns held at the last revision, where they still can.
pub(super) fn remembered(mut live: Schema, past: &Schema) -> Schema {
    for (name, table) in &mut live.tables {
        let Some(past) = past.tables.get(name) else { continue };
        let known = |column: &Column| {
            let past = past.column(&column.name).map(|past| past.variants.as_slice()).unwrap_or_default();
            fit(column, past).then(|| past.to_vec())
        };
        let known: Vec<_> = table.columns.iter().map(|column| known(column).unwrap_or_default()).collect();
        // What is not changed stays shared.
        if table.columns.iter().zip(&known).any(|(column, known)| column.variants != *known) {
            for (column, known) in table.columns.iter_mut().zip(known) {
                column.variants = known;
            }
        }
    }
    live
}

/// The declared schema with the variants of the live one wherever its rows are good as they are.
/// `types` says whether the database has enum types, whose values change with them.
pub(super) fn reconciled(mut declared: Schema, live: &Schema, types: bool) -> Schema {
    for (name, table) in &mut declared.tables {
        let live = live.tables.get(name);
        let settled: Vec<_> = table
            .columns
            .iter()
            .map(|column| match live.and_then(|table| table.column(&column.name)) {
                Some(live) if is_good(column, live, types) => live.variants.clone(),
                Some(_) if fit(column, &column.variants) => column.variants.clone(),
                Some(_) | None => Vec::new(),
            })
            .collect();
        if table.columns.iter().zip(&settled).any(|(column, settled)| column.variants != *settled) {
            for (column, settled) in table.columns.iter_mut().zip(settled) {
                column.variants = settled;
            }
        }
    }
    declared
}

/// Whether the rows of the live column hold what the declared one stands for.
fn is_good(declared: &Column, live: &Column, types: bool) -> bool {
    if live.variants.is_empty() {
        return true;
    }
    if declared.variants.is_empty() {
        return declared.data_type == live.data_type;
    }
    let are_numbers = |column: &Column| column.variants.iter().any(|own| matches!(own.value, Literal::Integer(_)));
    let is_like = if types { declared.stores_like(live) } else { are_numbers(declared) == are_numbers(live) };
    let is_of_type = types && declared.data_type.kind.enum_name().is_some();
    is_like && (is_of_type || Conversion::between(&live.variants, &declared.variants).is_trivial())
}

/// Whether a column can hold all of them. A field may give an enum another type than the enum itself does.
fn fit(column: &Column, variants: &[Variant]) -> bool {
    variants.iter().all(|variant| column.can_hold(&variant.value))
}
