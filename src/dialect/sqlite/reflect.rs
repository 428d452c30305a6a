//! Reads a live database: the pragmas for what they know, the `CREATE` texts for the rest. The number of queries does not
//! grow with the number of tables. Compares nothing.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::ConnectionTrait;

use super::catalog::{Catalog, ColumnRow, IndexRow, ObjectRow, failed};
use super::create::{self, Clause, ClauseKind, ColumnText, Misread, Reference, TableText};
use super::{text, types, value};
use crate::dialect::tools::is_of_tool;
use crate::error::{Error, Result};
use crate::model::{
    self, Attachment, AttachmentKind, AutoIncrement, Check, ClauseOf, Column, ColumnDefault, ColumnType, ForeignKey,
    Generated, Index, IndexKey, IndexPart, Name, Placement, PrimaryKey, Schema, Table, TableName, Unique, Verbatim,
    VerbatimKind,
};

/// The schema of the database, as one snapshot.
pub(in crate::dialect) async fn reflect(db: &impl ConnectionTrait) -> Result<Schema> {
    let begin = "start reading the schema";
    db.execute_unprepared("BEGIN").await.map_err(|cause| failed(begin, cause))?;
    let catalog = Catalog::read(db).await;
    let ended = db.execute_unprepared("ROLLBACK").await.map_err(|cause| failed("finish reading the schema", cause));
    let catalog = catalog?;
    ended?;
    catalog.schema()
}

fn misread(object: &str, problem: &Misread) -> Error {
    Error::Definition { object: object.to_owned(), reason: problem.to_string() }
}

impl Catalog {
    fn schema(&self) -> Result<Schema> {
        let mut schema = Schema::default();
        let mut indexes: BTreeMap<&str, &str> = BTreeMap::new();
        for object in &self.objects {
            let kind = self.tables.get(&object.name).map(|row| row.kind.as_str());
            match object.kind.as_str() {
                "index" => {
                    indexes.insert(&object.name, &object.sql);
                }
                "view" => keep(&mut schema, VerbatimKind::View, object),
                "table" if kind == Some("virtual") => keep(&mut schema, VerbatimKind::VirtualTable, object),
                _ => {}
            }
        }
        let names: BTreeSet<&str> = self.ordinary_tables().map(|object| object.name.as_str()).collect();
        for object in self.ordinary_tables() {
            let table = self.table(object, &names, &indexes)?;
            schema.tables.insert(table.name.clone(), table.into());
        }
        let views: BTreeSet<String> = schema.verbatim.keys().map(|name| name.name.clone()).collect();
        let views: BTreeSet<&str> = views.iter().map(String::as_str).collect();
        for object in self.objects.iter().filter(|object| object.kind == "trigger") {
            // The text may name the table in another case than its own.
            let table = find(&names, &object.table).and_then(|name| schema.tables.get_mut(&TableName::new(name)));
            let view = find(&views, &object.table).and_then(|name| schema.verbatim.get_mut(&TableName::new(name)));
            let triggers = table.map(|table| &mut table.attachments).or(view.map(|view| &mut view.attachments));
            if let Some(triggers) = triggers {
                triggers.push(Attachment {
                    kind: AttachmentKind::Trigger,
                    name: object.name.clone(),
                    sql: statement(&object.sql),
                });
            }
        }
        Ok(schema)
    }

    fn ordinary_tables(&self) -> impl Iterator<Item = &ObjectRow> {
        self.objects.iter().filter(|object| {
            object.kind == "table"
                && !is_of_tool(&object.name)
                && self.tables.get(&object.name).is_some_and(|row| row.kind == "table")
        })
    }

