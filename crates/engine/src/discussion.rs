//! Discussions: threads of events, seen by whom their event is seen, and threads with a level of their own.
//! spec: 08#5
use crate::content::capture;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::journal::{Change, Entry};
use entente_model::discussion::{Post, Thread};
use entente_model::draft::{Given, GroupChoice};
use entente_model::id::{Ref, SharingGroupId, UserId};
use entente_model::level::Distribution;
use entente_policy::{LabelFacts, Permission};
use entente_store::filter::{Page, Term};
use std::collections::HashMap;

/// Longest title in bytes.
const MAX_TITLE: usize = 255;
/// Longest post in bytes.
const MAX_POST: usize = 65_535;
/// Posts read at once.
const BATCH: i64 = 200;
const UNKNOWN_THREAD: &str = "Invalid thread";
const UNKNOWN_POST: &str = "Invalid post";

/// Threads that the caller sees, the one changed last first.
///
/// # Errors
/// Of the database.
pub fn list(ctx: &mut Ctx<'_, '_>, title: &[Term], page: Option<Page>) -> Result<Vec<Thread>> {
    let scope = ctx.scope();
    Ok(entente_store::discussion::search(ctx.tx, &scope, title, page)?)
}

/// A thread that the caller sees.
///
/// # Errors
/// `NotFound`.
pub fn find(ctx: &mut Ctx<'_, '_>, thread: Option<i64>) -> Result<Thread> {
    let scope = ctx.scope();
    let found = match thread {
        Some(id) => entente_store::discussion::find(ctx.tx, &scope, id)?,
        None => None,
    };
    found.ok_or_else(|| Error::not_found(UNKNOWN_THREAD))
}

/// The thread of an event that the caller sees; `None` before anything was said.
///
/// # Errors
/// `NotFound` for the event.
pub fn of_event(ctx: &mut Ctx<'_, '_>, event: Option<Ref>) -> Result<Option<Thread>> {
    let event = ctx.visible_event(event, "Invalid event")?;
    let scope = ctx.scope();
    Ok(entente_store::discussion::of_event(ctx.tx, &scope, event.id)?)
}

/// Hands the posts of a thread that the caller sees to `f`, in their order, some at a time.
///
/// # Errors
/// Of the database or of `f`.
pub fn each_post(
    ctx: &mut Ctx<'_, '_>,
    thread: &Thread,
    mut f: impl FnMut(&mut Ctx<'_, '_>, Vec<Post>) -> Result<()>,
) -> Result<()> {
    let mut after = 0;
    loop {
        let page = entente_store::discussion::posts_unscoped(ctx.tx, thread.id, after, BATCH)?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.id;
        f(ctx, page)?;
    }
}

/// The addresses of those who wrote posts. Colleagues know each other's; others' are for site administrators.
///
/// # Errors
/// Of the database.
pub fn authors(ctx: &mut Ctx<'_, '_>, posts: &[Post]) -> Result<HashMap<UserId, String>> {
    let shown = |post: &&Post| ctx.actor.is_site_admin() || post.org == ctx.actor.org_id();
    let mut users: Vec<i64> = posts.iter().filter(shown).map(|post| post.user.0).collect();
    users.sort_unstable();
    users.dedup();
    let found = entente_store::account::by_ids(ctx.tx, &users)?;
    Ok(found.into_iter().map(|user| (user.id, user.email)).collect())
}

/// Where something is said.
#[derive(Debug, Clone, PartialEq)]
pub enum Place {
    /// In the discussion of an event.
    Event(Option<Ref>),
    /// In a thread.
    Thread(Option<i64>),
    /// In answer to a post.
    Post(Option<i64>),
    /// In a new thread.
    New(NewThread),
}

/// A thread of its own.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NewThread {
    /// What it is about.
    pub title: String,
    /// Who may read it; everybody on this instance when absent.
    pub distribution: Given<Distribution>,
    /// With distribution 4.
    pub sharing_group: Option<GroupChoice>,
}

/// Says something; answers post and thread.
///
/// # Errors
/// `NotFound` for the place; `Denied` without the right or for a sharing group; `Fields`.
pub fn add(ctx: &mut Ctx<'_, '_>, place: &Place, message: &str) -> Result<(i64, i64)> {
    if !ctx.actor.can(Permission::Add) {
        return Err(Error::denied("You do not have permission to do that."));
    }
    check(message)?;
    let (thread, reply_to) = match place {
        Place::Event(event) => (event_thread(ctx, *event)?, 0),
        Place::Thread(thread) => (find(ctx, *thread)?, 0),
        Place::Post(post) => {
            let (post, thread) = visible_post(ctx, *post)?;
            (thread, post.id)
        }
        Place::New(new) => (new_thread(ctx, new)?, 0),
    };
    let row = Post {
        id: 0,
        thread: thread.id,
        reply_to,
        user: ctx.actor.user_id(),
        org: ctx.actor.org_id(),
        contents: message.trim().to_owned(),
        created: ctx.now(),
        modified: ctx.now(),
    };
    let id = entente_store::discussion::insert_post(ctx.tx, &row)?;
    let now = ctx.now();
    entente_store::discussion::settle(ctx.tx, thread.id, now)?;
    note(ctx, "add", id, &thread)?;
    Ok((id, thread.id))
}

