//! The running instance: database, snapshots of reference data, secrets, clock.
use crate::actor::Actor;
use crate::blob::BlobStore;
use crate::ctx::{Ctx, Touched};
use crate::directory::Directory;
use crate::error::{Error, Result};
use crate::journal::Entry;
use crate::labels::LabelBook;
use crate::secrets::Secrets;
use crate::settings::Settings;
use crate::sources::{Clock, Random};
use crate::tag_book::TagBook;
use arc_swap::ArcSwap;
use entente_db::{Db, Tx};
use entente_indicator::{AllowedValues, ImportRules};
use entente_model::id::TagId;
use entente_model::time::Seconds;
use entente_store::hash::ValueHasher;
use std::sync::Arc;
use uuid::Uuid;

/// What an [`App`] is made from.
pub struct Parts {
    /// The opened and migrated database.
    pub db: Db,
    /// Where files are kept.
    pub blobs: BlobStore,
    /// Keys of this instance.
    pub secrets: Secrets,
    /// Wall clock or a fixed one.
    pub clock: Arc<dyn Clock>,
    /// Randomness or a fixed sequence.
    pub random: Arc<dyn Random>,
    /// The URL under which users reach this instance, without a trailing slash.
    pub base_url: String,
    /// Requests that one API key may have at work at the same time.
    pub requests_per_key: usize,
}

/// Handle on the running instance; cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    parts: Parts,
    uuid: Uuid,
    hasher: ValueHasher,
    directory: ArcSwap<Directory>,
    settings: ArcSwap<Settings>,
    tags: ArcSwap<TagBook>,
    labels: LabelBook,
    keys: crate::auth::KeyCache,
    key_log: crate::auth::KeyLog,
    key_slots: crate::auth::KeySlots,
    passwords: crate::auth::PasswordPool,
    warninglists: crate::app::Slot,
    import_rules: ArcSwap<ImportRules>,
    allowed_values: ArcSwap<AllowedValues>,
    refreshing: tokio::sync::Mutex<()>,
}

/// A lazily filled snapshot of any kind, for parts that load their own reference data.
#[derive(Default)]
pub struct Slot(ArcSwap<Option<Arc<dyn std::any::Any + Send + Sync>>>);

impl Slot {
    /// What is in it, if it is of this type.
    pub fn get<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        let held = self.0.load_full();
        held.as_ref()
            .as_ref()
            .and_then(|any| Arc::clone(any).downcast::<T>().ok())
    }
    /// Replaces what is in it.
    pub fn set<T: Send + Sync + 'static>(&self, value: Arc<T>) {
        self.0.store(Arc::new(Some(value)));
    }
    /// Empties it, so that the next user loads it anew.
    pub fn clear(&self) {
        self.0.store(Arc::new(None));
    }
}

impl App {
    /// Loads the snapshots of a prepared store (see [`crate::bootstrap`]).
    ///
    /// # Errors
    /// Of the database, or when the store was never prepared.
    pub async fn start(parts: Parts) -> Result<Self> {
        let (uuid, hash_key) = parts.db.read(crate::bootstrap::identity).await?;
        // Before the snapshots are loaded: what changes meanwhile is noticed later.
        let mark = parts.db.read(entente_store::meta::outside_mark).await?;
        let app = Self(Arc::new(Inner {
            uuid,
            hasher: ValueHasher::new(hash_key),
            directory: ArcSwap::default(),
            settings: ArcSwap::default(),
            tags: ArcSwap::default(),
            labels: LabelBook::default(),
            keys: crate::auth::KeyCache::new(mark),
            key_log: crate::auth::KeyLog::default(),
            key_slots: crate::auth::KeySlots::new(parts.requests_per_key),
            passwords: crate::auth::PasswordPool::default(),
            warninglists: Slot::default(),
            import_rules: ArcSwap::default(),
            allowed_values: ArcSwap::default(),
            refreshing: tokio::sync::Mutex::new(()),
            parts,
        }));
        app.refresh(Touched::everything()).await?;
        Ok(app)
    }

    /// Runs a reading use case on a consistent snapshot of the store.
    ///
    /// # Errors
    /// Of the use case or the database.
    pub async fn read<T: Send + 'static>(
        &self,
        actor: Arc<Actor>,
        f: impl FnOnce(&mut Ctx<'_, '_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let app = self.clone();
        self.0
            .parts
            .db
            .read(move |tx| f(&mut Ctx::new(tx, &app, &actor, false)))
            .await
    }

    /// Runs a changing use case in one durable transaction, then refreshes the snapshots it touched.
    /// The closure may run twice.
    ///
    /// # Errors
    /// Of the use case or the database; nothing has changed then.
    pub async fn write<T: Send + 'static>(
        &self,
        actor: Arc<Actor>,
        f: impl Fn(&mut Ctx<'_, '_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (app, writer) = (self.clone(), Arc::clone(&actor));
        let written = self
            .0
            .parts
            .db
            .write(move |tx| {
                let mut ctx = Ctx::new(tx, &app, &writer, true);
                let value = f(&mut ctx)?;
                Ok::<_, Error>((value, ctx.into_touched()))
            })
            .await;
        if let Err(Error::Spillage(tag)) = &written {
            self.note_spillage(actor, tag.clone()).await?;
        }
        let (value, touched) = written?;
        if !touched.is_empty() {
            self.refresh(touched).await?;
        }
        Ok(value)
    }

    /// What was refused leaves no trace but this: the officers of the platform have to know who holds what.
    /// spec: 10#1.2
    async fn note_spillage(&self, actor: Arc<Actor>, tag: String) -> Result<()> {
        let app = self.clone();
        let noted = self.0.parts.db.write(move |tx| {
            Ctx::new(tx, &app, &actor, true).log(&Entry {
                model: "Tag",
                action: "spillage",
                title: format!("Refused data that a tag calls classified: {tag}"),
                ..Entry::default()
            })
        });
        noted.await
    }

