//! `--rename OLD=NEW` and `--removed OLD=NEW`: what they name, among the things that there are.

use std::fmt;

use crate::error::{Error, Result};
use crate::model::{Column, Rename, Schema, TableName, Variant, shown};
use crate::op::Op;

/// What somebody asked for on the command line, and what is meant.
pub(super) struct Asked {
    text: String,
    means: Means,
}

enum Means {
    Rename(Rename),
    /// What rows hold.
    Value {
        old: String,
        new: String,
    },
}

/// What becomes of rows that hold a value that is gone.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Gone {
    /// The variant has another value.
    Renamed,
    /// The variant is gone, and another takes its place.
    Replaced,
}

impl Asked {
    /// Reads `OLD=NEW`. `goal` has everything by its new name, `usual` is the schema whose tables need not name it.
    ///
    /// # Errors
    /// [`Error::Misused`]: it is no pair of names.
    pub(super) fn read(text: &str, goal: &Schema, usual: &str) -> Result<Self> {
        let pair = text.split_once('=').filter(|(from, to)| !from.is_empty() && !to.is_empty());
        let Some((from, to)) = pair else {
            return Err(Error::Misused {
                problem: format!("`--rename {text}` is neither `table.old=new` for a column nor `old=new` for a table"),
            });
        };
        Ok(Self { text: format!("--rename {text}"), means: Means::Rename(meant(from, to, goal, usual)) })
    }

    /// Reads `OLD=NEW` about what rows hold: `table.column.old=new` or `type.old=new`, and tells the variants of the schema.
    /// `None` when it names no variant.
    pub(super) fn value(text: &str, gone: Gone, schema: &mut Schema) -> Option<Self> {
        let (old, new) = tell(text, gone, schema)?;
        let flag = if gone == Gone::Renamed { "--rename" } else { "--removed" };
        Some(Self { text: format!("{flag} {text}"), means: Means::Value { old, new } })
    }

    /// The rename that is meant, if it is one of names.
    pub(super) fn rename(&self) -> Option<&Rename> {
        match &self.means {
            Means::Rename(rename) => Some(rename),
            Means::Value { .. } => None,
        }
    }

    /// Whether the operations do it.
    pub(super) fn is_done(&self, ops: &[Op]) -> bool {
        let renames = || ops.iter().filter_map(Op::rename);
        match &self.means {
            // Names that change places do it by way of a third.
            Means::Rename(rename) => {
                renames().any(|done| done == *rename)
                    || renames().any(|done| done.before() == rename.before())
                        && renames().any(|done| done.after() == rename.after())
            }
            Means::Value { old, new } => ops.iter().any(|op| becomes(op, old, new)),
        }
    }
}

impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.text)
    }
}

/// Whether the operation makes one value of the other.
fn becomes(op: &Op, old: &str, new: &str) -> bool {
    match op {
        Op::AlterColumn { from, to, .. } => {
            let conversion = from.conversion(to).unwrap_or_default();
            conversion.changed().any(|(from, to)| shown(from) == old && shown(to) == new)
        }
        Op::AlterEnum { replaced, .. } => replaced.iter().any(|(from, to)| from == old && to == new),
        Op::RenameEnumValue { from, to, .. } => from == old && to == new,
        _ => false,
    }
}

/// The names by which an enum in a column goes: the column's own, and that of its type.
fn of(column: &Column, table: &TableName) -> Vec<String> {
    let own = format!("{table}.{}", column.name);
    std::iter::once(own).chain(column.data_type.kind.enum_name().map(str::to_owned)).collect()
}

/// Tells the variants that are meant what was stored for them. A value may hold any sign, so what there is decides where it
/// begins and ends.
fn tell(text: &str, gone: Gone, schema: &mut Schema) -> Option<(String, String)> {
    let meant = |column: &Column, table: &TableName| {
        of(column, table).into_iter().find_map(|name| {
            let rest = text.strip_prefix(&name)?.strip_prefix('.')?;
            let mut values = column.variants.iter().map(Variant::text);
            values.find_map(|new| Some((rest.strip_suffix(&new)?.strip_suffix('=')?.to_owned(), new)))
        })
    };
    let mut told = None;
    for table in schema.tables.values_mut() {
        for at in 0..table.columns.len() {
            let Some((old, new)) = meant(&table.columns[at], &table.name).filter(|(old, _)| !old.is_empty()) else {
                continue;
            };
            for variant in table.columns[at].variants.iter_mut().filter(|variant| variant.text() == new) {
                let said = if gone == Gone::Renamed { &mut variant.was } else { &mut variant.replaces };
                said.push(old.clone());
            }
            told = Some((old, new));
        }
    }
    told
}

