//! PostgreSQL: how it is read.
#![allow(dead_code)]
mod catalog;
mod reflect;
mod text;
mod types;
mod value;
mod words;
pub(super) use reflect::reflect;
