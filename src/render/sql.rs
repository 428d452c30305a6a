//! Operations become SQL statements. What is spelled differently from database to database comes from the dialect and
//! from the texts that canonicalization put into types and defaults; the rest is standard SQL.

use std::collections::BTreeMap;

use crate::dialect::{Dialect, Rebuild};
use crate::model::{
    Action, Check, Clause, ClauseOf, Column, ColumnDefault, Constraint, DefaultValue, Deferrable, Exclusion,
    ExclusionElement, ForeignKey, Index, IndexKey, IndexPart, Name, NullsOrder, Part, Placement, Table, TableName,
    Unique,
};
use crate::op::{CommentOn, Op};
use crate::plan::Step;

/// The statements of a step, each without its semicolon.
pub fn statements(step: &Step, dialect: Dialect) -> Vec<String> {
    match (&step.op, &step.rebuild) {
        (Op::RebuildTable { to, .. }, Some(rebuild)) => Sql::of(to, dialect).rebuild(to, rebuild),
        (op, _) => operation(op, dialect),
    }
}

fn operation(op: &Op, dialect: Dialect) -> Vec<String> {
    let sql = Sql { dialect, clauses: BTreeMap::new() };
    let alter = |table: &TableName, change: String| vec![format!("ALTER TABLE {} {change}", sql.table(table))];
    match op {
        Op::CreateTable { table } => Sql::of(table, dialect).create_table(table),
        Op::DropTable { table } => {
            let drop = format!("DROP TABLE {}", sql.table(&table.name));
            dialect.before_drop(table).map(str::to_owned).into_iter().chain([drop]).collect()
        }
        Op::RenameColumn { table, from, to } => {
            alter(table, format!("RENAME COLUMN {} TO {}", sql.name(from), sql.name(to)))
        }
        // Rows that are there already need a value now, new ones bring their own.
        Op::AddColumn { table, column, constraints } if column.fill.is_some() => {
            sql.add_filled_column(table, column, constraints)
        }
        Op::AddColumn { table, column, constraints } => {
            let value = if column.needs_value() { dialect.empty_value(column) } else { None };
            sql.add_column(table, column, constraints, value)
        }
        Op::ReplaceColumn { table, from, to, filled } => {
            let value = if *filled && to.needs_value() { dialect.empty_value(to) } else { None };
            let drop = alter(table, format!("DROP COLUMN {}", sql.name(&from.name)));
            drop.into_iter().chain(sql.add_column(table, to, &[], value)).collect()
        }
        Op::DropColumn { table, column, .. } => alter(table, format!("DROP COLUMN {}", sql.name(&column.name))),
        Op::AddConstraint { table, constraint } => alter(table, format!("ADD {}", sql.constraint(constraint))),
        Op::DropConstraint { table, constraint } => constraint
            .name()
            .map(|name| alter(table, format!("DROP CONSTRAINT {}", sql.name(&name.text))))
            .unwrap_or_default(),
        // What failed half-way left an invalid index behind, which a second run has to take away first.
        Op::CreateIndex { table, index } if index.concurrently => {
            vec![sql.drop_index(table, index), sql.create_index(table, index)]
        }
        Op::CreateIndex { table, index } => vec![sql.create_index(table, index)],
        Op::DropIndex { table, index } => vec![sql.drop_index(table, index)],
        Op::RenameIndex { table, from, to } => {
            vec![format!("ALTER INDEX {} RENAME TO {}", sql.index(table, &from.name), sql.name(&to.name.text))]
        }
        Op::FillColumn { table, column, value, batches } => {
            let fill = |value: &String| dialect.fill(table, column, value, *batches);
            value.iter().flat_map(fill).collect()
        }
        Op::RequireColumn { table, to, .. } => {
            alter(table, format!("ALTER COLUMN {} SET NOT NULL", sql.name(&to.name)))
        }
        Op::ValidateConstraint { table, from, to } => {
            let name = to.name().map(|name| sql.name(&name.text)).unwrap_or_default();
            if !to.is_not_valid() {
                return alter(table, format!("VALIDATE CONSTRAINT {name}"));
            }
            // No statement takes a word back.
            let again = [Op::DropConstraint { table: table.clone(), constraint: from.clone() }]
                .into_iter()
                .chain([Op::AddConstraint { table: table.clone(), constraint: to.clone() }]);
            again.flat_map(|op| operation(&op, dialect)).collect()
        }
        Op::AdoptIndex { table, index, constraint } => {
            let name = sql.constraint_name(constraint.name());
            let kind = if matches!(constraint, Constraint::PrimaryKey(_)) { "PRIMARY KEY" } else { "UNIQUE" };
            let (own, tail) = (sql.name(&index.name.text), deferrable(constraint.deferrable()));
            alter(table, format!("ADD {name}{kind} USING INDEX {own}{tail}"))
        }
        Op::ReleaseIndex { table, constraint, index } => {
            let drop = Op::DropConstraint { table: table.clone(), constraint: constraint.clone() };
            operation(&drop, dialect).into_iter().chain([sql.create_index(table, index)]).collect()
        }
        Op::CreateVerbatim { name, object } => {
            let attachments = object.attachments.iter().map(|attachment| attachment.sql.clone());
            let on = CommentOn::Verbatim(name.clone(), object.kind);
            let comment = object.comment.clone().map(|text| Op::Comment { on, from: None, to: Some(text) });
            let comments = object.comments.iter().map(|(part, text)| {
                let on = CommentOn::Part(name.clone(), part.clone());
                Op::Comment { on, from: None, to: Some(text.clone()) }
            });
            let comments: Vec<Op> = comment.into_iter().chain(comments).collect();
            let comments = comments.iter().flat_map(|op| dialect.alter(op));
            std::iter::once(dialect.creation(object)).chain(attachments).chain(comments).collect()
        }
        Op::DropVerbatim { name, object } => {
            vec![format!("DROP {}", dialect.object_name(object.kind, name))]
        }
        Op::AlterTable { .. }
        | Op::AlterColumn { .. }
        | Op::CreatePartition { .. }
        | Op::DropPartition { .. }
        | Op::AlterPartition { .. }
        | Op::RenameConstraint { .. }
        | Op::CreateAttachment { .. }
        | Op::DropAttachment { .. }
        | Op::ReplaceVerbatim { .. }
        | Op::CreateEnum { .. }
        | Op::DropEnum { .. }
        | Op::AlterEnum { .. }
        | Op::RenameTable { .. }
        | Op::RenameEnum { .. }
        | Op::RenameEnumValue { .. }
        | Op::Comment { .. } => dialect.alter(op),
        // A rebuild has statements around its table, which `statements` writes.
        Op::RebuildTable { .. } => Vec::new(),
    }
}

