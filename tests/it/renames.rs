//! Renames nobody wrote down: taken when they are clear, asked when somebody is there, listed when nobody is.

use std::fs;
use std::io;

use clap::Parser as _;
use expect_test::expect;
use seachange::cli::Cli;
use seachange::commands::{self, Exit};
use seachange::prompt::Ask;

use crate::support::{Project, block_on};

/// A project whose database is as these entities say, with rows.
fn project(entities: &str, rows: &str) -> Project {
    let project = Project::empty();
    fs::create_dir_all(project.path().join("src/entities")).unwrap();
    fs::write(
        project.path().join("seachange.toml"),
        "entities = [\"src/entities\"]\n[database]\nurl = \"sqlite://media.db\"\n",
    )
    .unwrap();
    declare(&project, entities);
    project.expect(0, &["revision", "--autogenerate", "-m", "begin"]);
    project.expect(0, &["upgrade"]);
    project.sql(rows);
    project
}

/// Puts other entities in the place of those that are there: `table: field type, ...` on each line.
fn declare(project: &Project, entities: &str) {
    let mut text = String::new();
    for (number, line) in entities.lines().map(str::trim).filter(|line| !line.is_empty()).enumerate() {
        let (table, fields) = line.split_once(": ").unwrap();
        let fields: Vec<String> = fields
            .split(", ")
            .map(|field| {
                let (attributes, field) =
                    field.rsplit_once("] ").map_or(("", field), |(before, after)| (before, after));
                let attributes = if attributes.is_empty() { String::new() } else { format!("{attributes}] ") };
                let (name, kind) = field.split_once(' ').unwrap();
                format!("        {attributes}pub {name}: {kind},\n")
            })
            .collect();
        text.push_str(&format!(
            "pub mod e{number} {{\n    use sea_orm::entity::prelude::*;\n    #[derive(DeriveEntityModel)]\n    \
             #[sea_orm(table_name = \"{table}\")]\n    pub struct Model {{\n        #[sea_orm(primary_key)] pub id: i32,\n{}    }}\n    \
             #[derive(DeriveRelation)]\n    pub enum Relation {{}}\n}}\n",
            fields.concat()
        ));
    }
    fs::write(project.path().join("src/entities/mod.rs"), text).unwrap();
}

/// The statements of the way up.
fn up(text: &str) -> &str {
    let start = text.find("-- migrate:up").unwrap();
    &text[start..text.find("-- migrate:down").unwrap()]
}

const AUTOGENERATE: [&str; 4] = ["revision", "--autogenerate", "-m", "change"];

fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
    AUTOGENERATE.into_iter().chain(more.iter().copied()).collect()
}

