//! How a table changes when SQLite has no statement for it: the rows move into a new table that takes the old one's
//! name. Says which statements; the texts of tables and indexes come from the caller.

use super::{alter, literal, quote, rowid_alias, text};
use crate::dialect::Rebuild;
use crate::model::{Attachment, AutoIncrement, Column, DataType, Literal, Schema, Table, TableName, VerbatimKind};

/// Works out the statements around the creation of the new table.
pub(in crate::dialect) fn rebuild(from: &Table, to: &Table, schema: &Schema) -> Rebuild {
    let name = free_name(&to.name, schema);
    let (before, after) = readers(&from.name, schema);
    let (old, new) = (quote(&from.name.name), quote(&name.name));
    let mut between = vec![copy(from, to, &new)];
    let counts = |table: &Table| table.columns.iter().any(|column| column.auto_increment != AutoIncrement::No);
    if counts(from) && counts(to) {
        // The numbers of deleted rows must not be handed out again.
        let text = |name: &TableName| literal(&Literal::Text(name.name.clone()));
        let (old, new) = (text(&from.name), text(&name));
        between.push(format!("DELETE FROM sqlite_sequence WHERE name = {new}"));
        between.push(format!(
            "INSERT INTO sqlite_sequence (name, seq) SELECT {new}, seq FROM sqlite_sequence WHERE name = {old}"
        ));
    }
    between.push(format!("DROP TABLE {old}"));
    between.push(format!("ALTER TABLE {new} RENAME TO {}", quote(&to.name.name)));
    Rebuild { table: Table { name, ..to.clone() }, before, between, after }
}

/// A name no table, index, view or trigger has.
fn free_name(table: &TableName, schema: &Schema) -> TableName {
    let is_taken = |name: &str| {
        let is_it = |other: &str| other.eq_ignore_ascii_case(name);
        schema.tables.values().any(|table| {
            is_it(&table.name.name)
                || table.indexes.iter().any(|index| is_it(&index.name.text))
                || table.attachments.iter().any(|trigger| is_it(&trigger.name))
        }) || schema.verbatim.keys().any(|view| is_it(&view.name))
    };
    let base = format!("_seachange_new_{}", table.name);
    let names = std::iter::once(base.clone()).chain((2..).map(|number| format!("{base}_{number}")));
    TableName::new(names.into_iter().find(|name| !is_taken(name)).unwrap_or(base))
}

/// Moves the rows. Columns are named one by one, rows keep their rowid, and no conflict clause may swallow a row.
fn copy(from: &Table, to: &Table, new: &str) -> String {
    let rowid = kept_rowid(from, to);
    let mut pairs: Vec<(String, String)> = Vec::new();
    pairs.extend(rowid.clone().filter(|(target, _)| to.column(target).is_none()));
    let ordinary: Vec<&Column> = to.columns.iter().filter(|column| column.generated.is_none()).collect();
    for column in &ordinary {
        let name = quote(&column.name);
        let default = column.value_by_default().and_then(|default| default.text.as_ref());
        let source = match (from.column(&column.name), &rowid) {
            (Some(old), _) => match default {
                Some(default) if old.nullable && !column.nullable => format!("coalesce({name}, {default})"),
                _ => name.clone(),
            },
            (None, Some((target, source))) if *target == column.name => source.clone(),
            (None, _) if column.needs_value() => empty_value(&column.data_type.kind).to_owned(),
            (None, _) => continue,
        };
        pairs.push((name, source));
    }
    if let (true, Some(column)) = (pairs.is_empty(), ordinary.first()) {
        // There is nothing to copy but the number of the rows.
        let default = column.default.as_ref().and_then(|default| default.text.clone());
        pairs.push((quote(&column.name), default.unwrap_or_else(|| "NULL".to_owned())));
    }
    let (targets, sources): (Vec<String>, Vec<String>) = pairs.into_iter().unzip();
    let (targets, sources) = (targets.join(", "), sources.join(", "));
    format!("INSERT OR ABORT INTO {new} ({targets})\n    SELECT {sources} FROM {}", quote(&from.name.name))
}

/// The names by which the rowid of the old table goes into the new one, when both have one. A new column that is the
/// rowid takes it; one that was there keeps its own values.
fn kept_rowid(from: &Table, to: &Table) -> Option<(String, String)> {
    let hidden = |table: &Table| {
        let is_column = |name: &str| table.columns.iter().any(|column| column.name.eq_ignore_ascii_case(name));
        ["rowid", "_rowid_", "oid"].into_iter().find(|name| !is_column(name)).map(str::to_owned)
    };
    if from.options.without_rowid || to.options.without_rowid {
        return None;
    }
    match rowid_alias(to) {
        Some(alias) if from.column(alias).is_some() => None,
        Some(alias) => Some((alias.to_owned(), hidden(from)?)),
        None => Some((hidden(to)?, hidden(from)?)),
    }
}

