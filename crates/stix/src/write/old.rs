//! Observables as STIX 2.0 writes them. spec: 12#12
use super::graph::Observable;
use crate::map::old;
use serde_json::{Map, Value};
use uuid::Uuid;

/// An observable in the container of its observation.
pub(super) fn finished(kind: &str, properties: Map<String, Value>, number: usize) -> Observable {
    let mut all = Map::from_iter([("type".to_owned(), Value::from(kind))]);
    for (name, value) in properties {
        all.insert(old::past_name(kind, &name).to_owned(), value);
    }
    Observable {
        id: number.to_string(),
        uuid: Uuid::nil(),
        properties: all,
    }
}