/// The lines of a table: one per column and constraint, as they stand in `CREATE TABLE`, then its indexes and triggers.
/// Both sides of a comparison are shown in this form.
pub fn table_lines(table: &Table, dialect: Dialect) -> Vec<String> {
    let sql = Sql::of(table, dialect);
    let mut lines: Vec<String> = sql.table_body(table).into_iter().map(|line| format!("  {line}")).collect();
    let mut indexes: Vec<String> = table.indexes.iter().map(|index| sql.create_index(&table.name, index)).collect();
    indexes.sort();
    lines.extend(indexes);
    lines
}

struct Sql {
    dialect: Dialect,
    /// What is said about the constraints of the table that is written.
    clauses: BTreeMap<ClauseOf, Clause>,
}

impl Sql {
    fn of(table: &Table, dialect: Dialect) -> Self {
        Self { dialect, clauses: table.options.clauses.clone() }
    }

    /// What `ON CONFLICT` asks for, as it stands behind a constraint.
    fn on_conflict(&self, of: &ClauseOf) -> String {
        let word = self.clauses.get(of).and_then(|clause| clause.on_conflict.as_ref());
        word.map(|word| format!(" ON CONFLICT {word}")).unwrap_or_default()
    }

    /// The columns of a key, each with what stands behind it.
    fn key(&self, columns: &[String], of: &ClauseOf) -> String {
        let order = self.clauses.get(of).map(|clause| clause.order.as_slice()).unwrap_or_default();
        let column = |(position, name): (usize, &String)| match order.get(position).filter(|words| !words.is_empty()) {
            Some(words) => format!("{} {words}", self.name(name)),
            None => self.name(name),
        };
        columns.iter().enumerate().map(column).collect::<Vec<_>>().join(", ")
    }

