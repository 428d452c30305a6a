//! The same model from entities that are compiled in: what `EntityTrait` says at run time. For programs that hold their own
//! entities, and the second opinion on what is read from source. Knows no dialect and asks no database.
//!
//! At run time some things cannot be told, and are taken as follows:
//!
//! - whether a type was written or follows from the Rust type of the field: what SeaORM can infer counts as inferred;
//! - whether `auto_increment` was written: it counts as inferred;
//! - which values a string enum has that is stored as text: none;
//! - what `#[seachange(...)]` says, and the places in the source.

use sea_orm::sea_query::{
    ColumnDef, ColumnType as SeaType, Expr, ForeignKeyAction, Keyword, StringLen, TableRef, Value,
};
use sea_orm::{
    DbBackend, EntityTrait, IdenStatic, Iterable, PrimaryKeyToColumn, RelationDef, RelationTrait, Schema as SeaSchema,
};

use crate::error::{Error, Result};
use crate::model::{
    Action, AutoIncrement, Column, ColumnDefault, ColumnType, DataType, Declared, DefaultValue, Deferrable, ForeignKey,
    Index, IndexPart, Literal, Name, ObjectPath, Placement, PrimaryKey, Rename, Table, TableName, Unique,
};

/// Entities that are compiled in, one after the other.
///
/// ```
/// use seachange::declare::linked::Entities;
/// use seachange::model::TableName;
///
/// mod users {
///     use sea_orm::entity::prelude::*;
///
///     #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
///     #[sea_orm(table_name = "users")]
///     pub struct Model {
///         #[sea_orm(primary_key)]
///         pub id: i32,
///         #[sea_orm(unique)]
///         pub email: String,
///     }
///
///     #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
///     pub enum Relation {}
///
///     impl ActiveModelBehavior for ActiveModel {}
/// }
///
/// let declared = Entities::default().with::<users::Entity>()?.declared();
/// let table = &declared.schema.tables[&TableName::new("users")];
/// assert_eq!(table.uniques[0].columns, ["email"]);
/// # Ok::<(), seachange::error::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entities(Declared);

impl Entities {
    /// Adds an entity.
    ///
    /// # Errors
    /// [`Error::Linked`] when its table is there already, or when it has a type, a default or a relation that this
    /// library has no word for.
    pub fn with<E: EntityTrait>(mut self) -> Result<Self> {
        let (table, renames) = read::<E>()?;
        let name = table.name.clone();
        if self.0.schema.tables.insert(name.clone(), table.into()).is_some() {
            return Err(untold(ObjectPath::Table(name), "two entities have this table"));
        }
        self.0.renames.extend(renames);
        Ok(self)
    }

    /// What all of them declare. Nothing has a place in a file.
    pub fn declared(self) -> Declared {
        self.0
    }
}

/// The table of one entity.
///
/// # Errors
/// As [`Entities::with`].
pub fn table<E: EntityTrait>() -> Result<Table> {
    read::<E>().map(|(table, _)| table)
}

fn read<E: EntityTrait>() -> Result<(Table, Vec<Rename>)> {
    let entity = E::default();
    let name = TableName { schema: entity.schema_name().map(str::to_owned), name: entity.table_name().to_owned() };
    let schema = SeaSchema::new(DbBackend::Sqlite);
    let mut table = Table::new(name.clone());
    table.comment = entity.comment().map(str::to_owned);
    let mut renames = Vec::new();
    for column in E::Column::iter() {
        let definition = schema.get_column_def::<E>(column);
        let (column, renamed_from) = self::column(&name, &definition)?;
        if definition.get_column_spec().unique {
            let placement = Placement::Column(column.name.clone());
            table.uniques.push(Unique::new(None, vec![column.name.clone()], placement));
        }
        let rename = |from| Rename::Column { table: name.clone(), from, to: column.name.clone() };
        renames.extend(renamed_from.map(rename));
        table.columns.push(column);
    }
    table.primary_key = primary_key::<E>(&name);
    for index in schema.create_index_from_entity(entity) {
        let spec = index.get_index_spec();
        let name = Name::inferred(spec.get_name().unwrap_or_default());
        let parts = spec.get_column_names().into_iter().map(IndexPart::column).collect();
        table.indexes.push(Index { unique: index.is_unique_key(), ..Index::new(name, parts) });
    }
    for relation in E::Relation::iter().map(|relation| relation.def()) {
        if !relation.is_owner && !relation.skip_fk {
            table.foreign_keys.push(foreign_key(&name, relation)?);
        }
    }
    Ok((table, renames))
}

