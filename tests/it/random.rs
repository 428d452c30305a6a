//! The laws on random models: birth, convergence, return, silence, offline equals online; and that nothing unmanaged is lost.
//! A failing case is kept beside this file and tried first from then on.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use proptest::prelude::{Strategy, any};
use proptest::test_runner::{Config, FileFailurePersistence, RngSeed, TestCaseError};
use proptest::{collection, prop_oneof, proptest};
use sea_orm::ConnectionTrait;
use seachange::compare::{compare, compare_by};
use seachange::declare::convention::{self, Convention};
use seachange::dialect::{EnumStorage, Options};
use seachange::diff::{self, Rules};
use seachange::error::Error;
use seachange::migrate::Session;
use seachange::model::{AutoIncrement, Declared, Schema, Table, TableName};
use seachange::op::Op;
use seachange::plan::Plan;
use seachange::plan::hazard::Kind;
use seachange::render::sql::table_lines;
use seachange::revision::{Direction, Revision, lock};

use crate::models::{self, Choices};
use crate::support::{DIALECT, Written, block_on, compared, execute, memory, query, reflect, run, write};

/// What went against a law.
type Lawful<T = ()> = Result<T, String>;

/// Entities before and after.
struct Case {
    from: Declared,
    to: Declared,
    options: Options,
    rows: usize,
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} rows in each table, enums {:?}", self.rows, self.options.enums)?;
        writeln!(f, "== from\n{}== to\n{}", models::show(&self.from.schema), models::show(&self.to.schema))?;
        self.to.renames.iter().try_for_each(|rename| writeln!(f, "{:?}", Op::from(rename).to_string()))
    }
}

fn cases() -> impl Strategy<Value = Case> {
    let tables = || collection::vec(collection::vec(any::<u16>(), 0..60), 1..5);
    let edits = collection::vec(collection::vec(any::<u16>(), 3..16), 0..8);
    let change = prop_oneof![4 => edits.prop_map(Ok), 1 => tables().prop_map(Err)];
    (tables(), change, 0..4_usize, any::<bool>()).prop_map(|(tables, change, rows, check)| {
        let from = Declared { schema: models::schema(&tables), ..Declared::default() };
        let to = match change {
            Ok(edits) => edited(&from.schema, &edits),
            Err(tables) => Declared { schema: models::schema(&tables), ..Declared::default() },
        };
        let enums = if check { EnumStorage::Check } else { EnumStorage::Plain };
        Case { from, to, options: Options::new(enums), rows }
    })
}

fn edited(from: &Schema, edits: &[Vec<u16>]) -> Declared {
    let mut to = Declared { schema: from.clone(), ..Declared::default() };
    for edit in edits {
        models::edit(&mut to.schema, &mut to.renames, &mut Choices::new(edit));
        models::make_valid(&mut to.schema);
    }
    to
}

/// A third of the usual number of cases, for each takes a database; `PROPTEST_CASES` and `PROPTEST_RNG_SEED` are heeded.
fn settings() -> Config {
    let usual = Config::default();
    let failures = FileFailurePersistence::WithSource("failures");
    // The same cases every time, so that a change is judged by what it changes; `PROPTEST_RNG_SEED` asks for others.
    let rng_seed = match usual.rng_seed {
        RngSeed::Random => RngSeed::Fixed(20_261_121),
        asked @ RngSeed::Fixed(_) => asked,
    };
    Config {
        cases: usual.cases / 3,
        rng_seed,
        failure_persistence: Some(Box::new(failures)),
        max_shrink_iters: 400,
        ..usual
    }
}

proptest! {
    #![proptest_config(settings())]

    #[test]
    fn laws_hold_for_random_models(case in cases()) {
        block_on(laws(&case)).map_err(TestCaseError::fail)?;
    }
}

proptest! {
    #![proptest_config(settings())]

    #[test]
    fn nothing_unmanaged_is_lost(case in cases(), unmanaged in collection::vec(any::<u16>(), 0..50)) {
        block_on(ownership(&case, &unmanaged)).map_err(TestCaseError::fail)?;
    }
}

