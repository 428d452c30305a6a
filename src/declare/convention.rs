//! The names a project gives to constraints and indexes that nobody named, by templates as in `ix_{table}_{columns}`.
//! Works on what was declared, whoever read it; knows no files and no dialect.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::error::{Error, Result, closest};
use crate::model::{Check, Declared, IndexKey, Name, ObjectPath, Placement, Table, TableName};

/// The templates of a project. Without one, names stay as SeaORM makes them.
///
/// ```
/// use seachange::declare::convention::{Convention, Kind};
/// use seachange::model::{Declared, PrimaryKey, Table, TableName};
///
/// let mut table = Table::new(TableName::new("users"));
/// table.primary_key = Some(PrimaryKey::new(None, vec!["id".to_owned()]));
/// let mut declared = Declared::default();
/// declared.schema.tables.insert(table.name.clone(), table.into());
///
/// let mut convention = Convention::default();
/// convention.set(Kind::PrimaryKey, "pk_{table}").unwrap();
/// convention.apply(&mut declared)?;
/// let key = declared.schema.tables[&TableName::new("users")].primary_key.as_ref();
/// assert_eq!(key.unwrap().name.as_ref().unwrap().text, "pk_users");
/// # Ok::<(), seachange::error::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Convention(BTreeMap<Kind, Template>);

/// What a template names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Indexes that take duplicates.
    Index,
    /// Unique constraints and unique indexes, which satisfy each other.
    Unique,
    /// Foreign keys.
    ForeignKey,
    /// Check constraints.
    Check,
    /// Primary keys.
    PrimaryKey,
}

/// What is wrong with a template, and which of its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateProblem {
    /// Which bytes of the template.
    pub bytes: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub hint: String,
}

/// A template in parts.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Template {
    source: String,
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Table,
    Columns,
    Column(usize),
    ReferencedTable,
    ReferencedColumns,
    Name,
}

/// What a constraint or index has for the tokens.
#[derive(Default)]
struct Facts<'a> {
    table: &'a str,
    columns: Vec<&'a str>,
    referenced_table: &'a str,
    referenced_columns: &'a [String],
    name: Option<&'a str>,
}

impl Kind {
    /// All kinds, with their keys in the configuration.
    pub const ALL: [(&'static str, Self); 5] = [
        ("index", Self::Index),
        ("unique", Self::Unique),
        ("foreign_key", Self::ForeignKey),
        ("check", Self::Check),
        ("primary_key", Self::PrimaryKey),
    ];

    /// The tokens a template of this kind can have.
    fn tokens(self) -> Vec<&'static str> {
        let mut tokens = vec!["table", "columns", "column_0", "column_1"];
        match self {
            Self::Index | Self::Unique | Self::PrimaryKey => {}
            Self::ForeignKey => tokens.extend(["referenced_table", "referenced_columns"]),
            Self::Check => tokens.push("name"),
        }
        tokens
    }

    fn noun(self) -> &'static str {
        match self {
            Self::Index => "an index",
            Self::Unique => "a unique constraint",
            Self::ForeignKey => "a foreign key",
            Self::Check => "a check",
            Self::PrimaryKey => "a primary key",
        }
    }
}

impl Template {
    fn parse(kind: Kind, source: &str) -> std::result::Result<Self, Vec<TemplateProblem>> {
        let (mut parts, mut problems) = (Vec::new(), Vec::new());
        let mut text = String::new();
        let mut rest = 0;
        while let Some(at) = source[rest..].find(['{', '}']).map(|at| rest + at) {
            text.push_str(&source[rest..at]);
            let after = &source[at..];
            if let Some(brace) = ["{{", "}}"].into_iter().find(|doubled| after.starts_with(doubled)) {
                text.push_str(&brace[..1]);
                rest = at + 2;
                continue;
            }
            if after.starts_with('}') {
                problems.push(TemplateProblem {
                    bytes: at..at + 1,
                    message: "this brace closes nothing".to_owned(),
                    hint: "write `{` before the name of the token, or `}}` for the brace itself".to_owned(),
                });
                rest = at + 1;
                continue;
            }
            let Some(end) = after.find('}').filter(|end| !after[1..*end].contains('{')) else {
                problems.push(TemplateProblem {
                    bytes: at..source.len(),
                    message: "this brace is not closed".to_owned(),
                    hint: "write `}` after the name of the token, or `{{` for the brace itself".to_owned(),
                });
                rest = at + 1;
                continue;
            };
            parts.extend((!text.is_empty()).then(|| Part::Text(std::mem::take(&mut text))));
            match part(kind, &after[1..end]) {
                Ok(part) => parts.push(part),
                Err((message, hint)) => {
                    problems.push(TemplateProblem { bytes: at..at + end + 1, message, hint });
                }
            }
            rest = at + end + 1;
        }
        text.push_str(&source[rest..]);
        parts.extend((!text.is_empty()).then_some(Part::Text(text)));
        if parts.is_empty() && problems.is_empty() {
            problems.push(TemplateProblem {
                bytes: 0..source.len(),
                message: "a name cannot be empty".to_owned(),
                hint: "take the line out to keep SeaORM's names".to_owned(),
            });
        }
        if problems.is_empty() { Ok(Self { source: source.to_owned(), parts }) } else { Err(problems) }
    }

