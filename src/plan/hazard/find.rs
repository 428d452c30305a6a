//! Which operation has which hazards: what is lost, what may fail on rows that are there, and what breaks code that runs.

use std::collections::BTreeSet;

use super::{Hazard, Kind, Subject};
use crate::dialect::{Dialect, Question};
use crate::model::{
    Column, Constraint, Conversion, EnumType, Index, IndexKey, IndexPart, Literal, Schema, Table, TableName, Verbatim,
    shown,
};
use crate::op::{Op, identifiers};

/// The hazards of one operation on a schema as it is right before it.
pub fn of(op: &Op, schema: &Schema, dialect: Dialect) -> Vec<Hazard> {
    match op {
        Op::DropTable { table } => {
            let sentence = format!("Dropping the table `{}` deletes all its rows.", table.name);
            let hazard = Hazard::new(Kind::DropsTable, Subject::whole(&table.name), sentence);
            vec![hazard.asking(Question::Rows { table: table.name.clone() })]
        }
        Op::DropColumn { table, column, .. } if column.generated.is_none() => {
            let sentence = format!("Dropping `{table}.{}` deletes its data.", column.name);
            vec![
                Hazard::new(Kind::DropsColumn, Subject::part(table, &column.name), sentence)
                    .asking(given(table, column)),
            ]
        }
        Op::DropPartition { table, partition } => vec![dropped_partition(table, &partition.name)],
        Op::CreatePartition { table, partition } => {
            let parent = schema.tables.get(table).filter(|parent| dialect.has_default_partition(parent));
            parent.map(|_| filled_partition(table, &partition.name)).into_iter().collect()
        }
        Op::ReplaceColumn { table, from, to, filled } => replaced(table, from, to, *filled),
        Op::RenameTable { from, .. } => {
            let sentence = format!("Running code that still says `{from}` will fail.");
            vec![Hazard::new(Kind::RenamesTable, Subject::whole(from), sentence)]
        }
        Op::RenameColumn { table, from, .. } => {
            let sentence = format!("Running code that still says `{table}.{from}` will fail.");
            vec![Hazard::new(Kind::RenamesColumn, Subject::part(table, from), sentence)]
        }
        Op::RenameEnum { from, .. } => {
            let sentence = format!("Running code that still says `{from}` will fail.");
            vec![Hazard::new(Kind::RenamesEnum, Subject::whole(from), sentence)]
        }
        Op::RenameEnumValue { name, from, to } => {
            let sentence =
                format!("`{from}` of `{name}` becomes `{to}`; running code that still says `{from}` will fail.");
            vec![Hazard::new(Kind::RenamesValue, Subject::part(name, from), sentence)]
        }
        Op::CreateIndex { table, index } => created_index(table, index, schema),
        Op::DropIndex { table, index } if index.concurrently => vec![alone(table, index)],
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
            let invented = column.needs_value().then(|| invented(table, column));
            let filled = column.fill.as_deref().and_then(|sql| filled_null(table, column, sql));
            computed_null(table, column).into_iter().chain(filled).chain(constraints).chain(invented).collect()
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
        Op::AlterTable { table, from, to } if to.strict && !from.strict => {
            let sentence =
                format!("`{table}` becomes strict; this fails if rows hold values of another type than the column's.");
            vec![Hazard::new(Kind::StrictMayFail, Subject::whole(table), sentence)]
        }
        Op::RebuildTable { from, to, ops } => rebuilt(from, to, ops, dialect),
        Op::CreateTable { .. }
        | Op::DropColumn { .. }
        | Op::AlterTable { .. }
        | Op::AlterPartition { .. }
        | Op::DropConstraint { .. }
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
        | Op::Comment { .. } => Vec::new(),
        Op::ReplaceVerbatim { name, from, to } => demands(name, from, to, dialect).into_iter().collect(),
        Op::AlterEnum { name, from, to, columns, replaced, .. } => changed_enum(name, (from, to), columns, replaced),
    }
}

