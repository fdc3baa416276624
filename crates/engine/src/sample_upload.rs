//! Malware samples as `file` objects, in an event of their own or a given one. spec: 03#3.9
use crate::app::App;
use crate::attribute::NO_PERMISSION;
use crate::content::insert::{self, Content};
use crate::content::prepare::{self, Defaults, PreparedObject};
use crate::content::sample;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use entente_model::draft::{AttributeDraft, EventDraft, Given, ObjectDraft};
use entente_model::id::{EventId, Ref};
use entente_model::level::{Analysis, Distribution, ThreatLevel};
use entente_model::time::Day;
use md5::{Digest, Md5};
use sha1::Sha1;
use sha2::Sha256;
use uuid::{Uuid, uuid};

/// The public template of files.
const FILE_TEMPLATE: Uuid = uuid!("688c46fb-5edb-40a3-8273-1af7923e2215");

/// One file to upload.
#[derive(Debug, Clone)]
pub struct Upload {
    /// File name.
    pub name: String,
    /// Base64.
    pub data: String,
}

/// What the caller wants of the upload.
#[derive(Debug, Clone)]
pub struct Options {
    /// Distribution of objects, or of the new event.
    pub distribution: Option<Distribution>,
    /// Detection flag.
    pub to_ids: bool,
    /// Category of the sample.
    pub category: String,
    /// Title of a new event.
    pub info: Option<String>,
    /// Analysis of a new event.
    pub analysis: Given<Analysis>,
    /// Threat level of a new event.
    pub threat_level: Given<ThreatLevel>,
    /// Remark on the sample.
    pub comment: String,
}

/// Objects ready to be stored, and names of files that could not be read.
#[derive(Debug, Clone)]
pub struct Prepared {
    objects: Vec<PreparedObject>,
    failed: Vec<String>,
}

/// What was done.
#[derive(Debug, Clone)]
pub struct Done {
    /// The event.
    pub event: EventId,
    /// Objects stored.
    pub stored: usize,
    /// Names of files that were not.
    pub failed: Vec<String>,
}

/// Decodes, digests and wraps the files.
///
/// # Errors
/// Of the file store, or without randomness.
pub fn prepare(app: &App, files: Vec<Upload>, options: &Options) -> Result<Prepared> {
    let mut prepared = Prepared {
        objects: Vec::new(),
        failed: Vec::new(),
    };
    let defaults = Defaults {
        distribution: Distribution::Inherit,
        rules: app.import_rules(),
        now: app.now(),
    };
    for file in files {
        let object = sample::decode(&file.data)
            .ok()
            .map(|raw| draft(&file, &raw, options));
        match object.and_then(|draft| prepare::object(draft, &defaults).ok()) {
            Some((mut object, invalid)) if invalid.is_empty() => {
                object.lend_times();
                let mut content = Content {
                    attributes: Vec::new(),
                    objects: vec![object],
                };
                content.settle(app)?;
                prepared.objects.append(&mut content.objects);
            }
            _ => prepared.failed.push(file.name),
        }
    }
    Ok(prepared)
}

fn draft(file: &Upload, raw: &[u8], options: &Options) -> ObjectDraft {
    let member = |relation: &str, kind: &str, value: String| AttributeDraft {
        kind: Some(kind.to_owned()),
        relation: Some(relation.to_owned()),
        value: Some(value),
        to_ids: Given::Value(options.to_ids && kind != "size-in-bytes"),
        ..AttributeDraft::default()
    };
    let mut wrapped = member("malware-sample", "malware-sample", file.name.clone());
    wrapped.category = Some(options.category.clone());
    wrapped.comment = Some(options.comment.clone());
    let extra = wrapped.extra_mut();
    extra.data = Some(file.data.clone());
    extra.encrypt = true;
    ObjectDraft {
        name: Some("file".to_owned()),
        meta_category: Some("file".to_owned()),
        description: Some("File object describing a file with meta-information".to_owned()),
        template_uuid: Given::Value(FILE_TEMPLATE),
        template_version: Given::Value(1),
        distribution: options.distribution.map_or(Given::Absent, Given::Value),
        attributes: vec![
            wrapped,
            member("filename", "filename", file.name.clone()),
            member("md5", "md5", hex::encode(Md5::digest(raw))),
            member("sha1", "sha1", hex::encode(Sha1::digest(raw))),
            member("sha256", "sha256", hex::encode(Sha256::digest(raw))),
            member("size-in-bytes", "size-in-bytes", raw.len().to_string()),
        ],
        ..ObjectDraft::default()
    }
}

/// Stores the objects in an event, or in a new one.
///
/// # Errors
/// `NotFound` for an event that is absent, hidden or not the caller's.
pub fn store(
    ctx: &mut Ctx<'_, '_>,
    event: Option<Ref>,
    options: &Options,
    prepared: &mut Prepared,
) -> Result<Done> {
    let mut content = Content {
        attributes: Vec::new(),
        objects: std::mem::take(&mut prepared.objects),
    };
    let failed = std::mem::take(&mut prepared.failed);
    let Some(target) = event else {
        let today = Day::of(ctx.now());
        let header = EventDraft {
            info: Some(
                options
                    .info
                    .clone()
                    .unwrap_or_else(|| format!("Malware samples uploaded on {today}")),
            ),
            analysis: options.analysis.clone(),
            threat_level: options.threat_level.clone(),
            distribution: options
                .distribution
                .filter(|level| *level <= Distribution::All)
                .map_or(Given::Absent, Given::Value),
            ..EventDraft::default()
        };
        return match crate::event::add::add(ctx, &header, &mut content)? {
            crate::event::add::Added::Event { id, .. } => Ok(Done {
                event: id,
                stored: content.objects.len(),
                failed,
            }),
            // Cannot be: the event has been given no uuid.
            crate::event::add::Added::Exists(_) => Err(Error::not_found("Invalid event")),
        };
    };
    let mut event = ctx.visible_event(Some(target), "Invalid event")?;
    if !ctx.can_modify(&event) {
        return Err(Error::denied(NO_PERMISSION));
    }
    let inserted = insert::into_event(ctx, &mut event, &mut content)?;
    crate::event::touch(ctx, &mut event)?;
    Ok(Done {
        event: event.id,
        stored: inserted.objects,
        failed,
    })
}
