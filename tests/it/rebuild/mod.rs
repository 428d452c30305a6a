//! What entities cannot say but databases hold: triggers, views, counters, rowids, and other ways to store a table.
//! Schemas are given in SQL here; everything else is as for entities.

mod misfit;
mod native;
mod programs;
mod torture;

use seachange::dialect::{EnumStorage, Options};
use seachange::error::{Error, Result};
use seachange::migrate::Session;
use seachange::model::{Declared, Rename, Schema, TableName};
use seachange::revision::Direction;

use crate::support::{
    Written, assert_silent, assert_sound, block_on, compared, execute, memory, query, reflect, run, write,
};

const OPTIONS: Options = Options::new(EnumStorage::Plain);

/// What a database that holds exactly this would be declared as.
async fn declared(sql: &str) -> Declared {
    let session = memory().await;
    execute(&session, sql).await;
    let mut schema = reflect(&session).await;
    schema.verbatim.clear();
    schema.tables.values_mut().for_each(|table| table.attachments.clear());
    Declared { schema, ..Declared::default() }
}

/// A database made from what is declared, with more in it that nobody declares.
struct Scene {
    session: Session,
    lock: Schema,
}

impl Scene {
    async fn new(declared_sql: &str, unmanaged: &str) -> Self {
        let session = memory().await;
        execute(&session, declared_sql).await;
        execute(&session, unmanaged).await;
        Self { session, lock: declared(declared_sql).await.schema }
    }

    async fn plan(&self, to: &Declared) -> Result<Written> {
        let comparison = compared(&self.session, to, Some(&self.lock), &OPTIONS).await;
        write(&comparison, "change")
    }

    /// Goes up; the database is then as declared.
    async fn up(&self, to: &Declared) -> Written {
        let written = self.plan(to).await.unwrap();
        run(&self.session, &written.text, Direction::Up)
            .await
            .unwrap_or_else(|error| panic!("{error}\n{}", written.text));
        assert_silent(&self.session, to, &OPTIONS, &written.text).await;
        assert_sound(&self.session).await;
        written
    }

    async fn down(&self, written: &Written) {
        run(&self.session, &written.text, Direction::Down)
            .await
            .unwrap_or_else(|error| panic!("{error}\n{}", written.text));
        assert_sound(&self.session).await;
    }

    /// Why there is no plan.
    async fn refusal(&self, to: &Declared) -> String {
        match self.plan(to).await {
            Err(Error::Blocked { blocked }) => blocked.iter().map(|blocked| blocked.refusal.reason.as_str()).collect(),
            Err(error) => panic!("{error}"),
            Ok(written) => panic!("{}", written.text),
        }
    }

    async fn query(&self, sql: &str) -> Vec<String> {
        query(&self.session, sql).await
    }
}

fn column(table: &str, from: &str, to: &str) -> Rename {
    Rename::Column { table: TableName::new(table), from: from.to_owned(), to: to.to_owned() }
}

fn table(from: &str, to: &str) -> Rename {
    Rename::Table { from: TableName::new(from), to: TableName::new(to) }
}

const USERS: &str =
    "CREATE TABLE users (id integer NOT NULL PRIMARY KEY AUTOINCREMENT, name varchar NOT NULL, age integer)";

