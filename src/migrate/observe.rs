//! What statements do to tables while they run, as the database shows it from inside the transaction: which tables they lock,
//! write anew and read. Judges nothing.

use std::collections::BTreeMap;

use sea_orm::QueryResult;

use super::{Session, query_error};
use crate::dialect::{Effect, Effects, HISTORY, Lock};
use crate::error::Result;
use crate::model::TableName;

/// The tables of a database and the locks on them at one moment of a transaction. Nothing where the database shows none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sight {
    tables: BTreeMap<String, Seen>,
    /// The locks of this transaction, by table.
    locks: BTreeMap<String, Vec<Lock>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Seen {
    name: TableName,
    file: String,
    reads: i64,
}

/// What statements did, one after the other, to the tables that were there before.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Traces {
    first: Option<Sight>,
    /// What each of them did.
    pub effects: Vec<Effects>,
}

impl Sight {
    /// What can be seen now.
    ///
    /// # Errors
    /// The connection fails.
    pub async fn of(session: &Session) -> Result<Self> {
        let Some(observation) = session.dialect().observation() else { return Ok(Self::default()) };
        let doing = "see what a statement did";
        let mut sight = Self::default();
        for row in session.query(observation.tables, doing).await? {
            let read = || -> std::result::Result<_, sea_orm::DbErr> {
                let name = TableName { schema: row.try_get("", "schema")?, name: row.try_get("", "name")? };
                let seen = Seen { name, file: row.try_get("", "file")?, reads: row.try_get("", "reads")? };
                Ok((row.try_get("", "id")?, seen))
            };
            let (id, seen): (String, Seen) = read().map_err(|source| query_error(doing, &source))?;
            if seen.name.name != HISTORY {
                sight.tables.insert(id, seen);
            }
        }
        for row in session.query(observation.locks, doing).await? {
            let [id, mode] = texts(&row, ["id", "mode"], doing)?;
            if let Some(lock) = (observation.lock)(&mode) {
                sight.locks.entry(id).or_default().push(lock);
            }
        }
        Ok(sight)
    }

    /// What happened to each table since another moment, as far as anybody notices.
    pub fn since(&self, before: &Self) -> Effects {
        let mut effects = Effects::new();
        for (id, was) in &before.tables {
            let held = before.locks.get(id).map(Vec::as_slice).unwrap_or_default();
            let new = self.locks.get(id).into_iter().flatten().filter(|lock| !held.contains(lock));
            let now = self.tables.get(id);
            let effect = Effect {
                lock: new.max().copied().filter(|lock| *lock > Lock::RowShare),
                rewrite: now.is_some_and(|now| now.file != was.file),
                scan: now.is_some_and(|now| now.reads > was.reads),
            };
            if effect != Effect::default() {
                effects.insert(was.name.clone(), effect);
            }
        }
        effects
    }

    /// The same without the tables that another moment does not know: what was made since is used by nobody.
    #[must_use]
    pub fn known_to(mut self, first: &Self) -> Self {
        self.tables.retain(|id, _| first.tables.contains_key(id));
        self
    }
}

impl Traces {
    /// Adds what a statement did between two moments.
    pub(super) fn add(&mut self, before: Sight, after: &Sight) {
        let first = self.first.get_or_insert_with(|| before.clone());
        self.effects.push(after.since(&before.known_to(first)));
    }
}

/// What keeps what it is when it gets another name, by what it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Identities(BTreeMap<(Kind, String), Named>);

/// What has a name that may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Kind {
    Table,
    Column,
    Enum,
    Value,
}

/// How something is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// What it is.
    pub kind: Kind,
    /// Its name; for what belongs to something else, the name of that.
    pub name: TableName,
    /// Its own name, when it belongs to something else.
    pub part: Option<String>,
}

impl Identities {
    /// Those of a database; `None` where the database knows everything by its name alone.
    ///
    /// # Errors
    /// The connection fails.
    pub async fn of(session: &Session) -> Result<Option<Self>> {
        let Some(observation) = session.dialect().observation() else { return Ok(None) };
        let doing = "see what has which name";
        let mut known = BTreeMap::new();
        for row in session.query(observation.names, doing).await? {
            let [kind, id] = texts(&row, ["kind", "id"], doing)?;
            let kind = match kind.as_str() {
                "table" => Kind::Table,
                "column" => Kind::Column,
                "enum" => Kind::Enum,
                _ => Kind::Value,
            };
            let read = || -> std::result::Result<_, sea_orm::DbErr> {
                let name = TableName { schema: row.try_get("", "schema")?, name: row.try_get("", "name")? };
                Ok(Named { kind, name, part: row.try_get("", "part")? })
            };
            known.insert((kind, id), read().map_err(|source| query_error(doing, &source))?);
        }
        Ok(Some(Self(known)))
    }

    /// What is still there, with what it is called here and there.
    pub fn kept<'a>(&'a self, after: &'a Self) -> impl Iterator<Item = (&'a Named, &'a Named)> {
        self.0.iter().filter_map(|(id, named)| Some((named, after.0.get(id)?)))
    }

    /// What is no longer there.
    pub fn gone<'a>(&'a self, after: &'a Self) -> impl Iterator<Item = &'a Named> {
        self.0.iter().filter(|(id, _)| !after.0.contains_key(*id)).map(|(_, named)| named)
    }
}

fn texts<const N: usize>(row: &QueryResult, columns: [&str; N], doing: &str) -> Result<[String; N]> {
    let mut texts = [const { String::new() }; N];
    for (text, column) in texts.iter_mut().zip(columns) {
        *text = row.try_get("", column).map_err(|source| query_error(doing, &source))?;
    }
    Ok(texts)
}
