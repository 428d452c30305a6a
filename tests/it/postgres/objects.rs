//! What is declared in SQL: made, changed, taken back and dropped, with a way down that brings the earlier form back.

use super::project::Project;
use crate::cluster::Server;

const ENTITIES: &str = r#"
pub mod orders {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "orders")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
        pub customer: String,
        #[sea_orm(column_type = "custom(\"price\")")]
        pub total: String,
        pub paid: bool,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
"#;

/// In an order in which they cannot be made.
const FIRST: &str = r"
CREATE VIEW big_customers AS SELECT customer FROM totals WHERE sum > 100;
CREATE VIEW totals AS SELECT customer, sum(total) AS sum FROM orders WHERE paid GROUP BY customer;
CREATE MATERIALIZED VIEW known AS SELECT DISTINCT customer FROM orders;
CREATE UNIQUE INDEX known_customer ON known (customer);
CREATE TRIGGER stamp BEFORE UPDATE ON orders FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION stamp();
CREATE POLICY mine ON orders FOR SELECT USING (customer = current_user);
CREATE OR REPLACE FUNCTION vat(amount numeric, rate double precision DEFAULT 0.19) RETURNS numeric
    LANGUAGE sql IMMUTABLE AS 'SELECT amount * rate::numeric';
CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.customer := lower(NEW.customer); RETURN NEW; END $$;
CREATE DOMAIN price AS numeric(10, 2) CHECK (value >= 0);
CREATE SEQUENCE invoice_numbers START 1000;
CREATE TYPE span AS (first date, last date);
CREATE EXTENSION IF NOT EXISTS pg_trgm;
COMMENT ON VIEW totals IS 'what each customer paid';
";

fn count(project: &Project, sql: &str) -> String {
    project.database.query(sql).concat()
}

#[test]
fn a_life_of_everything_that_is_declared_in_sql() {
    let project = Project::new(ENTITIES);
    project.write("sql/all.sql", FIRST);
    let text = project.advance("first");
    assert!(text.contains("CREATE DOMAIN price"), "{text}");
    project.database.script("INSERT INTO orders (customer, total, paid) VALUES ('Ann', 120, true), ('Bo', 1, true);");
    assert_eq!(count(&project, "SELECT customer FROM big_customers"), "Ann");
    let before = project.database.dump();

    // Somebody else's things stay, and are nobody's difference.
    project.database.script(
        "CREATE VIEW theirs AS SELECT 1 AS one; CREATE FUNCTION theirs() RETURNS int LANGUAGE sql AS 'SELECT 1';",
    );
    project.assert_clean();

    // A function keeps its users when it changes, a view is made anew.
    let second = FIRST
        .replace("SELECT amount * rate::numeric", "SELECT round(amount * rate::numeric, 2)")
        .replace("sum > 100", "sum > 1000")
        .replace("START 1000", "START 1000 INCREMENT 5")
        .replace("CREATE POLICY mine ON orders FOR SELECT USING (customer = current_user);", "")
        .replace("what each customer paid", "paid so far");
    project.write("sql/all.sql", &second);
    let text = project.advance("second");
    for words in ["CREATE OR REPLACE FUNCTION vat", "ALTER SEQUENCE invoice_numbers", "DROP POLICY mine ON orders"] {
        assert!(text.contains(words), "{words}\n{text}");
    }
    assert!(!text.contains("VIEW theirs") && !text.contains("theirs()"), "{text}");
    assert_eq!(count(&project, "SELECT customer FROM big_customers"), "");

    // The way down brings back what was there.
    project.succeed(&["downgrade", "-1", "--accept-data-loss"]);
    project.database.script("DROP VIEW theirs; DROP FUNCTION theirs();");
    if let (Some(before), Some(now)) = (before, project.database.dump()) {
        assert_eq!(now, before);
    }
    project.succeed(&["upgrade", "head"]);
    project.assert_clean();

    // What is no longer declared goes, what others need first.
    project.write("sql/all.sql", "CREATE DOMAIN price AS numeric(10, 2) CHECK (value >= 0);\n");
    let text = project.advance("third");
    let drops = [
        "DROP VIEW big_customers",
        "DROP VIEW totals",
        "DROP MATERIALIZED VIEW known",
        "DROP TRIGGER stamp",
        "DROP ROUTINE",
    ];
    for words in drops {
        assert!(text.contains(words), "{words}\n{text}");
    }
    project.succeed(&["downgrade", "-1", "--accept-data-loss"]);
    project.succeed(&["upgrade", "head"]);
    project.assert_clean();
    project.succeed(&["downgrade", "base", "--accept-data-loss"]);
    assert_eq!(
        count(&project, "SELECT count(*)::text FROM pg_class WHERE relname IN ('orders', 'totals', 'known')"),
        "0"
    );
}

