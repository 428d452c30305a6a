//! `--fill`, `[fills]` and `fill = "…"`: what rows get in columns that come to need a value.

use crate::support::Project;

const ENTITY: &str = "pub mod people {
    use sea_orm::entity::prelude::*;
    use seachange_macros::Seachange;
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, Seachange)]
    #[sea_orm(table_name = \"people\")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
        pub name: String,
        // more
    }
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}";

/// A project with a table of two rows, whose entity then gets more fields.
fn project(fields: &str) -> Project {
    let project = Project::empty();
    let write = |fields: &str| {
        std::fs::write(project.path().join("entities.rs"), ENTITY.replace("// more", fields)).unwrap();
    };
    let settings = "entities = [\"entities.rs\"]\n[database]\nurl = \"sqlite://media.db\"\n";
    std::fs::write(project.path().join("seachange.toml"), settings).unwrap();
    write("");
    project.expect(0, &["revision", "--autogenerate", "-m", "first"]);
    project.expect(0, &["upgrade"]);
    project.sql("INSERT INTO people (name) VALUES ('Ann'), ('Bob')");
    write(fields);
    project
}

fn sizes(project: &Project) -> Vec<String> {
    project.query("SELECT CAST(size AS text) FROM people ORDER BY id")
}

#[test]
fn without_a_word_it_stops_and_says_which() {
    let project = project("pub size: i32,");
    let ran = project.expect(2, &["revision", "--autogenerate", "-m", "size"]);
    assert!(ran.notes.contains("--fill 'people.size=...'"), "{}", ran.notes);
}

#[test]
fn the_command_line_wins_over_the_file_and_that_over_the_field() {
    let project = project("#[seachange(fill = \"1\")] pub size: i32,");
    let sql = |arguments: &[&str]| project.expect(0, &[&["diff"], arguments].concat()).out;
    assert!(sql(&[]).contains("SELECT \"id\", \"name\", 1 FROM"), "{}", sql(&[]));
    std::fs::write(
        project.path().join("migrations/hints.toml"),
        "[fills]\n\"people.size\" = \"2\"\n\"gone.x\" = \"3\"\n",
    )
    .unwrap();
    assert!(sql(&[]).contains("\"name\", 2 FROM"), "{}", sql(&[]));
    let flag = ["--fill", "people.size=length(name) + id"];
    assert!(sql(&flag).contains("\"name\", (length(name) + id) FROM"), "{}", sql(&flag));
    project.expect(0, &["revision", "--autogenerate", "-m", "size", flag[0], flag[1]]);
    project.expect(0, &["upgrade"]);
    assert_eq!(sizes(&project), ["4", "5"]);
    assert!(project.expect(0, &["check"]).out.contains("no differences"));
    project.expect(0, &["check", "--offline"]);
    // What was done is done.
    let ran = project.expect(0, &["diff", flag[0], flag[1]]);
    assert!(ran.notes.contains("nothing is filled in `people.size`"), "{}", ran.notes);
    project.expect(0, &["downgrade", "-1", "--accept-data-loss"]);
    project.expect(0, &["upgrade"]);
    assert_eq!(sizes(&project), ["4", "5"]);
}

#[test]
fn a_slip_is_answered_with_the_closest_name() {
    let project = project("pub size: i32,");
    for (flag, words) in [
        ("people.sise=1", "names no column of the entities; did you mean `people.size`?"),
        ("size", "is not of the form `table.column=expression`"),
        ("people.size= ", "does not say what rows get"),
    ] {
        let ran = project.expect(2, &["revision", "--autogenerate", "-m", "size", "--fill", flag]);
        assert!(ran.notes.contains(words), "{}", ran.notes);
    }
}

#[test]
fn a_bad_value_changes_nothing_and_is_shown_with_its_line() {
    for (fill, words) in [
        ("people.size=lenght(name)", "no such function: lenght"),
        ("people.size=nullif(name, 'Bob')", "`people.size` is NULL: id = 2"),
        ("people.size=1), (SELECT", "syntax error"),
    ] {
        let project = project("pub size: i32,");
        let arguments = ["revision", "--autogenerate", "-m", "size", "--fill", fill];
        // Nobody has to run it to see that it does not run; only rows show what a value is.
        let ran = project.run(&arguments);
        assert_eq!(
            (ran.code == 1, ran.notes.contains(words)),
            (!words.contains("NULL"), !words.contains("NULL")),
            "{ran:?}"
        );
        if ran.code == 1 {
            assert_eq!((ran.out.as_str(), project.migrations().len()), ("", 2), "{ran:?}");
        }
        let ran = if ran.code == 1 { project.expect(0, &[&arguments[..], &["--no-prove"]].concat()) } else { ran };
        let file = ran.out.trim().to_owned();
        let ran = project.expect(2, &["upgrade"]);
        assert!(ran.notes.contains(words), "{words}: {}", ran.notes);
        assert!(ran.notes.contains(&file) || words.contains("NULL"), "{file}: {}", ran.notes);
        assert_eq!(project.query("SELECT name FROM people"), ["Ann", "Bob"]);
        assert_eq!(project.query("SELECT CAST(count(*) AS text) FROM pragma_table_info('people')"), ["2"]);
    }
}

#[test]
fn online_is_nothing_to_sqlite() {
    let project = project("pub size: Option<i32>,");
    let ran = project.expect(0, &["revision", "--autogenerate", "--online", "-m", "size"]);
    assert!(ran.notes.contains("note: `--online` changes nothing: SQLite has one writer"), "{}", ran.notes);
    assert_eq!(ran.out.lines().count(), 1);
}
