//! The files of a project as the tree of modules rustc would see. Nothing outside this folder reads files.
//! Knows what a module holds, not what any of it means; names are looked up in `names.rs`.
//!
//! A module outside the entity roots is read when a name leads to it, so a large crate costs nothing.

mod crates;
mod expand;
mod macro_rules;
mod module;
mod package;
mod plain;
mod wanted;

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use syn::Item;

use super::Sources;
use super::cfg::{Condition, Features};
use super::column_type::{Said, StoredAs};
use super::entity::Outline;
use super::names::{Lookups, Names};
use super::problem::Problem;
use crate::error::{Diagnostic, Error, Place, Result, Severity};
use crate::model::Location;
pub(super) use expand::CRATE;
use expand::{Macros, Prepared};
pub(super) use module::{CONSTANT, Child, Module, Name, constant};
use module::{Contents, Loaded, Origin, Reading, Scope};
use package::{Manifest, all_features, collect, package};
pub(super) use package::{candidates, text};
use wanted::ByPath;
pub(super) use wanted::Wanted;

/// A file, by its place among the files that were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct FileId(usize);

impl FileId {
    /// No file at all; nothing that is shown to anybody may be in it.
    pub(super) const NONE: Self = Self(usize::MAX);
}

/// A module, by its place among the modules that were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ModuleId(usize);

/// Everything that has been read.
pub(super) struct Workspace {
    project: PathBuf,
    common: Arc<Common>,
    files: RefCell<Vec<Rc<SourceFile>>>,
    modules: RefCell<Vec<Slot>>,
    /// The module of each file; the first, when several trees hold it.
    by_file: RefCell<ByPath<ModuleId>>,
    /// The entity files that a `mod` leads to and nobody has needed yet.
    postponed: RefCell<ByPath<Postponed>>,
    /// The manifests by the folders of their packages.
    manifests: RefCell<BTreeMap<PathBuf, Rc<Manifest>>>,
    /// The library crates by the folders of their packages, once they were looked for.
    libraries: RefCell<BTreeMap<PathBuf, Option<ModuleId>>>,
    /// The folder of the package each crate belongs to.
    packages: RefCell<BTreeMap<ModuleId, PathBuf>>,
    /// What bare names mean in modules, once somebody asked.
    pub(super) bare_names: RefCell<BTreeMap<ModuleId, Names>>,
    /// What names mean in modules.
    pub(super) lookups: RefCell<Lookups>,
    /// Column types that mean the same wherever they are written, by their text.
    pub(super) column_types: RefCell<BTreeMap<String, Said>>,
    /// The files of modules that are not built.
    switched_off: RefCell<BTreeSet<PathBuf>>,
    /// Modules with calls of macros that could not be followed yet.
    waiting: RefCell<Vec<ModuleId>>,
    /// The crates all modules of which are being read, and those that were.
    searching: RefCell<BTreeSet<ModuleId>>,
    searched: RefCell<BTreeSet<ModuleId>>,
    /// How many calls of macros were followed.
    expanded: Cell<usize>,
    /// The features that are built.
    features: Features,
    /// What the project says about types, by their paths.
    pub(super) types: BTreeMap<String, StoredAs>,
    problems: RefCell<Vec<Problem>>,
    failures: RefCell<Vec<Error>>,
}

struct SourceFile {
    path: PathBuf,
    text: Arc<str>,
    /// The modules written in it.
    modules: RefCell<Vec<ModuleId>>,
}

/// A child module that is not read yet: the module it is in, its name, and its place among the items there.
struct Postponed {
    parent: ModuleId,
    name: String,
    at: usize,
}

/// What the threads know together: each file is read from disk once, however many of them come across it, and an entity
/// that one of them has read is for the others no more than its names.
#[derive(Default)]
pub(super) struct Common {
    texts: Mutex<ByPath<Arc<str>>>,
    outlines: Mutex<ByPath<Arc<Outline>>>,
}

impl Common {
    fn read(&self, path: &Path) -> io::Result<Arc<str>> {
        let known = || self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(text) = known().get(path.as_os_str()) {
            return Ok(Arc::clone(text));
        }
        let text: Arc<str> = fs::read_to_string(path)?.into();
        Ok(Arc::clone(known().entry(path.into()).or_insert(text)))
    }

