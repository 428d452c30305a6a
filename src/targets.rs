//! Finds the databases that `[targets]` and `--target` mean. Opens only what has to be asked where they are.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use globset::Glob;

use crate::config::targets::{ALL, is_url};
use crate::config::{self, Config, Database, Group, Source};
use crate::error::{Error, Result, Written, closest};
use crate::files;
use crate::migrate::{Access, Session};

/// A database that is one of several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// What it is called: a file as it is found, a schema, a URL without its password, or what the query says.
    pub name: String,
    /// The database.
    pub database: Database,
}

/// The targets that are meant, each once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meant {
    /// In the order of the configuration.
    pub targets: Vec<Target>,
    /// A group or a pattern was named: there may be any number of them, also one or none.
    pub many: bool,
}

/// Finds the targets that these words mean: `all`, a group, a target, or a pattern over the names of targets.
///
/// # Errors
/// [`Error::NoTarget`]: a word means nothing; or a database that has to be asked cannot be.
pub async fn find(config: &Config, words: &[String]) -> Result<Meant> {
    let mut meant = Meant { targets: Vec::new(), many: false };
    let mut everything: Option<Vec<Target>> = None;
    for word in words {
        if let Some(group) = config.targets.iter().find(|group| group.name == *word) {
            meant.many = true;
            meant.targets.extend(members(config, group).await?);
            continue;
        }
        if everything.is_none() {
            let mut found = Vec::new();
            for group in &config.targets {
                found.extend(members(config, group).await?);
            }
            everything = Some(found);
        }
        let everything = everything.as_deref().unwrap_or_default();
        if word == ALL && !config.targets.is_empty() {
            meant.many = true;
            meant.targets.extend(everything.iter().cloned());
            continue;
        }
        let is_pattern = files::is_pattern(word);
        let glob = Glob::new(word).ok().filter(|_| is_pattern).map(|glob| glob.compile_matcher());
        let is_meant = |name: &str| name == word || glob.as_ref().is_some_and(|glob| glob.is_match(name));
        let found: Vec<Target> = everything.iter().filter(|target| is_meant(&target.name)).cloned().collect();
        if found.is_empty() {
            return Err(unknown(config, word, everything));
        }
        meant.many |= is_pattern || found.len() > 1;
        meant.targets.extend(found);
    }
    let mut seen = BTreeSet::new();
    meant.targets.retain(|target| seen.insert(identity(&target.database)));
    meant.many |= meant.targets.len() > 1;
    Ok(meant)
}

/// What makes two targets one, however they are called.
fn identity(database: &Database) -> (Option<PathBuf>, String, String) {
    let file = database.file.as_ref().map(|file| file.canonicalize().unwrap_or_else(|_| file.clone()));
    let url = if file.is_some() { String::new() } else { database.url().to_owned() };
    (file, url, database.schema.clone())
}

fn unknown(config: &Config, word: &str, targets: &[Target]) -> Error {
    let groups = config.targets.iter().map(|group| group.name.as_str());
    let known: Vec<&str> = groups.chain(targets.iter().map(|target| target.name.as_str())).collect();
    let hint = match closest(word, &known) {
        Some(best) => format!("did you mean `{best}`?"),
        None if known.is_empty() => "say where the databases are below `[targets.NAME]` in `seachange.toml`, as in \
                                     `databases = [\"data/*.db\"]`; a single one is named with `--database-url`"
            .to_owned(),
        None => {
            let shown: Vec<String> = known.iter().take(10).map(|name| format!("`{name}`")).collect();
            let more = if known.len() > shown.len() { ", …" } else { "" };
            format!("there are {}{more}, and `all`", shown.join(", "))
        }
    };
    Error::NoTarget { word: word.to_owned(), hint }
}

