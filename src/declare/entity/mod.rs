//! One entity: the model struct with its attributes, as a table.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use proc_macro2::Span;
use syn::{Attribute, Expr, ItemStruct, PathArguments, Type};

use super::annotations::{Annotations, Role, Subject};
use super::attrs::{ColumnAttrs, ModelAttrs};
use super::cfg::{Condition, condition};
use super::problem::{Outcome, Problem, errors, kept};
use super::types::{self, Stored};
use super::workspace::{Module, ModuleId, Workspace};
use super::{column_type, defaults, expanded, naming, relations};
use crate::model::{
    Aspect, AutoIncrement, Column, ColumnDefault, ColumnType, Detail, ForeignKey, Index, IndexPart, Name, Placement,
    PrimaryKey, Rename, Table, TableName, Unique,
};

/// An entity that was read, with the places to point at.
pub(super) struct Entity {
    pub(super) table: Table,
    pub(super) renames: Vec<Rename>,
    /// What rows that are there get in columns that come to need a value, as SQL.
    pub(super) fills: BTreeMap<String, String>,
    /// When it makes no table, the table has a name and nothing else.
    pub(super) role: Role,
    /// Where the table is named.
    pub(super) named: Span,
    /// Where each column is declared.
    pub(super) columns: Vec<(String, Span)>,
    /// Where it is said what the table is like.
    pub(super) details: Vec<(Detail, Span)>,
}

/// The names of an entity, which is all a relation to it needs.
#[derive(Debug, Clone)]
pub(super) struct Outline {
    pub(super) table: TableName,
    pub(super) columns: Vec<OutlineColumn>,
}

/// The names of a column.
#[derive(Debug, Clone)]
pub(super) struct OutlineColumn {
    /// Its variant of `Column`.
    pub(super) variant: String,
    /// Its name in the database.
    pub(super) name: String,
}

/// One column before its type is followed: a field of a model, or a variant of a hand-written `Column`.
pub(super) struct Plain<'a> {
    pub(super) attrs: &'a [Attribute],
    pub(super) kind: Kind<'a>,
    pub(super) said: ColumnAttrs,
    pub(super) variant: String,
    pub(super) name: String,
    pub(super) span: Span,
}

