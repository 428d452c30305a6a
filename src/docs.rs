//! The pages of `docs/` that are made from the program itself: its command line, its configuration and its hazards.
//! `cargo xtask docs` writes them, a test compares them.

use clap::{Arg, Command, CommandFactory};

use crate::cli::Cli;
use crate::config::keys::{KEYS, TABLES};
use crate::plan::hazard::HAZARDS;

/// Each page by its file name.
///
/// ```
/// assert!(seachange::docs::pages().iter().any(|(file, _)| *file == "cli.md"));
/// ```
pub fn pages() -> Vec<(&'static str, String)> {
    vec![("cli.md", cli()), ("config.md", config()), ("hazards.md", hazards())]
}

fn cli() -> String {
    let command = Cli::command();
    let mut text = String::from("# Command line\n\nMade from the program by `cargo xtask docs`.\n\n");
    text.push_str(&about(&command));
    let global: Vec<&Arg> = command.get_arguments().filter(|argument| argument.is_global_set()).collect();
    text.push_str("\n## Every command\n\n");
    for argument in global {
        text.push_str(&argument_line(argument));
    }
    for sub in command.get_subcommands() {
        text.push_str(&format!("\n## `seachange {}`\n\n{}", sub.get_name(), about(sub)));
        let own: Vec<String> =
            sub.get_arguments().filter(|argument| !argument.is_global_set()).map(argument_line).collect();
        if !own.is_empty() {
            text.push('\n');
            text.push_str(&own.concat());
        }
    }
    text
}

fn about(command: &Command) -> String {
    let about = command.get_long_about().or_else(|| command.get_about());
    about.map(|about| format!("{about}\n")).unwrap_or_default()
}

fn argument_line(argument: &Arg) -> String {
    let value = argument.get_value_names().and_then(|names| names.first()).map(ToString::to_string);
    let takes_value = argument.get_action().takes_values();
    let name = match (argument.get_long(), argument.get_short(), &value) {
        (Some(long), short, value) => {
            let short = short.map(|short| format!("-{short}, ")).unwrap_or_default();
            let value = value.as_ref().filter(|_| takes_value).map(|value| format!(" {value}")).unwrap_or_default();
            format!("{short}--{long}{value}")
        }
        (None, _, Some(value)) => value.clone(),
        (None, _, None) => argument.get_id().to_string(),
    };
    let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
    let default = argument.get_default_values().first().filter(|_| takes_value);
    let default = default.map(|default| format!(" Default: `{}`.", default.to_string_lossy())).unwrap_or_default();
    format!("- `{name}`: {help}.{default}\n").replace("..", ".")
}

fn config() -> String {
    let mut text = String::from(
        "# Configuration\n\n`seachange.toml`, in the project's folder or one above it; `seachange init` writes it. Whatever is \
         wrong in it is shown with its line.\nMade from the program by `cargo xtask docs`.\n",
    );
    for (table, about) in TABLES {
        text.push_str(&if table.is_empty() {
            format!("\n{about}\n")
        } else {
            format!("\n## `[{table}]`\n\n{about}\n")
        });
        for key in KEYS.iter().filter(|key| key.table == table) {
            let default = key.default.map(|default| format!(" Default: `{default}`.")).unwrap_or_default();
            text.push_str(&format!(
                "\n### `{}`\n\n{}{default}\n\n    {} = {}\n",
                key.name, key.explanation, key.name, key.example
            ));
        }
    }
    text
}

fn hazards() -> String {
    let mut text = String::from(
        "# Hazards\n\nWhat can go wrong when a revision runs. Each stands in the header of the file with what it is about, \
         and above its statement; where a database is at hand, with the number of rows. A *danger* loses data or cannot be \
         undone; a *warning* may fail, breaks code that runs, or keeps others waiting the longer the larger a table is; a \
         *note* is good to know.\n\n\
         `seachange upgrade` stops at a hazard that loses data until somebody accepts it in the file, below the hazards of \
         its header:\n\n    -- accept: drops-column users.email\n\n\
         `[hazards]` in `seachange.toml` and `--deny` name others to stop at, by the names below or as `data-loss`.\n\
         Made from the program by `cargo xtask docs`.\n",
    );
    for row in &HAZARDS {
        let loses = if row.loses_data { ", loses data" } else { "" };
        text.push_str(&format!("\n## {}\n\n*{}{loses}.* {}\n", row.slug, row.severity, row.explanation));
    }
    text
}
