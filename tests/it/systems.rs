//! The fixtures of whole systems on SQLite.

use std::fs;

use seachange::declare::{Sources, declare};
use seachange::dialect::{EnumStorage, Options};

use crate::support::{assert_sound, block_on, compared, execute, memory, root};

/// The entities say native enums, which SQLite keeps as text with a check, as the original tool did.
// FIXME: a native enum has no length to insist on; any text type should do, as it does for a `String`.
#[test]
fn the_orchestrator_s_own_database_differs_in_the_type_of_enums_alone() {
    block_on(async {
        let session = memory().await;
        let original = fs::read_to_string(root().join("fixtures/orchestrator/original_sqlite.sql")).unwrap();
        execute(&session, &original).await;
        assert_sound(&session).await;
        let declared = declare(&Sources::new(root(), ["fixtures/orchestrator/src/entities"])).unwrap();
        let comparison = compared(&session, &declared, None, &Options::new(EnumStorage::Check)).await;
        let ops: Vec<String> = comparison.differences.iter().map(|difference| difference.op.to_string()).collect();
        assert_eq!(
            ops,
            [
                "change column `artifacts.artifact_type` (type VARCHAR(12) to enum_text)",
                "change column `change_requests.phase` (type VARCHAR(15) to enum_text)",
                "change column `change_requests.status` (type VARCHAR(11) to enum_text)",
                "change column `projects.current_phase` (type VARCHAR(15) to enum_text)",
                "change column `runs.status` (type VARCHAR(9) to enum_text)",
                "change column `tasks.status` (type VARCHAR(17) to enum_text)",
                "change column `tasks.current_phase` (type VARCHAR(15) to enum_text)",
            ]
        );
    });
}
