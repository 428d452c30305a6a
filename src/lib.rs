//! Writes and checks the migrations of a SeaORM project.

pub mod cli;
pub mod commands;
pub mod compare;
pub mod config;
pub mod declare;
pub mod dialect;
pub mod diff;
pub mod docs;
pub mod error;
pub mod migrate;
pub mod model;
pub mod op;
pub mod plan;
pub mod render;
pub mod report;
pub mod revision;
