//! Splits a script into its statements.
use crate::dialect::Statement;
pub(in crate::dialect) fn statements(_script: &str) -> Vec<Statement> {
    Vec::new()
}
