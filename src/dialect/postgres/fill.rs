//! How rows that are there get values while others write, and how a column changes its type in small steps.

use super::alter::{filled, is_retyped};
use super::words::identifier as quote;
use super::{casts, literal, script, table_name};
use crate::model::{Column, Literal, TableName};
use crate::op::Op;

/// The statements that give rows a value where they hold NULL.
pub(in crate::dialect) fn fill(table: &TableName, column: &Column, value: &str, batches: bool) -> Vec<String> {
    if batches { vec![in_batches(table, column, value)] } else { vec![filled(table, column, value)] }
}

/// Goes once through the pages of the table and of those that hold parts of it, so that it ends whatever the value is; a
/// second run finds little left to do.
fn in_batches(table: &TableName, column: &Column, value: &str) -> String {
    let (name, column) = (table_name(table), quote(&column.name));
    let text = literal(&Literal::Text(name.clone()));
    let body = format!(
        "
#variable_conflict use_column
DECLARE
    -- A batch is 128 pages, or a thousandth of a large table.
    _seachange_page bigint := 0;
    _seachange_pages bigint;
    _seachange_batch bigint;
BEGIN
    WITH RECURSIVE part(id) AS (
        SELECT {text}::regclass::oid
        UNION ALL SELECT i.inhrelid FROM pg_catalog.pg_inherits AS i JOIN part AS p ON p.id = i.inhparent
    )
    SELECT max(pg_catalog.pg_relation_size(id)) / pg_catalog.current_setting('block_size')::bigint
        INTO _seachange_pages FROM part;
    _seachange_batch := greatest(128, _seachange_pages / 1000);
    WHILE _seachange_page <= _seachange_pages LOOP
        UPDATE {name} SET {column} = {value}
            WHERE {column} IS NULL
            AND ctid >= pg_catalog.format('(%s,0)', _seachange_page)::tid
            AND ctid < pg_catalog.format('(%s,0)', _seachange_page + _seachange_batch)::tid;
        COMMIT;
        _seachange_page := _seachange_page + _seachange_batch;
    END LOOP;
END
"
    );
    let tags = (1..).map(|number| if number == 1 { "$fill$".to_owned() } else { format!("$fill_{number}$") });
    let tag = tags.into_iter().find(|tag| !body.contains(tag.as_str())).unwrap_or_default();
    format!("DO {tag}{body}{tag}")
}

/// Whether the statement is one of those: it finds what is left to do by itself.
pub(in crate::dialect) fn is_in_batches(sql: &str) -> bool {
    sql.contains("_seachange_pages")
}

/// What gives the same value in all of a transaction.
const STEADY: [&str; 8] = [
    "now",
    "transaction_timestamp",
    "statement_timestamp",
    "current_timestamp",
    "localtimestamp",
    "current_time",
    "localtime",
    "current_schema",
];

/// Whether a default calls nothing that gives every row another value.
pub(in crate::dialect) fn is_steady(default: &str) -> bool {
    let tokens = script::tokens(default);
    let is_call = |at: usize| {
        tokens.get(at).is_some_and(|token| token.is_word) && tokens.get(at + 1).is_some_and(|next| next.text == "(")
    };
    let is_known = |text: &str| STEADY.iter().any(|word| word.eq_ignore_ascii_case(text));
    (0..tokens.len()).all(|at| !is_call(at) || is_known(&tokens[at].text))
}

/// The steps of a change of type that writes all rows anew.
pub(in crate::dialect) fn recipe(op: &Op) -> Vec<String> {
    let Op::AlterColumn { table, from, to } = op else { return Vec::new() };
    let text = |column: &Column| column.data_type.text.clone().unwrap_or_default();
    let (old, new) = (text(from), text(to));
    if !is_retyped(from, to) || old == new || !casts::rewrites(&old, &new) {
        return Vec::new();
    }
    let (name, old, new) = (table_name(table), quote(&to.name), quote(&super::sequence::cut(&to.name, "_new")));
    let data_type = to.data_type.text.as_deref().unwrap_or_default();
    vec![
        format!("On a large table, do this in steps instead, while code goes on to read and write `{table}`:"),
        format!("1. ALTER TABLE {name} ADD COLUMN {new} {data_type}; and a trigger that copies {old} into it."),
        format!("2. UPDATE {name} SET {new} = {old}::{data_type} WHERE {new} IS NULL; some rows at a time."),
        format!("3. Let the code read and write {new}, with whatever indexes and constraints {old} has."),
        format!(
            "4. Drop the trigger; ALTER TABLE {name} DROP COLUMN {old}; ALTER TABLE {name} RENAME COLUMN {new} TO {old};"
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_that_differ_from_row_to_row() {
        for steady in ["now()", "CURRENT_TIMESTAMP", "(now() + '1 day'::interval)", "'x'::text", "localtimestamp(3)"] {
            assert!(is_steady(steady), "{steady}");
        }
        for other in
            ["gen_random_uuid()", "clock_timestamp()", "nextval('s'::regclass)", "(random() * 5)", "shop.code()"]
        {
            assert!(!is_steady(other), "{other}");
        }
    }

    #[test]
    fn the_value_cannot_end_the_block() {
        let column = crate::model::Column::new("c", crate::model::ColumnType::written(crate::model::DataType::Text));
        let sql = in_batches(&TableName::new("t"), &column, "'$fill$'");
        assert!(sql.starts_with("DO $fill_2$") && sql.ends_with("$fill_2$"), "{sql}");
        assert_eq!(script::statements(&sql).len(), 1);
    }
}
