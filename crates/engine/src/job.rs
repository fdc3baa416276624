//! Long work and how far it has come. spec: 08#15
use crate::ctx::Ctx;
use crate::error::{Error, Result};
pub use entente_store::filter::Page;
pub use entente_store::job::Job;

/// The queues that clients know; work is done inside this process, so there is one worker for each.
pub const QUEUES: &[&str] = &["cache", "default", "email", "prio", "update", "scheduler"];

/// States of a job as they are stored.
const RUNNING: i64 = 2;
const FAILED: i64 = 3;
const COMPLETED: i64 = 4;

/// Jobs, newest first.
///
/// # Errors
/// Of the database.
pub fn list(ctx: &mut Ctx<'_, '_>, queue: Option<&str>, page: Page) -> Result<Vec<Job>> {
    Ok(entente_store::job::list(ctx.tx, queue, page)?)
}

/// A job by id, or the newest of a kind. Others' jobs are for site administrators.
///
/// # Errors
/// `NotFound`.
pub fn find(ctx: &mut Ctx<'_, '_>, id_or_kind: &str) -> Result<Job> {
    let found = match id_or_kind.parse::<i64>() {
        Ok(id) => entente_store::job::find(ctx.tx, id)?,
        Err(_) => entente_store::job::latest(ctx.tx, id_or_kind)?,
    };
    found
        .filter(|job| ctx.actor.is_site_admin() || job.org.is_none() || job.org == ctx.actor.org_id())
        .ok_or_else(|| Error::not_found("Invalid job."))
}

/// How a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// So many per cent of it are done.
    Running(i64),
    /// It came to its end.
    Done,
    /// It was given up.
    Failed,
}

/// Notes a job that begins at once; answers its number.
///
/// # Errors
/// Of the database.
pub fn begin(ctx: &mut Ctx<'_, '_>, queue: &str, kind: &str, input: &str) -> Result<i64> {
    let job = Job {
        id: 0,
        worker: queue.to_owned(),
        kind: kind.to_owned(),
        input: input.to_owned(),
        status: RUNNING,
        retries: 0,
        message: "Job started.".to_owned(),
        progress: 0,
        org: ctx.actor.org_id(),
        process: Some(ctx.new_uuid()?.to_string()),
        created: ctx.now(),
        modified: ctx.now(),
    };
    Ok(entente_store::job::insert(ctx.tx, &job)?)
}

/// Notes how far a job has come.
///
/// # Errors
/// Of the database.
pub fn note(ctx: &mut Ctx<'_, '_>, id: i64, state: Progress, message: &str) -> Result<()> {
    let (status, progress) = match state {
        Progress::Running(done) => (RUNNING, done),
        Progress::Done => (COMPLETED, 100),
        Progress::Failed => (FAILED, 100),
    };
    let now = ctx.now();
    Ok(entente_store::job::update(
        ctx.tx, id, status, progress, message, now,
    )?)
}

/// Forgets finished jobs.
///
/// # Errors
/// Of the database.
pub fn clear(ctx: &mut Ctx<'_, '_>, completed_only: bool) -> Result<u64> {
    Ok(entente_store::job::clear(ctx.tx, completed_only)?)
}

/// How many jobs wait or run in each of the known queues.
///
/// # Errors
/// Of the database.
pub fn open_by_queue(ctx: &mut Ctx<'_, '_>) -> Result<Vec<(&'static str, i64)>> {
    let counts = entente_store::job::open_by_queue(ctx.tx)?;
    let count = |queue: &str| {
        counts
            .iter()
            .find(|(name, _)| name == queue)
            .map_or(0, |(_, count)| *count)
    };
    Ok(QUEUES.iter().map(|queue| (*queue, count(queue))).collect())
}

/// Forgets what waits in a queue.
///
/// # Errors
/// `Invalid` for a queue that does not exist.
pub fn clear_queue(ctx: &mut Ctx<'_, '_>, queue: &str) -> Result<u64> {
    if !QUEUES.contains(&queue) {
        return Err(Error::invalid("Invalid queue."));
    }
    Ok(entente_store::job::clear_waiting(ctx.tx, queue)?)
}
