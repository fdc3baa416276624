//! What has happened in the last day, week or month, for one reader. spec: 08#8.2
//!
//! The summary is worked out for whoever asks, so it tells what that reader may see; nothing of it is stored.
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use entente_model::event::Event;
use entente_model::id::{Ref, TagId};
use entente_model::library::GalaxyCluster;
use entente_model::search::{Key, Lists, Named, Order, Query, Range, Subject, Term, Text};
use entente_model::time::Seconds;
use entente_store::statistics::window::{self, Window};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, HashMap, HashSet};
use uuid::Uuid;

/// The user setting that holds the filters.
pub const FILTERS: &str = "periodic_notification_filters";
/// Events listed.
const MAX_EVENTS: usize = 1_000;
/// Techniques whose countermeasures are looked up.
const MAX_TECHNIQUES: usize = 20;
/// Most past periods that trends go back.
const MAX_PERIODS: i64 = 12;
const DAY: Seconds = 86_400;

/// A span of time that ends now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    /// A day.
    Daily,
    /// Seven days.
    Weekly,
    /// Thirty-one days.
    Monthly,
    /// So many days.
    Custom(i64),
}

impl Period {
    /// The period with this name; `custom` takes the days.
    #[must_use]
    pub fn from_name(name: &str, days: Option<i64>) -> Option<Self> {
        match name {
            "daily" => Some(Self::Daily),
            "weekly" => Some(Self::Weekly),
            "monthly" => Some(Self::Monthly),
            "custom" => Some(Self::Custom(days?.clamp(1, 3_660))),
            _ => None,
        }
    }
    fn days(self) -> i64 {
        match self {
            Self::Daily => 1,
            Self::Weekly => 7,
            Self::Monthly => 31,
            Self::Custom(days) => days,
        }
    }
}

/// How often a tag was attached to events of a period and of those before it, the latest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trend {
    /// The tag.
    pub tag: String,
    /// Events by period.
    pub counts: Vec<i64>,
}

/// A summary.
#[derive(Debug, Clone)]
pub struct Summary {
    /// When the period began.
    pub from: Seconds,
    /// When it ends: now.
    pub to: Seconds,
    /// Events published in it, as far as the filters let them through; at most a thousand, the latest first.
    pub events: Vec<Event>,
    /// How many there are.
    pub event_count: usize,
    /// Tags of those events with how many carry each.
    pub tags: BTreeMap<String, i64>,
    /// Of those the tags of ATT&CK techniques.
    pub techniques: BTreeMap<String, i64>,
    /// How tags have developed over the periods.
    pub trends: Vec<Trend>,
    /// Clusters that mitigate the most frequent techniques, each with the techniques.
    pub courses: Vec<(GalaxyCluster, Vec<String>)>,
    /// Other events that share values with the listed ones, where the filters ask for them.
    pub correlated: Vec<Event>,
}

/// What a reader wants to read about.
#[derive(Debug, Clone, Default)]
struct Filters(Map<String, Value>);

impl Filters {
    fn texts(&self, key: &str) -> Vec<String> {
        let one = |value: &Value| match value {
            Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        };
        match self.0.get(key) {
            Some(Value::Array(list)) => list.iter().filter_map(one).collect(),
            Some(Value::String(text)) if text.trim_start().starts_with('[') => {
                let list: Vec<Value> = serde_json::from_str(text).unwrap_or_default();
                list.iter().filter_map(one).collect()
            }
            Some(value) => one(value).into_iter().collect(),
            None => Vec::new(),
        }
    }
    fn numbers(&self, key: &str) -> Vec<i64> {
        let numbers = self.texts(key).into_iter().filter_map(|text| text.parse().ok());
        numbers.filter(|number| *number >= 0).collect()
    }
    fn flag(&self, key: &str) -> bool {
        match self.0.get(key) {
            Some(Value::Bool(flag)) => *flag,
            Some(Value::Number(number)) => number.as_i64() != Some(0),
            Some(Value::String(text)) => !matches!(text.trim(), "" | "0" | "false"),
            _ => false,
        }
    }

