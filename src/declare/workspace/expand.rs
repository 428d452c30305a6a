//! What rustc does to the items of a module before anybody looks at them: conditions are decided, and calls of the
//! project's own `macro_rules!` are replaced by what they stand for. Knows tokens and modules, no meanings.

use std::collections::BTreeMap;
use std::rc::Rc;

use proc_macro2::TokenStream;
use syn::spanned::Spanned;
use syn::{Item, ItemMacro};

use super::macro_rules::{Call, Rules};
use super::module::{Contents, Module, Name};
use super::{FileId, ModuleId, Slot, Workspace};
use crate::declare::cfg;
use crate::declare::names::Meaning;
use crate::declare::naming::plain;
use crate::declare::problem::Problem;

/// Macros that call each other deeper than this never end, says rustc.
const DEEPEST: usize = 128;

/// How the body of a macro names its crate in another one; a number follows.
pub(in crate::declare) const CRATE: &str = "__seachange_crate_";

/// The macros of a module by name: each definition with the place among the items that it stands before.
pub(super) type Macros = BTreeMap<String, Vec<(usize, Rc<Rules>)>>;

/// Nor do those that call each other more often than this.
const MOST: usize = 10_000;

/// The items of a module as the rest of the crate sees them.
pub(super) struct Prepared {
    pub(super) items: Vec<Item>,
    pub(super) macros: Macros,
}

impl Workspace {
    /// Prepares the items of a module of a file, below that parent.
    pub(super) fn prepare(&self, items: Vec<Item>, file: FileId, parent: Option<(ModuleId, usize)>) -> Prepared {
        let mut prepared = Prepared { items: Vec::new(), macros: BTreeMap::new() };
        self.take(items, file, parent, &mut prepared, 0);
        prepared
    }

    fn take(
        &self,
        items: Vec<Item>,
        file: FileId,
        parent: Option<(ModuleId, usize)>,
        prepared: &mut Prepared,
        depth: usize,
    ) {
        for item in cfg::decide(items, &self.features) {
            let Item::Macro(call) = &item else {
                prepared.items.push(item);
                continue;
            };
            if let Some(name) = &call.ident {
                if let Some(rules) = Rules::parse(call.mac.tokens.clone()) {
                    let place = prepared.items.len();
                    prepared.macros.entry(plain(name)).or_default().push((place, Rc::new(rules)));
                } else {
                    // Left among the items, where it is noticed if it would make entities.
                    prepared.items.push(item);
                }
                continue;
            }
            let rules =
                call.mac.path.get_ident().and_then(|name| self.macro_before(&plain(name), &prepared.macros, parent));
            match rules {
                Some(rules) => self.make(call, (&rules, "crate"), file, parent, prepared, depth),
                None => prepared.items.push(item),
            }
        }
    }

    /// Puts what a call stands for in its place.
    fn make(
        &self,
        call: &ItemMacro,
        (rules, home): (&Rules, &str),
        file: FileId,
        parent: Option<(ModuleId, usize)>,
        prepared: &mut Prepared,
        depth: usize,
    ) {
        let span = call.mac.path.span();
        let is_within_bounds = depth < DEEPEST && self.expanded.get() < MOST;
        self.expanded.set(self.expanded.get() + 1);
        let tokens = is_within_bounds.then(|| rules.expand(call.mac.tokens.clone(), &Call { span, home })).flatten();
        match tokens.and_then(|tokens| syn::parse2::<syn::File>(tokens).ok()) {
            Some(made) => self.take(made.items, file, parent, prepared, depth + 1),
            None if rules.makes_entities || call.mac.tokens.to_string().contains("DeriveEntity") => self.report(
                Problem::new(file, span, "the entities this macro makes cannot be read")
                    .hint("write them out, or keep the call outside of the entity folders"),
            ),
            // What it would have made is missed where it is used.
            None => {}
        }
    }

    /// Follows the calls of a module that is there now: their macros may come from modules below it, or by a `use`.
    /// `false` when that has to wait, because the crate is being searched for another macro or the module is in use.
    pub(super) fn make_late(&self, id: ModuleId) -> bool {
        let module = self.module(id);
        let mut prepared = Prepared { items: Vec::new(), macros: BTreeMap::new() };
        let mut followed = Vec::new();
        let mut is_done = true;
        for (place, item) in module.items.iter().enumerate() {
            let Item::Macro(call) = item else { continue };
            if call.ident.is_some() {
                continue;
            }
            let path: Vec<String> = call.mac.path.segments.iter().map(|segment| plain(&segment.ident)).collect();
            match self.macro_by_path(id, &path, 0) {
                Some((owner, rules)) => {
                    let top = self.module(owner).top;
                    let home = if top == module.top { "crate".to_owned() } else { format!("{CRATE}{}", top.0) };
                    self.make(call, (&rules, &home), module.file, Some((id, place)), &mut prepared, 0);
                    followed.push(place);
                }
                None => is_done &= !self.is_searching(),
            }
        }
        drop(module);
        if followed.is_empty() {
            return is_done;
        }
        // What was not there a moment ago may be there now.
        self.lookups.borrow_mut().forget_missing();
        self.bare_names.borrow_mut().clear();
        let mut modules = self.modules.borrow_mut();
        let Some(Slot::Read(module)) = modules.get_mut(id.0) else { return false };
        let Some(module) = Rc::get_mut(module) else { return false };
        for place in followed {
            if let Some(item) = module.items.get_mut(place) {
                *item = Item::Verbatim(TokenStream::new());
            }
        }
        let folder = module.scope.folder.clone();
        module.add(Contents::of(prepared.items, &folder, module.items.len()));
        for (name, mut found) in prepared.macros {
            module.macros.entry(name).or_default().append(&mut found);
        }
        is_done
    }

