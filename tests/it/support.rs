//! What the tests share: databases, projects in temporary folders, and the binary.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use sea_orm::{ConnectionTrait, Statement};
use seachange::compare::{Comparison, compare};
use seachange::config;
use seachange::dialect::{Dialect, Options};
use seachange::error::Result;
use seachange::migrate::{Access, Session};
use seachange::model::{Declared, Schema, Table, TableName};
use seachange::plan::{Plan, Purpose, plan};
use seachange::render::{self, Header};
use seachange::revision::{Direction, Revision};

use crate::cluster::Database as Postgres;

pub(crate) const DIALECT: Dialect = Dialect::Sqlite;

/// The folder of the package.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Runs something asynchronous to its end.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// A database of its own, in memory.
pub(crate) async fn memory() -> Session {
    let database = config::database("sqlite::memory:", Path::new("/"), Duration::from_secs(1)).unwrap();
    Session::open(&database, Access::Write).await.unwrap()
}

/// A database in a file.
pub(crate) async fn open(path: &Path) -> Session {
    let url = format!("sqlite://{}", path.display());
    let database = config::database(&url, Path::new("/"), Duration::from_secs(5)).unwrap();
    Session::open(&database, Access::Write).await.unwrap()
}

/// A PostgreSQL database.
pub(crate) async fn postgres(database: &Postgres<'_>) -> Session {
    let database = config::database(&database.url(), Path::new("/"), Duration::from_secs(5)).unwrap();
    Session::open(&database, Access::Write).await.unwrap()
}

pub(crate) async fn execute(session: &Session, sql: &str) {
    for statement in session.dialect().statements(sql) {
        let result = session.connection().execute_unprepared(&statement.sql).await;
        result.unwrap_or_else(|error| panic!("{error}\n{}", statement.sql));
    }
}

/// The first column of every row, as text.
pub(crate) async fn query(session: &Session, sql: &str) -> Vec<String> {
    let statement = Statement::from_string(session.connection().get_database_backend(), sql);
    let rows = session.connection().query_all_raw(statement).await.unwrap_or_else(|error| panic!("{error}\n{sql}"));
    rows.iter().map(|row| row.try_get_by_index::<Option<String>>(0).unwrap().unwrap_or_default()).collect()
}

pub(crate) async fn reflect(session: &Session) -> Schema {
    session.reflect().await.unwrap()
}

/// SQLite's own opinion of the whole file. PostgreSQL never lets it come to anything else, but for what is left over.
pub(crate) async fn assert_sound(session: &Session) {
    if session.dialect() == Dialect::Postgres {
        let leftovers =
            "SELECT relname::text FROM pg_class WHERE relname LIKE '%\\_old' OR relname LIKE '\\_seachange%'";
        assert_eq!(query(session, leftovers).await, Vec::<String>::new());
        return;
    }
    assert_eq!(query(session, "PRAGMA integrity_check").await, ["ok"]);
    assert_eq!(query(session, "SELECT \"table\" FROM pragma_foreign_key_check").await, Vec::<String>::new());
    let leftovers = "SELECT name FROM sqlite_schema WHERE name LIKE '\\_seachange\\_%' ESCAPE '\\'";
    assert_eq!(query(session, leftovers).await, Vec::<String>::new());
}

/// Every value of every table, as SQL literals, by table and column, in the order of the rows.
pub(crate) async fn rows(session: &Session, schema: &Schema) -> BTreeMap<(TableName, String), Vec<String>> {
    let mut values = BTreeMap::new();
    for table in schema.tables.values() {
        let dialect = session.dialect();
        let name = dialect.quote(&table.name.name);
        let (row, literal) = match dialect {
            Dialect::Sqlite => ("rowid", "quote"),
            Dialect::Postgres => ("ctid", "quote_nullable"),
        };
        let key: Vec<String> = match &table.primary_key {
            Some(key) => key.columns.iter().map(|column| dialect.quote(column)).collect(),
            None => vec![row.to_owned()],
        };
        for column in &table.columns {
            let column_name = dialect.quote(&column.name);
            let sql = format!("SELECT {literal}({column_name}) FROM {name} ORDER BY {}", key.join(", "));
            values.insert((table.name.clone(), column.name.clone()), query(session, &sql).await);
        }
    }
    values
}

