//! The forms of operations that let others write meanwhile: nothing that reads a whole table holds a lock that keeps them
//! from it. One operation becomes several, which `phases` deals out to revisions. Tables the plan makes are left alone:
//! nobody uses them yet.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::hazard::{Hazard, find};
use super::phases::{self, Draft};
use super::{Plan, Step};
use crate::dialect::{Dialect, Effects};
use crate::model::{
    Check, Column, ColumnDefault, Constraint, DefaultValue, Index, IndexPart, Name, Placement, Schema, Table, TableName,
};
use crate::op::Op;

/// What one operation becomes: each waits for the one before.
type Strand = Vec<Op>;

impl Plan {
    /// The plan in parts during which code goes on to read and write: the forms that lock nothing for long, each part in
    /// the transaction mode it needs. `from` is the schema before.
    ///
    /// ```
    /// use seachange::dialect::Dialect;
    /// use seachange::model::Schema;
    /// use seachange::plan::Plan;
    ///
    /// assert!(Plan::default().online(&Schema::default(), Dialect::Postgres).is_empty());
    /// ```
    #[must_use]
    pub fn online(self, from: &Schema, dialect: Dialect) -> Vec<Self> {
        if !dialect.capabilities().unchecked_constraints {
            return self.split();
        }
        let mut drafts = Spread::new(&self, from, dialect).drafts(self.steps);
        phases::build_first(&mut drafts);
        let mut schema = from.clone();
        let part = |part: Self| {
            let part = super::waiting(part, &schema, dialect);
            schema = part.apply(&schema);
            part
        };
        phases::split(drafts).into_iter().map(part).collect()
    }
}

/// What the forms are chosen by.
struct Spread<'a> {
    dialect: Dialect,
    from: &'a Schema,
    /// The schema right before the operation.
    schema: Schema,
    /// The tables that nobody uses yet, or whose rows move anyhow.
    untouched: BTreeSet<TableName>,
    /// The names that indexes and keys of tables let go of in the plan.
    freed: BTreeSet<(TableName, String)>,
    /// The names that were made up.
    taken: BTreeSet<String>,
}

impl<'a> Spread<'a> {
    fn new(plan: &Plan, from: &'a Schema, dialect: Dialect) -> Self {
        let ops = || plan.steps.iter().map(|step| &step.op);
        let is_new = |op: &&Op| matches!(op, Op::CreateTable { .. } | Op::RebuildTable { .. });
        let freed = |op: &Op| match op {
            Op::DropIndex { table, index } => Some((table.clone(), index.name.text.clone())),
            Op::DropConstraint { table, constraint } if constraint.is_key() => {
                Some((table.clone(), constraint.name()?.text.clone()))
            }
            _ => None,
        };
        Self {
            dialect,
            from,
            schema: from.clone(),
            untouched: ops().filter(is_new).map(|op| op.table().clone()).collect(),
            freed: ops().filter_map(freed).collect(),
            taken: BTreeSet::new(),
        }
    }

    fn drafts(&mut self, steps: Vec<Step>) -> Vec<Draft> {
        let room = phases::room(&steps);
        let mut drafts = Vec::new();
        for (at, step) in steps.into_iter().enumerate() {
            let has_room = room.contains(&at);
            let strands = if step.around || self.untouched.contains(step.op.table()) {
                vec![vec![step.op.clone()]]
            } else {
                self.strands(&step.op, has_room)
            };
            let is_same = strands.len() == 1 && strands[0].len() == 1 && strands[0][0] == step.op;
            if is_same {
                self.schema = step.op.apply(std::mem::take(&mut self.schema));
                let notes = if step.around { Vec::new() } else { self.dialect.recipe(&step.op) };
                let glued = has_room && !phases::runs_alone(&step.op);
                drafts.push(Draft { step: Step { notes, ..step }, glued, behind: Vec::new() });
                continue;
            }
            self.spread(&step, strands, has_room, &mut drafts);
        }
        drafts
    }

