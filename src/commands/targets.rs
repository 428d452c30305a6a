//! A command on many databases: each on its own, a few at a time, one line for each in the end. What goes wrong with one
//! stops none of the others.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io::Write;
use std::path::Path;
use std::rc::Rc;

use futures_util::{StreamExt as _, stream};

use crate::cli::{self, Cli, Command};
use crate::config::Config;
use crate::dialect::Dialect;
use crate::error::{Error, Result, count};
use crate::model::Declared;
use crate::prompt::{Ask, Progress};
use crate::report::json::{Checked, Failure};
use crate::report::{self, table};
use crate::targets::{self, Target};

use super::{Context, Exit, Made, Summary, check, closed, dispatch};

/// What is the same for all of them.
struct Shared<'a> {
    config: &'a Config,
    declared: &'a BTreeMap<Dialect, Rc<Declared>>,
    made: &'a Made,
}

/// What became of one of them.
struct Finished {
    name: String,
    result: Result<Exit>,
    summary: Summary,
    /// What messages call its database.
    shown: String,
    out: String,
    notes: String,
}

/// Targets about which there is the same to say.
struct Alike {
    first: String,
    others: usize,
}

/// How many came to what.
#[derive(Default)]
struct Tally {
    clean: usize,
    found: usize,
    failed: usize,
}

/// Runs the command on the targets that are meant.
pub(super) async fn run<'a>(
    cli: &Cli,
    config: Config,
    folder: &Path,
    (out, notes): (&'a mut dyn Write, &'a mut dyn Write),
    ask: Option<&'a mut dyn Ask>,
) -> Result<Exit> {
    let mut meant = targets::find(&config, &cli.global.on).await?;
    if !meant.many
        && let Some(target) = meant.targets.pop()
    {
        let mut ctx = Context::new(config.on(target.database), folder, cli, (out, notes), ask);
        return dispatch(&mut ctx, &cli.command).await;
    }
    let mut ctx = Context::new(config, folder, cli, (out, notes), None);
    if let Some(problem) = needs_one(&cli.command, &meant.targets) {
        return Err(Error::Misused { problem });
    }
    if meant.targets.is_empty() {
        ctx.note(&format!("nothing to do: `{}` has no targets yet", cli.global.on.join("`, `")))?;
        return Ok(Exit::Clean);
    }
    let declared = declare_for(&mut ctx, &cli.command, &meant.targets)?;
    let config = ctx.config.clone();
    let made = Rc::clone(&ctx.made);
    let shared = Shared { config: &config, declared: &declared, made: &made };
    let all = meant.targets.len();
    let each = meant.targets.into_iter().map(|target| one(cli, &shared, folder, target));
    let mut finished = stream::iter(each).buffered(cli.global.jobs.get());
    let (mut rows, mut tally, mut seen, mut checked) = (Vec::new(), Tally::default(), BTreeMap::new(), Vec::new());
    let progress = ctx.progress.clone();
    loop {
        progress.say(format!("{} of {}", rows.len() + 1, count(all, "target")));
        let Some(one) = progress.during(finished.next()).await else { break };
        details(&mut ctx, cli, &one, &mut seen)?;
        rows.push(row(&one));
        tally.add(&one);
        if for_programs(&cli.command).is_some() {
            checked.push(one.checked(folder));
        }
    }
    for alike in seen.values().filter(|alike| alike.others > 0) {
        ctx.tell(&format!("the same as {}: {}", alike.first, count(alike.others, "other target")))?;
    }
    if let Some(args) = for_programs(&cli.command) {
        check::write_all(&mut ctx, args, &checked)?;
    }
    // What is data has no table below it.
    if !is_data(&cli.command) {
        table::write(&["target", "at", "result"], &rows, ctx.out).map_err(closed)?;
    }
    ctx.tell(&tally.words())?;
    Ok(tally.exit())
}

/// Why the command takes one database and not these, if it does.
fn needs_one(command: &Command, targets: &[Target]) -> Option<String> {
    let what = match command {
        Command::Init(_) => "`init` sets up a project, and that has no targets".to_owned(),
        Command::Check(args) if check::is_read_by_people(args) && args.output.is_some() => {
            "`--output` with several targets takes a `--format` for programs".to_owned()
        }
        Command::Revision(args) if args.baseline || args.autogenerate && !args.offline => {
            let first = targets.first().map_or_else(|| "NAME".to_owned(), |target| target.name.clone());
            format!(
                "a revision is written from one database, for all of them: name one that has every revision, as in \
                 `--target {first}`, or write it with `--offline`"
            )
        }
        Command::Prove(_) => {
            let first = targets.first().map_or_else(|| "NAME".to_owned(), |target| target.name.clone());
            format!(
                "revisions are proved once, for all databases of a kind: name one whose server lends the room, as in \
                 `--target {first}`, or name the server with `--scratch`"
            )
        }
        _ => return None,
    };
    Some(what)
}

/// Whether what the command prints is the same whatever the database.
pub(super) fn is_of_files(command: &Command) -> bool {
    match command {
        Command::Merge(_) | Command::Lint(_) | Command::Prove(cli::Prove { scratch: Some(_), .. }) => true,
        Command::Heads(args) | Command::Branches(args) => !args.verbose,
        Command::Check(args) => !check::needs_database(args),
        // One script serves all of them.
        Command::Upgrade(args) => args.script.sql,
        Command::Downgrade(args) => args.script.sql,
        Command::Stamp(args) => args.script.sql,
        Command::Revision(args) => !args.baseline && (!args.autogenerate || args.offline),
        _ => false,
    }
}

