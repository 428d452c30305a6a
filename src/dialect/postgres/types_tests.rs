use super::*;

fn column(text: &str, inferred: bool) -> ColumnType {
    ColumnType { kind: parse(text), text: Some(canonical(text)), inferred }
}

#[test]
fn any_spelling_becomes_that_of_format_type() {
    for (written, expected) in [
        ("int4", "integer"),
        ("INT", "integer"),
        ("serial", "integer"),
        ("bigserial", "bigint"),
        ("smallserial", "smallint"),
        ("bool", "boolean"),
        ("float", "double precision"),
        ("float(24)", "real"),
        ("float(25)", "double precision"),
        ("float4", "real"),
        ("DOUBLE   precision", "double precision"),
        ("decimal", "numeric"),
        ("DECIMAL(10)", "numeric(10,0)"),
        ("dec(4, 2)", "numeric(4,2)"),
        ("numeric(5,-2)", "numeric(5,-2)"),
        ("VARCHAR(10)", "character varying(10)"),
        ("national character varying(4)", "character varying(4)"),
        ("char varying", "character varying"),
        ("char", "character(1)"),
        ("nchar(3)", "character(3)"),
        ("bpchar", "bpchar"),
        ("bpchar(4)", "character(4)"),
        ("pg_catalog.bpchar", "bpchar"),
        ("\"char\"", "\"char\""),
        ("pg_catalog.\"char\"", "\"char\""),
        ("pg_catalog.int4", "integer"),
        ("\"varchar\"(3)", "character varying(3)"),
        ("\"bit\"", "\"bit\""),
        ("bit", "bit(1)"),
        ("varbit", "bit varying"),
        ("bit varying(5)", "bit varying(5)"),
        ("timestamp", "timestamp without time zone"),
        ("timestamptz(3)", "timestamp(3) with time zone"),
        ("timestamp (3) with time zone", "timestamp(3) with time zone"),
        ("time", "time without time zone"),
        ("timetz(2)", "time(2) with time zone"),
        ("interval", "interval"),
        ("INTERVAL day to second(3)", "interval day to second(3)"),
        ("interval(3)", "interval(3)"),
        ("interval year", "interval year"),
        ("_int4", "integer[]"),
        ("text[][]", "text[]"),
        ("text array[4]", "text[]"),
        ("timestamp(3)[]", "timestamp(3) without time zone[]"),
        ("bit(3)[]", "bit(3)[]"),
        ("Status", "status"),
        ("\"status\"", "status"),
        ("\"Weird Name\"", "\"Weird Name\""),
        ("public.Status", "public.status"),
        ("\"My Schema\".\"order\"[]", "\"My Schema\".\"order\"[]"),
        ("vector( 3 )", "vector(3)"),
        ("citext", "citext"),
        ("geometry(Point,4326)", "geometry(Point,4326)"),
    ] {
        assert_eq!(canonical(written), expected);
        assert_eq!(canonical(expected), expected, "twice");
    }
}

#[test]
fn names_mean_types() {
    for (text, expected) in [
        ("character varying(255)", DataType::String(Some(255))),
        ("varchar", DataType::String(None)),
        ("char(36)", DataType::Char(Some(36))),
        ("int8", DataType::BigInteger),
        ("bigserial", DataType::BigInteger),
        ("numeric(19,4)", DataType::Decimal(Some((19, 4)))),
        ("decimal", DataType::Decimal(None)),
        ("numeric(5,-2)", DataType::Custom("numeric(5,-2)".to_owned())),
        ("timestamptz", DataType::TimestampWithTimeZone),
        ("timestamp", DataType::DateTime),
        ("timestamp(3) with time zone", DataType::Custom("timestamp(3) with time zone".to_owned())),
        ("float8", DataType::Double),
        ("bytea", DataType::Blob),
        ("bit varying(5)", DataType::VarBit(5)),
        ("\"char\"", DataType::Custom("\"char\"".to_owned())),
        ("interval day to second(3)", DataType::Custom("interval day to second(3)".to_owned())),
        ("_text", DataType::Array(Box::new(DataType::Text))),
        ("integer[]", DataType::Array(Box::new(DataType::Integer))),
        ("vector(3)", DataType::Vector(Some(3))),
        ("citext", DataType::Custom("citext".to_owned())),
        ("public.Status", DataType::Custom("public.status".to_owned())),
        ("\"Weird Name\"", DataType::Custom("\"Weird Name\"".to_owned())),
    ] {
        assert_eq!(parse(text), expected, "{text}");
    }
}

