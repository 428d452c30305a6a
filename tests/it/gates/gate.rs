//! The script of CI, run as the action runs it: by what `action.yml` says, with the files GitHub gives it.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::repository::{AGE, Repository, person};
use crate::cluster;
use crate::support::{Ran, root};

/// What `action.yml` says: inputs with what they are by default, and the environment and the line of its one step.
struct Action {
    inputs: BTreeMap<String, String>,
    environment: BTreeMap<String, String>,
    run: String,
}

impl Action {
    fn read() -> Self {
        let text = fs::read_to_string(root().join("action.yml")).unwrap();
        let mut action = Self { inputs: BTreeMap::new(), environment: BTreeMap::new(), run: String::new() };
        let (mut section, mut input) = ("", "");
        for line in text.lines() {
            let indent = line.len() - line.trim_start().len();
            let (key, value) = line.trim_start_matches([' ', '-']).split_once(':').unwrap_or_default();
            let value = value.trim().trim_matches('\'');
            match (section, indent) {
                (_, 0) => section = key,
                ("inputs", 2) => input = key,
                ("inputs", 4) if key == "default" => drop(action.inputs.insert(input.to_owned(), value.to_owned())),
                ("runs", 6) if key == "run" => value.clone_into(&mut action.run),
                ("runs", 8) => drop(action.environment.insert(key.to_owned(), value.to_owned())),
                _ => {}
            }
        }
        action
    }

    /// The value of an expression; of what GitHub knows, nothing is there.
    fn value(&self, expression: &str, given: &[(&str, &str)]) -> String {
        let inner = expression.strip_prefix("${{ ").and_then(|rest| rest.strip_suffix(" }}")).unwrap();
        let value = |term: &str| match term.strip_prefix("inputs.") {
            Some(name) => {
                let given = given.iter().find(|(own, _)| *own == name).map(|(_, value)| (*value).to_owned());
                given.unwrap_or_else(|| self.inputs[name].clone())
            }
            None => String::new(),
        };
        inner.split(" || ").map(value).find(|value| !value.is_empty()).unwrap_or_default()
    }
}

/// What a run left behind.
struct Gated {
    ran: Ran,
    summary: String,
    outputs: String,
}

impl Gated {
    /// The steps with how they ended.
    fn steps(&self) -> Vec<String> {
        let rows = self.summary.lines().filter(|line| line.ends_with(" |") && !line.starts_with("| |"));
        rows.take_while(|line| line.matches('|').count() == 3).skip(1).map(|line| line.replace("| ", "")).collect()
    }
}

/// Runs the action on a repository that is checked out.
fn gate(repository: &Repository, given: &[(&str, &str)]) -> Gated {
    let action = Action::read();
    for (name, _) in given {
        assert!(action.inputs.contains_key(*name), "{name}");
    }
    let files = tempfile::tempdir().unwrap();
    let file = |name: &str| files.path().join(name).display().to_string();
    let (summary, outputs) = (file("summary"), file("outputs"));
    let mut environment: Vec<(String, String)> = vec![
        ("GITHUB_ACTIONS".into(), "true".into()),
        ("GITHUB_ACTION_PATH".into(), root().display().to_string()),
        ("GITHUB_STEP_SUMMARY".into(), summary.clone()),
        ("GITHUB_OUTPUT".into(), outputs.clone()),
    ];
    environment.extend(action.environment.iter().map(|(key, value)| (key.clone(), action.value(value, given))));
    let environment: Vec<(&str, &str)> =
        environment.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    let shell = ["--noprofile", "--norc", "-eo", "pipefail", "-c", action.run.as_str()];
    let ran = repository.run_with("bash", &shell, &environment);
    // The one worktree that is left is the repository's own.
    assert_eq!(repository.git(&["worktree", "list"]).out.lines().count(), 1);
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    Gated { ran, summary: read(&summary), outputs: read(&outputs) }
}

