//! What the words of one statement say of hazards, without anybody running it: one row for each rule. Knows nothing of what is
//! in a database, nor what happened before.

use super::token::{self, Reader, Token, outside, split};
use super::{Language, TEMPORARY};
use crate::dialect::{Dialect, postgres};
use crate::hazard::Kind;
use crate::model::TableName;

/// A hazard that words show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sign {
    /// What kind it is.
    pub kind: Kind,
    /// The table, or whatever else has a name of its own.
    pub name: TableName,
    /// A column, an index or a constraint of it.
    pub part: Option<String>,
    /// What happens to whom.
    pub sentence: String,
    /// What to do instead.
    pub hint: &'static str,
    /// Whether a run shows it, too, and better: there it counts only if it was seen.
    pub shows: bool,
}

/// Rows that get a value in a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fill {
    /// The table.
    pub table: TableName,
    /// The column.
    pub column: String,
    /// What they get, as SQL.
    pub value: String,
    /// Which rows.
    pub rows: Rows,
}

/// Which rows a statement changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rows {
    /// All of them.
    All,
    /// Those that hold NULL in the column.
    Null,
    /// Others.
    Some,
}

/// What a rule says where it fits: the kind, the hint, and whether a run shows it.
struct Rule(Kind, &'static str, bool);

const DROPS_TABLE: Rule =
    Rule(Kind::DropsTable, "keep a copy of the rows, and drop it once no running code uses it", true);
const DROPS_COLUMN: Rule = Rule(Kind::DropsColumn, "deploy code that does not use the column before it goes", true);
const RENAMES_TABLE: Rule =
    Rule(Kind::RenamesTable, "leave a view with the old name behind until no running code says it", true);
const RENAMES_COLUMN: Rule =
    Rule(Kind::RenamesColumn, "add the new column, write both, and drop the old one in a later revision", true);
const INDEX: Rule =
    Rule(Kind::BlocksWrites, "write `CREATE INDEX CONCURRENTLY`, in a section that says `-- transaction: none`", true);
const UNIQUE_INDEX: Rule =
    Rule(Kind::UniqueMayFail, "look for rows that are there twice, and clean them up before", true);
const ALONE: Rule = Rule(
    Kind::RunsOutsideTransaction,
    "keep it alone in its revision, with `DROP INDEX CONCURRENTLY IF EXISTS` of what a failed attempt left before it",
    true,
);
const MADE_COLUMN: Rule = Rule(
    Kind::RewritesTable,
    "add the column without that, then set its default, and fill the rows that are there in batches",
    true,
);
const NEW_REQUIRED: Rule = Rule(
    Kind::NotNullMayFail,
    "give it a constant default, or add it without NOT NULL, fill it, and require a value after that",
    true,
);
const REQUIRED: Rule = Rule(Kind::NotNullMayFail, "fill the rows that hold NULL in a step before", true);
const REQUIRED_WAITS: Rule = Rule(
    Kind::BlocksReads,
    "add `CHECK (… IS NOT NULL) NOT VALID`, validate it in a revision of its own, and only then say SET NOT NULL",
    true,
);
const CHECK: Rule = Rule(Kind::CheckMayFail, "look for rows that violate it, and correct them in a step before", true);
const CHECK_WAITS: Rule =
    Rule(Kind::BlocksReads, "add it as `NOT VALID`, and validate it in a revision of its own", true);
const FOREIGN_KEY: Rule =
    Rule(Kind::ForeignKeyMayFail, "look for rows that refer to nothing, and correct them in a step before", true);
const FOREIGN_KEY_WAITS: Rule =
    Rule(Kind::BlocksWrites, "add it as `NOT VALID`, and validate it in a revision of its own", true);
const UNIQUE: Rule = Rule(Kind::UniqueMayFail, "look for rows that are there twice, and clean them up before", true);
const UNIQUE_WAITS: Rule = Rule(
    Kind::BlocksReads,
    "make the unique index `CONCURRENTLY` in a revision before, and add the constraint `USING INDEX`",
    true,
);
const RETYPED: Rule = Rule(
    Kind::RewritesTable,
    "add a new column, fill it in batches, let the code change over, and drop the old one",
    true,
);
const REWRITTEN: Rule =
    Rule(Kind::RewritesTable, "let it run when nobody needs the table, or use a tool that copies beside it", true);
const DELETED: Rule = Rule(Kind::DeletesRows, "say which rows with WHERE, or keep a copy of them", false);
const OVERWRITTEN: Rule =
    Rule(Kind::OverwritesValues, "say which rows with WHERE, or keep the old values in a column of their own", false);
const CASCADES: Rule = Rule(
    Kind::DropsDependents,
    "leave CASCADE out, and drop what depends on it by name, so that a reader sees what goes",
    false,
);

/// The signs of a statement.
pub(in crate::dialect) fn signs(dialect: Dialect, sql: &str, schema: &str) -> Vec<Sign> {
    let language = Language { dialect, schema };
    let tokens = token::tokens(dialect, sql);
    let mut found = Found { language, signs: Vec::new() };
    // Where it cannot be read on, what was understood so far stands.
    let _ = found.statement(Reader::new(language, &tokens));
    found.signs.retain(|sign| sign.name.schema.as_deref() != Some(TEMPORARY));
    found.signs
}

/// What a statement writes into columns, if that is all it does.
pub(in crate::dialect) fn fills(dialect: Dialect, sql: &str, schema: &str) -> Vec<Fill> {
    let tokens = token::tokens(dialect, sql);
    filled(Reader::new(Language { dialect, schema }, &tokens)).unwrap_or_default()
}

struct Found<'a> {
    language: Language<'a>,
    signs: Vec<Sign>,
}

