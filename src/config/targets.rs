//! `[targets]`: groups of databases that share one history of revisions. Says where to look; `crate::targets` looks.

use std::path::Path;

use globset::{Glob, GlobMatcher};

use super::reader::{Reader, Section};
use crate::error::{Place, Written};
use crate::files;

/// What `--target` calls every target of every group.
pub(crate) const ALL: &str = "all";

/// A group of databases as the file names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// What the user calls it.
    pub name: String,
    /// Files by pattern, single files, URLs, and variables that hold one.
    pub databases: Vec<Written<Source>>,
    /// Schemas of the server's database, by pattern.
    pub schemas: Vec<Schemas>,
    /// A query that names databases or schemas.
    pub query: Option<String>,
    /// The database that `schemas` and `query` look into; without it, that of the project.
    pub url: Option<Written<Source>>,
}

/// Where databases are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Files that match.
    Files(String),
    /// One file, which need not be there.
    File(String),
    /// A URL.
    Url(String),
    /// A variable of the environment or of `.env` with a URL.
    Variable(String),
}

/// A pattern over the names of schemas.
#[derive(Debug, Clone)]
pub struct Schemas(GlobMatcher);

impl Schemas {
    /// Whether the schema is meant.
    pub fn has(&self, schema: &str) -> bool {
        self.0.is_match(schema)
    }

    /// The pattern as it was written.
    pub fn pattern(&self) -> &str {
        self.0.glob().glob()
    }
}

impl PartialEq for Schemas {
    fn eq(&self, other: &Self) -> bool {
        self.0.glob() == other.0.glob()
    }
}

impl Eq for Schemas {}

impl Source {
    /// What somebody wrote.
    fn read(text: &str) -> Self {
        match text.strip_prefix('$') {
            Some(name) => Self::Variable(name.to_owned()),
            None if is_url(text) => Self::Url(text.to_owned()),
            None if files::is_pattern(text) => Self::Files(text.to_owned()),
            None => Self::File(text.to_owned()),
        }
    }
}

/// Whether it begins with a scheme. A single letter is the drive of a path.
pub(crate) fn is_url(text: &str) -> bool {
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '+';
    text.split_once(':').is_some_and(|(scheme, _)| scheme.len() > 1 && scheme.chars().all(is_letter))
}

/// `[targets]`, with every problem in it.
pub(super) fn read<'t>(reader: &mut Reader<'t>, section: Section<'t>) -> Vec<Group> {
    let groups = section.sections(reader, "targets.NAME");
    groups.into_iter().map(|(name, section)| group(reader, name, section)).collect()
}

fn group<'t>(reader: &mut Reader<'t>, name: Written<String>, mut section: Section<'t>) -> Group {
    if name.value == ALL {
        let problem = name.place.problem("a group cannot be called `all`");
        reader.report(problem.hint("`--target all` means the targets of every group; call it something else"));
    }
    let databases = section.list(reader, "databases");
    let schemas = section.list(reader, "schemas");
    let query = section.string(reader, "query");
    let url = section.string(reader, "url");
    section.finish(reader);
    if databases.is_none() && schemas.is_none() && query.is_none() {
        let problem = name.place.problem(format!("the group `{}` names no database", name.value));
        reader.report(problem.hint("say where its databases are with `databases`, `schemas` or `query`"));
    }
    let databases = databases.map(|list| list.value).unwrap_or_default();
    let schemas = schemas.map(|list| list.value).unwrap_or_default();
    Group {
        databases: databases.into_iter().filter_map(|text| source(reader, text, true)).collect(),
        schemas: schemas.into_iter().filter_map(|pattern| self::schemas(reader, &pattern)).collect(),
        query: query.map(|query| query.value),
        url: url.and_then(|text| source(reader, text, false)),
        name: name.value,
    }
}

fn source(reader: &mut Reader<'_>, written: Written<String>, many: bool) -> Option<Written<Source>> {
    let source = Source::read(&written.value);
    let problem = match &source {
        Source::Files(_) if !many => Some("one database is meant here, and this is a pattern".to_owned()),
        Source::Files(pattern) => Glob::new(pattern).err().map(|error| no_pattern(pattern, &error)),
        Source::File(name) if name.is_empty() => Some("an empty text names no database".to_owned()),
        Source::Variable(name) if name.is_empty() => Some("behind `$` stands the name of a variable".to_owned()),
        Source::Url(url) => super::database(url, Path::new(""), std::time::Duration::ZERO).err().map(|e| e.to_string()),
        Source::File(_) | Source::Variable(_) => None,
    };
    let Some(problem) = problem else { return Some(Written { value: source, place: written.place }) };
    reader
        .report(written.place.problem(problem).hint("write a file, a URL, or `$NAME` for a variable that holds a URL"));
    None
}

fn schemas(reader: &mut Reader<'_>, written: &Written<String>) -> Option<Schemas> {
    match Glob::new(&written.value) {
        Ok(glob) => Some(Schemas(glob.compile_matcher())),
        Err(error) => {
            let place: &Place = &written.place;
            let problem = place.problem(no_pattern(&written.value, &error));
            reader.report(problem.hint("`*` stands for any text, `?` for one character, `{a,b}` for one of both"));
            None
        }
    }
}

fn no_pattern(pattern: &str, error: &globset::Error) -> String {
    format!("`{pattern}` is no pattern: {}", error.kind())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_source_is() {
        let read = Source::read;
        assert_eq!(read("data/*.db"), Source::Files("data/*.db".to_owned()));
        assert_eq!(read("data/a.db"), Source::File("data/a.db".to_owned()));
        assert_eq!(read("sqlite:a.db?mode=rw"), Source::Url("sqlite:a.db?mode=rw".to_owned()));
        assert_eq!(read("postgres://a/b"), Source::Url("postgres://a/b".to_owned()));
        assert_eq!(read("$EU_URL"), Source::Variable("EU_URL".to_owned()));
        assert_eq!(read("C:/data/a.db"), Source::File("C:/data/a.db".to_owned()));
    }
}
