//! Defaults: what the words behind `DEFAULT` mean, how they are written, and when two of them give the same value.

use super::literal;
use super::text::{self, Kind, Token};
use super::types::Affinity;
use crate::model::{ColumnDefault, DefaultValue, Literal};

/// What the words behind `DEFAULT` mean.
pub(super) fn parse(sql: &str) -> DefaultValue {
    let tokens = text::tokens(sql);
    let inner = text::strip_parentheses(&tokens);
    let in_parentheses = inner.len() < tokens.len();
    let constant = match inner {
        [sign, number] if number.kind == Kind::Number && sign.is_symbol("-") => Some(number_literal(number, true)),
        [sign, number] if number.kind == Kind::Number && sign.is_symbol("+") => Some(number_literal(number, false)),
        [token] => single(token, in_parentheses),
        _ => None,
    };
    match constant {
        Some(constant) => DefaultValue::Literal(constant),
        None if inner.is_empty() => DefaultValue::Expression(sql.trim().to_owned()),
        None => DefaultValue::Expression(text::slice(sql, inner).to_owned()),
    }
}

/// The default as it is written behind `DEFAULT`.
pub(super) fn spell(value: &DefaultValue) -> String {
    match value {
        DefaultValue::Literal(constant) => literal(constant),
        DefaultValue::Expression(sql) => {
            let tokens = text::tokens(sql);
            match tokens.as_slice() {
                [token] if is_clock(token) => token.text.to_owned(),
                [open, ..] if open.is_symbol("(") && text::closing(&tokens, 0) == Some(tokens.len() - 1) => {
                    sql.trim().to_owned()
                }
                _ => format!("({})", sql.trim()),
            }
        }
    }
}

/// Whether a column of that affinity gets the same value from both, no default being the same as `NULL`.
pub(super) fn same(left: Option<&ColumnDefault>, right: Option<&ColumnDefault>, affinity: Affinity) -> bool {
    let meaning = |side: Option<&ColumnDefault>| side.map_or(Meaning::Null, |side| Meaning::of(&side.value, affinity));
    meaning(left) == meaning(right)
}

fn single(token: &Token<'_>, in_parentheses: bool) -> Option<Literal> {
    match &token.kind {
        Kind::Text(value) | Kind::Quoted(value) => Some(Literal::Text(value.clone())),
        Kind::Number => Some(number_literal(token, false)),
        Kind::Blob => blob(token.text).map(Literal::Blob),
        Kind::Word if token.is_word("NULL") => Some(Literal::Null),
        Kind::Word if token.is_word("TRUE") => Some(Literal::Bool(true)),
        Kind::Word if token.is_word("FALSE") => Some(Literal::Bool(false)),
        // Any other bare word is a string to SQLite, unless it is in parentheses.
        Kind::Word if !in_parentheses && !is_clock(token) => Some(Literal::Text(token.text.to_owned())),
        Kind::Word | Kind::Symbol | Kind::Broken => None,
    }
}

/// The words SQLite replaces with the time.
fn is_clock(token: &Token<'_>) -> bool {
    ["CURRENT_TIMESTAMP", "CURRENT_DATE", "CURRENT_TIME"].iter().any(|word| token.is_word(word))
}

fn number_literal(token: &Token<'_>, negative: bool) -> Literal {
    let digits = token.text.replace('_', "");
    let hexadecimal = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X"));
    let number = match hexadecimal {
        // SQLite reads sixteen digits as a signed number.
        Some(digits) => u64::from_str_radix(digits, 16).ok().map(|bits| i128::from(bits.cast_signed())),
        None => digits.parse().ok(),
    };
    match number {
        Some(number) if negative => Literal::Integer(-number),
        Some(number) => Literal::Integer(number),
        None if negative => Literal::Real(format!("-{digits}")),
        None => Literal::Real(digits),
    }
}

fn blob(text: &str) -> Option<Vec<u8>> {
    let digits = text.get(2..text.len().checked_sub(1)?)?;
    if !digits.is_ascii() || digits.len() % 2 != 0 {
        return None;
    }
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).ok()).collect()
}

/// What a column holds after a default was used.
#[derive(Debug, PartialEq)]
enum Meaning {
    Null,
    Integer(i128),
    Real(f64),
    Text(String),
    Blob(Vec<u8>),
    Expression(Vec<String>),
}

impl Meaning {
    fn of(value: &DefaultValue, affinity: Affinity) -> Self {
        match value {
            DefaultValue::Expression(sql) => Self::Expression(text::canonical(sql)),
            DefaultValue::Literal(Literal::Null) => Self::Null,
            DefaultValue::Literal(Literal::Blob(bytes)) => Self::Blob(bytes.clone()),
            DefaultValue::Literal(Literal::Bool(truth)) => Self::number(&i128::from(*truth).to_string(), affinity),
            DefaultValue::Literal(Literal::Integer(number)) => Self::number(&number.to_string(), affinity),
            DefaultValue::Literal(Literal::Real(number)) => Self::number(number, affinity),
            DefaultValue::Literal(Literal::Text(value)) => match affinity {
                Affinity::Integer | Affinity::Real | Affinity::Numeric => {
                    Self::read_number(value).unwrap_or_else(|| Self::Text(value.clone()))
                }
                Affinity::Text | Affinity::Blob => Self::Text(value.clone()),
            },
        }
    }

    fn number(text: &str, affinity: Affinity) -> Self {
        match affinity {
            Affinity::Text => Self::Text(text.to_owned()),
            // Without an affinity 5 and 5.0 stay different values, but no program can tell.
            Affinity::Integer | Affinity::Real | Affinity::Numeric | Affinity::Blob => {
                Self::read_number(text).unwrap_or_else(|| Self::Text(text.to_owned()))
            }
        }
    }

