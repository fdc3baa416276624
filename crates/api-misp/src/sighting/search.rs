//! `POST /sightings/restSearch[/event or /attribute]`. spec: 04#4.3
use super::list::org_id;
use super::render;
use crate::answer::Answer;
use crate::call::Call;
use crate::event::options::json_truthy;
use crate::failure::Failure;
use crate::routes::Outcome;
use entente_engine::sighting::{self, Filter, SightingRow};
use entente_engine::{Ctx, Result};
use entente_http::Spool;
use entente_indicator::{AttributeType, Category};
use entente_misp::read;
use entente_misp::write::{JsonWriter, SightingShape};
use entente_model::attribute::Attribute;
use entente_model::draft::Given;
use entente_model::event::Event;
use entente_model::id::{EventId, Ref};
use entente_model::level::SightingKind;
use entente_model::search::Range;
use entente_model::time::filter_time;
use serde_json::{Map, Value};

/// How far back a search without times looks. spec: 04#4.3
const DEFAULT_SPAN: &str = "30d";

/// What a search asks for, as far as it needs no store.
struct Wanted {
    filter: Filter,
    /// Events (`true`) or attributes that the sightings belong to.
    within: Option<(bool, Vec<Ref>)>,
    /// Organisations, each wanted (`true`) or unwanted.
    orgs: Vec<(bool, Ref)>,
    include: Include,
}

/// What is shown besides the sighting.
#[derive(Clone, Copy)]
struct Include {
    attribute: bool,
    event: bool,
    uuid: bool,
}

/// `POST /sightings/restSearch[/<context>]`.
pub async fn search(call: Call) -> Outcome {
    let body = call.json_map("Sighting")?;
    let format = read::field::text(&body, "returnFormat").unwrap_or_default();
    if !matches!(format.as_str(), "" | "json") {
        return Err(Failure::not_found("Invalid output format."));
    }
    let wanted = wanted(&call, &body)?;
    let spooled = call
        .read(move |ctx| {
            let mut filter = wanted.filter.clone();
            resolve(ctx, &wanted, &mut filter)?;
            let mut spool = Spool::default();
            spool.buffer().extend_from_slice(b"{\"response\":[");
            let mut first = true;
            sighting::each(ctx, &filter, |ctx, rows| {
                let context = sighting::context(ctx, rows)?;
                for row in rows {
                    let attribute = context.attributes.get(&row.sighting.attribute);
                    let event = context.events.get(&row.sighting.attribute.event());
                    let (Some(attribute), Some(event)) = (attribute, event) else {
                        continue;
                    };
                    if !std::mem::replace(&mut first, false) {
                        spool.buffer().push(b',');
                    }
                    found(ctx, row, attribute, event, wanted.include, spool.buffer());
                }
                Ok(spool.settle()?)
            })?;
            spool.buffer().extend_from_slice(b"]}");
            Ok(spool.finish()?)
        })
        .await?;
    Ok(Answer::spooled_json(spooled))
}

fn wanted(call: &Call, body: &Map<String, Value>) -> std::result::Result<Wanted, Failure> {
    let flag = |name: &str| body.get(name).map_or_else(|| call.flag(name), json_truthy);
    let text = |name: &str| read::field::text(body, name).or_else(|| call.named(name).map(str::to_owned));
    let kind = match read::field::int(body, "type") {
        Given::Absent => None,
        Given::Value(number) => Some(
            SightingKind::from_number(number).ok_or_else(|| Failure::bad_request("type is 0, 1 or 2."))?,
        ),
        Given::Invalid => return Err(Failure::bad_request("type is 0, 1 or 2.")),
    };
    let context = call.arg(0).map(str::to_owned).or_else(|| text("context"));
    let of_event = match context.as_deref() {
        None => None,
        Some("event") => Some(true),
        Some("attribute") => Some(false),
        Some(_) => return Err(Failure::bad_request("Invalid context: event or attribute.")),
    };
    let named = named(body)?;
    let within = match (of_event, named.is_empty()) {
        (Some(_), true) => {
            return Err(Failure::bad_request(
                "An ID or UUID is required if the context is set.",
            ));
        }
        (Some(of_event), false) => Some((of_event, named)),
        (None, false) => Some((false, named)),
        (None, true) => None,
    };
    let mut orgs = Vec::new();
    for named in read::field::list_of_text(body, "org_id").unwrap_or_default() {
        let (is_wanted, name) = named
            .strip_prefix('!')
            .map_or((true, named.as_str()), |rest| (false, rest));
        let org = Ref::parse(name)
            .ok_or_else(|| Failure::bad_request("org_id takes the UUID or id of an organisation."))?;
        orgs.push((is_wanted, org));
    }
    Ok(Wanted {
        filter: Filter {
            kind,
            date: range(call.app.now(), text("from"), text("to"), body, call.named("last")),
            source: text("source").filter(|source| !source.is_empty()),
            ..Filter::default()
        },
        within,
        orgs,
        include: Include {
            attribute: flag("includeAttribute"),
            event: flag("includeEvent"),
            uuid: flag("includeUuid"),
        },
    })
}

