//! What is read from source must be what SeaORM makes of the same source at run time.

use sea_orm::sea_query::{ColumnType, Expr, ForeignKeyAction, Keyword, StringLen, TableRef, Value};
use sea_orm::{DbBackend, EntityName, EntityTrait, Iterable, RelationTrait, Schema};
use seachange::declare::{Sources, declare};
use seachange::model::{
    Action, AutoIncrement, Column, DataType, DefaultValue, ForeignKey, Index, IndexKey, Literal, Name, Placement,
    Rename, Table, TableName,
};

use super::mediaparser_entities as mediaparser;

#[path = "../../fixtures/declare/mod.rs"]
#[expect(
    unreachable_pub,
    non_snake_case,
    clippy::pedantic,
    reason = "entities as users write them, with every odd name there is"
)]
mod everything;

/// Compares entities with what is read from the folder of their source.
macro_rules! agree {
    ($folder:literal, $modules:ident: $($entity:ident)*) => {{
        let declared = read($folder);
        let mut tables = declared.schema.tables.clone();
        $( compare(&mut tables, &declared.renames, $modules::$entity::Entity); )*
        assert_eq!(tables.keys().collect::<Vec<_>>(), Vec::<&TableName>::new(), "tables that no entity was compared with");
    }};
}

#[test]
fn every_attribute_and_type() {
    agree!("fixtures/declare", everything:
        annotated annotated_dense attributes author book by_hand chapter compact expanded expanded_part expressions names names_camel names_kebab names_screaming newtypes
        rust_types text_key uuid_key written_types
    );
}

#[test]
fn entities_without_a_table() {
    let declared = read("fixtures/declare");
    let (view, ignored) = (everything::annotated::view::Entity, everything::annotated::ignored::Entity);
    assert_eq!(declared.views.into_iter().collect::<Vec<_>>(), [TableName::new(view.table_name())]);
    assert_eq!(declared.ignored.into_iter().collect::<Vec<_>>(), [TableName::new(ignored.table_name())]);
}

#[test]
fn mediaparser_phases() {
    use mediaparser::{
        before_rename, exact_and_similar_groups, image_dimensions, initial, job_control, review_indexes,
    };

    agree!("fixtures/mediaparser/phases/1_initial", initial: files jobs job_files duplicates user_decisions);
    agree!("fixtures/mediaparser/phases/5_before_rename", before_rename: files jobs job_files duplicates user_decisions);
    agree!(
        "fixtures/mediaparser/phases/6_exact_and_similar_groups",
        exact_and_similar_groups: files jobs job_files duplicates user_decisions
    );
    agree!("fixtures/mediaparser/phases/7_image_dimensions", image_dimensions: files jobs job_files duplicates user_decisions);
    agree!("fixtures/mediaparser/phases/8_review_indexes", review_indexes: files jobs job_files duplicates user_decisions);
    agree!("fixtures/mediaparser/phases/9_job_control", job_control: files jobs job_files duplicates user_decisions);
}

#[test]
fn the_project_of_mediaparser_holds_its_first_phase() {
    let project = declare(&Sources::new("fixtures/mediaparser", ["src/entities"])).unwrap();
    assert_eq!(project.schema, read("fixtures/mediaparser/phases/1_initial").schema);
    let first = project.origins.values().map(ToString::to_string).collect::<Vec<_>>();
    assert!(first.contains(&"src/entities/duplicates.rs:7:24".to_owned()), "{first:?}");
}

fn read(folder: &str) -> seachange::model::Declared {
    declare(&Sources::new(".", [folder])).unwrap_or_else(|error| match error {
        seachange::error::Error::Source { problems } => panic!("{problems:#?}"),
        other => panic!("{other}"),
    })
}

type Tables = std::collections::BTreeMap<TableName, Table>;

