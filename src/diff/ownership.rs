//! Who owns what: the three sides of a comparison (declared, lock, live) become the schema the database should have.
//! "Not declared" is a drop only when the lock says that the project declared it before; otherwise it is kept.

use crate::model::{
    Attachment, AttachmentKind, Column, ColumnDefault, Constraint, DataType, Deferrable, Exclusion, ForeignKey, Index,
    Part, PrimaryKey, Schema, Shared, Table, TableName, TableOptions, Unique,
};
use crate::op::{CommentOn, Op};

use super::keys;

/// What the database should look like, and what it holds beyond what the project declares.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settled {
    /// The declared schema together with everything live that nobody declared.
    pub target: Schema,
    /// What was kept although nobody declared it.
    pub unmanaged: Vec<Unmanaged>,
}

/// Something live that the project does not declare and never did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmanaged {
    /// The table it belongs to, or the view or virtual table itself.
    pub table: TableName,
    /// What it is.
    pub object: UnmanagedObject,
}

/// The kinds of things that can be there unmanaged.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "each holds the thing of its name")]
pub enum UnmanagedObject {
    Table(Shared<Table>),
    Column(Box<Column>),
    Default {
        column: String,
        default: ColumnDefault,
    },
    Collation {
        column: String,
        collation: String,
    },
    Generated {
        column: String,
        expression: String,
    },
    /// `ON DELETE` or `ON UPDATE` of a foreign key whose entity says nothing about it.
    ForeignKeyAction(ForeignKey),
    /// `DEFERRABLE` of a foreign key, primary key or unique constraint whose entity says nothing about it.
    Deferral(Constraint),
    /// `INCLUDE` of a primary key or unique constraint whose entity says nothing about it.
    Included(Constraint),
    Constraint(Constraint),
    Index(Index),
    Attachment(AttachmentKind, String),
    Verbatim(crate::model::VerbatimKind),
    Enum,
}

/// Joins what is declared with what is live and unmanaged. `declared` and `lock` are reconciled with `live` before.
pub fn settle(declared: &Schema, lock: &Schema, live: &Schema) -> Settled {
    let mut settled = Settled { target: declared.clone(), unmanaged: Vec::new() };
    for (name, live_table) in &live.tables {
        let lock_table = lock.tables.get(name);
        match (settled.target.tables.get_mut(name), lock_table) {
            (Some(target), _) if target == live_table => {}
            (Some(target), _) => {
                let mut table = Merge {
                    lock: lock_table.map(|table| &**table),
                    live: live_table,
                    unmanaged: &mut settled.unmanaged,
                };
                table.merge(target);
                // Where only unmanaged things differed, both are one again.
                if target == live_table {
                    *target = live_table.clone();
                }
            }
            (None, Some(_)) => {}
            (None, None) => {
                settled.target.tables.insert(name.clone(), live_table.clone());
                let object = UnmanagedObject::Table(live_table.clone());
                settled.unmanaged.push(Unmanaged { table: name.clone(), object });
            }
        }
    }
    for (name, object) in &live.verbatim {
        let is_said = settled.target.verbatim.contains_key(name);
        let was_said = lock.verbatim.get(name).is_some_and(|lock| !lock.sql.is_empty());
        if is_said || was_said {
            continue;
        }
        settled.target.verbatim.insert(name.clone(), object.clone());
        settled.unmanaged.push(Unmanaged { table: name.clone(), object: UnmanagedObject::Verbatim(object.kind) });
    }
    for (name, object) in &mut settled.target.verbatim {
        let Some(live) = live.verbatim.get(name) else { continue };
        // What is said about a column is said about the one that takes its place.
        let kept = live.comments.iter().filter(|(part, _)| object.has_part(part));
        let kept: Vec<(Part, String)> = kept.map(|(part, text)| (part.clone(), text.clone())).collect();
        for (part, text) in kept {
            object.comments.entry(part).or_insert(text);
        }
    }
    for (name, definition) in &live.enums {
        let is_used = || used_enums(&settled.target).any(|used| used == name.to_string());
        if !settled.target.enums.contains_key(name) && (!lock.enums.contains_key(name) || is_used()) {
            settled.target.enums.insert(name.clone(), definition.clone());
            settled.unmanaged.push(Unmanaged { table: name.clone(), object: UnmanagedObject::Enum });
        }
    }
    settled.target.unmodelled.clone_from(&live.unmodelled);
    settled
}

