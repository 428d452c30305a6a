//! The types of SQLite: what a name means, how SeaORM writes a type, and which types hold the same values.
//! SQLite takes any words for a type; only their affinity and what programs make of them count.

use super::text::{self, Kind};
use crate::model::{ColumnType, DataType};

/// How SQLite treats the values of a column, from the words of its type (section 3.1 of its documentation on data types).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Affinity {
    Integer,
    Text,
    Blob,
    Real,
    Numeric,
}

/// The affinity of a type by its name.
pub(super) fn affinity(name: &str) -> Affinity {
    let name = name.to_ascii_uppercase();
    let has = |word: &&str| name.contains(*word);
    if name.contains("INT") {
        Affinity::Integer
    } else if ["CHAR", "CLOB", "TEXT"].iter().any(has) {
        Affinity::Text
    } else if name.trim().is_empty() || name.contains("BLOB") {
        Affinity::Blob
    } else if ["REAL", "FLOA", "DOUB"].iter().any(has) {
        Affinity::Real
    } else {
        Affinity::Numeric
    }
}

/// What the name of a type means.
pub(super) fn parse(name: &str) -> DataType {
    let tokens = text::tokens(name);
    let words: Vec<String> = tokens
        .iter()
        .take_while(|token| !token.is_symbol("("))
        .map(|token| token.name().unwrap_or(token.text).to_ascii_lowercase())
        .collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let numbers: Vec<u32> = tokens
        .iter()
        .skip_while(|token| !token.is_symbol("("))
        .filter(|token| token.kind == Kind::Number)
        .filter_map(|token| token.text.parse().ok())
        .collect();
    let length = numbers.first().copied();
    let precision = length.map(|precision| (precision, numbers.get(1).copied().unwrap_or(0)));
    let unsigned = words.contains(&"unsigned");
    let signless: Vec<&str> = words.iter().copied().filter(|word| !matches!(*word, "unsigned" | "signed")).collect();
    match signless.as_slice() {
        ["tinyint" | "int1"] if unsigned => DataType::TinyUnsigned,
        ["tinyint" | "int1"] => DataType::TinyInteger,
        ["smallint" | "int2"] if unsigned => DataType::SmallUnsigned,
        ["smallint" | "int2"] => DataType::SmallInteger,
        ["int" | "integer" | "mediumint" | "int3" | "int4"] if unsigned => DataType::Unsigned,
        ["int" | "integer" | "mediumint" | "int3" | "int4"] => DataType::Integer,
        ["bigint" | "int8"] | ["big", "int"] if unsigned => DataType::BigUnsigned,
        ["bigint" | "int8"] | ["big", "int"] => DataType::BigInteger,
        ["bool" | "boolean"] => DataType::Boolean,
        ["float" | "float4"] => DataType::Float,
        ["real"] if precision.is_some() => DataType::Decimal(precision),
        ["real" | "double" | "float8"] | ["double", "precision"] => DataType::Double,
        ["decimal" | "dec" | "numeric" | "number" | "real_decimal"] => DataType::Decimal(precision),
        ["money" | "real_money"] => DataType::Money(precision),
        ["char" | "character" | "nchar"] | ["native" | "national", "character" | "char"] => DataType::Char(length),
        ["varchar" | "nvarchar" | "varchar2" | "nvarchar2"]
        | ["character" | "char" | "varying" | "nchar", "varying" | "character"]
        | ["national", "character" | "char", "varying"] => DataType::String(length),
        ["text" | "clob" | "nclob" | "tinytext" | "mediumtext" | "longtext" | "ntext"] => DataType::Text,
        ["blob" | "binary"] if let Some(length) = length => DataType::Binary(length),
        ["blob" | "tinyblob" | "mediumblob" | "longblob" | "bytea"] => DataType::Blob,
        ["varbinary_blob" | "varbinary" | "binary"] | ["binary", "varying"] => DataType::VarBinary(length),
        ["date" | "date_text"] => DataType::Date,
        ["time" | "time_text" | "timetz"] | ["time", "with" | "without", "time", "zone"] => DataType::Time,
        ["datetime" | "datetime_text"] => DataType::DateTime,
        ["timestamp" | "timestamp_text"] | ["timestamp", "without", "time", "zone"] => DataType::Timestamp,
        ["timestamptz" | "timestamp_with_timezone_text"] | ["timestamp", "with", "time", "zone"] => {
            DataType::TimestampWithTimeZone
        }
        ["json" | "json_text"] => DataType::Json,
        ["jsonb" | "jsonb_text"] => DataType::JsonBinary,
        ["uuid" | "uuid_text" | "guid"] => DataType::Uuid,
        _ => DataType::Custom(name.to_owned()),
    }
}

