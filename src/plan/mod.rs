//! Operations become a plan: the mildest form the dialect can run, in the order of what needs what, each step with
//! its hazards. What a database cannot do is said here, before anything is written. Writes no SQL.

pub mod hazard;
mod obstacle;
mod online;
mod order;
mod phases;

use std::collections::{BTreeMap, BTreeSet};
use std::mem::discriminant;

use crate::dialect::{Dialect, Effects, Expansion, Options, Rebuild};
use crate::error::{Blocked, Error, Result};
use crate::model::{
    Attachment, ClauseOf, Column, Constraint, Index, IndexPart, Name, Schema, Shared, Table, TableName, Verbatim,
};
use crate::op::{CommentOn, Op};

use hazard::Hazard;

/// Ordered steps from one schema to another.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// The steps in the order they run.
    pub steps: Vec<Step>,
}

/// One operation with what can go wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What is done.
    pub op: Op,
    /// For a rebuild, the statements around the new table.
    pub rebuild: Option<Rebuild>,
    /// What can go wrong.
    pub hazards: Vec<Hazard>,
    /// What it locks, reads and writes anew. Tables that the plan makes are not among them: nobody uses these.
    pub effects: Effects,
    /// It only makes room for another step, or puts back what made room.
    pub around: bool,
    /// Why it is done, where that is more than the difference.
    pub reason: Option<String>,
    /// What whoever reads it should know, a line each.
    pub notes: Vec<String>,
}

/// What a plan is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To go where the entities are. Nothing is invented.
    Up,
    /// The same, with nothing said where only a person knows a value: [`Plan::online`] leaves it open.
    Online,
    /// To write down a database as it is. Nothing in it is a mistake of the project.
    Record,
    /// To undo. A column that must have a value comes back with an empty one.
    Down,
}

/// Plans the operations on a database that looks like `from`.
///
/// # Errors
/// [`Error::Blocked`] lists every operation this database has no statement for, and why.
///
/// ```
/// use seachange::dialect::{Dialect, Options};
/// use seachange::model::Schema;
/// use seachange::plan::{Purpose, plan};
///
/// let (empty, options) = (Schema::default(), Options::default());
/// assert!(plan(Vec::new(), &empty, Dialect::Sqlite, &options, Purpose::Up).unwrap().steps.is_empty());
/// ```
pub fn plan(ops: Vec<Op>, from: &Schema, dialect: Dialect, options: &Options, purpose: Purpose) -> Result<Plan> {
    let mut names = names(&ops.iter().fold(from.clone(), |schema, op| op.apply(schema)));
    let mildest = in_place(ops, dialect).into_iter().flat_map(|op| mildest(op, from, dialect, &mut names));
    let ops = order::order(mildest.map(|op| replaced(op, dialect, purpose)).collect());
    let refused = refused(&ops, from, dialect, options);
    let ops = if refused.is_empty() { ops } else { order::order(together(&ops, &refused, from, dialect)) };
    let ops = if dialect.capabilities().add_constraint { order::apart(&ops) } else { ops };
    let renames = obstacle::renames(&ops);
    let mut schema = from.clone();
    let mut blocked: Vec<Blocked> = match purpose {
        Purpose::Up => {
            let blocked = |op| obstacle::without_value(op).or_else(|| obstacle::without_place(op));
            ops.iter().flat_map(Op::parts).filter_map(blocked).collect()
        }
        Purpose::Online => ops.iter().flat_map(Op::parts).filter_map(obstacle::without_place).collect(),
        Purpose::Record | Purpose::Down => Vec::new(),
    };
    blocked.extend(ops.iter().filter_map(|op| obstacle::lost_with_view(op, &ops)));
    let mut plan = Plan::default();
    for Planned { op, around } in expanded(&ops, from, dialect, options) {
        let op = with_tables(op, &schema);
        if let Err(refusal) = dialect.accepts(&op, &schema, options) {
            blocked.push(obstacle::blocked(&op, refusal));
        }
        let rebuild = match &op {
            Op::RebuildTable { from, to, .. } => Some(dialect.rebuild(from, to, &schema)),
            _ => None,
        };
        blocked.extend(obstacle::uncertain(&op, &renames));
        let hazards = if around { Vec::new() } else { hazard::find::of(&op, &schema, dialect) };
        schema = op.apply(schema);
        plan.steps.push(Step {
            op,
            rebuild,
            hazards,
            effects: Effects::new(),
            around,
            reason: None,
            notes: Vec::new(),
        });
    }
    blocked.extend(plan.steps.iter().filter_map(|step| obstacle::needed_table(&step.op, &schema, dialect)));
    // What was there before is known by its name after all renames.
    let moved = renames.iter().fold(from.clone(), |schema, op| op.apply(schema));
    blocked.extend(obstacle::broken_references(&moved, &schema, &plan));
    // What somebody has, broken or not, is written down and comes back.
    blocked.extend(match purpose {
        Purpose::Up | Purpose::Online => obstacle::aimless_references(&moved, &schema, &plan),
        Purpose::Record | Purpose::Down => Vec::new(),
    });
    if blocked.is_empty() { Ok(waiting(plan, from, dialect)) } else { Err(Error::Blocked { blocked }) }
}

