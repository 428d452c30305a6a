//! All integration tests in one binary.

mod cases;
mod cli;
mod declare;
mod mediaparser_entities;
mod support;
