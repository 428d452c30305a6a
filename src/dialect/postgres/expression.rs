//! When two SQL expressions mean the same, by rules and without asking the database. Says so only when it is certain:
//! what is left open here the database can be asked.

use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, Tokenizer};

use super::typing::ColumnTypes;
use super::words::identifier;
use super::{syntax, typing};

/// Whether two expressions over the columns of one table mean the same. `column_type` knows the types of the columns in
/// the words of `format_type()`; without them fewer expressions are settled.
pub(super) fn same(left: &str, right: &str, column_type: ColumnTypes<'_>) -> bool {
    match (syntax::read(left), syntax::read(right)) {
        (Some(left), Some(right)) => typing::settle(left, column_type) == typing::settle(right, column_type),
        _ => words(left) == words(right),
    }
}

/// Whether two expressions give a column of the type the same value.
pub(super) fn same_value(left: &str, right: &str, type_text: &str, column_type: ColumnTypes<'_>) -> bool {
    match (syntax::read(left), syntax::read(right)) {
        (Some(left), Some(right)) => {
            typing::assign(left, type_text, column_type) == typing::assign(right, type_text, column_type)
        }
        _ => words(left) == words(right),
    }
}

/// The tokens in one spelling: names and keywords without quotes and in lower case where that changes nothing.
fn words(sql: &str) -> Vec<String> {
    let Ok(tokens) = Tokenizer::new(&PostgreSqlDialect {}, sql).tokenize() else {
        return vec![sql.trim().to_owned()];
    };
    tokens
        .into_iter()
        .filter(|token| !matches!(token, Token::Whitespace(_)))
        .map(|token| match token {
            Token::Word(word) if word.quote_style.is_none() => word.value.to_ascii_lowercase(),
            Token::Word(word) => {
                // A name that is also a keyword means something else without its quotes.
                let is_keyword = matches!(Token::make_word(&word.value, None), Token::Word(bare) if bare.keyword != Keyword::NoKeyword);
                if is_keyword { word.to_string() } else { identifier(&word.value) }
            }
            Token::Neq => "<>".to_owned(),
            token => token.to_string(),
        })
        .collect()
}

#[cfg(test)]
#[path = "expression_tests.rs"]
mod tests;
