//! One type for the rows of each query. The order of the columns is that of the `.sql` files.

use std::collections::BTreeMap;

use sea_orm::sqlx::postgres::types::Oid;
use sea_orm::{DbErr, QueryResult};

use super::{Words, get};

/// The collation called `default`: that of the database.
pub(crate) const DEFAULT_COLLATION: i64 = 100;

type Read<T> = std::result::Result<T, DbErr>;

/// A table, partition, foreign table, view, materialized view or composite type.
#[expect(clippy::struct_excessive_bools, reason = "a row of a catalog")]
pub(crate) struct RelationRow {
    pub(crate) id: i64,
    pub(crate) schema: String,
    pub(crate) name: String,
    /// The letter of the catalog.
    pub(crate) kind: char,
    pub(crate) unlogged: bool,
    pub(crate) is_partition: bool,
    /// Belongs to an extension.
    pub(crate) of_extension: bool,
    pub(crate) row_security: bool,
    pub(crate) forces_row_security: bool,
    pub(crate) storage: BTreeMap<String, String>,
    pub(crate) partition_by: Option<String>,
    /// `FOR VALUES …` or `DEFAULT`.
    pub(crate) bound: Option<String>,
    /// The query of a view.
    pub(crate) query: Option<String>,
    pub(crate) parents: Vec<i64>,
    pub(crate) tablespace: Option<String>,
    pub(crate) method: Option<String>,
    /// The letter of the catalog.
    pub(crate) replica_identity: char,
    /// The type a typed table is of.
    pub(crate) of_type: Option<String>,
    pub(crate) comment: Option<String>,
    /// To whom a view belongs, when it is not the role that asks.
    pub(crate) owner: Option<String>,
    /// A view with privileges of its own.
    pub(crate) is_granted: bool,
    /// A materialized view that was never filled.
    pub(crate) unfilled: bool,
}

/// A column of a table or a field of a composite type.
pub(crate) struct ColumnRow {
    pub(crate) number: i32,
    pub(crate) name: String,
    pub(crate) type_id: i64,
    pub(crate) data_type: String,
    pub(crate) not_null: bool,
    /// `s` and `v`.
    pub(crate) generated: Option<char>,
    /// `a` and `d`.
    pub(crate) identity: Option<char>,
    /// The default, or what a generated column is computed from.
    pub(crate) default: Option<String>,
    /// Not only inherited.
    pub(crate) is_own: bool,
    /// The letter of the catalog for the type, of an array that of its elements.
    pub(crate) type_kind: char,
    pub(crate) is_array: bool,
    /// The enum it holds.
    pub(crate) enumeration: Option<i64>,
    pub(crate) collation_id: i64,
    /// The name of the collation, when it is not that of the type.
    pub(crate) collation: Option<String>,
    /// What `ALTER COLUMN` would have to say to make it the same.
    pub(crate) unusual: Vec<String>,
    pub(crate) comment: Option<String>,
}

#[expect(clippy::struct_excessive_bools, reason = "a row of a catalog")]
pub(crate) struct ConstraintRow {
    pub(crate) name: String,
    /// The letter of the catalog.
    pub(crate) kind: char,
    pub(crate) deferrable: bool,
    pub(crate) deferred: bool,
    pub(crate) validated: bool,
    pub(crate) no_inherit: bool,
    /// Not only inherited.
    pub(crate) is_own: bool,
    pub(crate) is_inherited: bool,
    /// The database's own copy of a constraint of a partitioned table.
    pub(crate) is_copy: bool,
    pub(crate) columns: Vec<i32>,
    pub(crate) references: i64,
    pub(crate) referenced_columns: Vec<i32>,
    pub(crate) on_update: char,
    pub(crate) on_delete: char,
    pub(crate) matching: char,
    pub(crate) on_delete_columns: Vec<i32>,
    pub(crate) enforced: bool,
    pub(crate) period: bool,
    pub(crate) expression: Option<String>,
    pub(crate) operators: Vec<String>,
    /// All of it, for the children of other tables.
    pub(crate) definition: Option<String>,
    pub(crate) index: i64,
    pub(crate) comment: Option<String>,
}

#[expect(clippy::struct_excessive_bools, reason = "a row of a catalog")]
pub(crate) struct IndexRow {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) unique: bool,
    pub(crate) valid: bool,
    pub(crate) clustered: bool,
    pub(crate) method: String,
    pub(crate) nulls_not_distinct: bool,
    pub(crate) storage: BTreeMap<String, String>,
    pub(crate) tablespace: Option<String>,
    pub(crate) predicate: Option<String>,
    /// Made by the database for the index of a partitioned table.
    pub(crate) attached: bool,
    /// All of it, for materialized views and the children of other tables.
    pub(crate) definition: Option<String>,
    pub(crate) comment: Option<String>,
    pub(crate) parts: Vec<IndexPartRow>,
}

