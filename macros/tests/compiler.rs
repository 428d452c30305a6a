//! What the compiler itself says. All messages of the language are tested where seachange reads the same files from
//! source; this is about spans, about several errors at once, and about what the derive understands of Rust.

#![expect(clippy::disallowed_methods, reason = "a test may write files")]

use std::fs;
use std::process::Command;

use expect_test::expect;

const SOURCE: &str = r#"use seachange_macros::Seachange;
use std::collections::BTreeMap;

#[derive(Seachange)]
#[seachange(indx(columns = [first]), index(columns = [frist, r#type]))]
pub struct Model<'a, T: Clone = Vec<u8>> where T: Clone {
    #[seachange(index, generated("1"))]
    pub(crate) first: BTreeMap<u8, fn(&'a T, BTreeMap<u8, u8>) -> Vec<T>>,
    /// Fine.
    #[seachange(collate = "C", type(sqlite = r"TEXT"))]
    pub r#type: i32,
}

/// What SeaORM copies a model to.
#[derive(Seachange)]
#[seachange(nonsense)]
pub struct ModelEx {
    pub first: i32,
    #[seachange(index)]
    pub others: HasMany<u8>,
}

pub struct HasMany<T>(T);

#[derive(Seachange)]
#[seachange(renamed_from = "old", index)]
pub(crate) enum Choice {
    #[seachange(renamed_from = "a", replaces = "b", replaces = "c")]
    One = 1,
    #[seachange(renamedfrom = "a", replaces)]
    Two,
}

#[derive(Seachange)]
pub struct Pair(u8, u8);

macro_rules! entity {
    ($column:ident, $sql:literal, $name:expr) => {
        #[derive(Seachange)]
        #[seachange(index(columns = [$column, $sql], name = $name))]
        pub struct Made {
            pub $column: i32,
        }
    };
}

entity!(made, "made + 1", "by_made");
"#;

#[test]
fn errors_stand_where_the_words_are() {
    let folder = tempfile::tempdir().unwrap();
    let package = env!("CARGO_MANIFEST_DIR");
    let manifest = format!(
        "[package]\nname = \"user\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
         [dependencies]\nseachange-macros = {{ path = {package:?} }}\n"
    );
    fs::create_dir(folder.path().join("src")).unwrap();
    fs::write(folder.path().join("Cargo.toml"), manifest).unwrap();
    fs::write(folder.path().join("src/lib.rs"), SOURCE).unwrap();
    let output = Command::new(env!("CARGO"))
        .args(["check", "--offline", "--quiet", "--color", "never", "--message-format", "short"])
        .current_dir(folder.path())
        .env("CARGO_TARGET_DIR", folder.path().join("target"))
        .output()
        .unwrap();
    expect![[r#"
        src/lib.rs:5:13: error: unknown attribute `indx` on a struct
               hint: did you mean `index`? the attributes here are `index`, `unique`, `check`, `exclude`, `foreign_key`, `primary_key`, `comment`, `renamed_from`, `partition_by`, `strict`, `without_rowid`, `view`, `ignore`
        src/lib.rs:5:55: error: the struct has no field `frist`
               hint: did you mean `first`?
        src/lib.rs:7:24: error: `generated` says neither `stored` nor `virtual`
               hint: write `generated("...", stored)` to keep the value on disk, or `generated("...", virtual)`
        src/lib.rs:19:7: error: `#[seachange(...)]` on a relation
               hint: write it on the struct: `foreign_key(columns = [...], ...)`
        src/lib.rs:26:35: error: unknown attribute `index` on an enum
               hint: the attributes here are `renamed_from`
        src/lib.rs:30:17: error: unknown attribute `renamedfrom` on a variant
               hint: did you mean `renamed_from`? the attributes here are `renamed_from`, `replaces`
        src/lib.rs:30:36: error: `replaces` takes a string
               hint: write `replaces = "..."`: a stored value that is gone: rows that hold it become this variant
        src/lib.rs:34:10: error: `Seachange` can be derived for structs with named fields and for enums only
               hint: put it on the model of an entity, or on an enum that one holds
        error: could not compile `user` (lib) due to 8 previous errors
    "#]]
    .assert_eq(&String::from_utf8(output.stderr).unwrap().replace('\\', "/"));
}
