//! What `#[seachange(...)]` on a model says beyond SeaORM's own attributes. The language is that of the derive, which
//! compiles the same files: what it refuses is refused here in the same words. Only what takes more than one struct's
//! tokens to know is decided here: names of columns, what relations and SeaORM's attributes say.

use std::collections::BTreeMap;

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use syn::spanned::Spanned as _;
use syn::{Attribute, Field, ItemEnum, ItemStruct, Meta};

use super::attrs::ColumnAttrs;
use super::entity::{Entity, Outline, OutlineColumn};
use super::grammar::tree::{Entries, Part, PartKey, Spanned, Value};
use super::grammar::{self, Scope, Token, Word};
use super::naming;
use super::problem::Problem;
use super::relations;
use super::workspace::{FileId, Module};
use crate::model::{
    Aspect, Check, Column, Deferrable, Detail, Exclusion, ExclusionElement, ForeignKey, Generated, Identity, Index,
    IndexKey, IndexPart, Name, NullsOrder, Placement, Rename, Table, TableName, Unique,
};

/// What the attributes of a model and of its fields say.
#[derive(Default)]
pub(super) struct Annotations {
    of_struct: Entries<Span>,
    /// In the order of the struct.
    of_fields: Vec<FieldAnnotations>,
}

struct FieldAnnotations {
    name: String,
    /// The variant of `Column` that stands for the field, if it is a column.
    variant: Option<String>,
    said: Entries<Span>,
}

/// What an entity is to seachange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Table,
    /// It reads a view, which is not made here.
    View,
    /// It is somebody else's business.
    Ignored,
}

/// What the annotations are about, as far as it is read already.
pub(super) struct Subject<'a> {
    pub(super) file: FileId,
    pub(super) entity: &'a mut Entity,
    pub(super) outline: &'a Outline,
    /// Some relation could not be read, so that a foreign key may be missing for another reason.
    pub(super) has_broken_relations: bool,
}

impl Annotations {
    /// Reads the attributes of a model.
    pub(super) fn read(module: &Module, model: &ItemStruct, problems: &mut Vec<Problem>) -> Self {
        if !model.attrs.iter().chain(model.fields.iter().flat_map(|field| &field.attrs)).any(is_ours) {
            return Self::default();
        }
        // Relations are fields of the source only: SeaORM takes them out of the struct that the derive sees.
        let is_dense = module.is_dense(&model.attrs) || module.is_compact(&model.attrs);
        let (fields, relations): (Vec<_>, Vec<_>) =
            model.fields.iter().partition(|field| !is_dense || relations::wrapper(&field.ty).is_none());
        let fields: Vec<(String, &Field)> =
            fields.iter().filter_map(|field| Some((naming::plain(field.ident.as_ref()?), *field))).collect();
        let names: Vec<String> = fields.iter().map(|(name, _)| name.clone()).collect();
        let mut checked = |scope, attrs: &[Attribute]| {
            let (entries, complaints) = grammar::check(scope, &ours(attrs), &names);
            problems.extend(complaints.into_iter().map(|complaint| refused(module.file, complaint)));
            entries
        };
        let of_struct = checked(Scope::Struct, &model.attrs);
        let mut annotated = |(name, field): (String, &Field)| FieldAnnotations {
            variant: variant(module.file, &name, field),
            said: checked(Scope::Field, &field.attrs),
            name,
        };
        let of_fields = fields.into_iter().map(&mut annotated).collect();
        for attribute in relations.iter().flat_map(|field| &field.attrs).filter(|attr| is_ours(attr)) {
            problems.push(refused(module.file, grammar::on_relation(attribute.span())));
        }
        Self { of_struct, of_fields }
    }

    /// What the entity is.
    pub(super) fn role(&self) -> Role {
        if self.of_struct.has(Word::Ignore) {
            Role::Ignored
        } else if self.of_struct.has(Word::View) {
            Role::View
        } else {
            Role::Table
        }
    }

