//! The second opinion on PostgreSQL: what `pg_dump` says of two databases. Knows nothing of plans and models.

use std::collections::BTreeSet;

use crate::cluster::{self, Database};

/// What `pg_dump` says, but for the history and for the order of storage parameters, which means nothing.
pub(crate) fn dump(database: &Database<'_>) -> Option<String> {
    let mut in_history = false;
    let mut text = String::new();
    for line in database.dump()?.lines() {
        in_history |= line.contains("seachange_history");
        let parameters = line.strip_prefix("WITH (").and_then(|rest| rest.strip_suffix(");"));
        match parameters {
            _ if in_history || line.starts_with("SET default_ta") => {}
            Some(parameters) => {
                let parameters: BTreeSet<&str> = parameters.split(", ").collect();
                text += &format!("WITH ({});\n", parameters.into_iter().collect::<Vec<_>>().join(", "));
            }
            None => text += &format!("{line}\n"),
        }
        in_history &= !line.ends_with(';');
    }
    Some(text)
}

/// The lines of a dump whatever their order, for tables whose columns came one by one.
fn unordered(dump: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = dump.lines().map(|line| line.trim_end_matches(',')).collect();
    lines.sort_unstable();
    lines
}

/// The dump of a database that is made from a dump. Some expressions a server prints in another way once it has read what
/// it printed; from then on it stays with that.
pub(crate) fn read_again(dump: &str) -> Option<String> {
    let database = cluster::database("read again");
    database.script(dump);
    self::dump(&database)
}

/// The lines that only one of two dumps has, when they differ in more than the order of lines and in how the server prints
/// what it printed before. Nothing where there is no `pg_dump`.
pub(crate) fn differences(expected: Option<&str>, found: Option<&str>) -> Vec<String> {
    let (Some(expected), Some(found)) = (expected, found) else { return Vec::new() };
    if unordered(expected) == unordered(found) {
        return Vec::new();
    }
    let [expected, found] = [expected, found].map(|text| read_again(text).unwrap_or_default());
    let (mut missing, mut surplus) = (unordered(&expected), unordered(&found));
    surplus.retain(|line| missing.iter().position(|other| other == line).map(|at| missing.remove(at)).is_none());
    let said =
        |sign: &'static str, lines: Vec<&str>| lines.into_iter().map(move |line| format!("{sign} {line}")).collect();
    let (missing, surplus): (Vec<String>, Vec<String>) = (said("-", missing), said("+", surplus));
    missing.into_iter().chain(surplus).collect()
}
