//! Whether `#[cfg(...)]` lets an item through, as far as that can be known without building.
//! Features are known, because the project says which it builds; so is that nothing here is for tests, for documentation
//! or for a browser. Every other condition is unknown.

use std::collections::BTreeSet;

use proc_macro2::Span;
use quote::ToTokens;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Attribute, Block, Expr, Fields, ImplItem, Item, Lit, Meta, Stmt, Token};

/// The cargo features that entities are read with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Features {
    /// Every feature anybody asks about.
    #[default]
    All,
    /// These and no other.
    Only(BTreeSet<String>),
}

/// What the conditions on an item come to.
#[derive(Debug, Clone, Copy)]
pub(super) enum Condition {
    /// The item is there.
    Holds,
    /// The item is not there, such as one for tests.
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

    fn at(self, span: Span) -> Self {
        match self {
            Self::Unknown(_) => Self::Unknown(span),
            Self::Holds | Self::Fails => self,
        }
    }
}

impl Features {
    /// What all `#[cfg(...)]` of an item come to.
    pub(super) fn condition(&self, attrs: &[Attribute]) -> Condition {
        attrs.iter().filter(|attr| attr.path().is_ident("cfg")).fold(Condition::Holds, |sum, attr| {
            let span = attr.span();
            let met = attr.parse_args::<Meta>().map_or(Condition::Unknown(span), |meta| evaluate(&meta, Some(self)));
            sum.and(met.at(span))
        })
    }
}

/// What is left undecided on an item of a module: a `cfg` that nobody can know, or a `cfg_attr` that would add what we read.
pub(super) fn condition(attrs: &[Attribute]) -> Condition {
    attrs.iter().fold(Condition::Holds, |sum, attr| {
        if attr.path().is_ident("cfg") {
            let span = attr.span();
            let met = attr.parse_args::<Meta>().map_or(Condition::Unknown(span), |meta| evaluate(&meta, None));
            sum.and(met.at(span))
        } else if attr.path().is_ident("cfg_attr") && adds(attr) {
            sum.and(Condition::Unknown(attr.span()))
        } else {
            sum
        }
    })
}

/// The items that are built, without the conditions that are known to hold, and with what `cfg_attr` adds to them.
pub(super) fn decide(items: Vec<Item>, features: &Features) -> Vec<Item> {
    items.into_iter().filter_map(|item| decide_item(item, features)).collect()
}

fn decide_item(mut item: Item, features: &Features) -> Option<Item> {
    if let Item::Mod(module) = &mut item {
        // It keeps its conditions: a file that only some builds have may be missing.
        let conditions: Vec<Attribute> =
            module.attrs.iter().filter(|attr| attr.path().is_ident("cfg")).cloned().collect();
        let built = keep(&mut module.attrs, features);
        module.attrs.retain(|attr| !attr.path().is_ident("cfg"));
        module.attrs.extend(conditions);
        return built.then_some(item);
    }
    if let Some(attrs) = attributes(&mut item)
        && !keep(attrs, features)
    {
        return None;
    }
    match &mut item {
        Item::Struct(item) => match &mut item.fields {
            Fields::Named(fields) => retain(&mut fields.named, features, |field| &mut field.attrs),
            Fields::Unnamed(fields) => retain(&mut fields.unnamed, features, |field| &mut field.attrs),
            Fields::Unit => {}
        },
        Item::Enum(item) => retain(&mut item.variants, features, |variant| &mut variant.attrs),
        Item::Impl(item) => item.items.retain_mut(|item| match item {
            ImplItem::Fn(function) => {
                decide_arms(&mut function.block, features);
                keep(&mut function.attrs, features)
            }
            ImplItem::Const(constant) => keep(&mut constant.attrs, features),
            _ => true,
        }),
        _ => {}
    }
    Some(item)
}

/// Decides the conditions on the arms of the matches that a function comes to.
fn decide_arms(block: &mut Block, features: &Features) {
    for statement in &mut block.stmts {
        if let Stmt::Expr(Expr::Match(found), _) = statement {
            found.arms.retain_mut(|arm| keep(&mut arm.attrs, features));
        }
    }
}

fn attributes(item: &mut Item) -> Option<&mut Vec<Attribute>> {
    Some(match item {
        Item::Const(item) => &mut item.attrs,
        Item::Enum(item) => &mut item.attrs,
        Item::ExternCrate(item) => &mut item.attrs,
        Item::Fn(item) => &mut item.attrs,
        Item::Impl(item) => &mut item.attrs,
        Item::Macro(item) => &mut item.attrs,
        Item::Static(item) => &mut item.attrs,
        Item::Struct(item) => &mut item.attrs,
        Item::Trait(item) => &mut item.attrs,
        Item::Type(item) => &mut item.attrs,
        Item::Union(item) => &mut item.attrs,
        Item::Use(item) => &mut item.attrs,
        _ => return None,
    })
}

