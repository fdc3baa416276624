//! Export addresses from before `restSearch`: the same searches, with positional filters. spec: 04#7
//!
//! The first segment is a key or `download`. The key is not looked at: requests authenticate by header.
use super::output::Form;
use super::{rate, rest};
use crate::answer::Answer;
use crate::call::{Call, truthy};
use crate::failure::Failure;
use crate::routes::Outcome;
use entente_formats::zeek::Group;
use entente_misp::filter::Params;
use entente_model::search::Subject;
use entente_stix::one::write::Notation;
use serde_json::{Map, Value, json};

const STIX: [&str; 6] = ["eventid", "withAttachments", "tags", "from", "to", "last"];

const FILE_HASHES: &[(&str, &[&str])] = &[
    ("md5", &["md5", "malware-sample", "filename|md5"]),
    ("sha1", &["sha1", "filename|sha1"]),
    ("sha256", &["sha256", "filename|sha256"]),
];

/// Filters in the order of `names`, from the segments behind the first `skip`; `null`, `0`, `false` and nothing
/// pass a place over. Named parameters count as well.
fn filters(call: &Call, skip: usize, names: &[&str]) -> Map<String, Value> {
    let mut map = Map::new();
    for (name, value) in names.iter().zip(call.target.args.iter().skip(skip)) {
        if truthy(value) {
            // What a path cannot hold is written with a semicolon.
            map.insert((*name).to_owned(), Value::from(value.replace(';', ":")));
        }
    }
    for (name, value) in &call.target.named {
        map.insert(name.clone(), Value::from(value.as_str()));
    }
    map
}

/// Only what is meant for detection, unless `lifted`.
fn for_detection(mut map: Map<String, Value>, lifted: bool) -> Map<String, Value> {
    if !lifted {
        map.entry("to_ids").or_insert_with(|| json!(1));
        map.entry("published").or_insert_with(|| json!(1));
    }
    map
}

fn flag(map: &Map<String, Value>, name: &str) -> bool {
    map.get(name).and_then(Value::as_str).is_some_and(truthy)
}

async fn run(call: &Call, subject: Subject, form: Form, map: Map<String, Value>) -> Outcome {
    // A search like any other, so it counts like any other.
    let left = rate::take(call)?;
    let answer = rest::run(call, subject, form, Params::from_map(map), None).await?;
    Ok(rate::tell(answer, left))
}

/// `/events/csv/<key>/…`.
pub async fn csv(call: Call) -> Outcome {
    let map = filters(
        &call,
        1,
        &[
            "eventid",
            "ignore",
            "tags",
            "category",
            "type",
            "includeContext",
            "from",
            "to",
            "last",
            "headerless",
            "enforceWarninglist",
            "value",
            "timestamp",
        ],
    );
    let lifted = flag(&map, "ignore");
    run(&call, Subject::Event, Form::Csv, for_detection(map, lifted)).await
}

/// `/events/nids/<format>/<key>/…`.
pub async fn nids(call: Call) -> Outcome {
    let form = match call.arg(0) {
        Some("snort") => Form::Snort,
        None | Some("suricata" | "download" | "") => Form::Suricata,
        Some(_) => return Err(Failure::not_found("Invalid output format.")),
    };
    let names = [
        "eventid",
        "continue",
        "tags",
        "from",
        "to",
        "last",
        "type",
        "enforceWarninglist",
        "includeAllTags",
        "eventid",
    ];
    let map = filters(&call, 2, &names);
    run(&call, Subject::Event, form, map).await
}

/// `/events/hids/<md5, sha1 or sha256>/<key>/…`.
pub async fn hids(call: Call) -> Outcome {
    let kinds = FILE_HASHES
        .iter()
        .find(|(name, _)| call.arg(0) == Some(*name))
        .map(|(_, kinds)| *kinds)
        .ok_or_else(|| Failure::not_found("Name a hash: md5, sha1 or sha256."))?;
    let mut map = filters(&call, 2, &["tags", "from", "to", "last", "enforceWarninglist"]);
    map.insert("type".to_owned(), json!(kinds));
    run(&call, Subject::Attribute, Form::Hashes, map).await
}

/// `/events/xml/<key>/…`.
pub async fn xml(call: Call) -> Outcome {
    let names = ["eventid", "withAttachments", "tags", "from", "to", "last"];
    let map = filters(&call, 1, &names);
    run(&call, Subject::Event, Form::Xml, map).await
}

/// `/events/stix/<key>/…`: STIX 1, as XML unless the client wants JSON.
pub async fn stix(call: Call) -> Outcome {
    let map = filters(&call, 1, &STIX);
    let form = Form::Stix(Notation::Xml);
    let form = if rest::asks_for_json(&call) {
        form.for_json()
    } else {
        form
    };
    run(&call, Subject::Event, form, map).await
}

/// `/events/stix2/<key>/…`: STIX 2.
pub async fn stix2(call: Call) -> Outcome {
    let map = filters(&call, 1, &STIX);
    run(&call, Subject::Event, Form::Stix2, map).await
}

/// `/events/downloadOpenIOCEvent/<key>/<event>`.
pub async fn openioc(call: Call) -> Outcome {
    let map = filters(&call, 1, &["eventid"]);
    if !map.contains_key("eventid") {
        return Err(Failure::bad_request("Name the event behind the key."));
    }
    run(&call, Subject::Event, Form::OpenIoc, map).await
}

/// `/attributes/text/<key>/…`.
pub async fn text(call: Call) -> Outcome {
    let names = [
        "type",
        "tags",
        "eventid",
        "allowNonIDS",
        "from",
        "to",
        "last",
        "enforceWarninglist",
        "allowNotPublished",
    ];
    let mut map = filters(&call, 1, &names);
    if map.get("type").and_then(Value::as_str) == Some("all") {
        map.shift_remove("type");
    }
    for (name, lifted) in [("allowNonIDS", "to_ids"), ("allowNotPublished", "published")] {
        if flag(&map, name) {
            map.insert(lifted.to_owned(), json!([0, 1]));
        }
    }
    run(&call, Subject::Attribute, Form::Text, map).await
}

/// `/attributes/rpz/<key>/…`.
pub async fn rpz(call: Call) -> Outcome {
    let names = [
        "tags",
        "eventid",
        "from",
        "to",
        "policy",
        "walled_garden",
        "ns",
        "email",
        "serial",
        "refresh",
        "retry",
        "expiry",
        "minimum_ttl",
        "ttl",
        "enforceWarninglist",
        "ns_alt",
    ];
    let map = filters(&call, 1, &names);
    run(&call, Subject::Attribute, Form::Rpz, map).await
}

/// `/attributes/bro/<key>/<group>/…`: an intelligence file of Zeek.
pub async fn zeek(call: Call) -> Outcome {
    let group = Group::from_name(call.arg(1).unwrap_or("all"))
        .ok_or_else(|| Failure::not_found("There is no such group of types."))?;
    let names = ["tags", "eventid", "from", "to", "last", "enforceWarninglist"];
    let map = for_detection(filters(&call, 2, &names), false);
    let answer = run(&call, Subject::Attribute, Form::Zeek(group), map).await?;
    let name = format!("attachment; filename=\"misp.{}.intel\"", group.name());
    Ok(Answer::with_header(
        answer,
        http::header::CONTENT_DISPOSITION,
        &name,
    ))
}
