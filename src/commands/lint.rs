//! `lint`: what is dangerous about revisions that somebody wrote, found by running them where nobody is.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use crate::cli::{self, LintFormat};
use crate::config::Database;
use crate::dialect::{DEFAULT_SCHEMA, Dialect};
use crate::error::{Error, Result, count};
use crate::hazard::{self, Kind, Severity};
use crate::lint::{Found, Seen, lint as look_at};
use crate::migrate::observe::{Identities, Traces};
use crate::migrate::{Run, Session};
use crate::model::Schema;
use crate::report::finding::{Findings, Root};
use crate::report::hazards::{self, LINT, Told, shown, summary};
use crate::report::{github, json, junit, sarif};
use crate::revision::accepted::refuse_unknown;
use crate::revision::graph::{Graph, Target};
use crate::revision::{Direction, Revision};
use crate::scratch;

use super::check::to_file;
use super::{Context, Exit, closed, now};

/// What is looked at, in the order in which it runs.
struct Course {
    revisions: Vec<Revision>,
    /// Those that are looked at; the others only come before.
    wanted: BTreeSet<String>,
}

/// Says what is dangerous about revisions.
pub(super) async fn lint(ctx: &mut Context<'_>, args: &cli::Lint) -> Result<Exit> {
    let asked = hazard::all_named(&args.deny)?;
    let looked = looked(ctx, args).await;
    let deny = &ctx.config.deny;
    let denied: BTreeSet<Kind> = deny.revision.iter().chain(&deny.upgrade).copied().chain(asked).collect();
    let tell = |own: Found| {
        let is_bad = args.severity.is_some_and(|severity| own.kind.row().severity >= Severity::from(severity));
        let fails = !own.accepted && (is_bad || denied.contains(&own.kind));
        let Found { kind, key, sentence, place, hint, accepted } = own;
        let file = ctx.shown(&place.location.file);
        Told { kind, key, sentence, place: shown(place, &file), hint, accepted, fails }
    };
    let looked: Result<(Vec<Told>, usize)> =
        looked.map(|(found, number)| (found.into_iter().map(tell).collect(), number));
    hand_out(ctx, args, looked.as_ref().map(|(told, _)| told.as_slice()))?;
    let (told, number) = looked?;
    ctx.sum_up(summary(&told));
    if number == 0 {
        ctx.note("there is no revision to look at")?;
        return Ok(Exit::Clean);
    }
    ctx.note(&format!("looked at {}: {}", count(number, "revision"), summary(&told)))?;
    let fails = told.iter().any(|told| told.fails);
    if fails {
        ctx.note("hint: change the statements, or accept in the header of the file what is meant")?;
    }
    Ok(if fails { Exit::Found } else { Exit::Clean })
}

/// What is found, and how many revisions were looked at.
async fn looked(ctx: &mut Context<'_>, args: &cli::Lint) -> Result<(Vec<Found>, usize)> {
    let graph = ctx.graph()?;
    refuse_unknown(&graph)?;
    let scratch = args.scratch.as_ref().map(|url| ctx.database_of(url)).transpose()?;
    let said = args.dialect.map(Dialect::from).or(scratch.as_ref().map(|database| database.dialect));
    ctx.config.dialect = said.unwrap_or(ctx.config.dialect);
    let course = course(ctx, &graph, &args.files)?;
    let number = course.wanted.len();
    if number == 0 {
        return Ok((Vec::new(), 0));
    }
    let found = if args.words_only { by_words(ctx, &course)? } else { by_running(ctx, &course, scratch).await? };
    Ok((found, number))
}

/// Writes what was found in the form that was asked for; a program wants to read why nothing could be, too.
fn hand_out(ctx: &mut Context<'_>, args: &cli::Lint, looked: std::result::Result<&[Told], &Error>) -> Result<()> {
    let is_text = args.format == LintFormat::Text;
    let mut text = Vec::new();
    let failure = looked.as_ref().err().map(|error| json::Failure::new(error, &ctx.folder).message);
    let told = looked.unwrap_or_default();
    let findings = [Findings { failure: failure.clone(), ..hazards::findings(told) }];
    let root = Root { folder: &ctx.folder };
    match args.format {
        LintFormat::Text => hazards::write(told, &mut text),
        LintFormat::Json => hazards::write_json(failure.as_deref().map_or(Ok(told), Err), &mut text),
        LintFormat::Github => github::write(&findings, root, &mut text),
        LintFormat::Sarif => sarif::write(LINT, &findings, root, &mut text),
        LintFormat::Junit => junit::write(LINT, &findings, &mut text),
    }
    .map_err(closed)?;
    let out = &mut ctx.out;
    match &args.output {
        None => ctx.progress.above(|| out.write_all(&text)).map_err(closed),
        Some(file) => {
            let plain = anstream::adapter::strip_str(&String::from_utf8_lossy(&text)).to_string();
            let text = if is_text { plain.into_bytes() } else { text };
            to_file(&ctx.folder.join(file), &text)?;
            ctx.progress.above(|| hazards::write(told, out)).map_err(closed)
        }
    }
}

