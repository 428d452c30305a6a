//! `revision`: writes the next revision, with the lock that belongs to it.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use jiff::{SignedDuration, Timestamp};

use crate::cli;
use crate::compare::Comparison;
use crate::count;
use crate::dialect::Dialect;
use crate::diff::{self, Rules};
use crate::error::{self, Blocked, Error, Result};
use crate::hazard::{self, HAZARDS, Kind};
use crate::model::{Column, Declared, Schema, TableName, Verbatim};
use crate::op::Op;
use crate::plan::hazard::Hazard;
use crate::plan::{self, Plan, Purpose};
use crate::render::{self, Header};
use crate::revision::graph::{Graph, LABEL, is_label};
use crate::revision::{self, Revision, dir};

use super::adopt::{self, When};
use super::check::against_lock;
use super::prove::{self, Goal};
use super::renames::{self, Base};
use super::{Context, Exit, Live, fills, now, refuse_doubtful, refuse_missing, written_time};

const NO_LOCK: &str = "warning: there are revisions but no `schema.lock`, so nothing counts as the project's own and nothing \
                       is dropped; if there was one, bring it back first: `git checkout -- migrations/schema.lock`";

/// Writes a new revision: empty, from the differences, or the database as it is.
pub(super) async fn revision(ctx: &mut Context<'_>, args: &cli::Revision) -> Result<Exit> {
    let graph = ctx.graph()?;
    let new = new(&graph, args)?;
    if args.baseline {
        return baseline(ctx, args, &graph).await;
    }
    if !args.autogenerate {
        let (_, path) = write(ctx, new, &Plan::default(), &Ok(Plan::default()), None)?;
        ctx.note("hint: write its statements below `-- migrate:up` and `-- migrate:down`")?;
        ctx.say(&ctx.shown(&path))?;
        return Ok(Exit::Clean);
    }
    let denied = hazard::all_named(&args.deny)?;
    let denied = ctx.config.deny.revision.iter().copied().chain(denied).collect();
    let (mut declared, asked) = ctx.declare_with(&args.past(), args.hints.as_deref())?;
    let lock = ctx.lock()?;
    if lock.is_none() && !graph.revisions().is_empty() {
        if args.offline {
            return Err(Error::NoLock { path: ctx.config.migrations.join(dir::LOCK) });
        }
        ctx.note(NO_LOCK)?;
    }
    let base = Base::look(ctx, lock, args.offline).await?;
    if let Some(live) = &base.live {
        refuse_behind(&graph, live)?;
    }
    let settled = renames::settle(ctx, &mut declared, &base, args.no_renames).await?;
    if base.live.is_some() {
        refuse_unadopted(&graph, &settled.comparison)?;
    }
    let comparison = settled.comparison;
    refuse_doubtful(&comparison.doubtful, &comparison.ops(), &asked)?;
    fills::note_idle(ctx, &fills::said(&args.fill, &declared.schema)?, &comparison.ops())?;
    if !settled.open.is_empty() {
        ctx.tell("no file was written, because only you know whether these are renames:")?;
        renames::list(ctx, &settled.open)?;
        return Ok(Exit::Found);
    }
    if comparison.differences.is_empty() {
        return nothing_to_do(ctx, &declared, base.lock.as_ref(), &comparison);
    }
    let drifted = comparison.differences.iter().filter(|difference| difference.drift).count();
    if drifted > 0 {
        ctx.note(&format!(
            "warning: {} in this revision only {} what was changed in this database by hand; other databases may not need it",
            error::count(drifted, "change"),
            if drifted == 1 { "undoes" } else { "undo" },
        ))?;
    }
    let ops = comparison.ops().into_iter().map(|op| concurrently(op, ctx)).collect();
    let online = is_online(ctx, args)?;
    let purpose = if online { Purpose::Online } else { Purpose::Up };
    let mut up = plan::plan(ops, &comparison.live, ctx.config.dialect, &ctx.config.options, purpose)
        .map_err(|error| error.located(&declared))?;
    up.explain(&settled.reasons);
    let lock = with_views(ctx.config.rules.tables.keep(declared.schema.clone()), &comparison, ctx.config.dialect);
    // What takes no transaction around it comes behind everything else, in a revision of its own; what needs that comes
    // behind it.
    let mut parts = if online { up.online(&comparison.live, ctx.config.dialect) } else { up.split() };
    if let Some(session) = base.session() {
        count::answer(&mut parts, session).await;
    }
    let (mut before, mut plans) = (comparison.live.clone(), Vec::new());
    for mut plan in parts {
        let after = plan.apply(&before);
        let down = way_down(ctx, &plan, &after)?;
        if let Err(blocked) = &down {
            plan.cannot_be_undone(blocked);
        }
        plans.push((plan, down));
        before = after;
    }
    refuse_denied(plans.iter().map(|(plan, _)| plan), &denied, &args.accept)?;
    let drafts = drafts(ctx, new, args, &plans)?;
    let goal = Goal { declared: &declared, lock: &lock, comparison: &comparison, live: base.live.as_ref() };
    if !args.no_prove && ctx.config.prove && !prove::holds(ctx, &drafts, &goal, args).await? {
        return Ok(Exit::Found);
    }
    let paths = write_all(ctx, &drafts, &lock)?;
    for step in plans.iter().flat_map(|(plan, _)| &plan.steps) {
        ctx.note(&format!("  {}", step.op))?;
        for hazard in &step.hazards {
            ctx.note(&format!("    {}: {}", hazard.kind.slug(), hazard.text()))?;
        }
    }
    let files = if paths.len() == 1 { "file" } else { "files" };
    ctx.note(&format!("hint: read the {files}, then run `seachange upgrade head`"))?;
    for path in &paths {
        ctx.say(&ctx.shown(path))?;
    }
    Ok(Exit::Clean)
}

