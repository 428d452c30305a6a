//! What makes a random model one that a database takes: what refers to nothing or does not fit goes.

use std::collections::{BTreeMap, BTreeSet};

use seachange::dialect::Dialect;
use seachange::model::{
    AutoIncrement, Column, DataType, ForeignKey, Index, IndexKey, IndexPart, Name, Placement, Schema, Table, TableName,
};

use super::vocabulary::{self, Family, family};
use super::{columns_of, distinct_columns, index_columns, is_distinct, is_generated, keys, quote};

/// Removes what refers to nothing, and gives inferred names as SeaORM makes them.
pub(crate) fn make_valid(schema: &mut Schema, dialect: Dialect) {
    // Types of parents go to their children; a few rounds reach the children of children. What else depends on types comes
    // and goes with them.
    for _ in 0..4 {
        enum_values(schema);
        for table in schema.tables.values_mut().map(|table| &mut **table) {
            columns(table, dialect);
            objects(table, dialect);
        }
        let parents = schema.clone();
        for table in schema.tables.values_mut() {
            foreign_keys(table, &parents, dialect);
        }
    }
    names(schema, dialect);
    let parents = schema.clone();
    for table in schema.tables.values_mut() {
        foreign_keys(table, &parents, dialect);
    }
}

/// One enum type has the same values wherever it stands.
fn enum_values(schema: &mut Schema) {
    let mut known: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for column in schema.tables.values_mut().flat_map(|table| &mut table.columns) {
        if let (Some(name), Some(values)) = (column.data_type.kind.enum_name(), &mut column.values) {
            *values = known.entry(name.to_owned()).or_insert_with(|| values.clone()).clone();
        }
    }
}

fn columns(table: &mut Table, dialect: Dialect) {
    let own: BTreeSet<String> = columns_of(table).into_iter().collect();
    let key: Vec<String> = table.primary_key.as_ref().map(|key| key.columns.clone()).unwrap_or_default();
    let before = table.clone();
    for column in &mut table.columns {
        let is_key = key.contains(&column.name);
        let is_enum = column.data_type.kind.enum_name().is_some();
        if is_key {
            column.nullable = false;
            column.extra = None;
            column.values = if is_enum { column.values.take() } else { None };
        }
        let is_integer = matches!(column.data_type.kind, DataType::Integer | DataType::BigInteger);
        if !is_key || key.len() != 1 || !is_integer {
            column.auto_increment = AutoIncrement::No;
        }
        if column.auto_increment != AutoIncrement::No || is_generated(column) {
            column.default = None;
            column.values = if is_enum { column.values.take() } else { None };
        }
        if !vocabulary::is_whole(&column.data_type.kind) || is_generated(column) {
            column.identity = None;
        }
        if column.identity.is_some() {
            (column.default, column.nullable) = (None, false);
        }
        if !vocabulary::default_fits(column, dialect) {
            column.default = None;
        }
        if column.extra.as_ref().is_some_and(|extra| !extra_fits(extra, column, &before, &own, dialect)) {
            column.extra = None;
        }
    }
    let generated: BTreeSet<String> =
        table.columns.iter().filter(|column| is_generated(column)).map(|column| column.name.clone()).collect();
    for column in table.columns.iter_mut().filter(|column| is_generated(column)) {
        // A generated column may not use one that is generated in turn, for simplicity.
        if generated.iter().any(|name| column.extra.as_ref().is_some_and(|extra| extra.contains(&quote(name)))) {
            column.extra = None;
        }
    }
}

fn extra_fits(extra: &str, column: &Column, table: &Table, own: &BTreeSet<String>, dialect: Dialect) -> bool {
    let mentioned = !extra.contains('(') || own.iter().any(|name| extra.contains(&quote(name)));
    let repeats = extra == "UNIQUE" && !is_distinct(column, dialect);
    let is_read = match dialect {
        Dialect::Sqlite => true,
        Dialect::Postgres if extra.starts_with("COLLATE") => family(&column.data_type.kind) == Family::Text,
        Dialect::Postgres if extra.starts_with("GENERATED") => {
            vocabulary::reads(extra, table) && vocabulary::computes(extra, column) && column.identity.is_none()
        }
        Dialect::Postgres => vocabulary::reads(extra, table),
    };
    mentioned && !repeats && is_read
}

