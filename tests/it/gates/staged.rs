//! `check --staged`: what the next commit holds, whatever is on disk.

use std::fs;

use super::repository::{AGE, Repository, person};

#[test]
fn the_commit_counts_and_not_the_disk() {
    let repository = Repository::with_project("");
    // The entity is on disk and not in the commit.
    repository.write("src/entities/person.rs", &person(AGE));
    repository.write("notes.md", "");
    repository.git(&["add", "notes.md"]);
    let ran = repository.expect(0, &["check", "--staged"]);
    assert_eq!(ran.notes, "nothing to check: the commit changes no entity, no revision and no SQL file\n");
    repository.write("src/main.rs", "mod entities;\n\nfn main() {\n}\n");
    repository.git(&["add", "src/main.rs"]);
    let ran = repository.expect(0, &["check", "--staged"]);
    assert_eq!(ran.notes, "no differences between the entities and `migrations/schema.lock`\n");
    repository.expect(1, &["check", "--offline"]);

    // The entity is in the commit, and taken back on disk.
    repository.git(&["add", "src/entities"]);
    repository.write("src/entities/person.rs", &person(""));
    repository.expect(0, &["check", "--offline"]);
    let ran = repository.expect(1, &["check", "--staged"]);
    assert!(ran.out.contains("\n  add column `person.age`  src/entities/person.rs:9:9\n"), "{}", ran.out);
    assert_eq!(
        ran.notes,
        "hint: write the revision with `seachange revision --autogenerate -m …`, then `git add migrations/` and commit again\n\
         hint: `git commit --no-verify` commits without this check\n"
    );

    // So is one of which only a part is in it.
    repository.write("src/entities/person.rs", &person(&format!("{AGE}    pub city: Option<String>,\n")));
    let ran = repository.expect(1, &["check", "--staged"]);
    assert!(ran.out.contains("person.age") && !ran.out.contains("city"), "{}", ran.out);
}

#[test]
fn a_revision_that_nobody_added_is_found() {
    let repository = Repository::with_project("");
    repository.write("src/entities/person.rs", &person(AGE));
    repository.revise("second");
    let name = repository.expect(0, &["history"]).out;
    assert!(name.contains("second"), "{name}");
    // Neither the revision nor the lock.
    repository.git(&["add", "src"]);
    repository.expect(0, &["check", "--offline"]);
    let ran = repository.expect(1, &["check", "--staged"]);
    assert!(ran.out.contains("add column `person.age`"), "{}", ran.out);
    assert!(
        ran.notes.starts_with("note: on disk and not in the commit: `migrations/schema.lock`, `migrations/"),
        "{ran:?}"
    );
    assert!(ran.notes.contains("_second.sql`\nhint: add it with `git add migrations/` and commit again\n"), "{ran:?}");
    // The lock alone: all entities are in it.
    repository.git(&["add", "migrations/schema.lock"]);
    let ran = repository.expect(1, &["check", "--staged"]);
    let missing =
        "error: the commit has `migrations/schema.lock`, and not the revision that goes with it\nnote: on disk and";
    assert!(ran.notes.starts_with(missing), "{ran:?}");
    repository.git(&["add", "migrations"]);
    repository.expect(0, &["check", "--staged"]);

    // One that is being written goes with nothing yet.
    repository.expect(0, &["revision", "-m", "third", "--rev-id", "third"]);
    repository.expect(0, &["check", "--staged"]);
}

#[test]
fn with_nothing_staged_the_last_commit_counts() {
    let repository = Repository::with_project("");
    repository.expect(0, &["check", "--staged"]);
    repository.write("src/entities/person.rs", &person(AGE));
    repository.expect(0, &["check", "--staged"]);
    repository.git(&["commit", "--quiet", "--all", "--message", "age"]);
    repository.expect(1, &["check", "--staged"]);
    // Only told of, and not in the commit.
    repository.write("src/entities/mod.rs", "pub mod person;\npub mod pet;\n");
    repository.write("src/entities/pet.rs", &person("").replace("person", "pet"));
    repository.git(&["add", "--intent-to-add", "src/entities/pet.rs"]);
    let ran = repository.expect(1, &["check", "--staged"]);
    assert!(!ran.out.contains("pet"), "{}", ran.out);
}

#[test]
fn what_is_wrong_with_the_commit_is_told_by_its_own_places() {
    let repository = Repository::with_project("back end");
    repository.write("src/entities/person.rs", "pub struct Model {");
    repository.git(&["add", "--all"]);
    repository.write("src/entities/person.rs", &person(""));
    let ran = repository.expect(2, &["check", "--staged"]);
    assert!(ran.notes.contains("--> src/entities/person.rs:1:"), "{}", ran.notes);
    assert!(ran.notes.ends_with("hint: `git commit --no-verify` commits without this check\n"), "{}", ran.notes);
    let ran = repository.run("seachange", &["check", "--staged", "--config", "back end/seachange.toml"]);
    assert!(ran.code == 2 && ran.notes.contains("--> back end/src/entities/person.rs:1:"), "{}", ran.notes);

    // The configuration is that of the commit, too.
    repository.git(&["reset", "--quiet", "--hard"]);
    let good = repository.read("seachange.toml");
    repository.write("seachange.toml", "entities = 3\n");
    repository.git(&["add", "--all"]);
    repository.write("seachange.toml", &good);
    let ran = repository.expect(2, &["check", "--staged"]);
    assert!(ran.notes.contains("--> seachange.toml:1:12"), "{}", ran.notes);
    repository.git(&["add", "--all"]);
    repository.write("seachange.toml", "entities = 3\n");
    repository.write("src/main.rs", "mod entities;\n\nfn main() {\n}\n");
    repository.git(&["add", "--all", "--", "back end/src"]);
    repository.expect(0, &["check", "--staged"]);
}

