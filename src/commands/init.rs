//! `init`: finds the entities and the database of a project and writes its configuration; `hook` does what belongs to git.

use std::collections::BTreeSet;
use std::fs;
use std::io::{Read as _, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use ignore::WalkBuilder;
use serde::Serialize;

use crate::cli;
use crate::config::{self, Overrides};
use crate::declare;
use crate::dialect::Dialect;
use crate::error::{Error, Result};
use crate::render;
use crate::revision::dir;

use super::hook::Hook;
use super::{Exit, closed};

const TEMPLATE: &str = include_str!("../../templates/seachange.toml.j2");

/// What to do once entities and database are known.
const CHECK: &str = "hint: `seachange check` shows what lies between the two";

/// What the template of `seachange.toml` sees.
#[derive(Serialize)]
struct Found {
    /// As TOML strings, quotes included.
    entities: Vec<String>,
    /// As a TOML string.
    url: Option<String>,
    from_environment: bool,
    is_postgres: bool,
}

/// Sets up the project in a folder, and its hook where that is asked for.
pub(super) fn init(args: &cli::Init, folder: &Path, overrides: &Overrides, notes: &mut dyn Write) -> Result<Exit> {
    let new = folder.join(overrides.file.as_deref().unwrap_or(Path::new(config::FILE)));
    if !args.hook {
        set_up(&args.entities, folder, (&new, overrides), notes)?;
        return Ok(Exit::Clean);
    }
    // A hook belongs to the project that there is; what is to be set up anew is said with its entities.
    let there = config::path(folder, overrides).ok().filter(|path| args.entities.is_empty() && path.is_file());
    // What cannot have a hook is not set up either.
    let hook = Hook::find(folder, there.as_deref().unwrap_or(&new))?;
    if there.is_none() {
        set_up(&args.entities, folder, (&new, overrides), notes)?;
    }
    hook.write(notes)
}

/// Writes the configuration, and says what was found.
fn set_up(
    entities: &[PathBuf],
    folder: &Path,
    (path, overrides): (&Path, &Overrides),
    notes: &mut dyn Write,
) -> Result<()> {
    if path.exists() {
        return Err(Error::Exists { path: path.to_owned() });
    }
    let roots = if entities.is_empty() { entity_roots(folder)? } else { entities.to_owned() };
    if let Some(missing) = roots.iter().map(|root| folder.join(root)).find(|root| !root.exists()) {
        return Err(Error::NoEntities { folder: missing });
    }
    let roots: Vec<String> = roots.iter().map(|root| slashes(root.strip_prefix(folder).unwrap_or(root))).collect();
    let from_environment = config::database_url(folder);
    let found_file = || if from_environment.is_some() { None } else { database_file(folder) };
    let url = overrides.database_url.clone().or_else(found_file);
    // The file is for everybody who works on the project.
    let written = url.as_deref().map(config::without_password);
    let is_postgres = url.as_ref().or(from_environment.as_ref()).is_some_and(|url| {
        config::database(url, folder, Duration::ZERO).is_ok_and(|database| database.dialect == Dialect::Postgres)
    });
    let in_toml = |text: &String| toml::Value::String(text.clone()).to_string();
    let found = Found {
        entities: roots.iter().map(in_toml).collect(),
        url: written.as_ref().map(in_toml),
        from_environment: from_environment.is_some(),
        is_postgres,
    };
    dir::create_new(path, &render::fill(TEMPLATE, &found)?)?;
    let migrations = folder.join("migrations");
    fs::create_dir_all(&migrations).map_err(|source| Error::Write { path: migrations, source })?;

    let mut lines = Vec::new();
    if written != url {
        let line = "note: the password of the URL was left out of the file; set `DATABASE_URL` or `PGPASSWORD`";
        lines.push(line.to_owned());
    }
    let (database, hint) = match &written {
        Some(url) => (url.split('?').next().unwrap_or_default(), CHECK),
        None if found.from_environment => ("`DATABASE_URL`", CHECK),
        None => (
            "none found; set `DATABASE_URL`, or write `url` into the file",
            "hint: name the database, then `seachange check` shows what lies between the two",
        ),
    };
    lines.push(format!("entities: {}", roots.join(", ")));
    lines.push(format!("database: {database}"));
    lines.push(format!("wrote {} and migrations/", path.strip_prefix(folder).unwrap_or(path).display()));
    lines.push(hint.to_owned());
    writeln!(notes, "{}", lines.join("\n")).map_err(closed)
}

/// The folders that hold entities, without those inside another. What cargo compiles is in a folder called `src`;
/// copies elsewhere count only when there is nothing there.
fn entity_roots(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = declare::find_entities(folder)?;
    let is_compiled =
        |file: &PathBuf| file.strip_prefix(folder).unwrap_or(file).components().any(|part| part.as_os_str() == "src");
    if files.iter().any(is_compiled) {
        files.retain(is_compiled);
    }
    let folders: BTreeSet<PathBuf> = files
        .iter()
        .filter_map(|file| file.strip_prefix(folder).unwrap_or(file).parent())
        .map(Path::to_owned)
        .collect();
    let is_inside = |path: &PathBuf| folders.iter().any(|other| other != path && path.starts_with(other));
    let roots: Vec<PathBuf> = folders.iter().filter(|path| !is_inside(path)).cloned().collect();
    if roots.is_empty() { Err(Error::NoEntities { folder: folder.to_owned() }) } else { Ok(roots) }
}

/// The one SQLite database near the top of the project, if there is exactly one.
fn database_file(folder: &Path) -> Option<String> {
    let is_left_out = |name: &str| matches!(name, "target" | "node_modules" | ".git");
    let walk = WalkBuilder::new(folder)
        .standard_filters(false)
        .max_depth(Some(3))
        .filter_entry(move |entry| !entry.file_name().to_str().is_some_and(is_left_out))
        .build();
    let mut files = walk.flatten().filter(|entry| is_sqlite(entry.path()));
    let (first, second) = (files.next()?, files.next());
    let file = slashes(first.path().strip_prefix(folder).ok()?);
    second.is_none().then(|| format!("sqlite://{file}"))
}

fn is_sqlite(path: &Path) -> bool {
    let mut magic = [0; 16];
    let read = fs::File::open(path).and_then(|mut file| file.read_exact(&mut magic));
    path.is_file() && read.is_ok() && &magic == b"SQLite format 3\0"
}

fn slashes(path: &Path) -> String {
    let text = path.to_string_lossy();
    if std::path::MAIN_SEPARATOR == '/' { text.into_owned() } else { text.replace(std::path::MAIN_SEPARATOR, "/") }
}
