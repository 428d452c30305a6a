//! `init --hook`: a hook of git that runs `check --staged` before each commit. Never changes what somebody else wrote: then it
//! says what to add.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::config;
use crate::error::{Error, Result};
use crate::render;
use crate::revision::dir;

use super::git::Repository;
use super::{Exit, closed};

const BLOCK: &str = include_str!("../../templates/pre-commit.sh.j2");

/// How a hook begins that is ours to change.
const OURS: &str =
    "#!/bin/sh\n# Written by `seachange init --hook`, which keeps what stands between its marks up to date.\n";

/// A program that looks after the hooks of a repository, and what it takes in its own words.
struct Manager {
    name: &'static str,
    /// Its files at the top of the repository; the first is the usual one.
    files: &'static [&'static str],
    /// Its words, with `COMMAND` and `FOLDER`.
    snippet: &'static str,
}

const MANAGERS: [Manager; 3] = [
    Manager {
        name: "pre-commit",
        files: &[".pre-commit-config.yaml", ".pre-commit-config.yml"],
        snippet: "  - repo: local
    hooks:
      - id: seachange-check
        name: entities and revisions
        entry: COMMAND
        language: system
        files: (\\.(rs|sql|toml)|schema\\.lock)$
        pass_filenames: false
        require_serial: true
",
    },
    Manager {
        name: "lefthook",
        files: &["lefthook.yml", ".lefthook.yml", "lefthook.yaml", ".lefthook.yaml", "lefthook.toml", "lefthook.json"],
        snippet: "\
pre-commit:
  commands:
    seachange:
      run: COMMAND
",
    },
    Manager { name: "husky", files: &[".husky/pre-commit", ".husky"], snippet: "COMMAND\n" },
];

/// What the template of the hook sees.
#[derive(Serialize)]
struct Project {
    /// Where the configuration file is in the repository, for people.
    shown: String,
    /// The same as a word of the shell.
    quoted: String,
}

/// The hook a project would have.
pub(super) struct Hook {
    repository: Repository,
    /// The hook's file.
    path: PathBuf,
    /// Whether other repositories have the same hooks.
    is_shared: bool,
    /// Where the configuration file is in the repository.
    config: String,
}

impl Hook {
    /// Where the hook of a project belongs. Writes nothing.
    ///
    /// # Errors
    /// There is no repository, or the project is outside of it.
    pub(super) fn find(folder: &Path, config: &Path) -> Result<Self> {
        let repository = Repository::around(folder)?;
        let (project, name) = (config.parent().unwrap_or(folder), config.file_name().unwrap_or_default());
        let outside = || Error::Misused {
            problem: format!("`{}` is outside of the repository of this folder", config.display()),
        };
        let place = repository.place(project).ok_or_else(outside)?;
        let config = Path::new(&place).join(name).to_string_lossy().replace('\\', "/");
        if config.contains(char::is_control) {
            return Err(Error::Misused {
                problem: format!("`{}` is no name for a line of a hook", config.escape_debug()),
            });
        }
        let (hooks, common) = repository.hooks()?;
        let is_inside = |folder: &Path| hooks.starts_with(folder) || repository_path(&hooks).starts_with(folder);
        let is_shared = !is_inside(&repository.top) && !is_inside(&common);
        Ok(Self { repository, path: hooks.join("pre-commit"), is_shared, config })
    }

