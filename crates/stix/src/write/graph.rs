//! The objects of one observation, built place by place.
use super::Version;
use super::old;
use crate::ident;
use crate::map::form::{Form, address_type};
use crate::map::place::{ADDRESS, Place, Step};
use serde_json::{Map, Value};
use uuid::Uuid;

/// A property under construction.
#[derive(Debug, Clone, PartialEq)]
enum Slot {
    Empty,
    Value(Value),
    List(Vec<Slot>),
    Map(Vec<(String, Slot)>),
    /// Another object, by number.
    Link(usize),
}

#[derive(Debug, Clone)]
struct Node {
    kind: &'static str,
    properties: Slot,
}

/// Objects that refer to each other; the first is the root.
#[derive(Debug, Clone)]
pub(super) struct Graph(Vec<Node>);

/// An observable with its identifier.
pub(super) struct Observable {
    /// `type--UUID`, or in STIX 2.0 the number within its container.
    pub(super) id: String,
    pub(super) uuid: Uuid,
    pub(super) properties: Map<String, Value>,
}

impl Graph {
    pub(super) fn new(root: &'static str) -> Self {
        Self(vec![Node {
            kind: root,
            properties: Slot::Map(Vec::new()),
        }])
    }

    /// Puts a value into its place; `false` when something stands there already.
    pub(super) fn put(&mut self, place: &Place, value: &Value) -> bool {
        let mut node = 0;
        let mut steps = place.steps.as_slice();
        loop {
            let reach = steps
                .iter()
                .position(|step| matches!(step, Step::To(_)))
                .unwrap_or(steps.len());
            let (near, far) = steps.split_at(reach);
            let next = self.0.len();
            let Some(slot) = self
                .0
                .get_mut(node)
                .and_then(|node| slot(&mut node.properties, near))
            else {
                return false;
            };
            match (far, &*slot) {
                ([], Slot::Empty) => {
                    *slot = Slot::Value(value.clone());
                    return true;
                }
                ([Step::To(_), rest @ ..], Slot::Link(target)) => {
                    (node, steps) = (*target, rest);
                }
                ([Step::To(kind), rest @ ..], Slot::Empty) => {
                    *slot = Slot::Link(next);
                    self.0.push(Node {
                        kind: target_type(kind, value),
                        properties: Slot::Map(Vec::new()),
                    });
                    (node, steps) = (next, rest);
                }
                _ => return false,
            }
        }
    }

    /// Puts a property of our own beside those of the root; several values become a list.
    pub(super) fn put_own(&mut self, name: &str, value: &str) {
        let Some(Node {
            properties: Slot::Map(map),
            ..
        }) = self.0.first_mut()
        else {
            return;
        };
        let value = Slot::Value(Value::from(value));
        match map.iter_mut().find(|(key, _)| key == name).map(|(_, slot)| slot) {
            None => map.push((name.to_owned(), value)),
            Some(Slot::List(list)) => list.push(value),
            Some(slot) => *slot = Slot::List(vec![std::mem::replace(slot, Slot::Empty), value]),
        }
    }

    /// Whether an object of this type is there.
    pub(super) fn has(&self, kind: &str) -> bool {
        self.0.iter().any(|node| node.kind == kind)
    }

    /// The finished objects, the root first; `None` when the standard would not accept them. `primary` is the
    /// attribute or object they are of: what has no identity in its content gets one from it. `protocol` is that of
    /// network traffic of which none is known.
    pub(super) fn finish(
        mut self,
        version: Version,
        primary: Uuid,
        protocol: &str,
    ) -> Option<Vec<Observable>> {
        for node in &mut self.0 {
            let Slot::Map(map) = &mut node.properties else {
                return None;
            };
            if !complete(node.kind, map, version, protocol) {
                return None;
            }
        }
        let count = self.0.len();
        let mut done: Vec<Option<Observable>> = std::iter::repeat_with(|| None).take(count).collect();
        // A link leads to a later object, so going backwards finds every target finished.
        for (number, node) in self.0.iter().enumerate().rev() {
            let Value::Object(properties) = resolve(&node.properties, &done)? else {
                return None;
            };
            let observable = match version {
                Version::New => finished(node.kind, properties, primary, number),
                Version::Old => old::finished(node.kind, properties, number),
            };
            if let Some(slot) = done.get_mut(number) {
                *slot = Some(observable);
            }
        }
        done.into_iter().collect()
    }
}

