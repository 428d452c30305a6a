//! What was found, as text for people: a unified diff for each table that differs, the changes in words, what is
//! unmanaged, and what was checked. Compares nothing itself.

pub mod error;
pub mod finding;
#[cfg(feature = "cli")]
pub mod github;
#[cfg(feature = "cli")]
pub mod hazards;
#[cfg(feature = "cli")]
pub mod json;
#[cfg(feature = "cli")]
pub mod junit;
pub mod kind;
#[cfg(feature = "cli")]
pub mod markdown;
#[cfg(feature = "cli")]
pub mod mermaid;
mod place;
#[cfg(feature = "cli")]
pub mod plan;
#[cfg(feature = "cli")]
pub(crate) mod residue;
#[cfg(feature = "cli")]
pub mod sarif;
#[cfg(feature = "cli")]
pub(crate) mod table;

use std::collections::BTreeSet;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use similar::TextDiff;

use self::kind::Kind;
use crate::compare::Comparison;
use crate::dialect::Dialect;
use crate::diff::{Unmanaged, UnmanagedObject};
use crate::error::count;
use crate::model::{Constraint, Declared, IndexKey, Location, ObjectPath, Schema, Table, TableName, VerbatimKind};
use crate::op::Op;
use crate::render::sql::table_lines;

const REMOVED: Style = AnsiColor::Red.on_default();
const ADDED: Style = AnsiColor::Green.on_default();
const PLACE: Style = AnsiColor::Cyan.on_default();
const TITLE: Style = Style::new().bold();

/// What `check` found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// What the entities were compared with: "the database `sqlite://media.db`".
    pub against: String,
    /// The same in one word, for the tops of unified diffs.
    pub side: &'static str,
    /// What was found, by kind.
    pub found: Vec<Found>,
    /// The kinds that make the command fail.
    pub fatal: BTreeSet<Kind>,
    /// Each table that differs.
    pub tables: Vec<TableDiff>,
    /// Entities that are views in the database.
    pub views: Vec<String>,
    /// How much was compared.
    pub counted: String,
    /// What to do next.
    pub hint: Option<String>,
    /// What would run, if that was asked for.
    #[cfg(feature = "cli")]
    pub coming: Option<Box<markdown::Coming>>,
}

/// One thing that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its kind.
    pub kind: Kind,
    /// What it is, in words; of a difference, what to do about it.
    pub text: String,
    /// The table or revision it is about.
    pub object: Option<String>,
    /// Where to look.
    pub place: Option<Location>,
}

/// A table in both forms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableDiff {
    /// Its name.
    pub name: String,
    /// Where it is declared.
    pub origin: Option<Location>,
    /// The lines it has in the database.
    pub from: Vec<String>,
    /// The lines it should have.
    pub to: Vec<String>,
}

impl Report {
    /// Whether nothing was found that makes the command fail.
    pub fn is_clean(&self) -> bool {
        !self.found.iter().any(|found| self.fatal.contains(&found.kind))
    }

    /// What was found of some kinds.
    pub fn of<'a>(&'a self, kinds: &'a [Kind]) -> impl Iterator<Item = &'a Found> {
        self.found.iter().filter(|found| kinds.contains(&found.kind))
    }

    /// Fills the report with a comparison.
    #[must_use]
    pub fn with(mut self, comparison: &Comparison, declared: &Declared, dialect: Dialect) -> Self {
        let ops: Vec<&Op> = comparison.differences.iter().map(|difference| &difference.op).collect();
        self.tables = table_diffs(&ops, [&comparison.live, &comparison.target], declared, dialect);
        self.found.extend(comparison.differences.iter().map(|difference| Found {
            kind: if difference.drift { Kind::Drift } else { Kind::Unwritten },
            text: change_text(&difference.op),
            object: Some(name_after(&difference.op).to_string()),
            place: place::of(&difference.op, declared),
        }));
        self.found.extend(comparison.unmanaged.iter().map(|unmanaged| Found {
            kind: Kind::Unmanaged,
            text: unmanaged_text(unmanaged),
            object: Some(unmanaged.table.to_string()),
            place: declared.place(&ObjectPath::Table(unmanaged.table.clone())).cloned(),
        }));
        self.views = comparison.views.iter().map(|name| view_text(name, comparison, declared)).collect();
        self.counted = counted(&comparison.declared);
        self
    }

