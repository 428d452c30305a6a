//! `init --hook`: commits are made with git, and the hook is run by it.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::repository::{AGE, Repository, path, person};

const HOOK: &str = ".git/hooks/pre-commit";

#[test]
fn a_commit_that_changes_an_entity_brings_its_revision() {
    let repository = Repository::with_project("");
    let ran = repository.expect(0, &["init", "--hook"]);
    assert_eq!(ran.notes, "wrote .git/hooks/pre-commit, which runs `seachange check --staged` before each commit\n");
    assert_eq!(fs::metadata(repository.path(HOOK)).unwrap().permissions().mode() & 0o111, 0o111);
    let text = repository.read(HOOK);
    let ran = repository.expect(0, &["init", "--hook"]);
    assert_eq!(ran.notes, "`.git/hooks/pre-commit` is there already, as it should be\n");
    assert_eq!(repository.read(HOOK), text);
    expect_test::expect![[r#"
        #!/bin/sh
        # Written by `seachange init --hook`, which keeps what stands between its marks up to date.

        # >>> seachange seachange.toml
        # Stops a commit that changes entities and brings no revision for them; `git commit --no-verify` commits all the same.
        PATH="$PATH:${CARGO_HOME:-$HOME/.cargo}/bin"
        if [ ! -f 'seachange.toml' ]; then
            : # An older state or another branch, which knows nothing of seachange.
        elif command -v seachange >/dev/null 2>&1; then
            seachange check --staged --quiet --config 'seachange.toml' || exit
        else
            echo 'note: seachange is not on the PATH, so nothing compared this commit with its revisions' >&2
        fi
        # <<< seachange seachange.toml
    "#]]
    .assert_eq(&text);

    repository.write("notes.md", "");
    repository.git(&["add", "notes.md"]);
    assert_eq!(repository.commit("notes"), (true, String::new()));

    repository.write("src/entities/person.rs", &person(AGE));
    let ran = repository.run("git", &["commit", "--quiet", "--all", "--message", "age"]);
    expect_test::expect![[r#"
        table person  src/entities/person.rs:4:24
        --- schema.lock
        +++ entities
        @@ -1,2 +1,3 @@
           "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT
           "name" varchar NOT NULL
        +  "age" integer

        changes
          add column `person.age`  src/entities/person.rs:9:9

        hint: write the revision with `seachange revision --autogenerate -m …`, then `git add migrations/` and commit again
        hint: `git commit --no-verify` commits without this check
    "#]]
    .assert_eq(&format!("{}{}", ran.out, ran.notes));
    assert_eq!(ran.code, 1);

    repository.revise("age");
    // `--all` does not add what is new.
    let ran = repository.run("git", &["commit", "--quiet", "--all", "--message", "age"]);
    assert!(ran.code == 1 && ran.notes.contains("not the revision that goes with it"), "{ran:?}");
    repository.git(&["add", "--all"]);
    assert_eq!(repository.commit("age"), (true, String::new()));

    // Named files have an index of their own.
    repository.write("src/entities/person.rs", &person(""));
    let ran = repository.run("git", &["commit", "--quiet", "--message", "back", "--", "src/entities/person.rs"]);
    assert!(ran.code == 1 && ran.notes.contains("drop column `person.age`"), "{ran:?}");
    repository.git(&["commit", "--quiet", "--all", "--no-verify", "--message", "back"]);
}

#[test]
fn who_has_no_seachange_is_told_and_let_through() {
    let repository = Repository::with_project("");
    repository.expect(0, &["init", "--hook"]);
    repository.write("src/entities/person.rs", &person(AGE));
    let path = path(false);
    let without = [("PATH", path.to_str().unwrap())];
    let ran = repository.run_with("git", &["commit", "--quiet", "--all", "--message", "age"], &without);
    assert_eq!(
        (ran.code, ran.notes.as_str()),
        (0, "note: seachange is not on the PATH, so nothing compared this commit with its revisions\n")
    );
    // Where cargo puts programs it is found, also by programs that know less of a PATH.
    fs::create_dir_all(repository.path(".cargo/bin")).unwrap();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_seachange"), repository.path(".cargo/bin/seachange")).unwrap();
    let ran = repository.run_with("git", &["commit", "--quiet", "--amend", "--message", "age"], &without);
    assert!(ran.code == 1 && ran.notes.contains("add column `person.age`"), "{ran:?}");
}

#[test]
fn a_project_may_lie_below_the_top_and_have_any_name() {
    let name = "it's \"my\" $(app)";
    let repository = Repository::with_project(name);
    let ran = repository.expect(0, &["init", "--hook"]);
    assert!(ran.notes.starts_with("wrote .git/hooks/pre-commit, which runs"), "{}", ran.notes);
    repository.write("src/entities/person.rs", &person(AGE));
    repository.git(&["add", "--all"]);
    let (is_through, said) = repository.commit("age");
    assert!(!is_through, "{said}");
    assert!(said.contains(&format!("add column `person.age`  {name}/src/entities/person.rs:9:9")), "{said}");
    assert!(said.contains(r#"`git add 'it'\''s "my" $(app)/migrations/'`"#), "{said}");
    repository.revise("age");
    repository.git(&["add", "--all"]);
    assert_eq!(repository.commit("age"), (true, String::new()));
    // Before the project was there.
    repository.git(&["checkout", "--quiet", "--orphan", "other"]);
    repository.git(&["rm", "-rq", "--force", "."]);
    fs::write(repository.top().join("a.rs"), "").unwrap();
    repository.git(&["add", "a.rs"]);
    assert_eq!(repository.commit("something else"), (true, String::new()));
}

#[test]
fn several_projects_share_the_hook_of_their_repository() {
    let repository = Repository::with_project("one");
    let two = repository.beside("two");
    repository.expect(0, &["init", "--hook"]);
    two.expect(0, &["init", "--hook"]);
    let text = fs::read_to_string(repository.top().join(HOOK)).unwrap();
    assert_eq!(text.matches("# >>> seachange ").count(), 2);
    assert!(two.expect(0, &["init", "--hook"]).notes.contains("as it should be"));
    // What an older version wrote is brought up to date, what others wrote around it stays.
    let old = text.replacen("# Stops a commit", "# Once stopped a commit", 1) + "\necho mine\n";
    fs::write(repository.top().join(HOOK), &old).unwrap();
    repository.expect(0, &["init", "--hook"]);
    assert_eq!(fs::read_to_string(repository.top().join(HOOK)).unwrap(), format!("{text}\necho mine\n"));
    repository.git(&["add", "--all"]);
    assert_eq!(repository.commit("two"), (true, "mine\n".to_owned()));
    fs::write(repository.top().join("two/src/entities/person.rs"), person(AGE)).unwrap();
    repository.git(&["add", "--all"]);
    let (is_through, said) = repository.commit("age");
    assert!(!is_through && said.contains("two/src/entities/person.rs:9:9"), "{said}");
}

#[test]
fn the_hook_of_somebody_else_is_left_alone() {
    let repository = Repository::with_project("app");
    fs::write(repository.top().join(HOOK), "#!/usr/bin/env python3\nprint('mine')\n").unwrap();
    let ran = repository.expect(1, &["init", "--hook"]);
    assert_eq!(
        ran.notes,
        "hint: `.git/hooks/pre-commit` is there already, and somebody else's; it was left as it is. Add this line to it, before \
         anything that ends it:\n\n    seachange check --staged --config app/seachange.toml || exit\n"
    );
    assert_eq!(fs::read_to_string(repository.top().join(HOOK)).unwrap(), "#!/usr/bin/env python3\nprint('mine')\n");
    fs::write(repository.top().join(HOOK), "#!/bin/sh\nseachange check --staged --config app/seachange.toml || exit\n")
        .unwrap();
    let ran = repository.expect(0, &["init", "--hook"]);
    assert_eq!(ran.notes, "`.git/hooks/pre-commit` runs `seachange` before each commit already\n");
}

#[test]
fn who_looks_after_hooks_is_told_in_its_own_words() {
    for (file, text, said, done) in [
        (
            ".pre-commit-config.yaml",
            "repos: []\n",
            "hint: pre-commit looks after the hooks of this repository; nothing was written. Add this to \
             `.pre-commit-config.yaml`:\n\n  - repo: local\n",
            "repos:\n  - repo: x\n    hooks:\n      - id: seachange-check\n",
        ),
        (
            "lefthook.yml",
            "\n",
            "hint: lefthook looks after the hooks of this repository; nothing was written. Add this to `lefthook.yml`:\n\n\
             pre-commit:\n  commands:\n    seachange:\n      run: seachange check --staged\n",
            "pre-commit:\n  commands:\n    seachange:\n      run: seachange check --staged\n",
        ),
        (
            ".husky/pre-commit",
            "# seachange check --staged\n",
            "hint: husky looks after the hooks of this repository; nothing was written. Add this to `.husky/pre-commit`:\n\n\
             seachange check --staged\n",
            "npm test\nseachange check --staged\n",
        ),
    ] {
        let repository = Repository::with_project("");
        repository.write(file, text);
        let ran = repository.expect(1, &["init", "--hook"]);
        assert!(ran.notes.starts_with(said), "{}", ran.notes);
        assert!(!repository.path(HOOK).exists());
        repository.write(file, done);
        let ran = repository.expect(0, &["init", "--hook"]);
        assert_eq!(ran.notes, format!("`{file}` runs `seachange` before each commit already\n"));
    }
}

#[test]
fn the_folder_of_hooks_is_where_git_says() {
    // In the repository.
    let repository = Repository::with_project("app");
    repository.git(&["config", "core.hooksPath", "own/hooks"]);
    let ran = repository.expect(0, &["init", "--hook"]);
    assert!(ran.notes.starts_with("wrote own/hooks/pre-commit, "), "{}", ran.notes);
    repository.write("src/entities/person.rs", &person(AGE));
    repository.git(&["add", "--all"]);
    assert!(!repository.commit("age").0);

    // For all repositories of a person.
    let everywhere = tempfile::tempdir().unwrap();
    let hooks = everywhere.path().join("hooks");
    repository.git(&["config", "core.hooksPath", hooks.to_str().unwrap()]);
    let ran = repository.expect(1, &["init", "--hook"]);
    assert!(ran.notes.contains("/pre-commit` is for other repositories, too; it was left as it is."), "{}", ran.notes);
    assert!(!hooks.exists());

    // Another worktree has the hooks of the first.
    let repository = Repository::with_project("");
    let elsewhere = tempfile::tempdir().unwrap();
    let other = elsewhere.path().join("other");
    repository.git(&["worktree", "add", "--quiet", other.to_str().unwrap()]);
    let ran = repository.run_in(&other, "seachange", &["init", "--hook"], &[]);
    assert!(ran.code == 0 && ran.notes.contains("/.git/hooks/pre-commit, which runs"), "{ran:?}");
    assert!(repository.path(HOOK).exists());
    fs::write(other.join("src/entities/person.rs"), person(AGE)).unwrap();
    let ran = repository.run_in(&other, "git", &["commit", "--all", "--quiet", "--message", "age"], &[]);
    assert!(ran.code == 1 && ran.notes.contains("add column `person.age`"), "{ran:?}");
}

#[test]
fn a_submodule_has_a_hook_of_its_own() {
    let inner = Repository::with_project("");
    let outer = Repository::bare();
    let from = inner.top().to_str().unwrap();
    outer.git(&["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", from, "sub"]);
    let sub = outer.path("sub");
    let ran = outer.run_in(&sub, "seachange", &["init", "--hook"], &[]);
    assert!(ran.code == 0 && outer.path(".git/modules/sub/hooks/pre-commit").exists(), "{ran:?}");
    fs::write(sub.join("src/entities/person.rs"), person(AGE)).unwrap();
    let ran = outer.run_in(&sub, "git", &["commit", "--all", "--quiet", "--message", "age"], &[]);
    assert!(ran.code == 1 && ran.notes.contains("add column `person.age`"), "{ran:?}");
}

#[test]
fn a_new_project_gets_its_hook_with_everything_else() {
    let repository = Repository::bare();
    repository.write("app/src/entities/person.rs", &person(""));
    repository.write("app/Cargo.toml", "[package]\nname = \"people\"\n");
    let app = repository.path("app");
    let ran = repository.run_in(&app, "seachange", &["init", "--hook", "--database-url", "sqlite://a.db"], &[]);
    assert_eq!(
        ran.notes,
        "entities: src/entities\ndatabase: sqlite://a.db\nwrote seachange.toml and migrations/\n\
         hint: `seachange check` shows what lies between the two\n\
         wrote .git/hooks/pre-commit, which runs `seachange check --staged --config app/seachange.toml` before each commit\n"
    );
    // Entities that are named are for a new project, and this one is there.
    let ran = repository.run_in(&app, "seachange", &["init", "--hook", "--entities", "src"], &[]);
    assert!(ran.code == 2 && ran.notes.contains("`seachange.toml` already exists"), "{ran:?}");
    // From a folder below.
    let ran = repository.run_in(&app.join("src"), "seachange", &["init", "--hook"], &[]);
    assert!(ran.code == 0 && ran.notes.contains("as it should be"), "{ran:?}");
    assert!(!app.join("src/seachange.toml").exists());

    let nowhere = tempfile::tempdir().unwrap();
    fs::create_dir_all(nowhere.path().join("src")).unwrap();
    fs::write(nowhere.path().join("src/person.rs"), person("")).unwrap();
    let ran = repository.run_in(nowhere.path(), "seachange", &["init", "--hook"], &[]);
    assert!(ran.code == 2 && ran.notes.contains("hint: go to the folder of a repository"), "{ran:?}");
    assert!(!nowhere.path().join("seachange.toml").exists());
}
