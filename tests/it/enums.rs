//! Enums that are kept in another way, or have other values: what their rows hold afterwards, and what stops.

use std::fs;

use crate::support::Project;

/// How an enum can be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Plain,
    Check,
    Integer,
    Type,
}

impl Kind {
    pub(crate) const ALL: [Self; 4] = [Self::Plain, Self::Check, Self::Integer, Self::Type];

    /// What is stored for each of the three variants.
    pub(crate) fn values(self) -> [&'static str; 3] {
        match self {
            Self::Plain => ["low", "o'dd", "höch"],
            Self::Check => ["LOW", "it's", "HÖCH"],
            Self::Integer => ["-1", "7", "8"],
            // Two of them are those of others.
            Self::Type => ["low", "it's", "o'dd"],
        }
    }

    fn literal(self, at: usize) -> String {
        let value = self.values()[at];
        if self == Self::Integer { value.to_owned() } else { format!("{value:?}") }
    }

    /// The value as SQL writes it.
    pub(crate) fn sql(self, at: usize) -> String {
        let value = self.values()[at];
        if self == Self::Integer { value.to_owned() } else { format!("'{}'", value.replace('\'', "''")) }
    }

    /// An entity with a column of the enum that has a default and an index, one that may be NULL, and a unique one; and another
    /// table that holds the enum, too.
    pub(crate) fn entities(self) -> String {
        let kept = match self {
            Self::Plain | Self::Check => "rs_type = \"String\", db_type = \"String(StringLen::N(12))\"",
            Self::Integer => "rs_type = \"i16\", db_type = \"SmallInteger\"",
            Self::Type => "rs_type = \"String\", db_type = \"Enum\", enum_name = \"a level\"",
        };
        let variant = |(at, name): (usize, &str)| match self {
            Self::Integer => format!("#[sea_orm(num_value = {})] {name},", self.literal(at)),
            Self::Plain | Self::Check | Self::Type => {
                format!("#[sea_orm(string_value = {})] {name},", self.literal(at))
            }
        };
        let variants: String = ["Low", "Odd", "High"].into_iter().enumerate().map(variant).collect();
        let list = (0..3).map(|at| self.sql(at)).collect::<Vec<_>>().join(", ");
        let check = if self == Self::Check {
            format!("#[seachange(check(\"level IN ({list})\", name = \"known\"))]")
        } else {
            String::new()
        };
        let default = self.literal(1);
        format!(
            "pub mod tasks {{ use sea_orm::entity::prelude::*; use seachange_macros::Seachange;\n\
             #[derive(EnumIter, DeriveActiveEnum)] #[sea_orm({kept})] pub enum Level {{ {variants} }}\n\
             #[derive(DeriveEntityModel, Seachange)] #[sea_orm(table_name = \"tasks\")] {check}\n\
             pub struct Model {{ #[sea_orm(primary_key)] pub id: i32,\n\
             #[sea_orm(default_value = {default}, indexed)] pub level: Level, pub before: Option<Level>,\n\
             #[sea_orm(unique)] pub alone: Option<Level> }}\n\
             #[derive(DeriveRelation)] pub enum Relation {{}} }}\n\
             pub mod logs {{ use sea_orm::entity::prelude::*; use super::tasks::Level;\n\
             #[derive(DeriveEntityModel)] #[sea_orm(table_name = \"logs\")]\n\
             pub struct Model {{ #[sea_orm(primary_key)] pub id: i32, pub level: Level }}\n\
             #[derive(DeriveRelation)] pub enum Relation {{}} }}\n"
        )
    }

    /// A row for each variant, with NULL.
    pub(crate) fn rows(self) -> String {
        let row = |at: usize| {
            let [one, next] = [self.sql(at), self.sql((at + 1) % 3)];
            let before = if at == 1 { "NULL".to_owned() } else { next };
            format!(
                "INSERT INTO tasks (level, before, alone) VALUES ({one}, {before}, {one}); INSERT INTO logs (level) VALUES ({one});"
            )
        };
        (0..3).map(row).collect()
    }

    /// What a query of the rows says.
    pub(crate) fn expected(self) -> Vec<String> {
        let [a, b, c] = self.values();
        [(a, b, a), (b, "-", b), (c, a, c)].map(|(level, before, alone)| format!("{level} {before} {alone}")).to_vec()
    }
}

