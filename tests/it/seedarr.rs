//! The whole life of the seedarr project on SQLite, through the binary: adopted from the tool before us and begun with
//! nothing, and the words for what goes wrong on the way.

use std::fs;

use expect_test::expect;
use sea_orm::{ActiveValue::NotSet, ColumnTrait, EntityTrait, QueryFilter, Set};

use crate::support::{Project, block_on, execute, open};
use crate::system_entities::seedarr_tags::tmdb_cache;

/// Each later phase with the message of its revision and what the application writes once it is there.
const LATER: [(&str, &str, &str); 3] = [
    (
        "2_checkpoint_fields",
        "001 add checkpoint fields",
        "UPDATE file_entries SET scanned_at = '2024-02-01 08:05:00.000000', uploaded_at = updated_at WHERE id = 1",
    ),
    (
        "3_tmdb_cache",
        "002 add tmdb cache",
        "INSERT INTO tmdb_cache (tmdb_id, title, \"cast\", cached_at, expires_at) VALUES
            ('129', '千と千尋の神隠し', '[{\"name\": \"柊瑠美\"}]', '2024-02-01 08:31:00.000000', '2024-03-01 00:00:00.000000'),
            ('1438', 'it''s \"The Wire\"', NULL, '2024-02-01 08:30:00.000000', '2024-03-01 00:00:00.000000')",
    ),
    (
        "4_tags",
        "003 add tags",
        "INSERT INTO tags (tag_id, label, description, updated_at, created_at) VALUES
            ('10', 'Löwen', '', '2024-02-05 12:00:00.000000', '2024-01-01 00:00:00.000000')",
    ),
];

/// The project with the database of the tool before us, which is recorded as it is.
fn adopted() -> Project {
    let project = Project::seedarr("1_initial");
    project.script("original.sql");
    project.expect(0, &["init"]);
    project.expect(0, &["revision", "--baseline", "-m", "initial schema"]);
    project.expect(0, &["stamp", "head"]);
    project
}

/// The project with a database that its first revision made out of nothing and the rows of the original.
fn begun() -> Project {
    let project = Project::seedarr("1_initial");
    fs::write(project.path().join(".env"), "DATABASE_URL=sqlite://seedarr.db\n").unwrap();
    project.expect(0, &["init"]);
    project.expect(0, &["revision", "--autogenerate", "-m", "initial schema"]);
    project.expect(0, &["upgrade", "initial_schema"]);
    let original = fs::read_to_string(project.path().join("original.sql")).unwrap();
    project.sql(&original[original.find("INSERT").unwrap()..]);
    project
}

/// The name a revision's file has from its message.
fn named(message: &str) -> String {
    message.replace(' ', "_")
}

/// The rows of a table as SQL literals.
fn rows(project: &Project, table: &str) -> Vec<String> {
    let columns = project.query(&format!("SELECT name FROM pragma_table_info('{table}') ORDER BY cid"));
    let quoted: Vec<String> = columns.iter().map(|column| format!("'{column}=' || quote(\"{column}\")")).collect();
    project.query(&format!("SELECT {} FROM \"{table}\" ORDER BY 1", quoted.join(" || ' ' || ")))
}

/// Every row of every table of the project.
fn contents(project: &Project) -> Vec<Vec<String>> {
    let tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'seachange%' \
                  AND name NOT LIKE 'sqlite%' ORDER BY name";
    project.query(tables).iter().map(|table| rows(project, table)).collect()
}

/// There is nothing to say, with the database and without.
#[track_caller]
fn assert_silent(project: &Project) {
    let check = project.expect(0, &["check", "--strict"]);
    let counted = check.out.strip_prefix("compared ").and_then(|rest| rest.strip_suffix(": no differences\n"));
    assert!(counted.is_some_and(|counted| !counted.contains('\n')), "{}", check.out);
    assert_eq!(check.notes, "");
    project.expect(0, &["check", "--offline"]);
    assert_eq!(project.expect(0, &["diff", "--exit-code"]).notes, "nothing to do: no differences\n");
    assert_eq!(project.query("PRAGMA integrity_check"), ["ok"]);
}

