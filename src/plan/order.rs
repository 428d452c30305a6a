//! The order of operations, from what each one gives, uses and takes away. Operations without such a relation keep
//! the order they came in; a circle (tables that refer to each other) is cut where it costs nothing.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{
    Column, Constraint, ForeignKey, Index, IndexKey, Part, Partition, PrimaryKey, Table, TableName, Unique, Verbatim,
    VerbatimKind,
};
use crate::op::{CommentOn, Op, identifiers, named_in_strings};

/// Something operations meet at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Thing {
    Table(TableName),
    Column(TableName, String),
    /// Tables, views and indexes share one space of names, in which the case of letters may not count.
    Name(String),
    /// A column as it is until its type changes.
    OldType(TableName, String),
    /// A column from the moment on in which it has its new type.
    NewType(TableName, String),
    /// A table, by its bare name, as its rows are stored until they move.
    OldStorage(String),
    /// A table from the moment on in which its rows are where they shall be.
    NewStorage(String),
    /// What makes rows of a table findable by these columns: a primary key, unique constraint or unique index.
    Key(TableName, BTreeSet<String>),
    /// A table has room for one.
    PrimaryKey(TableName),
    Constraint(TableName, String),
    /// A column from the moment on in which it takes NULL no more.
    NotNull(TableName, String),
    Verbatim(TableName),
    /// An enum type with the values it gets, as columns name it.
    Enum(String),
    /// The same with the values it had: what goes with them goes before it loses them.
    OldEnum(String),
    /// What the definition of a table may call by name: a function, sequence, domain, type or extension.
    Callable(String),
}

/// What one operation does to things.
#[derive(Default)]
struct Effect {
    gives: BTreeSet<Thing>,
    uses: BTreeSet<Thing>,
    takes: BTreeSet<Thing>,
}

/// Sorts operations so that each finds what it uses and nothing is taken away while another still uses it.
/// Renames stay where they are: a name may mean one thing before and another after, so nothing moves across them.
pub(super) fn order(ops: Vec<Op>) -> Vec<Op> {
    // What an extension brings nobody but the database knows, so anything may need it.
    let is_extension = |op: &Op, create: bool| match op {
        Op::CreateVerbatim { object, .. } => create && object.kind == VerbatimKind::Extension,
        Op::DropVerbatim { object, .. } => !create && object.kind == VerbatimKind::Extension,
        _ => false,
    };
    let (mut ordered, ops): (Vec<Op>, Vec<Op>) = ops.into_iter().partition(|op| is_extension(op, true));
    let (last, ops): (Vec<Op>, Vec<Op>) = ops.into_iter().partition(|op| is_extension(op, false));
    let mut between = Vec::new();
    for op in ops {
        if matches!(
            op,
            Op::RenameTable { .. } | Op::RenameColumn { .. } | Op::RenameEnum { .. } | Op::RenameEnumValue { .. }
        ) {
            ordered.extend(sort(std::mem::take(&mut between)));
            ordered.push(op);
        } else {
            between.push(op);
        }
    }
    ordered.extend(sort(between));
    ordered.extend(last);
    ordered
}

/// Takes foreign keys out of tables that are made before, or dropped after, the table they lead to; they are added when
/// both are there. Only for a database that adds constraints to tables.
pub(super) fn apart(ops: &[Op]) -> Vec<Op> {
    let position = |is_it: &dyn Fn(&Op) -> Option<TableName>| -> BTreeMap<TableName, usize> {
        ops.iter().enumerate().filter_map(|(at, op)| Some((is_it(op)?, at))).collect()
    };
    let created = position(&|op| matches!(op, Op::CreateTable { .. }).then(|| op.table().clone()));
    let dropped = position(&|op| matches!(op, Op::DropTable { .. }).then(|| op.table().clone()));
    let split = |table: &Table, is_late: &dyn Fn(&TableName) -> bool| -> (Table, Vec<Op>) {
        let (late, kept) = table.foreign_keys.iter().cloned().partition(|fk| is_late(&fk.references));
        let late: Vec<ForeignKey> = late;
        let constraint = |fk| Op::AddConstraint { table: table.name.clone(), constraint: Constraint::ForeignKey(fk) };
        (Table { foreign_keys: kept, ..table.clone() }, late.into_iter().map(constraint).collect())
    };
    let (mut first, mut planned, mut last) = (Vec::new(), Vec::with_capacity(ops.len()), Vec::new());
    for (at, op) in ops.iter().enumerate() {
        match op {
            Op::CreateTable { table } => {
                let (table, late) = split(table, &|parent| {
                    *parent != table.name && created.get(parent).is_some_and(|other| *other > at)
                });
                planned.push(Op::CreateTable { table });
                last.extend(late);
            }
            Op::DropTable { table } => {
                let (table, late) = split(table, &|parent| {
                    *parent != table.name && dropped.get(parent).is_some_and(|other| *other < at)
                });
                planned.push(Op::DropTable { table });
                first.extend(late.iter().map(Op::inverse));
            }
            op => planned.push(op.clone()),
        }
    }
    // Behind the last table that is made, before what may need them.
    let made = planned.iter().rposition(|op| matches!(op, Op::CreateTable { .. })).map_or(0, |at| at + 1);
    planned.splice(made..made, last);
    let going = planned.iter().position(|op| matches!(op, Op::DropTable { .. })).unwrap_or(planned.len());
    planned.splice(going..going, first);
    planned
}

