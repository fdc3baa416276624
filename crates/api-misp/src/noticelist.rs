//! Noticelists. spec: 05#3
use crate::answer::Answer;
use crate::call::{Call, truthy};
use crate::describe;
use crate::routes::{Outcome, routes};
use entente_engine::noticelist;

routes! {
    "noticelists": {
        "index" => index,
        "view" => view,
        "toggleenable" => toggle,
        "enablenoticelist" => enable,
        "update" => update,
        "delete" => delete,
    }
}

fn id(call: &Call) -> Option<i64> {
    call.arg(0).and_then(|text| text.parse().ok())
}

/// `GET /noticelists/index`.
async fn index(call: Call) -> Outcome {
    let lists = call.read(noticelist::list).await?;
    Ok(Answer::json(
        &lists.iter().map(entente_misp::noticelist::listed).collect(),
    ))
}

/// `GET /noticelists/view/<id>`.
async fn view(call: Call) -> Outcome {
    shown(&call, id(&call)).await
}

async fn shown(call: &Call, list: Option<i64>) -> Outcome {
    let list = call.read(move |ctx| noticelist::view(ctx, list)).await?;
    Ok(Answer::json(&entente_misp::noticelist::view(&list)))
}

/// `POST /noticelists/toggleEnable/<id>`.
async fn toggle(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let list = id(&call);
    let (_, enabled) = call
        .write(move |ctx| noticelist::set_enabled(ctx, list, None))
        .await?;
    let message = if enabled {
        "Noticelist enabled"
    } else {
        "Noticelist disabled"
    };
    Ok(Answer::success(message, &call.target.path, call.arg(0)))
}

/// `POST /noticelists/enableNoticelist/<id>[/true]`; without the last segment it disables.
async fn enable(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let (list, enabled) = (id(&call), call.arg(1).is_some_and(truthy));
    call.write(move |ctx| noticelist::set_enabled(ctx, list, Some(enabled)))
        .await?;
    shown(&call, list).await
}

/// `POST /noticelists/update`.
async fn update(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let message = match call.write(noticelist::update).await? {
        0 => "All noticelists are up to date already.".to_owned(),
        updated => format!("Successfully updated {updated} noticelists."),
    };
    Ok(Answer::success(&message, &call.target.path, None))
}

/// `POST /noticelists/delete/<id>`; an update brings a list of the library back.
async fn delete(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let list = id(&call);
    call.write(move |ctx| noticelist::delete(ctx, list)).await?;
    Ok(Answer::success(
        "Noticelist deleted.",
        &call.target.path,
        call.arg(0),
    ))
}
