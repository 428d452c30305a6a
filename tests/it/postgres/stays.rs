//! What a plan must not lose by the way: how values and tables are kept, what is not filled yet, what an index carries along.
//! And changes that PostgreSQL makes only in one order.

use super::changes::{adopted, entity, there_and_back};
use super::moved::Way;
use super::project::Project;

fn rows(project: &Project, sql: &str) -> String {
    project.database.query(sql).join(" ")
}

#[test]
fn a_materialized_view_that_nobody_filled_stays_unfilled() {
    let project = adopted(
        "CREATE TABLE people (id serial PRIMARY KEY, age integer NOT NULL); INSERT INTO people (age) VALUES (4);
         CREATE MATERIALIZED VIEW empty AS SELECT age FROM people WITH NO DATA;
         CREATE MATERIALIZED VIEW full_one AS SELECT age FROM people;
         CREATE UNIQUE INDEX by_age ON empty (age);",
        &entity("", "", "pub age: i32,"),
    );
    let text = there_and_back(&project, &entity("", "", "pub age: i64,"));
    assert_eq!(text.matches("WITH NO DATA").count(), 2, "{text}");
    let filled =
        "SELECT string_agg(relname || ' ' || relispopulated, ', ' ORDER BY relname) FROM pg_class WHERE relkind = 'm'";
    assert_eq!(rows(&project, filled), "empty false, full_one true");
    project.database.script("REFRESH MATERIALIZED VIEW empty");
    project.assert_clean();
    there_and_back(&project, &entity("", "", "pub age: i32,"));
    assert_eq!(rows(&project, filled), "empty true, full_one true");
}

#[test]
fn a_declared_materialized_view_is_made_as_it_says_and_filled_by_others() {
    let project = Project::new(&entity("", "", "pub age: i32,"));
    let sql = "CREATE MATERIALIZED VIEW ages AS SELECT age FROM people";
    project.write("sql/views.sql", &format!("{sql} WITH NO DATA;\n"));
    let text = project.advance("first");
    assert!(text.contains("WITH NO DATA;"), "{text}");
    project.database.script("REFRESH MATERIALIZED VIEW ages");
    project.assert_clean();
}

#[test]
fn what_the_index_of_an_exclusion_carries_along_is_the_projects_once_it_says_so() {
    let body = "#[sea_orm(column_type = \"custom(\\\"int4range\\\")\")] pub span: String, pub note: Option<String>,";
    let exclude = |more: &str| {
        entity(
            &format!(
                "#[seachange(exclude(name = \"apart\", elements = [span(with = \"&&\")], using = \"gist\"{more}))]"
            ),
            "",
            body,
        )
    };
    let project = adopted(
        "CREATE TABLE people (id serial PRIMARY KEY, span int4range NOT NULL, note varchar, more bigint,
             CONSTRAINT apart EXCLUDE USING gist (span WITH &&) INCLUDE (id));",
        &exclude(""),
    );
    let keys = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'apart'";
    assert_eq!(rows(&project, keys), "EXCLUDE USING gist (span WITH &&) INCLUDE (id)");
    let found = project.succeed(&["check"]).out;
    assert!(found.contains("INCLUDE (id) of the exclusion"), "{found}");
    there_and_back(&project, &exclude(", include = [id, span]"));
    assert_eq!(rows(&project, keys), "EXCLUDE USING gist (span WITH &&) INCLUDE (id, span)");
    there_and_back(&project, &exclude(""));
    assert_eq!(rows(&project, keys), "EXCLUDE USING gist (span WITH &&)");
}

#[test]
fn an_exclusion_with_what_it_carries_along_goes_from_one_database_to_another() {
    let from = "CREATE TABLE a (id integer PRIMARY KEY, span int4range, note integer, CONSTRAINT apart EXCLUDE USING gist (span WITH &&) INCLUDE (note));";
    let way =
        Way::new(from, "INSERT INTO a VALUES (1, '[1,2)', 3);", &from.replace("INCLUDE (note)", "INCLUDE (id, note)"));
    way.up().unwrap();
    way.down();
    let way = Way::new(from, "INSERT INTO a VALUES (1, '[1,2)', 3);", &from.replace("note integer", "note bigint"));
    way.up().unwrap();
    way.down();
}

#[test]
fn how_values_are_kept_survives_another_type() {
    let project = adopted(
        "CREATE TABLE people (id serial PRIMARY KEY, name varchar(10) NOT NULL, body varchar(10), age integer);
         ALTER TABLE people ALTER COLUMN name SET STORAGE EXTERNAL, ALTER COLUMN body SET STATISTICS 500;
         ALTER TABLE people ALTER COLUMN body SET (n_distinct = 5);
         DO $$ BEGIN EXECUTE 'ALTER TABLE people ALTER COLUMN body SET COMPRESSION pglz';
             EXCEPTION WHEN syntax_error THEN NULL; END $$;
         INSERT INTO people (name, body, age) VALUES ('a', 'b', 3);",
        &entity(
            "",
            "",
            "#[sea_orm(column_type = \"String(StringLen::N(10))\")] pub name: String,
             #[sea_orm(column_type = \"String(StringLen::N(10))\")] pub body: Option<String>, pub age: Option<i32>,",
        ),
    );
    let kept = "SELECT string_agg(concat_ws(' ', attname, attstorage, to_jsonb(a) ->> 'attcompression', attoptions), ', ' ORDER BY attname)
        FROM pg_attribute AS a WHERE attrelid = 'people'::regclass AND attname IN ('name', 'body')";
    let before = rows(&project, kept);
    assert!(before.contains("name e"), "{before}");
    there_and_back(
        &project,
        &entity(
            "",
            "",
            "#[sea_orm(column_type = \"Text\")] pub name: String,
             #[sea_orm(column_type = \"Text\")] pub body: Option<String>, pub age: Option<i64>,",
        ),
    );
    assert_eq!(rows(&project, kept), before);
}

