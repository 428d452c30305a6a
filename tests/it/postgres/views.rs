//! Views on what changes: those that stay are there again when all is done, with everything that is theirs, and those that
//! could not be are named before anything is written.

use super::changes::{adopted, entity, moods, there_and_back};
use super::project::Project;

const TABLE: &str = "CREATE TABLE people (id serial PRIMARY KEY, name varchar NOT NULL, age integer NOT NULL);
    INSERT INTO people (name, age) VALUES ('Ann', 40), ('Bo', 7);";

/// Nobody declares these.
const THEIRS: &str = "CREATE FUNCTION kept() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
    CREATE VIEW zz_old WITH (security_barrier) AS SELECT id, age + 1 AS soon FROM people WHERE age > 30;
    CREATE VIEW aa_older AS SELECT id, soon FROM zz_old;
    CREATE VIEW names AS SELECT name FROM people;
    CREATE MATERIALIZED VIEW by_age AS SELECT age, count(*) AS n FROM people JOIN aa_older USING (id) GROUP BY age;
    CREATE UNIQUE INDEX by_age_age ON by_age (age);
    CREATE TRIGGER instead INSTEAD OF INSERT ON zz_old FOR EACH ROW EXECUTE FUNCTION kept();
    CREATE RULE nothing AS ON DELETE TO aa_older DO INSTEAD NOTHING;
    COMMENT ON VIEW zz_old IS 'who is old';
    COMMENT ON COLUMN zz_old.soon IS 'on the next birthday';
    COMMENT ON TRIGGER instead ON zz_old IS 'takes nothing';
    COMMENT ON INDEX by_age_age IS 'one row each';
    COMMENT ON COLUMN by_age.n IS 'how many';";

fn rows(project: &Project, sql: &str) -> String {
    project.database.query(sql).join(" ")
}

#[test]
fn views_that_nobody_declares_come_back_when_a_column_changes_its_type() {
    let project = adopted(&format!("{TABLE}{THEIRS}"), &entity("", "", "pub name: String, pub age: i32,"));
    let text = there_and_back(&project, &entity("", "", "pub name: String, pub age: i64,"));
    let up = text.split("-- migrate:down").next().unwrap();
    let position = |words: &str| up.find(words).unwrap_or_else(|| panic!("{words}\n{text}"));
    // What reads another goes before it and comes behind it.
    let order = [
        "DROP MATERIALIZED VIEW by_age",
        "DROP VIEW aa_older",
        "DROP VIEW zz_old",
        "ALTER TABLE people ALTER COLUMN age TYPE bigint",
        "CREATE VIEW zz_old",
        "CREATE TRIGGER instead",
        "CREATE VIEW aa_older",
        "CREATE MATERIALIZED VIEW by_age",
        "CREATE UNIQUE INDEX by_age_age",
    ];
    let positions: Vec<usize> = order.iter().map(|words| position(words)).collect();
    assert!(positions.is_sorted(), "{text}");
    assert!(!text.contains("VIEW names"), "what is not in the way stays:\n{text}");
    assert_eq!(rows(&project, "SELECT age || ':' || n FROM by_age"), "40:1");
    assert_eq!(rows(&project, "SELECT soon::text FROM aa_older"), "41");
    let comments = "SELECT concat_ws(', ', obj_description('zz_old'::regclass), col_description('zz_old'::regclass, 2),
        obj_description('by_age_age'::regclass), col_description('by_age'::regclass, 2))";
    assert_eq!(rows(&project, comments), "who is old, on the next birthday, one row each, how many");
}

#[test]
fn a_view_comes_back_only_when_all_it_reads_has_changed() {
    let project = adopted(
        "CREATE TABLE people (id serial PRIMARY KEY, one integer NOT NULL, other integer NOT NULL, twice integer NOT NULL GENERATED ALWAYS AS (one * 2) STORED);
         CREATE VIEW alike AS SELECT id, twice FROM people WHERE one = other;
         CREATE VIEW ids AS SELECT id FROM alike;
         INSERT INTO people (one, other) VALUES (3, 3), (3, 4);",
        &entity("", "", "pub one: i32, pub other: i32,"),
    );
    // Between the two changes a number would be compared with a text.
    project.database.script(
        "ALTER TABLE people DROP COLUMN twice CASCADE;
        CREATE VIEW alike AS SELECT id, one FROM people WHERE one = other; CREATE VIEW ids AS SELECT id FROM alike;",
    );
    let text = there_and_back(&project, &entity("", "", "pub one: String, pub other: String,"));
    assert_eq!(text.matches("CREATE VIEW alike").count(), 2, "once on each way:\n{text}");
    assert_eq!(rows(&project, "SELECT id::text FROM ids"), "1");
}

#[test]
fn views_on_what_is_computed_from_a_column_come_back() {
    let project = adopted(
        "CREATE TABLE people (id serial PRIMARY KEY, net integer NOT NULL, gross integer NOT NULL GENERATED ALWAYS AS (net * 2) STORED);
         CREATE VIEW prices AS SELECT id, gross FROM people; INSERT INTO people (net) VALUES (5);",
        &entity("", "", "pub net: i32, #[seachange(generated(\"net * 2\", stored))] pub gross: i32,"),
    );
    there_and_back(
        &project,
        &entity("", "", "pub net: i64, #[seachange(generated(\"net * 2\", stored))] pub gross: i32,"),
    );
    assert_eq!(rows(&project, "SELECT gross::text FROM prices"), "10");
    let text = there_and_back(
        &project,
        &entity("", "", "pub net: i64, #[seachange(generated(\"net * 3\", stored))] pub gross: i32,"),
    );
    assert!(text.contains("CREATE VIEW prices"), "{text}");
    assert_eq!(rows(&project, "SELECT gross::text FROM prices"), "15");
}

