//! What can be asked of the rows that are there: how many of them stand in the way of a change. Only the words; the queries
//! are made by the dialects.

use std::collections::BTreeSet;
use std::fmt;

use super::Dialect;
use crate::model::{Literal, TableName};

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

/// How large a table is, as far as the database knows without looking at its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Size {
    /// An estimate of its rows, if there is one.
    pub(crate) rows: Option<u64>,
    /// Counting its rows takes no time worth speaking of.
    pub(crate) is_small: bool,
}

impl Question {
    /// The tables of whose rows it asks.
    pub fn tables(&self) -> Vec<&TableName> {
        match self {
            Self::Rows { table }
            | Self::Given { table, .. }
            | Self::Nulls { table, .. }
            | Self::Duplicates { table, .. }
            | Self::Violations { table, .. }
            | Self::Orphans { table, .. } => vec![table],
            Self::Values { columns, .. } => {
                let tables: BTreeSet<&TableName> = columns.iter().map(|(table, _)| table).collect();
                tables.into_iter().collect()
            }
        }
    }

    /// The query in standard SQL, for the number of rows it is about as `number`.
    pub(super) fn query(&self, dialect: Dialect) -> String {
        let quote = |name: &str| dialect.quote(name);
        let named = |table: &TableName| {
            let schema = table.schema.as_ref().map(|schema| format!("{}.", quote(schema))).unwrap_or_default();
            schema + &quote(&table.name)
        };
        match self {
            Self::Rows { table } => format!("SELECT count(*) AS number FROM {}", named(table)),
            Self::Given { table, column } => {
                format!("SELECT count(t.{}) AS number FROM {} AS t", quote(column), named(table))
            }
            Self::Nulls { table, column } => {
                format!("SELECT count(*) AS number FROM {} AS t WHERE t.{} IS NULL", named(table), quote(column))
            }
            Self::Duplicates { table, columns } => {
                let given: Vec<String> =
                    columns.iter().map(|column| format!("t.{} IS NOT NULL", quote(column))).collect();
                let key: Vec<String> = columns.iter().map(|column| format!("t.{}", quote(column))).collect();
                format!(
                    "SELECT CAST(coalesce(sum(n), 0) AS bigint) AS number FROM (SELECT count(*) AS n FROM {} AS t WHERE {} \
                     GROUP BY {} HAVING count(*) > 1) AS twice",
                    named(table),
                    given.join(" AND "),
                    key.join(", ")
                )
            }
            Self::Violations { table, expression } => {
                format!("SELECT count(*) AS number FROM {} WHERE NOT ({expression})", named(table))
            }
            Self::Orphans { table, columns, references, referenced_columns } => {
                let given: Vec<String> =
                    columns.iter().map(|column| format!("c.{} IS NOT NULL", quote(column))).collect();
                let pairs = columns.iter().zip(referenced_columns);
                let same: Vec<String> =
                    pairs.map(|(own, theirs)| format!("p.{} = c.{}", quote(theirs), quote(own))).collect();
                format!(
                    "SELECT count(*) AS number FROM {} AS c WHERE {} AND NOT EXISTS (SELECT 1 FROM {} AS p WHERE {})",
                    named(table),
                    given.join(" AND "),
                    named(references),
                    same.join(" AND ")
                )
            }
            Self::Values { columns, values } => {
                let values: Vec<String> =
                    values.iter().map(|value| dialect.literal(&Literal::Text(value.clone()))).collect();
                let of = |(table, column): &(TableName, String)| {
                    let (table, values) = (named(table), values.join(", "));
                    format!("(SELECT count(*) FROM {table} AS t WHERE CAST(t.{} AS text) IN ({values}))", quote(column))
                };
                let counts: Vec<String> = columns.iter().map(of).collect();
                format!("SELECT {} AS number", if counts.is_empty() { "0".to_owned() } else { counts.join(" + ") })
            }
        }
    }
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

/// "3 of 1,204 rows", "about 1,000,000 rows".
impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.rows == 0 && !self.estimated {
            return f.write_str("no rows");
        }
        if let Some(concerned) = self.concerned {
            write!(f, "{} of ", grouped(concerned))?;
        }
        let about = if self.estimated { "about " } else { "" };
        let rows = if self.rows == 1 { "row" } else { "rows" };
        write!(f, "{about}{} {rows}", grouped(self.rows))
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
        assert_eq!(text(Some(3), 1204, false), "3 of 1,204 rows");
        assert_eq!(text(None, 1_234_567, true), "about 1,234,567 rows");
        assert_eq!(text(Some(0), 1, false), "0 of 1 row");
        assert_eq!(text(None, 999, false), "999 rows");
        assert_eq!(text(Some(0), 0, false), "no rows");
    }
}
