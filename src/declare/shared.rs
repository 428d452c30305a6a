//! One table that several entities declare, such as a full one and one with the few columns that a list shows.
//! Knows tables only; where the entities are written is the caller's business.

use crate::model::{Column, Deferrable, ForeignKey, Table};

/// The table both entities mean.
///
/// # Errors
///
/// What they do not agree about, in a few words.
pub(super) fn join(first: &Table, second: &Table) -> Result<Table, String> {
    let lacks = |table: &Table, other: &Table| -> Vec<String> {
        let missing = other.columns.iter().filter(|column| table.column(&column.name).is_none());
        missing.map(|column| format!("`{}`", column.name)).collect()
    };
    let (here, there) = (lacks(second, first), lacks(first, second));
    if let (Some(here), Some(there)) = (here.first(), there.first()) {
        return Err(format!("this one lacks {here}, the other lacks {there}"));
    }
    for column in &second.columns {
        if let Some(other) = first.column(&column.name) {
            agree(other, column)?;
        }
    }
    let keys = [first, second].map(|table| table.primary_key.as_ref().map(|key| &key.columns));
    if keys[0] != keys[1] {
        return Err("the primary keys differ".to_owned());
    }
    let (full, part) = if there.is_empty() { (first, second) } else { (second, first) };
    let mut table = full.clone();
    for column in &mut table.columns {
        let Some(other) = part.column(&column.name) else { continue };
        column.data_type.inferred &= other.data_type.inferred;
        if column.variants.is_empty() {
            column.variants.clone_from(&other.variants);
        }
        column.default = column.default.take().or_else(|| other.default.clone());
        column.extra = column.extra.take().or_else(|| other.extra.clone());
        column.comment = column.comment.take().or_else(|| other.comment.clone());
        column.collation = column.collation.take().or_else(|| other.collation.clone());
        column.generated = column.generated.take().or_else(|| other.generated.clone());
        column.identity = column.identity.take().or_else(|| other.identity.clone());
        for (dialect, text) in &other.written_types {
            column.written_types.entry(dialect.clone()).or_insert_with(|| text.clone());
        }
    }
    unite(&mut table.uniques, &part.uniques, |a, b| a.columns == b.columns);
    unite(&mut table.indexes, &part.indexes, |a, b| a.name.text == b.name.text);
    join_keys(&mut table.foreign_keys, &part.foreign_keys)?;
    unite(&mut table.checks, &part.checks, |a, b| a == b);
    unite(&mut table.exclusions, &part.exclusions, |a, b| a == b);
    table.options.strict |= part.options.strict;
    table.options.without_rowid |= part.options.without_rowid;
    table.options.partition_by = table.options.partition_by.or_else(|| part.options.partition_by.clone());
    table.comment = table.comment.or_else(|| part.comment.clone());
    Ok(table)
}

fn agree(first: &Column, second: &Column) -> Result<(), String> {
    let name = &first.name;
    if first.data_type.kind != second.data_type.kind || first.values != second.values {
        return Err(format!("the types of `{name}` differ"));
    }
    if first.nullable != second.nullable {
        return Err(format!("`{name}` may be NULL in one and not in the other"));
    }
    if first.auto_increment != second.auto_increment {
        return Err(format!("`{name}` counts up in one and not in the other"));
    }
    let differ = [
        ("defaults", both(first.default.as_ref(), second.default.as_ref())),
        ("raw clauses", both(first.extra.as_ref(), second.extra.as_ref())),
        ("collations", both(first.collation.as_ref(), second.collation.as_ref())),
        ("ways to compute", both(first.generated.as_ref(), second.generated.as_ref())),
        ("ways to count", both(first.identity.as_ref(), second.identity.as_ref())),
    ];
    match differ.into_iter().find(|(_, differ)| *differ) {
        Some((what, _)) => Err(format!("the {what} of `{name}` differ")),
        None => Ok(()),
    }
}

/// Whether both say something, and not the same.
fn both<T: PartialEq>(first: Option<&T>, second: Option<&T>) -> bool {
    matches!((first, second), (Some(first), Some(second)) if first != second)
}