    fn table(&self, object: &ObjectRow, names: &BTreeSet<&str>, indexes: &BTreeMap<&str, &str>) -> Result<Table> {
        let rows = self.columns.get(&object.name).map(Vec::as_slice).unwrap_or_default();
        let text = create::table(&object.sql).map_err(|problem| misread(&object.name, &problem))?;
        if rows.len() != text.columns.len() {
            let reason = format!("its text has {} columns, the catalog {}", text.columns.len(), rows.len());
            return Err(Error::Definition { object: object.name.clone(), reason });
        }
        let mut table = Table::new(TableName::new(&object.name));
        table.options = self.tables.get(&object.name).map(|row| row.options.clone()).unwrap_or_default();
        table.columns = rows.iter().zip(&text.columns).map(|(row, text)| column(row, text)).collect();
        table.primary_key = primary_key(rows, &text);
        if counts_up(&text) {
            // There is one, or SQLite would not have taken the word.
            for (column, _) in table.columns.iter_mut().zip(rows).filter(|(_, row)| row.key.is_some()) {
                column.auto_increment = AutoIncrement::Yes;
            }
        }
        table.checks = checks(&text, rows);
        table.foreign_keys = self.foreign_keys(object, &text, rows, names)?;
        let mut uniques = Vec::new();
        for row in self.indexes.get(&object.name).into_iter().flatten() {
            match row.origin.as_str() {
                "u" => uniques.push(unique(row, &text, rows)),
                "c" => {
                    let index = index(row, indexes.get(row.name.as_str()).copied().unwrap_or_default(), &table)?;
                    table.indexes.push(index);
                }
                // The primary key's own.
                _ => {}
            }
        }
        // SQLite lists those that replace rows apart from the others.
        uniques.sort_by_key(|(position, _)| *position);
        table.uniques = uniques.into_iter().map(|(_, unique)| unique).collect();
        table.options.clauses = said(&text, rows);
        table.unmodelled = said_twice(&text, rows);
        Ok(table)
    }

    fn foreign_keys(
        &self,
        object: &ObjectRow,
        text: &TableText,
        rows: &[ColumnRow],
        names: &BTreeSet<&str>,
    ) -> Result<Vec<ForeignKey>> {
        let known = self.foreign_keys.get(&object.name).map(Vec::as_slice).unwrap_or_default();
        let written: Vec<(&Clause, &Reference, Placement)> = clauses(text, rows)
            .filter_map(|(clause, placement)| match &clause.kind {
                ClauseKind::References(reference) => Some((clause, reference, placement)),
                _ => None,
            })
            .collect();
        if known.len() != written.len() {
            let reason = format!("its text has {} foreign keys, the catalog {}", written.len(), known.len());
            return Err(Error::Definition { object: object.name.clone(), reason });
        }
        Ok(known
            .iter()
            .zip(written)
            .map(|(fk, (clause, reference, placement))| {
                let parent = find(names, &fk.table).unwrap_or(&fk.table);
                ForeignKey {
                    name: clause.name.clone().map(Name::written),
                    columns: fk.columns.clone(),
                    references: TableName::new(parent),
                    referenced_columns: self.targets(parent, &fk.referenced_columns),
                    // To the catalog, `NO ACTION` and nothing are the same.
                    on_delete: fk.on_delete.or(reference.on_delete),
                    on_update: fk.on_update.or(reference.on_update),
                    on_delete_columns: Vec::new(),
                    deferrable: reference.deferrable,
                    // SQLite reads `MATCH` and forgets it.
                    match_full: false,
                    not_valid: false,
                    placement,
                }
            })
            .collect())
    }

    /// The columns a foreign key refers to, in the spelling of the table they belong to.
    fn targets(&self, parent: &str, written: &[Option<String>]) -> Vec<String> {
        let columns = self.columns.get(parent).map(Vec::as_slice).unwrap_or_default();
        let key = key_columns(columns);
        let names: BTreeSet<&str> = columns.iter().map(|column| column.name.as_str()).collect();
        written
            .iter()
            .enumerate()
            .map(|(position, name)| match name {
                Some(name) => find(&names, name).unwrap_or(name).to_owned(),
                // Without a key to refer to, SQLite refuses every write; the rowid is then as good a word as any.
                None => key.get(position).map_or("rowid", String::as_str).to_owned(),
            })
            .collect()
    }
}

fn keep(schema: &mut Schema, kind: VerbatimKind, object: &ObjectRow) {
    let verbatim = Verbatim::new(kind, statement(&object.sql));
    schema.verbatim.insert(TableName::new(&object.name), verbatim);
}

/// The text without a comment at its end, behind which a semicolon would be lost.
fn statement(sql: &str) -> String {
    text::slice(sql, &text::tokens(sql)).to_owned()
}

