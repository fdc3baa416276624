//! `POST /events/upload_stix[/1|/2]`: a STIX document as an event. spec: 03#3.8, 12#8
use super::change::{self, Taking, parse, refused};
use super::render;
use crate::answer::Answer;
use crate::call::Call;
use crate::failure::Failure;
use crate::routes::Outcome;
use base64::Engine as _;
use entente_engine::content::capture::INVALID_GROUP;
use entente_engine::content::dropped::Dropped;
use entente_engine::content::insert::Content;
use entente_engine::event::add::Added;
use entente_engine::event::foreign::{self, Foreign};
use entente_engine::event::intake::Intake;
use entente_engine::{App, Error};
use entente_http::{Received, Source, Spool};
use entente_model::draft::{AttributeDraft, Given, GroupChoice, ObjectDraft};
use entente_model::id::{EventId, Ref};
use entente_model::level::Distribution;
use entente_stix::kind::{self, Kind};
use entente_stix::read::{self, Imported, ReadError, Sink, Stop};
use entente_stix::{ident, one};
use http::StatusCode;
use serde_json::Value;
use std::io::{Cursor, Read};
use std::sync::Arc;
use uuid::Uuid;

const ACTION: &str = "upload_stix";
const EXISTS: &str = "Event with the same UUID already exists";
/// Largest document that is kept as a file of its event, in bytes.
const LARGEST_FILE: u64 = 32 << 20;

impl Sink for Taking {
    fn attribute(&mut self, draft: AttributeDraft) -> Result<(), Stop> {
        entente_misp::read::EventSink::attribute(self, draft).map_err(|_| Stop)
    }
    fn object(&mut self, draft: ObjectDraft) -> Result<(), Stop> {
        entente_misp::read::EventSink::object(self, draft).map_err(|_| Stop)
    }
    fn left_out(&mut self, why: String) {
        self.intake.dropped.add(|| why);
    }
}

/// What the caller wants of the event, besides its content.
struct Wanted {
    distribution: Given<Distribution>,
    sharing_group: Option<GroupChoice>,
    publish: bool,
    attach: bool,
}

impl Wanted {
    fn of(call: &Call) -> Result<Self, Failure> {
        if call.arg(0).is_some_and(|version| !matches!(version, "1" | "2")) {
            return Err(Failure::bad_request("The version of STIX is 1 or 2."));
        }
        let distribution = match call.named("distribution") {
            None => Given::Absent,
            Some(text) => {
                let level = text.trim().parse().ok().and_then(Distribution::from_number);
                Given::Value(level.filter(|level| *level != Distribution::Inherit).ok_or_else(|| {
                    Failure::bad_request(
                        "Invalid distribution level: it is 0 (your organisation) to 3 (all communities), or 4 with a \
                         sharing_group_id.",
                    )
                })?)
            }
        };
        let sharing_group = match call
            .named("sharing_group_id")
            .filter(|text| !matches!(*text, "" | "0"))
        {
            None => None,
            Some(text) => {
                let group = Ref::parse(text).ok_or_else(|| Failure::bad_request(INVALID_GROUP))?;
                Some(GroupChoice::Ref(group))
            }
        };
        if distribution == Given::Value(Distribution::SharingGroup) && sharing_group.is_none() {
            return Err(Failure::bad_request("Distribution 4 takes a sharing_group_id."));
        }
        Ok(Self {
            distribution,
            sharing_group,
            publish: call.flag("publish"),
            attach: call.flag("attach"),
        })
    }
}

/// A document that was read.
struct Document {
    foreign: Foreign,
    content: Arc<parking_lot::Mutex<Content>>,
    dropped: Dropped,
    event: Uuid,
}

/// Adds the event that a document tells of.
pub async fn upload(call: Call) -> Outcome {
    if call.is_read() {
        return crate::describe::answer(&call);
    }
    let wanted = Wanted::of(&call)?;
    if call.body.is_empty() {
        return Err(unusable(&ReadError::Empty));
    }
    let app = call.app.clone();
    let (call, document) = parse(call, move |body| document(&app, body, &wanted)).await?;
    let Document {
        foreign,
        content,
        mut dropped,
        event,
    } = document;
    let added = call
        .write(move |ctx| {
            let fresh = |uuid: Uuid| ident::derived(event, &uuid.to_string());
            foreign::add(ctx, &foreign, &mut content.lock(), &fresh)
        })
        .await
        .map_err(|error| match error {
            Error::Denied(why) if why == INVALID_GROUP => Failure::bad_request(why),
            other => refused(ACTION, other),
        })?;
    match added {
        Added::Exists(_) => Err(failed(EXISTS.to_owned())),
        Added::Event { id, dropped: more } => {
            change::log_dropped(id, &dropped, &more);
            dropped.extend(more);
            whole(&call, id, dropped).await
        }
    }
}

fn failed(why: String) -> Failure {
    Failure::save(ACTION, "Event", format!("/events/{ACTION}"), Value::from(why))
}

