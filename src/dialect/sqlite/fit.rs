//! Which rows stand against the new shape of their table: the statements that stop at them while the old table is still
//! whole, and how such a statement is asked for the rows it stopped at. What the new shape does not say anew is not looked at.

use super::rebuild::Rows;
use super::text::{self, Kind, Token};
use super::version::Change;
use super::{alter, create, literal, quote, rowid_alias};
use crate::model::{Check, Column, ForeignKey, Index, IndexKey, IndexPart, Literal, Schema, Table, TableName, Unique};

/// The column of a temporary table that refuses every value, unless it is a column of the table.
pub(super) const MISFIT: &str = "_misfit";

/// Statements that fail if rows that are put aside do not fit.
pub(super) fn refuse_misfits(rows: &Rows<'_>, schema: &Schema) -> Vec<String> {
    let to = rows.to;
    let mut found: Vec<String> = to.columns.iter().flat_map(|column| of_column(rows, column)).collect();
    found.extend(to.checks.iter().filter_map(|check| of_check(rows, check)));
    // What takes the place of the rowid is as good a key.
    let is_rowid = rowid_alias(to).is_some_and(|name| rows.from.column(name).is_none());
    let key = to.primary_key.iter().map(|key| key.columns.as_slice()).filter(|_| !is_rowid);
    let had_key = rows.from.primary_key.iter().map(|key| key.columns.as_slice());
    found.extend(unlike(key, had_key, rows).map(|columns| doubled(rows, &of_columns(columns), None)));
    let uniques = |table: &'_ Table| -> Vec<Vec<String>> {
        table.uniques.iter().map(|unique: &Unique| unique.columns.clone()).collect()
    };
    let (had, has) = (uniques(rows.from), uniques(to));
    let new = unlike(has.iter().map(Vec::as_slice), had.iter().map(Vec::as_slice), rows);
    found.extend(new.map(|columns| doubled(rows, &of_columns(columns), None)));
    let indexes = to.indexes.iter().filter(|index| index.unique && is_anew(rows, index));
    found.extend(indexes.map(|index| doubled(rows, &index.parts, index.predicate.as_deref())));
    found.extend(to.foreign_keys.iter().filter_map(|fk| orphaned(rows, fk, schema)));
    found
}

/// A statement that stops at rows of the temporary table, and says of each what is wrong with it and which one it is.
fn refuse(rows: &Rows<'_>, what: &str, condition: &str) -> String {
    refuse_with(rows, what, None, condition)
}

/// As [`refuse`], with SQL that ends what is wrong.
fn refuse_with(rows: &Rows<'_>, what: &str, end: Option<&str>, condition: &str) -> String {
    let table = quote(&rows.to.name.name);
    let mut pieces = vec![literal(&Literal::Text(what.to_owned()))];
    pieces.extend(end.map(str::to_owned));
    for (position, name) in rows.key().iter().enumerate() {
        let label = format!("{} {name} = ", if position == 0 { ":" } else { "," });
        match (pieces.last_mut(), position) {
            (Some(text), 0) if end.is_none() => *text = literal(&Literal::Text(format!("{what}{label}"))),
            _ => pieces.push(literal(&Literal::Text(label))),
        }
        pieces.push(format!("quote({table}.{})", quote(name)));
    }
    insert(rows, &format!("SELECT {}\n    FROM {} WHERE {condition}", pieces.join(" || "), rows.as_table()))
}

fn insert(rows: &Rows<'_>, select: &str) -> String {
    format!("INSERT INTO {} ({})\n    {select}", rows.table(), rows.misfit())
}

