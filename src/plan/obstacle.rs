//! What stands in the way of a plan, whatever statements the database has: rows without a value, and things nobody
//! declares that would be left broken.

use std::collections::BTreeSet;

use super::Plan;
use crate::dialect::Dialect;
use crate::error::{Blocked, Refusal};
use crate::model::{Constraint, Deferrable, ForeignKey, Index, IndexKey, Schema, Table, TableName};
use crate::op::{Op, identifiers};

/// An operation that cannot be done. Who knows where its object is declared adds that.
pub(super) fn blocked(op: &Op, refusal: Refusal) -> Blocked {
    Blocked { op: op.to_string(), object: op.object(), location: None, refusal }
}

/// A new column that nothing gives a value to: no database can know what rows that are there already should hold.
pub(super) fn without_value(op: &Op) -> Option<Blocked> {
    let Op::AddColumn { table, column, .. } = op else { return None };
    let refusal = || Refusal {
        reason: "rows that are there already would have no value for it".to_owned(),
        hint: format!(
            "say what they get: `--fill '{table}.{}=...'` with SQL over their other columns, or give the field a \
             `default_value`, or make it an `Option`",
            column.name
        ),
        can_rebuild: false,
    };
    column.needs_value().then(|| blocked(op, refusal()))
}

/// Rows that are to be dealt out anew, when nobody says where each of them goes: entities name no partitions.
pub(super) fn without_place(op: &Op) -> Option<Blocked> {
    let Op::AlterTable { table, from, to } = op else { return None };
    let reason = match &to.partition_by {
        _ if from.partition_by == to.partition_by => return None,
        Some(_) => format!("the rows of `{table}` are partitioned anew, and no entity says which partitions there are"),
        None => format!("the partitions of `{table}` would go, and no entity says that these are all there are"),
    };
    let hint = "write the tables as they shall be, with all partitions, into a `.sql` file; `seachange diff --from … --to … \
                --format sql` says how to get there, for a revision of your own: `seachange revision -m …`";
    Some(blocked(op, Refusal { reason, hint: hint.to_owned(), can_rebuild: false }))
}

/// A table that is dropped although a text nobody declares needs it once all is done.
pub(super) fn needed_table(op: &Op, after: &Schema, dialect: Dialect) -> Option<Blocked> {
    let Op::DropTable { table } = op else { return None };
    dialect.needs(&table.name, after).map(|refusal| blocked(op, refusal))
}

/// A view that is made anew in another form, and what only the live one has would be lost without a word.
pub(super) fn lost_with_view(op: &Op, ops: &[Op]) -> Option<Blocked> {
    let Op::DropVerbatim { name, object } = op else { return None };
    let is_made = |other: &Op| matches!(other, Op::CreateVerbatim { name: own, .. } if own == name);
    if object.lost_with_it.is_empty() || !ops.iter().any(is_made) {
        return None;
    }
    let refusal = Refusal {
        reason: format!("`{name}` would lose {} if it was made anew", object.lost_with_it.join(" and ")),
        hint: "write `CREATE OR REPLACE VIEW`, or drop it, make it and say that again, in a revision of your own: \
               `seachange revision -m …`"
            .to_owned(),
        can_rebuild: false,
    };
    Some(blocked(op, refusal))
}

/// Foreign keys that stay although the plan takes away what they refer to. Only those nobody declares can be among them.
pub(super) fn broken_references(from: &Schema, to: &Schema, plan: &Plan) -> Vec<Blocked> {
    let is_broken =
        |schema: &Schema, fk: &ForeignKey| !schema.tables.get(&fk.references).is_some_and(|parent| has_key(parent, fk));
    // What was broken before is not the plan's doing.
    let was_broken = |table: &Table, fk: &ForeignKey| {
        let before = from.tables.get(&table.name).map(|table| &table.foreign_keys);
        before.is_none_or(|before| !before.contains(fk)) || is_broken(from, fk)
    };
    let mut found = Vec::new();
    for table in to.tables.values() {
        for fk in table.foreign_keys.iter().filter(|fk| is_broken(to, fk) && !was_broken(table, fk)) {
            let ops = || plan.steps.iter().map(|step| &step.op);
            // Before a rename the table had another name.
            let cause = ops().rfind(|op| *op.table() == fk.references).or_else(|| ops().next_back());
            let refusal = Refusal {
                reason: format!(
                    "the foreign key ({}) of `{}` needs `{}` ({})",
                    fk.columns.join(", "),
                    table.name,
                    fk.references,
                    fk.referenced_columns.join(", ")
                ),
                hint: "drop that foreign key first, in a revision of your own: `seachange revision -m …`".to_owned(),
                can_rebuild: false,
            };
            found.extend(cause.map(|op| blocked(op, refusal)));
        }
    }
    found
}

