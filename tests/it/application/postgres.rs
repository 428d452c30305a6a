//! A schema of PostgreSQL for each project of an application.

use std::path::Path;

use expect_test::expect;
use sea_orm::ConnectionTrait;
use seachange::Migrator;

use super::{MIGRATOR, ask, pool, words, write};
use crate::cluster;
use crate::support::{block_on, copy, root};

#[test]
fn every_schema_has_its_own_tables_and_its_own_history() {
    let database = cluster::database("schemas");
    block_on(async {
        let db = pool(&database.url(), 2).await;
        let odd = "Project \"7\"; 'x'";
        let failure = MIGRATOR.schema(odd).upgrade(&db).await.unwrap_err();
        assert!(failure.to_string().starts_with("the schema `Project \"7\"; 'x'` does not exist"), "{failure}");
        assert_eq!(MIGRATOR.schema(odd).create_schema().upgrade(&db).await.unwrap().len(), 2);
        assert_eq!(MIGRATOR.schema(odd).create_schema().upgrade(&db).await.unwrap().len(), 0);
        db.execute_unprepared("CREATE SCHEMA other").await.unwrap();
        let other = MIGRATOR.schema("other");
        assert_eq!(other.pending(&db).await.unwrap().len(), 2);
        assert_eq!(other.upgrade(&db).await.unwrap().len(), 2);
        let tables = "SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname !~ '^(pg_|inf)' ORDER BY 1";
        let names = [
            "Project \"7\"; 'x'.seachange_history",
            "Project \"7\"; 'x'.users",
            "other.seachange_history",
            "other.users",
        ];
        assert_eq!(ask(&db, tables).await, names);
        assert!(other.check(&db).await.unwrap().is_clean());
        db.execute_unprepared("ALTER TABLE other.users DROP COLUMN name").await.unwrap();
        assert!(!other.check(&db).await.unwrap().is_clean());
        assert!(MIGRATOR.schema(odd).check(&db).await.unwrap().is_clean());
        db.close().await.unwrap();
    });
}

/// Even where everything that nobody declares counts, what is in the schema of another project does not.
#[test]
fn other_projects_are_nobody_s_business() {
    let database = cluster::database("strict");
    let project = tempfile::tempdir().unwrap();
    copy(&root().join("fixtures/application"), project.path());
    write(project.path(), "seachange.toml", "entities = [\"src\"]\n\n[diff]\nunmanaged = true\n");
    let migrator = Migrator::from_folder(project.path().join("migrations")).unwrap();
    block_on(async {
        let db = pool(&database.url(), 2).await;
        for name in ["one", "two"] {
            migrator.schema(name).create_schema().upgrade(&db).await.unwrap();
        }
        for name in ["one", "two"] {
            let state = migrator.schema(name).check(&db).await.unwrap();
            assert!(state.is_clean(), "{state}");
        }
        db.execute_unprepared("CREATE TABLE two.mine (a integer)").await.unwrap();
        assert!(migrator.schema("one").check(&db).await.unwrap().is_clean());
        assert_eq!(migrator.schema("two").check(&db).await.unwrap().added, ["table `mine`"]);
        db.close().await.unwrap();
    });
}

#[test]
fn sqlite_has_no_schemas() {
    block_on(async {
        let db = pool("sqlite::memory:", 1).await;
        let failure = MIGRATOR.schema("project_7").upgrade(&db).await.unwrap_err();
        expect![[r#"
            SQLite has no schemas: give each its own database
        "#]]
        .assert_eq(&words(&failure, Path::new("/")));
    });
}
