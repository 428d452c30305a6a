//! Projects that each have a database of their own: a SQLite file in a folder, or a schema of one PostgreSQL database.
//! Who makes a project makes its database, and the revisions that came along with the program make its tables.

use std::error::Error;
use std::path::PathBuf;

use sea_orm::{ActiveModelTrait, ConnectOptions, Database, DatabaseConnection, EntityTrait, Set};
use seachange::{Migrator, State};

// The entities of this system are a fixture of the tests, too.
#[path = "../../../fixtures/orchestrator/src/entities/mod.rs"]
#[expect(missing_docs, reason = "entities as people write them")]
pub mod entities;

use entities::projects;

/// The revisions of the folder that `seachange.toml` names.
static MIGRATOR: Migrator = seachange::migrations!();

/// Where the databases of all projects are.
pub enum Home {
    /// A file for each project: `project_7.db`.
    Folder(PathBuf),
    /// A schema for each project in the PostgreSQL database of this URL: `project_7`.
    Server(String),
}

impl Home {
    /// Makes the database of a project, with its tables, and the project itself.
    ///
    /// # Errors
    /// The database cannot be made, or the project is there already.
    pub async fn create(&self, id: i32, name: &str) -> Result<DatabaseConnection, Box<dyn Error>> {
        let db = self.connect(id, "?mode=rwc").await?;
        self.migrator(id).create_schema().upgrade(&db).await?;
        let project = projects::ActiveModel {
            id: Set(id),
            name: Set(name.to_owned()),
            db_path: Set(Self::name(id)),
            ..Default::default()
        };
        project.insert(&db).await?;
        Ok(db)
    }

    /// Opens the database of a project that an older version may have made.
    ///
    /// # Errors
    /// There is no such project, or its database cannot be brought to the last revision.
    pub async fn open(&self, id: i32) -> Result<DatabaseConnection, Box<dyn Error>> {
        let db = self.connect(id, "").await?;
        self.migrator(id).upgrade(&db).await?;
        Ok(db)
    }

    /// The name of a project.
    ///
    /// # Errors
    /// There is no such project.
    pub async fn name_of(&self, id: i32) -> Result<String, Box<dyn Error>> {
        let project = projects::Entity::find_by_id(id).one(&self.open(id).await?).await?;
        Ok(project.ok_or("there is no such project")?.name)
    }

    /// What a readiness probe asks: how the database of a project and the revisions stand to each other.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn state(&self, id: i32) -> Result<State, Box<dyn Error>> {
        Ok(self.migrator(id).check(&self.connect(id, "").await?).await?)
    }

    fn migrator(&self, id: i32) -> Migrator {
        match self {
            Self::Folder(_) => MIGRATOR.clone(),
            Self::Server(_) => MIGRATOR.schema(Self::name(id)),
        }
    }

    async fn connect(&self, id: i32, mode: &str) -> Result<DatabaseConnection, Box<dyn Error>> {
        let mut options = match self {
            Self::Folder(folder) => {
                ConnectOptions::new(format!("sqlite://{}{mode}", folder.join(Self::name(id) + ".db").display()))
            }
            Self::Server(url) => {
                let mut options = ConnectOptions::new(url);
                options.set_schema_search_path(Self::name(id));
                options
            }
        };
        options.max_connections(2);
        Ok(Database::connect(options).await?)
    }

    fn name(id: i32) -> String {
        format!("project_{id}")
    }
}
