//! A table for people: columns as wide as what stands in them.

use std::io::{self, Write};

use anstyle::Style;

const TITLE: Style = Style::new().bold();

/// Writes the rows below their titles. The last column is as wide as it likes.
///
/// # Errors
/// The output is closed.
pub(crate) fn write<const N: usize>(titles: &[&str; N], rows: &[[String; N]], out: &mut dyn Write) -> io::Result<()> {
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].as_str()).chain([titles[column]]);
        cells.map(|cell| cell.chars().count()).max().unwrap_or_default()
    };
    let widths: [usize; N] = std::array::from_fn(width);
    let line = |cells: &[&str]| {
        let padded = cells.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    writeln!(out, "{TITLE}{}{TITLE:#}", line(titles))?;
    for row in rows {
        writeln!(out, "{}", line(&row.each_ref().map(String::as_str)))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_below_each_other() {
        let rows = [["ä", "bb", "c"], ["longer than its title", "", ""]].map(|row| row.map(str::to_owned));
        let mut text = Vec::new();
        write(&["target", "at", "result"], &rows, &mut text).unwrap();
        let text = String::from_utf8(text).unwrap().replace(&format!("{TITLE}"), "").replace(&format!("{TITLE:#}"), "");
        assert_eq!(
            text,
            "target                 at  result\n\
             ä                      bb  c\n\
             longer than its title\n"
        );
    }
}
