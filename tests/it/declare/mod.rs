//! What is read from source must be what SeaORM makes of the same source at run time.

use std::fs;

use sea_orm::EntityName;
use seachange::declare::linked::Entities;
use seachange::declare::{Sources, declare};
use seachange::error::Error;
use seachange::model::{
    AutoIncrement, DataType, Declared, Deferrable, Location, ObjectPath, Placement, Rename, Table, TableName,
    TableOptions,
};

use crate::support::root;

use super::mediaparser_entities as mediaparser;
use super::system_entities as systems;

#[path = "../../../fixtures/declare/mod.rs"]
#[expect(
    unreachable_pub,
    non_snake_case,
    clippy::pedantic,
    reason = "entities as users write them, with every odd name there is"
)]
mod everything;

/// Compares entities with what is read from their source.
macro_rules! agree {
    ($sources:expr, $modules:path: $($entity:ident)*) => {{
        use $modules as modules;
        let linked = Entities::default()$(.with::<modules::$entity::Entity>().unwrap())*.declared();
        assert_agree(&read($sources), &linked);
    }};
}

/// The entities of every case, compiled and compared. One that is forgotten is missing among the linked.
macro_rules! cases {
    ($($name:ident($($from:ident)* => $($to:ident)*))*) => {
        #[path = "../../../fixtures/cases"]
        mod cases {
            $(
                pub(super) mod $name {
                    #[expect(unreachable_pub, reason = "entities as users write them")]
                    pub(crate) mod from;
                    #[expect(unreachable_pub, reason = "entities as users write them")]
                    pub(crate) mod to;
                }
            )*
        }

        #[test]
        fn entities_of_cases() {
            $(
                agree!(concat!("fixtures/cases/", stringify!($name), "/from.rs"), cases::$name::from: $($from)*);
                agree!(concat!("fixtures/cases/", stringify!($name), "/to.rs"), cases::$name::to: $($to)*);
            )*
        }

        #[test]
        fn every_case_is_compiled() {
            let entries = fs::read_dir(root().join("fixtures/cases")).unwrap();
            let mut folders: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
            folders.sort();
            assert_eq!(folders, [$(stringify!($name)),*]);
        }
    };
}

cases! {
    check_changes(files => files)
    check_is_added(files => files)
    check_is_dropped(files => files)
    collation_changes(files => files)
    column_becomes_optional(files => files)
    column_becomes_required(files => files)
    column_becomes_required_with_default(files => files)
    column_is_added(files => files)
    column_is_added_with_reference(users files => users files)
    column_is_dropped(files => files)
    column_is_renamed(files => files)
    column_is_renamed_inside_keys(parts notes => parts notes)
    column_type_changes(files => files)
    column_with_check_is_renamed_and_changes(files => files)
    columns_are_renamed_in_a_row(files => files)
    columns_get_what_is_said(people => people)
    comments_change(files => files)
    computed_column_changes(files => files)
    computed_column_is_added(files => files)
    computed_column_is_dropped(files => files)
    default_changes(files => files)
    entity_is_ignored(files tags => files tags)
    enum_becomes_integer(jobs => jobs)
    enum_in_array_becomes_type(jobs => jobs)
    enum_is_renamed_by_attribute(jobs => jobs)
    enum_type_is_dropped(people => people)
    enum_type_is_shared(people pets => people pets)
    enum_value_is_added(people => people)
    enum_value_is_added_and_used(people => people)
    enum_value_is_another(jobs => jobs)
    enum_value_is_removed(people => people)
    enum_value_is_replaced(jobs => jobs)
    enum_values_are_reordered(people => people)
    enum_values_change_places(jobs => jobs)
    enum_values_change_with_check(jobs => jobs)
    enum_values_change_without_check(jobs => jobs)
    enum_variant_is_gone(jobs => jobs)
    enum_with_check_becomes_type(jobs => jobs)
    expression_index_is_added(files => files)
    foreign_key_action_changes(users files => users files)
    foreign_key_becomes_deferrable(files tags => files tags)
    foreign_key_is_added(users files => users files)
    foreign_key_is_dropped(users files => users files)
    index_is_added(files => files)
    index_is_dropped(files => files)
    index_order_and_collation_change(files => files)
    integer_enum_becomes_type(jobs stages => jobs stages)
    keys_carry_columns_and_wait(files => files)
    named_unique_is_added(files => files)
    names_are_nasty(order => order q)
    optional_column_is_added_with_check(files => files)
    partial_index_is_added(files => files)
    primary_key_changes(files => files)
    primary_key_gets_a_name(files => files)
    primary_key_is_replaced_while_others_refer_to_it(users files => users)
    primary_key_is_unique_too(codes => codes)
    required_column_is_added_with_default(files => files)
    required_column_is_dropped(files => files)
    required_reference_is_dropped(users files => users files)
    special_indexes_are_added(files => files)
    table_becomes_strict(files => files)
    table_becomes_without_rowid(files => files)
    table_is_added(users => users files)
    table_is_dropped(users files => users)
    table_is_no_longer_strict(files => files)
    table_is_renamed(users files => people files)
    table_is_renamed_by_attribute(files => documents)
    tables_refer_in_a_circle(users => users teams)
    text_becomes_enum(people => people)
    tuning_for_another_database_changes_nothing(files => files)
    type_is_written_for_sqlite(files => files)
    unique_column_is_added(files => files)
    unique_gets_a_name(files => files)
    unique_is_added(files => files)
    unique_is_dropped(files => files)
}

