//! What a project declares in SQL because entities cannot: views, functions, triggers, extensions and the like. Reads the
//! files and puts what they say beside what the entities say.

use std::fs;
use std::path::{Path, PathBuf};

use crate::config::Config;
use crate::dialect::{Dialect, Said};
use crate::error::{Diagnostic, Error, Place, Result};
use crate::files;
use crate::model::{AttachmentKind, Declared, ObjectPath, TableName, Verbatim};

/// Adds what the SQL files of the project declare.
///
/// # Errors
/// [`Error::Source`] with every statement that declares nothing, and every file that is not there.
pub(super) fn declare(config: &Config, folder: &Path, declared: &mut Declared) -> Result<()> {
    let mut reader = Reader { config, declared, problems: Vec::new(), comments: Vec::new(), attachments: Vec::new() };
    for pattern in &config.sql {
        let files = sql_files(&config.project, pattern, config.dialect)?;
        if files.is_empty() {
            return Err(Error::NoSql { pattern: pattern.clone() });
        }
        for path in files {
            let text = fs::read_to_string(&path).map_err(|source| Error::Read { path: path.clone(), source })?;
            let shown = path.strip_prefix(folder).unwrap_or(&path).to_owned();
            reader.file(&shown, &text);
        }
    }
    reader.attach();
    if reader.problems.is_empty() { Ok(()) } else { Err(Error::Source { problems: reader.problems }) }
}

/// The files that match, in the order of their names. One that carries the name of another database before its ending, as
/// `search.postgres.sql`, is only for that.
fn sql_files(project: &Path, pattern: &str, dialect: Dialect) -> Result<Vec<PathBuf>> {
    let mut files = files::matching(project, pattern).map_err(|_| Error::NoSql { pattern: pattern.to_owned() })?;
    files.retain(|path| {
        let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        Dialect::ALL.iter().all(|other| *other == dialect || !stem.ends_with(&format!(".{}", other.name())))
    });
    Ok(files)
}

struct Reader<'a> {
    config: &'a Config,
    declared: &'a mut Declared,
    problems: Vec<Diagnostic>,
    comments: Vec<(TableName, Option<String>, Place)>,
    attachments: Vec<(TableName, crate::model::Attachment, Place)>,
}

impl Reader<'_> {
    fn file(&mut self, path: &Path, text: &str) {
        let dialect = self.config.dialect;
        let mut from = 0;
        for statement in dialect.statements(text) {
            let start = text[from..].find(&statement.sql).map_or(from, |at| from + at);
            from = start + statement.sql.len();
            let end = start + statement.sql.find('\n').unwrap_or(statement.sql.len());
            let place = Place::new(path, text, start..end);
            let said = dialect.object(&statement.sql);
            match said {
                Ok(Said::Object(name, object)) => self.object(&name, object, place),
                Ok(Said::Attachment(table, attachment)) => self.attachments.push((self.home(table), attachment, place)),
                Ok(Said::Comment(_, name, comment)) => self.comments.push((self.home(name), comment, place)),
                Err(what) => self.problems.push(place.problem(format!("this declares nothing: {what}")).hint(
                    "files of `sql` hold `CREATE` statements of views, functions, triggers, extensions, sequences, domains \
                     and policies; everything else belongs into a revision: `seachange revision -m …`",
                )),
            }
        }
    }

    /// The default schema is meant where none is named.
    fn home(&self, mut name: TableName) -> TableName {
        name.schema = name.schema.filter(|schema| *schema != self.config.options.schema);
        name
    }

    fn object(&mut self, name: &TableName, object: Verbatim, place: Place) {
        let name = self.home(name.clone());
        if !self.config.dialect.keeps(object.kind) {
            let message = format!("{} has no {}s", self.config.dialect.title(), object.kind);
            let hint = "write it into a file that ends with `.postgres.sql`";
            self.problems.push(place.problem(message).hint(hint));
            return;
        }
        let is_table = self.declared.schema.tables.contains_key(&name) && object.kind.is_relation();
        if is_table || self.declared.schema.verbatim.contains_key(&name) {
            let message = format!("`{name}` is declared twice");
            self.problems.push(place.problem(message).hint("take one of the two out"));
            return;
        }
        self.declared.origins.insert(ObjectPath::Table(name.clone()), place.location);
        self.declared.schema.verbatim.insert(name, object);
    }

    /// Puts triggers and comments where they belong, once everything is known.
    fn attach(&mut self) {
        for (name, attachment, place) in std::mem::take(&mut self.attachments) {
            let of_index = attachment.kind == AttachmentKind::Index;
            let schema = &mut self.declared.schema;
            let view = schema.verbatim.get_mut(&name).filter(|object| object.kind.is_relation());
            match (view, schema.tables.get_mut(&name)) {
                (Some(view), _) => view.attachments.push(attachment),
                (None, Some(table)) if !of_index => table.attachments.push(attachment),
                (None, Some(_)) => self.problems.push(
                    place
                        .problem(format!("the index `{}` is on the table `{name}`", attachment.name))
                        .hint("declare it at the entity: `#[seachange(index(...))]`"),
                ),
                (None, None) => self.problems.push(
                    place
                        .problem(format!(
                            "no entity declares `{name}`, on which the {} `{}` is",
                            attachment.kind, attachment.name
                        ))
                        .hint("declare the table, or write the statement into a revision: `seachange revision -m …`"),
                ),
            }
        }
        for (name, comment, place) in std::mem::take(&mut self.comments) {
            match self.declared.schema.verbatim.get_mut(&name) {
                Some(object) => object.comment = comment,
                None => self.problems.push(place.problem(format!("no file of `sql` declares `{name}`"))),
            }
        }
    }
}
