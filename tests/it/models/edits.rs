//! Random changes of a schema.

use seachange::dialect::Dialect;
use seachange::model::{
    AutoIncrement, ColumnDefault, DataType, DefaultValue, Deferrable, Index, IndexKey, IndexPart, Literal, Name,
    Placement, Rename, Schema, Table, TableName, Unique,
};

use super::valid::is_taken;
use super::{
    ACTIONS, COLUMNS, Choices, Demands, TABLES, VALUES, add_foreign_key, add_object, change_default, change_type,
    column, comment, index_columns, is_distinct, quote, some_of, tune, tune_unique, vocabulary,
};

/// Changes the schema in one way. What it renames is added to `renames`.
pub(crate) fn edit(schema: &mut Schema, renames: &mut Vec<Rename>, choices: &mut Choices<'_>) {
    let kind = choices.below(if choices.dialect == Dialect::Postgres { 30 } else { 23 });
    let names: Vec<TableName> = schema.tables.keys().cloned().collect();
    let Some(name) = choices.pick(&names).cloned() else { return };
    let Some(table) = schema.tables.get_mut(&name) else { return };
    let columns: Vec<String> = table.columns.iter().map(|column| column.name.clone()).collect();
    let plain: Vec<String> = columns.iter().filter(|column| !table.is_key(column)).cloned().collect();
    let column_name = choices.pick(&plain).cloned();
    let column_at = column_name.as_ref().and_then(|name| table.columns.iter().position(|column| column.name == *name));
    match (kind, column_at) {
        (0, Some(at)) => table.columns[at].nullable = !table.columns[at].nullable,
        (1, Some(at)) => change_type(&mut table.columns[at], choices),
        (2, Some(at)) => change_default(&mut table.columns[at], choices),
        (3, Some(at)) => {
            let column = table.columns[at].clone();
            table.columns[at].extra =
                if column.extra.is_some() { None } else { Some(vocabulary::extra(table, &column, choices)) };
        }
        (4, Some(at)) => {
            let values = choices.pick(&VALUES).copied().unwrap_or_default();
            let values: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
            if let Some(of) = table.columns[at].data_type.kind.enum_name().map(ToOwned::to_owned) {
                set_values(schema, &of, &values);
            } else if table.columns[at].values.is_some() {
                table.columns[at].values = Some(values);
                table.columns[at].default = None;
            }
        }
        (23, Some(at)) if vocabulary::is_whole(&table.columns[at].data_type.kind) => {
            let identity = super::identity(choices);
            let column = &mut table.columns[at];
            column.identity =
                if column.identity.is_some() && choices.often(50) { None } else { Some(Box::new(identity)) };
        }
        (24, Some(at)) => table.columns[at].comment = choices.often(70).then(|| comment(choices)).flatten(),
        (25, _) => table.comment = choices.often(70).then(|| comment(choices)).flatten(),
        (26, _) => rename_value(schema, renames, choices),
        (27, _) => {
            let length = table.exclusions.len();
            if length > 0 {
                table.exclusions.remove(choices.below(length));
            }
        }
        (28, Some(at)) => {
            let values = choices.pick(&VALUES).copied().unwrap_or_default();
            if let Some(of) = table.columns[at].data_type.kind.enum_name().map(ToOwned::to_owned) {
                set_values(schema, &of, &values.iter().map(|value| (*value).to_owned()).collect::<Vec<_>>());
            }
        }
        (5 | 6, Some(at)) => {
            table.columns.remove(at);
        }
        (7 | 8, _) => {
            let column = column(table, choices);
            let at = choices.below(table.columns.len() + 1);
            table.columns.insert(at, column);
        }
        (9 | 10, _) => {
            if let Some(from) = choices.pick(&columns).cloned() {
                let to = choices.name(&COLUMNS, |name| table.column(name).is_some());
                rename_column(schema, renames, &name, &from, &to);
            }
        }
        (11, _) => add_foreign_key(schema, &name, choices),
        (12 | 13, _) => add_object(schema, &name, choices, Demands::Any),
        (14 | 15, _) => drop_object(table, choices),
        (16, _) => change_object(table, choices),
        (17, _) => {
            let new = super::table(choices, schema);
            let new_name = new.name.clone();
            schema.tables.insert(new_name.clone(), new.into());
            add_foreign_key(schema, &new_name, choices);
            add_object(schema, &new_name, choices, Demands::Any);
        }
        (18, _) => {
            schema.tables.remove(&name);
        }
        (19, _) => {
            let to = choices.name(&TABLES, |to| is_taken(schema, name.schema.as_deref(), to));
            rename_table(schema, renames, &name, &TableName { schema: name.schema.clone(), name: to });
        }
        (20, _) => change_key(table, choices),
        (21, _) => table.options.strict = !table.options.strict,
        _ => table.columns.rotate_left(1),
    }
}

/// Gives an enum type other values, wherever it stands.
fn set_values(schema: &mut Schema, of: &str, values: &[String]) {
    for column in schema.tables.values_mut().flat_map(|table| &mut table.columns) {
        if column.data_type.kind.enum_name() == Some(of) {
            column.values = Some(values.to_vec());
        }
    }
}