pub(crate) const ROWS: &str = "SELECT CAST(level AS text) || ' ' || coalesce(CAST(before AS text), '-') || ' ' || CAST(alone AS text) \
                               FROM tasks ORDER BY id";
pub(crate) const LOGS: &str = "SELECT CAST(level AS text) FROM logs ORDER BY id";

const REVISE: [&str; 4] = ["revision", "--autogenerate", "-m", "change"];

/// A project whose database is as these entities say.
fn project(entities: &str) -> Project {
    let project = Project::empty();
    let config = "entities = [\"entities.rs\"]\n[database]\nurl = \"sqlite://media.db\"\n";
    fs::write(project.path().join("seachange.toml"), config).unwrap();
    declare(&project, entities);
    advance(&project, &[]);
    project
}

fn declare(project: &Project, entities: &str) {
    fs::write(project.path().join("entities.rs"), entities).unwrap();
}

/// Writes what changed, applies it, and finds nothing left to do. The text of the revision.
fn advance(project: &Project, more: &[&str]) -> String {
    project.expect(0, &REVISE.iter().chain(more).copied().collect::<Vec<_>>());
    project.expect(0, &["upgrade"]);
    project.expect(0, &["check"]);
    project.expect(0, &["check", "--offline"]);
    project.newest()
}

#[test]
fn every_kind_becomes_every_other() {
    for from in Kind::ALL {
        for to in Kind::ALL.into_iter().filter(|to| *to != from) {
            let project = project(&from.entities());
            project.sql(&from.rows());
            declare(&project, &to.entities());
            let text = advance(&project, &[]);
            assert_eq!(project.query(ROWS), to.expected(), "{from:?} to {to:?}\n{text}");
            assert_eq!(project.query(LOGS), to.values(), "{from:?} to {to:?}\n{text}");
            project.sql("INSERT INTO tasks (id) VALUES (9)");
            let default = project.query("SELECT CAST(level AS text) FROM tasks WHERE id = 9");
            assert_eq!(default, [to.values()[1]], "{from:?} to {to:?}\n{text}");
            project.sql("DELETE FROM tasks WHERE id = 9");
            project.expect(0, &["downgrade", "-1"]);
            assert_eq!(project.query(ROWS), from.expected(), "{from:?} from {to:?}\n{text}");
            assert_eq!(project.query(LOGS), from.values(), "{from:?} from {to:?}\n{text}");
            project.expect(0, &["upgrade"]);
            project.expect(0, &["check"]);
        }
    }
}

#[test]
fn a_value_that_no_variant_stands_for_stops_it() {
    let project = project(&Kind::Plain.entities());
    project.sql(&Kind::Plain.rows());
    project.sql("INSERT INTO logs (level) VALUES ('7'), ('we''ird'), ('7')");
    declare(&project, &Kind::Integer.entities());
    project.expect(0, &REVISE);
    let before = (project.query(ROWS), project.query(LOGS));
    let ran = project.expect(2, &["upgrade"]);
    assert!(ran.notes.contains("nothing stands any more for `logs.level` = '7': id = 4"), "{}", ran.notes);
    assert_eq!((project.query(ROWS), project.query(LOGS)), before);
    project.sql("UPDATE logs SET level = 'low' WHERE id > 3");
    project.expect(0, &["upgrade"]);
    project.expect(0, &["check"]);
    assert_eq!(project.query(LOGS), ["-1", "7", "8", "-1", "-1", "-1"]);
}

/// Entities with an enum that is kept as plain text.
fn plain(variants: &str) -> String {
    format!(
        "pub mod jobs {{ use sea_orm::entity::prelude::*; use seachange_macros::Seachange;\n\
         #[derive(EnumIter, DeriveActiveEnum, Seachange)]\n\
         #[sea_orm(rs_type = \"String\", db_type = \"String(StringLen::N(20))\", rename_all = \"snake_case\")]\n\
         pub enum Status {{ {variants} }}\n\
         #[derive(DeriveEntityModel)] #[sea_orm(table_name = \"jobs\")]\n\
         pub struct Model {{ #[sea_orm(primary_key)] pub id: i32, pub status: Option<Status> }}\n\
         #[derive(DeriveRelation)] pub enum Relation {{}} }}\n"
    )
}

