//! What stands on a thing that changes: PostgreSQL lets a column or type become another only once what is computed from
//! it, or written with its values, is out of the way. It goes before and comes back after.

use super::{alter, casts, literal, script, views};
use crate::dialect::Expansion;
use crate::model::{
    AttachmentKind, Column, Constraint, EnumType, ForeignKey, Index, IndexKey, Literal, Schema, Table, TableName,
    Verbatim, VerbatimKind,
};
use crate::op::{Op, identifiers};

/// The operations in the place of one, given all of the plan and the schema before it.
pub(in crate::dialect) fn expand(op: &Op, ops: &[Op], schema: &Schema) -> Expansion {
    let planned = beside_views(op, ops, schema);
    let away = views::in_the_way(&planned, ops, schema);
    planned.within(away, Vec::new())
}

fn beside_views(op: &Op, ops: &[Op], schema: &Schema) -> Expansion {
    match op {
        Op::CreateTable { .. } | Op::CreateEnum { .. } | Op::CreateVerbatim { .. } => {
            let namespace = namespace(op.table(), schema);
            Expansion::alone(op.clone()).within(namespace.into_iter().collect(), Vec::new())
        }
        Op::RenameTable { to, .. } | Op::RenameEnum { to, .. } => {
            Expansion::alone(op.clone()).within(namespace(to, schema).into_iter().collect(), Vec::new())
        }
        Op::AlterEnum { name, from, to, columns, .. } => {
            let anew = is_made_anew(name, from, to, ops);
            let op = Op::AlterEnum {
                name: name.clone(),
                from: from.clone(),
                to: to.clone(),
                columns: columns.clone(),
                anew,
            };
            let alone = Expansion::alone(op);
            if anew { around_enum(alone, name, ops, schema) } else { alone }
        }
        Op::AlterColumn { table, from, to } => match schema.tables.get(table) {
            Some(_) if is_computed_anew(table, from, to, ops) => {
                let (table, from, to) = (table.clone(), from.clone(), to.clone());
                beside_views(&Op::ReplaceColumn { table, from, to, filled: false }, ops, schema)
            }
            Some(own) if from.data_type.text != to.data_type.text => {
                let alone = around(own, Expansion::alone(op.clone()), ops, |what| what.is_bound_to(&from.name));
                with_references(op, alone, ops, schema)
            }
            Some(_) | None => Expansion::alone(op.clone()),
        },
        Op::ReplaceColumn { table, from, .. } => match schema.tables.get(table) {
            Some(own) => {
                let alone = around(own, Expansion::alone(op.clone()), ops, |what| what.goes_with(&from.name));
                with_references(op, alone, ops, schema)
            }
            None => Expansion::alone(op.clone()),
        },
        Op::RebuildTable { from, .. } => around_references(Expansion::alone(op.clone()), ops, schema, |child, fk| {
            fk.references == from.name && *child != from.name
        }),
        Op::DropConstraint { table, constraint } => match schema.tables.get(table) {
            Some(own) if is_key(constraint) => around_key(own, op, constraint, ops, schema),
            Some(_) | None => Expansion::alone(op.clone()),
        },
        _ => Expansion::alone(op.clone()),
    }
}

/// Whether the column comes to be computed, or cannot go on being computed while that from which it is changes its type.
fn is_computed_anew(table: &TableName, from: &Column, to: &Column, ops: &[Op]) -> bool {
    let Some(generated) = &from.generated else { return to.generated.is_some() };
    let moves = |op: &Op| match op {
        Op::AlterColumn { table: of, from: base, to } => {
            of == table && alter::is_retyped(base, to) && mentions(&generated.expression, &base.name)
        }
        Op::ReplaceColumn { table: of, from: base, .. } => of == table && mentions(&generated.expression, &base.name),
        _ => false,
    };
    to.generated.is_some() && (from.generated != to.generated || ops.iter().any(moves))
}

