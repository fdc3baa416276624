//! The directory of sharing communities. spec: 03#17, 08#12
use crate::answer::Answer;
use crate::call::Call;
use crate::criteria::Criteria;
use crate::describe;
use crate::failure::Failure;
use crate::routes::{Outcome, routes};
use crate::save;
use entente_engine::Error;
use entente_engine::community::{self, Application, Community};
use entente_misp::read::field;
use serde_json::{Value, json};

routes! {
    "communities": {
        "index" => index,
        "view" => view,
        "requestaccess" => request_access,
    }
}

fn rendered(place: usize, community: &Community) -> Result<Value, Failure> {
    let fields = serde_json::to_value(community).map_err(|e| Error::Damaged(e.to_string()))?;
    Ok(entente_misp::setting::community(place, fields))
}

async fn index(call: Call) -> Outcome {
    let criteria = Criteria::of(&call, "Community")?;
    let vetted = criteria.text("context").is_none_or(|context| context == "vetted");
    let rows = community::list(vetted, criteria.text("value").as_deref())?;
    let rows: Result<Vec<Value>, Failure> = rows
        .iter()
        .map(|(place, community)| rendered(*place, community))
        .collect();
    Ok(Answer::json(&Value::Array(rows?)))
}

async fn view(call: Call) -> Outcome {
    let (place, community) = community::find(call.reference(0))?;
    Ok(Answer::json(&rendered(place, &community)?))
}

/// Answers the mail to send: whoever asks for access reads it before it leaves the house.
async fn request_access(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let (_, community) = community::find(call.reference(0))?;
    let body = call.json_map("Server")?;
    let text = |key: &str| field::text(&body, key).unwrap_or_default();
    let flag = |key: &str| field::flag(&body, key).or(false);
    let application = Application {
        org_name: text("org_name"),
        org_uuid: text("org_uuid"),
        org_description: text("org_description"),
        email: text("email"),
        gpgkey: text("gpgkey"),
        message: text("message"),
        anonymise: flag("anonymise"),
        sync: flag("sync"),
    };
    let url = call.target.path.clone();
    let mail = call
        .read(move |ctx| community::compose(ctx, &community, &application))
        .await
        .map_err(save::invalid("requestAccess", "Community", url))?;
    Ok(Answer::json(&json!({
        "to": mail.to,
        "reply-to": mail.reply_to,
        "subject": mail.subject,
        "headers": mail.headers,
        "message": mail.message,
    })))
}
