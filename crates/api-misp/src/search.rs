//! Searching over HTTP: `restSearch` of events, attributes and objects, and the searchable lists. spec: 04#1, 04#5
mod attribute;
mod event;
mod index;
mod legacy;
mod object;
mod output;
mod rate;
mod rest;
mod statistics;
mod stix;
mod writing;

use crate::routes::routes;

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
