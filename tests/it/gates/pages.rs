//! What the pages about gates name is there: commands with their flags, inputs of the action, steps of the script.

use std::fs;

use clap::Parser as _;
use seachange::cli::Cli;

use crate::support::root;

const PAGES: [&str; 6] = ["pre_commit", "ci", "drift", "check", "lint", "proof"];

fn page(name: &str) -> String {
    fs::read_to_string(root().join(format!("docs/guide/{name}.md"))).unwrap()
}

/// The blocks of code in a language.
fn blocks<'a>(text: &'a str, language: &str) -> Vec<&'a str> {
    let start = format!("```{language}\n");
    text.split(&start).skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

#[test]
fn every_command_of_a_workflow_is_one() {
    let mut seen = 0;
    for name in PAGES {
        let text = page(name);
        for block in blocks(&text, "yaml").into_iter().chain(blocks(&text, "sh")) {
            for line in block.lines() {
                let command = ["seachange check", "seachange lint", "seachange prove"];
                let Some(at) = command.iter().find_map(|command| line.find(command)) else { continue };
                let words = line[at..].split(['<', '>']).next().unwrap().split_whitespace();
                let words = words.map(|word| if word == "\"$WHAT\"" { "drift" } else { word });
                assert!(Cli::try_parse_from(words).is_ok(), "{name}: {line}");
                seen += 1;
            }
        }
    }
    assert_eq!(seen, 7);
    // The kinds that the watch is for are kinds.
    let kinds = page("drift").split("WHAT: ").nth(1).unwrap().lines().next().unwrap().to_owned();
    let known = seachange::report::kind::Kind::slugs();
    assert!(kinds.split(',').all(|kind| known.contains(&kind)), "{kinds}");
}

#[test]
fn the_page_on_ci_knows_the_action_and_the_script() {
    let text = page("ci");
    let action = fs::read_to_string(root().join("action.yml")).unwrap();
    let inputs = action.split("inputs:\n").nth(1).unwrap().split("outputs:\n").next().unwrap();
    let inputs: Vec<&str> = inputs
        .lines()
        .filter_map(|line| line.strip_prefix("  ")?.strip_suffix(':'))
        .filter(|key| !key.starts_with(' '))
        .collect();
    let table: Vec<&str> = text
        .lines()
        .skip_while(|line| !line.starts_with("| input |"))
        .skip(2)
        .map_while(|line| line.strip_prefix("| `")?.split('`').next())
        .collect();
    assert_eq!(table, inputs);
    let used = text.split("        with:\n").nth(1).unwrap();
    let used: Vec<&str> = used.lines().map_while(|line| line.strip_prefix("          ")?.split(':').next()).collect();
    assert!(used.len() == 2 && used.iter().all(|input| inputs.contains(input)), "{used:?}");
    let script = fs::read_to_string(root().join("ci/gate.sh")).unwrap();
    for word in text.split(|c: char| !c.is_ascii_uppercase() && c != '_').filter(|word| word.starts_with("INPUT_")) {
        assert!(script.contains(&format!("\n#   {word} ")), "{word}");
    }
    // What the page shows is what the script does, in its order.
    let shown = blocks(&text, "console")[0];
    let shown: Vec<String> = shown
        .lines()
        .filter_map(|line| line.strip_prefix("$ seachange "))
        .skip(2)
        .map(|line| {
            line.replace(" --database-url sqlite://gate.db", "").replace("sqlite://gate.db", "\"$DATABASE_URL\"")
        })
        .collect();
    let mut script = script.replace("\"$down_to\"", "base");
    let named = ["offline", "up", "check", "down", "is_empty", "up", "check"];
    let steps = script.split("\nsteps() {").nth(1).unwrap().replace(';', " ;");
    script.truncate(script.find("\nsteps() {").unwrap());
    let mut at = 0;
    for (command, function) in shown.iter().zip(named) {
        let body = script.split(&format!("\n{function}() {{")).nth(1).unwrap().split("\n}").next().unwrap();
        let line = body.lines().any(|line| line.contains(&format!("seachange {command}")));
        assert!(line, "{function} does not run `{command}`: {body}");
        at += steps[at..]
            .find(&format!("' {function} "))
            .or_else(|| steps[at..].find(&format!("\" {function} ")))
            .unwrap()
            + 1;
    }
    assert_eq!(shown.len(), named.len());
}
