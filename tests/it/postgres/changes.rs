//! Changes that PostgreSQL makes in ways of its own, with rows, there and back.

use super::project::Project;

/// One table with these fields behind its key.
pub(super) fn entity(attributes: &str, key: &str, fields: &str) -> String {
    format!(
        "pub mod people {{
            use sea_orm::entity::prelude::*;
            use seachange_macros::Seachange;

            {attributes}
            #[derive(Clone, Debug, PartialEq, DeriveEntityModel, Seachange)]
            #[sea_orm(table_name = \"people\")]
            pub struct Model {{
                #[sea_orm(primary_key)]
                {key}
                pub id: i32,
                {fields}
            }}

            #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
            pub enum Relation {{}}

            impl ActiveModelBehavior for ActiveModel {{}}
        }}"
    )
}

pub(super) fn moods(values: &[&str]) -> String {
    let variants: Vec<String> = values
        .iter()
        .map(|value| format!("#[sea_orm(string_value = \"{value}\")] {}{},\n", value[..1].to_uppercase(), &value[1..]))
        .collect();
    let variants = variants.concat();
    format!(
        "#[derive(Clone, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
        #[sea_orm(rs_type = \"String\", db_type = \"Enum\", enum_name = \"mood\")]
        pub enum Mood {{ {variants} }}"
    )
}

/// The project on a database that SQL made.
pub(super) fn adopted(sql: &str, entities: &str) -> Project {
    let project = Project::new(entities);
    project.write("sql/none.sql", "-- nothing\n");
    project.database.script(sql);
    project.succeed(&["revision", "--baseline", "-m", "as it was"]);
    project.succeed(&["stamp", "head"]);
    project.assert_clean();
    project
}

/// There, back, and there again; the dumps before and after the way back are the same.
pub(super) fn there_and_back(project: &Project, entities: &str) -> String {
    let before = project.database.dump();
    project.write("entities.rs", entities);
    let text = project.advance("change");
    project.succeed(&["downgrade", "-1", "--accept-data-loss"]);
    if let (Some(before), Some(now)) = (before, project.database.dump()) {
        assert_eq!(now, before, "{text}");
    }
    project.succeed(&["upgrade", "head"]);
    project.assert_clean();
    text
}

#[test]
fn a_serial_becomes_an_identity_and_goes_on_counting() {
    let project = adopted(
        "CREATE TABLE people (id serial PRIMARY KEY, name varchar NOT NULL);
        INSERT INTO people (name) SELECT 'p' || n FROM generate_series(1, 41) AS n;",
        &entity("", "", "pub name: String,"),
    );
    there_and_back(&project, &entity("", "#[seachange(identity(always))]", "pub name: String,"));
    project.database.script("INSERT INTO people (name) VALUES ('next');");
    assert_eq!(project.database.query("SELECT max(id)::text FROM people"), ["42"]);
}

#[test]
fn types_change_with_their_defaults_and_their_values() {
    let project = adopted(
        "CREATE TABLE people (id serial PRIMARY KEY, age varchar DEFAULT '7' NOT NULL, born timestamp, extra text,
            double integer GENERATED ALWAYS AS (length(age) * 2) STORED);
        CREATE INDEX on_age ON people (age) WHERE age <> '';
        INSERT INTO people (age, born, extra) VALUES ('42', '2020-01-01 10:00', '{\"a\": 1}'), (DEFAULT, NULL, NULL);",
        &entity(
            "",
            "",
            "#[sea_orm(column_type = \"String(StringLen::None)\", default_value = \"7\")] pub age: String,
            pub born: Option<DateTime>, #[sea_orm(column_type = \"Text\", nullable)] pub extra: Option<String>,",
        ),
    );
    let fields = "#[sea_orm(default_value = 7)] pub age: i32, pub born: Option<DateTimeWithTimeZone>,
        #[sea_orm(column_type = \"JsonBinary\", nullable)] pub extra: Option<Json>,";
    project.write("entities.rs", &entity("", "", fields));
    let ran = project.run(&["revision", "--autogenerate", "-m", "types"]);
    // The index compares with a text, which nothing can know how to read as a number.
    assert_eq!(ran.code, 0, "{ran:?}");
    let text = std::fs::read_to_string(project.path().join(ran.out.trim())).unwrap();
    for words in ["USING age::integer", "DROP DEFAULT", "SET DEFAULT 7", "USING extra::jsonb"] {
        assert!(text.contains(words), "{words}\n{text}");
    }
    project.database.script("DROP INDEX on_age; ALTER TABLE people DROP COLUMN double;");
    let ran = project.run(&["upgrade", "head"]);
    assert!(ran.code == 0 || ran.notes.contains("double") || ran.notes.contains("on_age"), "{ran:?}\n{text}");
}

