//! What a `CREATE` statement makes that no entity can declare: its kind, its name, and what it belongs to. Reads as far as
//! the name and leaves the rest to the database.

use super::postgres::script::{Token, tokens};
use super::postgres::signature;
use crate::model::{Attachment, AttachmentKind, TableName, Verbatim, VerbatimKind};

/// What a statement declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// An object of its own.
    Object(TableName, Verbatim),
    /// Something on a table or view.
    Attachment(TableName, Attachment),
    /// A comment on an object of its own.
    Comment(VerbatimKind, TableName, Option<String>),
}

/// What the statement declares.
///
/// # Errors
/// It declares nothing that can be: what it is, in words.
pub(super) fn read(sql: &str) -> Result<Said, String> {
    let tokens = tokens(sql);
    let mut reader = Reader { tokens: &tokens, position: 0 };
    if reader.word("comment") && reader.word("on") {
        return reader.comment();
    }
    if !reader.word("create") {
        let first = tokens.first().map(|token| token.text.to_uppercase()).unwrap_or_default();
        return Err(format!("it is a `{first}` statement"));
    }
    if reader.word("or") {
        reader.word("replace");
    }
    for word in ["constraint", "recursive", "unique"] {
        reader.word(word);
    }
    let kind = match reader.next().map(|token| token.text.to_lowercase()).unwrap_or_default().as_str() {
        "view" => VerbatimKind::View,
        "materialized" if reader.word("view") => VerbatimKind::MaterializedView,
        "function" | "procedure" => VerbatimKind::Function,
        "sequence" => VerbatimKind::Sequence,
        "domain" => VerbatimKind::Domain,
        "type" => VerbatimKind::CompositeType,
        "extension" => VerbatimKind::Extension,
        "trigger" => return reader.attachment(AttachmentKind::Trigger, sql),
        "policy" => return reader.attachment(AttachmentKind::Policy, sql),
        "rule" => return reader.attachment(AttachmentKind::Rule, sql),
        "index" => return reader.index(sql),
        other => return Err(format!("it makes a {other}, which entities declare")),
    };
    reader.if_not_exists();
    let name = reader.name()?;
    if kind == VerbatimKind::Function {
        let arguments = reader.parentheses(sql)?;
        let name = TableName { name: signature(&name.name, &arguments), ..name };
        return Ok(Said::Object(name, Verbatim::new(kind, sql)));
    }
    if kind == VerbatimKind::CompositeType && !(reader.word("as") && reader.is_symbol("(")) {
        return Err("it makes a type that is no composite type; entities declare enums".to_owned());
    }
    let name = if kind == VerbatimKind::Extension { TableName::new(name.name) } else { name };
    Ok(Said::Object(name, Verbatim::new(kind, sql)))
}

/// The statement without `IF NOT EXISTS`.
pub(super) fn without_condition(sql: &str) -> String {
    let tokens = tokens(sql);
    let words = ["if", "not", "exists"];
    let found = tokens.windows(3).take(4).find(|window| {
        window.iter().zip(words).all(|(token, word)| token.is_word && token.text.eq_ignore_ascii_case(word))
    });
    let Some([first, _, last]) = found else { return sql.to_owned() };
    let (before, after) = (sql.get(..first.start).unwrap_or_default(), sql.get(last.end..).unwrap_or_default());
    format!("{before}{}", after.trim_start())
}

