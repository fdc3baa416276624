//! Marks as tags and as marking definitions. spec: 12#10, 10#1.2
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// A mark that has a definition everybody knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// The tag.
    pub tag: &'static str,
    /// The identifier of its definition.
    pub id: Uuid,
    /// Which family it belongs to.
    pub family: Family,
}

/// A vocabulary of marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// TLP as the STIX standard defines it.
    Tlp1,
    /// TLP 2.0.
    Tlp2,
    /// PAP.
    Pap,
}

const fn mark(tag: &'static str, id: u128, family: Family) -> Mark {
    Mark {
        tag,
        id: Uuid::from_u128(id),
        family,
    }
}

const TLP2_EXTENSION: &str = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d";
const PAP_EXTENSION: &str = "extension-definition--f8d78575-edfd-406e-8e84-6162a8450f5b";

use Family::{Pap, Tlp1, Tlp2};

/// Known marks; where a tag has two definitions the one that is written comes first.
const MARKS: &[Mark] = &[
    mark("tlp:white", 0x613f_2e26_407d_48c7_9eca_b8e9_1df9_9dc9, Tlp1),
    mark("tlp:green", 0x3409_8fce_860f_48ae_8e50_ebd3_cc5e_41da, Tlp1),
    mark("tlp:amber", 0xf88d_31f6_486f_44da_b317_0133_3bde_0b82, Tlp1),
    mark("tlp:red", 0x5e57_c739_391a_4eb3_b6be_7d15_ca92_d5ed, Tlp1),
    mark("tlp:clear", 0x9486_8c89_83c2_464b_929b_a1a8_aa3c_8487, Tlp2),
    mark("tlp:green", 0xbab4_a63c_aed9_4cf5_a766_dfca_5aba_c2bb, Tlp2),
    mark("tlp:amber", 0x55d9_20b0_5e8b_4f79_9ee9_91f8_68d9_b421, Tlp2),
    mark(
        "tlp:amber+strict",
        0x939a_9414_2ddd_4d32_a0cd_375e_a402_b003,
        Tlp2,
    ),
    mark("tlp:red", 0xe828_b379_4e03_4974_9ac4_e53a_884c_97c1, Tlp2),
    mark("PAP:CLEAR", 0xad15_a0cd_55b6_4588_a14c_a661_0532_9b92, Pap),
    mark("PAP:GREEN", 0xc435_94d1_4b11_4c59_93ab_1c9b_14d5_3ce9, Pap),
    mark("PAP:AMBER", 0x60f8_932b_e51e_4458_b265_a2e8_be9a_80ab, Pap),
    mark("PAP:RED", 0x740d_36e5_7714_4c30_961a_3ae6_32ce_ee0e, Pap),
];

/// How strict a TLP tag is; the higher, the fewer may read.
fn strictness(tag: &str) -> u8 {
    match tag {
        "tlp:white" | "tlp:clear" => 1,
        "tlp:green" => 2,
        "tlp:amber" => 3,
        "tlp:amber+strict" => 4,
        "tlp:red" => 5,
        _ => 0,
    }
}

/// The tag of a marking that cannot be judged: its readers are those of the organisation. spec: 12#10
pub const UNKNOWN: &str = "tlp:amber+strict";

impl Mark {
    /// The mark that a tag stands for. With `modern` TLP is written as TLP 2.0, without it as far as it can be
    /// as the standard's own TLP; `old` is STIX 2.0, which knows nothing else.
    #[must_use]
    pub fn of_tag(tag: &str, modern: bool, old: bool) -> Option<&'static Self> {
        let tag = if modern && tag.eq_ignore_ascii_case("tlp:white") {
            "tlp:clear"
        } else {
            tag
        };
        MARKS
            .iter()
            .filter(|mark| if mark.family == Tlp1 { !modern } else { !old })
            .find(|mark| mark.tag.eq_ignore_ascii_case(tag))
    }

    /// The mark whose definition has this uuid.
    #[must_use]
    pub fn of_id(id: Uuid) -> Option<&'static Self> {
        MARKS.iter().find(|mark| mark.id == id)
    }

    /// `marking-definition--…`.
    #[must_use]
    pub fn reference(&self) -> String {
        crate::ident::text("marking-definition", self.id)
    }

    /// The definition as the standard publishes it.
    #[must_use]
    pub fn definition(&self, old: bool) -> Value {
        let (family, level) = self.tag.split_once(':').unwrap_or(("", self.tag));
        let name = format!("{}:{}", family.to_ascii_uppercase(), level.to_ascii_uppercase());
        let level = level.to_ascii_lowercase();
        let extension =
            |id: &str, property: &str| json!({id: {"extension_type": "property-extension", property: level}});
        let mut definition = match self.family {
            Tlp1 => json!({
                "type": "marking-definition",
                "spec_version": "2.1",
                "id": self.reference(),
                "created": "2017-01-20T00:00:00.000Z",
                "definition_type": "tlp",
                "name": name,
                "definition": {"tlp": level},
            }),
            Tlp2 | Pap => json!({
                "type": "marking-definition",
                "spec_version": "2.1",
                "id": self.reference(),
                "created": "2022-10-01T00:00:00.000Z",
                "name": name,
                "extensions": if self.family == Pap {
                    extension(PAP_EXTENSION, "pap")
                } else {
                    extension(TLP2_EXTENSION, "tlp_2_0")
                },
            }),
        };
        if old && let Some(map) = definition.as_object_mut() {
            map.shift_remove("spec_version");
            map.shift_remove("name");
        }
        definition
    }
}

