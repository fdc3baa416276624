//! Collections of events and clusters. spec: 08#6.2
use crate::answer::Answer;
use crate::call::Call;
use crate::criteria::Criteria;
use crate::describe;
use crate::failure::Failure;
use crate::routes::{Outcome, routes};
use crate::save;
use entente_engine::collection::{self, Query, Reach};
use entente_engine::{Ctx, Result};
use entente_misp::collection::{Surroundings, element as element_shape, read, read_element};
use entente_misp::read::field;
use entente_model::collection::{Collection, CollectionDraft, CollectionElement, ElementDraft};
use entente_model::draft::Given;
use entente_model::id::Ref;
use serde_json::Value;

routes! {
    "collections": {
        "index" => index,
        "view" => view,
        "add" => add,
        "edit" => edit,
        "delete" => delete,
    }
    "collectionelements": {
        "index" => elements,
        "add" => add_element,
        "addelementtocollection" => add_to,
        "delete" => delete_element,
    }
}

fn rendered(ctx: &Ctx<'_, '_>, row: &Collection, elements: Option<&[CollectionElement]>) -> Value {
    let group = entente_engine::event::view::group(ctx, row.sharing_group);
    entente_misp::collection::collection(
        row,
        &Surroundings {
            org: ctx.directory.org(row.org).map(AsRef::as_ref),
            orgc: ctx.directory.org(row.orgc).map(AsRef::as_ref),
            group: group.as_deref(),
            elements,
        },
    )
}

/// `/collections/index[/my_collections or /org_collections]`.
async fn index(call: Call) -> Outcome {
    let criteria = Criteria::of(&call, "Collection")?;
    let reach = match call.arg(0) {
        None => Reach::Visible,
        Some("my_collections") => Reach::Own,
        Some("org_collections") => Reach::Organisation,
        Some(_) => return Err(Failure::not_found("Invalid filter.")),
    };
    let query = Query {
        uuids: criteria.some_uuids("uuid"),
        name: criteria.terms("name"),
        kind: criteria.terms("type"),
        anywhere: criteria.anywhere(),
        page: criteria.page(),
        ..Query::default()
    };
    let rows = call
        .read(move |ctx| {
            let rows = collection::search(ctx, reach, &query)?;
            Ok(rows
                .iter()
                .map(|row| rendered(ctx, row, None))
                .collect::<Vec<Value>>())
        })
        .await?;
    Ok(Answer::json(&Value::Array(rows)))
}

async fn show(call: &Call, named: Option<Ref>) -> Outcome {
    let shown = call.read(move |ctx| whole(ctx, named)).await?;
    Ok(Answer::json(&shown))
}

fn whole(ctx: &mut Ctx<'_, '_>, named: Option<Ref>) -> Result<Value> {
    let row = collection::find(ctx, named)?;
    let elements = collection::elements(ctx, &[row.id])?;
    Ok(rendered(ctx, &row, Some(&elements)))
}

async fn view(call: Call) -> Outcome {
    show(&call, call.reference(0)).await
}

fn draft(call: &Call) -> std::result::Result<CollectionDraft, Failure> {
    let body = call.json_map("")?;
    Ok(read(field::unwrapped(&body, "Collection"), &body))
}

async fn add(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let draft = draft(&call)?;
    let id = call
        .write(move |ctx| collection::add(ctx, &draft))
        .await
        .map_err(save::failure("add", "Collection", "/collections/add".to_owned()))?;
    show(&call, Some(Ref::Id(id))).await
}

async fn edit(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let (draft, named) = (draft(&call)?, call.reference(0));
    let id = call
        .write(move |ctx| collection::edit(ctx, named, &draft))
        .await
        .map_err(save::failure("edit", "Collection", call.target.path.clone()))?;
    show(&call, Some(Ref::Id(id))).await
}

async fn delete(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let named = call.reference(0);
    let id = call.write(move |ctx| collection::remove(ctx, named)).await?;
    let url = format!("/collections/delete/{id}");
    Ok(Answer::success(
        "Collection deleted.",
        &url,
        Some(&id.to_string()),
    ))
}

/// `/collectionElements/index/<collection>`.
async fn elements(call: Call) -> Outcome {
    let named = call.reference(0);
    let rows = call
        .read(move |ctx| {
            let row = collection::find(ctx, named)?;
            collection::elements(ctx, &[row.id])
        })
        .await?;
    Ok(Answer::json(&rows.iter().map(element_shape).collect()))
}

/// `POST /collectionElements/add/<collection>`.
async fn add_element(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let body = call.json_map("CollectionElement")?;
    let named = call
        .reference(0)
        .or_else(|| field::reference(&body, "collection_id").value());
    put(&call, named, read_element(&body)).await
}

/// `POST /collectionElements/addElementToCollection/<type>/<uuid>` with `{"collection_id":…}`.
async fn add_to(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let body = call.json_map("CollectionElement")?;
    let mut draft = read_element(&body);
    if let Some(kind) = call.arg(0) {
        draft.kind = Some(kind.to_owned());
    }
    if let Some(uuid) = call.arg(1) {
        draft.element = entente_model::id::parse_uuid(uuid).map_or(Given::Invalid, Given::Value);
    }
    let named = field::reference(&body, "collection_id").value();
    put(&call, named, draft).await
}

async fn put(call: &Call, named: Option<Ref>, draft: ElementDraft) -> Outcome {
    let row = call
        .write(move |ctx| collection::add_element(ctx, named, &draft))
        .await
        .map_err(save::failure(
            "add",
            "CollectionElement",
            call.target.path.clone(),
        ))?;
    Ok(Answer::json(&element_shape(&row)))
}

/// `POST /collectionElements/delete/<element>`.
async fn delete_element(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let named = call.reference(0);
    let row = call
        .write(move |ctx| collection::remove_element(ctx, named))
        .await?;
    let url = format!("/collection_elements/delete/{}", row.id);
    Ok(Answer::success(
        "CollectionElement deleted.",
        &url,
        Some(&row.id.to_string()),
    ))
}
