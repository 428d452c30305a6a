//! What stands around `check`: hooks of git, the script of CI, the watch over a database, and the pages about them. Everything is
//! run as it would be used.

mod drift;
mod gate;
mod hook;
mod pages;
mod precommit;
mod repository;
mod staged;
