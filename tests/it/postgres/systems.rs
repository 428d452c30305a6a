//! The fixtures of whole systems on PostgreSQL: what the original tools made, and whether the entities say the same. The
//! second opinion is SeaORM's own making of tables; what it cannot make is spelled out here.

use std::fs;

use sea_orm::{ConnectionTrait, DbBackend, Schema};
use seachange::declare::{Sources, declare};
use seachange::model::{Index, IndexKey};

use crate::cluster::{self, Database};
use crate::support::{block_on, root};
use crate::system_entities as systems;

/// Makes the types and tables of entities as SeaORM does. Tables come behind those they refer to.
macro_rules! make {
    ($database:expr, $modules:path: $($entity:ident)*) => {{
        use $modules as modules;
        let schema = Schema::new(DbBackend::Postgres);
        block_on(async {
            let connection = $database.connect().await;
            $(
                for statement in schema.create_enum_from_entity(modules::$entity::Entity) {
                    let sql = connection.get_database_backend().build(&statement).sql;
                    // Two tables may have columns of one type.
                    let text = sql.replace('\'', "''");
                    let sql = format!("DO $$ BEGIN EXECUTE '{text}'; EXCEPTION WHEN duplicate_object THEN NULL; END $$");
                    connection.execute_unprepared(&sql).await.unwrap();
                }
                let statement = schema.create_table_from_entity(modules::$entity::Entity);
                connection.execute(&statement).await.unwrap();
            )*
            connection.close().await.unwrap();
        });
    }};
}

#[test]
fn the_camera_entities_have_the_columns_of_the_original() {
    let (original, made) = (cluster::database("camera original"), cluster::database("camera made"));
    run(&original, &["camera/original_a.sql"]);
    make!(made, systems::camera_indexes_and_checks: api_keys cameras gpu_stats logs detections events alert_rules alerts zones
        audit_logs activity_baselines class_baselines prompt_versions);
    run(&made, &["camera/schema/extensions.sql"]);
    annotate(&made, "camera/phases/3_indexes_and_checks");
    assert_eq!(columns(&made), columns(&original));
    assert_eq!(constraints_and_indexes(&made), constraints_and_indexes(&original));
    run(&made, &["camera/schema/search.sql"]);
    assert_eq!(triggers(&made), triggers(&original));
}

#[test]
fn the_camera_entities_follow_the_original_through_its_later_life() {
    let (original, partitioned) = (cluster::database("camera original"), cluster::database("camera partitioned"));
    let count = |what: &str| constraints_and_indexes(&original).iter().filter(|line| line.contains(what)).count();
    run(&original, &["camera/original_a.sql"]);
    assert_eq!((count(" FOREIGN KEY "), count(" CHECK "), triggers(&original).len()), (7, 17, 2));
    // What the original tool did not mean to lose.
    run(&original, &["camera/original_b.sql"]);
    assert_eq!((count(" FOREIGN KEY "), count(" CHECK "), triggers(&original).len()), (4, 10, 1));
    run(&partitioned, &["camera/schema/sequences.sql"]);
    make!(partitioned, systems::camera_partitions: api_keys cameras gpu_stats logs detections events alert_rules alerts zones
        audit_logs activity_baselines class_baselines prompt_versions);
    annotate(&partitioned, "camera/phases/4_partitions");
    assert_eq!(columns(&partitioned), columns(&original));
    assert_eq!(constraints_and_indexes(&partitioned), constraints_and_indexes(&original));

    let later = cluster::database("camera later");
    run(&original, &["camera/original_c.sql"]);
    run(&later, &["camera/schema/sequences.sql"]);
    make!(later, systems::camera_expressions: api_keys cameras gpu_stats logs detections events alert_rules alerts zones
        audit_logs activity_baselines class_baselines prompt_versions mv_detection_type_distribution);
    annotate(&later, "camera/phases/5_expressions");
    assert_eq!(columns(&later), columns(&original));
    assert_eq!(constraints_and_indexes(&later), constraints_and_indexes(&original));
}

#[test]
fn the_rows_of_the_camera_fit_and_bear_what_later_phases_ask_of_them() {
    let (first, whole) = (cluster::database("camera first"), cluster::database("camera whole"));
    make!(first, systems::camera_initial: api_keys cameras gpu_stats logs detections events);
    annotate(&first, "camera/phases/1_initial");
    run(&first, &["camera/rows_1.sql", "camera/data/clean_cameras.sql"]);
    first.script("CREATE UNIQUE INDEX ON cameras (name);\nCREATE UNIQUE INDEX ON cameras (folder_path);\n");
    assert_eq!(first.query("SELECT count(*)::text FROM cameras"), ["4"]);
    first.script("ALTER TABLE events ADD object_types text, ADD search_vector tsvector;\n");
    run(&first, &["camera/schema/search.sql", "camera/data/search_backfill.sql"]);
    let found = "SELECT batch_id FROM events WHERE search_vector @@ to_tsquery('english', 'waiting & door')";
    assert_eq!(first.query(found), ["b-1"]);

    run(&whole, &["camera/original_a.sql", "camera/rows_a.sql"]);
    assert_eq!(whole.query(found), ["b-1"]);

    let second = cluster::database("camera second");
    make!(second, systems::camera_search_alerts_zones: api_keys cameras gpu_stats logs detections events alert_rules alerts zones);
    annotate(&second, "camera/phases/2_search_alerts_zones");
    run(&second, &["camera/rows_1.sql", "camera/schema/search.sql", "camera/data/search_backfill.sql"]);
    assert_eq!(second.query(found), ["b-1"]);
}

