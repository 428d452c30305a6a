//! Operations become SQL statements. What is spelled differently from database to database comes from the dialect and
//! from the texts that canonicalization put into types and defaults; the rest is standard SQL.

use crate::dialect::{Dialect, Rebuild};
use crate::model::{
    Action, AutoIncrement, Column, Constraint, ForeignKey, Index, IndexKey, IndexPart, Name, Placement, Table,
    TableName,
};
use crate::op::Op;
use crate::plan::Step;

/// The statements of a step, each without its semicolon.
pub fn statements(step: &Step, dialect: Dialect) -> Vec<String> {
    match (&step.op, &step.rebuild) {
        (Op::RebuildTable { to, .. }, Some(rebuild)) => Sql { dialect }.rebuild(to, rebuild),
        (op, _) => operation(op, dialect),
    }
}

fn operation(op: &Op, dialect: Dialect) -> Vec<String> {
    let sql = Sql { dialect };
    let alter = |table: &TableName, change: String| vec![format!("ALTER TABLE {} {change}", sql.table(table))];
    match op {
        Op::CreateTable { table } => sql.create_table(table),
        Op::DropTable { table } => vec![format!("DROP TABLE {}", sql.table(&table.name))],
        Op::RenameTable { from, to } => alter(from, format!("RENAME TO {}", sql.name(&to.name))),
        Op::RenameColumn { table, from, to } => {
            alter(table, format!("RENAME COLUMN {} TO {}", sql.name(from), sql.name(to)))
        }
        Op::AddColumn { table, column, constraints } => {
            alter(table, format!("ADD COLUMN {}", sql.column(column, constraints)))
        }
        Op::DropColumn { table, column, .. } => alter(table, format!("DROP COLUMN {}", sql.name(&column.name))),
        Op::AddConstraint { table, constraint } => alter(table, format!("ADD {}", sql.constraint(constraint))),
        Op::DropConstraint { table, constraint } => constraint
            .name()
            .map(|name| alter(table, format!("DROP CONSTRAINT {}", sql.name(&name.text))))
            .unwrap_or_default(),
        Op::CreateIndex { table, index } => vec![sql.create_index(table, index)],
        Op::DropIndex { index, .. } => vec![format!("DROP INDEX {}", sql.name(&index.name.text))],
        Op::RenameIndex { from, to, .. } => {
            vec![format!("ALTER INDEX {} RENAME TO {}", sql.name(&from.name.text), sql.name(&to.name.text))]
        }
        Op::CreateVerbatim { object, .. } => {
            let triggers = object.triggers.iter().map(|trigger| trigger.sql.clone());
            std::iter::once(object.sql.clone()).chain(triggers).collect()
        }
        Op::DropVerbatim { name, object } => {
            let kind = match object.kind {
                crate::model::VerbatimKind::View => "VIEW",
                crate::model::VerbatimKind::VirtualTable => "TABLE",
            };
            vec![format!("DROP {kind} {}", sql.table(name))]
        }
        // No dialect has a statement for these, so they only come inside a rebuild, which `statements` writes.
        Op::AlterTable { .. } | Op::AlterColumn { .. } | Op::RebuildTable { .. } => Vec::new(),
    }
}

/// The lines of a table: one per column and constraint, as they stand in `CREATE TABLE`, then its indexes and triggers.
/// Both sides of a comparison are shown in this form.
pub fn table_lines(table: &Table, dialect: Dialect) -> Vec<String> {
    let sql = Sql { dialect };
    let mut lines: Vec<String> = sql.table_body(table).into_iter().map(|line| format!("  {line}")).collect();
    let mut indexes: Vec<String> = table.indexes.iter().map(|index| sql.create_index(&table.name, index)).collect();
    indexes.sort();
    lines.extend(indexes);
    lines
}

struct Sql {
    dialect: Dialect,
}

impl Sql {
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

    fn create_table(&self, table: &Table) -> Vec<String> {
        let mut options = Vec::new();
        if table.options.without_rowid {
            options.push("WITHOUT ROWID");
        }
        if table.options.strict {
            options.push("STRICT");
        }
        let options = if options.is_empty() { String::new() } else { format!(" {}", options.join(", ")) };
        let body = self.table_body(table).join(",\n    ");
        let mut statements = vec![format!("CREATE TABLE {} (\n    {body}\n){options}", self.table(&table.name))];
        statements.extend(self.belongings(table));
        statements
    }

    fn rebuild(&self, to: &Table, rebuild: &Rebuild) -> Vec<String> {
        let bare = Table { name: rebuild.name.clone(), indexes: Vec::new(), triggers: Vec::new(), ..to.clone() };
        let mut statements = rebuild.before.clone();
        statements.extend(self.create_table(&bare));
        statements.extend(rebuild.between.iter().cloned());
        statements.extend(self.belongings(to));
        statements.extend(rebuild.after.iter().cloned());
        statements
    }

