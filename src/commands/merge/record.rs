//! Whether the lock is what the revisions lead to, and what it has to be.

use std::collections::BTreeSet;

use crate::dialect::touch::Kind;
use crate::error::{Error, Result};
use crate::meet::{Doing, Made, State};
use crate::model::{Schema, TableName};
use crate::revision::graph::{Graph, Target};
use crate::revision::lock::merge::{self, Clash, Entry, Sides, Verdict, completed};
use crate::revision::lock::parts::Parts;
use crate::revision::{Revision, dir, lock};

use super::super::Context;

/// What became of the lock.
#[derive(Default)]
pub(super) struct Recorded {
    /// What it has to be, if it is something else.
    pub(super) repaired: Option<Schema>,
    /// What it says twice.
    pub(super) clashes: Vec<Clash>,
    /// What it did not know of.
    notes: Vec<String>,
    /// Why it could not be read.
    broken: Option<&'static str>,
}

impl Recorded {
    /// Says what was done to it.
    pub(super) fn tell(&self, ctx: &mut Context<'_>) -> Result<()> {
        if self.repaired.is_none() {
            return Ok(());
        }
        for note in &self.notes {
            ctx.note(&format!("  it {note}"))?;
        }
        let why = self.broken.map(|why| format!(", which {why},")).unwrap_or_default();
        let path = ctx.shown(&ctx.config.migrations.join(dir::LOCK));
        ctx.note(&format!("`{path}`{why} is in order again: commit it"))
    }
}

/// What the lock has to be. A project without one has nothing to bring in order.
pub(super) fn recorded(ctx: &mut Context<'_>, graph: &Graph, accepts: bool) -> Result<Recorded> {
    let Some(text) = dir::lock_text(&ctx.config.migrations)? else { return Ok(Recorded::default()) };
    let path = ctx.config.migrations.join(dir::LOCK);
    let failed = |source| Error::Lock { path: path.clone(), source };
    let (read, is_marked) = (dir::read_lock(&ctx.config.migrations), merge::marked(&text).is_some());
    let broken = match (&read, is_marked) {
        (Ok(_), _) => None,
        (Err(_), true) => Some("had git's conflict marks"),
        (Err(_), false) => Some("could not be read"),
    };
    let mut declared = ctx.declare()?.schema;
    declared = ctx.config.rules.tables.keep(declared);
    let sides = match &read {
        Ok(Some(schema)) => Sides::same(schema).map_err(failed)?,
        // What cannot be taken apart is made anew from what the revisions made.
        _ => Sides::read(&text)
            .or_else(|error| if is_marked { Err(error) } else { Sides::same(&Schema::default()) })
            .map_err(failed)?,
    };
    let declared = Parts::of(&sides.views(declared)).map_err(failed)?;
    let (merged, clashes) = sides.merged(&declared);
    let judge = Judge::new(ctx, graph, accepts);
    let (complete, notes) = completed(&merged, &declared, |entry| judge.verdict(entry, &merged, &declared));
    let schema = merge::schema(&complete, &declared).map_err(failed)?;
    let is_right = lock::write(&schema) == text.replace("\r\n", "\n");
    Ok(Recorded { repaired: (!is_right).then_some(schema), clashes, notes, broken })
}

/// What to do about a lock that is not what the revisions lead to, if it is not.
pub(in crate::commands) fn hint(ctx: &Context<'_>, declared: &Schema, lock: &Schema) -> Result<Option<String>> {
    let (graph, failed) = (ctx.graph()?, |source| Error::Lock { path: ctx.config.migrations.join(dir::LOCK), source });
    let sides = Sides::same(lock).map_err(failed)?;
    let declared = Parts::of(&sides.views(ctx.config.rules.tables.keep(declared.clone()))).map_err(failed)?;
    let (lock, _) = sides.merged(&declared);
    let judge = Judge { recent: Made::default(), ..Judge::new(ctx, &graph, false) };
    let (_, notes) = completed(&lock, &declared, |entry| judge.verdict(entry, &lock, &declared));
    let Some(first) = notes.first() else { return Ok(None) };
    let path = ctx.shown(&ctx.config.migrations.join(dir::LOCK));
    Ok(Some(format!(
        "note: `{path}` is not what the revisions lead to: it {first}\n\
         hint: run `seachange merge`, which brings it in order"
    )))
}

/// Knows which revisions made what.
struct Judge {
    /// By all of them.
    all: Made,
    /// By those of branches that have not met.
    recent: Made,
    /// Somebody has said that the entities are right about whatever these did.
    accepts: bool,
    folder: std::path::PathBuf,
}

impl Judge {
    fn new(ctx: &Context<'_>, graph: &Graph, accepts: bool) -> Self {
        let (dialect, schema) = (ctx.config.dialect, &ctx.config.options.schema);
        let heads = graph.heads();
        let reached: Vec<BTreeSet<String>> =
            heads.iter().map(|head| graph.reached(&Target::Revisions(vec![head.id.clone()]))).collect();
        let is_common = |revision: &&Revision| reached.iter().all(|own| own.contains(&revision.id));
        let recent = graph.revisions().iter().filter(|own| !is_common(own));
        Self {
            all: Made::by(graph.revisions(), dialect, schema),
            recent: Made::by(recent, dialect, schema),
            accepts,
            folder: ctx.folder.clone(),
        }
    }

    fn done(&self, doing: &Doing) -> Verdict {
        let path = doing.path.strip_prefix(&self.folder).unwrap_or(&doing.path);
        Verdict::Done(format!("{}:{} {}", path.display(), doing.line, doing.does))
    }

    /// Whether a revision has made an entry what the entities say.
    fn verdict(&self, entry: &Entry<'_>, lock: &Parts, declared: &Parts) -> Verdict {
        let Entry { path, has, wants, is_new } = *entry;
        let object = path.object(if wants.is_some() { declared } else { lock });
        match (has, wants, find(&self.all, entry, &object)) {
            (None, Some(_), Some((State::There | State::Changed, doing)))
            | (Some(_), None, Some((State::Gone, doing))) => return self.done(doing),
            _ => {}
        }
        if path.list() == "columns" && is_new {
            return Verdict::Open;
        }
        // What stands in the definition of a table or of a column came with it.
        let column = entry.columns().find(|column| !lock.has_column(path, column));
        let came = match column {
            Some(column) => self.all.column(&object, &column),
            None if is_new => self.all.named(&object),
            None => None,
        };
        if let Some((State::There | State::Changed, doing)) = came {
            return self.done(doing);
        }
        // A definition that is another: only what is not merged yet can have done that behind the lock's back.
        if let (Some(_), Some(_), Some((State::There | State::Changed, doing))) =
            (has, wants, find(&self.recent, entry, &object))
        {
            return self.done(doing);
        }
        if let Some(doing) = self.recent.whole(&object).filter(|_| !matches!(path.list(), "" | "columns")) {
            return self.done(doing);
        }
        match self.recent.touched(&object) {
            Some(doing) if self.accepts => self.done(doing),
            _ => Verdict::Open,
        }
    }
}

/// What became of an entry by its name.
fn find<'a>(made: &'a Made, entry: &Entry<'_>, object: &TableName) -> Option<&'a (State, Doing)> {
    let key = entry.path.key();
    match entry.path.list() {
        "" | "text" => made.named(object),
        "columns" => made.column(object, key),
        "comment" => made.part(object, Kind::Comment, "table"),
        _ => {
            let name = entry.name()?;
            let index = TableName { schema: object.schema.clone(), name: name.to_owned() };
            made.part(object, Kind::Constraint, name).or_else(|| made.named(&index))
        }
    }
}
