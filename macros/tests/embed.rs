//! Folders of revisions that a compiler takes and refuses.

#![expect(clippy::disallowed_methods, reason = "a test may write files")]
#![expect(clippy::unwrap_used, clippy::format_collect, reason = "a test may panic, and its texts are short")]

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use expect_test::{Expect, expect};

const MAIN: &str = "fn main() {
    let (folder, files, lock, settings) = seachange_macros::embed!(ARGUMENT);
    println!(\"{folder} {lock:?}\");
    for (name, text) in files { println!(\"{name}: {}\", text.lines().next().unwrap_or_default()); }
    let settings: &str = settings.unwrap_or(\"\");
    println!(\"{}\", settings.trim());
}
";

const FIRST: &str = "-- revision: a1\n-- parents: none\n-- migrate:up\nSELECT 1;\n-- migrate:down\nSELECT 1;\n";

struct Package(tempfile::TempDir);

impl Package {
    fn new(argument: &str, files: &[(&str, &str)]) -> Self {
        // What has one name is one program to cargo, wherever its sources are.
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let folder = tempfile::tempdir().unwrap();
        let manifest = format!(
            "[package]\nname = \"user_{}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
             [dependencies]\nseachange-macros = {{ path = {:?} }}\n",
            NUMBER.fetch_add(1, Ordering::Relaxed),
            env!("CARGO_MANIFEST_DIR")
        );
        let package = Self(folder);
        package.write("Cargo.toml", &manifest);
        package.write("src/main.rs", &MAIN.replace("ARGUMENT", argument));
        for (name, text) in files {
            package.write(name, text);
        }
        package
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.0.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// What the program prints, or the compiler.
    fn run(&self) -> String {
        self.run_in("")
    }

    fn run_in(&self, folder: &str) -> String {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("embed");
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["run", "--offline", "--quiet", "--color", "never", "--message-format", "short"]);
        let output = cargo.current_dir(self.0.path().join(folder)).env("CARGO_TARGET_DIR", target).output().unwrap();
        let text = if output.status.success() { output.stdout } else { output.stderr };
        let text = String::from_utf8(text).unwrap().replace('\\', "/");
        text.lines()
            .filter(|line| !line.starts_with("error: could not"))
            .map(|line| format!("{}\n", line.trim_end()))
            .collect()
    }
}

#[expect(clippy::needless_pass_by_value, reason = "expect! makes values")]
fn check(argument: &str, files: &[(&str, &str)], expected: Expect) {
    expected.assert_eq(&Package::new(argument, files).run());
}

#[test]
fn what_is_there_comes_along_and_changes_are_noticed() {
    let settings = "entities = [\"src\"]\nmigrations = 'db/steps' # here\n\n[database]\nurl = \"postgres://me:secret@host/db\"\n\
                    schema = \"app\"\n\n[naming]\nindex = \"x\"\n\n[tables]\nexclude = [\n  \"spatial_*\",\n]\n";
    let files = [("db/steps/1_a1.sql", FIRST), ("db/steps/schema.lock", "format = 1"), ("seachange.toml", settings)];
    let package = Package::new("", &files);
    expect![[r#"
        db/steps Some("format = 1")
        1_a1.sql: -- revision: a1
        [database]

        schema = "app"




        [tables]
        exclude = [
          "spatial_*",
        ]
    "#]]
    .assert_eq(&package.run());
    // A new revision changes the lock as a rule, and that is noticed.
    package.write("db/steps/2_b2.sql", "-- revision: b2\n-- parents: a1\n-- migrate:up\n");
    package.write("db/steps/schema.lock", "format = 2");
    expect![[r#"
        db/steps Some("format = 2")
        1_a1.sql: -- revision: a1
        2_b2.sql: -- revision: b2
    "#]]
    .assert_eq(&package.run().lines().take(3).map(|line| format!("{line}\n")).collect::<String>());
}

/// One package of several, with the configuration beside all of them.
#[test]
fn the_program_holds_no_path_of_the_machine() {
    let package = Package::new("", &[("migrations/1_a1.sql", FIRST), ("seachange.toml", "entities = []\n")]);
    let manifest = fs::read_to_string(package.0.path().join("Cargo.toml")).unwrap();
    package.write("server/Cargo.toml", &manifest.replace("user_", "server_"));
    package.write("server/src/main.rs", &MAIN.replace("ARGUMENT", ""));
    package.write("named/Cargo.toml", &manifest.replace("user_", "named_"));
    package.write("named/src/main.rs", &MAIN.replace("ARGUMENT", "\"../migrations\""));
    expect!["migrations None\n1_a1.sql: -- revision: a1\n\n"].assert_eq(&package.run_in("server"));
    expect!["../migrations None\n1_a1.sql: -- revision: a1\n\n"].assert_eq(&package.run_in("named"));
}

#[test]
fn mistakes_name_their_file() {
    let texts = "-- revision: c3\n-- parents: a1\n-- migrate:up\nSELECT '\n-- TODO: no\n', $a$\n-- TODO: no\n$$ $a$, $$\n-- TODO: no\n$$;\n\
                 /* /* */\n-- TODO: no\n*/ -- it's\n-- TODO: say what rows get\n";
    check(
        "\"steps\"",
        &[
            ("steps/1.sql", FIRST),
            ("steps/2.sql", FIRST),
            ("steps/3.sql", texts),
            ("steps/4.sql", "-- parents: gone, none\n-- depends on: lost\n"),
        ],
        expect![[r#"
            src/main.rs:2:43: error: steps/2.sql: the revision has the id `a1`, and so has steps/1.sql
                   steps/3.sql:14: the revision is not finished: say what rows get
                   steps/4.sql: the revision has no valid id: a line `-- revision: ` with letters, digits and underscores
                   steps/4.sql: the revision has no `-- migrate:up` section
                   steps/4.sql: the revision follows `gone`, which is in no file
                   steps/4.sql: the revision follows `lost`, which is in no file
        "#]],
    );
}

#[test]
fn there_is_one_head() {
    let second = "-- revision: b2\n-- parents: a1\n-- migrate:up\n";
    let third = "-- revision: c3\n-- parents: a1\n-- migrate:up\n";
    let files = [("migrations/1.sql", FIRST), ("migrations/2.sql", second), ("migrations/3.sql", third)];
    check(
        "",
        &files,
        expect![[r#"
        src/main.rs:2:43: error: there are several heads: migrations/2.sql and migrations/3.sql
               hint: join them with `seachange merge`
    "#]],
    );
    let circle = "-- revision: a1\n-- parents: b2\n-- migrate:up\n";
    check(
        "",
        &[("migrations/1.sql", circle), ("migrations/2.sql", second)],
        expect![[r#"
        src/main.rs:2:43: error: the revisions follow each other in a circle
    "#]],
    );
}

#[test]
fn a_folder_that_is_not_there_and_words_that_are_none() {
    check(
        "",
        &[],
        expect![[r#"
        src/main.rs:2:43: error: there is no folder `migrations` for revisions
               hint: make it with `seachange revision`, or name another: `migrations!("../db/migrations")`, relative to `Cargo.toml`
    "#]],
    );
    check(
        "steps",
        &[],
        expect![[r#"
        src/main.rs:2:43: error: `migrations!` takes nothing, or the folder of the revisions in quotes
    "#]],
    );
    let settings = "database = { schema = \"x\" }\n";
    check(
        "",
        &[("migrations/1.sql", FIRST), ("seachange.toml", settings)],
        expect![[r#"
        src/main.rs:2:43: error: seachange.toml:1: `database` has to be a table of its own here: write `[database]` and its keys below
    "#]],
    );
}
