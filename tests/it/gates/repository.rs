//! A git repository with a project in it, of somebody who has git, a shell and `seachange` and no settings of their own.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::Ran;

/// An entity over the table `person`, with more fields.
pub(super) fn person(fields: &str) -> String {
    format!(
        "use sea_orm::entity::prelude::*;\n\n#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]\n\
         #[sea_orm(table_name = \"person\")]\npub struct Model {{\n    #[sea_orm(primary_key)]\n    pub id: i32,\n    \
         pub name: String,\n{fields}}}\n\n#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]\npub enum Relation {{}}\n\n\
         impl ActiveModelBehavior for ActiveModel {{}}\n"
    )
}

pub(super) const AGE: &str = "    pub age: Option<i32>,\n";

pub(super) struct Repository {
    folder: tempfile::TempDir,
    /// Where the project is in it; empty at its top.
    project: String,
}

impl Repository {
    /// A repository with nothing in it.
    pub(super) fn bare() -> Self {
        let repository = Self { folder: tempfile::tempdir().unwrap(), project: String::new() };
        repository.git(&["init", "--quiet", "--initial-branch=main"]);
        repository
    }

    /// A project below the top, whose first revision is committed.
    pub(super) fn with_project(project: &str) -> Self {
        Self::on(project, "sqlite://people.db")
    }

    /// The same on another database.
    pub(super) fn on(project: &str, url: &str) -> Self {
        let repository = Self { project: project.to_owned(), ..Self::bare() };
        repository.add_project_on(url);
        repository.git(&["add", "--all"]);
        repository.git(&["commit", "--quiet", "--message", "people"]);
        repository
    }

    fn add_project(&self) {
        self.add_project_on("sqlite://people.db");
    }

    /// The files of a project with one revision.
    fn add_project_on(&self, url: &str) {
        self.write("Cargo.toml", "[package]\nname = \"people\"\nedition = \"2024\"\n\n[workspace]\n");
        self.write("src/main.rs", "mod entities;\n\nfn main() {}\n");
        self.write("src/entities/mod.rs", "pub mod person;\n");
        self.write("src/entities/person.rs", &person(""));
        self.write(".env", &format!("DATABASE_URL=\"{url}\"\n"));
        self.write(".gitignore", ".env\n*.db\n");
        self.expect(0, &["init"]);
        self.revise("first");
    }

    /// Another project beside the first, as itself.
    pub(super) fn beside(&self, project: &str) -> Beside<'_> {
        let first = &self.folder;
        let own = Self { folder: tempfile::tempdir().unwrap(), project: String::new() };
        own.add_project();
        crate::support::copy(own.top(), &first.path().join(project));
        Beside { repository: self, project: project.to_owned() }
    }

    /// The top of the repository.
    pub(super) fn top(&self) -> &Path {
        self.folder.path()
    }

    /// A file of the project.
    pub(super) fn path(&self, file: &str) -> PathBuf {
        self.top().join(&self.project).join(file)
    }

    pub(super) fn write(&self, file: &str, text: &str) {
        let path = self.path(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(super) fn read(&self, file: &str) -> String {
        fs::read_to_string(self.path(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
    }

    /// Writes a revision for what the entities say.
    pub(super) fn revise(&self, message: &str) {
        self.expect(0, &["revision", "--autogenerate", "--offline", "--quiet", "-m", message, "--rev-id", message]);
    }

    /// Runs a program at the top.
    pub(super) fn run(&self, program: &str, arguments: &[&str]) -> Ran {
        self.run_with(program, arguments, &[])
    }

    pub(super) fn run_with(&self, program: &str, arguments: &[&str], environment: &[(&str, &str)]) -> Ran {
        self.run_in(self.top(), program, arguments, environment)
    }

    pub(super) fn run_in(&self, folder: &Path, program: &str, arguments: &[&str], environment: &[(&str, &str)]) -> Ran {
        let mut command = Command::new(program);
        command.stdin(Stdio::null());
        command.args(arguments).current_dir(folder).env_remove("DATABASE_URL").env("NO_COLOR", "1");
        command.env("PATH", path(true)).env("HOME", self.top()).env_remove("CARGO_HOME");
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        for who in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{who}_NAME"), "Somebody").env(format!("GIT_{who}_EMAIL"), "somebody@example.org");
        }
        let output = command.envs(environment.iter().copied()).output().unwrap();
        Ran {
            code: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            notes: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Runs git, which must go well.
    #[track_caller]
    pub(super) fn git(&self, arguments: &[&str]) -> Ran {
        let ran = self.run("git", arguments);
        assert_eq!(ran.code, 0, "git {arguments:?}: {}{}", ran.out, ran.notes);
        ran
    }

    /// Commits what is staged, by way of the hook: whether it was let through, and what was said.
    #[track_caller]
    pub(super) fn commit(&self, message: &str) -> (bool, String) {
        let ran = self.run("git", &["commit", "--quiet", "--message", message]);
        assert!(matches!(ran.code, 0 | 1), "{ran:?}");
        (ran.code == 0, format!("{}{}", ran.out, ran.notes))
    }

    /// Runs `seachange` in the project and expects an exit code.
    #[track_caller]
    pub(super) fn expect(&self, code: i32, arguments: &[&str]) -> Ran {
        let ran = self.run_in(&self.path(""), "seachange", arguments, &[]);
        assert_eq!(ran.code, code, "seachange {arguments:?}\n{}\n{}", ran.out, ran.notes);
        ran
    }
}

/// A second project of a repository.
pub(super) struct Beside<'a> {
    repository: &'a Repository,
    project: String,
}

impl Beside<'_> {
    #[track_caller]
    pub(super) fn expect(&self, code: i32, arguments: &[&str]) -> Ran {
        let folder = self.repository.top().join(&self.project);
        let ran = self.repository.run_in(&folder, "seachange", arguments, &[]);
        assert_eq!(ran.code, code, "seachange {arguments:?}\n{}\n{}", ran.out, ran.notes);
        ran
    }
}

/// The PATH of somebody who has the program, or has not.
pub(super) fn path(with_program: bool) -> OsString {
    let binary = Path::new(env!("CARGO_BIN_EXE_seachange")).parent().unwrap();
    let rest = std::env::var_os("PATH").unwrap();
    let has_it = |folder: &PathBuf| folder.join("seachange").exists();
    let rest: Vec<PathBuf> = std::env::split_paths(&rest).filter(|folder| !has_it(folder)).collect();
    let first = with_program.then(|| binary.to_owned());
    std::env::join_paths(first.into_iter().chain(rest)).unwrap()
}
