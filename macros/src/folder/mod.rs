//! What lies in a folder of revisions, as far as plain text says it. The macro looks at it while an application compiles, and
//! seachange includes the same files, so both understand the same. Knows no database and no TOML.

pub(crate) mod header;
pub(crate) mod settings;

use std::path::{Path, PathBuf};
use std::{fs, io};

/// The name of the lock, beside the revisions.
pub(crate) const LOCK: &str = "schema.lock";

/// The name of the configuration file of a project.
pub(crate) const SETTINGS: &str = "seachange.toml";

/// The revisions of a folder, in the order of their names.
///
/// # Errors
/// The folder cannot be read.
pub(crate) fn revisions(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    let mut paths: Vec<PathBuf> = entries.into_iter().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "sql"));
    paths.sort();
    Ok(paths)
}

/// The configuration file at or above a folder.
pub(crate) fn find_settings(folder: &Path) -> Option<PathBuf> {
    folder.ancestors().map(|folder| folder.join(SETTINGS)).find(|path| path.is_file())
}