/// How SeaORM writes the type for SQLite; `None` when SQLite has nothing for it.
pub(super) fn spell(kind: &DataType) -> Option<String> {
    let text = match kind {
        DataType::Boolean => "boolean".to_owned(),
        DataType::TinyInteger | DataType::TinyUnsigned => "tinyint".to_owned(),
        DataType::SmallInteger | DataType::SmallUnsigned => "smallint".to_owned(),
        DataType::Integer | DataType::Unsigned | DataType::BigInteger | DataType::BigUnsigned => "integer".to_owned(),
        DataType::Float => "float".to_owned(),
        DataType::Double => "double".to_owned(),
        DataType::Decimal(None) => "real_decimal".to_owned(),
        DataType::Decimal(Some((precision, scale))) => format!("real({precision}, {scale})"),
        DataType::Money(None) => "real_money".to_owned(),
        DataType::Money(Some((precision, scale))) => format!("real_money({precision}, {scale})"),
        DataType::Char(None) => "char".to_owned(),
        DataType::Char(Some(length)) => format!("char({length})"),
        DataType::String(None) => "varchar".to_owned(),
        DataType::String(Some(length)) => format!("varchar({length})"),
        DataType::Text => "text".to_owned(),
        DataType::Blob => "blob".to_owned(),
        DataType::Binary(length) => format!("blob({length})"),
        DataType::VarBinary(None) => "varbinary_blob".to_owned(),
        DataType::VarBinary(Some(length)) => format!("varbinary_blob({length})"),
        DataType::Date => "date_text".to_owned(),
        DataType::Time => "time_text".to_owned(),
        DataType::DateTime => "datetime_text".to_owned(),
        DataType::Timestamp => "timestamp_text".to_owned(),
        DataType::TimestampWithTimeZone => "timestamp_with_timezone_text".to_owned(),
        DataType::Json => "json_text".to_owned(),
        DataType::JsonBinary => "jsonb_text".to_owned(),
        DataType::Uuid => "uuid_text".to_owned(),
        DataType::Enum(_) => "enum_text".to_owned(),
        DataType::Custom(text) => text.clone(),
        DataType::Bit(_)
        | DataType::VarBit(_)
        | DataType::Year
        | DataType::Interval
        | DataType::Cidr
        | DataType::Inet
        | DataType::MacAddr
        | DataType::LTree
        | DataType::Vector(_)
        | DataType::Array(_) => return None,
    };
    Some(text)
}

/// How the type is written in a `STRICT` table, which knows only five.
pub(super) fn spell_strict(kind: &DataType) -> Option<String> {
    let text = match Family::of(&spell(kind)?) {
        Family::Boolean | Family::Integer => "INTEGER",
        Family::Float | Family::Decimal(_) | Family::Money(_) => "REAL",
        Family::Blob => "BLOB",
        Family::Any => "ANY",
        Family::Char(_)
        | Family::String(_)
        | Family::Text
        | Family::Date
        | Family::Time
        | Family::DateTime
        | Family::Json
        | Family::Uuid
        | Family::Enum => "TEXT",
        Family::Other(text) => return Some(text),
    };
    Some(text.to_owned())
}

/// Why SQLite has no such type: the word for it, for messages.
pub(super) fn describe(kind: &DataType) -> &'static str {
    match kind {
        DataType::Array(_) => "an array",
        DataType::Interval => "an interval",
        DataType::Cidr | DataType::Inet | DataType::MacAddr => "a network address",
        DataType::LTree => "an ltree",
        DataType::Vector(_) => "a vector",
        DataType::Bit(_) | DataType::VarBit(_) => "a bit string",
        DataType::Year => "a year",
        _ => "this type",
    }
}

/// Whether a column of the live type needs no change for the declared one. Both have their text.
///
/// A written type wants its own family, with the same length or precision; `String(None)` is `varchar` without a length
/// and nothing else. An inferred one takes every type that holds the same values.
pub(super) fn satisfies(declared: &ColumnType, live: &ColumnType, strict_table: bool) -> bool {
    let text = |side: &ColumnType| side.text.clone().or_else(|| spell(&side.kind)).unwrap_or_default();
    let (declared_text, live_text) = (text(declared), text(live));
    let live_family = Family::of(&live_text);
    if declared.inferred && live_family.holds(&declared.kind, affinity(&live_text)) {
        return true;
    }
    if strict_table && spell_strict(&declared.kind).is_some_and(|strict| Family::of(&strict) == live_family) {
        return true;
    }
    Family::of(&declared_text) == live_family
}