    /// Adds to the table what is said about it.
    pub(super) fn apply(&self, subject: &mut Subject<'_>, problems: &mut Vec<Problem>) {
        let columns = self.of_fields.iter().filter_map(|field| {
            let is_it = |column: &&OutlineColumn| Some(&column.variant) == field.variant.as_ref();
            Some((field.name.clone(), subject.outline.columns.iter().find(is_it)?.name.clone()))
        });
        let Entity { table, renames, fills, details, .. } = &mut *subject.entity;
        let (file, has_broken_relations) = (subject.file, subject.has_broken_relations);
        let mut writer =
            Writer { file, table, renames, fills, details, columns: columns.collect(), has_broken_relations, problems };
        for field in &self.of_fields {
            writer.field(&field.name, &field.said);
        }
        writer.of_struct(&self.of_struct);
    }
}

/// What the attributes of an enum say, and those of its variants in their order.
pub(super) fn of_enum(
    file: FileId,
    item: &ItemEnum,
    problems: &mut Vec<Problem>,
) -> (Entries<Span>, Vec<Entries<Span>>) {
    let mut checked = |scope, attrs: &[Attribute]| {
        let (entries, complaints) = grammar::check(scope, &ours(attrs), &[]);
        problems.extend(complaints.into_iter().map(|complaint| refused(file, complaint)));
        entries
    };
    let of_enum = checked(Scope::Enum, &item.attrs);
    (of_enum, item.variants.iter().map(|variant| checked(Scope::Variant, &variant.attrs)).collect())
}

fn refused(file: FileId, complaint: grammar::Complaint<Span>) -> Problem {
    Problem::new(file, complaint.span, complaint.message).hint(complaint.help)
}

/// The variant of `Column` that stands for a field, as SeaORM's derives name it.
fn variant(file: FileId, name: &str, field: &Field) -> Option<String> {
    // What is wrong with those attributes is said where they are read for themselves.
    let mut unread = Vec::new();
    let said = ColumnAttrs::read(file, &field.attrs, &mut unread);
    (!said.ignore).then(|| said.enum_name.map_or_else(|| naming::variant(name), |name| name.value()))
}

/// The attributes of ours, as the grammar reads them.
fn ours(attrs: &[Attribute]) -> Vec<grammar::Attribute<Span>> {
    let convert = |attr: &Attribute| {
        let tokens = match &attr.meta {
            Meta::List(list) if matches!(list.delimiter, syn::MacroDelimiter::Paren(_)) => {
                Some(tokens(list.tokens.clone()))
            }
            Meta::List(_) | Meta::Path(_) | Meta::NameValue(_) => None,
        };
        grammar::Attribute { span: attr.path().span(), tokens }
    };
    attrs.iter().filter(|attr| is_ours(attr)).map(convert).collect()
}

fn is_ours(attr: &Attribute) -> bool {
    attr.path().is_ident("seachange")
}

fn tokens(stream: TokenStream) -> Vec<Token<Span>> {
    let mut converted = Vec::new();
    for token in stream {
        let span = token.span();
        match token {
            TokenTree::Ident(name) => converted.push(Token::Word(name.to_string(), span)),
            TokenTree::Literal(literal) => converted.push(Token::Literal(literal.to_string(), span)),
            TokenTree::Punct(punct) => converted.push(Token::Symbol(punct.as_char(), span)),
            TokenTree::Group(group) => {
                let inside = tokens(group.stream());
                match group.delimiter() {
                    Delimiter::Parenthesis => converted.push(Token::Group('(', inside, span)),
                    Delimiter::Bracket => converted.push(Token::Group('[', inside, span)),
                    Delimiter::Brace => converted.push(Token::Group('{', inside, span)),
                    Delimiter::None => converted.extend(inside),
                }
            }
        }
    }
    converted
}

/// Writes what is said into the table.
struct Writer<'a> {
    file: FileId,
    table: &'a mut Table,
    renames: &'a mut Vec<Rename>,
    fills: &'a mut BTreeMap<String, String>,
    details: &'a mut Vec<(Detail, Span)>,
    /// The names of fields with the names of their columns.
    columns: BTreeMap<String, String>,
    has_broken_relations: bool,
    problems: &'a mut Vec<Problem>,
}

