//! Expressions that nobody changed are no difference, however PostgreSQL prints them; those that somebody changed are. What
//! the rules leave open PostgreSQL is asked, and asking leaves no trace.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use sea_orm::{ConnectionTrait, DbBackend, Statement};
use seachange::compare::{Comparison, Sides};
use seachange::config;
use seachange::dialect::{Dialect, Options};
use seachange::diff::Rules;
use seachange::migrate::{Access, Session};
use seachange::model::{
    Column, ColumnDefault, ColumnType, DataType, Declared, DefaultValue, Generated, IndexKey, IndexPart, Rename,
    Schema, Table, TableName,
};

use self::Sample::{Checked, Computed, Defaulted, Indexed, Partial};
use crate::cluster::{self, Database};
use crate::support::block_on;

/// An expression in its place.
#[derive(Debug, Clone, Copy)]
enum Sample {
    /// The type of a column and its default.
    Defaulted(&'static str, &'static str),
    /// The type of a generated column and its expression.
    Computed(&'static str, &'static str),
    Checked(&'static str),
    /// One part of an index.
    Indexed(&'static str),
    /// The predicate of an index.
    Partial(&'static str),
}

/// What the expressions are made of.
const BEFORE: &str = "CREATE TYPE mood AS ENUM ('glad', 'sad', 'it''s');
    CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
    CREATE FUNCTION twice(value integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT value * 2';
    CREATE FUNCTION twice(value text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT value || value';
    CREATE SEQUENCE counter;
    CREATE COLLATION german (provider = libc, locale = 'C');
    CREATE TABLE base (
        id integer NOT NULL, name varchar(30), code char(3), title text, x text, y text, z integer, q integer, big bigint,
        small smallint, ff double precision, r real, num numeric(10,2), flag boolean, jb jsonb, j json, ts timestamp,
        tstz timestamptz, d date, t time, iv interval, tags text[], ints integer[], mood mood, pos positive, ip inet,
        raw bytea, u uuid, \"Mixed\" text, \"order\" integer, period daterange, mood2 mood, state varchar(10)
    )";

impl Sample {
    fn create(self, table: &str) -> String {
        let make = format!("CREATE TABLE {table} (LIKE base)");
        match self {
            Defaulted(kind, sql) => format!("{make}; ALTER TABLE {table} ADD own {kind} DEFAULT ({sql});\n"),
            Computed(kind, sql) => {
                format!("{make}; ALTER TABLE {table} ADD own {kind} GENERATED ALWAYS AS ({sql}) STORED;\n")
            }
            Checked(sql) => format!("{make}; ALTER TABLE {table} ADD CONSTRAINT own CHECK ({sql});\n"),
            Indexed(sql) => format!("{make}; CREATE INDEX {table}_own ON {table} (id, ({sql}));\n"),
            Partial(sql) => format!("{make}; CREATE INDEX {table}_own ON {table} (id) WHERE {sql};\n"),
        }
    }

    /// Puts the expression as it was written in the place of what the server made of it.
    fn declare(self, table: &mut Table) {
        match self {
            Defaulted(_, sql) => {
                let default = ColumnDefault { value: DefaultValue::Expression(sql.to_owned()), text: None };
                own(table).default = Some(default);
            }
            Computed(_, sql) => own(table).generated = Some(Generated { expression: sql.to_owned(), stored: true }),
            Checked(sql) => table.checks[0].expression = String::from(sql),
            Indexed(sql) => table.indexes[0].parts[1] = IndexPart::new(IndexKey::Expression(sql.to_owned())),
            Partial(sql) => table.indexes[0].predicate = Some(sql.to_owned()),
        }
        // What is declared has no words of the server's.
        table.columns[0].data_type = ColumnType { kind: DataType::Integer, text: None, inferred: false };
    }
}

fn own(table: &mut Table) -> &mut Column {
    table.columns.last_mut().unwrap()
}

/// Expressions that the server prints in other words, or reads in other words than it prints.
const SAMPLES: &[Sample] = &[
    // Defaults.
    Defaulted("text", "'some default'"),
    Defaulted("varchar(30)", "'//slash'"),
    Defaulted("text", "'has '' quote'"),
    Defaulted("text", "''"),
    Defaulted("varchar", "substring('name',1,3)"),
    Defaulted("varchar", "substring('name' from 1 for 3)"),
    Defaulted("text", "substr('name', 1, 3)"),
    Defaulted("timestamp", "now()"),
    Defaulted("timestamptz", "(now())"),
    Defaulted("timestamptz", "CURRENT_TIMESTAMP"),
    Defaulted("timestamp(3)", "current_timestamp(3)"),
    Defaulted("date", "current_date"),
    Defaulted("date", "CURRENT_DATE + 30"),
    Defaulted("timestamptz", "now() + interval '1 day'"),
    Defaulted("timestamptz", "now() + '30 days'"),
    Defaulted("timestamp", "timezone('utc', CURRENT_TIMESTAMP)"),
    Defaulted("timestamp", "TIMEZONE('utc'::text, now())"),
    Defaulted("timestamp", "now() AT TIME ZONE 'utc'"),
    Defaulted("interval", "'14 days'"),
    Defaulted("interval", "interval '14 days'"),
    Defaulted("interval", "INTERVAL '14' DAY"),
    Defaulted("integer[]", "(ARRAY[]::integer[])"),
    Defaulted("integer[]", "'{}'"),
    Defaulted("text[]", "ARRAY['a', 'b']"),
    Defaulted("varchar(10)[]", "ARRAY['a', 'b']::varchar[]"),
    Defaulted("integer", "15"),
    Defaulted("integer", "'15'"),
    Defaulted("integer", "-1"),
    Defaulted("integer", "5 + 3"),
    Defaulted("double precision", "5"),
    Defaulted("double precision", "5.0"),
    Defaulted("double precision", "'5.0'"),
    Defaulted("real", "5.2"),
    Defaulted("numeric", "5"),
    Defaulted("numeric(10,2)", "5.0"),
    Defaulted("bigint", "9223372036854775807"),
    Defaulted("smallint", "5"),
    Defaulted("boolean", "'t'"),
    Defaulted("boolean", "NOT false"),
    Defaulted("json", "'{}'"),
    Defaulted("json", "'{\"a\": [1, 2]}'::json"),
    Defaulted("jsonb", "'{}'::jsonb"),
    Defaulted("jsonb", "'{ \"b\":1,   \"a\": 2}'"),
    Defaulted("jsonb", "jsonb_build_object('a', 1, 'b', ARRAY[1, 2])"),
    Defaulted("text", "NULL"),
    Defaulted("text", "NULL::varchar"),
    Defaulted("mood", "'glad'"),
    Defaulted("mood", "'it''s'::mood"),
    Defaulted("mood[]", "ARRAY['glad'::mood]"),
    Defaulted("mood[]", "'{glad,sad}'"),
    Defaulted("uuid", "gen_random_uuid()"),
    Defaulted("bigint", "nextval('counter')"),
    Defaulted("numeric", "nextval('counter'::regclass)"),
    Defaulted("integer", "twice(3)"),
    Defaulted("positive", "5"),
    Defaulted("text", "CASE WHEN true THEN 'a' ELSE 'b' END"),
    Defaulted("text", "coalesce(current_setting('a.b', true), 'none')"),
    Defaulted("text", "md5(random()::text)"),
    Defaulted("text", "upper('a') || lower('B')"),
    Defaulted("text", "E'line\\nbreak\\\\'"),
    Defaulted("text", "U&'\\0041'"),
    Defaulted("text", "$$dollar's$$"),
    Defaulted("bytea", "'\\xdeadbeef'"),
    Defaulted("inet", "'127.0.0.1'"),
    Defaulted("bit(3)", "B'101'"),
    Defaulted("daterange", "'[2020-01-01,2021-01-01)'"),
    Defaulted("date", "'2020-01-01'"),
    Defaulted("date", "make_date(2020, 1, 1)"),
    Defaulted("timestamptz", "'epoch'::timestamptz"),
    Defaulted("integer", "extract(epoch from now())::integer"),
    Defaulted("integer", "CAST(date_part('year', now()) AS integer)"),
    Defaulted("bigint", "(EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::bigint"),
    Defaulted("char(3)", "'abc'"),
    Defaulted("text", "current_user"),
    Defaulted("text", "session_user::text"),
    // Generated columns.
    Computed("integer", "5"),
    Computed("integer", "z*5"),
    Computed("integer", "z\n  *  5"),
    Computed("tsvector", "setweight(to_tsvector('english',title),'A')"),
    Computed("tsvector", "to_tsvector('english'::regconfig, coalesce(title, '') || ' ' || coalesce(x, ''))"),
    Computed("text", "lower(name)"),
    Computed("text", "name||' '||title"),
    Computed("varchar(80)", "name || ' ' || title"),
    Computed("text", "coalesce(name,'')"),
    Computed("boolean", "lower(name) IS NULL"),
    Computed("boolean", "name='x' AND title='y'"),
    Computed("text", "CASE WHEN z > 5 THEN 'big' WHEN z IS NULL THEN NULL ELSE 'small' END"),
    Computed("varchar(10)", "CASE z WHEN 1 THEN 'one' ELSE 'many' END"),
    Computed("numeric", "z::numeric(10,2)*2"),
    Computed("numeric(10,2)", "num * 1.19"),
    Computed("double precision", "z/2.0::double precision"),
    Computed("boolean", "ts > '2020-01-01'"),
    Computed("boolean", "name = ANY(ARRAY['a', 'b'])"),
    Computed("text", "jb ->> 'name'"),
    Computed("integer", "(jb->'a'->>'n')::int"),
    Computed("text", "jb #>> '{a,b}'"),
    Computed("integer", "twice(z)"),
    Computed("text", "twice(title)"),
    Computed("integer", "array_length(tags, 1)"),
    Computed("integer", "date_part('year', ts)"),
    Computed("text", "CASE mood WHEN 'glad' THEN ':)' ELSE ':(' END"),
    Computed("mood", "CASE WHEN flag THEN 'glad'::mood ELSE 'sad' END"),
    Computed("text", "substring(title from 1 for 3)"),
    Computed("text", "trim(both ' ' from title)"),
    Computed("integer", "position('a' in title)"),
    Computed("text", "\"Mixed\" || 'x'"),
    Computed("boolean", "(z, q) = (1, 2)"),
    Computed("text", "'constant'"),
    Computed("integer", "greatest(z, q, 0)"),
    Computed("integer", "nullif(z, 0)"),
    Computed("numeric", "round(num, 1)"),
    Computed("text", "left(title, -1)"),
    // Checks.
    Checked("name IN ('a', 'b')"),
    Checked("title in ('a','b', 'c')"),
    Checked("code IN ('a', 'b')"),
    Checked("name NOT IN ('a', 'b')"),
    Checked("name IN ('a')"),
    Checked("z IN (1, 2, 3)"),
    Checked("big IN (1, 2)"),
    Checked("small in (1,2)"),
    Checked("num IN (1, 2.5)"),
    Checked("mood IN ('glad', 'sad')"),
    Checked("mood <> 'sad'"),
    Checked("mood != 'sad' OR mood2 = 'glad'::mood"),
    Checked("mood = ANY (ARRAY['glad', 'sad']::mood[])"),
    Checked("mood < mood2"),
    Checked("z BETWEEN 1 AND 10"),
    Checked("z NOT BETWEEN 1 AND 10"),
    Checked("z BETWEEN SYMMETRIC 10 AND 1"),
    Checked("z NOT BETWEEN SYMMETRIC q AND 1"),
    Checked("num between 0 and 100"),
    Checked("d BETWEEN '2020-01-01' AND DATE '2030-01-01'"),
    Checked("z != 0"),
    Checked("NOT z = 0"),
    Checked("NOT (z = 0 OR q = 0) AND flag"),
    Checked("(((z > 0)))"),
    Checked("z > 0 AND q > 0 AND big > 0 OR flag"),
    Checked("z > 0 AND (q > 0 AND (big > 0))"),
    Checked("CASE WHEN flag THEN z > 0 ELSE true END"),
    Checked("CASE name WHEN 'a' THEN z > 0 ELSE z < 0 END"),
    Checked("name LIKE 'a%'"),
    Checked("name NOT LIKE 'a%' ESCAPE '!'"),
    Checked("title ILIKE '%x'"),
    Checked("title SIMILAR TO '[a-z]+'"),
    Checked("title ~ '^[^@]+@[^@]+$'"),
    Checked("name !~* '\\d'"),
    Checked("length(name) > 3"),
    Checked("char_length(trim(name)) >= 1"),
    Checked("octet_length(raw) <= 1024"),
    Checked("name COLLATE \"C\" = 'x'"),
    Checked("lower(title COLLATE \"C\") = title"),
    Checked("title < 'b' COLLATE german"),
    Checked("jb ? 'a'"),
    Checked("jb ?| array['a', 'b']"),
    Checked("jb ?& ARRAY['a']"),
    Checked("jb @> '{\"a\": 1}'"),
    Checked("jb -> 'a' = '1'"),
    Checked("jsonb_typeof(jb) = 'object'"),
    Checked("jb @? '$.a[*] ? (@ > 2)'"),
    Checked("jb - 'a' = '{}'::jsonb"),
    Checked("jb['a']['b'] = '1'"),
    Checked("(jb->>'a')::numeric(5,2) > 1.5"),
    Checked("j->>'a' is not null"),
    Checked("ints[1] = 1 AND ints[2:3] = '{1,2}'"),
    Checked("tags @> ARRAY['a']"),
    Checked("tags && array['a','b']::text[]"),
    Checked("'a' = ANY (tags)"),
    Checked("NOT ('a' = ALL (tags))"),
    Checked("tags <> '{}'"),
    Checked("cardinality(ints) <= 5"),
    Checked("ints || 1 = ints"),
    Checked("tstz > '2020-01-01'::timestamptz"),
    Checked("ts + interval '1 day' > '2020-01-01'"),
    Checked("ts - '1 hour'::interval > '2020-01-01'::timestamp"),
    Checked("d + 30 > '2020-01-01'"),
    Checked("d - '2020-01-01' > 3"),
    Checked("extract(year from d) >= 2000"),
    Checked("EXTRACT(dow FROM ts) NOT IN (0, 6)"),
    Checked("date_trunc('month', ts) = ts"),
    Checked("t < '12:00'"),
    Checked("iv > '1 hour'"),
    Checked("(ts, ts + iv) OVERLAPS ('2020-01-01'::timestamp, '2021-01-01'::timestamp)"),
    Checked("period @> '2020-01-01'::date"),
    Checked("period && daterange('2020-01-01', '2021-01-01', '[]')"),
    Checked("lower(period) < upper(period)"),
    Checked("flag"),
    Checked("NOT flag"),
    Checked("flag = true"),
    Checked("flag IS NOT FALSE"),
    Checked("flag is unknown"),
    Checked("(flag IS NULL) = (z IS NULL)"),
    Checked("(flag IS NULL) <> (name IS NULL)"),
    Checked("num_nonnulls(x, y, z) = 1"),
    Checked("x IS DISTINCT FROM y"),
    Checked("x IS NOT DISTINCT FROM 'a'"),
    Checked("x NOTNULL"),
    Checked("(x, y) IS NOT NULL"),
    Checked("(z, q) < (1, 2)"),
    Checked("(z, q) IN ((1, 2), (3, 4))"),
    Checked("ROW(z, q) <> ROW(1, 2)"),
    Checked("z % 2 = 0"),
    Checked("z ^ 2 > 1"),
    Checked("z & 1 = 1"),
    Checked("z # 1 = 1"),
    Checked("~z < 0"),
    Checked("-z < 0"),
    Checked("- (-1) < z"),
    Checked("@ z > 1"),
    Checked("|/ ff > 1"),
    Checked("z << 1 > 2"),
    Checked("z + big > 1"),
    Checked("z > 1.5"),
    Checked("z > '1'"),
    Checked("ff > 1"),
    Checked("r >= 0.1"),
    Checked("num > 1"),
    Checked("num * 2 = 1::numeric"),
    Checked("num::int > 0"),
    Checked("CAST(x AS integer) > 0"),
    Checked("small > 0"),
    Checked("big > 0"),
    Checked("big > 3000000000"),
    Checked("pos > 3"),
    Checked("twice(z) > 3"),
    Checked("twice(title) <> ''"),
    Checked("twice('a') <> name"),
    Checked("base36.z > 0"),
    Checked("\"Mixed\" = 'a'"),
    Checked("\"order\" > 0"),
    Checked("Z > 0"),
    Checked("\"z\" > 0"),
    Checked("ip << inet '10.0.0.0/8'"),
    Checked("family(ip) = 4"),
    Checked("u <> '00000000-0000-0000-0000-000000000000'"),
    Checked("u::text LIKE 'a%'"),
    Checked("x || y <> ''"),
    Checked("name || z <> ''"),
    Checked("x ^@ 'a'"),
    Checked("concat_ws(',', x, y, z) <> ''"),
    Checked("format('%s', x) <> ''"),
    Checked("COALESCE(x, y, 'z') <> ''"),
    Checked("x > 'a' COLLATE \"C\" AND y < 'b'"),
    Checked("overlay(x placing 'a' from 1) <> ''"),
    Checked("substring(x from 'a.c') is null"),
    Checked("x = 'it''s'"),
    Checked("x = E'a\\tb'"),
    Checked("x = 'back\\slash'"),
    Checked("z > 0 /* positive */"),
    Checked("x::varchar(3) = 'abc'"),
    Checked("name::text = title"),
    Checked("name = title"),
    Checked("code = 'ab'"),
    Checked("code = x"),
    Checked("state = 'a' OR state = 'b'"),
    Checked("state::text = ANY (ARRAY['a'::character varying, 'b'::character varying]::text[])"),
    Checked("state::text = ANY (ARRAY['a'::character varying::text, 'b'::character varying::text])"),
    Checked("x IS NORMALIZED"),
    Checked("x IS NFC NORMALIZED"),
    // Indexes.
    Indexed("lower(x)"),
    Indexed("lower(name)"),
    Indexed("lower(x || q)"),
    Indexed("z + 1"),
    Indexed("z * 3"),
    Indexed("ff + 42"),
    Indexed("42 + ff"),
    Indexed("'42' || x"),
    Indexed("coalesce(z, -1)"),
    Indexed("coalesce(q,'-1')"),
    Indexed("y::int"),
    Indexed("CAST(x AS int)"),
    Indexed("lower(\"Mixed\")"),
    Indexed("jb->'x'"),
    Indexed("(jb -> 'x')::integer"),
    Indexed("cast(jb->'x' as integer)"),
    Indexed("((jb->>'x')::numeric(8,2))::integer"),
    Indexed("CASE WHEN z > 1 THEN x ELSE y END"),
    Indexed("x COLLATE \"C\""),
    Indexed("lower(x) COLLATE \"C\""),
    Indexed("lower(x COLLATE \"C\")"),
    Indexed("z IN (1, 2)"),
    Indexed("z BETWEEN 1 AND 2"),
    Indexed("x != 'a'"),
    Indexed("date_trunc('day', ts)"),
    Indexed("(tstz AT TIME ZONE 'utc')::date"),
    Indexed("to_tsvector('english', x)"),
    Indexed("md5(x)"),
    Indexed("twice(z)"),
    Indexed("array_length(ints, 1) IS NULL"),
    Partial("z > 0"),
    Partial("state = 'a'"),
    Partial("state IN ('a', 'b')"),
    Partial("state not in ('a','b')"),
    Partial("mood = 'glad'"),
    Partial("mood IN ('glad', 'sad')"),
    Partial("flag"),
    Partial("flag IS TRUE AND NOT (x IS NULL)"),
    Partial("ts IS NULL"),
    Partial("d > '2020-01-01'"),
    Partial("jb ? 'a'"),
    Partial("x COLLATE \"C\" LIKE 'a%'"),
    Partial("tags @> '{a}'"),
];

/// What was made, and what is declared now.
const CHANGES: &[(Sample, Sample)] = &[
    (Defaulted("text", "'hello'"), Defaulted("text", "'there'")),
    (Defaulted("integer", "5"), Defaulted("integer", "7")),
    (Defaulted("text", "'//slash'"), Defaulted("text", "'s//l//ash'")),
    (Defaulted("timestamptz", "now()"), Defaulted("timestamptz", "clock_timestamp()")),
    (Defaulted("json", "'{}'"), Defaulted("json", "'[]'")),
    (Defaulted("json", "'{}'"), Defaulted("json", "'{ }'")),
    (Defaulted("timestamp", "now() AT TIME ZONE 'utc'"), Defaulted("timestamp", "now() AT TIME ZONE 'cet'")),
    (Defaulted("text", "CASE WHEN true THEN 'a' END"), Defaulted("text", "CASE WHEN true THEN 'b' END")),
    (Computed("integer", "z*5"), Computed("integer", "z*6")),
    (Computed("text", "lower(name)"), Computed("text", "upper(name)")),
    (Computed("text", "coalesce(name,'')"), Computed("text", "coalesce(name,'x')")),
    (Computed("numeric", "z::numeric(10,2)*2"), Computed("numeric", "z::numeric(10,3)*2")),
    (Computed("boolean", "ts > '2020-01-01'"), Computed("boolean", "ts > '2020-01-02'")),
    (Checked("name IN ('a', 'b')"), Checked("name IN ('a', 'c')")),
    (Checked("name IN ('a', 'b')"), Checked("name IN ('b', 'a')")),
    (Checked("z BETWEEN 1 AND 10"), Checked("z BETWEEN SYMMETRIC 1 AND 10")),
    (Checked("z BETWEEN 1 AND 10"), Checked("z > 1 AND z <= 10")),
    (Checked("mood <> 'sad'"), Checked("mood = 'sad'")),
    (Checked("name COLLATE \"C\" = 'x'"), Checked("name = 'x'")),
    (Checked("jb ? 'a'"), Checked("jb ?| array['a']")),
    (Checked("x LIKE 'a%'"), Checked("x ILIKE 'a%'")),
    (Checked("z > 1"), Checked("z > 1.0")),
    (Checked("twice(z) > 3"), Checked("twice(z::text) > '3'")),
    (Checked("extract(year from d) >= 2000"), Checked("extract(isoyear from d) >= 2000")),
    (Checked("x IS NFC NORMALIZED"), Checked("x IS NFD NORMALIZED")),
    (Indexed("lower(x)"), Indexed("lower(x || q)")),
    (Indexed("lower(x)"), Indexed("upper(x)")),
    (Indexed("z + 1"), Indexed("z + 3")),
    (Indexed("z + 1"), Indexed("z * 1")),
    (Indexed("'42' || x"), Indexed("x || '42'")),
    (Indexed("ff + 42"), Indexed("42 + ff")),
    (Indexed("coalesce(z, -1)"), Indexed("coalesce(q,'-1')")),
    (Indexed("y::int"), Indexed("x::int")),
    (Indexed("jb -> 'foo'"), Indexed("jb -> 'bar'")),
    (Indexed("(jb -> 'x')::integer"), Indexed("(jb -> 'x')::bigint")),
    (Partial("z > 0"), Partial("z > 1")),
    (Partial("state IN ('a', 'b')"), Partial("state NOT IN ('a', 'b')")),
];

fn name(number: usize) -> String {
    format!("base{number}")
}

async fn open(database: &Database<'_>, user: &str) -> Session {
    let url = database.url().replace("user=postgres", &format!("user={user}"));
    let database = config::database(&url, Path::new("/"), Duration::from_secs(5)).unwrap();
    Session::open(&database, Access::Read).await.unwrap()
}

/// Compares, and asks where the rules are not enough.
async fn compare(session: &Session, declared: &Declared, lock: Option<&Schema>) -> (Comparison, Vec<String>) {
    let live = session.reflect().await.unwrap();
    let (options, rules) = (Options::default(), Rules::default());
    let mut sides = Sides::new(declared, lock, &live, Dialect::Postgres, &options, &rules).unwrap();
    let notes = sides.ask(session.connection()).await.unwrap();
    (sides.compare(), notes)
}

fn ops(comparison: &Comparison) -> Vec<String> {
    comparison.differences.iter().map(|difference| difference.op.to_string()).collect()
}

/// What is declared when the tables of the database say what the samples say, in the samples' words.
fn declared(live: &Schema, samples: &BTreeMap<usize, Sample>) -> Declared {
    let mut schema = live.clone();
    for (number, sample) in samples {
        sample.declare(schema.tables.get_mut(&TableName::new(name(*number))).unwrap());
    }
    Declared { schema, ..Declared::default() }
}

fn numbered(samples: impl Iterator<Item = Sample>) -> BTreeMap<usize, Sample> {
    samples.enumerate().collect()
}

fn script(samples: &BTreeMap<usize, Sample>) -> String {
    let tables = samples.iter().map(|(number, sample)| sample.create(&name(*number)));
    format!("{BEFORE};\n{}", tables.collect::<String>())
}

/// The tables that are not as they are declared, with the words of both sides.
fn unequal(comparison: &Comparison) -> Vec<String> {
    let differing = comparison.declared.tables.iter().filter(|(name, table)| comparison.live.tables[*name] != **table);
    let of = |table: &Table| {
        let own = table.columns.last().unwrap();
        let default = own.default.as_ref().and_then(|default| default.text.clone());
        let generated = own.generated.as_ref().map(|generated| generated.expression.clone());
        let check = table.checks.first().map(|check| check.expression.clone());
        let index = table.indexes.first().map(|index| format!("{:?} {:?}", index.parts.last(), index.predicate));
        format!("{:?}", default.or(generated).or(check).or(index))
    };
    differing.map(|(name, table)| format!("{name}: {} and {}", of(table), of(&comparison.live.tables[name]))).collect()
}

#[test]
fn what_nobody_changed_is_no_difference() {
    let samples = numbered(SAMPLES.iter().copied().filter(|sample| match sample {
        // New in PostgreSQL 14.
        Checked(sql) => cluster::shared().major >= 14 || !sql.contains("jb['a']"),
        _ => true,
    }));
    let database = cluster::database("unchanged");
    // One of them names its own table.
    let script = samples.iter().find(|(_, sample)| matches!(sample, Checked(sql) if sql.starts_with("base36.")));
    let own_name = format!("{}.z", name(*script.unwrap().0));
    database.script(&self::script(&samples).replace("base36.z", &own_name));
    let restored = database.dump();
    block_on(async {
        let session = open(&database, "postgres").await;
        let live = session.reflect().await.unwrap();
        let mut declared = declared(&live, &samples);
        for check in declared.schema.tables.values_mut().flat_map(|table| &mut table.checks) {
            check.expression = check.expression.replace("base36.z", &own_name);
        }
        let (options, rules) = (Options::default(), Rules::default());
        let sides = Sides::new(&declared, None, &live, Dialect::Postgres, &options, &rules).unwrap();
        let by_rules = unequal(&sides.compare());
        // Few enough that a project seldom needs the question, and some, so that this test is one.
        assert!((1..samples.len() / 5).contains(&by_rules.len()), "{by_rules:#?}");
        let (comparison, notes) = compare(&session, &declared, Some(&declared.schema)).await;
        assert_eq!((unequal(&comparison), ops(&comparison), notes), Default::default());

        // Nor after a dump and its restoration, which print some of them in yet another way.
        let Some(dump) = restored else { return };
        let copy = cluster::database("unchanged restored");
        copy.script(&dump);
        let session = open(&copy, "postgres").await;
        let (comparison, notes) = compare(&session, &declared, Some(&declared.schema)).await;
        assert_eq!((unequal(&comparison), ops(&comparison), notes), Default::default());
    });
}

#[test]
fn what_somebody_changed_is_a_difference() {
    let (before, after) =
        (numbered(CHANGES.iter().map(|change| change.0)), numbered(CHANGES.iter().map(|change| change.1)));
    for (made, said) in [(&before, &after), (&after, &before)] {
        let database = cluster::database("changed");
        database.script(&script(made));
        block_on(async {
            let session = open(&database, "postgres").await;
            let live = session.reflect().await.unwrap();
            let declared = declared(&live, said);
            let (comparison, notes) = compare(&session, &declared, Some(&live)).await;
            let found: BTreeSet<String> =
                unequal(&comparison).iter().map(|line| line.split(':').next().unwrap().to_owned()).collect();
            let equal: Vec<_> = said.iter().filter(|(number, _)| !found.contains(&name(**number))).collect();
            assert!(equal.is_empty(), "{equal:?}");
            assert_eq!(notes, Vec::<String>::new());
            // One change each: a column, or an old constraint or index for a new one.
            let is_column = |sample: &&Sample| matches!(sample, Defaulted(..) | Computed(..));
            let columns = said.values().filter(is_column).count();
            let expected = columns + 2 * (said.len() - columns);
            let computed = said.values().filter(|sample| matches!(sample, Computed(..))).count();
            let ops = ops(&comparison);
            assert!((expected..=expected + computed).contains(&ops.len()), "{ops:#?}");
        });
    }
}

/// A check that no rule settles.
const OPEN: &str =
    "CREATE TABLE notes (id integer NOT NULL, body text, CONSTRAINT tidy CHECK (body IS NFC NORMALIZED));";

/// The same table with the check as somebody would write it.
fn open_notes(live: &Schema) -> Declared {
    let mut schema = live.clone();
    let notes = schema.tables.get_mut(&TableName::new("notes")).unwrap();
    Checked("(body) is nfc normalized").declare(notes);
    Declared { schema, ..Declared::default() }
}

#[test]
fn what_is_settled_is_not_asked() {
    let database = cluster::database("settled");
    database.script(&format!("{OPEN} ALTER TABLE notes ADD amount integer DEFAULT 1 CHECK (amount IN (1, 2));"));
    block_on(async {
        let session = open(&database, "postgres").await;
        let live = session.reflect().await.unwrap();
        let (options, rules) = (Options::default(), Rules::default());
        let mut changed = live.clone();
        let notes = changed.tables.get_mut(&TableName::new("notes")).unwrap();
        notes.checks.retain(|check| check.expression.contains("amount"));
        notes.checks[0].expression = "amount in (1,2)".to_owned();
        let both = [Declared { schema: changed, ..Declared::default() }, open_notes(&live)];
        let [mut settled, mut open] = both.each_ref().map(|declared| {
            Sides::new(declared, Some(&declared.schema), &live, Dialect::Postgres, &options, &rules).unwrap()
        });
        // Who is asked now says that the connection is closed.
        session.connection().close().await;
        assert_eq!(settled.ask(session.connection()).await.unwrap(), Vec::<String>::new());
        assert!(open.ask(session.connection()).await.is_err());
    });
}

#[test]
fn asking_runs_nothing_and_leaves_nothing_behind() {
    let database = cluster::database("traces");
    let function = |name: &str, kind: &str, body: &str| {
        format!(
            "CREATE OR REPLACE FUNCTION {name}(value text) RETURNS text LANGUAGE plpgsql {kind} AS $$ BEGIN {body} END $$;\n"
        )
    };
    let harmless = "RETURN value;";
    let (writes, raises) = ("INSERT INTO log VALUES (value); RETURN value;", "RAISE 'it ran';");
    let script = [
        "CREATE TABLE log (line text);\n".to_owned(),
        function("writes", "VOLATILE", harmless),
        function("raises", "IMMUTABLE", harmless),
        "CREATE TABLE busy (
            id integer NOT NULL,
            body text DEFAULT CASE WHEN writes('a') IS NFC NORMALIZED THEN raises('b') END,
            computed boolean GENERATED ALWAYS AS (raises('c') IS NFC NORMALIZED) STORED,
            CONSTRAINT tidy CHECK (writes('d') IS NFC NORMALIZED AND raises('e') IS NFC NORMALIZED)
        );
        CREATE INDEX busy_expression ON busy ((raises('f') IS NFC NORMALIZED));
        CREATE INDEX busy_predicate ON busy (id) WHERE raises('g') IS NFC NORMALIZED;\n"
            .to_owned(),
        "INSERT INTO busy (id) VALUES (1); TRUNCATE log;\n".to_owned(),
        function("writes", "VOLATILE", writes),
        function("raises", "IMMUTABLE", raises),
    ];
    database.script(&script.concat());
    let objects = "SELECT 'class ' || oid || relname FROM pg_class WHERE relkind <> 't' UNION ALL
        SELECT 'type ' || oid FROM pg_type UNION ALL SELECT 'schema ' || nspname FROM pg_namespace ORDER BY 1";
    let before = database.query(objects);
    block_on(async {
        let session = open(&database, "postgres").await;
        let live = session.reflect().await.unwrap();
        let mut schema = live.clone();
        let table = schema.tables.get_mut(&TableName::new("busy")).unwrap();
        let lower = |sql: &str| sql.replace("IS NFC NORMALIZED", "is nfc normalized").replace("::text", "");
        for sample in [1, 2] {
            let column = &mut table.columns[sample];
            if let Some(default) = &mut column.default {
                let sql = lower(default.text.as_deref().unwrap());
                *default = ColumnDefault { value: DefaultValue::Expression(sql), text: None };
            }
            if let Some(generated) = &mut column.generated {
                generated.expression = lower(&generated.expression);
            }
        }
        table.checks[0].expression = lower(&table.checks[0].expression);
        for index in &mut table.indexes {
            index.predicate = index.predicate.as_deref().map(lower);
            for part in &mut index.parts {
                if let IndexKey::Expression(sql) = &mut part.key {
                    *sql = lower(sql);
                }
            }
        }
        table.columns[0].data_type = ColumnType { kind: DataType::Integer, text: None, inferred: false };
        let declared = Declared { schema, ..Declared::default() };
        let (options, rules) = (Options::default(), Rules::default());
        let by_rules = Sides::new(&declared, None, &live, Dialect::Postgres, &options, &rules).unwrap().compare();
        assert!(by_rules.differences.len() >= 5, "{:#?}", ops(&by_rules));
        let (comparison, notes) = compare(&session, &declared, None).await;
        assert_eq!((ops(&comparison), notes), Default::default());
        let idle = session.connection().query_all_raw(Statement::from_string(
            DbBackend::Postgres,
            "SELECT 1 WHERE pg_my_temp_schema() <> 0 OR pg_current_xact_id_if_assigned() IS NOT NULL",
        ));
        assert!(idle.await.unwrap().is_empty(), "a transaction or a schema of its own is still there");
    });
    assert_eq!(database.query("SELECT line FROM log"), Vec::<String>::new());
    assert_eq!(database.query(objects), before);
}

#[test]
fn who_may_not_ask_hears_of_it() {
    let database = cluster::database("rights");
    let role = |name: &str| format!("{}_{name}", database.name());
    let (plain, read_only, asking) = (role("plain"), role("read_only"), role("asking"));
    database.script(&format!(
        "{OPEN} REVOKE TEMP ON DATABASE {name} FROM PUBLIC; REVOKE CREATE ON SCHEMA public FROM PUBLIC;
        CREATE ROLE {plain} LOGIN; CREATE ROLE {read_only} LOGIN; CREATE ROLE {asking} LOGIN;
        GRANT TEMP ON DATABASE {name} TO {read_only}, {asking};
        ALTER ROLE {read_only} SET default_transaction_read_only = on;",
        name = database.name()
    ));
    let asked = |role: &str| {
        block_on(async {
            let session = open(&database, role).await;
            let declared = open_notes(&session.reflect().await.unwrap());
            let (comparison, notes) = compare(&session, &declared, Some(&declared.schema)).await;
            (comparison.differences.len(), notes)
        })
    };
    assert_eq!(asked(&asking), (0, Vec::new()));
    let note = |reason: &str| vec![format!("note: {reason}, so 1 expression was compared by rules alone")];
    assert_eq!(asked(&plain), (2, note("this role may not make temporary tables")));
    assert_eq!(asked(&read_only), (2, note("transactions of this role are read-only")));

    let project = tempfile::tempdir().unwrap();
    fs::create_dir_all(project.path().join("src")).unwrap();
    fs::write(project.path().join("Cargo.toml"), "[package]\nname = \"notes\"\nedition = \"2024\"\n").unwrap();
    fs::write(project.path().join("seachange.toml"), "entities = [\"src\"]\n").unwrap();
    let entity = "use sea_orm::entity::prelude::*;
        #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Seachange)]
        #[sea_orm(table_name = \"notes\")]
        #[seachange(check(\"(body) is nfc normalized\", name = \"tidy\"))]
        pub struct Model {
            #[sea_orm(primary_key, auto_increment = false)]
            pub id: i32,
            #[sea_orm(column_type = \"Text\", nullable)]
            pub body: Option<String>,
        }
        #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
        pub enum Relation {}
        impl ActiveModelBehavior for ActiveModel {}\n";
    fs::write(project.path().join("src/lib.rs"), entity).unwrap();
    database.script("ALTER TABLE notes ADD PRIMARY KEY (id);");
    let check = |role: &str, command: &[&str]| {
        let url = database.url().replace("user=postgres", &format!("user={role}"));
        let mut seachange = Command::new(env!("CARGO_BIN_EXE_seachange"));
        seachange.args(command).args(["--database-url", &url]).current_dir(project.path());
        let output = seachange.env_remove("DATABASE_URL").env("NO_COLOR", "1").output().unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    for command in [&["check"][..], &["diff"], &["revision", "--autogenerate", "-m", "nothing"]] {
        let (code, notes) = check(&asking, command);
        assert!(code == 0 && !notes.contains("by rules alone"), "{command:?}: {code}\n{notes}");
    }
    for command in [&["check"][..], &["diff"]] {
        let (code, notes) = check(&plain, command);
        assert_eq!(code, i32::from(command == ["check"]), "{command:?}: {notes}");
        assert!(notes.contains(&note("this role may not make temporary tables")[0]), "{command:?}: {notes}");
    }
}

#[test]
fn one_bad_expression_spoils_nothing() {
    let database = cluster::database("refused");
    let checks: Vec<String> =
        (0..9).map(|number| format!("CONSTRAINT c{number} CHECK (body IS NFC NORMALIZED OR id = {number})")).collect();
    let create = format!("CREATE TABLE notes (id integer NOT NULL, body text, {});", checks.join(", "));
    database.script(&format!("{create} CREATE TABLE other (id integer, CONSTRAINT odd CHECK (id > 1));"));
    block_on(async {
        let session = open(&database, "postgres").await;
        let mut schema = session.reflect().await.unwrap();
        for table in schema.tables.values_mut() {
            for check in &mut table.checks {
                check.expression = check.expression.to_lowercase();
            }
            table.columns[0].data_type = ColumnType { kind: DataType::Integer, text: None, inferred: false };
        }
        let notes = schema.tables.get_mut(&TableName::new("notes")).unwrap();
        notes.checks.iter_mut().find(|check| check.name.as_ref().unwrap().text == "c4").unwrap().expression =
            "bodyy IS NFC NORMALIZED".to_owned();
        let other = schema.tables.get_mut(&TableName::new("other")).unwrap();
        other.checks[0].expression = "id > gone(1)".to_owned();
        let declared = Declared { schema, ..Declared::default() };
        let (comparison, notes) = compare(&session, &declared, None).await;
        assert_eq!(
            notes,
            [
                "warning: PostgreSQL refuses the check `c4` of `notes`: column \"bodyy\" does not exist",
                "warning: PostgreSQL refuses the check `odd` of `other`: function gone(integer) does not exist",
            ]
        );
        // PostgreSQL 13 prints the function that stands behind the words.
        let printed = |op: String| op.replace("is_normalized(body, 'nfc'::text)", "(body IS NFC NORMALIZED)");
        assert_eq!(
            ops(&comparison).into_iter().map(printed).collect::<Vec<_>>(),
            [
                "drop the check ((body IS NFC NORMALIZED) OR (id = 4)) from `notes`",
                "add the check (bodyy IS NFC NORMALIZED) to `notes`",
                "drop the check (id > 1) from `other`",
                "add the check (id > gone(1)) to `other`",
            ]
        );
    });
}

#[test]
fn what_is_renamed_is_asked_under_its_new_name() {
    let database = cluster::database("renamed");
    database.script(OPEN);
    block_on(async {
        let session = open(&database, "postgres").await;
        let live = session.reflect().await.unwrap();
        let mut declared = open_notes(&live);
        let mut table = declared.schema.tables.remove(&TableName::new("notes")).unwrap();
        table.name = TableName::new("remarks");
        table.columns[1].name = "text".to_owned();
        Checked("(remarks.text) is nfc normalized").declare(&mut table);
        declared.schema.tables.insert(table.name.clone(), table);
        let (from, to) = (TableName::new("notes"), TableName::new("remarks"));
        let column = Rename::Column { table: to.clone(), from: "body".to_owned(), to: "text".to_owned() };
        declared.renames = vec![Rename::Table { from, to }, column];
        let (comparison, notes) = compare(&session, &declared, Some(&live)).await;
        assert_eq!(notes, Vec::<String>::new());
        assert_eq!(ops(&comparison), ["rename table `notes` to `remarks`", "rename column `remarks.body` to `text`"]);
    });
}

#[test]
fn enum_types_are_asked_as_they_are_to_be() {
    let database = cluster::database("enums");
    database.script(
        "CREATE TYPE mood AS ENUM ('glad', 'sad');
        CREATE TABLE people (
            id integer NOT NULL, mood mood,
            CONSTRAINT same CHECK (mood BETWEEN SYMMETRIC 'glad' AND 'sad'), CONSTRAINT other CHECK (mood <> 'sad')
        );",
    );
    block_on(async {
        let session = open(&database, "postgres").await;
        let live = session.reflect().await.unwrap();
        let mut schema = live.clone();
        schema.enums.get_mut(&TableName::new("mood")).unwrap().values.push("new".to_owned());
        let people = schema.tables.get_mut(&TableName::new("people")).unwrap();
        people.columns[1].values = None;
        people.columns[0].data_type = ColumnType { kind: DataType::Integer, text: None, inferred: false };
        for check in &mut people.checks {
            let is_same = check.name.as_ref().unwrap().text == "same";
            let sql = if is_same { "mood between symmetric 'glad' and 'sad'" } else { "mood is distinct from 'new'" };
            check.expression = sql.to_owned();
        }
        let declared = Declared { schema, ..Declared::default() };
        let (comparison, notes) = compare(&session, &declared, Some(&live)).await;
        assert_eq!(notes, Vec::<String>::new());
        assert_eq!(
            ops(&comparison),
            [
                "change enum type `mood` (adds `new`)",
                "drop the check (mood <> 'sad'::mood) from `people`",
                "add the check (mood is distinct from 'new') to `people`",
            ]
        );
    });
}
