//! Each folder of `fixtures/cases` is one behaviour: entities before and after, and the revision between them.
//! Each proves the laws: birth, convergence, return, silence, and that offline and online agree.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use expect_test::expect_file;
use seachange::compare::{Comparison, Difference, compare};
use seachange::declare::{Sources, declare};
use seachange::dialect::{Dialect, EnumStorage, Options};
use seachange::diff::diff;
use seachange::error::Error;
use seachange::migrate::Session;
use seachange::model::{DataType, Declared, Literal, Rename, Schema, TableName};
use seachange::op::Op;
use seachange::plan::Plan;
use seachange::plan::hazard::Kind;
use seachange::revision::Direction;

use crate::cluster::{self, Database};
use crate::dumps::{differences, dump};
use crate::measure::predicted_too_mildly;
use crate::models;
use crate::support::{
    assert_silent, assert_sound, compared, execute, made_up_rows, postgres, reflect, root, rows, run, write_for,
    write_online,
};

/// One test per folder, and one that no folder is forgotten.
macro_rules! cases {
    ($($name:ident)*) => {
        mod sqlite {
            use crate::support::{block_on, memory};

            $(#[test] fn $name() { block_on(async { super::case(stringify!($name), memory().await, None).await }); })*
        }

        mod postgres {
            use crate::cluster;
            use crate::support::{block_on, postgres};

            $(#[test] fn $name() {
                let database = cluster::database(stringify!($name));
                block_on(async { super::case(stringify!($name), postgres(&database).await, Some(&database)).await });
            })*
        }

        mod online {
            use crate::cluster;
            use crate::support::block_on;

            $(#[test] fn $name() {
                let database = cluster::database(stringify!($name));
                block_on(async { super::online_case(stringify!($name), &database).await });
            })*
        }

        mod script {
            use crate::{cluster, offline};
            use crate::support::{block_on, memory, postgres};

            $(#[test] fn $name() {
                block_on(async {
                    offline::case(stringify!($name), [memory().await, memory().await], None).await;
                    let databases = [(); 2].map(|()| cluster::database(stringify!($name)));
                    let sessions = [postgres(&databases[0]).await, postgres(&databases[1]).await];
                    offline::case(stringify!($name), sessions, Some(&databases)).await;
                });
            })*
        }

        #[test]
        fn every_folder_is_listed() {
            let mut folders: Vec<String> = fs::read_dir(root().join("fixtures/cases"))
                .unwrap()
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .collect();
            folders.sort();
            assert_eq!(folders, [$(stringify!($name)),*]);
        }
    };
}

cases! {
    check_changes
    check_is_added
    check_is_dropped
    collation_changes
    column_becomes_optional
    column_becomes_required
    column_becomes_required_with_default
    column_is_added
    column_is_added_with_reference
    column_is_dropped
    column_is_renamed
    column_is_renamed_inside_keys
    column_type_changes
    column_with_check_is_renamed_and_changes
    columns_are_renamed_in_a_row
    columns_get_what_is_said
    comments_change
    computed_column_changes
    computed_column_is_added
    computed_column_is_dropped
    default_changes
    entity_is_ignored
    enum_becomes_integer
    enum_in_array_becomes_type
    enum_is_renamed_by_attribute
    enum_type_is_dropped
    enum_type_is_shared
    enum_value_is_added
    enum_value_is_added_and_used
    enum_value_is_another
    enum_value_is_removed
    enum_value_is_replaced
    enum_values_are_reordered
    enum_values_change_places
    enum_values_change_with_check
    enum_values_change_without_check
    enum_variant_is_gone
    enum_with_check_becomes_type
    expression_index_is_added
    foreign_key_action_changes
    foreign_key_becomes_deferrable
    foreign_key_is_added
    foreign_key_is_dropped
    index_is_added
    index_is_dropped
    index_order_and_collation_change
    integer_enum_becomes_type
    keys_carry_columns_and_wait
    named_unique_is_added
    names_are_nasty
    optional_column_is_added_with_check
    partial_index_is_added
    primary_key_changes
    primary_key_gets_a_name
    primary_key_is_replaced_while_others_refer_to_it
    primary_key_is_unique_too
    required_column_is_added_with_default
    required_column_is_dropped
    required_reference_is_dropped
    special_indexes_are_added
    table_becomes_strict
    table_becomes_without_rowid
    table_is_added
    table_is_dropped
    table_is_no_longer_strict
    table_is_renamed
    table_is_renamed_by_attribute
    tables_refer_in_a_circle
    text_becomes_enum
    tuning_for_another_database_changes_nothing
    type_is_written_for_sqlite
    unique_column_is_added
    unique_gets_a_name
    unique_is_added
    unique_is_dropped
}