/// The type of object that a step leads to.
fn target_type(kind: &'static str, value: &Value) -> &'static str {
    if kind == ADDRESS {
        value.as_str().and_then(address_type).unwrap_or("ipv4-addr")
    } else {
        kind
    }
}

/// The place in an object, made where it is not there yet; `None` when another kind of thing stands in the way.
fn slot<'a>(at: &'a mut Slot, steps: &[Step]) -> Option<&'a mut Slot> {
    let [first, rest @ ..] = steps else {
        return Some(at);
    };
    let next = match first {
        Step::Key(key) => {
            if *at == Slot::Empty {
                *at = Slot::Map(Vec::new());
            }
            let Slot::Map(map) = at else { return None };
            let known = map.iter().position(|(name, _)| name == key);
            let index = known.unwrap_or_else(|| {
                map.push(((*key).to_owned(), Slot::Empty));
                map.len() - 1
            });
            map.get_mut(index).map(|(_, slot)| slot)?
        }
        Step::New | Step::First => {
            if *at == Slot::Empty {
                *at = Slot::List(Vec::new());
            }
            let Slot::List(list) = at else { return None };
            if list.is_empty() || *first == Step::New {
                list.push(Slot::Empty);
                list.last_mut()?
            } else {
                list.first_mut()?
            }
        }
        Step::To(_) => return None,
    };
    slot(next, rest)
}

fn resolve(slot: &Slot, done: &[Option<Observable>]) -> Option<Value> {
    Some(match slot {
        Slot::Empty => return None,
        Slot::Value(value) => value.clone(),
        Slot::List(list) => Value::Array(
            list.iter()
                .map(|slot| resolve(slot, done))
                .collect::<Option<_>>()?,
        ),
        Slot::Map(map) => Value::Object(
            map.iter()
                .map(|(key, slot)| Some((key.clone(), resolve(slot, done)?)))
                .collect::<Option<_>>()?,
        ),
        Slot::Link(number) => Value::from(done.get(*number)?.as_ref()?.id.as_str()),
    })
}

fn finished(kind: &str, properties: Map<String, Value>, primary: Uuid, number: usize) -> Observable {
    let uuid = ident::observable(kind, &properties).unwrap_or_else(|| {
        let name = format!("{kind} {primary} {number}");
        ident::in_random_form(Uuid::new_v5(&ident::ENTENTE, name.as_bytes()))
    });
    let id = ident::text(kind, uuid);
    let mut all = Map::from_iter([
        ("type".to_owned(), Value::from(kind)),
        ("spec_version".to_owned(), Value::from("2.1")),
        ("id".to_owned(), Value::from(id.as_str())),
    ]);
    all.extend(properties);
    Observable {
        id,
        uuid,
        properties: all,
    }
}

/// Adds what the standard demands of an object and a value cannot give; `false` when it demands more.
fn complete(kind: &str, map: &mut Vec<(String, Slot)>, version: Version, protocol: &str) -> bool {
    let has = |map: &[(String, Slot)], name: &str| map.iter().any(|(key, _)| key == name);
    let text = |text: &str| Slot::Value(Value::from(text));
    match kind {
        "network-traffic" => {
            if !has(map, "protocols") {
                map.push(("protocols".to_owned(), Slot::List(vec![text(protocol)])));
            }
            if version == Version::Old
                && let Some(fields) = dictionary(map, &["extensions", "http-request-ext", "request_header"])
            {
                fields.iter_mut().for_each(|(_, slot)| join(slot));
            }
            let request = map
                .iter()
                .find(|(key, _)| key == "extensions")
                .map(|(_, slot)| slot);
            (has(map, "src_ref") || has(map, "dst_ref")) && request.is_none_or(is_whole_request)
        }
        "email-message" => {
            let multipart = has(map, "body_multipart");
            map.insert(
                0,
                ("is_multipart".to_owned(), Slot::Value(Value::Bool(multipart))),
            );
            if multipart && let Some((key, _)) = map.iter_mut().find(|(key, _)| key == "body") {
                "x_misp_email_body".clone_into(key);
            }
            if let Some(fields) = dictionary(map, &["additional_header_fields"]) {
                fields.iter_mut().for_each(|(_, slot)| unwrap_single(slot));
            }
            true
        }
        "user-account" if version == Version::Old => {
            let login = map.iter().find(|(key, _)| key == "account_login");
            let login = login.map(|(_, slot)| slot.clone());
            if !has(map, "user_id")
                && let Some(login) = login
            {
                map.push(("user_id".to_owned(), login));
            }
            has(map, "user_id")
        }
        "file" => has(map, "name") || has(map, "hashes"),
        "artifact" => {
            let whole = has(map, "payload_bin") || (has(map, "url") && has(map, "hashes"));
            whole && (has(map, "encryption_algorithm") || !has(map, "decryption_key"))
        }
        "autonomous-system" => has(map, "number"),
        "directory" => has(map, "path"),
        "domain-name" | "email-addr" | "ipv4-addr" | "ipv6-addr" | "mac-addr" | "url" => has(map, "value"),
        "mutex" | "software" => has(map, "name"),
        "windows-registry-key" => {
            if version == Version::Old {
                name_values(map);
            }
            has(map, "key")
        }
        _ => !map.is_empty(),
    }
}

