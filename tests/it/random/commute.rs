//! Branches that `merge` calls harmless lead to the same schema whichever of them runs first, and go down without each other.

use std::path::Path;

use seachange::dialect::{Dialect, Options};
use seachange::diff::{self, Rules};
use seachange::error::Error;
use seachange::meet::conflicts;
use seachange::model::{Declared, Schema};
use seachange::revision::graph::Graph;
use seachange::revision::{Direction, Revision};

use super::laws::{Place, born, chain, compared};
use super::{Case, Lawful};
use crate::support::{Written, reflect, run, write_for};

/// The revision that leads from the one schema to the other; `None` where there is none.
async fn branch(place: &Place, from: &Declared, to: &Declared, id: &str, dialect: Dialect) -> Lawful<Option<Written>> {
    let options = Options::default();
    let comparison = compared(&place.session, to, Some(&from.schema), &options, &Rules::default()).await?;
    match write_for(&comparison, id, dialect) {
        Ok(mut written) => {
            written.text = written.text.replace("-- parents: none\n", "-- parents: base\n");
            Ok(Some(written))
        }
        Err(Error::Blocked { .. }) => Ok(None),
        Err(error) => Err(error.to_string()),
    }
}

fn graph(branches: [&Written; 2]) -> Graph {
    let base = "-- revision: base\n-- parents: none\n-- migrate:up\n-- migrate:down\n";
    let texts = [base, &branches[0].text, &branches[1].text];
    let read = |(number, text): (usize, &&str)| Revision::parse(Path::new(&format!("{number}.sql")), text).unwrap();
    Graph::new(texts.iter().enumerate().map(read).collect()).unwrap()
}

/// Both branches, in this order, on a database as it was before.
async fn in_order(case: &Case, branches: [&Written; 2]) -> Lawful<(Place, Schema)> {
    let place = Place::new(case.dialect).await;
    born(&place.session, case).await?;
    for branch in branches {
        run(&place.session, &branch.text, Direction::Up).await.map_err(|error| chain(&error))?;
    }
    let schema = reflect(&place.session).await;
    Ok((place, schema))
}

fn unlike(dialect: Dialect, left: &Schema, right: &Schema) -> Vec<String> {
    let canonical = |schema: &Schema| dialect.canonicalize(schema.clone(), &Options::default()).unwrap();
    let (left, right) = (canonical(left), canonical(right));
    diff::diff(&dialect.reconcile(left, &right), &right).iter().map(ToString::to_string).collect()
}

/// Says whether the branches were harmless.
pub(super) async fn commute(case: &Case, other: &Declared) -> Lawful<bool> {
    let dialect = case.dialect;
    let place = Place::new(dialect).await;
    born(&place.session, case).await?;
    let before = reflect(&place.session).await;
    let left = branch(&place, &case.from, &case.to, "left", dialect).await?;
    let right = branch(&place, &case.from, other, "right", dialect).await?;
    let (Some(left), Some(right)) = (left, right) else { return Ok(false) };
    if left.down.is_none() || right.down.is_none() {
        return Ok(false);
    }
    let heads = ["left", "right"].map(str::to_owned);
    if !conflicts(&graph([&left, &right]), &heads, dialect, "public").is_empty() {
        return Ok(false);
    }
    let texts = format!("{}\n{}", left.text, right.text);
    let told = |problem: String| format!("{problem}\n{texts}");
    let (one, first) = in_order(case, [&left, &right]).await.map_err(told)?;
    let (_, second) = in_order(case, [&right, &left]).await.map_err(told)?;
    let left_over = unlike(dialect, &first, &second);
    if !left_over.is_empty() {
        return Err(told(format!("the order matters: {left_over:?}")));
    }
    // The one that came first goes first, as if the other had always been there.
    for branch in [&left, &right] {
        run(&one.session, &branch.text, Direction::Down).await.map_err(|error| told(chain(&error)))?;
    }
    let left_over = unlike(dialect, &before, &reflect(&one.session).await);
    if left_over.is_empty() { Ok(true) } else { Err(told(format!("the way down: {left_over:?}"))) }
}
