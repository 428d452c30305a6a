//! Decides what of the declared schema the live one satisfies, and gives it the live form.
//! What is left different is a difference; whose it is and what to do about it is decided elsewhere.

use super::canonicalize::type_text;
use super::{expression, script, sequence, types, value};
use crate::dialect::matching::{
    Keyed, does_nothing, foreign_key, foreign_key_meaning, match_all, same_key, satisfied_key,
};
use crate::model::{
    Attachment, AutoIncrement, Check, Column, ColumnType, DefaultValue, Deferrable, Exclusion, Index, IndexKey,
    IndexPart, Name, NullsOrder, Schema, Table, TableName, Unique, Verbatim, VerbatimKind,
};

/// The declared schema in the live form wherever the live one satisfies it.
pub(in crate::dialect) fn reconcile(mut declared: Schema, live: &Schema) -> Schema {
    for table in declared.tables.values_mut() {
        if let Some(live_table) = live.tables.get(&table.name) {
            reconcile_table(table, live_table, live);
            // Nothing is held twice while the others wait for their turn.
            if table == live_table {
                *table = live_table.clone();
            }
        }
    }
    for (name, definition) in &mut declared.enums {
        if let Some(live) = live.enums.get(name)
            && definition.comment.is_none()
        {
            definition.comment.clone_from(&live.comment);
        }
    }
    for (name, object) in &mut declared.verbatim {
        if let Some(live) = live.verbatim.get(name)
            && same_verbatim(object, live)
        {
            let comment = object.comment.take();
            *object = live.clone();
            object.comment = comment.or(object.comment.take());
        }
    }
    declared
}

/// The live schema with the words of the past in the place of those PostgreSQL prints, wherever both mean the same: so a
/// way back says what somebody once wrote, and says the same with a database at hand and without one.
pub(in crate::dialect) fn respell(mut live: Schema, past: &Schema) -> Schema {
    for table in live.tables.values_mut() {
        if let Some(past) = past.tables.get(&table.name)
            && table != past
        {
            respell_table(table, past);
        }
    }
    live
}

fn respell_table(table: &mut Table, past: &Table) {
    let own = table.clone();
    let column_type = type_text(&own);
    let respell = |text: &mut String, past: &str| {
        if text != past && expression::same(past, text, &column_type) {
            past.clone_into(text);
        }
    };
    for column in &mut table.columns {
        let Some(past) = past.column(&column.name) else { continue };
        let text = column.data_type.text.clone().unwrap_or_default();
        if column.default.is_some() && value::same(past.default.as_ref(), column.default.as_ref(), &text, &column_type)
        {
            column.default.clone_from(&past.default);
        }
        if let (Some(generated), Some(past)) = (&mut column.generated, &past.generated) {
            respell(&mut generated.expression, &past.expression);
        }
        if let (Some(own), Some(past)) = (&mut column.identity, &past.identity)
            && sequence::same_identity(past, own)
            && sequence::same_identity(own, past)
        {
            own.clone_from(past);
        }
    }
    for fk in &mut table.foreign_keys {
        let Some(past) = past.foreign_keys.iter().find(|past| has_name_of(past.name.as_ref(), fk.name.as_ref())) else {
            continue;
        };
        for (own, past) in [(&mut fk.on_delete, past.on_delete), (&mut fk.on_update, past.on_update)] {
            if does_nothing(*own) && does_nothing(past) {
                *own = past;
            }
        }
    }
    for check in &mut table.checks {
        if let Some(past) = past.checks.iter().find(|past| has_name_of(past.name.as_ref(), check.name.as_ref())) {
            respell(&mut check.expression, &past.expression);
        }
    }
    let same = |left: &str, right: &str| left == right || expression::same(left, right, &column_type);
    for exclusion in &mut table.exclusions {
        let is_it = |past: &&Exclusion| has_name_of(past.name.as_ref(), exclusion.name.as_ref());
        if let Some(past) = past.exclusions.iter().find(is_it).filter(|past| same_exclusion(past, exclusion, &same)) {
            let include = std::mem::take(&mut exclusion.include);
            *exclusion = Exclusion { name: exclusion.name.take(), include, ..past.clone() };
        }
    }
    for index in &mut table.indexes {
        let Some(past) = past.indexes.iter().find(|past| past.name.text == index.name.text) else { continue };
        for (part, past) in index.parts.iter_mut().zip(&past.parts) {
            if same_part(past, part, &same) {
                part.clone_from(past);
            }
        }
        if let (Some(own), Some(past)) = (&mut index.predicate, &past.predicate) {
            respell(own, past);
        }
        index.concurrently = past.concurrently;
    }
}

