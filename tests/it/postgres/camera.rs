//! The security camera lives its life through the program: from an empty database to what the original tool left behind, with
//! rows, and back.

use std::fs;
use std::path::Path;
use std::process::Command;

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
    let ran = camera.succeed(&["prove"]);
    let files = camera.database.query("SELECT revision FROM seachange_history").len();
    assert_eq!(ran.out.lines().filter(|line| line.ends_with(": proved")).count(), files, "{ran:?}");
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

/// What git makes of a file that two branches changed.
fn merged_by_git(folder: &Path, [ours, base, theirs]: [&str; 3]) -> String {
    for (file, text) in [("ours", ours), ("base", base), ("theirs", theirs)] {
        fs::write(folder.join(file), text).unwrap();
    }
    let git =
        Command::new("git").args(["merge-file", "-p", "ours", "base", "theirs"]).current_dir(folder).output().unwrap();
    String::from_utf8(git.stdout).unwrap()
}

const MODELS: &str = "\
#[derive(Clone, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = \"String\", db_type = \"Enum\", enum_name = \"aimodel\", rename_all = \"snake_case\")]
pub enum AiModel {
    Nemotron,
    Florence2,
    YoloWorld,
    Xclip,
    FashionClip,
}
";

/// The camera's own history: `add_object_types_gin_trgm` and `add_prompt_versions` follow the same revision, in two branches.
#[test]
fn two_branches_of_its_history_meet() {
    let camera = camera("2_search_alerts_zones");
    let search = "[\"schema/search.sql\"]";
    phase(&camera, "2_search_alerts_zones", search);
    camera.advance("zones");
    let path = |file: &str| camera.path().join(file);
    let read = |file: &str| fs::read_to_string(path(file)).unwrap();
    let (base, events) = (read("migrations/schema.lock"), read("src/entities/events.rs"));

    let gin = "#[seachange(index(columns = [object_types(operator_class = \"gin_trgm_ops\")], \
               name = \"idx_events_object_types_trgm\", using = \"gin\"))]\npub struct Model {";
    camera.write("src/entities/events.rs", &events.replace("pub struct Model {", gin));
    camera.write("seachange.toml", &format!("entities = [\"src/entities\"]\nsql = {SEARCH}\n"));
    let offline = ["revision", "--autogenerate", "--offline"];
    let branch = |message, more: &[&str]| {
        camera.succeed(&[&offline[..], &["-m", message, "--branch-label", message], more].concat())
    };
    branch("add_object_types_gin_trgm", &[]);
    let ours = read("migrations/schema.lock");
    let one = cluster::database("camera one");
    camera.succeed_on(&one.url(), &["upgrade", "heads"]);

    phase(&camera, "2_search_alerts_zones", search);
    camera.write("migrations/schema.lock", &base);
    let prompts = root().join("fixtures/camera/phases/3_indexes_and_checks/prompt_versions.rs");
    camera.write("src/entities/prompt_versions.rs", &fs::read_to_string(prompts).unwrap());
    camera.write("src/entities/enums.rs", &format!("{}\n{MODELS}", read("src/entities/enums.rs")));
    camera.write("src/entities/mod.rs", &format!("{}pub mod prompt_versions;\n", read("src/entities/mod.rs")));
    branch("add_prompt_versions", &["--head", "zones", "--splice"]);
    let theirs = read("migrations/schema.lock");
    let two = cluster::database("camera two");
    camera.succeed_on(&two.url(), &["upgrade", "add_prompt_versions@head"]);

    // The entities of both; the lock as git leaves it.
    camera.write("src/entities/events.rs", &events.replace("pub struct Model {", gin));
    camera.write("seachange.toml", &format!("entities = [\"src/entities\"]\nsql = {SEARCH}\n"));
    camera.write("migrations/schema.lock", &merged_by_git(camera.path(), [&ours, &base, &theirs]));
    assert_eq!(camera.succeed(&["heads"]).out.lines().count(), 2);
    let ran = camera.succeed(&["merge", "-m", "trigrams and prompts"]);
    assert!(ran.out.contains("trigrams_and_prompts"), "{ran:?}");
    for url in [camera.database.url(), one.url(), two.url()] {
        camera.succeed_on(&url, &["upgrade", "head"]);
        camera.succeed_on(&url, &["check"]);
        camera.succeed_on(&url, &["diff", "--from", &camera.database.url(), "--to", &url]);
    }
    camera.assert_clean();
    // Each branch goes down without the other, and comes back.
    camera.succeed(&["downgrade", "add_prompt_versions@base", "--accept-data-loss"]);
    let index = "SELECT count(*)::text FROM pg_indexes WHERE indexname = 'idx_events_object_types_trgm'";
    assert_eq!(camera.database.query(index), ["1"]);
    assert_eq!(camera.database.query("SELECT count(*)::text FROM pg_type WHERE typname = 'aimodel'"), ["0"]);
    camera.succeed(&["upgrade", "head"]);
    camera.assert_clean();
}

/// Two branches that add a value to the same enum type do not commute: which of the two is the greater one would depend on it.
#[test]
fn two_branches_that_add_a_value_to_one_type_are_told() {
    let camera = camera("2_search_alerts_zones");
    phase(&camera, "2_search_alerts_zones", SEARCH);
    camera.advance("zones");
    let path = |file: &str| camera.path().join(file);
    let (base, enums) = (
        fs::read_to_string(path("migrations/schema.lock")).unwrap(),
        fs::read_to_string(path("src/entities/enums.rs")).unwrap(),
    );
    let mut locks = Vec::new();
    for variant in ["Urgent", "Fatal"] {
        camera.write("migrations/schema.lock", &base);
        camera.write(
            "src/entities/enums.rs",
            &enums.replacen("    Critical,\n", &format!("    Critical,\n    {variant},\n"), 1),
        );
        let args = ["revision", "--autogenerate", "--offline", "-m", variant, "--head", "zones", "--splice"];
        camera.succeed(&args);
        locks.push(fs::read_to_string(path("migrations/schema.lock")).unwrap());
    }
    camera.write("migrations/schema.lock", &merged_by_git(camera.path(), [&locks[0], &base, &locks[1]]));
    camera.write(
        "src/entities/enums.rs",
        &enums.replacen("    Critical,\n", "    Critical,\n    Urgent,\n    Fatal,\n", 1),
    );
    let ran = camera.run(&["merge"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.notes.contains("`alert_severity`: the order of the values depends on"), "{ran:?}");
    assert_eq!(ran.notes.matches("   | adds a value to type `alert_severity`").count(), 2, "{ran:?}");
    // In the order of the files it is what the entities say, and somebody says so.
    camera.succeed(&["merge", "--accept-conflicts"]);
    camera.succeed(&["upgrade", "head"]);
    camera.assert_clean();
}
