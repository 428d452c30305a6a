//! What `lint` found: hazards of files, drawn with the statements they are in, or for other programs.

use std::io::{self, Write};
use std::path::Path;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use serde::Serialize;

use super::finding::{self, Finding, Findings, Rule, Tool};
use super::json::{FindingJson, finding_json};
use crate::error::{Place, count};
use crate::hazard::{HAZARDS, Kind, Severity};
use crate::model::Location;

/// The version of what [`write_json`] writes. It grows when a field changes its meaning or goes.
const VERSION: u32 = 1;

/// What `lint` says of its findings to other programs.
pub const LINT: Tool = Tool { command: "lint", rules: &RULES };

const RULES: [Rule; HAZARDS.len()] = {
    let mut rules = [Rule { slug: "", sentence: "" }; HAZARDS.len()];
    let mut at = 0;
    while at < HAZARDS.len() {
        rules[at] = Rule { slug: HAZARDS[at].slug, sentence: HAZARDS[at].explanation };
        at += 1;
    }
    rules
};

/// A hazard in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// What kind it is.
    pub kind: Kind,
    /// What it is and what it is about, as an `-- accept:` line says it.
    pub key: String,
    /// What happens to whom.
    pub sentence: String,
    /// The first line of the statement; its file as it is to be shown.
    pub place: Place,
    /// What to do instead.
    pub hint: String,
    /// Somebody accepted it.
    pub accepted: bool,
    /// The command fails for it.
    pub fails: bool,
}

/// Writes the hazards as rustc draws problems, those that are accepted in a line each.
///
/// # Errors
/// The output is closed.
pub fn write(all: &[Told], out: &mut dyn Write) -> io::Result<()> {
    for told in all {
        let Told { place: Place { location, .. }, sentence, .. } = told;
        if told.accepted {
            writeln!(out, "accepted: {sentence}\n  --> {location}\n")?;
        } else {
            writeln!(out, "{}\n", drawn(told))?;
        }
    }
    Ok(())
}

fn drawn(told: &Told) -> String {
    let Told { kind, key, sentence, place, hint, .. } = told;
    let offset = |characters: usize| place.line.chars().take(characters).map(char::len_utf8).sum::<usize>();
    let start = offset(place.location.column.saturating_sub(1));
    let end = offset(place.location.column.saturating_sub(1) + place.width).max(start);
    let path = place.location.file.display().to_string();
    let snippet = Snippet::source(place.line.as_str())
        .line_start(place.location.line)
        .path(path)
        .annotation(AnnotationKind::Primary.span(start..end));
    let level = match kind.row().severity {
        Severity::Danger => Level::ERROR.with_name("danger"),
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let mut group = level.primary_title(sentence.as_str()).id(kind.slug()).element(snippet);
    group = group.element(Level::HELP.message(hint.as_str()));
    let accept = format!("`-- accept: {key}` above `-- migrate:up` accepts it");
    if told.fails {
        group = group.element(Level::NOTE.message(accept.as_str()));
    }
    Renderer::styled().render(&[group])
}

/// What it came to, in a line.
pub fn summary(all: &[Told]) -> String {
    let of = |severity| all.iter().filter(|own| !own.accepted && own.kind.row().severity == severity).count();
    let parts = [(of(Severity::Danger), "danger"), (of(Severity::Warning), "warning"), (of(Severity::Note), "note")];
    let mut parts: Vec<String> =
        parts.into_iter().filter(|(number, _)| *number > 0).map(|(number, what)| count(number, what)).collect();
    let accepted = all.iter().filter(|own| own.accepted).count();
    parts.extend((accepted > 0).then(|| format!("{accepted} accepted")));
    if parts.is_empty() { "no hazards".to_owned() } else { parts.join(", ") }
}

/// The same for the formats of other programs.
pub fn findings(all: &[Told]) -> Findings {
    Findings { target: None, findings: all.iter().map(finding).collect(), failure: None }
}

fn finding(told: &Told) -> Finding {
    let level = match told.kind.row().severity {
        _ if told.fails => finding::Level::Error,
        _ if told.accepted => finding::Level::Note,
        Severity::Danger | Severity::Warning => finding::Level::Warning,
        Severity::Note => finding::Level::Note,
    };
    let accepted = if told.accepted { " (accepted)" } else { "" };
    Finding {
        rule: told.kind.slug(),
        level,
        text: format!("{}{accepted}", told.sentence),
        object: told.key.split_once(' ').map(|(_, subject)| subject.to_owned()),
        place: Some(told.place.location.clone()),
        hint: Some(told.hint.clone()),
    }
}

#[derive(Serialize)]
struct Json<'a> {
    version: u32,
    command: &'static str,
    result: &'static str,
    findings: Vec<HazardJson<'a>>,
    error: Option<&'a str>,
}

#[derive(Serialize)]
struct HazardJson<'a> {
    #[serde(flatten)]
    finding: FindingJson,
    severity: String,
    /// What an `-- accept:` line says.
    accept: &'a str,
    accepted: bool,
    fails: bool,
}

/// Writes one JSON object: what was found, or why nothing could be.
///
/// # Errors
/// The output is closed.
pub fn write_json(looked: Result<&[Told], &str>, out: &mut dyn Write) -> io::Result<()> {
    let hazard = |told: &Told| HazardJson {
        finding: finding_json(Finding { text: told.sentence.clone(), ..finding(told) }),
        severity: told.kind.row().severity.to_string(),
        accept: "",
        accepted: told.accepted,
        fails: told.fails,
    };
    let result = match looked {
        Err(_) => "failed",
        Ok(all) if all.iter().any(|told| told.fails) => "found",
        Ok(_) => "clean",
    };
    let all = looked.unwrap_or_default();
    let findings = all.iter().map(|told| HazardJson { accept: &told.key, ..hazard(told) }).collect();
    let json = Json { version: VERSION, command: LINT.command, result, findings, error: looked.err() };
    serde_json::to_writer_pretty(&mut *out, &json).map_err(io::Error::from)?;
    writeln!(out)
}

/// The place with its file as it is to be shown.
pub fn shown(place: Place, file: &str) -> Place {
    Place { location: Location { file: Path::new(file).into(), ..place.location }, ..place }
}
