//! The searchable lists of events and attributes. spec: 04#5.1, 04#5.2
use super::rest::refusal;
use crate::answer::Answer;
use crate::call::Call;
use crate::event::render::org_view;
use crate::request::Format;
use crate::routes::Outcome;
use entente_engine::event::view::{self, Options as ViewOptions, TagOnItem, shown_tags};
use entente_engine::{Ctx, Result, search};
use entente_formats::csv::cell;
use entente_http::Spool;
use entente_http::spool::Spooled;
use entente_misp::filter::{self, EventIndex};
use entente_misp::write::{
    self, AttributeParts, AttributeShape, EventView, IndexParts, JsonWriter, LinkView,
};
use entente_model::event::Event;
use entente_model::search::{Options, Page, Query, Subject, Term};
use entente_model::tag::TagLink;
use http::HeaderName;
use serde_json::Value;
use std::collections::HashMap;

/// Events read at a time.
const CHUNK: usize = 1_000;
/// Attributes on a page unless the client says otherwise.
const ATTRIBUTES: i64 = 60;

const CSV_HEADER: &[u8] =
    b"id,date,info,tags,uuid,published,analysis,attribute_count,orgc_id,orgc_name,orgc_uuid,\
timestamp,distribution,sharing_group_id,threat_level_id,publish_timestamp,extends_uuid\n";

/// How rows are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Full,
    Minimal,
    Csv,
}

/// `/events/index`.
pub async fn events(call: Call) -> Outcome {
    let body = if call.is_read() { Value::Null } else { call.json()? };
    let wanted = filter::read_event_index(body, &call.target.named, call.app.now())
        .map_err(|error| refusal(&error))?;
    let shape = match call.format {
        Format::Csv => Shape::Csv,
        _ if wanted.minimal => Shape::Minimal,
        _ => Shape::Full,
    };
    // peers of that age would strip what protects an event
    let old_peer = call
        .headers
        .get("misp-version")
        .and_then(|v| v.to_str().ok())
        .is_some_and(is_before_protection);
    let (count, body) = call.read(move |ctx| list(ctx, wanted, shape, old_peer)).await?;
    let content_type = if shape == Shape::Csv {
        "text/csv; charset=UTF-8"
    } else {
        "application/json; charset=UTF-8"
    };
    Ok(Answer::spooled(content_type, body)
        .with_header(HeaderName::from_static("x-result-count"), &count.to_string()))
}

fn is_before_protection(version: &str) -> bool {
    let numbers: Vec<u32> = version.split('.').map(|part| part.parse().unwrap_or(0)).collect();
    numbers.as_slice() < [2, 4, 156].as_slice()
}

fn list(ctx: &mut Ctx<'_, '_>, wanted: EventIndex, shape: Shape, old_peer: bool) -> Result<(usize, Spooled)> {
    let EventIndex { mut query, email, .. } = wanted;
    if let Some(part) = email {
        query.terms.push(search::mail_term(ctx, &part));
    }
    if old_peer {
        query.terms.push(Term::Protected(false));
    }
    let all = search::event_ids(ctx, &query)?;
    let count = all.len();
    let page = search::page_of(&query, all);
    let mut spool = Spool::default();
    spool
        .buffer()
        .extend_from_slice(if shape == Shape::Csv { CSV_HEADER } else { b"[" });
    let mut rows = Rows { shape, first: true };
    for chunk in page.chunks(CHUNK) {
        let mut links: HashMap<i64, Vec<TagLink>> = HashMap::new();
        if shape != Shape::Minimal {
            for link in entente_engine::search::event_links(ctx, chunk)? {
                links.entry(link.target).or_default().push(link);
            }
        }
        for event in search::events(ctx, chunk)? {
            let tags = shown_tags(
                ctx,
                links.remove(&event.id.0).unwrap_or_default(),
                &ViewOptions::default(),
            );
            rows.write(ctx, &event, &tags, spool.buffer());
            spool.settle()?;
        }
    }
    if shape != Shape::Csv {
        spool.buffer().push(b']');
    }
    Ok((count, spool.finish()?))
}

struct Rows {
    shape: Shape,
    first: bool,
}

impl Rows {
    fn write(&mut self, ctx: &Ctx<'_, '_>, event: &Event, tags: &[TagOnItem], out: &mut Vec<u8>) {
        if self.shape != Shape::Csv && !std::mem::replace(&mut self.first, false) {
            out.push(b',');
        }
        match self.shape {
            Shape::Csv => csv_row(ctx, event, tags, out),
            Shape::Minimal => minimal(ctx, event, out),
            Shape::Full => Self::full(ctx, event, tags, out),
        }
    }

