//! Searching sightings. spec: 04#4.3
mod asked;
mod output;

use super::list::org_id;
use crate::answer::Answer;
use crate::call::Call;
use crate::failure::Failure;
use crate::routes::Outcome;
use asked::{Asked, Wanted};
use entente_engine::sighting::{self, Filter};
use entente_engine::{Ctx, Result};
use entente_model::id::EventId;
use http::HeaderName;
use output::{Form, Writer};

/// `GET` or `POST /sightings/restSearch[/<context>]`.
pub async fn search(call: Call) -> Outcome {
    let asked = Asked::of(&call)?;
    let form = Form::parse(asked.text("returnFormat").as_deref())?;
    let wanted = asked.wanted(call.app.now())?;
    let (body, count) = call
        .read(move |ctx| {
            let mut filter = wanted.filter.clone();
            resolve(ctx, &wanted, &mut filter)?;
            let mut writer = Writer::begin(form, wanted.include);
            sighting::each_of_page(ctx, &filter, wanted.offset, wanted.limit, |ctx, rows| {
                let context = sighting::context(ctx, rows)?;
                for row in rows {
                    let attribute = context.attributes.get(&row.sighting.attribute);
                    let event = context.events.get(&row.sighting.attribute.event());
                    if let (Some(attribute), Some(event)) = (attribute, event) {
                        writer.row(ctx, row, attribute, event)?;
                    }
                }
                Ok(())
            })?;
            Ok(writer.end()?)
        })
        .await?;
    let header = HeaderName::from_static;
    Ok(Answer::spooled(form.content_type(), body)
        .with_header(header("x-result-count"), &count.to_string())
        .with_header(header("x-export-module-used"), form.name())
        .with_header(header("x-response-format"), form.name())
        .with_header(header("x-skipped-elements-count"), "0"))
}

/// Looks up what the search names; what is unknown or hidden matches nothing.
fn resolve(ctx: &mut Ctx<'_, '_>, wanted: &Wanted, filter: &mut Filter) -> Result<()> {
    match &wanted.within {
        Some((true, events)) => match sighting::event_ids(ctx, events)?.as_slice() {
            [one] => filter.attributes = Some(super::list::range(EventId(*one))),
            several => filter.any_event = Some(several.to_vec()),
        },
        Some((false, attributes)) => filter.any_attribute = Some(sighting::attribute_ids(ctx, attributes)?),
        None => {}
    }
    let ids = |of: bool| {
        wanted
            .orgs
            .iter()
            .filter(move |(is_wanted, _)| *is_wanted == of)
            .map(|(_, org)| *org)
    };
    if ids(true).next().is_some() {
        filter.any_org = Some(ids(true).map(|org| org_id(ctx, org)).collect());
    }
    filter.no_org = ids(false).map(|org| org_id(ctx, org)).collect();
    Ok(())
}

/// A search that makes no sense.
fn invalid(message: impl Into<String>) -> Failure {
    Failure::bad_request(message)
}
