//! Lets PostgreSQL print the expressions that rules leave open, so that those it prints alike count as the same.
//!
//! Each stands as a default or a check in the definition of a temporary table, made in a transaction that is rolled back.
//! PostgreSQL reads such a definition and evaluates nothing of it; no row is read or written, and no right but `TEMP` is
//! needed. Where even that is missing, the rules have the last word, and a note says so.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ConnectionTrait, DbBackend, DbErr, RuntimeErr, Statement};

use super::catalog::failed;
use super::questions::{self, Pair, Question, Twin};
use super::reflect::SETTINGS;
use super::text::literal;
use super::words::identifier;
use crate::dialect::{Asked, Options};
use crate::error::{Result, count};
use crate::model::{Schema, TableName};

/// How the parts of temporary tables are called that hold questions.
const QUESTION: &str = "seachange question ";

/// How often an expression is printed: reading what was printed and printing it again may give another form, which then
/// stays.
const ROUNDS: usize = 2;

/// What this server and this role allow.
const MAY_ASK: &str = "SELECT pg_catalog.pg_is_in_recovery(), pg_catalog.current_setting('transaction_read_only')::boolean, \
    pg_catalog.has_database_privilege(pg_catalog.current_database(), 'TEMP')";

/// What the first two columns of it mean.
const STANDBY: &str = "this server is a standby";
const READ_ONLY: &str = "transactions of this role are read-only";

const ANSWERS: &str = include_str!("catalog/answers.sql");

/// What PostgreSQL made of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Answer {
    /// Its own form of the expression.
    Printed(String),
    /// It takes no such expression, with its reason.
    Refused(String),
    /// It takes no table with such columns, with its reason.
    NoTable(String),
}

type Answers = BTreeMap<Question, Answer>;

/// Asks about what is open between two schemas and the live one. Both are canonicalized and reconciled with it.
pub(in crate::dialect) async fn ask(
    db: &impl ConnectionTrait,
    mut declared: Schema,
    mut lock: Schema,
    live: &Schema,
    options: &Options,
) -> Result<Asked> {
    let told = super::scratch::settle(db, &mut declared, &mut lock, live, options).await?;
    let mut asked = ask_expressions(db, declared, lock, live, options).await?;
    asked.notes.splice(0..0, told);
    Ok(asked)
}

async fn ask_expressions(
    db: &impl ConnectionTrait,
    declared: Schema,
    lock: Schema,
    live: &Schema,
    options: &Options,
) -> Result<Asked> {
    let (open, of_lock) = (questions::open(&declared, live), questions::open(&lock, live));
    if open.is_empty() && of_lock.is_empty() {
        return Ok(Asked { declared, lock, notes: Vec::new() });
    }
    let begin = format!("BEGIN; SET LOCAL search_path = \"{}\"; {SETTINGS}", options.schema.replace('"', "\"\""));
    let answers = match db.execute_unprepared(&begin).await {
        Ok(_) => answer(db, &open, &of_lock, &Enums::of([&declared, &lock], live)).await,
        Err(cause) => Err(failed("start asking about expressions", cause)),
    };
    let ended = db.execute_unprepared("ROLLBACK").await;
    let answers = answers?;
    ended.map_err(|cause| failed("finish asking about expressions", cause))?;
    Ok(match answers {
        Ok(answers) => {
            let settled = |open: &[Pair], schema: Schema| {
                let same: Vec<&Pair> = open.iter().filter(|pair| is_same(pair, &answers)).collect();
                if same.is_empty() { schema } else { questions::settle(schema, live, &same) }
            };
            let notes = notes(&open, &answers);
            Asked { declared: settled(&open, declared), lock: settled(&of_lock, lock), notes }
        }
        Err(reason) => {
            let whose: BTreeSet<&str> = open.iter().chain(&of_lock).map(|pair| pair.what.as_str()).collect();
            let were = if whose.len() == 1 { "was" } else { "were" };
            let note =
                format!("note: {reason}, so {} {were} compared by rules alone", count(whose.len(), "expression"));
            Asked { declared, lock, notes: vec![note] }
        }
    })
}

/// Prints what is open, in the transaction that has begun, or says why the database cannot.
async fn answer(
    db: &impl ConnectionTrait,
    open: &[Pair],
    of_lock: &[Pair],
    enums: &Enums,
) -> Result<std::result::Result<Answers, &'static str>> {
    if let Some(reason) = cannot_ask(db).await? {
        return Ok(Err(reason));
    }
    create_missing(db, enums).await?;
    let mut answers = Answers::new();
    for round in 0..ROUNDS {
        let mut questions: BTreeSet<Question> = BTreeSet::new();
        for pair in open.iter().chain(of_lock).filter(|pair| round == 0 || !is_same(pair, &answers)) {
            for question in [&pair.declared, &pair.live] {
                let last = forms(question, &answers).pop();
                questions.extend(last.filter(|last| !answers.contains_key(last)));
            }
        }
        print(db, questions.into_iter().collect(), enums, &mut answers).await?;
    }
    Ok(Ok(answers))
}

