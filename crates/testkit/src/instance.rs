//! A prepared instance for each test: database, files, a clock that stands still, the same randomness
//! every time, and a site administrator.
//!
//! ```text
//! instance_test! {
//!     async fn somebody_reads(instance: TestInstance) {
//!         let org = instance.add_org("Harbour CERT").await.unwrap();
//!         let reader = instance.add_user("a@harbour.example", org, role::READ_ONLY).await.unwrap();
//!         instance.app.read(reader, |ctx| …).await.unwrap();
//!     }
//! }
//! ```

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};

use entente_db::Engine;
use entente_engine::app::Parts;
use entente_engine::blob::BlobStore;
use entente_engine::bootstrap::{self, FirstAccount};
use entente_engine::secrets::Secrets;
use entente_engine::sources::{Clock, NoRandomness, Random, new_uuid};
use entente_engine::{Actor, App, Error};
use entente_model::account::{AuthKey, User};
use entente_model::id::{OrgId, RoleId, UserId};
use entente_model::organisation::Organisation;
use entente_model::time::{Micros, Seconds};
use tempfile::TempDir;

use crate::database::TestDb;

/// When every test begins: 2025-03-04 10:00:00 UTC.
pub const START: Seconds = 1_741_082_400;
/// The API key of the first site administrator.
pub const ADMIN_KEY: &str = "AdminKeyAdminKeyAdminKeyAdminKeyAdminKey";
/// The address of the first site administrator.
pub const ADMIN_EMAIL: &str = "admin@admin.test";
/// The password of the first site administrator.
pub const ADMIN_PASSWORD: &str = "Password1234 of the administrator";

/// The roles that every instance starts with.
pub mod role {
    use entente_model::id::RoleId;

    /// Everything.
    pub const SITE_ADMIN: RoleId = RoleId(1);
    /// Manages the users of one organisation, publishes.
    pub const ORG_ADMIN: RoleId = RoleId(2);
    /// Adds events.
    pub const USER: RoleId = RoleId(3);
    /// Adds and publishes events.
    pub const PUBLISHER: RoleId = RoleId(4);
    /// A peer.
    pub const SYNC: RoleId = RoleId(5);
    /// Reads.
    pub const READ_ONLY: RoleId = RoleId(6);
}

/// A running instance that vanishes with this value.
pub struct TestInstance {
    /// The instance.
    pub app: App,
    /// Its first site administrator, of organisation 1 `ORGNAME`.
    pub admin: Arc<Actor>,
    clock: Arc<StandingClock>,
    // dropped last: the application still holds the database and the folder
    _database: TestDb,
    _folder: TempDir,
}

/// Why no instance could be made.
#[derive(Debug)]
pub enum Failure {
    /// There is no database.
    Database(crate::database::Failure),
    /// The engine refused.
    Engine(Error),
    /// The file system refused.
    Io(std::io::Error),
    /// An account that was just made is not there.
    NoActor(UserId),
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Database(error) => error.fmt(f),
            Self::Engine(error) => write!(f, "{error}: {error:?}"),
            Self::Io(error) => error.fmt(f),
            Self::NoActor(user) => write!(f, "account {user} cannot act"),
        }
    }
}

impl std::error::Error for Failure {}

impl From<crate::database::Failure> for Failure {
    fn from(error: crate::database::Failure) -> Self {
        Self::Database(error)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Engine(error)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}

impl TestInstance {
    /// Lets TLP bind readers, as an administrator would (decision 0004).
    ///
    /// # Errors
    /// Of the engine.
    pub async fn enforce_tlp(&self) -> Result<(), Failure> {
        let set = |tx: &mut entente_db::Tx<'_>| {
            Ok(entente_store::meta::set_setting(
                tx,
                "Entente.enforce_tlp",
                "true",
            )?)
        };
        self.app.write_system(set).await.map_err(Failure::Engine)
    }

    /// A prepared instance with one organisation and one site administrator.
    ///
    /// # Errors
    /// [`Failure`]
    pub async fn open(engine: Engine) -> Result<Self, Failure> {
        let database = TestDb::open(engine, entente_store::MIGRATIONS).await?;
        let folder = TempDir::new()?;
        let random = Arc::new(RepeatableRandom::default());
        let clock = Arc::new(StandingClock(AtomicI64::new(START * 1_000_000)));
        let secrets = Secrets::new([7; 32]);
        let first = FirstAccount {
            email: Some(ADMIN_EMAIL.to_owned()),
            password: Some(ADMIN_PASSWORD.to_owned()),
            key: Some(ADMIN_KEY.to_owned()),
            org: Some("ORGNAME".to_owned()),
        };
        bootstrap::prepare(&database.db(), &secrets, random.as_ref(), START, first).await?;
        let app = App::start(Parts {
            db: database.db(),
            blobs: BlobStore::open(folder.path().join("blobs"))?,
            secrets,
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            random,
            base_url: "https://entente.test".to_owned(),
            // Tests of what happens at once send it all with one key.
            requests_per_key: 64,
        })
        .await?;
        let admin = actor(&app, UserId(1)).await?;
        Ok(Self {
            app,
            admin,
            clock,
            _database: database,
            _folder: folder,
        })
    }

