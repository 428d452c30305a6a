//! PostgreSQL: what it can do and how it writes names and constants.
//! Reading, comparing and splitting scripts are in the files of those names.

mod alter;
mod ask;
mod canonicalize;
mod casts;
mod catalog;
mod constant;
mod convert;
mod domain;
mod effects;
mod expand;
mod expression;
pub(super) mod fill;
pub(super) mod inside;
pub(super) mod observe;
pub(super) mod offline;
mod questions;
mod rebuild;
mod reconcile;
mod reflect;
pub(super) mod runner;
mod scratch;
pub(super) mod script;
mod sequence;
mod syntax;
mod text;
mod types;
mod typing;
mod value;
mod views;
mod words;

pub(super) use alter::{accepts, alter, replaces};
pub(super) use ask::{ask, only_reads};
pub(super) use canonicalize::canonicalize;
pub(super) use casts::converts;

/// Whether an object can become another where it is, so that what needs it stays.
pub(super) fn changes_in_place(name: &TableName, from: &Verbatim, to: &Verbatim) -> bool {
    let is_domain = [from, to].iter().all(|object| object.kind == VerbatimKind::Domain);
    is_domain && domain::change(name, &from.sql, &to.sql).is_some()
}

/// The statement that makes an object. A materialized view that nobody filled is not filled by the way either.
pub(super) fn creation(object: &Verbatim) -> String {
    let end = ["with", "no", "data"];
    let words = script::words(&object.sql);
    let is_said =
        words.len() > end.len() && words[words.len() - end.len()..].iter().zip(end).all(|(own, word)| own.is(word));
    if object.unfilled && !is_said { format!("{} WITH NO DATA", object.sql) } else { object.sql.clone() }
}

pub(super) use domain::narrows;
pub(super) use effects::{effects, is_volatile};
pub(super) use expand::expand;
pub(super) use fill::{fill, is_steady, recipe};
pub(super) use rebuild::{has_default_partition, rebuild};
pub(super) use reconcile::{reconcile, respell};
pub(super) use reflect::{reflect, reflect_beside};
pub(super) use script::{loadable, statements};
pub(super) use sequence::pinned;
pub(super) use views::put_back;

use super::{Capabilities, ColumnWords};
use crate::model::{Column, Literal, RowSecurity, Table, TableName, Verbatim, VerbatimKind};
use crate::op::CommentOn;
use words::identifier;

pub(super) const CAPABILITIES: Capabilities = Capabilities {
    alter_column: true,
    add_constraint: true,
    drop_constraint: true,
    rename_constraint: true,
    rename_index: true,
    add_column_expression_default: true,
    add_column_unique: true,
    comments: true,
    schemas: true,
    enum_types: true,
    concurrent_index: true,
    unchecked_constraints: true,
    transactional_ddl: true,
    longest_name: Some(sequence::LONGEST_NAME),
};

/// What a script for `psql` says around its statements.
pub(super) fn script_frame(schema: &str, transaction: bool) -> (Vec<String>, Vec<String>) {
    let mut before = vec!["\\set ON_ERROR_STOP on".to_owned(), format!("SET search_path TO {};", quote(schema))];
    before.extend(transaction.then(|| "BEGIN;".to_owned()));
    (before, transaction.then(|| "COMMIT;".to_owned()).into_iter().collect())
}

/// The identifier, in double quotes where it needs them.
pub(super) fn quote(name: &str) -> String {
    identifier(name)
}

/// The name of a table or another object, with its schema when it is not the default one.
fn table_name(name: &TableName) -> String {
    match &name.schema {
        Some(schema) => format!("{}.{}", identifier(schema), identifier(&name.name)),
        None => identifier(&name.name),
    }
}

/// The name of a collation: those PostgreSQL brings along are in no schema of the project.
pub(super) fn collation(name: &str) -> String {
    match name.split_once('.') {
        Some((schema, name)) => format!("{}.{}", identifier(schema), identifier(name)),
        None => identifier(name),
    }
}

/// The constant as PostgreSQL reads it whatever its settings.
pub(super) fn literal(literal: &Literal) -> String {
    match literal {
        Literal::Null => "NULL".to_owned(),
        Literal::Bool(true) => "true".to_owned(),
        Literal::Bool(false) => "false".to_owned(),
        Literal::Integer(number) => number.to_string(),
        Literal::Real(text) => text.clone(),
        Literal::Text(text) => text::literal(text),
        Literal::Blob(bytes) => {
            let digits: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("'\\x{}'::bytea", digits.concat())
        }
    }
}

