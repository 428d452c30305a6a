//! SQL text as tokens with their places, as SQLite would read it, and when two texts say the same.
//! Knows no statements; what the tokens mean is for the callers.

use sqlparser::dialect::Dialect;
use sqlparser::tokenizer::{Token as SqlToken, Tokenizer, Whitespace};

/// One token that is neither whitespace nor comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::dialect) struct Token<'a> {
    pub(in crate::dialect) kind: Kind,
    /// The token as written.
    pub(in crate::dialect) text: &'a str,
    /// Where it starts, in bytes.
    pub(in crate::dialect) start: usize,
}

/// What a token is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::dialect) enum Kind {
    /// A bare word: keyword or name.
    Word,
    /// A name in double quotes, backticks or brackets; here without them.
    Quoted(String),
    /// A string in single quotes; here without them.
    Text(String),
    /// `x'…'`.
    Blob,
    Number,
    /// Operators and punctuation.
    Symbol,
    /// From here on the text is no longer SQL: a quote that is never closed.
    Broken,
}

impl Token<'_> {
    /// The position behind the token, in bytes.
    pub(super) fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// Whether this is the bare word, in any case.
    pub(super) fn is_word(&self, word: &str) -> bool {
        self.kind == Kind::Word && self.text.eq_ignore_ascii_case(word)
    }

    /// Whether this is the operator or punctuation mark.
    pub(super) fn is_symbol(&self, symbol: &str) -> bool {
        self.kind == Kind::Symbol && self.text == symbol
    }

    /// The name this token can stand for. SQLite takes strings as names too.
    pub(super) fn name(&self) -> Option<&str> {
        match &self.kind {
            Kind::Word => Some(self.text),
            Kind::Quoted(name) | Kind::Text(name) => Some(name),
            Kind::Blob | Kind::Number | Kind::Symbol | Kind::Broken => None,
        }
    }
}

/// The tokens of a text. Never fails: what cannot be read becomes one [`Kind::Broken`] at the end.
pub(in crate::dialect) fn tokens(sql: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    // The tokens before a failure stay in `found`; the failure itself says nothing the place does not say.
    let complete = Tokenizer::new(&SqliteLexer, sql).tokenize_with_location_into_buf(&mut found).is_ok();
    let mut places = Places { sql, line: 1, column: 1, offset: 0 };
    let mut tokens: Vec<Token<'_>> = Vec::with_capacity(found.len() / 2);
    for token in &found {
        let start = places.offset;
        let end = places.advance_to(token.span.end.line, token.span.end.column);
        let text = &sql[start..end];
        let kind = match &token.token {
            SqlToken::Whitespace(
                Whitespace::Space
                | Whitespace::Newline
                | Whitespace::Tab
                | Whitespace::SingleLineComment { .. }
                | Whitespace::MultiLineComment(_),
            ) => continue,
            SqlToken::Word(word) if word.quote_style.is_some() => Kind::Quoted(word.value.clone()),
            SqlToken::Word(_) => Kind::Word,
            SqlToken::SingleQuotedString(_) => Kind::Text(unquote(text)),
            // SQLite has no `N'…'`: that is a word before a string.
            SqlToken::NationalStringLiteral(_) => {
                tokens.push(Token { kind: Kind::Word, text: &text[..1], start });
                tokens.push(Token { kind: Kind::Text(unquote(&text[1..])), text: &text[1..], start: start + 1 });
                continue;
            }
            SqlToken::HexStringLiteral(_) if text.ends_with('\'') => Kind::Blob,
            SqlToken::HexStringLiteral(_) | SqlToken::Number(..) => Kind::Number,
            _ => Kind::Symbol,
        };
        // `0X1F` comes as the number 0 and the word `X1F`.
        if let (Kind::Word, Some(Token { kind: Kind::Number, text: digits, start: first })) = (&kind, tokens.last_mut())
            && *first + digits.len() == start
        {
            *digits = &sql[*first..end];
            continue;
        }
        tokens.push(Token { kind, text, start });
    }
    let rest = &sql[places.offset..];
    // A comment may end with the text instead of `*/`.
    if !complete && !rest.starts_with("/*") {
        tokens.push(Token { kind: Kind::Broken, text: rest, start: places.offset });
    }
    tokens
}

/// A text in a form that is the same for all spellings of the same expression: no comments, one case, names unquoted,
/// no parentheses around the whole, one spelling per operator.
pub(super) fn canonical(sql: &str) -> Vec<String> {
    strip_parentheses(&tokens(sql)).iter().map(canonical_token).collect()
}

