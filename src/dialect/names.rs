//! What a database does with names that are longer than it keeps: it cuts them, without a word.
//! The same for every database; how long a name may be is one of its capabilities.

use std::collections::BTreeMap;
use std::fmt::Display;

use crate::error::{Error, Result};
use crate::model::{Constraint, IndexKey, IndexPart, Name, Placement, Schema, Shared, Table, TableName};

/// The name as a database with that limit keeps it: as many whole characters as fit.
pub(super) fn cut(name: &str, limit: Option<usize>) -> &str {
    limit.map_or(name, |limit| &name[..name.floor_char_boundary(limit)])
}

/// The schema with every name as the database keeps it. SQL text stays as it is: the database cuts what it reads there.
///
/// # Errors
/// [`Error::Names`] with all names that only differ where they are cut.
pub(super) fn fit(schema: Schema, limit: Option<usize>) -> Result<Schema> {
    let Some(limit) = limit else { return Ok(schema) };
    if !schema.tables.values().any(|table| is_any_longer(table, limit)) {
        return Ok(schema);
    }
    let cut = |name: &String| cut(name, Some(limit)).to_owned();
    let fit_name = |name: &TableName| TableName { schema: name.schema.as_ref().map(cut), name: cut(&name.name) };
    let mut problems = clashes("the tables", schema.tables.keys(), fit_name);
    for table in schema.tables.values() {
        let columns = table.columns.iter().map(|column| &column.name);
        problems.extend(clashes(&format!("the columns of `{}`", table.name), columns, cut));
        let objects: Vec<String> = object_names(table).collect();
        let what = format!("the constraints and indexes of `{}`", table.name);
        problems.extend(clashes(&what, objects.iter(), cut));
    }
    problems.extend(index_clashes(&schema, cut));
    if !problems.is_empty() {
        let message = |problem| format!("{problem}: the database keeps {limit} bytes of a name");
        return Err(Error::Names { problems: problems.into_iter().map(message).collect() });
    }
    let fit_table = |table: Shared<Table>| fit_table(table.into_inner(), &|name: &mut String| *name = cut(name));
    let tables = schema.tables.into_values().map(fit_table).map(|table| (table.name.clone(), table.into()));
    Ok(Schema { tables: tables.collect(), ..schema })
}

/// Whether a name of the table is too long: its own and those of what it has, or those of a table it refers to.
fn is_any_longer(table: &Table, limit: usize) -> bool {
    let is_longer = |name: &String| name.len() > limit;
    let is_table_longer = |name: &TableName| is_longer(&name.name) || name.schema.as_ref().is_some_and(is_longer);
    let is_named_longer = |name: &Option<Name>| name.as_ref().is_some_and(|name| is_longer(&name.text));
    is_table_longer(&table.name)
        || table.columns.iter().any(|column| is_longer(&column.name))
        || table.primary_key.as_ref().is_some_and(|key| is_named_longer(&key.name))
        || table.uniques.iter().any(|unique| is_named_longer(&unique.name))
        || table.checks.iter().any(|check| is_named_longer(&check.name))
        || table.exclusions.iter().any(|exclusion| is_named_longer(&exclusion.name))
        || table.indexes.iter().any(|index| is_longer(&index.name.text))
        || table.foreign_keys.iter().any(|fk| {
            is_named_longer(&fk.name) || is_table_longer(&fk.references) || fk.referenced_columns.iter().any(is_longer)
        })
}

fn object_names(table: &Table) -> impl Iterator<Item = String> {
    let constraints: Vec<Constraint> = table.constraints().collect();
    let constraints = constraints.into_iter().filter_map(|constraint| constraint.name().map(|name| name.text.clone()));
    constraints.chain(table.indexes.iter().map(|index| index.name.text.clone()))
}

/// Names that are different before they are cut and the same after.
fn clashes<'a, T, K>(of: &str, names: impl Iterator<Item = &'a T>, cut: impl Fn(&T) -> K) -> Vec<String>
where
    T: Display + PartialEq + 'a,
    K: Ord,
{
    let mut seen: BTreeMap<K, &T> = BTreeMap::new();
    let mut found = Vec::new();
    for name in names {
        let first = *seen.entry(cut(name)).or_insert(name);
        if first != name {
            found.push(format!("`{first}` and `{name}` among {of} are one name"));
        }
    }
    found
}

/// The same for the indexes of different tables, which share their names within a schema.
fn index_clashes(schema: &Schema, cut: impl Fn(&String) -> String) -> Vec<String> {
    let mut seen: BTreeMap<(Option<&String>, String), (&TableName, &String)> = BTreeMap::new();
    let mut found = Vec::new();
    for table in schema.tables.values() {
        for index in &table.indexes {
            let key = (table.name.schema.as_ref(), cut(&index.name.text));
            let (owner, first) = *seen.entry(key).or_insert((&table.name, &index.name.text));
            if owner != &table.name && first != &index.name.text {
                let name = &index.name.text;
                found.push(format!("`{first}` on `{owner}` and `{name}` on `{}` are one name", table.name));
            }
        }
    }
    found
}

