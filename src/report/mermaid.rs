//! A diagram of the tables that something touches, as Mermaid draws it: what is new, what changes, and what they refer to.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::dialect::touch::{Act, Kind, Object, Touched, Verb};
use crate::model::{Column, Schema, Table, TableName};
use crate::op::Op;

/// How many tables a diagram takes before nobody can read it.
const MOST: usize = 20;

/// What becomes of a table or a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    New,
    Changed,
    Dropped,
}

/// What becomes of the tables that are touched.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Diagram {
    tables: BTreeMap<TableName, Touch>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Touch {
    fate: Fate,
    columns: BTreeMap<String, Fate>,
}

impl Diagram {
    /// Whether nothing is touched.
    pub fn is_empty(&self) -> bool {
        self.tables.is_empty()
    }

    fn table(&mut self, name: &TableName, fate: Fate) -> &mut Touch {
        let touch = self.tables.entry(name.clone()).or_insert_with(|| Touch { fate, columns: BTreeMap::new() });
        // What was made here and is changed here is new, and what is dropped is gone.
        if fate == Fate::Dropped || touch.fate == Fate::Changed {
            touch.fate = fate;
        }
        touch
    }

    fn column(&mut self, table: &TableName, column: &str, fate: Fate) {
        let touch = self.table(table, Fate::Changed);
        touch.columns.entry(column.to_owned()).or_insert(fate);
    }

    /// Adds what an operation touches.
    pub fn add(&mut self, op: &Op) {
        match op {
            Op::CreateTable { table } => drop(self.table(&table.name, Fate::New)),
            Op::DropTable { table } => drop(self.table(&table.name, Fate::Dropped)),
            Op::AddColumn { table, column, .. } => self.column(table, &column.name, Fate::New),
            Op::DropColumn { table, column, .. } => self.column(table, &column.name, Fate::Dropped),
            Op::RenameColumn { table, to, .. } => self.column(table, to, Fate::Changed),
            Op::AlterColumn { table, to, .. }
            | Op::ReplaceColumn { table, to, .. }
            | Op::FillColumn { table, column: to, .. }
            | Op::RequireColumn { table, to, .. } => self.column(table, &to.name, Fate::Changed),
            Op::RenameTable { to, .. } => drop(self.table(to, Fate::Changed)),
            Op::RebuildTable { ops, .. } => ops.iter().for_each(|op| self.add(op)),
            Op::AlterTable { table, .. }
            | Op::AddConstraint { table, .. }
            | Op::DropConstraint { table, .. }
            | Op::CreateIndex { table, .. }
            | Op::DropIndex { table, .. }
            | Op::RenameIndex { table, .. }
            | Op::RenameConstraint { table, .. }
            | Op::ValidateConstraint { table, .. }
            | Op::AdoptIndex { table, .. }
            | Op::ReleaseIndex { table, .. }
            | Op::CreatePartition { table, .. }
            | Op::DropPartition { table, .. }
            | Op::AlterPartition { table, .. }
            | Op::CreateAttachment { table, .. }
            | Op::DropAttachment { table, .. } => drop(self.table(table, Fate::Changed)),
            Op::CreateVerbatim { .. }
            | Op::DropVerbatim { .. }
            | Op::ReplaceVerbatim { .. }
            | Op::CreateEnum { .. }
            | Op::DropEnum { .. }
            | Op::AlterEnum { .. }
            | Op::RenameEnum { .. }
            | Op::RenameEnumValue { .. }
            | Op::Comment { .. } => {}
        }
    }

    /// Adds what statements touch, as far as their words say it.
    pub fn read(&mut self, statements: &[Touched]) {
        for Act { verb, object, .. } in statements.iter().flat_map(|statement| &statement.acts) {
            let fate = match verb {
                Verb::Create | Verb::Ensure => Fate::New,
                Verb::Drop => Fate::Dropped,
                // By its old name it is nowhere any more.
                Verb::Rename => continue,
                Verb::Arrive
                | Verb::Rebuild
                | Verb::Change
                | Verb::Replace
                | Verb::Extend
                | Verb::Insert
                | Verb::Update
                | Verb::Delete => Fate::Changed,
            };
            match object {
                Object::Named(Kind::Table, name) => drop(self.table(name, fate)),
                Object::Named(..) => {}
                Object::Part(table, Kind::Column, column) if !column.is_empty() => self.column(table, column, fate),
                Object::Part(table, ..) => drop(self.table(table, Fate::Changed)),
                Object::Rows(table, columns) => {
                    self.table(table, Fate::Changed);
                    for column in columns.iter().flatten() {
                        self.column(table, column, Fate::Changed);
                    }
                }
            }
        }
    }

