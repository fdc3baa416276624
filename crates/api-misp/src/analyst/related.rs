//! What a relationship points at, as far as the caller sees it. spec: 08#1.3
use super::DirectoryNames;
use crate::answer::Answer;
use crate::call::Call;
use crate::failure::Failure;
use crate::routes::Outcome;
use entente_engine::{Ctx, Error, Result, analyst, galaxy};
use entente_misp::analyst::answer;
use entente_misp::write::{self, EventView};
use entente_model::analyst::ObjectType;
use entente_model::id::Ref;
use serde_json::{Value, json};
use uuid::Uuid;

/// `GET /analyst_data/getRelatedElement/<type>/<uuid>`.
pub async fn element(call: Call) -> Outcome {
    let Some(kind) = call.arg(0).and_then(ObjectType::from_name) else {
        return Err(Failure::not_found("Invalid type."));
    };
    let Some(Ref::Uuid(uuid)) = call.reference(1) else {
        return Err(Failure::not_found("Invalid object."));
    };
    let body = call.read(move |ctx| rendered(ctx, kind, uuid)).await?;
    Ok(Answer::rendered_json(body))
}

fn rendered(ctx: &mut Ctx<'_, '_>, kind: ObjectType, uuid: Uuid) -> Result<Vec<u8>> {
    let named = Some(Ref::Uuid(uuid));
    let wrapped = |key: &str, value: Value| Ok(json!({ key: value }).to_string().into_bytes());
    let unknown = || Error::not_found("Invalid object.");
    match kind {
        ObjectType::Event => event(ctx, named),
        ObjectType::Attribute => crate::attribute::view::one(ctx, named),
        ObjectType::Object => {
            let (object, _) = entente_engine::object::visible(ctx, named)?;
            crate::object::view::changed(ctx, object.id)
        }
        ObjectType::EventReport => {
            let (report, event) = entente_engine::report::visible(ctx, named)?;
            let mut out = Vec::new();
            crate::report::render(ctx, &report, &event, &mut out)?;
            Ok(out)
        }
        ObjectType::GalaxyCluster => {
            let placed = galaxy::cluster(ctx, named)?;
            let columns = entente_misp::galaxy::cluster_columns(&placed.cluster.cluster);
            wrapped("GalaxyCluster", Value::Object(columns))
        }
        ObjectType::Galaxy => {
            let galaxy = galaxy::view(ctx, named)?;
            wrapped("Galaxy", Value::Object(entente_misp::galaxy::columns(&galaxy)))
        }
        ObjectType::Note | ObjectType::Opinion | ObjectType::Relationship => {
            let row = analyst::find(ctx, None, named)?;
            let annotated = analyst::annotated(ctx, row)?;
            let mut out = Vec::new();
            answer(&mut out, &annotated, &DirectoryNames::of(ctx));
            Ok(out)
        }
        ObjectType::Organisation => {
            let org = ctx.directory.org_by_uuid(uuid).ok_or_else(unknown)?;
            wrapped("Organisation", entente_misp::sharing_group::short_org(org))
        }
        ObjectType::SharingGroup => {
            let group = entente_engine::sharing_group::find(ctx, named)?;
            let shown = json!({
                "id": group.id.to_string(), "name": group.name, "uuid": group.uuid.to_string(),
            });
            wrapped("SharingGroup", shown)
        }
    }
}

fn event(ctx: &mut Ctx<'_, '_>, named: Option<Ref>) -> Result<Vec<u8>> {
    let event = ctx.visible_event(named, "Invalid object.")?;
    let view = EventView {
        event: &event,
        org: crate::event::render::org_view(ctx.directory.org(event.org), event.org),
        orgc: crate::event::render::org_view(ctx.directory.org(event.orgc), event.orgc),
        sharing_group: None,
        creator_email: None,
    };
    let mut out = Vec::new();
    write::related_event(&mut out, &view, None);
    Ok(out)
}
