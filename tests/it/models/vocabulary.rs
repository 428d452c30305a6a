//! What the models of each database say: types, defaults, conditions and computed columns. SQLite takes any value in any
//! column; PostgreSQL wants everything to fit, so what is said there follows from the type.

use seachange::dialect::Dialect;
use seachange::model::{Column, DataType, DefaultValue, Literal, Table};

use super::{Choices, Demands, quote};

/// The schema beside the default one.
pub(crate) const ELSEWHERE: &str = "other \"schema\"";

/// The schema of one enum type.
pub(crate) const FARTHER: &str = "extra";

/// Types with the simplest first.
pub(super) fn types(dialect: Dialect) -> Vec<DataType> {
    let mut types = vec![
        DataType::String(None),
        DataType::Integer,
        DataType::Text,
        DataType::BigInteger,
        DataType::Boolean,
        DataType::Double,
        DataType::String(Some(64)),
        DataType::Decimal(Some((10, 2))),
        DataType::Decimal(None),
        DataType::VarBinary(None),
        DataType::Binary(16),
        DataType::DateTime,
        DataType::TimestampWithTimeZone,
        DataType::Date,
        DataType::Json,
        DataType::Uuid,
        DataType::Char(Some(if dialect == Dialect::Sqlite { 3 } else { 30 })),
        DataType::SmallInteger,
        DataType::Float,
    ];
    if dialect == Dialect::Postgres {
        let array = |kind| DataType::Array(Box::new(kind));
        let custom = |text: &str| DataType::Custom(text.to_owned());
        types.extend([
            DataType::JsonBinary,
            DataType::Enum(ENUMS[0].to_owned()),
            DataType::Enum(ENUMS[1].to_owned()),
            array(DataType::Enum(ENUMS[0].to_owned())),
            DataType::Enum(ENUMS[2].to_owned()),
            array(DataType::String(None)),
            array(DataType::Integer),
            DataType::Time,
            DataType::Interval,
            DataType::Inet,
            DataType::MacAddr,
            custom("daterange"),
            custom("tsvector"),
            DataType::VarBit(8),
        ]);
    }
    types
}

/// The names of enum types; the same one stands in several columns and tables.
const ENUMS: [&str; 3] = ["mood", "größe; kind", "extra.level"];

/// What is the same to expressions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    Text,
    Number,
    Other,
}

pub(super) fn family(kind: &DataType) -> Family {
    match kind {
        DataType::String(_) | DataType::Text | DataType::Char(_) => Family::Text,
        DataType::SmallInteger
        | DataType::Integer
        | DataType::BigInteger
        | DataType::Float
        | DataType::Double
        | DataType::Decimal(_) => Family::Number,
        _ => Family::Other,
    }
}

pub(super) fn is_whole(kind: &DataType) -> bool {
    matches!(kind, DataType::SmallInteger | DataType::Integer | DataType::BigInteger)
}

fn text(text: &str) -> DefaultValue {
    DefaultValue::Literal(Literal::Text(text.to_owned()))
}

fn expression(sql: &str) -> DefaultValue {
    DefaultValue::Expression(sql.to_owned())
}

/// A default, or none.
pub(super) fn default(column: &Column, choices: &mut Choices<'_>) -> Option<DefaultValue> {
    let chosen = choices.below(24);
    match (chosen, &column.values, choices.dialect) {
        (0..=9, _, _) => None,
        (_, Some(values), _) if !matches!(column.data_type.kind, DataType::Array(_)) => {
            values.first().map(|value| text(value))
        }
        (_, _, Dialect::Sqlite) => Some(sqlite_default(chosen)),
        (_, _, Dialect::Postgres) => {
            let defaults = postgres_defaults(&column.data_type.kind);
            defaults.get(chosen % defaults.len().max(1)).cloned()
        }
    }
}

fn sqlite_default(chosen: usize) -> DefaultValue {
    match chosen {
        10 => DefaultValue::Literal(Literal::Integer(0)),
        11 => DefaultValue::Literal(Literal::Integer(-5)),
        12 => text("it's \"quoted\"; -- größe"),
        13 => text(""),
        14 => expression("CURRENT_TIMESTAMP"),
        15 => DefaultValue::Literal(Literal::Bool(true)),
        16 => DefaultValue::Literal(Literal::Real("1.50".to_owned())),
        17 => DefaultValue::Literal(Literal::Null),
        18 => DefaultValue::Literal(Literal::Blob(vec![0, 255, 39])),
        19 => expression("1 + 1"),
        20 => expression("lower('It''s; ' || 'B')"),
        21 => text("CURRENT_TIMESTAMP"),
        22 => text("two\nlines"),
        _ => expression("datetime('now')"),
    }
}