    fn outlines(&self) -> MutexGuard<'_, ByPath<Arc<Outline>>> {
        self.outlines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A module, or what is enough of it until somebody asks for more. Syntax trees are large, so those that were understood
/// and that nobody else is likely to look into are let go.
enum Slot {
    Read(Rc<Module>),
    Outlined(Rc<Outlined>),
}

/// The module of a file that is known by the names of its entity, and how to read it.
struct Outlined {
    outline: Arc<Outline>,
    path: PathBuf,
    mod_rs: bool,
    parent: Parent,
    /// It was read and let go.
    was_read: bool,
}

/// What a new module is put under.
#[derive(Clone)]
struct Parent {
    id: Option<ModuleId>,
    /// The name of the new module.
    name: String,
    /// Its place among the items of the one it is in.
    at: usize,
    top: Option<ModuleId>,
    condition: Condition,
    detached: bool,
}

impl Parent {
    /// What the first module of a tree is put under: nothing.
    fn top(name: String, detached: bool) -> Self {
        Self { id: None, name, at: 0, top: None, condition: Condition::Holds, detached }
    }
}

/// The files below the entity folders, and the other halves of modules that are folders.
pub(super) fn entity_files(sources: &Sources) -> Result<Wanted> {
    let workspace = Workspace::new(sources, &Arc::default());
    let mut files = BTreeSet::new();
    for root in &sources.roots {
        let root = workspace.absolute(root)?;
        collect(&root, &mut files).map_err(|source| Error::ReadEntities { path: workspace.shown(&root), source })?;
        let beside = root.with_extension("rs");
        if root.is_dir() && beside.is_file() {
            files.insert(beside);
        }
    }
    Ok(Wanted::new(files))
}

impl Workspace {
    pub(super) fn new(sources: &Sources, common: &Arc<Common>) -> Self {
        let project = &sources.project;
        Self {
            common: Arc::clone(common),
            features: match &sources.features {
                Features::All => Features::All,
                Features::Only(chosen) => {
                    let packages = sources.roots.iter().filter_map(|root| package(&project.join(root)));
                    Features::Only(all_features(chosen, packages.collect()))
                }
            },
            types: sources.types.clone(),
            project: fs::canonicalize(project).unwrap_or_else(|_| project.to_owned()),
            files: RefCell::default(),
            modules: RefCell::default(),
            by_file: RefCell::default(),
            postponed: RefCell::default(),
            bare_names: RefCell::default(),
            lookups: RefCell::default(),
            column_types: RefCell::default(),
            switched_off: RefCell::default(),
            waiting: RefCell::default(),
            searching: RefCell::default(),
            searched: RefCell::default(),
            expanded: Cell::default(),
            manifests: RefCell::default(),
            libraries: RefCell::default(),
            packages: RefCell::default(),
            problems: RefCell::default(),
            failures: RefCell::default(),
        }
    }

    /// Finds the wanted files, which are all there are in the given entity folders, in the trees that hold them. Reads no more
    /// of them than the way to others takes: the rest is read when it is opened, or when a name leads there.
    pub(super) fn load(&self, roots: &[PathBuf], wanted: &Wanted) -> Result<()> {
        let roots: Vec<PathBuf> = roots.iter().map(|root| self.absolute(root)).collect::<Result<_>>()?;
        let packages: BTreeSet<PathBuf> = roots.iter().filter_map(|root| package(root)).collect();
        for package in &packages {
            self.load_package(package, wanted);
        }
        for root in &roots {
            let mut below = wanted.files().range(root.clone()..).take_while(|file| file.starts_with(root)).peekable();
            if below.peek().is_some() && !below.any(|file| self.is_found(file)) {
                self.load_detached(root, wanted);
            }
        }
        self.settle_waiting();
        self.failure().map_or(Ok(()), Err)
    }

    /// The modules written in one of the wanted files, read now if they were not; `None` when no `mod` leads to the file.
    pub(super) fn open(&self, file: &Path, wanted: &Wanted) -> Option<Vec<Rc<Module>>> {
        let postponed = self.postponed.borrow_mut().remove(file.as_os_str());
        let id = match postponed {
            None => self.module_of(file)?,
            Some(Postponed { parent, name, at }) => {
                let parent = self.module(parent);
                let id = parent.names.get(&name)?.iter().find_map(|name| match name {
                    Name::Child(child) if child.at == at => self.child(&parent, child),
                    Name::Child(_) | Name::Item(_) | Name::Import(_) => None,
                })?;
                self.reach(id, Some(wanted));
                id
            }
        };
        self.settle_waiting();
        let file = Rc::clone(&self.files.borrow()[self.module(id).file.0]);
        let modules = file.modules.borrow();
        Some(modules.iter().map(|id| self.module(*id)).collect())
    }

