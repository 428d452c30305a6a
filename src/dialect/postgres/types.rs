//! The types of PostgreSQL: what a name means, how PostgreSQL and SeaORM write it, and which types hold the same values.
//! Texts are in the words of `format_type()`, whatever was written.

use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::tokenizer::{Token, Tokenizer};

use super::words::identifier;
use crate::model::{ColumnType, DataType};

/// A type taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TypeName {
    /// The name in PostgreSQL's own words, with what stands behind the modifiers: `timestamp with time zone`.
    pub(super) base: String,
    /// What stands between the parentheses.
    pub(super) modifiers: Vec<String>,
    /// Whether it is an array of these. PostgreSQL does not tell how many dimensions it has.
    pub(super) array: bool,
}

/// What the name of a type means, whoever wrote it.
///
/// Counting types (`serial`) are the integers they are made of; that they count is not part of the type.
pub(super) fn parse(text: &str) -> DataType {
    kind(&TypeName::of(text))
}

/// The type as `format_type()` prints it, from any spelling of it.
pub(super) fn canonical(text: &str) -> String {
    TypeName::of(text).to_string()
}

/// How PostgreSQL writes the type that SeaORM makes; `None` when there is nothing for it.
pub(super) fn spell(kind: &DataType) -> Option<String> {
    let text = match kind {
        DataType::Boolean => "boolean".to_owned(),
        DataType::TinyInteger | DataType::TinyUnsigned | DataType::SmallInteger => "smallint".to_owned(),
        DataType::Integer | DataType::SmallUnsigned => "integer".to_owned(),
        DataType::BigInteger | DataType::Unsigned | DataType::BigUnsigned => "bigint".to_owned(),
        DataType::Float => "real".to_owned(),
        DataType::Double => "double precision".to_owned(),
        DataType::Decimal(None) => "numeric".to_owned(),
        DataType::Decimal(Some((precision, scale))) => format!("numeric({precision},{scale})"),
        // SeaQuery writes the precision, which PostgreSQL refuses.
        DataType::Money(_) => "money".to_owned(),
        DataType::Char(length) => format!("character({})", length.unwrap_or(1)),
        DataType::String(None) => "character varying".to_owned(),
        DataType::String(Some(length)) => format!("character varying({length})"),
        DataType::Text => "text".to_owned(),
        DataType::Blob | DataType::Binary(_) | DataType::VarBinary(_) => "bytea".to_owned(),
        DataType::Bit(length) => format!("bit({})", length.unwrap_or(1)),
        DataType::VarBit(length) => format!("bit varying({length})"),
        DataType::Date => "date".to_owned(),
        DataType::Time => "time without time zone".to_owned(),
        DataType::DateTime | DataType::Timestamp => "timestamp without time zone".to_owned(),
        DataType::TimestampWithTimeZone => "timestamp with time zone".to_owned(),
        DataType::Interval => "interval".to_owned(),
        DataType::Json => "json".to_owned(),
        DataType::JsonBinary => "jsonb".to_owned(),
        DataType::Uuid => "uuid".to_owned(),
        DataType::Cidr => "cidr".to_owned(),
        DataType::Inet => "inet".to_owned(),
        DataType::MacAddr => "macaddr".to_owned(),
        DataType::LTree => "ltree".to_owned(),
        DataType::Vector(None) => "vector".to_owned(),
        DataType::Vector(Some(size)) => format!("vector({size})"),
        DataType::Enum(name) => identifier(name),
        DataType::Array(element) => format!("{}[]", spell(element)?.trim_end_matches("[]")),
        DataType::Custom(text) => canonical(text),
        DataType::Year => return None,
    };
    Some(text)
}

/// Why PostgreSQL has no such type: the word for it, for messages.
pub(super) fn describe(kind: &DataType) -> &'static str {
    match kind {
        DataType::Year => "a year",
        DataType::Array(element) => describe(element),
        _ => "of another database's type",
    }
}

/// Whether a column of the live type needs no change for the declared one.
///
/// A written type wants the very same, with its length and precision. An inferred one takes every type in which the
/// driver reads and writes all values of the Rust type.
pub(super) fn satisfies(declared: &ColumnType, live: &ColumnType) -> bool {
    if declared.text.is_some() && declared.text == live.text {
        return true;
    }
    let text = |side: &ColumnType| side.text.clone().or_else(|| spell(&side.kind)).unwrap_or_default();
    let (declared_name, live_name) = (TypeName::of(&text(declared)), TypeName::of(&text(live)));
    declared_name == live_name || (declared.inferred && holds(&declared.kind, &live_name))
}

