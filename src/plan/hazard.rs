//! What can go wrong with an operation, in words. All hazards are rows of one table: explanations, reports and docs
//! are made from it, and a slug is written nowhere else.

use std::collections::BTreeSet;

use crate::dialect::Dialect;
use crate::model::{Column, Constraint, IndexKey, IndexPart, Schema, Table, TableName, Verbatim};
use crate::op::{Op, identifiers};

/// One thing that can go wrong, about one operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hazard {
    /// What kind it is.
    pub kind: Kind,
    /// What happens to whom: "Dropping `users.email` deletes its data."
    pub sentence: String,
}

/// The kinds of hazards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the table says what each means")]
pub enum Kind {
    DropsTable,
    DropsColumn,
    RenamesTable,
    RenamesColumn,
    UniqueMayFail,
    RebuildsTable,
    NotNullMayFail,
    CheckMayFail,
    ForeignKeyMayFail,
    InventsValues,
    FillsNulls,
    ConvertsValues,
    StrictMayFail,
    EnumMayFail,
    RewritesTable,
}

/// A row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The kind.
    pub kind: Kind,
    /// How it is called in files, reports and settings.
    pub slug: &'static str,
    /// Whether rows or values are lost for good.
    pub loses_data: bool,
    /// Why it hurts and what to do about it.
    pub explanation: &'static str,
}

/// All hazards.
pub const HAZARDS: [Row; 15] = [
    Row {
        kind: Kind::DropsTable,
        slug: "drops-table",
        loses_data: true,
        explanation: "All rows of the table are deleted, and the way down can bring back only an empty table. \
                      Keep a copy of the rows, and drop the table only after no running code uses it.",
    },
    Row {
        kind: Kind::DropsColumn,
        slug: "drops-column",
        loses_data: true,
        explanation: "All values of the column are deleted, and the way down can bring back only an empty column. \
                      Deploy code that no longer uses the column before the column goes.",
    },
    Row {
        kind: Kind::RenamesTable,
        slug: "renames-table",
        loses_data: false,
        explanation: "Code that still runs with the old name fails from the moment of the rename on.",
    },
    Row {
        kind: Kind::RenamesColumn,
        slug: "renames-column",
        loses_data: false,
        explanation: "Code that still runs with the old name fails from the moment of the rename on.",
    },
    Row {
        kind: Kind::UniqueMayFail,
        slug: "unique-may-fail",
        loses_data: false,
        explanation: "Rows that are there already may hold the same values twice; then the revision fails and changes \
                      nothing. Clean the duplicates in a step before.",
    },
    Row {
        kind: Kind::RebuildsTable,
        slug: "rebuilds-table",
        loses_data: false,
        explanation: "The database has no statement for the change, so all rows are copied into a new table that takes \
                      the place of the old one. Nobody else can write meanwhile; on a large table this takes time and \
                      as much space again.",
    },
    Row {
        kind: Kind::NotNullMayFail,
        slug: "not-null-may-fail",
        loses_data: false,
        explanation: "Rows that are there already may have no value; then the revision fails and changes nothing. \
                      Fill them in a step before.",
    },
    Row {
        kind: Kind::CheckMayFail,
        slug: "check-may-fail",
        loses_data: false,
        explanation: "Rows that are there already may violate the check; then the revision fails and changes nothing. \
                      Correct them in a step before.",
    },
    Row {
        kind: Kind::ForeignKeyMayFail,
        slug: "foreign-key-may-fail",
        loses_data: false,
        explanation: "Rows that are there already may refer to nothing; then the revision fails and changes nothing. \
                      Correct them in a step before.",
    },
    Row {
        kind: Kind::InventsValues,
        slug: "invents-values",
        loses_data: false,
        explanation: "A column comes back that must have a value, and what was in it is gone, so every row gets an \
                      empty one.",
    },
    Row {
        kind: Kind::FillsNulls,
        slug: "fills-nulls",
        loses_data: true,
        explanation: "A column that may no longer be NULL has a default, and rows that hold NULL get it. The way down \
                      does not know which rows those were.",
    },
    Row {
        kind: Kind::ConvertsValues,
        slug: "converts-values",
        loses_data: true,
        explanation: "Values are written anew as the new type has them, as the text '007' becomes the number 7, and the \
                      way down does not know what they were. Where the database takes no value that cannot be \
                      converted, the revision fails and changes nothing.",
    },
    Row {
        kind: Kind::StrictMayFail,
        slug: "strict-may-fail",
        loses_data: false,
        explanation: "A strict table takes only values of the declared type, and rows that are there already may hold \
                      others; then the revision fails and changes nothing. Correct them in a step before.",
    },
    Row {
        kind: Kind::EnumMayFail,
        slug: "enum-may-fail",
        loses_data: false,
        explanation: "An enum type without one of its values has to be made anew, and every table that has a column of it \
                      is written anew. Rows that hold the value make the revision fail and change nothing; give them \
                      another in a step before.",
    },
    Row {
        kind: Kind::RewritesTable,
        slug: "rewrites-table",
        loses_data: false,
        explanation: "PostgreSQL writes all rows and all indexes of the table anew, and nobody can read or write it \
                      meanwhile. On a large table: add a new column, fill it in steps, and let the code change over.",
    },
];