fn has_name_of(own: Option<&Name>, other: Option<&Name>) -> bool {
    own.map(|name| &name.text) == other.map(|name| &name.text)
}

/// The types to read expressions of a table with: those both sides have. Where they differ there is none, so that nothing
/// is taken for the same too easily.
pub(super) fn column_types<'a>(
    own: impl Fn(&str) -> Option<String> + 'a,
    live: &'a Table,
) -> impl Fn(&str) -> Option<String> + 'a {
    move |name| {
        let (own, other) = (own(name), type_text(live)(name));
        if own.is_some() && other.is_some() && own != other { None } else { other.or(own) }
    }
}

/// One table of [`reconcile`].
pub(super) fn reconcile_table(table: &mut Table, live: &Table, schema: &Schema) {
    for column in &mut table.columns {
        if let Some(live_column) = live.column(&column.name) {
            reconcile_column(column, live_column, live, schema);
        }
    }
    let position = |column: &Column| live.columns.iter().position(|live| live.name == column.name);
    // Stable: columns the live table lacks stay in their order, behind the others.
    table.columns.sort_by_key(|column| position(column).unwrap_or(usize::MAX));
    // The table changes while they are asked for.
    let texts: Vec<_> =
        table.columns.iter().map(|column| (column.name.clone(), column.data_type.text.clone())).collect();
    let own = |name: &str| texts.iter().find(|(own, _)| own == name).and_then(|(_, text)| text.clone());
    let column_type = column_types(own, live);
    let same = |left: &str, right: &str| left == right || expression::same(left, right, &column_type);
    for column in &mut table.columns {
        if let (Some(generated), Some(live)) =
            (&mut column.generated, live.column(&column.name).and_then(|live| live.generated.as_ref()))
            && {
                let data_type = column.data_type.text.as_deref().unwrap_or_default();
                expression::same_value(&generated.expression, &live.expression, data_type, &column_type)
            }
        {
            *generated = live.clone();
        }
    }
    let matched = match_all(
        Keyed::of(table),
        &Keyed::of(live),
        |object, live| same_keyed(object, live, &same),
        Keyed::name,
        |object, live| match (object, live) {
            // How an index is made is no part of what it is.
            (Keyed::Index(own), Keyed::Index(live)) => {
                Keyed::Index(Index { concurrently: own.concurrently, ..live.clone() })
            }
            // What the entity does not say about it is decided where the lock is known.
            (Keyed::Unique(own), Keyed::Unique(live)) => {
                Keyed::Unique(Unique { deferrable: own.deferrable, include: own.include, ..live.clone() })
            }
            (_, live) => live.clone(),
        },
    );
    Keyed::replace(table, matched);
    table.foreign_keys = match_all(
        std::mem::take(&mut table.foreign_keys),
        &live.foreign_keys,
        |fk, live| {
            foreign_key_meaning(fk) == foreign_key_meaning(live)
                && (fk.match_full == live.match_full || fk.columns.len() == 1)
        },
        |fk| fk.name.as_ref(),
        |fk, live| foreign_key(&fk, live),
    );
    table.checks = match_all(
        std::mem::take(&mut table.checks),
        &live.checks,
        |check: &Check, live| check.no_inherit == live.no_inherit && same(&check.expression, &live.expression),
        |check| check.name.as_ref(),
        |_, live| live.clone(),
    );
    table.exclusions = match_all(
        std::mem::take(&mut table.exclusions),
        &live.exclusions,
        |one, live| same_exclusion(one, live, &same),
        |one| one.name.as_ref(),
        // As for a unique constraint.
        |own, live| Exclusion { include: own.include, ..live.clone() },
    );
    table.attachments = match_all(
        std::mem::take(&mut table.attachments),
        &live.attachments,
        same_attachment,
        |_| None,
        |_, live| live.clone(),
    );
    if let (Some(key), Some(live)) = (&mut table.primary_key, &live.primary_key)
        && same_key(key, live)
    {
        *key = satisfied_key(key.clone(), live);
    }
    if let (Some(own), Some(live)) = (&table.options.partition_by, &live.options.partition_by)
        && script::same_words(own, live)
    {
        table.options.partition_by = Some(live.clone());
    }
    // Bounds for other columns are none for these.
    if table.options.partition_by.is_none() || table.options.partition_by == live.options.partition_by {
        table.partitions.clone_from(&live.partitions);
    }
    table.unmodelled.clone_from(&live.unmodelled);
}