/// For each operation of an ordered list, the positions of those before it that have to be done first: they give what it
/// uses, make room for what it gives, or use what it takes away.
pub(super) fn waits<'a>(ops: impl Iterator<Item = &'a Op>) -> Vec<BTreeSet<usize>> {
    let effects: Vec<Effect> = ops.map(effect).collect();
    let meets = |one: &BTreeSet<Thing>, other: &BTreeSet<Thing>| !one.is_disjoint(other);
    let waits = |later: &Effect, earlier: &Effect| {
        meets(&later.uses, &earlier.gives)
            || later.gives.intersection(&earlier.takes).any(takes_room)
            || meets(&later.takes, &earlier.uses)
    };
    let of = |(at, later): (usize, &Effect)| (0..at).filter(|other| waits(later, &effects[*other])).collect();
    effects.iter().enumerate().map(of).collect()
}

/// Whether there is room for one only. Several keys may be about the same columns.
fn takes_room(thing: &Thing) -> bool {
    !matches!(thing, Thing::Key(..))
}

fn sort(ops: Vec<Op>) -> Vec<Op> {
    let effects: Vec<Effect> = ops.iter().map(effect).collect();
    let waits_for = predecessors(&effects);
    let mut pending: BTreeMap<usize, Op> = ops.into_iter().enumerate().collect();
    let mut ordered = Vec::with_capacity(pending.len());
    while !pending.is_empty() {
        let blocker = |position: usize| waits_for[position].iter().copied().find(|other| pending.contains_key(other));
        let is_free = |position: &usize| blocker(*position).is_none();
        let next = pending.keys().copied().find(is_free).or_else(|| circle(*pending.keys().next()?, blocker));
        if let Some(op) = next.and_then(|position| pending.remove(&position)) {
            ordered.push(op);
        }
    }
    ordered
}

/// A member of the circle that everything waits for, found by following what waits for what.
fn circle(start: usize, blocker: impl Fn(usize) -> Option<usize>) -> Option<usize> {
    let mut seen = BTreeSet::new();
    let mut position = start;
    while seen.insert(position) {
        position = blocker(position)?;
    }
    Some(position)
}

/// For each operation, the positions of those that must come before it.
fn predecessors(effects: &[Effect]) -> Vec<BTreeSet<usize>> {
    let index = |side: fn(&Effect) -> &BTreeSet<Thing>| {
        let mut map: BTreeMap<&Thing, Vec<usize>> = BTreeMap::new();
        for (position, effect) in effects.iter().enumerate() {
            for thing in side(effect) {
                map.entry(thing).or_default().push(position);
            }
        }
        map
    };
    let givers = index(|effect| &effect.gives);
    let users = index(|effect| &effect.uses);
    let takers = index(|effect| &effect.takes);
    effects
        .iter()
        .enumerate()
        .map(|(position, effect)| {
            let before_use = effect.uses.iter().filter_map(|thing| givers.get(thing));
            let before_take = effect.takes.iter().filter_map(|thing| users.get(thing));
            let before_give = effect.gives.iter().filter_map(|thing| takers.get(thing));
            before_use
                .chain(before_take)
                .chain(before_give)
                .flatten()
                .copied()
                .filter(|other| *other != position)
                .collect()
        })
        .collect()
}

