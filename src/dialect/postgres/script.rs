//! Splits a script into its statements as `psql` does, and a statement into its words. Says nothing about what they do.

use crate::dialect::Statement;

/// A piece of SQL that ends where something else begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece {
    /// Letters, digits and what else a name may hold.
    Word,
    /// A string, a quoted name or text between dollars.
    Quoted,
    Space,
    Comment,
    Symbol(char),
}

/// A word of a statement: a keyword or a name without quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    text: String,
}

impl Word {
    /// Whether it is that word, which is in small letters.
    pub(super) fn is(&self, word: &str) -> bool {
        self.text.eq_ignore_ascii_case(word)
    }
}

/// The words of a statement that stand in no string, quoted name or comment.
pub(super) fn words(sql: &str) -> Vec<Word> {
    pieces(sql)
        .filter(|(piece, _)| *piece == Piece::Word)
        .map(|(_, range)| Word { text: sql[range].to_owned() })
        .collect()
}

/// The first words of a statement, in small letters.
pub(in crate::dialect) fn first_words(sql: &str) -> Vec<String> {
    words(sql).into_iter().take(8).map(|word| word.text.to_ascii_lowercase()).collect()
}

/// A piece of a statement that is neither space nor comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::dialect) struct Token {
    /// As it is written.
    pub(in crate::dialect) text: String,
    /// A keyword, or a name without quotes.
    pub(in crate::dialect) is_word: bool,
    /// What it is called, if it is a name: in small letters unless it is quoted.
    pub(in crate::dialect) name: Option<String>,
    /// Where it begins.
    pub(in crate::dialect) start: usize,
    /// Where it ends.
    pub(in crate::dialect) end: usize,
}

/// The tokens of a statement.
pub(in crate::dialect) fn tokens(sql: &str) -> Vec<Token> {
    let own = pieces(sql).filter(|(piece, _)| !matches!(piece, Piece::Space | Piece::Comment));
    own.map(|(piece, range)| {
        let text = sql[range.clone()].to_owned();
        let inside = |quote: char| text.strip_prefix(quote).and_then(|text| text.strip_suffix(quote));
        let quoted = inside('"').or_else(|| inside('`'));
        let name = match (piece, quoted) {
            (Piece::Word, _) => Some(text.to_lowercase()),
            (_, Some(inside)) => Some(inside.replace("\"\"", "\"")),
            _ => None,
        };
        Token { is_word: piece == Piece::Word, name, start: range.start, end: range.end, text }
    })
    .collect()
}

/// The parts of a list, split at the commas that stand in no parentheses.
pub(super) fn list(sql: &str) -> Vec<&str> {
    let (mut depth, mut start, mut parts) = (0_usize, 0, Vec::new());
    for (piece, range) in pieces(sql) {
        match piece {
            Piece::Symbol('(' | '[') => depth += 1,
            Piece::Symbol(')' | ']') => depth = depth.saturating_sub(1),
            Piece::Symbol(',') if depth == 0 => {
                parts.push(sql[start..range.start].trim());
                start = range.end;
            }
            _ => {}
        }
    }
    parts.push(sql[start..].trim());
    parts.retain(|part| !part.is_empty());
    parts
}

/// The statements between semicolons. Bodies between dollars, and those of `BEGIN ATOMIC`, keep theirs.
pub(in crate::dialect) fn statements(script: &str) -> Vec<Statement> {
    let script = script.strip_prefix('\u{feff}').unwrap_or(script);
    let mut found = Vec::new();
    // From the first to the last piece that is neither space nor comment.
    let mut own: Option<std::ops::Range<usize>> = None;
    let (mut nested, mut depth, mut last_word) = (0_usize, 0_usize, String::new());
    let mut lines = (0, 1);
    let mut push = |own: Option<std::ops::Range<usize>>| {
        let Some(range) = own else { return };
        lines.1 += script[lines.0..range.start].matches('\n').count();
        lines.0 = range.start;
        found.push(Statement { sql: script[range].to_owned(), line: lines.1 });
    };
    for (piece, range) in pieces(script) {
        match piece {
            Piece::Space | Piece::Comment => continue,
            Piece::Symbol('(') => nested += 1,
            Piece::Symbol(')') => nested = nested.saturating_sub(1),
            Piece::Symbol(';') if nested == 0 && depth == 0 => {
                push(own.take());
                last_word.clear();
                continue;
            }
            Piece::Word => {
                let word = script[range.clone()].to_ascii_lowercase();
                let is_atomic = word == "atomic" && last_word == "begin";
                let is_inside = depth > 0 && matches!(word.as_str(), "case");
                depth += usize::from(is_atomic || is_inside);
                depth -= usize::from(depth > 0 && word == "end");
                last_word = word;
            }
            Piece::Symbol(_) | Piece::Quoted => {}
        }
        own = Some(own.map_or(range.clone(), |own| own.start..range.end));
    }
    push(own);
    found
}