#[test]
fn a_rebuild_keeps_triggers_views_children_and_the_counter() {
    block_on(async {
        let from = format!(
            "{USERS};
            CREATE TABLE posts (id integer NOT NULL PRIMARY KEY, user_id integer NOT NULL REFERENCES users (id) ON DELETE CASCADE);
            CREATE TABLE log (text varchar NOT NULL PRIMARY KEY)"
        );
        let unmanaged = "
            CREATE VIEW names AS SELECT name FROM users;
            CREATE VIEW loud AS SELECT upper(name) AS name FROM names;
            CREATE TRIGGER loud_insert INSTEAD OF INSERT ON loud BEGIN INSERT INTO users (name) VALUES (lower(new.name)); END;
            CREATE TRIGGER on_users AFTER INSERT ON users BEGIN INSERT INTO log VALUES ('user; ' || new.name); END;
            CREATE TRIGGER on_posts AFTER INSERT ON posts BEGIN UPDATE users SET age = 1 WHERE id = new.user_id; END;
            INSERT INTO users (id, name) VALUES (1, 'a'), (9, 'gone');
            INSERT INTO posts VALUES (1, 1);
            DELETE FROM users WHERE id = 9";
        let scene = Scene::new(&from, unmanaged).await;
        let to = declared(&from.replace("age integer", "age integer NOT NULL DEFAULT 0")).await;
        let written = scene.up(&to).await;
        assert_eq!(scene.query("SELECT name FROM loud").await, ["A"]);
        execute(&scene.session, "INSERT INTO loud VALUES ('B'); INSERT INTO posts VALUES (2, 10)").await;
        assert_eq!(scene.query("SELECT id || name || age FROM users").await, ["1a1", "10b1"]);
        assert_eq!(scene.query("SELECT text FROM log").await, ["user; a", "user; gone", "user; b"]);
        scene.down(&written).await;
        execute(&scene.session, "INSERT INTO loud VALUES ('C')").await;
        assert_eq!(scene.query("SELECT id || name FROM users").await, ["1a", "10b", "11c"]);
        assert_eq!(scene.query("SELECT count(*) || '' FROM posts").await, ["2"]);
    });
}

#[test]
fn what_reads_a_column_keeps_it_from_being_dropped_in_a_rebuild_too() {
    block_on(async {
        let scene =
            Scene::new(USERS, "CREATE TRIGGER aged AFTER UPDATE ON users WHEN new.age > 9 BEGIN SELECT 1; END").await;
        let to = declared("CREATE TABLE users (id integer NOT NULL PRIMARY KEY AUTOINCREMENT, name varchar)").await;
        assert_eq!(scene.refusal(&to).await, "the trigger `aged` uses the column `users.age`");
    });
}

#[test]
fn what_reads_a_table_keeps_it_from_being_dropped() {
    block_on(async {
        let from = format!("{USERS}; CREATE TABLE log (text varchar NOT NULL PRIMARY KEY)");
        let to = declared(USERS).await;
        let view = Scene::new(&from, "CREATE VIEW texts AS SELECT * FROM log").await;
        assert_eq!(view.refusal(&to).await, "the view `texts` uses the table `log`");
        let trigger = "CREATE TRIGGER t AFTER INSERT ON users BEGIN INSERT INTO log VALUES ('x'); END";
        let trigger = Scene::new(&from, trigger).await;
        assert_eq!(trigger.refusal(&to).await, "the trigger `t` uses the table `log`");
        let child = Scene::new(&from, "CREATE TABLE other (text varchar REFERENCES log (text))").await;
        assert_eq!(child.refusal(&to).await, "the foreign key (text) of `other` needs `log` (text)");
        let own = "CREATE TRIGGER own AFTER INSERT ON log BEGIN DELETE FROM log; END";
        let own = Scene::new(&from, own).await;
        own.up(&to).await;
    });
}

#[test]
fn a_key_that_others_refer_to_stays() {
    block_on(async {
        let from = "CREATE TABLE users (id integer NOT NULL PRIMARY KEY, name varchar NOT NULL UNIQUE)";
        let scene = Scene::new(from, "CREATE TABLE other (name varchar REFERENCES users (name))").await;
        let to = declared("CREATE TABLE users (id integer NOT NULL PRIMARY KEY, name varchar NOT NULL)").await;
        assert_eq!(scene.refusal(&to).await, "the foreign key (name) of `other` needs `users` (name)");
    });
}

#[test]
fn a_rename_alone_leaves_views_and_triggers_to_the_database() {
    block_on(async {
        let unmanaged = "
            CREATE TABLE log (name varchar);
            CREATE VIEW names AS SELECT name FROM users;
            CREATE TRIGGER named AFTER INSERT ON users BEGIN INSERT INTO log (name) VALUES (new.name); END";
        let scene = Scene::new(USERS, unmanaged).await;
        let mut to = declared(&USERS.replace("users", "people").replace("name varchar", "title varchar")).await;
        to.renames = vec![table("users", "people"), column("people", "name", "title")];
        let written = scene.up(&to).await;
        execute(&scene.session, "INSERT INTO people (title) VALUES ('a')").await;
        assert_eq!(scene.query("SELECT title FROM names JOIN log ON name = title").await, ["a"]);
        scene.down(&written).await;
        execute(&scene.session, "INSERT INTO users (name) VALUES ('b')").await;
        assert_eq!(scene.query("SELECT name FROM names JOIN log USING (name)").await, ["a", "b"]);
    });
}

