//! What a live database satisfies: declared schemas against databases other tools have made.

use expect_test::{Expect, expect};
use sea_orm::{ConnectOptions, ConnectionTrait, Database};

use super::{canonicalize, reconcile, reflect, show, statements};
use crate::dialect::{EnumStorage, Options};
use crate::model::{
    Action, AutoIncrement, Check, Column, ColumnDefault, ColumnType, DataType, DefaultValue, Deferrable, ForeignKey,
    Generated, Index, IndexKey, IndexPart, Literal, Name, Placement, PrimaryKey, Schema, Table, TableName, Unique,
};

const PLAIN: Options = Options::new(EnumStorage::Plain);
const CHECK: Options = Options::new(EnumStorage::Check);

async fn live(script: &str) -> Schema {
    let mut options = ConnectOptions::new("sqlite::memory:");
    options.max_connections(1);
    let db = Database::connect(options).await.unwrap();
    for statement in statements(script) {
        db.execute_unprepared(&statement.sql).await.unwrap_or_else(|error| panic!("{error}: {}", statement.sql));
    }
    canonicalize(reflect(&db).await.unwrap(), &PLAIN).unwrap()
}

/// Shows the lines in which the declared schema differs from the live one: `+` declared, `-` live.
async fn check_with(declared: Vec<Table>, options: Options, script: &str, expected: &Expect) {
    let live = live(script).await;
    let declared = canonicalize(declared.into_iter().collect(), &options).unwrap();
    assert_eq!(canonicalize(declared.clone(), &options).unwrap(), declared, "canonicalizing twice changes nothing");
    let reconciled = reconcile(declared, &live);
    assert_eq!(reconcile(reconciled.clone(), &live), reconciled, "reconciling twice changes nothing");
    let (shown, shown_live) = (lines(&reconciled), lines(&live));
    let only = |sign: char, some: &[String], others: &[String]| -> Vec<String> {
        some.iter().filter(|line| !others.contains(line)).map(|line| format!("{sign} {line}")).collect()
    };
    let lines = [only('+', &shown, &shown_live), only('-', &shown_live, &shown)].concat();
    assert_eq!(lines.is_empty(), reconciled == live, "what is shown is what differs: {reconciled:#?} {live:#?}");
    expected.assert_eq(&lines.join("\n"));
}

/// What a schema shows, each line with the name of its table.
fn lines(schema: &Schema) -> Vec<String> {
    let mut table = String::new();
    let mut lines = Vec::new();
    for line in show::schema(schema).lines() {
        if let Some(rest) = line.strip_prefix("  ") {
            lines.push(format!("{table}: {rest}"));
        } else {
            table = line.split(' ').next().unwrap_or_default().to_owned();
            lines.push(line.to_owned());
        }
    }
    lines
}

async fn check(declared: Vec<Table>, script: &str, expected: &Expect) {
    check_with(declared, PLAIN, script, expected).await;
}

fn table(name: &str, columns: Vec<Column>) -> Table {
    Table { columns, ..Table::new(TableName::new(name)) }
}

/// A table whose first column is an id that SeaORM wants to count up.
fn entity(name: &str, columns: Vec<Column>) -> Table {
    let mut id = Column { auto_increment: AutoIncrement::Inferred, ..required("id", DataType::Integer) };
    id.nullable = false;
    let mut table = table(name, [vec![id], columns].concat());
    table.primary_key = Some(PrimaryKey::new(None, names(&["id"])));
    table
}

fn optional(name: &str, kind: DataType) -> Column {
    Column::new(name, ColumnType::inferred(kind))
}

fn required(name: &str, kind: DataType) -> Column {
    Column { nullable: false, ..optional(name, kind) }
}

fn written(name: &str, kind: DataType) -> Column {
    Column::new(name, ColumnType::written(kind))
}

fn default(column: Column, value: DefaultValue) -> Column {
    Column { default: Some(ColumnDefault { value, text: None }), ..column }
}

fn text(value: &str) -> DefaultValue {
    DefaultValue::Literal(Literal::Text(value.into()))
}

