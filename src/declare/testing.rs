//! What the tests of this stage share: source in, the declared schema or the problems out, both as text.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use super::{Sources, declare};
use crate::error::{Diagnostic, Error, Severity};
use crate::model::{
    AutoIncrement, Column, Declared, DefaultValue, Deferrable, Exclusion, ForeignKey, Index, IndexKey, IndexPart, Name,
    NullsOrder, Placement, Rename, Table, Variant,
};

/// Declares the given files. A file starts at a line `//- path`; without one the text is `entities/mod.rs`.
/// The root is `entities`, or `src/entities` when there is a `src`.
pub(super) fn outcome(source: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), source);
    let root = if folder.path().join("src").is_dir() { "src/entities" } else { "entities" };
    of(folder.path(), &[root])
}

/// Writes the files of a source text.
pub(super) fn write(folder: &Path, source: &str) {
    let source = if source.trim_start().starts_with("//- ") {
        source.to_owned()
    } else {
        format!("//- entities/mod.rs\n{source}")
    };
    for file in source.split("//- ").skip(1) {
        let (name, text) = file.split_once('\n').unwrap();
        let path = folder.join(name.trim());
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::File::create(&path).and_then(|mut file| std::io::Write::write_all(&mut file, text.as_bytes())).unwrap();
    }
}

/// Declares roots of a folder.
pub(super) fn of(folder: &Path, roots: &[&str]) -> String {
    let sources = Sources::new(folder, roots.iter().copied());
    match declare(&sources) {
        Ok(declared) => schema(&declared) + &shown(&declared.warnings),
        Err(Error::Source { problems }) => shown(&problems),
        Err(other) => format!("{other}\n"),
    }
}

fn shown(problems: &[Diagnostic]) -> String {
    let mut text = String::new();
    for problem in problems {
        let margin = " ".repeat(problem.location.column - 1);
        let level = if problem.severity == Severity::Warning { "warning: " } else { "" };
        let _ = writeln!(text, "{}: {level}{}", problem.location, problem.message);
        let _ = writeln!(text, "  | {}", problem.line);
        let label = problem.label.as_ref().map(|label| format!(" {label}")).unwrap_or_default();
        let _ = writeln!(text, "  | {margin}{}{label}", "^".repeat(problem.width));
        if let Some(hint) = &problem.hint {
            let _ = writeln!(text, "  hint: {hint}");
        }
    }
    text
}

fn schema(declared: &Declared) -> String {
    let mut text = String::new();
    for table in declared.schema.tables.values() {
        write_table(&mut text, table);
    }
    for view in &declared.views {
        let _ = writeln!(text, "view {view}");
    }
    for table in &declared.ignored {
        let _ = writeln!(text, "ignored {table}");
    }
    for rename in &declared.renames {
        let _ = match rename {
            Rename::Table { from, to } => writeln!(text, "rename {from} to {to}"),
            Rename::Enum { from, to } => writeln!(text, "rename enum type {from} to {to}"),
            Rename::Value { of, from, to } => writeln!(text, "rename value {of}.{from} to {to}"),
            Rename::Column { table, from, to } => writeln!(text, "rename {table}.{from} to {to}"),
        };
    }
    text
}

fn write_table(text: &mut String, table: &Table) {
    let comment = table.comment.as_ref().map(|comment| format!(" comment {comment:?}")).unwrap_or_default();
    let _ = writeln!(text, "table {}{comment}", table.name);
    for column in &table.columns {
        let _ = writeln!(text, "  {}", line(column));
    }
    if let Some(key) = &table.primary_key {
        let name = key.name.as_ref().map(|found| format!(" {}", name(found))).unwrap_or_default();
        let details = include(&key.include) + deferrable(key.deferrable);
        let _ = writeln!(text, "  primary key{name} ({}){details}", key.columns.join(", "));
    }
    for unique in &table.uniques {
        let name = unique.name.as_ref().map(|found| format!(" {}", name(found))).unwrap_or_default();
        let nulls = if unique.nulls_not_distinct { " nulls not distinct" } else { "" };
        let (when, place) = (include(&unique.include) + deferrable(unique.deferrable), place(&unique.placement));
        let _ = writeln!(text, "  unique{name} ({}){nulls}{when}{place}", unique.columns.join(", "));
    }
    for check in &table.checks {
        let name = check.name.as_ref().map(|found| format!(" {}", name(found))).unwrap_or_default();
        let _ = writeln!(text, "  check{name} ({}){}", check.expression, place(&check.placement));
    }
    for exclusion in &table.exclusions {
        let _ = writeln!(text, "  {}", exclusion_line(exclusion));
    }
    for index in &table.indexes {
        let _ = writeln!(text, "  {}", index_line(index));
    }
    for fk in &table.foreign_keys {
        let _ = writeln!(text, "  {}", fk_line(fk));
    }
    let options = &table.options;
    for (word, is_said) in [("strict", options.strict), ("without rowid", options.without_rowid)] {
        if is_said {
            let _ = writeln!(text, "  {word}");
        }
    }
    if let Some(partition_by) = &options.partition_by {
        let _ = writeln!(text, "  partition by {partition_by}");
    }
}

