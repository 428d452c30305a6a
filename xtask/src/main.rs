//! The project's own tasks: what CI runs, the generated docs, and the demonstration.
#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a tool of the project, not the program")]

mod bench;
mod bench_offline;
mod bench_postgres;
mod demo;
mod docs;
mod postgres;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};
use clap::{Parser, Subcommand, ValueEnum as _};

/// Tasks of the project.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Run every test, and the demonstration.
    Test {
        /// Only the tests of PostgreSQL, on these major versions, fetched where they are not there yet.
        #[arg(long, value_name = "MAJOR", value_delimiter = ',')]
        postgres: Vec<u32>,
        /// Only that each live schema becomes each other one, which takes some minutes.
        #[arg(long, conflicts_with = "postgres")]
        pairs: bool,
    },
    /// Check format, lints, and the library without the program.
    Check,
    /// Show the main job on the mediaparser project: the commands of the README with what they print.
    Demo,
    /// Write the generated docs.
    Docs,
    /// Measure, as ratios within one run.
    Bench {
        /// Only this part.
        part: Option<bench::Part>,
    },
}

fn main() -> Result<()> {
    match Cli::parse().task {
        Task::Test { pairs: true, .. } => pairs(),
        Task::Test { postgres, .. } if postgres.is_empty() => test(),
        Task::Test { postgres, .. } => postgres::test(&postgres),
        Task::Check => check(),
        Task::Demo => demo::demo(),
        Task::Docs => docs::write(&root()),
        Task::Bench { part } => measure(part),
    }
}

/// Measures what users run: an optimized program, by an optimized benchmark.
fn measure(part: Option<bench::Part>) -> Result<()> {
    if !cfg!(debug_assertions) {
        return bench::bench(part);
    }
    cargo(&["build", "--release", "--locked"])?;
    let part = part.and_then(|part| part.to_possible_value());
    let part = part.as_ref().map(clap::builder::PossibleValue::get_name);
    let run = ["run", "--release", "--quiet", "--locked", "--package", "xtask", "--", "bench"];
    cargo(&run.into_iter().chain(part).collect::<Vec<_>>())
}

/// The folder of the workspace.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap_or_else(|_| PathBuf::from("."))
}

fn cargo(arguments: &[&str]) -> Result<()> {
    cargo_with(arguments, None)
}

/// Runs cargo, with a PostgreSQL server for the tests.
fn cargo_with(arguments: &[&str], server: Option<PathBuf>) -> Result<()> {
    run(arguments, Command::new(env!("CARGO")).envs(server.map(|folder| ("TEST_POSTGRES_BIN", folder))))
}

fn run(arguments: &[&str], cargo: &mut Command) -> Result<()> {
    println!("$ cargo {}", arguments.join(" "));
    let status = cargo.args(arguments).current_dir(root()).status()?;
    if !status.success() {
        bail!("`cargo {}` failed", arguments.join(" "));
    }
    Ok(())
}

fn test() -> Result<()> {
    cargo_with(&["test", "--workspace", "--locked"], postgres::provide()?)?;
    demo::demo()
}

fn pairs() -> Result<()> {
    let server = postgres::provide()?.map(|folder| ("TEST_POSTGRES_BIN", folder));
    let mut cargo = Command::new(env!("CARGO"));
    run(&["test", "--locked", "--test", "it", "postgres::pairs"], cargo.envs(server).env("TEST_ALL_PAIRS", "1"))
}

fn check() -> Result<()> {
    cargo(&["fmt", "--all", "--check"])?;
    cargo(&["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"])?;
    // What applications build.
    cargo(&["clippy", "--no-default-features", "--locked", "--", "-D", "warnings"])
}
