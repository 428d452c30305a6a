//! Hazards stop what nobody accepted: `upgrade` by what a file says, `revision` and `diff` by what a plan has.

use std::fs;
use std::io;

use clap::Parser as _;
use seachange::cli::Cli;
use seachange::commands::{self, Exit};
use seachange::prompt::Ask;

use crate::support::{Project, Ran, block_on};

const NASTY: &str = "it's \\\"x: y\\\"; --";

/// A project whose database has a table `people` with these columns, and three rows.
fn project(columns: &str) -> Project {
    let project = Project::empty();
    settings(&project, "");
    declare(&project, columns);
    project.expect(0, &["revision", "--autogenerate", "-m", "begin"]);
    project.expect(0, &["upgrade"]);
    project.sql("INSERT INTO people (id, name) VALUES (1, 'Ann'), (2, 'Ann'), (3, NULL)");
    project
}

fn settings(project: &Project, more: &str) {
    let text = format!("entities = [\"entities.rs\"]\n[database]\nurl = \"sqlite://media.db\"\n{more}");
    fs::write(project.path().join("seachange.toml"), text).unwrap();
}

fn declare(project: &Project, columns: &str) {
    let text = format!(
        "use sea_orm::entity::prelude::*;\n#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]\n\
         #[sea_orm(table_name = \"people\")]\npub struct Model {{\n#[sea_orm(primary_key)]\npub id: i32,\n{columns}\n}}\n\
         #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]\npub enum Relation {{}}\n\
         impl ActiveModelBehavior for ActiveModel {{}}\n"
    );
    fs::write(project.path().join("entities.rs"), text).unwrap();
}

const REVISION: [&str; 4] = ["revision", "--autogenerate", "-m", "change"];

fn revision(project: &Project, more: &[&str]) -> Ran {
    project.run(&[&REVISION[..], more].concat())
}

/// The newest revision file with more lines in its header.
fn with_header(project: &Project, lines: &str) {
    let path = newest(project);
    let text = fs::read_to_string(&path).unwrap();
    fs::write(path, text.replacen("\n\n-- migrate:up", &format!("\n{lines}\n\n-- migrate:up"), 1)).unwrap();
}

fn newest(project: &Project) -> std::path::PathBuf {
    project.migrations().into_iter().rfind(|path| path.extension().is_some_and(|own| own == "sql")).unwrap()
}

fn columns(project: &Project) -> Vec<String> {
    project.query("SELECT name FROM pragma_table_info('people')")
}

fn both() -> String {
    format!("pub name: Option<String>,\n#[sea_orm(column_name = \"{NASTY}\")]\npub odd: Option<i32>,")
}

