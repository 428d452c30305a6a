//! Entries are held against the table of keys; what fits becomes the tree that says what the attribute means.
//! Everything that is wrong is found at once, each with what to write instead.

use super::parse::{Given, Item, Literal, Token, items};
use super::tree::{Entries, Entry, Part, PartKey, Spanned, Value};
use super::{APART, Complaint, Key, Number, Scope, Takes, Word, closest};

/// One `#[seachange(...)]`.
#[derive(Debug, Clone)]
pub(crate) struct Attribute<S> {
    /// Its name.
    pub(crate) span: S,
    /// What stands in its parentheses, if it has any.
    pub(crate) tokens: Option<Vec<Token<S>>>,
}

/// What all attributes on a struct or on one field say, and what is wrong with them. `fields` are those of the struct.
pub(crate) fn check<S: Copy>(
    scope: Scope,
    attributes: &[Attribute<S>],
    fields: &[String],
) -> (Entries<S>, Vec<Complaint<S>>) {
    let mut checker = Checker { fields, complaints: Vec::new() };
    let mut written = Vec::new();
    for attribute in attributes {
        match &attribute.tokens {
            Some(tokens) => written.extend(items(tokens, &mut checker.complaints)),
            None => checker.complain(
                attribute.span,
                "`#[seachange]` without parentheses".to_owned(),
                "write `#[seachange(...)]`".to_owned(),
            ),
        }
    }
    let entries = checker.entries(scope, &written);
    if scope == Scope::Struct {
        checker.alone(&entries);
    }
    (entries, checker.complaints)
}

struct Checker<'a, S> {
    fields: &'a [String],
    complaints: Vec<Complaint<S>>,
}

