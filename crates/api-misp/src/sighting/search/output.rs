//! Found sightings as JSON, XML or a table. spec: 04#4.3
use super::asked::Include;
use super::invalid;
use crate::event::render::org_view;
use crate::failure::Failure;
use entente_engine::sighting::SightingRow;
use entente_engine::{Ctx, Result};
use entente_formats::csv::cell;
use entente_http::Spool;
use entente_http::spool::Spooled;
use entente_indicator::{AttributeType, Category};
use entente_misp::write::{self, JsonWriter, SightingShape, SightingView};
use entente_misp::xml;
use entente_model::attribute::Attribute;
use entente_model::event::Event;
use std::io::Write as _;

/// What a search of sightings is rendered in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// MISP JSON.
    Json,
    /// MISP XML.
    Xml,
    /// A table.
    Csv,
}

const COLUMNS: &str = "id,attribute_id,event_id,org_id,date_sighting,uuid,source,type";
const OF_ATTRIBUTE: &str =
    ",attribute_uuid,attribute_type,attribute_category,attribute_to_ids,attribute_value";
const OF_EVENT: &str = ",event_uuid,event_orgc_id,event_org_id,event_info,event_Orgc_name";

impl Form {
    /// The form of a name; JSON without one.
    ///
    /// # Errors
    /// 404 for other formats.
    pub(super) fn parse(name: Option<&str>) -> Result<Self, Failure> {
        match name {
            None | Some("json" | "download") => Ok(Self::Json),
            Some("xml") => Ok(Self::Xml),
            Some("csv") => Ok(Self::Csv),
            Some(_) => Err(invalid("Invalid output format.").with_status(http::StatusCode::NOT_FOUND)),
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Xml => "xml",
            Self::Csv => "csv",
        }
    }

    pub(super) fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json; charset=UTF-8",
            Self::Xml => "application/xml; charset=UTF-8",
            Self::Csv => "text/csv; charset=UTF-8",
        }
    }
}

/// Writes one sighting after the other.
pub(super) struct Writer {
    form: Form,
    include: Include,
    spool: Spool,
    count: u64,
}

impl Writer {
    pub(super) fn begin(form: Form, include: Include) -> Self {
        let mut spool = Spool::default();
        let out = spool.buffer();
        match form {
            Form::Json => out.extend_from_slice(b"{\"response\":["),
            Form::Xml => out.extend_from_slice(xml::BEGIN),
            Form::Csv => {
                out.extend_from_slice(COLUMNS.as_bytes());
                if include.attribute {
                    out.extend_from_slice(OF_ATTRIBUTE.as_bytes());
                }
                if include.event {
                    out.extend_from_slice(OF_EVENT.as_bytes());
                }
                out.push(b'\n');
            }
        }
        Self {
            form,
            include,
            spool,
            count: 0,
        }
    }

    /// # Errors
    /// Of the spool.
    pub(super) fn row(
        &mut self,
        ctx: &Ctx<'_, '_>,
        row: &SightingRow,
        attribute: &Attribute,
        event: &Event,
    ) -> Result<()> {
        match self.form {
            Form::Json => {
                if self.count > 0 {
                    self.spool.buffer().push(b',');
                }
                self.spool.buffer().extend_from_slice(b"{\"Sighting\":");
                json(ctx, row, attribute, event, self.include, self.spool.buffer());
                self.spool.buffer().push(b'}');
            }
            Form::Xml => {
                let mut rendered = Vec::new();
                json(ctx, row, attribute, event, self.include, &mut rendered);
                xml::sighting(&rendered, &mut self.spool)?;
                self.spool.write_all(b"\n")?;
            }
            Form::Csv => table(ctx, row, attribute, event, self.include, self.spool.buffer()),
        }
        self.count += 1;
        Ok(self.spool.settle()?)
    }