/// The script without what only `psql` understands, without rows, owners and privileges. Every line stays where it is.
pub(in crate::dialect) fn loadable(script: &str) -> String {
    let script = script.strip_prefix('\u{feff}').unwrap_or(script);
    let mut in_rows = false;
    let lines = script.split_inclusive('\n').map(|line| {
        let text = line.trim_end();
        let begins = text.starts_with("COPY ") && text.ends_with("FROM stdin;");
        let is_left_out = in_rows || begins || is_meta_command(text);
        in_rows = (in_rows || begins) && text != "\\.";
        if is_left_out { line.get(text.len()..).unwrap_or_default() } else { line }
    });
    let mut script: String = lines.collect();
    let mut position = 0;
    for statement in statements(&script.clone()) {
        let Some(start) = script.get(position..).and_then(|rest| rest.find(&statement.sql)) else { continue };
        let range = position + start..position + start + statement.sql.len();
        position = range.end;
        if is_about_people(&statement.sql) {
            // Bytes for bytes, so that what follows stays in its place.
            let blank: String = statement.sql.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect();
            script.replace_range(range, &blank);
        }
    }
    script
}

/// Whether the line is for `psql` itself. One inside a body between dollars looks different.
fn is_meta_command(line: &str) -> bool {
    line.strip_prefix('\\')
        .is_some_and(|rest| rest == "." || rest.starts_with(|letter: char| letter.is_ascii_alphabetic()))
}

/// Whether the statement says whose a thing is, or who may do what with it.
fn is_about_people(sql: &str) -> bool {
    let words = words(sql);
    let is = |position: usize, word: &str| words.get(position).is_some_and(|own| own.is(word));
    let to_owner = || words.windows(2).any(|pair| pair[0].is("owner") && pair[1].is("to"));
    is(0, "grant") || is(0, "revoke") || (is(0, "alter") && (to_owner() || (is(1, "default") && is(2, "privileges"))))
}

/// Whether two texts are the same but for space, comments, and capitals outside of quotes.
pub(super) fn same_words(left: &str, right: &str) -> bool {
    let read = |sql: &str| -> Vec<String> {
        let own = pieces(sql).filter(|(piece, _)| !matches!(piece, Piece::Space | Piece::Comment));
        own.map(|(piece, range)| {
            let text = &sql[range];
            if piece == Piece::Quoted { text.to_owned() } else { text.to_lowercase() }
        })
        .collect()
    };
    left == right || read(left) == read(right)
}

/// Why a text is not one expression, if it is not.
pub(super) fn not_one_expression(sql: &str) -> Option<&'static str> {
    let mut open = Vec::new();
    let mut is_empty = true;
    let mut ends_in_comment = false;
    for (piece, range) in pieces(sql) {
        match piece {
            Piece::Space => continue,
            Piece::Comment => {
                let text = &sql[range.clone()];
                ends_in_comment |= text.starts_with("--") && range.end == sql.len();
                if text.starts_with("/*") && !text.ends_with("*/") {
                    return Some("has a comment that does not end");
                }
                continue;
            }
            Piece::Symbol(symbol @ ('(' | '[')) => open.push(symbol),
            Piece::Symbol(')') if open.pop() != Some('(') => return Some("closes a parenthesis that it does not open"),
            Piece::Symbol(']') if open.pop() != Some('[') => return Some("closes a bracket that it does not open"),
            Piece::Symbol(';') => return Some("ends before it is over, with a semicolon"),
            Piece::Symbol(',') if open.is_empty() => return Some("is more than one expression"),
            Piece::Quoted if !is_closed(&sql[range]) => return Some("has a quote that does not end"),
            Piece::Symbol(_) | Piece::Word | Piece::Quoted => {}
        }
        is_empty = false;
    }
    if is_empty {
        return Some("is empty");
    }
    if ends_in_comment {
        return Some("ends with a comment, which would swallow what is written behind it");
    }
    (!open.is_empty()).then_some("opens a parenthesis that it does not close")
}

/// Whether a quoted text ends with its quote.
fn is_closed(text: &str) -> bool {
    let quote = text.trim_start_matches(['e', 'E']).chars().next();
    match quote {
        Some('$') => dollar(text) == Some(text.len()) && text.ends_with('$') && text.len() > 2,
        Some(quote) => text.len() > 1 && text.ends_with(quote) && next(&format!("{text} ")).1 == text.len(),
        None => false,
    }
}

/// The pieces of the text with the places they stand in.
fn pieces(sql: &str) -> impl Iterator<Item = (Piece, std::ops::Range<usize>)> {
    let mut position = 0;
    std::iter::from_fn(move || {
        let rest = sql.get(position..).filter(|rest| !rest.is_empty())?;
        let (piece, length) = next(rest);
        let range = position..position + length.max(1);
        position = range.end;
        Some((piece, range))
    })
}