/// What the type of a column is told from.
#[derive(Clone, Copy)]
pub(super) enum Kind<'a> {
    /// The Rust type of the field.
    Field(&'a Type),
    /// The expression behind `.def()`.
    Written(&'a Expr),
}

/// The names of all entities some relation has led to, each read once.
#[derive(Default)]
pub(super) struct Outlines(RefCell<BTreeMap<ModuleId, Option<Arc<Outline>>>>);

impl Outlines {
    /// Keeps the names of an entity that was read.
    fn know(&self, workspace: &Workspace, module: &Module, outline: &Outline) {
        let mut known = self.0.borrow_mut();
        let kept = known.entry(module.id).or_insert_with(|| Some(Arc::new(outline.clone())));
        if let Some(outline) = kept {
            workspace.publish(module, outline);
        }
    }

    /// The names of the entity of a module, `None` when its model has no table name.
    pub(super) fn of(&self, workspace: &Workspace, module: ModuleId) -> Option<Arc<Outline>> {
        if let Some(known) = self.0.borrow().get(&module) {
            return known.clone();
        }
        let outline = workspace.outlined(module).or_else(|| {
            let module = workspace.module(module);
            let outline = outline(workspace, &module).map(Arc::new)?;
            workspace.publish(&module, &outline);
            Some(outline)
        });
        self.0.borrow_mut().insert(module, outline.clone());
        outline
    }
}

fn outline(workspace: &Workspace, module: &Module) -> Option<Outline> {
    let Some(model) = module.model() else { return expanded::outline(workspace, module) };
    // Whatever is wrong with that entity is said when it is read itself.
    let mut unread = Vec::new();
    let said = ModelAttrs::read(module.file, &model.attrs, &mut unread);
    let fields = fields(module, model, &said, &mut unread);
    sketch(workspace, module, &said, &fields)
}

fn sketch(workspace: &Workspace, module: &Module, said: &ModelAttrs, fields: &[Plain<'_>]) -> Option<Outline> {
    let table = match &said.table_name {
        Some(name) => TableName { schema: said.schema_name.clone(), name: naming::said(name) },
        // Without a name on the model, SeaORM leaves the entity to be written by hand.
        None => expanded::table_name(workspace, module)?,
    };
    Some(Outline::new(table, fields))
}

impl Entity {
    /// One that makes no table.
    pub(super) fn bare(table: TableName, role: Role, named: Span) -> Self {
        let (renames, fills, columns, details) = (Vec::new(), BTreeMap::new(), Vec::new(), Vec::new());
        Self { table: Table::new(table), renames, fills, role, named, columns, details }
    }
}

impl Entity {
    /// Gives the table its foreign keys, each with its place.
    pub(super) fn refer(&mut self, keys: Vec<(ForeignKey, Span)>) {
        for (key, span) in keys {
            self.details.push((Detail::ForeignKey(key.columns.clone()), span));
            self.table.foreign_keys.push(key);
        }
    }
}

/// Where the attributes of fields say what their columns are like.
fn details(fields: &[Plain<'_>]) -> Vec<(Detail, Span)> {
    let mut details = Vec::new();
    for field in fields {
        for (key, span) in &field.said.places {
            let one = || vec![field.name.clone()];
            let aspect = |aspect| Detail::Column(field.name.clone(), aspect);
            let detail = match *key {
                "column_type" => aspect(Aspect::Type),
                "comment" => aspect(Aspect::Comment),
                "indexed" => Detail::Index(one()),
                "unique" => Detail::Unique(one()),
                "unique_key" => {
                    let together = fields.iter().filter(|other| other.said.unique_key == field.said.unique_key);
                    Detail::Index(together.map(|other| other.name.clone()).collect())
                }
                _ => aspect(Aspect::Default),
            };
            details.push((detail, *span));
        }
    }
    details
}

impl Outline {
    pub(super) fn new(table: TableName, columns: &[Plain<'_>]) -> Self {
        let column = |column: &Plain<'_>| OutlineColumn { variant: column.variant.clone(), name: column.name.clone() };
        Self { table, columns: columns.iter().map(column).collect() }
    }
}

/// Reads the model of a module. Adds to the problems what is wrong; `None` when there is no table to speak of.
pub(super) fn read(
    workspace: &Workspace,
    outlines: &Outlines,
    module: &Module,
    model: &ItemStruct,
    problems: &mut Vec<Problem>,
) -> Option<Entity> {
    let file = module.file;
    let annotations = Annotations::read(module, model, problems);
    if annotations.role() == Role::Ignored {
        // Whatever is wrong with it is not to be found out.
        let table = outlines.of(workspace, module.id)?.table.clone();
        return Some(Entity::bare(table, Role::Ignored, model.ident.span()));
    }
    conditional(module, model, problems);
    let said = ModelAttrs::read(file, &model.attrs, problems);
    let fields = fields(module, model, &said, problems);
    let outline = sketch(workspace, module, &said, &fields);
    if outline.is_none() {
        problems.push(
            Problem::new(file, model.ident.span(), "the entity has no `table_name`")
                .hint("add `#[sea_orm(table_name = \"...\")]` to the struct"),
        );
    }
    if let Some(outline) = &outline {
        outlines.know(workspace, module, outline);
    }
    let named = said.table_name.as_ref().map_or_else(|| model.ident.span(), syn::LitStr::span);
    if annotations.role() == Role::View {
        return outline.map(|outline| Entity::bare(outline.table, Role::View, named));
    }
    // Even without a name, the rest is read for what else is wrong.
    let nameless = outline.is_none();
    let outline = outline.unwrap_or_else(|| Outline { table: TableName::new(""), columns: Vec::new() });
    let keys: Vec<String> =
        fields.iter().filter(|field| field.said.primary_key).map(|field| field.name.clone()).collect();
    if keys.is_empty() {
        problems.push(
            Problem::new(file, model.ident.span(), "the entity has no primary key")
                .hint("put `#[sea_orm(primary_key)]` on a field: SeaORM needs one"),
        );
    }
    let auto_increment = auto_increment(module, &fields, problems);
    let mut entity = assemble(workspace, module, &outline, &fields, (keys, auto_increment), problems);
    entity.table.comment.clone_from(&said.comment);
    let before = errors(problems);
    entity.refer(relations::read(workspace, outlines, module, model, &outline, problems));
    entity.named = named;
    let has_broken_relations = errors(problems) > before;
    let mut subject = Subject { file, entity: &mut entity, outline: &outline, has_broken_relations };
    annotations.apply(&mut subject, problems);
    (!nameless).then_some(entity)
}

/// Makes the table of an entity from its columns and the columns of its primary key. Foreign keys come later.
pub(super) fn assemble(
    workspace: &Workspace,
    module: &Module,
    outline: &Outline,
    fields: &[Plain<'_>],
    (keys, auto_increment): (Vec<String>, AutoIncrement),
    problems: &mut Vec<Problem>,
) -> Entity {
    let file = module.file;
    let mut table = Table::new(outline.table.clone());
    let mut renames = Vec::new();
    let mut columns: Vec<(String, Span)> = Vec::with_capacity(fields.len());
    table.columns.reserve_exact(fields.len());
    let mut known = Vec::new();
    for field in fields {
        if columns.iter().any(|(name, _)| *name == field.name) {
            problems.push(
                Problem::new(file, field.span, format!("the table `{}` has two columns `{}`", table.name, field.name))
                    .hint("give one of them another `column_name`"),
            );
        }
        columns.push((field.name.clone(), field.span));
        if let Some(from) = &field.said.renamed_from {
            renames.push(Rename::Column { table: table.name.clone(), from: from.clone(), to: field.name.clone() });
        }
        if let Some((mut column, renamed_type)) = column(workspace, module, field, &mut known, problems) {
            renames.extend(renamed_type);
            if keys.contains(&field.name) {
                column.auto_increment = auto_increment;
            }
            table.columns.push(column);
        }
    }
    if !keys.is_empty() {
        let name = (keys.len() > 1).then(|| Name::inferred(format!("pk-{}", table.name.name)));
        table.primary_key = Some(PrimaryKey::new(name, keys));
    }
    table.uniques = fields.iter().filter(|field| field.said.unique).map(|field| unique(&field.name)).collect();
    table.indexes = indexes(&table.name, fields);
    let details = details(fields);
    Entity { table, renames, fills: BTreeMap::new(), role: Role::Table, named: Span::call_site(), columns, details }
}

/// The fields that are columns, with their names.
fn fields<'a>(
    module: &Module,
    model: &'a ItemStruct,
    said: &ModelAttrs,
    problems: &mut Vec<Problem>,
) -> Vec<Plain<'a>> {
    let with_relations = module.is_dense(&model.attrs) || module.is_compact(&model.attrs);
    let mut found = Vec::new();
    for field in &model.fields {
        let Some(ident) = &field.ident else {
            problems.push(
                Problem::new(module.file, model.ident.span(), "the fields of this model have no names")
                    .hint("write the model as `struct Model { ... }`"),
            );
            break;
        };
        if matches!(condition(&field.attrs), Condition::Fails) {
            continue;
        }
        if relations::wrapper(&field.ty).is_some() {
            if !with_relations && !ColumnAttrs::is_ignored(module.file, &field.attrs) {
                problems.push(
                    Problem::new(
                        module.file,
                        ident.span(),
                        format!("`{ident}` is a relation in a model that has none"),
                    )
                    .hint("put `#[sea_orm::model]` before the derives of the struct"),
                );
            }
            continue;
        }
        let attrs = ColumnAttrs::read(module.file, &field.attrs, problems);
        if attrs.ignore {
            continue;
        }
        let rust_name = naming::plain(ident);
        let enum_name = attrs.enum_name.as_ref().map(syn::LitStr::value);
        let name = attrs
            .column_name
            .clone()
            .unwrap_or_else(|| naming::column(&rust_name, enum_name.as_deref(), said.rename_all));
        let variant = enum_name.unwrap_or_else(|| naming::variant(&rust_name));
        let kind = Kind::Field(&field.ty);
        found.push(Plain { attrs: &field.attrs, kind, said: attrs, variant, name, span: ident.span() });
    }
    found
}

/// The types of fields that were followed. An entity has many fields of few types.
type Followed<'a> = Vec<(&'a Type, Stored)>;

fn follow<'a>(workspace: &Workspace, module: &Module, written: &'a Type, known: &mut Followed<'a>) -> Outcome<Stored> {
    if let Some((_, stored)) = known.iter().find(|(other, _)| *other == written) {
        return Ok(stored.clone());
    }
    let stored = types::read(workspace, module.id, written)?;
    known.push((written, stored.clone()));
    Ok(stored)
}

/// A column, with the rename of its enum type.
fn column<'a>(
    workspace: &Workspace,
    module: &Module,
    field: &Plain<'a>,
    known: &mut Followed<'a>,
    problems: &mut Vec<Problem>,
) -> Option<(Column, Option<Rename>)> {
    let said = &field.said;
    if let Condition::Unknown(span) = condition(field.attrs) {
        problems.push(
            Problem::new(
                module.file,
                span,
                format!("what the column `{}` is depends on how the crate is built", field.name),
            )
            .hint("remove the condition: a table has the same columns in every build"),
        );
    }
    let default = default(workspace, module, said, problems);
    let stored = match (&said.column_type, field.kind) {
        (Some(written), kind) => {
            let said = kept(column_type::read(workspace, module, written).map_err(Into::into), problems)?;
            // An enum still limits the values, whatever the column is called.
            let by_type = match kind {
                Kind::Field(rust_type) => follow(workspace, module, rust_type, known).ok(),
                Kind::Written(_) => None,
            };
            let column_type = ColumnType::written(said.kind);
            match by_type {
                Some(own) => Stored { column_type, values: said.values.or(own.values), ..own },
                None => Stored::new(column_type, said.values),
            }
        }
        (None, Kind::Field(rust_type)) => kept(follow(workspace, module, rust_type, known), problems)?,
        (None, Kind::Written(written)) => kept(types::expression(workspace, module, written), problems)?,
    };
    let enum_type = stored.column_type.kind.enum_name().map(TableName::parse);
    let renamed_type = stored.renamed_from.zip(enum_type);
    let renamed_type = renamed_type.map(|(from, to)| Rename::Enum { from: TableName::parse(&from), to });
    let column = Column {
        nullable: said.nullable || field.is_option(),
        default,
        values: stored.values,
        variants: stored.variants,
        extra: said.extra.clone(),
        comment: said.comment.clone(),
        ..Column::new(&field.name, stored.column_type)
    };
    Some((column, renamed_type))
}

