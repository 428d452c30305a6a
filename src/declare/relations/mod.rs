//! The foreign keys of an entity: from its `Relation` enum, or from the relation fields of a dense model.
//! Only an owning relation makes one, the side that says `belongs_to`.

use std::cell::RefCell;
use std::sync::Arc;

use proc_macro2::Span;
use quote::ToTokens;
use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{
    Expr, Field, GenericArgument, Ident, Item, ItemEnum, ItemStruct, Lit, LitStr, Path, PathArguments, Token, Type,
    parenthesized,
};

use super::attrs::{RelationAttrs, derives};
use super::cfg::{Condition, condition};
use super::entity::{Outline, Outlines};
use super::names::{Meaning, Missing};
use super::problem::{Failure, Outcome, Problem, kept};
use super::types::path_text;
use super::workspace::{Module, ModuleId, Workspace};
use super::{by_hand, constants, naming};
use crate::error::Severity;
use crate::model::{Action, Deferrable, ForeignKey, Name, Placement};

/// The kind of a relation field, by the last name of its type, as SeaORM's macros tell it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wrapper {
    BelongsTo,
    HasOne,
    HasMany,
}

/// Whether a field is a relation and no column.
pub(super) fn wrapper(written: &Type) -> Option<Wrapper> {
    let Type::Path(path) = written else { return None };
    match path.path.segments.last()?.ident.to_string().as_str() {
        "BelongsTo" => Some(Wrapper::BelongsTo),
        "HasOne" => Some(Wrapper::HasOne),
        "HasMany" => Some(Wrapper::HasMany),
        _ => None,
    }
}

/// Reads the foreign keys of the model of a module.
pub(super) fn read(
    workspace: &Workspace,
    outlines: &Outlines,
    module: &Module,
    model: &ItemStruct,
    own: &Outline,
    problems: &mut Vec<Problem>,
) -> Vec<Placed> {
    let reader = Reader { workspace, outlines, module, own, warnings: RefCell::default() };
    let dense = module.is_dense(&model.attrs);
    let found: Vec<Outcome<Option<Placed>>> = if dense {
        relation_fields(model).map(|(field, wrapper)| reader.field(field, wrapper)).collect()
    } else {
        reader.variants(&model.ident)
    };
    problems.extend(reader.warnings.take());
    distinct(found, problems)
}

/// The relation fields of a model.
fn relation_fields(model: &ItemStruct) -> impl Iterator<Item = (&Field, Wrapper)> {
    let there = |field: &&Field| !matches!(condition(&field.attrs), Condition::Fails);
    model.fields.iter().filter(there).filter_map(|field| Some((field, wrapper(&field.ty)?)))
}

/// Reads the foreign keys of an entity in the expanded format, whose struct has that name.
pub(super) fn read_variants(
    workspace: &Workspace,
    outlines: &Outlines,
    module: &Module,
    entity: &Ident,
    own: &Outline,
    problems: &mut Vec<Problem>,
) -> Vec<Placed> {
    let reader = Reader { workspace, outlines, module, own, warnings: RefCell::default() };
    let found = reader.variants(entity);
    problems.extend(reader.warnings.take());
    distinct(found, problems)
}

/// A foreign key, and where somebody says that it is one.
type Placed = (ForeignKey, Span);

fn distinct(found: Vec<Outcome<Option<Placed>>>, problems: &mut Vec<Problem>) -> Vec<Placed> {
    let mut keys: Vec<Placed> = Vec::new();
    for outcome in found {
        let Some(key) = kept(outcome, problems).flatten() else { continue };
        if !keys.iter().any(|(other, _)| *other == key.0) {
            keys.push(key);
        }
    }
    keys
}

struct Reader<'a> {
    workspace: &'a Workspace,
    outlines: &'a Outlines,
    module: &'a Module,
    own: &'a Outline,
    warnings: RefCell<Vec<Problem>>,
}

