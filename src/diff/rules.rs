//! What a project leaves out of the comparison: tables that are not its business, kinds of difference it does not want
//! to hear of, and how exactly what nobody wrote must match. Knows no dialect and no configuration file.

use std::collections::BTreeSet;

use globset::{Glob, GlobMatcher};

use super::ownership::{Unmanaged, UnmanagedObject};
use crate::model::{Constraint, Index, IndexKey, Name, Rename, Schema, Table, TableName};

/// The decisions of a project about what counts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rules {
    /// Which tables are compared.
    pub tables: Tables,
    /// A type that follows from a Rust type must match exactly, as if it were written.
    pub exact_types: bool,
    /// A name nobody wrote must match exactly, as if it were written.
    pub exact_names: bool,
    /// Kinds of difference that are neither reported nor written.
    pub ignore: Vec<Kind>,
}

/// A kind of difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Comments on tables and columns.
    Comments,
    /// Defaults of columns.
    Defaults,
    /// Collations of columns.
    Collations,
    /// Whether columns may be NULL.
    Nullability,
    /// Check constraints.
    Checks,
    /// Indexes that take duplicates.
    Indexes,
    /// Unique constraints and unique indexes.
    Uniques,
    /// Foreign keys.
    ForeignKeys,
}

impl Kind {
    /// All kinds by their words.
    pub const ALL: [(&'static str, Self); 8] = [
        ("comments", Self::Comments),
        ("defaults", Self::Defaults),
        ("collations", Self::Collations),
        ("nullability", Self::Nullability),
        ("checks", Self::Checks),
        ("indexes", Self::Indexes),
        ("uniques", Self::Uniques),
        ("foreign-keys", Self::ForeignKeys),
    ];
}

/// Which tables and views are compared, by patterns over their names.
///
/// ```
/// use seachange::diff::Tables;
/// use seachange::model::TableName;
///
/// let mut tables = Tables::default();
/// tables.exclude("spatial_*").unwrap();
/// assert!(tables.has(&TableName::new("users")));
/// assert!(!tables.has(&TableName::new("spatial_ref_sys")));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tables {
    /// `None` for all.
    include: Option<Patterns>,
    exclude: Patterns,
}

/// Patterns over names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Patterns(Vec<Pattern>);

/// A pattern, and what it is matched against.
#[derive(Debug, Clone)]
struct Pattern(GlobMatcher);

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.0.glob() == other.0.glob()
    }
}

impl Eq for Pattern {}

impl Patterns {
    fn add(&mut self, pattern: &str) -> Result<(), String> {
        let glob = Glob::new(pattern).map_err(|error| error.kind().to_string())?;
        self.0.push(Pattern(glob.compile_matcher()));
        Ok(())
    }

    /// A pattern with a dot is about the name with its schema, any other about the bare name in whatever schema.
    fn has(&self, name: &TableName) -> bool {
        let matches = |Pattern(matcher): &Pattern| {
            if matcher.glob().glob().contains('.') {
                matcher.is_match(name.to_string())
            } else {
                matcher.is_match(&name.name)
            }
        };
        self.0.iter().any(matches)
    }
}

impl Tables {
    /// Compares what the pattern matches, instead of everything.
    ///
    /// # Errors
    /// The pattern is none; says why.
    pub fn include(&mut self, pattern: &str) -> Result<(), String> {
        self.include.get_or_insert_default().add(pattern)
    }

    /// Leaves out what the pattern matches.
    ///
    /// # Errors
    /// The pattern is none; says why.
    pub fn exclude(&mut self, pattern: &str) -> Result<(), String> {
        self.exclude.add(pattern)
    }

    /// Whether the table or view is compared.
    pub fn has(&self, name: &TableName) -> bool {
        self.include.as_ref().is_none_or(|patterns| patterns.has(name)) && !self.exclude.has(name)
    }

    /// The schema without what is left out. Foreign keys to a table that is left out stay.
    #[must_use]
    pub fn keep(&self, mut schema: Schema) -> Schema {
        schema.tables.retain(|name, _| self.has(name));
        schema.verbatim.retain(|name, _| self.has(name));
        schema
    }

