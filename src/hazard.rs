//! The kinds of hazards. All of them are rows of one table: explanations, reports, settings and docs are made from it, and a
//! slug is written nowhere else. Knows no operation.

use std::collections::BTreeSet;
use std::fmt;

use crate::error::{Error, Result, closest};

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
    RenamesValue,
    ReplacesValue,
    ValuesMayFail,
    RunsOutsideTransaction,
    DeletesRows,
    OverwritesValues,
    DropsDependents,
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
pub const HAZARDS: [Row; 26] = [
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
        explanation: "Code that still runs with the old name fails from the moment of the rename on.",
    },
    Row {
        kind: Kind::RenamesValue,
        slug: "renames-value",
        severity: Severity::Warning,
        loses_data: false,
        explanation: "Rows that hold a value of an enum get another in its place. Code that still runs with the old value \
                      does not find them, and does not understand the new one.",
    },
    Row {
        kind: Kind::ReplacesValue,
        slug: "replaces-value",
        severity: Severity::Danger,
        loses_data: true,
        explanation: "Rows that hold a value that is gone get that of another variant, as was asked for, and the way down \
                      does not know which rows those were.",
    },
    Row {
        kind: Kind::ValuesMayFail,
        slug: "values-may-fail",
        severity: Severity::Warning,
        loses_data: false,
        explanation: "Rows that are there already may hold a value for which nothing stands any more: one of a variant that \
                      is gone, or one that no variant ever stood for. Then the revision fails, says which and how many, and \
                      changes nothing. Give them another value in a step before, or say which variant `replaces` it.",
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
        kind: Kind::DeletesRows,
        slug: "deletes-rows",
        severity: Severity::Danger,
        loses_data: true,
        explanation: "A statement that somebody wrote deletes every row of a table, and no way down brings them back. Say which \
                      rows are meant, or keep a copy of them. Only `seachange lint` finds this.",
    },
    Row {
        kind: Kind::OverwritesValues,
        slug: "overwrites-values",
        severity: Severity::Danger,
        loses_data: true,
        explanation: "A statement that somebody wrote gives a column another value in every row, and no way down knows what was \
                      there. Say which rows are meant, or keep the old values in a column of their own until they are not \
                      needed any more. Only `seachange lint` finds this.",
    },
    Row {
        kind: Kind::DropsDependents,
        slug: "drops-dependents",
        severity: Severity::Warning,
        loses_data: false,
        explanation: "`CASCADE` takes along whatever depends on the thing, also what no revision knows because it is only in the \
                      database at hand: views, foreign keys, columns of that type. Drop by name what is to go. Only \
                      `seachange lint` finds this.",
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

/// The word for all hazards that lose data.
const DATA_LOSS: &str = "data-loss";

/// Every word that hazards can be named with in settings.
pub fn words() -> impl Iterator<Item = &'static str> {
    HAZARDS.iter().map(|row| row.slug).chain([DATA_LOSS])
}

/// The kinds that a word names: one by its slug, or all that lose data. None for any other word.
///
/// ```
/// use seachange::hazard::{Kind, named};
///
/// assert!(named("data-loss").contains(&Kind::DropsTable) && !named("data-loss").contains(&Kind::RenamesTable));
/// assert_eq!(named("renames-table"), [Kind::RenamesTable].into());
/// ```
pub fn named(word: &str) -> BTreeSet<Kind> {
    let is_named = |row: &&Row| row.slug == word || word == DATA_LOSS && row.loses_data;
    HAZARDS.iter().filter(is_named).map(|row| row.kind).collect()
}

/// The kinds that words of the command line name.
///
/// # Errors
/// [`Error::UnknownHazard`].
pub fn all_named(list: &[String]) -> Result<BTreeSet<Kind>> {
    let mut kinds = BTreeSet::new();
    for word in list {
        let found = named(word);
        if found.is_empty() {
            return Err(unknown(word));
        }
        kinds.extend(found);
    }
    Ok(kinds)
}

/// The error about a word that names no hazard.
pub(crate) fn unknown(word: &str) -> Error {
    let known: Vec<&str> = words().collect();
    Error::UnknownHazard { word: word.to_owned(), nearest: closest(word, &known).map(str::to_owned) }
}

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
