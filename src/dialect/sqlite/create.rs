//! Understands the `CREATE` texts SQLite keeps, for what its pragmas do not tell: names of constraints, checks, collations,
//! generated columns, where a constraint is written. Checks nothing that SQLite has checked already.

use super::text::{self, Kind, Token};
use crate::model::{Action, Deferrable};

/// What `CREATE TABLE` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TableText {
    pub(super) columns: Vec<ColumnText>,
    /// The constraints after the columns.
    pub(super) constraints: Vec<Clause>,
}

/// What `CREATE TABLE` says about one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::dialect) struct ColumnText {
    pub(super) name: String,
    /// The type as written; empty when there is none.
    pub(super) data_type: String,
    pub(super) clauses: Vec<Clause>,
}

/// A constraint or property, of a column or of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::dialect) struct Clause {
    pub(in crate::dialect) name: Option<String>,
    pub(in crate::dialect) kind: ClauseKind,
    /// What stands behind each column of a key, and behind the words `PRIMARY KEY` on a column; empty for `ASC`.
    pub(in crate::dialect) order: Vec<String>,
    /// What `ON CONFLICT` asks for, unless it is what happens without it.
    pub(in crate::dialect) on_conflict: Option<String>,
}

/// What a [`Clause`] is. Columns are empty where the clause belongs to its own column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::dialect) enum ClauseKind {
    PrimaryKey {
        autoincrement: bool,
    },
    Unique {
        columns: Vec<String>,
    },
    Check(String),
    References(Reference),
    NotNull,
    Null,
    /// The value as written.
    Default(String),
    Collate(String),
    Generated {
        expression: String,
        stored: bool,
    },
}

/// A foreign key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::dialect) struct Reference {
    pub(in crate::dialect) columns: Vec<String>,
    pub(in crate::dialect) table: String,
    /// Empty for the primary key of the table.
    pub(in crate::dialect) referenced_columns: Vec<String>,
    pub(in crate::dialect) on_delete: Option<Action>,
    pub(in crate::dialect) on_update: Option<Action>,
    pub(in crate::dialect) deferrable: Deferrable,
}

/// What `CREATE INDEX` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct IndexText {
    /// The parts as written, without `ASC` and `DESC` and without parentheses around the whole.
    pub(super) parts: Vec<String>,
    pub(super) predicate: Option<String>,
}

/// What is not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::dialect) struct Misread {
    /// What should be there.
    pub(super) expected: &'static str,
    /// What is there, and on which line.
    pub(super) found: String,
}

type Read<T> = Result<T, Misread>;

/// Reads `CREATE TABLE`.
pub(super) fn table(sql: &str) -> Read<TableText> {
    let tokens = readable(sql)?;
    let open = tokens.iter().position(|token| token.is_symbol("("));
    let inner = open
        .and_then(|open| Some(&tokens[open + 1..text::closing(&tokens, open)?]))
        .ok_or_else(|| Misread::new("the list of columns in parentheses", sql, tokens.first()))?;
    let mut table = TableText { columns: Vec::new(), constraints: Vec::new() };
    for part in text::split_at_commas(inner) {
        let mut cursor = Cursor { sql, tokens: part, position: 0 };
        // Columns come first; SQLite also inserts added ones before the constraints.
        if cursor.at_any(&["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"]) {
            table.constraints.extend(cursor.clauses()?);
        } else {
            let name = cursor.name()?;
            let data_type = cursor.data_type();
            table.columns.push(ColumnText { name, data_type, clauses: cursor.clauses()? });
        }
    }
    Ok(table)
}

/// Reads what can stand behind the type of a column.
pub(in crate::dialect) fn column_tail(sql: &str) -> Read<Vec<Clause>> {
    let tokens = readable(sql)?;
    Cursor { sql, tokens: &tokens, position: 0 }.clauses()
}