/// A few rows for each table, made from its columns: keys count from 1, so that foreign keys hold.
pub(crate) fn made_up_rows(schema: &Schema, dialect: Dialect) -> String {
    let (off, on) = match dialect {
        Dialect::Sqlite => ("PRAGMA foreign_keys = OFF;\n", "PRAGMA foreign_keys = ON;\n"),
        Dialect::Postgres => ("SET session_replication_role = replica;\n", "RESET session_replication_role;\n"),
    };
    let mut sql = off.to_owned();
    for table in schema.tables.values() {
        for number in 1..=3 {
            let columns: Vec<_> = table.columns.iter().filter(|column| column.generated.is_none()).collect();
            let names: Vec<String> = columns.iter().map(|column| dialect.quote(&column.name)).collect();
            let values: Vec<String> = columns
                .iter()
                .map(|column| match (&column.values, column.data_type.text.as_deref().unwrap_or_default()) {
                    _ if number == 3 && column.nullable && !table.is_key(&column.name) => "NULL".to_owned(),
                    (Some(values), _) => format!("'{}'", values[number % values.len()].replace('\'', "''")),
                    (None, text) if is_number(table, &column.name, text) => number.to_string(),
                    (None, "boolean") if dialect == Dialect::Postgres => (number % 2 == 0).to_string(),
                    (None, "boolean") => (number % 2).to_string(),
                    (None, text) if dialect == Dialect::Postgres && sample(schema, text).is_some() => {
                        sample(schema, text).unwrap().replace('#', &number.to_string())
                    }
                    (None, _) => format!("'{} it''s \"{number}\"'", column.name.replace('\'', "''")),
                })
                .collect();
            let name = dialect.quote(&table.name.name);
            sql.push_str(&format!("INSERT INTO {name} ({}) VALUES ({});\n", names.join(", "), values.join(", ")));
        }
    }
    sql.push_str(on);
    sql
}

/// A value of a type that takes no text, with `#` for a number.
fn sample(schema: &Schema, text: &str) -> Option<String> {
    if let Some(own) = schema.enums.get(&TableName::new(text)) {
        return Some(format!("'{}'", own.values[0].replace('\'', "''")));
    }
    let value = match text.split('(').next().unwrap_or_default() {
        "json" | "jsonb" => "'{\"a\": #}'",
        "uuid" => "'00000000-0000-0000-0000-00000000000#'",
        "date" => "'2026-01-0#'",
        "bytea" => "'\\x0#'",
        "numeric" => "#.5",
        "inet" | "cidr" => "'10.0.0.#'",
        "time without time zone" => "'01:02:0#'",
        "tsvector" => "'word#'",
        _ if text.starts_with("timestamp") => "'2026-01-0# 01:02:03'",
        _ if text.ends_with("[]") => "'{}'",
        _ => return None,
    };
    Some(value.to_owned())
}

fn is_number(table: &Table, column: &str, text: &str) -> bool {
    let is_foreign = table.foreign_keys.iter().any(|fk| fk.columns.iter().any(|name| name == column));
    is_foreign
        || ["integer", "bigint", "smallint", "float", "double", "real"]
            .iter()
            .any(|kind| text.to_lowercase().starts_with(kind))
}

/// A revision as `seachange revision` would write it.
pub(crate) struct Written {
    pub(crate) text: String,
    pub(crate) up: Plan,
    /// `None` when there is no way down.
    pub(crate) down: Option<Plan>,
}

pub(crate) fn write(comparison: &Comparison, id: &str) -> Result<Written> {
    write_for(comparison, id, DIALECT)
}

pub(crate) fn write_for(comparison: &Comparison, id: &str, dialect: Dialect) -> Result<Written> {
    write_with(comparison, id, dialect, &Options::default())
}

