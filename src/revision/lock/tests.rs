//! The lock keeps every kind of object, in one form.

use expect_test::expect;

use super::types::PLAIN_TYPES;
use super::*;
use crate::model::{
    Action, AutoIncrement, Check, Column, ColumnDefault, ColumnType, DataType, DefaultValue, Deferrable, Exclusion,
    ExclusionElement, ForeignKey, Generated, Identity, Index, IndexKey, IndexPart, Literal, Name, NullsOrder,
    Placement, PrimaryKey, Table, TableName, TableOptions, Unique,
};

fn deferred_unique() -> Unique {
    Unique {
        deferrable: Deferrable::InitiallyImmediate,
        nulls_not_distinct: true,
        ..Unique::new(Some(Name::written("u")), vec!["c2".into(), "c3".into()], Placement::Table)
    }
}

fn every_kind_of_object() -> Schema {
    let name = TableName::new("odd \"name\"");
    let mut table = Table::new(name.clone());
    let kinds = PLAIN_TYPES.iter().map(|(_, kind)| kind.clone()).chain([
        DataType::Decimal(Some((12, 4))),
        DataType::Money(None),
        DataType::Char(Some(2)),
        DataType::String(None),
        DataType::String(Some(64)),
        DataType::Binary(16),
        DataType::VarBinary(None),
        DataType::Bit(Some(3)),
        DataType::VarBit(4),
        DataType::Vector(Some(3)),
        DataType::Enum("TeaKind".into()),
        DataType::Array(Box::new(DataType::Array(Box::new(DataType::Decimal(Some((1, 0))))))),
        DataType::Custom("geometry(Point, 4326)".into()),
    ]);
    let literals = [
        Literal::Null,
        Literal::Bool(true),
        Literal::Integer(-5),
        Literal::Integer(i128::from(u64::MAX)),
        Literal::Real("1.50".into()),
        Literal::Text("it's \"so\"\n".into()),
        Literal::Blob(vec![0, 255]),
    ];
    let mut values =
        literals.into_iter().map(DefaultValue::Literal).chain([DefaultValue::Expression("CURRENT_TIMESTAMP".into())]);
    for (position, kind) in kinds.enumerate() {
        let mut column =
            Column::new(format!("c{position}"), ColumnType { kind, text: None, inferred: position % 2 == 0 });
        column.nullable = position % 3 == 0;
        column.default = values.next().map(|value| ColumnDefault { value, text: None });
        table.columns.push(column);
    }
    table.columns[0].values = Some(vec!["a".into(), String::new()]);
    table.columns[1].auto_increment = AutoIncrement::Inferred;
    table.columns[2].auto_increment = AutoIncrement::Yes;
    table.columns[3].generated = Some(Generated { expression: "c1 + 1".into(), stored: true });
    table.columns[4].collation = Some("NOCASE".into());
    table.columns[5].extra = Some("CHECK (c5 > 0)".into());
    table.columns[6].comment = Some("ü".into());
    let identity = Identity { always: true, start: Some(10), cycle: true, ..Identity::default() };
    table.columns[7].identity = Some(Box::new(identity));
    table.columns[8].written_types =
        [("postgres".to_owned(), "citext".to_owned()), ("sqlite".to_owned(), "TEXT".to_owned())].into();
    table.primary_key = Some(PrimaryKey::new(Some(Name::inferred("pk-t")), vec!["c1".into(), "c2".into()]));
    table.uniques = vec![Unique::new(None, vec!["c1".into()], Placement::Column("c1".into())), deferred_unique()];
    table.foreign_keys = vec![ForeignKey {
        name: Some(Name::written("fk")),
        columns: vec!["c1".into()],
        references: TableName { schema: Some("s".into()), name: "t".into() },
        referenced_columns: vec!["id".into()],
        on_delete: Some(Action::SetNull),
        on_update: None,
        on_delete_columns: Vec::new(),
        deferrable: Deferrable::InitiallyDeferred,
        match_full: true,
        not_valid: true,
        placement: Placement::Table,
    }];
    table.checks = vec![Check::new(None, "c1 > 0", Placement::Column("c1".into()))];
    table.indexes = vec![Index {
        name: Name::inferred("idx-t-c1"),
        parts: vec![
            IndexPart::column("c1"),
            IndexPart {
                descending: true,
                nulls: Some(NullsOrder::Last),
                collation: Some("NOCASE".into()),
                operator_class: Some("text_pattern_ops".into()),
                ..IndexPart::new(IndexKey::Expression("lower(c2)".into()))
            },
        ],
        unique: true,
        predicate: Some("c1 IS NOT NULL".into()),
        method: Some("btree".into()),
        include: vec!["c3".into()],
        nulls_not_distinct: true,
        storage: [("fillfactor".to_owned(), "70".to_owned())].into(),
        concurrently: true,
        invalid: false,
    }];
    table.exclusions = vec![Exclusion {
        name: Some(Name::written("apart")),
        method: Some("gist".into()),
        elements: vec![ExclusionElement { part: IndexPart::column("c1"), operator: "&&".into() }],
        predicate: Some("c2 > 0".into()),
        include: vec!["c3".into()],
        deferrable: Deferrable::InitiallyImmediate,
    }];
    table.options = TableOptions {
        strict: true,
        without_rowid: true,
        partition_by: Some("RANGE (c1)".into()),
        ..TableOptions::default()
    };
    table.comment = Some("a\nb".into());
    Schema::from_iter([table])
}