impl<S: Copy> Checker<'_, S> {
    fn complain(&mut self, span: S, message: String, help: String) {
        self.complaints.push(Complaint { span, message, help });
    }

    /// The entries of a place that takes nothing but keys.
    fn entries(&mut self, scope: Scope, items: &[Item<S>]) -> Entries<S> {
        let mut entries: Vec<Entry<S>> = Vec::new();
        for item in items {
            let (name, span, given) = match item {
                Item::Entry { name, span, given } => (name, *span, given),
                Item::Literal(_, span) => {
                    let all = list(Key::all(scope).map(|key| key.name));
                    let message = format!("a literal {}, where keys stand", scope.describe());
                    self.complain(*span, message, format!("the keys here are {all}"));
                    continue;
                }
            };
            let Some(key) = Key::find(name, scope) else {
                self.unknown(name, span, scope);
                continue;
            };
            let is_second = entries.iter().any(|entry| entry.word == key.word);
            if is_second && key.number != Number::Any {
                self.complain(span, format!("`{name}` is said twice"), "remove one of the two".to_owned());
                continue;
            }
            if let Some(value) = self.value(key, span, given) {
                entries.push(Entry { word: key.word, span, value });
            }
        }
        let entries = Entries(entries);
        for (_, first, second) in APART.iter().filter(|(at, ..)| *at == scope) {
            if let (Some(first), Some(second)) = (entries.get(*first), entries.get(*second)) {
                let message = format!("`{}` and `{}` contradict each other", first.word.name(), second.word.name());
                self.complain(second.span, message, "remove one of the two".to_owned());
            }
        }
        entries
    }

    fn unknown(&mut self, name: &str, span: S, scope: Scope) {
        let message = format!("unknown attribute `{name}` {}", scope.describe());
        let elsewhere = |place: Scope| scope != place && Key::find(name, place).is_some();
        let help = if scope == Scope::Field && elsewhere(Scope::Struct) {
            format!("`{name}` is written on the struct")
        } else if scope == Scope::Struct && elsewhere(Scope::Field) {
            format!("`{name}` is written on a field")
        } else {
            let all = format!("the attributes here are {}", list(Key::all(scope).map(|key| key.name)));
            match closest(name, Key::all(scope).map(|key| key.name)) {
                Some(meant) => format!("did you mean `{meant}`? {all}"),
                None => all,
            }
        };
        self.complain(span, message, help);
    }

    /// What the key was given, if it is what the key takes.
    fn value(&mut self, key: &Key, span: S, given: &Given<S>) -> Option<Value<S>> {
        match (key.takes, given) {
            (_, Given::Broken) => None,
            (Takes::Nothing, Given::Nothing) => Some(Value::Nothing),
            (Takes::Text, Given::Literal(Literal::Text(text), at)) => self.text(key, text, *at).map(Value::Text),
            (Takes::Number, Given::Literal(Literal::Integer(number), _)) => Some(Value::Number(*number)),
            (Takes::Fields, Given::Array(items, at)) => Some(Value::Fields(self.listed(key, items, *at))),
            (Takes::Parts(scope), Given::Array(items, at)) => Some(Value::Parts(self.parts(key, scope, items, *at))),
            (Takes::Settings, Given::List(items)) => Some(Value::Settings(self.settings(span, items))),
            (Takes::MaybeDetails(scope), Given::Nothing) => Some(self.details(key, scope, span, &[])),
            (Takes::Details(scope) | Takes::MaybeDetails(scope), Given::List(items)) => {
                Some(self.details(key, scope, span, items))
            }
            (Takes::Sql(scope), Given::List(items)) => {
                let (sql, details) = self.sql(key, scope, span, items)?;
                Some(Value::Details(Some(sql), details))
            }
            _ => {
                let (message, help) = (format!("`{}` takes {}", key.name, takes(key.takes)), form(key));
                self.complain(span, message, help);
                None
            }
        }
    }

    /// A string that says something.
    fn text(&mut self, key: &Key, text: &str, span: S) -> Option<Spanned<String, S>> {
        if text.trim().is_empty() {
            self.complain(span, format!("`{}` is empty", key.name), form(key));
            return None;
        }
        Some(Spanned { value: text.to_owned(), span })
    }

    fn details(&mut self, key: &Key, scope: Scope, span: S, items: &[Item<S>]) -> Value<S> {
        let before = self.complaints.len();
        let entries = self.entries(scope, items);
        for needed in Key::all(scope).filter(|key| key.number == Number::Once) {
            let is_written = items.iter().any(|item| matches!(item, Item::Entry { name, .. } if name == needed.name));
            if !is_written {
                let message = format!("`{}` without `{}`", key.name, needed.name);
                self.complain(span, message, form(needed));
            }
        }
        let only_known = self.complaints.len() == before;
        if only_known {
            self.consistent(key, scope, span, &entries);
        }
        Value::Details(None, entries)
    }

    /// SQL and details.
    fn sql(&mut self, key: &Key, scope: Scope, span: S, items: &[Item<S>]) -> Option<(Spanned<String, S>, Entries<S>)> {
        let Some((Item::Literal(Literal::Text(sql), at), rest)) = items.split_first() else {
            self.complain(span, format!("`{}` takes SQL in a string first", key.name), form(key));
            return None;
        };
        let sql = self.text(key, sql, *at)?;
        let before = self.complaints.len();
        let entries = self.entries(scope, rest);
        if self.complaints.len() == before {
            self.consistent(key, scope, span, &entries);
        }
        Some((sql, entries))
    }

    /// Names of fields.
    fn listed(&mut self, key: &Key, items: &[Item<S>], at: S) -> Vec<Spanned<String, S>> {
        let mut fields = Vec::new();
        for item in items {
            match item {
                Item::Entry { name, span, given: Given::Nothing } => {
                    let field = Spanned { value: name.clone(), span: *span };
                    fields.extend(self.field(field));
                }
                Item::Entry { span, .. } | Item::Literal(_, span) => {
                    let message = format!("`{}` takes only the names of fields here", key.name);
                    self.complain(*span, message, form(key));
                }
            }
        }
        self.once_each(key, &fields, items.is_empty(), at);
        fields
    }

    /// Fields and expressions with details.
    fn parts(&mut self, key: &Key, scope: Scope, items: &[Item<S>], at: S) -> Vec<Part<S>> {
        let mut parts = Vec::new();
        for item in items {
            match item {
                Item::Literal(Literal::Text(sql), span) => {
                    let expression = self.text(key, sql, *span);
                    let details = self.part_details(scope, *span, &[]);
                    parts.extend(expression.map(|sql| Part { key: PartKey::Expression(sql), details }));
                }
                Item::Entry { name, span, given: Given::List(items) } if name == "expression" => {
                    let Some((Item::Literal(Literal::Text(sql), at), rest)) = items.split_first() else {
                        let help = "write `expression(\"lower(email)\")`, or just the string".to_owned();
                        self.complain(*span, "`expression` takes SQL in a string first".to_owned(), help);
                        continue;
                    };
                    let expression = self.text(key, sql, *at);
                    let details = self.part_details(scope, *span, rest);
                    parts.extend(expression.map(|sql| Part { key: PartKey::Expression(sql), details }));
                }
                Item::Entry { name, span, given: given @ (Given::Nothing | Given::List(_)) } => {
                    let items = if let Given::List(items) = given { items.as_slice() } else { &[] };
                    let field = self.field(Spanned { value: name.clone(), span: *span });
                    let details = self.part_details(scope, *span, items);
                    parts.extend(field.map(|field| Part { key: PartKey::Field(field), details }));
                }
                Item::Entry { given: Given::Broken, .. } => {}
                Item::Entry { span, .. } | Item::Literal(_, span) => {
                    let message = format!("`{}` takes fields and SQL expressions", key.name);
                    let help = "write a field such as `name` or `name(desc)`, or SQL in a string: `\"lower(name)\"`";
                    self.complain(*span, message, help.to_owned());
                }
            }
        }
        let fields: Vec<Spanned<String, S>> = parts
            .iter()
            .filter_map(|part| match &part.key {
                PartKey::Field(field) => Some(field.clone()),
                PartKey::Expression(_) => None,
            })
            .collect();
        let is_plain = scope == Scope::Part;
        self.once_each(key, if is_plain { &fields } else { &[] }, items.is_empty(), at);
        parts
    }

    fn part_details(&mut self, scope: Scope, span: S, items: &[Item<S>]) -> Entries<S> {
        let entries = self.entries(scope, items);
        for needed in Key::all(scope).filter(|key| key.number == Number::Once) {
            let is_written = items.iter().any(|item| matches!(item, Item::Entry { name, .. } if name == needed.name));
            if !is_written {
                let message = format!("an element without `{}`", needed.name);
                self.complain(span, message, format!("write `...({} = \"=\")`: {}", needed.name, sentence(needed.doc)));
            }
        }
        entries
    }

    /// A field the struct has.
    fn field(&mut self, field: Spanned<String, S>) -> Option<Spanned<String, S>> {
        if self.fields.contains(&field.value) {
            return Some(field);
        }
        let help = match closest(&field.value, self.fields.iter().map(String::as_str)) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("its fields are {}", list(self.fields.iter().map(String::as_str))),
        };
        self.complain(field.span, format!("the struct has no field `{}`", field.value), help);
        None
    }

    fn once_each(&mut self, key: &Key, fields: &[Spanned<String, S>], is_empty: bool, at: S) {
        if is_empty {
            self.complain(at, format!("`{}` is empty", key.name), form(key));
        }
        for (position, field) in fields.iter().enumerate() {
            if fields.iter().take(position).any(|other| other.value == field.value) {
                let message = format!("`{}` is listed twice", field.value);
                self.complain(field.span, message, "remove one of the two".to_owned());
            }
        }
    }

    fn settings(&mut self, span: S, items: &[Item<S>]) -> Vec<(String, String)> {
        let mut settings: Vec<(String, String)> = Vec::new();
        if items.is_empty() {
            self.complain(span, "`with` is empty".to_owned(), "write `with(fillfactor = 70)`".to_owned());
        }
        for item in items {
            let (name, span, value) = match item {
                Item::Entry { name, span, given: Given::Literal(literal, _) } => (name, *span, written(literal)),
                Item::Entry { name, span, given: Given::Word(word) } => (name, *span, word.clone()),
                Item::Entry { given: Given::Broken, .. } => continue,
                Item::Entry { span, .. } | Item::Literal(_, span) => {
                    let help = "write `with(fillfactor = 70)`".to_owned();
                    self.complain(*span, "`with` takes settings, each with its value".to_owned(), help);
                    continue;
                }
            };
            if settings.iter().any(|(other, _)| other == name) {
                self.complain(span, format!("`{name}` is said twice"), "remove one of the two".to_owned());
            } else {
                settings.push((name.clone(), value));
            }
        }
        settings
    }

    /// What no single key is wrong about.
    fn consistent(&mut self, key: &Key, scope: Scope, span: S, entries: &Entries<S>) {
        match scope {
            Scope::Index | Scope::FieldIndex => {
                if let Some(nulls) = entries.get(Word::NullsNotDistinct).filter(|_| !entries.has(Word::Unique)) {
                    let help = "add `unique`: without it the index takes any number of NULLs anyway";
                    self.complain(nulls.span, "`nulls_not_distinct` without `unique`".to_owned(), help.to_owned());
                }
                let parts = entries.parts(Word::Columns);
                let is_nameless =
                    !parts.is_empty() && parts.iter().all(|part| matches!(part.key, PartKey::Expression(_)));
                if scope == Scope::Index && is_nameless && !entries.has(Word::Name) {
                    let help = "add `name = \"...\"`: names are made from columns, and there is none";
                    self.complain(span, "an index over expressions only has no name".to_owned(), help.to_owned());
                }
            }
            Scope::Generated if !entries.has(Word::Stored) && !entries.has(Word::Virtual) => {
                let message = format!("`{}` says neither `stored` nor `virtual`", key.name);
                let help =
                    "write `generated(\"...\", stored)` to keep the value on disk, or `generated(\"...\", virtual)`";
                self.complain(span, message, help.to_owned());
            }
            Scope::Identity => self.identity(entries),
            Scope::PrimaryKey if entries.0.is_empty() => {
                let help = "write `primary_key(name = \"...\")`, or remove it".to_owned();
                self.complain(span, format!("`{}` says nothing", key.name), help);
            }
            _ => {}
        }
    }

    fn identity(&mut self, entries: &Entries<S>) {
        let said = |word: Word| Some((entries.get(word)?.span, entries.number(word)?));
        if let Some((span, 0)) = said(Word::Increment) {
            let help = "write another number, negative to count down";
            self.complain(span, "`increment = 0` counts nowhere".to_owned(), help.to_owned());
        }
        if let Some((span, _)) = said(Word::Cache).filter(|(_, number)| *number < 1) {
            self.complain(span, "`cache` is less than 1".to_owned(), "1 is no cache at all".to_owned());
        }
        let (min, start, max) = (said(Word::Min), said(Word::Start), said(Word::Max));
        for (low, high, words) in
            [(min, max, "`min`, `max`"), (min, start, "`min`, `start`"), (start, max, "`start`, `max`")]
        {
            if let (Some((_, low)), Some((span, high))) = (low, high)
                && low > high
            {
                let help = format!("in this order they must not fall: {words}");
                self.complain(span, format!("{low} is more than {high}"), help);
                return;
            }
        }
    }

    /// An entity that makes no table has nothing to say about one.
    fn alone(&mut self, entries: &Entries<S>) {
        let Some(only) = entries.get(Word::Ignore).or_else(|| entries.get(Word::View)) else { return };
        let others = entries.0.iter().filter(|entry| !matches!(entry.word, Word::Ignore | Word::View));
        for other in others {
            let message = format!(
                "`{}` says something about a table, and with `{}` there is none",
                other.word.name(),
                only.word.name()
            );
            self.complain(other.span, message, "remove one of the two".to_owned());
        }
    }
}