fn unusable(error: &ReadError) -> Failure {
    let failure = failed(format!("This is no STIX document that can be read: {error}"));
    match error {
        ReadError::TooLarge(_) | ReadError::TooDeep(_) => failure.with_status(StatusCode::PAYLOAD_TOO_LARGE),
        _ => failure,
    }
}

fn document(app: &App, body: &Received, wanted: &Wanted) -> Result<Document, Failure> {
    let event = entente_engine::sources::new_uuid(app.random()).map_err(Error::from)?;
    let mut taking = Taking::new(Intake::new(app));
    let (kind, read) = match kind::of(body.reader()?)? {
        Kind::Wrapped => unwrapped(body, event, &mut taking),
        kind => (kind, of_kind(kind, body.seekable()?, event, &mut taking)),
    };
    let Imported { mut header, choices } = match read {
        Ok(imported) => imported,
        Err(ReadError::Stopped) => {
            return Err(taking
                .error
                .map_or_else(|| unusable(&ReadError::Stopped), Failure::from));
        }
        Err(ReadError::Io(error)) if !is_content(&error) => return Err(error.into()),
        Err(error) => return Err(unusable(&error)),
    };
    if wanted.attach {
        taking.intake.attribute(original(body, kind)?)?;
    }
    header.distribution = wanted.distribution.clone();
    header.sharing_group.clone_from(&wanted.sharing_group);
    header.published = Given::Value(wanted.publish);
    let event = header.uuid.as_value().copied().unwrap_or(event);
    let (content, dropped) = taking.intake.finish()?;
    Ok(Document {
        foreign: Foreign { header, choices },
        content,
        dropped,
        event,
    })
}

/// Whether an error of reading is about what was read.
fn is_content(error: &std::io::Error) -> bool {
    use std::io::ErrorKind;
    matches!(error.kind(), ErrorKind::InvalidData | ErrorKind::UnexpectedEof)
}

fn of_kind(
    kind: Kind,
    source: Box<dyn Source + '_>,
    event: Uuid,
    sink: &mut Taking,
) -> Result<Imported, ReadError> {
    match kind {
        Kind::One => one::read::package(source, event, sink),
        Kind::Two | Kind::Wrapped => read::bundle(source, event, sink),
    }
}

/// The document in a JSON string: how PyMISP sends what it is given as text.
fn unwrapped(body: &Received, event: Uuid, sink: &mut Taking) -> (Kind, Result<Imported, ReadError>) {
    let text = match text_of(body) {
        Ok(text) => text,
        Err(error) => return (Kind::Wrapped, Err(error)),
    };
    let kind = kind::of(text.as_bytes()).unwrap_or(Kind::Two);
    (kind, of_kind(kind, Box::new(Cursor::new(text)), event, sink))
}

fn text_of(body: &Received) -> Result<String, ReadError> {
    if body.len() > one::read::LARGEST {
        let most = one::read::LARGEST;
        return Err(ReadError::TooLarge(format!(
            "A document in a JSON string has at most {most} bytes; send it as it is."
        )));
    }
    serde_json::from_reader(body.reader()?).map_err(|error| ReadError::Syntax {
        at: u64::try_from(error.column()).unwrap_or(u64::MAX),
        message: error.to_string(),
    })
}

/// The document as a file of its event.
fn original(body: &Received, kind: Kind) -> Result<AttributeDraft, Failure> {
    if body.len() > LARGEST_FILE {
        return Err(Failure::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!(
                "A document of more than {LARGEST_FILE} bytes is not kept with its event; leave `attach` out."
            ),
        ));
    }
    let mut bytes = Vec::new();
    body.reader()?.read_to_end(&mut bytes)?;
    let name = match bytes.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'<') => "original.stix.xml",
        _ if kind == Kind::One => "original.stix1.json",
        _ => "original.stix2.json",
    };
    let mut draft = AttributeDraft {
        kind: Some("attachment".to_owned()),
        category: Some("External analysis".to_owned()),
        value: Some(name.to_owned()),
        comment: Some("The document that this event was imported from".to_owned()),
        to_ids: Given::Value(false),
        ..AttributeDraft::default()
    };
    draft.extra_mut().data = Some(base64::engine::general_purpose::STANDARD.encode(bytes));
    Ok(draft)
}

/// The event as the caller sees it now, and what of the document is not in it.
async fn whole(call: &Call, id: EventId, dropped: Dropped) -> Outcome {
    let shown = change::shown_after_change(call);
    let spooled = call
        .read(move |ctx| {
            let event = ctx.visible_event(Some(Ref::Id(id.0)), "Invalid event")?;
            let mut spool = Spool::default();
            render::opened(ctx, event, &shown, &mut spool)?;
            let skipped = dropped.into_lines();
            if !skipped.is_empty() {
                spool.buffer().extend_from_slice(b",\"skipped\":");
                spool
                    .buffer()
                    .extend_from_slice(Value::from(skipped).to_string().as_bytes());
            }
            spool.buffer().push(b'}');
            Ok(spool.finish()?)
        })
        .await?;
    Ok(Answer::spooled_json(spooled))
}