/// Gives a value of an enum type another name.
fn rename_value(schema: &mut Schema, renames: &mut Vec<Rename>, choices: &mut Choices<'_>) {
    let of_enum = |table: &Table| -> Vec<(String, Vec<String>)> {
        let own = table.columns.iter();
        own.filter_map(|column| Some((column.data_type.kind.enum_name()?.to_owned(), column.values.clone()?))).collect()
    };
    let all: Vec<(String, Vec<String>)> = schema.tables.values().flat_map(|table| of_enum(table)).collect();
    let Some((of, values)) = choices.pick(&all).cloned() else { return };
    let Some(from) = choices.pick(&values).cloned() else { return };
    let to = format!("new {from}");
    let after: Vec<String> =
        values.iter().map(|value| if *value == from { to.clone() } else { value.clone() }).collect();
    set_values(schema, &of, &after);
    for column in schema.tables.values_mut().flat_map(|table| &mut table.columns) {
        let is_it = column.data_type.kind == DataType::Enum(of.clone());
        let before = DefaultValue::Literal(Literal::Text(from.clone()));
        if is_it && column.default.as_ref().is_some_and(|default| default.value == before) {
            let value = DefaultValue::Literal(Literal::Text(to.clone()));
            column.default = Some(ColumnDefault { value, text: None });
        }
    }
    let name = match of.split_once('.') {
        Some((place, name)) => TableName { schema: Some(place.to_owned()), name: name.to_owned() },
        None => TableName::new(of),
    };
    let earlier = renames.iter_mut().find_map(|rename| match rename {
        Rename::Value { of, to, .. } if *of == name && *to == from => Some(to),
        Rename::Column { .. } | Rename::Table { .. } | Rename::Enum { .. } | Rename::Value { .. } => None,
    });
    match earlier {
        Some(earlier) => *earlier = to,
        None => renames.push(Rename::Value { of: name, from, to }),
    }
}

fn change_key(table: &mut Table, choices: &mut Choices<'_>) {
    let Some(key) = &mut table.primary_key else { return };
    let integer = key.columns.len() == 1
        && table.columns.iter().any(|column| {
            column.name == key.columns[0] && matches!(column.data_type.kind, DataType::Integer | DataType::BigInteger)
        });
    match choices.below(3) {
        0 if integer => {
            for column in table.columns.iter_mut().filter(|column| column.name == key.columns[0]) {
                column.auto_increment = match column.auto_increment {
                    AutoIncrement::No => AutoIncrement::Inferred,
                    AutoIncrement::Inferred => AutoIncrement::Yes,
                    AutoIncrement::Yes => AutoIncrement::No,
                };
            }
        }
        1 if key.columns.len() > 1 => {
            key.columns.pop();
            key.name = None;
        }
        _ => {
            let columns: Vec<String> = table
                .columns
                .iter()
                .filter(|column| {
                    is_distinct(column, choices.dialect) && !column.nullable && !key.columns.contains(&column.name)
                })
                .map(|column| column.name.clone())
                .collect();
            if let Some(column) = choices.pick(&columns) {
                key.columns.push(column.clone());
                key.name = Some(Name::inferred(""));
            }
        }
    }
}

fn drop_object(table: &mut Table, choices: &mut Choices<'_>) {
    fn remove<T>(list: &mut Vec<T>, choices: &mut Choices<'_>) {
        if !list.is_empty() {
            list.remove(choices.below(list.len()));
        }
    }
    match choices.below(4) {
        0 => remove(&mut table.indexes, choices),
        1 => remove(&mut table.uniques, choices),
        2 => remove(&mut table.foreign_keys, choices),
        _ => remove(&mut table.checks, choices),
    }
}

