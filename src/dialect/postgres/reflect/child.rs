//! Partitions and children that inherit: tables that hold a part of the rows of another, as the statements that make them.

use std::collections::BTreeMap;

use super::super::catalog::{ColumnRow, ConstraintRow, RelationRow};
use super::super::text;
use super::super::words::identifier;
use super::{Assembly, parameters, sequence, written};
use crate::model::TableName;

/// The children of each relation that is nobody's child: parents before their children, then by name.
pub(super) fn by_root<'a>(relations: &BTreeMap<i64, &'a RelationRow>) -> BTreeMap<i64, Vec<&'a RelationRow>> {
    let mut children: Vec<(usize, &RelationRow)> =
        relations.values().filter(|row| !row.parents.is_empty()).map(|row| (depth(row, relations), *row)).collect();
    children.sort_by(|(left_depth, left), (right_depth, right)| {
        (left_depth, &left.schema, &left.name).cmp(&(right_depth, &right.schema, &right.name))
    });
    let mut by_root: BTreeMap<i64, Vec<&RelationRow>> = BTreeMap::new();
    for (_, child) in children {
        if let Some(root) = root(child, relations) {
            by_root.entry(root.id).or_default().push(child);
        }
    }
    by_root
}

fn parents<'a>(row: &RelationRow, relations: &BTreeMap<i64, &'a RelationRow>) -> impl Iterator<Item = &'a RelationRow> {
    row.parents.iter().filter_map(|id| relations.get(id).copied())
}

fn depth(row: &RelationRow, relations: &BTreeMap<i64, &RelationRow>) -> usize {
    parents(row, relations).map(|parent| depth(parent, relations) + 1).max().unwrap_or(0)
}

/// Where the lines of descent begin; of several such tables, the one that is made last.
fn root<'a>(row: &'a RelationRow, relations: &BTreeMap<i64, &'a RelationRow>) -> Option<&'a RelationRow> {
    if row.parents.is_empty() {
        return Some(row);
    }
    let roots = parents(row, relations).filter_map(|parent| root(parent, relations));
    roots.max_by(|left, right| (&left.schema, &left.name).cmp(&(&right.schema, &right.name)))
}