    fn query(&self, from: Seconds, to: Seconds) -> Query {
        let mut query = Query::of(Subject::Event)
            .with(Term::Published(true))
            .with(Term::PublishTime(Range {
                from: Some(from),
                to: Some(to),
            }));
        let orgs = self.texts("orgc_id");
        if !orgs.is_empty() {
            let named = orgs.into_iter().map(|org| match Ref::parse(&org) {
                Some(Ref::Id(id)) => Named::Id(id),
                Some(Ref::Uuid(uuid)) => Named::Uuid(uuid),
                None => Named::Name(org),
            });
            query = query.with(Term::Creator(Lists::any(named.collect())));
        }
        let levels = self.numbers("distribution");
        if !levels.is_empty() {
            query = query.with(Term::Distribution(Lists::any(levels)));
        }
        let groups = self.numbers("sharing_group_id");
        if !groups.is_empty() {
            query = query.with(Term::SharingGroup(Lists::any(groups)));
        }
        let info = self.texts("event_info");
        if !info.is_empty() {
            let parts = info
                .iter()
                .map(|part| Text::Like(entente_model::search::Pattern::containing(part.trim_matches('%'))));
            query = query.with(Term::Info(Lists::any(parts.collect())));
        }
        let tags = self.texts("tags");
        if !tags.is_empty() {
            let mut lists = Lists::default();
            for tag in tags {
                match tag.strip_prefix('!') {
                    Some(tag) => lists.none.push(Named::Name(tag.to_owned())),
                    None => lists.any.push(Named::Name(tag)),
                }
            }
            query = query.with(Term::EventTags(lists));
        }
        query
    }
}

/// The caller's filters as stored, an empty map without any.
///
/// # Errors
/// Of the database.
pub fn filters(ctx: &mut Ctx<'_, '_>) -> Result<Map<String, Value>> {
    let user = ctx.actor.user_id();
    let row = entente_store::user_setting::get(ctx.tx, user, FILTERS)?;
    Ok(row
        .and_then(|row| serde_json::from_str(&row.value).ok())
        .unwrap_or_default())
}

/// The caller's summary of a period that ends now.
///
/// # Errors
/// Of the database, or when the filters are too much together.
pub fn summary(ctx: &mut Ctx<'_, '_>, period: Period) -> Result<Summary> {
    let filters = Filters(filters(ctx)?);
    let (span, to) = (period.days() * DAY, ctx.now());
    let from = to - span;
    let mut query = filters.query(from, to);
    query.order = vec![Order {
        key: Key::PublishTimestamp,
        descending: true,
    }];
    let numbers = crate::search::event_ids(ctx, &query)?;
    let event_count = numbers.len();
    let tags = tags_of(ctx, &numbers)?;
    let shown: Vec<i64> = numbers.iter().copied().take(MAX_EVENTS).collect();
    let events = crate::search::events(ctx, &shown)?;
    let techniques = techniques(ctx, &tags)?;
    let courses = courses(ctx, &techniques)?;
    let trends = trends(ctx, &filters, &tags, span, to)?;
    let correlated = if filters.flag("include_correlations") {
        correlated(ctx, &events)?
    } else {
        Vec::new()
    };
    Ok(Summary {
        from,
        to,
        events,
        event_count,
        tags,
        techniques: techniques
            .into_iter()
            .map(|(_, tag, count)| (tag, count))
            .collect(),
        trends,
        courses,
        correlated,
    })
}

fn named(ctx: &Ctx<'_, '_>, counts: impl IntoIterator<Item = (TagId, i64)>) -> BTreeMap<String, i64> {
    let named = counts.into_iter().filter_map(|(tag, count)| {
        let tag = ctx.tags.get(tag).filter(|tag| tag.exportable && !tag.hidden)?;
        Some((tag.name.clone(), count))
    });
    named.collect()
}

/// How many of these events carry each tag.
fn tags_of(ctx: &mut Ctx<'_, '_>, numbers: &[i64]) -> Result<BTreeMap<String, i64>> {
    let mut counts: HashMap<TagId, i64> = HashMap::new();
    for chunk in numbers.chunks(MAX_EVENTS) {
        for link in crate::search::event_links(ctx, chunk)? {
            *counts.entry(link.tag).or_default() += 1;
        }
    }
    Ok(named(ctx, counts))
}

/// The techniques among tags: uuid, tag and count of each, the most frequent first.
fn techniques(ctx: &mut Ctx<'_, '_>, tags: &BTreeMap<String, i64>) -> Result<Vec<(Uuid, String, i64)>> {
    let of_attack = tags
        .keys()
        .filter(|name| name.starts_with("misp-galaxy:mitre-attack-pattern="));
    let keys: Vec<String> = of_attack.map(|name| entente_store::name_key(name)).collect();
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let scope = ctx.scope();
    let clusters = entente_store::galaxy::clusters_by_tag_keys(ctx.tx, &scope, &keys)?;
    let mut found: Vec<(Uuid, String, i64)> = clusters
        .into_iter()
        .filter_map(|(_, cluster)| {
            let name = &cluster.tag_name;
            let count = tags.iter().find(|(tag, _)| tag.eq_ignore_ascii_case(name))?;
            Some((cluster.uuid, count.0.clone(), *count.1))
        })
        .collect();
    found.sort_by(|a, b| (b.2, &a.1).cmp(&(a.2, &b.1)));
    Ok(found)
}