    /// The column a constraint is written behind, if it is written behind one. A primary key of one column is, unless
    /// more is said about the column than can be said there.
    fn column_of<'c>(&self, constraint: &'c Constraint) -> Option<&'c String> {
        let is_said = |clause: &Clause| !clause.order.is_empty() && !clause.on_column;
        match (constraint, self.clauses.get(&ClauseOf::PrimaryKey)) {
            (Constraint::PrimaryKey(_), Some(clause)) if is_said(clause) => None,
            _ => column_of(constraint),
        }
    }

    fn name(&self, name: &str) -> String {
        self.dialect.quote(name)
    }

    fn names(&self, names: &[String]) -> String {
        names.iter().map(|name| self.name(name)).collect::<Vec<_>>().join(", ")
    }

    fn table(&self, table: &TableName) -> String {
        match &table.schema {
            Some(schema) => format!("{}.{}", self.name(schema), self.name(&table.name)),
            None => self.name(&table.name),
        }
    }

    /// The name of an index, which lives where its table does.
    fn index(&self, table: &TableName, name: &Name) -> String {
        self.table(&TableName { name: name.text.clone(), ..table.clone() })
    }

    fn drop_index(&self, table: &TableName, index: &Index) -> String {
        let concurrently = if index.concurrently { "CONCURRENTLY IF EXISTS " } else { "" };
        format!("DROP INDEX {concurrently}{}", self.index(table, &index.name))
    }

    /// A new column, with a value for the rows that are there already.
    fn add_column(
        &self,
        table: &TableName,
        column: &Column,
        constraints: &[Constraint],
        value: Option<String>,
    ) -> Vec<String> {
        let alter = |change: String| format!("ALTER TABLE {} {change}", self.table(table));
        let (first, last) = self.dialect.around_column(table, column);
        let filled = value.map(|text| Column {
            default: Some(ColumnDefault { value: DefaultValue::Expression(text.clone()), text: Some(text) }),
            ..column.clone()
        });
        let definition = self.column(table, filled.as_ref().unwrap_or(column), constraints);
        let add = alter(format!("ADD COLUMN {definition}"));
        let bare = filled.map(|_| alter(format!("ALTER COLUMN {} DROP DEFAULT", self.name(&column.name))));
        first.into_iter().chain([add]).chain(bare).chain(last).collect()
    }

    /// A new column, with what somebody said its rows get. It takes NULL until they have it, and nothing is demanded of it
    /// before.
    fn add_filled_column(&self, table: &TableName, column: &Column, constraints: &[Constraint]) -> Vec<String> {
        let bare = Column { nullable: true, default: None, fill: None, ..column.clone() };
        let change = Op::AlterColumn { table: table.clone(), from: bare.clone(), to: column.clone() };
        let mut statements = self.add_column(table, &bare, &[], None);
        statements.extend(self.dialect.alter(&change));
        let add = |constraint| format!("ALTER TABLE {} ADD {}", self.table(table), self.constraint(constraint));
        statements.extend(constraints.iter().map(add));
        statements
    }

    fn create_table(&self, table: &Table) -> Vec<String> {
        let mut options = Vec::new();
        if table.options.without_rowid {
            options.push("WITHOUT ROWID");
        }
        if table.options.strict {
            options.push("STRICT");
        }
        let mut options = if options.is_empty() { String::new() } else { format!(" {}", options.join(", ")) };
        if let Some(partition_by) = &table.options.partition_by {
            options.push_str(&format!(" PARTITION BY {partition_by}"));
        }
        if !table.options.storage.is_empty() {
            let settings = table.options.storage.iter().map(|(name, value)| format!("{name} = {value}"));
            options.push_str(&format!(" WITH ({})", settings.collect::<Vec<_>>().join(", ")));
        }
        let unlogged = if table.options.unlogged { "UNLOGGED " } else { "" };
        let body = self.table_body(table).join(",\n    ");
        let body = if body.is_empty() { "()".to_owned() } else { format!("(\n    {body}\n)") };
        let (mut statements, after) = self.dialect.around_table(table);
        statements.push(format!("CREATE {unlogged}TABLE {} {body}{options}", self.table(&table.name)));
        statements.extend(self.belongings(table));
        statements.extend(after);
        statements.extend(self.add_constraints(table, &self.constraints(table).1));
        statements.extend(self.comments(table));
        statements
    }

    fn add_constraints(&self, table: &Table, constraints: &[Constraint]) -> Vec<String> {
        let name = self.table(&table.name);
        constraints.iter().map(|constraint| format!("ALTER TABLE {name} ADD {}", self.constraint(constraint))).collect()
    }

    /// The comments on what belongs to a table.
    fn comments(&self, table: &Table) -> Vec<String> {
        let comment = |(part, comment): (&Part, &String)| {
            let on = CommentOn::Part(table.name.clone(), part.clone());
            self.dialect.alter(&Op::Comment { on, from: None, to: Some(comment.clone()) })
        };
        table.comments.iter().flat_map(comment).collect()
    }

    /// The rows find what a column alone says; what needs all of them, or looks at other tables, comes behind them where it
    /// can be added.
    fn rebuild(&self, to: &Table, rebuild: &Rebuild) -> Vec<String> {
        let adds_later = self.dialect.capabilities().add_constraint;
        // Where they cannot be added, foreign keys may find rows by unique indexes.
        let is_early = |index: &Index| index.unique && !adds_later;
        let (early, late): (Vec<Index>, Vec<Index>) = to.indexes.iter().cloned().partition(is_early);
        let mut bare = Table { indexes: early, attachments: Vec::new(), ..rebuild.table.clone() };
        let mut behind = Vec::new();
        if adds_later {
            behind = to.constraints().filter(|constraint| !matches!(constraint, Constraint::Check(_))).collect();
            bare = Table {
                primary_key: None,
                uniques: Vec::new(),
                foreign_keys: Vec::new(),
                exclusions: Vec::new(),
                comments: BTreeMap::new(),
                ..bare
            };
        }
        let mut statements = rebuild.before.clone();
        statements.extend(self.create_table(&bare));
        statements.extend(rebuild.between.iter().cloned());
        statements.extend(self.belongings(&Table { indexes: late, ..to.clone() }));
        statements.extend(self.add_constraints(to, &behind));
        statements.extend(self.comments(to));
        statements.extend(rebuild.after.iter().cloned());
        statements
    }

    /// The indexes and triggers of a table.
    fn belongings(&self, table: &Table) -> Vec<String> {
        // Nobody writes to a table that is new.
        let now = |index: &Index| Index { concurrently: false, ..index.clone() };
        let indexes = table.indexes.iter().map(|index| self.create_index(&table.name, &now(index)));
        indexes.chain(table.attachments.iter().map(|trigger| trigger.sql.clone())).collect()
    }

    /// The constraints that are written with the table, and those that come behind it: rows are not to be checked, or it
    /// is one with a key before it, which a database that adds constraints would take for the same one.
    fn constraints(&self, table: &Table) -> (Vec<Constraint>, Vec<Constraint>) {
        let mut keys: Vec<Vec<String>> = Vec::new();
        table.constraints().partition(|constraint| {
            let columns = match constraint {
                Constraint::PrimaryKey(key) => Some(&key.columns),
                Constraint::Unique(unique) => Some(&unique.columns),
                Constraint::ForeignKey(_) | Constraint::Check(_) | Constraint::Exclusion(_) => None,
            };
            let is_second = columns.is_some_and(|columns| keys.contains(columns));
            keys.extend(columns.cloned());
            !(is_later(constraint) || is_second && self.dialect.capabilities().add_constraint)
        })
    }

    /// What stands between the parentheses of `CREATE TABLE`.
    fn table_body(&self, table: &Table) -> Vec<String> {
        let (on_columns, of_table): (Vec<_>, Vec<_>) =
            self.constraints(table).0.into_iter().partition(|constraint| self.column_of(constraint).is_some());
        let columns = table.columns.iter().map(|column| {
            let own: Vec<Constraint> = on_columns
                .iter()
                .filter(|constraint| self.column_of(constraint) == Some(&column.name))
                .cloned()
                .collect();
            self.column(&table.name, column, &own)
        });
        columns.chain(of_table.iter().map(|constraint| self.constraint(constraint))).collect()
    }

    fn column(&self, table: &TableName, column: &Column, constraints: &[Constraint]) -> String {
        let own = self.dialect.column_words(table, column);
        let mut words = vec![self.name(&column.name)];
        words.extend(Some(own.data_type).filter(|text| !text.is_empty()));
        if let Some(generated) = &column.generated {
            let kind = if generated.stored { "STORED" } else { "VIRTUAL" };
            words.push(format!("GENERATED ALWAYS AS ({}) {kind}", generated.expression));
        }
        words.extend(own.identity);
        if !column.nullable {
            words.push(format!("NOT NULL{}", self.on_conflict(&ClauseOf::NotNull(column.name.clone()))));
        }
        words.extend(own.default.map(|text| format!("DEFAULT {text}")));
        for constraint in constraints {
            words.push(self.column_constraint(constraint, own.counting_key));
        }
        words.extend(
            column.collation.as_ref().map(|collation| format!("COLLATE {}", self.dialect.collation(collation))),
        );
        words.join(" ")
    }

    /// A constraint as it is written behind its column. `counting` is what a key says that counts.
    fn column_constraint(&self, constraint: &Constraint, counting: Option<&str>) -> String {
        let name = self.constraint_name(constraint.name());
        match constraint {
            Constraint::PrimaryKey(key) => {
                let counting = counting.map(|words| format!(" {words}")).unwrap_or_default();
                let clause = self.clauses.get(&ClauseOf::PrimaryKey).map(|clause| clause.order.concat());
                let order = clause.filter(|order| !order.is_empty()).map(|order| format!(" {order}"));
                let conflict = self.on_conflict(&ClauseOf::PrimaryKey);
                let tail = deferrable(key.deferrable);
                format!("{name}PRIMARY KEY{}{conflict}{counting}{tail}", order.unwrap_or_default())
            }
            Constraint::Unique(unique) => {
                let conflict = self.on_conflict(&ClauseOf::Unique(unique.columns.clone()));
                format!("{name}UNIQUE{}{}{conflict}", nulls(unique), deferrable(unique.deferrable))
            }
            Constraint::Check(check) => format!("{name}CHECK ({}){}", check.expression, check_tail(check)),
            Constraint::ForeignKey(fk) => format!("{name}{}", self.references(fk)),
            Constraint::Exclusion(exclusion) => format!("{name}{}", self.exclusion(exclusion)),
        }
    }

    /// A constraint as it is written after the columns.
    fn constraint(&self, constraint: &Constraint) -> String {
        let name = self.constraint_name(constraint.name());
        match constraint {
            Constraint::PrimaryKey(key) => {
                let of = ClauseOf::PrimaryKey;
                let (columns, conflict) = (self.key(&key.columns, &of), self.on_conflict(&of));
                format!("{name}PRIMARY KEY ({columns}){}{conflict}", self.key_tail(constraint))
            }
            Constraint::Unique(unique) => {
                let of = ClauseOf::Unique(unique.columns.clone());
                let (columns, conflict) = (self.key(&unique.columns, &of), self.on_conflict(&of));
                format!("{name}UNIQUE{} ({columns}){}{conflict}", nulls(unique), self.key_tail(constraint))
            }
            Constraint::Check(check) => format!("{name}CHECK ({}){}", check.expression, check_tail(check)),
            Constraint::ForeignKey(fk) => {
                format!("{name}FOREIGN KEY ({}) {}", self.names(&fk.columns), self.references(fk))
            }
            Constraint::Exclusion(exclusion) => format!("{name}{}", self.exclusion(exclusion)),
        }
    }

    /// What stands behind the columns of a key.
    fn key_tail(&self, constraint: &Constraint) -> String {
        self.include(constraint.include()) + deferrable(constraint.deferrable())
    }

    /// What an index carries along.
    fn include(&self, columns: &[String]) -> String {
        if columns.is_empty() { String::new() } else { format!(" INCLUDE ({})", self.names(columns)) }
    }

    fn constraint_name(&self, name: Option<&Name>) -> String {
        name.map(|name| format!("CONSTRAINT {} ", self.name(&name.text))).unwrap_or_default()
    }

    fn references(&self, fk: &ForeignKey) -> String {
        let mut text = format!("REFERENCES {} ({})", self.table(&fk.references), self.names(&fk.referenced_columns));
        if fk.match_full {
            text.push_str(" MATCH FULL");
        }
        for (event, action) in [("DELETE", fk.on_delete), ("UPDATE", fk.on_update)] {
            if let Some(action) = action {
                text.push_str(&format!(" ON {event} {}", action_words(action)));
                if event == "DELETE" && !fk.on_delete_columns.is_empty() {
                    text.push_str(&format!(" ({})", self.names(&fk.on_delete_columns)));
                }
            }
        }
        text.push_str(deferrable(fk.deferrable));
        if fk.not_valid {
            text.push_str(" NOT VALID");
        }
        text
    }

    fn exclusion(&self, exclusion: &Exclusion) -> String {
        let element =
            |element: &ExclusionElement| format!("{} WITH {}", self.index_part(&element.part), element.operator);
        let elements: Vec<String> = exclusion.elements.iter().map(element).collect();
        let method = exclusion.method.as_ref().map(|method| format!(" USING {method}")).unwrap_or_default();
        let include = self.include(&exclusion.include);
        let predicate = exclusion.predicate.as_ref().map(|sql| format!(" WHERE ({sql})")).unwrap_or_default();
        format!("EXCLUDE{method} ({}){include}{predicate}{}", elements.join(", "), deferrable(exclusion.deferrable))
    }

    fn create_index(&self, table: &TableName, index: &Index) -> String {
        let unique = if index.unique { "UNIQUE " } else { "" };
        let concurrently = if index.concurrently { "CONCURRENTLY " } else { "" };
        let parts: Vec<String> = index.parts.iter().map(|part| self.index_part(part)).collect();
        let (name, table) = (self.name(&index.name.text), self.table(table));
        let method = index.method.as_ref().map(|method| format!(" USING {method}")).unwrap_or_default();
        let mut text = format!("CREATE {unique}INDEX {concurrently}{name} ON {table}{method} ({})", parts.join(", "));
        text.push_str(&self.include(&index.include));
        if index.nulls_not_distinct {
            text.push_str(" NULLS NOT DISTINCT");
        }
        if !index.storage.is_empty() {
            let settings: Vec<String> = index.storage.iter().map(|(name, value)| format!("{name} = {value}")).collect();
            text.push_str(&format!(" WITH ({})", settings.join(", ")));
        }
        if let Some(predicate) = &index.predicate {
            text.push_str(&format!(" WHERE {predicate}"));
        }
        text
    }

    fn index_part(&self, part: &IndexPart) -> String {
        let mut text = match &part.key {
            IndexKey::Column(column) => self.name(column),
            IndexKey::Expression(expression) => format!("({expression})"),
        };
        if let Some(collation) = &part.collation {
            text.push_str(&format!(" COLLATE {}", self.dialect.collation(collation)));
        }
        if let Some(class) = &part.operator_class {
            text.push_str(&format!(" {class}"));
        }
        if part.descending {
            text.push_str(" DESC");
        }
        text.push_str(match part.nulls {
            Some(NullsOrder::First) => " NULLS FIRST",
            Some(NullsOrder::Last) => " NULLS LAST",
            None => "",
        });
        text
    }
}