    /// The steps of what one becomes. The first stands where it stood; of the rest nobody needs the room that was made.
    fn spread(&mut self, step: &Step, strands: Vec<Strand>, has_room: bool, drafts: &mut Vec<Draft>) {
        let first = drafts.len();
        // What is built on a filled column comes behind the filling.
        let mut filled = None;
        for strand in strands {
            let is_new = matches!(strand.first(), Some(Op::AddColumn { .. }));
            // What rows get in the column that the strand is about.
            let mut fill = None;
            let mut last = filled.filter(|_| strand.first().is_some_and(phases::runs_alone));
            for op in strand {
                let hazards = self.hazards(&op, is_new, &mut fill);
                self.schema = op.apply(std::mem::take(&mut self.schema));
                let mut notes = self.dialect.recipe(&op);
                notes.extend(todo(&op, self.dialect));
                let reason = step.reason.clone().filter(|_| drafts.len() == first);
                let glued = has_room && drafts.len() == first && !phases::runs_alone(&op);
                let behind = last.into_iter().collect();
                last = Some(drafts.len());
                if matches!(op, Op::FillColumn { batches: true, .. }) {
                    filled = last;
                }
                let step = Step { op, rebuild: None, hazards, effects: Effects::new(), around: false, reason, notes };
                drafts.push(Draft { step, glued, behind });
            }
        }
    }

    fn strands(&mut self, op: &Op, has_room: bool) -> Vec<Strand> {
        let as_it_is = || vec![vec![op.clone()]];
        match op {
            Op::AddColumn { table, column, constraints } => self.new_column(table, column, constraints),
            Op::AlterColumn { table, from, to }
                if from.nullable && !to.nullable && from.generated.is_none() && to.is_given() =>
            {
                vec![self.required(table, from, to)]
            }
            Op::AddConstraint { table, constraint } => vec![self.constraint(table, constraint, has_room)],
            Op::CreateIndex { table, index } if !has_room && !self.is_partitioned(table) => {
                vec![self.index(table, index)]
            }
            Op::DropIndex { table, index } if !has_room && !self.is_partitioned(table) => {
                let index = Index { concurrently: true, ..index.clone() };
                vec![vec![Op::DropIndex { table: table.clone(), index }]]
            }
            _ => as_it_is(),
        }
    }

    fn is_partitioned(&self, table: &TableName) -> bool {
        self.schema.tables.get(table).is_some_and(|table| table.options.partition_by.is_some())
    }

    /// A column that no row has to be written for: it takes NULL first, gets its values in batches, and what is demanded of
    /// it comes behind.
    fn new_column(&mut self, table: &TableName, column: &Column, constraints: &[Constraint]) -> Vec<Strand> {
        let is_steady = column.value_by_default().is_none_or(|default| self.is_steady(default));
        let waits = column.fill.is_some() || column.needs_value() || !is_steady;
        let waits = waits && column.is_given();
        let starts_empty = column.value_by_default().is_none() || waits;
        // Where all is NULL, there is nothing to look up.
        let is_free = |constraint: &Constraint| {
            matches!(constraint, Constraint::ForeignKey(_)) && starts_empty && column.generated.is_none()
        };
        let (kept, later): (Vec<Constraint>, Vec<Constraint>) = constraints.iter().cloned().partition(is_free);
        let add = |column: Column| Op::AddColumn { table: table.clone(), column, constraints: kept.clone() };
        let mut strands = if waits {
            let bare = Column { nullable: true, default: None, fill: None, ..column.clone() };
            let to = Column { fill: column.fill.clone(), ..column.clone() };
            let mut strand = vec![add(bare.clone())];
            strand.extend(self.filled(table, &bare, &to));
            vec![strand]
        } else {
            vec![vec![add(column.clone())]]
        };
        for constraint in &later {
            strands.push(self.constraint(table, constraint, false));
        }
        strands
    }

    fn is_steady(&self, default: &ColumnDefault) -> bool {
        match &default.value {
            DefaultValue::Literal(_) => true,
            DefaultValue::Expression(_) => self.dialect.is_steady(default.text.as_deref().unwrap_or_default()),
        }
    }

