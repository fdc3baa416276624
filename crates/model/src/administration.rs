//! What people keep beside the events: blocklists, exclusions, bookmarks, news, requests, the log, jobs.
//! spec: 01#7.14
use crate::id::{EventId, OrgId, SharingGroupId, UserId};
use crate::time::Seconds;
use uuid::Uuid;

/// Something that is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blocked {
    /// Row id; set by the store.
    pub id: i64,
    /// What is refused.
    pub uuid: Uuid,
    /// Since when.
    pub created: Seconds,
    /// Title of the event or name of the organisation.
    pub name: String,
    /// Remark.
    pub comment: Option<String>,
    /// Name of the event's creator.
    pub orgc: String,
}

/// A value, or with `%` at either end a part of values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exclusion {
    /// Row id; set by the store.
    pub id: i64,
    /// What does not correlate.
    pub value: String,
    /// It came with the software.
    pub from_json: bool,
    /// Remark.
    pub comment: Option<String>,
}

/// What the events of a correlation rule have in common. spec: 05#1.7
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Selector {
    /// The organisation that created them.
    Creator,
    /// The organisation that owns them.
    Owner,
    /// Their id.
    Event,
    /// Their title, which may have `%` for any run of characters.
    Info,
}

impl Selector {
    const NAMES: [(Self, &'static str); 4] = [
        (Self::Creator, "orgc_id"),
        (Self::Owner, "org_id"),
        (Self::Event, "event_id"),
        (Self::Info, "event_info"),
    ];

    /// The selector of a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::NAMES
            .iter()
            .find(|(_, own)| *own == name)
            .map(|(selector, _)| *selector)
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Creator => "orgc_id",
            Self::Owner => "org_id",
            Self::Event => "event_id",
            Self::Info => "event_info",
        }
    }
}

/// Events that do not correlate with each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorrelationRule {
    /// Row id; set by the store.
    pub id: i64,
    /// Global identity.
    pub uuid: Uuid,
    /// What it is called.
    pub name: String,
    /// Remark.
    pub comment: String,
    /// What is compared.
    pub selector: Selector,
    /// With what.
    pub list: Vec<String>,
    /// When it last changed.
    pub timestamp: Seconds,
}

/// A graph of an event as somebody arranged it. spec: 05#1.9
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventGraph {
    /// Row id; set by the store.
    pub id: i64,
    /// The event.
    pub event: EventId,
    /// Who kept it.
    pub user: UserId,
    /// Their organisation.
    pub org: OrgId,
    /// When.
    pub timestamp: Seconds,
    /// What it is called.
    pub name: String,
    /// The arrangement, as JSON that only the program that draws it reads.
    pub network: String,
    /// A small picture, as a data URL.
    pub preview: Option<String>,
}

/// A kept address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bookmark {
    /// Row id; set by the store.
    pub id: i64,
    /// Whose.
    pub user: UserId,
    /// The organisation of that user.
    pub org: OrgId,
    /// What it is called.
    pub name: String,
    /// Where it leads.
    pub url: String,
    /// Colleagues see it.
    pub exposed_to_org: bool,
    /// Remark.
    pub comment: Option<String>,
}

/// A piece of news.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    /// Row id; set by the store.
    pub id: i64,
    /// Title.
    pub title: String,
    /// Text.
    pub message: String,
    /// Who wrote it; none = shown without a name.
    pub user: UserId,
    /// When.
    pub created: Seconds,
}

/// A pending request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delegation {
    /// Row id; set by the store.
    pub id: i64,
    /// Who is asked to take the event.
    pub org: OrgId,
    /// Who asks.
    pub requester: OrgId,
    /// The event.
    pub event: EventId,
    /// Words to the recipient.
    pub message: String,
    /// The distribution asked for; -1 leaves it to the recipient.
    pub distribution: i64,
    /// The sharing group asked for.
    pub sharing_group: SharingGroupId,
}

/// A row of the log. spec: 01#7.14
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogRow {
    /// Row id; set by the store.
    pub id: i64,
    /// How to call the thing.
    pub title: String,
    /// When.
    pub created: Seconds,
    /// Kind of thing.
    pub model: String,
    /// Its local id.
    pub model_id: i64,
    /// What was done.
    pub action: String,
    /// Who did it.
    pub user: i64,
    /// Changed columns.
    pub change: Option<String>,
    /// Their address.
    pub email: String,
    /// Their organisation's name.
    pub org: String,
    /// Remark.
    pub description: Option<String>,
    /// Where from.
    pub ip: String,
}

/// A piece of work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Row id.
    pub id: i64,
    /// Queue.
    pub worker: String,
    /// What is done.
    pub kind: String,
    /// To what.
    pub input: String,
    /// 1 waiting, 2 running, 3 failed, 4 completed.
    pub status: i64,
    /// Repetitions.
    pub retries: i64,
    /// Last words.
    pub message: String,
    /// Per cent done.
    pub progress: i64,
    /// For whom.
    pub org: OrgId,
    /// Name outside.
    pub process: Option<String>,
    /// When asked for.
    pub created: Seconds,
    /// When last heard of.
    pub modified: Seconds,
}
