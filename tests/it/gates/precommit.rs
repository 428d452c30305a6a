//! `.pre-commit-hooks.yaml`, as pre-commit reads and runs it.

use std::collections::BTreeMap;
use std::fs;

use super::repository::{AGE, Repository, person};
use crate::support::root;

/// The hooks of a file by their ids: each a list of keys with plain values, as the file has them and pre-commit wants them.
fn hooks(text: &str) -> BTreeMap<String, BTreeMap<String, String>> {
    let mut hooks: Vec<BTreeMap<String, String>> = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let (start, line) = line.split_at(2);
        if start == "- " {
            hooks.push(BTreeMap::new());
        }
        let (key, value) = line.split_once(": ").unwrap_or_else(|| panic!("`{line}` is no key with a plain value"));
        // What YAML would read as something else.
        let is_plain = !value.starts_with(['"', '\'', '[', '{', '&', '*', '|', '>', '!', '%', '@', '`', '-', '?']);
        assert!(is_plain && !value.contains(" #") && !value.contains(": "), "{line}");
        assert_eq!(hooks.last_mut().unwrap().insert(key.to_owned(), value.to_owned()), None, "{line}");
    }
    hooks.into_iter().map(|hook| (hook["id"].clone(), hook)).collect()
}

#[test]
fn each_hook_says_what_pre_commit_wants_to_know() {
    let text = fs::read_to_string(root().join(".pre-commit-hooks.yaml")).unwrap();
    let hooks = hooks(&text);
    assert_eq!(hooks.keys().collect::<Vec<_>>(), ["seachange-check", "seachange-check-system"]);
    let keys = [
        "description",
        "entry",
        "files",
        "id",
        "language",
        "minimum_pre_commit_version",
        "name",
        "pass_filenames",
        "require_serial",
    ];
    for (id, hook) in &hooks {
        assert_eq!(hook.keys().collect::<Vec<_>>(), keys, "{id}");
        assert_eq!((hook["pass_filenames"].as_str(), hook["require_serial"].as_str()), ("false", "true"), "{id}");
        // What pre-commit runs in the environment it made is a program of this package.
        assert_eq!(hook["entry"].split(' ').next(), Some("seachange"), "{id}");
        // The page shows the files that it is run for.
        assert_eq!(hook["files"], r"(\.(rs|sql|toml)|schema\.lock)$", "{id}");
    }
    let language = |id: &str| hooks[id]["language"].clone();
    assert_eq!((language("seachange-check"), language("seachange-check-system")), ("rust".into(), "system".into()));
    let page = fs::read_to_string(root().join("docs/guide/pre_commit.md")).unwrap();
    for id in hooks.keys() {
        assert!(page.contains(&format!("- id: {id}\n")) || page.contains(&format!("`{id}`")), "{id}");
    }
}

/// What pre-commit does with a `system` hook: puts away what is not staged, runs the entry at the top when a staged file
/// matches, and brings back what it put away.
fn run(repository: &Repository, id: &str, arguments: &[&str]) -> Option<(i32, String)> {
    let text = fs::read_to_string(root().join(".pre-commit-hooks.yaml")).unwrap();
    let hook = &hooks(&text)[id];
    let staged = repository.git(&["diff", "--staged", "--name-only", "--no-ext-diff", "--diff-filter=ACMRTUXB"]).out;
    let ends = [".rs", ".sql", ".toml", "schema.lock"];
    if !staged.lines().any(|file| ends.iter().any(|end| file.ends_with(end))) {
        return None;
    }
    let patch = repository.git(&["diff-index", "--ignore-submodules", "--binary", "-p", "HEAD", "--cached"]).out;
    assert!(!patch.is_empty());
    let away = repository.git(&["diff", "--binary", "--no-ext-diff"]).out;
    repository.git(&["checkout", "--quiet", "--", "."]);
    let mut entry: Vec<&str> = hook["entry"].split(' ').collect();
    entry.extend(arguments);
    let ran = repository.run(entry[0], &entry[1..]);
    if !away.is_empty() {
        fs::write(repository.top().join(".git/away"), away).unwrap();
        repository.git(&["apply", "--whitespace=nowarn", ".git/away"]);
    }
    Some((ran.code, format!("{}{}", ran.out, ran.notes)))
}

#[test]
fn the_entry_runs_as_pre_commit_runs_it() {
    for id in ["seachange-check", "seachange-check-system"] {
        let repository = Repository::with_project("app");
        let config = ["--config", "app/seachange.toml"];
        repository.write("notes.md", "");
        repository.git(&["add", "--all"]);
        assert_eq!(run(&repository, id, &config), None);

        repository.write("src/entities/person.rs", &person(AGE));
        repository.git(&["add", "--all"]);
        let (code, said) = run(&repository, id, &config).unwrap();
        assert!(code == 1 && said.contains("add column `person.age`  app/src/entities/person.rs:9:9"), "{said}");

        // What is not staged is put away; what git does not know stays where it is.
        repository.write("src/entities/person.rs", &person(&format!("{AGE}    pub city: String,\n")));
        let (code, said) = run(&repository, id, &config).unwrap();
        assert!(code == 1 && !said.contains("city"), "{said}");
        repository.write("src/entities/person.rs", &person(AGE));
        repository.revise("age");
        repository.git(&["add", "--update"]);
        let (code, said) = run(&repository, id, &config).unwrap();
        assert!(code == 1 && said.contains("not the revision that goes with it"), "{said}");
        repository.git(&["add", "--all"]);
        assert_eq!(run(&repository, id, &config).unwrap().0, 0);
    }
}

#[test]
fn nothing_staged_is_a_run_on_all_files() {
    let repository = Repository::with_project("");
    assert_eq!(repository.run("seachange", &["check", "--staged"]).code, 0);
    repository.write("src/entities/person.rs", &person(AGE));
    repository.git(&["commit", "--quiet", "--all", "--message", "age"]);
    assert_eq!(repository.run("seachange", &["check", "--staged"]).code, 1);
}