/// Hazards that no case can have, for each returns, runs in a transaction and is written by nobody: `hazards.rs`, `lint` and
/// `postgres/runner.rs` produce them.
const ELSEWHERE: [&str; 5] =
    ["runs-outside-transaction", "deletes-rows", "overwrites-values", "drops-dependents", "cannot-be-undone"];

/// A hazard that no case produces may be wrong without anybody noticing.
#[test]
fn every_hazard_is_in_a_case() {
    let folders = fs::read_dir(root().join("fixtures/cases")).unwrap();
    let texts: Vec<String> = folders
        .map(|entry| entry.unwrap().path())
        .flat_map(|folder| [folder.join("sqlite/revision.sql"), folder.join("postgres/revision.sql")])
        .map(|path| fs::read_to_string(path).unwrap_or_default())
        .collect();
    let missing: Vec<&str> = seachange::plan::hazard::HAZARDS
        .iter()
        .map(|row| row.slug)
        .filter(|slug| !texts.iter().any(|text| text.contains(&format!(" {slug}: "))))
        .collect();
    assert_eq!(missing, ELSEWHERE);
}

/// The files of a case.
pub(crate) struct Case {
    pub(crate) folder: PathBuf,
    pub(crate) from: Declared,
    pub(crate) to: Declared,
    pub(crate) options: Options,
}

impl Case {
    /// Reads them, unless the case is not for this database.
    pub(crate) fn read(name: &str, dialect: Dialect) -> Option<Self> {
        let folder = root().join("fixtures/cases").join(name);
        let settings = fs::read_to_string(folder.join("case.toml")).unwrap_or_default();
        if let Some(line) = settings.lines().find(|line| line.starts_with("only = "))
            && !line.contains(dialect.name())
        {
            // What the other database does instead is said in the file.
            assert!(!folder.join(dialect.name()).exists());
            return None;
        }
        let enums = if settings.contains("enums = \"check\"") { EnumStorage::Check } else { EnumStorage::Plain };
        let from = entities(&folder.join("from.rs"));
        let mut to = entities(&folder.join("to.rs"));
        to.renames.extend(settings.lines().filter_map(table_rename));
        Some(Self { folder, from, to, options: Options::new(enums) })
    }

    /// The database as the case begins, with rows.
    pub(crate) async fn begin(&self, session: &Session) {
        let Self { folder, from, options, .. } = self;
        let dialect = session.dialect();
        let birth = compared(session, from, None, options).await;
        run(session, &write_for(&birth, "birth", dialect).unwrap().text, Direction::Up).await.unwrap();
        assert_silent(session, from, options, "after birth").await;
        let mut declared = dialect.canonicalize(from.schema.clone(), options).unwrap();
        models::keep_values(&mut declared, &from.schema);
        let own_rows = fs::read_to_string(folder.join(dialect.name()).join("rows.sql"));
        let own_rows = own_rows.or_else(|_| fs::read_to_string(folder.join("rows.sql")));
        execute(session, &own_rows.unwrap_or_else(|_| made_up_rows(&declared, dialect))).await;
        assert_sound(session).await;
    }
}

