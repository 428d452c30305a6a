//! The variants of an enum with what each stores, and what becomes of stored values when the enum is another one.

use std::fmt;

use super::{Column, DataType, Literal};

/// One variant of an enum of the entities, and what a column holds for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variant {
    /// Its name in Rust.
    pub name: String,
    /// What is stored: text or a whole number.
    pub value: Literal,
    /// What was stored for it before, in words, when somebody said so.
    pub was: Vec<String>,
    /// What was stored for variants that are gone, whose rows become this one.
    pub replaces: Vec<String>,
}

/// What becomes of each value when the variants are others. NULL stays NULL.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Conversion {
    /// Each value with the one that says the same afterwards, in the order of the variants before.
    pub pairs: Vec<(Literal, Literal)>,
    /// The values that become another variant's: nothing tells them apart afterwards.
    pub merged: Vec<(Literal, Literal)>,
    /// The values that nothing stands for afterwards.
    pub gone: Vec<Literal>,
}

impl Variant {
    /// A variant of which nothing is said but what it stores.
    pub fn new(name: impl Into<String>, value: Literal) -> Self {
        Self { name: name.into(), value, was: Vec::new(), replaces: Vec::new() }
    }

    /// The stored value as people write it.
    pub fn text(&self) -> String {
        shown(&self.value)
    }
}

/// A stored value as people write it.
pub(crate) fn shown(value: &Literal) -> String {
    match value {
        Literal::Text(text) => text.clone(),
        Literal::Integer(number) => number.to_string(),
        Literal::Null | Literal::Bool(_) | Literal::Real(_) | Literal::Blob(_) => String::new(),
    }
}

impl Conversion {
    /// Finds for each variant the one it becomes: by what somebody said, by its name, by what is stored. No variant becomes
    /// that of another by the way; only `replaces` makes one of two.
    ///
    /// ```
    /// use seachange::model::{Conversion, Literal, Variant};
    ///
    /// let before = [Variant::new("Low", Literal::Integer(0)), Variant::new("High", Literal::Integer(1))];
    /// let after = [Variant::new("Low", Literal::Text("low".to_owned()))];
    /// let conversion = Conversion::between(&before, &after);
    /// assert_eq!(conversion.pairs, [(Literal::Integer(0), Literal::Text("low".to_owned()))]);
    /// assert_eq!(conversion.gone, [Literal::Integer(1)]);
    /// ```
    pub fn between(from: &[Variant], to: &[Variant]) -> Self {
        let matched = matched(from, to);
        let mut conversion = Self::default();
        for (variant, becomes) in from.iter().zip(matched) {
            let replacing = || to.iter().find(|other| other.replaces.contains(&variant.text()));
            match (becomes.and_then(|position| to.get(position)), replacing()) {
                (Some(other), _) => conversion.pairs.push((variant.value.clone(), other.value.clone())),
                (None, Some(other)) => conversion.merged.push((variant.value.clone(), other.value.clone())),
                (None, None) => conversion.gone.push(variant.value.clone()),
            }
        }
        conversion
    }

    /// The values that become others.
    pub fn changed(&self) -> impl Iterator<Item = &(Literal, Literal)> {
        self.pairs.iter().chain(&self.merged).filter(|(from, to)| from != to)
    }

    /// Whether rows are as good as before.
    pub fn is_trivial(&self) -> bool {
        self.gone.is_empty() && self.changed().next().is_none()
    }

    /// The values that stand for something afterwards.
    pub fn known(&self) -> Vec<Literal> {
        self.pairs.iter().chain(&self.merged).map(|(from, _)| from.clone()).collect()
    }

    /// Whether a value becomes one that another gives up, so that rows hold the same for a moment if they change one by one.
    pub fn is_entangled(&self) -> bool {
        self.changed().any(|(_, to)| self.changed().any(|(from, _)| from == to))
    }

    /// The value afterwards.
    pub fn of(&self, value: &Literal) -> Option<&Literal> {
        self.pairs.iter().chain(&self.merged).find(|(from, _)| from == value).map(|(_, to)| to)
    }
}

/// For each variant before, the place of the one after that is the same.
fn matched(from: &[Variant], to: &[Variant]) -> Vec<Option<usize>> {
    // What was said and done already may stay where it is, and means nothing.
    let is_new = |value: &Literal, among: &[Variant]| among.iter().all(|variant| variant.value != *value);
    let is_said = |one: &Variant, other: &Variant| {
        (other.was.contains(&one.text()) || one.was.contains(&other.text()))
            && is_new(&other.value, from)
            && is_new(&one.value, to)
    };
    let said = pairs(from, to, &vec![None; from.len()], is_said);
    let mut found = pairs(from, to, &said, |one, other| one.name == other.name);
    // A value that is taken from a variant which stays as it is, or has no other name to go by, is no new value: the
    // name is.
    loop {
        let is_doubtful = |at: usize, other: usize| {
            let value = &to[other].value;
            from[at].value != *value
                && from.iter().enumerate().any(|(holder, variant)| {
                    let leaves = found[holder].is_some_and(|place| to[place].value != variant.value);
                    holder != at && variant.value == *value && !leaves
                })
        };
        let doubtful =
            (0..from.len()).find(|at| said[*at].is_none() && found[*at].is_some_and(|to| is_doubtful(*at, to)));
        match doubtful {
            Some(at) => found[at] = None,
            None => break,
        }
    }
    pairs(from, to, &found, |one, other| one.value == other.value)
}

