//! The comparison everything else asks for: entities, lock and live database become operations and what was kept.
//! Wires canonicalize, reconcile, rename, settle and diff; the same for every command, test and embedder. All of it is
//! pure but [`Sides::ask`], the step in which the database may be asked what the rules leave open.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

use sea_orm::ConnectionTrait;

use crate::dialect::{self, Dialect, Options};
use crate::diff::{self, Likely, Rules, TypeChanges, Unmanaged};
use crate::error::Result;
use crate::model::{Check, Declared, Index, Literal, ObjectPath, Placement, Rename, Schema, Table, TableName};
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
    /// The entities that are views or virtual tables in the database: neither created nor changed.
    pub views: BTreeSet<TableName>,
    /// The live tables and views that the project leaves out. They are in `live` and `target` all the same.
    pub left_out: BTreeSet<TableName>,
    /// Renames that were asked for and cannot be meant as they are written.
    pub doubtful: Vec<Rename>,
    /// What is dropped and created and looks like renames nobody asked for.
    pub likely: Likely,
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
/// let options = Options::new(EnumStorage::Plain);
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
    compare_by(declared, lock, live, dialect, options, &Rules::default())
}

/// The same by the rules of a project: what it leaves out is neither created nor dropped nor listed.
///
/// # Errors
/// The dialect has no form for something declared.
pub fn compare_by(
    declared: &Declared,
    lock: Option<&Schema>,
    live: &Schema,
    dialect: Dialect,
    options: &Options,
    rules: &Rules,
) -> Result<Comparison> {
    Ok(Sides::new(declared, lock, live, dialect, options, rules)?.compare())
}

/// The two sides of a comparison, in the words of one database, before they are compared.
///
/// ```
/// use seachange::compare::Sides;
/// use seachange::dialect::{Dialect, Options};
/// use seachange::diff::Rules;
/// use seachange::model::{Declared, Schema};
///
/// let (declared, options, rules) = (Declared::default(), Options::default(), Rules::default());
/// let sides = Sides::new(&declared, None, &Schema::default(), Dialect::Sqlite, &options, &rules).unwrap();
/// assert!(sides.compare().differences.is_empty());
/// ```
#[derive(Debug, Clone)]
pub struct Sides<'a> {
    declared: &'a Declared,
    dialect: Dialect,
    options: &'a Options,
    rules: &'a Rules,
    has_lock: bool,
    live: Schema,
    /// The live schema after the renames.
    moved: Schema,
    /// What is declared, reconciled with the live schema.
    goal: Schema,
    /// The lock, reconciled with the live schema.
    past: Schema,
    renames: Vec<Rename>,
    doubtful: Vec<Rename>,
    /// The values of enum types that are gone, each with the one that takes its place.
    replaced: Replaced,
    views: BTreeSet<TableName>,
    left_out: BTreeSet<TableName>,
}

/// By the names of enum types.
type Replaced = BTreeMap<TableName, Vec<(String, String)>>;

impl<'a> Sides<'a> {
    /// Brings both sides into the words of the database, by rules alone.
    ///
    /// # Errors
    /// The dialect has no form for something declared.
    pub fn new(
        declared: &'a Declared,
        lock: Option<&Schema>,
        live: &Schema,
        dialect: Dialect,
        options: &'a Options,
        rules: &'a Rules,
    ) -> Result<Self> {
        Self::with(declared, lock, live.clone(), dialect, options, rules)
    }

