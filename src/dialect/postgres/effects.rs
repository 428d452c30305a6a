//! Which locks an operation takes on PostgreSQL, and which rows it reads or writes. A test runs the statements of each
//! operation on a server and measures the same; what is said here is never milder than that.

use super::{alter, casts, domain, script, types};
use crate::dialect::{Effect, Effects, Lock};
use crate::model::{
    Attachment, AttachmentKind, Column, Constraint, Conversion, DefaultValue, ForeignKey, IndexKey, IndexPart, Part,
    Partition, Schema, Table, TableName, TableOptions, Verbatim, VerbatimKind,
};
use crate::op::{CommentOn, Op, identifiers};

/// What an operation does on a schema as it is right before it.
pub(in crate::dialect) fn effects(op: &Op, schema: &Schema) -> Effects {
    let mut found = Found { schema, effects: Effects::new() };
    found.operation(op);
    found.effects
}

/// What was found so far.
struct Found<'a> {
    schema: &'a Schema,
    effects: Effects,
}

impl Found<'_> {
    /// Adds what happens to a table, and so to the tables that hold its rows.
    fn add(&mut self, table: &TableName, effect: Effect) {
        let parts = self.schema.tables.get(table).map(|own| own.partitions.as_slice()).unwrap_or_default();
        for name in parts.iter().map(|part| &part.name).chain([table]) {
            let own = self.effects.entry(name.clone()).or_default();
            *own = own.and(effect);
        }
    }

    fn lock(&mut self, table: &TableName, lock: Lock) {
        self.add(table, Effect::lock(lock));
    }

    fn operation(&mut self, op: &Op) {
        match op {
            Op::CreateTable { table } => self.references(&table.foreign_keys, Lock::ShareRowExclusive),
            Op::DropTable { table } => {
                self.lock(&table.name, Lock::AccessExclusive);
                self.references(&table.foreign_keys, Lock::AccessExclusive);
            }
            Op::RenameTable { from, .. } => self.lock(from, Lock::AccessExclusive),
            Op::AlterTable { table, from, to } => self.stored_otherwise(table, from, to),
            Op::AddColumn { table, column, constraints } => self.added_column(table, column, constraints),
            Op::DropColumn { table, column, constraints } => self.dropped_column(table, &column.name, constraints),
            Op::AlterColumn { table, from, to } => self.altered_column(table, from, to),
            Op::ReplaceColumn { table, from, to, .. } => {
                self.dropped_column(table, &from.name, &[]);
                self.added_column(table, to, &[]);
            }
            Op::AddConstraint { table, constraint } => self.added_constraint(table, constraint),
            Op::ValidateConstraint { table, to, .. } if to.is_not_valid() => {
                self.dropped_constraint(table, to);
                self.added_constraint(table, to);
            }
            Op::ValidateConstraint { table, to, .. } => {
                self.add(table, Effect::scan(Lock::ShareUpdateExclusive));
                if let Constraint::ForeignKey(fk) = to {
                    self.add(&fk.references, Effect::scan(Lock::RowShare));
                }
            }
            // Whoever writes to other rows does not wait.
            Op::FillColumn { table, .. } => self.add(table, Effect::scan(Lock::RowExclusive)),
            Op::ReleaseIndex { table, .. } => self.add(table, Effect::scan(Lock::AccessExclusive)),
            Op::DropConstraint { table, constraint } => self.dropped_constraint(table, constraint),
            // Nobody waits while the table is read twice.
            Op::CreateIndex { table, index } if index.concurrently => {
                self.add(table, Effect::scan(Lock::ShareUpdateExclusive));
            }
            Op::CreateIndex { table, .. } => self.add(table, Effect::scan(Lock::Share)),
            Op::DropIndex { table, index } if index.concurrently => self.lock(table, Lock::ShareUpdateExclusive),
            Op::DropIndex { table, .. }
            | Op::RenameColumn { table, .. }
            | Op::RenameConstraint { table, .. }
            | Op::RequireColumn { table, .. }
            | Op::AdoptIndex { table, .. }
            | Op::DropAttachment { table, .. } => {
                self.lock(table, Lock::AccessExclusive);
            }
            Op::RebuildTable { from, to, .. } => {
                self.add(&from.name, Effect::rewrite(Lock::AccessExclusive));
                self.references(&from.foreign_keys, Lock::AccessExclusive);
                for fk in &to.foreign_keys {
                    self.added_constraint(&to.name, &Constraint::ForeignKey(fk.clone()));
                }
            }
            Op::CreatePartition { table, partition } => self.created_partition(table, partition),
            Op::DropPartition { table, partition } => {
                self.lock(table, Lock::AccessExclusive);
                self.lock(&partition.name, Lock::AccessExclusive);
                self.around_partition(table, Lock::AccessExclusive);
            }
            // Only a rebuild does it.
            Op::AlterPartition { table, .. } => self.add(table, Effect::rewrite(Lock::AccessExclusive)),
            Op::CreateAttachment { table, attachment } => self.created_attachment(table, attachment),
            Op::CreateVerbatim { object, .. } => self.created_object(object),
            Op::ReplaceVerbatim { name, from, to } if to.kind == VerbatimKind::Domain => {
                self.changed_domain(name, from, to);
            }
            Op::ReplaceVerbatim { to, .. } => self.created_object(to),
            Op::DropVerbatim { name, object } => {
                if object.kind.is_relation() {
                    self.lock(name, Lock::AccessExclusive);
                }
            }
            Op::AlterEnum { columns, anew: true, .. } => {
                for (table, column) in columns {
                    self.written_anew(table, &column.name);
                }
            }
            Op::AlterEnum { anew: false, .. }
            | Op::CreateEnum { .. }
            | Op::DropEnum { .. }
            | Op::RenameEnum { .. }
            | Op::RenameEnumValue { .. }
            // The lock is on the index.
            | Op::RenameIndex { .. } => {}
            Op::Comment { on, .. } => self.commented(on),
        }
    }

    fn dropped_constraint(&mut self, table: &TableName, constraint: &Constraint) {
        self.lock(table, Lock::AccessExclusive);
        if let Constraint::ForeignKey(fk) = constraint {
            self.lock(&fk.references, Lock::AccessExclusive);
        }
    }

    /// The tables that foreign keys lead to.
    fn references(&mut self, foreign_keys: &[ForeignKey], lock: Lock) {
        for fk in foreign_keys {
            self.lock(&fk.references, lock);
        }
    }

    fn stored_otherwise(&mut self, table: &TableName, from: &TableOptions, to: &TableOptions) {
        if from.unlogged != to.unlogged {
            self.add(table, Effect::rewrite(Lock::AccessExclusive));
        }
        if from.row_security != to.row_security {
            self.lock(table, Lock::AccessExclusive);
        }
        // One parameter alone changes what plans may presume.
        let is_strict = |options: &TableOptions| options.storage.get("user_catalog_table").cloned();
        if is_strict(from) != is_strict(to) {
            self.lock(table, Lock::AccessExclusive);
        }
        if from.storage != to.storage {
            self.lock(table, Lock::ShareUpdateExclusive);
        }
    }

    fn added_column(&mut self, table: &TableName, column: &Column, constraints: &[Constraint]) {
        let is_stored = column.generated.as_ref().is_some_and(|generated| generated.stored);
        let counts = column.identity.is_some() || alter::is_serial(column);
        let is_made = is_stored || counts || starts_apart(column) || self.has_demands(column.data_type.text.as_deref());
        let effect = match is_made {
            true => Effect::rewrite,
            // Each row gets what was said.
            false if column.fill.is_some() => Effect::scan,
            false => Effect::lock,
        };
        self.add(table, effect(Lock::AccessExclusive));
        for constraint in constraints {
            match constraint {
                // What is NULL refers to nothing.
                Constraint::ForeignKey(fk) if column.value_by_default().is_none() && !column.needs_value() => {
                    self.lock(&fk.references, Lock::ShareRowExclusive);
                }
                constraint => self.added_constraint(table, constraint),
            }
        }
    }

    fn dropped_column(&mut self, table: &TableName, column: &str, constraints: &[Constraint]) {
        self.lock(table, Lock::AccessExclusive);
        let own = self.schema.tables.get(table).map(|own| own.foreign_keys.as_slice()).unwrap_or_default();
        let own = own.iter().filter(|fk| fk.columns.iter().any(|name| name == column));
        let said = constraints.iter().filter_map(|constraint| match constraint {
            Constraint::ForeignKey(fk) => Some(fk),
            Constraint::PrimaryKey(_) | Constraint::Unique(_) | Constraint::Check(_) | Constraint::Exclusion(_) => None,
        });
        for fk in own.chain(said) {
            self.lock(&fk.references, Lock::AccessExclusive);
        }
    }

    fn altered_column(&mut self, table: &TableName, from: &Column, to: &Column) {
        if (Column { comment: None, ..from.clone() }) == (Column { comment: None, ..to.clone() }) {
            return self.lock(table, Lock::ShareUpdateExclusive);
        }
        let conversion = from.conversion(to);
        let is_whole = conversion.as_ref().is_some_and(Conversion::is_entangled);
        if (Column { variants: to.variants.clone(), ..from.clone() }) == *to && !is_whole {
            // Rows are looked at, and get other values one by one.
            return self.add(table, Effect::scan(Lock::RowExclusive));
        }
        self.lock(table, Lock::AccessExclusive);
        let (old, new) = (text(from), text(to));
        let is_stored = to.generated.as_ref().is_some_and(|generated| generated.stored);
        if conversion.is_some() {
            // Rows are looked for that hold what becomes another value.
            self.add(table, Effect::scan(Lock::AccessExclusive));
        }
        if is_stored && from.generated != to.generated || is_whole || old != new && casts::rewrites(old, new) {
            self.written_anew(table, &from.name);
        } else if alter::is_retyped(from, to) {
            self.compared_anew(table, from, to);
        }
        if !to.nullable && from.nullable && !self.is_known_as_filled(table, &from.name, to) {
            self.add(table, Effect::scan(Lock::AccessExclusive));
        }
        // A column that comes to count goes on above what is there.
        let counts = |column: &Column| column.identity.is_some() || alter::is_serial(column);
        if counts(to) && !counts(from) && !self.is_first_of_an_index(table, &to.name) {
            self.add(table, Effect::scan(Lock::AccessExclusive));
        }
    }

    /// The type of a column changes in a way that writes the table anew: whatever is held against it is looked at again.
    fn written_anew(&mut self, table: &TableName, column: &str) {
        self.add(table, Effect::rewrite(Lock::AccessExclusive));
        for other in self.beyond(table, column) {
            self.add(&other, Effect::scan(Lock::AccessExclusive));
        }
    }

    /// The values stay as they are; what is built on how they compare does not.
    fn compared_anew(&mut self, table: &TableName, from: &Column, to: &Column) {
        let base = |column: &Column| {
            let base = types::TypeName::of(text(column)).base;
            if types::is_text(&base) { "text".to_owned() } else { base.replace("cidr", "inet") }
        };
        let is_alike = base(from) == base(to) && from.collation == to.collation;
        let own = self.schema.tables.get(table);
        let is_scanned = own.is_some_and(|own| {
            checks(own, &from.name)
                || indexes(own).any(|index| index.is_on(&from.name) && !(is_alike && index.is_plain()))
        });
        if is_scanned {
            self.add(table, Effect::scan(Lock::AccessExclusive));
        }
        for other in self.beyond(table, &from.name) {
            let effect = if is_alike { Effect::lock } else { Effect::scan };
            self.add(&other, effect(Lock::AccessExclusive));
            self.add(table, effect(Lock::AccessExclusive));
        }
    }

    /// The tables at the other end of foreign keys from and to the column.
    fn beyond(&self, table: &TableName, column: &str) -> Vec<TableName> {
        let mut others = Vec::new();
        for child in self.schema.tables.values() {
            for fk in &child.foreign_keys {
                if child.name == *table && fk.columns.iter().any(|own| own == column) {
                    others.push(fk.references.clone());
                }
                if fk.references == *table && fk.referenced_columns.iter().any(|own| own == column) {
                    others.push(child.name.clone());
                }
            }
        }
        others
    }

    /// Whether a check says already that the column has a value in every row, so that PostgreSQL looks at none of them.
    fn is_known_as_filled(&self, table: &TableName, column: &str, to: &Column) -> bool {
        let Some(own) = self.schema.tables.get(table) else { return false };
        // Rows that hold NULL are looked for to be filled.
        let is_filled_now = to.filling().is_some();
        let says = |sql: &str| {
            let words = script::tokens(sql);
            let words: Vec<&script::Token> = words.iter().filter(|word| word.text != "(" && word.text != ")").collect();
            match words.as_slice() {
                [name, is, not, null] => {
                    let keywords = [(is, "is"), (not, "not"), (null, "null")];
                    name.name.as_deref() == Some(column)
                        && keywords.iter().all(|(token, word)| token.text.eq_ignore_ascii_case(word))
                }
                _ => false,
            }
        };
        !is_filled_now
            && own.checks.iter().any(|check| !check.not_valid && !check.no_inherit && says(&check.expression))
    }

    fn is_first_of_an_index(&self, table: &TableName, column: &str) -> bool {
        let own = self.schema.tables.get(table);
        own.is_some_and(|own| indexes(own).any(|index| index.is_plain() && index.columns.first() == Some(&column)))
    }

    fn added_constraint(&mut self, table: &TableName, constraint: &Constraint) {
        let (lock, is_checked) = match constraint {
            Constraint::ForeignKey(fk) => (Lock::ShareRowExclusive, !fk.not_valid),
            Constraint::Check(check) => (Lock::AccessExclusive, !check.not_valid),
            Constraint::PrimaryKey(_) | Constraint::Unique(_) | Constraint::Exclusion(_) => {
                (Lock::AccessExclusive, true)
            }
        };
        let effect = if is_checked { Effect::scan } else { Effect::lock };
        self.add(table, effect(lock));
        if let Constraint::ForeignKey(fk) = constraint {
            self.add(&fk.references, effect(lock));
        }
    }

    fn created_partition(&mut self, table: &TableName, partition: &Partition) {
        let Some(own) = self.schema.tables.get(table) else { return };
        if own.options.partition_by.is_none() {
            // A child that inherits.
            return self.lock(table, Lock::ShareUpdateExclusive);
        }
        let default = own.partitions.iter().find(|own| is_default(own)).filter(|_| !is_default(partition));
        // The partitions beside it notice nothing, but for the one whose rows may belong into the new one.
        let effect = self.effects.entry(table.clone()).or_default();
        *effect = effect.and(Effect::lock(Lock::AccessExclusive));
        if let Some(default) = default {
            self.add(&default.name, Effect::scan(Lock::AccessExclusive));
        }
        self.around_partition(table, Lock::ShareRowExclusive);
    }

    /// The tables at the other ends of the foreign keys of a table that gets or loses a partition.
    fn around_partition(&mut self, table: &TableName, lock: Lock) {
        let Some(own) = self.schema.tables.get(table) else { return };
        self.references(&own.foreign_keys, lock);
        for child in self.schema.tables.values() {
            if child.foreign_keys.iter().any(|fk| fk.references == *table) {
                self.lock(&child.name, lock);
            }
        }
    }

    fn created_attachment(&mut self, table: &TableName, attachment: &Attachment) {
        match attachment.kind {
            AttachmentKind::Trigger => self.lock(table, Lock::ShareRowExclusive),
            AttachmentKind::Rule | AttachmentKind::Policy => self.lock(table, Lock::AccessExclusive),
            AttachmentKind::Index => self.add(table, Effect::scan(Lock::Share)),
        }
    }

    /// A view is filled, or looks at what it will read; nobody has to wait for that.
    fn created_object(&mut self, object: &Verbatim) {
        let words = identifiers(&object.sql);
        let is_read = |name: &&TableName| words.contains(&name.name);
        let names: Vec<TableName> = self.schema.tables.keys().filter(is_read).cloned().collect();
        for name in names {
            let effect = match object.kind {
                VerbatimKind::MaterializedView if !object.unfilled => Effect::scan(Lock::AccessShare),
                VerbatimKind::Sequence => Effect::lock(Lock::RowShare),
                _ => Effect::lock(Lock::AccessShare),
            };
            self.add(&name, effect);
        }
    }

    fn changed_domain(&mut self, name: &TableName, from: &Verbatim, to: &Verbatim) {
        if !domain::narrows(name, &from.sql, &to.sql) {
            return;
        }
        let is_of_it = |column: &Column| self.is_of_domain(text(column), name);
        let tables = self.schema.tables.values().filter(|table| table.columns.iter().any(is_of_it));
        let tables: Vec<TableName> = tables.map(|table| table.name.clone()).collect();
        for table in tables {
            self.add(&table, Effect::scan(Lock::Share));
        }
    }

    /// Whether the type is the domain, or a domain over it.
    fn is_of_domain(&self, text: &str, name: &TableName) -> bool {
        let text = text.trim_end_matches("[]");
        text == super::table_name(name)
            || self.domain(text).is_some_and(|(own, base)| own != name && self.is_of_domain(&base, name))
    }

    /// The domain of that name, with what it stands on.
    fn domain(&self, text: &str) -> Option<(&TableName, String)> {
        let mut objects = self.schema.verbatim.iter().filter(|(_, object)| object.kind == VerbatimKind::Domain);
        let (name, object) = objects.find(|(name, _)| super::table_name(name) == text)?;
        Some((name, domain::base(&object.sql, name).unwrap_or_default()))
    }

    /// Whether the type is a domain that does not take every value, which PostgreSQL holds every row against.
    fn has_demands(&self, text: Option<&str>) -> bool {
        let Some((name, base)) = text.and_then(|text| self.domain(text)) else { return false };
        let demands = self.schema.verbatim.get(name).is_none_or(|object| domain::has_demands(&object.sql, name));
        demands || self.has_demands(Some(&base).filter(|base| Some(base.as_str()) != text).map(String::as_str))
    }

    fn commented(&mut self, on: &CommentOn) {
        match on {
            CommentOn::Table(name)
            | CommentOn::Part(name, Part::Column(_) | Part::Constraint(_) | Part::Attachment(..)) => {
                self.lock(name, Lock::ShareUpdateExclusive);
            }
            CommentOn::Part(_, Part::Index(_)) | CommentOn::Enum(_) | CommentOn::Verbatim(..) => {}
        }
    }
}

