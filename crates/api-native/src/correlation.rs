//! What one attribute correlates with, however much that is. spec: 05#1
use crate::call::{Answer, Call};
use crate::policy::Organisation;
use crate::problem::{Problem, ProblemDetails};
use entente_engine::correlation::{self, Page};
use entente_indicator::AttributeType;
use entente_model::attribute::Attribute;
use entente_model::event::Event;
use entente_model::id::{ElementId, Ref};
use entente_model::time::rfc3339;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A page of the attributes of other events that correlate with one.
#[derive(Debug, Serialize, ToSchema)]
pub struct Correlations {
    /// The attribute that was asked about.
    attribute: Value,
    /// So many share its value that views and searches leave it out (`MISP.correlation_limit`).
    over_correlating: bool,
    /// Its value, or a half of it, is excluded from correlation.
    excluded: bool,
    /// What correlates, newest first.
    correlations: Vec<Correlation>,
    /// Send it as `cursor` for the next page; without it this is the last one.
    next_cursor: Option<String>,
}

/// An attribute.
#[derive(Debug, Serialize, ToSchema)]
struct Value {
    /// Its uuid.
    uuid: Uuid,
    /// Its type.
    #[serde(rename = "type")]
    #[schema(example = "domain|ip")]
    kind: &'static str,
    /// Its value; the halves of a composite one are joined with `|`.
    #[schema(example = "evil.example|192.0.2.1")]
    value: String,
}

impl Value {
    fn of(attribute: &Attribute) -> Self {
        Self {
            uuid: attribute.uuid,
            kind: AttributeType::from_id(attribute.kind).map_or("other", AttributeType::name),
            value: match &attribute.value2 {
                Some(second) => format!("{}|{second}", attribute.value1),
                None => attribute.value1.clone(),
            },
        }
    }
}

/// An attribute that correlates.
#[derive(Debug, Serialize, ToSchema)]
struct Correlation {
    /// The attribute.
    attribute: Value,
    /// Its half that correlates.
    #[schema(example = "evil.example")]
    shared: String,
    /// Its event.
    event: EventOf,
}

/// The event of an attribute.
#[derive(Debug, Serialize, ToSchema)]
struct EventOf {
    /// Its uuid.
    uuid: Uuid,
    /// Its title.
    info: String,
    /// Its day.
    #[schema(example = "2026-03-01")]
    date: String,
    /// Its edit version.
    #[schema(example = "2026-03-01T10:00:00Z")]
    timestamp: String,
    /// Who created it.
    creator: Option<Organisation>,
}

/// The attributes of other events that correlate with one, as far as the caller sees them.
///
/// Unlike views of events this is not cut off by the limit of correlations.
///
/// # Errors
/// 400 for parameters, 404 for what is absent or hidden.
#[utoipa::path(
    get, path = "/api/v1/correlations", tag = "correlation",
    params(
        ("uuid" = Uuid, Query, description = "An attribute."),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 1000, description = "Attributes of one page, 100 without it."),
        ("cursor" = Option<String>, Query, description = "The `next_cursor` of the page before."),
    ),
    responses(
        (status = 200, description = "One page; it may be shorter than asked for and still have a next one.", body = Correlations),
        (status = "default", description = "What went wrong and what to change.", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub async fn correlations(call: Call) -> Result<Answer, Problem> {
    call.query.only(&["uuid", "limit", "cursor"])?;
    let uuid = call.query.required_uuid("uuid")?;
    let (limit, before) = call.query.numbered_page()?;
    let answer = call
        .read(move |ctx| {
            let page = correlation::of_attribute(ctx, Some(Ref::Uuid(uuid)), before.map(ElementId), limit)?;
            let creator = |event: &Event| ctx.directory.org(event.orgc).map(Organisation::from);
            Ok(shaped(page, creator))
        })
        .await?;
    Answer::json(&answer)
}

fn shaped(page: Page, creator: impl Fn(&Event) -> Option<Organisation>) -> Correlations {
    Correlations {
        attribute: Value::of(&page.attribute),
        over_correlating: page.over,
        excluded: page.excluded,
        correlations: page
            .rows
            .into_iter()
            .map(|(attribute, shared, event)| Correlation {
                attribute: Value::of(&attribute),
                shared,
                event: EventOf {
                    uuid: event.uuid,
                    info: event.info.clone(),
                    date: event.date.to_string(),
                    timestamp: rfc3339(event.timestamp),
                    creator: creator(&event),
                },
            })
            .collect(),
        next_cursor: page.next.map(|id| id.to_string()),
    }
}
