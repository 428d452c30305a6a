//! `seachange lint`: what is found in statements that somebody wrote, and that nothing is found in those of the program that it
//! does not say itself.

mod oracle;
mod postgres;
mod sqlite;

use std::fs;

use crate::reports::{conforms, schema_of_ours};
use crate::support::{Ran, run_in};

/// A project of revisions that follow each other, each the statements of its way up.
struct Project(tempfile::TempDir);

impl Project {
    fn new(ups: &[&str]) -> Self {
        let project = Self(tempfile::tempdir().unwrap());
        project.write("seachange.toml", "entities = [\"entities.rs\"]\n");
        for (number, up) in ups.iter().enumerate() {
            let parent = if number == 0 { "none".to_owned() } else { format!("r{number}") };
            let header = format!("-- message: step {0}\n-- revision: r{0}\n-- parents: {parent}\n", number + 1);
            let (accepted, up) = up.split_once("\n---\n").unwrap_or(("", up));
            let text =
                format!("{header}{accepted}\n\n-- migrate:up\n\n{}\n\n-- migrate:down\n-- undo: none\n", up.trim());
            project.write(&format!("migrations/{}.sql", number + 1), &text);
        }
        project
    }

    fn write(&self, file: &str, text: &str) {
        let path = self.0.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        run_in(self.0.path(), &[&["lint"], arguments].concat())
    }

    /// Each hazard on a line: where, what and about what, with the sentence.
    fn found(&self, arguments: &[&str]) -> String {
        let ran = self.run(&[arguments, &["--format", "json"]].concat());
        assert!(ran.code < 2, "{ran:?}");
        let json = conforms(&schema_of_ours("lint"), &ran.out);
        let line = |found: &serde_json::Value| {
            let text = |key: &str| found[key].as_str().unwrap().to_owned();
            let place = &found["place"];
            let file = place["file"].as_str().unwrap().trim_start_matches("migrations/").to_owned();
            format!("{file}:{}: {}: {}\n", place["line"], text("accept"), text("text"))
        };
        let lines: String = json["findings"].as_array().unwrap().iter().map(line).collect();
        lines
    }
}