    /// The same of a live schema that nobody else has a use for, which saves a copy of all its tables.
    ///
    /// # Errors
    /// The dialect has no form for something declared.
    pub fn with(
        declared: &'a Declared,
        lock: Option<&Schema>,
        live: Schema,
        dialect: Dialect,
        options: &'a Options,
        rules: &'a Rules,
    ) -> Result<Self> {
        let canonicalize = |schema: Schema| dialect.canonicalize(schema, options).map(in_order);
        let goal = canonicalize(rules.tables.keep(declared.schema.clone()))?;
        // What is left out on the live side stays in the target: a plan has to see the views and foreign keys that lead
        // into it.
        let live = canonicalize(live)?;
        let mut past = canonicalize(lock.map(|lock| rules.tables.keep(lock.clone())).unwrap_or_default())?;
        let live = dialect.respell(live, &past);
        // What the entities let go of is not dropped.
        let ignored: BTreeSet<TableName> = declared.ignored.iter().map(|name| dialect.fit_table(name)).collect();
        past.tables.retain(|name, _| !ignored.contains(name));
        let said: BTreeSet<TableName> = declared.views.iter().map(|name| dialect.fit_table(name)).collect();
        let is_view = |name: &&TableName| live.verbatim.get(*name).is_some_and(|object| object.kind.is_relation());
        let found = goal.tables.keys().filter(is_view).cloned();
        let views: BTreeSet<TableName> = said.into_iter().chain(found).collect();
        let goal = without(goal, &views);
        // Foreign keys of the past stay: what was one when it still was a table is the project's to drop.
        past.tables.retain(|name, _| !views.contains(name));
        let by_schema = left_out(declared, lock, dialect, rules);
        let is_left_out =
            |name: &&TableName| !rules.tables.has(name) || by_schema.contains(*name) || ignored.contains(*name);
        let left_out = live.tables.keys().chain(live.verbatim.keys()).filter(is_left_out).cloned().collect();

        let asked = rules.tables.keep_renames(&declared.renames);
        let asked: Vec<Rename> = asked.iter().map(|rename| dialect.fit_rename(rename, options)).collect();
        let once = rules.tables.keep_renames(&declared.once);
        let once: Vec<Rename> = once.iter().map(|rename| dialect.fit_rename(rename, options)).collect();
        let TypeChanges { renames: of_values, replaced } = of_types(dialect, &asked, &past, &goal);
        let meant: Vec<Rename> = asked.iter().chain(&of_values).cloned().collect();
        let said: BTreeSet<ObjectPath> = once.iter().map(Rename::before).collect();
        let unsaid = of_values.into_iter().filter(|rename| !said.contains(&rename.before()));
        let once: Vec<Rename> = once.into_iter().chain(unsaid).collect();
        let mut renames = diff::resolve(&meant, &live, &goal);
        let swaps = |schema: &Schema| diff::swaps(&once, schema, &goal);
        renames.extend(swaps(&live));
        let doubtful = diff::doubtful(&asked, &renames, &live, &goal, &past);
        let moved = apply(&renames, dialect.pinned(live.clone(), &renames));
        let (of_past, swapped) = (diff::resolve(&meant, &past, &goal), swaps(&past));
        let past = apply(&swapped, apply(&of_past, past));
        let constraints = dialect.capabilities().rename_constraint;
        let goal = diff::follow(goal, &past, &moved, &renames, constraints);
        let goal = dialect.reconcile(rules.tighten(goal, &moved), &moved);
        let past = dialect.reconcile(past, &moved);
        let has_lock = lock.is_some();
        Ok(Self {
            declared,
            dialect,
            options,
            rules,
            has_lock,
            live,
            moved,
            goal,
            past,
            renames,
            doubtful,
            replaced,
            views,
            left_out,
        })
    }

    /// Lets the database settle what the rules leave open, and gives back what there is to tell about it, in sentences.
    /// A database that is not needed is not asked; one that cannot answer leaves everything as it is.
    ///
    /// # Errors
    /// The connection fails.
    pub async fn ask(&mut self, db: &impl ConnectionTrait) -> Result<Vec<String>> {
        let (goal, past) = (std::mem::take(&mut self.goal), std::mem::take(&mut self.past));
        let asked = dialect::ask(db, self.dialect, goal, past, &self.moved, self.options).await?;
        (self.goal, self.past) = (asked.declared, asked.lock);
        Ok(asked.notes)
    }

    /// Compares.
    pub fn compare(self) -> Comparison {
        let Self {
            declared,
            dialect,
            options,
            rules,
            has_lock,
            live,
            moved,
            goal,
            past,
            renames,
            doubtful,
            replaced,
            views,
            left_out,
        } = self;
        let (goal, past) = (rules.without_ignored(goal, &moved), rules.without_ignored(past, &moved));
        let mut settlement = diff::settle(&goal, &past, &moved);
        let is_known = |name: &TableName| left_out.contains(name) || views.contains(name);
        settlement.unmanaged.retain(|unmanaged| rules.lists(unmanaged) && !is_known(&unmanaged.table));
        let spell = |value: &Literal| dialect.literal(value);
        let target = diff::with_defaults(settlement.target, &goal, &moved, &spell);

        let ops = renames.iter().map(Op::from).chain(diff::diff(&moved, &target));
        let ops: Vec<Op> = ops.map(|op| diff::with_replaced(op, &replaced)).collect();
        let said = &declared.schema;
        let likely = diff::likely(&ops, &moved, &goal, said, &|goal, live| dialect.reconcile(goal, live));
        let fills = fitted(&declared.fills, dialect, options);
        let difference = |op: Op| Difference {
            drift: has_lock && diff::is_drift(&op, &goal, &past),
            op: filled(op, &fills, dialect),
        };
        let differences = ops.into_iter().map(difference).collect();
        Comparison {
            live,
            declared: goal,
            target,
            differences,
            unmanaged: settlement.unmanaged,
            views,
            left_out,
            doubtful,
            likely,
        }
    }
}