impl Found<'_> {
    fn add(&mut self, Rule(kind, hint, shows): Rule, (name, part): (&TableName, Option<&str>), sentence: String) {
        let part = part.map(str::to_owned);
        self.signs.push(Sign { kind, name: name.clone(), part, sentence, hint, shows });
    }

    /// Whether others wait for what the statement does, the longer the more rows there are.
    fn has_locks(&self) -> bool {
        self.language.dialect.capabilities().concurrent_index
    }

    fn statement(&mut self, mut reader: Reader<'_>) -> Option<()> {
        match reader.next_word()?.as_str() {
            "drop" => self.dropped(reader),
            "alter" if reader.take(&["table"]) => self.table(reader),
            "create" => self.index(reader),
            "truncate" => self.truncated(reader),
            "delete" => self.deleted(reader),
            "update" => self.updated(&reader),
            "with" => {
                let rest = reader.rest();
                let at = outside(rest).find(|at| rest[*at].is("delete") || rest[*at].is("update"))?;
                self.statement(Reader::new(self.language, &rest[at..]))
            }
            "vacuum" if reader.rest().iter().take(6).any(|token| token.is("full")) => {
                self.written_anew(reader, "VACUUM FULL")
            }
            "cluster" => self.written_anew(reader, "CLUSTER"),
            _ => None,
        }
    }

    fn dropped(&mut self, mut reader: Reader<'_>) -> Option<()> {
        let is_table = reader.take(&["table"]);
        let is_index = reader.is("index");
        if !is_table {
            reader.skip();
            // `MATERIALIZED VIEW`.
            reader.take(&["view"]);
        }
        let is_alone = reader.take(&["concurrently"]);
        reader.if_exists();
        let cascades = reader.rest().last().is_some_and(|token| token.is("cascade"));
        loop {
            let name = reader.name()?;
            if is_table {
                self.add(DROPS_TABLE, (&name, None), format!("Dropping the table `{name}` deletes all its rows."));
            }
            if cascades {
                self.cascades(&name, None, &format!("Dropping `{name}`"));
            }
            if is_index && is_alone {
                self.alone(&name);
            }
            if reader.peek().is_some_and(|token| token.text == "(") {
                reader.parentheses()?;
            }
            if !reader.sign(",") {
                return Some(());
            }
        }
    }

    fn alone(&mut self, index: &TableName) {
        let sentence =
            format!("`{index}` is made or dropped in no transaction; when that fails, what ran before it stays.");
        self.add(ALONE, (index, None), sentence);
    }

    fn cascades(&mut self, name: &TableName, part: Option<&str>, what: &str) {
        let sentence = format!("{what} with CASCADE takes along whatever depends on it in the database it runs on.");
        self.add(CASCADES, (name, part), sentence);
    }

    fn index(&mut self, mut reader: Reader<'_>) -> Option<()> {
        let is_unique = reader.take(&["unique"]);
        if !reader.take(&["index"]) {
            return None;
        }
        let is_alone = reader.take(&["concurrently"]);
        reader.if_exists();
        let name = if reader.is("on") { "an index".to_owned() } else { reader.name()?.name };
        reader.take(&["on"]).then_some(())?;
        reader.take(&["only"]);
        let table = reader.name()?;
        if is_unique {
            let sentence = format!("Creating `{name}` fails if rows of `{table}` hold the same values twice.");
            self.add(UNIQUE_INDEX, (&table, Some(&name)), sentence);
        }
        if is_alone {
            let sentence =
                format!("`{name}` is made or dropped in no transaction; when that fails, what ran before it stays.");
            self.add(ALONE, (&table, Some(&name)), sentence);
        } else if self.has_locks() {
            let sentence = format!("Creating `{name}` reads all rows of `{table}` while nobody can write to it.");
            self.add(INDEX, (&table, None), sentence);
        }
        Some(())
    }

    fn truncated(&mut self, mut reader: Reader<'_>) -> Option<()> {
        reader.take(&["table"]);
        let cascades = reader.rest().last().is_some_and(|token| token.is("cascade"));
        loop {
            reader.take(&["only"]);
            let table = reader.name()?;
            self.add(DELETED, (&table, None), format!("TRUNCATE deletes all rows of `{table}`."));
            if cascades {
                let sentence = format!("Emptying `{table}` with CASCADE empties every table that refers to it, too.");
                self.add(CASCADES, (&table, None), sentence);
            }
            if !reader.sign(",") {
                return Some(());
            }
        }
    }

    fn deleted(&mut self, mut reader: Reader<'_>) -> Option<()> {
        reader.take(&["from"]);
        reader.take(&["only"]);
        let table = reader.name()?;
        if !is_limited(reader.rest()) {
            self.add(DELETED, (&table, None), format!("DELETE without WHERE deletes all rows of `{table}`."));
        }
        Some(())
    }

    fn updated(&mut self, reader: &Reader<'_>) -> Option<()> {
        for fill in filled(Reader::new(self.language, reader.whole()))? {
            if fill.rows == Rows::All {
                let (table, column) = (&fill.table, &fill.column);
                let sentence = format!("UPDATE without WHERE gives `{table}.{column}` another value in every row.");
                self.add(OVERWRITTEN, (table, Some(column)), sentence);
            }
        }
        Some(())
    }

    fn written_anew(&mut self, mut reader: Reader<'_>, what: &str) -> Option<()> {
        if reader.peek()?.text == "(" {
            reader.parentheses()?;
        }
        for word in ["full", "freeze", "verbose", "analyze"] {
            reader.take(&[word]);
        }
        let table = reader.name()?;
        let sentence = format!("{what} writes all rows of `{table}` anew while nobody can use it.");
        self.add(REWRITTEN, (&table, None), sentence);
        Some(())
    }

    fn table(&mut self, mut reader: Reader<'_>) -> Option<()> {
        reader.if_exists();
        reader.take(&["only"]);
        let table = reader.name()?;
        reader.sign("*");
        if reader.are(&["rename", "to"]) || reader.are(&["set", "schema"]) {
            let sentence = format!("Running code that still says `{table}` will fail.");
            self.add(RENAMES_TABLE, (&table, None), sentence);
            return Some(());
        }
        for action in split(reader.rest()) {
            // One that is not understood hides no other.
            let _ = self.action(Reader::new(self.language, action), &table);
        }
        Some(())
    }

    fn action(&mut self, mut at: Reader<'_>, table: &TableName) -> Option<()> {
        let cascades = at.rest().last().is_some_and(|token| token.is("cascade"));
        if at.take(&["add"]) {
            let is_said = at.take(&["column"]);
            at.if_exists();
            if is_said || super::create::is_column(at.rest()) {
                return self.added_column(&at, table);
            }
            return self.added_constraint(at, table);
        }
        if at.take(&["rename"]) {
            if at.take(&["constraint"]) {
                return Some(());
            }
            at.take(&["column"]);
            let column = at.identifier()?;
            let sentence = format!("Running code that still says `{table}.{column}` will fail.");
            self.add(RENAMES_COLUMN, (table, Some(&column)), sentence);
        } else if at.take(&["drop", "constraint"]) {
            at.if_exists();
            let name = at.identifier()?;
            if cascades {
                self.cascades(table, Some(&name), &format!("Dropping `{name}` of `{table}`"));
            }
        } else if at.take(&["drop"]) {
            at.take(&["column"]);
            at.if_exists();
            let column = at.identifier()?;
            let sentence = format!("Dropping `{table}.{column}` deletes its data.");
            self.add(DROPS_COLUMN, (table, Some(&column)), sentence);
            if cascades {
                self.cascades(table, Some(&column), &format!("Dropping `{table}.{column}`"));
            }
        } else if at.take(&["alter"]) {
            at.take(&["column"]);
            let column = at.identifier()?;
            if at.take(&["set", "not", "null"]) {
                self.required(table, &column);
            } else if at.take(&["type"]) || at.take(&["set", "data", "type"]) {
                let sentence = format!(
                    "The new type of `{table}.{column}` writes all rows of `{table}` anew while nobody can use it."
                );
                self.add(RETYPED, (table, None), sentence);
            }
        } else if at.take(&["set", "unlogged"]) || at.take(&["set", "logged"]) || at.take(&["set", "tablespace"]) {
            let sentence =
                format!("Storing `{table}` in another way writes all rows of `{table}` anew while nobody can use it.");
            self.add(REWRITTEN, (table, None), sentence);
        }
        Some(())
    }

    fn required(&mut self, table: &TableName, column: &str) {
        let sentence = format!("`{table}.{column}` becomes NOT NULL; this fails if rows hold NULL in it.");
        self.add(REQUIRED, (table, Some(column)), sentence);
        if self.has_locks() {
            let sentence =
                format!("The NOT NULL of `{table}.{column}` reads all rows of `{table}` while nobody can use it.");
            self.add(REQUIRED_WAITS, (table, None), sentence);
        }
    }

    fn added_column(&mut self, at: &Reader<'_>, table: &TableName) -> Option<()> {
        let item = at.rest();
        let column = item.first()?.name.clone()?;
        let places = |word: &str| outside(item).find(|at| item[*at].is(word));
        let kind = item.get(1).map(|token| token.text.as_str()).unwrap_or_default();
        let counts = kind.ends_with("serial") || places("identity").is_some();
        let default = places("default").map(|at| text(&item[at + 1..]));
        let is_apart = default.as_deref().is_some_and(postgres::is_volatile);
        if self.has_locks() && (counts || is_apart || places("stored").is_some()) {
            let sentence =
                format!("Adding `{table}.{column}` writes all rows of `{table}` anew while nobody can use it.");
            self.add(MADE_COLUMN, (table, None), sentence);
        }
        let is_required = item.windows(2).any(|pair| pair[0].is("not") && pair[1].is("null"));
        if is_required && !counts && default.is_none() && places("generated").is_none() {
            let sentence =
                format!("`{table}.{column}` is NOT NULL and comes without values; this fails if `{table}` has rows.");
            self.add(NEW_REQUIRED, (table, Some(&column)), sentence);
        }
        Some(())
    }

    fn added_constraint(&mut self, mut at: Reader<'_>, table: &TableName) -> Option<()> {
        let name = if at.take(&["constraint"]) { Some(at.identifier()?) } else { None };
        let subject = (table, name.as_deref());
        let whole = (table, None);
        let rest = at.rest();
        if rest.windows(2).any(|pair| pair[0].is("not") && pair[1].is("valid")) || at.are(&["not", "null"]) {
            return Some(());
        }
        let has_locks = self.has_locks();
        if at.take(&["check"]) {
            let check = text(at.parentheses()?);
            self.add(CHECK, subject, format!("The check ({check}) fails if rows of `{table}` violate it."));
            if has_locks {
                let sentence = format!("The check ({check}) reads all rows of `{table}` while nobody can use it.");
                self.add(CHECK_WAITS, whole, sentence);
            }
        } else if at.take(&["foreign", "key"]) {
            let columns = at.names_in_parentheses()?.join(", ");
            at.take(&["references"]);
            let parent = at.name()?;
            let sentence = format!(
                "The foreign key ({columns}) fails if rows of `{table}` refer to rows `{parent}` does not have."
            );
            self.add(FOREIGN_KEY, subject, sentence);
            if has_locks {
                let sentence =
                    format!("The foreign key ({columns}) reads all rows of `{table}` while nobody can write to it.");
                self.add(FOREIGN_KEY_WAITS, whole, sentence);
            }
        } else if !rest.windows(2).any(|pair| pair[0].is("using") && pair[1].is("index")) {
            let what = if at.take(&["primary", "key"]) {
                "primary key"
            } else if at.take(&["unique"]) {
                "unique constraint"
            } else {
                return None;
            };
            let columns = at.names_in_parentheses()?.join(", ");
            let sentence = format!("The {what} ({columns}) fails if rows of `{table}` hold the same values twice.");
            self.add(UNIQUE, subject, sentence);
            if has_locks {
                let sentence = format!("The {what} ({columns}) reads all rows of `{table}` while nobody can use it.");
                self.add(UNIQUE_WAITS, whole, sentence);
            }
        }
        Some(())
    }
}

