//! Searching over HTTP: `restSearch` of events, attributes and objects, and the searchable lists. spec: 04#1, 04#5
mod attack_sightings;
mod attribute;
mod context;
mod event;
mod index;
mod legacy;
mod object;
mod output;
mod rate;
pub(crate) mod rest;
mod sieve;
mod statistics;
mod stix;
mod writing;

use crate::call::Call;
use crate::failure::Failure;
use crate::routes::{Outcome, routes};
use entente_misp::filter::{FilterError, Params};
use entente_model::search::Subject;

routes! {
    "events": {
        "restsearch" => rest::events,
        "index" => index::events,
        "csv" => legacy::csv,
        "xml" => legacy::xml,
        "nids" => legacy::nids,
        "hids" => legacy::hids,
        "downloadopeniocevent" => legacy::openioc,
        "stix" => legacy::stix,
        "stix2" => legacy::stix2,
    }
    "attributes": {
        "restsearch" => rest::attributes,
        "index" => index::attributes,
        "text" => legacy::text,
        "rpz" => legacy::rpz,
        "bro" => legacy::zeek,
        "attributestatistics" => statistics::attributes,
    }
    "objects": {
        "restsearch" => rest::objects,
    }
}

/// The answer to a search that cannot be read.
pub(crate) fn refusal(error: &FilterError) -> Failure {
    rest::refusal(error)
}

/// Runs a search of attributes whose parameters were collected elsewhere, as JSON.
///
/// # Errors
/// Of the search.
pub(crate) async fn attributes(call: &Call, params: Params) -> Outcome {
    rest::run(call, Subject::Attribute, output::Form::Json, params, None).await
}