/// What is said of columns, by the names the database gives them.
pub(crate) fn fitted(
    fills: &BTreeMap<ObjectPath, String>,
    dialect: Dialect,
    options: &Options,
) -> BTreeMap<ObjectPath, String> {
    let fit = |(path, sql): (&ObjectPath, &String)| {
        let ObjectPath::Column(table, column) = path else { return (path.clone(), sql.clone()) };
        let same = Rename::Column { table: table.clone(), from: column.clone(), to: column.clone() };
        (dialect.fit_rename(&same, options).after(), sql.clone())
    };
    fills.iter().map(fit).collect()
}

/// The operation with what rows that are there get by it, if they have to get something.
pub(crate) fn filled(op: Op, fills: &BTreeMap<ObjectPath, String>, dialect: Dialect) -> Op {
    match &op {
        Op::AlterColumn { from, to, .. } if (!from.nullable || to.nullable) && !dialect.replaces(from, to) => op,
        _ => op.filled(fills),
    }
}

/// Where a complete schema comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A database: its words are already those of a server.
    Database,
    /// Entities or the lock: weak where nobody wrote a thing, and in the words of people.
    Declared,
}

/// What lies between two complete schemas.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Whole {
    /// The side everything begins at, in the dialect's own words.
    pub from: Schema,
    /// The operations that lead to the other side.
    pub ops: Vec<Op>,
    /// Renames that were asked for and cannot be meant as they are written.
    pub doubtful: Vec<Rename>,
}

/// Compares two complete schemas: what is only on the first side is dropped, and nothing is anybody else's.
///
/// # Errors
/// The dialect has no form for something declared.
///
/// ```
/// use seachange::compare::{Origin, whole};
/// use seachange::dialect::{Dialect, Options};
/// use seachange::model::Schema;
///
/// let empty = Schema::default();
/// let both = [(&empty, Origin::Database), (&empty, Origin::Declared)];
/// let whole = whole(both[0], both[1], &[], Dialect::Postgres, &Options::default()).unwrap();
/// assert!(whole.ops.is_empty());
/// ```
pub fn whole(
    from: (&Schema, Origin),
    to: (&Schema, Origin),
    asked: &[Rename],
    dialect: Dialect,
    options: &Options,
) -> Result<Whole> {
    Ok(Pair::new(from, to, asked, dialect, options)?.compare())
}

/// Two complete schemas in the words of one database, before they are compared.
#[derive(Debug, Clone)]
pub struct Pair<'a> {
    dialect: Dialect,
    options: &'a Options,
    origins: (Origin, Origin),
    from: Schema,
    /// The first schema after the renames.
    moved: Schema,
    to: Schema,
    renames: Vec<Rename>,
    doubtful: Vec<Rename>,
    replaced: Replaced,
}

impl<'a> Pair<'a> {
    /// Brings both into the words of the database, by rules alone.
    ///
    /// # Errors
    /// The dialect has no form for something declared.
    pub fn new(
        from: (&Schema, Origin),
        to: (&Schema, Origin),
        asked: &[Rename],
        dialect: Dialect,
        options: &'a Options,
    ) -> Result<Self> {
        let canonicalize = |schema: &Schema| dialect.canonicalize(schema.clone(), options).map(in_order);
        let ((from, from_origin), (to, to_origin)) = (from, to);
        let (from, to) = (canonicalize(from)?, canonicalize(to)?);
        let asked: Vec<Rename> = asked.iter().map(|rename| dialect.fit_rename(rename, options)).collect();
        let TypeChanges { renames: of_values, replaced } = of_types(dialect, &asked, &from, &to);
        let meant: Vec<Rename> = asked.iter().chain(&of_values).cloned().collect();
        let mut renames = diff::resolve(&meant, &from, &to);
        renames.extend(diff::swaps(&of_values, &from, &to));
        let doubtful = diff::doubtful(&asked, &renames, &from, &to, &from);
        let moved = apply(&renames, dialect.pinned(from.clone(), &renames));
        let (moved, to) = match (from_origin, to_origin) {
            (Origin::Declared, Origin::Database) => (dialect.reconcile(moved, &to), to),
            (Origin::Database, Origin::Database) => {
                let to = dialect.align(to, &moved);
                (moved, to)
            }
            (_, Origin::Declared) => {
                let to = dialect.reconcile(to, &moved);
                (moved, to)
            }
        };
        let moved = made_alike(moved, &to);
        let origins = (from_origin, to_origin);
        Ok(Self { dialect, options, origins, from, moved, to, renames, doubtful, replaced })
    }