/// The tables and views that somebody may use.
fn relations(schema: &Schema) -> BTreeSet<TableName> {
    let partitions = schema.tables.values().flat_map(|table| &table.partitions).map(|partition| &partition.name);
    let views = schema.verbatim.iter().filter(|(_, object)| object.kind.is_relation()).map(|(name, _)| name);
    schema.tables.keys().chain(partitions).chain(views).cloned().collect()
}

/// The plan with what each step does to tables that were there before, and who has to wait for it.
fn waiting(mut plan: Plan, from: &Schema, dialect: Dialect) -> Plan {
    let (mut held, mut used) = (hazard::wait::Held::default(), relations(from));
    let mut schema = from.clone();
    for step in &mut plan.steps {
        let op = &step.op;
        step.effects = dialect.effects(op, &schema);
        step.effects.retain(|name, _| used.contains(name));
        // What runs in no transaction has nothing held around it.
        let mut alone = hazard::wait::Held::default();
        let around_it = if phases::runs_alone(op) { &mut alone } else { &mut held };
        step.hazards.retain(|hazard| !hazard::wait::KINDS.contains(&hazard.kind));
        step.hazards.extend(around_it.hazards(op, &step.effects));
        used = used_after(used, op);
        schema = op.apply(schema);
    }
    plan
}

/// The same after an operation: what is new is used by nobody.
fn used_after(mut used: BTreeSet<TableName>, op: &Op) -> BTreeSet<TableName> {
    match op {
        Op::RenameTable { from, to } if used.remove(from) => used.extend([to.clone()]),
        Op::DropTable { table } => {
            used.remove(&table.name);
            used.retain(|name| !table.partitions.iter().any(|partition| partition.name == *name));
        }
        Op::DropPartition { partition, .. } => used.retain(|name| *name != partition.name),
        Op::DropVerbatim { name, .. } => used.retain(|own| own != name),
        _ => {}
    }
    used
}

/// The operation with a new column in the place of one that cannot become it, which is nothing to do by the way: a project
/// has to say what becomes of its values.
fn replaced(op: Op, dialect: Dialect, purpose: Purpose) -> Op {
    match (op, purpose) {
        (Op::AlterColumn { table, from, to }, Purpose::Record) if dialect.replaces(&from, &to) => {
            Op::ReplaceColumn { table, from, to, filled: false }
        }
        (Op::AlterColumn { table, from, to }, Purpose::Down) if dialect.replaces(&from, &to) => {
            Op::ReplaceColumn { table, from, to, filled: true }
        }
        (Op::ReplaceColumn { table, from, to, .. }, purpose) => {
            Op::ReplaceColumn { table, from, to, filled: purpose == Purpose::Down }
        }
        (op, _) => op,
    }
}

