//! One history of revisions, many databases: the orchestrator keeps one for each of its projects.

use std::fs;

use expect_test::{Expect, expect};

use crate::support::{Project, Ran, copy, execute, open, query, root};

const GROUP: &str = "\n[targets.projects]\ndatabases = [\"data/project_*.db\"]\n";

/// The orchestrator with as many databases as the original made, each with a project and two tasks.
fn orchestrator(databases: usize) -> Project {
    let project = Project::empty();
    copy(&root().join("fixtures/orchestrator"), project.path());
    fs::create_dir_all(project.path().join("data")).unwrap();
    let configuration = fs::read_to_string(project.path().join("seachange.toml")).unwrap();
    fs::write(project.path().join("seachange.toml"), configuration + GROUP).unwrap();
    let schema = fs::read_to_string(project.path().join("original_sqlite.sql")).unwrap();
    crate::support::block_on(async {
        for number in 1..=databases {
            let session = open(&project.path().join(format!("data/project_{number}.db"))).await;
            execute(&session, &schema).await;
            let rows = format!(
                "INSERT INTO projects (id, name, db_path) VALUES (70{number}, 'project {number}', 'data/project_{number}.db');
                 INSERT INTO tasks (id, project_id, title, status, version, attempts, priority)
                 VALUES (701, 70{number}, 'plan', 'PENDING', 1, 0, 0), (702, 70{number}, 'build', 'COMPLETED', 3, 1, 2)"
            );
            execute(&session, &rows).await;
        }
    });
    project
}

fn ask(project: &Project, number: usize, sql: &str) -> Vec<String> {
    let path = project.path().join(format!("data/project_{number}.db"));
    crate::support::block_on(async { query(&open(&path).await, sql).await })
}

fn tell(project: &Project, number: usize, sql: &str) {
    let path = project.path().join(format!("data/project_{number}.db"));
    crate::support::block_on(async { execute(&open(&path).await, sql).await });
}

/// What was printed, with names in the place of the ids of revisions.
#[expect(clippy::needless_pass_by_value, reason = "expect! makes values")]
fn shows(ran: &Ran, ids: &[&str], expected: Expect) {
    let mut text = format!("{}--\n{}", ran.out, ran.notes);
    for (number, id) in ids.iter().enumerate() {
        text = text.replace(id, &format!("revision {number}"));
    }
    while let Some(at) = text.find("migrations/20") {
        text.replace_range(at..at + "migrations/20260101T000000".len(), "migrations/TIME");
    }
    // How wide the columns are depends on them.
    let lines: Vec<String> = text
        .lines()
        .map(|line| {
            let indent = line.len() - line.trim_start().len();
            let words: Vec<&str> =
                line.trim_start().split("  ").filter(|words| !words.is_empty()).map(str::trim).collect();
            " ".repeat(indent) + &words.join(" | ")
        })
        .collect();
    expected.assert_eq(&(lines.join("\n") + "\n"));
}

fn id(ran: &Ran) -> String {
    ran.out.trim().split('_').nth(1).unwrap().to_owned()
}

