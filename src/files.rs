//! Files by pattern.

use std::path::{Path, PathBuf};

use globset::GlobBuilder;
use ignore::WalkBuilder;

/// Whether the text is more than the name of one file.
pub(crate) fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?', '[', '{'])
}

/// The part of a pattern in which nothing varies yet.
pub(crate) fn fixed(pattern: &str) -> PathBuf {
    Path::new(pattern).components().take_while(|part| !is_pattern(&part.as_os_str().to_string_lossy())).collect()
}

/// The files below a folder that match, ignored and hidden ones too, in the order of their names.
///
/// # Errors
/// The pattern is none; says why.
pub(crate) fn matching(folder: &Path, pattern: &str) -> Result<Vec<PathBuf>, String> {
    let glob = GlobBuilder::new(pattern).literal_separator(true).build().map_err(|error| error.kind().to_string())?;
    let glob = glob.compile_matcher();
    let is_absolute = Path::new(pattern).is_absolute();
    let as_written = |path: &Path| match path.strip_prefix(folder) {
        Ok(inside) if !is_absolute => inside.to_owned(),
        _ => path.to_owned(),
    };
    let fixed = fixed(pattern);
    let depth = if pattern.contains("**") {
        None
    } else {
        Some(Path::new(pattern).components().count() - fixed.components().count())
    };
    let mut files: Vec<PathBuf> = WalkBuilder::new(folder.join(&fixed))
        .standard_filters(false)
        .max_depth(depth)
        .build()
        .flatten()
        .map(ignore::DirEntry::into_path)
        .filter(|path| path.is_file() && glob.is_match(as_written(path)))
        .collect();
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a test may write files")]
    fn a_star_stays_in_its_folder() {
        let folder = tempfile::tempdir().unwrap();
        for file in ["a/1.db", "a/2.db", "a/b/3.db", "a/.4.db", "5.db", "a/x[1].db"] {
            let path = folder.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        std::fs::write(folder.path().join(".gitignore"), "*.db").unwrap();
        let found = |pattern: &str| -> Vec<String> {
            let files = matching(folder.path(), pattern).unwrap();
            files.iter().map(|file| file.strip_prefix(folder.path()).unwrap().display().to_string()).collect()
        };
        assert_eq!(found("a/*.db"), ["a/.4.db", "a/1.db", "a/2.db", "a/x[1].db"]);
        assert_eq!(found("**/*.db"), ["5.db", "a/.4.db", "a/1.db", "a/2.db", "a/b/3.db", "a/x[1].db"]);
        assert_eq!(found("{a,b}/[12].db"), ["a/1.db", "a/2.db"]);
        assert_eq!(found("5.db"), ["5.db"]);
        assert_eq!(found("none/*.db"), Vec::<String>::new());
        let absolute = folder.path().join("a/?.db").display().to_string();
        assert_eq!(found(&absolute), ["a/1.db", "a/2.db"]);
        assert!(matching(folder.path(), "a[").is_err());
    }
}
