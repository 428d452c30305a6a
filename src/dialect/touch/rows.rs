//! Statements about rows, and blocks of them: which tables they write, and what that depends on.

use std::collections::BTreeSet;

use super::token::{self, Reader, Token, split};
use super::{Act, Object, Reads, Touched, Verb};

/// Reads on behind the first word.
pub(super) fn read(first: &str, mut reader: Reader<'_>) -> Option<Touched> {
    match first {
        "do" => return block(reader.whole(), &reader),
        "select" | "values" => {
            return calls_nothing_unknown(reader.whole()).then(|| reader.language.only_reads(reader.whole()));
        }
        "refresh" => {
            let reads = Reads { rows: true, ..reader.language.free(reader.rest()) };
            return Some(Touched { reads, ..Touched::default() });
        }
        "truncate" => {
            if reader.rest().iter().any(|token| token.is("cascade")) {
                return None;
            }
            reader.take(&["table"]);
            reader.take(&["only"]);
            let mut touched = Touched::default();
            for part in split(reader.rest()) {
                let table = Reader::new(reader.language, part).name()?;
                touched.acts.push(Act::new(Verb::Delete, Object::Rows(table, None)));
            }
            touched.reads.names.extend(touched.acts.iter().filter_map(|act| match &act.object {
                Object::Rows(table, _) => Some(table.clone()),
                _ => None,
            }));
            return Some(touched);
        }
        "copy" => {
            let table = reader.name()?;
            let touched = Touched { reads: reader.language.free(reader.whole()), ..Touched::default() };
            let act = Act::new(Verb::Insert, Object::Rows(table, None));
            return Some(Touched { acts: vec![act], ..touched });
        }
        _ => {}
    }
    let mut touched = Touched::default();
    scan(&reader, reader.whole(), &mut touched)?;
    Some(touched)
}

/// Finds what is written, wherever in the statement it is said: `WITH` may write more than its last part does.
fn scan(reader: &Reader<'_>, tokens: &[Token], touched: &mut Touched) -> Option<()> {
    let mut acts = Vec::new();
    let mut reads = reader.language.free(tokens);
    for at in 0..tokens.len() {
        let mut own = Reader::new(reader.language, tokens.get(at..).unwrap_or_default());
        let before = at.checked_sub(1).and_then(|at| tokens.get(at));
        // `ON CONFLICT DO UPDATE`, `FOR UPDATE`, `ON DELETE`, `BEFORE UPDATE`.
        let is_clause =
            before.is_some_and(|own| ["do", "for", "on", "or", "key", "then"].iter().any(|word| own.is(word)));
        if own.is("insert") || (own.is("replace") && at == 0) {
            own.skip();
            if own.take(&["or"]) {
                own.skip();
            }
            if !own.take(&["into"]) {
                continue;
            }
            let table = own.name()?;
            let is_listed = own.peek().is_some_and(|token| token.text == "(");
            if is_listed {
                own.parentheses()?;
            }
            let is_plain = own.is("values") || own.is("default");
            reads.all |= !is_listed;
            reads.rows |= !is_plain;
            acts.push(Act::new(Verb::Insert, Object::Rows(table, None)));
        } else if own.is("update") && !is_clause {
            own.skip();
            if own.take(&["or"]) {
                own.skip();
            }
            own.take(&["only"]);
            let table = own.name()?;
            reads.rows = true;
            let columns = written(&mut own);
            acts.push(Act::new(Verb::Update, Object::Rows(table, columns)));
        } else if own.are(&["delete", "from"]) && !is_clause {
            own.take(&["delete", "from"]);
            own.take(&["only"]);
            reads.rows = true;
            acts.push(Act::new(Verb::Delete, Object::Rows(own.name()?, None)));
        } else if own.are(&["merge", "into"]) {
            own.take(&["merge", "into"]);
            own.take(&["only"]);
            reads.rows = true;
            acts.push(Act::new(Verb::Update, Object::Rows(own.name()?, None)));
        }
    }
    touched.acts.extend(acts);
    touched.reads = reads;
    Some(())
}