/// A plan with the one that undoes it, or why there is none.
type BothWays = (Plan, std::result::Result<Plan, Vec<Blocked>>);

/// The text of a revision, before it is a file.
pub(super) struct Draft {
    id: String,
    created: String,
    file: String,
    pub(super) text: String,
}

impl Draft {
    /// Where it is going to be.
    pub(super) fn path(&self, ctx: &Context<'_>) -> PathBuf {
        ctx.config.migrations.join(&self.file)
    }
}

/// The texts of revisions that follow each other.
fn drafts<'a>(ctx: &Context<'_>, mut new: New<'a>, args: &'a cli::Revision, plans: &[BothWays]) -> Result<Vec<Draft>> {
    let mut drafts: Vec<Draft> = Vec::new();
    for (number, (plan, down)) in (1..).zip(plans) {
        if plans.len() > 1 {
            new.message = format!("{} ({number} of {})", args.message, plans.len());
        }
        let draft = draft(ctx, new, plan, down, drafts.last())?;
        new = New::behind(args, draft.id.clone());
        drafts.push(draft);
    }
    Ok(drafts)
}

/// Writes revisions, the lock with the last: all of them, or none.
fn write_all(ctx: &Context<'_>, drafts: &[Draft], lock: &Schema) -> Result<Vec<PathBuf>> {
    let mut paths: Vec<PathBuf> = Vec::new();
    for (number, draft) in (1..).zip(drafts) {
        let lock = (number == drafts.len()).then_some(lock);
        match dir::write(&ctx.config.migrations, &draft.file, &draft.text, lock) {
            Ok(path) => paths.push(path),
            Err(error) => {
                // The first error is the one to tell.
                for path in &paths {
                    drop(fs::remove_file(path));
                }
                return Err(error);
            }
        }
    }
    Ok(paths)
}

/// Stops at what the project denies and nobody accepts.
fn refuse_denied<'a>(
    plans: impl Iterator<Item = &'a Plan>,
    denied: &BTreeSet<Kind>,
    accepted: &[String],
) -> Result<()> {
    let all: Vec<&Hazard> = plans.flat_map(Plan::hazards).collect();
    for words in accepted {
        let slug = words.split(' ').next().unwrap_or_default();
        if !HAZARDS.iter().any(|row| row.slug == slug) {
            return Err(hazard::unknown(slug));
        }
        if !all.iter().any(|hazard| hazard.key() == *words) {
            let problem = format!("`--accept \"{words}\"` accepts nothing: this revision has no such hazard");
            return Err(Error::Misused { problem });
        }
    }
    let stops = |hazard: &&&Hazard| denied.contains(&hazard.kind) && !accepted.contains(&hazard.key());
    let hazards: Vec<String> =
        all.iter().filter(stops).map(|hazard| format!("{}: {}", hazard.key(), hazard.text())).collect();
    let hint = "no file was written; go there in steps that do without, accept it with `--accept \"HAZARD OBJECT\"` as it \
                stands above, or change `[hazards]` in `seachange.toml`";
    if hazards.is_empty() { Ok(()) } else { Err(Error::Denied { hazards, hint }) }
}

