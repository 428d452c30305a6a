//! Brings a schema into SQLite's own words: every type and default gets its text, and what SQLite cannot hold goes.
//! Looks at one schema only; what two of them have in common is for `reconcile`.

use super::beyond;
use super::compare;
use super::{expression, has_key_of_its_own, literal, namespace, quote, types, value};
use crate::dialect::{EnumStorage, Options, extra};
use crate::error::{Error, Result};
use crate::model::{
    AutoIncrement, Check, Column, DataType, DefaultValue, Literal, ObjectPath, Placement, Schema, Table, Unique,
};

/// The schema in SQLite's own words.
pub(in crate::dialect) fn canonicalize(schema: Schema, options: &Options) -> Result<Schema> {
    let is_new = schema.tables.values().any(|table| is_declared(table));
    let mut canonical = Schema { verbatim: schema.verbatim, ..Schema::default() };
    for (declared_name, mut table) in schema.tables {
        table.change(|table| self::table(table, options))?;
        if canonical.tables.contains_key(&table.name) {
            return Err(unsupported(
                ObjectPath::Table(declared_name),
                "a table of that name is declared in another schema, and SQLite has no schemas",
                "give the table another `table_name`",
            ));
        }
        canonical.tables.insert(table.name.clone(), table);
    }
    if is_new {
        namespace::check(&canonical)?;
    }
    Ok(canonical)
}

/// Whether the table is declared. What came from a database has its text, and whatever it says was fine there.
fn is_declared(table: &Table) -> bool {
    table.columns.iter().any(|column| column.data_type.text.is_none())
}

/// How SQLite is called in messages.
const NAME: &str = "SQLite";

pub(super) fn unsupported(object: ObjectPath, reason: impl Into<String>, hint: impl Into<String>) -> Error {
    Error::Unsupported { database: NAME, object: Box::new(object), reason: reason.into(), hint: hint.into() }
}

fn table(table: &mut Table, options: &Options) -> Result<()> {
    for position in 0..table.columns.len() {
        extra::take(table, position, NAME)?;
    }
    let is_declared = is_declared(table);
    if is_declared {
        expression::settle(table)?;
    }
    beyond::leave_out(table)?;
    let counted = counted_column(table);
    let key = table.primary_key.as_ref().map(|key| key.columns.clone()).unwrap_or_default();
    for column in &mut table.columns {
        let path = || ObjectPath::Column(table.name.clone(), column.name.clone());
        if column.auto_increment != AutoIncrement::No && counted.as_deref() != Some(&column.name) {
            column.auto_increment = AutoIncrement::No;
        }
        if column.data_type.text.is_none() {
            column.data_type.text = Some(spell_type(column, table.options.strict).ok_or_else(|| {
                let reason = format!("it is {}", types::describe(&column.data_type.kind));
                unsupported(path(), reason, "write a `column_type` SQLite has, such as `Json` or `Text`")
            })?);
        }
        if let Some(default) = &mut column.default
            && default.text.is_none()
        {
            if let DefaultValue::Expression(sql) = &default.value {
                // A constant in the clothes of an expression, as `Expr::cust("0")` is.
                default.value = expression_default(sql);
            }
            default.text = Some(value::spell(&default.value));
        }
        beyond::check_strict(&table.name, &table.options, column)?;
        // To SQLite only the key that is the rowid says so, and what the table itself says.
        let is_required = is_declared || counted.as_deref() == Some(&column.name);
        column.nullable &= !(is_required && key.contains(&column.name));
        column.collation = column.collation.take().filter(|name| !name.eq_ignore_ascii_case("BINARY"));
        column.comment = None;
    }
    if options.enums == EnumStorage::Check {
        check_enums(table);
    }
    drop_repeated_uniques(table);
    table.name.schema = None;
    for fk in &mut table.foreign_keys {
        fk.references.schema = None;
    }
    table.comment = None;
    Ok(())
}

/// The column SQLite can count up: the integer that is the whole primary key.
fn counted_column(table: &Table) -> Option<String> {
    let key = table.primary_key.as_ref()?;
    let [name] = key.columns.as_slice() else { return None };
    let column = table.column(name)?;
    let integer = match &column.data_type.text {
        // SQLite takes no other spelling.
        Some(text) => text.eq_ignore_ascii_case("integer"),
        None => is_integer(&column.data_type.kind),
    };
    (integer && !table.options.without_rowid && !has_key_of_its_own(table)).then(|| name.clone())
}

fn is_integer(kind: &DataType) -> bool {
    match kind {
        kind if kind.is_integer() => true,
        DataType::Custom(name) => name.eq_ignore_ascii_case("integer"),
        _ => false,
    }
}

fn spell_type(column: &Column, strict: bool) -> Option<String> {
    if column.auto_increment != AutoIncrement::No {
        Some("integer".to_owned())
    } else if strict {
        types::spell_strict(&column.data_type.kind)
    } else {
        types::spell(&column.data_type.kind)
    }
}

/// A bare word in an entity's expression is no string, as it would be behind `DEFAULT`.
fn expression_default(sql: &str) -> DefaultValue {
    match value::parse(&format!("({sql})")) {
        DefaultValue::Literal(constant) => DefaultValue::Literal(constant),
        DefaultValue::Expression(_) => DefaultValue::Expression(sql.to_owned()),
    }
}

/// Gives every string enum a check that lists its values, unless there is one.
fn check_enums(table: &mut Table) {
    let mut checks = Vec::new();
    for column in &table.columns {
        let Some(values) = &column.values else { continue };
        let listed = table.checks.iter().any(|check| compare::listed_values(&check.expression, &column.name).is_some());
        if !listed {
            checks.push(enum_check(&column.name, values));
        }
    }
    table.checks.extend(checks);
}

/// The check that lets only those values into a column.
pub(super) fn enum_check(column: &str, values: &[String]) -> Check {
    let list: Vec<String> = values.iter().map(|value| literal(&Literal::Text(value.clone()))).collect();
    let expression = format!("{} IN ({})", quote(column), list.join(", "));
    Check::new(None, expression, Placement::Column(column.to_owned()))
}

/// SQLite keeps one index for all unique constraints on the same columns; so one of them is enough, best one with a name.
/// For those of the primary key the key itself is enough: SQLite does not keep them apart.
fn drop_repeated_uniques(table: &mut Table) {
    let key = table.primary_key.as_ref().map(|key| &key.columns);
    let mut kept: Vec<Unique> = Vec::new();
    for unique in std::mem::take(&mut table.uniques).into_iter().filter(|unique| Some(&unique.columns) != key) {
        let named = |unique: &Unique| unique.name.as_ref().is_some_and(|name| !name.inferred);
        match kept.iter_mut().find(|other| other.columns == unique.columns) {
            Some(other) if named(&unique) && !named(other) => *other = unique,
            Some(_) => {}
            None => kept.push(unique),
        }
    }
    table.uniques = kept;
}