const STATUS: &str = "SELECT coalesce(status, '-') FROM jobs ORDER BY id";

#[test]
fn a_value_that_is_gone_stops_while_rows_hold_it_and_may_be_replaced() {
    let project = project(&plain("Failed, Done, Halted"));
    project.sql("INSERT INTO jobs (status) VALUES ('halted'), ('done'), (NULL), ('halted')");
    declare(&project, &plain("Failed, Done"));
    let ran = project.expect(1, &["check", "--offline"]);
    assert!(ran.out.contains("`halted` goes"), "{}", ran.out);
    let ran = project.expect(0, &REVISE);
    assert!(ran.notes.contains("values-may-fail: Nothing stands for `halted` in `jobs.status`"), "{}", ran.notes);
    let ran = project.expect(2, &["upgrade"]);
    assert_eq!(ran.notes.matches("nothing stands any more for `jobs.status` = 'halted': rowid = ").count(), 2);
    project.sql("INSERT INTO jobs (status) SELECT 'halted' FROM pragma_function_list LIMIT 40");
    let ran = project.expect(2, &["upgrade"]);
    assert!(ran.notes.contains("42"), "{}", ran.notes);
    project.sql("DELETE FROM jobs WHERE id > 4");
    assert_eq!(project.query(STATUS), ["halted", "done", "-", "halted"]);
    // Written anew, with what takes its place.
    let first = project.migrations().into_iter().filter(|path| path.extension().is_some_and(|kind| kind == "sql"));
    fs::remove_file(first.max().unwrap()).unwrap();
    let lock = project.path().join("migrations/schema.lock");
    let text = fs::read_to_string(&lock).unwrap();
    fs::write(&lock, text.replace("[\"Done\", \"done\"]]", "[\"Done\", \"done\"], [\"Halted\", \"halted\"]]")).unwrap();
    let ran = project.expect(2, &[&REVISE[..], &["--removed", "jobs.status.hlated=failed"]].concat());
    assert!(ran.notes.contains("`--removed jobs.status.hlated=failed` changes nothing"), "{}", ran.notes);
    let ran = project.expect(2, &[&REVISE[..], &["--removed", "jobs.status.halted=nope"]].concat());
    assert!(ran.notes.contains("is neither `table.column.old=new`"), "{}", ran.notes);
    let text = advance(&project, &["--removed", "jobs.status.halted=failed"]);
    assert!(
        text.contains("hazard up replaces-value jobs.status: Rows that hold `halted` in `jobs.status` get `failed`"),
        "{text}"
    );
    assert_eq!(project.query(STATUS), ["failed", "done", "-", "failed"]);
}

#[test]
fn what_is_said_of_the_past_is_silent_once_it_is_done() {
    let project = project(&plain("Old, Done, Halted, Lost"));
    project.sql("INSERT INTO jobs (status) VALUES ('old'), ('halted'), ('lost')");
    let new = "#[seachange(renamed_from = \"old\")] Fresh, #[seachange(replaces = \"halted\")] Done";
    declare(&project, &plain(new));
    fs::write(project.path().join("migrations/hints.toml"), "[removed]\n\"jobs.status.lost\" = \"fresh\"\n").unwrap();
    advance(&project, &[]);
    assert_eq!(project.query(STATUS), ["fresh", "done", "fresh"]);
    assert!(project.expect(0, &["diff"]).out.ends_with("-- no differences\n"));
    project.expect(0, &["downgrade", "-1", "--accept-data-loss"]);
    assert_eq!(project.query(STATUS), ["old", "done", "old"]);
    project.expect(0, &["upgrade"]);
    fs::write(project.path().join("migrations/hints.toml"), "[removed]\n\"lost\" = \"fresh\"\n").unwrap();
    let ran = project.expect(2, &["diff"]);
    assert!(ran.notes.contains("below `[removed]` is neither"), "{}", ran.notes);
}

