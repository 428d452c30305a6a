//! SQL expressions as trees in which every spelling that PostgreSQL's parser takes for another is that other one.
//! Knows no types of columns; what depends on types is `typing`'s.

use sqlparser::ast::{
    AccessExpr, BinaryOperator, CastKind, CeilFloorKind, DateTimeField, Expr, Function, FunctionArg, FunctionArgExpr,
    FunctionArguments, Ident, ObjectName, ObjectNamePart, Subscript, TrimWhereField, UnaryOperator, Value,
};
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::Parser;
use sqlparser::tokenizer::{Token, Tokenizer};

use super::types;
use super::words::identifier;

/// An expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Node {
    /// A column of the table, by its name.
    Column(String),
    /// A constant: its text, `None` for NULL, and its type. A string nobody gave a type has none.
    Constant(Option<String>, Option<String>),
    /// A cast to a type.
    Cast(Box<Node>, String),
    /// A function. A name that only works in quotes has them.
    Call(String, Vec<Node>),
    /// An operator between two operands.
    Binary(String, Box<Node>, Box<Node>),
    /// An operator before its operand, or `NOT`.
    Unary(String, Box<Node>),
    /// All of them.
    And(Vec<Node>),
    /// One of them.
    Or(Vec<Node>),
    /// `IS` with what stands behind it.
    Test(Box<Node>, &'static str),
    /// An operator against all or any of the elements of an array.
    Quantified { operator: String, all: bool, left: Box<Node>, right: Box<Node> },
    /// `ARRAY[...]`.
    Array(Vec<Node>),
    /// `ROW(...)`.
    Row(Vec<Node>),
    /// An operand with a collation.
    Collate(Box<Node>, String),
    /// An element of an array.
    Element(Box<Node>, Box<Node>),
    /// `CASE`: the operand, the branches, and what is left.
    Case(Option<Box<Node>>, Vec<(Node, Node)>, Box<Node>),
    /// An argument whose exact type decides which function is called.
    Exact(Box<Node>, String),
}

/// The tree of an expression, `None` when it has parts this module does not know.
pub(super) fn read(sql: &str) -> Option<Node> {
    let dialect = PostgreSqlDialect {};
    let tokens = Tokenizer::new(&dialect, sql).tokenize().ok()?;
    let tokens = tokens.into_iter().filter(|token| !matches!(token, Token::Whitespace(_)));
    let mut parser = Parser::new(&dialect).with_tokens(trims(&tokens.collect::<Vec<_>>()));
    let expression = parser.parse_expr().ok()?;
    if parser.peek_token().token != Token::EOF {
        return None;
    }
    node(&expression)
}

/// `TRIM(LEADING FROM x)`, which the parser does not know, as the function PostgreSQL takes it for.
fn trims(tokens: &[Token]) -> Vec<Token> {
    let word = |token: &Token, wanted: &str| matches!(token, Token::Word(word) if word.quote_style.is_none() && word.value.eq_ignore_ascii_case(wanted));
    let sides = [("both", "btrim"), ("leading", "ltrim"), ("trailing", "rtrim")];
    let function = |side: &Token| sides.iter().find(|(name, _)| word(side, name)).map(|(_, function)| *function);
    let mut result = Vec::with_capacity(tokens.len());
    let mut rest = tokens;
    while let [first, others @ ..] = rest {
        rest = match others {
            [Token::LParen, side, from, others @ ..]
                if word(first, "trim")
                    && word(from, "from")
                    && let Some(function) = function(side) =>
            {
                result.extend([Token::make_word(function, None), Token::LParen]);
                others
            }
            _ => {
                result.push(first.clone());
                others
            }
        };
    }
    result
}

/// The name as PostgreSQL keeps it.
fn name(ident: &Ident) -> Option<String> {
    match ident.quote_style {
        Some('"') => Some(ident.value.clone()),
        Some(_) => None,
        None => Some(ident.value.to_ascii_lowercase()),
    }
}

