//! What the file says about databases. The program reads it, and so does an application that brings its revisions along.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use super::reader::{Reader, Section};
use crate::dialect::{self, DEFAULT_SCHEMA, EnumStorage, Options, Version};
use crate::diff::{self, Rules, Tables};
use crate::error::{Result, Written};
use crate::hazard::{self, Kind};

/// What a project decides about its databases, whichever they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Settings {
    /// The schema that is meant where none is named.
    pub(crate) schema: String,
    /// How long to wait for another process to finish.
    pub(crate) lock_timeout: Duration,
    /// How long one statement of a revision may take.
    pub(crate) statement_timeout: Option<Duration>,
    /// How string enums are kept where the database has no enum types.
    pub(crate) enums: EnumStorage,
    /// The oldest SQLite that will ever run what is written.
    pub(crate) oldest: Version,
    /// What the project leaves out of the comparison.
    pub(crate) rules: Rules,
    /// What nobody declares counts as a difference.
    pub(crate) strict: bool,
    /// The hazards that stop a command.
    pub(crate) deny: Deny,
}

impl Settings {
    /// What holds where a file says nothing about databases, and what one says that says nothing else.
    ///
    /// # Errors
    /// [`Error::Config`](crate::error::Error::Config) with all that cannot be understood.
    pub(crate) fn of(path: &Path, text: &str) -> Result<Self> {
        let (mut reader, mut top) = Reader::new(path, text)?;
        let mut database = top.section(&mut reader, "database");
        let settings = Self::read(&mut reader, &mut top, &mut database);
        database.finish(&mut reader);
        top.finish(&mut reader);
        reader.finish()?;
        Ok(settings)
    }

    /// Takes them out of a file of which others read the rest.
    pub(super) fn read<'t>(reader: &mut Reader<'t>, top: &mut Section<'t>, database: &mut Section<'t>) -> Self {
        let lock_timeout = Duration::from_secs(database.number(reader, "lock_timeout").unwrap_or(10));
        let statement_timeout = database.number(reader, "statement_timeout").map(Duration::from_secs);
        let schema = database.string(reader, "schema").map_or_else(|| DEFAULT_SCHEMA.to_owned(), |schema| schema.value);
        let mut enums = top.section(reader, "enums");
        let words = [("plain", EnumStorage::Plain), ("check", EnumStorage::Check)];
        let storage = enums.word(reader, "sqlite", &words).unwrap_or(EnumStorage::Plain);
        enums.finish(reader);
        let mut sqlite = top.section(reader, "sqlite");
        let oldest = sqlite.string(reader, "oldest").and_then(|text| self::oldest(reader, &text));
        sqlite.finish(reader);
        let tables = top.section(reader, "tables");
        let tables = self::tables(reader, tables);
        let mut diff = top.section(reader, "diff");
        let rules = Rules {
            tables,
            exact_types: diff.boolean(reader, "exact_types").unwrap_or(false),
            exact_names: diff.boolean(reader, "exact_names").unwrap_or(false),
            ignore: diff.words(reader, "ignore", &diff::Kind::ALL).unwrap_or_default(),
        };
        let strict = diff.boolean(reader, "unmanaged").unwrap_or(false);
        diff.finish(reader);
        let hazards = top.section(reader, "hazards");
        let deny = deny(reader, hazards);
        Self {
            schema,
            lock_timeout,
            statement_timeout,
            enums: storage,
            oldest: oldest.unwrap_or(Options::default().oldest),
            rules,
            strict,
            deny,
        }
    }

    /// What they decide about the dialect, with a schema of that name.
    pub(crate) fn options(&self, schema: &str) -> Options {
        Options { schema: Cow::Owned(schema.to_owned()), oldest: self.oldest, ..Options::new(self.enums) }
    }
}

/// The hazards that stop a command unless somebody accepts them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deny {
    /// Those that stop the writing of a revision.
    pub revision: BTreeSet<Kind>,
    /// Those that stop the way up.
    pub upgrade: BTreeSet<Kind>,
}

/// The oldest SQLite.
fn oldest(reader: &mut Reader<'_>, written: &Written<String>) -> Option<Version> {
    let read = dialect::read_sqlite_version(&written.value);
    read.map_err(|(message, hint)| reader.report(written.place.problem(message).hint(hint))).ok()
}

/// `[hazards]`.
fn deny<'t>(reader: &mut Reader<'t>, mut section: Section<'t>) -> Deny {
    let words: Vec<(&str, &str)> = hazard::words().map(|word| (word, word)).collect();
    let mut kinds = |key| {
        let list = section.words(reader, key, &words)?;
        Some(list.into_iter().flat_map(hazard::named).collect::<BTreeSet<Kind>>())
    };
    let both = kinds("deny").unwrap_or_default();
    let (revision, upgrade) = (kinds("revision"), kinds("upgrade"));
    section.finish(reader);
    let with_both = |own: BTreeSet<Kind>| own.into_iter().chain(both.iter().copied()).collect();
    Deny {
        revision: with_both(revision.unwrap_or_default()),
        upgrade: with_both(upgrade.unwrap_or_else(|| hazard::named("data-loss"))),
    }
}

/// `[tables]`.
fn tables<'t>(reader: &mut Reader<'t>, mut section: Section<'t>) -> Tables {
    let mut tables = Tables::default();
    let include = section.list(reader, "include");
    let exclude = section.list(reader, "exclude");
    section.finish(reader);
    if let Some(include) = include {
        if include.value.is_empty() {
            let problem = include.place.problem("an empty `include` leaves out every table");
            reader.report(problem.hint("take the line out to compare all tables"));
        }
        for pattern in include.value {
            add_pattern(reader, &pattern, tables.include(&pattern.value));
        }
    }
    for pattern in exclude.map(|list| list.value).unwrap_or_default() {
        add_pattern(reader, &pattern, tables.exclude(&pattern.value));
    }
    tables
}

fn add_pattern(reader: &mut Reader<'_>, pattern: &Written<String>, added: std::result::Result<(), String>) {
    if let Err(reason) = added {
        let problem = pattern.place.problem(format!("`{}` is no pattern: {reason}", pattern.value));
        reader.report(
            problem.hint(
                "`*` stands for any text, `?` for one character, `{a,b}` for one of both, `[ab]` for one of these",
            ),
        );
    }
}