    /// Writes the hook, or says what somebody else's file needs: then the exit is `Found`.
    pub(super) fn write(&self, notes: &mut dyn Write) -> Result<Exit> {
        let shown = self.repository.place(&self.path).unwrap_or_else(|| self.path.display().to_string());
        let mut say = |text: &str| writeln!(notes, "{}", text.trim_end()).map_err(closed);
        if let Some((manager, file)) = self.manager() {
            if runs_it(&self.repository.top.join(file)) {
                say(&format!("`{file}` runs `seachange` before each commit already"))?;
                return Ok(Exit::Clean);
            }
            let snippet = manager.snippet.replace("COMMAND", &self.command());
            say(&format!(
                "hint: {} looks after the hooks of this repository; nothing was written. Add this to `{}`:\n\n{snippet}",
                manager.name, manager.files[0]
            ))?;
            return Ok(Exit::Found);
        }
        let block = self.block()?;
        let there = fs::read(&self.path).ok().map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        let text = match &there {
            None if self.is_shared => {
                say(&self.addition(&format!("`{shown}` is for other repositories, too")))?;
                return Ok(Exit::Found);
            }
            None => format!("{OURS}\n{block}"),
            Some(there) if there.contains("# Written by `seachange init --hook`") => with_block(there, &block),
            Some(_) if runs_it(&self.path) => {
                say(&format!("`{shown}` runs `seachange` before each commit already"))?;
                return Ok(Exit::Clean);
            }
            Some(_) => {
                say(&self.addition(&format!("`{shown}` is there already, and somebody else's")))?;
                return Ok(Exit::Found);
            }
        };
        if there.as_deref() == Some(&text) {
            say(&format!("`{shown}` is there already, as it should be"))?;
            return Ok(Exit::Clean);
        }
        self.put(&text, there.is_some())?;
        say(&format!("wrote {shown}, which runs `{}` before each commit", self.command()))?;
        Ok(Exit::Clean)
    }

    fn put(&self, text: &str, is_there: bool) -> Result<()> {
        let failed = |source| Error::Write { path: self.path.clone(), source };
        fs::create_dir_all(self.path.parent().unwrap_or(&self.path)).map_err(failed)?;
        if is_there {
            dir::replace(&self.path, text)?;
        } else {
            dir::create_new(&self.path, text)?;
        }
        #[cfg(unix)]
        fs::set_permissions(&self.path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).map_err(failed)?;
        Ok(())
    }

    /// Who looks after the hooks, and the file that tells.
    fn manager(&self) -> Option<(&'static Manager, &'static str)> {
        let top = &self.repository.top;
        MANAGERS.iter().find_map(|manager| {
            let file = manager.files.iter().find(|file| top.join(file).exists())?;
            Some((manager, *file))
        })
    }

    /// What runs the check from the top of the repository.
    fn command(&self) -> String {
        match self.config.as_str() {
            config::FILE => "seachange check --staged".to_owned(),
            config => format!("seachange check --staged --config {}", word(config)),
        }
    }

    fn addition(&self, why: &str) -> String {
        format!(
            "hint: {why}; it was left as it is. Add this line to it, before anything that ends it:\n\n    {} || exit\n",
            self.command()
        )
    }

    fn block(&self) -> Result<String> {
        let project = Project { shown: self.config.clone(), quoted: quoted(&self.config) };
        render::fill(BLOCK, &project)
    }
}

/// Whether a file of somebody else says what it should.
fn runs_it(file: &Path) -> bool {
    let text = fs::read(file).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let mut lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
    lines.any(|line| line.contains("seachange check --staged") || line.contains("id: seachange-check"))
}

/// The folder of a path that need not be there yet, without links.
fn repository_path(path: &Path) -> PathBuf {
    let there = path.ancestors().find(|path| path.exists()).unwrap_or(path);
    let rest = path.strip_prefix(there).unwrap_or(Path::new(""));
    there.canonicalize().map_or_else(|_| path.to_owned(), |real| real.join(rest))
}

/// The text of a hook with this block, in the place of an older one of the same project.
fn with_block(text: &str, block: &str) -> String {
    let (first, last) = (block.lines().next().unwrap_or_default(), block.lines().last().unwrap_or_default());
    let lines: Vec<&str> = text.lines().collect();
    let begin = lines.iter().position(|line| *line == first);
    let end = lines.iter().position(|line| *line == last);
    match (begin, end) {
        (Some(begin), Some(end)) if begin < end => {
            let around = |lines: &[&str]| lines.iter().flat_map(|line| [line, "\n"]).collect::<String>();
            format!("{}{block}{}", around(&lines[..begin]), around(&lines[end + 1..]))
        }
        _ => format!("{}\n\n{block}", text.trim_end()),
    }
}

/// A word of the shell, in quotes where it takes them.
pub(super) fn word(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-./".contains(c);
    if text.chars().all(is_plain) { text.to_owned() } else { quoted(text) }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}
