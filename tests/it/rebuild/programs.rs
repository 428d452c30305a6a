//! Programs with other versions of SQLite than the driver's: the oldest that revisions are written for, and one that alters
//! more than the driver's can. They are packages of their own, built when they are first needed.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use crate::support::root;

/// A version of SQLite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sqlite {
    /// 3.35.4
    Oldest,
    /// 3.54.1
    Newest,
}

impl Sqlite {
    fn name(self) -> &'static str {
        match self {
            Self::Oldest => "oldest",
            Self::Newest => "newest",
        }
    }

    /// The program. Cargo keeps those who build it at the same time apart.
    fn program(self) -> &'static Path {
        static PROGRAMS: [OnceLock<PathBuf>; 2] = [OnceLock::new(), OnceLock::new()];
        PROGRAMS[self as usize].get_or_init(|| {
            let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sqlite");
            let mut command = Command::new(env!("CARGO"));
            let manifest = root().join("tests/sqlite").join(self.name()).join("Cargo.toml");
            command.args(["build", "--quiet", "--locked", "--manifest-path"]).arg(manifest);
            let output = command.arg("--target-dir").arg(&target).output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            target.join("debug").join(format!("sqlite-{}{}", self.name(), std::env::consts::EXE_SUFFIX))
        })
    }

    pub(super) fn version(self) -> String {
        let output = Command::new(self.program()).output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Runs a script on a database, up to the first error.
    pub(super) fn run(self, file: &Path, script: &str, foreign_keys: bool) -> Result<(), String> {
        let mut command = Command::new(self.program());
        let mut child = command.arg(file).stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let script = format!("PRAGMA foreign_keys = {foreign_keys};\n{script}\n");
        child.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()) }
    }
}

#[test]
fn the_programs_are_the_versions_they_stand_for() {
    assert_eq!([Sqlite::Oldest.version(), Sqlite::Newest.version()], ["3.35.4", "3.54.1"]);
}
