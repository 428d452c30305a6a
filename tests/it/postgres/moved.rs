//! What no `ALTER` does: other partitions, and columns that cannot become what they shall be. With rows, there and back.

use std::error::Error as _;

use seachange::dialect::Dialect;
use seachange::error::Error;
use seachange::migrate::Session;
use seachange::revision::{Direction, Revision};

use super::live::open;
use super::project::Project;
use crate::cluster::{self, Database};
use crate::dumps::{differences, dump};
use crate::live::{revision, words};
use crate::support::block_on;

const DIALECT: Dialect = Dialect::Postgres;

/// A database on its way from one complete schema to another.
pub(super) struct Way {
    database: Database<'static>,
    goal: Database<'static>,
    before: Option<String>,
    revision: Revision,
}

impl Way {
    pub(super) fn new(from: &str, rows: &str, to: &str) -> Self {
        let (database, goal) = (cluster::database("moved"), cluster::database("goal"));
        database.script(from);
        goal.script(to);
        let before = dump(&database);
        database.script(rows);
        let revision = block_on(async {
            let (live, wanted) = (open(&database).await.reflect().await, open(&goal).await.reflect().await);
            revision(&live.unwrap(), &wanted.unwrap(), DIALECT).unwrap()
        });
        Self { database, goal, before, revision }
    }

    /// Why there is no way.
    pub(super) fn refused(from: &str, to: &str) -> String {
        let (database, goal) = (cluster::database("moved"), cluster::database("goal"));
        database.script(from);
        goal.script(to);
        let refused = block_on(async {
            let (live, wanted) = (open(&database).await.reflect().await, open(&goal).await.reflect().await);
            revision(&live.unwrap(), &wanted.unwrap(), DIALECT)
        });
        match refused {
            Err(Error::Blocked { blocked }) => blocked.iter().map(|blocked| blocked.refusal.reason.as_str()).collect(),
            Err(error) => panic!("{error}"),
            Ok(_) => panic!("there is one"),
        }
    }

    async fn ran(&self, session: &Session, direction: Direction) -> Result<(), String> {
        let ran = session.run(&self.revision, direction, "2026-01-01T00:00:00Z").await;
        ran.map(drop).map_err(|error| format!("{error}: {:?}", error.source()))
    }

    pub(super) fn up(&self) -> Result<(), String> {
        block_on(async {
            let (session, goal) = (open(&self.database).await, open(&self.goal).await);
            self.ran(&session, Direction::Up).await?;
            let (there, wanted) = (session.reflect().await.unwrap(), goal.reflect().await.unwrap());
            assert_eq!(words(&there, &wanted, DIALECT), Vec::<String>::new());
            Ok::<(), String>(())
        })?;
        let unlike = differences(dump(&self.goal).as_deref(), dump(&self.database).as_deref());
        assert_eq!(unlike, Vec::<String>::new());
        Ok(())
    }

    pub(super) fn down(&self) {
        block_on(async { self.ran(&open(&self.database).await, Direction::Down).await }).unwrap();
        let unlike = differences(self.before.as_deref(), dump(&self.database).as_deref());
        assert_eq!(unlike, Vec::<String>::new(), "and back");
    }

    pub(super) fn query(&self, sql: &str) -> Vec<String> {
        self.database.query(sql)
    }

    fn hazards(&self, direction: Direction) -> Vec<String> {
        let own = self.revision.hazards.iter().filter(|hazard| hazard.direction == direction);
        own.map(|hazard| format!("{}: {}", hazard.slug, hazard.sentence)).collect()
    }
}

