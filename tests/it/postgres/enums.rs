//! Enums that are kept in another way, or have other values, in all the ways PostgreSQL can keep them.

use std::fs;

use super::project::Project;
use crate::enums::{Kind, LOGS, ROWS};

/// A project whose database is as these entities say.
fn begin(entities: &str) -> Project {
    let project = Project::new(entities);
    project.write("seachange.toml", "entities = [\"entities.rs\"]\n");
    project.advance("begin");
    project
}

#[test]
fn every_kind_becomes_every_other() {
    for from in Kind::ALL {
        for to in Kind::ALL.into_iter().filter(|to| *to != from) {
            let project = begin(&from.entities());
            project.database.script(&from.rows());
            project.write("entities.rs", &to.entities());
            let text = project.advance("change");
            assert_eq!(project.database.query(ROWS), to.expected(), "{from:?} to {to:?}\n{text}");
            assert_eq!(project.database.query(LOGS), to.values(), "{from:?} to {to:?}\n{text}");
            project.database.script("INSERT INTO tasks (id) VALUES (90)");
            let default = project.database.query("SELECT CAST(level AS text) FROM tasks WHERE id = 90");
            assert_eq!(default, [to.values()[1]], "{from:?} to {to:?}\n{text}");
            project.database.script("DELETE FROM tasks WHERE id = 90");
            project.succeed(&["downgrade", "-1"]);
            assert_eq!(project.database.query(ROWS), from.expected(), "{from:?} from {to:?}\n{text}");
            assert_eq!(project.database.query(LOGS), from.values(), "{from:?} from {to:?}\n{text}");
            project.succeed(&["upgrade", "head"]);
            project.assert_clean();
        }
    }
}

#[test]
fn a_value_that_no_variant_stands_for_stops_it() {
    let project = begin(&Kind::Plain.entities());
    project.database.script(&Kind::Plain.rows());
    project.database.script("INSERT INTO logs (level) VALUES ('7'), ('we''ird'), ('7')");
    let lock = project.path().join("migrations/schema.lock");
    let known = fs::read_to_string(&lock).unwrap();
    for to in [Kind::Integer, Kind::Type] {
        project.write("entities.rs", &to.entities());
        let ran = project.succeed(&["revision", "--autogenerate", "-m", "change"]);
        let before = (project.database.query(ROWS), project.database.query(LOGS));
        let refused = project.run(&["upgrade", "head"]);
        assert_eq!(refused.code, 2);
        assert!(refused.notes.contains("'7' in 2, 'we''ird' in 1"), "{}", refused.notes);
        assert!(refused.notes.contains("`logs.level`"), "{}", refused.notes);
        assert_eq!((project.database.query(ROWS), project.database.query(LOGS)), before);
        fs::remove_file(project.path().join(ran.out.trim())).unwrap();
        fs::write(&lock, &known).unwrap();
    }
}

#[test]
fn a_default_that_nobody_declares_is_converted_too() {
    let project = begin(&Kind::Plain.entities());
    project.database.script("ALTER TABLE logs ALTER COLUMN level SET DEFAULT 'höch'");
    for to in [Kind::Integer, Kind::Type, Kind::Check] {
        project.write("entities.rs", &to.entities());
        project.advance("change");
        project.database.script("INSERT INTO logs DEFAULT VALUES");
        assert_eq!(project.database.query(&format!("{LOGS} DESC LIMIT 1")), [to.values()[2]]);
    }
    project.succeed(&["downgrade", "-3", "--accept-data-loss"]);
    assert_eq!(project.database.query(&format!("{LOGS} DESC LIMIT 1")), ["höch"]);
}

/// Entities with an enum type of these values.
fn typed(variants: &str) -> String {
    format!(
        "pub mod jobs {{ use sea_orm::entity::prelude::*; use seachange_macros::Seachange;\n\
         #[derive(EnumIter, DeriveActiveEnum, Seachange)]\n\
         #[sea_orm(rs_type = \"String\", db_type = \"Enum\", enum_name = \"status\", rename_all = \"snake_case\")]\n\
         pub enum Status {{ {variants} }}\n\
         #[derive(DeriveEntityModel)] #[sea_orm(table_name = \"jobs\")]\n\
         pub struct Model {{ #[sea_orm(primary_key)] pub id: i32, pub status: Option<Status>, pub all: Vec<Status> }}\n\
         #[derive(DeriveRelation)] pub enum Relation {{}} }}\n"
    )
}

