//! Looking for indicators and context in a report, and writing what was found. spec: 08#2, 08#2.2
use super::{refused, shown};
use crate::answer::Answer;
use crate::call::Call;
use crate::event::options::json_truthy;
use crate::failure::Failure;
use crate::routes::Outcome;
use crate::scalars;
use entente_engine::Result as Done;
use entente_engine::report::{self, Accepted, Extraction, Plan, What};
use entente_http::Spool;
use entente_http::spool::Spooled;
use entente_indicator::{AttributeType, Category};
use entente_misp::read;
use entente_model::attribute::Attribute;
use entente_model::draft::{AttributeDraft, Given, ReportDraft};
use entente_model::level::Distribution;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// `GET /eventReports/extractFromReport/<report>`: what would be extracted.
pub async fn preview(call: Call) -> Outcome {
    let target = call.reference(0);
    let spooled = call
        .read(move |ctx| {
            let plan = report::plan(ctx, target)?;
            rendered(&plan)
        })
        .await?;
    Ok(Answer::spooled_json(spooled))
}

fn rendered(plan: &Plan) -> Done<Spooled> {
    let mut types = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let recognised: Vec<Value> = plan
        .found
        .iter()
        .filter(|found| seen.insert(found.value.as_str()))
        .map(|found| {
            types.extend(found.types().map(AttributeType::name));
            let mut shown = crate::event::free_text::choices(found);
            if let Some(shown) = shown.as_object_mut() {
                shown.insert("default_category".to_owned(), found.category().name().into());
            }
            shown
        })
        .collect();
    let (mut values, mut context) = (Map::new(), Map::new());
    for extraction in &plan.extractions {
        let words = plan.words(extraction).to_owned();
        match &extraction.what {
            What::Attribute(attribute) => {
                values.entry(words).or_insert_with(|| short(attribute));
            }
            What::Context(tag) => {
                context
                    .entry(words)
                    .or_insert_with(|| json!({ "tagname": &**tag }));
            }
            What::Suggestion(_) => {}
        }
    }
    let head = json!({
        "complexTypeToolResult": recognised,
        "typeToCategoryMapping": categories(&types),
        "replacementValues": values,
        "replacementContext": context,
    });
    let mut spool = Spool::default();
    let head = head.to_string();
    let open = head.strip_suffix('}').unwrap_or(&head);
    spool.buffer().extend_from_slice(open.as_bytes());
    spool.buffer().extend_from_slice(b",\"extractions\":[");
    places(plan, &mut spool)?;
    spool.buffer().extend_from_slice(b"]}");
    Ok(spool.finish()?)
}

/// Categories that a type may be filed under.
fn categories(types: &BTreeSet<&'static str>) -> Value {
    let of = |name: &str| -> Vec<&'static str> {
        let kind = AttributeType::from_name(name);
        let allowing = Category::all().filter(|category| kind.is_some_and(|kind| category.allows(kind)));
        allowing.map(Category::name).collect()
    };
    types
        .iter()
        .map(|name| ((*name).to_owned(), json!(of(name))))
        .collect::<Map<_, _>>()
        .into()
}

fn short(attribute: &Attribute) -> Value {
    json!({
        "id": attribute.id.to_string(),
        "uuid": attribute.uuid.to_string(),
        "type": AttributeType::from_id(attribute.kind).map(AttributeType::name),
        "category": Category::from_id(attribute.category).map(Category::name),
        "value": attribute.value(),
        "to_ids": attribute.to_ids,
    })
}

/// Places in characters, since clients count those.
fn places(plan: &Plan, spool: &mut Spool) -> Done<()> {
    let text = plan.content();
    let (mut at, mut counted) = (0, 0);
    for (index, extraction) in plan.extractions.iter().enumerate() {
        counted += characters(text, at, extraction.start);
        at = extraction.start;
        if index > 0 {
            spool.buffer().push(b',');
        }
        let shown = place(plan, extraction, counted).to_string();
        spool.buffer().extend_from_slice(shown.as_bytes());
        spool.settle()?;
    }
    Ok(())
}

fn characters(text: &str, from: usize, to: usize) -> usize {
    text.get(from..to).map_or(0, |part| part.chars().count())
}

fn place(plan: &Plan, extraction: &Extraction, start: usize) -> Value {
    let words = plan.words(extraction);
    let (kind, target) = match &extraction.what {
        What::Attribute(attribute) => ("attribute", attribute.uuid.to_string()),
        What::Context(tag) => ("tag", tag.to_string()),
        What::Suggestion(found) => ("suggestion", found.value.clone()),
    };
    json!({
        "anchor": extraction.anchor,
        "start": start,
        "length": words.chars().count(),
        "text": words,
        "kind": kind,
        "target": target,
    })
}

