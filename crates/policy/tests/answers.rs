//! What comes with an answer: duties, words, and who may ask for them.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use entente_policy::{
    Action, Code, Directory, Distribution, ExportFormat, Facts, LabelFacts, Layer, Link, Marks, Obligation,
    Org, Permission, Permissions, PolicyConfig, Snapshot, UseClass, Viewer, decide, explain, may_ask_about,
};
use uuid::Uuid;

const HOST: Uuid = Uuid::from_u128(1);
const MAKER: Uuid = Uuid::from_u128(2);
const OTHER: Uuid = Uuid::from_u128(3);

fn world() -> Snapshot {
    let orgs = [HOST, MAKER, OTHER].map(|uuid| (uuid, Org::default()));
    Snapshot {
        version: 7,
        now: 0,
        host_org: HOST,
        directory: Arc::new(Directory::new(orgs, [])),
        config: PolicyConfig::default(),
    }
}

fn facts(level: u8, tags: &[&str]) -> Facts {
    let link = Link::of(Distribution::try_from(level).unwrap());
    let (marks, findings) = Marks::from_tags(tags.iter().copied());
    assert_eq!(findings, []);
    LabelFacts {
        marks,
        ..LabelFacts::event(HOST, MAKER, link)
    }
    .into()
}

fn member(org: Uuid, role: &[Permission]) -> Viewer {
    Viewer::member(&world(), org, Permissions::of(role))
}

#[test]
fn exports_come_with_duties() {
    let facts = facts(
        1,
        &[
            "entente:purpose=\"defence\"",
            "entente:purpose=\"law-enforcement\"",
            "iep2-policy:encrypt_in_transit=\"must\"",
            "iep2-policy:attribution=\"must\"",
        ],
    );
    let duties = |org, action| decide(&world(), &member(org, &[]), &facts, action).obligations;
    let purpose = Obligation::AcknowledgePurpose("defence".to_owned());
    assert_eq!(
        duties(OTHER, Action::Export(ExportFormat::Data)),
        [
            purpose.clone(),
            Obligation::EncryptTransit,
            Obligation::Attribute(MAKER),
            Obligation::Log
        ]
    );
    assert_eq!(duties(OTHER, Action::Use(UseClass::Passive)), [purpose]);
    assert_eq!(duties(OTHER, Action::See), []);
    assert_eq!(duties(MAKER, Action::Export(ExportFormat::Data)), []);
}

#[test]
fn named_readers_get_marked_copies_and_hidden_sources_stay_hidden() {
    let mut facts = facts(1, &["tlp:red", "tlp:ex:chr"]);
    facts.label.grants.insert(OTHER);
    let decision = decide(
        &world(),
        &member(OTHER, &[]),
        &facts,
        Action::Export(ExportFormat::Data),
    );
    assert_eq!(
        decision.obligations,
        [Obligation::HideSource, Obligation::Watermark, Obligation::Log]
    );
    assert_eq!(decision.policy_version, 7);
}

#[test]
fn data_may_be_taken_out_but_asked_about_before_use() {
    let facts = facts(1, &["iep2-policy:permitted_actions=\"contact-for-instruction\""]);
    let ask = |action| decide(&world(), &member(OTHER, &[]), &facts, action);
    let export = ask(Action::Export(ExportFormat::Data));
    assert_eq!(export.obligations, [Obligation::AskFirst(MAKER)]);
    let block = ask(Action::Use(UseClass::Block));
    assert_eq!(block.codes().iter().collect::<Vec<_>>(), [Code::UseAskFirst]);
    assert_eq!(block.obligations, []);
}

#[test]
fn broken_glass_is_recorded() {
    let facts = facts(1, &["tlp:red"]);
    let viewer = Viewer {
        break_glass: Some(OTHER),
        ..member(OTHER, &[Permission::BreakGlass])
    };
    let decision = decide(&world(), &viewer, &facts, Action::See);
    assert_eq!(decision.obligations, [Obligation::Log]);
    let unentitled = Viewer {
        role: Permissions::NONE,
        ..viewer
    };
    assert!(!decide(&world(), &unentitled, &facts, Action::See).allow);
}

#[test]
fn a_denial_is_put_into_words() {
    let decision = decide(
        &world(),
        &member(OTHER, &[]),
        &facts(0, &["tlp:red"]),
        Action::See,
    );
    let sentences = explain(&decision);
    assert!(sentences[0].text.starts_with("This is denied"));
    let reasons: Vec<_> = sentences.iter().filter_map(|s| s.layer).collect();
    assert_eq!(reasons, [Layer::Base, Layer::Tlp]);
    let allowed = decide(&world(), &member(OTHER, &[]), &facts(1, &[]), Action::See);
    assert_eq!(explain(&allowed).len(), 1);
}

#[test]
fn explanations_are_for_those_concerned() {
    let label = facts(1, &[]).label;
    let may = |asker: &Viewer, subject| may_ask_about(&world(), asker, &label, subject);
    assert!(may(&member(OTHER, &[]), OTHER) && !may(&member(OTHER, &[]), MAKER));
    assert!(may(&member(MAKER, &[]), OTHER));
    assert!(may(&member(HOST, &[Permission::SiteAdmin]), OTHER));
    assert!(!may(&member(HOST, &[]), OTHER));
    assert!(!may(&member(OTHER, &[Permission::SiteAdmin]), MAKER));
    let hidden = facts(1, &["tlp:red"]).label;
    assert!(!may_ask_about(&world(), &member(OTHER, &[]), &hidden, OTHER));
}

#[test]
fn writing_is_refused_by_name() {
    let facts = facts(1, &[]);
    let refused = |viewer: &Viewer, action| {
        decide(&world(), viewer, &facts, action)
            .codes()
            .iter()
            .collect::<Vec<_>>()
    };
    let editor = member(OTHER, &[Permission::ModifyOrg]);
    assert_eq!(refused(&editor, Action::Edit), [Code::CapNotCreator]);
    assert_eq!(refused(&editor, Action::Publish), [Code::CapPermission]);
    let admin = member(OTHER, &[Permission::SiteAdmin]);
    assert_eq!(refused(&admin, Action::Edit), []);
    assert_eq!(refused(&admin, Action::Sight), []);
    assert_eq!(refused(&admin, Action::Recall), [Code::CapPermission]);
    let reader = Viewer {
        read_only: true,
        ..member(MAKER, &[Permission::ModifyOrg])
    };
    assert_eq!(refused(&reader, Action::Edit), [Code::CapReadOnly]);
    assert_eq!(
        refused(&member(OTHER, &[Permission::AnalystData]), Action::Annotate),
        [Code::CapPermission]
    );
}