/// Why the database cannot be asked, if it cannot.
async fn cannot_ask(db: &impl ConnectionTrait) -> Result<Option<&'static str>> {
    let allowed = allowed(db).await?;
    let may_make_tables = allowed.is_none_or(|[.., may_make_tables]| may_make_tables);
    Ok(reading(allowed).or((!may_make_tables).then_some("this role may not make temporary tables")))
}

/// Why nothing can be changed over the connection, if nothing can.
pub(in crate::dialect) async fn only_reads(db: &impl ConnectionTrait) -> Result<Option<&'static str>> {
    allowed(db).await.map(reading)
}

fn reading(allowed: Option<[bool; 3]>) -> Option<&'static str> {
    match allowed {
        Some([true, ..]) => Some(STANDBY),
        Some([_, true, _]) => Some(READ_ONLY),
        Some(_) | None => None,
    }
}

async fn allowed(db: &impl ConnectionTrait) -> Result<Option<[bool; 3]>> {
    let doing = "ask whether anything can be changed";
    let row = db.query_one_raw(Statement::from_string(DbBackend::Postgres, MAY_ASK)).await;
    let Some(row) = row.map_err(|cause| failed(doing, cause))? else { return Ok(None) };
    let get = |index: usize| row.try_get_by_index::<bool>(index).map_err(|cause| failed(doing, cause));
    Ok(Some([get(0)?, get(1)?, get(2)?]))
}

/// The enum types that are not in the database as a schema wants them, as the statements that make temporary ones.
#[derive(Debug, Default)]
struct Enums {
    /// Those it does not have at all.
    missing: Vec<String>,
    /// Those with other values.
    changed: Vec<String>,
}

impl Enums {
    fn of(schemas: [&Schema; 2], live: &Schema) -> Self {
        let mut enums = Self::default();
        let mut seen: BTreeSet<&TableName> = BTreeSet::new();
        for (name, own) in schemas.into_iter().flat_map(|schema| &schema.enums) {
            // Another schema cannot be stood in for.
            if name.schema.is_some() || !seen.insert(name) {
                continue;
            }
            let values: Vec<String> = own.values.iter().map(|value| literal(value)).collect();
            let sql = format!("CREATE TYPE pg_temp.{} AS ENUM ({})", identifier(&name.name), values.join(", "));
            match live.enums.get(name) {
                None => enums.missing.push(sql),
                Some(live) if live.values != own.values => enums.changed.push(sql),
                Some(_) => {}
            }
        }
        enums
    }
}

/// Makes the types that are not there yet. A name that is taken by something else is none of ours.
async fn create_missing(db: &impl ConnectionTrait, enums: &Enums) -> Result<()> {
    for sql in &enums.missing {
        let attempt = db.execute_unprepared(&format!("SAVEPOINT seachange; {sql}; RELEASE seachange")).await;
        if let Err(cause) = attempt {
            refusal(cause)?;
            undo(db).await?;
        }
    }
    Ok(())
}

async fn undo(db: &impl ConnectionTrait) -> Result<()> {
    let undone = db.execute_unprepared("ROLLBACK TO seachange").await;
    undone.map(drop).map_err(|cause| failed("ask the database for its words", cause))
}

/// Prints all questions at once, or in ever smaller groups as long as one in the group is refused.
async fn print(
    db: &impl ConnectionTrait,
    questions: Vec<Question>,
    enums: &Enums,
    answers: &mut Answers,
) -> Result<()> {
    let mut groups = vec![questions];
    while let Some(mut group) = groups.pop() {
        let Some(first) = group.first() else { continue };
        match attempt(db, &group, &[]).await? {
            Ok(printed) => answers.extend(printed),
            Err(_) if group.len() > 1 => {
                let rest = group.split_off(group.len() / 2);
                groups.extend([rest, group]);
            }
            Err(reason) => {
                let answer = alone(db, first, reason, enums).await?;
                answers.insert(first.clone(), answer);
            }
        }
    }
    Ok(())
}

/// The answer to one question that was refused for a reason.
async fn alone(db: &impl ConnectionTrait, question: &Question, reason: String, enums: &Enums) -> Result<Answer> {
    if !enums.changed.is_empty()
        && let Ok(printed) = attempt(db, std::slice::from_ref(question), &enums.changed).await?
    {
        let printed = printed.into_iter().next().map(|(_, answer)| answer);
        return Ok(printed.unwrap_or(Answer::Refused(reason)));
    }
    let table = create(&question.twin, &question.twin.name, &[]);
    let made = make(db, &[table]).await?;
    undo(db).await?;
    Ok(match made {
        Ok(()) => Answer::Refused(reason),
        Err(reason) => Answer::NoTable(reason),
    })
}

/// Prints the questions and takes back what was made for it. When the database refuses one of them, its reason.
async fn attempt(
    db: &impl ConnectionTrait,
    questions: &[Question],
    types: &[String],
) -> Result<std::result::Result<Vec<(Question, Answer)>, String>> {
    let made = make(db, &[types, &tables(questions)].concat()).await?;
    let printed = match made {
        Ok(()) => Ok(read(db, questions).await?),
        Err(reason) => Err(reason),
    };
    undo(db).await?;
    Ok(printed)
}

