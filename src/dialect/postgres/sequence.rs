//! The sequences behind columns that count: their names, their options and the statements about them.

use super::alter::is_serial;
use super::words::identifier as quote;
use super::{literal, table_name};
use crate::model::{Column, Identity, Literal, OwnedSequence, Rename, Schema, TableName};

/// How many bytes of a name PostgreSQL keeps.
pub(in crate::dialect) const LONGEST_NAME: usize = 63;

/// The name with something behind it, short enough.
pub(super) fn cut(name: &str, suffix: &str) -> String {
    let mut end = name.len().min(LONGEST_NAME.saturating_sub(suffix.len()));
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{suffix}", name.get(..end).unwrap_or_default())
}

/// The name PostgreSQL makes of a table, a column and what the object is: the longer of the two gives way.
pub(super) fn made_name(table: &str, column: &str, label: &str) -> String {
    let room = LONGEST_NAME.saturating_sub(label.len() + 1 + usize::from(!column.is_empty()));
    let (mut one, mut two) = (table.len(), column.len());
    while one + two > room {
        if one > two {
            one -= 1;
        } else {
            two -= 1;
        }
    }
    let clip = |text: &str, mut length: usize| {
        while !text.is_char_boundary(length) {
            length -= 1;
        }
        text.get(..length).unwrap_or_default().to_owned()
    };
    let parts = [clip(table, one), clip(column, two), label.to_owned()];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("_")
}

/// The sequence of a column that counts.
pub(super) fn of(table: &TableName, column: &Column) -> TableName {
    match &column.sequence {
        Some(sequence) => sequence.name.clone(),
        None => TableName { schema: table.schema.clone(), name: made_name(&table.name, &column.name, "seq") },
    }
}

/// The schema with the names of sequences that stay as they are although their column or table gets another.
pub(in crate::dialect) fn pinned(mut schema: Schema, renames: &[Rename]) -> Schema {
    if renames.is_empty() {
        return schema;
    }
    let name_after = |table: &TableName| {
        let new = renames.iter().find_map(|rename| match rename {
            Rename::Table { from, to } if from == table => Some(to),
            Rename::Table { .. } | Rename::Column { .. } | Rename::Enum { .. } | Rename::Value { .. } => None,
        });
        new.unwrap_or(table).clone()
    };
    let is_renamed = |table: &TableName, column: &Column| {
        let after = name_after(table);
        let of_column = |rename: &Rename| matches!(rename, Rename::Column { table, from, .. } if *table == after && *from == column.name);
        after != *table || renames.iter().any(of_column)
    };
    for table in schema.tables.values_mut() {
        let name = table.name.clone();
        let counts = |column: &Column| is_serial(column) || column.identity.is_some();
        let columns = table.columns.iter_mut().filter(|own| counts(own) && is_renamed(&name, own));
        for column in columns.filter(|own| own.sequence.is_none()) {
            let (name, options) = (of(&name, column), Identity::default());
            column.sequence = Some(Box::new(OwnedSequence { name, data_type: None, options }));
        }
    }
    schema
}

/// A name for a sequence that is about to go.
pub(super) fn spare(sequence: &TableName) -> String {
    cut(&sequence.name, "_old")
}

/// What stands behind `DEFAULT` of a column that `serial` made.
pub(super) fn next_value(table: &TableName, column: &Column) -> String {
    format!("nextval({}::regclass)", literal(&Literal::Text(table_name(&of(table, column)))))
}

/// The statement that makes the sequence before its column.
pub(super) fn make(table: &TableName, column: &Column) -> Option<String> {
    if !is_serial(column) {
        return None;
    }
    let own = column.sequence.as_ref();
    let data_type = own.and_then(|own| own.data_type.as_deref()).or(column.data_type.text.as_deref());
    let kind = data_type.filter(|text| *text != "bigint").map(|text| format!(" AS {text}")).unwrap_or_default();
    let options = own.map(|own| options(&own.options)).filter(|words| !words.is_empty());
    let options = options.map(|words| format!(" {}", words.join(" "))).unwrap_or_default();
    Some(format!("CREATE SEQUENCE {}{kind}{options}", table_name(&of(table, column))))
}

