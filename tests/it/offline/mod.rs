//! The scripts of `--sql`: what they make is what the runner makes, history included, and they stop where they do not belong.

mod branches;
mod projects;
mod refusals;

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use sea_orm::ConnectionTrait;
use seachange::dialect::Dialect;
use seachange::migrate::Session;
use seachange::migrate::script::{Setting, Way, script};
use seachange::revision::graph::Graph;
use seachange::revision::{Direction, Revision};

use crate::cases::{Case, timeless_rows};
use crate::cluster::{Database, Ending};
use crate::dumps::dump;
use crate::support::{Project, Ran, assert_sound, block_on, execute, open, query, reflect, run};

/// What is in a database beside its rows, and its history without what depends on the moment.
const SCHEMA: &str = "SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_schema
    WHERE name NOT LIKE 'seachange%' ORDER BY type, name";
pub(crate) const HISTORY: &str =
    "SELECT revision || ' ' || message || ' ' || checksum || ' ' || (milliseconds < 0) || coalesce(unfinished, '')
    || ' ' || (applied_at LIKE '2___-__-__T__:__:__Z') FROM seachange_history ORDER BY revision";

/// Runs a revision of a case on one database by the runner, on the other by a script, up and down. The first one's database
/// and the other's are named where they are PostgreSQL's.
pub(crate) async fn case(name: &str, [by_runner, by_script]: [Session; 2], databases: Option<&[Database<'_>; 2]>) {
    let dialect = by_runner.dialect();
    let Some(case) = Case::read(name, dialect) else { return };
    case.begin(&by_runner).await;
    case.begin(&by_script).await;
    let text = fs::read_to_string(case.folder.join(dialect.name()).join("revision.sql")).unwrap();
    let parse = |text: &str| Revision::parse(Path::new("test.sql"), text).unwrap();
    let birth = "-- message: birth\n-- revision: birth\n-- migrate:up\n-- migrate:down\n";
    let graph = Graph::new(vec![parse(birth), parse(&text)]).unwrap();
    let (born, all) = (["birth".to_owned()].into(), ["birth", "change"].map(str::to_owned).into());
    for (direction, applied) in [(Direction::Up, &born), (Direction::Down, &all)] {
        run(&by_runner, &text, direction).await.unwrap();
        let script = written(&graph, applied, direction, dialect);
        match databases {
            Some([_, database]) => drop(database.script(&script)),
            None => execute(&by_script, script.split_once(".bail on\n").unwrap().1).await,
        }
        let (made, expected) = (reflect(&by_script).await, reflect(&by_runner).await);
        assert!(made == expected, "{script}");
        assert_eq!(timeless_rows(&by_script, &made).await, timeless_rows(&by_runner, &made).await, "{script}");
        assert_eq!(query(&by_script, HISTORY).await, query(&by_runner, HISTORY).await, "{script}");
        match databases {
            Some([one, other]) => assert_eq!(dump(one), dump(other), "{script}"),
            None => assert_eq!(query(&by_script, SCHEMA).await, query(&by_runner, SCHEMA).await, "{script}"),
        }
        assert_sound(&by_script).await;
    }
}

fn written(graph: &Graph, applied: &BTreeSet<String>, direction: Direction, dialect: Dialect) -> String {
    let revisions = vec![graph.get("change").unwrap()];
    let timeout = Duration::from_secs(10);
    let setting = Setting { dialect, schema: "public", lock_timeout: timeout, statement_timeout: None };
    script("test", &Way { graph, applied, revisions, direction }, &setting).unwrap()
}

/// The program `sqlite3`, where there is one.
fn sqlite3() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join("sqlite3")).find(|program| program.is_file())
}

/// Runs a script on a file by the driver, one statement after the other up to the first error.
fn by_driver(file: &Path, script: &str) -> Result<(), String> {
    block_on(async {
        let session = open(file).await;
        let own: String = script.split_inclusive('\n').filter(|line| !line.starts_with(".bail")).collect();
        for statement in Dialect::Sqlite.statements(&own) {
            let ran = session.connection().execute_unprepared(&statement.sql).await;
            ran.map_err(|error| error.to_string())?;
        }
        Ok(())
    })
}

/// Runs a script on a file by the program `sqlite3`, where there is one.
#[expect(clippy::print_stderr, reason = "what is not tested must be said")]
fn feed(file: &Path, script: &str, ending: Ending) -> Result<(), String> {
    let Some(program) = sqlite3() else {
        eprintln!("there is no sqlite3: scripts run statement by statement");
        return by_driver(file, script);
    };
    let mut command = Command::new(program);
    command.args((ending == Ending::Error).then_some("-bail")).arg(file);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    // An end that is closed early belongs to a script that failed.
    drop(child.stdin.take().unwrap().write_all(script.as_bytes()));
    let output = child.wait_with_output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.success() && errors.is_empty() { Ok(()) } else { Err(errors) }
}

/// The script that a command prints, without a database in reach.
#[track_caller]
fn printed(project: &Project, arguments: &[&str]) -> String {
    let arguments =
        [arguments, &["--sql", "--dialect", "sqlite", "--database-url", "postgres://nobody@nowhere.invalid/x"]];
    project.expect(0, &arguments.concat()).out
}

/// Everything in a database of SQLite, the history without what depends on the moment.
fn everything(project: &Project) -> Vec<String> {
    let tables = project.query(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'
        AND name NOT LIKE 'seachange%' ORDER BY name",
    );
    let mut all = project.query(SCHEMA);
    for table in tables {
        let columns = project.query(&format!("SELECT 'quote(\"' || name || '\")' FROM pragma_table_info('{table}')"));
        all.extend(project.query(&format!("SELECT {} FROM \"{table}\" ORDER BY 1", columns.join(" || ' ' || "))));
    }
    let is_begun = !project.query("SELECT name FROM sqlite_schema WHERE name = 'seachange_history'").is_empty();
    if is_begun {
        all.extend(project.query(HISTORY));
    }
    all
}

/// A project with these revisions, each with its file's text behind the header.
fn revisions(revisions: &[(&str, &str, &str)]) -> Project {
    let project = Project::empty();
    fs::create_dir_all(project.path().join("migrations")).unwrap();
    fs::write(
        project.path().join("seachange.toml"),
        "entities = [\"src/entities\"]\n[database]\nurl = \"sqlite://media.db\"\n",
    )
    .unwrap();
    for (number, (id, parents, text)) in revisions.iter().enumerate() {
        let text = format!("-- message: step {id}\n-- revision: {id}\n-- parents: {parents}\n{text}\n");
        fs::write(project.path().join(format!("migrations/{number}_{id}.sql")), text).unwrap();
    }
    project
}

/// A command that must fail, with what it says.
#[track_caller]
fn refused(project: &Project, arguments: &[&str]) -> String {
    let Ran { code, out, notes } = project.run_bare(arguments);
    assert!(code != 0 && out.is_empty(), "{arguments:?}: {code}\n{out}{notes}");
    notes
}