#[expect(clippy::too_many_lines, reason = "one arm for each operation, none of them long")]
fn effect(op: &Op) -> Effect {
    let mut effect = Effect::default();
    match op {
        Op::CreateTable { table } => {
            effect.gives = whole(table);
            effect.uses = parents(table).into_iter().chain(table_uses(table)).collect();
            effect.uses.extend(table.foreign_keys.iter().flat_map(|fk| types(&table.name, fk, Thing::NewType)));
        }
        Op::DropTable { table } => {
            effect.takes = whole(table);
            effect.uses = parents(table).into_iter().chain(table_uses(table).map(before)).collect();
            effect.uses.extend(table.foreign_keys.iter().flat_map(|fk| types(&table.name, fk, Thing::OldType)));
        }
        Op::RenameTable { from, to } => {
            effect.takes.extend([Thing::Table(from.clone()), named(&from.name)]);
            effect.gives.extend([Thing::Table(to.clone()), named(&to.name)]);
        }
        Op::AlterTable { table, from, to } => {
            effect.uses.insert(Thing::Table(table.clone()));
            if from.partition_by != to.partition_by {
                move_rows(&mut effect, table);
                // The type of a column by which rows are dealt out cannot change.
                let words = |sql: &Option<String>| sql.as_deref().map(identifiers).unwrap_or_default();
                for word in words(&from.partition_by) {
                    effect.uses.extend([column(table, &word), Thing::OldType(table.clone(), word)]);
                }
                for word in words(&to.partition_by) {
                    effect.uses.extend([column(table, &word), Thing::NewType(table.clone(), word)]);
                }
            }
        }
        Op::CreatePartition { table, partition } => {
            effect.uses = partition_uses(table, partition);
            effect.gives.insert(named(&partition.name.name));
        }
        Op::DropPartition { table, partition } => {
            effect.uses = partition_uses(table, partition);
            effect.takes.insert(named(&partition.name.name));
        }
        Op::AlterPartition { table, from, to } => {
            move_rows(&mut effect, table);
            effect.uses = partition_uses(table, from).into_iter().chain(partition_uses(table, to)).collect();
        }
        Op::AddColumn { table, column: added, constraints } => {
            effect.uses.insert(Thing::Table(table.clone()));
            effect.gives.insert(column(table, &added.name));
            effect.uses.extend(column_uses(added).into_iter().chain(fill_uses(table, added)));
            effect.uses.extend(added.generated.iter().flat_map(|generated| mentioned(table, &generated.expression)));
            for constraint in constraints {
                give_constraint(&mut effect, table, constraint);
            }
            effect.uses.remove(&column(table, &added.name));
        }
        Op::DropColumn { table, column: dropped, constraints } => {
            effect.uses.insert(Thing::Table(table.clone()));
            effect.takes.insert(column(table, &dropped.name));
            effect.uses.extend(column_uses(dropped).into_iter().map(before));
            effect.uses.extend(dropped.generated.iter().flat_map(|generated| mentioned(table, &generated.expression)));
            for constraint in constraints {
                take_constraint(&mut effect, table, constraint);
            }
            effect.uses.remove(&column(table, &dropped.name));
        }
        Op::RenameColumn { table, from, to } => {
            effect.uses.insert(Thing::Table(table.clone()));
            effect.takes.insert(column(table, from));
            effect.gives.insert(column(table, to));
        }
        Op::AlterColumn { table, from, to } => {
            effect.uses.extend([Thing::Table(table.clone()), column(table, &to.name)]);
            let is_same = from.data_type.kind.enum_name() == to.data_type.kind.enum_name();
            let old = column_uses(from).into_iter().map(|thing| if is_same { thing } else { before(thing) });
            effect.uses.extend(old.chain(column_uses(to)).chain(fill_uses(table, to)));
            if from.data_type != to.data_type || from.conversion(to).is_some() {
                effect.takes.insert(Thing::OldType(table.clone(), from.name.clone()));
                effect.gives.insert(Thing::NewType(table.clone(), to.name.clone()));
            }
            if from.nullable && !to.nullable {
                effect.gives.insert(Thing::NotNull(table.clone(), to.name.clone()));
            }
            let generated = [from, to].into_iter().filter_map(|column| column.generated.as_ref());
            effect.uses.extend(generated.flat_map(|generated| mentioned(table, &generated.expression)));
            effect.uses.extend(base_types(table, from, to));
        }
        Op::ReplaceColumn { table, from, to, .. } => {
            effect.uses.insert(Thing::Table(table.clone()));
            let is_same = from.data_type.kind.enum_name() == to.data_type.kind.enum_name();
            let old = column_uses(from).into_iter().map(|thing| if is_same { thing } else { before(thing) });
            effect.uses.extend(old.chain(column_uses(to)));
            effect.takes.insert(Thing::OldType(table.clone(), from.name.clone()));
            // What stands on the column goes with it, so nothing new may stand on it before.
            effect.gives.extend([Thing::NewType(table.clone(), to.name.clone()), column(table, &to.name)]);
            let generated = [from, to].into_iter().filter_map(|column| column.generated.as_ref());
            effect.uses.extend(generated.flat_map(|generated| mentioned(table, &generated.expression)));
            effect.uses.extend(base_types(table, from, to));
            effect.uses.remove(&column(table, &to.name));
        }
        Op::AddConstraint { table, constraint } => {
            effect.uses.extend([Thing::Table(table.clone()), Thing::NewStorage(bare(table))]);
            effect.uses.extend(own_key(table, constraint));
            give_constraint(&mut effect, table, constraint);
        }
        Op::DropConstraint { table, constraint } => {
            effect.uses.extend([Thing::Table(table.clone()), Thing::OldStorage(bare(table))]);
            effect.uses.extend(own_key(table, constraint));
            take_constraint(&mut effect, table, constraint);
        }
        Op::CreateIndex { table, index } => {
            effect.gives.insert(named(&index.name.text));
            effect.gives.extend(index_key(table, index));
            effect.uses = index_uses(table, index);
            effect.uses.insert(Thing::NewStorage(bare(table)));
            effect.uses.extend(expressions(index).flat_map(|sql| typed(table, sql, Thing::NewType)));
        }
        Op::DropIndex { table, index } => {
            effect.takes.insert(named(&index.name.text));
            effect.takes.extend(index_key(table, index));
            effect.uses = index_uses(table, index);
            effect.uses.insert(Thing::OldStorage(bare(table)));
            effect.uses.extend(expressions(index).flat_map(|sql| typed(table, sql, Thing::OldType)));
        }
        Op::RenameIndex { table, from, to } => {
            effect.takes.insert(named(&from.name.text));
            effect.gives.insert(named(&to.name.text));
            effect.uses = index_uses(table, to);
        }
        Op::RebuildTable { ops, .. } => {
            let parts: Vec<Effect> = ops.iter().map(self::effect).collect();
            // A table that is made anew asks nobody about types.
            let is_type = |thing: &Thing| matches!(thing, Thing::OldType(..) | Thing::NewType(..));
            effect.gives = parts.iter().flat_map(|part| part.gives.clone()).filter(|thing| !is_type(thing)).collect();
            effect.takes = parts.iter().flat_map(|part| part.takes.clone()).filter(|thing| !is_type(thing)).collect();
            let inside = |thing: &Thing| effect.gives.contains(thing) || effect.takes.contains(thing);
            effect.uses = parts.iter().flat_map(|part| part.uses.clone()).filter(|thing| !inside(thing)).collect();
        }
        Op::RenameConstraint { table, from, to } => {
            effect.uses.insert(Thing::Table(table.clone()));
            effect.takes.extend(from.name().map(|name| Thing::Constraint(table.clone(), name.text.clone())));
            effect.gives.extend(to.name().map(|name| Thing::Constraint(table.clone(), name.text.clone())));
            effect.takes.extend(index_behind(from));
            effect.gives.extend(index_behind(to));
        }
        Op::FillColumn { table, column: filled, value, .. } => {
            effect.uses.extend([Thing::Table(table.clone()), column(table, &filled.name)]);
            effect.uses.extend(value.iter().flat_map(|sql| mentioned(table, sql).chain(called(sql))));
        }
        Op::RequireColumn { table, to, .. } => {
            effect.uses.extend([Thing::Table(table.clone()), column(table, &to.name)]);
            effect.gives.insert(Thing::NotNull(table.clone(), to.name.clone()));
        }
        Op::ValidateConstraint { table, to, .. } => {
            effect.uses.insert(Thing::Table(table.clone()));
            effect.uses.extend(constraint_uses(table, to));
            effect.uses.extend(to.name().map(|name| Thing::Constraint(table.clone(), name.text.clone())));
        }
        Op::AdoptIndex { table, index, constraint } => {
            give_constraint(&mut effect, table, constraint);
            effect.uses.extend([Thing::Table(table.clone()), named(&index.name.text)]);
            if constraint.name().is_none_or(|name| name.text != index.name.text) {
                effect.takes.insert(named(&index.name.text));
            }
        }
        Op::ReleaseIndex { table, constraint, index } => {
            take_constraint(&mut effect, table, constraint);
            effect.uses.insert(Thing::Table(table.clone()));
            effect.gives.insert(named(&index.name.text));
        }
        Op::CreateAttachment { table, attachment } => {
            effect.uses = mentioned(table, &attachment.sql).chain(called(&attachment.sql)).collect();
            effect.uses.extend([Thing::Table(table.clone()), Thing::NewStorage(bare(table))]);
        }
        Op::DropAttachment { table, attachment } => {
            effect.uses = mentioned(table, &attachment.sql).chain(called(&attachment.sql)).collect();
            effect.uses.extend([Thing::Table(table.clone()), Thing::OldStorage(bare(table))]);
        }
        Op::CreateVerbatim { name, object } => {
            effect.gives = verbatim(name, object.kind);
            effect.uses = verbatim_uses(name, object);
            effect.uses.extend(read(object).map(Thing::NewStorage));
        }
        Op::DropVerbatim { name, object } => {
            effect.takes = verbatim(name, object.kind);
            effect.uses = verbatim_uses(name, object);
            effect.uses.extend(read(object).map(Thing::OldStorage));
        }
        Op::ReplaceVerbatim { name, from, to } => {
            effect.gives = verbatim(name, to.kind);
            effect.uses = verbatim_uses(name, from).into_iter().chain(verbatim_uses(name, to)).collect();
        }
        Op::AlterEnum { name, .. } => {
            effect.gives.insert(Thing::Enum(name.to_string()));
            effect.takes.insert(Thing::OldEnum(name.to_string()));
        }
        Op::RenameEnum { from, to } => {
            effect.takes.extend([Thing::Enum(from.to_string()), callable(&from.name)]);
            effect.gives.extend([Thing::Enum(to.to_string()), callable(&to.name)]);
        }
        Op::CreateEnum { name, .. } | Op::RenameEnumValue { name, .. } => {
            effect.gives.extend([Thing::Enum(name.to_string()), callable(&name.name)]);
        }
        Op::DropEnum { name, .. } => {
            let old = Thing::OldEnum(name.to_string());
            effect.takes.extend([Thing::Enum(name.to_string()), old, callable(&name.name)]);
        }
        Op::Comment { on, .. } => {
            effect.uses.insert(match on {
                CommentOn::Table(table) | CommentOn::Part(table, Part::Attachment(..)) => Thing::Table(table.clone()),
                CommentOn::Part(view, Part::Column(_)) => Thing::Verbatim(view.clone()),
                CommentOn::Part(_, Part::Index(name)) => named(name),
                CommentOn::Part(table, Part::Constraint(name)) => Thing::Constraint(table.clone(), name.clone()),
                CommentOn::Enum(name) => Thing::Enum(name.to_string()),
                CommentOn::Verbatim(name, _) => Thing::Verbatim(name.clone()),
            });
        }
    }
    effect
}