    /// Lets the database of the one side settle what the rules leave open about the other, which is declared.
    ///
    /// # Errors
    /// The connection fails.
    pub async fn ask(&mut self, db: &impl ConnectionTrait) -> Result<Vec<String>> {
        let (declared, live) = match self.origins {
            (Origin::Declared, Origin::Database) => (&mut self.moved, &self.to),
            (Origin::Database, Origin::Declared) => (&mut self.to, &self.moved),
            (Origin::Declared, Origin::Declared) | (Origin::Database, Origin::Database) => return Ok(Vec::new()),
        };
        let asked = dialect::ask(db, self.dialect, declared.clone(), Schema::default(), live, self.options).await?;
        *declared = asked.declared;
        Ok(asked.notes)
    }

    /// Compares.
    pub fn compare(self) -> Whole {
        let Self { origins, from, moved, to, renames, doubtful, replaced, .. } = self;
        let from = match origins {
            (Origin::Declared, Origin::Database) => {
                let back = renames.iter().rev().map(|rename| Op::from(rename).inverse());
                back.fold(moved.clone(), |schema, op| op.apply(schema))
            }
            _ => from,
        };
        let ops = renames.iter().map(Op::from).chain(diff::diff(&moved, &to));
        let ops = ops.map(|op| diff::with_replaced(op, &replaced)).collect();
        Whole { from, ops, doubtful }
    }
}

/// What the variants of enums say about their types, where the database has such.
fn of_types(dialect: Dialect, asked: &[Rename], past: &Schema, goal: &Schema) -> TypeChanges {
    if !dialect.capabilities().enum_types {
        return TypeChanges::default();
    }
    diff::of_types(&apply(&diff::resolve(asked, past, goal), past.clone()), goal)
}

/// The schema without some tables, and without the foreign keys that lead to them: nothing can refer to a view.
fn without(mut schema: Schema, names: &BTreeSet<TableName>) -> Schema {
    schema.tables.retain(|name, _| !names.contains(name));
    let refers = |table: &Table| table.foreign_keys.iter().any(|fk| names.contains(&fk.references));
    for table in schema.tables.values_mut().filter(|table| refers(table)) {
        table.foreign_keys.retain(|fk| !names.contains(&fk.references));
    }
    schema
}

/// The tables that are left out by the schema somebody declared them in, as a database without schemas knows them.
fn left_out(declared: &Declared, lock: Option<&Schema>, dialect: Dialect, rules: &Rules) -> BTreeSet<TableName> {
    if dialect.capabilities().schemas {
        return BTreeSet::new();
    }
    let names = || declared.schema.tables.keys().chain(lock.into_iter().flat_map(|lock| lock.tables.keys()));
    let bare = |name: &TableName| TableName::new(&name.name);
    let kept: BTreeSet<TableName> = names().filter(|name| rules.tables.has(name)).map(bare).collect();
    names().filter(|name| !rules.tables.has(name)).map(bare).filter(|name| !kept.contains(name)).collect()
}

/// The schema with its indexes made as those of the other: how one is made is no part of what it is.
fn made_alike(mut schema: Schema, other: &Schema) -> Schema {
    for (name, table) in &mut schema.tables {
        let Some(other) = other.tables.get(name) else { continue };
        let own = |index: &Index| other.indexes.iter().find(|other| other.name.text == index.name.text);
        let differs = |index: &Index| own(index).is_some_and(|other| other.concurrently != index.concurrently);
        if table.indexes.iter().any(differs) {
            let Ok(()) = table.change(|table| {
                for index in &mut table.indexes {
                    index.concurrently = own(index).map_or(index.concurrently, |other| other.concurrently);
                }
                Ok::<_, Infallible>(())
            });
        }
    }
    schema
}

/// The schema with the parts of its tables in an order that does not depend on where it was read from, so that the lock
/// and the database lead to the same text. Columns stay: theirs is the order of the table.
fn in_order(mut schema: Schema) -> Schema {
    for table in schema.tables.values_mut() {
        let Ok(()) = table.change(|table| {
            sort(table);
            Ok::<_, Infallible>(())
        });
    }
    schema
}

fn sort(table: &mut Table) {
    table.uniques.sort_by(|a, b| a.columns.cmp(&b.columns));
    table.foreign_keys.sort_by(|a, b| (&a.columns, &a.references).cmp(&(&b.columns, &b.references)));
    let place = |check: &Check| match &check.placement {
        Placement::Column(name) => (false, name.clone()),
        Placement::Table => (true, String::new()),
    };
    table.checks.sort_by(|a, b| (&a.expression, place(a)).cmp(&(&b.expression, place(b))));
    table.indexes.sort_by(|a, b| a.name.text.cmp(&b.name.text));
    table.attachments.sort_by(|a, b| a.name.cmp(&b.name));
}

fn apply(renames: &[Rename], schema: Schema) -> Schema {
    renames.iter().fold(schema, |schema, rename| Op::from(rename).apply(schema))
}
