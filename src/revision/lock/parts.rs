//! A lock as a list of what it says, one entry for each line that git sees: a table, a column, an index. Knows what makes
//! two entries the same thing, and nothing of what they mean.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use toml::{Table, Value};

use super::{LockFile, schema_of};
use crate::error::Cause;
use crate::model::{Schema, TableName, VerbatimKind};

/// What an entry is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Path {
    /// `tables`, `views` or `sql`.
    section: String,
    /// The key of the block.
    block: String,
    /// `columns`, `indexes`, `comment` …; empty for the block itself.
    list: String,
    /// Which of the list.
    key: String,
}

/// What a lock says.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Parts {
    format: Option<Value>,
    pub(super) entries: BTreeMap<Path, Value>,
    /// The order of lists.
    order: BTreeMap<Path, usize>,
}

impl Path {
    /// The table or other object of its block.
    pub(crate) fn object(&self, parts: &Parts) -> TableName {
        let schema = Self { list: "schema".to_owned(), key: String::new(), ..self.clone() };
        let schema = parts.entries.get(&schema).and_then(|value| value.as_str()).map(str::to_owned);
        super::rows::table_name(&self.block, schema)
    }

    /// `columns`, `indexes` and the like; empty for the block itself.
    pub(crate) fn list(&self) -> &str {
        &self.list
    }

    /// Which of the list.
    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    /// The block that the entry is in.
    pub(super) fn whole(&self) -> Self {
        Self { list: String::new(), key: String::new(), ..self.clone() }
    }

    pub(super) fn is_whole(&self) -> bool {
        self.list.is_empty()
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { section, block, list, key } = self;
        match (section.as_str(), list.as_str()) {
            ("tables", "") => write!(f, "table `{block}`"),
            ("views", "") => write!(f, "view `{block}`"),
            (_, "") => write!(f, "`{block}`"),
            (_, "columns") => write!(f, "column `{block}.{key}`"),
            (_, "indexes") => write!(f, "index `{key}` of `{block}`"),
            (_, "attachments") => write!(f, "`{key}` on `{block}`"),
            (_, "foreign_keys") => write!(f, "foreign key of `{block}` from {key}"),
            (_, "uniques") => write!(f, "unique constraint of `{block}` on {key}"),
            (_, "checks") => write!(f, "check `{key}` of `{block}`"),
            (_, "exclusions") => write!(f, "exclusion of `{block}`"),
            (_, field) => write!(f, "{} of `{block}`", field.replace('_', " ")),
        }
    }
}

impl Parts {
    /// Reads a lock. Where something is in it twice, as a merge of lines leaves it, the second list has the other answer.
    pub(super) fn read(text: &str) -> Result<(Self, Self), Cause> {
        let mut file: Table = toml::from_str(text)?;
        let format = file.remove("format");
        let mut first = Self { format, ..Self::default() };
        let mut last = first.clone();
        for (section, blocks) in file {
            let Value::Table(blocks) = blocks else { return Err(format!("`{section}` is no list of blocks").into()) };
            for (block, fields) in blocks {
                let Value::Table(fields) = fields else { return Err(format!("`{block}` is no block").into()) };
                let path = Path { section: section.clone(), block, list: String::new(), key: String::new() };
                for parts in [&mut first, &mut last] {
                    parts.entries.insert(path.clone(), Value::Boolean(true));
                }
                for (field, value) in fields {
                    let path = Path { list: field, ..path.clone() };
                    match value {
                        Value::Array(rows) if rows.iter().all(Value::is_table) => {
                            for (number, row) in rows.into_iter().enumerate() {
                                let path = Path { key: identity(&path.list, &row), ..path.clone() };
                                first.entries.entry(path.clone()).or_insert_with(|| row.clone());
                                first.order.entry(path.clone()).or_insert(number);
                                last.order.entry(path.clone()).or_insert(number);
                                last.entries.insert(path, row);
                            }
                        }
                        value => {
                            first.entries.insert(path.clone(), value.clone());
                            last.entries.insert(path, value);
                        }
                    }
                }
            }
        }
        Ok((first, last))
    }

    /// The parts of a schema.
    pub(crate) fn of(schema: &Schema) -> Result<Self, Cause> {
        Ok(Self::read(&super::write(schema))?.0)
    }

    /// The schema these parts make. Lists are in the order that another lock has them in.
    pub(super) fn schema(&self, order: &Self) -> Result<Schema, Cause> {
        let mut file = Table::new();
        let format = self.format.clone().or_else(|| order.format.clone());
        file.extend(format.map(|format| ("format".to_owned(), format)));
        let mut entries: Vec<(&Path, &Value)> = self.entries.iter().collect();
        let place = |path: &Path| {
            let known = order.order.get(path);
            (known.is_none(), known.or_else(|| self.order.get(path)).copied())
        };
        entries.sort_by_key(|(path, _)| (path.section.clone(), path.block.clone(), path.list.clone(), place(path)));
        for (path, value) in entries {
            let section = file.entry(path.section.clone()).or_insert_with(|| Value::Table(Table::new()));
            let Value::Table(section) = section else { continue };
            let block = section.entry(path.block.clone()).or_insert_with(|| Value::Table(Table::new()));
            let Value::Table(block) = block else { continue };
            if path.is_whole() {
                continue;
            }
            if value.is_table() && path.list != "primary_key" {
                let list = block.entry(path.list.clone()).or_insert_with(|| Value::Array(Vec::new()));
                if let Value::Array(list) = list {
                    list.push(value.clone());
                }
            } else {
                block.insert(path.list.clone(), value.clone());
            }
        }
        schema_of(LockFile::deserialize(Value::Table(file))?)
    }

    /// Whether the table of an entry has the column.
    pub(crate) fn has_column(&self, of: &Path, column: &str) -> bool {
        self.entries.contains_key(&Path { list: "columns".to_owned(), key: column.to_owned(), ..of.clone() })
    }

    /// Entities that are views, by name.
    pub(super) fn views(&self) -> impl Iterator<Item = (TableName, VerbatimKind)> {
        let blocks = self.entries.keys().filter(|path| path.section == "views" && path.is_whole());
        blocks.map(|path| {
            let is_virtual = self.entries.contains_key(&Path { list: "virtual".to_owned(), ..path.clone() });
            let kind = if is_virtual { VerbatimKind::VirtualTable } else { VerbatimKind::View };
            (path.object(self), kind)
        })
    }

    pub(super) fn take(&mut self, path: &Path, value: Option<&Value>) {
        match value {
            Some(value) => drop(self.entries.insert(path.clone(), value.clone())),
            None => drop(self.entries.remove(path)),
        }
    }
}

/// What makes two rows of a list the same thing.
fn identity(list: &str, row: &Value) -> String {
    let text =
        |field: &str| row.get(field).map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
    let said = match list {
        "uniques" => text("columns"),
        "foreign_keys" => {
            Some(format!("{} to {}", text("columns").unwrap_or_default(), text("references").unwrap_or_default()))
        }
        "checks" => text("name").or_else(|| text("expression")),
        "attachments" => Some(format!("{} {}", text("kind").unwrap_or_default(), text("name").unwrap_or_default())),
        _ => text("name"),
    };
    said.unwrap_or_else(|| row.to_string())
}