impl Kind {
    /// The row of the table.
    pub fn row(self) -> &'static Row {
        // Every kind has its row: a test walks the table.
        HAZARDS.iter().find(|row| row.kind == self).unwrap_or(&HAZARDS[0])
    }

    /// How it is called in files, reports and settings.
    pub fn slug(self) -> &'static str {
        self.row().slug
    }
}

/// The hazards of one operation on a schema as it is right before it.
#[expect(clippy::too_many_lines, reason = "one arm for each operation, none of them long")]
pub(super) fn of(op: &Op, schema: &Schema, dialect: Dialect) -> Vec<Hazard> {
    let hazard = |kind, sentence| Hazard { kind, sentence };
    match op {
        Op::DropTable { table } => {
            vec![hazard(Kind::DropsTable, format!("Dropping the table `{}` deletes all its rows.", table.name))]
        }
        Op::DropColumn { table, column, .. } if column.generated.is_none() => {
            vec![hazard(Kind::DropsColumn, format!("Dropping `{table}.{}` deletes its data.", column.name))]
        }
        Op::DropPartition { table, partition } => vec![dropped_partition(table, &partition.name)],
        Op::CreatePartition { table, partition } => {
            let parent = schema.tables.get(table).filter(|parent| dialect.has_default_partition(parent));
            parent.map(|_| filled_partition(table, &partition.name)).into_iter().collect()
        }
        Op::ReplaceColumn { table, from, to, filled } => replaced(table, from, to, *filled),
        Op::RenameTable { from, .. } => {
            vec![hazard(Kind::RenamesTable, format!("Running code that still says `{from}` will fail."))]
        }
        Op::RenameColumn { table, from, .. } => {
            vec![hazard(Kind::RenamesColumn, format!("Running code that still says `{table}.{from}` will fail."))]
        }
        Op::CreateIndex { table, index } if index.unique && schema.tables.contains_key(table) => vec![hazard(
            Kind::UniqueMayFail,
            format!("Creating `{}` fails if rows of `{table}` hold the same values twice.", index.name.text),
        )],
        Op::AlterColumn { table, from, to } => {
            let mut hazards = altered(table, from, to, dialect);
            if let Some(table) = schema.tables.get(table) {
                hazards.extend(compared_anew(table, from, to));
            }
            hazards
        }
        // NULL goes through every constraint, unless it is a check that looks for it.
        Op::AddColumn { table, column, constraints } if starts_as_null(column) => {
            let others = schema.tables.get(table).into_iter().flat_map(|table| &table.columns);
            let others: Vec<&Column> = others.filter(|other| other.name != column.name).collect();
            let fails = |constraint: &&Constraint| match constraint {
                Constraint::Check(check) => may_refuse_null(&check.expression, &others),
                Constraint::PrimaryKey(_)
                | Constraint::Unique(_)
                | Constraint::ForeignKey(_)
                | Constraint::Exclusion(_) => false,
            };
            constraints.iter().filter(fails).map(|constraint| added(table, constraint)).collect()
        }
        Op::AddColumn { table, column, constraints } => {
            let constraints = constraints.iter().map(|constraint| added(table, constraint));
            let name = format!("`{table}.{}`", column.name);
            let sentence = || format!("Every row gets an empty value in {name}.");
            let invented = column.needs_value().then(|| hazard(Kind::InventsValues, sentence()));
            let filled = column.fill.as_deref().and_then(|sql| filled_null(&name, sql));
            computed_null(&name, column).into_iter().chain(filled).chain(constraints).chain(invented).collect()
        }
        // It is not held against the rows that are there.
        Op::AddConstraint { constraint, .. } | Op::ValidateConstraint { to: constraint, .. }
            if constraint.is_not_valid() =>
        {
            Vec::new()
        }
        Op::AddConstraint { table, constraint } | Op::ValidateConstraint { table, to: constraint, .. } => {
            vec![added(table, constraint)]
        }
        Op::AlterTable { table, from, to } if to.strict && !from.strict => vec![hazard(
            Kind::StrictMayFail,
            format!("`{table}` becomes strict; this fails if rows hold values of another type than the column's."),
        )],
        Op::RebuildTable { from, to, ops } => rebuilt(from, to, ops, dialect),
        Op::CreateTable { .. }
        | Op::DropColumn { .. }
        | Op::AlterTable { .. }
        | Op::AlterPartition { .. }
        | Op::DropConstraint { .. }
        | Op::CreateIndex { .. }
        | Op::DropIndex { .. }
        | Op::RenameIndex { .. }
        | Op::RenameConstraint { .. }
        | Op::FillColumn { .. }
        | Op::RequireColumn { .. }
        | Op::AdoptIndex { .. }
        | Op::ReleaseIndex { .. }
        | Op::CreateAttachment { .. }
        | Op::DropAttachment { .. }
        | Op::CreateVerbatim { .. }
        | Op::DropVerbatim { .. }
        | Op::CreateEnum { .. }
        | Op::DropEnum { .. }
        | Op::RenameEnum { .. }
        | Op::RenameEnumValue { .. }
        | Op::Comment { .. } => Vec::new(),
        Op::ReplaceVerbatim { name, from, to } => demands(name, from, to, dialect).into_iter().collect(),
        Op::AlterEnum { name, from, to, columns, anew } => {
            let gone: Vec<String> = from
                .values
                .iter()
                .filter(|value| !to.values.contains(value))
                .map(|value| format!("`{value}`"))
                .collect();
            let sentence = || format!("`{name}` loses {}; this fails if rows hold it.", gone.join(", "));
            let may_fail = (!gone.is_empty()).then(|| hazard(Kind::EnumMayFail, sentence()));
            let tables: BTreeSet<&TableName> = columns.iter().map(|(table, _)| table).filter(|_| *anew).collect();
            let rewrites = tables.into_iter().map(|table| {
                let sentence =
                    format!("`{name}` is made anew, which writes all rows of `{table}` anew while nobody can use it.");
                hazard(Kind::RewritesTable, sentence)
            });
            may_fail.into_iter().chain(rewrites).collect()
        }
    }
}

