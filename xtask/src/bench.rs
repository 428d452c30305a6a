//! Benchmarks, as ratios within one run: absolute times say more about the machine than about the program.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};
use sea_orm::ConnectionTrait;
use seachange::compare::compare;
use seachange::config;
use seachange::declare::{Sources, declare};
use seachange::dialect::{Dialect, EnumStorage, Options};
use seachange::migrate::{Access, Session};
use seachange::model::{Declared, Schema};

pub(crate) const TABLES: usize = 1000;
pub(crate) const RUNS: usize = 5;

/// How long reading the entities may take, and checking a SQLite database.
const PATIENCE: Duration = Duration::from_millis(300);

/// How much memory a check may take, in MB.
const ROOM: u64 = 60;

/// What can be measured alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Part {
    /// Reading the entities.
    Declare,
    /// Reading the database.
    Reflect,
    /// Comparing the two.
    Compare,
    /// The check before a commit.
    Offline,
    /// Reading and checking a PostgreSQL database, beside `pg_dump`.
    Postgres,
}

pub(crate) fn bench(only: Option<Part>) -> Result<()> {
    let folder = crate::root().join("target/bench");
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir_all(folder.join("src/entities"))?;
    write_entities(&folder, TABLES)?;
    let wanted = |part: Part| only.is_none_or(|only| only == part);
    let sources = Sources::new(&folder, ["src/entities"]);
    let ratio = |time: Duration, base: Duration| time.as_secs_f64() / base.as_secs_f64();
    println!("{TABLES} tables of 12 columns, medians of {RUNS} runs");
    if wanted(Part::Declare) {
        let entities = folder.join("src/entities");
        let read_text = median(|| read_all(&entities, |_| Ok(())))?;
        let parsed = median(|| read_all(&entities, |text| Ok(syn::parse_file(text).map(drop)?)))?;
        let declared = median(|| declare(&sources).map(drop).map_err(Into::into))?;
        println!(
            "read entities     {declared:>10.1?}   {:.1} x parsing the same files with syn, {:.1} x reading them; {}",
            ratio(declared, parsed),
            ratio(declared, read_text),
            target(&format!("at most {PATIENCE:.1?}"), declared <= PATIENCE)
        );
    }
    if wanted(Part::Offline) {
        crate::bench_offline::bench(&folder)?;
    }
    if wanted(Part::Postgres) {
        crate::bench_postgres::bench(&folder)?;
    }
    if !wanted(Part::Reflect) && !wanted(Part::Compare) {
        return Ok(());
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let session = runtime.block_on(make_database(&folder))?;
    let reflected = median(|| runtime.block_on(reflect(&session)).map(drop))?;
    if wanted(Part::Reflect) {
        let catalog = median(|| runtime.block_on(read_catalog(&session)))?;
        println!("reflect           {reflected:>10.1?}   {:.1} x reading sqlite_schema", ratio(reflected, catalog));
    }
    if only.is_none() {
        std::fs::write(folder.join("seachange.toml"), "entities = [\"src/entities\"]\n")?;
        let mut peak = 0;
        let checked = median(|| {
            peak = peak.max(check(&folder, "sqlite://bench.db")?);
            Ok(())
        })?;
        println!(
            "check             {checked:>10.1?}   {}, {}",
            target(&format!("at most {PATIENCE:.1?}"), checked <= PATIENCE),
            memory(peak)
        );
    }
    if wanted(Part::Compare) {
        let options = Options::new(EnumStorage::Plain);
        let (entities, live): (Declared, Schema) = (declare(&sources)?, runtime.block_on(reflect(&session))?);
        let compared =
            median(|| compare(&entities, None, &live, Dialect::Sqlite, &options).map(drop).map_err(Into::into))?;
        println!("compare           {compared:>10.1?}   {:.1} x reflect", ratio(compared, reflected));
    }
    Ok(())
}

pub(crate) fn median(mut run: impl FnMut() -> Result<()>) -> Result<Duration> {
    let mut times = Vec::new();
    for _ in 0..RUNS {
        let started = Instant::now();
        run()?;
        times.push(started.elapsed());
    }
    times.sort();
    Ok(times[times.len() / 2])
}

/// A target, and whether it was met.
pub(crate) fn target(what: &str, is_met: bool) -> String {
    format!("{what}: {}", if is_met { "met" } else { "not met" })
}

/// The memory a check took, beside its target.
pub(crate) fn memory(peak: u64) -> String {
    let target = target(&format!("at most {ROOM} MB"), peak <= ROOM * 1024);
    format!("{} MB at its peak ({target})", peak.div_ceil(1024))
}

/// Runs the program's check of a database; the most memory it was seen with, in KiB.
pub(crate) fn check(folder: &Path, url: &str) -> Result<u64> {
    let program = crate::root().join("target/release/seachange");
    ensure!(program.is_file(), "build the program first: `cargo build --release`");
    let mut check = Command::new(program);
    check.args(["check", "--quiet", "--database-url", url]).current_dir(folder);
    watch(&mut check.stdout(Stdio::null()).spawn()?)
}

/// Waits for a program to end without failing; the most memory it was seen with, in KiB.
fn watch(child: &mut Child) -> Result<u64> {
    let path = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    loop {
        if let Some(status) = child.try_wait()? {
            match status.code() {
                Some(0 | 1) => return Ok(peak),
                _ => bail!("`seachange check` failed: {status}"),
            }
        }
        // The system keeps the peak itself; only the last moments of a process can be missed.
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let number = line.and_then(|line| line.split_whitespace().next()).and_then(|number| number.parse().ok());
        peak = peak.max(number.unwrap_or(0));
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn read_all(folder: &Path, take: impl Fn(&str) -> Result<()>) -> Result<()> {
    for entry in std::fs::read_dir(folder)? {
        take(&std::fs::read_to_string(entry?.path())?)?;
    }
    Ok(())
}

async fn reflect(session: &Session) -> Result<Schema> {
    Ok(session.reflect().await?)
}

async fn read_catalog(session: &Session) -> Result<()> {
    let backend = session.connection().get_database_backend();
    let statement = sea_orm::Statement::from_string(backend, "SELECT name, sql FROM sqlite_schema");
    session.connection().query_all_raw(statement).await?;
    Ok(())
}

async fn make_database(folder: &Path) -> Result<Session> {
    let database = config::database("sqlite://bench.db", folder, Duration::from_secs(5))?;
    let session = Session::open(&database, Access::Write).await?;
    session.connection().execute_unprepared("BEGIN").await?;
    for number in 0..TABLES {
        let columns: Vec<String> = (1..10).map(|column| format!("c{column} VARCHAR({})", column * 10)).collect();
        let sql = format!(
            "CREATE TABLE t{number} (id INTEGER NOT NULL PRIMARY KEY, parent_id INTEGER REFERENCES t{} (id), {}, \
             created_at DATETIME NOT NULL)",
            number / 2,
            columns.join(", ")
        );
        session.connection().execute_unprepared(&sql).await?;
        session.connection().execute_unprepared(&format!("CREATE INDEX ix_t{number} ON t{number} (c1)")).await?;
    }
    session.connection().execute_unprepared("COMMIT").await?;
    Ok(session)
}

pub(crate) fn write_entities(folder: &Path, tables: usize) -> Result<()> {
    let mut modules = String::new();
    for number in 0..tables {
        modules.push_str(&format!("pub mod t{number};\n"));
        let mut columns = String::new();
        for column in 1..10 {
            let index = if column == 1 { ", indexed" } else { "" };
            let length = column * 10;
            columns.push_str(&format!("    #[sea_orm(column_type = \"String(StringLen::N({length}))\"{index})]\n"));
            columns.push_str(&format!("    pub c{column}: Option<String>,\n"));
        }
        let parent = number / 2;
        let target = if parent == number { "Entity".to_owned() } else { format!("super::t{parent}::Entity") };
        let to = if parent == number { "Column::Id".to_owned() } else { format!("super::t{parent}::Column::Id") };
        let text = format!(
            "use sea_orm::entity::prelude::*;\n\n\
             #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]\n#[sea_orm(table_name = \"t{number}\")]\n\
             pub struct Model {{\n    #[sea_orm(primary_key)]\n    pub id: i32,\n    pub parent_id: Option<i32>,\n\
             {columns}    pub created_at: DateTime,\n}}\n\n\
             #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]\npub enum Relation {{\n    \
             #[sea_orm(belongs_to = \"{target}\", from = \"Column::ParentId\", to = \"{to}\")]\n    Parent,\n}}\n\n\
             impl ActiveModelBehavior for ActiveModel {{}}\n"
        );
        std::fs::write(folder.join(format!("src/entities/t{number}.rs")), text)?;
    }
    std::fs::write(folder.join("src/entities/mod.rs"), modules)?;
    std::fs::write(folder.join("src/main.rs"), "mod entities;\n\nfn main() {}\n")?;
    std::fs::write(folder.join("Cargo.toml"), "[package]\nname = \"bench\"\nedition = \"2024\"\n\n[workspace]\n")?;
    Ok(())
}