fn objects(table: &mut Table, dialect: Dialect) {
    let own: BTreeSet<String> = columns_of(table).into_iter().collect();
    let has_all = |columns: &[String]| !columns.is_empty() && columns.iter().all(|column| own.contains(column));
    let has = |placement: &Placement| matches!(placement, Placement::Column(name) if own.contains(name));
    let distinct = distinct_columns(table, dialect);
    let is_distinct = |columns: &[String]| has_all(columns) && columns.iter().all(|name| distinct.contains(name));
    let before = table.clone();
    table.uniques.retain(|unique| is_distinct(&unique.columns));
    table.checks.retain(|check| {
        let is_placed = match &check.placement {
            Placement::Column(name) => own.contains(name),
            Placement::Table => own.iter().any(|name| check.expression.contains(&quote(name))),
        };
        let is_read = dialect == Dialect::Sqlite || vocabulary::reads(&check.expression, &before);
        is_placed && is_read && own.iter().any(|name| check.expression.contains(&quote(name)))
    });
    for unique in &mut table.uniques {
        if !has(&unique.placement) {
            unique.placement = Placement::Table;
        }
        let columns = unique.columns.clone();
        unique.include.retain(|name| own.contains(name) && !columns.contains(name));
    }
    table.exclusions.retain(|exclusion| {
        exclusion.elements.iter().all(|element| match &element.part.key {
            IndexKey::Column(name) => before.column(name).is_some_and(|column| match element.operator.as_str() {
                "&&" => column.data_type.kind == DataType::Custom("daterange".to_owned()),
                _ => distinct.contains(name),
            }),
            IndexKey::Expression(_) => false,
        })
    });
    if let Some(Name { text, inferred: true }) = table.primary_key.as_mut().and_then(|key| key.name.as_mut()) {
        *text = format!("pk-{}", table.name.name);
    }
    let name = table.name.name.clone();
    table.indexes.retain_mut(|index| {
        let columns = index_columns(index);
        if let (Some(predicate), Some(column)) = (&mut index.predicate, columns.first()) {
            *predicate = format!("{} IS NOT NULL", quote(column));
        }
        if index.name.inferred {
            let kind = if index.unique { "u-" } else { "" };
            index.name.text = format!("idx-{name}-{kind}{}", columns.join("-"));
        }
        let fits = if index.unique { is_distinct(&columns) } else { has_all(&columns) };
        fits && (dialect == Dialect::Sqlite || fit_index(index, &before))
    });
}

/// Takes from an index what PostgreSQL does not take there. False where nothing is left of it.
fn fit_index(index: &mut Index, table: &Table) -> bool {
    let kinds: Vec<DataType> = index_columns(index)
        .iter()
        .filter_map(|name| table.column(name))
        .map(|column| column.data_type.kind.clone())
        .collect();
    if !index.unique {
        index.nulls_not_distinct = false;
    }
    let own = index_columns(index);
    index.include.retain(|name| table.column(name).is_some() && !own.contains(name));
    let custom = |kind: &DataType, name: &str| *kind == DataType::Custom(name.to_owned());
    let is_plain = |kind: &DataType| {
        family(kind) != Family::Other || matches!(kind, DataType::Uuid | DataType::Date | DataType::DateTime)
    };
    let is_in_gin =
        |kind: &DataType| matches!(kind, DataType::JsonBinary | DataType::Array(_)) || custom(kind, "tsvector");
    let is_in_gist = |kind: &DataType| custom(kind, "daterange") || custom(kind, "tsvector");
    let fits = !index.unique
        && match index.method.as_deref() {
            None | Some("btree") => true,
            Some("hash") => kinds.len() == 1 && kinds.iter().all(is_plain),
            Some("gin") => kinds.iter().all(is_in_gin),
            Some("gist") => kinds.iter().all(is_in_gist),
            Some("brin") => kinds.iter().all(is_plain),
            Some(_) => false,
        };
    if !fits {
        index.method = None;
    }
    let is_tree = matches!(index.method.as_deref(), None | Some("btree"));
    if !is_tree {
        index.storage.clear();
        if index.method.as_deref() != Some("gist") {
            index.include.clear();
        }
    }
    for (part, kind) in index.parts.iter_mut().zip(&kinds) {
        fit_part(part, kind, index.method.as_deref(), is_tree);
    }
    !is_tree || kinds.iter().all(is_comparable)
}