#[test]
fn a_way_up_that_loses_data_runs_when_its_file_accepts_it() {
    let project = project(&both());
    declare(&project, "");
    project.expect(0, &REVISION);
    let ran = project.run_bare(&["upgrade"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    let file = newest(&project);
    let file = file.file_name().unwrap().to_str().unwrap();
    let accepting = ["drops-column people.name", r#"drops-column people."it's \"x: y\"; --""#];
    for (line, key) in (5..).zip(&accepting) {
        assert!(ran.notes.contains(&format!("--> migrations/{file}:{line}\n")), "{}", ran.notes);
        assert!(ran.notes.contains(&format!("| to accept it: -- accept: {key}\n")), "{}", ran.notes);
    }
    assert!(ran.notes.contains("2 hazards are not accepted, and nothing was run"), "{}", ran.notes);
    assert!(
        ran.notes.contains("Dropping `people.name` deletes its data (2 of 3 rows when this was written)."),
        "{}",
        ran.notes
    );
    assert_eq!(columns(&project).len(), 3);

    // One of two is not enough, and a slip is found.
    with_header(&project, &format!("-- accept: {}", accepting[1]));
    let ran = project.run_bare(&["upgrade"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.notes.contains("one hazard is") || ran.notes.contains("1 hazard is not accepted"), "{}", ran.notes);
    assert!(!ran.notes.contains("x: y"), "{}", ran.notes);
    with_header(&project, "-- accept: drop-column people.name");
    let ran = project.run_bare(&["upgrade"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.notes.contains("there is no hazard `drop-column`"), "{}", ran.notes);
    assert!(ran.notes.contains("did you mean `drops-column`?"), "{}", ran.notes);
    let text = fs::read_to_string(newest(&project)).unwrap().replace("accept: drop-column", "accept:   drops-column ");
    fs::write(newest(&project), text).unwrap();
    assert_eq!(project.run_bare(&["upgrade"]).code, 0);
    assert_eq!(columns(&project), ["id"]);

    // What a header accepts is no edit of what was applied.
    let text = fs::read_to_string(newest(&project)).unwrap();
    let text: String = text.split_inclusive('\n').filter(|line| !line.contains("accept:")).collect();
    fs::write(newest(&project), text).unwrap();
    let ran = project.run_bare(&["upgrade"]);
    assert!(ran.code == 0 && !ran.notes.contains("edited"), "{ran:?}");
}

/// Always gives the same answer.
struct Answer(&'static str, Vec<String>);

impl Ask for Answer {
    fn choose(&mut self, question: &str, choices: &[String]) -> io::Result<Option<usize>> {
        self.1.push(question.to_owned());
        Ok(choices.iter().position(|choice| choice.starts_with(self.0)))
    }
}

#[test]
fn whoever_is_at_the_terminal_is_asked_before_data_goes() {
    let project = project("pub name: Option<String>,");
    declare(&project, "");
    project.expect(0, &REVISION);
    let run = |answer: &mut Answer| {
        let cli = Cli::parse_from(["seachange", "upgrade"]);
        let (mut out, mut notes) = (Vec::new(), Vec::new());
        let exit = block_on(commands::run(&cli, project.path(), &mut out, &mut notes, Some(answer))).unwrap();
        (exit, String::from_utf8(notes).unwrap())
    };
    let mut no = Answer("no", Vec::new());
    let (exit, notes) = run(&mut no);
    assert_eq!((exit, no.1), (Exit::Found, vec!["Run the way up all the same?".to_owned()]));
    assert!(notes.contains("nothing was run") && notes.contains("deletes its data"), "{notes}");
    assert_eq!(columns(&project), ["id", "name"]);
    let (exit, notes) = run(&mut Answer("yes", Vec::new()));
    assert_eq!(exit, Exit::Clean);
    assert!(notes.contains("  -- accept: drops-column people.name\n"), "{notes}");
    assert_eq!(columns(&project), ["id"]);
}

#[test]
fn what_the_project_denies_is_not_written() {
    let project = project("pub name: Option<String>,");
    settings(&project, "[hazards]\ndeny = [\"unique-may-fail\"]\nrevision = [\"data-loss\"]\n");
    declare(&project, "");
    let before = project.migrations();
    let ran = revision(&project, &[]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.notes.contains("1 hazard is denied"), "{}", ran.notes);
    assert!(
        ran.notes.contains("drops-column people.name: Dropping `people.name` deletes its data (2 of 3 rows now)."),
        "{}",
        ran.notes
    );
    assert!(ran.notes.contains("hint: no file was written"), "{}", ran.notes);
    assert_eq!(project.migrations(), before);

    // Accepting it says so in the file, which lets it run.
    let ran = revision(&project, &["--accept", "drops-column people.nam"]);
    assert!(ran.code == 2 && ran.notes.contains("accepts nothing"), "{ran:?}");
    let ran = revision(&project, &["--accept", "drops-colum people.name"]);
    assert!(ran.code == 2 && ran.notes.contains("did you mean `drops-column`?"), "{ran:?}");
    let ran = revision(&project, &["--accept", "drops-column people.name"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(
        project.newest().contains("\n-- accept: drops-column people.name\n\n-- migrate:up\n"),
        "{}",
        project.newest()
    );
    assert_eq!(project.run_bare(&["upgrade"]).code, 0);

    // Words of the command line add to those of the file, and are checked.
    settings(&project, "");
    declare(&project, "#[sea_orm(unique)]\npub code: Option<String>,");
    project.expect(0, &REVISION);
    project.expect(0, &["upgrade"]);
    for command in [&["upgrade", "--deny", "unqiue-may-fail"][..], &["diff", "--deny", "unqiue-may-fail"]] {
        let ran = project.run_bare(command);
        assert_eq!(ran.code, 2, "{ran:?}");
        assert!(ran.notes.contains("there is no hazard `unqiue-may-fail`"), "{}", ran.notes);
        assert!(ran.notes.contains("did you mean `unique-may-fail`?"), "{}", ran.notes);
    }
    declare(&project, "#[sea_orm(unique)]\npub kode: Option<String>,");
    let diff = ["diff", "--no-renames"];
    assert_eq!(project.run_bare(&diff).code, 0);
    let ran = project.run_bare(&[&diff[..], &["--deny", "drops-column"]].concat());
    assert!(ran.code == 1 && ran.out.contains("DROP COLUMN") && ran.notes.contains("1 hazard is denied"), "{ran:?}");
}

#[test]
fn a_project_decides_what_stops_its_way_up() {
    let project = project("pub name: Option<String>,");
    declare(&project, "");
    project.expect(0, &REVISION);
    settings(&project, "[hazards]\nupgrade = []\n");
    let ran = project.run_bare(&["upgrade", "--deny", "drops-column"]);
    assert!(ran.code == 1 && ran.notes.contains("not accepted"), "{ran:?}");
    assert_eq!(project.run_bare(&["upgrade"]).code, 0);
    assert_eq!(columns(&project), ["id"]);

    // What is denied and loses nothing is not let through by accepting lost data.
    settings(&project, "[hazards]\nupgrade = [\"unique-may-fail\"]\n");
    declare(&project, "#[sea_orm(unique)]\npub code: Option<String>,");
    project.expect(0, &REVISION);
    with_header(&project, "-- hazard up unique-may-fail people.code: Rows may hold the same values twice.");
    let ran = project.run_bare(&["upgrade", "--accept-data-loss"]);
    assert!(ran.code == 1 && ran.notes.contains("accept: unique-may-fail people.code"), "{ran:?}");

    settings(&project, "[hazards]\ndeny = [\"data-los\"]\nupgrad = []\n");
    let ran = project.run_bare(&["upgrade"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    for words in ["seachange.toml:5:9", "did you mean `data-loss`?", "unknown key `upgrad`", "did you mean `upgrade`?"]
    {
        assert!(ran.notes.contains(words), "{words}: {}", ran.notes);
    }
}

#[test]
fn what_nobody_calls_a_hazard_runs_and_headers_of_before_are_read() {
    let project = project("pub name: Option<String>,");
    project.expect(0, &["revision", "-m", "by hand"]);
    let path = newest(&project);
    let text = fs::read_to_string(&path).unwrap().replace("-- migrate:up\n", "-- migrate:up\nDELETE FROM people;\n");
    fs::write(&path, &text).unwrap();
    let old = "-- hazard up drops-column: Dropping `people.name` deletes its data: all of it.";
    with_header(&project, old);
    let ran = project.run_bare(&["upgrade"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.notes.contains("| Dropping `people.name` deletes its data: all of it.\n"), "{}", ran.notes);
    assert!(ran.notes.contains("| to accept it: -- accept: drops-column\n"), "{}", ran.notes);
    with_header(&project, "-- accept: drops-column");
    assert_eq!(project.run_bare(&["upgrade"]).code, 0);
    project.expect(0, &["revision", "-m", "by hand again"]);
    assert_eq!(project.run_bare(&["upgrade"]).code, 0);
}

#[test]
fn rows_that_stand_in_the_way_are_counted() {
    let project = project("pub name: Option<String>,\npub boss: Option<i32>,");
    project.sql("UPDATE people SET boss = 7 WHERE id > 1");
    declare(&project, "#[sea_orm(unique)]\npub name: String,\npub boss: Option<i32>,");
    let ran = project.run(&["diff", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let operations = json["operations"].as_array().unwrap();
    let hazards: Vec<&serde_json::Value> =
        operations.iter().flat_map(|operation| operation["hazards"].as_array().unwrap()).collect();
    let of = |slug: &str| hazards.iter().find(|hazard| hazard["slug"] == slug).unwrap();
    let counted = |slug: &str| (of(slug)["rows_concerned"].as_u64(), of(slug)["rows"].as_u64());
    assert_eq!(counted("not-null-may-fail"), (Some(1), Some(3)), "{hazards:#?}");
    assert_eq!(counted("unique-may-fail"), (Some(2), Some(3)), "{hazards:#?}");
    assert_eq!(counted("rebuilds-table"), (None, Some(3)), "{hazards:#?}");
    assert_eq!(of("not-null-may-fail")["subject"], "people.name");
    assert_eq!(of("not-null-may-fail")["severity"], "warning");
    assert_eq!(operations[0]["effects"][0]["rewrites"], true, "{operations:#?}");
    project.expect(0, &REVISION);
    assert!(
        project.newest().contains(
            "-- hazard up not-null-may-fail people.name: `people.name` becomes NOT NULL; this fails if rows hold NULL in it \
             (1 of 3 rows when this was written).\n"
        ),
        "{}",
        project.newest()
    );
    // A column that is not there yet has no rows to ask.
    declare(
        &project,
        "pub name: Option<String>,\npub boss: Option<i32>,\n#[sea_orm(unique)]\npub code: Option<String>,",
    );
    let ran = project.run(&["diff", "--no-renames", "--format", "text"]);
    assert!(ran.out.contains("unique-may-fail") && !ran.out.contains(" rows now"), "{}", ran.out);
    // Offline nobody is asked.
    fs::remove_file(newest(&project)).unwrap();
    let ran = project.run(&["diff", "--offline", "--format", "text"]);
    assert!(!ran.out.contains("rows now"), "{}", ran.out);
}

#[test]
fn what_nothing_undoes_is_said_before_it_runs() {
    let project = Project::empty();
    settings(&project, "");
    project.sql(
        "CREATE TABLE people (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, n INTEGER NOT NULL ON CONFLICT IGNORE NOT NULL ON CONFLICT FAIL, age integer NOT NULL)",
    );
    declare(&project, "pub n: i32,\npub age: i32,");
    project.expect(0, &["revision", "--baseline", "-m", "begin"]);
    project.expect(0, &["stamp", "head"]);
    // The way down would have to copy a table of which not everything is understood.
    declare(&project, "pub n: i32,");
    let ran = revision(&project, &["--deny", "cannot-be-undone"]);
    assert!(ran.code == 1 && ran.notes.contains("cannot-be-undone people"), "{ran:?}");
    project.expect(0, &REVISION);
    let text = project.newest();
    assert!(text.contains("\n-- hazard up cannot-be-undone people"), "{text}");
    assert!(text.contains("\n-- no way down: "), "{text}");
}