/// The rename that the two names can mean. A dot stands between a table and its column, a type and its value, or a schema and
/// what is in it; what there is under the new name tells which.
pub(super) fn meant(from: &str, to: &str, goal: &Schema, usual: &str) -> Rename {
    let types = || {
        let columns = goal.tables.values().flat_map(|table| &table.columns);
        columns.filter_map(|column| column.data_type.kind.enum_name())
    };
    let is_table = |name: &TableName| {
        let in_full = TableName { schema: name.schema.clone().or(Some(usual.to_owned())), name: name.name.clone() };
        goal.tables.contains_key(name) || goal.tables.contains_key(&in_full)
    };
    let is_type = |name: &TableName| goal.enums.contains_key(name) || types().any(|text| *text == name.to_string());
    let whole = |to: TableName| {
        let from = path(from, usual);
        if !is_table(&to) && is_type(&to) { Rename::Enum { from, to } } else { Rename::Table { from, to } }
    };
    if let Some((of, old)) = from.rsplit_once('.') {
        let of = path(of, usual);
        if is_table(&of) {
            return Rename::Column { table: of, from: old.to_owned(), to: to.to_owned() };
        }
        if is_type(&of) {
            return Rename::Value { of, from: old.to_owned(), to: to.to_owned() };
        }
    }
    let inside = path(from, usual).schema.map(|schema| TableName { schema: Some(schema), name: to.to_owned() });
    let exists = |name: &TableName| is_table(name) || is_type(name);
    match (inside.filter(|name| exists(name)), from.rsplit_once('.')) {
        (Some(inside), _) => whole(inside),
        // Nothing there goes by that name; a column is what a dot means first.
        (None, Some((of, old))) if !exists(&path(to, usual)) => {
            Rename::Column { table: path(of, usual), from: old.to_owned(), to: to.to_owned() }
        }
        (None, _) => whole(path(to, usual)),
    }
}

/// The name that is meant, the default schema unsaid.
fn path(text: &str, usual: &str) -> TableName {
    let TableName { schema, name } = TableName::parse(text);
    TableName { schema: schema.filter(|schema| schema != usual), name }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ColumnType, DataType, EnumType, Literal, Table};

    #[test]
    fn values_hold_any_sign() {
        let mut table = Table::new(path("archive.users", "public"));
        let mut column = Column::new("mood", ColumnType::written(DataType::Enum("how.odd".to_owned())));
        let text = |text: &str| Literal::Text(text.to_owned());
        column.variants = vec![Variant::new("A", text("a=b.c")), Variant::new("B", text("b.c"))];
        table.columns.push(column);
        let told = |argument: &str, gone| {
            let mut schema = Schema::from_iter([table.clone()]);
            let is_value = Asked::value(argument, gone, &mut schema).is_some();
            let column = schema.tables.values().next().unwrap().columns[0].clone();
            let said = column.variants.into_iter().map(|own| [own.was, own.replaces].concat().join(" "));
            is_value.then(|| said.collect::<Vec<_>>())
        };
        assert_eq!(
            told("archive.users.mood.x.y=z=a=b.c", Gone::Renamed),
            Some(vec!["x.y=z".to_owned(), String::new()])
        );
        assert_eq!(told("how.odd.old=b.c", Gone::Replaced), Some(vec![String::new(), "old".to_owned()]));
        assert_eq!(told("users.mood.old=b.c", Gone::Renamed), None);
        assert_eq!(told("how.odd.old=d", Gone::Renamed), None);
        assert_eq!(told("archive.users.mood=b.c", Gone::Renamed), None);
    }

    fn goal() -> Schema {
        let tables = ["users", "orders"].map(TableName::new).into_iter();
        let elsewhere = ["archive.users", "archive.orders.old"].map(|name| path(name, "public"));
        let mut schema: Schema = tables.chain(elsewhere).map(Table::new).collect();
        schema.enums.insert(path("archive.mood", "public"), EnumType { values: Vec::new(), comment: None });
        schema.enums.insert(TableName::new("mood"), EnumType { values: Vec::new(), comment: None });
        schema
    }

    #[track_caller]
    fn check(from: &str, to: &str, expected: &str) {
        let rename = meant(from, to, &goal(), "public");
        let kind = match rename {
            Rename::Table { .. } => "table",
            Rename::Column { .. } => "column",
            Rename::Enum { .. } => "type",
            Rename::Value { .. } => "value",
        };
        assert_eq!(format!("{kind} {:?} {:?}", rename.before().to_string(), rename.after().to_string()), expected);
    }

    #[test]
    fn dots_mean_what_there_is() {
        check("people", "users", r#"table "people" "users""#);
        check("users.mail", "email", r#"column "users.mail" "users.email""#);
        check("archive.users.mail", "email", r#"column "archive.users.mail" "archive.users.email""#);
        check("public.users.mail", "email", r#"column "users.mail" "users.email""#);
        check("mood.sad", "low", r#"value "mood.sad" "mood.low""#);
        check("archive.mood.sad", "low", r#"value "archive.mood.sad" "archive.mood.low""#);
        check("feeling", "mood", r#"type "feeling" "mood""#);
        check("archive.feeling", "mood", r#"type "archive.feeling" "archive.mood""#);
    }

    #[test]
    fn a_table_moves_between_schemas() {
        check("archive.people", "users", r#"table "archive.people" "archive.users""#);
        check("people", "archive.users", r#"table "people" "archive.users""#);
        check("store.people", "archive.users", r#"table "store.people" "archive.users""#);
        check("store.orders", "orders", r#"table "store.orders" "orders""#);
        check("store.orders", "public.orders", r#"table "store.orders" "orders""#);
        check("public.orders", "archive.users", r#"table "orders" "archive.users""#);
    }

    #[test]
    fn what_is_not_there_is_said_as_it_was_meant() {
        check("people.mail", "email", r#"column "people.mail" "people.email""#);
        check("people", "persons", r#"table "people" "persons""#);
    }
}