fn text(column: &Column) -> &str {
    column.data_type.text.as_deref().unwrap_or_default()
}

fn is_default(partition: &Partition) -> bool {
    partition.sql.iter().any(|sql| sql.starts_with("CREATE") && sql.ends_with(" DEFAULT"))
}

/// Whether a check of the table looks at the column.
fn checks(table: &Table, column: &str) -> bool {
    table.checks.iter().any(|check| identifiers(&check.expression).iter().any(|word| word == column))
}

/// An index, be it one of its own or that of a constraint.
struct Indexed<'a> {
    columns: Vec<&'a str>,
    /// What is computed for it.
    expressions: Vec<&'a str>,
}

impl Indexed<'_> {
    fn is_on(&self, column: &str) -> bool {
        self.columns.contains(&column)
            || self.expressions.iter().any(|sql| identifiers(sql).iter().any(|word| word == column))
    }

    /// Whether PostgreSQL can see that it stays good.
    fn is_plain(&self) -> bool {
        self.expressions.is_empty()
    }
}

fn indexes(table: &Table) -> impl Iterator<Item = Indexed<'_>> {
    let keys = table.primary_key.iter().map(|key| (&key.columns, &key.include));
    let keys = keys.chain(table.uniques.iter().map(|unique| (&unique.columns, &unique.include)));
    let keys = keys.map(|(columns, include)| Indexed {
        columns: columns.iter().chain(include).map(String::as_str).collect(),
        expressions: Vec::new(),
    });
    let own = table.indexes.iter().map(|index| of(index.parts.iter(), &index.include, index.predicate.as_deref()));
    let exclusions = table.exclusions.iter().map(|exclusion| {
        of(exclusion.elements.iter().map(|element| &element.part), &exclusion.include, exclusion.predicate.as_deref())
    });
    keys.chain(own).chain(exclusions)
}

