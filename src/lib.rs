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
//! - [`meet`] says which statements of two branches are in each other's way.
//! - [`migrate`] runs revisions on a database and records them.
//! - [`scratch`] loads a script into a database that is there for nothing else.
//! - [`application`] does the same inside of a program that brings its revisions along: [`Migrator`].
//! - [`report`] says what was found; [`commands`] wires all of it to the command line in [`cli`], with [`config`].
//!
//! `ARCHITECTURE.md` has the layers and the reasons.

// Features choose modules here and nowhere else. An application that runs its revisions reads no entities and writes nothing.
#![cfg_attr(not(feature = "cli"), expect(dead_code, reason = "what only the program uses"))]

pub mod application;
#[cfg(feature = "cli")]
pub mod cli;
#[cfg(feature = "cli")]
pub mod commands;
pub mod compare;
#[cfg(feature = "cli")]
pub mod config;
#[cfg(not(feature = "cli"))]
pub mod config {
    //! What a project decides about its databases.
    pub(crate) mod keys;
    mod reader;
    pub(crate) mod settings;
    mod url;
    pub use self::settings::Deny;
    pub use self::url::{Database, database};
}
pub mod count;
#[cfg(feature = "cli")]
pub mod declare;
pub mod dialect;
pub mod diff;
#[cfg(feature = "cli")]
pub mod docs;
pub mod error;
#[cfg(feature = "cli")]
mod files;
pub mod hazard;
#[cfg(feature = "cli")]
pub mod lint;
pub mod meet;
pub mod migrate;
pub mod model;
pub mod op;
pub mod plan;
#[cfg(feature = "cli")]
pub mod prompt;
#[cfg(feature = "cli")]
mod proof;
#[cfg(feature = "cli")]
pub mod render;
#[cfg(not(feature = "cli"))]
pub mod render {
    //! Tables as text.
    pub mod sql;
}
pub mod report;
pub mod revision;
#[cfg(feature = "cli")]
pub mod scratch;
#[cfg(feature = "cli")]
pub mod targets;
#[cfg(feature = "cli")]
pub mod testing;

pub use application::{Failure, Migrator, State};
#[doc(hidden)]
pub use seachange_macros::embed as __embed;

/// The [`Migrator`] of a folder of revisions, which comes into the program while it is compiled.
///
/// Without arguments it is the folder that `seachange.toml` at or above `Cargo.toml` names, or `migrations`; otherwise the
/// one that is named, relative to `Cargo.toml`. Revisions, `schema.lock` and what `seachange.toml` decides about databases
/// come along; its URL does not. Two heads, an id twice, a parent that is in no file and a `-- TODO:` are errors of the
/// compiler, with the name of the file.
///
/// A change of a file is noticed by the compiler, a new file when `schema.lock` changed with it. For those that change nothing
/// else, say once in `build.rs`:
///
/// ```
/// println!("cargo::rerun-if-changed=migrations");
/// ```
///
/// ```
/// static MIGRATOR: seachange::Migrator = seachange::migrations!("fixtures/application/migrations");
/// ```
#[macro_export]
macro_rules! migrations {
    ($($folder:literal)?) => {
        $crate::Migrator::new($crate::application::Embedded::new($crate::__embed!($($folder)?)))
    };
}
