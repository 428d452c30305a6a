//! `ALTER`, `DROP` and `COMMENT`: what they change.

use super::create::{attached, is_column, item_reads};
use super::token::{Reader, Token, split};
use super::{Act, Kind, Object, Reads, Touched, Verb};
use crate::model::TableName;

/// Reads on behind `ALTER`.
pub(super) fn read(mut reader: Reader<'_>) -> Option<Touched> {
    let kind = kind(&mut reader)?;
    match kind {
        Kind::Table => return table(reader),
        Kind::Trigger | Kind::Policy | Kind::Rule => return on_table(reader, kind),
        _ => {}
    }
    reader.if_exists();
    let name = reader.name()?;
    if kind == Kind::Function {
        reader.parentheses()?;
    }
    let reads = reader.language.free(reader.rest());
    let acts = if reader.take(&["add", "value"]) {
        vec![Act::new(Verb::Extend, Object::Named(kind, name))]
    } else {
        renamed(&mut reader, kind, &name).unwrap_or_else(|| vec![Act::new(Verb::Change, Object::Named(kind, name))])
    };
    Some(Touched { acts, reads, ..Touched::default() })
}

/// The kind of what `ALTER` changes or `DROP` drops.
fn kind(reader: &mut Reader<'_>) -> Option<Kind> {
    Some(match reader.next_word()?.as_str() {
        "table" => Kind::Table,
        "foreign" if reader.take(&["table"]) => Kind::Table,
        "index" => Kind::Index,
        "view" => Kind::View,
        "materialized" if reader.take(&["view"]) => Kind::View,
        "sequence" => Kind::Sequence,
        "type" | "domain" => Kind::Type,
        "function" | "procedure" | "routine" | "aggregate" => Kind::Function,
        "extension" => Kind::Extension,
        "schema" => Kind::Schema,
        "trigger" => Kind::Trigger,
        "policy" => Kind::Policy,
        "rule" => Kind::Rule,
        _ => return None,
    })
}

/// `RENAME TO …` and `SET SCHEMA …`.
fn renamed(reader: &mut Reader<'_>, kind: Kind, from: &TableName) -> Option<Vec<Act>> {
    let to = if reader.take(&["rename", "to"]) {
        TableName { schema: from.schema.clone(), name: reader.identifier()? }
    } else if reader.take(&["set", "schema"]) {
        reader.language.in_schema(Some(&reader.identifier()?), &from.name)
    } else {
        return None;
    };
    let object = |name: &TableName| Object::Named(kind, name.clone());
    Some(vec![Act::new(Verb::Rename, object(from)), Act::new(Verb::Arrive, object(&to))])
}

fn on_table(mut reader: Reader<'_>, kind: Kind) -> Option<Touched> {
    let name = reader.name()?;
    reader.behind("on")?;
    let table = reader.name()?;
    let reads = reader.language.free(reader.rest());
    let mut acts = vec![Act::new(Verb::Change, attached(&reader, kind, name, table.clone()))];
    if reader.take(&["rename", "to"]) {
        let to = reader.name()?;
        acts.push(Act::new(Verb::Arrive, attached(&reader, kind, to, table)));
    }
    Some(Touched { acts, reads, ..Touched::default() })
}

fn table(mut reader: Reader<'_>) -> Option<Touched> {
    reader.if_exists();
    reader.take(&["only"]);
    let table = reader.name()?;
    reader.sign("*");
    let mut touched = Touched::default();
    touched.reads.names.insert(table.clone());
    if let Some(acts) = renamed(&mut reader.clone(), Kind::Table, &table) {
        touched.acts = acts;
        return Some(touched);
    }
    for action in split(reader.rest()) {
        self::action(&mut Reader::new(reader.language, action), action, &table, &mut touched)?;
    }
    Some(touched)
}

