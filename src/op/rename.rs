//! What follows a rename in a schema: whatever names the thing, down to the texts of views and triggers.

use super::text::{rename_identifier, rename_relation, rename_type};
use crate::model::{ClauseOf, Column, DataType, DefaultValue, IndexKey, Literal, Placement, Schema, Table, TableName};

/// Gives the type its new name wherever a column or the text of an expression says it.
pub(super) fn rename_enum(schema: &mut Schema, from: &TableName, to: &TableName) {
    if let Some(definition) = schema.enums.remove(from) {
        schema.enums.insert(to.clone(), definition);
    }
    let (old, new) = (from.to_string(), to.to_string());
    let is_of = |column: &Column| column.data_type.kind.enum_name() == Some(&old);
    let cast = |sql: &mut String| *sql = rename_type(sql, &from.name, &to.name, false);
    for shared in schema.tables.values_mut() {
        let mut table = Table::clone(shared);
        for column in table.columns.iter_mut().filter(|column| is_of(column)) {
            rename_kind(&mut column.data_type.kind, &new);
            if let Some(text) = &mut column.data_type.text {
                *text = rename_type(text, &from.name, &to.name, true);
            }
            column.default.iter_mut().filter_map(|default| default.text.as_mut()).for_each(cast);
        }
        let generated = table.columns.iter_mut().filter_map(|column| column.generated.as_mut());
        generated.for_each(|own| cast(&mut own.expression));
        table.checks.iter_mut().for_each(|check| cast(&mut check.expression));
        for index in &mut table.indexes {
            for part in &mut index.parts {
                if let IndexKey::Expression(sql) = &mut part.key {
                    cast(sql);
                }
            }
            index.predicate.iter_mut().for_each(cast);
        }
        // What is not changed stays shared.
        if table != **shared {
            *shared = table.into();
        }
    }
}

fn rename_kind(kind: &mut DataType, new: &str) {
    match kind {
        DataType::Enum(name) => new.clone_into(name),
        DataType::Array(element) => rename_kind(element, new),
        _ => {}
    }
}

pub(super) fn rename_enum_value(schema: &mut Schema, name: &TableName, from: &str, to: &str) {
    let rename = |value: &mut String| {
        if value == from {
            to.clone_into(value);
        }
    };
    if let Some(definition) = schema.enums.get_mut(name) {
        definition.values.iter_mut().for_each(rename);
    }
    // A default is the value itself, whatever it is called.
    let columns = schema.tables.values_mut().flat_map(|table| &mut table.columns);
    for column in
        columns.filter(|column| column.data_type.kind.enum_name().is_some_and(|text| name.to_string() == text))
    {
        if let Some(values) = &mut column.values {
            values.iter_mut().for_each(rename);
        }
        if let Some(default) = &mut column.default
            && default.value == DefaultValue::Literal(Literal::Text(from.to_owned()))
        {
            default.value = DefaultValue::Literal(Literal::Text(to.to_owned()));
            let quoted = |value: &str| format!("'{}'", value.replace('\'', "''"));
            default.text = default.text.take().map(|text| text.replacen(&quoted(from), &quoted(to), 1));
        }
    }
}

pub(super) fn rename_table(schema: &mut Schema, from: &TableName, to: &TableName) {
    let Some(mut table) = schema.tables.remove(from) else { return };
    table.name = to.clone();
    schema.tables.insert(to.clone(), table);
    for table in schema.tables.values_mut() {
        for fk in table.foreign_keys.iter_mut().filter(|fk| fk.references == *from) {
            fk.references = to.clone();
        }
        for trigger in &mut table.attachments {
            trigger.sql = rename_relation(&trigger.sql, from, to);
        }
    }
    for object in schema.verbatim.values_mut() {
        object.sql = rename_relation(&object.sql, from, to);
    }
}

/// Databases carry a rename into everything that names the column; so does this.
pub(super) fn rename_column(schema: &mut Schema, table: &TableName, from: &str, to: &str) {
    let rename = |name: &mut String| {
        if name == from {
            to.clone_into(name);
        }
    };
    for other in schema.tables.values_mut() {
        for fk in other.foreign_keys.iter_mut().filter(|fk| fk.references == *table) {
            fk.referenced_columns.iter_mut().for_each(rename);
        }
    }
    let Some(table) = schema.tables.get_mut(table) else { return };
    let rename_in = |sql: &mut String| *sql = rename_identifier(sql, from, to);
    let rename_placement = |placement: &mut Placement| {
        if let Placement::Column(column) = placement {
            rename(column);
        }
    };
    for column in &mut table.columns {
        rename(&mut column.name);
        if let Some(generated) = &mut column.generated {
            rename_in(&mut generated.expression);
        }
    }
    if let Some(key) = &mut table.primary_key {
        key.columns.iter_mut().for_each(rename);
        key.include.iter_mut().for_each(rename);
    }
    for unique in &mut table.uniques {
        unique.columns.iter_mut().for_each(rename);
        unique.include.iter_mut().for_each(rename);
        rename_placement(&mut unique.placement);
    }
    for fk in &mut table.foreign_keys {
        fk.columns.iter_mut().for_each(rename);
        rename_placement(&mut fk.placement);
    }
    for check in &mut table.checks {
        rename_in(&mut check.expression);
        rename_placement(&mut check.placement);
    }
    let rename_key = |key: &mut IndexKey| match key {
        IndexKey::Column(name) => rename(name),
        IndexKey::Expression(sql) => rename_in(sql),
    };
    for index in &mut table.indexes {
        index.parts.iter_mut().for_each(|part| rename_key(&mut part.key));
        index.include.iter_mut().for_each(rename);
        index.predicate.iter_mut().for_each(rename_in);
    }
    for exclusion in &mut table.exclusions {
        exclusion.elements.iter_mut().for_each(|element| rename_key(&mut element.part.key));
        exclusion.include.iter_mut().for_each(rename);
        exclusion.predicate.iter_mut().for_each(rename_in);
    }
    table.options.partition_by.iter_mut().for_each(rename_in);
    table.options.clauses = std::mem::take(&mut table.options.clauses)
        .into_iter()
        .map(|(mut of, clause)| {
            match &mut of {
                ClauseOf::NotNull(column) => rename(column),
                ClauseOf::Unique(columns) => columns.iter_mut().for_each(rename),
                ClauseOf::PrimaryKey => {}
            }
            (of, clause)
        })
        .collect();
    for trigger in &mut table.attachments {
        rename_in(&mut trigger.sql);
    }
}