    /// The renames of tables that are not left out, before or after.
    pub fn keep_renames(&self, renames: &[Rename]) -> Vec<Rename> {
        let is_kept = |rename: &&Rename| match rename {
            Rename::Table { from, to } => self.has(from) && self.has(to),
            Rename::Column { table, .. } => self.has(table),
            Rename::Enum { .. } | Rename::Value { .. } => true,
        };
        renames.iter().filter(is_kept).cloned().collect()
    }
}

impl Rules {
    fn ignores(&self, kind: Kind) -> bool {
        self.ignore.contains(&kind)
    }

    /// The declared schema with what nobody wrote as strict as the project wants it.
    #[must_use]
    pub fn tighten(&self, mut declared: Schema, live: &Schema) -> Schema {
        if !self.exact_types && !self.exact_names {
            return declared;
        }
        for table in declared.tables.values_mut() {
            if self.exact_types {
                for column in &mut table.columns {
                    column.data_type.inferred = false;
                }
            }
            if self.exact_names {
                let live = live.tables.get(&table.name).map(|live| &**live);
                tighten_names(table, live);
            }
        }
        declared
    }

    /// A declared or locked schema, reconciled, without what the project does not want to hear of: columns have what they
    /// have in the live database, and what is an object of its own is gone.
    #[must_use]
    pub fn without_ignored(&self, mut schema: Schema, live: &Schema) -> Schema {
        if self.ignore.is_empty() {
            return schema;
        }
        if self.ignores(Kind::ForeignKeys) {
            schema.tables.values_mut().for_each(|table| table.foreign_keys.clear());
        }
        let needed = if self.ignores(Kind::Uniques) { needed_uniques(&schema) } else { BTreeSet::new() };
        for table in schema.tables.values_mut() {
            let live = live.tables.get(&table.name);
            if self.ignores(Kind::Comments) {
                table.comment = live.and_then(|live| live.comment.clone());
            }
            for column in &mut table.columns {
                let Some(live) = live.and_then(|live| live.column(&column.name)) else { continue };
                if self.ignores(Kind::Comments) {
                    column.comment.clone_from(&live.comment);
                }
                if self.ignores(Kind::Defaults) {
                    column.default.clone_from(&live.default);
                }
                if self.ignores(Kind::Collations) {
                    column.collation.clone_from(&live.collation);
                }
                if self.ignores(Kind::Nullability) {
                    column.nullable = live.nullable;
                }
            }
            table.checks.retain(|_| !self.ignores(Kind::Checks));
            table.exclusions.retain(|_| !self.ignores(Kind::Uniques));
            let name = table.name.clone();
            // Without it, no row could be written that has the foreign key.
            let is_needed = |columns: Vec<&String>| needed.contains(&(name.clone(), sorted(columns)));
            table.uniques.retain(|unique| !self.ignores(Kind::Uniques) || is_needed(unique.columns.iter().collect()));
            table.indexes.retain(|index| {
                let kind = if index.unique { Kind::Uniques } else { Kind::Indexes };
                !self.ignores(kind) || (index.unique && is_needed(columns_of(index)))
            });
        }
        schema
    }

    /// Whether something unmanaged is of a kind the project wants to hear of.
    pub fn lists(&self, unmanaged: &Unmanaged) -> bool {
        let kind = match &unmanaged.object {
            UnmanagedObject::Default { .. } => Some(Kind::Defaults),
            UnmanagedObject::Collation { .. } => Some(Kind::Collations),
            UnmanagedObject::Index(index) if index.unique => Some(Kind::Uniques),
            UnmanagedObject::Index(_) => Some(Kind::Indexes),
            UnmanagedObject::ForeignKeyAction(_)
            | UnmanagedObject::Deferral(Constraint::ForeignKey(_))
            | UnmanagedObject::Constraint(Constraint::ForeignKey(_)) => Some(Kind::ForeignKeys),
            UnmanagedObject::Constraint(Constraint::Unique(_) | Constraint::Exclusion(_))
            | UnmanagedObject::Deferral(Constraint::Unique(_))
            | UnmanagedObject::Included(Constraint::Unique(_)) => Some(Kind::Uniques),
            UnmanagedObject::Constraint(Constraint::Check(_)) => Some(Kind::Checks),
            UnmanagedObject::Constraint(Constraint::PrimaryKey(_))
            | UnmanagedObject::Deferral(_)
            | UnmanagedObject::Included(_)
            | UnmanagedObject::Table(_)
            | UnmanagedObject::Column(_)
            | UnmanagedObject::Generated { .. }
            | UnmanagedObject::Attachment(..)
            | UnmanagedObject::Verbatim(_)
            | UnmanagedObject::Enum => None,
        };
        !kind.is_some_and(|kind| self.ignores(kind))
    }
}

