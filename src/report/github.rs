//! Findings as workflow commands of GitHub Actions, which shows them beside the lines they are about.

use std::io::{self, Write};

use super::finding::{Finding, Findings, Level, Root};

/// Writes what matters, one line each; notes are left out, because only the first few annotations are shown.
///
/// # Errors
/// The output is closed.
pub fn write(all: &[Findings], root: Root<'_>, out: &mut dyn Write) -> io::Result<()> {
    for findings in all {
        let target = findings.target.as_ref().map(|target| format!(" ({target})")).unwrap_or_default();
        for finding in &findings.findings {
            let command = match finding.level {
                Level::Error => "error",
                Level::Warning => "warning",
                Level::Note => continue,
            };
            let title = format!("seachange: {}{target}", finding.rule);
            writeln!(
                out,
                "::{command} {}title={}::{}",
                place(finding, root),
                property(&title),
                data(&finding.advice())
            )?;
        }
        if let Some(failure) = &findings.failure {
            writeln!(out, "::error title={}::{}", property(&format!("seachange{target}")), data(failure))?;
        }
    }
    Ok(())
}

fn place(finding: &Finding, root: Root<'_>) -> String {
    let Some(place) = &finding.place else { return String::new() };
    format!("file={},line={},col={},", property(&root.path(place)), place.line, place.column)
}

/// As GitHub's own toolkit escapes a message.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// As GitHub's own toolkit escapes a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
