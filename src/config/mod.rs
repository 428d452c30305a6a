//! File, environment and flags become one resolved configuration. The only place that reads the environment.

pub(crate) mod keys;
mod reader;
pub(crate) mod settings;
pub(crate) mod targets;
mod url;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use self::reader::{Reader, Section};
pub use self::settings::Deny;
use self::settings::Settings;
pub use self::targets::{Group, Source};
pub(crate) use self::url::file;
pub(crate) use self::url::without_password;
pub use self::url::{Database, database};
use crate::declare::convention::{self, Convention};
use crate::declare::{Features, StoredAs};
use crate::dialect::{Dialect, Options};
use crate::diff::Rules;
use crate::error::{Error, Result};
use crate::revision;

/// The name of the configuration file.
pub const FILE: &str = revision::SETTINGS;

/// What the user said on the command line, before the file is read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overrides {
    /// The configuration file itself.
    pub file: Option<PathBuf>,
    /// The database.
    pub database_url: Option<String>,
}

/// Everything a command needs to know.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a setting")]
pub struct Config {
    /// The folder of the configuration file; other paths are relative to it.
    pub project: PathBuf,
    /// Folders and files with entities.
    pub entities: Vec<PathBuf>,
    /// Patterns of SQL files with what entities cannot say, relative to the project.
    pub sql: Vec<String>,
    /// The cargo features the entities are built with.
    pub features: Features,
    /// What types are stored as whose source does not say it.
    pub types: BTreeMap<String, StoredAs>,
    /// The folder of revisions.
    pub migrations: PathBuf,
    /// The project's own template for revision files.
    pub template: Option<PathBuf>,
    /// The database, if one is named.
    pub database: Option<Database>,
    /// The groups of databases that share the revisions.
    pub targets: Vec<Group>,
    /// How long to wait for another process to finish, on any database.
    pub lock_timeout: Duration,
    /// How long one statement of a revision may take, on any database. `None`: as long as it wants.
    pub statement_timeout: Option<Duration>,
    /// The dialect of the database, or the one offline commands write for.
    pub dialect: Dialect,
    /// What the project decides about the dialect.
    pub options: Options,
    /// What the project calls constraints and indexes nobody named.
    pub convention: Convention,
    /// What the project leaves out of the comparison.
    pub rules: Rules,
    /// Indexes of tables that exist are made while these are written to, whatever their attributes say.
    pub concurrent_indexes: bool,
    /// Revisions take the forms during which others go on to write, as `--online` says for one run.
    pub online: bool,
    /// What is written is proved before, as `--no-prove` leaves out once.
    pub prove: bool,
    /// What nobody declares counts as a difference, as `--strict` says for one run.
    pub strict: bool,
    /// The hazards that stop a command.
    pub deny: Deny,
}

/// What the file alone says.
#[derive(Debug, PartialEq, Eq)]
struct File {
    entities: Vec<PathBuf>,
    sql: Vec<String>,
    features: Features,
    types: BTreeMap<String, StoredAs>,
    migrations: PathBuf,
    template: Option<PathBuf>,
    url: Option<String>,
    settings: Settings,
    targets: Vec<Group>,
    convention: Convention,
    concurrent_indexes: bool,
    online: bool,
    prove: bool,
}

/// Finds the configuration file at or above a folder and resolves it.
///
/// # Errors
/// There is none, [`Error::Config`] with all that cannot be understood in it, or the database's URL is of an unknown kind.
pub fn load(folder: &Path, overrides: &Overrides) -> Result<Config> {
    let path = path(folder, overrides)?;
    let text = std::fs::read_to_string(&path).map_err(|source| Error::Read { path: path.clone(), source })?;
    let file = read(&path, &text)?;
    let project = path.parent().unwrap_or(folder).to_owned();
    let url = overrides.database_url.clone().or_else(|| database_url(&project)).or_else(|| file.url.clone());
    resolve(project, file, url)
}

/// The configuration file that was named, or the one at or above a folder.
///
/// # Errors
/// [`Error::NoConfig`]: there is none.
pub fn path(folder: &Path, overrides: &Overrides) -> Result<PathBuf> {
    match &overrides.file {
        Some(file) => Ok(folder.join(file)),
        None => find(folder).ok_or_else(|| Error::NoConfig { folder: folder.to_owned() }),
    }
}

