//! The entities of every phase of the mediaparser fixture, compiled, for tests that need them at run time.

macro_rules! phases {
    ($($name:ident $path:literal)*) => {
        $(
            #[path = $path]
            #[expect(unreachable_pub, reason = "entities as users write them")]
            pub(crate) mod $name;
        )*
    };
}

phases! {
    initial "../../fixtures/mediaparser/phases/1_initial/mod.rs"
    before_rename "../../fixtures/mediaparser/phases/5_before_rename/mod.rs"
    exact_and_similar_groups "../../fixtures/mediaparser/phases/6_exact_and_similar_groups/mod.rs"
    image_dimensions "../../fixtures/mediaparser/phases/7_image_dimensions/mod.rs"
    review_indexes "../../fixtures/mediaparser/phases/8_review_indexes/mod.rs"
    job_control "../../fixtures/mediaparser/phases/9_job_control/mod.rs"
}
