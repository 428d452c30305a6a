//! How a table changes when SQLite has no statement for it: its rows are put aside, the table is dropped and made anew
//! under its own name, and the rows come back. Says which statements; the texts of tables and indexes come from the caller.
//!
//! Nothing is renamed, so SQLite looks at no view and at no trigger of another table, and foreign keys that lead here
//! find the table again by its name. Each step is right with `foreign_keys` on and off, inside a transaction and outside
//! of one: somebody else's runner may have switched them on, and inside a transaction nobody can switch them off.

use std::borrow::Cow;

use super::{alter, convert, fit, literal, quote, rowid_alias};
use crate::dialect::Rebuild;
use crate::model::{Action, AutoIncrement, Column, DataType, Literal, Schema, Table, TableName};

/// Makes the rebuild one change, whether or not somebody began a transaction.
const SAVEPOINT: &str = "seachange_rebuild";

/// Works out the statements around the creation of the new table.
pub(in crate::dialect) fn rebuild(from: &Table, to: &Table, schema: &Schema) -> Rebuild {
    let rows = Rows::new(from, to, schema);
    let mut before = vec![format!("SAVEPOINT {SAVEPOINT}"), rows.create()];
    before.push(fit::refuse_unknown(&rows, schema));
    before.extend(convert::refuse_before(&rows));
    before.push(rows.put_aside());
    before.extend(fit::refuse_misfits(&rows, schema));
    let counter = counter(from, to, &rows);
    before.extend(counter.iter().map(|(keep, _)| keep.clone()));
    let (guard, unguard) = guards(&from.name, schema);
    before.extend(guard);
    before.push(format!("DROP TABLE {}", quote(&from.name.name)));
    before.extend(unguard);
    let mut between = rows.bring_back();
    between.extend(counter.into_iter().flat_map(|(_, restore)| restore));
    Rebuild { table: to.clone(), before, between, after: vec![format!("RELEASE {SAVEPOINT}")] }
}

/// The rows of a table while it is made anew: a temporary table with the columns of the new one and none of its rules.
pub(super) struct Rows<'a> {
    pub(super) from: &'a Table,
    pub(super) to: &'a Table,
    /// The temporary table.
    name: String,
    /// Its column that refuses every value. Rows that do not fit are written into it.
    misfit: String,
    /// The columns that get a value of the old table: the name, and what stands for the value there.
    copied: Vec<(String, String)>,
    /// The name of the rowid in the new table and in the old one, when no column is it.
    rowid: Option<(String, String)>,
}

impl<'a> Rows<'a> {
    fn new(from: &'a Table, to: &'a Table, schema: &Schema) -> Self {
        let is_column = |name: &str| to.columns.iter().any(|column| column.name.eq_ignore_ascii_case(name));
        let misfit = free(fit::MISFIT, is_column);
        let kept = kept_rowid(from, to);
        let (of_column, rowid) = match kept {
            Some((target, source)) if is_column(&target) => (Some((target, source)), None),
            hidden => (None, hidden),
        };
        let copied = to.columns.iter().filter(|column| column.generated.is_none());
        let copied = copied.filter_map(|column| Some((column.name.clone(), source(from, column, of_column.as_ref())?)));
        Self { from, to, name: free_name(&to.name, schema), misfit, copied: copied.collect(), rowid }
    }

    /// The temporary table, as it is named everywhere.
    pub(super) fn table(&self) -> String {
        format!("temp.{}", quote(&self.name))
    }

    /// The temporary table under the name of the one it stands for, so that the words of checks are understood.
    pub(super) fn as_table(&self) -> String {
        format!("{} AS {}", self.table(), quote(&self.to.name.name))
    }

    /// The column that refuses every value.
    pub(super) fn misfit(&self) -> String {
        quote(&self.misfit)
    }

    /// What tells one row from the others: the columns of the primary key it had or gets, or else the rowid.
    pub(super) fn key(&self) -> Vec<String> {
        let is_copied = |name: &String| self.copied.iter().any(|(copied, _)| copied == name);
        let keys = [self.from, self.to].into_iter().filter_map(|table| table.primary_key.as_ref());
        let key = keys.into_iter().find(|key| key.columns.iter().all(is_copied));
        match key {
            Some(key) => key.columns.clone(),
            None => hidden_rowid(self.to).filter(|_| !self.to.options.without_rowid).into_iter().collect(),
        }
    }