    /// Whether a call that could not be followed is one of the project's own, as far as its path tells.
    pub(in crate::declare) fn is_own_macro(&self, module: &Module, path: &syn::Path) -> bool {
        // What every program knows, or may know by an old `#[macro_use] extern crate`.
        const HARMLESS: [&str; 4] = ["thread_local", "lazy_static", "compile_error", "macro_rules"];
        let names: Vec<String> = path.segments.iter().map(|segment| plain(&segment.ident)).collect();
        let is_own = |first: &str| {
            matches!(first, "crate" | "self" | "super")
                || module.names.contains_key(first)
                || self.library(module.id, first).is_some()
        };
        match names.as_slice() {
            [name] => {
                let imports = module.names.get(name).into_iter().flatten();
                let mut starts = imports.filter_map(|found| match found {
                    Name::Import(path) => path.first(),
                    Name::Child(_) | Name::Item(_) => None,
                });
                !HARMLESS.contains(&name.as_str()) && starts.next().is_none_or(|first| first == name || is_own(first))
            }
            [first, ..] => is_own(first),
            [] => false,
        }
    }

    /// A macro by textual scope: those before the call, in its module or in one around it.
    fn macro_before(&self, name: &str, macros: &Macros, parent: Option<(ModuleId, usize)>) -> Option<Rc<Rules>> {
        if let Some((_, rules)) = macros.get(name).and_then(|found| found.last()) {
            return Some(Rc::clone(rules));
        }
        let mut above = parent;
        while let Some((id, at)) = above {
            let module = self.module(id);
            let before = module.macros.get(name).into_iter().flatten().rfind(|(place, _)| *place <= at);
            if let Some((_, rules)) = before {
                return Some(Rc::clone(rules));
            }
            above = module.parent.map(|parent| (parent, module.at));
        }
        None
    }

    /// A macro as the whole crate knows it: let in from a `#[macro_use]` module, by a `use`, or by its path.
    fn macro_by_path(&self, id: ModuleId, path: &[String], depth: usize) -> Option<(ModuleId, Rc<Rules>)> {
        let (name, before) = path.split_last().filter(|_| depth < DEEPEST)?;
        if before.is_empty() {
            let mut above = Some(id);
            while let Some(id) = above {
                if let Some(rules) = self.macro_in_scope(id, name) {
                    return Some((id, rules));
                }
                above = self.module(id).parent;
            }
            return self.imported_macro(id, name, depth);
        }
        let home = match (self.resolve_names(id, before), before) {
            (Ok(Meaning::Module(home)), _) => home,
            // A macro and its crate may have one name.
            (_, [name]) => self.library(id, name)?,
            _ => return None,
        };
        self.macro_in_module(home, name, depth + 1)
    }

    fn imported_macro(&self, id: ModuleId, name: &str, depth: usize) -> Option<(ModuleId, Rc<Rules>)> {
        let module = self.module(id);
        let imports = module.names.get(name).into_iter().flatten().filter_map(|found| match found {
            Name::Import(path) if path.len() > 1 => Some(path),
            Name::Import(_) | Name::Child(_) | Name::Item(_) => None,
        });
        imports.into_iter().find_map(|path| self.macro_by_path(id, path, depth + 1)).or_else(|| {
            module.globs.iter().find_map(|glob| match self.resolve_names(id, glob) {
                Ok(Meaning::Module(home)) if home != id => self.macro_in_module(home, name, depth + 1),
                _ => None,
            })
        })
    }

    /// A macro by the module that gives it its path.
    fn macro_in_module(&self, home: ModuleId, name: &str, depth: usize) -> Option<(ModuleId, Rc<Rules>)> {
        let module = self.module(home);
        if let Some((_, rules)) = module.macros.get(name).and_then(|found| found.last()) {
            return Some((home, Rc::clone(rules)));
        }
        if depth < DEEPEST
            && let Some(found) = self.imported_macro(home, name, depth)
        {
            return Some(found);
        }
        // What is exported belongs to the root of the crate, wherever it is written.
        if module.parent.is_some() {
            return None;
        }
        self.reach_all(home);
        let modules = self.modules();
        let exported = modules.iter().filter(|module| module.top == home);
        exported.into_iter().find_map(|module| {
            let (_, rules) = module.macros.get(name)?.last()?;
            Some((module.id, Rc::clone(rules)))
        })
    }

    /// A macro a module makes itself, or lets in from a `#[macro_use]` module below it.
    fn macro_in_scope(&self, id: ModuleId, name: &str) -> Option<Rc<Rules>> {
        let module = self.module(id);
        if let Some((_, rules)) = module.macros.get(name).and_then(|found| found.last()) {
            return Some(Rc::clone(rules));
        }
        let children = module.names.values().flatten().filter_map(|found| match found {
            Name::Child(child) if child.macro_use => Some(child),
            Name::Child(_) | Name::Item(_) | Name::Import(_) => None,
        });
        children.into_iter().find_map(|child| self.macro_in_scope(self.child(&module, child)?, name))
    }
}