/// The statements that make the sequence of a column that counted before the one it is to count with.
pub(super) fn change(table: &TableName, from: &Column, to: &Column) -> Vec<String> {
    let (old, new) = (of(table, from), of(table, to));
    let mut statements = Vec::new();
    if old.name != new.name {
        statements.push(format!("ALTER SEQUENCE {} RENAME TO {}", table_name(&old), quote(&new.name)));
    }
    let data_type = |column: &Column| {
        let own = column.sequence.as_ref().and_then(|own| own.data_type.clone());
        own.or_else(|| column.data_type.text.clone()).unwrap_or_default()
    };
    let options = |column: &Column| column.sequence.as_ref().map(|own| own.options.clone()).unwrap_or_default();
    let kind = if data_type(from) == data_type(to) { String::new() } else { format!(" AS {}", data_type(to)) };
    // Here they stand without the word that `ALTER COLUMN` wants.
    let changes = format!("{kind}{}", set_options(&options(from), &options(to)).replace(" SET ", " "));
    if !changes.is_empty() {
        let name = TableName { name: new.name, ..old };
        statements.push(format!("ALTER SEQUENCE {}{changes}", table_name(&name)));
    }
    statements
}

/// The statement that ties a sequence to its column.
pub(super) fn owned_by(table: &TableName, column: &Column) -> String {
    let sequence = table_name(&of(table, column));
    format!("ALTER SEQUENCE {sequence} OWNED BY {}.{}", table_name(table), quote(&column.name))
}

/// `GENERATED … AS IDENTITY` with all that is said about it.
pub(super) fn identity(column: &Column, identity: &Identity) -> String {
    let when = if identity.always { "ALWAYS" } else { "BY DEFAULT" };
    let name = column.sequence.as_ref().map(|own| format!("SEQUENCE NAME {}", table_name(&own.name)));
    let words: Vec<String> = name.into_iter().chain(options(identity)).collect();
    let options = if words.is_empty() { String::new() } else { format!(" ({})", words.join(" ")) };
    format!("GENERATED {when} AS IDENTITY{options}")
}

/// The options of a sequence that are not the usual ones.
fn options(identity: &Identity) -> Vec<String> {
    let said = [
        ("START WITH", identity.start),
        ("INCREMENT BY", identity.increment),
        ("MINVALUE", identity.min),
        ("MAXVALUE", identity.max),
        ("CACHE", identity.cache),
    ];
    let mut words: Vec<String> =
        said.into_iter().filter_map(|(word, number)| Some(format!("{word} {}", number?))).collect();
    words.extend(identity.cycle.then(|| "CYCLE".to_owned()));
    words
}

/// Whether a live identity does what a declared one says. What is not said is the database's own choice.
pub(super) fn same_identity(declared: &Identity, live: &Identity) -> bool {
    let usual = |declared: Option<i64>, live: Option<i64>, usual: i64| {
        declared.is_none() || declared.unwrap_or(usual) == live.unwrap_or(usual)
    };
    declared.always == live.always
        && declared.cycle == live.cycle
        && usual(declared.increment, live.increment, 1)
        && usual(declared.cache, live.cache, 1)
        && (declared.start.is_none() || declared.start.unwrap_or(1) == live.start.unwrap_or(1))
        && (declared.min.is_none() || declared.min.unwrap_or(1) == live.min.unwrap_or(1))
        && (declared.max.is_none() || declared.max == live.max)
}

/// What of an identity's options becomes another, as `ALTER COLUMN` wants to hear it.
pub(super) fn set_options(from: &Identity, to: &Identity) -> String {
    let mut words = String::new();
    let said = [
        ("START WITH", from.start, to.start, "START WITH 1"),
        ("INCREMENT BY", from.increment, to.increment, "INCREMENT BY 1"),
        ("MINVALUE", from.min, to.min, "NO MINVALUE"),
        ("MAXVALUE", from.max, to.max, "NO MAXVALUE"),
        ("CACHE", from.cache, to.cache, "CACHE 1"),
    ];
    for (word, from, to, usual) in said {
        if from != to {
            let text = to.map_or(usual.to_owned(), |number| format!("{word} {number}"));
            words.push_str(&format!(" SET {text}"));
        }
    }
    if from.cycle != to.cycle {
        words.push_str(if to.cycle { " SET CYCLE" } else { " SET NO CYCLE" });
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_as_postgresql_makes_them() {
        assert_eq!(made_name("users", "id", "seq"), "users_id_seq");
        assert_eq!(made_name("users", "", "pkey"), "users_pkey");
        let long = "a".repeat(60);
        assert_eq!(made_name(&long, "column", "seq"), format!("{}_column_seq", "a".repeat(52)));
        assert_eq!(made_name(&long, &"b".repeat(60), "seq"), format!("{}_{}_seq", "a".repeat(29), "b".repeat(29)));
        assert_eq!(made_name(&"ü".repeat(31), "nummer", "seq"), format!("{}_nummer_seq", "ü".repeat(26)));
    }
}