/// Runs statements behind a savepoint; the outer error is one of the connection, the inner the reason of a refusal.
async fn make(db: &impl ConnectionTrait, statements: &[String]) -> Result<std::result::Result<(), String>> {
    let sql = format!("SAVEPOINT seachange; {}", statements.join("; "));
    match db.execute_unprepared(&sql).await {
        Ok(_) => Ok(Ok(())),
        Err(cause) => refusal(cause).map(Err),
    }
}

/// The statements that make the tables with the questions, which are numbered.
fn tables(questions: &[Question]) -> Vec<String> {
    let mut by_twin: BTreeMap<&Twin, Vec<String>> = BTreeMap::new();
    for (number, question) in questions.iter().enumerate() {
        by_twin.entry(&question.twin).or_default().push(question.clause(&format!("{QUESTION}{number}")));
    }
    let mut taken = BTreeSet::new();
    let tables = by_twin.into_iter().enumerate().map(|(number, (twin, clauses))| {
        let name = if taken.insert(&twin.name) { twin.name.clone() } else { format!("seachange twin {number}") };
        create(twin, &name, &clauses)
    });
    tables.collect()
}

fn create(twin: &Twin, name: &str, clauses: &[String]) -> String {
    let inside = [twin.columns.as_slice(), clauses].concat();
    format!("CREATE TEMPORARY TABLE {} ({})", identifier(name), inside.join(", "))
}

/// What the database printed for each question.
async fn read(db: &impl ConnectionTrait, questions: &[Question]) -> Result<Vec<(Question, Answer)>> {
    let doing = "read how the database prints expressions";
    let rows = db.query_all_raw(Statement::from_string(DbBackend::Postgres, ANSWERS)).await;
    let mut answers = Vec::new();
    for row in rows.map_err(|cause| failed(doing, cause))? {
        let get = |index: usize| row.try_get_by_index::<String>(index).map_err(|cause| failed(doing, cause));
        let (name, printed) = (get(0)?, get(1)?);
        let number = name.strip_prefix(QUESTION).and_then(|number| number.parse::<usize>().ok());
        if let Some(question) = number.and_then(|number| questions.get(number)) {
            answers.push((question.clone(), Answer::Printed(question.answer(&printed))));
        }
    }
    Ok(answers)
}

/// The database's reason, when it is the statement that it refuses. Anything else is an error.
pub(super) fn refusal(cause: DbErr) -> Result<String> {
    let error = match &cause {
        DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error)) => {
            error.as_database_error()
        }
        _ => None,
    };
    // Shortage, shutdown and the like say nothing about the statement.
    let is_none_of_it = |code: &str| ["53", "55", "57", "58", "XX", "08"].iter().any(|class| code.starts_with(class));
    match error.and_then(|error| Some((error.code()?, error.message()))) {
        Some((code, message)) if !is_none_of_it(&code) => Ok(message.to_owned()),
        _ => Err(failed("ask the database for its words", cause)),
    }
}

/// The question, and the same about each form that was printed for it so far.
fn forms(question: &Question, answers: &Answers) -> Vec<Question> {
    let mut forms = vec![question.clone()];
    while let Some(last) = forms.last()
        && let Some(Answer::Printed(printed)) = answers.get(last)
        && forms.iter().all(|form| form.sql != *printed)
    {
        let next = last.about(printed.clone());
        forms.push(next);
    }
    forms
}

/// Whether a form of one is a form of the other.
fn is_same(pair: &Pair, answers: &Answers) -> bool {
    let column_type = questions::type_in(&pair.live.twin);
    let (declared, live) = (forms(&pair.declared, answers), forms(&pair.live, answers));
    declared
        .iter()
        .any(|declared| live.iter().any(|live| questions::same(&live.role, &declared.sql, &live.sql, &column_type)))
}

/// What is to tell about declared expressions that have no answer.
fn notes(open: &[Pair], answers: &Answers) -> Vec<String> {
    let mut notes: Vec<String> = Vec::new();
    let mut without_table: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    for pair in open {
        match answers.get(&pair.declared) {
            Some(Answer::Refused(reason)) => {
                let note = format!("warning: PostgreSQL refuses {}: {reason}", pair.what);
                if !notes.contains(&note) {
                    notes.push(note);
                }
            }
            Some(Answer::NoTable(reason)) => {
                without_table.entry((&pair.declared.twin.name, reason)).or_default().insert(&pair.what);
            }
            Some(Answer::Printed(_)) | None => {}
        }
    }
    for ((table, reason), whose) in without_table {
        let were = if whose.len() == 1 { "was" } else { "were" };
        let expressions = count(whose.len(), "expression");
        notes.push(format!("note: {expressions} of `{table}` {were} compared by rules alone: {reason}"));
    }
    notes
}
