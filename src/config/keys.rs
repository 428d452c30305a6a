//! Every key of `seachange.toml`, once: the reader takes no other, and `docs/config.md` is made from it.

/// A key and what it means.
pub(crate) struct Key {
    /// The table it is in, empty for the top of the file.
    pub(crate) table: &'static str,
    /// Its name.
    pub(crate) name: &'static str,
    /// Its default as TOML; `None` when it must be written, or when nothing holds without it.
    pub(crate) default: Option<&'static str>,
    /// What it does.
    pub(crate) explanation: &'static str,
    /// A value as TOML.
    pub(crate) example: &'static str,
}

/// What a table is about.
pub(crate) const TABLES: [(&str, &str); 11] = [
    ("", "At the top of the file. Every path is relative to the folder of the file."),
    (
        "types",
        "What types are stored as whose source cannot say it, such as those of other people's crates. The keys are paths: as \
         the fields spell them (`Money`), or in full, from the root of the crate that has the type (`crate::money::Money`, \
         `geo_types::Point`; a crate of the workspace by its name or as `crate`). The values are written like a `column_type`.",
    ),
    ("database", "The database that is compared and migrated."),
    (
        "targets.NAME",
        "Databases that share one history of revisions, as a group with a name of your own. `--target NAME` runs a command on \
         all of them, `--target all` on those of every group, `--target` with what is shown for one of them, or with a pattern \
         over that, on these. A group may say several of the keys below.",
    ),
    ("sqlite", "What is done in its own way on SQLite."),
    ("postgres", "What is done in its own way on PostgreSQL."),
    ("enums", "How the string enums of entities (`DeriveActiveEnum`) are kept."),
    (
        "naming",
        "Templates for the names of constraints and indexes that nobody named. Tokens stand in braces: `{table}`; \
         `{columns}`, all of them joined with `_`; `{column_0}`, `{column_1}` and so on, an expression counting as a column called `expr`; `{{` and `}}` for the braces \
         themselves. Without a template, names are those SeaORM makes.\n\n\
         A name made by a template is not a difference when the database has the same thing under another name; it is \
         used when something is created. A name somebody wrote stays as it is and must match. Two things that get the same \
         name are an error. What stands in `extra = \"...\"` and the checks that list the values of an enum get no name.",
    ),
    (
        "tables",
        "Which tables and views are compared. In a pattern, `*` stands for any text, `?` for one character, `{a,b}` for one \
         of both and `[ab]` for one of these. A pattern with a dot is about the name with its schema (`audit.log`), any \
         other about the bare name in whatever schema.\n\n\
         What is left out is invisible on every side: it is neither created nor changed nor dropped, not recorded in \
         `schema.lock` and not listed as unmanaged, whether an entity declares it or not. A foreign key that leads to a \
         table that is left out stays a foreign key.",
    ),
    ("diff", "What counts as a difference."),
    (
        "hazards",
        "Which hazards stop a command, by their names in `docs/hazards.md`; `data-loss` is all that lose data. A revision file \
         accepts one with a line in its header, as in `-- accept: drops-column users.email`.",
    ),
];

const fn key(
    table: &'static str,
    name: &'static str,
    default: Option<&'static str>,
    example: &'static str,
    explanation: &'static str,
) -> Key {
    Key { table, name, default, explanation, example }
}

