//! What PostgreSQL's `ALTER` statements can do, what stands in their way, and how they are written where it takes more
//! than one or the words are PostgreSQL's own.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::words::identifier as quote;
use super::{casts, convert, domain, literal, rebuild, sequence, table_name, types, value};
use crate::dialect::Dialect;
use crate::error::Refusal;
use crate::model::{
    AttachmentKind, AutoIncrement, Column, ColumnDefault, Constraint, Conversion, DataType, DefaultValue, EnumType,
    Literal, ObjectPath, Part, RowSecurity, Schema, TableName, TableOptions, VerbatimKind,
};
use crate::op::{CommentOn, Op, identifiers};

/// Whether PostgreSQL has statements for the operation on a schema as it is right before it.
pub(in crate::dialect) fn accepts(op: &Op, schema: &Schema) -> Result<(), Refusal> {
    match op {
        Op::AlterTable { table, from, to } if from.partition_by != to.partition_by => Err(Refusal {
            can_rebuild: true,
            ..refusal(
                format!("PostgreSQL cannot change how the rows of a table that exists (`{table}`) are partitioned"),
                "make a new table, copy the rows and rename it, in a revision of your own: `seachange revision -m …`",
            )
        }),
        Op::AlterPartition { from, .. } => Err(Refusal {
            can_rebuild: true,
            ..refusal(
                format!("PostgreSQL cannot change what the partition `{}` is", from.name),
                "make it anew, in a revision of your own: `seachange revision -m …`",
            )
        }),
        Op::RebuildTable { from, .. } => rebuild::accepts(from).and_then(|()| unread(schema, &from.name, None)),
        Op::DropPartition { partition, .. } => unread(schema, &partition.name, None),
        Op::ReplaceColumn { table, from, .. } => unread(schema, table, Some(&from.name)),
        Op::DropVerbatim { name, object }
            if matches!(object.kind, VerbatimKind::Domain | VerbatimKind::CompositeType) =>
        {
            unused(schema, name, object.kind)
        }
        Op::DropTable { table } => unread(schema, &table.name, None),
        Op::DropVerbatim { name, object } if object.kind.is_relation() => unread(schema, name, None),
        Op::DropColumn { table, column, .. } => unread(schema, table, Some(&column.name)),
        Op::AlterColumn { from, to, .. } if replaces(from, to) => Err(refusal(
            format!("PostgreSQL has no way to make `{}` into `{}`", text(from), text(to)),
            format!(
                "say what its rows get: `--fill '{}.{}=...'` with SQL that may use the old value, or add a new column and \
                 drop the old one, in a revision of your own: `seachange revision -m …`",
                op.table(),
                to.name
            ),
        )),
        Op::AlterColumn { table, from, to } if is_retyped(from, to) => {
            unpartitioned(schema, table, &from.name).and_then(|()| unread(schema, table, Some(&to.name)))
        }
        Op::AlterEnum { columns, anew: true, .. } => {
            columns.iter().try_for_each(|(table, column)| unread(schema, table, Some(&column.name)))
        }
        _ => Ok(()),
    }
}

/// The statements that give a table or type its new name, and before that its new schema.
fn rename(what: &str, from: &TableName, to: &TableName) -> Vec<String> {
    let moved = TableName { schema: to.schema.clone(), name: from.name.clone() };
    let into = match &to.schema {
        _ if moved == *from => None,
        Some(schema) => Some(format!("ALTER {what} {} SET SCHEMA {}", table_name(from), quote(schema))),
        // The default schema has another name for every project, and the statement takes no expression.
        None => {
            let statement =
                literal(&Literal::Text(format!("ALTER {what} {} SET SCHEMA %I", table_name(from).replace('%', "%%"))));
            Some(format!("DO $move$ BEGIN EXECUTE format({statement}, current_schema()); END $move$"))
        }
    };
    let renamed = format!("ALTER {what} {} RENAME TO {}", table_name(&moved), quote(&to.name));
    into.into_iter().chain((moved.name != to.name).then_some(renamed)).collect()
}

