//! The entities of the camera fixture in every phase and those of the orchestrator fixture, compiled, for tests that need
//! them at run time.

macro_rules! entities {
    ($($name:ident $path:literal)*) => {
        $(
            #[path = $path]
            #[expect(unreachable_pub, reason = "entities as users write them")]
            pub(crate) mod $name;
        )*
    };
}

entities! {
    camera_initial "../../fixtures/camera/phases/1_initial/mod.rs"
    camera_search_alerts_zones "../../fixtures/camera/phases/2_search_alerts_zones/mod.rs"
    camera_indexes_and_checks "../../fixtures/camera/phases/3_indexes_and_checks/mod.rs"
    camera_partitions "../../fixtures/camera/phases/4_partitions/mod.rs"
    camera_expressions "../../fixtures/camera/phases/5_expressions/mod.rs"
    orchestrator "../../fixtures/orchestrator/src/entities/mod.rs"
}