fn next(rest: &str) -> (Piece, usize) {
    let mut letters = rest.chars();
    let Some(first) = letters.next() else { return (Piece::Space, 0) };
    let second = letters.next();
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '$' || !letter.is_ascii();
    match (first, second) {
        _ if first.is_whitespace() => (Piece::Space, length_while(rest, char::is_whitespace)),
        ('-', Some('-')) => (Piece::Comment, rest.find('\n').unwrap_or(rest.len())),
        ('/', Some('*')) => (Piece::Comment, comment(rest)),
        ('\'', _) => (Piece::Quoted, string(rest, 0, '\'', false)),
        ('"', _) => (Piece::Quoted, string(rest, 0, '"', false)),
        // SQLite's other quotes, which are nothing in PostgreSQL.
        ('`', _) => (Piece::Quoted, string(rest, 0, '`', false)),
        ('e' | 'E', Some('\'')) => (Piece::Quoted, string(rest, 1, '\'', true)),
        ('$', _) => match dollar(rest) {
            Some(length) => (Piece::Quoted, length),
            None => (Piece::Symbol('$'), 1),
        },
        _ if first.is_alphabetic() || first == '_' || !first.is_ascii() => (Piece::Word, length_while(rest, is_part)),
        _ if first.is_ascii_digit() => {
            (Piece::Symbol('0'), length_while(rest, |letter| letter.is_ascii_alphanumeric()))
        }
        _ => (Piece::Symbol(first), first.len_utf8()),
    }
}

fn length_while(text: &str, is: impl Fn(char) -> bool) -> usize {
    text.find(|letter| !is(letter)).unwrap_or(text.len())
}

/// Comments stand inside each other.
fn comment(text: &str) -> usize {
    let bytes = text.as_bytes();
    let (mut depth, mut at) = (0_usize, 0);
    while at < bytes.len() {
        match bytes.get(at..at + 2) {
            Some(b"/*") => (depth, at) = (depth + 1, at + 2),
            Some(b"*/") => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    bytes.len()
}

/// The length of a quoted text whose first quote stands at `start`. Doubled quotes stay inside.
fn string(text: &str, start: usize, quote: char, escapes: bool) -> usize {
    let mut letters = text.char_indices().skip(start + 1).peekable();
    while let Some((at, letter)) = letters.next() {
        if escapes && letter == '\\' {
            letters.next();
        } else if letter == quote {
            match letters.peek() {
                Some((_, next)) if *next == quote => drop(letters.next()),
                _ => return at + letter.len_utf8(),
            }
        }
    }
    text.len()
}

/// The length of `$tag$ … $tag$`, if it is one.
fn dollar(text: &str) -> Option<usize> {
    let end = text.get(1..)?.find('$')? + 1;
    let tag = text.get(1..end)?;
    let is_name = tag.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
    if !is_name || tag.starts_with(|letter: char| letter.is_ascii_digit()) {
        return None;
    }
    let quote = text.get(..=end)?;
    let body = text.get(end + 1..)?;
    Some(body.find(quote).map_or(text.len(), |at| end + 1 + at + quote.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(script: &str) -> Vec<String> {
        statements(script).into_iter().map(|statement| statement.sql).collect()
    }

    #[test]
    fn bodies_and_strings_keep_their_semicolons() {
        assert_eq!(
            split("SELECT ';', E'\\';', \"a;b\" /* ; /* ; */ ; */; -- ;\n SELECT $$a;b$$, $x$ $$ ; $x$ ;;"),
            ["SELECT ';', E'\\';', \"a;b\"", "SELECT $$a;b$$, $x$ $$ ; $x$"]
        );
        let function =
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END";
        assert_eq!(split(&format!("{function};\nSELECT 1")), [function, "SELECT 1"]);
        let rule = "CREATE RULE r AS ON INSERT TO t DO ALSO (SELECT 1; SELECT 2)";
        assert_eq!(split(&format!("{rule}; SELECT $1, a$b")), [rule, "SELECT $1, a$b"]);
    }

    #[test]
    fn lines_are_those_of_the_first_word() {
        let lines: Vec<usize> = statements("\n-- a\n\nSELECT 1;\n\nSELECT\n2").iter().map(|own| own.line).collect();
        assert_eq!(lines, [4, 6]);
    }

    #[test]
    fn a_dump_is_loaded_without_what_is_not_its_schema() {
        let dump = "\\restrict x\nCREATE TABLE t (a text);\nALTER TABLE public.t OWNER TO \"me\";\n\
                    COPY public.t (a) FROM stdin;\nDROP\n\\.\n\nGRANT ALL ON t\n TO me;\nSELECT 1;\n";
        assert_eq!(
            loadable(dump).split_whitespace().collect::<Vec<_>>().join(" "),
            "CREATE TABLE t (a text); ; ; SELECT 1;"
        );
        assert_eq!(loadable(dump).matches('\n').count(), dump.matches('\n').count());
    }

    #[test]
    fn what_does_not_end_is_one_statement() {
        assert_eq!(split("SELECT 'a; b"), ["SELECT 'a; b"]);
        assert_eq!(split("SELECT $$a; b"), ["SELECT $$a; b"]);
        assert_eq!(split("/* a; b"), Vec::<String>::new());
    }
}
