//! What the tests of this stage share: source in, the declared schema or the problems out, both as text.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use super::{Sources, declare};
use crate::error::{Diagnostic, Error, Severity};
use crate::model::{
    AutoIncrement, Column, Declared, DefaultValue, ForeignKey, Index, IndexKey, Name, Placement, Rename, Table,
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
    for rename in &declared.renames {
        if let Rename::Column { table, from, to } = rename {
            let _ = writeln!(text, "rename {table}.{from} to {to}");
        }
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
        let _ = writeln!(text, "  primary key{name} ({})", key.columns.join(", "));
    }
    for unique in &table.uniques {
        let name = unique.name.as_ref().map(|found| format!(" {}", name(found))).unwrap_or_default();
        let _ = writeln!(text, "  unique{name} ({}){}", unique.columns.join(", "), place(&unique.placement));
    }
    for index in &table.indexes {
        let _ = writeln!(text, "  {}", index_line(index));
    }
    for fk in &table.foreign_keys {
        let _ = writeln!(text, "  {}", fk_line(fk));
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
    if let Some(values) = &column.values {
        add(&format!("values {values:?}"));
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
    let parts: Vec<&str> = index
        .parts
        .iter()
        .map(|part| match &part.key {
            IndexKey::Column(name) | IndexKey::Expression(name) => name.as_str(),
        })
        .collect();
    let unique = if index.unique { "unique " } else { "" };
    format!("{unique}index {} ({})", name(&index.name), parts.join(", "))
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
