//! The text of `schema.lock`: what the entities declared at the last revision. One block per table and one line per
//! object, sorted, so that two branches merge in git. Knows no files and no dialect.

pub(crate) mod merge;
pub(crate) mod parts;
mod rows;
#[cfg(test)]
mod tests;
mod types;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use self::rows::{AttachmentRow, TableRow};
use crate::error::Cause;
use crate::model::{Attachment, AttachmentKind, Schema, Verbatim, VerbatimKind};

const HEADER: &str = "\
# What the entities declared at the last revision: how seachange knows what is the project's and what is not.
# Written by `seachange revision`; commit it together with the revision. Not to be edited by hand.
";

/// The version of the format.
const FORMAT: u32 = 1;

/// The lock of a schema. The same schema gives the same text.
pub fn write(schema: &Schema) -> String {
    let mut text = format!("{HEADER}format = {FORMAT}\n");
    for (name, object) in schema.verbatim.iter().filter(|(_, object)| !object.sql.is_empty()) {
        text.push_str(&format!("\n[sql.{}]\n", key(&name.to_string())));
        if let Some(schema) = &name.schema {
            text.push_str(&format!("schema = {}\n", quoted(schema)));
        }
        text.push_str(&format!("kind = {}\n", quoted(&object.kind.to_string())));
        text.push_str(&format!("text = {}\n", quoted(&object.sql)));
        if let Some(comment) = &object.comment {
            text.push_str(&format!("comment = {}\n", quoted(comment)));
        }
        list(&mut text, "attachments", &attachments(&object.attachments));
    }
    for (name, view) in schema.verbatim.iter().filter(|(_, object)| object.sql.is_empty()) {
        text.push_str(&format!("\n[views.{}]\n", key(&name.to_string())));
        if let Some(schema) = &name.schema {
            text.push_str(&format!("schema = {}\n", quoted(schema)));
        }
        if view.kind == VerbatimKind::VirtualTable {
            text.push_str("virtual = true\n");
        }
    }
    for table in schema.tables.values() {
        let row = TableRow::from(&**table);
        text.push_str(&format!("\n[tables.{}]\n", key(&table.name.to_string())));
        if let Some(schema) = &table.name.schema {
            text.push_str(&format!("schema = {}\n", quoted(schema)));
        }
        list(&mut text, "columns", &row.columns);
        if let Some(primary_key) = &row.primary_key {
            text.push_str(&format!("primary_key = {}\n", inline(primary_key)));
        }
        list(&mut text, "uniques", &row.uniques);
        list(&mut text, "foreign_keys", &row.foreign_keys);
        list(&mut text, "checks", &row.checks);
        list(&mut text, "exclusions", &row.exclusions);
        list(&mut text, "indexes", &row.indexes);
        list(&mut text, "attachments", &attachments(&table.attachments));
        if row.strict {
            text.push_str("strict = true\n");
        }
        if row.without_rowid {
            text.push_str("without_rowid = true\n");
        }
        if let Some(partition_by) = &row.partition_by {
            text.push_str(&format!("partition_by = {}\n", quoted(partition_by)));
        }
        if let Some(comment) = &row.comment {
            text.push_str(&format!("comment = {}\n", quoted(comment)));
        }
    }
    text
}

/// Reads a lock back.
///
/// # Errors
/// The text is not a lock, was left with git's conflict marks, says things twice, or is of a newer format.
pub fn read(text: &str) -> Result<Schema, Cause> {
    if let Some(line) = merge::marked(text) {
        return Err(format!("git left a merge conflict in it, line {line}").into());
    }
    schema_of(toml::from_str(text)?)
}