/// `POST /eventReports/extractAllFromReport/<report>` with `{"tag_event":true}`.
pub async fn all(call: Call) -> Outcome {
    if call.is_read() {
        return crate::describe::answer(&call);
    }
    let target = call.reference(0);
    let tag_event = call
        .json_map("EventReport")?
        .get("tag_event")
        .is_some_and(json_truthy);
    let plan = call
        .read(move |ctx| {
            report::editable(ctx, target)?;
            report::plan(ctx, target)
        })
        .await?;
    let id = call
        .write(move |ctx| report::apply(ctx, &plan, tag_event))
        .await
        .map_err(|error| refused("extractAllFromReport", &call, error))?;
    shown(&call, id).await
}

/// `POST /eventReports/undoExtraction/<report>`: takes the last extraction back.
pub async fn undo(call: Call) -> Outcome {
    if call.is_read() {
        return crate::describe::answer(&call);
    }
    let target = call.reference(0);
    let id = call
        .write(move |ctx| report::undo(ctx, target))
        .await
        .map_err(|error| refused("undoExtraction", &call, error))?;
    shown(&call, id).await
}

/// `POST /eventReports/replaceSuggestionInReport/<report>` with
/// `{"suggestions":{"content":"…","mapping":{"<value>":{"type":"…","category":"…","to_ids":true}}}}`.
pub async fn accept(call: Call) -> Outcome {
    if call.is_read() {
        return crate::describe::answer(&call);
    }
    let body = call.json_map("EventReport")?;
    let suggestions = match body.get("suggestions") {
        Some(Value::String(text)) => serde_json::from_str(text).unwrap_or_default(),
        Some(other) => other.clone(),
        None => Value::Null,
    };
    let Some(content) = suggestions
        .get("content")
        .and_then(Value::as_str)
        .map(str::to_owned)
    else {
        return Err(Failure::bad_request(
            "Give `suggestions` with `content`, the text with its suggestions, and `mapping`.",
        ));
    };
    let accepted = accepted(suggestions.get("mapping"))?;
    let target = call.reference(0);
    let id = call
        .write(move |ctx| report::accept(ctx, target, &content, &accepted))
        .await
        .map_err(|error| refused("replaceSuggestionInReport", &call, error))?;
    shown(&call, id).await
}

fn accepted(mapping: Option<&Value>) -> Result<Vec<Accepted>, Failure> {
    let Some(Value::Object(mapping)) = mapping else {
        return match mapping {
            None | Some(Value::Null) => Ok(Vec::new()),
            Some(Value::Array(list)) if list.is_empty() => Ok(Vec::new()),
            Some(_) => Err(Failure::bad_request(
                "`mapping` is a map from values to attributes.",
            )),
        };
    };
    let one = |(value, wanted): (&String, &Value)| {
        let text = |key: &str| wanted.get(key).and_then(Value::as_str).map(str::to_owned);
        let Some(kind) = text("type") else {
            return Err(Failure::bad_request(format!("The type of {value} is missing.")));
        };
        Ok(Accepted {
            value: value.clone(),
            attribute: AttributeDraft {
                kind: Some(kind),
                category: text("category"),
                value: Some(value.clone()),
                to_ids: wanted
                    .get("to_ids")
                    .and_then(scalars::flag)
                    .map_or(Given::Absent, Given::Value),
                comment: text("comment"),
                ..AttributeDraft::default()
            },
        })
    };
    mapping.iter().map(one).collect()
}

/// `POST /eventReports/importReportFromUrl/<event>` with `{"url":"…","content":"…"}`. This server fetches nothing
/// from other sites, so the caller sends the text of the page.
pub async fn import(call: Call) -> Outcome {
    if call.is_read() {
        return crate::describe::answer(&call);
    }
    let body = call.json_map("EventReport")?;
    let url = read::field::text(&body, "url").unwrap_or_default();
    let leads = url.starts_with("https://") || url.starts_with("http://");
    if !leads || url.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err(Failure::bad_request("`url` is the http(s) address of the page."));
    }
    let Some(content) = read::field::text(&body, "content") else {
        return Err(Failure::bad_request(
            "This server fetches no pages. Send the text of the page as Markdown in `content`.",
        ));
    };
    let draft = ReportDraft {
        name: Some(format!("Report from - {url}")),
        content: Some(content),
        distribution: Given::Value(Distribution::Inherit),
        ..ReportDraft::default()
    };
    super::added(&call, draft, "importReportFromUrl").await
}
