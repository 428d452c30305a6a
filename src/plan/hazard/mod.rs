//! What can go wrong with an operation of a plan: what it is about, in a sentence. `find` says which operation has which
//! hazards, `wait` which of them keep others waiting; what kinds there are is in `crate::hazard`.

pub mod find;
pub mod wait;

use std::fmt;

pub use crate::hazard::{HAZARDS, Kind, Row, Severity};

use crate::dialect::{Answer, Question};
use crate::error::Blocked;
use crate::model::{Constraint, ObjectPath, TableName};

/// One thing that can go wrong, about one operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hazard {
    /// What kind it is.
    pub kind: Kind,
    /// What it is about.
    pub subject: Subject,
    /// What happens to whom: "Dropping `users.email` deletes its data."
    pub sentence: String,
    /// What the rows that are there can be asked about it.
    pub question: Option<Question>,
    /// What they answered, if somebody asked.
    pub answer: Option<Answer>,
}

impl Hazard {
    /// A hazard about which nobody asked anything yet.
    pub fn new(kind: Kind, subject: Subject, sentence: String) -> Self {
        Self { kind, subject, sentence, question: None, answer: None }
    }

    /// Nothing undoes a step, for a reason.
    pub(super) fn final_step(blocked: &Blocked) -> Self {
        let subject = match &blocked.object {
            ObjectPath::Table(table) => Subject::whole(table),
            ObjectPath::Column(table, column) => Subject::part(table, column),
        };
        let (op, reason) = (&blocked.op, &blocked.refusal.reason);
        Self::new(Kind::CannotBeUndone, subject, format!("There is no way down: {op}: {reason}."))
    }

    fn asking(self, question: Question) -> Self {
        Self { question: Some(question), ..self }
    }

    /// What it is and what it is about, as an `-- accept:` line says it: `drops-column users.email`.
    pub fn key(&self) -> String {
        format!("{} {}", self.kind.slug(), self.subject)
    }

    /// The sentence with what the rows answer, for somebody who reads it at once.
    pub fn text(&self) -> String {
        self.told("now")
    }

    /// The sentence with what the rows answered, for a file that will be read elsewhere and later.
    pub fn recorded(&self) -> String {
        self.told("when this was written")
    }

    /// On one line: a name may hold a line break, which must not end the comment that it is written in.
    fn told(&self, when: &str) -> String {
        let sentence = self.sentence.replace(['\n', '\r'], " ");
        match &self.answer {
            Some(answer) => format!("{} ({answer} {when}).", sentence.trim_end_matches('.')),
            None => sentence,
        }
    }
}

/// What a hazard is about: a table, a type or another object, or something that belongs to it.
///
/// ```
/// use seachange::model::TableName;
/// use seachange::plan::hazard::Subject;
///
/// assert_eq!(Subject::part(&TableName::new("users"), "email").to_string(), "users.email");
/// assert_eq!(Subject::part(&TableName::new("a.b"), "it's: \"x\"").to_string(), r#""a.b"."it's: \"x\"""#);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subject {
    /// The table, type or other object.
    pub name: TableName,
    /// A column, an index, a constraint or a value of it.
    pub part: Option<String>,
}

impl Subject {
    /// A table, a type or another object as a whole.
    pub fn whole(name: &TableName) -> Self {
        Self { name: name.clone(), part: None }
    }

    /// Something that belongs to a table or type.
    pub fn part(name: &TableName, part: &str) -> Self {
        Self { name: name.clone(), part: Some(part.to_owned()) }
    }

    /// A constraint by its name; its table, if it has none.
    fn constraint(table: &TableName, constraint: &Constraint) -> Self {
        Self { name: table.clone(), part: constraint.name().map(|name| name.text.clone()) }
    }
}

/// Names with dots between them on one line. One that is more than letters, digits, `_` and `-` is in quotes, so that
/// two subjects never read the same.
impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.name.schema.iter().chain([&self.name.name]).chain(&self.part);
        for (position, name) in names.enumerate() {
            let dot = if position == 0 { "" } else { "." };
            let is_plain = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-');
            if is_plain {
                write!(f, "{dot}{name}")?;
            } else {
                // An apostrophe needs no escape inside these quotes.
                write!(f, "{dot}\"{}\"", name.escape_debug().to_string().replace("\\'", "'"))?;
            }
        }
        Ok(())
    }
}
