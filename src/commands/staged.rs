//! `check --staged`: the offline check of what the next commit holds, for hooks of git. Where the files on disk are other than
//! those of the commit, a copy of the latter is checked. Knows nothing of hooks.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::cli::{self, Cli};
use crate::config::{self, Overrides};
use crate::error::{Error, Result};
use crate::files;
use crate::report;
use crate::revision::dir::LOCK;

use super::git::{Change, Export, Repository};
use super::hook::word;
use super::{Context, Exit, check, closed};

/// What of a repository is the business of a project.
struct Business {
    /// Its configuration file, in the repository.
    file: String,
    /// The folder of its revisions.
    migrations: String,
    /// Folders with SQL files of other names.
    folders: Vec<String>,
}

impl Business {
    fn of(repository: &Repository, folder: &Path, overrides: &Overrides) -> Result<Self> {
        let path = config::path(folder, overrides)?;
        let outside = || Error::Misused {
            problem: format!(
                "`{}` is outside of the repository `{}`, so no commit of it holds the project",
                path.display(),
                repository.top.display()
            ),
        };
        let file = repository.place(&path).ok_or_else(outside)?;
        let project = path.parent().unwrap_or(folder);
        // What is wrong with the configuration is said by whoever reads the one that is committed.
        let config = config::load(folder, overrides).ok();
        let patterns = config
            .iter()
            .flat_map(|config| &config.sql)
            .filter(|pattern| Path::new(pattern).extension().is_none_or(|end| end != "sql"));
        let folders = patterns.filter_map(|pattern| repository.place(&project.join(files::fixed(pattern)))).collect();
        let migrations = config.map_or_else(|| project.join("migrations"), |config| config.migrations);
        let migrations = repository.place(&migrations).unwrap_or_default();
        Ok(Self { file, migrations, folders })
    }

    /// Whether the check may come out differently with another text in this file. A type may stand in any source file of the
    /// workspace, so all of them count.
    fn concerns(&self, path: &str) -> bool {
        let extension = Path::new(path).extension().and_then(|extension| extension.to_str());
        matches!(extension, Some("rs" | "sql" | "toml"))
            || path == self.file
            || path.ends_with(LOCK)
            || self.folders.iter().any(|folder| Path::new(path).starts_with(folder))
    }

    fn is_revision(&self, change: &Change) -> bool {
        let path = Path::new(&change.path);
        path.parent() == Some(Path::new(&self.migrations)) && path.extension().is_some_and(|end| end == "sql")
    }

    fn is_lock(&self, change: &Change) -> bool {
        Path::new(&change.path) == Path::new(&self.migrations).join(LOCK)
    }

    /// Whether the lock goes into the commit, and the revision that belongs to it does not.
    fn is_half(&self, changes: &[Change]) -> bool {
        let mut revisions = changes.iter().filter(|change| self.is_revision(change));
        changes.iter().any(|change| self.is_lock(change) && change.is_staged())
            && revisions.clone().any(Change::is_untracked)
            && !revisions.any(Change::is_staged)
    }

    /// The revisions and the lock that are on disk and not in the commit, and what to do about them.
    fn forgotten(&self, changes: &[Change]) -> Option<String> {
        let is_own = |change: &&Change| change.differs() && (self.is_revision(change) || self.is_lock(change));
        let paths: Vec<&str> = changes.iter().filter(is_own).map(|change| change.path.as_str()).collect();
        let (paths, add) = (paths.join("`, `"), self.add());
        let text =
            format!("note: on disk and not in the commit: `{paths}`\nhint: add it with `{add}` and commit again");
        (!paths.is_empty()).then_some(text)
    }

    /// How the revision is written that is missing.
    fn write(&self, cli: &Cli) -> String {
        let config = match self.file.as_str() {
            config::FILE => String::new(),
            file => cli.global.config.as_ref().map(|_| format!(" --config {}", word(file))).unwrap_or_default(),
        };
        format!("{}{config}`, then `{}` and commit again", check::WRITE.trim_end_matches('`'), self.add())
    }

    fn add(&self) -> String {
        format!("git add {}", word(&format!("{}/", self.migrations)))
    }
}

/// Checks what the next commit holds, if that is any of the project's business; with nothing staged, what the last one does.
pub(super) async fn check(
    cli: &Cli,
    args: &cli::Check,
    folder: &Path,
    (out, notes): (&mut dyn Write, &mut dyn Write),
) -> Result<Exit> {
    let mut overrides = super::overrides(&cli.global);
    let repository = Repository::around(folder)?;
    let business = Business::of(&repository, folder, &overrides)?;
    let changes = repository.changes()?;
    let mut say = |line: &str| if cli.global.quiet { Ok(()) } else { writeln!(notes, "{line}").map_err(closed) };
    if changes.iter().any(|change| change.path == business.file && change.is_untracked()) {
        say(&format!("nothing to check: `{}` is not in git yet", business.file))?;
        return Ok(Exit::Clean);
    }
    let concerning = || changes.iter().filter(|change| business.concerns(&change.path));
    if changes.iter().any(Change::is_staged) && !concerning().any(Change::is_staged) {
        say("nothing to check: the commit changes no entity, no revision and no SQL file")?;
        return Ok(Exit::Clean);
    }
    let export = concerning().any(Change::differs).then(|| export(&repository, &business, &changes)).transpose()?;
    let here = repository.place(folder).unwrap_or_default();
    let user = folder;
    let (folder, file) = match &export {
        None => (folder.to_owned(), repository.top.join(&business.file)),
        Some(export) => (export.folder.path().join(&here), export.folder.path().join(&business.file)),
    };
    let project = repository.top.join(&business.file).parent().map(Path::to_owned).unwrap_or_default();
    overrides.database_url = overrides.database_url.or_else(|| config::database_url(&project));
    overrides.file = Some(file);
    let args = cli::Check {
        offline: true,
        staged: false,
        output: args.output.as_ref().map(|file| user.join(file)),
        ..args.clone()
    };
    let found = match run(cli, &args, (&folder, &overrides), (out, &mut *notes)).await {
        Ok(found) => found,
        Err(error) if error.is_closed_pipe() => return Err(error),
        Err(error) => {
            report::error::write(&error, &folder, notes).map_err(closed)?;
            let code = if error.exit_code() == 1 { Exit::Found } else { Exit::Failed };
            Found { exit: code, hint: None }
        }
    };
    conclude(cli, &business, &changes, &found, notes)
}

