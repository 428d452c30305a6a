//! Brings a schema into SQLite's own words.
use crate::dialect::Options;
use crate::error::Result;
use crate::model::Schema;
#[expect(clippy::unnecessary_wraps, reason = "skeleton")]
pub(in crate::dialect) fn canonicalize(schema: Schema, _options: &Options) -> Result<Schema> {
    Ok(schema)
}
