//! The folders of a project: which files may matter, and which files cargo starts from.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;

use crate::error::{Error, Result};

/// The `.rs` files of a project that may hold entities: no build output, nothing hidden or ignored by git,
/// no tests, examples or fixtures, and no migrations, which keep old copies of entities.
pub(in crate::declare) fn candidates(project: &Path) -> Result<Vec<PathBuf>> {
    const SKIPPED: [&str; 6] = ["target", "tests", "examples", "fixtures", "benches", "node_modules"];
    let mut found = Vec::new();
    let walk = WalkBuilder::new(project)
        .require_git(false)
        .sort_by_file_path(Path::cmp)
        .filter_entry(|entry| {
            let name = entry.file_name().to_string_lossy();
            let folder = entry.file_type().is_some_and(|kind| kind.is_dir());
            entry.depth() == 0 || !folder || !(SKIPPED.contains(&name.as_ref()) || name.starts_with("migrat"))
        })
        .build();
    for entry in walk {
        let entry = entry.map_err(|error| Error::Read { path: project.to_owned(), source: io::Error::other(error) })?;
        if entry.path().extension().is_some_and(|extension| extension == "rs") && entry.path().is_file() {
            found.push(entry.into_path());
        }
    }
    Ok(found)
}

/// The text of a file.
pub(in crate::declare) fn text(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(|source| Error::Read { path: path.to_owned(), source })
}

/// Collects the `.rs` files of a root.
pub(super) fn collect(root: &Path, into: &mut BTreeSet<PathBuf>) -> io::Result<()> {
    collect_new(root, into, &mut BTreeSet::new())
}

/// Each folder once: links may lead back to one that is above them.
fn collect_new(root: &Path, into: &mut BTreeSet<PathBuf>, seen: &mut BTreeSet<PathBuf>) -> io::Result<()> {
    if root.is_file() {
        into.insert(root.to_owned());
        return Ok(());
    }
    if !seen.insert(fs::canonicalize(root)?) {
        return Ok(());
    }
    for entry in fs::read_dir(root)? {
        let entry = entry?;
        let path = entry.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.starts_with('.') || name == "target" {
            continue;
        }
        let kind = entry.file_type()?;
        let is_link = kind.is_symlink();
        if kind.is_dir() || (is_link && path.is_dir()) {
            collect_new(&path, into, seen)?;
        } else if path.extension().is_some_and(|extension| extension == "rs")
            && (kind.is_file() || is_link && path.is_file())
        {
            into.insert(path);
        }
    }
    Ok(())
}

/// The nearest folder upward that is a package.
pub(super) fn package(root: &Path) -> Option<PathBuf> {
    root.ancestors().find(|folder| folder.join("Cargo.toml").is_file()).map(Path::to_owned)
}

/// What cargo knows of a package, as far as it matters for finding its sources.
#[derive(Debug, Default)]
pub(super) struct Manifest {
    /// The library: the name other crates use for it, and its first file.
    pub(super) library: Option<(String, PathBuf)>,
    /// The first files of the binaries.
    pub(super) binaries: Vec<PathBuf>,
    /// The packages on this machine that it depends on, by the names its sources use for them.
    pub(super) dependencies: BTreeMap<String, PathBuf>,
    /// What each of its features turns on.
    features: BTreeMap<String, Vec<String>>,
    /// The features it asks of those packages.
    asked: Vec<String>,
}

impl Manifest {
    /// Reads the manifest of the package in that folder, by the rules of cargo. What cannot be read says nothing:
    /// cargo itself complains loudly enough.
    pub(super) fn read(package: &Path) -> Self {
        let manifest = table(package);
        let mut binaries = BTreeSet::from([package.join("src/main.rs")]);
        if let Some(written) = manifest.get("bin").and_then(toml::Value::as_array) {
            binaries.extend(written.iter().filter_map(|binary| Some(package.join(text_at(Some(binary), "path")?))));
        }
        for entry in fs::read_dir(package.join("src/bin")).into_iter().flatten().flatten() {
            let path = entry.path();
            binaries.insert(if path.is_dir() { path.join("main.rs") } else { path });
        }
        let is_source = |path: &PathBuf| path.is_file() && path.extension().is_some_and(|extension| extension == "rs");
        Self {
            library: library(package, &manifest),
            binaries: binaries.into_iter().filter(is_source).collect(),
            dependencies: dependencies(package, &manifest),
            features: features(&manifest),
            asked: dependency_tables(&manifest).flat_map(|(_, entry)| texts(entry.get("features"))).collect(),
        }
    }
}

