//! The parameters of an event view, from URL and body. spec: 03#3.2
use crate::call::{Call, truthy};
use crate::failure::Failure;
use entente_engine::Ctx;
use entente_engine::decay::score::Scoring;
use entente_engine::event::view::{Deleted, Options};
use entente_misp::filter::{self, Params};
use entente_model::search::Decay;
use serde_json::{Map, Value};

/// What to show and how.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Shown {
    /// What is read.
    pub read: Options,
    /// No content, only the surroundings.
    pub metadata: bool,
    /// No galaxies.
    pub exclude_galaxy: bool,
    /// Only the id of sharing groups.
    pub group_reference_only: bool,
    /// Members of objects stand among the attributes.
    pub flatten: bool,
    /// Content of visible events that extend this one, too.
    pub extended: bool,
    /// Hits on warninglists.
    pub warninglist_hits: bool,
    /// Leave attributes with such a hit out.
    pub enforce_warninglist: bool,
    /// It leaves this instance: values that are to stay are left out.
    pub exported: bool,
    /// Events that extend this one, as a list.
    pub extension_list: bool,
    /// Events that share a value with this one.
    pub related_events: bool,
    /// With each attribute outside objects those of other events that correlate with it.
    pub granular: bool,
    /// With each related event the relationships that point at it.
    pub inbound: bool,
    /// Decay scores of attributes.
    pub decay: Option<Decay>,
    /// Attributes that have decayed are left out.
    pub exclude_decayed: bool,
    /// Decay scores of the event.
    pub event_scores: bool,
}

impl Shown {
    /// Reads what the rendering of each event needs anew for every request.
    ///
    /// # Errors
    /// Of the database.
    pub fn prepare(&mut self, ctx: &mut Ctx<'_, '_>) -> entente_engine::Result<()> {
        self.read.scoring = Scoring::of(ctx, self.decay.as_ref(), self.exclude_decayed, self.event_scores)?;
        Ok(())
    }
}

/// Reads the parameters of a view.
///
/// # Errors
/// 405 for a body that is no JSON.
pub fn of_call(call: &Call) -> Result<Shown, Failure> {
    let body = match call.json()? {
        Value::Object(map) => map,
        _ => Map::new(),
    };
    let flag = |name: &str, default: bool| match (body.get(name), call.named(name)) {
        (Some(value), _) => json_truthy(value),
        (None, Some(text)) => truthy(text),
        (None, None) => default,
    };
    let deleted = match body.get("deleted") {
        Some(value) => deleted_of(value),
        None => call
            .named("deleted")
            .map_or(Deleted::Hide, |text| deleted_of(&Value::from(text))),
    };
    let to_ids = call.named("toIDS").and_then(|text| match text {
        "1" => Some(true),
        "0" => Some(false),
        _ => None,
    });
    Ok(Shown {
        read: Options {
            deleted,
            attachments: flag("includeAttachments", true),
            sightings: !flag("noSightings", false),
            proposals: !flag("noShadowAttributes", false),
            reports: !flag("noEventReports", false),
            to_ids,
            exclude_local_tags: flag("excludeLocalTags", false),
            all_tags: flag("includeAllTags", false),
            ..Options::default()
        },
        exclude_galaxy: flag("excludeGalaxy", false),
        group_reference_only: flag("sgReferenceOnly", false),
        extended: flag("extended", false),
        warninglist_hits: flag("includeWarninglistHits", true),
        related_events: flag("includeEventCorrelations", true),
        granular: flag("includeGranularCorrelations", false),
        inbound: true,
        event_scores: flag("includeScoresOnEvent", false),
        exclude_decayed: flag("excludeDecayed", false),
        decay: decay(call, body),
        ..Shown::default()
    })
}

/// The same parameters as in a search.
fn decay(call: &Call, mut body: Map<String, Value>) -> Option<Decay> {
    for (name, value) in &call.target.named {
        body.entry(name.as_str())
            .or_insert_with(|| Value::from(value.as_str()));
    }
    filter::decay_of(&Params::from_map(body))
}

/// Whether a JSON value means yes.
#[must_use]
pub fn json_truthy(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(b) => *b,
        Value::Number(n) => n.as_f64().is_some_and(|n| n != 0.0),
        Value::String(s) => truthy(s),
        Value::Array(list) => !list.is_empty(),
        Value::Object(map) => !map.is_empty(),
    }
}

/// `0`, `1`, `[0,1]`, `only` or `[1]`. spec: 03#3.2
#[must_use]
pub fn deleted_of(value: &Value) -> Deleted {
    match value {
        Value::Array(list) => match (list.iter().any(json_truthy), list.iter().any(|v| !json_truthy(v))) {
            (true, true) => Deleted::Show,
            (true, false) => Deleted::Only,
            _ => Deleted::Hide,
        },
        Value::String(text) if text.eq_ignore_ascii_case("only") => Deleted::Only,
        other if json_truthy(other) => Deleted::Show,
        _ => Deleted::Hide,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn deleted_in_every_form() {
        for (value, expected) in [
            (json!(0), Deleted::Hide),
            (json!("1"), Deleted::Show),
            (json!([0, 1]), Deleted::Show),
            (json!(["0", "1"]), Deleted::Show),
            (json!([1]), Deleted::Only),
            (json!("only"), Deleted::Only),
            (json!(true), Deleted::Show),
            (json!(null), Deleted::Hide),
        ] {
            assert_eq!(deleted_of(&value), expected, "{value}");
        }
    }
}
