//! What the runner would do, as a script that somebody else runs where seachange cannot: the same statements, transactions and
//! rows of the history. What the runner looks at first, the script looks at itself, and stops. Takes no connection.

use std::collections::BTreeSet;
use std::time::Duration;

use super::fit::fit_section;
use super::history::{self, STAMPED, Unfinished};
use crate::dialect::{Dialect, HISTORY, Offline, Statement, Stop, Version, Watch};
use crate::error::Result;
use crate::model::Literal;
use crate::revision::graph::{Graph, Target};
use crate::revision::{Direction, Revision, Section};

/// What stands for the duration of a revision that nobody measured.
const UNMEASURED: i64 = 0;

/// The database a script is for, as far as anybody can know without it.
#[derive(Debug, Clone, Copy)]
pub struct Setting<'a> {
    /// Its kind.
    pub dialect: Dialect,
    /// The schema that is meant where none is named.
    pub schema: &'a str,
    /// How long to wait for locks.
    pub lock_timeout: Duration,
    /// How long one statement may take. `None`: as long as it wants.
    pub statement_timeout: Option<Duration>,
}

/// The way a script goes.
#[derive(Debug, Clone)]
pub struct Way<'a> {
    /// All revisions of the project.
    pub graph: &'a Graph,
    /// Those that are applied where the script begins.
    pub applied: &'a BTreeSet<String>,
    /// Those it runs, in order.
    pub revisions: Vec<&'a Revision>,
    /// Up or down.
    pub direction: Direction,
}

/// What a script records.
#[derive(Debug, Clone, Copy)]
pub struct Stamp<'a> {
    /// Where the database is to be.
    pub targets: &'a [Target],
    /// Nothing else stays recorded.
    pub purge: bool,
    /// The files of revisions that are recorded already are taken for what was applied.
    pub accept_edits: bool,
}

/// A script that runs revisions on a database that is where the way begins, and stops on every other. `asked` is the command
/// that it answers.
///
/// # Errors
/// A revision cannot run as it is: [`Error::NoWayDown`](crate::error::Error::NoWayDown),
/// [`Error::Unfinished`](crate::error::Error::Unfinished),
/// [`Error::NeedsNoTransaction`](crate::error::Error::NeedsNoTransaction),
/// [`Error::OwnTransaction`](crate::error::Error::OwnTransaction).
///
/// ```
/// use std::{collections::BTreeSet, time::Duration};
/// use seachange::dialect::Dialect;
/// use seachange::migrate::script::{Setting, Way, script};
/// use seachange::revision::{Direction, Revision, graph::Graph};
///
/// let text = "-- message: first\n-- revision: a1\n-- migrate:up\nCREATE TABLE people (id INTEGER);\n";
/// let graph = Graph::new(vec![Revision::parse("a1.sql".as_ref(), text).unwrap()]).unwrap();
/// let revisions = graph.revisions().iter().collect();
/// let way = Way { graph: &graph, applied: &BTreeSet::new(), revisions, direction: Direction::Up };
/// let timeout = Duration::from_secs(10);
/// let setting =
///     Setting { dialect: Dialect::Sqlite, schema: "", lock_timeout: timeout, statement_timeout: None };
/// let script = script("upgrade --sql", &way, &setting).unwrap();
/// assert!(script.contains("CREATE TABLE people (id INTEGER);\n"));
/// ```
pub fn script(asked: &str, way: &Way<'_>, setting: &Setting<'_>) -> Result<String> {
    let dialect = setting.dialect;
    let fit = way.revisions.iter().map(|revision| fit_section(dialect, revision, way.direction));
    let sections = fit.collect::<Result<Vec<_>>>()?;
    let mut script = Script::new(dialect);
    let from = way.graph.place_in_words(way.applied);
    let mut head = vec![
        format!("begins: {from}"),
        format!("ends: {}", way.graph.place_in_words(&way.reached())),
        "runs:".to_owned(),
    ];
    head.extend(way.revisions.iter().map(|revision| format!("  {}", revision.title())));
    script.head(asked, &head);
    script.open(setting);
    script.watch(|watch| &watch.begin);
    for (number, (revision, section)) in way.revisions.iter().zip(&sections).enumerate() {
        let stops = if number == 0 {
            way.elsewhere(&from, dialect).into_iter().chain(script.older(&sections)).collect()
        } else {
            way.not_next(revision, dialect)
        };
        script.revision(revision, section, &stops, number == 0);
    }
    script.watch(|watch| &watch.end);
    script.close();
    Ok(script.text)
}

