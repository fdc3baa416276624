//! Reading restrictions out of ordinary tags, so that plain MISP servers carry them unchanged.
//!
//! Everything here errs towards restriction: a control tag whose value cannot be read
//! leaves the item to its creator, and one written with look-alike letters counts as
//! the tag it looks like. spec: 10#1.2

mod confusable;
mod level;
mod spillage;

use unicode_normalization::UnicodeNormalization;

use crate::marks::Marks;
use level::{Level, Outcome};

pub use spillage::{SpillageGuard, refused_by_spillage_guard};

/// Something about a tag that its author should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkFinding {
    /// The tag as written.
    pub tag: String,
    /// What is the matter.
    pub kind: MarkFindingKind,
}

/// What is the matter with a tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MarkFindingKind {
    /// It is written with look-alike letters and was read as the tag it looks like.
    Confusable,
    /// It restricts, but how cannot be read: the item is left to its creator.
    Unreadable,
    /// It looks like a level of TLP or PAP that does not exist, and restricts nothing.
    Unknown,
}

impl MarkFindingKind {
    /// Stable code for logs and interfaces.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Confusable => "marking.confusable",
            Self::Unreadable => "marking.unreadable",
            Self::Unknown => "marking.unknown",
        }
    }
}

impl Marks {
    /// The restrictions that the tags of one level (event, object or item) express together,
    /// and what is odd about them. Several `entente:rel` tags of one level form one list.
    pub fn from_tags<'a>(tags: impl IntoIterator<Item = &'a str>) -> (Self, Vec<MarkFinding>) {
        let mut level = Level::default();
        let mut findings = Vec::new();
        for tag in tags {
            if let Some(kind) = read_tag(&mut level, tag) {
                findings.push(MarkFinding {
                    tag: tag.to_owned(),
                    kind,
                });
            }
        }
        (level.into_marks(), findings)
    }
}

fn read_tag(level: &mut Level, tag: &str) -> Option<MarkFindingKind> {
    let text = normalised(tag);
    let outcome = level.read(&text);
    if outcome == Outcome::Applied {
        return None;
    }
    let mut unreadable = outcome == Outcome::Unreadable;
    let mut look_alike = false;
    for reading in confusable::readings(tag, &text) {
        match level.read(&reading) {
            Outcome::Applied => return Some(MarkFindingKind::Confusable),
            Outcome::Unreadable => (unreadable, look_alike) = (true, outcome == Outcome::Ordinary),
            Outcome::Ordinary | Outcome::Unknown => {}
        }
    }
    if unreadable {
        level.leave_to_creator();
    }
    match outcome {
        _ if look_alike => Some(MarkFindingKind::Confusable),
        _ if unreadable => Some(MarkFindingKind::Unreadable),
        Outcome::Unknown => Some(MarkFindingKind::Unknown),
        _ => None,
    }
}