fn of<'a>(
    parts: impl Iterator<Item = &'a IndexPart>,
    include: &'a [String],
    predicate: Option<&'a str>,
) -> Indexed<'a> {
    let mut indexed = Indexed { columns: Vec::new(), expressions: predicate.into_iter().collect() };
    for part in parts {
        match &part.key {
            IndexKey::Column(name) => indexed.columns.push(name),
            IndexKey::Expression(sql) => indexed.expressions.push(sql),
        }
    }
    indexed.columns.extend(include.iter().map(String::as_str));
    indexed
}

/// What PostgreSQL brings and gives one value for a whole statement, or always the same. What is not here may give each row
/// another one.
const STEADY: &[&str] = &[
    "abs",
    "array_append",
    "array_cat",
    "array_fill",
    "array_length",
    "array_prepend",
    "array_to_string",
    "ascii",
    "btrim",
    "ceil",
    "ceiling",
    "char_length",
    "chr",
    "coalesce",
    "concat",
    "concat_ws",
    "current_database",
    "current_schema",
    "current_setting",
    "date_part",
    "date_trunc",
    "decode",
    "encode",
    "extract",
    "float8",
    "floor",
    "format",
    "greatest",
    "hashtext",
    "initcap",
    "int4",
    "int8",
    "json_build_array",
    "json_build_object",
    "jsonb_build_array",
    "jsonb_build_object",
    "least",
    "left",
    "length",
    "lower",
    "lpad",
    "ltrim",
    "make_date",
    "make_interval",
    "md5",
    "mod",
    "now",
    "nullif",
    "numeric",
    "pi",
    "position",
    "power",
    "quote_ident",
    "quote_literal",
    "repeat",
    "replace",
    "reverse",
    "right",
    "round",
    "rpad",
    "rtrim",
    "session_user",
    "sign",
    "split_part",
    "sqrt",
    "statement_timestamp",
    "string_to_array",
    "strpos",
    "substr",
    "substring",
    "text",
    "timezone",
    "to_char",
    "to_date",
    "to_json",
    "to_jsonb",
    "to_number",
    "to_timestamp",
    "to_tsvector",
    "transaction_timestamp",
    "translate",
    "trim",
    "trunc",
    "upper",
    "enum_first",
    "enum_last",
    "enum_range",
];

