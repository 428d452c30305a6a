//! Reads a live database from its catalogs, as one snapshot, in a number of queries that does not grow with the number of
//! tables. No privilege is needed but to connect. Compares nothing.

mod child;
mod column;
mod constraint;
mod index;
mod object;
mod sequence;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use sea_orm::ConnectionTrait;

use self::sequence::Owned;
use super::catalog::{Catalog, ColumnRow, RelationRow, failed};
use super::text;
use super::words::identifier;
use crate::dialect::tools::is_of_tool;
use crate::error::Result;
use crate::model::{
    Attachment, AttachmentKind, DataType, EnumType, Part, Partition, RowSecurity, Schema, Table, TableName,
    TableOptions,
};

/// What the texts of the server depend on, other than the search path. The queries are joined as they are written: to look
/// for a better way takes longer than to go this one.
pub(super) const SETTINGS: &str = "SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO, YMD'; SET LOCAL IntervalStyle = 'postgres'; \
     SET LOCAL extra_float_digits = 1; SET LOCAL bytea_output = 'hex'; SET LOCAL standard_conforming_strings = on; \
     SET LOCAL quote_all_identifiers = off; SET LOCAL jit = off; SET LOCAL join_collapse_limit = 1";

/// The schema of the database, as one snapshot. What is in the default schema goes by its bare name.
/// Of several schemas that are databases of their own, only the default one is looked at.
pub(in crate::dialect) async fn reflect(
    db: &impl ConnectionTrait,
    default_schema: &str,
    all: &[String],
) -> Result<Schema> {
    reflect_beside(db, default_schema, None, all).await
}

/// The same with the names of another schema bare in texts, too.
pub(in crate::dialect) async fn reflect_beside(
    db: &impl ConnectionTrait,
    default_schema: &str,
    beside: Option<&str>,
    all: &[String],
) -> Result<Schema> {
    // Without its mention, the schema of temporary tables would come first and hide what has the same names; and it must
    // not be the first that is left to a role that may not use the other, for then PostgreSQL would make it.
    let path = search_path(default_schema, beside);
    let begin = format!("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {path}; {SETTINGS}");
    let catalog = match db.execute_unprepared(&begin).await {
        Ok(_) => Catalog::read(db, default_schema, all).await,
        Err(cause) => Err(failed("start reading the schema", cause)),
    };
    let ended = db.execute_unprepared("ROLLBACK").await.map_err(|cause| failed("finish reading the schema", cause));
    let catalog = catalog?;
    ended?;
    Ok(Assembly::new(&catalog).schema())
}

fn search_path(schema: &str, beside: Option<&str>) -> String {
    let quoted = |name: &str| format!("\"{}\", ", name.replace('"', "\"\""));
    let beside = beside.map(quoted).unwrap_or_default();
    format!("SET LOCAL search_path = pg_catalog, {}{beside}pg_temp", quoted(schema))
}

/// The same inside a transaction that the caller began and ends. Names of the second schema are bare in texts, too.
pub(in crate::dialect) async fn read_inside(
    db: &impl ConnectionTrait,
    schema: &str,
    beside: Option<&str>,
) -> Result<Schema> {
    let set = format!("{}; {SETTINGS}", search_path(schema, beside));
    db.execute_unprepared(&set).await.map_err(|cause| failed("start reading the schema", cause))?;
    Ok(Assembly::new(&Catalog::read(db, schema, &[]).await?).schema())
}

/// The rows of the catalogs with the ways between them.
struct Assembly<'a> {
    catalog: &'a Catalog,
    relations: BTreeMap<i64, &'a RelationRow>,
    enums: BTreeMap<i64, (TableName, EnumType)>,
    /// The sequences that belong to columns, by table and number.
    owned: BTreeMap<(i64, i32), Vec<Owned<'a>>>,
    /// The children of each table that is nobody's child, in an order in which they can be made.
    children: BTreeMap<i64, Vec<&'a RelationRow>>,
    /// The types that have an operator class of their own, by the kind of index.
    classed: BTreeSet<(i64, &'a str)>,
    /// What the names of types mean that were met so far.
    meanings: RefCell<BTreeMap<String, DataType>>,
}

impl<'a> Assembly<'a> {
    fn new(catalog: &'a Catalog) -> Self {
        let relations: BTreeMap<i64, &RelationRow> = catalog.relations.iter().map(|row| (row.id, row)).collect();
        let enums = object::enums(catalog);
        let owned = sequence::owned(catalog);
        let children = child::by_root(&relations);
        let usual = catalog.classes.values().filter(|class| class.is_default);
        let classed = usual.map(|class| (class.type_id, class.method.as_str())).collect();
        Self { catalog, relations, enums, owned, children, classed, meanings: RefCell::default() }
    }

    fn schema(&self) -> Schema {
        let mut schema = Schema { enums: self.own_enums(), ..Schema::default() };
        for row in self.catalog.relations.iter().filter(|row| is_table(row) && row.parents.is_empty()) {
            let table = self.table(row);
            schema.tables.insert(table.name.clone(), table.into());
        }
        self.objects(&mut schema);
        schema
    }

    fn name(&self, schema: &str, name: &str) -> TableName {
        let schema = (schema != self.catalog.default_schema).then(|| schema.to_owned());
        TableName { schema, name: name.to_owned() }
    }