    /// Tells what came by hand since the last revision from what was there before, `known` one per line.
    #[must_use]
    pub fn since(mut self, comparison: &Comparison, known: &str) -> Self {
        let is_new = |text: &String| !known.lines().any(|line| line == text);
        let added: BTreeSet<String> = comparison.unmanaged.iter().filter_map(alteration_text).filter(is_new).collect();
        for found in self.found.iter_mut().filter(|found| found.kind == Kind::Unmanaged) {
            if added.contains(&found.text) {
                found.kind = Kind::Added;
            }
        }
        self
    }

    /// The same without what is unmanaged.
    #[must_use]
    pub fn without_unmanaged(mut self) -> Self {
        self.found.retain(|found| found.kind != Kind::Unmanaged);
        self
    }
}

/// Writes the report.
///
/// # Errors
/// The output is closed.
pub fn write(report: &Report, quiet: bool, out: &mut dyn Write) -> io::Result<()> {
    for table in &report.tables {
        write_table(table, [report.side, "entities"], out)?;
    }
    let is_strict = report.fatal.contains(&Kind::Unmanaged);
    for (kinds, title) in SECTIONS {
        let is_seen = !kinds.contains(&Kind::Unmanaged) || !quiet || is_strict;
        let lines: Vec<String> = report.of(kinds).filter(|_| is_seen).map(line).collect();
        if kinds.contains(&Kind::Unmanaged) && !quiet {
            write_list(out, "views: entities read them; seachange neither creates nor changes them", &report.views)?;
        }
        write_list(out, title, &lines)?;
    }
    if quiet {
        return Ok(());
    }
    let found = tally(report);
    let found = if found.is_empty() { "no differences".to_owned() } else { found.join(", ") };
    let counted = if report.counted.is_empty() { "nothing yet".to_owned() } else { report.counted.clone() };
    writeln!(out, "compared {counted} with {}: {found}", report.against)
}

/// What stands together, and above it.
const SECTIONS: [(&[Kind], &str); 6] = [
    (&[Kind::Heads], "heads: there has to be one"),
    (&[Kind::Unwritten, Kind::Drift], "changes"),
    (&[Kind::Pending], "pending: not applied to the database yet"),
    (&[Kind::Edited, Kind::Missing, Kind::Unfinished], "history"),
    (&[Kind::Added], "changed by hand since the last revision: in the database, in no entity"),
    (&[Kind::Unmanaged], "unmanaged: in the database, in no entity; left alone"),
];

/// How much was found of everything.
pub(crate) fn tally(report: &Report) -> Vec<String> {
    let number = |kinds| report.of(kinds).count();
    let mut found = Vec::new();
    for (kinds, one, many) in [
        ([Kind::Heads].as_slice(), "head", "heads"),
        (&[Kind::Unwritten, Kind::Drift], "difference", "differences"),
        (&[Kind::Added], "change by hand", "changes by hand"),
        (&[Kind::Pending], "pending revision", "pending revisions"),
        (&[Kind::Edited, Kind::Missing, Kind::Unfinished], "problem in the history", "problems in the history"),
    ] {
        match number(kinds) {
            0 => {}
            1 => found.push(format!("1 {one}")),
            number => found.push(format!("{number} {many}")),
        }
    }
    let unmanaged = number(&[Kind::Unmanaged]);
    if report.fatal.contains(&Kind::Unmanaged) && unmanaged > 0 {
        found.push(format!("{unmanaged} unmanaged"));
    }
    found
}

/// A finding as a line of the text.
fn line(found: &Found) -> String {
    // Only of what differs the place is where to change something.
    let place = match found.kind {
        Kind::Unwritten | Kind::Drift => found.place.as_ref(),
        _ => None,
    };
    let place = place.map(|place| format!("  {PLACE}{place}{PLACE:#}")).unwrap_or_default();
    let drift = if found.kind == Kind::Drift { DRIFT } else { "" };
    format!("{}{drift}{place}", found.text)
}

fn write_list(out: &mut dyn Write, title: &str, items: &[String]) -> io::Result<()> {
    if items.is_empty() {
        return Ok(());
    }
    writeln!(out, "{TITLE}{title}{TITLE:#}")?;
    for item in items {
        writeln!(out, "  {item}")?;
    }
    writeln!(out)
}

fn write_table(table: &TableDiff, sides: [&str; 2], out: &mut dyn Write) -> io::Result<()> {
    let origin = table.origin.as_ref().map(|origin| format!("  {PLACE}{origin}{PLACE:#}")).unwrap_or_default();
    writeln!(out, "{TITLE}table {}{TITLE:#}{origin}", table.name)?;
    for line in unified(table, sides).lines() {
        let style = match line.chars().next() {
            Some('-') => REMOVED,
            Some('+') => ADDED,
            Some('@') => PLACE,
            _ => Style::new(),
        };
        writeln!(out, "{style}{line}{style:#}")?;
    }
    writeln!(out)
}

