//! Walks a TOML file and keeps every problem with its place, so that one run shows all of them.
//! What the keys mean is said by who reads them.

use std::ops::Range;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::keys;
use crate::error::{Diagnostic, Error, Place, Result, Written};

/// A file while it is read, with the problems found so far.
pub(super) struct Reader<'t> {
    path: &'t Path,
    /// The text as problems may show it.
    shown: String,
    problems: Vec<Diagnostic>,
}

/// A table of the file. What is not taken out of it is unknown.
pub(super) struct Section<'t> {
    name: String,
    /// What the documentation calls it.
    table: String,
    left: Vec<(Spanned<DeString<'t>>, Spanned<DeValue<'t>>)>,
}

impl<'t> Reader<'t> {
    /// The file and its top-level table.
    ///
    /// # Errors
    /// The text is not TOML.
    pub(super) fn new(path: &'t Path, text: &'t str) -> Result<(Self, Section<'t>)> {
        let mut reader = Self { path, shown: without_passwords(text), problems: Vec::new() };
        let (table, errors) = DeTable::parse_recoverable(text);
        let problem = |error: toml::de::Error| {
            let place = reader.place(error.span().unwrap_or(0..0));
            place.problem(format!("this is not TOML: {}", error.message()))
        };
        let mut problems: Vec<Diagnostic> = errors.into_iter().map(problem).collect();
        problems.sort_by(|a, b| a.location.cmp(&b.location));
        // What follows on the line follows from the first mistake.
        problems.dedup_by_key(|problem| problem.location.line);
        reader.problems = problems;
        reader.finish()?;
        Ok((reader, Section::of(String::new(), "", table.into_inner())))
    }

    /// Adds a problem.
    pub(super) fn report(&mut self, problem: Diagnostic) {
        self.problems.push(problem);
    }

    /// A problem of the file as a whole.
    pub(super) fn report_missing(&mut self, message: &str, hint: &str) {
        let line = self.shown.lines().next().unwrap_or_default().len();
        self.problems.push(self.place(0..line).problem(message).hint(hint));
    }

    /// Nothing, or all problems in the order of the file.
    pub(super) fn finish(&mut self) -> Result<()> {
        if self.problems.is_empty() {
            return Ok(());
        }
        let mut problems = std::mem::take(&mut self.problems);
        problems.sort_by(|a, b| a.location.cmp(&b.location));
        Err(Error::Config { problems })
    }

    fn place(&self, span: Range<usize>) -> Place {
        Place::new(self.path, &self.shown, span)
    }

