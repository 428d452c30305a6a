//! What PostgreSQL's catalogs say, as rows grouped by what they belong to. Knows the queries and nothing of what the rows
//! mean.

mod rows;

use std::collections::BTreeMap;

use sea_orm::sqlx::{Decode, Postgres, Row as _};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, QueryResult, RuntimeErr, Statement};

pub(super) use self::rows::{
    AttachmentRow, ClassRow, ColumnRow, ConstraintRow, DEFAULT_COLLATION, IndexPartRow, IndexRow, OtherRow,
    RelationRow, RoutineRow, SequenceRow, TypeRow, UseRow,
};
use super::text;
use super::words::identifier;
use crate::error::{Error, Result};

/// The rows of all queries. Numbers are the object identifiers of the catalogs.
pub(super) struct Catalog {
    /// The schema whose objects go by their bare names.
    pub(super) default_schema: String,
    /// In the order of their making.
    pub(super) relations: Vec<RelationRow>,
    /// By table, in the order of the table.
    pub(super) columns: BTreeMap<i64, Vec<ColumnRow>>,
    pub(super) constraints: BTreeMap<i64, Vec<ConstraintRow>>,
    pub(super) indexes: BTreeMap<i64, Vec<IndexRow>>,
    /// The operator classes of indexes.
    pub(super) classes: BTreeMap<i64, ClassRow>,
    pub(super) attachments: BTreeMap<i64, Vec<AttachmentRow>>,
    pub(super) sequences: Vec<SequenceRow>,
    pub(super) types: Vec<TypeRow>,
    pub(super) routines: Vec<RoutineRow>,
    pub(super) others: Vec<OtherRow>,
    pub(super) uses: BTreeMap<i64, Vec<UseRow>>,
}

/// Asks the queries, as this server and this role need them.
struct Reader<'a, C> {
    db: &'a C,
    default_schema: &'a str,
    version: i32,
    /// The schemas that are not looked at, beside those of the server.
    apart: String,
    words: Words,
}

/// How the texts of the server are read.
pub(super) struct Words {
    /// The server writes this before the names of the default schema, because the role may not use it.
    prefix: Option<String>,
}

impl Catalog {
    /// Asks all there is to ask. The caller keeps the transaction, and has set the search path.
    pub(super) async fn read(db: &impl ConnectionTrait, default_schema: &str, all: &[String]) -> Result<Self> {
        let apart = all.iter().filter(|schema| *schema != default_schema);
        let apart = apart.flat_map(|schema| [", ".to_owned(), text::literal(schema)]).collect();
        let mut reader = Reader { db, default_schema, version: 0, apart, words: Words { prefix: None } };
        let session = reader.ask("ask for the server's version", include_str!("session.sql"), |row, _| {
            Ok((get::<i32>(row, 0)?, get::<bool>(row, 1)?))
        });
        for (version, may_use) in session.await? {
            reader.version = version;
            reader.words.prefix = (!may_use).then(|| format!("{}.", identifier(default_schema)));
        }
        let columns =
            reader.ask("read the columns of all tables", include_str!("columns.sql"), ColumnRow::read).await?;
        let indexes = reader.ask("read the indexes of all tables", include_str!("indexes.sql"), IndexRow::read).await?;
        let classes = reader.ask("read the operator classes", include_str!("classes.sql"), ClassRow::read).await?;
        Ok(Self {
            default_schema: default_schema.to_owned(),
            relations: reader.ask("read the list of tables", include_str!("relations.sql"), RelationRow::read).await?,
            columns: sorted(group(columns), |column| column.number),
            constraints: group(
                reader
                    .ask("read the constraints of all tables", include_str!("constraints.sql"), ConstraintRow::read)
                    .await?,
            ),
            indexes: sorted(group(indexes), |index| index.id),
            classes: classes.into_iter().collect(),
            attachments: group(
                reader
                    .ask(
                        "read the triggers, rules and policies of all tables",
                        include_str!("attachments.sql"),
                        AttachmentRow::read,
                    )
                    .await?,
            ),
            sequences: reader.ask("read all sequences", include_str!("sequences.sql"), SequenceRow::read).await?,
            types: reader.ask("read all types", include_str!("types.sql"), TypeRow::read).await?,
            routines: reader.ask("read all functions", include_str!("routines.sql"), RoutineRow::read).await?,
            others: reader.ask("read the list of extensions", include_str!("others.sql"), OtherRow::read).await?,
            uses: group(reader.ask("read what views use", include_str!("uses.sql"), UseRow::read).await?),
        })
    }
}