/// Goes through all later phases: up, down and up again, with rows.
fn live(project: &Project) {
    assert_silent(project);
    for (phase, message, write) in LATER {
        let name = named(message);
        let before = contents(project);
        assert!(!before[0].is_empty());
        project.phase(phase);
        project.expect(1, &["check"]);
        project.expect(0, &["revision", "--autogenerate", "-m", message]);
        project.expect(1, &["check"]);
        project.expect(0, &["upgrade", &name]);
        assert_silent(project);

        project.expect(0, &["downgrade", "-1", "--accept-data-loss"]);
        assert_eq!(contents(project), before, "{phase}: nothing was written yet, so nothing is lost");
        project.expect(0, &["upgrade", &name]);
        assert_silent(project);

        project.sql(write);
        let written = contents(project);
        // What is there already is not run again.
        let again = project.expect(0, &["upgrade", &name]);
        assert!(again.notes.starts_with("the database is at `"), "{}", again.notes);
        assert_eq!(contents(project), written);
        assert_silent(project);
    }
}

#[test]
fn an_adopted_database_lives_its_whole_life() {
    let project = adopted();
    assert_eq!(rows(&project, "file_entries").len(), 5);
    live(&project);
    let written = contents(&project);
    // The columns and tables of the later phases go with what was written into them; the rows stay.
    project.expect(0, &["downgrade", "initial_schema", "--accept-data-loss"]);
    let original = Project::seedarr("1_initial");
    original.script("original.sql");
    assert_eq!(contents(&project), contents(&original));
    project.expect(0, &["upgrade"]);
    assert_silent(&project);
    assert_ne!(contents(&project), written);
    let history = project.expect(0, &["history"]).out;
    let messages: Vec<&str> = history.lines().map(|line| line[13..].split(" (applied ").next().unwrap()).collect();
    assert_eq!(messages, ["003 add tags", "002 add tmdb cache", "001 add checkpoint fields", "initial schema"]);
}

#[test]
fn a_database_begun_with_nothing_lives_the_same_life() {
    let project = begun();
    live(&project);
    project.expect(0, &["downgrade", "base", "--accept-data-loss"]);
    assert_eq!(contents(&project), Vec::<Vec<String>>::new());
    project.expect(0, &["upgrade", "002 add tmdb cache"]);
    assert_eq!(contents(&project).len(), 2);
    project.expect(0, &["upgrade", "+1"]);
    assert_silent(&project);
}

/// Who wrote the revisions on a database of his own brings those of others to them, wherever the tool before us left them.
#[test]
fn databases_of_others_join_where_they_are() {
    let project = begun();
    live(&project);
    for (script, at) in [("original.sql", "initial_schema"), ("original_4_tags.sql", "003")] {
        fs::remove_file(project.database()).unwrap();
        project.script(script);
        let kept: Vec<String> = project.query("SELECT file_path || quote(media_info) FROM file_entries ORDER BY id");
        let cached = || project.query("SELECT count(*) || '' FROM sqlite_schema WHERE name = 'tmdb_cache'");
        let before = cached();
        project.expect(0, &["stamp", at]);
        assert_eq!(cached(), before, "a stamp runs nothing");
        project.expect(0, &["upgrade", "head"]);
        let check = project.expect(0, &["check"]);
        assert!(check.out.ends_with(": no differences\n"), "{}", check.out);
        assert_eq!(kept.len(), 5);
        assert_eq!(project.query("SELECT file_path || quote(media_info) FROM file_entries ORDER BY id"), kept);
    }
    assert_eq!(rows(&project, "tmdb_cache").len(), 3);
}

