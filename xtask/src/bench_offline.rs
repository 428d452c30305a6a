//! The check before a commit, on a project of the size people have: alone, and as git's hook with all that it starts, beside a
//! look of git at the same files.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};

use crate::bench::{target, write_entities};

const ENTITIES: usize = 100;
const ROUNDS: usize = 15;

/// How long somebody who commits may wait.
const PATIENCE: Duration = Duration::from_millis(100);

/// Measures in turns, so that whatever else the machine does meets all of them.
pub(crate) fn bench(folder: &Path) -> Result<()> {
    let folder = folder.join("offline");
    std::fs::create_dir_all(folder.join("src/entities"))?;
    write_entities(&folder, ENTITIES)?;
    let program = crate::root().join("target/release/seachange");
    let program = program.to_str().context("the folder of the workspace is no text")?;
    set_up(&folder, program)?;

    let (mut check, mut clean, mut partial, mut git) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        change(&folder, round, "staged")?;
        run(&folder, &["git", "add", "src"])?;
        git.push(run(&folder, &["git", "status", "--porcelain"])?);
        check.push(run(&folder, &[program, "check", "--offline", "--quiet"])?);
        clean.push(hook(&folder, program)?);
        // Now the files on disk are not those of the commit.
        change(&folder, round, "on disk")?;
        partial.push(hook(&folder, program)?);
    }
    let git = median(git);
    println!("{ENTITIES} entities of 12 columns, before a commit, medians of {ROUNDS} runs in turns");
    for (what, times) in [("check --offline", check), ("the whole hook", clean), ("with parts staged", partial)] {
        let time = median(times);
        println!(
            "{what:<17} {time:>10.1?}   {:.1} x `git status`; {}",
            time.as_secs_f64() / git.as_secs_f64(),
            target(&format!("at most {PATIENCE:.0?}"), time <= PATIENCE)
        );
    }
    Ok(())
}

/// A repository with a revision and the hook.
fn set_up(folder: &Path, program: &str) -> Result<()> {
    std::fs::write(folder.join("seachange.toml"), "entities = [\"src/entities\"]\n")?;
    run(folder, &["git", "init", "--quiet"])?;
    run(folder, &[program, "revision", "--autogenerate", "--offline", "--quiet", "-m", "first"])?;
    run(folder, &[program, "init", "--hook"])?;
    run(folder, &["git", "add", "--all"])?;
    let who = ["-c", "user.name=Me", "-c", "user.email=me@example.org"];
    let commit = ["commit", "--quiet", "--no-verify", "--message", "first"];
    run(folder, &[&["git"][..], &who, &commit].concat()).map(drop)
}

/// Another text of an entity that means the same.
fn change(folder: &Path, round: usize, what: &str) -> Result<()> {
    let path = folder.join("src/entities/t1.rs");
    let text = std::fs::read_to_string(&path)?;
    Ok(std::fs::write(&path, format!("{text}// {what} {round}\n"))?)
}

/// Runs the hook as git does, with the program on the PATH.
fn hook(folder: &Path, program: &str) -> Result<Duration> {
    let programs = Path::new(program).parent().context("a program is in a folder")?.display();
    run(folder, &["sh", "-c", &format!("PATH='{programs}':$PATH exec sh .git/hooks/pre-commit")])
}

/// How long a command took that went well.
fn run(folder: &Path, words: &[&str]) -> Result<Duration> {
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).current_dir(folder).stdin(Stdio::null());
    let started = Instant::now();
    let output = command.output().with_context(|| format!("`{}` cannot be run", words[0]))?;
    let time = started.elapsed();
    ensure!(output.status.success(), "`{}`: {}", words.join(" "), String::from_utf8_lossy(&output.stderr));
    Ok(time)
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}
