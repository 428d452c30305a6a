//! One history of revisions, a schema for each project of the orchestrator in one database.

use std::fs;

use super::project::Project;

/// A project with three schemas of the original, rows in each, and one schema that is somebody else's.
fn orchestrator() -> Project {
    let project = Project::of("fixtures/orchestrator");
    let configuration = fs::read_to_string(project.path().join("seachange.toml")).unwrap();
    project.write("seachange.toml", &format!("{configuration}\n[targets.projects]\nschemas = [\"project_*\"]\n"));
    let original = fs::read_to_string(project.path().join("original_postgres.sql")).unwrap();
    for number in 1..=3 {
        let schema = format!("project_{number}");
        project.database.script(&format!("CREATE SCHEMA {schema}; SET search_path TO {schema};\n{original}"));
        project
            .database
            .script(&format!("INSERT INTO {schema}.projects (name, db_path) VALUES ('of {schema}', '{schema}')"));
    }
    project
        .database
        .script("CREATE SCHEMA other; CREATE TABLE other.things (id int); CREATE TABLE public.shared (id int)");
    project
}

/// Runs on targets; the database is the one of the environment.
fn run(project: &Project, code: i32, arguments: &[&str]) -> crate::support::Ran {
    project.write(".env", &format!("DATABASE_URL={}\n", project.database.url()));
    let ran = crate::support::run_in(project.path(), arguments);
    assert_eq!(ran.code, code, "{arguments:?}: {}\n{}", ran.out, ran.notes);
    ran
}

#[test]
fn a_schema_for_each_project() {
    let project = orchestrator();
    let ran = run(&project, 0, &["check", "--target", "projects"]);
    assert_eq!(ran.out.matches("  no differences\n").count(), 3, "{}", ran.out);
    // Schemas that are targets too are nobody's business here, all others are.
    let ran = run(&project, 0, &["check", "--target", "project_2"]);
    assert!(ran.out.contains("other.things") && !ran.out.contains("project_1"), "{}", ran.out);
    project.write(
        "seachange.toml",
        &(fs::read_to_string(project.path().join("seachange.toml")).unwrap()
            + "[tables]\nexclude = [\"other.*\", \"public.*\"]\n"),
    );
    run(&project, 0, &["revision", "--baseline", "-m", "as it was", "--target", "project_1"]);
    let mut files = fs::read_dir(project.path().join("migrations")).unwrap().map(|entry| entry.unwrap().path());
    let file = files.find(|path| path.extension().is_some_and(|end| end == "sql")).unwrap();
    let text = fs::read_to_string(&file).unwrap();
    assert!(!text.contains("project_1"), "{text}");

    project.database.script("ALTER TABLE project_3.runs DROP COLUMN log_path");
    let ran = run(&project, 1, &["stamp", "head", "--verify", "--target", "projects"]);
    assert!(ran.notes.contains("project_3:\n  error: the database is not what the revisions"), "{}", ran.notes);
    assert_eq!(project.database.query("SELECT n.nspname::text FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE relname = 'seachange_history' ORDER BY 1"), ["project_1", "project_2"]);
    // Of those that other tests have at the moment somebody says that they are in use.
    let left = "SELECT datname::text FROM pg_database WHERE datname LIKE 'seachange\\_scratch%' AND NOT EXISTS (SELECT FROM pg_locks
        WHERE locktype = 'advisory' AND objid::bigint = (hashtext(datname::text)::bigint & 4294967295))";
    assert_eq!(project.database.query(left), Vec::<String>::new());
    project.database.script("ALTER TABLE project_3.runs ADD COLUMN log_path varchar(1024)");
    run(&project, 0, &["stamp", "head", "--verify", "--target", "projects"]);

    let entity = project.path().join("src/entities/tasks.rs");
    let text = fs::read_to_string(&entity).unwrap();
    fs::write(&entity, text.replacen("    pub priority:", "    pub owner: Option<String>,\n    pub priority:", 1))
        .unwrap();
    run(&project, 0, &["revision", "--autogenerate", "-m", "owner", "--target", "project_3"]);
    project.database.script("ALTER TABLE project_2.tasks ADD COLUMN owner int");
    let ran = run(&project, 2, &["upgrade", "--target", "all"]);
    assert!(ran.notes.contains("3 targets: 2 fine, 1 failed"), "{}", ran.notes);
    project.database.script("ALTER TABLE project_2.tasks DROP COLUMN owner");
    // A new one is made from nothing.
    project.database.script("CREATE SCHEMA project_10");
    let ran = run(&project, 0, &["upgrade", "--target", "all"]);
    assert!(ran.out.contains("project_10  ") && ran.out.contains("2 revisions up to"), "{}", ran.out);
    let ran = run(&project, 0, &["check", "--target", "all"]);
    assert_eq!(ran.out.matches("  no differences\n").count(), 4, "{}", ran.out);
    assert_eq!(project.database.query("SELECT name::text FROM (SELECT name FROM project_1.projects UNION SELECT name FROM project_2.projects UNION SELECT name FROM project_3.projects) AS p WHERE name LIKE 'of %' ORDER BY 1"), ["of project_1", "of project_2", "of project_3"]);
    assert_eq!(project.database.query("SELECT count(*)::text FROM pg_type WHERE typname = 'phasetype'"), ["4"]);
    run(&project, 0, &["downgrade", "base", "--accept-data-loss", "--target", "project_10"]);
    assert_eq!(project.database.query("SELECT count(*)::text FROM pg_type WHERE typname = 'phasetype'"), ["3"]);
    let left = "SELECT relname::text FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE nspname = 'project_10' AND relkind = 'r'";
    assert_eq!(project.database.query(left), ["seachange_history"]);
}

#[test]
fn a_query_names_schemas_and_databases() {
    let project = orchestrator();
    project.database.script(
        "CREATE TABLE public.customers (place text, name text);
         INSERT INTO public.customers VALUES ('project_2', 'second'), ('project_3', NULL)",
    );
    let configuration = fs::read_to_string(project.path().join("seachange.toml")).unwrap();
    let query = "query = \"SELECT place, name FROM customers ORDER BY place\"";
    project.write("seachange.toml", &configuration.replace("schemas = [\"project_*\"]", query));
    let ran = run(&project, 0, &["check", "--target", "projects"]);
    assert!(ran.out.contains("\nsecond     ") && ran.out.contains("\nproject_3  "), "{}", ran.out);
    let ran = run(&project, 0, &["check", "--target", "second"]);
    assert!(ran.out.contains("(project_2)`: no differences"), "{}", ran.out);
    project.write(
        "seachange.toml",
        &configuration.replace("schemas = [\"project_*\"]", "query = \"DELETE FROM customers\""),
    );
    let ran = run(&project, 2, &["check", "--target", "projects"]);
    assert!(ran.notes.contains("read-only transaction"), "{}", ran.notes);
}