/// Whether the constraint cannot be said while the table is made: its rows are not to be checked.
fn is_later(constraint: &Constraint) -> bool {
    constraint.is_not_valid()
}

fn check_tail(check: &Check) -> String {
    let no_inherit = if check.no_inherit { " NO INHERIT" } else { "" };
    let not_valid = if check.not_valid { " NOT VALID" } else { "" };
    format!("{no_inherit}{not_valid}")
}

fn nulls(unique: &Unique) -> &'static str {
    if unique.nulls_not_distinct { " NULLS NOT DISTINCT" } else { "" }
}

fn deferrable(when: Deferrable) -> &'static str {
    match when {
        Deferrable::No => "",
        Deferrable::InitiallyImmediate => " DEFERRABLE",
        Deferrable::InitiallyDeferred => " DEFERRABLE INITIALLY DEFERRED",
    }
}

/// The column a constraint is written behind, if it is written behind one. A primary key of one column is, but what a key
/// carries along can only be said with a list of columns.
fn column_of(constraint: &Constraint) -> Option<&String> {
    if !constraint.include().is_empty() {
        return None;
    }
    let placement = match constraint {
        Constraint::PrimaryKey(key) => {
            return match key.columns.as_slice() {
                [column] => Some(column),
                _ => None,
            };
        }
        Constraint::Unique(unique) => &unique.placement,
        Constraint::ForeignKey(fk) => &fk.placement,
        Constraint::Check(check) => &check.placement,
        Constraint::Exclusion(_) => return None,
    };
    match placement {
        Placement::Column(column) => Some(column),
        Placement::Table => None,
    }
}

