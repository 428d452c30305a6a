//! Revisions as they were compiled in, or as they lie in a folder, and what they mean.

use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;
use std::{fs, iter};

use crate::config::settings::Settings;
use crate::error::{Error, Place, Result};
use crate::model::Schema;
use crate::revision::dir::{self, LOCK};
use crate::revision::graph::Graph;
use crate::revision::{self, Revision, lock};

/// A folder of revisions, as text.
#[derive(Debug, Clone)]
pub struct Embedded {
    folder: Cow<'static, str>,
    files: Files,
    lock: Option<Cow<'static, str>>,
    settings: Option<Cow<'static, str>>,
}

/// Names of files with their texts.
#[derive(Debug, Clone)]
enum Files {
    Compiled(&'static [(&'static str, &'static str)]),
    Read(Arc<[(String, String)]>),
}

/// What the macro expands to: the folder as messages show it, its revisions by file name, the lock, and what the project
/// decides about its databases.
#[doc(hidden)]
pub type Parts = (&'static str, &'static [(&'static str, &'static str)], Option<&'static str>, Option<&'static str>);

/// The texts, understood.
pub(super) struct Project {
    pub(super) graph: Graph,
    pub(super) lock: Option<Schema>,
    pub(super) settings: Settings,
}

impl Embedded {
    /// What [`migrations!`](crate::migrations) found while the application was compiled.
    #[doc(hidden)]
    pub const fn new((folder, files, lock, settings): Parts) -> Self {
        let lock = match lock {
            Some(text) => Some(Cow::Borrowed(text)),
            None => None,
        };
        let settings = match settings {
            Some(text) => Some(Cow::Borrowed(text)),
            None => None,
        };
        Self { folder: Cow::Borrowed(folder), files: Files::Compiled(files), lock, settings }
    }

    pub(super) fn read(folder: &Path) -> Result<Self> {
        let text =
            |path: &Path| fs::read_to_string(path).map_err(|source| Error::Read { path: path.to_owned(), source });
        let mut files = Vec::new();
        for path in dir::sql_files(folder)? {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            files.push((name, text(&path)?));
        }
        let lock = folder.join(LOCK);
        let lock = if lock.exists() { Some(text(&lock)?.into()) } else { None };
        let settings = match revision::find_settings(folder) {
            Some(path) => {
                let text = text(&path)?;
                let taken = revision::settings::taken_along(&text);
                Some(taken.map_err(|(line, message)| problem(&path, &text, line, message))?.into())
            }
            None => None,
        };
        Ok(Self { folder: folder.display().to_string().into(), files: Files::Read(files.into()), lock, settings })
    }

    /// What the texts mean.
    ///
    /// # Errors
    /// [`Error::Revisions`], [`Error::Lock`] and [`Error::Config`] say what cannot be understood.
    pub(super) fn project(&self) -> Result<Project> {
        let folder = Path::new(&*self.folder);
        let mut revisions = Vec::new();
        let mut problems = Vec::new();
        for (name, text) in self.files.all() {
            match Revision::parse(&folder.join(name), text) {
                Ok(revision) => revisions.push(revision),
                Err(found) => problems.extend(found),
            }
        }
        if !problems.is_empty() {
            return Err(Error::Revisions { problems });
        }
        let understood = |text: &Cow<'static, str>| {
            lock::read(text).map_err(|source| Error::Lock { path: folder.join(LOCK), source })
        };
        Ok(Project {
            graph: Graph::new(revisions)?,
            lock: self.lock.as_ref().map(understood).transpose()?,
            settings: Settings::of(Path::new(revision::SETTINGS), self.settings.as_deref().unwrap_or_default())?,
        })
    }
}

impl Files {
    fn all(&self) -> Box<dyn Iterator<Item = (&str, &str)> + '_> {
        match self {
            Self::Compiled(files) => Box::new(files.iter().copied()),
            Self::Read(files) => Box::new(files.iter().map(|(name, text)| (name.as_str(), text.as_str()))),
        }
    }
}

fn problem(path: &Path, text: &str, line: usize, message: String) -> Error {
    let start = text.split_inclusive('\n').take(line - 1).map(str::len).sum::<usize>();
    let length = text.get(start..).and_then(|rest| rest.lines().next()).map_or(0, str::len);
    Error::Config { problems: iter::once(Place::new(path, text, start..start + length).problem(message)).collect() }
}
