//! The names that types have in the lock: those of SeaORM, with their arguments in parentheses.

use crate::model::DataType;

/// The types without arguments, by the names they have in the lock.
pub(super) const PLAIN_TYPES: [(&str, DataType); 27] = [
    ("Boolean", DataType::Boolean),
    ("TinyInteger", DataType::TinyInteger),
    ("SmallInteger", DataType::SmallInteger),
    ("Integer", DataType::Integer),
    ("BigInteger", DataType::BigInteger),
    ("TinyUnsigned", DataType::TinyUnsigned),
    ("SmallUnsigned", DataType::SmallUnsigned),
    ("Unsigned", DataType::Unsigned),
    ("BigUnsigned", DataType::BigUnsigned),
    ("Float", DataType::Float),
    ("Double", DataType::Double),
    ("Text", DataType::Text),
    ("Blob", DataType::Blob),
    ("Date", DataType::Date),
    ("Time", DataType::Time),
    ("DateTime", DataType::DateTime),
    ("Timestamp", DataType::Timestamp),
    ("TimestampWithTimeZone", DataType::TimestampWithTimeZone),
    ("Year", DataType::Year),
    ("Interval", DataType::Interval),
    ("Json", DataType::Json),
    ("JsonBinary", DataType::JsonBinary),
    ("Uuid", DataType::Uuid),
    ("Cidr", DataType::Cidr),
    ("Inet", DataType::Inet),
    ("MacAddr", DataType::MacAddr),
    ("LTree", DataType::LTree),
];

/// The type as the lock writes it.
pub(super) fn type_text(kind: &DataType) -> String {
    let sized = |name: &str, size: &Option<u32>| size.map_or(name.to_owned(), |size| format!("{name}({size})"));
    let precise = |name: &str, precision: &Option<(u32, u32)>| {
        precision.map_or(name.to_owned(), |(precision, scale)| format!("{name}({precision}, {scale})"))
    };
    match kind {
        DataType::Decimal(precision) => precise("Decimal", precision),
        DataType::Money(precision) => precise("Money", precision),
        DataType::Char(length) => sized("Char", length),
        DataType::String(length) => sized("String", length),
        DataType::Binary(length) => sized("Binary", &Some(*length)),
        DataType::VarBinary(length) => sized("VarBinary", length),
        DataType::Bit(length) => sized("Bit", length),
        DataType::VarBit(length) => sized("VarBit", &Some(*length)),
        DataType::Vector(size) => sized("Vector", size),
        DataType::Enum(name) => format!("Enum({name})"),
        DataType::Array(item) => format!("Array({})", type_text(item)),
        DataType::Custom(text) => format!("Custom({text})"),
        plain => {
            let name = PLAIN_TYPES.iter().find(|(_, kind)| kind == plain).map(|(name, _)| *name);
            name.unwrap_or_default().to_owned()
        }
    }
}

/// The type that is written.
pub(super) fn parse_type(text: &str) -> Option<DataType> {
    if let Some((_, kind)) = PLAIN_TYPES.iter().find(|(name, _)| *name == text) {
        return Some(kind.clone());
    }
    let (name, arguments) = match text.split_once('(') {
        Some((name, rest)) => (name, Some(rest.strip_suffix(')')?)),
        None => (text, None),
    };
    let size = arguments.map(str::parse).transpose();
    let precision = || match arguments {
        Some(arguments) => {
            let (precision, scale) = arguments.split_once(',')?;
            Some(Some((precision.trim().parse().ok()?, scale.trim().parse().ok()?)))
        }
        None => Some(None),
    };
    Some(match name {
        "Decimal" => DataType::Decimal(precision()?),
        "Money" => DataType::Money(precision()?),
        "Char" => DataType::Char(size.ok()?),
        "String" => DataType::String(size.ok()?),
        "Binary" => DataType::Binary(size.ok()??),
        "VarBinary" => DataType::VarBinary(size.ok()?),
        "Bit" => DataType::Bit(size.ok()?),
        "VarBit" => DataType::VarBit(size.ok()??),
        "Vector" => DataType::Vector(size.ok()?),
        "Enum" => DataType::Enum(arguments?.to_owned()),
        "Array" => DataType::Array(Box::new(parse_type(arguments?)?)),
        "Custom" => DataType::Custom(arguments?.to_owned()),
        _ => return None,
    })
}