/// Everything that hangs on a table, with rules and triggers that would notice every row.
const WHOLE: &str = "
CREATE TABLE seen (id integer);
CREATE FUNCTION notice() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO seen VALUES (NEW.id); RETURN NEW; END $$;
CREATE TABLE cameras (id integer PRIMARY KEY);
CREATE TABLE events (
    id serial, camera integer REFERENCES cameras (id) DEFERRABLE INITIALLY DEFERRED, at date NOT NULL, note text,
    loud text GENERATED ALWAYS AS (upper(note)) STORED, CHECK (note <> 'x'), PRIMARY KEY (id, at)
);
CREATE INDEX events_note ON events (note);
COMMENT ON INDEX events_note IS 'by note';
CREATE TRIGGER noticed AFTER INSERT ON events FOR EACH ROW EXECUTE FUNCTION notice();
ALTER TABLE events ENABLE ROW LEVEL SECURITY;
ALTER TABLE events FORCE ROW LEVEL SECURITY;
CREATE POLICY early ON events USING (at < '2026-01-15');
CREATE TABLE alerts (id integer PRIMARY KEY, event integer, at date, FOREIGN KEY (event, at) REFERENCES events (id, at));
CREATE VIEW loud_events AS SELECT id, loud FROM events;
CREATE MATERIALIZED VIEW counted AS SELECT count(*) AS n FROM loud_events;
CREATE UNIQUE INDEX counted_n ON counted (n);
";

const PARTITIONS: &str = "
CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2026-02-01') PARTITION BY RANGE (id);
CREATE TABLE events_1_1 PARTITION OF events_1 FOR VALUES FROM (0) TO (2);
CREATE TABLE events_1_other PARTITION OF events_1 DEFAULT;
CREATE TABLE events_other PARTITION OF events DEFAULT;
CREATE TRIGGER own AFTER INSERT ON events_other FOR EACH ROW EXECUTE FUNCTION notice();
";

const ROWS: &str = "
INSERT INTO cameras VALUES (1), (2);
INSERT INTO events (camera, at, note) VALUES (1, '2026-01-10', 'a'), (2, '2026-01-20', 'b'), (1, '2026-03-01', NULL);
DELETE FROM events WHERE id = 3;
INSERT INTO events (camera, at, note) VALUES (2, '2026-03-01', 'd');
SELECT nextval('events_id_seq');
INSERT INTO alerts VALUES (1, 2, '2026-01-20');
TRUNCATE seen;
";

/// The same with its rows dealt out.
fn partitioned() -> String {
    WHOLE.replace("PRIMARY KEY (id, at)\n)", "PRIMARY KEY (id, at)\n) PARTITION BY RANGE (at)") + PARTITIONS
}

#[test]
fn rows_find_their_partitions_and_come_back() {
    let way = Way::new(WHOLE, ROWS, &partitioned());
    let rows = "SELECT concat_ws(' ', id, camera, at, loud) FROM events ORDER BY id";
    let all = ["1 1 2026-01-10 A", "2 2 2026-01-20 B", "4 2 2026-03-01 D"];
    assert_eq!(way.query(rows), all);
    way.up().unwrap();
    assert_eq!(way.query(rows), all);
    let places = "SELECT tableoid::regclass::text FROM events ORDER BY id";
    assert_eq!(way.query(places), ["events_1_1", "events_1_other", "events_other"]);
    assert_eq!(way.query("SELECT nextval('events_id_seq')::text"), ["6"], "the numbers go on");
    assert_eq!(way.query("SELECT id::text FROM seen"), Vec::<String>::new(), "nobody noticed");
    let hazards = way.hazards(Direction::Up);
    assert!(
        hazards.iter().any(|hazard| hazard.starts_with("rebuilds-table: Rebuilding `events` copies")),
        "{hazards:?}"
    );
    assert!(hazards.iter().any(|hazard| hazard.contains("fit into none of its partitions")), "{hazards:?}");
    assert!(!hazards.iter().any(|hazard| hazard.starts_with("drops")), "{hazards:?}");
    way.down();
    assert_eq!(way.query(rows), all);
    assert_eq!(way.query("SELECT nextval('events_id_seq')::text"), ["7"]);
}

