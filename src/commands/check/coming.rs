//! What would run on the database, for the page that shows it.

use super::{Asked, Context};
use crate::compare::Comparison;
use crate::model::Schema;
use crate::plan::{self, Purpose};
use crate::report::markdown::{Coming, Danger, Pending};
use crate::report::mermaid::Diagram;
use crate::revision::{Direction, Revision};

/// What is pending, and what a new revision would do, if anybody wants to know. What cannot be planned is not shown: whoever
/// writes the revision hears why.
pub(super) fn coming(
    ctx: &Context<'_>,
    asked: &Asked,
    (pending, live): (&[&Revision], &Schema),
    comparison: Comparison,
) -> Option<Box<Coming>> {
    if !asked.coming {
        return None;
    }
    let (dialect, options) = (ctx.config.dialect, &ctx.config.options);
    let mut diagram = Diagram::default();
    for revision in pending {
        let section = revision.section(Direction::Up, dialect.name());
        diagram
            .read(&dialect.touched(section.map(|section| section.sql.as_str()).unwrap_or_default(), &options.schema));
    }
    diagram.complete(live, &comparison.target);
    let plan = plan::plan(comparison.ops(), &comparison.live, dialect, options, Purpose::Up).ok();
    for step in plan.iter().flat_map(|plan| &plan.steps) {
        diagram.add(&step.op);
    }
    let revisions = pending.iter().map(|revision| of_revision(ctx, revision)).collect();
    Some(Box::new(Coming { dialect, revisions, plan, diagram, schema: comparison.target }))
}

fn of_revision(ctx: &Context<'_>, revision: &Revision) -> Pending {
    let section = revision.section(Direction::Up, ctx.config.dialect.name());
    let up = revision.hazards.iter().filter(|hazard| hazard.direction == Direction::Up);
    let danger = |hazard: &crate::revision::Hazard| Danger {
        key: hazard.key(),
        sentence: hazard.sentence.clone(),
        accepted: revision.accepted.iter().any(|accepted| accepted.key == hazard.key()),
    };
    Pending {
        title: revision.title(),
        path: ctx.shown(&revision.path),
        hazards: up.map(danger).collect(),
        sql: section.map(|section| section.sql.clone()).unwrap_or_default(),
    }
}