/// The types from which a column is computed: what is computed anew is so from the new ones, and what no longer is lets go of
/// the old ones.
fn base_types(table: &TableName, from: &Column, to: &Column) -> Vec<Thing> {
    let (generated, of): (_, fn(TableName, String) -> Thing) = match (&from.generated, &to.generated) {
        (_, Some(generated)) => (generated, Thing::NewType),
        (Some(generated), None) => (generated, Thing::OldType),
        (None, None) => return Vec::new(),
    };
    identifiers(&generated.expression).into_iter().map(|word| of(table.clone(), word)).collect()
}

/// All rows of the table move into a new one of its name.
fn move_rows(effect: &mut Effect, table: &TableName) {
    effect.takes.insert(Thing::OldStorage(bare(table)));
    effect.gives.insert(Thing::NewStorage(bare(table)));
}

/// The name of a table as texts say it.
fn bare(table: &TableName) -> String {
    table.name.to_lowercase()
}

/// What a view may read, in bare names.
fn read(object: &Verbatim) -> impl Iterator<Item = String> {
    let words = if object.kind.is_relation() { identifiers(&object.sql) } else { Vec::new() };
    words.into_iter().map(|word| word.to_lowercase())
}

/// What a part of a table needs: the table, perhaps another part, and what its statements name.
fn partition_uses(table: &TableName, partition: &Partition) -> BTreeSet<Thing> {
    let words = partition.sql.iter().flat_map(|sql| identifiers(sql));
    let own = named(&partition.name.name);
    let things = words.flat_map(|word| [named(&word), callable(&word), column(table, &word)]);
    let mut uses: BTreeSet<Thing> = things.filter(|thing| *thing != own).collect();
    uses.insert(Thing::Table(table.clone()));
    uses
}