#[test]
fn rows_that_fit_nowhere_stay_where_they_are() {
    let to = partitioned().replace("CREATE TABLE events_other PARTITION OF events DEFAULT;\n", "");
    let to =
        to.replace("CREATE TRIGGER own AFTER INSERT ON events_other", "CREATE TRIGGER own AFTER INSERT ON events_1_1");
    let way = Way::new(WHOLE, ROWS, &to);
    let error = way.up().unwrap_err();
    assert!(error.contains("no partition of relation \\\"events\\\" found for row"), "{error}");
    assert_eq!(way.query("SELECT count(*)::text FROM events"), ["3"]);
    assert_eq!(differences(way.before.as_deref(), dump(&way.database).as_deref()), Vec::<String>::new());
}

#[test]
fn partitions_come_and_go_and_change() {
    let parts = |parts: &str| format!("CREATE TABLE logs (id integer, at integer) PARTITION BY RANGE (at);\n{parts}");
    let part = |name: &str, from: u32, to: u32| {
        format!("CREATE TABLE {name} PARTITION OF logs FOR VALUES FROM ({from}) TO ({to});\n")
    };
    let rows = "INSERT INTO logs VALUES (1, 1), (2, 11), (3, 21);";
    let places = "SELECT concat(id, ' ', tableoid::regclass) FROM logs ORDER BY id";

    let from = parts(&[part("a", 0, 10), part("b", 10, 20), part("c", 20, 30)].concat());
    let way = Way::new(&from, rows, &parts(&[part("a", 0, 10), part("c", 20, 30), part("d", 30, 40)].concat()));
    assert_eq!(way.hazards(Direction::Up), ["drops-table: Dropping the partition `b` of `logs` deletes all its rows."]);
    way.up().unwrap();
    assert_eq!(way.query(places), ["1 a", "3 c"]);
    way.down();
    assert_eq!(way.query(places), ["1 a", "3 c"]);

    // Where one becomes another, all rows are dealt out anew, and none is lost.
    let way = Way::new(&from, rows, &parts(&[part("a", 0, 15), part("c", 15, 30)].concat()));
    let hazards = way.hazards(Direction::Up);
    assert!(hazards.iter().all(|hazard| !hazard.starts_with("drops")), "{hazards:?}");
    way.up().unwrap();
    assert_eq!(way.query(places), ["1 a", "2 a", "3 c"]);
    way.down();
    assert_eq!(way.query(places), ["1 a", "2 b", "3 c"]);

    let default = "CREATE TABLE rest PARTITION OF logs DEFAULT;\n";
    let way = Way::new(&parts(default), rows, &parts(&[default.to_owned(), part("a", 0, 10)].concat()));
    let said = "check-may-fail: Creating the partition `a` of `logs` fails if rows that belong into it are in the default one.";
    let waits = ["`logs`", "it"].map(|what| {
        format!("blocks-reads: Creating the partition `a` reads all rows of `rest` while nobody can use {what}.")
    });
    assert_eq!(way.hazards(Direction::Up), [said, &waits[0], &waits[1]]);
    assert!(way.up().unwrap_err().contains("would be violated by some row"));
}

const NUMBERED: &str = "
CREATE TABLE products (
    id integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, sold integer, code integer UNIQUE,
    is_new boolean GENERATED ALWAYS AS (sold IS NULL) STORED, CHECK (sold IS NULL OR code > 0)
);
CREATE INDEX products_sold ON products (sold) WHERE sold IS NOT NULL;
CREATE INDEX products_new ON products (is_new);
CREATE TABLE parts (id integer PRIMARY KEY, product integer REFERENCES products (id), code integer REFERENCES products (code));
CREATE VIEW sales AS SELECT id, sold FROM products;
";