/// The operations with one change in the place of a drop and a making, where the database can change the object.
fn in_place(ops: Vec<Op>, dialect: Dialect) -> Vec<Op> {
    let replaced = |name: &TableName, from: &Verbatim| {
        let made = ops.iter().find_map(|op| match op {
            Op::CreateVerbatim { name: own, object } if own == name => Some(object.clone()),
            _ => None,
        });
        made.filter(|to| dialect.changes_in_place(name, from, to))
    };
    let changed: BTreeMap<TableName, (Verbatim, Verbatim)> = ops
        .iter()
        .filter_map(|op| match op {
            Op::DropVerbatim { name, object } => Some((name.clone(), (object.clone(), replaced(name, object)?))),
            _ => None,
        })
        .collect();
    let in_place = |op: Op| match op {
        Op::DropVerbatim { ref name, .. } if changed.contains_key(name) => Vec::new(),
        Op::CreateVerbatim { name, object } => match changed.get(&name) {
            Some((from, to)) => {
                let to = Verbatim { comment: from.comment.clone(), ..to.clone() };
                let on = CommentOn::Verbatim(name.clone(), object.kind);
                let comment = Op::Comment { on, from: from.comment.clone(), to: object.comment.clone() };
                let comment = (from.comment != object.comment).then_some(comment);
                let change = Op::ReplaceVerbatim { name, from: from.clone(), to };
                std::iter::once(change).chain(comment).collect()
            }
            None => vec![Op::CreateVerbatim { name, object }],
        },
        op => vec![op],
    };
    ops.into_iter().flat_map(in_place).collect()
}

/// Whether more is said about a unique constraint than an index could say.
fn is_special(op: &Op, from: &Schema) -> bool {
    let Op::AddConstraint { table, constraint: Constraint::Unique(unique) } = op else { return false };
    let of = ClauseOf::Unique(unique.columns.clone());
    from.tables.get(table).is_some_and(|table| table.options.clauses.contains_key(&of))
}

/// The tables with an operation that only a rebuild can do.
fn refused(ops: &[Op], from: &Schema, dialect: Dialect, options: &Options) -> BTreeSet<TableName> {
    let mut schema = from.clone();
    let mut tables = BTreeSet::new();
    for op in ops {
        if dialect.accepts(op, &schema, options).is_err_and(|refusal| refusal.can_rebuild) {
            tables.insert(op.table().clone());
        }
        schema = op.apply(schema);
    }
    tables
}

/// Puts all operations inside a refused table into one rebuild of it, where the first of them was. Where the database has
/// statements for the others, only how the table is stored is among them.
fn together(ops: &[Op], refused: &BTreeSet<TableName>, from: &Schema, dialect: Dialect) -> Vec<Op> {
    let (taken, given) = (names_that(ops, Comes::In), names_that(ops, Comes::Out));
    let is_of_another = |names: &[(TableName, String)], table: &TableName, index: &Index| {
        names.iter().any(|(of, name)| of != table && name.eq_ignore_ascii_case(&index.name.text))
    };
    // What makes room for another object of its name has to go early, and what needs the room waits for it.
    let moves = |op: &Op| match op {
        Op::DropIndex { table, index } => is_of_another(&taken, table, index),
        Op::CreateIndex { table, index } => is_of_another(&given, table, index),
        _ => false,
    };
    let alters = dialect.capabilities().alter_column;
    let is_part = |op: &Op| if alters { is_storage(op) } else { stays_inside(op) && !moves(op) };
    let is_inside = |op: &Op, name: &TableName| op.table() == name && is_part(op);
    let mut planned: Vec<Op> = Vec::new();
    for op in ops {
        let name = op.table();
        if !refused.contains(name) || !is_part(op) {
            planned.push(op.clone());
        } else if !planned.iter().any(|op| matches!(op, Op::RebuildTable { from, .. } if from.name == *name)) {
            let ops = ops.iter().filter(|op| is_inside(op, name)).cloned().collect();
            let table = from.tables.get(name).cloned().unwrap_or_else(|| Table::new(name.clone()).into());
            planned.push(Op::RebuildTable { from: table.clone(), to: table, ops });
        }
    }
    planned
}

/// Whether an object comes or goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Comes {
    In,
    Out,
}

/// The names of tables and indexes that come or go with the operations, with the tables they belong to.
fn names_that(ops: &[Op], comes: Comes) -> Vec<(TableName, String)> {
    let of = |op: &Op| -> Vec<(TableName, String)> {
        match (op, comes) {
            (Op::CreateTable { table }, Comes::In) | (Op::DropTable { table }, Comes::Out) => {
                let names = table.indexes.iter().map(|index| index.name.text.clone());
                names.chain([table.name.name.clone()]).map(|name| (table.name.clone(), name)).collect()
            }
            (Op::CreateIndex { table, index }, Comes::In) | (Op::DropIndex { table, index }, Comes::Out) => {
                vec![(table.clone(), index.name.text.clone())]
            }
            _ => Vec::new(),
        }
    };
    ops.iter().flat_map(of).collect()
}

