//! `init`: finds the entities and the database of a project and writes its configuration.

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

use super::{Exit, closed};

const TEMPLATE: &str = include_str!("../../templates/seachange.toml.j2");

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

/// Sets up the project in a folder.
pub(super) fn init(args: &cli::Init, folder: &Path, overrides: &Overrides, notes: &mut dyn Write) -> Result<Exit> {
    let path = folder.join(overrides.file.as_deref().unwrap_or(Path::new(config::FILE)));
    if path.exists() {
        return Err(Error::Exists { path });
    }
    let entities = if args.entities.is_empty() { entity_roots(folder)? } else { args.entities.clone() };
    for root in &entities {
        if !folder.join(root).exists() {
            return Err(Error::NoEntities { folder: folder.join(root) });
        }
    }
    let from_environment = config::database_url(folder);
    let url = overrides
        .database_url
        .clone()
        .or_else(|| if from_environment.is_some() { None } else { database_file(folder) });
    let entities: Vec<String> =
        entities.iter().map(|root| slashes(root.strip_prefix(folder).unwrap_or(root))).collect();
    // The file is for everybody who works on the project.
    let written = url.as_deref().map(config::without_password);
    let has_password = written != url;
    let is_postgres = url.as_ref().or(from_environment.as_ref()).is_some_and(|url| {
        config::database(url, folder, Duration::ZERO).is_ok_and(|database| database.dialect == Dialect::Postgres)
    });
    let in_toml = |text: &String| toml::Value::String(text.clone()).to_string();
    let found = Found {
        entities: entities.iter().map(in_toml).collect(),
        url: written.as_ref().map(in_toml),
        from_environment: from_environment.is_some(),
        is_postgres,
    };
    dir::create_new(&path, &render::fill(TEMPLATE, &found)?)?;
    let migrations = folder.join("migrations");
    fs::create_dir_all(&migrations).map_err(|source| Error::Write { path: migrations, source })?;

    let database = match (&written, from_environment.is_some()) {
        (Some(url), _) => url.split('?').next().unwrap_or_default().to_owned(),
        (None, true) => "`DATABASE_URL`".to_owned(),
        (None, false) => "none found; set `DATABASE_URL`, or write `url` into the file".to_owned(),
    };
    let is_known = url.is_some() || found.from_environment;
    let database_hint = (!is_known)
        .then(|| "hint: name the database, then `seachange check` shows what lies between the two".to_owned());
    if has_password {
        let line = "note: the password of the URL was left out of the file; set `DATABASE_URL` or `PGPASSWORD`";
        writeln!(notes, "{line}").map_err(closed)?;
    }
    let lines = [
        format!("entities: {}", entities.join(", ")),
        format!("database: {database}"),
        format!("wrote {} and migrations/", path.strip_prefix(folder).unwrap_or(&path).display()),
        match &database_hint {
            Some(hint) => hint.clone(),
            None => "hint: `seachange check` shows what lies between the two".to_owned(),
        },
    ];
    writeln!(notes, "{}", lines.join("\n")).map_err(closed)?;
    Ok(Exit::Clean)
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
