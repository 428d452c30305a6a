//! `--rename OLD=NEW`: what it names, among the things that there are.

use std::fmt;

use crate::error::{Error, Result};
use crate::model::{Rename, Schema, TableName};
use crate::op::Op;

/// A rename as somebody wrote it, and what is meant.
pub(super) struct Asked {
    text: String,
    pub(super) rename: Rename,
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
        Ok(Self { text: text.to_owned(), rename: meant(from, to, goal, usual) })
    }

    /// Whether the operations do it.
    pub(super) fn is_done(&self, ops: &[Op]) -> bool {
        let renames = || ops.iter().filter_map(Op::rename);
        // Names that change places do it by way of a third.
        renames().any(|done| done == self.rename)
            || renames().any(|done| done.before() == self.rename.before())
                && renames().any(|done| done.after() == self.rename.after())
    }
}

impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`--rename {}`", self.text)
    }
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
    use crate::model::{EnumType, Table};

    fn goal() -> Schema {
        let tables = ["users", "orders"].map(TableName::new).into_iter();
        let elsewhere = ["archive.users", "archive.orders.old"].map(|name| path(name, "public"));
        let mut schema = Schema::from_iter(tables.chain(elsewhere).map(Table::new));
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
