//! Opening the store that the options name: database, files, secrets. spec: CONTRACT `serve`
use crate::config::Config;
use anyhow::{Context, bail};
use entente_db::{Db, DbError, Engine, Options, Tx};
use entente_engine::App;
use entente_engine::app::Parts;
use entente_engine::blob::BlobStore;
use entente_engine::bootstrap::{self, Created, FirstAccount};
use entente_engine::secrets::Secrets;
use entente_engine::sources::{Clock, SystemClock, SystemRandom, new_uuid};
use entente_store::{MIGRATIONS, schema};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The file of the data directory with the pepper of API keys.
pub const PEPPER: &str = "pepper";
/// The directory of the data directory with the files of attributes.
pub const BLOBS: &str = "blobs";
/// The directory of the data directory with the copies made before migrations.
const BACKUPS: &str = "backups";

/// Opens the database and makes the data directory; changes no schema.
///
/// # Errors
/// One line that says what could not be opened and why.
pub async fn open(config: &Config) -> anyhow::Result<Db> {
    make_private(&config.data_dir)
        .with_context(|| format!("cannot make the data directory {}", config.data_dir.display()))?;
    let options = Options {
        url: config.database_url.expose().to_owned(),
        ..Options::default()
    };
    let db = Db::open(options).await.context("cannot open the store")?;
    if db.unclean_stop() {
        tracing::warn!("the store was not closed by its last process; `entente verify` checks it");
    }
    Ok(db)
}

/// Opens a store whose schema is that of this release, for commands that work on the store itself.
///
/// # Errors
/// One line that says what to do first.
pub async fn open_prepared(config: &Config) -> anyhow::Result<Db> {
    if let Some(path) = config.database_url.sqlite_path()
        && !path.exists()
    {
        bail!(
            "there is no store at {}; `entente serve` makes one",
            path.display()
        );
    }
    let db = open(config).await?;
    let Some(numbers) = applied(&db).await.context("cannot read the store")? else {
        bail!("the store was never prepared; start `entente serve` once");
    };
    let current = numbers.len() == MIGRATIONS.len() && MIGRATIONS.iter().all(|m| numbers.contains(&m.number));
    if !current {
        bail!("the store has the schema of another release; `entente migrate` brings it up to date");
    }
    Ok(db)
}

/// Keeps a second process away from the embedded database while this one holds snapshots of it.
///
/// # Errors
/// When another one does.
pub fn exclusive(config: &Config) -> anyhow::Result<Option<std::fs::File>> {
    if config.database_url.sqlite_path().is_none() {
        return Ok(None);
    }
    let folder = &config.data_dir;
    make_private(folder).with_context(|| {
        format!(
            "cannot open the store: cannot make the data directory {}",
            folder.display()
        )
    })?;
    let path = folder.join("server.lock");
    let file = std::fs::File::create(&path)
        .with_context(|| format!("cannot open the store: cannot write {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(std::fs::TryLockError::WouldBlock) => {
            bail!("cannot open the store: a server uses {}", folder.display())
        }
        // A file system without locks; the operator chose it.
        Err(std::fs::TryLockError::Error(_)) => Ok(Some(file)),
    }
}

/// Makes a directory that only its owner can read.
///
/// # Errors
/// Of the file system.
pub fn make_private(path: &Path) -> std::io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    std::fs::create_dir_all(path)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

