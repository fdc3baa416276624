//! A report made from an event. spec: 08#2
use crate::answer::Answer;
use crate::call::Call;
use crate::routes::Outcome;
use crate::scalars;
use crate::search::rest::refusal;
use entente_engine::report::{self, Composition};
use entente_misp::filter;
use entente_model::draft::{Given, ReportDraft};
use entente_model::level::Distribution;
use entente_model::search::Subject;
use entente_model::time;
use serde_json::{Value, json};

/// `POST /eventReports/reportFromEvent/<event>` with options and, beside them, filters of attributes. With `raw`
/// the text is answered and nothing stored.
pub async fn from_event(call: Call) -> Outcome {
    if call.is_read() {
        return crate::describe::answer(&call);
    }
    let mut body = call.json_map("EventReport")?;
    if let Some(Value::Object(filters)) = body.remove("filters") {
        body.extend(filters);
    }
    let flag = |key: &str, default: bool| {
        let named = call.named(key).map(Value::from);
        body.get(key)
            .cloned()
            .or(named)
            .as_ref()
            .and_then(scalars::flag)
            .unwrap_or(default)
    };
    let composition = Composition {
        metadata: flag("include_event_metadata", true),
        correlations: flag("include_correlations", true),
        matrix: flag("include_attack_matrix", true),
    };
    let raw = flag("raw", false);
    let target = call.reference(0);
    let params = filter::collect(Subject::Attribute, Value::Object(body), &[], &[]);
    let search = filter::read(Subject::Attribute, params, call.app.now()).map_err(|error| refusal(&error))?;
    let content = call
        .read(move |ctx| report::compose(ctx, target, search.query, composition))
        .await?;
    if raw {
        return Ok(Answer::json(&json!({ "report": content })));
    }
    let draft = ReportDraft {
        name: Some(format!("Event report ({})", time::datetime(call.app.now()))),
        content: Some(content),
        distribution: Given::Value(Distribution::Inherit),
        ..ReportDraft::default()
    };
    super::added(&call, draft, "reportFromEvent").await
}