    /// The first module of the crate that a macro's body names by a number.
    pub(super) fn numbered(&self, number: &str) -> Option<ModuleId> {
        let number = number.parse().ok()?;
        (number < self.modules.borrow().len()).then_some(ModuleId(number))
    }

    /// The module of that number.
    pub(super) fn module(&self, id: ModuleId) -> Rc<Module> {
        // Numbers are only given out by `put`, and nothing ever removes one.
        let outlined = match &self.modules.borrow()[id.0] {
            Slot::Read(module) => return Rc::clone(module),
            Slot::Outlined(outlined) => Rc::clone(outlined),
        };
        let Outlined { path, mod_rs, parent, was_read, .. } = &*outlined;
        if self.read_file(path, *mod_rs, parent.clone(), Some((id, *was_read))).is_none() {
            // It was there a moment ago; the failure is kept.
            let file = self.add_file(path, Arc::default());
            let scope = Scope { folder: PathBuf::new(), inline: false, broken: true };
            self.put(Contents::default(), Macros::new(), file, scope, parent.clone(), (Some(id), None));
        }
        self.settle(Some(id));
        self.module(id)
    }

    /// The names of the entity of a module, when that is all that is known of it.
    pub(super) fn outlined(&self, id: ModuleId) -> Option<Arc<Outline>> {
        match &self.modules.borrow()[id.0] {
            Slot::Read(_) => None,
            Slot::Outlined(outlined) => Some(Arc::clone(&outlined.outline)),
        }
    }

    /// Tells the other threads the names of an entity, if they are all that somebody else can want of its file.
    pub(super) fn publish(&self, module: &Module, outline: &Arc<Outline>) {
        if module.stands_alone() && module.model().is_some() {
            let path = self.files.borrow()[module.file.0].path.clone();
            self.common.outlines().entry(path.into()).or_insert_with(|| Arc::clone(outline));
        }
    }

    /// Lets a module go that was understood and published. One that somebody came back to stays.
    pub(super) fn put_away(&self, module: &Module) {
        let Some(reading) = module.reading.as_ref().filter(|reading| !reading.again) else { return };
        let path = self.files.borrow()[module.file.0].path.clone();
        let Some(outline) = self.common.outlines().get(path.as_os_str()).cloned() else { return };
        let (id, name, at) = (module.parent, module.name.clone(), module.at);
        let parent =
            Parent { id, name, at, top: Some(module.top), condition: reading.around, detached: module.detached };
        let outlined = Outlined { outline, path, mod_rs: reading.mod_rs, parent, was_read: true };
        self.modules.borrow_mut()[module.id.0] = Slot::Outlined(Rc::new(outlined));
        self.bare_names.borrow_mut().remove(&module.id);
        self.lookups.borrow_mut().forget(module);
    }

    /// All modules read so far.
    pub(super) fn modules(&self) -> Vec<Rc<Module>> {
        let count = self.modules.borrow().len();
        (0..count).map(|id| self.module(ModuleId(id))).collect()
    }

    /// The module a child stands for, read now if it was not.
    pub(super) fn child(&self, module: &Module, child: &Child) -> Option<ModuleId> {
        match child.loaded.get() {
            Loaded::Yes(found) => found,
            // A module that is looked for while it is read, by way of a macro.
            Loaded::Now => None,
            Loaded::No => {
                child.loaded.set(Loaded::Now);
                let found = self.read_child(module, child);
                child.loaded.set(Loaded::Yes(found));
                self.settle(found);
                found
            }
        }
    }

    /// Does what takes more than the module itself, now or when the search that is going on is over.
    fn settle(&self, module: Option<ModuleId>) {
        let is_read = |id: &ModuleId| self.outlined(*id).is_none();
        if let Some(id) = module.filter(is_read).filter(|id| !self.make_late(*id)) {
            self.waiting.borrow_mut().push(id);
        }
    }