/// A statement that stops at columns, indexes and triggers that the table has in the database and that would be lost:
/// the new one is made without them, because nobody knew of them when it was written. With foreign keys on, tables that
/// refer to it are among them.
pub(super) fn refuse_unknown(rows: &Rows<'_>, schema: &Schema) -> String {
    let from = rows.from;
    let besides = |names: Vec<&str>| {
        let names: Vec<String> = names.into_iter().map(|name| literal(&Literal::Text(name.to_owned()))).collect();
        if names.is_empty() { String::new() } else { format!(" AND name NOT IN ({})", names.join(", ")) }
    };
    let name = literal(&Literal::Text(from.name.name.clone()));
    let columns = besides(from.columns.iter().map(|column| column.name.as_str()).collect());
    // A way down may have made an index where there was a constraint.
    let made = |unique: &Unique| match &unique.name {
        Some(name) => name.text.clone(),
        None => format!("idx-{}-{}", from.name, unique.columns.join("-")),
    };
    let made: Vec<String> = from.uniques.iter().map(made).collect();
    let indexes = from.indexes.iter().map(|index| index.name.text.as_str()).chain(made.iter().map(String::as_str));
    let others = besides(indexes.chain(from.attachments.iter().map(|trigger| trigger.name.as_str())).collect());
    let refers = |table: &Table| table.foreign_keys.iter().any(|fk| fk.references == from.name);
    let children =
        besides(schema.tables.values().filter(|table| refers(table)).map(|table| table.name.name.as_str()).collect());
    let said = |word: &str| literal(&Literal::Text(format!("` {word} `{}` is not known here", from.name)));
    let (of, to) = (said("of"), said("to"));
    let parts = [
        format!("SELECT 'the column `' || name || {of} FROM pragma_table_xinfo({name}) WHERE hidden <> 1{columns}"),
        format!(
            "SELECT 'the ' || type || ' `' || name || {of} FROM sqlite_schema\n        \
             WHERE type IN ('index', 'trigger') AND sql IS NOT NULL AND tbl_name = {name} COLLATE NOCASE{others}"
        ),
        format!(
            "SELECT 'the reference from `' || name || {to} FROM pragma_foreign_keys, sqlite_schema\n        \
             WHERE foreign_keys AND type = 'table'{children}\n        \
             AND EXISTS (SELECT 1 FROM pragma_foreign_key_list(name) AS fk WHERE fk.\"table\" = {name} COLLATE NOCASE)"
        ),
    ];
    insert(rows, &parts.join("\n    UNION ALL "))
}

/// Rows without a value, or with one of a kind the column does not take.
fn of_column(rows: &Rows<'_>, column: &Column) -> Vec<String> {
    let (name, old) = (quote(&column.name), rows.from.column(&column.name));
    let mut found = Vec::new();
    if column.generated.is_some() {
        return found;
    }
    let could_be_null = old.is_some_and(|old| old.nullable && column.value_by_default().is_none());
    if !column.nullable && (could_be_null || column.fill.is_some()) {
        found.push(refuse(rows, &format!("`{}.{}` is NULL", rows.to.name, column.name), &format!("{name} IS NULL")));
    }
    let is_rowid = |table: &Table| rowid_alias(table) == Some(column.name.as_str());
    let text = column.data_type.text.as_deref().unwrap_or_default();
    let wanted = if is_rowid(rows.to) && old.is_some() && !is_rowid(rows.from) {
        "integer"
    } else if rows.to.options.strict && !(rows.from.options.strict && old.is_some_and(|old| is_like(old, column))) {
        match text.to_ascii_uppercase().as_str() {
            "INT" | "INTEGER" => "integer",
            "REAL" => "real",
            "TEXT" => "text",
            "BLOB" => "blob",
            _ => return found,
        }
    } else {
        return found;
    };
    let what = format!("`{}.{}` is not of the type {wanted} but ", rows.to.name, column.name);
    let condition = format!("typeof({name}) NOT IN ('{wanted}', 'null')");
    found.push(refuse_with(rows, &what, Some(&format!("typeof({name})")), &condition));
    found
}

/// Rows for which a check is false that did not look at them before.
fn of_check(rows: &Rows<'_>, check: &Check) -> Option<String> {
    let sql = &check.expression;
    let was_there = rows.from.checks.iter().any(|old| old.expression == *sql);
    let mut columns = rows.to.columns.iter().filter(|column| alter::mentions(sql, &column.name));
    if was_there && columns.all(|column| !is_changed(rows, &column.name)) {
        return None;
    }
    Some(refuse(rows, &format!("`{}`: CHECK ({sql}) is false", rows.to.name), &format!("NOT ({sql})")))
}

/// Rows that are not the only ones with their values.
fn doubled(rows: &Rows<'_>, parts: &[IndexPart], predicate: Option<&str>) -> String {
    let names: Vec<String> = parts.iter().map(key_name).collect();
    let keys = parts.iter().map(key_sql).collect::<Vec<_>>().join(", ");
    let only = predicate.map(|sql| format!("({sql})"));
    let within = only.as_ref().map(|sql| format!(" WHERE {sql}")).unwrap_or_default();
    let and = only.as_ref().map(|sql| format!(" AND {sql}")).unwrap_or_default();
    let what = format!("`{}` ({}) is not unique", rows.to.name, names.join(", "));
    let condition = format!(
        "({keys}) IN\n        (SELECT {keys} FROM {}{within} GROUP BY {keys} HAVING count(*) > 1){and}",
        rows.as_table()
    );
    refuse(rows, &what, &condition)
}

