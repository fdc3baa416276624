//! Who may do something with an item.
use super::{Item, Organisation};
use crate::action::{self, ActionName};
use crate::call::{Answer, Call};
use crate::problem::{Problem, ProblemDetails};
use entente_engine::policy_view;
use serde::Serialize;
use utoipa::ToSchema;

/// A page of the organisations on this instance that may do something.
#[derive(Debug, Serialize, ToSchema)]
pub struct Audience {
    /// What was asked about.
    item: Item,
    /// The action that was asked about.
    #[schema(value_type = ActionName)]
    action: &'static str,
    /// The organisations, by uuid.
    organisations: Vec<Organisation>,
    /// How many there are on all pages.
    total: usize,
    /// False when this instance has organisations that the caller may not list; they are left out.
    complete: bool,
    /// Send it as `cursor` for the next page; without it this is the last one.
    next_cursor: Option<String>,
}

/// The organisations on this instance that may do something with an event, object, attribute or report.
///
/// For members of the organisation that created it and administrators of the host organisation.
///
/// # Errors
/// 400 for parameters, 403 when the caller may not ask, 404 for what is absent or hidden.
#[utoipa::path(
    get, path = "/api/v1/policy/audience", tag = "policy",
    params(
        ("uuid" = Uuid, Query, description = "An event, object, attribute or report."),
        ("action" = Option<ActionName>, Query, description = "Without it `see`."),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 1000, description = "Organisations of one page, 100 without it."),
        ("cursor" = Option<String>, Query, description = "The `next_cursor` of the page before."),
    ),
    responses(
        (status = 200, description = "One page of organisations.", body = Audience),
        (status = "default", description = "What went wrong and what to change.", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub async fn audience(call: Call) -> Result<Answer, Problem> {
    call.query.only(&["uuid", "action", "limit", "cursor"])?;
    let uuid = call.query.required_uuid("uuid")?;
    let (name, action) = action::named(call.query.get("action"))?;
    let (limit, after) = call.query.page()?;
    let (kind, found) = call
        .read(move |ctx| policy_view::audience(ctx, uuid, action))
        .await?;
    let rest = found
        .orgs
        .iter()
        .filter(|org| after.is_none_or(|after| org.uuid > after));
    let mut page: Vec<_> = rest.take(limit + 1).collect();
    let more = page.len() > limit;
    page.truncate(limit);
    let next_cursor = page.last().filter(|_| more).map(|org| org.uuid.to_string());
    Answer::json(&Audience {
        item: Item::new(uuid, kind),
        action: name,
        organisations: page.into_iter().map(Organisation::from).collect(),
        total: found.orgs.len(),
        complete: found.complete,
        next_cursor,
    })
}