#[test]
fn types_that_git_does_not_hold_are_read_where_they_are() {
    let repository = Repository::with_project("app");
    // A package of the same folder tree that no commit holds, and a submodule's would look the same.
    let outside = tempfile::tempdir().unwrap();
    let package = "[package]\nname = \"money\"\nedition = \"2024\"\n";
    fs::create_dir_all(outside.path().join("src")).unwrap();
    fs::write(outside.path().join("Cargo.toml"), package).unwrap();
    fs::write(outside.path().join("src/lib.rs"), "pub type Money = i64;\n").unwrap();
    let target = repository.path("money");
    std::os::unix::fs::symlink(outside.path(), &target).unwrap();
    repository.write(".gitignore", "money\n.env\n");
    repository.write(
        "Cargo.toml",
        "[package]\nname = \"people\"\nedition = \"2024\"\n\n[dependencies]\nmoney = { path = \"money\" }\n\n[workspace]\n",
    );
    repository.write("src/entities/person.rs", &person("    pub owes: Option<money::Money>,\n"));
    repository.git(&["add", "--all"]);
    repository.write("src/main.rs", "mod entities;\n\nfn main() {\n}\n");
    let ran = repository.expect(1, &["check", "--staged"]);
    assert!(ran.out.contains("add column `person.owes`") && ran.out.contains("\"owes\" integer"), "{ran:?}");
    // Nothing is left behind.
    let temporary = tempfile::tempdir().unwrap();
    let environment = [("TMPDIR", temporary.path().to_str().unwrap())];
    let ran = repository.run_in(&repository.path(""), "seachange", &["check", "--staged"], &environment);
    assert_eq!((ran.code, fs::read_dir(temporary.path()).unwrap().count()), (1, 0), "{ran:?}");
}

#[test]
fn the_kind_of_database_is_that_of_the_environment() {
    let repository = Repository::with_project("");
    // `.env` is not in the commit. On PostgreSQL this is another type, in words only PostgreSQL has.
    repository.write(".env", "DATABASE_URL=postgres://me:secret@host/app\n");
    repository.write("src/entities/person.rs", &person("    pub data: Json,\n"));
    repository.git(&["add", "--all"]);
    repository.write("src/main.rs", "mod entities;\n\nfn main() {\n}\n");
    let ran = repository.expect(1, &["check", "--staged"]);
    assert!(ran.out.contains("data json NOT NULL") || ran.out.contains("data jsonb NOT NULL"), "{}", ran.out);
    assert!(!format!("{ran:?}").contains("secret"));
}

#[test]
fn declared_sql_counts_whatever_it_is_called() {
    let repository = Repository::with_project("app");
    let config = repository.read("seachange.toml");
    repository.write("seachange.toml", &config.replace("\nmigrations = ", "\nsql = [\"views/*.view\"]\nmigrations = "));
    repository.write("views/adults.view", "CREATE VIEW adults AS SELECT id FROM person;\n");
    repository.revise("view");
    repository.git(&["add", "--all"]);
    repository.expect(0, &["check", "--staged"]);
    repository.git(&["commit", "--quiet", "--message", "view"]);
    repository.write("views/adults.view", "CREATE VIEW adults AS SELECT id, name FROM person;\n");
    repository.git(&["add", "--all"]);
    repository.write("views/adults.view", "CREATE VIEW adults AS SELECT id FROM person;\n");
    let ran = repository.expect(1, &["check", "--staged"]);
    assert!(ran.out.contains("adults"), "{}", ran.out);
}

#[test]
fn what_has_no_answer_is_said() {
    let repository = Repository::bare();
    repository.write("src/entities/person.rs", &person(""));
    repository.write("Cargo.toml", "[package]\nname = \"people\"\n");
    repository.expect(0, &["init"]);
    repository.git(&["add", "src"]);
    let ran = repository.expect(0, &["check", "--staged"]);
    assert_eq!(ran.notes, "nothing to check: `seachange.toml` is not in git yet\n");
    assert_eq!(repository.expect(0, &["check", "--staged", "--quiet"]).notes, "");
    // Before the first commit.
    repository.git(&["add", "--all"]);
    let ran = repository.expect(1, &["check", "--staged", "--quiet"]);
    assert!(ran.out.contains("create table `person`"), "{}", ran.out);
    assert!(ran.notes.starts_with("hint: write the revision with "), "{}", ran.notes);

    fs::remove_dir_all(repository.path(".git")).unwrap();
    let ran = repository.expect(2, &["check", "--staged"]);
    assert!(
        ran.notes.starts_with("error: git could not find the repository\n  fatal: not a git repository"),
        "{ran:?}"
    );
    assert!(ran.notes.contains("hint: go to the folder of a repository"), "{}", ran.notes);
    let ran =
        repository.run_in(repository.top(), env!("CARGO_BIN_EXE_seachange"), &["check", "--staged"], &[("PATH", "")]);
    assert!(ran.notes.contains("there is no program `git` on the PATH"), "{ran:?}");
    repository.expect(2, &["check", "--staged", "--offline"]);
}