#[test]
fn the_last_database_of_the_original_tool_is_as_the_entities_say() {
    let project = Project::seedarr("4_tags");
    project.script("original_4_tags.sql");
    project.expect(0, &["init"]);
    let before = contents(&project);
    let check = project.expect(0, &["check"]);
    expect![[r#"
        compared 3 tables, 33 columns, 1 constraint, 8 indexes with the database `sqlite://seedarr.db`: no differences
    "#]]
    .assert_eq(&check.out);
    project.expect(0, &["revision", "--baseline", "-m", "initial schema"]);
    project.expect(0, &["stamp", "head"]);
    assert_eq!(project.expect(0, &["check"]).notes, "");
    assert_eq!(contents(&project), before);
}

#[test]
fn a_column_may_be_called_like_a_keyword() {
    let project = begun();
    live(&project);
    let text = project.expect(0, &["show", "002"]).out;
    assert!(text.contains("    \"cast\" json_text,\n"), "{text}");
    let cast = serde_json::json!([{"name": "it's \"Ute\"", "as": null}]);
    block_on(async {
        let session = open(&project.database()).await;
        let actors = tmdb_cache::ActiveModel {
            id: NotSet,
            tmdb_id: Set("7".to_owned()),
            title: Set("Wölfe".to_owned()),
            year: Set(None),
            cast: Set(Some(cast.clone())),
            plot: Set(None),
            ratings: Set(None),
            extra_data: Set(None),
            cached_at: Set("2024-02-01T08:30:00".parse().unwrap()),
            expires_at: Set("2024-03-01T08:30:00".parse().unwrap()),
        };
        tmdb_cache::Entity::insert(actors).exec(session.connection()).await.unwrap();
        let with_cast = tmdb_cache::Entity::find().filter(tmdb_cache::Column::Cast.is_not_null());
        let found = with_cast.all(session.connection()).await.unwrap();
        assert_eq!(found.last().unwrap().cast, Some(cast));
        assert_eq!(found.len(), 2);
    });

    // A rebuild copies it, and a rename finds it.
    let before = rows(&project, "tmdb_cache");
    let path = project.path().join("src/entities/tmdb_cache.rs");
    let entity = fs::read_to_string(&path).unwrap();
    let steps = [
        ("optional titles", entity.replace("pub title: String", "pub title: Option<String>"), "cast"),
        (
            "actors",
            entity.replace("    pub cast:", "    #[sea_orm(renamed_from = \"cast\", indexed)]\n    pub actors:"),
            "actors",
        ),
    ];
    for (message, text, column) in steps {
        fs::write(&path, text).unwrap();
        project.expect(0, &["revision", "--autogenerate", "-m", message]);
        for command in [&["upgrade", "head"][..], &["downgrade", "-1", "--accept-data-loss"], &["upgrade", "head"]] {
            project.expect(0, command);
            let column = if command[0] == "upgrade" { column } else { "cast" };
            let expected: Vec<String> = before.iter().map(|row| row.replace("cast=", &format!("{column}="))).collect();
            assert_eq!(rows(&project, "tmdb_cache"), expected, "{message}: {command:?}");
        }
        assert_silent(&project);
    }
}

#[test]
fn the_environment_wins_and_the_file_s_database_is_left_alone() {
    let project = adopted();
    live(&project);
    let untouched = fs::read(project.database()).unwrap();
    let elsewhere = [("DATABASE_URL", "sqlite://elsewhere.db?mode=rwc")];
    for (command, code) in [
        (&["check"][..], 1),
        (&["upgrade", "001_add_checkpoint_fields"], 0),
        (&["downgrade", "-1", "--accept-data-loss"], 0),
        (&["upgrade"], 0),
        (&["check"], 0),
    ] {
        let ran = project.run_with(command, &elsewhere);
        assert_eq!(ran.code, code, "{command:?}: {ran:?}");
    }
    let check = project.run_with(&["check"], &elsewhere);
    expect![[r#"
        compared 3 tables, 33 columns, 3 constraints, 6 indexes with the database `sqlite://elsewhere.db`: no differences
    "#]].assert_eq(&check.out);
    assert_eq!(fs::read(project.database()).unwrap(), untouched);
    // What is asked for on the command line is what is meant.
    let asked = project.run_with(&["check", "-d", "sqlite://seedarr.db"], &elsewhere);
    assert!(asked.out.ends_with("with the database `sqlite://seedarr.db`: no differences\n"), "{}", asked.out);
    // An empty variable says nothing.
    let empty = project.run_with(&["check"], &[("DATABASE_URL", "")]);
    assert!(empty.out.ends_with("with the database `sqlite://seedarr.db`: no differences\n"), "{empty:?}");
}

#[test]
fn a_setup_is_verified_without_running_anything() {
    let project = Project::seedarr("1_initial");
    fs::write(project.path().join(".env"), "DATABASE_URL=sqlite://seedarr.db\n").unwrap();
    project.expect(0, &["init"]);
    expect![[r#"
        table file_entries  src/entities/file_entries.rs:9:24
        --- database
        +++ entities
        @@ -1 +1,12 @@
        -
        +  "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT
        +  "file_path" varchar(1000) NOT NULL UNIQUE
        +  "status" varchar(18) NOT NULL
        +  "file_size" integer
        +  "release_name" varchar(500)
        +  "tmdb_id" varchar(50)
        +  "media_info" json_text
        +  "is_season_pack" boolean NOT NULL
        +  "error_message" text
        +  "created_at" datetime_text NOT NULL
        +  "updated_at" datetime_text NOT NULL
        +CREATE INDEX "idx-file_entries-status" ON "file_entries" ("status")

        changes
          create table `file_entries`  src/entities/file_entries.rs:9:24

        compared 1 table, 11 columns, 1 constraint, 1 index with the database `sqlite://seedarr.db`: 1 difference
    "#]]
    .assert_eq(&project.expect(1, &["check"]).out);
    project.expect(0, &["revision", "--autogenerate", "-m", "initial schema"]);
    let files = project.migrations();
    let look: [(&[&str], i32); 8] = [
        (&["check"], 1),
        (&["check", "--offline"], 0),
        (&["diff"], 0),
        (&["diff", "--exit-code"], 1),
        (&["current"], 0),
        (&["history"], 0),
        (&["heads"], 0),
        (&["show"], 0),
    ];
    for (command, code) in look {
        project.expect(code, command);
        assert!(!project.database().exists(), "{command:?} makes no database");
    }
    project.expect(0, &["upgrade"]);
    project.phase("2_checkpoint_fields");
    let before = fs::read(project.database()).unwrap();
    for (command, code) in look {
        let code = if command == ["check", "--offline"] { 1 } else { code };
        project.expect(code, command);
    }
    let offline = project.expect(1, &["check", "--offline"]);
    expect![[r#"
        table file_entries  src/entities/file_entries.rs:9:24
        --- schema.lock
        +++ entities
        @@ -10,3 +10,10 @@
           "created_at" datetime_text NOT NULL
           "updated_at" datetime_text NOT NULL
        +  "scanned_at" datetime_text
        +  "analyzed_at" datetime_text
        +  "renamed_at" datetime_text
        +  "metadata_generated_at" datetime_text
        +  "uploaded_at" datetime_text
        +CREATE INDEX "idx-file_entries-scanned_at" ON "file_entries" ("scanned_at")
         CREATE INDEX "idx-file_entries-status" ON "file_entries" ("status")
        +CREATE INDEX "idx-file_entries-uploaded_at" ON "file_entries" ("uploaded_at")

        changes
          add column `file_entries.scanned_at`  src/entities/file_entries.rs:29:9
          add column `file_entries.analyzed_at`  src/entities/file_entries.rs:30:9
          add column `file_entries.renamed_at`  src/entities/file_entries.rs:31:9
          add column `file_entries.metadata_generated_at`  src/entities/file_entries.rs:32:9
          add column `file_entries.uploaded_at`  src/entities/file_entries.rs:34:9
          create index `idx-file_entries-scanned_at` on `file_entries`  src/entities/file_entries.rs:28:15
          create index `idx-file_entries-uploaded_at` on `file_entries`  src/entities/file_entries.rs:33:15

        compared 1 table, 16 columns, 1 constraint, 3 indexes with `migrations/schema.lock`: 7 differences
    "#]]
    .assert_eq(&offline.out);
    assert_eq!(fs::read(project.database()).unwrap(), before);
    assert_eq!(project.migrations(), files);
}

#[test]
fn a_locked_database_is_said_to_be_locked() {
    let project = adopted();
    live(&project);
    let path = project.path().join("seachange.toml");
    let text = fs::read_to_string(&path).unwrap().replace("# lock_timeout = 10", "lock_timeout = 1");
    fs::write(&path, text).unwrap();
    project.expect(0, &["downgrade", "-1", "--accept-data-loss"]);
    let before = contents(&project);
    block_on(async {
        let writer = open(&project.database()).await;
        execute(&writer, "BEGIN IMMEDIATE").await;
        let refused = |arguments: &[&str]| without_holder(&project.expect(2, arguments).notes);
        let notes = refused(&["upgrade", "--quiet"])
            + &refused(&["downgrade", "-1", "--accept-data-loss"])
            + &refused(&["stamp", "001"]);
        expect![[r#"
            error: the database is locked
            hint: waited 1 second; run the command again when the other is done, or raise `lock_timeout` below `[database]` in `seachange.toml`
            warning: Dropping the table `tmdb_cache` deletes all its rows.
            error: the database is locked
            hint: waited 1 second; run the command again when the other is done, or raise `lock_timeout` below `[database]` in `seachange.toml`
            error: the database is locked
            hint: waited 1 second; run the command again when the other is done, or raise `lock_timeout` below `[database]` in `seachange.toml`
        "#]].assert_eq(&notes);
        // Who only looks does not wait.
        project.expect(1, &["check"]);
        project.expect(0, &["current"]);
        execute(&writer, "ROLLBACK").await;
    });
    assert_eq!(contents(&project), before);
    project.expect(0, &["upgrade"]);
    assert_silent(&project);
}

/// The message without who holds the lock, which is this test; systems that do not tell leave it out.
fn without_holder(notes: &str) -> String {
    let Some((before, rest)) = notes.split_once(" by process ") else { return notes.to_owned() };
    let (holder, after) = rest.split_once('\n').unwrap();
    assert!(holder.starts_with(&format!("{} (", std::process::id())), "{notes}");
    format!("{before}\n{after}")
}

#[test]
fn a_revision_that_is_not_there_is_answered_with_the_closest() {
    let project = adopted();
    live(&project);
    let asked = |arguments: &[&str]| format!("$ {}\n{}", arguments.join(" "), project.expect(2, arguments).notes);
    let answers = [
        asked(&["upgrade", "001_add_chekpoint_fields"]),
        asked(&["downgrade", "add_tmdb_cache"]),
        asked(&["stamp", "haed"]),
        asked(&["show", "migrations/003_ad_tags.sql"]),
        asked(&["upgrade", "quota"]),
        asked(&["upgrade", ""]),
        asked(&["upgrade", "+1"]),
        asked(&["downgrade", "-9"]),
    ];
    expect![[r#"
        $ upgrade 001_add_chekpoint_fields
        error: no revision is called `001_add_chekpoint_fields`
        hint: did you mean `001_add_checkpoint_fields`? `seachange history` lists all revisions
        $ downgrade add_tmdb_cache
        error: no revision is called `add_tmdb_cache`
        hint: did you mean `002_add_tmdb_cache`? `seachange history` lists all revisions
        $ stamp haed
        error: no revision is called `haed`
        hint: did you mean `head`? `seachange history` lists all revisions
        $ show migrations/003_ad_tags.sql
        error: no revision is called `migrations/003_ad_tags.sql`
        hint: did you mean `003_add_tags`? `seachange history` lists all revisions
        $ upgrade quota
        error: no revision is called `quota`
        hint: `seachange history` lists all revisions
        $ upgrade 
        error: no revision is called ``
        hint: `seachange history` lists all revisions
        $ upgrade +1
        error: there are 0 revisions pending, not 1
        $ downgrade -9
        error: there are 4 revisions applied, not 9
    "#]]
    .assert_eq(&answers.concat());
    assert_silent(&project);
}

#[test]
fn entities_that_do_not_load_are_shown_where_they_do_not() {
    let project = adopted();
    live(&project);
    let entities = project.path().join("src/entities");
    let edit = |file: &str, from: &str, to: &str| {
        let path = entities.join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from));
        fs::write(&path, text.replace(from, to)).unwrap();
    };
    edit("tags.rs", "pub tag_id: String", "pub tag_id String");
    edit("tmdb_cache.rs", "pub cast: Option<Json>", "pub cast: Option<Cast>");
    edit("enums.rs", "db_type = \"String(StringLen::N(18))\"", "db_type = \"Strng\"");
    edit("mod.rs", "pub mod tags;", "pub mod tags;\npub mod trackers;");
    let files = project.migrations();
    let ran = project.expect(2, &["check"]);
    expect![[r#"
        error: `Strng` is not a column type
         --> src/entities/enums.rs:7:41
          |
        7 | #[sea_orm(rs_type = "String", db_type = "Strng", rename_all = "SCREAMING_SNAKE_CASE")]
          |                                         ^^^^^^^
          |
          = help: did you mean `String`?

        error: the file of the module `trackers` is missing
         --> src/entities/mod.rs:6:9
          |
        6 | pub mod trackers;
          |         ^^^^^^^^
          |
          = help: create `src/entities/trackers.rs` or `src/entities/trackers/mod.rs`

        error: this is not Rust: expected `:`
          --> src/entities/tags.rs:12:16
           |
        12 |     pub tag_id String,
           |                ^^^^^^

        error: cannot find the type `Cast`
          --> src/entities/tmdb_cache.rs:16:22
           |
        16 |     pub cast: Option<Cast>,
           |                      ^^^^
           |
           = help: write the column type on the field, `#[sea_orm(column_type = "...")]`, or for all fields into `seachange.toml`, below `[types]`: `"Cast" = "..."`

        error: 4 problems in the entities
    "#]].assert_eq(&ran.notes);
    assert_eq!(ran.out, "");
    for command in [&["check", "--offline"][..], &["diff"], &["revision", "--autogenerate", "-m", "x"]] {
        assert_eq!(project.expect(2, command).notes, ran.notes, "{command:?}");
    }
    assert_eq!(project.migrations(), files);
    // What does not need them goes on.
    project.expect(0, &["downgrade", "-1", "--accept-data-loss"]);
    project.expect(0, &["upgrade", "003_add_tags"]);

    fs::remove_dir_all(&entities).unwrap();
    expect![[r#"
        error: failed to read `src/entities`, where entities should be
          No such file or directory (os error 2)
        hint: bring it back, or correct `entities` in `seachange.toml`
    "#]]
    .assert_eq(&project.expect(2, &["check"]).notes);
    fs::create_dir(&entities).unwrap();
    expect![[r#"
        error: no SeaORM entities in `src/entities`
        hint: run `seachange init` in the folder with `Cargo.toml` or pass it the folder with `--entities src/models`; later, `entities` in `seachange.toml` names it
    "#]].assert_eq(&project.expect(2, &["check"]).notes);
}
