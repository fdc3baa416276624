//! Lists of accounts for administrators. spec: 03#13.2
use super::rights;
use crate::ctx::Ctx;
use crate::error::Result;
use entente_model::account::User;
use entente_model::id::Ref;
use entente_model::organisation::Organisation;
use entente_model::role::Role;
use entente_policy::Permission;
use std::sync::Arc;

/// What a list of accounts is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Part of an address, organisation or role name, ignoring case.
    pub value: Option<String>,
    /// Conditions by field name without the `search` in front: alternatives separated by `|`, negated
    /// by `!`. Unknown fields are ignored.
    pub fields: Vec<(String, String)>,
}

/// An account with its organisation and role.
pub type Row = (User, Arc<Organisation>, Arc<Role>);

/// The accounts that the caller administers, by id, with organisation and role.
///
/// # Errors
/// Of the database.
pub fn list(ctx: &mut Ctx<'_, '_>, filter: &Filter) -> Result<Vec<Row>> {
    let users = if ctx.actor.is_site_admin() {
        entente_store::account::all(ctx.tx)?
    } else if ctx.actor.can(Permission::Admin) {
        entente_store::account::of_org(ctx.tx, ctx.actor.org_id())?
    } else {
        Vec::new()
    };
    Ok(users
        .into_iter()
        .filter(|user| rights::administers(ctx, user))
        .filter_map(|user| {
            let org = Arc::clone(ctx.directory.org(user.org)?);
            let role = Arc::clone(ctx.directory.role(user.role)?);
            Some((user, org, role))
        })
        .filter(|(user, org, role)| filter.admits(user, org, role))
        .collect())
}

impl Filter {
    fn admits(&self, user: &User, org: &Organisation, role: &Role) -> bool {
        let value = self.value.as_ref().is_none_or(|value| {
            [&user.email, &org.name, &role.name]
                .into_iter()
                .any(|text| contains(text, value))
        });
        value
            && self
                .fields
                .iter()
                .all(|(field, condition)| holds(field, condition, user, org, role))
    }
}

fn contains(text: &str, part: &str) -> bool {
    entente_indicator::fold(text).contains(entente_indicator::fold(part.trim()).as_ref())
}

/// At least one alternative applies, where there are any, and no negated one does.
fn holds(field: &str, condition: &str, user: &User, org: &Organisation, role: &Role) -> bool {
    let mut wanted = false;
    let mut found = false;
    for alternative in condition
        .split('|')
        .map(str::trim)
        .filter(|text| !text.is_empty())
    {
        let (negated, text) = match alternative.strip_prefix('!') {
            Some(text) => (true, text),
            None => (false, alternative),
        };
        let Some(applies) = applies(field, text, user, org, role) else {
            return true;
        };
        if negated && applies {
            return false;
        }
        wanted |= !negated;
        found |= !negated && applies;
    }
    !wanted || found
}

/// Whether one condition applies; `None` for unknown fields.
fn applies(field: &str, text: &str, user: &User, org: &Organisation, role: &Role) -> Option<bool> {
    let flag = |flag: bool| flag == !matches!(text, "0" | "false");
    Some(match field {
        "email" => contains(&user.email, text),
        "org" => match Ref::parse(text) {
            Some(Ref::Id(id)) => org.id.0 == id,
            Some(Ref::Uuid(uuid)) => org.uuid == uuid,
            None => entente_store::name_key(&org.name) == entente_store::name_key(text),
        },
        "role" => match Ref::parse(text) {
            Some(Ref::Id(id)) => role.id.0 == id,
            _ => entente_store::name_key(&role.name) == entente_store::name_key(text),
        },
        "invitedby" | "invited_by" => user.invited_by.0.to_string() == text,
        "nidssid" | "nids_sid" => user.nids_sid.to_string() == text,
        "autoalert" => flag(user.autoalert),
        "contactalert" => flag(user.contactalert),
        "termsaccepted" => flag(user.termsaccepted),
        "disabled" => flag(user.disabled),
        "changepw" | "change_pw" => flag(user.change_pw),
        "gpgkey" => flag(!user.gpgkey.is_empty()),
        "certifpublic" | "certif_public" => flag(!user.certif_public.is_empty()),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_texts_ignore_case() {
        assert!(contains("Testusr@User.local", "USR@user"));
        assert!(!contains("a@b.example", "c@b"));
    }
}
