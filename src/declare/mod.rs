//! Reads what SeaORM entities declare from their Rust source. Nothing is compiled and no database is asked.
//!
//! `workspace` reads files into a tree of modules, `names` looks up paths in it, `entity` makes a table of each model.
//! Whatever is not understood is an error with its place: never a guess, never a silent skip.
//! Knows no dialect: what a type is called in a database is not decided here.

mod annotations;
#[cfg(test)]
mod annotations_tests;
mod attrs;
mod by_hand;
mod cfg;
mod column_type;
mod constants;
pub mod convention;
mod defaults;
mod entity;
mod enums;
mod expanded;
mod find;
mod gather;
#[path = "../../macros/src/grammar/mod.rs"]
mod grammar;
mod known;
pub mod linked;
mod names;
mod naming;
mod problem;
mod relations;
mod shared;
#[cfg(test)]
mod testing;
mod types;
mod workspace;

use std::collections::BTreeMap;
use std::iter;
use std::num::NonZero;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use syn::Item;
use syn::spanned::Spanned;

use self::cfg::Condition;
pub use self::cfg::Features;
pub use self::column_type::StoredAs;
use self::entity::Outlines;
pub use self::find::find_entities;
use self::gather::Found;
use self::problem::Problem;
use self::workspace::{Common, Module, Wanted, Workspace};
use crate::error::{Diagnostic, Result};
use crate::model::Declared;

/// Where the entities are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sources {
    /// The folder of the project. Paths in messages and locations are relative to it.
    pub project: PathBuf,
    /// The folders and files that hold the entities, absolute or relative to the project.
    /// Types and relations may lead out of them, to anywhere in the crate.
    pub roots: Vec<PathBuf>,
    /// The cargo features that decide about `#[cfg(feature = "...")]`.
    pub features: Features,
    /// What types are stored as whose source does not say it, by their paths: `crate::Money`, `geo::Point`.
    pub types: BTreeMap<String, StoredAs>,
}

impl Sources {
    /// The entities of these folders and files, with all features.
    ///
    /// ```
    /// use seachange::declare::{Features, Sources};
    ///
    /// let sources = Sources::new("services/shop", ["src/entities"]);
    /// assert_eq!(sources.features, Features::All);
    /// ```
    pub fn new<P: Into<PathBuf>>(project: impl Into<PathBuf>, roots: impl IntoIterator<Item = P>) -> Self {
        Self {
            project: project.into(),
            roots: roots.into_iter().map(Into::into).collect(),
            features: Features::All,
            types: BTreeMap::new(),
        }
    }
}

/// Reads the entities of all roots.
///
/// # Errors
///
/// [`Error::Source`] with everything that could not be understood, in the order of files and lines;
/// [`Error::ReadEntities`] when a root cannot be read, [`Error::Read`] when another file cannot.
///
/// # Examples
///
/// ```no_run
/// use seachange::declare::{Sources, declare};
///
/// let sources = Sources::new(".", ["src/entities"]);
/// let declared = declare(&sources)?;
/// println!("{} tables", declared.schema.tables.len());
/// # Ok::<(), seachange::error::Error>(())
/// ```
pub fn declare(sources: &Sources) -> Result<Declared> {
    let wanted = workspace::entity_files(sources)?;
    let mut found = Vec::new();
    let mut diagnostics = Vec::new();
    for part in read_parts(sources, &wanted) {
        let part = part?;
        found.extend(part.entities);
        diagnostics.extend(part.diagnostics);
    }
    // Each thread took whatever files were next.
    found.sort_by_key(|(place, _)| *place);
    gather::gather(found.into_iter().map(|(_, found)| found).collect(), diagnostics)
}

/// What one thread read.
struct Part {
    /// The entities of files, each with the place of its file among all.
    entities: Vec<(usize, Found)>,
    diagnostics: Vec<Diagnostic>,
}

/// Fewer files than this are read faster by one thread than by two.
const WORTH_A_THREAD: usize = 64;

/// So many files are taken at a time: entities mostly refer to their neighbours.
const TOGETHER: usize = 16;

/// Room for sources that are nested deeper than anybody writes them; what is not used costs nothing.
const STACK: usize = 256 << 20;