/// The names of the enum types that columns have.
fn used_enums(schema: &Schema) -> impl Iterator<Item = &str> {
    let columns = schema.tables.values().flat_map(|table| &table.columns);
    columns.filter_map(|column| column.data_type.kind.enum_name())
}

/// One table's part of [`settle`].
struct Merge<'a> {
    lock: Option<&'a Table>,
    live: &'a Table,
    unmanaged: &'a mut Vec<Unmanaged>,
}

impl<'a> Merge<'a> {
    fn merge(&mut self, target: &mut Table) {
        target.options = self.options(&target.options);
        if target.comment.is_none() && self.lock.is_none_or(|lock| lock.comment.is_none()) {
            target.comment.clone_from(&self.live.comment);
        }
        self.columns(target);
        self.constraints(target);
        self.indexes(target);
        self.attachments(target);
        for (part, comment) in &self.live.comments {
            if keys::has_part(target, part) && self.lock.is_none_or(|lock| !lock.comments.contains_key(part)) {
                target.comments.entry(part.clone()).or_insert_with(|| comment.clone());
            }
        }
        target.partitions.clone_from(&self.live.partitions);
        target.unmodelled.clone_from(&self.live.unmodelled);
    }

    fn attachments(&mut self, target: &mut Table) {
        for live in &self.live.attachments {
            let is_it = |other: &Attachment| other.kind == live.kind && other.name == live.name;
            let was_said = self.lock.is_some_and(|table| table.attachments.iter().any(is_it));
            if !was_said && !target.attachments.iter().any(is_it) {
                self.keep(UnmanagedObject::Attachment(live.kind, live.name.clone()));
                target.attachments.push(live.clone());
            }
        }
    }

    fn keep(&mut self, object: UnmanagedObject) {
        self.unmanaged.push(Unmanaged { table: self.live.name.clone(), object });
    }

    /// How the table is stored is the database's own business, unless the entity says it or said it before.
    fn options(&self, declared: &TableOptions) -> TableOptions {
        let (lock, live) = (self.lock.map(|table| &table.options), &self.live.options);
        let is_free = |was_said: fn(&TableOptions) -> bool| !lock.is_some_and(was_said);
        let unsaid = live.partition_by.clone().filter(|_| is_free(|lock| lock.partition_by.is_some()));
        TableOptions {
            strict: declared.strict || (live.strict && is_free(|lock| lock.strict)),
            without_rowid: declared.without_rowid || (live.without_rowid && is_free(|lock| lock.without_rowid)),
            partition_by: declared.partition_by.clone().or(unsaid),
            ..live.clone()
        }
    }

    fn columns(&mut self, target: &mut Table) {
        let is_kept = |live: &Column| {
            target.column(&live.name).is_some() || self.lock.is_none_or(|table| table.column(&live.name).is_none())
        };
        let (kept, gone): (Vec<_>, Vec<_>) = self.live.columns.iter().partition(|live| is_kept(live));
        let gone: Vec<&str> = gone.into_iter().map(|live| live.name.as_str()).collect();
        // What is computed from a column goes with it.
        let can_stay = |live: &Column| {
            live.generated.as_ref().is_none_or(|generated| !keys::mentions(&generated.expression, &gone))
        };
        for live in kept {
            let lock = self.lock.and_then(|table| table.column(&live.name));
            match target.columns.iter_mut().find(|column| column.name == live.name) {
                Some(column) => self.attributes(column, lock, live),
                None if can_stay(live) => {
                    target.columns.push(live.clone());
                    self.keep(UnmanagedObject::Column(Box::new(live.clone())));
                }
                None => {}
            }
        }
    }

    /// What a column has beyond what its field says stays, unless the field said it before.
    fn attributes(&mut self, target: &mut Column, lock: Option<&Column>, live: &Column) {
        let column = live.name.clone();
        if target.generated.is_none() && lock.is_none_or(|lock| lock.generated.is_none()) {
            target.generated.clone_from(&live.generated);
            if let Some(generated) = live.generated.clone() {
                self.keep(UnmanagedObject::Generated { column: column.clone(), expression: generated.expression });
            }
        }
        // A computed column has no default.
        if target.generated.is_some() {
            target.default = None;
        } else if target.default.is_none() && lock.is_none_or(|lock| lock.default.is_none()) {
            target.default.clone_from(&live.default);
            if let Some(default) = live.default.clone() {
                self.keep(UnmanagedObject::Default { column: column.clone(), default });
            }
        }
        if target.collation.is_none() && lock.is_none_or(|lock| lock.collation.is_none()) {
            target.collation.clone_from(&live.collation);
            if let Some(collation) = live.collation.clone() {
                self.keep(UnmanagedObject::Collation { column, collation });
            }
        }
        if target.comment.is_none() && lock.is_none_or(|lock| lock.comment.is_none()) {
            target.comment.clone_from(&live.comment);
        }
    }