/// Adds what is not there already, by what makes two of a kind the same.
fn unite<T: Clone>(objects: &mut Vec<T>, others: &[T], same: impl Fn(&T, &T) -> bool) {
    for other in others {
        if !objects.iter().any(|object| same(object, other)) {
            objects.push(other.clone());
        }
    }
}

/// Joins foreign keys: the same columns that refer to the same columns are one key, whatever else one of them says of it.
fn join_keys(keys: &mut Vec<ForeignKey>, others: &[ForeignKey]) -> Result<(), String> {
    for other in others {
        let is_it = |key: &&mut ForeignKey| {
            (&key.columns, &key.references, &key.referenced_columns)
                == (&other.columns, &other.references, &other.referenced_columns)
        };
        let Some(key) = keys.iter_mut().find(is_it) else {
            keys.push(other.clone());
            continue;
        };
        if both(key.on_delete.as_ref(), other.on_delete.as_ref())
            || both(key.on_update.as_ref(), other.on_update.as_ref())
        {
            return Err(format!("what happens to ({}) when the row it refers to goes differs", key.columns.join(", ")));
        }
        key.on_delete = key.on_delete.or(other.on_delete);
        key.on_update = key.on_update.or(other.on_update);
        if key.name.as_ref().is_none_or(|name| name.inferred) {
            key.name.clone_from(&other.name);
        }
        if key.deferrable == Deferrable::No {
            key.deferrable = other.deferrable;
        }
        key.match_full |= other.match_full;
        key.not_valid |= other.not_valid;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use crate::declare::testing::outcome;

    /// Two entities of one table, with these fields beside the key.
    #[expect(clippy::needless_pass_by_value, reason = "expect! makes values")]
    fn check(first: &str, second: &str, expected: Expect) {
        let entity = |fields: &str| {
            format!(
                "use sea_orm::entity::prelude::*;\n#[derive(DeriveEntityModel)]\n#[sea_orm(table_name = \"t\")]\n\
                 pub struct Model {{\n    #[sea_orm(primary_key)]\n    pub id: i32,\n{fields}\n}}\n\
                 #[derive(DeriveRelation)]\npub enum Relation {{}}\n"
            )
        };
        let (first, second) = (entity(first), entity(second));
        let source =
            format!("//- entities/mod.rs\nmod a;\nmod b;\n//- entities/a.rs\n{first}//- entities/b.rs\n{second}");
        expected.assert_eq(&outcome(&source));
    }

    #[test]
    fn one_that_reads_a_part_of_the_other() {
        check(
            "#[sea_orm(unique)]\npub name: String,",
            "#[sea_orm(unique)]\npub name: String,\n#[sea_orm(indexed, default_value = 1)]\npub age: Option<i32>,",
            expect![[r#"
                table t
                  id Integer inferred auto?
                  name String(None) inferred
                  age Integer inferred null default Integer(1)
                  primary key (id)
                  unique (name) at name
                  index idx-t-age? (age)
            "#]],
        );
    }

    #[test]
    fn columns_that_differ() {
        check(
            "pub a: i32,",
            "pub a: i64,",
            expect![[r#"
            entities/b.rs:3:24: two entities declare the table `t` differently
              | #[sea_orm(table_name = "t")]
              |                        ^^^ the types of `a` differ
              hint: the other is at entities/a.rs:3:24; make them agree, or leave one out with `#[seachange(ignore)]`
        "#]],
        );
        check(
            "pub a: i32,",
            "pub a: Option<i32>,\npub b: i32,",
            expect![[r#"
                entities/a.rs:3:24: two entities declare the table `t` differently
                  | #[sea_orm(table_name = "t")]
                  |                        ^^^ `a` may be NULL in one and not in the other
                  hint: the other is at entities/b.rs:3:24; make them agree, or leave one out with `#[seachange(ignore)]`
            "#]],
        );
        check(
            "pub a: i32,\npub c: i32,",
            "pub a: i32,\npub b: i32,",
            expect![[r#"
            entities/b.rs:3:24: two entities declare the table `t` differently
              | #[sea_orm(table_name = "t")]
              |                        ^^^ this one lacks `c`, the other lacks `b`
              hint: the other is at entities/a.rs:3:24; make them agree, or leave one out with `#[seachange(ignore)]`
        "#]],
        );
    }
}
