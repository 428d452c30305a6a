use expect_test::{Expect, expect};

use super::*;

fn default(sql: &str) -> ColumnDefault {
    ColumnDefault { value: parse(sql), text: None }
}

fn is_same(left: &str, right: &str, type_text: &str) -> bool {
    same(Some(&default(left)), Some(&default(right)), type_text, &|_| None)
}

fn check(defaults: &[&str], type_text: &str, expected: &Expect) {
    let lines: Vec<String> = defaults
        .iter()
        .map(|sql| {
            let value = parse(sql);
            let spelled = spell(&value, type_text);
            assert!(is_same(sql, &spelled, type_text), "what is written for {sql} means the same: {spelled}");
            format!("{sql}  =>  {value:?}  =>  {spelled}")
        })
        .collect();
    expected.assert_eq(&lines.join("\n"));
}

#[test]
fn strings() {
    check(
        &[
            "'x'",
            "'x'::character varying",
            "'it''s'::text",
            r"E'a\\b'",
            "('x'::varchar)::text",
            "'abc'::varchar(2)",
            "'a'::bpchar",
            "'a '::bpchar",
            "'x'::status",
        ],
        "text",
        &expect![[r#"
            'x'  =>  Literal(Text("x"))  =>  'x'
            'x'::character varying  =>  Literal(Text("x"))  =>  'x'
            'it''s'::text  =>  Literal(Text("it's"))  =>  'it''s'
            E'a\\b'  =>  Literal(Text("a\\b"))  =>  'a\b'
            ('x'::varchar)::text  =>  Literal(Text("x"))  =>  'x'
            'abc'::varchar(2)  =>  Expression("'abc'::varchar(2)")  =>  'abc'::varchar(2)
            'a'::bpchar  =>  Literal(Text("a"))  =>  'a'
            'a '::bpchar  =>  Expression("'a '::bpchar")  =>  'a '::bpchar
            'x'::status  =>  Literal(Text("x"))  =>  'x'"#]],
    );
}

#[test]
fn numbers() {
    check(
        &[
            "5",
            "-5",
            "(- 5)",
            "'-1'::integer",
            "'5.2'::numeric",
            "0.0",
            "5::bigint",
            "5.7::integer",
            "5::numeric(10,2)",
            "'5'",
        ],
        "numeric",
        &expect![[r#"
            5  =>  Literal(Integer(5))  =>  5
            -5  =>  Literal(Integer(-5))  =>  -5
            (- 5)  =>  Literal(Integer(-5))  =>  -5
            '-1'::integer  =>  Literal(Integer(-1))  =>  -1
            '5.2'::numeric  =>  Literal(Real("5.2"))  =>  5.2
            0.0  =>  Literal(Real("0.0"))  =>  0.0
            5::bigint  =>  Literal(Integer(5))  =>  5
            5.7::integer  =>  Expression("5.7::integer")  =>  5.7::integer
            5::numeric(10,2)  =>  Expression("5::numeric(10,2)")  =>  5::numeric(10,2)
            '5'  =>  Literal(Text("5"))  =>  '5'"#]],
    );
}

#[test]
fn words_bytes_and_expressions() {
    check(
        &[
            "NULL",
            "NULL::character varying",
            "TRUE",
            "'f'::boolean",
            r"'\x00fF'::bytea",
            "'{}'::jsonb",
            "'{}'::text[]",
            "nextval('x_id_seq'::regclass)",
            "now()",
            " CURRENT_TIMESTAMP ",
            "'1 day'::interval",
        ],
        "boolean",
        &expect![[r#"
            NULL  =>  Literal(Null)  =>  NULL
            NULL::character varying  =>  Literal(Null)  =>  NULL
            TRUE  =>  Literal(Bool(true))  =>  true
            'f'::boolean  =>  Literal(Bool(false))  =>  false
            '\x00fF'::bytea  =>  Literal(Blob([0, 255]))  =>  '\x00ff'::bytea
            '{}'::jsonb  =>  Expression("'{}'::jsonb")  =>  '{}'::jsonb
            '{}'::text[]  =>  Expression("'{}'::text[]")  =>  '{}'::text[]
            nextval('x_id_seq'::regclass)  =>  Expression("nextval('x_id_seq'::regclass)")  =>  nextval('x_id_seq'::regclass)
            now()  =>  Expression("now()")  =>  now()
             CURRENT_TIMESTAMP   =>  Expression("CURRENT_TIMESTAMP")  =>  CURRENT_TIMESTAMP
            '1 day'::interval  =>  Expression("'1 day'::interval")  =>  '1 day'::interval"#]],
    );
}

#[test]
fn literals_as_the_column_wants_them() {
    for (literal, type_text, expected) in [
        (Literal::Bool(true), "boolean", "true"),
        (Literal::Bool(true), "integer", "1"),
        (Literal::Bool(false), "text", "'false'"),
        (Literal::Integer(0), "bool", "false"),
        (Literal::Integer(5), "int4", "5"),
        (Literal::Integer(-5), "numeric(10,2)", "-5"),
        (Literal::Integer(5), "text", "'5'"),
        (Literal::Integer(5), "jsonb", "'5'"),
        (Literal::Integer(5), "integer[]", "'5'"),
        (Literal::Real("5.20".to_owned()), "numeric", "5.20"),
        (Literal::Real("NaN".to_owned()), "numeric", "'NaN'"),
        (Literal::Text("it's".to_owned()), "text", "'it''s'"),
        (Literal::Text("a\\b".to_owned()), "text", "'a\\b'"),
        (Literal::Text("{}".to_owned()), "jsonb", "'{}'"),
        (Literal::Blob(vec![0, 255]), "bytea", "'\\x00ff'::bytea"),
        (Literal::Null, "text", "NULL"),
    ] {
        assert_eq!(spell(&DefaultValue::Literal(literal), type_text), expected);
    }
}

#[test]
fn two_spellings_and_what_postgresql_prints_for_them() {
    for (type_text, left, right, left_printed, right_printed) in MEASURED {
        let all = [left, right, left_printed, right_printed];
        for (one, other) in all.iter().flat_map(|one| all.iter().map(move |other| (one, other))) {
            assert!(is_same(one, other, type_text), "{one} and {other} for {type_text}");
        }
    }
    assert!(same(None, Some(&default("NULL")), "text", &|_| None));
    assert!(same(Some(&default("NULL::text")), None, "text", &|_| None));
    assert!(same(None, None, "text", &|_| None));
}

#[test]
fn other_values() {
    for (type_text, left, right) in [
        ("integer", "5", "7"),
        ("text", "'a'", "'A'"),
        ("text", "''", "NULL"),
        ("text", "'null'", "NULL"),
        ("text", "'now()'", "now()"),
        ("text", "'5'", "'5.0'"),
        ("text", "'1 day'::interval", "'1 day'"),
        ("text", "'2 weeks'", "'14 days'"),
        ("numeric", "5", "5.01"),
        ("double precision", "0.1", "0.01"),
        ("boolean", "true", "false"),
        ("jsonb", "'{}'", "'[]'"),
        ("json", "'{ }'", "'{}'"),
        ("text[]", "'{}'", "'{a}'"),
        ("interval", "'1 month'", "'30 days'"),
        ("timestamp", "now()", "clock_timestamp()"),
        ("timestamp", "now()", "timezone('utc', now())"),
        ("timestamp", "'2020-01-01'", "'2020-01-02'"),
        ("bytea", "'\\x00'::bytea", "'\\x01'::bytea"),
        ("bigint", "nextval('a')", "nextval('b')"),
        ("integer", "5.7", "5"),
        ("integer", "5.7::integer", "5"),
        ("varchar", "'abc'::varchar(2)", "'abc'"),
        ("status", "'a'", "'b'"),
    ] {
        assert!(!is_same(left, right, type_text), "{left} and {right} for {type_text}");
        assert!(!same(Some(&default(left)), None, type_text, &|_| None), "{left} and nothing");
    }
}

/// A type, two spellings of one default, and what PostgreSQL 15 prints for either.
const MEASURED: &[(&str, &str, &str, &str, &str)] = &[
    ("integer", "5", "5", "5", "5"),
    ("integer", "'5'", "5", "5", "5"),
    ("integer", "-1", "-1", "'-1'::integer", "'-1'::integer"),
    ("integer", "5::bigint", "5", "(5)::bigint", "5"),
    ("bigint", "0", "0", "0", "0"),
    ("bigint", "'5'", "5", "'5'::bigint", "5"),
    ("smallint", "1", "1", "1", "1"),
    ("numeric", "5", "5.0", "5", "5.0"),
    ("numeric(10,2)", "5.00", "5", "5.00", "5"),
    ("numeric(10,2)", "0", "0", "0", "0"),
    ("numeric(10,2)", "'5.20'", "5.2", "5.20", "5.2"),
    ("double precision", "0", "0.0", "0", "0.0"),
    ("double precision", "5", "5.0", "5", "5.0"),
    ("double precision", "1e3", "1000", "'1000'::numeric", "1000"),
    ("real", "0.5", "'0.5'", "0.5", "'0.5'::real"),
    ("boolean", "true", "TRUE", "true", "true"),
    ("boolean", "'t'", "true", "true", "true"),
    ("boolean", "false", "'no'", "false", "false"),
    ("character varying", "'x'", "'x'", "'x'::character varying", "'x'::character varying"),
    ("character varying(10)", "'x'", "'x'::varchar", "'x'::character varying", "'x'::character varying"),
    ("text", "'it''s'", r"E'it\'s'", "'it''s'::text", "'it''s'::text"),
    ("text", "''", "''::text", "''::text", "''::text"),
    ("text", r"'a\b'", r"E'a\\b'", r"'a\b'::text", r"'a\b'::text"),
    ("text", "5", "'5'", "5", "'5'::text"),
    ("character(3)", "'ab'", "'ab'", "'ab'::bpchar", "'ab'::bpchar"),
    ("citext", "'x'", "'x'", "'x'::citext", "'x'::citext"),
    ("mood", "'happy'", "'happy'::mood", "'happy'::mood", "'happy'::mood"),
    ("json", "'{}'", "'{}'::json", "'{}'::json", "'{}'::json"),
    ("jsonb", "'{}'", "'{}'::jsonb", "'{}'::jsonb", "'{}'::jsonb"),
    (
        "jsonb",
        r#"'{"a":1,"b":[1,2]}'"#,
        r#"'{"a": 1, "b": [1, 2]}'"#,
        r#"'{"a": 1, "b": [1, 2]}'::jsonb"#,
        r#"'{"a": 1, "b": [1, 2]}'::jsonb"#,
    ),
    ("jsonb", "'[]'", "'[]'", "'[]'::jsonb", "'[]'::jsonb"),
    ("text[]", "'{}'", "ARRAY[]::text[]", "'{}'::text[]", "ARRAY[]::text[]"),
    ("integer[]", "'{}'", "'{}'::int[]", "'{}'::integer[]", "'{}'::integer[]"),
    ("text[]", "ARRAY['a','b']", "ARRAY['a'::text,'b']", "ARRAY['a'::text, 'b'::text]", "ARRAY['a'::text, 'b'::text]"),
    ("uuid", "gen_random_uuid()", "gen_random_uuid()", "gen_random_uuid()", "gen_random_uuid()"),
    (
        "uuid",
        "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'",
        "'A0EEBC99-9c0b-4ef8-bb6d-6bb9bd380a11'",
        "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid",
        "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid",
    ),
    ("timestamp without time zone", "now()", "CURRENT_TIMESTAMP", "now()", "CURRENT_TIMESTAMP"),
    ("timestamp with time zone", "CURRENT_TIMESTAMP", "now()", "CURRENT_TIMESTAMP", "now()"),
    (
        "timestamp without time zone",
        "'2020-01-01'",
        "'2020-01-01 00:00:00'",
        "'2020-01-01 00:00:00'::timestamp without time zone",
        "'2020-01-01 00:00:00'::timestamp without time zone",
    ),
    (
        "timestamp without time zone",
        "(now() at time zone 'utc')",
        "timezone('utc', now())",
        "(now() AT TIME ZONE 'utc'::text)",
        "timezone('utc'::text, now())",
    ),
    (
        "timestamp without time zone",
        "TIMEZONE('utc', CURRENT_TIMESTAMP)",
        "timezone('utc', now())",
        "timezone('utc'::text, CURRENT_TIMESTAMP)",
        "timezone('utc'::text, now())",
    ),
    ("date", "CURRENT_DATE", "current_date", "CURRENT_DATE", "CURRENT_DATE"),
    ("date", "'2020-01-01'", "'2020-01-01'", "'2020-01-01'::date", "'2020-01-01'::date"),
    (
        "time without time zone",
        "'08:00'",
        "'08:00:00'",
        "'08:00:00'::time without time zone",
        "'08:00:00'::time without time zone",
    ),
    ("interval", "'14 days'", "interval '2 weeks'", "'14 days'::interval", "'14 days'::interval"),
    ("interval", "'1 hour'", "'01:00:00'", "'01:00:00'::interval", "'01:00:00'::interval"),
    ("bytea", r"'\x00ff'", r"'\x00ff'::bytea", r"'\x00ff'::bytea", r"'\x00ff'::bytea"),
    ("inet", "'10.0.0.1'", "'10.0.0.1'::inet", "'10.0.0.1'::inet", "'10.0.0.1'::inet"),
    ("bigint", "nextval('s_x')", "nextval('s_x'::regclass)", "nextval('s_x'::regclass)", "nextval('s_x'::regclass)"),
    (
        "bigint",
        "(extract(epoch from now()))::bigint",
        "EXTRACT(epoch FROM now())::bigint",
        "(EXTRACT(epoch FROM now()))::bigint",
        "(EXTRACT(epoch FROM now()))::bigint",
    ),
    ("text", "upper('a')", "UPPER('a')", "upper('a'::text)", "upper('a'::text)"),
    ("text", "'a' || 'b'", "'a'||'b'", "('a'::text || 'b'::text)", "('a'::text || 'b'::text)"),
    ("text", "md5(random()::text)", "md5((random())::text)", "md5((random())::text)", "md5((random())::text)"),
    ("integer", "1 + 1", "1+1", "(1 + 1)", "(1 + 1)"),
    ("character varying", "CURRENT_USER", "current_user", "CURRENT_USER", "CURRENT_USER"),
    (
        "date",
        "(now() + interval '1 day')",
        "now() + '1 day'",
        "(now() + '1 day'::interval)",
        "(now() + '1 day'::interval)",
    ),
    ("tsvector", "''", "''", "''::tsvector", "''::tsvector"),
];
