//! What `ALTER COLUMN ... TYPE` does with values that are there: whether PostgreSQL has a cast for it, whether it writes
//! the table anew, and whether a value may come out different. From the names of the types alone.

use super::types::{self, TypeName};
use crate::model::{ColumnType, DataType};

/// The casts between PostgreSQL's own types that an assignment may use, besides those to strings.
const ASSIGNED: &[(&str, &[&str])] = &[
    ("bigint", &["smallint", "integer", "real", "double precision", "numeric", "money", "oid", "regclass"]),
    ("bit", &["bit varying", "\"bit\""]),
    ("\"bit\"", &["bit varying", "bit"]),
    ("bit varying", &["bit", "\"bit\""]),
    ("box", &["polygon"]),
    ("cidr", &["inet"]),
    ("date", &["timestamp without time zone", "timestamp with time zone"]),
    ("double precision", &["bigint", "smallint", "integer", "real", "numeric"]),
    ("inet", &["cidr"]),
    ("integer", &["bigint", "smallint", "real", "double precision", "numeric", "money", "oid", "regclass"]),
    ("json", &["jsonb"]),
    ("jsonb", &["json"]),
    ("macaddr", &["macaddr8"]),
    ("macaddr8", &["macaddr"]),
    ("money", &["numeric"]),
    ("numeric", &["bigint", "smallint", "integer", "real", "double precision", "money"]),
    ("oid", &["bigint", "integer", "regclass"]),
    ("path", &["polygon"]),
    ("point", &["box"]),
    ("polygon", &["path"]),
    ("real", &["bigint", "smallint", "integer", "double precision", "numeric"]),
    ("regclass", &["oid", "bigint", "integer"]),
    ("smallint", &["bigint", "integer", "real", "double precision", "numeric", "oid", "regclass"]),
    ("text", &["regclass", "\"char\""]),
    ("character varying", &["regclass", "\"char\""]),
    ("character", &["\"char\""]),
    ("bpchar", &["\"char\""]),
    ("time with time zone", &["time without time zone"]),
    ("time without time zone", &["time with time zone"]),
    (
        "timestamp with time zone",
        &["date", "time without time zone", "timestamp without time zone", "time with time zone"],
    ),
    ("timestamp without time zone", &["date", "time without time zone", "timestamp with time zone"]),
    ("int4range", &["int4multirange"]),
    ("int8range", &["int8multirange"]),
    ("numrange", &["nummultirange"]),
    ("tsrange", &["tsmultirange"]),
    ("tstzrange", &["tstzmultirange"]),
    ("daterange", &["datemultirange"]),
];

/// Whether a column becomes the other type only with a `USING` that says how.
pub(super) fn needs_using(from_text: &str, to_text: &str) -> bool {
    let (from, to) = (TypeName::of(from_text), TypeName::of(to_text));
    if let (Some(from), Some(to)) = (from.element(), to.element()) {
        return !is_assigned(&from, &to);
    }
    !is_assigned(&from, &to)
}

/// Casts between PostgreSQL's own types that only a `USING` may use, besides those from and to strings.
const EXPLICIT: &[(&str, &[&str])] = &[
    ("integer", &["boolean", "bit"]),
    ("bigint", &["bit"]),
    ("boolean", &["integer"]),
    ("bit", &["integer", "bigint"]),
    ("jsonb", &["boolean", "smallint", "integer", "bigint", "numeric", "real", "double precision"]),
];

/// PostgreSQL's own types of which all casts are known here.
const KNOWN: &[&str] = &[
    "smallint",
    "integer",
    "bigint",
    "numeric",
    "real",
    "double precision",
    "boolean",
    "uuid",
    "bytea",
    "json",
    "jsonb",
    "date",
    "time without time zone",
    "time with time zone",
    "timestamp without time zone",
    "timestamp with time zone",
    "inet",
    "cidr",
    "bit",
];

/// Whether PostgreSQL has a way to make values of one type into the other at all.
pub(super) fn is_castable(from_text: &str, to_text: &str) -> bool {
    let (from, to) = (TypeName::of(from_text), TypeName::of(to_text));
    let is_string = |name: &TypeName| !name.array && (types::is_text(&name.base) || types::is_padded(&name.base));
    if is_string(&from) || is_string(&to) || is_assigned(&from, &to) {
        return true;
    }
    if from.array != to.array {
        return false;
    }
    let is_known = |name: &TypeName| KNOWN.contains(&name.base.as_str());
    let has = |list: &[(&str, &[&str])]| {
        list.iter().any(|(before, after)| *before == from.base && after.contains(&to.base.as_str()))
    };
    from.base == to.base || has(ASSIGNED) || has(EXPLICIT) || !(is_known(&from) && is_known(&to))
}

/// Whether values of both types can be held against each other, so that a foreign key may lead from one to the other.
pub(super) fn compares(from_text: &str, to_text: &str) -> bool {
    let family = |text: &str| match TypeName::of(text).base.as_str() {
        "smallint" | "integer" | "bigint" => "integer".to_owned(),
        base if types::is_text(base) => "text".to_owned(),
        base => base.to_owned(),
    };
    family(from_text) == family(to_text)
}