/// Whether the change of a column is one of its type, which a view on it would notice.
pub(super) fn is_retyped(from: &Column, to: &Column) -> bool {
    from.data_type.text != to.data_type.text || from.collation != to.collation || convert::is_whole(from, to)
}

/// Whether PostgreSQL has no way to make values of one column into those of the other.
pub(in crate::dialect) fn replaces(from: &Column, to: &Column) -> bool {
    to.fill.is_none() && !casts::is_castable(text(from), text(to))
}

/// Refuses what a view that stays would notice: PostgreSQL does not let go of what a view reads.
fn unread(schema: &Schema, table: &TableName, column: Option<&str>) -> Result<(), Refusal> {
    let is_read = |path: &ObjectPath| match (path, column) {
        (ObjectPath::Column(of, name), Some(column)) => of == table && name == column,
        (path, None) => path.table() == table,
        (ObjectPath::Table(_), Some(_)) => false,
    };
    let views = schema.verbatim.iter().filter(|(_, object)| object.uses.iter().any(is_read));
    let (mut lost, mut names) = (Vec::new(), Vec::new());
    for (name, object) in views {
        names.push(format!("the {} `{name}`", object.kind));
        let own = object.lost_with_it.iter().map(|what| format!("`{name}` would lose {what} if it was made anew"));
        lost.extend(own);
    }
    let views = names;
    if views.is_empty() {
        return Ok(());
    }
    let (read, them) = if views.len() == 1 { ("reads", "it") } else { ("read", "them") };
    Err(refusal(
        [format!("{} {read} it", views.join(" and "))].into_iter().chain(lost).collect::<Vec<_>>().join("; "),
        format!(
            "drop {them} before and make {them} again behind it, in a revision of your own: `seachange revision -m …`"
        ),
    ))
}

/// Refuses to change the type of a column by which the rows of a table are dealt out: PostgreSQL has no statement for it.
fn unpartitioned(schema: &Schema, table: &TableName, column: &str) -> Result<(), Refusal> {
    let key = schema.tables.get(table).and_then(|table| table.options.partition_by.as_ref());
    let is_in_it = key.is_some_and(|key| identifiers(key).iter().any(|word| word == column));
    if !is_in_it {
        return Ok(());
    }
    Err(refusal(
        format!("the rows of `{table}` are partitioned by it, and PostgreSQL changes no type of such a column"),
        "make a new table, copy the rows and rename it, in a revision of your own: `seachange revision -m …`",
    ))
}

/// Refuses what takes a type from columns that have it: PostgreSQL has no statement that gives them another by the way.
fn unused(schema: &Schema, name: &TableName, kind: VerbatimKind) -> Result<(), Refusal> {
    let own = table_name(name);
    let columns =
        schema.tables.values().flat_map(|table| table.columns.iter().map(move |column| (&table.name, column)));
    let having: Vec<String> = columns
        .filter(|(_, column)| text(column).trim_end_matches("[]") == own)
        .map(|(table, column)| format!("`{table}.{}`", column.name))
        .collect();
    if having.is_empty() {
        return Ok(());
    }
    let hint = format!(
        "write the `ALTER {}` statements into a revision of your own: `seachange revision -m …`",
        kind.to_string().to_uppercase()
    );
    Err(refusal(
        format!(
            "{} of the type `{name}`",
            match having.as_slice() {
                [one] => format!("{one} is"),
                all => format!("{} are", all.join(", ")),
            }
        ),
        hint,
    ))
}

pub(super) fn refusal(reason: String, hint: impl Into<String>) -> Refusal {
    Refusal { reason, hint: hint.into(), can_rebuild: false }
}