/// The configuration from what the file says.
fn resolve(project: PathBuf, file: File, url: Option<String>) -> Result<Config> {
    let settings = file.settings;
    let mut database = url.map(|url| database(&url, &project, settings.lock_timeout)).transpose()?;
    if let Some(database) = &mut database {
        database.statement_timeout = settings.statement_timeout;
        database.schema.clone_from(&settings.schema);
    }
    let dialect = database.as_ref().map_or(Dialect::Sqlite, |database| database.dialect);
    Ok(Config {
        entities: file.entities.iter().map(|entities| project.join(entities)).collect(),
        sql: file.sql,
        features: file.features,
        types: file.types,
        migrations: project.join(file.migrations),
        template: file.template.map(|template| project.join(template)),
        dialect,
        database,
        targets: file.targets,
        lock_timeout: settings.lock_timeout,
        statement_timeout: settings.statement_timeout,
        options: settings.options(&settings.schema),
        convention: file.convention,
        rules: settings.rules,
        concurrent_indexes: file.concurrent_indexes,
        online: file.online,
        prove: file.prove,
        strict: settings.strict,
        deny: settings.deny,
        project,
    })
}

impl Config {
    /// The database that is meant where no target is named.
    ///
    /// # Errors
    /// [`Error::NoDatabase`]: nothing says which.
    pub fn database(&self) -> Result<&Database> {
        let groups = || self.targets.iter().map(|group| group.name.clone()).collect();
        self.database.as_ref().ok_or_else(|| Error::NoDatabase { groups: groups() })
    }

    /// The same project on another database.
    #[must_use]
    pub fn on(&self, database: Database) -> Self {
        let mut config = self.clone();
        config.dialect = database.dialect;
        config.options.schema = database.schema.clone().into();
        config.database = Some(database);
        config
    }
}

/// Whether there is a configuration file at or above the folder, or one was named.
pub fn is_there(folder: &Path, overrides: &Overrides) -> bool {
    overrides.file.is_some() || find(folder).is_some()
}

/// What holds where there is no configuration file: the database of the command line or the environment, and otherwise
/// what a file without a word would say.
///
/// # Errors
/// The database's URL is of an unknown kind.
pub fn without_file(folder: &Path, overrides: &Overrides) -> Result<Config> {
    let file = read(&folder.join(FILE), "entities = []")?;
    let url = overrides.database_url.clone().or_else(|| database_url(folder));
    resolve(folder.to_owned(), file, url)
}

fn find(folder: &Path) -> Option<PathBuf> {
    revision::find_settings(folder)
}

/// `DATABASE_URL` from the environment, else from the project's `.env`.
pub fn database_url(project: &Path) -> Option<String> {
    variable(project, "DATABASE_URL")
}

/// A variable from the environment, else from the project's `.env`; an empty one is none.
pub(crate) fn variable(project: &Path, name: &str) -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "this is the place that reads the environment")]
    let environment = std::env::var(name).ok();
    let from_file = || {
        let mut variables = dotenvy::from_path_iter(project.join(".env")).ok()?.flatten();
        variables.find(|(own, _)| own == name).map(|(_, value)| value)
    };
    environment.or_else(from_file).filter(|value| !value.is_empty())
}

/// Understands the text of the file, with every problem in it.
fn read(path: &Path, text: &str) -> Result<File> {
    let (mut reader, mut top) = Reader::new(path, text)?;
    let reader = &mut reader;
    let entities = top.strings(reader, "entities").unwrap_or_else(|| {
        reader.report_missing(
            "the configuration names no `entities`",
            "write `entities = [\"src/entities\"]` with the folders of your entities at the top of the file",
        );
        Vec::new()
    });
    let entities = entities.into_iter().map(|path| PathBuf::from(path.value)).collect();
    let sql = top.strings(reader, "sql").unwrap_or_default().into_iter().map(|pattern| pattern.value).collect();
    let features = top
        .strings(reader, "features")
        .map_or(Features::All, |features| Features::Only(features.into_iter().map(|feature| feature.value).collect()));
    let types = top.section(reader, "types");
    let types = self::types(reader, types);
    let migrations = top.string(reader, "migrations").map_or_else(|| "migrations".into(), |path| path.value.into());
    let template = top.string(reader, "template").map(|path| path.value.into());
    let prove = top.boolean(reader, "prove").unwrap_or(true);
    let mut database = top.section(reader, "database");
    let url = database.string(reader, "url").map(|url| url.value);
    let settings = Settings::read(reader, &mut top, &mut database);
    database.finish(reader);
    let targets = top.section(reader, "targets");
    let targets = targets::read(reader, targets);
    let mut postgres = top.section(reader, "postgres");
    let concurrent_indexes = postgres.boolean(reader, "concurrent_indexes").unwrap_or(false);
    let online = postgres.boolean(reader, "online").unwrap_or(false);
    postgres.finish(reader);
    let naming = top.section(reader, "naming");
    let convention = convention(reader, naming);
    top.finish(reader);
    reader.finish()?;
    Ok(File {
        entities,
        sql,
        features,
        types,
        migrations,
        template,
        url,
        settings,
        targets,
        convention,
        concurrent_indexes,
        online,
        prove,
    })
}