/// The flags of a check whose result another program reads.
fn for_programs(command: &Command) -> Option<&cli::Check> {
    match command {
        Command::Check(args) if !check::is_read_by_people(args) => Some(args),
        _ => None,
    }
}

/// Whether what the command prints is what it was asked for, and not a message about it.
fn is_data(command: &Command) -> bool {
    for_programs(command).is_some_and(|args| args.output.is_none())
        || matches!(
            command,
            Command::Diff(_) | Command::History(_) | Command::Show(_) | Command::Heads(_) | Command::Branches(_)
        )
        || matches!(command, Command::Current(cli::Current { verbose: true, .. }))
}

/// The entities, read once for each kind of database, if the command looks at them.
fn declare_for(
    ctx: &mut Context<'_>,
    command: &Command,
    targets: &[Target],
) -> Result<BTreeMap<Dialect, Rc<Declared>>> {
    let mut declared = BTreeMap::new();
    if !matches!(command, Command::Check(_) | Command::Diff(_)) {
        return Ok(declared);
    }
    let own = ctx.config.clone();
    for target in targets {
        if let Entry::Vacant(entry) = declared.entry(target.database.dialect) {
            ctx.config = own.on(target.database.clone());
            entry.insert(Rc::new(ctx.declare()?));
        }
    }
    ctx.config = own;
    Ok(declared)
}

async fn one(cli: &Cli, shared: &Shared<'_>, folder: &Path, target: Target) -> Finished {
    let (mut out, mut notes) = (Vec::new(), Vec::new());
    let shown = target.database.to_string();
    let known = shared.declared.get(&target.database.dialect).cloned();
    let mut ctx = Context::new(shared.config.on(target.database), folder, cli, (&mut out, &mut notes), None);
    // Only all of them together show how far they are.
    ctx.progress = Progress::hidden();
    ctx.is_one_of_many = true;
    ctx.known = known;
    ctx.made = Rc::clone(shared.made);
    let result = dispatch(&mut ctx, &cli.command).await;
    let summary = std::mem::take(&mut ctx.summary);
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    Finished { name: target.name, result, summary, shown, out: text(&out), notes: text(&notes) }
}

/// Says what one line cannot, once for all databases about which there is the same to say.
fn details(ctx: &mut Context<'_>, cli: &Cli, one: &Finished, seen: &mut BTreeMap<String, Alike>) -> Result<()> {
    let is_clean = matches!(one.result, Ok(Exit::Clean));
    let (mut data, mut notes) = (one.out.clone(), one.notes.clone());
    if is_clean && !is_data(&cli.command) {
        data.clear();
        notes = notes.split_inclusive('\n').filter(|line| line.starts_with("warning")).collect();
    }
    if let Err(error) = &one.result {
        let mut text = Vec::new();
        report::error::write(error, &ctx.folder, &mut text).map_err(closed)?;
        notes.push_str(&String::from_utf8_lossy(&text));
    }
    if data.is_empty() && notes.is_empty() {
        return Ok(());
    }
    // A message that names the database is the same message about another one.
    let same = format!("{data}\n{notes}").replace(&format!("`{}`", one.shown), "");
    if !is_data(&cli.command) {
        if let Some(alike) = seen.get_mut(&same) {
            alike.others += 1;
            return Ok(());
        }
        seen.insert(same, Alike { first: one.name.clone(), others: 0 });
    }
    if !notes.is_empty() {
        ctx.tell(&format!("{}:\n{}", one.name, indented(&notes)))?;
    }
    if !data.is_empty() {
        ctx.say(&format!("{}:\n{}", one.name, indented(&data)))?;
    }
    Ok(())
}

fn indented(text: &str) -> String {
    let line = |line: &str| if line.is_empty() { String::new() } else { format!("  {line}") };
    text.trim_end().lines().map(line).collect::<Vec<_>>().join("\n")
}

fn row(one: &Finished) -> [String; 3] {
    let words = match &one.result {
        Ok(Exit::Clean) if one.summary.words.is_empty() => "done".to_owned(),
        Ok(_) => one.summary.words.clone(),
        Err(error) => {
            let what = if error.exit_code() == 1 { "stopped" } else { "failed" };
            format!("{what}: {}", error.to_string().lines().next().unwrap_or_default())
        }
    };
    [one.name.clone(), one.summary.at.clone(), words]
}

impl Finished {
    /// What was found, for other programs.
    fn checked(self, folder: &Path) -> Checked {
        let outcome = match (self.result, self.summary.report) {
            (Ok(_), report) => Ok(report.unwrap_or_default()),
            (Err(error), _) => Err(Failure::new(&error, folder)),
        };
        Checked { target: Some(self.name), database: Some(self.shown), outcome }
    }
}

impl Tally {
    fn add(&mut self, one: &Finished) {
        match &one.result {
            Ok(Exit::Clean) => self.clean += 1,
            Ok(Exit::Found) => self.found += 1,
            Err(error) if error.exit_code() == 1 => self.found += 1,
            Ok(Exit::Failed) | Err(_) => self.failed += 1,
        }
    }

    fn words(&self) -> String {
        let all = count(self.clean + self.found + self.failed, "target");
        let parts = [(self.clean, "fine"), (self.found, "to look at"), (self.failed, "failed")];
        let parts: Vec<String> =
            parts.iter().filter(|(number, _)| *number > 0).map(|(number, what)| format!("{number} {what}")).collect();
        format!("{all}: {}", parts.join(", "))
    }

    fn exit(&self) -> Exit {
        match self {
            Self { failed: 1.., .. } => Exit::Failed,
            Self { found: 1.., .. } => Exit::Found,
            _ => Exit::Clean,
        }
    }
}