/// A script that makes the history say what `stamp` would: the targets and all they follow are applied, what comes behind them
/// is not, and other branches are where they were. It can run anywhere, and again.
pub fn stamp(asked: &str, graph: &Graph, stamp: &Stamp<'_>, setting: &Setting<'_>) -> String {
    let dialect = setting.dialect;
    let all: BTreeSet<String> = graph.revisions().iter().map(|revision| revision.id.clone()).collect();
    let reached = graph.stamped(stamp.targets, &BTreeSet::new());
    let left = graph.stamped(stamp.targets, &all);
    let mut script = Script::new(dialect);
    script.head(asked, &[format!("records: {}", graph.place_in_words(&reached)), "runs: nothing".to_owned()]);
    script.open(setting);
    script.blank();
    script.begin(true);
    let mut gone = vec!["unfinished IS NOT NULL".to_owned()];
    if stamp.purge {
        gone.push(if reached.is_empty() {
            "TRUE".to_owned()
        } else {
            format!("revision NOT IN ({})", ids(dialect, &reached))
        });
    } else {
        script.stop_at(&[unknown(&all, dialect)]);
        let others: BTreeSet<String> = all.difference(&left).cloned().collect();
        gone.extend((!others.is_empty()).then(|| format!("revision IN ({})", ids(dialect, &others))));
    }
    script.statement(&format!("DELETE FROM {HISTORY} WHERE {}", gone.join(" OR ")));
    let known = if stamp.accept_edits { "UPDATE SET checksum = excluded.checksum" } else { "NOTHING" };
    for revision in graph.revisions().iter().filter(|revision| reached.contains(&revision.id)) {
        let insert = history::insert(dialect, revision, script.words.now, STAMPED.into());
        script.statement(&format!("{insert}\n    ON CONFLICT (revision) DO {known}"));
    }
    script.forget();
    script.statement("COMMIT");
    script.close();
    script.text
}

fn ids<'a>(dialect: Dialect, ids: impl IntoIterator<Item = &'a String>) -> String {
    let text = |id: &String| dialect.literal(&Literal::Text(id.clone()));
    ids.into_iter().map(text).collect::<Vec<_>>().join(", ")
}

/// Some of them are not applied, or not as a whole.
fn some_missing(revisions: &BTreeSet<String>, dialect: Dialect) -> Option<String> {
    let (number, ids) = (revisions.len(), ids(dialect, revisions));
    let whole = format!("revision IN ({ids}) AND unfinished IS NULL");
    (number > 0).then(|| format!("(SELECT count(*) FROM {HISTORY} WHERE {whole}) < {number}"))
}

/// Some of them are applied.
fn some_applied(revisions: &BTreeSet<String>, dialect: Dialect) -> Option<String> {
    let ids = ids(dialect, revisions);
    (!revisions.is_empty()).then(|| format!("EXISTS (SELECT 1 FROM {HISTORY} WHERE revision IN ({ids}))"))
}

/// Something else is applied.
fn unknown(revisions: &BTreeSet<String>, dialect: Dialect) -> Stop {
    let words = "this database has revisions that no file described when this script was written".to_owned();
    let others = if revisions.is_empty() {
        String::new()
    } else {
        format!(" WHERE revision NOT IN ({})", ids(dialect, revisions))
    };
    Stop { when: format!("EXISTS (SELECT 1 FROM {HISTORY}{others})"), words }
}