/// What something that goes uses of what there was.
fn before(thing: Thing) -> Thing {
    match thing {
        Thing::Enum(name) => Thing::OldEnum(name),
        thing => thing,
    }
}

fn callable(name: &str) -> Thing {
    Thing::Callable(name.to_lowercase())
}

/// What SQL may call. Words that are nothing of the kind meet nothing.
fn called(sql: &str) -> impl Iterator<Item = Thing> {
    identifiers(sql).into_iter().chain(named_in_strings(sql)).map(|word| callable(&word))
}

/// What an object is for others.
fn verbatim(name: &TableName, kind: VerbatimKind) -> BTreeSet<Thing> {
    let bare = name.name.split('(').next().unwrap_or_default().trim_matches('"');
    let role = if kind.is_relation() { named(bare) } else { callable(bare) };
    BTreeSet::from([Thing::Verbatim(name.clone()), role])
}

/// What the text of an object may need. A function in another language than SQL is not looked into, neither by the
/// database when it is made.
fn verbatim_uses(name: &TableName, object: &Verbatim) -> BTreeSet<Thing> {
    let own = verbatim(name, object.kind);
    let lower = object.sql.to_lowercase();
    let is_opaque = object.kind == VerbatimKind::Function && !lower.contains("language sql");
    let sql = match lower.find("as $").filter(|_| is_opaque) {
        Some(body) => object.sql.get(..body).unwrap_or(&object.sql),
        None => &object.sql,
    };
    let words = identifiers(sql);
    let things = words.iter().flat_map(|word| [named(word), callable(word)]);
    things.filter(|thing| !own.contains(thing)).collect()
}

