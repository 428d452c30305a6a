//! Tokens become entries: a word, perhaps with `= value` or `(...)` behind it, or a literal.
//! Knows no key and refuses only what has no such form.

use super::Complaint;

/// A token, as the crates `proc_macro` and `proc_macro2` both have it.
#[derive(Debug, Clone)]
pub(crate) enum Token<S> {
    /// An identifier or keyword.
    Word(String, S),
    /// A literal as it is written, with quotes.
    Literal(String, S),
    Symbol(char, S),
    /// What stands between two brackets, with the opening one and the span of the whole.
    Group(char, Vec<Token<S>>, S),
}

/// One thing between commas.
#[derive(Debug, Clone)]
pub(super) enum Item<S> {
    Entry { name: String, span: S, given: Given<S> },
    Literal(Literal, S),
}

/// What stands behind a word.
#[derive(Debug, Clone)]
pub(super) enum Given<S> {
    Nothing,
    Literal(Literal, S),
    /// A bare word, as in `= off`.
    Word(String),
    /// `= [...]`.
    Array(Vec<Item<S>>, S),
    /// `(...)`.
    List(Vec<Item<S>>),
    /// Something with a complaint of its own.
    Broken,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Literal {
    Text(String),
    Integer(i64),
    /// Any other, as written.
    Other(String),
}

impl<S: Copy> Token<S> {
    fn span(&self) -> S {
        match self {
            Self::Word(_, span) | Self::Literal(_, span) | Self::Symbol(_, span) | Self::Group(_, _, span) => *span,
        }
    }
}

/// The things between the commas. What cannot be read is complained about and left out, up to the next comma.
pub(super) fn items<S: Copy>(tokens: &[Token<S>], complaints: &mut Vec<Complaint<S>>) -> Vec<Item<S>> {
    let mut reader = Reader { tokens, position: 0, complaints };
    let mut items = Vec::new();
    while let Some(token) = reader.next() {
        match token {
            Token::Word(name, span) => {
                let given = reader.given(name, *span);
                items.push(Item::Entry { name: plain(name), span: *span, given });
            }
            Token::Literal(text, span) => items.push(Item::Literal(literal(text), *span)),
            Token::Symbol('-', span) => match reader.next() {
                Some(Token::Literal(text, _)) => items.push(Item::Literal(literal(&format!("-{text}")), *span)),
                _ => reader.unexpected(*span),
            },
            Token::Symbol(_, span) | Token::Group(_, _, span) => reader.unexpected(*span),
        }
        reader.comma();
    }
    items
}

struct Reader<'t, S> {
    tokens: &'t [Token<S>],
    position: usize,
    complaints: &'t mut Vec<Complaint<S>>,
}

impl<'t, S: Copy> Reader<'t, S> {
    fn peek(&self) -> Option<&'t Token<S>> {
        self.tokens.get(self.position)
    }

    fn next(&mut self) -> Option<&'t Token<S>> {
        let token = self.peek();
        self.position += usize::from(token.is_some());
        token
    }

    fn complain(&mut self, span: S, message: String, help: &str) {
        self.complaints.push(Complaint { span, message, help: help.to_owned() });
    }

    fn unexpected(&mut self, span: S) {
        let help = "write a key such as `index`, a field or a string, and a comma behind each";
        self.complain(span, "this is neither a word nor a string".to_owned(), help);
        while self.peek().is_some_and(|token| !matches!(token, Token::Symbol(',', _))) {
            self.position += 1;
        }
    }

    /// Goes behind the comma that must come next.
    fn comma(&mut self) {
        match self.peek() {
            Some(Token::Symbol(',', _)) => self.position += 1,
            Some(token @ (Token::Word(..) | Token::Literal(..))) => {
                self.complain(token.span(), "there is a comma missing before this".to_owned(), "write `, ` in between");
            }
            // Nothing can begin with this, as will be said.
            Some(Token::Symbol(..) | Token::Group(..)) | None => {}
        }
    }

    /// What stands behind the word.
    fn given(&mut self, name: &str, span: S) -> Given<S> {
        match self.peek() {
            Some(Token::Symbol('=', _)) => {
                self.position += 1;
                self.value(name, span)
            }
            Some(Token::Group('(', inside, _)) => {
                self.position += 1;
                Given::List(items(inside, self.complaints))
            }
            _ => Given::Nothing,
        }
    }

    fn value(&mut self, name: &str, span: S) -> Given<S> {
        let negative = matches!(self.peek(), Some(Token::Symbol('-', _)));
        self.position += usize::from(negative);
        match self.next() {
            Some(Token::Literal(text, at)) if negative => Given::Literal(literal(&format!("-{text}")), *at),
            Some(Token::Literal(text, at)) => Given::Literal(literal(text), *at),
            Some(Token::Word(word, _)) if !negative => Given::Word(plain(word)),
            Some(Token::Group('[', inside, at)) if !negative => Given::Array(items(inside, self.complaints), *at),
            Some(token) => {
                let help = "write a string, a number, or a list in brackets";
                self.complain(token.span(), format!("this cannot be the value of `{name}`"), help);
                Given::Broken
            }
            None => {
                self.complain(span, format!("`{name} =` without a value"), "write the value behind the `=`");
                Given::Broken
            }
        }
    }
}