/// How tightly PostgreSQL binds the operator on top of the expression. Operands are the tightest.
fn rank(expression: &Expr) -> u8 {
    match expression {
        Expr::BinaryOp { op, .. } | Expr::AnyOp { compare_op: op, .. } | Expr::AllOp { compare_op: op, .. } => {
            operator_rank(op)
        }
        Expr::Like { .. }
        | Expr::ILike { .. }
        | Expr::SimilarTo { .. }
        | Expr::Between { .. }
        | Expr::InList { .. } => 60,
        Expr::IsFalse(_)
        | Expr::IsNotFalse(_)
        | Expr::IsTrue(_)
        | Expr::IsNotTrue(_)
        | Expr::IsNull(_)
        | Expr::IsNotNull(_)
        | Expr::IsUnknown(_)
        | Expr::IsNotUnknown(_)
        | Expr::IsDistinctFrom(..)
        | Expr::IsNotDistinctFrom(..) => 40,
        Expr::UnaryOp { op: UnaryOperator::Not, .. } => 30,
        Expr::UnaryOp { op: UnaryOperator::Minus | UnaryOperator::Plus, .. } => 130,
        Expr::UnaryOp { .. } => 70,
        Expr::AtTimeZone { .. } => 110,
        Expr::Collate { .. } => 120,
        Expr::Cast { kind: CastKind::DoubleColon, .. } => 150,
        _ => u8::MAX,
    }
}

fn operator_rank(operator: &BinaryOperator) -> u8 {
    match operator {
        BinaryOperator::Or => 10,
        BinaryOperator::And => 20,
        BinaryOperator::Eq
        | BinaryOperator::NotEq
        | BinaryOperator::Lt
        | BinaryOperator::LtEq
        | BinaryOperator::Gt
        | BinaryOperator::GtEq => 50,
        BinaryOperator::Plus | BinaryOperator::Minus => 80,
        BinaryOperator::Multiply | BinaryOperator::Divide | BinaryOperator::Modulo => 90,
        BinaryOperator::PGExp => 100,
        _ => 70,
    }
}

/// The operand, provided that PostgreSQL, too, takes it for one at this place: the parser has precedences of its own.
fn operand(expression: &Expr, least: u8) -> Option<Node> {
    if rank(expression) < least {
        return None;
    }
    node(expression)
}

fn boxed(expression: &Expr, least: u8) -> Option<Box<Node>> {
    operand(expression, least).map(Box::new)
}

fn nodes(expressions: &[Expr]) -> Option<Vec<Node>> {
    expressions.iter().map(node).collect()
}

