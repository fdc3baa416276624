//! Who may do what to whom. spec: 02#3.3, 11#SR-AZ-6
use super::ABSENT;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use entente_model::account::User;
use entente_model::id::{OrgId, RoleId, UserId};
use entente_model::organisation::Organisation;
use entente_policy::{Permission, Permissions};

/// Permissions that only site administrators hand out: they reach beyond one organisation.
const BEYOND_ONE_ORGANISATION: Permissions = Permissions::of(&[
    Permission::SiteAdmin,
    Permission::Sync,
    Permission::RegexpAccess,
    Permission::Release,
    Permission::BreakGlass,
]);

/// The permissions of an account's role.
pub(crate) fn permissions(ctx: &Ctx<'_, '_>, user: &User) -> Permissions {
    ctx.directory
        .role(user.role)
        .map_or(Permissions::NONE, |role| Permissions::from_bits(role.permissions))
}

/// Whether an account administers the instance.
pub(crate) fn is_site_admin(ctx: &Ctx<'_, '_>, user: &User) -> bool {
    permissions(ctx, user).contains(Permission::SiteAdmin)
}

/// Whether an account administers its organisation.
pub(crate) fn is_org_admin(ctx: &Ctx<'_, '_>, user: &User) -> bool {
    permissions(ctx, user).contains(Permission::Admin)
}

/// Whether the caller administers this account: everybody as site administrator, one's own organisation
/// as its administrator.
pub(crate) fn administers(ctx: &Ctx<'_, '_>, user: &User) -> bool {
    ctx.actor.is_site_admin() || (ctx.actor.can(Permission::Admin) && user.org == ctx.actor.org_id())
}

/// An account that the caller administers, to look at.
///
/// # Errors
/// `NotFound`.
pub(crate) fn administered(ctx: &mut Ctx<'_, '_>, id: UserId) -> Result<User> {
    entente_store::account::by_id(ctx.tx, id)?
        .filter(|user| administers(ctx, user))
        .ok_or_else(|| Error::not_found(ABSENT))
}

/// An account that the caller may change or remove.
///
/// # Errors
/// `NotFound`; `Denied` for a site administrator's account, unless by one.
pub(crate) fn managed(ctx: &mut Ctx<'_, '_>, id: UserId) -> Result<User> {
    ctx.require_writing_key()?;
    let user = administered(ctx, id)?;
    if is_site_admin(ctx, &user) && !ctx.actor.is_site_admin() {
        return Err(Error::denied(
            "Only a site administrator may change this account.",
        ));
    }
    Ok(user)
}

/// Whether the caller may give this role to somebody of this organisation. The role that the account has
/// already may always be kept.
///
/// # Errors
/// `Fields` when the role does not exist or belongs to another organisation; `Denied` when only a site
/// administrator may give it.
pub(crate) fn check_role(
    ctx: &Ctx<'_, '_>,
    role: RoleId,
    org: OrgId,
    before: Option<(RoleId, OrgId)>,
) -> Result<()> {
    if before == Some((role, org)) {
        return Ok(());
    }
    let Some(wanted) = ctx.directory.role(role) else {
        return Err(Error::field("role_id", "Invalid role"));
    };
    let permissions = Permissions::from_bits(wanted.permissions);
    let reserved = wanted.restricted_to_site_admin || permissions.intersects(BEYOND_ONE_ORGANISATION);
    if reserved && !ctx.actor.is_site_admin() && before.map(|(role, _)| role) != Some(role) {
        return Err(Error::denied(
            "You are not authorised to assign that role to a user.",
        ));
    }
    if permissions.contains(Permission::SiteAdmin)
        && ctx.settings.bool("Security.limit_site_admins_to_host_org")
        && org != ctx.settings.host_org()
    {
        return Err(Error::field(
            "role_id",
            "Site administrators must belong to the host organisation.",
        ));
    }
    Ok(())
}

/// Whether an address lies in a domain that the organisation admits. spec: 02#3.3
pub(crate) fn fits_domains(org: &Organisation, email: &str) -> bool {
    if org.restricted_to_domain.is_empty() {
        return true;
    }
    let Some((_, domain)) = email.rsplit_once('@') else {
        return false;
    };
    let domain = domain.to_lowercase();
    org.restricted_to_domain
        .iter()
        .any(|allowed| match domain.strip_suffix(allowed.as_str()) {
            Some(rest) => rest.is_empty() || rest.ends_with('.'),
            None => false,
        })
}

/// Whether a text can be a mail address.
pub(crate) fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    text.len() <= 255
        && !local.is_empty()
        && !domain.is_empty()
        && !text.chars().any(|c| c.is_control() || c.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_need_two_sides_and_no_blanks() {
        assert!(is_email("testusr@user.local"));
        for bad in ["", "x", "@x", "x@", "a b@c", "a@b\r\nBcc: x"] {
            assert!(!is_email(bad), "{bad:?}");
        }
    }

    #[test]
    fn domains_include_their_subdomains_only() {
        let org = Organisation {
            id: OrgId(1),
            uuid: uuid::Uuid::nil(),
            name: String::new(),
            created: 0,
            modified: 0,
            description: String::new(),
            kind: String::new(),
            nationality: String::new(),
            sector: String::new(),
            contacts: String::new(),
            created_by: UserId(1),
            local: true,
            restricted_to_domain: vec!["harbour.example".to_owned()],
            landing_page: None,
        };
        assert!(fits_domains(&org, "a@harbour.example"));
        assert!(fits_domains(&org, "a@Mail.Harbour.example"));
        assert!(!fits_domains(&org, "a@evilharbour.example"));
        assert!(!fits_domains(&org, "a@harbour.example.org"));
    }
}
