//! What `check` says to other programs, held against the schemas they go by, and against the lines it points at.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use expect_test::{Expect, expect};
use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::Value;

use crate::support::{Project, Ran, root};

/// A project in step, with one revision.
fn in_step() -> Project {
    let project = Project::mediaparser("9_job_control");
    fs::write(project.path().join(".env"), "DATABASE_URL=sqlite://media.db\n").unwrap();
    project.expect(0, &["init"]);
    project.expect(0, &["revision", "--autogenerate", "-m", "initial schema"]);
    project.expect(0, &["upgrade"]);
    project.expect(0, &["check"]);
    project
}

/// The same with an entity that was edited, a database that was changed by hand, and something that nobody declares.
fn out_of_step() -> Project {
    let project = in_step();
    let path = project.path().join("src/entities/files.rs");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(
        &path,
        text.replace(
            "pub mime_type: Option<String>,",
            "pub mime_type: Option<String>,\n    pub owner: Option<String>,",
        ),
    )
    .unwrap();
    project.sql("CREATE INDEX by_hand ON files (mime_type); ALTER TABLE jobs ADD COLUMN note TEXT; CREATE TABLE \"o\"\"dd\" (x)");
    project
}

/// The schema of what a command writes.
pub(crate) fn schema_of_ours(command: &str) -> Value {
    let path = root().join(format!("docs/{command}.schema.json"));
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// The schema of SARIF, as a crate for it brings it along.
pub(crate) fn schema_of_sarif() -> Value {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--offline", "--locked"])
        .current_dir(root())
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let package = packages.iter().find(|package| package["name"] == "serde-sarif").unwrap();
    let manifest = PathBuf::from(package["manifest_path"].as_str().unwrap());
    let text = fs::read_to_string(manifest.with_file_name("src").join("schema.json")).unwrap();
    let mut schema: Value = serde_json::from_str(&text).unwrap();
    // A pattern with a bracket too many, over something that is not written here.
    for of in ["run", "toolComponent"] {
        schema["definitions"][of]["properties"]["language"].as_object_mut().unwrap().remove("pattern").unwrap();
    }
    schema
}

#[track_caller]
pub(crate) fn conforms(schema: &Value, text: &str) -> Value {
    let value: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let validator = jsonschema::validator_for(schema).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(&value).map(|error| format!("{error} at {}", error.instance_path())).collect();
    assert_eq!(errors, Vec::<String>::new(), "{text}");
    value
}

#[track_caller]
fn ours(ran: &Ran) -> Value {
    conforms(&schema_of_ours("check"), &ran.out)
}

fn kinds(value: &Value) -> Vec<String> {
    let findings = value["checks"].as_array().unwrap().iter().flat_map(|check| check["findings"].as_array().unwrap());
    findings
        .map(|finding| format!("{} {}", finding["level"].as_str().unwrap(), finding["kind"].as_str().unwrap()))
        .collect()
}

#[test]
fn json_is_as_its_schema_says() {
    let project = in_step();
    let json = ["check", "--format", "json"];
    let clean = ours(&project.expect(0, &json));
    assert_eq!((clean["result"].as_str(), kinds(&clean)), (Some("clean"), Vec::new()));

    let project = out_of_step();
    let found = ours(&project.expect(1, &json));
    assert_eq!(found["result"], "found");
    assert_eq!(kinds(&found), ["error unwritten", "note unmanaged", "error drift", "note unmanaged"]);
    let offline = ours(&project.expect(1, &["check", "--offline", "--format", "json"]));
    assert_eq!(kinds(&offline), ["error unwritten"]);
    assert!(offline["checks"][0]["tables"][0]["diff"].as_str().unwrap().contains("+  \"owner\" varchar"), "{offline}");

    // The database knows a revision that is gone, and lacks one that was written since.
    project.expect(0, &["revision", "-m", "by hand"]);
    project.sql("UPDATE seachange_history SET revision = 'elsewhere'");
    let found = ours(&project.expect(1, &json));
    assert!(kinds(&found).contains(&"error missing".to_owned()), "{found}");
    assert!(kinds(&found).contains(&"error pending".to_owned()), "{found}");

    fs::write(project.path().join("src/entities/jobs.rs"), "mod {").unwrap();
    let failed = ours(&project.expect(2, &json));
    assert_eq!((failed["result"].as_str(), kinds(&failed)), (Some("failed"), vec!["error problem".to_owned()]));
}

#[test]
fn json_of_many_databases_is_one_object() {
    let project = out_of_step();
    let configuration = fs::read_to_string(project.path().join("seachange.toml")).unwrap();
    let group = "\n[targets.all_of_them]\ndatabases = [\"media.db\", \"other.db\", \"broken.db\"]\n";
    fs::write(project.path().join("seachange.toml"), configuration + group).unwrap();
    fs::write(project.path().join("broken.db"), "this is no database at all, but text of more than a page or so")
        .unwrap();
    let ran = project.expect(2, &["check", "--target", "all", "--format", "json"]);
    let value = ours(&ran);
    let results = |value: &Value| -> Vec<String> {
        let checks = value["checks"].as_array().unwrap().iter();
        checks
            .map(|check| format!("{} {}", check["target"].as_str().unwrap(), check["result"].as_str().unwrap()))
            .collect()
    };
    assert_eq!(results(&value), ["media.db found", "other.db found", "broken.db failed"]);
    let ran = project.expect(2, &["check", "--target", "all", "--format", "sarif", "--output", "check.sarif"]);
    let sarif = conforms(&schema_of_sarif(), &fs::read_to_string(project.path().join("check.sarif")).unwrap());
    assert_eq!(sarif["runs"][0]["invocations"][0]["executionSuccessful"], false);
    assert!(ran.out.contains("broken.db"), "{}", ran.out);
    let refused = project.expect(2, &["check", "--target", "all", "--output", "text"]);
    assert!(
        refused.notes.contains("`--output` with several targets takes a `--format` for programs"),
        "{}",
        refused.notes
    );
}

/// What each result says, with the line it points at.
fn pointed(project: &Project, sarif: &Value) -> Vec<String> {
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let line = |result: &Value| {
        let place = &result["locations"][0]["physicalLocation"];
        let Some(uri) = place["artifactLocation"]["uri"].as_str() else { return "nowhere".to_owned() };
        let text = fs::read_to_string(project.path().join(uri)).unwrap();
        let number = usize::try_from(place["region"]["startLine"].as_u64().unwrap()).unwrap();
        text.lines().nth(number - 1).unwrap().trim().to_owned()
    };
    let mut all: Vec<String> = results
        .iter()
        .map(|result| {
            format!(
                "{}: {}\n  {}",
                result["ruleId"].as_str().unwrap(),
                result["message"]["text"].as_str().unwrap().lines().next().unwrap(),
                line(result)
            )
        })
        .collect();
    all.sort();
    all
}

#[test]
fn sarif_is_as_its_schema_says_and_points_at_the_field() {
    let project = out_of_step();
    let ran = project.expect(1, &["check", "--format", "sarif"]);
    let sarif = conforms(&schema_of_sarif(), &ran.out);
    expect![[r#"
        drift: added to the database by hand, and in no entity: column `jobs.note` TEXT
          #[sea_orm(table_name = "jobs")]
        unmanaged: in the database, and in no entity: index `by_hand` on `files` (mime_type)
          #[sea_orm(table_name = "files")]
        unmanaged: in the database, and in no entity: table `o"dd`
          nowhere
        unwritten: no revision does this yet: add column `files.owner`
          pub owner: Option<String>,"#]]
    .assert_eq(&pointed(&project, &sarif).join("\n"));
    let clean = in_step();
    let empty = conforms(&schema_of_sarif(), &clean.expect(0, &["check", "--format", "sarif"]).out);
    assert_eq!(empty["runs"][0]["results"].as_array().unwrap().len(), 0);
}

const ENTITY: &str = r#"use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, seachange_macros::Seachange)]
#[sea_orm(table_name = "users")]
#[seachange(index(columns = [name, age], name = "both"))]
#[seachange(check("age >= 0", name = "grown"))]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    #[sea_orm(
        column_type = "Text",
        default_value = "nobody",
        indexed,
    )]
    pub name: String,
    #[sea_orm(unique)]
    pub age: i32,
    #[seachange(collate = "NOCASE")]
    pub nick: String,
    pub boss: Option<i32>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "Entity",
        from = "Column::Boss",
        to = "Column::Id"
    )]
    Boss,
}