impl Way<'_> {
    /// What is applied where it ends.
    fn reached(&self) -> BTreeSet<String> {
        let run = self.due();
        match self.direction {
            Direction::Up => self.applied | &run,
            Direction::Down => self.applied - &run,
        }
    }

    fn due(&self) -> BTreeSet<String> {
        self.revisions.iter().map(|revision| revision.id.clone()).collect()
    }

    /// The database is not where the script begins. Other branches may be anywhere.
    fn elsewhere(&self, place: &str, dialect: Dialect) -> Vec<Stop> {
        let all: BTreeSet<String> = self.graph.revisions().iter().map(|revision| revision.id.clone()).collect();
        let not_there = Stop {
            when: some_missing(self.applied, dialect).unwrap_or_default(),
            words: format!("this script begins {place}, and this database is not there"),
        };
        let (further, what) = match self.direction {
            Direction::Up => (self.due(), "what it does is done here already, or some of it"),
            Direction::Down => {
                let gone = Target::Without(self.due());
                let needing = self.graph.downgrade(&gone, &all).into_iter().map(|revision| revision.id.clone());
                let needing: BTreeSet<String> = needing.collect();
                (&needing - &self.due(), "revisions that are applied here need what it takes back")
            }
        };
        let beyond = Stop {
            when: some_applied(&further, dialect).unwrap_or_default(),
            words: format!("this script begins {place}, and {what}"),
        };
        let unfinished = Stop {
            when: format!("EXISTS (SELECT 1 FROM {HISTORY} WHERE unfinished IS NOT NULL)"),
            words: "a revision was begun here and not finished: `seachange current` says which".to_owned(),
        };
        let mut stops = vec![unfinished, not_there, beyond, unknown(&all, dialect)];
        stops.retain(|stop| !stop.when.is_empty());
        stops
    }

    /// The revision is not the next to run: where a program goes on behind an error, nothing else does.
    fn not_next(&self, revision: &Revision, dialect: Dialect) -> Vec<Stop> {
        let own: BTreeSet<String> = [revision.id.clone()].into();
        let needs = |one: &Revision| one.parents.iter().chain(&one.depends_on).cloned().collect::<BTreeSet<_>>();
        let (before, behind) = match self.direction {
            Direction::Up => (needs(revision), own),
            Direction::Down => {
                let behind = self.graph.revisions().iter().filter(|one| needs(one).contains(&revision.id));
                (own, behind.map(|one| one.id.clone()).collect())
            }
        };
        let when = [some_missing(&before, dialect), some_applied(&behind, dialect)];
        let when: Vec<String> = when.into_iter().flatten().collect();
        vec![Stop { when: when.join("\n        OR "), words: format!("{} does not come next here", revision.title()) }]
    }
}

/// The text as it grows.
struct Script {
    dialect: Dialect,
    words: Offline,
    text: String,
}

impl Script {
    fn new(dialect: Dialect) -> Self {
        Self { dialect, words: dialect.offline(), text: String::new() }
    }