impl Assembly<'_> {
    /// The statements that make the child once its parents are there.
    pub(super) fn child_statements(&self, row: &RelationRow) -> Vec<String> {
        let name = written(&self.name_of(row));
        let mut statements = Vec::new();
        let mut afterwards = Vec::new();
        self.child_sequences(row, &name, &mut statements, &mut afterwards);
        statements.push(self.create_child(row, &name));
        statements.extend(afterwards);
        self.child_columns(row, &name, &mut statements);
        self.child_constraints(row, &name, &mut statements);
        self.child_indexes(row, &mut statements);
        self.child_rest(row, &name, &mut statements);
        statements
    }

    fn create_child(&self, row: &RelationRow, name: &str) -> String {
        let parents = parents(row, &self.relations).map(|parent| written(&self.name_of(parent)));
        let parents = parents.collect::<Vec<_>>().join(", ");
        let unlogged = if row.unlogged { "UNLOGGED " } else { "" };
        let mut sql = format!("CREATE {unlogged}TABLE {name} ");
        if let Some(bound) = &row.bound {
            sql += &format!("PARTITION OF {parents} {bound}");
        } else {
            let columns = self.columns(row.id).iter().filter(|column| column.is_own);
            let columns = columns.map(|column| self.child_column(row, column));
            let checks = self.child_checks(row).map(|(name, definition)| format!("CONSTRAINT {name} {definition}"));
            let inside: Vec<String> = columns.chain(checks).collect();
            sql += &format!("({}) INHERITS ({parents})", inside.join(", "));
        }
        sql += &row.partition_by.as_ref().map_or_else(String::new, |key| format!(" PARTITION BY {key}"));
        if let Some(method) = row.method.as_ref().filter(|method| *method != "heap") {
            sql += &format!(" USING {}", identifier(method));
        }
        if !row.storage.is_empty() {
            sql += &format!(" WITH ({})", parameters(&row.storage));
        }
        sql + &row.tablespace.as_ref().map_or_else(String::new, |name| format!(" TABLESPACE {}", identifier(name)))
    }

    /// A column that the child has not only from its parents.
    fn child_column(&self, row: &RelationRow, column: &ColumnRow) -> String {
        let mut sql = format!("{} {}", identifier(&column.name), column.data_type);
        if let Some(collation) = &column.collation {
            sql += &format!(" COLLATE {}", collation.split('.').map(identifier).collect::<Vec<_>>().join("."));
        }
        match (&column.default, column.generated) {
            (Some(expression), Some(kind)) => {
                let kind = if kind == 's' { "STORED" } else { "VIRTUAL" };
                sql += &format!(" GENERATED ALWAYS AS ({}) {kind}", text::unwrapped(expression));
            }
            (Some(default), None) => sql += &format!(" DEFAULT {default}"),
            (None, _) => {}
        }
        if column.identity.is_some() {
            sql += &self.identity(row, column);
        }
        sql + if column.not_null { " NOT NULL" } else { "" }
    }

    fn identity(&self, row: &RelationRow, column: &ColumnRow) -> String {
        let kind = if column.identity == Some('a') { "ALWAYS" } else { "BY DEFAULT" };
        let owned = self.owned.get(&(row.id, column.number)).into_iter().flatten();
        let options = owned.filter(|owned| owned.row.of_identity).map(|owned| {
            let counting = sequence::options(owned.row);
            let name = written(&self.name(&owned.row.schema, &owned.row.name));
            format!(" (SEQUENCE NAME {name} {counting})")
        });
        format!(" GENERATED {kind} AS IDENTITY{}", options.collect::<String>())
    }

    /// The sequences of its own columns: made before the child, given to it afterwards.
    fn child_sequences(&self, row: &RelationRow, name: &str, before: &mut Vec<String>, after: &mut Vec<String>) {
        for column in self.columns(row.id) {
            for owned in self.owned.get(&(row.id, column.number)).into_iter().flatten() {
                if !owned.row.of_identity && owned.counts(column) {
                    let sequence = self.name(&owned.row.schema, &owned.row.name);
                    before.push(sequence::statement(&sequence, owned.row));
                    let (sequence, column) = (written(&sequence), identifier(&column.name));
                    after.push(format!("ALTER SEQUENCE {sequence} OWNED BY {name}.{column}"));
                }
            }
        }
    }

    /// What is different about columns that come from the parents.
    fn child_columns(&self, row: &RelationRow, name: &str, statements: &mut Vec<String>) {
        for column in self.columns(row.id) {
            let alter = format!("ALTER TABLE {name} ALTER COLUMN {}", identifier(&column.name));
            if !column.is_own || row.is_partition {
                let parents = parents(row, &self.relations).map(|parent| self.columns(parent.id));
                let inherited = parents.flatten().find(|inherited| inherited.name == column.name);
                let usual = inherited.and_then(|inherited| inherited.default.as_ref());
                if column.generated.is_none() && column.default.as_ref() != usual {
                    let change = column
                        .default
                        .as_ref()
                        .map_or_else(|| "DROP DEFAULT".to_owned(), |sql| format!("SET DEFAULT {sql}"));
                    statements.push(format!("{alter} {change}"));
                }
                if column.not_null && inherited.is_some_and(|inherited| !inherited.not_null) {
                    statements.push(format!("{alter} SET NOT NULL"));
                }
                if column.identity.is_some() && inherited.is_some_and(|inherited| inherited.identity.is_none()) {
                    statements.push(format!("{alter} ADD{}", self.identity(row, column)));
                }
            }
            statements.extend(column.unusual.iter().map(|words| format!("{alter} {words}")));
        }
    }

    /// The checks that the child has not only from its parents and that hold for all of its rows.
    fn child_checks(&self, row: &RelationRow) -> impl Iterator<Item = (String, &str)> {
        let own = self.child_own_constraints(row).filter(|constraint| constraint.kind == 'c' && constraint.validated);
        own.filter_map(|constraint| Some((identifier(&constraint.name), constraint.definition.as_deref()?)))
    }

    fn child_own_constraints(&self, row: &RelationRow) -> impl Iterator<Item = &ConstraintRow> {
        let constraints = self.catalog.constraints.get(&row.id).into_iter().flatten();
        constraints.filter(|constraint| {
            constraint.is_own && !constraint.is_copy && !constraint.is_inherited && constraint.kind != 'n'
        })
    }

    fn child_constraints(&self, row: &RelationRow, name: &str, statements: &mut Vec<String>) {
        for constraint in self.child_own_constraints(row) {
            let constraint_name = identifier(&constraint.name);
            let is_inside = !row.is_partition && constraint.kind == 'c' && constraint.validated;
            if let Some(definition) = constraint.definition.as_ref().filter(|_| !is_inside) {
                statements.push(format!("ALTER TABLE {name} ADD CONSTRAINT {constraint_name} {definition}"));
            }
            if let Some(comment) = &constraint.comment {
                let comment = text::literal(comment);
                statements.push(format!("COMMENT ON CONSTRAINT {constraint_name} ON {name} IS {comment}"));
            }
        }
    }

    fn child_indexes(&self, row: &RelationRow, statements: &mut Vec<String>) {
        let schema = self.name_of(row).schema;
        for index in self.own_indexes(row).filter(|index| !index.attached) {
            // What the server prints for a partitioned table would leave out the partitions.
            let head = format!("INDEX {} ON ", identifier(&index.name));
            let sql = index.definition.as_ref();
            statements.extend(sql.map(|sql| sql.replacen(&format!("{head}ONLY "), &head, 1)));
            if let Some(comment) = &index.comment {
                let index = written(&TableName { schema: schema.clone(), name: index.name.clone() });
                statements.push(format!("COMMENT ON INDEX {index} IS {}", text::literal(comment)));
            }
        }
    }

    /// Row security, triggers, rules and policies, replica identity and comments.
    fn child_rest(&self, row: &RelationRow, name: &str, statements: &mut Vec<String>) {
        if row.row_security {
            statements.push(format!("ALTER TABLE {name} ENABLE ROW LEVEL SECURITY"));
        }
        if row.forces_row_security {
            statements.push(format!("ALTER TABLE {name} FORCE ROW LEVEL SECURITY"));
        }
        match row.replica_identity {
            'f' => statements.push(format!("ALTER TABLE {name} REPLICA IDENTITY FULL")),
            'n' => statements.push(format!("ALTER TABLE {name} REPLICA IDENTITY NOTHING")),
            _ => {}
        }
        for (attachment, comment, firing) in self.attachments(row) {
            let (kind, own) = (attachment.kind.to_string().to_uppercase(), identifier(&attachment.name));
            statements.push(attachment.sql);
            statements.extend(firing.map(|firing| format!("ALTER TABLE {name} {firing} {kind} {own}")));
            statements.extend(
                comment.map(|comment| format!("COMMENT ON {kind} {own} ON {name} IS {}", text::literal(&comment))),
            );
        }
        if let Some(comment) = &row.comment {
            statements.push(format!("COMMENT ON TABLE {name} IS {}", text::literal(comment)));
        }
        for column in self.columns(row.id) {
            if let Some(comment) = &column.comment {
                let column = identifier(&column.name);
                statements.push(format!("COMMENT ON COLUMN {name}.{column} IS {}", text::literal(comment)));
            }
        }
    }
}
