//! What can go wrong with an operation, in words. All hazards are rows of one table: explanations, reports and docs
//! are made from it, and a slug is written nowhere else.

use crate::model::Schema;
use crate::op::Op;

/// One thing that can go wrong, about one operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hazard {
    /// What kind it is.
    pub kind: Kind,
    /// What happens to whom: "Dropping `users.email` deletes its data."
    pub sentence: String,
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
}

/// A row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The kind.
    pub kind: Kind,
    /// How it is called in files, reports and settings.
    pub slug: &'static str,
    /// Whether rows or values are lost for good.
    pub loses_data: bool,
    /// Why it hurts and what to do about it.
    pub explanation: &'static str,
}

/// All hazards.
pub const HAZARDS: [Row; 5] = [
    Row {
        kind: Kind::DropsTable,
        slug: "drops-table",
        loses_data: true,
        explanation: "All rows of the table are deleted, and the way down can bring back only an empty table. \
                      Keep a copy of the rows, and drop the table only after no running code uses it.",
    },
    Row {
        kind: Kind::DropsColumn,
        slug: "drops-column",
        loses_data: true,
        explanation: "All values of the column are deleted, and the way down can bring back only an empty column. \
                      Deploy code that no longer uses the column before the column goes.",
    },
    Row {
        kind: Kind::RenamesTable,
        slug: "renames-table",
        loses_data: false,
        explanation: "Code that still runs with the old name fails from the moment of the rename on.",
    },
    Row {
        kind: Kind::RenamesColumn,
        slug: "renames-column",
        loses_data: false,
        explanation: "Code that still runs with the old name fails from the moment of the rename on.",
    },
    Row {
        kind: Kind::UniqueMayFail,
        slug: "unique-may-fail",
        loses_data: false,
        explanation: "Rows that are there already may hold the same values twice; then the revision fails and changes \
                      nothing. Clean the duplicates in a step before.",
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

/// The hazards of one operation on a schema as it is right before it.
pub(super) fn of(op: &Op, schema: &Schema) -> Vec<Hazard> {
    let one = |kind, sentence| vec![Hazard { kind, sentence }];
    match op {
        Op::DropTable { table } => {
            one(Kind::DropsTable, format!("Dropping the table `{}` deletes all its rows.", table.name))
        }
        Op::DropColumn { table, column, .. } if column.generated.is_none() => {
            one(Kind::DropsColumn, format!("Dropping `{table}.{}` deletes its data.", column.name))
        }
        Op::RenameTable { from, .. } => {
            one(Kind::RenamesTable, format!("Running code that still says `{from}` will fail."))
        }
        Op::RenameColumn { table, from, .. } => {
            one(Kind::RenamesColumn, format!("Running code that still says `{table}.{from}` will fail."))
        }
        Op::CreateIndex { table, index } if index.unique && schema.tables.contains_key(table) => one(
            Kind::UniqueMayFail,
            format!("Creating `{}` fails if rows of `{table}` hold the same values twice.", index.name.text),
        ),
        Op::CreateTable { .. }
        | Op::DropColumn { .. }
        | Op::AlterTable { .. }
        | Op::AddColumn { .. }
        | Op::AlterColumn { .. }
        | Op::AddConstraint { .. }
        | Op::DropConstraint { .. }
        | Op::CreateIndex { .. }
        | Op::DropIndex { .. }
        | Op::RenameIndex { .. }
        | Op::CreateVerbatim { .. }
        | Op::DropVerbatim { .. } => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_kind_has_one_row_and_every_slug_is_one() {
        for row in &HAZARDS {
            assert_eq!(row.kind.row(), row);
        }
        let slugs: BTreeSet<&str> = HAZARDS.iter().map(|row| row.slug).collect();
        assert_eq!(slugs.len(), HAZARDS.len());
    }
}
