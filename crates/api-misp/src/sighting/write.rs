//! Adding and deleting sightings. spec: 03#9
use crate::answer::Answer;
use crate::call::Call;
use crate::failure::Failure;
use crate::routes::Outcome;
use entente_engine::sighting::{self, Added, Request, Targets};
use entente_misp::filter;
use entente_misp::read::{self, ReadError, SightingRequest};
use entente_misp::write::{self, SightingShape, SightingView};
use entente_model::draft::{Given, OrgDraft, SightingDraft};
use entente_model::id::Ref;
use entente_model::level::SightingKind;
use entente_model::search::{Lists, Query, Subject, Term, Text};
use entente_model::time::Seconds;
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// Sightings that a peer may send at once.
const MAX_BULK: usize = 250_000;
/// Uuids that a peer may ask for at once. spec: 06#6.1
const MAX_ASKED: usize = 250_000;

/// `POST /sightings/add[/<attribute>]`.
pub async fn add(call: Call) -> Outcome {
    if call.is_read() {
        return crate::describe::answer(&call);
    }
    let in_url = call.arg(0).is_some();
    let request = match read::sighting(call.body.reader()?) {
        Ok(request) => request,
        // With the attribute in the URL the body need not say anything. spec: 03#21 sightings
        Err(ReadError::Empty | ReadError::Shape(_)) if in_url => SightingRequest::default(),
        Err(ReadError::Empty) => return Ok(refused("Nothing to sight was given.")),
        Err(error) => return Err(error.into()),
    };
    let targets = if in_url {
        let named: Option<Vec<Ref>> = call
            .arg(0)
            .unwrap_or_default()
            .split('|')
            .map(Ref::parse)
            .collect();
        match named.as_deref() {
            Some([one]) => Targets::Attribute(Some(*one)),
            Some(several) => Targets::Named(several.to_vec()),
            None => Targets::Attribute(None),
        }
    } else if let Some(filters) = request.filters {
        Targets::Found(Box::new(query(filters, request.values, call.app.now())?))
    } else if !request.values.is_empty() {
        Targets::Values(request.values)
    } else if let Some(attribute) = request.attribute.or(request.sighting.uuid.map(Ref::Uuid)) {
        // Unknown in the body is no error. spec: 03#9
        Targets::Named(vec![attribute])
    } else {
        return Ok(refused("Nothing to sight was given."));
    };
    let request = Request {
        targets,
        kind: request.sighting.kind,
        date: request.sighting.date,
        source: request.sighting.source,
    };
    match call.write(move |ctx| sighting::add(ctx, &request)).await? {
        Added::Nothing(why) => Ok(refused(why)),
        Added::Last(sighting) => {
            let mut body = b"{\"Sighting\":".to_vec();
            let view = SightingView {
                sighting: &sighting,
                attribute_uuid: None,
                org: None,
                more: &[],
            };
            write::sighting(&mut body, &view, SightingShape::Columns);
            body.push(b'}');
            Ok(Answer::rendered_json(body))
        }
    }
}

/// The attributes that meet the filters of an attribute search, and have one of the values when there are any.
fn query(filters: Value, values: Vec<String>, now: Seconds) -> Result<Query, Failure> {
    // a form sends them as text
    let filters = match filters {
        Value::String(text) => serde_json::from_str(&text).map_err(|_| {
            Failure::bad_request("filters is an object with the parameters of an attribute search.")
        })?,
        other => other,
    };
    if !filters.is_object() {
        return Err(Failure::bad_request(
            "filters is an object with the parameters of an attribute search.",
        ));
    }
    let params = filter::collect(Subject::Attribute, filters, &[], &[]);
    if params.is_empty() && values.is_empty() {
        return Err(Failure::bad_request(
            "filters names no parameter of an attribute search.",
        ));
    }
    let mut query = filter::read(Subject::Attribute, params, now)
        .map_err(|error| crate::search::refusal(&error))?
        .query;
    if !values.is_empty() {
        let values = values.into_iter().map(Text::Equal).collect();
        query.terms.push(Term::Value(Lists::any(values)));
    }
    Ok(query)
}

