//! Graphs of events that people arranged and kept. spec: 05#1.9
use crate::answer::Answer;
use crate::call::Call;
use crate::describe;
use crate::routes::{Outcome, routes};
use crate::save;
use entente_engine::event_graph::{self, Draft};
use entente_misp::correlation::event_graph as shape;
use entente_misp::read::field;
use serde_json::Value;

routes! {
    "eventgraph": {
        "view" => view,
        "add" => add,
        "delete" => delete,
    }
}

const MODEL: &str = "EventGraph";

/// `GET /event_graph/view/<event>[/<id>]`.
async fn view(call: Call) -> Outcome {
    let event = call.reference(0);
    // An id that is none names no graph.
    let only = call.arg(1).map(|text| text.parse().unwrap_or(-1));
    let graphs = call
        .read(move |ctx| event_graph::of_event(ctx, event, only))
        .await?;
    let graphs = graphs.iter().map(|(graph, email)| shape(graph, email.as_deref()));
    Ok(Answer::json(&Value::Array(graphs.collect())))
}

/// `POST /event_graph/add/<event>`.
async fn add(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let body = call.json_map(MODEL)?;
    let network = match body.get("network_json") {
        Some(Value::Object(map)) => Value::Object(map.clone()).to_string(),
        _ => field::text(&body, "network_json").unwrap_or_default(),
    };
    let draft = Draft {
        name: field::text(&body, "network_name").unwrap_or_default(),
        network,
        preview: field::text(&body, "preview_img"),
    };
    let event = call.reference(0);
    let id = call
        .write(move |ctx| event_graph::add(ctx, event, &draft))
        .await
        .map_err(save::failure("add", MODEL, "/event_graph/add".to_owned()))?;
    Ok(Answer::success(
        "EventGraph saved.",
        &call.target.path,
        Some(&id.to_string()),
    ))
}

/// `POST /event_graph/delete/<id>`.
async fn delete(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let id = call.arg(0).and_then(|text| text.parse().ok());
    let gone = call.write(move |ctx| event_graph::remove(ctx, id)).await?;
    Ok(Answer::success(
        "EventGraph deleted.",
        &call.target.path,
        Some(&gone.id.to_string()),
    ))
}
