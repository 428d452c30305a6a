//! The tokens of a statement, the same for every database, and a reader that goes through them.

use super::Language;
use crate::dialect::{Dialect, postgres, sqlite};
use crate::model::TableName;

/// A piece of a statement.
#[derive(Debug, Clone)]
pub(super) struct Token {
    /// In small letters where capitals mean nothing.
    pub(super) text: String,
    /// As it is written.
    pub(super) written: String,
    /// A keyword or a name without quotes.
    pub(super) is_word: bool,
    /// What it is called, if it can be a name.
    pub(super) name: Option<String>,
    /// What stands in a string.
    pub(super) body: Option<String>,
    /// The string is the body of a function.
    pub(super) is_code: bool,
    /// From here on it is no SQL.
    pub(super) is_broken: bool,
}

impl Token {
    pub(super) fn is(&self, word: &str) -> bool {
        self.is_word && self.text == word
    }

    /// Whether every database takes the bare word for a keyword, so that it is no name.
    pub(super) fn is_reserved(&self) -> bool {
        let words = [
            "and",
            "as",
            "case",
            "check",
            "create",
            "default",
            "else",
            "from",
            "group",
            "in",
            "is",
            "not",
            "null",
            "on",
            "or",
            "order",
            "primary",
            "references",
            "select",
            "table",
            "then",
            "unique",
            "using",
            "when",
            "where",
        ];
        self.is_word && words.contains(&self.text.as_str())
    }
}

pub(super) fn tokens(dialect: Dialect, sql: &str) -> Vec<Token> {
    match dialect {
        Dialect::Sqlite => sqlite::text::tokens(sql).iter().map(of_sqlite).collect(),
        Dialect::Postgres => postgres::script::tokens(sql).into_iter().map(of_postgres).collect(),
    }
}

/// SQLite does not tell capitals from small letters in any name.
fn of_sqlite(token: &sqlite::text::Token<'_>) -> Token {
    use sqlite::text::Kind;
    let body = match &token.kind {
        Kind::Text(body) => Some(body.clone()),
        _ => None,
    };
    let name = match &token.kind {
        Kind::Word => Some(token.text.to_ascii_lowercase()),
        Kind::Quoted(name) => Some(name.to_ascii_lowercase()),
        _ => None,
    };
    Token {
        text: token.text.to_ascii_lowercase(),
        written: token.text.to_owned(),
        is_word: token.kind == Kind::Word,
        name,
        body,
        is_code: false,
        is_broken: token.kind == Kind::Broken,
    }
}

fn of_postgres(token: postgres::script::Token) -> Token {
    let text = token.text.as_str();
    let is_dollar = text.starts_with('$') && text.len() > 1;
    let tag = text.get(1..).and_then(|rest| rest.find('$')).map(|at| at + 2);
    let dollar = tag.filter(|_| is_dollar).and_then(|tag| text.get(tag..text.len().checked_sub(tag)?));
    let plain = text.strip_prefix(['e', 'E']).unwrap_or(text);
    let single = plain.strip_prefix('\'').map(|inside| inside.strip_suffix('\'').unwrap_or(inside).replace("''", "'"));
    Token {
        text: if token.is_word { text.to_lowercase() } else { text.to_owned() },
        is_word: token.is_word,
        is_code: dollar.is_some(),
        body: dollar.map(str::to_owned).or(single),
        is_broken: text.starts_with(['"', '\'']) && (text.len() < 2 || !text.ends_with(['"', '\''])),
        name: token.name,
        written: token.text,
    }
}