/// The name in the spelling of the set: the same, or the same but for the case of ASCII letters.
fn find<'a>(names: &BTreeSet<&'a str>, name: &str) -> Option<&'a str> {
    names.get(name).or_else(|| names.iter().find(|known| known.eq_ignore_ascii_case(name))).copied()
}

/// All clauses of a table with their placement: those of the columns, then those of the table.
fn clauses<'a>(text: &'a TableText, rows: &'a [ColumnRow]) -> impl Iterator<Item = (&'a Clause, Placement)> {
    let of_columns = rows
        .iter()
        .zip(&text.columns)
        .flat_map(|(row, column)| column.clauses.iter().map(|clause| (clause, Placement::Column(row.name.clone()))));
    of_columns.chain(text.constraints.iter().map(|clause| (clause, Placement::Table)))
}

fn key_columns(rows: &[ColumnRow]) -> Vec<String> {
    let mut key: Vec<(i64, &str)> = rows.iter().filter_map(|row| Some((row.key?, row.name.as_str()))).collect();
    key.sort_unstable();
    key.into_iter().map(|(_, name)| name.to_owned()).collect()
}

fn column(row: &ColumnRow, text: &ColumnText) -> Column {
    let data_type =
        ColumnType { kind: types::parse(&text.data_type), text: Some(text.data_type.clone()), inferred: false };
    let mut column = Column { nullable: !row.not_null, ..Column::new(&row.name, data_type) };
    for clause in &text.clauses {
        match &clause.kind {
            ClauseKind::Default(sql) => {
                column.default = Some(ColumnDefault { value: value::parse(sql), text: Some(sql.clone()) });
            }
            ClauseKind::Collate(name) => column.collation = Some(name.clone()),
            ClauseKind::Generated { expression, stored } => {
                column.generated = Some(Generated { expression: expression.clone(), stored: *stored });
            }
            ClauseKind::PrimaryKey { .. }
            | ClauseKind::Unique { .. }
            | ClauseKind::Check(_)
            | ClauseKind::References(_)
            | ClauseKind::NotNull
            | ClauseKind::Null => {}
        }
    }
    column
}

fn counts_up(text: &TableText) -> bool {
    let of_columns = text.columns.iter().flat_map(|column| &column.clauses);
    of_columns.chain(&text.constraints).any(|clause| clause.kind == ClauseKind::PrimaryKey { autoincrement: true })
}

fn primary_key(rows: &[ColumnRow], text: &TableText) -> Option<PrimaryKey> {
    let columns = key_columns(rows);
    let name = clauses(text, rows).find_map(|(clause, _)| match clause.kind {
        ClauseKind::PrimaryKey { .. } => clause.name.clone(),
        _ => None,
    });
    (!columns.is_empty()).then(|| PrimaryKey::new(name.map(Name::written), columns))
}

fn checks(text: &TableText, rows: &[ColumnRow]) -> Vec<Check> {
    clauses(text, rows)
        .filter_map(|(clause, placement)| match &clause.kind {
            ClauseKind::Check(expression) => {
                let name = clause.name.clone().map(Name::written);
                Some(Check::new(name, expression.clone(), placement))
            }
            _ => None,
        })
        .collect()
}

/// The constraint behind one of SQLite's own indexes; its name and place are in the text.
/// With its position among all clauses.
fn unique(row: &IndexRow, text: &TableText, rows: &[ColumnRow]) -> (usize, Unique) {
    let columns: Vec<String> = row.parts.iter().filter_map(|part| part.column.clone()).collect();
    let written = clauses(text, rows).enumerate().find(|(_, (clause, placement))| match (&clause.kind, placement) {
        (ClauseKind::Unique { columns: written }, Placement::Table) => same_names(written, &columns),
        (ClauseKind::Unique { .. }, Placement::Column(column)) => columns == [column.as_str()],
        _ => false,
    });
    let (position, name, placement) = match written {
        Some((position, (clause, placement))) => (position, clause.name.clone(), placement),
        None => (usize::MAX, None, Placement::Table),
    };
    (position, Unique::new(name.map(Name::written), columns, placement))
}

