//! `macro_rules!` as rustc expands it, for the macros people write newtypes and entities with.
//! Works on tokens alone; where a macro is found is decided in `expand.rs`.
//!
//! Whatever comes from the body of the macro gets the place of its call: that is where a person looks.

use std::collections::BTreeMap;

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::{Parse, ParseStream, Parser};

/// The rules of one macro.
pub(super) struct Rules {
    rules: Vec<Rule>,
    /// What it makes may be an entity.
    pub(super) makes_entities: bool,
}

struct Rule {
    pattern: Vec<Part>,
    body: Vec<Part>,
}

/// A piece of a pattern or of a body.
enum Part {
    Token(TokenTree),
    /// `$crate`
    Crate,
    Group(Delimiter, Vec<Part>),
    /// `$name:kind` in a pattern, `$name` in a body.
    Variable {
        name: String,
        kind: String,
    },
    Repeat {
        parts: Vec<Part>,
        separator: Vec<TokenTree>,
        how_often: char,
    },
}

/// What a call adds to the tokens of the body.
pub(super) struct Call<'a> {
    /// Where it stands.
    pub(super) span: Span,
    /// The name by which it knows the crate of the macro.
    pub(super) home: &'a str,
}

/// What a variable stands for.
#[derive(Clone)]
enum Binding {
    One(TokenStream),
    Many(Vec<Binding>),
}

type Bindings = BTreeMap<String, Binding>;

/// Repetitions that match nothing would go on for ever, and nobody writes a macro this long by hand.
const MOST: usize = 10_000;

impl Rules {
    /// Reads what stands between the braces of `macro_rules! name { … }`.
    pub(super) fn parse(tokens: TokenStream) -> Option<Self> {
        let makes_entities = tokens.to_string().contains("DeriveEntity");
        let mut rules = Vec::new();
        let mut rest = tokens.into_iter().peekable();
        while let Some(TokenTree::Group(pattern)) = rest.next() {
            let (Some(TokenTree::Punct(_)), Some(TokenTree::Punct(_))) = (rest.next(), rest.next()) else {
                return None;
            };
            let Some(TokenTree::Group(body)) = rest.next() else { return None };
            rules.push(Rule { pattern: parts(pattern.stream())?, body: parts(body.stream())? });
            if rest.peek().is_some() {
                rest.next();
            }
        }
        Some(Self { rules, makes_entities })
    }

    /// What a call becomes, by the first rule that matches it.
    pub(super) fn expand(&self, input: TokenStream, call: &Call<'_>) -> Option<TokenStream> {
        let input: Vec<TokenTree> = input.into_iter().collect();
        self.rules.iter().find_map(|rule| {
            let mut bindings = Bindings::new();
            let rest = matched(&rule.pattern, &input, &mut bindings)?;
            if !rest.is_empty() {
                return None;
            }
            written(&rule.body, &bindings, call)
        })
    }
}

fn parts(tokens: TokenStream) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    let mut rest = tokens.into_iter().peekable();
    while let Some(token) = rest.next() {
        let TokenTree::Punct(dollar) = &token else {
            parts.push(match token {
                TokenTree::Group(group) => Part::Group(group.delimiter(), self::parts(group.stream())?),
                token => Part::Token(token),
            });
            continue;
        };
        if dollar.as_char() != '$' {
            parts.push(Part::Token(token));
            continue;
        }
        match rest.next()? {
            TokenTree::Ident(name) if name == "crate" => parts.push(Part::Crate),
            TokenTree::Ident(name) => {
                let mut kind = String::new();
                // In a body a colon behind a variable is a colon.
                let mut ahead = rest.clone();
                if let (Some(TokenTree::Punct(colon)), Some(TokenTree::Ident(found))) = (ahead.next(), ahead.next())
                    && colon.as_char() == ':'
                    && KINDS.contains(&found.to_string().as_str())
                {
                    kind = found.to_string();
                    rest = ahead;
                }
                parts.push(Part::Variable { name: name.to_string(), kind });
            }
            TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis => {
                let inner = self::parts(group.stream())?;
                let mut separator = Vec::new();
                let how_often = loop {
                    match rest.next()? {
                        TokenTree::Punct(mark) if matches!(mark.as_char(), '*' | '+' | '?') => break mark.as_char(),
                        // `=>` is two tokens.
                        token if separator.len() < 3 => separator.push(token),
                        _ => return None,
                    }
                };
                parts.push(Part::Repeat { parts: inner, separator, how_often });
            }
            // `$$` and other forms that are not in the language yet.
            _ => return None,
        }
    }
    Some(parts)
}

const KINDS: [&str; 15] = [
    "ident",
    "ty",
    "expr",
    "literal",
    "path",
    "tt",
    "vis",
    "block",
    "stmt",
    "item",
    "meta",
    "lifetime",
    "pat",
    "pat_param",
    "expr_2021",
];

