//! Proofs on PostgreSQL: in a database that is dropped again, or for roles that may make none in a transaction that is rolled
//! back.

use std::fs;

use seachange::render;

use super::project::Project;
use crate::support::Ran;

const ENTITIES: &str = "pub mod users {
    use sea_orm::entity::prelude::*;
    use seachange_macros::Seachange;
    #[derive(Clone, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
    #[sea_orm(rs_type = \"String\", db_type = \"Enum\", enum_name = \"mood\")]
    pub enum Mood {
        #[sea_orm(string_value = \"glad\")]
        Glad,
        #[sea_orm(string_value = \"sad\")]
        Sad,
    }
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, Seachange)]
    #[sea_orm(table_name = \"users\")]
    #[seachange(check(\"length(name) > 1\", name = \"long\"))]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
        pub name: String,
        pub mood: Mood,
        // more
    }
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}";

const MORE: &str = "pub age: Option<i32>, #[seachange(index)] pub email: Option<String>,";

/// A project whose first revision is applied, beside things nobody declares.
fn project() -> Project {
    let project = Project::new(ENTITIES);
    project.write(
        "sql/views.sql",
        "CREATE FUNCTION shout(word text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT upper(word) || '!' $$;
        CREATE VIEW names AS SELECT id, shout(name) AS name FROM users;",
    );
    project.advance("users");
    project.database.script(
        "CREATE SEQUENCE numbers; CREATE DOMAIN \"Some Word\" AS text CHECK (VALUE <> '');
        CREATE TABLE \"Odd table\" (id integer PRIMARY KEY DEFAULT nextval('numbers'), \"Wort\" \"Some Word\", user_id integer
            REFERENCES users (id) DEFERRABLE INITIALLY DEFERRED, mood mood[]);
        CREATE MATERIALIZED VIEW counted AS SELECT mood, count(*) FROM users GROUP BY mood;
        INSERT INTO users (name, mood) VALUES ('Ann', 'glad');",
    );
    project
}

/// A role of its own that may do so much, and its URL.
fn role(project: &Project, hint: &str, options: &str, grants: &str) -> (String, String) {
    let name = project.database.name();
    let role = format!("{name}_{hint}").to_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "_");
    project.database.script(&format!(
        "CREATE ROLE {role} LOGIN {options}; GRANT ALL ON SCHEMA public TO {role};
        GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}; {}",
        grants.replace("{role}", &role).replace("{name}", &format!("\"{name}\""))
    ));
    let url = project.database.url().replace("user=postgres", &format!("user={role}"));
    (role, url)
}

fn drop_role(project: &Project, role: &str) {
    project.database.script(&format!("DROP OWNED BY {role}; DROP ROLE {role};"));
}

/// Makes the project write its revisions by the template that is built in, but for a change.
fn template(project: &Project, from: &str, to: &str) {
    assert!(render::TEMPLATE.contains(from), "{from}");
    project.write("own.j2", &render::TEMPLATE.replace(from, to));
    project.write("seachange.toml", "template = \"own.j2\"\nentities = [\"entities.rs\"]\nsql = [\"sql/*.sql\"]\n");
}

fn files(project: &Project) -> usize {
    fs::read_dir(project.path().join("migrations")).unwrap().count()
}

/// The databases of a role, and the schemas of the database.
fn left(project: &Project, role: &str) -> Vec<String> {
    project.database.query(&format!(
        "SELECT datname::text FROM pg_database WHERE datdba = '{role}'::regrole
        UNION ALL SELECT nspname::text FROM pg_namespace WHERE nspname LIKE 'seachange%'"
    ))
}

const AUTOGENERATE: [&str; 4] = ["revision", "--autogenerate", "-m", "more"];