/// The statements of an operation whose words are PostgreSQL's own.
pub(in crate::dialect) fn alter(op: &Op) -> Vec<String> {
    match op {
        Op::AlterColumn { table, from, to } => alter_column(table, from, to),
        Op::AlterTable { table, from, to } => alter_table(table, from, to),
        Op::AlterEnum { name, from, to, columns, anew: true, replaced } => {
            make_enum_anew(name, from, to, columns, replaced)
        }
        Op::AlterEnum { name, from, to, .. } => added_values(name, from, to),
        Op::CreateEnum { name, definition } => {
            let on = CommentOn::Enum(name.clone());
            let comment = definition.comment.as_ref().map(|text| comment(&on, Some(text)));
            [create_enum(name, definition)].into_iter().chain(comment).collect()
        }
        Op::DropEnum { name, .. } => vec![format!("DROP TYPE {}", table_name(name))],
        Op::RenameTable { from, to } => rename("TABLE", from, to),
        Op::RenameEnum { from, to } => rename("TYPE", from, to),
        Op::RenameEnumValue { name, from, to } => {
            let [from, to] = [from, to].map(|value| literal(&Literal::Text(value.clone())));
            vec![format!("ALTER TYPE {} RENAME VALUE {from} TO {to}", table_name(name))]
        }
        Op::RenameConstraint { table, from, to } => {
            let name = |constraint: &Constraint| constraint.name().map(|name| quote(&name.text)).unwrap_or_default();
            vec![format!("ALTER TABLE {} RENAME CONSTRAINT {} TO {}", table_name(table), name(from), name(to))]
        }
        Op::CreatePartition { partition, .. } => partition.sql.clone(),
        Op::DropPartition { partition, .. } => vec![format!("DROP TABLE {}", table_name(&partition.name))],
        Op::CreateAttachment { attachment, .. } => vec![attachment.sql.clone()],
        Op::DropAttachment { table, attachment } => vec![match attachment.kind {
            AttachmentKind::Index => {
                let index = TableName { name: attachment.name.clone(), ..table.clone() };
                format!("DROP INDEX {}", table_name(&index))
            }
            kind => {
                let kind = kind.to_string().to_uppercase();
                format!("DROP {kind} {} ON {}", quote(&attachment.name), table_name(table))
            }
        }],
        Op::ReplaceVerbatim { name, from, to } if to.kind == VerbatimKind::Domain => {
            domain::change(name, &from.sql, &to.sql).unwrap_or_default()
        }
        Op::ReplaceVerbatim { to, .. } => {
            let sql = match to.kind {
                VerbatimKind::Sequence => to.sql.replacen("CREATE SEQUENCE", "ALTER SEQUENCE", 1),
                _ => to.sql.clone(),
            };
            vec![sql]
        }
        Op::Comment { on, to, .. } => vec![comment(on, to.as_ref())],
        _ => Vec::new(),
    }
}

/// The statement that puts a comment on something or takes it away.
pub(super) fn comment(on: &CommentOn, text: Option<&String>) -> String {
    let text = text.map_or("NULL".to_owned(), |text| literal(&Literal::Text(text.clone())));
    let what = match on {
        CommentOn::Table(table) => format!("TABLE {}", table_name(table)),
        CommentOn::Part(view, Part::Column(name)) => format!("COLUMN {}.{}", table_name(view), quote(name)),
        CommentOn::Part(table, Part::Index(name)) => {
            format!("INDEX {}", table_name(&TableName { name: name.clone(), ..table.clone() }))
        }
        CommentOn::Part(table, Part::Constraint(name)) => {
            format!("CONSTRAINT {} ON {}", quote(name), table_name(table))
        }
        CommentOn::Part(table, Part::Attachment(kind, name)) => {
            format!("{} {} ON {}", kind.to_string().to_uppercase(), quote(name), table_name(table))
        }
        CommentOn::Enum(name) => format!("TYPE {}", table_name(name)),
        CommentOn::Verbatim(name, kind) => Dialect::Postgres.object_name(*kind, name),
    };
    format!("COMMENT ON {what} IS {text}")
}