impl Reader<'_> {
    /// Keeps the warnings for later and stops at the errors.
    fn errors(&self, problems: Vec<Problem>) -> Outcome<()> {
        let is_warning = |problem: &Problem| problem.severity == Severity::Warning;
        let (warnings, errors): (Vec<_>, Vec<_>) = problems.into_iter().partition(is_warning);
        self.warnings.borrow_mut().extend(warnings);
        if errors.is_empty() { Ok(()) } else { Err(Failure(errors)) }
    }

    /// The foreign keys of `enum Relation`.
    fn variants(&self, entity: &Ident) -> Vec<Outcome<Option<Placed>>> {
        let file = self.module.file;
        let found = self.module.items.iter().enumerate().find_map(|(place, item)| match item {
            Item::Enum(item) if item.ident == "Relation" => Some((place, item)),
            _ => None,
        });
        let Some((place, relation)) = found else {
            return vec![Err(Problem::new(file, entity.span(), "the entity has no `Relation` enum beside it")
                .hint("add `#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)] pub enum Relation {}`, or put `#[sea_orm::model]` on the model")
                .into())];
        };
        if !relation.variants.is_empty() && !derives(self.module, &relation.attrs, "DeriveRelation") {
            return self.by_hand(place, relation);
        }
        relation.variants.iter().map(|variant| self.variant(variant)).collect()
    }

    /// The foreign keys of a hand-written `impl RelationTrait`.
    fn by_hand(&self, place: usize, relation: &ItemEnum) -> Vec<Outcome<Option<Placed>>> {
        let function = by_hand::function(self.workspace, self.module, "RelationTrait", place, "def");
        match function.and_then(|function| by_hand::arms(&function.block)) {
            Some(arms) => arms.iter().map(|arm| self.arm(arm)).collect(),
            None => vec![Err(Problem::new(
                self.module.file,
                relation.ident.span(),
                "the relations are written by hand and cannot be read",
            )
            .label("no `DeriveRelation`")
            .hint("derive `DeriveRelation`, or write a plain `match self { ... }` in `impl RelationTrait`")
            .into())],
        }
    }

    /// `Self::Author => Entity::belongs_to(super::author::Entity).from(Column::AuthorId).to(…).into()`
    fn arm(&self, arm: &by_hand::Arm<'_>) -> Outcome<Option<Placed>> {
        let file = self.module.file;
        let (start, calls) = by_hand::chain(arm.result);
        let unread = || {
            Problem::new(file, arm.result.span(), "this relation cannot be read")
                .hint("write `Entity::belongs_to(...).from(...).to(...).into()`, or `Entity::has_many(...)`")
        };
        let (target, kind) = match start {
            // It never comes to a relation.
            Expr::Macro(_) => return Ok(None),
            Expr::Call(call) => match (&*call.func, call.args.first()) {
                (Expr::Path(function), Some(target)) => {
                    (target, function.path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default())
                }
                _ => return Err(unread().into()),
            },
            _ => return Err(unread().into()),
        };
        match kind.as_str() {
            "belongs_to" => {}
            "has_one" | "has_many" | "has_many_via" => return Ok(None),
            _ => return Err(unread().into()),
        }
        let argument = |name: &str| {
            let call = calls.iter().rfind(|call| call.method == name)?;
            call.arguments.first().copied()
        };
        let text = |name: &str| match argument(name) {
            Some(written) => match constants::value(self.workspace, self.module, written) {
                Some(Lit::Str(text)) => Ok(Some(text.value())),
                _ => Err(unread()),
            },
            None => Ok(None),
        };
        let action = |name: &str| match argument(name) {
            Some(Expr::Path(path)) => {
                Ok(path.path.segments.last().map(|last| LitStr::new(&last.ident.to_string(), path.span())))
            }
            Some(_) => Err(unread()),
            None => Ok(None),
        };
        let Expr::Path(target) = target else { return Err(unread().into()) };
        let (Some(from), Some(to)) = (argument("from"), argument("to")) else {
            return Err(self.incomplete(arm.result.span(), &RelationAttrs::default()));
        };
        if calls.iter().any(|call| call.method == "skip_fk") {
            return Ok(None);
        }
        let said = RelationAttrs {
            on_delete: action("on_delete")?,
            on_update: action("on_update")?,
            fk_name: text("fk_name")?,
            ..RelationAttrs::default()
        };
        let target = self.target(&target.path, target.span())?;
        let columns = self.columns(from, from.span(), self.module.id, self.own)?;
        let referenced = self.columns(to, to.span(), target.0, &target.1)?;
        self.key(&said, from.span(), columns, &target.1, referenced).map(Some)
    }

    fn variant(&self, variant: &syn::Variant) -> Outcome<Option<Placed>> {
        let file = self.module.file;
        let span = variant.ident.span();
        let mut problems = Vec::new();
        let said = RelationAttrs::of_variant(file, &variant.attrs, &mut problems);
        self.errors(problems)?;
        self.unconditional(&variant.attrs, &variant.ident.to_string())?;
        let said = said.unwrap_or_default();
        if said.owner.is_none() {
            if said.inverse {
                return Ok(None);
            }
            return Err(Problem::new(file, span, format!("the relation `{}` says nothing", variant.ident))
                .hint(
                    "add `#[sea_orm(belongs_to = \"...\", from = \"...\", to = \"...\")]`, or `has_one` or `has_many`",
                )
                .into());
        }
        let (Some(target), Some(from), Some(to)) = (&said.target, &said.from, &said.to) else {
            return Err(self.incomplete(span, &said));
        };
        if said.skip_fk {
            return Ok(None);
        }
        let target = if let Some(found) = self.plain_target(&naming::said(target)) {
            found
        } else {
            let path: Path =
                target.parse().map_err(|error| Problem::syntax(file, &error, "this is not the path of an entity"))?;
            self.target(&path, target.span())?
        };
        let columns = self.paths(from, self.module.id, self.own)?;
        let referenced = self.paths(to, target.0, &target.1)?;
        self.key(&said, from.span(), columns, &target.1, referenced).map(Some)
    }

    /// The foreign key of one relation field of a dense model.
    fn field(&self, field: &Field, wrapper: Wrapper) -> Outcome<Option<Placed>> {
        let file = self.module.file;
        let span = field.ident.as_ref().map_or_else(|| field.span(), proc_macro2::Ident::span);
        let name = field.ident.as_ref().map(naming::plain).unwrap_or_default();
        let mut problems = Vec::new();
        let said = RelationAttrs::of_field(file, &field.attrs, &mut problems);
        self.errors(problems)?;
        self.unconditional(&field.attrs, &name)?;
        let Some(said) = said else { return Ok(None) };
        let self_owner = said.self_ref && !said.via && said.from.is_some() && said.to.is_some();
        if said.owner.is_none() && !self_owner {
            let lost = [&said.from, &said.to, &said.on_delete, &said.on_update].into_iter().flatten().next();
            if let Some(lost) = lost.filter(|_| !said.self_ref && !said.via) {
                let message = format!("`{name}` says how it refers but not that it owns the reference");
                let warning = Problem::new(file, lost.span(), message).warning();
                self.warnings.borrow_mut().push(warning.label("SeaORM ignores it").hint("add `belongs_to`"));
            }
            return Ok(None);
        }
        if wrapper == Wrapper::HasMany {
            return Err(Problem::new(file, said.owner.unwrap_or(span), format!("`{name}` belongs to many"))
                .hint("make it `BelongsTo<...>`")
                .into());
        }
        let (Some(from), Some(to)) = (&said.from, &said.to) else { return Err(self.incomplete(span, &said)) };
        if said.skip_fk {
            return Ok(None);
        }
        let (target, outline) = if said.self_ref {
            (self.module.id, Arc::new(self.own.clone()))
        } else {
            match entity_argument(&field.ty) {
                Some(path) => self.target(path, path.span())?,
                None => {
                    return Err(Problem::new(file, field.ty.span(), format!("`{name}` does not name an entity"))
                        .hint("write `BelongsTo<super::other::Entity>` or `BelongsTo<Option<super::other::Entity>>`")
                        .into());
                }
            }
        };
        let columns = self.short(from, self.own)?;
        let referenced = if target == self.module.id { self.short(to, self.own)? } else { self.short(to, &outline)? };
        self.key(&said, from.span(), columns, &outline, referenced).map(Some)
    }

    fn key(
        &self,
        said: &RelationAttrs,
        span: Span,
        columns: Vec<String>,
        target: &Outline,
        referenced: Vec<String>,
    ) -> Outcome<Placed> {
        if columns.len() != referenced.len() {
            let (here, there) = (columns.len(), referenced.len());
            return Err(Problem::new(self.module.file, span, format!("{here} columns refer to {there}"))
                .hint("name as many columns in `from` as in `to`")
                .into());
        }
        let name = match &said.fk_name {
            Some(name) => Name::written(name),
            None => Name::inferred(format!("fk-{}-{}", self.own.table.name, columns.join("-"))),
        };
        let placement = match columns.as_slice() {
            [column] => Placement::Column(column.clone()),
            _ => Placement::Table,
        };
        let key = ForeignKey {
            name: Some(name),
            references: target.table.clone(),
            referenced_columns: referenced,
            on_delete: self.action(said.on_delete.as_ref())?,
            on_update: self.action(said.on_update.as_ref())?,
            on_delete_columns: Vec::new(),
            deferrable: Deferrable::No,
            match_full: false,
            not_valid: false,
            placement,
            columns,
        };
        Ok((key, said.owner.unwrap_or(span)))
    }

    fn action(&self, said: Option<&LitStr>) -> Outcome<Option<Action>> {
        const NAMES: [&str; 5] = ["Cascade", "SetNull", "SetDefault", "Restrict", "NoAction"];
        let Some(said) = said else { return Ok(None) };
        Ok(Some(match said.value().as_str() {
            "Cascade" => Action::Cascade,
            "SetNull" => Action::SetNull,
            "SetDefault" => Action::SetDefault,
            "Restrict" => Action::Restrict,
            "NoAction" => Action::NoAction,
            other => {
                let all = format!("the actions are `{}`", NAMES.join("`, `"));
                return Err(Problem::new(
                    self.module.file,
                    said.span(),
                    format!("`{other}` is not an action of a foreign key"),
                )
                .did_you_mean(other, &NAMES, &all)
                .into());
            }
        }))
    }

    fn incomplete(&self, span: Span, said: &RelationAttrs) -> Failure {
        let missing = match (&said.from, &said.to) {
            (None, None) => "`from` and `to`",
            (None, Some(_)) => "`from`",
            (Some(_), _) => "`to`",
        };
        Problem::new(self.module.file, said.owner.unwrap_or(span), format!("`belongs_to` without {missing}"))
            .hint("name the column here in `from` and the column it refers to in `to`")
            .into()
    }

    fn unconditional(&self, attrs: &[syn::Attribute], name: &str) -> Outcome<()> {
        match condition(attrs) {
            Condition::Unknown(span) => Err(Problem::new(
                self.module.file,
                span,
                format!("whether the relation `{name}` exists depends on how the crate is built"),
            )
            .hint("remove the condition: a database has the same foreign keys in every build")
            .into()),
            Condition::Holds | Condition::Fails => Ok(()),
        }
    }

    /// The entity that a path of nothing but names leads to, which takes no parser. `None` whenever there is more to it, be
    /// it something to complain of.
    fn plain_target(&self, written: &str) -> Option<(ModuleId, Arc<Outline>)> {
        let meaning = self.workspace.resolve_names(self.module.id, &plain_path(written)?).ok()?;
        let module = self.workspace.entity_of(&meaning)?;
        Some((module, self.outlines.of(self.workspace, module)?))
    }

    /// The same for a path to a column.
    fn plain_column(&self, written: &str, entity: ModuleId, outline: &Outline) -> Option<String> {
        let mut names = plain_path(written)?;
        let variant = names.pop()?;
        let meaning = self.workspace.resolve_names(self.module.id, &names).ok()?;
        let column = || outline.columns.iter().find(|column| column.variant == variant);
        (self.workspace.columns_of(&meaning)? == entity).then(column)?.map(|column| column.name.clone())
    }

    /// The entity a path leads to, with the names of its table and columns.
    fn target(&self, path: &Path, at: Span) -> Outcome<(ModuleId, Arc<Outline>)> {
        let written = path_text(path);
        let problem = |message: String, hint: &str| Problem::new(self.module.file, at, message).hint(hint);
        let meaning = self.workspace.resolve(self.module.id, path);
        if let Some(module) = meaning.as_ref().ok().and_then(|meaning| self.workspace.entity_of(meaning)) {
            return match self.outlines.of(self.workspace, module) {
                Some(outline) => Ok((module, outline)),
                None => Err(problem(
                    format!("the entity `{written}` has no table that can be read"),
                    "give its model a `table_name`",
                )
                .into()),
            };
        }
        match meaning {
            Ok(Meaning::External(names)) => Err(problem(
                format!("the entity `{}` is in another crate, which is not read", names.join("::")),
                "add `skip_fk` if the key needs no constraint in the database",
            )
            .into()),
            Ok(_) => Err(problem(
                format!("`{written}` is not an entity that can be read"),
                "the model beside it needs `DeriveEntityModel`",
            )
            .into()),
            Err(Missing::Unknown) => Err(problem(
                format!("cannot find the entity `{written}`"),
                "check the path; it is looked up from this module",
            )
            .into()),
            Err(Missing::Broken) => Err(Failure::default()),
        }
    }

    /// The columns of a compact relation: `Column::A`, `super::other::Column::A`, or several in parentheses.
    fn paths(&self, written: &LitStr, entity: ModuleId, outline: &Outline) -> Outcome<Vec<String>> {
        if let Some(column) = self.plain_column(&naming::said(written), entity, outline) {
            return Ok(vec![column]);
        }
        match written.parse::<Expr>() {
            Ok(expression) => self.columns(&expression, written.span(), entity, outline),
            Err(_) => Err(self.no_columns(written.span(), &written.value()).into()),
        }
    }

    fn no_columns(&self, at: Span, written: &str) -> Problem {
        Problem::new(self.module.file, at, format!("`{written}` does not name columns"))
            .hint("write `Column::Id`, or `(Column::A, Column::B)`")
    }

    fn columns(&self, expression: &Expr, at: Span, entity: ModuleId, outline: &Outline) -> Outcome<Vec<String>> {
        let file = self.module.file;
        let bad = || self.no_columns(at, &expression.to_token_stream().to_string());
        let paths: Vec<&Path> = match expression {
            Expr::Path(path) => vec![&path.path],
            Expr::Paren(inner) => match &*inner.expr {
                Expr::Path(path) => vec![&path.path],
                _ => return Err(bad().into()),
            },
            Expr::Tuple(tuple) => tuple
                .elems
                .iter()
                .map(|element| match element {
                    Expr::Path(path) => Ok(&path.path),
                    _ => Err(bad()),
                })
                .collect::<Result<_, _>>()?,
            _ => return Err(bad().into()),
        };
        let mut columns = Vec::new();
        for path in paths {
            let mut names: Vec<String> = path.segments.iter().map(|segment| naming::plain(&segment.ident)).collect();
            let Some(variant) = names.pop() else { return Err(bad().into()) };
            let meaning = self.workspace.resolve_names(self.module.id, &names);
            match meaning.as_ref().map(|meaning| self.workspace.columns_of(meaning)) {
                Ok(Some(module)) if module == entity => {}
                Ok(Some(_)) => {
                    let message =
                        format!("`{}` is a column of another entity than this side of the relation", path_text(path));
                    return Err(Problem::new(file, at, message)
                        .hint("`from` names columns here, `to` columns of the other entity")
                        .into());
                }
                Err(Missing::Broken) => return Err(Failure::default()),
                Ok(None) | Err(Missing::Unknown) => return Err(bad().into()),
            }
            columns.push(self.column(at, outline, &variant)?);
        }
        Ok(columns)
    }

    /// The columns of a dense relation, by the last names of the paths: `file_id`, `Column::FileId`, `(a, b)`.
    fn short(&self, written: &LitStr, outline: &Outline) -> Outcome<Vec<String>> {
        let several = written.value().starts_with('(');
        let paths = if several {
            written.parse_with(|input: ParseStream<'_>| {
                let content;
                parenthesized!(content in input);
                Punctuated::<Path, Token![,]>::parse_separated_nonempty_with(&content, Path::parse_mod_style)
            })
        } else {
            written.parse_with(Path::parse_mod_style).map(|path| Punctuated::from_iter([path]))
        };
        let paths = paths.map_err(|_| {
            Problem::new(self.module.file, written.span(), format!("`{}` does not name columns", written.value()))
                .hint("write a field such as `file_id`, or `(a, b)`")
        })?;
        let variants = paths
            .iter()
            .filter_map(|path| path.segments.last())
            .map(|segment| naming::variant(&naming::plain(&segment.ident)));
        variants.map(|variant| self.column(written.span(), outline, &variant)).collect()
    }

    fn column(&self, at: Span, outline: &Outline, variant: &str) -> Outcome<String> {
        if let Some(column) = outline.columns.iter().find(|column| column.variant == variant) {
            return Ok(column.name.clone());
        }
        let variants: Vec<&str> = outline.columns.iter().map(|column| column.variant.as_str()).collect();
        let all = format!("its columns are `{}`", variants.join("`, `"));
        let message = format!("the table `{}` has no column `{variant}`", outline.table);
        Err(Problem::new(self.module.file, at, message).did_you_mean(variant, &variants, &all).into())
    }
}