fn untold(object: ObjectPath, reason: impl Into<String>) -> Error {
    Error::Linked { object: Box::new(object), reason: reason.into() }
}

/// The key in the order SeaORM writes it; without a key there is no entity.
fn primary_key<E: EntityTrait>(table: &TableName) -> Option<PrimaryKey> {
    let columns: Vec<String> = E::PrimaryKey::iter().map(|key| key.into_column().as_str().to_owned()).collect();
    let name = (columns.len() > 1).then(|| Name::inferred(format!("pk-{}", table.name)));
    (!columns.is_empty()).then_some(PrimaryKey::new(name, columns))
}

/// A column, and the name it had before.
fn column(table: &TableName, definition: &ColumnDef) -> Result<(Column, Option<String>)> {
    let spec = definition.get_column_spec();
    let name = definition.get_column_name();
    let path = || ObjectPath::Column(table.clone(), name.clone());
    let written = definition.get_column_type().ok_or_else(|| untold(path(), "it has no type"))?;
    let kind = data_type(written).ok_or_else(|| untold(path(), format!("its type is `{written:?}`")))?;
    let default = match &spec.default {
        Some(expression) => {
            let reason = "its default is neither a constant nor SQL text; write it as `Expr::cust(\"...\")`";
            Some(ColumnDefault { value: default(expression).ok_or_else(|| untold(path(), reason))?, text: None })
        }
        None => None,
    };
    let (comment, renamed_from) = comment(spec.comment.as_deref());
    let column = Column {
        nullable: spec.nullable != Some(false),
        default,
        auto_increment: if spec.auto_increment { AutoIncrement::Inferred } else { AutoIncrement::No },
        values: match written {
            SeaType::Enum { variants, .. } => Some(variants.iter().map(ToString::to_string).collect()),
            _ => None,
        },
        extra: spec.extra.clone(),
        comment,
        ..Column::new(name.clone(), ColumnType { inferred: can_be_inferred(&kind), kind, text: None })
    };
    Ok((column, renamed_from))
}

/// SeaORM hides `renamed_from` behind the comment.
fn comment(text: Option<&str>) -> (Option<String>, Option<String>) {
    let Some(text) = text else { return (None, None) };
    let hidden = text.strip_suffix('"').and_then(|text| text.rsplit_once("renamed_from \""));
    match hidden {
        Some(("", from)) => (None, Some(from.to_owned())),
        Some((before, from)) if before.ends_with("; ") => {
            (Some(before.trim_end_matches("; ").to_owned()), Some(from.to_owned()))
        }
        Some(_) | None => (Some(text.to_owned()), None),
    }
}

fn foreign_key(table: &TableName, relation: RelationDef) -> Result<ForeignKey> {
    let path = || ObjectPath::Table(table.clone());
    let columns: Vec<String> = relation.from_col.into_iter().map(|column| column.to_string()).collect();
    let TableRef::Table(target, _) = relation.to_tbl else {
        return Err(untold(path(), format!("its relation by ({}) leads to no table", columns.join(", "))));
    };
    let references =
        TableName { schema: target.0.as_ref().map(|schema| schema.1.to_string()), name: target.1.to_string() };
    let from = match &relation.from_tbl {
        TableRef::Table(from, _) => from.1.to_string(),
        _ => table.name.clone(),
    };
    let action = |action: Option<ForeignKeyAction>| match action {
        Some(action) => self::action(action)
            .map(Some)
            .ok_or_else(|| untold(path(), format!("its foreign key to `{references}` has an unknown action"))),
        None => Ok(None),
    };
    Ok(ForeignKey {
        name: Some(match relation.fk_name {
            Some(name) => Name::written(name),
            None => Name::inferred(format!("fk-{from}-{}", columns.join("-"))),
        }),
        on_delete: action(relation.on_delete)?,
        on_update: action(relation.on_update)?,
        // As with the entities of the source: so it can come and go with its column.
        placement: match columns.as_slice() {
            [column] => Placement::Column(column.clone()),
            _ => Placement::Table,
        },
        columns,
        referenced_columns: relation.to_col.into_iter().map(|column| column.to_string()).collect(),
        references,
        on_delete_columns: Vec::new(),
        deferrable: Deferrable::No,
        match_full: false,
        not_valid: false,
    })
}