#[test]
fn a_rename_with_a_rebuild_does_not_guess_how_a_trigger_reads_afterwards() {
    block_on(async {
        let unmanaged = "
            CREATE TABLE log (name varchar);
            CREATE TRIGGER named AFTER INSERT ON users BEGIN INSERT INTO log (name) VALUES (new.name); END";
        let scene = Scene::new(USERS, unmanaged).await;
        let mut to = declared(&USERS.replace("name varchar NOT NULL", "title varchar")).await;
        to.renames = vec![column("users", "name", "title")];
        assert_eq!(
            scene.refusal(&to).await,
            "it has to write `CREATE TRIGGER named …` anew, and only the database knows how that reads once it did \
             rename column `users.name` to `title`"
        );
    });
}

#[test]
fn renames_in_a_row_make_room_for_each_other() {
    block_on(async {
        let scene = Scene::new(
            "CREATE TABLE t (id integer NOT NULL PRIMARY KEY, a varchar, b varchar)",
            "INSERT INTO t VALUES (1, 'was a', 'was b')",
        )
        .await;
        let mut to = declared("CREATE TABLE t (id integer NOT NULL PRIMARY KEY, b varchar, c varchar)").await;
        to.renames = vec![column("t", "a", "b"), column("t", "b", "c")];
        let written = scene.up(&to).await;
        assert_eq!(scene.query("SELECT b || ', ' || c FROM t").await, ["was a, was b"]);
        scene.down(&written).await;
        assert_eq!(scene.query("SELECT a || ', ' || b FROM t").await, ["was a, was b"]);
    });
}

#[test]
fn rowids_stay_where_no_column_is_the_rowid() {
    block_on(async {
        let from = "CREATE TABLE t (code varchar NOT NULL PRIMARY KEY, n integer, rowid varchar)";
        let rows = "
            INSERT INTO t (oid, code, n, rowid) VALUES (7, 'a', 1, 'x'), (3, 'b', 2, 'y');
            CREATE VIRTUAL TABLE search USING fts5 (code, content = 't', content_rowid = 'oid');
            INSERT INTO search (search) VALUES ('rebuild')";
        let scene = Scene::new(from, rows).await;
        let to = declared(&from.replace("n integer", "n integer NOT NULL DEFAULT 5")).await;
        let written = scene.up(&to).await;
        assert_eq!(scene.query("SELECT oid || code || rowid FROM t ORDER BY oid").await, ["3by", "7ax"]);
        assert_eq!(scene.query("SELECT code FROM search WHERE search MATCH 'a'").await, ["a"]);
        scene.down(&written).await;
        assert_eq!(scene.query("SELECT oid || code || rowid FROM t ORDER BY oid").await, ["3by", "7ax"]);

        // A new key that is the rowid takes it; the old key becomes a column like any other.
        let to = "CREATE TABLE t (id integer NOT NULL PRIMARY KEY AUTOINCREMENT, code varchar NOT NULL, n integer, rowid varchar)";
        scene.up(&declared(to).await).await;
        assert_eq!(scene.query("SELECT id || code FROM t ORDER BY id").await, ["3b", "7a"]);
    });
}

#[test]
fn tables_stay_stored_as_they_are() {
    block_on(async {
        for options in ["STRICT", "WITHOUT ROWID", "STRICT, WITHOUT ROWID"] {
            let from = format!(
                "CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY, n INTEGER, twice INTEGER AS (n * 2) STORED,
                    up TEXT COLLATE NOCASE CHECK (up <> ';')) {options};
                 CREATE INDEX i ON t (lower(up) DESC) WHERE n > 0"
            );
            let scene = Scene::new(&from, "INSERT INTO t (id, n, up) VALUES (1, 4, 'a')").await;
            // Entities cannot say any of it, and need not.
            let to = declared("CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY, n INTEGER NOT NULL, up TEXT)").await;
            let scene = Scene { lock: to.schema.clone(), ..scene };
            let written = scene.up(&to).await;
            let text = scene.query("SELECT sql FROM sqlite_schema WHERE name = 't'").await.concat();
            assert!(text.ends_with(&format!(") {options}")) || text.ends_with("WITHOUT ROWID, STRICT"), "{text}");
            assert!(text.contains("STORED") && text.contains("NOCASE") && text.contains("CHECK"), "{text}");
            assert_eq!(scene.query("SELECT n || ' ' || twice || up FROM t WHERE up = 'A'").await, ["4 8a"]);
            scene.down(&written).await;
            assert_eq!(scene.query("SELECT n || ' ' || twice || up FROM t WHERE up = 'A'").await, ["4 8a"]);
        }
    });
}

