//! Brings a schema into PostgreSQL's own words: every type and default gets its text, every constraint a name, and what
//! PostgreSQL does not have goes. Looks at one schema only; what two of them have in common is for `reconcile`.

use std::collections::BTreeSet;

use super::{script, sequence, text, types, value};
use crate::dialect::{Options, extra};
use crate::error::{Error, Result};
use crate::model::{
    AutoIncrement, Column, ColumnType, DataType, DefaultValue, EnumType, Exclusion, IndexKey, Literal, Name,
    ObjectPath, Placement, Schema, Table, TableName, Unique,
};
use crate::op::identifiers;

/// How PostgreSQL is called in messages.
const NAME: &str = "PostgreSQL";

/// The schema in PostgreSQL's own words.
pub(in crate::dialect) fn canonicalize(schema: Schema, options: &Options) -> Result<Schema> {
    let mut canonical =
        Schema { tables: [].into(), enums: schema.enums, verbatim: schema.verbatim, unmodelled: schema.unmodelled };
    for (_, mut table) in schema.tables {
        table.change(|table| {
            home(&mut table.name, options);
            for fk in &mut table.foreign_keys {
                home(&mut fk.references, options);
            }
            if is_declared(table) {
                declared(table, &mut canonical)?;
            }
            plain(table);
            Ok(())
        })?;
        canonical.tables.insert(table.name.clone(), table);
    }
    Ok(canonical)
}

/// The default schema is meant where none is named.
fn home(name: &mut TableName, options: &Options) {
    name.schema = name.schema.take().filter(|schema| *schema != options.schema);
}

/// Whether the table is declared. What came from a database has its text, and whatever it says was fine there.
fn is_declared(table: &Table) -> bool {
    table.columns.iter().any(|column| column.data_type.text.is_none())
}

fn unsupported(object: ObjectPath, reason: impl Into<String>, hint: impl Into<String>) -> Error {
    Error::Unsupported { database: NAME, object: Box::new(object), reason: reason.into(), hint: hint.into() }
}

/// What means nothing, whichever side says it.
fn plain(table: &mut Table) {
    let some = |text: Option<String>| text.filter(|text| !text.is_empty());
    table.comment = some(table.comment.take());
    let key = table.primary_key.as_ref().map(|key| key.columns.clone()).unwrap_or_default();
    for column in &mut table.columns {
        column.comment = some(column.comment.take());
        // The values are those of the type.
        column.values = None;
        column.collation = column.collation.take().filter(|name| name != "default");
        column.nullable &= !key.contains(&column.name) && column.identity.is_none();
    }
    place(table);
}

/// PostgreSQL does not keep where a constraint was written. What is about one column is written behind it.
fn place(table: &mut Table) {
    let of = |columns: &[String]| match columns {
        [column] => Placement::Column(column.clone()),
        _ => Placement::Table,
    };
    for unique in &mut table.uniques {
        // `INCLUDE` has no place behind a column.
        unique.placement = if unique.include.is_empty() { of(&unique.columns) } else { Placement::Table };
    }
    // Nor has `NOT VALID`, where it would mean nothing.
    for fk in &mut table.foreign_keys {
        fk.placement = if fk.not_valid { Placement::Table } else { of(&fk.columns) };
    }
    let names: BTreeSet<&String> = table.columns.iter().map(|column| &column.name).collect();
    for check in &mut table.checks {
        let words: BTreeSet<String> = identifiers(&check.expression).into_iter().collect();
        let about: Vec<String> = words.into_iter().filter(|word| names.contains(word)).collect();
        check.placement = if check.not_valid { Placement::Table } else { of(&about) };
    }
}

fn declared(table: &mut Table, schema: &mut Schema) -> Result<()> {
    for position in 0..table.columns.len() {
        extra::take(table, position, NAME)?;
    }
    expressions(table)?;
    for column in &mut table.columns {
        let path = ObjectPath::Column(table.name.clone(), column.name.clone());
        self::column(column, path, schema)?;
    }
    for column in &mut table.columns {
        // PostgreSQL before 18 keeps what it computes.
        if let Some(generated) = &mut column.generated {
            generated.stored = true;
        }
    }
    // Other databases keep rows in other ways.
    table.options.strict = false;
    table.options.without_rowid = false;
    for index in &mut table.indexes {
        index.method = index.method.take().map(|method| method.to_lowercase()).filter(|method| method != "btree");
    }
    drop_repeated(table);
    name_all(table);
    Ok(())
}

