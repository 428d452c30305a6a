use super::*;

/// What PostgreSQL 15 does between these types, in a session whose time zone is not UTC: which changes it makes by
/// itself, and which of them leave the table as it is.
#[test]
fn as_measured() {
    let (mut types, mut changes): (Vec<&str>, Vec<(&str, &str, bool)>) = (Vec::new(), Vec::new());
    for line in MEASURED.lines().filter(|line| !line.is_empty()) {
        if let Some((what, targets)) = line.strip_prefix("  ").and_then(|line| line.split_once(' ')) {
            let from = *types.last().unwrap();
            let targets = targets.split(';').map(str::trim).filter(|to| !to.is_empty());
            changes.extend(targets.map(|to| (from, to, what == "writes")));
        } else {
            types.push(line);
        }
    }
    assert_eq!((types.len(), changes.len()), (58, 707));
    for from in &types {
        for to in types.iter().filter(|to| *to != from) {
            let change = changes.iter().find(|(one, other, _)| one == from && other == to);
            assert_eq!(needs_using(from, to), change.is_none(), "{from} to {to} needs USING");
            if let Some((.., writes)) = change {
                assert_eq!(rewrites(from, to), *writes, "{from} to {to} rewrites");
            }
        }
    }
}

#[test]
fn values_that_may_change() {
    let column = |text: &str| ColumnType { kind: types::parse(text), text: Some(text.to_owned()), inferred: false };
    for (from, to) in [
        ("integer", "bigint"),
        ("smallint", "numeric(7,2)"),
        ("bigint", "numeric"),
        ("integer", "text"),
        ("uuid", "text"),
        ("varchar(10)", "varchar(20)"),
        ("varchar(10)", "text"),
        ("text", "citext"),
        ("numeric(10,2)", "numeric(12,4)"),
        ("numeric(10,2)", "numeric"),
        ("real", "double precision"),
        ("timestamp(3)", "timestamp"),
        ("date", "timestamp"),
        ("jsonb", "json"),
        ("cidr", "inet"),
        ("integer[]", "bigint[]"),
        ("interval(3)", "interval"),
    ] {
        assert!(!converts(&column(from), &column(to)), "{from} to {to}");
    }
    for (from, to) in [
        ("bigint", "integer"),
        ("integer", "real"),
        ("integer", "numeric(5,2)"),
        ("text", "integer"),
        ("text", "varchar(10)"),
        ("varchar(20)", "varchar(10)"),
        ("char(5)", "text"),
        ("text", "char(5)"),
        ("numeric(10,2)", "numeric(10,4)"),
        ("numeric", "double precision"),
        ("double precision", "real"),
        ("timestamp", "timestamptz"),
        ("timestamp", "timestamp(3)"),
        ("timestamp", "date"),
        ("json", "jsonb"),
        ("inet", "cidr"),
        ("text", "status"),
        ("status", "mood"),
        ("text", "text[]"),
        ("interval", "interval year"),
        ("boolean", "integer"),
    ] {
        assert!(converts(&column(from), &column(to)), "{from} to {to}");
    }
    let status =
        ColumnType { kind: DataType::Enum("status".to_owned()), text: Some("status".to_owned()), inferred: false };
    assert!(!converts(&status, &column("text")));
}

/// A type and under it what it becomes: with all rows written anew, or kept as they are.
const MEASURED: &str = r#"
smallint
  writes integer; bigint; real; double precision; numeric; numeric(10,2); numeric(12,2); numeric(12,4);
  writes character(3); character(5); bpchar; character varying; character varying(10); character varying(20);
  writes text; name; citext; oid; regclass;
integer
  writes smallint; bigint; real; double precision; numeric; numeric(10,2); numeric(12,2); numeric(12,4); money;
  writes character(3); character(5); bpchar; character varying; character varying(10); character varying(20);
  writes text; name; citext;
  keeps oid; regclass;
bigint
  writes smallint; integer; real; double precision; numeric; numeric(10,2); numeric(12,2); numeric(12,4);
  writes money; character(3); character(5); bpchar; character varying; character varying(10);
  writes character varying(20); text; name; citext; oid; regclass;
real
  writes smallint; integer; bigint; double precision; numeric; numeric(10,2); numeric(12,2); numeric(12,4);
  writes character(3); character(5); bpchar; character varying; character varying(10); character varying(20);
  writes text; name; citext;
double precision
  writes smallint; integer; bigint; real; numeric; numeric(10,2); numeric(12,2); numeric(12,4); character(3);
  writes character(5); bpchar; character varying; character varying(10); character varying(20); text; name;
  writes citext;
