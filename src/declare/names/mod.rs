//! What a path in the source stands for, by rustc's rules: modules, `use` with renames, globs and re-exports,
//! the items SeaORM's macros generate, and the names of other crates.
//! Knows no types and no columns; visibility is not checked, because rustc does that.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use proc_macro2::Span;
use syn::{Attribute, Item, ItemStruct, Type};

use super::attrs::derives;
use super::known;
use super::naming::plain;
use super::problem::Problem;
use super::workspace::{CONSTANT, CRATE, Module, ModuleId, Name, Workspace, constant};

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

/// What the derive makes only where it is not written beside the model.
const RELATION: &str = "Relation";

impl Generated {
    /// What it makes under that name.
    pub(super) fn of(name: &str) -> Option<Self> {
        Some(match name {
            "Entity" => Self::Entity,
            "Column" => Self::Column,
            "PrimaryKey" | "ActiveModel" | "ModelEx" | "ActiveModelEx" | RELATION => Self::Other,
            _ => return None,
        })
    }
}

/// Why a path stands for nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Missing {
    /// There is no such name.
    Unknown,
    /// It would be in a file that could not be parsed.
    Broken,
}

/// Where an item says its name.
fn named(item: &Item) -> Option<Span> {
    Some(match item {
        Item::Struct(item) => item.ident.span(),
        Item::Enum(item) => item.ident.span(),
        Item::Union(item) => item.ident.span(),
        Item::Type(item) => item.ident.span(),
        Item::Trait(item) => item.ident.span(),
        Item::Mod(item) => item.ident.span(),
        Item::Const(item) => item.ident.span(),
        Item::Static(item) => item.ident.span(),
        _ => return None,
    })
}

/// What names mean in a module.
pub(super) type Names = BTreeMap<String, Result<Meaning, Missing>>;

/// What was looked up, and what is being looked up right now. Modules bring each other's names in by globs that go in
/// circles, so a lookup that comes back to itself finds nothing there, and says so to those that wait for it.
#[derive(Default)]
pub(super) struct Lookups {
    known: BTreeMap<ModuleId, Names>,
    globs: BTreeMap<(ModuleId, usize), Meaning>,
    active: BTreeSet<(ModuleId, String)>,
    /// The names of lookups that came back to themselves, since the first that is still going on.
    circles: Vec<String>,
    /// Modules that lack a name unless one that is still looked through has it.
    pending: BTreeMap<String, Vec<(ModuleId, Missing)>>,
}

impl Lookups {
    /// Forgets what names mean in a module that nobody is looking into.
    pub(super) fn forget(&mut self, module: &Module) {
        self.known.remove(&module.id);
        for glob in 0..module.globs.len() {
            self.globs.remove(&(module.id, glob));
        }
    }

    /// Forgets which names are missing, after a macro made new ones.
    pub(super) fn forget_missing(&mut self) {
        for names in self.known.values_mut() {
            names.retain(|_, meaning| meaning.is_ok());
        }
    }
}

impl Workspace {
    /// What a path means in a module.
    pub(super) fn resolve(&self, module: ModuleId, path: &syn::Path) -> Result<Meaning, Missing> {
        let mut names: Vec<String> = path.segments.iter().map(|segment| plain(&segment.ident)).collect();
        if path.leading_colon.is_some() {
            names.insert(0, String::new());
        }
        // The fields of a model are of few types, so bare names come again and again.
        let [name] = names.as_slice() else { return self.resolve_names(module, &names) };
        if let Some(known) = self.bare_names.borrow().get(&module).and_then(|names| names.get(name)) {
            return known.clone();
        }
        let meaning = self.resolve_names(module, &names);
        self.bare_names.borrow_mut().entry(module).or_default().insert(name.clone(), meaning.clone());
        meaning
    }

    /// The constant a path means in a module.
    pub(super) fn resolve_constant(&self, module: ModuleId, path: &syn::Path) -> Result<Meaning, Missing> {
        let mut names: Vec<String> = path.segments.iter().map(|segment| plain(&segment.ident)).collect();
        if let Some(last) = names.last_mut() {
            *last = constant(last);
        }
        self.resolve_names(module, &names)
    }

    /// What a path, name by name, means in a module. An empty first name stands for a leading `::`.
    pub(super) fn resolve_names(&self, module: ModuleId, path: &[String]) -> Result<Meaning, Missing> {
        self.find(module, path)
    }