/// Writes what goes up and down, and nothing of what leaves something out on either way.
fn proves(project: &Project, url: &str) {
    project.write("entities.rs", &ENTITIES.replace("// more", MORE));
    let before = files(project);
    for (from, to, words) in [
        ("{{ statements(up) }}", "{{ statements(up[1:]) }}", "  add column `users."),
        ("{{ statements(up) }}", "{{ statements(up) }}DROP TABLE \"Odd table\";\n", "  create table `Odd table`"),
        ("{{ statements(down) | trim }}", "SELECT 1;", "  drop column `users."),
        ("{{ statements(down) | trim }}", "DROP TABLE nothing;", "table \"nothing\" does not exist"),
    ] {
        template(project, from, to);
        let Ran { code, out, notes } = project.run_on(url, &AUTOGENERATE);
        assert_eq!((code, out.as_str(), files(project)), (1, "", before), "{to}: {notes}");
        assert!(notes.contains(words) && !notes.contains("not proved"), "{to}: {notes}");
    }
    project.write("seachange.toml", "entities = [\"entities.rs\"]\nsql = [\"sql/*.sql\"]\n");
    let ran = project.succeed_on(url, &AUTOGENERATE);
    assert!(!ran.notes.contains("prove"), "{}", ran.notes);
    assert_eq!(files(project), before + 1);
    let ran = project.succeed_on(url, &["prove"]);
    assert!(ran.out.lines().all(|line| line.ends_with(": proved")) && ran.out.lines().count() == 2, "{ran:?}");
}

#[test]
fn in_a_database_that_is_dropped_again() {
    let project = project();
    let (role, url) = role(&project, "maker", "CREATEDB", "");
    // What a run left that was killed.
    let dead = format!("seachange_scratch_{role}");
    project.database.script(&format!("CREATE DATABASE {dead} OWNER {role};"));
    proves(&project, &url);
    assert_eq!(left(&project, &role), Vec::<String>::new());
    assert_eq!(project.database.query("SELECT name FROM users"), ["Ann"]);
    drop_role(&project, &role);
}

#[test]
fn in_a_transaction_where_no_database_may_be_made() {
    let project = project();
    let (role, url) = role(&project, "plain", "", "GRANT CREATE, TEMP ON DATABASE {name} TO {role};");
    proves(&project, &url);
    assert_eq!(left(&project, &role), Vec::<String>::new());
    assert_eq!(project.database.query("SELECT name FROM users"), ["Ann"]);

    let what = "and this role may make no database to try it in";
    let not_proved = |arguments: &[&str], words: &str| {
        let before = files(&project);
        let ran = project.succeed_on(&url, arguments);
        assert!(ran.notes.contains(&format!("note: not proved: {words}")) && ran.notes.contains(what), "{}", ran.notes);
        assert!(files(&project) > before);
    };
    project.succeed(&["upgrade"]);
    project.database.script(&format!("GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role};"));
    let more = ENTITIES.replace("// more", &format!("{MORE} #[seachange(index)] pub size: Option<i32>,"));
    project.write("entities.rs", &more);
    not_proved(&["revision", "--autogenerate", "--online", "-m", "online"], "`");
    project.succeed(&["upgrade"]);
    project.database.script(&format!(
        "CREATE SCHEMA archive; CREATE TABLE archive.old (id int); GRANT ALL ON SCHEMA archive TO {role};
        GRANT SELECT ON ALL TABLES IN SCHEMA public, archive TO {role};"
    ));
    project.write("entities.rs", &ENTITIES.replace("// more", MORE));
    not_proved(&["revision", "--autogenerate", "-m", "no size"], "`archive");
    drop_role(&project, &role);
}

#[test]
fn a_role_that_may_make_nothing_is_not_stopped() {
    let project = project();
    let (role, url) = role(
        &project,
        "none",
        "",
        "REVOKE ALL ON DATABASE {name} FROM PUBLIC; GRANT CONNECT ON DATABASE {name} TO {role};",
    );
    project.write("entities.rs", &ENTITIES.replace("// more", MORE));
    let ran = project.succeed_on(&url, &AUTOGENERATE);
    assert!(
        ran.notes.contains("note: not proved: this role may make neither a database nor a schema there"),
        "{}",
        ran.notes
    );
    let ran = project.run_on(&url, &["prove"]);
    assert!(ran.code == 2 && ran.notes.contains("hint: grant the role `CREATEDB`"), "{ran:?}");
    // Another server may lend the room.
    let scratch = project.database.url();
    let ran = project.succeed_on(&url, &["prove", "--scratch", &scratch]);
    assert_eq!(ran.out.lines().count(), 2);
    drop_role(&project, &role);
}