    /// The name, or what the object lacks for it.
    fn fill(&self, facts: &Facts<'_>) -> std::result::Result<String, String> {
        let mut name = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => name.push_str(text),
                Part::Table => name.push_str(facts.table),
                Part::Columns if facts.columns.is_empty() => return Err("it is on no column".to_owned()),
                Part::Columns => name.push_str(&facts.columns.join("_")),
                Part::Column(number) => match facts.columns.get(*number) {
                    Some(column) => name.push_str(column),
                    None => return Err(format!("it has no `{{column_{number}}}`")),
                },
                Part::ReferencedTable => name.push_str(facts.referenced_table),
                Part::ReferencedColumns => name.push_str(&facts.referenced_columns.join("_")),
                Part::Name => match facts.name {
                    Some(written) => name.push_str(written),
                    None => return Err("it has no name for `{name}`".to_owned()),
                },
            }
        }
        Ok(name)
    }

    fn has_name(&self) -> bool {
        self.parts.contains(&Part::Name)
    }
}

/// The token between the braces, or what is wrong with it and what to write.
fn part(kind: Kind, token: &str) -> std::result::Result<Part, (String, String)> {
    let found = match token {
        "table" => Some(Part::Table),
        "columns" => Some(Part::Columns),
        "referenced_table" => Some(Part::ReferencedTable),
        "referenced_columns" => Some(Part::ReferencedColumns),
        "name" => Some(Part::Name),
        _ => token.strip_prefix("column_").and_then(|number| number.parse().ok()).map(Part::Column),
    };
    let known = kind.tokens();
    let is_of_kind = matches!(found, Some(Part::Column(_))) || known.contains(&token);
    match found {
        Some(part) if is_of_kind => Ok(part),
        Some(_) => {
            let all: Vec<String> = known.iter().map(|token| format!("`{{{token}}}`")).collect();
            Err((format!("{} has no `{{{token}}}`", kind.noun()), format!("it has {}", all.join(", "))))
        }
        None => {
            let all: Vec<String> = known.iter().map(|token| format!("`{{{token}}}`")).collect();
            let hint = match closest(token, &known) {
                Some(best) => format!("did you mean `{{{best}}}`?"),
                None => format!("{} has {}", kind.noun(), all.join(", ")),
            };
            Err((format!("unknown token `{{{token}}}`"), hint))
        }
    }
}

impl Convention {
    /// Sets the template of a kind.
    ///
    /// # Errors
    /// Everything that is wrong with the template.
    pub fn set(&mut self, kind: Kind, template: &str) -> std::result::Result<(), Vec<TemplateProblem>> {
        self.0.insert(kind, Template::parse(kind, template)?);
        Ok(())
    }

    /// Gives a name to everything nobody named. Names somebody wrote stay, but for those of checks when their template
    /// has `{name}`: as in `SQLAlchemy`, that is the name that was written, and every check must have one.
    ///
    /// # Errors
    /// [`Error::Names`] with everything that lacks what its template asks for, and all names that are given twice.
    pub fn apply(&self, declared: &mut Declared) -> Result<()> {
        let mut problems = Vec::new();
        for table in declared.schema.tables.values_mut() {
            let place = declared.origins.get(&ObjectPath::Table(table.name.clone()));
            let place = place.map(|place| format!("  {place}")).unwrap_or_default();
            let mut found = Vec::new();
            let given = self.name_table(table, &mut found);
            found.extend(given_twice(table, &given));
            problems.extend(found.into_iter().map(|problem| format!("{problem}{place}")));
        }
        problems.extend(indexes_given_twice(declared, self));
        if problems.is_empty() { Ok(()) } else { Err(Error::Names { problems }) }
    }