impl Writer<'_> {
    fn problem(&mut self, span: Span, message: String, hint: &str) {
        self.problems.push(Problem::new(self.file, span, message).hint(hint));
    }

    fn of_struct(&mut self, said: &Entries<Span>) {
        for entry in &said.0 {
            let (span, value) = (entry.span, &entry.value);
            match (entry.word, value) {
                (Word::Index, Value::Details(_, details)) => {
                    let parts = self.parts(details.parts(Word::Columns));
                    // What is wrong with them is said.
                    if parts.is_empty() {
                        continue;
                    }
                    self.index(span, parts, details);
                }
                (Word::Unique, Value::Details(_, details)) => {
                    let columns = self.columns(details.fields(Word::Columns));
                    self.unique(span, columns, Placement::Table, details);
                }
                (Word::Check, Value::Details(Some(sql), details)) => {
                    self.check(span, &sql.value, Placement::Table, details);
                }
                (Word::Exclude, Value::Details(_, details)) => self.exclude(span, details),
                (Word::ForeignKey, Value::Details(_, details)) => {
                    let columns = self.columns(details.fields(Word::Columns));
                    self.foreign_key(span, &columns, details);
                }
                (Word::PrimaryKey, Value::Details(_, details)) => {
                    let include = self.columns(details.fields(Word::Include));
                    if let Some(key) = &mut self.table.primary_key {
                        key.name = name(details).or(key.name.take());
                        key.deferrable = deferrable(details);
                        key.include = include;
                    }
                }
                (Word::Comment, Value::Text(text)) => {
                    let before = self.table.comment.replace(text.value.clone());
                    self.said_once(before.is_none(), span, "comment");
                }
                (Word::RenamedFrom, Value::Text(text)) => {
                    let to = self.table.name.clone();
                    let TableName { schema, name } = TableName::parse(&text.value);
                    let from = TableName { schema: schema.or_else(|| to.schema.clone()), name };
                    self.renames.push(Rename::Table { from, to });
                }
                (Word::PartitionBy, Value::Text(text)) => {
                    self.table.options.partition_by = Some(text.value.clone());
                }
                (Word::Strict, _) => self.table.options.strict = true,
                (Word::WithoutRowid, _) => self.table.options.without_rowid = true,
                // Everything else is no entry of a struct.
                _ => {}
            }
        }
    }

    fn field(&mut self, field: &str, said: &Entries<Span>) {
        let Some(first) = said.0.first() else { return };
        let Some(column) = self.columns.get(field).cloned() else {
            let hint = "remove the attribute, or SeaORM's `ignore`";
            self.problem(first.span, format!("`{field}` is not a column"), hint);
            return;
        };
        let place = || Placement::Column(column.clone());
        for entry in &said.0 {
            let (span, value) = (entry.span, &entry.value);
            match (entry.word, value) {
                (Word::Index, Value::Details(_, details)) => {
                    self.index(span, vec![part(IndexKey::Column(column.clone()), details)], details);
                }
                (Word::Unique, Value::Details(_, details)) => self.unique(span, vec![column.clone()], place(), details),
                (Word::Check, Value::Details(Some(sql), details)) => self.check(span, &sql.value, place(), details),
                (Word::ForeignKey, Value::Details(_, details)) => {
                    self.foreign_key(span, std::slice::from_ref(&column), details);
                }
                (Word::RenamedFrom, Value::Text(text)) => {
                    let table = self.table.name.clone();
                    let is_it = |rename: &Rename| matches!(rename, Rename::Column { to, .. } if *to == column);
                    let is_first = !self.renames.iter().any(is_it);
                    self.said_once(is_first, span, "renamed_from");
                    if is_first {
                        let rename = Rename::Column { table, from: text.value.clone(), to: column.clone() };
                        self.renames.push(rename);
                    }
                }
                (Word::Fill, Value::Text(text)) => drop(self.fills.insert(column.clone(), text.value.clone())),
                (word, value) => self.attribute(&column, word, span, value),
            }
        }
    }

    /// What becomes an attribute of the column itself.
    fn attribute(&mut self, name: &str, word: Word, span: Span, value: &Value<Span>) {
        // A column whose type could not be read is not there; that is said elsewhere.
        let aspect = match word {
            Word::Comment => Some(Aspect::Comment),
            Word::Collate => Some(Aspect::Collation),
            Word::Type => Some(Aspect::Type),
            Word::Generated | Word::Identity => Some(Aspect::Computed),
            _ => None,
        };
        self.details.extend(aspect.map(|aspect| (Detail::Column(name.to_owned(), aspect), span)));
        let found = self.table.columns.iter_mut().find(|column| column.name == name);
        let Some(column) = found else { return };
        match (word, value) {
            (Word::Comment, Value::Text(text)) => {
                let before = column.comment.replace(text.value.clone());
                self.said_once(before.is_none(), span, "comment");
            }
            (Word::Collate, Value::Text(text)) => column.collation = Some(text.value.clone()),
            (Word::Type, Value::Details(_, details)) => {
                column.written_types = [Word::Postgres, Word::Sqlite]
                    .into_iter()
                    .filter_map(|word| Some((word.name().to_owned(), details.text(word)?.value.clone())))
                    .collect();
            }
            (Word::Generated, Value::Details(Some(sql), details)) => {
                column.generated = Some(Generated { expression: sql.value.clone(), stored: details.has(Word::Stored) });
                self.no_default(name, span);
            }
            (Word::Identity, Value::Details(_, details)) => {
                column.identity = Some(Box::new(identity(details)));
                self.no_default(name, span);
            }
            // Everything else is no attribute of a column.
            _ => {}
        }
    }

    fn no_default(&mut self, name: &str, span: Span) {
        if self.table.column(name).is_some_and(|column: &Column| column.default.is_some()) {
            let hint = "remove `default_value` and `default_expr`: the database gives the value";
            self.problem(span, format!("`{name}` has a default already"), hint);
        }
    }

    /// What SeaORM has a word for may be said with either, not with both.
    fn said_once(&mut self, is_first: bool, span: Span, word: &str) {
        if !is_first {
            let hint = "remove it here or from `#[sea_orm(...)]`";
            self.problem(span, format!("`{word}` is said twice"), hint);
        }
    }

    /// The columns of fields. A field that is none is a problem.
    fn columns(&mut self, fields: &[Spanned<String, Span>]) -> Vec<String> {
        fields.iter().filter_map(|field| self.column(field)).collect()
    }

    fn column(&mut self, field: &Spanned<String, Span>) -> Option<String> {
        let column = self.columns.get(&field.value).cloned();
        if column.is_none() {
            let hint = "name a field that SeaORM does not ignore";
            self.problem(field.span, format!("`{}` is not a column", field.value), hint);
        }
        column
    }

    fn parts(&mut self, parts: &[Part<Span>]) -> Vec<IndexPart> {
        let mut read = Vec::new();
        for said in parts {
            let key = match &said.key {
                PartKey::Field(field) => self.column(field).map(IndexKey::Column),
                PartKey::Expression(sql) => Some(IndexKey::Expression(sql.value.clone())),
            };
            read.extend(key.map(|key| part(key, &said.details)));
        }
        read
    }

    fn index(&mut self, span: Span, parts: Vec<IndexPart>, said: &Entries<Span>) {
        let columns = IndexPart::columns(&parts);
        let inferred = format!("idx-{}-{}", self.table.name.name, columns.join("-"));
        let name = name(said).unwrap_or_else(|| Name::inferred(inferred));
        let storage = match said.get(Word::With).map(|entry| &entry.value) {
            Some(Value::Settings(settings)) => settings.iter().cloned().collect(),
            _ => BTreeMap::new(),
        };
        let index = Index {
            unique: said.has(Word::Unique),
            predicate: text(said, Word::Where),
            method: text(said, Word::Using),
            include: self.columns(said.fields(Word::Include)),
            nulls_not_distinct: said.has(Word::NullsNotDistinct),
            storage,
            concurrently: said.has(Word::Concurrently),
            ..Index::new(name, parts)
        };
        if self.table.indexes.iter().any(|other| other.name.text == index.name.text) {
            let message = format!("two indexes are called `{}`", index.name.text);
            self.problem(span, message, "give one of them another `name`");
        }
        self.details.push((Detail::Index(columns), span));
        self.table.indexes.push(index);
    }

    fn unique(&mut self, span: Span, columns: Vec<String>, placement: Placement, said: &Entries<Span>) {
        let unique = Unique {
            deferrable: deferrable(said),
            include: self.columns(said.fields(Word::Include)),
            nulls_not_distinct: said.has(Word::NullsNotDistinct),
            ..Unique::new(name(said), columns, placement)
        };
        self.details.push((Detail::Unique(unique.columns.clone()), span));
        // What SeaORM says of the same columns is the same constraint, without the details.
        let uniques = &mut self.table.uniques;
        match uniques.iter_mut().find(|other| other.name.is_none() && other.columns == unique.columns) {
            Some(other) => *other = unique,
            None => uniques.push(unique),
        }
    }

    fn check(&mut self, span: Span, sql: &str, placement: Placement, said: &Entries<Span>) {
        let column = match &placement {
            Placement::Column(column) => Some(column.clone()),
            Placement::Table => None,
        };
        self.details.push((Detail::Check(text(said, Word::Name), column), span));
        self.table.checks.push(Check::new(name(said), sql, placement));
    }

    fn exclude(&mut self, span: Span, said: &Entries<Span>) {
        let mut elements = Vec::new();
        for element in said.parts(Word::Elements) {
            let parts = self.parts(std::slice::from_ref(element));
            let operator = text(&element.details, Word::With).unwrap_or_default();
            elements.extend(parts.into_iter().map(|part| ExclusionElement { part, operator: operator.clone() }));
        }
        let parts = elements.iter().map(|element| &element.part);
        self.details.push((Detail::Exclusion(IndexPart::columns(parts)), span));
        let include = self.columns(said.fields(Word::Include));
        self.table.exclusions.push(Exclusion {
            name: name(said),
            method: text(said, Word::Using),
            elements,
            predicate: text(said, Word::Where),
            include,
            deferrable: deferrable(said),
        });
    }

    /// Adds details to the foreign key that a relation declares over the columns, in whatever order.
    fn foreign_key(&mut self, span: Span, columns: &[String], said: &Entries<Span>) {
        let sorted = |columns: &[String]| {
            let mut columns = columns.to_vec();
            columns.sort();
            columns
        };
        let wanted = sorted(columns);
        let is_it = |fk: &&mut ForeignKey| sorted(&fk.columns) == wanted;
        let mut found: Vec<&mut ForeignKey> = self.table.foreign_keys.iter_mut().filter(is_it).collect();
        let is_one = found.len() == 1;
        let name = name(said);
        for fk in &mut found {
            fk.name = name.clone().filter(|_| is_one).or(fk.name.take());
            fk.deferrable = deferrable(said);
            fk.match_full = said.has(Word::MatchFull);
            fk.not_valid = said.has(Word::NotValid);
        }
        if found.is_empty() && !self.has_broken_relations {
            let message = format!("no relation declares a foreign key over ({})", columns.join(", "));
            let hint = "add the relation with `belongs_to`, or remove the details";
            self.problem(span, message, hint);
        } else if !is_one && let (Some(name), false) = (name, self.has_broken_relations) {
            let message =
                format!("several foreign keys over ({}) cannot all be called `{}`", columns.join(", "), name.text);
            self.problem(span, message, "give each its `fk_name` on the relation");
        }
    }
}

