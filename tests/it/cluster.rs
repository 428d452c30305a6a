//! A PostgreSQL server of the tests' own: one per run of the test binary, started when the first test asks for a database,
//! reached over a socket in a temporary folder. Knows nothing of `seachange`.
//!
//! The server lives as long as a pipe is open whose other end only the test process holds, so it dies with that process,
//! however that process dies.

use std::fs::{self, File};
use std::io::{PipeWriter, Write};
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use sea_orm::{ConnectOptions, ConnectionTrait, DatabaseConnection, DbErr, Statement};
use seachange::dialect::Dialect;

/// What folders of servers are called, with the process behind it.
const PREFIX: &str = "seachange-postgres-";

/// PostgreSQL refuses to run as root; this is who it runs as then: `nobody`, on every Linux.
const NOBODY: u32 = 65534;

/// Starts the server, and ends it and removes its folder when nothing holds the other end of its standard input any more.
const WATCHER: &str = r#"
"$1/postgres" -D "$2/data" -k "$2" -c listen_addresses= -c fsync=off -c synchronous_commit=off -c full_page_writes=off \
    -c autovacuum=off -c wal_level="$3" -c max_wal_senders=0 -c max_connections=200 -c timezone=UTC \
    -c lc_messages=C </dev/null >"$2/log" 2>&1 &
server=$!
while read -r line; do :; done
kill -QUIT "$server"
wait "$server"
rm -rf "$2"
"#;

/// The server all tests of this process share.
pub(crate) fn shared() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(Server::start)
}

/// An empty database of the shared server, dropped with the value. The hint shows in its name.
pub(crate) fn database(hint: &str) -> Database<'static> {
    shared().database(hint)
}

/// The folder a server will live in, its programs, and who runs them.
struct Home {
    folder: PathBuf,
    binaries: PathBuf,
    /// PostgreSQL refuses to run as root.
    is_root: bool,
    lock: File,
}

impl Home {
    fn new() -> Self {
        remove_stale_folders(&std::env::temp_dir());
        let binaries = binaries();
        let (folder, lock) = make_folder(&std::env::temp_dir());
        let is_root = fs::metadata(&folder).unwrap().uid() == 0;
        if is_root {
            std::os::unix::fs::chown(&folder, Some(NOBODY), Some(NOBODY)).unwrap();
        }
        Self { folder, binaries, is_root, lock }
    }

    /// A program that runs in the folder, as somebody PostgreSQL accepts.
    fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new(program.as_ref());
        command.current_dir(&self.folder).env("LC_ALL", "C");
        if self.is_root {
            command.uid(NOBODY).gid(NOBODY);
        }
        command
    }

    /// Makes the files of a new server.
    fn initialize(&self) {
        let mut initdb = self.command(self.binaries.join("initdb"));
        initdb.args([
            "--no-sync",
            "-A",
            "trust",
            "-U",
            "postgres",
            "-E",
            "UTF8",
            "--locale=C",
            "--wal-segsize=1",
            "-D",
        ]);
        let output = initdb.arg(self.folder.join("data")).output().unwrap_or_else(|error| {
            panic!("`{}` cannot be run: {error} (as root, `nobody` must be able to read it)", self.binaries.display())
        });
        assert!(output.status.success(), "initdb failed:\n{}", String::from_utf8_lossy(&output.stderr));
    }

    /// Runs the server on its files. `log` is how much its write-ahead log says.
    fn run(self, log: &str) -> Server {
        let major = major(&self.binaries.join("postgres")).expect("`postgres --version` tells a version");
        let (reader, lifeline) = std::io::pipe().unwrap();
        let mut watcher = self.command("sh");
        watcher.args(["-c", WATCHER, "watcher"]).arg(&self.binaries).arg(&self.folder).arg(log);
        watcher.stdin(reader).stdout(Stdio::null());
        // A signal to the whole group of the tests must not reach who cleans up after them.
        let mut watcher = watcher.stderr(Stdio::null()).process_group(0).spawn().unwrap();
        wait_until_ready(&self.folder, &mut watcher);
        // Whoever ends the watcher's wait waits for nobody else.
        thread::spawn(move || watcher.wait());

        let Self { folder, binaries, lock, .. } = self;
        let (creating, created) = (Mutex::default(), AtomicU32::new(0));
        Server { folder, binaries, major, creating, created, _lifeline: lifeline, _lock: lock }
    }
}

