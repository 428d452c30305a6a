//! The fixtures of whole systems on SQLite.

use std::fs;

use seachange::declare::{Sources, declare};
use seachange::dialect::{EnumStorage, Options};

use crate::support::{assert_sound, block_on, compared, execute, memory, root};

/// The entities say native enums, which SQLite keeps as text with a check, as the original tool did.
#[test]
fn the_orchestrator_s_own_database_is_silent() {
    block_on(async {
        let session = memory().await;
        let original = fs::read_to_string(root().join("fixtures/orchestrator/original_sqlite.sql")).unwrap();
        execute(&session, &original).await;
        assert_sound(&session).await;
        let declared = declare(&Sources::new(root(), ["fixtures/orchestrator/src/entities"])).unwrap();
        let comparison = compared(&session, &declared, None, &Options::new(EnumStorage::Check)).await;
        let ops: Vec<String> = comparison.differences.iter().map(|difference| difference.op.to_string()).collect();
        assert_eq!(ops, Vec::<String>::new());
    });
}