/// Whether a column of the type holds every value of the Rust type that SeaORM would give the declared kind.
fn holds(declared: &DataType, live: &TypeName) -> bool {
    if let DataType::Array(element) = declared {
        let inner = TypeName { array: false, ..live.clone() };
        return live.array
            && (holds(element, &inner) || spell(element).is_some_and(|text| canonical(&text) == inner.to_string()));
    }
    if live.array {
        return false;
    }
    let base = live.base.as_str();
    match declared {
        DataType::Char(_) | DataType::String(_) | DataType::Text => {
            is_text(base) || is_padded(base) || matches!(base, "citext" | "name")
        }
        DataType::Decimal(_) => base == "numeric",
        DataType::Blob | DataType::Binary(_) | DataType::VarBinary(_) => base == "bytea",
        DataType::Json | DataType::JsonBinary => matches!(base, "json" | "jsonb"),
        DataType::Time => base == "time without time zone",
        DataType::DateTime | DataType::Timestamp => base == "timestamp without time zone",
        DataType::TimestampWithTimeZone => base == "timestamp with time zone",
        DataType::Interval => is_interval(base),
        DataType::Inet => matches!(base, "inet" | "cidr"),
        DataType::Bit(_) => base == "bit",
        DataType::VarBit(_) => base == "bit varying",
        DataType::Vector(_) => base == "vector",
        DataType::Boolean
        | DataType::TinyInteger
        | DataType::SmallInteger
        | DataType::Integer
        | DataType::BigInteger
        | DataType::TinyUnsigned
        | DataType::SmallUnsigned
        | DataType::Unsigned
        | DataType::BigUnsigned
        | DataType::Float
        | DataType::Double
        | DataType::Money(_)
        | DataType::Date
        | DataType::Year
        | DataType::Uuid
        | DataType::Cidr
        | DataType::MacAddr
        | DataType::LTree
        | DataType::Enum(_)
        | DataType::Array(_)
        | DataType::Custom(_) => false,
    }
}

/// Whether it is one of the two types of strings that are compared as they are.
pub(super) fn is_text(base: &str) -> bool {
    matches!(base, "text" | "character varying")
}

/// Whether it is a string in which spaces at the end do not count.
pub(super) fn is_padded(base: &str) -> bool {
    matches!(base, "character" | "bpchar")
}

/// Whether it is an interval, of whatever fields.
pub(super) fn is_interval(base: &str) -> bool {
    base == "interval" || base.starts_with("interval ")
}

/// Whether PostgreSQL brings the type. Every other one is an enum, a domain or from an extension.
pub(super) fn is_built_in(base: &str) -> bool {
    is_interval(base) || BUILT_IN.contains(&base)
}

const BUILT_IN: &[&str] = &[
    "boolean",
    "smallint",
    "integer",
    "bigint",
    "real",
    "double precision",
    "numeric",
    "money",
    "character",
    "bpchar",
    "character varying",
    "text",
    "name",
    "\"char\"",
    "bytea",
    "bit",
    "\"bit\"",
    "bit varying",
    "date",
    "time without time zone",
    "time with time zone",
    "timestamp without time zone",
    "timestamp with time zone",
    "json",
    "jsonb",
    "jsonpath",
    "uuid",
    "cidr",
    "inet",
    "macaddr",
    "macaddr8",
    "xml",
    "point",
    "line",
    "lseg",
    "box",
    "path",
    "polygon",
    "circle",
    "tsvector",
    "tsquery",
    "int4range",
    "int8range",
    "numrange",
    "tsrange",
    "tstzrange",
    "daterange",
    "int4multirange",
    "int8multirange",
    "nummultirange",
    "tsmultirange",
    "tstzmultirange",
    "datemultirange",
    "oid",
    "regclass",
    "regproc",
    "regprocedure",
    "regoper",
    "regoperator",
    "regtype",
    "regconfig",
    "regdictionary",
    "regrole",
    "regnamespace",
    "regcollation",
    "pg_lsn",
    "pg_snapshot",
    "txid_snapshot",
    "xid",
    "xid8",
    "cid",
    "tid",
];

impl TypeName {
    /// Takes the name of a type apart. Text that is none is its own name.
    pub(super) fn of(text: &str) -> Self {
        let tokens = Tokenizer::new(&PostgreSqlDialect {}, text).tokenize().unwrap_or_default();
        let tokens: Vec<Token> = tokens.into_iter().filter(|token| !matches!(token, Token::Whitespace(_))).collect();
        Self::of_tokens(&tokens).unwrap_or_else(|| Self {
            base: text.trim().to_owned(),
            modifiers: Vec::new(),
            array: false,
        })
    }

