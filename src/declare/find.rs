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