/// The statements that make one form of a column into the other.
fn alter_column(table: &TableName, from: &Column, to: &Column) -> Vec<String> {
    let mut changes = Changes::new(table, to);
    let retyped = is_retyped(from, to);
    let conversion = from.conversion(to);
    changes.statements.extend(conversion.iter().filter_map(|own| convert::guard(table, from, to, own)));
    let before = default_of(table, from);
    let kept = to.default.as_ref().filter(|default| retyped && to.default == from.default && !is_literal_free(default));
    // A constant that stays is written for the new type.
    let after = kept.map_or_else(|| default_of(table, to), |default| Some(value::spell(&default.value, text(to))));
    // A default of the old type may have no form in the new one.
    let lifted = retyped && before.is_some();
    if from.identity.is_some() && to.identity.is_none() {
        changes.alter("DROP IDENTITY IF EXISTS");
    }
    if from.generated.is_some() && to.generated.is_none() {
        changes.alter("DROP EXPRESSION");
    }
    if lifted || (before.is_some() && after.is_none()) {
        changes.alter("DROP DEFAULT");
    }
    if from.sequence != to.sequence || is_serial(from) != is_serial(to) {
        changes.statements.extend(sequence::make(table, to).into_iter().filter(|_| !is_serial(from)));
    }
    if is_serial(from) && is_serial(to) {
        changes.statements.extend(sequence::change(table, from, to));
    }
    if retyped {
        let collation =
            to.collation.as_ref().map(|name| format!(" COLLATE {}", super::collation(name))).unwrap_or_default();
        let (old, new) = (text(from), text(to));
        let said = to.fill.as_ref().filter(|_| !casts::is_castable(old, new));
        let using = match (&conversion, said) {
            (Some(own), _) if !from.stores_like(to) || own.changed().next().is_some() => {
                format!(" USING {}", convert::using(from, to, own))
            }
            (_, Some(sql)) => format!(" USING ({sql})"),
            _ if old != new && casts::needs_using(old, new) => {
                format!(" USING {}", converted(&quote(&to.name), from, to))
            }
            _ => String::new(),
        };
        changes.alter(&format!("TYPE {new}{collation}{using}"));
        to.tuning.iter().filter(|_| types::is_long(new)).for_each(|words| changes.alter(words));
    } else if let Some(own) = &conversion {
        changes.statements.extend(convert::update(table, to, own));
    }
    if let Some(default) = after.as_ref().filter(|_| lifted || before != after) {
        changes.alter(&format!("SET DEFAULT {default}"));
    }
    match (from.nullable, to.nullable) {
        (true, false) => {
            let default = after.as_deref().filter(|_| to.value_by_default().is_some());
            if let Some(value) = to.fill_in_place().or_else(|| default.map(Cow::Borrowed)) {
                changes.statements.push(filled(table, to, &value));
            }
            changes.alter("SET NOT NULL");
        }
        (false, true) => changes.alter("DROP NOT NULL"),
        (true, true) | (false, false) => {}
    }
    changes.statements.extend(counting(table, from, to));
    if from.comment != to.comment {
        let comment = to.comment.as_ref().filter(|text| !text.is_empty());
        let text = comment.map_or("NULL".to_owned(), |text| literal(&Literal::Text(text.clone())));
        changes.statements.push(format!("COMMENT ON COLUMN {}.{} IS {text}", table_name(table), quote(&to.name)));
    }
    changes.statements
}

/// The statement that gives rows a value where they hold none.
pub(super) fn filled(table: &TableName, column: &Column, value: &str) -> String {
    let (table, column) = (table_name(table), quote(&column.name));
    format!("UPDATE {table} SET {column} = {value} WHERE {column} IS NULL")
}

/// The statements about one column, in order.
struct Changes {
    alter: String,
    statements: Vec<String>,
}

impl Changes {
    fn new(table: &TableName, column: &Column) -> Self {
        let alter = format!("ALTER TABLE {} ALTER COLUMN {}", table_name(table), quote(&column.name));
        Self { alter, statements: Vec::new() }
    }

