//! What a live table has and its entity says nothing about: it stays whatever else changes, and goes only when the project
//! said it once and says it no longer.

use super::changes::adopted;
use super::project::Project;

fn entity(attributes: &str, code: &str, body: &str) -> String {
    format!(
        "pub mod notes {{
            use sea_orm::entity::prelude::*;
            use seachange_macros::Seachange;

            #[derive(Clone, Debug, PartialEq, DeriveEntityModel, Seachange)]
            #[sea_orm(table_name = \"notes\")]
            {attributes}
            pub struct Model {{
                #[sea_orm(primary_key)]
                pub id: i32,
                #[sea_orm(unique)]
                {code}
                pub code: String,
                {body}
            }}

            #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
            pub enum Relation {{}}

            impl ActiveModelBehavior for ActiveModel {{}}
        }}"
    )
}

const BODY: &str = "#[sea_orm(column_type = \"Text\")] pub body: String,";

fn keys(project: &Project) -> Vec<String> {
    project.database.query(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'notes'::regclass AND contype IN ('p', 'u')
         ORDER BY 1",
    )
}

#[test]
fn details_of_keys_belong_to_the_database_until_the_project_says_them() {
    let project = adopted(
        "CREATE TABLE notes (id serial, code varchar NOT NULL, body text NOT NULL,
         CONSTRAINT notes_pkey PRIMARY KEY (id) INCLUDE (code) DEFERRABLE, UNIQUE (code) INCLUDE (body) DEFERRABLE INITIALLY DEFERRED);
         INSERT INTO notes (code, body) VALUES ('a', 'x'), ('b', 'y');",
        &entity("", "", BODY),
    );
    let theirs =
        ["PRIMARY KEY (id) INCLUDE (code) DEFERRABLE", "UNIQUE (code) INCLUDE (body) DEFERRABLE INITIALLY DEFERRED"];
    assert_eq!(keys(&project), theirs);
    let found = project.succeed(&["check"]).out;
    for words in [
        "DEFERRABLE of the primary key of `notes` (id)",
        "INCLUDE (code) of the primary key of `notes` (id)",
        "DEFERRABLE of the unique constraint of `notes` (code)",
        "INCLUDE (body) of the unique constraint of `notes` (code)",
    ] {
        assert!(found.contains(words), "{words}\n{found}");
    }
    // Something else changes.
    project.write("entities.rs", &entity("", "", &format!("{BODY} pub size: Option<i64>,")));
    project.advance("size");
    assert_eq!(keys(&project), theirs);

    // Said, they are the project's, and go with its words.
    let said =
        entity("#[seachange(primary_key(include = [body]))]", "#[seachange(unique(include = [id], deferrable))]", BODY);
    project.write("entities.rs", &said);
    project.advance("said");
    assert_eq!(keys(&project), ["PRIMARY KEY (id) INCLUDE (body) DEFERRABLE", "UNIQUE (code) INCLUDE (id) DEFERRABLE"]);
    project.write("entities.rs", &entity("", "", BODY));
    project.advance("unsaid");
    assert_eq!(keys(&project), ["PRIMARY KEY (id) DEFERRABLE", "UNIQUE (code)"]);
    for _ in 0..2 {
        project.succeed(&["downgrade", "-1", "--accept-data-loss"]);
    }
    assert_eq!(keys(&project), theirs);
    project.succeed(&["upgrade", "head"]);
    assert_eq!(project.database.query("SELECT string_agg(code || body, ',' ORDER BY id) FROM notes"), ["ax,by"]);
}

#[test]
fn a_column_that_goes_along_takes_its_key_with_it_when_it_goes() {
    let project = adopted(
        "CREATE TABLE notes (id serial PRIMARY KEY, code varchar NOT NULL, body text NOT NULL, UNIQUE (code) INCLUDE (body));
         INSERT INTO notes (code, body) VALUES ('a', 'x');",
        &entity("", "", BODY),
    );
    project.write("entities.rs", &entity("", "", ""));
    project.advance("without the body");
    assert_eq!(keys(&project), ["PRIMARY KEY (id)", "UNIQUE (code)"]);
    project.succeed(&["downgrade", "-1", "--accept-data-loss"]);
    assert_eq!(keys(&project), ["PRIMARY KEY (id)", "UNIQUE (code) INCLUDE (body)"]);
}