/// Types that store the same values in the same way, however they are called.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Family {
    Boolean,
    /// All widths.
    Integer,
    /// All precisions.
    Float,
    Decimal(Option<(u32, u32)>),
    Money(Option<(u32, u32)>),
    /// `char` is `char(1)`.
    Char(u32),
    String(Option<u32>),
    Text,
    /// All lengths: SQLite stores bytes as they come.
    Blob,
    Date,
    Time,
    /// With and without time zone.
    DateTime,
    /// Textual and binary.
    Json,
    Uuid,
    Enum,
    /// No type, or `ANY`: takes every value as it comes.
    Any,
    /// Its words, in one case and one spacing.
    Other(String),
}

impl Family {
    fn of(name: &str) -> Self {
        match parse(name) {
            DataType::Boolean => Self::Boolean,
            DataType::TinyInteger
            | DataType::SmallInteger
            | DataType::Integer
            | DataType::BigInteger
            | DataType::TinyUnsigned
            | DataType::SmallUnsigned
            | DataType::Unsigned
            | DataType::BigUnsigned => Self::Integer,
            DataType::Float | DataType::Double => Self::Float,
            DataType::Decimal(precision) => Self::Decimal(precision),
            DataType::Money(precision) => Self::Money(precision),
            DataType::Char(length) => Self::Char(length.unwrap_or(1)),
            DataType::String(length) => Self::String(length),
            DataType::Text => Self::Text,
            DataType::Blob | DataType::Binary(_) | DataType::VarBinary(_) => Self::Blob,
            DataType::Date => Self::Date,
            DataType::Time => Self::Time,
            DataType::DateTime | DataType::Timestamp | DataType::TimestampWithTimeZone => Self::DateTime,
            DataType::Json | DataType::JsonBinary => Self::Json,
            DataType::Uuid => Self::Uuid,
            DataType::Enum(_) => Self::Enum,
            DataType::Custom(_)
            | DataType::Bit(_)
            | DataType::VarBit(_)
            | DataType::Year
            | DataType::Interval
            | DataType::Cidr
            | DataType::Inet
            | DataType::MacAddr
            | DataType::LTree
            | DataType::Vector(_)
            | DataType::Array(_) => Self::custom(name),
        }
    }

    fn custom(name: &str) -> Self {
        let words = text::canonical(name).join(" ");
        match words.as_str() {
            "" | "any" => Self::Any,
            "enum_text" => Self::Enum,
            _ => Self::Other(words),
        }
    }

    /// Whether a column of this family holds every value of a Rust type that SeaORM would give the declared type.
    fn holds(&self, declared: &DataType, affinity: Affinity) -> bool {
        if *self == Self::Any {
            return true;
        }
        let other = matches!(self, Self::Other(_));
        // Columns that keep a string as it is. Dates are no numbers, so for them a numeric affinity does no harm.
        let textual = matches!(self, Self::Text | Self::String(_) | Self::Char(_) | Self::Enum)
            || (other && affinity == Affinity::Text);
        let textual_or_numeric = textual || (other && affinity == Affinity::Numeric);
        match declared {
            DataType::Boolean => matches!(self, Self::Boolean | Self::Integer),
            DataType::TinyInteger
            | DataType::SmallInteger
            | DataType::Integer
            | DataType::BigInteger
            | DataType::TinyUnsigned
            | DataType::SmallUnsigned
            | DataType::Unsigned
            | DataType::BigUnsigned => *self == Self::Integer,
            DataType::Float | DataType::Double | DataType::Decimal(_) | DataType::Money(_) => {
                matches!(self, Self::Float | Self::Decimal(_) | Self::Money(_))
            }
            DataType::Char(_) | DataType::String(_) | DataType::Text | DataType::Enum(_) => affinity == Affinity::Text,
            DataType::Blob | DataType::Binary(_) | DataType::VarBinary(_) => {
                *self == Self::Blob || (other && affinity == Affinity::Blob)
            }
            DataType::Date => *self == Self::Date || textual_or_numeric,
            DataType::Time => *self == Self::Time || textual_or_numeric,
            DataType::DateTime | DataType::Timestamp | DataType::TimestampWithTimeZone => {
                *self == Self::DateTime || textual_or_numeric
            }
            DataType::Json | DataType::JsonBinary => *self == Self::Json || textual,
            DataType::Uuid => matches!(self, Self::Uuid | Self::Blob) || textual,
            DataType::Bit(_)
            | DataType::VarBit(_)
            | DataType::Year
            | DataType::Interval
            | DataType::Cidr
            | DataType::Inet
            | DataType::MacAddr
            | DataType::LTree
            | DataType::Vector(_)
            | DataType::Array(_)
            | DataType::Custom(_) => false,
        }
    }
}