/// What the table has on one side and should have on the other, as a unified diff.
pub(crate) fn unified(table: &TableDiff, [from_side, to_side]: [&str; 2]) -> String {
    let text = |lines: &[String]| lines.join("\n") + "\n";
    let (from, to) = (text(&table.from), text(&table.to));
    TextDiff::from_lines(&from, &to).unified_diff().context_radius(2).header(from_side, to_side).to_string()
}

fn table_diffs(all: &[&Op], [from, to]: [&Schema; 2], declared: &Declared, dialect: Dialect) -> Vec<TableDiff> {
    let ops = || all.iter().copied();
    let names: BTreeSet<&TableName> = ops().map(name_after).collect();
    let mut diffs = Vec::new();
    for name in names {
        let before = ops().find_map(|op| match op {
            Op::RenameTable { from, to } if to == name => Some(from),
            _ => None,
        });
        let (from, to) = (from.tables.get(before.unwrap_or(name)), to.tables.get(name));
        if from.is_none() && to.is_none() {
            // A type, view or function: the change itself says what there is to see.
            continue;
        }
        let renames: Vec<(&str, &str)> = ops()
            .filter_map(|op| match op {
                Op::RenameColumn { table, from, to } if table == name => Some((to.as_str(), from.as_str())),
                _ => None,
            })
            .collect();
        diffs.push(TableDiff {
            name: name.to_string(),
            origin: declared.place(&ObjectPath::Table(name.clone())).cloned(),
            from: from.map(|table| table_lines(table, dialect)).unwrap_or_default(),
            to: to
                .map(|to| table_lines(&in_order_of(from.map(|from| &**from), to, &renames), dialect))
                .unwrap_or_default(),
        });
    }
    diffs
}

/// The name the operation's table has in the end.
fn name_after(op: &Op) -> &TableName {
    match op {
        Op::RenameTable { to, .. } => to,
        op => op.table(),
    }
}

/// The second form with its columns in the order of the first, so that only what differs stands out.
fn in_order_of(from: Option<&Table>, to: &Table, renames: &[(&str, &str)]) -> Table {
    let mut to = to.clone();
    let Some(from) = from else { return to };
    let position = |name: &str| {
        let before = renames.iter().find(|(after, _)| *after == name).map_or(name, |(_, before)| *before);
        from.columns.iter().position(|column| column.name == before).unwrap_or(usize::MAX)
    };
    to.columns.sort_by_key(|column| position(&column.name));
    to
}

/// What is said of a change of which the entities know nothing.
pub(crate) const DRIFT: &str = " [drift: the database changed, the entities did not]";

/// What is said of an index that was begun and not finished.
const INVALID: &str = ", which is INVALID: its making failed, and it is never used";

/// The operation in words, with what is odd about its object.
pub(crate) fn change_text(op: &Op) -> String {
    match op {
        Op::DropIndex { index, .. } if index.invalid => format!("{op}{INVALID}"),
        op => op.to_string(),
    }
}

/// "5 tables, 41 columns, 7 indexes, 6 foreign keys".
fn counted(schema: &Schema) -> String {
    let tables = || schema.tables.values();
    let mut parts = vec![count(tables().count(), "table")];
    for (number, noun) in [
        (tables().map(|table| table.columns.len()).sum(), "column"),
        (tables().map(|table| table.foreign_keys.len()).sum(), "foreign key"),
        (tables().map(|table| table.uniques.len() + table.checks.len() + table.exclusions.len()).sum(), "constraint"),
    ] {
        if number > 0 {
            parts.push(count(number, noun));
        }
    }
    match tables().map(|table| table.indexes.len()).sum() {
        0 => {}
        1 => parts.push("1 index".to_owned()),
        number => parts.push(format!("{number} indexes")),
    }
    parts.join(", ")
}

fn view_text(name: &TableName, comparison: &Comparison, declared: &Declared) -> String {
    let kind = comparison.live.verbatim.get(name).map_or(VerbatimKind::View, |live| live.kind);
    let found = if comparison.live.verbatim.contains_key(name) {
        ""
    } else if comparison.live.tables.contains_key(name) {
        ", which is a table in the database"
    } else {
        ", which the database does not have"
    };
    match declared.place(&ObjectPath::Table(name.clone())) {
        Some(place) => format!("{kind} `{name}`{found}  {PLACE}{place}{PLACE:#}"),
        None => format!("{kind} `{name}`{found}"),
    }
}