#[test]
#[expect(clippy::too_many_lines, reason = "one life, most of it what is printed")]
fn eleven_databases_live_one_life() {
    let project = orchestrator(11);
    let ran = project.expect(0, &["check", "--target", "projects"]);
    assert_eq!(ran.out.matches("  no differences\n").count(), 11, "{}", ran.out);
    let first = id(&project.expect(0, &["revision", "--baseline", "-m", "as it was", "--target", "data/project_1.db"]));

    // What is not what the revision makes is not stamped.
    tell(&project, 5, "ALTER TABLE runs ADD COLUMN mine int");
    tell(&project, 6, "ALTER TABLE runs DROP COLUMN log_path");
    fs::write(project.path().join("data/project_7.db"), "this is no database").unwrap();
    let ran = project.expect(0, &["stamp", "head", "--dry-run", "--target", "data/project_[12].db"]);
    shows(
        &ran,
        &[&first],
        expect![[r#"
        target | at | result
        data/project_1.db | nothing | would stamp `revision 0` (as it was)
        data/project_2.db | nothing | would stamp `revision 0` (as it was)
        --
        2 targets: 2 fine
    "#]],
    );
    let ran = project.expect(2, &["stamp", "head", "--verify", "--target", "projects"]);
    shows(
        &ran,
        &[&first],
        expect![[r#"
        target | at | result
        data/project_1.db | `revision 0` (as it was) | stamped
        data/project_2.db | `revision 0` (as it was) | stamped
        data/project_3.db | `revision 0` (as it was) | stamped
        data/project_4.db | `revision 0` (as it was) | stamped
        data/project_5.db | `revision 0` (as it was) | stamped
        data/project_6.db | stopped: the database is not what the revisions up to `revision 0` (as it was) make; nothing was recorded
        data/project_7.db | failed: failed to open the database `data/project_7.db`
        data/project_8.db | `revision 0` (as it was) | stamped
        data/project_9.db | `revision 0` (as it was) | stamped
        data/project_10.db | `revision 0` (as it was) | stamped
        data/project_11.db | `revision 0` (as it was) | stamped
        --
        data/project_6.db:
          error: the database is not what the revisions up to `revision 0` (as it was) make; nothing was recorded
            add column `runs.log_path`
          hint: bring it there by hand, or stamp the revision that it does have; without `--verify` nothing is looked at
        data/project_7.db:
          error: failed to open the database `data/project_7.db`
            file is not a database
          hint: check the URL, and that the file and its folder can be read and written
        11 targets: 9 fine, 1 to look at, 1 failed
    "#]],
    );
    tell(&project, 6, "ALTER TABLE runs ADD COLUMN log_path VARCHAR(1024)");
    fs::remove_file(project.path().join("data/project_7.db")).unwrap();
    fs::copy(project.path().join("data/project_1.db"), project.path().join("data/project_7.db")).unwrap();
    project.expect(0, &["stamp", "head", "--verify", "--target", "projects"]);

    // One change for all of them.
    let file = project.path().join("src/entities/tasks.rs");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replacen("    pub priority:", "    pub owner: Option<String>,\n    pub priority:", 1))
        .unwrap();
    let ran = project.expect(2, &["revision", "--autogenerate", "-m", "owner", "--target", "all"]);
    assert!(ran.notes.contains("a revision is written from one database"), "{}", ran.notes);
    let second =
        id(&project.expect(0, &["revision", "--autogenerate", "-m", "owner", "--target", "data/project_2.db"]));
    let ran = project.expect(0, &["upgrade", "--dry-run", "--target", "data/project_1{,0,1}.db"]);
    shows(
        &ran,
        &[&first, &second],
        expect![[r#"
        target | at | result
        data/project_10.db | `revision 0` (as it was) | would apply `revision 1` (owner)
        data/project_11.db | `revision 0` (as it was) | would apply `revision 1` (owner)
        --
        2 targets: 2 fine
    "#]],
    );
    assert_eq!(ask(&project, 1, "SELECT count(*) || '' FROM pragma_table_info('tasks') WHERE name = 'owner'"), ["0"]);

    // One that cannot stops no other.
    tell(&project, 3, "ALTER TABLE tasks ADD COLUMN owner int");
    let ran = project.expect(2, &["upgrade", "--target", "all", "--jobs", "3"]);
    shows(
        &ran,
        &[&first, &second],
        expect![[r#"
        target | at | result
        data/project_1.db | `revision 1` (owner) | applied `revision 1` (owner)
        data/project_2.db | `revision 1` (owner) | applied `revision 1` (owner)
        data/project_3.db | `revision 0` (as it was) | failed: failed to run statement 1 of `revision 1` (owner) (up)
        data/project_4.db | `revision 1` (owner) | applied `revision 1` (owner)
        data/project_5.db | `revision 1` (owner) | applied `revision 1` (owner)
        data/project_6.db | `revision 1` (owner) | applied `revision 1` (owner)
        data/project_7.db | `revision 1` (owner) | applied `revision 1` (owner)
        data/project_8.db | `revision 1` (owner) | applied `revision 1` (owner)
        data/project_9.db | `revision 1` (owner) | applied `revision 1` (owner)
        data/project_10.db | `revision 1` (owner) | applied `revision 1` (owner)
        data/project_11.db | `revision 1` (owner) | applied `revision 1` (owner)
        --
        data/project_3.db:
          error: failed to run statement 1 of `revision 1` (owner) (up)
            --> migrations/TIME_revision 1_owner.sql:9
             | ALTER TABLE "tasks" ADD COLUMN "owner" varchar
            duplicate column name: owner
          hint: the database was left at the revision before; correct the file and run the command again
        11 targets: 10 fine, 1 failed
    "#]],
    );
    let ran = project.expect(2, &["current", "--target", "all", "--check-heads", "--database-url", "sqlite://x.db"]);
    assert!(ran.notes.contains("--database-url"), "{}", ran.notes);
    let ran = project.expect(1, &["current", "--target", "all", "--check-heads"]);
    shows(
        &ran,
        &[&first, &second],
        expect![[r#"
        data/project_3.db:
          revision 0 as it was
        target | at | result
        data/project_1.db | `revision 1` (owner) | up to date
        data/project_2.db | `revision 1` (owner) | up to date
        data/project_3.db | `revision 0` (as it was) | 1 pending
        data/project_4.db | `revision 1` (owner) | up to date
        data/project_5.db | `revision 1` (owner) | up to date
        data/project_6.db | `revision 1` (owner) | up to date
        data/project_7.db | `revision 1` (owner) | up to date
        data/project_8.db | `revision 1` (owner) | up to date
        data/project_9.db | `revision 1` (owner) | up to date
        data/project_10.db | `revision 1` (owner) | up to date
        data/project_11.db | `revision 1` (owner) | up to date
        --
        data/project_3.db:
          not applied: `revision 1` (owner)
          hint: run `seachange upgrade heads`
        11 targets: 10 fine, 1 to look at
    "#]],
    );
    tell(&project, 3, "ALTER TABLE tasks DROP COLUMN owner");
    project.expect(0, &["upgrade", "--target", "all"]);
    let ran = project.expect(0, &["check", "--target", "all"]);
    assert_eq!(ran.out.matches("  no differences\n").count(), 11, "{}", ran.out);
    project.expect(0, &["downgrade", "-1", "--accept-data-loss", "--target", "data/project_1*.db"]);
    let ran = project.expect(0, &["current", "--target", "all"]);
    assert_eq!((ran.out.matches("1 pending").count(), ran.out.matches("up to date").count()), (3, 8), "{}", ran.out);
    for number in 1..=11 {
        let tasks = ask(&project, number, "SELECT title || status || version FROM tasks WHERE id > 700 ORDER BY id");
        assert_eq!(tasks, ["planPENDING1", "buildCOMPLETED3"]);
    }
}

#[test]
fn a_single_target_is_a_database_like_any_other() {
    let project = orchestrator(2);
    let ran = project.expect(0, &["check", "--target", "data/project_2.db"]);
    assert!(ran.out.contains("with the database `data/project_2.db`: no differences"), "{}", ran.out);
    let ran = project.expect(2, &["check"]);
    assert!(ran.notes.contains("hint: say which with `--target projects`, or `--target all`"), "{}", ran.notes);
    let ran = project.expect(2, &["check", "--target", "project"]);
    assert!(
        ran.notes.contains("`project` names no target") && ran.notes.contains("did you mean `projects`?"),
        "{ran:?}"
    );
    // What looks at no database needs none.
    project.expect(0, &["heads", "--target", "all"]);
    project.expect(0, &["revision", "-m", "nothing yet"]);
    let script = project.expect(0, &["upgrade", "--sql", "--dialect", "sqlite", "--target", "all"]);
    assert!(script.out.contains("seachange_history"), "{}", script.out);
    let diff = project.expect(0, &["diff", "--target", "all"]);
    assert!(diff.out.contains("data/project_1.db:\n") || diff.out.is_empty(), "{}", diff.out);
}

#[test]
fn targets_are_listed_found_and_asked_for() {
    let project = orchestrator(3);
    tell(&project, 1, "CREATE TABLE places (place text, name text)");
    tell(
        &project,
        1,
        "INSERT INTO places VALUES ('data/project_2.db', 'second'), ('sqlite:data/project_3.db?mode=rw', NULL)",
    );
    fs::write(project.path().join(".env"), "ARCHIVE_URL=sqlite:data/project_1.db\n").unwrap();
    fs::write(project.path().join("data/project_1.db-wal"), "").unwrap();
    let configuration = "entities = [\"src/entities\"]
        [targets.listed]
        databases = [\"$ARCHIVE_URL\", \"data/new.db\", \"data/project_[1-2].db\"]
        [targets.asked]
        query = \"SELECT place, name FROM places\"
        url = \"data/project_1.db\"
        [targets.nobody]
        databases = [\"nowhere/*.db\"]\n";
    fs::write(project.path().join("seachange.toml"), configuration).unwrap();
    let names = |target: &str| -> Vec<String> {
        let ran = project.expect(0, &["current", "--target", target, "--target", "nobody"]);
        ran.out.lines().skip(1).map(|line| line.split("  ").next().unwrap().to_owned()).collect()
    };
    // Once each, by the first name.
    assert_eq!(names("listed"), ["sqlite:data/project_1.db", "data/new.db", "data/project_2.db"]);
    assert_eq!(names("asked"), ["second", "sqlite:data/project_3.db"]);
    assert_eq!(
        names("all"),
        ["sqlite:data/project_1.db", "data/new.db", "data/project_2.db", "sqlite:data/project_3.db"]
    );
    let ran = project.expect(0, &["upgrade", "--target", "nobody"]);
    assert_eq!(ran.notes, "nothing to do: `nobody` has no targets yet\n");
    tell(&project, 1, "UPDATE places SET place = NULL WHERE name IS NULL");
    let ran = project.expect(2, &["current", "--target", "asked"]);
    assert!(ran.notes.contains("row 2 of its query says nothing"), "{}", ran.notes);
    // A query only reads.
    let configuration = configuration.replace("SELECT place, name FROM places", "DELETE FROM places RETURNING place");
    fs::write(project.path().join("seachange.toml"), configuration).unwrap();
    let ran = project.expect(2, &["current", "--target", "asked"]);
    assert!(ran.notes.contains("readonly"), "{}", ran.notes);
    assert_eq!(ask(&project, 1, "SELECT count(*) || '' FROM places"), ["2"]);
}

#[test]
fn mistakes_are_drawn_with_their_line() {
    let project = orchestrator(1);
    let configuration = "entities = [\"src/entities\"]
[targets.all]
databases = [\"data/[.db\", \"\", \"$\", \"mysql://a/b\", 5]
[targets.empty]
[targets.typo]
database = [\"a.db\"]
schemas = [\"a[\"]
url = \"data/*.db\"
[targets]
odd = 1
";
    fs::write(project.path().join("seachange.toml"), configuration).unwrap();
    expect![[r#"
        error: a group cannot be called `all`
         --> seachange.toml:2:10
          |
        2 | [targets.all]
          |          ^^^
          |
          = help: `--target all` means the targets of every group; call it something else

        error: `data/[.db` is no pattern: unclosed character class; missing ']'
         --> seachange.toml:3:14
          |
        3 | databases = ["data/[.db", "", "$", "mysql://a/b", 5]
          |              ^^^^^^^^^^^
          |
          = help: write a file, a URL, or `$NAME` for a variable that holds a URL

        error: an empty text names no database
         --> seachange.toml:3:27
          |
        3 | databases = ["data/[.db", "", "$", "mysql://a/b", 5]
          |                           ^^
          |
          = help: write a file, a URL, or `$NAME` for a variable that holds a URL

        error: behind `$` stands the name of a variable
         --> seachange.toml:3:31
          |
        3 | databases = ["data/[.db", "", "$", "mysql://a/b", 5]
          |                               ^^^
          |
          = help: write a file, a URL, or `$NAME` for a variable that holds a URL

        error: `mysql` is no database seachange knows
         --> seachange.toml:3:36
          |
        3 | databases = ["data/[.db", "", "$", "mysql://a/b", 5]
          |                                    ^^^^^^^^^^^^^
          |
          = help: write a file, a URL, or `$NAME` for a variable that holds a URL

        error: expected a string, found a number
         --> seachange.toml:3:51
          |
        3 | databases = ["data/[.db", "", "$", "mysql://a/b", 5]
          |                                                   ^

        error: the group `empty` names no database
         --> seachange.toml:4:10
          |
        4 | [targets.empty]
          |          ^^^^^
          |
          = help: say where its databases are with `databases`, `schemas` or `query`

        error: unknown key `database` in `[targets.typo]`
         --> seachange.toml:6:1
          |
        6 | database = ["a.db"]
          | ^^^^^^^^
          |
          = help: did you mean `databases`?

        error: `a[` is no pattern: unclosed character class; missing ']'
         --> seachange.toml:7:12
          |
        7 | schemas = ["a["]
          |            ^^^^
          |
          = help: `*` stands for any text, `?` for one character, `{a,b}` for one of both

        error: one database is meant here, and this is a pattern
         --> seachange.toml:8:7
          |
        8 | url = "data/*.db"
          |       ^^^^^^^^^^^
          |
          = help: write a file, a URL, or `$NAME` for a variable that holds a URL

        error: the group `odd` names no database
          --> seachange.toml:10:1
           |
        10 | odd = 1
           | ^^^
           |
           = help: say where its databases are with `databases`, `schemas` or `query`

        error: expected a table, found a number
          --> seachange.toml:10:7
           |
        10 | odd = 1
           |       ^

        error: 12 problems in the configuration
    "#]]
    .assert_eq(&project.expect(2, &["check", "--target", "all"]).notes);
    let configuration = "entities = [\"src/entities\"]\n[targets.a]\ndatabases = [\"$NO_SUCH_URL\"]\n";
    fs::write(project.path().join("seachange.toml"), configuration).unwrap();
    expect![[r#"
        error: there is no variable `NO_SUCH_URL`
         --> seachange.toml:3:14
          |
        3 | databases = ["$NO_SUCH_URL"]
          |              ^^^^^^^^^^^^^^
          |
          = help: set it in the environment or in `.env` to the URL of the database

        error: 1 problem in the configuration
    "#]]
    .assert_eq(&project.expect(2, &["check", "--target", "a"]).notes);
    let configuration = "entities = [\"src/entities\"]\n[targets.a]\nschemas = [\"*\"]\nurl = \"data/project_1.db\"\n";
    fs::write(project.path().join("seachange.toml"), configuration).unwrap();
    expect![[r#"
        error: the targets of `a` are schemas, and SQLite has none
        hint: name its files below `databases`, or the PostgreSQL database with these schemas in `url`
    "#]]
    .assert_eq(&project.expect(2, &["check", "--target", "a"]).notes);
}
