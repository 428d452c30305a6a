//! Renames on PostgreSQL: all that says a name follows, and native types are renamed in place.

use super::project::Project;

fn entities(table: &str, column: &str, kind: &str) -> String {
    format!(
        "pub mod file {{\n    use sea_orm::entity::prelude::*;\n    #[derive(EnumIter, DeriveActiveEnum)]\n    \
         #[sea_orm(rs_type = \"String\", db_type = \"Enum\", enum_name = \"{kind}\")]\n    pub enum Kind {{\n        \
         #[sea_orm(string_value = \"photo\")] Photo,\n        #[sea_orm(string_value = \"film\")] Film,\n    }}\n    \
         #[derive(DeriveEntityModel)]\n    #[sea_orm(table_name = \"{table}\")]\n    \
         #[seachange(check(\"{column} <> '' OR kind <> 'film'\", name = \"not_empty\"))]\n    pub struct Model {{\n        \
         #[sea_orm(primary_key)] pub id: i32,\n        #[sea_orm(indexed)] pub {column}: String,\n        \
         #[sea_orm(default_value = \"film\")] pub kind: Kind,\n        pub parent_id: Option<i32>,\n    }}\n    \
         #[derive(DeriveRelation)]\n    pub enum Relation {{\n        \
         #[sea_orm(belongs_to = \"Entity\", from = \"Column::ParentId\", to = \"Column::Id\")] Parent,\n    }}\n}}\n"
    )
}

fn begun() -> Project {
    let project = Project::new(&entities("files", "title", "file_kind"));
    project.write("seachange.toml", "entities = [\"entities.rs\"]\n");
    project.advance("begin");
    project.database.script(
        "INSERT INTO files (title, kind) VALUES ('a', 'photo');
         CREATE TABLE shelf (book text);
         CREATE UNIQUE INDEX lower_title ON files (lower(title)) WHERE title <> 'x';
         CREATE VIEW titles AS SELECT title, kind FROM files WHERE kind = 'photo'::file_kind;
         CREATE UNIQUE INDEX only_once ON files (title);
         ALTER TABLE shelf ADD FOREIGN KEY (book) REFERENCES files (title) ON UPDATE CASCADE;
         INSERT INTO shelf VALUES ('a');",
    );
    project.assert_clean();
    project
}

#[test]
fn a_column_with_all_that_says_its_name() {
    let project = begun();
    project.write("entities.rs", &entities("files", "heading", "file_kind"));
    let text = project.advance("heading");
    assert!(text.contains("ALTER TABLE files RENAME COLUMN title TO heading;"), "{text}");
    assert!(text.contains("ALTER INDEX \"idx-files-title\" RENAME TO \"idx-files-heading\";"), "{text}");
    assert!(text.contains("taken for a rename: the same definition, character varying NOT NULL"), "{text}");
    project
        .database
        .script("UPDATE files SET heading = 'b'; SELECT book FROM shelf WHERE book = 'b'; SELECT title FROM titles;");
    project.succeed(&["downgrade", "-1", "--accept-data-loss"]);
    project.database.script("UPDATE files SET title = 'c'");
    project.succeed(&["upgrade"]);
    project.assert_clean();
}

#[test]
fn a_type_is_renamed_in_place() {
    let project = begun();
    project.write("entities.rs", &entities("files", "title", "Kind of file"));
    let text = project.advance("kind");
    assert!(text.contains("ALTER TYPE file_kind RENAME TO \"Kind of file\";"), "{text}");
    assert!(!text.contains("CREATE TYPE") && !text.contains("ALTER COLUMN"), "{text}");
    project.succeed(&["downgrade", "-1", "--accept-data-loss"]);
    project.succeed(&["upgrade"]);
    project.assert_clean();
    // Asked for, and together with everything else.
    project.write("entities.rs", &entities("documents", "name", "order"));
    let asked = ["--rename", "Kind of file=order", "--rename", "files=documents", "--rename", "documents.title=name"];
    let ran = project.succeed(&[&["revision", "--autogenerate", "-m", "all"][..], &asked[..]].concat());
    assert!(!ran.notes.contains("drop"), "{ran:?}");
    project.succeed(&["upgrade"]);
    project.assert_clean();
    project.succeed(&["downgrade", "-1", "--accept-data-loss"]);
    project.succeed(&["upgrade"]);
    project.assert_clean();
}