fn node(expression: &Expr) -> Option<Node> {
    match expression {
        Expr::Nested(inner) => node(inner),
        Expr::Identifier(ident) => match KEYWORD_CALLS.iter().find(|word| ident.value.eq_ignore_ascii_case(word)) {
            Some(word) if ident.quote_style.is_none() => Some(Node::Call((*word).to_owned(), Vec::new())),
            _ => name(ident).map(Node::Column),
        },
        // In the expressions of a table there is no other table.
        Expr::CompoundIdentifier(idents) => name(idents.last()?).map(Node::Column),
        Expr::Value(value) => constant(&value.value),
        Expr::TypedString(typed) => {
            let (value, data_type) = (constant(&typed.value.value)?, typed.data_type.to_string());
            Some(Node::Cast(Box::new(value), types::canonical(&data_type)))
        }
        Expr::Interval(interval)
            if interval.leading_field.is_none()
                && interval.last_field.is_none()
                && interval.leading_precision.is_none()
                && interval.fractional_seconds_precision.is_none() =>
        {
            let value = match interval.value.as_ref() {
                Expr::Value(value) => constant(&value.value)?,
                _ => return None,
            };
            Some(Node::Cast(Box::new(value), "interval".to_owned()))
        }
        Expr::Cast { kind, expr, data_type, format: None } => {
            let inner = match kind {
                CastKind::Cast => node(expr)?,
                CastKind::DoubleColon => operand(expr, 150)?,
                CastKind::TryCast | CastKind::SafeCast => return None,
            };
            Some(Node::Cast(Box::new(inner), types::canonical(&data_type.to_string())))
        }
        Expr::BinaryOp { left, op, right } => binary(left, op, right),
        Expr::UnaryOp { op, expr } => unary(*op, expr),
        Expr::Like { negated, any: false, expr, pattern, escape_char } => {
            like(if *negated { "!~~" } else { "~~" }, expr, pattern, escape_char.as_deref())
        }
        Expr::ILike { negated, any: false, expr, pattern, escape_char } => {
            like(if *negated { "!~~*" } else { "~~*" }, expr, pattern, escape_char.as_deref())
        }
        Expr::SimilarTo { negated, expr, pattern, escape_char: None } => {
            let (left, pattern) = (boxed(expr, 61)?, operand(pattern, 61)?);
            let operator = if *negated { "!~" } else { "~" }.to_owned();
            Some(Node::Binary(operator, left, Box::new(Node::Call("similar_to_escape".to_owned(), vec![pattern]))))
        }
        Expr::InList { expr, list, negated } => {
            let left = boxed(expr, 61)?;
            let operator = if *negated { "<>" } else { "=" }.to_owned();
            Some(Node::Quantified { operator, all: *negated, left, right: Box::new(Node::Array(nodes(list)?)) })
        }
        Expr::Between { expr, negated, low, high } => {
            let (value, low, high) = (operand(expr, 61)?, operand(low, 61)?, operand(high, 61)?);
            let side =
                |operator: &str, bound| Node::Binary(operator.to_owned(), Box::new(value.clone()), Box::new(bound));
            Some(if *negated {
                Node::Or(vec![side("<", low), side(">", high)])
            } else {
                Node::And(vec![side(">=", low), side("<=", high)])
            })
        }
        Expr::AnyOp { left, compare_op, right, .. } => quantified(left, compare_op, right, false),
        Expr::AllOp { left, compare_op, right } => quantified(left, compare_op, right, true),
        Expr::IsTrue(inner) => test(inner, "TRUE"),
        Expr::IsNotTrue(inner) => test(inner, "NOT TRUE"),
        Expr::IsFalse(inner) => test(inner, "FALSE"),
        Expr::IsNotFalse(inner) => test(inner, "NOT FALSE"),
        Expr::IsNull(inner) => test(inner, "NULL"),
        Expr::IsNotNull(inner) => test(inner, "NOT NULL"),
        Expr::IsUnknown(inner) => test(inner, "UNKNOWN"),
        Expr::IsNotUnknown(inner) => test(inner, "NOT UNKNOWN"),
        Expr::IsDistinctFrom(left, right) => distinct(left, right),
        Expr::IsNotDistinctFrom(left, right) => Some(Node::Unary("NOT".to_owned(), Box::new(distinct(left, right)?))),
        Expr::Array(array) => nodes(&array.elem).map(Node::Array),
        Expr::Tuple(parts) => nodes(parts).map(Node::Row),
        Expr::Collate { expr, collation } => Some(Node::Collate(boxed(expr, 120)?, dotted(collation)?)),
        Expr::CompoundFieldAccess { root, access_chain } => {
            let mut value = operand(root, u8::MAX)?;
            for access in access_chain {
                let AccessExpr::Subscript(Subscript::Index { index }) = access else { return None };
                value = Node::Element(Box::new(value), Box::new(node(index)?));
            }
            Some(value)
        }
        Expr::Case { operand, conditions, else_result, .. } => {
            let operand = match operand {
                Some(operand) => Some(Box::new(node(operand)?)),
                None => None,
            };
            let branches: Option<Vec<_>> =
                conditions.iter().map(|when| Some((node(&when.condition)?, node(&when.result)?))).collect();
            let otherwise = match else_result {
                Some(otherwise) => node(otherwise)?,
                None => Node::Constant(None, None),
            };
            Some(Node::Case(operand, branches?, Box::new(otherwise)))
        }
        _ => call_like(expression),
    }
}

