//! Observations: graphs of observables as lists of places and values.
use super::ReadError;
use super::convert::Converter;
use super::index::is_part;
use super::value::{text, texts};
use crate::ident::is_observable;
use crate::map::shape::{Found, Member};
use crate::map::{attribute, hash, old, template};
use serde_json::{Map, Value};
use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{Read, Seek};

/// Most values that are taken from one observation.
const MOST_VALUES: usize = 4_096;
/// References that are followed one behind the other.
const FARTHEST: usize = 16;

/// The values of one observable and of what it refers to.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen {
    /// The type of the first object.
    pub(super) root: String,
    /// Its identifier.
    pub(super) id: String,
    /// What stands where.
    pub(super) found: Vec<Found>,
}

/// Where observables are looked up.
pub(super) trait Observables {
    fn observable(&mut self, id: &str) -> Result<Option<Map<String, Value>>, ReadError>;
}

/// The container of an observation of STIX 2.0.
pub(super) struct Container<'a>(pub(super) &'a Map<String, Value>);

impl Observables for Container<'_> {
    fn observable(&mut self, id: &str) -> Result<Option<Map<String, Value>>, ReadError> {
        Ok(self.0.get(id).and_then(Value::as_object).cloned())
    }
}

impl<S: Read + Seek> Observables for Converter<'_, S> {
    fn observable(&mut self, id: &str) -> Result<Option<Map<String, Value>>, ReadError> {
        match self.index.known(id) {
            Some(key) if is_observable(self.index.word(key.0)) => {
                self.met.insert(key);
                self.object_of(key)
            }
            _ => Ok(None),
        }
    }
}

struct Walk<'a, O> {
    observables: &'a mut O,
    found: Vec<Found>,
    /// Identifiers on the way here: a reference back to one of them is not followed.
    way: Vec<String>,
}

/// The values of an observable.
pub(super) fn flatten<O: Observables>(
    observables: &mut O,
    id: &str,
    object: &Map<String, Value>,
) -> Result<Seen, ReadError> {
    let root = text(object, "type").unwrap_or_default().to_owned();
    let mut walk = Walk {
        observables,
        found: Vec::new(),
        way: vec![id.to_owned()],
    };
    let prefix = format!("{root}:");
    walk.object(&prefix, &root, object)?;
    Ok(Seen {
        root,
        id: id.to_owned(),
        found: walk.found,
    })
}

impl<O: Observables> Walk<'_, O> {
    fn object(&mut self, prefix: &str, kind: &str, object: &Map<String, Value>) -> Result<(), ReadError> {
        for (name, value) in object {
            if is_frame(name) || !is_part(name) {
                continue;
            }
            let name = old::present_name(kind, name);
            if name.starts_with("extension-definition--") {
                continue;
            }
            self.value(&format!("{prefix}{name}"), name, value)?;
        }
        Ok(())
    }

    fn value(&mut self, key: &str, name: &str, value: &Value) -> Result<(), ReadError> {
        if self.found.len() >= MOST_VALUES {
            return Ok(());
        }
        match value {
            Value::Null => {}
            Value::Array(list) => {
                for one in list {
                    self.value(&format!("{key}[*]"), name, one)?;
                }
            }
            Value::Object(map) if name == "hashes" => {
                for (algorithm, digest) in map {
                    let algorithm = hash::standard(algorithm).unwrap_or(algorithm);
                    self.value(&format!("{key}.{algorithm}"), "", digest)?;
                }
            }
            Value::Object(map) => {
                for (inner, value) in map {
                    self.value(&format!("{key}.{inner}"), inner, value)?;
                }
            }
            Value::String(id) if name.ends_with("_ref") || name.ends_with("_refs") => self.follow(key, id)?,
            scalar => self.found.push(Found {
                key: key.trim_end_matches("[*]").to_owned(),
                value: scalar.clone(),
            }),
        }
        Ok(())
    }

    fn follow(&mut self, key: &str, id: &str) -> Result<(), ReadError> {
        if self.way.len() >= FARTHEST || self.way.iter().any(|one| one == id) {
            return Ok(());
        }
        if let Some(target) = self.observables.observable(id)? {
            let kind = text(&target, "type").unwrap_or_default().to_owned();
            self.way.push(id.to_owned());
            self.object(&format!("{key}."), &kind, &target)?;
            self.way.pop();
        }
        Ok(())
    }
}

