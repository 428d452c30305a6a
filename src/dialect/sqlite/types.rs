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
        // SeaORM writes a UUID as its sixteen bytes.
        Family::Blob | Family::Uuid => "BLOB",
        Family::Any => "ANY",
        Family::Char(_)
        | Family::String(_)
        | Family::Text
        | Family::Date
        | Family::Time
        | Family::DateTime
        | Family::Json
        | Family::Enum => "TEXT",
        Family::Other(text) => return Some(text),
    };
    Some(text.to_owned())
}

/// Whether it is one of the types a `STRICT` table knows.
pub(super) fn is_strict(text: &str) -> bool {
    ["INT", "INTEGER", "REAL", "TEXT", "BLOB", "ANY"].iter().any(|name| name.eq_ignore_ascii_case(text))
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
        _ => "of another database's type",
    }
}

/// Whether a column of the live type needs no change for the declared one. Both have their text.
///
/// A written type wants its own family, with the same length or precision; `String(None)` is `varchar` without a length
/// and nothing else. An inferred one takes every type that holds the same values.
pub(super) fn satisfies(declared: &ColumnType, live: &ColumnType, strict_table: bool) -> bool {
    let text = |side: &ColumnType| side.text.clone().or_else(|| spell(&side.kind)).unwrap_or_default();
    let (declared_text, live_text) = (text(declared), text(live));
    if declared_text == live_text {
        return true;
    }
    let live_family = Family::of(&live_text);
    // An enum type was asked for, and there are none here: what stands for it is nobody's word.
    let is_weak = declared.inferred || matches!(declared.kind, DataType::Enum(_));
    if is_weak && live_family.holds(&declared.kind, affinity(&live_text)) {
        return true;
    }
    if strict_table && spell_strict(&declared.kind).is_some_and(|strict| Family::of(&strict) == live_family) {
        return true;
    }
    Family::of(&declared_text) == live_family
}