#[test]
fn an_index_name_can_move_to_another_table() {
    block_on(async {
        let from = "CREATE TABLE a (id integer NOT NULL PRIMARY KEY, n integer);
            CREATE TABLE b (id integer NOT NULL PRIMARY KEY, n integer);";
        let scene = Scene::new(&format!("{from} CREATE INDEX by_n ON b (n)"), "").await;
        let written = scene.up(&declared(&format!("{from} CREATE INDEX by_n ON a (n)")).await).await;
        scene.down(&written).await;
    });
}

#[test]
fn what_stands_on_a_dropped_column_goes_with_it() {
    block_on(async {
        let unmanaged = "
            CREATE INDEX plain ON users (age);
            CREATE INDEX computed ON users (age + 1);
            CREATE INDEX part ON users (name) WHERE age > 1;
            CREATE INDEX other ON users (name);
            ALTER TABLE users ADD COLUMN twice integer AS (age * 2);
            ALTER TABLE users ADD COLUMN note varchar DEFAULT 'unmanaged'";
        let scene = Scene::new(USERS, unmanaged).await;
        let to = "CREATE TABLE users (id integer NOT NULL PRIMARY KEY AUTOINCREMENT, name varchar NOT NULL)";
        let written = scene.up(&declared(to).await).await;
        assert_eq!(scene.query("SELECT name FROM pragma_table_xinfo('users')").await, ["id", "name", "note"]);
        assert_eq!(scene.query("SELECT name FROM pragma_index_list('users')").await, ["other"]);
        scene.down(&written).await;
        assert_eq!(scene.query("SELECT count(*) || '' FROM pragma_index_list('users')").await, ["4"]);
    });
}

#[test]
fn a_foreign_key_whose_action_is_not_the_projects_is_dropped_with_its_relation() {
    block_on(async {
        let declared_sql = format!(
            "{USERS}; CREATE TABLE posts (id integer NOT NULL PRIMARY KEY, user_id integer REFERENCES users (id))"
        );
        let scene = Scene::new(&declared_sql.replace("users (id)", "users (id) ON DELETE CASCADE"), "").await;
        let scene = Scene { lock: declared(&declared_sql).await.schema, ..scene };
        assert_silent(&scene.session, &declared(&declared_sql).await, &OPTIONS, "the action is unmanaged").await;
        scene.up(&declared(&declared_sql.replace(" REFERENCES users (id)", "")).await).await;
        assert_eq!(scene.query("SELECT \"table\" FROM pragma_foreign_key_list('posts')").await, Vec::<String>::new());
    });
}

#[test]
fn the_three_sides_decide() {
    block_on(async {
        let base = "CREATE TABLE t (id integer NOT NULL PRIMARY KEY)";
        let more = "CREATE TABLE t (id integer NOT NULL PRIMARY KEY, n integer)";
        let other = "CREATE TABLE t (id integer NOT NULL PRIMARY KEY, n integer NOT NULL DEFAULT 1)";
        for (lock, goal, live, expected) in [
            (base, more, base, vec![("add column `t.n`", false)]),
            (more, base, more, vec![("drop column `t.n`", false)]),
            (base, base, more, vec![]),
            (more, more, base, vec![("add column `t.n`", true)]),
            (other, other, more, vec![("change column `t.n` (becomes NOT NULL, default none to 1)", true)]),
            (more, other, more, vec![("change column `t.n` (becomes NOT NULL, default none to 1)", false)]),
            (base, base, base, vec![]),
            (more, base, base, vec![]),
        ] {
            let session = memory().await;
            execute(&session, live).await;
            let comparison =
                compared(&session, &declared(goal).await, Some(&declared(lock).await.schema), &OPTIONS).await;
            let found: Vec<(String, bool)> =
                comparison.differences.iter().map(|difference| (difference.op.to_string(), difference.drift)).collect();
            let found: Vec<(&str, bool)> = found.iter().map(|(op, drift)| (op.as_str(), *drift)).collect();
            assert_eq!(found, expected, "lock {lock}; declared {goal}; live {live}");
        }
    });
}

