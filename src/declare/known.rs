//! The types SeaORM stores out of the box, by the full paths other crates give them.

use crate::model::DataType;

/// A type of another crate that means something for a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Known {
    /// It is stored as this.
    Column(DataType),
    /// `Option`.
    Option,
    /// `Vec`.
    Vec,
    /// `Cow`.
    Cow,
    /// `chrono::DateTime`, which needs a time zone type.
    Moment,
    /// A time zone type of chrono.
    Zone,
}

/// Whether it is the name of a primitive type.
pub(super) fn is_primitive(name: &str) -> bool {
    matches!(
        name,
        "bool"
            | "char"
            | "str"
            | "i8"
            | "i16"
            | "i32"
            | "i64"
            | "i128"
            | "isize"
            | "u8"
            | "u16"
            | "u32"
            | "u64"
            | "u128"
            | "usize"
            | "f32"
            | "f64"
    )
}

/// Whether every module knows the name as a type.
pub(super) fn is_builtin(name: &str) -> bool {
    is_primitive(name) || matches!(name, "String" | "Option" | "Vec" | "Box")
}

/// The meaning of a primitive type or of one of the standard prelude.
pub(super) fn builtin(name: &str) -> Option<Known> {
    Some(Known::Column(match name {
        "bool" => DataType::Boolean,
        "i8" => DataType::TinyInteger,
        "i16" => DataType::SmallInteger,
        "i32" => DataType::Integer,
        "i64" => DataType::BigInteger,
        "u8" => DataType::TinyUnsigned,
        "u16" => DataType::SmallUnsigned,
        "u32" => DataType::Unsigned,
        "u64" => DataType::BigUnsigned,
        "f32" => DataType::Float,
        "f64" => DataType::Double,
        "char" => DataType::Char(None),
        "String" => DataType::String(None),
        "Option" => return Some(Known::Option),
        "Vec" => return Some(Known::Vec),
        _ => return None,
    }))
}

/// The meaning of a type of another crate.
pub(super) fn type_named(path: &[String]) -> Option<Known> {
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    Some(Known::Column(match path.as_slice() {
        ["sea_orm", "sqlx", rest @ ..] | ["sqlx", rest @ ..] => return sqlx(rest),
        ["sea_orm", "prelude", name] | ["sea_orm", "entity", "prelude", name] => return prelude(name),
        ["sea_orm", "sea_query", rest @ ..] | ["sea_query", rest @ ..] => return sea_query(rest),
        ["sea_orm", "value", name] => return timestamp(name),
        ["std" | "core" | "alloc", "primitive" | "string" | "option" | "vec", name] => return builtin(name),
        ["std" | "alloc", "borrow", "Cow"] => return Some(Known::Cow),
        ["chrono", .., name] => return chrono(name),
        ["time", .., name] => return time(name),
        ["jiff", "civil", "Date"] => DataType::Date,
        ["jiff", "civil", "Time"] => DataType::Time,
        ["jiff", "civil", "DateTime"] => DataType::Timestamp,
        ["jiff", "Timestamp"] => DataType::TimestampWithTimeZone,
        ["sea_orm", "JsonValue"] | ["sea_orm", "query", "JsonValue"] | ["serde_json", .., "Value"] => DataType::Json,
        ["uuid", "Uuid"] | ["uuid", "fmt", "Braced" | "Hyphenated" | "Simple" | "Urn"] => DataType::Uuid,
        ["rust_decimal", .., "Decimal"] | ["bigdecimal", .., "BigDecimal"] => DataType::Decimal(None),
        ["ipnetwork", "IpNetwork"] => DataType::Inet,
        ["mac_address", "MacAddress"] => DataType::MacAddr,
        ["pgvector", "Vector"] => DataType::Vector(None),
        _ => return None,
    }))
}