numeric
  writes smallint; integer; bigint; real; double precision; numeric(10,2); numeric(12,2); numeric(12,4); money;
  writes character(3); character(5); bpchar; character varying; character varying(10); character varying(20);
  writes text; name; citext;
numeric(10,2)
  writes smallint; integer; bigint; real; double precision; numeric(12,4); money; character(3); character(5);
  writes bpchar; character varying; character varying(10); character varying(20); text; name; citext;
  keeps numeric; numeric(12,2);
numeric(12,2)
  writes smallint; integer; bigint; real; double precision; numeric(10,2); numeric(12,4); money; character(3);
  writes character(5); bpchar; character varying; character varying(10); character varying(20); text; name;
  writes citext;
  keeps numeric;
numeric(12,4)
  writes smallint; integer; bigint; real; double precision; numeric(10,2); numeric(12,2); money; character(3);
  writes character(5); bpchar; character varying; character varying(10); character varying(20); text; name;
  writes citext;
  keeps numeric;
money
  writes numeric; numeric(10,2); numeric(12,2); numeric(12,4); character(3); character(5); bpchar;
  writes character varying; character varying(10); character varying(20); text; name; citext;
character(3)
  writes character(5); character varying; character varying(10); character varying(20); text; name; citext;
  writes "char";
  keeps bpchar;
character(5)
  writes character(3); character varying; character varying(10); character varying(20); text; name; citext;
  writes "char";
  keeps bpchar;
bpchar
  writes character(3); character(5); character varying; character varying(10); character varying(20); text;
  writes name; citext; "char";
character varying
  writes character(3); character(5); character varying(10); character varying(20); name; "char"; regclass;
  keeps bpchar; text; citext;
character varying(10)
  writes character(3); character(5); name; "char"; regclass;
  keeps bpchar; character varying; character varying(20); text; citext;
character varying(20)
  writes character(3); character(5); character varying(10); name; "char"; regclass;
  keeps bpchar; character varying; text; citext;
text
  writes character(3); character(5); character varying(10); character varying(20); name; "char"; regclass;
  keeps bpchar; character varying; citext;
name
  writes character(3); character(5); bpchar; character varying; character varying(10); character varying(20);
  writes text; citext;
citext
  writes character(3); character(5); character varying(10); character varying(20); name;
  keeps bpchar; character varying; text;
"char"
  writes character(3); character(5); bpchar; character varying; character varying(10); character varying(20);
  writes text; name; citext;
bytea
  writes character(3); character(5); bpchar; character varying; character varying(10); character varying(20);
  writes text; name; citext;
bit(3)
  writes character(3); character(5); bpchar; character varying; character varying(10); character varying(20);
  writes text; name; citext; bit varying(5);
  keeps bit varying;
bit varying
  writes character(3); character(5); bpchar; character varying; character varying(10); character varying(20);
  writes text; name; citext; bit(3); bit varying(5);
bit varying(5)
  writes character(3); character(5); bpchar; character varying; character varying(10); character varying(20);
  writes text; name; citext; bit(3);
  keeps bit varying;
boolean
  writes character(3); character(5); bpchar; character varying; character varying(10); character varying(20);
  writes text; name; citext;
date
  writes character(3); character(5); bpchar; character varying; character varying(10); character varying(20);
  writes text; name; citext; timestamp without time zone; timestamp(3) without time zone;
  writes timestamp with time zone; timestamp(3) with time zone;
time without time zone
  writes character(3); character(5); bpchar; character varying; character varying(10); character varying(20);
  writes text; name; citext; time(3) without time zone; time with time zone; interval; interval(3);
  writes interval day to second;
time(3) without time zone
  writes character(3); character(5); bpchar; character varying; character varying(10); character varying(20);
  writes text; name; citext; time with time zone; interval; interval(3); interval day to second;
  keeps time without time zone;
time with time zone
  writes character(3); character(5); bpchar; character varying; character varying(10); character varying(20);
  writes text; name; citext; time without time zone; time(3) without time zone;
timestamp without time zone
  writes character(3); character(5); bpchar; character varying; character varying(10); character varying(20);
  writes text; name; citext; date; time without time zone; time(3) without time zone;
  writes timestamp(3) without time zone; timestamp with time zone; timestamp(3) with time zone;
timestamp(3) without time zone
  writes character(3); character(5); bpchar; character varying; character varying(10); character varying(20);
  writes text; name; citext; date; time without time zone; time(3) without time zone; timestamp with time zone;
  writes timestamp(3) with time zone;
  keeps timestamp without time zone;
