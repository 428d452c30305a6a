//! Reads a live database.
use crate::error::Result;
use crate::model::Schema;
use sea_orm::ConnectionTrait;
#[expect(clippy::unused_async, reason = "skeleton")]
pub(in crate::dialect) async fn reflect(_db: &impl ConnectionTrait) -> Result<Schema> {
    Ok(Schema::default())
}
