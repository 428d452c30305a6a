//! Names that nobody wrote follow the names they were made from: when a column or table is renamed, its indexes and
//! constraints are, too, as far as the database still has them under the name they were given.

use super::keys::holds;
use crate::model::{Index, IndexKey, Name, Rename, Schema, Table};

/// The goal, with the names that are to follow as if somebody had written them. `past` is what was declared before and `live`
/// the database, both after the renames. `constraints` says whether the database can rename these.
pub fn follow(mut goal: Schema, past: &Schema, live: &Schema, renames: &[Rename], constraints: bool) -> Schema {
    for rename in renames {
        let (name, column) = match rename {
            Rename::Table { to, .. } => (to, None),
            Rename::Column { table, to, .. } => (table, Some(to)),
            Rename::Enum { .. } | Rename::Value { .. } => continue,
        };
        let (Some(past), Some(live)) = (past.tables.get(name), live.tables.get(name)) else { continue };
        let Some(table) = goal.tables.get(name) else { continue };
        let is_about = |columns: &[String]| column.is_none_or(|column| columns.contains(column));
        let mut followed = Table::clone(table);
        for index in followed.indexes.iter_mut().filter(|index| column.is_none_or(|column| holds(index, column))) {
            let same =
                past.indexes.iter().find(|other| parts_of(other) == parts_of(index) && other.unique == index.unique);
            let names = live.indexes.iter().map(|index| &index.name.text);
            settle(Some(&mut index.name), same.map(|index| &index.name), &names.collect::<Vec<_>>());
        }
        if constraints {
            let names: Vec<Name> = live.constraints().filter_map(|constraint| constraint.name().cloned()).collect();
            let names: Vec<&String> = names.iter().map(|name| &name.text).collect();
            for fk in followed.foreign_keys.iter_mut().filter(|fk| is_about(&fk.columns)) {
                let same = past.foreign_keys.iter().find(|other| other.columns == fk.columns);
                settle(fk.name.as_mut(), same.and_then(|fk| fk.name.as_ref()), &names);
            }
            for unique in followed.uniques.iter_mut().filter(|one| is_about(&one.columns)) {
                let same = past.uniques.iter().find(|other| other.columns == unique.columns);
                settle(unique.name.as_mut(), same.and_then(|unique| unique.name.as_ref()), &names);
            }
            if let Some(key) = followed.primary_key.as_mut().filter(|key| is_about(&key.columns)) {
                let same = past.primary_key.as_ref().filter(|other| other.columns == key.columns);
                settle(key.name.as_mut(), same.and_then(|key| key.name.as_ref()), &names);
            }
        }
        if followed != **table {
            goal.tables.insert(name.clone(), followed.into());
        }
    }
    goal
}

/// Makes the name stand as if it was written, when the database has the one that was made before, and not yet this one.
fn settle(name: Option<&mut Name>, before: Option<&Name>, live: &[&String]) {
    let (Some(name), Some(before)) = (name, before) else { return };
    let has = |text: &String| live.contains(&text);
    if name.inferred && before.inferred && name.text != before.text && has(&before.text) && !has(&name.text) {
        name.inferred = false;
    }
}

fn parts_of(index: &Index) -> Vec<&IndexKey> {
    index.parts.iter().map(|part| &part.key).collect()
}
