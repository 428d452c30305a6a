//! What is tested on PostgreSQL alone, and the server the tests run on.

mod adoption;
mod any_two;
mod ask;
mod camera;
mod changes;
mod effects;
mod enums;
mod kept;
mod live;
mod moved;
mod objects;
mod online;
mod orchestrator;
mod pairs;
mod project;
mod proof;
mod reflect;
mod renames;
mod runner;
mod scripts;
mod stays;
mod systems;
mod targets;
mod views;

use std::io::{BufRead, BufReader, Read};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use sea_orm::ConnectionTrait;

use crate::cluster::{self, Server};
use crate::support::block_on;

#[test]
fn databases_are_apart() {
    let (one, other) = (cluster::database("one"), cluster::database("Other \"one\""));
    assert_ne!(one.name(), other.name());
    block_on(async {
        for database in [&one, &other] {
            let connection = database.connect().await;
            let sql =
                "CREATE TYPE mood AS ENUM ('glad', 'sad'); CREATE TABLE people (id serial PRIMARY KEY, mood mood)";
            connection.execute_unprepared(sql).await.unwrap();
            connection.close().await.unwrap();
        }
    });
    assert_eq!(one.dump(), other.dump());

    one.script(
        "ALTER TABLE people ADD name text;\nINSERT INTO people (mood, name) VALUES ('glad', 'Ann'), ('sad', NULL);\n",
    );
    assert_eq!(one.query("SELECT name FROM people ORDER BY id"), ["Ann", ""]);
    assert_eq!(other.query("SELECT id::text FROM people"), Vec::<String>::new());
    if let (Some(one), Some(other)) = (one.dump(), other.dump()) {
        assert!(one.contains("    name text\n") && !other.contains("name text"), "{one}\n{other}");
        assert!(!one.contains("--") && !one.contains("restrict"), "{one}");
    }
}

#[test]
fn a_database_goes_with_its_value_whoever_is_connected() {
    let kept = cluster::database("kept");
    let (name, connection) = {
        let database = cluster::database("gone");
        (database.name().to_owned(), block_on(database.connect()))
    };
    assert_eq!(
        kept.query(&format!("SELECT datname::text FROM pg_database WHERE datname = '{name}'")),
        Vec::<String>::new()
    );
    drop(connection);
}

#[test]
fn the_server_has_the_version_that_was_asked_for() {
    let version = cluster::database("version").query("SHOW server_version_num");
    assert_eq!(version[0].parse::<u32>().unwrap() / 10_000, cluster::shared().major);
}

/// This test runs itself in another process, which is killed while its server runs.
#[test]
fn a_killed_process_leaves_no_server() {
    const VICTIM: &str = "SEACHANGE_TEST_IS_VICTIM";
    if std::env::var_os(VICTIM).is_some() {
        let server = Server::start();
        println!("\nserver in {}", server.folder().display());
        // Until it is killed, or the one who would kill it is gone.
        drop(std::io::stdin().read(&mut [0]));
        return;
    }

    let mut victim = Command::new(std::env::current_exe().unwrap())
        .args(["postgres::a_killed_process_leaves_no_server", "--exact", "--nocapture"])
        .env(VICTIM, "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(victim.stdout.take().unwrap()).lines().map(Result::unwrap);
    let folder = lines.find_map(|line| line.strip_prefix("server in ").map(PathBuf::from)).unwrap();
    let socket = folder.join(".s.PGSQL.5432");
    assert!(UnixStream::connect(&socket).is_ok());

    victim.kill().unwrap();
    victim.wait().unwrap();
    let start = Instant::now();
    while folder.exists() {
        assert!(start.elapsed() < Duration::from_secs(30), "{} is still there", folder.display());
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(UnixStream::connect(&socket).is_err());
}
