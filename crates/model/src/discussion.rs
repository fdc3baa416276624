//! Threads and what is said in them. spec: 08#5
use crate::id::{EventId, LabelId, OrgId, SharingGroupId, UserId};
use crate::level::Distribution;
use crate::time::Seconds;

/// A discussion: of an event, whose readers it has, or one of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thread {
    /// Row id.
    pub id: i64,
    /// What it is about.
    pub title: String,
    /// The event, if it is one's.
    pub event: Option<EventId>,
    /// Who may read it; that of the event, if it is one's.
    pub distribution: Distribution,
    /// The group when distribution says so, else none.
    pub sharing_group: SharingGroupId,
    /// Who began it.
    pub user: UserId,
    /// Whose organisation that was.
    pub org: OrgId,
    /// Posts in it.
    pub post_count: i64,
    /// When it began.
    pub created: Seconds,
    /// The last post or change of one.
    pub modified: Seconds,
    /// Policy label of a thread of its own.
    pub label: Option<LabelId>,
}

/// Something said in a thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    /// Row id.
    pub id: i64,
    /// The thread.
    pub thread: i64,
    /// The post that it answers, or 0.
    pub reply_to: i64,
    /// Who said it.
    pub user: UserId,
    /// For which organisation.
    pub org: OrgId,
    /// What was said.
    pub contents: String,
    /// When.
    pub created: Seconds,
    /// Last change.
    pub modified: Seconds,
}
