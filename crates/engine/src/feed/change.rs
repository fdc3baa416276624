//! Defining feeds: adding, editing, removing, switching. Nothing here reaches out. spec: 07#1.1, 07#1.7
use super::view;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::journal::Entry;
use entente_knowledge::feed::{self, FeedSettings, SourceFormat};
use entente_model::draft::Given;
use entente_model::finding::FieldErrors;
use entente_model::id::{OrgId, SharingGroupId, TagId};
use entente_model::library::Feed;
use serde_json::Value;

const MAX_TEXT: usize = 2_048;
/// Distribution 5: what each event of the feed says.
const AS_THE_EVENT_SAYS: i64 = 5;
const SHARING_GROUP: i64 = 4;

/// What a caller says about a feed; what is absent stays.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// Name.
    pub name: Option<String>,
    /// Who runs it.
    pub provider: Option<String>,
    /// Address, file or directory.
    pub url: Option<String>,
    /// `misp`, `csv` or `freetext`.
    pub source_format: Option<String>,
    /// `network` or `local`.
    pub input_source: Option<String>,
    /// Extra request headers, one per line.
    pub headers: Option<String>,
    /// Filter rules: an object or its text.
    pub rules: Option<Value>,
    /// Settings: an object or its text.
    pub settings: Option<Value>,
    /// Distribution.
    pub distribution: Given<i64>,
    /// With distribution 4.
    pub sharing_group: Given<i64>,
    /// Tag of every resulting event.
    pub tag: Given<i64>,
    /// Creator of events made from tables and text.
    pub orgc: Given<i64>,
    /// The event that each run fills.
    pub event: Given<i64>,
    /// Fetch events.
    pub enabled: Given<bool>,
    /// Keep hashes.
    pub caching_enabled: Given<bool>,
    /// Each run fills the same event.
    pub fixed_event: Given<bool>,
    /// Values that vanished are removed.
    pub delta_merge: Given<bool>,
    /// Publish what results.
    pub publish: Given<bool>,
    /// No value is for detection.
    pub override_ids: Given<bool>,
    /// Every value is for detection.
    pub force_to_ids: Given<bool>,
    /// Remove a local file after reading.
    pub delete_local_file: Given<bool>,
    /// Show hits to ordinary users.
    pub lookup_visible: Given<bool>,
}

/// A feed before anybody said anything about it.
fn blank() -> Feed {
    Feed {
        id: 0,
        name: String::new(),
        provider: String::new(),
        url: String::new(),
        rules: String::new(),
        enabled: false,
        distribution: 0,
        sharing_group: SharingGroupId::NONE,
        tag: TagId::NONE,
        default: false,
        source_format: SourceFormat::default().as_str().to_owned(),
        fixed_event: true,
        delta_merge: false,
        event: 0,
        publish: false,
        override_ids: false,
        settings: "{}".to_owned(),
        input_source: "network".to_owned(),
        delete_local_file: false,
        lookup_visible: false,
        headers: String::new(),
        caching_enabled: false,
        force_to_ids: false,
        orgc: OrgId::NONE,
    }
}

fn texts(after: &mut Feed, draft: &Draft, errors: &mut FieldErrors) {
    for (name, given, to) in [
        ("name", &draft.name, &mut after.name),
        ("provider", &draft.provider, &mut after.provider),
        ("url", &draft.url, &mut after.url),
        ("source_format", &draft.source_format, &mut after.source_format),
        ("input_source", &draft.input_source, &mut after.input_source),
        ("headers", &draft.headers, &mut after.headers),
    ] {
        let Some(text) = given else { continue };
        text.trim().clone_into(to);
        if text.len() > MAX_TEXT {
            errors.add(name, format!("{name} has at most {MAX_TEXT} bytes."));
        }
    }
}