/// What is left of the input behind the pattern, `None` when it does not match.
fn matched<'a>(pattern: &[Part], input: &'a [TokenTree], bindings: &mut Bindings) -> Option<&'a [TokenTree]> {
    let mut rest = input;
    for part in pattern {
        rest = match part {
            Part::Token(token) => {
                let (first, behind) = rest.split_first()?;
                if !same(first, token) {
                    return None;
                }
                behind
            }
            Part::Crate => return None,
            Part::Group(delimiter, inner) => {
                let Some((TokenTree::Group(group), behind)) = rest.split_first() else { return None };
                if group.delimiter() != *delimiter {
                    return None;
                }
                let content: Vec<TokenTree> = group.stream().into_iter().collect();
                if !matched(inner, &content, bindings)?.is_empty() {
                    return None;
                }
                behind
            }
            Part::Variable { name, kind } => {
                let (fragment, behind) = fragment(kind, rest)?;
                bindings.insert(name.clone(), Binding::One(fragment));
                behind
            }
            Part::Repeat { parts, separator, how_often } => repeated(parts, separator, *how_often, rest, bindings)?,
        };
    }
    Some(rest)
}

fn repeated<'a>(
    parts: &[Part],
    separator: &[TokenTree],
    how_often: char,
    mut rest: &'a [TokenTree],
    bindings: &mut Bindings,
) -> Option<&'a [TokenTree]> {
    let mut rounds: Vec<Bindings> = Vec::new();
    while rounds.len() < MOST && !(how_often == '?' && rounds.len() == 1) && !rest.is_empty() {
        let start = if rounds.is_empty() {
            rest
        } else {
            let is_next = rest.len() >= separator.len() && rest.iter().zip(separator).all(|(a, b)| same(a, b));
            match rest.get(separator.len()..) {
                Some(behind) if is_next => behind,
                _ => break,
            }
        };
        let mut round = Bindings::new();
        let Some(behind) = matched(parts, start, &mut round) else { break };
        if behind.len() == rest.len() {
            break;
        }
        rest = behind;
        rounds.push(round);
    }
    if how_often == '+' && rounds.is_empty() {
        return None;
    }
    for name in names(parts) {
        let all = rounds.iter_mut().filter_map(|round| round.remove(&name)).collect();
        bindings.insert(name, Binding::Many(all));
    }
    Some(rest)
}

/// The variables of a pattern, those of its repetitions included.
fn names(parts: &[Part]) -> Vec<String> {
    let mut found = Vec::new();
    for part in parts {
        match part {
            Part::Token(_) | Part::Crate => {}
            Part::Variable { name, .. } => found.push(name.clone()),
            Part::Group(_, inner) | Part::Repeat { parts: inner, .. } => found.extend(names(inner)),
        }
    }
    found
}

fn same(a: &TokenTree, b: &TokenTree) -> bool {
    match (a, b) {
        (TokenTree::Punct(a), TokenTree::Punct(b)) => a.as_char() == b.as_char(),
        (TokenTree::Ident(_), TokenTree::Ident(_)) | (TokenTree::Literal(_), TokenTree::Literal(_)) => {
            a.to_string() == b.to_string()
        }
        _ => false,
    }
}

/// Takes one fragment of that kind from the front.
fn fragment<'a>(kind: &str, input: &'a [TokenTree]) -> Option<(TokenStream, &'a [TokenTree])> {
    fn take<T: ToTokens>(
        parse: impl Fn(ParseStream<'_>) -> syn::Result<T>,
        input: &[TokenTree],
    ) -> Option<(TokenStream, &[TokenTree])> {
        let parser = |stream: ParseStream<'_>| {
            let found = parse(stream)?.into_token_stream();
            Ok((found, stream.parse::<TokenStream>()?))
        };
        // A fragment is short and what follows may be long: it is tried on the beginning first.
        let mut window = 32;
        loop {
            let part = input.get(..window).unwrap_or(input);
            let parsed = parser.parse2(part.iter().cloned().collect());
            let left = parsed.as_ref().map_or(0, |(_, rest)| rest.clone().into_iter().count());
            if left > 0 || part.len() == input.len() {
                return Some((parsed.ok()?.0, input.get(part.len().checked_sub(left)?..)?));
            }
            window *= 4;
        }
    }
    match kind {
        "ident" => match input.split_first()? {
            (TokenTree::Ident(ident), rest) => Some((TokenTree::Ident(ident.clone()).into(), rest)),
            _ => None,
        },
        "tt" => input.split_first().map(|(first, rest)| (first.clone().into(), rest)),
        "ty" => take(syn::Type::parse, input),
        "path" => take(syn::Path::parse, input),
        "literal" => take(
            |stream| {
                if stream.peek(syn::Token![-]) {
                    syn::Expr::parse(stream).map(ToTokens::into_token_stream)
                } else {
                    syn::Lit::parse(stream).map(ToTokens::into_token_stream)
                }
            },
            input,
        ),
        "expr" | "expr_2021" => {
            let (found, rest) = take(syn::Expr::parse, input)?;
            // It stays one operand wherever it is put.
            let single = found.clone().into_iter().count() == 1;
            let kept = if single {
                found
            } else {
                let mut group = Group::new(Delimiter::None, found);
                group.set_span(input.first()?.span());
                TokenTree::Group(group).into()
            };
            Some((kept, rest))
        }
        "vis" => take(syn::Visibility::parse, input),
        "block" => take(syn::Block::parse, input),
        "stmt" => take(syn::Stmt::parse, input),
        "item" => take(syn::Item::parse, input),
        "meta" => take(syn::Meta::parse, input),
        "lifetime" => take(syn::Lifetime::parse, input),
        "pat" | "pat_param" => take(syn::Pat::parse_single, input),
        _ => None,
    }
}

