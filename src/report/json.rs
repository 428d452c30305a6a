//! What `check` found, for programs: `docs/check.schema.json` describes it.

use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;

use super::finding::{Finding, Findings, Level};
use super::kind::Kind;
use super::{Found, Report, TableDiff, error, unified};
use crate::error::Error;
use crate::model::Location;

/// The version of what [`write`] writes. It grows when a field changes its meaning or goes.
const VERSION: u32 = 1;

/// What was found in one database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// What the database is called, where there are several.
    pub target: Option<String>,
    /// The database, without its password.
    pub database: Option<String>,
    /// What was found, or why nothing could be.
    pub outcome: Result<Report, Failure>,
}

/// Why nothing could be found out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What the command line says.
    pub message: String,
    /// Those of its problems that are in files.
    pub problems: Vec<Finding>,
}

impl Failure {
    /// What an error says, with paths relative to a folder.
    pub fn new(error: &Error, folder: &Path) -> Self {
        let problems = match error {
            Error::Source { problems } | Error::Revisions { problems } | Error::Config { problems } => problems,
            _ => &Vec::new(),
        };
        let message = error::plain(error, folder).trim_end().to_owned();
        Self { message, problems: problems.iter().map(Finding::from).collect() }
    }
}

impl From<&Checked> for Findings {
    fn from(checked: &Checked) -> Self {
        let target = checked.target.clone();
        match &checked.outcome {
            Ok(report) => {
                let findings = report.found.iter().map(|found| finding(found, report)).collect();
                Self { target, findings, failure: None }
            }
            Err(failure) => {
                let message = failure.message.clone();
                Self { target, findings: failure.problems.clone(), failure: Some(message) }
            }
        }
    }
}

fn finding(found: &Found, report: &Report) -> Finding {
    let level = match found.kind {
        kind if report.fatal.contains(&kind) => Level::Error,
        Kind::Unmanaged => Level::Note,
        _ => Level::Warning,
    };
    Finding {
        rule: found.kind.slug(),
        level,
        text: found.kind.told(&found.text),
        object: found.object.clone(),
        place: found.place.clone(),
        hint: found.kind.hint().map(str::to_owned),
    }
}

#[derive(Serialize)]
struct Json<'a> {
    version: u32,
    command: &'static str,
    result: &'static str,
    checks: Vec<CheckJson<'a>>,
}

#[derive(Serialize)]
struct CheckJson<'a> {
    target: Option<&'a str>,
    database: Option<&'a str>,
    result: &'static str,
    /// How much was compared, in words.
    compared: Option<&'a str>,
    /// With what.
    with: Option<&'a str>,
    findings: Vec<FindingJson>,
    tables: Vec<TableJson<'a>>,
    notes: Vec<&'a str>,
    error: Option<&'a str>,
}

#[derive(Serialize)]
pub(super) struct FindingJson {
    kind: &'static str,
    level: &'static str,
    text: String,
    object: Option<String>,
    place: Option<PlaceJson>,
    hint: Option<String>,
}

#[derive(Serialize)]
struct TableJson<'a> {
    name: &'a str,
    place: Option<PlaceJson>,
    diff: String,
}

#[derive(Serialize)]
struct PlaceJson {
    file: String,
    line: usize,
    column: usize,
}

/// Writes one JSON object.
///
/// # Errors
/// The output is closed.
pub fn write(all: &[Checked], out: &mut dyn Write) -> io::Result<()> {
    let checks: Vec<CheckJson<'_>> = all.iter().map(check).collect();
    let result = ["failed", "found"].into_iter().find(|result| checks.iter().any(|check| check.result == *result));
    let json = Json { version: VERSION, command: "check", result: result.unwrap_or("clean"), checks };
    serde_json::to_writer_pretty(&mut *out, &json).map_err(io::Error::from)?;
    writeln!(out)
}

fn check(checked: &Checked) -> CheckJson<'_> {
    let report = checked.outcome.as_ref().ok();
    let result = match report {
        None => "failed",
        Some(report) if report.is_clean() => "clean",
        Some(_) => "found",
    };
    let table = |table: &'_ TableDiff, side| (place(table.origin.as_ref()), unified(table, [side, "entities"]));
    CheckJson {
        target: checked.target.as_deref(),
        database: checked.database.as_deref(),
        result,
        compared: report.map(|report| report.counted.as_str()),
        with: report.map(|report| report.against.as_str()),
        findings: Findings::from(checked).findings.into_iter().map(finding_json).collect(),
        tables: report
            .iter()
            .flat_map(|report| report.tables.iter().map(|of| (of, table(of, report.side))))
            .map(|(of, (place, diff))| TableJson { name: &of.name, place, diff })
            .collect(),
        notes: report.and_then(|report| report.hint.as_deref()).map(|hint| hint.lines().collect()).unwrap_or_default(),
        error: checked.outcome.as_ref().err().map(|failure| failure.message.as_str()),
    }
}

pub(super) fn finding_json(finding: Finding) -> FindingJson {
    let level = match finding.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "note",
    };
    let Finding { rule: kind, text, object, place: at, hint, .. } = finding;
    FindingJson { kind, level, text, object, place: place(at.as_ref()), hint }
}

fn place(place: Option<&Location>) -> Option<PlaceJson> {
    place.map(|place| PlaceJson {
        file: place.file.to_string_lossy().into_owned(),
        line: place.line,
        column: place.column,
    })
}