/// What makes a computed column that the plan changes anyhow a plain one, so that what it is computed from can change
/// before: its values stay until then.
fn made_plain(table: &TableName, column: &Column, ops: &[Op]) -> Option<Op> {
    // What is done already is not to be taken back.
    let is_it = |of: &TableName, from: &Column, to: &Column| of == table && from.name == column.name && to != column;
    ops.iter().find_map(|op| match op {
        Op::AlterColumn { table: of, from, to } | Op::ReplaceColumn { table: of, from, to, .. }
            if is_it(of, from, to) =>
        {
            if to.generated.is_none() {
                return Some(op.clone());
            }
            if matches!(op, Op::AlterColumn { .. }) && !is_computed_anew(table, from, to, ops) {
                return None;
            }
            let to = Column { generated: None, ..column.clone() };
            Some(Op::AlterColumn { table: table.clone(), from: column.clone(), to })
        }
        _ => None,
    })
}

/// Makes the schema that something is the first in. One that is there although it is empty stays as it is.
fn namespace(name: &TableName, schema: &Schema) -> Option<Op> {
    let own = name.schema.as_ref()?;
    let key = TableName::new(own);
    let is_made = schema.verbatim.get(&key).is_some_and(|object| object.kind == VerbatimKind::Namespace);
    let mut names = schema.tables.keys().chain(schema.enums.keys()).chain(schema.verbatim.keys());
    if is_made || names.any(|other| other.schema.as_ref() == Some(own)) {
        return None;
    }
    let sql = format!("CREATE SCHEMA IF NOT EXISTS {}", super::quote(own));
    Some(Op::CreateVerbatim { name: key, object: Verbatim::new(VerbatimKind::Namespace, sql) })
}