pub(crate) struct IndexPartRow {
    pub(crate) included: bool,
    /// The column's number; 0 for an expression.
    pub(crate) column: i32,
    pub(crate) expression: Option<String>,
    pub(crate) descending: bool,
    pub(crate) nulls_first: bool,
    /// 0 for none.
    pub(crate) collation_id: i64,
    /// Its name, when an expression does not have it by itself.
    pub(crate) collation: Option<String>,
    /// The operator class; 0 for a column that is only included.
    pub(crate) class: i64,
    pub(crate) class_options: BTreeMap<String, String>,
}

/// An operator class.
pub(crate) struct ClassRow {
    pub(crate) method: String,
    /// The type it is for.
    pub(crate) type_id: i64,
    /// What indexes on the type have when nothing is said.
    pub(crate) is_default: bool,
    pub(crate) name: String,
}

/// A trigger, rule or policy.
pub(crate) struct AttachmentRow {
    pub(crate) kind: String,
    pub(crate) name: String,
    /// The statement; of a policy, only what stands behind the name of its table.
    pub(crate) sql: String,
    pub(crate) comment: Option<String>,
    /// `DISABLE` and the like.
    pub(crate) firing: Option<String>,
}

#[expect(clippy::struct_excessive_bools, reason = "a row of a catalog")]
pub(crate) struct SequenceRow {
    pub(crate) schema: String,
    pub(crate) name: String,
    pub(crate) unlogged: bool,
    pub(crate) of_extension: bool,
    pub(crate) data_type: String,
    pub(crate) start: i64,
    pub(crate) increment: i64,
    pub(crate) min: i64,
    pub(crate) max: i64,
    pub(crate) cache: i64,
    pub(crate) cycle: bool,
    /// The default of a column that takes its numbers, unless it is an identity.
    pub(crate) next: Option<String>,
    /// The table and the number of the column it belongs to.
    pub(crate) owner: Option<(i64, i32)>,
    pub(crate) of_identity: bool,
    pub(crate) comment: Option<String>,
}

pub(crate) struct TypeRow {
    pub(crate) id: i64,
    pub(crate) schema: String,
    pub(crate) name: String,
    /// The letter of the catalog.
    pub(crate) kind: char,
    /// One value of an enum.
    pub(crate) value: Option<String>,
    /// What stands behind `CREATE DOMAIN … AS`.
    pub(crate) definition: Option<String>,
    /// Belongs to an extension.
    pub(crate) of_extension: bool,
    pub(crate) comment: Option<String>,
}

pub(crate) struct RoutineRow {
    pub(crate) schema: String,
    /// The schema as its definition names it.
    pub(crate) prefix: String,
    /// The letter of the catalog.
    pub(crate) kind: char,
    pub(crate) signature: String,
    pub(crate) definition: Option<String>,
    pub(crate) comment: Option<String>,
}

/// An extension, or something the model has no place for.
pub(crate) struct OtherRow {
    pub(crate) kind: String,
    pub(crate) schema: Option<String>,
    pub(crate) name: String,
}

/// A table that a view reads, or a column of one.
pub(crate) struct UseRow {
    pub(crate) schema: String,
    pub(crate) table: String,
    pub(crate) column: Option<String>,
}

impl RelationRow {
    pub(super) fn read(row: &QueryResult, words: &Words) -> Read<Self> {
        let of_toast = options(get(row, 10)?).into_iter().map(|(key, value)| (format!("toast.{key}"), value));
        Ok(Self {
            id: get(row, 0)?,
            schema: get(row, 1)?,
            name: get(row, 2)?,
            kind: letter(row, 3)?,
            unlogged: get(row, 4)?,
            is_partition: get(row, 5)?,
            of_extension: get(row, 6)?,
            row_security: get(row, 7)?,
            forces_row_security: get(row, 8)?,
            storage: options(get(row, 9)?).into_iter().chain(of_toast).collect(),
            partition_by: sql(row, 11, words)?,
            bound: sql(row, 12, words)?,
            query: sql(row, 13, words)?,
            parents: numbers(get(row, 14)?),
            tablespace: get(row, 15)?,
            method: get(row, 16)?,
            replica_identity: letter(row, 17)?,
            of_type: sql(row, 18, words)?,
            comment: get(row, 19)?,
            owner: get(row, 20)?,
            is_granted: get(row, 21)?,
            unfilled: get(row, 22)?,
        })
    }
}

