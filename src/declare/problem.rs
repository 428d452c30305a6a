//! One thing in a source file that is not understood, before it is put into words for the user.
//! Knows spans and file numbers; the text of the files is the workspace's business.

use proc_macro2::Span;

use super::workspace::FileId;
use crate::error::{Severity, closest};

/// One thing that is not understood, with its place.
#[derive(Debug, Clone)]
pub(super) struct Problem {
    pub(super) file: FileId,
    pub(super) span: Span,
    pub(super) severity: Severity,
    pub(super) message: String,
    pub(super) label: Option<String>,
    pub(super) hint: Option<String>,
}

/// Why something could not be read. Without problems, the reason is already among them, such as a syntax error elsewhere.
#[derive(Debug, Clone, Default)]
pub(super) struct Failure(pub(super) Vec<Problem>);

/// The result of reading a piece of source.
pub(super) type Outcome<T> = Result<T, Failure>;

impl Problem {
    pub(super) fn new(file: FileId, span: Span, message: impl Into<String>) -> Self {
        Self { file, span, severity: Severity::Error, message: message.into(), label: None, hint: None }
    }

    /// It stops nothing: SeaORM takes it, too.
    pub(super) fn warning(self) -> Self {
        Self { severity: Severity::Warning, ..self }
    }

    pub(super) fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Suggests the word of `words` that comes closest to `word`, or else says `otherwise`.
    pub(super) fn did_you_mean(self, word: &str, words: &[&str], otherwise: &str) -> Self {
        match closest(word, words) {
            Some(best) => self.hint(format!("did you mean `{best}`?")),
            None if otherwise.is_empty() => self,
            None => self.hint(otherwise),
        }
    }

    /// What `syn` has to say.
    pub(super) fn syntax(file: FileId, error: &syn::Error, doing: &str) -> Self {
        Self::new(file, error.span(), format!("{doing}: {error}"))
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self(vec![problem])
    }
}

/// How many of them are errors.
pub(super) fn errors(problems: &[Problem]) -> usize {
    problems.iter().filter(|problem| problem.severity == Severity::Error).count()
}

/// The value, or `None` after adding its problem to the others.
pub(super) fn kept<T>(outcome: Outcome<T>, problems: &mut Vec<Problem>) -> Option<T> {
    match outcome {
        Ok(value) => Some(value),
        Err(Failure(mut reasons)) => {
            problems.append(&mut reasons);
            None
        }
    }
}