/// Whether others are to go on writing while the revision runs, where the database has forms for that.
fn is_online(ctx: &mut Context<'_>, args: &cli::Revision) -> Result<bool> {
    let dialect = ctx.config.dialect;
    let has_forms = dialect.capabilities().unchecked_constraints;
    if args.online && !has_forms {
        let title = dialect.title();
        ctx.note(&format!("note: `--online` changes nothing: {title} has one writer, which everybody else waits for"))?;
    }
    Ok(has_forms && (args.online || ctx.config.online))
}

/// The operation with its index made or dropped as the project wants it.
fn concurrently(mut op: Op, ctx: &Context<'_>) -> Op {
    if let Op::CreateIndex { index, .. } | Op::DropIndex { index, .. } = &mut op
        && ctx.config.concurrent_indexes
        && ctx.config.dialect.capabilities().concurrent_index
    {
        index.concurrently = true;
    }
    op
}

/// The complete schema of the database as the first revision.
async fn baseline(ctx: &mut Context<'_>, args: &cli::Revision, graph: &Graph) -> Result<Exit> {
    if !graph.revisions().is_empty() {
        let problem =
            format!("`--baseline` is for the first revision; there {} already", there_are(graph.revisions().len()));
        return Err(Error::Misused { problem });
    }
    let (declared, live) = ctx.declare_and_look().await?;
    adopt::tell(ctx, graph, &live, When::Aside).await?;
    let dialect = ctx.config.dialect;
    // The lock takes everything as it is, whatever the project wants to hear of later.
    let rules = Rules { tables: ctx.config.rules.tables.clone(), ..Rules::default() };
    let comparison = ctx.compare_live(&declared, None, (live.schema, live.session.as_ref()), &rules).await?;
    let mut live = comparison.live.clone();
    live.tables.retain(|name, _| !comparison.left_out.contains(name));
    live.verbatim.retain(|name, _| !comparison.left_out.contains(name));
    if live == Schema::default() {
        ctx.note("nothing to do: the database is empty; write its first revision with `--autogenerate`")?;
        return Ok(Exit::Clean);
    }
    let up = plan::plan(
        diff::diff(&Schema::default(), &live),
        &Schema::default(),
        dialect,
        &ctx.config.options,
        Purpose::Record,
    )?;
    let down = way_down(ctx, &up, &live)?;
    for table in live.tables.values().filter(|table| !table.unmodelled.is_empty()) {
        ctx.note(&format!(
            "warning: what the definition of `{}` says beyond what seachange understands is not in the revision: {}",
            table.name,
            table.unmodelled.join(", ")
        ))?;
    }
    let lock = diff::record(&declared.schema, &comparison.declared, &live);
    let lock = with_views(lock, &comparison, dialect);
    let (_, path) = write(ctx, new(graph, args)?, &up, &down, Some(&lock))?;
    ctx.note("hint: run `seachange stamp head` to record that this database already has it")?;
    ctx.say(&ctx.shown(&path))?;
    Ok(Exit::Clean)
}

/// What the lock records, with the entities that turned out to be views as what they are.
fn with_views(mut lock: Schema, comparison: &Comparison, dialect: Dialect) -> Schema {
    let is_view = |name: &TableName| comparison.views.contains(&dialect.fit_table(name));
    lock.tables.retain(|name, _| !is_view(name));
    for table in lock.tables.values_mut() {
        // Nothing can refer to a view.
        table.foreign_keys.retain(|fk| !is_view(&fk.references));
    }
    let views = comparison.views.iter().filter_map(|name| {
        let kind = comparison.live.verbatim.get(name)?.kind;
        Some((name.clone(), Verbatim::new(kind, "")))
    });
    lock.verbatim.retain(|_, object| !object.sql.is_empty());
    lock.verbatim.extend(views.filter(|(name, _)| comparison.views.contains(name)).collect::<Vec<_>>());
    lock
}

/// The plan that undoes another, or why there is none: a change that cannot be undone is still a change.
fn way_down(ctx: &mut Context<'_>, up: &Plan, after: &Schema) -> Result<std::result::Result<Plan, Vec<Blocked>>> {
    match plan::plan(up.inverse(), after, ctx.config.dialect, &ctx.config.options, Purpose::Down) {
        Ok(plan) => Ok(Ok(plan)),
        Err(Error::Blocked { blocked }) => {
            for blocked in &blocked {
                ctx.note(&format!("warning: no way down: {}: {}", blocked.op, blocked.refusal.reason))?;
            }
            Ok(Err(blocked))
        }
        Err(error) => Err(error),
    }
}