/// Everything that can be the default of a column of that type, but for the values of enums. What means the same in two
/// spellings only to the database itself is not among it: without one, a way back says it in the words of the lock.
fn postgres_defaults(kind: &DataType) -> Vec<DefaultValue> {
    let integer = |number| DefaultValue::Literal(Literal::Integer(number));
    let real = |text: &str| DefaultValue::Literal(Literal::Real(text.to_owned()));
    let null = DefaultValue::Literal(Literal::Null);
    let mut defaults = match kind {
        DataType::String(_) | DataType::Text | DataType::Char(_) => vec![
            text("it's \"quoted\"; -- größe"),
            text(""),
            expression("lower('It''s; ' || 'B')"),
            text("CURRENT_TIMESTAMP"),
            text("two\nlines"),
            expression("CURRENT_USER"),
            text("back\\slash"),
            integer(7),
        ],
        DataType::SmallInteger | DataType::Integer | DataType::BigInteger => {
            vec![integer(0), integer(-5), expression("1 + 1"), expression("length('abc')"), text("42")]
        }
        DataType::Decimal(_) => vec![real("1.50"), integer(0), expression("round(2.5, 1)"), real("-0.25")],
        DataType::Float | DataType::Double => vec![real("1.50"), integer(-5), expression("pi()"), real("1e10")],
        DataType::Boolean => vec![
            DefaultValue::Literal(Literal::Bool(true)),
            DefaultValue::Literal(Literal::Bool(false)),
            expression("NOT true"),
        ],
        DataType::DateTime => {
            vec![expression("CURRENT_TIMESTAMP"), text("2026-01-01 00:00:00"), expression("LOCALTIMESTAMP")]
        }
        DataType::TimestampWithTimeZone => vec![
            expression("CURRENT_TIMESTAMP"),
            expression("now()"),
            text("2026-01-01 00:00:00+00"),
            expression("now() + interval '1 day'"),
        ],
        DataType::Date => vec![expression("CURRENT_DATE"), text("2026-01-01"), expression("'2026-01-01'::date + 1")],
        DataType::Time => vec![text("01:02:03"), expression("LOCALTIME")],
        DataType::Interval => vec![text("1 day")],
        DataType::Json | DataType::JsonBinary => vec![text("{}"), text("{\"a\": \"it's\"}"), text("[1, 2]")],
        DataType::Uuid => vec![expression("gen_random_uuid()"), text("00000000-0000-0000-0000-000000000009")],
        DataType::VarBinary(_) | DataType::Binary(_) => {
            vec![DefaultValue::Literal(Literal::Blob(vec![0, 255, 39])), text("")]
        }
        DataType::Array(element) => match element.as_ref() {
            DataType::String(_) => vec![text("{}"), text("{a,b}")],
            DataType::Integer => vec![text("{1,2}"), text("{}"), expression("ARRAY[1, 2]")],
            _ => vec![text("{}")],
        },
        DataType::Inet => vec![text("10.0.0.1")],
        DataType::MacAddr => vec![text("08:00:2b:01:02:09")],
        DataType::Custom(name) if name == "daterange" => vec![text("empty"), text("[2026-01-01,2026-01-02)")],
        DataType::Custom(name) if name == "tsvector" => vec![text(""), expression("to_tsvector('english', 'a word')")],
        DataType::VarBit(_) => vec![text("101")],
        _ => Vec::new(),
    };
    // With a length, a NULL is kept in some ways and not in others, and means nothing in all of them.
    let has_length = matches!(
        kind,
        DataType::String(Some(_)) | DataType::Char(_) | DataType::Decimal(Some(_)) | DataType::VarBit(_)
    );
    if !has_length {
        defaults.push(null);
    }
    defaults
}

/// Whether the default can be one of the column.
pub(super) fn default_fits(column: &Column, dialect: Dialect) -> bool {
    let Some(default) = &column.default else { return true };
    match (dialect, &column.values) {
        (Dialect::Sqlite, _) => true,
        (Dialect::Postgres, Some(values)) if !matches!(column.data_type.kind, DataType::Array(_)) => {
            values.iter().any(|value| default.value == text(value))
        }
        (Dialect::Postgres, _) => postgres_defaults(&column.data_type.kind).contains(&default.value),
    }
}

