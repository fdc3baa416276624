//! Adding, editing and deleting events. spec: 03#3.3-3.5
use super::options::Shown;
use super::render;
use crate::answer::Answer;
use crate::call::{Call, truthy};
use crate::failure::{Failure, field_errors};
use crate::routes::Outcome;
use entente_engine::content::dropped::Dropped;
use entente_engine::event::add::Added;
use entente_engine::event::edit::EventEdit;
use entente_engine::event::intake::Intake;
use entente_engine::event::view::Options;
use entente_engine::{Error, event};
use entente_http::Received;
use entente_misp::read::{self, EventSink, ReadError, Stop};
use entente_model::draft::{AttributeDraft, EventDraft, Given, ObjectDraft};
use entente_model::id::{EventId, Ref};
use http::StatusCode;
use serde_json::{Value, json};
use std::sync::Arc;

const EXISTS: &str =
    "Event already exists, if you would like to edit it, use the url in the location header.";

/// What a peer is told whose event is taken and shown to nobody. spec: 11#BI-O22
const WITHHELD: &str = "The event was taken, but it is withheld from you: a tag of it may name a real classification, \
    and this platform is for unclassified data. The organisation that runs this server decides what becomes of it.";

/// Delivers elements to the intake and keeps the reason when it wants no more.
pub(super) struct Taking {
    pub(super) intake: Intake,
    pub(super) error: Option<Error>,
}

impl Taking {
    pub(super) fn new(intake: Intake) -> Self {
        Self { intake, error: None }
    }
    fn keep(&mut self, result: entente_engine::Result<()>) -> Result<(), Stop> {
        result.map_err(|error| {
            self.error = Some(error);
            Stop
        })
    }
}

impl EventSink for Taking {
    fn attribute(&mut self, draft: AttributeDraft) -> Result<(), Stop> {
        let result = self.intake.attribute(draft);
        self.keep(result)
    }
    fn object(&mut self, draft: ObjectDraft) -> Result<(), Stop> {
        let result = self.intake.object(draft);
        self.keep(result)
    }
}

/// `POST /events/add`.
pub async fn add(call: Call) -> Outcome {
    if call.is_read() {
        return crate::describe::answer(&call);
    }
    let app = call.app.clone();
    let (call, read) = parse(call, move |body| {
        let mut taking = Taking::new(Intake::new(&app));
        let header = match read::event(body.reader()?, &mut taking) {
            Ok(header) => header,
            // A body without anything still meets the blocklists first. spec: 03#21 blocklists
            Err(ReadError::Empty) => return Err(empty_body()),
            Err(ReadError::Stopped) => {
                return Err(taking
                    .error
                    .map_or_else(|| Failure::from(ReadError::Stopped), Failure::from));
            }
            Err(error) => return Err(error.into()),
        };
        Ok((header, taking.intake.finish()?))
    })
    .await?;
    let (header, (content, dropped)) = read;
    let header = Arc::new(header);
    let added = call
        .write({
            let header = Arc::clone(&header);
            move |ctx| event::add::add(ctx, &header, &mut content.lock())
        })
        .await
        .map_err(|error| refused("add", error))?;
    match added {
        Added::Exists(id) => {
            let failure = Failure::not_found(EXISTS);
            Err(match id {
                Some(id) => {
                    let location = format!("{}/events/{id}", call.app.base_url());
                    failure.with_header(http::header::LOCATION, location)
                }
                None => failure,
            })
        }
        Added::Event { id, dropped: more } => {
            log_dropped(id, &dropped, &more);
            whole(&call, id).await
        }
    }
}

fn empty_body() -> Failure {
    Failure::not_allowed("No valid event data received.")
}

