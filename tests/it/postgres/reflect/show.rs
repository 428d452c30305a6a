//! A schema in few lines: all that is there, nothing of what is usual.

use std::fmt::{Debug, Write};

use seachange::model::{
    AutoIncrement, Column, Deferrable, ForeignKey, Identity, Index, IndexKey, IndexPart, Name, NullsOrder, Placement,
    RowSecurity, Schema, Table,
};

/// Everything of a schema.
pub(super) fn schema(schema: &Schema) -> String {
    let mut out = String::new();
    for (name, found) in &schema.enums {
        writeln!(out, "enum {name} {:?}{}", found.values, comment(found.comment.as_ref())).unwrap();
    }
    for table in schema.tables.values() {
        out += &self::table(table);
    }
    for (name, object) in &schema.verbatim {
        writeln!(out, "{} {name}{}", object.kind, comment(object.comment.as_ref())).unwrap();
        writeln!(out, "{}", indented(&object.sql)).unwrap();
        for attachment in &object.attachments {
            writeln!(out, "  {} {}\n{}", attachment.kind, attachment.name, indented(&attachment.sql)).unwrap();
        }
        for (part, comment) in &object.comments {
            writeln!(out, "  comment on {part:?}: {comment}").unwrap();
        }
        for lost in &object.lost_with_it {
            writeln!(out, "  lost with it: {lost}").unwrap();
        }
        for used in &object.uses {
            writeln!(out, "  uses {used}").unwrap();
        }
    }
    for words in &schema.unmodelled {
        writeln!(out, "unmodelled {words}").unwrap();
    }
    out
}

/// Everything of a table.
pub(super) fn table(table: &Table) -> String {
    let mut out = format!("table {}", table.name);
    let options = &table.options;
    out += if options.unlogged { " unlogged" } else { "" };
    out += match options.row_security {
        RowSecurity::Off => "",
        RowSecurity::Enabled => " row security",
        RowSecurity::Forced => " forced row security",
    };
    out += &options.partition_by.as_ref().map_or_else(String::new, |key| format!(" partition by {key}"));
    out += &options.storage.iter().map(|(key, value)| format!(" {key}={value}")).collect::<Vec<_>>().concat();
    out += &comment(table.comment.as_ref());
    out += "\n";
    for column in &table.columns {
        writeln!(out, "  {}", self::column(column)).unwrap();
    }
    if let Some(key) = &table.primary_key {
        let details = include(&key.include) + deferrable(key.deferrable);
        writeln!(out, "  key{} {:?}{details}", name(key.name.as_ref()), key.columns).unwrap();
    }
    for unique in &table.uniques {
        assert_eq!(unique.placement, Placement::Table);
        let nulls = if unique.nulls_not_distinct { " nulls not distinct" } else { "" };
        let details = include(&unique.include) + deferrable(unique.deferrable);
        writeln!(out, "  unique{} {:?}{nulls}{details}", name(unique.name.as_ref()), unique.columns).unwrap();
    }
    for fk in &table.foreign_keys {
        writeln!(out, "  {}", foreign_key(fk)).unwrap();
    }
    for check in &table.checks {
        assert_eq!(check.placement, Placement::Table);
        let no_inherit = if check.no_inherit { " no inherit" } else { "" };
        let not_valid = if check.not_valid { " not valid" } else { "" };
        writeln!(out, "  check{} {}{no_inherit}{not_valid}", name(check.name.as_ref()), check.expression).unwrap();
    }
    for exclusion in &table.exclusions {
        let elements =
            exclusion.elements.iter().map(|element| format!("{} with {}", part(&element.part), element.operator));
        let elements = elements.collect::<Vec<_>>().join(", ");
        let method = exclusion.method.as_deref().unwrap_or("-");
        let (name, predicate) = (name(exclusion.name.as_ref()), predicate(exclusion.predicate.as_ref()));
        writeln!(out, "  exclude{name} {method} {elements}{predicate}{}", deferrable(exclusion.deferrable)).unwrap();
    }
    for index in &table.indexes {
        writeln!(out, "  {}", self::index(index)).unwrap();
    }
    for attachment in &table.attachments {
        writeln!(out, "  {} {}\n{}", attachment.kind, attachment.name, indented(&attachment.sql)).unwrap();
    }
    for partition in &table.partitions {
        writeln!(out, "  part {}", partition.name).unwrap();
        for sql in &partition.sql {
            writeln!(out, "{}", indented(sql)).unwrap();
        }
    }
    for (part, comment) in &table.comments {
        writeln!(out, "  comment on {part:?}: {comment}").unwrap();
    }
    for words in &table.unmodelled {
        writeln!(out, "  unmodelled {words}").unwrap();
    }
    out
}

