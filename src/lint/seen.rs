//! The hazards of what a revision was seen to do. What lies between the schemas before and after is put in the words of
//! plans; which statement did it, its words tell. Where the database showed what was read, nothing that was not read can fail.

use std::collections::BTreeSet;

use super::Seen;
use super::script::{At, Script};
use crate::compare::{Origin, Pair, Whole};
use crate::dialect::touch::{self, Object, Rows};
use crate::dialect::{Dialect, Effects, Lock, Options};
use crate::error::Result;
use crate::hazard::Kind;
use crate::migrate::observe::{self, Identities};
use crate::model::{Action, Column, ForeignKey, Rename, Schema, Shared, Table, TableName};
use crate::op::Op;
use crate::plan::hazard::wait::Held;
use crate::plan::hazard::{Hazard, Subject, find};

pub(super) fn hazards(script: &Script, seen: Seen<'_>, dialect: Dialect, options: &Options) -> Result<Vec<At>> {
    let renames = match seen.names {
        Some((before, after)) => of_names(before, after),
        None => of_words(script, seen.before, seen.after),
    };
    let both = [(seen.before, Origin::Database), (seen.after, Origin::Database)];
    let Whole { from, ops, .. } = Pair::new(both[0], both[1], &renames, dialect, options)?.compare();
    let view = View { script, seen, dialect, rebuilt: rebuilt(script, seen), replaced: replaced(script, seen) };
    let ops = view.as_done(ops, &from);
    let mut found = Vec::new();
    let mut schema = from;
    for op in &ops {
        found.extend(view.of(op, &schema));
        schema = op.apply(schema);
    }
    found.extend(view.lost(&ops));
    found.extend(view.filled(&ops));
    found.extend(view.aimless(&ops));
    found.extend(view.acting());
    found.extend(view.waits(&ops));
    Ok(found)
}

/// What has another name after than before, as the database knows it.
fn of_names(before: &Identities, after: &Identities) -> Vec<Rename> {
    let is_other = |(was, is): &(&observe::Named, &observe::Named)| match was.kind {
        observe::Kind::Table | observe::Kind::Enum => was.name != is.name,
        observe::Kind::Column | observe::Kind::Value => was.part != is.part,
    };
    let rename = |(was, is): (&observe::Named, &observe::Named)| {
        let (from, to) = (was.name.clone(), is.name.clone());
        let part = |named: &observe::Named| named.part.clone().unwrap_or_default();
        match was.kind {
            observe::Kind::Table => Rename::Table { from, to },
            observe::Kind::Enum => Rename::Enum { from, to },
            observe::Kind::Column => Rename::Column { table: to, from: part(was), to: part(is) },
            observe::Kind::Value => Rename::Value { of: to, from: part(was), to: part(is) },
        }
    };
    before.kept(after).filter(is_other).map(rename).collect()
}

/// The same as the words have it.
fn of_words(script: &Script, before: &Schema, after: &Schema) -> Vec<Rename> {
    let actual = |schema: &Schema, name: &TableName| {
        schema.tables.keys().find(|own| script.spelled(own) == script.spelled(name)).cloned()
    };
    let column = |schema: &Schema, table: &TableName, name: &str| {
        let columns = &schema.tables.get(table)?.columns;
        columns.iter().find(|own| own.name.eq_ignore_ascii_case(name)).map(|own| own.name.clone())
    };
    let mut tables: Vec<(TableName, TableName)> = Vec::new();
    let mut columns: Vec<(TableName, String, String)> = Vec::new();
    for (from, to) in script.renamed() {
        match (from, to) {
            (Object::Named(touch::Kind::Table, from), Object::Named(_, to)) => {
                match tables.iter_mut().find(|(_, now)| now == from) {
                    Some((_, now)) => to.clone_into(now),
                    None => tables.push((from.clone(), to.clone())),
                }
                for (table, ..) in columns.iter_mut().filter(|(table, ..)| table == from) {
                    to.clone_into(table);
                }
            }
            (Object::Part(table, touch::Kind::Column, from), Object::Part(_, _, to)) => {
                match columns.iter_mut().find(|(own, _, now)| own == table && now == from) {
                    Some((_, _, now)) => to.clone_into(now),
                    None => columns.push((table.clone(), from.clone(), to.clone())),
                }
            }
            _ => {}
        }
    }
    let was = |table: &TableName| tables.iter().find(|(_, now)| now == table).map_or(table, |(was, _)| was).clone();
    let of_columns = columns.iter().filter_map(|(table, from, to)| {
        let (old, new) = (actual(before, &was(table))?, actual(after, table)?);
        let (from, to) = (column(before, &old, from)?, column(after, &new, to)?);
        Some(Rename::Column { table: new, from, to })
    });
    let of_tables = tables
        .iter()
        .filter_map(|(from, to)| Some(Rename::Table { from: actual(before, from)?, to: actual(after, to)? }));
    of_tables.chain(of_columns).collect()
}