/// The body with its variables put in.
fn written(body: &[Part], bindings: &Bindings, call: &Call<'_>) -> Option<TokenStream> {
    let mut out = TokenStream::new();
    for part in body {
        match part {
            Part::Token(token) => {
                let mut token = token.clone();
                token.set_span(call.span);
                out.extend([token]);
            }
            Part::Crate => out.extend([TokenTree::Ident(Ident::new(call.home, call.span))]),
            Part::Group(delimiter, inner) => {
                let mut group = Group::new(*delimiter, written(inner, bindings, call)?);
                group.set_span(call.span);
                out.extend([TokenTree::Group(group)]);
            }
            Part::Variable { name, .. } => match bindings.get(name)? {
                Binding::One(tokens) => out.extend(tokens.clone()),
                Binding::Many(_) => return None,
            },
            Part::Repeat { parts, separator, .. } => {
                let used = names(parts);
                let many = |name: &String| match bindings.get(name) {
                    Some(Binding::Many(rounds)) => Some(rounds.len()),
                    Some(Binding::One(_)) | None => None,
                };
                let rounds = used.iter().filter_map(many).max()?;
                for round in 0..rounds {
                    let mut inner = bindings.clone();
                    for name in &used {
                        if let Some(Binding::Many(all)) = bindings.get(name) {
                            inner.insert(name.clone(), all.get(round)?.clone());
                        }
                    }
                    for token in separator.iter().filter(|_| round > 0) {
                        let mut token = token.clone();
                        token.set_span(call.span);
                        out.extend([token]);
                    }
                    out.extend(written(parts, &inner, call)?);
                }
            }
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use proc_macro2::{Span, TokenStream};

    use super::{Call, Rules};

    #[expect(clippy::needless_pass_by_value, reason = "expect! makes values")]
    fn check(rules: &str, input: &str, expected: Expect) {
        let parse = |text: &str| text.parse::<TokenStream>().unwrap();
        let rules = Rules::parse(parse(rules)).unwrap();
        let outcome = rules.expand(parse(input), &Call { span: Span::call_site(), home: "crate" });
        expected.assert_eq(&outcome.map_or_else(|| "no rule matches".to_owned(), |tokens| tokens.to_string()));
    }

    #[test]
    fn a_newtype() {
        check(
            "($(#[$meta:meta])* $name:ident($inner:ty) = $length:literal $(,)?) => {
                $(#[$meta])* pub struct $name(pub $inner);
                impl $crate::Named for $name { const LENGTH: i32 = $length; }
            };",
            "#[derive(Clone)] #[doc = \"x\"] Money(Option<Vec<u8>>) = -3,",
            expect![
                "# [derive (Clone)] # [doc = \"x\"] pub struct Money (pub Option < Vec < u8 > >) ; impl crate :: Named for Money { const LENGTH : i32 = - 3 ; }"
            ],
        );
    }

    #[test]
    fn repetitions_within_repetitions() {
        check(
            "($($name:ident { $($field:ident : $kind:ty),* })+) => { $(struct $name { $(pub $field: $kind),* })+ };",
            "A { x: i32, y: Vec<u8> } B {} C { z: (i8, u8) }",
            expect!["struct A { pub x : i32 ,pub y : Vec < u8 > } struct B { } struct C { pub z : (i8 , u8) }"],
        );
    }

    #[test]
    fn the_first_rule_that_matches() {
        let rules = "(one $x:ident) => { first $x }; ($x:tt) => { second $x }; ($x:expr) => { third($x) };";
        check(rules, "one two", expect!["first two"]);
        check(rules, "[a b]", expect!["second [a b]"]);
        check(rules, "1 + 2", expect!["third (1 + 2)"]);
        check(rules, "1 2", expect!["no rule matches"]);
    }

    #[test]
    fn a_variable_of_an_outer_repetition_in_an_inner_one() {
        check(
            "($prefix:ident; $($name:ident),* $(,)?) => { $($prefix :: $name;)* };",
            "a; b, c,",
            expect!["a :: b ; a :: c ;"],
        );
    }
}
