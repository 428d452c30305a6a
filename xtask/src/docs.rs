//! Writes the docs that are made from the program itself. A test compares them with the files.

use std::fs;
use std::path::Path;

use anyhow::Result;

pub(crate) fn write(root: &Path) -> Result<()> {
    for (file, text) in seachange::docs::pages() {
        fs::write(root.join("docs").join(file), text)?;
        println!("wrote docs/{file}");
    }
    Ok(())
}