fn reconcile_column(column: &mut Column, live: &Column, table: &Table, schema: &Schema) {
    let wants_to_count = column.auto_increment != AutoIncrement::No;
    if wants_to_count && counts(live) {
        column.auto_increment = live.auto_increment;
        column.identity.clone_from(&live.identity);
        column.sequence.clone_from(&live.sequence);
        column.default.clone_from(&live.default);
    } else if let (Some(own), Some(other)) = (&column.identity, &live.identity)
        && sequence::same_identity(own, other)
    {
        column.identity = Some(other.clone());
        column.sequence.clone_from(&live.sequence);
    }
    if satisfies(&column.data_type, &live.data_type, schema) {
        column.data_type = live.data_type.clone();
    }
    // A column that is computed cannot have one, not even NULL.
    let text = live.data_type.text.clone().unwrap_or_default();
    if column.generated.is_none()
        && live.generated.is_none()
        && column.data_type.text == live.data_type.text
        && value::same(column.default.as_ref(), live.default.as_ref(), &text, &type_text(table))
    {
        column.default.clone_from(&live.default);
    }
}

/// Whether the column gets a fresh value by itself, in whichever way.
pub(super) fn counts(column: &Column) -> bool {
    let by_default = column.default.as_ref().is_some_and(|default| match &default.value {
        DefaultValue::Expression(sql) => sql.to_lowercase().starts_with("nextval("),
        DefaultValue::Literal(_) => false,
    });
    column.auto_increment == AutoIncrement::Yes || column.identity.is_some() || by_default
}

/// Whether the live type holds what the declared one asks for. A domain is as good as the type it stands on, for whoever
/// wrote no type.
fn satisfies(declared: &ColumnType, live: &ColumnType, schema: &Schema) -> bool {
    if types::satisfies(declared, live) {
        return true;
    }
    let Some(text) = live.text.as_deref().filter(|_| declared.inferred) else { return false };
    let is_it = |name: &TableName| super::table_name(name) == text;
    let domain = schema.verbatim.iter().find(|(name, object)| object.kind == VerbatimKind::Domain && is_it(name));
    let Some(base) = domain.and_then(|(name, object)| base_of(&object.sql, &super::table_name(name))) else {
        return false;
    };
    types::satisfies(
        declared,
        &ColumnType { kind: types::parse(&base), text: Some(types::canonical(&base)), inferred: false },
    )
}

/// The type behind a domain, from its `CREATE DOMAIN name AS type …`.
fn base_of(sql: &str, name: &str) -> Option<String> {
    let rest = sql.strip_prefix("CREATE DOMAIN ")?.strip_prefix(name)?.trim_start().strip_prefix("AS ")?;
    let end = [" COLLATE ", " DEFAULT ", " NOT NULL", " CONSTRAINT ", " CHECK "]
        .into_iter()
        .filter_map(|word| rest.find(word))
        .min()
        .unwrap_or(rest.len());
    rest.get(..end).map(str::to_owned)
}

/// Whether both keep the same rows findable and the same rows out.
fn same_keyed(declared: &Keyed, live: &Keyed, same: &dyn Fn(&str, &str) -> bool) -> bool {
    match (declared, live) {
        (Keyed::Unique(own), Keyed::Unique(live)) => {
            own.columns == live.columns && own.nulls_not_distinct == live.nulls_not_distinct
        }
        (Keyed::Index(own), Keyed::Index(live)) => same_index(own, live, same),
        (Keyed::Unique(own), Keyed::Index(live)) => own.include == live.include && same_unique_index(own, live),
        (Keyed::Index(own), Keyed::Unique(live)) => {
            (own.include.is_empty() || own.include == live.include) && same_unique_index(live, own)
        }
    }
}

