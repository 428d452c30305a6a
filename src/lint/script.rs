//! The words of a revision: its statements, what they touch, and which of them does an operation.

use std::collections::BTreeSet;

use super::{Found, general_hint, is_accepted, place};
use crate::dialect::touch::{Act, Fill, Kind, Object, Sign, Touched, Verb};
use crate::dialect::{Dialect, Options, Statement};
use crate::hazard;
use crate::model::{Constraint, Schema, TableName};
use crate::op::Op;
use crate::plan::hazard::{Hazard, Subject};
use crate::revision::{Revision, Section};

/// The way up of a revision.
pub(super) struct Script {
    dialect: Dialect,
    /// Whether it is one transaction.
    pub(super) transaction: bool,
    statements: Vec<Statement>,
    touched: Vec<Touched>,
    signs: Vec<Vec<Sign>>,
    fills: Vec<Vec<Fill>>,
}

/// A hazard of a statement.
pub(super) struct At {
    pub(super) hazard: Hazard,
    /// The number of the statement, from 0.
    pub(super) statement: usize,
}

/// A statement that does something, as far as words tell.
#[derive(Clone, Copy)]
pub(super) struct Spot {
    pub(super) statement: usize,
    /// It is named there, and not only likely.
    pub(super) is_sure: bool,
}

impl Script {
    pub(super) fn read(section: &Section, dialect: Dialect, options: &Options) -> Self {
        let statements = dialect.statements(&section.sql);
        let schema = options.schema.as_ref();
        let signs = statements.iter().map(|own| dialect.signs(&own.sql, schema)).collect();
        let fills = statements.iter().map(|own| dialect.fills(&own.sql, schema)).collect();
        let touched = dialect.touched(&section.sql, &options.schema);
        Self { dialect, transaction: section.transaction, statements, touched, signs, fills }
    }

    pub(super) fn len(&self) -> usize {
        self.statements.len()
    }

    pub(super) fn statement(&self, at: usize) -> Option<&Statement> {
        self.statements.get(at)
    }

    /// Whether the statement runs in no transaction, whatever the section says.
    pub(super) fn runs_alone(&self, at: usize) -> bool {
        self.statements.get(at).is_some_and(|own| self.dialect.refuses_transaction(&own.sql).is_some())
    }

    /// Its first words, as the beginning of a sentence.
    pub(super) fn words(&self, at: usize) -> String {
        let sql = self.statements.get(at).map(|own| own.sql.as_str()).unwrap_or_default();
        let words: Vec<&str> = sql.split_whitespace().take(4).collect();
        let more = if sql.split_whitespace().count() > 4 { " …" } else { "" };
        format!("`{}{more}`", words.join(" ").chars().take(60).collect::<String>())
    }

    /// The names as words are compared.
    pub(super) fn spelled(&self, name: &TableName) -> TableName {
        let name = self.dialect.fit_table(name);
        TableName { schema: name.schema, name: self.dialect.compared(&name.name) }
    }

    fn is_called(&self, name: &TableName, word: &TableName) -> bool {
        self.spelled(name) == self.spelled(word)
    }

    fn is_part(&self, part: Option<&str>, word: Option<&str>) -> bool {
        match (part, word) {
            (Some(part), Some(word)) => self.dialect.compared(part) == self.dialect.compared(word),
            // What nobody named gets a name from the database.
            (_, None) => true,
            (None, Some(_)) => false,
        }
    }

    /// The hazards that words show by some rules, but not about what the same script makes.
    pub(super) fn signs(&self, is_meant: impl Fn(&Sign) -> bool) -> Vec<At> {
        let (made, rebuilt) = (self.made(), self.rebuilt());
        let mut all = Vec::new();
        for (statement, signs) in self.signs.iter().enumerate() {
            let touched = &self.touched[statement];
            // What is temporary is nobody else's.
            let is_own = touched.acts.is_empty() && touched.anything.is_none();
            let is_new = |sign: &&Sign| {
                let name = self.spelled(&sign.name);
                made.contains(&name) || sign.kind == hazard::Kind::DropsTable && rebuilt.contains(&name)
            };
            for sign in signs.iter().filter(|sign| is_meant(sign) && !is_new(sign) && !(is_own && of_rows(sign))) {
                all.push(At { hazard: hazard_of(sign), statement });
            }
        }
        all
    }