/// Takes the table of the entity out of those declared, and compares it with SeaORM's own.
fn compare<E: EntityTrait>(tables: &mut Tables, renames: &[Rename], entity: E) {
    let name = TableName { schema: entity.schema_name().map(str::to_owned), name: entity.table_name().to_owned() };
    let table = tables.remove(&name).unwrap_or_else(|| panic!("the table {name} was not read"));
    let (table, renames) = if name.name.starts_with("annotated") { masked(table) } else { (table, renames.to_vec()) };
    let schema = Schema::new(DbBackend::Sqlite);
    let statement = schema.create_table_from_entity(entity);

    assert_eq!(table.comment.as_ref(), statement.get_comment(), "comment of {name}");
    let columns: Vec<String> =
        statement.get_columns().iter().map(sea_orm::sea_query::ColumnDef::get_column_name).collect();
    assert_eq!(
        table.columns.iter().map(|column| column.name.clone()).collect::<Vec<_>>(),
        columns,
        "columns of {name}"
    );
    let mut key = Vec::new();
    for (ours, theirs) in table.columns.iter().zip(statement.get_columns()) {
        let at = format!("{name}.{}", ours.name);
        let spec = theirs.get_column_spec();
        let kind = theirs.get_column_type().unwrap_or_else(|| panic!("{at} has a type"));
        assert_eq!(ours.data_type.kind, data_type(kind), "type of {at}");
        if let ColumnType::Enum { variants, .. } = kind {
            let values: Vec<String> = variants.iter().map(ToString::to_string).collect();
            assert_eq!(ours.values.as_ref(), Some(&values), "values of {at}");
        }
        assert_eq!(ours.nullable, spec.nullable != Some(false), "nullable {at}");
        assert_eq!(
            ours.default.as_ref().map(|default| default.value.clone()),
            spec.default.as_ref().map(default),
            "default of {at}"
        );
        assert_eq!(ours.extra, spec.extra, "extra of {at}");
        assert_eq!(comment(ours, &renames, &name), spec.comment, "comment of {at}");
        assert_eq!(ours.auto_increment != AutoIncrement::No, spec.auto_increment, "auto increment of {at}");
        let unique = table.uniques.iter().any(|unique| unique.name.is_none() && unique.columns == [ours.name.clone()]);
        assert_eq!(unique, spec.unique, "unique {at}");
        if spec.primary_key {
            key.push(ours.name.clone());
        }
    }
    assert_eq!(
        table.uniques.len(),
        statement.get_columns().iter().filter(|column| column.get_column_spec().unique).count()
    );
    let table_level =
        statement.get_indexes().iter().map(sea_orm::sea_query::IndexCreateStatement::get_index_spec).map(|index| {
            let name = index.get_name().unwrap_or_default().to_owned();
            (name, index.get_column_names())
        });
    compare_key(&table, &key, &table_level.collect::<Vec<_>>());
    compare_indexes(&table, &schema.create_index_from_entity(entity));
    compare_foreign_keys::<E>(&table);
}

/// What is left of an entity with `#[seachange(...)]` when all is gone that SeaORM cannot say. Its fixtures give names to
/// what SeaORM could say as well, so that the two can be told apart.
fn masked(mut table: Table) -> (Table, Vec<Rename>) {
    table.comment = None;
    for column in &mut table.columns {
        column.comment = None;
        column.generated = None;
        column.identity = None;
        column.collation = None;
        column.written_types.clear();
    }
    table.checks.clear();
    table.exclusions.clear();
    table.indexes.retain(|index| index.name.inferred);
    table.uniques.retain(|unique| unique.placement != Placement::Table);
    for unique in &mut table.uniques {
        unique.name = None;
    }
    for fk in &mut table.foreign_keys {
        fk.name = Some(Name::inferred(format!("fk-{}-{}", table.name.name, fk.columns.join("-"))));
    }
    if let Some(key) = table.primary_key.as_mut() {
        key.name = None;
    }
    (table, Vec::new())
}

fn compare_key(table: &Table, single: &[String], table_level: &[(String, Vec<String>)]) {
    let Some(ours) = &table.primary_key else { panic!("{} has no primary key", table.name) };
    match table_level {
        [] => {
            assert_eq!(ours.columns, single, "primary key of {}", table.name);
            assert_eq!(ours.name, None);
        }
        [(name, columns)] => {
            assert_eq!(&ours.columns, columns, "primary key of {}", table.name);
            assert_eq!(ours.name.as_ref().map(|name| &name.text), Some(name));
        }
        other => panic!("{} has the keys {other:?}", table.name),
    }
}

fn compare_indexes(table: &Table, statements: &[sea_orm::sea_query::IndexCreateStatement]) {
    let theirs: Vec<String> = statements.iter().map(|statement| DbBackend::Sqlite.build(statement).sql).collect();
    let ours: Vec<String> = table.indexes.iter().map(|index| index_sql(table, index)).collect();
    assert_eq!(ours, theirs, "indexes of {}", table.name);
}

fn index_sql(table: &Table, index: &Index) -> String {
    let unique = if index.unique { "UNIQUE " } else { "" };
    let columns: Vec<String> = index
        .parts
        .iter()
        .map(|part| match &part.key {
            IndexKey::Column(name) => format!("\"{name}\""),
            IndexKey::Expression(sql) => sql.clone(),
        })
        .collect();
    format!("CREATE {unique}INDEX \"{}\" ON \"{}\" ({})", index.name.text, table.name.name, columns.join(", "))
}

fn compare_foreign_keys<E: EntityTrait>(table: &Table) {
    let theirs: Vec<_> = E::Relation::iter()
        .map(|relation| relation.def())
        .filter(|relation| !relation.is_owner && !relation.skip_fk)
        .map(|relation| {
            let target = table_name(&relation.to_tbl);
            let statement: sea_orm::sea_query::ForeignKeyCreateStatement = relation.into();
            let key = statement.get_foreign_key();
            (
                key.get_name().unwrap_or_default().to_owned(),
                key.get_columns(),
                target,
                key.get_ref_columns(),
                key.get_on_delete().map(action),
                key.get_on_update().map(action),
            )
        })
        .collect();
    let ours: Vec<_> = table
        .foreign_keys
        .iter()
        .map(|ForeignKey { name, columns, references, referenced_columns, on_delete, on_update, .. }| {
            let name = name.as_ref().map(|name| name.text.clone()).unwrap_or_default();
            (name, columns.clone(), references.clone(), referenced_columns.clone(), *on_delete, *on_update)
        })
        .collect();
    assert_eq!(ours, theirs, "foreign keys of {}", table.name);
}

