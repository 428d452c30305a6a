//! What is left where a revision does not lead where it should, as `check` shows what it finds.

use std::io::{self, Write};

use super::{TITLE, change_text, table_diffs, write_table};
use crate::dialect::Dialect;
use crate::model::Declared;
use crate::proof::Residue;

/// Writes each table as it is and as it should be, and the changes that are left in words.
///
/// # Errors
/// The output is closed.
pub(crate) fn write(
    residue: &Residue,
    sides: [&str; 2],
    declared: &Declared,
    dialect: Dialect,
    out: &mut dyn Write,
) -> io::Result<()> {
    let ops: Vec<_> = residue.ops.iter().collect();
    for table in table_diffs(&ops, [&residue.from, &residue.to], declared, dialect) {
        // What has no place in the text of a table is in the words below.
        if table.from != table.to {
            write_table(&table, sides, out)?;
        }
    }
    writeln!(out, "{TITLE}changes{TITLE:#}")?;
    residue.ops.iter().try_for_each(|op| writeln!(out, "  {}", change_text(op)))
}