/// The tag that a definition stands for, whatever its identifier.
#[must_use]
pub fn tag_of(definition: &Map<String, Value>) -> String {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    let inner = definition.get("definition");
    if let Some(level) = text(inner.and_then(|inner| inner.get("tlp"))) {
        return known(&format!("tlp:{level}"));
    }
    if let Some(statement) = text(inner.and_then(|inner| inner.get("statement"))) {
        return format!("stix:statement=\"{}\"", statement.replace('"', "'"));
    }
    let extensions = definition.get("extensions").and_then(Value::as_object);
    for extension in extensions.into_iter().flat_map(Map::values) {
        if let Some(level) = text(extension.get("tlp_2_0")) {
            return known(&format!("tlp:{level}"));
        }
        if let Some(level) = text(extension.get("pap")) {
            return known(&format!("PAP:{}", level.to_ascii_uppercase()));
        }
    }
    UNKNOWN.to_owned()
}

fn known(tag: &str) -> String {
    let mark = MARKS.iter().find(|mark| mark.tag.eq_ignore_ascii_case(tag));
    mark.map_or(UNKNOWN, |mark| mark.tag).to_owned()
}

/// Of several TLP tags only the strictest counts.
pub fn keep_strictest(tags: &mut Vec<String>) {
    let strictest = tags.iter().map(|tag| strictness(tag)).max().unwrap_or(0);
    tags.retain(|tag| strictness(tag) == 0 || strictness(tag) == strictest);
    let mut seen = std::collections::HashSet::new();
    tags.retain(|tag| seen.insert(tag.clone()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_and_definitions() {
        let amber = Mark::of_tag("TLP:AMBER", false, false).unwrap();
        assert_eq!(amber.family, Tlp1);
        assert_eq!(amber.definition(false)["definition"]["tlp"], "amber");
        assert_eq!(Mark::of_tag("tlp:amber", true, false).unwrap().family, Tlp2);
        assert_eq!(Mark::of_tag("tlp:white", true, false).unwrap().tag, "tlp:clear");
        assert_eq!(Mark::of_tag("tlp:clear", false, true), None);
        assert_eq!(
            Mark::of_tag("tlp:amber+strict", false, false).unwrap().family,
            Tlp2
        );
        assert_eq!(Mark::of_tag("pap:red", false, false).unwrap().family, Pap);
        assert_eq!(Mark::of_tag("tlp:purple", false, false), None);
        for mark in MARKS {
            let Value::Object(definition) = mark.definition(false) else {
                panic!()
            };
            assert_eq!(tag_of(&definition), mark.tag);
            assert_eq!(Mark::of_id(mark.id), Some(mark));
        }
    }

    #[test]
    fn what_cannot_be_judged_is_kept_close() {
        assert_eq!(tag_of(&Map::new()), UNKNOWN);
        let strange = json!({"definition": {"tlp": "ultraviolet"}});
        assert_eq!(tag_of(strange.as_object().unwrap()), UNKNOWN);
        let statement = json!({"definition": {"statement": "© \"us\""}});
        assert_eq!(
            tag_of(statement.as_object().unwrap()),
            "stix:statement=\"© 'us'\""
        );
        let mut tags: Vec<String> = ["tlp:green", "a:b", "tlp:red", "tlp:red"]
            .map(str::to_owned)
            .to_vec();
        keep_strictest(&mut tags);
        assert_eq!(tags, ["a:b", "tlp:red"]);
    }
}