fn action_words(action: Action) -> &'static str {
    match action {
        Action::NoAction => "NO ACTION",
        Action::Restrict => "RESTRICT",
        Action::Cascade => "CASCADE",
        Action::SetNull => "SET NULL",
        Action::SetDefault => "SET DEFAULT",
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::model::{Check, ColumnType, DataType, Identity, TableOptions};

    /// Everything that SQLite has no words for.
    #[test]
    fn everything_a_table_can_say() {
        let mut column =
            Column::new("id", ColumnType { text: Some("bigint".into()), ..ColumnType::written(DataType::BigInteger) });
        column.nullable = false;
        let counted = Identity { always: true, start: Some(10), cache: Some(5), cycle: true, ..Identity::default() };
        column.identity = Some(Box::new(counted));
        let part = IndexPart {
            descending: true,
            nulls: Some(NullsOrder::Last),
            collation: Some("C".into()),
            operator_class: Some("text_pattern_ops".into()),
            ..IndexPart::column("name")
        };
        let when = Deferrable::InitiallyDeferred;
        let table = Table {
            columns: vec![column],
            uniques: vec![Unique {
                deferrable: Deferrable::InitiallyImmediate,
                nulls_not_distinct: true,
                ..Unique::new(None, vec!["a".into(), "b".into()], Placement::Table)
            }],
            foreign_keys: vec![ForeignKey {
                name: Some(Name::written("fk")),
                columns: vec!["a".into()],
                references: TableName::new("p"),
                referenced_columns: vec!["id".into()],
                on_delete: Some(Action::Cascade),
                on_update: None,
                on_delete_columns: Vec::new(),
                deferrable: when,
                match_full: true,
                not_valid: true,
                placement: Placement::Table,
            }],
            checks: vec![Check::new(None, "a > 0", Placement::Table)],
            exclusions: vec![Exclusion {
                name: Some(Name::written("apart")),
                method: Some("gist".into()),
                elements: vec![ExclusionElement { part: IndexPart::column("room"), operator: "=".into() }],
                predicate: Some("taken".into()),
                include: vec!["b".into()],
                deferrable: when,
            }],
            indexes: vec![Index {
                unique: true,
                predicate: Some("a > 0".into()),
                method: Some("btree".into()),
                include: vec!["b".into()],
                nulls_not_distinct: true,
                storage: [("fillfactor".to_owned(), "70".to_owned())].into(),
                concurrently: true,
                ..Index::new(Name::written("i"), vec![part])
            }],
            options: TableOptions { partition_by: Some("RANGE (a)".into()), ..TableOptions::default() },
            ..Table::new(TableName::new("t"))
        };
        expect![[r#"
            CREATE TABLE t (
                id bigint GENERATED ALWAYS AS IDENTITY (START WITH 10 CACHE 5 CYCLE) NOT NULL,
                UNIQUE NULLS NOT DISTINCT (a, b) DEFERRABLE,
                CHECK (a > 0),
                CONSTRAINT apart EXCLUDE USING gist (room WITH =) INCLUDE (b) WHERE (taken) DEFERRABLE INITIALLY DEFERRED
            ) PARTITION BY RANGE (a);
            CREATE UNIQUE INDEX i ON t USING btree (name COLLATE "C" text_pattern_ops DESC NULLS LAST) INCLUDE (b) NULLS NOT DISTINCT WITH (fillfactor = 70) WHERE a > 0;
            ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (a) REFERENCES p (id) MATCH FULL ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED NOT VALID"#]]
        .assert_eq(&operation(&Op::CreateTable { table }, Dialect::Postgres).join(";\n"));
    }
}
