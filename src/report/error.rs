//! How errors are drawn: what failed, why (one cause per line), and what to do next. Problems in files are drawn with
//! their line, as rustc does.

use std::io::{self, Write};
use std::path::{MAIN_SEPARATOR, Path};

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use anstyle::{AnsiColor, Style};

use crate::error::{Diagnostic, Error, Severity};

const FAILED: Style = AnsiColor::Red.on_default().bold();
const HINT: Style = AnsiColor::Cyan.on_default().bold();

/// Writes an error with its causes and hints. Paths are shown relative to the folder the user is in.
///
/// # Errors
/// The output is closed.
pub fn write(error: &Error, folder: &Path, out: &mut dyn Write) -> io::Result<()> {
    let mut text = Vec::new();
    write_whole(error, &mut text)?;
    out.write_all(shortened(&text, folder).as_bytes())
}

/// The same without colours.
pub fn plain(error: &Error, folder: &Path) -> String {
    let mut text = Vec::new();
    // A vector takes everything.
    let _ = write(error, folder, &mut text);
    anstream::adapter::strip_str(&String::from_utf8_lossy(&text)).to_string()
}

/// Writes a warning about a source file.
///
/// # Errors
/// The output is closed.
pub fn write_warning(warning: &Diagnostic, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}\n", diagnostic(warning))
}

/// The same without what to do about it, for whoever knows better.
///
/// # Errors
/// The output is closed.
#[cfg(feature = "cli")]
pub(crate) fn write_cause(error: &Error, folder: &Path, out: &mut dyn Write) -> io::Result<()> {
    let mut text = Vec::new();
    write_body(error, &mut text)?;
    out.write_all(shortened(&text, folder).as_bytes())
}

fn write_whole(error: &Error, out: &mut dyn Write) -> io::Result<()> {
    write_body(error, out)?;
    if let Some(hint) = error.hint() {
        writeln!(out, "{HINT}hint{HINT:#}: {hint}")?;
    }
    Ok(())
}

/// The text with paths as the user in that folder sees them.
fn shortened(text: &[u8], folder: &Path) -> String {
    let text = String::from_utf8_lossy(text);
    let here = format!("{}{MAIN_SEPARATOR}", folder.display());
    if folder.as_os_str().is_empty() { text.into_owned() } else { text.replace(&here, "") }
}

fn write_body(error: &Error, out: &mut dyn Write) -> io::Result<()> {
    match error {
        Error::Source { problems } | Error::Revisions { problems } | Error::Config { problems } => {
            for problem in problems {
                writeln!(out, "{}\n", diagnostic(problem))?;
            }
            writeln!(out, "{FAILED}error{FAILED:#}: {error}")?;
        }
        Error::Blocked { blocked } => {
            writeln!(out, "{FAILED}error{FAILED:#}: {error}")?;
            for blocked in blocked {
                let place = blocked.location.as_ref().map(|place| format!("  {place}")).unwrap_or_default();
                writeln!(out, "  {}{place}", blocked.op)?;
                writeln!(out, "    {}", blocked.refusal.reason)?;
                writeln!(out, "    {HINT}hint{HINT:#}: {}", blocked.refusal.hint)?;
            }
        }
        error => {
            writeln!(out, "{FAILED}error{FAILED:#}: {error}")?;
            let mut cause = std::error::Error::source(error);
            while let Some(source) = cause {
                for line in source.to_string().lines() {
                    writeln!(out, "  {line}")?;
                }
                cause = source.source();
            }
        }
    }
    Ok(())
}

fn diagnostic(problem: &Diagnostic) -> String {
    let offset = |characters: usize| problem.line.chars().take(characters).map(char::len_utf8).sum::<usize>();
    let start = offset(problem.location.column.saturating_sub(1));
    let end = offset(problem.location.column.saturating_sub(1) + problem.width).max(start);
    let path = problem.location.file.display().to_string();
    let annotation = AnnotationKind::Primary.span(start..end);
    let annotation = match &problem.label {
        Some(label) => annotation.label(label.as_str()),
        None => annotation,
    };
    let snippet =
        Snippet::source(problem.line.as_str()).line_start(problem.location.line).path(path).annotation(annotation);
    let level = match problem.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut group = level.primary_title(problem.message.as_str()).element(snippet);
    if let Some(hint) = &problem.hint {
        group = group.element(Level::HELP.message(hint.as_str()));
    }
    Renderer::styled().render(&[group])
}
