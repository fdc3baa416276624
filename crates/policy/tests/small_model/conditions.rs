//! A second exhaustive model for what the first leaves out: realms, states, times, uses,
//! suspension, break-glass, the release desk and anonymous readers.

use std::sync::Arc;

use entente_policy::{
    Action, Directory, Distribution, ExportFormat, Facts, LabelFacts, Link, Marks, Org, Permission,
    Permissions, PolicyConfig, Recall, Snapshot, State, Tlp, UseClass, Viewer, allows,
};
use uuid::Uuid;

const HOST: Uuid = Uuid::from_u128(1);
const MAKER: Uuid = Uuid::from_u128(2);
const OTHER: Uuid = Uuid::from_u128(3);
const NOW: i64 = 100;
const PAP: [(&str, &str); 4] = [
    ("", "pbla"),
    ("PAP:RED", "p"),
    ("PAP:AMBER", "pl"),
    ("PAP:GREEN", "pbla"),
];
const IEP: [(&str, &str); 6] = [
    ("", "pbla"),
    ("none", ""),
    ("contact-for-instruction", ""),
    ("internally-visible-actions", "pb"),
    ("externally-visible-indirect-actions", "pbl"),
    ("externally-visible-direct-actions", "pbla"),
];
/// Actions with the letter of their use class.
const ACTIONS: [(Action, char); 10] = [
    (Action::See, '-'),
    (Action::Use(UseClass::Passive), 'p'),
    (Action::Use(UseClass::Block), 'b'),
    (Action::Export(ExportFormat::Enrichment), 'l'),
    (Action::Export(ExportFormat::Probe), 'a'),
    (Action::Export(ExportFormat::Data), '-'),
    (Action::Export(ExportFormat::Rpz), 'b'),
    (Action::Notify, 'n'),
    (Action::Resell, 'r'),
    (Action::Explain, '-'),
];

fn world(suspended: bool, marks_enforced: bool) -> Snapshot {
    let other = Org {
        suspended,
        ..Org::default()
    };
    Snapshot {
        version: 1,
        now: NOW,
        host_org: HOST,
        directory: Arc::new(Directory::new(
            [(HOST, Org::default()), (MAKER, Org::default()), (OTHER, other)],
            [],
        )),
        config: PolicyConfig {
            marks_enforced,
            ..PolicyConfig::default()
        },
    }
}

struct Case {
    quarantined: bool,
    recall: Option<Recall>,
    embargo: Option<i64>,
    expires: Option<i64>,
    pap: usize,
    iep: usize,
    silent: bool,
}

impl Case {
    fn facts(&self) -> Facts {
        let mut tags = vec![PAP[self.pap].0.to_owned()];
        if self.iep > 0 {
            tags.push(format!("iep2-policy:permitted_actions=\"{}\"", IEP[self.iep].0));
        }
        if self.silent {
            tags.push("iep2-policy:affected_party_notifications=\"must-not\"".to_owned());
            tags.push("iep2-policy:unmodified_resale=\"must-not\"".to_owned());
        }
        let (marks, findings) = Marks::from_tags(tags.iter().map(String::as_str));
        assert_eq!(findings, []);
        let mut label = LabelFacts::event(HOST, MAKER, Link::of(Distribution::Community));
        label.marks = Marks {
            embargo: self.embargo,
            expires: self.expires,
            ..marks
        };
        label.state = State {
            quarantined: self.quarantined,
            recall: self.recall,
        };
        label.into()
    }

    /// Independent of the crate's layers: one expression for each thing that can stand in the way.
    fn expected(&self, viewer: &Viewer, class: char, suspended: bool, enforced: bool) -> bool {
        if viewer.realm != "live" || suspended && viewer.org == Some(OTHER) {
            return false;
        }
        if viewer.break_glass.is_some() && viewer.role.contains(Permission::BreakGlass) {
            return true;
        }
        let desk = viewer.org == Some(HOST) && viewer.role.contains(Permission::Release);
        let held = self.quarantined && !desk;
        if viewer.org == Some(MAKER) {
            return !held;
        }
        let gone = matches!(self.recall, Some(Recall::Withdraw | Recall::Emergency));
        if held || gone {
            return false;
        }
        let early = self.embargo.is_some_and(|t| t > NOW);
        let late = self.expires.is_some_and(|t| t <= NOW);
        let permitted = match class {
            '-' => true,
            'n' | 'r' => !self.silent,
            class => PAP[self.pap].1.contains(class) && IEP[self.iep].1.contains(class),
        };
        !enforced || !early && !late && permitted
    }
}

fn cases() -> Vec<Case> {
    let recalls = [
        None,
        Some(Recall::Correct),
        Some(Recall::FalsePositive),
        Some(Recall::Tighten),
        Some(Recall::Withdraw),
        Some(Recall::Emergency),
    ];
    let times = [None, Some(NOW - 1), Some(NOW), Some(NOW + 1)];
    let mut cases = Vec::new();
    for recall in recalls {
        for (i, quarantined) in [false, true].into_iter().cycle().take(32).enumerate() {
            for use_marks in 0..PAP.len() * IEP.len() {
                cases.push(Case {
                    quarantined,
                    recall,
                    embargo: times[i / 2 % 4],
                    expires: times[i / 8],
                    pap: use_marks % PAP.len(),
                    iep: use_marks / PAP.len(),
                    silent: use_marks % 5 == 0,
                });
            }
        }
    }
    cases
}

fn viewers(world: &Snapshot) -> Vec<Viewer> {
    let desk = Permissions::of(&[Permission::Release]);
    let glass = Permissions::of(&[Permission::BreakGlass]);
    let mut viewers = Vec::new();
    for org in [HOST, MAKER, OTHER] {
        for role in [Permissions::NONE, desk, glass] {
            let member = Viewer::member(world, org, role);
            viewers.push(Viewer {
                realm: "ex-1".to_owned(),
                ..member.clone()
            });
            viewers.push(Viewer {
                break_glass: Some(Uuid::from_u128(9)),
                ..member.clone()
            });
            viewers.push(member);
        }
    }
    viewers
}

#[test]
fn policy_small_model_of_conditions() {
    for (suspended, enforced) in [(false, true), (true, true), (false, false)] {
        let world = world(suspended, enforced);
        let viewers = viewers(&world);
        for case in cases() {
            let facts = case.facts();
            for viewer in &viewers {
                for (action, class) in ACTIONS {
                    assert_eq!(
                        allows(&world, viewer, &facts, action),
                        case.expected(viewer, class, suspended, enforced),
                        "{viewer:?} {action:?} {facts:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn anonymous_readers_get_what_is_public_in_every_respect() {
    let world = world(false, true);
    let levels = (0..6).map(|level| Distribution::try_from(level).unwrap());
    for (event, item) in levels.clone().flat_map(|e| levels.clone().map(move |i| (e, i))) {
        for bits in 0..8 {
            for tlp in [Tlp::None, Tlp::Clear, Tlp::Green, Tlp::Red] {
                let mut label = LabelFacts::event(HOST, HOST, Link::of(event));
                label.chain.push(Link::of(item));
                label.published = bits & 1 != 0;
                label.public = bits & 2 != 0;
                label.marks.tlp = tlp;
                label.marks.orcon = bits & 4 != 0;
                let expected =
                    (u8::from(event), bits, tlp) == (3, 3, Tlp::Clear) && [3, 5].contains(&u8::from(item));
                let allowed = allows(&world, &Viewer::anonymous(), &label.into(), Action::See);
                assert_eq!(allowed, expected, "{event:?} {item:?} {bits} {tlp:?}");
            }
        }
    }
}
