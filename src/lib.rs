//! Writes and checks the migrations of a SeaORM project.

pub mod dialect;
pub mod error;
pub mod model;
