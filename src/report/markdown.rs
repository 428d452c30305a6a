//! What `check` found as a page for people who review: what would run on the database, what is dangerous about it, and a
//! diagram of the tables it touches.

use std::io::{self, Write};

use super::finding::{Finding, Findings, Level, Root};
use super::json::Checked;
use super::mermaid::Diagram;
use super::{Report, tally, unified};
use crate::dialect::Dialect;
use crate::model::Schema;
use crate::plan::Plan;
use crate::render::sql;

/// How many lines of SQL are shown of one thing.
const LINES: usize = 200;

/// What is to come: what would run on the database now, and what a new revision would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coming {
    /// The kind of database.
    pub dialect: Dialect,
    /// What is pending, in the order it would run.
    pub revisions: Vec<Pending>,
    /// What the entities say and no revision does.
    pub plan: Option<Plan>,
    /// The tables that all of it touches.
    pub diagram: Diagram,
    /// How the tables look in the end.
    pub schema: Schema,
}

/// A revision that would run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// The id and what it is for.
    pub title: String,
    /// Its file.
    pub path: String,
    /// The hazards of its way up.
    pub hazards: Vec<Danger>,
    /// Its statements.
    pub sql: String,
}

/// Something dangerous.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Danger {
    /// The hazard with what it is about: `drops-column users.email`.
    pub key: String,
    /// What happens.
    pub sentence: String,
    /// Somebody accepted it.
    pub accepted: bool,
}

/// Writes a section for each database.
///
/// # Errors
/// The output is closed.
pub fn write(all: &[Checked], root: Root<'_>, out: &mut dyn Write) -> io::Result<()> {
    for checked in all {
        let target = checked.target.as_ref().map(|target| format!(" of `{target}`")).unwrap_or_default();
        match &checked.outcome {
            Ok(report) => {
                let found = tally(report);
                let found = if found.is_empty() { "no differences".to_owned() } else { found.join(", ") };
                let sign = if report.is_clean() { "✅" } else { "❌" };
                writeln!(out, "## {sign} seachange check{target}: {found}\n")?;
                writeln!(out, "Compared {} with {}.\n", report.counted, report.against)?;
                write_findings(&Findings::from(checked), root, out)?;
                write_tables(report, out)?;
                if let Some(coming) = &report.coming {
                    write_coming(coming, out)?;
                }
                if let Some(hint) = &report.hint {
                    hint.lines().try_for_each(|line| writeln!(out, "> {line}"))?;
                    writeln!(out)?;
                }
            }
            Err(failure) => {
                writeln!(out, "## ❌ seachange check{target} failed\n")?;
                write_code("text", &failure.message, out)?;
            }
        }
    }
    Ok(())
}

/// What was found, a row each; what is good to know is left to the text.
fn write_findings(findings: &Findings, root: Root<'_>, out: &mut dyn Write) -> io::Result<()> {
    let rows: Vec<&Finding> = findings.findings.iter().filter(|finding| finding.level > Level::Note).collect();
    if rows.is_empty() {
        return Ok(());
    }
    writeln!(out, "| | where | what |\n|---|---|---|")?;
    for finding in rows {
        let place = finding.place.as_ref().map(|place| format!("`{}:{}`", root.path(place), place.line));
        let place = place.unwrap_or_default();
        writeln!(out, "| {} | {} | {} |", finding.rule, cell(&place), cell(&finding.text))?;
    }
    writeln!(out)
}

fn cell(text: &str) -> String {
    text.replace('\\', "\\\\").replace('|', "\\|").replace(['\n', '\r'], " ").replace('<', "&lt;")
}

fn write_tables(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for table in &report.tables {
        writeln!(out, "<details><summary>table <code>{}</code></summary>\n", html(&table.name))?;
        write_code("diff", &unified(table, [report.side, "entities"]), out)?;
        writeln!(out, "</details>\n")?;
    }
    Ok(())
}

fn write_coming(coming: &Coming, out: &mut dyn Write) -> io::Result<()> {
    if !coming.revisions.is_empty() {
        writeln!(out, "### What would run\n")?;
    }
    for (number, revision) in (1..).zip(&coming.revisions) {
        writeln!(out, "{number}. {} in `{}`", revision.title, revision.path)?;
        for danger in &revision.hazards {
            let accepted = if danger.accepted { " (accepted)" } else { "" };
            writeln!(out, "   - ⚠️ `{}`{accepted}: {}", danger.key, danger.sentence)?;
        }
        writeln!(out)?;
        write_sql(&revision.sql, out)?;
    }
    if let Some(plan) = coming.plan.as_ref().filter(|plan| !plan.steps.is_empty()) {
        writeln!(out, "### What a new revision would do\n")?;
        for step in &plan.steps {
            // What a rebuild does at once is listed below it.
            writeln!(out, "- {}", step.op.to_string().replace("\n    ", "\n   - "))?;
            for hazard in &step.hazards {
                writeln!(out, "   - ⚠️ `{}`: {}", hazard.key(), hazard.text())?;
            }
        }
        writeln!(out)?;
        let statements = plan.steps.iter().flat_map(|step| sql::statements(step, coming.dialect));
        write_sql(&statements.map(|statement| format!("{statement};\n")).collect::<Vec<_>>().concat(), out)?;
    }
    if coming.diagram.is_empty() {
        return Ok(());
    }
    let (diagram, left_out) = coming.diagram.text(&coming.schema);
    writeln!(out, "### Tables\n")?;
    write_code("mermaid", &diagram, out)?;
    if left_out > 0 {
        writeln!(out, "{left_out} more are touched.\n")?;
    }
    Ok(())
}

fn write_sql(sql: &str, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<details><summary>SQL</summary>\n")?;
    let all = sql.trim().lines().count();
    let mut text = sql.trim().lines().take(LINES).collect::<Vec<_>>().join("\n");
    if all > LINES {
        text.push_str(&format!("\n-- and {} more lines", all - LINES));
    }
    write_code("sql", &text, out)?;
    writeln!(out, "</details>\n")
}

/// A block of code, whatever is in it.
fn write_code(language: &str, text: &str, out: &mut dyn Write) -> io::Result<()> {
    let longest = text.split(|letter| letter != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    writeln!(out, "{fence}{language}\n{}\n{fence}\n", text.trim_end())
}

fn html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
