//! Threads and posts. A thread of an event is seen by whom the event is seen; others carry a label. spec: 08#5
use crate::damaged;
use crate::filter::{Conditions, Page, Term};
use entente_db::{DbError, Row, Tx, params};
use entente_model::discussion::{Post, Thread};
use entente_model::id::{EventId, LabelId, OrgId, SharingGroupId, UserId};
use entente_model::level::Distribution;
use entente_model::time::Seconds;
use entente_policy::Scope;

/// Threads beside their events, whose level is theirs.
const FROM: &str = "SELECT t.id, t.title, t.event_no, COALESCE(e.distribution, t.distribution), \
    COALESCE(e.sharing_group_id, t.sharing_group_id), t.user_id, t.org_id, t.post_count, t.created, t.modified, t.label \
    FROM thread t LEFT JOIN event e ON e.no = t.event_no";
/// What decides about who sees a thread.
const LABEL: &str = "COALESCE(e.label, t.label)";
const POST: &str = "SELECT id, thread_id, post_id, user_id, org_id, contents, created, modified FROM post";

fn read(row: &Row<'_>) -> Result<Thread, DbError> {
    Ok(Thread {
        id: row.get_int(0)?,
        title: row.get_string(1)?,
        event: row.get_opt_int(2)?.map(EventId),
        distribution: Distribution::from_number(row.get_int(3)?)
            .ok_or_else(|| damaged(3, "a distribution"))?,
        sharing_group: SharingGroupId(row.get_int(4)?),
        user: UserId(row.get_int(5)?),
        org: OrgId(row.get_int(6)?),
        post_count: row.get_int(7)?,
        created: row.get_int(8)?,
        modified: row.get_int(9)?,
        label: row.get_opt_int(10)?.map(LabelId),
    })
}

fn read_post(row: &Row<'_>) -> Result<Post, DbError> {
    Ok(Post {
        id: row.get_int(0)?,
        thread: row.get_int(1)?,
        reply_to: row.get_int(2)?,
        user: UserId(row.get_int(3)?),
        org: OrgId(row.get_int(4)?),
        contents: row.get_string(5)?,
        created: row.get_int(6)?,
        modified: row.get_int(7)?,
    })
}

/// Threads that the scope sees, the one changed last first.
///
/// # Errors
/// Of the database.
pub fn search(
    tx: &mut Tx<'_>,
    scope: &Scope,
    title: &[Term],
    page: Option<Page>,
) -> Result<Vec<Thread>, DbError> {
    let mut conditions = Conditions::default();
    conditions.visible(scope, LABEL);
    conditions.text("t.title", title);
    let paging = conditions.paging(page);
    let sql = format!(
        "{FROM}{} ORDER BY t.modified DESC, t.id DESC{paging}",
        conditions.clause()
    );
    tx.all(&sql, conditions.values(), read)
}

/// A thread, if the scope sees it.
///
/// # Errors
/// Of the database.
pub fn find(tx: &mut Tx<'_>, scope: &Scope, id: i64) -> Result<Option<Thread>, DbError> {
    let mut conditions = Conditions::default();
    conditions.push("t.id = $", id);
    conditions.visible(scope, LABEL);
    tx.first(
        &format!("{FROM}{}", conditions.clause()),
        conditions.values(),
        read,
    )
}

/// The thread of an event, if there is one and the scope sees the event.
///
/// # Errors
/// Of the database.
pub fn of_event(tx: &mut Tx<'_>, scope: &Scope, event: EventId) -> Result<Option<Thread>, DbError> {
    let mut conditions = Conditions::default();
    conditions.push("t.event_no = $", event.0);
    conditions.visible(scope, LABEL);
    tx.first(
        &format!("{FROM}{}", conditions.clause()),
        conditions.values(),
        read,
    )
}

/// Adds a thread; its id is taken from the counter and returned.
///
/// # Errors
/// `Unique` when its event has one.
pub fn insert(tx: &mut Tx<'_>, row: &Thread) -> Result<i64, DbError> {
    let id = tx.next_ids("thread", 1)?;
    tx.execute(
        "INSERT INTO thread (id, title, event_no, distribution, sharing_group_id, user_id, org_id, post_count, \
         created, modified, label) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        params![
            id,
            &row.title,
            row.event.map(|event| event.0),
            row.distribution.number(),
            row.sharing_group.0,
            row.user.0,
            row.org.0,
            row.post_count,
            row.created,
            row.modified,
            row.label.map(|label| label.0)
        ],
    )?;
    Ok(id)
}

/// Counts the posts of a thread anew and notes when it has changed; answers how many there are.
///
/// # Errors
/// Of the database.
pub fn settle(tx: &mut Tx<'_>, id: i64, modified: Seconds) -> Result<i64, DbError> {
    let count = tx
        .first(
            "SELECT COUNT(*) FROM post WHERE thread_id = $1",
            params![id],
            |row| row.get_int(0),
        )?
        .unwrap_or(0);
    tx.execute(
        "UPDATE thread SET post_count = $2, modified = $3 WHERE id = $1",
        params![id, count, modified],
    )?;
    Ok(count)
}

/// Removes a thread with its posts.
///
/// # Errors
/// Of the database.
pub fn delete(tx: &mut Tx<'_>, id: i64) -> Result<(), DbError> {
    tx.execute("DELETE FROM thread WHERE id = $1", params![id])?;
    Ok(())
}

/// Posts of a thread with ids above `after`, in their order, at most `limit`.
///
/// # Errors
/// Of the database.
pub fn posts_unscoped(tx: &mut Tx<'_>, thread: i64, after: i64, limit: i64) -> Result<Vec<Post>, DbError> {
    tx.all(
        &format!("{POST} WHERE thread_id = $1 AND id > $2 ORDER BY id LIMIT $3"),
        params![thread, after, limit],
        read_post,
    )
}

/// A post, whoever asks.
///
/// # Errors
/// Of the database.
pub fn post_unscoped(tx: &mut Tx<'_>, id: i64) -> Result<Option<Post>, DbError> {
    tx.first(&format!("{POST} WHERE id = $1"), params![id], read_post)
}

/// Adds a post; its id is taken from the counter and returned.
///
/// # Errors
/// Of the database.
pub fn insert_post(tx: &mut Tx<'_>, row: &Post) -> Result<i64, DbError> {
    let id = tx.next_ids("post", 1)?;
    tx.execute(
        "INSERT INTO post (id, thread_id, post_id, user_id, org_id, contents, created, modified) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![
            id,
            row.thread,
            row.reply_to,
            row.user.0,
            row.org.0,
            &row.contents,
            row.created,
            row.modified
        ],
    )?;
    Ok(id)
}

/// Replaces what was said.
///
/// # Errors
/// Of the database.
pub fn update_post(tx: &mut Tx<'_>, id: i64, contents: &str, modified: Seconds) -> Result<(), DbError> {
    tx.execute(
        "UPDATE post SET contents = $2, modified = $3 WHERE id = $1",
        params![id, contents, modified],
    )?;
    Ok(())
}

/// Removes a post; answers to it stay.
///
/// # Errors
/// Of the database.
pub fn delete_post(tx: &mut Tx<'_>, id: i64) -> Result<(), DbError> {
    tx.execute("DELETE FROM post WHERE id = $1", params![id])?;
    Ok(())
}