#[test]
fn tables_and_indexes_stay_in_their_tablespaces() {
    let project = Project::new(&entity("", "", "pub age: i32, #[sea_orm(unique)] pub name: String,"));
    let place = format!("place_of_{}", project.database.name());
    project.database.script(&format!("SET allow_in_place_tablespaces = on; CREATE TABLESPACE {place} LOCATION ''"));
    project.write("sql/none.sql", "-- nothing\n");
    project.database.script(&format!(
        "CREATE TABLE people (id serial PRIMARY KEY, age integer NOT NULL, name varchar NOT NULL UNIQUE USING INDEX TABLESPACE {place}) TABLESPACE {place};
         CREATE INDEX by_age ON people (age) TABLESPACE {place};
         CREATE MATERIALIZED VIEW ages TABLESPACE {place} AS SELECT age FROM people;
         INSERT INTO people (age, name) VALUES (3, 'a');"
    ));
    project.succeed(&["revision", "--baseline", "-m", "as it was"]);
    project.succeed(&["stamp", "head"]);
    let places = "SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class JOIN pg_tablespace AS s ON s.oid = reltablespace
        WHERE s.spcname LIKE 'place_of_%' AND relkind <> 't' AND relname NOT LIKE 'pg_%'";
    let before = rows(&project, places);
    assert_eq!(before, "ages by_age people people_name_key");
    there_and_back(
        &project,
        &entity(
            "",
            "",
            "pub age: i64, #[sea_orm(unique, column_type = \"Text\")] pub name: String, pub more: Option<i32>,",
        ),
    );
    assert_eq!(rows(&project, places), before);
    project
        .database
        .script(&format!("DROP TABLE people CASCADE; DROP TABLE IF EXISTS seachange_history; DROP TABLESPACE {place}"));
}

#[test]
fn a_computed_column_changes_together_with_what_it_is_computed_from() {
    let from = "CREATE TABLE a (id integer PRIMARY KEY, net integer, other integer, gross integer GENERATED ALWAYS AS (net * 2) STORED);
        CREATE INDEX by_gross ON a (gross); CREATE VIEW prices AS SELECT id, gross FROM a;";
    let rows = "INSERT INTO a VALUES (1, 4, 5);";
    for (net, gross, value) in [
        ("net bigint", "gross integer GENERATED ALWAYS AS (net * 3) STORED", "12"),
        ("net bigint", "gross bigint GENERATED ALWAYS AS (net * 2) STORED", "8"),
        ("net bigint", "gross bigint GENERATED ALWAYS AS (net * other) STORED", "20"),
        ("net text", "gross integer GENERATED ALWAYS AS (length(net)) STORED", "1"),
        ("net timestamp", "gross integer GENERATED ALWAYS AS (other) STORED", "5"),
        ("net bigint", "gross text GENERATED ALWAYS AS ('x' || CASE WHEN net > 3 THEN 'y' END) STORED", "xy"),
        ("net bigint", "gross integer", ""),
    ] {
        let to = from.replace("net integer", net).replace("gross integer GENERATED ALWAYS AS (net * 2) STORED", gross);
        let way = Way::new(from, rows, &to);
        way.up().unwrap_or_else(|error| panic!("{net}, {gross}: {error}"));
        if !value.is_empty() {
            assert_eq!(way.query("SELECT gross::text FROM prices"), [value], "{gross}");
        }
        way.down();
    }
}

#[test]
fn the_type_of_a_partition_key_is_refused_before_anything_runs() {
    let from = "CREATE TABLE a (id integer NOT NULL, at integer NOT NULL, note text, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
        CREATE TABLE a_rest PARTITION OF a DEFAULT;";
    let refused = Way::refused(from, &from.replace("at integer", "at bigint"));
    assert_eq!(refused, "the rows of `a` are partitioned by it, and PostgreSQL changes no type of such a column");
    let way = Way::new(from, "INSERT INTO a VALUES (1, 2, 'x')", &from.replace("id integer", "id bigint"));
    way.up().unwrap();
    way.down();
}

#[test]
fn a_declared_view_that_changes_keeps_what_only_the_database_knows_of_it() {
    let project = Project::new(&entity("", "", "pub age: i32,"));
    project.write("sql/views.sql", "CREATE VIEW ages AS SELECT age FROM people;\n");
    project.advance("first");
    let role = format!("reader_of_{}", project.database.name());
    project.database.script(&format!("CREATE ROLE {role}; GRANT SELECT ON ages TO {role};"));
    project.assert_clean();
    project.write("sql/views.sql", "CREATE VIEW ages AS SELECT id, age FROM people;\n");
    let ran = project.run(&["revision", "--autogenerate", "-m", "more"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.notes.contains("`ages` would lose the privileges granted on it if it was made anew"), "{ran:?}");
    assert!(ran.notes.contains("hint: write `CREATE OR REPLACE VIEW`"), "{ran:?}");
    // Without them it changes, and one that goes for good has nothing to keep.
    project.database.script(&format!("REVOKE ALL ON ages FROM {role}; DROP OWNED BY {role}; DROP ROLE {role};"));
    project.advance("more");
}