    /// A column that comes to need a value.
    fn required(&mut self, table: &TableName, from: &Column, to: &Column) -> Strand {
        if !self.dialect.replaces_without(from, to) {
            return self.filled(table, from, to);
        }
        // What somebody said is what the old values become.
        let between = Column { nullable: true, ..to.clone() };
        let mut strand = vec![Op::AlterColumn { table: table.clone(), from: from.clone(), to: between.clone() }];
        let to = Column { fill: None, ..to.clone() };
        strand.extend(self.proven(table, &Column { fill: None, ..between }, &to, None));
        strand
    }

    /// All that changes but NULL, then the values, and if it has to have one, the proof that all rows do.
    fn filled(&mut self, table: &TableName, from: &Column, to: &Column) -> Strand {
        let between = Column { nullable: true, fill: None, ..to.clone() };
        let mut strand = Vec::new();
        if *from != between {
            strand.push(Op::AlterColumn { table: table.clone(), from: from.clone(), to: between.clone() });
        }
        let value = to.filling().map(Cow::into_owned);
        strand.push(Op::FillColumn { table: table.clone(), column: to.clone(), value: value.clone(), batches: true });
        if !to.nullable {
            let last = Column { fill: None, ..to.clone() };
            strand.extend(self.proven(table, &between, &last, value));
        }
        strand
    }

    /// A check that lets no more NULL in, a look at the rows that were there, and then NOT NULL, which believes the check.
    fn proven(&mut self, table: &TableName, from: &Column, to: &Column, value: Option<String>) -> Strand {
        let name = self.free_name(table, &format!("{}_{}", table.name, to.name), "_is_not_null");
        let expression = format!("{} IS NOT NULL", self.dialect.quote(&to.name));
        let check = Check::new(Some(Name::written(name)), expression, Placement::Table);
        let valid = Constraint::Check(check);
        let open = valid.clone().with_not_valid(true);
        let table = || table.clone();
        let mut strand = vec![Op::AddConstraint { table: table(), constraint: open.clone() }];
        if value.is_some() {
            // What came while the rows were filled.
            strand.push(Op::FillColumn { table: table(), column: to.clone(), value, batches: false });
        }
        strand.push(Op::ValidateConstraint { table: table(), from: open, to: valid.clone() });
        strand.push(Op::RequireColumn { table: table(), from: from.clone(), to: to.clone() });
        strand.push(Op::DropConstraint { table: table(), constraint: valid });
        strand
    }

    /// A constraint that looks at no rows when it is added.
    fn constraint(&mut self, table: &TableName, constraint: &Constraint, has_room: bool) -> Strand {
        let as_it_is = || vec![Op::AddConstraint { table: table.clone(), constraint: constraint.clone() }];
        match constraint {
            Constraint::ForeignKey(_) if self.is_partitioned(table) => as_it_is(),
            Constraint::ForeignKey(_) | Constraint::Check(_) if !constraint.is_not_valid() => {
                let (open, to) = (constraint.clone().with_not_valid(true), constraint.clone());
                vec![
                    Op::AddConstraint { table: table.clone(), constraint: open.clone() },
                    Op::ValidateConstraint { table: table.clone(), from: open, to },
                ]
            }
            Constraint::PrimaryKey(_) | Constraint::Unique(_) if !has_room && !self.is_partitioned(table) => {
                match self.index_of(table, constraint) {
                    Some(index) => vec![
                        Op::CreateIndex { table: table.clone(), index: index.clone() },
                        Op::AdoptIndex { table: table.clone(), index, constraint: constraint.clone() },
                    ],
                    None => as_it_is(),
                }
            }
            _ => as_it_is(),
        }
    }

    /// The index that a key can be made of. `None` for a key without a name, which the database would choose.
    fn index_of(&mut self, table: &TableName, constraint: &Constraint) -> Option<Index> {
        let (columns, nulls_not_distinct) = match constraint {
            Constraint::PrimaryKey(key) => (&key.columns, false),
            Constraint::Unique(unique) => (&unique.columns, unique.nulls_not_distinct),
            Constraint::ForeignKey(_) | Constraint::Check(_) | Constraint::Exclusion(_) => return None,
        };
        let name = &constraint.name()?.text;
        let name = self.name_beside(table, name).unwrap_or_else(|| name.clone());
        let parts = columns.iter().map(IndexPart::column).collect();
        let include = constraint.include().to_vec();
        let new = Index::new(Name::written(name), parts);
        Some(Index { unique: true, nulls_not_distinct, include, concurrently: true, ..new })
    }