    fn alter(&mut self, change: &str) {
        self.statements.push(format!("{} {change}", self.alter));
    }
}

fn text(column: &Column) -> &str {
    column.data_type.text.as_deref().unwrap_or_default()
}

/// The old values as the new type has them.
fn converted(column: &str, from: &Column, to: &Column) -> String {
    let is_enum = |column: &Column| column.data_type.kind.enum_name().is_some();
    let is_array = |column: &Column| matches!(column.data_type.kind, DataType::Array(_));
    if is_enum(from) && is_enum(to) {
        let middle = if is_array(to) { "text[]" } else { "text" };
        return format!("{column}::{middle}::{}", text(to));
    }
    format!("{column}::{}", text(to))
}

/// Whether the default is more than a constant.
fn is_literal_free(default: &ColumnDefault) -> bool {
    matches!(default.value, DefaultValue::Expression(_))
}

/// Whether `serial` made the column.
pub(super) fn is_serial(column: &Column) -> bool {
    column.auto_increment == AutoIncrement::Yes && column.identity.is_none()
}

/// What stands behind `DEFAULT`.
pub(super) fn default_of(table: &TableName, column: &Column) -> Option<String> {
    if is_serial(column) {
        return Some(sequence::next_value(table, column));
    }
    column.default.as_ref().and_then(|default: &ColumnDefault| default.text.clone())
}

/// The statements that make a column count, or count in another way.
fn counting(table: &TableName, from: &Column, to: &Column) -> Vec<String> {
    let alter = |change: String| format!("ALTER TABLE {} ALTER COLUMN {} {change}", table_name(table), quote(&to.name));
    let mut statements = Vec::new();
    match (&from.identity, &to.identity) {
        (None, Some(identity)) => {
            if is_serial(from) {
                // The new sequence goes on where the old one stood, and takes its name once that is free.
                let old = sequence::of(table, from);
                statements.push(format!(
                    "ALTER SEQUENCE {} RENAME TO {}",
                    table_name(&old),
                    quote(&sequence::spare(&old))
                ));
                let spare = TableName { name: sequence::spare(&old), ..old };
                statements.push(alter(format!("ADD {}", sequence::identity(to, identity))));
                statements.push(carried_over(table, to, &table_name(&spare)));
                statements.push(format!("DROP SEQUENCE {}", table_name(&spare)));
            } else {
                statements.push(alter(format!("ADD {}", sequence::identity(to, identity))));
                statements.push(above_all(table, to));
            }
        }
        (Some(from), Some(identity)) if from != identity => {
            let always = if identity.always { "ALWAYS" } else { "BY DEFAULT" };
            statements.push(alter(format!("SET GENERATED {always}{}", sequence::set_options(from, identity))));
        }
        (Some(_) | None, _) => {}
    }
    if is_serial(from) && !is_serial(to) && to.identity.is_none() {
        statements.push(format!("DROP SEQUENCE {}", table_name(&sequence::of(table, from))));
    }
    if is_serial(to) && !is_serial(from) {
        statements.push(sequence::owned_by(table, to));
        statements.push(above_all(table, to));
    }
    statements
}

/// A statement that lets the column's sequence go on where another stands.
fn carried_over(table: &TableName, column: &Column, sequence: &str) -> String {
    format!(
        "SELECT pg_catalog.setval({}, last_value, is_called) FROM {sequence}",
        literal(&Literal::Text(table_name(&sequence::of(table, column))))
    )
}

/// A statement that lets the column's sequence go on above the highest value that is there.
fn above_all(table: &TableName, column: &Column) -> String {
    let (name, column_name) = (table_name(table), quote(&column.name));
    format!(
        "SELECT pg_catalog.setval({}, coalesce(max({column_name}), 0) + 1, false) FROM {name}",
        literal(&Literal::Text(table_name(&sequence::of(table, column))))
    )
}

