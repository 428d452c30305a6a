//! Projects as people really lay them out, in `fixtures/conventions`: read as projects, compiled, and held against each
//! other.

use std::path::Path;

use seachange::declare::linked::Entities;
use seachange::declare::{Sources, declare};
use seachange::error::Error;
use seachange::model::Declared;

use crate::declare::{assert_agree, told_by_both};
use crate::support::{Project, copy, root};

/// What `sea-orm-cli generate entity` writes for one database, in each of its formats.
#[path = "../../../fixtures/conventions"]
#[expect(unreachable_pub, unused_imports, clippy::pedantic, reason = "entities as a generator writes them")]
mod cli {
    pub(super) mod cli_compact;
    pub(super) mod cli_dense;
    pub(super) mod cli_expanded;
}

/// Generated entities in a folder of their own, and what people add to them beside it.
#[path = "../../../fixtures/conventions/loco/src/models/mod.rs"]
#[expect(unreachable_pub, unused_imports, dead_code, reason = "a project as Loco makes it")]
mod loco;

/// A program without a library.
#[path = "../../../fixtures/conventions/binary/src/main.rs"]
#[expect(dead_code, unreachable_pub, clippy::print_stdout, reason = "a program that is only read")]
mod binary;

fn read(project: &Path, entities: &[&str]) -> Declared {
    declare(&Sources::new(project, entities)).unwrap_or_else(|error| match error {
        Error::Source { problems } => panic!("{problems:#?}"),
        other => panic!("{other}"),
    })
}

fn folder(name: &str) -> std::path::PathBuf {
    root().join("fixtures/conventions").join(name)
}

macro_rules! linked {
    ($modules:path: $($entity:ident)*) => {{
        use $modules as modules;
        Entities::default()$(.with::<modules::$entity::Entity>().unwrap())*.declared()
    }};
}

/// A folder for which there is no test is missing here.
#[test]
fn every_convention_is_tested() {
    let entries = std::fs::read_dir(folder("")).unwrap();
    let mut folders: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    folders.sort();
    assert_eq!(folders, ["binary", "cli_compact", "cli_dense", "cli_expanded", "loco", "workspace"]);
}

#[test]
fn formats_of_the_generator() {
    let compact = read(&folder("cli_compact"), &["."]);
    assert_agree(&compact, &linked!(cli::cli_compact: customer order order_line product));
    let dense = read(&folder("cli_dense"), &["."]);
    assert_agree(&dense, &linked!(cli::cli_dense: customer order order_line product));
    let expanded = read(&folder("cli_expanded"), &["."]);
    assert_agree(&expanded, &linked!(cli::cli_expanded: customer order order_line product));

    // It is one database, but that the expanded format has no word for what a foreign key does.
    let (compact, dense) = (told_by_both(&compact), told_by_both(&dense));
    assert_eq!(compact, dense);
    let mut without_actions = compact.clone();
    for fk in without_actions.schema.tables.values_mut().flat_map(|table| &mut table.foreign_keys) {
        (fk.on_delete, fk.on_update) = (None, None);
    }
    assert_eq!(without_actions, told_by_both(&expanded));
}

#[test]
fn generated_entities_beside_hand_written_ones() {
    let linked = linked!(loco::_entities: note_tags notes users);
    assert_agree(&read(&folder("loco"), &["src/models/_entities"]), &linked);
    // What only names the generated entities again is no second entity.
    assert_agree(&read(&folder("loco"), &["src/models"]), &linked);
    assert_eq!(found("loco"), "entities: src/models/_entities");
}

#[test]
fn a_program_without_a_library() {
    let linked = linked!(binary::models: reading sensor sensor_group);
    assert_agree(&read(&folder("binary"), &["src/models"]), &linked);
    assert_agree(&read(&folder("binary"), &["src"]), &linked);
    assert_eq!(found("binary"), "entities: src/models");
}

#[test]
fn a_workspace_of_crates() {
    let linked = linked!(bank_entity: account standing_order transfer);
    assert_agree(&read(&folder("workspace"), &["entity/src"]), &linked);
    // The frozen entities of the migrations are not those of today.
    assert_eq!(found("workspace"), "entities: entity/src");
}

/// What `init` takes for the entities of a copy of the project.
fn found(convention: &str) -> String {
    let project = Project::empty();
    copy(&folder(convention), project.path());
    let ran = project.expect(0, &["init"]);
    ran.notes.lines().next().unwrap_or_default().to_owned()
}