fn expression(sql: &str) -> DefaultValue {
    DefaultValue::Expression(sql.into())
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn index(name: Name, columns: &[&str]) -> Index {
    let parts = columns.iter().map(|name| IndexPart::column(*name)).collect();
    Index::new(name, parts)
}

fn unique(name: Option<Name>, columns: &[&str]) -> Unique {
    Unique::new(name, names(columns), Placement::Table)
}

fn foreign_key(name: Option<Name>, columns: &[&str], table: &str, referenced: &[&str]) -> ForeignKey {
    ForeignKey {
        name,
        columns: names(columns),
        references: TableName::new(table),
        referenced_columns: names(referenced),
        on_delete: None,
        on_update: None,
        on_delete_columns: Vec::new(),
        deferrable: Deferrable::No,
        match_full: false,
        not_valid: false,
        placement: Placement::Table,
    }
}

#[tokio::test]
async fn a_database_made_by_another_tool() {
    let mut jobs = entity(
        "jobs",
        vec![
            required("job_type", DataType::String(None)),
            default(required("status", DataType::String(Some(20))), text("pending")),
            default(required("progress", DataType::Integer), DefaultValue::Literal(Literal::Integer(0))),
            required("created_at", DataType::DateTime),
            optional("error", DataType::String(None)),
            default(required("halted", DataType::Boolean), DefaultValue::Literal(Literal::Bool(false))),
            optional("score", DataType::Float),
            optional("plan", DataType::Json),
        ],
    );
    jobs.indexes.push(index(Name::inferred("idx-jobs-status"), &["status"]));
    let mut job_files =
        table("job_files", vec![required("file_id", DataType::Integer), required("job_id", DataType::Integer)]);
    job_files.primary_key = Some(PrimaryKey::new(Some(Name::inferred("pk-job_files")), names(&["file_id", "job_id"])));
    job_files.foreign_keys.push(foreign_key(Some(Name::inferred("fk-job_files-job_id")), &["job_id"], "jobs", &["id"]));
    check(
        vec![jobs, job_files],
        "CREATE TABLE jobs (id INTEGER NOT NULL, job_type VARCHAR(50) NOT NULL, status VARCHAR(20) DEFAULT 'pending' NOT NULL,
            progress INTEGER DEFAULT '0' NOT NULL, created_at DATETIME NOT NULL, error TEXT, halted BOOLEAN DEFAULT 0 NOT NULL,
            score FLOAT, \"plan\" JSON, PRIMARY KEY (id));
        CREATE INDEX ix_jobs_status ON jobs (status);
        CREATE TABLE job_files (job_id INTEGER NOT NULL, file_id INTEGER NOT NULL, PRIMARY KEY (job_id, file_id),
            FOREIGN KEY(job_id) REFERENCES jobs (id))",
        &expect![[""]],
    )
    .await;
}

#[tokio::test]
async fn differences_stay() {
    let mut users = entity(
        "users",
        vec![
            written("name", DataType::String(Some(64))),
            required("email", DataType::String(None)),
            default(optional("age", DataType::Integer), DefaultValue::Literal(Literal::Integer(7))),
            optional("added", DataType::Uuid),
        ],
    );
    users.uniques.push(unique(Some(Name::written("uq_email")), &["email"]));
    users
        .foreign_keys
        .push(ForeignKey { on_delete: Some(Action::Cascade), ..foreign_key(None, &["age"], "users", &["id"]) });
    check(
        vec![users],
        "CREATE TABLE users (id INTEGER PRIMARY KEY, name VARCHAR(100), email TEXT, age INT DEFAULT 5 REFERENCES users ON DELETE SET NULL,
            gone TEXT, UNIQUE (email))",
        &expect![[r#"
            + users: "name" "varchar(64)" String(Some(64))
            + users: "email" "TEXT" Text NOT NULL
            + users: "age" "INT" Integer = 7 Literal(Integer(7))
            + users: "added" "uuid_text" Uuid inferred
            + users: unique "uq_email" ["email"]
            + users: foreign ["age"] -> users ["id"] delete Cascade @age
            - users: "name" "VARCHAR(100)" String(Some(100))
            - users: "email" "TEXT" Text
            - users: "age" "INT" Integer = 5 Literal(Integer(5))
            - users: "gone" "TEXT" Text
            - users: unique ["email"]
            - users: foreign ["age"] -> users ["id"] delete SetNull @age"#]],
    )
    .await;
}

#[tokio::test]
async fn names_in_another_case() {
    let mut posts = table("Posts", vec![required("Id", DataType::Integer), optional("authorID", DataType::Integer)]);
    posts.primary_key = Some(PrimaryKey::new(None, names(&["Id"])));
    posts.indexes.push(index(Name::inferred("i"), &["authorID"]));
    posts.checks.push(Check::new(None, "authorID > 0", Placement::Column("authorID".into())));
    posts.foreign_keys.push(foreign_key(None, &["authorID"], "Posts", &["Id"]));
    check(
        vec![posts],
        "CREATE TABLE posts (ID INTEGER NOT NULL PRIMARY KEY, AuthorId INTEGER CHECK (\"AuthorId\" > 0) REFERENCES POSTS (id));
        CREATE INDEX posts_author ON posts (authorid)",
        &expect![[""]],
    )
    .await;
}

#[tokio::test]
async fn uniques_and_indexes() {
    let mut t = entity("t", ["a", "b", "c", "d", "e"].map(|name| optional(name, DataType::String(None))).into());
    t.uniques = vec![
        unique(None, &["a"]),
        unique(Some(Name::inferred("uq")), &["b"]),
        unique(Some(Name::written("uq_c")), &["c"]),
        // SQLite keeps no second index for these two.
        unique(None, &["id"]),
        unique(None, &["a"]),
    ];
    t.indexes = vec![
        Index { unique: true, ..index(Name::inferred("idx-t-key"), &["d", "e"]) },
        index(Name::inferred("idx-t-a"), &["a"]),
        index(Name::written("by_b"), &["b"]),
        Index { predicate: Some("(E IS NOT NULL)".into()), ..index(Name::inferred("part"), &["e"]) },
        Index {
            parts: vec![IndexPart { descending: true, ..IndexPart::new(IndexKey::Expression("LOWER( c )".into())) }],
            ..index(Name::inferred("low"), &[])
        },
    ];
    check(
        vec![t],
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT UNIQUE, c TEXT, d TEXT, e TEXT, CONSTRAINT k UNIQUE (d, e));
        CREATE UNIQUE INDEX u1 ON t (a); CREATE UNIQUE INDEX uq_c ON t (c);
        CREATE INDEX other_b ON t (b); CREATE INDEX by_b ON t (b); CREATE INDEX ix_a ON t (a);
        CREATE INDEX p ON t (e) WHERE e is not null; CREATE INDEX l ON t ((lower(c)) DESC)",
        &expect![[r#"- t: index "other_b" "b""#]],
    )
    .await;
}

#[tokio::test]
async fn indexes_that_are_not_the_same() {
    let mut t = entity("t", ["a", "b"].map(|name| optional(name, DataType::String(None))).into());
    t.uniques = vec![unique(None, &["a"]), unique(Some(Name::written("uq")), &["b"])];
    t.indexes = vec![
        index(Name::inferred("idx-t-a"), &["a", "b"]),
        Index { predicate: Some("a = 'x'".into()), ..index(Name::inferred("p"), &["a"]) },
    ];
    check(
        vec![t],
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT UNIQUE);
        CREATE UNIQUE INDEX u1 ON t (a) WHERE b > ''; CREATE INDEX ba ON t (b, a); CREATE INDEX p ON t (a) WHERE a = 'X'",
        &expect![[r#"
            + t: unique ["a"]
            + t: unique "uq" ["b"]
            + t: index "idx-t-a"? "a", "b"
            + t: index "p"? "a" WHERE a = 'x'
            - t: unique ["b"] @b
            - t: unique index "u1" "a" WHERE b > ''
            - t: index "ba" "b", "a"
            - t: index "p" "a" WHERE a = 'X'"#]],
    )
    .await;
}

#[tokio::test]
async fn foreign_keys() {
    let parent = |name| {
        let mut table = table(name, vec![required("x", DataType::Integer), required("y", DataType::Integer)]);
        table.primary_key = Some(PrimaryKey::new(Some(Name::inferred("pk")), names(&["x", "y"])));
        table
    };
    let mut child = table("child", ["a", "b", "c", "d"].map(|name| optional(name, DataType::Integer)).into());
    child.foreign_keys = vec![
        // The same pairs in another order, under a name SeaORM made.
        ForeignKey {
            on_delete: Some(Action::NoAction),
            ..foreign_key(Some(Name::inferred("fk-child-b-a")), &["b", "a"], "p", &["y", "x"])
        },
        ForeignKey { on_update: Some(Action::Restrict), ..foreign_key(None, &["c", "d"], "p", &["x", "y"]) },
        // The live one says what happens; this one does not.
        foreign_key(Some(Name::written("fk_q")), &["a", "b"], "q", &["x", "y"]),
    ];
    check(
        vec![parent("p"), parent("q"), child],
        "CREATE TABLE p (x INT NOT NULL, y INT NOT NULL, PRIMARY KEY (x, y)); CREATE TABLE q (x INT, y INT, CONSTRAINT pk_q PRIMARY KEY (y, x));
        CREATE TABLE child (a INT, b INT, c INT, d INT, FOREIGN KEY (a, b) REFERENCES p DEFERRABLE INITIALLY DEFERRED,
            CONSTRAINT fk2 FOREIGN KEY (c, d) REFERENCES p (x, y), CONSTRAINT fk_q FOREIGN KEY (a, b) REFERENCES q (x, y) ON DELETE CASCADE)",
        &expect![[r#"
            + child: foreign ["a", "b"] -> p ["x", "y"]
            + child: foreign "fk2" ["c", "d"] -> p ["x", "y"] update Restrict
            + child: foreign "fk_q" ["a", "b"] -> q ["x", "y"]
            - child: foreign ["a", "b"] -> p ["x", "y"] deferred
            - child: foreign "fk2" ["c", "d"] -> p ["x", "y"]
            - child: foreign "fk_q" ["a", "b"] -> q ["x", "y"] delete Cascade"#]],
    )
    .await;
}

fn with_status(values: &[&str]) -> Table {
    let status = Column { values: Some(names(values)), ..required("status", DataType::Enum("status".into())) };
    entity("t", vec![status])
}

const STATUS: &str = "CREATE TABLE t (id INTEGER PRIMARY KEY, status VARCHAR(9) NOT NULL, CONSTRAINT taskstatus CHECK (Status IN ('B', \"A\")))";
const NO_CHECK: &str = "CREATE TABLE t (id INTEGER PRIMARY KEY, status enum_text NOT NULL)";

#[tokio::test]
async fn enums_with_the_same_values() {
    check(vec![with_status(&["A", "B"])], STATUS, &expect![[""]]).await;
    check_with(vec![with_status(&["A", "B"])], CHECK, STATUS, &expect![[""]]).await;
    check(vec![with_status(&["A", "B"])], NO_CHECK, &expect![[""]]).await;
}

#[tokio::test]
async fn enums_with_other_values() {
    let more = || vec![with_status(&["A", "it's", "B"])];
    check(
        more(),
        STATUS,
        &expect![[r#"
            + t: check "taskstatus" "status" IN ('A', 'it''s', 'B')
            - t: check "taskstatus" Status IN ('B', "A")"#]],
    )
    .await;
    check_with(
        more(),
        CHECK,
        STATUS,
        &expect![[r#"
            + t: check "status" IN ('A', 'it''s', 'B') @status
            - t: check "taskstatus" Status IN ('B', "A")"#]],
    )
    .await;
    check_with(more(), CHECK, NO_CHECK, &expect![[r#"+ t: check "status" IN ('A', 'it''s', 'B') @status"#]]).await;
}

#[tokio::test]
async fn counting() {
    let key = |name: &str, kind, auto_increment| {
        let mut table = table(name, vec![Column { auto_increment, ..required("id", kind) }]);
        table.primary_key = Some(PrimaryKey::new(None, names(&["id"])));
        table
    };
    check(
        vec![
            key("alias", DataType::BigInteger, AutoIncrement::Inferred),
            key("counted", DataType::Integer, AutoIncrement::Inferred),
            key("no_alias", DataType::Integer, AutoIncrement::Inferred),
            key("not_wanted", DataType::Integer, AutoIncrement::No),
            key("strings", DataType::String(None), AutoIncrement::Inferred),
            key("uuids", DataType::Uuid, AutoIncrement::Yes),
            key("wanted", DataType::Integer, AutoIncrement::Yes),
        ],
        "CREATE TABLE alias (id INTEGER PRIMARY KEY); CREATE TABLE counted (id integer PRIMARY KEY AUTOINCREMENT);
        CREATE TABLE no_alias (id BIGINT PRIMARY KEY); CREATE TABLE not_wanted (id INTEGER PRIMARY KEY AUTOINCREMENT);
        CREATE TABLE strings (id TEXT PRIMARY KEY); CREATE TABLE uuids (id uuid_text PRIMARY KEY); CREATE TABLE wanted (id INTEGER PRIMARY KEY)",
        &expect![[r#"
            + no_alias: "id" "integer" Integer inferred NOT NULL counts?
            + not_wanted: "id" "INTEGER" Integer NOT NULL
            + wanted: "id" "INTEGER" Integer NOT NULL counts
            - no_alias: "id" "BIGINT" BigInteger
            - not_wanted: "id" "INTEGER" Integer NOT NULL counts
            - wanted: "id" "INTEGER" Integer NOT NULL"#]],
    )
    .await;
}

#[tokio::test]
async fn defaults() {
    let string = |name| optional(name, DataType::String(None));
    check(
        vec![entity(
            "t",
            vec![
                default(string("a"), DefaultValue::Literal(Literal::Null)),
                string("b"),
                default(string("c"), expression("'it''s'")),
                default(string("d"), expression("datetime( 'now','localtime' )")),
                default(string("e"), expression("CURRENT_TIMESTAMP")),
                default(string("f"), text("")),
                default(string("g"), text("//slash")),
                default(optional("h", DataType::Double), DefaultValue::Literal(Literal::Real("5.20".into()))),
                default(optional("i", DataType::Integer), expression("5")),
                default(string("j"), text("x")),
            ],
        )],
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT DEFAULT NULL, c TEXT DEFAULT \"it's\", d TEXT DEFAULT (datetime('now', 'localtime')),
            e TEXT DEFAULT (current_timestamp), f TEXT DEFAULT '', g TEXT DEFAULT ('//slash'), h REAL DEFAULT 5.2, i INT DEFAULT '5', j TEXT)",
        &expect![[r#"
            + t: "j" "TEXT" Text = 'x' Literal(Text("x"))
            - t: "j" "TEXT" Text"#]],
    )
    .await;
}

#[tokio::test]
async fn raw_sql_of_entities() {
    let with = |name, extra: &str| Column { extra: Some(extra.into()), ..optional(name, DataType::Integer) };
    check(
        vec![entity(
            "t",
            vec![
                with("a", "CHECK (a > 0) -- why"),
                with("b", "COLLATE nocase DEFAULT (1+1)"),
                with("c", "GENERATED ALWAYS AS (a * 2) STORED"),
                with("d", "UNIQUE NOT NULL REFERENCES t (id) ON DELETE CASCADE"),
            ],
        )],
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a INT CONSTRAINT positive CHECK (\"a\">0), b INT COLLATE NOCASE DEFAULT ( 1 + 1 ),
            c INT AS (A*2) STORED, d INT NOT NULL REFERENCES t ON DELETE CASCADE);
        CREATE UNIQUE INDEX d ON t (d)",
        &expect![[""]],
    )
    .await;
}

#[tokio::test]
async fn generated_columns_that_differ() {
    let generated = |name, expression: &str, stored| Column {
        generated: Some(Generated { expression: expression.into(), stored }),
        ..optional(name, DataType::Integer)
    };
    check(
        vec![entity(
            "t",
            vec![generated("a", "id * 2", false), generated("b", "id+3", true), optional("c", DataType::Integer)],
        )],
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a INT AS (id * 2) STORED, b INT AS (id + 2) STORED, c INT AS (id))",
        &expect![[r#"
            + t: "a" "INT" Integer := id * 2
            + t: "b" "INT" Integer := id+3 stored
            + t: "c" "INT" Integer
            - t: "a" "INT" Integer := id * 2 stored
            - t: "b" "INT" Integer := id + 2 stored
            - t: "c" "INT" Integer := id"#]],
    )
    .await;
}

#[tokio::test]
async fn how_a_table_is_stored() {
    let mut t = table(
        "t",
        vec![
            required("id", DataType::String(None)),
            optional("n", DataType::Boolean),
            written("c", DataType::String(Some(9))),
        ],
    );
    t.primary_key = Some(PrimaryKey::new(None, names(&["id"])));
    let mut strict = table("u", vec![optional("a", DataType::Uuid)]);
    strict.options.strict = true;
    check(
        vec![t, strict],
        "CREATE TABLE t (id TEXT PRIMARY KEY, n INT, c TEXT) STRICT, WITHOUT ROWID; CREATE TABLE u (a TEXT)",
        &expect![[r#"
            + t
            + u STRICT
            - t STRICT, WITHOUT ROWID
            - u"#]],
    )
    .await;
}

#[test]
fn what_sqlite_has_no_form_for() {
    let message = |column: Column| {
        let table =
            Table { name: TableName { schema: Some("s".into()), name: "t".into() }, ..table("t", vec![column]) };
        let schema = Schema::from_iter([table]);
        let error = canonicalize(schema, &PLAIN).unwrap_err();
        format!("{error}\nhint: {}", error.hint().unwrap())
    };
    let array = DataType::Array(Box::new(DataType::Text));
    let extra = |sql: &str| Column { extra: Some(sql.into()), ..optional("c", DataType::Integer) };
    let messages = [
        message(optional("tags", array)),
        message(extra("CHECK (c > 0) PARTITION BY x")),
        message(extra("CHECK (c > 0")),
        message(extra("DEFAULT 'open")),
        message(extra("PRIMARY KEY")),
    ];
    expect![[r#"
        SQLite has no form for `s.t.tags`: it is an array
        hint: write a `column_type` SQLite has, such as `Json` or `Text`

        SQLite has no form for `s.t.c`: in `extra = "CHECK (c > 0) PARTITION BY x"`, expected a constraint, found `PARTITION` on line 1
        hint: `extra` may hold CHECK, COLLATE, DEFAULT, GENERATED ALWAYS AS, UNIQUE, REFERENCES and NOT NULL

        SQLite has no form for `s.t.c`: in `extra = "CHECK (c > 0"`, expected parentheses, found `(` on line 1
        hint: `extra` may hold CHECK, COLLATE, DEFAULT, GENERATED ALWAYS AS, UNIQUE, REFERENCES and NOT NULL

        SQLite has no form for `s.t.c`: in `extra = "DEFAULT 'open"`, expected the end of a quotation, found `'open` on line 1
        hint: `extra` may hold CHECK, COLLATE, DEFAULT, GENERATED ALWAYS AS, UNIQUE, REFERENCES and NOT NULL

        SQLite has no form for `s.t.c`: `PRIMARY KEY` in `extra` is not known to SeaORM
        hint: write `#[sea_orm(primary_key)]`"#]].assert_eq(&messages.join("\n\n"));
}

/// Every pair of tables with these columns is the same to SQLite.
#[tokio::test]
async fn nothing_changed() {
    for (left, right) in [
        ("a VARCHAR(32)", "a varchar (32)"),
        ("a NUMERIC(10, 5)", "a DECIMAL(10,5)"),
        ("a TEXT DEFAULT 'some default'", "a TEXT DEFAULT ('some default')"),
        ("a TEXT DEFAULT (substr('name', 1, 3))", "a TEXT DEFAULT (SUBSTR('name',1,3))"),
        ("a INT DEFAULT 15", "a INT DEFAULT \"15\""),
        ("a FLOAT DEFAULT 5", "a FLOAT DEFAULT 5.0"),
        ("a NUMERIC DEFAULT '5'", "a NUMERIC DEFAULT 5.0"),
        ("a TEXT DEFAULT 'has '' quote'", "a TEXT DEFAULT \"has ' quote\""),
        ("a TEXT DEFAULT (datetime('now','localtime'))", "a TEXT DEFAULT ( datetime('now', 'localtime') )"),
        ("a BOOLEAN DEFAULT TRUE", "a BOOLEAN DEFAULT '1'"),
        ("a INT DEFAULT 0x10", "a INT DEFAULT +16"),
        ("a INT, b INT AS (a*5)", "a INT, b INT GENERATED ALWAYS AS ( a\n * /* ! */ 5 ) VIRTUAL"),
        ("a INT CHECK (a != 1)", "a INT, CHECK ((\"a\" <> 1))"),
        ("a TEXT CHECK (a in ('x','y'))", "a TEXT CHECK (([A] IN ('y', 'x')))"),
        ("a TEXT UNIQUE", "a TEXT, UNIQUE (a)"),
        ("a INT REFERENCES t (id) ON DELETE NO ACTION", "a INT, FOREIGN KEY (A) REFERENCES T"),
        ("a INT REFERENCES t (id) DEFERRABLE", "a INT REFERENCES t (id) NOT DEFERRABLE INITIALLY DEFERRED"),
        ("a TEXT COLLATE NOCASE", "a TEXT collate \"nocase\""),
        ("a TEXT COLLATE BINARY", "a TEXT"),
    ] {
        let table = |columns: &str| format!("CREATE TABLE t (id INTEGER PRIMARY KEY, {columns})");
        let (left_schema, right_schema) = (live(&table(left)).await, live(&table(right)).await);
        assert_eq!(reconcile(left_schema.clone(), &right_schema), right_schema, "{left} as {right}");
        assert_eq!(reconcile(right_schema, &left_schema), left_schema, "{right} as {left}");
    }
}

/// No pair of tables with these columns is the same.
#[tokio::test]
async fn something_changed() {
    for (left, right) in [
        ("a VARCHAR(32)", "a VARCHAR(40)"),
        ("a TEXT", "a VARCHAR(255)"),
        ("a NUMERIC(10, 5)", "a NUMERIC(10, 6)"),
        ("a INT", "a INT NOT NULL"),
        ("a TEXT DEFAULT 'im a default'", "a TEXT DEFAULT 'me too'"),
        ("a TEXT DEFAULT ''", "a TEXT DEFAULT ' '"),
        ("a FLOAT DEFAULT 5.2", "a FLOAT DEFAULT 5.3"),
        ("a INT, b INT AS (a*5)", "a INT, b INT AS (a*6)"),
        ("a INT CHECK (a > 1)", "a INT CHECK (a >= 1)"),
        ("a INT CONSTRAINT x CHECK (a > 1)", "a INT CONSTRAINT y CHECK (a > 1)"),
        ("a TEXT CHECK (a IN ('x', 'y'))", "a TEXT CHECK (a IN ('x', 'Y'))"),
        ("a INT, b INT, UNIQUE (a, b)", "a INT, b INT, UNIQUE (b, a)"),
        ("a INT REFERENCES t (id) ON DELETE RESTRICT", "a INT REFERENCES t (id) ON DELETE CASCADE"),
        ("a INT REFERENCES t (id)", "a INT REFERENCES u (id)"),
        ("a TEXT COLLATE NOCASE", "a TEXT COLLATE RTRIM"),
    ] {
        let table = |columns: &str| format!("CREATE TABLE t (id INTEGER PRIMARY KEY, {columns})");
        let (left_schema, right_schema) = (live(&table(left)).await, live(&table(right)).await);
        assert_ne!(reconcile(left_schema.clone(), &right_schema), right_schema, "{left} as {right}");
        assert_ne!(reconcile(right_schema, &left_schema), left_schema, "{right} as {left}");
    }
}

/// `schema.lock` in the place of the database: both sides are declared.
#[test]
fn a_declared_schema_satisfies_itself() {
    let mut users = entity("users", vec![default(required("name", DataType::String(None)), text("x"))]);
    users.uniques.push(unique(Some(Name::inferred("uq")), &["name"]));
    users.indexes.push(index(Name::inferred("idx-users-name"), &["name"]));
    users.foreign_keys.push(ForeignKey {
        on_delete: Some(Action::NoAction),
        ..foreign_key(Some(Name::inferred("fk")), &["id"], "users", &["id"])
    });
    for options in [PLAIN, CHECK] {
        let schema = Schema::from_iter([users.clone(), with_status(&["A", "B"])]);
        let schema = canonicalize(schema, &options).unwrap();
        assert_eq!(reconcile(schema.clone(), &schema), schema);
    }
}
