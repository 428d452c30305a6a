//! What can go wrong with an operation, in words. All hazards are rows of one table: explanations, reports and docs
//! are made from it, and a slug is written nowhere else. `find` says which operation has which, `wait` which of them keep
//! others waiting.

pub(super) mod find;
pub(super) mod wait;

use std::fmt;

use crate::dialect::{Answer, Question};
use crate::model::{Constraint, TableName};

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
    fn new(kind: Kind, subject: Subject, sentence: String) -> Self {
        Self { kind, subject, sentence, question: None, answer: None }
    }

    fn asking(self, question: Question) -> Self {
        Self { question: Some(question), ..self }
    }

    /// The sentence with what the rows answered, on one line: a name may hold a line break, which must not end the comment
    /// that it is written in.
    pub fn text(&self) -> String {
        let sentence = self.sentence.replace(['\n', '\r'], " ");
        match &self.answer {
            Some(answer) => format!("{} ({answer})", sentence.trim_end_matches('.')) + ".",
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

/// How bad a hazard is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Good to know.
    Note,
    /// It may fail, breaks code that runs, or keeps others waiting the longer the larger a table is.
    Warning,
    /// Data is lost, or what is done cannot be undone.
    Danger,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Danger => "danger",
        })
    }
}

/// The kinds of hazards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the table says what each means")]
pub enum Kind {
    DropsTable,
    DropsColumn,
    RenamesTable,
    RenamesColumn,
    UniqueMayFail,
    RebuildsTable,
    NotNullMayFail,
    CheckMayFail,
    ForeignKeyMayFail,
    InventsValues,
    FillsNulls,
    ConvertsValues,
    StrictMayFail,
    EnumMayFail,
    RewritesTable,
    BlocksReads,
    BlocksWrites,
    RenamesEnum,
    RunsOutsideTransaction,
    CannotBeUndone,
}

/// A row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The kind.
    pub kind: Kind,
    /// How it is called in files, reports and settings.
    pub slug: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// Whether rows or values are lost for good.
    pub loses_data: bool,
    /// Why it hurts and what to do about it.
    pub explanation: &'static str,
}