    fn full(ctx: &Ctx<'_, '_>, event: &Event, tags: &[TagOnItem], out: &mut Vec<u8>) {
        let mut links = vec![b'['];
        for (i, item) in tags.iter().enumerate() {
            if i > 0 {
                links.push(b',');
            }
            write::tag_link(&mut links, &item.link, &item.tag, LinkView::Event);
        }
        links.push(b']');
        let group = view::group(ctx, event.sharing_group).map(|group| {
            let mut out = Vec::new();
            let mut json = JsonWriter::new(&mut out);
            json.begin_map();
            json.key("id").id(group.id.0);
            json.key("name").text(&group.name);
            json.key("uuid").uuid(group.uuid);
            json.end_map();
            out
        });
        let view = EventView {
            event,
            org: org_view(ctx.directory.org(event.org), event.org),
            orgc: org_view(ctx.directory.org(event.orgc), event.orgc),
            sharing_group: group.as_deref(),
            creator_email: None,
        };
        let parts = IndexParts {
            tags: Some(&links),
            ..IndexParts::default()
        };
        write::event_index_row(out, &view, &parts);
    }
}

/// What synchronisation compares.
fn minimal(ctx: &Ctx<'_, '_>, event: &Event, out: &mut Vec<u8>) {
    let mut json = JsonWriter::new(out);
    json.begin_map();
    json.key("id").id(event.id.0);
    json.key("timestamp").id(event.timestamp);
    json.key("sighting_timestamp").id(event.sighting_timestamp);
    json.key("published").flag(event.published);
    json.key("uuid").uuid(event.uuid);
    match ctx.directory.org(event.orgc) {
        Some(org) => json.key("orgc_uuid").uuid(org.uuid),
        None => json.key("orgc_uuid").null(),
    }
    json.end_map();
}

fn csv_row(ctx: &Ctx<'_, '_>, event: &Event, tags: &[TagOnItem], out: &mut Vec<u8>) {
    let orgc = ctx.directory.org(event.orgc);
    let names: Vec<&str> = tags.iter().map(|item| item.tag.name.as_str()).collect();
    let cells = [
        event.id.to_string(),
        event.date.to_string(),
        event.info.clone(),
        names.join(", "),
        event.uuid.to_string(),
        i64::from(event.published).to_string(),
        event.analysis.number().to_string(),
        event.attribute_count.to_string(),
        event.orgc.to_string(),
        orgc.map(|org| org.name.clone()).unwrap_or_default(),
        orgc.map(|org| org.uuid.to_string()).unwrap_or_default(),
        event.timestamp.to_string(),
        event.distribution.number().to_string(),
        event.sharing_group.to_string(),
        event.threat_level.number().to_string(),
        event.publish_timestamp.to_string(),
        event.extends.map(|uuid| uuid.to_string()).unwrap_or_default(),
    ];
    for (i, text) in cells.iter().enumerate() {
        if i > 0 {
            out.push(b',');
        }
        if !text.is_empty() {
            cell(out, text);
        }
    }
    out.push(b'\n');
}

/// `/attributes/index`.
pub async fn attributes(call: Call) -> Outcome {
    let body = if call.is_read() { Value::Null } else { call.json()? };
    let number = |name: &str| {
        let given = body
            .get(name)
            .map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
        given
            .or_else(|| call.named(name).map(str::to_owned))
            .and_then(|text| text.parse::<i64>().ok())
            .filter(|number| *number > 0)
    };
    let page = Page {
        limit: Some(number("limit").unwrap_or(ATTRIBUTES)),
        number: number("page").unwrap_or(1),
    };
    let query = Query {
        page,
        ..Query::of(Subject::Attribute)
    };
    let body = call.read(move |ctx| attribute_list(ctx, &query)).await?;
    Ok(Answer::spooled_json(body))
}

fn attribute_list(ctx: &mut Ctx<'_, '_>, query: &Query) -> Result<Spooled> {
    let mut spool = Spool::default();
    spool.buffer().push(b'[');
    let mut first = true;
    search::each_attribute(ctx, query, &Options::default(), |_, row| {
        if !std::mem::replace(&mut first, false) {
            spool.buffer().push(b',');
        }
        write::attribute(
            spool.buffer(),
            &row.attribute,
            AttributeShape::Columns,
            &AttributeParts::default(),
        );
        spool.settle()?;
        Ok(())
    })?;
    spool.buffer().push(b']');
    Ok(spool.finish()?)
}

#[cfg(test)]
mod tests {
    use super::is_before_protection;

    #[test]
    fn old_peers_are_told_by_their_version() {
        assert!(is_before_protection("2.4.155") && is_before_protection("2.3"));
        assert!(!is_before_protection("2.4.156") && !is_before_protection("2.5.1"));
    }
}
