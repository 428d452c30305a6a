//! Two people change a project in clones of its repository, and git merges them: what `schema.lock` becomes, and whether every
//! database gets to the same place, whichever of them it has seen before.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{Ran, copy, run_in};

/// A repository and the clones of two people.
struct Team {
    folder: tempfile::TempDir,
}

const USERS: &str = "\
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = \"users\")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    #[sea_orm(column_type = \"String(StringLen::N(50))\")]
    pub name: String,
    pub email: Option<String>,

    #[sea_orm(indexed)]
    pub city: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
";

/// An entity of its own, with a foreign key.
fn entity(table: &str) -> String {
    USERS
        .replace("\"users\"", &format!("\"{table}\""))
        .replace("pub email: Option<String>,", "pub user_id: i32,")
        .replace(
            "pub enum Relation {}",
            "pub enum Relation {\n    #[sea_orm(belongs_to = \"super::users::Entity\", from = \"Column::UserId\", \
             to = \"super::users::Column::Id\")]\n    User,\n}",
        )
}

/// One change of a file of entities: a text and what comes in its place; nothing in its place drops the file.
type Change<'a> = (&'a str, &'a str, &'a str);

impl Team {
    /// A repository with one table, in the first revision; merges show the state before as well if `style` says so.
    fn new(style: &str) -> Self {
        let team = Self { folder: tempfile::tempdir().unwrap() };
        fs::create_dir(team.path("one")).unwrap();
        team.write("one", "seachange.toml", "entities = [\"src/entities\"]\n[database]\nurl = \"sqlite://app.db\"\n");
        team.write("one", "src/entities/users.rs", USERS);
        team.write("one", ".gitignore", "*.db\n");
        team.git("one", &["init", "--quiet", "--initial-branch=main"]);
        team.git("one", &["config", "merge.conflictStyle", style]);
        team.revise("one", "first");
        team.git("one", &["clone", "--quiet", ".", "../two"]);
        team
    }

    fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    fn write(&self, clone: &str, file: &str, text: &str) {
        let path = self.path(clone).join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.path("one").join(file)).unwrap()
    }

    /// Runs git; whether it went well, and what it said.
    fn try_git(&self, clone: &str, arguments: &[&str]) -> (bool, String) {
        let mut git = Command::new("git");
        for who in ["AUTHOR", "COMMITTER"] {
            git.env(format!("GIT_{who}_NAME"), "Somebody").env(format!("GIT_{who}_EMAIL"), "somebody@example.org");
        }
        git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1").current_dir(self.path(clone));
        let output = git.args(arguments).output().unwrap();
        (output.status.success(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
    }

    fn git(&self, clone: &str, arguments: &[&str]) {
        let (is_fine, said) = self.try_git(clone, arguments);
        assert!(is_fine, "{arguments:?}: {said}");
    }

    fn run(&self, clone: &str, arguments: &[&str]) -> Ran {
        run_in(&self.path(clone), arguments)
    }

    #[track_caller]
    fn expect(&self, code: i32, arguments: &[&str]) -> Ran {
        let ran = self.run("one", arguments);
        assert_eq!(ran.code, code, "{arguments:?}: {}\n{}", ran.out, ran.notes);
        ran
    }

    /// Writes the revision for what the entities of a clone say now, runs it on the database of the clone, and commits.
    fn revise(&self, clone: &str, message: &str) {
        for arguments in [
            &["revision", "--autogenerate", "--offline", "-m", message, "--rev-id", message][..],
            &["upgrade", "heads", "--accept-data-loss"],
            &["check"],
        ] {
            let ran = self.run(clone, arguments);
            assert_eq!(ran.code, 0, "{arguments:?}: {}\n{}", ran.out, ran.notes);
        }
        self.git(clone, &["add", "--all"]);
        self.git(clone, &["commit", "--quiet", "-m", message]);
    }

    fn change(&self, clone: &str, (file, from, to): Change<'_>) {
        let path = self.path(clone).join("src/entities").join(file);
        if from.is_empty() && to.is_empty() {
            fs::remove_file(path).unwrap();
        } else if from.is_empty() {
            fs::write(path, to).unwrap();
        } else {
            let text = fs::read_to_string(&path).unwrap();
            assert!(text.contains(from), "{text}");
            fs::write(path, text.replace(from, to)).unwrap();
        }
    }

    /// Both change something, and the first takes in what the second did. Whether git saw a conflict.
    fn part_and_meet(&self, one: &[Change<'_>], two: &[Change<'_>]) -> bool {
        for (clone, changes) in [("one", one), ("two", two)] {
            for change in changes {
                self.change(clone, *change);
            }
            self.revise(clone, clone);
        }
        !self.try_git("one", &["pull", "--quiet", "--no-rebase", "--no-edit", "../two", "main"]).0
    }

    /// The lock is what `revision` would have written for the entities.
    fn assert_locked(&self) {
        let fresh = self.path("fresh");
        copy(&self.path("one").join("src"), &fresh.join("src"));
        fs::copy(self.path("one").join("seachange.toml"), fresh.join("seachange.toml")).unwrap();
        let ran = self.run("fresh", &["revision", "--autogenerate", "--offline", "-m", "all"]);
        assert_eq!(ran.code, 0, "{ran:?}");
        let written = fs::read_to_string(fresh.join("migrations/schema.lock")).unwrap();
        assert_eq!(self.read("migrations/schema.lock"), written);
        fs::remove_dir_all(fresh).unwrap();
    }

    /// An empty database and those of the two clones all become what the entities say, and go back to nothing.
    fn assert_all_arrive(&self) {
        self.assert_locked();
        self.expect(0, &["check", "--offline"]);
        fs::copy(self.path("two").join("app.db"), self.path("one").join("two.db")).unwrap();
        let databases = ["sqlite://app.db", "sqlite://two.db", "sqlite://empty.db"];
        for url in databases {
            self.expect(0, &["upgrade", "head", "--database-url", url, "--accept-data-loss"]);
            let ran = self.expect(0, &["check", "--strict", "--database-url", url]);
            assert!(!ran.notes.contains("hint"), "{ran:?}");
        }
        for url in &databases[1..] {
            self.expect(0, &["diff", "--from", databases[0], "--to", url]);
        }
        for url in databases {
            self.expect(0, &["downgrade", "base", "--accept-data-loss", "--database-url", url]);
            self.expect(0, &["diff", "--from", "empty", "--to", url]);
            self.expect(0, &["upgrade", "head", "--accept-data-loss", "--database-url", url]);
            self.expect(0, &["check", "--database-url", url]);
        }
    }

    /// The files in `migrations/` and what is in them.
    fn migrations(&self) -> Vec<(PathBuf, String)> {
        let entries = fs::read_dir(self.path("one").join("migrations")).unwrap();
        let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files.into_iter().map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect()
    }

    /// The file of a revision.
    fn revision(&self, id: &str) -> PathBuf {
        let files = self.migrations();
        let is_it = |(_, text): &&(PathBuf, String)| text.contains(&format!("-- revision: {id}\n"));
        files.iter().find(is_it).unwrap().0.clone()
    }
}

fn edit(path: &Path, changes: &[(&str, &str)]) {
    let mut text = fs::read_to_string(path).unwrap();
    for (from, to) in changes {
        assert!(text.contains(from), "{from}: {text}");
        text = text.replace(from, to);
    }
    fs::write(path, text).unwrap();
}

const STYLES: [&str; 2] = ["merge", "diff3"];

/// What people do who meet a conflict in `schema.lock`, and what git does without one.
#[derive(Clone, Copy, Debug)]
enum Lock {
    AsGitLeftIt,
    Ours,
    Theirs,
    BothLines,
}

/// Branches that are harmless to each other meet with one command, whatever became of the lock.
fn meets(one: &[Change<'_>], two: &[Change<'_>]) {
    for style in STYLES {
        for lock in [Lock::AsGitLeftIt, Lock::Ours, Lock::Theirs, Lock::BothLines] {
            let team = Team::new(style);
            let path = "migrations/schema.lock";
            if matches!(lock, Lock::BothLines) {
                fs::write(team.path("one").join(".git/info/attributes"), "schema.lock merge=union\n").unwrap();
            }
            let is_conflict = team.part_and_meet(one, two);
            match lock {
                Lock::Ours => drop(team.try_git("one", &["checkout", "--quiet", "HEAD", "--", path])),
                Lock::Theirs => drop(team.try_git("one", &["checkout", "--quiet", "MERGE_HEAD", "--", path])),
                Lock::AsGitLeftIt | Lock::BothLines => {}
            }
            let is_marked = team.read(path).contains("<<<<<<< ");
            assert!(!matches!(lock, Lock::AsGitLeftIt) || is_marked == is_conflict);
            if is_marked {
                for command in [&["check", "--offline"][..], &["revision", "--autogenerate", "--offline", "-m", "x"]] {
                    let ran = team.run("one", command);
                    let is_told = ran.notes.contains("git's conflict marks") && ran.notes.contains("seachange merge");
                    // Several heads are told first.
                    assert!(ran.code == 2 && (is_told || ran.notes.contains("several heads")), "{ran:?}");
                }
            }
            let ran = team.run("one", &["merge"]);
            assert_eq!(ran.code, 0, "{style} {lock:?}: {ran:?}");
            team.assert_all_arrive();
            let ran = team.expect(0, &["merge"]);
            assert!(ran.notes.contains("nothing to do"), "{ran:?}");
            team.git("one", &["add", "--all"]);
            team.git("one", &["commit", "--quiet", "-m", "merged"]);
        }
    }
}

#[test]
fn two_new_tables() {
    meets(&[("posts.rs", "", &entity("posts"))], &[("photos.rs", "", &entity("photos"))]);
}

#[test]
fn two_columns_in_one_table() {
    let (email, city) = ("    pub email: Option<String>,\n", "    #[sea_orm(indexed)]\n    pub city: String,\n");
    let one = format!("{email}    pub phone: Option<String>,\n");
    let two = format!("    #[sea_orm(indexed)]\n    pub age: Option<i32>,\n{city}");
    meets(&[("users.rs", email, &one)], &[("users.rs", city, &two)]);
}

#[test]
fn a_column_renamed_on_one_side() {
    let name = "    #[sea_orm(column_type = \"String(StringLen::N(50))\")]\n    pub name: String,\n";
    let renamed = "    #[sea_orm(column_type = \"String(StringLen::N(50))\", renamed_from = \"name\")]\n    pub full_name: String,\n";
    let city = "    #[sea_orm(indexed)]\n    pub city: String,\n";
    meets(&[("users.rs", name, renamed)], &[("users.rs", city, &format!("    pub age: Option<i32>,\n{city}"))]);
}

#[test]
fn a_table_dropped_on_one_side() {
    let team = Team::new("merge");
    team.change("one", ("posts.rs", "", &entity("posts")));
    team.revise("one", "posts");
    team.git("two", &["pull", "--quiet"]);
    team.part_and_meet(&[("posts.rs", "", "")], &[("photos.rs", "", &entity("photos"))]);
    team.expect(0, &["merge"]);
    team.assert_all_arrive();
}

/// What the command says as it writes nothing.
fn refused(team: &Team) -> String {
    let before = team.migrations();
    let ran = team.expect(1, &["merge"]);
    assert_eq!((team.migrations(), ran.out.as_str()), (before, ""));
    ran.notes
}

#[test]
fn a_column_changed_on_both_sides() {
    for style in STYLES {
        let team = Team::new(style);
        let is_conflict = team.part_and_meet(&[("users.rs", "N(50)", "N(80)")], &[("users.rs", "N(50)", "N(120)")]);
        assert!(is_conflict);
        // The entities are in conflict, too, which is what has to be known first.
        let ran = team.expect(2, &["merge"]);
        assert!(ran.notes.contains("git left a merge conflict here"), "{ran:?}");
        assert!(ran.notes.contains("src/entities/users.rs:8"), "{ran:?}");
        team.write("one", "src/entities/users.rs", &USERS.replace("N(50)", "N(120)"));
        let said = refused(&team);
        assert!(said.contains("`users`: the table is made anew with what its own branch knows of it"), "{said}");
        for id in ["one", "two"] {
            let file = team.revision(id).file_name().unwrap().to_str().unwrap().to_owned();
            assert!(said.contains(&format!("migrations/{file}:")), "{said}");
        }
        // One follows the other, from then on there is one head, and the lock is what is left.
        edit(&team.revision("two"), &[("-- parents: first\n", "-- parents: one\n")]);
        fs::copy(team.path("one").join("app.db"), team.path("two").join("app.db")).unwrap();
        let ran = team.expect(0, &["merge"]);
        assert!(
            ran.notes.contains("`migrations/schema.lock`, which had git's conflict marks, is in order again"),
            "{ran:?}"
        );
        team.assert_all_arrive();
    }
}

#[test]
fn a_third_answer_is_nobodys() {
    let team = Team::new("merge");
    team.part_and_meet(&[("users.rs", "N(50)", "N(80)")], &[("users.rs", "N(50)", "N(120)")]);
    team.write("one", "src/entities/users.rs", &USERS.replace("N(50)", "N(200)"));
    edit(&team.revision("two"), &[("-- parents: first\n", "-- parents: one\n")]);
    let said = refused(&team);
    assert!(said.contains("column `users.name`\n  HEAD: {") && said.contains("String(80)"), "{said}");
    assert!(said.contains("String(120)") && said.contains("the entities: {") && said.contains("String(200)"), "{said}");
    team.expect(0, &["merge", "--accept-conflicts"]);
    team.assert_locked();
}

#[test]
fn a_table_dropped_on_one_side_and_altered_on_the_other() {
    for style in STYLES {
        let team = Team::new(style);
        for clone in ["one", "two"] {
            team.change(clone, ("posts.rs", "", &entity("posts")));
        }
        team.revise("one", "posts");
        team.git("two", &["checkout", "--quiet", "--force", "."]);
        team.git("two", &["clean", "--quiet", "--force"]);
        team.git("two", &["pull", "--quiet"]);
        team.part_and_meet(
            &[("posts.rs", "", "")],
            &[("posts.rs", "    pub user_id", "    pub title: Option<String>,\n    pub user_id")],
        );
        team.git("one", &["rm", "--quiet", "--force", "src/entities/posts.rs"]);
        let said = refused(&team);
        assert!(said.contains("`posts`: one takes away what the other uses"), "{said}");
        assert!(said.contains("   | drops table `posts`") && said.contains("   | adds column `posts.title`"), "{said}");
        // Who drops the table has the last word: the column comes before.
        edit(&team.revision("one"), &[("-- parents: posts\n", "-- parents: two\n")]);
        let ran = team.expect(0, &["merge"]);
        assert!(ran.notes.contains("is in order again"), "{ran:?}");
        team.assert_locked();
    }
}

#[test]
fn a_table_renamed_on_one_side() {
    for style in STYLES {
        let team = Team::new(style);
        let attribute = "#[sea_orm(table_name = \"users\")]";
        let renamed = "#[sea_orm(table_name = \"people\")]\n#[seachange(renamed_from = \"users\")]";
        let city = "    #[sea_orm(indexed)]\n    pub city: String,\n";
        let age = format!("    pub age: Option<i32>,\n{city}");
        team.part_and_meet(&[("users.rs", attribute, renamed)], &[("users.rs", city, &age)]);
        let said = refused(&team);
        assert!(said.contains("`users`: one takes away what the other uses"), "{said}");
        edit(
            &team.revision("two"),
            &[("-- parents: first\n", "-- parents: one\n"), ("ALTER TABLE \"users\"", "ALTER TABLE \"people\"")],
        );
        fs::copy(team.path("one").join("app.db"), team.path("two").join("app.db")).unwrap();
        team.expect(0, &["merge"]);
        team.assert_all_arrive();
    }
}

#[test]
fn a_change_without_a_revision_is_still_to_be_written() {
    let team = Team::new("merge");
    team.part_and_meet(&[("posts.rs", "", &entity("posts"))], &[("photos.rs", "", &entity("photos"))]);
    team.change("one", ("users.rs", "    pub email", "    pub phone: Option<String>,\n    pub email"));
    team.expect(0, &["merge"]);
    let ran = team.expect(1, &["check", "--offline"]);
    assert!(ran.out.contains("add column `users.phone`"), "{ran:?}");
    team.revise("one", "phone");
    team.assert_all_arrive();
}

#[test]
fn a_lock_of_one_side_is_found_by_check() {
    let team = Team::new("merge");
    team.part_and_meet(&[("posts.rs", "", &entity("posts"))], &[("photos.rs", "", &entity("photos"))]);
    team.git("one", &["checkout", "--quiet", "HEAD", "--", "migrations/schema.lock"]);
    let ran = team.expect(1, &["check", "--offline"]);
    assert!(
        ran.notes.contains("`migrations/schema.lock` is not what the revisions lead to: it lacks table `photos`"),
        "{ran:?}"
    );
    assert!(ran.notes.contains("hint: run `seachange merge`"), "{ran:?}");
    team.expect(0, &["upgrade", "heads"]);
    let ran = team.expect(1, &["check"]);
    assert!(ran.notes.contains("is not what the revisions lead to"), "{ran:?}");
}

#[test]
fn a_lock_that_is_no_text_any_more_is_made_anew() {
    let team = Team::new("merge");
    team.part_and_meet(&[("posts.rs", "", &entity("posts"))], &[("photos.rs", "", &entity("photos"))]);
    team.write("one", "migrations/schema.lock", "format = 1\n[tables.users\n");
    let ran = team.expect(2, &["check", "--offline"]);
    assert!(ran.notes.contains("after a merge of git run `seachange merge`"), "{ran:?}");
    let ran = team.expect(0, &["merge"]);
    assert!(ran.notes.contains("which could not be read, is in order again"), "{ran:?}");
    team.assert_all_arrive();
}
