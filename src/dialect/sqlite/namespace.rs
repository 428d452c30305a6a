//! Names that are one to SQLite: it keeps tables and indexes in one list, takes capital and small ASCII letters for the
//! same, and keeps what begins with `sqlite_` for itself. Constraints may have one name: it looks none of them up by it.
//! Looks at what is declared; changes nothing.

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::model::{Schema, Table};

/// Checks that every name can be given.
///
/// # Errors
/// [`Error::NamesMeet`] with all names that two things have, and all that SQLite keeps for itself.
pub(super) fn check(schema: &Schema) -> Result<()> {
    let mut problems = meeting(schema.tables.values().flat_map(|table| owners_in_list(table)));
    for table in schema.tables.values() {
        let column = |name: &str| (name.to_owned(), format!("the column `{}.{name}`", table.name));
        problems.extend(meeting(table.columns.iter().map(|of| column(&of.name))));
    }
    let owners = schema.tables.values().flat_map(|table| owners_in_list(table).chain(uniques(table)));
    let reserved = owners.filter(|(name, _)| name.to_ascii_lowercase().starts_with("sqlite_"));
    problems.extend(reserved.map(|(_, owner)| format!("{owner} has a name that SQLite keeps for itself")));
    if problems.is_empty() { Ok(()) } else { Err(Error::NamesMeet { database: "SQLite", problems }) }
}

/// What the table puts into the list of all names: itself and its indexes, in words.
fn owners_in_list(table: &Table) -> impl Iterator<Item = (String, String)> {
    let own = (table.name.name.clone(), format!("the table `{}`", table.name));
    let index = |name: &str| (name.to_owned(), format!("the index `{name}` on `{}`", table.name));
    [own].into_iter().chain(table.indexes.iter().map(move |of| index(&of.name.text)))
}

/// The named unique constraints, which become indexes when a table gets them later.
fn uniques(table: &Table) -> impl Iterator<Item = (String, String)> {
    let names = table.uniques.iter().filter_map(|unique| unique.name.as_ref());
    names.map(|name| (name.text.clone(), format!("the unique constraint `{}` of `{}`", name.text, table.name)))
}

/// The owners of a name that somebody before them has.
fn meeting(owners: impl Iterator<Item = (String, String)>) -> Vec<String> {
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    let mut found = Vec::new();
    for (name, owner) in owners {
        let key = name.to_ascii_lowercase();
        if let Some(first) = seen.get(&key) {
            found.push(format!("{first} and {owner} have one name"));
        } else {
            seen.insert(key, owner);
        }
    }
    found
}
