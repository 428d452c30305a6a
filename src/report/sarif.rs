//! Findings as SARIF 2.1.0, which code scanning and editors show beside the code.

use std::io::{self, Write};

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::finding::{Finding, Findings, Level, PROBLEM, Root, Rule, Tool, WARNING};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// What a path may hold and a URI may not.
const ODD: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: ToolJson,
    automation_details: Automation,
    column_kind: &'static str,
    invocations: [Invocation<'a>; 1],
    results: Vec<ResultJson<'a>>,
}

#[derive(Serialize)]
struct ToolJson {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    rules: Vec<RuleJson>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RuleJson {
    id: &'static str,
    short_description: Text<'static>,
}

#[derive(Serialize)]
struct Text<'a> {
    text: std::borrow::Cow<'a, str>,
}

/// Keeps the runs of one command apart from those of another, where both are uploaded.
#[derive(Serialize)]
struct Automation {
    id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation<'a> {
    execution_successful: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_execution_notifications: Vec<Notification<'a>>,
}

#[derive(Serialize)]
struct Notification<'a> {
    level: &'static str,
    message: Text<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResultJson<'a> {
    rule_id: &'static str,
    rule_index: usize,
    level: &'static str,
    message: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    locations: Option<[Place; 1]>,
    partial_fingerprints: Fingerprints,
}

#[derive(Serialize)]
struct Fingerprints {
    #[serde(rename = "finding/v1")]
    finding: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Place {
    physical_location: Physical,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    region: Region,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Artifact {
    uri: String,
    uri_base_id: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: usize,
    start_column: usize,
}

/// Writes one log with one run.
///
/// # Errors
/// The output is closed.
pub fn write(tool: Tool, all: &[Findings], root: Root<'_>, out: &mut dyn Write) -> io::Result<()> {
    let rules: Vec<Rule> = tool.rules.iter().copied().chain([WARNING, PROBLEM]).collect();
    let failures: Vec<Notification<'_>> = all
        .iter()
        .filter_map(|findings| Some((findings, findings.failure.as_ref()?)))
        .map(|(findings, failure)| Notification { level: "error", message: of(findings, failure) })
        .collect();
    let results = all.iter().flat_map(|findings| findings.findings.iter().map(move |finding| (findings, finding)));
    let run = Run {
        tool: ToolJson {
            driver: Driver {
                name: "seachange",
                semantic_version: env!("CARGO_PKG_VERSION"),
                rules: rules
                    .iter()
                    .map(|rule| RuleJson { id: rule.slug, short_description: Text { text: rule.sentence.into() } })
                    .collect(),
            },
        },
        automation_details: Automation { id: format!("seachange/{}/", tool.command) },
        column_kind: "unicodeCodePoints",
        invocations: [Invocation { execution_successful: failures.is_empty(), tool_execution_notifications: failures }],
        results: results.map(|(findings, finding)| result(findings, finding, &rules, root)).collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &Log { schema: SCHEMA, version: "2.1.0", runs: [run] })
        .map_err(io::Error::from)?;
    writeln!(out)
}

fn result<'a>(findings: &'a Findings, finding: &'a Finding, rules: &[Rule], root: Root<'_>) -> ResultJson<'a> {
    let level = match finding.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "note",
    };
    let object = finding.object.as_deref().unwrap_or_default();
    let target = findings.target.as_deref().unwrap_or_default();
    // The same finding stays the same when lines move.
    let known = Sha256::digest(format!("{}\n{target}\n{object}\n{}", finding.rule, finding.text));
    ResultJson {
        rule_id: finding.rule,
        rule_index: rules.iter().position(|rule| rule.slug == finding.rule).unwrap_or_default(),
        level,
        message: Text { text: of(findings, &finding.advice()).text.into_owned().into() },
        locations: finding.place.as_ref().map(|place| {
            let uri = utf8_percent_encode(&root.path(place), ODD).to_string();
            let region = Region { start_line: place.line, start_column: place.column };
            let artifact_location = Artifact { uri, uri_base_id: "%SRCROOT%" };
            [Place { physical_location: Physical { artifact_location, region } }]
        }),
        partial_fingerprints: Fingerprints {
            finding: known.iter().take(16).map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat(),
        },
    }
}

/// The text, with the database it is about where there are several.
fn of<'a>(findings: &Findings, text: &'a str) -> Text<'a> {
    match &findings.target {
        Some(target) => Text { text: format!("{target}: {text}").into() },
        None => Text { text: text.into() },
    }
}