    /// Goes back to the modules that had to wait.
    fn settle_waiting(&self) {
        // Each round may bring in modules that wait in their turn.
        for _ in 0..8 {
            let waiting = std::mem::take(&mut *self.waiting.borrow_mut());
            if waiting.is_empty() {
                return;
            }
            for id in waiting {
                self.settle(Some(id));
            }
        }
    }

    /// Whether all modules of some crate are being read.
    fn is_searching(&self) -> bool {
        !self.searching.borrow().is_empty()
    }

    /// Reads all modules of a crate, once.
    pub(super) fn reach_all(&self, top: ModuleId) {
        if self.searched.borrow().contains(&top) || !self.searching.borrow_mut().insert(top) {
            return;
        }
        self.reach(top, None);
        self.searching.borrow_mut().remove(&top);
        self.searched.borrow_mut().insert(top);
        self.settle_waiting();
    }

    fn read_child(&self, module: &Module, child: &Child) -> Option<ModuleId> {
        let parent = Parent {
            id: Some(module.id),
            name: child.name.clone(),
            at: child.at,
            top: Some(module.top),
            condition: module.condition.and(child.condition),
            detached: module.detached,
        };
        match &child.place {
            Origin::Inline { items, folder } => {
                let scope = Scope { folder: folder.clone(), inline: true, broken: false };
                Some(self.put_items(items.take(), module.file, scope, parent, (None, None)))
            }
            Origin::Declared { item, .. } => {
                let found = self.candidates(module, child).into_iter().find(|candidate| candidate.is_file());
                let Some(found) = found else {
                    self.report_missing(module, *item, child);
                    return None;
                };
                if self.holds(module, &found) {
                    return None;
                }
                self.read_module(&found, child.is_mod_rs(&found), parent)
            }
            Origin::File(path) => self.read_module(path, child.is_mod_rs(path), parent),
            Origin::Folder(path) => Some(self.read_folder(path, parent)),
        }
    }

    /// Adds a problem met while reading a file.
    pub(super) fn report(&self, problem: Problem) {
        self.problems.borrow_mut().push(problem);
    }

    /// The problems met while reading files.
    pub(super) fn problems(&self) -> Vec<Problem> {
        self.problems.borrow().clone()
    }

    /// The first file that could not be read at all.
    pub(super) fn failure(&self) -> Option<Error> {
        self.failures.take().into_iter().next()
    }

    /// Whether a file that belongs to no module seems to declare entities.
    pub(super) fn mentions_entities(&self, path: &Path) -> Result<bool> {
        let text = self.common.read(path).map_err(|source| Error::Read { path: self.shown(path), source })?;
        Ok(text.contains("DeriveEntity"))
    }

    /// A problem about a file as a whole, such as one that no `mod` leads to.
    pub(super) fn at_file(&self, path: &Path, message: String, hint: String) -> Diagnostic {
        let text = self.common.read(path).unwrap_or_default();
        let line = text.lines().next().unwrap_or_default().to_owned();
        let location = Location { file: self.shown(path).into(), line: 1, column: 1 };
        Diagnostic {
            severity: Severity::Warning,
            message,
            location,
            width: line.chars().count().max(1),
            line,
            label: None,
            hint: Some(hint),
        }
    }

    /// A problem in words for the user.
    pub(super) fn diagnostic(&self, problem: &Problem) -> Diagnostic {
        Diagnostic {
            severity: problem.severity,
            label: problem.label.clone(),
            hint: problem.hint.clone(),
            ..self.place(problem.file, problem.span).problem(problem.message.clone())
        }
    }

    /// The part of a line that a span is.
    pub(super) fn place(&self, file: FileId, span: proc_macro2::Span) -> Place {
        let (start, end) = (span.start(), span.end());
        let text = Rc::clone(&self.files.borrow()[file.0]);
        let line = text.text.lines().nth(start.line.saturating_sub(1)).unwrap_or_default().to_owned();
        let until = if end.line == start.line { end.column } else { line.chars().count() };
        Place { location: self.location(file, span), width: until.saturating_sub(start.column).max(1), line }
    }

    /// Where a span is.
    pub(super) fn location(&self, file: FileId, span: proc_macro2::Span) -> Location {
        located(self.shown(&self.files.borrow()[file.0].path).into(), span)
    }

    fn shown(&self, path: &Path) -> PathBuf {
        path.strip_prefix(&self.project).unwrap_or(path).to_owned()
    }