#[test]
fn every_attribute_and_type() {
    agree!("fixtures/declare", everything:
        annotated annotated_dense attributes author book by_hand chapter compact expanded expanded_part expressions names names_camel names_kebab names_screaming newtypes
        rust_types rust_types_beyond_sqlite text_key uuid_key written_types
    );
}

#[test]
fn entities_without_a_table() {
    let declared = read("fixtures/declare");
    let (view, ignored) = (everything::annotated::view::Entity, everything::annotated::ignored::Entity);
    assert_eq!(declared.views.into_iter().collect::<Vec<_>>(), [TableName::new(view.table_name())]);
    assert_eq!(declared.ignored.into_iter().collect::<Vec<_>>(), [TableName::new(ignored.table_name())]);
}

#[test]
fn mediaparser_phases() {
    use mediaparser::{
        before_rename, exact_and_similar_groups, image_dimensions, initial, job_control, review_indexes,
    };

    agree!("fixtures/mediaparser/phases/1_initial", initial: files jobs job_files duplicates user_decisions);
    agree!("fixtures/mediaparser/phases/5_before_rename", before_rename: files jobs job_files duplicates user_decisions);
    agree!(
        "fixtures/mediaparser/phases/6_exact_and_similar_groups",
        exact_and_similar_groups: files jobs job_files duplicates user_decisions
    );
    agree!("fixtures/mediaparser/phases/7_image_dimensions", image_dimensions: files jobs job_files duplicates user_decisions);
    agree!("fixtures/mediaparser/phases/8_review_indexes", review_indexes: files jobs job_files duplicates user_decisions);
    agree!("fixtures/mediaparser/phases/9_job_control", job_control: files jobs job_files duplicates user_decisions);
}

#[test]
fn the_project_of_mediaparser_holds_its_first_phase() {
    let project = declare(&Sources::new("fixtures/mediaparser", ["src/entities"])).unwrap();
    assert_eq!(project.schema, read("fixtures/mediaparser/phases/1_initial").schema);
    let first = project.origins.values().map(ToString::to_string).collect::<Vec<_>>();
    assert!(first.contains(&"src/entities/duplicates.rs:7:24".to_owned()), "{first:?}");
}

#[test]
fn camera_phases() {
    agree!(
        "fixtures/camera/phases/1_initial",
        systems::camera_initial: api_keys cameras detections events gpu_stats logs
    );
    agree!(
        "fixtures/camera/phases/2_search_alerts_zones",
        systems::camera_search_alerts_zones: alert_rules alerts api_keys cameras detections events gpu_stats logs zones
    );
    agree!(
        "fixtures/camera/phases/3_indexes_and_checks",
        systems::camera_indexes_and_checks: activity_baselines alert_rules alerts api_keys audit_logs cameras
        class_baselines detections events gpu_stats logs prompt_versions zones
    );
    agree!(
        "fixtures/camera/phases/4_partitions",
        systems::camera_partitions: activity_baselines alert_rules alerts api_keys audit_logs cameras
        class_baselines detections events gpu_stats logs prompt_versions zones
    );
    agree!(
        "fixtures/camera/phases/5_expressions",
        systems::camera_expressions: activity_baselines alert_rules alerts api_keys audit_logs cameras
        class_baselines detections events gpu_stats logs mv_detection_type_distribution prompt_versions zones
    );
}

#[test]
fn the_project_of_the_camera_holds_its_third_phase() {
    let project = declare(&Sources::new("fixtures/camera", ["src/entities"])).unwrap();
    assert_eq!(project.schema, read("fixtures/camera/phases/3_indexes_and_checks").schema);
}

#[test]
fn seedarr_phases() {
    agree!("fixtures/seedarr/phases/1_initial", systems::seedarr_initial: file_entries);
    agree!("fixtures/seedarr/phases/2_checkpoint_fields", systems::seedarr_checkpoint_fields: file_entries);
    agree!("fixtures/seedarr/phases/3_tmdb_cache", systems::seedarr_tmdb_cache: file_entries tmdb_cache);
    agree!("fixtures/seedarr/phases/4_tags", systems::seedarr_tags: file_entries tags tmdb_cache);
}

