//! The directory of sharing communities, and asking for access to one. spec: 03#17, 08#12
use crate::ctx::Ctx;
use crate::error::{Error, Result};
pub use entente_knowledge::shipped::Community;
use entente_model::id::Ref;
use std::fmt::Write as _;

/// The communities of the directory that fit, each with its place in it, from 1.
///
/// # Errors
/// `Damaged` when the shipped directory cannot be read.
pub fn list(vetted_only: bool, text: Option<&str>) -> Result<Vec<(usize, Community)>> {
    let all = entente_knowledge::shipped::communities().map_err(|e| Error::Damaged(e.to_string()))?;
    let text = text.map(str::to_lowercase);
    let holds = |field: &str| {
        text.as_ref()
            .is_none_or(|text| field.to_lowercase().contains(text))
    };
    Ok(all
        .into_iter()
        .enumerate()
        .map(|(place, community)| (place + 1, community))
        .filter(|(_, community)| !vetted_only || community.misp_project_vetted)
        .filter(|(_, community)| {
            [&community.name, &community.description, &community.org_name]
                .into_iter()
                .any(|field| holds(field))
        })
        .collect())
}

/// A community by its place or uuid.
///
/// # Errors
/// `NotFound`.
pub fn find(community: Option<Ref>) -> Result<(usize, Community)> {
    let wanted = |place: usize, row: &Community| match community {
        Some(Ref::Id(id)) => i64::try_from(place) == Ok(id),
        Some(Ref::Uuid(uuid)) => row.uuid == Some(uuid),
        None => false,
    };
    list(false, None)?
        .into_iter()
        .find(|(place, row)| wanted(*place, row))
        .ok_or_else(|| Error::not_found("Community not found."))
}

/// What an applicant says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Application {
    /// Name of the organisation.
    pub org_name: String,
    /// Its identity.
    pub org_uuid: String,
    /// What it is.
    pub org_description: String,
    /// Where to answer.
    pub email: String,
    /// Key for the answer.
    pub gpgkey: String,
    /// Words to the community.
    pub message: String,
    /// Say nothing of this instance.
    pub anonymise: bool,
    /// Ask for a synchronisation user.
    pub sync: bool,
}

/// A composed mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Recipient.
    pub to: String,
    /// Where to answer.
    pub reply_to: String,
    /// Subject.
    pub subject: String,
    /// Header lines.
    pub headers: String,
    /// Text.
    pub message: String,
}

/// The mail that asks for access.
///
/// # Errors
/// `Fields` for a header that is no single line.
pub fn compose(ctx: &Ctx<'_, '_>, community: &Community, application: &Application) -> Result<Mail> {
    let email = if application.email.is_empty() {
        ctx.actor.user.email.clone()
    } else {
        application.email.clone()
    };
    let org = if application.org_name.is_empty() {
        ctx.actor.org.name.clone()
    } else {
        application.org_name.clone()
    };
    for (field, text) in [("email", &email), ("org_name", &org)] {
        if text.chars().any(char::is_control) {
            return Err(Error::field(field, "One line is expected."));
        }
    }
    let subject = format!("[{org}] Requesting MISP access to {}", community.name);
    let mut headers = String::new();
    for (name, value) in [
        ("To", &community.email),
        ("Reply-To", &email),
        ("Subject", &subject),
    ] {
        let _ = writeln!(headers, "{name}: {value}");
    }
    Ok(Mail {
        message: text(ctx, community, application, &org, &email),
        to: community.email.clone(),
        reply_to: email,
        subject,
        headers,
    })
}

fn text(
    ctx: &Ctx<'_, '_>,
    community: &Community,
    application: &Application,
    org: &str,
    email: &str,
) -> String {
    let uuid = if application.org_uuid.is_empty() {
        ctx.actor.org.uuid.to_string()
    } else {
        application.org_uuid.clone()
    };
    let mut out = format!("To the community {},\n\nwe ask for access.\n\n", community.name);
    for (name, value) in [
        ("Organisation", org),
        ("Organisation UUID", &uuid),
        ("Description", &application.org_description),
        ("Address", email),
        ("OpenPGP key", &application.gpgkey),
    ] {
        if !value.is_empty() {
            let _ = writeln!(out, "{name}: {value}");
        }
    }
    let sync = if application.sync { "yes" } else { "no" };
    let _ = writeln!(out, "Synchronisation wanted: {sync}");
    if !application.anonymise {
        let _ = writeln!(out, "Asked from: {}", ctx.app.base_url());
    }
    if !application.message.is_empty() {
        let _ = write!(out, "\n{}\n", application.message);
    }
    out
}
