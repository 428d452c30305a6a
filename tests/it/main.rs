//! All integration tests, in one binary.

mod declare;
mod mediaparser_entities;
