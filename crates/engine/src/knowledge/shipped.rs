//! The small libraries that come with the program, and the rules for their kinds. spec: 05#3, 05#5, 07#1.9
use super::load::ensure_tag;
use super::{Report, Tally};
use crate::app::App;
use crate::error::{Error, Result};
use entente_db::Tx;
use entente_knowledge::feed::{FeedDescription, InputSource};
use entente_knowledge::finding::ReadError;
use entente_knowledge::library::Kind;
use entente_knowledge::{decay, noticelist as notices, shipped};
use entente_model::id::{OrgId, SharingGroupId, TagId};
use entente_model::library::{DecayingModel, Feed, Noticelist};

/// Imports what every installation starts with, all of it disabled. Done again it adds what a newer
/// program brings and changes nothing else.
///
/// # Errors
/// Of the database.
pub async fn import_shipped(app: &App) -> Result<Report> {
    let report = app
        .db()
        .write(|tx| {
            let mut report = noticelists(tx)?;
            report.add(decaying_models(tx, false)?);
            report.feeds = default_feeds(tx)?;
            Ok::<_, Error>(report)
        })
        .await?;
    if report.changed() {
        // Feeds may have made tags; writing nothing refreshes all snapshots.
        app.write_system(|_| Ok(())).await?;
    }
    Ok(report)
}

fn broken(error: &ReadError) -> Error {
    Error::Damaged(format!("a library that comes with the program: {error}"))
}

/// Imports the shipped noticelists.
///
/// # Errors
/// Of the database.
pub fn noticelists(tx: &mut Tx<'_>) -> Result<Report> {
    let mut report = Report::default();
    for list in shipped::noticelists().map_err(|error| broken(&error))? {
        noticelist(tx, &list, &mut report)?;
    }
    Ok(report)
}

/// Imports the shipped decaying models; with `force` also those that are up to date.
///
/// # Errors
/// Of the database.
pub fn decaying_models(tx: &mut Tx<'_>, force: bool) -> Result<Report> {
    let mut report = Report::default();
    for model in shipped::decaying_models().map_err(|error| broken(&error))? {
        decaying_model(tx, &model, force, &mut report)?;
    }
    Ok(report)
}

pub(super) fn noticelist(tx: &mut Tx<'_>, file: &notices::Noticelist, report: &mut Report) -> Result<()> {
    let stored = entente_store::noticelist::by_name(tx, &file.name)?;
    let version = i64::try_from(file.version).unwrap_or(i64::MAX);
    let tally = report.of(Kind::Noticelist);
    match stored {
        Some(stored) if stored.version >= version => {
            tally.unchanged += 1;
            return Ok(());
        }
        Some(_) => tally.updated += 1,
        None => tally.added += 1,
    }
    let row = Noticelist {
        id: 0,
        name: file.name.clone(),
        expanded_name: file.expanded_name.clone(),
        references: file.references.clone(),
        geographical_area: file.geographical_area.clone(),
        version,
        enabled: file.enabled,
        notices: written(serde_json::to_string(&file.notice))?,
    };
    entente_store::noticelist::put(tx, &row)?;
    Ok(())
}

pub(super) fn decaying_model(
    tx: &mut Tx<'_>,
    file: &decay::DecayingModel,
    force: bool,
    report: &mut Report,
) -> Result<()> {
    let stored = entente_store::decay::by_uuid(tx, file.uuid)?;
    let tally = report.of(Kind::DecayModel);
    match stored {
        // A model made here that has taken the uuid is somebody's work.
        Some(stored)
            if !stored.default
                || !force
                    && stored
                        .version
                        .parse::<u64>()
                        .is_ok_and(|version| version >= file.version) =>
        {
            tally.unchanged += 1;
            return Ok(());
        }
        Some(_) => tally.updated += 1,
        None => tally.added += 1,
    }
    let row = DecayingModel {
        id: 0,
        uuid: file.uuid,
        name: file.name.clone(),
        description: file.description.clone(),
        org: OrgId::NONE,
        parameters: written(serde_json::to_string(&file.parameters))?,
        attribute_types: file.attribute_types.clone(),
        formula: file.formula.as_str().to_owned(),
        version: file.version.to_string(),
        references: file.references.clone(),
        enabled: false,
        all_orgs: true,
        default: true,
    };
    entente_store::decay::put(tx, &row)?;
    Ok(())
}

/// Adds the default feeds whose address is not known yet, disabled.
///
/// # Errors
/// Of the database.
pub fn default_feeds(tx: &mut Tx<'_>) -> Result<Tally> {
    let mut tally = Tally::default();
    for description in shipped::default_feeds().map_err(|error| broken(&error))? {
        let feed = Feed {
            default: true,
            ..feed(tx, &description)?
        };
        match entente_store::feed::insert_new(tx, &feed)? {
            Some(_) => tally.added += 1,
            None => tally.unchanged += 1,
        }
    }
    Ok(tally)
}

/// A described feed as it is stored, disabled; its tag is made if need be.
///
/// # Errors
/// Of the database.
pub fn feed(tx: &mut Tx<'_>, description: &FeedDescription) -> Result<Feed> {
    let rules = &description.rules;
    let tag = match &description.tag {
        Some(tag) => ensure_tag(tx, &tag.name, tag.colour.as_deref())?,
        None => TagId::NONE,
    };
    Ok(Feed {
        id: 0,
        name: description.name.clone(),
        provider: description.provider.clone(),
        url: description.url.clone(),
        rules: if rules.is_empty() {
            String::new()
        } else {
            serde_json::Value::Object(rules.clone()).to_string()
        },
        enabled: false,
        distribution: 3,
        sharing_group: SharingGroupId::NONE,
        tag,
        default: false,
        source_format: description.source_format.as_str().to_owned(),
        fixed_event: description.fixed_event,
        delta_merge: description.delta_merge,
        event: 0,
        publish: description.publish,
        override_ids: description.override_ids,
        settings: description.settings.to_json(),
        input_source: match description.input_source {
            InputSource::Network => "network",
            InputSource::Local => "local",
        }
        .to_owned(),
        delete_local_file: false,
        lookup_visible: description.lookup_visible,
        headers: String::new(),
        caching_enabled: false,
        force_to_ids: false,
        orgc: OrgId::NONE,
    })
}

fn written(json: serde_json::Result<String>) -> Result<String> {
    json.map_err(|error| Error::Damaged(error.to_string()))
}