/// What the text says about keys and required columns beyond what they are.
fn said(text: &TableText, rows: &[ColumnRow]) -> BTreeMap<ClauseOf, model::Clause> {
    let of = |(clause, placement): (&Clause, Placement)| {
        let of = of_clause(clause, &placement, rows)?;
        let order = if clause.order.iter().any(|words| !words.is_empty()) { clause.order.clone() } else { Vec::new() };
        let on_column = placement != Placement::Table;
        let said = model::Clause { order, on_column, on_conflict: clause.on_conflict.clone() };
        (!said.order.is_empty() || said.on_conflict.is_some()).then_some((of, said))
    };
    clauses(text, rows).filter_map(of).collect()
}

/// What a clause is about, if more can be said about it. Columns are in the spelling of the table.
fn of_clause(clause: &Clause, placement: &Placement, rows: &[ColumnRow]) -> Option<ClauseOf> {
    let names: BTreeSet<&str> = rows.iter().map(|row| row.name.as_str()).collect();
    let spelled = |name: &String| find(&names, name).unwrap_or(name).to_owned();
    match (&clause.kind, placement) {
        (ClauseKind::NotNull, Placement::Column(column)) => Some(ClauseOf::NotNull(column.clone())),
        (ClauseKind::PrimaryKey { .. }, _) => Some(ClauseOf::PrimaryKey),
        (ClauseKind::Unique { .. }, Placement::Column(column)) => Some(ClauseOf::Unique(vec![column.clone()])),
        (ClauseKind::Unique { columns }, Placement::Table) => {
            Some(ClauseOf::Unique(columns.iter().map(spelled).collect()))
        }
        _ => None,
    }
}

/// Unique constraints of the same columns of which more is said: the model takes them for one.
fn said_twice(text: &TableText, rows: &[ColumnRow]) -> Vec<String> {
    let said = said(text, rows);
    let keys: Vec<ClauseOf> =
        clauses(text, rows).filter_map(|(clause, placement)| of_clause(clause, &placement, rows)).collect();
    let is_twice = |key: &&ClauseOf| keys.iter().filter(|other| other == key).count() > 1;
    let names = |key: &ClauseOf| match key {
        ClauseOf::Unique(columns) => format!("UNIQUE ({}) and what stands behind it, twice", columns.join(", ")),
        ClauseOf::NotNull(column) => format!("NOT NULL of {column}, twice"),
        ClauseOf::PrimaryKey => "PRIMARY KEY, twice".to_owned(),
    };
    said.keys().filter(is_twice).map(names).collect()
}

fn same_names(left: &[String], right: &[String]) -> bool {
    left.len() == right.len() && left.iter().zip(right).all(|(left, right)| left.eq_ignore_ascii_case(right))
}

