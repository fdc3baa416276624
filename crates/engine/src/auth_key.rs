//! API keys: made by the server, shown once, limited by address and time. spec: 02#2.2
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::given::{Applying, LINE};
use crate::journal::{Change, Diff, Entry};
use crate::sources::alphanumeric;
use crate::user::rights;
use entente_db::DbError;
use entente_model::account::{AuthKey, User};
use entente_model::draft::Given;
use entente_model::draft::people::AuthKeyDraft;
use entente_model::id::{Ref, UserId};
use entente_model::time::Seconds;
use entente_policy::Permission;
use entente_store::account::{self, Owners};

/// What is said about a key for somebody whose keys are not the caller's business. Field `user_id`.
pub const REFUSED: &str =
    "Invalid user or insufficient privileges to interact with an authkey for the given user.";

const ABSENT: &str = "Invalid auth key";
const LENGTH: usize = 40;
const DAY: Seconds = 86_400;

/// A new key. The secret is shown once and not kept.
pub struct Minted {
    /// Its id.
    pub id: i64,
    /// The key.
    pub secret: String,
}

/// Whether the caller sees and manages the keys of this account: one's own; everybody's as site
/// administrator; as organisation administrator those of the organisation's users but site administrators.
fn manages(ctx: &Ctx<'_, '_>, owner: &User) -> bool {
    owner.id == ctx.actor.user_id()
        || ctx.actor.is_site_admin()
        || (rights::administers(ctx, owner) && !rights::is_site_admin(ctx, owner))
}

/// Whether the caller may make keys for this account. Organisation administrators make none for each
/// other, and none that could not be used.
fn may_mint(ctx: &Ctx<'_, '_>, owner: &User) -> bool {
    let own_or_all = owner.id == ctx.actor.user_id() || ctx.actor.is_site_admin();
    own_or_all
        || (manages(ctx, owner)
            && !rights::is_org_admin(ctx, owner)
            && rights::permissions(ctx, owner).contains(Permission::Auth))
}

/// Keys that the caller manages, with their owners, by id; of one user or of all.
///
/// # Errors
/// Of the database.
pub fn list(ctx: &mut Ctx<'_, '_>, user: Option<UserId>) -> Result<Vec<(User, AuthKey)>> {
    let owners = match user {
        Some(user) => Owners::User(user),
        None if ctx.actor.is_site_admin() => Owners::All,
        None if ctx.actor.can(Permission::Admin) => Owners::Org(ctx.actor.org_id()),
        None => Owners::User(ctx.actor.user_id()),
    };
    let mut keys = account::keys(ctx.tx, owners)?;
    keys.retain(|(owner, _)| manages(ctx, owner));
    for (_, key) in &mut keys {
        ctx.app.key_log().complete(key);
    }
    Ok(keys)
}

/// A key that the caller manages, with its owner.
///
/// # Errors
/// `NotFound`.
pub fn view(ctx: &mut Ctx<'_, '_>, which: Ref) -> Result<(User, AuthKey)> {
    let (owner, mut key) = account::key(ctx.tx, which)?
        .filter(|(owner, _)| manages(ctx, owner))
        .ok_or_else(|| Error::not_found(ABSENT))?;
    ctx.app.key_log().complete(&mut key);
    Ok((owner, key))
}

/// Makes a key for an account.
///
/// # Errors
/// `Denied` with a read-only key; `Fields`, on `user_id` when the account is not the caller's business.
pub fn add(ctx: &mut Ctx<'_, '_>, owner: UserId, draft: &AuthKeyDraft) -> Result<Minted> {
    ctx.require_writing_key()?;
    let owner = account::by_id(ctx.tx, owner)?
        .filter(|owner| may_mint(ctx, owner))
        .ok_or_else(|| Error::field("user_id", REFUSED))?;
    let mut key = blank(ctx, owner.id)?;
    apply(ctx, draft, &mut key)?;
    if let Given::Value(uuid) = draft.uuid {
        key.uuid = uuid;
    }
    store(ctx, &owner, key)
}

/// The key that comes with a new account; none where keys must name the addresses they are used from.
pub(crate) fn first(ctx: &mut Ctx<'_, '_>, owner: UserId) -> Result<Option<String>> {
    if ctx
        .settings
        .bool("Security.mandate_ip_allowlist_advanced_authkeys")
    {
        return Ok(None);
    }
    let Some(owner) = account::by_id(ctx.tx, owner)? else {
        return Ok(None);
    };
    let mut key = blank(ctx, owner.id)?;
    key.expiration = latest(ctx).unwrap_or(0);
    "Initial auto-generated key".clone_into(&mut key.comment);
    Ok(Some(store(ctx, &owner, key)?.secret))
}