fn action(action: ForeignKeyAction) -> Option<Action> {
    Some(match action {
        ForeignKeyAction::Cascade => Action::Cascade,
        ForeignKeyAction::Restrict => Action::Restrict,
        ForeignKeyAction::SetNull => Action::SetNull,
        ForeignKeyAction::SetDefault => Action::SetDefault,
        ForeignKeyAction::NoAction => Action::NoAction,
        // SeaQuery may get more.
        _ => return None,
    })
}

fn default(expression: &Expr) -> Option<DefaultValue> {
    let sql = |text: &str| Some(DefaultValue::Expression(text.to_owned()));
    match expression {
        Expr::Value(value) | Expr::Constant(value) => literal(value).map(DefaultValue::Literal),
        Expr::Custom(text) => sql(text),
        Expr::Keyword(Keyword::CurrentTimestamp) => sql("CURRENT_TIMESTAMP"),
        Expr::Keyword(Keyword::CurrentDate) => sql("CURRENT_DATE"),
        Expr::Keyword(Keyword::CurrentTime) => sql("CURRENT_TIME"),
        Expr::Keyword(Keyword::Null) => Some(DefaultValue::Literal(Literal::Null)),
        Expr::Keyword(Keyword::Custom(text)) => sql(&text.to_string()),
        _ => None,
    }
}

fn literal(constant: &Value) -> Option<Literal> {
    let integer = |number: i128| Some(Literal::Integer(number));
    match constant {
        Value::Bool(Some(value)) => Some(Literal::Bool(*value)),
        Value::TinyInt(Some(value)) => integer(i128::from(*value)),
        Value::SmallInt(Some(value)) => integer(i128::from(*value)),
        Value::Int(Some(value)) => integer(i128::from(*value)),
        Value::BigInt(Some(value)) => integer(i128::from(*value)),
        Value::TinyUnsigned(Some(value)) => integer(i128::from(*value)),
        Value::SmallUnsigned(Some(value)) => integer(i128::from(*value)),
        Value::Unsigned(Some(value)) => integer(i128::from(*value)),
        Value::BigUnsigned(Some(value)) => integer(i128::from(*value)),
        Value::Float(Some(value)) => Some(Literal::Real(value.to_string())),
        Value::Double(Some(value)) => Some(Literal::Real(value.to_string())),
        Value::String(Some(value)) => Some(Literal::Text(value.clone())),
        Value::Char(Some(value)) => Some(Literal::Text(value.to_string())),
        Value::Bytes(Some(value)) => Some(Literal::Blob(value.clone())),
        value if *value == value.as_null() => Some(Literal::Null),
        // Dates, decimals and the like: which SQL they become is the database driver's business.
        _ => None,
    }
}

fn data_type(kind: &SeaType) -> Option<DataType> {
    let length = |length: &StringLen| match length {
        StringLen::N(length) => Some(*length),
        StringLen::Max | StringLen::None => None,
    };
    Some(match kind {
        SeaType::Char(length) => DataType::Char(*length),
        SeaType::String(written) => DataType::String(length(written)),
        SeaType::Text => DataType::Text,
        SeaType::Blob => DataType::Blob,
        SeaType::TinyInteger => DataType::TinyInteger,
        SeaType::SmallInteger => DataType::SmallInteger,
        SeaType::Integer => DataType::Integer,
        SeaType::BigInteger => DataType::BigInteger,
        SeaType::TinyUnsigned => DataType::TinyUnsigned,
        SeaType::SmallUnsigned => DataType::SmallUnsigned,
        SeaType::Unsigned => DataType::Unsigned,
        SeaType::BigUnsigned => DataType::BigUnsigned,
        SeaType::Float => DataType::Float,
        SeaType::Double => DataType::Double,
        SeaType::Decimal(precision) => DataType::Decimal(*precision),
        SeaType::Money(precision) => DataType::Money(*precision),
        SeaType::DateTime => DataType::DateTime,
        SeaType::Timestamp => DataType::Timestamp,
        SeaType::TimestampWithTimeZone => DataType::TimestampWithTimeZone,
        SeaType::Time => DataType::Time,
        SeaType::Date => DataType::Date,
        SeaType::Year => DataType::Year,
        SeaType::Interval(None, None) => DataType::Interval,
        SeaType::Binary(length) => DataType::Binary(*length),
        SeaType::VarBinary(written) => DataType::VarBinary(length(written)),
        SeaType::Bit(length) => DataType::Bit(*length),
        SeaType::VarBit(length) => DataType::VarBit(*length),
        SeaType::Boolean => DataType::Boolean,
        SeaType::Json => DataType::Json,
        SeaType::JsonBinary => DataType::JsonBinary,
        SeaType::Uuid => DataType::Uuid,
        SeaType::Custom(name) => DataType::Custom(name.to_string()),
        SeaType::Enum { name, .. } => DataType::Enum(name.to_string()),
        SeaType::Array(inner) => DataType::Array(Box::new(data_type(inner)?)),
        SeaType::Vector(size) => DataType::Vector(*size),
        SeaType::Cidr => DataType::Cidr,
        SeaType::Inet => DataType::Inet,
        SeaType::MacAddr => DataType::MacAddr,
        SeaType::LTree => DataType::LTree,
        // SeaQuery may get more.
        _ => return None,
    })
}