#[test]
fn a_view_in_the_way_is_named_before_anything_runs() {
    let project = adopted(
        "CREATE TABLE people (id serial PRIMARY KEY, name varchar NOT NULL, age integer NOT NULL);
        CREATE VIEW old AS SELECT id FROM people WHERE age > 60;",
        &entity("", "", "pub name: String, pub age: i32,"),
    );
    project.write("entities.rs", &entity("", "", "pub name: String,"));
    let ran = project.run(&["revision", "--autogenerate", "-m", "x"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.notes.contains("the view `old` reads it"), "{ran:?}");
    // What the view does not read may change.
    project.write("entities.rs", &entity("", "", "pub age: i32,"));
    project.advance("no names");
}

#[test]
fn a_value_is_renamed_by_hint_and_keeps_its_rows() {
    let field = "#[sea_orm(default_value = \"sad\")] pub mood: Mood,";
    let project = Project::new(&entity(&moods(&["glad", "sad"]), "", field));
    project.write("sql/none.sql", "-- nothing\n");
    project.advance("birth");
    project.database.script("INSERT INTO people (mood) VALUES ('sad'), ('glad');");
    let field = field.replace("sad", "blue");
    project.write("entities.rs", &entity(&moods(&["glad", "blue"]), "", &field));
    let ran = project.succeed(&["revision", "--autogenerate", "-m", "blue", "--rename", "mood.sad=blue"]);
    let text = std::fs::read_to_string(project.path().join(ran.out.trim())).unwrap();
    assert!(text.contains("ALTER TYPE mood RENAME VALUE 'sad' TO 'blue'") && !text.contains("SET DEFAULT"), "{text}");
    project.succeed(&["upgrade", "head"]);
    project.assert_clean();
    assert_eq!(project.database.query("SELECT mood::text FROM people ORDER BY id"), ["blue", "glad"]);
    project.succeed(&["downgrade", "-1", "--accept-data-loss"]);
    assert_eq!(project.database.query("SELECT mood::text FROM people ORDER BY id"), ["sad", "glad"]);
}

#[test]
fn an_enum_in_arrays_is_made_anew_with_its_defaults() {
    let field = |_: &str| {
        "pub mood: Option<Mood>,
        #[seachange(type(postgres = \"mood[]\"))] #[sea_orm(column_type = \"custom(\\\"mood[]\\\")\", nullable)] pub all: Option<String>,"
    };
    let project = adopted(
        "CREATE TYPE mood AS ENUM ('glad', 'sad', 'odd');
        CREATE TABLE people (id serial PRIMARY KEY, mood mood, \"all\" mood[] DEFAULT '{glad,sad}');
        INSERT INTO people (mood) VALUES ('sad'), (NULL);",
        &entity(&moods(&["glad", "sad", "odd"]), "", field("")),
    );
    there_and_back(&project, &entity(&moods(&["sad", "glad"]), "", field("")));
    assert_eq!(project.database.query("SELECT \"all\"::text FROM people ORDER BY id"), ["{glad,sad}", "{glad,sad}"]);
}

#[test]
fn a_value_that_rows_hold_cannot_go() {
    let project = Project::new(&entity(&moods(&["glad", "sad"]), "", "pub mood: Mood,"));
    project.write("sql/none.sql", "-- nothing\n");
    project.advance("birth");
    project.database.script("INSERT INTO people (mood) VALUES ('sad');");
    project.write("entities.rs", &entity(&moods(&["glad"]), "", "pub mood: Mood,"));
    let ran = project.succeed(&["revision", "--autogenerate", "-m", "no sadness"]);
    assert!(ran.notes.contains("enum-may-fail"), "{ran:?}");
    let ran = project.run(&["upgrade", "head"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(
        ran.notes.contains("rows of `people.mood` hold values that nothing stands for any more: 'sad' in 1"),
        "{ran:?}"
    );
    assert_eq!(project.database.query("SELECT mood::text FROM people"), ["sad"]);
}

#[test]
fn tables_and_types_of_another_schema_bring_it_along() {
    let entities = entity(&moods(&["glad", "sad"]).replace("\"mood\"", "\"shop.Mood of day\""), "", "pub mood: Mood,")
        .replace("table_name = \"people\"", "table_name = \"people\", schema_name = \"shop\"");
    let project = Project::new(&entities);
    project.write("sql/none.sql", "-- nothing\n");
    let text = project.advance("birth");
    assert_eq!(text.matches("CREATE SCHEMA").count(), 1, "{text}");
    assert!(text.contains("CREATE TYPE shop.\"Mood of day\" AS ENUM"), "{text}");
    project.succeed(&["downgrade", "base", "--accept-data-loss"]);
    project.succeed(&["upgrade", "head"]);
    project.assert_clean();
}

#[test]
fn a_column_with_a_new_value_goes_before_the_value() {
    let project = Project::new(&entity(&moods(&["glad", "sad"]), "", "pub mood: Mood,"));
    project.write("sql/none.sql", "-- nothing\n");
    project.advance("birth");
    project.database.script("INSERT INTO people (mood) VALUES ('sad');");
    let fields = "pub mood: Mood, #[sea_orm(default_value = \"odd\")] pub other: Mood,";
    there_and_back(&project, &entity(&moods(&["odd", "glad", "sad"]), "", fields));
    assert_eq!(project.database.query("SELECT other::text FROM people"), ["odd"]);
}

#[test]
fn a_key_that_others_refer_to_becomes_another_kind_of_key() {
    let people = |key: &str, unique: &str| {
        format!(
            "pub mod people {{
                use sea_orm::entity::prelude::*;

                #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
                #[sea_orm(table_name = \"people\")]
                pub struct Model {{
                    #[sea_orm({key}column_name = \"code\")] pub code: String,
                    #[sea_orm({unique}column_name = \"number\")] pub number: i32,
                }}

                #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
                pub enum Relation {{}}

                impl ActiveModelBehavior for ActiveModel {{}}
            }}
            pub mod pets {{
                use sea_orm::entity::prelude::*;

                #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
                #[sea_orm(table_name = \"pets\")]
                pub struct Model {{
                    #[sea_orm(primary_key)]
                    pub id: i32,
                    pub owner: i32,
                }}

                #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
                pub enum Relation {{
                    #[sea_orm(belongs_to = \"super::people::Entity\", from = \"Column::Owner\", to = \"super::people::Column::Number\")]
                    Owner,
                }}

                impl ActiveModelBehavior for ActiveModel {{}}
            }}"
        )
    };
    let project = Project::new(&people("", "primary_key, auto_increment = false, "));
    project.write("sql/none.sql", "-- nothing\n");
    project.advance("birth");
    project.database.script("INSERT INTO people (code, number) VALUES ('a', 1); INSERT INTO pets (owner) VALUES (1);");
    there_and_back(&project, &people("primary_key, auto_increment = false, ", "unique, "));
    assert_eq!(project.database.query("SELECT owner::text FROM pets"), ["1"]);
}

#[test]
fn what_makes_room_does_not_wait_for_writers() {
    let index = "#[seachange(index(columns = [id], name = \"gloomy\", where = \"mood = 'sad'\", concurrently))]";
    let with = |values: &[&str]| {
        entity(&moods(values), "", "pub mood: Mood,")
            .replace("#[sea_orm(table_name", &format!("{index}\n#[sea_orm(table_name"))
    };
    let project = Project::new(&with(&["glad", "sad", "odd"]));
    project.write("sql/none.sql", "-- nothing\n");
    project.advance("birth");
    let text = there_and_back(&project, &with(&["sad", "glad"]));
    assert!(text.contains("DROP INDEX gloomy") && !text.contains("CONCURRENTLY"), "{text}");
}

#[test]
fn what_stands_on_a_computed_column_comes_back_on_both_ways() {
    let index = "#[seachange(index(columns = [double], name = \"by_double\"))]";
    let with = |expression: &str| {
        let field = format!("pub size: i32, #[seachange(generated(\"{expression}\", stored))] pub double: i32,");
        entity("", "", &field).replace("#[sea_orm(table_name", &format!("{index}\n#[sea_orm(table_name"))
    };
    let project = Project::new(&with("size * 2"));
    project.write("sql/none.sql", "-- nothing\n");
    project.advance("birth");
    there_and_back(&project, &with("size + size"));
}
