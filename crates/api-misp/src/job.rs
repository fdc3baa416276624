//! Jobs and the workers that do them. spec: 08#15
use crate::answer::Answer;
use crate::call::Call;
use crate::criteria::Criteria;
use crate::describe;
use crate::failure::Failure;
use crate::routes::{Outcome, routes};
use entente_engine::job;
use entente_misp::log::{job as shape, progress as progress_shape};
use entente_misp::setting::workers as workers_shape;
use serde_json::{Value, json};

routes! {
    "jobs": {
        "index" => index,
        "getprogress" => progress,
        "getgeneratecorrelationprogress" => progress,
        "geterror" => error,
        "clearjobs" => clear,
    }
    "servers": {
        "getworkers" => workers,
        "startworker" => start_worker,
        "stopworker" => stop_worker,
        "restartworkers" => restart_workers,
        "restartdeadworkers" => restart_workers,
        "killallworkers" => kill_workers,
        "clearworkerqueue" => clear_queue,
        "update" => update,
    }
}

async fn index(call: Call) -> Outcome {
    let page = Criteria::of(&call, "Job")?.page_or_first();
    let queue = call.arg(0).map(str::to_owned);
    let rows = call
        .read(move |ctx| job::list(ctx, queue.as_deref(), page))
        .await?;
    Ok(Answer::json(&Value::Array(rows.iter().map(shape).collect())))
}

async fn progress(call: Call) -> Outcome {
    let wanted = call.arg(0).unwrap_or_default().to_owned();
    let row = call.read(move |ctx| job::find(ctx, &wanted)).await?;
    Ok(Answer::json(&progress_shape(&row)))
}

async fn error(call: Call) -> Outcome {
    let wanted = call.arg(0).unwrap_or_default().to_owned();
    let row = call.read(move |ctx| job::find(ctx, &wanted)).await?;
    Ok(Answer::json(&json!({ "error": row.message })))
}

async fn clear(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let completed_only = match call.arg(0) {
        Some("completed") | None => true,
        Some("all") => false,
        Some(_) => return Err(Failure::bad_request("Name `completed` or `all`.")),
    };
    let count = call.write(move |ctx| job::clear(ctx, completed_only)).await?;
    Ok(Answer::success(
        &format!("{count} jobs cleared."),
        &call.target.path,
        None,
    ))
}

/// The workers as the settings page shows them too.
pub(crate) fn workers_of(ctx: &mut entente_engine::Ctx<'_, '_>) -> entente_engine::Result<Value> {
    let queues = job::open_by_queue(ctx)?;
    Ok(workers_shape(&queues, std::process::id()))
}

async fn workers(call: Call) -> Outcome {
    let shown = call.read(workers_of).await?;
    Ok(Answer::json(&shown))
}

/// Work is done by tasks inside this process that need no signals; clients that send them are told so the way
/// they expect.
async fn signal(call: Call, message: &'static str) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    Ok(Answer::success(message, &call.target.path, None))
}

async fn start_worker(call: Call) -> Outcome {
    let known = call.arg(0).is_none_or(|queue| job::QUEUES.contains(&queue));
    if !known {
        return Err(Failure::bad_request("Invalid worker type."));
    }
    signal(call, "Worker start signal sent").await
}

async fn stop_worker(call: Call) -> Outcome {
    signal(call, "Worker stop signal sent").await
}

async fn restart_workers(call: Call) -> Outcome {
    signal(call, "Restarting workers.").await
}

async fn kill_workers(call: Call) -> Outcome {
    signal(call, "Killing workers.").await
}

async fn clear_queue(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let queue = call.arg(0).unwrap_or_default().to_owned();
    let count = call.write(move |ctx| job::clear_queue(ctx, &queue)).await?;
    Ok(Answer::success(
        &format!("Queue cleared: {count} jobs."),
        &call.target.path,
        None,
    ))
}

async fn update(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    Ok(Answer::json(&json!({ "results": [{
        "input": "update",
        "output": ["Entente does not change itself: install a newer release and start it."],
        "status": 0,
    }]})))
}
