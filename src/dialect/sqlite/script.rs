//! Splits a script into its statements. Says nothing about what they do.

use super::text::{Kind, Token, line_of, slice, tokens};
use crate::dialect::Statement;

/// The statements between semicolons. Triggers keep the semicolons of their bodies.
pub(in crate::dialect) fn statements(script: &str) -> Vec<Statement> {
    // Editors put a byte order mark first; SQLite skips it, too.
    let skipped = if script.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let script = &script[skipped..];
    let tokens = tokens(script);
    let mut statements = Vec::new();
    let mut first = 0;
    let mut position = 0;
    let mut line = Lines { script, position: 0, line: 1 };
    while position < tokens.len() {
        if tokens[position].is_symbol(";") && !inside_trigger(&tokens[first..position]) {
            push(&mut statements, &mut line, &tokens[first..position]);
            first = position + 1;
        }
        position += 1;
    }
    push(&mut statements, &mut line, &tokens[first..]);
    statements
}

/// The script without the lines that only the program `sqlite3` understands, and without SQLite's own tables, which come
/// by themselves. Every line stays where it is.
pub(in crate::dialect) fn loadable(script: &str) -> String {
    let is_left_out = |line: &str| {
        let command = line.strip_prefix('.');
        command.is_some_and(|rest| rest.starts_with(|letter: char| letter.is_ascii_lowercase()))
            || line.starts_with("CREATE TABLE sqlite_")
    };
    let mut loadable = String::with_capacity(script.len());
    for line in script.split_inclusive('\n') {
        loadable.push_str(if is_left_out(line) { line.get(line.trim_end().len()..).unwrap_or_default() } else { line });
    }
    loadable
}

fn push<'a>(statements: &mut Vec<Statement>, lines: &mut Lines<'a>, tokens: &[Token<'a>]) {
    if let Some(first) = tokens.first() {
        let sql = slice(lines.script, tokens).trim_end().to_owned();
        statements.push(Statement { sql, line: lines.at(first.start) });
    }
}

/// Whether a statement that starts with these tokens goes on behind the next semicolon. As SQLite itself decides
/// whether input is complete, a trigger ends with `; END`: the `END` of a `CASE` follows no semicolon.
fn inside_trigger(tokens: &[Token<'_>]) -> bool {
    let mut words = tokens.iter();
    let mut next = words.next();
    if next.is_some_and(|token| token.is_word("explain")) {
        next = words.find(|token| !token.is_word("query") && !token.is_word("plan"));
    }
    if !next.is_some_and(|token| token.is_word("create")) {
        return false;
    }
    let kind = words.find(|token| !token.is_word("temp") && !token.is_word("temporary"));
    let ended = matches!(tokens, [.., semicolon, end] if semicolon.is_symbol(";") && end.is_word("end"));
    kind.is_some_and(|token| token.is_word("trigger")) && !ended
}

/// Counts lines without starting over for each statement.
struct Lines<'a> {
    script: &'a str,
    position: usize,
    line: usize,
}

impl Lines<'_> {
    fn at(&mut self, position: usize) -> usize {
        self.line += line_of(&self.script[self.position..], position - self.position) - 1;
        self.position = position;
        self.line
    }
}

/// The first words of a statement, in small letters.
pub(in crate::dialect) fn first_words(sql: &str) -> Vec<String> {
    let tokens = tokens(sql);
    let words = tokens.iter().filter(|token| token.kind == Kind::Word);
    words.take(8).map(|token| token.text.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(script: &str, expected: &Expect) {
        let lines: Vec<String> =
            statements(script).iter().map(|statement| format!("{}: {}", statement.line, statement.sql)).collect();
        expected.assert_eq(&lines.join("\n---\n"));
    }

    #[test]
    fn comments_around_are_dropped_and_inside_kept() {
        check(
            "-- one; two\n\nCREATE TABLE a (\n  x INT -- x; y\n);\n/* ; */ SELECT 1 /* last */ ;; -- done\n",
            &expect![[r"
                3: CREATE TABLE a (
                  x INT -- x; y
                )
                ---
                6: SELECT 1"]],
        );
    }

    #[test]
    fn semicolons_in_strings_and_names() {
        check(
            "INSERT INTO \"a;b\" VALUES (';', 'it''s;');\r\nSELECT [c;d] FROM `e;f`",
            &expect![[r#"
                1: INSERT INTO "a;b" VALUES (';', 'it''s;')
                ---
                2: SELECT [c;d] FROM `e;f`"#]],
        );
    }

    #[test]
    fn triggers_are_one_statement() {
        check(
            "CREATE TEMP TRIGGER t AFTER UPDATE ON a BEGIN\n  UPDATE a SET x = CASE WHEN 1 THEN 2 END;\n  SELECT CASE 1 WHEN 2 THEN 3 END ; END;\nSELECT 1; create trigger u delete on b begin select 1; end",
            &expect![[r"
                1: CREATE TEMP TRIGGER t AFTER UPDATE ON a BEGIN
                  UPDATE a SET x = CASE WHEN 1 THEN 2 END;
                  SELECT CASE 1 WHEN 2 THEN 3 END ; END
                ---
                4: SELECT 1
                ---
                4: create trigger u delete on b begin select 1; end"]],
        );
    }

    #[test]
    fn transactions_are_no_triggers() {
        check(
            "BEGIN; CREATE TABLE \"trigger\" (a); END; COMMIT;",
            &expect![[r#"
                1: BEGIN
                ---
                1: CREATE TABLE "trigger" (a)
                ---
                1: END
                ---
                1: COMMIT"#]],
        );
    }

    #[test]
    fn an_open_quote_takes_the_rest() {
        check(
            "SELECT 1; SELECT 'a; SELECT 2;\n",
            &expect![[r"
                1: SELECT 1
                ---
                1: SELECT 'a; SELECT 2;"]],
        );
    }

    #[test]
    fn nothing_is_no_statement() {
        check("", &expect![""]);
        check("\u{feff} -- only words\n;;", &expect![""]);
    }
}
