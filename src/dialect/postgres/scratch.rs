//! What is declared in SQL, in PostgreSQL's own words: made in a schema of its own, beside tables that only look like the
//! declared ones, inside a transaction that is rolled back, and read from there as any other schema is.

use sea_orm::ConnectionTrait;

use super::ask::{only_reads, refusal};
use super::reconcile::{same_attachment, same_verbatim};
use super::words::identifier;
use super::{alter, reflect, table_name};
use crate::dialect::Options;
use crate::error::Result;
use crate::model::{Attachment, Schema, Table, TableName, Verbatim, VerbatimKind};
use crate::op::identifiers;

/// The schema everything is made in.
const SCRATCH: &str = "seachange_scratch";

/// Gives what both sides declare in SQL the form the live schema has, wherever PostgreSQL calls them the same, and the form
/// PostgreSQL prints otherwise. Both sides are reconciled by rules before; what those settled is not asked for.
pub(super) async fn settle(
    db: &impl ConnectionTrait,
    declared: &mut Schema,
    lock: &mut Schema,
    live: &Schema,
    options: &Options,
) -> Result<Vec<String>> {
    if is_settled(declared, live) {
        adopt_same(lock, declared, None);
        return Ok(Vec::new());
    }
    let said = declared.clone();
    let mut notes = Vec::new();
    if let Some(reason) = only_reads(db).await? {
        notes.push(format!("note: {reason}, so what is declared in SQL was compared {BY_WORDS}"));
        take_forms(declared, &unchanged(declared, lock, live), live);
        adopt_same(lock, declared, Some(&said));
        return Ok(notes);
    }
    let begin = format!("BEGIN; SET LOCAL client_min_messages = error; CREATE SCHEMA {SCRATCH}");
    let made = match db.execute_unprepared(&begin).await {
        Ok(_) => make(db, declared, options, &mut notes).await.map(Some),
        Err(cause) => refusal(cause).map(|reason| {
            notes.push(format!(
                "note: this role may make no schema, not even for a moment, so what is declared in SQL was compared \
                 {BY_WORDS} ({reason})"
            ));
            None
        }),
    };
    // Nothing that was made stays.
    let ended = db.execute_unprepared("ROLLBACK").await;
    let made = made?;
    ended.map_err(|cause| super::catalog::failed("finish asking about what is declared in SQL", cause))?;
    let made = made.unwrap_or_else(|| unchanged(declared, lock, live));
    take_forms(declared, &made, live);
    adopt_same(lock, declared, Some(&said));
    Ok(notes)
}

/// What is left of a comparison where PostgreSQL cannot be asked.
const BY_WORDS: &str = "by its words alone, with those of the last revision";

/// What PostgreSQL would make of what has not changed since the last revision, as far as nobody changed the database.
fn unchanged(declared: &Schema, lock: &Schema, live: &Schema) -> Schema {
    let mut found = Schema::default();
    for (name, own) in &declared.verbatim {
        let is_unchanged = lock.verbatim.get(name).is_some_and(|lock| same_verbatim(own, lock));
        let live = find(live, name, own.kind).filter(|_| is_unchanged);
        found.verbatim.extend(live.map(|(name, object)| (name.clone(), object.clone())));
    }
    for (name, table) in &declared.tables {
        let (Some(lock), Some(live)) = (lock.tables.get(name), live.tables.get(name)) else { continue };
        let is_unchanged = |live: &&Attachment| {
            let mut own = table.attachments.iter().filter(|own| own.kind == live.kind && own.name == live.name);
            own.any(|own| lock.attachments.iter().any(|lock| same_attachment(own, lock)))
        };
        let attachments = live.attachments.iter().filter(is_unchanged).cloned().collect();
        found.tables.insert(name.clone(), Table { attachments, ..Table::new(name.clone()) }.into());
    }
    found
}

/// Whether the live schema already has all of it, word by word.
fn is_settled(declared: &Schema, live: &Schema) -> bool {
    let has = |name: &TableName, object: &Verbatim| object.sql.is_empty() || live.verbatim.get(name) == Some(object);
    let attached = |table: &Table| {
        let live = live.tables.get(&table.name).map(|live| &live.attachments);
        table.attachments.iter().all(|own| live.is_some_and(|live| live.contains(own)))
    };
    declared.verbatim.iter().all(|(name, object)| has(name, object))
        && declared.tables.values().all(|table| attached(table))
}