/// What a column needs besides its table.
fn column_uses(column: &Column) -> Vec<Thing> {
    let mut things: Vec<Thing> =
        column.data_type.kind.enum_name().map(|name| Thing::Enum(name.to_owned())).into_iter().collect();
    let default = column.default.as_ref().and_then(|default| default.text.as_ref());
    let generated = column.generated.as_ref().map(|generated| &generated.expression);
    for sql in column.data_type.text.iter().chain(default).chain(generated) {
        things.extend(called(sql));
    }
    things
}

/// What the value needs that rows get by it.
fn fill_uses(table: &TableName, to: &Column) -> Vec<Thing> {
    let own = column(table, &to.name);
    let things = to.fill.iter().flat_map(|sql| mentioned(table, sql).chain(called(sql)));
    things.filter(|thing| *thing != own).collect()
}

/// What a table needs besides its parents.
fn table_uses(table: &Table) -> impl Iterator<Item = Thing> {
    let of_columns = table.columns.iter().flat_map(column_uses);
    let of_attachments = table.attachments.iter().flat_map(|attachment| called(&attachment.sql));
    let of_partitions = table.partitions.iter().flat_map(|partition| &partition.sql).flat_map(|sql| called(sql));
    let of_columns = of_columns.chain(of_attachments).chain(of_partitions);
    let of_checks = table.checks.iter().flat_map(|check| called(&check.expression));
    let indexes = table.indexes.iter().flat_map(|index| {
        let keys = index.parts.iter().filter_map(|part| match &part.key {
            IndexKey::Expression(sql) => Some(sql),
            IndexKey::Column(_) => None,
        });
        let classes = index.parts.iter().filter_map(|part| part.operator_class.as_ref());
        keys.chain(&index.predicate).chain(classes)
    });
    of_columns.chain(of_checks).chain(indexes.flat_map(|sql| called(sql)))
}

fn named(name: &str) -> Thing {
    Thing::Name(name.to_lowercase())
}

/// A table with its columns, indexes and keys.
fn whole(table: &Table) -> BTreeSet<Thing> {
    let name = &table.name;
    let mut things = BTreeSet::from([Thing::Table(name.clone()), named(&name.name)]);
    things.extend(table.columns.iter().map(|own| column(name, &own.name)));
    for index in &table.indexes {
        things.insert(named(&index.name.text));
        things.extend(index_key(name, index));
    }
    for constraint in table.constraints() {
        things.extend(constraint_key(name, &constraint));
        things.extend(index_behind(&constraint));
    }
    things
}

fn parents(table: &Table) -> BTreeSet<Thing> {
    let others = table.foreign_keys.iter().filter(|fk| fk.references != table.name);
    others.flat_map(referenced).collect()
}

fn referenced(fk: &ForeignKey) -> Vec<Thing> {
    let mut things = vec![Thing::Table(fk.references.clone())];
    things.extend(fk.referenced_columns.iter().map(|name| column(&fk.references, name)));
    things.push(Thing::Key(fk.references.clone(), fk.referenced_columns.iter().cloned().collect()));
    things
}

/// The columns on both sides of a foreign key, before or after their types change.
fn types<'a>(
    table: &'a TableName,
    fk: &'a ForeignKey,
    when: fn(TableName, String) -> Thing,
) -> impl Iterator<Item = Thing> + 'a {
    let own = fk.columns.iter().map(move |name| when(table.clone(), name.clone()));
    own.chain(fk.referenced_columns.iter().map(move |name| when(fk.references.clone(), name.clone())))
}

fn give_constraint(effect: &mut Effect, table: &TableName, constraint: &Constraint) {
    if let Constraint::ForeignKey(fk) = constraint {
        effect.uses.extend(types(table, fk, Thing::NewType));
    }
    // It is written with values of the new type.
    if let Constraint::Check(check) = constraint {
        effect.uses.extend(typed(table, &check.expression, Thing::NewType));
    }
    effect.uses.extend(constraint_uses(table, constraint));
    if let Constraint::PrimaryKey(key) = constraint {
        effect.uses.extend(key.columns.iter().map(|name| Thing::NotNull(table.clone(), name.clone())));
    }
    effect.gives.extend(constraint_key(table, constraint));
    effect.gives.extend(place(table, constraint));
}

fn take_constraint(effect: &mut Effect, table: &TableName, constraint: &Constraint) {
    if let Constraint::ForeignKey(fk) = constraint {
        effect.uses.extend(types(table, fk, Thing::OldType));
    }
    if let Constraint::Check(check) = constraint {
        effect.uses.extend(typed(table, &check.expression, Thing::OldType));
    }
    effect.uses.extend(constraint_uses(table, constraint));
    effect.takes.extend(constraint_key(table, constraint));
    effect.takes.extend(place(table, constraint));
}

/// The columns an expression may refer to, before or after their types change.
fn typed<'a>(
    table: &'a TableName,
    sql: &str,
    when: fn(TableName, String) -> Thing,
) -> impl Iterator<Item = Thing> + 'a {
    identifiers(sql).into_iter().map(move |word| when(table.clone(), word))
}