/// An unmanaged thing in words, if it is in a table of the project and only somebody who altered the table can have put
/// it there. Indexes and triggers are not among them: they are made beside a table, by people who tune a database.
pub fn alteration_text(unmanaged: &Unmanaged) -> Option<String> {
    match unmanaged.object {
        UnmanagedObject::Column(_)
        | UnmanagedObject::Default { .. }
        | UnmanagedObject::Collation { .. }
        | UnmanagedObject::Generated { .. }
        | UnmanagedObject::ForeignKeyAction(_)
        | UnmanagedObject::Deferral(_)
        | UnmanagedObject::Included(_)
        | UnmanagedObject::Constraint(_) => Some(unmanaged_text(unmanaged)),
        UnmanagedObject::Table(_)
        | UnmanagedObject::Index(_)
        | UnmanagedObject::Attachment(..)
        | UnmanagedObject::Verbatim(_)
        | UnmanagedObject::Enum => None,
    }
}

/// One unmanaged thing in words.
pub fn unmanaged_text(unmanaged: &Unmanaged) -> String {
    let table = &unmanaged.table;
    match &unmanaged.object {
        UnmanagedObject::Table(_) => format!("table `{table}`"),
        UnmanagedObject::Column(column) => {
            let kind = column.data_type.text.as_deref().unwrap_or_default();
            let required = if column.nullable || column.default.is_some() { "" } else { " NOT NULL" };
            format!("column `{table}.{}` {kind}{required}", column.name)
        }
        UnmanagedObject::Default { column, default } => {
            format!("default of `{table}.{column}`: {}", default.text.as_deref().unwrap_or_default())
        }
        UnmanagedObject::Collation { column, collation } => format!("collation of `{table}.{column}`: {collation}"),
        UnmanagedObject::Generated { column, expression } => {
            format!("generated column `{table}.{column}`: {expression}")
        }
        UnmanagedObject::ForeignKeyAction(fk) => {
            format!(
                "ON DELETE or ON UPDATE of the foreign key `{table}` ({}) to `{}`",
                fk.columns.join(", "),
                fk.references
            )
        }
        UnmanagedObject::Deferral(Constraint::ForeignKey(fk)) => {
            format!("DEFERRABLE of the foreign key `{table}` ({}) to `{}`", fk.columns.join(", "), fk.references)
        }
        UnmanagedObject::Deferral(constraint) => format!("DEFERRABLE of the {}", constraint_text(table, constraint)),
        UnmanagedObject::Included(constraint) => {
            format!("INCLUDE ({}) of the {}", constraint.include().join(", "), constraint_text(table, constraint))
        }
        UnmanagedObject::Constraint(constraint) => constraint_text(table, constraint),
        UnmanagedObject::Index(index) => {
            let parts = index.parts.iter().map(|part| match &part.key {
                IndexKey::Column(text) | IndexKey::Expression(text) => text.as_str(),
            });
            let unique = if index.unique { "unique " } else { "" };
            let invalid = if index.invalid { INVALID } else { "" };
            let parts = parts.collect::<Vec<_>>().join(", ");
            format!("{unique}index `{}` on `{table}` ({parts}){invalid}", index.name.text)
        }
        UnmanagedObject::Attachment(kind, name) => format!("{kind} `{name}` on `{table}`"),
        UnmanagedObject::Enum => format!("enum type `{table}`"),
        UnmanagedObject::Verbatim(kind) => format!("{kind} `{table}`"),
    }
}

fn constraint_text(table: &TableName, constraint: &Constraint) -> String {
    match constraint {
        Constraint::PrimaryKey(key) => format!("primary key of `{table}` ({})", key.columns.join(", ")),
        Constraint::Unique(unique) => format!("unique constraint of `{table}` ({})", unique.columns.join(", ")),
        Constraint::ForeignKey(fk) => {
            format!("foreign key of `{table}` ({}) to `{}`", fk.columns.join(", "), fk.references)
        }
        Constraint::Check(check) => format!("check of `{table}` ({})", check.expression),
        Constraint::Exclusion(exclusion) => {
            let parts = exclusion.elements.iter().map(|element| match &element.part.key {
                IndexKey::Column(text) | IndexKey::Expression(text) => text.as_str(),
            });
            format!("exclusion of `{table}` ({})", parts.collect::<Vec<_>>().join(", "))
        }
    }
}