fn check(message: &str) -> Result<()> {
    if message.trim().is_empty() || message.len() > MAX_POST {
        return Err(Error::field(
            "message",
            format!("A message of 1 to {MAX_POST} bytes is needed."),
        ));
    }
    Ok(())
}

/// The thread of an event, begun now when there is none.
fn event_thread(ctx: &mut Ctx<'_, '_>, event: Option<Ref>) -> Result<Thread> {
    let event = ctx.visible_event(event, "Invalid event")?;
    let scope = ctx.scope();
    if let Some(thread) = entente_store::discussion::of_event(ctx.tx, &scope, event.id)? {
        return Ok(thread);
    }
    let mut thread = blank(
        ctx,
        format!("Discussion about Event #{} ({})", event.id, event.info),
    );
    thread.title.truncate(thread.title.floor_char_boundary(MAX_TITLE));
    thread.event = Some(event.id);
    thread.distribution = event.distribution;
    thread.id = entente_store::discussion::insert(ctx.tx, &thread)?;
    Ok(thread)
}

fn blank(ctx: &Ctx<'_, '_>, title: String) -> Thread {
    Thread {
        id: 0,
        title,
        event: None,
        distribution: Distribution::Community,
        sharing_group: SharingGroupId::NONE,
        user: ctx.actor.user_id(),
        org: ctx.actor.org_id(),
        post_count: 0,
        created: ctx.now(),
        modified: ctx.now(),
        label: None,
    }
}

fn new_thread(ctx: &mut Ctx<'_, '_>, new: &NewThread) -> Result<Thread> {
    let title = new.title.trim();
    if title.is_empty() || title.len() > MAX_TITLE {
        return Err(Error::field(
            "title",
            format!("A new thread needs a title of 1 to {MAX_TITLE} bytes."),
        ));
    }
    let mut thread = blank(ctx, title.to_owned());
    match &new.distribution {
        Given::Absent => {}
        Given::Value(level) if *level != Distribution::Inherit => thread.distribution = *level,
        _ => {
            return Err(Error::field(
                "distribution",
                "Invalid distribution: 0 to 4 expected.",
            ));
        }
    }
    if thread.distribution == Distribution::SharingGroup {
        thread.sharing_group = capture::group(ctx, new.sharing_group.as_ref())?;
    }
    let org = ctx.org_uuid(thread.org);
    let link = ctx.link(thread.distribution, thread.sharing_group);
    let mut facts = LabelFacts::event(org, org, link);
    // There is no draft state of discussions.
    facts.published = true;
    thread.label = Some(ctx.intern_label(&facts)?);
    thread.id = entente_store::discussion::insert(ctx.tx, &thread)?;
    Ok(thread)
}

/// A post in a thread that the caller sees.
///
/// # Errors
/// `NotFound`.
pub fn visible_post(ctx: &mut Ctx<'_, '_>, post: Option<i64>) -> Result<(Post, Thread)> {
    let unknown = || Error::not_found(UNKNOWN_POST);
    let found = match post {
        Some(id) => entente_store::discussion::post_unscoped(ctx.tx, id)?,
        None => None,
    };
    let post = found.ok_or_else(unknown)?;
    let scope = ctx.scope();
    let thread = entente_store::discussion::find(ctx.tx, &scope, post.thread)?.ok_or_else(unknown)?;
    Ok((post, thread))
}

fn own_post(ctx: &mut Ctx<'_, '_>, post: Option<i64>) -> Result<(Post, Thread)> {
    let (post, thread) = visible_post(ctx, post)?;
    if post.user == ctx.actor.user_id() && !ctx.actor.read_only() || ctx.actor.is_site_admin() {
        Ok((post, thread))
    } else {
        Err(Error::denied("You are not authorised to do that."))
    }
}

/// Changes what was said.
///
/// # Errors
/// `NotFound`; `Denied` for other people's posts; `Fields`.
pub fn edit(ctx: &mut Ctx<'_, '_>, post: Option<i64>, message: &str) -> Result<(i64, i64)> {
    let (post, thread) = own_post(ctx, post)?;
    check(message)?;
    let now = ctx.now();
    entente_store::discussion::update_post(ctx.tx, post.id, message.trim(), now)?;
    entente_store::discussion::settle(ctx.tx, thread.id, now)?;
    note(ctx, "edit", post.id, &thread)?;
    Ok((post.id, thread.id))
}

/// Removes what was said, and with the last post the thread.
///
/// # Errors
/// `NotFound`; `Denied` for other people's posts.
pub fn remove(ctx: &mut Ctx<'_, '_>, post: Option<i64>) -> Result<i64> {
    let (post, thread) = own_post(ctx, post)?;
    entente_store::discussion::delete_post(ctx.tx, post.id)?;
    let now = ctx.now();
    if entente_store::discussion::settle(ctx.tx, thread.id, now)? == 0 {
        entente_store::discussion::delete(ctx.tx, thread.id)?;
    }
    note(ctx, "delete", post.id, &thread)?;
    Ok(post.id)
}

fn note(ctx: &mut Ctx<'_, '_>, action: &'static str, post: i64, thread: &Thread) -> Result<()> {
    ctx.log(&Entry {
        model: "Post",
        id: post,
        action,
        title: format!("Post ({post}) in thread ({})", thread.id),
        ..Entry::default()
    })?;
    ctx.change(&Change {
        kind: action,
        entity: "post",
        id: post,
        uuid: None,
        event: thread.event,
    })
}
