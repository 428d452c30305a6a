//! `CREATE`: what it makes, and what that needs.

use std::collections::BTreeSet;

use super::token::{Reader, Token, split};
use super::{Act, Kind, Object, Reads, TEMPORARY, Touched, Verb};
use crate::dialect::Dialect;
use crate::model::TableName;

/// Reads on behind `CREATE`.
pub(super) fn read(mut reader: Reader<'_>) -> Option<Touched> {
    let replaces = reader.take(&["or", "replace"]);
    let mut is_temporary = false;
    while let Some(word) = ["temp", "temporary", "local", "global", "unlogged", "recursive", "constraint"]
        .iter()
        .find(|word| reader.is(word))
    {
        is_temporary |= word.starts_with("temp");
        reader.skip();
    }
    let is_unique = reader.take(&["unique"]);
    let verb = if replaces { Verb::Replace } else { Verb::Create };
    match reader.next_word()?.as_str() {
        "table" => table(reader, is_temporary),
        "virtual" if reader.take(&["table"]) => named(reader, Verb::Create, Kind::Table),
        "index" => index(reader, is_unique),
        "view" => {
            let touched = named(reader, verb, Kind::View)?;
            Some(if is_temporary { Touched { acts: Vec::new(), ..touched } } else { touched })
        }
        "materialized" if reader.take(&["view"]) => named(reader, Verb::Create, Kind::View),
        "sequence" => named(reader, Verb::Create, Kind::Sequence),
        "type" | "domain" => named(reader, Verb::Create, Kind::Type),
        "function" | "procedure" | "aggregate" => named(reader, verb, Kind::Function),
        "extension" => named(reader, Verb::Create, Kind::Extension),
        "schema" => named(reader, Verb::Create, Kind::Schema),
        "trigger" => {
            let touched = on_table(reader, verb, Kind::Trigger, "on")?;
            Some(if is_temporary { Touched { acts: Vec::new(), ..touched } } else { touched })
        }
        "policy" => on_table(reader, verb, Kind::Policy, "on"),
        "rule" => on_table(reader, verb, Kind::Rule, "to"),
        _ => None,
    }
}

/// Something that names whatever it needs in the words behind its name.
fn named(mut reader: Reader<'_>, verb: Verb, kind: Kind) -> Option<Touched> {
    let is_sure = !reader.if_exists();
    let name = reader.name()?;
    let reads = reader.language.free(reader.rest());
    let verb = match (kind, is_sure) {
        (Kind::Extension | Kind::Schema, false) => Verb::Ensure,
        _ => verb,
    };
    Some(Touched { acts: vec![Act::new(verb, Object::Named(kind, name))], reads, ..Touched::default() })
}

/// A trigger, policy or rule, which has its name from its table; a trigger of SQLite has one of its own.
fn on_table(mut reader: Reader<'_>, verb: Verb, kind: Kind, before: &str) -> Option<Touched> {
    reader.if_exists();
    let name = reader.name()?;
    let reads = reader.language.free(reader.rest());
    reader.behind(before)?;
    let table = reader.name()?;
    let object = attached(&reader, kind, name, table);
    Some(Touched { acts: vec![Act::new(verb, object)], reads, ..Touched::default() })
}

/// A trigger, policy or rule by the name it is known by.
pub(super) fn attached(reader: &Reader<'_>, kind: Kind, name: TableName, table: TableName) -> Object {
    match reader.language.dialect {
        Dialect::Sqlite => Object::Named(kind, name),
        Dialect::Postgres => Object::Part(table, kind, name.name),
    }
}

