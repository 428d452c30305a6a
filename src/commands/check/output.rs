//! How the result of `check` is handed out: as text for people, or in the form that another program reads, of one database or
//! of many.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use super::{Context, in_words};
use crate::cli::{Check, CheckFormat};
use crate::commands::{Exit, closed};
use crate::error::{Error, Result};
use crate::report::finding::{Findings, Root};
use crate::report::json::Checked;
use crate::report::kind::{CHECK, Kind};
use crate::report::{self, Found, Report, github, json, junit, markdown, sarif};

/// Whether the text alone was asked for.
pub(in crate::commands) fn is_read_by_people(args: &Check) -> bool {
    args.format == CheckFormat::Text
}

/// Hands out what was found, or why nothing could be: a program wants to read that, too.
pub(super) fn deliver(ctx: &mut Context<'_>, args: &Check, looked: Result<Report>) -> Result<Exit> {
    let is_text = is_read_by_people(args);
    if let (Some(file), Ok(report), true) = (&args.output, &looked, is_text) {
        let mut text = Vec::new();
        report::write(report, ctx.quiet, &mut text).map_err(closed)?;
        let text = anstream::adapter::strip_str(&String::from_utf8_lossy(&text)).to_string();
        to_file(&ctx.folder.join(file), text.as_bytes())?;
    }
    let outcome = looked.as_ref().map(Clone::clone).map_err(|error| json::Failure::new(error, &ctx.folder));
    if !ctx.is_one_of_many && !is_text {
        let database = ctx.config.database.as_ref().map(ToString::to_string);
        let checked = Checked { target: None, database, outcome: outcome.clone() };
        write_all(ctx, args, &[checked])?;
    }
    let report = looked?;
    if is_text || args.output.is_some() {
        report::write(&report, ctx.quiet, ctx.out).map_err(closed)?;
    }
    ctx.sum_up(in_words(&report));
    if let Some(hint) = &report.hint {
        ctx.note(hint)?;
    }
    let is_clean = report.is_clean();
    let is_usual = |found: &Found| Kind::usual().contains(&found.kind);
    if is_clean && report.found.iter().any(is_usual) {
        ctx.note("note: nothing of what was found is what `--fail-on` names")?;
    }
    ctx.summary.report = Some(report);
    Ok(if is_clean { Exit::Clean } else { Exit::Found })
}

/// Writes what was found in all databases in the form that was asked for, to its file or as data.
pub(in crate::commands) fn write_all(ctx: &mut Context<'_>, args: &Check, all: &[Checked]) -> Result<()> {
    let mut text = Vec::new();
    written(args.format, all, &ctx.folder, &mut text).map_err(closed)?;
    match &args.output {
        Some(file) => to_file(&ctx.folder.join(file), &text),
        None => ctx.out.write_all(&text).map_err(closed),
    }
}

fn written(format: CheckFormat, all: &[Checked], folder: &Path, out: &mut dyn Write) -> io::Result<()> {
    let findings = || all.iter().map(Findings::from).collect::<Vec<_>>();
    let root = Root { folder };
    match format {
        CheckFormat::Text => Ok(()),
        CheckFormat::Json => json::write(all, out),
        CheckFormat::Github => github::write(&findings(), root, out),
        CheckFormat::Sarif => sarif::write(CHECK, &findings(), root, out),
        CheckFormat::Junit => junit::write(CHECK, &findings(), out),
        CheckFormat::Markdown => markdown::write(all, root, out),
    }
}

#[expect(clippy::disallowed_methods, reason = "the user names the file")]
pub(in crate::commands) fn to_file(path: &Path, text: &[u8]) -> Result<()> {
    fs::write(path, text).map_err(|source| Error::Write { path: path.to_owned(), source })
}
