//! Names made by the templates of `[naming]`: silent about what is there, used for what is new.

use std::fs;

use expect_test::expect;
use seachange::compare::compare;
use seachange::declare::convention::{Convention, Kind};
use seachange::declare::{Sources, declare};
use seachange::dialect::{EnumStorage, Options};
use seachange::error::Error;
use seachange::model::{Check, Declared, Name, Placement, TableName};
use seachange::revision::Direction;

use crate::config::{FOREIGN_NAMES, MEMBERS, TEAMS, changes, configure, fails, project, unmanaged};
use crate::support::{DIALECT, block_on, execute, memory, query, reflect, run, write};

const NAMES: &str = r#"
[naming]
index = "ix_{table}_{columns}"
unique = "uq_{table}_{columns}"
foreign_key = "fk_{table}_{column_0}_{referenced_table}"
check = "ck_{table}_{name}"
primary_key = "pk_{table}"
"#;

#[test]
fn names_of_templates_are_used_for_what_is_new_and_silent_about_what_is_there() {
    let entities = TEAMS.to_owned() + MEMBERS;
    let there = project(&entities, NAMES, FOREIGN_NAMES);
    assert_eq!(changes(&there), "");
    assert_eq!(unmanaged(&there), "");

    let new = project(&entities, NAMES, "");
    new.expect(0, &["revision", "--autogenerate", "-m", "tables"]);
    new.expect(0, &["upgrade"]);
    let made = new.query("SELECT sql FROM sqlite_schema WHERE name NOT LIKE 'seachange%' AND sql IS NOT NULL AND name <> 'sqlite_sequence' ORDER BY name");
    expect![[r#"
        CREATE INDEX "ix_teams_name" ON "teams" ("name")
        CREATE TABLE "members" (
            "team_id" integer NOT NULL CONSTRAINT "fk_members_team_id_teams" REFERENCES "teams" ("id"),
            "user_id" integer NOT NULL,
            "series" varchar NOT NULL,
            "number" integer NOT NULL,
            CONSTRAINT "pk_members" PRIMARY KEY ("team_id", "user_id")
        )
        CREATE TABLE "teams" (
            "id" integer NOT NULL CONSTRAINT "pk_teams" PRIMARY KEY AUTOINCREMENT,
            "slug" varchar NOT NULL CONSTRAINT "uq_teams_slug" UNIQUE,
            "name" varchar NOT NULL
        )
        CREATE UNIQUE INDEX "uq_members_series_number" ON "members" ("series", "number")
    "#]]
    .assert_eq(&(made.join("\n") + "\n"));
    new.expect(0, &["check"]);
    // Another convention later changes nothing that is there.
    configure(&new, "[naming]\nindex = \"index_of_{table}_{columns}\"\nprimary_key = \"key_of_{table}\"\n");
    new.expect(0, &["check"]);
    new.expect(0, &["check", "--offline"]);
}

#[test]
fn exact_names_are_wanted_only_when_asked_for() {
    let entities = TEAMS.to_owned() + MEMBERS;
    let project = project(&entities, "", FOREIGN_NAMES);
    project.expect(0, &["revision", "--baseline", "-m", "start"]);
    project.expect(0, &["stamp", "head"]);
    project.expect(0, &["check"]);
    configure(&project, &format!("{NAMES}[diff]\nexact_names = true\n"));
    expect![[r#"
        drop the primary key (team_id, user_id) from `members`
        drop the unique constraint (series, number) from `members`
        drop the foreign key (team_id) to `teams` from `members`
        add the primary key (team_id, user_id) to `members`
        add the foreign key (team_id) to `teams` to `members`
        create index `uq_members_series_number` on `members`
        rename index `by_name` on `teams` to `ix_teams_name`
        drop the primary key (id) from `teams`
        drop the unique constraint (slug) from `teams`
        add the primary key (id) to `teams`
        add the unique constraint (slug) to `teams`
    "#]]
    .assert_eq(&changes(&project));
    project.expect(0, &["revision", "--autogenerate", "-m", "names"]);
    project.expect(0, &["upgrade"]);
    project.expect(0, &["check"]);
    project.expect(0, &["check", "--offline"]);
    assert_eq!(unmanaged(&project), "");
}

#[test]
fn two_things_of_one_name_are_an_error() {
    fails(
        "[naming]\nindex = \"ix_{table}\"\nprimary_key = \"ix_{table}\"\n",
        TEAMS,
        expect![[r#"
        error: 1 problem with the names of constraints and indexes
          two constraints or indexes of `teams` get the name `ix_teams`  entities.rs:5:28
        hint: write a name at one of them, or give the templates in `[naming]` of `seachange.toml` more tokens, as in `{table}_{columns}`
    "#]],
    );
    let two = TEAMS.to_owned() + &TEAMS.replace("teams", "groups");
    fails(
        "[naming]\nindex = \"ix_{columns}\"\n",
        &two,
        expect![[r#"
        error: 1 problem with the names of constraints and indexes
          an index of `groups` and one of `teams` get the name `ix_name`
        hint: write a name at one of them, or give the templates in `[naming]` of `seachange.toml` more tokens, as in `{table}_{columns}`
    "#]],
    );
    fails(
        "[naming]\nindex = \"ix_{table}_{column_1}\"\n",
        TEAMS,
        expect![[r#"
        error: 1 problem with the names of constraints and indexes
          the index (name) of `teams` cannot be named by `ix_{table}_{column_1}`: it has no `{column_1}`  entities.rs:5:28
        hint: write a name at one of them, or give the templates in `[naming]` of `seachange.toml` more tokens, as in `{table}_{columns}`
    "#]],
    );
}

fn declared(entities: &str) -> Declared {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("entities.rs"), entities).unwrap();
    declare(&Sources::new(folder.path(), ["entities.rs"])).unwrap()
}

fn check(name: Option<Name>, expression: &str, column: Option<&str>) -> Check {
    let placement = column.map_or(Placement::Table, |column| Placement::Column(column.to_owned()));
    Check::new(name, expression.to_owned(), placement)
}

#[test]
fn checks_are_named_as_sqlalchemy_does() {
    let with = |template: &str, checks: Vec<Check>| {
        let mut declared = declared(TEAMS);
        let table = declared.schema.tables.get_mut(&TableName::new("teams")).unwrap();
        table.checks = checks;
        let mut convention = Convention::default();
        convention.set(Kind::Check, template).unwrap();
        convention.apply(&mut declared).map(|()| declared)
    };
    let names = |declared: &Declared| {
        let checks = declared.schema.tables[&TableName::new("teams")].checks.clone();
        checks.into_iter().map(|check| check.name).collect::<Vec<_>>()
    };
    let written = || check(Some(Name::written("long")), "length(name) > 3", None);
    let unnamed = || check(None, "slug <> ''", Some("slug"));

    let made = with("ck_{table}_{name}", vec![written()]).unwrap();
    assert_eq!(names(&made), [Some(Name::written("ck_teams_long"))]);
    let made = with("ck_{table}_{columns}", vec![written(), unnamed()]).unwrap();
    assert_eq!(names(&made), [Some(Name::written("long")), Some(Name::inferred("ck_teams_slug"))]);
    let Err(Error::Names { problems }) = with("ck_{table}_{name}", vec![unnamed()]) else { panic!() };
    assert_eq!(
        problems,
        ["the check (slug <> '') of `teams` cannot be named by `ck_{table}_{name}`: it has no name for `{name}`  \
             entities.rs:5:28"]
    );
    let Err(Error::Names { problems }) = with("ck_{columns}", vec![check(None, "1", None)]) else { panic!() };
    assert_eq!(problems.len(), 1);

    block_on(async {
        // What nobody wrote is silent about another name and about none; what somebody wrote is not.
        let options = Options::new(EnumStorage::Plain);
        for live in ["CHECK (slug <> '')", "CONSTRAINT other CHECK (slug <> '')"] {
            let session = memory().await;
            let table = "id integer NOT NULL PRIMARY KEY AUTOINCREMENT, name varchar NOT NULL";
            let sql = format!(
                "CREATE TABLE teams ({table}, slug varchar NOT NULL UNIQUE {live}, CONSTRAINT short CHECK (length(name) > 3)); \
                 CREATE INDEX n ON teams (name)"
            );
            execute(&session, &sql).await;
            let live = reflect(&session).await;
            let silent = with("ck_{table}_{columns}", vec![unnamed()]).unwrap();
            let comparison = compare(&silent, None, &live, DIALECT, &options).unwrap();
            assert_eq!(comparison.ops(), []);
            let loud = with("ck_{table}_{columns}", vec![unnamed(), written()]).unwrap();
            let comparison = compare(&loud, None, &live, DIALECT, &options).unwrap();
            let ops: Vec<String> = comparison.ops().iter().map(ToString::to_string).collect();
            assert_eq!(ops, ["add the check (length(name) > 3) to `teams`"]);
        }
        // And the name of the template is used for what is new.
        let session = memory().await;
        let entities = with("ck_{table}_{columns}", vec![unnamed()]).unwrap();
        let birth = compare(&entities, None, &reflect(&session).await, DIALECT, &options).unwrap();
        run(&session, &write(&birth, "birth").unwrap().text, Direction::Up).await.unwrap();
        let made = query(&session, "SELECT sql FROM sqlite_schema WHERE name = 'teams'").await;
        assert!(made[0].contains("CONSTRAINT \"ck_teams_slug\" CHECK (slug <> '')"), "{made:?}");
        assert_eq!(compare(&entities, None, &reflect(&session).await, DIALECT, &options).unwrap().ops(), []);
    });
}

#[test]
fn templates_and_names_that_annotations_write() {
    let entities = TEAMS.replace("DeriveEntityModel)]", "DeriveEntityModel, seachange_macros::Seachange)]").replace(
        "pub struct Model {",
        "#[seachange(check(\"length(slug) < 9\", name = \"short\"), index(columns = [slug, name]), \
         index(columns = [name], where = \"name <> 'x'\", name = \"by_hand\"))]\n    pub struct Model {",
    );
    let project = project(&entities, NAMES, "");
    project.expect(0, &["revision", "--autogenerate", "-m", "tables"]);
    project.expect(0, &["upgrade"]);
    let made =
        project.query("SELECT sql FROM sqlite_schema WHERE tbl_name = 'teams' AND sql IS NOT NULL ORDER BY name");
    expect![[r#"
        CREATE INDEX "by_hand" ON "teams" ("name") WHERE name <> 'x'
        CREATE INDEX "ix_teams_name" ON "teams" ("name")
        CREATE INDEX "ix_teams_slug_name" ON "teams" ("slug", "name")
        CREATE TABLE "teams" (
            "id" integer NOT NULL CONSTRAINT "pk_teams" PRIMARY KEY AUTOINCREMENT,
            "slug" varchar NOT NULL CONSTRAINT "uq_teams_slug" UNIQUE,
            "name" varchar NOT NULL,
            CONSTRAINT "ck_teams_short" CHECK (length(slug) < 9)
        )
    "#]]
    .assert_eq(&(made.join("\n") + "\n"));
    project.expect(0, &["check"]);
}
