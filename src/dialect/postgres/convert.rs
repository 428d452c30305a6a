//! How the rows of a column that holds an enum become those of another: what stops at values that nothing stands for, and
//! what each of the others becomes. The texts of statements only.

use super::words::identifier as quote;
use super::{literal, table_name};
use crate::model::{Column, Conversion, DataType, Literal, TableName, shown};

/// Whether the values are written anew at once, by another type or the same: one by one they would be in each other's way.
pub(super) fn is_whole(from: &Column, to: &Column) -> bool {
    from.conversion(to).is_some_and(|conversion| conversion.is_entangled())
}

/// A statement that stops, and changes nothing, at rows for whose values nothing stands afterwards.
pub(super) fn guard(table: &TableName, from: &Column, to: &Column, conversion: &Conversion) -> Option<String> {
    // An enum type holds nothing but its own values.
    let is_own = from.data_type.kind.enum_name().is_some();
    if is_own || from.stores_like(to) {
        return refuse(table, from, &Held::One(&conversion.gone));
    }
    refuse(table, from, &Held::Other(&conversion.known()))
}

/// Which rows are refused.
pub(super) enum Held<'a> {
    /// Those that hold one of the values.
    One(&'a [Literal]),
    /// Those that hold anything else. Nobody writes any more until the transaction ends.
    Other(&'a [Literal]),
}

/// A statement that stops at rows, and says how many hold what.
pub(super) fn refuse(table: &TableName, column: &Column, held: &Held<'_>) -> Option<String> {
    let (values, condition, is_locked) = match held {
        Held::One([]) => return None,
        Held::One(values) => (values, "IN", false),
        Held::Other(values) => (values, "NOT IN", true),
    };
    let list = values.iter().map(text_literal).collect::<Vec<_>>().join(", ");
    let (own, name) = (table_name(table), quote(&column.name));
    let (rows, value) = if column.data_type.kind.is_array() {
        (format!("{own}, unnest({name}::text[]) AS item (value)"), "item.value".to_owned())
    } else {
        (own.clone(), format!("{name}::text"))
    };
    let message = format!("rows of `{table}.{}` hold values that nothing stands for any more: ", column.name);
    let lock = if is_locked { format!("    LOCK TABLE {own} IN ACCESS EXCLUSIVE MODE;\n") } else { String::new() };
    let condition =
        if values.is_empty() { format!("{value} IS NOT NULL") } else { format!("{value} {condition} ({list})") };
    let body = format!(
        "DECLARE\n    held text;\nBEGIN\n{lock}    \
         SELECT string_agg(format('%L in %s', value, number), ', ') INTO held FROM (\n        \
         SELECT {value} AS value, count(*) AS number FROM {rows} WHERE {condition}\n        \
         GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 20\n    ) AS found;\n    \
         IF held IS NOT NULL THEN\n        \
         RAISE EXCEPTION USING MESSAGE = {} || held;\n    END IF;\nEND",
        literal(&Literal::Text(message))
    );
    let tags = std::iter::once(String::new()).chain((1..).map(|number| number.to_string()));
    let mut tags = tags.map(|number| format!("$seachange{number}$"));
    let tag = tags.find(|tag| !body.contains(tag.as_str())).unwrap_or_default();
    Some(format!("DO {tag}\n{body} {tag}"))
}

/// What stands behind `USING` when values become others on the way to another type, or to the same.
pub(super) fn using(from: &Column, to: &Column, conversion: &Conversion) -> String {
    let (name, type_text) = (quote(&to.name), to.data_type.text.as_deref().unwrap_or_default());
    if to.data_type.kind.is_array() {
        return format!("{}::{type_text}", in_array(&name, conversion));
    }
    let is_number = |value: &Literal| matches!(value, Literal::Integer(_));
    let all = conversion.pairs.iter().chain(&conversion.merged);
    let kinds: Vec<(bool, bool)> = all.clone().map(|(from, to)| (is_number(from), is_number(to))).collect();
    let (from_number, to_number) = kinds.first().copied().unwrap_or_default();
    // What stays as it is needs no words, where it can.
    let listed: Vec<_> = all.filter(|(from, to)| from != to || from_number != to_number).collect();
    let text = || format!("{name}::text");
    let source = if from_number { name.clone() } else { text() };
    if listed.is_empty() {
        return format!("{}::{type_text}", if from.data_type == to.data_type { name.clone() } else { text() });
    }
    let cases: Vec<String> =
        listed.iter().map(|(from, to)| format!("WHEN {} THEN {}", literal(from), literal(to))).collect();
    // Who goes on behind an error must not lose the value.
    let other = match (from_number, to_number) {
        (true, true) => name.clone(),
        (false, true) => format!("{}::bigint", text()),
        (_, false) => text(),
    };
    let case = format!("CASE {source} {} ELSE {other} END", cases.join(" "));
    if to.data_type.kind.enum_name().is_some() { format!("({case})::{type_text}") } else { case }
}

/// The statement that gives rows their new values while the type stays.
pub(super) fn update(table: &TableName, column: &Column, conversion: &Conversion) -> Option<String> {
    let (own, name) = (table_name(table), quote(&column.name));
    let changed: Vec<&(Literal, Literal)> = conversion.changed().collect();
    let is_text = !matches!(changed.first()?.0, Literal::Integer(_));
    if column.data_type.kind.is_array() {
        let list = changed.iter().map(|(from, _)| text_literal(from)).collect::<Vec<_>>().join(", ");
        let text = column.data_type.text.as_deref().unwrap_or_default();
        let value = format!("{}::{text}", in_array(&name, conversion));
        return Some(format!("UPDATE {own} SET {name} = {value} WHERE {name}::text[] && ARRAY[{list}]"));
    }
    // Only a type of its own may compare otherwise.
    let is_plain = matches!(column.data_type.kind, DataType::Char(_) | DataType::String(_) | DataType::Text);
    let source = if is_text && !is_plain { format!("{name}::text") } else { name.clone() };
    Some(match changed.as_slice() {
        [(from, to)] => format!("UPDATE {own} SET {name} = {} WHERE {source} = {}", literal(to), literal(from)),
        several => {
            let cases: Vec<String> =
                several.iter().map(|(from, to)| format!("WHEN {} THEN {}", literal(from), literal(to))).collect();
            let list = several.iter().map(|(from, _)| literal(from)).collect::<Vec<_>>().join(", ");
            format!("UPDATE {own} SET {name} = CASE {source} {} END WHERE {source} IN ({list})", cases.join(" "))
        }
    })
}

/// The array of texts with its elements replaced, one value after the other.
pub(super) fn in_array(name: &str, conversion: &Conversion) -> String {
    let text = |(from, to): &(Literal, Literal)| (shown(from), shown(to));
    let all: Vec<(String, String)> = conversion.pairs.iter().chain(&conversion.merged).map(text).collect();
    let changed = all.into_iter().filter(|(from, to)| from != to).collect();
    one_by_one(changed).into_iter().fold(format!("{name}::text[]"), |array, (from, to)| {
        let [from, to] = [from, to].map(|value| literal(&Literal::Text(value)));
        format!("array_replace({array}, {from}, {to})")
    })
}

/// The replacements in an order in which none meets what another made; values that go around in a circle go by way of one
/// that nothing holds.
fn one_by_one(mut left: Vec<(String, String)>) -> Vec<(String, String)> {
    let mut ordered = Vec::with_capacity(left.len());
    let mut aside = Vec::new();
    while !left.is_empty() {
        let is_free = |(_, to): &(String, String)| !left.iter().any(|(from, _)| from == to);
        if let Some(position) = left.iter().position(is_free) {
            ordered.push(left.remove(position));
        } else {
            let (from, to) = left.remove(0);
            let way = format!("_swap{}_{from}", aside.len());
            ordered.push((from, way.clone()));
            aside.push((way, to));
        }
    }
    ordered.into_iter().chain(aside).collect()
}

/// The value as its text.
fn text_literal(value: &Literal) -> String {
    literal(&Literal::Text(shown(value)))
}
