//! A session in one transaction that is never committed, with an empty schema as its default: for whoever may make no
//! database. What others can see stays as it is.

use sea_orm::ConnectionTrait;

use super::link::Inside;
use super::{Link, Session, query_error};
use crate::dialect::Claim;
use crate::error::Result;
use crate::revision::{Direction, Revision};

/// Where a session is whose work is one transaction.
pub(super) struct Enclosed {
    /// The schema whose names are found beside the session's own: extensions are in it.
    pub(super) also: Option<String>,
    /// The schemas that are not the session's business.
    others: Vec<String>,
}

impl Session {
    /// Goes on in a transaction that is rolled back in the end, in an empty schema of that name. `None` where the database
    /// has no such room.
    ///
    /// # Errors
    /// [`Error::Query`](crate::error::Error::Query): the role may make no schema either.
    pub(crate) async fn enclose(self, name: &str) -> Result<Option<Self>> {
        let Self { db, mut database, .. } = self;
        let dialect = database.dialect;
        let Link::Own(db) = db else { return Ok(None) };
        let queries = dialect.extensions_in(&database.schema).zip(dialect.schemas());
        let Some((extensions, schemas)) = queries else { return Ok(None) };
        let session = Self { db: Link::Own(db), database: database.clone(), enclosed: None };
        let names = async |sql: &str| -> Result<Vec<String>> {
            let doing = "look at the schemas of the database";
            let rows = session.query(sql, doing).await?;
            let names = rows.iter().map(|row| row.try_get("", "name")).collect::<std::result::Result<_, _>>();
            names.map_err(|source| query_error(doing, &source))
        };
        let also = names(&extensions).await?.pop();
        let others = names(schemas).await?;
        let Some(room) = dialect.enclosure(name, also.as_deref()) else { return Ok(None) };
        session.execute(&room.begin, "make a schema in a transaction that is rolled back").await?;
        let Link::Own(db) = session.db else { return Ok(None) };
        name.clone_into(&mut database.schema);
        database.beside = others.iter().cloned().collect();
        let db = Link::Inside(Inside::new(db, dialect, room.end));
        Ok(Some(Self { db, database, enclosed: Some(Enclosed { also, others }) }))
    }

    /// Whether everything it does is one transaction.
    pub(crate) fn is_enclosed(&self) -> bool {
        self.enclosed.is_some()
    }

    /// Whether something failed that may only have failed because everything is one transaction.
    pub(crate) fn is_strained(&self) -> bool {
        matches!(&self.db, Link::Inside(inside) if inside.is_strained())
    }

    /// Why a revision cannot be tried in one transaction and in one schema, if it cannot.
    pub(crate) fn cannot_enclose(&self, revision: &Revision, direction: Direction) -> Option<String> {
        let enclosed = self.enclosed.as_ref()?;
        let section = revision.section(direction, self.dialect().name())?;
        if !section.transaction {
            return Some(format!("{} takes no transaction around it", revision.title()));
        }
        let schema = self.dialect().names_schema(&section.sql, &enclosed.others)?;
        Some(format!("{} names the schema `{schema}`", revision.title()))
    }

    /// What it has written to that is not its own.
    ///
    /// # Errors
    /// The connection fails.
    pub(crate) async fn reached(&self) -> Result<Vec<String>> {
        let doing = "look at what was changed";
        let trace = self.enclosed.as_ref().and_then(|_| self.dialect().traces(&self.database.schema));
        let Some(sql) = trace else { return Ok(Vec::new()) };
        let rows = self.query(&sql, doing).await?;
        let names = rows.iter().map(|row| row.try_get("", "name")).collect::<std::result::Result<_, _>>();
        names.map_err(|source| query_error(doing, &source))
    }

    /// Drops the databases of runs that were cut off, as far as this role may, and claims a name for as long as the connection
    /// lasts.
    ///
    /// # Errors
    /// The connection fails.
    pub(crate) async fn sweep(&self, claim: &Claim, drop: impl Fn(&str) -> Option<String>) -> Result<()> {
        let doing = "look for databases that nobody uses any more";
        self.query(&claim.take, doing).await?;
        for row in self.query(&claim.abandoned, doing).await? {
            let name: String = row.try_get("", "name").map_err(|source| query_error(doing, &source))?;
            // Another may be faster.
            if let Some(drop) = drop(&name) {
                let _ = self.db.execute_unprepared(&drop).await;
            }
        }
        Ok(())
    }

    /// Runs statements that are no revision, many at a time.
    ///
    /// # Errors
    /// [`Error::Query`](crate::error::Error::Query): the first one that the database refuses.
    pub(crate) async fn build(&self, statements: &[String], doing: &str) -> Result<()> {
        // What is sent at once is one transaction, and a server keeps only so many locks.
        for some in statements.chunks(100) {
            let sql = some.join("\n;\n");
            self.execute(&sql, doing).await?;
        }
        Ok(())
    }
}