#[test]
fn the_action_says_what_the_script_takes() {
    let text = fs::read_to_string(root().join("action.yml")).unwrap();
    let script = fs::read_to_string(root().join("ci/gate.sh")).unwrap();
    let action = Action::read();
    // Every input reaches the script, and nothing is used that is none.
    for used in text.split("inputs.").skip(1) {
        let name: String = used.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect();
        assert!(action.inputs.contains_key(&name), "{name}");
    }
    for (name, default) in &action.inputs {
        let variable = format!("INPUT_{}", name.to_uppercase().replace('-', "_"));
        assert!(action.environment[&variable].contains(&format!("inputs.{name}")), "{variable}");
        assert!(
            script.contains(&format!("\n#   {variable} ")) && script.contains(&format!("${{{variable}:-")),
            "{variable}"
        );
        // Without the action the script does the same.
        let own = script.split(&format!("${{{variable}:-")).nth(1).unwrap().split('}').next().unwrap();
        let same = own == default || matches!((own, default.as_str()), ("", "false") | ("none", ""));
        assert!(same, "{variable}: {own} and {default}");
    }
    assert_eq!(action.inputs.len(), action.environment.len());
    let script = root().join(action.run.trim_matches('"').strip_prefix("$GITHUB_ACTION_PATH/").unwrap());
    assert_eq!(fs::metadata(script).unwrap().permissions().mode() & 0o111, 0o111);
    assert!(text.contains("${{ steps.gate.outputs.result }}") && text.contains("    - id: gate\n"));
}