/// The tables of before and after that are not the same although they are called so.
fn rebuilt(script: &Script, seen: Seen<'_>) -> BTreeSet<TableName> {
    let both = seen.before.tables.keys().filter(|name| seen.after.tables.contains_key(*name));
    let Some((before, after)) = seen.names else {
        let words = script.rebuilt();
        return both.filter(|name| words.contains(&script.spelled(name))).cloned().collect();
    };
    let is_gone =
        |name: &&TableName| before.gone(after).any(|own| own.kind == observe::Kind::Table && own.name == **name);
    both.filter(is_gone).cloned().collect()
}

/// The columns of before and after that are not the same although they are called so, of tables that are.
fn replaced(script: &Script, seen: Seen<'_>) -> BTreeSet<(TableName, String)> {
    let all = seen.before.tables.iter().flat_map(|(name, table)| table.columns.iter().map(move |own| (name, own)));
    let stays = |(table, column): &(&TableName, &Column)| {
        let after = seen.after.tables.get(*table);
        column.generated.is_none() && after.is_some_and(|after| after.column(&column.name).is_some())
    };
    let is_gone = |(table, column): &(&TableName, &Column)| match seen.names {
        Some((before, after)) => before.gone(after).any(|own| {
            own.kind == observe::Kind::Column && own.name == **table && own.part.as_deref() == Some(&column.name)
        }),
        None => script.shown(Kind::DropsColumn, table, Some(&column.name)).is_some(),
    };
    let rebuilt = rebuilt(script, seen);
    let gone = all.filter(stays).filter(|(table, _)| !rebuilt.contains(*table)).filter(is_gone);
    gone.map(|(table, column)| (table.clone(), column.name.clone())).collect()
}

struct View<'a> {
    script: &'a Script,
    seen: Seen<'a>,
    dialect: Dialect,
    rebuilt: BTreeSet<TableName>,
    replaced: BTreeSet<(TableName, String)>,
}