/// The dictionary at a path of keys.
fn dictionary<'a>(map: &'a mut Vec<(String, Slot)>, keys: &[&str]) -> Option<&'a mut Vec<(String, Slot)>> {
    let [first, rest @ ..] = keys else {
        return Some(map);
    };
    match map.iter_mut().find(|(key, _)| key == first)? {
        (_, Slot::Map(inner)) => dictionary(inner, rest),
        _ => None,
    }
}

/// A list of one is the one.
fn unwrap_single(slot: &mut Slot) {
    if let Slot::List(list) = slot
        && list.len() == 1
        && let Some(only) = list.pop()
    {
        *slot = only;
    }
}

/// Several texts as one, where only one may stand.
fn join(slot: &mut Slot) {
    if let Slot::List(list) = slot {
        let texts: Vec<&str> = list
            .iter()
            .filter_map(|one| match one {
                Slot::Value(value) => value.as_str(),
                _ => None,
            })
            .collect();
        *slot = Slot::Value(Value::from(texts.join(", ")));
    }
}

/// A value of a registry key without a name is the key's default, whose name is empty.
fn name_values(map: &mut [(String, Slot)]) {
    let values = map.iter_mut().find(|(key, _)| key == "values");
    if let Some((_, Slot::List(values))) = values {
        for value in values {
            if let Slot::Map(value) = value
                && !value.iter().any(|(key, _)| key == "name")
            {
                value.push(("name".to_owned(), Slot::Value(Value::from(""))));
            }
        }
    }
}

/// A request of the web has a method and what is asked for.
fn is_whole_request(extensions: &Slot) -> bool {
    let Slot::Map(extensions) = extensions else {
        return true;
    };
    extensions.iter().all(|(name, slot)| match slot {
        Slot::Map(map) if name == "http-request-ext" => ["request_method", "request_value"]
            .iter()
            .all(|wanted| map.iter().any(|(key, _)| key == wanted)),
        _ => true,
    })
}

/// Whether the text of a value is what its place gives back.
pub(super) fn is_exact(form: Form, written: &Value, text: &str) -> bool {
    form.read(written).as_deref() == Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn graph(root: &'static str, values: &[(&'static str, Value)]) -> Option<Vec<Map<String, Value>>> {
        let mut graph = Graph::new(root);
        for (place, value) in values {
            assert!(graph.put(&Place::parse(place).unwrap(), value), "{place}");
        }
        let done = graph.finish(Version::New, Uuid::nil(), "tcp")?;
        Some(done.into_iter().map(|one| one.properties).collect())
    }

    #[test]
    fn objects_refer_to_each_other() {
        let mail = graph(
            "email-message",
            &[
                ("email-message:from_ref>email-addr.value", json!("a@b.example")),
                ("email-message:from_ref>email-addr.display_name", json!("A")),
                ("email-message:to_refs[*]>email-addr.value", json!("c@d.example")),
                ("email-message:to_refs[*]>email-addr.value", json!("e@f.example")),
                ("email-message:body", json!("text")),
                (
                    "email-message:body_multipart[*].body_raw_ref>file.name",
                    json!("x.doc"),
                ),
            ],
        )
        .unwrap();
        assert_eq!(mail.len(), 5);
        assert_eq!(mail[0]["is_multipart"], true);
        assert_eq!(mail[0]["x_misp_email_body"], "text");
        assert_eq!(mail[0]["from_ref"], mail[1]["id"]);
        assert_eq!(mail[1]["display_name"], "A");
        assert_eq!(mail[0]["to_refs"], json!([mail[2]["id"], mail[3]["id"]]));
        assert_eq!(mail[0]["body_multipart"][0]["body_raw_ref"], mail[4]["id"]);
    }

    #[test]
    fn a_place_is_taken_once() {
        let mut graph = Graph::new("domain-name");
        let place = Place::parse("domain-name:value").unwrap();
        assert!(graph.put(&place, &json!("a.example")));
        assert!(!graph.put(&place, &json!("b.example")));
        graph.put_own("x_misp_port", "1");
        graph.put_own("x_misp_port", "2");
        let done = graph.finish(Version::New, Uuid::nil(), "tcp").unwrap();
        assert_eq!(done[0].properties["x_misp_port"], json!(["1", "2"]));
    }

    #[test]
    fn what_the_standard_would_refuse_is_no_observation() {
        assert!(graph("network-traffic", &[("network-traffic:dst_port", json!(1))]).is_none());
        assert!(graph("file", &[("file:size", json!(1))]).is_none());
        assert!(
            graph(
                "email-message",
                &[("email-message:from_ref>email-addr.display_name", json!("A"))]
            )
            .is_none()
        );
    }
}
