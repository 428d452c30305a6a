//! Proofs: of what `revision --autogenerate` is about to write, and `prove`, of revisions that are written.

use std::collections::BTreeSet;
use std::io::Write as _;

use crate::cli;
use crate::compare::{Comparison, Origin};
use crate::config::Database;
use crate::error::{Error, Result, count};
use crate::migrate::Session;
use crate::model::{Declared, Schema};
use crate::proof::{self, Claim, Verdict};
use crate::report;
use crate::revision::dir::LOCK;
use crate::revision::graph::{Graph, Target};
use crate::revision::{Direction, Revision};
use crate::scratch;

use super::write::Draft;
use super::{Context, Exit, Live, check, closed, listing};

/// What a server is needed for.
const PURPOSE: &str = "prove revisions";

/// What revisions that are about to be written should lead to, and from where.
pub(super) struct Goal<'a> {
    pub(super) declared: &'a Declared,
    pub(super) lock: &'a Schema,
    pub(super) comparison: &'a Comparison,
    /// The database, unless the lock stands in its place.
    pub(super) live: Option<&'a Live>,
}

/// Whether what is about to be written may be: a proof did not fail. That none could be made stops nobody.
pub(super) async fn holds(
    ctx: &mut Context<'_>,
    drafts: &[Draft],
    goal: &Goal<'_>,
    args: &cli::Revision,
) -> Result<bool> {
    let mut revisions = Vec::new();
    for draft in drafts {
        let path = draft.path(ctx);
        revisions.push(Revision::parse(&path, &draft.text).map_err(|problems| Error::Revisions { problems })?);
    }
    let scratch = args.scratch.as_ref().map(|url| ctx.database_of(url)).transpose()?;
    let server = scratch.as_ref().or(ctx.config.database.as_ref().filter(|_| goal.live.is_some()));
    let start = match goal.live {
        Some(live) => (&live.schema, Origin::Database),
        None => (&goal.comparison.live, Origin::Declared),
    };
    let claim = Claim {
        start,
        revisions: &revisions,
        target: &goal.comparison.target,
        declared: (goal.declared, goal.lock, &ctx.config.rules),
        options: &ctx.config.options,
    };
    ctx.progress.say("proving what is to be written".to_owned());
    let work = async |session: &Session| {
        session.create_schema().await?;
        proof::claim(session, &claim).await
    };
    let schema = &ctx.config.options.schema;
    let room = Box::pin(scratch::anywhere(ctx.config.dialect, server, schema, PURPOSE, work));
    let proved = ctx.progress.during(room).await;
    let (at, verdict) = match proved {
        Ok(proved) => proved,
        Err(Error::NoScratch { .. }) => (0, Verdict::Open("that takes a server, and `--offline` asks none".to_owned())),
        // It is a help, and a right that is missing stops nobody.
        Err(error) => (0, Verdict::Open(reason(&error))),
    };
    if let Verdict::Open(reason) = &verdict {
        ctx.note(&format!("note: not proved: {reason}"))?;
    }
    if !verdict.is_failure() {
        return Ok(true);
    }
    let title = revisions.get(at).map(Revision::title).unwrap_or_default();
    let text = shown(ctx, &verdict, &title, "entities", goal.declared)?;
    ctx.tell("no file was written, because the proof failed:")?;
    ctx.tell(text.trim_end())?;
    ctx.tell(&blame(ctx, &verdict))?;
    Ok(false)
}

/// What to do about a text that does not do what it is to do.
fn blame(ctx: &Context<'_>, verdict: &Verdict) -> String {
    let own = ctx.config.template.as_ref().map(|path| format!("the template `{}`", ctx.shown(path)));
    let fill =
        matches!(verdict, Verdict::Fails(_)).then(|| "what a fill or a file of `sql` says in the statement".to_owned());
    let correct: Vec<String> = own.into_iter().chain(fill).collect();
    let what = if correct.is_empty() {
        "this is a mistake of seachange: please report it".to_owned()
    } else {
        format!("correct {}; if that is right, it is a mistake of seachange: please report it", correct.join(", or "))
    };
    format!("hint: {what}; `--no-prove` writes the file all the same")
}

/// The error in one sentence.
fn reason(error: &Error) -> String {
    let source = std::error::Error::source(error).map(|source| format!(": {source}")).unwrap_or_default();
    format!("{error}{source}").replace('\n', " ")
}