#[test]
fn a_baseline_records_what_is_there_of_what_is_declared() {
    block_on(async {
        let live = "
            CREATE TABLE users (id integer NOT NULL PRIMARY KEY, name text NOT NULL DEFAULT 'x', extra integer);
            CREATE INDEX by_extra ON users (extra);
            CREATE TABLE other (id integer NOT NULL PRIMARY KEY)";
        let goal = declared(
            "CREATE TABLE users (id integer NOT NULL PRIMARY KEY, name varchar(20) NOT NULL, missing integer);
             CREATE INDEX by_missing ON users (missing);
             CREATE TABLE posts (id integer NOT NULL PRIMARY KEY, user_id integer REFERENCES users (id))",
        )
        .await;
        let session = memory().await;
        execute(&session, live).await;
        let without = compared(&session, &goal, None, &OPTIONS).await;
        let recorded = seachange::diff::record(&goal.schema, &without.declared, &without.live);
        let with = compared(&session, &goal, Some(&recorded), &OPTIONS).await;
        assert_eq!(with.ops(), without.ops());
        assert!(with.differences.iter().all(|difference| !difference.drift), "{:?}", with.differences);
        let written = write(&with, "rest").unwrap();
        run(&session, &written.text, Direction::Up).await.unwrap();
        assert_silent(&session, &goal, &OPTIONS, &written.text).await;
        let kept = query(&session, "SELECT name FROM pragma_table_info('users')").await;
        assert_eq!(kept, ["id", "name", "extra", "missing"]);
    });
}

#[test]
fn an_orphan_is_noticed_although_another_foreign_key_is_broken_already() {
    block_on(async {
        let from = "CREATE TABLE users (id integer NOT NULL PRIMARY KEY);
            CREATE TABLE posts (id integer NOT NULL PRIMARY KEY, user_id integer)";
        let unmanaged = "
            CREATE TABLE wrong (n integer REFERENCES posts (user_id));
            INSERT INTO posts VALUES (1, NULL)";
        let scene = Scene::new(from, unmanaged).await;
        let to = declared(&from.replace("user_id integer", "user_id integer REFERENCES users (id)")).await;
        let written = scene.plan(&to).await.unwrap();
        // A value by hand, behind the rebuild: the rows that it looks at are in order.
        let text = written.text.replace("\n-- migrate:down", "UPDATE posts SET user_id = 98;\n-- migrate:down");
        let error = run(&scene.session, &text, Direction::Up).await.unwrap_err();
        assert!(matches!(error, Error::Orphans { .. }), "{error}");
    });
}

