//! A project in a folder of its own with a PostgreSQL database of its own, driven through the program.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::cluster::{self, Database};
use crate::support::{Ran, accepting, copy, root};

/// The project with its database.
pub(super) struct Project {
    folder: tempfile::TempDir,
    pub(super) database: Database<'static>,
}

impl Project {
    /// A copy of a folder of the package.
    pub(super) fn of(folder: &str) -> Self {
        let project = Self { folder: tempfile::tempdir().unwrap(), database: cluster::database(folder) };
        copy(&root().join(folder), project.path());
        project
    }

    /// A project with these entities, which are modules in one file.
    pub(super) fn new(entities: &str) -> Self {
        let project = Self { folder: tempfile::tempdir().unwrap(), database: cluster::database("project") };
        project.write("seachange.toml", "entities = [\"entities.rs\"]\nsql = [\"sql/*.sql\"]\n");
        project.write("entities.rs", entities);
        project
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file below the project.
    pub(super) fn write(&self, file: &str, text: &str) {
        let path = self.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Runs `seachange` on another database.
    pub(super) fn run_on(&self, url: &str, arguments: &[&str]) -> Ran {
        let output = Command::new(env!("CARGO_BIN_EXE_seachange"))
            .args(accepting(arguments))
            .args(["--database-url", url])
            .current_dir(self.path())
            .env_remove("DATABASE_URL")
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Ran { code: output.status.code().unwrap(), out: text(output.stdout), notes: text(output.stderr) }
    }

    /// Runs `seachange`.
    pub(super) fn run(&self, arguments: &[&str]) -> Ran {
        self.run_on(&self.database.url(), arguments)
    }

    /// Runs what must go well.
    pub(super) fn succeed(&self, arguments: &[&str]) -> Ran {
        self.succeed_on(&self.database.url(), arguments)
    }

    /// Runs what must go well on another database.
    pub(super) fn succeed_on(&self, url: &str, arguments: &[&str]) -> Ran {
        let ran = self.run_on(url, arguments);
        assert_eq!(ran.code, 0, "{arguments:?}: {ran:?}");
        ran
    }

    /// Writes what changed, applies it, and finds nothing left to do. The text of the revision.
    pub(super) fn advance(&self, message: &str) -> String {
        let ran = self.succeed(&["revision", "--autogenerate", "-m", message]);
        let text = fs::read_to_string(self.path().join(ran.out.lines().next().unwrap())).unwrap();
        let ran = self.run(&["upgrade", "head"]);
        assert_eq!(ran.code, 0, "{ran:?}\n{text}");
        self.assert_clean();
        text
    }

    /// A revision of somebody's own: the statements of a file.
    pub(super) fn data_step(&self, message: &str, file: &str) {
        let ran = self.succeed(&["revision", "-m", message]);
        let path = self.path().join(ran.out.trim());
        let step = fs::read_to_string(self.path().join(file)).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        let text = text.replace("-- migrate:up\n", &format!("-- migrate:up\n\n{step}\n"));
        // Nothing of it needs to be undone.
        fs::write(&path, text.replace("-- migrate:down\n", "-- migrate:down\n\nSELECT 1;\n")).unwrap();
        self.succeed(&["upgrade", "head"]);
    }

    pub(super) fn assert_clean(&self) {
        self.succeed(&["check"]);
        self.succeed(&["check", "--offline"]);
    }
}