/// Whether a statement says which rows it means.
fn is_limited(tokens: &[Token]) -> bool {
    ["where", "using", "limit"].iter().any(|word| outside(tokens).any(|at| tokens[at].is(word)))
}

/// What an `UPDATE` writes into which columns.
fn filled(mut reader: Reader<'_>) -> Option<Vec<Fill>> {
    if reader.next_word()? != "update" {
        return None;
    }
    reader.take(&["only"]);
    let table = reader.name()?;
    reader.behind("set")?;
    let rest = reader.rest();
    let end = outside(rest).find(|at| ["where", "from", "returning"].iter().any(|word| rest[*at].is(word)));
    let (said, behind) = rest.split_at(end.unwrap_or(rest.len()));
    let mut fills = Vec::new();
    for part in split(said) {
        let Some(column) = part.first().and_then(|token| token.name.clone()) else { continue };
        if part.get(1).is_none_or(|token| token.text != "=") {
            continue;
        }
        // `coalesce(name, …)` leaves what is there.
        let is_kept = part.get(2).is_some_and(|call| call.is("coalesce") || call.is("ifnull"))
            && part.get(4).is_some_and(|own| own.name.as_ref() == Some(&column));
        let rows = match behind {
            [] if is_kept => Rows::Null,
            [] => Rows::All,
            [first, name, is, null] if first.is("where") && is.is("is") && null.is("null") => {
                if name.name.as_ref() == Some(&column) { Rows::Null } else { Rows::Some }
            }
            [first, ..] if first.is("returning") => Rows::All,
            _ => Rows::Some,
        };
        fills.push(Fill { table: table.clone(), column, value: text(&part[2..]), rows });
    }
    Some(fills)
}

/// The words as somebody would write them.
fn text(tokens: &[Token]) -> String {
    let mut text = String::new();
    for (at, token) in tokens.iter().enumerate() {
        if at > 0 && !is_tight(&tokens[at - 1], token) {
            text.push(' ');
        }
        text.push_str(&token.written);
    }
    text
}

/// Whether nothing stands between two tokens where people write them.
fn is_tight(before: &Token, token: &Token) -> bool {
    let is_sign = |token: &Token| !token.is_word && token.name.is_none() && token.body.is_none();
    let is_operator = |token: &Token| is_sign(token) && token.text.chars().all(|sign| "|<>=!+*/%&#@~^:".contains(sign));
    match (before.text.as_str(), token.text.as_str()) {
        ("(" | "." | "::", _) | (_, ")" | "," | "." | "::") => true,
        (_, "(") => before.name.is_some() && !before.is_reserved(),
        _ => is_operator(before) && is_operator(token),
    }
}