/// The databases of a group.
async fn members(config: &Config, group: &Group) -> Result<Vec<Target>> {
    let mut targets = Vec::new();
    for written in &group.databases {
        if let Source::Files(pattern) = &written.value {
            let found = files::matching(&config.project, pattern).map_err(|reason| {
                let problem = written.place.clone().problem(format!("`{pattern}` is no pattern: {reason}"));
                Error::Config { problems: vec![problem] }
            })?;
            let names = found.into_iter().map(|path| match path.strip_prefix(&config.project) {
                Ok(path) => path.display().to_string(),
                Err(_) => path.display().to_string(),
            });
            let names: BTreeSet<String> = names.collect();
            let mut own: Vec<&String> = names.iter().filter(|name| !is_beside(name, &names)).collect();
            own.sort_by_key(|name| in_order(name));
            targets.extend(own.into_iter().map(|name| file(config, name)));
        } else {
            targets.push(named(database(config, written)?, None));
        }
    }
    if group.schemas.is_empty() && group.query.is_none() {
        return Ok(targets);
    }
    let server = match &group.url {
        Some(written) => database(config, written)?,
        None => config.database.clone().ok_or(Error::NoDatabase { groups: Vec::new() })?,
    };
    let session = Session::open(&server, Access::Read).await?;
    let mut schemas: Vec<(String, Option<String>)> = Vec::new();
    if !group.schemas.is_empty() {
        let Some(query) = server.dialect.schemas() else {
            let (group, title) = (group.name.clone(), server.dialect.title());
            return Err(Error::NoSchemas { group, title });
        };
        let rows = session.read(query, "read the names of the schemas").await?;
        let names = rows.into_iter().filter_map(|row| row.into_iter().next().flatten());
        let mut names: Vec<String> = names.filter(|name| group.schemas.iter().any(|own| own.has(name))).collect();
        names.sort_by_key(|name| in_order(name));
        schemas.extend(names.into_iter().map(|name| (name, None)));
    }
    if let Some(query) = &group.query {
        let doing = format!("ask where the databases of `{}` are", group.name);
        for (number, row) in (1..).zip(session.read(query, &doing).await?) {
            let mut values = row.into_iter();
            let (place, name) = (values.next().flatten(), values.next().flatten());
            let place = place.filter(|place| !place.is_empty()).ok_or_else(|| Error::NoTarget {
                word: group.name.clone(),
                hint: format!("row {number} of its query says nothing in its first column: leave such rows out"),
            })?;
            if is_url(&place) {
                let database = config::database(&place, &config.project, config.lock_timeout)?;
                targets.push(named(configured(config, database), name));
            } else if server.dialect.schemas().is_none() {
                targets.push(named(file(config, &place).database, name));
            } else {
                schemas.push((place, name));
            }
        }
    }
    let beside: Arc<[String]> = schemas.iter().map(|(schema, _)| schema.clone()).collect();
    targets.extend(schemas.into_iter().map(|(schema, name)| Target {
        name: name.unwrap_or_else(|| schema.clone()),
        database: server.in_schema(schema, &beside),
    }));
    Ok(targets)
}

/// What a name is sorted by, so that 10 comes behind 9.
fn in_order(name: &str) -> String {
    let mut key = String::new();
    let mut digits = String::new();
    for letter in name.chars().chain(['\0']) {
        if letter.is_ascii_digit() {
            digits.push(letter);
            continue;
        }
        if !digits.is_empty() {
            key.push_str(&format!("{digits:0>20}"));
            digits.clear();
        }
        key.push(letter);
    }
    key
}

/// The files that SQLite keeps beside a database while it is written to.
fn is_beside(name: &str, names: &BTreeSet<String>) -> bool {
    ["-wal", "-shm", "-journal"].iter().any(|end| name.strip_suffix(end).is_some_and(|own| names.contains(own)))
}

fn file(config: &Config, path: &str) -> Target {
    named(configured(config, config::file(path, &config.project, config.lock_timeout)), None)
}

fn named(database: Database, name: Option<String>) -> Target {
    Target { name: name.unwrap_or_else(|| database.to_string()), database }
}

/// One database that is written down.
fn database(config: &Config, written: &Written<Source>) -> Result<Database> {
    let url = match &written.value {
        Source::File(path) | Source::Files(path) => return Ok(file(config, path).database),
        Source::Url(url) => url.clone(),
        Source::Variable(name) => config::variable(&config.project, name).ok_or_else(|| {
            let problem = written.place.clone().problem(format!("there is no variable `{name}`"));
            let problem = problem.hint("set it in the environment or in `.env` to the URL of the database");
            Error::Config { problems: vec![problem] }
        })?,
    };
    Ok(configured(config, config::database(&url, &config.project, config.lock_timeout)?))
}

/// The database with what the project decides about all of them.
fn configured(config: &Config, mut database: Database) -> Database {
    database.statement_timeout = config.statement_timeout;
    database.schema = config.options.schema.to_string();
    database
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_sort_as_numbers() {
        let mut names = ["p_10.db", "p_9.db", "p_09.db", "p_1a.db", "p.db", "p_10_2.db", "p_10_10.db"];
        names.sort_by_key(|name| in_order(name));
        assert_eq!(names, ["p.db", "p_1a.db", "p_9.db", "p_09.db", "p_10.db", "p_10_2.db", "p_10_10.db"]);
    }
}
