//! `#[seachange(...)]` from the source to the database and back, where it meets what somebody else did.

use std::fs;

use expect_test::expect;

use crate::cli::small;
use crate::support::Project;

/// Writes the only entity of the project.
fn entity(project: &Project, attributes: &str, fields: &str, relations: &str) {
    let text = format!(
        "pub mod t {{ use sea_orm::entity::prelude::*;\nuse seachange_macros::Seachange;\n\
         #[derive(Clone, Debug, PartialEq, DeriveEntityModel, Seachange)]\n#[sea_orm(table_name = \"t\")]\n{attributes}\n\
         pub struct Model {{ #[sea_orm(primary_key)] pub id: i32, {fields} }}\n\
         #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]\npub enum Relation {{ {relations} }}\n\
         impl ActiveModelBehavior for ActiveModel {{}} }}\n"
    );
    fs::write(project.path().join("src/entities/mod.rs"), text).unwrap();
}

/// Writes a revision of all differences and runs it.
fn migrate(project: &Project) -> String {
    project.expect(0, &["revision", "--autogenerate", "-m", "change"]);
    project.expect(0, &["upgrade"]);
    project.expect(0, &["check"]);
    project.newest()
}

#[test]
fn what_is_written_otherwise_and_means_the_same_is_no_difference() {
    let project = small("pub a: String");
    project.sql(
        "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, a varchar NOT NULL COLLATE nocase, b integer NOT NULL,
         c integer AS (b*2) STORED, CONSTRAINT positive CHECK ((\"b\">0)), CONSTRAINT \"pair\" UNIQUE (a, b));
         CREATE INDEX [by_a] ON t (\"a\" COLLATE NoCase ASC, LOWER ( a ) desc) where ( b is NOT null AND \"a\" != 'x' );
         CREATE UNIQUE INDEX up ON t ((upper(a) COLLATE \"nocase\"));
         CREATE INDEX binary_a ON t (a COLLATE binary)",
    );
    entity(
        &project,
        "#[seachange(check(\"b > 0\", name = \"positive\"), unique(columns = [a, b], name = \"pair\"))]\n\
         #[seachange(index(columns = [a, expression(\"lower(a)\", desc)], name = \"by_a\", where = \"b IS NOT NULL AND a <> 'x'\"))]\n\
         #[seachange(index(columns = [expression(\"upper(a)\", collate = \"NOCASE\")], name = \"up\", unique, using = \"btree\"))]\n\
         #[seachange(index(columns = [a(collate = \"BINARY\")], name = \"binary_a\"))]",
        "#[seachange(collate = \"NOCASE\")] pub a: String, pub b: i32, #[seachange(generated(\"B * 2\", stored))] pub c: Option<i32>",
        "",
    );
    project.expect(0, &["check"]);
    // A collation of the column that nobody declares counts as the index's own all the same.
    entity(
        &project,
        "#[seachange(index(columns = [a(collate = \"NOCASE\"), \"lower(a)\"], name = \"another\"))]",
        "pub a: String, pub b: i32",
        "",
    );
    project.sql("CREATE INDEX another ON t (a, lower(a))");
    project.expect(0, &["check"]);
}

#[test]
fn what_is_said_no_longer_is_taken_back_and_what_nobody_said_stays() {
    let project = small("pub a: Option<i32>");
    let relation = "#[sea_orm(belongs_to = \"Entity\", from = \"Column::A\", to = \"Column::Id\")] Other";
    project.sql(
        "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, a INTEGER REFERENCES t (id) DEFERRABLE INITIALLY DEFERRED,
         b TEXT CHECK (b <> 'x')) STRICT",
    );
    let fields = |a: &str, b: &str| format!("{a} pub a: Option<i32>, {b} pub b: Option<String>");
    entity(&project, "", &fields("", ""), relation);
    project.expect(0, &["revision", "--baseline", "-m", "first"]);
    project.expect(0, &["stamp", "head"]);
    let found = project.expect(0, &["check"]).out;
    assert!(found.contains("DEFERRABLE of the foreign key `t` (a) to `t`"), "{found}");
    let said = "#[seachange(strict, check(\"b <> 'y'\"))]";
    let more = fields("#[seachange(foreign_key(initially_deferred))]", "#[seachange(check(\"b <> 'z'\"))]");
    entity(&project, said, &more, relation);
    let ran = project.run(&["check"]);
    assert!(ran.out.contains("add the check (b <> 'y') to `t`") && !ran.out.contains("STRICT"), "{}", ran.out);
    let text = migrate(&project);
    let kept = "\"b\" TEXT CHECK (b <> 'x') CHECK (b <> 'z'),\n    CHECK (b <> 'y')\n) STRICT;";
    assert!(text.contains(kept), "what nobody declares stays:\n{text}");
    entity(&project, "", &fields("", ""), relation);
    let text = migrate(&project);
    let (up, _) = text.split_once("-- migrate:down").unwrap();
    let table = "\"a\" INTEGER REFERENCES \"t\" (\"id\"),\n    \"b\" TEXT CHECK (b <> 'x')\n);";
    assert!(up.contains(table), "what was declared goes with its words:\n{up}");
}

#[test]
fn a_renamed_table_is_found_or_asked_for() {
    let project = small("pub a: Option<i32>");
    migrate(&project);
    project.sql("INSERT INTO t (a) VALUES (7)");
    let path = project.path().join("src/entities/mod.rs");
    let renamed = |from: &str| {
        entity(&project, &format!("#[seachange(renamed_from = \"{from}\")]"), "pub a: Option<i32>", "");
        let text = fs::read_to_string(&path).unwrap().replace("table_name = \"t\"", "table_name = \"things\"");
        fs::write(&path, text).unwrap();
    };
    renamed("tt");
    let ran = project.expect(2, &["revision", "--autogenerate", "-m", "x"]);
    assert!(ran.notes.contains("table `tt` to `things`: the database has neither"), "{}", ran.notes);
    renamed("t");
    migrate(&project);
    assert_eq!(project.query("SELECT CAST(a AS TEXT) FROM things"), ["7"]);
    // It may stay in the source, on a database that never knew the old name as well.
    fs::remove_file(project.database()).unwrap();
    project.expect(0, &["upgrade"]);
    project.expect(0, &["check"]);
}

#[test]
fn what_the_project_lets_go_of_is_not_dropped() {
    let project = small("pub a: Option<i32>");
    migrate(&project);
    let path = project.path().join("src/entities/mod.rs");
    let kept = fs::read_to_string(&path).unwrap();
    for word in ["ignore", "view"] {
        let other = kept.replace("pub mod t {", "pub mod u {").replace("table_name = \"t\"", "table_name = \"u\"");
        entity(&project, &format!("#[seachange({word})]"), "pub a: Option<i32>", "");
        let ours = fs::read_to_string(&path).unwrap();
        fs::write(&path, format!("{ours}{other}")).unwrap();
        let ran = project.run(&["check", "--offline"]);
        assert!(!ran.out.contains("drop table"), "{}", ran.out);
    }
}

#[test]
fn what_sqlite_cannot_enforce_is_refused() {
    let project = small("pub a: Option<i32>");
    let refused = |attributes: &str, fields: &str| {
        entity(&project, attributes, fields, "");
        let ran = project.expect(2, &["check"]);
        ran.notes
    };
    let notes = [
        refused("#[seachange(exclude(elements = [a(with = \"=\")]))]", "pub a: i32"),
        refused("#[seachange(unique(columns = [a], deferrable))]", "pub a: i32"),
        refused("#[seachange(primary_key(initially_deferred))]", "pub a: i32"),
        refused("#[seachange(index(columns = [a], unique, nulls_not_distinct))]", "pub a: i32"),
        refused("#[seachange(without_rowid)]", "pub a: i32"),
        refused("#[seachange(strict)]", "#[seachange(type(sqlite = \"VARCHAR(3)\"))] pub a: String"),
        refused("", "#[seachange(type(sqlite = \"TEXT DEFAULT 'x'\"))] pub a: String"),
    ];
    expect![[r#"
        note: the database `sqlite://media.db` does not exist yet; it counts as empty
        error: SQLite has no form for `t`: it has an exclusion constraint, which SQLite does not know and would not enforce
        hint: remove `exclude(...)`, and write triggers in a revision of your own if SQLite is to enforce it

        note: the database `sqlite://media.db` does not exist yet; it counts as empty
        error: SQLite has no form for `t`: it has a deferrable unique constraint, and SQLite checks uniqueness at once
        hint: remove `deferrable` and `initially_deferred` from `unique(...)`

        note: the database `sqlite://media.db` does not exist yet; it counts as empty
        error: SQLite has no form for `t`: it has a deferrable primary key, and SQLite checks uniqueness at once
        hint: remove `deferrable` and `initially_deferred` from `primary_key(...)`

        note: the database `sqlite://media.db` does not exist yet; it counts as empty
        error: SQLite has no form for `t`: it says `nulls_not_distinct`, and to SQLite no NULL equals another
        hint: remove `nulls_not_distinct`, or make the fields required

        note: the database `sqlite://media.db` does not exist yet; it counts as empty
        error: SQLite has no form for `t.id`: a table WITHOUT ROWID does not count up its key, so every row without one would be refused
        hint: write `#[sea_orm(primary_key, auto_increment = false)]`, or remove `without_rowid`

        note: the database `sqlite://media.db` does not exist yet; it counts as empty
        error: SQLite has no form for `t.a`: `VARCHAR(3)` is not a type of a STRICT table
        hint: a STRICT table knows INT, INTEGER, REAL, TEXT, BLOB and ANY; write one with `type(sqlite = "...")`

        note: the database `sqlite://media.db` does not exist yet; it counts as empty
        error: SQLite has no form for `t.a`: `TEXT DEFAULT 'x'` is not a type
        hint: write the words of the type alone, as in `type(sqlite = "TEXT")`
    "#]].assert_eq(&notes.join("\n"));
    // A column nobody declares may have a type that a strict table does not know.
    project.sql("CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, a INTEGER, odd MONEY)");
    entity(&project, "#[seachange(strict)]", "pub a: Option<i32>", "");
    project.expect(0, &["revision", "--baseline", "-m", "first"]);
    project.expect(0, &["stamp", "head"]);
    let ran = project.expect(2, &["revision", "--autogenerate", "-m", "x"]);
    assert!(ran.notes.contains("and `t.odd` is of the type `MONEY`"), "{}", ran.notes);
}

#[test]
fn what_is_not_one_expression_is_refused() {
    let project = small("pub n: i32");
    let refused = |attributes: &str, field: &str| {
        entity(&project, attributes, &format!("{field} pub n: i32, pub name: String"), "");
        project.expect(2, &["check", "--quiet"]).notes
    };
    let notes = [
        refused("#[seachange(check(\"n > 0; DROP TABLE t\"))]", ""),
        refused("", "#[seachange(check(\"lower(name\"))]"),
        refused("#[seachange(check(\"n > 0) --\"))]", ""),
        refused("#[seachange(index(columns = [n], name = \"by_n\", where = \"n > 0;\"))]", ""),
        refused("#[seachange(index(columns = [expression(\"lower('name\")], name = \"by_n\"))]", ""),
        refused("", "#[seachange(generated(\"id + \\\"id\", stored))]"),
        refused("", "#[sea_orm(default_expr = \"Expr::cust(\\\"(1\\\")\")]"),
    ];
    expect![[r#"
        error: SQLite has no form for `t`: the check `n > 0; DROP TABLE t` ends a statement with `;`
        hint: write one SQL expression, as it would stand between parentheses

        error: SQLite has no form for `t.n`: the check `lower(name` opens a parenthesis it does not close
        hint: write one SQL expression, as it would stand between parentheses

        error: SQLite has no form for `t`: the check `n > 0) --` closes a parenthesis it did not open
        hint: write one SQL expression, as it would stand between parentheses

        error: SQLite has no form for `t`: `where` of the index `by_n` `n > 0;` ends a statement with `;`
        hint: write one SQL expression, as it would stand between parentheses

        error: SQLite has no form for `t`: the expression in the index `by_n` `lower('name` has a quote that is not closed
        hint: write one SQL expression, as it would stand between parentheses

        error: SQLite has no form for `t.n`: the expression `id + "id` has a quote that is not closed
        hint: write one SQL expression, as it would stand between parentheses

        error: SQLite has no form for `t.n`: the default `(1` opens a parenthesis it does not close
        hint: write one SQL expression, as it would stand between parentheses
    "#]].assert_eq(&notes.join("\n"));
}

#[test]
fn a_comment_swallows_nothing() {
    let project = small("pub n: i32");
    entity(
        &project,
        "#[seachange(check(\"n > 0 -- positive\"))]\n\
         #[seachange(index(columns = [n, expression(\"lower(name) -- small\")], name = \"by_n\", where = \"n > 1 -- more\"))]",
        "#[sea_orm(default_expr = \"Expr::cust(\\\"1 + 1 -- two\\\")\")] pub n: i32, pub name: String,\n\
         #[seachange(generated(\"n + 1 -- next\", stored))] pub next: Option<i32>",
        "",
    );
    let text = migrate(&project);
    assert!(!text.contains("next\n") && !text.contains("-- positive"), "{text}");
    project.expect(0, &["check", "--offline"]);
    project.sql("INSERT INTO t (name) VALUES ('x')");
    assert_eq!(project.query("SELECT CAST(next AS TEXT) FROM t"), ["3"]);
}

#[test]
fn names_that_sqlite_takes_for_one_are_refused() {
    let project = small("pub n: i32");
    let path = project.path().join("src/entities/mod.rs");
    let mut text = String::new();
    for (table, attributes, fields) in [
        ("t", "index(columns = [n], name = \"by_n\")", "pub n: i32, #[sea_orm(column_name = \"N\")] pub big: i32"),
        ("u", "index(columns = [n], name = \"By_N\"), unique(columns = [n], name = \"sqlite_u\")", "pub n: i32"),
        ("T", "strict", "pub n: i32"),
        ("sqlite_mine", "index(columns = [n], name = \"u\")", "pub n: i32"),
    ] {
        entity(&project, &format!("#[seachange({attributes})]"), fields, "");
        let one =
            fs::read_to_string(&path).unwrap().replace("table_name = \"t\"", &format!("table_name = \"{table}\""));
        let module = if table == "T" { "upper" } else { table };
        text.push_str(&one.replace("pub mod t {", &format!("pub mod {module} {{")));
    }
    fs::write(&path, text).unwrap();
    expect![[r#"
        error: 6 problems with names that SQLite cannot keep
          the table `T` and the table `t` have one name
          the index `u` on `sqlite_mine` and the table `u` have one name
          the index `by_n` on `t` and the index `By_N` on `u` have one name
          the column `t.n` and the column `t.N` have one name
          the table `sqlite_mine` has a name that SQLite keeps for itself
          the unique constraint `sqlite_u` of `u` has a name that SQLite keeps for itself
        hint: write another `name`, `table_name` or `column_name`; to SQLite, tables and indexes share one list of names, and capital and small letters are the same
    "#]].assert_eq(&project.expect(2, &["check", "--quiet"]).notes);
}

#[test]
fn names_in_a_database_are_never_refused() {
    let project = small("pub n: i32");
    project.sql(
        "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, n integer NOT NULL,
         CONSTRAINT twice CHECK (n > 0 /* ; */), CONSTRAINT twice CHECK (n < 9), CONSTRAINT sqlite_u UNIQUE (n))",
    );
    project.expect(0, &["check"]);
    entity(&project, "#[seachange(check(\"n > 0\", name = \"twice\"))]", "pub n: i32", "");
    project.expect(0, &["check"]);
}

#[test]
fn a_new_foreign_key_needs_a_key_to_refer_to() {
    let project = small("pub a: Option<i32>, pub b: i32");
    let relation = "#[sea_orm(belongs_to = \"Entity\", from = \"Column::A\", to = \"Column::B\")] Other";
    let blocked = || {
        let ran = project.expect(2, &["revision", "--autogenerate", "-m", "x", "--quiet"]);
        ran.notes
    };
    entity(&project, "", "pub a: Option<i32>, pub b: i32", relation);
    let mut notes = vec![blocked()];
    // In a table that is there, and with a column.
    for (before, after) in [("pub a: Option<i32>, ", "pub a: Option<i32>, "), ("", "pub a: Option<i32>, ")] {
        entity(&project, "", &format!("{before}pub b: i32"), "");
        migrate(&project);
        entity(&project, "", &format!("{after}pub b: i32"), relation);
        notes.push(blocked());
        for file in project.migrations() {
            fs::remove_file(file).unwrap();
        }
        fs::remove_file(project.database()).unwrap();
    }
    expect![[r#"
        error: 1 change cannot be written as a migration
          create table `t`  src/entities/mod.rs:4:24
            the foreign key (a) of `t` refers to `t` (b), which is neither its primary key nor unique
            hint: make `t` (b) unique, or write `skip_fk` at the relation

        error: 1 change cannot be written as a migration
          add the foreign key (a) to `t` to `t`  src/entities/mod.rs:4:24
            the foreign key (a) of `t` refers to `t` (b), which is neither its primary key nor unique
            hint: make `t` (b) unique, or write `skip_fk` at the relation

        error: 1 change cannot be written as a migration
          add column `t.a`  src/entities/mod.rs:6:61
            the foreign key (a) of `t` refers to `t` (b), which is neither its primary key nor unique
            hint: make `t` (b) unique, or write `skip_fk` at the relation
    "#]]
    .assert_eq(&notes.join("\n"));
    // A unique index is enough.
    entity(&project, "", "pub a: Option<i32>, #[sea_orm(unique)] pub b: i32", relation);
    migrate(&project);
}

#[test]
fn a_database_is_written_down_whatever_its_foreign_keys_refer_to() {
    let project = small("pub a: Option<i32>");
    project
        .sql("CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, a INTEGER REFERENCES t (b), b INTEGER)");
    project.expect(0, &["revision", "--baseline", "-m", "first"]);
    assert!(project.newest().contains("REFERENCES \"t\" (\"b\")"));
}

#[test]
fn an_entity_in_a_schema_is_found_without_it() {
    let project = small("pub a: i32");
    let path = project.path().join("src/entities/mod.rs");
    let write = |fields: &str| {
        entity(&project, "", fields, "");
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, text.replace("table_name = \"t\"", "table_name = \"t\", schema_name = \"shop\"")).unwrap();
    };
    write("pub a: i32");
    let found = project.run(&["check"]).out;
    assert!(found.contains("t  src/entities/mod.rs:4:24"), "{found}");
    migrate(&project);
    write("pub a: i32, pub b: i32");
    let notes = project.expect(2, &["revision", "--autogenerate", "-m", "x"]).notes;
    assert!(notes.contains("add column `t.b`  src/entities/mod.rs:6:"), "{notes}");
}