/// What stands for "nothing" in a column that must have a value.
fn empty_value(kind: &DataType) -> &'static str {
    match kind {
        DataType::Boolean
        | DataType::TinyInteger
        | DataType::SmallInteger
        | DataType::Integer
        | DataType::BigInteger
        | DataType::TinyUnsigned
        | DataType::SmallUnsigned
        | DataType::Unsigned
        | DataType::BigUnsigned
        | DataType::Float
        | DataType::Double
        | DataType::Decimal(_)
        | DataType::Money(_)
        | DataType::Year => "0",
        DataType::Blob | DataType::Binary(_) | DataType::VarBinary(_) | DataType::Bit(_) | DataType::VarBit(_) => "x''",
        DataType::Date => "'1970-01-01'",
        DataType::Time => "'00:00:00'",
        DataType::DateTime | DataType::Timestamp => "'1970-01-01 00:00:00'",
        DataType::TimestampWithTimeZone => "'1970-01-01 00:00:00 +00:00'",
        DataType::Json | DataType::JsonBinary => "'null'",
        DataType::Uuid => "zeroblob(16)",
        DataType::Char(_)
        | DataType::String(_)
        | DataType::Text
        | DataType::Interval
        | DataType::Cidr
        | DataType::Inet
        | DataType::MacAddr
        | DataType::LTree
        | DataType::Vector(_)
        | DataType::Enum(_)
        | DataType::Array(_)
        | DataType::Custom(_) => "''",
    }
}

/// Views, and triggers of other tables, that read the table: SQLite checks them when the new table takes the name, so
/// they go before and come back after, with everything that reads them in turn.
fn readers(table: &TableName, schema: &Schema) -> (Vec<String>, Vec<String>) {
    let mut names = vec![table.name.clone()];
    let mut views = Vec::new();
    let mut is_growing = true;
    while is_growing {
        is_growing = false;
        for (view, object) in schema.verbatim.iter().filter(|(_, object)| object.kind == VerbatimKind::View) {
            if !names.contains(&view.name) && names.iter().any(|name| alter::mentions(body(&object.sql), name)) {
                names.push(view.name.clone());
                views.push((view, object));
                is_growing = true;
            }
        }
    }
    let of_tables = schema.tables.values().filter(|other| other.name != *table).flat_map(|other| &other.attachments);
    // Triggers of the views above go with them and come back with them.
    let other_views = schema.verbatim.iter().filter(|(name, _)| !names.contains(&name.name));
    let others = of_tables.chain(other_views.flat_map(|(_, object)| &object.attachments));
    let reads = |trigger: &&Attachment| names.iter().any(|name| alter::mentions(&trigger.sql, name));
    let triggers: Vec<&Attachment> = others.filter(reads).collect();
    let drop_triggers = triggers.iter().map(|trigger| format!("DROP TRIGGER {}", quote(&trigger.name)));
    let drop_views = views.iter().rev().map(|(name, _)| format!("DROP VIEW {}", quote(&name.name)));
    let create_views = views.iter().flat_map(|(_, object)| {
        std::iter::once(&object.sql).chain(object.attachments.iter().map(|trigger| &trigger.sql)).cloned()
    });
    let create_triggers = triggers.iter().map(|trigger| trigger.sql.clone());
    (drop_triggers.chain(drop_views).collect(), create_views.chain(create_triggers).collect())
}

/// What stands behind the name of a view, so that the name itself is no mention.
fn body(view: &str) -> &str {
    let tokens = text::tokens(view);
    let start = tokens.iter().find(|token| token.is_word("AS")).map_or(0, |token| token.start);
    &view[start..]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AttachmentKind, Verbatim};

    #[test]
    fn triggers_of_views_come_back() {
        let table = Table::new(TableName::new("t"));
        let trigger = |name: &str, sql: &str| Attachment {
            kind: AttachmentKind::Trigger,
            name: name.to_owned(),
            sql: sql.to_owned(),
        };
        let view = |name: &str, sql: &str, attachments| {
            (TableName::new(name), Verbatim { attachments, ..Verbatim::new(VerbatimKind::View, sql) })
        };
        let schema = Schema {
            tables: [(table.name.clone(), table.clone().into())].into(),
            verbatim: [
                view("v", "CREATE VIEW v AS SELECT * FROM t", vec![trigger("on_v", "CREATE TRIGGER on_v …")]),
                view("w", "CREATE VIEW w AS SELECT 1", vec![trigger("on_w", "CREATE TRIGGER on_w … INTO t …")]),
            ]
            .into(),
            ..Schema::default()
        };
        let (before, after) = readers(&table.name, &schema);
        assert_eq!(before, ["DROP TRIGGER \"on_w\"", "DROP VIEW \"v\""]);
        let created = ["CREATE VIEW v AS SELECT * FROM t", "CREATE TRIGGER on_v …", "CREATE TRIGGER on_w … INTO t …"];
        assert_eq!(after, created);
    }
}