    /// The tables and other things that the script makes.
    fn made(&self) -> BTreeSet<TableName> {
        let acts = self.touched.iter().flat_map(|own| own.acts.iter().filter(|act| act.verb == Verb::Create));
        let named = acts.filter_map(|act| match &act.object {
            Object::Named(_, name) => Some(self.spelled(name)),
            Object::Part(..) | Object::Rows(..) => None,
        });
        let mut made: BTreeSet<TableName> = named.collect();
        for (from, to) in self.renamed() {
            if let (Object::Named(_, from), Object::Named(_, to)) = (from, to)
                && made.contains(&self.spelled(from))
            {
                made.insert(self.spelled(to));
            }
        }
        made
    }

    /// What it was called before the script, as far as words tell.
    fn origin(&self, name: &TableName) -> TableName {
        let mut name = self.spelled(name);
        for (from, to) in self.renamed().into_iter().rev() {
            if let (Object::Named(_, from), Object::Named(_, to)) = (from, to)
                && self.spelled(to) == name
            {
                name = self.spelled(from);
            }
        }
        name
    }

    /// The tables whose rows a statement deletes all at once, where that makes their files new.
    pub(super) fn empties(&self, at: usize) -> bool {
        let signs = self.signs.get(at).into_iter().flatten();
        signs.map(|sign| sign.kind).any(|kind| kind == hazard::Kind::DeletesRows)
    }

    /// The statements that drop a table, also one that comes back, while foreign keys act: by the number of each.
    pub(super) fn dropped_with_foreign_keys(&self) -> Vec<(usize, TableName)> {
        let mut acts = false;
        let mut found = Vec::new();
        for (at, statement) in self.statements.iter().enumerate().filter(|_| !self.transaction) {
            acts = self.dialect.switches_foreign_keys(&statement.sql).unwrap_or(acts);
            let dropped = self.signs[at].iter().filter(|sign| acts && sign.kind == hazard::Kind::DropsTable);
            found.extend(dropped.map(|sign| (at, self.spelled(&sign.name))));
        }
        found
    }

    /// Whether what the hazard is about was there before; of what is no table, nobody knows.
    pub(super) fn knows(&self, before: &Schema, hazard: &Hazard) -> bool {
        let origin = self.origin(&hazard.subject.name);
        let is_it = |name: &TableName| self.spelled(name) == origin;
        if !before.tables.keys().any(is_it) {
            return hazard.kind == hazard::Kind::DropsDependents;
        }
        let Some(part) = &hazard.subject.part else { return true };
        let table = before.tables.iter().find(|(name, _)| is_it(name)).map(|(_, table)| table);
        hazard.kind != hazard::Kind::OverwritesValues
            || table.is_some_and(|table| table.columns.iter().any(|own| self.is_part(Some(&own.name), Some(part))))
    }

    /// The tables that go and come back.
    pub(super) fn rebuilt(&self) -> BTreeSet<TableName> {
        let acts = self.touched.iter().flat_map(|own| &own.acts).filter(|act| act.verb == Verb::Rebuild);
        let named = acts.filter_map(|act| match &act.object {
            Object::Named(Kind::Table, name) => Some(self.spelled(name)),
            _ => None,
        });
        named.collect()
    }

    /// What gets another name: the old one and the new one, in the order of the statements.
    pub(super) fn renamed(&self) -> Vec<(&Object, &Object)> {
        let pairs = self.touched.iter().flat_map(|own| own.acts.windows(2));
        let is_rename = |pair: &&[Act]| pair[0].verb == Verb::Rename && pair[1].verb == Verb::Arrive;
        pairs.filter(is_rename).map(|pair| (&pair[0].object, &pair[1].object)).collect()
    }

