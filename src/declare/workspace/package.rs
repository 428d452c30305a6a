//! The folders of a project: which files may matter, and which files cargo starts from.

use std::collections::BTreeSet;
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
    if root.is_file() {
        into.insert(root.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(root)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.starts_with('.') || name == "target" {
            continue;
        }
        if path.is_dir() {
            collect(&path, into)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.insert(path);
        }
    }
    Ok(())
}

/// The nearest folder upward that is a package.
pub(super) fn package(root: &Path) -> Option<PathBuf> {
    root.ancestors().find(|folder| folder.join("Cargo.toml").is_file()).map(Path::to_owned)
}

/// The library with its name, and the binaries of a package, by the rules of cargo.
pub(super) fn targets(package: &Path, manifest: &toml::Table) -> (Option<(String, PathBuf)>, Vec<PathBuf>) {
    let get = |table: Option<&toml::Value>, key: &str| Some(table?.get(key)?.as_str()?.to_owned());
    let package_name = get(manifest.get("package"), "name").unwrap_or_default();
    let library = manifest.get("lib");
    let path = package.join(get(library, "path").unwrap_or_else(|| "src/lib.rs".to_owned()));
    let name = get(library, "name").unwrap_or_else(|| package_name.replace('-', "_"));
    let library = path.is_file().then_some((name, path));
    let mut binaries = BTreeSet::from([package.join("src/main.rs")]);
    if let Some(written) = manifest.get("bin").and_then(toml::Value::as_array) {
        binaries.extend(written.iter().filter_map(|binary| Some(package.join(get(Some(binary), "path")?))));
    }
    for entry in fs::read_dir(package.join("src/bin")).into_iter().flatten().flatten() {
        let path = entry.path();
        binaries.insert(if path.is_dir() { path.join("main.rs") } else { path });
    }
    let is_source = |path: &PathBuf| path.is_file() && path.extension().is_some_and(|extension| extension == "rs");
    (library, binaries.into_iter().filter(is_source).collect())
}