fn dropped_partition(table: &TableName, name: &TableName) -> Hazard {
    let sentence = format!("Dropping the partition `{name}` of `{table}` deletes all its rows.");
    Hazard { kind: Kind::DropsTable, sentence }
}

fn filled_partition(table: &TableName, name: &TableName) -> Hazard {
    let sentence = format!(
        "Creating the partition `{name}` of `{table}` fails if rows that belong into it are in the default one."
    );
    Hazard { kind: Kind::CheckMayFail, sentence }
}

/// A table whose rows are copied, with what happens to it on the way.
fn rebuilt(from: &Table, to: &Table, ops: &[Op], dialect: Dialect) -> Vec<Hazard> {
    let new = |kind, sentence| Hazard { kind, sentence };
    let rebuild = format!("Rebuilding `{}` copies all its rows while nobody else can write.", to.name);
    let sentence = [Some(rebuild.as_str()), dialect.forgotten()].into_iter().flatten().collect::<Vec<_>>();
    let mut hazards = vec![new(Kind::RebuildsTable, sentence.join(" "))];
    if to.options.partition_by.is_some() {
        let sentence = format!("Rows of `{}` that fit into none of its partitions make it fail.", to.name);
        hazards.push(new(Kind::CheckMayFail, sentence));
    }
    // What is new is held against the table as it will be.
    let after = Schema::from_iter([to.clone()]);
    // The rows of a partition are copied with the others.
    let is_part = |op: &Op| matches!(op, Op::CreatePartition { .. } | Op::DropPartition { .. });
    let is_told = |op: &&Op| !is_key_as_before(op, from) && !is_part(op);
    for hazard in ops.iter().filter(is_told).flat_map(|op| of(op, &after, dialect)) {
        if !hazards.contains(&hazard) {
            hazards.push(hazard);
        }
    }
    let is_new = |column: &&Column| from.column(&column.name).is_none() && column.needs_value();
    for column in to.columns.iter().filter(is_new) {
        let sentence = format!("Every row gets an empty value in `{}.{}`.", to.name, column.name);
        hazards.push(new(Kind::InventsValues, sentence));
    }
    hazards
}

