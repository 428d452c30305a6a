//! Whether `#[cfg(...)]` lets an item through, as far as that can be known without building.
//! Knows only that tests are not being built; every other condition is unknown.

use proc_macro2::Span;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Attribute, Meta, Token};

/// What the conditions on an item come to.
#[derive(Debug, Clone, Copy)]
pub(super) enum Condition {
    /// The item is there.
    Holds,
    /// The item is not there: it is for tests.
    Fails,
    /// It depends on the build; the span is the condition.
    Unknown(Span),
}

impl Condition {
    /// Both must hold.
    pub(super) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Fails, _) | (_, Self::Fails) => Self::Fails,
            (Self::Unknown(span), _) | (_, Self::Unknown(span)) => Self::Unknown(span),
            (Self::Holds, Self::Holds) => Self::Holds,
        }
    }

    fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Holds, _) | (_, Self::Holds) => Self::Holds,
            (Self::Unknown(span), _) | (_, Self::Unknown(span)) => Self::Unknown(span),
            (Self::Fails, Self::Fails) => Self::Fails,
        }
    }

    fn not(self) -> Self {
        match self {
            Self::Holds => Self::Fails,
            Self::Fails => Self::Holds,
            Self::Unknown(span) => Self::Unknown(span),
        }
    }
}

/// What all `#[cfg(...)]` of an item come to. A `cfg_attr` that would add what we read counts as unknown.
pub(super) fn condition(attrs: &[Attribute]) -> Condition {
    attrs.iter().fold(Condition::Holds, |sum, attr| {
        if attr.path().is_ident("cfg") {
            let span = attr.span();
            sum.and(attr.parse_args::<Meta>().map_or(Condition::Unknown(span), |meta| evaluate(&meta)).at(span))
        } else if attr.path().is_ident("cfg_attr") {
            sum.and(added(attr))
        } else {
            sum
        }
    })
}

impl Condition {
    fn at(self, span: Span) -> Self {
        match self {
            Self::Unknown(_) => Self::Unknown(span),
            Self::Holds | Self::Fails => self,
        }
    }
}

fn evaluate(meta: &Meta) -> Condition {
    match meta {
        Meta::Path(path) if path.is_ident("test") => Condition::Fails,
        Meta::List(list) => {
            let Ok(parts) = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated) else {
                return Condition::Unknown(meta.span());
            };
            let mut parts = parts.iter().map(evaluate);
            if list.path.is_ident("all") {
                parts.fold(Condition::Holds, Condition::and)
            } else if list.path.is_ident("any") {
                parts.fold(Condition::Fails, Condition::or)
            } else if list.path.is_ident("not") {
                parts.next().map_or(Condition::Unknown(meta.span()), Condition::not)
            } else {
                Condition::Unknown(meta.span())
            }
        }
        Meta::Path(_) | Meta::NameValue(_) => Condition::Unknown(meta.span()),
    }
}

/// What a `cfg_attr` comes to: it matters only when it adds an attribute that changes the schema.
fn added(attr: &Attribute) -> Condition {
    let Ok(parts) = attr.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated) else {
        return Condition::Unknown(attr.span());
    };
    let mut parts = parts.iter();
    let holds = parts.next().map_or(Condition::Unknown(attr.span()), evaluate);
    if matches!(holds, Condition::Fails) || !parts.any(matters) {
        return Condition::Holds;
    }
    // Even when the condition is known to hold, the readers do not look inside: better to stop than to miss it.
    Condition::Unknown(attr.span())
}

fn matters(meta: &Meta) -> bool {
    let path = meta.path();
    let ours = path.segments.first().is_some_and(|first| first.ident == "sea_orm" || first.ident == "seachange");
    let derives = || match meta {
        Meta::List(list) if path.is_ident("derive") => DERIVES.iter().any(|name| list.tokens.to_string().contains(name)),
        Meta::Path(_) | Meta::List(_) | Meta::NameValue(_) => false,
    };
    ours || path.is_ident("cfg") || path.is_ident("path") || derives()
}

const DERIVES: [&str; 6] =
    ["DeriveEntityModel", "DeriveActiveEnum", "DeriveValueType", "DeriveRelation", "FromJsonQueryResult", "DeriveEntity"];
