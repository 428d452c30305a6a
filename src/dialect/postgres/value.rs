//! Stub.
use crate::model::DefaultValue;
pub(super) fn parse(sql: &str) -> DefaultValue {
    DefaultValue::Expression(sql.to_owned())
}
