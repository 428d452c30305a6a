//! What an attribute says, once it is known to be well formed: entries with the places to point at.

use super::Word;

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spanned<T, S> {
    pub(crate) value: T,
    pub(crate) span: S,
}

/// The entries of one place, in order.
#[derive(Debug, Clone)]
pub(crate) struct Entries<S>(pub(crate) Vec<Entry<S>>);

/// A key with what it was given.
#[derive(Debug, Clone)]
pub(crate) struct Entry<S> {
    pub(crate) word: Word,
    pub(crate) span: S,
    pub(crate) value: Value<S>,
}

/// What a key was given. Which of these it is follows from the table of keys.
#[derive(Debug, Clone)]
pub(crate) enum Value<S> {
    Nothing,
    Text(Spanned<String, S>),
    Number(i64),
    /// Names of fields.
    Fields(Vec<Spanned<String, S>>),
    Parts(Vec<Part<S>>),
    /// Names with the text of their values.
    Settings(Vec<(String, String)>),
    /// The SQL before the details, if the key takes SQL.
    Details(Option<Spanned<String, S>>, Entries<S>),
}

/// A field or an expression with its details.
#[derive(Debug, Clone)]
pub(crate) struct Part<S> {
    pub(crate) key: PartKey<S>,
    pub(crate) details: Entries<S>,
}

/// What stands in `columns` of an index and in `elements` of an exclusion.
#[derive(Debug, Clone)]
pub(crate) enum PartKey<S> {
    Field(Spanned<String, S>),
    Expression(Spanned<String, S>),
}

impl<S> Default for Entries<S> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<S> Entries<S> {
    /// Every entry with that key.
    pub(crate) fn all(&self, word: Word) -> impl Iterator<Item = &Entry<S>> {
        self.0.iter().filter(move |entry| entry.word == word)
    }

    /// The entry with that key.
    pub(crate) fn get(&self, word: Word) -> Option<&Entry<S>> {
        self.all(word).next()
    }

    /// Whether the key is there.
    pub(crate) fn has(&self, word: Word) -> bool {
        self.get(word).is_some()
    }

    /// The string the key was given.
    pub(crate) fn text(&self, word: Word) -> Option<&Spanned<String, S>> {
        match &self.get(word)?.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number the key was given.
    pub(crate) fn number(&self, word: Word) -> Option<i64> {
        match &self.get(word)?.value {
            Value::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// The fields the key was given.
    pub(crate) fn fields(&self, word: Word) -> &[Spanned<String, S>] {
        match self.get(word).map(|entry| &entry.value) {
            Some(Value::Fields(fields)) => fields,
            _ => &[],
        }
    }

    /// The fields and expressions the key was given.
    pub(crate) fn parts(&self, word: Word) -> &[Part<S>] {
        match self.get(word).map(|entry| &entry.value) {
            Some(Value::Parts(parts)) => parts,
            _ => &[],
        }
    }
}
