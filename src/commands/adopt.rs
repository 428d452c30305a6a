//! Databases that another tool keeps: who that is, where it says the database is, and how to take it over. Touches nothing.

use crate::error::Result;
use crate::migrate::{Access, OtherTool, Session};
use crate::revision::graph::Graph;

use super::{Context, Live};

/// When it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    /// Something else says what to do.
    Aside,
    /// Nothing does.
    Asked,
    /// The database was just taken over.
    Taken,
}

/// Says of a database without a history which other tool keeps it, and what to do about that.
pub(super) async fn tell(ctx: &mut Context<'_>, graph: &Graph, live: &Live, when: When) -> Result<()> {
    if !live.history.is_empty() {
        return Ok(());
    }
    let tools = match &live.session {
        Some(session) => session.other_tools().await?,
        None if ctx.database()?.is_missing() => return Ok(()),
        None => Session::open(ctx.database()?, Access::Read).await?.other_tools().await?,
    };
    for tool in &tools {
        ctx.note(&format!("note: {}", place(tool)))?;
    }
    let Some(tool) = tools.first() else { return Ok(()) };
    let hint = match when {
        When::Aside => return Ok(()),
        When::Asked | When::Taken if graph.revisions().is_empty() => format!(
            "to take the database over as it is: `seachange revision --baseline -m \"initial schema\"`, then `seachange stamp \
             head`; {}",
            and_then(tool)
        ),
        When::Asked => {
            let recorded = "if it has what these revisions make, `seachange stamp head` records that and runs nothing";
            format!("{recorded}; {}", and_then(tool))
        }
        When::Taken => and_then(tool),
    };
    ctx.note(&format!("hint: {hint}"))
}

/// Where another tool says the database is.
fn place(tool: &OtherTool) -> String {
    let (name, table) = (tool.name, &tool.table);
    match tool.versions.as_deref() {
        None => format!("{name} keeps this database, too, in `{table}`"),
        Some([]) => format!("{name} kept this database, or was to: its `{table}` is empty"),
        Some(versions) => {
            let versions: Vec<String> = versions.iter().map(|version| format!("`{version}`")).collect();
            format!("{name} keeps this database, too: in `{table}` it is at {}", versions.join(" and "))
        }
    }
}

/// What is left to do once seachange keeps the database.
fn and_then(tool: &OtherTool) -> String {
    let OtherTool { name, table, .. } = tool;
    format!("run {name} no more from then on; seachange never touches `{table}`, which you may drop")
}