/// The columns of each table that foreign keys lead to.
fn needed_uniques(schema: &Schema) -> BTreeSet<(TableName, Vec<String>)> {
    let fks = schema.tables.values().flat_map(|table| &table.foreign_keys);
    fks.map(|fk| (fk.references.clone(), sorted(fk.referenced_columns.iter().collect()))).collect()
}

/// The columns an index stands on.
fn columns_of(index: &Index) -> Vec<&String> {
    index
        .parts
        .iter()
        .filter_map(|part| match &part.key {
            IndexKey::Column(column) => Some(column),
            IndexKey::Expression(_) => None,
        })
        .collect()
}

fn sorted(columns: Vec<&String>) -> Vec<String> {
    let mut columns: Vec<String> = columns.into_iter().cloned().collect();
    columns.sort();
    columns
}

fn tighten_names(table: &mut Table, live: Option<&Table>) {
    let tighten = |name: &mut Name| name.inferred = false;
    table.indexes.iter_mut().for_each(|index| tighten(&mut index.name));
    table.uniques.iter_mut().filter_map(|unique| unique.name.as_mut()).for_each(tighten);
    table.foreign_keys.iter_mut().filter_map(|fk| fk.name.as_mut()).for_each(tighten);
    table.checks.iter_mut().filter_map(|check| check.name.as_mut()).for_each(tighten);
    if let Some(key) = &mut table.primary_key
        && let Some(name) = key.name.as_mut().filter(|name| name.inferred)
    {
        name.inferred = false;
        // The name is exact now; the order of the columns still is nobody's word.
        let live = live.and_then(|table| table.primary_key.as_ref());
        if let Some(live) =
            live.filter(|live| sorted(live.columns.iter().collect()) == sorted(key.columns.iter().collect()))
        {
            key.columns.clone_from(&live.columns);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Column, ColumnType, DataType};

    #[test]
    fn ignored_comments_are_those_of_the_database() {
        let schema = |comment: &str| {
            let mut table = Table::new(TableName::new("t"));
            table.comment = Some(comment.to_owned());
            let column = Column::new("a", ColumnType::inferred(DataType::Integer));
            table.columns.push(Column { comment: Some(comment.to_owned()), ..column });
            Schema::from_iter([table])
        };
        let rules = Rules { ignore: vec![Kind::Comments], ..Rules::default() };
        assert_eq!(rules.without_ignored(schema("new"), &schema("old")), schema("old"));
        assert_eq!(Rules::default().without_ignored(schema("new"), &schema("old")), schema("new"));
    }

    #[test]
    fn patterns_over_names() {
        let mut tables = Tables::default();
        tables.include("app_*").unwrap();
        tables.include("audit.*").unwrap();
        tables.exclude("*_old").unwrap();
        let has = |schema: Option<&str>, name: &str| {
            tables.has(&TableName { schema: schema.map(str::to_owned), name: name.to_owned() })
        };
        assert!(has(None, "app_users") && has(Some("any"), "app_users") && has(Some("audit"), "log"));
        assert!(!has(None, "users") && !has(Some("audit"), "log_old") && !has(None, "log"));
        assert_eq!(tables.exclude("[a").unwrap_err(), "unclosed character class; missing ']'");
    }
}
