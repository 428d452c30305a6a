//! The security camera lives its life through the program: from an empty database to what the original tool left behind, with
//! rows, and back.

use std::fs;

use super::project::Project;
use crate::cluster;
use crate::support::{copy, root};

/// The project at a phase, with an empty database.
fn camera(phase: &str) -> Project {
    let camera = Project::of("fixtures/camera");
    fs::remove_dir_all(camera.path().join("phases")).unwrap();
    self::phase(&camera, phase, "[]");
    camera
}

/// The entities of a phase, and what is declared in SQL with them.
fn phase(camera: &Project, phase: &str, sql: &str) {
    let entities = camera.path().join("src/entities");
    fs::remove_dir_all(&entities).unwrap();
    copy(&root().join("fixtures/camera/phases").join(phase), &entities);
    camera.write("seachange.toml", &format!("entities = [\"src/entities\"]\nsql = {sql}\n"));
}

const SEARCH: &str = "[\"schema/extensions.sql\", \"schema/search.sql\"]";

#[test]
fn from_the_first_table_to_the_last_index_and_back() {
    let camera = camera("1_initial");
    camera.advance("initial schema");
    camera.database.script(&fs::read_to_string(camera.path().join("rows_1.sql")).unwrap());
    let rows = camera.database.query("SELECT id || name FROM cameras ORDER BY id");

    phase(&camera, "2_search_alerts_zones", SEARCH);
    let text = camera.advance("full text search, alerts and zones");
    let order = ["CREATE EXTENSION", "CREATE TYPE alert_severity", "CREATE TABLE alert_rules", "CREATE TRIGGER"];
    let places: Vec<usize> =
        order.iter().map(|words| text.find(words).unwrap_or_else(|| panic!("{words}\n{text}"))).collect();
    assert!(places.is_sorted(), "{text}");
    camera.data_step("fill the search vectors", "data/search_backfill.sql");
    assert_eq!(camera.database.query("SELECT count(*)::text FROM events WHERE search_vector IS NULL"), ["0"]);

    camera.data_step("one camera per name and folder", "data/clean_cameras.sql");
    phase(&camera, "3_indexes_and_checks", SEARCH);
    let text = camera.advance("indexes and checks");
    assert!(text.contains("gin_trgm_ops"), "{text}");
    assert_eq!(camera.database.query("SELECT id FROM cameras ORDER BY id").len(), rows.len());

    // Another database that the original tool made holds the same.
    let original = cluster::database("camera original");
    original.script(&fs::read_to_string(camera.path().join("original_a.sql")).unwrap());
    let script = camera.path().join("original_a.sql");
    let ran =
        camera.run(&["diff", "--from", script.to_str().unwrap(), "--to", &camera.database.url(), "--format", "sql"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let changes: Vec<&str> = ran.out.lines().filter(|line| line.ends_with(';')).collect();
    // The ids of the original count with `serial`, and its keys have the names PostgreSQL gives.
    let is_known = |line: &&str| {
        !["IDENTITY", "SEQUENCE", "setval", "DROP DEFAULT", "RENAME CONSTRAINT", "search_path", "COMMIT", "BEGIN"]
            .iter()
            .any(|word| line.contains(word))
    };
    assert_eq!(changes.into_iter().filter(is_known).collect::<Vec<_>>(), Vec::<&str>::new(), "{}", ran.out);

    let ran = camera.run(&["downgrade", "base", "--accept-data-loss"]);
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
    let camera = camera("3_indexes_and_checks");
    phase(&camera, "3_indexes_and_checks", SEARCH);
    camera.database.script(&fs::read_to_string(camera.path().join("original_a.sql")).unwrap());
    let ran = camera.run(&["revision", "--baseline", "-m", "as it was"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let ran = camera.run(&["stamp", "head"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    camera.assert_clean();

    // On an empty database the baseline makes the same, to the letter.
    let other = cluster::database("camera other");
    let ran = camera.run_on(&other.url(), &["upgrade", "head"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    if let (Some(original), Some(made)) = (camera.database.dump(), other.dump()) {
        // PostgreSQL prints an `IN` in another way once it has read what it printed before.
        let restored = cluster::database("camera restored");
        restored.script(&original);
        assert_eq!(Some(made), restored.dump());
    }
}

#[test]
fn a_table_is_not_partitioned_behind_anybodys_back() {
    let camera = camera("3_indexes_and_checks");
    phase(&camera, "3_indexes_and_checks", SEARCH);
    camera.advance("everything");
    phase(&camera, "4_partitions", SEARCH);
    let ran = camera.run(&["revision", "--autogenerate", "-m", "partitions"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.notes.contains("partitioned"), "{ran:?}");
}
