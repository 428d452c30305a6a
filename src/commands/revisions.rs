//! `upgrade`, `downgrade` and `stamp`: what changes where the database is.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use crate::application;
use crate::cli;
use crate::error::{Error, Result, Unaccepted, count};
use crate::hazard::{self, Kind};
use crate::migrate::{Access, Books, Interrupted, Moment, Outcome, Run, Session, refuse_unfinished};
use crate::revision::accepted::{losses, refuse_unknown, unaccepted};
use crate::revision::graph::{Graph, Target};
use crate::revision::{Direction, Revision};

use super::adopt::{self, When};
use super::{Context, Exit, Live, now, offline, refuse_missing, verify};

/// Applies revisions up to a target.
pub(super) async fn upgrade(ctx: &mut Context<'_>, args: &cli::Upgrade) -> Result<Exit> {
    if args.script.sql {
        return offline::upgrade(ctx, args).await;
    }
    let asked = hazard::all_named(&args.deny)?;
    let graph = ctx.graph()?;
    refuse_unknown(&graph)?;
    let live = history_of(ctx).await?;
    refuse_missing(&graph, &live.history)?;
    refuse_unfinished(&graph, &live.unfinished, Direction::Up)?;
    let applied = live.applied();
    let target = graph.resolve(&args.target, &applied)?;
    let revisions = graph.upgrade(&target, &applied);
    warn_edited(ctx, &graph, &live)?;
    ctx.stands_at(&graph, &applied);
    adopt::tell(ctx, &graph, &live, When::Asked).await?;
    if revisions.is_empty() {
        return at(ctx, &graph, &applied);
    }
    if args.dry_run {
        return foretell(ctx, &revisions, Direction::Up).await;
    }
    let denied: BTreeSet<Kind> = ctx.config.deny.upgrade.iter().copied().chain(asked).collect();
    let mut stopping: Vec<Unaccepted> = revisions.iter().flat_map(|revision| unaccepted(revision, &denied)).collect();
    stopping.retain(|hazard| !(args.accept_data_loss && hazard.loses_data));
    if !accepts(ctx, stopping)? {
        return Ok(Exit::Found);
    }
    run(ctx, &graph, &revisions, Direction::Up, args.interrupted).await
}

/// Takes revisions back down to a target.
pub(super) async fn downgrade(ctx: &mut Context<'_>, args: &cli::Downgrade) -> Result<Exit> {
    if args.script.sql {
        return offline::downgrade(ctx, args).await;
    }
    let graph = ctx.graph()?;
    let live = history_of(ctx).await?;
    refuse_missing(&graph, &live.history)?;
    refuse_unfinished(&graph, &live.unfinished, Direction::Down)?;
    let applied = live.applied();
    let target = graph.resolve(&args.target, &applied)?;
    if let Target::Revisions(ids) = &target
        && let Some(id) = ids.iter().find(|id| !applied.contains(*id))
    {
        let title = graph.get(id).map(Revision::title).unwrap_or_default();
        return Err(Error::Misused { problem: format!("{title} is not applied, so there is no way down to it") });
    }
    let revisions = graph.downgrade(&target, &applied);
    ctx.stands_at(&graph, &applied);
    if revisions.is_empty() {
        return at(ctx, &graph, &applied);
    }
    warn_edited(ctx, &graph, &live)?;
    if args.dry_run {
        return foretell(ctx, &revisions, Direction::Down).await;
    }
    let is_stamped = |revision: &Revision| live.history.get(&revision.id).is_some_and(|applied| applied.stamped);
    let losing =
        revisions.iter().find(|revision| is_stamped(revision) && losses(revision, Direction::Down).next().is_some());
    if let Some(revision) = losing.filter(|_| !args.accept_data_loss) {
        return Err(Error::StampedLoss { revision: revision.title() });
    }
    if !args.accept_data_loss && !accepts_losses(ctx, &revisions)? {
        return Ok(Exit::Found);
    }
    run(ctx, &graph, &revisions, Direction::Down, args.interrupted).await
}

/// Says what would run, and what is dangerous about it.
async fn foretell(ctx: &mut Context<'_>, revisions: &[&Revision], direction: Direction) -> Result<Exit> {
    let database = ctx.database()?;
    if !database.is_missing() {
        let session = Session::open(database, Access::Read).await?;
        for revision in revisions {
            session.check(revision, direction).await?;
        }
    }
    let would = match direction {
        Direction::Up => "would apply",
        Direction::Down => "would take back",
    };
    for revision in revisions {
        ctx.say(&format!("{would} {}", revision.title()))?;
        for hazard in revision.hazards.iter().filter(|hazard| hazard.direction == direction) {
            ctx.say(&format!("  {}: {}", hazard.slug, hazard.sentence))?;
        }
    }
    ctx.sum_up(format!("{would} {}", shortly(revisions)));
    Ok(Exit::Clean)
}

