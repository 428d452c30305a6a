//! Operations become a plan: the mildest form the dialect can run, in the order of what needs what, each step with
//! its hazards. What a database cannot do is said here, before anything is written. Writes no SQL.

pub mod hazard;
mod order;

use crate::dialect::Dialect;
use crate::error::{Blocked, Error, Result};
use crate::model::{Constraint, Index, IndexPart, Name, Schema, TableName, Unique};
use crate::op::Op;

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
    /// What can go wrong.
    pub hazards: Vec<Hazard>,
}

/// Plans the operations on a database that looks like `from`.
///
/// # Errors
/// [`Error::Blocked`] lists every operation this database has no statement for, and why.
///
/// ```
/// use seachange::{dialect::Dialect, model::Schema, plan};
///
/// assert!(plan::plan(Vec::new(), &Schema::default(), Dialect::Sqlite).unwrap().steps.is_empty());
/// ```
pub fn plan(ops: Vec<Op>, from: &Schema, dialect: Dialect) -> Result<Plan> {
    let mildest = ops.into_iter().flat_map(|op| mildest(op, dialect)).collect();
    let mut schema = from.clone();
    let mut blocked = Vec::new();
    let mut plan = Plan::default();
    for op in order::order(mildest) {
        if let Err(refusal) = dialect.accepts(&op, &schema) {
            blocked.push(Blocked { op: op.to_string(), refusal });
        }
        let hazards = hazard::of(&op, &schema);
        schema = op.apply(schema);
        plan.steps.push(Step { op, hazards });
    }
    if blocked.is_empty() { Ok(plan) } else { Err(Error::Blocked { blocked }) }
}

impl Plan {
    /// The operations that undo the plan, last first; planned again they are the way down.
    pub fn inverse(&self) -> Vec<Op> {
        self.steps.iter().rev().map(|step| step.op.inverse()).collect()
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

/// The operations in the mildest form the dialect has for them: a unique index where no constraint can be added,
/// a new index where one cannot be renamed.
fn mildest(op: Op, dialect: Dialect) -> Vec<Op> {
    let can = dialect.capabilities();
    match op {
        Op::AddConstraint { table, constraint: Constraint::Unique(unique) } if !can.add_constraint => {
            vec![unique_index(table, &unique)]
        }
        Op::AddColumn { table, column, constraints } if !can.add_column_unique => {
            let (uniques, constraints): (Vec<_>, Vec<_>) =
                constraints.into_iter().partition(|constraint| matches!(constraint, Constraint::Unique(_)));
            let indexes = uniques.iter().filter_map(|constraint| match constraint {
                Constraint::Unique(unique) => Some(unique_index(table.clone(), unique)),
                Constraint::PrimaryKey(_) | Constraint::ForeignKey(_) | Constraint::Check(_) => None,
            });
            let indexes: Vec<Op> = indexes.collect();
            [Op::AddColumn { table, column, constraints }].into_iter().chain(indexes).collect()
        }
        Op::RenameIndex { table, from, to } if !can.rename_index => {
            vec![Op::DropIndex { table: table.clone(), index: from }, Op::CreateIndex { table, index: to }]
        }
        op => vec![op],
    }
}

/// The unique index that does what the constraint does, named as SeaORM names it.
fn unique_index(table: TableName, unique: &Unique) -> Op {
    let generated = || Name::inferred(format!("idx-{}-{}", table.name, unique.columns.join("-")));
    let index = Index {
        name: unique.name.clone().unwrap_or_else(generated),
        parts: unique.columns.iter().map(IndexPart::column).collect(),
        unique: true,
        predicate: None,
    };
    Op::CreateIndex { table, index }
}