impl ColumnRow {
    pub(super) fn read(row: &QueryResult, words: &Words) -> Read<(i64, Self)> {
        let mut rare = texts(row, 8)?.into_iter();
        let mut next = || rare.next().flatten();
        let first = |text: Option<String>| text.and_then(|text| text.chars().next());
        let (generated, identity, default) = (first(next()), first(next()), next());
        let (element, element_kind) = (number(next()), first(next()));
        let (type_id, type_kind) = (id(row, 3)?, element_kind.or(code(row, 7)?).unwrap_or(' '));
        let column = Self {
            number: get::<i16>(row, 1)?.into(),
            name: get(row, 2)?,
            type_id,
            data_type: words.plain(get(row, 4)?),
            not_null: get(row, 5)?,
            generated,
            identity,
            default: default.map(|sql| words.plain(sql)),
            is_own: get(row, 6)?,
            type_kind,
            is_array: element.is_some(),
            enumeration: (type_kind == 'e').then(|| element.unwrap_or(type_id)),
            collation_id: number(next()).unwrap_or(DEFAULT_COLLATION),
            collation: next(),
            unusual: split(next()),
            comment: next(),
        };
        Ok((id(row, 0)?, column))
    }
}

impl ConstraintRow {
    pub(super) fn read(row: &QueryResult, words: &Words) -> Read<(i64, Self)> {
        let constraint = Self {
            name: get(row, 1)?,
            kind: letter(row, 2)?,
            deferrable: get(row, 3)?,
            deferred: get(row, 4)?,
            validated: get(row, 5)?,
            no_inherit: get(row, 6)?,
            is_own: get(row, 7)?,
            is_inherited: get(row, 8)?,
            is_copy: get(row, 9)?,
            columns: numbers(get(row, 10)?),
            references: get(row, 11)?,
            referenced_columns: numbers(get(row, 12)?),
            on_update: letter(row, 13)?,
            on_delete: letter(row, 14)?,
            matching: letter(row, 15)?,
            on_delete_columns: numbers(get(row, 16)?),
            enforced: get(row, 17)?,
            period: get(row, 18)?,
            expression: sql(row, 19, words)?,
            operators: split(sql(row, 20, words)?),
            definition: sql(row, 21, words)?,
            index: get(row, 22)?,
            comment: get(row, 23)?,
        };
        Ok((get(row, 0)?, constraint))
    }
}

impl IndexRow {
    pub(super) fn read(row: &QueryResult, words: &Words) -> Read<(i64, Self)> {
        let index = Self {
            id: id(row, 1)?,
            name: get(row, 2)?,
            unique: get(row, 3)?,
            valid: get(row, 4)?,
            clustered: get(row, 5)?,
            method: get(row, 6)?,
            nulls_not_distinct: get(row, 7)?,
            storage: options(get(row, 8)?),
            tablespace: get(row, 9)?,
            predicate: sql(row, 10, words)?,
            attached: get(row, 11)?,
            definition: sql(row, 12, words)?,
            comment: get(row, 13)?,
            parts: Self::parts(row, words)?,
        };
        Ok((id(row, 0)?, index))
    }

    fn parts(row: &QueryResult, words: &Words) -> Read<Vec<IndexPartRow>> {
        let keys = get::<i16>(row, 14)?;
        let columns: Vec<i32> = numbers(get(row, 15)?);
        let orders: Vec<i32> = numbers(get(row, 16)?);
        let (classes, collation_ids): (Vec<i64>, Vec<i64>) = (numbers(get(row, 17)?), numbers(get(row, 18)?));
        let mut expressions = texts(row, 19)?.into_iter();
        let mut collations = texts(row, 20)?.into_iter();
        let mut class_options = texts(row, 21)?.into_iter();
        let part = |(place, column)| {
            // The bits of the catalog: 1 for descending, 2 for NULL first.
            let order = orders.get(place).copied().unwrap_or_default();
            IndexPartRow {
                included: place >= usize::from(keys.unsigned_abs()),
                column,
                expression: expressions.next().flatten().map(|sql| words.plain(sql)),
                descending: order & 1 != 0,
                nulls_first: order & 2 != 0,
                collation_id: collation_ids.get(place).copied().unwrap_or_default(),
                collation: collations.next().flatten(),
                class: classes.get(place).copied().unwrap_or_default(),
                class_options: options(class_options.next().flatten()),
            }
        };
        Ok(columns.into_iter().enumerate().map(part).collect())
    }
}

impl ClassRow {
    pub(super) fn read(row: &QueryResult, words: &Words) -> Read<(i64, Self)> {
        let class = Self {
            method: get(row, 1)?,
            type_id: id(row, 2)?,
            is_default: get(row, 3)?,
            name: words.plain(get(row, 4)?),
        };
        Ok((id(row, 0)?, class))
    }
}