/// The revisions in a few words.
fn shortly(revisions: &[&Revision]) -> String {
    match revisions {
        [] => "nothing".to_owned(),
        [only] => only.title(),
        [.., last] => format!("{} up to {}", count(revisions.len(), "revision"), last.title()),
    }
}

/// Whether nothing stops the way up, or somebody at the terminal says that it may run.
fn accepts(ctx: &mut Context<'_>, stopping: Vec<Unaccepted>) -> Result<bool> {
    if stopping.is_empty() {
        return Ok(true);
    }
    if ctx.ask.is_none() {
        return Err(Error::Unaccepted { hazards: stopping });
    }
    for hazard in &stopping {
        ctx.tell(&format!("{}:{}: {}", ctx.shown(&hazard.path), hazard.line, hazard.sentence))?;
    }
    let is_yes = confirmed(ctx, "Run the way up all the same?", "yes, run it")?;
    if is_yes {
        ctx.note("hint: other databases stop here too; to accept it for all of them, write above `-- migrate:up`:")?;
        for hazard in &stopping {
            ctx.note(&format!("  -- accept: {}", hazard.key))?;
        }
    }
    Ok(is_yes)
}

/// Whether somebody at the terminal says yes. Nobody there says no.
fn confirmed(ctx: &mut Context<'_>, question: &str, yes: &str) -> Result<bool> {
    let Some(ask) = ctx.ask.as_deref_mut() else { return Ok(false) };
    let choices = ["no, leave everything as it is", yes].map(str::to_owned);
    let answer = ask.choose(question, &choices);
    let answer = answer.map_err(|source| Error::Read { path: "the terminal".into(), source })?;
    if answer != Some(1) {
        ctx.tell("nothing was run")?;
    }
    Ok(answer == Some(1))
}

/// Whether the way down loses nothing, or somebody at the terminal says that it may.
fn accepts_losses(ctx: &mut Context<'_>, revisions: &[&Revision]) -> Result<bool> {
    let of = |revision: &&Revision| {
        let title = revision.title();
        losses(revision, Direction::Down).map(|sentence| format!("{title}: {sentence}")).collect::<Vec<_>>()
    };
    let losses: Vec<String> = revisions.iter().flat_map(of).collect();
    if losses.is_empty() {
        return Ok(true);
    }
    if ctx.ask.is_none() {
        return Err(Error::LosesData { losses });
    }
    for loss in &losses {
        ctx.tell(loss)?;
    }
    confirmed(ctx, "Run the way down, and lose this for good?", "yes, the data may go")
}

async fn run(
    ctx: &mut Context<'_>,
    graph: &Graph,
    revisions: &[&Revision],
    direction: Direction,
    interrupted: Option<cli::Interrupted>,
) -> Result<Exit> {
    let interrupted = interrupted.map(|what| match what {
        cli::Interrupted::Again => Interrupted::Again,
        cli::Interrupted::Done => Interrupted::Done,
    });
    let session = Session::open(ctx.database()?, Access::Write).await?;
    let (done, skipped) = match direction {
        Direction::Up => ("applied", "already applied by another process"),
        Direction::Down => ("took back", "already taken back by another process"),
    };
    // A second runner waits before it looks at what is left to do, and nothing runs when something cannot.
    session
        .lock(|holder| drop(ctx.note(&format!("waiting for {holder}, which runs revisions of this database"))))
        .await?;
    for revision in revisions {
        session.check(revision, direction).await?;
    }
    for revision in revisions {
        for sentence in losses(revision, direction) {
            ctx.note(&format!("warning: {sentence}"))?;
        }
        let started = Instant::now();
        let resumed = Mutex::new(None);
        let (title, progress) = (revision.title(), ctx.progress.clone());
        let watch = |moment: Moment<'_>| match moment {
            Moment::Statement { number, all } => progress.say(format!("{title}: statement {number} of {all}")),
            Moment::Resumed { done, all, begun_at, is_edited } => {
                let edited =
                    if is_edited { "; its text has changed since, and what is done is not run again" } else { "" };
                let done = format!("{done} of {} done by the attempt of {begun_at}{edited}", count(all, "statement"));
                *resumed.lock().unwrap_or_else(PoisonError::into_inner) =
                    Some(format!("{title} goes on where it was: {done}"));
            }
        };
        let now = now();
        let running = session.run_as(revision, direction, Run { now: &now, watch: &watch, interrupted, traces: None });
        let outcome = progress.during(running).await;
        if let Some(resumed) = resumed.into_inner().unwrap_or_else(PoisonError::into_inner) {
            ctx.note(&resumed)?;
        }
        match outcome? {
            Outcome::Done => {
                ctx.note(&format!("{done} {} in {} ms", revision.title(), started.elapsed().as_millis()))?;
            }
            Outcome::AlreadyDone => ctx.note(&format!("{} was {skipped}", revision.title()))?,
        }
    }
    remember(ctx, &session).await?;
    let applied = session.history().await?.into_keys().collect();
    session.unlock().await?;
    ctx.stands_at(graph, &applied);
    ctx.sum_up(format!("{done} {}", shortly(revisions)));
    Ok(Exit::Clean)
}

