//! The files below the entity folders. A large project asks about them for each of its modules.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The entity files of a project, quick to look into.
pub(in crate::declare) struct Wanted {
    /// In the order of their paths.
    files: BTreeSet<PathBuf>,
    known: BTreeSet<OsString>,
    /// How many of them are somewhere below each folder.
    below: ByPath<usize>,
}

/// Values by the text of paths. Paths themselves are compared part by part, which takes long.
pub(super) type ByPath<T> = BTreeMap<OsString, T>;

impl Wanted {
    pub(super) fn new(files: BTreeSet<PathBuf>) -> Self {
        let mut below = ByPath::new();
        for file in &files {
            for folder in file.ancestors().skip(1) {
                if let Some(count) = below.get_mut(folder.as_os_str()) {
                    *count += 1;
                } else {
                    below.insert(folder.into(), 1);
                }
            }
        }
        Self { known: files.iter().map(OsString::from).collect(), files, below }
    }

    /// All of them, in the order of their paths.
    pub(in crate::declare) fn files(&self) -> &BTreeSet<PathBuf> {
        &self.files
    }

    pub(super) fn contains(&self, file: &Path) -> bool {
        self.known.contains(file.as_os_str())
    }

    /// Whether some are below that folder, those left aside.
    pub(super) fn any_below(&self, folder: &Path, except: &[PathBuf]) -> bool {
        let aside = || except.iter().filter(|file| file.starts_with(folder) && self.contains(file)).count();
        self.below.get(folder.as_os_str()).is_some_and(|count| *count > aside())
    }
}