#[test]
fn the_project_of_seedarr_holds_its_first_phase() {
    let project = declare(&Sources::new("fixtures/seedarr", ["src/entities"])).unwrap();
    assert_eq!(project.schema, read("fixtures/seedarr/phases/1_initial").schema);
}

#[test]
fn orchestrator() {
    agree!(
        "fixtures/orchestrator/src/entities",
        systems::orchestrator: approvals artifacts change_requests control_state projects runs task_versions tasks
    );
}

fn read(sources: &str) -> Declared {
    declare(&Sources::new(root(), [sources])).unwrap_or_else(|error| match error {
        Error::Source { problems } => panic!("{problems:#?}"),
        other => panic!("{other}"),
    })
}

/// Fails unless both say the same.
pub(crate) fn assert_agree(read: &Declared, linked: &Declared) {
    let (read, linked) = without_annotations(read, linked);
    let (read, linked) = (told_by_both(&read), told_by_both(&linked));
    let tables = |declared: &Declared| declared.schema.tables.keys().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(tables(&read), tables(&linked), "tables that were read, tables that are linked");
    for (name, table) in &read.schema.tables {
        assert_eq!(table, &linked.schema.tables[name], "{name}");
    }
    assert_eq!(read, linked);
}

/// What source and run time can both tell, and what only one of them can in one form.
pub(crate) fn told_by_both(declared: &Declared) -> Declared {
    // What rows get is said with an attribute of ours alone.
    let mut told = Declared { origins: [].into(), details: [].into(), fills: [].into(), ..declared.clone() };
    told.renames.sort_by_key(|rename| format!("{rename:?}"));
    for table in told.schema.tables.values_mut() {
        for column in &mut table.columns {
            // Whether somebody wrote it.
            column.data_type.inferred = false;
            if column.auto_increment == AutoIncrement::Yes {
                column.auto_increment = AutoIncrement::Inferred;
            }
            // The variants are gone, and so are the values of an enum that is text to the database.
            column.variants = Vec::new();
            if !matches!(column.data_type.kind, DataType::Enum(_)) {
                column.values = None;
            }
        }
    }
    told
}

/// Both without what only `#[seachange(...)]` can say, for the entities that use it: at run time nothing is left of it.
fn without_annotations(read: &Declared, linked: &Declared) -> (Declared, Declared) {
    // Where the project is another folder than ours, nobody uses them.
    let source = |place: &Location| fs::read_to_string(root().join(&place.file)).unwrap_or_default();
    let is_annotated = |name: &TableName| {
        let place = read.origins.get(&ObjectPath::Table(name.clone()));
        place.is_some_and(|place| source(place).contains("#[seachange("))
    };
    let unmade = |name: &TableName| read.views.contains(name) || read.ignored.contains(name);
    let bare = |declared: &Declared| {
        let mut declared = declared.clone();
        declared.schema.tables.retain(|name, _| !unmade(name));
        for (_, table) in declared.schema.tables.iter_mut().filter(|(name, _)| is_annotated(name)) {
            *table = without_annotation(Table::clone(table)).into();
        }
        declared.renames.retain(|rename| match rename {
            Rename::Table { to, .. } => !is_annotated(to),
            Rename::Column { table, .. } => !is_annotated(table),
            Rename::Enum { .. } | Rename::Value { .. } => false,
        });
        (declared.views, declared.ignored) = ([].into(), [].into());
        declared
    };
    let (mut read, linked) = (bare(read), bare(linked));
    for (name, table) in read.schema.tables.iter_mut().filter(|(name, _)| is_annotated(name)) {
        // What `#[seachange(...)]` leaves unnamed looks like SeaORM's own.
        let Some(linked) = linked.schema.tables.get(name) else { continue };
        table.uniques.retain(|unique| linked.uniques.contains(unique));
        table.indexes.retain(|index| linked.indexes.iter().any(|linked| linked.name == index.name));
    }
    (read, linked)
}

/// The fixtures give names to what SeaORM could say as well, so that the two can be told apart.
fn without_annotation(mut table: Table) -> Table {
    table.comment = None;
    table.options = TableOptions::default();
    for column in &mut table.columns {
        column.comment = None;
        column.generated = None;
        column.identity = None;
        column.collation = None;
        column.written_types.clear();
    }
    table.checks.clear();
    table.exclusions.clear();
    table.indexes.retain(|index| index.name.inferred);
    table.uniques.retain(|unique| unique.placement != Placement::Table);
    for unique in &mut table.uniques {
        unique.name = None;
        unique.deferrable = Deferrable::No;
        unique.include.clear();
    }
    for fk in &mut table.foreign_keys {
        fk.name = None;
        (fk.deferrable, fk.match_full, fk.not_valid) = (Deferrable::No, false, false);
    }
    if let Some(key) = table.primary_key.as_mut() {
        key.name = None;
        key.deferrable = Deferrable::No;
        key.include.clear();
    }
    table
}