/// An enum type that loses values, or has others in their place.
fn changed_enum(
    name: &TableName,
    (from, to): (&EnumType, &EnumType),
    columns: &[(TableName, Column)],
    replaced: &[(String, String)],
) -> Vec<Hazard> {
    let is_replaced = |value: &String| replaced.iter().any(|(old, _)| old == value);
    let is_gone = |value: &&String| !to.values.contains(value) && !is_replaced(value);
    let gone: Vec<&String> = from.values.iter().filter(is_gone).collect();
    let place = format!("of `{name}`");
    let mut hazards: Vec<Hazard> =
        replaced.iter().map(|(old, new)| merged(Subject::part(name, old), &place, old, new)).collect();
    if gone.is_empty() {
        return hazards;
    }
    let words: Vec<String> = gone.iter().map(|value| format!("`{value}`")).collect();
    let sentence = format!("`{name}` loses {}; this fails if rows hold it.", words.join(", "));
    let columns = columns.iter().filter(|(_, column)| !column.data_type.kind.is_array());
    let columns = columns.map(|(table, column)| (table.clone(), column.name.clone())).collect();
    let question = Question::Values { columns, values: gone.into_iter().cloned().collect() };
    hazards.insert(0, Hazard::new(Kind::EnumMayFail, Subject::whole(name), sentence).asking(question));
    hazards
}

/// An index that may find duplicates, or that no transaction is around.
fn created_index(table: &TableName, index: &Index, schema: &Schema) -> Vec<Hazard> {
    let mut hazards = Vec::new();
    if index.unique && schema.tables.contains_key(table) {
        let name = &index.name.text;
        let sentence = format!("Creating `{name}` fails if rows of `{table}` hold the same values twice.");
        let hazard = Hazard::new(Kind::UniqueMayFail, Subject::part(table, name), sentence);
        let column = |part: &IndexPart| match &part.key {
            IndexKey::Column(name) if part.collation.is_none() && part.operator_class.is_none() => Some(name.clone()),
            IndexKey::Column(_) | IndexKey::Expression(_) => None,
        };
        let columns: Option<Vec<String>> = index.parts.iter().map(column).collect();
        let columns = columns.filter(|_| index.predicate.is_none() && !index.nulls_not_distinct);
        hazards.push(match columns {
            Some(columns) => hazard.asking(Question::Duplicates { table: table.clone(), columns }),
            None => hazard,
        });
    }
    hazards.extend(index.concurrently.then(|| alone(table, index)));
    hazards
}

fn alone(table: &TableName, index: &Index) -> Hazard {
    let name = &index.name.text;
    let sentence = format!("`{name}` is made or dropped in no transaction; when that fails, what ran before it stays.");
    Hazard::new(Kind::RunsOutsideTransaction, Subject::part(table, name), sentence)
}

fn invented(table: &TableName, column: &Column) -> Hazard {
    let sentence = format!("Every row gets an empty value in `{table}.{}`.", column.name);
    Hazard::new(Kind::InventsValues, Subject::part(table, &column.name), sentence)
}

/// How many rows have a value in the column.
fn given(table: &TableName, column: &Column) -> Question {
    Question::Given { table: table.clone(), column: column.name.clone() }
}

fn nulls(table: &TableName, column: &Column) -> Question {
    Question::Nulls { table: table.clone(), column: column.name.clone() }
}

fn dropped_partition(table: &TableName, name: &TableName) -> Hazard {
    let sentence = format!("Dropping the partition `{name}` of `{table}` deletes all its rows.");
    Hazard::new(Kind::DropsTable, Subject::whole(name), sentence).asking(Question::Rows { table: name.clone() })
}

fn filled_partition(table: &TableName, name: &TableName) -> Hazard {
    let sentence = format!(
        "Creating the partition `{name}` of `{table}` fails if rows that belong into it are in the default one."
    );
    Hazard::new(Kind::CheckMayFail, Subject::whole(name), sentence)
}

