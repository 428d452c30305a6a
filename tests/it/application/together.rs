//! Several instances of an application that start at the same time.

use std::process::{Command, Stdio};

use super::{MIGRATOR, ask, pool};
use crate::cluster;
use crate::support::{block_on, copy, root};

/// Instances of the application and the program itself, all at once: each revision runs once, and nobody fails.
fn start_together(url: &str) {
    let project = tempfile::tempdir().unwrap();
    copy(&root().join("fixtures/application"), project.path());
    let programs: Vec<_> = (0..3)
        .map(|_| {
            let mut program = Command::new(env!("CARGO_BIN_EXE_seachange"));
            program.args(["upgrade", "head", "--database-url", url]).current_dir(project.path());
            program.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        })
        .collect();
    let applied = block_on(async {
        let instances: Vec<_> = (0..6)
            .map(|_| {
                let url = url.to_owned();
                tokio::spawn(async move {
                    let db = pool(&url, 2).await;
                    let applied = MIGRATOR.upgrade(&db).await.unwrap().len();
                    assert!(MIGRATOR.check(&db).await.unwrap().is_clean());
                    db.close().await.unwrap();
                    applied
                })
            })
            .collect();
        let mut applied = 0;
        for instance in instances {
            applied += instance.await.unwrap();
        }
        applied
    });
    let mut by_program = 0;
    for program in programs {
        let output = program.wait_with_output().unwrap();
        assert!(output.status.success(), "{output:?}");
        let notes = String::from_utf8(output.stderr).unwrap();
        by_program += notes.lines().filter(|line| line.starts_with("applied ")).count();
    }
    assert_eq!(applied + by_program, 2);
}

#[test]
fn one_of_many_migrates_a_file() {
    let folder = tempfile::tempdir().unwrap();
    start_together(&format!("sqlite://{}?mode=rwc", folder.path().join("app.db").display()));
}

#[test]
fn one_of_many_migrates_a_schema() {
    let database = cluster::database("together");
    start_together(&database.url());
}

/// Two requests that create the same project.
#[test]
fn one_of_many_makes_the_schema() {
    let database = cluster::database("create schema");
    block_on(async {
        let db = pool(&database.url(), 8).await;
        let instances: Vec<_> = (0..6)
            .map(|_| {
                let db = db.clone();
                tokio::spawn(async move { MIGRATOR.schema("new").create_schema().upgrade(&db).await.unwrap().len() })
            })
            .collect();
        let mut applied = 0;
        for instance in instances {
            applied += instance.await.unwrap();
        }
        assert_eq!(applied, 2);
        assert_eq!(
            ask(&db, "SELECT tablename::text FROM pg_tables WHERE schemaname = 'new' AND tablename = 'users'").await,
            ["users"]
        );
        db.close().await.unwrap();
    });
}
