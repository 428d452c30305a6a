//! What rustc does to the items of a module before anybody looks at them: conditions are decided, and calls of the
//! project's own `macro_rules!` are replaced by what they stand for. Knows tokens and modules, no meanings.

use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;

use proc_macro2::TokenStream;
use syn::spanned::Spanned;
use syn::{Item, ItemMacro, UseTree};

use super::macro_rules::Rules;
use super::module::{Contents, Name};
use super::{FileId, ModuleId, Workspace};
use crate::declare::cfg;
use crate::declare::naming::plain;
use crate::declare::problem::Problem;

/// Macros that call each other deeper than this never end.
const DEEPEST: usize = 32;

/// Nor do those that call each other more often than this.
const MOST: usize = 10_000;

/// The items of a module as the rest of the crate sees them.
pub(super) struct Prepared {
    pub(super) items: Vec<Item>,
    pub(super) macros: BTreeMap<String, Rc<Rules>>,
}

impl Workspace {
    /// Prepares the items of a module of a file, below that parent.
    pub(super) fn prepare(&self, items: Vec<Item>, file: FileId, parent: Option<ModuleId>) -> Prepared {
        let mut prepared = Prepared { items: Vec::new(), macros: BTreeMap::new() };
        self.take(items, file, parent, &mut prepared, 0);
        prepared
    }

    fn take(&self, items: Vec<Item>, file: FileId, parent: Option<ModuleId>, prepared: &mut Prepared, depth: usize) {
        for item in cfg::decide(items, &self.features) {
            let Item::Macro(call) = &item else {
                prepared.items.push(item);
                continue;
            };
            if let Some(name) = &call.ident {
                if let Some(rules) = Rules::parse(call.mac.tokens.clone()) {
                    prepared.macros.insert(plain(name), Rc::new(rules));
                } else {
                    // Left among the items, where it is noticed if it would make entities.
                    prepared.items.push(item);
                }
                continue;
            }
            match self.find_macro(&call.mac.path, parent, &prepared.macros, &prepared.items) {
                Some(rules) => self.make(call, &rules, file, parent, prepared, depth),
                None => prepared.items.push(item),
            }
        }
    }

    /// Puts what a call stands for in its place.
    fn make(
        &self,
        call: &ItemMacro,
        rules: &Rules,
        file: FileId,
        parent: Option<ModuleId>,
        prepared: &mut Prepared,
        depth: usize,
    ) {
        let span = call.mac.path.span();
        let is_within_bounds = depth < DEEPEST && self.expanded.get() < MOST;
        self.expanded.set(self.expanded.get() + 1);
        let tokens = is_within_bounds.then(|| rules.expand(call.mac.tokens.clone(), span)).flatten();
        match tokens.and_then(|tokens| syn::parse2::<syn::File>(tokens).ok()) {
            Some(made) => self.take(made.items, file, parent, prepared, depth + 1),
            None if rules.makes_entities => self.report(
                Problem::new(file, span, "the entities this macro makes cannot be read")
                    .hint("write them out, or keep the call outside of the entity folders"),
            ),
            // What it would have made is missed where it is used.
            None => {}
        }
    }

    /// Follows the calls of a module that is there now: their macros may come from modules below it, or by a `use`.
    pub(super) fn make_late(&self, id: ModuleId, folder: &Path) {
        let module = self.module(id);
        let mut prepared = Prepared { items: Vec::new(), macros: BTreeMap::new() };
        let mut followed = Vec::new();
        for (place, item) in module.items.iter().enumerate() {
            let Item::Macro(call) = item else { continue };
            let rules = (call.ident.is_none())
                .then(|| self.find_macro(&call.mac.path, Some(id), &prepared.macros, &module.items))
                .flatten();
            if let Some(rules) = rules {
                self.make(call, &rules, module.file, Some(id), &mut prepared, 0);
                followed.push(place);
            }
        }
        drop(module);
        if followed.is_empty() {
            return;
        }
        let mut modules = self.modules.borrow_mut();
        // Nobody else has seen the module yet: it was put there a moment ago.
        let Some(module) = modules.get_mut(id.0).and_then(Rc::get_mut) else { return };
        for place in followed {
            module.items[place] = Item::Verbatim(TokenStream::new());
        }
        module.add(Contents::of(prepared.items, folder, module.items.len()));
        module.macros.extend(prepared.macros);
    }

    /// A macro of the project, as a call in a module below that parent finds it.
    fn find_macro(
        &self,
        path: &syn::Path,
        parent: Option<ModuleId>,
        macros: &BTreeMap<String, Rc<Rules>>,
        items: &[Item],
    ) -> Option<Rc<Rules>> {
        let name = plain(&path.segments.last()?.ident);
        if path.segments.len() == 1 {
            if let Some(rules) = macros.get(&name) {
                return Some(Rc::clone(rules));
            }
            let mut above = parent;
            while let Some(id) = above {
                if let Some(rules) = self.macro_in_scope(id, &name) {
                    return Some(rules);
                }
                above = self.module(id).parent;
            }
        }
        let parent = self.module(parent?);
        let first = match path.segments.len() {
            1 => imported_from(items, &name)?,
            _ => plain(&path.segments.first()?.ident),
        };
        let top = match first.as_str() {
            "crate" | "self" | "super" => parent.top,
            name if parent.names.contains_key(name) => parent.top,
            name => self.library(parent.id, name)?,
        };
        self.reach(top, None);
        let modules = self.modules();
        modules.iter().filter(|module| module.top == top).find_map(|module| module.macros.get(&name).cloned())
    }

    /// A macro a module makes itself, or lets in from a `#[macro_use]` module below it.
    fn macro_in_scope(&self, id: ModuleId, name: &str) -> Option<Rc<Rules>> {
        let module = self.module(id);
        if let Some(rules) = module.macros.get(name) {
            return Some(Rc::clone(rules));
        }
        let children = module.names.values().flatten().filter_map(|found| match found {
            Name::Child(child) if child.macro_use => Some(child),
            Name::Child(_) | Name::Item(_) | Name::Import(_) => None,
        });
        children.into_iter().find_map(|child| self.macro_in_scope(self.child(&module, child)?, name))
    }
}

/// The first name of the path by which a `use` brings in a name.
fn imported_from(items: &[Item], name: &str) -> Option<String> {
    fn brings(tree: &UseTree, name: &str) -> bool {
        match tree {
            UseTree::Path(tree) => brings(&tree.tree, name),
            UseTree::Name(tree) => tree.ident == name,
            UseTree::Rename(tree) => tree.rename == name,
            UseTree::Glob(_) => true,
            UseTree::Group(tree) => tree.items.iter().any(|tree| brings(tree, name)),
        }
    }
    items.iter().find_map(|item| match item {
        Item::Use(import) => match &import.tree {
            UseTree::Path(tree) if brings(&tree.tree, name) => Some(plain(&tree.ident)),
            _ => None,
        },
        _ => None,
    })
}
