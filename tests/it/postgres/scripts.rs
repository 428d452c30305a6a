//! The scripts of `--sql`, run by psql where there is one: what they make is what the runner makes, and they stop where they do
//! not belong, whether the program goes on behind an error or not.

use std::fs;
use std::time::{Duration, Instant};

use sea_orm::ConnectionTrait;

use super::project::Project;
use crate::cluster::{self, Database, Ending};
use crate::dumps::dump;
use crate::offline::HISTORY;
use crate::support::{block_on, copy, root};

/// A project without entities, with these revisions.
fn revisions(settings: &str, revisions: &[(&str, &str)]) -> Project {
    let project = Project::new("");
    project.write("seachange.toml", &format!("entities = [\"entities.rs\"]\n[database]\n{settings}"));
    let mut parent = "none";
    for (number, (id, text)) in revisions.iter().enumerate() {
        let text = format!("-- message: step {id}\n-- revision: {id}\n-- parents: {parent}\n{text}\n");
        project.write(&format!("migrations/{number}_{id}.sql"), &text);
        parent = id;
    }
    project
}

/// The script of a command.
#[track_caller]
fn printed(project: &Project, arguments: &[&str]) -> String {
    project.succeed(&[arguments, &["--sql"]].concat()).out
}

/// The schema, the history, and the rows of these tables.
fn everything(database: &Database<'_>, tables: &[&str]) -> Vec<String> {
    let mut all: Vec<String> = dump(database).into_iter().collect();
    let has_history = "SELECT 'yes' FROM pg_class WHERE relname = 'seachange_history' AND relkind = 'r'";
    if !database.query(has_history).is_empty() {
        all.extend(database.query(HISTORY));
    }
    for table in tables {
        all.extend(database.query(&format!("SELECT t::text FROM {table} AS t ORDER BY 1")));
    }
    all
}

/// The script without the line that makes psql stop at an error.
fn going_on(script: &str) -> String {
    assert!(script.contains("\\set ON_ERROR_STOP on\n"), "{script}");
    script.replace("\\set ON_ERROR_STOP on\n", "")
}

fn camera_phase(camera: &Project, phase: &str, sql: &str) {
    let entities = camera.path().join("src/entities");
    fs::remove_dir_all(&entities).unwrap();
    copy(&root().join("fixtures/camera/phases").join(phase), &entities);
    camera.write("seachange.toml", &format!("entities = [\"src/entities\"]\nsql = {sql}\n"));
}

