//! STIX 1: what is written is read back, and foreign documents as they stand.
use crate::support::{Taken, attribute, event, item, member, object, party, sample, tag, view};
use entente_indicator::{AttributeType, Category};
use entente_model::attribute::Attribute;
use entente_model::draft::Given;
use entente_model::level::{Analysis, ThreatLevel};
use entente_stix::document::Document as _;
use entente_stix::one::read;
use entente_stix::one::write::{Notation, Packages, Settings};
use entente_stix::read::{Imported, ReadError};
use entente_stix::write::{EventView, Item, ObjectView};
use proptest::prelude::*;
use uuid::Uuid;

fn packages(notation: Notation) -> Packages {
    Packages::new(Settings {
        notation,
        version: "1.1.1",
        id: Uuid::from_u128(3),
        now: crate::support::TIME,
        organisation: "Our \"Org\" <1>".to_owned(),
        base_url: "https://misp.example/?a&b".to_owned(),
    })
}

fn finished(mut packages: Packages) -> String {
    let mut document: Vec<u8> = packages.sections().into_iter().flat_map(std::mem::take).collect();
    packages.end(&mut document);
    String::from_utf8(document).unwrap()
}

/// The document of one event.
pub fn written(
    notation: Notation,
    view: &EventView<'_>,
    items: &[Item<'_>],
    objects: &[ObjectView<'_>],
) -> String {
    let mut packages = packages(notation);
    packages.begin();
    packages.begin_event(view);
    for item in items {
        packages.attribute(item);
    }
    for object in objects {
        packages.object(object);
    }
    packages.end_event(view);
    finished(packages)
}

fn taken(text: &str) -> Result<(Imported, Taken), ReadError> {
    let mut taken = Taken::default();
    let imported = read::package(text.as_bytes(), Uuid::from_u128(99), &mut taken)?;
    Ok((imported, taken))
}

/// The type that an attribute comes back as: CybOX has fewer words.
fn type_in_cybox(kind: &str) -> &str {
    match kind {
        "uri" | "link" => "url",
        "attachment" => "filename",
        "malware-sample" => "filename|md5",
        other => other,
    }
}

#[test]
fn every_type_comes_back() {
    let event = event();
    for kind in AttributeType::all() {
        for to_ids in [false, true] {
            for notation in [Notation::Xml, Notation::Json] {
                let one = Attribute {
                    to_ids,
                    comment: if to_ids {
                        "seen <here> & there".to_owned()
                    } else {
                        String::new()
                    },
                    ..attribute(7, kind.name(), &sample(kind.name()))
                };
                let text = written(notation, &view(&event, &[]), &[item(&one, &[])], &[]);
                let what = format!("{} {to_ids} {notation:?}\n{text}", kind.name());
                let (_, taken) = taken(&text).unwrap_or_else(|error| panic!("{error}: {what}"));
                let [draft] = taken.attributes.as_slice() else {
                    panic!("{taken:?}: {what}")
                };
                let expected = type_in_cybox(kind.name());
                assert_eq!(draft.kind.as_deref(), Some(expected), "{what}");
                assert_eq!(draft.value.as_deref(), Some(one.value().as_ref()), "{what}");
                assert_eq!(taken.left_out, Vec::<String>::new(), "{what}");
                let in_journal = matches!(kind.name(), "comment" | "text" | "other") && !to_ids;
                if !in_journal {
                    assert_eq!(draft.uuid, Given::Value(one.uuid), "{what}");
                }
                if !in_journal && kind.name() != "vulnerability" {
                    assert_eq!(draft.to_ids, Given::Value(to_ids), "{what}");
                    let category = Category::from_id(one.category).unwrap().name();
                    assert_eq!(draft.category.as_deref(), Some(category), "{what}");
                }
                if to_ids && kind.name() != "vulnerability" {
                    assert_eq!(draft.comment.as_deref(), Some("seen <here> & there"), "{what}");
                }
            }
        }
    }
}

#[test]
fn the_event_comes_back() {
    let event = event();
    let tags = [tag("tlp:amber"), tag("a:b=\"c\""), tag("tlp:green")];
    let one = Attribute {
        to_ids: true,
        ..attribute(1, "ip-src", "8.8.8.8")
    };
    for notation in [Notation::Xml, Notation::Json] {
        let text = written(notation, &view(&event, &tags), &[item(&one, &tags)], &[]);
        let (imported, taken) = taken(&text).unwrap();
        let header = imported.header;
        assert_eq!(header.uuid, Given::Value(event.uuid));
        assert_eq!(header.info.as_deref(), Some("Operation Gilt"));
        assert_eq!(header.date, Given::Value(event.date));
        assert_eq!(header.threat_level, Given::Value(ThreatLevel::High));
        assert_eq!(header.analysis, Given::Value(Analysis::Completed));
        assert_eq!(header.orgc.unwrap().name.as_deref(), Some(party().name));
        let names = |tags: &[entente_model::draft::TagDraft]| {
            tags.iter().filter_map(|tag| tag.name.clone()).collect::<Vec<_>>()
        };
        assert_eq!(names(&header.tags), ["tlp:amber", "a:b=\"c\""], "{text}");
        assert_eq!(names(taken.attributes[0].tags()), ["tlp:amber", "a:b=\"c\""]);
    }
}

#[test]
fn objects_come_back() {
    let event = event();
    let members = [
        member(11, "ip-dst", "ip-dst", "198.51.100.78", true),
        member(12, "dst-port", "port", "8443", false),
    ];
    let object = object(10, "ip-port", "network");
    let items: Vec<Item<'_>> = members.iter().map(|member| item(member, &[])).collect();
    let objects = [ObjectView {
        object: &object,
        members: &items,
        references: &[],
    }];
    for notation in [Notation::Xml, Notation::Json] {
        let text = written(notation, &view(&event, &[]), &[], &objects);
        let (_, taken) = taken(&text).unwrap();
        let [draft] = taken.objects.as_slice() else {
            panic!("{text}\n{taken:?}")
        };
        assert_eq!(draft.name.as_deref(), Some("ip-port"));
        assert_eq!(draft.meta_category.as_deref(), Some("network"));
        assert_eq!(draft.uuid, Given::Value(object.uuid));
        assert_eq!(draft.comment.as_deref(), Some("an object"));
        for (draft, member) in draft.attributes.iter().zip(&members) {
            assert_eq!(draft.relation, member.relation);
            assert_eq!(draft.value.as_deref(), Some(member.value().as_ref()));
            assert_eq!(draft.uuid, Given::Value(member.uuid));
        }
    }
}

#[test]
fn what_a_client_looks_for_is_there() {
    let event = event();
    let one = Attribute {
        to_ids: true,
        ..attribute(1, "ip-src", "8.8.8.8")
    };
    let xml = written(Notation::Xml, &view(&event, &[]), &[item(&one, &[])], &[]);
    assert!(xml.starts_with("<stix:STIX_Package"));
    assert!(
        xml.contains("<AddressObj:Address_Value condition=\"Equals\">8.8.8.8</AddressObj:Address_Value>")
    );
    let json = written(Notation::Json, &view(&event, &[]), &[item(&one, &[])], &[]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let indicators =
        &json["related_packages"]["related_packages"][0]["package"]["incidents"][0]["related_indicators"];
    let indicator = &indicators["indicators"][0]["indicator"];
    assert_eq!(
        indicator["observable"]["object"]["properties"]["address_value"]["value"],
        "8.8.8.8"
    );
}

#[test]
fn attributes_without_their_events() {
    let rows = [
        Attribute {
            to_ids: true,
            ..attribute(1, "ip-src", "8.8.8.8")
        },
        attribute(2, "text", "a text"),
        attribute(3, "vulnerability", "CVE-2024-11111"),
    ];
    for notation in [Notation::Xml, Notation::Json] {
        let mut packages = packages(notation);
        packages.begin();
        for row in &rows {
            packages.row(party(), &item(row, &[]));
        }
        packages.end_rows();
        let text = finished(packages);
        let (imported, taken) = taken(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        assert_eq!(taken.attributes.len(), 3, "{text}");
        assert_eq!(
            imported.header.info.as_deref(),
            Some("Export from Our \"Org\" <1>'s MISP")
        );
    }
}

#[test]
fn bi_x4_xml_leaves_out_what_it_cannot_express() {
    let event = event();
    let rows = [
        attribute(1, "mutex", "a\u{1}b"),
        attribute(2, "mutex", "</cybox:Observable><x y=\"]]>&lt;"),
    ];
    let items: Vec<Item<'_>> = rows.iter().map(|row| item(row, &[])).collect();
    let text = written(Notation::Xml, &view(&event, &[]), &items, &[]);
    assert!(
        text.contains("Left out because XML cannot express them: 1"),
        "{text}"
    );
    let (_, taken) = taken(&text).unwrap();
    let values: Vec<_> = taken
        .attributes
        .iter()
        .filter_map(|draft| draft.value.as_deref())
        .collect();
    assert_eq!(values, ["</cybox:Observable><x y=\"]]>&lt;"]);
}

#[test]
fn foreign_documents_are_read() {
    let text = r#"<stix:STIX_Package xmlns:stix="s" xmlns:cybox="c" xmlns:xsi="x" id="a:package-1">
      <stix:STIX_Header><stix:Title>Foreign</stix:Title></stix:STIX_Header>
      <stix:Indicators><stix:Indicator id="a:indicator-33fe3b22-0201-47cf-85d0-97c02164528d" xsi:type="i:IndicatorType">
        <indicator:Title xmlns:indicator="i">Bad addresses</indicator:Title>
        <indicator:Observable xmlns:indicator="i"><cybox:Observable_Composition operator="OR">
          <cybox:Observable><cybox:Object><cybox:Properties xsi:type="AddressObj:AddressObjectType" category="ipv4-addr">
            <AddressObj:Address_Value xmlns:AddressObj="a">192.0.2.1##comma##192.0.2.2</AddressObj:Address_Value>
          </cybox:Properties></cybox:Object></cybox:Observable>
          <cybox:Observable><cybox:Object><cybox:Properties xsi:type="WhoisObj:WhoisObjectType"/></cybox:Object></cybox:Observable>
        </cybox:Observable_Composition></indicator:Observable>
        <indicator:Indicated_TTP xmlns:indicator="i"><c:TTP xmlns:c="c" idref="a:ttp-1"/></indicator:Indicated_TTP>
      </stix:Indicator></stix:Indicators>
      <stix:TTPs><stix:TTP id="a:ttp-1"><t:Behavior xmlns:t="t"><t:Malware><t:Malware_Instance><t:Name>Zeus</t:Name>
      </t:Malware_Instance></t:Malware></t:Behavior></stix:TTP></stix:TTPs>
    </stix:STIX_Package>"#;
    let (imported, taken) = taken(text).unwrap();
    assert_eq!(imported.header.info.as_deref(), Some("Foreign"));
    let values: Vec<_> = taken.objects[0]
        .attributes
        .iter()
        .filter_map(|draft| draft.value.as_deref())
        .collect();
    assert_eq!(values, ["192.0.2.1", "192.0.2.2"]);
    assert_eq!(taken.left_out, ["an object of the kind WhoisObjectType"]);
    let tag = taken.objects[0].attributes[0].tags()[0].name.clone().unwrap();
    assert_eq!(tag, "misp-galaxy:stix-2.1-malware=\"Zeus\"");
    assert!(imported.choices[&tag].contains(&"misp-galaxy:malpedia=\"Zeus\"".to_owned()));
}

proptest! {
    #[test]
    fn hostile_values_come_back(
        value in "\\PC{1,40}|[<>&\"'\\]\n\t ]{1,10}x",
        kind in prop::sample::select(vec!["filename", "url", "mutex", "regkey", "yara", "snort", "email-subject", "iban"]),
        json in any::<bool>(),
    ) {
        let event = event();
        let one = Attribute { to_ids: true, ..attribute(1, kind, &value) };
        let notation = if json { Notation::Json } else { Notation::Xml };
        let text = written(notation, &view(&event, &[]), &[item(&one, &[])], &[]);
        let (_, taken) = taken(&text).unwrap();
        let values: Vec<_> = taken.attributes.iter().filter_map(|draft| draft.value.as_deref()).collect();
        let expected: Vec<&str> = value.split("##comma##").map(str::trim).collect();
        prop_assert_eq!(values, expected, "{}", text);
    }

    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        let _ = taken(&text);
    }
}
