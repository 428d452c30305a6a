//! Runs the commands of the README's console block on a copy of the mediaparser project and shows what they print.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use sea_orm::ConnectionTrait;
use seachange::config;
use seachange::dialect::Dialect;
use seachange::migrate::{Access, Session};

pub(crate) fn demo() -> Result<()> {
    crate::cargo(&["build", "--quiet", "--locked", "--bin", "seachange"])?;
    let folder = crate::root().join("target/demo");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    copy(&crate::root().join("fixtures/mediaparser"), &folder)?;
    copy(&folder.join("phases/5_before_rename"), &folder.join("src/entities"))?;
    make_database(&folder)?;
    println!("A project with SeaORM entities and a SQLite database that another tool made: target/demo\n");

    let readme = fs::read_to_string(crate::root().join("README.md"))?;
    let commands: Vec<&str> = readme.lines().filter_map(|line| line.strip_prefix("$ ")).collect();
    if commands.is_empty() {
        bail!("the README has no commands");
    }
    for command in commands {
        println!("$ {command}");
        let path = format!("{}:{}", crate::root().join("target/debug").display(), std::env::var("PATH")?);
        let mut shell = Command::new("sh");
        shell.args(["-c", command]).current_dir(&folder).env("PATH", path).env_remove("DATABASE_URL");
        let status = shell.status().with_context(|| format!("failed to run `{command}`"))?;
        println!();
        // 1 is what a gate says when it found something, which the demonstration wants it to.
        if !matches!(status.code(), Some(0 | 1)) {
            bail!("`{command}` failed");
        }
    }
    Ok(())
}

fn make_database(folder: &Path) -> Result<()> {
    let script = fs::read_to_string(folder.join("original.sql"))?;
    let database = config::database("sqlite://media.db", folder, std::time::Duration::from_secs(5))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let session = Session::open(&database, Access::Write).await?;
        for statement in Dialect::Sqlite.statements(&script) {
            session.connection().execute_unprepared(&statement.sql).await?;
        }
        Ok(())
    })
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        let target = to.join(path.file_name().context("a file has a name")?);
        if path.is_dir() {
            copy(&path, &target)?;
        } else {
            fs::copy(&path, &target)?;
        }
    }
    Ok(())
}