#[test]
fn everything_written_is_read_back() {
    let schema = every_kind_of_object();
    assert_eq!(read(&write(&schema)).unwrap(), schema);
}

#[test]
fn any_name_is_read_back() {
    for name in ["it's", "a \"b\"", "it's \"b\"", "it's \"\"\"b", "two\nlines", "'''", "\\ and 'both' \"kinds\""] {
        let mut table = Table::new(TableName { schema: Some(name.to_owned()), name: name.to_owned() });
        table.columns.push(Column::new(name, ColumnType::inferred(DataType::Integer)));
        let schema = Schema::from_iter([table]);
        assert_eq!(read(&write(&schema)).unwrap(), schema, "{name}");
    }
}

#[test]
fn a_table_is_a_block_with_one_line_per_object() {
    let mut schema = every_kind_of_object();
    for table in schema.tables.values_mut() {
        table.columns.retain(|column| ["c0", "c1", "c2", "c3", "c7", "c8"].contains(&column.name.as_str()));
    }
    expect![[r##"
        # What the entities declared at the last revision: how seachange knows what is the project's and what is not.
        # Written by `seachange revision`; commit it together with the revision. Not to be edited by hand.
        format = 1

        [tables.'odd "name"']
        columns = [
          { name = "c0", type = "Boolean", inferred = true, nullable = true, values = ["a", ""], default = { null = true } },
          { name = "c1", type = "TinyInteger", default = true, auto_increment = "inferred" },
          { name = "c2", type = "SmallInteger", inferred = true, default = -5, auto_increment = "yes" },
          { name = "c3", type = "Integer", nullable = true, default = { real = "18446744073709551615" }, generated = "c1 + 1", stored = true },
          { name = "c7", type = "Unsigned", default = { expression = "CURRENT_TIMESTAMP" }, identity = { always = true, start = 10, cycle = true } },
          { name = "c8", type = "BigUnsigned", written_types = { postgres = "citext", sqlite = "TEXT" }, inferred = true },
        ]
        primary_key = { name = "pk-t", inferred = true, columns = ["c1", "c2"] }
        uniques = [
          { columns = ["c1"], inline = true },
          { name = "u", columns = ["c2", "c3"], deferrable = true, nulls_not_distinct = true },
        ]
        foreign_keys = [
          { name = "fk", columns = ["c1"], references = "t", schema = "s", referenced_columns = ["id"], on_delete = "set_null", deferred = true, match_full = true, not_valid = true },
        ]
        checks = [
          { expression = "c1 > 0", column = "c1" },
        ]
        exclusions = [
          { name = "apart", method = "gist", elements = [{ column = "c1", operator = "&&" }], predicate = "c2 > 0", include = ["c3"], deferrable = true },
        ]
        indexes = [
          { name = "idx-t-c1", inferred = true, parts = [{ column = "c1" }, { expression = "lower(c2)", descending = true, nulls = "last", collation = "NOCASE", operator_class = "text_pattern_ops" }], unique = true, predicate = "c1 IS NOT NULL", method = "btree", include = ["c3"], nulls_not_distinct = true, storage = { fillfactor = "70" }, concurrently = true },
        ]
        strict = true
        without_rowid = true
        partition_by = "RANGE (c1)"
        comment = """
        a
        b"""
    "##]]
    .assert_eq(&write(&schema));
}

#[test]
fn what_is_not_a_lock_is_refused_with_a_reason() {
    let check = |text: &str, reason: &str| {
        let error = read(text).unwrap_err().to_string();
        assert!(error.contains(reason), "{error}");
    };
    check("format = 9\n", "format 9");
    check("<<<<<<< HEAD\nformat = 1\n", "merge conflict");
    check("format = 1\n[tables.t]\ncolumns = [{ name = \"a\", type = \"Strnig\" }]\n", "unknown type `Strnig`");
}

#[test]
fn views_are_kept_by_name() {
    let view = |kind| Verbatim::new(kind, "");
    let name = TableName { schema: Some("s".into()), name: "a.b".into() };
    let verbatim = [(name, view(VerbatimKind::View)), (TableName::new("fts"), view(VerbatimKind::VirtualTable))].into();
    let schema = Schema { verbatim, ..Schema::default() };
    let text = write(&schema);
    assert_eq!(read(&text).unwrap(), schema);
    expect![[r#"
         = 1

        [views.fts]
        virtual = true

        [views."s.a.b"]
        schema = "s"
    "#]]
    .assert_eq(text.split_once("format").unwrap().1);
}

#[test]
fn a_name_of_several_lines_stays_one_key() {
    let name = TableName { schema: Some("s\n".into()), name: "a\r\n\t\"b\\".into() };
    let mut table = Table::new(name.clone());
    table.columns.push(Column::new("c\nd", ColumnType::written(DataType::Integer)));
    let schema = Schema::from_iter([table]);
    assert_eq!(read(&write(&schema)).unwrap(), schema);
}