/// Ids and uuids of what the sightings belong to.
fn named(body: &Map<String, Value>) -> std::result::Result<Vec<Ref>, Failure> {
    let mut named = Vec::new();
    for key in ["id", "uuid"] {
        for one in read::field::ids(body, key).unwrap_or_default() {
            match one {
                Some(Ref::Id(_)) if key == "uuid" => return Err(Failure::bad_request("Invalid UUID.")),
                Some(one) => named.push(one),
                None => return Err(Failure::bad_request(format!("Invalid {}.", key.to_uppercase()))),
            }
        }
    }
    Ok(named)
}

/// `from` and `to`, else what lies within `last`; `last:0` is everything.
fn range(
    now: i64,
    from: Option<String>,
    to: Option<String>,
    body: &Map<String, Value>,
    in_url: Option<&str>,
) -> Range {
    let time = |text: Option<String>| {
        text.filter(|text| !text.is_empty())
            .map(|text| filter_time(&text, now))
    };
    let (from, to) = (time(from), time(to));
    if from.is_some() || to.is_some() {
        return Range { from, to };
    }
    let last = read::field::text(body, "last").or_else(|| in_url.map(str::to_owned));
    match last.as_deref() {
        Some("0") => Range::default(),
        Some(last) if !last.is_empty() => Range::from(filter_time(last, now)),
        _ => Range::from(filter_time(DEFAULT_SPAN, now)),
    }
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

/// One sighting with what it is about. All numbers are text here. spec: 04#4.3
fn found(
    ctx: &Ctx<'_, '_>,
    row: &SightingRow,
    attribute: &Attribute,
    event: &Event,
    include: Include,
    out: &mut Vec<u8>,
) {
    let mut parts: Vec<(&'static str, Vec<u8>)> = Vec::with_capacity(4);
    let rendered = |write: &dyn Fn(&mut JsonWriter<'_>)| {
        let mut part = Vec::new();
        write(&mut JsonWriter::new(&mut part));
        part
    };
    parts.push(("value", rendered(&|json| json.text(&attribute.value()))));
    if include.uuid {
        parts.push(("event_uuid", rendered(&|json| json.uuid(event.uuid))));
    }
    if include.attribute {
        parts.push(("Attribute", rendered(&|json| short_attribute(json, attribute))));
    }
    if include.event {
        let creator = ctx.directory.org(event.orgc).map_or("", |org| org.name.as_str());
        parts.push(("Event", rendered(&|json| short_event(json, event, creator))));
    }
    let more: Vec<(&'static str, &[u8])> = parts.iter().map(|(key, part)| (*key, part.as_slice())).collect();
    out.extend_from_slice(b"{\"Sighting\":");
    render(ctx, row, &more, SightingShape::Flat, out);
    out.push(b'}');
}

fn short_attribute(json: &mut JsonWriter<'_>, attribute: &Attribute) {
    json.begin_map();
    json.key("id").id(attribute.id.0);
    json.key("value").text(&attribute.value());
    json.key("uuid").uuid(attribute.uuid);
    json.key("type")
        .plain(AttributeType::from_id(attribute.kind).map_or("other", AttributeType::name));
    json.key("category")
        .plain(Category::from_id(attribute.category).map_or("Other", Category::name));
    json.key("to_ids").flag(attribute.to_ids);
    json.end_map();
}

fn short_event(json: &mut JsonWriter<'_>, event: &Event, creator: &str) {
    json.begin_map();
    json.key("id").id(event.id.0);
    json.key("uuid").uuid(event.uuid);
    json.key("orgc_id").id(event.orgc.0);
    json.key("org_id").id(event.org.0);
    json.key("info").text(&event.info);
    json.key("Orgc").begin_map();
    json.key("name").text(creator);
    json.end_map();
    json.end_map();
}