    /// Whether rows of the table are read by a statement that writes rows somewhere: they may come back.
    pub(super) fn copies(&self, table: &TableName) -> bool {
        let name = self.spelled(table);
        let aside = self.renamed().into_iter().filter_map(|(from, to)| match (from, to) {
            (Object::Named(_, from), Object::Named(_, to)) if self.spelled(from) == name => Some(self.spelled(to)),
            _ => None,
        });
        let arrived = self.touched.iter().flat_map(|own| &own.acts).filter(|act| act.verb == Verb::Arrive);
        let arrived = arrived.filter_map(|act| match &act.object {
            Object::Named(_, to) => Some(self.spelled(to)),
            _ => None,
        });
        let names: BTreeSet<TableName> = [name.clone()].into_iter().chain(aside).chain(arrived).collect();
        let reads =
            |own: &Touched| own.reads.rows && own.reads.names.iter().any(|own| names.contains(&self.spelled(own)));
        self.touched.iter().any(reads)
    }

    /// What the script writes into a column.
    pub(super) fn fill(&self, table: &TableName, column: &str) -> Option<(usize, &Fill)> {
        let is_it = |fill: &&Fill| self.is_called(table, &fill.table) && self.is_part(Some(column), Some(&fill.column));
        self.fills.iter().enumerate().find_map(|(at, fills)| Some((at, fills.iter().find(is_it)?)))
    }

    /// Everything the script writes into columns.
    pub(super) fn fills(&self) -> impl Iterator<Item = (usize, &Fill)> {
        self.fills.iter().enumerate().flat_map(|(at, fills)| fills.iter().map(move |fill| (at, fill)))
    }

    /// The sign of a statement that says the same as a hazard.
    fn sign(&self, hazard: &Hazard) -> Option<(usize, &Sign)> {
        let part = hazard.subject.part.as_deref();
        let is_it = |sign: &&Sign| {
            sign.kind == hazard.kind
                && self.is_called(&hazard.subject.name, &sign.name)
                && self.is_part(part, sign.part.as_deref())
        };
        self.signs.iter().enumerate().find_map(|(at, signs)| Some((at, signs.iter().find(is_it)?)))
    }

    /// What the hazard of a statement is about in its own words, where they say it: several operations may be alike.
    pub(super) fn told_by(&self, at: usize, hazard: &Hazard) -> String {
        let is_alike = |sign: &&Sign| sign.kind == hazard.kind && self.is_called(&hazard.subject.name, &sign.name);
        let alike: Vec<&Sign> = self.signs.get(at).into_iter().flatten().filter(is_alike).collect();
        match alike.as_slice() {
            [first, ..] if alike.iter().all(|sign| sign.sentence != hazard.sentence) => first.sentence.clone(),
            _ => hazard.sentence.clone(),
        }
    }

    /// The statement that has such a hazard by its words.
    pub(super) fn shown(&self, kind: hazard::Kind, table: &TableName, part: Option<&str>) -> Option<usize> {
        let subject = Subject { name: table.clone(), part: part.map(str::to_owned) };
        self.sign(&Hazard::new(kind, subject, String::new())).map(|(at, _)| at)
    }

    /// The statement that a hazard of an operation lies in.
    pub(super) fn spot_of(&self, hazard: &Hazard, op: &Op) -> Spot {
        let said =
            |signs: &Vec<Sign>| signs.iter().any(|sign| sign.kind == hazard.kind && sign.sentence == hazard.sentence);
        let statement = self.signs.iter().position(said).or_else(|| self.sign(hazard).map(|(at, _)| at));
        statement.map_or_else(|| self.spot(op), |statement| Spot { statement, is_sure: true })
    }

    /// The statement that does an operation: the first of those whose words fit best.
    pub(super) fn spot(&self, op: &Op) -> Spot {
        let table = self.spelled(op.table());
        let part = part(op).map(|part| self.dialect.compared(part));
        let mut best = (0, 0);
        for (statement, touched) in self.touched.iter().enumerate() {
            let of_acts = touched.acts.iter().map(|act| self.fits(act, &table, part.as_deref())).max();
            let names = touched.reads.names.iter().chain(touched.reads.references.keys());
            let is_named = names.clone().any(|name| self.spelled(name) == table);
            let score = of_acts.unwrap_or(0).max(u8::from(is_named));
            if score > best.0 {
                best = (score, statement);
            }
        }
        Spot { statement: best.1, is_sure: best.0 > 2 }
    }

