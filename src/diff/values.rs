//! What the variants of enums say about enum types and defaults: which values of a type have another name, which are replaced,
//! and what becomes of defaults that nobody declares.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{
    Column, ColumnDefault, Conversion, DefaultValue, Literal, Rename, Schema, Shared, Table, TableName, shown,
};
use crate::op::Op;

/// What enums say about the values of their types.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TypeChanges {
    /// Variants that are the same and have another value.
    pub renames: Vec<Rename>,
    /// The values of each type that are gone, each with the one that takes its place.
    pub replaced: BTreeMap<TableName, Vec<(String, String)>>,
}

/// Compares the variants behind each enum type. Both schemas have the names they will have.
pub fn of_types(past: &Schema, goal: &Schema) -> TypeChanges {
    let mut changes = TypeChanges::default();
    let mut seen: BTreeSet<&TableName> = BTreeSet::new();
    for (table, column) in goal.tables.values().flat_map(|table| table.columns.iter().map(move |own| (table, own))) {
        let Some(before) = past.tables.get(&table.name).and_then(|past| past.column(&column.name)) else { continue };
        let Some(own) = column.data_type.kind.enum_name() else { continue };
        let is_known = !before.variants.is_empty() && !column.variants.is_empty();
        if before.data_type.kind.enum_name() != Some(own) || !is_known {
            continue;
        }
        let Some(name) = goal.enums.keys().find(|name| name.to_string() == own) else { continue };
        if !seen.insert(name) {
            continue;
        }
        let Conversion { pairs, merged, gone: _ } = Conversion::between(&before.variants, &column.variants);
        let renamed = pairs.iter().filter(|(from, to)| from != to);
        let rename =
            |(from, to): &(Literal, Literal)| Rename::Value { of: name.clone(), from: shown(from), to: shown(to) };
        changes.renames.extend(renamed.map(rename));
        let merged: Vec<_> = merged.iter().map(|(from, to)| (shown(from), shown(to))).collect();
        if !merged.is_empty() {
            changes.replaced.insert(name.clone(), merged);
        }
    }
    changes
}

/// The operation with the values that take the place of those it takes away.
pub fn with_replaced(mut op: Op, all: &BTreeMap<TableName, Vec<(String, String)>>) -> Op {
    if let Op::AlterEnum { name, from, to, replaced, .. } = &mut op {
        let is_due = |(old, new): &&(String, String)| {
            from.values.contains(old) && !to.values.contains(old) && to.values.contains(new)
        };
        replaced.extend(all.get(name).into_iter().flatten().filter(is_due).cloned());
    }
    op
}

/// The target with the defaults that nobody declares as the values they become. `goal` is what is declared.
pub fn with_defaults(mut target: Schema, goal: &Schema, live: &Schema, spell: &dyn Fn(&Literal) -> String) -> Schema {
    for table in target.tables.values_mut() {
        let (Some(goal), Some(live)) = (goal.tables.get(&table.name), live.tables.get(&table.name)) else { continue };
        let becomes = |column: &Column| {
            let live = live.column(&column.name)?;
            let is_unsaid = goal.column(&column.name)?.default.is_none() && column.default == live.default;
            let DefaultValue::Literal(value) = &column.default.as_ref().filter(|_| is_unsaid)?.value else {
                return None;
            };
            let new = live.conversion(column)?.of(value).filter(|new| *new != value)?.clone();
            Some(ColumnDefault { text: Some(spell(&new)), value: DefaultValue::Literal(new) })
        };
        let changed: Vec<(usize, ColumnDefault)> =
            table.columns.iter().enumerate().filter_map(|(at, column)| Some((at, becomes(column)?))).collect();
        change(table, changed);
    }
    target
}

/// A table in which nothing changes stays shared.
fn change(table: &mut Shared<Table>, defaults: Vec<(usize, ColumnDefault)>) {
    for (at, default) in defaults {
        table.columns[at].default = Some(default);
    }
}
