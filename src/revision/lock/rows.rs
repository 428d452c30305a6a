//! The rows of the lock, and how they become objects of the model and come from them. The format owns these types, so
//! that it does not move with the model.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::types::{parse_type, type_text};
use crate::error::Cause;
use crate::model::{
    Action, AutoIncrement, Check, Column, ColumnDefault, ColumnType, DefaultValue, Deferrable, Exclusion,
    ExclusionElement, ForeignKey, Generated, Identity, Index, IndexKey, IndexPart, Literal, Name, NullsOrder,
    Placement, PrimaryKey, Table, TableName, TableOptions, Unique, Variant,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TableRow {
    pub(super) schema: Option<String>,
    pub(super) columns: Vec<ColumnRow>,
    pub(super) primary_key: Option<KeyRow>,
    #[serde(default)]
    pub(super) uniques: Vec<KeyRow>,
    #[serde(default)]
    pub(super) foreign_keys: Vec<ForeignKeyRow>,
    #[serde(default)]
    pub(super) checks: Vec<CheckRow>,
    #[serde(default)]
    pub(super) exclusions: Vec<ExclusionRow>,
    #[serde(default)]
    pub(super) indexes: Vec<IndexRow>,
    #[serde(default)]
    pub(super) strict: bool,
    #[serde(default)]
    pub(super) without_rowid: bool,
    pub(super) partition_by: Option<String>,
    pub(super) comment: Option<String>,
    #[serde(default)]
    pub(super) attachments: Vec<AttachmentRow>,
}

/// A trigger or the like.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AttachmentRow {
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) text: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ColumnRow {
    name: String,
    r#type: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    written_types: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "is_false")]
    inferred: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    nullable: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    values: Option<Vec<String>>,
    /// The names of the variants, each with what it stores.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    variants: Vec<VariantRow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    default: Option<DefaultRow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auto_increment: Option<AutoIncrementRow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    identity: Option<IdentityRow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    generated: Option<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    stored: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    collation: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    extra: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum DefaultRow {
    Bool(bool),
    Integer(i64),
    Text(String),
    Real { real: String },
    Blob { blob: Vec<u8> },
    Null { null: bool },
    Expression { expression: String },
}