    /// The type of the elements, when it is an array.
    pub(super) fn element(&self) -> Option<Self> {
        self.array.then(|| Self { array: false, ..self.clone() })
    }

    /// The modifiers as numbers.
    pub(super) fn numbers(&self) -> Vec<i64> {
        self.modifiers.iter().filter_map(|modifier| modifier.parse().ok()).collect()
    }

    fn of_tokens(tokens: &[Token]) -> Option<Self> {
        let mut parts: Vec<(String, bool)> = Vec::new();
        let mut words: Vec<String> = Vec::new();
        let mut modifiers: Vec<String> = Vec::new();
        let mut array = false;
        let mut rest = tokens.iter();
        while let Some(token) = rest.next() {
            match token {
                Token::Word(word)
                    if word.quote_style.is_none()
                        && word.value.eq_ignore_ascii_case("array")
                        && !(parts.is_empty() && words.is_empty()) =>
                {
                    array = true;
                }
                Token::Word(word) if word.quote_style.is_none() => words.push(word.value.to_ascii_lowercase()),
                Token::Word(word) if words.is_empty() => parts.push((word.value.clone(), true)),
                Token::Period => parts.extend(words.drain(..).map(|word| (word, false))),
                Token::LParen if modifiers.is_empty() => {
                    let inside: Vec<&Token> = rest.by_ref().take_while(|token| **token != Token::RParen).collect();
                    modifiers = inside
                        .split(|token| **token == Token::Comma)
                        .map(|part| part.iter().map(ToString::to_string).collect())
                        .collect();
                }
                Token::LBracket => {
                    array = true;
                    rest.by_ref().find(|token| **token == Token::RBracket)?;
                }
                _ => return None,
            }
        }
        if let [(schema, _), (name, _)] = parts.as_slice()
            && schema == "pg_catalog"
            && words.is_empty()
        {
            parts = vec![(name.clone(), true)];
        } else if let [(schema, _)] = parts.as_slice()
            && schema == "pg_catalog"
            && words.len() == 1
        {
            parts = vec![(words.remove(0), true)];
        }
        if let [(name, _)] = parts.as_slice()
            && words.is_empty()
            && INTERNAL.contains(&name.as_str())
        {
            words = vec![name.clone()];
            parts.clear();
        }
        if parts.is_empty() {
            Self::of_words(&words, modifiers, array)
        } else {
            parts.extend(words.into_iter().map(|word| (word, false)));
            let base: Vec<String> = parts.iter().map(|(name, _)| identifier(name)).collect();
            Some(Self { base: base.join("."), modifiers, array })
        }
    }

    fn of_words(words: &[String], mut modifiers: Vec<String>, mut array: bool) -> Option<Self> {
        let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
        // The internal name of an array of a type that PostgreSQL brings.
        if let [word] = words.as_slice()
            && let Some(element) = word.strip_prefix('_')
            && INTERNAL.contains(&element)
        {
            words = vec![element];
            array = true;
        }
        let one = || vec!["1".to_owned()];
        let base = match words.as_slice() {
            [] => return None,
            ["int" | "int4" | "integer" | "serial" | "serial4"] => "integer".to_owned(),
            ["int8" | "bigint" | "bigserial" | "serial8"] => "bigint".to_owned(),
            ["int2" | "smallint" | "smallserial" | "serial2"] => "smallint".to_owned(),
            ["bool" | "boolean"] => "boolean".to_owned(),
            ["float"] => {
                let bits = modifiers.first().and_then(|bits| bits.parse::<u32>().ok());
                modifiers.clear();
                if bits.is_some_and(|bits| bits <= 24) { "real".to_owned() } else { "double precision".to_owned() }
            }
            ["float4" | "real"] => "real".to_owned(),
            ["float8"] | ["double", "precision"] => "double precision".to_owned(),
            ["decimal" | "dec" | "numeric"] => {
                if modifiers.len() == 1 {
                    modifiers.push("0".to_owned());
                }
                "numeric".to_owned()
            }
            ["varchar"]
            | ["character" | "char" | "nchar", "varying"]
            | ["national", "character" | "char", "varying"] => "character varying".to_owned(),
            ["bpchar"] if modifiers.is_empty() => "bpchar".to_owned(),
            ["char" | "character" | "nchar" | "bpchar"] | ["national", "character" | "char"] => {
                if modifiers.is_empty() {
                    modifiers = one();
                }
                "character".to_owned()
            }
            ["bit"] => {
                if modifiers.is_empty() {
                    modifiers = one();
                }
                "bit".to_owned()
            }
            ["varbit"] | ["bit", "varying"] => "bit varying".to_owned(),
            ["timestamptz"] => "timestamp with time zone".to_owned(),
            ["timetz"] => "time with time zone".to_owned(),
            ["timestamp" | "time"] => format!("{} without time zone", words[0]),
            [word] if is_built_in(word) => (*word).to_owned(),
            [word] => identifier(word),
            _ => words.join(" "),
        };
        Some(Self { base, modifiers, array })
    }
}

