//! What statements do to the tables of a PostgreSQL server while they run, measured as `seachange lint` measures it. Held against
//! what is predicted, which must not be milder.

use sea_orm::ConnectionTrait;
use seachange::dialect::{Effect, Effects};
use seachange::migrate::Session;
use seachange::migrate::observe::Sight;
use seachange::model::TableName;
use seachange::op::Op;
use seachange::plan::Plan;
use seachange::render::sql;

/// Something that was found to be predicted too mildly, in words.
pub(crate) type Milder = String;

/// What statements do in a transaction that is rolled back.
///
/// # Errors
/// What the server says about the statement it refuses.
pub(crate) async fn measured(session: &Session, statements: &[String]) -> Result<Effects, String> {
    let db = session.connection();
    db.execute_unprepared("BEGIN").await.unwrap();
    let before = Sight::of(session).await.unwrap();
    let mut outcome = Ok(());
    for statement in statements {
        outcome = db.execute_unprepared(statement).await.map(drop).map_err(|error| format!("{statement}: {error}"));
        if outcome.is_err() {
            break;
        }
    }
    let effects = match outcome {
        Ok(()) => Ok(Sight::of(session).await.unwrap().since(&before)),
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
    let first = Sight::of(session).await.unwrap();
    let (mut before, mut found) = (Sight::of(session).await.unwrap(), Vec::new());
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
        let after = Sight::of(session).await.unwrap();
        let milder = milder(&step.effects, &after.since(&before.known_to(&first)));
        found.extend(milder.into_iter().map(|milder| format!("{}: {milder}", step.op)));
        before = after;
    }
    db.execute_unprepared("ROLLBACK").await.unwrap();
    found
}
