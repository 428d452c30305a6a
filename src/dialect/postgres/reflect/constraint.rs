//! Keys, unique constraints, foreign keys, checks and exclusions of a table.

use super::super::catalog::{ConstraintRow, IndexRow, RelationRow};
use super::super::text;
use super::{Assembly, index, parameters};
use crate::model::{
    Action, Check, Deferrable, Exclusion, ExclusionElement, ForeignKey, Name, Part, Placement, PrimaryKey, Table,
    Unique,
};

impl Assembly<'_> {
    pub(super) fn constraints(&self, row: &RelationRow, table: &mut Table) {
        for constraint in self.catalog.constraints.get(&row.id).into_iter().flatten() {
            if constraint.is_copy {
                continue;
            }
            self.constraint(row, constraint, table);
            if let Some(comment) = &constraint.comment {
                table.comments.insert(Part::Constraint(constraint.name.clone()), comment.clone());
            }
        }
    }

    fn constraint(&self, row: &RelationRow, constraint: &ConstraintRow, table: &mut Table) {
        let columns = self.column_names(row.id, &constraint.columns);
        let name = Some(Name::written(&constraint.name));
        let index = self.index_of(row, constraint);
        let mut unusual = Vec::new();
        match constraint.kind {
            'p' => {
                table.primary_key = Some(PrimaryKey {
                    deferrable: deferrable(constraint),
                    include: self.included(row, index),
                    ..PrimaryKey::new(name, columns)
                });
            }
            'u' => {
                table.uniques.push(Unique {
                    deferrable: deferrable(constraint),
                    include: self.included(row, index),
                    nulls_not_distinct: index.is_some_and(|index| index.nulls_not_distinct),
                    ..Unique::new(name, columns, Placement::Table)
                });
            }
            'f' => match self.relations.get(&constraint.references) {
                Some(target) => table.foreign_keys.push(self.foreign_key(row, constraint, target)),
                None => unusual.push("FOREIGN KEY to a table of the system".to_owned()),
            },
            'c' => table.checks.push(Check {
                no_inherit: constraint.no_inherit,
                not_valid: !constraint.validated,
                ..Check::new(
                    name,
                    text::unwrapped(constraint.expression.as_deref().unwrap_or_default()),
                    Placement::Table,
                )
            }),
            'x' => table.exclusions.extend(index.map(|index| self.exclusion(row, constraint, index))),
            // NOT NULL: the column says it, but not how.
            _ => {
                unusual.extend(constraint.no_inherit.then(|| "NOT NULL NO INHERIT".to_owned()));
                unusual.extend((!constraint.validated).then(|| "NOT NULL NOT VALID".to_owned()));
            }
        }
        if let Some(index) = index {
            let storage = parameters(&index.storage);
            unusual.extend((!storage.is_empty()).then(|| format!("WITH ({storage})")));
            unusual.extend(index.tablespace.as_ref().map(|name| format!("USING INDEX TABLESPACE {name}")));
            unusual.extend(index.clustered.then(|| "CLUSTER".to_owned()));
        }
        unusual.extend((!constraint.enforced).then(|| "NOT ENFORCED".to_owned()));
        let period = if constraint.kind == 'f' { "PERIOD" } else { "WITHOUT OVERLAPS" };
        unusual.extend(constraint.period.then(|| period.to_owned()));
        let said = unusual.into_iter().map(|words| format!("CONSTRAINT {} {words}", constraint.name));
        table.unmodelled.extend(said);
    }

    fn foreign_key(&self, row: &RelationRow, constraint: &ConstraintRow, target: &RelationRow) -> ForeignKey {
        ForeignKey {
            name: Some(Name::written(&constraint.name)),
            columns: self.column_names(row.id, &constraint.columns),
            references: self.name_of(target),
            referenced_columns: self.column_names(target.id, &constraint.referenced_columns),
            on_delete: action(constraint.on_delete),
            on_update: action(constraint.on_update),
            on_delete_columns: self.column_names(row.id, &constraint.on_delete_columns),
            deferrable: deferrable(constraint),
            match_full: constraint.matching == 'f',
            not_valid: !constraint.validated,
            placement: Placement::Table,
        }
    }

    fn exclusion(&self, row: &RelationRow, constraint: &ConstraintRow, index: &IndexRow) -> Exclusion {
        let parts = index.parts.iter().filter(|part| !part.included).map(|part| self.index_part(row, index, part));
        let operators = constraint.operators.iter().cloned();
        Exclusion {
            name: Some(Name::written(&constraint.name)),
            method: index::method(index),
            elements: parts.zip(operators).map(|(part, operator)| ExclusionElement { part, operator }).collect(),
            predicate: index.predicate.as_deref().map(|sql| text::unwrapped(sql).to_owned()),
            include: self.included(row, Some(index)),
            deferrable: deferrable(constraint),
        }
    }

    /// The index that keeps watch for the constraint.
    fn index_of(&self, row: &RelationRow, constraint: &ConstraintRow) -> Option<&IndexRow> {
        let indexes = self.catalog.indexes.get(&row.id).filter(|_| constraint.owns_index())?;
        indexes.iter().find(|index| index.id == constraint.index)
    }

    /// What stands behind `INCLUDE`.
    fn included(&self, row: &RelationRow, index: Option<&IndexRow>) -> Vec<String> {
        index.map(|index| self.included_columns(row, index)).unwrap_or_default()
    }
}

impl ConstraintRow {
    /// Whether the index it uses is its own, and not that of the table it refers to.
    pub(super) fn owns_index(&self) -> bool {
        matches!(self.kind, 'p' | 'u' | 'x')
    }
}

fn deferrable(constraint: &ConstraintRow) -> Deferrable {
    match (constraint.deferrable, constraint.deferred) {
        (false, _) => Deferrable::No,
        (true, false) => Deferrable::InitiallyImmediate,
        (true, true) => Deferrable::InitiallyDeferred,
    }
}

fn action(letter: char) -> Option<Action> {
    match letter {
        'r' => Some(Action::Restrict),
        'c' => Some(Action::Cascade),
        'n' => Some(Action::SetNull),
        'd' => Some(Action::SetDefault),
        // `NO ACTION` is what holds when nothing is said.
        _ => None,
    }
}