fn column(column: &Column) -> String {
    let data_type = &column.data_type;
    assert!(!data_type.inferred && column.extra.is_none() && column.written_types.is_empty());
    let mut out = format!("{:?} {} {:?}", column.name, data_type.text.as_deref().unwrap_or("?"), data_type.kind);
    out += if column.nullable { "" } else { " not null" };
    if let Some(default) = &column.default {
        write!(out, " = {}", default.text.as_deref().unwrap_or("?")).unwrap();
    }
    if let Some(generated) = &column.generated {
        write!(out, " := {}{}", generated.expression, if generated.stored { " stored" } else { "" }).unwrap();
    }
    out += match column.auto_increment {
        AutoIncrement::No => "",
        AutoIncrement::Yes => " serial",
        AutoIncrement::Inferred => " serial?",
    };
    out += &column.identity.as_ref().map_or_else(String::new, |identity| format!(" identity{}", counting(identity)));
    if let Some(sequence) = &column.sequence {
        write!(out, " sequence {}", sequence.name).unwrap();
        out += &sequence.data_type.as_ref().map_or_else(String::new, |name| format!(" as {name}"));
        out += &counting(&sequence.options);
    }
    out += &column.collation.as_ref().map_or_else(String::new, |name| format!(" collate {name:?}"));
    out += &column.values.as_ref().map_or_else(String::new, |values| format!(" of {values:?}"));
    out + &comment(column.comment.as_ref())
}

fn counting(identity: &Identity) -> String {
    let Identity { always, start, increment, min, max, cache, cycle } = identity;
    let mut out = String::from(if *always { " always" } else { "" });
    let numbers = [("start", start), ("increment", increment), ("min", min), ("max", max), ("cache", cache)];
    for (word, number) in numbers {
        out += &number.map_or_else(String::new, |number| format!(" {word} {number}"));
    }
    out + if *cycle { " cycle" } else { "" }
}

fn foreign_key(fk: &ForeignKey) -> String {
    assert_eq!(fk.placement, Placement::Table);
    let mut out = format!("foreign{} {:?} -> ", name(fk.name.as_ref()), fk.columns);
    write!(out, "{} {:?}", fk.references, fk.referenced_columns).unwrap();
    out += &fk.on_delete.map_or_else(String::new, |action| format!(" on delete {action:?}"));
    out += &listed(&fk.on_delete_columns);
    out += &fk.on_update.map_or_else(String::new, |action| format!(" on update {action:?}"));
    out += if fk.match_full { " match full" } else { "" };
    out += if fk.not_valid { " not valid" } else { "" };
    out + deferrable(fk.deferrable)
}

fn index(index: &Index) -> String {
    let mut out = String::from(if index.unique { "unique index" } else { "index" });
    out += &name(Some(&index.name));
    out += &index.method.as_ref().map_or_else(String::new, |method| format!(" using {method}"));
    out += &format!(" [{}]", index.parts.iter().map(part).collect::<Vec<_>>().join(", "));
    if !index.include.is_empty() {
        write!(out, " include{}", listed(&index.include)).unwrap();
    }
    out += if index.nulls_not_distinct { " nulls not distinct" } else { "" };
    out += &index.storage.iter().map(|(key, value)| format!(" {key}={value}")).collect::<Vec<_>>().concat();
    out += &predicate(index.predicate.as_ref());
    out + if index.invalid { " invalid" } else { "" }
}

fn part(part: &IndexPart) -> String {
    let mut out = match &part.key {
        IndexKey::Column(name) => format!("{name:?}"),
        IndexKey::Expression(sql) => format!("({sql})"),
    };
    out += &part.collation.as_ref().map_or_else(String::new, |name| format!(" collate {name:?}"));
    out += &part.operator_class.as_ref().map_or_else(String::new, |name| format!(" {name}"));
    out += if part.descending { " desc" } else { "" };
    out + match part.nulls {
        None => "",
        Some(NullsOrder::First) => " nulls first",
        Some(NullsOrder::Last) => " nulls last",
    }
}

fn include(columns: &[String]) -> String {
    if columns.is_empty() { String::new() } else { format!(" include {columns:?}") }
}

fn deferrable(deferrable: Deferrable) -> &'static str {
    match deferrable {
        Deferrable::No => "",
        Deferrable::InitiallyImmediate => " deferrable",
        Deferrable::InitiallyDeferred => " deferred",
    }
}

fn predicate(predicate: Option<&String>) -> String {
    predicate.map_or_else(String::new, |sql| format!(" where {sql}"))
}

fn listed(names: &[impl Debug]) -> String {
    if names.is_empty() { String::new() } else { format!(" {names:?}") }
}

fn comment(comment: Option<&String>) -> String {
    comment.map_or_else(String::new, |comment| format!(" -- {comment}"))
}

fn name(name: Option<&Name>) -> String {
    name.map_or_else(String::new, |name| format!(" {:?}{}", name.text, if name.inferred { "?" } else { "" }))
}

fn indented(sql: &str) -> String {
    sql.lines().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n")
}
