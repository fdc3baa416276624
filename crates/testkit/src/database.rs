//! A migrated database of its own for each test, on both engines.
//!
//! The schema is built once per list of migrations and kept between runs under a name made from the list's
//! checksum: a file for SQLite, a template database for PostgreSQL. Each test gets a copy. PostgreSQL's address
//! comes from `ENTENTE_TEST_POSTGRES`; without it the test fails rather than pass unnoticed.
//!
//! spec: ARCHITECTURE.md#11

use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;

/// Which engine a test runs on.
pub use entente_db::Engine;
use entente_db::{Db, DbError, Migration, Options, checksum};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// Where PostgreSQL is, as a URL whose user may create databases.
pub const POSTGRES: &str = "ENTENTE_TEST_POSTGRES";

/// Serialises the test processes that build one template.
const LOCK: i64 = 0x0074_6573_746b_6974;

/// A database that vanishes with this value.
pub struct TestDb {
    db: Db,
    home: Home,
}

/// Where the copy lives and how to remove it.
enum Home {
    /// Held only to be removed.
    Directory {
        _directory: TempDir,
    },
    Server {
        admin: Db,
        name: String,
    },
}

/// Why no test database could be made.
#[derive(Debug)]
pub enum Failure {
    /// `ENTENTE_TEST_POSTGRES` is not set.
    NoServer,
    /// The database refused.
    Db(DbError),
    /// The file system refused.
    Io(std::io::Error),
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NoServer => write!(f, "{POSTGRES} is not set; run the tests with `cargo xtask test`"),
            Self::Db(error) => error.fmt(f),
            Self::Io(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Failure {}

impl From<DbError> for Failure {
    fn from(error: DbError) -> Self {
        Self::Db(error)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}

impl TestDb {
    /// A fresh copy of the migrated database.
    ///
    /// # Errors
    /// [`Failure`]
    pub async fn open(engine: Engine, migrations: &[Migration]) -> Result<Self, Failure> {
        match engine {
            Engine::Sqlite => Self::sqlite(migrations).await,
            Engine::Postgres => Self::postgres(migrations).await,
        }
    }

    /// The open database.
    #[must_use]
    pub fn db(&self) -> Db {
        self.db.clone()
    }

    async fn sqlite(migrations: &[Migration]) -> Result<Self, Failure> {
        let image = std::env::temp_dir().join(format!("entente-test-{}.db", fingerprint(migrations)));
        if !image.exists() {
            // built aside and moved, so that other processes see all or nothing
            let workshop = TempDir::new_in(std::env::temp_dir())?;
            let draft = workshop.path().join("image.db");
            let db = Db::open(sqlite_options(&draft)).await?;
            db.migrate(migrations).await?;
            db.close().await;
            std::fs::rename(draft, &image)?;
        }
        let directory = TempDir::new()?;
        let file: PathBuf = directory.path().join("test.db");
        std::fs::copy(&image, &file)?;
        let db = Db::open(sqlite_options(&file)).await?;
        Ok(Self {
            db,
            home: Home::Directory {
                _directory: directory,
            },
        })
    }

    async fn postgres(migrations: &[Migration]) -> Result<Self, Failure> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let url = std::env::var(POSTGRES).map_err(|_| Failure::NoServer)?;
        let admin = Db::open(postgres_options(&url, 3)).await?;
        let template = format!("entente_template_{}", fingerprint(migrations));
        build_template(&admin, &url, &template, migrations).await?;
        let number = NEXT.fetch_add(1, Relaxed);
        let name = format!("entente_test_{}_{number}", std::process::id());
        // left behind by a process of the same number that was killed
        admin.maintain_blocking(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))?;
        admin.maintain_blocking(&format!("CREATE DATABASE {name} TEMPLATE {template}"))?;
        let db = Db::open(postgres_options(&with_database(&url, &name), 8)).await?;
        Ok(Self {
            db,
            home: Home::Server { admin, name },
        })
    }
}

impl Drop for TestDb {
    fn drop(&mut self) {
        self.db.close_blocking();
        if let Home::Server { admin, name } = &self.home {
            // a database that stays is removed by its next namesake
            drop(admin.maintain_blocking(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")));
            admin.close_blocking();
        }
    }
}

/// Runs a test body on a fresh database, inside a runtime. Used by [`crate::db_test`].
///
/// # Panics
/// If there is no database, or the body panics.
pub fn run<F: Future<Output = ()>>(engine: Engine, migrations: &[Migration], body: impl FnOnce(Db) -> F) {
    let outcome = runtime().map_err(Failure::Io).and_then(|runtime| {
        runtime.block_on(async {
            let test = TestDb::open(engine, migrations).await?;
            Box::pin(body(test.db())).await;
            Ok(())
        })
    });
    assert!(
        outcome.is_ok(),
        "{}",
        outcome
            .err()
            .map(|failure| failure.to_string())
            .unwrap_or_default()
    );
}

/// Declares tests that run on both engines, as `name::sqlite` and `name::postgres`. The body may await.
///
/// ```text
/// db_test! {
///     migrations = entente_store::MIGRATIONS;
///     fn starts_empty(db: Db) {
///         let events = db.read(|tx| event::count(tx)).await.unwrap();
///         assert_eq!(events, 0);
///     }
/// }
/// ```
#[macro_export]
macro_rules! db_test {
    (migrations = $migrations:expr; $($(#[$attribute:meta])* $(async)? fn $name:ident($db:ident : $kind:ty) $body:block)+) => {$(
        #[cfg(test)]
        mod $name {
            use super::*;

            async fn body($db: $kind) $body

            $(#[$attribute])*
            #[test]
            fn sqlite() {
                $crate::database::run($crate::database::Engine::Sqlite, $migrations, body);
            }

            $(#[$attribute])*
            #[test]
            fn postgres() {
                $crate::database::run($crate::database::Engine::Postgres, $migrations, body);
            }
        }
    )+};
}

async fn build_template(
    admin: &Db,
    url: &str,
    template: &str,
    migrations: &[Migration],
) -> Result<(), Failure> {
    if exists(admin, template)? {
        return Ok(());
    }
    // the lock lives as long as this transaction; the work is done on other connections
    let (admin, url, template, migrations) = (
        admin.clone(),
        url.to_owned(),
        template.to_owned(),
        migrations.to_vec(),
    );
    let worker = admin.clone();
    let handle = tokio::runtime::Handle::current();
    let built = worker.write(move |tx| {
        tx.first("SELECT COUNT(pg_advisory_xact_lock($1))", &[LOCK.into()], |_| {
            Ok::<_, DbError>(())
        })?;
        if exists(&admin, &template)? {
            return Ok(());
        }
        let draft = format!("{template}_draft");
        admin.maintain_blocking(&format!("DROP DATABASE IF EXISTS {draft} WITH (FORCE)"))?;
        // byte order and full letter tables, wherever the server was set up
        admin.maintain_blocking(&format!(
            "CREATE DATABASE {draft} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'"
        ))?;
        handle.block_on(async {
            let db = Db::open(postgres_options(&with_database(&url, &draft), 1)).await?;
            let migrated = db.migrate(&migrations).await;
            db.close().await;
            migrated
        })?;
        admin.maintain_blocking(&format!("ALTER DATABASE {draft} RENAME TO {template}"))
    });
    built.await.map_err(Failure::Db)
}

fn exists(admin: &Db, name: &str) -> Result<bool, DbError> {
    const DATABASE: &str = "SELECT 1 FROM pg_database WHERE datname = $1";
    let found = admin.read_blocking(|tx| tx.first(DATABASE, &[name.into()], |_| Ok::<_, DbError>(())))?;
    Ok(found.is_some())
}

pub(crate) fn runtime() -> std::io::Result<Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
}

fn fingerprint(migrations: &[Migration]) -> String {
    checksum(migrations).chars().take(16).collect()
}

fn sqlite_options(file: &Path) -> Options {
    // a test's file need not survive a power cut
    Options {
        url: format!("sqlite:{}", file.display()),
        readers: 3,
        sqlite_durable: false,
        ..Options::default()
    }
}

fn postgres_options(url: &str, pool: usize) -> Options {
    Options {
        url: url.to_owned(),
        pool,
        acquire_timeout_ms: 60_000,
        ..Options::default()
    }
}

/// The URL with another database: the path of a `postgres://` URL.
fn with_database(url: &str, name: &str) -> String {
    let (base, query) = url
        .split_once('?')
        .map_or((url, None), |(base, query)| (base, Some(query)));
    let authority = base.find("://").map_or(0, |at| at + 3);
    let end = base
        .get(authority..)
        .and_then(|rest| rest.find('/'))
        .map_or(base.len(), |at| authority + at);
    let prefix = base.get(..end).unwrap_or(base);
    query.map_or_else(
        || format!("{prefix}/{name}"),
        |query| format!("{prefix}/{name}?{query}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_database_of_a_url_is_replaced() {
        assert_eq!(
            with_database("postgres://u@h:1/postgres", "x"),
            "postgres://u@h:1/x"
        );
        assert_eq!(
            with_database("postgres://u:p@h?sslmode=disable", "x"),
            "postgres://u:p@h/x?sslmode=disable"
        );
    }
}