/// The statements that change how a table is stored.
fn alter_table(table: &TableName, from: &TableOptions, to: &TableOptions) -> Vec<String> {
    let alter = |change: String| format!("ALTER TABLE {} {change}", table_name(table));
    let mut statements = Vec::new();
    if from.unlogged != to.unlogged {
        statements.push(alter(format!("SET {}", if to.unlogged { "UNLOGGED" } else { "LOGGED" })));
    }
    let gone: Vec<&str> =
        from.storage.keys().filter(|key| !to.storage.contains_key(*key)).map(String::as_str).collect();
    if !gone.is_empty() {
        statements.push(alter(format!("RESET ({})", gone.join(", "))));
    }
    let new = to.storage.iter().filter(|(key, value)| from.storage.get(*key) != Some(value));
    let new: Vec<String> = new.map(|(key, value)| format!("{key} = {value}")).collect();
    if !new.is_empty() {
        statements.push(alter(format!("SET ({})", new.join(", "))));
    }
    if from.row_security != to.row_security {
        statements.extend(row_security(table, to.row_security));
    }
    statements
}

/// The statements that decide whether policies count.
pub(super) fn row_security(table: &TableName, security: RowSecurity) -> Vec<String> {
    let alter = |change: &str| format!("ALTER TABLE {} {change} ROW LEVEL SECURITY", table_name(table));
    match security {
        RowSecurity::Off => vec![alter("DISABLE"), alter("NO FORCE")],
        RowSecurity::Enabled => vec![alter("ENABLE"), alter("NO FORCE")],
        RowSecurity::Forced => vec![alter("ENABLE"), alter("FORCE")],
    }
}

/// Whether the new list holds the old one in its order, so that values need only be added.
pub(super) fn is_addition(from: &EnumType, to: &EnumType) -> bool {
    let kept = to.values.iter().filter(|value| from.values.contains(value));
    kept.eq(from.values.iter())
}

/// The statements that give an enum type other values by a new type that takes the place of the old one in every column.
/// Rows that hold a value that is gone stop it, unless it is `replaced` by another.
fn make_enum_anew(
    name: &TableName,
    from: &EnumType,
    to: &EnumType,
    columns: &[(TableName, Column)],
    replaced: &[(String, String)],
) -> Vec<String> {
    let old = TableName { name: sequence::cut(&name.name, "_old"), ..name.clone() };
    let mut statements = Vec::new();
    let text = |value: &String| Literal::Text(value.clone());
    let merged: Vec<_> = replaced.iter().map(|(from, to)| (text(from), text(to))).collect();
    let is_gone = |value: &&String| !to.values.contains(value) && !replaced.iter().any(|(from, _)| from == *value);
    let gone: Vec<Literal> = from.values.iter().filter(is_gone).map(text).collect();
    let conversion = Conversion { merged, gone, ..Conversion::default() };
    let guard =
        |(table, column): &(TableName, Column)| convert::refuse(table, column, &convert::Held::One(&conversion.gone));
    statements.extend(columns.iter().filter_map(guard));
    let lift = |(table, column): &(TableName, Column)| {
        column.default.as_ref().and(Some(format!(
            "ALTER TABLE {} ALTER COLUMN {} DROP DEFAULT",
            table_name(table),
            quote(&column.name)
        )))
    };
    statements.extend(columns.iter().filter_map(lift));
    statements.push(format!("ALTER TYPE {} RENAME TO {}", table_name(name), quote(&old.name)));
    statements.push(create_enum(name, to));
    let mut tables: Vec<&TableName> = columns.iter().map(|(table, _)| table).collect();
    tables.dedup();
    let mut seen = BTreeSet::new();
    for table in tables.into_iter().filter(|table| seen.insert((*table).clone())) {
        // One statement per table, so that it is written anew once.
        let change = |column: &Column| {
            let (quoted, new) = (quote(&column.name), self::text(column));
            let is_array = matches!(column.data_type.kind, DataType::Array(_));
            let values = match (is_array, conversion.merged.is_empty()) {
                (true, _) => format!("{}::{new}", convert::in_array(&quoted, &conversion)),
                (false, true) => format!("{quoted}::text::{new}"),
                (false, false) => convert::using(column, column, &conversion),
            };
            format!("ALTER COLUMN {quoted} TYPE {new} USING {values}")
        };
        let changes: Vec<String> =
            columns.iter().filter(|(of, _)| of == table).map(|(_, column)| change(column)).collect();
        statements.push(format!("ALTER TABLE {} {}", table_name(table), changes.join(", ")));
    }
    statements.push(format!("DROP TYPE {}", table_name(&old)));
    let put_back = |(table, column): &(TableName, Column)| {
        let default = column.default.as_ref()?;
        if let DefaultValue::Literal(value) = &default.value
            && let Some(value) = conversion.of(value)
        {
            let (table, column) = (table_name(table), quote(&column.name));
            return Some(format!("ALTER TABLE {table} ALTER COLUMN {column} SET DEFAULT {}", literal(value)));
        }
        let stays = match &default.value {
            DefaultValue::Literal(Literal::Text(value)) => to.values.contains(value) || value.starts_with('{'),
            DefaultValue::Literal(_) | DefaultValue::Expression(_) => true,
        };
        let text = default.text.as_ref().filter(|_| stays)?;
        Some(format!("ALTER TABLE {} ALTER COLUMN {} SET DEFAULT {text}", table_name(table), quote(&column.name)))
    };
    statements.extend(columns.iter().filter_map(put_back));
    if let Some(comment) = &to.comment {
        let comment = literal(&Literal::Text(comment.clone()));
        statements.push(format!("COMMENT ON TYPE {} IS {comment}", table_name(name)));
    }
    statements
}