#[test]
fn an_index_made_for_a_unique_column_gets_a_free_name() {
    block_on(async {
        let scene = Scene::new(USERS, "CREATE INDEX \"idx-users-name\" ON users (name, age)").await;
        let written =
            scene.up(&declared(&USERS.replace("name varchar NOT NULL", "name varchar NOT NULL UNIQUE")).await).await;
        assert!(written.text.contains(r#"CREATE UNIQUE INDEX "idx-users-name-2""#), "{}", written.text);
        scene.down(&written).await;
    });
}

#[test]
fn a_default_of_null_is_no_value() {
    block_on(async {
        let from = "CREATE TABLE t (id integer NOT NULL PRIMARY KEY, n integer DEFAULT NULL)";
        let scene = Scene::new(from, "INSERT INTO t VALUES (1, NULL)").await;
        let to = declared(&from.replace("n integer", "n integer NOT NULL")).await;
        let written = scene.plan(&to).await.unwrap();
        assert!(written.text.contains("hazard up not-null-may-fail"), "{}", written.text);
        let error = run(&scene.session, &written.text, Direction::Up).await.unwrap_err();
        assert!(matches!(error, Error::Misfits { .. }), "{error}");
        assert_eq!(scene.query("SELECT count(*) || '' FROM t").await, ["1"]);
    });
}

#[test]
fn a_column_that_is_computed_from_now_on_loses_its_data_and_its_default() {
    block_on(async {
        let from = "CREATE TABLE t (id integer NOT NULL PRIMARY KEY, n integer NOT NULL DEFAULT 4)";
        let scene = Scene::new(from, "INSERT INTO t VALUES (1, 9)").await;
        let computed = "CREATE TABLE t (id integer NOT NULL PRIMARY KEY, n integer NOT NULL AS (id * 2) STORED)";
        let written = scene.up(&declared(computed).await).await;
        assert!(written.text.contains("hazard up drops-column t.n: `t.n` is computed"), "{}", written.text);
        assert_eq!(scene.query("SELECT n || '' FROM t").await, ["2"]);
        scene.down(&written).await;
    });
}

#[test]
fn a_table_takes_the_name_of_an_index_that_goes() {
    block_on(async {
        let other = "CREATE TABLE a (id integer NOT NULL PRIMARY KEY, n integer)";
        let scene = Scene::new(&format!("{other}; CREATE INDEX files ON a (n)"), "").await;
        let files = "CREATE TABLE files (id integer NOT NULL PRIMARY KEY)";
        let written = scene.up(&declared(&format!("{other}; {files}")).await).await;
        scene.down(&written).await;
    });
}

#[test]
fn an_index_name_can_move_to_a_new_table_that_the_old_one_refers_to() {
    block_on(async {
        let from = "CREATE TABLE a (id integer NOT NULL PRIMARY KEY, n integer); CREATE INDEX by_n ON a (n)";
        let to = "CREATE TABLE b (id integer NOT NULL PRIMARY KEY, n integer); CREATE INDEX by_n ON b (n);
            CREATE TABLE a (id integer NOT NULL PRIMARY KEY, n integer REFERENCES b (id))";
        let scene = Scene::new(from, "INSERT INTO a VALUES (1, NULL)").await;
        let written = scene.up(&declared(to).await).await;
        scene.down(&written).await;
        assert_eq!(scene.query("SELECT name FROM pragma_index_list('a')").await, ["by_n"]);
    });
}

#[test]
fn a_rename_is_not_held_up_by_rows_that_refer_to_nothing_already() {
    block_on(async {
        let from = "CREATE TABLE users (id integer NOT NULL PRIMARY KEY);
            CREATE TABLE posts (id integer NOT NULL PRIMARY KEY, user_id integer REFERENCES users (id), n integer)";
        let scene = Scene::new(from, "PRAGMA foreign_keys = OFF; INSERT INTO posts VALUES (7, 99, 1)").await;
        let mut to = declared(&from.replace("posts", "notes").replace("users", "people")).await;
        to.renames = vec![table("posts", "notes"), table("users", "people")];
        let written = scene.plan(&to).await.unwrap();
        run(&scene.session, &written.text, Direction::Up).await.unwrap();
        assert_eq!(scene.query("SELECT user_id || '' FROM notes").await, ["99"]);
        run(&scene.session, &written.text, Direction::Down).await.unwrap();
        // One that is new is noticed all the same.
        let text = written.text.replace("-- migrate:down", "INSERT INTO notes VALUES (8, 98, 1);\n\n-- migrate:down");
        let error = run(&scene.session, &text, Direction::Up).await.unwrap_err().to_string();
        assert!(error.ends_with("\n  row 8 of `notes` refers to a row of `people` that is not there"), "{error}");
    });
}

#[test]
fn a_table_can_be_renamed_to_other_letters_of_its_name() {
    block_on(async {
        let scene = Scene::new(USERS, "INSERT INTO users (name) VALUES ('a')").await;
        let mut to = declared(&USERS.replace("users", "Users")).await;
        to.renames = vec![table("users", "Users")];
        let written = scene.up(&to).await;
        assert_eq!(scene.query("SELECT name FROM sqlite_schema WHERE name LIKE 'users'").await, ["Users"]);
        scene.down(&written).await;
        assert_eq!(scene.query("SELECT name FROM users").await, ["a"]);
    });
}