#[test]
fn the_orchestrator_entities_have_the_columns_of_the_original() {
    let (original, made) = (cluster::database("orchestrator original"), cluster::database("orchestrator made"));
    run(&original, &["orchestrator/original_postgres.sql"]);
    make!(made, systems::orchestrator: projects tasks change_requests approvals task_versions runs artifacts control_state);
    assert_eq!(columns(&made), columns(&original));
    assert_eq!(constraints_and_indexes(&made), constraints_and_indexes(&original));
}

/// Runs scripts of the fixtures.
fn run(database: &Database<'_>, scripts: &[&str]) {
    for script in scripts {
        database.script(&fs::read_to_string(root().join("fixtures").join(script)).unwrap());
    }
}

/// Adds what `#[seachange(...)]` says and SeaORM does not know: indexes, checks and unique constraints.
fn annotate(database: &Database<'_>, entities: &str) {
    let declared = declare(&Sources::new(root().join("fixtures"), [entities])).unwrap();
    let mut sql = String::new();
    for table in declared.schema.tables.values() {
        let name = &table.name.name;
        for index in &table.indexes {
            sql.push_str(&format!("{};\n", create_index(name, index)));
        }
        for check in &table.checks {
            let named = &check.name.as_ref().unwrap().text;
            sql.push_str(&format!("ALTER TABLE {name} ADD CONSTRAINT {named} CHECK ({});\n", check.expression));
        }
        for unique in &table.uniques {
            let (named, columns) = (&unique.name.as_ref().unwrap().text, unique.columns.join(", "));
            sql.push_str(&format!("ALTER TABLE {name} ADD CONSTRAINT {named} UNIQUE ({columns});\n"));
        }
    }
    database.script(&sql);
}

fn create_index(table: &str, index: &Index) -> String {
    let parts: Vec<String> = index
        .parts
        .iter()
        .map(|part| match (&part.key, &part.operator_class) {
            (IndexKey::Column(column), None) => format!("\"{column}\""),
            (IndexKey::Column(column), Some(class)) => format!("\"{column}\" {class}"),
            (IndexKey::Expression(expression), _) => format!("({expression})"),
        })
        .collect();
    let unique = if index.unique { "UNIQUE " } else { "" };
    let method = index.method.as_deref().unwrap_or("btree");
    let mut sql = format!("CREATE {unique}INDEX {} ON {table} USING {method} ({})", index.name.text, parts.join(", "));
    if !index.include.is_empty() {
        sql.push_str(&format!(" INCLUDE ({})", index.include.join(", ")));
    }
    if let Some(predicate) = &index.predicate {
        sql.push_str(&format!(" WHERE {predicate}"));
    }
    sql
}

/// Every column in its order: table, name, type, whether it must have a value (which no view says) and what it has by
/// itself, however it counts; then the values of enums.
fn columns(database: &Database<'_>) -> Vec<String> {
    let columns = "
        SELECT concat_ws(' ', c.relname, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod),
            CASE WHEN a.attnotnull AND c.relname !~ '^mv_' THEN 'NOT NULL' END,
            CASE WHEN a.attidentity <> '' OR pg_get_expr(d.adbin, d.adrelid) ~ '^nextval' THEN 'counts'
                ELSE pg_get_expr(d.adbin, d.adrelid) END)
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'm') AND NOT c.relispartition AND a.attnum > 0
        ORDER BY c.relname, a.attnum";
    let values = "
        SELECT concat_ws(' ', t.typname, string_agg(e.enumlabel, ', ' ORDER BY e.enumsortorder))
        FROM pg_enum e JOIN pg_type t ON t.oid = e.enumtypid GROUP BY t.typname ORDER BY t.typname";
    database.query(columns).into_iter().chain(database.query(values)).collect()
}

/// Every constraint and index of a table, in the words of the database. Names of keys, of foreign keys and of uniques that
/// nobody named differ between tools and are left out.
fn constraints_and_indexes(database: &Database<'_>) -> Vec<String> {
    let constraints = "
        SELECT concat_ws(' ', c.relname, CASE WHEN o.contype = 'c' OR o.conname ~ '^uq_' THEN o.conname END, pg_get_constraintdef(o.oid))
        FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
            AND o.contype IN ('p', 'u', 'f', 'c') AND c.relname !~ '^mv_'";
    let indexes = "
        SELECT replace(pg_get_indexdef(i.indexrelid), ' ON ONLY ', ' ON ')
        FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
            AND NOT EXISTS (SELECT FROM pg_constraint o WHERE o.conindid = i.indexrelid)";
    let mut found: Vec<String> = database.query(constraints).into_iter().chain(database.query(indexes)).collect();
    found.sort();
    found
}

/// Every trigger and function of the project.
fn triggers(database: &Database<'_>) -> Vec<String> {
    let mut found =
        database.query("SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname");
    found.extend(database.query(
        "SELECT pg_get_functiondef(p.oid) FROM pg_proc p WHERE pronamespace = 'public'::regnamespace
            AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e') ORDER BY proname",
    ));
    found
}
