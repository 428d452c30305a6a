//! Revisions that run in no transaction and were cut off: what is said of them, and what they stop.

use super::Unfinished;
use crate::error::{Error, Result, count};
use crate::revision::graph::Graph;
use crate::revision::{Direction, Revision};

/// Stops when something was begun that has to be finished the other way first.
pub(crate) fn refuse_unfinished(graph: &Graph, unfinished: &[Unfinished], direction: Direction) -> Result<()> {
    let stops = |one: &&Unfinished| one.direction != direction || graph.get(&one.revision).is_none();
    let Some(unfinished) = unfinished.iter().find(stops) else { return Ok(()) };
    let Some(revision) = graph.get(&unfinished.revision) else {
        return Err(Error::Missing { ids: vec![unfinished.revision.clone()] });
    };
    let command = match unfinished.direction {
        Direction::Up => format!("seachange upgrade {}", revision.id),
        Direction::Down => {
            format!("seachange downgrade {}", revision.parents.first().map_or("base", String::as_str))
        }
    };
    Err(Error::CutOff { what: unfinished.told(graph), command })
}

impl Unfinished {
    /// The revision and how far it is, in words.
    pub(crate) fn told(&self, graph: &Graph) -> String {
        let title = graph.get(&self.revision).map_or_else(|| format!("`{}`", self.revision), Revision::title);
        let done = count(self.done, "statement");
        match self.direction {
            Direction::Up => format!("{title} was begun on {} and is not finished: {done} done", self.begun_at),
            Direction::Down => format!("{title} is on its way down, and that is not finished: {done} done"),
        }
    }
}