    /// The live columns that the target no longer has.
    fn gone(&self, target: &Table) -> Vec<&'a str> {
        let names = self.live.columns.iter().map(|column| column.name.as_str());
        names.filter(|name| target.column(name).is_none()).collect()
    }

    fn constraints(&mut self, target: &mut Table) {
        self.foreign_key_actions(target);
        self.key_details(target);
        let gone = self.gone(target);
        // What nobody declares takes nobody's place, though it may be like something else that nobody declares.
        let declared: Vec<Constraint> = target.constraints().collect();
        for live in self.live.constraints() {
            let was_declared = self.lock.is_some_and(|table| {
                table.constraints().any(|lock| match (&lock, &live) {
                    // Its actions may be somebody else's; the foreign key is still the project's.
                    (Constraint::ForeignKey(lock), Constraint::ForeignKey(live)) => {
                        keys::is_same_foreign_key(lock, live)
                    }
                    _ => lock == live,
                })
            });
            let is_replaced = declared.iter().any(|constraint| {
                *constraint == live || keys::is_same_constraint(constraint, &live) && self.may_replace(constraint)
            });
            let can_stay = keys::can_be_without(&live, &gone);
            if was_declared || is_replaced || !can_stay {
                continue;
            }
            match live.clone() {
                Constraint::PrimaryKey(key) => target.primary_key = Some(key),
                Constraint::Unique(unique) => target.uniques.push(unique),
                Constraint::ForeignKey(fk) => target.foreign_keys.push(fk),
                Constraint::Check(check) => target.checks.push(check),
                Constraint::Exclusion(exclusion) => target.exclusions.push(exclusion),
            }
            self.keep(UnmanagedObject::Constraint(live));
        }
    }

    /// Whether a declared constraint takes the place of a live one that is like it. A column may have several checks
    /// without names, of which only one that was changed behind the project's back makes room. One that is there already
    /// takes no other's place, though names of checks may be given twice.
    fn may_replace(&self, constraint: &Constraint) -> bool {
        let is_live = |constraint: &Constraint| self.live.constraints().any(|live| live == *constraint);
        match constraint {
            Constraint::Check(check) if check.name.is_none() => {
                let is_lost = |lock: Constraint| keys::is_same_constraint(&lock, constraint) && !is_live(&lock);
                !is_live(constraint) && self.lock.is_none_or(|table| table.constraints().any(is_lost))
            }
            Constraint::Check(_) => !is_live(constraint),
            Constraint::PrimaryKey(_)
            | Constraint::Unique(_)
            | Constraint::ForeignKey(_)
            | Constraint::Exclusion(_) => true,
        }
    }

    /// An entity that says nothing about `ON DELETE` or `DEFERRABLE` leaves it to the database.
    fn foreign_key_actions(&mut self, target: &mut Table) {
        for fk in &mut target.foreign_keys {
            let Some(live) = self.live.foreign_keys.iter().find(|live| keys::is_same_foreign_key(live, fk)) else {
                continue;
            };
            let lock =
                self.lock.and_then(|table| table.foreign_keys.iter().find(|lock| keys::is_same_foreign_key(lock, fk)));
            let mut kept = false;
            if fk.on_delete.is_none() && lock.is_none_or(|lock| lock.on_delete.is_none()) {
                fk.on_delete = live.on_delete;
                kept |= live.on_delete.is_some();
            }
            if fk.on_update.is_none() && lock.is_none_or(|lock| lock.on_update.is_none()) {
                fk.on_update = live.on_update;
                kept |= live.on_update.is_some();
            }
            let table = || self.live.name.clone();
            if kept {
                let object = UnmanagedObject::ForeignKeyAction(live.clone());
                self.unmanaged.push(Unmanaged { table: table(), object });
            }
            let is_unsaid = |fk: &ForeignKey| fk.deferrable == Deferrable::No;
            if is_unsaid(fk) && !is_unsaid(live) && lock.is_none_or(is_unsaid) {
                fk.deferrable = live.deferrable;
                let object = UnmanagedObject::Deferral(Constraint::ForeignKey(live.clone()));
                self.unmanaged.push(Unmanaged { table: table(), object });
            }
        }
    }

    /// An entity that says nothing about `DEFERRABLE` or `INCLUDE` of a key leaves it to the database.
    fn key_details(&mut self, target: &mut Table) {
        let gone = self.gone(target);
        let lock = self.lock.and_then(|table| table.primary_key.as_ref());
        if let (Some(key), Some(live)) = (&mut target.primary_key, &self.live.primary_key) {
            let details = KeyDetails { deferrable: &mut key.deferrable, include: &mut key.include };
            let said = lock.map(|lock| (lock.deferrable, lock.include.as_slice()));
            self.details(details, said, Constraint::PrimaryKey(live.clone()), &gone);
        }
        for unique in &mut target.uniques {
            let is_it = |other: &&Unique| keys::is_same_unique(other, unique);
            let is_exact = |other: &&Unique| is_it(other) && other.name == unique.name;
            let in_table = |table: &'a Table| {
                let uniques = &table.uniques;
                uniques.iter().find(is_exact).or_else(|| uniques.iter().find(is_it))
            };
            let Some(live) = in_table(self.live) else { continue };
            let said = self.lock.and_then(in_table).map(|lock| (lock.deferrable, lock.include.as_slice()));
            let details = KeyDetails { deferrable: &mut unique.deferrable, include: &mut unique.include };
            self.details(details, said, Constraint::Unique(live.clone()), &gone);
        }
        for exclusion in &mut target.exclusions {
            let is_it = |other: &&Exclusion| without_include(other) == without_include(exclusion);
            let Some(live) = self.live.exclusions.iter().find(is_it) else { continue };
            let lock = self.lock.and_then(|lock| lock.exclusions.iter().find(is_it));
            let said = lock.map(|lock| (lock.deferrable, lock.include.as_slice()));
            let details = KeyDetails { deferrable: &mut exclusion.deferrable, include: &mut exclusion.include };
            self.details(details, said, Constraint::Exclusion(live.clone()), &gone);
        }
    }

    fn details(&mut self, own: KeyDetails<'_>, lock: Option<(Deferrable, &[String])>, live: Constraint, gone: &[&str]) {
        let KeyDetails { deferrable, include: included } = own;
        let was_deferrable = lock.is_some_and(|(deferrable, _)| deferrable != Deferrable::No);
        if *deferrable == Deferrable::No && live.deferrable() != Deferrable::No && !was_deferrable {
            *deferrable = live.deferrable();
            self.keep(UnmanagedObject::Deferral(live.clone()));
        }
        let had_included = lock.is_some_and(|(_, include)| !include.is_empty());
        let can_stay = live.include().iter().all(|column| !gone.contains(&column.as_str()));
        if included.is_empty() && !live.include().is_empty() && !had_included && can_stay {
            *included = live.include().to_vec();
            self.keep(UnmanagedObject::Included(live));
        }
    }

    fn indexes(&mut self, target: &mut Table) {
        let gone = self.gone(target);
        for live in &self.live.indexes {
            let was_declared = self.lock.is_some_and(|table| table.indexes.contains(live));
            let is_replaced = target.indexes.iter().any(|index| index.name.text == live.name.text);
            let can_stay = keys::index_can_be_without(live, &gone);
            if !was_declared && !is_replaced && can_stay {
                target.indexes.push(live.clone());
                self.keep(UnmanagedObject::Index(live.clone()));
            }
        }
    }
}