/// Whether PostgreSQL writes the whole table anew for the change. A change to `timestamp with time zone` counts as one:
/// it is none only in a session whose time zone is UTC.
pub(super) fn rewrites(from_text: &str, to_text: &str) -> bool {
    let (from, to) = (TypeName::of(from_text), TypeName::of(to_text));
    if from == to {
        return false;
    }
    if from.array || to.array {
        // Elements are converted one by one unless the type stays and says nothing of their length.
        return from.array != to.array || from.base != to.base || !to.modifiers.is_empty();
    }
    if from.base == to.base {
        return !widens(&from, &to);
    }
    let unlimited = to.modifiers.is_empty();
    match (from.base.as_str(), to.base.as_str()) {
        ("text" | "character varying" | "citext" | "xml", "text" | "character varying" | "bpchar")
        | ("text" | "character varying", "citext")
        | ("bpchar" | "character", "bpchar")
        | ("\"bit\"" | "bit", "bit varying") => !unlimited,
        ("cidr", "inet")
        | ("integer", "oid" | "regclass")
        | ("oid", "integer" | "regclass")
        | ("regclass", "oid" | "integer") => false,
        (before, after) => !(types::is_interval(before) && types::is_interval(after) && widens(&from, &to)),
    }
}

/// Whether a value that is there may come out different or not at all.
pub(in crate::dialect) fn converts(from: &ColumnType, to: &ColumnType) -> bool {
    let name =
        |side: &ColumnType| TypeName::of(&side.text.clone().or_else(|| types::spell(&side.kind)).unwrap_or_default());
    let is_enum = matches!(from.kind, DataType::Enum(_));
    let (from, to) = (name(from), name(to));
    match (from.element(), to.element()) {
        (Some(from), Some(to)) => changes(&from, &to, is_enum),
        (None, None) => changes(&from, &to, is_enum),
        (Some(_), None) | (None, Some(_)) => true,
    }
}

fn is_assigned(from: &TypeName, to: &TypeName) -> bool {
    let (before, after) = (from.base.as_str(), to.base.as_str());
    let is_string = types::is_text(after) || types::is_padded(after) || matches!(after, "name" | "citext");
    if !to.array && is_string {
        return true;
    }
    if from.array || to.array {
        return false;
    }
    before == after
        || (types::is_interval(before) && (types::is_interval(after) || after == "time without time zone"))
        || (before == "time without time zone" && types::is_interval(after))
        || ASSIGNED.iter().any(|(from, to)| *from == before && to.contains(&after))
}

/// Whether every value of a type fits the same type with other modifiers just as it is.
fn widens(from: &TypeName, to: &TypeName) -> bool {
    if from == to {
        return true;
    }
    // Six digits of a second are all there are.
    let digits = |name: &TypeName| name.numbers().first().copied().unwrap_or(6);
    match to.base.as_str() {
        "character varying" | "bit varying" => match (from.numbers().as_slice(), to.numbers().as_slice()) {
            (_, []) => true,
            ([from], [to]) => from <= to,
            _ => false,
        },
        "numeric" => match (from.numbers().as_slice(), to.numbers().as_slice()) {
            (_, []) => true,
            ([from, scale], [to, new_scale]) => scale == new_scale && from <= to,
            _ => false,
        },
        "timestamp without time zone"
        | "timestamp with time zone"
        | "time without time zone"
        | "time with time zone" => digits(from) <= digits(to),
        // Fields cut off what is finer than the last of them.
        base if types::is_interval(&from.base)
            && (base == "interval" || (types::is_interval(base) && base.ends_with("second"))) =>
        {
            digits(from) <= digits(to)
        }
        _ => false,
    }
}

fn changes(from: &TypeName, to: &TypeName, is_enum: bool) -> bool {
    if from.base == to.base {
        // An integer part that has no less room keeps all numbers, with more zeros behind the point.
        let roomier = || match (from.numbers().as_slice(), to.numbers().as_slice()) {
            ([from, scale], [to, new_scale]) => scale <= new_scale && from - scale <= to - new_scale,
            _ => false,
        };
        let fits = widens(from, to) || (from.base == "numeric" && roomier());
        return !fits;
    }
    let unlimited = to.modifiers.is_empty();
    if types::is_text(&to.base) && unlimited {
        let as_it_is = [
            "boolean",
            "smallint",
            "integer",
            "bigint",
            "numeric",
            "uuid",
            "json",
            "text",
            "character varying",
            "citext",
            "name",
            "cidr",
            "macaddr",
            "macaddr8",
            "xml",
            "ltree",
        ];
        return !is_enum && !as_it_is.contains(&from.base.as_str());
    }
    let digits = |name: &TypeName| match name.numbers().as_slice() {
        [precision, scale] => precision - scale,
        _ => i64::MAX,
    };
    match (from.base.as_str(), to.base.as_str()) {
        ("smallint", "integer" | "bigint" | "real" | "double precision")
        | ("integer", "bigint" | "double precision")
        | ("real", "double precision")
        | ("cidr", "inet")
        | ("macaddr", "macaddr8")
        | ("jsonb", "json")
        | ("date", "timestamp without time zone") => false,
        ("smallint", "numeric") => digits(to) < 5,
        ("integer", "numeric") => digits(to) < 10,
        ("bigint", "numeric") => digits(to) < 19,
        ("text" | "character varying", "citext")
        | ("citext", "text" | "character varying")
        | ("bpchar", "character")
        | ("character", "bpchar") => !unlimited,
        ("bit" | "\"bit\"", "bit varying") => match (from.numbers().as_slice(), to.numbers().as_slice()) {
            (_, []) => false,
            ([from], [to]) => from > to,
            _ => true,
        },
        (before, after) if types::is_interval(before) && types::is_interval(after) => !widens(from, to),
        _ => true,
    }
}

#[cfg(test)]
#[path = "casts_tests.rs"]
mod tests;
