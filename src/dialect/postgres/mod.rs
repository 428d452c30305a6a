//! PostgreSQL: its types, expressions and defaults, and when two spellings of them mean the same.
#![expect(dead_code, reason = "the rest of the dialect is not there yet")]

mod casts;
mod catalog;
mod constant;
mod expression;
mod reflect;
mod syntax;
mod text;
mod types;
mod typing;
mod value;
mod words;

pub(super) use reflect::reflect;