    fn read_number(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Ok(number) = text.parse() {
            return Some(Self::Integer(number));
        }
        // Rust also reads "inf" and "nan", which are words to SQLite.
        let numeric = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
        let number: f64 = text.parse().ok().filter(|_| numeric)?;
        // A whole number of up to 15 digits is the same with and without a point.
        let whole =
            if number.fract() == 0.0 && number.abs() < 1e15 { format!("{number:.0}").parse().ok() } else { None };
        Some(whole.map_or(Self::Real(number), Self::Integer))
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(defaults: &[&str], expected: &Expect) {
        let lines: Vec<String> = defaults
            .iter()
            .map(|sql| {
                let value = parse(sql);
                assert_eq!(parse(&spell(&value)), value, "what is written for {sql} reads back as the same");
                format!("{sql}  =>  {value:?}  =>  {}", spell(&value))
            })
            .collect();
        expected.assert_eq(&lines.join("\n"));
    }

    #[test]
    fn strings() {
        check(
            &["'low'", "\"low\"", "low", "('it''s')", "''", "'(1)'", "[a b]"],
            &expect![[r#"
            'low'  =>  Literal(Text("low"))  =>  'low'
            "low"  =>  Literal(Text("low"))  =>  'low'
            low  =>  Literal(Text("low"))  =>  'low'
            ('it''s')  =>  Literal(Text("it's"))  =>  'it''s'
            ''  =>  Literal(Text(""))  =>  ''
            '(1)'  =>  Literal(Text("(1)"))  =>  '(1)'
            [a b]  =>  Literal(Text("a b"))  =>  'a b'"#]],
        );
    }

    #[test]
    fn numbers() {
        check(
            &["5", "-5", "+ 5", "((-5))", "0x10", "-0XfF", "0xFFFFFFFFFFFFFFFF", "1_000", "5.20", "-.5", "1e3"],
            &expect![[r#"
                5  =>  Literal(Integer(5))  =>  5
                -5  =>  Literal(Integer(-5))  =>  -5
                + 5  =>  Literal(Integer(5))  =>  5
                ((-5))  =>  Literal(Integer(-5))  =>  -5
                0x10  =>  Literal(Integer(16))  =>  16
                -0XfF  =>  Literal(Integer(-255))  =>  -255
                0xFFFFFFFFFFFFFFFF  =>  Literal(Integer(-1))  =>  -1
                1_000  =>  Literal(Integer(1000))  =>  1000
                5.20  =>  Literal(Real("5.20"))  =>  5.20
                -.5  =>  Literal(Real("-.5"))  =>  -.5
                1e3  =>  Literal(Real("1e3"))  =>  1e3"#]],
        );
    }

    #[test]
    fn words_and_bytes() {
        check(
            &["NULL", "true", "FALSE", "x'00fF'", "(x'')"],
            &expect![[r"
            NULL  =>  Literal(Null)  =>  NULL
            true  =>  Literal(Bool(true))  =>  TRUE
            FALSE  =>  Literal(Bool(false))  =>  FALSE
            x'00fF'  =>  Literal(Blob([0, 255]))  =>  x'00FF'
            (x'')  =>  Literal(Blob([]))  =>  x''"]],
        );
    }

    #[test]
    fn expressions() {
        check(
            &[
                "CURRENT_TIMESTAMP",
                "(current_date)",
                "(datetime('now', 'localtime'))",
                "(1 + 1)",
                "((1) + (1))",
                "(low)",
            ],
            &expect![[r#"
                CURRENT_TIMESTAMP  =>  Expression("CURRENT_TIMESTAMP")  =>  CURRENT_TIMESTAMP
                (current_date)  =>  Expression("current_date")  =>  current_date
                (datetime('now', 'localtime'))  =>  Expression("datetime('now', 'localtime')")  =>  (datetime('now', 'localtime'))
                (1 + 1)  =>  Expression("1 + 1")  =>  (1 + 1)
                ((1) + (1))  =>  Expression("(1) + (1)")  =>  ((1) + (1))
                (low)  =>  Expression("low")  =>  (low)"#]],
        );
    }

    #[test]
    fn the_same_value() {
        let default = |sql: &str| (sql != "none").then(|| ColumnDefault { value: parse(sql), text: None });
        for (left, right, affinity) in [
            ("TRUE", "1", Affinity::Numeric),
            ("'0'", "0", Affinity::Integer),
            ("\"low\"", "'low'", Affinity::Text),
            ("(5)", "5", Affinity::Blob),
            ("none", "NULL", Affinity::Text),
            ("CURRENT_TIMESTAMP", "(current_timestamp)", Affinity::Text),
            ("5", "'5'", Affinity::Text),
            ("5", "5.0", Affinity::Real),
            ("5.20", "5.2", Affinity::Numeric),
            ("(datetime('now','localtime'))", "(DateTime('now', 'localtime'))", Affinity::Text),
        ] {
            assert!(same(default(left).as_ref(), default(right).as_ref(), affinity), "{left} and {right}");
        }
        for (left, right, affinity) in [
            ("'0'", "0", Affinity::Blob),
            ("''", "none", Affinity::Text),
            ("'low'", "'Low'", Affinity::Text),
            ("5", "7", Affinity::Integer),
            ("'null'", "NULL", Affinity::Text),
            ("'CURRENT_TIMESTAMP'", "CURRENT_TIMESTAMP", Affinity::Text),
            ("5.2", "5.3", Affinity::Text),
        ] {
            assert!(!same(default(left).as_ref(), default(right).as_ref(), affinity), "{left} and {right}");
        }
    }
}
