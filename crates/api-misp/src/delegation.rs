//! Handing events over. spec: 03#18, 08#4
use crate::answer::Answer;
use crate::call::Call;
use crate::criteria::Criteria;
use crate::describe;
use crate::failure::{Failure, field_errors};
use crate::routes::{Outcome, routes};
use entente_engine::delegation::{self, Draft, RECIPIENT_DECIDES, Shown};
use entente_engine::{Ctx, Error};
use entente_misp::delegation::{Shown as View, delegation as shape};
use entente_misp::read::field;
use entente_model::draft::Given;
use serde_json::Value;

routes! {
    "eventdelegations": {
        "index" => index,
        "view" => view,
        "delegateevent" => delegate,
        "acceptdelegation" => accept,
        "deletedelegation" => discard,
    }
}

fn id(call: &Call) -> Option<i64> {
    call.arg(0).and_then(|text| text.parse().ok())
}

fn rendered(ctx: &Ctx<'_, '_>, shown: &Shown) -> Value {
    shape(&View {
        row: &shown.row,
        event: shown.event.as_ref(),
        org: ctx.directory.org(shown.row.org).map(AsRef::as_ref),
        requester: ctx.directory.org(shown.row.requester).map(AsRef::as_ref),
    })
}

async fn index(call: Call) -> Outcome {
    let criteria = Criteria::of(&call, "EventDelegation")?;
    let context = criteria.text("context");
    let rows = call
        .read(move |ctx| {
            let rows = delegation::list(ctx, context.as_deref())?;
            Ok(rows
                .iter()
                .map(|shown| rendered(ctx, shown))
                .collect::<Vec<Value>>())
        })
        .await?;
    Ok(Answer::json(&Value::Array(rows)))
}

async fn show(call: &Call, id: Option<i64>) -> Outcome {
    let shown = call
        .read(move |ctx| {
            let shown = delegation::view(ctx, id)?;
            Ok(rendered(ctx, &shown))
        })
        .await?;
    Ok(Answer::json(&shown))
}

async fn view(call: Call) -> Outcome {
    show(&call, id(&call)).await
}

fn failure(error: Error, url: String) -> Failure {
    match error {
        Error::Fields(errors) => {
            Failure::save("delegateEvent", "EventDelegation", url, field_errors(&errors))
        }
        Error::Denied(message) | Error::Conflict(message) => Failure::not_allowed(message),
        other => other.into(),
    }
}

async fn delegate(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let body = call.json_map("EventDelegation")?;
    let event = match call.arg(0) {
        Some(_) => call.reference(0),
        None => field::reference(&body, "event_id").value(),
    };
    let draft = Draft {
        org: field::reference(&body, "org_id").value(),
        distribution: match field::int(&body, "distribution") {
            Given::Value(number) => number,
            Given::Absent => RECIPIENT_DECIDES,
            Given::Invalid => i64::MAX,
        },
        sharing_group: field::reference(&body, "sharing_group_id").value(),
        message: field::text(&body, "message").unwrap_or_default(),
    };
    let url = call.target.path.clone();
    let id = call
        .write(move |ctx| delegation::request(ctx, event, &draft))
        .await
        .map_err(|error| failure(error, url))?;
    show(&call, Some(id)).await
}

async fn accept(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let (id, url) = (id(&call), call.target.path.clone());
    let event = call
        .write(move |ctx| delegation::accept(ctx, id))
        .await
        .map_err(|error| failure(error, url))?;
    Ok(Answer::success(
        "Event ownership transferred.",
        &call.target.path,
        Some(&event.to_string()),
    ))
}

async fn discard(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let (id, url) = (id(&call), call.target.path.clone());
    let id = call
        .write(move |ctx| delegation::discard(ctx, id))
        .await
        .map_err(|error| failure(error, url))?;
    Ok(Answer::success(
        "Delegation request deleted.",
        &call.target.path,
        Some(&id.to_string()),
    ))
}