#[test]
fn nothing_refers_to_a_key_that_may_be_broken_for_a_while() {
    let child = "pub mod lines {
            use sea_orm::entity::prelude::*;
            #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
            #[sea_orm(table_name = \"lines\")]
            pub struct Model {
                #[sea_orm(primary_key)]
                pub id: i32,
                pub note_id: i32,
            }
            #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
            pub enum Relation {
                #[sea_orm(belongs_to = \"super::notes::Entity\", from = \"Column::NoteId\", to = \"super::notes::Column::Id\")]
                Note,
            }
            impl ActiveModelBehavior for ActiveModel {}
        }";
    let project = Project::new(&(entity("", "", BODY) + child));
    project.write("sql/none.sql", "-- nothing\n");
    project.advance("first");
    project.write("entities.rs", &(entity("#[seachange(primary_key(deferrable))]", "", BODY) + child));
    let ran = project.run(&["revision", "--autogenerate", "-m", "later"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.notes.contains("the foreign key (note_id) of `lines` needs `notes` (id)"), "{ran:?}");
    let other = Project::new(&(entity("#[seachange(primary_key(deferrable))]", "", BODY) + child));
    other.write("sql/none.sql", "-- nothing\n");
    let ran = other.run(&["revision", "--autogenerate", "-m", "first"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.notes.contains("refers to `notes` (id), which is deferrable"), "{ran:?}");
}

/// How columns are stored and where stays the database's own: no entity says it, and no change of an entity touches it.
#[test]
fn how_columns_are_stored_stays_whatever_changes() {
    let project = adopted(
        "CREATE TABLE notes (id serial PRIMARY KEY, code varchar NOT NULL UNIQUE, body text NOT NULL, kept text)
            WITH (fillfactor = 80);
         ALTER TABLE notes ALTER COLUMN body SET STORAGE EXTERNAL, ALTER COLUMN body SET STATISTICS 500,
            ALTER COLUMN code SET (n_distinct = -0.5), ALTER COLUMN kept SET STORAGE MAIN;
         CREATE INDEX by_body ON notes (body); ALTER TABLE notes CLUSTER ON by_body; ALTER TABLE notes REPLICA IDENTITY FULL;
         INSERT INTO notes (code, body, kept) VALUES ('1', 'x', 'y');",
        &entity("", "", BODY),
    );
    let stored = || {
        project.database.query(
            "SELECT concat_ws(' ', attname, attstorage, nullif(attstattarget, -1), attoptions) FROM pg_attribute
             WHERE attrelid = 'notes'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY 1",
        )
    };
    let of_table = || {
        project.database.query(
            "SELECT concat_ws(' ', relreplident, reloptions, (SELECT bool_or(indisclustered) FROM pg_index WHERE indrelid = c.oid))
             FROM pg_class AS c WHERE oid = 'notes'::regclass",
        )
    };
    let (columns, table) = (stored(), of_table());
    assert_eq!(columns, ["body e 500", "code x {n_distinct=-0.5}", "id p", "kept m"]);
    let changed = "#[sea_orm(column_type = \"Text\", nullable)] #[seachange(check(\"body <> ''\", name = \"not_empty\"), comment = \"what it says\")]
                   pub body: Option<String>, #[sea_orm(default_value = 3)] #[seachange(index)] pub size: i64,";
    project.write(
        "entities.rs",
        &entity(
            "#[seachange(comment = \"all notes\")]",
            "#[sea_orm(column_type = \"String(StringLen::N(40))\")]",
            changed,
        ),
    );
    project.advance("every other way");
    let kept: Vec<String> = stored().into_iter().filter(|line| !line.starts_with("size")).collect();
    assert_eq!((kept, of_table()), (columns.clone(), table.clone()));
    project.succeed(&["downgrade", "-1", "--accept-data-loss"]);
    assert_eq!((stored(), of_table()), (columns, table));
    assert_eq!(project.database.query("SELECT concat(code, body, kept) FROM notes"), ["1xy"]);
}
