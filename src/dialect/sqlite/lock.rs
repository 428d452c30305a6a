//! Finds out who holds a lock on a database file.
use std::path::Path;
pub(in crate::dialect) fn lock_holder(_database: &Path) -> Option<String> {
    None
}