/// The names PostgreSQL's own types have in its catalog. In quotes they are still these types.
const INTERNAL: &[&str] = &[
    "bool",
    "int2",
    "int4",
    "int8",
    "float4",
    "float8",
    "numeric",
    "money",
    "bpchar",
    "varchar",
    "text",
    "name",
    "bytea",
    "varbit",
    "date",
    "time",
    "timetz",
    "timestamp",
    "timestamptz",
    "interval",
    "json",
    "jsonb",
    "uuid",
    "cidr",
    "inet",
    "macaddr",
    "macaddr8",
    "xml",
    "point",
    "tsvector",
    "tsquery",
    "int4range",
    "int8range",
    "numrange",
    "tsrange",
    "tstzrange",
    "daterange",
    "oid",
    "regclass",
];

impl std::fmt::Display for TypeName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let modifiers =
            if self.modifiers.is_empty() { String::new() } else { format!("({})", self.modifiers.join(",")) };
        match self.base.split_once(' ') {
            Some((first @ ("timestamp" | "time"), rest)) => write!(f, "{first}{modifiers} {rest}")?,
            _ => write!(f, "{}{modifiers}", self.base)?,
        }
        f.write_str(if self.array { "[]" } else { "" })
    }
}

fn kind(name: &TypeName) -> DataType {
    if let Some(element) = name.element() {
        return DataType::Array(Box::new(kind(&element)));
    }
    let numbers: Option<Vec<u32>> = name.modifiers.iter().map(|modifier| modifier.parse().ok()).collect();
    let known = match (name.base.as_str(), numbers.as_deref()) {
        ("boolean", Some([])) => Some(DataType::Boolean),
        ("smallint", Some([])) => Some(DataType::SmallInteger),
        ("integer", Some([])) => Some(DataType::Integer),
        ("bigint", Some([])) => Some(DataType::BigInteger),
        ("real", Some([])) => Some(DataType::Float),
        ("double precision", Some([])) => Some(DataType::Double),
        ("numeric", Some([])) => Some(DataType::Decimal(None)),
        ("numeric", Some([precision, scale])) => Some(DataType::Decimal(Some((*precision, *scale)))),
        ("money", Some([])) => Some(DataType::Money(None)),
        ("character", Some([length])) => Some(DataType::Char(Some(*length))),
        ("character varying", Some([])) => Some(DataType::String(None)),
        ("character varying", Some([length])) => Some(DataType::String(Some(*length))),
        ("text", Some([])) => Some(DataType::Text),
        ("bytea", Some([])) => Some(DataType::Blob),
        ("bit", Some([length])) => Some(DataType::Bit(Some(*length))),
        ("bit varying", Some([length])) => Some(DataType::VarBit(*length)),
        ("date", Some([])) => Some(DataType::Date),
        ("time without time zone", Some([])) => Some(DataType::Time),
        ("timestamp without time zone", Some([])) => Some(DataType::DateTime),
        ("timestamp with time zone", Some([])) => Some(DataType::TimestampWithTimeZone),
        ("interval", Some([])) => Some(DataType::Interval),
        ("json", Some([])) => Some(DataType::Json),
        ("jsonb", Some([])) => Some(DataType::JsonBinary),
        ("uuid", Some([])) => Some(DataType::Uuid),
        ("cidr", Some([])) => Some(DataType::Cidr),
        ("inet", Some([])) => Some(DataType::Inet),
        ("macaddr", Some([])) => Some(DataType::MacAddr),
        ("ltree", Some([])) => Some(DataType::LTree),
        ("vector", Some([])) => Some(DataType::Vector(None)),
        ("vector", Some([size])) => Some(DataType::Vector(Some(*size))),
        _ => None,
    };
    known.unwrap_or_else(|| DataType::Custom(name.to_string()))
}

/// Whether values of the type may be long, so that PostgreSQL can be told how to keep them.
pub(super) fn is_long(text: &str) -> bool {
    let long = ["text", "character", "bytea", "json", "numeric", "xml", "citext", "tsvector", "bit"];
    text.ends_with("[]") || long.iter().any(|name| text.starts_with(name))
}

#[cfg(test)]
#[path = "types_tests.rs"]
mod tests;