    /// The place of what is named for entities.
    fn absolute(&self, path: &Path) -> Result<PathBuf> {
        let path = if path.is_absolute() { path.to_owned() } else { self.project.join(path) };
        fs::canonicalize(&path).map_err(|source| Error::ReadEntities { path: self.shown(&path), source })
    }

    fn module_of(&self, file: &Path) -> Option<ModuleId> {
        self.by_file.borrow().get(file.as_os_str()).copied()
    }

    /// Whether some `mod` leads to the file.
    fn is_found(&self, file: &Path) -> bool {
        let file = file.as_os_str();
        self.by_file.borrow().contains_key(file) || self.postponed.borrow().contains_key(file)
    }

    /// Reads the crates of a package until every wanted file below it has its module.
    fn load_package(&self, package: &Path, wanted: &Wanted) {
        let manifest = self.manifest(package);
        let mut tops = Vec::new();
        if let (Some(top), Some((_, path))) = (self.library_of(package), &manifest.library) {
            tops.push((top, path.clone()));
        }
        self.reach_from(&tops, wanted);
        for path in &manifest.binaries {
            let missing = |file: &PathBuf| file.starts_with(package) && !self.is_found(file);
            if !wanted.files().iter().any(missing) {
                return;
            }
            let name = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
            if let Some(top) = self.read_crate(path, name, package) {
                tops.push((top, path.clone()));
                self.reach_from(&tops[tops.len() - 1..], wanted);
            }
        }
        // A `#[path]` in a module that is on no way to the roots may still lead there.
        for (top, path) in &tops {
            let sources = path.parent().unwrap_or(package);
            if wanted.files().iter().any(|file| file.starts_with(sources) && !self.is_found(file)) {
                self.reach(*top, None);
            }
        }
    }

    fn reach_from(&self, tops: &[(ModuleId, PathBuf)], wanted: &Wanted) {
        for (top, _) in tops {
            self.reach(*top, Some(wanted));
        }
    }

    /// Makes a tree of its own for a root that no crate leads to.
    fn load_detached(&self, root: &Path, wanted: &Wanted) {
        let folder = if root.is_dir() { root } else { root.parent().unwrap_or(root) };
        let beside = folder.with_extension("rs");
        let tops = ["mod.rs", "lib.rs", "main.rs"].map(|name| folder.join(name)).into_iter().chain([beside]);
        for path in tops.filter(|path| path.is_file()) {
            if let Some(top) = self.read_top(&path, "", true) {
                self.reach(top, Some(wanted));
            }
            if wanted.files().iter().any(|file| file.starts_with(root) && self.is_found(file)) {
                return;
            }
        }
        let parent = Parent::top(String::new(), true);
        let top = self.read_folder(folder, parent);
        self.reach(top, Some(wanted));
    }

    /// Reads every module on the way to the wanted files, or every module there is.
    pub(super) fn reach(&self, module: ModuleId, wanted: Option<&Wanted>) {
        let module = self.module(module);
        for name in module.names.values().flatten() {
            let Name::Child(child) = name else { continue };
            let is_needed = wanted.is_none_or(|wanted| self.is_on_the_way(&module, child, wanted));
            if is_needed && let Some(id) = self.child(&module, child) {
                self.reach(id, wanted);
            }
        }
    }

    /// Whether a child has to be read to find the wanted files. One that is itself wanted and leads nowhere else can wait.
    fn is_on_the_way(&self, module: &Module, child: &Child, wanted: &Wanted) -> bool {
        if child.loaded.get() != Loaded::No || matches!(child.place, Origin::Inline { .. }) {
            return true;
        }
        let candidates = self.candidates(module, child);
        let is_folder = matches!(child.place, Origin::Folder(_));
        let leads_below = |candidate: &PathBuf| {
            let folder = if is_folder { candidate.clone() } else { child.folder(candidate) };
            wanted.any_below(&folder, &candidates)
        };
        if candidates.iter().any(leads_below) {
            return true;
        }
        match candidates.iter().find(|candidate| wanted.contains(candidate) || candidate.is_file()) {
            Some(file) => {
                if wanted.contains(file) && !self.is_found(file) {
                    let postponed = Postponed { parent: module.id, name: child.name.clone(), at: child.at };
                    self.postponed.borrow_mut().insert(file.into(), postponed);
                }
                false
            }
            // Only to be blamed.
            None => wanted.contains(&self.files.borrow()[module.file.0].path),
        }
    }

