//! Looking at sightings. spec: 03#9
use super::render;
use crate::answer::Answer;
use crate::call::Call;
use crate::failure::Failure;
use crate::routes::Outcome;
use entente_engine::Ctx;
use entente_engine::sighting::{self, Filter};
use entente_http::Spool;
use entente_misp::read;
use entente_misp::write::SightingShape;
use entente_model::draft::Given;
use entente_model::id::{ElementId, EventId, Ref};

/// The ids that the elements of an event can have.
pub(super) fn range(event: EventId) -> (ElementId, ElementId) {
    let (low, high) = event.element_range();
    (ElementId(low), ElementId(high))
}

/// An organisation by id or uuid; an unknown one matches nothing.
pub(super) fn org_id(ctx: &Ctx<'_, '_>, org: Ref) -> i64 {
    match org {
        Ref::Id(id) => id,
        Ref::Uuid(uuid) => ctx.directory.org_by_uuid(uuid).map_or(-1, |org| org.id.0),
    }
}

/// `GET /sightings/index[/<event>]`.
pub async fn index(call: Call) -> Outcome {
    let event = call.arg(0).map(Ref::parse);
    let org = read::field::reference(&call.json_map("Sighting")?, "org_id");
    let spooled = call
        .read(move |ctx| {
            let mut filter = Filter::default();
            if let Some(event) = event {
                filter.attributes = Some(range(ctx.visible_event(event, "Invalid event")?.id));
            }
            filter.any_org = org.value().map(|org| vec![org_id(ctx, org)]);
            let mut spool = Spool::default();
            spool.buffer().push(b'[');
            let mut first = true;
            sighting::each(ctx, &filter, |ctx, rows| {
                for row in rows {
                    if !std::mem::replace(&mut first, false) {
                        spool.buffer().push(b',');
                    }
                    render(ctx, row, &[], SightingShape::Flat, spool.buffer());
                }
                Ok(spool.settle()?)
            })?;
            spool.buffer().push(b']');
            Ok(spool.finish()?)
        })
        .await?;
    Ok(Answer::spooled_json(spooled))
}

/// `GET /sightings/view/<id>`.
pub async fn view(call: Call) -> Outcome {
    let target = call.reference(0);
    let body = call
        .read(move |ctx| {
            let row = sighting::find(ctx, target)?;
            let mut out = b"{\"Sighting\":".to_vec();
            render(ctx, &row, &[], SightingShape::Flat, &mut out);
            out.push(b'}');
            Ok(out)
        })
        .await?;
    Ok(Answer::rendered_json(body))
}

/// `POST /sightings/listSightings`: those of an event or attribute, newest first.
pub async fn list(call: Call) -> Outcome {
    let body = call.json_map("Sighting")?;
    let named = read::field::reference(&body, "id")
        .value()
        .or_else(|| call.reference(0));
    let context = read::field::text(&body, "context").or_else(|| call.arg(1).map(str::to_owned));
    let of_event = match context.as_deref().map(str::to_lowercase).as_deref() {
        Some("event") => true,
        None | Some("attribute") => false,
        Some(_) => return Err(Failure::bad_request("context is event or attribute.")),
    };
    let org = match read::field::reference(&body, "org_id") {
        Given::Invalid => {
            return Err(Failure::bad_request(
                "org_id takes the id or UUID of an organisation.",
            ));
        }
        given => given.value(),
    };
    let rendered = call
        .read(move |ctx| {
            let attributes = if of_event {
                range(ctx.visible_event(named, "Invalid event")?.id)
            } else {
                let (attribute, _) = entente_engine::attribute::visible(ctx, named)?;
                (attribute.id, attribute.id)
            };
            let any_org = org.map(|org| vec![org_id(ctx, org)]);
            let filter = Filter {
                attributes: Some(attributes),
                any_org,
                ..Filter::default()
            };
            let rows = sighting::newest_first(ctx, &filter)?;
            let mut out = vec![b'['];
            for (i, row) in rows.iter().enumerate() {
                if i > 0 {
                    out.push(b',');
                }
                render(ctx, row, &[], SightingShape::Listed, &mut out);
            }
            out.push(b']');
            Ok(out)
        })
        .await?;
    Ok(Answer::rendered_json(rendered))
}
