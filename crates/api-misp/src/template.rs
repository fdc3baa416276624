//! Object templates. spec: 03#5.6, 07#3.3
use crate::answer::Answer;
use crate::call::Call;
use crate::describe;
use crate::failure::Failure;
use crate::routes::{Outcome, routes};
use crate::save;
use crate::scalars;
use entente_engine::template::{self, Listing};
use entente_model::id::Ref;
use serde_json::{Value, json};
use std::collections::BTreeSet;

routes! {
    "objecttemplates": {
        "index" => index,
        "view" => view,
        "getraw" => raw,
        "update" => update,
        "activate" => activate,
        "possibleobjecttemplates" => possible,
        "objectmetachoice" => groups,
        "objectchoice" => choice,
        "add" => add,
        "edit" => edit,
        "delete" => delete,
    }
}

/// `GET /objectTemplates/index[/all][/searchall:x]`.
async fn index(call: Call) -> Outcome {
    let body = call.json_map("ObjectTemplate")?;
    let sent = body
        .get("searchall")
        .or_else(|| body.get("value"))
        .map(scalars::texts);
    let text = sent.and_then(|texts| texts.into_iter().next()).or_else(|| {
        let named = call.named("searchall").or_else(|| call.named("value"));
        named.map(str::to_owned)
    });
    let listing = Listing {
        inactive_too: call.arg(0) == Some("all"),
        text: text.filter(|text| !text.trim().is_empty()),
    };
    listed(&call, listing).await
}

async fn listed(call: &Call, listing: Listing) -> Outcome {
    let templates = call.read(move |ctx| template::list(ctx, &listing)).await?;
    Ok(Answer::json(
        &templates.iter().map(entente_misp::template::listed).collect(),
    ))
}

/// `GET /objectTemplates/view/<id or uuid>`.
async fn view(call: Call) -> Outcome {
    let reference = call.reference(0);
    shown(&call, reference).await
}

async fn shown(call: &Call, reference: Option<Ref>) -> Outcome {
    let admin = call.actor.is_site_admin();
    let view = call
        .read(move |ctx| {
            let (template, elements) = template::view(ctx, reference)?;
            let author = admin.then(|| {
                let own = (template.user == ctx.actor.user_id()).then(|| ctx.actor.user.email.clone());
                let id = (!template.user.is_none()).then(|| template.user.to_string());
                (id, own)
            });
            let org = ctx.directory.org(template.org);
            Ok(entente_misp::template::view(
                &template,
                &elements,
                org.map(AsRef::as_ref),
                author,
            ))
        })
        .await?;
    Ok(Answer::json(&view))
}

/// `GET /objectTemplates/getRaw/<uuid or name>`: the published file.
async fn raw(call: Call) -> Outcome {
    let name = call.arg(0).unwrap_or_default().to_owned();
    let definition = call.read(move |ctx| template::definition(ctx, &name)).await?;
    Ok(Answer::rendered_json(definition.into_bytes()))
}

/// `POST /objectTemplates/update[/<name>/<force>]`: libraries come from outside (`entente knowledge
/// import`), so this answers what is here: the list.
async fn update(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    listed(&call, Listing::default()).await
}

/// `POST /objectTemplates/activate` with `{"ObjectTemplate":{"data":<id>}}`.
async fn activate(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let body = call.json_map("ObjectTemplate")?;
    let sent = body
        .get("data")
        .or_else(|| body.get("id"))
        .map(scalars::references);
    let reference = sent
        .and_then(|ids| ids.into_iter().next())
        .or_else(|| call.reference(0));
    let active = call.write(move |ctx| template::toggle(ctx, reference)).await?;
    let success = if active {
        "Template activated."
    } else {
        "Template disabled."
    };
    Ok(Answer::json(&json!({ "saved": true, "success": success })))
}

/// `POST /objectTemplates/possibleObjectTemplates` with `{"attributeTypes":[…]}`.
async fn possible(call: Call) -> Outcome {
    let body = call.json_map("ObjectTemplate")?;
    let types = body.get("attributeTypes").map(scalars::texts).unwrap_or_default();
    let fitting = call.read(move |ctx| template::possible(ctx, &types)).await?;
    Ok(Answer::json(
        &fitting.iter().map(entente_misp::template::choice).collect(),
    ))
}

/// `GET /objectTemplates/objectMetaChoice/<event>`: the groups of active templates.
async fn groups(call: Call) -> Outcome {
    let templates = call.read(|ctx| template::list(ctx, &Listing::default())).await?;
    let groups: BTreeSet<&str> = templates
        .iter()
        .map(|template| template.meta_category.as_str())
        .collect();
    Ok(Answer::json(&groups.into_iter().collect::<Value>()))
}

/// `GET /objectTemplates/objectChoice/<event>[/<group>]`: the active templates of a group.
async fn choice(call: Call) -> Outcome {
    let mut templates = call.read(|ctx| template::list(ctx, &Listing::default())).await?;
    if let Some(group) = call.arg(1).filter(|group| *group != "0") {
        templates.retain(|template| template.meta_category == group);
    }
    templates.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(Answer::json(
        &templates.iter().map(entente_misp::template::choice).collect(),
    ))
}

/// `POST /objectTemplates/add` with a template in the published layout; answers it as a view does.
async fn add(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let definition = call.json_map("ObjectTemplate")?;
    let id = call
        .write(move |ctx| template::add(ctx, &definition))
        .await
        .map_err(save::failure("add", "ObjectTemplate", call.target.path.clone()))?;
    shown(&call, Some(Ref::Id(id))).await
}

/// `POST /objectTemplates/edit/<id or uuid>` with what changes; answers the new version.
async fn edit(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let (changes, reference) = (call.json_map("ObjectTemplate")?, call.reference(0));
    let id = call
        .write(move |ctx| template::edit(ctx, reference, &changes))
        .await
        .map_err(save::failure("edit", "ObjectTemplate", call.target.path.clone()))?;
    shown(&call, Some(Ref::Id(id))).await
}

/// `POST /objectTemplates/delete/<id>`.
async fn delete(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let Some(reference @ Ref::Id(_)) = call.reference(0) else {
        // A uuid names all versions, which nobody deletes at once.
        return Err(Failure::not_found("Invalid object template."));
    };
    call.write(move |ctx| template::delete(ctx, Some(reference)))
        .await?;
    Ok(Answer::success(
        "ObjectTemplate deleted",
        &call.target.path,
        call.arg(0),
    ))
}