    fn blank(&mut self) {
        self.text.push('\n');
    }

    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.blank();
    }

    /// To PostgreSQL, a carriage return ends a comment.
    fn comment(&mut self, text: &str) {
        for line in text.split(['\n', '\r']) {
            self.line(format!("-- {line}").trim_end());
        }
    }

    fn statement(&mut self, sql: &str) {
        self.line(&format!("{sql};"));
    }

    fn statements<S: AsRef<str>>(&mut self, all: impl IntoIterator<Item = S>) {
        for sql in all {
            self.statement(sql.as_ref());
        }
    }

    fn stop_at(&mut self, stops: &[Stop]) {
        let statements = (self.words.stop_at)(stops);
        self.statements(statements);
    }

    /// What the script is, and what it takes to run it.
    fn head(&mut self, asked: &str, what: &[String]) {
        self.comment(&format!("seachange {asked}, for {}", self.dialect.title()));
        for line in what {
            self.comment(line);
        }
        let Offline { program, program_name, stops, .. } = self.words;
        self.comment(&format!("To be run with: {program}"));
        self.comment(&format!(
            "The next line is for {program_name}. Other programs take the script without it; they have to stop at the first error."
        ));
        self.line(stops);
    }

    fn open(&mut self, setting: &Setting<'_>) {
        let settings = (self.words.settings)(setting.schema, setting.lock_timeout, setting.statement_timeout);
        if !settings.is_empty() {
            self.blank();
        }
        let lock = self.words.lock.clone();
        self.statements(settings);
        if let Some(lock) = lock {
            self.comment("No other runner of this database gets in.");
            self.statement(&lock);
        }
    }

    /// What the database does not look after itself while revisions run.
    fn watch(&mut self, what: fn(&Watch) -> &Vec<String>) {
        let Some(watch) = self.words.watch.clone() else { return };
        self.blank();
        self.comment("Rows that refer to nothing: behind a revision there may be no others than these.");
        self.statements(what(&watch));
    }

    fn close(&mut self) {
        if let Some(unlock) = self.words.unlock.clone() {
            self.blank();
            self.statement(&unlock);
        }
    }

    fn begin(&mut self, is_first: bool) {
        self.statement(self.dialect.begin());
        if is_first {
            self.statement(self.dialect.create_history());
        }
    }

    /// What the database held beyond the lock is not known any more. The next runner that looks knows again.
    fn forget(&mut self) {
        self.statement(&format!("UPDATE {HISTORY} SET undeclared = NULL WHERE undeclared IS NOT NULL"));
    }

    /// The database is older than some statement takes it to be.
    fn older(&self, sections: &[&Section]) -> Option<Stop> {
        let needs = |section: &&Section| -> Vec<Version> {
            let statements = self.dialect.statements(&section.sql);
            statements.iter().filter_map(|statement| self.dialect.needs_version(&statement.sql)).collect()
        };
        Some(self.words.older?(sections.iter().flat_map(needs).max()?))
    }

    fn revision(&mut self, revision: &Revision, section: &Section, stops: &[Stop], is_first: bool) {
        self.blank();
        self.comment(&format!("{}: {}", section.direction, revision.title()));
        for hazard in revision.hazards.iter().filter(|hazard| hazard.direction == section.direction) {
            self.comment(&format!("  {}: {}", hazard.slug, hazard.sentence));
        }
        self.statements(self.dialect.before_transaction());
        self.begin(is_first);
        self.stop_at(stops);
        if section.transaction {
            let statement = |script: &mut Self, statement: &Statement, _: usize| script.statement(&statement.sql);
            self.body(section, statement);
            if let Some(watch) = self.words.watch.clone() {
                self.stop_at(&[watch.stop]);
            }
        } else {
            self.steps(revision, section);
        }
        let record = match section.direction {
            Direction::Up => history::insert(self.dialect, revision, self.words.now, UNMEASURED.into()),
            Direction::Down => history::delete(self.dialect, &revision.id),
        };
        self.statement(&record);
        if is_first {
            self.forget();
        }
        self.statement("COMMIT");
        self.statements(self.dialect.after_transaction());
    }

    /// The statements of what is not one transaction, from inside of one to inside of the next. As the runner does, it keeps
    /// account of how far it is, so that the runner can go on where the script was cut off.
    fn steps(&mut self, revision: &Revision, section: &Section) {
        let (direction, dialect) = (section.direction, self.dialect);
        let how_far = |done: usize| Unfinished::text(direction, done, false);
        let is_at = |how_far: &str| format!("unfinished = {}", dialect.literal(&Literal::Text(how_far.to_owned())));
        // Behind an error nothing counts any more, where a program goes on.
        let advance =
            |from: &str, to: &str| format!("{} AND {}", history::mark_unfinished(dialect, revision, to), is_at(from));
        if direction == Direction::Up {
            let insert = history::insert(self.dialect, revision, self.words.now, UNMEASURED.into());
            self.statement(&insert);
        }
        self.statement(&history::mark_unfinished(dialect, revision, &how_far(0)));
        self.statement("COMMIT");
        self.comment("What follows is not one transaction.");
        let statements = self.dialect.statements(&section.sql);
        let is_counted = !statements.iter().any(|statement| self.dialect.marks_transaction(&statement.sql));
        self.body(section, |script, statement, number| {
            let is_one = is_counted && dialect.is_atomic(&statement.sql);
            let mut before = how_far(number - 1);
            if is_counted && dialect.is_opaque(&statement.sql) {
                let running = Unfinished::text(direction, number - 1, true);
                script.statement(&advance(&before, &running));
                before = running;
            }
            if is_one {
                script.begin(false);
            }
            script.statement(&statement.sql);
            if is_counted {
                script.statement(&advance(&before, &how_far(number)));
            }
            if is_one {
                script.statement("COMMIT");
            }
        });
        self.begin(false);
        if is_counted {
            let whole =
                format!("revision = {} AND {}", ids(dialect, [&revision.id]), is_at(&how_far(statements.len())));
            let when = format!("NOT EXISTS (SELECT 1 FROM {HISTORY} WHERE {whole})");
            self.stop_at(&[Stop { when, words: format!("{} is not finished", revision.title()) }]);
        }
        // As for the runner, rows that it leaves are there.
        if let Some(watch) = self.words.watch.clone() {
            self.statements(watch.end.iter().chain(&watch.begin));
        }
        if direction == Direction::Up {
            self.statement(&history::delete(self.dialect, &revision.id));
        }
    }

    /// The statements of a section, each with its number and the comments above it.
    fn body(&mut self, section: &Section, write: impl Fn(&mut Self, &Statement, usize)) {
        let lines: Vec<&str> = section.sql.lines().collect();
        let mut last = 0;
        self.blank();
        for (number, statement) in self.dialect.statements(&section.sql).iter().enumerate() {
            let above = lines.get(last..statement.line - 1).unwrap_or_default();
            let comments = above.iter().filter_map(|line| line.trim().strip_prefix("--"));
            let comments: Vec<&str> = comments.filter(|text| !text.trim().is_empty()).collect();
            for text in comments {
                self.comment(text.trim());
            }
            write(self, statement, number + 1);
            last = statement.line - 1 + statement.sql.lines().count();
        }
        self.blank();
    }
}
