//! A schema in few lines, for the tests of this folder.

use std::fmt::Write;

use crate::model::{AutoIncrement, Column, Deferrable, IndexKey, Name, Placement, Schema, Table};

pub(super) fn schema(schema: &Schema) -> String {
    let mut out = String::new();
    for table in schema.tables.values() {
        self::table(&mut out, table);
    }
    for (name, verbatim) in &schema.verbatim {
        writeln!(out, "{:?} {name}: {}", verbatim.kind, verbatim.sql).unwrap();
        for trigger in &verbatim.attachments {
            writeln!(out, "  trigger {}: {}", trigger.name, trigger.sql).unwrap();
        }
    }
    out
}

fn table(out: &mut String, table: &Table) {
    let options = match (table.options.strict, table.options.without_rowid) {
        (false, false) => "",
        (true, false) => " STRICT",
        (false, true) => " WITHOUT ROWID",
        (true, true) => " STRICT, WITHOUT ROWID",
    };
    writeln!(out, "{}{options}", table.name).unwrap();
    for column in &table.columns {
        writeln!(out, "  {}", self::column(column)).unwrap();
    }
    if let Some(key) = &table.primary_key {
        writeln!(out, "  key{} {:?}", name(key.name.as_ref()), key.columns).unwrap();
    }
    for unique in &table.uniques {
        let place = placement(&unique.placement);
        writeln!(out, "  unique{} {:?}{place}", name(unique.name.as_ref()), unique.columns).unwrap();
    }
    for fk in &table.foreign_keys {
        let place = placement(&fk.placement);
        write!(
            out,
            "  foreign{} {:?} -> {} {:?}",
            name(fk.name.as_ref()),
            fk.columns,
            fk.references,
            fk.referenced_columns
        )
        .unwrap();
        if let Some(action) = fk.on_delete {
            write!(out, " delete {action:?}").unwrap();
        }
        if let Some(action) = fk.on_update {
            write!(out, " update {action:?}").unwrap();
        }
        let deferrable = match fk.deferrable {
            Deferrable::No => "",
            Deferrable::InitiallyImmediate => " deferrable",
            Deferrable::InitiallyDeferred => " deferred",
        };
        writeln!(out, "{deferrable}{place}").unwrap();
    }
    for check in &table.checks {
        let place = placement(&check.placement);
        writeln!(out, "  check{} {}{place}", name(check.name.as_ref()), check.expression).unwrap();
    }
    for index in &table.indexes {
        let parts: Vec<String> = index
            .parts
            .iter()
            .map(|part| {
                let key = match &part.key {
                    IndexKey::Column(name) => format!("{name:?}"),
                    IndexKey::Expression(sql) => format!("({sql})"),
                };
                let collation = part.collation.as_ref().map_or_else(String::new, |name| format!(" COLLATE {name}"));
                format!("{key}{collation}{}", if part.descending { " DESC" } else { "" })
            })
            .collect();
        let kind = if index.unique { "unique index" } else { "index" };
        let predicate = index.predicate.as_ref().map_or_else(String::new, |sql| format!(" WHERE {sql}"));
        writeln!(out, "  {kind}{} {}{predicate}", name(Some(&index.name)), parts.join(", ")).unwrap();
    }
    for trigger in &table.attachments {
        writeln!(out, "  trigger {}: {}", trigger.name, trigger.sql).unwrap();
    }
}

fn column(column: &Column) -> String {
    let data_type = &column.data_type;
    let mut out = format!("{:?} {:?} {:?}", column.name, data_type.text.as_deref().unwrap_or("?"), data_type.kind);
    if data_type.inferred {
        out += " inferred";
    }
    if !column.nullable {
        out += " NOT NULL";
    }
    if let Some(default) = &column.default {
        write!(out, " = {} {:?}", default.text.as_deref().unwrap_or("?"), default.value).unwrap();
    }
    if let Some(generated) = &column.generated {
        write!(out, " := {}{}", generated.expression, if generated.stored { " stored" } else { "" }).unwrap();
    }
    match column.auto_increment {
        AutoIncrement::No => {}
        AutoIncrement::Yes => out += " counts",
        AutoIncrement::Inferred => out += " counts?",
    }
    if let Some(collation) = &column.collation {
        write!(out, " COLLATE {collation}").unwrap();
    }
    if let Some(values) = &column.values {
        write!(out, " of {values:?}").unwrap();
    }
    out
}

fn name(name: Option<&Name>) -> String {
    name.map_or_else(String::new, |name| format!(" {:?}{}", name.text, if name.inferred { "?" } else { "" }))
}

fn placement(placement: &Placement) -> String {
    match placement {
        Placement::Column(name) => format!(" @{name}"),
        Placement::Table => String::new(),
    }
}