/// A unique constraint does what a plain unique index on its columns does.
fn same_unique_index(unique: &Unique, index: &Index) -> bool {
    let plain = index.parts.iter().map(|part| match &part.key {
        IndexKey::Column(column) if part.collation.is_none() && part.operator_class.is_none() => Some(column),
        IndexKey::Column(_) | IndexKey::Expression(_) => None,
    });
    index.unique
        && !index.invalid
        && index.predicate.is_none()
        && index.method.is_none()
        && unique.deferrable == Deferrable::No
        && unique.nulls_not_distinct == index.nulls_not_distinct
        && plain.collect::<Option<Vec<_>>>() == Some(unique.columns.iter().collect())
}

fn same_index(own: &Index, live: &Index, same: &dyn Fn(&str, &str) -> bool) -> bool {
    let predicate = match (&own.predicate, &live.predicate) {
        (Some(own), Some(live)) => same(own, live),
        (own, live) => own == live,
    };
    own.unique == live.unique
        && !live.invalid
        && own.method == live.method
        && own.include == live.include
        && own.nulls_not_distinct == live.nulls_not_distinct
        && (own.storage.is_empty() || own.storage == live.storage)
        && predicate
        && own.parts.len() == live.parts.len()
        && own.parts.iter().zip(&live.parts).all(|(own, live)| same_part(own, live, same))
}

fn same_part(own: &IndexPart, live: &IndexPart, same: &dyn Fn(&str, &str) -> bool) -> bool {
    let live_sql = match &live.key {
        IndexKey::Column(column) => super::quote(column),
        IndexKey::Expression(sql) => format!("({sql})"),
    };
    let bare =
        |name: &Option<String>| name.as_deref().map(|name| name.trim_start_matches("pg_catalog.").to_lowercase());
    let is_same = match (&own.key, &live.key) {
        (IndexKey::Column(own), IndexKey::Column(live)) => own == live,
        // A column in parentheses is a column.
        (IndexKey::Expression(own), _) => same(own, &live_sql),
        (IndexKey::Column(_), IndexKey::Expression(_)) => false,
    };
    let is_key = match (&own.key, &own.collation, &live.collation) {
        // A collation at the end of an expression is that of the part.
        (IndexKey::Expression(own), None, Some(name)) => {
            same(own, &format!("{live_sql} COLLATE {}", super::collation(name)))
        }
        (_, own, live) => is_same && bare(own) == bare(live),
    };
    is_key
        && own.descending == live.descending
        && nulls(own) == nulls(live)
        && bare(&own.operator_class) == bare(&live.operator_class)
}

/// Where NULL stands: at the end, unless the order is turned round.
fn nulls(part: &IndexPart) -> NullsOrder {
    part.nulls.unwrap_or(if part.descending { NullsOrder::First } else { NullsOrder::Last })
}

fn same_exclusion(own: &Exclusion, live: &Exclusion, same: &dyn Fn(&str, &str) -> bool) -> bool {
    let method = |one: &Exclusion| one.method.as_deref().unwrap_or("btree").to_lowercase();
    let predicate = match (&own.predicate, &live.predicate) {
        (Some(own), Some(live)) => same(own, live),
        (own, live) => own == live,
    };
    method(own) == method(live)
        && own.deferrable == live.deferrable
        && predicate
        && own.elements.len() == live.elements.len()
        && own
            .elements
            .iter()
            .zip(&live.elements)
            .all(|(own, live)| own.operator == live.operator && same_part(&own.part, &live.part, same))
}

/// Whether two triggers or the like of one name say the same.
pub(super) fn same_attachment(own: &Attachment, live: &Attachment) -> bool {
    own.kind == live.kind && own.name == live.name && script::same_words(&own.sql, &live.sql)
}

/// Whether two objects of the same name say the same.
pub(super) fn same_verbatim(own: &Verbatim, live: &Verbatim) -> bool {
    // Which version it is, and where it lives, is the database's business.
    let is_extension = own.kind == VerbatimKind::Extension;
    own.kind == live.kind
        && (is_extension || script::same_words(&own.sql, &live.sql))
        && own.attachments.len() == live.attachments.len()
        && own.attachments.iter().all(|own| live.attachments.iter().any(|live| same_attachment(own, live)))
}