/// A column whose values are gone, and what the rows that are there hold in the new one.
fn replaced(table: &TableName, from: &Column, to: &Column, filled: bool) -> Vec<Hazard> {
    let name = format!("`{table}.{}`", to.name);
    let mut hazards = Vec::new();
    let mut add = |kind, sentence| hazards.push(Hazard { kind, sentence });
    let text = |column: &Column| column.data_type.text.clone().unwrap_or_default();
    match (&from.generated, &to.generated) {
        (Some(_), _) => {}
        (None, Some(_)) => add(Kind::DropsColumn, format!("{name} is computed from now on, which deletes its data.")),
        (None, None) => {
            let types = format!("No {} becomes a {}", text(from), text(to));
            add(Kind::DropsColumn, format!("{types}: a new column takes the place of {name}, which deletes its data."));
        }
    }
    if to.needs_value() && filled {
        add(Kind::InventsValues, format!("Every row gets an empty value in {name}."));
    } else if to.needs_value() {
        add(
            Kind::NotNullMayFail,
            format!("{name} is NOT NULL and comes without values; this fails if `{table}` has rows."),
        );
    }
    hazards.extend(computed_null(&name, to));
    hazards
}

/// What an object newly demands of rows that are there already.
fn demands(name: &TableName, from: &Verbatim, to: &Verbatim, dialect: Dialect) -> Option<Hazard> {
    let sentence = format!("What `{name}` newly demands fails if rows do not meet it.");
    dialect.narrows(name, from, to).then_some(Hazard { kind: Kind::CheckMayFail, sentence })
}