    /// The files that may hold a child module.
    fn candidates(&self, module: &Module, child: &Child) -> Vec<PathBuf> {
        let here = self.files.borrow()[module.file.0].path.clone();
        child.files(&here, &module.scope)
    }

    /// Whether the file is one of those around the module, so that reading it again would never end.
    fn holds(&self, module: &Module, file: &Path) -> bool {
        let same = self.files.borrow()[module.file.0].path == file;
        same || module.parent.is_some_and(|parent| self.holds(&self.module(parent), file))
    }

    fn report_missing(&self, module: &Module, item: usize, child: &Child) {
        let (Some(Item::Mod(item)), Condition::Holds) = (module.items.get(item), child.condition) else { return };
        let names: Vec<String> =
            self.candidates(module, child).iter().map(|path| format!("`{}`", self.shown(path).display())).collect();
        self.problems.borrow_mut().push(
            Problem::new(module.file, item.ident.span(), format!("the file of the module `{}` is missing", item.ident))
                .hint(format!("create {}", names.join(" or "))),
        );
    }

    fn read_top(&self, path: &Path, name: &str, detached: bool) -> Option<ModuleId> {
        let path = fs::canonicalize(path).ok()?;
        if let Some(module) = self.module_of(&path).filter(|_| detached) {
            return Some(module);
        }
        let beside = path.with_extension("").is_dir() && detached && !MOD_RS.iter().any(|name| path.ends_with(name));
        let top = self.read_module(&path, !beside, Parent::top(name.to_owned(), detached));
        if detached {
            self.settle(top);
        }
        top
    }

    /// The module of a file: no more than the names of its entity, when another thread has told them.
    fn read_module(&self, path: &Path, mod_rs: bool, parent: Parent) -> Option<ModuleId> {
        let known = self.common.outlines().get(path.as_os_str()).cloned();
        let id = if let Some(outline) = known.filter(|_| parent.id.is_some()) {
            let mut modules = self.modules.borrow_mut();
            let path = path.to_owned();
            modules.push(Slot::Outlined(Rc::new(Outlined { outline, path, mod_rs, parent, was_read: false })));
            ModuleId(modules.len() - 1)
        } else {
            self.read_file(path, mod_rs, parent, None)?
        };
        self.by_file.borrow_mut().entry(path.into()).or_insert(id);
        Some(id)
    }

    /// Reads a file as a module: a new one, or that one, which may have been read before.
    fn read_file(
        &self,
        path: &Path,
        mod_rs: bool,
        parent: Parent,
        known: Option<(ModuleId, bool)>,
    ) -> Option<ModuleId> {
        let text = match self.common.read(path) {
            Ok(text) => text,
            Err(source) => {
                self.failures.borrow_mut().push(Error::Read { path: self.shown(path), source });
                return None;
            }
        };
        let parsed = plain::parse(&text);
        let file = self.add_file(path, text);
        let folder = path.parent().unwrap_or(path);
        let folder = if mod_rs { folder.to_owned() } else { path.with_extension("") };
        let broken = parsed.as_ref().err().map(|error| not_rust(file, error));
        let scope = Scope { folder, inline: false, broken: broken.is_some() };
        self.problems.borrow_mut().extend(broken);
        let (items, condition) = parsed.map_or_else(
            |_| (Vec::new(), Condition::Holds),
            |syntax| (syntax.items, self.features.condition(&syntax.attrs)),
        );
        let (id, again) = known.map_or((None, false), |(id, again)| (Some(id), again));
        let reading = Reading { mod_rs, around: parent.condition, again };
        let reading = Some(reading).filter(|_| is_plain(&items));
        let parent = Parent { condition: parent.condition.and(condition), ..parent };
        Some(self.put_items(items, file, scope, parent, (id, reading)))
    }

