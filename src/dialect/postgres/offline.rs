//! What a script of revisions says on PostgreSQL in the place of the runner. Knows no revision.

use std::time::Duration;

use super::literal;
use super::runner::{self, lock_key};
use crate::dialect::{Offline, Stop};
use crate::model::Literal;

pub(in crate::dialect) fn offline() -> Offline {
    let call = |function: &str| body(&format!("    PERFORM pg_catalog.{function}({});\n", lock_key()));
    Offline {
        program: "psql -X -f SCRIPT DATABASE",
        program_name: "psql",
        stops: "\\set ON_ERROR_STOP on",
        settings,
        // Waits for `lock_timeout`, as the runner does.
        lock: Some(call("pg_advisory_lock")),
        unlock: Some(call("pg_advisory_unlock")),
        now: "to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')",
        stop_at,
        watch: None,
        older: None,
    }
}

/// As the runner has them. The text of a script has an encoding of its own.
fn settings(schema: &str, lock: Duration, statement: Option<Duration>) -> Vec<String> {
    let own = ["SET client_encoding TO 'UTF8'", "SET standard_conforming_strings TO on"].map(str::to_owned);
    own.into_iter().chain(runner::settings(schema, lock, statement)).collect()
}

fn stop_at(stops: &[Stop]) -> Vec<String> {
    let stop = |one: &Stop| {
        let words = literal(&Literal::Text(one.words.clone()));
        format!("    IF {} THEN\n        RAISE EXCEPTION USING MESSAGE = {words};\n    END IF;\n", one.when)
    };
    if stops.is_empty() { Vec::new() } else { vec![body(&stops.iter().map(stop).collect::<String>())] }
}

/// A block of statements, between dollars that are not in it.
fn body(statements: &str) -> String {
    let mut tag = "$seachange$".to_owned();
    while statements.contains(&tag) {
        tag.insert(1, '_');
    }
    format!("DO {tag}\nBEGIN\n{statements}END\n{tag}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_words() {
        let words = "it's $seachange$ \\ %".to_owned();
        let statements = stop_at(&[Stop { when: "TRUE".to_owned(), words }]);
        assert_eq!(
            statements,
            ["DO $_seachange$\nBEGIN\n    IF TRUE THEN\n        RAISE EXCEPTION USING MESSAGE = \
              E'it''s $seachange$ \\\\ %';\n    END IF;\nEND\n$_seachange$"]
        );
        assert_eq!(stop_at(&[]), Vec::<String>::new());
    }
}
