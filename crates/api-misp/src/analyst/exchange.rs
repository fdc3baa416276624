//! Annotations between servers: what a peer should send, and taking it in. spec: 08#1.3, 08#1.5
use crate::answer::Answer;
use crate::call::Call;
use crate::failure::Failure;
use crate::routes::Outcome;
use entente_engine::analyst::{self, Received};
use entente_misp::read;
use entente_model::draft::AnalystKind;
use entente_model::time::{Seconds, parse_moment};
use serde_json::{Map, Value};
use std::collections::HashMap;
use uuid::Uuid;

/// Most annotations in one question of a peer.
const MOST: usize = 100_000;

/// `POST /analyst_data/filterAnalystDataForPush` with `{"Note":{uuid:modified},…}`; answers what of it is wanted.
pub async fn filter(call: Call) -> Outcome {
    if call.is_read() {
        return crate::describe::answer(&call);
    }
    let body = call.json_map("")?;
    let mut kinds = Map::new();
    for kind in AnalystKind::ALL {
        let Some(Value::Object(sent)) = body.get(kind.name()) else {
            continue;
        };
        if sent.len() > MOST {
            return Err(Failure::new(
                http::StatusCode::PAYLOAD_TOO_LARGE,
                format!("At most {MOST} annotations are compared at once."),
            ));
        }
        let offered: HashMap<Uuid, Seconds> = sent
            .iter()
            .filter_map(|(uuid, modified)| {
                let modified = parse_moment(modified.as_str()?)?.div_euclid(1_000_000);
                Some((entente_model::id::parse_uuid(uuid)?, modified))
            })
            .collect();
        let wanted = call.read(move |ctx| analyst::wanted(ctx, &offered)).await?;
        let shown: Map<String, Value> = wanted
            .iter()
            .map(ToString::to_string)
            .filter_map(|uuid| sent.get(&uuid).cloned().map(|modified| (uuid, modified)))
            .collect();
        kinds.insert(kind.name().to_owned(), Value::Object(shown));
    }
    Ok(Answer::json(&Value::Object(kinds)))
}

/// `POST /analyst_data/pushAnalystData` with one `{"Note":{…}}`.
pub async fn push(call: Call) -> Outcome {
    if call.is_read() {
        return crate::describe::answer(&call);
    }
    let body = call.json_map("")?;
    let Some(kind) = AnalystKind::ALL
        .into_iter()
        .find(|kind| body.contains_key(kind.name()))
    else {
        return Err(Failure::bad_request(
            "Send one Note, Opinion or Relationship under its name.",
        ));
    };
    let draft = read::annotation(call.body.reader()?, kind)?;
    let received = call.write(move |ctx| analyst::receive(ctx, &draft)).await?;
    let count = |wanted: Received| usize::from(received == wanted);
    let message = format!(
        "{} imported, {} ignored, {} failed.",
        count(Received::Imported),
        count(Received::Ignored),
        count(Received::Failed)
    );
    Ok(Answer::success(&message, &call.target.path, None))
}
