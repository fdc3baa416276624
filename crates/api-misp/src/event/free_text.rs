//! `POST /events/freeTextImport/<event>`. spec: 04#8
use crate::answer::Answer;
use crate::call::{Call, truthy};
use crate::event::options::json_truthy;
use crate::failure::Failure;
use crate::routes::Outcome;
use entente_engine::free_text::{self, Adherence, Request, Taken};
use entente_indicator::free_text::{Comment, Found};
use entente_misp::read::field;
use entente_model::draft::GroupChoice;
use entente_model::event::Event;
use serde_json::{Map, Value, json};

/// Recognises the indicators of a text and stores them, or only tells them.
pub async fn import(call: Call) -> Outcome {
    if call.is_read() {
        return crate::describe::answer(&call);
    }
    let body = match call.json()? {
        Value::String(text) => Map::from_iter([("value".to_owned(), Value::String(text))]),
        Value::Object(body) => field::unwrapped(&body, "Attribute").clone(),
        _ => Map::new(),
    };
    let Some(text) = field::text(&body, "value") else {
        return Err(Failure::bad_request("Give the text under `value`."));
    };
    let target = call.reference(0);
    let told_only = body.get("returnMetaAttributes").is_some_and(json_truthy);
    let request = request(&body)?;
    let found = call
        .read(move |ctx| free_text::recognise(ctx, target, &text))
        .await?;
    if told_only {
        return Ok(Answer::json(
            &found.iter().map(choices).collect::<Vec<_>>().into(),
        ));
    }
    let (event, taken) = call
        .write(move |ctx| free_text::import(ctx, target, &found, &request))
        .await?;
    // Who waits for the end is told what was stored, who does not what was found.
    let waits = call.named("disable_background_processing").is_some_and(truthy);
    let shown = taken.iter().filter(|taken| taken.stored || !waits);
    Ok(Answer::json(
        &shown
            .map(|taken| stored(&event, taken))
            .collect::<Vec<_>>()
            .into(),
    ))
}

fn request(body: &Map<String, Value>) -> Result<Request, Failure> {
    let distribution = field::distribution(body, "distribution");
    if distribution.is_invalid() {
        return Err(Failure::bad_request("distribution is a number from 0 to 5."));
    }
    let adherence = match body.get("adhereToWarninglists") {
        Some(Value::String(text)) if text == "soft" => Adherence::Soft,
        Some(value) if json_truthy(value) => Adherence::Strict,
        _ => Adherence::Ignore,
    };
    Ok(Request {
        adherence,
        distribution,
        group: field::reference(body, "sharing_group_id")
            .value()
            .map(GroupChoice::Ref),
    })
}

/// What a find may be saved as.
pub(crate) fn choices(found: &Found) -> Value {
    let types: Map<String, Value> = found
        .alternatives()
        .iter()
        .map(|choice| (choice.name().to_owned(), Value::from(choice.name())))
        .collect();
    let mut shown = Map::from_iter([
        ("types".to_owned(), Value::Object(types)),
        ("default_type".to_owned(), found.default_type().name().into()),
        ("value".to_owned(), found.value.as_str().into()),
        ("original_value".to_owned(), found.original_value.as_str().into()),
        ("to_ids".to_owned(), i64::from(found.to_ids()).into()),
    ]);
    comment(&mut shown, found.comment);
    Value::Object(shown)
}

fn stored(event: &Event, taken: &Taken) -> Value {
    let found = &taken.found;
    let mut shown = json!({
        "type": found.default_type().name(),
        "category": found.category().name(),
        "value": found.value,
        "original_value": found.original_value,
        "to_ids": taken.to_ids,
        "distribution": taken.distribution.number().to_string(),
        "event_id": event.id.to_string(),
    });
    if let Some(map) = shown.as_object_mut() {
        comment(map, found.comment);
    }
    shown
}

fn comment(shown: &mut Map<String, Value>, told: Comment) {
    let value = match told {
        Comment::None => return,
        Comment::NoPort => Value::Bool(false),
        Comment::OnPort(_) => Value::from(told.to_string()),
    };
    shown.insert("comment".to_owned(), value);
}