fn fit_part(part: &mut IndexPart, kind: &DataType, method: Option<&str>, is_tree: bool) {
    if !is_tree {
        (part.descending, part.nulls) = (false, None);
    }
    if family(kind) != Family::Text {
        part.collation = None;
    }
    let is_plain = matches!(method, None | Some("btree" | "hash"));
    let fits = match part.operator_class.as_deref() {
        Some("text_pattern_ops") => is_plain && matches!(kind, DataType::Text | DataType::String(_)),
        Some("bpchar_pattern_ops") => is_plain && matches!(kind, DataType::Char(_)),
        Some("jsonb_path_ops") => method == Some("gin") && *kind == DataType::JsonBinary,
        _ => false,
    };
    if !fits {
        part.operator_class = None;
    }
}

/// Whether PostgreSQL can say of two values which comes first.
pub(super) fn is_comparable(kind: &DataType) -> bool {
    !matches!(kind, DataType::Json)
}

/// A name stands for one thing. Tables and indexes share theirs; PostgreSQL knows constraints by name, too.
fn names(schema: &mut Schema, dialect: Dialect) {
    let place = |table: &Table| table.name.schema.clone().unwrap_or_default();
    let lower = |name: &str| match dialect {
        Dialect::Sqlite => name.to_lowercase(),
        Dialect::Postgres => name.to_owned(),
    };
    let mut taken: BTreeSet<(String, String)> =
        schema.tables.values().map(|table| (place(table), lower(&table.name.name))).collect();
    for table in schema.tables.values_mut().map(|table| &mut **table) {
        let place = place(table);
        if dialect == Dialect::Postgres {
            let mut own: BTreeSet<String> = BTreeSet::new();
            let mut is_free = |name: &Option<Name>| name.as_ref().is_none_or(|name| own.insert(name.text.clone()));
            table.foreign_keys.retain(|fk| is_free(&fk.name));
            table.checks.retain(|check| is_free(&check.name));
            let mut is_again =
                |extra: &str| extra.starts_with("CONSTRAINT") && !is_free(&Some(Name::written("a check")));
            for column in &mut table.columns {
                if column.extra.as_deref().is_some_and(&mut is_again) {
                    column.extra = None;
                }
            }
            let mut is_free = |name: &Option<Name>| {
                let name = name.as_ref().map(|name| name.text.clone());
                name.is_none_or(|name| own.insert(name.clone()) && taken.insert((place.clone(), name)))
            };
            if table.primary_key.as_ref().is_some_and(|key| !is_free(&key.name)) {
                table.primary_key.iter_mut().for_each(|key| key.name = None);
            }
            table.uniques.retain(|unique| is_free(&unique.name));
            table.exclusions.retain(|exclusion| is_free(&exclusion.name));
        }
        table.indexes.retain(|index| taken.insert((place.clone(), lower(&index.name.text))));
    }
}

fn foreign_keys(table: &mut Table, parents: &Schema, dialect: Dialect) {
    let mut kept: Vec<ForeignKey> = Vec::new();
    for mut fk in std::mem::take(&mut table.foreign_keys) {
        let parent = parents.tables.get(&fk.references);
        let is_key = parent.is_some_and(|parent| keys(parent).contains(&fk.referenced_columns));
        let fits = fk.columns.iter().all(|name| table.column(name).is_some_and(|own| is_distinct(own, dialect)));
        let is_new = !kept.iter().any(|other| other.columns == fk.columns && other.references == fk.references);
        if !is_key || !fits || !is_new {
            continue;
        }
        for (name, referenced) in fk.columns.iter().zip(&fk.referenced_columns) {
            let Some(kind) = parent.and_then(|parent| parent.column(referenced)).map(|column| &column.data_type.kind)
            else {
                continue;
            };
            for column in table.columns.iter_mut().filter(|column| column.name == *name) {
                column.data_type.kind = kind.clone();
                column.default = None;
            }
        }
        // A row of the made-up ones has NULL in some columns and not in others.
        let is_nullable = |name: &String| table.column(name).is_some_and(|column| column.nullable);
        fk.match_full &= fk.columns.len() == 1 || !fk.columns.iter().any(is_nullable);
        if let Some(Name { text, inferred: true }) = &mut fk.name {
            *text = format!("fk-{}-{}", table.name.name, fk.columns.join("-"));
        }
        kept.push(fk);
    }
    table.foreign_keys = kept;
}

/// Whether a table has that name in that schema.
pub(super) fn is_taken(schema: &Schema, place: Option<&str>, name: &str) -> bool {
    schema.tables.contains_key(&TableName { schema: place.map(ToOwned::to_owned), name: name.to_owned() })
}