#[test]
fn offline_no_server_is_asked() {
    let project = Project::new(ENTITIES);
    project.write("sql/none.sql", "-- nothing\n");
    let arguments = ["revision", "--autogenerate", "--offline", "-m", "users"];
    let ran = project.succeed(&arguments);
    assert!(ran.notes.contains("note: not proved: that takes a server, and `--offline` asks none"), "{}", ran.notes);
    template(&project, "{{ statements(up) }}", "{{ statements(up[1:]) }}");
    project.write("entities.rs", &ENTITIES.replace("// more", MORE));
    let scratch = project.database.url();
    let ran = project.run(&[&arguments[..], &["--scratch", &scratch]].concat());
    assert!(ran.code == 1 && ran.notes.contains("  add column `users."), "{ran:?}");
}

#[test]
fn online_parts_are_proved_one_by_one() {
    let project = project();
    project.write("entities.rs", &ENTITIES.replace("// more", "#[sea_orm(unique)] pub email: String,"));
    let ran = project.succeed(&["revision", "--autogenerate", "--online", "-m", "email"]);
    assert!(ran.notes.contains("not proved: ") && ran.notes.contains("is not finished"), "{}", ran.notes);
    for file in ran.out.lines() {
        fs::remove_file(project.path().join(file)).unwrap();
    }
    let fill = ["revision", "--autogenerate", "--online", "-m", "email", "--fill", "users.email=name || id"];
    let before = files(&project);
    template(
        &project,
        "{{ statements(down) | trim }}",
        "{% if down_alone %}SELECT 1;{% else %}{{ statements(down) | trim }}{% endif %}",
    );
    let ran = project.run(&fill);
    assert!(ran.code == 1 && ran.notes.contains("does not lead back") && files(&project) == before, "{ran:?}");
    project.write("seachange.toml", "entities = [\"entities.rs\"]\nsql = [\"sql/*.sql\"]\n");
    let ran = project.succeed(&fill);
    assert!(ran.out.lines().count() > 2 && !ran.notes.contains("prove"), "{ran:?}");
    let ran = project.succeed(&["prove", "heads"]);
    assert!(ran.out.contains(": proved"), "{ran:?}");
}

#[test]
fn a_hand_that_reaches_out_of_the_room_is_seen() {
    let project = project();
    let (role, url) = role(&project, "reaching", "", "GRANT CREATE ON DATABASE {name} TO {role};");
    let revision = |sql: &str| {
        project.write(
            "migrations/99990101T000000_f00_reach.sql",
            &format!("-- message: reach\n-- revision: f00\n-- parents: none\n-- migrate:up\n{sql}\n-- migrate:down\nSELECT 1;\n"),
        );
    };
    revision("ALTER TABLE public.users ADD COLUMN x integer;");
    let ran = project.run_on(&url, &["prove", "f00"]);
    assert!(
        ran.code == 1 && ran.out.contains("`f00` (reach): not proved: `f00` (reach) names the schema `public`"),
        "{ran:?}"
    );
    // With extensions in the default schema, its names are found, too.
    project.database.script(&format!(
        "CREATE EXTENSION pg_trgm; CREATE TABLE theirs (id int); ALTER TABLE theirs OWNER TO {role};"
    ));
    revision("UPDATE theirs SET id = 1;");
    let ran = project.run_on(&url, &["prove", "f00"]);
    assert!(
        ran.code == 1 && ran.out.contains("not proved: it works on `public.theirs`, which is not its own"),
        "{ran:?}"
    );
    drop_role(&project, &role);
}