fn altered(table: &TableName, from: &Column, to: &Column, dialect: Dialect) -> Vec<Hazard> {
    let mut hazards = Vec::new();
    let mut add = |kind, sentence| hazards.push(Hazard { kind, sentence });
    let column = format!("`{table}.{}`", to.name);
    if from.generated.is_none() && to.generated.is_some() {
        add(Kind::DropsColumn, format!("{column} is computed from now on, which deletes its data."));
        hazards.extend(computed_null(&column, to));
        return hazards;
    }
    if to.generated.is_some() && (from.generated != to.generated || from.nullable != to.nullable) {
        return computed_null(&column, to).into_iter().collect();
    }
    match (to.filling(), from.nullable && !to.nullable) {
        (None, true) => {
            add(Kind::NotNullMayFail, format!("{column} becomes NOT NULL; this fails if rows hold NULL in it."));
        }
        (Some(_), true) => {
            let default = || to.value_by_default()?.text.as_deref();
            let value = to.fill.as_deref().or_else(default).unwrap_or("its default");
            add(Kind::FillsNulls, format!("{column} becomes NOT NULL; rows that hold NULL in it get {value}."));
            let may_be_null = to.fill.as_deref().and_then(|sql| filled_null(&column, sql));
            if let Some(hazard) = may_be_null {
                add(hazard.kind, hazard.sentence);
            }
        }
        (_, false) => {}
    }
    if let Some(sql) = to.fill.as_deref().filter(|_| dialect.replaces_without(from, to)) {
        let text = |column: &Column| column.data_type.text.clone().unwrap_or_default();
        add(
            Kind::ConvertsValues,
            format!("{column} goes from {} to {}, and every row gets {sql} in it.", text(from), text(to)),
        );
    }
    if dialect.rewrites(&from.data_type, &to.data_type) {
        add(
            Kind::RewritesTable,
            format!("The new type of {column} writes all rows of `{table}` anew while nobody can use it."),
        );
    }
    if dialect.converts(&from.data_type, &to.data_type) {
        let text = |column: &Column| column.data_type.text.clone().unwrap_or_default();
        let sentence = format!(
            "{column} goes from {} to {}, and its values are converted where they can be.",
            text(from),
            text(to)
        );
        add(Kind::ConvertsValues, sentence);
    }
    hazards
}

/// What the constraints of a table say to a column that gets other values, or compares them in another way.
fn compared_anew(table: &Table, from: &Column, to: &Column) -> Vec<Hazard> {
    let is_computed = to.generated.is_some() && from.generated != to.generated;
    let (name, column) = (&table.name, &to.name);
    let mut hazards = Vec::new();
    if is_unique(table, column) {
        let what = if from.collation == to.collation {
            is_computed.then(|| "is computed anew".to_owned())
        } else {
            let collation = to.collation.as_deref().unwrap_or("the usual one");
            Some(format!("is compared by another collation ({collation})"))
        };
        let sentence = |what| format!("`{name}.{column}` {what}; this fails if rows then hold the same value twice.");
        hazards.extend(what.map(|what| Hazard { kind: Kind::UniqueMayFail, sentence: sentence(what) }));
    }
    let is_about = |constraint: &Constraint| match constraint {
        Constraint::ForeignKey(fk) => fk.columns.contains(column),
        Constraint::Check(check) => identifiers(&check.expression).iter().any(|word| word.eq_ignore_ascii_case(column)),
        // Those that are unique are above.
        Constraint::PrimaryKey(_) | Constraint::Unique(_) | Constraint::Exclusion(_) => false,
    };
    if is_computed {
        hazards.extend(table.constraints().filter(is_about).map(|constraint| added(name, &constraint)));
    }
    hazards
}

/// Whether the table refuses rows for their values in the column.
fn is_unique(table: &Table, column: &str) -> bool {
    let has = |columns: &[String]| columns.iter().any(|name| name == column);
    let is_part = |part: &IndexPart| matches!(&part.key, IndexKey::Column(name) if name == column);
    table.is_key(column)
        || table.uniques.iter().any(|unique| has(&unique.columns))
        || table.indexes.iter().any(|index| index.unique && index.parts.iter().any(is_part))
}