/// An identifier without its `r#`.
pub(super) fn plain(name: &str) -> String {
    name.trim_start_matches("r#").to_owned()
}

fn literal(text: &str) -> Literal {
    if let Some(value) = string(text) {
        return Literal::Text(value);
    }
    match text.replace('_', "").parse() {
        Ok(number) => Literal::Integer(number),
        Err(_) => Literal::Other(text.to_owned()),
    }
}

/// The value of a string literal, raw or not. The compiler has checked it, so what is odd is taken as it comes.
fn string(text: &str) -> Option<String> {
    if let Some(raw) = text.strip_prefix('r') {
        let raw = raw.trim_start_matches('#');
        let inner = raw.strip_prefix('"')?;
        return inner.trim_end_matches('#').strip_suffix('"').map(|value| value.replace("\r\n", "\n"));
    }
    let inner = text.strip_prefix('"')?.strip_suffix('"')?;
    let mut value = String::new();
    let mut rest = inner.chars().peekable();
    while let Some(letter) = rest.next() {
        if letter != '\\' {
            value.push(letter);
            continue;
        }
        match rest.next()? {
            'n' => value.push('\n'),
            'r' => value.push('\r'),
            't' => value.push('\t'),
            '0' => value.push('\0'),
            'x' => {
                let digits: String = rest.by_ref().take(2).collect();
                value.push(char::from(u8::from_str_radix(&digits, 16).ok()?));
            }
            'u' => {
                let digits: String = rest.by_ref().take_while(|letter| *letter != '}').collect();
                let digits = digits.trim_start_matches('{').replace('_', "");
                value.push(char::from_u32(u32::from_str_radix(&digits, 16).ok()?)?);
            }
            // A line that goes on behind its end.
            '\n' | '\r' => while rest.next_if(|letter| letter.is_whitespace()).is_some() {},
            other => value.push(other),
        }
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::{Literal, literal};

    #[test]
    fn literals_mean_what_rust_means() {
        let text = |value: &str| Literal::Text(value.to_owned());
        assert_eq!(literal(r#""a\"b\\c\n\x41\u{1F980}\'""#), text("a\"b\\c\nA🦀'"));
        assert_eq!(literal("\"a\\\n    b\""), text("ab"));
        assert_eq!(literal(r###"r#"a"b\n"#"###), text("a\"b\\n"));
        assert_eq!(literal("r\"\""), text(""));
        assert_eq!(literal("-1_000"), Literal::Integer(-1000));
        assert_eq!(literal("1.5"), Literal::Other("1.5".to_owned()));
        assert_eq!(literal("b\"x\""), Literal::Other("b\"x\"".to_owned()));
        assert_eq!(literal("99999999999999999999"), Literal::Other("99999999999999999999".to_owned()));
    }
}