fn key_name(part: &IndexPart) -> String {
    match &part.key {
        IndexKey::Column(name) => name.clone(),
        IndexKey::Expression(sql) => sql.clone(),
    }
}

fn key_sql(part: &IndexPart) -> String {
    let key = match &part.key {
        IndexKey::Column(name) => quote(name),
        IndexKey::Expression(sql) => format!("({sql})"),
    };
    match &part.collation {
        Some(collation) => format!("{key} COLLATE {}", quote(collation)),
        None => key,
    }
}

/// Rows that refer to nothing by a new foreign key. Those that did by an old one are none of its business.
fn orphaned(rows: &Rows<'_>, fk: &ForeignKey, schema: &Schema) -> Option<String> {
    let meaning = |fk: &ForeignKey| (fk.columns.clone(), fk.references.clone(), fk.referenced_columns.clone());
    if rows.from.foreign_keys.iter().any(|old| meaning(old) == meaning(fk)) {
        return None;
    }
    let is_own = fk.references == rows.to.name;
    let parent = if is_own { rows.to } else { schema.tables.get(&fk.references)? };
    if fk.referenced_columns.iter().any(|name| parent.column(name).is_none()) {
        return None;
    }
    let own = quote(&rows.to.name.name);
    let given: Vec<String> = fk.columns.iter().map(|name| format!("{own}.{} IS NOT NULL", quote(name))).collect();
    let found = if is_own {
        // Rows that are put aside are found by no index, so all keys are looked up at once.
        let list = |names: &[String]| names.iter().map(|name| quote(name)).collect::<Vec<_>>().join(", ");
        let known: Vec<String> =
            fk.referenced_columns.iter().map(|name| format!("{} IS NOT NULL", quote(name))).collect();
        let (child, key, known) = (list(&fk.columns), list(&fk.referenced_columns), known.join(" AND "));
        format!("({child}) NOT IN\n        (SELECT {key} FROM {} WHERE {known})", rows.table())
    } else {
        let pairs = fk.columns.iter().zip(&fk.referenced_columns);
        let same: Vec<String> =
            pairs.map(|(child, key)| format!("\"parent\".{} = {own}.{}", quote(key), quote(child))).collect();
        let parents = table(&fk.references);
        format!("NOT EXISTS\n        (SELECT 1 FROM {parents} AS \"parent\" WHERE {})", same.join(" AND "))
    };
    let condition = format!("{} AND {found}", given.join(" AND "));
    let names = fk.columns.join(", ");
    let what = format!("`{}` ({names}) refers to a row of `{}` that is not there", rows.to.name, fk.references);
    Some(refuse(rows, &what, &condition))
}

fn table(name: &TableName) -> String {
    quote(&name.name)
}

fn of_columns(columns: &[String]) -> Vec<IndexPart> {
    columns.iter().map(IndexPart::column).collect()
}

/// The keys that were not there before, or are of columns that compare otherwise now.
fn unlike<'k>(
    keys: impl Iterator<Item = &'k [String]>,
    before: impl Iterator<Item = &'k [String]>,
    rows: &Rows<'_>,
) -> impl Iterator<Item = &'k [String]> {
    let before: Vec<&[String]> = before.collect();
    keys.filter(move |key| !before.contains(key) || key.iter().any(|name| is_changed(rows, name)))
}

fn is_anew(rows: &Rows<'_>, index: &Index) -> bool {
    let is_it = |old: &&Index| (&old.parts, &old.predicate, old.unique) == (&index.parts, &index.predicate, true);
    let is_of_changed = |part: &IndexPart| match &part.key {
        IndexKey::Column(name) => is_changed(rows, name),
        IndexKey::Expression(sql) => {
            rows.to.columns.iter().any(|own| alter::mentions(sql, &own.name) && is_changed(rows, &own.name))
        }
    };
    !rows.from.indexes.iter().any(|old| is_it(&old)) || index.parts.iter().any(is_of_changed)
}

/// Whether the values of the column, or how they compare, may not be what they were.
fn is_changed(rows: &Rows<'_>, name: &str) -> bool {
    let changed = |column: &Column| !rows.from.column(name).is_some_and(|old| is_like(old, column));
    rows.to.column(name).is_none_or(changed)
}