/// Makes everything that is declared, as far as PostgreSQL lets it, and reads it back.
async fn make(
    db: &impl ConnectionTrait,
    declared: &Schema,
    options: &Options,
    notes: &mut Vec<String>,
) -> Result<Schema> {
    let path = format!(
        "SET LOCAL search_path TO {SCRATCH}, {}; SET LOCAL check_function_bodies TO off",
        identifier(&options.schema)
    );
    let mut script: Vec<(String, Option<String>)> = vec![(path, None)];
    let home = |name: &TableName| name.schema.is_none();
    for (name, definition) in declared.enums.iter().filter(|(name, _)| home(name)) {
        script.push((alter::create_enum(name, definition), None));
    }
    let objects = |wanted: &'static [VerbatimKind]| {
        let own =
            declared.verbatim.iter().filter(move |(_, object)| wanted.contains(&object.kind) && !object.sql.is_empty());
        own.map(|(name, object)| (object.sql.clone(), Some(format!("the {} `{name}`", object.kind))))
    };
    script.extend(objects(&[VerbatimKind::Extension]));
    script.extend(objects(&[VerbatimKind::Sequence, VerbatimKind::CompositeType, VerbatimKind::Domain]));
    script.extend(objects(&[VerbatimKind::Function]));
    for table in declared.tables.values().filter(|table| home(&table.name)) {
        script.push((bare_table(table), Some(format!("the table `{}`", table.name))));
    }
    // Functions whose arguments are rows of tables come behind the tables; what is there already stays.
    script.extend(objects(&[VerbatimKind::Function]));
    let views = [VerbatimKind::View, VerbatimKind::MaterializedView];
    let mut waiting: Vec<(&TableName, &Verbatim)> =
        declared.verbatim.iter().filter(|(_, object)| views.contains(&object.kind) && !object.sql.is_empty()).collect();
    let mut done = Vec::new();
    run(db, script, &mut done).await?;
    // What reads another comes behind it: the default schema may hold one of the same name, which is not meant.
    while !waiting.is_empty() {
        let reads_waiting = |(name, object): &(&TableName, &Verbatim)| {
            let words = identifiers(&object.sql);
            waiting.iter().any(|(other, _)| other != name && words.contains(&other.name))
        };
        let at = waiting.iter().position(|own| !reads_waiting(own)).unwrap_or_default();
        let (name, object) = waiting.remove(at);
        if let Some(problem) = attempt(db, &object.sql).await? {
            done.push((format!("the {} `{name}`", object.kind), problem));
        }
    }
    let of_objects = declared.verbatim.values().flat_map(|object| &object.attachments);
    let of_tables = declared.tables.values().filter(|table| home(&table.name)).flat_map(|table| &table.attachments);
    let attachments =
        of_tables.chain(of_objects).map(|own| (own.sql.clone(), Some(format!("the {} `{}`", own.kind, own.name))));
    run(db, attachments.collect(), &mut done).await?;
    let made = reflect::read_inside(db, SCRATCH, Some(&options.schema)).await?;
    for (what, problem) in done {
        let bare = what.split('`').nth(1).unwrap_or_default();
        if !made.verbatim.keys().any(|name| name.name == bare) {
            notes.push(format!("warning: PostgreSQL refuses {what}: {problem}"));
        }
    }
    Ok(made)
}

/// Runs what can be run; the problems of what cannot are kept with its name.
async fn run(
    db: &impl ConnectionTrait,
    script: Vec<(String, Option<String>)>,
    problems: &mut Vec<(String, String)>,
) -> Result<()> {
    for (sql, what) in script {
        if let (Some(problem), Some(what)) = (attempt(db, &sql).await?, what) {
            problems.push((what, problem));
        }
    }
    Ok(())
}

/// Runs one statement; what is wrong with it, if something is.
async fn attempt(db: &impl ConnectionTrait, sql: &str) -> Result<Option<String>> {
    let failed = |cause| super::catalog::failed("ask about what is declared in SQL", cause);
    db.execute_unprepared("SAVEPOINT one").await.map_err(failed)?;
    match db.execute_unprepared(sql).await {
        Ok(_) => Ok(None),
        Err(cause) => {
            let reason = refusal(cause)?;
            db.execute_unprepared("ROLLBACK TO SAVEPOINT one").await.map_err(failed)?;
            Ok(Some(reason))
        }
    }
}

