//! The comparison everything else asks for: entities, lock and live database become operations and what was kept.
//! Wires canonicalize, reconcile, rename, settle and diff; pure, and the same for every command, test and embedder.

use std::collections::BTreeSet;

use crate::dialect::{Dialect, Options};
use crate::diff::{self, Unmanaged, UnmanagedObject};
use crate::error::Result;
use crate::model::{Check, Declared, Placement, Rename, Schema, TableName, VerbatimKind};
use crate::op::Op;

/// What lies between the entities and a database.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Comparison {
    /// The database as it is, in the dialect's own words.
    pub live: Schema,
    /// The declared schema, in the live form wherever the live form satisfies it.
    pub declared: Schema,
    /// What the database should be: the declared schema and everything live that nobody declared.
    pub target: Schema,
    /// The operations that lead from `live` to `target`.
    pub differences: Vec<Difference>,
    /// What is live and was kept although nobody declares it.
    pub unmanaged: Vec<Unmanaged>,
    /// Renames that were asked for and cannot be meant as they are written.
    pub doubtful: Vec<Rename>,
}

/// One operation, and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What to do.
    pub op: Op,
    /// The entities did not change since the last revision: the database did.
    pub drift: bool,
}

impl Comparison {
    /// The operations alone.
    pub fn ops(&self) -> Vec<Op> {
        self.differences.iter().map(|difference| difference.op.clone()).collect()
    }
}

/// Compares what is declared with a live database. Without a lock nothing is drift and nothing is dropped.
/// With the lock in the place of the live database, the comparison needs none.
///
/// # Errors
/// The dialect has no form for something declared.
///
/// ```
/// use seachange::compare::compare;
/// use seachange::dialect::{Dialect, EnumStorage, Options};
/// use seachange::model::{Declared, Schema};
///
/// let options = Options { enums: EnumStorage::Plain };
/// let comparison = compare(&Declared::default(), None, &Schema::default(), Dialect::Sqlite, &options).unwrap();
/// assert!(comparison.differences.is_empty());
/// ```
pub fn compare(
    declared: &Declared,
    lock: Option<&Schema>,
    live: &Schema,
    dialect: Dialect,
    options: &Options,
) -> Result<Comparison> {
    let canonicalize = |schema: &Schema| dialect.canonicalize(schema.clone(), options).map(in_order);
    let plain = |name: &TableName| plain(name, dialect);
    let goal = canonicalize(&declared.schema)?;
    let live = canonicalize(live)?;
    let mut past = lock.map(canonicalize).transpose()?.unwrap_or_default();
    let ignored: BTreeSet<TableName> = declared.ignored.iter().map(plain).collect();
    let views: BTreeSet<TableName> = declared.views.iter().map(plain).collect();
    // What the project lets go of is not dropped: it never was the project's.
    past.tables.retain(|name, _| !ignored.contains(name) && !views.contains(name));

    let asked: Vec<Rename> = declared.renames.iter().map(|rename| without_schema(rename, plain)).collect();
    let renames = diff::resolve(&asked, &live, &goal);
    let doubtful = diff::doubtful(&asked, &renames, &live, &goal, &past);
    let moved = apply(&renames, live.clone());
    let past = apply(&diff::resolve(&asked, &past, &goal), past);
    let goal = dialect.reconcile(goal, &moved);
    let past = dialect.reconcile(past, &moved);
    let mut settlement = diff::settle(&goal, &past, &moved);
    settlement.unmanaged.retain(|unmanaged| {
        let is_view = matches!(unmanaged.object, UnmanagedObject::Verbatim(VerbatimKind::View));
        !ignored.contains(&unmanaged.table) && !(is_view && views.contains(&unmanaged.table))
    });

    let ops = renames.iter().map(Op::from).chain(diff::diff(&moved, &settlement.target));
    let difference = |op: Op| Difference { drift: lock.is_some() && diff::is_drift(&op, &goal, &past), op };
    let differences = ops.map(difference).collect();
    Ok(Comparison {
        live,
        declared: goal,
        target: settlement.target,
        differences,
        unmanaged: settlement.unmanaged,
        doubtful,
    })
}

/// The name as it is in a canonical schema of the dialect.
fn plain(name: &TableName, dialect: Dialect) -> TableName {
    let schema = name.schema.clone().filter(|_| dialect.capabilities().schemas);
    TableName { schema, name: name.name.clone() }
}

fn without_schema(rename: &Rename, plain: impl Fn(&TableName) -> TableName) -> Rename {
    match rename {
        Rename::Table { from, to } => Rename::Table { from: plain(from), to: plain(to) },
        Rename::Column { table, from, to } => {
            Rename::Column { table: plain(table), from: from.clone(), to: to.clone() }
        }
    }
}

/// The schema with the parts of its tables in an order that does not depend on where it was read from, so that the lock
/// and the database lead to the same text. Columns stay: theirs is the order of the table.
fn in_order(mut schema: Schema) -> Schema {
    for table in schema.tables.values_mut() {
        table.uniques.sort_by(|a, b| a.columns.cmp(&b.columns));
        table.foreign_keys.sort_by(|a, b| (&a.columns, &a.references).cmp(&(&b.columns, &b.references)));
        let place = |check: &Check| match &check.placement {
            Placement::Column(name) => (false, name.clone()),
            Placement::Table => (true, String::new()),
        };
        table.checks.sort_by(|a, b| (&a.expression, place(a)).cmp(&(&b.expression, place(b))));
        table.indexes.sort_by(|a, b| a.name.text.cmp(&b.name.text));
        table.triggers.sort_by(|a, b| a.name.cmp(&b.name));
    }
    schema
}

fn apply(renames: &[Rename], schema: Schema) -> Schema {
    renames.iter().fold(schema, |schema, rename| Op::from(rename).apply(schema))
}
