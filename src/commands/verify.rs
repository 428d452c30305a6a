//! `stamp --verify`: whether the database has what revisions make.

use std::collections::BTreeSet;

use crate::compare::Sides;
use crate::dialect::DEFAULT_SCHEMA;
use crate::diff::Rules;
use crate::error::{Error, Result};
use crate::migrate::Session;
use crate::model::{Declared, Schema};
use crate::report;
use crate::revision::graph::{Graph, Target};
use crate::revision::{Direction, Revision};
use crate::scratch;

use super::{Context, now};

/// Stops unless the database has everything that these revisions make, as they make it. What it has beyond that is listed.
pub(super) async fn verify(ctx: &mut Context<'_>, graph: &Graph, reached: &BTreeSet<String>) -> Result<()> {
    let ids: Vec<String> = reached.iter().cloned().collect();
    let revisions = graph.upgrade(&Target::Revisions(ids), &BTreeSet::new());
    let live = ctx.look().await?;
    let declared = Declared { schema: made(ctx, &revisions).await?, ..Declared::default() };
    let (dialect, options) = (ctx.config.dialect, &ctx.config.options);
    let rules = Rules { tables: ctx.config.rules.tables.clone(), ..Rules::default() };
    let mut sides = Sides::new(&declared, Some(&declared.schema), &live.schema, dialect, options, &rules)?;
    if let Some(session) = &live.session {
        sides.ask(session.connection()).await?;
    }
    let comparison = sides.compare();
    if comparison.differences.is_empty() {
        let beyond: Vec<String> = comparison.unmanaged.iter().map(report::unmanaged_text).collect();
        if !beyond.is_empty() {
            ctx.note(&format!("beyond the revisions, and left alone: {}", beyond.join("; ")))?;
        }
        return Ok(());
    }
    let lacks = comparison.differences.iter().map(|difference| report::change_text(&difference.op)).collect();
    Err(Error::Unlike { at: revisions.last().map(|revision| revision.title()).unwrap_or_default(), lacks })
}

/// The schema that revisions make, from nothing.
async fn made(ctx: &Context<'_>, revisions: &[&Revision]) -> Result<Schema> {
    let key = (ctx.config.dialect, revisions.iter().map(|revision| revision.id.clone()).collect::<Vec<_>>());
    if let Some(schema) = ctx.made.borrow().get(&key) {
        return Ok(schema.clone());
    }
    let run = async |session: &Session| {
        for revision in revisions {
            session.run(revision, Direction::Up, &now()).await?;
        }
        session.reflect().await
    };
    // What has no schema before its name goes wherever the tables go that are made.
    let server = ctx.config.database.as_ref();
    let schema = scratch::within(ctx.config.dialect, server, DEFAULT_SCHEMA, "run the revisions", run).await?;
    ctx.made.borrow_mut().insert(key, schema.clone());
    Ok(schema)
}