    /// Makes a module of a folder whose files nothing declares: each file is a child.
    fn read_folder(&self, path: &Path, parent: Parent) -> ModuleId {
        let file = self.add_file(path, Arc::default());
        let mut names: BTreeMap<String, Vec<Name>> = BTreeMap::new();
        let mut entries: Vec<PathBuf> =
            fs::read_dir(path).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path())).collect();
        entries.sort();
        for entry in entries {
            let name = entry.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().to_owned();
            let place = if entry.is_dir() && entry.join("mod.rs").is_file() {
                Origin::File(entry.join("mod.rs"))
            } else if entry.is_dir() && !entry.with_extension("rs").is_file() {
                Origin::Folder(entry)
            } else if entry.extension().is_some_and(|extension| extension == "rs") {
                Origin::File(entry)
            } else {
                continue;
            };
            let loaded = Cell::new(Loaded::No);
            let child =
                Child { name: name.clone(), at: 0, place, condition: Condition::Holds, macro_use: false, loaded };
            names.entry(name).or_default().push(Name::Child(child));
        }
        let scope = Scope { folder: path.to_owned(), inline: false, broken: false };
        self.put(Contents { names, ..Contents::default() }, Macros::new(), file, scope, parent, (None, None))
    }

    fn add_file(&self, path: &Path, text: Arc<str>) -> FileId {
        let mut files = self.files.borrow_mut();
        files.push(Rc::new(SourceFile { path: path.to_owned(), text, modules: RefCell::default() }));
        FileId(files.len() - 1)
    }

    fn put_items(&self, items: Vec<Item>, file: FileId, scope: Scope, parent: Parent, read: Read) -> ModuleId {
        self.note_switched_off(&items, file, &scope);
        let folder = scope.folder.clone();
        let above = parent.id.map(|id| (id, parent.at));
        let Prepared { items, macros } = self.prepare(items, file, above);
        self.put(Contents::of(items, &folder, 0), macros, file, scope, parent, read)
    }

    /// Remembers the files of modules that are not built, which nobody has to be told of.
    fn note_switched_off(&self, items: &[Item], file: FileId, scope: &Scope) {
        for item in items {
            let Item::Mod(module) = item else { continue };
            if matches!(self.features.condition(&module.attrs), Condition::Fails) {
                let here = self.files.borrow()[file.0].path.clone();
                let child = Child::declared(&mut module.clone(), 0, &scope.folder);
                self.switched_off.borrow_mut().extend(child.files(&here, scope));
            }
        }
    }

    /// Whether a file belongs to a module that is not built.
    pub(super) fn is_switched_off(&self, file: &Path) -> bool {
        let folder = |path: &Path| if path.ends_with("mod.rs") { path.parent().map(Path::to_owned) } else { None };
        self.switched_off
            .borrow()
            .iter()
            .any(|off| file == off || file.starts_with(folder(off).unwrap_or_else(|| off.with_extension(""))))
    }

    fn put(
        &self,
        contents: Contents,
        macros: Macros,
        file: FileId,
        scope: Scope,
        parent: Parent,
        (id, reading): Read,
    ) -> ModuleId {
        let mut modules = self.modules.borrow_mut();
        let id = id.unwrap_or(ModuleId(modules.len()));
        let Contents { items, names, globs } = contents;
        self.files.borrow()[file.0].modules.borrow_mut().push(id);
        let module = Rc::new(Module {
            id,
            name: parent.name,
            at: parent.at,
            parent: parent.id,
            file,
            items,
            condition: parent.condition,
            names,
            globs,
            top: parent.top.unwrap_or(id),
            detached: parent.detached,
            model: OnceCell::new(),
            macros,
            scope,
            reading,
        });
        match modules.get_mut(id.0) {
            Some(slot) => *slot = Slot::Read(module),
            None => modules.push(Slot::Read(module)),
        }
        id
    }
}

/// Where a span is, in a file of that path.
pub(super) fn located(file: Arc<Path>, span: proc_macro2::Span) -> Location {
    let start = span.start();
    Location { file, line: start.line.max(1), column: start.column + 1 }
}

/// The number a module already has, and how it is read again.
type Read = (Option<ModuleId>, Option<Reading>);

/// Whether a file is read the same whenever it is read: nothing in it depends on macros, or is a module of its own.
fn is_plain(items: &[Item]) -> bool {
    !items.iter().any(|item| matches!(item, Item::Macro(_) | Item::Mod(_)))
}

fn not_rust(file: FileId, error: &syn::Error) -> Problem {
    if error.to_string().contains("token stream") {
        // All that is known of a text that does not even fall into tokens.
        return Problem::new(file, error.span(), "this is not Rust: a bracket, quote or comment is not closed");
    }
    Problem::syntax(file, error, "this is not Rust")
}

const MOD_RS: [&str; 3] = ["mod.rs", "lib.rs", "main.rs"];

#[cfg(test)]
mod tests;