/// The same as the project decides; the comparison was made with the same options.
pub(crate) fn write_with(comparison: &Comparison, id: &str, dialect: Dialect, options: &Options) -> Result<Written> {
    let up = plan(comparison.ops(), &comparison.live, dialect, options, Purpose::Up)?;
    let after = up.apply(&comparison.live);
    let down = match plan(up.inverse(), &after, dialect, options, Purpose::Down) {
        Ok(plan) => Ok(plan),
        Err(seachange::error::Error::Blocked { blocked }) => Err(blocked),
        Err(error) => return Err(error),
    };
    let header = Header {
        message: "test".to_owned(),
        id: id.to_owned(),
        parents: Vec::new(),
        created: "2026-01-01T00:00:00Z".to_owned(),
        ..Header::default()
    };
    let text = render::revision(&header, &up, &down, dialect, render::TEMPLATE)?;
    Ok(Written { text, up, down: down.ok() })
}

/// The revisions that `seachange revision --online` would write.
pub(crate) fn write_online(comparison: &Comparison, options: &Options) -> Result<Vec<Written>> {
    let dialect = Dialect::Postgres;
    let up = plan(comparison.ops(), &comparison.live, dialect, options, Purpose::Online)?;
    let mut before = comparison.live.clone();
    let mut written = Vec::new();
    for (number, up) in up.online(&comparison.live, dialect).into_iter().enumerate() {
        before = up.apply(&before);
        let down = plan(up.inverse(), &before, dialect, options, Purpose::Down)?;
        let header = Header {
            message: "test".to_owned(),
            id: format!("part{number}"),
            created: "2026-01-01T00:00:00Z".to_owned(),
            ..Header::default()
        };
        let text = render::revision(&header, &up, &Ok(down.clone()), dialect, render::TEMPLATE)?;
        written.push(Written { text, up, down: Some(down) });
    }
    Ok(written)
}

/// Runs one direction of a revision's text through the real runner.
pub(crate) async fn run(session: &Session, text: &str, direction: Direction) -> Result<()> {
    let revision = Revision::parse(Path::new("test.sql"), text).unwrap();
    session.run(&revision, direction, "2026-01-01T00:00:00Z").await.map(drop)
}

/// What lies between what is declared and the database as it is.
pub(crate) async fn compared(
    session: &Session,
    declared: &Declared,
    lock: Option<&Schema>,
    options: &Options,
) -> Comparison {
    compare(declared, lock, &reflect(session).await, session.dialect(), options).unwrap()
}

/// Fails when anything lies between them.
pub(crate) async fn assert_silent(session: &Session, declared: &Declared, options: &Options, when: &str) {
    let comparison = compared(session, declared, Some(&declared.schema), options).await;
    let ops: Vec<String> = comparison.differences.iter().map(|difference| difference.op.to_string()).collect();
    assert_eq!(ops, Vec::<String>::new(), "{when}");
}

/// A copy of a system's project in a folder of its own.
pub(crate) struct Project {
    folder: tempfile::TempDir,
    /// Its folder below `fixtures`.
    system: &'static str,
    /// The file of its database.
    file: &'static str,
}

/// What a command did.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) notes: String,
}

impl Project {
    /// The mediaparser project at a phase, without a database.
    pub(crate) fn mediaparser(phase: &str) -> Self {
        Self::of("mediaparser", "media.db", phase)
    }

    /// The seedarr project at a phase, without a database.
    pub(crate) fn seedarr(phase: &str) -> Self {
        Self::of("seedarr", "seedarr.db", phase)
    }

