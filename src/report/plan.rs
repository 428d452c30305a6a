//! A plan between two schemas: in words, as a script that runs, or for programs.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use crate::dialect::{Dialect, Effect};
use crate::error::count;
use crate::model::TableName;
use crate::plan::hazard::Hazard;
use crate::plan::{Plan, Step};
use crate::render::sql;

const HAZARD: Style = AnsiColor::Yellow.on_default();

/// The version of what [`write_json`] writes. It grows when a field changes its meaning or goes.
const VERSION: u32 = 1;

/// What leads from one schema to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanReport {
    /// The kind of database.
    pub dialect: Dialect,
    /// The schema that names without one mean, where there are any.
    pub schema: String,
    /// The first side, as messages show it.
    pub from: String,
    /// The other side.
    pub to: String,
    /// The steps.
    pub plan: Plan,
    /// What was seen and cannot be compared.
    pub unmodelled: Vec<Unmodelled>,
}

/// Something that was seen and has no place in the model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmodelled {
    /// The side it is on.
    pub side: String,
    /// What it is, in words.
    pub object: String,
}

impl PlanReport {
    /// Whether there is nothing to do.
    pub fn is_clean(&self) -> bool {
        self.plan.steps.is_empty()
    }
}

/// Writes the plan in words.
///
/// # Errors
/// The output is closed.
pub fn write_text(report: &PlanReport, out: &mut dyn Write) -> io::Result<()> {
    for step in &report.plan.steps {
        writeln!(out, "{}", step.op)?;
        for hazard in &step.hazards {
            writeln!(out, "    {HAZARD}{}{HAZARD:#}: {}", hazard.kind.slug(), hazard.text())?;
        }
    }
    if !report.is_clean() {
        let steps = count(report.plan.steps.len(), "operation");
        writeln!(out, "\n{steps} from `{}` to `{}`", report.from, report.to)?;
    }
    if !report.unmodelled.is_empty() {
        writeln!(out, "\nnot compared:")?;
    }
    report.unmodelled.iter().try_for_each(|one| writeln!(out, "  {} in `{}`", one.object, one.side))
}

/// Writes a script that the database's own program runs. Without a difference it says so in a comment and nothing else.
///
/// # Errors
/// The output is closed.
pub fn write_sql(report: &PlanReport, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", comment(&format!("from {} to {}", report.from, report.to)))?;
    for one in &report.unmodelled {
        writeln!(out, "{}", comment(&format!("not compared: {} in {}", one.object, one.side)))?;
    }
    if report.is_clean() {
        return writeln!(out, "-- no differences");
    }
    let steps: Vec<(&Step, Vec<String>)> =
        report.plan.steps.iter().map(|step| (step, sql::statements(step, report.dialect))).collect();
    let runs_alone = |sql: &String| report.dialect.refuses_transaction(sql).is_some();
    let is_alone = steps.iter().flat_map(|(_, statements)| statements).any(runs_alone);
    let (before, after) = report.dialect.script_frame(&report.schema, !is_alone);
    for line in &before {
        writeln!(out, "{line}")?;
    }
    for (step, statements) in &steps {
        writeln!(out)?;
        if step.rebuild.is_some() {
            writeln!(out, "{}", comment(&step.op.to_string()))?;
        }
        for hazard in &step.hazards {
            writeln!(out, "{}", comment(&format!("{}: {}", hazard.kind.slug(), hazard.text())))?;
        }
        statements.iter().try_for_each(|statement| writeln!(out, "{statement};"))?;
    }
    writeln!(out)?;
    after.iter().try_for_each(|line| writeln!(out, "{line}"))
}

/// The text as a comment, of as many lines as it has.
fn comment(text: &str) -> String {
    text.split(['\n', '\r']).map(|line| format!("-- {line}")).collect::<Vec<_>>().join("\n")
}

#[derive(Serialize)]
struct Json<'a> {
    version: u32,
    dialect: &'static str,
    from: &'a str,
    to: &'a str,
    operations: Vec<OperationJson>,
    not_compared: Vec<UnmodelledJson<'a>>,
}

#[derive(Serialize)]
struct OperationJson {
    kind: &'static str,
    description: String,
    /// The table, or the object that is none.
    table: String,
    hazards: Vec<HazardJson>,
    /// What it does to tables that are there before, while it runs.
    effects: Vec<EffectJson>,
    statements: Vec<String>,
}

#[derive(Serialize)]
struct HazardJson {
    slug: &'static str,
    severity: String,
    /// What it is about, as an `-- accept:` line of a revision file names it.
    subject: String,
    sentence: String,
    /// How many rows it is about, when they were counted.
    rows_concerned: Option<u64>,
    /// How many rows there are, when somebody asked.
    rows: Option<u64>,
    /// `rows` is the database's own estimate.
    estimated: bool,
}

#[derive(Serialize)]
struct EffectJson {
    table: String,
    /// As SQL says it; none where one lock is for all tables.
    lock: Option<String>,
    rewrites: bool,
    scans: bool,
}

#[derive(Serialize)]
struct UnmodelledJson<'a> {
    side: &'a str,
    object: &'a str,
}

fn hazard_json(hazard: &Hazard) -> HazardJson {
    HazardJson {
        slug: hazard.kind.slug(),
        severity: hazard.kind.row().severity.to_string(),
        subject: hazard.subject.to_string(),
        sentence: hazard.sentence.clone(),
        rows_concerned: hazard.answer.and_then(|answer| answer.concerned),
        rows: hazard.answer.map(|answer| answer.rows),
        estimated: hazard.answer.is_some_and(|answer| answer.estimated),
    }
}

fn effect_json((table, effect): (&TableName, &Effect)) -> EffectJson {
    EffectJson {
        table: table.to_string(),
        lock: effect.lock.map(|lock| lock.to_string()),
        rewrites: effect.rewrite,
        scans: effect.scan,
    }
}

/// Writes the plan for programs, as one JSON object.
///
/// # Errors
/// The output is closed.
pub fn write_json(report: &PlanReport, out: &mut dyn Write) -> io::Result<()> {
    let operation = |step: &Step| OperationJson {
        kind: step.op.kind(),
        description: step.op.to_string(),
        table: step.op.table().to_string(),
        hazards: step.hazards.iter().map(hazard_json).collect(),
        effects: step.effects.iter().map(effect_json).collect(),
        statements: sql::statements(step, report.dialect),
    };
    let json = Json {
        version: VERSION,
        dialect: report.dialect.name(),
        from: &report.from,
        to: &report.to,
        operations: report.plan.steps.iter().map(operation).collect(),
        not_compared: report
            .unmodelled
            .iter()
            .map(|one| UnmodelledJson { side: &one.side, object: &one.object })
            .collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &json).map_err(io::Error::from)?;
    writeln!(out)
}
