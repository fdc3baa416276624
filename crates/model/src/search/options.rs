//! What is shown of a result. spec: 04#4
use super::{Deletion, Named};

/// Which elements of a found event are shown. spec: 04#2 "exceptions"
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Prune {
    /// Only attributes with this detection flag.
    pub to_ids: Option<bool>,
    /// Live or deleted elements.
    pub deletion: Deletion,
    /// Attributes with any of these tags are left out.
    pub without_tags: Vec<Named>,
    /// Only elements with one of these distributions; empty = any.
    pub distribution: Vec<i64>,
    /// Only elements with one of these sharing groups; empty = any.
    pub sharing_group: Vec<i64>,
}

/// How decay scores are made. spec: 05#5.3
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Decay {
    /// By exactly these models; when empty by those that are enabled and meant for the type.
    pub models: Vec<i64>,
    /// Days until the score is 0, instead of the model's.
    pub lifetime: Option<f64>,
    /// How much later the score falls, instead of the model's.
    pub decay_speed: Option<f64>,
    /// Below this score a value counts as decayed, instead of the model's.
    pub threshold: Option<f64>,
    /// The whole model stands beside each score.
    pub full_model: bool,
}

/// What is shown of each element. Flags that a subject does not know are ignored.
#[derive(Debug, Clone, PartialEq, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one independent switch of the wire"
)]
pub struct Options {
    /// No content, only the event (or object) itself.
    pub metadata: bool,
    /// Files of attributes in base64.
    pub attachments: bool,
    /// The uuid of the event on each attribute.
    pub event_uuid: bool,
    /// Tags of the event among those of the attribute.
    pub event_tags: bool,
    /// A longer description of the event on each attribute.
    pub context: bool,
    /// Sightings of each attribute.
    pub sightings: bool,
    /// Correlated attributes of each attribute.
    pub correlations: bool,
    /// Proposals to each attribute.
    pub proposals: bool,
    /// Warninglists that each attribute hits.
    pub warninglist_hits: bool,
    /// Leave out attributes that hit a warninglist.
    pub enforce_warninglist: bool,
    /// Also tags that are not exported.
    pub all_tags: bool,
    /// No local tags.
    pub exclude_local_tags: bool,
    /// Notes, opinions and relationships.
    pub analyst_data: bool,
    /// No galaxies.
    pub exclude_galaxy: bool,
    /// Sharing groups by number only.
    pub group_reference_only: bool,
    /// Attributes of objects among those of the event.
    pub flatten: bool,
    /// Events that extend the event merged into it.
    pub extended: bool,
    /// A list of the events that extend the event.
    pub extension_list: bool,
    /// No reports.
    pub no_reports: bool,
    /// No proposals.
    pub no_proposals: bool,
    /// No sightings.
    pub no_sightings: bool,
    /// Decay scores of each attribute.
    pub decay: Option<Decay>,
    /// How often each attribute was sighted, and when.
    pub tallies: bool,
    /// Leave out attributes that have decayed.
    pub exclude_decayed: bool,
    /// Scores of the event.
    pub event_scores: bool,
    /// Correlations inside attributes of an event.
    pub granular_correlations: bool,
    /// Correlations with feeds.
    pub feed_correlations: bool,
    /// Correlations with servers.
    pub server_correlations: bool,
    /// Which elements of a found event are shown.
    pub prune: Prune,
}