    fn find(&self, module: ModuleId, path: &[String]) -> Result<Meaning, Missing> {
        let Some((first, rest)) = path.split_first() else { return Ok(Meaning::Module(module)) };
        match first.as_str() {
            "" => self.find_crate(module, rest),
            "self" if rest.first().is_some_and(|next| next == "super") => self.find(module, rest),
            "self" => self.follow(Meaning::Module(module), rest),
            "crate" => {
                let here = self.module(module);
                if here.detached {
                    self.find_loosely(&here, rest)
                } else {
                    self.follow(Meaning::Module(here.top), rest)
                }
            }
            "super" => {
                let here = self.module(module);
                match here.parent {
                    Some(parent) if rest.first().is_some_and(|next| next == "super") => self.find(parent, rest),
                    Some(parent) => self.follow(Meaning::Module(parent), rest),
                    None if here.detached => {
                        let rest: Vec<String> = rest.iter().skip_while(|name| *name == "super").cloned().collect();
                        self.find_loosely(&here, &rest)
                    }
                    None => Err(Missing::Unknown),
                }
            }
            name => match name.strip_prefix(CRATE).and_then(|number| self.numbered(number)) {
                Some(top) => self.follow(Meaning::Module(top), rest),
                None => self.find_in_scope(module, name, path),
            },
        }
    }

    /// A path that starts with a name of the module, of another crate, or of the prelude.
    fn find_in_scope(&self, module: ModuleId, name: &str, path: &[String]) -> Result<Meaning, Missing> {
        let rest = path.get(1..).unwrap_or_default();
        // A `use` whose own path starts with the name it brings: the path means the crate.
        let again = self.lookups.borrow().active.contains(&(module, name.to_owned()));
        match self.lookup(module, name) {
            Ok(meaning) => self.follow(meaning, rest),
            Err(Missing::Broken) => Err(Missing::Broken),
            // The module has such a name, but it leads nowhere.
            Err(Missing::Unknown) if !again && self.has_type_name(module, name, rest) => Err(Missing::Unknown),
            Err(Missing::Unknown) if self.library(module, name).is_some() => self.find_crate(module, path),
            Err(Missing::Unknown) if known::is_builtin(name) => match rest {
                [] => Ok(Meaning::Builtin(name.to_owned())),
                _ => Err(Missing::Unknown),
            },
            Err(Missing::Unknown) if rest.is_empty() => Err(Missing::Unknown),
            Err(Missing::Unknown) => self.find_crate(module, path),
        }
    }

    /// Whether a name of the module is in the way of the crate of that name. What a `use` brings in may be a function or a
    /// macro, which is none at the beginning of a path.
    fn has_type_name(&self, module: ModuleId, name: &str, rest: &[String]) -> bool {
        let module = self.module(module);
        let mut found = module.names.get(name).into_iter().flatten().peekable();
        let is_crate = || !rest.is_empty() && name.starts_with(|letter: char| letter.is_ascii_lowercase());
        found.peek().is_some() && !(is_crate() && found.all(|found| matches!(found, Name::Import(_))))
    }

    /// A path that starts with the name of a crate.
    fn find_crate(&self, module: ModuleId, path: &[String]) -> Result<Meaning, Missing> {
        match path.split_first() {
            // `extern crate self as name;`
            Some((name, rest)) if name == "self" => self.follow(Meaning::Module(self.module(module).top), rest),
            Some((name, rest)) => match self.library(module, name) {
                Some(top) => self.follow(Meaning::Module(top), rest),
                None => Ok(Meaning::External(path.to_vec())),
            },
            None => Err(Missing::Unknown),
        }
    }

    /// A path from the root of a crate that is not there: the tree at hand is some folder below that root,
    /// so the first names of the path may lie outside of it.
    fn find_loosely(&self, module: &Module, path: &[String]) -> Result<Meaning, Missing> {
        let mut below = module.id;
        while let Some(parent) = self.module(below).parent.filter(|parent| *parent != module.top) {
            below = parent;
        }
        let mut broken = false;
        for skipped in 0..path.len() {
            for base in [module.top, below] {
                match self.follow(Meaning::Module(base), &path[skipped..]) {
                    Ok(meaning) => return Ok(meaning),
                    Err(missing) => broken |= missing == Missing::Broken,
                }
            }
        }
        Err(if broken { Missing::Broken } else { Missing::Unknown })
    }

