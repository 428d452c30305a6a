//! What revisions leave behind, as far as their words tell: which tables, columns and other things with names there are in
//! the end, and which statement said so last.

use std::collections::BTreeMap;

use super::{Direction, Doing, Done, done};
use crate::dialect::Dialect;
use crate::dialect::touch::{Act, Kind, Object, Verb};
use crate::model::TableName;
use crate::revision::Revision;

/// What there is once revisions have run.
#[derive(Debug, Default)]
pub struct Made {
    objects: BTreeMap<Object, (State, Doing)>,
    /// Tables whose definition is written out anew by one statement, with all of their parts.
    whole: BTreeMap<TableName, Doing>,
    /// Everything that a statement does something to or refers to.
    touched: BTreeMap<TableName, Doing>,
    dialect: Option<Dialect>,
}

/// What became of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It is there.
    There,
    /// It is there, and was before.
    Changed,
    /// It is not there any more.
    Gone,
}

impl Made {
    /// What these revisions leave behind, in their order.
    pub fn by<'a>(revisions: impl IntoIterator<Item = &'a Revision>, dialect: Dialect, schema: &str) -> Self {
        let mut made = Self { dialect: Some(dialect), ..Self::default() };
        for revision in revisions {
            for done in done(revision, Direction::Up, dialect, schema) {
                for act in &done.touched.acts {
                    made.note(act, &done);
                }
                let does = done.touched.acts.first().map(ToString::to_string).unwrap_or_default();
                let names = done.touched.reads.names.iter().chain(done.touched.reads.references.keys());
                for name in names {
                    made.touched.entry(name.clone()).or_insert_with(|| done.doing(&does));
                }
                let mut names = done.touched.acts.iter();
                if let (Some(from), Some(to)) = (names.next(), names.next())
                    && let (Object::Named(_, from), Verb::Rename) = (&from.object, from.verb)
                    && let (Object::Named(_, to), Verb::Arrive) = (&to.object, to.verb)
                {
                    made.rename(from, to);
                }
            }
        }
        made
    }

    fn note(&mut self, act: &Act, done: &Done<'_>) {
        let doing = done.doing(&act.to_string());
        let state = match act.verb {
            Verb::Create | Verb::Ensure | Verb::Arrive => State::There,
            Verb::Drop | Verb::Rename => State::Gone,
            Verb::Rebuild | Verb::Change | Verb::Replace | Verb::Extend => State::Changed,
            Verb::Insert | Verb::Update | Verb::Delete => return,
        };
        if let Object::Named(_, name) | Object::Part(name, ..) = &act.object {
            self.touched.insert(name.clone(), doing.clone());
        }
        let is_anew = matches!(act.verb, Verb::Create | Verb::Rebuild);
        if let Object::Named(Kind::Table, table) = &act.object
            && is_anew
        {
            self.whole.insert(table.clone(), doing.clone());
            self.forget_parts(table, &doing);
            for column in &act.columns {
                let column = Object::Part(table.clone(), Kind::Column, column.clone());
                self.objects.insert(column, (State::There, doing.clone()));
            }
        }
        if let (Object::Named(_, table), State::Gone) = (&act.object, state) {
            self.forget_parts(table, &doing);
        }
        self.objects.insert(super::key(&act.object), (state, doing));
    }

    /// The parts of a table that is not the same any more.
    fn forget_parts(&mut self, table: &TableName, doing: &Doing) {
        for (object, state) in &mut self.objects {
            if matches!(object, Object::Part(own, ..) if own == table) {
                *state = (State::Gone, doing.clone());
            }
        }
    }

    /// What belonged to the old name belongs to the new one. It was marked as gone with the old one just before.
    fn rename(&mut self, from: &TableName, to: &TableName) {
        let Some((_, place)) = self.objects.get(&Object::Named(Kind::Table, from.clone())).cloned() else { return };
        let moved: Vec<Object> = self
            .objects
            .iter()
            .filter(|(_, (state, doing))| *state == State::Gone && *doing == place)
            .filter_map(|(object, _)| match object {
                Object::Part(own, kind, name) if own == from => Some(Object::Part(to.clone(), *kind, name.clone())),
                _ => None,
            })
            .collect();
        self.objects.extend(moved.into_iter().map(|object| (object, (State::There, place.clone()))));
        if self.whole.remove(from).is_some() {
            self.whole.insert(to.clone(), place);
        }
    }

    /// What became of something with a name of its own.
    pub fn named(&self, name: &TableName) -> Option<&(State, Doing)> {
        let name = self.spelled_table(name);
        let function = name.name.split('(').next().unwrap_or_default().to_owned();
        let function = Object::Named(Kind::Function, TableName { name: function, ..name.clone() });
        self.objects.get(&Object::Named(Kind::Table, name)).or_else(|| self.objects.get(&function))
    }

    /// What became of a column.
    pub fn column(&self, table: &TableName, column: &str) -> Option<&(State, Doing)> {
        self.part(table, Kind::Column, column)
    }

    /// What became of a part of a table.
    pub fn part(&self, table: &TableName, kind: Kind, name: &str) -> Option<&(State, Doing)> {
        self.objects.get(&Object::Part(self.spelled_table(table), kind, self.spelled(name)))
    }

    /// The statement that wrote out the whole table, where one did.
    pub fn whole(&self, table: &TableName) -> Option<&Doing> {
        self.whole.get(&self.spelled_table(table))
    }

    /// A statement that does something to this, or to something that names it.
    pub fn touched(&self, name: &TableName) -> Option<&Doing> {
        self.touched.get(&self.spelled_table(name))
    }

    fn spelled_table(&self, table: &TableName) -> TableName {
        let table = self.dialect.map_or_else(|| table.clone(), |dialect| dialect.fit_table(table));
        TableName { schema: table.schema, name: self.spelled(&table.name) }
    }

    fn spelled(&self, name: &str) -> String {
        self.dialect.map_or_else(|| name.to_owned(), |dialect| dialect.compared(name))
    }
}