/// Whether SeaORM gives some Rust type this column type. Lengths and precisions are always written.
fn can_be_inferred(kind: &DataType) -> bool {
    match kind {
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
        | DataType::Decimal(None)
        | DataType::Char(None | Some(1))
        | DataType::String(None)
        | DataType::VarBinary(None)
        | DataType::Date
        | DataType::Time
        | DataType::DateTime
        | DataType::TimestampWithTimeZone
        | DataType::Json
        | DataType::Uuid
        | DataType::Enum(_) => true,
        DataType::Array(inner) => can_be_inferred(inner),
        DataType::Decimal(Some(_))
        | DataType::Char(Some(_))
        | DataType::String(Some(_))
        | DataType::VarBinary(Some(_))
        | DataType::Money(_)
        | DataType::Text
        | DataType::Blob
        | DataType::Binary(_)
        | DataType::Bit(_)
        | DataType::VarBit(_)
        | DataType::Timestamp
        | DataType::Year
        | DataType::Interval
        | DataType::JsonBinary
        | DataType::Cidr
        | DataType::Inet
        | DataType::MacAddr
        | DataType::LTree
        | DataType::Vector(_)
        | DataType::Custom(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A module with an entity that has one column besides its key.
    macro_rules! entity {
        ($module:ident, $($attribute:tt)*) => {
            mod $module {
                use sea_orm::entity::prelude::*;

                #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
                #[sea_orm(table_name = "t", comment = "a table")]
                pub(super) struct Model {
                    #[sea_orm(primary_key)]
                    pub(super) id: i32,
                    $($attribute)*
                    pub(super) a: String,
                }

                #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
                pub(super) enum Relation {}

                impl ActiveModelBehavior for ActiveModel {}
            }
        };
    }

    entity!(plain, #[sea_orm(comment = "first; second", renamed_from = "old")]);
    entity!(odd_comment, #[sea_orm(comment = "renamed_from \"x")]);
    entity!(computed_default, #[sea_orm(default_expr = "Expr::col(\"id\")")]);
    entity!(unknown_type, #[sea_orm(column_type = "Interval(None, Some(3))")]);

    #[test]
    fn a_rename_is_split_off_the_comment() {
        let (table, renames) = read::<plain::Entity>().unwrap();
        assert_eq!(table.comment.as_deref(), Some("a table"));
        assert_eq!(table.columns[1].comment.as_deref(), Some("first; second"));
        let expected = Rename::Column { table: TableName::new("t"), from: "old".into(), to: "a".into() };
        assert_eq!(renames, [expected]);
        let (table, renames) = read::<odd_comment::Entity>().unwrap();
        assert_eq!(table.columns[1].comment.as_deref(), Some("renamed_from \"x"));
        assert_eq!(renames, []);
    }

    #[test]
    fn what_the_model_has_no_word_for_is_an_error() {
        let message = |table: Result<Table>| table.unwrap_err().to_string();
        assert_eq!(
            message(table::<computed_default::Entity>()),
            "failed to understand the entity of `t.a`: its default is neither a constant nor SQL text; write it as \
             `Expr::cust(\"...\")`"
        );
        assert_eq!(
            message(table::<unknown_type::Entity>()),
            "failed to understand the entity of `t.a`: its type is `Interval(None, Some(3))`"
        );
        let twice = Entities::default().with::<plain::Entity>().unwrap().with::<odd_comment::Entity>();
        assert_eq!(
            twice.unwrap_err().to_string(),
            "failed to understand the entity of `t`: two entities have this table"
        );
    }
}