    fn unexpected(&mut self, value: &Spanned<DeValue<'_>>, wanted: &str) {
        let found = match value.get_ref() {
            DeValue::String(_) => "a string",
            DeValue::Integer(_) => "a number",
            DeValue::Float(_) => "a number with a fraction",
            DeValue::Boolean(_) => "`true` or `false`",
            DeValue::Datetime(_) => "a date",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        let problem = self.place(value.span()).problem(format!("expected {wanted}, found {found}"));
        self.problems.push(problem);
    }

    fn text(&mut self, value: &Spanned<DeValue<'t>>) -> Option<Written<String>> {
        let place = self.place(value.span());
        if !value.get_ref().is_str() {
            self.unexpected(value, "a string");
            return None;
        }
        value.get_ref().as_str().map(|text| Written { value: text.to_owned(), place })
    }

    fn table(&mut self, value: Spanned<DeValue<'t>>) -> DeTable<'t> {
        if !value.get_ref().is_table() {
            self.unexpected(&value, "a table");
        }
        match value.into_inner() {
            DeValue::Table(table) => table,
            _ => DeTable::new(),
        }
    }

    fn texts(&mut self, value: Spanned<DeValue<'t>>) -> Vec<Written<String>> {
        if !value.get_ref().is_array() {
            self.unexpected(&value, "a list of strings");
        }
        match value.into_inner() {
            DeValue::Array(items) => items.into_iter().filter_map(|item| self.text(&item)).collect(),
            _ => Vec::new(),
        }
    }
}

impl<'t> Section<'t> {
    fn of(name: String, table: &str, content: DeTable<'t>) -> Self {
        Self { name, table: table.to_owned(), left: content.into_iter().collect() }
    }

    fn known(&self) -> Vec<&'static str> {
        keys::known(&self.table)
    }

    fn take(&mut self, key: &'static str) -> Option<Spanned<DeValue<'t>>> {
        // A key that is not in the documentation is unknown here too.
        let at = self.left.iter().position(|(name, _)| name.get_ref() == key && self.known().contains(&key))?;
        Some(self.left.remove(at).1)
    }

    /// A string.
    pub(super) fn string(&mut self, reader: &mut Reader<'t>, key: &'static str) -> Option<Written<String>> {
        self.take(key).and_then(|value| reader.text(&value))
    }

    /// One of a few words.
    pub(super) fn word<T: Copy>(
        &mut self,
        reader: &mut Reader<'t>,
        key: &'static str,
        words: &[(&str, T)],
    ) -> Option<T> {
        let written = self.string(reader, key)?;
        meaning(reader, &written, words)
    }

    /// A list of some of a few words.
    pub(super) fn words<T: Copy>(
        &mut self,
        reader: &mut Reader<'t>,
        key: &'static str,
        words: &[(&str, T)],
    ) -> Option<Vec<T>> {
        let written = self.strings(reader, key)?;
        Some(written.iter().filter_map(|word| meaning(reader, word, words)).collect())
    }

    /// `true` or `false`.
    pub(super) fn boolean(&mut self, reader: &mut Reader<'t>, key: &'static str) -> Option<bool> {
        let value = self.take(key)?;
        if !value.get_ref().is_bool() {
            reader.unexpected(&value, "`true` or `false`");
        }
        value.get_ref().as_bool()
    }

    /// A number from 0.
    pub(super) fn number(&mut self, reader: &mut Reader<'t>, key: &'static str) -> Option<u64> {
        let value = self.take(key)?;
        let number = value
            .get_ref()
            .as_integer()
            .and_then(|number| u64::from_str_radix(&number.as_str().replace('_', ""), number.radix()).ok());
        if number.is_none() {
            reader.unexpected(&value, "a whole number from 0");
        }
        number
    }

    /// A list of strings; empty after anything else was reported.
    pub(super) fn strings(&mut self, reader: &mut Reader<'t>, key: &'static str) -> Option<Vec<Written<String>>> {
        self.take(key).map(|value| reader.texts(value))
    }

    /// The same with the place of the whole list.
    pub(super) fn list(&mut self, reader: &mut Reader<'t>, key: &'static str) -> Option<Written<Vec<Written<String>>>> {
        let value = self.take(key)?;
        let place = reader.place(value.span());
        Some(Written { value: reader.texts(value), place })
    }

    /// A table of fixed keys; empty when it is not there.
    pub(super) fn section(&mut self, reader: &mut Reader<'t>, key: &'static str) -> Self {
        let content = self.take(key).map(|value| reader.table(value)).unwrap_or_default();
        let name = if self.name.is_empty() { key.to_owned() } else { format!("{}.{key}", self.name) };
        Self::of(name.clone(), &name, content)
    }

    /// Everything in the table, whose keys are the user's own and whose values are tables that the documentation calls so, in
    /// the order of the file.
    pub(super) fn sections(mut self, reader: &mut Reader<'t>, table: &str) -> Vec<(Written<String>, Self)> {
        let section = |(key, value): (Spanned<DeString<'t>>, Spanned<DeValue<'t>>)| {
            let place = reader.place(key.span());
            let key = key.into_inner().into_owned();
            let section = Self::of(format!("{}.{key}", self.name), table, reader.table(value));
            (Written { value: key, place }, section)
        };
        self.left.sort_by_key(|(key, _)| key.span().start);
        self.left.into_iter().map(section).collect()
    }

    /// Everything in the table, whose keys are the user's own and whose values are strings.
    pub(super) fn entries(self, reader: &mut Reader<'t>) -> Vec<(Written<String>, Written<String>)> {
        let entry = |(key, value): (Spanned<DeString<'t>>, Spanned<DeValue<'t>>)| {
            let place = reader.place(key.span());
            let value = reader.text(&value)?;
            Some((Written { value: key.into_inner().into_owned(), place }, value))
        };
        self.left.into_iter().filter_map(entry).collect()
    }

    /// Whatever was not asked for is a mistake.
    pub(super) fn finish(self, reader: &mut Reader<'t>) {
        for (key, _) in &self.left {
            let name = key.get_ref();
            let message = match self.name.as_str() {
                "" => format!("unknown key `{name}`"),
                section => format!("unknown key `{name}` in `[{section}]`"),
            };
            let known = self.known();
            let all: Vec<String> = known.iter().map(|known| format!("`{known}`")).collect();
            let otherwise = format!("known are {}", all.join(", "));
            reader.report(reader.place(key.span()).problem(message).did_you_mean(name, &known, &otherwise));
        }
    }
}

fn meaning<T: Copy>(reader: &mut Reader<'_>, written: &Written<String>, words: &[(&str, T)]) -> Option<T> {
    let found = words.iter().find(|(word, _)| *word == written.value).map(|(_, meaning)| *meaning);
    if found.is_none() {
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let all: Vec<String> = known.iter().map(|word| format!("`{word}`")).collect();
        let message = format!("`{}` is not one of the words that may stand here", written.value);
        let otherwise = format!("write one of {}", all.join(", "));
        reader.report(written.place.problem(message).did_you_mean(&written.value, &known, &otherwise));
    }
    found
}

/// The text, as many bytes long, with stars where a URL may hold a secret: its password and its parameters.
fn without_passwords(text: &str) -> String {
    text.split_inclusive('\n').map(line_without_passwords).collect()
}

fn line_without_passwords(line: &str) -> String {
    let masked = |secret: &str| "*".repeat(secret.trim_end().len()) + &secret[secret.trim_end().len()..];
    let Some((scheme, rest)) = line.split_once("://") else { return line.to_owned() };
    let (user, rest) = match rest.rsplit_once('@') {
        Some((login, host)) => match login.split_once(':') {
            Some((user, password)) => (format!("{user}:{}@", "*".repeat(password.len())), host),
            None => (format!("{login}@"), host),
        },
        None => (String::new(), rest),
    };
    let end = rest.find(['"', '\'']).unwrap_or(rest.len());
    let (url, after) = rest.split_at(end);
    let url = match url.split_once('?') {
        Some((before, parameters)) => format!("{before}?{}", masked(parameters)),
        None => url.to_owned(),
    };
    format!("{scheme}://{user}{url}{after}")
}

#[cfg(test)]
mod tests {
    use super::without_passwords;

    #[test]
    fn what_is_shown_of_a_file_holds_no_password() {
        let shown = without_passwords;
        assert_eq!(
            shown("url = \"postgres://me:s3:c@r#t@host/db?password=x\" # a\n"),
            "url = \"postgres://me:********@host/db?**********\" # a\n"
        );
        assert_eq!(shown("url = 'postgres://me:pässword@host"), "url = 'postgres://me:*********@host");
        assert_eq!(
            shown("url = \"postgres://host/db?user=a&password=b\r\nx = 1"),
            "url = \"postgres://host/db?*****************\r\nx = 1"
        );
        let plain = "url = \"sqlite://a.db\" # a@b.c: d\n[x]\n";
        assert_eq!(shown("url = \"sqlite://a.db\"\n[x]\n"), "url = \"sqlite://a.db\"\n[x]\n");
        assert_eq!(shown(plain).len(), plain.len());
    }
}
