//! The migrations folder: reads all revisions, writes new files. Never overwrites a revision.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::model::Schema;

use super::graph::Graph;
use super::{Revision, folder, lock};

/// The name of the lock file.
pub const LOCK: &str = folder::LOCK;

/// Reads every `.sql` file of the folder. A folder that does not exist holds no revisions.
///
/// # Errors
/// The folder or a file cannot be read; the text or the order of revisions makes no sense.
pub fn read(folder: &Path) -> Result<Graph> {
    let mut revisions = Vec::new();
    let mut problems = Vec::new();
    for path in sql_files(folder)? {
        let text = fs::read_to_string(&path).map_err(|source| Error::Read { path: path.clone(), source })?;
        match Revision::parse(&path, &text) {
            Ok(revision) => revisions.push(revision),
            Err(found) => problems.extend(found),
        }
    }
    if !problems.is_empty() {
        return Err(Error::Revisions { problems });
    }
    Graph::new(revisions)
}

pub(crate) fn sql_files(folder: &Path) -> Result<Vec<PathBuf>> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    folder::revisions(folder).map_err(|source| Error::Read { path: folder.to_owned(), source })
}

/// The name of a revision's file: `20261121T101500_3f9a1c2b7d4e_initial_schema.sql`.
///
/// ```
/// let name = seachange::revision::dir::file_name("2026-11-21T10:15:00Z", "3f9a", "Add `users`, finally!");
/// assert_eq!(name, "20261121T101500_3f9a_add_users_finally.sql");
/// ```
pub fn file_name(created: &str, id: &str, message: &str) -> String {
    let stamp: String = created.chars().filter(|c| c.is_ascii_digit() || *c == 'T').collect();
    let mut slug = String::new();
    for word in words(message) {
        if slug.chars().count() + word.chars().count() > 40 && !slug.is_empty() {
            break;
        }
        if !slug.is_empty() {
            slug.push('_');
        }
        slug.extend(word.chars().take(40));
    }
    if slug.is_empty() { format!("{stamp}_{id}.sql") } else { format!("{stamp}_{id}_{slug}.sql") }
}

/// The words of a message as names of files have them.
pub(super) fn words(message: &str) -> Vec<String> {
    message.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

/// Writes a revision and, with it, the lock. Either both files are there afterwards or neither changed.
///
/// # Errors
/// The folder cannot be made, the revision's file is there already, or the disk refuses.
pub fn write(folder: &Path, file: &str, text: &str, schema: Option<&Schema>) -> Result<PathBuf> {
    fs::create_dir_all(folder).map_err(|source| Error::Write { path: folder.to_owned(), source })?;
    let path = folder.join(file);
    create_new(&path, text)?;
    if let Some(schema) = schema
        && let Err(error) = replace(&folder.join(LOCK), &lock::write(schema))
    {
        let _ = fs::remove_file(&path);
        return Err(error);
    }
    Ok(path)
}

/// Writes the lock alone.
///
/// # Errors
/// The disk refuses.
pub fn write_lock(folder: &Path, schema: &Schema) -> Result<()> {
    replace(&folder.join(LOCK), &lock::write(schema))
}

/// Writes a file that must not exist yet.
///
/// # Errors
/// It exists, or the disk refuses.
pub fn create_new(path: &Path, text: &str) -> Result<()> {
    let failed = |source| Error::Write { path: path.to_owned(), source };
    let mut file = fs::OpenOptions::new().write(true).create_new(true).open(path).map_err(failed)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)
}

/// Puts a whole new file in the place of an old one, so that a reader sees one or the other.
pub(crate) fn replace(path: &Path, text: &str) -> Result<()> {
    let draft = path.with_extension("new");
    let failed = |source| Error::Write { path: path.to_owned(), source };
    let _ = fs::remove_file(&draft);
    create_new(&draft, text)?;
    fs::rename(&draft, path).map_err(failed)
}

/// What the entities declared at the last revision, `None` if no lock was written yet.
///
/// # Errors
/// The file cannot be read, has git's conflict marks, or is not a lock.
pub fn read_lock(folder: &Path) -> Result<Option<Schema>> {
    let Some(text) = lock_text(folder)? else { return Ok(None) };
    let path = folder.join(LOCK);
    if let Some(line) = lock::merge::marked(&text) {
        return Err(Error::LockConflict { path, line });
    }
    lock::read(&text).map(Some).map_err(|source| Error::Lock { path, source })
}

/// The text of the lock, whatever is in it; `None` if there is none.
pub(crate) fn lock_text(folder: &Path) -> Result<Option<String>> {
    let path = folder.join(LOCK);
    if !path.exists() {
        return Ok(None);
    }
    fs::read_to_string(&path).map(Some).map_err(|source| Error::Read { path, source })
}