impl ActiveModelBehavior for ActiveModel {}
"#;

/// Each thing that can differ is shown at the attribute that says it.
#[test]
fn every_difference_is_shown_where_it_is_said() {
    let project = Project::empty();
    fs::create_dir_all(project.path().join("src/entities")).unwrap();
    fs::write(project.path().join("Cargo.toml"), "[package]\nname = \"app\"\nedition = \"2024\"\n\n[workspace]\n")
        .unwrap();
    fs::write(project.path().join("src/main.rs"), "mod entities;\nfn main() {}\n").unwrap();
    fs::write(project.path().join("src/entities/mod.rs"), "pub mod users;\n").unwrap();
    fs::write(project.path().join("src/entities/users.rs"), ENTITY).unwrap();
    fs::write(
        project.path().join("seachange.toml"),
        "entities = [\"src/entities\"]\n[database]\nurl = \"sqlite://media.db\"\n",
    )
    .unwrap();
    project.sql("CREATE TABLE users (id integer NOT NULL PRIMARY KEY AUTOINCREMENT, name varchar NOT NULL, age integer, nick varchar NOT NULL, boss integer)");
    let ran = project.expect(1, &["check", "--format", "sarif"]);
    let sarif = conforms(&schema_of_sarif(), &ran.out);
    expect![[r#"
        unwritten: no revision does this yet: add the check (age >= 0) to `users`
          #[seachange(check("age >= 0", name = "grown"))]
        unwritten: no revision does this yet: add the foreign key (boss) to `users` to `users`
          belongs_to = "Entity",
        unwritten: no revision does this yet: add the unique constraint (age) to `users`
          #[sea_orm(unique)]
        unwritten: no revision does this yet: change column `users.age` (becomes NOT NULL)
          pub age: i32,
        unwritten: no revision does this yet: change column `users.name` (type varchar to text, default none to 'nobody')
          column_type = "Text",
        unwritten: no revision does this yet: change column `users.nick` (collation)
          #[seachange(collate = "NOCASE")]
        unwritten: no revision does this yet: create index `both` on `users`
          #[seachange(index(columns = [name, age], name = "both"))]
        unwritten: no revision does this yet: create index `idx-users-name` on `users`
          indexed,"#]].assert_eq(&pointed(&project, &sarif).join("\n"));
}

#[test]
fn annotations_are_escaped_and_lead_from_the_root_of_the_repository() {
    let project = out_of_step();
    // The project is a folder of a repository.
    let repository = tempfile::tempdir().unwrap();
    fs::create_dir(repository.path().join(".git")).unwrap();
    let folder = repository.path().join("a, b: 100%");
    crate::support::copy(project.path(), &folder);
    let ran = crate::support::run_in(&folder, &["check", "--format", "github", "--strict"]);
    assert_eq!(ran.code, 1, "{}", ran.notes);
    expect![[r#"
        ::error file=a%2C b%3A 100%25/src/entities/files.rs,line=25,col=9,title=seachange%3A unwritten::no revision does this yet: add column `files.owner`%0Awrite the revision with `seachange revision --autogenerate -m …`
        ::error file=a%2C b%3A 100%25/src/entities/files.rs,line=9,col=24,title=seachange%3A unmanaged::in the database, and in no entity: index `by_hand` on `files` (mime_type)
        ::error file=a%2C b%3A 100%25/src/entities/jobs.rs,line=8,col=24,title=seachange%3A drift::added to the database by hand, and in no entity: column `jobs.note` TEXT%0Adeclare it in the entity, or undo it
        ::error title=seachange%3A unmanaged::in the database, and in no entity: table `o"dd`
    "#]].assert_eq(&ran.out);
    // What cannot be read is shown beside its line, too.
    fs::write(folder.join("src/entities/jobs.rs"), "struct {").unwrap();
    let ran = crate::support::run_in(&folder, &["check", "--format", "github"]);
    assert_eq!(ran.code, 2, "{}", ran.notes);
    assert!(ran.out.starts_with("::error file=a%2C b%3A 100%25/src/entities/jobs.rs,line=1,col="), "{}", ran.out);
}

/// The cases of a report: each with the element that says it failed, if it did.
fn cases(text: &str) -> Vec<String> {
    let mut reader = Reader::from_str(text);
    let mut cases: Vec<String> = Vec::new();
    loop {
        match reader.read_event().unwrap() {
            Event::Eof => return cases,
            Event::Start(element) | Event::Empty(element) => {
                let name = element.name().as_ref().to_owned();
                let said = element.attributes().map(Result::unwrap).find(|attribute| attribute.key.as_ref() == "name");
                match name.as_str() {
                    "testcase" => cases
                        .push(said.unwrap().normalized_value(quick_xml::XmlVersion::Implicit1_0).unwrap().into_owned()),
                    "failure" | "error" => cases.last_mut().unwrap().push_str(&format!(" {name}")),
                    _ => {}
                }
            }
            _ => {}
        }
    }
}

#[test]
fn junit_has_a_test_for_each_rule_and_finding() {
    let project = out_of_step();
    let ran = project.expect(1, &["check", "--format", "junit", "--strict"]);
    assert_eq!(
        cases(&ran.out),
        [
            "heads",
            "pending",
            "edited",
            "missing",
            "unfinished",
            "unwritten: files failure",
            "unmanaged: files failure",
            "drift: jobs failure",
            "unmanaged: o\"dd failure",
        ],
        "{}",
        ran.out
    );
    let failed =
        project.expect(2, &["check", "--format", "junit", "--database-url", "postgres://nobody:secret@localhost:1/x"]);
    assert_eq!(cases(&failed.out), ["run error"], "{}", failed.out);
    assert!(!failed.out.contains("secret"), "{}", failed.out);
}

#[test]
fn a_part_can_be_asked_alone() {
    let project = out_of_step();
    project.expect(1, &["check", "--only", "entities"]);
    project.expect(1, &["check", "--only", "database"]);
    project.expect(0, &["check", "--only", "revisions,heads"]);
    // Those that need no database have none.
    fs::remove_file(project.database()).unwrap();
    let ran = project.expect(0, &["check", "--only", "heads"]);
    assert_eq!(ran.out, "compared 1 revision with each other in `migrations`: no differences\n");
    assert!(!project.database().exists());
    let pending = project.expect(1, &["check", "--only", "revisions"]);
    assert!(pending.out.contains("pending: not applied to the database yet"), "{}", pending.out);
    let behind = project.expect(1, &["check", "--only", "revisions,database"]);
    assert!(
        behind.out.ends_with("compared 1 revision with the database `sqlite://media.db`: 1 pending revision\n"),
        "{}",
        behind.out
    );
    assert!(behind.notes.contains("the live tables were not compared"), "{}", behind.notes);

    project.expect(0, &["revision", "-m", "one"]);
    project.expect(0, &["revision", "-m", "other", "--head", "initial", "--splice"]);
    let heads = project.expect(1, &["check", "--only", "heads"]);
    assert!(heads.out.contains("heads: there has to be one\n"), "{}", heads.out);
    assert!(heads.notes.contains("seachange merge"), "{}", heads.notes);
    let offline = project.expect(1, &["check", "--offline"]);
    assert!(offline.out.contains("heads: there has to be one\n"), "{}", offline.out);
}

#[test]
fn it_fails_for_what_one_asks_it_to() {
    let project = out_of_step();
    let ran = project.expect(0, &["check", "--fail-on", "pending,heads,edited,missing,unfinished"]);
    assert!(ran.notes.ends_with("note: nothing of what was found is what `--fail-on` names\n"), "{}", ran.notes);
    let drift = project.expect(1, &["check", "--fail-on", "drift", "--format", "json"]);
    assert_eq!(kinds(&ours(&drift)), ["warning unwritten", "note unmanaged", "error drift", "note unmanaged"]);
    project.expect(1, &["check", "--fail-on", "unmanaged"]);
    project.expect(1, &["check", "--fail-on", "heads", "--strict"]);
    let wrong = project.expect(2, &["check", "--fail-on", "pendign"]);
    expect![[r#"
        error: `--fail-on pendign`: there is nothing of that name (did you mean `pending`?); there are `heads`, `unwritten`, `pending`, `edited`, `missing`, `unfinished`, `drift`, `unmanaged`, `warning`
    "#]].assert_eq(&wrong.notes);
}

#[test]
fn a_file_takes_the_report_and_the_terminal_keeps_the_text() {
    let project = out_of_step();
    let text = project.expect(1, &["check"]).out;
    let ran = project.expect(1, &["check", "--format", "json", "--output", "report.json"]);
    assert_eq!(ran.out, text);
    conforms(&schema_of_ours("check"), &fs::read_to_string(project.path().join("report.json")).unwrap());
    project.expect(1, &["check", "--output", "report.txt"]);
    assert_eq!(fs::read_to_string(project.path().join("report.txt")).unwrap(), text);
    let nowhere = project.expect(2, &["check", "--format", "json", "--output", "no/such/folder.json"]);
    assert!(nowhere.notes.contains("no/such/folder.json"), "{}", nowhere.notes);
}

/// The page without what changes from run to run.
#[expect(clippy::needless_pass_by_value, reason = "expect! makes values")]
fn page(project: &Project, arguments: &[&str], code: i32, expected: Expect) {
    let ran = project.expect(code, arguments);
    let mut text = ran.out;
    for path in project.migrations() {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let mut parts = name.splitn(3, '_');
        if let (Some(time), Some(id)) = (parts.next(), parts.next()) {
            text = text.replace(time, "TIME").replace(id, "ID");
        }
    }
    // Other tests read the statements.
    let mut shown = String::new();
    let mut is_sql = false;
    for line in text.lines() {
        is_sql &= line != "```";
        if !is_sql {
            shown.push_str(line);
            shown.push('\n');
        }
        is_sql |= line == "```sql";
    }
    expected.assert_eq(&shown);
}

#[test]
#[expect(clippy::too_many_lines, reason = "it shows three pages")]
fn a_page_shows_what_would_run_and_what_it_touches() {
    let project = in_step();
    let path = project.path().join("src/entities/files.rs");
    let text = fs::read_to_string(&path).unwrap();
    let edited = text.replace(
        "    pub mime_type: Option<String>,",
        "    #[sea_orm(indexed)]\n    pub mime_type: String,\n    pub owner: Option<String>,",
    );
    fs::write(&path, edited.replace("    pub image_width: Option<i32>,\n", "")).unwrap();
    page(
        &project,
        &["check", "--format", "markdown"],
        1,
        expect![[r###"
        ## ❌ seachange check: 4 differences

        Compared 5 tables, 47 columns, 5 foreign keys, 9 indexes with the database `sqlite://media.db`.

        | | where | what |
        |---|---|---|
        | unwritten | `src/entities/files.rs:9` | no revision does this yet: drop column `files.image_width` |
        | unwritten | `src/entities/files.rs:26` | no revision does this yet: add column `files.owner` |
        | unwritten | `src/entities/files.rs:25` | no revision does this yet: change column `files.mime_type` (becomes NOT NULL) |
        | unwritten | `src/entities/files.rs:24` | no revision does this yet: create index `idx-files-mime_type` on `files` |

        <details><summary>table <code>files</code></summary>

        ```diff
        --- database
        +++ entities
        @@ -6,5 +6,5 @@
           "file_hash_perceptual" varchar(64)
           "file_size_bytes" integer
        -  "mime_type" varchar
        +  "mime_type" varchar NOT NULL
           "detected_timestamp" datetime_text
           "timestamp_source" varchar(50)
        @@ -21,6 +21,6 @@
           "similar_group_confidence" varchar(10)
           "similar_group_type" varchar(20)
        -  "image_width" integer
           "image_height" integer
        +  "owner" varchar
         CREATE INDEX "idx-files-detected_timestamp" ON "files" ("detected_timestamp")
         CREATE INDEX "idx-files-discarded" ON "files" ("discarded")
        @@ -28,4 +28,5 @@
         CREATE INDEX "idx-files-file_hash_sha256" ON "files" ("file_hash_sha256")
         CREATE INDEX "idx-files-final_timestamp" ON "files" ("final_timestamp")
        +CREATE INDEX "idx-files-mime_type" ON "files" ("mime_type")
         CREATE INDEX "idx-files-processing_error" ON "files" ("processing_error")
         CREATE INDEX "idx-files-similar_group_id" ON "files" ("similar_group_id")
        ```

        </details>

        ### What a new revision would do

        - rebuild table `files`:
           - drop column `files.image_width`
           - add column `files.owner`
           - change column `files.mime_type` (becomes NOT NULL)
           - create index `idx-files-mime_type` on `files`
           - ⚠️ `rebuilds-table files`: Rebuilding `files` copies all its rows while nobody else can write.
           - ⚠️ `drops-column files.image_width`: Dropping `files.image_width` deletes its data.
           - ⚠️ `not-null-may-fail files.mime_type`: `files.mime_type` becomes NOT NULL; this fails if rows hold NULL in it.

        <details><summary>SQL</summary>

        ```sql
        ```

        </details>

        ### Tables

        ```mermaid
        erDiagram
          files["files"] {
            integer id PK
            varchar mime_type "changed"
            varchar owner "new"
            gone image_width "dropped"
          }
        ```

        > hint: write the revision with `seachange revision --autogenerate -m …`

    "###]],
    );
    project.expect(0, &["revision", "--autogenerate", "-m", "owners"]);
    page(
        &project,
        &["check", "--format", "markdown"],
        1,
        expect![[r###"
        ## ❌ seachange check: 1 pending revision

        Compared 5 tables, 47 columns, 5 foreign keys, 9 indexes with `schema.lock`.

        | | where | what |
        |---|---|---|
        | pending | `migrations/TIME_ID_owners.sql:1` | not applied to the database: `ID` (owners) |

        ### What would run

        1. `ID` (owners) in `migrations/TIME_ID_owners.sql`
           - ⚠️ `rebuilds-table files`: Rebuilding `files` copies all its rows while nobody else can write (no rows when this was written).
           - ⚠️ `drops-column files.image_width`: Dropping `files.image_width` deletes its data (no rows when this was written).
           - ⚠️ `not-null-may-fail files.mime_type`: `files.mime_type` becomes NOT NULL; this fails if rows hold NULL in it (no rows when this was written).

        <details><summary>SQL</summary>

        ```sql
        ```

        </details>

        ### Tables

        ```mermaid
        erDiagram
          files["files"] {
            integer id PK
            varchar mime_type "changed"
            varchar owner "new"
            gone image_width "dropped"
          }
        ```

        > note: the live tables were not compared, because the pending revisions change them
        > hint: run `seachange upgrade head`, or `seachange stamp head` if the database already has them

    "###]],
    );
    project.expect(0, &["upgrade"]);
    page(
        &project,
        &["check", "--format", "markdown"],
        0,
        expect![[r#"
        ## ✅ seachange check: no differences

        Compared 5 tables, 47 columns, 5 foreign keys, 9 indexes with the database `sqlite://media.db`.

    "#]],
    );
}