/// A running server.
#[derive(Debug)]
pub(crate) struct Server {
    folder: PathBuf,
    binaries: PathBuf,
    /// 15 for PostgreSQL 15.4.
    pub(crate) major: u32,
    /// Creates from one template wait for each other in any case, and then they do it by looking again and again.
    creating: Mutex<()>,
    created: AtomicU32,
    /// Open as long as the server shall run.
    _lifeline: PipeWriter,
    /// Locked as long as somebody uses the folder.
    _lock: File,
}

impl Server {
    /// Starts a server. Fails the test with what there is to know when that does not work.
    pub(crate) fn start() -> Self {
        let home = Home::new();
        home.initialize();
        home.run("minimal")
    }

    /// Starts a server of which [`Server::into_standby`] can make another.
    pub(crate) fn start_primary() -> Self {
        let home = Home::new();
        home.initialize();
        home.run("replica")
    }

    /// Stops the server and starts another on a copy of its files, as a hot standby: it answers and changes nothing, and
    /// waits for news of a primary that never come.
    pub(crate) fn into_standby(self) -> Self {
        let data = self.folder.join("data");
        let pid_file = data.join("postmaster.pid");
        let pid = fs::read_to_string(&pid_file).unwrap().lines().next().unwrap().to_owned();
        // Ends what is connected, writes everything down and goes.
        assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
        let start = Instant::now();
        while pid_file.exists() {
            assert!(start.elapsed() < Duration::from_mins(1), "PostgreSQL does not stop");
            thread::sleep(Duration::from_millis(5));
        }
        let home = Home::new();
        let copied = home.command("cp").arg("-R").args([&data, &home.folder.join("data")]).status().unwrap();
        assert!(copied.success(), "the files of the server cannot be copied");
        assert!(home.command("touch").arg(home.folder.join("data/standby.signal")).status().unwrap().success());
        home.run("replica")
    }

    /// Where the server keeps everything, its socket included. Gone some moments after the server.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// An empty database, dropped with the value.
    pub(crate) fn database(&self, hint: &str) -> Database<'_> {
        self.create(hint, "template0")
    }

    /// A database like one that nobody is connected to, dropped with the value.
    pub(crate) fn copy(&self, of: &Database<'_>, hint: &str) -> Database<'_> {
        self.create(hint, &of.name)
    }

    fn create(&self, hint: &str, template: &str) -> Database<'_> {
        let hint: String =
            hint.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' }).collect();
        let number = self.created.fetch_add(1, Ordering::Relaxed);
        // A name has 63 bytes at most.
        let name = format!("t{number}_{}", &hint[..hint.len().min(50)]);
        let strategy = if self.major >= 15 { " STRATEGY FILE_COPY" } else { "" };
        let guard = self.creating.lock().unwrap_or_else(PoisonError::into_inner);
        self.administer(&format!("CREATE DATABASE \"{name}\" TEMPLATE \"{template}\"{strategy}")).unwrap();
        drop(guard);
        Database { server: self, name }
    }

    /// The URL of a database, as sqlx understands it.
    pub(crate) fn url(&self, database: &str) -> String {
        format!("postgres:///{database}?host={}&user=postgres", self.folder.display())
    }

    /// Runs one statement on the database that is always there.
    fn administer(&self, sql: &str) -> Result<(), sea_orm::DbErr> {
        aside(async {
            let connection = sea_orm::Database::connect(self.url("postgres")).await?;
            connection.execute_unprepared(sql).await?;
            connection.close().await
        })
    }

    /// A client program of the server's version, as another one prints other words: beside the server, or on the `PATH`, or
    /// beside other servers.
    fn client(&self, name: &str) -> Option<PathBuf> {
        self.clients(name).into_iter().find(|program| major(program) == Some(self.major))
    }

    fn clients(&self, name: &str) -> Vec<PathBuf> {
        let mut folders = vec![self.binaries.clone()];
        folders.extend(folders_of_path());
        folders.extend(installed());
        folders.into_iter().map(|folder| folder.join(name)).filter(|program| program.is_file()).collect()
    }
}

/// Where a script ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// At the first error.
    Error,
    /// Where it ends, unless it says itself that it stops at errors.
    Script,
}

/// A database of a server.
#[derive(Debug)]
pub(crate) struct Database<'a> {
    server: &'a Server,
    name: String,
}

