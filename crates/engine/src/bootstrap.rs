//! Preparing an empty store: identity, default roles, first organisation and administrator. spec: CONTRACT `serve`
use crate::error::{Error, Result};
use crate::secrets::Secrets;
use crate::sources::{Random, alphanumeric, new_uuid};
use entente_db::{Db, Tx};
use entente_model::account::{AuthKey, User};
use entente_model::id::{OrgId, RoleId, UserId};
use entente_model::organisation::Organisation;
use entente_model::role::Role;
use entente_model::time::Seconds;
use entente_policy::DEFAULT_ROLES;
use uuid::Uuid;

/// The first account of an empty store; what is missing is generated.
#[derive(Debug, Clone, Default)]
pub struct FirstAccount {
    /// Address; default `admin@admin.test`.
    pub email: Option<String>,
    /// Password.
    pub password: Option<String>,
    /// API key, 40 characters `[A-Za-z0-9]`.
    pub key: Option<String>,
    /// Organisation; default `ORGNAME`.
    pub org: Option<String>,
}

/// What was made for an empty store; the secrets are shown once and not kept.
#[derive(Clone)]
pub struct Created {
    /// Login.
    pub email: String,
    /// Password, if it was generated.
    pub password: Option<String>,
    /// API key, if it was generated.
    pub key: Option<String>,
}

/// Prepares an empty store; does nothing to one in use.
///
/// # Errors
/// Of the database, or `Invalid` when a given key or password is no good.
pub async fn prepare(
    db: &Db,
    secrets: &Secrets,
    random: &dyn Random,
    now: Seconds,
    first: FirstAccount,
) -> Result<Option<Created>> {
    let fresh = db
        .read(|tx| Ok::<_, Error>(entente_store::role::all(tx)?.is_empty()))
        .await?;
    if !fresh {
        return Ok(None);
    }
    if let Some(key) = &first.key
        && (key.len() != 40 || !key.bytes().all(|b| b.is_ascii_alphanumeric()))
    {
        return Err(Error::invalid(
            "the first API key (ENTENTE_ADMIN_KEY) must be 40 characters of A-Z, a-z, 0-9",
        ));
    }
    let password = match &first.password {
        Some(password) => password.clone(),
        None => alphanumeric(random, 24)?,
    };
    let key = match &first.key {
        Some(key) => key.clone(),
        None => alphanumeric(random, 40)?,
    };
    let email = first
        .email
        .clone()
        .unwrap_or_else(|| "admin@admin.test".to_owned());
    let org = first.org.clone().unwrap_or_else(|| "ORGNAME".to_owned());
    let password_hash = crate::auth::hash_password_blocking(random, &password)?;
    let mut hash_key = [0u8; 32];
    random.fill(&mut hash_key)?;
    let seed = Seed {
        instance: new_uuid(random)?,
        hash_key: hex::encode(hash_key),
        org_uuid: new_uuid(random)?,
        org,
        email: email.clone(),
        password_hash,
        key_uuid: new_uuid(random)?,
        key_hash: secrets.key_hash(&key),
        key: key.clone(),
        nids_sid: 4_000_000,
        now,
    };
    db.write(move |tx| plant(tx, &seed)).await?;
    Ok(Some(Created {
        email,
        password: first.password.is_none().then_some(password),
        key: first.key.is_none().then_some(key),
    }))
}

struct Seed {
    instance: Uuid,
    hash_key: String,
    org_uuid: Uuid,
    org: String,
    email: String,
    password_hash: String,
    key_uuid: Uuid,
    key_hash: [u8; 32],
    key: String,
    nids_sid: i64,
    now: Seconds,
}

fn plant(tx: &mut Tx<'_>, seed: &Seed) -> Result<()> {
    entente_store::meta::get_or_insert(tx, "instance_uuid", &seed.instance.to_string())?;
    entente_store::meta::get_or_insert(tx, "value_hash_key", &seed.hash_key)?;
    let org = entente_store::organisation::insert(
        tx,
        &Organisation {
            id: OrgId::NONE,
            uuid: seed.org_uuid,
            name: seed.org.clone(),
            created: seed.now,
            modified: seed.now,
            description: String::new(),
            kind: String::new(),
            nationality: String::new(),
            sector: String::new(),
            contacts: String::new(),
            created_by: UserId::NONE,
            local: true,
            restricted_to_domain: Vec::new(),
            landing_page: None,
        },
    )?;
    let mut admin = RoleId::NONE;
    for seed_role in &DEFAULT_ROLES {
        let role = Role {
            id: RoleId::NONE,
            name: seed_role.name.to_owned(),
            permissions: seed_role.permissions.to_bits(),
            // New users get the plain user role; clients rely on its number. spec: 02#3.1
            default: seed_role.id == 3,
            memory_limit: String::new(),
            max_execution_time: String::new(),
            restricted_to_site_admin: false,
            enforce_rate_limit: false,
            rate_limit_count: 0,
            created: Some(seed.now),
            modified: Some(seed.now),
        };
        let id = entente_store::role::insert(tx, &role)?;
        if admin.is_none() {
            admin = id;
        }
    }
    let user = entente_store::account::insert(tx, &first_user(seed, org, admin), &seed.password_hash)?;
    let edge = |range: std::ops::Range<usize>| seed.key.get(range).unwrap_or_default().to_owned();
    let key = AuthKey {
        id: 0,
        uuid: seed.key_uuid,
        user,
        start: edge(0..4),
        end: edge(36..40),
        created: seed.now,
        expiration: 0,
        read_only: false,
        comment: "Initial key".to_owned(),
        allowed_ips: Vec::new(),
        unique_ips: Vec::new(),
        last_used: 0,
    };
    entente_store::account::insert_key(tx, &key, &seed.key_hash)?;
    crate::blocklist::seed(tx, seed.now)
}

fn first_user(seed: &Seed, org: OrgId, role: RoleId) -> User {
    User {
        id: UserId::NONE,
        org,
        role,
        server: 0,
        email: seed.email.clone(),
        autoalert: false,
        contactalert: false,
        invited_by: UserId::NONE,
        gpgkey: String::new(),
        certif_public: String::new(),
        nids_sid: seed.nids_sid,
        termsaccepted: true,
        newsread: 0,
        change_pw: false,
        disabled: false,
        expiration: None,
        current_login: 0,
        last_login: 0,
        last_api_access: 0,
        force_logout: false,
        created: seed.now,
        modified: seed.now,
        last_pw_change: seed.now,
        sub: None,
        external_auth_required: false,
        external_auth_key: String::new(),
        notification_daily: false,
        notification_weekly: false,
        notification_monthly: false,
        totp_set: false,
        hotp_counter: None,
    }
}

/// The uuid and the value hash key of a prepared store.
///
/// # Errors
/// `Damaged` when the store was never prepared.
pub fn identity(tx: &mut Tx<'_>) -> Result<(Uuid, [u8; 32])> {
    let missing = || Error::Damaged("the store has no identity; it was never prepared".to_owned());
    let uuid = entente_store::meta::get(tx, "instance_uuid")?.ok_or_else(missing)?;
    let uuid = Uuid::parse_str(&uuid).map_err(|e| Error::Damaged(e.to_string()))?;
    let text = entente_store::meta::get(tx, "value_hash_key")?.ok_or_else(missing)?;
    let mut key = [0u8; 32];
    hex::decode_to_slice(text, &mut key).map_err(|e| Error::Damaged(e.to_string()))?;
    Ok((uuid, key))
}