fn index(row: &IndexRow, sql: &str, table: &Table) -> Result<Index> {
    let text = create::index(sql).map_err(|problem| misread(&row.name, &problem))?;
    let parts = row
        .parts
        .iter()
        .enumerate()
        .map(|(position, part)| {
            let (key, collation) = if let Some(name) = &part.column {
                let own = table.column(name).and_then(|column| column.collation.as_deref()).unwrap_or("BINARY");
                let collation = (!part.collation.eq_ignore_ascii_case(own)).then(|| part.collation.clone());
                (IndexKey::Column(name.clone()), collation)
            } else {
                // The collation of an expression is part of its text.
                (IndexKey::Expression(text.parts.get(position).cloned().unwrap_or_default()), None)
            };
            IndexPart { descending: part.descending, collation, ..IndexPart::new(key) }
        })
        .collect();
    let name = Name::written(&row.name);
    Ok(Index { unique: row.unique, predicate: text.predicate, ..Index::new(name, parts) })
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use sea_orm::{ConnectOptions, Database, DatabaseConnection, DbBackend, DbErr, QueryResult, Statement};

    use super::*;
    use crate::dialect::sqlite::show;

    async fn database(script: &str) -> DatabaseConnection {
        let mut options = ConnectOptions::new("sqlite::memory:");
        options.max_connections(1);
        let db = Database::connect(options).await.unwrap();
        for statement in crate::dialect::sqlite::statements(script) {
            db.execute_unprepared(&statement.sql).await.unwrap_or_else(|error| panic!("{error}: {}", statement.sql));
        }
        db
    }

    async fn check(script: &str, expected: &Expect) {
        let db = database(script).await;
        let schema = reflect(&db).await.unwrap();
        expected.assert_eq(&show::schema(&schema));
        let options = crate::dialect::Options::default();
        let canonical = crate::dialect::sqlite::canonicalize(schema, &options).unwrap();
        let reconciled = crate::dialect::sqlite::reconcile(canonical.clone(), &canonical);
        assert_eq!(reconciled, canonical, "a schema satisfies itself");
    }

    #[tokio::test]
    async fn columns_and_defaults() {
        check(
            r#"CREATE TABLE IF NOT EXISTS main."files" (
                id INTEGER PRIMARY KEY, -- the ) key, and more
                name VARCHAR(255) NOT NULL DEFAULT '', confidence varchar(10) DEFAULT "low",
                note DEFAULT 'a, b) it''s', /* x INT, */ "size" BIGINT NOT NULL DEFAULT -1 CHECK ("size" > -2),
                price DECIMAL(10, 2) DEFAULT (1.50), made timestamp_text DEFAULT CURRENT_TIMESTAMP,
                later TEXT DEFAULT (datetime('now', '+1 day')), flag boolean DEFAULT FALSE, raw blob DEFAULT x'00ff'
            )"#,
            &expect![[r#"
                files
                  "id" "INTEGER" Integer
                  "name" "VARCHAR(255)" String(Some(255)) NOT NULL = '' Literal(Text(""))
                  "confidence" "varchar(10)" String(Some(10)) = "low" Literal(Text("low"))
                  "note" "" Custom("") = 'a, b) it''s' Literal(Text("a, b) it's"))
                  "size" "BIGINT" BigInteger NOT NULL = -1 Literal(Integer(-1))
                  "price" "DECIMAL(10, 2)" Decimal(Some((10, 2))) = (1.50) Literal(Real("1.50"))
                  "made" "timestamp_text" Timestamp = CURRENT_TIMESTAMP Expression("CURRENT_TIMESTAMP")
                  "later" "TEXT" Text = (datetime('now', '+1 day')) Expression("datetime('now', '+1 day')")
                  "flag" "boolean" Boolean = FALSE Literal(Bool(false))
                  "raw" "blob" Blob = x'00ff' Literal(Blob([0, 255]))
                  key ["id"]
                  check "size" > -2 @size
            "#]],
        )
        .await;
    }

    #[tokio::test]
    async fn names_of_all_kinds() {
        check(
            r#"CREATE TABLE "a""b;c" ("select" INT, [x y] TEXT, `back``tick` TEXT, 'single' TEXT, größe TEXT, "🦀" TEXT,
                "" TEXT, "check" TEXT CHECK ("check" <> ')'), "a,b" TEXT COLLATE "nocase", key TEXT, "UNIQUE" INT UNIQUE);
            CREATE INDEX "i""1" ON "a""b;c" ("x y", [select] DESC, 'single');
            CREATE TABLE [order] (id INT REFERENCES "a""b;c" ("select"))"#,
            &expect![[r#"
                a"b;c
                  "select" "INT" Integer
                  "x y" "TEXT" Text
                  "back`tick" "TEXT" Text
                  "single" "TEXT" Text
                  "größe" "TEXT" Text
                  "🦀" "TEXT" Text
                  "" "TEXT" Text
                  "check" "TEXT" Text
                  "a,b" "TEXT" Text COLLATE nocase
                  "key" "TEXT" Text
                  "UNIQUE" "INT" Integer
                  unique ["UNIQUE"] @UNIQUE
                  check "check" <> ')' @check
                  index "i\"1" "x y", "select" DESC, "single"
                order
                  "id" "INT" Integer
                  foreign ["id"] -> a"b;c ["select"] @id
            "#]],
        )
        .await;
    }

    #[tokio::test]
    async fn constraints_with_names_and_places() {
        check(
            r"CREATE TABLE parent (a TEXT, b TEXT, CONSTRAINT pk_parent PRIMARY KEY (b, a));
            CREATE TABLE child (
                id INT CONSTRAINT pk_child PRIMARY KEY,
                one TEXT CONSTRAINT uq_one UNIQUE CONSTRAINT ck_one CHECK ((one <> 'x')) NOT NULL,
                two TEXT UNIQUE, self INT REFERENCES Child ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
                a TEXT, b TEXT,
                CONSTRAINT fk_parent FOREIGN KEY (a, b) REFERENCES Parent (A, B) ON UPDATE SET NULL ON DELETE NO ACTION,
                FOREIGN KEY (b, a) REFERENCES parent,
                CONSTRAINT uq_two_one UNIQUE (two, one) ON CONFLICT REPLACE
                CONSTRAINT ck_two CHECK (two IN ('a', 'b)')), CHECK (a < b)
            )",
            &expect![[r#"
                child
                  "id" "INT" Integer
                  "one" "TEXT" Text NOT NULL
                  "two" "TEXT" Text
                  "self" "INT" Integer
                  "a" "TEXT" Text
                  "b" "TEXT" Text
                  key "pk_child" ["id"]
                  unique "uq_one" ["one"] @one
                  unique ["two"] @two
                  unique "uq_two_one" ["two", "one"]
                  foreign ["self"] -> child ["id"] delete Cascade deferred @self
                  foreign "fk_parent" ["a", "b"] -> parent ["a", "b"] delete NoAction update SetNull
                  foreign ["b", "a"] -> parent ["b", "a"]
                  check "ck_one" one <> 'x' @one
                  check "ck_two" two IN ('a', 'b)')
                  check a < b
                parent
                  "a" "TEXT" Text
                  "b" "TEXT" Text
                  key "pk_parent" ["b", "a"]
            "#]],
        )
        .await;
    }

    #[tokio::test]
    async fn keys_and_storage() {
        check(
            r"CREATE TABLE counted (id integer NOT NULL PRIMARY KEY AUTOINCREMENT, autoincrement_note TEXT);
            CREATE TABLE counted_too (id INTEGER, PRIMARY KEY (id AUTOINCREMENT));
            CREATE TABLE plain (id INTEGER PRIMARY KEY);
            CREATE TABLE text_key (id TEXT PRIMARY KEY UNIQUE, UNIQUE (id)) WITHOUT ROWID;
            CREATE TABLE exact (id INT PRIMARY KEY, x ANY, y TEXT) STRICT, WITHOUT ROWID;
            CREATE TABLE keyless (x)",
            &expect![[r#"
                counted
                  "id" "integer" Integer NOT NULL counts
                  "autoincrement_note" "TEXT" Text
                  key ["id"]
                counted_too
                  "id" "INTEGER" Integer counts
                  key ["id"]
                exact STRICT, WITHOUT ROWID
                  "id" "INT" Integer NOT NULL
                  "x" "ANY" Custom("ANY")
                  "y" "TEXT" Text
                  key ["id"]
                keyless
                  "x" "" Custom("")
                plain
                  "id" "INTEGER" Integer
                  key ["id"]
                text_key WITHOUT ROWID
                  "id" "TEXT" Text NOT NULL
                  key ["id"]
            "#]],
        )
        .await;
    }

    #[tokio::test]
    async fn generated_columns_and_collations() {
        check(
            r"CREATE TABLE t (
                a TEXT COLLATE NOCASE, b INT GENERATED ALWAYS AS (length(a) + (1)) STORED NOT NULL,
                c GENERATED ALWAYS AS ((a || ',')), d TEXT AS (lower(a)) VIRTUAL, e VARCHAR /* ) */ (10)
            )",
            &expect![[r#"
                t
                  "a" "TEXT" Text COLLATE NOCASE
                  "b" "INT" Integer NOT NULL := length(a) + (1) stored
                  "c" "" Custom("") := a || ','
                  "d" "TEXT" Text := lower(a)
                  "e" "VARCHAR /* ) */ (10)" String(Some(10))
            "#]],
        )
        .await;
    }

    #[tokio::test]
    async fn indexes() {
        check(
            r#"CREATE TABLE t (a TEXT COLLATE NOCASE, b TEXT, c INT);
            CREATE UNIQUE INDEX partial ON t (a) WHERE (c > 0 AND b <> ')');
            CREATE INDEX mixed ON t (lower(a) DESC, b COLLATE NOCASE, (a || ',' || b), c DESC, a COLLATE BINARY);
            CREATE INDEX cased ON T (A COLLATE nocase);
            CREATE UNIQUE INDEX IF NOT EXISTS main."un""ique" ON t (b ASC, c)"#,
            &expect![[r#"
                t
                  "a" "TEXT" Text COLLATE NOCASE
                  "b" "TEXT" Text
                  "c" "INT" Integer
                  unique index "partial" "a" WHERE c > 0 AND b <> ')'
                  index "mixed" (lower(a)) DESC, "b" COLLATE NOCASE, (a || ',' || b), "c" DESC, "a" COLLATE BINARY
                  index "cased" "a"
                  unique index "un\"ique" "b", "c"
            "#]],
        )
        .await;
    }

    #[tokio::test]
    async fn columns_added_later() {
        check(
            r#"CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, CONSTRAINT uq UNIQUE (a), CHECK (a <> ''));
            ALTER TABLE t ADD COLUMN b TEXT NOT NULL DEFAULT 'x, y' CHECK (b <> ')');
            ALTER TABLE t ADD c INT REFERENCES t (id) /* why */;
            ALTER TABLE t RENAME COLUMN a TO "a b";
            ALTER TABLE t RENAME TO "T 2";
            CREATE TABLE copy AS SELECT id, "a b" AS "x,y", 1 + 1 FROM "T 2""#,
            &expect![[r#"
                T 2
                  "id" "INTEGER" Integer
                  "a b" "TEXT" Text
                  "b" "TEXT" Text NOT NULL = 'x, y' Literal(Text("x, y"))
                  "c" "INT" Integer
                  key ["id"]
                  unique "uq" ["a b"]
                  foreign ["c"] -> T 2 ["id"] @c
                  check b <> ')' @b
                  check "a b" <> ''
                copy
                  "id" "INT" Integer
                  "x,y" "TEXT" Text
                  "1 + 1" "" Custom("")
            "#]],
        )
        .await;
    }

    #[tokio::test]
    async fn views_triggers_and_virtual_tables() {
        check(
            r"CREATE TABLE t (a TEXT);
            CREATE TRIGGER tr AFTER INSERT ON T BEGIN SELECT CASE WHEN new.a = ';' THEN 1 END; END;
            CREATE VIEW v AS SELECT a FROM t;
            CREATE TRIGGER instead INSTEAD OF INSERT ON v BEGIN INSERT INTO t VALUES (new.a); END;
            CREATE VIRTUAL TABLE search USING fts5(a, content='t');
            CREATE VIRTUAL TABLE boxes USING rtree(id, x0, x1);
            CREATE TABLE seaql_migrations (version TEXT PRIMARY KEY);
            CREATE TABLE seachange_history (id TEXT UNIQUE);
            CREATE TABLE counted (id INTEGER PRIMARY KEY AUTOINCREMENT);
            ANALYZE",
            &expect![[r#"
                counted
                  "id" "INTEGER" Integer counts
                  key ["id"]
                t
                  "a" "TEXT" Text
                  trigger tr: CREATE TRIGGER tr AFTER INSERT ON T BEGIN SELECT CASE WHEN new.a = ';' THEN 1 END; END
                VirtualTable boxes: CREATE VIRTUAL TABLE boxes USING rtree(id, x0, x1)
                VirtualTable search: CREATE VIRTUAL TABLE search USING fts5(a, content='t')
                View v: CREATE VIEW v AS SELECT a FROM t
                  trigger instead: CREATE TRIGGER instead INSTEAD OF INSERT ON v BEGIN INSERT INTO t VALUES (new.a); END
            "#]],
        )
        .await;
    }

    #[tokio::test]
    async fn nothing() {
        check("", &expect![[""]]).await;
    }

    #[tokio::test]
    async fn the_pragmas_agree() {
        let script = r#"CREATE TABLE p (x INT, y INT, PRIMARY KEY (y, x));
            CREATE TABLE "q;" ("a'b" INT NOT NULL DEFAULT 5, c TEXT DEFAULT ('d'), FOREIGN KEY (c, "a'b") REFERENCES p)"#;
        let db = database(script).await;
        let schema = reflect(&db).await.unwrap();
        let sql = "SELECT t.name, c.name, c.type, c.\"notnull\", c.pk FROM pragma_table_list t, pragma_table_xinfo(t.name) c \
                   WHERE t.name NOT LIKE 'sqlite%' ORDER BY 1, c.cid";
        let rows = db.query_all_raw(Statement::from_string(DbBackend::Sqlite, sql)).await.unwrap();
        let oracle: Vec<(String, String, String, bool, i64)> = rows
            .iter()
            .map(|row| {
                let text = |index| row.try_get_by_index::<String>(index).unwrap();
                let number = |index| row.try_get_by_index::<i64>(index).unwrap();
                (text(0), text(1), text(2), number(3) == 0, number(4))
            })
            .collect();
        let read: Vec<(String, String, String, bool, i64)> = schema
            .tables
            .values()
            .flat_map(|table| {
                table.columns.iter().map(|column| {
                    let key =
                        table.primary_key.iter().flat_map(|key| &key.columns).position(|name| *name == column.name);
                    (
                        table.name.name.clone(),
                        column.name.clone(),
                        column.data_type.text.clone().unwrap(),
                        column.nullable,
                        key.map_or(0, |position| i64::try_from(position).unwrap() + 1),
                    )
                })
            })
            .collect();
        assert_eq!(read, oracle);
    }

    #[tokio::test]
    async fn comments_behind_a_statement_do_not_count() {
        let db = database("CREATE TABLE t (a)").await;
        for sql in
            ["CREATE VIEW v AS SELECT a FROM t -- all", "CREATE TRIGGER x DELETE ON t BEGIN SELECT 1; END /* so */"]
        {
            db.execute_unprepared(sql).await.unwrap();
        }
        let schema = reflect(&db).await.unwrap();
        assert_eq!(schema.verbatim[&TableName::new("v")].sql, "CREATE VIEW v AS SELECT a FROM t");
        let trigger = &schema.tables[&TableName::new("t")].attachments[0];
        assert_eq!(trigger.sql, "CREATE TRIGGER x DELETE ON t BEGIN SELECT 1; END");
    }

    #[tokio::test]
    async fn a_text_nobody_understands_names_its_table() {
        let db = database("CREATE TABLE t (a); PRAGMA writable_schema = ON").await;
        db.execute_unprepared("UPDATE sqlite_schema SET sql = 'CREATE TABLE t (a, b c''d)'").await.unwrap();
        let error = reflect(&db).await.unwrap_err();
        expect!["failed to understand how `t` was created: expected the end of a quotation, found `'d)` on line 1"]
            .assert_eq(&error.to_string());
        // The transaction is over all the same.
        db.execute_unprepared("BEGIN; ROLLBACK").await.unwrap();
    }

    /// Counts what is asked.
    struct Counting(DatabaseConnection, std::sync::atomic::AtomicUsize);

    #[sea_orm::prelude::async_trait::async_trait]
    impl ConnectionTrait for Counting {
        fn get_database_backend(&self) -> DbBackend {
            self.0.get_database_backend()
        }

        async fn execute_raw(&self, statement: Statement) -> std::result::Result<sea_orm::ExecResult, DbErr> {
            self.0.execute_raw(statement).await
        }

        async fn execute_unprepared(&self, sql: &str) -> std::result::Result<sea_orm::ExecResult, DbErr> {
            self.0.execute_unprepared(sql).await
        }

        async fn query_one_raw(&self, statement: Statement) -> std::result::Result<Option<QueryResult>, DbErr> {
            self.0.query_one_raw(statement).await
        }

        async fn query_all_raw(&self, statement: Statement) -> std::result::Result<Vec<QueryResult>, DbErr> {
            self.1.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            self.0.query_all_raw(statement).await
        }
    }

    #[tokio::test]
    async fn five_queries_whatever_the_number_of_tables() {
        let tables: Vec<String> =
            (0..300).map(|n| format!("CREATE TABLE t{n} (id INTEGER PRIMARY KEY, a TEXT UNIQUE)")).collect();
        let db = Counting(database(&tables.join(";")).await, 0.into());
        let schema = reflect(&db).await.unwrap();
        assert_eq!(schema.tables.len(), 300);
        assert!(schema.tables.values().all(|table| table.uniques.len() == 1 && table.columns.len() == 2));
        assert_eq!(db.1.into_inner(), 5);
    }
}
