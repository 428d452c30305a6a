//! Renames that nobody wrote down: taken where they are clear, asked where somebody is there to answer, listed otherwise.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde::Deserialize;

use crate::compare::Comparison;
use crate::diff::{Guess, Likely, Question};
use crate::error::{Error, Result};
use crate::migrate::Session;
use crate::model::{Declared, ObjectPath, Rename, Schema};
use crate::op::Op;

use super::check::against_lock;
use super::{Context, Live};

/// What the entities are compared with: the database, or the lock in its place.
pub(super) struct Base {
    pub(super) lock: Option<Schema>,
    pub(super) live: Option<Live>,
}

/// A comparison in which every rename is known, with what speaks for those that nobody had written down.
pub(super) struct Settled {
    pub(super) comparison: Comparison,
    pub(super) reasons: Vec<(Op, String)>,
    /// What nobody was there to answer.
    pub(super) open: Vec<Question>,
}

/// Compares, and adds to the renames of the entities what is clear and what was answered, until nothing is left to find out:
/// columns can only be told apart once their tables are.
pub(super) async fn settle(
    ctx: &mut Context<'_>,
    declared: &mut Declared,
    base: &Base,
    no_renames: bool,
) -> Result<Settled> {
    let mut reasons = Vec::new();
    // What was said to be new.
    let mut apart: BTreeSet<ObjectPath> = BTreeSet::new();
    loop {
        let comparison = base.compare(ctx, declared).await?;
        if no_renames {
            return Ok(Settled { comparison, reasons, open: Vec::new() });
        }
        let Likely { clear, questions } = comparison.likely.clone();
        let clear: Vec<Guess> = clear.into_iter().filter(|guess| !declared.renames.contains(&guess.rename)).collect();
        if !clear.is_empty() {
            for guess in clear {
                let why =
                    format!("taken for a rename: {}, and nothing else comes or goes that could be it", because(&guess));
                ctx.note(&format!("{}: {why}", Op::from(&guess.rename)))?;
                reasons.push((Op::from(&guess.rename), why));
                declared.renames.push(guess.rename);
            }
            continue;
        }
        let is_open = |question: &Question| {
            !apart.contains(&question.new)
                && question.guesses.iter().all(|guess| !declared.renames.contains(&guess.rename))
        };
        let open: Vec<Question> = questions.into_iter().filter(is_open).collect();
        let (Some(question), Some(ask)) = (open.first(), ctx.ask.as_deref_mut()) else {
            return Ok(Settled { comparison, reasons, open });
        };
        let mut choices: Vec<String> =
            question.guesses.iter().map(|guess| format!("{} ({})", before(guess), because(guess))).collect();
        choices.push("nothing: it is new, and what is gone is dropped".to_owned());
        let asked = format!("{} is new. What was it before?", about(question));
        let source = |source| Error::Read { path: "the terminal".into(), source };
        match ask.choose(&asked, &choices).map_err(source)? {
            None => return Ok(Settled { comparison, reasons, open }),
            Some(answer) => match question.guesses.get(answer) {
                Some(guess) => {
                    reasons.push((Op::from(&guess.rename), "a rename, as somebody answered".to_owned()));
                    declared.renames.push(guess.rename.clone());
                }
                None => drop(apart.insert(question.new.clone())),
            },
        }
    }
}

impl Base {
    /// Looks at the database, unless the lock is to do.
    pub(super) async fn look(ctx: &mut Context<'_>, lock: Option<Schema>, offline: bool) -> Result<Self> {
        let live = if offline { None } else { Some(ctx.look().await?) };
        Ok(Self { lock, live })
    }

    /// The connection to the database, for questions.
    pub(super) fn session(&self) -> Option<&Session> {
        self.live.as_ref()?.session.as_ref()
    }

    async fn compare(&self, ctx: &mut Context<'_>, declared: &Declared) -> Result<Comparison> {
        match &self.live {
            None => against_lock(ctx, declared, self.lock.as_ref().unwrap_or(&Schema::default())),
            Some(live) => {
                let rules = ctx.config.rules.clone();
                let sides = (live.schema.clone(), live.session.as_ref());
                ctx.compare_live(declared, self.lock.as_ref(), sides, &rules).await
            }
        }
    }
}