impl Plain<'_> {
    /// Whether the text of the Rust type begins with `Option<`: SeaORM looks no further.
    fn is_option(&self) -> bool {
        let Kind::Field(Type::Path(path)) = self.kind else { return false };
        path.qself.is_none()
            && path.path.leading_colon.is_none()
            && path.path.segments.first().is_some_and(|first| {
                let is_generic =
                    matches!(&first.arguments, PathArguments::AngleBracketed(list) if list.colon2_token.is_none());
                first.ident == "Option" && is_generic
            })
    }

    /// The text of the Rust type, which is what SeaORM's macros go by.
    fn rust_type(&self) -> Option<String> {
        match self.kind {
            Kind::Field(rust_type) => Some(types::text(rust_type)),
            Kind::Written(_) => None,
        }
    }
}

fn default(
    workspace: &Workspace,
    module: &Module,
    said: &ColumnAttrs,
    problems: &mut Vec<Problem>,
) -> Option<ColumnDefault> {
    // SeaORM applies `default_expr` last.
    let read = match (&said.default_expr, &said.default_value, &said.default) {
        (Some(expression), _, _) => defaults::expression(workspace, module, expression),
        (None, Some(value), _) => defaults::value(module.file, value),
        (None, None, Some(written)) => defaults::written(workspace, module, written),
        (None, None, None) => return None,
    };
    kept(read.map_err(Into::into), problems)
}

