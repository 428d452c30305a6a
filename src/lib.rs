//! Writes and checks the migrations of a SeaORM project.

pub mod declare;
pub mod error;
pub mod model;
