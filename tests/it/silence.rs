//! No difference where nothing changed, whoever made the database: here SeaORM itself, from the same entities.

use sea_orm::{ConnectionTrait, DbBackend, EntityTrait, Schema as Maker};
use seachange::declare::{Sources, declare};
use seachange::dialect::{EnumStorage, Options};
use seachange::model::Declared;

use crate::mediaparser_entities as mediaparser;
use crate::support::{assert_silent, assert_sound, block_on, execute, memory, root};
use crate::system_entities as systems;

fn declared(entities: &str) -> Declared {
    declare(&Sources::new(root(), [root().join("fixtures").join(entities)])).unwrap()
}

async fn make<E: EntityTrait>(session: &seachange::migrate::Session, entity: E) {
    let maker = Maker::new(DbBackend::Sqlite);
    let backend = DbBackend::Sqlite;
    let table = backend.build(&maker.create_table_from_entity(entity)).to_string();
    session.connection().execute_unprepared(&table).await.unwrap();
    for index in maker.create_index_from_entity(entity) {
        session.connection().execute_unprepared(&backend.build(&index).to_string()).await.unwrap();
    }
}

macro_rules! phases {
    ($($system:ident::$module:ident $folder:literal: $($entity:ident)*;)*) => {
        $(#[test] fn $module() {
            block_on(async {
                let session = memory().await;
                $(make(&session, $system::$module::$entity::Entity).await;)*
                let options = Options::new(EnumStorage::Plain);
                assert_silent(&session, &declared($folder), &options, "as SeaORM makes it").await;
                assert_sound(&session).await;
            });
        })*
    };
}

phases! {
    mediaparser::initial "mediaparser/phases/1_initial": files jobs job_files duplicates user_decisions;
    mediaparser::before_rename "mediaparser/phases/5_before_rename": files jobs job_files duplicates user_decisions;
    mediaparser::exact_and_similar_groups "mediaparser/phases/6_exact_and_similar_groups":
        files jobs job_files duplicates user_decisions;
    mediaparser::image_dimensions "mediaparser/phases/7_image_dimensions":
        files jobs job_files duplicates user_decisions;
    mediaparser::review_indexes "mediaparser/phases/8_review_indexes": files jobs job_files duplicates user_decisions;
    mediaparser::job_control "mediaparser/phases/9_job_control": files jobs job_files duplicates user_decisions;
    systems::seedarr_initial "seedarr/phases/1_initial": file_entries;
    systems::seedarr_checkpoint_fields "seedarr/phases/2_checkpoint_fields": file_entries;
    systems::seedarr_tmdb_cache "seedarr/phases/3_tmdb_cache": file_entries tmdb_cache;
    systems::seedarr_tags "seedarr/phases/4_tags": file_entries tmdb_cache tags;
}

/// Whatever else is in a database, none of it is a difference.
#[test]
fn what_other_tools_keep_is_never_a_difference() {
    block_on(async {
        let session = memory().await;
        let original = std::fs::read_to_string(root().join("fixtures/mediaparser/original.sql")).unwrap();
        execute(&session, &original).await;
        execute(
            &session,
            "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY);
             CREATE TABLE seaql_migrations (version varchar NOT NULL PRIMARY KEY, applied_at bigint NOT NULL);
             CREATE TABLE other (id INTEGER PRIMARY KEY AUTOINCREMENT, file_id INTEGER REFERENCES files (id));
             CREATE VIEW recent AS SELECT * FROM files WHERE discarded = 0;
             CREATE VIRTUAL TABLE search USING fts5(original_filename, content = 'files', content_rowid = 'id');
             CREATE TRIGGER indexed AFTER INSERT ON files BEGIN
                INSERT INTO search (rowid, original_filename) VALUES (new.id, new.original_filename);
             END;
             CREATE INDEX by_size ON files (file_size_bytes DESC) WHERE file_size_bytes > 1000;
             CREATE UNIQUE INDEX by_lower ON files (lower(original_path));
             ALTER TABLE files ADD COLUMN score REAL DEFAULT 0.5 CHECK (score >= 0);
             ANALYZE;",
        )
        .await;
        let options = Options::new(EnumStorage::Plain);
        assert_silent(&session, &declared("mediaparser/phases/5_before_rename"), &options, "with much else around")
            .await;
    });
}
