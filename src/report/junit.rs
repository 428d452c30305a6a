//! Findings as a `JUnit` report, which every CI shows as tests.

use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::finding::{Finding, Findings, Level, Tool};

/// Writes a suite for each place that was looked at, with a test that failed for each finding that makes the command fail, and
/// one that passed for each rule without any.
///
/// # Errors
/// The output is closed.
pub fn write(tool: Tool, all: &[Findings], out: &mut dyn Write) -> io::Result<()> {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    writer
        .create_element("testsuites")
        .with_attribute(("name", "seachange"))
        .write_inner_content(|writer| all.iter().try_for_each(|findings| suite(tool, findings, writer)))?;
    out.write_all(&writer.into_inner())?;
    writeln!(out)
}

fn suite(tool: Tool, findings: &Findings, writer: &mut Writer<Vec<u8>>) -> io::Result<()> {
    let failing: Vec<&Finding> = findings.findings.iter().filter(|finding| finding.level == Level::Error).collect();
    let is_free = |rule: &&super::finding::Rule| !failing.iter().any(|finding| finding.rule == rule.slug);
    // What could not be looked at has not passed.
    let passed: Vec<&str> = match findings.failure {
        Some(_) => Vec::new(),
        None => tool.rules.iter().filter(is_free).map(|rule| rule.slug).collect(),
    };
    let errors = usize::from(findings.failure.is_some());
    let name = match &findings.target {
        Some(target) => format!("seachange {} ({target})", tool.command),
        None => format!("seachange {}", tool.command),
    };
    let suite = writer
        .create_element("testsuite")
        .with_attribute(("name", plain(&name).as_str()))
        .with_attribute(("tests", (failing.len() + passed.len() + errors).to_string().as_str()))
        .with_attribute(("failures", failing.len().to_string().as_str()))
        .with_attribute(("errors", errors.to_string().as_str()));
    suite.write_inner_content(|writer| {
        for slug in passed {
            let case = writer.create_element("testcase").with_attribute(("classname", name.as_str()));
            case.with_attribute(("name", slug)).write_empty()?;
        }
        for finding in failing {
            let object = finding.object.as_deref().unwrap_or(&finding.text);
            let place = finding.place.as_ref().map(|place| format!("{place}\n")).unwrap_or_default();
            let said = (finding.rule, finding.text.as_str());
            failed(
                writer,
                "failure",
                (&name, &format!("{}: {object}", finding.rule)),
                said,
                &format!("{place}{}", finding.advice()),
            )?;
        }
        if let Some(failure) = &findings.failure {
            failed(writer, "error", (&name, "run"), ("failed", failure.lines().next().unwrap_or_default()), failure)?;
        }
        Ok(())
    })?;
    Ok(())
}

fn failed(
    writer: &mut Writer<Vec<u8>>,
    element: &str,
    (class, name): (&str, &str),
    (kind, message): (&str, &str),
    text: &str,
) -> io::Result<()> {
    let case = writer.create_element("testcase").with_attribute(("classname", plain(class).as_str()));
    case.with_attribute(("name", plain(name).as_str())).write_inner_content(|writer| {
        let element = writer.create_element(element).with_attribute(("type", kind));
        let element = element.with_attribute(("message", plain(message).as_str()));
        element.write_text_content(BytesText::new(&plain(text)))?;
        Ok(())
    })?;
    Ok(())
}

/// The text without the control characters that XML has no way to say.
fn plain(text: &str) -> String {
    text.chars().filter(|letter| matches!(letter, '\t' | '\n' | '\r' | ' '..='\u{FFFD}' | '\u{10000}'..)).collect()
}
