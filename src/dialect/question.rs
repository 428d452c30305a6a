//! What can be asked of the rows that are there: how many of them stand in the way of a change. Only the words; the queries
//! are made by the dialects.

use std::fmt;

use crate::model::TableName;

/// A question about the rows of a database as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields say what they hold")]
pub enum Question {
    /// How many rows the table has.
    Rows { table: TableName },
    /// How many hold a value in the column.
    Given { table: TableName, column: String },
    /// How many hold NULL in the column.
    Nulls { table: TableName, column: String },
    /// How many hold values in the columns that another row holds, too.
    Duplicates { table: TableName, columns: Vec<String> },
    /// How many the expression is false for.
    Violations { table: TableName, expression: String },
    /// How many refer to rows that are not there.
    Orphans { table: TableName, columns: Vec<String>, references: TableName, referenced_columns: Vec<String> },
    /// How many hold one of the values in one of the columns.
    Values { columns: Vec<(TableName, String)>, values: Vec<String> },
}

/// What the rows of a database say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// How many rows it is about, counted; `None` when only all of them were.
    pub concerned: Option<u64>,
    /// How many rows there are.
    pub rows: u64,
    /// `rows` is the database's own estimate.
    pub estimated: bool,
}

/// "3 of 1,204 rows now", "about 1,000,000 rows now".
impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(concerned) = self.concerned {
            write!(f, "{} of ", grouped(concerned))?;
        }
        let about = if self.estimated { "about " } else { "" };
        let rows = if self.rows == 1 { "row" } else { "rows" };
        write!(f, "{about}{} {rows} now", grouped(self.rows))
    }
}

/// The number with a comma before every three digits.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_read_as_people_write_numbers() {
        let text = |concerned, rows, estimated| Answer { concerned, rows, estimated }.to_string();
        assert_eq!(text(Some(3), 1204, false), "3 of 1,204 rows now");
        assert_eq!(text(None, 1_234_567, true), "about 1,234,567 rows now");
        assert_eq!(text(Some(0), 1, false), "0 of 1 row now");
        assert_eq!(text(None, 999, false), "999 rows now");
    }
}