/// A verdict that is a failure, as people read it.
fn shown(ctx: &Context<'_>, verdict: &Verdict, title: &str, goal: &str, declared: &Declared) -> Result<String> {
    let mut text = Vec::new();
    let (words, left, sides) = match verdict {
        Verdict::Proved | Verdict::NoWayDown | Verdict::Open(_) => return Ok(String::new()),
        Verdict::Fails(error) => {
            report::error::write_cause(error, &ctx.folder, &mut text).map_err(closed)?;
            return Ok(String::from_utf8_lossy(&text).into_owned());
        }
        Verdict::Misses(left) => (format!("after the way up of {title} this is left"), left, ["after up", goal]),
        Verdict::Stays(left) => {
            let words = format!("the way down of {title} does not lead back; this is left");
            (words, left, ["after down", "before up"])
        }
        Verdict::Wavers(left) => {
            let words = format!("the way up of {title}, run again after the way down, leads elsewhere; this is left");
            (words, left, ["second time", "first time"])
        }
    };
    writeln!(text, "{words}\n")
        .and_then(|()| report::residue::write(left, sides, declared, ctx.config.dialect, &mut text))
        .map_err(closed)?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// Proves revisions, or the whole history.
pub(super) async fn prove(ctx: &mut Context<'_>, args: &cli::Prove) -> Result<Exit> {
    if let Some(url) = &args.scratch {
        let database = ctx.database_of(url)?;
        ctx.config = ctx.config.on(database);
    }
    let graph = ctx.graph()?;
    if graph.revisions().is_empty() {
        ctx.note("nothing to prove: there are no revisions yet")?;
        return Ok(Exit::Clean);
    }
    let asked = asked(&graph, &args.revisions)?;
    let order = graph.upgrade(&Target::Revisions(asked.iter().cloned().collect()), &BTreeSet::new());
    let end = if asked.len() == graph.revisions().len() { end(ctx, &graph)? } else { None };
    let mut course = Course { order, asked, from: 0, end, tally: Tally::default() };
    // A way down that leaves something behind spoils the room: what follows is proved in another.
    while course.from < course.order.len() {
        let server: Option<Database> = ctx.config.database.clone();
        let (dialect, schema, progress) =
            (ctx.config.dialect, ctx.config.options.schema.to_string(), ctx.progress.clone());
        let work = async |session: &Session| course.go_on(ctx, session).await;
        let room = Box::pin(scratch::anywhere(dialect, server.as_ref(), &schema, PURPOSE, work));
        progress.during(room).await?;
    }
    let words = course.tally.words();
    ctx.sum_up(words.clone());
    ctx.note(&words)?;
    Ok(if course.tally.is_clean() { Exit::Clean } else { Exit::Found })
}

/// The revisions that the words mean; without words all.
fn asked(graph: &Graph, words: &[String]) -> Result<BTreeSet<String>> {
    let nothing = BTreeSet::new();
    let mut asked = BTreeSet::new();
    for word in words {
        if word.contains(':') {
            asked.extend(listing::between(graph, word, &nothing)?.into_iter().map(|revision| revision.id.clone()));
        } else {
            asked.extend(graph.place(&graph.resolve(word, &nothing)?, &nothing));
        }
    }
    if words.is_empty() {
        asked = graph.revisions().iter().map(|revision| revision.id.clone()).collect();
    }
    Ok(asked)
}

/// What the whole history should lead to.
struct End {
    declared: Declared,
    lock: Option<Schema>,
    name: &'static str,
}

/// Where the whole history should end: at the entities, and where these have changed since, at the lock.
fn end(ctx: &mut Context<'_>, graph: &Graph) -> Result<Option<End>> {
    if graph.heads().len() > 1 {
        ctx.note("note: there are several heads, so what they lead to together is compared with nothing")?;
        return Ok(None);
    }
    let (declared, lock) = (ctx.declare()?, ctx.lock()?);
    let Some(known) = &lock else { return Ok(Some(End { declared, lock, name: "entities" })) };
    if check::against_lock(ctx, &declared, known)?.differences.is_empty() {
        return Ok(Some(End { declared, lock, name: "entities" }));
    }
    ctx.note(
        "note: the entities have changed since the last revision, so the history is compared with `schema.lock`\n\
         hint: write the next revision with `seachange revision --autogenerate -m …`",
    )?;
    let declared = Declared { schema: known.clone(), ..Declared::default() };
    Ok(Some(End { declared, lock, name: LOCK }))
}

/// How many came to what.
#[derive(Default)]
struct Tally {
    proved: usize,
    one_way: usize,
    failed: usize,
    open: usize,
    /// The history leads elsewhere.
    astray: bool,
}

impl Tally {
    fn words(&self) -> String {
        let mut words = format!("{} proved", count(self.proved, "revision"));
        let rest = [(self.one_way, "without a way down"), (self.failed, "failed"), (self.open, "not proved")];
        for (number, what) in rest.into_iter().filter(|(number, _)| *number > 0) {
            words += &format!(", {number} {what}");
        }
        words + if self.astray { "; the history leads elsewhere" } else { "" }
    }

    fn is_clean(&self) -> bool {
        self.failed == 0 && self.open == 0 && !self.astray
    }
}

/// The revisions to prove, and how far that is.
struct Course<'a> {
    /// With those that they follow, in the order in which they run.
    order: Vec<&'a Revision>,
    asked: BTreeSet<String>,
    /// The first of which nothing is said yet; those before only run.
    from: usize,
    end: Option<End>,
    tally: Tally,
}