/// In the forms that let others write: as a database that got there in one step, and each revision leads back to where it began.
async fn online_case(name: &str, database: &Database<'_>) {
    let Some(case) = Case::read(name, Dialect::Postgres) else { return };
    let Case { to, options, .. } = &case;
    let plain = cluster::database(name);
    let (session, other) = (postgres(database).await, postgres(&plain).await);
    case.begin(&session).await;
    case.begin(&other).await;
    let comparison = compared(&session, to, Some(&case.from.schema), options).await;
    let in_one = write_for(&comparison, "change", Dialect::Postgres).unwrap();
    run(&other, &in_one.text, Direction::Up).await.unwrap();

    let parts = write_online(&comparison, options).unwrap();
    let mut dumps = Vec::new();
    for part in &parts {
        dumps.push(dump(database));
        let text = &part.text;
        if text.contains("-- TODO: ") {
            let refused = run(&session, text, Direction::Up).await;
            assert!(matches!(refused, Err(Error::Unfinished { .. })), "{refused:?}\n{text}");
        }
        run(&session, &finished(text), Direction::Up).await.unwrap_or_else(|error| panic!("{error:?}\n{text}"));
    }
    let all: Vec<&str> = parts.iter().map(|part| part.text.as_str()).collect();
    let all = all.join("\n");
    assert_silent(&session, to, options, "after the way up").await;
    assert_sound(&session).await;
    assert_eq!(differences(dump(&plain).as_deref(), dump(database).as_deref()), Vec::<String>::new(), "{all}");
    let after = reflect(&session).await;
    assert_eq!(timeless_rows(&session, &after).await, timeless_rows(&other, &after).await, "{all}");

    for (part, before) in parts.iter().zip(&dumps).rev() {
        let text = finished(&part.text);
        run(&session, &text, Direction::Down).await.unwrap_or_else(|error| panic!("{error:?}\n{text}"));
        assert_eq!(differences(before.as_deref(), dump(database).as_deref()), Vec::<String>::new(), "{all}");
    }
    for part in &parts {
        run(&session, &finished(&part.text), Direction::Up).await.unwrap();
    }
    assert_silent(&session, to, options, "after the second way up").await;
}

/// What is equal in two databases that were made at different times.
pub(crate) async fn timeless_rows(session: &Session, schema: &Schema) -> BTreeMap<(TableName, String), Vec<String>> {
    let is_time = |(table, column): &(TableName, String)| {
        let default = schema.tables[table].column(column).and_then(|column| column.default.as_ref()?.text.clone());
        default.is_some_and(|text| ["now()", "CURRENT_TIMESTAMP"].iter().any(|word| text.contains(word)))
    };
    let mut rows = rows(session, schema).await;
    rows.retain(|path, _| !is_time(path));
    rows
}

/// The text with what is left to do taken out: no row needs it.
fn finished(text: &str) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with("-- TODO: ")).collect();
    lines.join("\n") + "\n"
}

