//! The entities of the camera and seedarr fixtures in every phase and those of the orchestrator fixture, compiled, for tests
//! that need them at run time.

macro_rules! entities {
    ($($(#[$lint:meta])* $name:ident $path:literal)*) => {
        $(
            #[path = $path]
            $(#[$lint])*
            #[expect(unreachable_pub, reason = "entities as users write them")]
            pub(crate) mod $name;
        )*
    };
}

entities! {
    camera_initial "../../fixtures/camera/phases/1_initial/mod.rs"
    camera_search_alerts_zones "../../fixtures/camera/phases/2_search_alerts_zones/mod.rs"
    #[expect(clippy::struct_field_names, reason = "the table has a column for its model")]
    camera_indexes_and_checks "../../fixtures/camera/phases/3_indexes_and_checks/mod.rs"
    #[expect(clippy::struct_field_names, reason = "the table has a column for its model")]
    camera_partitions "../../fixtures/camera/phases/4_partitions/mod.rs"
    #[expect(clippy::struct_field_names, reason = "the table has a column for its model")]
    camera_expressions "../../fixtures/camera/phases/5_expressions/mod.rs"
    seedarr_initial "../../fixtures/seedarr/phases/1_initial/mod.rs"
    seedarr_checkpoint_fields "../../fixtures/seedarr/phases/2_checkpoint_fields/mod.rs"
    seedarr_tmdb_cache "../../fixtures/seedarr/phases/3_tmdb_cache/mod.rs"
    seedarr_tags "../../fixtures/seedarr/phases/4_tags/mod.rs"
    orchestrator "../../fixtures/orchestrator/src/entities/mod.rs"
}