/// Words behind which a parenthesis calls nothing.
const WORDS: &[&str] = &[
    "all",
    "and",
    "any",
    "array",
    "as",
    "at",
    "between",
    "case",
    "cast",
    "collate",
    "else",
    "end",
    "from",
    "in",
    "interval",
    "is",
    "like",
    "not",
    "or",
    "row",
    "some",
    "then",
    "time",
    "timestamp",
    "to",
    "when",
    "with",
    "zone",
    "current_time",
    "current_timestamp",
    "localtime",
    "localtimestamp",
    "varchar",
    "char",
    "decimal",
    "varying",
    "bit",
    "precision",
    "second",
];

/// Whether the default may give each row another value.
fn starts_apart(column: &Column) -> bool {
    let Some(default) = &column.default else { return false };
    let DefaultValue::Expression(expression) = &default.value else { return false };
    is_volatile(default.text.as_ref().unwrap_or(expression))
}

/// Whether the expression calls something that may give another value each time, or do who knows what.
pub(in crate::dialect) fn is_volatile(expression: &str) -> bool {
    let tokens = script::tokens(expression);
    tokens.iter().enumerate().any(|(at, word)| {
        let is_call = tokens.get(at + 1).is_some_and(|next| next.text == "(");
        let Some(name) = word.name.as_deref().filter(|_| is_call) else { return false };
        let schema = at.checked_sub(2).and_then(|before| tokens.get(before)).filter(|_| tokens[at - 1].text == ".");
        let is_own = schema.is_some_and(|schema| schema.name.as_deref() != Some("pg_catalog")) || !word.is_word;
        is_own || !(STEADY.contains(&name) || WORDS.contains(&name) || types::is_built_in(name))
    })
}