fn line(column: &Column) -> String {
    let mut line = format!("{} {:?}", column.name, column.data_type.kind);
    let mut add = |word: &str| {
        let _ = write!(line, " {word}");
    };
    if column.data_type.inferred {
        add("inferred");
    }
    if column.nullable {
        add("null");
    }
    match column.auto_increment {
        AutoIncrement::No => {}
        AutoIncrement::Yes => add("auto"),
        AutoIncrement::Inferred => add("auto?"),
    }
    match column.default.as_ref().map(|default| &default.value) {
        Some(DefaultValue::Literal(literal)) => add(&format!("default {literal:?}")),
        Some(DefaultValue::Expression(sql)) => add(&format!("default ({sql})")),
        None => {}
    }
    if let Some(generated) = &column.generated {
        add(&format!("generated ({}) {}", generated.expression, if generated.stored { "stored" } else { "virtual" }));
    }
    if let Some(identity) = &column.identity {
        add(&format!("{identity:?}"));
    }
    if let Some(collation) = &column.collation {
        add(&format!("collate {collation}"));
    }
    for (dialect, written) in &column.written_types {
        add(&format!("{dialect} {written:?}"));
    }
    if let Some(values) = &column.values {
        add(&format!("values {values:?}"));
    }
    if !column.variants.is_empty() {
        let said = |what: &str, values: &[String]| {
            let words: Vec<String> = values.iter().map(|value| format!(" {what} {value}")).collect();
            words.concat()
        };
        let variant = |own: &Variant| {
            format!("{}={}{}{}", own.name, own.text(), said("was", &own.was), said("replaces", &own.replaces))
        };
        add(&format!("variants {}", column.variants.iter().map(variant).collect::<Vec<_>>().join(", ")));
    }
    if let Some(extra) = &column.extra {
        add(&format!("extra {extra:?}"));
    }
    if let Some(comment) = &column.comment {
        add(&format!("comment {comment:?}"));
    }
    line
}

fn index_line(index: &Index) -> String {
    let parts: Vec<String> = index.parts.iter().map(part).collect();
    let unique = if index.unique { "unique " } else { "" };
    let mut line = format!("{unique}index {} ({})", name(&index.name), parts.join(", "));
    if let Some(method) = &index.method {
        let _ = write!(line, " using {method}");
    }
    if !index.include.is_empty() {
        let _ = write!(line, " include ({})", index.include.join(", "));
    }
    if index.nulls_not_distinct {
        line += " nulls not distinct";
    }
    for (name, value) in &index.storage {
        let _ = write!(line, " with {name} = {value}");
    }
    if let Some(predicate) = &index.predicate {
        let _ = write!(line, " where {predicate}");
    }
    if index.concurrently {
        line += " concurrently";
    }
    line
}

fn part(part: &IndexPart) -> String {
    let mut line = match &part.key {
        IndexKey::Column(name) => name.clone(),
        IndexKey::Expression(sql) => format!("({sql})"),
    };
    if let Some(collation) = &part.collation {
        let _ = write!(line, " collate {collation}");
    }
    if let Some(class) = &part.operator_class {
        let _ = write!(line, " {class}");
    }
    if part.descending {
        line += " desc";
    }
    match part.nulls {
        Some(NullsOrder::First) => line += " nulls first",
        Some(NullsOrder::Last) => line += " nulls last",
        None => {}
    }
    line
}

fn exclusion_line(exclusion: &Exclusion) -> String {
    let elements: Vec<String> =
        exclusion.elements.iter().map(|element| format!("{} with {}", part(&element.part), element.operator)).collect();
    let mut line = format!(
        "exclude {} using {} ({})",
        exclusion.name.as_ref().map(name).unwrap_or_default(),
        exclusion.method.as_deref().unwrap_or_default(),
        elements.join(", ")
    );
    if let Some(predicate) = &exclusion.predicate {
        let _ = write!(line, " where {predicate}");
    }
    line + &include(&exclusion.include) + deferrable(exclusion.deferrable)
}

fn include(columns: &[String]) -> String {
    if columns.is_empty() { String::new() } else { format!(" include ({})", columns.join(", ")) }
}

fn deferrable(when: Deferrable) -> &'static str {
    match when {
        Deferrable::No => "",
        Deferrable::InitiallyImmediate => " deferrable",
        Deferrable::InitiallyDeferred => " deferred",
    }
}

fn fk_line(fk: &ForeignKey) -> String {
    let mut line = format!(
        "foreign key {} ({}) references {} ({})",
        fk.name.as_ref().map(name).unwrap_or_default(),
        fk.columns.join(", "),
        fk.references,
        fk.referenced_columns.join(", ")
    );
    if let Some(action) = fk.on_delete {
        let _ = write!(line, " on delete {action:?}");
    }
    if let Some(action) = fk.on_update {
        let _ = write!(line, " on update {action:?}");
    }
    if fk.match_full {
        line += " match full";
    }
    line += deferrable(fk.deferrable);
    if fk.not_valid {
        line += " not valid";
    }
    line + &place(&fk.placement)
}

fn name(name: &Name) -> String {
    let weak = if name.inferred { "?" } else { "" };
    format!("{}{weak}", name.text)
}

fn place(placement: &Placement) -> String {
    match placement {
        Placement::Column(column) => format!(" at {column}"),
        Placement::Table => String::new(),
    }
}
