//! The watch over a database that lives long, with no more rights than it needs.

use std::fs;

use sea_orm::ConnectionTrait as _;

use super::repository::{AGE, Repository, person};
use crate::cluster;
use crate::support::{block_on, execute, open, root};

const WATCH: [&str; 4] = ["check", "--only", "revisions,database", "--fail-on"];
const FATAL: &str = "drift,pending,edited,missing,unfinished";

fn watch(repository: &Repository, url: &str) -> (i32, String) {
    let ran = repository.run("seachange", &[&WATCH[..], &[FATAL, "--database-url", url]].concat());
    (ran.code, format!("{}{}", ran.out, ran.notes))
}

#[test]
fn a_role_that_may_read_the_history_alone_sees_every_change_on_postgresql() {
    let database = cluster::database("drift");
    let repository = Repository::on("", &database.url());
    assert_eq!(repository.run("seachange", &["upgrade", "--database-url", &database.url()]).code, 0);
    let role = format!("watch_{}", database.name());
    let page = fs::read_to_string(root().join("docs/guide/drift.md")).unwrap();
    let grants = page.split("```sql\n").nth(1).unwrap().split("```").next().unwrap();
    let grants = grants.replace("DATABASE app", &format!("DATABASE {}", database.name())).replace("watcher", &role);
    let grants = grants.replace(" PASSWORD 'secret'", "");
    database.script(&format!("REVOKE ALL ON DATABASE {} FROM PUBLIC;\n{grants}", database.name()));
    let url = database.url().replace("user=postgres", &format!("user={role}"));
    let before = repository.run("seachange", &["history", "--database-url", &url]);
    assert_eq!(before.code, 0, "{before:?}");

    assert_eq!(watch(&repository, &url).0, 0, "{}", watch(&repository, &url).1);
    database.script("ALTER TABLE person ALTER COLUMN name DROP NOT NULL;\nALTER TABLE person ADD COLUMN note text;");
    let (code, said) = watch(&repository, &url);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("set `person.name` not null") || said.contains("person.name"), "{said}");
    assert!(said.contains("note"), "{said}");
    assert!(said.contains("hint: somebody changed the database by hand"), "{said}");
    database.script("ALTER TABLE person ALTER COLUMN name SET NOT NULL;\nALTER TABLE person DROP COLUMN note;");
    assert_eq!(watch(&repository, &url).0, 0);

    // It may neither read nor write anything else, and nothing was written.
    for statement in ["SELECT * FROM person", "DELETE FROM seachange_history", "CREATE TABLE mine (id int)"] {
        let said = block_on(async {
            let connection = sea_orm::Database::connect(&url).await.unwrap();
            let said = connection.execute_unprepared(statement).await.unwrap_err().to_string();
            connection.close().await.unwrap();
            said
        });
        assert!(said.contains("permission denied") || said.contains("read-only"), "{statement}: {said}");
    }
    let after = repository.run("seachange", &["history", "--database-url", &url]);
    assert_eq!(after.out, before.out);

    // What a branch has and the database lacks is another finding.
    repository.write("src/entities/person.rs", &person(AGE));
    repository.revise("age");
    let (code, said) = watch(&repository, &url);
    assert!(code == 1 && said.contains("`age` (age)"), "{said}");
    // Without its one right it says what is missing.
    database.script(&format!("REVOKE SELECT ON seachange_history FROM {role};"));
    let (code, said) = watch(&repository, &url);
    assert!(code == 2 && said.contains("seachange_history"), "{said}");
    database.script(&format!("DROP OWNED BY {role};\nDROP ROLE {role};"));
}

#[test]
fn a_file_that_is_only_read_stays_as_it_is_on_sqlite() {
    let repository = Repository::with_project("");
    repository.expect(0, &["upgrade"]);
    let bytes = || fs::read(repository.path("people.db")).unwrap();
    let files = || {
        let mut files: Vec<_> =
            fs::read_dir(repository.top()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        files.sort();
        files
    };
    let (before, beside) = (bytes(), files());
    let url = "sqlite://people.db?mode=ro";
    assert_eq!(watch(&repository, url).0, 0, "{}", watch(&repository, url).1);
    assert_eq!((bytes(), files()), (before, beside));
    block_on(async {
        execute(&open(&repository.path("people.db")).await, "ALTER TABLE person ADD COLUMN note text").await;
    });
    let (before, beside) = (bytes(), files());
    let (code, said) = watch(&repository, url);
    assert!(code == 1 && said.contains("person.note"), "{said}");
    assert_eq!((bytes(), files()), (before, beside));
    // What is not there is no empty database to a watch.
    let (code, said) = watch(&repository, "sqlite://nothing.db?mode=ro");
    assert_ne!(code, 0, "{said}");
    assert!(!repository.path("nothing.db").exists());
}
