//! Branches that meet: which of their statements are in each other's way, and what becomes of `schema.lock`.

mod clones;
mod conflicts;