/// The names of a path that has nothing else. Words of the language do not get here: no item is called like one.
fn plain_path(written: &str) -> Option<Vec<String>> {
    let is_letter = |letter: char| letter.is_ascii_alphabetic() || letter == '_';
    let is_name = |name: &str| {
        name.starts_with(is_letter) && name.chars().all(|letter| is_letter(letter) || letter.is_ascii_digit())
    };
    written.split("::").map(|name| is_name(name).then(|| name.to_owned())).collect()
}

/// The entity in `BelongsTo<E>` or `BelongsTo<Option<E>>`.
fn entity_argument(written: &Type) -> Option<&Path> {
    let Type::Path(path) = written else { return None };
    let last = path.path.segments.last()?;
    let argument = match &last.arguments {
        PathArguments::AngleBracketed(arguments) => match arguments.args.first()? {
            GenericArgument::Type(Type::Path(argument)) => argument,
            _ => return None,
        },
        PathArguments::None | PathArguments::Parenthesized(_) => {
            return (last.ident == "Entity").then_some(&path.path);
        }
    };
    match argument.path.segments.last() {
        Some(last) if last.ident == "Option" => match &last.arguments {
            PathArguments::AngleBracketed(arguments) => match arguments.args.first()? {
                GenericArgument::Type(Type::Path(inner)) => Some(&inner.path),
                _ => None,
            },
            PathArguments::None | PathArguments::Parenthesized(_) => None,
        },
        _ => Some(&argument.path),
    }
}

#[cfg(test)]
mod tests;
