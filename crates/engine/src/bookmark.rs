//! Addresses that users keep, for themselves or their organisation. spec: 03#17
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use entente_model::draft::Given;
use entente_model::finding::FieldErrors;
use entente_model::id::UserId;
pub use entente_store::bookmark::{Bookmark, Query, Reach};
use std::collections::HashMap;

const MAX_NAME: usize = 255;
const MAX_TEXT: usize = 65_535;

/// What a caller says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Draft {
    /// What it is called.
    pub name: Option<String>,
    /// Where it leads: a path on this instance or an HTTP address.
    pub url: Option<String>,
    /// Colleagues see it.
    pub exposed_to_org: Given<bool>,
    /// Remark.
    pub comment: Option<String>,
}

/// Whose bookmarks a caller asks for: `mine`, `org`, `all`; otherwise what it can use.
#[must_use]
pub fn reach(ctx: &Ctx<'_, '_>, scope: Option<&str>) -> Reach {
    let (user, org) = (ctx.actor.user_id(), ctx.actor.org_id());
    match scope {
        Some("mine") => Reach::Own(user),
        Some("org") => Reach::Exposed(org),
        Some("all") if ctx.actor.is_site_admin() => Reach::All,
        _ => Reach::Usable(user, org),
    }
}

/// Bookmarks within reach.
///
/// # Errors
/// Of the database.
pub fn search(ctx: &mut Ctx<'_, '_>, scope: Option<&str>, query: &Query) -> Result<Vec<Bookmark>> {
    let reach = reach(ctx, scope);
    Ok(entente_store::bookmark::search(ctx.tx, reach, query)?)
}

/// A bookmark that the caller can use.
///
/// # Errors
/// `NotFound`.
pub fn find(ctx: &mut Ctx<'_, '_>, id: Option<i64>) -> Result<Bookmark> {
    let found = match id {
        Some(id) => entente_store::bookmark::find(ctx.tx, id)?,
        None => None,
    };
    let (user, org, all) = (ctx.actor.user_id(), ctx.actor.org_id(), ctx.actor.is_site_admin());
    found
        .filter(|row| all || row.user == user || row.exposed_to_org && row.org == org)
        .ok_or_else(|| Error::not_found("Invalid Bookmark."))
}

/// A bookmark that the caller may change: its own, or any for site administrators.
fn own(ctx: &mut Ctx<'_, '_>, id: Option<i64>) -> Result<Bookmark> {
    let row = find(ctx, id)?;
    if row.user == ctx.actor.user_id() || ctx.actor.is_site_admin() {
        Ok(row)
    } else {
        Err(Error::denied("You are not authorised to do that."))
    }
}

/// The addresses of the owners of bookmarks. Colleagues know each other's; others' are for site administrators.
///
/// # Errors
/// Of the database.
pub fn owners(ctx: &mut Ctx<'_, '_>, rows: &[Bookmark]) -> Result<HashMap<UserId, String>> {
    let mut owners = HashMap::new();
    for row in rows {
        let shown = ctx.actor.is_site_admin() || row.org == ctx.actor.org_id();
        if !shown || owners.contains_key(&row.user) {
            continue;
        }
        if let Some(user) = entente_store::account::by_id(ctx.tx, row.user)? {
            owners.insert(row.user, user.email);
        }
    }
    Ok(owners)
}

fn writable(ctx: &Ctx<'_, '_>) -> Result<()> {
    if ctx.actor.read_only() {
        return Err(Error::denied(
            "You do not have permission to use this functionality.",
        ));
    }
    Ok(())
}

fn applied(before: &Bookmark, draft: &Draft) -> Result<Bookmark> {
    let mut after = before.clone();
    let mut errors = FieldErrors::default();
    if let Some(name) = &draft.name {
        name.trim().clone_into(&mut after.name);
    }
    if let Some(url) = &draft.url {
        url.trim().clone_into(&mut after.url);
    }
    if draft.comment.is_some() {
        after.comment.clone_from(&draft.comment);
    }
    after.exposed_to_org = draft.exposed_to_org.clone().or(before.exposed_to_org);
    if after.name.is_empty() || after.name.len() > MAX_NAME {
        errors.add("name", format!("A name of 1 to {MAX_NAME} bytes is needed."));
    }
    // Colleagues click on it, so it is nothing that a browser would run.
    let leads = ["/", "http://", "https://"]
        .iter()
        .any(|start| after.url.starts_with(start));
    if !leads || after.url.len() > MAX_TEXT || after.url.chars().any(char::is_control) {
        errors.add("url", "An address that starts with / or http(s):// is needed.");
    }
    if after.comment.as_ref().is_some_and(|text| text.len() > MAX_TEXT) {
        errors.add("comment", format!("At most {MAX_TEXT} bytes."));
    }
    errors.into_result()?;
    Ok(after)
}

/// Keeps an address.
///
/// # Errors
/// `Denied` with a read-only key; `Fields`.
pub fn add(ctx: &mut Ctx<'_, '_>, draft: &Draft) -> Result<i64> {
    writable(ctx)?;
    let blank = Bookmark {
        id: 0,
        user: ctx.actor.user_id(),
        org: ctx.actor.org_id(),
        name: String::new(),
        url: String::new(),
        exposed_to_org: false,
        comment: None,
    };
    Ok(entente_store::bookmark::insert(ctx.tx, &applied(&blank, draft)?)?)
}

/// Changes a bookmark.
///
/// # Errors
/// `NotFound`, `Denied`, `Fields`.
pub fn edit(ctx: &mut Ctx<'_, '_>, id: Option<i64>, draft: &Draft) -> Result<i64> {
    writable(ctx)?;
    let before = own(ctx, id)?;
    entente_store::bookmark::update(ctx.tx, &applied(&before, draft)?)?;
    Ok(before.id)
}

/// Forgets a bookmark.
///
/// # Errors
/// `NotFound`, `Denied`.
pub fn remove(ctx: &mut Ctx<'_, '_>, id: Option<i64>) -> Result<i64> {
    writable(ctx)?;
    let row = own(ctx, id)?;
    entente_store::bookmark::delete(ctx.tx, row.id)?;
    Ok(row.id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_ones_to_click_on() {
        let blank = Bookmark {
            id: 0,
            user: entente_model::id::UserId(1),
            org: entente_model::id::OrgId(1),
            name: String::new(),
            url: String::new(),
            exposed_to_org: false,
            comment: None,
        };
        let draft = |url: &str| Draft {
            name: Some("x".to_owned()),
            url: Some(url.to_owned()),
            ..Draft::default()
        };
        assert!(applied(&blank, &draft("/events/index")).is_ok());
        assert!(applied(&blank, &draft("https://example.org/")).is_ok());
        for bad in [
            "",
            "javascript:alert(1)",
            "data:text/html,x",
            "example.org",
            "/a\nb",
        ] {
            assert!(applied(&blank, &draft(bad)).is_err(), "{bad}");
        }
    }
}
