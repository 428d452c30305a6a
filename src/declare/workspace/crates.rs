//! The crates a project's sources can name: each package's own library and the packages it depends on by path.

use std::fs;
use std::path::Path;
use std::rc::Rc;

use super::package::Manifest;
use super::{ModuleId, Workspace};

impl Workspace {
    /// The library crate that the sources of a module know by that name.
    pub(in crate::declare) fn library(&self, module: ModuleId, name: &str) -> Option<ModuleId> {
        let top = self.module(module).top;
        let package = self.packages.borrow().get(&top).cloned()?;
        let manifest = self.manifest(&package);
        match &manifest.library {
            Some((own, _)) if own == name => self.library_of(&package),
            _ => self.library_of(manifest.dependencies.get(name)?),
        }
    }

    pub(super) fn library_of(&self, package: &Path) -> Option<ModuleId> {
        let package = fs::canonicalize(package).ok()?;
        if let Some(known) = self.libraries.borrow().get(&package) {
            return *known;
        }
        // Crates cannot depend on each other in a circle; a manifest that says so leads nowhere.
        self.libraries.borrow_mut().insert(package.clone(), None);
        let manifest = self.manifest(&package);
        let (name, path) = manifest.library.as_ref()?;
        let top = self.read_crate(path, name, &package);
        self.libraries.borrow_mut().insert(package, top);
        top
    }

    pub(super) fn manifest(&self, package: &Path) -> Rc<Manifest> {
        let known = self.manifests.borrow().get(package).cloned();
        known.unwrap_or_else(|| {
            let manifest = Rc::new(Manifest::read(package));
            self.manifests.borrow_mut().insert(package.to_owned(), Rc::clone(&manifest));
            manifest
        })
    }

    pub(super) fn read_crate(&self, path: &Path, name: &str, package: &Path) -> Option<ModuleId> {
        let top = self.read_top(path, name, false)?;
        self.packages.borrow_mut().insert(top, package.to_owned());
        self.settle(Some(top));
        Some(top)
    }
}