fn there_are(number: usize) -> String {
    if number == 1 { "is one".to_owned() } else { format!("are {number}") }
}

/// What is to be said of a revision before anybody knows what it does.
pub(super) struct New<'a> {
    pub(super) message: String,
    pub(super) parents: Vec<String>,
    pub(super) labels: Vec<String>,
    pub(super) depends_on: Vec<String>,
    /// The id, if somebody wants a certain one.
    pub(super) id: Option<String>,
    /// The hazards that are accepted where they occur.
    pub(super) accepted: &'a [String],
    /// What the branches that it joins are in conflict about, as somebody accepted it.
    pub(super) conflicts: Vec<String>,
}

impl<'a> New<'a> {
    /// The next part of what one command writes.
    fn behind(args: &'a cli::Revision, id: String) -> Self {
        let (message, accepted) = (args.message.clone(), args.accept.as_slice());
        Self {
            message,
            parents: vec![id],
            labels: Vec::new(),
            depends_on: Vec::new(),
            id: None,
            accepted,
            conflicts: Vec::new(),
        }
    }
}

/// What the flags ask for.
fn new<'a>(graph: &Graph, args: &'a cli::Revision) -> Result<New<'a>> {
    let nothing = BTreeSet::new();
    let ids = |word: &String| Ok(graph.place(&graph.resolve(word, &nothing)?, &nothing));
    let depends_on = args.depends_on.iter().map(ids).collect::<Result<Vec<_>>>()?.concat();
    Ok(New {
        message: args.message.clone(),
        parents: parents(graph, args)?,
        labels: args.branch_label.clone(),
        depends_on,
        id: args.rev_id.clone(),
        accepted: &args.accept,
        conflicts: Vec::new(),
    })
}

/// Stops at an id or a label that cannot be used, before a file makes every command stop there.
fn refuse_names(graph: &Graph, new: &New<'_>) -> Result<()> {
    let taken = |what: &str, name: &str, by: &Revision| Error::Misused {
        problem: format!("the {what} `{name}` is already used by {}", by.title()),
    };
    if let Some(id) = &new.id {
        if id.is_empty() || !id.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            let problem = format!("`{id}` cannot be an id, which has only letters, digits and underscores");
            return Err(Error::Misused { problem });
        }
        if let Some(other) = graph.get(id) {
            return Err(taken("id", id, other));
        }
    }
    for label in &new.labels {
        if let Some(other) = graph.revisions().iter().find(|other| other.labels.contains(label) || other.id == *label) {
            return Err(taken("label", label, other));
        }
        if !is_label(label) {
            return Err(Error::Misused { problem: format!("`{label}` cannot be a label: {LABEL}") });
        }
    }
    Ok(())
}

/// Writes a revision file; its id and its path.
pub(super) fn write(
    ctx: &mut Context<'_>,
    new: New<'_>,
    up: &Plan,
    down: &std::result::Result<Plan, Vec<Blocked>>,
    lock: Option<&Schema>,
) -> Result<(String, PathBuf)> {
    let draft = draft(ctx, new, up, down, None)?;
    let path = dir::write(&ctx.config.migrations, &draft.file, &draft.text, lock)?;
    Ok((draft.id, path))
}

/// The text of a revision, behind one that is not written yet.
fn draft(
    ctx: &Context<'_>,
    new: New<'_>,
    up: &Plan,
    down: &std::result::Result<Plan, Vec<Blocked>>,
    behind: Option<&Draft>,
) -> Result<Draft> {
    let template = match &ctx.config.template {
        Some(path) => fs::read_to_string(path).map_err(|source| Error::Read { path: path.clone(), source })?,
        None => render::TEMPLATE.to_owned(),
    };
    let graph = ctx.graph()?;
    refuse_names(&graph, &new)?;
    let is_here = |words: &&String| up.hazards().any(|hazard| hazard.key() == **words);
    let written = graph.revisions().iter().map(|revision| revision.created.as_str());
    let header = Header {
        message: new.message.split_whitespace().collect::<Vec<_>>().join(" "),
        id: new.id.unwrap_or_else(revision::new_id),
        parents: new.parents,
        labels: new.labels,
        depends_on: new.depends_on,
        created: after_all(written.chain(behind.map(|draft| draft.created.as_str())), now()),
        accepted: new.accepted.iter().filter(is_here).cloned().collect(),
        conflicts: new.conflicts,
    };
    let text = render::revision(&header, up, down, ctx.config.dialect, &template)?;
    let file = dir::file_name(&header.created, &header.id, &header.message);
    Ok(Draft { id: header.id, created: header.created, file, text })
}