/// What the database holds beyond the lock now is known; what comes by hand later is a change.
async fn remember(ctx: &Context<'_>, session: &Session) -> Result<()> {
    match ctx.lock()? {
        Some(lock) => application::remember(session, lock, &ctx.config.options).await,
        None => Ok(()),
    }
}

/// Records that the database is at a revision, without running anything.
pub(super) async fn stamp(ctx: &mut Context<'_>, args: &cli::Stamp) -> Result<Exit> {
    if args.script.sql {
        return offline::stamp(ctx, args).await;
    }
    let graph = ctx.graph()?;
    let live = history_of(ctx).await?;
    let applied = live.applied();
    // Everything has a meaning before anything is forgotten.
    let targets = args.targets.iter().map(|word| graph.resolve(word, &applied)).collect::<Result<Vec<_>>>()?;
    if !args.purge {
        refuse_missing(&graph, &live.history)?;
    }
    let kept = if args.purge { BTreeSet::new() } else { applied };
    let reached = graph.stamped(&targets, &kept);
    if args.verify {
        verify::verify(ctx, &graph, &reached).await?;
    }
    if args.dry_run {
        ctx.stands_at(&graph, &reached);
        let there = std::mem::take(&mut ctx.summary.at);
        ctx.say(&format!("would record that the database is at {there}"))?;
        ctx.sum_up(format!("would stamp {there}"));
        ctx.stands_at(&graph, &live.applied());
        return Ok(Exit::Clean);
    }
    let session = Session::open(ctx.database()?, Access::Write).await?;
    session
        .lock(|holder| drop(ctx.note(&format!("waiting for {holder}, which runs revisions of this database"))))
        .await?;
    session.stamp(&graph, &reached, &now()).await?;
    if args.accept_edits {
        let edited: Vec<&Revision> = graph
            .revisions()
            .iter()
            .filter(|revision| reached.contains(&revision.id) && is_edited(&live, revision))
            .collect();
        session.accept_edits(&edited).await?;
        for revision in edited {
            ctx.note(&format!("the text of {} is taken for what was applied", revision.title()))?;
        }
    }
    remember(ctx, &session).await?;
    session.unlock().await?;
    adopt::tell(ctx, &graph, &live, When::Taken).await?;
    at(ctx, &graph, &reached)?;
    ctx.sum_up("stamped");
    Ok(Exit::Clean)
}

/// The history alone; the schema is not read.
pub(super) async fn history_of(ctx: &Context<'_>) -> Result<Live> {
    let database = ctx.database()?;
    if database.is_missing() {
        return Ok(Live::default());
    }
    let session = Session::open(database, Access::Read).await?;
    let Books { applied: history, unfinished } = session.books().await?;
    Ok(Live { history, unfinished, ..Live::default() })
}

/// Says where the database is.
fn at(ctx: &mut Context<'_>, graph: &Graph, applied: &BTreeSet<String>) -> Result<Exit> {
    ctx.stands_at(graph, applied);
    ctx.sum_up("nothing to do");
    ctx.note(&format!("the database is {}", graph.place_in_words(applied)))?;
    Ok(Exit::Clean)
}

/// What to do about files that are no longer what ran.
pub(super) const EDITED: &str = "hint: put back the text that ran (`git log -p` has it) and write what is to change as a new \
                                 revision; or keep the text as it is now: `seachange stamp current --accept-edits`";

/// Whether the file is no longer what ran.
pub(super) fn is_edited(live: &Live, revision: &Revision) -> bool {
    live.history.get(&revision.id).is_some_and(|applied| applied.checksum != revision.checksum)
}

fn warn_edited(ctx: &mut Context<'_>, graph: &Graph, live: &Live) -> Result<()> {
    for revision in graph.revisions() {
        if is_edited(live, revision) {
            ctx.note(&format!("warning: {} was edited after it was applied", revision.title()))?;
        }
    }
    if graph.revisions().iter().any(|revision| is_edited(live, revision)) {
        ctx.note(EDITED)?;
    }
    Ok(())
}
