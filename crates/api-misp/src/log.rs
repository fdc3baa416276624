//! The log. spec: 03#16, 08#14
use crate::answer::Answer;
use crate::call::Call;
use crate::criteria::Criteria;
use crate::routes::{Outcome, routes};
use entente_engine::log::{self, LogQuery, LogText};
use entente_http::spool::Spool;
use entente_misp::log::log as shape;
use entente_model::time::{Seconds, filter_time};
use serde_json::Value;
use std::io::Write as _;
use std::ops::ControlFlow;

routes! {
    "logs": {
        "index" => index,
        "admin_index" => index,
        "admin_search" => index,
        "event_index" => event_index,
    }
}

const TEXTS: &[(&str, LogText)] = &[
    ("title", LogText::Title),
    ("model", LogText::Model),
    ("action", LogText::Action),
    ("change", LogText::Change),
    ("email", LogText::Email),
    ("org", LogText::Org),
    ("description", LogText::Description),
    ("ip", LogText::Ip),
];

fn query(criteria: &Criteria, now: Seconds) -> LogQuery {
    let times: Vec<Seconds> = criteria
        .texts("created")
        .iter()
        .map(|text| filter_time(text, now))
        .collect();
    LogQuery {
        ids: criteria.numbers("id"),
        from: times.iter().min().copied(),
        to: times.iter().max().copied().filter(|_| times.len() > 1),
        model_ids: criteria.numbers("model_id"),
        users: criteria.numbers("user_id"),
        texts: TEXTS
            .iter()
            .map(|(key, column)| (*column, criteria.terms(key)))
            .filter(|(_, terms)| !terms.is_empty())
            .collect(),
        page: criteria.page(),
        ..LogQuery::default()
    }
}

async fn index(call: Call) -> Outcome {
    let query = query(&Criteria::of(&call, "Log")?, call.app.now());
    let spool = call
        .read(move |ctx| {
            let mut spool = Spool::default();
            let mut separator: &[u8] = b"[";
            log::search(ctx, query, |row| {
                spool.write_all(separator)?;
                separator = b",";
                spool.write_all(shape(&row).to_string().as_bytes())?;
                Ok(ControlFlow::Continue(()))
            })?;
            if spool.is_empty() {
                spool.write_all(b"[")?;
            }
            spool.write_all(b"]")?;
            Ok(spool.finish()?)
        })
        .await?;
    Ok(Answer::spooled_json(spool))
}

async fn event_index(call: Call) -> Outcome {
    let page = Criteria::of(&call, "Log")?.page_or_first();
    let event = call.reference(0);
    let rows = call.read(move |ctx| log::of_event(ctx, event, page)).await?;
    Ok(Answer::json(&Value::Array(rows.iter().map(shape).collect())))
}
