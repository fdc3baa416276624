//! Server settings and the state of the schema. spec: 03#17, 08b#18
use crate::answer::Answer;
use crate::call::Call;
use crate::describe;
use crate::failure::{Failure, field_errors};
use crate::instance::MISP_VERSION;
use crate::routes::{Outcome, routes};
use entente_engine::setting::{self, Shown};
use entente_engine::settings::Kind;
use entente_engine::{Ctx, Error};
use entente_misp::read::field;
use entente_misp::setting::{SettingView, all as all_shape, schema as schema_shape, setting as shape};
use serde_json::Value;

routes! {
    "servers": {
        "serversettings" => index,
        "getsetting" => view,
        "serversettingsedit" => edit,
        "dbschemadiagnostic" => schema,
    }
}

fn rendered(shown: &Shown) -> Value {
    shape(&SettingView {
        name: shown.definition.name,
        value: shown.value.as_ref(),
        level: shown.definition.level,
        description: shown.definition.description,
        kind: match shown.definition.kind {
            Kind::Bool => "boolean",
            Kind::Number => "numeric",
            Kind::Text => "string",
        },
        cli_only: shown.outside,
        error: shown.complaint.as_deref(),
    })
}

async fn index(call: Call) -> Outcome {
    let page = call
        .read(|ctx| {
            let settings: Vec<Value> = setting::all(ctx).iter().map(rendered).collect();
            let workers = crate::job::workers_of(ctx)?;
            let schema = diagnosed(ctx)?;
            Ok(all_shape(&settings, MISP_VERSION, &workers, &schema))
        })
        .await?;
    Ok(Answer::json(&page))
}

async fn view(call: Call) -> Outcome {
    let name = call.arg(0).unwrap_or_default().to_owned();
    let shown = call.read(move |ctx| setting::one(ctx, &name)).await?;
    if shown.value.is_none() {
        return Err(Failure::forbidden("This setting is redacted."));
    }
    Ok(Answer::json(&rendered(&shown)))
}

async fn edit(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let body = call.json_map("Server")?;
    let Some(value) = body.get("value").cloned() else {
        return Err(Failure::bad_request("No value given."));
    };
    let force = field::flag(&body, "force").or(false);
    let name = call.arg(0).unwrap_or_default().to_owned();
    let url = format!("/servers/serverSettingsEdit/{name}");
    let failed = |errors| Failure::save("serverSettingsEdit", "Server", url.clone(), errors);
    call.write(move |ctx| setting::edit(ctx, &name, &value, force))
        .await
        .map_err(|error| match error {
            Error::Fields(errors) => failed(field_errors(&errors)),
            Error::Denied(message) => failed(Value::from(message)),
            other => other.into(),
        })?;
    Ok(Answer::success("Field updated", &url, None))
}

fn diagnosed(ctx: &mut Ctx<'_, '_>) -> entente_engine::Result<Value> {
    let (actual, expected) = setting::schema(ctx)?;
    Ok(schema_shape(setting::data_source(ctx), actual, expected))
}

async fn schema(call: Call) -> Outcome {
    let shown = call.read(diagnosed).await?;
    Ok(Answer::json(&shown))
}