/// The table with its columns and its key, and nothing that could be evaluated.
fn bare_table(table: &Table) -> String {
    let columns = table
        .columns
        .iter()
        .map(|column| format!("{} {}", identifier(&column.name), column.data_type.text.as_deref().unwrap_or("text")));
    let key = table.primary_key.iter().map(|key| {
        let columns: Vec<String> = key.columns.iter().map(|column| identifier(column)).collect();
        format!("PRIMARY KEY ({})", columns.join(", "))
    });
    let parts: Vec<String> = columns.chain(key).collect();
    format!("CREATE TABLE {} ({})", table_name(&table.name), parts.join(", "))
}

/// Puts PostgreSQL's form in the place of the declared one, and the live form in the place of both when they are the same.
fn take_forms(declared: &mut Schema, made: &Schema, live: &Schema) {
    let names: Vec<TableName> = declared.verbatim.keys().cloned().collect();
    for name in names {
        let Some(own) = declared.verbatim.get(&name).cloned() else { continue };
        let is_extension = own.kind == VerbatimKind::Extension;
        let Some((found, form)) = find(made, &name, own.kind).filter(|_| !is_extension && !own.sql.is_empty()) else {
            continue;
        };
        let form = Verbatim { comment: own.comment.clone(), ..form.clone() };
        declared.verbatim.remove(&name);
        let form = match live.verbatim.get(found) {
            Some(live) if same_verbatim(&form, live) => {
                Verbatim { comment: form.comment.or(live.comment.clone()), ..live.clone() }
            }
            _ => form,
        };
        declared.verbatim.insert(found.clone(), form);
    }
    for table in declared.tables.values_mut() {
        let made = made.tables.get(&table.name).map(|table| &table.attachments);
        let live = live.tables.get(&table.name).map(|table| &table.attachments);
        for own in &mut table.attachments {
            let is_it = |other: &&Attachment| other.kind == own.kind && other.name == own.name;
            if let Some(form) = made.and_then(|all| all.iter().find(is_it)) {
                let live = live.and_then(|all| all.iter().find(|other| same_attachment(form, other)));
                *own = live.unwrap_or(form).clone();
            }
        }
    }
}

/// The object of that name; of a function, by its bare name when the arguments are written in another way.
fn find<'a>(made: &'a Schema, name: &TableName, kind: VerbatimKind) -> Option<(&'a TableName, &'a Verbatim)> {
    let bare = |name: &TableName| name.name.split('(').next().unwrap_or_default().to_owned();
    let own = |(_, object): &(&TableName, &Verbatim)| object.kind == kind;
    let exact = made.verbatim.get_key_value(name).filter(own);
    exact.or_else(|| {
        let mut alike =
            made.verbatim.iter().filter(|(other, _)| other.schema == name.schema && bare(other) == bare(name));
        alike.next().filter(own).filter(|_| kind == VerbatimKind::Function && alike.next().is_none())
    })
}

/// What the lock says in the words of the project today gets the form those words have. `said` is what is declared, in the
/// project's words.
fn adopt_same(lock: &mut Schema, declared: &Schema, said: Option<&Schema>) {
    let Some(said) = said else { return };
    let names: Vec<TableName> = lock.verbatim.keys().cloned().collect();
    for name in names {
        let (Some(own), Some(today)) = (lock.verbatim.get(&name), said.verbatim.get(&name)) else { continue };
        if own.sql.is_empty() || !same_verbatim(own, today) {
            continue;
        }
        if let Some((found, form)) = find(declared, &name, own.kind) {
            let form = Verbatim { comment: own.comment.clone(), ..form.clone() };
            lock.verbatim.remove(&name);
            lock.verbatim.insert(found.clone(), form);
        }
    }
    for (name, table) in &mut lock.tables {
        let (today, form) = (said.tables.get(name), declared.tables.get(name));
        let (Some(today), Some(form)) = (today, form) else { continue };
        for own in &mut table.attachments {
            let position = today.attachments.iter().position(|other| same_attachment(own, other));
            if let Some(form) = position.and_then(|at| form.attachments.get(at)) {
                *own = form.clone();
            }
        }
    }
}
