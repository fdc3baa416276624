//! Long work and how far it has come. spec: 08#15
use crate::filter::{Conditions, Page};
use entente_db::{DbError, Row, Tx, params};
pub use entente_model::administration::Job;
use entente_model::id::OrgId;
use entente_model::time::Seconds;

const SELECT: &str = "SELECT id, worker, job_type, job_input, status, retries, message, progress, org_id, process_id, \
    created, modified FROM job";

fn read(row: &Row<'_>) -> Result<Job, DbError> {
    Ok(Job {
        id: row.get_int(0)?,
        worker: row.get_string(1)?,
        kind: row.get_string(2)?,
        input: row.get_string(3)?,
        status: row.get_int(4)?,
        retries: row.get_int(5)?,
        message: row.get_string(6)?,
        progress: row.get_int(7)?,
        org: OrgId(row.get_int(8)?),
        process: row.get_opt_string(9)?,
        created: row.get_int(10)?,
        modified: row.get_int(11)?,
    })
}

/// Jobs, newest first, of one queue if it is named.
///
/// # Errors
/// Of the database.
pub fn list(tx: &mut Tx<'_>, queue: Option<&str>, page: Page) -> Result<Vec<Job>, DbError> {
    let mut conditions = Conditions::default();
    if let Some(queue) = queue {
        conditions.push("worker = $", queue);
    }
    let paging = conditions.paging(Some(page));
    let sql = format!("{SELECT}{} ORDER BY id DESC{paging}", conditions.clause());
    tx.all(&sql, conditions.values(), read)
}

/// A job by id.
///
/// # Errors
/// Of the database.
pub fn find(tx: &mut Tx<'_>, id: i64) -> Result<Option<Job>, DbError> {
    tx.first(&format!("{SELECT} WHERE id = $1"), params![id], read)
}

/// The newest job of a kind.
///
/// # Errors
/// Of the database.
pub fn latest(tx: &mut Tx<'_>, kind: &str) -> Result<Option<Job>, DbError> {
    tx.first(
        &format!("{SELECT} WHERE job_type = $1 ORDER BY id DESC LIMIT 1"),
        params![kind],
        read,
    )
}

/// Adds a row; its id is taken from the counter and returned.
///
/// # Errors
/// Of the database.
pub fn insert(tx: &mut Tx<'_>, job: &Job) -> Result<i64, DbError> {
    let id = tx.next_ids("job", 1)?;
    tx.execute(
        "INSERT INTO job (id, worker, job_type, job_input, status, retries, message, progress, org_id, \
         process_id, created, modified) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        params![
            id,
            &job.worker,
            &job.kind,
            &job.input,
            job.status,
            job.retries,
            &job.message,
            job.progress,
            job.org.0,
            &job.process,
            job.created,
            job.modified
        ],
    )?;
    Ok(id)
}

/// Changes what is said of a row.
///
/// # Errors
/// Of the database.
pub fn update(
    tx: &mut Tx<'_>,
    id: i64,
    status: i64,
    progress: i64,
    message: &str,
    now: Seconds,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE job SET status = $2, progress = $3, message = $4, modified = $5 WHERE id = $1",
        params![id, status, progress, message, now],
    )?;
    Ok(())
}

/// How much waits or runs in each queue.
///
/// # Errors
/// Of the database.
pub fn open_by_queue(tx: &mut Tx<'_>) -> Result<Vec<(String, i64)>, DbError> {
    tx.all(
        "SELECT worker, COUNT(*) FROM job WHERE status IN (1, 2) GROUP BY worker ORDER BY worker",
        params![],
        |row| Ok((row.get_string(0)?, row.get_int(1)?)),
    )
}

/// Forgets completed or all finished jobs; what waits or runs stays.
///
/// # Errors
/// Of the database.
pub fn clear(tx: &mut Tx<'_>, completed_only: bool) -> Result<u64, DbError> {
    let condition = if completed_only {
        "status = 4"
    } else {
        "status IN (3, 4)"
    };
    tx.execute(&format!("DELETE FROM job WHERE {condition}"), params![])
}

/// Forgets what waits in a queue.
///
/// # Errors
/// Of the database.
pub fn clear_waiting(tx: &mut Tx<'_>, queue: &str) -> Result<u64, DbError> {
    tx.execute("DELETE FROM job WHERE status = 1 AND worker = $1", params![queue])
}