    /// Adds the columns that come and go in the tables that are touched, where only the tables are known.
    pub fn complete(&mut self, before: &Schema, after: &Schema) {
        for (name, touch) in self.tables.iter_mut().filter(|(_, touch)| touch.fate == Fate::Changed) {
            let (Some(before), Some(after)) = (find(before, name), find(after, name)) else { continue };
            let new = after.columns.iter().filter_map(|column| match before.column(&column.name) {
                None => Some((column, Fate::New)),
                Some(other) => (other.nullable != column.nullable).then_some((column, Fate::Changed)),
            });
            let gone = before.columns.iter().filter(|column| after.column(&column.name).is_none());
            for (column, fate) in new.chain(gone.map(|column| (column, Fate::Dropped))) {
                touch.columns.entry(column.name.clone()).or_insert(fate);
            }
        }
    }

    /// The text, with columns and references as they are in the end; how many tables are left out of it.
    pub fn text(&self, schema: &Schema) -> (String, usize) {
        let mut text = "erDiagram\n".to_owned();
        let mut shown = BTreeSet::new();
        for (name, touch) in self.tables.iter().take(MOST) {
            let table = find(schema, name);
            write_table(&mut text, name, touch, table);
            for key in table.iter().flat_map(|table| &table.foreign_keys) {
                if !shown.insert((name, &key.columns, &key.references)) {
                    continue;
                }
                let may_be_null = |column: &String| {
                    table.and_then(|table| table.column(column)).is_some_and(|column| column.nullable)
                };
                let one = if key.columns.iter().any(may_be_null) { "|o" } else { "||" };
                let (to, from) = (entity(&key.references), entity(name));
                let _ = writeln!(text, "  {to} {one}--o{{ {from} : \"{}\"", quoted(&key.columns.join(", ")));
            }
        }
        (text, self.tables.len().saturating_sub(MOST))
    }
}

/// The table of that name. A database without schemas, and a statement that names none, know it by its bare name.
fn find<'a>(schema: &'a Schema, name: &TableName) -> Option<&'a Table> {
    let bare = || schema.tables.values().find(|table| table.name.name == name.name);
    schema.tables.get(name).or_else(bare).map(|table| &**table)
}

fn write_table(text: &mut String, name: &TableName, touch: &Touch, table: Option<&Table>) {
    let fate = match touch.fate {
        Fate::New => " (new)",
        Fate::Changed => "",
        Fate::Dropped => " (dropped)",
    };
    let _ = writeln!(text, "  {}[\"{}{fate}\"] {{", entity(name), quoted(&name.to_string()));
    let keys = |column: &Column| {
        let in_primary =
            table.and_then(|table| table.primary_key.as_ref()).is_some_and(|key| key.columns.contains(&column.name));
        let refers = table.is_some_and(|table| table.foreign_keys.iter().any(|key| key.columns.contains(&column.name)));
        [(in_primary, "PK"), (refers, "FK")].into_iter().filter(|(is_key, _)| *is_key).map(|(_, key)| key).collect()
    };
    let columns = table.map(|table| table.columns.as_slice()).unwrap_or_default();
    for column in columns {
        let (keys, fate): (Vec<&str>, _) = (keys(column), touch.columns.get(&column.name));
        // Of a table that only changes, what stays as it is would hide what does not.
        if keys.is_empty() && fate.is_none() && touch.fate == Fate::Changed {
            continue;
        }
        let kind = word(column.data_type.text.as_deref().unwrap_or_default());
        let said = match fate {
            Some(Fate::New) => " \"new\"",
            Some(Fate::Changed) => " \"changed\"",
            Some(Fate::Dropped) => " \"dropped\"",
            None => "",
        };
        let keys = if keys.is_empty() { String::new() } else { format!(" {}", keys.join(", ")) };
        let _ = writeln!(text, "    {kind} {}{keys}{said}", word(&column.name));
    }
    let is_there = |name: &&String| columns.iter().any(|column| column.name == **name);
    for name in touch.columns.iter().filter(|(_, fate)| **fate == Fate::Dropped).map(|(name, _)| name) {
        if !is_there(&name) {
            let _ = writeln!(text, "    gone {} \"dropped\"", word(name));
        }
    }
    text.push_str("  }\n");
}

/// A name that Mermaid takes without quotes, the same for the same table.
fn entity(name: &TableName) -> String {
    word(&name.to_string())
}

/// The text with everything replaced that Mermaid takes for something else.
fn word(text: &str) -> String {
    let plain = |letter: char| if letter.is_ascii_alphanumeric() { letter } else { '_' };
    let text: String = text.chars().map(plain).collect();
    let text = text.trim_end_matches('_');
    match text.chars().next() {
        Some(first) if first.is_ascii_alphabetic() => text.to_owned(),
        _ => format!("x{text}"),
    }
}

/// Text inside of quotes.
fn quoted(text: &str) -> String {
    text.chars().map(|letter| if letter == '"' || letter.is_control() { '\'' } else { letter }).collect()
}