/// The expressions in an index.
fn expressions(index: &Index) -> impl Iterator<Item = &String> {
    let keys = index.parts.iter().filter_map(|part| match &part.key {
        IndexKey::Expression(sql) => Some(sql),
        IndexKey::Column(_) => None,
    });
    keys.chain(&index.predicate)
}

/// The key that a foreign key of a table to itself refers to.
fn own_key(table: &TableName, constraint: &Constraint) -> Vec<Thing> {
    match constraint {
        Constraint::ForeignKey(fk) if fk.references == *table => referenced(fk),
        _ => Vec::new(),
    }
}

/// What no other constraint can have at the same time. Behind some stands an index of their name.
fn place(table: &TableName, constraint: &Constraint) -> Vec<Thing> {
    let name = constraint.name().map(|name| Thing::Constraint(table.clone(), name.text.clone()));
    let primary = matches!(constraint, Constraint::PrimaryKey(_)).then(|| Thing::PrimaryKey(table.clone()));
    name.into_iter().chain(primary).chain(index_behind(constraint)).collect()
}

/// The name of the index behind a constraint, which is that of the constraint.
fn index_behind(constraint: &Constraint) -> Option<Thing> {
    match constraint {
        Constraint::PrimaryKey(_) | Constraint::Unique(_) | Constraint::Exclusion(_) => {
            constraint.name().map(|name| named(&name.text))
        }
        Constraint::ForeignKey(_) | Constraint::Check(_) => None,
    }
}

fn constraint_uses(table: &TableName, constraint: &Constraint) -> Vec<Thing> {
    let columns = |names: &[String]| names.iter().map(|name| column(table, name)).collect();
    match constraint {
        Constraint::PrimaryKey(PrimaryKey { columns: names, include, .. })
        | Constraint::Unique(Unique { columns: names, include, .. }) => columns(&[&names[..], include].concat()),
        Constraint::ForeignKey(fk) => {
            let mut things: Vec<Thing> = columns(&fk.columns);
            if fk.references != *table {
                things.extend(referenced(fk));
            }
            things
        }
        Constraint::Check(check) => mentioned(table, &check.expression).chain(called(&check.expression)).collect(),
        Constraint::Exclusion(exclusion) => {
            let keys = exclusion.elements.iter().map(|element| &element.part.key);
            let things = keys.flat_map(|key| key_uses(table, key));
            let things = things.chain(exclusion.include.iter().map(|name| column(table, name)));
            things.chain(exclusion.predicate.iter().flat_map(|sql| mentioned(table, sql))).collect()
        }
    }
}

fn constraint_key(table: &TableName, constraint: &Constraint) -> Option<Thing> {
    let columns = match constraint {
        Constraint::PrimaryKey(key) => &key.columns,
        Constraint::Unique(unique) => &unique.columns,
        Constraint::ForeignKey(_) | Constraint::Check(_) | Constraint::Exclusion(_) => return None,
    };
    Some(Thing::Key(table.clone(), columns.iter().cloned().collect()))
}

fn index_key(table: &TableName, index: &Index) -> Option<Thing> {
    index.unique.then(|| Thing::Key(table.clone(), index_column_names(index)))
}

fn index_column_names(index: &Index) -> BTreeSet<String> {
    let names = index.parts.iter().filter_map(|part| match &part.key {
        IndexKey::Column(column) => Some(column.clone()),
        IndexKey::Expression(_) => None,
    });
    names.collect()
}

fn index_uses(table: &TableName, index: &Index) -> BTreeSet<Thing> {
    let parts = index.parts.iter().flat_map(|part| key_uses(table, &part.key));
    let include = index.include.iter().map(|name| column(table, name));
    let predicate = index.predicate.iter().flat_map(|sql| mentioned(table, sql));
    let classes = index.parts.iter().filter_map(|part| part.operator_class.as_deref()).map(callable);
    let words = index.predicate.iter().flat_map(|sql| called(sql));
    parts.chain(include).chain(predicate).chain(classes).chain(words).chain([Thing::Table(table.clone())]).collect()
}

fn key_uses(table: &TableName, key: &IndexKey) -> Vec<Thing> {
    match key {
        IndexKey::Column(name) => vec![column(table, name)],
        IndexKey::Expression(sql) => mentioned(table, sql).chain(called(sql)).collect(),
    }
}

fn column(table: &TableName, name: &str) -> Thing {
    Thing::Column(table.clone(), name.to_lowercase())
}