/// A column that is computed has a value for every row at once, and that value may be NULL.
fn computed_null(name: &str, column: &Column) -> Option<Hazard> {
    let generated = column.generated.as_ref().filter(|_| !column.nullable)?;
    let sentence = format!("{name} is NOT NULL; this fails if ({}) is NULL for a row.", generated.expression);
    Some(Hazard { kind: Kind::NotNullMayFail, sentence })
}

/// A value that somebody said may be NULL, unless it is a constant.
pub(super) fn filled_null(name: &str, sql: &str) -> Option<Hazard> {
    let is_constant =
        identifiers(sql).is_empty() || sql.eq_ignore_ascii_case("true") || sql.eq_ignore_ascii_case("false");
    let sentence = || format!("{name} is NOT NULL; this fails if ({sql}) is NULL for a row.");
    (!is_constant).then(|| Hazard { kind: Kind::NotNullMayFail, sentence: sentence() })
}

/// Whether the column holds NULL in the rows that are there when it is added.
fn starts_as_null(column: &Column) -> bool {
    column.nullable && column.value_by_default().is_none() && column.generated.is_none()
}

/// Words that make something else of NULL than NULL.
const SEES_NULL: [&str; 16] = [
    "NULL", "IS", "ISNULL", "NOTNULL", "COALESCE", "IFNULL", "NULLIF", "CASE", "IIF", "IF", "TYPEOF", "QUOTE", "HEX",
    "CONCAT", "FORMAT", "PRINTF",
];

/// Whether a check on a column that holds NULL can be false: it is NULL too, which is let through, unless it looks for NULL
/// or at another column.
fn may_refuse_null(expression: &str, others: &[&Column]) -> bool {
    let decides = |word: &String| {
        SEES_NULL.iter().any(|special| special.eq_ignore_ascii_case(word))
            || others.iter().any(|other| other.name.eq_ignore_ascii_case(word))
    };
    identifiers(expression).iter().any(decides)
}

/// Whether the operation adds a primary key on columns that were the key before: only its name or order is new.
fn is_key_as_before(op: &Op, from: &Table) -> bool {
    let Op::AddConstraint { constraint: Constraint::PrimaryKey(key), .. } = op else { return false };
    let set = |columns: &[String]| columns.iter().cloned().collect::<BTreeSet<_>>();
    from.primary_key.as_ref().is_some_and(|before| set(&before.columns) == set(&key.columns))
}

fn added(table: &TableName, constraint: &Constraint) -> Hazard {
    let (kind, sentence) = match constraint {
        Constraint::PrimaryKey(key) => (
            Kind::UniqueMayFail,
            format!(
                "The primary key ({}) fails if rows of `{table}` hold the same values twice.",
                key.columns.join(", ")
            ),
        ),
        Constraint::Unique(unique) => (
            Kind::UniqueMayFail,
            format!(
                "The unique constraint ({}) fails if rows of `{table}` hold the same values twice.",
                unique.columns.join(", ")
            ),
        ),
        Constraint::ForeignKey(fk) => (
            Kind::ForeignKeyMayFail,
            format!(
                "The foreign key ({}) fails if rows of `{table}` refer to rows `{}` does not have.",
                fk.columns.join(", "),
                fk.references
            ),
        ),
        Constraint::Check(check) => {
            (Kind::CheckMayFail, format!("The check ({}) fails if rows of `{table}` violate it.", check.expression))
        }
        Constraint::Exclusion(_) => (
            Kind::UniqueMayFail,
            format!("The exclusion constraint fails if rows of `{table}` exclude each other already."),
        ),
    };
    Hazard { kind, sentence }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_one_row_and_every_slug_is_one() {
        for row in &HAZARDS {
            assert_eq!(row.kind.row(), row);
        }
        let slugs: BTreeSet<&str> = HAZARDS.iter().map(|row| row.slug).collect();
        assert_eq!(slugs.len(), HAZARDS.len());
    }
}
