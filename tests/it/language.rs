//! What entities can say and what a project says about them, from the source to the database and back.

use std::fs;

use expect_test::expect;

use crate::cli::small;
use crate::support::Project;

/// Puts one more entity file beside the others.
fn add(project: &Project, name: &str, entity: &str) {
    let folder = project.path().join("src/entities");
    let text = format!(
        "use sea_orm::entity::prelude::*;\n{entity}\n#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]\n\
         pub enum Relation {{}}\nimpl ActiveModelBehavior for ActiveModel {{}}\n"
    );
    fs::write(folder.join(format!("{name}.rs")), text).unwrap();
    let modules = fs::read_to_string(folder.join("mod.rs")).unwrap();
    fs::write(folder.join("mod.rs"), format!("pub mod {name};\n{modules}")).unwrap();
}

fn configure(project: &Project, text: &str) {
    let path = project.path().join("seachange.toml");
    let before = fs::read_to_string(&path).unwrap();
    fs::write(path, format!("{text}\n{before}")).unwrap();
}

#[test]
fn an_entity_that_is_a_view_in_the_database_is_reported_and_left_alone() {
    let project = small("pub a: Option<i32>");
    add(
        &project,
        "totals",
        "#[derive(Clone, Debug, DeriveEntityModel)]\n#[sea_orm(table_name = \"totals\")]\n\
         pub struct Model { #[sea_orm(primary_key)] pub id: i32, pub total: i64 }",
    );
    project.sql("CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, a integer)");
    project.sql("CREATE VIEW totals AS SELECT id, a AS total FROM t");
    let ran = project.expect(0, &["check", "--strict"]);
    expect![[r"
        views: entities read them; seachange neither creates nor changes them
          view `totals`  src/entities/totals.rs:3:24

        compared 1 table, 2 columns with the database `sqlite://media.db`: no differences
    "]]
    .assert_eq(&ran.out);
    project.expect(0, &["revision", "--baseline", "-m", "first"]);
    project.expect(0, &["stamp", "head"]);
    project.expect(0, &["check"]);
    project.expect(0, &["check", "--offline"]);
}

#[test]
fn types_of_other_crates_are_told_in_the_configuration() {
    let project = small("pub a: geo::Point, pub b: Option<crate::Money>, pub c: Vec<crate::Money>");
    fs::write(project.path().join("src/lib.rs"), "pub mod entities;\npub struct Money(i64);\n").unwrap();
    let ran = project.expect(2, &["check"]);
    for hint in ["below `[types]`: `\"geo::Point\" = \"...\"`", "`\"crate::Money\" = \"...\"`"] {
        assert!(ran.notes.contains(hint), "{}", ran.notes);
    }
    configure(&project, "");
    let path = project.path().join("seachange.toml");
    let text = fs::read_to_string(&path).unwrap();
    let types = "[types]\n\"geo::Point\" = \"Text\"\n\"crate::Money\" = \"Decimal(Some((19, 4)))\"\n";
    fs::write(&path, format!("{text}\n{types}")).unwrap();
    let refused = project.expect(2, &["check"]);
    assert!(refused.notes.contains("`t.c`"), "SQLite has no arrays: {}", refused.notes);
    let module = project.path().join("src/entities/mod.rs");
    let source = fs::read_to_string(&module).unwrap();
    fs::write(&module, source.replace(", pub c: Vec<crate::Money>", "")).unwrap();
    project.expect(0, &["revision", "--autogenerate", "-m", "first"]);
    project.expect(0, &["upgrade"]);
    project.expect(0, &["check"]);
    // The crate may be called by its name as well.
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("crate::Money", "mediaparser::Money")).unwrap();
    project.expect(0, &["check"]);
    let columns = project.query("SELECT group_concat(name || ' ' || type, ', ') FROM pragma_table_info('t')");
    assert_eq!(columns, ["id INTEGER, a TEXT, b real(19, 4)"]);
}

#[test]
fn features_decide_which_columns_there_are() {
    let project = small("#[cfg(feature = \"a\")] pub a: Option<i32>, #[cfg(not(feature = \"a\"))] pub b: Option<i32>");
    let columns = |project: &Project| {
        let diff = project.run(&["diff"]);
        ["\"a\"", "\"b\""].map(|column| diff.out.contains(column))
    };
    assert_eq!(columns(&project), [true, false]);
    configure(&project, "features = [\"c\"]");
    assert_eq!(columns(&project), [false, true]);
}

#[test]
fn a_table_that_becomes_a_view_lets_go_of_what_refers_to_it() {
    let project = small("pub a: Option<i32>");
    let module = project.path().join("src/entities/mod.rs");
    let entities = |view: &str| {
        format!(
            "pub mod u {{ use sea_orm::entity::prelude::*;\n#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Seachange)]\n\
             #[sea_orm(table_name = \"u\")]\n{view}pub struct Model {{ #[sea_orm(primary_key)] pub id: i32 }}\n\
             #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]\npub enum Relation {{}} }}\n\
             pub mod t {{ use sea_orm::entity::prelude::*;\n#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]\n\
             #[sea_orm(table_name = \"t\")]\npub struct Model {{ #[sea_orm(primary_key)] pub id: i32, pub u_id: i32 }}\n\
             #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]\npub enum Relation {{\n\
             #[sea_orm(belongs_to = \"super::u::Entity\", from = \"Column::UId\", to = \"super::u::Column::Id\")]\nU }} }}\n"
        )
    };
    fs::write(&module, entities("")).unwrap();
    project.expect(0, &["revision", "--autogenerate", "-m", "first"]);
    project.expect(0, &["upgrade"]);
    project.sql("INSERT INTO u VALUES (1); INSERT INTO t VALUES (1, 1)");
    fs::write(&module, entities("#[seachange(view)]\n")).unwrap();
    let check = project.expect(1, &["check"]);
    assert!(check.out.contains("drop the foreign key"), "{}", check.out);
    assert!(check.out.contains("view `u`, which is a table in the database"), "{}", check.out);
    project.expect(0, &["revision", "--autogenerate", "-m", "second"]);
    project.expect(0, &["upgrade"]);
    project.expect(0, &["check"]);
    assert_eq!(project.query("SELECT id || ' ' || u_id FROM t"), ["1 1"]);
    assert_eq!(project.query("SELECT CAST(id AS TEXT) FROM u"), ["1"], "the table that is no longer declared stays");
}

#[test]
fn init_writes_what_it_can_read_whatever_the_folders_are_called() {
    let project = small("pub a: Option<i32>");
    let odd = project.path().join("src/we\"ird 'é");
    fs::rename(project.path().join("src/entities"), &odd).unwrap();
    fs::write(project.path().join("src/lib.rs"), "#[path = \"we\\\"ird 'é/mod.rs\"]\npub mod entities;\n").unwrap();
    fs::remove_file(project.path().join("src/main.rs")).ok();
    for arguments in [&["init"][..], &["init", "--entities", odd.to_str().unwrap()]] {
        fs::remove_file(project.path().join("seachange.toml")).unwrap();
        project.expect(0, arguments);
        let ran = project.expect(1, &["check"]);
        assert!(ran.out.contains("create table `t`"), "{}", ran.out);
    }
}