/// Reads the files, in parallel when there are many. Each thread has a workspace of its own, since syntax trees cannot be
/// shared. What they share is texts, and the names of entities that were read, which is what relations ask for.
fn read_parts(sources: &Sources, wanted: &Wanted) -> Vec<Result<Part>> {
    let threads =
        thread::available_parallelism().map_or(1, NonZero::get).min(wanted.files().len() / WORTH_A_THREAD).max(1);
    read_in(threads, sources, wanted)
}

fn read_in(threads: usize, sources: &Sources, wanted: &Wanted) -> Vec<Result<Part>> {
    let common = Arc::<Common>::default();
    let listed: Vec<(usize, &PathBuf)> = wanted.files().iter().enumerate().collect();
    let next = AtomicUsize::new(0);
    let together = listed.len().div_ceil(threads).clamp(1, TOGETHER);
    let work = || {
        let batches = iter::from_fn(|| listed.chunks(together).nth(next.fetch_add(1, Ordering::Relaxed)));
        read_part(sources, wanted, batches.flatten().copied(), &common)
    };
    thread::scope(|scope| {
        let started: Vec<_> = (0..threads)
            .map_while(|_| thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work).ok())
            .collect();
        if started.is_empty() {
            // With no other thread to be had, this one does it.
            return vec![work()];
        }
        started.into_iter().map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
    })
}

fn read_part<'a>(
    sources: &Sources,
    wanted: &Wanted,
    files: impl Iterator<Item = (usize, &'a PathBuf)>,
    common: &Arc<Common>,
) -> Result<Part> {
    let workspace = Workspace::new(sources, common);
    workspace.load(&sources.roots, wanted)?;
    let outlines = Outlines::default();
    let mut part = Part { entities: Vec::new(), diagnostics: Vec::new() };
    let mut problems = Vec::new();
    for (place, file) in files {
        let Some(modules) = workspace.open(file, wanted) else {
            part.diagnostics.extend(unreached(&workspace, file)?);
            continue;
        };
        for module in modules.iter().filter(|module| !matches!(module.condition, Condition::Fails)) {
            unreadable(&workspace, module, &mut problems);
            let entity = if let Some(model) = module.model() {
                entity::read(&workspace, &outlines, module, model, &mut problems)
            } else {
                let written = module.expanded();
                written.and_then(|written| expanded::read(&workspace, &outlines, module, written, &mut problems))
            };
            part.entities.extend(entity.map(|entity| (place, Found::new(&workspace, module, entity))));
            workspace.put_away(module);
        }
    }
    problems.extend(workspace.problems());
    if let Some(failure) = workspace.failure() {
        return Err(failure);
    }
    part.diagnostics.extend(problems.iter().map(|problem| workspace.diagnostic(problem)));
    Ok(part)
}

/// Entities in forms that are not read.
fn unreadable(workspace: &Workspace, module: &Module, problems: &mut Vec<Problem>) {
    for item in &module.items {
        let Item::Macro(call) = item else { continue };
        let problem = |message: &str| Problem::new(module.file, call.mac.path.span(), message);
        if mentions_entities(&call.mac.tokens.to_string()) {
            problems.push(
                problem("entities made by a macro cannot be read")
                    .hint("write the entities out, or keep the macro outside of the entity folders"),
            );
        } else if call.mac.path.is_ident("include") {
            problems.push(
                problem("what `include!` brings in is not read")
                    .warning()
                    .hint("make it a module, with `#[path = \"...\"] mod name;`, if it holds entities or their types"),
            );
        } else if call.ident.is_none() && workspace.is_own_macro(module, &call.mac.path) {
            problems.push(problem("what this macro makes is not seen").warning().hint(
                "its `macro_rules!` was not found in the project; write out what it makes, if that is an entity",
            ));
        }
    }
}

fn mentions_entities(text: &str) -> bool {
    text.contains("DeriveEntity")
}

