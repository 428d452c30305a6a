//! Entities in the expanded format: `DeriveEntity` with `Column`, `PrimaryKey` and `Relation` written out.
//! What the implementations say is read where their functions are plain matches; anything else is a problem.

use syn::{Expr, Ident, Item, ItemEnum, ItemStruct, Lit};

use super::annotations::{Annotations, Role, Subject};
use super::attrs::{ColumnAttrs, ModelAttrs, VariantNames, derives};
use super::entity::{self, Entity, Kind, Outline, Outlines, Plain};
use super::problem::{Problem, errors};
use super::workspace::{Module, Workspace};
use super::{attrs, by_hand, constants, naming, relations};
use crate::model::{AutoIncrement, TableName};

/// The names of the entity of a module, if it is in this format.
pub(super) fn outline(workspace: &Workspace, module: &Module) -> Option<Outline> {
    let mut unread = Vec::new();
    let mut reader = Reader { workspace, module, problems: &mut unread };
    let (place, item) = module.expanded()?;
    let head = reader.head(place, item);
    Some(Outline::new(head.table?, &reader.columns(&item.ident)))
}

/// The table of a hand-written `Entity`.
pub(super) fn table_name(workspace: &Workspace, module: &Module) -> Option<TableName> {
    let (place, item) = module.expanded()?;
    Reader { workspace, module, problems: &mut Vec::new() }.head(place, item).table
}

/// Reads the entity of a module. Adds to the problems what is wrong; `None` when there is no table to speak of.
pub(super) fn read(
    workspace: &Workspace,
    outlines: &Outlines,
    module: &Module,
    (place, item): (usize, &ItemStruct),
    problems: &mut Vec<Problem>,
) -> Option<Entity> {
    let annotations = model(module).map(|model| Annotations::read(module, model, problems)).unwrap_or_default();
    let role = annotations.role();
    let mut reader = Reader { workspace, module, problems };
    let head = reader.head(place, item);
    if role == Role::Ignored {
        // Whatever is wrong with it is not to be found out.
        return head.table.map(|table| Entity::bare(table, role, item.ident.span()));
    }
    reader.unheard();
    if role == Role::View && head.table.is_some() {
        return head.table.map(|table| Entity::bare(table, role, item.ident.span()));
    }
    let columns = reader.columns(&item.ident);
    let (keys, auto_increment) = reader.primary_key(&item.ident, &columns);
    if head.table.is_none() {
        reader.problem(&item.ident, "the entity has no table name that can be read").hint(
            "add `#[sea_orm(table_name = \"...\")]` to the struct, or a `table_name` that is a string to `impl EntityName`",
        );
    }
    let outline = Outline::new(head.table.clone().unwrap_or_else(|| TableName::new("")), &columns);
    let mut entity = entity::assemble(workspace, module, &outline, &columns, (keys, auto_increment), problems);
    entity.table.comment = head.comment;
    let before = errors(problems);
    entity.refer(relations::read_variants(workspace, outlines, module, &item.ident, &outline, problems));
    entity.named = head.named;
    let has_broken_relations = errors(problems) > before;
    let mut subject = Subject { file: module.file, entity: &mut entity, outline: &outline, has_broken_relations };
    annotations.apply(&mut subject, problems);
    head.table.map(|_| entity)
}

/// The struct of the rows, which is where `#[seachange(...)]` stands.
fn model(module: &Module) -> Option<&ItemStruct> {
    module.items.iter().find_map(|item| match item {
        Item::Struct(item) if item.ident == "Model" => Some(item),
        _ => None,
    })
}

/// What the entity struct and its `EntityName` say.
struct Head {
    table: Option<TableName>,
    comment: Option<String>,
    named: proc_macro2::Span,
}

struct Reader<'a, 'm> {
    workspace: &'a Workspace,
    module: &'m Module,
    problems: &'a mut Vec<Problem>,
}

/// The problem just added, to be given a hint.
struct Added<'a>(&'a mut Vec<Problem>);

impl Added<'_> {
    fn hint(self, hint: &str) {
        if let Some(problem) = self.0.last_mut() {
            problem.hint = Some(hint.to_owned());
        }
    }
}