fn table(package: &Path) -> toml::Table {
    fs::read_to_string(package.join("Cargo.toml")).ok().and_then(|text| text.parse().ok()).unwrap_or_default()
}

fn text_at(table: Option<&toml::Value>, key: &str) -> Option<String> {
    Some(table?.get(key)?.as_str()?.to_owned())
}

fn library(package: &Path, manifest: &toml::Table) -> Option<(String, PathBuf)> {
    let library = manifest.get("lib");
    let path = package.join(text_at(library, "path").unwrap_or_else(|| "src/lib.rs".to_owned()));
    let name = text_at(library, "name").or_else(|| text_at(manifest.get("package"), "name")).unwrap_or_default();
    path.is_file().then_some((name.replace('-', "_"), path))
}

/// The path dependencies, those inherited from the workspace included.
fn dependencies(package: &Path, manifest: &toml::Table) -> BTreeMap<String, PathBuf> {
    let workspace = workspace(package, manifest);
    let inherited = |key: &str| {
        let (folder, manifest) = workspace.as_ref()?;
        let entry = manifest.get("workspace")?.get("dependencies")?.get(key)?;
        Some((folder.join(text_at(Some(entry), "path")?), entry.get("package").is_some()))
    };
    let mut found = BTreeMap::new();
    for (key, entry) in dependency_tables(manifest) {
        let is_inherited = entry.get("workspace").and_then(toml::Value::as_bool) == Some(true);
        let place = if is_inherited {
            inherited(key)
        } else {
            text_at(Some(entry), "path").map(|path| (package.join(path), entry.get("package").is_some()))
        };
        let Some((folder, renamed)) = place else { continue };
        let name =
            if renamed { Some(key.replace('-', "_")) } else { library(&folder, &table(&folder)).map(|(name, _)| name) };
        if let Some(name) = name {
            found.insert(name, folder);
        }
    }
    found
}

/// The entries of all dependencies, those of one target only included.
fn dependency_tables(manifest: &toml::Table) -> impl Iterator<Item = (&String, &toml::Value)> {
    let by_target = manifest.get("target").and_then(toml::Value::as_table).into_iter().flatten();
    let tables = by_target.filter_map(|(_, target)| target.get("dependencies")).chain(manifest.get("dependencies"));
    tables.filter_map(toml::Value::as_table).flatten()
}

fn texts(list: Option<&toml::Value>) -> Vec<String> {
    let items = list.and_then(toml::Value::as_array).into_iter().flatten();
    items.filter_map(|item| Some(item.as_str()?.to_owned())).collect()
}

fn features(manifest: &toml::Table) -> BTreeMap<String, Vec<String>> {
    let table = manifest.get("features").and_then(toml::Value::as_table).into_iter().flatten();
    table.map(|(name, on)| (name.clone(), texts(Some(on)))).collect()
}

/// The features that are on when these are chosen for the packages of the entities: those they turn on, and those asked of
/// other packages of the workspace. One set for all packages.
pub(super) fn all_features(chosen: &BTreeSet<String>, packages: Vec<PathBuf>) -> BTreeSet<String> {
    let mut on = chosen.clone();
    let mut manifests: BTreeMap<PathBuf, Manifest> = BTreeMap::new();
    let mut waiting = packages;
    while let Some(package) = waiting.pop() {
        let Ok(package) = fs::canonicalize(package) else { continue };
        if manifests.contains_key(&package) {
            continue;
        }
        let manifest = Manifest::read(&package);
        waiting.extend(manifest.dependencies.values().cloned());
        on.extend(manifest.asked.iter().cloned());
        manifests.insert(package, manifest);
    }
    loop {
        let turned_on: BTreeSet<String> = manifests
            .values()
            .flat_map(|manifest| manifest.features.iter().filter(|(name, _)| on.contains(*name)))
            .flat_map(|(_, features)| features)
            .filter(|feature| !feature.starts_with("dep:"))
            // `package/feature` is a feature of that package.
            .filter_map(|feature| feature.rsplit('/').next().map(str::to_owned))
            .collect();
        let before = on.len();
        on.extend(turned_on);
        if on.len() == before {
            return on;
        }
    }
}

/// The workspace a package belongs to: its folder and manifest.
fn workspace(package: &Path, manifest: &toml::Table) -> Option<(PathBuf, toml::Table)> {
    if let Some(path) = text_at(manifest.get("package"), "workspace") {
        let folder = package.join(path);
        let manifest = table(&folder);
        return Some((folder, manifest));
    }
    package.ancestors().find_map(|folder| {
        let manifest = table(folder);
        manifest.contains_key("workspace").then(|| (folder.to_owned(), manifest))
    })
}
