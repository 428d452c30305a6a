//! The kinds of what `check` finds.

use std::collections::BTreeSet;

use super::finding::{Rule, Tool};

/// A kind of what lies between entities, revisions and database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The revisions end in several heads.
    Heads,
    /// The entities changed, and no revision says so.
    Unwritten,
    /// A revision was not applied.
    Pending,
    /// A revision was edited after it was applied.
    Edited,
    /// A revision is applied, and no file describes it.
    Missing,
    /// A revision was begun and not finished.
    Unfinished,
    /// The database changed, the entities did not.
    Drift,
    /// Somebody added something to a table of the project since the last revision.
    Added,
    /// Something is in the database and in no entity.
    Unmanaged,
    /// Something about an entity is worth a look.
    Warning,
}

/// What `check` says of its findings to other programs.
pub const CHECK: Tool = Tool { command: "check", rules: &RULES };

const RULES: [Rule; 8] = [
    Rule { slug: "heads", sentence: "The revisions end in several heads, which have to be merged." },
    Rule { slug: "unwritten", sentence: "The entities say something that no revision brings about." },
    Rule { slug: "pending", sentence: "A revision is not applied to the database." },
    Rule { slug: "edited", sentence: "A revision was edited after it was applied." },
    Rule { slug: "missing", sentence: "A revision is applied that no file describes." },
    Rule { slug: "unfinished", sentence: "A revision was begun and not finished." },
    Rule { slug: "drift", sentence: "The database was changed, and the entities were not." },
    Rule { slug: "unmanaged", sentence: "The database has something that no entity declares." },
];

impl Kind {
    const ALL: [Self; 10] = [
        Self::Heads,
        Self::Unwritten,
        Self::Pending,
        Self::Edited,
        Self::Missing,
        Self::Unfinished,
        Self::Drift,
        Self::Added,
        Self::Unmanaged,
        Self::Warning,
    ];

    /// The name of its rule. Two kinds may have one.
    pub fn slug(self) -> &'static str {
        match self {
            Self::Heads => "heads",
            Self::Unwritten => "unwritten",
            Self::Pending => "pending",
            Self::Edited => "edited",
            Self::Missing => "missing",
            Self::Unfinished => "unfinished",
            Self::Drift | Self::Added => "drift",
            Self::Unmanaged => "unmanaged",
            Self::Warning => super::finding::WARNING.slug,
        }
    }

    /// What was found of it, as a sentence that stands alone.
    pub(crate) fn told(self, text: &str) -> String {
        match self {
            Self::Heads => format!("one of several heads: {text}"),
            Self::Unwritten => format!("no revision does this yet: {text}"),
            Self::Pending => format!("not applied to the database: {text}"),
            Self::Drift => format!("the database was changed by hand, and would get back: {text}"),
            Self::Added => format!("added to the database by hand, and in no entity: {text}"),
            Self::Unmanaged => format!("in the database, and in no entity: {text}"),
            Self::Edited | Self::Missing | Self::Unfinished | Self::Warning => text.to_owned(),
        }
    }

    /// What to do about it.
    pub(crate) fn hint(self) -> Option<&'static str> {
        match self {
            Self::Heads => Some("join the heads with `seachange merge -m …`"),
            Self::Unwritten => Some("write the revision with `seachange revision --autogenerate -m …`"),
            Self::Pending => Some("run `seachange upgrade head`"),
            Self::Edited => Some("undo the edit, or accept it with `seachange stamp --accept-edits`"),
            Self::Missing => Some("bring the file back, or check whether this is another branch's database"),
            Self::Unfinished => {
                Some("run `seachange upgrade` or `seachange downgrade` again: it goes on where it was cut off")
            }
            Self::Drift => Some("change the database back, or write the change down in the entities"),
            Self::Added => Some("declare it in the entity, or undo it"),
            Self::Unmanaged | Self::Warning => None,
        }
    }

    /// All names, once.
    pub fn slugs() -> Vec<&'static str> {
        let mut slugs: Vec<&'static str> = Self::ALL.iter().map(|kind| kind.slug()).collect();
        slugs.dedup();
        slugs
    }

    /// The kinds of a name; none if it is none.
    pub fn named(slug: &str) -> Vec<Self> {
        Self::ALL.into_iter().filter(|kind| kind.slug() == slug).collect()
    }

    /// What `check` fails for when nobody says otherwise.
    pub fn usual() -> BTreeSet<Self> {
        let is_usual = |kind: &Self| !matches!(kind, Self::Unmanaged | Self::Warning);
        Self::ALL.into_iter().filter(is_usual).collect()
    }
}
