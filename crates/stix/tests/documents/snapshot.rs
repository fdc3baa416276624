//! One event with an attribute of every type, as each version writes it. A change of these files is a change of what
//! clients are sent.
use crate::one;
use crate::support::{attribute, event, item, sample, settings, tag, view, written};
use entente_indicator::AttributeType;
use entente_model::attribute::Attribute;
use entente_stix::one::write::Notation;
use entente_stix::write::{Item, Profile, Version};
use serde_json::Value;

fn attributes() -> Vec<Attribute> {
    let each = AttributeType::all().zip(1_u32..);
    each.map(|(kind, number)| Attribute {
        to_ids: kind.default_to_ids(),
        comment: "seen \"here\"".to_owned(),
        ..attribute(number, kind.name(), &sample(kind.name()))
    })
    .collect()
}

fn items(attributes: &[Attribute]) -> Vec<Item<'_>> {
    let with_file = |attribute| Item {
        file: Some("UEsDBAo="),
        ..item(attribute, &[])
    };
    attributes
        .iter()
        .map(
            |attribute| match AttributeType::from_id(attribute.kind).map(AttributeType::name) {
                Some("attachment" | "malware-sample") => with_file(attribute),
                _ => item(attribute, &[]),
            },
        )
        .collect()
}

/// An object of a bundle per line.
fn lines(bundle: &str) -> String {
    bundle.replace("},{\"type\":", "},\n{\"type\":")
}

#[test]
fn every_type() {
    let (attributes, event) = (attributes(), event());
    let tags = [tag("tlp:amber")];
    let text = written(
        settings(Version::New, Profile::Misp),
        &view(&event, &tags),
        &items(&attributes),
        &[],
    );
    insta::assert_snapshot!("stix_2_1", lines(&text));
    let text = one::written(Notation::Xml, &view(&event, &tags), &items(&attributes), &[]);
    insta::assert_snapshot!("stix_1", text);
}

/// What is different in 2.0 and in the strict profile: patterns, observations and custom objects.
#[test]
fn every_type_in_other_forms() {
    let (attributes, event) = (attributes(), event());
    for (name, version, profile) in [
        ("stix_2_0", Version::Old, Profile::Misp),
        ("stix_2_1_strict", Version::New, Profile::Strict),
    ] {
        let text = written(
            settings(version, profile),
            &view(&event, &[]),
            &items(&attributes),
            &[],
        );
        let document: Value = serde_json::from_str(&text).unwrap();
        let told = document["objects"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|object| {
                let kind = object["type"].as_str()?;
                let content = match kind {
                    "indicator" => object["pattern"].as_str()?.to_owned(),
                    "observed-data" if version == Version::Old => object["objects"].to_string(),
                    "x-misp-attribute" => format!("{} {}", object["x_misp_type"], object["x_misp_value"]),
                    _ => return None,
                };
                Some(format!("{kind} {content}\n"))
            });
        insta::assert_snapshot!(name, told.collect::<String>());
    }
}