    fn create(&self) -> String {
        let definition = |column: &Column| {
            let text = column.data_type.text.as_deref().unwrap_or_default();
            // Elsewhere than in a strict table this would be the name of a type for numbers.
            let text = if self.to.options.strict && text.eq_ignore_ascii_case("ANY") { "" } else { text };
            let mut words = vec![quote(&column.name)];
            words.extend(Some(text.to_owned()).filter(|text| !text.is_empty()));
            match (&column.generated, &column.default) {
                (Some(generated), _) => words.push(format!("AS ({})", generated.expression)),
                (None, Some(default)) if !self.copied.iter().any(|(name, _)| *name == column.name) => {
                    words.extend(default.text.as_ref().map(|text| format!("DEFAULT {text}")));
                }
                (None, _) => {}
            }
            words.extend(column.collation.as_ref().map(|collation| format!("COLLATE {}", quote(collation))));
            words.join(" ")
        };
        let columns: Vec<String> = self.to.columns.iter().map(definition).collect();
        let misfit = self.misfit();
        format!(
            "CREATE TEMP TABLE {} (\n    {},\n    {misfit} CONSTRAINT \"rows do not fit the new table\" CHECK ({misfit} IS NULL)\n)",
            quote(&self.name),
            columns.join(",\n    ")
        )
    }

    fn put_aside(&self) -> String {
        let mut pairs: Vec<(String, String)> = self.rowid.iter().cloned().collect();
        pairs.extend(self.copied.iter().map(|(name, source)| (quote(name), source.clone())));
        if let (true, Some(column)) = (pairs.is_empty(), self.stored().next()) {
            // There is nothing to copy but the number of the rows.
            let default = column.default.as_ref().and_then(|default| default.text.clone());
            pairs.push((quote(&column.name), default.unwrap_or_else(|| "NULL".to_owned())));
        }
        let (targets, sources): (Vec<String>, Vec<String>) = pairs.into_iter().unzip();
        let (targets, sources, old) = (targets.join(", "), sources.join(", "), quote(&self.from.name.name));
        format!("INSERT INTO {} ({targets})\n    SELECT {sources} FROM {old}", self.table())
    }

    /// The rows come back, rowids and all, and no conflict clause may swallow one. Who goes on after an error must not
    /// lose the rows either: if not all of them are there, everything since the last commit is taken back.
    fn bring_back(&self) -> Vec<String> {
        let rowid = self.rowid.iter().map(|(target, _)| target.clone());
        let columns: Vec<String> = rowid.chain(self.stored().map(|column| quote(&column.name))).collect();
        let (columns, new, rows) = (columns.join(", "), quote(&self.to.name.name), self.table());
        let text = literal(&Literal::Text(format!("rows of `{}` are missing", self.to.name)));
        vec![
            format!("INSERT OR ABORT INTO {new} ({columns})\n    SELECT {columns} FROM {rows}"),
            format!(
                "INSERT OR ROLLBACK INTO {rows} ({})\n    SELECT {text} WHERE (SELECT count(*) FROM {new}) <> (SELECT count(*) FROM {rows})",
                self.misfit()
            ),
            format!("DROP TABLE {rows}"),
        ]
    }

    /// The columns that hold values of their own.
    fn stored(&self) -> impl Iterator<Item = &Column> {
        self.to.columns.iter().filter(|column| column.generated.is_none())
    }
}

/// What stands for the value of a column of the new table in the old one; `None` where the default does.
fn source(from: &Table, column: &Column, rowid: Option<&(String, String)>) -> Option<String> {
    let name = quote(&column.name);
    let conversion = from.column(&column.name).and_then(|old| old.conversion(column));
    let name = conversion.map_or(name.clone(), |conversion| convert::value(&name, &conversion));
    match (from.column(&column.name), rowid) {
        (Some(old), _) => Some(match column.filling() {
            Some(value) if old.nullable && !column.nullable => format!("coalesce({name}, {value})"),
            _ => name,
        }),
        (None, _) if column.fill.is_some() => column.fill_in_place().map(Cow::into_owned),
        (None, Some((target, source))) if *target == column.name => Some(source.clone()),
        (None, _) if column.needs_value() => Some(empty_value(&column.data_type.kind).to_owned()),
        (None, _) => None,
    }
}

/// The first of `base`, `base_2`, `base_3` … that is not taken.
fn free(base: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let names = std::iter::once(base.to_owned()).chain((2..).map(|number| format!("{base}_{number}")));
    names.into_iter().find(|name| !is_taken(name)).unwrap_or_else(|| base.to_owned())
}