fn canonical_token(token: &Token<'_>) -> String {
    match &token.kind {
        Kind::Word | Kind::Blob => token.text.to_ascii_lowercase(),
        Kind::Quoted(name) => {
            let lower = name.to_ascii_lowercase();
            // `"null"` is a name, `null` is not.
            if KEYWORD_VALUES.contains(&lower.as_str()) { format!("\"{lower}\"") } else { lower }
        }
        Kind::Text(_) | Kind::Broken => token.text.to_owned(),
        Kind::Number => token.text.to_ascii_lowercase().replace('_', ""),
        Kind::Symbol => match token.text {
            "!=" => "<>".to_owned(),
            "==" => "=".to_owned(),
            other => other.to_owned(),
        },
    }
}

/// Words that are values by themselves, so that quoting them changes what they mean.
const KEYWORD_VALUES: [&str; 6] = ["null", "true", "false", "current_date", "current_time", "current_timestamp"];

/// The tokens without parentheses that enclose all of them.
pub(super) fn strip_parentheses<'t, 'a>(mut tokens: &'t [Token<'a>]) -> &'t [Token<'a>] {
    while let [first, inner @ .., _] = tokens
        && first.is_symbol("(")
        && closing(tokens, 0) == Some(tokens.len() - 1)
    {
        tokens = inner;
    }
    tokens
}

/// Where the parenthesis that opens at `open` closes.
pub(super) fn closing(tokens: &[Token<'_>], open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (position, token) in tokens.iter().enumerate().skip(open) {
        if token.is_symbol("(") {
            depth += 1;
        } else if token.is_symbol(")") {
            depth = depth.checked_sub(1)?;
            if depth == 0 {
                return Some(position);
            }
        }
    }
    None
}

/// The parts between commas that are not inside parentheses.
pub(super) fn split_at_commas<'t, 'a>(tokens: &'t [Token<'a>]) -> Vec<&'t [Token<'a>]> {
    let mut parts = Vec::new();
    let mut depth = 0_usize;
    let mut first = 0;
    for (position, token) in tokens.iter().enumerate() {
        if token.is_symbol("(") {
            depth += 1;
        } else if token.is_symbol(")") {
            depth = depth.saturating_sub(1);
        } else if depth == 0 && token.is_symbol(",") {
            parts.push(&tokens[first..position]);
            first = position + 1;
        }
    }
    parts.push(&tokens[first..]);
    parts
}

/// The text from the first to the last of the tokens, with the comments in between.
pub(super) fn slice<'a>(sql: &'a str, tokens: &[Token<'a>]) -> &'a str {
    match (tokens.first(), tokens.last()) {
        (Some(first), Some(last)) => &sql[first.start..last.end()],
        _ => "",
    }
}

/// The line of a position, from 1.
pub(super) fn line_of(sql: &str, position: usize) -> usize {
    1 + sql.bytes().take(position).filter(|byte| *byte == b'\n').count()
}

fn unquote(text: &str) -> String {
    let inner = text.strip_prefix('\'').unwrap_or(text);
    inner.strip_suffix('\'').unwrap_or(inner).replace("''", "'")
}

/// Turns the tokenizer's lines and columns into bytes. Only goes forward.
struct Places<'a> {
    sql: &'a str,
    line: u64,
    column: u64,
    offset: usize,
}

impl Places<'_> {
    fn advance_to(&mut self, line: u64, column: u64) -> usize {
        let mut rest = self.sql[self.offset..].chars();
        while (self.line, self.column) < (line, column) {
            let Some(next) = rest.next() else { break };
            self.offset += next.len_utf8();
            if next == '\n' {
                self.line += 1;
                self.column = 1;
            } else {
                self.column += 1;
            }
        }
        self.offset
    }
}

/// What SQLite takes for names and quotes. The dialect that comes with the tokenizer knows neither `$` nor characters
/// beyond U+FFFF in names.
#[derive(Debug)]
struct SqliteLexer;

impl Dialect for SqliteLexer {
    fn is_delimited_identifier_start(&self, character: char) -> bool {
        matches!(character, '"' | '`' | '[')
    }

    fn is_identifier_start(&self, character: char) -> bool {
        character.is_ascii_alphabetic() || character == '_' || !character.is_ascii()
    }

    fn is_identifier_part(&self, character: char) -> bool {
        self.is_identifier_start(character) || character.is_ascii_digit() || character == '$'
    }

    fn supports_dollar_placeholder(&self) -> bool {
        true
    }

