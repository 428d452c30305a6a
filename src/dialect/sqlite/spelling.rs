//! Names that differ only in the case of ASCII letters are one name to SQLite: the declared schema takes the live spelling.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{IndexKey, Placement, Schema, Table, TableName};

/// The declared schema with the live spelling of all names of tables and columns.
pub(super) fn adopt(declared: Schema, live: &Schema) -> Schema {
    let tables = TableSpellings::new(&declared, live);
    let columns: BTreeMap<TableName, BTreeMap<String, String>> = declared
        .tables
        .iter()
        .filter_map(|(name, table)| {
            let live = live.tables.get(tables.get(name))?;
            let changed = respelled(column_names(table), column_names(live));
            (!changed.is_empty()).then(|| (name.clone(), changed))
        })
        .collect();
    let mut schema = Schema { verbatim: declared.verbatim, ..Schema::default() };
    for (_, mut table) in declared.tables {
        respell(&mut table, &tables, &columns);
        schema.tables.insert(table.name.clone(), table);
    }
    schema
}

/// The live spelling of declared tables, where it is another.
struct TableSpellings(BTreeMap<TableName, TableName>);

impl TableSpellings {
    fn new(declared: &Schema, live: &Schema) -> Self {
        let changed = respelled(table_names(declared), table_names(live));
        Self(changed.into_iter().map(|(from, to)| (TableName::new(from), TableName::new(to))).collect())
    }

    fn get<'a>(&'a self, name: &'a TableName) -> &'a TableName {
        self.0.get(name).unwrap_or(name)
    }
}

fn table_names(schema: &Schema) -> impl Iterator<Item = &str> {
    schema.tables.keys().map(|name| name.name.as_str())
}

fn column_names(table: &Table) -> impl Iterator<Item = &str> {
    table.columns.iter().map(|column| column.name.as_str())
}

/// For each declared name without a live twin, the live name that differs in case only and is nobody else's.
fn respelled<'a>(
    declared: impl Iterator<Item = &'a str>,
    live: impl Iterator<Item = &'a str>,
) -> BTreeMap<String, String> {
    let (declared, live): (BTreeSet<&str>, BTreeSet<&str>) = (declared.collect(), live.collect());
    let mut free: BTreeMap<String, &str> =
        live.difference(&declared).map(|name| (name.to_ascii_lowercase(), *name)).collect();
    declared
        .difference(&live)
        .filter_map(|name| Some(((*name).to_owned(), free.remove(&name.to_ascii_lowercase())?.to_owned())))
        .collect()
}

fn respell(table: &mut Table, tables: &TableSpellings, columns: &BTreeMap<TableName, BTreeMap<String, String>>) {
    let change = |of: &TableName, name: &mut String| {
        if let Some(new) = columns.get(of).and_then(|columns| columns.get(name.as_str())) {
            name.clone_from(new);
        }
    };
    let own = table.name.clone();
    let place = |placement: &mut Placement| match placement {
        Placement::Column(name) => change(&own, name),
        Placement::Table => {}
    };
    for column in &mut table.columns {
        change(&own, &mut column.name);
    }
    for name in table.primary_key.iter_mut().flat_map(|key| &mut key.columns) {
        change(&own, name);
    }
    for unique in &mut table.uniques {
        unique.columns.iter_mut().for_each(|name| change(&own, name));
        place(&mut unique.placement);
    }
    for fk in &mut table.foreign_keys {
        fk.columns.iter_mut().for_each(|name| change(&own, name));
        fk.referenced_columns.iter_mut().for_each(|name| change(&fk.references, name));
        fk.references = tables.get(&fk.references).clone();
        place(&mut fk.placement);
    }
    for check in &mut table.checks {
        place(&mut check.placement);
    }
    for part in table.indexes.iter_mut().flat_map(|index| &mut index.parts) {
        match &mut part.key {
            IndexKey::Column(name) => change(&own, name),
            IndexKey::Expression(_) => {}
        }
    }
    table.name = tables.get(&own).clone();
}