/// How the check of the files came out.
struct Found {
    exit: Exit,
    /// What is to be done about it on disk.
    hint: Option<String>,
}

async fn run<'a>(
    cli: &Cli,
    args: &cli::Check,
    (folder, overrides): (&Path, &Overrides),
    output: (&'a mut dyn Write, &'a mut dyn Write),
) -> Result<Found> {
    let config = config::load(folder, overrides)?;
    let mut ctx = Context::new(config, folder, cli, output, None);
    // What to do next is another thing before a commit.
    ctx.quiet = true;
    let exit = check::check(&mut ctx, args).await?;
    Ok(Found { exit, hint: ctx.summary.report.and_then(|report| report.hint) })
}

/// Says what to do next.
fn conclude(cli: &Cli, business: &Business, changes: &[Change], found: &Found, notes: &mut dyn Write) -> Result<Exit> {
    let lock = format!("{}/{LOCK}", business.migrations);
    let forgotten = business.forgotten(changes);
    let mut say = |line: &str| writeln!(notes, "{line}").map_err(closed);
    match found.exit {
        Exit::Clean => match forgotten.filter(|_| business.is_half(changes)) {
            Some(forgotten) => {
                say(&format!("error: the commit has `{lock}`, and not the revision that goes with it\n{forgotten}"))?;
            }
            None if cli.global.quiet => return Ok(Exit::Clean),
            None => {
                say(&format!("no differences between the entities and `{lock}`"))?;
                return Ok(Exit::Clean);
            }
        },
        Exit::Found => {
            let write = forgotten.unwrap_or_else(|| business.write(cli));
            for line in found.hint.iter().flat_map(|hint| hint.lines()) {
                say(if line == check::WRITE { &write } else { line })?;
            }
        }
        Exit::Failed => {}
    }
    say("hint: `git commit --no-verify` commits without this check")?;
    Ok(if found.exit == Exit::Failed { Exit::Failed } else { Exit::Found })
}

/// The files of the commit in a folder of their own, with everything they reach from where they are.
fn export(repository: &Repository, business: &Business, changes: &[Change]) -> Result<Export> {
    let export = repository.export(changes, |path| business.concerns(path))?;
    let copy = |file: &str| export.folder.path().join(file);
    let failed = |path: PathBuf| |source| Error::Write { path, source };
    // Paths are told from the top of the repository.
    fs::create_dir(copy(".git")).map_err(failed(copy(".git")))?;
    // The project's own business, whether git holds it or not.
    let file = copy(&business.file);
    if !file.exists() {
        let folder = file.parent().unwrap_or(&file).to_owned();
        fs::create_dir_all(&folder).map_err(failed(folder.clone()))?;
        fs::copy(repository.top.join(&business.file), &file).map_err(failed(file.clone()))?;
    }
    for path in export.files.iter().filter(|path| Path::new(path).ends_with("Cargo.toml")) {
        let (there, here) = (copy(path), repository.top.join(path));
        let text = fs::read_to_string(&there).map_err(|source| Error::Read { path: there.clone(), source })?;
        if let Some(text) = reaching(&text, &there, &here) {
            fs::remove_file(&there).map_err(failed(there.clone()))?;
            crate::revision::dir::create_new(&there, &text)?;
        }
    }
    Ok(export)
}

/// A manifest that names what is not in the copy, such as a submodule or a package beside the repository, by where it is;
/// `None` if it needs no other text.
fn reaching(text: &str, there: &Path, here: &Path) -> Option<String> {
    let mut manifest = toml::Value::Table(text.parse().ok()?);
    let (there, here) = (there.parent()?, here.parent()?);
    lead(&mut manifest, &|path| {
        let is_left_out = !there.join(path).exists() && here.join(path).exists();
        is_left_out.then(|| here.join(path).display().to_string())
    })
    .then(|| manifest.as_table().map(toml::Table::to_string))
    .flatten()
}

/// Puts other texts in the place of `path` keys; whether it did.
fn lead(value: &mut toml::Value, other: &dyn Fn(&str) -> Option<String>) -> bool {
    match value {
        toml::Value::Table(table) => {
            let own = table.get("path").and_then(toml::Value::as_str).and_then(other);
            let is_led = own.is_some();
            if let Some(own) = own {
                table.insert("path".to_owned(), own.into());
            }
            table.iter_mut().fold(is_led, |is_led, (_, value)| lead(value, other) | is_led)
        }
        toml::Value::Array(values) => values.iter_mut().fold(false, |is_led, value| lead(value, other) | is_led),
        _ => false,
    }
}