fn refused(why: &str) -> Answer {
    Answer::json(&json!({ "message": format!("Could not add the Sighting. Reason: {why}") }))
}

/// `POST /sightings/delete/<id>`.
pub async fn delete(call: Call) -> Outcome {
    if call.is_read() {
        return crate::describe::answer(&call);
    }
    let target = call.reference(0);
    call.write(move |ctx| sighting::delete(ctx, target)).await?;
    let url = format!("/sightings/delete/{}", call.arg(0).unwrap_or_default());
    Ok(Answer::success("Sighting successfully deleted.", &url, None))
}

/// `POST /sightings/bulkSaveSightings/<event>`: what a peer has seen of an event.
pub async fn bulk(call: Call) -> Outcome {
    if call.is_read() {
        return crate::describe::answer(&call);
    }
    let Value::Array(sent) = call.json()? else {
        return Err(Failure::bad_request("A list of sightings is expected."));
    };
    if sent.len() > MAX_BULK {
        return Err(Failure::bad_request(format!(
            "At most {MAX_BULK} sightings are taken at once."
        )));
    }
    let drafts: Vec<(Uuid, SightingDraft)> = sent
        .iter()
        .filter_map(Value::as_object)
        .filter_map(of_peer)
        .collect();
    let target = call.reference(0);
    let new = call
        .write(move |ctx| {
            let event = ctx.visible_event(target, "Invalid event")?;
            sighting::bulk(ctx, &event, &drafts)
        })
        .await?;
    Ok(Answer::json(&match new {
        0 => json!({"saved": false, "success": "No sightings added."}),
        new => json!({"saved": true, "success": format!("{new} sightings added.")}),
    }))
}

/// `POST /sightings/filterSightingUuidsForPush/<event>` with a list of uuids: those that are known here.
pub async fn known(call: Call) -> Outcome {
    if call.is_read() {
        return crate::describe::answer(&call);
    }
    let Value::Array(sent) = call.json()? else {
        return Err(Failure::bad_request("A list of UUIDs of sightings is expected."));
    };
    if sent.len() > MAX_ASKED {
        return Err(Failure::bad_request(format!(
            "At most {MAX_ASKED} UUIDs are compared at once."
        )));
    }
    let uuids: Vec<Uuid> = sent
        .iter()
        .filter_map(Value::as_str)
        .filter_map(entente_model::id::parse_uuid)
        .collect();
    let target = call.reference(0);
    let asked = uuids.clone();
    let known = call.read(move |ctx| sighting::known(ctx, target, &asked)).await?;
    let known: Vec<String> = uuids
        .iter()
        .filter(|uuid| known.contains(uuid))
        .map(Uuid::to_string)
        .collect();
    Ok(Answer::json(&json!(known)))
}

/// One sighting of a peer with the uuid of its attribute.
fn of_peer(sent: &Map<String, Value>) -> Option<(Uuid, SightingDraft)> {
    let map = read::field::unwrapped(sent, "Sighting");
    let attribute = read::field::uuid(map, "attribute_uuid").value()?;
    let kind = match read::field::int(map, "type") {
        Given::Value(number) => SightingKind::from_number(number).map_or(Given::Invalid, Given::Value),
        Given::Absent => Given::Absent,
        Given::Invalid => Given::Invalid,
    };
    let org = map
        .get("Organisation")
        .and_then(Value::as_object)
        .map(|org| OrgDraft {
            uuid: read::field::uuid(org, "uuid").value(),
            name: read::field::text(org, "name"),
            ..OrgDraft::default()
        });
    Some((
        attribute,
        SightingDraft {
            uuid: read::field::uuid(map, "uuid").value(),
            kind,
            date: read::field::seconds(map, "date_sighting"),
            source: read::field::text(map, "source"),
            org,
        },
    ))
}