fn blank(ctx: &Ctx<'_, '_>, owner: UserId) -> Result<AuthKey> {
    Ok(AuthKey {
        id: 0,
        uuid: ctx.new_uuid()?,
        user: owner,
        start: String::new(),
        end: String::new(),
        created: ctx.now(),
        expiration: 0,
        read_only: false,
        comment: String::new(),
        allowed_ips: Vec::new(),
        unique_ips: Vec::new(),
        last_used: 0,
    })
}

/// Draws the secret and stores its hash.
fn store(ctx: &mut Ctx<'_, '_>, owner: &User, mut key: AuthKey) -> Result<Minted> {
    let secret = alphanumeric(ctx.app.random(), LENGTH)?;
    key.start = secret.chars().take(4).collect();
    key.end = secret.chars().skip(LENGTH - 4).collect();
    let hash = ctx.app.secrets().key_hash(&secret);
    key.id = account::insert_key(ctx.tx, &key, &hash).map_err(|error| match error {
        DbError::Unique { .. } => Error::field("uuid", "A key with this UUID already exists."),
        other => Error::Db(other),
    })?;
    note(ctx, "add", owner, &key, Diff::default())?;
    Ok(Minted { id: key.id, secret })
}

/// Changes remark, addresses, end and read-only flag of a key.
///
/// # Errors
/// `NotFound`; `Denied` with a read-only key; `Fields`.
pub fn edit(ctx: &mut Ctx<'_, '_>, which: Ref, draft: &AuthKeyDraft) -> Result<i64> {
    ctx.require_writing_key()?;
    let (owner, old) = view(ctx, which)?;
    let mut key = old.clone();
    apply(ctx, draft, &mut key)?;
    save(ctx, &owner, &old, &key)?;
    Ok(key.id)
}

fn save(ctx: &mut Ctx<'_, '_>, owner: &User, old: &AuthKey, key: &AuthKey) -> Result<()> {
    account::update_key(ctx.tx, key)?;
    let mut diff = Diff::default();
    diff.field("comment", &old.comment, &key.comment);
    diff.field("expiration", &old.expiration, &key.expiration);
    diff.field("read_only", &i64::from(old.read_only), &i64::from(key.read_only));
    diff.field(
        "allowed_ips",
        &old.allowed_ips.join(" "),
        &key.allowed_ips.join(" "),
    );
    note(ctx, "edit", owner, key, diff)
}

fn apply(ctx: &Ctx<'_, '_>, draft: &AuthKeyDraft, key: &mut AuthKey) -> Result<()> {
    let mut applying = Applying::default();
    if draft.uuid.is_invalid() {
        applying.errors.add("uuid", "Please provide a valid UUID.");
    }
    applying.text("comment", &draft.comment, &mut key.comment, LINE);
    applying.value("read_only", &draft.read_only, &mut key.read_only);
    applying.value("allowed_ips", &draft.allowed_ips, &mut key.allowed_ips);
    let bad = |item: &&String| entente_indicator::address_range(item).is_none();
    if let Some(item) = key.allowed_ips.iter().find(bad) {
        applying.errors.add(
            "allowed_ips",
            format!("{item} is neither an IP address nor a network."),
        );
    }
    let mandatory = ctx
        .settings
        .bool("Security.mandate_ip_allowlist_advanced_authkeys");
    if mandatory && key.allowed_ips.is_empty() {
        applying.errors.add(
            "allowed_ips",
            "This instance asks for the addresses from which a key may be used.",
        );
    }
    apply_end(ctx, &draft.expiration, key, &mut applying);
    applying.finish()
}

/// Where the validity of keys is limited, that limit is the default and the latest end.
fn apply_end(ctx: &Ctx<'_, '_>, given: &Given<Seconds>, key: &mut AuthKey, applying: &mut Applying) {
    if given.is_invalid() {
        applying
            .errors
            .add("expiration", "This is neither a date nor a time.");
    }
    applying.value("expiration", given, &mut key.expiration);
    let Some(latest) = latest(ctx) else {
        return;
    };
    if key.expiration == 0 {
        key.expiration = latest;
    } else if key.expiration > latest && !given.is_absent() {
        applying.errors.add(
            "expiration",
            format!(
                "Keys of this instance end no later than {}.",
                entente_model::time::datetime(latest)
            ),
        );
    }
}