    /// Moves the clock.
    pub fn advance(&self, seconds: Seconds) {
        self.clock.0.fetch_add(seconds * 1_000_000, Relaxed);
    }

    /// Adds a local organisation.
    ///
    /// # Errors
    /// [`Failure`]
    pub async fn add_org(&self, name: &str) -> Result<OrgId, Failure> {
        let now = self.app.now();
        let org = Organisation {
            id: OrgId::NONE,
            uuid: new_uuid(self.app.random()).map_err(Error::from)?,
            name: name.to_owned(),
            created: now,
            modified: now,
            description: String::new(),
            kind: String::new(),
            nationality: String::new(),
            sector: String::new(),
            contacts: String::new(),
            created_by: self.admin.user.id,
            local: true,
            restricted_to_domain: Vec::new(),
            landing_page: None,
        };
        let added = self
            .app
            .write_system(move |tx| Ok(entente_store::organisation::insert(tx, &org)?));
        Ok(added.await?)
    }

    /// Adds an account, which can log in with [`Self::key_of`] but with no password.
    ///
    /// # Errors
    /// [`Failure`]
    pub async fn add_user(&self, email: &str, org: OrgId, role: RoleId) -> Result<Arc<Actor>, Failure> {
        let user = User {
            org,
            role,
            email: email.to_owned(),
            ..self.admin.user.as_ref().clone()
        };
        let uuid = new_uuid(self.app.random()).map_err(Error::from)?;
        let app = self.app.clone();
        let added = self.app.write_system(move |tx| {
            let id = entente_store::account::insert(tx, &user, "no password")?;
            let key = Self::key_of(id);
            let row = AuthKey {
                id: 0,
                uuid,
                user: id,
                start: key.chars().take(4).collect(),
                end: key.chars().skip(36).collect(),
                created: app.now(),
                expiration: 0,
                read_only: false,
                comment: String::new(),
                allowed_ips: Vec::new(),
                unique_ips: Vec::new(),
                last_used: 0,
            };
            entente_store::account::insert_key(tx, &row, &app.secrets().key_hash(&key))?;
            Ok(id)
        });
        let id = added.await?;
        self.actor(id).await
    }

    /// The API key of an account that [`Self::add_user`] made.
    #[must_use]
    pub fn key_of(user: UserId) -> String {
        format!("TestKey{:033}", user.0)
    }

    /// An account as it is now, ready to act without a key.
    ///
    /// # Errors
    /// [`Failure`]
    pub async fn actor(&self, user: UserId) -> Result<Arc<Actor>, Failure> {
        actor(&self.app, user).await
    }
}

async fn actor(app: &App, user: UserId) -> Result<Arc<Actor>, Failure> {
    let found = app
        .read_system(move |tx| Ok(entente_store::account::by_id(tx, user)?))
        .await?;
    found
        .and_then(|found| entente_engine::auth::actor(app, Arc::new(found), None, None))
        .map(Arc::new)
        .ok_or(Failure::NoActor(user))
}

/// Runs a test body on a fresh instance, inside a runtime. Used by [`crate::instance_test`].
///
/// # Panics
/// If there is no instance, or the body panics.
pub fn run<F: Future<Output = ()>>(engine: Engine, body: impl FnOnce(TestInstance) -> F) {
    run_on(TestInstance::open(engine), body);
}

/// Runs a test body on what was opened for it, inside a runtime.
pub(crate) fn run_on<T, F: Future<Output = ()>>(
    open: impl Future<Output = Result<T, Failure>>,
    body: impl FnOnce(T) -> F,
) {
    let outcome = crate::database::runtime()
        .map_err(Failure::from)
        .and_then(|runtime| {
            runtime.block_on(async {
                let opened = open.await?;
                Box::pin(body(opened)).await;
                Ok(())
            })
        });
    let failure = outcome.err().map(|failure| failure.to_string());
    assert!(failure.is_none(), "{}", failure.unwrap_or_default());
}

/// Declares tests that run on both engines, as `name::sqlite` and `name::postgres`.
#[macro_export]
macro_rules! instance_test {
    ($($(#[$attribute:meta])* async fn $name:ident($instance:ident : $kind:ty) $body:block)+) => {$(
        mod $name {
            use super::*;

            async fn body($instance: $kind) $body

            $(#[$attribute])*
            #[test]
            fn sqlite() {
                $crate::instance::run($crate::database::Engine::Sqlite, body);
            }

            $(#[$attribute])*
            #[test]
            fn postgres() {
                $crate::instance::run($crate::database::Engine::Postgres, body);
            }
        }
    )+};
}

struct StandingClock(AtomicI64);

impl Clock for StandingClock {
    fn now_micros(&self) -> Micros {
        self.0.load(Relaxed)
    }
}

/// SplitMix64 from a fixed start: different bytes at each call, the same in every run.
#[derive(Default)]
struct RepeatableRandom(AtomicU64);

impl Random for RepeatableRandom {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), NoRandomness> {
        for chunk in buffer.chunks_mut(8) {
            let state = self
                .0
                .fetch_add(0x9e37_79b9_7f4a_7c15, Relaxed)
                .wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            for (target, byte) in chunk.iter_mut().zip((mixed ^ (mixed >> 31)).to_le_bytes()) {
                *target = byte;
            }
        }
        Ok(())
    }
}