/// A variant and what it stores.
#[derive(Serialize, Deserialize)]
struct VariantRow(String, StoredRow);

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum StoredRow {
    Number(i64),
    Text(String),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct IdentityRow {
    always: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    start: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    increment: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    min: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cache: Option<i64>,
    #[serde(default, skip_serializing_if = "is_false")]
    cycle: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum AutoIncrementRow {
    Yes,
    Inferred,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct NameRow {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    inferred: bool,
}

#[derive(Serialize, Deserialize)]
pub(super) struct KeyRow {
    #[serde(flatten)]
    name: NameRow,
    columns: Vec<String>,
    #[serde(flatten)]
    deferrable: DeferrableRow,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    include: Vec<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    nulls_not_distinct: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    inline: bool,
}

/// When a constraint is checked: neither word for `NOT DEFERRABLE`.
#[derive(Serialize, Deserialize)]
struct DeferrableRow {
    /// `DEFERRABLE INITIALLY IMMEDIATE`.
    #[serde(default, skip_serializing_if = "is_false")]
    deferrable: bool,
    /// `DEFERRABLE INITIALLY DEFERRED`.
    #[serde(default, skip_serializing_if = "is_false")]
    deferred: bool,
}

#[derive(Serialize, Deserialize)]
pub(super) struct ForeignKeyRow {
    #[serde(flatten)]
    name: NameRow,
    columns: Vec<String>,
    references: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    schema: Option<String>,
    referenced_columns: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    on_delete: Option<ActionRow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    on_update: Option<ActionRow>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    on_delete_columns: Vec<String>,
    #[serde(flatten)]
    deferrable: DeferrableRow,
    #[serde(default, skip_serializing_if = "is_false")]
    match_full: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    not_valid: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    inline: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ActionRow {
    NoAction,
    Restrict,
    Cascade,
    SetNull,
    SetDefault,
}

#[derive(Serialize, Deserialize)]
pub(super) struct CheckRow {
    #[serde(flatten)]
    name: NameRow,
    expression: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    no_inherit: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    not_valid: bool,
}

#[derive(Serialize, Deserialize)]
pub(super) struct IndexRow {
    #[serde(flatten)]
    name: NameRow,
    parts: Vec<PartRow>,
    #[serde(default, skip_serializing_if = "is_false")]
    unique: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    predicate: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    include: Vec<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    nulls_not_distinct: bool,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    storage: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "is_false")]
    concurrently: bool,
}

#[derive(Serialize, Deserialize)]
pub(super) struct ExclusionRow {
    #[serde(flatten)]
    name: NameRow,
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<String>,
    elements: Vec<ElementRow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    predicate: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    include: Vec<String>,
    #[serde(flatten)]
    deferrable: DeferrableRow,
}

#[derive(Serialize, Deserialize)]
struct ElementRow {
    #[serde(flatten)]
    part: PartRow,
    operator: String,
}

#[derive(Serialize, Deserialize)]
struct PartRow {
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expression: Option<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    descending: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    nulls: Option<NullsRow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    collation: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    operator_class: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum NullsRow {
    First,
    Last,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn is_false(value: &bool) -> bool {
    !value
}

/// The name behind a key, which begins with the schema when there is one.
pub(super) fn table_name(key: &str, schema: Option<String>) -> TableName {
    let name = schema.as_ref().and_then(|schema| key.strip_prefix(&format!("{schema}."))).unwrap_or(key);
    TableName { name: name.to_owned(), schema }
}

impl From<&Table> for TableRow {
    fn from(table: &Table) -> Self {
        let mut row = Self {
            schema: table.name.schema.clone(),
            columns: table.columns.iter().map(ColumnRow::from).collect(),
            primary_key: table.primary_key.as_ref().map(|key| KeyRow {
                deferrable: key.deferrable.into(),
                include: key.include.clone(),
                ..KeyRow::new(key.name.as_ref(), &key.columns)
            }),
            uniques: Vec::new(),
            foreign_keys: table.foreign_keys.iter().map(ForeignKeyRow::from).collect(),
            checks: table.checks.iter().map(CheckRow::from).collect(),
            exclusions: table.exclusions.iter().map(ExclusionRow::from).collect(),
            indexes: table.indexes.iter().map(IndexRow::from).collect(),
            strict: table.options.strict,
            without_rowid: table.options.without_rowid,
            partition_by: table.options.partition_by.clone(),
            comment: table.comment.clone(),
            attachments: Vec::new(),
        };
        for unique in &table.uniques {
            row.uniques.push(KeyRow {
                deferrable: unique.deferrable.into(),
                include: unique.include.clone(),
                nulls_not_distinct: unique.nulls_not_distinct,
                inline: matches!(unique.placement, Placement::Column(_)),
                ..KeyRow::new(unique.name.as_ref(), &unique.columns)
            });
        }
        row.uniques.sort_by(|a, b| a.columns.cmp(&b.columns));
        row.foreign_keys.sort_by(|a, b| (&a.columns, &a.references).cmp(&(&b.columns, &b.references)));
        row.checks.sort_by(|a, b| a.expression.cmp(&b.expression));
        row.exclusions.sort_by(|a, b| a.name.name.cmp(&b.name.name));
        row.indexes.sort_by(|a, b| a.name.name.cmp(&b.name.name));
        row
    }
}

impl TableRow {
    pub(super) fn into_table(self, key: &str) -> Result<Table, Cause> {
        let name = table_name(key, self.schema);
        let uniques = self.uniques.into_iter().map(|row| {
            let placement = match row.columns.first() {
                Some(column) if row.inline => Placement::Column(column.clone()),
                _ => Placement::Table,
            };
            Unique {
                deferrable: row.deferrable.into(),
                include: row.include,
                nulls_not_distinct: row.nulls_not_distinct,
                ..Unique::new(row.name.into(), row.columns, placement)
            }
        });
        Ok(Table {
            columns: self.columns.into_iter().map(ColumnRow::into_column).collect::<Result<_, _>>()?,
            primary_key: self.primary_key.map(|row| PrimaryKey {
                deferrable: row.deferrable.into(),
                include: row.include,
                ..PrimaryKey::new(row.name.into(), row.columns)
            }),
            uniques: uniques.collect(),
            foreign_keys: self.foreign_keys.into_iter().map(ForeignKey::from).collect(),
            checks: self.checks.into_iter().map(Check::from).collect(),
            exclusions: self.exclusions.into_iter().map(|row| row.into_exclusion(key)).collect::<Result<_, _>>()?,
            indexes: self.indexes.into_iter().map(|row| row.into_index(key)).collect::<Result<_, _>>()?,
            options: TableOptions {
                strict: self.strict,
                without_rowid: self.without_rowid,
                partition_by: self.partition_by,
                ..TableOptions::default()
            },
            comment: self.comment,
            ..Table::new(name)
        })
    }
}

impl From<&Column> for ColumnRow {
    fn from(column: &Column) -> Self {
        Self {
            name: column.name.clone(),
            r#type: type_text(&column.data_type.kind),
            written_types: column.written_types.clone(),
            inferred: column.data_type.inferred,
            nullable: column.nullable,
            values: column.values.clone(),
            variants: column.variants.iter().filter_map(VariantRow::of).collect(),
            default: column.default.as_ref().map(|default| DefaultRow::from(&default.value)),
            auto_increment: match column.auto_increment {
                AutoIncrement::No => None,
                AutoIncrement::Yes => Some(AutoIncrementRow::Yes),
                AutoIncrement::Inferred => Some(AutoIncrementRow::Inferred),
            },
            identity: column.identity.as_deref().map(IdentityRow::from),
            generated: column.generated.as_ref().map(|generated| generated.expression.clone()),
            stored: column.generated.as_ref().is_some_and(|generated| generated.stored),
            collation: column.collation.clone(),
            extra: column.extra.clone(),
            comment: column.comment.clone(),
        }
    }
}

impl ColumnRow {
    fn into_column(self) -> Result<Column, Cause> {
        let kind = parse_type(&self.r#type)
            .ok_or_else(|| format!("the column `{}` has the unknown type `{}`", self.name, self.r#type))?;
        let stored = self.stored;
        Ok(Column {
            nullable: self.nullable,
            values: self.values,
            variants: self.variants.into_iter().map(Variant::from).collect(),
            default: self.default.map(|row| ColumnDefault { value: row.into(), text: None }),
            auto_increment: match self.auto_increment {
                None => AutoIncrement::No,
                Some(AutoIncrementRow::Yes) => AutoIncrement::Yes,
                Some(AutoIncrementRow::Inferred) => AutoIncrement::Inferred,
            },
            written_types: self.written_types,
            identity: self.identity.map(|row| Box::new(row.into())),
            generated: self.generated.map(|expression| Generated { expression, stored }),
            collation: self.collation,
            extra: self.extra,
            comment: self.comment,
            ..Column::new(self.name, ColumnType { kind, text: None, inferred: self.inferred })
        })
    }
}

impl VariantRow {
    /// What is said of the past is for one revision only, and not recorded.
    fn of(variant: &Variant) -> Option<Self> {
        let stored = match &variant.value {
            Literal::Integer(number) => StoredRow::Number(i64::try_from(*number).ok()?),
            Literal::Text(text) => StoredRow::Text(text.clone()),
            Literal::Null | Literal::Bool(_) | Literal::Real(_) | Literal::Blob(_) => return None,
        };
        Some(Self(variant.name.clone(), stored))
    }
}

impl From<VariantRow> for Variant {
    fn from(VariantRow(name, stored): VariantRow) -> Self {
        let value = match stored {
            StoredRow::Number(number) => Literal::Integer(number.into()),
            StoredRow::Text(text) => Literal::Text(text),
        };
        Self::new(name, value)
    }
}

impl From<&Identity> for IdentityRow {
    fn from(identity: &Identity) -> Self {
        let Identity { always, start, increment, min, max, cache, cycle } = *identity;
        Self { always, start, increment, min, max, cache, cycle }
    }
}

impl From<IdentityRow> for Identity {
    fn from(row: IdentityRow) -> Self {
        let IdentityRow { always, start, increment, min, max, cache, cycle } = row;
        Self { always, start, increment, min, max, cache, cycle }
    }
}

impl From<Deferrable> for DeferrableRow {
    fn from(when: Deferrable) -> Self {
        Self { deferrable: when == Deferrable::InitiallyImmediate, deferred: when == Deferrable::InitiallyDeferred }
    }
}

impl From<DeferrableRow> for Deferrable {
    fn from(row: DeferrableRow) -> Self {
        match (row.deferred, row.deferrable) {
            (true, _) => Self::InitiallyDeferred,
            (false, true) => Self::InitiallyImmediate,
            (false, false) => Self::No,
        }
    }
}

impl From<&DefaultValue> for DefaultRow {
    fn from(value: &DefaultValue) -> Self {
        match value {
            DefaultValue::Expression(expression) => Self::Expression { expression: expression.clone() },
            DefaultValue::Literal(literal) => match literal {
                Literal::Null => Self::Null { null: true },
                Literal::Bool(value) => Self::Bool(*value),
                Literal::Integer(value) => {
                    i64::try_from(*value).map_or_else(|_| Self::Real { real: value.to_string() }, Self::Integer)
                }
                Literal::Real(real) => Self::Real { real: real.clone() },
                Literal::Text(text) => Self::Text(text.clone()),
                Literal::Blob(blob) => Self::Blob { blob: blob.clone() },
            },
        }
    }
}

impl From<DefaultRow> for DefaultValue {
    fn from(row: DefaultRow) -> Self {
        Self::Literal(match row {
            DefaultRow::Expression { expression } => return Self::Expression(expression),
            DefaultRow::Null { .. } => Literal::Null,
            DefaultRow::Bool(value) => Literal::Bool(value),
            DefaultRow::Integer(value) => Literal::Integer(value.into()),
            DefaultRow::Real { real } => real.parse().map_or(Literal::Real(real), Literal::Integer),
            DefaultRow::Text(text) => Literal::Text(text),
            DefaultRow::Blob { blob } => Literal::Blob(blob),
        })
    }
}

impl NameRow {
    fn new(name: Option<&Name>) -> Self {
        Self { name: name.map(|name| name.text.clone()), inferred: name.is_some_and(|name| name.inferred) }
    }
}

impl From<NameRow> for Option<Name> {
    fn from(row: NameRow) -> Self {
        row.name.map(|text| Name { text, inferred: row.inferred })
    }
}

impl KeyRow {
    fn new(name: Option<&Name>, columns: &[String]) -> Self {
        Self {
            name: NameRow::new(name),
            columns: columns.to_vec(),
            deferrable: Deferrable::No.into(),
            include: Vec::new(),
            nulls_not_distinct: false,
            inline: false,
        }
    }
}

impl From<&ForeignKey> for ForeignKeyRow {
    fn from(fk: &ForeignKey) -> Self {
        let action = |action: Action| match action {
            Action::NoAction => ActionRow::NoAction,
            Action::Restrict => ActionRow::Restrict,
            Action::Cascade => ActionRow::Cascade,
            Action::SetNull => ActionRow::SetNull,
            Action::SetDefault => ActionRow::SetDefault,
        };
        Self {
            name: NameRow::new(fk.name.as_ref()),
            columns: fk.columns.clone(),
            references: fk.references.name.clone(),
            schema: fk.references.schema.clone(),
            referenced_columns: fk.referenced_columns.clone(),
            on_delete: fk.on_delete.map(action),
            on_update: fk.on_update.map(action),
            on_delete_columns: fk.on_delete_columns.clone(),
            deferrable: fk.deferrable.into(),
            match_full: fk.match_full,
            not_valid: fk.not_valid,
            inline: matches!(fk.placement, Placement::Column(_)),
        }
    }
}

impl From<ForeignKeyRow> for ForeignKey {
    fn from(row: ForeignKeyRow) -> Self {
        let action = |row: ActionRow| match row {
            ActionRow::NoAction => Action::NoAction,
            ActionRow::Restrict => Action::Restrict,
            ActionRow::Cascade => Action::Cascade,
            ActionRow::SetNull => Action::SetNull,
            ActionRow::SetDefault => Action::SetDefault,
        };
        let placement = match row.columns.first() {
            Some(column) if row.inline => Placement::Column(column.clone()),
            _ => Placement::Table,
        };
        Self {
            name: row.name.into(),
            columns: row.columns,
            references: TableName { schema: row.schema, name: row.references },
            referenced_columns: row.referenced_columns,
            on_delete: row.on_delete.map(action),
            on_update: row.on_update.map(action),
            on_delete_columns: row.on_delete_columns,
            deferrable: row.deferrable.into(),
            match_full: row.match_full,
            not_valid: row.not_valid,
            placement,
        }
    }
}

impl From<&Check> for CheckRow {
    fn from(check: &Check) -> Self {
        let column = match &check.placement {
            Placement::Column(column) => Some(column.clone()),
            Placement::Table => None,
        };
        Self {
            name: NameRow::new(check.name.as_ref()),
            expression: check.expression.clone(),
            column,
            no_inherit: check.no_inherit,
            not_valid: check.not_valid,
        }
    }
}

impl From<CheckRow> for Check {
    fn from(row: CheckRow) -> Self {
        let placement = row.column.map_or(Placement::Table, Placement::Column);
        Self {
            no_inherit: row.no_inherit,
            not_valid: row.not_valid,
            ..Self::new(row.name.into(), row.expression, placement)
        }
    }
}

impl From<&IndexPart> for PartRow {
    fn from(part: &IndexPart) -> Self {
        let (column, expression) = match &part.key {
            IndexKey::Column(column) => (Some(column.clone()), None),
            IndexKey::Expression(expression) => (None, Some(expression.clone())),
        };
        Self {
            column,
            expression,
            descending: part.descending,
            nulls: part.nulls.map(|nulls| match nulls {
                NullsOrder::First => NullsRow::First,
                NullsOrder::Last => NullsRow::Last,
            }),
            collation: part.collation.clone(),
            operator_class: part.operator_class.clone(),
        }
    }
}

impl PartRow {
    fn into_part(self, table: &str) -> Result<IndexPart, Cause> {
        let key = match (self.column, self.expression) {
            (Some(column), None) => IndexKey::Column(column),
            (None, Some(expression)) => IndexKey::Expression(expression),
            _ => return Err(format!("an index part of `{table}` is neither a column nor an expression").into()),
        };
        Ok(IndexPart {
            key,
            descending: self.descending,
            nulls: self.nulls.map(|nulls| match nulls {
                NullsRow::First => NullsOrder::First,
                NullsRow::Last => NullsOrder::Last,
            }),
            collation: self.collation,
            operator_class: self.operator_class,
        })
    }
}

impl From<&Index> for IndexRow {
    fn from(index: &Index) -> Self {
        Self {
            name: NameRow::new(Some(&index.name)),
            parts: index.parts.iter().map(PartRow::from).collect(),
            unique: index.unique,
            predicate: index.predicate.clone(),
            method: index.method.clone(),
            include: index.include.clone(),
            nulls_not_distinct: index.nulls_not_distinct,
            storage: index.storage.clone(),
            concurrently: index.concurrently,
        }
    }
}

impl IndexRow {
    fn into_index(self, table: &str) -> Result<Index, Cause> {
        let name: Option<Name> = self.name.into();
        Ok(Index {
            name: name.ok_or_else(|| format!("an index of `{table}` has no name"))?,
            parts: self.parts.into_iter().map(|row| row.into_part(table)).collect::<Result<_, _>>()?,
            unique: self.unique,
            predicate: self.predicate,
            method: self.method,
            include: self.include,
            nulls_not_distinct: self.nulls_not_distinct,
            storage: self.storage,
            concurrently: self.concurrently,
            invalid: false,
        })
    }
}

impl From<&Exclusion> for ExclusionRow {
    fn from(exclusion: &Exclusion) -> Self {
        let element = |element: &ExclusionElement| ElementRow {
            part: PartRow::from(&element.part),
            operator: element.operator.clone(),
        };
        Self {
            name: NameRow::new(exclusion.name.as_ref()),
            method: exclusion.method.clone(),
            elements: exclusion.elements.iter().map(element).collect(),
            predicate: exclusion.predicate.clone(),
            include: exclusion.include.clone(),
            deferrable: exclusion.deferrable.into(),
        }
    }
}

impl ExclusionRow {
    fn into_exclusion(self, table: &str) -> Result<Exclusion, Cause> {
        let element =
            |row: ElementRow| row.part.into_part(table).map(|part| ExclusionElement { part, operator: row.operator });
        Ok(Exclusion {
            name: self.name.into(),
            method: self.method,
            elements: self.elements.into_iter().map(element).collect::<Result<_, _>>()?,
            predicate: self.predicate,
            include: self.include,
            deferrable: self.deferrable.into(),
        })
    }
}
