//! `--fill` and `[fills]`: what rows that are there get in columns that come to need a value.

use std::collections::BTreeMap;

use crate::compare::fitted;
use crate::error::{Error, Result, closest};
use crate::model::{Column, ObjectPath, Schema, TableName};
use crate::op::Op;

use super::Context;

/// What `--fill` says, by the columns it says it of. The last word counts.
pub(super) fn said(flags: &[String], schema: &Schema) -> Result<BTreeMap<ObjectPath, String>> {
    flags.iter().map(|flag| read(flag, schema)).collect()
}

/// `table.column=expression`. Names may hold either sign, so the first split that names a column is meant.
fn read(flag: &str, schema: &Schema) -> Result<(ObjectPath, String)> {
    let misused = |problem: String| Error::Misused { problem: format!("`--fill {flag}` {problem}") };
    let splits = || flag.match_indices('=').map(|(at, _)| (&flag[..at], flag[at + 1..].trim()));
    let Some((first, _)) = splits().next() else {
        return Err(misused("is not of the form `table.column=expression`".to_owned()));
    };
    match splits().find_map(|(name, sql)| Some((column(name, schema)?, sql))) {
        Some((_, "")) => Err(misused("does not say what rows get".to_owned())),
        Some((path, sql)) => Ok((path, sql.to_owned())),
        None => Err(misused(unknown(first, schema))),
    }
}

/// The same for the entries of a file, each an error in its words. What was dropped since may stay there.
pub(super) fn hinted(entries: &BTreeMap<String, String>, schema: &Schema) -> BTreeMap<ObjectPath, String> {
    entries.iter().filter_map(|(name, sql)| Some((column(name, schema)?, sql.trim().to_owned()))).collect()
}

/// The column of that name, its table in front.
fn column(name: &str, schema: &Schema) -> Option<ObjectPath> {
    paths(schema).find(|path| path.to_string() == name)
}

fn paths(schema: &Schema) -> impl Iterator<Item = ObjectPath> {
    let of = |name| move |column: &Column| ObjectPath::Column(TableName::clone(name), column.name.clone());
    schema.tables.iter().flat_map(move |(name, table)| table.columns.iter().map(of(name)))
}

fn unknown(name: &str, schema: &Schema) -> String {
    let names: Vec<String> = paths(schema).map(|path| path.to_string()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let meant = closest(name, &names).map(|other| format!("; did you mean `{other}`?")).unwrap_or_default();
    format!("names no column of the entities{meant}")
}

/// Says which flags do nothing, because their columns do not come to need a value now.
pub(super) fn note_idle(ctx: &mut Context<'_>, said: &BTreeMap<ObjectPath, String>, ops: &[Op]) -> Result<()> {
    for (path, sql) in &fitted(said, ctx.config.dialect, &ctx.config.options) {
        if !ops.iter().any(|op| op.object() == *path && op.fill() == Some(sql)) {
            ctx.note(&format!("note: nothing is filled in `{path}`: it does not come to need a value now"))?;
        }
    }
    Ok(())
}
