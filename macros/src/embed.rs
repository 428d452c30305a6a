//! Brings a folder of revisions into the program that is compiled, and stops the compiler at mistakes that text alone shows.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use proc_macro::{Literal, TokenStream, TokenTree};

use crate::folder::header::{comment, field, is_id, list, marker};
use crate::folder::{self, LOCK, SETTINGS, settings};

/// A tuple of the folder, its revisions by name, the lock and what the project decides about its databases.
pub(crate) fn embed(input: TokenStream) -> TokenStream {
    let text =
        argument(input).and_then(|folder| Project::of(folder.as_deref())).and_then(|project| project.expression());
    let text = text.unwrap_or_else(|problem| format!("::core::compile_error!({})", quoted(&problem)));
    // What is written above is Rust.
    text.parse().unwrap_or_default()
}

/// The folder, if one is named.
fn argument(input: TokenStream) -> Result<Option<String>, String> {
    let wrong = || "`migrations!` takes nothing, or the folder of the revisions in quotes".to_owned();
    let mut tokens: Vec<TokenTree> = input.into_iter().collect();
    // A literal that comes through another macro stands in a group without brackets.
    while let [TokenTree::Group(group)] = tokens.as_slice() {
        tokens = group.stream().into_iter().collect();
    }
    match tokens.as_slice() {
        [] => Ok(None),
        [TokenTree::Literal(literal)] => {
            let text = literal.to_string();
            let inside = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).ok_or_else(wrong)?;
            if inside.contains('\\') { Err("write the path with `/`".to_owned()) } else { Ok(Some(inside.to_owned())) }
        }
        _ => Err(wrong()),
    }
}

struct Project {
    /// The folder of revisions as the project names it. The program holds no path of the machine it was made on.
    shown: String,
    folder: PathBuf,
    settings: Option<PathBuf>,
}

impl Project {
    fn of(named: Option<&str>) -> Result<Self, String> {
        let package =
            env::var_os("CARGO_MANIFEST_DIR").ok_or("`migrations!` needs cargo, which says where the package is")?;
        let package = PathBuf::from(package);
        let usual = || "migrations".to_owned();
        let (base, shown, settings) = if let Some(named) = named {
            let settings = folder::find_settings(&package.join(named));
            (package, named.to_owned(), settings)
        } else if let Some(settings) = folder::find_settings(&package) {
            let named = named_folder(&read(&settings)?).unwrap_or_else(usual);
            (settings.parent().unwrap_or(&package).to_owned(), named, Some(settings))
        } else {
            (package, usual(), None)
        };
        let folder = base.join(&shown);
        if !folder.is_dir() {
            return Err(format!(
                "there is no folder `{shown}` for revisions\nhint: make it with `seachange revision`, or name another: \
                 `migrations!(\"../db/migrations\")`, relative to `Cargo.toml`"
            ));
        }
        Ok(Self { shown, folder, settings })
    }

    /// The tuple. Files come in by `include_str!`, so that the compiler knows when they change.
    fn expression(&self) -> Result<String, String> {
        let mut files = String::new();
        let mut texts = Vec::new();
        let paths =
            folder::revisions(&self.folder).map_err(|error| format!("failed to read `{}`: {error}", self.shown))?;
        for path in &paths {
            let name = path.file_name().and_then(|name| name.to_str());
            let name = name.ok_or_else(|| format!("`{}` has a name that is not Unicode", path.display()))?;
            texts.push((format!("{}/{name}", self.shown), read(path)?));
            let _ = write!(files, "({}, {}), ", quoted(name), included(path)?);
        }
        let problems = problems(&texts);
        if !problems.is_empty() {
            return Err(problems.join("\n"));
        }
        let lock = self.folder.join(LOCK);
        let lock = if lock.is_file() { some(&included(&lock)?) } else { none() };
        let (tracked, settings) = match &self.settings {
            Some(path) => {
                let taken = settings::taken_along(&read(path)?)
                    .map_err(|(line, problem)| format!("{SETTINGS}:{line}: {problem}"))?;
                // Only for the compiler to see when the file changes: what else it says stays out of the program.
                (format!("const _: &str = {};", included(path)?), some(&quoted(&taken)))
            }
            None => (String::new(), none()),
        };
        Ok(format!("{{ {tracked} ({}, &[{files}] as &[(&str, &str)], {lock}, {settings}) }}", quoted(&self.shown)))
    }
}

/// One file as the checks see it.
#[derive(Default)]
struct Header {
    id: String,
    parents: Vec<String>,
    depends_on: Vec<String>,
    has_up: bool,
    /// The line of each `-- TODO:`, with what is left to do.
    todos: Vec<(usize, String)>,
}

impl Header {
    fn of(text: &str) -> Self {
        let mut header = Self::default();
        let mut is_header = true;
        let mut inside = Inside::Nothing;
        for (number, line) in text.lines().enumerate() {
            if let Some(direction) = comment(line).and_then(marker) {
                is_header = false;
                inside = Inside::Nothing;
                header.has_up |= direction.split_whitespace().next() == Some("up");
                continue;
            }
            let comment = comment(line).filter(|_| inside == Inside::Nothing);
            if let (true, Some(comment)) = (is_header, comment) {
                header.read(comment);
            } else if let Some(what) = comment.and_then(|comment| comment.strip_prefix("TODO:")) {
                header.todos.push((number + 1, what.trim().to_owned()));
            }
            if !is_header {
                inside = inside.after(line);
            }
        }
        header
    }