async fn case(name: &str, session: Session, database: Option<&Database<'_>>) {
    let dialect = session.dialect();
    let Some(case) = Case::read(name, dialect) else { return };
    let Case { folder, from, to, options } = &case;
    let (from, to, options) = (from.clone(), to.clone(), options.clone());

    // Birth.
    case.begin(&session).await;
    let before = reflect(&session).await;
    let rows_before = rows(&session, &before).await;

    // Convergence.
    let comparison = compared(&session, &to, Some(&from.schema), &options).await;
    let written = write_for(&comparison, "change", dialect).unwrap();
    let offline = compare(&to, Some(&from.schema), &from.schema, dialect, &options).unwrap();
    assert_eq!(write_for(&offline, "change", dialect).unwrap().text, written.text, "offline and online differ");
    fs::create_dir_all(folder.join(dialect.name())).unwrap();
    expect_file![folder.join(dialect.name()).join("revision.sql")].assert_eq(&written.text);
    if database.is_some() {
        assert_eq!(predicted_too_mildly(&session, &written.up).await, Vec::<String>::new(), "{}", written.text);
    }
    run(&session, &written.text, Direction::Up).await.unwrap();
    assert_silent(&session, &to, &options, "after the way up").await;
    assert_sound(&session).await;
    if let Some(database) = database {
        assert_eq!(unlike_new(database, &comparison).await, Vec::<String>::new(), "a new database looks different");
    }
    let after = reflect(&session).await;
    let rows_after = rows(&session, &after).await;
    let renames: Vec<&Op> = written.up.steps.iter().map(|step| &step.op).collect();
    for ((table, column), values) in &rows_before {
        let place = renamed(&renames, table, column);
        if let Some(kept) = rows_after.get(&place) {
            let (kept, values) = without_filled(&written.up, (table, column), kept, values);
            let expected: Vec<String> = values.iter().map(|value| converted(&renames, &after, &place, value)).collect();
            assert_eq!(as_text(&kept), as_text(&expected), "{table}.{column} after the way up");
        } else if before.tables[table].column(column).is_some_and(|column| column.generated.is_none()) {
            let hazards: Vec<&str> = written.up.hazards().map(|hazard| hazard.sentence.as_str()).collect();
            let is_said = hazards.iter().any(|hazard| hazard.contains(&table.name));
            assert!(is_said, "{table}.{column} is lost and no hazard says so: {hazards:?}");
        }
    }

    // Return.
    if let (Some(_), Some(down)) = (database, &written.down) {
        assert_eq!(predicted_too_mildly(&session, down).await, Vec::<String>::new(), "{}", written.text);
    }
    run(&session, &written.text, Direction::Down).await.unwrap();
    assert_silent(&session, &from, &options, "after the way down").await;
    assert_sound(&session).await;
    let back = reflect(&session).await;
    let canonicalize = |schema: &Schema| dialect.canonicalize(schema.clone(), &options).unwrap();
    let (as_before, as_now) = (canonicalize(&before), canonicalize(&back));
    let ops = seachange::diff::diff(&dialect.reconcile(as_before, &as_now), &as_now);
    assert_eq!(ops, [], "the way down does not lead back");
    let rows_back = rows(&session, &back).await;
    let is_told = |column: &str| {
        let mut hazards = written.up.hazards().filter(|hazard| hazard.kind == Kind::ReplacesValue);
        hazards.any(|hazard| hazard.sentence.contains(column))
    };
    for ((table, column), values) in rows_before.iter().filter(|((_, column), _)| !is_told(column)) {
        if rows_after.contains_key(&renamed(&renames, table, column)) {
            let back = &rows_back[&(table.clone(), column.clone())];
            let (back, values) = without_filled(&written.up, (table, column), back, values);
            assert_eq!(back, values, "{table}.{column} after the way down");
        }
    }

    // And up again.
    run(&session, &written.text, Direction::Up).await.unwrap();
    assert_silent(&session, &to, &options, "after the second way up").await;
}

/// What `pg_dump` says otherwise of the database than of a new one that is made from what the comparison led to.
async fn unlike_new(database: &Database<'_>, comparison: &Comparison) -> Vec<String> {
    let new = cluster::database(database.name());
    let session = postgres(&new).await;
    let ops = diff(&Schema::default(), &comparison.target);
    let made = ops.into_iter().map(|op| Difference { op, drift: false }).collect();
    let birth = Comparison { differences: made, ..Comparison::default() };
    run(&session, &write_for(&birth, "birth", session.dialect()).unwrap().text, Direction::Up).await.unwrap();
    differences(dump(&new).as_deref(), dump(database).as_deref())
}

fn entities(file: &Path) -> Declared {
    let sources = Sources::new(root(), [file]);
    declare(&sources).unwrap_or_else(|error| match error {
        seachange::error::Error::Source { problems } => panic!("{problems:#?}"),
        error => panic!("{error}"),
    })
}