/// All hazards.
pub const HAZARDS: [Row; 20] = [
    Row {
        kind: Kind::DropsTable,
        slug: "drops-table",
        severity: Severity::Danger,
        loses_data: true,
        explanation: "All rows of the table are deleted, and the way down can bring back only an empty table. \
                      Keep a copy of the rows, and drop the table only after no running code uses it.",
    },
    Row {
        kind: Kind::DropsColumn,
        slug: "drops-column",
        severity: Severity::Danger,
        loses_data: true,
        explanation: "All values of the column are deleted, and the way down can bring back only an empty column. \
                      Deploy code that no longer uses the column before the column goes.",
    },
    Row {
        kind: Kind::RenamesTable,
        slug: "renames-table",
        severity: Severity::Warning,
        loses_data: false,
        explanation: "Code that still runs with the old name fails from the moment of the rename on.",
    },
    Row {
        kind: Kind::RenamesColumn,
        slug: "renames-column",
        severity: Severity::Warning,
        loses_data: false,
        explanation: "Code that still runs with the old name fails from the moment of the rename on.",
    },
    Row {
        kind: Kind::UniqueMayFail,
        slug: "unique-may-fail",
        severity: Severity::Warning,
        loses_data: false,
        explanation: "Rows that are there already may hold the same values twice; then the revision fails and changes \
                      nothing. Clean the duplicates in a step before.",
    },
    Row {
        kind: Kind::RebuildsTable,
        slug: "rebuilds-table",
        severity: Severity::Warning,
        loses_data: false,
        explanation: "The database has no statement for the change, so all rows are copied into a new table that takes \
                      the place of the old one. Nobody else can write meanwhile; on a large table this takes time and \
                      as much space again.",
    },
    Row {
        kind: Kind::NotNullMayFail,
        slug: "not-null-may-fail",
        severity: Severity::Warning,
        loses_data: false,
        explanation: "Rows that are there already may have no value; then the revision fails and changes nothing. \
                      Fill them in a step before.",
    },
    Row {
        kind: Kind::CheckMayFail,
        slug: "check-may-fail",
        severity: Severity::Warning,
        loses_data: false,
        explanation: "Rows that are there already may violate the check; then the revision fails and changes nothing. \
                      Correct them in a step before.",
    },
    Row {
        kind: Kind::ForeignKeyMayFail,
        slug: "foreign-key-may-fail",
        severity: Severity::Warning,
        loses_data: false,
        explanation: "Rows that are there already may refer to nothing; then the revision fails and changes nothing. \
                      Correct them in a step before.",
    },
    Row {
        kind: Kind::InventsValues,
        slug: "invents-values",
        severity: Severity::Note,
        loses_data: false,
        explanation: "A column comes back that must have a value, and what was in it is gone, so every row gets an \
                      empty one.",
    },
    Row {
        kind: Kind::FillsNulls,
        slug: "fills-nulls",
        severity: Severity::Danger,
        loses_data: true,
        explanation: "A column that may no longer be NULL has a default, and rows that hold NULL get it. The way down \
                      does not know which rows those were.",
    },
    Row {
        kind: Kind::ConvertsValues,
        slug: "converts-values",
        severity: Severity::Danger,
        loses_data: true,
        explanation: "Values are written anew as the new type has them, as the text '007' becomes the number 7, and the \
                      way down does not know what they were. Where the database takes no value that cannot be \
                      converted, the revision fails and changes nothing.",
    },
    Row {
        kind: Kind::StrictMayFail,
        slug: "strict-may-fail",
        severity: Severity::Warning,
        loses_data: false,
        explanation: "A strict table takes only values of the declared type, and rows that are there already may hold \
                      others; then the revision fails and changes nothing. Correct them in a step before.",
    },
    Row {
        kind: Kind::EnumMayFail,
        slug: "enum-may-fail",
        severity: Severity::Warning,
        loses_data: false,
        explanation: "An enum type without one of its values has to be made anew, and every table that has a column of it \
                      is written anew. Rows that hold the value make the revision fail and change nothing; give them \
                      another in a step before.",
    },
    Row {
        kind: Kind::RewritesTable,
        slug: "rewrites-table",
        severity: Severity::Warning,
        loses_data: false,
        explanation: "PostgreSQL writes all rows and all indexes of the table anew, and nobody can read or write it \
                      meanwhile. On a large table: add a new column, fill it in steps, and let the code change over.",
    },
    Row {
        kind: Kind::BlocksReads,
        slug: "blocks-reads",
        severity: Severity::Warning,
        loses_data: false,
        explanation: "PostgreSQL reads all rows of a table while nobody can read or write it, or another table that is \
                      named, until the revision has ended. What an earlier statement of the revision locked stays locked. \
                      On a large table, let it run when few are there, or in steps.",
    },
    Row {
        kind: Kind::BlocksWrites,
        slug: "blocks-writes",
        severity: Severity::Warning,
        loses_data: false,
        explanation: "PostgreSQL reads all rows of a table while nobody can write to it, or to another table that is \
                      named, until the revision has ended. Reading goes on. An index can be made without this: \
                      `concurrent_indexes` in `seachange.toml`.",
    },
    Row {
        kind: Kind::RenamesEnum,
        slug: "renames-enum",
        severity: Severity::Warning,
        loses_data: false,
        explanation: "Code that still runs with the old name of an enum type, or of one of its values, fails from the moment \
                      of the rename on.",
    },
    Row {
        kind: Kind::RunsOutsideTransaction,
        slug: "runs-outside-transaction",
        severity: Severity::Warning,
        loses_data: false,
        explanation: "The database takes the statement in no transaction. When it fails, what ran before it in the same \
                      revision stays, and an index may be left behind that is kept up to date and never used. Running the \
                      revision again clears that away.",
    },
    Row {
        kind: Kind::CannotBeUndone,
        slug: "cannot-be-undone",
        severity: Severity::Danger,
        loses_data: false,
        explanation: "There is no way down: `seachange downgrade` stops at this revision. Write one below `-- migrate:down` if \
                      you know better what it would take.",
    },
];

impl Kind {
    /// The row of the table.
    pub fn row(self) -> &'static Row {
        // Every kind has its row: a test walks the table.
        HAZARDS.iter().find(|row| row.kind == self).unwrap_or(&HAZARDS[0])
    }

    /// How it is called in files, reports and settings.
    pub fn slug(self) -> &'static str {
        self.row().slug
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_kind_has_one_row_and_every_slug_is_one() {
        for row in &HAZARDS {
            assert_eq!(row.kind.row(), row);
        }
        let slugs: BTreeSet<&str> = HAZARDS.iter().map(|row| row.slug).collect();
        assert_eq!(slugs.len(), HAZARDS.len());
    }
}
