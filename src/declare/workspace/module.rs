//! One module: its items, and the names they and its `use` bring into scope. Reads no files.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use syn::{Expr, Item, ItemMod, Lit, Meta, UseTree};

use super::expand::Macros;
use super::{FileId, ModuleId};
use crate::declare::cfg::{Condition, condition};
use crate::declare::names::Generated;
use crate::declare::naming::plain;

/// One module: its items and the names in its scope.
pub(in crate::declare) struct Module {
    pub(in crate::declare) id: ModuleId,
    /// Its own name; that of the crate for the module at the top.
    pub(in crate::declare) name: String,
    pub(in crate::declare) parent: Option<ModuleId>,
    /// Its place among the items of the module it is in.
    pub(super) at: usize,
    pub(in crate::declare) file: FileId,
    pub(in crate::declare) items: Vec<Item>,
    /// Whether `cfg` lets it be built, the modules around it included.
    pub(in crate::declare) condition: Condition,
    /// The names of the module, except those of globs.
    pub(in crate::declare) names: BTreeMap<String, Vec<Name>>,
    /// The paths of `use …::*`.
    pub(in crate::declare) globs: Vec<Vec<String>>,
    /// The module at the top of the tree.
    pub(in crate::declare) top: ModuleId,
    /// The tree stands for no crate: its folder was found without one, and paths from the crate root are only half known.
    pub(in crate::declare) detached: bool,
    /// The place of its model among the items, once it was looked for.
    pub(in crate::declare) model: OnceCell<Option<usize>>,
    /// The `macro_rules!` written in it.
    pub(super) macros: Macros,
    pub(super) scope: Scope,
    /// How it is read again, where that is possible.
    pub(super) reading: Option<Reading>,
}

/// How the module of a whole file is read.
pub(super) struct Reading {
    /// The modules below it are beside it.
    pub(super) mod_rs: bool,
    /// The condition of the modules around it.
    pub(super) around: Condition,
    /// It was let go before.
    pub(super) again: bool,
}

/// Where a module is written.
pub(super) struct Scope {
    /// Where the files of its child modules are.
    pub(super) folder: PathBuf,
    /// It is written inside another module.
    pub(super) inline: bool,
    /// Its file could not be parsed, so that a missing name means nothing.
    pub(super) broken: bool,
}

/// What a name in a module stands for.
pub(in crate::declare) enum Name {
    /// A type or constant of the module, by its place in `items`.
    Item(usize),
    /// A child module.
    Child(Child),
    /// What a `use` brings in, as the path it says.
    Import(Vec<String>),
}

/// A child module, read when it is needed.
pub(in crate::declare) struct Child {
    pub(super) name: String,
    /// Its place among the items of the module.
    pub(super) at: usize,
    pub(super) place: Origin,
    pub(super) condition: Condition,
    /// Its macros are for the modules around it, too.
    pub(super) macro_use: bool,
    pub(super) loaded: Cell<Loaded>,
}

/// Whether a child module was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::declare) enum Loaded {
    No,
    /// It is being read right now.
    Now,
    Yes(Option<ModuleId>),
}

/// Where a child module is written.
pub(super) enum Origin {
    /// `mod name { … }`, with the items until they are read.
    Inline { items: RefCell<Vec<Item>>, folder: PathBuf },
    /// `mod name;`, with the item to blame when the file is missing.
    Declared { name: String, path: Option<PathBuf>, item: usize },
    /// A file of a folder that has no `mod.rs`.
    File(PathBuf),
    /// A folder that has no `mod.rs`.
    Folder(PathBuf),
}

/// The items of a module and the names they bring.
#[derive(Default)]
pub(super) struct Contents {
    pub(super) items: Vec<Item>,
    pub(super) names: BTreeMap<String, Vec<Name>>,
    pub(super) globs: Vec<Vec<String>>,
}

impl Contents {
    /// Sorts the items of a module whose child modules are in that folder. The first has that place among all of its items.
    pub(super) fn of(items: Vec<Item>, folder: &Path, first: usize) -> Self {
        let mut names: BTreeMap<String, Vec<Name>> = BTreeMap::new();
        let mut imports: BTreeMap<String, Vec<Name>> = BTreeMap::new();
        let mut globs = Vec::new();
        let mut kept = Vec::new();
        for mut item in items {
            match &mut item {
                Item::Mod(module) => {
                    let child = Child::declared(module, first + kept.len(), folder);
                    names.entry(plain(&module.ident)).or_default().push(Name::Child(child));
                }
                Item::Use(import) => {
                    let start = if import.leading_colon.is_some() { vec![String::new()] } else { Vec::new() };
                    flatten(&import.tree, start, &mut imports, &mut globs);
                }
                Item::ExternCrate(import) => {
                    let name = import.rename.as_ref().map_or(&import.ident, |(_, name)| name);
                    let path = vec![String::new(), plain(&import.ident)];
                    imports.entry(plain(name)).or_default().push(Name::Import(path));
                }
                Item::Struct(syn::ItemStruct { ident, .. })
                | Item::Enum(syn::ItemEnum { ident, .. })
                | Item::Union(syn::ItemUnion { ident, .. })
                | Item::Type(syn::ItemType { ident, .. })
                | Item::Trait(syn::ItemTrait { ident, .. }) => {
                    names.entry(plain(ident)).or_default().push(Name::Item(first + kept.len()));
                }
                // Constants have names of their own, beside those of types.
                Item::Const(syn::ItemConst { ident, .. }) | Item::Static(syn::ItemStatic { ident, .. }) => {
                    names.entry(constant(&plain(ident))).or_default().push(Name::Item(first + kept.len()));
                }
                _ => {}
            }
            kept.push(item);
        }
        for (name, mut found) in imports {
            names.entry(name).or_default().append(&mut found);
        }
        Self { items: kept, names, globs }
    }
}