    fn supports_numeric_literal_underscores(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(sql: &str, expected: &Expect) {
        let lines: Vec<String> = tokens(sql)
            .into_iter()
            .map(|token| {
                assert_eq!(token.text, &sql[token.start..token.end()]);
                match &token.kind {
                    Kind::Quoted(value) | Kind::Text(value) => format!("{}:{:?}={value}", token.start, token.text),
                    kind => format!("{}:{:?} {kind:?}", token.start, token.text),
                }
            })
            .collect();
        expected.assert_eq(&lines.join("\n"));
    }

    #[test]
    fn quotes_of_all_kinds() {
        check(
            r#""a""b" `c``d` [e f] 'g''h' x'00fF'"#,
            &expect![[r#"
                0:"\"a\"\"b\""=a"b
                7:"`c``d`"=c`d
                14:"[e f]"=e f
                20:"'g''h'"=g'h
                27:"x'00fF'" Blob"#]],
        );
    }

    #[test]
    fn names_beyond_ascii_and_with_dollars() {
        check(
            "größe a$b 🦀x\n_y",
            &expect![[r#"
                0:"größe" Word
                8:"a$b" Word
                12:"🦀x" Word
                18:"_y" Word"#]],
        );
    }

    #[test]
    fn comments_vanish_wherever_they_are() {
        check(
            "a--, ( '\r\n/* ) ' */b/**/(c -- end",
            &expect![[r#"
                0:"a" Word
                19:"b" Word
                24:"(" Symbol
                25:"c" Word"#]],
        );
    }

    #[test]
    fn numbers() {
        check(
            "1 .5 2.e3 1e-5 0x1F 0X1f 1_000 -7 t.c 5.x",
            &expect![[r#"
                0:"1" Number
                2:".5" Number
                5:"2.e3" Number
                10:"1e-5" Number
                15:"0x1F" Number
                20:"0X1f" Number
                25:"1_000" Number
                31:"-" Symbol
                32:"7" Number
                34:"t" Word
                35:"." Symbol
                36:"c" Word
                38:"5.x" Number"#]],
        );
    }

    #[test]
    fn operators() {
        check(
            "a<>b!=c==d||e->>'f'->g<=-1 ~h",
            &expect![[r#"
                0:"a" Word
                1:"<>" Symbol
                3:"b" Word
                4:"!=" Symbol
                6:"c" Word
                7:"==" Symbol
                9:"d" Word
                10:"||" Symbol
                12:"e" Word
                13:"->>" Symbol
                16:"'f'"=f
                19:"->" Symbol
                21:"g" Word
                22:"<=" Symbol
                24:"-" Symbol
                25:"1" Number
                27:"~" Symbol
                28:"h" Word"#]],
        );
    }

    #[test]
    fn a_quote_never_closed_breaks_the_rest_only() {
        check(
            "a 'b; c",
            &expect![[r#"
                0:"a" Word
                2:"'b; c" Broken"#]],
        );
        check("a /* b; c", &expect![[r#"0:"a" Word"#]]);
    }

    #[test]
    fn strings_with_a_letter_before() {
        check(
            "N'x' e'y' U&'z'",
            &expect![[r#"
                0:"N" Word
                1:"'x'"=x
                5:"e" Word
                6:"'y'"=y
                10:"U" Word
                11:"&" Symbol
                12:"'z'"=z"#]],
        );
    }

    #[test]
    fn same_expression_other_words() {
        for (left, right) in [
            ("a > 0", "((\"A\">0))"),
            ("a != 'x'", "`a` /* no */ <> 'x'"),
            ("lower(a) == b", "LOWER( [a] ) = B"),
            ("x'ab'", "X'AB'"),
        ] {
            assert_eq!(canonical(left), canonical(right), "{left} and {right}");
        }
        for (left, right) in
            [("a = 'x'", "a = 'X'"), ("a = \"null\"", "a = null"), ("(a) + (b)", "a) + (b"), ("a = ''", "a = ' '")]
        {
            assert_ne!(canonical(left), canonical(right), "{left} and {right}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_tokens_in_order(sql in r#"([a-z0-9 ();,.'"`x\-\[\]/*\n\r_$é🦀]|CREATE|TRIGGER|BEGIN|END|--){0,40}"#) {
            let mut end = 0;
            for token in tokens(&sql) {
                assert!(token.start >= end && !token.text.is_empty());
                assert_eq!(token.text, &sql[token.start..token.end()]);
                end = token.end();
            }
            // None of these may panic, whatever the text.
            let again: Vec<String> = super::super::statements(&sql).into_iter().map(|statement| statement.sql).collect();
            let _ = super::super::statements(&again.join(";\n"));
            let _ = super::super::create::table(&sql);
            let _ = super::super::create::index(&sql);
            let _ = super::super::create::column_tail(&sql);
            let _ = super::super::types::parse(&sql);
            let _ = super::super::value::spell(&super::super::value::parse(&sql));
        }
    }
}
