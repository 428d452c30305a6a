//! Views in the way: PostgreSQL changes no column that a view reads, and drops no view that another reads. A view that stays
//! is taken away before and put back as soon as nothing of the plan is in its way any more.

use std::collections::{BTreeMap, BTreeSet};

use super::alter;
use super::expand::is_made_anew;
use crate::dialect::Expansion;
use crate::model::{ObjectPath, Schema, TableName, Verbatim};
use crate::op::{Op, identifiers};

type Objects = BTreeMap<TableName, Verbatim>;

/// The drops of all views that stand on what the operations change, those that read others first. None of them where one
/// would not come back as it was: then the plan is refused with its name.
pub(super) fn in_the_way(planned: &Expansion, ops: &[Op], schema: &Schema) -> Vec<Op> {
    let changes = planned.before.iter().chain(&planned.middle);
    let names: BTreeSet<TableName> = changes.flat_map(|op| standing_on(op, ops, schema, &schema.verbatim)).collect();
    let mut standing = in_order(names, &schema.verbatim);
    if standing.iter().any(|(name, object)| !goes(name, ops) && !comes_back(object, ops)) {
        return Vec::new();
    }
    standing.reverse();
    let is_planned = |name: &TableName| {
        planned.middle.iter().any(|op| matches!(op, Op::DropVerbatim { name: own, .. } if own == name))
    };
    standing.retain(|(name, _)| !is_planned(name));
    let drop =
        |(name, object): (&TableName, &Verbatim)| Op::DropVerbatim { name: name.clone(), object: object.clone() };
    standing.into_iter().map(drop).collect()
}

/// The operations that make again what is away, as far as nothing of the rest of the plan is in its way.
pub(in crate::dialect) fn put_back(away: &Objects, rest: &[&Op], ops: &[Op], schema: &Schema) -> Vec<Op> {
    let waiting: BTreeSet<TableName> = rest.iter().flat_map(|op| standing_on(op, ops, schema, away)).collect();
    let free = away.keys().filter(|name| !waiting.contains(*name)).cloned().collect();
    let create =
        |(name, object): (&TableName, &Verbatim)| Op::CreateVerbatim { name: name.clone(), object: object.clone() };
    in_order(free, away).into_iter().map(create).collect()
}

/// Which of the views notice the operation: what reads what it changes, and what reads that.
fn standing_on(op: &Op, ops: &[Op], schema: &Schema, objects: &Objects) -> BTreeSet<TableName> {
    if relations(objects).next().is_none() {
        return BTreeSet::new();
    }
    let direct: BTreeSet<TableName> = match op {
        Op::AlterColumn { table, from, to } => {
            let is_computed_anew = from.generated != to.generated && to.generated.is_some();
            if alter::is_retyped(from, to) || is_computed_anew {
                reading(objects, table, &[&from.name])
            } else {
                BTreeSet::new()
            }
        }
        Op::ReplaceColumn { table, from, .. } => reading(objects, table, &[&from.name]),
        Op::RebuildTable { from, .. } => reading_all(objects, &from.name, None),
        // A column that only makes room comes back, as one that is computed in another way does. Any other that goes is
        // nobody's to read.
        Op::DropColumn { table, column, .. } if !ops.contains(op) || comes_again(table, &column.name, ops) => {
            reading(objects, table, &[&column.name])
        }
        Op::AddColumn { table, column, .. } if comes_again(table, &column.name, ops) => {
            reading(objects, table, &[&column.name])
        }
        Op::AlterEnum { name, from, to, .. } if is_made_anew(name, from, to, ops) => {
            let own = name.to_string();
            let mut found: BTreeSet<TableName> = relations(objects)
                .filter(|(_, view)| alter::names_type(&view.sql, name))
                .map(|(name, _)| name.clone())
                .collect();
            for table in schema.tables.values() {
                let columns = table.columns.iter().filter(|column| column.data_type.kind.enum_name() == Some(&own));
                let columns: Vec<&str> = columns.map(|column| column.name.as_str()).collect();
                found.extend(reading(objects, &table.name, &columns));
            }
            found
        }
        Op::DropVerbatim { name, object } if object.kind.is_relation() => match made_again(name, ops) {
            Some(again) => reading_all(objects, name, Some(again)),
            None => BTreeSet::new(),
        },
        Op::CreateVerbatim { name, object } if object.kind.is_relation() && goes(name, ops) => {
            reading_all(objects, name, Some(object))
        }
        _ => BTreeSet::new(),
    };
    with_readers(direct, objects)
}

fn relations(objects: &Objects) -> impl Iterator<Item = (&TableName, &Verbatim)> {
    objects.iter().filter(|(_, object)| object.kind.is_relation())
}

