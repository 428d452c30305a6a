//! Decides what the live side satisfies.
use crate::model::Schema;
pub(in crate::dialect) fn reconcile(declared: Schema, _live: &Schema) -> Schema {
    declared
}
