//! Fields of an account: applying a draft, checking the result, writing down what changed.
use super::rights;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::given::{Applying, FREE_TEXT, LINE};
use crate::journal::{Change, Diff, Entry};
use entente_db::DbError;
use entente_model::account::User;
use entente_model::draft::Given;
use entente_model::draft::people::UserDraft;

const EMAIL_TAKEN: &str = "An account with this email address already exists.";

/// Fields that everybody may set on the own profile. spec: 03#13.2
pub(super) fn apply_profile(draft: &UserDraft, user: &mut User, applying: &mut Applying) {
    applying.value("autoalert", &draft.autoalert, &mut user.autoalert);
    applying.value("contactalert", &draft.contactalert, &mut user.contactalert);
    applying.text("gpgkey", &draft.gpgkey, &mut user.gpgkey, FREE_TEXT);
    applying.text(
        "certif_public",
        &draft.certif_public,
        &mut user.certif_public,
        FREE_TEXT,
    );
    applying.value("nids_sid", &draft.nids_sid, &mut user.nids_sid);
    applying.value("disabled", &draft.disabled, &mut user.disabled);
    applying.value(
        "notification_daily",
        &draft.notification_daily,
        &mut user.notification_daily,
    );
    applying.value(
        "notification_weekly",
        &draft.notification_weekly,
        &mut user.notification_weekly,
    );
    applying.value(
        "notification_monthly",
        &draft.notification_monthly,
        &mut user.notification_monthly,
    );
}

/// Fields that administrators set besides; those about external identity only as site administrator.
pub(super) fn apply_administration(
    ctx: &Ctx<'_, '_>,
    draft: &UserDraft,
    user: &mut User,
    applying: &mut Applying,
) {
    applying.value("termsaccepted", &draft.termsaccepted, &mut user.termsaccepted);
    applying.value("newsread", &draft.newsread, &mut user.newsread);
    applying.value("change_pw", &draft.change_pw, &mut user.change_pw);
    applying.value("expiration", &draft.expiration, &mut user.expiration);
    applying.value("force_logout", &draft.force_logout, &mut user.force_logout);
    if !ctx.actor.is_site_admin() {
        return;
    }
    applying.value("server_id", &draft.server, &mut user.server);
    let mut sub = user.sub.clone().unwrap_or_default();
    applying.text("sub", &draft.sub, &mut sub, LINE);
    user.sub = (!sub.is_empty()).then_some(sub);
    applying.value(
        "external_auth_required",
        &draft.external_auth_required,
        &mut user.external_auth_required,
    );
    applying.text(
        "external_auth_key",
        &draft.external_auth_key,
        &mut user.external_auth_key,
        LINE,
    );
}

/// The address, with its form, uniqueness and the domains of the organisation.
pub(super) fn apply_email(
    ctx: &mut Ctx<'_, '_>,
    email: &Given<String>,
    user: &mut User,
    applying: &mut Applying,
) -> Result<()> {
    let before = user.email.clone();
    applying.text("email", email, &mut user.email, LINE);
    if user.email == before && !before.is_empty() {
        return Ok(());
    }
    if !rights::is_email(&user.email) {
        applying
            .errors
            .add("email", "Please enter a valid email address.");
        return Ok(());
    }
    let other = entente_store::account::by_email(ctx.tx, &user.email)?;
    if other.is_some_and(|other| other.id != user.id) {
        applying.errors.add("email", EMAIL_TAKEN);
    }
    Ok(())
}

/// The mail domains of the organisation bind all but site administrators.
pub(super) fn check_domain(ctx: &Ctx<'_, '_>, user: &User, applying: &mut Applying) {
    let Some(org) = ctx.directory.org(user.org) else {
        applying.errors.add("org_id", "Invalid organisation");
        return;
    };
    if !ctx.actor.is_site_admin() && !rights::fits_domains(org, &user.email) {
        applying.errors.add(
            "email",
            format!(
                "The email address must belong to one of these domains: {}.",
                org.restricted_to_domain.join(", ")
            ),
        );
    }
}

/// The database has the last word on uniqueness: another request may have come first.
pub(super) fn taken(error: DbError) -> Error {
    if error.is_unique() {
        Error::field("email", EMAIL_TAKEN)
    } else {
        Error::Db(error)
    }
}

/// What differs, without secrets and book-keeping columns. spec: 03#16
pub(super) fn changes(old: &User, new: &User) -> Diff {
    let mut diff = Diff::default();
    diff.field("email", &old.email, &new.email);
    diff.field("org_id", &old.org, &new.org);
    diff.field("role_id", &old.role, &new.role);
    diff.field("server_id", &old.server, &new.server);
    diff.field("gpgkey", &old.gpgkey, &new.gpgkey);
    diff.field("certif_public", &old.certif_public, &new.certif_public);
    diff.field("nids_sid", &old.nids_sid, &new.nids_sid);
    let end = |user: &User| {
        user.expiration
            .map(entente_model::time::datetime)
            .unwrap_or_default()
    };
    diff.field("expiration", &end(old), &end(new));
    let sub = |user: &User| user.sub.clone().unwrap_or_default();
    diff.field("sub", &sub(old), &sub(new));
    diff.field(
        "external_auth_key",
        &old.external_auth_key,
        &new.external_auth_key,
    );
    for (name, before, after) in flags(old, new) {
        diff.field(name, &i64::from(before), &i64::from(after));
    }
    diff
}

fn flags(old: &User, new: &User) -> [(&'static str, bool, bool); 10] {
    [
        ("autoalert", old.autoalert, new.autoalert),
        ("contactalert", old.contactalert, new.contactalert),
        ("termsaccepted", old.termsaccepted, new.termsaccepted),
        ("change_pw", old.change_pw, new.change_pw),
        ("disabled", old.disabled, new.disabled),
        ("force_logout", old.force_logout, new.force_logout),
        (
            "external_auth_required",
            old.external_auth_required,
            new.external_auth_required,
        ),
        (
            "notification_daily",
            old.notification_daily,
            new.notification_daily,
        ),
        (
            "notification_weekly",
            old.notification_weekly,
            new.notification_weekly,
        ),
        (
            "notification_monthly",
            old.notification_monthly,
            new.notification_monthly,
        ),
    ]
}

/// Writes down what happened to an account.
pub(super) fn note(
    ctx: &mut Ctx<'_, '_>,
    action: &'static str,
    user: &User,
    change: Option<String>,
) -> Result<()> {
    ctx.log(&Entry {
        model: "User",
        id: user.id.0,
        action,
        title: format!("User ({}): {}", user.id, user.email),
        change,
        description: None,
    })?;
    ctx.change(&Change {
        kind: action,
        entity: "user",
        id: user.id.0,
        uuid: None,
        event: None,
    })?;
    ctx.touch_accounts();
    Ok(())
}
