//! The security camera lives its life through the program: from an empty database to what the original tool left behind, with
//! rows, and back.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::cluster::{self, Database};
use crate::support::{Ran, copy, root};

/// The project with its database.
struct Camera {
    folder: tempfile::TempDir,
    database: Database<'static>,
}

impl Camera {
    fn new(phase: &str) -> Self {
        let camera = Self { folder: tempfile::tempdir().unwrap(), database: cluster::database("camera life") };
        copy(&root().join("fixtures/camera"), camera.path());
        fs::remove_dir_all(camera.path().join("phases")).unwrap();
        camera.phase(phase, "[]");
        camera
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The entities of a phase, and what is declared in SQL with them.
    fn phase(&self, phase: &str, sql: &str) {
        let entities = self.path().join("src/entities");
        fs::remove_dir_all(&entities).unwrap();
        copy(&root().join("fixtures/camera/phases").join(phase), &entities);
        let settings = format!("entities = [\"src/entities\"]\nsql = {sql}\n");
        fs::write(self.path().join("seachange.toml"), settings).unwrap();
    }

    fn run_on(&self, database: &Database<'_>, arguments: &[&str]) -> Ran {
        let output = Command::new(env!("CARGO_BIN_EXE_seachange"))
            .args(arguments)
            .args(["--database-url", &database.url()])
            .current_dir(self.path())
            .env_remove("DATABASE_URL")
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Ran { code: output.status.code().unwrap(), out: text(output.stdout), notes: text(output.stderr) }
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        self.run_on(&self.database, arguments)
    }

    /// Writes what changed, applies it, and finds nothing left to do.
    fn advance(&self, message: &str) -> String {
        let ran = self.run(&["revision", "--autogenerate", "-m", message]);
        assert_eq!(ran.code, 0, "{ran:?}");
        let text = fs::read_to_string(self.path().join(ran.out.lines().next().unwrap())).unwrap();
        let ran = self.run(&["upgrade", "head"]);
        assert_eq!(ran.code, 0, "{ran:?}\n{text}");
        self.assert_clean();
        text
    }

    /// A revision of somebody's own: the statements of a file.
    fn data_step(&self, message: &str, file: &str) {
        let ran = self.run(&["revision", "-m", message]);
        assert_eq!(ran.code, 0, "{ran:?}");
        let path = self.path().join(ran.out.trim());
        let step = fs::read_to_string(self.path().join(file)).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        let text = text.replace("-- migrate:up\n", &format!("-- migrate:up\n\n{step}\n"));
        // Nothing of it needs to be undone.
        fs::write(&path, text.replace("-- migrate:down\n", "-- migrate:down\n\nSELECT 1;\n")).unwrap();
        let ran = self.run(&["upgrade", "head"]);
        assert_eq!(ran.code, 0, "{ran:?}");
    }

    fn assert_clean(&self) {
        let ran = self.run(&["check"]);
        assert_eq!(ran.code, 0, "{ran:?}");
        let ran = self.run(&["check", "--offline"]);
        assert_eq!(ran.code, 0, "{ran:?}");
    }
}

const SEARCH: &str = "[\"schema/extensions.sql\", \"schema/search.sql\"]";

#[test]
fn from_the_first_table_to_the_last_index_and_back() {
    let camera = Camera::new("1_initial");
    camera.advance("initial schema");
    camera.database.script(&fs::read_to_string(camera.path().join("rows_1.sql")).unwrap());
    let rows = camera.database.query("SELECT id || name FROM cameras ORDER BY id");

    camera.phase("2_search_alerts_zones", SEARCH);
    let text = camera.advance("full text search, alerts and zones");
    let order = ["CREATE EXTENSION", "CREATE TYPE alert_severity", "CREATE TABLE alert_rules", "CREATE TRIGGER"];
    let places: Vec<usize> =
        order.iter().map(|words| text.find(words).unwrap_or_else(|| panic!("{words}\n{text}"))).collect();
    assert!(places.is_sorted(), "{text}");
    camera.data_step("fill the search vectors", "data/search_backfill.sql");
    assert_eq!(camera.database.query("SELECT count(*)::text FROM events WHERE search_vector IS NULL"), ["0"]);

    camera.data_step("one camera per name and folder", "data/clean_cameras.sql");
    camera.phase("3_indexes_and_checks", SEARCH);
    let text = camera.advance("indexes and checks");
    assert!(text.contains("gin_trgm_ops"), "{text}");
    assert_eq!(camera.database.query("SELECT id FROM cameras ORDER BY id").len(), rows.len());

    // Another database that the original tool made holds the same.
    let original = cluster::database("camera original");
    original.script(&fs::read_to_string(camera.path().join("original_a.sql")).unwrap());
    let script = camera.path().join("original_a.sql");
    let ran =
        camera.run(&["diff", "--from", script.to_str().unwrap(), "--to", &camera.database.url(), "--format", "sql"]);
    let changes: Vec<&str> = ran.out.lines().filter(|line| line.ends_with(';')).collect();
    // The ids of the original count with `serial`, and its keys have the names PostgreSQL gives.
    let is_known = |line: &&str| {
        !["IDENTITY", "SEQUENCE", "setval", "DROP DEFAULT", "COMMIT", "BEGIN"].iter().any(|word| line.contains(word))
    };
    assert_eq!(changes.into_iter().filter(is_known).collect::<Vec<_>>(), Vec::<&str>::new(), "{}", ran.out);

    let ran = camera.run(&["downgrade", "base"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let left = "SELECT typname::text FROM pg_type JOIN pg_namespace AS n ON n.oid = typnamespace
        WHERE nspname = 'public' AND typtype IN ('e', 'c', 'd') AND typname NOT LIKE '\\_%' AND typname NOT LIKE 'seachange%'";
    assert_eq!(camera.database.query(left), Vec::<String>::new());
    assert_eq!(
        camera.database.query("SELECT proname::text FROM pg_proc WHERE proname LIKE 'events%'"),
        Vec::<String>::new()
    );
    let ran = camera.run(&["upgrade", "head"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    camera.assert_clean();
}

#[test]
fn the_database_of_the_original_tool_is_adopted_and_silent() {
    let camera = Camera::new("3_indexes_and_checks");
    camera.phase("3_indexes_and_checks", SEARCH);
    camera.database.script(&fs::read_to_string(camera.path().join("original_a.sql")).unwrap());
    let ran = camera.run(&["revision", "--baseline", "-m", "as it was"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let ran = camera.run(&["stamp", "head"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    camera.assert_clean();

    // On an empty database the baseline makes the same, to the letter.
    let other = cluster::database("camera other");
    let ran = camera.run_on(&other, &["upgrade", "head"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    if let (Some(original), Some(made)) = (camera.database.dump(), other.dump()) {
        assert_eq!(made, original);
    }
}

#[test]
fn a_table_is_not_partitioned_behind_anybodys_back() {
    let camera = Camera::new("3_indexes_and_checks");
    camera.phase("3_indexes_and_checks", SEARCH);
    camera.advance("everything");
    camera.phase("4_partitions", SEARCH);
    let ran = camera.run(&["revision", "--autogenerate", "-m", "partitions"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.notes.contains("partitioned"), "{ran:?}");
}