/// What the plan makes of a value, as a SQL literal: by the variants of an enum, or by the values of its type.
fn converted(ops: &[&Op], after: &Schema, place: &(TableName, String), value: &str) -> String {
    let (table, column) = place;
    let own = after.tables[table].column(column).unwrap().data_type.kind.enum_name();
    let parts = ops.iter().flat_map(|op| match op {
        Op::RebuildTable { ops, .. } => ops.iter().collect(),
        op => vec![*op],
    });
    let changes = parts.flat_map(|op| match op {
        Op::AlterColumn { table: of, from, to } if of == table && to.name == *column => {
            let conversion = from.conversion(to).unwrap_or_default();
            let all = conversion.pairs.into_iter().chain(conversion.merged);
            // In an array all change at once.
            let is_array = matches!(to.data_type.kind, DataType::Array(_));
            let pairs: Vec<_> = all.map(|(from, to)| (text_of(&from), text_of(&to))).collect();
            vec![(is_array, pairs)]
        }
        Op::RenameEnumValue { name, from, to } if own == Some(&name.to_string()) => {
            vec![(false, vec![(from.clone(), to.clone())])]
        }
        Op::AlterEnum { name, replaced, .. } if own == Some(&name.to_string()) => vec![(false, replaced.clone())],
        _ => Vec::new(),
    });
    let plain = value.trim_matches('\'').replace("''", "'");
    let of = |text: &str, pairs: &[(String, String)]| {
        pairs.iter().find(|(from, _)| from == text).map_or(text.to_owned(), |(_, to)| to.clone())
    };
    let value = changes.fold(plain, |text, (is_array, pairs)| match text.strip_prefix('{').filter(|_| is_array) {
        Some(items) => {
            let items = items.trim_end_matches('}').split(',').map(|item| of(item, &pairs));
            format!("{{{}}}", items.collect::<Vec<_>>().join(","))
        }
        None => of(&text, &pairs),
    });
    value.replace('\'', "''")
}

fn text_of(value: &Literal) -> String {
    match value {
        Literal::Text(text) => text.clone(),
        Literal::Integer(number) => number.to_string(),
        value => panic!("no variant stores {value:?}"),
    }
}

/// What rows hold now and held before, without those that held NULL and got a value, where a hazard says so.
fn without_filled(
    plan: &Plan,
    (table, column): (&TableName, &str),
    now: &[String],
    before: &[String],
) -> (Vec<String>, Vec<String>) {
    let path = format!("`{table}.{column}` ");
    let is_said = plan.hazards().any(|hazard| hazard.kind == Kind::FillsNulls && hazard.sentence.contains(&path));
    assert_eq!(now.len(), before.len());
    let pairs = now.iter().cloned().zip(before.iter().cloned());
    pairs.filter(|(now, before)| !is_said || before != "NULL" || now == "NULL").unzip()
}

/// The values without their storage class: a column of another type may keep the same values as text.
fn as_text(values: &[String]) -> Vec<&str> {
    values.iter().map(|value| value.trim_matches('\'')).collect()
}

/// `rename = "old=new"` in `case.toml`, for tables.
fn table_rename(line: &str) -> Option<Rename> {
    let (from, to) = line.strip_prefix("rename = \"")?.strip_suffix('"')?.split_once('=')?;
    Some(Rename::Table { from: TableName::new(from), to: TableName::new(to) })
}

/// Where a column is after the renames of a plan.
fn renamed(ops: &[&Op], table: &TableName, column: &str) -> (TableName, String) {
    let (mut table, mut column) = (table.clone(), column.to_owned());
    for op in ops {
        match op {
            Op::RenameTable { from, to } if *from == table => table = to.clone(),
            Op::RenameColumn { table: of, from, to } if *of == table && *from == column => column.clone_from(to),
            _ => {}
        }
    }
    (table, column)
}
