//! What was read in parts becomes one declaration: entities that share a table, and everything that is wrong, in order.
//! Knows places, no syntax.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use proc_macro2::Span;

use super::annotations::Role;
use super::entity::Entity;
use super::shared;
use super::workspace::{Module, Workspace, located};
use crate::error::{Diagnostic, Error, Place, Result, Severity};
use crate::model::{Declared, Detail, Details, Location, ObjectPath, Rename, Table, TableName};

/// An entity, with places instead of spans.
pub(super) struct Found {
    role: Role,
    table: Table,
    renames: Vec<Rename>,
    fills: BTreeMap<String, String>,
    named: Place,
    columns: Vec<(String, Location)>,
    details: Vec<(Detail, u32, u32)>,
}

impl Found {
    /// The entity of a module.
    pub(super) fn new(workspace: &Workspace, module: &Module, entity: Entity) -> Self {
        let named = workspace.place(module.file, entity.named);
        let place = |span| located(named.location.file.clone(), span);
        let short = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let at = |(detail, span): (Detail, Span)| {
            let start = span.start();
            (detail, short(start.line), short(start.column + 1))
        };
        Self {
            details: entity.details.into_iter().map(at).collect(),
            role: entity.role,
            columns: entity.columns.into_iter().map(|(name, span)| (name, place(span))).collect(),
            named,
            table: entity.table,
            renames: entity.renames,
            fills: entity.fills,
        }
    }
}

/// All entities together. Several may read the same table, as long as one of them knows all its columns.
pub(super) fn gather(mut found: Vec<Found>, mut diagnostics: Vec<Diagnostic>) -> Result<Declared> {
    let mut declared = Declared::default();
    // The one that knows most of a table comes first, so that the others are held against it.
    let mut places: BTreeMap<TableName, usize> = BTreeMap::new();
    for entity in &found {
        let next = places.len();
        places.entry(entity.table.name.clone()).or_insert(next);
    }
    found.sort_by_key(|entity| (places.get(&entity.table.name).copied(), Reverse(entity.table.columns.len())));
    let mut columns = Vec::with_capacity(found.iter().map(|entity| entity.columns.len()).sum());
    for entity in found {
        diagnostics.extend(add(&mut declared, &mut columns, entity));
    }
    // What is said first counts. Made at once, a map has no room to spare, and this one has a place for every column.
    columns.reverse();
    declared.origins.append(&mut columns.into_iter().collect());
    // Another entity may declare the table that one of them leaves alone.
    let Declared { schema, ignored, .. } = &mut declared;
    ignored.retain(|name| !schema.tables.contains_key(name));
    diagnostics.sort_by(|a, b| (&a.location, &a.message).cmp(&(&b.location, &b.message)));
    diagnostics.dedup();
    if diagnostics.iter().any(|problem| problem.severity == Severity::Error) {
        return Err(Error::Source { problems: diagnostics });
    }
    declared.warnings = diagnostics;
    Ok(declared)
}

fn add(declared: &mut Declared, columns: &mut Vec<(ObjectPath, Location)>, entity: Found) -> Option<Diagnostic> {
    let (name, file) = (entity.table.name.clone(), entity.named.location.file.clone());
    let path = ObjectPath::Table(name.clone());
    match entity.role {
        Role::Table => {}
        Role::View => {
            declared.origins.insert(path, entity.named.location);
            declared.views.insert(name);
            return None;
        }
        Role::Ignored => {
            declared.ignored.insert(name);
            return None;
        }
    }
    if let Some(first) = declared.schema.tables.get(&name) {
        match shared::join(first, &entity.table) {
            Ok(table) => drop(declared.schema.tables.insert(name.clone(), table.into())),
            Err(difference) => {
                let other = declared.origins.get(&path).map(|first| format!(" at {first}")).unwrap_or_default();
                let problem = entity.named.problem(format!("two entities declare the table `{name}` differently"));
                let hint =
                    format!("the other is{other}; make them agree, or leave one out with `#[seachange(ignore)]`");
                return Some(Diagnostic { label: Some(difference), hint: Some(hint), ..problem });
            }
        }
    } else {
        declared.schema.tables.insert(name.clone(), entity.table.into());
        declared.origins.insert(path, entity.named.location);
    }
    if !entity.details.is_empty() {
        let details = Details { file, places: entity.details };
        declared.details.entry(name.clone()).or_default().push(details);
    }
    let places = entity.columns.into_iter();
    columns.extend(places.map(|(column, location)| (ObjectPath::Column(name.clone(), column), location)));
    for (column, sql) in entity.fills {
        declared.fills.entry(ObjectPath::Column(name.clone(), column)).or_insert(sql);
    }
    for rename in entity.renames {
        if !declared.renames.contains(&rename) {
            declared.renames.push(rename);
        }
    }
    None
}
