//! What commands ask of git: where a repository is, what the next commit holds, and a copy of it. Git itself answers, so that
//! worktrees, submodules, filters and settings count as they do for whoever commits. Changes nothing in the repository.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use tempfile::TempDir;

use crate::error::{Error, Result};

/// A repository with its files.
pub(super) struct Repository {
    /// The folder of its files.
    pub(super) top: PathBuf,
}

/// A file that the next commit changes, or that is not in it as it is on disk.
pub(super) struct Change {
    /// Relative to the top, with slashes.
    pub(super) path: String,
    /// In the commit: a letter of `git status`, or a space.
    index: u8,
    /// On disk: the same, against the commit.
    disk: u8,
}

/// A folder with files as the next commit holds them, and their paths in it.
pub(super) struct Export {
    pub(super) folder: TempDir,
    pub(super) files: Vec<String>,
}

impl Change {
    /// Whether the commit changes it.
    pub(super) fn is_staged(&self) -> bool {
        !matches!(self.index, b' ' | b'?')
    }

    /// Whether the file on disk is not what the commit holds.
    pub(super) fn differs(&self) -> bool {
        self.disk != b' '
    }

    /// Whether git knows nothing of it.
    pub(super) fn is_untracked(&self) -> bool {
        self.index == b'?'
    }

    /// Whether it is only announced, by `git add --intent-to-add`.
    fn is_announced(&self) -> bool {
        (self.index, self.disk) == (b' ', b'A')
    }
}

impl Repository {
    /// The repository that a folder is in. A hook's environment may name it relative to the folder the hook runs in.
    ///
    /// # Errors
    /// There is none, or no git.
    pub(super) fn around(folder: &Path) -> Result<Self> {
        let found = run(folder, "find the repository", &["rev-parse", "--show-toplevel"], &[])?;
        Ok(Self { top: real(Path::new(&line(&found))) })
    }

    /// Where a file or folder is in the repository, with slashes; `None` if it is outside.
    pub(super) fn place(&self, path: &Path) -> Option<String> {
        let place = real(path).strip_prefix(&self.top).ok()?.to_owned();
        let parts: Option<Vec<&str>> = place.iter().map(|part| part.to_str()).collect();
        Some(parts?.join("/"))
    }

    /// The folder of hooks, and the folder of what all worktrees share.
    pub(super) fn hooks(&self) -> Result<(PathBuf, PathBuf)> {
        let doing = "find the folder of hooks";
        let found = run(&self.top, doing, &["rev-parse", "--git-path", "hooks", "--git-common-dir"], &[])?;
        let found = String::from_utf8_lossy(&found);
        let mut lines = found.lines().map(|line| self.top.join(line));
        let (hooks, shared) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
        Ok((hooks, real(&shared)))
    }

    /// What the next commit changes, and what of it is other on disk.
    pub(super) fn changes(&self) -> Result<Vec<Change>> {
        let arguments = [
            "--no-optional-locks",
            "status",
            "--porcelain=v1",
            "-z",
            "--untracked-files=all",
            "--no-renames",
            "--ignore-submodules=all",
        ];
        let found = run(&self.top, "read what is staged", &arguments, &[])?;
        let change = |entry: &[u8]| match entry {
            [index, disk, b' ', path @ ..] => {
                Some(Change { path: String::from_utf8_lossy(path).into_owned(), index: *index, disk: *disk })
            }
            _ => None,
        };
        Ok(found.split(|byte| *byte == 0).filter_map(change).collect())
    }

    /// A copy of the wanted files as the next commit holds them.
    pub(super) fn export(&self, changes: &[Change], wanted: impl Fn(&str) -> bool) -> Result<Export> {
        const LINK: &[u8] = b"120000";
        const SUBMODULE: &[u8] = b"160000";
        let listed = run(&self.top, "list what is staged", &["ls-files", "--stage", "-z"], &[])?;
        let (mut list, mut files) = (Vec::new(), Vec::new());
        for entry in listed.split(|byte| *byte == 0) {
            let Some(tab) = entry.iter().position(|byte| *byte == b'\t') else { continue };
            let (mode, path) = (&entry[..tab.min(LINK.len())], &entry[tab + 1..]);
            let name = String::from_utf8_lossy(path).into_owned();
            // A link may lead to a folder of sources.
            let is_wanted = mode == LINK || mode != SUBMODULE && wanted(&name);
            if is_wanted && !changes.iter().any(|change| change.path == name && change.is_announced()) {
                list.extend_from_slice(path);
                list.push(0);
                files.push(name);
            }
        }
        let doing = "copy what is staged";
        let folder =
            TempDir::with_prefix("seachange-").map_err(|source| Error::Write { path: std::env::temp_dir(), source })?;
        let prefix = format!("--prefix={}/", folder.path().display());
        run(&self.top, doing, &["checkout-index", "--quiet", "-z", "--stdin", &prefix], &list)?;
        Ok(Export { folder, files })
    }
}

/// The path without links in it, where it exists.
fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

fn line(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim_end_matches(['\n', '\r']).to_owned()
}

/// What git prints.
fn run(folder: &Path, doing: &'static str, arguments: &[&str], input: &[u8]) -> Result<Vec<u8>> {
    let failed = |said: String| Error::Git { doing, said };
    let started = Command::new("git")
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut git = started.map_err(|error| {
        let is_missing = error.kind() == io::ErrorKind::NotFound;
        failed(if is_missing { "there is no program `git` on the PATH".to_owned() } else { error.to_string() })
    })?;
    let stdin = git.stdin.take();
    let output = thread::scope(|scope| {
        // Git may say something before it has read everything.
        scope.spawn(move || stdin.map(|mut stdin| stdin.write_all(input)));
        git.wait_with_output()
    });
    let output = output.map_err(|error| failed(error.to_string()))?;
    if output.status.success() { Ok(output.stdout) } else { Err(failed(line(&output.stderr))) }
}