/// One statement per new value, each put where it belongs.
fn added_values(name: &TableName, from: &EnumType, to: &EnumType) -> Vec<String> {
    let text = |value: &String| literal(&Literal::Text(value.clone()));
    let mut statements = Vec::new();
    for (position, value) in to.values.iter().enumerate() {
        if from.values.contains(value) {
            continue;
        }
        let is_last = to.values[position..].iter().all(|later| !from.values.contains(later));
        let place = match position.checked_sub(1).and_then(|before| to.values.get(before)) {
            Some(_) if is_last => String::new(),
            Some(before) => format!(" AFTER {}", text(before)),
            None => from.values.first().map(|first| format!(" BEFORE {}", text(first))).unwrap_or_default(),
        };
        statements.push(format!("ALTER TYPE {} ADD VALUE {}{place}", table_name(name), text(value)));
    }
    statements
}

/// The statement that makes an enum type.
pub(super) fn create_enum(name: &TableName, definition: &EnumType) -> String {
    let values: Vec<String> = definition.values.iter().map(|value| literal(&Literal::Text(value.clone()))).collect();
    format!("CREATE TYPE {} AS ENUM ({})", table_name(name), values.join(", "))
}

/// Whether the SQL names the type.
pub(super) fn names_type(sql: &str, name: &TableName) -> bool {
    identifiers(sql).contains(&name.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn enum_of(values: &[&str]) -> EnumType {
        EnumType { values: values.iter().map(|value| (*value).to_owned()).collect(), comment: None }
    }

    #[test]
    fn values_are_added_where_they_belong() {
        let added = |from: &[&str], to: &[&str]| {
            added_values(&TableName::new("mood"), &enum_of(from), &enum_of(to))
                .into_iter()
                .map(|sql| sql.trim_start_matches("ALTER TYPE mood ADD VALUE ").to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(added(&["b", "d"], &["a", "b", "c", "d", "e"]), ["'a' BEFORE 'b'", "'c' AFTER 'b'", "'e'"]);
        assert_eq!(added(&["b"], &["x", "y", "b"]), ["'x' BEFORE 'b'", "'y' AFTER 'x'"]);
        assert_eq!(added(&[], &["x", "y"]), ["'x'", "'y'"]);
    }
}