fn switches(after: &mut Feed, draft: &Draft, errors: &mut FieldErrors) {
    for (name, given, to) in [
        ("enabled", &draft.enabled, &mut after.enabled),
        (
            "caching_enabled",
            &draft.caching_enabled,
            &mut after.caching_enabled,
        ),
        ("fixed_event", &draft.fixed_event, &mut after.fixed_event),
        ("delta_merge", &draft.delta_merge, &mut after.delta_merge),
        ("publish", &draft.publish, &mut after.publish),
        ("override_ids", &draft.override_ids, &mut after.override_ids),
        ("force_to_ids", &draft.force_to_ids, &mut after.force_to_ids),
        (
            "delete_local_file",
            &draft.delete_local_file,
            &mut after.delete_local_file,
        ),
        ("lookup_visible", &draft.lookup_visible, &mut after.lookup_visible),
    ] {
        match given {
            Given::Value(on) => *to = *on,
            Given::Invalid => errors.add(name, format!("{name} is true or false.")),
            Given::Absent => {}
        }
    }
}

fn numbers(after: &mut Feed, draft: &Draft, errors: &mut FieldErrors) {
    for (name, given, to) in [
        ("distribution", &draft.distribution, &mut after.distribution),
        (
            "sharing_group_id",
            &draft.sharing_group,
            &mut after.sharing_group.0,
        ),
        ("tag_id", &draft.tag, &mut after.tag.0),
        ("orgc_id", &draft.orgc, &mut after.orgc.0),
        ("event_id", &draft.event, &mut after.event),
    ] {
        match given {
            Given::Value(number) => *to = *number,
            Given::Invalid => errors.add(name, format!("{name} is a number.")),
            Given::Absent => {}
        }
    }
}

fn objects(after: &mut Feed, draft: &Draft, errors: &mut FieldErrors) {
    if let Some(rules) = &draft.rules {
        match feed::rules(rules) {
            Ok(rules) => after.rules = rules,
            Err(error) => errors.add("rules", format!("rules: {error}")),
        }
    }
    if let Some(given) = &draft.settings {
        let usable = FeedSettings::read(Some(given)).and_then(|settings| {
            settings.columns()?;
            settings.delimiter()?;
            settings.exclude()?;
            Ok(settings.to_json())
        });
        match usable {
            Ok(settings) => after.settings = settings,
            Err(error) => errors.add("settings", error.to_string()),
        }
    }
}

/// The feed as it will be, if it can be so.
fn applied(ctx: &Ctx<'_, '_>, before: &Feed, draft: &Draft) -> Result<Feed> {
    let mut after = before.clone();
    let mut errors = FieldErrors::default();
    texts(&mut after, draft, &mut errors);
    switches(&mut after, draft, &mut errors);
    numbers(&mut after, draft, &mut errors);
    objects(&mut after, draft, &mut errors);
    match SourceFormat::from_name(&after.source_format) {
        Some(SourceFormat::Misp) => {
            after.url.truncate(after.url.trim_end_matches('/').len());
            after.orgc = OrgId::NONE;
        }
        Some(_) => {}
        None => errors.add("source_format", "source_format is misp, csv or freetext."),
    }
    for (name, text) in [
        ("name", &after.name),
        ("provider", &after.provider),
        ("url", &after.url),
    ] {
        if text.is_empty() {
            errors.add(name, format!("{name} is missing."));
        }
    }
    source(ctx, &after, &mut errors);
    references(ctx, &after, &mut errors);
    errors.into_result()?;
    Ok(after)
}

/// Whether the feed may lie where it is said to lie.
fn source(ctx: &Ctx<'_, '_>, after: &Feed, errors: &mut FieldErrors) {
    match after.input_source.as_str() {
        "network" if after.url.starts_with("http://") || after.url.starts_with("https://") => {}
        "network" if !after.url.is_empty() => {
            errors.add(
                "url",
                "The url of a network feed begins with http:// or https://.",
            );
        }
        "network" => {}
        "local" if ctx.settings.bool("Security.disable_local_feed_access") => errors.add(
            "input_source",
            "Local feeds are switched off by the setting Security.disable_local_feed_access.",
        ),
        "local" => {}
        _ => errors.add("input_source", "input_source is network or local."),
    }
    let framed = |line: &str| {
        line.split_once(':')
            .is_some_and(|(name, _)| !name.trim().is_empty())
    };
    if !after
        .headers
        .lines()
        .filter(|line| !line.trim().is_empty())
        .all(framed)
    {
        errors.add("headers", "Each line of headers is `Name: value`.");
    }
}

