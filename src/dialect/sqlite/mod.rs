//! SQLite: what it can do and how it writes names and constants.
//! Reading, comparing and splitting scripts are in the files of those names.

mod alter;
mod beyond;
mod canonicalize;
mod catalog;
mod compare;
mod convert;
pub(super) mod create;
mod effects;
mod expression;
mod fit;
mod lock;
mod namespace;
pub(super) mod offline;
mod rebuild;
mod reconcile;
#[cfg(test)]
mod reconcile_tests;
mod reflect;
pub(super) mod runner;
pub(super) mod script;
#[cfg(test)]
mod show;
mod spelling;
pub(super) mod text;
mod types;
mod value;
pub(super) mod version;

pub(super) use alter::{accepts, alter, before_drop, expand, needs};
pub(super) use canonicalize::canonicalize;
pub(super) use effects::effects;
pub(super) use fit::misfits;
pub(super) use lock::lock_holder;
pub(super) use rebuild::rebuild;
pub(super) use reconcile::reconcile;
pub(super) use reflect::reflect;
pub(super) use script::{loadable, statements};
pub(super) use types::converts;

use super::Capabilities;
use crate::model::{ClauseOf, Literal, Table};

/// What every SQLite has. What newer ones can do besides is in `version` and decided in `alter`.
pub(super) const CAPABILITIES: Capabilities = Capabilities {
    alter_column: false,
    add_constraint: false,
    drop_constraint: false,
    rename_constraint: false,
    rename_index: false,
    add_column_expression_default: false,
    add_column_unique: false,
    comments: false,
    schemas: false,
    enum_types: false,
    concurrent_index: false,
    unchecked_constraints: false,
    transactional_ddl: true,
    longest_name: None,
};

/// What a script says around its statements. They are right with foreign keys on, too, but then each dropped row is looked for
/// in all tables that could refer to it. Nothing but SQL, so that every program can run it.
pub(super) fn script_frame(transaction: bool) -> (Vec<String>, Vec<String>) {
    let mut before = vec!["-- to be run with: sqlite3 -bail DATABASE < SCRIPT".to_owned()];
    before.extend(runner::BEFORE_TRANSACTION.iter().map(|sql| format!("{sql};")));
    before.extend(transaction.then(|| format!("{};", runner::BEGIN)));
    let mut after: Vec<String> = transaction.then(|| "COMMIT;".to_owned()).into_iter().collect();
    after.extend(runner::AFTER_TRANSACTION.iter().map(|sql| format!("{sql};")));
    (before, after)
}

/// The identifier in double quotes.
pub(super) fn quote(identifier: &str) -> String {
    format!("\"{}\"", identifier.replace('"', "\"\""))
}

/// The constant as SeaORM writes it for SQLite.
pub(super) fn literal(literal: &Literal) -> String {
    match literal {
        Literal::Null => "NULL".to_owned(),
        Literal::Bool(true) => "TRUE".to_owned(),
        Literal::Bool(false) => "FALSE".to_owned(),
        Literal::Integer(number) => number.to_string(),
        Literal::Real(text) => text.clone(),
        Literal::Text(text) => format!("'{}'", text.replace('\'', "''")),
        Literal::Blob(bytes) => {
            let digits: Vec<String> = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
            format!("x'{}'", digits.concat())
        }
    }
}

/// The column that is another name of the rowid, and so gets a fresh value by itself.
pub(super) fn rowid_alias(table: &Table) -> Option<&str> {
    let key = table.primary_key.as_ref()?;
    let [name] = key.columns.as_slice() else { return None };
    let column = table.column(name)?;
    let integer = column.data_type.text.as_deref().is_some_and(|text| text.eq_ignore_ascii_case("integer"));
    (integer && !table.options.without_rowid && !has_key_of_its_own(table)).then_some(name.as_str())
}

/// An old mistake that SQLite keeps: a key that is written on its column and descends is not the rowid.
fn has_key_of_its_own(table: &Table) -> bool {
    let clause = table.options.clauses.get(&ClauseOf::PrimaryKey);
    clause.is_some_and(|clause| clause.on_column && !clause.order.is_empty())
}