/// All keys, in the order of the documentation.
pub(crate) const KEYS: [Key; 33] = [
    key(
        "",
        "entities",
        None,
        r#"["src/entities"]"#,
        "Folders and files with SeaORM entities. Must be there. Copies in migration crates and tests do not belong here.",
    ),
    key(
        "",
        "sql",
        None,
        r#"["schema/*.sql"]"#,
        "SQL files with what entities cannot say: views, materialized views with their indexes, functions, triggers, \
         extensions, sequences, domains, composite types, policies and rules, one `CREATE` statement each. A file that ends \
         with `.postgres.sql` or `.sqlite.sql` is only for that database. SQLite takes views and triggers.",
    ),
    key(
        "",
        "features",
        None,
        r#"["server", "postgres"]"#,
        "The cargo features for which `#[cfg(feature = \"...\")]` holds in the sources, with those that they turn on and \
         those that the manifests ask of other packages of the workspace. Without it, every feature is taken to be on.",
    ),
    key(
        "types",
        "\"crate::money::Money\"",
        None,
        r#""Decimal(Some((19, 4)))""#,
        "The path of a type in quotes, and the column type of its values.",
    ),
    key(
        "",
        "migrations",
        Some(r#""migrations""#),
        r#""db/migrations""#,
        "Where revisions and `schema.lock` are kept. Commit both.",
    ),
    key(
        "",
        "template",
        None,
        r#""migrations/revision.sql.j2""#,
        "A template of your own for revision files (minijinja). Without it, the one that is built in.",
    ),
    key(
        "",
        "prove",
        Some("true"),
        "false",
        "Whether `revision --autogenerate` proves what it writes before it writes it, as `docs/guide/proof.md` tells. `--no-prove` \
         leaves that out once.",
    ),
    key(
        "database",
        "url",
        None,
        r#""sqlite://data/app.db""#,
        "The database. `--database-url`, `DATABASE_URL` in the environment and `DATABASE_URL` in `.env` win over it, in this \
         order.",
    ),
    key(
        "database",
        "schema",
        Some(r#""public""#),
        r#""shop""#,
        "PostgreSQL: the schema of tables whose entity names none, and of seachange's own history.",
    ),
    key(
        "database",
        "statement_timeout",
        None,
        "300",
        "PostgreSQL: how many seconds one statement of a revision may take. Without it, as long as the server lets it.",
    ),
    key(
        "database",
        "lock_timeout",
        Some("10"),
        "60",
        "How many seconds to wait while another process writes to the database; on PostgreSQL also for the locks that a \
         statement needs.",
    ),
    key(
        "targets.NAME",
        "databases",
        None,
        r#"["data/project_*.db", "$ARCHIVE_URL"]"#,
        "SQLite files by pattern, where `*` and `?` stay within a folder and `**` goes through all of them; single files, which \
         need not be there yet; URLs; and behind a `$` what the environment or `.env` calls a URL, so that no password has to stand \
         here.",
    ),
    key(
        "targets.NAME",
        "schemas",
        None,
        r#"["project_*"]"#,
        "PostgreSQL: each schema of the database that matches, with a history of its own.",
    ),
    key(
        "targets.NAME",
        "query",
        None,
        r#""SELECT url, name FROM customers WHERE active ORDER BY name""#,
        "A query that only reads. Its first column is a URL, or else a file (on SQLite) or a schema (on PostgreSQL); a second \
         one, if there is one, is what the target is called.",
    ),
    key(
        "targets.NAME",
        "url",
        None,
        r#""$TENANTS_URL""#,
        "The database that `schemas` and `query` look into. Without it, the one of `[database]`.",
    ),
    key(
        "sqlite",
        "oldest",
        Some(r#""3.51.3""#),
        r#""3.53""#,
        "The oldest SQLite that will ever run a revision, from 3.35 on; without it, the one seachange brings. A revision is \
         written once and runs on many databases, so it says only what that version understands: from 3.53 on NOT NULL and \
         checks change where they are, before that by a rebuild of the table. `seachange upgrade` refuses a revision that \
         needs a newer SQLite than its own before anything runs; an application that brings its own can run it.",
    ),
    key(
        "postgres",
        "concurrent_indexes",
        Some("false"),
        "true",
        "Make and drop every index of a table that exists `CONCURRENTLY`, while the table is written to. Such statements come \
         in a revision of their own, without a transaction. For single indexes: `#[seachange(index(concurrently))]`.",
    ),
    key(
        "postgres",
        "online",
        Some("false"),
        "true",
        "Write every revision in the forms that let others go on to write to tables that exist, as `seachange revision --online` \
         does for one: constraints that look at the rows later, indexes and keys built `CONCURRENTLY`, values filled in batches. \
         One change may then take several revisions.",
    ),
    key(
        "enums",
        "sqlite",
        Some(r#""plain""#),
        r#""check""#,
        "On SQLite: `\"plain\"` as text, `\"check\"` as text with a check that lists the values.",
    ),
    key("naming", "index", None, r#""ix_{table}_{columns}""#, "Indexes that take duplicates."),
    key(
        "naming",
        "unique",
        None,
        r#""uq_{table}_{columns}""#,
        "Unique constraints (`unique`) and unique indexes (`unique_key`).",
    ),
    key(
        "naming",
        "foreign_key",
        None,
        r#""fk_{table}_{columns}_{referenced_table}""#,
        "Foreign keys; also knows `{referenced_table}` and `{referenced_columns}`.",
    ),
    key(
        "naming",
        "check",
        None,
        r#""ck_{table}_{name}""#,
        "Check constraints. Also knows `{name}`, the name written in the source. As in SQLAlchemy, a template with `{name}` \
         renames the checks that have a name, and every check must then have one; a template without it only names those \
         that have none. `{columns}` is the column a check is written on.",
    ),
    key("naming", "primary_key", None, r#""pk_{table}""#, "Primary keys."),
    key("tables", "include", Some(r#"["*"]"#), r#"["app_*", "users"]"#, "The tables and views to compare."),
    key("tables", "exclude", Some("[]"), r#"["spatial_*", "audit.*"]"#, "Of those, the tables and views to leave out."),
    key(
        "diff",
        "exact_types",
        Some("false"),
        "true",
        "Whether a type that follows from the Rust type of a field must match exactly. Otherwise a `String` is satisfied by \
         any text type the database has; a written `column_type` must always match.",
    ),
    key(
        "diff",
        "exact_names",
        Some("false"),
        "true",
        "Whether a name nobody wrote, be it SeaORM's or made by `[naming]`, must match exactly.",
    ),
    key(
        "diff",
        "unmanaged",
        Some("false"),
        "true",
        "Whether what the database has and nobody declares counts as a difference, as `check --strict` says for one run.",
    ),
    key(
        "diff",
        "ignore",
        Some("[]"),
        r#"["comments", "indexes"]"#,
        "Kinds of difference that are neither reported nor written. `\"comments\"`, `\"defaults\"`, `\"collations\"` and \
         `\"nullability\"` of a column stay as the database has them; a new column is made as it is declared. `\"checks\"`, \
         `\"indexes\"`, `\"uniques\"` (constraints and unique indexes) and `\"foreign-keys\"` are neither created, not even \
         with a new table, nor dropped, but for uniques that a foreign key leads to. `schema.lock` still records all that is declared.",
    ),
    key(
        "hazards",
        "deny",
        Some("[]"),
        r#"["rewrites-table", "blocks-reads"]"#,
        "What stops both `revision` and `upgrade`.",
    ),
    key(
        "hazards",
        "revision",
        Some("[]"),
        r#"["data-loss"]"#,
        "What stops `revision --autogenerate` before it writes a file. `--accept` lets one pass and says so in the file.",
    ),
    key(
        "hazards",
        "upgrade",
        Some(r#"["data-loss"]"#),
        r#"["data-loss", "not-null-may-fail"]"#,
        "What stops `upgrade` before anything runs, unless the file accepts it. At a terminal you are asked; elsewhere the \
         command ends with 1. `[]` lets everything run.",
    ),
];

/// The keys of a table; at the top of the file also the tables.
pub(super) fn known(table: &str) -> Vec<&'static str> {
    let keys = KEYS.iter().filter(|key| key.table == table).map(|key| key.name);
    let tables = TABLES.iter().map(|(name, _)| name.split('.').next().unwrap_or(name));
    let tables = tables.filter(|name| table.is_empty() && !name.is_empty());
    keys.chain(tables).collect()
}