#[test]
fn a_domain_changes_while_columns_have_it() {
    let project = Project::new(ENTITIES);
    let domain = |definition: &str| project.write("sql/all.sql", &format!("CREATE DOMAIN price AS {definition};\n"));
    domain("numeric(10, 2) CHECK (value >= 0)");
    project.advance("first");
    project.database.script("INSERT INTO orders (customer, total, paid) VALUES ('Ann', 120, true);");
    let before = project.database.dump();
    domain("numeric(10, 2) DEFAULT 1 NOT NULL CONSTRAINT low CHECK (value < 1000)");
    let text = project.advance("another");
    for words in [
        "ALTER DOMAIN price DROP CONSTRAINT price_check",
        "ALTER DOMAIN price SET DEFAULT 1",
        "ALTER DOMAIN price ADD CONSTRAINT low CHECK",
        "ALTER DOMAIN price SET NOT NULL",
        "ALTER DOMAIN price DROP NOT NULL",
        "check-may-fail: What `price` newly demands fails if rows do not meet it.",
    ] {
        assert!(text.contains(words), "{words}\n{text}");
    }
    assert!(!text.contains("DROP DOMAIN"), "{text}");
    project.succeed(&["downgrade", "-1", "--accept-data-loss"]);
    if let (Some(before), Some(now)) = (before, project.database.dump()) {
        assert_eq!(now, before);
    }
    project.succeed(&["upgrade", "head"]);
    project.assert_clean();
    assert_eq!(count(&project, "SELECT total::text FROM orders"), "120.00");

    // Rows that do not meet it keep it as it is.
    domain("numeric(10, 2) NOT NULL CHECK (value < 100)");
    project.succeed(&["revision", "--autogenerate", "-m", "too low"]);
    let ran = project.run(&["upgrade", "head"]);
    assert!(ran.code == 2 && ran.notes.contains("contains values that violate the new constraint"), "{ran:?}");
}