/// The operations with those around them that the database needs. What had to go early does not go again.
fn expanded(ops: &[Op], from: &Schema, dialect: Dialect, options: &Options) -> Vec<Planned> {
    let mut schema = from.clone();
    let mut planned: Vec<Planned> = Vec::with_capacity(ops.len());
    let mut away: BTreeMap<TableName, Verbatim> = BTreeMap::new();
    for (position, op) in ops.iter().enumerate() {
        if !is_done(op, &planned, &schema) {
            let Expansion { before, middle, after } = dialect.expand(op, ops, &schema, options);
            let parts = [(before, true), (middle, false), (after, true)];
            for (op, around) in parts.into_iter().flat_map(|(ops, around)| ops.into_iter().map(move |op| (op, around)))
            {
                schema = op.apply(schema);
                // What the plan does anyhow is its own, however early.
                let around = around && !ops.contains(&op);
                if let (Op::DropVerbatim { name, object }, true) = (&op, around) {
                    away.insert(name.clone(), object.clone());
                }
                planned.push(Planned { op: if around { at_once(op) } else { op }, around });
            }
        }
        if away.is_empty() {
            continue;
        }
        let rest: Vec<&Op> = ops.iter().skip(position + 1).filter(|op| !is_done(op, &planned, &schema)).collect();
        for op in dialect.put_back(&away, &rest, ops, &schema) {
            away.remove(op.table());
            schema = op.apply(schema);
            planned.push(Planned { op, around: true });
        }
    }
    planned
}

/// Whether an operation was done early, to make room for another, and is still in effect.
fn is_done(op: &Op, planned: &[Planned], schema: &Schema) -> bool {
    match op {
        Op::DropIndex { .. }
        | Op::DropConstraint { .. }
        | Op::DropAttachment { .. }
        | Op::DropColumn { .. }
        | Op::DropVerbatim { .. }
        | Op::AlterColumn { .. }
        | Op::ReplaceColumn { .. } => is_planned(op, planned) && op.apply(schema.clone()) == *schema,
        Op::AddConstraint { table, constraint } => {
            let is_there = |own: &Shared<Table>| own.constraints().any(|own| own == *constraint);
            is_planned(op, planned) && schema.tables.get(table).is_some_and(is_there)
        }
        _ => false,
    }
}

/// Whether the operation is there already, be it without waiting for anybody.
fn is_planned(op: &Op, planned: &[Planned]) -> bool {
    let own = at_once(op.clone());
    let is_like = |other: &Op| discriminant(other) == discriminant(op) && other.table() == op.table();
    planned.iter().any(|planned| is_like(&planned.op) && at_once(planned.op.clone()) == own)
}

/// The operation without the wish to wait for those who write to the table: another statement waits for its effect.
fn at_once(mut op: Op) -> Op {
    if let Op::CreateIndex { index, .. } | Op::DropIndex { index, .. } = &mut op {
        index.concurrently = false;
    }
    op
}

/// The operations without what others undo: nobody changes a column to drop it, nor looks at rows to forget what they hold.
fn net(ops: Vec<Op>) -> Vec<Op> {
    let mut net: Vec<Op> = Vec::with_capacity(ops.len());
    for op in ops {
        match &op {
            Op::DropColumn { table, column, .. } => net.retain(|other| {
                let is_it = |to: &Column| to.name == column.name;
                !matches!(other, Op::AlterColumn { table: of, to, .. } if of == table && is_it(to))
            }),
            Op::ValidateConstraint { table, from, to } if to.is_not_valid() => {
                let add = Op::AddConstraint { table: table.clone(), constraint: from.clone() };
                if let Some(added) = net.iter_mut().find(|other| **other == add) {
                    *added = Op::AddConstraint { table: table.clone(), constraint: to.clone() };
                    continue;
                }
            }
            _ => {}
        }
        net.push(op);
    }
    net
}

/// An operation, and whether it only makes room for another.
struct Planned {
    op: Op,
    around: bool,
}