fn change_object(table: &mut Table, choices: &mut Choices<'_>) {
    let columns: Vec<String> = table.columns.iter().map(|column| column.name.clone()).collect();
    let at = |length: usize, choices: &mut Choices<'_>| choices.below(length.max(1));
    match choices.below(if choices.dialect == Dialect::Postgres { 10 } else { 9 }) {
        0 => {
            let at = at(table.foreign_keys.len(), choices);
            let is_postgres = choices.dialect == Dialect::Postgres;
            if let Some(fk) = table.foreign_keys.get_mut(at) {
                fk.match_full = is_postgres && choices.often(20);
                fk.not_valid = is_postgres && choices.often(20);
                fk.on_delete = choices.pick(&ACTIONS).copied().flatten();
                fk.on_update = choices.pick(&ACTIONS).copied().flatten();
            }
        }
        7 => {
            let at = at(table.foreign_keys.len(), choices);
            if let Some(fk) = table.foreign_keys.get_mut(at) {
                fk.deferrable = match fk.deferrable {
                    Deferrable::No => Deferrable::InitiallyDeferred,
                    Deferrable::InitiallyImmediate | Deferrable::InitiallyDeferred => Deferrable::No,
                };
            }
        }
        8 => {
            let at = at(table.indexes.len(), choices);
            if let Some(index) = table.indexes.get_mut(at) {
                tune(index, choices);
            }
        }
        1 => {
            let at = at(table.indexes.len(), choices);
            if let Some(index) = table.indexes.get_mut(at) {
                index.name = Name::written("another index");
            }
        }
        2 => {
            let at = at(table.indexes.len(), choices);
            if let Some(index) = table.indexes.get_mut(at) {
                index.parts = some_of(&columns, choices).iter().map(IndexPart::column).collect();
            }
        }
        3 => {
            let at = at(table.indexes.len(), choices);
            if let Some(index) = table.indexes.get_mut(at) {
                index.unique = !index.unique;
            }
        }
        9 => {
            let at = at(table.uniques.len(), choices);
            if let Some(unique) = table.uniques.get_mut(at) {
                tune_unique(unique, choices);
            }
        }
        // A unique constraint becomes a unique index, or the other way round.
        4 => {
            if let Some(unique) = table.uniques.pop() {
                let parts = unique.columns.iter().map(IndexPart::column).collect();
                table.indexes.push(Index { unique: true, ..Index::new(Name::written("now an index"), parts) });
            }
        }
        5 => {
            let at = table.indexes.iter().position(|index| index.unique);
            if let Some(index) = at.map(|at| table.indexes.remove(at)) {
                let name = choices.often(50).then(|| Name::written("now a constraint"));
                table.uniques.push(Unique::new(name, index_columns(&index), Placement::Table));
            }
        }
        _ => {
            let at = at(table.checks.len(), choices);
            if let Some(check) = table.checks.get_mut(at) {
                check.expression = format!("{} OR 1 = 1", check.expression);
            }
        }
    }
}

fn rename_column(schema: &mut Schema, renames: &mut Vec<Rename>, table: &TableName, from: &str, to: &str) {
    let change = |name: &mut String| {
        if name == from {
            to.clone_into(name);
        }
    };
    let in_sql = |sql: &mut String| *sql = sql.replace(&quote(from), &quote(to));
    let place = |placement: &mut Placement| match placement {
        Placement::Column(name) => change(name),
        Placement::Table => {}
    };
    for fk in schema.tables.values_mut().flat_map(|table| &mut table.foreign_keys) {
        if fk.references == *table {
            fk.referenced_columns.iter_mut().for_each(change);
        }
    }
    let Some(content) = schema.tables.get_mut(table) else { return };
    for column in &mut content.columns {
        change(&mut column.name);
        column.extra.iter_mut().for_each(in_sql);
    }
    content.primary_key.iter_mut().flat_map(|key| &mut key.columns).for_each(change);
    for unique in &mut content.uniques {
        unique.columns.iter_mut().for_each(change);
        place(&mut unique.placement);
    }
    for fk in &mut content.foreign_keys {
        fk.columns.iter_mut().for_each(change);
        place(&mut fk.placement);
    }
    for check in &mut content.checks {
        in_sql(&mut check.expression);
        place(&mut check.placement);
    }
    content.uniques.iter_mut().flat_map(|unique| &mut unique.include).for_each(change);
    content.indexes.iter_mut().flat_map(|index| &mut index.include).for_each(change);
    for element in content.exclusions.iter_mut().flat_map(|exclusion| &mut exclusion.elements) {
        if let IndexKey::Column(name) = &mut element.part.key {
            change(name);
        }
    }
    for part in content.indexes.iter_mut().flat_map(|index| &mut index.parts) {
        if let IndexKey::Column(name) = &mut part.key {
            change(name);
        }
    }
    let earlier = renames.iter_mut().find_map(|rename| match rename {
        Rename::Column { table: of, to, .. } if of == table && to == from => Some(to),
        Rename::Column { .. } | Rename::Table { .. } | Rename::Enum { .. } | Rename::Value { .. } => None,
    });
    match earlier {
        Some(earlier) => to.clone_into(earlier),
        None => renames.push(Rename::Column { table: table.clone(), from: from.to_owned(), to: to.to_owned() }),
    }
}

fn rename_table(schema: &mut Schema, renames: &mut Vec<Rename>, from: &TableName, to: &TableName) {
    let Some(mut table) = schema.tables.remove(from) else { return };
    table.name = to.clone();
    schema.tables.insert(to.clone(), table);
    for fk in schema.tables.values_mut().flat_map(|table| &mut table.foreign_keys) {
        if fk.references == *from {
            fk.references = to.clone();
        }
    }
    let mut is_known = false;
    for rename in renames.iter_mut() {
        match rename {
            Rename::Column { table, .. } if table == from => *table = to.clone(),
            Rename::Table { to: name, .. } if name == from => {
                *name = to.clone();
                is_known = true;
            }
            Rename::Column { .. } | Rename::Table { .. } | Rename::Enum { .. } | Rename::Value { .. } => {}
        }
    }
    if !is_known {
        renames.push(Rename::Table { from: from.clone(), to: to.clone() });
    }
}