impl AttachmentRow {
    pub(super) fn read(row: &QueryResult, words: &Words) -> Read<(i64, Self)> {
        let attachment = Self {
            kind: get(row, 1)?,
            name: get(row, 2)?,
            sql: words.plain(get(row, 3)?),
            comment: get(row, 4)?,
            firing: get(row, 5)?,
        };
        Ok((get(row, 0)?, attachment))
    }
}

impl SequenceRow {
    pub(super) fn read(row: &QueryResult, words: &Words) -> Read<Self> {
        let (table, column): (Option<i64>, Option<i32>) = (get(row, 12)?, get(row, 13)?);
        Ok(Self {
            schema: get(row, 0)?,
            name: get(row, 1)?,
            unlogged: get(row, 2)?,
            of_extension: get(row, 3)?,
            data_type: get(row, 4)?,
            start: get(row, 5)?,
            increment: get(row, 6)?,
            min: get(row, 7)?,
            max: get(row, 8)?,
            cache: get(row, 9)?,
            cycle: get(row, 10)?,
            next: sql(row, 11, words)?,
            owner: table.zip(column),
            of_identity: get(row, 14)?,
            comment: get(row, 15)?,
        })
    }
}

impl TypeRow {
    pub(super) fn read(row: &QueryResult, words: &Words) -> Read<Self> {
        Ok(Self {
            id: get(row, 0)?,
            schema: get(row, 1)?,
            name: get(row, 2)?,
            kind: letter(row, 3)?,
            value: get(row, 4)?,
            definition: sql(row, 5, words)?,
            of_extension: get(row, 6)?,
            comment: get(row, 7)?,
        })
    }
}

impl RoutineRow {
    pub(super) fn read(row: &QueryResult, words: &Words) -> Read<Self> {
        Ok(Self {
            schema: get(row, 0)?,
            prefix: get(row, 1)?,
            kind: letter(row, 2)?,
            signature: words.plain(get(row, 3)?),
            definition: get::<Option<String>>(row, 4)?.map(|sql| {
                // The body is nobody's but its author's, unless the server has understood it.
                let (head, body) = sql.split_at(sql.find("\nAS ").unwrap_or(sql.len()));
                words.plain(head.to_owned()) + body
            }),
            comment: get(row, 5)?,
        })
    }
}

impl OtherRow {
    pub(super) fn read(row: &QueryResult, _: &Words) -> Read<Self> {
        Ok(Self { kind: get(row, 0)?, schema: get(row, 1)?, name: get(row, 2)? })
    }
}

impl UseRow {
    pub(super) fn read(row: &QueryResult, _: &Words) -> Read<(i64, Self)> {
        Ok((get(row, 0)?, Self { schema: get(row, 1)?, table: get(row, 2)?, column: get(row, 3)? }))
    }
}

/// An object identifier.
fn id(row: &QueryResult, index: usize) -> Read<i64> {
    Ok(get::<Oid>(row, index)?.0.into())
}

fn number(text: Option<String>) -> Option<i64> {
    text?.parse().ok()
}

/// A letter as the catalogs keep it; there is none when it is zero.
fn code(row: &QueryResult, index: usize) -> Read<Option<char>> {
    let letter = get::<Option<i8>>(row, index)?.unwrap_or_default().cast_unsigned();
    Ok((letter != 0).then(|| letter.into()))
}

fn letter(row: &QueryResult, index: usize) -> Read<char> {
    Ok(get::<String>(row, index)?.chars().next().unwrap_or(' '))
}

/// A text that the server made from what it has understood.
fn sql(row: &QueryResult, index: usize, words: &Words) -> Read<Option<String>> {
    Ok(get::<Option<String>>(row, index)?.map(|sql| words.plain(sql)))
}

/// The texts of a list, which need not be there.
fn texts(row: &QueryResult, index: usize) -> Read<Vec<Option<String>>> {
    Ok(get::<Option<_>>(row, index)?.unwrap_or_default())
}

/// The numbers of a catalog's array, whatever stands around them.
fn numbers<T: std::str::FromStr>(list: Option<String>) -> Vec<T> {
    let list = list.unwrap_or_default();
    list.split(|c: char| !c.is_ascii_digit() && c != '-').filter_map(|number| number.parse().ok()).collect()
}

fn split(list: Option<String>) -> Vec<String> {
    list.map(|list| list.split('\u{1f}').map(str::to_owned).collect()).unwrap_or_default()
}

fn options(list: Option<String>) -> BTreeMap<String, String> {
    let pairs = split(list).into_iter();
    pairs
        .map(|pair| {
            pair.split_once('=').map_or((pair.clone(), String::new()), |(key, value)| (key.into(), value.into()))
        })
        .collect()
}