/// The functions that have a syntax of their own.
fn call_like(expression: &Expr) -> Option<Node> {
    let call = |name: &str, arguments: Vec<Node>| Some(Node::Call(name.to_owned(), arguments));
    match expression {
        Expr::Function(function) => function_call(function),
        Expr::AtTimeZone { timestamp, time_zone } => {
            call("timezone", vec![operand(time_zone, 111)?, operand(timestamp, 110)?])
        }
        Expr::Extract { field, expr, .. } => {
            let field = field.to_string().trim_matches('\'').to_ascii_lowercase();
            call("extract", vec![Node::Constant(Some(field), Some("text".to_owned())), node(expr)?])
        }
        Expr::Ceil { expr, field: CeilFloorKind::DateTimeField(DateTimeField::NoDateTime) } => {
            call("ceil", vec![node(expr)?])
        }
        Expr::Floor { expr, field: CeilFloorKind::DateTimeField(DateTimeField::NoDateTime) } => {
            call("floor", vec![node(expr)?])
        }
        Expr::Position { expr, r#in } => call("position", vec![node(r#in)?, node(expr)?]),
        Expr::Substring { expr, substring_from, substring_for, shorthand, .. } => {
            let parts = [Some(expr), substring_from.as_ref(), substring_for.as_ref()];
            let name = match (substring_from, shorthand) {
                (None, _) => return None,
                (Some(_), true) => "substr",
                (Some(_), false) => "substring",
            };
            call(name, parts.into_iter().flatten().map(|part| node(part)).collect::<Option<_>>()?)
        }
        Expr::Trim { trim_where, trim_what, expr, trim_characters } => {
            let name = match trim_where {
                None | Some(TrimWhereField::Both) => "btrim",
                Some(TrimWhereField::Leading) => "ltrim",
                Some(TrimWhereField::Trailing) => "rtrim",
            };
            let mut arguments = vec![node(expr)?];
            if let Some(what) = trim_what {
                arguments.push(node(what)?);
            }
            arguments.extend(nodes(trim_characters.as_deref().unwrap_or_default())?);
            call(name, arguments)
        }
        Expr::Overlay { expr, overlay_what, overlay_from, overlay_for } => {
            let mut arguments = vec![node(expr)?, node(overlay_what)?, node(overlay_from)?];
            if let Some(length) = overlay_for {
                arguments.push(node(length)?);
            }
            call("overlay", arguments)
        }
        _ => None,
    }
}

/// Functions that are written as if they were columns.
const KEYWORD_CALLS: &[&str] = &[
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "localtime",
    "localtimestamp",
    "session_user",
    "user",
];

fn function_call(function: &Function) -> Option<Node> {
    let is_plain = !function.uses_odbc_syntax
        && matches!(function.parameters, FunctionArguments::None)
        && function.filter.is_none()
        && function.null_treatment.is_none()
        && function.over.is_none()
        && function.within_group.is_empty();
    if !is_plain {
        return None;
    }
    let arguments = match &function.args {
        FunctionArguments::None => Vec::new(),
        FunctionArguments::Subquery(_) => return None,
        FunctionArguments::List(list) if list.duplicate_treatment.is_some() || !list.clauses.is_empty() => return None,
        FunctionArguments::List(list) => list
            .args
            .iter()
            .map(|argument| match argument {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(expression)) => node(expression),
                _ => None,
            })
            .collect::<Option<_>>()?,
    };
    let has_list = matches!(function.args, FunctionArguments::List(_));
    let name = match function.name.0.as_slice() {
        [ObjectNamePart::Identifier(ident)] => plain_function(ident, has_list)?,
        [ObjectNamePart::Identifier(schema), ObjectNamePart::Identifier(ident)] if name(schema)? == "pg_catalog" => {
            plain_function(ident, true)?
        }
        _ => dotted(&function.name)?,
    };
    match (name.as_str(), arguments.as_slice()) {
        ("current_timestamp" | "transaction_timestamp", []) => Some(Node::Call("now".to_owned(), arguments)),
        ("row", _) => Some(Node::Row(arguments)),
        _ => Some(Node::Call(name, arguments)),
    }
}

/// The name of a function. Those that are part of the grammar are other functions when they stand in quotes.
fn plain_function(ident: &Ident, has_list: bool) -> Option<String> {
    let name = name(ident)?;
    let is_grammar = |name: &str| matches!(name, "coalesce" | "nullif" | "greatest" | "least" | "row" | "grouping");
    let is_keyword = KEYWORD_CALLS.contains(&name.as_str());
    if ident.quote_style.is_some() && (is_grammar(&name) || is_keyword) {
        return Some(identifier(&name));
    }
    // `current_timestamp(3)` is another one; `current_date()` is no SQL.
    if is_keyword && has_list && name != "current_schema" { Some(format!("{name}()")) } else { Some(name) }
}

fn dotted(name_parts: &ObjectName) -> Option<String> {
    let parts: Option<Vec<String>> = name_parts
        .0
        .iter()
        .map(|part| match part {
            ObjectNamePart::Identifier(ident) => name(ident).map(|name| identifier(&name)),
            ObjectNamePart::Function(_) => None,
        })
        .collect();
    let parts = parts?;
    let parts = parts.strip_prefix(&["pg_catalog".to_owned()][..]).unwrap_or(&parts);
    Some(parts.join("."))
}