fn references(ctx: &Ctx<'_, '_>, after: &Feed, errors: &mut FieldErrors) {
    if !(0..=AS_THE_EVENT_SAYS).contains(&after.distribution) {
        errors.add("distribution", "distribution is a number from 0 to 5.");
    }
    let as_event = after.distribution == AS_THE_EVENT_SAYS;
    if as_event && after.source_format != SourceFormat::Misp.as_str() {
        errors.add(
            "distribution",
            "Only feeds of the format misp keep what each event says.",
        );
    }
    if after.distribution == SHARING_GROUP && !crate::sharing_group::usable(ctx, after.sharing_group) {
        errors.add("sharing_group_id", "A sharing group that you may use is needed.");
    }
    if after.tag != TagId::NONE && ctx.tags.get(after.tag).is_none() {
        errors.add("tag_id", "There is no such tag.");
    }
    if after.orgc != OrgId::NONE && ctx.directory.org(after.orgc).is_none() {
        errors.add("orgc_id", "There is no such organisation.");
    }
}

fn log(ctx: &mut Ctx<'_, '_>, action: &'static str, feed: &Feed) -> Result<()> {
    ctx.log(&Entry {
        model: "Feed",
        id: feed.id,
        action,
        title: format!("Feed ({}): {}", feed.id, feed.name),
        ..Entry::default()
    })
}

fn taken() -> Error {
    Error::field("url", "There is a feed with this url already.")
}

/// Adds a feed.
///
/// # Errors
/// `Denied` for others than site administrators; `Fields`.
pub fn add(ctx: &mut Ctx<'_, '_>, draft: &Draft) -> Result<i64> {
    ctx.require_site_admin()?;
    let mut feed = applied(ctx, &blank(), draft)?;
    feed.id = entente_store::feed::insert_new(ctx.tx, &feed)?.ok_or_else(taken)?;
    log(ctx, "add", &feed)?;
    Ok(feed.id)
}

/// Changes a feed.
///
/// # Errors
/// `NotFound`; `Denied` for others than site administrators; `Fields`.
pub fn edit(ctx: &mut Ctx<'_, '_>, feed: Option<i64>, draft: &Draft) -> Result<i64> {
    ctx.require_site_admin()?;
    let before = view(ctx, feed)?;
    let after = applied(ctx, &before, draft)?;
    if after.url != before.url && entente_store::feed::id_by_url(ctx.tx, &after.url)?.is_some() {
        return Err(taken());
    }
    entente_store::feed::update(ctx.tx, &after)?;
    log(ctx, "edit", &after)?;
    Ok(after.id)
}

/// Removes a feed; what came from it stays.
///
/// # Errors
/// `NotFound`; `Denied` for others than site administrators.
pub fn remove(ctx: &mut Ctx<'_, '_>, feed: Option<i64>) -> Result<Feed> {
    ctx.require_site_admin()?;
    let feed = view(ctx, feed)?;
    entente_store::feed::delete(ctx.tx, feed.id)?;
    log(ctx, "delete", &feed)?;
    Ok(feed)
}

/// Adds the feeds of a list whose address is not known, disabled; answers how many, and what was left out.
///
/// # Errors
/// `Denied` for others than site administrators; `Fields` when it is no list of feeds.
pub fn import(ctx: &mut Ctx<'_, '_>, list: &[u8]) -> Result<(u64, Vec<String>)> {
    ctx.require_site_admin()?;
    let (feeds, findings) = feed::parse(list).map_err(|error| Error::field("json", error.to_string()))?;
    let mut left_out: Vec<String> = findings
        .into_iter()
        .map(|finding| format!("{}: {}", finding.path, finding.message))
        .collect();
    let mut added = 0;
    for description in feeds {
        let feed = crate::knowledge::feed(ctx.tx, &description)?;
        let mut errors = FieldErrors::default();
        source(ctx, &feed, &mut errors);
        if !errors.is_empty() {
            left_out.push(format!("{}: {errors}", feed.name));
        } else if entente_store::feed::insert_new(ctx.tx, &feed)?.is_some() {
            added += 1;
        }
    }
    if added > 0 {
        ctx.touch_all_tags();
        ctx.log(&Entry {
            model: "Feed",
            action: "add",
            title: format!("{added} feeds imported"),
            ..Entry::default()
        })?;
    }
    Ok((added, left_out))
}