/// What is compared, without what is only carried along.
fn without_include(exclusion: &Exclusion) -> Exclusion {
    Exclusion { include: Vec::new(), ..exclusion.clone() }
}

/// What an entity may leave open about a key.
struct KeyDetails<'a> {
    deferrable: &'a mut Deferrable,
    include: &'a mut Vec<String>,
}

/// Whether an operation only undoes what somebody did to the database behind the project's back:
/// lock and entities agree about its object, the database does not.
pub fn is_drift(op: &Op, declared: &Schema, lock: &Schema) -> bool {
    let name = op.table();
    match op {
        Op::CreateEnum { .. } | Op::DropEnum { .. } | Op::AlterEnum { .. } => {
            return declared.enums.get(name).map(|own| &own.values) == lock.enums.get(name).map(|own| &own.values);
        }
        Op::CreateVerbatim { .. }
        | Op::DropVerbatim { .. }
        | Op::ReplaceVerbatim { .. }
        | Op::Comment { on: CommentOn::Verbatim(..), .. } => {
            return declared.verbatim.get(name) == lock.verbatim.get(name);
        }
        Op::Comment { on: CommentOn::Enum(_), .. } => return declared.enums.get(name) == lock.enums.get(name),
        Op::RenameEnum { .. } | Op::RenameEnumValue { .. } => return false,
        _ => {}
    }
    let tables = (declared.tables.get(op.table()), lock.tables.get(op.table()));
    let (Some(declared), Some(lock)) = tables else {
        return match op {
            Op::RenameTable { .. } => false,
            _ => tables.0.is_some() == tables.1.is_some(),
        };
    };
    is_drift_in(op, declared, lock)
}

