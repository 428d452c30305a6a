//! Writes and checks the migrations of a SeaORM project: from its entities, against its live database.
//!
//! ```text
//! entities ── declare ──┐
//!                       ├─ canonicalize ── reconcile ── diff ── plan ──┬── render ── revision
//! database ── reflect ──┘                                              ├── report
//!                                                                      └── migrate
//! ```
//!
//! - [`declare`] reads entities from Rust source, [`dialect::reflect`] the live database; both give a [`model::Schema`].
//! - [`compare`] puts the two side by side, with the lock as the third, and says what lies between them as [`op::Op`]s;
//!   the parts of that are in [`dialect`] and [`diff`].
//! - [`plan`] orders the operations in the mildest form the dialect has and names their hazards.
//! - [`render`] writes them as SQL and as the text of a revision; [`revision`] keeps those files, their order and the lock.
//! - [`migrate`] runs revisions on a database and records them.
//! - [`scratch`] loads a script into a database that is there for nothing else.
//! - [`report`] says what was found; [`commands`] wires all of it to the command line in [`cli`], with [`config`].
//!
//! `ARCHITECTURE.md` has the layers and the reasons.

pub mod cli;
pub mod commands;
pub mod compare;
pub mod config;
pub mod count;
pub mod declare;
pub mod dialect;
pub mod diff;
pub mod docs;
pub mod error;
mod files;
pub mod hazard;
pub mod migrate;
pub mod model;
pub mod op;
pub mod plan;
pub mod prompt;
pub mod render;
pub mod report;
pub mod revision;
pub mod scratch;
pub mod targets;