    /// A folder with nothing in it.
    pub(crate) fn empty() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), system: "", file: "media.db" }
    }

    fn of(system: &'static str, file: &'static str, phase: &str) -> Self {
        let project = Self { system, file, ..Self::empty() };
        copy(&root().join("fixtures").join(system), project.path());
        std::fs::remove_dir_all(project.path().join("phases")).unwrap();
        project.phase(phase);
        project
    }

    /// The mediaparser project with the database as the original tool made it.
    pub(crate) fn mediaparser_with_original(phase: &str) -> Self {
        let project = Self::mediaparser(phase);
        let script = if phase == "1_initial" { "original_phase1.sql" } else { "original.sql" };
        project.script(script);
        project
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The folder of its system below `fixtures`.
    pub(crate) fn system(&self) -> &'static str {
        self.system
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.path().join(self.file)
    }

    /// Puts the entities of a phase in the place of those that are there.
    pub(crate) fn phase(&self, phase: &str) {
        let entities = self.path().join("src/entities");
        std::fs::remove_dir_all(&entities).unwrap();
        copy(&root().join("fixtures").join(self.system).join("phases").join(phase), &entities);
    }

    /// Runs SQL on the database, behind everybody's back.
    pub(crate) fn sql(&self, sql: &str) {
        block_on(async { execute(&open(&self.database()).await, sql).await });
    }

    /// The first column of a query.
    pub(crate) fn query(&self, sql: &str) -> Vec<String> {
        block_on(async { query(&open(&self.database()).await, sql).await })
    }

    /// Everything the five tables of mediaparser hold, the columns of `files` that every phase has.
    pub(crate) fn contents(&self) -> Vec<String> {
        let columns = "id, original_filename, original_path, storage_path, file_hash_sha256, file_hash_perceptual, \
                       file_size_bytes, mime_type, detected_timestamp, timestamp_source, confidence, output_path, \
                       created_at, updated_at";
        let tables = [
            ("files", columns),
            (
                "jobs",
                "id, job_type, status, progress_current, progress_total, created_at, started_at, completed_at, error_message, retry_count",
            ),
            ("job_files", "job_id, file_id"),
            ("duplicates", "id, file_id, duplicate_of_id, match_type, similarity_score, detected_at"),
            ("user_decisions", "id, file_id, decision_type, decision_value, decided_at"),
        ];
        let mut contents = Vec::new();
        for (table, columns) in tables {
            let quoted: Vec<String> = columns.split(", ").map(|column| format!("quote({column})")).collect();
            contents.extend(self.query(&format!("SELECT {} FROM {table} ORDER BY 1", quoted.join(" || ' ' || "))));
        }
        contents
    }

    /// Runs `seachange` in the project, without anything from the environment.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        self.run_with(arguments, &[])
    }

    pub(crate) fn run_with(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Ran {
        let mut command = Command::new(env!("CARGO_BIN_EXE_seachange"));
        command.args(accepting(arguments)).current_dir(self.path()).env_remove("DATABASE_URL").env("NO_COLOR", "1");
        let output = command.envs(environment.iter().copied()).output().unwrap();
        Ran {
            code: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            notes: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Runs `seachange` with nothing but what is said.
    pub(crate) fn run_bare(&self, arguments: &[&str]) -> Ran {
        run_in(self.path(), arguments)
    }

    /// Runs `seachange` and expects an exit code.
    #[track_caller]
    pub(crate) fn expect(&self, code: i32, arguments: &[&str]) -> Ran {
        let ran = self.run(arguments);
        assert_eq!(ran.code, code, "seachange {arguments:?}\n{}\n{}", ran.out, ran.notes);
        ran
    }

    /// Runs a SQL file of the project on the database.
    pub(crate) fn script(&self, file: &str) {
        self.sql(&std::fs::read_to_string(self.path().join(file)).unwrap());
    }

    /// The files in `migrations/`, sorted.
    pub(crate) fn migrations(&self) -> Vec<PathBuf> {
        let Ok(entries) = std::fs::read_dir(self.path().join("migrations")) else { return Vec::new() };
        let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files
    }

    /// The text of the newest revision without what changes from run to run.
    pub(crate) fn newest(&self) -> String {
        let files = self.migrations();
        let newest = files.iter().rfind(|path| path.extension().is_some_and(|extension| extension == "sql")).unwrap();
        std::fs::read_to_string(newest).unwrap()
    }
}

/// The arguments with what lets a way up lose data, which is the point of few tests.
pub(crate) fn accepting<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    let accepts = (arguments.first() == Some(&"upgrade")).then_some("--accept-data-loss");
    arguments.iter().copied().chain(accepts).collect()
}

/// Runs `seachange` in a folder, without anything from the environment.
pub(crate) fn run_in(folder: &Path, arguments: &[&str]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_seachange"));
    command.args(arguments).current_dir(folder).env_remove("DATABASE_URL").env("NO_COLOR", "1");
    let output = command.output().unwrap();
    Ran {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        notes: String::from_utf8(output.stderr).unwrap(),
    }
}

pub(crate) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}