const STATUS: &str = "SELECT coalesce(status::text, '-') || ' ' || \"all\"::text FROM jobs ORDER BY id";

#[test]
fn a_value_that_is_gone_stops_while_rows_hold_it_and_may_be_replaced() {
    let project = begin(&typed("Failed, Done, Halted"));
    project.database.script(
        "INSERT INTO jobs (status, \"all\") VALUES ('halted', '{}'), (NULL, '{halted,NULL,done}'), ('done', '{halted}'), ('halted', '{}')",
    );
    let before = project.database.query(STATUS);
    let lock = project.path().join("migrations/schema.lock");
    let known = fs::read_to_string(&lock).unwrap();
    project.write("entities.rs", &typed("Failed, Done"));
    let ran = project.succeed(&["revision", "--autogenerate", "-m", "change"]);
    let refused = project.run(&["upgrade", "head"]);
    assert_eq!(refused.code, 2);
    assert!(refused.notes.contains("rows of `jobs.status` hold values") && refused.notes.contains("'halted' in 2"));
    assert_eq!(project.database.query(STATUS), before);
    fs::remove_file(project.path().join(ran.out.trim())).unwrap();
    fs::write(&lock, &known).unwrap();
    let ran = project.succeed(&["revision", "--autogenerate", "-m", "change", "--removed", "status.halted=failed"]);
    let text = fs::read_to_string(project.path().join(ran.out.trim())).unwrap();
    assert!(
        text.contains("hazard up replaces-value status.halted: Rows that hold `halted` of `status` get `failed`"),
        "{text}"
    );
    project.succeed(&["upgrade", "head"]);
    project.assert_clean();
    let after = ["failed {}", "- {failed,NULL,done}", "done {failed}", "failed {}"];
    assert_eq!(project.database.query(STATUS), after);
    project.succeed(&["downgrade", "-1"]);
    assert_eq!(project.database.query(STATUS), after);
}

#[test]
fn all_five_types_of_a_system_get_other_values_become_text_and_return() {
    let project = Project::of("fixtures/orchestrator");
    project.database.script(&fs::read_to_string(project.path().join("original_postgres.sql")).unwrap());
    project.succeed(&["revision", "--baseline", "-m", "as it was"]);
    project.succeed(&["stamp", "head"]);
    let all = "SELECT concat_ws(' ', (SELECT string_agg(status::text, ',' ORDER BY id) FROM tasks), \
               (SELECT string_agg(status::text, ',' ORDER BY id) FROM runs), \
               (SELECT string_agg(status::text, ',' ORDER BY id) FROM change_requests), \
               (SELECT string_agg(artifact_type::text, ',' ORDER BY id) FROM artifacts), \
               (SELECT string_agg(current_phase::text, ',' ORDER BY id) FROM projects))";
    let before = project.database.query(all);
    assert!(before[0].split(' ').count() == 5, "{before:?}");
    let file = project.path().join("src/entities/enums.rs");
    let change = |from: &str, to: &str| {
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.contains(from));
        fs::write(&file, text.replace(from, to)).unwrap();
    };
    change("SCREAMING_SNAKE_CASE", "snake_case");
    let text = project.advance("small letters");
    assert!(text.contains("ALTER TYPE taskstatus RENAME VALUE 'IN_PROGRESS' TO 'in_progress'"), "{text}");
    let small: Vec<String> = before.iter().map(|row| row.to_lowercase()).collect();
    assert_eq!(project.database.query(all), small);
    change("db_type = \"Enum\"", "db_type = \"String(StringLen::N(30))\"");
    project.advance("text");
    assert_eq!(project.database.query(all), small);
    assert_eq!(project.database.query("SELECT typname::text FROM pg_type WHERE typtype = 'e'"), Vec::<String>::new());
    project.succeed(&["downgrade", "-2"]);
    assert_eq!(project.database.query(all), before);
}