/// Parses a body on a blocking thread, since large ones come from a file.
pub(super) async fn parse<T: Send + 'static>(
    mut call: Call,
    f: impl FnOnce(&Received) -> Result<T, Failure> + Send + 'static,
) -> Result<(Call, T), Failure> {
    let body = std::mem::replace(&mut call.body, Received::Memory(bytes::Bytes::new()));
    if let Received::Memory(bytes) = &body
        && bytes.len() < 64 << 10
    {
        let read = f(&body)?;
        return Ok((call, read));
    }
    let read = tokio::task::spawn_blocking(move || f(&body))
        .await
        .map_err(|_| {
            Failure::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "An internal error has occurred.",
            )
        })??;
    Ok((call, read))
}

/// Refusals in the shape of a save failure where MISP has one. spec: 03#3.3
pub(super) fn refused(action: &str, error: Error) -> Failure {
    let url = format!("/events/{action}");
    match error {
        Error::Fields(errors) => {
            Failure::save(action, "Event", url, json!({ "Event": field_errors(&errors) }))
        }
        Error::Denied(why) if why == entente_engine::content::capture::INVALID_GROUP && action == "add" => {
            Failure::not_allowed(why)
        }
        Error::Denied(why) if why == entente_engine::content::capture::INVALID_GROUP => {
            Failure::save(action, "Event", url, Value::from(why.into_owned()))
        }
        Error::Conflict(why) => Failure::save(action, "Event", url, Value::from(why.into_owned())),
        other => other.into(),
    }
}

pub(super) fn log_dropped(id: EventId, first: &Dropped, more: &Dropped) {
    let count = first.count() + more.count();
    if count > 0 {
        tracing::info!(event.id = id.0, count, "elements of an event body were left out");
    }
}

/// How an event is shown to who has changed it: without files; with `metadata:1` without content.
pub(super) fn shown_after_change(call: &Call) -> Shown {
    Shown {
        read: Options {
            attachments: false,
            ..Options::default()
        },
        metadata: call.named("metadata").is_some_and(truthy),
        related_events: true,
        ..Shown::default()
    }
}

/// The event as the caller sees it now.
async fn whole(call: &Call, id: EventId) -> Outcome {
    let shown = shown_after_change(call);
    let spooled = call
        .read(move |ctx| render::one(ctx, Some(Ref::Id(id.0)), &shown))
        .await
        .map_err(|error| match error {
            // It was stored a moment ago, so it is there.
            Error::NotFound(_) => Failure::forbidden(WITHHELD),
            other => other.into(),
        })?;
    Ok(Answer::spooled_json(spooled))
}

/// Collects the drafts of an edit; they are laid over what is stored inside the transaction.
#[derive(Default)]
struct Collecting {
    edit: EventEdit,
    too_many: bool,
    count: usize,
}

impl Collecting {
    fn counted(&mut self, more: usize) -> Result<(), Stop> {
        self.count += more;
        self.too_many = self.count > entente_engine::content::insert::MAX_ATTRIBUTES;
        if self.too_many { Err(Stop) } else { Ok(()) }
    }
}

impl EventSink for Collecting {
    fn attribute(&mut self, draft: AttributeDraft) -> Result<(), Stop> {
        self.counted(1)?;
        self.edit.attributes.push(draft);
        Ok(())
    }
    fn object(&mut self, draft: ObjectDraft) -> Result<(), Stop> {
        self.counted(draft.attributes.len())?;
        self.edit.objects.push(draft);
        Ok(())
    }
}

/// `POST /events/edit/<id>`.
pub async fn edit(call: Call) -> Outcome {
    if call.is_read() {
        return crate::describe::answer(&call);
    }
    let (call, edit) = parse(call, |body| {
        let mut collecting = Collecting::default();
        match read::event(body.reader()?, &mut collecting) {
            Ok(header) => collecting.edit.header = header,
            Err(ReadError::Empty) => return Err(empty_body()),
            Err(ReadError::Stopped) if collecting.too_many => {
                let limit = entente_engine::content::insert::MAX_ATTRIBUTES;
                return Err(
                    Error::TooLarge(format!("An event holds at most {limit} attributes.").into()).into(),
                );
            }
            Err(error) => return Err(error.into()),
        }
        Ok(collecting.edit)
    })
    .await?;
    let target = call.reference(0);
    let (id, dropped) = call
        .write(move |ctx| event::edit::edit(ctx, target, &edit))
        .await
        .map_err(|error| refused("edit", error))?;
    log_dropped(id, &dropped, &Dropped::default());
    whole(&call, id).await
}

