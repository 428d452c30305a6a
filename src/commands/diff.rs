//! `diff`: what leads from one schema to another, wherever each of them comes from.

use std::path::{Path, PathBuf};

use crate::cli::{self, Format};
use crate::compare::{Origin, Pair, filled, fitted};
use crate::config::Database;
use crate::count;
use crate::dialect::Dialect;
use crate::error::{Error, Result};
use crate::hazard;
use crate::migrate::{Access, Session};
use crate::model::{Rename, Schema};
use crate::plan::{self, Plan, Purpose};
use crate::report;
use crate::report::plan::{PlanReport, Unmodelled};
use crate::revision::dir::LOCK;
use crate::scratch;

use super::asked::Asked;
use super::renames::{self, Base};
use super::{Context, Exit, closed, fills, refuse_doubtful};

/// One side of a comparison, as the command line names it.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Side {
    Database(Box<Database>),
    /// A script that makes the schema.
    File(PathBuf),
    Entities,
    Lock,
    Empty,
}

/// Whether a side is part of a project, so that there must be a configuration.
pub(super) fn needs_project(args: &cli::Diff) -> bool {
    let is_own = |side: &Option<String>| side.as_deref().is_none_or(|side| matches!(side, "entities" | "lock"));
    is_own(&args.from) || is_own(&args.to)
}

/// Shows what leads from one schema to another.
pub(super) async fn diff(ctx: &mut Context<'_>, args: &cli::Diff) -> Result<Exit> {
    let denied = hazard::all_named(&args.deny)?;
    let report = match (&args.from, &args.to) {
        (Some(from), Some(to)) => between(ctx, args, from, to).await?,
        (Some(_) | None, _) => to_entities(ctx, args).await?,
    };
    let usual = if args.from.is_some() { Format::Text } else { Format::Sql };
    match args.format.unwrap_or(usual) {
        Format::Text => report::plan::write_text(&report, ctx.out),
        Format::Sql => report::plan::write_sql(&report, ctx.out),
        Format::Json => report::plan::write_json(&report, ctx.out),
    }
    .map_err(closed)?;
    let stops = report.plan.hazards().filter(|hazard| denied.contains(&hazard.kind));
    let hazards: Vec<String> = stops.map(|hazard| format!("{}: {}", hazard.key(), hazard.text())).collect();
    if !hazards.is_empty() {
        return Err(Error::Denied { hazards, hint: "`--deny` asked to stop here; nothing was changed" });
    }
    if !report.is_clean() {
        return Ok(if args.exit_code { Exit::Found } else { Exit::Clean });
    }
    ctx.note("nothing to do: no differences")?;
    Ok(Exit::Clean)
}

/// What would bring the database to the entities, by what the project owns.
async fn to_entities(ctx: &mut Context<'_>, args: &cli::Diff) -> Result<PlanReport> {
    let (mut declared, asked) = ctx.declare_with(&args.past(), args.hints.as_deref())?;
    let lock = ctx.lock()?;
    let base = Base::look(ctx, lock, args.offline).await?;
    let settled = renames::settle(ctx, &mut declared, &base, args.no_renames).await?;
    let comparison = settled.comparison;
    refuse_doubtful(&comparison.doubtful, &comparison.ops(), &asked)?;
    fills::note_idle(ctx, &fills::said(&args.fill, &declared.schema)?, &comparison.ops())?;
    if !settled.open.is_empty() {
        ctx.tell("note: what is gone is dropped here, and what is new is created, but these may be renames:")?;
        renames::list(ctx, &settled.open)?;
    }
    let mut plan = plan::plan(comparison.ops(), &comparison.live, ctx.config.dialect, &ctx.config.options, Purpose::Up)
        .map_err(|error| error.located(&declared))?;
    plan.explain(&settled.reasons);
    if let Some(session) = base.session() {
        count::answer(std::slice::from_mut(&mut plan), session).await;
    }
    let from = if args.offline { "lock".to_owned() } else { ctx.database()?.to_string() };
    Ok(report(ctx, ctx.config.dialect, [from, "entities".to_owned()], plan, Vec::new()))
}

