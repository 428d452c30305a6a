//! A revision: a script with an id and parents, kept as one SQL file. Here its text is read; where files lie is
//! `dir`, how revisions follow each other is `graph`, what the entities declared at the last one is `lock`.

pub mod dir;
pub mod graph;
pub mod lock;

use std::fmt;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::error::{Diagnostic, Severity};
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
    /// SHA-256 of the text, the same for every kind of line ending.
    pub checksum: String,
    /// Its up and down sections in file order.
    pub sections: Vec<Section>,
}

/// A hazard as the header of a file names it: `-- hazard down drops-column: Dropping …`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hazard {
    /// The way it lies on.
    pub direction: Direction,
    /// What kind it is.
    pub slug: String,
    /// What happens.
    pub sentence: String,
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
            path: path.to_owned(),
            checksum: checksum(text),
            sections: Vec::new(),
        };
        let mut problems = Vec::new();
        for (number, line) in text.lines().enumerate() {
            if let Some(marker) = comment(line).and_then(|comment| comment.strip_prefix("migrate:")) {
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
                revision.header(comment);
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
        if revision.id.is_empty() || !revision.id.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
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

    fn header(&mut self, comment: &str) {
        let list = |text: &str| -> Vec<String> {
            let words = text.split(',').map(str::trim).filter(|word| !word.is_empty() && *word != "none");
            words.map(str::to_owned).collect()
        };
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
        } else if let Some(hazard) = comment.strip_prefix("hazard ").and_then(hazard) {
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

/// The SHA-256 of a revision's text in hex. Line endings do not count: git may change them on checkout.
pub fn checksum(text: &str) -> String {
    use std::fmt::Write as _;
    let digest = Sha256::digest(text.replace("\r\n", "\n").as_bytes());
    digest.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// The text of a line that is a comment.
fn comment(line: &str) -> Option<&str> {
    line.trim_start().strip_prefix("--").map(str::trim)
}

fn field<'a>(comment: &'a str, key: &str) -> Option<&'a str> {
    comment.strip_prefix(key)?.trim_start().strip_prefix(':').map(str::trim)
}

fn hazard(text: &str) -> Option<Hazard> {
    let (direction, rest) = text.split_once(' ')?;
    let (slug, sentence) = rest.split_once(": ")?;
    Some(Hazard { direction: direction_of(direction)?, slug: slug.to_owned(), sentence: sentence.to_owned() })
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
        location: Location { file: path.to_owned(), line, column: 1 },
        line: text.to_owned(),
        width: text.chars().count().max(1),
        label: None,
        hint: Some(hint.to_owned()),
    }
}
