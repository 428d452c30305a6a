//! What `seachange.toml` says about tables and differences, on real databases through the binary.

use std::fs;

use expect_test::{Expect, expect};
use seachange::diff::Kind;

use crate::support::Project;

pub(crate) const TEAMS: &str = r#"
pub mod teams {
    use sea_orm::entity::prelude::*;
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "teams")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
        #[sea_orm(unique)]
        pub slug: String,
        #[sea_orm(indexed)]
        pub name: String,
    }
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
}
"#;

pub(crate) const MEMBERS: &str = r#"
pub mod members {
    use sea_orm::entity::prelude::*;
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "members")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub team_id: i32,
        #[sea_orm(primary_key)]
        pub user_id: i32,
        #[sea_orm(unique_key = "badge")]
        pub series: String,
        #[sea_orm(unique_key = "badge")]
        pub number: i32,
    }
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {
        #[sea_orm(belongs_to = "super::teams::Entity", from = "Column::TeamId", to = "super::teams::Column::Id")]
        Team,
    }
}
"#;

/// The two tables as another tool made them, every constraint under a name of its own or under none.
pub(crate) const FOREIGN_NAMES: &str = r#"
CREATE TABLE teams (id integer NOT NULL CONSTRAINT a_key PRIMARY KEY AUTOINCREMENT, slug varchar NOT NULL UNIQUE, name varchar NOT NULL);
CREATE INDEX by_name ON teams (name);
CREATE TABLE members (
    team_id integer NOT NULL, user_id integer NOT NULL, series varchar NOT NULL, number integer NOT NULL,
    PRIMARY KEY (team_id, user_id),
    CONSTRAINT one_badge UNIQUE (series, number),
    CONSTRAINT to_team FOREIGN KEY (team_id) REFERENCES teams (id)
);
"#;

/// A project with entities in one file, a configuration that ends like this, and a database.
pub(crate) fn project(entities: &str, configuration: &str, sql: &str) -> Project {
    let project = Project::empty();
    fs::write(project.path().join("entities.rs"), entities).unwrap();
    configure(&project, configuration);
    // The file is there, even when it is empty.
    project.sql("PRAGMA user_version = 1");
    project.sql(sql);
    project
}

pub(crate) fn configure(project: &Project, configuration: &str) {
    let start = "entities = [\"entities.rs\"]\n[database]\nurl = \"sqlite://media.db\"\n";
    fs::write(project.path().join("seachange.toml"), format!("{start}{configuration}")).unwrap();
}

/// The changes that `check` finds, without where they are declared.
pub(crate) fn changes(project: &Project) -> String {
    let ran = project.run(&["check"]);
    assert!(ran.code < 2, "{}", ran.notes);
    let lines = ran.out.lines().skip_while(|line| *line != "changes").skip(1).take_while(|line| !line.is_empty());
    lines.flat_map(|line| [line.trim().split("  ").next().unwrap_or_default(), "\n"]).collect()
}

pub(crate) fn unmanaged(project: &Project) -> String {
    let ran = project.run(&["check"]);
    let lines = ran.out.lines().skip_while(|line| !line.starts_with("unmanaged")).skip(1);
    lines.take_while(|line| !line.is_empty()).flat_map(|line| [line.trim(), "\n"]).collect()
}

#[expect(clippy::needless_pass_by_value, reason = "expect! makes values")]
pub(crate) fn fails(configuration: &str, entities: &str, expected: Expect) {
    let project = project(entities, configuration, "");
    let ran = project.expect(2, &["check"]);
    expected.assert_eq(&ran.notes);
}