/// Whether the plan drops the column and adds one of its name.
fn comes_again(table: &TableName, column: &str, ops: &[Op]) -> bool {
    let goes =
        |op: &Op| matches!(op, Op::DropColumn { table: of, column: own, .. } if of == table && own.name == column);
    let comes =
        |op: &Op| matches!(op, Op::AddColumn { table: of, column: own, .. } if of == table && own.name == column);
    ops.iter().any(goes) && ops.iter().any(comes)
}

/// Whether the plan drops the view, be it to make another of its name.
fn goes(name: &TableName, ops: &[Op]) -> bool {
    ops.iter().any(|op| matches!(op, Op::DropVerbatim { name: own, .. } if own == name))
}

/// The form in which the plan makes the view again that it drops.
fn made_again<'a>(name: &TableName, ops: &'a [Op]) -> Option<&'a Verbatim> {
    ops.iter().find_map(|op| match op {
        Op::CreateVerbatim { name: own, object } if own == name => Some(object),
        _ => None,
    })
}

/// The views that read one of the columns.
fn reading(objects: &Objects, table: &TableName, columns: &[&str]) -> BTreeSet<TableName> {
    let reads = |view: &Verbatim| {
        if view.uses.is_empty() {
            // Only its words are known.
            let words = identifiers(&view.sql);
            let has = |name: &str| words.iter().any(|word| word == name);
            return has(&table.name) && (view.sql.contains('*') || columns.iter().any(|column| has(column)));
        }
        let is_it = |path: &ObjectPath| match path {
            ObjectPath::Column(of, name) => of == table && columns.contains(&name.as_str()),
            ObjectPath::Table(_) => false,
        };
        view.uses.iter().any(is_it)
    };
    relations(objects).filter(|(_, view)| reads(view)).map(|(name, _)| name.clone()).collect()
}

/// The views that read a table or another view, unless that is a view which no longer has the columns they read when it
/// comes again.
fn reading_all(objects: &Objects, name: &TableName, again: Option<&Verbatim>) -> BTreeSet<TableName> {
    let keeps = |column: &String| again.is_none_or(|view| view.columns.is_empty() || view.columns.contains(column));
    let has = |path: &ObjectPath| match path {
        ObjectPath::Column(of, column) => of != name || keeps(column),
        ObjectPath::Table(_) => true,
    };
    let readers =
        relations(objects).filter(|(own, view)| *own != name && reads_any(view, &BTreeSet::from([name.clone()])));
    readers.filter(|(_, view)| view.uses.iter().all(has)).map(|(name, _)| name.clone()).collect()
}

fn reads_any(view: &Verbatim, names: &BTreeSet<TableName>) -> bool {
    if view.uses.is_empty() {
        let words = identifiers(&view.sql);
        return names.iter().any(|name| words.contains(&name.name));
    }
    view.uses.iter().any(|path| names.contains(path.table()))
}

/// The views with all that read them, however far away.
fn with_readers(mut found: BTreeSet<TableName>, objects: &Objects) -> BTreeSet<TableName> {
    loop {
        let more: Vec<TableName> = relations(objects)
            .filter(|(name, view)| !found.contains(*name) && reads_any(view, &found))
            .map(|(name, _)| name.clone())
            .collect();
        if more.is_empty() {
            return found;
        }
        found.extend(more);
    }
}

/// The views in an order in which they can be made.
fn in_order(mut names: BTreeSet<TableName>, objects: &Objects) -> Vec<(&TableName, &Verbatim)> {
    let mut ordered = Vec::with_capacity(names.len());
    while let Some(first) = names.first() {
        let is_free = |name: &&TableName| {
            let others = names.iter().filter(|other| other != name).cloned().collect();
            objects.get(*name).is_some_and(|view| !reads_any(view, &others))
        };
        let next = names.iter().find(is_free).unwrap_or(first).clone();
        names.remove(&next);
        ordered.extend(objects.get_key_value(&next));
    }
    ordered
}

/// Whether a view that is made anew is the one it was.
fn comes_back(view: &Verbatim, ops: &[Op]) -> bool {
    let words = identifiers(&view.sql);
    let names = |name: &String| words.contains(name);
    // PostgreSQL carries a rename into the view, and how it reads then nobody else knows.
    let is_renamed = ops.iter().any(|op| match op {
        Op::RenameTable { from, to } => names(&from.name) || names(&to.name),
        Op::RenameColumn { from, to, .. } => names(from) || names(to),
        _ => false,
    });
    view.lost_with_it.is_empty() && !is_renamed
}