/// Clusters with a relation `mitigates` to the most frequent techniques.
fn courses(
    ctx: &mut Ctx<'_, '_>,
    techniques: &[(Uuid, String, i64)],
) -> Result<Vec<(GalaxyCluster, Vec<String>)>> {
    let scope = ctx.scope();
    let first: Vec<Uuid> = techniques
        .iter()
        .take(MAX_TECHNIQUES)
        .map(|(uuid, ..)| *uuid)
        .collect();
    let relations = entente_store::galaxy::relations_to_many(ctx.tx, &scope, &first, "mitigates")?;
    let mut of: BTreeMap<i64, Vec<String>> = BTreeMap::new();
    for relation in relations {
        let technique = techniques
            .iter()
            .find(|(uuid, ..)| *uuid == relation.referenced_uuid);
        if let Some((_, tag, _)) = technique {
            of.entry(relation.cluster).or_default().push(tag.clone());
        }
    }
    let ids: Vec<i64> = of.keys().copied().collect();
    let clusters = entente_store::galaxy::clusters(ctx.tx, &scope, &ids)?;
    let mut courses: Vec<(GalaxyCluster, Vec<String>)> = clusters
        .into_iter()
        .filter(|cluster| !cluster.deleted)
        .map(|cluster| {
            let techniques = of.remove(&cluster.id).unwrap_or_default();
            (cluster, techniques)
        })
        .collect();
    courses.sort_by(|a, b| (b.1.len(), &a.0.value).cmp(&(a.1.len(), &b.0.value)));
    Ok(courses)
}

/// How the tags that are followed, or those of this period, have developed.
fn trends(
    ctx: &mut Ctx<'_, '_>,
    filters: &Filters,
    tags: &BTreeMap<String, i64>,
    span: Seconds,
    to: Seconds,
) -> Result<Vec<Trend>> {
    let periods = filters
        .numbers("trending_period_amount")
        .first()
        .copied()
        .unwrap_or(2);
    let followed = filters.texts("trending_for_tags");
    let wanted: HashSet<String> = if followed.is_empty() {
        tags.keys().map(|name| entente_store::name_key(name)).collect()
    } else {
        followed
            .iter()
            .map(|name| entente_store::name_key(name))
            .collect()
    };
    let scope = ctx.scope();
    let mut trends: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    let periods = usize::try_from(periods.clamp(0, MAX_PERIODS)).unwrap_or(2);
    let mut end = to;
    for index in 0..=periods {
        let window = Window {
            published_at: Range {
                from: Some(end - span),
                to: Some(end - i64::from(index > 0)),
            },
            published: Some(true),
            ..Window::default()
        };
        let counts = window::event_tags(ctx.tx, &scope, &window)?;
        for (tag, count) in named(ctx, counts) {
            if wanted.contains(&entente_store::name_key(&tag)) {
                let own = trends.entry(tag).or_insert_with(|| vec![0; periods + 1]);
                if let Some(place) = own.get_mut(index) {
                    *place = count;
                }
            }
        }
        end -= span;
    }
    let all = trends.into_iter().map(|(tag, counts)| Trend { tag, counts });
    Ok(all.collect())
}

/// Events that share values with the first of these.
fn correlated(ctx: &mut Ctx<'_, '_>, events: &[Event]) -> Result<Vec<Event>> {
    /// Events whose values are looked up; each may hold many.
    const LOOKED_AT: usize = 50;
    let own: HashSet<i64> = events.iter().map(|event| event.id.0).collect();
    let first: Vec<&Event> = events.iter().take(LOOKED_AT).collect();
    let mut related = crate::correlation::RelatedEvents::of(ctx, first.iter().copied())?;
    for event in first {
        let query = Query::of(Subject::Attribute).with(Term::Event(Lists::one(Ref::Id(event.id.0))));
        let options = entente_model::search::Options::default();
        crate::search::each_attribute(ctx, &query, &options, |ctx, row| related.add(ctx, &row.attribute))?;
    }
    let mut found = related.finish(ctx)?;
    found.retain(|event| !own.contains(&event.id.0));
    Ok(found)
}

/// Keeps the caller's filters.
///
/// # Errors
/// `Denied` with a read-only key; `Fields`.
pub fn set_filters(ctx: &mut Ctx<'_, '_>, filters: &Map<String, Value>) -> Result<()> {
    const KNOWN: [&str; 8] = [
        "orgc_id",
        "distribution",
        "sharing_group_id",
        "event_info",
        "tags",
        "trending_for_tags",
        "include_correlations",
        "trending_period_amount",
    ];
    if let Some(unknown) = filters.keys().find(|key| !KNOWN.contains(&key.as_str())) {
        return Err(Error::field(
            "periodic_settings",
            format!("There is no filter {unknown}. Use {}.", KNOWN.join(", ")),
        ));
    }
    let user = ctx.actor.user_id();
    crate::user_setting::set(ctx, user, FILTERS, &Value::Object(filters.clone())).map(|_| ())
}