#[test]
fn mistakes_are_drawn_with_their_line() {
    fails(
        "lock_timeot = 5\n[naming]\nindex = \"ix_{tabel}\"\n",
        TEAMS,
        expect![[r#"
        error: unknown key `lock_timeot` in `[database]`
         --> seachange.toml:4:1
          |
        4 | lock_timeot = 5
          | ^^^^^^^^^^^
          |
          = help: did you mean `lock_timeout`?

        error: unknown token `{tabel}`
         --> seachange.toml:6:13
          |
        6 | index = "ix_{tabel}"
          |             ^^^^^^^
          |
          = help: did you mean `{table}`?

        error: 2 problems in the configuration
    "#]],
    );
    fails(
        "[naming\n",
        TEAMS,
        expect![[r#"
        error: this is not TOML: unclosed table, expected `]`
         --> seachange.toml:4:8
          |
        4 | [naming
          |        ^

        error: 1 problem in the configuration
    "#]],
    );
}

#[test]
fn a_table_left_out_is_invisible_on_every_side() {
    let entities = TEAMS.to_owned() + MEMBERS + &TEAMS.replace("teams", "spatial_teams");
    let sql = format!(
        "{FOREIGN_NAMES}\nCREATE TABLE spatial_ref (id integer PRIMARY KEY, team_id integer REFERENCES teams (id));
         CREATE TABLE other (id integer PRIMARY KEY);
         CREATE VIEW spatial_view AS SELECT * FROM teams;
         CREATE VIEW other_view AS SELECT * FROM teams;"
    );
    let project = project(&entities, "", &sql);
    let ran = project.expect(1, &["check"]);
    assert!(ran.out.contains("create table `spatial_teams`"), "{}", ran.out);
    assert_eq!(unmanaged(&project), "table `other`\ntable `spatial_ref`\nview `other_view`\nview `spatial_view`\n");

    configure(&project, "[tables]\nexclude = [\"spatial_*\"]\n");
    let ran = project.expect(0, &["check"]);
    assert!(!ran.out.contains("spatial"), "{}", ran.out);
    assert!(ran.out.contains("compared 2 tables"), "{}", ran.out);
    assert_eq!(unmanaged(&project), "table `other`\nview `other_view`\n");
    project.expect(0, &["revision", "--baseline", "-m", "start"]);
    assert!(!project.newest().contains("spatial"), "{}", project.newest());
    let lock = fs::read_to_string(project.path().join("migrations/schema.lock")).unwrap();
    assert!(!lock.contains("spatial") && lock.contains("members"), "{lock}");
    project.expect(0, &["stamp", "head"]);
    project.expect(0, &["check"]);
    project.expect(0, &["check", "--offline"]);

    // A foreign key to a table that is left out is still one, and a table that was declared is not dropped.
    configure(&project, "[tables]\ninclude = [\"m*\", \"spatial_*\"]\nexclude = [\"spatial_*\"]\n");
    let ran = project.expect(0, &["check"]);
    assert!(ran.out.contains("compared 1 table, 4 columns, 1 foreign key"), "{}", ran.out);
    assert_eq!(unmanaged(&project), "");
    project.expect(0, &["check", "--offline"]);
    // Neither the name before nor the one after is somebody's to rename.
    let ran = project.expect(2, &["diff", "--rename", "teams=spatial_old"]);
    assert!(ran.notes.contains("`--rename teams=spatial_old` renames nothing"), "{}", ran.notes);
}

#[test]
fn a_pattern_with_a_dot_is_about_the_name_with_its_schema() {
    let entities = TEAMS.to_owned()
        + &TEAMS
            .replace("table_name = \"teams\"", "schema_name = \"audit\", table_name = \"log\"")
            .replace("teams", "log");
    let sql = "CREATE TABLE log (anything); CREATE TABLE log_of_others (id integer PRIMARY KEY);";
    let project = project(&entities, "[tables]\nexclude = [\"audit.*\"]\n", sql);
    let ran = project.expect(1, &["check"]);
    assert_eq!(changes(&project), "create table `teams`\n");
    assert_eq!(unmanaged(&project), "table `log_of_others`\n", "{}", ran.out);
    configure(&project, "[tables]\nexclude = [\"log*\"]\n");
    assert_eq!(changes(&project), "create table `teams`\n");
    assert_eq!(unmanaged(&project), "");
}

#[test]
fn a_plan_sees_the_views_that_are_left_out() {
    let entities = TEAMS.replace("pub name: String", "#[sea_orm(renamed_from = \"title\")]\n        pub name: String");
    let sql = "CREATE TABLE teams (id integer NOT NULL PRIMARY KEY AUTOINCREMENT, slug varchar NOT NULL UNIQUE, title varchar NOT NULL, extra text);
               CREATE INDEX i ON teams (title);
               CREATE VIEW report AS SELECT extra FROM teams;";
    let project = project(&entities, "[tables]\nexclude = [\"report\"]\n", sql);
    project.expect(0, &["revision", "--baseline", "-m", "start"]);
    project.expect(0, &["stamp", "head"]);
    project.expect(0, &["revision", "--autogenerate", "-m", "rename"]);
    project.expect(0, &["upgrade"]);
    assert_eq!(project.query("SELECT name FROM sqlite_schema WHERE type = 'view'"), ["report"]);
    assert_eq!(
        project.query("SELECT name FROM pragma_table_info('teams') ORDER BY 1"),
        ["extra", "id", "name", "slug"]
    );
}

#[test]
fn exact_types_are_wanted_only_when_asked_for() {
    let sql = "CREATE TABLE teams (id integer NOT NULL PRIMARY KEY AUTOINCREMENT, slug text NOT NULL UNIQUE, name varchar(20) NOT NULL);
               CREATE INDEX i ON teams (name);";
    let project = project(TEAMS, "", sql);
    assert_eq!(changes(&project), "");
    configure(&project, "[diff]\nexact_types = true\n");
    expect![[r#"
        change column `teams.slug` (type text to varchar)
        change column `teams.name` (type varchar(20) to varchar)
    "#]]
    .assert_eq(&changes(&project));
    project.expect(0, &["revision", "--baseline", "-m", "start"]);
    project.expect(0, &["stamp", "head"]);
    project.expect(0, &["revision", "--autogenerate", "-m", "types"]);
    project.expect(0, &["upgrade"]);
    project.expect(0, &["check"]);
    project.expect(0, &["check", "--offline"]);
}

#[test]
fn what_nobody_declares_can_count_every_time() {
    let sql = "CREATE TABLE teams (id integer NOT NULL PRIMARY KEY AUTOINCREMENT, slug text NOT NULL UNIQUE, name text NOT NULL, more text);
               CREATE INDEX i ON teams (name);";
    let project = project(TEAMS, "", sql);
    project.expect(0, &["check"]);
    configure(&project, "[diff]\nunmanaged = true\n");
    let ran = project.expect(1, &["check"]);
    assert!(ran.out.ends_with("1 unmanaged\n"), "{}", ran.out);
}

/// Two entities, and a database that differs from them in every kind.
fn differing() -> (String, &'static str) {
    let entities = (TEAMS.to_owned() + MEMBERS).replace(
        "pub slug: String",
        "#[sea_orm(default_value = \"x\", extra = \"COLLATE NOCASE CHECK (slug <> '')\")]\n        pub slug: String",
    );
    let sql = "CREATE TABLE teams (
                   id integer NOT NULL PRIMARY KEY AUTOINCREMENT, slug varchar DEFAULT 'y' COLLATE RTRIM,
                   name varchar NOT NULL DEFAULT 'n' CHECK (name <> ''), parent_id integer REFERENCES teams (id));
               CREATE UNIQUE INDEX by_name ON teams (name);";
    (entities, sql)
}

#[test]
fn kinds_that_are_ignored_are_not_reported() {
    let (entities, sql) = differing();
    let found = |configuration: &str| {
        let project = project(&entities, configuration, sql);
        let text = changes(&project) + &unmanaged(&project);
        text.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let all = found("");
    let mut text = String::new();
    for (kind, _) in Kind::ALL {
        let left = found(&format!("[diff]\nignore = [\"{kind}\"]\n"));
        text.push_str(&format!("{kind}\n"));
        let lines = |mark: &str, lines: &[String], others: &[String]| {
            lines
                .iter()
                .filter(|line| !others.contains(line))
                .fold(String::new(), |text, line| text + mark + line + "\n")
        };
        text.push_str(&lines("  - ", &all, &left));
        text.push_str(&lines("  + ", &left, &all));
    }
    expect![[r#"
        comments
        defaults
          - change column `teams.slug` (becomes NOT NULL, default 'y' to 'x', collation)
          - default of `teams.name`: 'n'
          + change column `teams.slug` (becomes NOT NULL, collation)
        collations
          - change column `teams.slug` (becomes NOT NULL, default 'y' to 'x', collation)
          + change column `teams.slug` (becomes NOT NULL, default 'y' to 'x')
        nullability
          - change column `teams.slug` (becomes NOT NULL, default 'y' to 'x', collation)
          + change column `teams.slug` (default 'y' to 'x', collation)
        checks
          - add the check (slug <> '') to `teams`
          - check of `teams` (name <> '')
        indexes
          - create index `idx-teams-name` on `teams`
        uniques
          - add the unique constraint (slug) to `teams`
          - unique index `by_name` on `teams` (name)
        foreign-keys
          - foreign key of `teams` (parent_id) to `teams`
    "#]]
    .assert_eq(&text);
}

#[test]
fn kinds_that_are_ignored_are_not_written() {
    let (entities, sql) = differing();
    let all = "[diff]\nignore = [\"defaults\", \"collations\", \"nullability\", \"checks\", \"indexes\", \"uniques\", \"foreign-keys\"]\n";
    let project = project(&entities, all, sql);
    assert_eq!(changes(&project), "create table `members`\n");
    project.expect(0, &["revision", "--baseline", "-m", "start"]);
    project.expect(0, &["stamp", "head"]);
    project.expect(0, &["revision", "--autogenerate", "-m", "members"]);
    let text = project.newest();
    assert!(!text.contains("UNIQUE") && !text.contains("REFERENCES") && text.contains("PRIMARY KEY"), "{text}");
    let lock = fs::read_to_string(project.path().join("migrations/schema.lock")).unwrap();
    assert!(lock.contains("idx-members-badge") && lock.contains("fk-members-team_id"), "{lock}");
    project.expect(0, &["upgrade"]);
    let ran = project.expect(0, &["check"]);
    assert!(ran.out.ends_with("no differences\n"), "{}", ran.out);
    project.expect(0, &["check", "--offline"]);
    // Heard of again, it is a difference again, and what was there all the time was not changed by hand.
    configure(&project, "");
    let ran = project.expect(1, &["check"]);
    assert!(!ran.out.contains("by hand"), "{}", ran.out);
}

#[test]
fn what_is_left_out_is_not_written_and_foreign_keys_to_it_are() {
    let entities = TEAMS.to_owned() + MEMBERS;
    let project =
        project(&entities, "[tables]\nexclude = [\"teams\"]\n", "CREATE TABLE teams (id integer PRIMARY KEY)");
    project.expect(0, &["revision", "--autogenerate", "-m", "members"]);
    let text = project.newest();
    assert!(!text.contains("TABLE \"teams\"") && text.contains("REFERENCES \"teams\" (\"id\")"), "{text}");
    let lock = fs::read_to_string(project.path().join("migrations/schema.lock")).unwrap();
    assert!(!lock.contains("[tables.teams]") && lock.contains("[tables.members]"), "{lock}");
    project.expect(0, &["upgrade"]);
    project.expect(0, &["check"]);
    project.expect(0, &["check", "--offline"]);
    project.expect(0, &["downgrade", "base", "--accept-data-loss"]);
    assert_eq!(project.query("SELECT name FROM sqlite_schema WHERE name IN ('teams', 'members')"), ["teams"]);
}

#[test]
fn what_init_writes_can_be_switched_on_as_it_stands() {
    let project = Project::mediaparser_with_original("5_before_rename");
    project.expect(0, &["init"]);
    let path = project.path().join("seachange.toml");
    let is_setting = |line: &str| line.starts_with("# [") || line.split(" = ").count() == 2;
    let switched_on = |line: &str| match line.strip_prefix("# ") {
        Some(setting) if is_setting(line) => format!("{setting}\n"),
        _ => format!("{line}\n"),
    };
    let text: String = fs::read_to_string(&path).unwrap().lines().map(switched_on).collect();
    assert!(text.contains("\n[naming]\nindex = ") && text.contains("\nexact_types = true\n"), "{text}");
    fs::write(&path, text).unwrap();
    project.expect(1, &["check"]);
}

#[test]
fn a_unique_that_a_foreign_key_needs_is_written_all_the_same() {
    let entities = TEAMS.to_owned()
        + &MEMBERS
            .replace("super::teams::Column::Id", "super::teams::Column::Slug")
            .replace("Column::TeamId", "Column::Series");
    let project = project(&entities, "[diff]\nignore = [\"uniques\"]\n", "");
    project.expect(0, &["revision", "--autogenerate", "-m", "tables"]);
    let text = project.newest();
    assert!(text.contains("\"slug\" varchar NOT NULL UNIQUE") && !text.contains("UNIQUE INDEX"), "{text}");
    project.expect(0, &["upgrade"]);
    project.expect(0, &["check"]);
}

#[test]
fn a_table_that_an_ignored_foreign_key_needs_is_not_dropped() {
    let entities = TEAMS.to_owned() + MEMBERS;
    let project = project(&entities, "[diff]\nignore = [\"foreign-keys\"]\n", FOREIGN_NAMES);
    project.expect(0, &["revision", "--baseline", "-m", "start"]);
    project.expect(0, &["stamp", "head"]);
    let members = MEMBERS.replace("table_name = \"members\"", "table_name = \"people\"");
    let members = &members[..members.find("    pub enum Relation").unwrap()];
    fs::write(project.path().join("entities.rs"), format!("{members}    pub enum Relation {{}}\n}}\n")).unwrap();
    let ran = project.expect(2, &["revision", "--autogenerate", "-m", "drop", "--rename", "members=people"]);
    assert!(ran.notes.contains("the foreign key (team_id) of `people` needs `teams` (id)"), "{}", ran.notes);
}