    /// Names what nobody named. Gives back the names it made.
    fn name_table(&self, table: &mut Table, problems: &mut Vec<String>) -> Vec<String> {
        let name = table.name.name.clone();
        let full_name = table.name.to_string();
        let mut given = Vec::new();
        let mut make = |kind: Kind, facts: &Facts<'_>, what: &str| {
            let template = self.0.get(&kind)?;
            match template.fill(&Facts { table: &name, columns: facts.columns.clone(), ..*facts }) {
                Ok(text) => {
                    given.push(text.clone());
                    Some(text)
                }
                Err(reason) => {
                    problems
                        .push(format!("{what} of `{full_name}` cannot be named by `{}`: {reason}", template.source));
                    None
                }
            }
        };
        for index in table.indexes.iter_mut().filter(|index| index.name.inferred) {
            let columns = index.parts.iter().map(|part| match &part.key {
                IndexKey::Column(column) => column.as_str(),
                // As PostgreSQL names what has no name.
                IndexKey::Expression(_) => "expr",
            });
            let columns: Vec<&str> = columns.collect();
            let (kind, what) = if index.unique { (Kind::Unique, "unique index") } else { (Kind::Index, "index") };
            let what = format!("the {what} ({})", columns.join(", "));
            if let Some(text) = make(kind, &Facts { columns, ..Facts::default() }, &what) {
                index.name = Name::inferred(text);
            }
        }
        for unique in table.uniques.iter_mut().filter(|unique| is_unnamed(unique.name.as_ref())) {
            let columns: Vec<&str> = unique.columns.iter().map(String::as_str).collect();
            let what = format!("the unique constraint ({})", columns.join(", "));
            if let Some(text) = make(Kind::Unique, &Facts { columns, ..Facts::default() }, &what) {
                unique.name = Some(Name::inferred(text));
            }
        }
        for fk in table.foreign_keys.iter_mut().filter(|fk| is_unnamed(fk.name.as_ref())) {
            let facts = Facts {
                columns: fk.columns.iter().map(String::as_str).collect(),
                referenced_table: &fk.references.name,
                referenced_columns: &fk.referenced_columns,
                ..Facts::default()
            };
            if let Some(text) = make(Kind::ForeignKey, &facts, &format!("the foreign key ({})", fk.columns.join(", ")))
            {
                fk.name = Some(Name::inferred(text));
            }
        }
        if let Some(key) = table.primary_key.as_mut().filter(|key| is_unnamed(key.name.as_ref())) {
            let columns: Vec<&str> = key.columns.iter().map(String::as_str).collect();
            if let Some(text) = make(Kind::PrimaryKey, &Facts { columns, ..Facts::default() }, "the primary key") {
                key.name = Some(Name::inferred(text));
            }
        }
        let takes_names = self.0.get(&Kind::Check).is_some_and(Template::has_name);
        for check in table.checks.iter_mut().filter(|check| takes_names || is_unnamed(check.name.as_ref())) {
            let text = make(Kind::Check, &check_facts(check), &format!("the check ({})", check.expression));
            // What somebody wrote is still what somebody wants.
            let inferred = is_unnamed(check.name.as_ref());
            check.name = text.map(|text| Name { text, inferred }).or(check.name.take());
        }
        given
    }
}

fn check_facts(check: &Check) -> Facts<'_> {
    let columns = match &check.placement {
        Placement::Column(column) => vec![column.as_str()],
        Placement::Table => Vec::new(),
    };
    let name = check.name.as_ref().filter(|name| !name.inferred).map(|name| name.text.as_str());
    Facts { columns, name, ..Facts::default() }
}

fn is_unnamed(name: Option<&Name>) -> bool {
    name.is_none_or(|name| name.inferred)
}

/// The names made for a table that another of its objects has too.
fn given_twice(table: &Table, given: &[String]) -> Vec<String> {
    let mut objects: Vec<&str> = table.indexes.iter().map(|index| index.name.text.as_str()).collect();
    let constraints: Vec<_> = table.constraints().collect();
    objects.extend(constraints.iter().filter_map(|constraint| constraint.name()).map(|name| name.text.as_str()));
    let mut names: Vec<&String> = given.iter().collect();
    names.sort();
    names.dedup();
    let is_twice = |name: &&String| objects.iter().filter(|object| object == name).count() > 1;
    names
        .into_iter()
        .filter(is_twice)
        .map(|name| format!("two constraints or indexes of `{}` get the name `{name}`", table.name))
        .collect()
}

/// Databases keep the indexes of all tables in one list.
fn indexes_given_twice(declared: &Declared, convention: &Convention) -> Vec<String> {
    // By schema and name: the tables, and whether the name was made.
    type Owners<'a> = BTreeMap<(Option<&'a str>, &'a str), Vec<(&'a TableName, bool)>>;

    let mut owners = Owners::new();
    for table in declared.schema.tables.values() {
        for index in &table.indexes {
            let kind = if index.unique { Kind::Unique } else { Kind::Index };
            let is_made = index.name.inferred && convention.0.contains_key(&kind);
            let owners = owners.entry((table.name.schema.as_deref(), &index.name.text)).or_default();
            owners.push((&table.name, is_made));
        }
    }
    owners
        .into_iter()
        .filter(|(_, owners)| owners.iter().any(|(_, is_made)| *is_made))
        .filter_map(|((_, name), owners)| {
            let (first, _) = owners.first()?;
            let (second, _) = owners.iter().find(|(table, _)| table != first)?;
            Some(format!("an index of `{first}` and one of `{second}` get the name `{name}`"))
        })
        .collect()
}
