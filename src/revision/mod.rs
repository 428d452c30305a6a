//! A revision: a script with an id and parents, kept as one SQL file. Here its text is read; where files lie is
//! `dir`, how revisions follow each other is `graph`, what the entities declared at the last one is `lock`.

pub(crate) mod accepted;
pub mod dir;
#[path = "../../macros/src/folder/mod.rs"]
mod folder;
pub mod graph;
pub mod lock;

use std::fmt;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use self::folder::header::{comment, field, is_id, list, marker};
pub(crate) use self::folder::{SETTINGS, find_settings, settings};

use crate::error::{Diagnostic, Place, Severity};
use crate::model::Location;

/// One revision as its file says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// Its id: letters, digits and underscores.
    pub id: String,
    /// What it is for, in the author's words.
    pub message: String,
    /// The revisions it follows; none for a base, several for a merge.
    pub parents: Vec<String>,
    /// Names of the branch it starts.
    pub labels: Vec<String>,
    /// Revisions of other branches that must be applied before.
    pub depends_on: Vec<String>,
    /// When it was written, as it stands in the file.
    pub created: String,
    /// The file.
    pub path: PathBuf,
    /// The hazards its header names.
    pub hazards: Vec<Hazard>,
    /// The hazards of the way up that somebody accepted in its header.
    pub accepted: Vec<Accepted>,
    /// SHA-256 of the text, the same for every kind of line ending.
    pub checksum: String,
    /// Its up and down sections in file order.
    pub sections: Vec<Section>,
}

/// A hazard as the header of a file names it: `-- hazard down drops-column users.email: Dropping …`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hazard {
    /// The way it lies on.
    pub direction: Direction,
    /// What kind it is.
    pub slug: String,
    /// What it is about; empty in files of before there were subjects.
    pub subject: String,
    /// What happens.
    pub sentence: String,
    /// The line of the file, from 1.
    pub line: usize,
}

impl Hazard {
    /// What an `-- accept:` line says of it: `drops-column users.email`.
    pub fn key(&self) -> String {
        format!("{} {}", self.slug, self.subject).trim_end().to_owned()
    }
}

/// A line of a header with which a reviewer accepts a hazard: `-- accept: drops-column users.email`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The hazard, as [`Hazard::key`] says it.
    pub key: String,
    /// Where it stands.
    pub place: Place,
}

/// The statements of one direction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Which way it leads.
    pub direction: Direction,
    /// The only dialect it is for, if it is for one.
    pub dialect: Option<String>,
    /// Whether it runs in a transaction; `-- transaction: none` says it does not.
    pub transaction: bool,
    /// Whether something may be there to undo although it says nothing; `-- undo: none` says that there is not.
    pub undoes: bool,
    /// The line of the file its SQL begins at, from 1.
    pub line: usize,
    /// Its SQL.
    pub sql: String,
}

impl Section {
    /// The lines that say `-- TODO: …`, counted from 1 within the section, with what is left to do.
    pub fn todos(&self) -> impl Iterator<Item = (usize, &str)> {
        let said = |(at, line)| Some((at + 1, comment(line)?.strip_prefix("TODO:")?.trim()));
        self.sql.lines().enumerate().filter_map(said)
    }
}

/// Which way a section leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the words say it")]
pub enum Direction {
    Up,
    Down,
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Direction {
    /// The word that files use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
        }
    }
}