/// Reads `CREATE INDEX`.
pub(super) fn index(sql: &str) -> Read<IndexText> {
    let tokens = readable(sql)?;
    let open = tokens.iter().position(|token| token.is_symbol("("));
    let (open, close) = open
        .and_then(|open| Some((open, text::closing(&tokens, open)?)))
        .ok_or_else(|| Misread::new("the list of columns in parentheses", sql, tokens.first()))?;
    let parts = text::split_at_commas(&tokens[open + 1..close])
        .into_iter()
        .map(|part| {
            let key = match part {
                [key @ .., order] if order.is_word("ASC") || order.is_word("DESC") => key,
                key => key,
            };
            text::slice(sql, text::strip_parentheses(key)).to_owned()
        })
        .collect();
    let predicate = match &tokens[close + 1..] {
        [word, predicate @ ..] if word.is_word("WHERE") => {
            Some(text::slice(sql, text::strip_parentheses(predicate)).to_owned())
        }
        _ => None,
    };
    Ok(IndexText { parts, predicate })
}

/// The tokens, if all of the text can be read.
fn readable(sql: &str) -> Read<Vec<Token<'_>>> {
    let tokens = text::tokens(sql);
    match tokens.last() {
        Some(last) if last.kind == Kind::Broken => Err(Misread::new("the end of a quotation", sql, Some(last))),
        _ => Ok(tokens),
    }
}

impl Misread {
    fn new(expected: &'static str, sql: &str, token: Option<&Token<'_>>) -> Self {
        let found = match token {
            Some(token) => {
                let mut excerpt: String = token.text.chars().take(40).collect();
                if excerpt.len() < token.text.len() {
                    excerpt.push('…');
                }
                format!("`{excerpt}` on line {}", text::line_of(sql, token.start))
            }
            None => "the end".to_owned(),
        };
        Self { expected, found }
    }
}

impl std::fmt::Display for Misread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "expected {}, found {}", self.expected, self.found)
    }
}

/// Words that end the type of a column.
const AFTER_TYPE: [&str; 11] =
    ["CONSTRAINT", "DEFAULT", "NULL", "NOT", "PRIMARY", "UNIQUE", "CHECK", "REFERENCES", "COLLATE", "AS", "DEFERRABLE"];

struct Cursor<'t, 'a> {
    sql: &'a str,
    tokens: &'t [Token<'a>],
    position: usize,
}

impl<'t, 'a> Cursor<'t, 'a> {
    fn peek(&self) -> Option<&'t Token<'a>> {
        self.tokens.get(self.position)
    }

    fn at(&self, word: &str) -> bool {
        self.peek().is_some_and(|token| token.is_word(word))
    }