/// A name no table, index, view or trigger has.
fn free_name(table: &TableName, schema: &Schema) -> String {
    free(&format!("_seachange_{table}"), |name| {
        let is_it = |other: &str| other.eq_ignore_ascii_case(name);
        schema.tables.values().any(|table| {
            is_it(&table.name.name)
                || table.indexes.iter().any(|index| is_it(&index.name.text))
                || table.attachments.iter().any(|trigger| is_it(&trigger.name))
        }) || schema.verbatim.keys().any(|view| is_it(&view.name))
    })
}

/// What keeps the numbers of deleted rows from being handed out again: a statement before the table is dropped, and
/// those that give the counter back.
fn counter(from: &Table, to: &Table, rows: &Rows<'_>) -> Option<(String, Vec<String>)> {
    let counts = |table: &Table| table.columns.iter().any(|column| column.auto_increment != AutoIncrement::No);
    if !counts(from) || !counts(to) {
        return None;
    }
    let text = |name: &str| literal(&Literal::Text(name.to_owned()));
    let (kept, old, new) = (text(&rows.name), text(&from.name.name), text(&to.name.name));
    let keep = format!("UPDATE sqlite_sequence SET name = {kept} WHERE name = {old}");
    let restore = vec![
        format!("DELETE FROM sqlite_sequence WHERE name = {new}"),
        format!("UPDATE sqlite_sequence SET name = {new} WHERE name = {kept}"),
    ];
    Some((keep, restore))
}

/// What keeps foreign keys that lead to the table from acting on the rows that refer to it, when the table is dropped while
/// they are on: they are checked at the end, and what they would delete or change is passed over. Then what takes that
/// away again.
fn guards(table: &TableName, schema: &Schema) -> (Vec<String>, Vec<String>) {
    let is_it = |name: &TableName| name.name.eq_ignore_ascii_case(&table.name);
    let keys = schema.tables.values().flat_map(|child| child.foreign_keys.iter().map(move |fk| (child, fk)));
    let keys: Vec<_> = keys.filter(|(_, fk)| is_it(&fk.references)).collect();
    if keys.is_empty() {
        return (Vec::new(), Vec::new());
    }
    let mut events: Vec<(&str, &str)> = Vec::new();
    for (child, fk) in &keys {
        let event = match fk.on_delete {
            Some(Action::Cascade) => "DELETE",
            Some(Action::SetNull | Action::SetDefault) => "UPDATE",
            Some(Action::NoAction | Action::Restrict) | None => continue,
        };
        if !events.contains(&(child.name.name.as_str(), event)) {
            events.push((&child.name.name, event));
        }
    }
    let name = |child: &str, event: &str| quote(&format!("_seachange_{child}_{}", event.to_ascii_lowercase()));
    let create = events.iter().map(|(child, event)| {
        let trigger = name(child, event);
        format!("CREATE TEMP TRIGGER {trigger} BEFORE {event} ON main.{} BEGIN SELECT RAISE(IGNORE); END", quote(child))
    });
    // Those of the table itself, whose own rows may refer to each other, go with it.
    let others = events.iter().filter(|(child, _)| *child != table.name);
    let drop = others.map(|(child, event)| format!("DROP TRIGGER temp.{}", name(child, event)));
    (std::iter::once(alter::DEFER.to_owned()).chain(create).collect(), drop.collect())
}

/// The names by which the rowid of the old table goes into the new one, when both have one. A new column that is the
/// rowid takes it; one that was there keeps its own values.
fn kept_rowid(from: &Table, to: &Table) -> Option<(String, String)> {
    if from.options.without_rowid || to.options.without_rowid {
        return None;
    }
    match rowid_alias(to) {
        Some(alias) if from.column(alias).is_some() => None,
        Some(alias) => Some((alias.to_owned(), hidden_rowid(from)?)),
        None => Some((hidden_rowid(to)?, hidden_rowid(from)?)),
    }
}

/// The first name of the rowid that no column takes away.
pub(super) fn hidden_rowid(table: &Table) -> Option<String> {
    let is_column = |name: &str| table.columns.iter().any(|column| column.name.eq_ignore_ascii_case(name));
    ["rowid", "_rowid_", "oid"].into_iter().find(|name| !is_column(name)).map(str::to_owned)
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