/// The rebuild with the table as it is right before and right after, the change of an enum type with the columns that
/// have it; any other operation as it is.
fn with_tables(op: Op, schema: &Schema) -> Op {
    if let Op::AlterEnum { name, from, to, anew, replaced, .. } = op {
        let is_it = |column: &&Column| column.data_type.kind.enum_name() == Some(&name.to_string());
        let of = |table: &Table| -> Vec<(TableName, Column)> {
            table.columns.iter().filter(is_it).map(|column| (table.name.clone(), column.clone())).collect()
        };
        let columns = schema.tables.values().flat_map(|table| of(table)).collect();
        return Op::AlterEnum { name, from, to, columns, anew, replaced };
    }
    let Op::RebuildTable { from, ops, .. } = op else { return op };
    let from = schema.tables.get(&from.name).cloned().unwrap_or(from);
    let alone = Schema::from_iter([from.clone()]);
    let after = ops.iter().fold(alone, |schema, op| op.apply(schema));
    let to = after.tables.get(&from.name).cloned().unwrap_or_else(|| from.clone());
    Op::RebuildTable { from, to, ops }
}

/// Whether the operation is about where the rows of a table are.
fn is_storage(op: &Op) -> bool {
    matches!(
        op,
        Op::AlterTable { .. } | Op::CreatePartition { .. } | Op::DropPartition { .. } | Op::AlterPartition { .. }
    )
}

/// Whether the operation changes one table and nothing around it, so that a rebuild can do it.
fn stays_inside(op: &Op) -> bool {
    match op {
        Op::AlterTable { .. }
        | Op::AddColumn { .. }
        | Op::DropColumn { .. }
        | Op::AlterColumn { .. }
        | Op::ReplaceColumn { .. }
        | Op::CreatePartition { .. }
        | Op::DropPartition { .. }
        | Op::AlterPartition { .. }
        | Op::AddConstraint { .. }
        | Op::DropConstraint { .. }
        | Op::CreateIndex { .. }
        | Op::DropIndex { .. }
        | Op::RenameIndex { .. }
        | Op::FillColumn { .. }
        | Op::RequireColumn { .. }
        | Op::ValidateConstraint { .. }
        | Op::AdoptIndex { .. }
        | Op::ReleaseIndex { .. }
        | Op::RenameConstraint { .. } => true,
        Op::CreateTable { .. }
        | Op::DropTable { .. }
        | Op::RenameTable { .. }
        | Op::RenameColumn { .. }
        | Op::RebuildTable { .. }
        | Op::CreateAttachment { .. }
        | Op::DropAttachment { .. }
        | Op::CreateVerbatim { .. }
        | Op::DropVerbatim { .. }
        | Op::ReplaceVerbatim { .. }
        | Op::CreateEnum { .. }
        | Op::DropEnum { .. }
        | Op::AlterEnum { .. }
        | Op::RenameEnum { .. }
        | Op::RenameEnumValue { .. }
        | Op::Comment { .. } => false,
    }
}

impl Plan {
    /// Writes down why operations are done, by themselves or in a rebuild.
    pub fn explain(&mut self, reasons: &[(Op, String)]) {
        for step in &mut self.steps {
            let is_in = |op: &Op| match &step.op {
                Op::RebuildTable { ops, .. } => ops.contains(op),
                own => own == op,
            };
            let found: Vec<&str> = reasons.iter().filter(|(op, _)| is_in(op)).map(|(_, why)| why.as_str()).collect();
            step.reason = (!found.is_empty()).then(|| found.join("; "));
        }
    }

    /// Says of the steps that nothing undoes that it is so, given why.
    pub fn cannot_be_undone(&mut self, blocked: &[Blocked]) {
        for blocked in blocked {
            let is_it = |step: &Step| step.op.parts().iter().any(|op| op.object() == blocked.object);
            let at = self.steps.iter().position(is_it).unwrap_or(self.steps.len().saturating_sub(1));
            let hazard = Hazard::final_step(blocked);
            self.steps.get_mut(at).into_iter().for_each(|step| step.hazards.push(hazard.clone()));
        }
    }

    /// The operations that undo the plan, last first; planned again they are the way down.
    pub fn inverse(&self) -> Vec<Op> {
        // What rows got they keep.
        let is_undone = |step: &&Step| !step.around && !matches!(step.op, Op::FillColumn { .. });
        net(self.steps.iter().rev().filter(is_undone).map(|step| step.op.inverse()).collect())
    }

    /// Whether a step takes no transaction around it: others write to the table meanwhile.
    pub fn runs_alone(&self) -> bool {
        self.steps.iter().any(|step| phases::runs_alone(&step.op))
    }

