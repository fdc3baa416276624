//! User accounts: who sees, adds, changes and removes whom. spec: 03#13, 02#3.3
//!
//! Site administrators manage everybody, organisation administrators the users of their own organisation
//! except site administrators, everybody their own profile. The rules are in `rights`; one site
//! administrator always remains.
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use entente_model::account::{User, UserSetting};
use entente_model::id::UserId;
use entente_model::organisation::Organisation;
use entente_model::role::Role;
use std::sync::Arc;

mod add;
mod change;
mod edit;
mod list;
mod password;
pub(crate) mod rights;

pub use add::{Added, add};
pub use edit::{Toggle, admin_edit, delete, edit_own, toggle};
pub use list::{Filter, Row, list};
pub use password::{change_own_password, reset_password};

pub(crate) use add::{default_role, insert};

/// What is answered for an account that is absent or not the caller's business.
pub(crate) const ABSENT: &str = "Invalid user";

/// An account with what is shown around it.
#[derive(Debug, Clone)]
pub struct Viewed {
    /// The account.
    pub user: User,
    /// Its role.
    pub role: Arc<Role>,
    /// Its organisation.
    pub org: Arc<Organisation>,
    /// What the user has set.
    pub settings: Vec<UserSetting>,
    /// Administrators of its organisation, for the view of administrators.
    pub org_admins: Vec<(UserId, String)>,
}

/// An account as its owner or a site administrator sees it.
///
/// # Errors
/// `NotFound` for everybody else.
pub fn view(ctx: &mut Ctx<'_, '_>, id: UserId) -> Result<Viewed> {
    if id != ctx.actor.user_id() && !ctx.actor.is_site_admin() {
        return Err(Error::not_found(ABSENT));
    }
    let user = entente_store::account::by_id(ctx.tx, id)?.ok_or_else(|| Error::not_found(ABSENT))?;
    around(ctx, user)
}

/// An account as an administrator sees it, with the administrators of its organisation.
///
/// # Errors
/// `NotFound` for accounts that the caller does not administer.
pub fn admin_view(ctx: &mut Ctx<'_, '_>, id: UserId) -> Result<Viewed> {
    let user = rights::administered(ctx, id)?;
    let org_admins = entente_store::account::of_org(ctx.tx, user.org)?
        .into_iter()
        .filter(|user| rights::is_org_admin(ctx, user))
        .map(|user| (user.id, user.email))
        .collect();
    let mut viewed = around(ctx, user)?;
    viewed.org_admins = org_admins;
    Ok(viewed)
}

fn around(ctx: &mut Ctx<'_, '_>, user: User) -> Result<Viewed> {
    let missing = |what: &str| Error::Damaged(format!("account {} has no {what}", user.id));
    Ok(Viewed {
        role: ctx
            .directory
            .role(user.role)
            .cloned()
            .ok_or_else(|| missing("role"))?,
        org: ctx
            .directory
            .org(user.org)
            .cloned()
            .ok_or_else(|| missing("organisation"))?,
        settings: entente_store::user_setting::of_user(ctx.tx, user.id)?,
        org_admins: Vec::new(),
        user,
    })
}
