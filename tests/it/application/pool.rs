//! The connection that a pool lends goes back as it came, whatever happened.

use std::path::Path;
use std::time::Duration;

use expect_test::expect;
use sea_orm::{ConnectionTrait, TransactionTrait};
use seachange::Migrator;

use super::{MIGRATOR, ask, folder, pool, words, write};
use crate::cluster;
use crate::support::block_on;

#[test]
fn a_database_in_memory_is_the_one_of_the_pool() {
    block_on(async {
        for connections in [1, 4] {
            let db = pool("sqlite::memory:", connections).await;
            MIGRATOR.upgrade(&db).await.unwrap();
            assert_eq!(ask(&db, "SELECT count(*) || '' FROM users").await, ["0"]);
        }
    });
}

#[test]
fn pragmas_are_what_they_were() {
    const PRAGMAS: &str = "SELECT foreign_keys || ' ' || timeout || ' ' || recursive_triggers || ' ' || synchronous
         FROM pragma_foreign_keys, pragma_busy_timeout, pragma_recursive_triggers, pragma_synchronous";
    let folder = folder();
    block_on(async {
        let db = pool("sqlite::memory:", 1).await;
        for foreign_keys in ["OFF", "ON"] {
            db.execute_unprepared(&format!("PRAGMA foreign_keys = {foreign_keys}; PRAGMA busy_timeout = 1234"))
                .await
                .unwrap();
            let before = ask(&db, PRAGMAS).await;
            write(
                folder.path(),
                "c3.sql",
                "-- message: c\n-- revision: c3\n-- parents: b2\n-- migrate:up\n-- transaction: none\nPRAGMA recursive_triggers = ON;\n\
         PRAGMA synchronous = OFF;\n",
            );
            let migrator = Migrator::from_folder(folder.path()).unwrap();
            migrator.upgrade(&db).await.unwrap();
            migrator.check(&db).await.unwrap();
            assert_eq!(ask(&db, PRAGMAS).await, before);
            db.execute_unprepared("DROP TABLE users; DROP TABLE seachange_history").await.unwrap();
            write(folder.path(), "c3.sql", "-- message: c\n-- revision: c3\n-- parents: b2\n-- migrate:up\nSELEC;\n");
            Migrator::from_folder(folder.path()).unwrap().upgrade(&db).await.unwrap_err();
            assert_eq!(ask(&db, PRAGMAS).await, before);
            db.execute_unprepared("DROP TABLE users; DROP TABLE seachange_history").await.unwrap();
        }
    });
}

/// Whether the pool still has the one connection it had, and what was set on it.
const OF_SERVER: &str = "SELECT pg_backend_pid() || ' ' || current_setting('search_path') || ' ' || current_setting('lock_timeout')
    || ' ' || current_setting('statement_timeout') || ' ' || current_setting('client_min_messages') || ' '
    || current_setting('role') || ' ' || current_setting('work_mem') || ' ' || (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory')";

#[test]
fn settings_of_the_server_are_what_they_were() {
    let database = cluster::database("settings");
    let folder = folder();
    write(
        folder.path(),
        "c3.sql",
        "-- message: c\n-- revision: c3\n-- parents: b2\n-- migrate:up\nSET search_path TO pg_catalog;\nSET work_mem TO '5MB';\n\
         SET ROLE pg_monitor;\nRESET ROLE;\nSET search_path TO public;\n",
    );
    block_on(async {
        let db = pool(&database.url(), 1).await;
        db.execute_unprepared("SET search_path TO \"$user\", public; SET statement_timeout TO '7s'").await.unwrap();
        let before = ask(&db, OF_SERVER).await;
        let migrator = Migrator::from_folder(folder.path()).unwrap();
        migrator.upgrade(&db).await.unwrap();
        assert_eq!(ask(&db, OF_SERVER).await, before);
        migrator.check(&db).await.unwrap();
        assert_eq!(ask(&db, OF_SERVER).await, before);
        write(
            folder.path(),
            "d4.sql",
            "-- message: d\n-- revision: d4\n-- parents: c3\n-- migrate:up\nSELECT 1 / 0;\n",
        );
        let failure = Migrator::from_folder(folder.path()).unwrap().upgrade(&db).await.unwrap_err();
        assert!(failure.to_string().contains("division by zero"), "{failure}");
        assert_eq!(ask(&db, OF_SERVER).await, before);
        db.close().await.unwrap();
    });
}

#[test]
fn a_transaction_of_somebody_else_is_left_alone() {
    let database = cluster::database("transaction");
    block_on(async {
        for url in ["sqlite::memory:", &database.url()] {
            let db = pool(url, 1).await;
            db.execute_unprepared("BEGIN; CREATE TABLE mine (a integer)").await.unwrap();
            let failure = MIGRATOR.upgrade(&db).await.unwrap_err();
            expect![[r#"
                the connection is in a transaction that somebody began and did not end
                hint: commit it or roll it back first: revisions run in transactions of their own, and nothing was run
            "#]]
            .assert_eq(&words(&failure, Path::new("/")));
            // It goes on where it was.
            db.execute_unprepared("INSERT INTO mine VALUES (1); ROLLBACK").await.unwrap();
            assert!(db.execute_unprepared("SELECT a FROM mine").await.is_err());

            let transaction = db.begin().await.unwrap();
            let failure = MIGRATOR.upgrade(&db).await.unwrap_err();
            expect![[r#"
                no connection of the pool came free in 1 second
                hint: a transaction or a stream of rows holds the last one: end it before the revisions run, or raise `max_connections` of the pool
            "#]]
            .assert_eq(&words(&failure, Path::new("/")));
            transaction.commit().await.unwrap();
            assert_eq!(MIGRATOR.upgrade(&db).await.unwrap().len(), 2);
            db.close_by_ref().await.unwrap();
            let failure = MIGRATOR.upgrade(&db).await.unwrap_err();
            assert!(
                failure
                    .to_string()
                    .ends_with("and this one is closed\nhint: pass what `sea_orm::Database::connect` gives")
            );
        }
    });
}

/// A server that is told to end while its database is migrated.
#[test]
fn who_waits_no_longer_leaves_nothing_open() {
    let database = cluster::database("cancelled");
    let folder = folder();
    write(
        folder.path(),
        "c3.sql",
        "-- message: c\n-- revision: c3\n-- parents: b2\n-- migrate:up postgres\nCREATE TABLE long (a integer);\nSELECT pg_sleep(0.7);\n\
         -- migrate:up sqlite\nCREATE TABLE long (a integer);\n\
         WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 1500000) SELECT count(*) FROM c;\n",
    );
    block_on(async {
        for url in ["sqlite::memory:", &database.url()] {
            let db = pool(url, 1).await;
            let migrator = Migrator::from_folder(folder.path()).unwrap();
            MIGRATOR.upgrade(&db).await.unwrap();
            let cancelled = tokio::time::timeout(Duration::from_millis(100), migrator.upgrade(&db)).await;
            assert!(cancelled.is_err(), "{cancelled:?}");
            // The connection comes back when the statement is over, out of the transaction, with the lock let go.
            let mut waited = 0;
            while let Err(failure) = migrator.pending(&db).await {
                assert!(waited < 20, "{failure}");
                waited += 1;
            }
            assert_eq!(migrator.pending(&db).await.unwrap(), ["`c3` (c)"]);
            assert!(db.execute_unprepared("SELECT a FROM long").await.is_err());
            db.execute_unprepared("BEGIN; ROLLBACK").await.unwrap();
            assert_eq!(migrator.upgrade(&db).await.unwrap(), ["`c3` (c)"]);
            db.close().await.unwrap();
        }
    });
}