    fn at_any(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.at(word))
    }

    /// Goes behind the words if they come next, all of them.
    fn take(&mut self, words: &[&str]) -> bool {
        let next = self.tokens.get(self.position..).unwrap_or_default();
        let found = next.len() >= words.len() && next.iter().zip(words).all(|(token, word)| token.is_word(word));
        if found {
            self.position += words.len();
        }
        found
    }

    fn misread<T>(&self, expected: &'static str) -> Read<T> {
        Err(Misread::new(expected, self.sql, self.peek()))
    }

    fn next(&mut self, expected: &'static str) -> Read<&'t Token<'a>> {
        match self.peek() {
            Some(token) if token.kind != Kind::Broken => {
                self.position += 1;
                Ok(token)
            }
            _ => self.misread(expected),
        }
    }

    fn name(&mut self) -> Read<String> {
        match self.peek().and_then(Token::name) {
            Some(name) => {
                self.position += 1;
                Ok(name.to_owned())
            }
            None => self.misread("a name"),
        }
    }

    /// The tokens between the parentheses that come next.
    fn parenthesized(&mut self) -> Read<&'t [Token<'a>]> {
        let close = if self.peek().is_some_and(|token| token.is_symbol("(")) {
            text::closing(self.tokens, self.position)
        } else {
            None
        };
        let Some(close) = close else { return self.misread("parentheses") };
        let inner = &self.tokens[self.position + 1..close];
        self.position = close + 1;
        Ok(inner)
    }

    /// The expression in the parentheses that come next, as written.
    fn expression(&mut self) -> Read<String> {
        let inner = self.parenthesized()?;
        Ok(text::slice(self.sql, text::strip_parentheses(inner)).to_owned())
    }

    /// The names in the parentheses that come next.
    fn names(&mut self) -> Read<Vec<String>> {
        Ok(self.key()?.0)
    }

    /// The names in the parentheses that come next, and what stands behind each of them. `ASC` is what holds without it,
    /// and `AUTOINCREMENT` no order.
    fn key(&mut self) -> Read<(Vec<String>, Vec<String>)> {
        let inner = self.parenthesized()?;
        let mut key = (Vec::new(), Vec::new());
        for part in text::split_at_commas(inner) {
            key.0.push(Cursor { sql: self.sql, tokens: part, position: 0 }.name()?);
            let is_said = |token: &&Token<'_>| !token.is_word("ASC") && !token.is_word("AUTOINCREMENT");
            let words: Vec<&str> = part[1..].iter().filter(is_said).map(|token| token.text).collect();
            key.1.push(words.join(" "));
        }
        Ok(key)
    }

    fn data_type(&mut self) -> String {
        let first = self.position;
        while self.peek().is_some() && !self.at_any(&AFTER_TYPE) {
            let before = self.position;
            if self.take(&["GENERATED", "ALWAYS", "AS"]) {
                self.position = before;
                break;
            }
            self.position += 1;
        }
        text::slice(self.sql, &self.tokens[first..self.position]).to_owned()
    }

    fn clauses(&mut self) -> Read<Vec<Clause>> {
        let mut clauses: Vec<Clause> = Vec::new();
        let mut name = None;
        while self.peek().is_some() {
            if self.take(&["CONSTRAINT"]) {
                // SQLite takes a name without a constraint; the last name counts.
                name = Some(self.name()?);
            } else if let Some(deferrable) = self.deferrable() {
                let reference = clauses.iter_mut().rev().find_map(|clause| match &mut clause.kind {
                    ClauseKind::References(reference) => Some(reference),
                    _ => None,
                });
                if let Some(reference) = reference {
                    reference.deferrable = deferrable;
                }
            } else {
                let clause = self.clause()?;
                clauses.push(Clause { name: name.take(), ..clause });
            }
        }
        Ok(clauses)
    }

    /// A clause without its name.
    fn clause(&mut self) -> Read<Clause> {
        if self.take(&["PRIMARY", "KEY"]) {
            return self.primary_key();
        }
        let mut order = Vec::new();
        let kind = if self.take(&["UNIQUE"]) {
            let mut columns = Vec::new();
            if self.peek().is_some_and(|token| token.is_symbol("(")) {
                (columns, order) = self.key()?;
            }
            ClauseKind::Unique { columns }
        } else if self.take(&["DEFAULT"]) {
            ClauseKind::Default(self.default()?)
        } else if self.take(&["NOT", "NULL"]) {
            ClauseKind::NotNull
        } else if self.take(&["NULL"]) {
            ClauseKind::Null
        } else if self.take(&["CHECK"]) {
            ClauseKind::Check(self.expression()?)
        } else if self.take(&["FOREIGN", "KEY"]) {
            let columns = self.names()?;
            if !self.at("REFERENCES") {
                return self.misread("`REFERENCES`");
            }
            self.position += 1;
            self.reference(columns)?
        } else if self.take(&["REFERENCES"]) {
            self.reference(Vec::new())?
        } else if self.take(&["COLLATE"]) {
            ClauseKind::Collate(self.name()?)
        } else if self.take(&["GENERATED", "ALWAYS", "AS"]) || self.take(&["AS"]) {
            let expression = self.expression()?;
            let stored = self.take(&["STORED"]);
            // `VIRTUAL` says what holds without it.
            let _virtual = !stored && self.take(&["VIRTUAL"]);
            ClauseKind::Generated { expression, stored }
        } else {
            return self.misread("a constraint");
        };
        let on_conflict = self.on_conflict()?;
        Ok(Clause { name: None, kind, order, on_conflict })
    }

    /// What to do on conflict, if that is said next. `ABORT` is what happens without a word.
    fn on_conflict(&mut self) -> Read<Option<String>> {
        if !self.take(&["ON", "CONFLICT"]) {
            return Ok(None);
        }
        let word = self.next("what to do on conflict")?.text.to_ascii_uppercase();
        Ok(Some(word).filter(|word| word != "ABORT"))
    }

    fn primary_key(&mut self) -> Read<Clause> {
        let descends = !self.take(&["ASC"]) && self.take(&["DESC"]);
        let mut order: Vec<String> = descends.then(|| "DESC".to_owned()).into_iter().collect();
        let mut autoincrement = false;
        if self.peek().is_some_and(|token| token.is_symbol("(")) {
            let close = text::closing(self.tokens, self.position);
            // AUTOINCREMENT may stand behind the last one.
            let last = close.and_then(|close| self.tokens.get(close - 1));
            autoincrement = last.is_some_and(|token| token.is_word("AUTOINCREMENT"));
            order = self.key()?.1;
        }
        let on_conflict = self.on_conflict()?;
        autoincrement |= self.take(&["AUTOINCREMENT"]);
        Ok(Clause { name: None, kind: ClauseKind::PrimaryKey { autoincrement }, order, on_conflict })
    }

    fn names_if_any(&mut self) -> Read<Vec<String>> {
        if self.peek().is_some_and(|token| token.is_symbol("(")) { self.names() } else { Ok(Vec::new()) }
    }

    /// A value in parentheses, or one token with perhaps a sign.
    fn default(&mut self) -> Read<String> {
        let first = self.position;
        let token = self.next("a value")?;
        if token.is_symbol("(") {
            self.position = first;
            self.parenthesized()?;
        } else if token.is_symbol("-") || token.is_symbol("+") {
            self.next("a number")?;
        }
        Ok(text::slice(self.sql, &self.tokens[first..self.position]).to_owned())
    }

    /// What stands behind `REFERENCES`.
    fn reference(&mut self, columns: Vec<String>) -> Read<ClauseKind> {
        let table = self.name()?;
        let referenced_columns = self.names_if_any()?;
        let deferrable = Deferrable::No;
        let mut reference =
            Reference { columns, table, referenced_columns, on_delete: None, on_update: None, deferrable };
        loop {
            if self.take(&["ON", "DELETE"]) {
                reference.on_delete = Some(self.action()?);
            } else if self.take(&["ON", "UPDATE"]) {
                reference.on_update = Some(self.action()?);
            } else if self.take(&["ON", "INSERT"]) {
                self.action()?;
            } else if self.take(&["MATCH"]) {
                self.name()?;
            } else {
                return Ok(ClauseKind::References(reference));
            }
        }
    }

    fn action(&mut self) -> Read<Action> {
        let actions: [(&[&str], Action); 5] = [
            (&["NO", "ACTION"], Action::NoAction),
            (&["RESTRICT"], Action::Restrict),
            (&["CASCADE"], Action::Cascade),
            (&["SET", "NULL"], Action::SetNull),
            (&["SET", "DEFAULT"], Action::SetDefault),
        ];
        for (words, action) in actions {
            if self.take(words) {
                return Ok(action);
            }
        }
        self.misread("an action")
    }

    /// When the foreign key is checked, if what comes next says anything about that.
    fn deferrable(&mut self) -> Option<Deferrable> {
        let possible = if self.take(&["NOT", "DEFERRABLE"]) {
            false
        } else if self.take(&["DEFERRABLE"]) {
            true
        } else {
            return None;
        };
        let initially = self.take(&["INITIALLY", "DEFERRED"]);
        let _immediate = !initially && self.take(&["INITIALLY", "IMMEDIATE"]);
        Some(match (possible, initially) {
            (true, true) => Deferrable::InitiallyDeferred,
            (true, false) => Deferrable::InitiallyImmediate,
            (false, _) => Deferrable::No,
        })
    }
}