impl<C: ConnectionTrait> Reader<'_, C> {
    /// Asks one query and turns each of its rows into a value.
    async fn ask<T>(
        &self,
        doing: &str,
        sql: &str,
        row: impl Fn(&QueryResult, &Words) -> std::result::Result<T, DbErr>,
    ) -> Result<Vec<T>> {
        let statement = Statement::from_string(DbBackend::Postgres, self.fit(sql));
        let rows = self.db.query_all_raw(statement).await;
        let read = |rows: Vec<QueryResult>| rows.into_iter().map(|found| row(&found, &self.words)).collect();
        rows.and_then(read).map_err(|cause| failed(doing, cause))
    }

    /// The query with the name of the default schema, and with nothing this server has not heard of.
    fn fit(&self, sql: &str) -> String {
        let compression =
            "CASE a.attcompression WHEN 'p' THEN 'SET COMPRESSION pglz' WHEN 'l' THEN 'SET COMPRESSION lz4' END";
        let pieces = [
            ("{compression}", 140_000, compression, "NULL"),
            ("{compressed}", 140_000, "a.attcompression <> ''", "false"),
            ("{delete_columns}", 150_000, "k.confdelsetcols::text", "NULL::text"),
            ("{nulls_not_distinct}", 150_000, "i.indnullsnotdistinct", "false"),
            ("{enforced}", 180_000, "k.conenforced", "true"),
            ("{period}", 180_000, "k.conperiod", "false"),
        ];
        let mut sql = sql.replace("{schema}", &text::literal(self.default_schema));
        if !self.apart.is_empty() {
            let apart = format!("<> ALL (ARRAY['information_schema'{}])", self.apart);
            sql = sql.replace("<> 'information_schema'", &apart);
        }
        for (piece, since, new, old) in pieces {
            sql = sql.replace(piece, if self.version >= since { new } else { old });
        }
        sql
    }
}

impl Words {
    /// An SQL text of the server in which the names of the default schema are bare.
    pub(super) fn plain(&self, sql: String) -> String {
        match &self.prefix {
            Some(prefix) => text::without_prefix(&sql, prefix),
            None => sql,
        }
    }
}

/// A value of a row. The queries are our own, so its type is not looked at: that takes longer than reading it.
fn get<T: for<'r> Decode<'r, Postgres>>(row: &QueryResult, index: usize) -> std::result::Result<T, DbErr> {
    let row = row.try_as_pg_row().ok_or_else(|| DbErr::Type("not a row of PostgreSQL".to_owned()))?;
    row.try_get_unchecked(index).map_err(|error| DbErr::Query(RuntimeErr::SqlxError(error.into())))
}

fn group<T>(rows: Vec<(i64, T)>) -> BTreeMap<i64, Vec<T>> {
    let mut groups: BTreeMap<i64, Vec<T>> = BTreeMap::new();
    for (owner, row) in rows {
        groups.entry(owner).or_default().push(row);
    }
    groups
}

/// The groups in the order of a key. The client sorts what the server would have to sort with everything in it.
fn sorted<T, K: Ord>(mut groups: BTreeMap<i64, Vec<T>>, key: impl Fn(&T) -> K) -> BTreeMap<i64, Vec<T>> {
    for group in groups.values_mut() {
        group.sort_by_key(&key);
    }
    groups
}

/// An error of the database with what was being done.
pub(super) fn failed(doing: &str, cause: DbErr) -> Error {
    Error::Query { doing: doing.to_owned(), source: Box::new(cause) }
}