/// The same for an operation on a table both sides have.
fn is_drift_in(op: &Op, declared: &Table, lock: &Table) -> bool {
    match op {
        Op::CreateTable { .. }
        | Op::DropTable { .. }
        | Op::CreateAttachment { .. }
        | Op::DropAttachment { .. }
        | Op::CreateVerbatim { .. }
        | Op::DropVerbatim { .. }
        | Op::ReplaceVerbatim { .. }
        | Op::CreateEnum { .. }
        | Op::DropEnum { .. }
        | Op::AlterEnum { .. }
        // They are the database's own.
        | Op::CreatePartition { .. }
        | Op::DropPartition { .. }
        | Op::AlterPartition { .. } => true,
        Op::Comment { on, .. } => match on {
            CommentOn::Part(_, part) => declared.comments.get(part) == lock.comments.get(part),
            CommentOn::Table(_) | CommentOn::Enum(_) | CommentOn::Verbatim(..) => declared.comment == lock.comment,
        },
        Op::RenameTable { .. }
        | Op::RenameColumn { .. }
        | Op::RenameEnum { .. }
        | Op::RenameEnumValue { .. }
        // A plan makes these; no comparison does.
        | Op::FillColumn { .. }
        | Op::RequireColumn { .. }
        | Op::AdoptIndex { .. }
        | Op::ReleaseIndex { .. } => false,
        Op::RebuildTable { ops, .. } => ops.iter().all(|op| is_drift_in(op, declared, lock)),
        Op::AlterTable { .. } => declared.options == lock.options,
        Op::AddColumn { column, .. } | Op::DropColumn { column, .. } => {
            declared.column(&column.name).is_some() == lock.column(&column.name).is_some()
        }
        Op::AlterColumn { to, .. } | Op::ReplaceColumn { to, .. } => {
            declared.column(&to.name) == lock.column(&to.name)
        }
        Op::AddConstraint { constraint, .. } | Op::DropConstraint { constraint, .. } => {
            let has = |table: &Table| table.constraints().any(|other| other == *constraint);
            has(declared) == has(lock)
        }
        Op::CreateIndex { index, .. } | Op::DropIndex { index, .. } => {
            declared.indexes.contains(index) == lock.indexes.contains(index)
        }
        Op::RenameConstraint { to, .. } | Op::ValidateConstraint { to, .. } => {
            let has = |table: &Table| table.constraints().any(|other| other == *to);
            has(declared) == has(lock)
        }
        Op::RenameIndex { to, .. } => declared.indexes.contains(to) == lock.indexes.contains(to),
    }
}

