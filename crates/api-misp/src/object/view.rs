//! Objects and references as their own endpoints answer them. spec: 03#5
use crate::answer::Answer;
use crate::call::Call;
use crate::event::render::{rendered_references, tag_views};
use crate::routes::Outcome;
use entente_engine::content::sample;
use entente_engine::event::view::{self, Deleted, ObjectItem, Options};
use entente_engine::{Ctx, Result};
use entente_misp::write::{self, AttributeParts, AttributeShape, ObjectParts};
use entente_model::event::Event;
use entente_model::id::{ElementId, Ref};

fn read_options(deleted: Deleted, attachments: bool) -> Options {
    Options {
        deleted,
        attachments,
        sightings: false,
        proposals: false,
        reports: false,
        analyst: false,
        ..Options::default()
    }
}

/// `GET /objects/view/<id>`.
pub async fn view(call: Call) -> Outcome {
    let target = call.reference(0);
    let deleted = call.named("deleted").map_or(Deleted::Hide, |text| {
        crate::event::options::deleted_of(&serde_json::Value::from(text))
    });
    let body = call.read(move |ctx| viewed(ctx, target, deleted)).await?;
    Ok(Answer::rendered_json(body))
}

fn viewed(ctx: &mut Ctx<'_, '_>, target: Option<Ref>, deleted: Deleted) -> Result<Vec<u8>> {
    let (event, item) = view::object(ctx, target, read_options(deleted, true))?;
    let mut rendered_event = Vec::new();
    write::event_of_object(&mut rendered_event, &event);
    let mut out = b"{\"Object\":".to_vec();
    object(&mut out, &item, Some(&rendered_event), AttributeShape::Event);
    out.push(b'}');
    Ok(out)
}

fn object(out: &mut Vec<u8>, item: &ObjectItem, event: Option<&[u8]>, shape: AttributeShape) {
    let references = rendered_references(item);
    let parts = ObjectParts {
        event,
        references: Some(&references),
        ..ObjectParts::default()
    };
    let mut members = vec![b'['];
    for (i, member) in item.attributes.iter().enumerate() {
        if i > 0 {
            members.push(b',');
        }
        let tags = tag_views(&member.tags);
        let data = member.file.as_deref().map(sample::encode);
        let parts = AttributeParts {
            tags: &tags,
            data: data.as_deref(),
            ..AttributeParts::default()
        };
        write::attribute(&mut members, &member.attribute, shape, &parts);
    }
    members.push(b']');
    write::object(out, &item.object, &parts, Some(&members));
}

/// The answer to adding an object. spec: 03#5.1.6
///
/// # Errors
/// `NotFound`.
pub fn changed(ctx: &mut Ctx<'_, '_>, id: ElementId) -> Result<Vec<u8>> {
    let (_, item) = view::object(ctx, Some(Ref::Id(id.0)), read_options(Deleted::Hide, false))?;
    let mut out = b"{\"Object\":".to_vec();
    object(&mut out, &item, None, AttributeShape::Columns);
    out.push(b'}');
    Ok(out)
}

/// The answer to editing an object: with deleted members when all of it is deleted. spec: 03#5.3
///
/// # Errors
/// `NotFound`.
pub fn edited(ctx: &mut Ctx<'_, '_>, id: ElementId) -> Result<Vec<u8>> {
    let target = Some(Ref::Id(id.0));
    let (object_row, event) = entente_engine::object::visible(ctx, target)?;
    let deleted = if object_row.deleted {
        Deleted::Show
    } else {
        Deleted::Hide
    };
    let (_, item) = view::object(ctx, target, read_options(deleted, false))?;
    let mut out = b"{\"Object\":".to_vec();
    object(&mut out, &item, None, AttributeShape::Columns);
    write_event(&mut out, &event);
    out.push(b'}');
    Ok(out)
}

fn write_event(out: &mut Vec<u8>, event: &Event) {
    out.extend_from_slice(b",\"Event\":");
    write::event_of_object(out, event);
}

/// `GET /objectReferences/view/<id>`.
pub async fn reference(call: Call) -> Outcome {
    let target = call.reference(0);
    let body = call.read(move |ctx| reference_body(ctx, target)).await?;
    Ok(Answer::rendered_json(body))
}

/// A reference in its envelope.
///
/// # Errors
/// `NotFound`.
pub fn reference_body(ctx: &mut Ctx<'_, '_>, target: Option<Ref>) -> Result<Vec<u8>> {
    let reference = entente_engine::object::reference::view(ctx, target)?;
    let mut out = b"{\"ObjectReference\":".to_vec();
    write::reference_answer(&mut out, &reference);
    out.push(b'}');
    Ok(out)
}