    /// Runs a reading function without a caller: start-up, commands on the store, authentication.
    ///
    /// # Errors
    /// Of the function or the database.
    pub async fn read_system<T: Send + 'static>(
        &self,
        f: impl FnOnce(&mut Tx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.0.parts.db.read(f).await
    }

    /// Runs a changing function without a caller and reloads every snapshot afterwards.
    ///
    /// # Errors
    /// Of the function or the database.
    pub async fn write_system<T: Send + 'static>(
        &self,
        f: impl Fn(&mut Tx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let value = self.0.parts.db.write(f).await?;
        self.refresh(Touched::everything()).await?;
        Ok(value)
    }

    /// Reloads snapshots. Runs one at a time, so an older state never replaces a newer one.
    pub(crate) async fn refresh(&self, touched: Touched) -> Result<()> {
        let _one_at_a_time = self.0.refreshing.lock().await;
        let app = self.clone();
        self.0
            .parts
            .db
            .read(move |tx| {
                let inner = &app.0;
                if touched.directory {
                    let version = inner.directory.load().version + 1;
                    let directory = Directory::new(
                        version,
                        entente_store::organisation::all(tx)?,
                        entente_store::role::all(tx)?,
                        entente_store::sharing_group::all(tx)?,
                    );
                    inner.directory.store(Arc::new(directory));
                    inner.keys.clear();
                    inner.labels.forget_scopes();
                }
                if touched.accounts {
                    inner.keys.clear();
                }
                if touched.settings {
                    inner
                        .settings
                        .store(Arc::new(Settings::load(&entente_store::meta::settings(tx)?)));
                    inner.labels.forget_scopes();
                }
                if touched.all_tags {
                    inner
                        .tags
                        .store(Arc::new(TagBook::new(entente_store::tag::all(tx)?)));
                } else if !touched.tags.is_empty() {
                    let ids: Vec<i64> = touched.tags.iter().map(|TagId(id)| *id).collect();
                    let rows = entente_store::tag::by_ids(tx, &ids)?;
                    inner
                        .tags
                        .store(Arc::new(inner.tags.load().updated(&touched.tags, rows)));
                }
                if touched.labels {
                    inner.labels.load_new(tx)?;
                }
                if touched.warninglists {
                    inner.warninglists.clear();
                }
                if touched.value_rules {
                    inner.import_rules.store(crate::value_rule::import_rules(tx)?);
                    inner.allowed_values.store(crate::value_rule::allowed_values(tx)?);
                }
                Ok(())
            })
            .await
    }

    /// The database, for administration (backup, integrity check).
    #[must_use]
    pub fn db(&self) -> &Db {
        &self.0.parts.db
    }
    /// Organisations, roles and sharing groups.
    #[must_use]
    pub fn directory(&self) -> Arc<Directory> {
        self.0.directory.load_full()
    }
    /// Run-time settings.
    #[must_use]
    pub fn settings(&self) -> Arc<Settings> {
        self.0.settings.load_full()
    }
    /// All tags.
    #[must_use]
    pub fn tags(&self) -> Arc<TagBook> {
        self.0.tags.load_full()
    }
    /// Interned labels and the scopes made from them.
    #[must_use]
    pub fn labels(&self) -> &LabelBook {
        &self.0.labels
    }
    /// The hash of values in postings.
    #[must_use]
    pub fn hasher(&self) -> &ValueHasher {
        &self.0.hasher
    }
    /// Files.
    #[must_use]
    pub fn blobs(&self) -> &BlobStore {
        &self.0.parts.blobs
    }
    /// Keys of this instance.
    #[must_use]
    pub fn secrets(&self) -> &Secrets {
        &self.0.parts.secrets
    }
    /// Verified API keys.
    pub(crate) fn keys(&self) -> &crate::auth::KeyCache {
        &self.0.keys
    }
    /// What is noted about the use of API keys.
    pub(crate) fn key_log(&self) -> &crate::auth::KeyLog {
        &self.0.key_log
    }
    /// Requests at work, by API key.
    pub(crate) fn key_slots(&self) -> &crate::auth::KeySlots {
        &self.0.key_slots
    }
    /// The bounded pool that hashes passwords.
    pub(crate) fn passwords(&self) -> &crate::auth::PasswordPool {
        &self.0.passwords
    }
    /// The compiled warninglists, kept by whoever compiles them.
    #[must_use]
    pub fn warninglist_slot(&self) -> &Slot {
        &self.0.warninglists
    }
    /// Randomness.
    #[must_use]
    pub fn random(&self) -> &dyn Random {
        self.0.parts.random.as_ref()
    }
    /// Microseconds now.
    #[must_use]
    pub fn now_micros(&self) -> i64 {
        self.0.parts.clock.now_micros()
    }
    /// Seconds now.
    #[must_use]
    pub fn now(&self) -> Seconds {
        self.now_micros().div_euclid(1_000_000)
    }
    /// The uuid of this instance.
    #[must_use]
    pub fn uuid(&self) -> Uuid {
        self.0.uuid
    }
    /// The URL under which users reach this instance, without a trailing slash.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.0.parts.base_url
    }
    /// The import rules of attribute values.
    #[must_use]
    pub fn import_rules(&self) -> Arc<ImportRules> {
        self.0.import_rules.load_full()
    }
    /// Values that leave this instance in no export.
    #[must_use]
    pub fn allowed_values(&self) -> Arc<AllowedValues> {
        self.0.allowed_values.load_full()
    }
}
