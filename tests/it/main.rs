//! All integration tests in one binary.

#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test may panic and may write files")]

mod adoption;
mod annotations;
mod application;
mod branches;
mod cases;
mod cli;
mod cluster;
mod config;
mod conventions;
mod declare;
mod dumps;
mod enums;
mod fills;
mod gates;
mod hazards;
mod history;
mod language;
mod lint;
mod live;
mod measure;
mod mediaparser_entities;
mod merging;
mod models;
mod naming;
mod objects;
mod offline;
mod postgres;
mod proof;
mod random;
mod readme;
mod rebuild;
mod renames;
mod reports;
mod seedarr;
mod silence;
mod support;
mod system_entities;
mod systems;
mod targets;
#[cfg(unix)]
mod terminal;
mod trust;