/// A table whose rows are copied, with what happens to it on the way.
fn rebuilt(from: &Table, to: &Table, ops: &[Op], dialect: Dialect) -> Vec<Hazard> {
    let new = |kind, sentence| Hazard::new(kind, Subject::whole(&to.name), sentence);
    let rebuild = format!("Rebuilding `{}` copies all its rows while nobody else can write.", to.name);
    let sentence = [Some(rebuild.as_str()), dialect.forgotten()].into_iter().flatten().collect::<Vec<_>>();
    let rows = Question::Rows { table: from.name.clone() };
    let mut hazards = vec![new(Kind::RebuildsTable, sentence.join(" ")).asking(rows)];
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
    hazards.extend(to.columns.iter().filter(is_new).map(|column| invented(&to.name, column)));
    hazards
}

/// A column whose values are gone, and what the rows that are there hold in the new one.
fn replaced(table: &TableName, from: &Column, to: &Column, filled: bool) -> Vec<Hazard> {
    let name = format!("`{table}.{}`", to.name);
    let mut hazards = Vec::new();
    let new = |kind, sentence| Hazard::new(kind, Subject::part(table, &to.name), sentence);
    let text = |column: &Column| column.data_type.text.clone().unwrap_or_default();
    match (&from.generated, &to.generated) {
        (Some(_), _) => {}
        (None, Some(_)) => {
            let sentence = format!("{name} is computed from now on, which deletes its data.");
            hazards.push(new(Kind::DropsColumn, sentence).asking(given(table, from)));
        }
        (None, None) => {
            let types = format!("No {} becomes a {}", text(from), text(to));
            let sentence = format!("{types}: a new column takes the place of {name}, which deletes its data.");
            hazards.push(new(Kind::DropsColumn, sentence).asking(given(table, from)));
        }
    }
    if to.needs_value() && filled {
        hazards.push(invented(table, to));
    } else if to.needs_value() {
        let sentence = format!("{name} is NOT NULL and comes without values; this fails if `{table}` has rows.");
        hazards.push(new(Kind::NotNullMayFail, sentence).asking(Question::Rows { table: table.clone() }));
    }
    hazards.extend(computed_null(table, to));
    hazards
}

/// What an object newly demands of rows that are there already.
fn demands(name: &TableName, from: &Verbatim, to: &Verbatim, dialect: Dialect) -> Option<Hazard> {
    let sentence = format!("What `{name}` newly demands fails if rows do not meet it.");
    let hazard = || Hazard::new(Kind::CheckMayFail, Subject::whole(name), sentence);
    dialect.narrows(name, from, to).then(hazard)
}

fn altered(table: &TableName, from: &Column, to: &Column, dialect: Dialect) -> Vec<Hazard> {
    let mut hazards = Vec::new();
    let new = |kind, sentence| Hazard::new(kind, Subject::part(table, &to.name), sentence);
    let column = format!("`{table}.{}`", to.name);
    if from.generated.is_none() && to.generated.is_some() {
        let sentence = format!("{column} is computed from now on, which deletes its data.");
        hazards.push(new(Kind::DropsColumn, sentence).asking(given(table, from)));
        hazards.extend(computed_null(table, to));
        return hazards;
    }
    if to.generated.is_some() && (from.generated != to.generated || from.nullable != to.nullable) {
        return computed_null(table, to).into_iter().collect();
    }
    match (to.filling(), from.nullable && !to.nullable) {
        (None, true) => {
            let sentence = format!("{column} becomes NOT NULL; this fails if rows hold NULL in it.");
            hazards.push(new(Kind::NotNullMayFail, sentence).asking(nulls(table, from)));
        }
        (Some(_), true) => {
            let default = || to.value_by_default()?.text.as_deref();
            let value = to.fill.as_deref().or_else(default).unwrap_or("its default");
            let sentence = format!("{column} becomes NOT NULL; rows that hold NULL in it get {value}.");
            hazards.push(new(Kind::FillsNulls, sentence).asking(nulls(table, from)));
            hazards.extend(to.fill.as_deref().and_then(|sql| filled_null(table, to, sql)));
        }
        (_, false) => {}
    }
    if let Some(sql) = to.fill.as_deref().filter(|_| dialect.replaces_without(from, to)) {
        let text = |column: &Column| column.data_type.text.clone().unwrap_or_default();
        let sentence = format!("{column} goes from {} to {}, and every row gets {sql} in it.", text(from), text(to));
        hazards.push(new(Kind::ConvertsValues, sentence).asking(given(table, from)));
    }
    if let Some(conversion) = from.conversion(to) {
        hazards.extend(converted(table, from, to, &conversion, dialect));
    } else if dialect.converts(&from.data_type, &to.data_type) {
        let text = |column: &Column| column.data_type.text.clone().unwrap_or_default();
        let (old, new_type) = (text(from), text(to));
        let sentence =
            format!("{column} goes from {old} to {new_type}, and its values are converted where they can be.");
        hazards.push(new(Kind::ConvertsValues, sentence).asking(given(table, from)));
    }
    hazards
}

