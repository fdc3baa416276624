//! Searching reports. MISP has no such search; its envelope and grammar are those of the others. spec: 04#1, 04#2.1
use super::listed;
use crate::answer::Answer;
use crate::call::Call;
use crate::criteria::Criteria;
use crate::failure::Failure;
use crate::routes::Outcome;
use entente_engine::directory::Directory;
use entente_engine::report::{Filter, Page};
use entente_http::Spool;
use entente_model::id::Ref;
use http::HeaderName;

/// How many elements an answer holds. spec: 04#1.2
pub(crate) const COUNT: HeaderName = HeaderName::from_static("x-result-count");

/// `/eventReports/restSearch`.
pub async fn rest(call: Call) -> Outcome {
    let criteria = Criteria::of(&call, "EventReport")?;
    only_json(&criteria)?;
    let (filter, events) = filter(&call, &criteria)?;
    let page = page(&criteria);
    let (spooled, count) = call
        .read(move |ctx| {
            let mut filter = filter;
            if let Some(events) = &events {
                filter.events = Some(entente_engine::report::numbers_of(ctx, events)?);
            }
            let mut spool = Spool::default();
            spool.buffer().extend_from_slice(b"{\"response\": [");
            let count = listed(ctx, &filter, page, &mut spool)?;
            spool.buffer().extend_from_slice(b"]}\n");
            Ok((spool.finish()?, count))
        })
        .await?;
    Ok(Answer::spooled_json(spooled).with_header(COUNT, &count.to_string()))
}

/// Other formats than JSON there are not.
///
/// # Errors
/// 404 as every search answers it.
pub(crate) fn only_json(criteria: &Criteria) -> Result<(), Failure> {
    match criteria.text("returnFormat").as_deref() {
        None | Some("json" | "download") => Ok(()),
        Some(_) => Err(Failure::not_found("Invalid output format.")),
    }
}

/// The part of the result that is asked for.
pub(crate) fn page(criteria: &Criteria) -> Page {
    let limited = criteria.text("limit").is_some();
    criteria
        .page()
        .filter(|_| limited)
        .map_or_else(Page::default, |page| Page {
            skip: page.offset(),
            limit: Some(page.limit),
        })
}

/// Organisations by id, uuid or name; unknown ones are nobody.
pub(crate) fn orgs(directory: &Directory, names: &[String]) -> Option<Vec<i64>> {
    let org = |name: &String| {
        let found = match Ref::parse(name) {
            Some(Ref::Id(id)) => directory.org(entente_model::id::OrgId(id)),
            Some(Ref::Uuid(uuid)) => directory.org_by_uuid(uuid),
            None => directory.org_by_name(name),
        };
        found.map_or(-1, |org| org.id.0)
    };
    (!names.is_empty()).then(|| names.iter().map(org).collect())
}

fn filter(call: &Call, criteria: &Criteria) -> Result<(Filter, Option<Vec<Ref>>), Failure> {
    let now = call.app.now();
    let deleted = match criteria.texts("deleted").as_slice() {
        [] => Some(false),
        [one] if one == "only" => Some(true),
        _ => criteria.state("deleted"),
    };
    let mut events = criteria.texts("eventid");
    events.extend(criteria.texts("event_id"));
    events.extend(criteria.texts("event_uuid"));
    events.retain(|event| event != "all");
    let events = (!events.is_empty()).then(|| events.iter().filter_map(|event| Ref::parse(event)).collect());
    let mut creators = criteria.texts("org");
    creators.extend(criteria.texts("orgc_id"));
    let filter = Filter {
        events: None,
        ids: criteria.some_numbers("id"),
        uuids: criteria.some_uuids("uuid"),
        deleted,
        name: criteria.terms("name"),
        content: criteria.terms("content"),
        anywhere: criteria.anywhere(),
        distributions: criteria.some_numbers("distribution"),
        groups: criteria
            .some_numbers("sharing_group_id")
            .or_else(|| criteria.some_numbers("sharinggroup")),
        changed: criteria.times("timestamp", now)?,
        creators: orgs(&call.app.directory(), &creators),
        published: criteria.state("published"),
    };
    Ok((filter, events))
}