#[test]
fn views_on_an_enum_type_that_is_made_anew_come_back() {
    let with = |values: &[&str]| {
        entity("", "", "pub mood: Mood,").replacen("pub struct", &format!("{}\n pub struct", ""), 1).replace(
            "use seachange_macros::Seachange;",
            &format!("use seachange_macros::Seachange;\n{}", moods(values)),
        )
    };
    let project = adopted(
        "CREATE TYPE mood AS ENUM ('glad', 'sad', 'calm'); CREATE TABLE people (id serial PRIMARY KEY, mood mood NOT NULL);
         CREATE VIEW happy AS SELECT id, mood FROM people WHERE mood <> 'sad'; INSERT INTO people (mood) VALUES ('glad'), ('sad');",
        &with(&["glad", "sad", "calm"]),
    );
    there_and_back(&project, &with(&["sad", "glad"]));
    assert_eq!(rows(&project, "SELECT mood::text FROM happy"), "glad");
}

#[test]
fn what_would_not_come_back_as_it_was_is_named() {
    let role = |project: &Project| format!("owner_of_{}", project.database.name());
    let refused = |sql: &dyn Fn(&str) -> String, what: &str| {
        let project = adopted(
            &format!("{TABLE}CREATE VIEW theirs AS SELECT age FROM people;"),
            &entity("", "", "pub name: String, pub age: i32,"),
        );
        let role = role(&project);
        project.database.script(&format!("CREATE ROLE {role}; {}", sql(&role)));
        project.write("entities.rs", &entity("", "", "pub name: String, pub age: i64,"));
        let ran = project.run(&["revision", "--autogenerate", "-m", "age"]);
        assert_eq!(ran.code, 2, "{ran:?}");
        let what = what.replace("ROLE", &role);
        assert!(ran.notes.contains("the view `theirs` reads it") && ran.notes.contains(&what), "{what}\n{ran:?}");
        assert_eq!(rows(&project, "SELECT sum(age)::text FROM theirs"), "47");
        project.database.script(&format!("DROP OWNED BY {role} CASCADE; DROP ROLE {role};"));
    };
    refused(&|role| format!("GRANT SELECT ON theirs TO {role};"), "`theirs` would lose the privileges granted on it");
    refused(
        &|role| format!("GRANT SELECT (age) ON theirs TO {role};"),
        "`theirs` would lose the privileges granted on it",
    );
    refused(
        &|role| {
            format!(
                "GRANT CREATE ON SCHEMA public TO {role}; GRANT SELECT ON people TO {role}; ALTER VIEW theirs OWNER TO {role};"
            )
        },
        "`theirs` would lose its owner `ROLE`",
    );
    refused(&|_| "ALTER VIEW theirs ALTER COLUMN age SET DEFAULT 3;".to_owned(), "the default of its column `age`");
}

#[test]
fn a_view_that_no_longer_reads_a_column_lets_it_go_in_one_revision() {
    let project = Project::new(&entity("", "", "pub name: String, pub age: i32,"));
    project.write("sql/views.sql", "CREATE VIEW known AS SELECT id, name, age FROM people;\n");
    project.advance("first");
    project.database.script(
        "INSERT INTO people (name, age) VALUES ('Ann', 40); CREATE VIEW theirs AS SELECT name FROM known;
         COMMENT ON COLUMN known.name IS 'as written'; COMMENT ON COLUMN known.age IS 'in years'; COMMENT ON VIEW theirs IS 'theirs';",
    );
    project.assert_clean();
    project.write("sql/views.sql", "CREATE VIEW known AS SELECT id, name FROM people;\n");
    let text = there_and_back(&project, &entity("", "", "pub name: String,"));
    assert!(text.contains("DROP COLUMN age"), "{text}");
    assert_eq!(rows(&project, "SELECT name FROM theirs"), "Ann");
    assert_eq!(rows(&project, "SELECT col_description('known'::regclass, 2)"), "as written");

    // What reads a column that the view no longer has keeps the view as it is.
    project.write("sql/views.sql", "CREATE VIEW known AS SELECT id FROM people;\n");
    let ran = project.run(&["revision", "--autogenerate", "-m", "less"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.notes.contains("the view `theirs` reads it"), "{ran:?}");
}

#[test]
fn a_declared_view_makes_room_with_a_database_and_without() {
    let project = Project::new(&entity("", "", "pub name: String, pub age: i32,"));
    project.write("sql/views.sql", "CREATE VIEW known AS SELECT id, age FROM people WHERE age > 3;\n");
    project.advance("first");
    project.database.script("INSERT INTO people (name, age) VALUES ('Ann', 40);");
    project.write("entities.rs", &entity("", "", "pub name: String, pub age: i64,"));
    let ran = project.succeed(&["revision", "--autogenerate", "--offline", "-m", "age"]);
    let path = project.path().join(ran.out.lines().next().unwrap());
    let text = std::fs::read_to_string(path).unwrap();
    assert!(text.contains("DROP VIEW known") && text.contains("CREATE VIEW known"), "{text}");
    project.succeed(&["upgrade", "head"]);
    project.assert_clean();
    there_and_back(&project, &entity("", "", "pub name: String, pub age: i16,"));
    assert_eq!(rows(&project, "SELECT age::text FROM known"), "40");
}