/// What becomes of the values of an enum.
fn converted(table: &TableName, from: &Column, to: &Column, conversion: &Conversion, dialect: Dialect) -> Vec<Hazard> {
    let column = format!("`{table}.{}`", to.name);
    let new = |kind, sentence| Hazard::new(kind, Subject::part(table, &to.name), sentence);
    let words = |values: &mut dyn Iterator<Item = &Literal>| {
        values.map(|value| format!("`{}`", shown(value))).collect::<Vec<_>>().join(", ")
    };
    let mut hazards = Vec::new();
    let renamed: Vec<_> = conversion.pairs.iter().filter(|(from, to)| from != to).collect();
    if !renamed.is_empty() {
        let changes: Vec<String> =
            renamed.iter().map(|(from, to)| format!("`{}` becomes `{}`", shown(from), shown(to))).collect();
        let old = words(&mut renamed.iter().map(|(from, _)| from));
        let sentence = format!("In {column} {}; running code that still says {old} will fail.", changes.join(", "));
        hazards.push(new(Kind::RenamesValue, sentence));
    }
    let asking = |hazard: Hazard, values: Vec<Option<String>>| {
        let columns = vec![(table.clone(), from.name.clone())];
        match values.into_iter().collect::<Option<_>>().filter(|_| !from.data_type.kind.is_array()) {
            Some(values) => hazard.asking(Question::Values { columns, values }),
            None => hazard,
        }
    };
    let merge = |(old, new): &(Literal, Literal)| {
        let hazard = merged(Subject::part(table, &to.name), &format!("in {column}"), &shown(old), &shown(new));
        asking(hazard, vec![text_of(old)])
    };
    hazards.extend(conversion.merged.iter().map(merge));
    if !conversion.gone.is_empty() {
        let gone = words(&mut conversion.gone.iter());
        let sentence = format!("Nothing stands for {gone} in {column} any more; this fails if rows hold it.");
        hazards.push(asking(new(Kind::ValuesMayFail, sentence), conversion.gone.iter().map(text_of).collect()));
    }
    let are_numbers = |column: &Column| column.variants.iter().any(|own| matches!(own.value, Literal::Integer(_)));
    let is_typed = dialect.capabilities().enum_types && !from.stores_like(to);
    // An enum type holds nothing but its own values.
    let is_own = dialect.capabilities().enum_types && from.data_type.kind.enum_name().is_some();
    if !is_own && (is_typed || are_numbers(from) != are_numbers(to)) {
        let known = words(&mut conversion.known().iter());
        let sentence = format!("{column} is converted by its variants; this fails if rows hold anything but {known}.");
        hazards.push(new(Kind::ValuesMayFail, sentence));
    }
    hazards
}

/// A value that is a text.
fn text_of(value: &Literal) -> Option<String> {
    match value {
        Literal::Text(text) => Some(text.clone()),
        _ => None,
    }
}

