//! Decides what of the declared schema the live one satisfies, and gives it the live form.
//! What is left different is a difference; whose it is and what to do about it is decided elsewhere.

use super::beyond;
use super::canonicalize::enum_check;
use super::compare::{self, CheckMeaning, IndexMeaning};
use super::{rowid_alias, spelling, types};
use crate::dialect::matching::{Keyed, foreign_key, foreign_key_meaning, match_all, same_key};
use crate::model::{AutoIncrement, Check, Column, Schema, Table};

/// The declared schema in the live form wherever the live one satisfies it.
pub(in crate::dialect) fn reconcile(declared: Schema, live: &Schema) -> Schema {
    let mut schema = spelling::adopt(declared, live);
    for table in schema.tables.values_mut() {
        let live = live.tables.get(&table.name);
        if let Some(live) = live {
            reconcile_table(table, live);
        }
        for column in &mut table.columns {
            // SQLite keeps no list of values; another declared schema in the place of the live one does.
            column.values = live.and_then(|table| table.column(&column.name)).and_then(|live| live.values.clone());
        }
        // Nothing is held twice while the others wait for their turn.
        if let Some(live) = live.filter(|live| *live == table) {
            *table = live.clone();
        }
    }
    for (name, verbatim) in &mut schema.verbatim {
        if let Some(live) = live.verbatim.get(name)
            && compare::same_verbatim(verbatim, live)
        {
            *verbatim = live.clone();
        }
    }
    schema
}

fn reconcile_table(table: &mut Table, live: &Table) {
    reconcile_indexes(table, live);
    table.foreign_keys = match_all(
        std::mem::take(&mut table.foreign_keys),
        &live.foreign_keys,
        |fk, live| foreign_key_meaning(fk) == foreign_key_meaning(live),
        |fk| fk.name.as_ref(),
        |fk, live| foreign_key(&fk, live),
    );
    reconcile_checks(table, live);
    table.attachments = match_all(
        std::mem::take(&mut table.attachments),
        &live.attachments,
        compare::same_trigger,
        |_| None,
        |_, live| live.clone(),
    );
    if let (Some(key), Some(live)) = (&mut table.primary_key, &live.primary_key)
        && same_key(key, live)
    {
        *key = live.clone();
    }
    let live_alias = rowid_alias(live);
    let key = |table: &Table| table.primary_key.as_ref().map(|key| key.columns.clone());
    let kept_key = key(live).filter(|live| key(table).as_ref() == Some(live)).unwrap_or_default();
    let becomes_strict = table.options.strict && !live.options.strict;
    for column in &mut table.columns {
        if let Some(live_column) = live.column(&column.name) {
            reconcile_column(column, live_column, live, live_alias, becomes_strict);
            // Entities cannot say of a key whether it takes NULL, which SQLite lets it.
            column.nullable |= live_column.nullable && kept_key.contains(&column.name);
        }
        // A strict table refuses the words SeaORM writes for what is new in it.
        let is_new = live.column(&column.name).is_none_or(|live| live.data_type != column.data_type);
        if let Some(text) = types::spell_strict(&column.data_type.kind).filter(|_| live.options.strict && is_new) {
            column.data_type.text = Some(text);
        }
    }
    // What becomes the rowid takes no NULL.
    let alias = rowid_alias(table).map(str::to_owned);
    for column in table.columns.iter_mut().filter(|column| alias.as_ref() == Some(&column.name)) {
        column.nullable = false;
    }
    let position = |column: &Column| live.columns.iter().position(|live| live.name == column.name);
    // Stable: columns the live table lacks stay in their order, behind the others.
    table.columns.sort_by_key(|column| position(column).unwrap_or(usize::MAX));
    table.unmodelled.clone_from(&live.unmodelled);
}

fn reconcile_column(column: &mut Column, live: &Column, table: &Table, alias: Option<&str>, becomes_strict: bool) {
    let is_enough = match (column.auto_increment, live.auto_increment) {
        (AutoIncrement::Inferred, _) => alias == Some(live.name.as_str()),
        // The lock in the place of the database: what nobody wrote was made all the same.
        (AutoIncrement::Yes, AutoIncrement::Inferred) => true,
        (AutoIncrement::Yes | AutoIncrement::No, _) => false,
    };
    if is_enough {
        column.auto_increment = live.auto_increment;
    }
    // A column that shall count needs the one word SQLite counts with.
    let is_the_word = live.data_type.text.as_deref().is_some_and(|text| text.eq_ignore_ascii_case("integer"));
    // A table that becomes strict can keep only the types such tables know.
    let can_stay = !becomes_strict || live.data_type.text.as_deref().is_some_and(types::is_strict);
    let fits = can_stay && (column.auto_increment == AutoIncrement::No || is_the_word);
    if fits && types::satisfies(&column.data_type, &live.data_type, table.options.strict) {
        column.data_type = live.data_type.clone();
    }
    // A column that is computed cannot have one, not even NULL.
    if column.generated.is_none() && compare::same_default(column, live) {
        column.default.clone_from(&live.default);
    }
    if let (Some(generated), Some(live)) = (&mut column.generated, &live.generated)
        && compare::same_generated(generated, live)
    {
        *generated = live.clone();
    }
    if let (Some(collation), Some(live)) = (&mut column.collation, &live.collation)
        && collation.eq_ignore_ascii_case(live)
    {
        collation.clone_from(live);
    }
}

fn reconcile_indexes(table: &mut Table, live: &Table) {
    let columns = &table.columns;
    for index in &mut table.indexes {
        // A collation that nobody declares is still the column's own.
        beyond::own_collations(index, |name| {
            let is_said = columns.iter().any(|column| column.name == name && column.collation.is_some());
            live.column(name).filter(|_| !is_said).map(|live| live.collation.as_deref().unwrap_or("BINARY"))
        });
    }
    let live_objects = Keyed::of(live);
    let matched = match_all(
        Keyed::of(table),
        &live_objects,
        |object, live| meaning(object) == meaning(live),
        Keyed::name,
        |_, live| live.clone(),
    );
    Keyed::replace(table, matched);
}

fn meaning(object: &Keyed) -> IndexMeaning {
    match object {
        Keyed::Unique(unique) => IndexMeaning::of_unique(unique),
        Keyed::Index(index) => IndexMeaning::of_index(index),
    }
}

fn reconcile_checks(table: &mut Table, live: &Table) {
    for column in &table.columns {
        let Some(values) = &column.values else { continue };
        let on_column = |check: &&Check| compare::listed_values(&check.expression, &column.name).is_some();
        // The live database holds this enum as text with a check, so that is what is compared.
        if let Some(live) = live.checks.iter().find(on_column)
            && !table.checks.iter().any(|check| on_column(&check))
        {
            let check = Check {
                name: live.name.clone(),
                placement: live.placement.clone(),
                ..enum_check(&column.name, values)
            };
            table.checks.push(check);
        }
    }
    table.checks = match_all(
        std::mem::take(&mut table.checks),
        &live.checks,
        |check, live| check.expression == live.expression || CheckMeaning::of(check) == CheckMeaning::of(live),
        |check| check.name.as_ref(),
        |_, live| live.clone(),
    );
}