#[test]
fn what_is_in_order_passes() {
    let repository = Repository::with_project("app");
    let gated = gate(&repository, &[("working-directory", "app"), ("sarif", "found.sarif")]);
    assert_eq!(gated.ran.code, 0, "{:?}", gated.ran);
    expect_test::expect![[r#"
        [
            "entities and revisions (`check --offline`) passed |",
            "up to the head passed |",
            "entities and database (`check`) passed |",
            "down to `base` passed |",
            "nothing is left passed |",
            "up again passed |",
            "entities and database again (`check`) passed |",
        ]
    "#]]
    .assert_debug_eq(&gated.steps());
    assert!(gated.summary.starts_with("## Revisions: passed\n"), "{}", gated.summary);
    let sarif = repository.top().join("found.sarif");
    assert_eq!(gated.outputs, format!("result=passed\nsarif={}\n", sarif.display()));
    assert!(fs::read_to_string(sarif).unwrap().contains("\"results\": []"));
    assert!(!gated.ran.out.contains("::error"), "{}", gated.ran.out);
    // Nothing of it stays in the project.
    assert_eq!(repository.git(&["status", "--porcelain"]).out, "?? found.sarif\n");
    assert!(!repository.path("people.db").exists());
}

#[test]
fn an_entity_without_a_revision_is_told_beside_its_line() {
    let repository = Repository::with_project("app");
    repository.write("src/entities/person.rs", &person(AGE));
    let gated = gate(&repository, &[("working-directory", "app")]);
    assert_eq!(gated.ran.code, 1, "{:?}", gated.ran);
    assert!(gated.outputs.starts_with("result=found\n"), "{}", gated.outputs);
    let annotation = "::error file=app/src/entities/person.rs,line=9,col=9,title=seachange%3A unwritten::";
    assert_eq!(gated.ran.out.matches(annotation).count(), 1, "{}", gated.ran.out);
    assert!(gated.summary.contains("| entities and revisions (`check --offline`) | **found something** |"));
    assert!(gated.summary.contains("add column `person.age`"), "{}", gated.summary);
    // The rest is looked at all the same.
    assert_eq!(gated.steps().len(), 7);
    // Somebody may care for other things alone.
    let gated = gate(&repository, &[("working-directory", "app"), ("fail-on", "drift")]);
    assert!(gated.summary.contains("| entities and database (`check`) | passed |"), "{}", gated.summary);
}

#[test]
fn a_way_down_that_leaves_something_is_found() {
    let repository = Repository::with_project("");
    let file = repository.git(&["ls-files", "migrations/*.sql"]).out;
    let text = repository.read(file.trim());
    let (up, _) = text.split_once("-- migrate:down").unwrap();
    repository.write(file.trim(), &format!("{up}-- migrate:down\n\nSELECT 1;\n"));
    let gated = gate(&repository, &[]);
    assert_eq!(gated.ran.code, 1, "{:?}", gated.ran);
    assert_eq!(gated.steps()[4..], ["nothing is left **found something** |"]);
    assert!(gated.ran.out.contains("\ncreate table `person`\n"), "{:?}", gated.ran);
    assert!(gated.ran.notes.contains("hint: this is what the ways down leave behind"), "{:?}", gated.ran);
    // Whoever cannot go down does not.
    let gated = gate(&repository, &[("down-to", "none")]);
    assert_eq!((gated.ran.code, gated.steps().len()), (0, 3), "{:?}", gated.ran);
    let gated = gate(&repository, &[("down-to", "first")]);
    assert_eq!((gated.ran.code, gated.steps().len()), (0, 6), "{:?}", gated.ran);
}

#[test]
fn two_heads_and_revisions_that_fail_stop_it() {
    let repository = Repository::with_project("");
    repository.write("src/entities/person.rs", &person(AGE));
    repository.revise("age");
    repository.expect(0, &["revision", "-m", "other", "--rev-id", "other", "--head", "first", "--splice"]);
    let gated = gate(&repository, &[]);
    assert_eq!(gated.ran.code, 2, "{:?}", gated.ran);
    assert!(gated.ran.notes.contains("error: `head` can mean `age` (age) or `other` (other)"), "{:?}", gated.ran);
    assert_eq!(gated.ran.out.matches("title=seachange%3A heads::").count(), 2, "{}", gated.ran.out);

    let repository = Repository::with_project("");
    repository.expect(0, &["revision", "-m", "broken", "--rev-id", "broken"]);
    let file = repository.run("sh", &["-c", "ls migrations/*broken*"]).out;
    let text = repository.read(file.trim());
    repository.write(file.trim(), &text.replace("-- migrate:up\n", "-- migrate:up\n\nDROP TABLE nothing;\n"));
    let gated = gate(&repository, &[]);
    assert_eq!(gated.ran.code, 2, "{:?}", gated.ran);
    assert!(gated.ran.notes.contains(&format!("--> {}:", file.trim())), "{:?}", gated.ran);
    assert!(gated.ran.out.contains("::error title=seachange::up to the head: failed"), "{}", gated.ran.out);
    assert!(gated.summary.contains("| up to the head | **failed** |"), "{}", gated.summary);
}

#[test]
fn lost_data_is_accepted_in_the_file_or_by_the_project() {
    let repository = Repository::with_project("");
    repository.write("src/entities/person.rs", &person("").replace("    pub name: String,\n", ""));
    repository.revise("nameless");
    let gated = gate(&repository, &[]);
    assert_eq!(gated.ran.code, 1, "{:?}", gated.ran);
    assert!(gated.ran.notes.contains("to accept it: -- accept: drops-column person.name"), "{:?}", gated.ran);
    assert_eq!(gate(&repository, &[("accept-data-loss", "true")]).ran.code, 0);
}

#[test]
fn the_summary_tells_what_is_new_since_a_commit() {
    let repository = Repository::with_project("app");
    repository.write("src/entities/person.rs", &person(AGE));
    repository.revise("age");
    repository.git(&["add", "--all"]);
    repository.git(&["commit", "--quiet", "--message", "age"]);
    let given = [("working-directory", "app"), ("base", "HEAD~1")];
    let gated = gate(&repository, &given);
    assert_eq!(gated.ran.code, 0, "{:?}", gated.ran);
    assert!(gated.summary.contains("1. `age` (age) in"), "{}", gated.summary);
    assert!(gated.summary.contains("ADD COLUMN \"age\"") && gated.summary.contains("```mermaid"), "{}", gated.summary);
    assert!(!gated.summary.contains("CREATE TABLE"), "{}", gated.summary);
    // A revision that others may have run already is changed.
    let file = repository.git(&["ls-files", "app/migrations/*first*"]).out;
    let file = file.trim().trim_start_matches("app/");
    repository.write(file, &repository.read(file).replace("CREATE TABLE", "CREATE  TABLE"));
    let gated = gate(&repository, &given);
    assert_eq!(gated.ran.code, 1, "{:?}", gated.ran);
    assert!(gated.steps().contains(&"what comes **found something** |".to_owned()), "{:?}", gated.steps());
    assert!(gated.summary.contains("`first` (first) was edited after it was applied"), "{}", gated.summary);
    // A commit that is not here, and one from before the project.
    repository.git(&["reset", "--quiet", "--hard"]);
    let missing = "0123456789012345678901234567890123456789";
    let gated = gate(&repository, &[("working-directory", "app"), ("base", missing)]);
    assert!(
        gated.ran.code == 0 && gated.ran.notes.contains("is not here; all revisions count as new"),
        "{:?}",
        gated.ran
    );
    let empty = repository.git(&["commit-tree", "-m", "empty", "4b825dc642cb6eb9a060e54bf8d69288fbee4904"]).out;
    let gated = gate(&repository, &[("working-directory", "app"), ("base", empty.trim())]);
    assert!(gated.ran.code == 0 && gated.ran.notes.contains("has no seachange.toml"), "{:?}", gated.ran);
    assert!(gated.summary.contains("CREATE TABLE"), "{}", gated.summary);
}

#[test]
fn it_runs_on_an_empty_database_of_postgresql_and_on_no_other() {
    let database = cluster::database("gate");
    let url = database.url();
    let repository = Repository::on("", "postgres://me:secret@db.example.org/app");
    let gated = gate(&repository, &[]);
    assert_eq!(gated.ran.code, 2, "{:?}", gated.ran);
    assert!(gated.ran.notes.contains("error: the project is on PostgreSQL, and no empty database"), "{:?}", gated.ran);

    let gated = gate(&repository, &[("database-url", &url)]);
    assert_eq!(gated.ran.code, 0, "{:?}", gated.ran);
    assert_eq!(gated.steps().len(), 7);
    assert!(!format!("{:?}{}", gated.ran, gated.summary).contains("secret"));

    // That run left its tables, and they are safe from another.
    let given = format!("{url}&password=secret");
    let gated = gate(&repository, &[("database-url", &given)]);
    assert_eq!(gated.ran.code, 2, "{:?}", gated.ran);
    let said =
        "error: the database of the gate is not empty, or cannot be reached\nhint: name one that was made for this run";
    assert!(gated.ran.notes.contains(said), "{:?}", gated.ran);
    assert!(!format!("{:?}", gated.ran).contains("secret"));
    let gated = gate(&repository, &[("database-url", "postgres://me:secret@127.0.0.1:1/app")]);
    assert!(gated.ran.code == 2 && !format!("{:?}", gated.ran).contains("secret"), "{:?}", gated.ran);
}

#[test]
fn what_is_misused_is_said() {
    let repository = Repository::with_project("app");
    let gated = gate(&repository, &[]);
    assert!(
        gated.ran.code == 2 && gated.ran.notes.contains("hint: name its folder in INPUT_WORKING_DIRECTORY"),
        "{:?}",
        gated.ran
    );
    let gated = gate(&repository, &[("working-directory", "app"), ("fail-on", "drfit")]);
    assert!(gated.ran.code == 2 && gated.ran.notes.contains("did you mean `drift`?"), "{:?}", gated.ran);
}