#[test]
fn a_clear_rename_of_a_column_is_taken_and_explained() {
    let project = project("people: name String, age i32", "INSERT INTO people VALUES (1, 'Ada', 36)");
    declare(&project, "people: full_name String, age i32");
    let ran = project.expect(0, &AUTOGENERATE);
    assert!(ran.notes.contains("taken for a rename"), "{}", ran.notes);
    expect![[r#"
        -- migrate:up

        -- taken for a rename: the same definition, varchar NOT NULL, similar names, the same place in the table, and nothing else comes or goes that could be it
        -- renames-column: Running code that still says `people.name` will fail.
        ALTER TABLE "people" RENAME COLUMN "name" TO "full_name";

    "#]]
    .assert_eq(up(&project.newest()));
    project.expect(0, &["upgrade"]);
    project.expect(0, &["check"]);
    assert_eq!(project.query("SELECT full_name FROM people"), ["Ada"]);
    project.expect(0, &["downgrade", "-1", "--accept-data-loss"]);
    assert_eq!(project.query("SELECT name FROM people"), ["Ada"]);
}

#[test]
fn offline_it_is_the_same_rename() {
    let project = project("people: name String, age i32", "");
    declare(&project, "people: full_name String, age i32");
    let shown = |arguments: &[&str]| project.expect(0, arguments).out;
    let [online, offline] = [shown(&["diff"]), shown(&["diff", "--offline"])];
    let statements = |text: &str| text.lines().filter(|line| line.starts_with("ALTER")).collect::<Vec<_>>().join("\n");
    assert_eq!(statements(&online), "ALTER TABLE \"people\" RENAME COLUMN \"name\" TO \"full_name\";");
    assert_eq!(statements(&online), statements(&offline));
}

#[test]
fn a_clear_rename_of_a_table_is_taken_with_its_rows() {
    let project =
        project("people: name String, age i32\nplaces: city String", "INSERT INTO people VALUES (1, 'Ada', 36)");
    declare(&project, "persons: name String, age i32\nplaces: city String");
    project.expect(0, &AUTOGENERATE);
    let text = project.newest();
    assert!(up(&text).contains("the same 3 columns and the same primary key"), "{text}");
    assert!(up(&text).contains("ALTER TABLE \"people\" RENAME TO \"persons\";"), "{text}");
    project.expect(0, &["upgrade"]);
    project.expect(0, &["check"]);
    assert_eq!(project.query("SELECT name FROM persons"), ["Ada"]);
}

#[test]
fn what_only_a_person_knows_is_listed_and_nothing_is_written() {
    let project = project("files: group_id Option<String>", "INSERT INTO files VALUES (1, 'g')");
    declare(&project, "files: exact_group_id Option<String>, similar_group_id Option<String>");
    let before = project.migrations();
    let ran = project.expect(1, &AUTOGENERATE);
    expect![[r#"
        no file was written, because only you know whether these are renames:
        `files.exact_group_id` is new; it may have been
          `files.group_id`: the same definition, varchar, similar names, the same place in the table
            --rename files.group_id=exact_group_id
        `files.similar_group_id` is new; it may have been
          `files.group_id`: the same definition, varchar, similar names
            --rename files.group_id=similar_group_id
        hint: pass the right `--rename`, or write `renamed_from = "..."` on the entity; `--no-renames` drops what is gone and creates what is new
    "#]]
    .assert_eq(&ran.notes);
    assert_eq!(project.migrations(), before);

    let dropped = project.expect(0, &["diff", "--no-renames"]);
    assert!(dropped.out.contains("drops-column"), "{}", dropped.out);
    let shown = project.expect(0, &["diff"]);
    assert!(shown.notes.contains("these may be renames"), "{}", shown.notes);

    project.expect(0, &with(&["--rename", "files.group_id=exact_group_id"]));
    project.expect(0, &["upgrade"]);
    project.expect(0, &["check"]);
    assert_eq!(project.query("SELECT exact_group_id FROM files"), ["g"]);
}

#[test]
fn no_renames_drops_and_creates_with_its_hazard() {
    let project = project("people: name String, age i32", "");
    declare(&project, "people: full_name Option<String>, age i32");
    // The same type and a similar name is a question, not an answer.
    project.expect(1, &AUTOGENERATE);
    project.expect(0, &with(&["--no-renames"]));
    let text = project.newest();
    assert!(text.contains("-- drops-column: Dropping `people.name` deletes its data"), "{text}");
    assert!(!text.contains("RENAME"), "{text}");
}

#[test]
fn things_that_have_nothing_in_common_are_no_question() {
    let project = project("people: name String, age i32\nplaces: city String", "");
    declare(&project, "people: name String, blob Option<Vec<u8>>\norders: total i64, note Option<String>, paid bool");
    project.expect(0, &AUTOGENERATE);
    let text = project.newest();
    assert!(text.contains("drops-table") && text.contains("drops-column"), "{text}");
}

/// Answers as it was told, and remembers what it was asked.
#[derive(Default)]
struct Script {
    answers: Vec<Option<&'static str>>,
    asked: Vec<String>,
}

impl Ask for Script {
    fn choose(&mut self, question: &str, choices: &[String]) -> io::Result<Option<usize>> {
        self.asked.push(format!("{question} {choices:?}"));
        let answer = self.answers.remove(0);
        Ok(answer.map(|words| choices.iter().position(|choice| choice.contains(words)).unwrap()))
    }
}

fn answered(project: &Project, script: &mut Script) -> Exit {
    asked(project, &AUTOGENERATE, script)
}

fn asked(project: &Project, arguments: &[&str], script: &mut Script) -> Exit {
    let cli = Cli::parse_from(["seachange"].iter().chain(arguments));
    let (mut out, mut notes) = (Vec::new(), Vec::new());
    block_on(commands::run(&cli, project.path(), &mut out, &mut notes, Some(script))).unwrap()
}

#[test]
fn whoever_is_there_is_asked() {
    let project = project("files: group_id Option<String>", "INSERT INTO files VALUES (1, 'g')");
    declare(&project, "files: exact_group_id Option<String>, similar_group_id Option<String>");

    let mut silent = Script { answers: vec![None], ..Script::default() };
    let before = project.migrations();
    assert_eq!(answered(&project, &mut silent), Exit::Found);
    assert_eq!(project.migrations(), before);

    // What was said to be new is not asked for again, and the other question is still open.
    let mut script = Script { answers: vec![Some("it is new"), Some("`files.group_id`")], ..Script::default() };
    assert_eq!(answered(&project, &mut script), Exit::Clean);
    expect![[r#"
        `files.exact_group_id` is new. What was it before? ["`files.group_id` (the same definition, varchar, similar names, the same place in the table)", "nothing: it is new, and what is gone is dropped"]
        `files.similar_group_id` is new. What was it before? ["`files.group_id` (the same definition, varchar, similar names)", "nothing: it is new, and what is gone is dropped"]"#]]
    .assert_eq(&script.asked.join("\n"));
    let text = project.newest();
    assert!(up(&text).contains("-- a rename, as somebody answered"), "{text}");
    project.expect(0, &["upgrade"]);
    project.expect(0, &["check"]);
    assert_eq!(project.query("SELECT similar_group_id FROM files"), ["g"]);
}

#[test]
fn names_that_change_places_keep_their_values() {
    let project = project(
        "people: first i32, second i32, third i32\nplaces: city String\ntowns: city String",
        "
        INSERT INTO people VALUES (1, 10, 20, 30);
        INSERT INTO places VALUES (1, 'place');
        INSERT INTO towns VALUES (1, 'town')",
    );
    // Before looks like after, so nothing is due until somebody says so.
    project.expect(0, &AUTOGENERATE);
    assert_eq!(project.migrations().len(), 2);
    project.expect(
        0,
        &with(&[
            "--rename",
            "people.first=second",
            "--rename",
            "people.second=third",
            "--rename",
            "people.third=first",
            "--rename",
            "places=towns",
            "--rename",
            "towns=places",
        ]),
    );
    let people = || project.query("SELECT first || ' ' || second || ' ' || third FROM people");
    let places = || project.query("SELECT city FROM places UNION ALL SELECT city FROM towns");
    project.expect(0, &["upgrade"]);
    project.expect(0, &["check"]);
    assert_eq!((people(), places()), (vec!["30 10 20".to_owned()], vec!["town".to_owned(), "place".to_owned()]));
    project.expect(0, &["downgrade", "-1", "--accept-data-loss"]);
    assert_eq!((people(), places()), (vec!["10 20 30".to_owned()], vec!["place".to_owned(), "town".to_owned()]));
}

#[test]
fn a_chain_of_renames_and_a_new_type() {
    let project = project("people: first i32, second i32", "INSERT INTO people VALUES (1, 10, 20)");
    declare(&project, "people: second String, third i32");
    project.expect(0, &with(&["--rename", "people.first=second", "--rename", "people.second=third"]));
    project.expect(0, &["upgrade"]);
    project.expect(0, &["check"]);
    assert_eq!(project.query("SELECT second || ' ' || third FROM people"), ["10 20"]);
}

#[test]
fn a_file_of_hints_may_stay() {
    let project = project("files: group_id Option<String>", "INSERT INTO files VALUES (1, 'g')");
    declare(&project, "files: exact_group_id Option<String>, similar_group_id Option<String>");
    let hints = project.path().join("migrations/hints.toml");
    fs::write(&hints, "[renames]\n\"files.group_id\" = \"exact_group_id\"\n").unwrap();
    project.expect(0, &AUTOGENERATE);
    project.expect(0, &["upgrade"]);
    project.expect(0, &["check"]);
    assert_eq!(project.query("SELECT exact_group_id FROM files"), ["g"]);
    assert!(project.expect(0, &AUTOGENERATE).notes.contains("nothing to do"), "what was done is done");

    fs::write(&hints, "[renames]\n\"files.group_id\" = 1\n[other]\n").unwrap();
    let ran = project.expect(2, &AUTOGENERATE);
    assert!(ran.notes.contains("hints.toml") && ran.notes.contains("line 3"), "{}", ran.notes);
    fs::write(&hints, "[renames]\n\"\" = \"x\"\n").unwrap();
    let ran = project.expect(2, &AUTOGENERATE);
    assert!(
        ran.notes.contains("`\"\" = \"x\"` below `[renames]` is neither") && ran.notes.contains("hints.toml"),
        "{}",
        ran.notes
    );
}

#[test]
fn a_renamed_column_takes_along_all_that_says_its_name() {
    let project = project(
        "authors: name String\nbooks: #[sea_orm(indexed)] title String, author_id i32",
        "CREATE TABLE shelf (book TEXT REFERENCES books (title) ON UPDATE CASCADE, place INTEGER);
         CREATE UNIQUE INDEX only_once ON books (title);
         CREATE INDEX by_title ON books (title COLLATE NOCASE) WHERE title <> '';
         CREATE VIEW titles AS SELECT title, author_id FROM books WHERE title IS NOT NULL;
         CREATE TABLE log (what TEXT);
         CREATE TRIGGER told AFTER UPDATE OF title ON books BEGIN INSERT INTO log VALUES (new.title); END;
         INSERT INTO authors VALUES (1, 'Ada');
         INSERT INTO books VALUES (1, 'Notes', 1);
         INSERT INTO shelf VALUES ('Notes', 7);",
    );
    declare(&project, "authors: name String\nbooks: #[sea_orm(indexed)] heading String, author_id i32");
    project.expect(0, &AUTOGENERATE);
    let text = project.newest();
    assert!(up(&text).contains("RENAME COLUMN \"title\" TO \"heading\""), "{text}");
    project.expect(0, &["upgrade"]);
    project.expect(0, &["check"]);
    project.sql("UPDATE books SET heading = 'More notes'");
    assert_eq!(project.query("SELECT heading FROM titles"), ["More notes"]);
    assert_eq!(project.query("SELECT book FROM shelf"), ["More notes"]);
    assert_eq!(project.query("SELECT what FROM log"), ["More notes"]);
    // The index follows by name because nobody gave it one; that of somebody else keeps its own.
    let indexes = "SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'books' ORDER BY name";
    assert_eq!(project.query(indexes), ["by_title", "idx-books-heading", "only_once"]);
    project.expect(0, &["downgrade", "-1", "--accept-data-loss"]);
    assert_eq!(project.query("SELECT title FROM titles"), ["More notes"]);
    assert_eq!(project.query(indexes), ["by_title", "idx-books-title", "only_once"]);
}

#[test]
fn a_way_down_that_loses_data_is_asked_for() {
    let project = project("people: name String", "");
    declare(&project, "people: name String, age Option<i32>");
    project.expect(0, &AUTOGENERATE);
    project.expect(0, &["upgrade"]);
    project.sql("INSERT INTO people VALUES (1, 'Ada', 36)");
    let ages = || project.query("SELECT CAST(age AS TEXT) FROM people");

    let ran = project.expect(1, &["downgrade", "-1"]);
    assert!(ran.notes.contains("Dropping `people.age` deletes its data."), "{}", ran.notes);
    assert!(ran.notes.contains("hint: keep a copy of the data; `--accept-data-loss` runs"), "{}", ran.notes);
    assert_eq!(ages(), ["36"]);

    for refusal in [None, Some("no, leave")] {
        let mut script = Script { answers: vec![refusal], ..Script::default() };
        assert_eq!(asked(&project, &["downgrade", "-1"], &mut script), Exit::Found);
        assert_eq!(ages(), ["36"]);
    }
    let mut script = Script { answers: vec![Some("yes, the data may go")], ..Script::default() };
    assert_eq!(asked(&project, &["downgrade", "-1"], &mut script), Exit::Clean);
    assert_eq!(project.query("SELECT name FROM pragma_table_info('people')"), ["id", "name"]);

    // What loses nothing asks nothing.
    project.expect(0, &["upgrade"]);
    declare(&project, "people: full_name String, age Option<i32>");
    project.expect(0, &AUTOGENERATE);
    project.expect(0, &["upgrade"]);
    project.expect(0, &["downgrade", "-1"]);
}