/// What a file of hints says.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Hints {
    /// `"table.old" = "new"` and `"old" = "new"`.
    #[serde(default)]
    pub(super) renames: BTreeMap<String, String>,
    /// `"type.old" = "new"` and `"table.column.old" = "new"`.
    #[serde(default)]
    pub(super) removed: BTreeMap<String, String>,
    /// `"table.column" = "expression"`.
    #[serde(default)]
    pub(super) fills: BTreeMap<String, String>,
}

/// Reads the file of hints that is named, or the usual one. What it says may stay there: what was done is done.
pub(super) fn hints(ctx: &Context<'_>, file: Option<&Path>) -> Result<Hints> {
    let usual = ctx.config.migrations.join("hints.toml");
    let path = match file {
        Some(file) => ctx.folder.join(file),
        None if usual.is_file() => usual,
        None => return Ok(Hints::default()),
    };
    let text = fs::read_to_string(&path).map_err(|source| Error::Read { path: path.clone(), source })?;
    let bad = |problem: String| Error::Misused { problem: format!("`{}`: {problem}", ctx.shown(&path)) };
    let read: Hints = toml::from_str(&text).map_err(|error| bad(error.to_string().trim_end().to_owned()))?;
    if let Some((from, to)) = read.renames.iter().find(|(from, to)| from.is_empty() || to.is_empty()) {
        let neither = "is neither `\"table.old\" = \"new\"` for a column nor `\"old\" = \"new\"` for a table";
        return Err(bad(format!("`\"{from}\" = \"{to}\"` below `[renames]` {neither}")));
    }
    let is_value = |(from, to): &(&String, &String)| from.contains('.') && !to.is_empty();
    if let Some((from, to)) = read.removed.iter().find(|pair| !is_value(pair)) {
        let neither = "is neither `\"type.old\" = \"new\"` nor `\"table.column.old\" = \"new\"`";
        return Err(bad(format!("`\"{from}\" = \"{to}\"` below `[removed]` {neither}")));
    }
    Ok(read)
}

/// Says what is open, with the flag that answers each.
pub(super) fn list(ctx: &mut Context<'_>, open: &[Question]) -> Result<()> {
    for question in open {
        ctx.tell(&format!("{} is new; it may have been", about(question)))?;
        for guess in &question.guesses {
            ctx.tell(&format!("  {}: {}", before(guess), because(guess)))?;
            ctx.tell(&format!("    --rename {}", flag(&guess.rename)))?;
        }
    }
    ctx.tell(
        "hint: pass the right `--rename`, or write `renamed_from = \"...\"` on the entity; `--no-renames` drops what is gone and \
         creates what is new",
    )
}

fn because(guess: &Guess) -> String {
    guess.reasons.join(", ")
}

fn words(rename: &Rename, path: &ObjectPath) -> String {
    match (path, rename) {
        (ObjectPath::Table(name), Rename::Enum { .. }) => format!("the enum type `{name}`"),
        (ObjectPath::Table(name), _) => format!("the table `{name}`"),
        (ObjectPath::Column(of, name), Rename::Value { .. }) => format!("the value `{name}` of the enum type `{of}`"),
        (ObjectPath::Column(table, column), _) => format!("`{table}.{column}`"),
    }
}

fn before(guess: &Guess) -> String {
    words(&guess.rename, &guess.rename.before())
}

/// What the question is about.
fn about(question: &Question) -> String {
    let rename = question.guesses.first().map(|guess| &guess.rename);
    rename.map(|rename| words(rename, &question.new)).unwrap_or_default()
}

/// The rename as the command line takes it.
fn flag(rename: &Rename) -> String {
    match rename {
        Rename::Table { from, to } | Rename::Enum { from, to } => format!("{from}={to}"),
        Rename::Column { table, from, to } | Rename::Value { of: table, from, to } => format!("{table}.{from}={to}"),
    }
}
