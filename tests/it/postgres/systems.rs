//! The fixtures of whole systems on PostgreSQL: what the original tools made, and whether the entities are about the same
//! columns. The second opinion is SeaORM's own making of tables.

use std::fs;

use sea_orm::{ConnectionTrait, DbBackend, Schema};

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
    assert_eq!(columns(&made), columns(&original));
}

#[test]
fn the_camera_entities_follow_the_original_through_its_later_life() {
    let (original, partitioned) = (cluster::database("camera original"), cluster::database("camera partitioned"));
    run(&original, &["camera/original_a.sql", "camera/original_b.sql"]);
    run(&partitioned, &["camera/schema/sequences.sql"]);
    make!(partitioned, systems::camera_partitions: api_keys cameras gpu_stats logs detections events alert_rules alerts zones
        audit_logs activity_baselines class_baselines prompt_versions);
    assert_eq!(columns(&partitioned), columns(&original));

    let later = cluster::database("camera later");
    run(&original, &["camera/original_c.sql"]);
    run(&later, &["camera/schema/sequences.sql"]);
    make!(later, systems::camera_expressions: api_keys cameras gpu_stats logs detections events alert_rules alerts zones
        audit_logs activity_baselines class_baselines prompt_versions mv_detection_type_distribution);
    assert_eq!(columns(&later), columns(&original));
}

#[test]
fn the_orchestrator_entities_have_the_columns_of_the_original() {
    let (original, made) = (cluster::database("orchestrator original"), cluster::database("orchestrator made"));
    run(&original, &["orchestrator/original_postgres.sql"]);
    make!(made, systems::orchestrator: projects tasks change_requests approvals task_versions runs artifacts control_state);
    assert_eq!(columns(&made), columns(&original));
}

/// Runs scripts of the fixtures.
fn run(database: &Database<'_>, scripts: &[&str]) {
    for script in scripts {
        database.script(&fs::read_to_string(root().join("fixtures").join(script)).unwrap());
    }
}

/// Every column in its order: table, name, type, whether it must have a value (which no view
/// says) and has one by itself; then the values of enums.
fn columns(database: &Database<'_>) -> Vec<String> {
    let columns = "
        SELECT concat_ws(' ', c.relname, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod),
            CASE WHEN a.attnotnull AND c.relname NOT LIKE 'mv\_%' THEN 'NOT NULL' END, CASE WHEN a.atthasdef OR a.attidentity <> '' THEN 'DEFAULT' END)
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p', 'm') AND NOT c.relispartition AND a.attnum > 0
        ORDER BY c.relname, a.attnum";
    let values = "
        SELECT concat_ws(' ', t.typname, string_agg(e.enumlabel, ', ' ORDER BY e.enumsortorder))
        FROM pg_enum e JOIN pg_type t ON t.oid = e.enumtypid GROUP BY t.typname ORDER BY t.typname";
    database.query(columns).into_iter().chain(database.query(values)).collect()
}
