//! Attributes as their own endpoints answer them. spec: 03#4.1-4.3, 01#8.2
use crate::answer::Answer;
use crate::call::Call;
use crate::event::render::tag_views;
use crate::routes::Outcome;
use entente_engine::attribute::file::Sample;
use entente_engine::content::sample as files;
use entente_engine::event::view::{self, AttributeItem, Options};
use entente_engine::{Ctx, Result};
use entente_http::Spool;
use entente_http::spool::Spooled;
use entente_indicator::{AttributeType, Category};
use entente_misp::write::{self, AttributeParts, AttributeShape, JsonWriter, LinkView};
use entente_model::id::{ElementId, Ref};
use md5::{Digest, Md5};
use serde_json::{Map, Value, json};

fn read_options(attachments: bool) -> Options {
    Options {
        attachments,
        sightings: false,
        proposals: false,
        reports: false,
        analyst: false,
        ..Options::default()
    }
}

/// `GET /attributes/view/<id>`.
pub async fn view(call: Call) -> Outcome {
    let target = call.reference(0);
    let body = call.read(move |ctx| live(ctx, target)).await?;
    Ok(Answer::rendered_json(body))
}

/// Deleted attributes are not found here, whoever asks. spec: 03#4.3
fn live(ctx: &mut Ctx<'_, '_>, target: Option<Ref>) -> Result<Vec<u8>> {
    let (attribute, _) = entente_engine::attribute::visible(ctx, target)?;
    if attribute.deleted {
        return Err(entente_engine::Error::not_found("Invalid attribute"));
    }
    one(ctx, target)
}

/// One attribute in its envelope.
///
/// # Errors
/// `NotFound`.
pub fn one(ctx: &mut Ctx<'_, '_>, target: Option<Ref>) -> Result<Vec<u8>> {
    let (event, item) = view::attribute(ctx, target, read_options(true))?;
    let mut out = b"{\"Attribute\":".to_vec();
    let tags = tag_views(&item.tags);
    let data = item.file.as_deref().map(files::encode);
    let parts = AttributeParts {
        event_uuid: Some(event.uuid),
        data: data.as_deref(),
        tags: &tags,
        ..AttributeParts::default()
    };
    write::attribute(&mut out, &item.attribute, AttributeShape::View, &parts);
    out.push(b'}');
    Ok(out)
}

/// The answer to an edit. spec: 03#4.2
///
/// # Errors
/// `NotFound`.
pub fn edited(ctx: &mut Ctx<'_, '_>, id: ElementId) -> Result<Vec<u8>> {
    let (_, item) = view::attribute(ctx, Some(Ref::Id(id.0)), read_options(false))?;
    let mut out = b"{\"Attribute\":".to_vec();
    let tags = tag_views(&item.tags);
    let parts = AttributeParts {
        tags: &tags,
        ..AttributeParts::default()
    };
    write::attribute(&mut out, &item.attribute, AttributeShape::View, &parts);
    out.push(b'}');
    Ok(out)
}

/// The answer to adding one attribute. spec: 03#4.1
///
/// # Errors
/// `NotFound`.
pub fn added(ctx: &mut Ctx<'_, '_>, id: ElementId) -> Result<Vec<u8>> {
    let (_, item) = view::attribute(ctx, Some(Ref::Id(id.0)), read_options(false))?;
    let mut out = b"{\"Attribute\":".to_vec();
    write::attribute(
        &mut out,
        &item.attribute,
        AttributeShape::Columns,
        &AttributeParts::default(),
    );
    JsonWriter::resume(&mut out)
        .key("AttributeTag")
        .raw(&links(&item));
    out.push(b'}');
    Ok(out)
}

fn links(item: &AttributeItem) -> Vec<u8> {
    let mut out = vec![b'['];
    for (i, tag) in item.tags.iter().enumerate() {
        if i > 0 {
            out.push(b',');
        }
        write::tag_link(&mut out, &tag.link, &tag.tag, LinkView::Attribute);
    }
    out.push(b']');
    out
}

/// The answer to adding several attributes, in the order of submission. spec: 03#4.1
///
/// # Errors
/// Of the database or the spool.
pub fn added_list(ctx: &mut Ctx<'_, '_>, ids: &[ElementId], errors: &Map<String, Value>) -> Result<Spooled> {
    let mut spool = Spool::default();
    spool.buffer().extend_from_slice(b"{\"Attribute\":[");
    let mut first = true;
    if let Some(event) = ids.first().map(|id| id.event()) {
        view::attributes(ctx, event, ids, read_options(false), |_, item| {
            if !std::mem::take(&mut first) {
                spool.buffer().push(b',');
            }
            let tags = tag_views(&item.tags);
            let parts = AttributeParts {
                tags: &tags,
                ..AttributeParts::default()
            };
            write::attribute(spool.buffer(), &item.attribute, AttributeShape::Columns, &parts);
            Ok(spool.settle()?)
        })?;
    }
    spool.buffer().push(b']');
    if !errors.is_empty() {
        JsonWriter::resume(spool.buffer())
            .key("errors")
            .raw(Value::Object(errors.clone()).to_string().as_bytes());
    }
    spool.buffer().push(b'}');
    Ok(spool.finish()?)
}

/// A sample for `downloadSample`. spec: 03#4.5
#[must_use]
pub fn sample(sample: &Sample) -> Value {
    json!({
        "md5": sample.attribute.value2.clone().unwrap_or_else(|| hex::encode(Md5::digest(&sample.content))),
        "base64": files::encode(&sample.content),
        "filename": sample.attribute.value1,
        "attribute_id": sample.attribute.id.to_string(),
        "event_id": sample.attribute.event().to_string(),
        "event_info": sample.event_info,
    })
}

/// `GET /attributes/describeTypes`. spec: 01#10.2
pub async fn describe_types(_call: Call) -> Outcome {
    let mut defaults = Map::new();
    for kind in AttributeType::all() {
        let to_ids = i64::from(kind.default_to_ids());
        defaults.insert(
            kind.name().to_owned(),
            json!({"default_category": kind.default_category().name(), "to_ids": to_ids}),
        );
    }
    let types: Vec<&str> = AttributeType::all().map(AttributeType::name).collect();
    let categories: Vec<&str> = Category::all().map(Category::name).collect();
    let mut mappings = Map::new();
    for category in Category::all() {
        let names: Vec<&str> = category.types().map(AttributeType::name).collect();
        mappings.insert(category.name().to_owned(), json!(names));
    }
    Ok(Answer::json(&json!({"result": {
        "sane_defaults": defaults,
        "types": types,
        "categories": categories,
        "category_type_mappings": mappings,
    }})))
}