/// The columns behind `SET`; `None` where they cannot be told.
fn written(own: &mut Reader<'_>) -> Option<BTreeSet<String>> {
    own.behind("set")?;
    let rest = own.rest();
    let end = token::outside(rest).find(|at| ["where", "from", "returning"].iter().any(|word| rest[*at].is(word)));
    let mut columns = BTreeSet::new();
    for part in split(rest.get(..end.unwrap_or(rest.len()))?) {
        let mut part = Reader::new(own.language, part);
        match part.names_in_parentheses() {
            Some(names) => columns.extend(names),
            None => columns.extend(Some(part.identifier()?)),
        }
    }
    Some(columns)
}

/// A block of statements. One that only looks and raises errors does nothing; one that builds its statements from texts may
/// do anything.
fn block(tokens: &[Token], reader: &Reader<'_>) -> Option<Touched> {
    let body = tokens.iter().find(|token| token.is_code)?.body.clone()?;
    let inner = token::tokens(reader.language.dialect, &body);
    if let Some(statement) = moved(&inner) {
        let text = statement.replace("%I", &reader.language.dialect.quote(reader.language.schema)).replace("%%", "%");
        return reader.language.read(&token::tokens(reader.language.dialect, &text));
    }
    let beyond = ["execute", "create", "alter", "drop", "call", "perform", "truncate", "grant", "revoke", "copy"];
    if inner.iter().any(|token| beyond.iter().any(|word| token.is(word)) || token.is_broken) {
        return None;
    }
    if !calls_nothing_unknown(&inner) {
        return None;
    }
    let mut touched = Touched::default();
    scan(reader, &inner, &mut touched)?;
    Some(touched)
}

/// The text that a block runs with nothing but the name of the schema put in.
fn moved(inner: &[Token]) -> Option<String> {
    let words: Vec<&str> = inner.iter().map(|token| token.text.as_str()).collect();
    let ["begin", "execute", "format", "(", _, ",", "current_schema", "(", ")", ")", ";", "end", ..] = words.as_slice()
    else {
        return None;
    };
    inner.get(4)?.body.clone()
}

/// Functions that do nothing to anything but numbers of sequences.
const KNOWN: [&str; 52] = [
    "abs",
    "age",
    "array_agg",
    "array_length",
    "avg",
    "cast",
    "clock_timestamp",
    "coalesce",
    "concat",
    "count",
    "currval",
    "current_schema",
    "current_setting",
    "date_trunc",
    "exists",
    "extract",
    "format",
    "gen_random_uuid",
    "greatest",
    "hex",
    "json_agg",
    "json_build_object",
    "jsonb_agg",
    "jsonb_build_object",
    "least",
    "length",
    "lower",
    "max",
    "md5",
    "min",
    "nextval",
    "now",
    "nullif",
    "pg_get_serial_sequence",
    "pg_relation_size",
    "quote",
    "quote_literal",
    "raise",
    "random",
    "replace",
    "round",
    "setval",
    "string_agg",
    "substr",
    "substring",
    "sum",
    "to_char",
    "to_jsonb",
    "unnest",
    "to_regclass",
    "trim",
    "upper",
];

/// Words before a parenthesis that call nothing.
const NO_CALLS: [&str; 33] = [
    "all", "and", "any", "array", "as", "between", "by", "case", "check", "conflict", "distinct", "else", "except",
    "exists", "filter", "from", "in", "interval", "into", "is", "join", "like", "not", "on", "or", "over", "select",
    "set", "some", "then", "using", "values", "when",
];

/// Whether it calls only functions that are known to write nothing.
fn calls_nothing_unknown(tokens: &[Token]) -> bool {
    let calls = tokens.windows(2).enumerate().filter(|(_, pair)| pair[1].text == "(" && pair[0].name.is_some());
    let is_known = |at: usize, token: &Token| {
        let before = at.checked_sub(1).and_then(|at| tokens.get(at));
        let is_list = before.is_some_and(|own| ["into", "as", "with", "recursive"].iter().any(|word| own.is(word)));
        let is_after_where = token.is("where");
        is_list
            || is_after_where
            || (token.is_word && (NO_CALLS.contains(&token.text.as_str()) || KNOWN.contains(&token.text.as_str())))
    };
    calls.into_iter().all(|(at, pair)| is_known(at, &pair[0]))
}