fn constant(value: &Value) -> Option<Node> {
    let typed = |text: String, kind: &str| Some(Node::Constant(Some(text), Some(kind.to_owned())));
    match value {
        Value::Number(digits, false) => {
            let is_whole = digits.bytes().all(|byte| byte.is_ascii_digit());
            if !digits.bytes().all(|byte| byte.is_ascii_digit() || b".eE+-".contains(&byte)) {
                return None;
            }
            let kind = match digits.parse::<i64>() {
                Ok(number) if is_whole && i32::try_from(number).is_ok() => "integer",
                Ok(_) if is_whole => "bigint",
                _ => "numeric",
            };
            typed(digits.clone(), kind)
        }
        Value::SingleQuotedString(text) | Value::EscapedStringLiteral(text) | Value::UnicodeStringLiteral(text) => {
            Some(Node::Constant(Some(text.clone()), None))
        }
        Value::DollarQuotedString(text) => Some(Node::Constant(Some(text.value.clone()), None)),
        Value::Boolean(truth) => typed(truth.to_string(), "boolean"),
        Value::Null => Some(Node::Constant(None, None)),
        _ => None,
    }
}

fn binary(left: &Expr, op: &BinaryOperator, right: &Expr) -> Option<Node> {
    let own = operator_rank(op);
    // Comparisons cannot be chained; all other operators bind to the left.
    let (left, right) = (operand(left, if own == 50 { 51 } else { own })?, operand(right, own + 1)?);
    let operator = match op {
        BinaryOperator::And => return Some(Node::And(vec![left, right])),
        BinaryOperator::Or => return Some(Node::Or(vec![left, right])),
        BinaryOperator::Xor
        | BinaryOperator::DuckIntegerDivide
        | BinaryOperator::MyIntegerDivide
        | BinaryOperator::PGCustomBinaryOperator(_) => return None,
        BinaryOperator::NotEq => "<>".to_owned(),
        _ => op.to_string(),
    };
    Some(Node::Binary(operator, Box::new(left), Box::new(right)))
}

fn unary(op: UnaryOperator, inner: &Expr) -> Option<Node> {
    let least = match op {
        UnaryOperator::Not => 30,
        UnaryOperator::Minus | UnaryOperator::Plus => 130,
        UnaryOperator::PGPostfixFactorial => return None,
        _ => 71,
    };
    let value = operand(inner, least)?;
    if op == UnaryOperator::Minus
        && is_number(inner)
        && let Node::Constant(Some(digits), kind) = value
    {
        let digits = digits.strip_prefix('-').map_or_else(|| format!("-{digits}"), str::to_owned);
        return Some(Node::Constant(Some(digits), kind));
    }
    Some(Node::Unary(op.to_string(), Box::new(value)))
}

/// Whether it is a number as written, with or without signs and parentheses.
fn is_number(expression: &Expr) -> bool {
    match expression {
        Expr::Nested(inner) | Expr::UnaryOp { op: UnaryOperator::Minus, expr: inner } => is_number(inner),
        Expr::Value(value) => matches!(value.value, Value::Number(..)),
        _ => false,
    }
}

fn like(operator: &str, left: &Expr, pattern: &Expr, escape: Option<&Expr>) -> Option<Node> {
    let (left, mut pattern) = (operand(left, 61)?, operand(pattern, 61)?);
    if let Some(escape) = escape {
        pattern = Node::Call("like_escape".to_owned(), vec![pattern, operand(escape, u8::MAX)?]);
    }
    Some(Node::Binary(operator.to_owned(), Box::new(left), Box::new(pattern)))
}

fn quantified(left: &Expr, op: &BinaryOperator, right: &Expr, all: bool) -> Option<Node> {
    let operator = match op {
        BinaryOperator::NotEq => "<>".to_owned(),
        BinaryOperator::PGCustomBinaryOperator(_) => return None,
        _ => op.to_string(),
    };
    let left = boxed(left, operator_rank(op))?;
    Some(Node::Quantified { operator, all, left, right: Box::new(node(right)?) })
}

fn test(inner: &Expr, what: &'static str) -> Option<Node> {
    Some(Node::Test(boxed(inner, 41)?, what))
}

fn distinct(left: &Expr, right: &Expr) -> Option<Node> {
    Some(Node::Binary("IS DISTINCT FROM".to_owned(), boxed(left, 41)?, boxed(right, 41)?))
}