/// What leads from one complete schema to another.
async fn between(ctx: &mut Context<'_>, args: &cli::Diff, from: &str, to: &str) -> Result<PlanReport> {
    let sides = [side(ctx, from)?, side(ctx, to)?];
    let scratch = args.scratch.as_ref().map(|url| ctx.database_of(url)).transpose()?;
    let dialect = dialect(ctx, args, &sides, scratch.as_ref())?;
    ctx.config.dialect = dialect;
    let server = server(ctx, &sides, scratch, dialect);
    let [from_side, to_side] = &sides;
    let from_schema = load(ctx, from_side, dialect, server.as_ref()).await?;
    let to_schema = load(ctx, to_side, dialect, server.as_ref()).await?;
    let options = ctx.config.options.clone();
    let read = |text: &String| Asked::read(text, &to_schema, &options.schema);
    let asked = args.rename.iter().map(read).collect::<Result<Vec<_>>>()?;
    let renames: Vec<Rename> = asked.iter().filter_map(|asked| asked.rename().cloned()).collect();
    let both = [(&from_schema, from_side.origin()), (&to_schema, to_side.origin())];
    let mut pair = Pair::new(both[0], both[1], &renames, dialect, &options)?;
    if let Some(database) = sides.iter().find_map(Side::database).filter(|database| !database.is_missing()) {
        let session = Session::open(database, Access::Read).await?;
        for note in pair.ask(session.connection()).await? {
            ctx.note(&note)?;
        }
    }
    let mut whole = pair.compare();
    let said = fills::said(&args.fill, &to_schema)?;
    let fits = fitted(&said, dialect, &options);
    whole.ops = whole.ops.into_iter().map(|op| filled(op, &fits, dialect)).collect();
    fills::note_idle(ctx, &said, &whole.ops)?;
    refuse_doubtful(&whole.doubtful, &whole.ops, &asked)?;
    let names = [shown(ctx, from_side), shown(ctx, to_side)];
    let unmodelled: Vec<Unmodelled> =
        names.iter().zip([&from_schema, &to_schema]).flat_map(|(side, schema)| unmodelled(side, schema)).collect();
    if args.strict && !unmodelled.is_empty() {
        let objects = unmodelled.iter().map(|one| format!("{} in `{}`", one.object, one.side)).collect();
        return Err(Error::Unmodelled { objects });
    }
    let mut plan = plan::plan(whole.ops, &whole.from, dialect, &options, Purpose::Record)?;
    if let Some(database) = from_side.database().filter(|database| !database.is_missing()) {
        let session = Session::open(database, Access::Read).await?;
        count::answer(std::slice::from_mut(&mut plan), &session).await;
    }
    Ok(report(ctx, dialect, names, plan, unmodelled))
}

fn report(
    ctx: &Context<'_>,
    dialect: Dialect,
    [from, to]: [String; 2],
    plan: Plan,
    unmodelled: Vec<Unmodelled>,
) -> PlanReport {
    let schema = ctx.config.options.schema.to_string();
    PlanReport { dialect, schema, from, to, plan, unmodelled }
}

/// What is seen on one side and has no place in the model.
fn unmodelled(side: &str, schema: &Schema) -> Vec<Unmodelled> {
    let of_tables = schema
        .tables
        .values()
        .flat_map(|table| table.unmodelled.iter().map(|words| format!("`{words}` of the table `{}`", table.name)));
    let objects = schema.unmodelled.iter().cloned().chain(of_tables);
    objects.map(|object| Unmodelled { side: side.to_owned(), object }).collect()
}

