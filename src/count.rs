//! How many rows stand in the way of a plan, asked of the database it was made for. Nothing is written, a table that is too
//! large is not counted, and what cannot be asked stays unsaid: a plan is as good without it.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ConnectionTrait, QueryResult, Statement};

use crate::dialect::{Answer, Question, Size};
use crate::migrate::Session;
use crate::model::TableName;
use crate::op::{Op, identifiers};
use crate::plan::Plan;

/// Asks about the hazards of plans that run one behind the other, on the database as it is now, before any of their steps.
pub async fn answer(plans: &mut [Plan], session: &Session) {
    let made = plans.iter().flat_map(|plan| &plan.steps).flat_map(|step| step.op.parts()).filter_map(|op| match op {
        Op::AddColumn { table, column, .. } | Op::ReplaceColumn { table, to: column, .. } => {
            Some((table.clone(), column.name.clone()))
        }
        _ => None,
    });
    let mut names = Names { made: made.collect(), ..Names::default() };
    let mut sizes: BTreeMap<TableName, Option<Size>> = BTreeMap::new();
    for step in plans.iter_mut().flat_map(|plan| &mut plan.steps) {
        for hazard in &mut step.hazards {
            let Some(question) = hazard.question.as_ref().and_then(|question| names.before(question)) else { continue };
            for table in question.tables() {
                if !sizes.contains_key(table) {
                    sizes.insert(table.clone(), size(session, table).await);
                }
            }
            hazard.answer = ask(session, &question, &sizes).await;
        }
        names.after(&step.op);
    }
}

async fn ask(session: &Session, question: &Question, sizes: &BTreeMap<TableName, Option<Size>>) -> Option<Answer> {
    let mut answer = Answer { concerned: None, rows: 0, estimated: false };
    let mut is_small = true;
    for table in question.tables() {
        let size = sizes.get(table).copied().flatten()?;
        is_small &= size.is_small;
        answer.estimated |= !size.is_small;
        let rows =
            if size.is_small { count(session, &Question::Rows { table: table.clone() }).await } else { size.rows };
        answer.rows += rows?;
    }
    if is_small && !matches!(question, Question::Rows { .. }) {
        answer.concerned = count(session, question).await;
    }
    Some(answer)
}

async fn count(session: &Session, question: &Question) -> Option<u64> {
    let sql = session.dialect().count_rows(question)?;
    let row = look(session, &sql).await?;
    u64::try_from(row.try_get::<i64>("", "number").ok()?).ok()
}

async fn size(session: &Session, table: &TableName) -> Option<Size> {
    let row = look(session, &session.dialect().table_size(table)).await?;
    let rows: Option<i64> = row.try_get("", "rows").ok()?;
    Some(Size { rows: rows.and_then(|rows| u64::try_from(rows).ok()), is_small: row.try_get("", "small").ok()? })
}

/// The first row of a query that may neither change anything nor take long.
async fn look(session: &Session, sql: &str) -> Option<QueryResult> {
    let db = session.connection();
    let (before, after) = session.dialect().while_counting();
    for sql in before {
        db.execute_unprepared(sql).await.ok()?;
    }
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await;
    for sql in after {
        db.execute_unprepared(sql).await.ok()?;
    }
    row.ok().flatten()
}

/// What things were called before the steps so far.
#[derive(Default)]
struct Names {
    tables: BTreeMap<TableName, TableName>,
    columns: BTreeMap<(TableName, String), String>,
    /// The columns that the plan makes. Some databases take the name of a column that is not there for a text.
    made: BTreeSet<(TableName, String)>,
}

impl Names {
    fn after(&mut self, op: &Op) {
        match op {
            Op::RenameTable { from, to } => {
                let first = self.table(from);
                self.tables.remove(from);
                self.tables.insert(to.clone(), first);
                let columns = std::mem::take(&mut self.columns).into_iter();
                let moved = columns
                    .map(|((table, column), first)| ((if table == *from { to.clone() } else { table }, column), first));
                self.columns = moved.collect();
            }
            Op::RenameColumn { table, from, to } => {
                let first = self.column(table, from);
                self.columns.remove(&(table.clone(), from.clone()));
                self.columns.insert((table.clone(), to.clone()), first);
            }
            _ => {}
        }
    }

    fn table(&self, now: &TableName) -> TableName {
        self.tables.get(now).unwrap_or(now).clone()
    }

    fn column(&self, table: &TableName, now: &str) -> String {
        self.columns.get(&(table.clone(), now.to_owned())).map_or(now, String::as_str).to_owned()
    }

    /// Whether it asks about a column that is not there yet.
    fn is_too_early(&self, question: &Question) -> bool {
        let mut made = self.made.iter();
        match question {
            // A column that is replaced has the name of the one before.
            Question::Rows { .. } | Question::Given { .. } | Question::Nulls { .. } => false,
            Question::Duplicates { table, columns } => made.any(|(of, name)| of == table && columns.contains(name)),
            Question::Violations { table, expression } => {
                let words = identifiers(expression);
                made.any(|(of, name)| of == table && words.iter().any(|word| word.eq_ignore_ascii_case(name)))
            }
            Question::Orphans { table, columns, references, referenced_columns } => made.any(|(of, name)| {
                of == table && columns.contains(name) || of == references && referenced_columns.contains(name)
            }),
            Question::Values { columns, .. } => columns.iter().any(|column| self.made.contains(column)),
        }
    }

    /// The question in the names of before. `None` for what cannot be asked yet, or says other names.
    fn before(&self, question: &Question) -> Option<Question> {
        if self.is_too_early(question) {
            return None;
        }
        let all = |table: &TableName, columns: &[String]| -> Vec<String> {
            columns.iter().map(|column| self.column(table, column)).collect()
        };
        Some(match question {
            Question::Rows { table } => Question::Rows { table: self.table(table) },
            Question::Given { table, column } => {
                Question::Given { table: self.table(table), column: self.column(table, column) }
            }
            Question::Nulls { table, column } => {
                Question::Nulls { table: self.table(table), column: self.column(table, column) }
            }
            Question::Duplicates { table, columns } => {
                Question::Duplicates { table: self.table(table), columns: all(table, columns) }
            }
            Question::Violations { table, expression } => {
                if self.columns.keys().any(|(renamed, _)| renamed == table) {
                    return None;
                }
                Question::Violations { table: self.table(table), expression: expression.clone() }
            }
            Question::Orphans { table, columns, references, referenced_columns } => Question::Orphans {
                table: self.table(table),
                columns: all(table, columns),
                references: self.table(references),
                referenced_columns: all(references, referenced_columns),
            },
            Question::Values { columns, values } => {
                let before = |(table, column): &(TableName, String)| (self.table(table), self.column(table, column));
                Question::Values { columns: columns.iter().map(before).collect(), values: values.clone() }
            }
        })
    }
}