/// What the words show, without running anything.
fn by_words(ctx: &Context<'_>, course: &Course) -> Result<Vec<Found>> {
    let wanted = course.revisions.iter().filter(|revision| course.wanted.contains(&revision.id));
    let found = wanted.map(|revision| look_at(revision, ctx.config.dialect, &ctx.config.options, None));
    Ok(found.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
}

/// What is seen while they run, one after the other, in a database that is dropped again.
async fn by_running(ctx: &Context<'_>, course: &Course, scratch: Option<Database>) -> Result<Vec<Found>> {
    let dialect = ctx.config.dialect;
    let configured = ctx.config.database.clone().filter(|database| database.dialect == dialect);
    let server = scratch.or(configured);
    let run = async |session: &Session| {
        let (mut found, mut last) = (Vec::new(), None);
        for revision in &course.revisions {
            if course.wanted.contains(&revision.id) {
                let before = match last {
                    Some(before) => before,
                    None => session.reflect().await?,
                };
                let (own, after) = watched(ctx, session, revision, &before).await?;
                found.extend(own);
                last = Some(after);
            } else {
                session.run(revision, Direction::Up, &now()).await?;
                last = None;
            }
        }
        Ok(found)
    };
    // What has no schema before its name goes wherever the tables go that are made.
    let within = Box::pin(scratch::within(dialect, server.as_ref(), DEFAULT_SCHEMA, "run the revisions", run));
    ctx.progress.during(within).await.map_err(|error| match error {
        Error::NoScratch { .. } => Error::NoLint,
        error => error,
    })
}

/// Runs a revision and looks on.
async fn watched(
    ctx: &Context<'_>,
    session: &Session,
    revision: &Revision,
    before: &Schema,
) -> Result<(Vec<Found>, Schema)> {
    let names = Identities::of(session).await?;
    let traces = Mutex::new(Traces::default());
    ctx.progress.say(format!("{} runs", revision.title()));
    let run = Run { now: &now(), watch: &|_| {}, interrupted: None, traces: Some(&traces) };
    session.run_as(revision, Direction::Up, run).await?;
    let after = session.reflect().await?;
    let names_after = Identities::of(session).await?;
    let traces = traces.into_inner().unwrap_or_else(PoisonError::into_inner);
    let names = names.as_ref().zip(names_after.as_ref());
    let seen = Seen { before, after: &after, traces: &traces, names };
    let found = look_at(revision, ctx.config.dialect, &ctx.config.options, Some(seen))?;
    Ok((found, after))
}

/// The revisions that are meant, after all that come before them; scripts that are no revisions come after all of these.
fn course(ctx: &Context<'_>, graph: &Graph, files: &[String]) -> Result<Course> {
    let (mut wanted, mut scripts) = (BTreeSet::new(), Vec::new());
    if files.is_empty() {
        wanted.extend(graph.revisions().iter().map(|revision| revision.id.clone()));
    }
    for word in files {
        let path = ctx.folder.join(word);
        match meant(graph, word, &path)? {
            Meant::Revisions(ids) => wanted.extend(ids),
            Meant::Script => {
                let script = script(ctx, &path, scripts.len())?;
                scripts.push(script);
            }
        }
    }
    let ids = if scripts.is_empty() {
        wanted.iter().cloned().collect()
    } else {
        graph.revisions().iter().map(|revision| revision.id.clone()).collect()
    };
    let before = graph.upgrade(&Target::Revisions(ids), &BTreeSet::new());
    wanted.extend(scripts.iter().map(|script| script.id.clone()));
    Ok(Course { revisions: before.into_iter().cloned().chain(scripts).collect(), wanted })
}

enum Meant {
    Revisions(Vec<String>),
    /// A file that is not among the revisions.
    Script,
}

/// What a word of the command line means: a file, or revisions as everywhere else.
fn meant(graph: &Graph, word: &str, path: &Path) -> Result<Meant> {
    if let Some(file) = fs::canonicalize(path).ok().filter(|file| file.is_file()) {
        let is_it = |revision: &&Revision| fs::canonicalize(&revision.path).is_ok_and(|own| own == file);
        let found = graph.revisions().iter().find(is_it);
        return Ok(found.map_or(Meant::Script, |revision| Meant::Revisions(vec![revision.id.clone()])));
    }
    let is_path = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("sql"));
    match graph.resolve(word, &BTreeSet::new()) {
        Ok(Target::Revisions(ids)) => Ok(Meant::Revisions(ids)),
        Ok(_) => Ok(Meant::Revisions(Vec::new())),
        Err(_) if is_path || path.is_dir() => {
            let source = fs::read_to_string(path).err().unwrap_or_else(|| io::ErrorKind::NotFound.into());
            Err(Error::Read { path: path.to_owned(), source })
        }
        Err(error) => Err(error),
    }
}

/// A file that is not among the revisions, as if it were the last one.
fn script(ctx: &Context<'_>, path: &Path, number: usize) -> Result<Revision> {
    let text = fs::read_to_string(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
    let dialect = ctx.config.dialect;
    let stands_alone = |sql: &str| dialect.refuses_transaction(sql).is_some() || dialect.ends_transaction(sql);
    let transaction = !dialect.statements(&text).iter().any(|own| stands_alone(&own.sql));
    let revision = Revision::of_script(path, &text, transaction).map_err(|problems| Error::Revisions { problems })?;
    // It is applied nowhere, whatever it is called.
    Ok(Revision { id: format!("script_{number}"), ..revision })
}