#[test]
fn a_value_is_renamed_on_the_command_line_and_the_way_down_stops_at_new_ones() {
    let project = project(&plain("Old, Done"));
    project.sql("INSERT INTO jobs (status) VALUES ('old'), (NULL), ('done')");
    declare(&project, &plain("Fresh, Done, More"));
    let text = advance(&project, &["--rename", "jobs.status.old=fresh"]);
    assert!(text.contains("UPDATE OR ABORT \"jobs\" SET \"status\" = 'fresh' WHERE \"status\" = 'old';"), "{text}");
    assert_eq!(project.query(STATUS), ["fresh", "-", "done"]);
    project.sql("INSERT INTO jobs (status) VALUES ('more')");
    let ran = project.expect(2, &["downgrade", "-1"]);
    assert!(ran.notes.contains("`jobs.status` = 'more': rowid = 4"), "{}", ran.notes);
    assert_eq!(project.query(STATUS), ["fresh", "-", "done", "more"]);
    project.sql("DELETE FROM jobs WHERE status = 'more'");
    project.expect(0, &["downgrade", "-1"]);
    assert_eq!(project.query(STATUS), ["old", "-", "done"]);
}

#[test]
fn a_value_that_only_the_entities_know_is_recorded_so_that_it_may_be_renamed() {
    let project = project(&plain("Done"));
    declare(&project, &plain("Done, Halted"));
    project.expect(0, &["check"]);
    project.expect(0, &["check", "--offline"]);
    let before = project.migrations().len();
    let ran = project.expect(0, &REVISE);
    assert!(ran.notes.contains("`schema.lock` knows the variants of enums as they are now"), "{}", ran.notes);
    assert_eq!(project.migrations().len(), before);
    assert!(!project.expect(0, &REVISE).notes.contains("schema.lock"));
    project.sql("INSERT INTO jobs (status) VALUES ('halted'), ('done')");
    declare(&project, &plain("Done, #[sea_orm(string_value = \"stopped\")] Halted"));
    advance(&project, &[]);
    assert_eq!(project.query(STATUS), ["stopped", "done"]);
}

#[test]
fn an_update_fires_no_trigger() {
    let project = project(&plain("Old, Done"));
    project.sql("CREATE TABLE log (what text); INSERT INTO jobs (status) VALUES ('old'), ('done')");
    project.sql("CREATE TRIGGER changed AFTER UPDATE ON jobs BEGIN INSERT INTO log VALUES (new.status); END");
    declare(&project, &plain("#[sea_orm(string_value = \"new\")] Old, Done"));
    advance(&project, &[]);
    assert_eq!(project.query(STATUS), ["new", "done"]);
    assert_eq!(project.query("SELECT CAST(count(*) AS text) FROM log"), ["0"]);
}

#[test]
fn the_status_of_jobs_becomes_a_number_and_text_again() {
    let project = Project::mediaparser_with_original("5_before_rename");
    project.expect(0, &["init"]);
    project.expect(0, &["revision", "--baseline", "-m", "as it was"]);
    project.expect(0, &["stamp", "head"]);
    let contents = project.contents();
    let status = "SELECT CAST(status AS text) FROM jobs ORDER BY id";
    let before = project.query(status);
    assert!(!before.is_empty());
    let change = |file: &str, pairs: &[(&str, &str)]| {
        let path = project.path().join("src/entities").join(file);
        let text = fs::read_to_string(&path).unwrap();
        let changed = pairs.iter().fold(text.clone(), |text, (from, to)| text.replace(from, to));
        assert_ne!(text, changed);
        fs::write(path, changed).unwrap();
    };
    let text_kind = "rs_type = \"String\", db_type = \"String(StringLen::N(20))\", rename_all = \"snake_case\"";
    let numbers = [
        (text_kind, "rs_type = \"i32\", db_type = \"Integer\""),
        ("    Pending,", "    Pending = 0,"),
        ("    Running,", "    Running = 1,"),
        ("    Completed,", "    Completed = 2,"),
        ("    Failed,", "    Failed = 3,"),
        ("    Paused,", "    Paused = 4,"),
        ("    Cancelled,", "    Cancelled = 5,"),
        ("    Halted,", "    Halted = 6,"),
    ];
    change("enums.rs", &numbers);
    change("jobs.rs", &[("default_value = \"pending\"", "default_value = 0")]);
    advance(&project, &[]);
    let names = ["pending", "running", "completed", "failed", "paused", "cancelled", "halted"];
    let as_number = |name: &String| names.iter().position(|other| other == name).unwrap().to_string();
    assert_eq!(project.query(status), before.iter().map(as_number).collect::<Vec<_>>());
    project.expect(0, &["downgrade", "-1"]);
    assert_eq!(project.contents(), contents);
}