timestamp with time zone
  writes character(3); character(5); bpchar; character varying; character varying(10); character varying(20);
  writes text; name; citext; date; time without time zone; time(3) without time zone; time with time zone;
  writes timestamp without time zone; timestamp(3) without time zone; timestamp(3) with time zone;
timestamp(3) with time zone
  writes character(3); character(5); bpchar; character varying; character varying(10); character varying(20);
  writes text; name; citext; date; time without time zone; time(3) without time zone; time with time zone;
  writes timestamp without time zone; timestamp(3) without time zone;
  keeps timestamp with time zone;
interval
  writes character(3); character(5); bpchar; character varying; character varying(10); character varying(20);
  writes text; name; citext; time without time zone; time(3) without time zone; interval(3);
  keeps interval day to second;
interval(3)
  writes character(3); character(5); bpchar; character varying; character varying(10); character varying(20);
  writes text; name; citext; time without time zone; time(3) without time zone;
  keeps interval; interval day to second;
interval day to second
  writes character(3); character(5); bpchar; character varying; character varying(10); character varying(20);
  writes text; name; citext; time without time zone; time(3) without time zone; interval(3);
  keeps interval;
json
  writes character(3); character(5); bpchar; character varying; character varying(10); character varying(20);
  writes text; name; citext; jsonb;
jsonb
  writes character(3); character(5); bpchar; character varying; character varying(10); character varying(20);
  writes text; name; citext; json;
uuid
  writes character(3); character(5); bpchar; character varying; character varying(10); character varying(20);
  writes text; name; citext;
cidr
  writes character(3); character(5); bpchar; character varying; character varying(10); character varying(20);
  writes text; name; citext;
  keeps inet;
inet
  writes character(3); character(5); bpchar; character varying; character varying(10); character varying(20);
  writes text; name; citext; cidr;
macaddr
  writes character(3); character(5); bpchar; character varying; character varying(10); character varying(20);
  writes text; name; citext; macaddr8;
macaddr8
  writes character(3); character(5); bpchar; character varying; character varying(10); character varying(20);
  writes text; name; citext; macaddr;
xml
  writes character(3); character(5); character varying(10); character varying(20); name; citext;
  keeps bpchar; character varying; text;
mood
  writes character(3); character(5); bpchar; character varying; character varying(10); character varying(20);
  writes text; name; citext;
mood2
  writes character(3); character(5); bpchar; character varying; character varying(10); character varying(20);
  writes text; name; citext;
oid
  writes bigint; character(3); character(5); bpchar; character varying; character varying(10);
  writes character varying(20); text; name; citext;
  keeps integer; regclass;
regclass
  writes bigint; character(3); character(5); bpchar; character varying; character varying(10);
  writes character varying(20); text; name; citext;
  keeps integer; oid;
int4range
  writes character(3); character(5); bpchar; character varying; character varying(10); character varying(20);
  writes text; name; citext;
text[]
  writes character(3); character(5); bpchar; character varying; character varying(10); character varying(20);
  writes text; name; citext; character varying(10)[]; character varying(20)[]; character varying[];
integer[]
  writes character(3); character(5); bpchar; character varying; character varying(10); character varying(20);
  writes text; name; citext; text[]; bigint[]; character varying(10)[]; character varying(20)[];
  writes character varying[];
bigint[]
  writes character(3); character(5); bpchar; character varying; character varying(10); character varying(20);
  writes text; name; citext; text[]; integer[]; character varying(10)[]; character varying(20)[];
  writes character varying[];
character varying(10)[]
  writes character(3); character(5); bpchar; character varying; character varying(10); character varying(20);
  writes text; name; citext; text[]; character varying(20)[];
  keeps character varying[];
character varying(20)[]
  writes character(3); character(5); bpchar; character varying; character varying(10); character varying(20);
  writes text; name; citext; text[]; character varying(10)[];
  keeps character varying[];
character varying[]
  writes character(3); character(5); bpchar; character varying; character varying(10); character varying(20);
  writes text; name; citext; text[]; character varying(10)[]; character varying(20)[];
point
  writes character(3); character(5); bpchar; character varying; character varying(10); character varying(20);
  writes text; name; citext; box;
box
  writes character(3); character(5); bpchar; character varying; character varying(10); character varying(20);
  writes text; name; citext;
tsvector
  writes character(3); character(5); bpchar; character varying; character varying(10); character varying(20);
  writes text; name; citext;
"#;