fn text(said: &Entries<Span>, word: Word) -> Option<String> {
    said.text(word).map(|text| text.value.clone())
}

fn name(said: &Entries<Span>) -> Option<Name> {
    text(said, Word::Name).map(Name::written)
}

fn part(key: IndexKey, said: &Entries<Span>) -> IndexPart {
    let nulls = if said.has(Word::NullsFirst) {
        Some(NullsOrder::First)
    } else {
        said.has(Word::NullsLast).then_some(NullsOrder::Last)
    };
    IndexPart {
        key,
        descending: said.has(Word::Desc),
        nulls,
        collation: text(said, Word::Collate),
        operator_class: text(said, Word::OperatorClass),
    }
}

/// To be put off at first means to be able to be put off.
fn deferrable(said: &Entries<Span>) -> Deferrable {
    if said.has(Word::InitiallyDeferred) {
        Deferrable::InitiallyDeferred
    } else if said.has(Word::Deferrable) {
        Deferrable::InitiallyImmediate
    } else {
        Deferrable::No
    }
}

fn identity(said: &Entries<Span>) -> Identity {
    Identity {
        always: said.has(Word::Always),
        start: said.number(Word::Start),
        increment: said.number(Word::Increment),
        min: said.number(Word::Min),
        max: said.number(Word::Max),
        cache: said.number(Word::Cache),
        cycle: said.has(Word::Cycle),
    }
}