fn column(column: &mut Column, path: ObjectPath, schema: &mut Schema) -> Result<()> {
    let written = column.written_types.remove("postgres");
    column.written_types.clear();
    if let Some(text) = written {
        let text = types::canonical(&text);
        let kind = types::parse(&text);
        column.data_type = ColumnType { kind, text: Some(text), inferred: false };
    }
    if let Some(name) = column.data_type.kind.enum_name()
        && let Some(values) = column.values.take()
    {
        let name = enum_name(name);
        let definition = EnumType { values, comment: None };
        match schema.enums.get(&name) {
            Some(other) if other.values != definition.values => {
                let reason = format!("the enum type `{name}` is declared in another place with other values");
                return Err(unsupported(path, reason, "give one of the two enums another `enum_name`"));
            }
            Some(_) => {}
            None => drop(schema.enums.insert(name, definition)),
        }
    }
    if column.data_type.text.is_none() {
        let named = column.data_type.kind.enum_name().map(|name| super::table_name(&enum_name(name)));
        let named = named.map(|name| match column.data_type.kind {
            DataType::Array(_) => format!("{name}[]"),
            _ => name,
        });
        column.data_type.text = Some(named.or_else(|| types::spell(&column.data_type.kind)).ok_or_else(|| {
            let reason = format!("it is {}", types::describe(&column.data_type.kind));
            unsupported(path, reason, "write a `column_type` PostgreSQL has, such as `Integer` or `Text`")
        })?);
    }
    let text = column.data_type.text.clone().unwrap_or_default();
    let can_count = matches!(text.as_str(), "smallint" | "integer" | "bigint");
    let has_value = column.default.is_some() || column.generated.is_some();
    if !can_count || has_value {
        column.auto_increment = AutoIncrement::No;
    } else if column.identity.is_some() {
        // Somebody wrote how it counts, so no other way will do.
        column.auto_increment = AutoIncrement::No;
    } else if column.auto_increment != AutoIncrement::No {
        column.identity = Some(Box::default());
    }
    let null = DefaultValue::Literal(Literal::Null);
    if column.default.as_ref().is_some_and(|default| default.value == null) && forgets_null(&column.data_type) {
        column.default = None;
    }
    if let Some(default) = &mut column.default
        && default.text.is_none()
    {
        // What PostgreSQL keeps of a text are its bytes, and it says a backslash in other words.
        if let (DefaultValue::Literal(Literal::Text(own)), "bytea") = (&default.value, text.as_str())
            && !own.contains('\\')
        {
            default.value = DefaultValue::Literal(Literal::Blob(own.clone().into_bytes()));
        }
        if let DefaultValue::Expression(sql) = &default.value {
            // A constant in the clothes of an expression, as `Expr::cust("0")` is.
            let sql = sql.clone();
            if let DefaultValue::Literal(constant) = value::parse(&sql) {
                default.value = DefaultValue::Literal(constant);
            }
            default.text = Some(if needs_parentheses(&sql) { format!("({sql})") } else { sql });
        } else {
            default.text = Some(value::spell(&default.value, &text));
        }
    }
    Ok(())
}

/// Whether nothing is kept of `DEFAULT NULL` in a column of the type. In one with a length it is, and in one of a domain it
/// stands before the default of that.
fn forgets_null(data_type: &ColumnType) -> bool {
    let name = types::TypeName::of(data_type.text.as_deref().unwrap_or_default());
    let is_known = name.array || data_type.kind.enum_name().is_some() || types::is_built_in(&name.base);
    is_known && name.modifiers.is_empty()
}

/// Whether an expression holds words that mean something else behind `DEFAULT`, or nothing, when they stand there bare.
fn needs_parentheses(sql: &str) -> bool {
    const WORDS: [&str; 13] =
        ["and", "at", "between", "collate", "ilike", "in", "is", "isnull", "like", "not", "notnull", "or", "similar"];
    text::unwrapped(sql) == sql.trim() && script::words(sql).iter().any(|own| WORDS.iter().any(|word| own.is(word)))
}

/// The type a column names, perhaps in a schema.
fn enum_name(text: &str) -> TableName {
    match text.split_once('.') {
        Some((schema, name)) => TableName { schema: Some(schema.to_owned()), name: name.to_owned() },
        None => TableName::new(text),
    }
}

