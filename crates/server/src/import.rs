//! `entente import`: MISP events from files, directories or standard input. spec: CONTRACT "The binary"
//!
//! A file holds one event, a list of events, or the `response` of a search; a directory is walked for such
//! files, so that a MISP feed can be imported as it is. Events are taken in as one user: new ones are added,
//! known ones are updated when the file is newer.
mod source;

use crate::config::Config;
use crate::{store, terminal};
use anyhow::{Context, anyhow};
use clap::Args;
use entente_engine::event::{add, edit, intake::Intake};
use entente_engine::{Actor, App, Class, Error, auth};
use entente_misp::read::{self, EventSink, ReadError, Stop};
use entente_model::draft::{AttributeDraft, EventDraft, ObjectDraft};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};
use source::Document;
use std::path::PathBuf;
use std::sync::Arc;

/// `entente import …`
#[derive(Debug, Args)]
pub struct Import {
    /// Files or directories; - is standard input
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Address of the account that imports; the first site administrator unless given
    #[arg(long)]
    user: Option<String>,
    /// Print a JSON report
    #[arg(long)]
    json: bool,
}

/// What became of one event.
enum Fate {
    Added {
        id: i64,
        dropped: Vec<String>,
    },
    Updated {
        id: i64,
        dropped: Vec<String>,
    },
    /// What is here is as new.
    Unchanged,
    Failed(String),
}

/// Imports everything that can be imported.
///
/// # Errors
/// When something was not taken, after all the rest was; the report says what.
pub async fn run(config: &Config, import: &Import) -> anyhow::Result<()> {
    let _lock = store::exclusive(config)?;
    let db = store::open_prepared(config).await?;
    let app = store::engine(config, db.clone(), config.base_url.clone().unwrap_or_default()).await?;
    let done = import_all(&app, import).await;
    let told = db.write(store::tell_server).await;
    db.close().await;
    let outcome = done?;
    told.context("cannot tell a running server of what was imported")?;
    terminal::report(import.json, &outcome.json(), &outcome.text());
    if outcome.complete() {
        Ok(())
    } else {
        Err(anyhow!("not everything was imported"))
    }
}