fn side(ctx: &Context<'_>, text: &str) -> Result<Side> {
    let is_url = text.contains("://") || text.starts_with("sqlite:");
    Ok(match text {
        "entities" => Side::Entities,
        "lock" => Side::Lock,
        "empty" => Side::Empty,
        _ if is_url => Side::Database(Box::new(ctx.database_of(text)?)),
        _ if Path::new(text).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("sql")) => {
            Side::File(ctx.folder.join(text))
        }
        _ => {
            let problem =
                format!("`{text}` is neither the URL of a database, a `.sql` file, `entities`, `lock` nor `empty`");
            return Err(Error::Misused { problem });
        }
    })
}

fn shown(ctx: &Context<'_>, side: &Side) -> String {
    match side {
        Side::Database(database) => database.to_string(),
        Side::File(path) => ctx.shown(path),
        Side::Entities => "entities".to_owned(),
        Side::Lock => "lock".to_owned(),
        Side::Empty => "empty".to_owned(),
    }
}

impl Side {
    fn origin(&self) -> Origin {
        match self {
            Self::Database(_) | Self::File(_) | Self::Empty => Origin::Database,
            Self::Entities | Self::Lock => Origin::Declared,
        }
    }

    fn database(&self) -> Option<&Database> {
        match self {
            Self::Database(database) => Some(database),
            Self::File(_) | Self::Entities | Self::Lock | Self::Empty => None,
        }
    }
}

/// The dialect everything is compared in: that of the databases, else what was said, else the configured one.
fn dialect(ctx: &Context<'_>, args: &cli::Diff, sides: &[Side; 2], scratch: Option<&Database>) -> Result<Dialect> {
    let said = args.dialect.map(Dialect::from);
    let databases: Vec<Dialect> = sides.iter().filter_map(Side::database).map(|database| database.dialect).collect();
    let problem = match (databases.as_slice(), said) {
        ([from, to], _) if from != to => {
            format!("a {} and a {} database have no common words to be compared in", from.name(), to.name())
        }
        ([one, ..], Some(said)) if *one != said => {
            format!("`--dialect {}` does not go with a {} database", said.name(), one.name())
        }
        ([one, ..], _) => return Ok(*one),
        ([], Some(said)) => return Ok(said),
        ([], None) if scratch.is_some() || ctx.config.database.is_some() => {
            return Ok(scratch.map_or(ctx.config.dialect, |database| database.dialect));
        }
        ([], None) if sides.iter().any(|side| matches!(side, Side::Entities | Side::Lock)) => {
            return Ok(ctx.config.dialect);
        }
        ([], None) => {
            "nothing says which kind of database is meant: add `--dialect sqlite` or `--dialect postgres`".to_owned()
        }
    };
    Err(Error::Misused { problem })
}

/// Where a script may be loaded.
fn server(ctx: &Context<'_>, sides: &[Side; 2], scratch: Option<Database>, dialect: Dialect) -> Option<Database> {
    let of_sides = sides.iter().filter_map(Side::database).cloned();
    let configured = ctx.config.database.iter().cloned();
    scratch.into_iter().chain(of_sides).chain(configured).find(|database| database.dialect == dialect)
}

async fn load(ctx: &mut Context<'_>, side: &Side, dialect: Dialect, server: Option<&Database>) -> Result<Schema> {
    match side {
        Side::Empty => Ok(Schema::default()),
        Side::Entities => Ok(ctx.declare()?.schema),
        Side::Lock => ctx.lock()?.ok_or_else(|| Error::NoLock { path: ctx.config.migrations.join(LOCK) }),
        Side::Database(database) if database.is_missing() => {
            ctx.note(&format!("note: the database `{database}` does not exist yet; it counts as empty"))?;
            Ok(Schema::default())
        }
        Side::Database(database) => Session::open(database, Access::Read).await?.reflect().await,
        Side::File(path) => {
            let script = std::fs::read_to_string(path).map_err(|source| Error::Read { path: path.clone(), source })?;
            let schema = &ctx.config.options.schema;
            scratch::load(path, &script, dialect, server, schema).await
        }
    }
}