fn table_name(table: &TableRef) -> TableName {
    match table {
        TableRef::Table(name, _) => {
            let schema = name.0.as_ref().map(|schema| schema.1.to_string());
            TableName { schema, name: name.1.to_string() }
        }
        other => panic!("{other:?} is not a table"),
    }
}

fn action(action: ForeignKeyAction) -> Action {
    match action {
        ForeignKeyAction::Cascade => Action::Cascade,
        ForeignKeyAction::Restrict => Action::Restrict,
        ForeignKeyAction::SetNull => Action::SetNull,
        ForeignKeyAction::SetDefault => Action::SetDefault,
        ForeignKeyAction::NoAction => Action::NoAction,
        other => panic!("{other:?} is not an action of the fixtures"),
    }
}

/// SeaORM hides a rename in the comment.
fn comment(column: &Column, renames: &[Rename], table: &TableName) -> Option<String> {
    let hidden = renames.iter().find_map(|rename| match rename {
        Rename::Column { table: of, from, to } if of == table && *to == column.name => {
            Some(format!("renamed_from \"{from}\""))
        }
        _ => None,
    });
    let parts: Vec<String> = column.comment.clone().into_iter().chain(hidden).collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}

fn default(expression: &Expr) -> DefaultValue {
    match expression {
        Expr::Value(value) | Expr::Constant(value) => DefaultValue::Literal(literal(value)),
        Expr::Custom(sql) => DefaultValue::Expression(sql.to_string()),
        Expr::Keyword(Keyword::CurrentTimestamp) => DefaultValue::Expression("CURRENT_TIMESTAMP".to_owned()),
        Expr::Keyword(Keyword::CurrentDate) => DefaultValue::Expression("CURRENT_DATE".to_owned()),
        Expr::Keyword(Keyword::CurrentTime) => DefaultValue::Expression("CURRENT_TIME".to_owned()),
        Expr::Keyword(Keyword::Null) => DefaultValue::Literal(Literal::Null),
        other => panic!("{other:?} is not a default of the fixtures"),
    }
}

fn literal(constant: &Value) -> Literal {
    match constant {
        Value::Bool(Some(value)) => Literal::Bool(*value),
        Value::Int(Some(value)) => Literal::Integer(i128::from(*value)),
        Value::BigInt(Some(value)) => Literal::Integer(i128::from(*value)),
        Value::Double(Some(value)) => Literal::Real(value.to_string()),
        Value::String(Some(value)) => Literal::Text(value.clone()),
        Value::Char(Some(value)) => Literal::Text(value.to_string()),
        other => panic!("{other:?} is not a default of the fixtures"),
    }
}

fn data_type(kind: &ColumnType) -> DataType {
    let length = |length: &StringLen| match length {
        StringLen::N(length) => Some(*length),
        StringLen::Max | StringLen::None => None,
    };
    match kind {
        ColumnType::Char(length) => DataType::Char(*length),
        ColumnType::String(written) => DataType::String(length(written)),
        ColumnType::Text => DataType::Text,
        ColumnType::Blob => DataType::Blob,
        ColumnType::TinyInteger => DataType::TinyInteger,
        ColumnType::SmallInteger => DataType::SmallInteger,
        ColumnType::Integer => DataType::Integer,
        ColumnType::BigInteger => DataType::BigInteger,
        ColumnType::TinyUnsigned => DataType::TinyUnsigned,
        ColumnType::SmallUnsigned => DataType::SmallUnsigned,
        ColumnType::Unsigned => DataType::Unsigned,
        ColumnType::BigUnsigned => DataType::BigUnsigned,
        ColumnType::Float => DataType::Float,
        ColumnType::Double => DataType::Double,
        ColumnType::Decimal(precision) => DataType::Decimal(*precision),
        ColumnType::Money(precision) => DataType::Money(*precision),
        ColumnType::DateTime => DataType::DateTime,
        ColumnType::Timestamp => DataType::Timestamp,
        ColumnType::TimestampWithTimeZone => DataType::TimestampWithTimeZone,
        ColumnType::Time => DataType::Time,
        ColumnType::Date => DataType::Date,
        ColumnType::Binary(length) => DataType::Binary(*length),
        ColumnType::VarBinary(written) => DataType::VarBinary(length(written)),
        ColumnType::Boolean => DataType::Boolean,
        ColumnType::Json => DataType::Json,
        ColumnType::JsonBinary => DataType::JsonBinary,
        ColumnType::Uuid => DataType::Uuid,
        ColumnType::Custom(name) => DataType::Custom(name.to_string()),
        ColumnType::Enum { name, .. } => DataType::Enum(name.to_string()),
        other => panic!("{other:?} is not a type of the fixtures"),
    }
}