/// What a key takes, in words.
fn takes(takes: Takes) -> &'static str {
    match takes {
        Takes::Nothing => "no value",
        Takes::Text => "a string",
        Takes::Number => "a whole number",
        Takes::Fields => "a list of fields in brackets",
        Takes::Parts(_) => "a list of fields and expressions in brackets",
        Takes::Settings => "settings in parentheses",
        Takes::Details(_) => "details in parentheses",
        Takes::MaybeDetails(_) => "details in parentheses, or nothing",
        Takes::Sql(_) => "SQL in parentheses",
    }
}

/// How a key is written, and what it means.
fn form(key: &Key) -> String {
    format!("write `{}`: {}", key.form(), sentence(key.doc))
}

/// A sentence as a part of another one.
fn sentence(doc: &str) -> String {
    let doc = doc.trim_end_matches('.');
    let mut letters = doc.chars();
    let (first, second) = (letters.next(), letters.clone().next());
    // Names in capitals stay.
    match (first, second) {
        (Some(first), Some(second)) if first.is_uppercase() && !second.is_uppercase() && !doc.starts_with("SQLite") => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => doc.to_owned(),
    }
}

fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn written(literal: &Literal) -> String {
    match literal {
        Literal::Text(text) | Literal::Other(text) => text.clone(),
        Literal::Integer(number) => number.to_string(),
    }
}
