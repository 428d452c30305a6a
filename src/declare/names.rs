//! What a path in the source stands for, by rustc's rules: modules, `use` with renames, globs and re-exports,
//! the items SeaORM's macros generate, and the names of other crates.
//! Knows no types and no columns; visibility is not checked, because rustc does that.

use std::collections::BTreeSet;

use syn::{Attribute, Item, ItemStruct};

use super::attrs::derives;
use super::known;
use super::naming::plain;
use super::workspace::{Module, ModuleId, Name, Workspace};

/// What a path stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A module.
    Module(ModuleId),
    /// An item of a module, by its place.
    Item(ModuleId, usize),
    /// What `DeriveEntityModel` makes beside the model of that module.
    Generated(ModuleId, Generated),
    /// A name of another crate, by its full path.
    External(Vec<String>),
    /// A name every module has, such as `String`.
    Builtin(String),
}

/// What `DeriveEntityModel` makes beside a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Generated {
    Entity,
    Column,
    Other,
}

/// Why a path stands for nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Missing {
    /// There is no such name.
    Unknown,
    /// It would be in a file that could not be parsed.
    Broken,
}

type Visited = BTreeSet<(ModuleId, String)>;

impl Workspace {
    /// What a path means in a module.
    pub(super) fn resolve(&self, module: ModuleId, path: &syn::Path) -> Result<Meaning, Missing> {
        let mut names: Vec<String> = path.segments.iter().map(|segment| plain(&segment.ident)).collect();
        if path.leading_colon.is_some() {
            names.insert(0, String::new());
        }
        self.resolve_names(module, &names)
    }

    /// What a path, name by name, means in a module. An empty first name stands for a leading `::`.
    pub(super) fn resolve_names(&self, module: ModuleId, path: &[String]) -> Result<Meaning, Missing> {
        self.find(module, path, &mut Visited::new())
    }

    fn find(&self, module: ModuleId, path: &[String], visited: &mut Visited) -> Result<Meaning, Missing> {
        let Some((first, rest)) = path.split_first() else { return Ok(Meaning::Module(module)) };
        match first.as_str() {
            "" => self.find_crate(rest, visited),
            "self" => self.follow(Meaning::Module(module), rest, visited),
            "crate" => {
                let here = self.module(module);
                if here.detached {
                    self.find_loosely(&here, rest, visited)
                } else {
                    self.follow(Meaning::Module(here.top), rest, visited)
                }
            }
            "super" => {
                let here = self.module(module);
                match here.parent {
                    Some(parent) if rest.first().is_some_and(|next| next == "super") => self.find(parent, rest, visited),
                    Some(parent) => self.follow(Meaning::Module(parent), rest, visited),
                    None if here.detached => {
                        let rest: Vec<String> = rest.iter().skip_while(|name| *name == "super").cloned().collect();
                        self.find_loosely(&here, &rest, visited)
                    }
                    None => Err(Missing::Unknown),
                }
            }
            name => match self.lookup(module, name, visited) {
                Ok(meaning) => self.follow(meaning, rest, visited),
                Err(Missing::Broken) => Err(Missing::Broken),
                Err(Missing::Unknown) if self.library(name).is_some() || !rest.is_empty() => {
                    if known::is_primitive(name) { Err(Missing::Unknown) } else { self.find_crate(path, visited) }
                }
                Err(Missing::Unknown) if known::is_builtin(name) => Ok(Meaning::Builtin(name.to_owned())),
                Err(Missing::Unknown) => Err(Missing::Unknown),
            },
        }
    }

    /// A path that starts with the name of a crate.
    fn find_crate(&self, path: &[String], visited: &mut Visited) -> Result<Meaning, Missing> {
        match path.split_first() {
            Some((name, rest)) => match self.library(name) {
                Some(top) => self.follow(Meaning::Module(top), rest, visited),
                None => Ok(Meaning::External(path.to_vec())),
            },
            None => Err(Missing::Unknown),
        }
    }

    /// A path from the root of a crate that is not there: the tree at hand is some folder below that root,
    /// so the first names of the path may lie outside of it.
    fn find_loosely(&self, module: &Module, path: &[String], visited: &mut Visited) -> Result<Meaning, Missing> {
        let mut below = module.id;
        while let Some(parent) = self.module(below).parent.filter(|parent| *parent != module.top) {
            below = parent;
        }
        let mut broken = false;
        for skipped in 0..path.len() {
            for base in [module.top, below] {
                match self.follow(Meaning::Module(base), &path[skipped..], visited) {
                    Ok(meaning) => return Ok(meaning),
                    Err(missing) => broken |= missing == Missing::Broken,
                }
            }
        }
        Err(if broken { Missing::Broken } else { Missing::Unknown })
    }

