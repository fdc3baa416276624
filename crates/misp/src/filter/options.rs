//! Switches of the output. spec: 04#4
use super::Params;
use super::terms::named_tags;
use entente_model::search::{Options, Prune, Subject};

pub(super) fn read(subject: Subject, params: &Params) -> Options {
    let flag = |name: &str| params.flag(name);
    let score = params.given("score");
    let decayed = flag("excludeDecayed");
    let decay = decayed || score || flag("includeDecayScore");
    Options {
        metadata: flag("metadata"),
        attachments: flag("withAttachments") || flag("includeAttachments"),
        event_uuid: flag("includeEventUuid") || flag("includeAttributeUuid"),
        event_tags: flag("includeEventTags") || decay,
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
        decay_score: decay,
        exclude_decayed: decayed,
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
