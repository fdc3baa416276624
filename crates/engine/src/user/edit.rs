//! Changing and removing accounts.
use super::{ABSENT, change, password, rights};
use crate::actor::Actor;
use crate::app::App;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::given::Applying;
use crate::role::keep_an_administrator;
use entente_model::account::User;
use entente_model::draft::Given;
use entente_model::draft::people::UserDraft;
use entente_model::id::{OrgId, RoleId, UserId};
use std::sync::Arc;

/// Changes an account as its administrator. What the caller may not change (organisation, and address or
/// password where the instance says so) stays as it is. spec: 03#13.2, 02#3.3
///
/// # Errors
/// `NotFound` for accounts the caller does not administer; `Denied` for site administrators' accounts and
/// for roles that the caller may not give; `Fields`; `Conflict` for the last site administrator.
pub async fn admin_edit(app: &App, actor: &Arc<Actor>, id: UserId, mut draft: UserDraft) -> Result<()> {
    if !actor.is_site_admin() {
        draft.org = Given::Absent;
        keep_what_is_fixed(app, &mut draft);
    }
    let new_password = password::prepare(app, actor, id, &draft.password, rights::managed).await?;
    app.write(Arc::clone(actor), move |ctx| {
        let old = rights::managed(ctx, id)?;
        let mut applying = Applying::default();
        let mut user = old.clone();
        assign(ctx, &draft, &old, &mut user, &mut applying)?;
        change::apply_profile(&draft, &mut user, &mut applying);
        change::apply_administration(ctx, &draft, &mut user, &mut applying);
        save(ctx, &draft, &old, user, applying, new_password.as_deref())
    })
    .await
}

/// Changes one's own profile: alerts, keys for mail, notifications, address, password. Everything else that
/// is sent is ignored. spec: 03#13.2, 11#BI-A21
///
/// # Errors
/// `Denied` with a read-only key; `Fields`; `Conflict` for the last site administrator.
pub async fn edit_own(app: &App, actor: &Arc<Actor>, mut draft: UserDraft) -> Result<()> {
    if !actor.is_site_admin() {
        keep_what_is_fixed(app, &mut draft);
    }
    let id = actor.user_id();
    let new_password = password::prepare(app, actor, id, &draft.password, own).await?;
    app.write(Arc::clone(actor), move |ctx| {
        let old = own(ctx, id)?;
        let mut applying = Applying::default();
        let mut user = old.clone();
        change::apply_profile(&draft, &mut user, &mut applying);
        if new_password.is_some() {
            user.change_pw = false;
        }
        save(ctx, &draft, &old, user, applying, new_password.as_deref())
    })
    .await
}

/// The caller's own account, to change.
pub(super) fn own(ctx: &mut Ctx<'_, '_>, id: UserId) -> Result<User> {
    ctx.require_writing_key()?;
    entente_store::account::by_id(ctx.tx, id)?.ok_or_else(|| Error::not_found(ABSENT))
}

fn keep_what_is_fixed(app: &App, draft: &mut UserDraft) {
    let settings = app.settings();
    if settings.bool("MISP.disable_user_login_change") {
        draft.email = Given::Absent;
    }
    if settings.bool("MISP.disable_user_password_change") {
        draft.password = Given::Absent;
    }
}

/// Organisation and role.
fn assign(
    ctx: &Ctx<'_, '_>,
    draft: &UserDraft,
    old: &User,
    user: &mut User,
    applying: &mut Applying,
) -> Result<()> {
    match &draft.org {
        Given::Absent => {}
        given => match given.as_value().map(|id| OrgId(*id)) {
            Some(id) if ctx.directory.org(id).is_some() => user.org = id,
            _ => applying.errors.add("org_id", "Invalid organisation"),
        },
    }
    match &draft.role {
        Given::Absent => {}
        Given::Invalid => applying.errors.add("role_id", "Invalid role"),
        Given::Value(id) => user.role = RoleId(*id),
    }
    rights::check_role(ctx, user.role, user.org, Some((old.role, old.org)))
}

fn save(
    ctx: &mut Ctx<'_, '_>,
    draft: &UserDraft,
    old: &User,
    mut user: User,
    mut applying: Applying,
    new_password: Option<&str>,
) -> Result<()> {
    change::apply_email(ctx, &draft.email, &mut user, &mut applying)?;
    if user.email != old.email {
        change::check_domain(ctx, &user, &mut applying);
    }
    applying.finish()?;
    user.modified = ctx.now();
    let mut diff = change::changes(old, &user);
    entente_store::account::update(ctx.tx, &user).map_err(change::taken)?;
    if let Some(hash) = new_password {
        diff.secret("password");
        entente_store::account::set_password(ctx.tx, user.id, hash, ctx.now())?;
    }
    if user.org != old.org {
        crate::organisation::make_local(ctx, user.org)?;
    }
    if loses_administration(ctx, old, &user) {
        keep_an_administrator(ctx)?;
    }
    change::note(ctx, "edit", &user, diff.into_text())
}

/// Whether an account that administers the instance for good would no longer do so.
fn loses_administration(ctx: &Ctx<'_, '_>, old: &User, new: &User) -> bool {
    let permanent =
        |user: &User| rights::is_site_admin(ctx, user) && !user.disabled && user.expiration.is_none();
    permanent(old) && !permanent(new)
}

/// Removes an account with its keys and settings; what it has written stays.
///
/// # Errors
/// `NotFound`; `Denied` for site administrators' accounts; `Conflict` for the last site administrator.
pub fn delete(ctx: &mut Ctx<'_, '_>, id: UserId) -> Result<()> {
    let user = rights::managed(ctx, id)?;
    entente_store::account::delete(ctx.tx, id)?;
    if rights::is_site_admin(ctx, &user) {
        keep_an_administrator(ctx)?;
    }
    change::note(ctx, "delete", &user, None)
}

/// A flag that can be set on many accounts at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Toggle {
    /// Switches accounts off.
    Disabled,
    /// Wants mail on publication.
    Autoalert,
    /// Ends sessions.
    ForceLogout,
}

impl Toggle {
    /// The flag with this wire name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [
            ("disabled", Self::Disabled),
            ("autoalert", Self::Autoalert),
            ("force_logout", Self::ForceLogout),
        ]
        .into_iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name))
        .map(|(_, toggle)| toggle)
    }

    fn of(self, user: &mut User) -> &mut bool {
        match self {
            Self::Disabled => &mut user.disabled,
            Self::Autoalert => &mut user.autoalert,
            Self::ForceLogout => &mut user.force_logout,
        }
    }
}

/// Sets a flag on all of these accounts, or on none of them; answers how many changed. spec: 11#SR-AZ-2
///
/// # Errors
/// As [`admin_edit`], for the first account that refuses.
pub fn toggle(ctx: &mut Ctx<'_, '_>, ids: &[i64], toggle: Toggle, on: bool) -> Result<usize> {
    let mut changed = 0;
    let mut check_administrators = false;
    for id in ids {
        let old = rights::managed(ctx, UserId(*id))?;
        let mut user = old.clone();
        *toggle.of(&mut user) = on;
        if *toggle.of(&mut user) == *toggle.of(&mut old.clone()) {
            continue;
        }
        user.modified = ctx.now();
        check_administrators |= loses_administration(ctx, &old, &user);
        entente_store::account::update(ctx.tx, &user)?;
        change::note(ctx, "edit", &user, change::changes(&old, &user).into_text())?;
        changed += 1;
    }
    if check_administrators {
        keep_an_administrator(ctx)?;
    }
    Ok(changed)
}
