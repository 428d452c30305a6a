//! All integration tests in one binary.

mod cases;
mod cli;
mod history;
mod support;