fn index(mut reader: Reader<'_>, is_unique: bool) -> Option<Touched> {
    reader.take(&["concurrently"]);
    reader.if_exists();
    let name = if reader.is("on") { None } else { Some(reader.name()?) };
    if !reader.take(&["on"]) {
        return None;
    }
    reader.take(&["only"]);
    let table = reader.name()?;
    let mut reads = reader.language.free(reader.rest());
    reads.names.insert(table.clone());
    let object = match name {
        // It is in the schema of its table, whatever is said.
        Some(name) => Object::Named(Kind::Index, TableName { schema: table.schema.clone(), ..name }),
        None => Object::Part(table.clone(), Kind::Index, String::new()),
    };
    Some(Touched {
        acts: vec![Act::new(Verb::Create, object)],
        reads,
        holds: is_unique.then_some(table),
        ..Touched::default()
    })
}

fn table(mut reader: Reader<'_>, is_temporary: bool) -> Option<Touched> {
    reader.if_exists();
    let mut name = reader.name()?;
    if is_temporary {
        name.schema = Some(TEMPORARY.to_owned());
    }
    let mut reads = Reads::default();
    let mut columns = Vec::new();
    let is_partition = reader.take(&["partition", "of"]);
    if is_partition {
        reads.names.extend(reader.name());
    }
    if let Some(items) = reader.parentheses() {
        let items = split(items);
        let own = |item: &&[Token]| is_column(item).then(|| item.first()?.name.clone())?;
        columns = items.iter().filter_map(own).collect();
        let known: BTreeSet<&str> = columns.iter().map(String::as_str).collect();
        for item in items {
            item_reads(&reader, item, Some(&known), &mut reads);
        }
    }
    let rest = reader.rest();
    if rest.iter().any(|token| token.is("select")) {
        reads.rows = true;
    }
    let words = ["inherits", "select", "of", "with", "values", "as"];
    if is_partition || rest.iter().any(|token| words.iter().any(|word| token.is(word))) {
        reader.language.add(rest, &mut reads);
    }
    let act = Act { columns, ..Act::new(Verb::Create, Object::Named(Kind::Table, name)) };
    Some(Touched { acts: vec![act], reads, ..Touched::default() })
}

/// Whether an item of a table is a column; everything else is a constraint.
pub(super) fn is_column(item: &[Token]) -> bool {
    let others = ["constraint", "primary", "unique", "check", "foreign", "exclude", "like", "period"];
    item.first().is_some_and(|first| !others.iter().any(|word| first.is(word)))
}

/// What the definition of a column or of a constraint names. Columns of the table itself that are known are its own
/// business; where they are not, any word may be one of them.
pub(super) fn item_reads(reader: &Reader<'_>, item: &[Token], own: Option<&BTreeSet<&str>>, reads: &mut Reads) {
    let mut rest = item;
    if is_column(item) {
        let clauses = [
            "constraint",
            "not",
            "null",
            "default",
            "check",
            "references",
            "primary",
            "unique",
            "generated",
            "collate",
            "as",
        ];
        let is_clause = |token: &Token| clauses.iter().any(|word| token.is(word));
        let end = item.iter().skip(1).position(is_clause).map_or(item.len(), |at| at + 1);
        // A type is no column, whatever it is called.
        let kind = reader.language.free(item.get(1..end).unwrap_or_default());
        reads.names.extend(kind.names);
        rest = item.get(end..).unwrap_or_default();
    }
    let mut others = Vec::new();
    let mut at = Reader::new(reader.language, rest);
    while let Some(token) = at.peek() {
        at.skip();
        if token.is("references")
            && let Some(table) = at.name()
        {
            let columns = if at.peek().is_some_and(|next| next.text == "(") { at.names_in_parentheses() } else { None };
            reads.references.entry(table).or_default().extend(columns.unwrap_or_default());
        } else if token.is("like") && others.is_empty() {
            reads.names.extend(at.name());
            reads.all = true;
        } else if !own.is_some_and(|own| token.name.as_deref().is_some_and(|name| own.contains(name))) {
            others.push(token.clone());
        }
    }
    let free = reader.language.free(&others);
    reads.names.extend(free.names);
    reads.columns.extend(free.columns);
}