/// The key of a constant among the names of a module.
pub(in crate::declare) fn constant(name: &str) -> String {
    format!("{CONSTANT}{name}")
}

/// What no name of a type can begin with.
pub(in crate::declare) const CONSTANT: &str = "const ";

impl Module {
    /// Adds what a macro made.
    pub(super) fn add(&mut self, contents: Contents) {
        self.items.extend(contents.items);
        self.globs.extend(contents.globs);
        for (name, mut found) in contents.names {
            self.names.entry(name).or_default().append(&mut found);
        }
    }

    /// Whether its entity is all that others can want of it: it has nothing of its own beside the model and its relations,
    /// and nothing that hides what the model's derive makes.
    pub(super) fn stands_alone(&self) -> bool {
        let is_its_own = |name: &String, found: &Name| match found {
            Name::Item(_) => matches!(name.as_str(), "Model" | "Relation"),
            Name::Import(_) => Generated::of(name).is_none(),
            Name::Child(_) => false,
        };
        let mut names = self.names.iter().flat_map(|(name, found)| found.iter().map(move |found| (name, found)));
        self.reading.is_some() && !self.is_broken() && names.all(|(name, found)| is_its_own(name, found))
    }

    /// Whether its file could not be parsed, so that a missing name means nothing.
    pub(in crate::declare) fn is_broken(&self) -> bool {
        self.scope.broken
    }
}

impl Child {
    /// The child of a `mod` item, whose content it takes.
    pub(super) fn declared(item: &mut ItemMod, item_place: usize, folder: &Path) -> Self {
        let name = plain(&item.ident);
        let path = path_attribute(item);
        let condition = condition(&item.attrs);
        let macro_use = item.attrs.iter().any(|attr| attr.path().is_ident("macro_use"));
        let place = match item.content.take() {
            Some((_, items)) => {
                let folder = folder.join(path.as_deref().unwrap_or(Path::new(&name)));
                Origin::Inline { items: RefCell::new(items), folder }
            }
            None => Origin::Declared { name: name.clone(), path, item: item_place },
        };
        Self { name, at: item_place, place, condition, macro_use, loaded: Cell::new(Loaded::No) }
    }

    /// Its place among the items of the module.
    pub(in crate::declare) fn at(&self) -> usize {
        self.at
    }

    /// Whether it is being read right now.
    pub(in crate::declare) fn is_being_read(&self) -> bool {
        self.loaded.get() == Loaded::Now
    }

    /// The files that may hold it, for a module written in a file.
    pub(super) fn files(&self, here: &Path, scope: &Scope) -> Vec<PathBuf> {
        match &self.place {
            Origin::Declared { path: Some(path), .. } => {
                let base = if scope.inline { &scope.folder } else { here.parent().unwrap_or(&scope.folder) };
                let path = base.join(path);
                vec![fs::canonicalize(&path).unwrap_or(path)]
            }
            Origin::Declared { name, path: None, .. } => {
                vec![scope.folder.join(format!("{name}.rs")), scope.folder.join(name).join("mod.rs")]
            }
            Origin::File(path) | Origin::Folder(path) => vec![path.clone()],
            Origin::Inline { .. } => Vec::new(),
        }
    }

    /// Whether the modules below that file are beside it.
    pub(super) fn is_mod_rs(&self, file: &Path) -> bool {
        file.ends_with("mod.rs") || matches!(&self.place, Origin::Declared { path: Some(_), .. })
    }

    /// Where the modules below that file are.
    pub(super) fn folder(&self, file: &Path) -> PathBuf {
        if self.is_mod_rs(file) { file.parent().unwrap_or(file).to_owned() } else { file.with_extension("") }
    }
}

/// The `#[path = "…"]` of a module.
fn path_attribute(item: &ItemMod) -> Option<PathBuf> {
    item.attrs.iter().find_map(|attr| match &attr.meta {
        Meta::NameValue(meta) if meta.path.is_ident("path") => match &meta.value {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Str(text) => Some(PathBuf::from(text.value())),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    })
}

/// Takes a `use` apart into one path per name.
fn flatten(
    tree: &UseTree,
    mut path: Vec<String>,
    names: &mut BTreeMap<String, Vec<Name>>,
    globs: &mut Vec<Vec<String>>,
) {
    match tree {
        UseTree::Path(tree) => {
            path.push(plain(&tree.ident));
            flatten(&tree.tree, path, names, globs);
        }
        UseTree::Name(tree) => {
            let name = plain(&tree.ident);
            if name == "self" {
                let name = path.last().cloned().unwrap_or_default();
                names.entry(name).or_default().push(Name::Import(path));
            } else {
                path.push(name.clone());
                names.entry(name).or_default().push(Name::Import(path));
            }
        }
        UseTree::Rename(tree) => {
            if tree.ident != "self" {
                path.push(plain(&tree.ident));
            }
            names.entry(plain(&tree.rename)).or_default().push(Name::Import(path));
        }
        UseTree::Glob(_) => globs.push(path),
        UseTree::Group(tree) => {
            for tree in &tree.items {
                flatten(tree, path.clone(), names, globs);
            }
        }
    }
}