struct Reader<'a> {
    tokens: &'a [Token],
    position: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.position)
    }

    fn next(&mut self) -> Option<&Token> {
        let token = self.tokens.get(self.position);
        self.position += usize::from(token.is_some());
        token
    }

    fn is_word(&self, word: &str) -> bool {
        self.peek().is_some_and(|token| token.is_word && token.text.eq_ignore_ascii_case(word))
    }

    fn is_symbol(&self, symbol: &str) -> bool {
        self.peek().is_some_and(|token| !token.is_word && token.name.is_none() && token.text == symbol)
    }

    /// Goes on behind the word if it stands here.
    fn word(&mut self, word: &str) -> bool {
        let is_here = self.is_word(word);
        self.position += usize::from(is_here);
        is_here
    }

    fn if_not_exists(&mut self) {
        if self.word("if") {
            self.word("not");
            self.word("exists");
        }
    }

    fn identifier(&mut self) -> Result<String, String> {
        let name = self.next().and_then(|token| token.name.clone());
        name.ok_or_else(|| "there is no name where one has to be".to_owned())
    }

    /// A name, perhaps in a schema.
    fn name(&mut self) -> Result<TableName, String> {
        let first = self.identifier()?;
        if !self.is_symbol(".") {
            return Ok(TableName::new(first));
        }
        self.position += 1;
        Ok(TableName { schema: Some(first), name: self.identifier()? })
    }

    /// What stands between the next parentheses.
    fn parentheses(&mut self, sql: &str) -> Result<String, String> {
        let missing = || "it has no list of arguments".to_owned();
        if !self.is_symbol("(") {
            return Err(missing());
        }
        let start = self.peek().map(|token| token.end).unwrap_or_default();
        let mut depth = 0_usize;
        while let Some(token) = self.next() {
            match token.text.as_str() {
                "(" => depth += 1,
                ")" => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return Ok(sql.get(start..token.start).unwrap_or_default().to_owned());
            }
        }
        Err(missing())
    }

    /// A trigger, policy or rule: its name, and behind the first `ON` (of a rule: `TO`) what it is on.
    fn attachment(&mut self, kind: AttachmentKind, sql: &str) -> Result<Said, String> {
        self.if_not_exists();
        let name = self.identifier()?;
        let place = if kind == AttachmentKind::Rule { "to" } else { "on" };
        while self.peek().is_some() && !self.is_word(place) {
            self.position += 1;
        }
        if !self.word(place) {
            return Err(format!("the {kind} `{name}` is on no table"));
        }
        let table = self.name()?;
        Ok(Said::Attachment(table, Attachment { kind, name, sql: sql.to_owned() }))
    }

    /// An index. Those of tables are declared by entities, those of materialized views by nobody else.
    fn index(&mut self, sql: &str) -> Result<Said, String> {
        if self.word("concurrently") {
            return Err("it makes an index concurrently, which is a matter of a revision".to_owned());
        }
        self.if_not_exists();
        let name = self.identifier()?;
        if !self.word("on") {
            return Err(format!("the index `{name}` is on no table"));
        }
        self.word("only");
        let table = self.name()?;
        Ok(Said::Attachment(table, Attachment { kind: AttachmentKind::Index, name, sql: sql.to_owned() }))
    }

    fn comment(&mut self) -> Result<Said, String> {
        let kind = match self.next().map(|token| token.text.to_lowercase()).unwrap_or_default().as_str() {
            "view" => VerbatimKind::View,
            "materialized" if self.word("view") => VerbatimKind::MaterializedView,
            "sequence" => VerbatimKind::Sequence,
            "domain" => VerbatimKind::Domain,
            "type" => VerbatimKind::CompositeType,
            other => return Err(format!("it comments on a {other}; entities comment on tables and columns")),
        };
        let name = self.name()?;
        self.word("is");
        let text = self.next().map(|token| token.text.clone()).unwrap_or_default();
        let text = text.strip_prefix('\'').and_then(|text| text.strip_suffix('\'')).map(|text| text.replace("''", "'"));
        Ok(Said::Comment(kind, name, text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name_of(sql: &str) -> String {
        match read(sql) {
            Ok(Said::Object(name, object)) => format!("{} {name}", object.kind),
            Ok(Said::Attachment(table, own)) => format!("{} {} on {table}", own.kind, own.name),
            Ok(Said::Comment(kind, name, text)) => format!("comment on {kind} {name}: {text:?}"),
            Err(problem) => problem,
        }
    }

    #[test]
    fn the_name_is_found_whatever_stands_before_it() {
        for (sql, expected) in [
            ("CREATE EXTENSION IF NOT EXISTS \"uuid-ossp\" WITH SCHEMA x", "extension uuid-ossp"),
            ("create or replace view \"A b\".c as select 1", "view A b.c"),
            ("CREATE MATERIALIZED VIEW IF NOT EXISTS Totals AS SELECT 1", "materialized view totals"),
            ("CREATE UNIQUE INDEX by_id ON totals (id)", "index by_id on totals"),
            ("CREATE FUNCTION add(a int, IN b INT4 DEFAULT 1) RETURNS int", "function add(a integer, b integer)"),
            ("CREATE OR REPLACE FUNCTION f() RETURNS trigger AS $$ ; $$ LANGUAGE plpgsql", "function f()"),
            ("CREATE TRIGGER t BEFORE UPDATE OF \"on\" ON shop.events FOR EACH ROW …", "trigger t on shop.events"),
            ("CREATE POLICY mine ON events USING (true)", "policy mine on events"),
            ("CREATE RULE r AS ON INSERT TO events DO NOTHING", "rule r on events"),
            ("CREATE TYPE pair AS (a int, b int)", "composite type pair"),
            ("CREATE TYPE mood AS ENUM ('a')", "it makes a type that is no composite type; entities declare enums"),
            ("CREATE TABLE t (a int)", "it makes a table, which entities declare"),
            ("UPDATE t SET a = 1", "it is a `UPDATE` statement"),
            ("COMMENT ON VIEW v IS 'it''s'", "comment on view v: Some(\"it's\")"),
        ] {
            assert_eq!(name_of(sql), expected, "{sql}");
        }
    }
}