/// The pairs that are found already, with those of what is left that are the same.
fn pairs(
    from: &[Variant],
    to: &[Variant],
    found: &[Option<usize>],
    is_same: impl Fn(&Variant, &Variant) -> bool,
) -> Vec<Option<usize>> {
    let mut pairs = found.to_vec();
    for (at, variant) in from.iter().enumerate() {
        if pairs[at].is_none() {
            let is_free = |place: &usize| !pairs.contains(&Some(*place));
            pairs[at] = (0..to.len()).find(|place| is_free(place) && is_same(variant, &to[*place]));
        }
    }
    pairs
}

impl Column {
    /// What becomes of its values when it turns into the other, if both hold variants of an enum: other ones, or the same
    /// by another type of the database.
    pub fn conversion(&self, to: &Self) -> Option<Conversion> {
        let is_of = |column: &Self| column.data_type.kind.enum_name().map(str::to_owned);
        let is_other = self.variants != to.variants || is_of(self) != is_of(to);
        let is_one = !self.variants.is_empty() && !to.variants.is_empty() && is_other;
        is_one.then(|| Conversion::between(&self.variants, &to.variants))
    }

    /// Whether values of both are kept in one way, so that what one stores the other could.
    pub fn stores_like(&self, other: &Self) -> bool {
        storage(&self.data_type.kind) == storage(&other.data_type.kind)
    }

    /// Whether a column of its type can hold the value.
    pub(crate) fn can_hold(&self, value: &Literal) -> bool {
        fn holds(kind: &DataType, value: &Literal) -> bool {
            match (storage(kind), value) {
                (Storage::Array(element), value) => holds(element, value),
                (kind, value) => match value {
                    Literal::Integer(_) => kind == Storage::Integer,
                    Literal::Text(_) => kind != Storage::Integer,
                    _ => false,
                },
            }
        }
        holds(&self.data_type.kind, value)
    }
}

/// How the values of an enum can be kept.
#[derive(PartialEq)]
enum Storage<'a> {
    Integer,
    Text,
    /// A type of the database's own.
    Type(&'a str),
    Array(&'a DataType),
    Other,
}

fn storage(kind: &DataType) -> Storage<'_> {
    match kind {
        kind if kind.is_integer() => Storage::Integer,
        DataType::Char(_) | DataType::String(_) | DataType::Text => Storage::Text,
        DataType::Enum(name) => Storage::Type(name),
        DataType::Array(element) => Storage::Array(element),
        _ => Storage::Other,
    }
}

/// What becomes of which value: "`low` becomes `LOW`", "`halted` goes".
impl fmt::Display for Conversion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let changed = self.changed().map(|(from, to)| format!("`{}` becomes `{}`", shown(from), shown(to)));
        let gone = self.gone.iter().map(|value| format!("`{}` goes", shown(value)));
        f.write_str(&changed.chain(gone).collect::<Vec<_>>().join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `Name=value`, with `<old` for what it was and `<<old` for what it replaces.
    fn variants(text: &str) -> Vec<Variant> {
        let read = |word: &str| {
            let mut parts = word.split('<');
            let (name, value) = parts.next().unwrap().split_once('=').unwrap();
            let literal = |text: &str| text.parse().map_or_else(|_| Literal::Text(text.to_owned()), Literal::Integer);
            let mut variant = Variant::new(name, literal(value));
            let mut is_replaced = false;
            for old in parts {
                match (old.is_empty(), is_replaced) {
                    (true, _) => is_replaced = true,
                    (false, true) => variant.replaces.push(old.to_owned()),
                    (false, false) => variant.was.push(old.to_owned()),
                }
            }
            variant
        };
        text.split_whitespace().map(read).collect()
    }

    fn check(from: &str, to: &str, expected: &str) {
        let (from, to) = (variants(from), variants(to));
        assert_eq!(Conversion::between(&from, &to).to_string(), expected);
    }

    #[test]
    fn variants_are_the_same_by_what_is_said_then_by_name_then_by_value() {
        check("A=a B=b", "B=b A=a C=c", "");
        check("A=a B=b", "X=a Y=b", "");
        check("A=0 B=1", "B=b A=a", "`0` becomes `a`, `1` becomes `b`");
        check("A=a B=b", "A=x B=b", "`a` becomes `x`");
        check("A=a B=b", "New=x<a B=b", "`a` becomes `x`");
        check("New=x<a B=b", "A=a B=b", "`x` becomes `a`");
        check("A=a B=b", "B=b", "`a` goes");
        check("A=a B=b", "B=b<<a", "`a` becomes `b`");
        check("B=b<<a", "A=a B=b", "");
        check("A=0 B=1", "New=x<0 B=b<<0", "`0` becomes `x`, `1` becomes `b`");
        // What is left in the source after it was done.
        check("New=x B=b", "New=x<a B=b<<c", "");
        check("New=x Old=a", "New=x<a Old=a", "");
    }

    #[test]
    fn values_that_change_places_do_and_names_that_move_up_do_not() {
        check("A=a B=b", "A=b B=a", "`a` becomes `b`, `b` becomes `a`");
        check("A=a B=b C=c", "A=b B=c C=a", "`a` becomes `b`, `b` becomes `c`, `c` becomes `a`");
        // A's name was given to B, or B's value to A: either way `b` is as good as before.
        check("A=a B=b", "A=b", "`a` goes");
        check("A=a B=b", "B=a C=b", "");
        check("A=a B=b", "A=b B=x", "`a` becomes `b`, `b` becomes `x`");
        // What was there is somebody else's now.
        check("A=a", "A=b N=a", "`a` becomes `b`");
    }
}