fn fit_table(mut table: Table, fit: &impl Fn(&mut String)) -> Table {
    let fit_all = |names: &mut Vec<String>| names.iter_mut().for_each(fit);
    let fit_table_name = |name: &mut TableName| {
        fit(&mut name.name);
        name.schema.iter_mut().for_each(fit);
    };
    let fit_name = |name: &mut Option<Name>| name.iter_mut().for_each(|name| fit(&mut name.text));
    let fit_placement = |placement: &mut Placement| match placement {
        Placement::Column(column) => fit(column),
        Placement::Table => {}
    };
    fit_table_name(&mut table.name);
    for column in &mut table.columns {
        fit(&mut column.name);
    }
    if let Some(key) = &mut table.primary_key {
        fit_name(&mut key.name);
        fit_all(&mut key.columns);
        fit_all(&mut key.include);
    }
    for unique in &mut table.uniques {
        fit_name(&mut unique.name);
        fit_all(&mut unique.columns);
        fit_all(&mut unique.include);
        fit_placement(&mut unique.placement);
    }
    for fk in &mut table.foreign_keys {
        fit_name(&mut fk.name);
        fit_all(&mut fk.columns);
        fit_table_name(&mut fk.references);
        fit_all(&mut fk.referenced_columns);
        fit_all(&mut fk.on_delete_columns);
        fit_placement(&mut fk.placement);
    }
    for check in &mut table.checks {
        fit_name(&mut check.name);
        fit_placement(&mut check.placement);
    }
    let fit_part = |part: &mut IndexPart| match &mut part.key {
        IndexKey::Column(column) => fit(column),
        IndexKey::Expression(_) => {}
    };
    for exclusion in &mut table.exclusions {
        fit_name(&mut exclusion.name);
        exclusion.elements.iter_mut().for_each(|element| fit_part(&mut element.part));
        fit_all(&mut exclusion.include);
    }
    for index in &mut table.indexes {
        fit(&mut index.name.text);
        index.parts.iter_mut().for_each(fit_part);
        fit_all(&mut index.include);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Column, ColumnType, DataType, Deferrable, ForeignKey, Index, Unique};

    fn table(name: &str, columns: &[&str]) -> Table {
        let mut table = Table::new(TableName::new(name));
        let column = |name: &&str| Column::new(*name, ColumnType::inferred(DataType::Integer));
        table.columns = columns.iter().map(column).collect();
        table
    }

    fn schema(tables: Vec<Table>) -> Schema {
        tables.into_iter().collect()
    }

    #[test]
    fn a_name_is_cut_between_characters() {
        assert_eq!(cut("abcdef", Some(4)), "abcd");
        assert_eq!(cut("abcd", Some(4)), "abcd");
        assert_eq!(cut("abcß", Some(4)), "abc");
        assert_eq!(cut("abcdef", None), "abcdef");
    }

    #[test]
    fn every_name_is_cut_wherever_it_stands() {
        let mut long = table("long_table", &["long_column"]);
        long.uniques.push(Unique::new(None, vec!["long_column".into()], Placement::Column("long_column".into())));
        long.foreign_keys.push(ForeignKey {
            name: Some(Name::written("fk_written")),
            columns: vec!["long_column".into()],
            references: TableName::new("long_table"),
            referenced_columns: vec!["long_column".into()],
            on_delete: None,
            on_update: None,
            on_delete_columns: Vec::new(),
            deferrable: Deferrable::No,
            match_full: false,
            not_valid: false,
            placement: Placement::Table,
        });
        long.indexes
            .push(Index::new(Name::inferred("idx-long_table-long_column"), vec![IndexPart::column("long_column")]));
        let before = schema(vec![long]);
        assert_eq!(fit(before.clone(), None).unwrap(), before);
        let fitted = fit(before, Some(6)).unwrap();
        let table = &fitted.tables[&TableName::new("long_t")];
        assert_eq!(table.column("long_c").map(|column| column.name.as_str()), Some("long_c"));
        assert_eq!(table.uniques[0].columns, ["long_c"]);
        assert_eq!(table.uniques[0].placement, Placement::Column("long_c".into()));
        assert_eq!(table.foreign_keys[0].references, TableName::new("long_t"));
        assert_eq!(table.foreign_keys[0].name, Some(Name::written("fk_wri")));
        assert_eq!(table.indexes[0].name, Name::inferred("idx-lo"));
        assert_eq!(fit(fitted.clone(), Some(6)).unwrap(), fitted);
    }

    #[test]
    fn names_that_become_one_are_an_error() {
        let mut second = table("orders", &["amount_net", "amount_gross", "id"]);
        for column in ["amount_net", "amount_gross"] {
            second
                .indexes
                .push(Index::new(Name::inferred(format!("idx-orders-{column}")), vec![IndexPart::column(column)]));
        }
        let mut third = table("customers", &["id"]);
        third.indexes.push(Index::new(Name::written("idx-orders"), vec![IndexPart::column("id")]));
        let tables = vec![second, third, table("orders_2025", &[]), table("orders_2026", &[])];
        let Error::Names { problems } = fit(schema(tables), Some(8)).unwrap_err() else { panic!() };
        let kept = ": the database keeps 8 bytes of a name";
        let problems: Vec<&str> = problems.iter().map(|problem| problem.strip_suffix(kept).unwrap()).collect();
        assert_eq!(
            problems,
            [
                "`orders_2025` and `orders_2026` among the tables are one name",
                "`idx-orders-amount_net` and `idx-orders-amount_gross` among the constraints and indexes of `orders` are \
                 one name",
                "`idx-orders` on `customers` and `idx-orders-amount_net` on `orders` are one name",
                "`idx-orders` on `customers` and `idx-orders-amount_gross` on `orders` are one name",
            ]
        );
    }
}