impl View<'_> {
    /// The operations as the statements did them: tables that went and came back are rebuilt, indexes may be made in no
    /// transaction, and rows get what was written into them and not what a default says.
    fn as_done(&self, ops: Vec<Op>, from: &Schema) -> Vec<Op> {
        let (inside, outside): (Vec<Op>, Vec<Op>) =
            ops.into_iter().partition(|op| self.rebuilt.contains(op.table()) && !matches!(op, Op::DropTable { .. }));
        let rebuild = |name: &TableName| {
            let (old, new) = (from.tables.get(name)?.clone(), self.seen.after.tables.get(name)?.clone());
            let ops = inside.iter().filter(|op| op.table() == name).cloned().collect();
            Some(Op::RebuildTable { from: old, to: new, ops })
        };
        let rebuilds = self.rebuilt.iter().filter(|name| self.script.copies(name)).filter_map(rebuild);
        let gone = self.rebuilt.iter().filter(|name| !self.script.copies(name));
        let gone = gone.filter_map(|name| Some(Op::DropTable { table: Table::clone(from.tables.get(name)?) }));
        let outside = outside.into_iter().map(|op| self.in_detail(op));
        outside.chain(rebuilds.collect::<Vec<_>>()).chain(gone.collect::<Vec<_>>()).collect()
    }

    fn in_detail(&self, op: Op) -> Op {
        match op {
            Op::CreateIndex { table, mut index } => {
                let spot = self.script.spot(&Op::CreateIndex { table: table.clone(), index: index.clone() });
                index.concurrently = spot.is_sure && self.script.runs_alone(spot.statement);
                Op::CreateIndex { table, index }
            }
            Op::DropIndex { table, mut index } => {
                let spot = self.script.spot(&Op::DropIndex { table: table.clone(), index: index.clone() });
                index.concurrently = spot.is_sure && self.script.runs_alone(spot.statement);
                Op::DropIndex { table, index }
            }
            Op::AddColumn { table, column, constraints } => {
                let column = self.as_filled(&table, column);
                Op::AddColumn { table, column, constraints }
            }
            Op::AlterColumn { table, from, to } if from.nullable && !to.nullable => {
                // A default is for rows that come later.
                let to = Column { default: None, ..self.as_filled(&table, to) };
                Op::AlterColumn { table, from: Column { default: None, ..from }, to }
            }
            op => op,
        }
    }

    fn as_filled(&self, table: &TableName, column: Column) -> Column {
        match self.script.fill(table, &column.name) {
            Some((_, fill)) if !column.nullable && fill.rows != Rows::Some => {
                Column { fill: Some(fill.value.clone()), ..column }
            }
            _ => column,
        }
    }

    /// The hazards of an operation. What came with the revision is used by nobody.
    fn of(&self, op: &Op, schema: &Schema) -> Vec<At> {
        if let Op::AlterColumn { table, from, to } = op
            && self.replaced.contains(&(table.clone(), to.name.clone()))
        {
            let op = Op::ReplaceColumn { table: table.clone(), from: from.clone(), to: to.clone(), filled: false };
            return self.of(&op, schema);
        }
        let name = op.table();
        let is_table = schema.tables.contains_key(name) || self.seen.after.tables.contains_key(name);
        if is_table && !schema.tables.contains_key(name) {
            return Vec::new();
        }
        let mut hazards = find::of(op, schema, self.dialect);
        // Nobody fills a column that a person adds.
        hazards.retain(|hazard| hazard.kind != Kind::InventsValues);
        if let Op::AlterColumn { table, to, .. } = op
            && (self.is_on_the_way(table, &to.name) || self.is_overwritten(table, &to.name))
        {
            hazards.retain(|hazard| hazard.kind != Kind::FillsNulls);
        }
        if let Op::AddColumn { table, column, .. } = op {
            hazards.extend(column.needs_value().then(|| unfilled(table, column)));
        }
        let at = |hazard: Hazard| {
            let filled = hazard.subject.part.as_deref().and_then(|part| self.script.fill(&hazard.subject.name, part));
            let statement = match filled {
                Some((statement, _)) if hazard.kind == Kind::FillsNulls => statement,
                _ => self.script.spot_of(&hazard, op).statement,
            };
            self.may_happen(&hazard, op).then_some(At { hazard, statement })
        };
        hazards.into_iter().filter_map(at).collect()
    }

    /// Whether rows that are there can make the statement fail: it has to look at them.
    fn may_happen(&self, hazard: &Hazard, op: &Op) -> bool {
        let is_about_rows = matches!(
            hazard.kind,
            Kind::UniqueMayFail | Kind::NotNullMayFail | Kind::CheckMayFail | Kind::ForeignKeyMayFail
        );
        if !is_about_rows || self.dialect.observation().is_none() {
            return true;
        }
        let subject = &hazard.subject.name;
        let names = self.names(subject);
        if !names.iter().any(|name| self.seen.before.tables.contains_key(name)) {
            return true;
        }
        let effects = &self.seen.traces.effects;
        let is_read = |statement: usize| {
            let own = effects.get(statement).into_iter().flatten();
            self.script.runs_alone(statement)
                || own.filter(|(name, _)| names.contains(name)).any(|(_, effect)| effect.scan || effect.rewrite)
        };
        let spot = self.script.spot_of(hazard, op);
        if spot.is_sure { is_read(spot.statement) } else { (0..self.script.len()).any(is_read) }
    }

    /// What a table and its parts were and are called.
    fn names(&self, table: &TableName) -> BTreeSet<TableName> {
        let mut names: BTreeSet<TableName> = [table.clone()].into();
        if let Some((before, after)) = self.seen.names {
            for (was, is) in before.kept(after).filter(|(was, _)| was.kind == observe::Kind::Table) {
                if was.name == *table || is.name == *table {
                    names.extend([was.name.clone(), is.name.clone()]);
                }
            }
        }
        let tables = names.iter().filter_map(|name| self.seen.before.tables.get(name));
        let parts: Vec<TableName> =
            tables.flat_map(|table| table.partitions.iter().map(|part| part.name.clone())).collect();
        names.extend(parts);
        names
    }

    /// Columns that went and came back with nothing to tell them apart.
    fn lost(&self, ops: &[Op]) -> Vec<At> {
        let is_told = |table: &TableName, column: &str| {
            let is_it =
                |op: &Op| matches!(op, Op::AlterColumn { table: own, to, .. } if own == table && to.name == *column);
            ops.iter().any(is_it)
        };
        let lost = self.replaced.iter().filter(|(table, column)| !is_told(table, column));
        let hazard = |(table, column): &(TableName, String)| {
            let sentence = format!("Dropping `{table}.{column}` deletes its data.");
            let hazard = Hazard::new(Kind::DropsColumn, Subject::part(table, column), sentence);
            let statement = self.script.shown(Kind::DropsColumn, table, Some(column)).unwrap_or(0);
            At { hazard, statement }
        };
        lost.map(hazard).collect()
    }

    /// NULL that gets a value, where nothing else tells.
    fn filled(&self, ops: &[Op]) -> Vec<At> {
        let mut found = Vec::new();
        for (statement, fill) in self.script.fills().filter(|(_, fill)| fill.rows == Rows::Null) {
            let is_it = |name: &TableName| self.script.spelled(name) == self.script.spelled(&fill.table);
            let table = self.seen.before.tables.iter().find(|(name, _)| is_it(name));
            let Some((name, table)) = table else { continue };
            let is_it = |own: &&Column| self.dialect.compared(&own.name) == self.dialect.compared(&fill.column);
            let column = table.columns.iter().find(is_it);
            let is_told = |column: &Column| {
                let is_it = |op: &Op| {
                    matches!(op, Op::AlterColumn { table, from, to } if table == name && to.name == column.name
                        && from.nullable && !to.nullable)
                };
                ops.iter().any(is_it)
            };
            let is_meant =
                |column: &&Column| column.nullable && !is_told(column) && !self.is_on_the_way(name, &column.name);
            if let Some(column) = column.filter(is_meant) {
                found.push(At { hazard: find::filled(name, column, &fill.value), statement });
            }
        }
        found
    }

    /// Foreign keys that lead to a table that is gone, where the database lets that be.
    fn aimless(&self, ops: &[Op]) -> Vec<At> {
        let is_gone =
            |name: &TableName| ops.iter().any(|op| matches!(op, Op::DropTable { table } if table.name == *name));
        let mut found = Vec::new();
        for table in self.seen.after.tables.values().map(Shared::clone) {
            let lost = table
                .foreign_keys
                .iter()
                .filter(|fk| is_gone(&fk.references) && !self.seen.after.tables.contains_key(&fk.references));
            for fk in lost {
                let (columns, parent) = (fk.columns.join(", "), &fk.references);
                let sentence = format!(
                    "The foreign key ({columns}) of `{}` refers to `{parent}`, which goes; this fails if rows refer to it, and \
                     rows that come later find nothing.",
                    table.name
                );
                let part = fk.name.as_ref().map(|name| name.text.clone());
                let hazard = Hazard::new(Kind::ForeignKeyMayFail, Subject { name: table.name.clone(), part }, sentence);
                let statement = self.script.shown(Kind::DropsTable, parent, None).unwrap_or(0);
                found.push(At { hazard, statement });
            }
        }
        found
    }

    /// Rows that go or change with a table, because foreign keys act on it.
    fn acting(&self) -> Vec<At> {
        let mut found = Vec::new();
        for (statement, parent) in self.script.dropped_with_foreign_keys() {
            for (name, table) in &self.seen.before.tables {
                let refers = |fk: &&ForeignKey| self.script.spelled(&fk.references) == parent && *name != fk.references;
                for fk in table.foreign_keys.iter().filter(refers) {
                    let hazard = acting(name, fk);
                    found.extend(hazard.map(|hazard| At { hazard, statement }));
                }
            }
        }
        found
    }

    /// Who waits for what.
    fn waits(&self, ops: &[Op]) -> Vec<At> {
        let mut found = Vec::new();
        let mut held = Held::default();
        for (statement, effects) in self.seen.traces.effects.iter().enumerate() {
            let is_here = |op: &&Op| {
                let spot = self.script.spot(op);
                spot.is_sure && spot.statement == statement
            };
            let op = ops.iter().find(is_here);
            let mut effects = effects.clone();
            // What belongs to a change that writes the rows anew is told with it.
            effects.retain(|name, effect| op.is_some() || effect.rewrite || !self.is_rewritten(name));
            for effect in effects.values_mut().filter(|effect| effect.rewrite && effect.lock.is_none()) {
                // It was given back before anybody could look.
                effect.lock = (!self.script.transaction).then_some(Lock::AccessExclusive);
            }
            if self.script.empties(statement) {
                found.extend(self.emptied(statement, &effects));
                // A file that is new because it is empty.
                effects.values_mut().filter(|own| own.rewrite).for_each(|own| (own.rewrite, own.scan) = (false, false));
            }
            let mut alone = Held::default();
            let around = if self.script.transaction { &mut held } else { &mut alone };
            let hazards = around.seen(op, &self.script.words(statement), &effects);
            let said = |hazard: Hazard| Hazard { sentence: self.script.told_by(statement, &hazard), ..hazard };
            found.extend(hazards.into_iter().map(|hazard| At { hazard: said(hazard), statement }));
        }
        found
    }

    /// The tables that are emptied with those that are named.
    fn emptied(&self, statement: usize, effects: &Effects) -> Vec<At> {
        let words = self.script.words(statement);
        let hazard = |name: &TableName| {
            let sentence = format!("{words} deletes all rows of `{name}`, too.");
            At { hazard: Hazard::new(Kind::DeletesRows, Subject::whole(name), sentence), statement }
        };
        let is_said = |name: &TableName| self.script.shown(Kind::DeletesRows, name, None).is_some();
        let emptied = effects.iter().filter(|(name, effect)| effect.rewrite && !is_said(name));
        emptied.map(|(name, _)| hazard(name)).collect()
    }

    fn is_rewritten(&self, table: &TableName) -> bool {
        let all = &self.seen.traces.effects;
        all.iter().any(|effects| effects.get(table).is_some_and(|effect| effect.rewrite))
    }

    /// Whether every row gets a value, and not only those that hold NULL: that is told by itself.
    fn is_overwritten(&self, table: &TableName, column: &str) -> bool {
        self.script.fill(table, column).is_some_and(|(_, fill)| fill.rows == Rows::All)
    }

    /// Whether a check says already that the column holds no NULL, or will: then somebody is on the way there.
    fn is_on_the_way(&self, table: &TableName, column: &str) -> bool {
        let plain = |sql: &str| sql.to_lowercase().replace(['(', ')', '"', ' '], "");
        let wanted = plain(&format!("{column} IS NOT NULL"));
        let own = self.seen.before.tables.get(table);
        own.is_some_and(|own| own.checks.iter().any(|check| plain(&check.expression) == wanted))
    }
}

/// A new column that has to have a value and gets none.
fn unfilled(table: &TableName, column: &Column) -> Hazard {
    let name = format!("`{table}.{}`", column.name);
    let sentence = format!("{name} is NOT NULL and comes without values; this fails if `{table}` has rows.");
    Hazard::new(Kind::NotNullMayFail, Subject::part(table, &column.name), sentence)
}

/// What a foreign key does to the rows of a table when the table it refers to is dropped.
fn acting(table: &TableName, fk: &ForeignKey) -> Option<Hazard> {
    let parent = &fk.references;
    let begin = format!("Dropping `{parent}` while foreign keys are on");
    match fk.on_delete {
        Some(Action::Cascade) => {
            let sentence = format!("{begin} deletes the rows of `{table}` that refer to it.");
            Some(Hazard::new(Kind::DeletesRows, Subject::whole(table), sentence))
        }
        Some(Action::SetNull | Action::SetDefault) => {
            let columns = fk.columns.join(", ");
            let sentence = format!("{begin} gives ({columns}) of `{table}` another value in rows that refer to it.");
            Some(Hazard::new(Kind::OverwritesValues, Subject::whole(table), sentence))
        }
        Some(Action::NoAction | Action::Restrict) | None => None,
    }
}