#[test]
fn a_project_with_extensions_triggers_and_data_steps() {
    let camera = Project::of("fixtures/camera");
    let search = "[\"schema/extensions.sql\", \"schema/search.sql\"]";
    camera_phase(&camera, "1_initial", "[]");
    camera.advance("initial schema");
    camera_phase(&camera, "2_search_alerts_zones", search);
    camera.advance("full text search, alerts and zones: it's \"all\" -- ;");
    camera.data_step("fill the search vectors", "data/search_backfill.sql");
    camera.data_step("one camera per name and folder", "data/clean_cameras.sql");
    camera_phase(&camera, "3_indexes_and_checks", search);
    camera.advance("indexes and checks");
    let whole = everything(&camera.database, &[]);

    let other = cluster::database("camera by a script");
    let script = printed(&camera, &["upgrade", "head"]);
    assert_eq!(script, printed(&camera, &["upgrade", "base:head"]));
    other.try_script(&script, Ending::Script).unwrap_or_else(|error| panic!("{error}\n{script}"));
    assert_eq!(everything(&other, &[]), whole);
    for arguments in [&["check"][..], &["current", "--check-heads"], &["upgrade"]] {
        let ran = camera.run_on(&other.url(), arguments);
        assert_eq!(ran.code, 0, "{ran:?}");
    }

    // Twice does nothing, whoever runs it.
    for (script, ending) in [(&script, Ending::Error), (&script, Ending::Script), (&going_on(&script), Ending::Script)]
    {
        let error = other.try_script(script, ending).unwrap_err();
        assert!(
            error.contains("this script begins before the first revision, and what it does is done here"),
            "{error}"
        );
        assert_eq!(everything(&other, &[]), whole);
    }

    // Down, by both, and up again.
    camera.succeed(&["downgrade", "initial_schema", "--accept-data-loss"]);
    let down = printed(&camera, &["downgrade", "head:initial_schema", "--accept-data-loss"]);
    other.try_script(&down, Ending::Script).unwrap_or_else(|error| panic!("{error}\n{down}"));
    assert_eq!(everything(&other, &[]), everything(&camera.database, &[]));
    let up = printed(&camera, &["upgrade", "initial_schema:head"]);
    other.try_script(&up, Ending::Script).unwrap_or_else(|error| panic!("{error}\n{up}"));
    assert_eq!(everything(&other, &[]), whole);
    let ran = camera.run_on(&other.url(), &["downgrade", "-1", "--accept-data-loss"]);
    assert_eq!(ran.code, 0, "{ran:?}");

    // On an empty database the second half has nowhere to begin.
    let empty = cluster::database("camera, empty");
    for script in [&up, &going_on(&up), &down, &going_on(&down)] {
        let error = empty.try_script(script, Ending::Script).unwrap_err();
        assert!(error.contains("and this database is not there"), "{error}");
        assert_eq!(everything(&empty, &[]), everything(&cluster::database("untouched"), &[]));
    }

    // A stamp says the same as the runner's.
    empty.script(&printed(&camera, &["stamp", "head"]));
    let stamped = empty.query(HISTORY);
    let ran = camera.run_on(&empty.url(), &["stamp", "base"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let ran = camera.run_on(&empty.url(), &["stamp", "head"]);
    assert_eq!((ran.code, empty.query(HISTORY)), (0, stamped), "{ran:?}");
}

#[test]
fn a_program_that_goes_on_behind_errors_runs_nothing_more() {
    let project = revisions(
        "",
        &[
            ("a1", "-- migrate:up\nCREATE TABLE a (x int);\n-- migrate:down\nDROP TABLE a;"),
            (
                "b1",
                "-- migrate:up\nCREATE TABLE b (x int);\nINSERT INTO nowhere VALUES (1);\nCREATE TABLE b2 (x int);\n-- migrate:down\nDROP TABLE b;",
            ),
            ("c1", "-- migrate:up\nCREATE TABLE c (x int);\n-- migrate:down\nDROP TABLE c;"),
        ],
    );
    let script = printed(&project, &["upgrade"]);
    let ran = project.run(&["upgrade"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    let expected = everything(&project.database, &["a"]);
    let other = cluster::database("goes on");
    let error = other.try_script(&going_on(&script), Ending::Script).unwrap_err();
    assert!(error.contains("relation \"nowhere\" does not exist"), "{error}");
    assert_eq!(everything(&other, &["a"]), expected);
    // The rest of it is another script.
    project.write("migrations/1_b1.sql", "-- message: step b1\n-- revision: b1\n-- parents: a1\n-- migrate:up\nCREATE TABLE b (x int);\n-- migrate:down\nDROP TABLE b;\n");
    other.script(&printed(&project, &["upgrade", "a1:head"]));
    assert_eq!(other.query("SELECT revision FROM seachange_history ORDER BY 1"), ["a1", "b1", "c1"]);
}

#[test]
fn what_runs_in_no_transaction() {
    let project = revisions(
        "",
        &[
            ("a1", "-- migrate:up\nCREATE TABLE a (x int);\nINSERT INTO a VALUES (1);\n-- migrate:down\nDROP TABLE a;"),
            (
                "b1",
                "-- migrate:up\n-- transaction: none\nCREATE INDEX CONCURRENTLY i ON a (x);\nVACUUM a;\n-- migrate:down\n-- transaction: none\nDROP INDEX CONCURRENTLY i;",
            ),
            ("c1", "-- migrate:up\nCREATE TABLE c (x int);\n-- migrate:down\nDROP TABLE c;"),
        ],
    );
    project.succeed(&["upgrade"]);
    let expected = everything(&project.database, &["a"]);
    for range in [&["base:head"][..], &["base:a1", "a1:b1", "b1:head"]] {
        let other = cluster::database("no transaction");
        for range in range {
            let script = printed(&project, &["upgrade", range]);
            other.try_script(&script, Ending::Script).unwrap_or_else(|error| panic!("{error}\n{script}"));
            other.try_script(&script, Ending::Script).unwrap_err();
        }
        assert_eq!(everything(&other, &["a"]), expected);
        let down = printed(&project, &["downgrade", "head:a1", "--accept-data-loss"]);
        other.try_script(&down, Ending::Script).unwrap_or_else(|error| panic!("{error}\n{down}"));
        assert_eq!(other.query("SELECT revision FROM seachange_history"), ["a1"]);
        let error = other.try_script(&printed(&project, &["upgrade", "b1:head"]), Ending::Script).unwrap_err();
        assert!(error.contains("this script begins at `b1` (step b1), and this database is not there"), "{error}");
    }
}

#[test]
fn what_was_cut_off_goes_on_with_the_runner() {
    let bad = "-- migrate:up\n-- transaction: none\nCREATE TABLE b (x int);\nCREATE INDEX CONCURRENTLY i ON a (x);\nINSERT INTO later VALUES (1);\n-- migrate:down\nDROP INDEX i;\nDROP TABLE b;";
    let project = revisions(
        "",
        &[
            ("a1", "-- migrate:up\nCREATE TABLE a (x int);\n-- migrate:down\nDROP TABLE a;"),
            ("b1", bad),
            ("c1", "-- migrate:up\nCREATE TABLE c (x int);\n-- migrate:down\nDROP TABLE c;"),
        ],
    );
    let script = printed(&project, &["upgrade"]);
    let ran = project.run(&["upgrade"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    let expected = everything(&project.database, &[]);
    for script in [&script, &going_on(&script)] {
        let other = cluster::database("cut off");
        let error = other.try_script(script, Ending::Script).unwrap_err();
        assert!(error.contains("relation \"later\" does not exist"), "{error}");
        assert_eq!(other.query("SELECT unfinished FROM seachange_history WHERE revision = 'b1'"), ["up 2"]);
        if script.contains("ON_ERROR_STOP") {
            assert_eq!(everything(&other, &[]), expected);
        }
        let again = other.try_script(script, Ending::Script).unwrap_err();
        assert!(again.contains("a revision was begun here and not finished"), "{again}");
        other.script("CREATE TABLE later (x int);\n");
        let ran = project.run_on(&other.url(), &["upgrade"]);
        assert_eq!(ran.code, 0, "{ran:?}");
        assert_eq!(other.query("SELECT x::text FROM later"), ["1"]);
        assert_eq!(other.query("SELECT revision FROM seachange_history ORDER BY 1"), ["a1", "b1", "c1"]);
    }
}

#[test]
fn names_and_texts_are_nasty() {
    let text = "-- migrate:up\n\
        -- it's; a comment \\q :x\n\
        CREATE TABLE \"se\"\"lect -- ;\" (\"it's\" text, \"名\" text DEFAULT '$$ -- \\');\n\
        INSERT INTO \"se\"\"lect -- ;\" (\"it's\") VALUES ('-- migrate:down; COMMIT;\n\\q\n-- TODO: not this\n/*'), (E'\\'--\\n'), ($seachange$ it's :x $seachange$);\n\
        CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN -- ; it's\n  RETURN 1; END; $$;\n\
        /* ; /* nested */ DROP FUNCTION f(); */\n\
        SELECT f() -- ;\n\
        -- migrate:down\nDROP FUNCTION f();\nDROP TABLE \"se\"\"lect -- ;\"";
    let schema = "schema = \"my \\\"own\\\" app\"\nlock_timeout = 2\n";
    let project = revisions(schema, &[("a1", text)]);
    let message = "it's \"nasty\" `名前` -- ; /* $seachange$ :x %s \\ %' \\q";
    let path = project.path().join("migrations/0_a1.sql");
    fs::write(&path, fs::read_to_string(&path).unwrap().replace("step a1", message)).unwrap();
    let make = "CREATE SCHEMA \"my \"\"own\"\" app\";\nCREATE TABLE public.seachange_history (revision text);\n";
    project.database.script(make);
    project.succeed(&["upgrade"]);
    let table = "\"my \"\"own\"\" app\".\"se\"\"lect -- ;\"";
    let history = "SELECT revision || message || checksum FROM \"my \"\"own\"\" app\".seachange_history";
    let all = |database: &Database<'_>| {
        let rows = database.query(&format!("SELECT t::text FROM {table} AS t"));
        (dump(database), database.query(history), rows)
    };
    let expected = all(&project.database);
    assert!(expected.1[0].contains(message), "{expected:?}");
    let other = cluster::database("nasty");
    other.script(make);
    let script = printed(&project, &["upgrade"]);
    other.try_script(&script, Ending::Script).unwrap_or_else(|error| panic!("{error}\n{script}"));
    assert_eq!(all(&other), expected, "{script}");
    let down = printed(&project, &["downgrade", "a1:base", "--accept-data-loss"]);
    other.script(&down);
    let error = other.try_script(&down, Ending::Script).unwrap_err();
    assert!(error.contains(message), "{error}");
    let times = "SELECT count(*)::text FROM \"my \"\"own\"\" app\".seachange_history WHERE applied_at <> ''";
    assert_eq!(other.query(times), ["0"]);
}

/// A runner that is at it and a script keep each other out.
#[test]
fn nobody_runs_at_the_same_time() {
    let project = revisions(
        "lock_timeout = 1\n",
        &[("a1", "-- migrate:up\nCREATE TABLE a (x int);\n-- migrate:down\nDROP TABLE a;")],
    );
    let script = printed(&project, &["upgrade"]);
    let lock =
        script.split("No other runner of this database gets in.\n").nth(1).unwrap().split("\n\n").next().unwrap();
    block_on(async {
        let holder = project.database.connect().await;
        holder.execute_unprepared("SET search_path TO public").await.unwrap();
        holder.execute_unprepared(lock).await.unwrap();
        let start = Instant::now();
        let error = project.database.try_script(&script, Ending::Script).unwrap_err();
        assert!(error.contains("lock timeout") && start.elapsed() >= Duration::from_millis(900), "{error}");
        let ran = project.run(&["upgrade"]);
        assert!(ran.code == 2 && ran.notes.contains("the database is locked"), "{ran:?}");
        holder.close().await.unwrap();
    });
    assert_eq!(project.database.query("SELECT relname::text FROM pg_class WHERE relname = 'a'"), Vec::<String>::new());
    project.database.script(&script);
    // Both again, one after the other: what a script took it gives back.
    project.succeed(&["downgrade", "base", "--accept-data-loss"]);
    project.succeed(&["upgrade"]);
}