/// Properties that every object has.
fn is_frame(name: &str) -> bool {
    matches!(
        name,
        "type"
            | "id"
            | "spec_version"
            | "object_marking_refs"
            | "granular_markings"
            | "defanged"
            | "created_by_ref"
            | "created_at"
    )
}

/// What an observation is about, one part for each object that no other one refers to.
pub(super) fn parts<S: Read + Seek>(
    converter: &mut Converter<'_, S>,
    object: &Map<String, Value>,
) -> Result<Vec<Seen>, ReadError> {
    if let Some(Value::Object(container)) = object.get("objects") {
        let mut container_of = Container(container);
        let roots = roots(
            container
                .iter()
                .filter_map(|(id, one)| Some((id.as_str(), one.as_object()?))),
        );
        let mut seen = Vec::new();
        for (id, one) in roots {
            seen.push(flatten(&mut container_of, id, one)?);
        }
        return Ok(seen);
    }
    let mut objects = Vec::new();
    for id in texts(object, "object_refs") {
        if let Some(one) = converter.observable(id)? {
            objects.push((id.to_owned(), one));
        }
        if objects.len() >= MOST_VALUES {
            break;
        }
    }
    let chosen: Vec<(String, Map<String, Value>)> = {
        let roots = roots(objects.iter().map(|(id, one)| (id.as_str(), one)));
        roots
            .into_iter()
            .map(|(id, one)| (id.to_owned(), one.clone()))
            .collect()
    };
    drop(objects);
    let mut seen = Vec::with_capacity(chosen.len());
    for (id, one) in &chosen {
        seen.push(flatten(converter, id, one)?);
    }
    Ok(seen)
}

/// Those that no other one refers to; all of them when they refer in a circle.
fn roots<'a>(
    objects: impl Iterator<Item = (&'a str, &'a Map<String, Value>)> + Clone,
) -> Vec<(&'a str, &'a Map<String, Value>)> {
    let mut referred = HashSet::new();
    for (_, object) in objects.clone() {
        collect_references(&Value::Object(object.clone()), &mut referred);
    }
    let roots: Vec<_> = objects
        .clone()
        .filter(|(id, _)| !referred.contains(*id))
        .collect();
    if roots.is_empty() {
        objects.collect()
    } else {
        roots
    }
}

fn collect_references(value: &Value, into: &mut HashSet<String>) {
    match value {
        Value::Object(map) => {
            for (name, value) in map.iter().filter(|(name, _)| is_part(name)) {
                if name.ends_with("_ref") || name.ends_with("_refs") {
                    let one = value.as_str().into_iter();
                    let list = value.as_array().into_iter().flatten().filter_map(Value::as_str);
                    into.extend(one.chain(list).map(str::to_owned));
                } else {
                    collect_references(value, into);
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|value| collect_references(value, into)),
        _ => {}
    }
}

/// What a part is: one attribute, or the attributes of an object, each with what nobody knows.
pub(super) enum Recognised {
    Attribute(Member, Vec<Found>),
    Object(&'static str, Vec<Member>, Vec<Found>),
    Nothing,
}

/// Recognises values by their places alone.
pub(super) fn recognise(root: &str, found: &[Found]) -> Recognised {
    if let Some(member) = attribute::recognise(found) {
        return Recognised::Attribute(member, Vec::new());
    }
    let Some(shape) = template::for_root(root) else {
        return match attribute::recognise_part(found) {
            Some((member, left)) => Recognised::Attribute(member, left),
            None => Recognised::Nothing,
        };
    };
    let (members, left) = template::read(shape, found.to_vec());
    if members.is_empty() {
        Recognised::Nothing
    } else {
        Recognised::Object(shape.name, members, left)
    }
}

/// What makes two elements the same: type and value.
pub(super) fn fingerprint(member: &Member) -> u64 {
    let mut hasher = DefaultHasher::new();
    (member.kind, &member.value).hash(&mut hasher);
    hasher.finish()
}