fn retain<T, P: Default>(
    list: &mut Punctuated<T, P>,
    features: &Features,
    attrs: impl Fn(&mut T) -> &mut Vec<Attribute>,
) {
    // Most lists have no condition, and are left as they are.
    if list.iter_mut().any(|element| is_conditional(attrs(element))) {
        let all = std::mem::take(list);
        list.extend(all.into_iter().filter_map(|mut element| keep(attrs(&mut element), features).then_some(element)));
    }
}

fn is_conditional(attrs: &[Attribute]) -> bool {
    attrs.iter().any(|attr| attr.path().is_ident("cfg") || attr.path().is_ident("cfg_attr"))
}

/// Decides the conditions among the attributes; `false` when what they stand on is not built.
fn keep(attrs: &mut Vec<Attribute>, features: &Features) -> bool {
    if !is_conditional(attrs) {
        return true;
    }
    let mut decided = Vec::new();
    let mut waiting: Vec<Attribute> = std::mem::take(attrs).into_iter().rev().collect();
    while let Some(attr) = waiting.pop() {
        if attr.path().is_ident("cfg") {
            match features.condition(std::slice::from_ref(&attr)) {
                Condition::Holds => {}
                Condition::Fails => return false,
                Condition::Unknown(_) => decided.push(attr),
            }
        } else if attr.path().is_ident("cfg_attr") {
            let parts = parts(&attr);
            match parts.split_first().map(|(met, added)| (evaluate(met, Some(features)), added)) {
                Some((Condition::Holds, added)) => waiting.extend(added.iter().rev().filter_map(attribute)),
                Some((Condition::Fails, _)) => {}
                Some((Condition::Unknown(_), _)) | None => decided.push(attr),
            }
        } else {
            decided.push(attr);
        }
    }
    *attrs = decided;
    true
}

fn parts(attr: &Attribute) -> Vec<Meta> {
    let parts = attr.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated);
    parts.map(|parts| parts.into_iter().collect()).unwrap_or_default()
}

/// The attribute that a `cfg_attr` adds.
fn attribute(meta: &Meta) -> Option<Attribute> {
    let tokens = meta.to_token_stream();
    Attribute::parse_outer.parse2(quote::quote_spanned!(meta.span()=> #[#tokens])).ok()?.pop()
}

fn evaluate(meta: &Meta, features: Option<&Features>) -> Condition {
    let unknown = Condition::Unknown(meta.span());
    match meta {
        // Nothing of these is in the program that talks to a database.
        Meta::Path(path) if ["test", "doc", "docsrs", "doctest", "miri"].iter().any(|name| path.is_ident(name)) => {
            Condition::Fails
        }
        Meta::NameValue(pair) => match (&pair.value, features) {
            (Expr::Lit(value), features) => match (&value.lit, features) {
                (Lit::Str(name), Some(Features::Only(chosen))) if pair.path.is_ident("feature") => {
                    if chosen.contains(&name.value()) { Condition::Holds } else { Condition::Fails }
                }
                (Lit::Str(_), Some(Features::All)) if pair.path.is_ident("feature") => Condition::Holds,
                (Lit::Str(name), _)
                    if (pair.path.is_ident("target_arch") || pair.path.is_ident("target_family"))
                        && name.value().starts_with("wasm") =>
                {
                    Condition::Fails
                }
                _ => unknown,
            },
            _ => unknown,
        },
        Meta::List(list) => {
            let Ok(parts) = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated) else {
                return unknown;
            };
            let mut parts = parts.iter().map(|part| evaluate(part, features));
            if list.path.is_ident("all") {
                parts.fold(Condition::Holds, Condition::and)
            } else if list.path.is_ident("any") {
                parts.fold(Condition::Fails, Condition::or)
            } else if list.path.is_ident("not") {
                parts.next().map_or(unknown, Condition::not)
            } else {
                unknown
            }
        }
        Meta::Path(_) => unknown,
    }
}

/// Whether a `cfg_attr` would add an attribute that changes the schema.
fn adds(attr: &Attribute) -> bool {
    parts(attr).iter().skip(1).any(matters)
}

fn matters(meta: &Meta) -> bool {
    let path = meta.path();
    let ours = path.segments.first().is_some_and(|first| first.ident == "sea_orm" || first.ident == "seachange");
    let derives = || match meta {
        Meta::List(list) if path.is_ident("derive") => {
            DERIVES.iter().any(|name| list.tokens.to_string().contains(name))
        }
        Meta::Path(_) | Meta::List(_) | Meta::NameValue(_) => false,
    };
    ours || path.is_ident("cfg") || path.is_ident("path") || derives()
}

const DERIVES: [&str; 6] = [
    "DeriveEntityModel",
    "DeriveActiveEnum",
    "DeriveValueType",
    "DeriveRelation",
    "FromJsonQueryResult",
    "DeriveEntity",
];
