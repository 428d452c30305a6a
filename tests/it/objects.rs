//! Triggers and views that a project declares in SQL, on SQLite.

use std::fs;

use crate::support::Project;

const FIRST: &str = "
CREATE VIEW IF NOT EXISTS big AS SELECT id, size FROM [files] WHERE size > 100;
CREATE TRIGGER `touch` AFTER UPDATE OF size ON files
BEGIN
    UPDATE files SET updated_at = CURRENT_TIMESTAMP WHERE id = NEW.id;
END;
";

fn entities(size: &str) -> String {
    format!(
        "pub mod files {{
            use sea_orm::entity::prelude::*;

            #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
            #[sea_orm(table_name = \"files\")]
            pub struct Model {{
                #[sea_orm(primary_key)]
                pub id: i32,
                pub size: {size},
                pub updated_at: DateTime,
            }}

            #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
            pub enum Relation {{}}

            impl ActiveModelBehavior for ActiveModel {{}}
        }}"
    )
}

fn advance(project: &Project, message: &str) -> String {
    let ran = project.run(&["revision", "--autogenerate", "-m", message]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let text = fs::read_to_string(project.path().join(ran.out.trim())).unwrap();
    for arguments in [&["upgrade", "head"][..], &["check"], &["check", "--offline"]] {
        let ran = project.run(arguments);
        assert_eq!(ran.code, 0, "{arguments:?}: {ran:?}\n{text}");
    }
    text
}

#[test]
fn views_and_triggers_live_with_the_tables() {
    let project = Project::mediaparser("1_initial");
    fs::write(project.path().join("entities.rs"), entities("Option<i32>")).unwrap();
    fs::create_dir(project.path().join("sql")).unwrap();
    fs::write(project.path().join("sql/all.sqlite.sql"), FIRST).unwrap();
    // What is for another database is not read.
    fs::write(project.path().join("sql/all.postgres.sql"), "CREATE EXTENSION pg_trgm;").unwrap();
    let settings = "entities = [\"entities.rs\"]\nsql = [\"sql/*.sql\"]\n[database]\nurl = \"sqlite://media.db\"\n";
    fs::write(project.path().join("seachange.toml"), settings).unwrap();
    let text = advance(&project, "first");
    assert!(text.contains("CREATE VIEW big AS") && text.contains("CREATE TRIGGER `touch`"), "{text}");
    project.sql("INSERT INTO files (size, updated_at) VALUES (500, '2020-01-01'); UPDATE files SET size = 501;");
    assert_eq!(project.query("SELECT CAST(count(*) AS TEXT) FROM files WHERE updated_at > '2025'"), ["1"]);

    // A rebuild of the table keeps both.
    fs::write(project.path().join("entities.rs"), entities("i32")).unwrap();
    let text = advance(&project, "size is required");
    assert!(text.contains("rebuild table `files`"), "{text}");
    assert_eq!(project.query("SELECT CAST(size AS TEXT) FROM big"), ["501"]);

    fs::write(
        project.path().join("sql/all.sqlite.sql"),
        FIRST.replace("size > 100", "size > 1000").replace("OF size", "OF id"),
    )
    .unwrap();
    let text = advance(&project, "another trigger and another view");
    assert!(text.contains("DROP VIEW \"big\"") && text.contains("DROP TRIGGER \"touch\""), "{text}");
    assert_eq!(project.query("SELECT CAST(count(*) AS TEXT) FROM big"), ["0"]);
    assert_eq!(project.run(&["downgrade", "-1", "--accept-data-loss"]).code, 0);
    assert_eq!(project.query("SELECT CAST(count(*) AS TEXT) FROM big"), ["1"]);
    assert_eq!(project.run(&["upgrade", "head"]).code, 0);

    fs::write(project.path().join("sql/all.sqlite.sql"), "-- nothing\n").unwrap();
    advance(&project, "neither");
    assert_eq!(project.query("SELECT name FROM sqlite_schema WHERE type IN ('view', 'trigger')"), Vec::<String>::new());
    assert_eq!(project.run(&["downgrade", "base", "--accept-data-loss"]).code, 0);

    fs::write(project.path().join("sql/all.sqlite.sql"), "CREATE EXTENSION pg_trgm;").unwrap();
    let ran = project.run(&["check"]);
    assert!(ran.code == 2 && ran.notes.contains("SQLite has no extensions"), "{ran:?}");
}