    /// How well something that is done fits to a part of a table, or to the table as a whole.
    fn fits(&self, act: &Act, table: &TableName, part: Option<&str>) -> u8 {
        match &act.object {
            Object::Named(Kind::Index, name) => {
                let is_it = part.is_some_and(|part| self.dialect.compared(&name.name) == part);
                if is_it { 4 } else { 0 }
            }
            Object::Named(_, name) if self.spelled(name) == *table => match (part, act.verb) {
                (None, _) | (_, Verb::Rebuild) => 4,
                (Some(_), _) => 2,
            },
            Object::Part(of, _, name) if self.spelled(of) == *table => match part {
                Some(part) if self.dialect.compared(name) == part => 4,
                // The database gave it a name.
                Some(_) if name.is_empty() => 3,
                _ => 2,
            },
            Object::Rows(of, columns) if self.spelled(of) == *table => {
                let is_it = |part| columns.as_ref().is_some_and(|own| own.iter().any(|own| own == part));
                if part.is_some_and(is_it) { 2 } else { 1 }
            }
            _ => 0,
        }
    }

    /// A hazard with its place.
    pub(super) fn found(&self, own: At, revision: &Revision, section: &Section) -> Found {
        let At { hazard, statement } = own;
        let (line, sql) =
            self.statements.get(statement).map_or((1, ""), |statement| (statement.line, statement.sql.as_str()));
        let here = self.signs.get(statement).into_iter().flatten().find(|sign| sign.kind == hazard.kind);
        let acts = self.touched.get(statement).into_iter().flat_map(|touched| &touched.acts);
        let writes_rows = acts.into_iter().any(|act| matches!(act.object, Object::Rows(..)));
        let hint = here.map_or_else(|| general_hint(hazard.kind, writes_rows), |sign| sign.hint).to_owned();
        let key = hazard.key();
        Found {
            kind: hazard.kind,
            accepted: is_accepted(revision, &key),
            key,
            sentence: hazard.text(),
            place: place(revision, section, line, sql),
            hint,
        }
    }
}

fn hazard_of(sign: &Sign) -> Hazard {
    let subject = Subject { name: sign.name.clone(), part: sign.part.clone() };
    Hazard::new(sign.kind, subject, sign.sentence.clone())
}

fn of_rows(sign: &Sign) -> bool {
    matches!(sign.kind, hazard::Kind::DeletesRows | hazard::Kind::OverwritesValues)
}

/// The part of a table that an operation is about.
fn part(op: &Op) -> Option<&str> {
    match op {
        Op::AddColumn { column, .. }
        | Op::DropColumn { column, .. }
        | Op::AlterColumn { to: column, .. }
        | Op::ReplaceColumn { to: column, .. }
        | Op::FillColumn { column, .. }
        | Op::RequireColumn { to: column, .. } => Some(&column.name),
        Op::RenameColumn { from, .. } => Some(from),
        Op::AddConstraint { constraint, .. }
        | Op::DropConstraint { constraint, .. }
        | Op::RenameConstraint { from: constraint, .. }
        | Op::ValidateConstraint { to: constraint, .. }
        | Op::AdoptIndex { constraint, .. }
        | Op::ReleaseIndex { constraint, .. } => Some(constraint_name(constraint)),
        Op::CreateIndex { index, .. } | Op::DropIndex { index, .. } | Op::RenameIndex { from: index, .. } => {
            Some(&index.name.text)
        }
        Op::CreateAttachment { attachment, .. } | Op::DropAttachment { attachment, .. } => Some(&attachment.name),
        Op::CreateTable { .. }
        | Op::DropTable { .. }
        | Op::RenameTable { .. }
        | Op::AlterTable { .. }
        | Op::RebuildTable { .. }
        | Op::CreatePartition { .. }
        | Op::DropPartition { .. }
        | Op::AlterPartition { .. }
        | Op::CreateVerbatim { .. }
        | Op::DropVerbatim { .. }
        | Op::ReplaceVerbatim { .. }
        | Op::CreateEnum { .. }
        | Op::DropEnum { .. }
        | Op::AlterEnum { .. }
        | Op::RenameEnum { .. }
        | Op::RenameEnumValue { .. }
        | Op::Comment { .. } => None,
    }
}

fn constraint_name(constraint: &Constraint) -> &str {
    constraint.name().map(|name| name.text.as_str()).unwrap_or_default()
}
