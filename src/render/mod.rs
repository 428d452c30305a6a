//! Plans become the text of a revision file, through a template that a project may replace.

pub mod sql;

use minijinja::Environment;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use serde::Serialize;

use crate::dialect::Dialect;
use crate::error::{Blocked, Error, Result};
use crate::plan::hazard::Hazard;
use crate::plan::{Plan, Step};

/// The template used when the project brings none.
pub const TEMPLATE: &str = include_str!("../../templates/revision.sql.j2");

/// What the top of a revision file says.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Header {
    /// What the revision is for, on one line.
    pub message: String,
    /// Its id.
    pub id: String,
    /// The revisions it follows.
    pub parents: Vec<String>,
    /// The names of the branch it begins.
    pub labels: Vec<String>,
    /// Revisions of other branches that have to be applied before.
    pub depends_on: Vec<String>,
    /// When it is written, as RFC 3339.
    pub created: String,
    /// The hazards that whoever writes it accepts, as in `drops-column users.email`.
    pub accepted: Vec<String>,
    /// What the branches that meet in it are in conflict about, and somebody has looked at, one line each.
    pub conflicts: Vec<String>,
}

/// What a template sees.
#[derive(Serialize)]
struct Context<'a> {
    header: &'a Header,
    up: Vec<StepText>,
    down: Vec<StepText>,
    /// The way up cannot run in a transaction.
    up_alone: bool,
    /// The way down cannot run in a transaction.
    down_alone: bool,
    /// There is nothing to undo, though something is done.
    nothing_to_undo: bool,
    /// Why there is no way down, one reason per line; empty when there is one.
    no_way_down: Vec<String>,
}

#[derive(Serialize)]
struct StepText {
    /// What the step is for, one line each, where its statements do not say it themselves.
    purpose: Vec<String>,
    hazards: Vec<HazardText>,
    statements: Vec<String>,
}

#[derive(Serialize)]
struct HazardText {
    slug: &'static str,
    subject: String,
    severity: String,
    sentence: String,
}

/// The text of a revision file. Where there is no way down, the file says why.
///
/// # Errors
/// [`Error::Template`]: the project's own template does not work.
pub fn revision(
    header: &Header,
    up: &Plan,
    down: &std::result::Result<Plan, Vec<Blocked>>,
    dialect: Dialect,
    template: &str,
) -> Result<String> {
    let reason = |blocked: &Blocked| format!("{}: {}", blocked.op.replace('\n', " "), blocked.refusal.reason);
    let down_alone = down.as_ref().is_ok_and(Plan::runs_alone);
    let nothing_to_undo = down.as_ref().is_ok_and(|plan| plan.steps.is_empty()) && !up.steps.is_empty();
    let (down, no_way_down) = match down {
        Ok(plan) => (undoing(steps(plan, dialect)), Vec::new()),
        Err(blocked) => (Vec::new(), blocked.iter().map(reason).collect()),
    };
    let up_alone = up.runs_alone();
    fill(template, Context { header, up: steps(up, dialect), down, up_alone, down_alone, nothing_to_undo, no_way_down })
}

/// The steps, with a statement where none of them has one: what has no statements is no way down.
fn undoing(mut steps: Vec<StepText>) -> Vec<StepText> {
    if !steps.is_empty() && steps.iter().all(|step| step.statements.is_empty()) {
        let purpose = vec!["There is nothing to undo.".to_owned()];
        steps.push(StepText { purpose, hazards: Vec::new(), statements: vec!["SELECT 1".to_owned()] });
    }
    steps
}

/// The text of a template with the context's fields put in.
///
/// # Errors
/// [`Error::Template`]: the template does not work.
pub fn fill<C: Serialize>(template: &str, context: C) -> Result<String> {
    let failed = |source| Error::Template { source: Box::new(source) };
    let mut syntax = SyntaxConfig::builder();
    syntax.keep_trailing_newline(true).trim_blocks(true).lstrip_blocks(true);
    let mut environment = Environment::new();
    environment.set_syntax(syntax.build().map_err(failed)?);
    environment.render_str(template, Serde(context)).map_err(failed)
}

fn steps(plan: &Plan, dialect: Dialect) -> Vec<StepText> {
    let hazard = |hazard: &Hazard| HazardText {
        slug: hazard.kind.slug(),
        subject: hazard.subject.to_string(),
        severity: hazard.kind.row().severity.to_string(),
        sentence: hazard.recorded(),
    };
    let step = |step: &Step| StepText {
        purpose: {
            let changes = if step.rebuild.is_some() { step.op.to_string() } else { String::new() };
            let reason = step.reason.as_ref().map(|reason| reason.replace(['\n', '\r'], " "));
            let notes = step.notes.iter().map(|note| note.replace(['\n', '\r'], " "));
            changes.lines().map(str::to_owned).chain(reason).chain(notes).collect()
        },
        hazards: step.hazards.iter().map(hazard).collect(),
        statements: sql::statements(step, dialect),
    };
    plan.steps.iter().map(step).collect()
}