    fn follow(&self, start: Meaning, path: &[String], visited: &mut Visited) -> Result<Meaning, Missing> {
        let mut here = start;
        for name in path {
            here = match here {
                Meaning::Module(module) => self.lookup(module, name, visited)?,
                Meaning::External(mut path) => {
                    path.push(name.clone());
                    Meaning::External(path)
                }
                Meaning::Item(..) | Meaning::Generated(..) | Meaning::Builtin(_) => return Err(Missing::Unknown),
            };
        }
        Ok(here)
    }

    /// What a name means in a module, the prelude and other crates left out.
    fn lookup(&self, id: ModuleId, name: &str, visited: &mut Visited) -> Result<Meaning, Missing> {
        if !visited.insert((id, name.to_owned())) {
            return Err(Missing::Unknown);
        }
        let module = self.module(id);
        let mut broken = module.is_broken();
        for found in module.names.get(name).into_iter().flatten() {
            match found {
                Name::Item(place) => return Ok(Meaning::Item(id, *place)),
                Name::Child(child) => {
                    if let Some(child) = self.child(&module, child) {
                        return Ok(Meaning::Module(child));
                    }
                }
                Name::Import(path) => match self.find(id, path, visited) {
                    Ok(meaning) => return Ok(meaning),
                    Err(missing) => broken |= missing == Missing::Broken,
                },
            }
        }
        if let Some(generated) = module.generated(name) {
            return Ok(Meaning::Generated(id, generated));
        }
        for glob in &module.globs {
            let meaning = match self.find(id, glob, &mut visited.clone()) {
                Ok(Meaning::Module(from)) => self.lookup(from, name, visited),
                Ok(Meaning::External(mut path)) => {
                    path.push(name.to_owned());
                    if known::type_named(&path).is_some() { Ok(Meaning::External(path)) } else { Err(Missing::Unknown) }
                }
                Ok(_) => Err(Missing::Unknown),
                Err(missing) => Err(missing),
            };
            match meaning {
                Ok(meaning) => return Ok(meaning),
                Err(missing) => broken |= missing == Missing::Broken,
            }
        }
        Err(if broken { Missing::Broken } else { Missing::Unknown })
    }
}

impl Module {
    /// The struct with `DeriveEntityModel`, if the module has one.
    pub(super) fn model(&self) -> Option<&ItemStruct> {
        self.items.iter().find_map(|item| match item {
            Item::Struct(item) if derives(self, &item.attrs, "DeriveEntityModel") => Some(item),
            _ => None,
        })
    }

    /// Whether the path of an attribute or a derive is that of a macro, by its own name or through a `use`.
    pub(super) fn is_macro(&self, path: &syn::Path, name: &str) -> bool {
        let Some(last) = path.segments.last() else { return false };
        if path.segments.len() > 1 {
            return last.ident == name;
        }
        let written = plain(&last.ident);
        let mut imports = self.names.get(&written).into_iter().flatten().filter_map(|found| match found {
            Name::Import(path) => Some(path),
            Name::Item(_) | Name::Child(_) => None,
        });
        match imports.next() {
            Some(path) => path.last().is_some_and(|last| last == name),
            None => written == name,
        }
    }

    fn generated(&self, name: &str) -> Option<Generated> {
        let generated = match name {
            "Entity" => Generated::Entity,
            "Column" => Generated::Column,
            "PrimaryKey" | "ActiveModel" | "ModelEx" | "ActiveModelEx" | "Relation" => Generated::Other,
            _ => return None,
        };
        self.model().map(|_| generated)
    }

    /// Whether the model is written with `#[sea_orm::model]`, and its relations as fields.
    pub(super) fn is_dense(&self, attrs: &[Attribute]) -> bool {
        attrs.iter().any(|attr| self.is_sea_orm_macro(attr, "model"))
    }

    /// Whether the model is written with `#[sea_orm::compact_model]`.
    pub(super) fn is_compact(&self, attrs: &[Attribute]) -> bool {
        attrs.iter().any(|attr| self.is_sea_orm_macro(attr, "compact_model"))
    }

    fn is_sea_orm_macro(&self, attr: &Attribute, name: &str) -> bool {
        let path = attr.path();
        let qualified = path.segments.len() > 1;
        let imported = || self.names.contains_key(name) || !self.globs.is_empty();
        self.is_macro(path, name) && (qualified || imported())
    }
}