impl<'m> Reader<'_, 'm> {
    fn problem(&mut self, at: &Ident, message: impl Into<String>) -> Added<'_> {
        self.problems.push(Problem::new(self.module.file, at.span(), message));
        Added(self.problems)
    }

    /// What is said on the fields of the model, where SeaORM does not listen: the columns are those of `Column`.
    fn unheard(&mut self) {
        for field in model(self.module).into_iter().flat_map(|model| &model.fields) {
            for (key, span) in attrs::column_keys(self.module.file, &field.attrs) {
                let message = format!("`{key}` on a field of the expanded format");
                let problem = Problem::new(self.module.file, span, message).warning().label("SeaORM ignores it");
                self.problems.push(problem.hint("say it in `ColumnTrait::def`, or on the variant of `Column`"));
            }
        }
    }

    fn head(&mut self, place: usize, item: &ItemStruct) -> Head {
        let said = ModelAttrs::read(self.module.file, &item.attrs, self.problems);
        if let Some(name) = &said.table_name {
            let table = TableName { schema: said.schema_name, name: name.value() };
            return Head { table: Some(table), comment: said.comment, named: name.span() };
        }
        let (workspace, module) = (self.workspace, self.module);
        let text = |name: &str| {
            let function = by_hand::function(workspace, module, "EntityName", place, name)?;
            let result = by_hand::result_of(&function.block)?;
            let inner = match result {
                Expr::Call(call) if call.args.len() == 1 => call.args.first()?,
                other => other,
            };
            match constants::value(workspace, module, by_hand::chain(inner).0)? {
                Lit::Str(text) => Some((text.value(), syn::spanned::Spanned::span(inner))),
                _ => None,
            }
        };
        let schema = text("schema_name").map(|(schema, _)| schema);
        let comment = text("comment").map(|(comment, _)| comment);
        match text("table_name") {
            Some((name, named)) => Head { table: Some(TableName { schema, name }), comment, named },
            None => Head { table: None, comment, named: item.ident.span() },
        }
    }

    /// The enum of that name beside the entity, with its place among the items.
    fn enumeration(&mut self, entity: &Ident, name: &str) -> Option<(usize, &'m ItemEnum)> {
        let found = self.module.items.iter().enumerate().find_map(|(place, item)| match item {
            Item::Enum(item) if item.ident == name => Some((place, item)),
            _ => None,
        });
        if found.is_none() {
            self.problem(entity, format!("the entity has no `{name}` enum beside it"))
                .hint("write it in the same module, or derive `DeriveEntityModel` on the model, which writes it");
        }
        found
    }

    fn columns(&mut self, entity: &Ident) -> Vec<Plain<'m>> {
        let Some((place, item)) = self.enumeration(entity, "Column") else { return Vec::new() };
        let (workspace, module) = (self.workspace, self.module);
        let arms = by_hand::function(workspace, module, "ColumnTrait", place, "def")
            .and_then(|function| by_hand::arms(&function.block));
        let Some(arms) = arms else {
            self.problem(&item.ident, "the types of the columns cannot be read")
                .hint("write `impl ColumnTrait for Column` with a plain `match self { ... }` in `def`");
            return Vec::new();
        };
        let names = self.names(place, item);
        let mut columns = Vec::new();
        for (variant, name) in item.variants.iter().zip(names) {
            let ident = &variant.ident;
            let for_it = |arm: &&by_hand::Arm<'m>| arm.variants.is_empty() || arm.variants.contains(&ident);
            let Some(arm) = arms.iter().find(for_it) else {
                self.problem(ident, format!("`def` has no arm for `{ident}`")).hint("add it to the match");
                continue;
            };
            let (kind, said) = self.definition(ident, arm.result);
            let (variant_name, attrs) = (naming::plain(ident), variant.attrs.as_slice());
            columns.push(Plain { attrs, kind, said, variant: variant_name, name, span: ident.span() });
        }
        columns
    }

    /// The names of the columns, in the order of the variants.
    fn names(&mut self, place: usize, item: &ItemEnum) -> Vec<String> {
        if derives(self.module, &item.attrs, "DeriveColumn") {
            let names = item.variants.iter().map(|variant| {
                let said = VariantNames::read(self.module.file, &variant.attrs, self.problems);
                said.column_name.unwrap_or_else(|| naming::written_column(&naming::plain(&variant.ident)))
            });
            return names.collect();
        }
        let (workspace, module) = (self.workspace, self.module);
        let arms = [("IdenStatic", "as_str"), ("Iden", "unquoted")].into_iter().find_map(|(of, name)| {
            by_hand::function(workspace, module, of, place, name).and_then(|function| by_hand::arms(&function.block))
        });
        let name = |variant: &Ident| {
            let mut arms = arms.iter().flatten();
            let arm = arms.find(|arm| arm.variants.is_empty() || arm.variants.contains(&variant))?;
            // What `DeriveCustomColumn` of SeaORM 1 offers for the rest.
            if matches!(arm.result, Expr::MethodCall(call) if call.method == "default_as_str") {
                return Some(naming::written_column(&naming::plain(variant)));
            }
            match constants::value(workspace, module, arm.result)? {
                Lit::Str(text) => Some(text.value()),
                _ => None,
            }
        };
        let mut names = Vec::new();
        for variant in &item.variants {
            let found = name(&variant.ident);
            if found.is_none() {
                self.problem(&variant.ident, format!("the name of the column `{}` cannot be read", variant.ident))
                    .hint("derive `DeriveColumn`, or write `impl IdenStatic` with a plain match of strings");
            }
            names.push(found.unwrap_or_default());
        }
        names
    }

    /// `ColumnType::String(StringLen::None).def().unique().null()`
    fn definition(&mut self, variant: &Ident, written: &'m Expr) -> (Kind<'m>, ColumnAttrs) {
        let (_, calls) = by_hand::chain(written);
        let mut said = ColumnAttrs::default();
        let mut kind = match written {
            // `ColumnTypeTrait::def(ColumnType::Text)`
            Expr::Call(call) => match (&*call.func, call.args.first()) {
                (Expr::Path(function), Some(inner))
                    if function.path.segments.last().is_some_and(|last| last.ident == "def") =>
                {
                    Kind::Written(inner)
                }
                _ => Kind::Written(written),
            },
            _ => Kind::Written(written),
        };
        if let Some(before) = before_definition(written) {
            kind = Kind::Written(before);
        }
        let behind = calls.iter().skip_while(|call| call.method != "def");
        for call in behind.skip(1) {
            let first = call.arguments.first().copied();
            let text = || match constants::value(self.workspace, self.module, first?)? {
                Lit::Str(text) => Some(text.value()),
                _ => None,
            };
            let method = call.method.to_string();
            said.place(&method, call.method.span());
            match method.as_str() {
                "null" | "nullable" => said.nullable = true,
                "unique" => said.unique = true,
                "indexed" => said.indexed = true,
                "unique_key" => said.unique_key = text(),
                "comment" => said.comment = text(),
                "extra" => said.extra = text(),
                "renamed_from" => said.renamed_from = text(),
                "default_value" | "default" => said.default = first.cloned(),
                "seaography_ignore" => {}
                other => {
                    let message = format!("what `.{other}()` means for the column `{variant}` is not known");
                    self.problem(call.method, message).hint("remove it, or tell us what it should mean");
                }
            }
        }
        (kind, said)
    }

    /// The columns of the primary key by their names, and whether it counts up.
    fn primary_key(&mut self, entity: &Ident, columns: &[Plain<'_>]) -> (Vec<String>, AutoIncrement) {
        let Some((place, item)) = self.enumeration(entity, "PrimaryKey") else {
            return (Vec::new(), AutoIncrement::No);
        };
        let mut keys = Vec::new();
        for variant in &item.variants {
            match columns.iter().find(|column| column.variant == naming::plain(&variant.ident)) {
                Some(column) => keys.push(column.name.clone()),
                None if columns.is_empty() => {}
                None => {
                    let message = format!("the primary key names `{}`, which is no column", variant.ident);
                    self.problem(&variant.ident, message).hint("name a variant of `Column`");
                }
            }
        }
        let counts = by_hand::function(self.workspace, self.module, "PrimaryKeyTrait", place, "auto_increment")
            .and_then(|function| constants::value(self.workspace, self.module, by_hand::result_of(&function.block)?));
        let auto_increment = match counts {
            // Everybody has to write this function; it says no more than the derive would.
            Some(Lit::Bool(value)) if value.value && keys.len() == 1 => AutoIncrement::Inferred,
            Some(Lit::Bool(_)) => AutoIncrement::No,
            _ => {
                self.problem(&item.ident, "whether the primary key counts up cannot be read")
                    .hint("write `fn auto_increment() -> bool { true }` or `false` in `impl PrimaryKeyTrait`");
                AutoIncrement::No
            }
        };
        (keys, auto_increment)
    }
}

/// What `.def()` is called on.
fn before_definition(written: &Expr) -> Option<&Expr> {
    let mut here = written;
    loop {
        match here {
            Expr::MethodCall(call) if call.method == "def" => return Some(&call.receiver),
            Expr::MethodCall(call) => here = &call.receiver,
            Expr::Paren(inner) => here = &inner.expr,
            _ => return None,
        }
    }
}