/// `sea_orm::entity::prelude`.
fn prelude(name: &str) -> Option<Known> {
    Some(Known::Column(match name {
        "Json" => DataType::Json,
        "Decimal" | "BigDecimal" => DataType::Decimal(None),
        "Uuid" => DataType::Uuid,
        "TextUuid" => DataType::String(None),
        "PgVector" => DataType::Vector(None),
        "IpNetwork" => DataType::Inet,
        "Date" | "ChronoDate" | "TimeDate" => DataType::Date,
        "Time" | "ChronoTime" | "TimeTime" => DataType::Time,
        "DateTime" | "ChronoDateTime" | "TimeDateTime" => DataType::DateTime,
        "DateTimeWithTimeZone"
        | "DateTimeUtc"
        | "DateTimeLocal"
        | "ChronoDateTimeWithTimeZone"
        | "ChronoDateTimeUtc"
        | "ChronoDateTimeLocal"
        | "TimeDateTimeWithTimeZone" => DataType::TimestampWithTimeZone,
        "ChronoUtc" => return Some(Known::Zone),
        _ => return timestamp(name),
    }))
}

fn timestamp(name: &str) -> Option<Known> {
    match name {
        "ChronoUnixTimestamp" | "ChronoUnixTimestampMillis" | "TimeUnixTimestamp" | "TimeUnixTimestampMillis" => {
            Some(Known::Column(DataType::BigInteger))
        }
        "TextUuid" => Some(Known::Column(DataType::String(None))),
        _ => None,
    }
}

fn chrono(name: &str) -> Option<Known> {
    Some(match name {
        "NaiveDate" => Known::Column(DataType::Date),
        "NaiveTime" => Known::Column(DataType::Time),
        "NaiveDateTime" => Known::Column(DataType::DateTime),
        "DateTime" => Known::Moment,
        "Utc" | "Local" | "FixedOffset" => Known::Zone,
        _ => return None,
    })
}

fn time(name: &str) -> Option<Known> {
    Some(Known::Column(match name {
        "Date" => DataType::Date,
        "Time" => DataType::Time,
        "PrimitiveDateTime" => DataType::DateTime,
        "OffsetDateTime" => DataType::TimestampWithTimeZone,
        _ => return None,
    }))
}

/// `sqlx` re-exports the types of other crates.
fn sqlx(path: &[&str]) -> Option<Known> {
    match path {
        ["types", "chrono", name] => chrono(name),
        ["types", "time", name] => time(name),
        ["types", "JsonValue"] => Some(Known::Column(DataType::Json)),
        ["types", name @ ("Uuid" | "Decimal" | "BigDecimal")] => prelude(name),
        ["types", "uuid" | "ipnetwork" | "mac_address", ..] => path_of(&path[1..]),
        _ => None,
    }
}

/// `sea_query::value::prelude` has the crates of its types and the types themselves.
fn sea_query(path: &[&str]) -> Option<Known> {
    match path {
        ["Enum"] | ["value", "Enum"] => Some(Known::Column(DataType::String(None))),
        [
            "value",
            "prelude",
            name @ ("NaiveDate" | "NaiveDateTime" | "NaiveTime" | "DateTime" | "FixedOffset" | "Local" | "Utc"),
        ] => chrono(name),
        ["value", "prelude", name @ ("OffsetDateTime" | "PrimitiveDateTime")] => time(name),
        ["value", "prelude", "Timestamp"] => path_of(&["jiff", "Timestamp"]),
        ["value", "prelude", "MacAddress"] => path_of(&["mac_address", "MacAddress"]),
        ["value", "prelude", "RangeType"] => Some(Known::Column(DataType::Custom("RANGE".to_owned()))),
        ["value", "prelude", name @ ("Json" | "Decimal" | "BigDecimal" | "Uuid" | "IpNetwork")] => prelude(name),
        ["value", "prelude", rest @ ..] if rest.len() > 1 => path_of(rest),
        _ => None,
    }
}

fn path_of(path: &[&str]) -> Option<Known> {
    type_named(&path.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>())
}
