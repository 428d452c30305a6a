//! What a command found, one thing at a time, in the forms that other programs read: annotations, SARIF, `JUnit`.

use crate::error::{Diagnostic, Severity};
use crate::model::Location;

/// A kind of finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Its name, as command lines and other programs know it.
    pub slug: &'static str,
    /// What it means, in one sentence.
    pub sentence: &'static str,
}

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Good to know.
    Note,
    /// Worth a look; the command does not fail for it.
    Warning,
    /// The command fails.
    Error,
}

/// One thing that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The name of its [`Rule`].
    pub rule: &'static str,
    /// How much it matters.
    pub level: Level,
    /// What it is, in words.
    pub text: String,
    /// The table or other thing it is about.
    pub object: Option<String>,
    /// Where to look.
    pub place: Option<Location>,
    /// What to do next.
    pub hint: Option<String>,
}

/// What was found in one place, such as one of several databases.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Findings {
    /// What the place is called, where there are several.
    pub target: Option<String>,
    /// What was found.
    pub findings: Vec<Finding>,
    /// Why nothing more could be found out: the message of an error.
    pub failure: Option<String>,
}

/// What a command can find, for formats that say it once.
#[derive(Debug, Clone, Copy)]
pub struct Tool {
    /// The command, as in "check".
    pub command: &'static str,
    /// All its rules.
    pub rules: &'static [Rule],
}

/// What is wrong with a file, so that nothing could be found out.
pub const PROBLEM: Rule = Rule { slug: "problem", sentence: "A file of the project cannot be understood." };

/// What is odd about a file, without a consequence.
pub const WARNING: Rule =
    Rule { slug: "warning", sentence: "An entity says something that SeaORM ignores, or that is worth a look." };

impl From<&Diagnostic> for Finding {
    fn from(problem: &Diagnostic) -> Self {
        let (rule, level) = match problem.severity {
            Severity::Error => (PROBLEM.slug, Level::Error),
            Severity::Warning => (WARNING.slug, Level::Warning),
        };
        let label = problem.label.as_ref().map(|label| format!(": {label}")).unwrap_or_default();
        Self {
            rule,
            level,
            text: format!("{}{label}", problem.message),
            object: None,
            place: Some(problem.location.clone()),
            hint: problem.hint.clone(),
        }
    }
}

impl Finding {
    /// The finding and what to do about it.
    pub(crate) fn advice(&self) -> String {
        let hint = self.hint.as_ref().map(|hint| format!("\n{hint}")).unwrap_or_default();
        format!("{}{hint}", self.text)
    }
}

/// Paths as programs outside of this one want them: with `/`, from the root of the repository.
#[derive(Debug, Clone, Copy)]
pub struct Root<'a> {
    /// The folder that the paths of findings are relative to.
    pub folder: &'a std::path::Path,
}

impl Root<'_> {
    /// The path of a place, from the root of the repository that the folder is in, else from the folder.
    pub(crate) fn path(&self, place: &Location) -> String {
        let root = self.folder.ancestors().find(|folder| folder.join(".git").exists()).unwrap_or(self.folder);
        let path = self.folder.join(&place.file);
        let path = path.strip_prefix(root).unwrap_or(&path);
        let parts = path.components().map(|part| part.as_os_str().to_string_lossy().into_owned());
        let parts: Vec<String> = parts.collect();
        parts.join("/").replacen("//", "/", 1)
    }
}
