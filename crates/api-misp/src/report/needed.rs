//! What a reader needs to show the references of a report. spec: 08#2
use crate::answer::Answer;
use crate::call::Call;
use crate::event::render::tag_views;
use crate::routes::Outcome;
use entente_engine::galaxy::Matrix;
use entente_engine::report::Needed;
use entente_engine::search::{self, ObjectRow};
use entente_engine::{Ctx, Result, template};
use entente_http::Spool;
use entente_http::spool::Spooled;
use entente_misp::write::{self, AttributeParts, AttributeShape, JsonWriter, ObjectParts};
use entente_model::search::Options;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use uuid::Uuid;

/// `GET /eventReports/getProxyMISPElements/<report>`.
pub async fn elements(call: Call) -> Outcome {
    let target = call.reference(0);
    let spooled = call
        .read(move |ctx| {
            let needed = entente_engine::report::needed(ctx, target)?;
            rendered(ctx, &needed)
        })
        .await?;
    Ok(Answer::spooled_json(spooled))
}

fn rendered(ctx: &mut Ctx<'_, '_>, needed: &Needed) -> Result<Spooled> {
    let mut spool = Spool::default();
    spool.buffer().push(b'{');
    JsonWriter::new(spool.buffer()).key("attribute").begin_map();
    attributes(ctx, needed, &mut spool)?;
    JsonWriter::resume(spool.buffer()).end_map();
    JsonWriter::resume(spool.buffer()).key("object").begin_map();
    let templates = objects(ctx, needed, &mut spool)?;
    JsonWriter::resume(spool.buffer()).end_map();
    let templates = templates_of(ctx, &templates)?;
    let tags: Map<String, Value> = needed
        .tags
        .iter()
        .map(|(name, tag)| {
            let columns = tag.as_deref().map(entente_misp::tag::columns);
            (
                name.clone(),
                columns.map_or(json!({ "name": name }), Value::Object),
            )
        })
        .collect();
    for (key, value) in [("objectTemplates", templates), ("tagname", tags)] {
        let value = Value::Object(value).to_string();
        JsonWriter::resume(spool.buffer()).key(key).raw(value.as_bytes());
    }
    JsonWriter::resume(spool.buffer()).key("galaxymatrix").begin_map();
    let mut first = true;
    for matrix in &needed.matrices {
        let value = entente_misp::galaxy::matrix(&matrix.galaxy, &tabs(matrix), ctx.app.uuid());
        let key = matrix.galaxy.uuid.to_string();
        member(&mut spool, &mut first)
            .any_key(&key)
            .raw(value.to_string().as_bytes());
        spool.settle()?;
    }
    JsonWriter::resume(spool.buffer()).end_map();
    spool.buffer().push(b'}');
    Ok(spool.finish()?)
}

/// A matrix in the words of the wire.
pub(crate) fn tabs(matrix: &Matrix) -> Vec<entente_misp::galaxy::Tab<'_>> {
    matrix
        .tabs
        .iter()
        .map(|(name, columns)| entente_misp::galaxy::Tab {
            name,
            columns: columns
                .iter()
                .map(|column| (column.name.as_str(), column.clusters.as_slice()))
                .collect(),
        })
        .collect()
}

/// A writer for the next member of a map.
fn member<'s>(spool: &'s mut Spool, first: &mut bool) -> JsonWriter<'s> {
    if std::mem::replace(first, false) {
        JsonWriter::new(spool.buffer())
    } else {
        JsonWriter::resume(spool.buffer())
    }
}

fn attributes(ctx: &mut Ctx<'_, '_>, needed: &Needed, spool: &mut Spool) -> Result<()> {
    let Some(query) = &needed.attributes else {
        return Ok(());
    };
    let mut first = true;
    search::each_attribute(ctx, query, &Options::default(), |_, row| {
        // A search by uuid also finds what is in an event of that uuid.
        if !needed.uuids.contains(&row.attribute.uuid) {
            return Ok(());
        }
        let tags = tag_views(&row.tags);
        let parts = AttributeParts {
            event_uuid: Some(row.event.uuid),
            tags: &tags,
            ..AttributeParts::default()
        };
        let mut json = member(spool, &mut first);
        let value = json.any_key(&row.attribute.uuid.to_string()).value();
        write::attribute(value, &row.attribute, AttributeShape::View, &parts);
        Ok(spool.settle()?)
    })?;
    Ok(())
}

fn objects(ctx: &mut Ctx<'_, '_>, needed: &Needed, spool: &mut Spool) -> Result<BTreeSet<(Uuid, i64)>> {
    let mut templates = BTreeSet::new();
    let Some(query) = &needed.objects else {
        return Ok(templates);
    };
    let mut first = true;
    search::each_object(ctx, query, &Options::default(), |_, row| {
        if !needed.uuids.contains(&row.object.uuid) {
            return Ok(());
        }
        templates.extend(
            row.object
                .template_uuid
                .map(|uuid| (uuid, row.object.template_version)),
        );
        let mut json = member(spool, &mut first);
        object(json.any_key(&row.object.uuid.to_string()).value(), &row);
        Ok(spool.settle()?)
    })?;
    Ok(templates)
}

fn object(out: &mut Vec<u8>, row: &ObjectRow) {
    let mut members = vec![b'['];
    for member in &row.members {
        if members.len() > 1 {
            members.push(b',');
        }
        let tags = tag_views(&member.tags);
        let parts = AttributeParts {
            tags: &tags,
            ..AttributeParts::default()
        };
        write::attribute(&mut members, &member.attribute, AttributeShape::View, &parts);
    }
    members.push(b']');
    write::object(out, &row.object, &ObjectParts::default(), Some(&members));
}

/// The templates of the objects as `uuid.version`, as far as they are known.
fn templates_of(ctx: &mut Ctx<'_, '_>, wanted: &BTreeSet<(Uuid, i64)>) -> Result<Map<String, Value>> {
    let found = template::of_objects(ctx, wanted)?;
    Ok(found
        .iter()
        .map(|(template, elements)| {
            let key = format!("{}.{}", template.uuid, template.version);
            let mut columns = entente_misp::template::columns(template);
            let elements = elements.iter().map(entente_misp::template::element).collect();
            if let Some(columns) = columns.as_object_mut() {
                columns.insert("ObjectTemplateElement".to_owned(), elements);
            }
            (key, columns)
        })
        .collect())
}
