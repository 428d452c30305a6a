//! The README, the guide and the generated docs say what the program does. `UPDATE_EXPECT=1` rewrites the output in the first
//! two, `cargo xtask docs` the docs.

use std::fs;
use std::process::Command;

use crate::cluster;
use crate::support::{Project, copy, root};

/// How a page begins that is about the seedarr project on SQLite, as the tool before us left it.
const LEFT: &str = "<!-- on SQLite, in the seedarr project as Alembic left it -->";

/// The commands of a console block with what they print: in the mediaparser project on SQLite, or in the one that the page
/// begins with: a copy of a folder, on a PostgreSQL of its own.
fn run(commands: &[&str], first: &str) -> String {
    let folder = first.strip_prefix("<!-- on PostgreSQL, in a copy of ").map(|rest| rest.trim_end_matches(" -->"));
    let database = folder.map(cluster::database);
    let project = if first == LEFT {
        let project = Project::seedarr("4_tags");
        project.script("original_4_tags.sql");
        project
    } else if let Some(folder) = folder {
        let project = Project::empty();
        copy(&root().join(folder), project.path());
        project
    } else {
        let project = Project::mediaparser_with_original("5_before_rename");
        copy(&root().join("fixtures/mediaparser/phases"), &project.path().join("phases"));
        project
    };
    let binary = std::path::Path::new(env!("CARGO_BIN_EXE_seachange")).parent().unwrap();
    let path = format!("{}:{}", binary.display(), std::env::var_os("PATH").unwrap().to_str().unwrap());
    let mut text = String::new();
    for command in commands {
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(format!("{command} 2>&1")).current_dir(project.path());
        shell.env("PATH", &path).env_remove("DATABASE_URL").env("NO_COLOR", "1");
        // Whoever commits has a name, and no settings of this machine.
        for who in ["AUTHOR", "COMMITTER"] {
            shell.env(format!("GIT_{who}_NAME"), "Me").env(format!("GIT_{who}_EMAIL"), "me@example.org");
        }
        shell.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        let output = shell.envs(database.iter().map(|own| ("DATABASE_URL", own.url()))).output().unwrap();
        assert!(matches!(output.status.code(), Some(0..=2)), "{command}: {output:?}");
        let mut printed = String::from_utf8(output.stdout).unwrap();
        if let Some(database) = &database {
            printed = printed.replace(database.name(), "app");
        }
        text.push_str(&format!("$ {command}\n{printed}"));
        text.push('\n');
    }
    text
}

/// The text without what changes from run to run: ids, times, durations.
fn steady(text: &str) -> String {
    let mut steady = String::new();
    for word in text.split_inclusive(|c: char| !c.is_ascii_alphanumeric()) {
        let bare = word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
        let is_id = bare.len() == 12 && bare.chars().all(|c| c.is_ascii_hexdigit());
        let is_time = bare.len() == 15 && bare.chars().all(|c| c.is_ascii_digit() || c == 'T');
        steady.push_str(if is_id {
            "ID"
        } else if is_time {
            "TIME"
        } else {
            bare
        });
        steady.push_str(&word[bare.len()..]);
    }
    let line = |line: &str| match line {
        line if line.starts_with("-- created: ") => "-- created: TIME".to_owned(),
        line if line.contains(" (applied ") => {
            line.rsplit_once(" (applied ").map(|(start, _)| format!("{start} (applied TIME)")).unwrap()
        }
        line if line.ends_with(" ms") => line.rsplit_once(" in ").map(|(start, _)| format!("{start} in N ms")).unwrap(),
        line => line.to_owned(),
    };
    steady.lines().map(|own| without_times(&line(own))).collect::<Vec<_>>().join("\n")
}

/// The text with `TIME` where a time in RFC 3339 stands.
fn without_times(text: &str) -> String {
    let shape = |letter: char| if letter.is_ascii_digit() { '0' } else { letter };
    let shapes: String = text.chars().map(shape).collect();
    let mut steady = text.to_owned();
    for (at, time) in shapes.rmatch_indices("0000-00-00T00:00:00Z") {
        steady.replace_range(at..at + time.len(), "TIME");
    }
    steady
}

/// Runs the commands of a page's console block and holds what they print against it.
fn shows_what_is_printed(page: &str) {
    let path = root().join(page);
    let text = fs::read_to_string(&path).unwrap();
    let Some(start) = text.find("```console\n") else {
        // What it shows is Rust, and part of the documentation that is compiled and run.
        let name = page.rsplit('/').next().unwrap();
        let library = fs::read_to_string(root().join("src/application/mod.rs")).unwrap();
        assert!(text.contains("```rust") && library.contains(&format!("docs/guide/{name}\")")), "{page}");
        return;
    };
    let start = start + "```console\n".len();
    let end = start + text[start..].find("```").unwrap();
    let block = &text[start..end];
    let commands: Vec<&str> = block.lines().filter_map(|line| line.strip_prefix("$ ")).collect();
    assert!(commands.len() > 5, "{commands:?}");
    let printed = run(&commands, text.lines().next().unwrap_or_default());
    let printed = format!("{}\n", printed.trim_end());
    if steady(&printed) == steady(block) {
        return;
    }
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(&path, format!("{}{printed}{}", &text[..start], &text[end..])).unwrap();
        return;
    }
    assert_eq!(steady(&printed), steady(block), "{page}: run the test with UPDATE_EXPECT=1");
}

#[test]
fn the_readme_shows_what_the_commands_print() {
    shows_what_is_printed("README.md");
}

#[test]
fn the_guide_shows_what_the_commands_print() {
    for entry in fs::read_dir(root().join("docs/guide")).unwrap() {
        let page = entry.unwrap().path();
        shows_what_is_printed(page.strip_prefix(root()).unwrap().to_str().unwrap());
    }
}

#[test]
fn the_readme_names_the_two_commands_that_ci_runs() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let ci = fs::read_to_string(root().join(".ci/run")).unwrap();
    assert!(readme.contains("\n    cargo xtask demo\n"));
    assert!(readme.contains("\n    cargo xtask test\n") && ci.contains("cargo xtask test"));
}

#[test]
fn the_generated_docs_are_those_of_this_program() {
    for (file, text) in seachange::docs::pages() {
        let written = fs::read_to_string(root().join("docs").join(file)).unwrap_or_default();
        assert_eq!(written, text, "docs/{file} is old: run `cargo xtask docs`");
    }
}