#[test]
fn a_new_column_takes_the_place_of_one_that_cannot_become_it() {
    let named = NUMBERED
        .replace("id integer GENERATED BY DEFAULT AS IDENTITY", "id uuid DEFAULT gen_random_uuid()")
        .replace("product integer", "product uuid")
        .replace("sold integer", "sold timestamp with time zone");
    let rows = "INSERT INTO products (id, sold, code) VALUES (1, 2, 3), (2, NULL, 4); INSERT INTO parts VALUES (1, 1, 4), (2, NULL, 3);";
    let way = Way::new(NUMBERED, rows, &named);
    let hazards = way.hazards(Direction::Up);
    let said = "drops-column: No integer becomes a uuid: a new column takes the place of `products.id`, which deletes its data.";
    assert!(hazards.iter().any(|hazard| hazard == said), "{hazards:?}");
    way.up().unwrap();
    let products = "SELECT concat_ws(' ', code, sold, is_new, id IS NOT NULL) FROM products ORDER BY code";
    assert_eq!(way.query(products), ["3 t t", "4 t t"]);
    assert_eq!(way.query("SELECT concat_ws(' ', id, product, code) FROM parts ORDER BY id"), ["1 4", "2 3"]);
    way.down();
    assert_eq!(way.query(products), ["3 t t", "4 t t"]);
    assert_eq!(way.query("SELECT id::text FROM products ORDER BY id"), ["1", "2"], "they count again");
}

#[test]
fn nothing_is_invented_for_a_column_that_must_have_a_value() {
    let from = "CREATE TABLE a (id integer PRIMARY KEY, at integer NOT NULL);";
    let way = Way::new(from, "INSERT INTO a VALUES (1, 2);", &from.replace("at integer", "at timestamptz"));
    let hazards = way.hazards(Direction::Up);
    let said = "not-null-may-fail: `a.at` is NOT NULL and comes without values; this fails if `a` has rows.";
    assert!(hazards.iter().any(|hazard| hazard == said), "{hazards:?}");
    assert!(way.up().unwrap_err().contains("contains null values"));
    assert_eq!(way.query("SELECT at::text FROM a"), ["2"], "nothing happened");
    way.database.script("DELETE FROM a");
    way.up().unwrap();
    way.database.script("INSERT INTO a VALUES (1, now())");
    way.down();
    assert_eq!(way.query("SELECT at::text FROM a"), ["0"]);
    assert!(way.hazards(Direction::Down).iter().any(|hazard| hazard.starts_with("invents-values")));
}

#[test]
fn no_revision_touches_the_partitions_of_a_project() {
    let entity = |attribute: &str| {
        format!(
            "pub mod logs {{
                use sea_orm::entity::prelude::*;
                use seachange_macros::Seachange;

                #[derive(Clone, Debug, PartialEq, DeriveEntityModel, Seachange)]
                #[sea_orm(table_name = \"logs\")]
                {attribute}
                pub struct Model {{
                    #[sea_orm(primary_key, auto_increment = false)]
                    pub id: i32,
                }}

                #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
                pub enum Relation {{}}

                impl ActiveModelBehavior for ActiveModel {{}}
            }}"
        )
    };
    let project = Project::new(&entity("#[seachange(partition_by = \"RANGE (id)\")]"));
    project.write("sql/none.sql", "-- nothing\n");
    project.advance("birth");
    project
        .database
        .script("CREATE TABLE logs_1 PARTITION OF logs FOR VALUES FROM (0) TO (10); INSERT INTO logs VALUES (1)");
    project.assert_clean();
    for attribute in ["", "#[seachange(partition_by = \"LIST (id)\")]"] {
        project.write("entities.rs", &entity(attribute));
        let ran = project.run(&["revision", "--autogenerate", "-m", "other"]);
        assert!(ran.code == 2 && ran.notes.contains("no entity says"), "{ran:?}");
        assert!(ran.notes.contains("hint: write the tables as they shall be"), "{ran:?}");
    }
    assert_eq!(project.database.query("SELECT id::text FROM logs_1"), ["1"]);
}