/// New foreign keys to columns by which no single row can be found: the database takes their text and refuses every row.
pub(super) fn aimless_references(from: &Schema, to: &Schema, plan: &Plan) -> Vec<Blocked> {
    let was_there = |table: &Table, fk: &ForeignKey| {
        let before = from.tables.get(&table.name).into_iter().flat_map(|table| &table.foreign_keys);
        let meaning = |fk: &ForeignKey| (fk.columns.clone(), fk.references.clone(), fk.referenced_columns.clone());
        before.into_iter().any(|before| meaning(before) == meaning(fk))
    };
    // What refers to no table of the schema, as a view, cannot be judged.
    let is_aimless = |fk: &ForeignKey| to.tables.get(&fk.references).is_some_and(|parent| !has_key(parent, fk));
    let mut found = Vec::new();
    for table in to.tables.values() {
        for fk in table.foreign_keys.iter().filter(|fk| is_aimless(fk) && !was_there(table, fk)) {
            let mut ops = plan.steps.iter().flat_map(|step| step.op.parts());
            let columns = fk.referenced_columns.join(", ");
            let refusal = Refusal {
                reason: format!(
                    "the foreign key ({}) of `{}` refers to `{}` ({columns}), which is {}",
                    fk.columns.join(", "),
                    table.name,
                    fk.references,
                    if is_late(to, fk) { "deferrable" } else { "neither its primary key nor unique" },
                ),
                hint: format!(
                    "make `{}` ({columns}) unique{}, or write `skip_fk` at the relation",
                    fk.references,
                    if is_late(to, fk) { " at once" } else { "" }
                ),
                can_rebuild: false,
            };
            found.extend(ops.find(|op| adds(op, &table.name, fk)).map(|op| blocked(op, refusal)));
        }
    }
    found
}

/// Whether what the foreign key refers to is unique only when a transaction ends.
fn is_late(schema: &Schema, fk: &ForeignKey) -> bool {
    let keys = schema.tables.get(&fk.references).into_iter().flat_map(|table| table.constraints());
    let mut late = keys.filter(|key| key.deferrable() != Deferrable::No);
    late.any(|key| match key {
        Constraint::PrimaryKey(key) => key.columns == fk.referenced_columns,
        Constraint::Unique(unique) => unique.columns == fk.referenced_columns,
        Constraint::ForeignKey(_) | Constraint::Check(_) | Constraint::Exclusion(_) => false,
    })
}

/// Whether the foreign key comes with the operation.
fn adds(op: &Op, of: &TableName, fk: &ForeignKey) -> bool {
    let is_it = |constraint: &Constraint| matches!(constraint, Constraint::ForeignKey(added) if added == fk);
    match op {
        Op::CreateTable { table } => table.name == *of && table.foreign_keys.contains(fk),
        Op::AddColumn { table, constraints, .. } => table == of && constraints.iter().any(is_it),
        Op::AddConstraint { table, constraint } => table == of && is_it(constraint),
        _ => false,
    }
}

/// Whether rows of the table can be found by the columns the foreign key refers to.
fn has_key(parent: &Table, fk: &ForeignKey) -> bool {
    let wanted: BTreeSet<&String> = fk.referenced_columns.iter().collect();
    let is_it = |columns: &[String]| columns.iter().collect::<BTreeSet<_>>() == wanted;
    let by_index = |index: &Index| {
        let columns = index.parts.iter().map(|part| match &part.key {
            IndexKey::Column(name) => Some(name),
            IndexKey::Expression(_) => None,
        });
        index.unique && index.predicate.is_none() && columns.collect::<Option<BTreeSet<_>>>() == Some(wanted.clone())
    };
    // A key that may be broken for a while is nobody's to refer to.
    let at_once = |deferrable: Deferrable| deferrable == Deferrable::No;
    parent.primary_key.as_ref().is_some_and(|key| is_it(&key.columns) && at_once(key.deferrable))
        || parent.uniques.iter().any(|unique| is_it(&unique.columns) && at_once(unique.deferrable))
        || parent.indexes.iter().any(by_index)
}

/// The renames among the operations.
pub(super) fn renames(ops: &[Op]) -> Vec<Op> {
    ops.iter().filter(|op| matches!(op, Op::RenameTable { .. } | Op::RenameColumn { .. })).cloned().collect()
}

/// Whether a rebuild writes a trigger anew that names something the same plan renames: the database carries a rename into
/// such texts, and how they read then is known to nobody else.
pub(super) fn uncertain(op: &Op, renames: &[Op]) -> Option<Blocked> {
    let Op::RebuildTable { to, .. } = op else { return None };
    let mut texts = to.attachments.iter().map(|trigger| (&trigger.sql, identifiers(&trigger.sql)));
    let found = texts.find_map(|(sql, words)| {
        let names = |name: &str| words.iter().any(|word| word.eq_ignore_ascii_case(name));
        let rename = renames.iter().find(|rename| match rename {
            Op::RenameTable { from, to } => names(&from.name) || names(&to.name),
            Op::RenameColumn { from, to, .. } => names(from) || names(to),
            _ => false,
        })?;
        Some((sql, rename))
    });
    let (sql, rename) = found?;
    let refusal = Refusal {
        reason: format!(
            "it has to write `{} …` anew, and only the database knows how that reads once it did {rename}",
            sql.split_whitespace().take(3).collect::<Vec<_>>().join(" ")
        ),
        hint: "write the rename as a revision of its own, and everything else as the next".to_owned(),
        can_rebuild: false,
    };
    Some(blocked(op, refusal))
}
