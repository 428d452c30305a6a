use super::*;
fn column(name: &str) -> Option<String> {
    let kind = match name {
        "age" | "score" | "Order" => "integer",
        "big" => "bigint",
        "small" => "smallint",
        "price" => "numeric(10,2)",
        "plain" => "numeric",
        "ratio" => "double precision",
        "real_no" => "real",
        "name" => "character varying(50)",
        "title" | "user" => "text",
        "code" => "character(3)",
        "email" => "citext",
        "active" => "boolean",
        "created_at" | "deleted_at" => "timestamp without time zone",
        "updated_at" => "timestamp with time zone",
        "birth" => "date",
        "opens" | "closes" => "time without time zone",
        "span" => "interval",
        "jb" => "jsonb",
        "js" => "json",
        "tags" => "text[]",
        "nums" => "integer[]",
        "vtags" => "character varying[]",
        "uid" => "uuid",
        "mood" => "mood",
        "ip" => "inet",
        "data" => "bytea",
        "flag" => "bit(1)",
        "money_no" => "money",
        "rng" => "int4range",
        _ => return None,
    };
    Some(kind.to_owned())
}
#[test]
fn scratch() {
    let text = std::fs::read_to_string("/tmp/pg-expr/pairs.tsv").unwrap();
    let pairs: Vec<(&str, &str)> = text.lines().map(|l| l.split_once('\t').unwrap()).collect();
    let mut n = 0;
    for (a, b) in &pairs {
        if same(a, b, &column) { n += 1 } else {
            println!("MISS {a}\n     {b}\n  {:?}\n  {:?}", syntax::read(a).map(|n| typing::settle(n, &column)), syntax::read(b).map(|n| typing::settle(n, &column)));
        }
        assert!(same(b, b, &column));
    }
    println!("{n} of {}", pairs.len());
    for (i, (a, x)) in pairs.iter().enumerate() {
        for (b, y) in &pairs[i + 1..] {
            if x != y && (same(a, y, &column) || same(a, b, &column) || same(x, y, &column) || same(x, b, &column)) { println!("CLASH {a} | {b} | {x} | {y}"); }
        }
    }
}