    /// The indexes and triggers of a table.
    fn belongings(&self, table: &Table) -> Vec<String> {
        let indexes = table.indexes.iter().map(|index| self.create_index(&table.name, index));
        indexes.chain(table.triggers.iter().map(|trigger| trigger.sql.clone())).collect()
    }

    /// What stands between the parentheses of `CREATE TABLE`.
    fn table_body(&self, table: &Table) -> Vec<String> {
        let (on_columns, of_table): (Vec<_>, Vec<_>) =
            table.constraints().partition(|constraint| column_of(constraint).is_some());
        let columns = table.columns.iter().map(|column| {
            let own: Vec<Constraint> =
                on_columns.iter().filter(|constraint| column_of(constraint) == Some(&column.name)).cloned().collect();
            self.column(column, &own)
        });
        columns.chain(of_table.iter().map(|constraint| self.constraint(constraint))).collect()
    }

    fn column(&self, column: &Column, constraints: &[Constraint]) -> String {
        let mut words = vec![self.name(&column.name)];
        words.extend(column.data_type.text.clone().filter(|text| !text.is_empty()));
        if let Some(generated) = &column.generated {
            let kind = if generated.stored { "STORED" } else { "VIRTUAL" };
            words.push(format!("GENERATED ALWAYS AS ({}) {kind}", generated.expression));
        }
        if !column.nullable {
            words.push("NOT NULL".to_owned());
        }
        words.extend(
            column.default.as_ref().and_then(|default| default.text.as_ref()).map(|text| format!("DEFAULT {text}")),
        );
        for constraint in constraints {
            words.push(self.column_constraint(column, constraint));
        }
        words.extend(column.collation.as_ref().map(|collation| format!("COLLATE {}", self.name(collation))));
        words.join(" ")
    }

    /// A constraint as it is written behind its column.
    fn column_constraint(&self, column: &Column, constraint: &Constraint) -> String {
        let name = self.constraint_name(constraint.name());
        match constraint {
            Constraint::PrimaryKey(_) => {
                let counts = match column.auto_increment {
                    AutoIncrement::No => "",
                    AutoIncrement::Yes | AutoIncrement::Inferred => " AUTOINCREMENT",
                };
                format!("{name}PRIMARY KEY{counts}")
            }
            Constraint::Unique(_) => format!("{name}UNIQUE"),
            Constraint::Check(check) => format!("{name}CHECK ({})", check.expression),
            Constraint::ForeignKey(fk) => format!("{name}{}", self.references(fk)),
        }
    }

    /// A constraint as it is written after the columns.
    fn constraint(&self, constraint: &Constraint) -> String {
        let name = self.constraint_name(constraint.name());
        match constraint {
            Constraint::PrimaryKey(key) => format!("{name}PRIMARY KEY ({})", self.names(&key.columns)),
            Constraint::Unique(unique) => format!("{name}UNIQUE ({})", self.names(&unique.columns)),
            Constraint::Check(check) => format!("{name}CHECK ({})", check.expression),
            Constraint::ForeignKey(fk) => {
                format!("{name}FOREIGN KEY ({}) {}", self.names(&fk.columns), self.references(fk))
            }
        }
    }

    fn constraint_name(&self, name: Option<&Name>) -> String {
        name.map(|name| format!("CONSTRAINT {} ", self.name(&name.text))).unwrap_or_default()
    }

    fn references(&self, fk: &ForeignKey) -> String {
        let mut text = format!("REFERENCES {} ({})", self.table(&fk.references), self.names(&fk.referenced_columns));
        for (event, action) in [("DELETE", fk.on_delete), ("UPDATE", fk.on_update)] {
            if let Some(action) = action {
                text.push_str(&format!(" ON {event} {}", action_words(action)));
            }
        }
        if fk.deferred {
            text.push_str(" DEFERRABLE INITIALLY DEFERRED");
        }
        text
    }

    fn create_index(&self, table: &TableName, index: &Index) -> String {
        let unique = if index.unique { "UNIQUE " } else { "" };
        let parts: Vec<String> = index.parts.iter().map(|part| self.index_part(part)).collect();
        let predicate = index.predicate.as_ref().map(|predicate| format!(" WHERE {predicate}")).unwrap_or_default();
        let name = self.name(&index.name.text);
        format!("CREATE {unique}INDEX {name} ON {} ({}){predicate}", self.table(table), parts.join(", "))
    }

    fn index_part(&self, part: &IndexPart) -> String {
        let mut text = match &part.key {
            IndexKey::Column(column) => self.name(column),
            IndexKey::Expression(expression) => format!("({expression})"),
        };
        if let Some(collation) = &part.collation {
            text.push_str(&format!(" COLLATE {}", self.name(collation)));
        }
        if part.descending {
            text.push_str(" DESC");
        }
        text
    }
}

/// The column a constraint is written behind, if it is written behind one. A primary key of one column is.
fn column_of(constraint: &Constraint) -> Option<&String> {
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
