//! Which STIX object the clusters of a galaxy are. spec: 12#6.4

/// Galaxy types by name, and the object type. A `*` at either end stands for anything.
const GALAXIES: &[(&str, &str)] = &[
    ("*-attack-pattern", "attack-pattern"),
    ("mitre-ics-techniques", "attack-pattern"),
    ("mitre-*course-of-action", "course-of-action"),
    ("mitre-*intrusion-set", "intrusion-set"),
    ("mitre-*malware", "malware"),
    ("mitre-ics-software", "malware"),
    ("malpedia", "malware"),
    ("android", "malware"),
    ("backdoor", "malware"),
    ("banker", "malware"),
    ("cryptominers", "malware"),
    ("ransomware", "malware"),
    ("stealer", "malware"),
    ("threat-actor", "threat-actor"),
    ("360net-threat-actor", "threat-actor"),
    ("microsoft-activity-group", "threat-actor"),
    ("mitre-ics-groups", "threat-actor"),
    ("tool", "tool"),
    ("mitre-*tool", "tool"),
    ("botnet", "tool"),
    ("rat", "tool"),
    ("exploit-kit", "tool"),
    ("tds", "tool"),
    ("branded-vulnerability", "vulnerability"),
    ("country", "location"),
    ("region", "location"),
    ("sector", "identity"),
];

/// Types of objects that are clusters of the galaxy `stix-2.1-<type>`, and that foreign bundles bring.
pub const CONTEXT: &[&str] = &[
    "attack-pattern",
    "campaign",
    "course-of-action",
    "infrastructure",
    "intrusion-set",
    "location",
    "malware",
    "threat-actor",
    "tool",
    "vulnerability",
];

/// The custom object of clusters that have no counterpart.
pub const CUSTOM: &str = "x-misp-galaxy-cluster";

/// The type of object that clusters of a galaxy are.
#[must_use]
pub fn object_of(galaxy_type: &str) -> &'static str {
    for prefix in ["stix-2.1-", "stix-2.0-"] {
        if let Some(kind) = galaxy_type.strip_prefix(prefix)
            && let Some(known) = CONTEXT.iter().find(|known| **known == kind)
        {
            return known;
        }
    }
    GALAXIES
        .iter()
        .find(|(pattern, _)| fits(pattern, galaxy_type))
        .map_or(CUSTOM, |(_, kind)| kind)
}

fn fits(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((prefix, suffix)) => {
            text.len() >= prefix.len() + suffix.len() && text.starts_with(prefix) && text.ends_with(suffix)
        }
    }
}

/// Galaxies in which the counterpart of a foreign object is looked for, the most specific first.
#[must_use]
pub fn candidates(kind: &str) -> &'static [&'static str] {
    match kind {
        "attack-pattern" => &["mitre-attack-pattern"],
        "course-of-action" => &["mitre-course-of-action"],
        "intrusion-set" => &["mitre-intrusion-set", "threat-actor"],
        "malware" => &[
            "mitre-malware",
            "malpedia",
            "ransomware",
            "banker",
            "stealer",
            "android",
            "backdoor",
        ],
        "threat-actor" => &["threat-actor", "microsoft-activity-group"],
        "tool" => &["mitre-tool", "tool", "rat", "botnet", "exploit-kit"],
        "vulnerability" => &["branded-vulnerability"],
        "location" => &["country", "region"],
        _ => &[],
    }
}

/// The tag of a cluster.
#[must_use]
pub fn tag(galaxy_type: &str, value: &str) -> String {
    format!("misp-galaxy:{galaxy_type}=\"{value}\"")
}

/// How a kind of object is related to an indicator or another kind, where nothing else is said. spec: 12#6.5
#[must_use]
pub fn relation(source: &str, target: &str) -> &'static str {
    match (source, target) {
        ("indicator", "observed-data") => "based-on",
        (
            "indicator",
            "attack-pattern" | "campaign" | "infrastructure" | "intrusion-set" | "malware" | "threat-actor"
            | "tool",
        ) => "indicates",
        ("attack-pattern", "malware" | "tool") => "uses",
        ("attack-pattern" | "tool", "identity" | "location" | "vulnerability") => "targets",
        (
            "campaign" | "intrusion-set" | "threat-actor",
            "attack-pattern" | "infrastructure" | "malware" | "tool",
        )
        | ("malware", "attack-pattern" | "infrastructure" | "malware" | "tool") => "uses",
        ("campaign" | "intrusion-set" | "threat-actor", "identity" | "location" | "vulnerability") => {
            "targets"
        }
        ("campaign", "intrusion-set" | "threat-actor") | ("intrusion-set", "threat-actor") => "attributed-to",
        ("course-of-action", "attack-pattern" | "indicator" | "malware" | "tool" | "vulnerability") => {
            "mitigates"
        }
        ("malware", "threat-actor" | "intrusion-set") => "authored-by",
        ("malware", "vulnerability") => "exploits",
        _ => "related-to",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn galaxies_are_objects() {
        for (galaxy, kind) in [
            ("mitre-attack-pattern", "attack-pattern"),
            ("mitre-enterprise-attack-intrusion-set", "intrusion-set"),
            ("stix-2.1-campaign", "campaign"),
            ("sector", "identity"),
            ("stix-2.1-nothing", CUSTOM),
            ("mitre-d3fend", CUSTOM),
        ] {
            assert_eq!(object_of(galaxy), kind, "{galaxy}");
        }
        for kind in CONTEXT {
            for galaxy in candidates(kind) {
                let own = object_of(galaxy);
                assert!(
                    own == *kind || (*kind == "intrusion-set" && own == "threat-actor"),
                    "{galaxy}"
                );
            }
        }
    }
}