/// Something of a table that may have to make room.
enum Standing<'a> {
    Index(&'a Index),
    Constraint(&'a Constraint),
    Generated(&'a Column),
    Attachment(&'a str),
}

impl Standing<'_> {
    /// Whether it cannot be there without the column.
    fn stands_on(&self, column: &str) -> bool {
        match self {
            Self::Index(index) => {
                let keys = index.parts.iter().any(|part| match &part.key {
                    IndexKey::Column(name) => name == column,
                    IndexKey::Expression(sql) => mentions(sql, column),
                });
                keys || index.include.iter().any(|name| name == column)
                    || index.predicate.as_ref().is_some_and(|sql| mentions(sql, column))
            }
            Self::Constraint(constraint) if constraint.include().iter().any(|name| name == column) => true,
            Self::Constraint(constraint) => match constraint {
                Constraint::PrimaryKey(key) => key.columns.iter().any(|name| name == column),
                Constraint::Unique(unique) => unique.columns.iter().any(|name| name == column),
                Constraint::ForeignKey(fk) => fk.columns.iter().any(|name| name == column),
                Constraint::Check(check) => mentions(&check.expression, column),
                Constraint::Exclusion(exclusion) => exclusion.elements.iter().any(|element| match &element.part.key {
                    IndexKey::Column(name) => name == column,
                    IndexKey::Expression(sql) => mentions(sql, column),
                }),
            },
            Self::Generated(_) => self.is_bound_to(column),
            Self::Attachment(sql) => mentions(sql, column),
        }
    }

    /// Whether it goes with the column without anybody asking. Foreign keys have two sides and are looked after by themselves.
    fn goes_with(&self, column: &str) -> bool {
        !matches!(self, Self::Constraint(Constraint::ForeignKey(_))) && self.stands_on(column)
    }

    /// Whether it keeps the column from becoming another type.
    fn is_bound_to(&self, column: &str) -> bool {
        match self {
            Self::Generated(own) => {
                own.generated.as_ref().is_some_and(|generated| mentions(&generated.expression, column))
            }
            Self::Attachment(sql) => mentions(sql, column),
            // PostgreSQL makes these anew by itself.
            Self::Index(_) | Self::Constraint(_) => false,
        }
    }

    /// Whether it is written with values of an enum type, or computed from columns of it.
    fn is_written_with(&self, name: &TableName, columns: &[&str]) -> bool {
        let is = |sql: &str| alter::names_type(sql, name) || columns.iter().any(|column| mentions(sql, column));
        match self {
            Self::Index(index) => {
                let keys = index.parts.iter().any(|part| matches!(&part.key, IndexKey::Expression(sql) if is(sql)));
                keys || index.predicate.as_ref().is_some_and(|sql| is(sql))
            }
            Self::Constraint(Constraint::Check(check)) => is(&check.expression),
            Self::Constraint(Constraint::Exclusion(exclusion)) => {
                let keys =
                    exclusion.elements.iter().any(|own| matches!(&own.part.key, IndexKey::Expression(sql) if is(sql)));
                keys || exclusion.predicate.as_ref().is_some_and(|sql| is(sql))
            }
            Self::Constraint(_) => false,
            Self::Generated(own) => own.generated.as_ref().is_some_and(|generated| is(&generated.expression)),
            Self::Attachment(sql) => is(sql),
        }
    }
}

fn mentions(sql: &str, column: &str) -> bool {
    identifiers(sql).iter().any(|word| word == column)
}

/// The operations with what has to make room taken away before and put back after, unless the plan does that anyhow.
fn around(table: &Table, middle: Expansion, ops: &[Op], makes_room: impl Fn(&Standing<'_>) -> bool) -> Expansion {
    let name = &table.name;
    // What is computed from a column that goes has to go before.
    let goes_first = middle.middle.iter().any(|op| matches!(op, Op::ReplaceColumn { .. }));
    let is_gone = |column: &Column| {
        ops.iter().any(|op| match op {
            Op::DropColumn { table, column: own, .. } => table == name && own.name == column.name,
            Op::AlterColumn { table, from, to } => {
                let is_it = table == name && from.name == column.name && to != column;
                is_it && made_plain(name, column, ops).is_none()
            }
            _ => false,
        })
    };
    let goes = |column: &&Column| {
        column.generated.is_some() && (goes_first || !is_gone(column)) && makes_room(&Standing::Generated(column))
    };
    let computed: Vec<&Column> = table.columns.iter().filter(goes).collect();
    let (plain, computed): (Vec<_>, Vec<_>) =
        computed.into_iter().partition(|column| made_plain(name, column, ops).is_some());
    // What stands on a column that makes room makes room, too.
    let makes_room = |what: &Standing<'_>| makes_room(what) || computed.iter().any(|own| what.stands_on(&own.name));
    let mut before = Vec::new();
    for attachment in table.attachments.iter().filter(|own| makes_room(&Standing::Attachment(&own.sql))) {
        // A trigger on all columns notices nothing.
        let is_free = attachment.kind == AttachmentKind::Trigger
            && !script::words(&attachment.sql).iter().any(|word| word.is("of") || word.is("when"));
        if !is_free {
            before.push(Op::DropAttachment { table: name.clone(), attachment: attachment.clone() });
        }
    }
    for index in table.indexes.iter().filter(|index| makes_room(&Standing::Index(index))) {
        before.push(Op::DropIndex { table: name.clone(), index: index.clone() });
    }
    for constraint in table.constraints().filter(|own| makes_room(&Standing::Constraint(own))) {
        before.push(Op::DropConstraint { table: name.clone(), constraint });
    }
    for column in &computed {
        let column = (*column).clone();
        before.push(Op::DropColumn { table: name.clone(), column, constraints: Vec::new() });
    }
    let after: Vec<Op> = before.iter().filter(|op| !ops.contains(op)).rev().map(Op::inverse).collect();
    before.extend(plain.into_iter().filter_map(|column| made_plain(name, column, ops)));
    middle.within(before, after)
}

fn around_enum(alone: Expansion, name: &TableName, ops: &[Op], schema: &Schema) -> Expansion {
    let text = name.to_string();
    let mut planned = alone;
    for table in schema.tables.values() {
        let columns: Vec<&str> = table
            .columns
            .iter()
            .filter(|column| column.data_type.kind.enum_name() == Some(&text))
            .map(|column| column.name.as_str())
            .collect();
        if !columns.is_empty() {
            planned = around(table, planned, ops, |what| what.is_written_with(name, &columns));
        }
    }
    planned
}

/// Whether an enum type gets its values by another in its place.
pub(super) fn is_made_anew(name: &TableName, from: &EnumType, to: &EnumType, ops: &[Op]) -> bool {
    !alter::is_addition(from, to) || is_used_at_once(name, from, to, ops)
}

/// Whether the plan uses a value in the transaction that adds it, which PostgreSQL refuses.
fn is_used_at_once(name: &TableName, from: &EnumType, to: &EnumType, ops: &[Op]) -> bool {
    let name = name.to_string();
    let new: Vec<String> = to
        .values
        .iter()
        .filter(|value| !from.values.contains(value))
        .map(|value| literal(&Literal::Text(value.clone())))
        .collect();
    let says = |sql: &str| new.iter().any(|value| sql.contains(value.as_str()));
    let in_column = |column: &Column| {
        let is_of_type = column.data_type.kind.enum_name() == Some(&name);
        let default = column.default.as_ref().and_then(|default| default.text.as_ref()).filter(|_| is_of_type);
        let generated = column.generated.as_ref().map(|generated| &generated.expression);
        default.into_iter().chain(generated).any(|sql| says(sql))
    };
    let in_index = |index: &Index| {
        let keys = index.parts.iter().any(|part| matches!(&part.key, IndexKey::Expression(sql) if says(sql)));
        keys || index.predicate.as_ref().is_some_and(|sql| says(sql))
    };
    let in_constraint = |constraint: &Constraint| match constraint {
        Constraint::Check(check) => says(&check.expression),
        Constraint::Exclusion(exclusion) => exclusion.predicate.as_ref().is_some_and(|sql| says(sql)),
        Constraint::PrimaryKey(_) | Constraint::Unique(_) | Constraint::ForeignKey(_) => false,
    };
    ops.iter().any(|op| match op {
        Op::CreateTable { table } => {
            table.columns.iter().any(in_column)
                || table.indexes.iter().any(in_index)
                || table.constraints().any(|constraint| in_constraint(&constraint))
        }
        Op::AddColumn { column, constraints, .. } => in_column(column) || constraints.iter().any(in_constraint),
        Op::AlterColumn { to, .. } | Op::ReplaceColumn { to, .. } => in_column(to),
        Op::CreatePartition { partition, .. } => partition.sql.iter().any(|sql| says(sql)),
        Op::AddConstraint { constraint, .. } => in_constraint(constraint),
        Op::CreateIndex { index, .. } => in_index(index),
        Op::CreateAttachment { attachment, .. } => says(&attachment.sql),
        Op::CreateVerbatim { object, .. } | Op::ReplaceVerbatim { to: object, .. } => says(&object.sql),
        _ => false,
    })
}

fn is_key(constraint: &Constraint) -> bool {
    matches!(constraint, Constraint::PrimaryKey(_) | Constraint::Unique(_))
}

/// Takes foreign keys away before and puts them back after, unless the plan does that anyhow.
fn around_references(
    middle: Expansion,
    ops: &[Op],
    schema: &Schema,
    makes_room: impl Fn(&TableName, &ForeignKey) -> bool,
) -> Expansion {
    let mut before = Vec::new();
    for child in schema.tables.values() {
        let is_dropped = ops.iter().any(|op| matches!(op, Op::DropTable { table } if table.name == child.name));
        for fk in child.foreign_keys.iter().filter(|fk| makes_room(&child.name, fk)) {
            let constraint = Constraint::ForeignKey(fk.clone());
            before.push((Op::DropConstraint { table: child.name.clone(), constraint }, is_dropped));
        }
    }
    let stays = |(op, is_dropped): &&(Op, bool)| !is_dropped && !ops.contains(op);
    let after = before.iter().filter(stays).rev().map(|(op, _)| op.inverse()).collect();
    middle.within(before.into_iter().map(|(op, _)| op).collect(), after)
}

/// The column of which the operation changes the type to one that the old one is not held against.
fn estranged(op: &Op) -> Option<(&TableName, &str)> {
    match op {
        Op::AlterColumn { table, from, to } => {
            let text = |column: &Column| column.data_type.text.clone().unwrap_or_default();
            (!casts::compares(&text(from), &text(to))).then_some((table, from.name.as_str()))
        }
        // Whatever its type, nothing can refer to it meanwhile.
        Op::ReplaceColumn { table, from, .. } => Some((table, from.name.as_str())),
        _ => None,
    }
}

/// Both sides of a foreign key become another type together, while the foreign key is away.
fn with_references(op: &Op, alone: Expansion, ops: &[Op], schema: &Schema) -> Expansion {
    if estranged(op).is_none() {
        return alone;
    }
    let touches = |op: &Op, child: &TableName, fk: &ForeignKey| {
        estranged(op).is_some_and(|(table, column)| {
            (table == child && fk.columns.iter().any(|own| own == column))
                || (*table == fk.references && fk.referenced_columns.iter().any(|own| own == column))
        })
    };
    let (mut group, mut drops) = (vec![op], Vec::new());
    let mut position = 0;
    while let Some(member) = group.get(position).copied() {
        position += 1;
        for child in schema.tables.values() {
            for fk in child.foreign_keys.iter().filter(|fk| touches(member, &child.name, fk)) {
                let constraint = Constraint::ForeignKey(fk.clone());
                let drop = Op::DropConstraint { table: child.name.clone(), constraint };
                if !drops.contains(&drop) {
                    drops.push(drop);
                    let others = ops.iter().filter(|other| touches(other, &child.name, fk));
                    let others: Vec<&Op> = others.filter(|other| !group.contains(other)).collect();
                    group.extend(others);
                }
            }
        }
    }
    let mut whole = alone;
    for other in group.into_iter().skip(1) {
        let Some(own) = schema.tables.get(other.table()) else { continue };
        let alone = Expansion::alone(other.clone());
        let next = match other {
            Op::AlterColumn { from, .. } => around(own, alone, ops, |what| what.is_bound_to(&from.name)),
            Op::ReplaceColumn { from, .. } => around(own, alone, ops, |what| what.goes_with(&from.name)),
            _ => continue,
        };
        whole.middle.extend(next.middle);
        whole = whole.within(next.before, next.after);
    }
    let stays = |drop: &&Op| {
        let child_goes = ops.iter().any(|op| matches!(op, Op::DropTable { table } if table.name == *drop.table()));
        !ops.contains(drop) && !child_goes
    };
    let adds = drops.iter().filter(stays).rev().map(Op::inverse).collect();
    whole.within(drops, adds)
}

/// A key that others refer to: their foreign keys go before it and come back when there is one again.
fn around_key(table: &Table, op: &Op, key: &Constraint, ops: &[Op], schema: &Schema) -> Expansion {
    let columns = match key {
        Constraint::PrimaryKey(key) => &key.columns,
        Constraint::Unique(unique) => &unique.columns,
        _ => return Expansion::alone(op.clone()),
    };
    let is_on = |fk: &ForeignKey| fk.references == table.name && is_same_set(&fk.referenced_columns, columns);
    let mut before = Vec::new();
    for child in schema.tables.values() {
        let is_dropped = ops.iter().any(|op| matches!(op, Op::DropTable { table } if table.name == child.name));
        for fk in child.foreign_keys.iter().filter(|fk| !is_dropped && is_on(fk)) {
            let drop = Op::DropConstraint { table: child.name.clone(), constraint: Constraint::ForeignKey(fk.clone()) };
            before.push(drop);
        }
    }
    let after: Vec<Op> = before.iter().filter(|op| !ops.contains(op)).rev().map(Op::inverse).collect();
    // What comes back needs another key on the same columns, which the plan may bring.
    let brings = |op: &&Op| match op {
        Op::AddConstraint { table: of, constraint: Constraint::PrimaryKey(key) } => {
            *of == table.name && is_same_set(&key.columns, columns)
        }
        Op::AddConstraint { table: of, constraint: Constraint::Unique(unique) } => {
            *of == table.name && is_same_set(&unique.columns, columns)
        }
        _ => false,
    };
    let mut alone = Expansion::alone(op.clone());
    alone.middle.extend(ops.iter().find(brings).filter(|_| !after.is_empty()).cloned());
    alone.within(before, after)
}

fn is_same_set(one: &[String], other: &[String]) -> bool {
    one.len() == other.len() && one.iter().all(|column| other.contains(column))
}
