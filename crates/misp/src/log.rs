//! Rows of the log, and jobs. spec: 03#16, 08#15, 01#7.14
use entente_model::administration::{Job, LogRow};
use entente_model::time::datetime;
use serde_json::{Value, json};

/// A row of the log.
#[must_use]
pub fn log(row: &LogRow) -> Value {
    json!({ "Log": {
        "id": row.id.to_string(),
        "title": row.title,
        "created": datetime(row.created),
        "model": row.model,
        "model_id": row.model_id.to_string(),
        "action": row.action,
        "user_id": row.user.to_string(),
        "change": row.change,
        "email": row.email,
        "org": row.org,
        "description": row.description,
        "ip": row.ip,
    }})
}

/// A job.
#[must_use]
pub fn job(row: &Job) -> Value {
    json!({ "Job": {
        "id": row.id.to_string(),
        "worker": row.worker,
        "job_type": row.kind,
        "job_input": row.input,
        "status": row.status.to_string(),
        "retries": row.retries.to_string(),
        "message": row.message,
        "progress": row.progress.to_string(),
        "org_id": row.org.to_string(),
        "process_id": row.process,
        "date_created": datetime(row.created),
        "date_modified": datetime(row.modified),
    }})
}

/// How far a job has come.
#[must_use]
pub fn progress(row: &Job) -> Value {
    json!({ "progress": format!("{}%", row.progress.clamp(0, 100)) })
}