#[test]
fn seaorm_types_have_a_spelling() {
    for (kind, expected) in [
        (DataType::TinyUnsigned, "smallint"),
        (DataType::SmallUnsigned, "integer"),
        (DataType::Unsigned, "bigint"),
        (DataType::BigUnsigned, "bigint"),
        (DataType::Char(None), "character(1)"),
        (DataType::VarBinary(Some(3)), "bytea"),
        (DataType::Timestamp, "timestamp without time zone"),
        (DataType::Decimal(Some((19, 4))), "numeric(19,4)"),
        (DataType::Money(Some((19, 4))), "money"),
        (DataType::Enum("Mood".to_owned()), "\"Mood\""),
        (DataType::Array(Box::new(DataType::Array(Box::new(DataType::Unsigned)))), "bigint[]"),
        (DataType::Custom("VARCHAR(5)".to_owned()), "character varying(5)"),
    ] {
        assert_eq!(spell(&kind).as_deref(), Some(expected));
        assert_eq!(canonical(expected), expected);
    }
    let years = DataType::Array(Box::new(DataType::Year));
    assert_eq!(spell(&years), None);
    assert_eq!(describe(&years), "a year");
}

#[test]
fn inferred_types_take_what_holds_their_values() {
    for (declared, good, bad) in [
        (
            "varchar",
            &["text", "varchar(10)", "char(3)", "citext", "name", "bpchar"][..],
            &["integer", "status", "text[]", "uuid"][..],
        ),
        ("boolean", &["bool"], &["integer", "text"]),
        ("integer", &["int4"], &["bigint", "smallint", "numeric"]),
        ("real", &["float4"], &["double precision", "numeric"]),
        ("decimal", &["numeric(10,2)"], &["double precision", "money", "integer"]),
        ("bytea", &["bytea"], &["text"]),
        ("json", &["jsonb", "json"], &["text"]),
        ("timestamp", &["timestamp(3)", "timestamp"], &["timestamptz", "date"]),
        ("timestamptz", &["timestamptz(0)"], &["timestamp"]),
        ("time", &["time(0)"], &["timetz"]),
        ("uuid", &["uuid"], &["text"]),
        ("varchar[]", &["text[]", "varchar(3)[]", "citext[]"], &["integer[]", "text"]),
        ("integer[]", &["int4[]"], &["bigint[]"]),
        ("vector", &["vector(3)"], &["real[]"]),
        ("status", &["status"], &["other", "text"]),
    ] {
        for live in good {
            assert!(satisfies(&column(declared, true), &column(live, false)), "{declared} in {live}");
        }
        for live in bad {
            assert!(!satisfies(&column(declared, true), &column(live, false)), "{declared} in {live}");
        }
    }
}

#[test]
fn written_types_mean_exactly_that() {
    for (declared, live, expected) in [
        ("varchar", "character varying", true),
        ("varchar", "text", false),
        ("varchar(10)", "varchar(20)", false),
        ("DECIMAL(10)", "numeric(10,0)", true),
        ("numeric", "numeric(10,2)", false),
        ("json", "jsonb", false),
        ("timestamp", "timestamp(3)", false),
        ("timestamp(6)", "timestamp", false),
        ("int4[]", "integer[]", true),
        ("public.status", "status", false),
    ] {
        assert_eq!(satisfies(&column(declared, false), &column(live, false)), expected, "{declared} and {live}");
    }
    let unspelled = ColumnType { kind: DataType::Unsigned, text: None, inferred: false };
    assert!(satisfies(&unspelled, &column("bigint", false)));
}
