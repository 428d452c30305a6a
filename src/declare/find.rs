//! Which files of a project declare entities, for a project that has no configuration yet.

use std::path::{Path, PathBuf};

use syn::{Attribute, Item};

use super::cfg::{Condition, condition};
use super::workspace;
use crate::error::Result;

/// Finds the source files under a project that declare SeaORM entities, in the order of their paths.
/// Build output, hidden and ignored files, tests, examples, fixtures and migration crates are left out.
///
/// # Errors
///
/// [`Error::Read`](crate::error::Error::Read) when a folder or file cannot be read.
///
/// # Examples
///
/// ```no_run
/// for file in seachange::declare::find_entities(".".as_ref())? {
///     println!("{}", file.display());
/// }
/// # Ok::<(), seachange::error::Error>(())
/// ```
pub fn find_entities(project: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for path in workspace::candidates(project)? {
        let text = workspace::text(&path)?;
        if declares_entities(&text) {
            found.push(path);
        }
    }
    Ok(found)
}

fn declares_entities(text: &str) -> bool {
    // Most files say neither word, and need no parsing.
    if !text.contains("DeriveEntity") {
        return false;
    }
    // What cannot be parsed may well hold entities: reading it later says what is wrong.
    syn::parse_file(text).map_or(true, |file| any_entity(&file.items))
}

fn any_entity(items: &[Item]) -> bool {
    items.iter().any(|item| match item {
        Item::Struct(item) => is_entity(&item.attrs),
        Item::Mod(item) => {
            let inner = item.content.as_ref().map(|(_, items)| items);
            !matches!(condition(&item.attrs), Condition::Fails) && inner.is_some_and(|items| any_entity(items))
        }
        Item::Macro(item) => item.mac.tokens.to_string().contains("DeriveEntityModel"),
        _ => false,
    })
}

fn is_entity(attrs: &[Attribute]) -> bool {
    let derives = attrs.iter().filter(|attr| attr.path().is_ident("derive"));
    derives.into_iter().any(|attr| {
        let mut found = false;
        let _ = attr.parse_nested_meta(|meta| {
            let last = meta.path.segments.last();
            found |= last.is_some_and(|last| last.ident == "DeriveEntityModel" || last.ident == "DeriveEntity");
            Ok(())
        });
        found
    })
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use expect_test::expect;

    use super::find_entities;
    use crate::declare::testing::write;

    #[test]
    fn what_people_keep_entities_in() {
        let folder = tempfile::tempdir().unwrap();
        let entity = "#[derive(Clone, DeriveEntityModel)]\n#[sea_orm(table_name = \"t\")]\npub struct Model {}\n";
        let plain = "// DeriveEntityModel is only mentioned here\npub struct Model;\n";
        let inline = format!("mod a {{ mod b {{ {entity} }} }}");
        let in_tests = format!("#[cfg(test)] mod tests {{ {entity} }} const X: &str = \"DeriveEntityModel\";");
        let qualified = "#[sea_orm::model]\n#[derive(sea_orm::DeriveEntityModel)]\npub struct Model {}\n";
        let expanded = "#[derive(DeriveEntity)]\npub struct Entity;\n";
        let mut source = String::new();
        for (path, text) in [
            ("src/entities/a.rs", entity),
            ("src/entities/mod.rs", plain),
            ("src/inline.rs", &inline),
            ("src/in_tests.rs", &in_tests),
            ("src/qualified.rs", qualified),
            ("src/expanded.rs", expanded),
            ("src/broken.rs", "#[derive(DeriveEntityModel)] struct"),
            ("src/made.rs", "macro_rules! m { () => { #[derive(DeriveEntityModel)] struct Model; } }"),
            ("crates/entity/src/b.rs", entity),
            ("target/debug/c.rs", entity),
            (".hidden/d.rs", entity),
            ("ignored/e.rs", entity),
            ("migration/src/f.rs", entity),
            ("crates/migrations_old/src/g.rs", entity),
            ("tests/h.rs", entity),
            ("examples/i.rs", entity),
            ("fixtures/j.rs", entity),
            (".gitignore", "ignored/\n"),
        ] {
            let _ = writeln!(source, "//- {path}\n{text}");
        }
        write(folder.path(), &source);
        let found = find_entities(folder.path()).unwrap();
        let found = found.iter().map(|path| format!("{}\n", path.strip_prefix(folder.path()).unwrap().display()));
        expect![[r#"
            crates/entity/src/b.rs
            src/broken.rs
            src/entities/a.rs
            src/expanded.rs
            src/inline.rs
            src/made.rs
            src/qualified.rs
        "#]]
        .assert_eq(&found.collect::<String>());
    }
}