fn is_like(old: &Column, new: &Column) -> bool {
    (&old.data_type.text, &old.collation, &old.generated) == (&new.data_type.text, &new.collation, &new.generated)
        && (new.nullable || !old.nullable || new.filling().is_none())
        && old.conversion(new).is_none()
}

/// The query for the rows because of which a statement was refused: each row is a sentence.
pub(in crate::dialect) fn misfits(sql: &str) -> Option<String> {
    let tokens = text::tokens(sql);
    let words = |words: &[&str]| {
        tokens.len() > words.len() && tokens.iter().zip(words).all(|(token, word)| token.is_word(word))
    };
    if words(&["CREATE", "UNIQUE", "INDEX"]) {
        return not_unique(sql, &tokens);
    }
    match Change::read(sql, &tokens) {
        Some(Change::Nullability { table, column, required: true }) => {
            let what = format!("`{table}.{column}` is NULL");
            return Some(by_rowid(table, &what, &format!("{} IS NULL", quote(column))));
        }
        Some(Change::AddCheck { table, expression }) => {
            let what = format!("`{table}`: CHECK ({expression}) is false");
            return Some(by_rowid(table, &what, &format!("NOT ({expression})")));
        }
        Some(Change::Nullability { .. } | Change::DropConstraint) | None => {}
    }
    let select = tokens.iter().position(|token| token.is_word("SELECT"))?;
    let is_misfit = |token: &Token<'_>| matches!(&token.kind, Kind::Quoted(name) if name.starts_with(MISFIT));
    (words(&["INSERT"]) && tokens[..select].iter().any(is_misfit)).then(|| sql[tokens[select].start..].to_owned())
}

/// The rows of a table that a condition finds, by their numbers: the statement does not say what their key is.
fn by_rowid(table: &str, what: &str, condition: &str) -> String {
    let (text, table) = (literal(&Literal::Text(format!("{what}: rowid = "))), quote(table));
    format!("SELECT {text} || rowid FROM {table} WHERE {condition} ORDER BY rowid")
}

/// The rows that a unique index refuses.
fn not_unique(sql: &str, tokens: &[Token<'_>]) -> Option<String> {
    let on = tokens.iter().position(|token| token.is_word("ON"))?;
    let table = quote(tokens.get(on + 1)?.name()?);
    let index = create::index(sql).ok()?;
    let keys = index.parts.join(", ");
    let values = index.parts.iter().map(|part| format!("quote({part})")).collect::<Vec<_>>().join(" || ', ' || ");
    let text = literal(&Literal::Text(format!("{table} ({keys}) is not unique: ")));
    let only = index.predicate.map_or("TRUE".to_owned(), |sql| format!("({sql})"));
    Some(format!(
        "SELECT {text} || {values} FROM {table} WHERE {only} AND ({keys}) IN \
         (SELECT {keys} FROM {table} WHERE {only} GROUP BY {keys} HAVING count(*) > 1) ORDER BY {keys}"
    ))
}

#[cfg(test)]
mod tests {
    use sea_orm::{ConnectOptions, ConnectionTrait, Database, Statement};

    use super::misfits;

    /// The rows that stop the statement, in words. The statements are newer than the driver, the query is not.
    async fn check(statement: &str) -> Vec<String> {
        let mut options = ConnectOptions::new("sqlite::memory:");
        options.max_connections(1).sqlx_logging(false);
        let db = Database::connect(options).await.unwrap();
        let table =
            "CREATE TABLE \"a b\" (n integer, m integer); INSERT INTO \"a b\" VALUES (1, 1), (NULL, 5), (7, NULL)";
        db.execute_unprepared(table).await.unwrap();
        let query = misfits(statement).unwrap();
        let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), query)).await.unwrap();
        rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
    }

    #[tokio::test]
    async fn rows_that_stop_a_change_in_place_are_named() {
        let alter = "ALTER TABLE \"a b\"";
        assert_eq!(check(&format!("{alter} ALTER COLUMN n SET NOT NULL")).await, ["`a b.n` is NULL: rowid = 2"]);
        assert_eq!(
            check(&format!("{alter} ADD CONSTRAINT c CHECK (n < m + (1))")).await,
            Vec::<String>::new(),
            "what is unknown is let through"
        );
        assert_eq!(
            check(&format!("{alter} ADD CHECK (n = 1 OR n > 7)")).await,
            ["`a b`: CHECK (n = 1 OR n > 7) is false: rowid = 3"]
        );
        assert_eq!(misfits(&format!("{alter} ALTER COLUMN n DROP NOT NULL")), None);
    }
}