/// `POST /events/delete/<id>` or a list in the body.
pub async fn delete(call: Call) -> Outcome {
    if call.is_read() {
        return crate::describe::answer(&call);
    }
    let mut refs: Vec<Option<Ref>> = call.target.args.iter().map(|arg| Ref::parse(arg)).collect();
    if refs.is_empty() {
        let body = call.json_map("Event")?;
        refs = match body.get("id") {
            Some(Value::Array(list)) => list.iter().map(reference).collect(),
            Some(one) => vec![reference(one)],
            None => Vec::new(),
        };
    }
    let failed = || {
        Failure::save(
            "delete",
            "Event",
            "/events/delete",
            Value::from("Event was not deleted."),
        )
    };
    let known: Option<Vec<Ref>> = refs.iter().copied().collect();
    let Some(known) = known.filter(|known| !known.is_empty()) else {
        return Err(failed());
    };
    let count = known.len();
    if !call.write(move |ctx| event::delete::delete(ctx, &known)).await? {
        return Err(failed());
    }
    let message = if count == 1 {
        "Event deleted.".to_owned()
    } else {
        format!("{count} events deleted.")
    };
    let id = call.arg(0).map(str::to_owned);
    let url = id
        .as_deref()
        .map_or("/events/delete".to_owned(), |id| format!("/events/delete/{id}"));
    Ok(Answer::success(&message, &url, id.as_deref()))
}

fn reference(value: &Value) -> Option<Ref> {
    match value {
        Value::String(text) => Ref::parse(text),
        Value::Number(n) => n.as_i64().map(Ref::Id),
        _ => None,
    }
}

/// Edits only header fields, as the caller.
async fn edit_header(call: &Call, draft: EventDraft) -> Result<EventId, Failure> {
    let target = call.reference(0);
    let edit = EventEdit {
        header: draft,
        ..EventEdit::default()
    };
    Ok(call
        .write(move |ctx| event::edit::edit(ctx, target, &edit))
        .await?
        .0)
}

/// `POST /events/toggleCorrelation/<id>`.
pub async fn toggle_correlation(call: Call) -> Outcome {
    if call.is_read() {
        return crate::describe::answer(&call);
    }
    let target = call.reference(0);
    let now = call
        .read(move |ctx| Ok(ctx.visible_event(target, "Invalid event")?.disable_correlation))
        .await?;
    let draft = EventDraft {
        disable_correlation: Given::Value(!now),
        ..EventDraft::default()
    };
    let id = edit_header(&call, draft).await?;
    let message = if now {
        "Correlation enabled."
    } else {
        "Correlation disabled."
    };
    Ok(Answer::success(message, &call.target.path, Some(&id.to_string())))
}

async fn set_protected(call: Call, protected: bool, message: &str) -> Outcome {
    if call.is_read() {
        return crate::describe::answer(&call);
    }
    let target = call.reference(0);
    let id = call
        .write(move |ctx| event::protect::set(ctx, target, protected))
        .await?;
    Ok(Answer::success(message, &call.target.path, Some(&id.to_string())))
}

/// `POST /events/protect/<id>`.
pub async fn protect(call: Call) -> Outcome {
    set_protected(call, true, "Event switched to protected mode.").await
}

/// `POST /events/unprotect/<id>`.
pub async fn unprotect(call: Call) -> Outcome {
    set_protected(call, false, "Event switched to unprotected mode.").await
}

/// `POST /events/upload_sample[/<event>]`. spec: 03#3.9
pub async fn upload_sample(call: Call) -> Outcome {
    if call.is_read() {
        return crate::describe::answer(&call);
    }
    super::super::sample::upload(call).await
}