/// Whether the primary key counts up, by the steps of SeaORM's macro: one answer for the whole entity.
fn auto_increment(module: &Module, fields: &[Plain<'_>], problems: &mut Vec<Problem>) -> AutoIncrement {
    let mut answer = None;
    let mut keys = 0;
    for field in fields {
        keys += usize::from(field.said.primary_key);
        if let Some((written, span)) = field.said.auto_increment {
            answer = Some(written);
            if written && (!field.said.primary_key || keys > 1) {
                problems.push(
                    Problem::new(module.file, span, format!("`{}` cannot count up", field.name))
                        .label("SeaORM does not take it")
                        .hint("only a primary key of one column can have `auto_increment`"),
                );
            }
        }
        if field.said.primary_key && answer.is_none() {
            let text = field.rust_type().unwrap_or_default();
            let text = text.strip_prefix("Option<").and_then(|text| text.strip_suffix('>')).unwrap_or(&text);
            if text.ends_with("String") || text.ends_with("Uuid") {
                answer = Some(false);
            }
        }
    }
    match answer {
        _ if keys != 1 => AutoIncrement::No,
        Some(false) => AutoIncrement::No,
        Some(true) => AutoIncrement::Yes,
        None => AutoIncrement::Inferred,
    }
}

fn unique(column: &str) -> Unique {
    Unique::new(None, vec![column.to_owned()], Placement::Column(column.to_owned()))
}

/// `indexed` first, in the order of the fields, then each `unique_key`, in the order of their names.
fn indexes(table: &TableName, fields: &[Plain<'_>]) -> Vec<Index> {
    let index = |name: &str, columns: &[&str], unique: bool| {
        let parts = columns.iter().map(|column| IndexPart::column(*column)).collect();
        Index { unique, ..Index::new(Name::inferred(format!("idx-{}-{name}", table.name)), parts) }
    };
    let plain = fields.iter().filter(|field| field.said.indexed && !field.said.unique);
    let mut indexes: Vec<Index> = plain.map(|field| index(&field.name, &[&field.name], false)).collect();
    let mut groups: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for field in fields {
        if let Some(group) = &field.said.unique_key {
            groups.entry(group).or_default().push(&field.name);
        }
    }
    indexes.extend(groups.iter().map(|(group, columns)| index(group, columns, true)));
    indexes
}

/// An entity that exists in some builds only cannot be compared. A condition on the module around it is another matter:
/// the folder was named as one that holds the entities.
fn conditional(module: &Module, model: &ItemStruct, problems: &mut Vec<Problem>) {
    if let Condition::Unknown(span) = condition(&model.attrs) {
        problems.push(
            Problem::new(module.file, span, "what the entity declares depends on how the crate is built")
                .hint("remove the condition, or keep the entity outside of the entity folders"),
        );
    }
}

#[cfg(test)]
mod tests;