    /// The document and how many sightings are in it.
    pub(super) fn end(mut self) -> std::io::Result<(Spooled, u64)> {
        match self.form {
            Form::Json => self.spool.buffer().extend_from_slice(b"]}"),
            Form::Xml => self.spool.buffer().extend_from_slice(xml::END),
            Form::Csv => {}
        }
        Ok((self.spool.finish()?, self.count))
    }
}

fn creator<'a>(ctx: &'a Ctx<'_, '_>, event: &Event) -> &'a str {
    ctx.directory.org(event.orgc).map_or("", |org| org.name.as_str())
}

fn type_name(attribute: &Attribute) -> &'static str {
    AttributeType::from_id(attribute.kind).map_or("other", AttributeType::name)
}

fn category_name(attribute: &Attribute) -> &'static str {
    Category::from_id(attribute.category).map_or("Other", Category::name)
}

/// One sighting with what it is about. All numbers are text here.
fn json(
    ctx: &Ctx<'_, '_>,
    row: &SightingRow,
    attribute: &Attribute,
    event: &Event,
    include: Include,
    out: &mut Vec<u8>,
) {
    let rendered = |write: &dyn Fn(&mut JsonWriter<'_>)| {
        let mut part = Vec::new();
        write(&mut JsonWriter::new(&mut part));
        part
    };
    let mut parts = vec![("value", rendered(&|json| json.text(&attribute.value())))];
    if include.uuid {
        parts.push(("event_uuid", rendered(&|json| json.uuid(event.uuid))));
    }
    if include.attribute {
        parts.push(("Attribute", rendered(&|json| short_attribute(json, attribute))));
    }
    if include.event {
        let creator = creator(ctx, event);
        parts.push(("Event", rendered(&|json| short_event(json, event, creator))));
    }
    let more: Vec<(&'static str, &[u8])> = parts.iter().map(|(key, part)| (*key, part.as_slice())).collect();
    let org = row.sighting.org;
    let view = SightingView {
        sighting: &row.sighting,
        attribute_uuid: include.uuid.then_some(row.attribute_uuid),
        org: (!org.is_none()).then(|| org_view(ctx.directory.org(org), org)),
        more: &more,
    };
    write::sighting(out, &view, SightingShape::Flat);
}

fn short_attribute(json: &mut JsonWriter<'_>, attribute: &Attribute) {
    json.begin_map();
    json.key("id").id(attribute.id.0);
    json.key("value").text(&attribute.value());
    json.key("uuid").uuid(attribute.uuid);
    json.key("type").plain(type_name(attribute));
    json.key("category").plain(category_name(attribute));
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

fn table(
    ctx: &Ctx<'_, '_>,
    row: &SightingRow,
    attribute: &Attribute,
    event: &Event,
    include: Include,
    out: &mut Vec<u8>,
) {
    let sighting = &row.sighting;
    let number = |out: &mut Vec<u8>, number: i64| {
        cell(out, &number.to_string());
        out.push(b',');
    };
    number(out, sighting.id);
    number(out, sighting.attribute.0);
    number(out, event.id.0);
    number(out, sighting.org.0);
    number(out, sighting.date);
    cell(out, &sighting.uuid.to_string());
    out.push(b',');
    cell(out, &sighting.source);
    out.push(b',');
    cell(out, &sighting.kind.number().to_string());
    if include.attribute {
        let to_ids = if attribute.to_ids { "1" } else { "0" };
        let (uuid, value) = (attribute.uuid.to_string(), attribute.value());
        for text in [
            &uuid,
            type_name(attribute),
            category_name(attribute),
            to_ids,
            &value,
        ] {
            out.push(b',');
            cell(out, text);
        }
    }
    if include.event {
        let (uuid, orgc, org) = (
            event.uuid.to_string(),
            event.orgc.to_string(),
            event.org.to_string(),
        );
        for text in [&uuid, &orgc, &org, &event.info, creator(ctx, event)] {
            out.push(b',');
            cell(out, text);
        }
    }
    out.push(b'\n');
}