/// Whether SQLite stores values in another way once the column has the other type.
pub(in crate::dialect) fn converts(from: &ColumnType, to: &ColumnType) -> bool {
    let affinity = |side: &ColumnType| affinity(side.text.as_deref().unwrap_or_default());
    // Without an affinity, values stay as they are.
    affinity(from) != affinity(to) && affinity(to) != Affinity::Blob
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

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(names: &str, expected: &Expect) {
        let lines: Vec<String> = names
            .split("; ")
            .map(|name| {
                let kind = parse(name);
                let written = ColumnType { kind: kind.clone(), text: spell(&kind), inferred: false };
                let live = ColumnType { kind: kind.clone(), text: Some(name.to_owned()), inferred: false };
                assert!(satisfies(&written, &live, false), "what SeaORM would write for {name} is the same type");
                format!("{name}  =>  {kind:?}  =>  {}", spell(&kind).unwrap())
            })
            .collect();
        expected.assert_eq(&lines.join("\n"));
    }

    #[test]
    fn names_people_write() {
        check(
            "VARCHAR(64); NVARCHAR (10); character varying(9); VARYING CHARACTER(8); NATIVE CHARACTER(70); TEXT; clob; \
             CHAR(36); CHAR; INTEGER; INT UNSIGNED; UNSIGNED BIG INT; TINYINT(1); MEDIUMINT; int8; FLOAT; REAL; \
             DOUBLE PRECISION; NUMERIC(10,5); DECIMAL; decimal(8); BOOL; DATE; TIME; DATETIME; TIMESTAMP; \
             timestamp with time zone; JSON; UUID; BLOB(16); VARBINARY(5); BINARY; VARCHAR /* ) */ (10); \"varchar\" (3)",
            &expect![[r#"
                VARCHAR(64)  =>  String(Some(64))  =>  varchar(64)
                NVARCHAR (10)  =>  String(Some(10))  =>  varchar(10)
                character varying(9)  =>  String(Some(9))  =>  varchar(9)
                VARYING CHARACTER(8)  =>  String(Some(8))  =>  varchar(8)
                NATIVE CHARACTER(70)  =>  Char(Some(70))  =>  char(70)
                TEXT  =>  Text  =>  text
                clob  =>  Text  =>  text
                CHAR(36)  =>  Char(Some(36))  =>  char(36)
                CHAR  =>  Char(None)  =>  char
                INTEGER  =>  Integer  =>  integer
                INT UNSIGNED  =>  Unsigned  =>  integer
                UNSIGNED BIG INT  =>  BigUnsigned  =>  integer
                TINYINT(1)  =>  TinyInteger  =>  tinyint
                MEDIUMINT  =>  Integer  =>  integer
                int8  =>  BigInteger  =>  integer
                FLOAT  =>  Float  =>  float
                REAL  =>  Double  =>  double
                DOUBLE PRECISION  =>  Double  =>  double
                NUMERIC(10,5)  =>  Decimal(Some((10, 5)))  =>  real(10, 5)
                DECIMAL  =>  Decimal(None)  =>  real_decimal
                decimal(8)  =>  Decimal(Some((8, 0)))  =>  real(8, 0)
                BOOL  =>  Boolean  =>  boolean
                DATE  =>  Date  =>  date_text
                TIME  =>  Time  =>  time_text
                DATETIME  =>  DateTime  =>  datetime_text
                TIMESTAMP  =>  Timestamp  =>  timestamp_text
                timestamp with time zone  =>  TimestampWithTimeZone  =>  timestamp_with_timezone_text
                JSON  =>  Json  =>  json_text
                UUID  =>  Uuid  =>  uuid_text
                BLOB(16)  =>  Binary(16)  =>  blob(16)
                VARBINARY(5)  =>  VarBinary(Some(5))  =>  varbinary_blob(5)
                BINARY  =>  VarBinary(None)  =>  varbinary_blob
                VARCHAR /* ) */ (10)  =>  String(Some(10))  =>  varchar(10)
                "varchar" (3)  =>  String(Some(3))  =>  varchar(3)"#]],
        );
    }

    #[test]
    fn names_of_their_own() {
        check(
            "; ANY; POINT; STRING; enum_text; citext; BIT(1); year; my type(1, 2)",
            &expect![[r#"
              =>  Custom("")  =>  
            ANY  =>  Custom("ANY")  =>  ANY
            POINT  =>  Custom("POINT")  =>  POINT
            STRING  =>  Custom("STRING")  =>  STRING
            enum_text  =>  Custom("enum_text")  =>  enum_text
            citext  =>  Custom("citext")  =>  citext
            BIT(1)  =>  Custom("BIT(1)")  =>  BIT(1)
            year  =>  Custom("year")  =>  year
            my type(1, 2)  =>  Custom("my type(1, 2)")  =>  my type(1, 2)"#]],
        );
    }

    #[test]
    fn names_seaorm_writes_mean_what_it_meant() {
        let kinds = [
            DataType::Boolean,
            DataType::TinyInteger,
            DataType::SmallInteger,
            DataType::Integer,
            DataType::Float,
            DataType::Double,
            DataType::Decimal(None),
            DataType::Decimal(Some((10, 2))),
            DataType::Money(None),
            DataType::Money(Some((8, 3))),
            DataType::Char(None),
            DataType::Char(Some(3)),
            DataType::String(None),
            DataType::String(Some(64)),
            DataType::Text,
            DataType::Blob,
            DataType::Binary(16),
            DataType::VarBinary(None),
            DataType::VarBinary(Some(9)),
            DataType::Date,
            DataType::Time,
            DataType::DateTime,
            DataType::Timestamp,
            DataType::TimestampWithTimeZone,
            DataType::Json,
            DataType::JsonBinary,
            DataType::Uuid,
        ];
        for kind in kinds {
            let text = spell(&kind).unwrap();
            let read = parse(&text);
            // SQLite's float is always double, so the shorter word is as good.
            assert!(
                read == kind || (kind == DataType::Double && text == "double"),
                "{kind:?} is written {text} and read {read:?}"
            );
        }
    }

    #[test]
    fn names_are_those_of_seaorm() {
        use sea_orm::sea_query::{ColumnDef, ColumnType as Sea, SqliteQueryBuilder, StringLen, Table};
        let pairs = [
            (DataType::Boolean, Sea::Boolean),
            (DataType::TinyInteger, Sea::TinyInteger),
            (DataType::TinyUnsigned, Sea::TinyUnsigned),
            (DataType::SmallInteger, Sea::SmallInteger),
            (DataType::SmallUnsigned, Sea::SmallUnsigned),
            (DataType::Integer, Sea::Integer),
            (DataType::Unsigned, Sea::Unsigned),
            (DataType::BigInteger, Sea::BigInteger),
            (DataType::BigUnsigned, Sea::BigUnsigned),
            (DataType::Float, Sea::Float),
            (DataType::Double, Sea::Double),
            (DataType::Decimal(None), Sea::Decimal(None)),
            (DataType::Decimal(Some((10, 2))), Sea::Decimal(Some((10, 2)))),
            (DataType::Money(None), Sea::Money(None)),
            (DataType::Money(Some((8, 3))), Sea::Money(Some((8, 3)))),
            (DataType::Char(None), Sea::Char(None)),
            (DataType::Char(Some(3)), Sea::Char(Some(3))),
            (DataType::String(None), Sea::String(StringLen::None)),
            (DataType::String(Some(64)), Sea::String(StringLen::N(64))),
            (DataType::Text, Sea::Text),
            (DataType::Blob, Sea::Blob),
            (DataType::Binary(16), Sea::Binary(16)),
            (DataType::VarBinary(None), Sea::VarBinary(StringLen::None)),
            (DataType::VarBinary(Some(9)), Sea::VarBinary(StringLen::N(9))),
            (DataType::Date, Sea::Date),
            (DataType::Time, Sea::Time),
            (DataType::DateTime, Sea::DateTime),
            (DataType::Timestamp, Sea::Timestamp),
            (DataType::TimestampWithTimeZone, Sea::TimestampWithTimeZone),
            (DataType::Json, Sea::Json),
            (DataType::JsonBinary, Sea::JsonBinary),
            (DataType::Uuid, Sea::Uuid),
            (DataType::Enum("e".into()), Sea::Enum { name: "e".into(), variants: Vec::new() }),
            (DataType::Custom("citext".into()), Sea::custom("citext")),
        ];
        for (kind, sea) in pairs {
            let sql = Table::create().table("t").col(ColumnDef::new_with_type("c", sea)).to_string(SqliteQueryBuilder);
            assert_eq!(sql, format!("CREATE TABLE \"t\" ( \"c\" {} )", spell(&kind).unwrap()));
        }
    }

    fn holds(inferred: bool, kind: DataType, live: &str) -> bool {
        let declared = ColumnType { text: spell(&kind), kind, inferred };
        satisfies(&declared, &ColumnType { kind: parse(live), text: Some(live.to_owned()), inferred: false }, false)
    }

    #[test]
    fn inferred_types_take_what_holds_their_values() {
        let cases: [(DataType, &[&str], &[&str]); 10] = [
            (
                DataType::String(None),
                &["varchar", "VARCHAR(500)", "TEXT", "char(3)", "citext", "enum_text", "uuid_text", ""],
                &["INT", "STRING", "BLOB", "JSON", "DATETIME"],
            ),
            (DataType::Boolean, &["BOOLEAN", "INTEGER", "TINYINT(1)"], &["TEXT", "REAL"]),
            (
                DataType::BigInteger,
                &["INTEGER", "int", "BIGINT", "SMALLINT", "unsigned big int"],
                &["TEXT", "BOOLEAN", "NUMERIC", "POINT"],
            ),
            (DataType::Double, &["REAL", "FLOAT", "DOUBLE PRECISION", "DECIMAL(10,2)"], &["INTEGER", "TEXT"]),
            (
                DataType::Decimal(None),
                &["DECIMAL(10,2)", "NUMERIC", "real(10, 2)", "REAL", "real_money"],
                &["INTEGER", "TEXT"],
            ),
            (
                DataType::DateTime,
                &["DATETIME", "timestamp_with_timezone_text", "TIMESTAMP", "TEXT", "VARCHAR(30)", "WHEN_IT_WAS"],
                &["INTEGER", "DATE", "BLOB", "REAL"],
            ),
            (DataType::Date, &["DATE", "date_text", "text"], &["DATETIME", "INTEGER"]),
            (DataType::Uuid, &["uuid_text", "UUID", "CHAR(36)", "BLOB", "BINARY(16)", "TEXT"], &["INTEGER", "JSON"]),
            (DataType::Json, &["json_text", "JSON", "jsonb_text", "TEXT", "VARCHAR"], &["BLOB", "INTEGER"]),
            (
                DataType::VarBinary(None),
                &["BLOB", "varbinary_blob", "blob(16)", "BINARY(4)", "MYBLOB", ""],
                &["TEXT", "UUID"],
            ),
        ];
        for (kind, good, bad) in cases {
            for live in good {
                assert!(holds(true, kind.clone(), live), "{kind:?} fits in {live}");
            }
            for live in bad {
                assert!(!holds(true, kind.clone(), live), "{kind:?} does not fit in {live}");
            }
        }
    }

    #[test]
    fn an_enum_type_takes_what_holds_its_values() {
        for live in ["varchar(12)", "TEXT", "enum_text"] {
            assert!(holds(false, DataType::Enum("phase".to_owned()), live), "{live}");
        }
        assert!(!holds(false, DataType::Enum("phase".to_owned()), "INTEGER"));
    }

    #[test]
    fn written_types_want_their_own_family() {
        for (kind, live, same) in [
            (DataType::String(Some(64)), "VARCHAR(64)", true),
            (DataType::String(Some(64)), "NVARCHAR(64)", true),
            (DataType::String(Some(64)), "VARCHAR(100)", false),
            (DataType::String(Some(64)), "VARCHAR", false),
            (DataType::String(None), "varchar", true),
            (DataType::String(None), "VARCHAR(30)", false),
            (DataType::String(None), "TEXT", false),
            (DataType::Text, "VARCHAR(255)", false),
            (DataType::Text, "clob", true),
            (DataType::Char(None), "CHAR(1)", true),
            (DataType::Decimal(Some((10, 5))), "DECIMAL(10,5)", true),
            (DataType::Decimal(Some((10, 5))), "NUMERIC(10, 6)", false),
            (DataType::Decimal(None), "NUMERIC", true),
            (DataType::Integer, "BIGINT", true),
            (DataType::Integer, "VARCHAR(10)", false),
            (DataType::Integer, "NUMERIC(8,0)", false),
            (DataType::Boolean, "INTEGER", false),
            (DataType::Float, "DOUBLE PRECISION", true),
            (DataType::TimestampWithTimeZone, "DATETIME", true),
            (DataType::DateTime, "DATE", false),
            (DataType::JsonBinary, "JSON", true),
            (DataType::Binary(16), "BLOB", true),
            (DataType::Custom("My  Type".into()), "my type", true),
            (DataType::Custom("VARCHAR(10)".into()), "varchar(10)", true),
        ] {
            assert_eq!(holds(false, kind.clone(), live), same, "{kind:?} and {live}");
        }
    }

    #[test]
    fn strict_tables_know_five_types() {
        let strict = |kind: DataType, live: &str| {
            let live = ColumnType { kind: parse(live), text: Some(live.to_owned()), inferred: false };
            satisfies(&ColumnType { text: spell_strict(&kind), kind, inferred: false }, &live, true)
        };
        assert!(strict(DataType::String(Some(64)), "TEXT"));
        assert!(strict(DataType::Boolean, "INT"));
        assert!(!strict(DataType::Blob, "TEXT"));
    }
}
