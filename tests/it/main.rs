//! All integration tests in one binary.

mod cases;
mod cli;
mod declare;
mod history;
mod mediaparser_entities;
mod readme;
mod silence;
mod support;