impl Revision {
    /// Reads the text of a revision file.
    ///
    /// # Errors
    /// What is wrong with the text, each with its line: no id, no `-- migrate:up`, SQL before the first section.
    ///
    /// ```
    /// use seachange::revision::Revision;
    ///
    /// let text = "-- message: first\n-- revision: a1b2\n-- migrate:up\nSELECT 1;\n";
    /// let revision = Revision::parse("migrations/a1b2.sql".as_ref(), text).unwrap();
    /// assert_eq!(revision.sections[0].sql, "SELECT 1;\n");
    /// ```
    pub fn parse(path: &Path, text: &str) -> Result<Self, Vec<Diagnostic>> {
        let mut revision = Self {
            id: String::new(),
            message: String::new(),
            parents: Vec::new(),
            labels: Vec::new(),
            depends_on: Vec::new(),
            created: String::new(),
            hazards: Vec::new(),
            accepted: Vec::new(),
            path: path.to_owned(),
            checksum: checksum(text),
            sections: Vec::new(),
        };
        let mut problems = Vec::new();
        for (number, line) in text.lines().enumerate() {
            if let Some(marker) = comment(line).and_then(marker) {
                match section(marker, number + 2) {
                    Some(section) => revision.sections.push(section),
                    None => problems.push(problem(
                        path,
                        number + 1,
                        line,
                        "this is neither `up` nor `down`",
                        "write `-- migrate:up` or `-- migrate:down`, followed by a dialect if it is for one only",
                    )),
                }
            } else if let Some(section) = revision.sections.last_mut() {
                section.transaction &=
                    comment(line).is_none_or(|comment| field(comment, "transaction") != Some("none"));
                section.undoes &= comment(line).is_none_or(|comment| field(comment, "undo") != Some("none"));
                section.sql.push_str(line);
                section.sql.push('\n');
            } else if let Some(comment) = comment(line) {
                revision.header(comment, number + 1);
                revision.accepted.extend(accepted(path, number + 1, line));
            } else if !line.trim().is_empty() {
                problems.push(problem(
                    path,
                    number + 1,
                    line,
                    "SQL before the first section",
                    "put it below `-- migrate:up`",
                ));
            }
        }
        let first = text.lines().next().unwrap_or_default();
        if !is_id(&revision.id) {
            let hint = "a revision has a line `-- revision: ` with letters, digits and underscores near its top";
            problems.push(problem(path, 1, first, "the revision has no valid id", hint));
        }
        if !revision.sections.iter().any(|section| section.direction == Direction::Up) {
            problems.push(problem(
                path,
                1,
                first,
                "the revision has no `-- migrate:up` section",
                "add one, even if nothing is below it",
            ));
        }
        if problems.is_empty() { Ok(revision) } else { Err(problems) }
    }

    /// A script that is no revision, as the way up of one; `-- accept:` counts wherever it stands. A text that says
    /// `-- migrate:up` is read as a revision. `transaction` says whether the script can run in one.
    ///
    /// # Errors
    /// As [`Revision::parse`].
    pub fn of_script(path: &Path, text: &str, transaction: bool) -> Result<Self, Vec<Diagnostic>> {
        if text.lines().any(|line| comment(line).and_then(marker).is_some()) {
            return Self::parse(path, text);
        }
        let accepted = text.lines().enumerate().filter_map(|(number, line)| accepted(path, number + 1, line));
        let section =
            |direction, line, sql| Section { direction, dialect: None, transaction, undoes: false, line, sql };
        Ok(Self {
            id: "script".to_owned(),
            message: path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
            parents: Vec::new(),
            labels: Vec::new(),
            depends_on: Vec::new(),
            created: String::new(),
            hazards: Vec::new(),
            accepted: accepted.collect(),
            path: path.to_owned(),
            checksum: checksum(text),
            // Nobody takes a script back.
            sections: vec![section(Direction::Up, 1, text.to_owned()), section(Direction::Down, 1, String::new())],
        })
    }

    fn header(&mut self, comment: &str, line: usize) {
        if let Some(value) = field(comment, "message") {
            value.clone_into(&mut self.message);
        } else if let Some(value) = field(comment, "revision") {
            value.clone_into(&mut self.id);
        } else if let Some(value) = field(comment, "parents") {
            self.parents = list(value);
        } else if let Some(value) = field(comment, "labels") {
            self.labels = list(value);
        } else if let Some(value) = field(comment, "depends on") {
            self.depends_on = list(value);
        } else if let Some(value) = field(comment, "created") {
            value.clone_into(&mut self.created);
        } else if let Some(hazard) = comment.strip_prefix("hazard ").and_then(|text| hazard(text, line)) {
            self.hazards.push(hazard);
        }
    }

    /// The section to run in a direction on a dialect: the one written for it, else the one for all.
    pub fn section(&self, direction: Direction, dialect: &str) -> Option<&Section> {
        let mut sections = self.sections.iter().filter(|section| section.direction == direction);
        let own = sections.clone().find(|section| section.dialect.as_deref() == Some(dialect));
        own.or_else(|| sections.find(|section| section.dialect.is_none()))
    }