#[test]
fn a_change_behind_the_projects_back_is_found() {
    let project = Project::new(ENTITIES);
    project.write("sql/all.sql", FIRST);
    project.advance("first");
    project.database.script(
        "CREATE OR REPLACE FUNCTION vat(amount numeric, rate double precision DEFAULT 0.19) RETURNS numeric
        LANGUAGE sql IMMUTABLE AS 'SELECT 0.0'; DROP TRIGGER stamp ON orders;",
    );
    let ran = project.run(&["check"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    for words in ["function `vat", "trigger `stamp` on `orders`", "by hand"] {
        assert!(ran.out.contains(words) || ran.notes.contains(words), "{words}\n{ran:?}");
    }
}

#[test]
fn a_role_that_may_make_nothing_compares_words_and_says_so() {
    let project = Project::new(ENTITIES);
    project.write("sql/all.sql", FIRST);
    project.advance("first");
    let role =
        format!("reader_of_{}", project.database.name().replace(|letter: char| !letter.is_ascii_alphanumeric(), "_"));
    project.database.script(&format!("CREATE ROLE {role} LOGIN; GRANT SELECT ON seachange_history TO {role};"));
    let url = project.database.url().replace("user=postgres", &format!("user={role}"));
    let ran = project.run_on(&url, &["check"]);
    assert!(ran.notes.contains("may make no schema"), "{ran:?}");
    project.database.script(&format!("DROP OWNED BY {role}; DROP ROLE {role};"));
}

#[test]
fn a_hot_standby_is_read_and_not_changed() {
    let project = Project::new(ENTITIES);
    project.write("sql/all.sql", FIRST);
    let primary = Server::start_primary();
    let on = |server: &Server, arguments: &[&str]| project.run_on(&server.url("postgres"), arguments);
    for arguments in [&["revision", "--autogenerate", "-m", "first"][..], &["upgrade", "head"], &["check"]] {
        let ran = on(&primary, arguments);
        assert_eq!(ran.code, 0, "{ran:?}");
    }
    let standby = primary.into_standby();

    // It is read as its primary was, and nothing is found where nothing changed. It cannot be asked, and that is said.
    let note = "note: this server is a standby, so what is declared in SQL was compared by its words alone";
    let ran = on(&standby, &["check"]);
    assert_eq!((ran.code, ran.notes.contains(note)), (0, true), "{ran:?}");
    let ran = on(&standby, &["diff"]);
    assert_eq!((ran.code, ran.notes.contains(note)), (0, true), "{ran:?}");
    let ran = on(&standby, &["upgrade", "head"]);
    assert_eq!(ran.code, 0, "nothing is left to do: {ran:?}");

    // What changed is found.
    project.write("sql/all.sql", &FIRST.replace("sum > 100", "sum > 1000"));
    project.write(
        "entities.rs",
        &ENTITIES
            .replace("use sea_orm::entity::prelude::*;", "use sea_orm::entity::prelude::*;\n    use seachange_macros::Seachange;")
            .replace("DeriveEntityModel)]", "DeriveEntityModel, Seachange)]\n    #[seachange(check(\"customer is nfc normalized\", name = \"tidy\"))]"),
    );
    let ran = on(&standby, &["check"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    for words in ["big_customers", "nfc normalized"] {
        assert!(ran.out.contains(words), "{words}: {ran:?}");
    }
    assert!(!ran.out.contains("totals") && !ran.out.contains("vat"), "{ran:?}");

    // Nothing is half done.
    let ran = on(&standby, &["revision", "--autogenerate", "-m", "second"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    for arguments in [&["upgrade", "head"][..], &["downgrade", "-1", "--accept-data-loss"], &["stamp", "head"]] {
        let ran = on(&standby, arguments);
        assert_eq!(ran.code, 2, "{ran:?}");
        assert!(ran.notes.contains("cannot be changed: this server is a standby"), "{ran:?}");
        assert_eq!(ran.notes.matches("error").count(), 1, "{ran:?}");
    }
    let ran = on(&standby, &["current"]);
    assert!(ran.out.contains("first") && !ran.out.contains("second"), "{ran:?}");
}

#[test]
fn what_declares_nothing_is_shown_where_it_stands() {
    let project = Project::new(ENTITIES);
    project.write("sql/all.sql", "CREATE TABLE t (a int);\n\nUPDATE orders SET paid = true;\nCREATE TRIGGER x AFTER INSERT ON nowhere EXECUTE FUNCTION f();\n");
    let ran = project.run(&["check"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    for words in
        ["sql/all.sql:1:1", "sql/all.sql:3:1", "sql/all.sql:4:1", "`UPDATE` statement", "no entity declares `nowhere`"]
    {
        assert!(ran.notes.contains(words), "{words}\n{}", ran.notes);
    }
    project.write(
        "sql/all.sql",
        "CREATE VIEW broken AS SELECT nothing FROM orders;\nCREATE DOMAIN price AS numeric(10, 2);\n",
    );
    let ran = project.run(&["check"]);
    assert!(ran.notes.contains("PostgreSQL refuses the view `broken`"), "{ran:?}");
}