/// `[types]`.
fn types<'t>(reader: &mut Reader<'t>, section: Section<'t>) -> BTreeMap<String, StoredAs> {
    let mut types = BTreeMap::new();
    for (path, written) in section.entries(reader) {
        match StoredAs::parse(&written.value) {
            Ok(stored) => drop(types.insert(path.value.trim_start_matches("::").to_owned(), stored)),
            Err((message, hint)) => reader.report(written.place.problem(message).hint(hint)),
        }
    }
    types
}

/// `[naming]`.
fn convention<'t>(reader: &mut Reader<'t>, mut section: Section<'t>) -> Convention {
    let mut convention = Convention::default();
    for (key, kind) in convention::Kind::ALL {
        let Some(template) = section.string(reader, key) else { continue };
        for problem in convention.set(kind, &template.value).err().unwrap_or_default() {
            reader.report(template.part(problem.bytes).problem(problem.message).hint(problem.hint));
        }
    }
    section.finish(reader);
    convention
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    /// The problems of a configuration as a terminal without colours shows them.
    #[expect(clippy::needless_pass_by_value, reason = "expect! makes values")]
    fn check(text: &str, expected: Expect) {
        let Err(Error::Config { problems }) = read(Path::new("seachange.toml"), text) else {
            return expected.assert_eq("no problem");
        };
        let mut shown = String::new();
        for problem in problems {
            shown.push_str(&format!("{}: {}\n  | {}\n", problem.location, problem.message, problem.line));
            let place = " ".repeat(problem.location.column - 1) + &"^".repeat(problem.width);
            shown.push_str(&format!("  | {place} {}\n", problem.label.unwrap_or_default()).replace(" \n", "\n"));
            shown.extend(problem.hint.map(|hint| format!("  hint: {hint}\n")));
        }
        expected.assert_eq(&shown);
    }

    #[test]
    fn the_smallest_file() {
        check("entities = []", expect!["no problem"]);
    }

    #[test]
    fn every_mistake_is_shown_at_once() {
        check(
            r#"entitie = ["src"]
migrations = 5

[database]
urll = "postgres://me:secret@host/db"
lock_timeout = -1

[enums]
sqlite = "chek"

[nameing]
"#,
            expect![[r#"
                seachange.toml:1:1: the configuration names no `entities`
                  | entitie = ["src"]
                  | ^^^^^^^^^^^^^^^^^
                  hint: write `entities = ["src/entities"]` with the folders of your entities at the top of the file
                seachange.toml:1:1: unknown key `entitie`
                  | entitie = ["src"]
                  | ^^^^^^^
                  hint: did you mean `entities`?
                seachange.toml:2:14: expected a string, found a number
                  | migrations = 5
                  |              ^
                seachange.toml:5:1: unknown key `urll` in `[database]`
                  | urll = "postgres://me:******@host/db"
                  | ^^^^
                  hint: did you mean `url`?
                seachange.toml:6:16: expected a whole number from 0, found a number
                  | lock_timeout = -1
                  |                ^^
                seachange.toml:9:10: `chek` is not one of the words that may stand here
                  | sqlite = "chek"
                  |          ^^^^^^
                  hint: did you mean `check`?
                seachange.toml:11:2: unknown key `nameing`
                  | [nameing]
                  |  ^^^^^^^
                  hint: did you mean `naming`?
            "#]],
        );
    }

    #[test]
    fn every_mistake_of_names_tables_and_differences() {
        check(
            r#"entities = ["src"]

[naming]
index = "ix_{tabel}_{colums}_{}"
unique = "uq_{referenced_table}}"
foreign_key = 'fk_{table_{columns}'
check = "{{ck}}_{column_3}{name}"
primary_key = ""
primarykey = "pk_{table}"

[tables]
include = []
exclude = ["spatial_*", "a[b", 5]

[diff]
exact_types = "yes"
ignore = ["comment", "indexes", "tables"]
"#,
            expect![[r#"
                seachange.toml:4:13: unknown token `{tabel}`
                  | index = "ix_{tabel}_{colums}_{}"
                  |             ^^^^^^^
                  hint: did you mean `{table}`?
                seachange.toml:4:21: unknown token `{colums}`
                  | index = "ix_{tabel}_{colums}_{}"
                  |                     ^^^^^^^^
                  hint: did you mean `{columns}`?
                seachange.toml:4:30: unknown token `{}`
                  | index = "ix_{tabel}_{colums}_{}"
                  |                              ^^
                  hint: an index has `{table}`, `{columns}`, `{column_0}`, `{column_1}`
                seachange.toml:5:14: a unique constraint has no `{referenced_table}`
                  | unique = "uq_{referenced_table}}"
                  |              ^^^^^^^^^^^^^^^^^^
                  hint: it has `{table}`, `{columns}`, `{column_0}`, `{column_1}`
                seachange.toml:5:32: this brace closes nothing
                  | unique = "uq_{referenced_table}}"
                  |                                ^
                  hint: write `{` before the name of the token, or `}}` for the brace itself
                seachange.toml:6:19: this brace is not closed
                  | foreign_key = 'fk_{table_{columns}'
                  |                   ^^^^^^^^^^^^^^^^
                  hint: write `}` after the name of the token, or `{{` for the brace itself
                seachange.toml:8:16: a name cannot be empty
                  | primary_key = ""
                  |                ^
                  hint: take the line out to keep SeaORM's names
                seachange.toml:9:1: unknown key `primarykey` in `[naming]`
                  | primarykey = "pk_{table}"
                  | ^^^^^^^^^^
                  hint: did you mean `primary_key`?
                seachange.toml:12:11: an empty `include` leaves out every table
                  | include = []
                  |           ^^
                  hint: take the line out to compare all tables
                seachange.toml:13:25: `a[b` is no pattern: unclosed character class; missing ']'
                  | exclude = ["spatial_*", "a[b", 5]
                  |                         ^^^^^
                  hint: `*` stands for any text, `?` for one character, `{a,b}` for one of both, `[ab]` for one of these
                seachange.toml:13:32: expected a string, found a number
                  | exclude = ["spatial_*", "a[b", 5]
                  |                                ^
                seachange.toml:16:15: expected `true` or `false`, found a string
                  | exact_types = "yes"
                  |               ^^^^^
                seachange.toml:17:11: `comment` is not one of the words that may stand here
                  | ignore = ["comment", "indexes", "tables"]
                  |           ^^^^^^^^^
                  hint: did you mean `comments`?
                seachange.toml:17:33: `tables` is not one of the words that may stand here
                  | ignore = ["comment", "indexes", "tables"]
                  |                                 ^^^^^^^^
                  hint: write one of `comments`, `defaults`, `collations`, `nullability`, `checks`, `indexes`, `uniques`, `foreign-keys`
            "#]],
        );
    }

    #[test]
    fn the_documentation_is_right_about_every_key() {
        let document = |value: &dyn Fn(&keys::Key) -> Option<&'static str>| {
            let mut text = String::new();
            for (table, _) in keys::TABLES {
                text.push_str(&if table.is_empty() { String::new() } else { format!("[{table}]\n") });
                for key in keys::KEYS.iter().filter(|key| key.table == table) {
                    text.extend(value(key).map(|value| format!("{} = {value}\n", key.name)));
                }
            }
            text
        };
        let read =
            |text: &str| read(Path::new("seachange.toml"), text).unwrap_or_else(|error| panic!("{error:?}\n{text}"));
        read(&document(&|key| Some(key.example)));
        let defaults = document(&|key| if key.name == "entities" { Some("[]") } else { key.default });
        // A group that names nothing is a mistake.
        let defaults = defaults.replace("[targets.NAME]\n", "");
        let mut written = read(&defaults);
        // `["*"]` leaves out nothing, but it is not the same as nothing.
        assert!(written.settings.rules.tables.has(&crate::model::TableName::new("any")));
        written.settings.rules.tables = crate::diff::Tables::default();
        assert_eq!(written, read("entities = []"));
    }

    #[test]
    fn types_that_are_none() {
        check(
            "entities = []\n[types]\n\"crate::Money\" = \"Decimal(Some((19, 4)))\"\nPoint = \"Txt\"\nLine = \"Text(\"\nX = 3\n",
            expect![[r#"
                seachange.toml:4:9: `Txt` is not a column type
                  | Point = "Txt"
                  |         ^^^^^
                  hint: did you mean `Text`?
                seachange.toml:5:8: this column type cannot be read: a bracket or quote is not closed
                  | Line = "Text("
                  |        ^^^^^^^
                  hint: write a variant of SeaQuery's `ColumnType`, such as `String(StringLen::N(50))`, `Text`, `Decimal(Some((12, 4)))` or `custom("citext")`
                seachange.toml:6:5: expected a string, found a number
                  | X = 3
                  |     ^
            "#]],
        );
    }

    #[test]
    fn text_that_is_not_toml() {
        check(
            "entities = [\"src\"\n[database]\nurl = = 5\n",
            expect![[r#"
                seachange.toml:2:1: this is not TOML: missing comma between array elements, expected `,`
                  | [database]
                  | ^
                seachange.toml:3:1: this is not TOML: missing comma between array elements, expected `,`
                  | url = = 5
                  | ^
            "#]],
        );
        check(
            "entities = []\nentities = []\n[database]\nurl = \"postgres://me:secret@host\n",
            expect![[r#"
            seachange.toml:2:1: this is not TOML: duplicate key
              | entities = []
              | ^^^^^^^^
            seachange.toml:4:33: this is not TOML: invalid basic string, expected `"`
              | url = "postgres://me:******@host
              |                                 ^
        "#]],
        );
    }
}