/// Migrations that a store already has; `None` when it was never used.
///
/// # Errors
/// Of the database.
pub async fn applied(db: &Db) -> Result<Option<Vec<u32>>, DbError> {
    let found = db.read(schema::all_applied).await;
    match found {
        Ok(numbers) if numbers.is_empty() => Ok(None),
        Ok(numbers) => Ok(Some(numbers)),
        // The table of migrations is missing: nobody migrated this store yet.
        Err(DbError::Sql { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Brings the schema up to date. A store in use is copied first where the engine can; a store of a newer
/// release is refused.
///
/// # Errors
/// One line that says why not.
pub async fn bring_up_to_date(config: &Config, db: &Db) -> anyhow::Result<()> {
    if let Some(numbers) = applied(db).await.context("cannot read the store")? {
        if let Some(newer) = numbers
            .iter()
            .find(|n| MIGRATIONS.iter().all(|m| m.number != **n))
        {
            bail!("the store was migrated by a newer release (migration {newer}); use that release");
        }
        let missing = MIGRATIONS
            .iter()
            .any(|migration| !numbers.contains(&migration.number));
        if missing {
            copy_before_migration(config, db, numbers.last().copied().unwrap_or_default()).await?;
        }
    }
    db.migrate(MIGRATIONS).await.context("cannot migrate the store")?;
    Ok(())
}

async fn copy_before_migration(config: &Config, db: &Db, schema: u32) -> anyhow::Result<()> {
    if db.engine() == Engine::Postgres {
        tracing::warn!("the store is migrated without a copy: take one of PostgreSQL with its own tools");
        return Ok(());
    }
    let folder = config.data_dir.join(BACKUPS);
    make_private(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let seconds = SystemClock.now_micros().div_euclid(1_000_000);
    let file = folder.join(format!("schema-{schema}-{seconds}.db"));
    db.backup(&file)
        .await
        .with_context(|| format!("cannot copy the store to {} before migrating it", file.display()))?;
    tracing::info!(file = %file.display(), "the store was copied before its migration");
    Ok(())
}

/// The secrets of a data directory, made when they are missing.
///
/// # Errors
/// One line that names the file.
pub fn secrets(config: &Config) -> anyhow::Result<Secrets> {
    let path = config.data_dir.join(PEPPER);
    Secrets::load_or_create(&path, &SystemRandom)
        .with_context(|| format!("cannot use the secrets in {}", path.display()))
}

/// Opens, migrates and prepares the store, and starts the engine on it.
///
/// # Errors
/// One line that says what failed.
pub async fn start(
    config: &Config,
    base_url: String,
    first: FirstAccount,
) -> anyhow::Result<(App, Option<Created>)> {
    let db = open(config).await?;
    bring_up_to_date(config, &db).await?;
    let secrets = secrets(config)?;
    let now = SystemClock.now_micros().div_euclid(1_000_000);
    let created = bootstrap::prepare(&db, &secrets, &SystemRandom, now, first)
        .await
        .context("cannot prepare the store")?;
    Ok((engine(config, db, base_url).await?, created))
}

/// The engine on a prepared store.
///
/// # Errors
/// One line that says what failed.
pub async fn engine(config: &Config, db: Db, base_url: String) -> anyhow::Result<App> {
    let parts = Parts {
        db,
        blobs: blobs(config)?,
        secrets: secrets(config)?,
        clock: Arc::new(SystemClock),
        random: Arc::new(SystemRandom),
        base_url,
        requests_per_key: config.limits.requests_per_key,
    };
    App::start(parts).await.context("cannot read the store")
}

fn blobs(config: &Config) -> anyhow::Result<BlobStore> {
    let folder: PathBuf = config.data_dir.join(BLOBS);
    BlobStore::open(folder.clone()).with_context(|| format!("cannot use {}", folder.display()))
}

/// Tells a server that runs on the same store that something has changed under it, such as a key; it notices
/// within a second. Part of the transaction that changes it.
///
/// # Errors
/// Of the database, or without randomness.
pub fn tell_server(tx: &mut Tx<'_>) -> Result<(), entente_engine::Error> {
    let mark = new_uuid(&SystemRandom)?.to_string();
    Ok(entente_store::meta::set_outside_mark(tx, &mark)?)
}

/// `entente migrate`.
///
/// # Errors
/// One line that says why not.
pub async fn migrate(config: &Config) -> anyhow::Result<()> {
    let db = open(config).await?;
    let done = bring_up_to_date(config, &db).await;
    db.close().await;
    done
}