/// What an entity says behind a column.
pub(super) fn extra(table: &Table, column: &Column, choices: &mut Choices<'_>) -> String {
    let name = quote(&column.name);
    let first = table.columns.first().map(|column| quote(&column.name)).unwrap_or_default();
    match (choices.below(6), choices.dialect) {
        (0, Dialect::Sqlite) => "COLLATE NOCASE".to_owned(),
        (1, Dialect::Sqlite) => format!("CHECK (length({name}) >= 0)"),
        (2, Dialect::Sqlite) => format!("CONSTRAINT \"a check\" CHECK ({name} IS NULL OR 1)"),
        (3, Dialect::Sqlite) => format!("GENERATED ALWAYS AS (length({first}) + 1) STORED"),
        (4, Dialect::Sqlite) => format!("GENERATED ALWAYS AS ({first} || ' it''s') VIRTUAL"),
        (0, Dialect::Postgres) if family(&column.data_type.kind) == Family::Text => "COLLATE \"C\"".to_owned(),
        (1, Dialect::Postgres) => format!("CHECK ({})", check(column, choices, Demands::Fulfilled)),
        (2, Dialect::Postgres) => format!("CONSTRAINT \"a check\" CHECK ({name} IS NULL OR true)"),
        (3, Dialect::Postgres) => format!("GENERATED ALWAYS AS ({}) STORED", computed(table, column)),
        (4, Dialect::Postgres) => format!("GENERATED ALWAYS AS ({first} || ' it''s') STORED"),
        _ => "UNIQUE".to_owned(),
    }
}

/// What PostgreSQL can compute of the first column for a column of that type.
fn computed(table: &Table, column: &Column) -> String {
    let Some(first) = table.columns.first() else { return String::new() };
    let name = quote(&first.name);
    match (family(&column.data_type.kind), family(&first.data_type.kind)) {
        (Family::Number, Family::Text) => format!("length({name}) * 1"),
        (Family::Number, _) => format!("{name} * 2"),
        (_, _) => format!("upper({name})"),
    }
}

/// A condition on a column.
pub(super) fn check(column: &Column, choices: &mut Choices<'_>, demands: Demands) -> String {
    let name = quote(&column.name);
    if choices.dialect == Dialect::Sqlite {
        return match (choices.below(3), demands) {
            (0, _) | (2, Demands::Fulfilled) => format!("length({name}) >= 0"),
            (1, _) => format!("{name} IS NULL OR {name} <> 'it''s never there'"),
            _ => format!("{name} <> 2"),
        };
    }
    let is_demanding = demands == Demands::Any;
    match (family(&column.data_type.kind), choices.below(6)) {
        (Family::Text, 0) => format!("length({name}) >= 0"),
        (Family::Text, 1) => format!("{name} IS NULL OR ({name} || '') <> 'it''s never there'"),
        (Family::Text, 2) => format!("({name} || '') NOT IN ('a;', 'b', 'it''s')"),
        (Family::Text, 3) => format!("({name} || '') NOT LIKE '%never%'"),
        (Family::Text, 4) if is_demanding => format!("length({name}) < 3"),
        (Family::Number, 0) => format!("{name} > -100"),
        (Family::Number, 1) => format!("{name} > -100 AND {name} BETWEEN -50 AND 1000000000000"),
        (Family::Number, 2) => format!("({name} > -9) IS NOT FALSE"),
        (Family::Number, 3) => format!("{name} > -7 OR {name} IN (-5, -6)"),
        (Family::Number, 4) if is_demanding => format!("{name} > 2"),
        (_, 5) => format!("num_nonnulls({name}) <= 1"),
        (_, 4) if is_demanding => format!("{name} IS NOT NULL"),
        _ => format!("{name} IS NULL OR {name} IS NOT NULL"),
    }
}

/// Whether PostgreSQL can still read a condition or what computes a column, for the types its columns have now.
pub(super) fn reads(sql: &str, table: &Table) -> bool {
    let has = |marks: &[&str]| marks.iter().any(|mark| sql.contains(mark));
    let needed = if has(&["length(", "||", "upper("]) {
        Family::Text
    } else if has(&[" > ", " * "]) {
        Family::Number
    } else {
        return true;
    };
    let mentioned = table.columns.iter().filter(|column| sql.contains(&quote(&column.name)));
    // Texts that stand for a number are texts.
    mentioned.into_iter().all(|column| family(&column.data_type.kind) == needed)
}

/// Whether what a column computes is of its type.
pub(super) fn computes(extra: &str, column: &Column) -> bool {
    let found = if extra.contains(" * ") { Family::Number } else { Family::Text };
    family(&column.data_type.kind) == found && column.values.is_none()
}