/// A value that is gone, and the one that takes its place in rows.
fn merged(subject: Subject, place: &str, old: &str, new: &str) -> Hazard {
    let sentence =
        format!("Rows that hold `{old}` {place} get `{new}`, and the way down does not know which they were.");
    Hazard::new(Kind::ReplacesValue, subject, sentence)
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
        let hazard = |what| Hazard::new(Kind::UniqueMayFail, Subject::part(name, column), sentence(what));
        hazards.extend(what.map(hazard));
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
fn computed_null(table: &TableName, column: &Column) -> Option<Hazard> {
    let generated = column.generated.as_ref().filter(|_| !column.nullable)?;
    let (name, expression) = (&column.name, &generated.expression);
    let sentence = format!("`{table}.{name}` is NOT NULL; this fails if ({expression}) is NULL for a row.");
    Some(Hazard::new(Kind::NotNullMayFail, Subject::part(table, name), sentence))
}

/// A value that somebody said may be NULL, unless it is a constant.
pub(in crate::plan) fn filled_null(table: &TableName, column: &Column, sql: &str) -> Option<Hazard> {
    let is_constant =
        identifiers(sql).is_empty() || sql.eq_ignore_ascii_case("true") || sql.eq_ignore_ascii_case("false");
    let name = &column.name;
    let sentence = || format!("`{table}.{name}` is NOT NULL; this fails if ({sql}) is NULL for a row.");
    (!is_constant).then(|| Hazard::new(Kind::NotNullMayFail, Subject::part(table, name), sentence()))
}

/// Rows that hold NULL get a value; which they were nobody knows afterwards.
pub fn filled(table: &TableName, column: &Column, value: &str) -> Hazard {
    let sentence = format!("Rows that hold NULL in `{table}.{}` get {value}.", column.name);
    Hazard::new(Kind::FillsNulls, Subject::part(table, &column.name), sentence).asking(nulls(table, column))
}

/// A column that takes no NULL from now on, whatever rows hold.
pub(in crate::plan) fn required(table: &TableName, column: &Column) -> Hazard {
    let sentence = format!("`{table}.{}` becomes NOT NULL; this fails if rows hold NULL in it.", column.name);
    Hazard::new(Kind::NotNullMayFail, Subject::part(table, &column.name), sentence).asking(nulls(table, column))
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
    let new = |kind, sentence| Hazard::new(kind, Subject::constraint(table, constraint), sentence);
    let twice = |what: &str, columns: &[String]| {
        let columns = columns.join(", ");
        let sentence = format!("The {what} ({columns}) fails if rows of `{table}` hold the same values twice.");
        new(Kind::UniqueMayFail, sentence)
    };
    let duplicates = |columns: &[String]| Question::Duplicates { table: table.clone(), columns: columns.to_vec() };
    match constraint {
        Constraint::PrimaryKey(key) => twice("primary key", &key.columns).asking(duplicates(&key.columns)),
        Constraint::Unique(unique) if unique.nulls_not_distinct => twice("unique constraint", &unique.columns),
        Constraint::Unique(unique) => twice("unique constraint", &unique.columns).asking(duplicates(&unique.columns)),
        Constraint::ForeignKey(fk) => {
            let (columns, parent) = (fk.columns.join(", "), &fk.references);
            let sentence = format!(
                "The foreign key ({columns}) fails if rows of `{table}` refer to rows `{parent}` does not have."
            );
            let question = Question::Orphans {
                table: table.clone(),
                columns: fk.columns.clone(),
                references: fk.references.clone(),
                referenced_columns: fk.referenced_columns.clone(),
            };
            new(Kind::ForeignKeyMayFail, sentence).asking(question)
        }
        Constraint::Check(check) => {
            let expression = &check.expression;
            let sentence = format!("The check ({expression}) fails if rows of `{table}` violate it.");
            let question = Question::Violations { table: table.clone(), expression: expression.clone() };
            new(Kind::CheckMayFail, sentence).asking(question)
        }
        Constraint::Exclusion(_) => {
            let sentence = format!("The exclusion constraint fails if rows of `{table}` exclude each other already.");
            new(Kind::UniqueMayFail, sentence)
        }
    }
}
