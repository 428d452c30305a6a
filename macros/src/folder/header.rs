//! The lines of a revision's header.

/// The text of a line that is a comment.
pub(crate) fn comment(line: &str) -> Option<&str> {
    line.trim_start().strip_prefix("--").map(str::trim)
}

/// What a comment says of a key: `parents: a1, b2`.
pub(crate) fn field<'a>(comment: &'a str, key: &str) -> Option<&'a str> {
    comment.strip_prefix(key)?.trim_start().strip_prefix(':').map(str::trim)
}

/// Words with commas between them; `none` is none.
pub(crate) fn list(text: &str) -> Vec<String> {
    let words = text.split(',').map(str::trim).filter(|word| !word.is_empty() && *word != "none");
    words.map(str::to_owned).collect()
}

/// Whether a revision may be called so.
pub(crate) fn is_id(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Whether a comment begins a section.
pub(crate) fn marker(comment: &str) -> Option<&str> {
    comment.strip_prefix("migrate:")
}