proptest! {
    #![proptest_config(settings())]

    #[test]
    fn laws_hold_with_names_of_templates(case in cases(), from_too in any::<bool>()) {
        let from = if from_too { named(case.from) } else { case.from };
        let case = Case { from, to: named(case.to), ..case };
        block_on(laws(&case)).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn what_a_project_leaves_out_converges(case in cases(), ignored in any::<u8>(), exact in any::<(bool, bool)>()) {
        let ignore = diff::Kind::ALL.into_iter().enumerate().filter(|(bit, _)| ignored >> bit & 1 == 1);
        let rules = Rules {
            ignore: ignore.map(|(_, (_, kind))| kind).collect(),
            exact_types: exact.0,
            exact_names: exact.1,
            ..Rules::default()
        };
        block_on(converges_by(&case, &rules)).map_err(TestCaseError::fail)?;
    }
}

/// The same with names for what nobody named, unless two things would get one name.
fn named(declared: Declared) -> Declared {
    let mut convention = Convention::default();
    let templates = [
        "ix_{table}_{columns}",
        "uq_{table}_{columns}",
        "fk_{table}_{columns}_{referenced_table}_{referenced_columns}",
        "ck_{table}_{columns}",
        "pk_{table}",
    ];
    for ((_, kind), template) in convention::Kind::ALL.into_iter().zip(templates) {
        convention.set(kind, template).unwrap();
    }
    let mut named = declared.clone();
    if convention.apply(&mut named).is_ok() { named } else { declared }
}

async fn converges_by(case: &Case, rules: &Rules) -> Lawful {
    let Case { from, to, options, rows } = case;
    let session = memory().await;
    birth(&session, from, options).await?;
    let mut canonical = DIALECT.canonicalize(from.schema.clone(), options).map_err(|error| error.to_string())?;
    models::keep_values(&mut canonical, &from.schema);
    execute(&session, &models::rows(&canonical, *rows)).await;
    let before = Contents::of(&session).await;
    let compared = |lock: &Schema, live: &Schema| {
        compare_by(to, Some(lock), live, DIALECT, options, rules).map_err(|error| error.to_string())
    };
    let written = match write(&compared(&from.schema, &before.schema)?, "change") {
        Ok(written) => written,
        Err(Error::Blocked { .. }) => return Ok(()),
        Err(error) => return Err(error.to_string()),
    };
    if !step(&session, &written, Direction::Up, &before).await? {
        return Ok(());
    }
    let after = Contents::of(&session).await;
    let left: Vec<String> = compared(&to.schema, &after.schema)?.ops().iter().map(ToString::to_string).collect();
    same(&left, &Vec::new(), &format!("after the way up by {rules:?}"), &written.text)?;
    kept(&before, &after, &written.up, "the way up").map_err(|problem| in_text(&problem, &written))
}

async fn ownership(case: &Case, unmanaged: &[u16]) -> Lawful {
    let Case { from, to, options, rows } = case;
    let mut real = from.schema.clone();
    let statements = models::add_unmanaged(&mut real, &mut Choices::new(unmanaged));
    let (session, elsewhere) = (memory().await, memory().await);
    let real = Declared { schema: real, ..Declared::default() };
    for session in [&session, &elsewhere] {
        birth(session, &real, options).await?;
        let mut live = reflect(session).await;
        models::keep_values(&mut live, &from.schema);
        execute(session, &models::rows(&live, *rows)).await;
        execute(session, &statements.join(";\n")).await;
    }
    let before = Contents::of(&session).await;
    let shown = format!("unmanaged: {}\n{}", models::show(&before.schema), statements.join(";\n"));

    for lock in [None, Some(&from.schema)] {
        let differences: Vec<String> =
            compared(&session, from, lock, options).await.ops().iter().map(ToString::to_string).collect();
        same(&differences, &Vec::new(), "what is unmanaged is a difference", &shown)?;
    }
    let comparison = compared(&session, to, Some(&from.schema), options).await;
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
    kept(&before, &after, &written.up, "the way up").map_err(|problem| in_text(&problem, &written))?;
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

async fn laws(case: &Case) -> Lawful {
    let Case { from, to, options, rows } = case;
    let session = memory().await;
    birth(&session, from, options).await?;
    let mut canonical = DIALECT.canonicalize(from.schema.clone(), options).map_err(|error| error.to_string())?;
    models::keep_values(&mut canonical, &from.schema);
    execute(&session, &models::rows(&canonical, *rows)).await;
    sound(&session, "rows").await?;
    let before = Contents::of(&session).await;

    let comparison = compared(&session, to, Some(&from.schema), options).await;
    let written = match write(&comparison, "change") {
        Ok(written) => written,
        Err(Error::Blocked { blocked }) => return rightly_blocked(from, to, &blocked),
        Err(error) => return Err(error.to_string()),
    };
    let recorded = lock::read(&lock::write(&from.schema)).map_err(|error| error.to_string())?;
    let offline = compare(to, Some(&recorded), &recorded, DIALECT, options).map_err(|error| error.to_string())?;
    let offline = write(&offline, "change").map_err(|error| format!("offline: {error}"))?.text;
    if written.text != offline {
        return Err(format!("offline and online differ\n{}\nis not\n{offline}", written.text));
    }

    if !step(&session, &written, Direction::Up, &before).await? {
        return Ok(());
    }
    silent(&session, to, options, "after the way up", &written).await?;
    let after = Contents::of(&session).await;
    kept(&before, &after, &written.up, "the way up").map_err(|problem| in_text(&problem, &written))?;

    let Some(down) = &written.down else { return Err(in_text("there is no way down", &written)) };
    if !step(&session, &written, Direction::Down, &after).await? {
        return Ok(());
    }
    silent(&session, from, options, "after the way down", &written).await?;
    let back = Contents::of(&session).await;
    kept(&after, &back, down, "the way down").map_err(|problem| in_text(&problem, &written))?;
    returned(&before, &after, &back, &written).map_err(|problem| in_text(&problem, &written))?;
    let canonicalize = |schema: &Schema| DIALECT.canonicalize(schema.clone(), options).unwrap();
    let as_before = DIALECT.reconcile(canonicalize(&before.schema), &back.schema);
    let left: Vec<String> =
        seachange::diff::diff(&as_before, &canonicalize(&back.schema)).iter().map(ToString::to_string).collect();
    same(&left, &Vec::new(), "the way down does not lead back", &written.text)?;

    if step(&session, &written, Direction::Up, &back).await? {
        silent(&session, to, options, "after the second way up", &written).await?;
    }
    Ok(())
}

async fn birth(session: &Session, declared: &Declared, options: &Options) -> Lawful {
    let comparison = compared(session, declared, None, options).await;
    let written = write(&comparison, "birth").map_err(|error| error.to_string())?;
    run(session, &written.text, Direction::Up).await.map_err(|error| in_text(&chain(&error), &written))?;
    silent(session, declared, options, "after birth", &written).await?;
    sound(session, "birth").await
}

/// Runs one direction. False when it failed as a hazard said it may; then nothing may have changed.
async fn step(session: &Session, written: &Written, direction: Direction, before: &Contents) -> Lawful<bool> {
    let outcome = run(session, &written.text, direction).await;
    sound(session, direction.as_str()).await.map_err(|problem| in_text(&problem, written))?;
    let Err(error) = outcome else { return Ok(true) };
    let plan = match direction {
        Direction::Up => Some(&written.up),
        Direction::Down => written.down.as_ref(),
    };
    let may_fail = [
        Kind::UniqueMayFail,
        Kind::NotNullMayFail,
        Kind::CheckMayFail,
        Kind::ForeignKeyMayFail,
        Kind::ConvertsValues,
        Kind::StrictMayFail,
    ];
    let is_said = plan.is_some_and(|plan| plan.hazards().any(|hazard| may_fail.contains(&hazard.kind)));
    // A statement that is refused for what it says, not for the rows, is no matter of hazards.
    let text = chain(&error);
    let is_of_rows = matches!(error, Error::Orphans { .. } | Error::Misfits { .. })
        || text.contains("constraint failed")
        || text.contains("datatype mismatch")
        || text.contains("cannot store");
    if !is_said || !is_of_rows {
        return Err(in_text(&format!("{} failed: {text}", direction.as_str()), written));
    }
    let after = Contents::of(session).await;
    same(&after.schema, &before.schema, "a failure changed the schema", &written.text)?;
    same(&after.rows, &before.rows, "a failure changed rows", &written.text)?;
    Ok(false)
}

fn rightly_blocked(from: &Declared, to: &Declared, blocked: &[seachange::error::Blocked]) -> Lawful {
    // Only a column that needs a value in a table that has rows cannot be made.
    let known = from.schema.tables.len();
    for blocked in blocked {
        if known == 0 || to.schema.tables.is_empty() || !blocked.refusal.reason.contains("would have no value") {
            return Err(format!("blocked: {}: {}", blocked.op, blocked.refusal.reason));
        }
    }
    Ok(())
}

async fn silent(session: &Session, declared: &Declared, options: &Options, when: &str, written: &Written) -> Lawful {
    let comparison = compared(session, declared, Some(&declared.schema), options).await;
    let differences: Vec<String> = comparison.ops().iter().map(ToString::to_string).collect();
    same(&differences, &Vec::new(), when, &written.text)
}

async fn sound(session: &Session, when: &str) -> Lawful {
    let mut problems = query(session, "PRAGMA integrity_check").await;
    problems.retain(|problem| problem != "ok");
    problems.extend(query(session, "SELECT 'orphan in ' || \"table\" FROM pragma_foreign_key_check").await);
    let leftovers = "SELECT 'left over: ' || name FROM sqlite_schema WHERE name LIKE '\\_seachange\\_%' ESCAPE '\\'";
    problems.extend(query(session, leftovers).await);
    if query(session, "SELECT CAST(foreign_keys AS TEXT) FROM pragma_foreign_keys").await != ["1"] {
        problems.push("foreign keys are off".to_owned());
    }
    if problems.is_empty() { Ok(()) } else { Err(format!("after {when}: {}", problems.join("\n"))) }
}

/// Everything in a database.
struct Contents {
    schema: Schema,
    /// The values as SQL, in the order of the rowids. The rowid itself is the column without a name, where it counts.
    rows: BTreeMap<(TableName, String), Vec<String>>,
    /// The highest number handed out, by table.
    sequences: BTreeMap<TableName, String>,
}

impl Contents {
    async fn of(session: &Session) -> Self {
        let schema = reflect(session).await;
        let mut rows = BTreeMap::new();
        let mut sequences = BTreeMap::new();
        for table in schema.tables.values() {
            let rowid = ["oid", "_rowid_", "rowid"].into_iter().find(|name| table.column(name).is_none()).unwrap();
            let rowid = if table.options.without_rowid { "NULL" } else { rowid };
            let from = format!(
                "FROM {} ORDER BY {}",
                DIALECT.quote(&table.name.name),
                if rowid == "NULL" { "1" } else { rowid }
            );
            for column in &table.columns {
                let sql = format!("SELECT quote({}) {from}", DIALECT.quote(&column.name));
                rows.insert((table.name.clone(), column.name.clone()), query(session, &sql).await);
            }
            rows.insert(
                (table.name.clone(), String::new()),
                query(session, &format!("SELECT quote({rowid}) {from}")).await,
            );
            if table.columns.iter().any(|column| column.auto_increment == AutoIncrement::Yes) {
                let name = table.name.name.replace('\'', "''");
                let sql = format!("SELECT CAST(max(seq) AS TEXT) FROM sqlite_sequence WHERE name = '{name}'");
                sequences.extend(query(session, &sql).await.first().map(|number| (table.name.clone(), number.clone())));
            }
        }
        Self { schema, rows, sequences }
    }
}

/// No value is lost unless a hazard says so.
fn kept(before: &Contents, after: &Contents, plan: &Plan, way: &str) -> Lawful {
    let has = |kind: Kind, table: &TableName, column: &str| {
        let names = [format!("`{table}`"), format!("`{table}.{column}`")];
        plan.hazards()
            .any(|hazard| hazard.kind == kind && names.iter().any(|name| hazard.sentence.contains(name.as_str())))
    };
    for ((table, column), values) in &before.rows {
        let (new_table, new_column) = renamed(plan, table, column);
        // Hazards name a thing as it is right before its step.
        let said = |kind| has(kind, table, column) || has(kind, &new_table, &new_column);
        let Some(found) = after.rows.get(&(new_table.clone(), new_column.clone())) else {
            if said(Kind::DropsColumn) || said(Kind::DropsTable) || is_generated(&before.schema, table, column) {
                continue;
            }
            return Err(format!("{table}.{column} is lost on {way} and no hazard says so"));
        };
        if said(Kind::DropsTable) || said(Kind::DropsColumn) || is_generated(&after.schema, &new_table, &new_column) {
            continue;
        }
        if column.is_empty() && (counts(&before.schema, table) != counts(&after.schema, &new_table)) {
            continue;
        }
        let pairs = values.iter().zip(found);
        let fills = said(Kind::FillsNulls);
        let is_kept = |(old, new): (&String, &String)| as_text(old) == as_text(new) || (fills && old == "NULL");
        if values.len() != found.len() || !pairs.into_iter().all(is_kept) {
            return Err(format!("{table}.{column} changes on {way}: {values:?} becomes {found:?}"));
        }
    }
    for (table, number) in &before.sequences {
        let (new_table, _) = renamed(plan, table, "");
        if let Some(found) = after.sequences.get(&new_table)
            && found != number
            && !has(Kind::DropsTable, table, "")
        {
            return Err(format!("{table} counts from {found:?} on instead of {number:?} after {way}"));
        }
    }
    Ok(())
}

/// What survived the way up is after the way down what it was at first.
fn returned(before: &Contents, after: &Contents, back: &Contents, written: &Written) -> Lawful {
    for ((table, column), values) in &before.rows {
        let place = renamed(&written.up, table, column);
        let lost = written.up.hazards().any(|hazard| {
            hazard.kind.row().loses_data
                && [format!("`{table}"), format!("`{}", place.0)]
                    .iter()
                    .any(|name| hazard.sentence.contains(name.as_str()))
        });
        let is_generated =
            is_generated(&before.schema, table, column) || is_generated(&after.schema, &place.0, &place.1);
        if !after.rows.contains_key(&place) || lost || is_generated || column.is_empty() {
            continue;
        }
        let found = back.rows.get(&(table.clone(), column.clone())).cloned().unwrap_or_default();
        let same =
            values.len() == found.len() && values.iter().zip(&found).all(|(old, new)| as_text(old) == as_text(new));
        if !same {
            return Err(format!("{table}.{column} is {found:?} after up and down, and was {values:?}"));
        }
    }
    Ok(())
}

fn is_generated(schema: &Schema, table: &TableName, column: &str) -> bool {
    schema.tables.get(table).and_then(|table| table.column(column)).is_some_and(|column| column.generated.is_some())
}

/// The column whose value is the rowid.
fn counts<'a>(schema: &'a Schema, table: &TableName) -> Option<&'a str> {
    let table: &Table = schema.tables.get(table)?;
    let [name] = table.primary_key.as_ref()?.columns.as_slice() else { return None };
    let text = table.column(name)?.data_type.text.as_deref()?;
    (text.eq_ignore_ascii_case("integer")).then_some(name)
}

/// The value without its storage class: a column of another type may keep the same value in another way.
fn as_text(value: &str) -> &str {
    let value = value.trim_matches('\'');
    value.strip_suffix(".0").unwrap_or(value)
}

/// Where a column is after the renames of a plan.
fn renamed(plan: &Plan, table: &TableName, column: &str) -> (TableName, String) {
    let (mut table, mut column) = (table.clone(), column.to_owned());
    for step in &plan.steps {
        match &step.op {
            Op::RenameTable { from, to } if *from == table => table = to.clone(),
            Op::RenameColumn { table: of, from, to } if *of == table && *from == column => column.clone_from(to),
            _ => {}
        }
    }
    (table, column)
}

fn same<T: PartialEq + fmt::Debug>(left: &T, right: &T, what: &str, text: &str) -> Lawful {
    if left == right { Ok(()) } else { Err(format!("{what}\n{left:#?}\nis not\n{right:#?}\n{text}")) }
}

fn in_text(problem: &str, written: &Written) -> String {
    format!("{problem}\n{}", written.text)
}

fn chain(error: &Error) -> String {
    let mut text = error.to_string();
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        text.push_str(&format!(": {source}"));
        cause = source;
    }
    text
}
