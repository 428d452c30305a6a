//! Pairs what is declared with what is live, whatever the database: by what objects do first and by their names then.

use std::collections::BTreeMap;

use crate::model::{Action, ForeignKey, Index, Name, PrimaryKey, Table, TableName, Unique};

/// A written name wants exactly that; any other takes what is there.
pub(super) fn satisfies_name(declared: Option<&Name>, live: Option<&Name>) -> bool {
    match declared {
        Some(name) if !name.inferred => live.is_some_and(|live| live.text == name.text),
        Some(_) | None => true,
    }
}

/// The order of the columns counts only when the key was named by hand: SeaORM takes it from the order of the fields.
pub(super) fn same_key(key: &PrimaryKey, live: &PrimaryKey) -> bool {
    let sorted = |key: &PrimaryKey| {
        let mut columns = key.columns.clone();
        columns.sort();
        columns
    };
    let inferred = key.name.as_ref().is_some_and(|name| name.inferred);
    satisfies_name(key.name.as_ref(), live.name.as_ref())
        && (key.columns == live.columns || (inferred && sorted(key) == sorted(live)))
}

/// The live key that does for a declared one, but for what the declared one says about deferral and what goes along.
pub(super) fn satisfied_key(key: PrimaryKey, live: &PrimaryKey) -> PrimaryKey {
    PrimaryKey { deferrable: key.deferrable, include: key.include, ..live.clone() }
}

/// What a foreign key ties together, whatever it is called and does. The order of the pairs means nothing.
pub(super) fn foreign_key_meaning(fk: &ForeignKey) -> (&TableName, BTreeMap<&str, &str>) {
    let pairs = fk.columns.iter().map(String::as_str).zip(fk.referenced_columns.iter().map(String::as_str));
    (&fk.references, pairs.collect())
}

/// `NO ACTION` is what holds when nothing is said.
pub(super) fn does_nothing(action: Option<Action>) -> bool {
    matches!(action, None | Some(Action::NoAction))
}

/// The live foreign key that does for a declared one, but for what the declared one says about actions and deferral.
pub(super) fn foreign_key(fk: &ForeignKey, live: &ForeignKey) -> ForeignKey {
    let said = |action, live| if does_nothing(action) && does_nothing(live) { live } else { action };
    ForeignKey {
        on_delete: said(fk.on_delete, live.on_delete),
        on_update: said(fk.on_update, live.on_update),
        deferrable: fk.deferrable,
        ..live.clone()
    }
}

/// A unique constraint or an index: each satisfies the other when both are unique and neither is partial.
#[derive(Debug, Clone)]
pub(super) enum Keyed {
    Unique(Unique),
    Index(Index),
}

impl Keyed {
    /// All of a table, constraints first.
    pub(super) fn of(table: &Table) -> Vec<Self> {
        let uniques = table.uniques.iter().cloned().map(Self::Unique);
        uniques.chain(table.indexes.iter().cloned().map(Self::Index)).collect()
    }

    /// Its name, if it has one.
    pub(super) fn name(&self) -> Option<&Name> {
        match self {
            Self::Unique(unique) => unique.name.as_ref(),
            Self::Index(index) => Some(&index.name),
        }
    }

    /// Puts them in the place of those of the table.
    pub(super) fn replace(table: &mut Table, all: Vec<Self>) {
        table.uniques.clear();
        table.indexes.clear();
        for object in all {
            match object {
                Self::Unique(unique) => table.uniques.push(unique),
                Self::Index(index) => table.indexes.push(index),
            }
        }
    }
}

/// Pairs each declared object with a live one that does the same under a name that will do, and puts in its place what
/// `adopt` makes of the two. Each live object is used once; one with exactly the name goes first. The result is in the
/// live order, the unmatched ones behind.
pub(super) fn match_all<T: Clone>(
    declared: Vec<T>,
    live: &[T],
    same: impl Fn(&T, &T) -> bool,
    name: impl Fn(&T) -> Option<&Name>,
    adopt: impl Fn(T, &T) -> T,
) -> Vec<T> {
    let mut used: Vec<Option<usize>> = vec![None; declared.len()];
    for exact in [true, false] {
        for (position, object) in declared.iter().enumerate() {
            if used[position].is_some() {
                continue;
            }
            let found = live.iter().enumerate().position(|(at, live)| {
                let acceptable = match (name(object), name(live)) {
                    (Some(object), Some(live)) if exact => object.text == live.text,
                    (None, None) => true,
                    _ if exact => false,
                    (object, live) => satisfies_name(object, live),
                };
                acceptable && !used.contains(&Some(at)) && same(object, live)
            });
            used[position] = found;
        }
    }
    let mut result: Vec<(usize, T)> = declared
        .into_iter()
        .zip(used)
        .map(|(object, found)| match found.and_then(|at| Some((at, live.get(at)?))) {
            Some((at, live)) => (at, adopt(object, live)),
            None => (usize::MAX, object),
        })
        .collect();
    result.sort_by_key(|(at, _)| *at);
    result.into_iter().map(|(_, object)| object).collect()
}
