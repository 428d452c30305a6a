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
    assert!(text.contains("-- hazard up renames-enum file_kind: "), "{text}");
    assert!(text.contains("-- hazard down renames-enum \"Kind of file\": "), "{text}");
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
    assert!(text.contains("-- hazard up renames-enum file_kind.photo: "), "{text}");
    change("\"text\"");
    let ran = project.run(&["revision", "--autogenerate", "-m", "text"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.notes.contains("--rename file_kind.photos=text"), "{ran:?}");
    project.succeed(&["revision", "--autogenerate", "-m", "text", "--rename", "file_kind.photos=text"]);
    project.succeed(&["upgrade"]);
    project.assert_clean();
}
