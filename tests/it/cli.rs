//! The main job as a new user would do it, through the binary, on the mediaparser project.

use std::fs;

use expect_test::expect;

use crate::support::{Project, root};

const LATER_PHASES: [&str; 4] =
    ["6_exact_and_similar_groups", "7_image_dimensions", "8_review_indexes", "9_job_control"];

/// The project with the database of the original tool, adopted at phase 5.
fn adopted() -> Project {
    let project = Project::mediaparser_with_original("5_before_rename");
    project.expect(0, &["init"]);
    project.expect(0, &["revision", "--baseline", "-m", "initial schema"]);
    project.expect(0, &["stamp", "head"]);
    project
}

/// The part of a revision's text that does not change from run to run.
fn statements(text: &str) -> &str {
    &text[text.find("-- migrate:up").unwrap()..]
}

#[test]
fn init_finds_entities_and_database_and_never_overwrites() {
    let project = Project::mediaparser_with_original("5_before_rename");
    let ran = project.expect(0, &["init"]);
    expect![[r"
        entities: src/entities
        database: sqlite://media.db
        wrote seachange.toml and migrations/
        hint: `seachange check` shows what lies between the two
    "]]
    .assert_eq(&ran.notes);
    let written = fs::read_to_string(project.path().join("seachange.toml")).unwrap();
    assert!(written.contains("entities = [\"src/entities\"]"), "{written}");
    assert!(written.contains("url = \"sqlite://media.db\""), "{written}");
    assert!(project.path().join("migrations").is_dir());

    fs::write(project.path().join("seachange.toml"), "mine").unwrap();
    let again = project.expect(2, &["init"]);
    assert!(again.notes.contains("`seachange.toml` already exists"), "{}", again.notes);
    assert_eq!(fs::read_to_string(project.path().join("seachange.toml")).unwrap(), "mine");
}

#[test]
fn a_reader_who_has_enough_is_told_nothing() {
    let project = adopted();
    for command in ["history", "check", "diff"] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut seachange = std::process::Command::new(env!("CARGO_BIN_EXE_seachange"));
        let output = seachange.arg(command).current_dir(project.path()).stdout(writer).output().unwrap();
        let notes = String::from_utf8(output.stderr).unwrap();
        assert!(!notes.contains("error"), "{command}: {notes}");
        assert!(matches!(output.status.code(), Some(0 | 141)), "{command}: {output:?}", output = output.status);
    }
}

#[test]
fn init_without_entities_says_where_it_looked() {
    let project = Project::mediaparser("1_initial");
    fs::remove_dir_all(project.path().join("src")).unwrap();
    let ran = project.expect(2, &["init"]);
    assert!(ran.notes.contains("no SeaORM entities in"), "{}", ran.notes);
    assert!(
        ran.notes.contains("hint: run `seachange init` in the folder with `Cargo.toml` or pass it the folder"),
        "{}",
        ran.notes
    );
    assert!(!project.path().join("seachange.toml").exists());
}

#[test]
fn the_environment_wins_over_dotenv_and_dotenv_over_the_file() {
    let project = Project::mediaparser("1_initial");
    project.expect(0, &["init"]);
    let path = project.path().join("seachange.toml");
    let text = fs::read_to_string(&path).unwrap().replace("# url = \"sqlite://app.db\"", "url = \"sqlite://file.db\"");
    fs::write(&path, text).unwrap();
    let against = |environment: &[(&str, &str)]| {
        let ran = project.run_with(&["check"], environment);
        ran.out.lines().last().unwrap().split('`').nth(1).unwrap().to_owned()
    };
    assert_eq!(against(&[]), "sqlite://file.db");
    fs::write(project.path().join(".env"), "DATABASE_URL=sqlite://dotenv.db\n").unwrap();
    assert_eq!(against(&[]), "sqlite://dotenv.db");
    assert_eq!(against(&[("DATABASE_URL", "sqlite://environment.db")]), "sqlite://environment.db");
    assert!(!project.path().join("environment.db").exists(), "looking at a database does not make one");
}

#[test]
fn check_is_right_about_a_database_no_tool_has_touched() {
    let project = Project::mediaparser_with_original("5_before_rename");
    project.expect(0, &["init"]);
    let before = project.contents();
    let ran = project.expect(0, &["check"]);
    expect![[r"
        unmanaged: in the database, in no entity; left alone
          index `ix_duplicates_pair` on `duplicates` (file_id, duplicate_of_id)
          default of `jobs.progress_current`: 0
          default of `jobs.progress_total`: 0

        compared 5 tables, 41 columns, 5 foreign keys, 4 indexes with the database `sqlite://media.db`: no differences
    "]]
    .assert_eq(&ran.out);
    let strict = project.expect(1, &["check", "--strict"]);
    assert!(strict.out.ends_with("3 unmanaged\n"), "{}", strict.out);
    assert_eq!(project.contents(), before);
}

#[test]
fn a_baseline_is_complete_and_stamp_touches_no_row() {
    let project = Project::mediaparser_with_original("5_before_rename");
    project.expect(0, &["init"]);
    let schema =
        "SELECT sql FROM sqlite_schema WHERE name NOT LIKE 'seachange%' AND name NOT LIKE 'sqlite%' ORDER BY name";
    let (contents, tables) = (project.contents(), project.query(schema));
    project.expect(0, &["revision", "--baseline", "-m", "initial schema"]);
    let files: Vec<String> =
        project.migrations().iter().map(|path| path.file_name().unwrap().to_str().unwrap().to_owned()).collect();
    assert_eq!(files.len(), 2);
    assert!(files[0].ends_with("_initial_schema.sql"), "{files:?}");
    assert_eq!(files[1], "schema.lock");

    project.expect(1, &["check"]);
    project.expect(0, &["stamp", "head"]);
    project.expect(0, &["check"]);
    assert_eq!(project.contents(), contents);
    assert_eq!(project.query(schema), tables);
    project.expect(0, &["check", "--offline"]);

    // The same revision makes the same database out of nothing.
    let other = project.run_with(&["upgrade", "head"], &[("DATABASE_URL", "sqlite://other.db")]);
    assert_eq!(other.code, 0, "{}", other.notes);
    let check = project.run_with(&["check"], &[("DATABASE_URL", "sqlite://other.db")]);
    assert_eq!(check.code, 0, "{}{}", check.out, check.notes);
    assert!(check.out.contains("ix_duplicates_pair"), "what nobody declares is in the baseline too: {}", check.out);

    let second = project.expect(2, &["revision", "--baseline", "-m", "again"]);
    assert!(second.notes.contains("`--baseline` is for the first revision; there is one already"), "{}", second.notes);
}

#[test]
fn the_first_revision_of_an_empty_database_has_all_tables() {
    let project = Project::mediaparser("1_initial");
    project.expect(0, &["init"]);
    let missing = ["--database-url", "sqlite://media.db"];
    let ran = project.expect(0, &["revision", "--autogenerate", "-m", "first", missing[0], missing[1]]);
    assert!(ran.notes.contains("does not exist yet; it counts as empty"), "{}", ran.notes);
    assert!(!project.database().exists());
    project.expect(0, &["upgrade", "head", missing[0], missing[1]]);
    project.expect(0, &["check", missing[0], missing[1]]);
    let tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name";
    assert_eq!(
        project.query(tables),
        ["duplicates", "files", "job_files", "jobs", "seachange_history", "user_decisions"]
    );
    let again = project.expect(0, &["upgrade", "head", missing[0], missing[1]]);
    assert!(again.notes.starts_with("the database is at `"), "{}", again.notes);
}

#[test]
fn phase_6_renames_natively_and_keeps_every_value() {
    let project = adopted();
    let contents = project.contents();
    let groups = || project.query("SELECT id || ' ' || quote(exact_group_id) FROM files ORDER BY id");
    let before = project.query("SELECT id || ' ' || quote(duplicate_group_id) FROM files ORDER BY id");
    assert!(before.iter().any(|row| !row.ends_with("NULL")), "the fixture has groups");
    project.phase("6_exact_and_similar_groups");
    project.expect(1, &["check", "--offline"]);
    project.expect(0, &["revision", "--autogenerate", "-m", "tell exact from similar groups"]);
    expect![[r#"
        -- migrate:up

        -- renames-column: Running code that still says `files.duplicate_group_id` will fail.
        ALTER TABLE "files" RENAME COLUMN "duplicate_group_id" TO "exact_group_id";

        ALTER TABLE "files" ADD COLUMN "exact_group_confidence" varchar(10);

        ALTER TABLE "files" ADD COLUMN "similar_group_id" varchar(64);

        ALTER TABLE "files" ADD COLUMN "similar_group_confidence" varchar(10);

        ALTER TABLE "files" ADD COLUMN "similar_group_type" varchar(20);

        CREATE INDEX "idx-files-similar_group_id" ON "files" ("similar_group_id");

        -- migrate:down

        DROP INDEX "idx-files-similar_group_id";

        -- drops-column: Dropping `files.similar_group_type` deletes its data.
        ALTER TABLE "files" DROP COLUMN "similar_group_type";

        -- drops-column: Dropping `files.similar_group_confidence` deletes its data.
        ALTER TABLE "files" DROP COLUMN "similar_group_confidence";

        -- drops-column: Dropping `files.similar_group_id` deletes its data.
        ALTER TABLE "files" DROP COLUMN "similar_group_id";

        -- drops-column: Dropping `files.exact_group_confidence` deletes its data.
        ALTER TABLE "files" DROP COLUMN "exact_group_confidence";

        -- renames-column: Running code that still says `files.exact_group_id` will fail.
        ALTER TABLE "files" RENAME COLUMN "exact_group_id" TO "duplicate_group_id";
    "#]]
    .assert_eq(statements(&project.newest()));
    for command in [&["upgrade", "head"][..], &["downgrade", "-1", "--accept-data-loss"], &["upgrade", "head"]] {
        project.expect(0, command);
        assert_eq!(project.contents(), contents, "{command:?}");
        if command[0] == "upgrade" {
            assert_eq!(groups(), before);
            let check = project.expect(0, &["check"]);
            assert!(check.out.ends_with("no differences\n"), "{}", check.out);
        } else {
            assert_eq!(project.query("SELECT id || ' ' || quote(duplicate_group_id) FROM files ORDER BY id"), before);
        }
        assert_eq!(project.query("PRAGMA integrity_check"), ["ok"]);
        assert_eq!(project.query("SELECT \"table\" FROM pragma_foreign_key_check"), Vec::<String>::new());
    }
}

#[test]
fn every_later_phase_goes_up_down_and_up_again() {
    let project = adopted();
    let contents = project.contents();
    for phase in LATER_PHASES {
        project.phase(phase);
        project.expect(0, &["revision", "--autogenerate", "-m", phase]);
        for command in [&["upgrade", "head"][..], &["downgrade", "-1", "--accept-data-loss"], &["upgrade", "head"]] {
            project.expect(0, command);
            assert_eq!(project.contents(), contents, "{phase}: {command:?}");
        }
        project.expect(0, &["check", "--quiet"]);
    }
}

#[test]
fn new_values_of_an_enum_change_the_check_where_one_is_kept() {
    let project = Project::mediaparser("1_initial");
    project.expect(0, &["init"]);
    let path = project.path().join("seachange.toml");
    let text = fs::read_to_string(&path).unwrap().replace("\"plain\"", "\"check\"");
    fs::write(&path, text.replace("# url = \"sqlite://app.db\"", "url = \"sqlite://media.db\"")).unwrap();
    project.expect(0, &["revision", "--autogenerate", "-m", "first"]);
    project.expect(0, &["upgrade", "head"]);
    let rows = fs::read_to_string(root().join("fixtures/mediaparser/original_phase1.sql")).unwrap();
    project.sql(&rows[rows.find("INSERT").unwrap()..]);
    let contents = project.contents();
    for phase in ["5_before_rename"].iter().chain(&LATER_PHASES) {
        project.phase(phase);
        project.expect(0, &["revision", "--autogenerate", "-m", phase]);
        for command in [&["upgrade", "head"][..], &["downgrade", "-1", "--accept-data-loss"], &["upgrade", "head"]] {
            project.expect(0, command);
            assert_eq!(project.contents(), contents, "{phase}: {command:?}");
        }
        project.expect(0, &["check"]);
    }
    project.sql("UPDATE jobs SET status = 'halted' WHERE id = 1");
    let down = project.expect(2, &["downgrade", "-1", "--accept-data-loss"]);
    assert!(down.notes.contains("'failed')) is false: id = 1\n"), "{}", down.notes);
    assert!(down.notes.contains("the database was left as it was"), "{}", down.notes);
    project.expect(0, &["check"]);
}

#[test]
fn check_sees_a_change_by_hand_and_an_edited_entity() {
    let project = adopted();
    project.sql("ALTER TABLE files RENAME COLUMN mime_type TO mime");
    let drift = project.expect(1, &["check"]);
    expect![[r#"
        table files  src/entities/files.rs:9:24
        --- database
        +++ entities
        @@ -17,4 +17,5 @@
           "processing_error" TEXT
           "final_timestamp" DATETIME
        +  "mime_type" varchar
         CREATE INDEX "ix_files_detected_timestamp" ON "files" ("detected_timestamp")
         CREATE INDEX "ix_files_duplicate_group_id" ON "files" ("duplicate_group_id")"#]]
    .assert_eq(&drift.out[..drift.out.find("\n\nchanges").unwrap_or(0)]);
    project.expect(0, &["check", "--offline"]);
    project.sql("ALTER TABLE files RENAME COLUMN mime TO mime_type");
    project.expect(0, &["check"]);

    project.phase("7_image_dimensions");
    project.expect(1, &["check"]);
    fs::remove_file(project.database()).unwrap();
    let offline = project.expect(1, &["check", "--offline"]);
    assert!(offline.out.contains("add column `files.image_width`  src/entities/files.rs:"), "{}", offline.out);
    assert!(!project.database().exists());
}

#[test]
fn a_column_added_by_hand_is_noticed_until_it_is_accepted() {
    let project = adopted();
    project.sql("ALTER TABLE user_decisions ADD COLUMN hacked TEXT");
    let ran = project.expect(1, &["check"]);
    assert!(
        ran.out.contains("changed by hand since the last revision: in the database, in no entity\n  column `user_decisions.hacked` TEXT\n"),
        "{}",
        ran.out
    );
    assert!(ran.out.ends_with(": 1 change by hand\n"), "{}", ran.out);
    // It is nobody's to drop, and nothing a revision could do.
    let revision = project.expect(0, &["revision", "--autogenerate", "-m", "nothing"]);
    assert!(revision.notes.starts_with("nothing to do"), "{}", revision.notes);
    project.expect(0, &["stamp", "head"]);
    let after = project.expect(0, &["check"]);
    assert!(
        after.out.contains("left alone\n") && after.out.contains("column `user_decisions.hacked` TEXT"),
        "{}",
        after.out
    );
    // What other tools add beside the project's tables is theirs.
    project.sql("CREATE TABLE other (x); CREATE INDEX by_size ON files (file_size_bytes)");
    project.expect(0, &["check"]);
}

#[test]
fn a_project_can_bring_its_own_template() {
    let project = adopted();
    let path = project.path().join("seachange.toml");
    let text = fs::read_to_string(&path)
        .unwrap()
        .replace("# template = \"migrations/revision.sql.j2\"", "template = \"own.j2\"");
    fs::write(&path, text).unwrap();
    let template = "-- message: {{ header.message }}\n-- revision: {{ header.id }}\n-- parents: {{ header.parents | join(', ') }}\n\
                    -- reviewed by:\n-- migrate:up\n{% for step in up %}{% for sql in step.statements %}{{ sql }};\n{% endfor %}{% endfor %}\
                    -- migrate:down\n{% for step in down %}{% for sql in step.statements %}{{ sql }};\n{% endfor %}{% endfor %}";
    fs::write(project.path().join("own.j2"), template).unwrap();
    project.phase("6_exact_and_similar_groups");
    project.expect(0, &["revision", "--autogenerate", "-m", "groups"]);
    assert!(project.newest().contains("-- reviewed by:\n-- migrate:up\nALTER TABLE"), "{}", project.newest());
    project.expect(0, &["upgrade"]);
    project.expect(0, &["check"]);
    fs::write(project.path().join("own.j2"), "{{ header.").unwrap();
    project.phase("7_image_dimensions");
    let ran = project.expect(2, &["revision", "--autogenerate", "-m", "sizes"]);
    assert!(ran.notes.contains("failed to fill in the template for revisions"), "{}", ran.notes);
}

#[test]
fn colour_is_for_terminals_and_those_who_ask() {
    let project = adopted();
    project.phase("7_image_dimensions");
    let plain = project.run_with(&["check"], &[]);
    assert!(!plain.out.contains('\u{1b}'), "{}", plain.out);
    let coloured = project.run_with(&["check", "--color", "always"], &[]);
    assert!(coloured.out.contains("\u{1b}[32m+  \"image_width\" integer\u{1b}[0m"), "{:?}", coloured.out);
}

#[test]
fn nothing_to_do_writes_no_file_and_says_so() {
    let project = adopted();
    let files = project.migrations();
    let ran = project.expect(0, &["revision", "--autogenerate", "-m", "nothing"]);
    assert_eq!(ran.notes, "nothing to do: no differences, so no file was written\n");
    assert_eq!(ran.out, "");
    assert_eq!(project.migrations(), files);
}

#[test]
fn a_database_that_is_behind_gets_no_new_revision() {
    let project = adopted();
    project.phase("6_exact_and_similar_groups");
    project.expect(0, &["revision", "--autogenerate", "-m", "groups"]);
    let files = project.migrations();
    project.phase("7_image_dimensions");
    let ran = project.expect(1, &["revision", "--autogenerate", "-m", "too early"]);
    assert!(ran.notes.contains("the database is behind: 1 revision pending\n  `"), "{}", ran.notes);
    assert!(ran.notes.contains("(groups)"), "{}", ran.notes);
    assert!(ran.notes.contains("hint: run `seachange upgrade head` first"), "{}", ran.notes);
    assert_eq!(project.migrations(), files);
    let check = project.expect(1, &["check"]);
    assert!(check.out.contains("pending: not applied to the database yet"), "{}", check.out);
}

#[test]
fn a_database_with_tables_and_no_revision_wants_a_baseline_first() {
    let project = Project::mediaparser_with_original("5_before_rename");
    project.expect(0, &["init"]);
    project.phase("6_exact_and_similar_groups");
    let ran = project.expect(1, &["revision", "--autogenerate", "-m", "groups"]);
    assert!(ran.notes.contains("no revision describes them"), "{}", ran.notes);
    assert!(ran.notes.contains("seachange revision --baseline"), "{}", ran.notes);
    // A baseline taken while the entities are ahead leaves the difference for the next revision.
    project.expect(0, &["revision", "--baseline", "-m", "initial schema"]);
    project.expect(0, &["stamp", "head"]);
    project.expect(1, &["check", "--offline"]);
    project.expect(0, &["revision", "--autogenerate", "-m", "groups"]);
    assert!(project.newest().contains("RENAME COLUMN \"duplicate_group_id\" TO \"exact_group_id\""));
    project.expect(0, &["upgrade"]);
    project.expect(0, &["check"]);
}

#[test]
fn entities_that_are_not_understood_are_shown_with_their_line() {
    let project = adopted();
    let path = project.path().join("src/entities/files.rs");
    let text =
        fs::read_to_string(&path).unwrap().replace("pub mime_type: Option<String>", "pub mime_type: Option<Mime>");
    fs::write(&path, text).unwrap();
    let ran = project.expect(2, &["check"]);
    assert!(ran.notes.contains("src/entities/files.rs:"), "{}", ran.notes);
    assert!(ran.notes.contains("pub mime_type: Option<Mime>"), "{}", ran.notes);
    assert!(ran.notes.contains("1 problem in the entities"), "{}", ran.notes);
}

#[test]
fn a_revision_without_autogenerate_is_empty_and_well_formed() {
    let project = adopted();
    project.expect(0, &["revision", "-m", "clean up: names"]);
    let text = project.newest();
    assert!(text.contains("-- migrate:up\n") && text.contains("-- migrate:down\n"), "{text}");
    project.expect(0, &["upgrade"]);
    project.expect(0, &["downgrade", "-1", "--accept-data-loss"]);
    let history = project.expect(0, &["history"]);
    assert!(history.out.contains("clean up: names (pending)"), "{}", history.out);
    assert!(history.out.contains("initial schema (applied "), "{}", history.out);
    let current = project.expect(0, &["current"]);
    assert!(current.out.ends_with("initial schema\n"), "{}", current.out);
    let heads = project.expect(0, &["heads"]);
    assert!(heads.out.ends_with("clean up: names\n"), "{}", heads.out);
    assert_eq!(project.expect(0, &["show"]).out.trim_end(), text.trim_end());
}

#[test]
fn a_required_column_without_a_value_stops_and_says_where() {
    let project = adopted();
    let path = project.path().join("src/entities/jobs.rs");
    let text =
        fs::read_to_string(&path).unwrap().replace("    pub job_type:", "    pub owner: String,\n    pub job_type:");
    fs::write(&path, text).unwrap();
    let files = project.migrations();
    let ran = project.expect(2, &["revision", "--autogenerate", "-m", "owners"]);
    expect![[r#"
        error: 1 change cannot be written as a migration
          add column `jobs.owner`  src/entities/jobs.rs:13:9
            rows that are there already would have no value for it
            hint: say what they get: `--fill 'jobs.owner=...'` with SQL over their other columns, or give the field a `default_value`, or make it an `Option`
    "#]]
    .assert_eq(&ran.notes);
    assert_eq!(project.migrations(), files);
}

#[test]
fn what_a_rebuild_would_lose_stops_it() {
    let project = Project::mediaparser("1_initial");
    let original = fs::read_to_string(project.path().join("original_phase1.sql")).unwrap();
    project.sql(
        &original
            .replace("job_type VARCHAR(50) NOT NULL", "job_type VARCHAR(50) NOT NULL ON CONFLICT REPLACE NOT NULL"),
    );
    project.expect(0, &["init"]);
    let baseline = project.expect(0, &["revision", "--baseline", "-m", "initial schema"]);
    assert!(baseline.notes.contains("is not in the revision: NOT NULL of job_type, twice"), "{}", baseline.notes);
    project.expect(0, &["stamp", "head"]);
    let path = project.path().join("src/entities/jobs.rs");
    let text =
        fs::read_to_string(&path).unwrap().replace("pub progress_current: i32", "pub progress_current: Option<i32>");
    fs::write(&path, text).unwrap();
    let ran = project.expect(2, &["revision", "--autogenerate", "-m", "no progress"]);
    assert!(ran.notes.contains("beyond what seachange understands: NOT NULL of job_type, twice"), "{}", ran.notes);
}

#[test]
fn diff_shows_the_sql_and_writes_nothing() {
    let project = adopted();
    project.phase("6_exact_and_similar_groups");
    let files = project.migrations();
    project.expect(0, &["diff"]);
    let ran = project.expect(1, &["diff", "--exit-code"]);
    assert!(
        ran.out.contains("ALTER TABLE \"files\" RENAME COLUMN \"duplicate_group_id\" TO \"exact_group_id\";\n"),
        "{}",
        ran.out
    );
    assert_eq!(project.migrations(), files);
}

#[test]
fn what_is_misused_says_what_to_do() {
    let project = Project::mediaparser("1_initial");
    let check = |arguments: &[&str], expected: &str| {
        let ran = project.expect(2, arguments);
        assert!(ran.notes.contains(expected), "{arguments:?}\n{}", ran.notes);
    };
    check(&["check"], "hint: run `seachange init` in the project's folder");
    project.expect(0, &["init"]);
    check(&["check"], "hint: set `DATABASE_URL` in the environment or in `.env`");
    check(&["check", "-d", "mysql://root:secret@localhost/x"], "`mysql` is no database seachange knows");
    check(&["upgrade", "nope", "-d", "sqlite://x.db"], "no revision is called `nope`");
    check(&["downgrade", "-1", "-d", "sqlite://x.db"], "there are 0 revisions applied, not 1");
    fs::write(project.path().join("text.db"), "this is no database, whatever its name says").unwrap();
    check(&["check", "-d", "sqlite://text.db"], "file is not a database");
    fs::write(project.path().join("seachange.toml"), "entities = [\"src/entities\"]\nmigration = \"m\"\n").unwrap();
    check(&["check"], "did you mean `migrations`?");
    fs::create_dir(project.path().join("empty")).unwrap();
    fs::write(project.path().join("seachange.toml"), "entities = [\"empty\"]\n").unwrap();
    check(&["check", "-d", "sqlite://x.db"], "no SeaORM entities in `empty`");
    fs::write(project.path().join("seachange.toml"), "entities = [\"gone\"]\n").unwrap();
    check(&["check", "-d", "sqlite://x.db"], "failed to read `gone`");
}

/// A project with one entity file of its own and an empty database.
pub(crate) fn small(entities: &str) -> Project {
    let project = Project::mediaparser("1_initial");
    for file in ["duplicates", "files", "jobs", "job_files", "user_decisions", "enums"] {
        fs::remove_file(project.path().join(format!("src/entities/{file}.rs"))).unwrap();
    }
    edit(&project, entities);
    fs::write(project.path().join(".env"), "DATABASE_URL=sqlite://media.db\n").unwrap();
    project.expect(0, &["init"]);
    project
}

fn edit(project: &Project, fields: &str) {
    let text = format!(
        "pub mod t {{ use sea_orm::entity::prelude::*;\n#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]\n\
         #[sea_orm(table_name = \"t\")]\npub struct Model {{ #[sea_orm(primary_key)] pub id: i32, {fields} }}\n\
         #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]\npub enum Relation {{}}\n\
         impl ActiveModelBehavior for ActiveModel {{}} }}\n"
    );
    fs::write(project.path().join("src/entities/mod.rs"), text).unwrap();
}

#[test]
fn a_rename_that_would_lose_what_it_should_keep_is_refused() {
    let project = small("pub a: Option<i32>, pub b: Option<i32>");
    project.expect(0, &["revision", "--autogenerate", "-m", "first"]);
    project.expect(0, &["upgrade"]);
    let refused = |fields: &str, rename: &[&str], reason: &str| {
        edit(&project, fields);
        let arguments = ["revision", "--autogenerate", "-m", "x"];
        let ran = project.expect(2, &[&arguments, rename].concat());
        assert!(ran.notes.contains(reason), "{}", ran.notes);
        assert_eq!(project.migrations().len(), 2);
    };
    let typo = "#[sea_orm(renamed_from = \"aa\")] pub z: Option<i32>, pub b: Option<i32>";
    refused(typo, &[], "`t.aa` to `z`: the database has neither");
    let taken = "#[sea_orm(renamed_from = \"a\")] pub b: Option<i32>";
    refused(taken, &[], "`t.a` to `b`: the database has neither, or has both and would lose the old one");
    refused("pub z: Option<i32>, pub b: Option<i32>", &["--rename", "t.aa=z"], "`--rename t.aa=z` renames nothing");
    // What was renamed already may stay in the source.
    edit(&project, "#[sea_orm(renamed_from = \"a\")] pub z: Option<i32>, pub b: Option<i32>");
    project.expect(0, &["revision", "--autogenerate", "-m", "x"]);
    project.expect(0, &["upgrade"]);
    project.expect(0, &["check"]);
}

#[test]
fn a_collation_nobody_declares_stays_the_database_s_own() {
    let project = small("pub a: String");
    project.sql("CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, a varchar NOT NULL COLLATE NOCASE, g INT AS (id + 1))");
    edit(&project, "pub a: String, pub g: Option<i32>");
    project.expect(0, &["revision", "--baseline", "-m", "initial schema"]);
    project.expect(0, &["stamp", "head"]);
    let check = project.expect(0, &["check"]);
    assert!(check.out.contains("collation of `t.a`: NOCASE"), "{}", check.out);
    project.expect(0, &["check", "--offline"]);
}

#[test]
fn a_baseline_that_was_stamped_is_not_taken_back_by_accident() {
    let project = adopted();
    let contents = project.contents();
    let ran = project.expect(2, &["downgrade", "base"]);
    assert!(
        ran.notes.contains("was stamped, not run: its way down would delete what was there before"),
        "{}",
        ran.notes
    );
    assert_eq!(project.contents(), contents);
    project.expect(0, &["stamp", "base"]);
    assert_eq!(project.contents(), contents);
    project.expect(0, &["stamp", "head"]);
    project.expect(0, &["downgrade", "base", "--accept-data-loss"]);
    assert_eq!(project.query("SELECT name FROM sqlite_schema WHERE name = 'files'"), Vec::<String>::new());
}

#[test]
fn a_lost_lock_is_not_taken_for_an_empty_one() {
    let project = adopted();
    fs::remove_file(project.path().join("migrations/schema.lock")).unwrap();
    let offline = project.expect(2, &["revision", "--autogenerate", "--offline", "-m", "x"]);
    assert!(offline.notes.contains("`migrations/schema.lock` is missing"), "{}", offline.notes);
    let online = project.expect(0, &["revision", "--autogenerate", "-m", "x"]);
    assert!(online.notes.contains("warning: there are revisions but no `schema.lock`"), "{}", online.notes);
    assert!(!project.expect(0, &["check"]).out.contains("changed by hand"));
}

#[test]
fn the_mode_of_the_url_is_heeded_and_spaces_are_no_trouble() {
    let project = small("pub a: Option<i32>");
    project.expect(0, &["revision", "--autogenerate", "-m", "first"]);
    for mode in ["ro", "rw"] {
        let ran = project.expect(2, &["upgrade", "-d", &format!("sqlite://new.db?mode={mode}")]);
        assert!(ran.notes.contains("failed to open the database `sqlite://new.db`"), "{}", ran.notes);
    }
    assert!(!project.path().join("new.db").exists());
    project.expect(0, &["upgrade", "-d", "sqlite://my data.db"]);
    project.expect(0, &["check", "-d", "sqlite://my%20data.db"]);
}

#[test]
fn a_strict_table_gets_the_types_it_knows() {
    let project = small("pub a: i32");
    project.sql("CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, a INT NOT NULL) STRICT; INSERT INTO t VALUES (1, 2)");
    project.expect(0, &["revision", "--baseline", "-m", "initial schema"]);
    project.expect(0, &["stamp", "head"]);
    edit(
        &project,
        "pub a: String, pub b: Option<String>, #[sea_orm(default_value = true)] pub c: bool, pub d: Option<DateTime>",
    );
    project.expect(0, &["revision", "--autogenerate", "-m", "more"]);
    for command in [&["upgrade", "head"][..], &["downgrade", "-1", "--accept-data-loss"], &["upgrade", "head"]] {
        project.expect(0, command);
        assert_eq!(project.query("SELECT a || '' FROM t"), ["2"]);
    }
    project.expect(0, &["check"]);
}