/// What to say of a file below the roots that rustc would never see.
fn unreached(workspace: &Workspace, file: &Path) -> Result<Option<Diagnostic>> {
    if workspace.is_switched_off(file) || !workspace.mentions_entities(file)? {
        return Ok(None);
    }
    let is_folder = file.ends_with("mod.rs");
    let named = if is_folder { file.parent().unwrap_or(file) } else { file };
    let name = named.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let (message, hint) = if is_folder && named.with_extension("rs").is_file() {
        (
            format!("the module `{name}` is in `{name}.rs` and in `{name}/mod.rs`, and rustc refuses to choose"),
            "remove one of the two".to_owned(),
        )
    } else {
        (
            format!("no `mod {name};` leads to this file, so its entities are not part of the crate"),
            format!("add `mod {name};` to the module above it, or remove the file from the entity folders"),
        )
    };
    Ok(Some(workspace.at_file(file, message, hint)))
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    use super::{Sources, declare, testing, testing::outcome};

    #[expect(clippy::needless_pass_by_value, reason = "expect! makes values")]
    fn check(source: &str, expected: Expect) {
        expected.assert_eq(&outcome(source));
    }

    #[test]
    fn forms_that_are_not_read() {
        check(
            r#"//- entities/mod.rs
pub mod expanded;
pub mod made;
//- entities/expanded.rs
use sea_orm::entity::prelude::*;
#[derive(Copy, Clone, Default, Debug, DeriveEntity)]
pub struct Entity;
#[derive(DeriveModel, DeriveActiveModel)]
pub struct Model { pub id: i32 }
//- entities/made.rs
macro_rules! entity {
    ($name:ident) => {
        #[derive(DeriveEntityModel)]
        pub struct $name { pub id: i32 }
    };
}
entity!(1);
lost!(1);
crate::lost!(1);
bitflags::bitflags!(1);
use other::generate;
generate!(1);
include!("more.rs");
paste::paste! { #[derive(DeriveEntityModel)] pub struct [<Mo del>] { pub id: i32 } }
macro_rules! unused { ($($name:ident,)* $) => { #[derive(DeriveEntityModel)] pub struct Model; } }
thread_local! { static HARMLESS: i32 = 1; }
"#,
            expect![[r#"
                entities/expanded.rs:3:12: the entity has no `Column` enum beside it
                  | pub struct Entity;
                  |            ^^^^^^
                  hint: write it in the same module, or derive `DeriveEntityModel` on the model, which writes it
                entities/expanded.rs:3:12: the entity has no `PrimaryKey` enum beside it
                  | pub struct Entity;
                  |            ^^^^^^
                  hint: write it in the same module, or derive `DeriveEntityModel` on the model, which writes it
                entities/expanded.rs:3:12: the entity has no `Relation` enum beside it
                  | pub struct Entity;
                  |            ^^^^^^
                  hint: add `#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)] pub enum Relation {}`, or put `#[sea_orm::model]` on the model
                entities/expanded.rs:3:12: the entity has no table name that can be read
                  | pub struct Entity;
                  |            ^^^^^^
                  hint: add `#[sea_orm(table_name = "...")]` to the struct, or a `table_name` that is a string to `impl EntityName`
                entities/made.rs:7:1: the entities this macro makes cannot be read
                  | entity!(1);
                  | ^^^^^^
                  hint: write them out, or keep the call outside of the entity folders
                entities/made.rs:8:1: warning: what this macro makes is not seen
                  | lost!(1);
                  | ^^^^
                  hint: its `macro_rules!` was not found in the project; write out what it makes, if that is an entity
                entities/made.rs:9:1: warning: what this macro makes is not seen
                  | crate::lost!(1);
                  | ^^^^^^^^^^^
                  hint: its `macro_rules!` was not found in the project; write out what it makes, if that is an entity
                entities/made.rs:13:1: warning: what `include!` brings in is not read
                  | include!("more.rs");
                  | ^^^^^^^
                  hint: make it a module, with `#[path = "..."] mod name;`, if it holds entities or their types
                entities/made.rs:14:1: entities made by a macro cannot be read
                  | paste::paste! { #[derive(DeriveEntityModel)] pub struct [<Mo del>] { pub id: i32 } }
                  | ^^^^^^^^^^^^
                  hint: write the entities out, or keep the macro outside of the entity folders
                entities/made.rs:15:1: entities made by a macro cannot be read
                  | macro_rules! unused { ($($name:ident,)* $) => { #[derive(DeriveEntityModel)] pub struct Model; } }
                  | ^^^^^^^^^^^
                  hint: write the entities out, or keep the macro outside of the entity folders
            "#]],
        );
    }

    #[test]
    fn errors_of_one_entity_do_not_hide_those_of_another() {
        check(
            r#"//- entities/mod.rs
mod b;
mod a;
mod c;
//- entities/a.rs
use sea_orm::entity::prelude::*;
#[derive(DeriveEntityModel)]
#[sea_orm(table_name = "a")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub x: Nope,
    #[sea_orm(uniqe)]
    pub y: i32,
}
#[derive(DeriveRelation)]
pub enum Relation {
}
//- entities/b.rs
use sea_orm::entity::prelude::*;
#[derive(DeriveEntityModel)]
#[sea_orm(table_name = "b")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub x: Nope,
}
#[derive(DeriveRelation)]
pub enum Relation {
}
//- entities/c.rs
this is not Rust
"#,
            expect![[r#"
                entities/a.rs:7:12: cannot find the type `Nope`
                  |     pub x: Nope,
                  |            ^^^^
                  hint: write the column type on the field, `#[sea_orm(column_type = "...")]`, or for all fields into `seachange.toml`, below `[types]`: `"Nope" = "..."`
                entities/a.rs:8:15: warning: unknown attribute `uniqe` on a column
                  |     #[sea_orm(uniqe)]
                  |               ^^^^^ SeaORM ignores it
                  hint: did you mean `unique`?
                entities/b.rs:7:12: cannot find the type `Nope`
                  |     pub x: Nope,
                  |            ^^^^
                  hint: write the column type on the field, `#[sea_orm(column_type = "...")]`, or for all fields into `seachange.toml`, below `[types]`: `"Nope" = "..."`
                entities/c.rs:1:6: this is not Rust: expected `!`
                  | this is not Rust
                  |      ^^
            "#]],
        );
    }

    #[test]
    fn every_table_and_column_has_its_place() {
        let folder = tempfile::tempdir().unwrap();
        testing::write(
            folder.path(),
            "//- entities/mod.rs\nmod a;\n//- entities/a.rs\nuse sea_orm::entity::prelude::*;\n\
            #[derive(DeriveEntityModel)]\n#[sea_orm(schema_name = \"s\", table_name = \"ä\")]\npub struct Model {\n    \
            #[sea_orm(primary_key)]\n    pub id: i32,\n    /* größe */ pub größe: i32,\n}\n#[derive(DeriveRelation)]\npub enum Relation {}\n",
        );
        let declared = declare(&Sources::new(folder.path(), ["entities"])).unwrap();
        let places = declared.origins.iter().map(|(path, place)| format!("{path} at {place}\n"));
        expect![[r#"
            s.ä at entities/a.rs:3:43
            s.ä.größe at entities/a.rs:7:21
            s.ä.id at entities/a.rs:6:9
        "#]]
        .assert_eq(&places.collect::<String>());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        /// Whatever the source, the answer is a schema or an error.
        #[test]
        fn no_source_makes_it_panic(file in 0..7usize, from in 0..3000usize, length in 0..40usize, put in "[a-z(){}<>\\[\\]\"#:,=ß0-9 ]{0,8}") {
            let sources = [
                include_str!("../../fixtures/declare/annotated.rs"),
                include_str!("../../fixtures/declare/annotated_dense.rs"),
                include_str!("../../fixtures/declare/annotated.rs"),
                include_str!("../../fixtures/declare/attributes.rs"),
                include_str!("../../fixtures/declare/book.rs"),
                include_str!("../../fixtures/declare/by_hand.rs"),
                include_str!("../../fixtures/declare/chapter.rs"),
                include_str!("../../fixtures/declare/enums.rs"),
                include_str!("../../fixtures/declare/expanded.rs"),
                include_str!("../../fixtures/declare/written_types.rs"),
            ];
            let letters: Vec<char> = sources[file].chars().collect();
            let from = from.min(letters.len());
            let to = (from + length).min(letters.len());
            let source: String = letters[..from].iter().copied().chain(put.chars()).chain(letters[to..].iter().copied()).collect();
            outcome(&source.replace("//- ", ""));
        }
    }
}
