//! Names inside SQL texts.

use sqlparser::dialect::SQLiteDialect;
use sqlparser::tokenizer::{Token, Tokenizer, Word};

use crate::model::TableName;

/// The SQL with an identifier replaced, and nothing else: strings and comments that contain the word stay.
pub(super) fn rename_identifier(sql: &str, from: &str, to: &str) -> String {
    let Ok(tokens) = Tokenizer::new(&SQLiteDialect {}, sql).with_unescape(false).tokenize() else {
        return sql.to_owned();
    };
    tokens
        .iter()
        .map(|token| match token {
            Token::Word(word) if name_of(word).eq_ignore_ascii_case(from) => format!("\"{}\"", to.replace('"', "\"\"")),
            token => token.to_string(),
        })
        .collect()
}

/// The SQL with the name of a table replaced; behind a dot of its own stands a column of it, which names no schema.
pub(super) fn rename_relation(sql: &str, from: &TableName, to: &TableName) -> String {
    if from.schema == to.schema {
        return rename_identifier(sql, &from.name, &to.name);
    }
    let Ok(tokens) = Tokenizer::new(&SQLiteDialect {}, sql).with_unescape(false).tokenize() else {
        return sql.to_owned();
    };
    let is = |token: Option<&Token>, name: &str| matches!(token, Some(Token::Word(word)) if name_of(word).eq_ignore_ascii_case(name));
    let quote = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    let in_full = to.schema.iter().chain([&to.name]).map(|name| quote(name)).collect::<Vec<_>>().join(".");
    let mut renamed = String::with_capacity(sql.len());
    let mut position = 0;
    while let Some(token) = tokens.get(position) {
        let at = |ahead: usize| tokens.get(position + ahead);
        let is_dot = |token: Option<&Token>| token == Some(&Token::Period);
        let is_behind_dot = position > 0 && is_dot(tokens.get(position - 1));
        let (text, taken) = match &from.schema {
            Some(schema) if is(Some(token), schema) && is_dot(at(1)) && is(at(2), &from.name) => (in_full.clone(), 3),
            _ if !is(Some(token), &from.name) => (token.to_string(), 1),
            None if !is_behind_dot && !is_dot(at(1)) => (in_full.clone(), 1),
            _ => (quote(&to.name), 1),
        };
        renamed.push_str(&text);
        position += taken;
    }
    renamed
}

/// The SQL with the name of a type replaced where it stands for one: behind `::`, or from the beginning when all of the text
/// is a type. A column may have the same name.
pub(super) fn rename_type(sql: &str, from: &str, to: &str, is_type: bool) -> String {
    let Ok(tokens) = Tokenizer::new(&SQLiteDialect {}, sql).with_unescape(false).tokenize() else {
        return sql.to_owned();
    };
    let mut is_type = is_type;
    let mut renamed = String::with_capacity(sql.len());
    for token in &tokens {
        is_type = matches!(token, Token::DoubleColon)
            || is_type && matches!(token, Token::Word(_) | Token::Period | Token::Whitespace(_));
        match token {
            Token::Word(word) if is_type && name_of(word) == from => {
                renamed.push_str(&format!("\"{}\"", to.replace('"', "\"\"")));
                // What follows is no part of the name any more.
                is_type = false;
            }
            token => renamed.push_str(&token.to_string()),
        }
    }
    renamed
}

/// Every name the SQL may refer to; functions and keywords are among them, strings and comments are not.
pub(crate) fn identifiers(sql: &str) -> Vec<String> {
    let tokens = Tokenizer::new(&SQLiteDialect {}, sql).with_unescape(false).tokenize().unwrap_or_default();
    let word = |token: Token| match token {
        Token::Word(word) => Some(name_of(&word)),
        _ => None,
    };
    tokens.into_iter().filter_map(word).collect()
}

/// What a text in SQL may name inside of its strings, as in `nextval('archive.numbers'::regclass)`: each without a schema.
pub(crate) fn named_in_strings(sql: &str) -> Vec<String> {
    let tokens = Tokenizer::new(&SQLiteDialect {}, sql).with_unescape(false).tokenize().unwrap_or_default();
    let string = |token: Token| match token {
        Token::SingleQuotedString(text) => identifiers(&text).pop(),
        _ => None,
    };
    tokens.into_iter().filter_map(string).collect()
}

/// The word without the doubling of quotes inside it.
fn name_of(word: &Word) -> String {
    match word.quote_style {
        Some(quote) => word.value.replace(&format!("{quote}{quote}"), &quote.to_string()),
        None => word.value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_may_name_things() {
        assert_eq!(named_in_strings("nextval('numbers'::regclass)"), ["numbers"]);
        assert_eq!(named_in_strings("a || nextval('archive.\"My own\"') || ''"), ["My own"]);
    }

    #[test]
    fn a_moved_table_takes_its_schema_into_texts() {
        let path =
            |schema: Option<&str>, name: &str| TableName { schema: schema.map(str::to_owned), name: name.into() };
        let moved = |sql: &str, from: (Option<&str>, &str), to: (Option<&str>, &str)| {
            rename_relation(sql, &path(from.0, from.1), &path(to.0, to.1))
        };
        assert_eq!(
            moved("SELECT t.id FROM a.t JOIN b.t u ON u.id = t.id", (Some("a"), "t"), (Some("c d"), "t2")),
            r#"SELECT "t2".id FROM "c d"."t2" JOIN b."t2" u ON u.id = "t2".id"#,
        );
        assert_eq!(moved("SELECT t.id FROM t", (None, "t"), (Some("b"), "t")), r#"SELECT "t".id FROM "b"."t""#);
        assert_eq!(moved("SELECT t.id FROM b.t", (Some("b"), "t"), (None, "t")), r#"SELECT "t".id FROM "t""#);
    }

    #[test]
    fn a_renamed_type_leaves_columns_and_longer_names_alone() {
        let cast = |sql| rename_type(sql, "mood", "order", false);
        assert_eq!(cast("mood = 'mood'::mood"), "mood = 'mood'::\"order\"");
        assert_eq!(cast("'a'::moods <> b::s.mood AND mood"), "'a'::moods <> b::s.\"order\" AND mood");
        assert_eq!(cast("'{a}'::\"mood\"[] || mood::text"), "'{a}'::\"order\"[] || mood::text");
        assert_eq!(rename_type("s.mood[]", "mood", "a \"b\"", true), "s.\"a \"\"b\"\"\"[]");
    }

    #[test]
    fn a_renamed_identifier_leaves_strings_and_longer_words_alone() {
        assert_eq!(
            rename_identifier(
                "group_id = 'group_id' AND \"group_id\" <> sub_group_id /* group_id */",
                "group_id",
                "cluster"
            ),
            "\"cluster\" = 'group_id' AND \"cluster\" <> sub_group_id /* group_id */"
        );
        assert_eq!(rename_identifier("\"a\"\"b\" > `a\"b`", "a\"b", "c\"d"), "\"c\"\"d\" > \"c\"\"d\"");
    }
}
