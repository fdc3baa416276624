//! Periodic summaries, and who wants them. spec: 08#8.2
use crate::answer::Answer;
use crate::call::Call;
use crate::failure::Failure;
use crate::routes::{Outcome, routes};
use crate::save;
use entente_engine::periodic::{self, Period, Summary};
use entente_engine::{Ctx, user};
use entente_misp::galaxy::cluster_columns;
use entente_misp::sharing_group::short_org;
use entente_model::event::Event;
use entente_model::time::datetime;
use serde_json::{Map, Value, json};

routes! {
    "users": {
        "viewperiodicsummary" => summary,
        "notificationsettings" => settings,
    }
}

/// `GET /users/viewPeriodicSummary/<daily, weekly, monthly or custom>[/lastdays:<n>]`.
async fn summary(call: Call) -> Outcome {
    let name = call.arg(0).unwrap_or("daily").to_owned();
    let days = call.named("lastdays").and_then(|text| text.parse().ok());
    let Some(period) = Period::from_name(&name, days) else {
        return Err(Failure::bad_request(
            "The period is daily, weekly, monthly, or custom with lastdays:<n>.",
        ));
    };
    let shown = call
        .read(move |ctx| {
            let summary = periodic::summary(ctx, period)?;
            Ok(rendered(ctx, &name, &summary))
        })
        .await?;
    Ok(Answer::json(&shown))
}

fn event(ctx: &Ctx<'_, '_>, event: &Event) -> Value {
    json!({ "Event": {
        "id": event.id.to_string(),
        "uuid": event.uuid.to_string(),
        "info": event.info,
        "date": event.date.to_string(),
        "threat_level_id": event.threat_level.number().to_string(),
        "analysis": event.analysis.number().to_string(),
        "distribution": event.distribution.number().to_string(),
        "attribute_count": event.attribute_count.to_string(),
        "publish_timestamp": event.publish_timestamp.to_string(),
        "Orgc": ctx.directory.org(event.orgc).map(|org| short_org(org)),
    }})
}

fn rendered(ctx: &Ctx<'_, '_>, period: &str, summary: &Summary) -> Value {
    let events = |list: &[Event]| -> Vec<Value> { list.iter().map(|one| event(ctx, one)).collect() };
    let courses = summary.courses.iter().map(
        |(cluster, techniques)| json!({ "GalaxyCluster": cluster_columns(cluster), "mitigates": techniques }),
    );
    let trends = summary.trends.iter().map(|trend| {
        let (now, before) = (trend.counts.first(), trend.counts.get(1));
        let change = now.copied().unwrap_or(0) - before.copied().unwrap_or(0);
        json!({ "tag": trend.tag, "counts": trend.counts, "change": change })
    });
    json!({
        "period": period,
        "from": datetime(summary.from),
        "to": datetime(summary.to),
        "event_count": summary.event_count,
        "events": events(&summary.events),
        "tags": summary.tags,
        "attack": summary.techniques,
        "trends": trends.collect::<Vec<_>>(),
        "courses_of_action": courses.collect::<Vec<_>>(),
        "correlated_events": events(&summary.correlated),
    })
}

const FLAGS: [&str; 3] = [
    "notification_daily",
    "notification_weekly",
    "notification_monthly",
];

/// `GET` or `POST /users/notificationSettings`.
async fn settings(call: Call) -> Outcome {
    if !call.is_read() {
        let body = call.json_map("User")?;
        let flags: Map<String, Value> = FLAGS
            .iter()
            .filter_map(|key| Some(((*key).to_owned(), body.get(*key)?.clone())))
            .collect();
        let url = "/users/notificationSettings";
        if let Some(filters) = sent_filters(&call, &body)? {
            call.write(move |ctx| periodic::set_filters(ctx, &filters))
                .await
                .map_err(save::failure("save", "User", url.to_owned()))?;
        }
        if !flags.is_empty() {
            let draft = entente_misp::user::draft(&flags);
            user::edit_own(&call.app, &call.actor, draft)
                .await
                .map_err(save::failure("save", "User", url.to_owned()))?;
        }
    }
    let id = call.actor.user_id();
    let shown = call
        .read(move |ctx| {
            let user = entente_engine::user::view(ctx, id)?;
            let filters = periodic::filters(ctx)?;
            Ok(json!({
                "User": {
                    "notification_daily": user.user.notification_daily,
                    "notification_weekly": user.user.notification_weekly,
                    "notification_monthly": user.user.notification_monthly,
                },
                "periodic_settings": filters,
            }))
        })
        .await?;
    Ok(Answer::json(&shown))
}

/// The filters of a body, under `periodic_settings` or the setting's own name.
fn sent_filters(call: &Call, user: &Map<String, Value>) -> Result<Option<Map<String, Value>>, Failure> {
    let body = call.json_map("")?;
    let sent = ["periodic_settings", periodic::FILTERS]
        .iter()
        .find_map(|key| body.get(*key).or_else(|| user.get(*key)));
    match sent {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(map)) => Ok(Some(map.clone())),
        Some(Value::String(text)) => serde_json::from_str(text)
            .map(Some)
            .map_err(|_| Failure::bad_request("The filters are a map, or its JSON text.")),
        Some(_) => Err(Failure::bad_request("The filters are a map, or its JSON text.")),
    }
}