/// Goes through the tokens of a statement.
#[derive(Clone)]
pub(super) struct Reader<'a> {
    pub(super) language: Language<'a>,
    tokens: &'a [Token],
    at: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(language: Language<'a>, tokens: &'a [Token]) -> Self {
        Self { language, tokens, at: 0 }
    }

    pub(super) fn peek(&self) -> Option<&'a Token> {
        self.tokens.get(self.at)
    }

    pub(super) fn skip(&mut self) {
        self.at += 1;
    }

    /// What is left.
    pub(super) fn rest(&self) -> &'a [Token] {
        self.tokens.get(self.at..).unwrap_or_default()
    }

    /// All of the statement.
    pub(super) fn whole(&self) -> &'a [Token] {
        self.tokens
    }

    /// The next token as a word in small letters, and goes on behind it.
    pub(super) fn next_word(&mut self) -> Option<String> {
        let word = self.peek().filter(|token| token.is_word)?.text.clone();
        self.skip();
        Some(word)
    }

    pub(super) fn is(&self, word: &str) -> bool {
        self.peek().is_some_and(|token| token.is(word))
    }

    /// Whether the next words are these.
    pub(super) fn are(&self, words: &[&str]) -> bool {
        words.iter().enumerate().all(|(at, word)| self.rest().get(at).is_some_and(|token| token.is(word)))
    }

    /// Goes on behind the words if they stand here.
    pub(super) fn take(&mut self, words: &[&str]) -> bool {
        let are_here = self.are(words);
        self.at += if are_here { words.len() } else { 0 };
        are_here
    }

    /// Goes on behind the sign if it stands here.
    pub(super) fn sign(&mut self, sign: &str) -> bool {
        let is_here = self.peek().is_some_and(|token| !token.is_word && token.name.is_none() && token.text == sign);
        self.at += usize::from(is_here);
        is_here
    }

    /// Goes on behind the next such word, if there is one outside of parentheses.
    pub(super) fn behind(&mut self, word: &str) -> Option<()> {
        let at = outside(self.rest()).find(|at| self.rest()[*at].is(word))?;
        self.at += at + 1;
        Some(())
    }

    pub(super) fn if_exists(&mut self) -> bool {
        self.take(&["if", "not", "exists"]) || self.take(&["if", "exists"])
    }

    /// A name, or a constant in the place of one.
    pub(super) fn identifier(&mut self) -> Option<String> {
        let token = self.peek()?;
        let name = token.name.clone().or_else(|| token.body.clone().filter(|_| !token.is_code))?;
        self.skip();
        Some(name)
    }

    /// The parts of a name between its dots.
    pub(super) fn parts(&mut self) -> Vec<String> {
        let mut parts: Vec<String> = self.identifier().into_iter().collect();
        while self.peek().is_some_and(|token| token.text == ".")
            && self.rest().get(1).is_some_and(|token| token.name.is_some())
        {
            self.skip();
            parts.extend(self.identifier());
        }
        parts
    }

    /// A name, perhaps in a schema.
    pub(super) fn name(&mut self) -> Option<TableName> {
        let parts = self.parts();
        match parts.as_slice() {
            [name] => Some(self.language.in_schema(None, name)),
            [schema, name] => Some(self.language.in_schema(Some(schema), name)),
            _ => None,
        }
    }

    /// What stands between the parentheses that open here, and goes on behind them.
    pub(super) fn parentheses(&mut self) -> Option<&'a [Token]> {
        if !self.sign("(") {
            return None;
        }
        let rest = self.rest();
        let mut depth = 1_usize;
        for (at, token) in rest.iter().enumerate() {
            match token.text.as_str() {
                "(" => depth += 1,
                ")" => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                self.at += at + 1;
                return rest.get(..at);
            }
        }
        None
    }

    /// A list of names in parentheses.
    pub(super) fn names_in_parentheses(&mut self) -> Option<Vec<String>> {
        let parts = split(self.parentheses()?);
        Some(parts.iter().filter_map(|part| part.first()?.name.clone()).collect())
    }
}

/// The places outside of parentheses.
pub(super) fn outside(tokens: &[Token]) -> impl Iterator<Item = usize> {
    let mut depth = 0_usize;
    tokens.iter().enumerate().filter_map(move |(at, token)| {
        let is_sign = !token.is_word && token.name.is_none();
        if is_sign && token.text == "(" {
            depth += 1;
        } else if is_sign && token.text == ")" {
            depth = depth.saturating_sub(1);
        }
        (depth == 0).then_some(at)
    })
}

/// The parts between commas that stand in no parentheses.
pub(super) fn split(tokens: &[Token]) -> Vec<&[Token]> {
    let mut parts = Vec::new();
    let mut first = 0;
    for at in outside(tokens) {
        if tokens[at].text == "," {
            parts.push(&tokens[first..at]);
            first = at + 1;
        }
    }
    parts.push(&tokens[first..]);
    parts.retain(|part| !part.is_empty());
    parts
}