    /// The id and what it is for, as messages name it: "`3f9a1c2b7d4e` (initial schema)".
    pub fn title(&self) -> String {
        format!("`{}` ({})", self.id, self.message)
    }
}

/// The SHA-256 of a revision's text in hex. Line endings do not count: git may change them on checkout. Nor does what its
/// header accepts: a reviewer may say so after it ran somewhere.
///
/// ```
/// use seachange::revision::checksum;
///
/// let header = "-- revision: a1\n-- accept: drops-table users\n-- migrate:up\n";
/// assert_eq!(checksum(header), checksum("-- revision: a1\r\n-- migrate:up\n"));
/// ```
pub fn checksum(text: &str) -> String {
    use std::fmt::Write as _;
    let text = text.replace("\r\n", "\n");
    let mut is_header = true;
    let counts = |line: &&str| {
        let own = comment(line).unwrap_or_default();
        is_header &= !own.starts_with("migrate:");
        !(is_header && field(own, "accept").is_some())
    };
    let text: String = text.split_inclusive('\n').filter(counts).collect();
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn hazard(text: &str, line: usize) -> Option<Hazard> {
    let (direction, rest) = text.split_once(' ')?;
    let (slug, rest) = rest.split_at(rest.find([' ', ':'])?);
    let end = unquoted(rest).find(|(_, c)| *c == ':').map(|(at, _)| at)?;
    let (subject, sentence) = (rest.get(..end)?, rest.get(end + 1..)?);
    Some(Hazard {
        direction: direction_of(direction)?,
        slug: slug.to_owned(),
        subject: subject.trim().to_owned(),
        sentence: sentence.trim().to_owned(),
        line,
    })
}

/// The characters that stand in no quotes, with their places.
fn unquoted(text: &str) -> impl Iterator<Item = (usize, char)> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    text.char_indices().filter(move |(_, c)| {
        if is_escaped {
            is_escaped = false;
        } else if *c == '\\' && is_quoted {
            is_escaped = true;
        } else if *c == '"' {
            is_quoted = !is_quoted;
        }
        !is_quoted
    })
}

fn accepted(path: &Path, number: usize, line: &str) -> Option<Accepted> {
    let words = field(comment(line)?, "accept")?;
    let (slug, subject) = words.split_at(words.find(char::is_whitespace).unwrap_or(words.len()));
    let key = format!("{slug} {}", subject.trim()).trim_end().to_owned();
    let column = line.find(slug).map_or(1, |at| line[..at].chars().count() + 1);
    let location = Location { file: path.into(), line: number, column };
    Some(Accepted { key, place: Place { location, line: line.to_owned(), width: slug.chars().count().max(1) } })
}

fn direction_of(word: &str) -> Option<Direction> {
    match word {
        "up" => Some(Direction::Up),
        "down" => Some(Direction::Down),
        _ => None,
    }
}

fn section(marker: &str, line: usize) -> Option<Section> {
    let mut words = marker.split_whitespace();
    let direction = direction_of(words.next()?)?;
    Some(Section {
        direction,
        dialect: words.next().map(str::to_owned),
        transaction: true,
        undoes: true,
        line,
        sql: String::new(),
    })
}

fn problem(path: &Path, line: usize, text: &str, message: &str, hint: &str) -> Diagnostic {
    Diagnostic {
        severity: Severity::Error,
        message: message.to_owned(),
        location: Location { file: path.into(), line, column: 1 },
        line: text.to_owned(),
        width: text.chars().count().max(1),
        label: None,
        hint: Some(hint.to_owned()),
    }
}
/// Twelve random hex digits: enough that two branches do not meet.
pub(crate) fn new_id() -> String {
    let mut bytes = [0; 6];
    // Without random numbers the clock has to do; a file that exists is not overwritten in any case.
    if getrandom::fill(&mut bytes).is_err() {
        bytes.copy_from_slice(&Timestamp::now().as_nanosecond().to_le_bytes()[..6]);
    }
    let number = bytes.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    format!("{number:012x}")
}