fn latest(ctx: &Ctx<'_, '_>) -> Option<Seconds> {
    ctx.settings
        .number("Security.advanced_authkeys_validity")
        .filter(|days| *days > 0)
        .map(|days| ctx.now().saturating_add(days.saturating_mul(DAY)))
}

/// Removes a key; it is refused from the next request on.
///
/// # Errors
/// `NotFound`; `Denied` with a read-only key.
pub fn delete(ctx: &mut Ctx<'_, '_>, which: Ref) -> Result<()> {
    ctx.require_writing_key()?;
    let (owner, key) = view(ctx, which)?;
    account::delete_key(ctx.tx, key.id)?;
    note(ctx, "delete", &owner, &key, Diff::default())
}

/// Lets a key be used from an address that it has been used from.
///
/// # Errors
/// `NotFound`; `Denied` with a read-only key; `Fields` for an address it was never used from.
pub fn pin(ctx: &mut Ctx<'_, '_>, which: Ref, address: &str) -> Result<i64> {
    ctx.require_writing_key()?;
    let (owner, old) = view(ctx, which)?;
    if !old.unique_ips.iter().any(|seen| seen == address) {
        return Err(Error::field(
            "allowed_ips",
            "This key has not been used from this address.",
        ));
    }
    let mut key = old.clone();
    if !key.allowed_ips.iter().any(|allowed| allowed == address) {
        key.allowed_ips.push(address.to_owned());
    }
    save(ctx, &owner, &old, &key)?;
    Ok(key.id)
}

/// Ends an account's keys and makes a new one with the same remark, addresses and read-only flag. For
/// oneself with a key, only the key in use ends. spec: 02#2.2
///
/// # Errors
/// `NotFound` for accounts that are not the caller's business; `Denied` with a read-only key.
pub fn reset(ctx: &mut Ctx<'_, '_>, owner: UserId) -> Result<Minted> {
    ctx.require_writing_key()?;
    let owner = account::by_id(ctx.tx, owner)?
        .filter(|owner| may_mint(ctx, owner))
        .ok_or_else(|| Error::not_found(crate::user::ABSENT))?;
    let now = ctx.now();
    let own = owner.id == ctx.actor.user_id();
    let in_use = ctx.actor.key.as_ref().map(|key| key.id).filter(|_| own);
    let keys = account::keys(ctx.tx, Owners::User(owner.id))?;
    let valid = |key: &AuthKey| key.expiration == 0 || key.expiration > now;
    let old = keys
        .into_iter()
        .map(|(_, key)| key)
        .filter(valid)
        .rfind(|key| in_use.is_none_or(|id| key.id == id));
    let mut key = blank(ctx, owner.id)?;
    key.expiration = latest(ctx).unwrap_or(0);
    if let Some(old) = &old {
        key.comment.clone_from(&old.comment);
        key.allowed_ips.clone_from(&old.allowed_ips);
        key.read_only = old.read_only;
    }
    match (in_use, old) {
        (Some(_), Some(mut old)) => {
            old.expiration = now;
            account::update_key(ctx.tx, &old)?;
        }
        _ => account::expire_keys(ctx.tx, owner.id, now)?,
    }
    let minted = store(ctx, &owner, key)?;
    ctx.log(&Entry {
        model: "User",
        id: owner.id.0,
        action: "reset_auth_key",
        title: format!("User ({}): {}", owner.id, owner.email),
        change: None,
        description: None,
    })?;
    Ok(minted)
}

fn note(ctx: &mut Ctx<'_, '_>, action: &'static str, owner: &User, key: &AuthKey, diff: Diff) -> Result<()> {
    ctx.log(&Entry {
        model: "AuthKey",
        id: key.id,
        action,
        title: format!(
            "AuthKey ({}): {}…{} of {}",
            key.id, key.start, key.end, owner.email
        ),
        change: diff.into_text(),
        description: None,
    })?;
    ctx.change(&Change {
        kind: action,
        entity: "auth_key",
        id: key.id,
        uuid: Some(key.uuid),
        event: None,
    })?;
    ctx.touch_accounts();
    Ok(())
}
