//! PostgreSQL: its types, expressions and defaults, and when two spellings of them mean the same.
#![cfg_attr(not(test), expect(dead_code, reason = "the rest of the dialect is not there yet"))]

mod casts;
mod constant;
mod expression;
mod syntax;
mod types;
mod typing;
mod value;
mod words;