    fn follow(&self, start: Meaning, path: &[String]) -> Result<Meaning, Missing> {
        let mut here = start;
        for name in path {
            here = match here {
                Meaning::Module(module) => self.lookup(module, name)?,
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
    fn lookup(&self, id: ModuleId, name: &str) -> Result<Meaning, Missing> {
        if let Some(known) = self.lookups.borrow().known.get(&id).and_then(|names| names.get(name)) {
            return known.clone();
        }
        let key = (id, name.to_owned());
        let before = {
            let mut lookups = self.lookups.borrow_mut();
            if !lookups.active.insert(key.clone()) {
                lookups.circles.push(name.to_owned());
                return Err(Missing::Unknown);
            }
            lookups.circles.len()
        };
        let result = self.look_through(id, name);
        let mut lookups = self.lookups.borrow_mut();
        lookups.active.remove(&key);
        let is_first = !lookups.active.iter().any(|(_, active)| active == name);
        let circles = lookups.circles.get(before..).unwrap_or_default();
        let (is_certain, is_own_circle) = (circles.is_empty(), circles.iter().all(|circle| circle == name));
        match &result {
            Err(missing) if !is_certain => {
                if is_own_circle {
                    lookups.pending.entry(name.to_owned()).or_default().push((id, *missing));
                }
            }
            Ok(_) | Err(_) => drop(lookups.known.entry(id).or_default().insert(key.1, result.clone())),
        }
        if is_first {
            // Everything that can have the name was looked through, so nobody who waited has it either.
            let waited = lookups.pending.remove(name).unwrap_or_default();
            if result.is_err() && is_own_circle {
                for (id, missing) in waited {
                    lookups.known.entry(id).or_default().insert(name.to_owned(), Err(missing));
                }
            }
        }
        if lookups.active.is_empty() {
            lookups.circles.clear();
        }
        result
    }

    fn look_through(&self, id: ModuleId, name: &str) -> Result<Meaning, Missing> {
        if name != RELATION
            && self.outlined(id).is_some()
            && let Some(generated) = Generated::of(name)
        {
            return Ok(Meaning::Generated(id, generated));
        }
        let module = self.module(id);
        let mut broken = module.is_broken();
        self.refuse_alternatives(&module, name);
        for found in module.names.get(name).into_iter().flatten() {
            match found {
                Name::Item(place) => return Ok(Meaning::Item(id, *place)),
                Name::Child(child) => {
                    if let Some(child) = self.child(&module, child) {
                        return Ok(Meaning::Module(child));
                    }
                    if child.is_being_read() {
                        // It will be there; until then nothing is certain.
                        self.lookups.borrow_mut().circles.push(String::new());
                    }
                }
                Name::Import(path) => match self.find(id, path) {
                    Ok(meaning) => return Ok(meaning),
                    // `use name;` can only mean a crate when it means nothing else.
                    Err(Missing::Unknown) if path.len() == 1 => return self.find_crate(id, path),
                    Err(missing) => broken |= missing == Missing::Broken,
                },
            }
        }
        if let Some(bare) = name.strip_prefix(CONSTANT) {
            // What a `use` brings in under a name may be a type, a constant, or both.
            for found in module.names.get(bare).into_iter().flatten() {
                let Name::Import(path) = found else { continue };
                let Some((last, before)) = path.split_last() else { continue };
                let path = [before, &[constant(last)]].concat();
                if let Ok(meaning) = self.find(id, &path) {
                    return Ok(meaning);
                }
            }
        }
        if let Some(generated) = module.generated(name) {
            return Ok(Meaning::Generated(id, generated));
        }
        for glob in 0..module.globs.len() {
            let meaning = match self.glob(&module, glob) {
                Ok(Meaning::Module(from)) => self.lookup(from, name),
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

    /// Rust has no two types or modules of one name, unless only one of them is built.
    fn refuse_alternatives(&self, module: &Module, name: &str) {
        let items = module.names.get(name).into_iter().flatten().filter_map(|found| match found {
            Name::Item(place) => module.items.get(*place),
            Name::Child(child) => module.items.get(child.at()),
            Name::Import(_) => None,
        });
        if let Some(second) = items.filter_map(named).nth(1) {
            let message = format!("which of several `{name}` there is depends on how the crate is built");
            self.report(
                Problem::new(module.file, second, message)
                    .hint("choose with `features = [...]` in `seachange.toml`, or leave one definition"),
            );
        }
    }

    /// What the path of a `use …::*` leads to.
    fn glob(&self, module: &Module, place: usize) -> Result<Meaning, Missing> {
        if let Some(known) = self.lookups.borrow().globs.get(&(module.id, place)) {
            return Ok(known.clone());
        }
        let meaning = self.find(module.id, &module.globs[place])?;
        self.lookups.borrow_mut().globs.insert((module.id, place), meaning.clone());
        Ok(meaning)
    }
}

impl Workspace {
    /// The path of an item from the root of its crate, as `crate::kinds::Money`.
    pub(super) fn full_name(&self, module: ModuleId, item: usize) -> Option<String> {
        let mut module = self.module(module);
        let name = match module.items.get(item)? {
            Item::Struct(item) => &item.ident,
            Item::Enum(item) => &item.ident,
            Item::Type(item) => &item.ident,
            _ => return None,
        };
        let mut names = vec![plain(name)];
        while let Some(parent) = module.parent {
            names.push(module.name.clone());
            module = self.module(parent);
        }
        names.push("crate".to_owned());
        names.reverse();
        Some(names.join("::"))
    }

    /// The module and place of an `impl` of one of these traits for a type. Rust lets it stand anywhere in the crate;
    /// what is not beside the type is looked for in every module.
    pub(super) fn implementation(
        &self,
        traits: &[&str],
        owner: &Module,
        item: usize,
        name: &str,
    ) -> Option<(Rc<Module>, usize)> {
        let here = |module: &Rc<Module>| {
            let place = module.items.iter().position(|found| {
                let Item::Impl(found) = found else { return false };
                let is_trait = |path: &syn::Path| {
                    path.segments.last().is_some_and(|last| traits.iter().any(|name| last.ident == name))
                };
                let Type::Path(target) = &*found.self_ty else { return false };
                found.trait_.as_ref().is_some_and(|(path, _)| is_trait(path))
                    && target.path.segments.last().is_some_and(|last| last.ident == name)
                    && self.resolve(module.id, &target.path) == Ok(Meaning::Item(owner.id, item))
            });
            Some((Rc::clone(module), place?))
        };
        if let Some(found) = here(&self.module(owner.id)) {
            return Some(found);
        }
        self.reach_all(owner.top);
        let modules = self.modules();
        modules.iter().filter(|module| module.top == owner.top).find_map(here)
    }

    /// The module whose entity that is, written out or generated.
    pub(super) fn entity_of(&self, meaning: &Meaning) -> Option<ModuleId> {
        match meaning {
            Meaning::Generated(module, Generated::Entity) => Some(*module),
            Meaning::Item(id, item) => {
                let module = self.module(*id);
                match module.items.get(*item)? {
                    Item::Struct(found) if derives(&module, &found.attrs, "DeriveEntity") => Some(*id),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// The module whose `Column` that is, written out or generated.
    pub(super) fn columns_of(&self, meaning: &Meaning) -> Option<ModuleId> {
        match meaning {
            Meaning::Generated(module, Generated::Column) => Some(*module),
            Meaning::Item(id, item) => match self.module(*id).items.get(*item)? {
                Item::Enum(found) if found.ident == "Column" => Some(*id),
                _ => None,
            },
            _ => None,
        }
    }
}

impl Module {
    /// The struct with `DeriveEntity`, the sign of the expanded format, and its place among the items.
    pub(super) fn expanded(&self) -> Option<(usize, &ItemStruct)> {
        self.items.iter().enumerate().find_map(|(place, item)| match item {
            Item::Struct(item) if derives(self, &item.attrs, "DeriveEntity") => Some((place, item)),
            _ => None,
        })
    }

    /// The struct with `DeriveEntityModel`, if the module has one.
    pub(super) fn model(&self) -> Option<&ItemStruct> {
        let is_model =
            |item: &Item| matches!(item, Item::Struct(item) if derives(self, &item.attrs, "DeriveEntityModel"));
        let place = *self.model.get_or_init(|| self.items.iter().position(is_model));
        match self.items.get(place?) {
            Some(Item::Struct(item)) => Some(item),
            _ => None,
        }
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
        let generated = Generated::of(name)?;
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

#[cfg(test)]
mod tests;