/// One action of an `ALTER TABLE`.
fn action(at: &mut Reader<'_>, action: &[Token], table: &TableName, touched: &mut Touched) -> Option<()> {
    let part = |kind, name: String| Object::Part(table.clone(), kind, name);
    if action.last().is_some_and(|token| token.is("cascade")) && action.first().is_some_and(|token| token.is("drop")) {
        // What else goes is nowhere to be read.
        return None;
    }
    if at.take(&["add"]) {
        let is_said = at.take(&["column"]);
        at.if_exists();
        let item = at.rest();
        if is_said || is_column(item) {
            add_column(at, item, table, touched)?;
        } else {
            let name = if at.take(&["constraint"]) { at.identifier()? } else { String::new() };
            touched.acts.push(Act::new(Verb::Create, part(Kind::Constraint, name)));
            item_reads(at, at.rest(), None, &mut touched.reads);
            touched.holds = Some(table.clone());
        }
        return Some(());
    }
    if at.take(&["rename"]) {
        let kind = if at.take(&["constraint"]) { Kind::Constraint } else { Kind::Column };
        at.take(&["column"]);
        let from = at.identifier()?;
        if !at.take(&["to"]) {
            return None;
        }
        let to = at.identifier()?;
        touched.acts.push(Act::new(Verb::Rename, part(kind, from)));
        touched.acts.push(Act::new(Verb::Arrive, part(kind, to)));
        return Some(());
    }
    let (verb, object) = if at.take(&["drop", "constraint"]) {
        at.if_exists();
        (Verb::Drop, part(Kind::Constraint, at.identifier()?))
    } else if at.take(&["drop"]) {
        at.take(&["column"]);
        at.if_exists();
        (Verb::Drop, part(Kind::Column, at.identifier()?))
    } else if at.take(&["alter", "constraint"]) || at.take(&["validate", "constraint"]) {
        (Verb::Change, part(Kind::Constraint, at.identifier()?))
    } else if at.take(&["alter"]) {
        at.take(&["column"]);
        let column = at.identifier()?;
        if at.are(&["set", "not", "null"]) {
            touched.holds = Some(table.clone());
        }
        touched.reads.columns.insert(column.clone());
        at.language.add(at.rest(), &mut touched.reads);
        (Verb::Change, part(Kind::Column, column))
    } else if at.take(&["attach", "partition"]) || at.take(&["detach", "partition"]) || at.take(&["inherit"]) {
        touched.acts.push(Act::new(Verb::Change, Object::Named(Kind::Table, at.name()?)));
        (Verb::Change, Object::Named(Kind::Table, table.clone()))
    } else if ["set", "reset", "owner", "enable", "disable", "force", "no", "replica", "cluster"]
        .iter()
        .any(|w| at.is(w))
    {
        let words: Vec<&str> = action.iter().take(3).map(|token| token.text.as_str()).collect();
        (Verb::Change, part(Kind::Setting, words.join(" ")))
    } else {
        return None;
    };
    touched.acts.push(Act::new(verb, object));
    Some(())
}

fn add_column(at: &Reader<'_>, item: &[Token], table: &TableName, touched: &mut Touched) -> Option<()> {
    let name = item.first()?.name.clone()?;
    let own = [name.as_str()].into();
    item_reads(at, item, Some(&own), &mut touched.reads);
    let has = |word: &str| item.iter().any(|token| token.is(word));
    // Rows that others add later have to have a value, too.
    if item.windows(2).any(|pair| pair[0].is("not") && pair[1].is("null")) && !has("default") && !has("generated") {
        touched.holds = Some(table.clone());
    }
    touched.acts.push(Act::new(Verb::Create, Object::Part(table.clone(), Kind::Column, name)));
    Some(())
}

/// Reads on behind `DROP`.
pub(super) fn dropped(mut reader: Reader<'_>) -> Option<Touched> {
    let kind = kind(&mut reader)?;
    reader.take(&["concurrently"]);
    reader.if_exists();
    if reader.rest().iter().any(|token| token.is("cascade")) {
        return None;
    }
    let mut touched = Touched::default();
    loop {
        let name = reader.name()?;
        let object = if reader.take(&["on"]) {
            let table = reader.name()?;
            touched.reads.names.insert(table.clone());
            attached(&reader, kind, name, table)
        } else {
            Object::Named(kind, name)
        };
        if kind == Kind::Function && reader.peek().is_some_and(|token| token.text == "(") {
            reader.parentheses()?;
        }
        touched.acts.push(Act::new(Verb::Drop, object));
        if !reader.sign(",") {
            return Some(touched);
        }
    }
}

/// Reads on behind `COMMENT`.
pub(super) fn comment(mut reader: Reader<'_>) -> Option<Touched> {
    if !reader.take(&["on"]) {
        return None;
    }
    let kind = reader.next_word()?;
    let mut reads = Reads::default();
    let (table, what) = match kind.as_str() {
        "column" => {
            let mut parts = reader.parts();
            let column = parts.pop()?;
            let table = match parts.as_slice() {
                [name] => reader.language.in_schema(None, name),
                [schema, name] => reader.language.in_schema(Some(schema), name),
                _ => return None,
            };
            reads.columns.insert(column.clone());
            (table, format!("column {column}"))
        }
        "constraint" | "trigger" | "policy" | "rule" => {
            let name = reader.identifier()?;
            reader.behind("on")?;
            reader.take(&["domain"]);
            (reader.name()?, format!("{kind} {name}"))
        }
        _ => {
            reader.take(&["view"]);
            (reader.name()?, kind)
        }
    };
    reads.names.insert(table.clone());
    let acts = vec![Act::new(Verb::Change, Object::Part(table, Kind::Comment, what))];
    Some(Touched { acts, reads, ..Touched::default() })
}