impl Database<'_> {
    /// For `sea_orm::Database::connect`, `--database-url` and `DATABASE_URL`.
    pub(crate) fn url(&self) -> String {
        self.server.url(&self.name)
    }

    /// The name.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// A connection. Close it before the database goes, or it is closed from the other side.
    pub(crate) async fn connect(&self) -> DatabaseConnection {
        sea_orm::Database::connect(self.url()).await.unwrap()
    }

    /// Runs the statements of a script one by one, over one connection, to its end or to the first error. The first error.
    async fn run_each(&self, sql: &str, ending: Ending) -> Result<(), DbErr> {
        let mut options = ConnectOptions::new(self.url());
        options.max_connections(1);
        let db = sea_orm::Database::connect(options).await?;
        let mut first = Ok(());
        // What is for psql alone, and not a line of some text.
        let is_own = |line: &&str| !["\\set ", "\\restrict", "\\unrestrict"].iter().any(|own| line.starts_with(own));
        let ending = if sql.contains("\n\\set ON_ERROR_STOP on\n") { Ending::Error } else { ending };
        let sql: String = sql.split_inclusive('\n').filter(is_own).collect();
        for statement in Dialect::Postgres.statements(&sql) {
            let ran = db.execute_unprepared(&statement.sql).await.map(drop);
            first = first.and(ran);
            if first.is_err() && ending == Ending::Error {
                break;
            }
        }
        first
    }

    /// Runs a script and gives back what it prints: rows with `|` between values, one a line. Statements run one by one, as
    /// psql runs them. Without psql nothing is given back.
    pub(crate) fn script(&self, sql: &str) -> String {
        self.try_script(sql, Ending::Error).unwrap_or_else(|error| panic!("psql failed:\n{error}"))
    }

    /// Runs a script that may fail; then the errors are given back.
    pub(crate) fn try_script(&self, sql: &str, ending: Ending) -> Result<String, String> {
        // What it prints are the words of the server, whatever its own version is.
        let psql = self.server.client("psql").or_else(|| self.server.clients("psql").into_iter().next());
        let Some(psql) = psql else {
            return aside(self.run_each(sql, ending)).map(|()| String::new()).map_err(|error| error.to_string());
        };
        let mut command = Command::new(psql);
        command.args(["-X", "-q", "-A", "-t", "-f", "-"]);
        command.args((ending == Ending::Error).then_some(["-v", "ON_ERROR_STOP=1"]).into_iter().flatten());
        let command = self.address(&mut command).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let text = sql.to_owned();
        // Who writes while nobody reads waits for ever, so this does not wait for the writing. An end that is closed early
        // belongs to a script that failed.
        let writer = thread::spawn(move || drop(stdin.write_all(text.as_bytes())));
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        if output.status.success() && !errors.contains("ERROR:") {
            Ok(String::from_utf8(output.stdout).unwrap())
        } else {
            Err(errors)
        }
    }

    /// The first column of every row, as text; cast what is not text.
    pub(crate) fn query(&self, sql: &str) -> Vec<String> {
        aside(async {
            let connection = self.connect().await;
            let statement = Statement::from_string(connection.get_database_backend(), sql);
            let rows = connection.query_all_raw(statement).await.unwrap_or_else(|error| panic!("{error}\n{sql}"));
            rows.iter().map(|row| row.try_get_by_index::<Option<String>>(0).unwrap().unwrap_or_default()).collect()
        })
    }

    /// The whole schema in the words of `pg_dump`, without what changes from run to run: two databases with the same schema
    /// have the same dump, to the letter. `None`, said on stderr, where there is no `pg_dump` of the server's version.
    #[expect(clippy::print_stderr, reason = "what is not tested must be said")]
    pub(crate) fn dump(&self) -> Option<String> {
        let Some(pg_dump) = self.server.client("pg_dump") else {
            eprintln!("there is no pg_dump {}: nothing is compared with it", self.server.major);
            return None;
        };
        let mut command = Command::new(pg_dump);
        command.args(["--schema-only", "--no-owner", "--no-privileges"]);
        let output = self.address(&mut command).output().unwrap();
        assert!(output.status.success(), "pg_dump failed:\n{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).unwrap();
        let noise = |line: &str| {
            line.is_empty() || ["--", "\\restrict", "\\unrestrict"].iter().any(|start| line.starts_with(start))
        };
        Some(text.lines().filter(|line| !noise(line)).flat_map(|line| [line, "\n"]).collect())
    }

    fn address<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.env("PGHOST", &self.server.folder).env("PGUSER", "postgres").env("PGDATABASE", &self.name)
    }
}