/// The words of a column. One that `serial` made, and nothing else, is written with that word.
pub(super) fn column_words(table: &TableName, column: &Column) -> ColumnWords {
    let data_type = column.data_type.text.clone().unwrap_or_default();
    let is_usual = alter::is_serial(column) && column.sequence.is_none();
    let serial = match data_type.as_str() {
        "smallint" => "smallserial",
        "bigint" => "bigserial",
        _ => "serial",
    };
    ColumnWords {
        identity: column.identity.as_ref().map(|identity| sequence::identity(column, identity)),
        default: alter::default_of(table, column).filter(|_| !is_usual),
        counting_key: None,
        data_type: if is_usual { serial.to_owned() } else { data_type },
    }
}

/// The empty value of a type.
pub(super) fn empty_value(column: &Column) -> String {
    let text = column.data_type.text.clone().unwrap_or_default();
    if column.data_type.kind.enum_name().is_some() && !text.ends_with("[]") {
        return format!("(enum_range(NULL::{text}))[1]");
    }
    let base = text.split(['(', ' ']).next().unwrap_or_default();
    let value = match base {
        "smallint" | "integer" | "bigint" | "numeric" | "real" | "double" | "money" | "interval" => "0",
        "boolean" => "false",
        "json" | "jsonb" => "{}",
        "uuid" => "00000000-0000-0000-0000-000000000000",
        "date" | "timestamp" => "epoch",
        "time" => "00:00",
        "inet" | "cidr" => "0.0.0.0",
        "macaddr" => "00:00:00:00:00:00",
        _ if text.ends_with("[]") => "{}",
        _ => "",
    };
    match base {
        "smallint" | "integer" | "bigint" | "numeric" | "real" | "double" | "boolean" if !text.ends_with("[]") => {
            value.to_owned()
        }
        _ => literal(&Literal::Text(value.to_owned())),
    }
}

/// The statements around a new table.
pub(super) fn around_table(table: &Table) -> (Vec<String>, Vec<String>) {
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for column in &table.columns {
        let (first, last) = around_column(&table.name, column);
        before.extend(first);
        after.extend(last);
    }
    if let Some(text) = table.comment.as_ref().filter(|text| !text.is_empty()) {
        after.push(alter::comment(&CommentOn::Table(table.name.clone()), Some(text)));
    }
    after.extend(table.partitions.iter().flat_map(|partition| partition.sql.iter().cloned()));
    if table.options.row_security != RowSecurity::Off {
        let enable = alter::row_security(&table.name, table.options.row_security);
        after.extend(enable.into_iter().filter(|sql| !sql.contains("NO FORCE")));
    }
    (before, after)
}

/// The statements around a new column.
pub(super) fn around_column(table: &TableName, column: &Column) -> (Vec<String>, Vec<String>) {
    let own = || alter::is_serial(column) && column.sequence.is_some();
    let before = sequence::make(table, column).filter(|_| own()).into_iter().collect();
    let mut after: Vec<String> = own().then(|| sequence::owned_by(table, column)).into_iter().collect();
    if let Some(comment) = column.comment.as_ref().filter(|text| !text.is_empty()) {
        let (table, name) = (table_name(table), identifier(&column.name));
        after.push(format!("COMMENT ON COLUMN {table}.{name} IS {}", literal(&Literal::Text(comment.clone()))));
    }
    (before, after)
}

/// The signature of a function as PostgreSQL writes it: what it is called with, without what it returns or presumes.
pub(super) fn signature(name: &str, arguments: &str) -> String {
    let argument = |text: &&str| -> Option<String> {
        let tokens = script::tokens(text);
        let is = |position: usize, words: &[&str]| {
            tokens
                .get(position)
                .is_some_and(|token| token.is_word && words.contains(&token.text.to_lowercase().as_str()))
        };
        if is(0, &["out"]) {
            return None;
        }
        let mode = is(0, &["in", "inout", "variadic"]);
        let first = usize::from(mode);
        let last = tokens.iter().position(|token| token.text == "=" || token.text.eq_ignore_ascii_case("default"));
        let own = tokens.get(first..last.unwrap_or(tokens.len()))?;
        let (start, end) = (own.first()?.start, own.last()?.end);
        let whole = text.get(start..end)?;
        // A type alone, or a name and a type.
        let is_type = own.len() == 1 || own.get(1).is_some_and(|second| second.text == "(" || second.text == "[");
        let is_type = is_type || types::is_built_in(types::canonical(whole).split('(').next().unwrap_or_default());
        let words = if is_type {
            types::canonical(whole)
        } else {
            let rest = text.get(own.get(1)?.start..end)?;
            format!("{} {}", identifier(own.first()?.name.as_ref()?), types::canonical(rest))
        };
        let mode = tokens.first().map(|token| token.text.to_uppercase()).filter(|word| mode && word != "IN");
        Some(mode.map_or(words.clone(), |mode| format!("{mode} {words}")))
    };
    let arguments: Vec<String> = script::list(arguments).iter().filter_map(argument).collect();
    format!("{}({})", identifier(name), arguments.join(", "))
}