    /// An index that is made while the table is written to; under another name while the one it replaces is there.
    fn index(&mut self, table: &TableName, index: &Index) -> Strand {
        let to = Index { concurrently: true, ..index.clone() };
        let Some(name) = self.name_beside(table, &index.name.text) else {
            return vec![Op::CreateIndex { table: table.clone(), index: to }];
        };
        let from = Index { name: Name::written(name), ..to.clone() };
        vec![
            Op::CreateIndex { table: table.clone(), index: from.clone() },
            Op::RenameIndex { table: table.clone(), from, to },
        ]
    }

    /// A name for what takes the place of something of the table that has the name and goes.
    fn name_beside(&mut self, table: &TableName, name: &str) -> Option<String> {
        let is_freed = self.freed.contains(&(table.clone(), name.to_owned()));
        is_freed.then(|| self.free_name(table, name, "_new"))
    }

    /// A name that nothing has.
    fn free_name(&mut self, table: &TableName, base: &str, end: &str) -> String {
        let limit = self.dialect.capabilities().longest_name.unwrap_or(usize::MAX);
        let cut = |end: &str| format!("{}{end}", &base[..base.floor_char_boundary(limit.saturating_sub(end.len()))]);
        let names = std::iter::once(cut(end)).chain((2..).map(|number| cut(&format!("{end}_{number}"))));
        let is_in = |name: &str, schema: &Schema| {
            let has = |table: &Table| {
                table.name.name == name
                    || table.indexes.iter().any(|index| index.name.text == name)
                    || table.constraints().any(|own| own.name().is_some_and(|own| own.text == name))
            };
            schema.tables.values().any(|table| has(table)) || schema.verbatim.keys().any(|other| other.name == name)
        };
        let is_free = |name: &String| {
            !is_in(name, self.from) && !is_in(name, &self.schema) && !self.taken.contains(name) && *name != table.name
        };
        let name = names.into_iter().find(is_free).unwrap_or_else(|| cut(end));
        self.taken.insert(name.clone());
        name
    }

    /// What can go wrong with an operation of a strand. What was filled in before is remembered for the proof.
    fn hazards(&self, op: &Op, is_new: bool, fill: &mut Option<(Column, Option<String>)>) -> Vec<Hazard> {
        match op {
            Op::FillColumn { table, column, value, batches: true } => {
                // In the words of whoever said it.
                let said = column.fill.as_ref().or(value.as_ref()).cloned();
                *fill = Some((column.clone(), said.clone()));
                let told = said.as_ref().filter(|_| !is_new);
                told.map(|value| find::filled(table, column, value)).into_iter().collect()
            }
            Op::ValidateConstraint { table, to: Constraint::Check(check), .. } if self.is_made_up(check) => {
                let Some((column, value)) = fill else { return Vec::new() };
                match value {
                    Some(sql) => find::filled_null(table, column, sql).into_iter().collect(),
                    None => vec![find::required(table, column)],
                }
            }
            op => find::of(op, &self.schema, self.dialect),
        }
    }

    fn is_made_up(&self, check: &Check) -> bool {
        check.name.as_ref().is_some_and(|name| self.taken.contains(&name.text))
    }
}

/// What somebody has to write before the step can run.
fn todo(op: &Op, dialect: Dialect) -> Vec<String> {
    let Op::FillColumn { table, column, value: None, .. } = op else { return Vec::new() };
    let name = dialect.quote(&column.name);
    vec![
        format!(
            "TODO: say what rows of `{table}` get in `{}`, which is to be NOT NULL, and delete these lines:",
            column.name
        ),
        format!("`--fill` writes this by itself; by hand it is UPDATE … SET {name} = … WHERE {name} IS NULL;"),
    ]
}