    fn name_of(&self, row: &RelationRow) -> TableName {
        self.name(&row.schema, &row.name)
    }

    /// The columns of a table in their order.
    fn columns(&self, table: i64) -> &'a [ColumnRow] {
        self.catalog.columns.get(&table).map(Vec::as_slice).unwrap_or_default()
    }

    /// The names of the columns with these numbers.
    fn column_names(&self, table: i64, numbers: &[i32]) -> Vec<String> {
        let columns = self.columns(table);
        numbers.iter().filter_map(|number| column_numbered(columns, *number)).map(|row| row.name.clone()).collect()
    }

    fn table(&self, row: &RelationRow) -> Table {
        let mut table = Table::new(self.name_of(row));
        table.columns = self.columns(row.id).iter().map(|column| self.column(row, column)).collect();
        table.options = TableOptions {
            partition_by: row.partition_by.clone(),
            unlogged: row.unlogged,
            storage: row.storage.clone(),
            row_security: row_security(row),
            ..TableOptions::default()
        };
        table.comment.clone_from(&row.comment);
        self.unusual(row, &mut table);
        self.constraints(row, &mut table);
        self.indexes(row, &mut table);
        for (attachment, comment, firing) in self.attachments(row) {
            let (kind, name) = (attachment.kind, attachment.name.clone());
            table
                .unmodelled
                .extend(firing.map(|firing| format!("{firing} {} {name}", kind.to_string().to_uppercase())));
            table.comments.extend(comment.map(|comment| (Part::Attachment(kind, name), comment)));
            table.attachments.push(attachment);
        }
        for child in self.children.get(&row.id).into_iter().flatten() {
            if is_table(child) {
                let sql = self.child_statements(child);
                table.partitions.push(Partition { name: self.name_of(child), sql });
            } else {
                table.unmodelled.push(format!("foreign table {} as a partition", self.name_of(child)));
            }
        }
        table
    }

    /// What the model has no place for, of the table and its columns.
    fn unusual(&self, row: &RelationRow, table: &mut Table) {
        let said = &mut table.unmodelled;
        said.extend(row.of_type.as_ref().map(|name| format!("OF {name}")));
        said.extend(row.method.as_ref().filter(|method| *method != "heap").map(|method| format!("USING {method}")));
        said.extend(row.tablespace.as_ref().map(|name| format!("TABLESPACE {name}")));
        said.extend(
            match row.replica_identity {
                'f' => Some("REPLICA IDENTITY FULL"),
                'n' => Some("REPLICA IDENTITY NOTHING"),
                'i' => Some("REPLICA IDENTITY USING INDEX"),
                _ => None,
            }
            .map(str::to_owned),
        );
        for column in self.columns(row.id) {
            said.extend(column.unusual.iter().map(|words| format!("ALTER COLUMN {} {words}", column.name)));
            for sequence in self.owned.get(&(row.id, column.number)).into_iter().flatten() {
                if !sequence.counts(column) {
                    said.push(format!("sequence {} owned by {}", sequence.row.name, column.name));
                }
            }
        }
    }

    /// Triggers, rules and policies, each with its comment and when it fires, unless that is always.
    fn attachments(&self, row: &RelationRow) -> impl Iterator<Item = (Attachment, Option<String>, Option<String>)> {
        let on = self.name_of(row);
        let rows = self.catalog.attachments.get(&row.id).into_iter().flatten();
        rows.map(move |row| {
            let (kind, sql) = match row.kind.as_str() {
                "trigger" => (AttachmentKind::Trigger, row.sql.clone()),
                "rule" => (AttachmentKind::Rule, row.sql.clone()),
                _ => {
                    let sql = format!("CREATE POLICY {} ON {}{}", identifier(&row.name), written(&on), row.sql);
                    (AttachmentKind::Policy, sql)
                }
            };
            let sql = sql.trim_end().trim_end_matches(';').to_owned();
            (Attachment { kind, name: row.name.clone(), sql }, row.comment.clone(), row.firing.clone())
        })
    }
}

/// Whether the relation is a table of the application, be it a child of another.
fn is_table(row: &RelationRow) -> bool {
    matches!(row.kind, 'r' | 'p') && !row.of_extension && !is_of_tool(&row.name)
}

fn row_security(row: &RelationRow) -> RowSecurity {
    match (row.row_security, row.forces_row_security) {
        (false, _) => RowSecurity::Off,
        (true, false) => RowSecurity::Enabled,
        (true, true) => RowSecurity::Forced,
    }
}

fn column_numbered(columns: &[ColumnRow], number: i32) -> Option<&ColumnRow> {
    columns.binary_search_by_key(&number, |row| row.number).ok().map(|position| &columns[position])
}

/// The name as SQL writes it.
fn written(name: &TableName) -> String {
    match &name.schema {
        Some(schema) => format!("{}.{}", identifier(schema), identifier(&name.name)),
        None => identifier(&name.name),
    }
}

/// Storage parameters as SQL writes them.
fn parameters(options: &BTreeMap<String, String>) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    let one = |(key, value): (&String, &String)| {
        if !value.is_empty() && value.chars().all(is_plain) && !value.starts_with('-') {
            format!("{key}={value}")
        } else {
            format!("{key}={}", text::literal(value))
        }
    };
    options.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// The names in quotes for words.
fn in_words(kind: &str, name: &TableName) -> String {
    format!("{kind} `{name}`")
}