/// The columns an expression may refer to. Words that are no columns meet nothing.
fn mentioned(table: &TableName, sql: &str) -> impl Iterator<Item = Thing> {
    identifiers(sql).into_iter().map(|word| column(table, &word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Column, ColumnType, DataType, Deferrable, Name, Placement, PrimaryKey};
    use expect_test::{Expect, expect};

    fn check(ops: Vec<Op>, expected: &Expect) {
        let ordered: Vec<String> = order(ops).iter().map(ToString::to_string).collect();
        expected.assert_eq(&(ordered.join("\n") + "\n"));
    }

    fn column(name: &str) -> Column {
        Column::new(name, ColumnType::written(DataType::Integer))
    }

    fn table(name: &str, refers_to: &[&str]) -> Table {
        let foreign_key = |parent: &&str| ForeignKey {
            name: None,
            columns: vec![(*parent).to_owned()],
            references: TableName::new(*parent),
            referenced_columns: vec!["id".to_owned()],
            on_delete: None,
            on_update: None,
            on_delete_columns: Vec::new(),
            deferrable: Deferrable::No,
            match_full: false,
            not_valid: false,
            placement: Placement::Table,
        };
        Table {
            columns: vec![column("id")],
            foreign_keys: refers_to.iter().map(foreign_key).collect(),
            ..Table::new(TableName::new(name))
        }
    }

    fn index(name: &str, on: &str) -> Index {
        Index::new(Name::written(name), vec![crate::model::IndexPart::column(on)])
    }

    #[test]
    fn parents_come_first_and_go_last() {
        let create = |name, parents: &[&str]| Op::CreateTable { table: table(name, parents) };
        let drop = |name, parents: &[&str]| Op::DropTable { table: table(name, parents) };
        check(
            vec![create("a", &["b"]), create("b", &["c"]), create("c", &[]), drop("x", &[]), drop("y", &["x"])],
            &expect![[r"
                create table `c`
                create table `b`
                create table `a`
                drop table `y`
                drop table `x`
            "]],
        );
    }

    #[test]
    fn a_circle_is_cut_before_what_only_waits_for_it() {
        let create = |name, parents: &[&str]| Op::CreateTable { table: table(name, parents) };
        check(
            vec![create("c", &["b"]), create("a", &["b"]), create("b", &["a"])],
            &expect![[r"
                create table `b`
                create table `c`
                create table `a`
            "]],
        );
    }

    #[test]
    fn nothing_moves_across_a_rename() {
        let files = || TableName::new("files");
        let rename = |from: &str, to: &str| Op::RenameColumn { table: files(), from: from.into(), to: to.into() };
        check(
            vec![
                Op::CreateIndex { table: files(), index: index("on_name", "name") },
                Op::AddColumn { table: files(), column: column("name"), constraints: Vec::new() },
                rename("name", "kind"),
                rename("id", "name"),
                Op::DropColumn { table: files(), column: column("name"), constraints: Vec::new() },
                Op::DropIndex { table: files(), index: index("on_id", "name") },
            ],
            &expect![[r"
                add column `files.name`
                create index `on_name` on `files`
                rename column `files.name` to `kind`
                rename column `files.id` to `name`
                drop index `on_id` on `files`
                drop column `files.name`
            "]],
        );
    }

    #[test]
    fn a_primary_key_makes_room_for_the_next_however_long_it_has_to_wait() {
        let files = || TableName::new("files");
        let key = |column: &str| {
            let key = PrimaryKey::new(None, vec![column.to_owned()]);
            Constraint::PrimaryKey(key)
        };
        check(
            vec![
                Op::AddConstraint { table: files(), constraint: key("new") },
                Op::DropConstraint { table: files(), constraint: key("id") },
                Op::DropTable { table: table("children", &["files"]) },
            ],
            &expect![[r"
                drop table `children`
                drop the primary key (id) from `files`
                add the primary key (new) to `files`
            "]],
        );
    }

    #[test]
    fn an_index_goes_before_its_column_and_makes_room_for_one_of_its_name() {
        let files = || TableName::new("files");
        check(
            vec![
                Op::CreateIndex { table: files(), index: index("i", "kept") },
                Op::DropColumn { table: files(), column: column("gone"), constraints: Vec::new() },
                Op::DropIndex { table: files(), index: index("i", "gone") },
            ],
            &expect![[r"
                drop index `i` on `files`
                create index `i` on `files`
                drop column `files.gone`
            "]],
        );
    }

    #[test]
    fn a_table_that_goes_makes_room_for_a_constraint_of_the_same_name() {
        let unique = || Unique::new(Some(Name::written("u")), vec!["id".into()], Placement::Table);
        let mut gone = table("gone", &[]);
        gone.uniques.push(unique());
        let mut new = table("new", &[]);
        new.uniques.push(Unique { name: Some(Name::written("v")), ..unique() });
        check(
            vec![
                Op::CreateTable { table: new },
                Op::AddConstraint { table: TableName::new("files"), constraint: Constraint::Unique(unique()) },
                Op::DropTable { table: gone },
            ],
            &expect![[r#"
                create table `new`
                drop table `gone`
                add the unique constraint (id) to `files`
            "#]],
        );
    }
}
