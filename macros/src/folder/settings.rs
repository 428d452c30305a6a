//! The part of `seachange.toml` that an application takes along: what the project decides about its databases. The rest stays
//! out of the program, and so does the URL, which may hold a password.

/// The tables of the file that count while revisions run.
const TABLES: [&str; 5] = ["enums", "sqlite", "tables", "diff", "hazards"];

/// The keys of `[database]` that do.
const OF_DATABASE: [&str; 3] = ["schema", "lock_timeout", "statement_timeout"];

/// The text with every other line empty, so that lines keep their numbers.
///
/// # Errors
/// The number of a line that cannot be taken along as it is written, from 1, and why.
pub(crate) fn taken_along(text: &str) -> Result<String, (usize, String)> {
    let mut kept = String::new();
    let mut table = "";
    for (number, line) in text.lines().enumerate() {
        if let Some(name) = line.trim().strip_prefix('[') {
            table = name.split(']').next().unwrap_or_default().trim();
        }
        let key = key(line);
        let is_kept = if table.is_empty() {
            let first = key.split('.').next().unwrap_or_default();
            if !key.is_empty() && (first == "database" || TABLES.contains(&first)) {
                let message =
                    format!("`{first}` has to be a table of its own here: write `[{first}]` and its keys below");
                return Err((number + 1, message));
            }
            false
        } else if table == "database" {
            OF_DATABASE.contains(&key) || line.trim().starts_with('[')
        } else {
            TABLES.contains(&table)
        };
        kept.push_str(if is_kept { line } else { "" });
        kept.push('\n');
    }
    Ok(kept)
}

/// What stands before the equals sign, without quotes.
pub(crate) fn key(line: &str) -> &str {
    let key = line.split_once('=').map_or("", |(key, _)| key.trim());
    if key.starts_with('#') { "" } else { key.trim_matches(['"', '\'']) }
}