/// What is written, as a schema.
fn schema_of(file: LockFile) -> Result<Schema, Cause> {
    if file.format > FORMAT {
        return Err(format!("it is of format {}, this seachange reads format {FORMAT}", file.format).into());
    }
    let mut schema = Schema::default();
    for (name, row) in file.tables {
        let mut row = row;
        let attachments = std::mem::take(&mut row.attachments);
        let mut table = row.into_table(&name)?;
        table.attachments = attached(attachments)?;
        let mut columns = BTreeSet::new();
        if let Some(twice) = table.columns.iter().find(|column| !columns.insert(&column.name)) {
            return Err(format!("the column `{}` of `{name}` is in it twice", twice.name).into());
        }
        schema.tables.insert(table.name.clone(), table.into());
    }
    for (key, row) in file.views {
        let kind = if row.r#virtual { VerbatimKind::VirtualTable } else { VerbatimKind::View };
        let verbatim = Verbatim::new(kind, "");
        schema.verbatim.insert(rows::table_name(&key, row.schema), verbatim);
    }
    for (key, row) in file.sql {
        let kind = VerbatimKind::ALL.into_iter().find(|kind| kind.to_string() == row.kind);
        let kind = kind.ok_or_else(|| format!("`{key}` is of an unknown kind, `{}`", row.kind))?;
        let object =
            Verbatim { comment: row.comment, attachments: attached(row.attachments)?, ..Verbatim::new(kind, row.text) };
        schema.verbatim.insert(rows::table_name(&key, row.schema), object);
    }
    Ok(schema)
}

fn attachments(all: &[Attachment]) -> Vec<AttachmentRow> {
    let row =
        |own: &Attachment| AttachmentRow { kind: own.kind.to_string(), name: own.name.clone(), text: own.sql.clone() };
    all.iter().map(row).collect()
}

fn attached(rows: Vec<AttachmentRow>) -> Result<Vec<Attachment>, Cause> {
    let one = |row: AttachmentRow| {
        let kind = AttachmentKind::ALL.into_iter().find(|kind| kind.to_string() == row.kind);
        let kind = kind.ok_or_else(|| format!("`{}` is of an unknown kind, `{}`", row.name, row.kind))?;
        Ok(Attachment { kind, name: row.name, sql: row.text })
    };
    rows.into_iter().map(one).collect()
}

fn list<T: Serialize>(text: &mut String, name: &str, rows: &[T]) {
    if rows.is_empty() {
        return;
    }
    text.push_str(&format!("{name} = [\n"));
    for row in rows {
        text.push_str(&format!("  {},\n", inline(row)));
    }
    text.push_str("]\n");
}

/// A row on one line, its fields in the order of the struct.
fn inline<T: Serialize>(row: &T) -> String {
    let mut text = String::new();
    // Rows hold strings, numbers, booleans and lists of them only: TOML can say all of them.
    let _ = row.serialize(toml::ser::ValueSerializer::new(&mut text));
    text
}

fn quoted(value: &str) -> String {
    toml::Value::String(value.to_owned()).to_string()
}

/// A string on one line: a key cannot have more.
fn on_one_line(value: &str) -> String {
    let usual = quoted(value);
    // What has both kinds of quotes in it comes in three of them, too.
    if !["\"\"\"", "'''"].iter().any(|quotes| usual.starts_with(quotes)) {
        return usual;
    }
    let mut text = String::from("\"");
    for letter in value.chars() {
        match letter {
            '"' | '\\' => text.extend(['\\', letter]),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            letter if letter.is_control() => text.push_str(&format!("\\u{:04X}", u32::from(letter))),
            letter => text.push(letter),
        }
    }
    text.push('"');
    text
}

fn key(name: &str) -> String {
    let is_bare = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    if is_bare { name.to_owned() } else { on_one_line(name) }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LockFile {
    format: u32,
    #[serde(default)]
    tables: BTreeMap<String, TableRow>,
    /// Entities that were views in the database: known by name only.
    #[serde(default)]
    views: BTreeMap<String, ViewRow>,
    /// What was declared in SQL, in the project's own words.
    #[serde(default)]
    sql: BTreeMap<String, ObjectRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ObjectRow {
    schema: Option<String>,
    kind: String,
    text: String,
    comment: Option<String>,
    #[serde(default)]
    attachments: Vec<AttachmentRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ViewRow {
    schema: Option<String>,
    #[serde(default)]
    r#virtual: bool,
}
