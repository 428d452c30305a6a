//! File, environment and flags become one resolved configuration. The only place that reads the environment.

mod reader;
mod url;

use std::path::{Path, PathBuf};
use std::time::Duration;

use self::reader::Reader;
pub use self::url::{Database, database, database_url};
use crate::dialect::{Dialect, EnumStorage, Options};
use crate::error::{Error, Result};

/// The name of the configuration file.
pub const FILE: &str = "seachange.toml";

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
pub struct Config {
    /// The folder of the configuration file; other paths are relative to it.
    pub project: PathBuf,
    /// Folders and files with entities.
    pub entities: Vec<PathBuf>,
    /// The folder of revisions.
    pub migrations: PathBuf,
    /// The project's own template for revision files.
    pub template: Option<PathBuf>,
    /// The database, if one is named.
    pub database: Option<Database>,
    /// The dialect of the database, or the one offline commands write for.
    pub dialect: Dialect,
    /// What the project decides about the dialect.
    pub options: Options,
}

/// What the file alone says.
struct File {
    entities: Vec<PathBuf>,
    migrations: PathBuf,
    template: Option<PathBuf>,
    url: Option<String>,
    lock_timeout: Duration,
    enums: EnumStorage,
}

/// Finds the configuration file at or above a folder and resolves it.
///
/// # Errors
/// There is none, [`Error::Config`] with all that cannot be understood in it, or the database's URL is of an unknown kind.
pub fn load(folder: &Path, overrides: &Overrides) -> Result<Config> {
    let path = match &overrides.file {
        Some(file) => folder.join(file),
        None => find(folder).ok_or_else(|| Error::NoConfig { folder: folder.to_owned() })?,
    };
    let text = std::fs::read_to_string(&path).map_err(|source| Error::Read { path: path.clone(), source })?;
    let file = read(&path, &text)?;
    let project = path.parent().unwrap_or(folder).to_owned();
    let url = overrides.database_url.clone().or_else(|| database_url(&project)).or(file.url);
    let database = url.map(|url| database(&url, &project, file.lock_timeout)).transpose()?;
    Ok(Config {
        entities: file.entities.iter().map(|entities| project.join(entities)).collect(),
        migrations: project.join(file.migrations),
        template: file.template.map(|template| project.join(template)),
        dialect: database.as_ref().map_or(Dialect::Sqlite, |database| database.dialect),
        database,
        options: Options { enums: file.enums },
        project,
    })
}

fn find(folder: &Path) -> Option<PathBuf> {
    folder.ancestors().map(|folder| folder.join(FILE)).find(|path| path.is_file())
}

/// Understands the text of the file, with every problem in it.
fn read(path: &Path, text: &str) -> Result<File> {
    let (mut reader, mut top) = Reader::new(path, text)?;
    let reader = &mut reader;
    let entities = match top.strings(reader, "entities") {
        Some(entities) => entities.into_iter().map(|path| PathBuf::from(path.value)).collect(),
        None => {
            reader.report_missing(
                "the configuration names no `entities`",
                "write `entities = [\"src/entities\"]` with the folders of your entities at the top of the file",
            );
            Vec::new()
        }
    };
    let migrations = top.string(reader, "migrations").map_or_else(|| "migrations".into(), |path| path.value.into());
    let template = top.string(reader, "template").map(|path| path.value.into());
    let mut database = top.section(reader, "database");
    let url = database.string(reader, "url").map(|url| url.value);
    let lock_timeout = Duration::from_secs(database.number(reader, "lock_timeout").unwrap_or(10));
    database.finish(reader);
    let mut enums = top.section(reader, "enums");
    let words = [("plain", EnumStorage::Plain), ("check", EnumStorage::Check)];
    let storage = enums.word(reader, "sqlite", &words).unwrap_or(EnumStorage::Plain);
    enums.finish(reader);
    top.finish(reader);
    reader.finish()?;
    Ok(File { entities, migrations, template, url, lock_timeout, enums: storage })
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
                  hint: known are `entities`, `migrations`, `template`, `database`, `enums`
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
