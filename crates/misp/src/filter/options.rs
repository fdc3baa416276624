//! Switches of the output. spec: 04#4
use super::Params;
use super::terms::named_tags;
use entente_model::search::{Decay, Options, Prune, Subject};
use serde_json::{Map, Value};

pub(super) fn read(subject: Subject, params: &Params) -> Options {
    let flag = |name: &str| params.flag(name);
    let decay = decay(params);
    Options {
        metadata: flag("metadata"),
        attachments: flag("withAttachments") || flag("includeAttachments"),
        event_uuid: flag("includeEventUuid") || flag("includeAttributeUuid"),
        event_tags: flag("includeEventTags") || decay.is_some(),
        context: flag("includeContext"),
        sightings: flag("includeSightings"),
        correlations: flag("includeCorrelations"),
        proposals: flag("includeProposals"),
        warninglist_hits: flag("includeWarninglistHits"),
        enforce_warninglist: flag("enforceWarninglist"),
        all_tags: flag("includeAllTags"),
        exclude_local_tags: flag("excludeLocalTags"),
        analyst_data: flag("includeAnalystData"),
        exclude_galaxy: flag("excludeGalaxy"),
        group_reference_only: flag("sgReferenceOnly"),
        flatten: flag("flatten"),
        extended: flag("extended"),
        extension_list: flag("extensionList"),
        no_reports: flag("noEventReports"),
        no_proposals: flag("noShadowAttributes"),
        no_sightings: flag("noSightings"),
        exclude_decayed: decay.is_some() && flag("excludeDecayed"),
        decay,
        tallies: false,
        event_scores: flag("includeScoresOnEvent"),
        granular_correlations: flag("includeGranularCorrelations") || flag("includeRelatedTags"),
        feed_correlations: flag("includeFeedCorrelations"),
        server_correlations: flag("includeServerCorrelations"),
        prune: if subject == Subject::Event {
            prune(params)
        } else {
            Prune::default()
        },
    }
}

/// Decay scores, when anything asks for them. Numbers that are none leave the model's in place. spec: 04#4, 05#5.3
pub(super) fn decay(params: &Params) -> Option<Decay> {
    let score = params.given("score");
    if !(score || params.flag("includeDecayScore") || params.flag("excludeDecayed")) {
        return None;
    }
    let text;
    let overrides = match params.get("modelOverrides") {
        Some(Value::Object(map)) => Some(map),
        // as part of a URL it is text
        Some(Value::String(json)) => {
            text = serde_json::from_str::<Map<String, Value>>(json).ok();
            text.as_ref()
        }
        _ => None,
    };
    let replaced = |name: &str| overrides.and_then(|map| number(map.get(name)?));
    Some(Decay {
        models: params
            .list("decayingModel")
            .iter()
            .filter_map(|id| id.trim().parse().ok())
            .collect(),
        lifetime: replaced("lifetime"),
        decay_speed: replaced("decay_speed"),
        threshold: params
            .get("score")
            .and_then(number)
            .or_else(|| replaced("threshold")),
        full_model: params.flag("includeFullModel"),
    })
}

fn number(value: &Value) -> Option<f64> {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    number.filter(|number: &f64| number.is_finite())
}

/// What hides elements of found events. The deletion state is the query's.
fn prune(params: &Params) -> Prune {
    let mut without_tags = Vec::new();
    for name in ["tags", "tag"] {
        if let Some(lists) = super::grammar::lists(params.get(name)) {
            without_tags.extend(named_tags(&lists).none);
            break;
        }
    }
    if let Some(lists) = super::grammar::lists(params.get("blockedAttributeTags")) {
        without_tags.extend(named_tags(&lists).any);
    }
    Prune {
        to_ids: match super::grammar::switch(params.get("to_ids")) {
            Some((false, true)) => Some(true),
            Some((true, false)) => Some(false),
            _ => None,
        },
        without_tags,
        distribution: super::terms::integers(params.get("distribution")).map_or_else(Vec::new, |l| l.any),
        sharing_group: super::terms::integers(params.get("sharing_group_id"))
            .map_or_else(Vec::new, |l| l.any),
        ..Prune::default()
    }
}