/// Each expression stands between parentheses that we write, so each has to be one and end before they do.
fn expressions(table: &Table) -> Result<()> {
    let own = || ObjectPath::Table(table.name.clone());
    let of = |column: &str| ObjectPath::Column(table.name.clone(), column.to_owned());
    let check = |sql: &str, what: String, path: ObjectPath| match script::not_one_expression(sql) {
        None => Ok(()),
        Some(problem) => {
            let hint = "write one SQL expression, as it would stand between parentheses";
            Err(unsupported(path, format!("{what} `{sql}` {problem}"), hint))
        }
    };
    for column in &table.columns {
        if let Some(generated) = &column.generated {
            check(&generated.expression, "the expression".to_owned(), of(&column.name))?;
        }
        if let Some(default) = &column.default
            && let DefaultValue::Expression(sql) = &default.value
        {
            check(sql, "the default".to_owned(), of(&column.name))?;
        }
    }
    for constraint in &table.checks {
        let path = match &constraint.placement {
            Placement::Column(column) => of(column),
            Placement::Table => own(),
        };
        check(&constraint.expression, "the check".to_owned(), path)?;
    }
    for index in &table.indexes {
        for part in &index.parts {
            if let IndexKey::Expression(sql) = &part.key {
                check(sql, format!("the expression in the index `{}`", index.name.text), own())?;
            }
        }
        if let Some(sql) = &index.predicate {
            check(sql, format!("`where` of the index `{}`", index.name.text), own())?;
        }
    }
    Ok(())
}

/// One unique constraint on the same columns is enough, best one with a name; for those of the primary key PostgreSQL
/// makes none. Nor does it make two exclusion constraints of which each does what the other does.
fn drop_repeated(table: &mut Table) {
    let uniques = std::mem::take(&mut table.uniques);
    table.uniques =
        once(uniques, |one: &Unique, other: &Unique| one.columns == other.columns, |unique| unique.name.as_ref());
    let key = table.primary_key.as_ref().map(|key| &key.columns);
    table.uniques.retain(|unique| Some(&unique.columns) != key);

    let is_same = |one: &Exclusion, other: &Exclusion| Exclusion { name: one.name.clone(), ..other.clone() } == *one;
    table.exclusions = once(std::mem::take(&mut table.exclusions), is_same, |exclusion| exclusion.name.as_ref());
}

/// One of those that are the same, best one with a name that somebody wrote.
fn once<T>(all: Vec<T>, is_same: impl Fn(&T, &T) -> bool, name: impl Fn(&T) -> Option<&Name>) -> Vec<T> {
    let is_named = |one: &T| name(one).is_some_and(|name| !name.inferred);
    let mut kept: Vec<T> = Vec::new();
    for one in all {
        match kept.iter_mut().find(|other| is_same(other, &one)) {
            Some(other) if is_named(&one) && !is_named(other) => *other = one,
            Some(_) => {}
            None => kept.push(one),
        }
    }
    kept
}

/// Gives what has no name the one PostgreSQL would give it, so that it can be spoken of later.
fn name_all(table: &mut Table) {
    let mut taken: BTreeSet<String> =
        table.constraints().filter_map(|constraint| constraint.name().map(|name| name.text.clone())).collect();
    taken.extend(table.indexes.iter().map(|index| index.name.text.clone()));
    let own = table.name.name.clone();
    let mut name = |given: &mut Option<Name>, columns: &str, label: &str| {
        if given.is_some() {
            return;
        }
        let numbered = (1..).map(|number| sequence::made_name(&own, columns, &format!("{label}{number}")));
        let mut names = std::iter::once(sequence::made_name(&own, columns, label)).chain(numbered);
        *given = names.find(|name| taken.insert(name.clone())).map(Name::inferred);
    };
    if let Some(key) = &mut table.primary_key {
        name(&mut key.name, "", "pkey");
    }
    for unique in &mut table.uniques {
        name(&mut unique.name, &unique.columns.join("_"), "key");
    }
    for fk in &mut table.foreign_keys {
        name(&mut fk.name, &fk.columns.join("_"), "fkey");
    }
    for check in &mut table.checks {
        let column = match &check.placement {
            Placement::Column(column) => column.clone(),
            Placement::Table => String::new(),
        };
        name(&mut check.name, &column, "check");
    }
    for exclusion in &mut table.exclusions {
        let columns = exclusion.elements.iter().filter_map(|element| match &element.part.key {
            IndexKey::Column(column) => Some(column.as_str()),
            IndexKey::Expression(_) => None,
        });
        name(&mut exclusion.name, &columns.collect::<Vec<_>>().join("_"), "excl");
    }
}

/// The text of a column's type, for reading the expressions of its table.
pub(super) fn type_text(table: &Table) -> impl Fn(&str) -> Option<String> + '_ {
    |name| table.column(name).and_then(|column| column.data_type.text.clone())
}
