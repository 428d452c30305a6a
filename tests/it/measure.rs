//! What statements do to the tables of a PostgreSQL server while they run, measured: locks from `pg_locks`, rewrites from the
//! files of tables, scans from the statistics of the transaction. Held against what is predicted, which must not be milder.

use std::collections::BTreeMap;

use sea_orm::ConnectionTrait;
use seachange::dialect::{Effect, Effects, Lock};
use seachange::migrate::Session;
use seachange::model::TableName;
use seachange::op::Op;
use seachange::plan::Plan;
use seachange::render::sql;

use crate::support::query;

/// Something that was found to be predicted too mildly, in words.
pub(crate) type Milder = String;

/// The tables and locks of a server at one moment of a transaction.
struct Moment {
    tables: BTreeMap<String, Measured>,
    /// The locks of this transaction, by table.
    locks: BTreeMap<String, Vec<Lock>>,
}

struct Measured {
    name: TableName,
    file: String,
    rows_read: u64,
}

impl Moment {
    async fn of(session: &Session) -> Self {
        let tables =
            "SELECT json_build_array(c.oid::text, n.nspname, c.relname, coalesce(pg_relation_filenode(c.oid), 0)::text,
                coalesce(s.seq_tup_read, 0))::text
            FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
            LEFT JOIN pg_stat_xact_user_tables AS s ON s.relid = c.oid
            WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND c.relkind IN ('r', 'p', 'm')";
        let locks = "SELECT json_build_array(relation::oid::text, mode)::text FROM pg_locks
            WHERE pid = pg_backend_pid() AND locktype = 'relation' AND granted";
        let mut moment = Self { tables: BTreeMap::new(), locks: BTreeMap::new() };
        for row in query(session, tables).await {
            let (oid, schema, name, file, rows_read): (String, String, String, String, u64) =
                serde_json::from_str(&row).unwrap();
            let name = TableName { schema: Some(schema).filter(|schema| schema != "public"), name };
            moment.tables.insert(oid, Measured { name, file, rows_read });
        }
        for row in query(session, locks).await {
            let (oid, mode): (String, String) = serde_json::from_str(&row).unwrap();
            let lock = Lock::ALL.into_iter().find(|lock| format!("{lock:?}Lock") == mode).unwrap();
            moment.locks.entry(oid).or_default().push(lock);
        }
        moment
    }

    /// What happened to each table since another moment, as far as anybody notices.
    fn since(&self, before: &Self) -> Effects {
        let mut effects = Effects::new();
        for (oid, was) in &before.tables {
            let held = before.locks.get(oid).map(Vec::as_slice).unwrap_or_default();
            let new = self.locks.get(oid).into_iter().flatten().filter(|lock| !held.contains(lock));
            let now = self.tables.get(oid);
            let effect = Effect {
                lock: new.max().copied().filter(|lock| *lock > Lock::RowShare),
                rewrite: now.is_some_and(|now| now.file != was.file),
                scan: now.is_some_and(|now| now.rows_read > was.rows_read),
            };
            if effect != Effect::default() {
                effects.insert(was.name.clone(), effect);
            }
        }
        effects
    }
}

/// What statements do in a transaction that is rolled back.
///
/// # Errors
/// What the server says about the statement it refuses.
pub(crate) async fn measured(session: &Session, statements: &[String]) -> Result<Effects, String> {
    let db = session.connection();
    db.execute_unprepared("BEGIN").await.unwrap();
    let before = Moment::of(session).await;
    let mut outcome = Ok(());
    for statement in statements {
        outcome = db.execute_unprepared(statement).await.map(drop).map_err(|error| format!("{statement}: {error}"));
        if outcome.is_err() {
            break;
        }
    }
    let effects = match outcome {
        Ok(()) => Ok(Moment::of(session).await.since(&before)),
        Err(error) => Err(error),
    };
    db.execute_unprepared("ROLLBACK").await.unwrap();
    effects
}

/// Where a prediction is milder than what was measured.
pub(crate) fn milder(predicted: &Effects, measured: &Effects) -> Vec<String> {
    let is_milder = |(name, found): &(&TableName, &Effect)| {
        let said = predicted.get(*name).copied().unwrap_or_default();
        said.and(**found) != said
    };
    let words = |(name, found): (&TableName, &Effect)| {
        format!("{name}: measured {found:?}, predicted {:?}", predicted.get(name).copied().unwrap_or_default())
    };
    measured.iter().filter(is_milder).map(words).collect()
}

/// Runs the steps of a plan in a transaction that is rolled back, and holds each against its prediction. Ends where a statement
/// is refused, be it because of the rows, and before one that takes no transaction.
pub(crate) async fn predicted_too_mildly(session: &Session, plan: &Plan) -> Vec<Milder> {
    let db = session.connection();
    db.execute_unprepared("BEGIN").await.unwrap();
    let first = Moment::of(session).await;
    let (mut before, mut found) = (Moment::of(session).await, Vec::new());
    'steps: for step in &plan.steps {
        if matches!(&step.op, Op::CreateIndex { index, .. } | Op::DropIndex { index, .. } if index.concurrently) {
            break;
        }
        for statement in sql::statements(step, session.dialect()) {
            if db.execute_unprepared(&statement).await.is_err() {
                break 'steps;
            }
        }
        // What the plan made is used by nobody.
        before.tables.retain(|oid, _| first.tables.contains_key(oid));
        let after = Moment::of(session).await;
        let milder = milder(&step.effects, &after.since(&before));
        found.extend(milder.into_iter().map(|milder| format!("{}: {milder}", step.op)));
        before = after;
    }
    db.execute_unprepared("ROLLBACK").await.unwrap();
    found
}
