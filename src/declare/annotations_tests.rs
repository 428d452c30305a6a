//! `#[seachange(...)]` as it is read: every example of its page, and what is refused.

use expect_test::{Expect, expect};

use super::grammar::KEYS;
use super::testing::outcome;

const PAGE: &str = include_str!("../../docs/attributes.md");

#[expect(clippy::needless_pass_by_value, reason = "expect! makes values")]
fn check(source: &str, expected: Expect) {
    expected.assert_eq(&outcome(source));
}

/// Reads a model with attributes on the struct, and fields beside `id`.
fn model(attributes: &str, fields: &str) -> String {
    format!(
        "use sea_orm::entity::prelude::*;\n#[derive(DeriveEntityModel, Seachange)]\n#[sea_orm(table_name = \"t\")]\n\
         {attributes}\npub struct Model {{\n    #[sea_orm(primary_key)]\n    pub id: i32,\n{fields}\n}}\n\
         #[derive(DeriveRelation)]\npub enum Relation {{}}\n"
    )
}

#[test]
fn every_example_of_the_page() {
    let examples = PAGE.split("```rust\n").skip(1).filter_map(|rest| rest.split_once("```").map(|(code, _)| code));
    let read: Vec<String> = examples.map(outcome).collect();
    expect![[r#"
        table person
          id Integer inferred auto?
          first_name String(None) inferred
          last_name String(None) inferred
          price Integer inferred
          deleted_at DateTime inferred null
          primary key (id)
          check (price >= 0) at price
          index idx-person-last_name-first_name? (last_name, first_name) where deleted_at IS NULL
        --
        table account
          id Integer inferred auto?
          email String(None) inferred
          city String(None) inferred null
          country String(None) inferred
          created_at DateTime inferred
          deleted_at DateTime inferred null
          primary key (id)
          index idx-account-email? (email) using hash
          index city_reversed (city collate C text_pattern_ops desc nulls last)
          index idx-account-country? (country)
          index idx-account-country-created_at? (country, created_at desc)
          unique index account_email ((lower(email)))
          index by_city ((lower(city)) collate C desc, country nulls first)
          index recent (created_at timestamp_ops desc nulls last) using btree include (email, city) with fillfactor = 70 where deleted_at IS NULL concurrently
          unique index one_place (city, country) nulls not distinct
        --
        table booking
          id Integer inferred auto?
          room Integer inferred
          starts DateTime inferred
          ends DateTime inferred
          guests Integer inferred
          code String(None) inferred null
          cancelled Boolean inferred
          primary key booking_key (id) include (room)
          unique one_code (code) nulls not distinct at code
          unique one_start (room, starts) deferrable
          check (guests > 0) at guests
          check not_too_many (guests < 100) at guests
          check in_order (starts < ends)
          exclude no_overlap using gist (room with =, (tsrange(starts, ends)) with &&) where NOT cancelled deferred
        --
        table node
          id Integer inferred auto?
          parent_id Integer inferred null
          next_id Integer inferred null
          primary key (id)
          foreign key fk-node-parent_id? (parent_id) references node (id) deferred at parent_id
          foreign key node_next (next_id) references node (id) match full deferrable not valid at next_id
        --
        table product
          id BigInteger inferred Identity { always: true, start: None, increment: None, min: None, max: None, cache: None, cycle: false }
          number Integer inferred Identity { always: false, start: Some(1000), increment: Some(10), min: Some(1000), max: Some(9990), cache: Some(5), cycle: true }
          position Integer inferred Identity { always: false, start: None, increment: None, min: None, max: None, cache: None, cycle: false }
          name String(None) inferred collate NOCASE comment "as it is printed"
          email String(None) inferred postgres "citext" sqlite "TEXT"
          net Integer inferred
          gross Integer inferred generated (net * 119 / 100) stored
          heading String(None) inferred null generated (upper(name)) virtual
          primary key (id)
        rename product.title to name
        --
        table measurement comment "one row per sensor and minute"
          sensor Integer inferred
          taken_at DateTime inferred
          value Double inferred
          primary key pk-measurement? (sensor, taken_at)
          strict
          without rowid
          partition by RANGE (taken_at)
        rename reading to measurement
        --
        table job
          id Integer inferred auto?
          status Enum("job_status") values ["waiting", "halted", "failed"] variants Waiting=waiting, Halted=halted was stopped, Failed=failed replaces crashed replaces timed_out
          primary key (id)
        rename enum type status to job_status
        --
        view busy_account
        --
        ignored legacy
    "#]].assert_eq(&read.join("--\n"));
}

#[test]
fn the_readme_shows_the_first_example() {
    let example = PAGE.split("```rust\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    assert!(
        include_str!("../../README.md").contains(example),
        "README.md shows another example than docs/attributes.md"
    );
}

#[test]
fn the_page_tells_of_every_key() {
    let code: String = PAGE.split("```rust\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    let rows: Vec<&str> = PAGE.lines().filter(|line| line.starts_with("| ")).collect();
    let has = |text: &str, name: &str| {
        text.split(|letter: char| !letter.is_alphanumeric() && letter != '_').any(|word| word == name)
    };
    let is_told = |name: &str| rows.iter().any(|row| has(row, name));
    let is_shown = |name: &str| has(&code, name);
    let missing: Vec<&str> = KEYS.iter().map(|key| key.name).filter(|name| !is_told(name) || !is_shown(name)).collect();
    assert_eq!(missing, Vec::<&str>::new(), "docs/attributes.md neither explains nor shows them");
}

#[test]
fn fields_become_columns() {
    check(
        &model(
            "#[seachange(index(columns = [r#type, other_name(desc)], include = [id]), unique(columns = [id, r#type]))]",
            "    #[sea_orm(column_name = \"Kind\")]\n    #[seachange(check(\"\\\"Kind\\\" <> ''\"))]\n    pub r#type: String,\n    \
             #[sea_orm(unique)]\n    #[seachange(unique(name = \"one\"), index(where = \"id > 0\"))]\n    pub other_name: i32,",
        ),
        expect![[r#"
            table t
              id Integer inferred auto?
              Kind String(None) inferred
              other_name Integer inferred
              primary key (id)
              unique one (other_name) at other_name
              unique (id, Kind)
              check ("Kind" <> '') at Kind
              index idx-t-other_name? (other_name) where id > 0
              index idx-t-Kind-other_name? (Kind, other_name desc) include (id)
        "#]],
    );
}

#[test]
fn words_that_are_wrong() {
    check(
        &model(
            "#[seachange(indx(columns = [a]), generated(\"a\", stored), strict = true, comment(\"x\"))]\n\
             #[seachange]\n#[seachange(3, index(columns = [b, a(dsc), a(nulls_first, nulls_last), \"\"], nme = \"x\"))]\n\
             #[seachange(index(name = \"x\"), check(name = \"y\"), unique(columns = [a, a]), comment = \"\")]",
            "    #[seachange(generated(\"id + 1\"), partition_by = \"x\", colate = \"C\", identity(start = \"1\"))]\n    pub a: i32,",
        ),
        expect![[r#"
            entities/mod.rs:4:13: unknown attribute `indx` on a struct
              | #[seachange(indx(columns = [a]), generated("a", stored), strict = true, comment("x"))]
              |             ^^^^
              hint: did you mean `index`? the attributes here are `index`, `unique`, `check`, `exclude`, `foreign_key`, `primary_key`, `comment`, `renamed_from`, `partition_by`, `strict`, `without_rowid`, `view`, `ignore`
            entities/mod.rs:4:34: unknown attribute `generated` on a struct
              | #[seachange(indx(columns = [a]), generated("a", stored), strict = true, comment("x"))]
              |                                  ^^^^^^^^^
              hint: `generated` is written on a field
            entities/mod.rs:4:58: `strict` takes no value
              | #[seachange(indx(columns = [a]), generated("a", stored), strict = true, comment("x"))]
              |                                                          ^^^^^^
              hint: write `strict`: SQLite refuses values that are not of the column's type
            entities/mod.rs:4:73: `comment` takes a string
              | #[seachange(indx(columns = [a]), generated("a", stored), strict = true, comment("x"))]
              |                                                                         ^^^^^^^
              hint: write `comment = "..."`: the comment on the table or column
            entities/mod.rs:5:3: `#[seachange]` without parentheses
              | #[seachange]
              |   ^^^^^^^^^
              hint: write `#[seachange(...)]`
            entities/mod.rs:6:13: a literal on a struct, where keys stand
              | #[seachange(3, index(columns = [b, a(dsc), a(nulls_first, nulls_last), ""], nme = "x"))]
              |             ^
              hint: the keys here are `index`, `unique`, `check`, `exclude`, `foreign_key`, `primary_key`, `comment`, `renamed_from`, `partition_by`, `strict`, `without_rowid`, `view`, `ignore`
            entities/mod.rs:6:33: the struct has no field `b`
              | #[seachange(3, index(columns = [b, a(dsc), a(nulls_first, nulls_last), ""], nme = "x"))]
              |                                 ^
              hint: its fields are `id`, `a`
            entities/mod.rs:6:38: unknown attribute `dsc` behind a column of an index
              | #[seachange(3, index(columns = [b, a(dsc), a(nulls_first, nulls_last), ""], nme = "x"))]
              |                                      ^^^
              hint: did you mean `desc`? the attributes here are `collate`, `desc`, `nulls_first`, `nulls_last`, `operator_class`
            entities/mod.rs:6:44: `a` is listed twice
              | #[seachange(3, index(columns = [b, a(dsc), a(nulls_first, nulls_last), ""], nme = "x"))]
              |                                            ^
              hint: remove one of the two
            entities/mod.rs:6:59: `nulls_first` and `nulls_last` contradict each other
              | #[seachange(3, index(columns = [b, a(dsc), a(nulls_first, nulls_last), ""], nme = "x"))]
              |                                                           ^^^^^^^^^^
              hint: remove one of the two
            entities/mod.rs:6:72: `columns` is empty
              | #[seachange(3, index(columns = [b, a(dsc), a(nulls_first, nulls_last), ""], nme = "x"))]
              |                                                                        ^^
              hint: write `columns = [...]`: what is indexed, in order
            entities/mod.rs:6:77: unknown attribute `nme` in `index(...)`
              | #[seachange(3, index(columns = [b, a(dsc), a(nulls_first, nulls_last), ""], nme = "x"))]
              |                                                                             ^^^
              hint: did you mean `name`? the attributes here are `unique`, `columns`, `name`, `using`, `where`, `include`, `nulls_not_distinct`, `with`, `concurrently`
            entities/mod.rs:7:13: `index` without `columns`
              | #[seachange(index(name = "x"), check(name = "y"), unique(columns = [a, a]), comment = "")]
              |             ^^^^^
              hint: write `columns = [...]`: what is indexed, in order
            entities/mod.rs:7:32: `check` takes SQL in a string first
              | #[seachange(index(name = "x"), check(name = "y"), unique(columns = [a, a]), comment = "")]
              |                                ^^^^^
              hint: write `check("...")`: a condition every row must meet
            entities/mod.rs:7:72: `a` is listed twice
              | #[seachange(index(name = "x"), check(name = "y"), unique(columns = [a, a]), comment = "")]
              |                                                                        ^
              hint: remove one of the two
            entities/mod.rs:7:87: `comment` is empty
              | #[seachange(index(name = "x"), check(name = "y"), unique(columns = [a, a]), comment = "")]
              |                                                                                       ^^
              hint: write `comment = "..."`: the comment on the table or column
            entities/mod.rs:11:17: `generated` says neither `stored` nor `virtual`
              |     #[seachange(generated("id + 1"), partition_by = "x", colate = "C", identity(start = "1"))]
              |                 ^^^^^^^^^
              hint: write `generated("...", stored)` to keep the value on disk, or `generated("...", virtual)`
            entities/mod.rs:11:38: unknown attribute `partition_by` on a field
              |     #[seachange(generated("id + 1"), partition_by = "x", colate = "C", identity(start = "1"))]
              |                                      ^^^^^^^^^^^^
              hint: `partition_by` is written on the struct
            entities/mod.rs:11:58: unknown attribute `colate` on a field
              |     #[seachange(generated("id + 1"), partition_by = "x", colate = "C", identity(start = "1"))]
              |                                                          ^^^^^^
              hint: did you mean `collate`? the attributes here are `index`, `unique`, `check`, `foreign_key`, `comment`, `renamed_from`, `fill`, `generated`, `identity`, `collate`, `type`
            entities/mod.rs:11:72: `generated` and `identity` contradict each other
              |     #[seachange(generated("id + 1"), partition_by = "x", colate = "C", identity(start = "1"))]
              |                                                                        ^^^^^^^^
              hint: remove one of the two
            entities/mod.rs:11:81: `start` takes a whole number
              |     #[seachange(generated("id + 1"), partition_by = "x", colate = "C", identity(start = "1"))]
              |                                                                                 ^^^^^
              hint: write `start = 1`: the first number
        "#]],
    );
}

#[test]
fn attributes_that_break_off() {
    check(
        &model(
            "#[seachange(index(columns = ), strict without_rowid, comment =, !x)]\n#[seachange(index(columns = [a b]) {})]",
            "    pub a: i32,\n    #[seachange = \"x\"]\n    pub b: i32,",
        ),
        expect![[r#"
            entities/mod.rs:4:19: `columns =` without a value
              | #[seachange(index(columns = ), strict without_rowid, comment =, !x)]
              |                   ^^^^^^^
              hint: write the value behind the `=`
            entities/mod.rs:4:39: there is a comma missing before this
              | #[seachange(index(columns = ), strict without_rowid, comment =, !x)]
              |                                       ^^^^^^^^^^^^^
              hint: write `, ` in between
            entities/mod.rs:4:63: this cannot be the value of `comment`
              | #[seachange(index(columns = ), strict without_rowid, comment =, !x)]
              |                                                               ^
              hint: write a string, a number, or a list in brackets
            entities/mod.rs:4:65: this is neither a word nor a string
              | #[seachange(index(columns = ), strict without_rowid, comment =, !x)]
              |                                                                 ^
              hint: write a key such as `index`, a field or a string, and a comma behind each
            entities/mod.rs:5:32: there is a comma missing before this
              | #[seachange(index(columns = [a b]) {})]
              |                                ^
              hint: write `, ` in between
            entities/mod.rs:5:36: this is neither a word nor a string
              | #[seachange(index(columns = [a b]) {})]
              |                                    ^^
              hint: write a key such as `index`, a field or a string, and a comma behind each
            entities/mod.rs:10:7: `#[seachange]` without parentheses
              |     #[seachange = "x"]
              |       ^^^^^^^^^
              hint: write `#[seachange(...)]`
        "#]],
    );
}

#[test]
fn words_that_do_not_go_together() {
    check(
        &model(
            "#[seachange(index(columns = [\"a + 1\"]), index(columns = [a], nulls_not_distinct), primary_key())]\n\
             #[seachange(exclude(elements = [a]), index(columns = [a], with(), with(x = 1, x = off)), index(columns = []))]",
            "    #[seachange(generated(\"id\", stored, virtual), identity(min = 5, max = 1, increment = 0))]\n    pub a: i32,\n    \
             #[seachange(identity(always, by_default, cache = 0), comment = \"x\", comment = \"y\")]\n    pub b: i32,",
        ),
        expect![[r#"
            entities/mod.rs:4:13: an index over expressions only has no name
              | #[seachange(index(columns = ["a + 1"]), index(columns = [a], nulls_not_distinct), primary_key())]
              |             ^^^^^
              hint: add `name = "..."`: names are made from columns, and there is none
            entities/mod.rs:4:62: `nulls_not_distinct` without `unique`
              | #[seachange(index(columns = ["a + 1"]), index(columns = [a], nulls_not_distinct), primary_key())]
              |                                                              ^^^^^^^^^^^^^^^^^^
              hint: add `unique`: without it the index takes any number of NULLs anyway
            entities/mod.rs:4:83: `primary_key` says nothing
              | #[seachange(index(columns = ["a + 1"]), index(columns = [a], nulls_not_distinct), primary_key())]
              |                                                                                   ^^^^^^^^^^^
              hint: write `primary_key(name = "...")`, or remove it
            entities/mod.rs:5:33: an element without `with`
              | #[seachange(exclude(elements = [a]), index(columns = [a], with(), with(x = 1, x = off)), index(columns = []))]
              |                                 ^
              hint: write `...(with = "=")`: the operator that compares two rows
            entities/mod.rs:5:38: two indexes are called `idx-t-a`
              | #[seachange(exclude(elements = [a]), index(columns = [a], with(), with(x = 1, x = off)), index(columns = []))]
              |                                      ^^^^^
              hint: give one of them another `name`
            entities/mod.rs:5:59: `with` is empty
              | #[seachange(exclude(elements = [a]), index(columns = [a], with(), with(x = 1, x = off)), index(columns = []))]
              |                                                           ^^^^
              hint: write `with(fillfactor = 70)`
            entities/mod.rs:5:67: `with` is said twice
              | #[seachange(exclude(elements = [a]), index(columns = [a], with(), with(x = 1, x = off)), index(columns = []))]
              |                                                                   ^^^^
              hint: remove one of the two
            entities/mod.rs:5:106: `columns` is empty
              | #[seachange(exclude(elements = [a]), index(columns = [a], with(), with(x = 1, x = off)), index(columns = []))]
              |                                                                                                          ^^
              hint: write `columns = [...]`: what is indexed, in order
            entities/mod.rs:9:41: `stored` and `virtual` contradict each other
              |     #[seachange(generated("id", stored, virtual), identity(min = 5, max = 1, increment = 0))]
              |                                         ^^^^^^^
              hint: remove one of the two
            entities/mod.rs:9:51: `generated` and `identity` contradict each other
              |     #[seachange(generated("id", stored, virtual), identity(min = 5, max = 1, increment = 0))]
              |                                                   ^^^^^^^^
              hint: remove one of the two
            entities/mod.rs:9:69: 5 is more than 1
              |     #[seachange(generated("id", stored, virtual), identity(min = 5, max = 1, increment = 0))]
              |                                                                     ^^^
              hint: in this order they must not fall: `min`, `max`
            entities/mod.rs:9:78: `increment = 0` counts nowhere
              |     #[seachange(generated("id", stored, virtual), identity(min = 5, max = 1, increment = 0))]
              |                                                                              ^^^^^^^^^
              hint: write another number, negative to count down
            entities/mod.rs:11:34: `always` and `by_default` contradict each other
              |     #[seachange(identity(always, by_default, cache = 0), comment = "x", comment = "y")]
              |                                  ^^^^^^^^^^
              hint: remove one of the two
            entities/mod.rs:11:73: `comment` is said twice
              |     #[seachange(identity(always, by_default, cache = 0), comment = "x", comment = "y")]
              |                                                                         ^^^^^^^
              hint: remove one of the two
        "#]],
    );
}

#[test]
fn what_only_the_whole_source_tells() {
    check(
        r#"use sea_orm::entity::prelude::*;
#[sea_orm::model]
#[derive(DeriveEntityModel, Seachange)]
#[sea_orm(table_name = "t", comment = "x", renamed_from = "old")]
#[seachange(comment = "y", foreign_key(columns = [b], deferrable), index(columns = [gone, parent]))]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    #[sea_orm(default_value = 1)]
    #[seachange(generated("id", stored), index, index(desc))]
    pub a: i32,
    #[sea_orm(renamed_from = "c", comment = "x")]
    #[seachange(renamed_from = "d", comment = "y")]
    pub b: i32,
    #[sea_orm(ignore)]
    #[seachange(collate = "C")]
    pub gone: i32,
    #[sea_orm(self_ref, relation_enum = "Parent", from = "a", to = "id")]
    #[seachange(index)]
    pub parent: HasOne<Entity>,
}
"#,
        expect![[r#"
            entities/mod.rs:4:44: SeaORM knows no `renamed_from` on a model
              | #[sea_orm(table_name = "t", comment = "x", renamed_from = "old")]
              |                                            ^^^^^^^^^^^^
              hint: write `#[seachange(renamed_from = "...")]`, and derive `seachange_macros::Seachange`
            entities/mod.rs:5:13: `comment` is said twice
              | #[seachange(comment = "y", foreign_key(columns = [b], deferrable), index(columns = [gone, parent]))]
              |             ^^^^^^^
              hint: remove it here or from `#[sea_orm(...)]`
            entities/mod.rs:5:28: no relation declares a foreign key over (b)
              | #[seachange(comment = "y", foreign_key(columns = [b], deferrable), index(columns = [gone, parent]))]
              |                            ^^^^^^^^^^^
              hint: add the relation with `belongs_to`, or remove the details
            entities/mod.rs:5:85: `gone` is not a column
              | #[seachange(comment = "y", foreign_key(columns = [b], deferrable), index(columns = [gone, parent]))]
              |                                                                                     ^^^^
              hint: name a field that SeaORM does not ignore
            entities/mod.rs:5:91: the struct has no field `parent`
              | #[seachange(comment = "y", foreign_key(columns = [b], deferrable), index(columns = [gone, parent]))]
              |                                                                                           ^^^^^^
              hint: its fields are `id`, `a`, `b`, `gone`
            entities/mod.rs:10:17: `a` has a default already
              |     #[seachange(generated("id", stored), index, index(desc))]
              |                 ^^^^^^^^^
              hint: remove `default_value` and `default_expr`: the database gives the value
            entities/mod.rs:10:49: two indexes are called `idx-t-a`
              |     #[seachange(generated("id", stored), index, index(desc))]
              |                                                 ^^^^^
              hint: give one of them another `name`
            entities/mod.rs:13:17: `renamed_from` is said twice
              |     #[seachange(renamed_from = "d", comment = "y")]
              |                 ^^^^^^^^^^^^
              hint: remove it here or from `#[sea_orm(...)]`
            entities/mod.rs:13:37: `comment` is said twice
              |     #[seachange(renamed_from = "d", comment = "y")]
              |                                     ^^^^^^^
              hint: remove it here or from `#[sea_orm(...)]`
            entities/mod.rs:16:17: `gone` is not a column
              |     #[seachange(collate = "C")]
              |                 ^^^^^^^
              hint: remove the attribute, or SeaORM's `ignore`
            entities/mod.rs:19:5: `#[seachange(...)]` on a relation
              |     #[seachange(index)]
              |     ^^^^^^^^^^^^^^^^^^^
              hint: write it on the struct: `foreign_key(columns = [...], ...)`
        "#]],
    );
}

#[test]
fn entities_that_make_no_table() {
    check(
        r#"mod a {
    use sea_orm::entity::prelude::*;
    #[derive(DeriveEntityModel, Seachange)]
    #[sea_orm(table_name = "a", nonsense)]
    #[seachange(ignore)]
    pub struct Model { pub x: Nope }
}
mod b {
    use sea_orm::entity::prelude::*;
    #[derive(DeriveEntityModel, Seachange)]
    #[sea_orm(table_name = "b", schema_name = "s")]
    #[seachange(view)]
    pub struct Model { pub x: Vec<Vec<i32>> }
}
"#,
        expect![[r#"
            view s.b
            ignored a
        "#]],
    );
    check(
        &model("#[seachange(view, ignore, strict)]", ""),
        expect![[r#"
            entities/mod.rs:4:19: `view` and `ignore` contradict each other
              | #[seachange(view, ignore, strict)]
              |                   ^^^^^^
              hint: remove one of the two
            entities/mod.rs:4:27: `strict` says something about a table, and with `ignore` there is none
              | #[seachange(view, ignore, strict)]
              |                           ^^^^^^
              hint: remove one of the two
        "#]],
    );
}

#[test]
fn entities_in_the_expanded_format() {
    check(
        r#"use sea_orm::entity::prelude::*;
#[derive(Copy, Clone, Default, Debug, DeriveEntity)]
pub struct Entity;
impl EntityName for Entity {
    fn table_name(&self) -> &str { "t" }
}
#[derive(Clone, Debug, DeriveModel, DeriveActiveModel, Seachange)]
#[seachange(index(columns = [last_name(desc)], where = "id > 0"), strict)]
pub struct Model {
    pub id: i32,
    #[sea_orm(enum_name = "Surname")]
    #[seachange(collate = "NOCASE")]
    pub last_name: String,
}
#[derive(Copy, Clone, Debug, EnumIter, DeriveColumn)]
pub enum Column {
    Id,
    #[sea_orm(column_name = "family name")]
    Surname,
}
#[derive(Copy, Clone, Debug, EnumIter, DerivePrimaryKey)]
pub enum PrimaryKey { Id }
impl PrimaryKeyTrait for PrimaryKey {
    type ValueType = i32;
    fn auto_increment() -> bool { true }
}
impl ColumnTrait for Column {
    type EntityName = Entity;
    fn def(&self) -> ColumnDef {
        match self {
            Self::Id => ColumnType::Integer.def(),
            Self::Surname => ColumnType::Text.def(),
        }
    }
}
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
"#,
        expect![[r#"
            table t
              id Integer auto?
              family name Text collate NOCASE
              primary key (id)
              index idx-t-family name? (family name desc) where id > 0
              strict
        "#]],
    );
}