/// The time, or one second after the newest revision: files sort in the order they were written.
fn after_all<'a>(written: impl Iterator<Item = &'a str>, now: String) -> String {
    let newest = written.filter_map(|created| created.parse::<Timestamp>().ok()).max();
    let next = newest.and_then(|newest| newest.checked_add(SignedDuration::from_secs(1)).ok());
    next.map(written_time).filter(|next| *next > now).unwrap_or(now)
}

/// The revision the next one follows.
fn parents(graph: &Graph, args: &cli::Revision) -> Result<Vec<String>> {
    let heads = graph.heads();
    let Some(word) = &args.head else {
        if heads.len() > 1 {
            return Err(Error::SeveralHeads { heads: heads.iter().map(|revision| revision.title()).collect() });
        }
        return Ok(heads.iter().map(|revision| revision.id.clone()).collect());
    };
    let nothing = BTreeSet::new();
    let parents = graph.place(&graph.resolve(word, &nothing)?, &nothing);
    let is_followed = |id: &&String| !heads.iter().any(|head| head.id == **id);
    match parents.iter().find(is_followed).and_then(|id| graph.get(id)) {
        Some(followed) if !args.splice => Err(Error::Misused {
            problem: format!("{} is not a head; `--splice` begins a branch there", followed.title()),
        }),
        _ => Ok(parents),
    }
}

/// A database that lacks revisions does not show what the next one has to do.
fn refuse_behind(graph: &Graph, live: &Live) -> Result<()> {
    refuse_missing(graph, &live.history)?;
    let applied = live.applied();
    let pending = graph.upgrade(&graph.resolve("heads", &applied)?, &applied);
    if pending.is_empty() {
        return Ok(());
    }
    Err(Error::Pending { revisions: pending.iter().map(|revision| revision.title()).collect() })
}

/// The first revision of a database that already has the tables would only work on this one.
fn refuse_unadopted(graph: &Graph, comparison: &Comparison) -> Result<()> {
    let tables: Vec<String> = comparison
        .declared
        .tables
        .keys()
        .filter(|name| comparison.live.tables.contains_key(name))
        .map(|name| format!("`{name}`"))
        .collect();
    if !graph.revisions().is_empty() || tables.is_empty() || comparison.differences.is_empty() {
        return Ok(());
    }
    Err(Error::Unadopted { tables })
}

/// The variants of all enums with what each stores, by table and column.
fn variants(schema: &Schema) -> BTreeSet<(&TableName, &str, &str, String)> {
    let columns = schema.tables.values().flat_map(|table| table.columns.iter().map(move |own| (&table.name, own)));
    let of = |(table, column)| {
        let column: &Column = column;
        column.variants.iter().map(move |own| (table, column.name.as_str(), own.name.as_str(), own.text()))
    };
    columns.flat_map(of).collect()
}

fn nothing_to_do(
    ctx: &mut Context<'_>,
    declared: &Declared,
    lock: Option<&Schema>,
    comparison: &Comparison,
) -> Result<Exit> {
    let is_recorded = match lock {
        Some(lock) => against_lock(ctx, declared, lock)?.differences.is_empty(),
        None => declared.schema.tables.is_empty(),
    };
    if is_recorded {
        ctx.note("nothing to do: no differences, so no file was written")?;
        let known = with_views(ctx.config.rules.tables.keep(declared.schema.clone()), comparison, ctx.config.dialect);
        // What rows will hold by then has to be known once a variant gets another value.
        if lock.is_some_and(|lock| variants(lock) != variants(&known)) {
            dir::write_lock(&ctx.config.migrations, &known)?;
            ctx.note("`schema.lock` knows the variants of enums as they are now: commit it")?;
        }
        return Ok(Exit::Clean);
    }
    if lock.is_none() && !ctx.graph()?.revisions().is_empty() {
        ctx.note("nothing to do: the database is as the entities say, so no file was written")?;
        return Ok(Exit::Clean);
    }
    if lock.is_none() {
        ctx.note(
            "nothing to do: the database is as the entities say, so no file was written\n\
             hint: no revision describes it yet; begin with `seachange revision --baseline -m \"initial schema\"`",
        )?;
        return Ok(Exit::Clean);
    }
    ctx.note(
        "the database already looks like the entities, but no revision leads there; no file was written\n\
         hint: write it with `--autogenerate --offline`, then run `seachange stamp head`",
    )?;
    Ok(Exit::Found)
}