/// The form in which tags are compared: NFKC, ASCII lower case, trimmed.
fn normalised(tag: &str) -> String {
    let mut text: String = tag.nfkc().collect();
    text.make_ascii_lowercase();
    text.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::marks::{Attribution, Tlp, UseClass, Uses};

    fn marks(tags: &[&str]) -> Marks {
        let (marks, findings) = Marks::from_tags(tags.iter().copied());
        assert_eq!(findings, [], "{tags:?}");
        marks
    }

    fn finding(tag: &str) -> (Marks, Vec<MarkFindingKind>) {
        let (marks, findings) = Marks::from_tags([tag]);
        (marks, findings.into_iter().map(|f| f.kind).collect())
    }

    #[test]
    fn traffic_light_levels() {
        for (tag, tlp) in [
            ("tlp:white", Tlp::Clear),
            ("TLP:CLEAR", Tlp::Clear),
            (" tlp:green ", Tlp::Green),
            ("tlp:amber", Tlp::Amber),
            ("tlp:amber+strict", Tlp::AmberStrict),
            ("tlp:unclear", Tlp::AmberStrict),
            ("ｔｌｐ：ｒｅｄ", Tlp::Red),
        ] {
            assert_eq!(marks(&[tag]).tlp, tlp, "{tag}");
        }
        assert_eq!(marks(&["tlp:green", "tlp:red", "tlp:clear"]).tlp, Tlp::Red);
        assert_eq!(marks(&["tlp:ex:chr"]).attribution, Attribution::MustNot);
    }

    #[test]
    fn permitted_uses() {
        assert_eq!(marks(&["PAP:RED"]).uses(), Uses::of(&[UseClass::Passive]));
        assert_eq!(
            marks(&["PAP:AMBER"]).uses(),
            Uses::of(&[UseClass::Passive, UseClass::Lookup])
        );
        assert_eq!(marks(&["PAP:GREEN", "PAP:CLEAR", "PAP:WHITE"]).uses(), Uses::ALL);
        let both = marks(&[
            "PAP:AMBER",
            "iep2-policy:permitted_actions=\"internally-visible-actions\"",
        ]);
        assert_eq!(both.uses(), Uses::of(&[UseClass::Passive]));
        let ask = marks(&["iep:permitted-actions=\"CONTACT FOR INSTRUCTION\""]);
        assert!(ask.ask_first && ask.uses() == Uses::NONE);
    }

    #[test]
    fn release_lists_of_one_level_are_alternatives() {
        let one = marks(&["entente:rel=\"ISR\"", "entente:rel=\"USA+cat:gov\""]);
        assert_eq!(one.rel.len(), 1);
        assert_eq!(one.rel.first().unwrap().len(), 2);
        let noforn = marks(&["dni-ism:dissem=\"NF\"", "entente:rel=\"ISR\""]);
        assert_eq!(noforn.rel.len(), 2, "NOFORN is no alternative to a list");
        assert_eq!(
            marks(&["dni-ism:dissem=\"REL\"", "entente:rel=\"ISR\""])
                .rel
                .len(),
            1
        );
        assert_eq!(marks(&["dni-ism:dissem=\"REL\""]).rel.len(), 1);
        assert!(marks(&["dni-ism:dissem=\"OC\""]).orcon);
    }

    #[test]
    fn exchange_policy_and_times() {
        let marks = marks(&[
            "iep2-policy:encrypt_in_transit=\"must\"",
            "iep2-policy:attribution=\"must\"",
            "iep2-policy:affected_party_notifications=\"must-not\"",
            "iep2-policy:unmodified_resale=\"must-not\"",
            "iep2-policy:tlp=\"amber\"",
            "iep2-policy:start_date=\"2026-01-01\"",
            "entente:expires=\"2026-02-01T00:00:00Z\"",
            "entente:purpose=\"defence\"",
            "entente:purpose=\"flood-relief\"",
        ]);
        assert!(marks.transit_encrypted && marks.no_notify && marks.no_resale);
        assert_eq!((marks.attribution, marks.tlp), (Attribution::Must, Tlp::Amber));
        assert_eq!(
            (marks.embargo, marks.expires),
            (Some(1_767_225_600), Some(1_769_904_000))
        );
        assert_eq!(marks.purposes.unwrap().len(), 2);
    }

    #[test]
    fn the_unreadable_is_for_the_creator() {
        for tag in [
            "entente:rel=\"XX!\"",
            "entente:rel",
            "entente:not-rel=\"ZZZ\"",
            "entente:orcon=\"perhaps\"",
            "entente:embargo=\"soon\"",
            "entente:expires=\"\"",
            "entente:purpose=\"a b\"",
            "iep2-policy:permitted_actions=\"anything\"",
        ] {
            assert_eq!(
                finding(tag),
                (Marks::creator_only(), vec![MarkFindingKind::Unreadable]),
                "{tag}"
            );
        }
        let (partly, _) = Marks::from_tags(["entente:rel=\"XX!\"", "entente:rel=\"ISR\""]);
        assert_eq!(partly, Marks::creator_only());
    }

    #[test]
    fn look_alikes_count() {
        for tag in [
            "tlр:red",
            "TLP:RЕD",
            "tlp:r\u{200b}ed",
            "t1p:red",
            "TIP:RED",
            "ΤLP:RED",
        ] {
            let (marks, kinds) = finding(tag);
            assert_eq!(
                (marks.tlp, kinds),
                (Tlp::Red, vec![MarkFindingKind::Confusable]),
                "{tag}"
            );
        }
        let (marks, kinds) = finding("ententе:rel=“ІSR”");
        assert_eq!(kinds, [MarkFindingKind::Confusable]);
        assert_eq!(marks.rel.first().unwrap().first().unwrap().to_string(), "ISR");
        let confusable = vec![MarkFindingKind::Confusable];
        assert_eq!(
            finding("ententе:rel=\"XX!\""),
            (Marks::creator_only(), confusable)
        );
        let (marks, kinds) = finding("entente:rel=\"ІSR\"");
        assert_eq!(
            (marks.rel.first().unwrap().len(), kinds),
            (1, vec![MarkFindingKind::Confusable])
        );
        let (marks, kinds) = finding("entente:re1=\"ISR\"");
        assert_eq!((marks.rel.len(), kinds), (1, vec![MarkFindingKind::Confusable]));
    }

    #[test]
    fn ordinary_tags_restrict_nothing() {
        for tag in [
            "",
            "malware:type=\"ransomware\"",
            "entente:kind=\"playbook\"",
            "entente:source=\"withheld\"",
            "misp-galaxy:threat-actor=\"Sofacy\"",
            "tip:reed",
            "שלום",
            "dni-ism:dissem=\"RELIDO\"",
        ] {
            assert!(marks(&[tag]).is_unrestricted(), "{tag}");
        }
        let unknown = (Marks::default(), vec![MarkFindingKind::Unknown]);
        assert_eq!(finding("tlp:white___test"), unknown);
        assert_eq!(finding("PAP:BLUE"), unknown);
    }
}