/// The lock of a database that is adopted as it is: what the entities declare, in the form it has there.
/// What is declared but missing is left out, what is live but undeclared too. `declared` is what the entities say,
/// `reconciled` the same after reconciliation with `live`.
pub fn record(declared: &Schema, reconciled: &Schema, live: &Schema) -> Schema {
    let mut lock = Schema::default();
    let enums = &live.enums;
    for (name, reconciled) in &reconciled.tables {
        let Some(live) = live.tables.get(name) else { continue };
        let declared = declared.tables.get(name);
        let mut table =
            Table { columns: Vec::new(), attachments: Vec::new(), unmodelled: Vec::new(), ..Table::clone(reconciled) };
        for column in &reconciled.columns {
            let Some(live) = live.column(&column.name) else { continue };
            // What the field says nothing about is the database's own, here as in `settle`.
            let unsaid = Column {
                default: live.default.clone(),
                collation: column.collation.clone().or(live.collation.clone()),
                generated: column.generated.clone().or(live.generated.clone()),
                ..column.clone()
            };
            let is_satisfied = unsaid == *live;
            let said = declared.and_then(|table| table.column(&column.name)).filter(|_| is_satisfied);
            let mut recorded = said.unwrap_or(live).clone();
            recorded.default = column.default.as_ref().and(live.default.clone());
            recorded.collation = column.collation.as_ref().and(live.collation.clone());
            recorded.generated = column.generated.as_ref().and(live.generated.clone());
            if let (None, Some(name)) = (&recorded.values, recorded.data_type.kind.enum_name()) {
                // The values of a type that is an object of its own.
                let own = enums.iter().find(|(key, _)| key.to_string() == name);
                recorded.values = own.map(|(_, definition)| definition.values.clone());
            }
            table.columns.push(plain(recorded));
        }
        let said = table.primary_key.take().map(|key| (key.deferrable, key.include));
        table.primary_key = live.primary_key.clone().map(|live| {
            let (deferrable, include) = said.unwrap_or_default();
            let deferrable = if deferrable == Deferrable::No { Deferrable::No } else { live.deferrable };
            let include = if include.is_empty() { Vec::new() } else { live.include.clone() };
            PrimaryKey { deferrable, include, ..live }
        });
        table.uniques = table.uniques.iter().filter_map(|unique| recorded_unique(unique, &live.uniques)).collect();
        table.indexes.retain(|index| live.indexes.contains(index));
        table.checks.retain(|check| live.checks.contains(check));
        table.exclusions =
            table.exclusions.iter().filter_map(|own| recorded_exclusion(own, &live.exclusions)).collect();
        table.options = TableOptions {
            strict: table.options.strict && live.options.strict,
            without_rowid: table.options.without_rowid && live.options.without_rowid,
            partition_by: table.options.partition_by.and(live.options.partition_by.clone()),
            ..TableOptions::default()
        };
        table.foreign_keys = reconciled
            .foreign_keys
            .iter()
            .filter_map(|fk| {
                let live = live.foreign_keys.iter().find(|live| keys::is_same_foreign_key(live, fk))?;
                let on_delete = fk.on_delete.and(live.on_delete);
                let on_update = fk.on_update.and(live.on_update);
                let deferrable = if fk.deferrable == Deferrable::No { Deferrable::No } else { live.deferrable };
                Some(ForeignKey { on_delete, on_update, deferrable, ..live.clone() })
            })
            .collect();
        // In the project's own words, which the next ones are compared with.
        let said = declared.into_iter().flat_map(|table| &table.attachments);
        table.attachments = said
            .filter(|own| live.attachments.iter().any(|live| live.kind == own.kind && live.name == own.name))
            .cloned()
            .collect();
        lock.tables.insert(name.clone(), table.into());
    }
    let is_live =
        |name: &TableName| reconciled.verbatim.get(name).is_some_and(|own| live.verbatim.get(name) == Some(own));
    lock.verbatim = declared.verbatim.clone().into_iter().filter(|(name, _)| is_live(name)).collect();
    lock
}

/// The live constraint that a declared one is, without what the declared one leaves open.
fn recorded_unique(unique: &Unique, live: &[Unique]) -> Option<Unique> {
    let own = |live: &Unique| Unique {
        deferrable: if unique.deferrable == Deferrable::No { Deferrable::No } else { live.deferrable },
        include: if unique.include.is_empty() { Vec::new() } else { live.include.clone() },
        ..live.clone()
    };
    live.iter().map(own).find(|own| own == unique)
}

/// The same of an exclusion.
fn recorded_exclusion(exclusion: &Exclusion, live: &[Exclusion]) -> Option<Exclusion> {
    let live = live.iter().find(|live| without_include(live) == without_include(exclusion))?;
    let include = if exclusion.include.is_empty() { Vec::new() } else { live.include.clone() };
    Some(Exclusion { include, ..live.clone() }).filter(|own| own == exclusion)
}

/// The column without the words of one dialect.
fn plain(mut column: Column) -> Column {
    if let DataType::Custom(_) = column.data_type.kind {
        return column;
    }
    column.data_type.text = None;
    if let Some(default) = &mut column.default {
        default.text = None;
    }
    column
}
