//! Objects that are no tables: enums, views, functions, sequences, domains, composite types and extensions; and the words
//! for what the model has no place for.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::super::catalog::{Catalog, RelationRow};
use super::super::words::identifier;
use super::sequence::Owned;
use super::{Assembly, in_words, is_table, parameters, sequence, written};
use crate::model::{Attachment, AttachmentKind, EnumType, ObjectPath, Part, Schema, TableName, Verbatim, VerbatimKind};

/// All enum types with their names, those of extensions as well.
pub(super) fn enums(catalog: &Catalog) -> BTreeMap<i64, (TableName, EnumType)> {
    let mut enums: BTreeMap<i64, (TableName, EnumType)> = BTreeMap::new();
    for row in catalog.types.iter().filter(|row| row.kind == 'e') {
        let (_, found) = enums.entry(row.id).or_insert_with(|| {
            let schema = (row.schema != catalog.default_schema).then(|| row.schema.clone());
            let found = EnumType { values: Vec::new(), comment: row.comment.clone() };
            (TableName { schema, name: row.name.clone() }, found)
        });
        found.values.extend(row.value.clone());
    }
    enums
}

impl Assembly<'_> {
    /// The enum types that belong to no extension.
    pub(super) fn own_enums(&self) -> BTreeMap<TableName, EnumType> {
        let own = self.catalog.types.iter().filter(|row| !row.of_extension);
        own.filter_map(|row| self.enums.get(&row.id)).cloned().collect()
    }

    pub(super) fn objects(&self, schema: &mut Schema) {
        self.relations_but_tables(schema);
        self.types(schema);
        self.sequences(schema);
        self.routines(schema);
        for other in &self.catalog.others {
            if other.kind == "extension" {
                self.extension(schema, &other.name, other.schema.as_deref());
                continue;
            }
            let schema_of = other.schema.clone().filter(|name| *name != identifier(&self.catalog.default_schema));
            let name = TableName { schema: schema_of, name: other.name.clone() };
            schema.unmodelled.insert(in_words(&other.kind, &name));
        }
    }

    fn relations_but_tables(&self, schema: &mut Schema) {
        for row in self.catalog.relations.iter().filter(|row| !row.of_extension) {
            let name = self.name_of(row);
            match row.kind {
                'v' | 'm' => keep(schema, name, self.view(row)),
                'c' => {
                    let fields = self.columns(row.id).iter().map(|field| {
                        let collation = field.collation.as_deref().map_or_else(String::new, |name| {
                            format!(" COLLATE {}", name.split('.').map(identifier).collect::<Vec<_>>().join("."))
                        });
                        format!("{} {}{collation}", identifier(&field.name), field.data_type)
                    });
                    let fields = fields.collect::<Vec<_>>().join(", ");
                    let sql = format!("CREATE TYPE {} AS ({fields})", written(&name));
                    let verbatim = Verbatim::new(VerbatimKind::CompositeType, sql);
                    keep(schema, name, Verbatim { comment: row.comment.clone(), ..verbatim });
                }
                'f' if row.parents.is_empty() => {
                    schema.unmodelled.insert(in_words("foreign table", &name));
                }
                _ => {}
            }
        }
    }

    fn view(&self, row: &RelationRow) -> Verbatim {
        let name = self.name_of(row);
        let query = row.query.as_deref().unwrap_or_default().trim().trim_end_matches(';');
        let (kind, word) = match row.kind {
            'v' => (VerbatimKind::View, "VIEW"),
            _ => (VerbatimKind::MaterializedView, "MATERIALIZED VIEW"),
        };
        let mut sql = format!("CREATE {word} {}", written(&name));
        if let Some(method) = row.method.as_ref().filter(|method| *method != "heap") {
            sql += &format!(" USING {}", identifier(method));
        }
        if !row.storage.is_empty() {
            sql += &format!(" WITH ({})", parameters(&row.storage));
        }
        if let Some(tablespace) = &row.tablespace {
            sql += &format!(" TABLESPACE {}", identifier(tablespace));
        }
        sql += &format!(" AS\n{query}");
        let mut view = Verbatim { comment: row.comment.clone(), ..Verbatim::new(kind, sql) };
        for (attachment, comment, _) in self.attachments(row) {
            let part = Part::Attachment(attachment.kind, attachment.name.clone());
            view.comments.extend(comment.map(|comment| (part, comment)));
            view.attachments.push(attachment);
        }
        for index in self.catalog.indexes.get(&row.id).into_iter().flatten() {
            let part = Part::Index(index.name.clone());
            view.comments.extend(index.comment.clone().map(|comment| (part, comment)));
            let attachment =
                |sql: &String| Attachment { kind: AttachmentKind::Index, name: index.name.clone(), sql: sql.clone() };
            view.attachments.extend(index.definition.as_ref().map(attachment));
        }
        for column in self.columns(row.id) {
            let part = Part::Column(column.name.clone());
            view.comments.extend(column.comment.clone().map(|comment| (part, comment)));
            view.columns.push(column.name.clone());
        }
        view.lost_with_it = self.lost_with_view(row);
        view.unfilled = row.unfilled;
        for used in self.catalog.uses.get(&row.id).into_iter().flatten() {
            let table = self.name(&used.schema, &used.table);
            view.uses.insert(match &used.column {
                Some(column) => ObjectPath::Column(table, column.clone()),
                None => ObjectPath::Table(table),
            });
        }
        view
    }

    /// What a view has that its definition does not say.
    fn lost_with_view(&self, row: &RelationRow) -> Vec<String> {
        let mut lost: Vec<String> = row.owner.iter().map(|owner| format!("its owner `{owner}`")).collect();
        lost.extend(row.is_granted.then(|| "the privileges granted on it".to_owned()));
        for column in self.columns(row.id) {
            lost.extend(column.default.as_ref().map(|_| format!("the default of its column `{}`", column.name)));
            lost.extend(column.unusual.iter().map(|words| format!("`{words}` of its column `{}`", column.name)));
        }
        for index in self.catalog.indexes.get(&row.id).into_iter().flatten() {
            lost.extend(index.clustered.then(|| format!("its order by the index `{}`", index.name)));
            lost.extend(index.tablespace.as_ref().map(|name| format!("the tablespace `{name}` of an index")));
        }
        lost
    }

    fn types(&self, schema: &mut Schema) {
        for row in self.catalog.types.iter().filter(|row| !row.of_extension) {
            let name = self.name(&row.schema, &row.name);
            match (row.kind, &row.definition) {
                ('d', Some(definition)) => {
                    let sql = format!("CREATE DOMAIN {} AS {definition}", written(&name));
                    let verbatim = Verbatim::new(VerbatimKind::Domain, sql);
                    keep(schema, name, Verbatim { comment: row.comment.clone(), ..verbatim });
                }
                ('r', _) => {
                    schema.unmodelled.insert(in_words("range type", &name));
                }
                ('b', _) => {
                    schema.unmodelled.insert(in_words("base type", &name));
                }
                _ => {}
            }
        }
    }

    /// Sequences that no column counts with.
    fn sequences(&self, schema: &mut Schema) {
        for row in self.catalog.sequences.iter().filter(|row| !row.of_extension) {
            if let Some((table, number)) = row.owner {
                // What belongs to the table of a tool is the tool's.
                if !self.relations.get(&table).is_some_and(|table| is_table(table)) {
                    continue;
                }
                let column = super::column_numbered(self.columns(table), number);
                if column.is_some_and(|column| Owned { row }.counts(column)) {
                    continue;
                }
            }
            let name = self.name(&row.schema, &row.name);
            let verbatim = Verbatim::new(VerbatimKind::Sequence, sequence::statement(&name, row));
            keep(schema, name, Verbatim { comment: row.comment.clone(), ..verbatim });
        }
    }

    fn routines(&self, schema: &mut Schema) {
        for row in &self.catalog.routines {
            let name = self.name(&row.schema, &row.signature);
            let Some(definition) = &row.definition else {
                let kind = if row.kind == 'a' { "aggregate" } else { "window function" };
                schema.unmodelled.insert(in_words(kind, &name));
                continue;
            };
            let mut sql = definition.trim_end().trim_end_matches(';').to_owned();
            if name.schema.is_none() {
                // The server always says the schema.
                for head in ["CREATE OR REPLACE FUNCTION ", "CREATE OR REPLACE PROCEDURE "] {
                    let rest = sql.strip_prefix(head).and_then(|rest| rest.strip_prefix(&row.prefix));
                    if let Some(rest) = rest {
                        sql = format!("{head}{rest}");
                        break;
                    }
                }
            }
            let verbatim = Verbatim::new(VerbatimKind::Function, sql);
            keep(schema, name, Verbatim { comment: row.comment.clone(), ..verbatim });
        }
    }

    /// The comment on an extension is its author's, and comes with it.
    fn extension(&self, schema: &mut Schema, name: &str, place: Option<&str>) {
        let place = place.filter(|place| *place != self.catalog.default_schema);
        let place = place.map_or_else(String::new, |place| format!(" WITH SCHEMA {}", identifier(place)));
        let sql = format!("CREATE EXTENSION IF NOT EXISTS {}{place}", identifier(name));
        keep(schema, TableName::new(name), Verbatim::new(VerbatimKind::Extension, sql));
    }
}

/// Sequences, types and extensions may share a name, of which the model has room for one.
fn keep(schema: &mut Schema, name: TableName, verbatim: Verbatim) {
    match schema.verbatim.entry(name) {
        Entry::Vacant(entry) => {
            entry.insert(verbatim);
        }
        Entry::Occupied(entry) => {
            schema.unmodelled.insert(in_words(&verbatim.kind.to_string(), entry.key()));
        }
    }
}