#[test]
fn a_value_with_a_similar_name_is_renamed_and_another_is_asked_for() {
    let project = begun();
    let change =
        |to: &str| project.write("entities.rs", &entities("files", "title", "file_kind").replace("\"photo\"", to));
    change("\"photos\"");
    let text = project.advance("photos");
    assert!(text.contains("ALTER TYPE file_kind RENAME VALUE 'photo' TO 'photos';"), "{text}");
    change("\"text\"");
    let ran = project.run(&["revision", "--autogenerate", "-m", "text"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.notes.contains("--rename file_kind.photos=text"), "{ran:?}");
    project.succeed(&["revision", "--autogenerate", "-m", "text", "--rename", "file_kind.photos=text"]);
    project.succeed(&["upgrade"]);
    project.assert_clean();
}

#[test]
fn a_table_moves_to_another_schema_and_back() {
    let project = begun();
    project.database.script(
        "CREATE TRIGGER calm BEFORE UPDATE ON files FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();",
    );
    let place = |schema: &str, table: &str| {
        let named = format!("schema_name = \"{schema}\", table_name = \"{table}\"");
        let text = entities("files", "title", "file_kind").replace("table_name = \"files\"", &named);
        project.write("entities.rs", &text);
    };
    let back_and_forth = || {
        project.succeed(&["downgrade", "-1", "--accept-data-loss"]);
        project.succeed(&["upgrade"]);
        project.assert_clean();
        project.database.script("UPDATE shelf SET book = book");
    };
    place("100% archive", "files");
    let text = project.advance("into a schema that is not there");
    assert!(text.contains("CREATE SCHEMA IF NOT EXISTS \"100% archive\";"), "{text}");
    assert!(text.contains("ALTER TABLE files SET SCHEMA \"100% archive\";"), "{text}");
    assert!(text.contains("taken for a rename: the same 4 columns and the same primary key"), "{text}");
    assert!(!text.contains("DROP TABLE"), "{text}");
    project.database.script("UPDATE \"100% archive\".files SET title = 'b'; SELECT book FROM shelf WHERE book = 'b';");
    back_and_forth();
    // Asked for, under another name.
    place("store", "select");
    let asked = ["revision", "--autogenerate", "-m", "store", "--rename", "100% archive.files=store.select"];
    let ran = project.succeed(&asked);
    assert!(!ran.notes.contains("drop"), "{ran:?}");
    project.succeed(&["upgrade"]);
    project.assert_clean();
    back_and_forth();
    // A column of a table in a schema.
    let text = entities("files", "heading", "file_kind");
    let named = "schema_name = \"store\", table_name = \"select\"";
    project.write("entities.rs", &text.replace("table_name = \"files\"", named));
    project.succeed(&["revision", "--autogenerate", "-m", "heading", "--rename", "store.select.title=heading"]);
    project.succeed(&["upgrade"]);
    project.assert_clean();
    // Into the schema that has no name of its own.
    project.write("entities.rs", &entities("files", "heading", "file_kind"));
    let ran = project.succeed(&["revision", "--autogenerate", "-m", "home", "--rename", "store.select=files"]);
    assert!(!ran.notes.contains("drop"), "{ran:?}");
    project.succeed(&["upgrade"]);
    project.assert_clean();
    back_and_forth();
    project.database.script("UPDATE files SET heading = 'c'; SELECT title FROM titles;");
}

#[test]
fn renamed_from_names_the_schema_that_a_table_was_in() {
    let project = begun();
    let moved = entities("papers", "title", "file_kind").replace(
        "#[sea_orm(table_name = \"papers\")]",
        "#[sea_orm(schema_name = \"store\", table_name = \"papers\")]\n    #[seachange(renamed_from = \"public.files\")]",
    );
    project.write("entities.rs", &moved);
    let text = project.advance("moved");
    assert!(text.contains("ALTER TABLE files SET SCHEMA store;\nALTER TABLE store.files RENAME TO papers;"), "{text}");
    // It stays where it is, and is silent.
    project.assert_clean();
}