    fn read(&mut self, comment: &str) {
        if let Some(id) = field(comment, "revision") {
            id.clone_into(&mut self.id);
        } else if let Some(parents) = field(comment, "parents") {
            self.parents = list(parents);
        } else if let Some(needed) = field(comment, "depends on") {
            self.depends_on = list(needed);
        }
    }
}

/// What a line of SQL begins in the middle of.
#[derive(Clone, PartialEq, Eq)]
enum Inside {
    Nothing,
    /// A text or a name, up to this quote.
    Quotes(char),
    /// A text up to this word: `$body$`.
    Dollars(String),
    /// So many comments inside of each other.
    Comment(usize),
}

impl Inside {
    /// The same at the end of the line.
    fn after(mut self, line: &str) -> Self {
        let mut rest = line;
        while let Some(first) = rest.chars().next() {
            let mut taken = first.len_utf8();
            self = match self {
                Self::Nothing if rest.starts_with("--") => return Self::Nothing,
                Self::Nothing if rest.starts_with("/*") => {
                    taken = 2;
                    Self::Comment(1)
                }
                Self::Nothing if first == '\'' || first == '"' => Self::Quotes(first),
                Self::Nothing => match dollars(rest) {
                    Some(word) => {
                        taken = word.len();
                        Self::Dollars(word.to_owned())
                    }
                    None => Self::Nothing,
                },
                Self::Quotes(quote) if first == quote => Self::Nothing,
                Self::Dollars(word) if rest.starts_with(&word) => {
                    taken = word.len();
                    Self::Nothing
                }
                Self::Comment(depth) if rest.starts_with("/*") => {
                    taken = 2;
                    Self::Comment(depth + 1)
                }
                Self::Comment(depth) if rest.starts_with("*/") => {
                    taken = 2;
                    if depth == 1 { Self::Nothing } else { Self::Comment(depth - 1) }
                }
                same => same,
            };
            rest = rest.get(taken..).unwrap_or_default();
        }
        self
    }
}

/// The word that a text in dollars begins with.
fn dollars(text: &str) -> Option<&str> {
    let end = text.strip_prefix('$')?.find('$')?;
    let tag = text.get(1..=end)?;
    let is_tag = !tag.starts_with(|c: char| c.is_ascii_digit()) && tag.chars().all(|c| c.is_alphanumeric() || c == '_');
    is_tag.then(|| text.get(..end + 2)).flatten()
}

/// What is wrong with the files, alone or together, each beginning with its place.
fn problems(texts: &[(String, String)]) -> Vec<String> {
    let headers: Vec<(&str, Header)> = texts.iter().map(|(path, text)| (path.as_str(), Header::of(text))).collect();
    let mut problems = Vec::new();
    let mut files: BTreeMap<&str, &str> = BTreeMap::new();
    for (path, header) in &headers {
        if !is_id(&header.id) {
            problems.push(format!(
                "{path}: the revision has no valid id: a line `-- revision: ` with letters, digits and underscores"
            ));
        } else if let Some(other) = files.insert(&header.id, path) {
            problems.push(format!("{path}: the revision has the id `{}`, and so has {other}", header.id));
        }
        if !header.has_up {
            problems.push(format!("{path}: the revision has no `-- migrate:up` section"));
        }
        for (line, what) in &header.todos {
            problems.push(format!("{path}:{line}: the revision is not finished: {what}"));
        }
    }
    let mut followed = BTreeSet::new();
    for (path, header) in &headers {
        followed.extend(header.parents.iter().map(String::as_str));
        for parent in
            header.parents.iter().chain(&header.depends_on).filter(|parent| !files.contains_key(parent.as_str()))
        {
            problems.push(format!("{path}: the revision follows `{parent}`, which is in no file"));
        }
    }
    let heads: Vec<&str> =
        headers.iter().filter(|(_, header)| !followed.contains(header.id.as_str())).map(|(path, _)| *path).collect();
    if problems.is_empty() && heads.len() > 1 {
        problems
            .push(format!("there are several heads: {}\nhint: join them with `seachange merge`", heads.join(" and ")));
    } else if problems.is_empty() && heads.is_empty() && !headers.is_empty() {
        problems.push("the revisions follow each other in a circle".to_owned());
    }
    problems
}

/// The folder of revisions, where the file names one.
fn named_folder(text: &str) -> Option<String> {
    let top = text.lines().take_while(|line| !line.trim().starts_with('['));
    let value = top.filter(|line| settings::key(line) == "migrations").find_map(|line| line.split_once('='))?.1.trim();
    let quote = value.chars().next().filter(|quote| ['"', '\''].contains(quote))?;
    value.get(1..)?.split(quote).next().map(str::to_owned)
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("failed to read `{}`: {error}", path.display()))
}

fn included(path: &Path) -> Result<String, String> {
    let text = path.to_str().ok_or_else(|| format!("`{}` has a name that is not Unicode", path.display()))?;
    Ok(format!("::core::include_str!({})", quoted(text)))
}

fn quoted(text: &str) -> String {
    Literal::string(text).to_string()
}

fn some(value: &str) -> String {
    format!("::core::option::Option::Some({value})")
}

fn none() -> String {
    "::core::option::Option::None::<&str>".to_owned()
}