async fn import_all(app: &App, import: &Import) -> anyhow::Result<Outcome> {
    let actor = importer(app, import.user.clone()).await?;
    let files = source::files(&import.files)?;
    let bar = progress(files.len());
    let mut outcome = Outcome::default();
    for file in files {
        let shown = file.display().to_string();
        bar.set_message(shown.clone());
        let (sender, mut documents) = tokio::sync::mpsc::channel(2);
        // Files of many events are read while the events before are stored.
        let reading = tokio::task::spawn_blocking(move || source::documents(&file, &sender));
        while let Some(document) = documents.recv().await {
            let fate = take_in(app, &actor, Arc::new(document)).await;
            outcome.note(&shown, fate);
        }
        if let Err(error) = reading.await? {
            outcome.note(&shown, Fate::Failed(format!("{error:#}")));
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(outcome)
}

/// The account that imports.
async fn importer(app: &App, email: Option<String>) -> anyhow::Result<Arc<Actor>> {
    let wanted = email.clone();
    let users = app
        .read_system(move |tx| {
            Ok(match wanted {
                Some(email) => entente_store::account::by_email(tx, &email)?
                    .into_iter()
                    .collect(),
                None => entente_store::account::all(tx)?,
            })
        })
        .await
        .context("cannot read the accounts")?;
    users
        .into_iter()
        .filter(|user| !auth::is_disabled(user, app.now()))
        .filter_map(|user| auth::actor(app, Arc::new(user), None, None))
        .find(|actor| email.is_some() || actor.is_site_admin())
        .map(Arc::new)
        .ok_or_else(|| match email {
            Some(email) => anyhow!("there is no active account \"{email}\""),
            None => anyhow!("there is no active site administrator; name an account with --user"),
        })
}

async fn take_in(app: &App, actor: &Arc<Actor>, document: Arc<Document>) -> Fate {
    match added_or_updated(app, actor, document).await {
        Ok(fate) => fate,
        Err(error) => {
            if error.class() == Class::Internal {
                tracing::error!(error = ?error, "an event was not imported");
            }
            Fate::Failed(error.to_string())
        }
    }
}

async fn added_or_updated(app: &App, actor: &Arc<Actor>, document: Arc<Document>) -> Result<Fate, Error> {
    let (reader, engine) = (Arc::clone(&document), app.clone());
    let (draft, content, mut dropped) = blocking(move || {
        let mut sink = Intaking {
            intake: Intake::new(&engine),
            failed: None,
        };
        let draft = parse(&reader, &mut sink);
        let draft = sink.failed.map_or(draft, Err)?;
        let (content, dropped) = sink.intake.finish()?;
        Ok((draft, content, dropped))
    })
    .await?;
    let added = app
        .write(Arc::clone(actor), move |ctx| {
            add::add(ctx, &draft, &mut content.lock())
        })
        .await?;
    match added {
        add::Added::Event { id, dropped: more } => {
            dropped.extend(more);
            Ok(Fate::Added {
                id: id.0,
                dropped: dropped.into_lines(),
            })
        }
        add::Added::Exists(_) => update(app, actor, document).await,
    }
}

async fn update(app: &App, actor: &Arc<Actor>, document: Arc<Document>) -> Result<Fate, Error> {
    let wanted = blocking(move || {
        let mut all = Collecting::default();
        let header = parse(&document, &mut all)?;
        Ok(edit::EventEdit {
            header,
            attributes: all.attributes,
            objects: all.objects,
        })
    })
    .await?;
    let edited = app
        .write(Arc::clone(actor), move |ctx| edit::edit(ctx, None, &wanted))
        .await;
    match edited {
        Ok((id, dropped)) => Ok(Fate::Updated {
            id: id.0,
            dropped: dropped.into_lines(),
        }),
        Err(Error::Conflict(message)) if message == edit::NOT_NEWER => Ok(Fate::Unchanged),
        Err(error) => Err(error),
    }
}

fn parse(document: &Document, sink: &mut impl EventSink) -> Result<EventDraft, Error> {
    read::event(document.reader()?, sink).map_err(|error| match error {
        ReadError::Io(error) => Error::Blob(error),
        error => Error::invalid(error.to_string()),
    })
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| Error::Damaged(error.to_string()))?
}

/// Prepares elements as they are read.
struct Intaking {
    intake: Intake,
    failed: Option<Error>,
}

impl Intaking {
    fn stop(&mut self, error: Error) -> Stop {
        self.failed = Some(error);
        Stop
    }
}

impl EventSink for Intaking {
    fn attribute(&mut self, draft: AttributeDraft) -> Result<(), Stop> {
        self.intake.attribute(draft).map_err(|error| self.stop(error))
    }
    fn object(&mut self, draft: ObjectDraft) -> Result<(), Stop> {
        self.intake.object(draft).map_err(|error| self.stop(error))
    }
}

/// Keeps elements for an edit.
#[derive(Default)]
struct Collecting {
    attributes: Vec<AttributeDraft>,
    objects: Vec<ObjectDraft>,
}

impl EventSink for Collecting {
    fn attribute(&mut self, draft: AttributeDraft) -> Result<(), Stop> {
        self.attributes.push(draft);
        Ok(())
    }
    fn object(&mut self, draft: ObjectDraft) -> Result<(), Stop> {
        self.objects.push(draft);
        Ok(())
    }
}

/// The report.
#[derive(Default)]
struct Outcome {
    added: u64,
    updated: u64,
    unchanged: u64,
    failed: u64,
    incomplete: u64,
    events: Vec<Value>,
}

impl Outcome {
    fn note(&mut self, file: &str, fate: Fate) {
        let entry = match fate {
            Fate::Added { id, dropped } => {
                self.added += 1;
                self.incomplete += u64::from(!dropped.is_empty());
                json!({ "file": file, "status": "added", "id": id, "dropped": dropped })
            }
            Fate::Updated { id, dropped } => {
                self.updated += 1;
                self.incomplete += u64::from(!dropped.is_empty());
                json!({ "file": file, "status": "updated", "id": id, "dropped": dropped })
            }
            Fate::Unchanged => {
                self.unchanged += 1;
                json!({ "file": file, "status": "unchanged" })
            }
            Fate::Failed(error) => {
                self.failed += 1;
                json!({ "file": file, "status": "failed", "error": error })
            }
        };
        self.events.push(entry);
    }

    fn complete(&self) -> bool {
        self.failed == 0 && self.incomplete == 0
    }

    fn json(&self) -> Value {
        json!({
            "added": self.added, "updated": self.updated, "unchanged": self.unchanged,
            "failed": self.failed, "incomplete": self.incomplete, "events": self.events,
        })
    }

    /// The sums, and a line for each event that was not taken as a whole.
    fn text(&self) -> String {
        let mut text = format!(
            "{} added, {} updated, {} unchanged, {} failed, {} incomplete",
            self.added, self.updated, self.unchanged, self.failed, self.incomplete
        );
        for event in &self.events {
            let file = event.get("file").and_then(Value::as_str).unwrap_or_default();
            let error = event.get("error").and_then(Value::as_str).into_iter();
            let dropped = event
                .get("dropped")
                .and_then(Value::as_array)
                .into_iter()
                .flatten();
            for problem in error.chain(dropped.filter_map(Value::as_str)) {
                text.push_str(&format!("\n{file}: {problem}"));
            }
        }
        text
    }
}

/// A bar on a terminal, nothing elsewhere.
fn progress(files: usize) -> ProgressBar {
    let bar = ProgressBar::new(u64::try_from(files).unwrap_or(u64::MAX));
    match ProgressStyle::with_template("{bar:30} {pos}/{len} {elapsed} {wide_msg}") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