    /// The plan in parts to run one behind the other: steps that take no transaction around them are in parts of their own,
    /// behind everything that does not wait for them.
    ///
    /// ```
    /// assert!(seachange::plan::Plan::default().split().is_empty());
    /// ```
    #[must_use]
    pub fn split(self) -> Vec<Self> {
        phases::split(phases::drafts(self.steps))
    }

    /// The schema after all steps.
    pub fn apply(&self, from: &Schema) -> Schema {
        self.steps.iter().fold(from.clone(), |schema, step| step.op.apply(schema))
    }

    /// All hazards in the order of the steps.
    pub fn hazards(&self) -> impl Iterator<Item = &Hazard> {
        self.steps.iter().flat_map(|step| &step.hazards)
    }
}

/// The names that tables, views and indexes have, in small letters.
fn names(schema: &Schema) -> BTreeSet<String> {
    let indexes = schema.tables.values().flat_map(|table| &table.indexes).map(|index| &index.name.text);
    let tables = schema.tables.keys().chain(schema.verbatim.keys()).map(|name| &name.name);
    tables.chain(indexes).map(|name| name.to_lowercase()).collect()
}

/// The operations in the mildest form the dialect has for them: a unique index where no constraint can be added,
/// a new index where one cannot be renamed. `names` are those nothing new can have.
fn mildest(op: Op, from: &Schema, dialect: Dialect, names: &mut BTreeSet<String>) -> Vec<Op> {
    let can = dialect.capabilities();
    match op {
        op if is_special(&op, from) => vec![op],
        // What a rebuild did may be undone more gently.
        Op::RebuildTable { ops, .. } => ops.into_iter().flat_map(|op| mildest(op, from, dialect, names)).collect(),
        Op::AddConstraint { table, constraint } if !can.add_constraint => {
            match unique_index(&table, &constraint, names) {
                Some(index) => vec![Op::CreateIndex { table, index }],
                None => vec![Op::AddConstraint { table, constraint }],
            }
        }
        Op::AddColumn { table, column, constraints } if !can.add_column_unique => {
            let mut left = Vec::new();
            let mut indexes = Vec::new();
            for constraint in constraints {
                match unique_index(&table, &constraint, names) {
                    Some(index) => indexes.push(Op::CreateIndex { table: table.clone(), index }),
                    None => left.push(constraint),
                }
            }
            [Op::AddColumn { table, column, constraints: left }].into_iter().chain(indexes).collect()
        }
        Op::RenameIndex { table, from, to } if !can.rename_index => {
            vec![Op::DropIndex { table: table.clone(), index: from }, Op::CreateIndex { table, index: to }]
        }
        // A trigger may need a function that needs the table.
        Op::CreateTable { table } if can.add_constraint => {
            let attach = |attachment: &Attachment| Op::CreateAttachment {
                table: table.name.clone(),
                attachment: attachment.clone(),
            };
            let attachments: Vec<Op> = table.attachments.iter().map(attach).collect();
            [Op::CreateTable { table: Table { attachments: Vec::new(), ..table.clone() } }]
                .into_iter()
                .chain(attachments)
                .collect()
        }
        Op::RenameConstraint { table, from, to } if !can.rename_constraint => {
            vec![
                Op::DropConstraint { table: table.clone(), constraint: from },
                Op::AddConstraint { table, constraint: to },
            ]
        }
        op => vec![op],
    }
}

/// The unique index that does what the constraint does, named as SeaORM names it. `None` for other constraints, and
/// when the constraint was given a name that something else has: those of indexes are for the whole database.
fn unique_index(table: &TableName, constraint: &Constraint, names: &mut BTreeSet<String>) -> Option<Index> {
    let Constraint::Unique(unique) = constraint else { return None };
    let mut is_free = |name: &Name| names.insert(name.text.to_lowercase());
    let base = format!("idx-{table}-{}", unique.columns.join("-"));
    let numbered = (2..).map(|number| Name::inferred(format!("{base}-{number}")));
    let name = match &unique.name {
        Some(name) if !name.inferred => is_free(name).then(|| name.clone()),
        name => name.clone().into_iter().chain([Name::inferred(&base)]).chain(numbered).find(is_free),
    };
    let parts = unique.columns.iter().map(IndexPart::column).collect();
    Some(Index { unique: true, nulls_not_distinct: unique.nulls_not_distinct, ..Index::new(name?, parts) })
}
