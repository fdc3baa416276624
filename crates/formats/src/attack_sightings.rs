//! Techniques with the times at which they were seen, in the form in which ATT&CK collects them. spec: 04#6.12
use entente_model::time::{Seconds, rfc3339};
use serde_json::{Value, json};
use uuid::Uuid;

/// An event or attribute that techniques are attached to.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// Its identity.
    pub id: Uuid,
    /// When it was first known or seen.
    pub first: Seconds,
    /// When it was last known or seen.
    pub last: Seconds,
    /// Ids of techniques, such as `T1059.003`.
    pub techniques: &'a [String],
}

/// The id at the end of a cluster's name: `T1059` of `Command and Scripting Interpreter - T1059`.
#[must_use]
pub fn technique_of(cluster: &str) -> Option<&str> {
    let (_, id) = cluster.rsplit_once(" - ")?;
    let id = id.trim();
    (!id.is_empty()).then_some(id)
}

/// The items of a JSON list, written one by one between the brackets that the caller writes.
#[derive(Debug, Default)]
pub struct List {
    any: bool,
}

impl List {
    /// An item, with what separates it from the one before; one without techniques is left out.
    pub fn item(&mut self, out: &mut Vec<u8>, seen: &Seen<'_>) {
        if seen.techniques.is_empty() {
            return;
        }
        if std::mem::replace(&mut self.any, true) {
            out.push(b',');
        }
        let techniques: Vec<Value> = seen
            .techniques
            .iter()
            .map(|id| json!({ "techniqueID": id }))
            .collect();
        let item = json!({
            "id": seen.id.to_string(),
            "sightingType": "direct-technique-sighting",
            "startTime": rfc3339(seen.first),
            "endTime": rfc3339(seen.last),
            "detectionType": "raw",
            "techniques": techniques,
        });
        out.extend_from_slice(item.to_string().as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_technique_is_the_end_of_the_name() {
        assert_eq!(
            technique_of("Windows - Command Shell - T1059.003"),
            Some("T1059.003")
        );
        assert_eq!((technique_of("Phishing"), technique_of("x - ")), (None, None));
    }

    #[test]
    fn items_are_separated() {
        let techniques = ["T1".to_owned()];
        let seen = |techniques| Seen {
            id: Uuid::from_u128(1),
            first: 0,
            last: 60,
            techniques,
        };
        let (mut list, mut out) = (List::default(), b"[".to_vec());
        for techniques in [&techniques[..], &[], &techniques[..]] {
            list.item(&mut out, &seen(techniques));
        }
        out.push(b']');
        let json: Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(json.as_array().unwrap().len(), 2);
        assert_eq!(
            json[1],
            json!({"id": "00000000-0000-0000-0000-000000000001", "sightingType": "direct-technique-sighting",
                "startTime": "1970-01-01T00:00:00Z", "endTime": "1970-01-01T00:01:00Z", "detectionType": "raw",
                "techniques": [{"techniqueID": "T1"}]})
        );
    }
}
