//! Databases that another tool keeps: it is named, it is told how to take over from it, and nothing of it is touched.

use expect_test::expect;

use crate::support::Project;

const ALEMBIC: &str = "SELECT version_num FROM alembic_version ORDER BY 1";

#[test]
fn a_database_under_alembic_is_taken_over() {
    let project = Project::seedarr("4_tags");
    project.script("original_4_tags.sql");
    project.expect(0, &["init"]);
    let mut told = String::new();
    let mut tell = |code: i32, arguments: &[&str]| {
        let ran = project.expect(code, arguments);
        assert!(!ran.out.contains("alembic"), "{ran:?}");
        // Ids and durations change from run to run.
        let is_steady = |line: &&str| !line.contains("initial schema)") && !line.starts_with("warning: ");
        let notes: Vec<&str> = ran.notes.lines().filter(is_steady).collect();
        told.push_str(&format!("$ seachange {}\n{}\n", arguments.join(" "), notes.join("\n")));
    };
    tell(0, &["current"]);
    tell(0, &["check"]);
    tell(0, &["upgrade"]);
    tell(0, &["stamp", "head"]);
    tell(0, &["revision", "--baseline", "-m", "initial schema"]);
    let file = project.newest();
    assert!(file.contains("CREATE TABLE \"file_entries\"") && !file.contains("alembic"), "{file}");
    tell(1, &["check"]);
    tell(0, &["current"]);
    tell(0, &["stamp", "head"]);
    tell(0, &["check"]);
    tell(0, &["current"]);
    tell(0, &["upgrade"]);
    expect![[r#"
        $ seachange current
        no revision is applied
        note: Alembic keeps this database, too: in `alembic_version` it is at `003_add_tags`
        hint: to take the database over as it is: `seachange revision --baseline -m "initial schema"`, then `seachange stamp head`; run Alembic no more from then on; seachange never touches `alembic_version`, which you may drop
        $ seachange check
        note: Alembic keeps this database, too: in `alembic_version` it is at `003_add_tags`
        hint: no revision describes this database yet; begin with `seachange revision --baseline -m "initial schema"` and `seachange stamp head`
        $ seachange upgrade
        note: Alembic keeps this database, too: in `alembic_version` it is at `003_add_tags`
        hint: to take the database over as it is: `seachange revision --baseline -m "initial schema"`, then `seachange stamp head`; run Alembic no more from then on; seachange never touches `alembic_version`, which you may drop
        the database is before the first revision
        $ seachange stamp head
        note: Alembic keeps this database, too: in `alembic_version` it is at `003_add_tags`
        hint: to take the database over as it is: `seachange revision --baseline -m "initial schema"`, then `seachange stamp head`; run Alembic no more from then on; seachange never touches `alembic_version`, which you may drop
        the database is before the first revision
        $ seachange revision --baseline -m initial schema
        note: Alembic keeps this database, too: in `alembic_version` it is at `003_add_tags`
        hint: run `seachange stamp head` to record that this database already has it
        $ seachange check
        note: Alembic keeps this database, too: in `alembic_version` it is at `003_add_tags`
        note: the live tables were not compared, because the pending revisions change them
        hint: run `seachange upgrade head`, or `seachange stamp head` if the database already has them
        $ seachange current
        no revision is applied
        note: Alembic keeps this database, too: in `alembic_version` it is at `003_add_tags`
        hint: if it has what these revisions make, `seachange stamp head` records that and runs nothing; run Alembic no more from then on; seachange never touches `alembic_version`, which you may drop
        $ seachange stamp head
        note: Alembic keeps this database, too: in `alembic_version` it is at `003_add_tags`
        hint: run Alembic no more from then on; seachange never touches `alembic_version`, which you may drop
        $ seachange check

        $ seachange current

        $ seachange upgrade

    "#]].assert_eq(&told);
    assert_eq!(project.query(ALEMBIC), ["003_add_tags"]);
    // Whoever has dropped it hears no more of it.
    project.sql("DROP TABLE alembic_version; DELETE FROM seachange_history");
    let ran = project.expect(0, &["stamp", "head"]);
    assert!(!ran.notes.contains("Alembic"), "{ran:?}");
}

#[test]
fn an_upgrade_that_comes_too_early_is_told_first() {
    let project = Project::seedarr("4_tags");
    project.script("original_4_tags.sql");
    project.expect(0, &["init"]);
    project.expect(0, &["revision", "--baseline", "-m", "initial schema"]);
    let ran = project.expect(2, &["upgrade"]);
    let [note, hint, error, ..] = ran.notes.lines().collect::<Vec<_>>()[..] else { panic!("{ran:?}") };
    assert_eq!(note, "note: Alembic keeps this database, too: in `alembic_version` it is at `003_add_tags`");
    assert!(
        hint.starts_with("hint: if it has what these revisions make, `seachange stamp head` records that"),
        "{hint}"
    );
    assert!(error.starts_with("error: failed to run statement 1"), "{error}");
    assert_eq!(project.expect(0, &["current", "--quiet"]).notes, "");
}

#[test]
fn what_the_tables_of_other_tools_say() {
    let project = Project::seedarr("4_tags");
    project.script("original_4_tags.sql");
    project.expect(0, &["init"]);
    let said = |sql: &str| {
        project.sql(sql);
        let notes = project.expect(0, &["current"]).notes;
        notes.lines().filter_map(|line| line.strip_prefix("note: ")).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(
        said("INSERT INTO alembic_version VALUES ('it''s a \"branch\"')"),
        ["Alembic keeps this database, too: in `alembic_version` it is at `003_add_tags` and `it's a \"branch\"`"]
    );
    assert_eq!(
        said("DELETE FROM alembic_version"),
        ["Alembic kept this database, or was to: its `alembic_version` is empty"]
    );
    assert_eq!(
        said(
            "DROP TABLE alembic_version;
             CREATE TABLE seaql_migrations (version varchar NOT NULL PRIMARY KEY, applied_at bigint NOT NULL);
             INSERT INTO seaql_migrations VALUES ('m20240102_000001_more', 2), ('m20240101_000001_begin', 1);"
        ),
        ["SeaORM's migrator keeps this database, too: in `seaql_migrations` it is at `m20240102_000001_more`"]
    );
    assert_eq!(
        said(
            "CREATE TABLE alembic_version (other integer); DROP TABLE seaql_migrations;
             CREATE TABLE seaql_migrations (version varchar)"
        ),
        [
            "Alembic keeps this database, too, in `alembic_version`",
            "SeaORM's migrator kept this database, or was to: its `seaql_migrations` is empty"
        ]
    );
    // Neither is anybody's to declare.
    let out = project.run(&["check", "--strict"]).out;
    assert!(!out.contains("seaql_migrations") && !out.contains("alembic_version"), "{out}");
}