impl Drop for Database<'_> {
    fn drop(&mut self) {
        // At the latest it goes with the server.
        drop(self.server.administer(&format!("DROP DATABASE IF EXISTS \"{}\" WITH (FORCE)", self.name)));
    }
}

/// Runs something asynchronous to its end on a thread of its own, so that it can be asked for inside of another runtime.
fn aside<T: Send>(future: impl Future<Output = T> + Send) -> T {
    let run = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future);
    thread::scope(|scope| scope.spawn(run).join()).unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// The folder with `initdb` and `postgres`.
fn binaries() -> PathBuf {
    let is_complete = |folder: &PathBuf| folder.join("initdb").is_file() && folder.join("postgres").is_file();
    if let Some(folder) = std::env::var_os("TEST_POSTGRES_BIN") {
        let folder = PathBuf::from(folder);
        assert!(is_complete(&folder), "TEST_POSTGRES_BIN has no initdb and postgres: {}", folder.display());
        return folder;
    }
    let found = folders_of_path().into_iter().chain(installed()).find(is_complete);
    found.expect(
        "no PostgreSQL server to test with: install one, name the folder of its programs in TEST_POSTGRES_BIN, \
         or run `cargo xtask test`, which fetches one",
    )
}

fn folders_of_path() -> Vec<PathBuf> {
    std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect()).unwrap_or_default()
}

/// Where Debian and its kin keep servers, the newest first.
fn installed() -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir("/usr/lib/postgresql") else { return Vec::new() };
    let version = |path: &Path| path.file_name()?.to_str()?.parse::<u32>().ok();
    let mut versions: Vec<(u32, PathBuf)> = entries
        .filter_map(|entry| entry.ok().and_then(|entry| Some((version(&entry.path())?, entry.path()))))
        .collect();
    versions.sort();
    versions.into_iter().rev().map(|(_, path)| path.join("bin")).collect()
}

/// The major version of a program of PostgreSQL.
fn major(program: &Path) -> Option<u32> {
    let output = Command::new(program).arg("--version").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    // `postgres (PostgreSQL) 18.4`, `psql (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`, `19beta1`
    let version = text.split_once("(PostgreSQL) ")?.1;
    version.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// A folder for this process, and the lock that says that it is in use. The folder gets its name when it is locked already.
fn make_folder(parent: &Path) -> (PathBuf, File) {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let started = tempfile::Builder::new().prefix("seachange-starting-").tempdir_in(parent).unwrap().keep();
    let lock = File::create(started.join("lock")).unwrap();
    lock.lock().unwrap();
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let folder = parent.join(format!("{PREFIX}{}-{number}", std::process::id()));
    fs::rename(&started, &folder).unwrap();
    (folder, lock)
}

/// Removes what killed runs could not: there is something only when the watcher was killed too. A server that still runs
/// in such a folder ends itself when it finds its files gone, which it looks for every minute.
fn remove_stale_folders(parent: &Path) {
    for entry in fs::read_dir(parent).unwrap().filter_map(Result::ok) {
        let path = entry.path();
        if !entry.file_name().to_string_lossy().starts_with(PREFIX) {
            continue;
        }
        // A folder of somebody else, or one that goes this moment, is not ours to remove.
        let Ok(lock) = File::open(path.join("lock")) else { continue };
        if lock.try_lock().is_ok() {
            drop(fs::remove_dir_all(&path));
        }
    }
}

fn wait_until_ready(folder: &Path, watcher: &mut Child) {
    let log = || fs::read_to_string(folder.join("log")).unwrap_or_default();
    let start = Instant::now();
    // The last line of the file says so.
    let is_ready =
        || fs::read_to_string(folder.join("data/postmaster.pid")).is_ok_and(|text| text.trim_end().ends_with("ready"));
    while !is_ready() {
        assert!(watcher.try_wait().unwrap().is_none(), "nobody watches the server:\n{}", log());
        assert!(start.elapsed() < Duration::from_mins(1), "PostgreSQL does not start:\n{}", log());
        thread::sleep(Duration::from_millis(5));
    }
}
