//! What nobody declared is not lost, on SQLite.

use std::collections::BTreeMap;
use std::path::Path;

use sea_orm::ConnectionTrait;
use seachange::diff::Rules;
use seachange::error::Error;
use seachange::migrate::Session;
use seachange::model::{Declared, Schema, Table, TableName};
use seachange::op::Op;
use seachange::render::sql::table_lines;
use seachange::revision::{Direction, Revision};

use super::contents::{Contents, kept, renamed};
use super::laws::{birth, compared, in_text, same, silent, step};
use super::{Case, Lawful};
use crate::models::{self, Choices};
use crate::support::{DIALECT, Written, execute, memory, query, reflect, write};

pub(super) async fn ownership(case: &Case, unmanaged: &[u16]) -> Lawful {
    let Case { from, to, options, rows, .. } = case;
    let rules = Rules::default();
    let mut real = from.schema.clone();
    let statements = models::add_unmanaged(&mut real, &mut Choices::new(unmanaged, DIALECT));
    let (session, elsewhere) = (memory().await, memory().await);
    let real = Declared { schema: real, ..Declared::default() };
    for session in [&session, &elsewhere] {
        birth(session, &real, options, |schema, _| schema).await?;
        let mut live = reflect(session).await;
        models::keep_values(&mut live, &from.schema);
        execute(session, &models::rows(&live, *rows, DIALECT)).await;
        execute(session, &statements.join(";\n")).await;
    }
    let before = Contents::of(&session).await;
    let shown = format!("unmanaged: {}\n{}", models::show(&before.schema, DIALECT), statements.join(";\n"));

    for lock in [None, Some(&from.schema)] {
        let differences: Vec<String> =
            compared(&session, from, lock, options, &rules).await?.ops().iter().map(ToString::to_string).collect();
        same(&differences, &Vec::new(), "what is unmanaged is a difference", &shown)?;
    }
    let comparison = compared(&session, to, Some(&from.schema), options, &rules).await?;
    let written = match write(&comparison, "change") {
        Ok(written) => written,
        Err(Error::Blocked { .. }) => return Ok(()),
        Err(error) => return Err(error.to_string()),
    };
    if !step(&session, &written, Direction::Up, &before).await.map_err(|problem| format!("{problem}\n{shown}"))? {
        return Ok(());
    }
    silent(&session, to, options, "after the way up", &written).await?;
    let after = Contents::of(&session).await;
    in_other_hands(&elsewhere, &written, &after)
        .await
        .map_err(|problem| format!("{}\n{shown}", in_text(&problem, &written)))?;
    kept(&before, &after, &written.up, "the way up", DIALECT).map_err(|problem| in_text(&problem, &written))?;
    stays(&before.schema, &after.schema, &written)
        .map_err(|problem| format!("{}\n{shown}", in_text(&problem, &written)))?;
    for name in after.schema.verbatim.keys() {
        query(&session, &format!("SELECT CAST(count(*) AS TEXT) FROM {}", DIALECT.quote(&name.name))).await;
    }

    // What somebody else's trigger or view names may stand in the way down, which the text then says.
    if written.down.is_some() && step(&session, &written, Direction::Down, &after).await? {
        silent(&session, from, options, "after the way down", &written).await?;
        let back = Contents::of(&session).await;
        stays(&after.schema, &back.schema, &written).map_err(|problem| in_text(&problem, &written))?;
    }
    Ok(())
}

/// Somebody else's runner, with foreign keys on and a transaction of its own, comes to the same.
async fn in_other_hands(session: &Session, written: &Written, expected: &Contents) -> Lawful {
    let revision = Revision::parse(Path::new("test.sql"), &written.text).unwrap();
    let script = &revision.section(Direction::Up, DIALECT.name()).unwrap().sql;
    for sql in ["PRAGMA foreign_keys = ON", "BEGIN"] {
        execute(session, sql).await;
    }
    for statement in DIALECT.statements(script) {
        if let Err(error) = session.connection().execute_unprepared(&statement.sql).await {
            // `SET NULL` on a column that takes none: SQLite never lets such a row's parent go while foreign keys are on.
            let is_dropped = written.up.steps.iter().any(|step| {
                matches!(&step.op, Op::DropTable { table } if statement.sql.ends_with(&DIALECT.quote(&table.name.name)))
            });
            let said = error.to_string();
            let is_hopeless = statement.sql.starts_with("DROP TABLE")
                && (said.contains("datatype mismatch") || is_dropped && said.contains("NOT NULL constraint failed"));
            let problem = format!("in other hands: {error}: {}", statement.sql);
            return if is_hopeless { Ok(()) } else { Err(problem) };
        }
    }
    let committed = session.connection().execute_unprepared("COMMIT").await;
    committed.map_err(|error| format!("in other hands: {error}"))?;
    let found = Contents::of(session).await;
    same(&found.schema, &expected.schema, "the schema in other hands", &written.text)?;
    same(&found.rows, &expected.rows, "the rows in other hands", &written.text)
}

/// Everything whose name begins with `unmanaged` is still there, unless what it stands on is gone.
fn stays(before: &Schema, after: &Schema, written: &Written) -> Lawful {
    let found = unmanaged(after);
    let dropped: Vec<&Op> = written.up.steps.iter().map(|step| &step.op).collect();
    let is_gone = |table: &TableName, text: &str| {
        let (table, _) = renamed(&written.up, table, "");
        let Some(table) = after.tables.get(&table) else { return true };
        let drops = dropped.iter().flat_map(|op| match op {
            Op::RebuildTable { ops, .. } => ops.iter().collect(),
            op => vec![*op],
        });
        drops.into_iter().any(|op| {
            matches!(op, Op::DropColumn { table: of, column, .. }
                if *of == table.name && text.contains(&DIALECT.quote(&column.name)))
        })
    };
    for (name, (table, text)) in unmanaged(before) {
        if !found.contains_key(&name) && !is_gone(&table, &text) {
            return Err(format!("{name} is lost"));
        }
    }
    Ok(())
}

/// What is unmanaged by its name, with its table and what it says.
fn unmanaged(schema: &Schema) -> BTreeMap<String, (TableName, String)> {
    let mut found = BTreeMap::new();
    for (name, table) in &schema.tables {
        let mut add = |what: String, text: String| {
            if what.contains("unmanaged") {
                found.insert(what, (name.clone(), text));
            }
        };
        add(name.name.clone(), String::new());
        for column in &table.columns {
            add(format!("column {}", column.name), DIALECT.quote(&column.name));
        }
        for check in &table.checks {
            let name = check.name.as_ref().map(|name| name.text.clone()).unwrap_or_default();
            add(format!("check {name}"), check.expression.clone());
        }
        for index in &table.indexes {
            let sql = table_lines(
                &Table { indexes: vec![index.clone()], columns: Vec::new(), ..Table::clone(table) },
                DIALECT,
            );
            add(format!("index {}", index.name.text), sql.join("\n"));
        }
        for trigger in &table.attachments {
            add(format!("trigger {}", trigger.name), trigger.sql.clone());
        }
    }
    found.extend(schema.verbatim.iter().map(|(name, view)| (name.name.clone(), (name.clone(), view.sql.clone()))));
    found
}