impl Course<'_> {
    /// Proves as many as one empty place lets.
    async fn go_on(&mut self, ctx: &mut Context<'_>, session: &Session) -> Result<()> {
        session.create_schema().await?;
        for (at, revision) in self.order.clone().into_iter().enumerate() {
            ctx.progress.say(revision.title());
            let is_new = at >= self.from;
            let verdict = if is_new && self.asked.contains(&revision.id) {
                proof::there_and_back(session, revision, &ctx.config.options).await?
            } else {
                match proof::run(session, revision, Direction::Up).await? {
                    None => continue,
                    Some(verdict) if is_new => verdict,
                    // It was told before.
                    Some(_) => return self.stop(ctx, at),
                }
            };
            self.from = at + 1;
            self.tell(ctx, revision, &verdict)?;
            match verdict {
                Verdict::Proved | Verdict::NoWayDown => {}
                Verdict::Open(_) => return self.stop(ctx, at),
                _ => return Ok(()),
            }
        }
        self.from = self.order.len();
        self.compare_end(ctx, session).await
    }

    /// Says of what comes behind a revision that it cannot run.
    fn stop(&mut self, ctx: &mut Context<'_>, at: usize) -> Result<()> {
        let title = self.order[at].title();
        for revision in self.order[self.from..].iter().filter(|revision| self.asked.contains(&revision.id)) {
            ctx.say(&format!("{}: not proved: {title} has to run before", revision.title()))?;
            self.tally.open += 1;
        }
        self.from = self.order.len();
        Ok(())
    }

    fn tell(&mut self, ctx: &mut Context<'_>, revision: &Revision, verdict: &Verdict) -> Result<()> {
        let title = revision.title();
        let (words, number) = match verdict {
            Verdict::Proved => ("proved".to_owned(), &mut self.tally.proved),
            Verdict::NoWayDown => ("no way down; the way up runs".to_owned(), &mut self.tally.one_way),
            Verdict::Fails(_) => ("fails".to_owned(), &mut self.tally.failed),
            Verdict::Misses(_) => ("does not lead to the entities".to_owned(), &mut self.tally.failed),
            Verdict::Stays(_) => ("does not return".to_owned(), &mut self.tally.failed),
            Verdict::Wavers(_) => ("makes another schema the second time".to_owned(), &mut self.tally.failed),
            Verdict::Open(reason) => (format!("not proved: {reason}"), &mut self.tally.open),
        };
        *number += 1;
        ctx.say(&format!("{title}: {words}"))?;
        if !verdict.is_failure() {
            return Ok(());
        }
        ctx.say(&format!("  --> {}", ctx.shown(&revision.path)))?;
        let text = shown(ctx, verdict, &title, "entities", &Declared::default())?;
        ctx.say(&format!("\n{}\n", text.trim_end()))
    }

    /// Compares what the whole history has made with what it should have.
    async fn compare_end(&mut self, ctx: &mut Context<'_>, session: &Session) -> Result<()> {
        let Some(End { declared, lock, name }) = self.end.take() else { return Ok(()) };
        let made = session.reflect().await?;
        let (rules, options) = (&ctx.config.rules, &ctx.config.options);
        let goal = (&declared, lock.as_ref(), rules);
        let Some(left) = proof::left_to_declared(session, goal, &made, options).await? else { return Ok(()) };
        self.tally.astray = true;
        let whose = if name == LOCK { "`schema.lock` records" } else { "the entities declare" };
        ctx.say(&format!("the history makes another schema than {whose}; this is left"))?;
        let mut text = Vec::new();
        report::residue::write(&left, ["history", name], &declared, ctx.config.dialect, &mut text).map_err(closed)?;
        ctx.say(&format!("\n{}\n", String::from_utf8_lossy(&text).trim_end()))?;
        ctx.note("hint: correct the revision, or write another with what is missing")
    }
}
