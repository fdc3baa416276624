//! The control tags, one by one, gathered into the marks of one level.

use std::collections::BTreeSet;

use crate::marks::{Attribution, Marks, ReleaseList, Tlp, UseClass, Uses};
use crate::nation::Nation;
use crate::principal::{Atom, Principal, is_slug};

/// What reading a tag came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Not a control tag.
    Ordinary,
    /// A level of TLP or PAP that does not exist.
    Unknown,
    /// A control tag, now in force.
    Applied,
    /// A control tag without a readable value.
    Unreadable,
}

/// Keys of the control tags, for recognising look-alikes. A key ends where `=` begins.
pub(super) const CONTROL_KEYS: &[&str] = &[
    "tlp:clear",
    "tlp:white",
    "tlp:green",
    "tlp:amber",
    "tlp:amber+strict",
    "tlp:red",
    "tlp:unclear",
    "tlp:ex:chr",
    "pap:red",
    "pap:amber",
    "pap:green",
    "pap:clear",
    "pap:white",
    "entente:rel",
    "entente:not-rel",
    "entente:orcon",
    "entente:purpose",
    "entente:embargo",
    "entente:expires",
    "dni-ism:dissem",
    "iep2-policy:permitted_actions",
    "iep2-policy:encrypt_in_transit",
    "iep2-policy:attribution",
    "iep2-policy:affected_party_notifications",
    "iep2-policy:unmodified_resale",
    "iep2-policy:tlp",
    "iep2-policy:start_date",
    "iep2-policy:end_date",
    "iep:permitted-actions",
    "iep:encrypt-in-transit",
    "iep:provider-attribution",
    "iep:affected-party-notifications",
    "iep:unmodified-resale",
    "iep:traffic-light-protocol",
    "iep:start-date",
    "iep:end-date",
];

/// The tags of one level, as read so far.
#[derive(Debug, Default)]
pub(super) struct Level {
    marks: Marks,
    release: Option<ReleaseList>,
    purposes: Option<BTreeSet<String>>,
    creator_nation_only: bool,
    unreadable: bool,
}

/// A control tag whose value makes no sense.
struct Unreadable;

impl Level {
    /// Reads one tag in normalised form; changes the level only if the outcome is `Applied`.
    pub(super) fn read(&mut self, text: &str) -> Outcome {
        let (key, value) = split(text);
        let Some((namespace, predicate)) = key.split_once(':') else {
            return Outcome::Ordinary;
        };
        let read = match namespace {
            "tlp" => return self.read_tlp(predicate),
            "pap" => return self.read_pap(predicate),
            "entente" => self.read_entente(predicate, value),
            "dni-ism" => self.read_dissemination(predicate, value),
            "iep" | "iep2-policy" => self.read_iep(predicate, value),
            _ => return Outcome::Ordinary,
        };
        match read {
            Ok(true) => Outcome::Applied,
            Ok(false) => Outcome::Ordinary,
            Err(Unreadable) => Outcome::Unreadable,
        }
    }

    /// Records that some control tag could not be read in any way.
    pub(super) const fn leave_to_creator(&mut self) {
        self.unreadable = true;
    }

    /// The marks of the level, once all its tags are read.
    pub(super) fn into_marks(self) -> Marks {
        let mut marks = self.marks;
        marks.purposes = self.purposes;
        match self.release {
            Some(list) => marks.require(&list),
            None if self.creator_nation_only => marks.require_atom(Atom::CreatorNation),
            None => {}
        }
        if self.unreadable {
            marks.meet(&Marks::creator_only())
        } else {
            marks
        }
    }

    fn read_tlp(&mut self, level: &str) -> Outcome {
        if level == "ex:chr" {
            self.marks.attribution = Attribution::MustNot;
            return Outcome::Applied;
        }
        let Some(tlp) = tlp(level) else {
            return Outcome::Unknown;
        };
        self.marks.tlp = self.marks.tlp.max(tlp);
        Outcome::Applied
    }

    fn read_pap(&mut self, level: &str) -> Outcome {
        let uses = match level {
            "red" => Uses::of(&[UseClass::Passive]),
            "amber" => Uses::of(&[UseClass::Passive, UseClass::Lookup]),
            "green" | "clear" | "white" => Uses::ALL,
            _ => return Outcome::Unknown,
        };
        self.marks.pap = self.marks.pap.meet(uses);
        Outcome::Applied
    }

    fn read_entente(&mut self, predicate: &str, value: Option<&str>) -> Result<bool, Unreadable> {
        match predicate {
            "rel" => {
                let principal = principal(value)?;
                self.release.get_or_insert_default().insert(principal);
            }
            "not-rel" => {
                self.marks.not_rel.insert(principal(value)?);
            }
            "orcon" => self.marks.orcon |= truth(value)?,
            "purpose" => {
                let slug = value.filter(|v| is_slug(v)).ok_or(Unreadable)?;
                self.purposes.get_or_insert_default().insert(slug.to_owned());
            }
            "embargo" => self.read_embargo(value)?,
            "expires" => self.read_expiry(value)?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn read_dissemination(&mut self, predicate: &str, value: Option<&str>) -> Result<bool, Unreadable> {
        if predicate != "dissem" {
            return Ok(false);
        }
        match value.ok_or(Unreadable)? {
            "rel" => self.creator_nation_only = true,
            "nf" => self.marks.require_atom(Atom::Nation(Nation::USA)),
            "oc" => self.marks.orcon = true,
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Both versions of the Information Exchange Policy; they differ in spelling only.
    fn read_iep(&mut self, predicate: &str, value: Option<&str>) -> Result<bool, Unreadable> {
        let predicate = predicate.replace('_', "-");
        let word = value.map(|v| v.replace([' ', '_'], "-"));
        let word = word.as_deref();
        match predicate.as_str() {
            "permitted-actions" => self.read_permitted_actions(word)?,
            "encrypt-in-transit" => self.marks.transit_encrypted |= one_of(word, "may", "must")?,
            "attribution" | "provider-attribution" => {
                let attribution = match word {
                    Some("may") => Attribution::May,
                    Some("must") => Attribution::Must,
                    Some("must-not") => Attribution::MustNot,
                    _ => return Err(Unreadable),
                };
                self.marks.attribution = self.marks.attribution.max(attribution);
            }
            "affected-party-notifications" => {
                self.marks.no_notify |= one_of(word, "may", "must-not")?;
            }
            "unmodified-resale" => self.marks.no_resale |= one_of(word, "may", "must-not")?,
            "tlp" | "traffic-light-protocol" => {
                let tlp = word.and_then(tlp).ok_or(Unreadable)?;
                self.marks.tlp = self.marks.tlp.max(tlp);
            }
            "start-date" => self.read_embargo(value)?,
            "end-date" => self.read_expiry(value)?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn read_permitted_actions(&mut self, word: Option<&str>) -> Result<(), Unreadable> {
        use UseClass::{Block, Lookup, Passive};
        let uses = match word.ok_or(Unreadable)? {
            "none" => Uses::NONE,
            "contact-for-instruction" => {
                self.marks.ask_first = true;
                Uses::NONE
            }
            "internally-visible-actions" => Uses::of(&[Passive, Block]),
            "externally-visible-indirect-actions" => Uses::of(&[Passive, Block, Lookup]),
            "externally-visible-direct-actions" => Uses::ALL,
            _ => return Err(Unreadable),
        };
        self.marks.iep = self.marks.iep.meet(uses);
        Ok(())
    }

    fn read_embargo(&mut self, value: Option<&str>) -> Result<(), Unreadable> {
        let at = time(value)?;
        self.marks.embargo = self.marks.embargo.max(Some(at));
        Ok(())
    }

    fn read_expiry(&mut self, value: Option<&str>) -> Result<(), Unreadable> {
        let at = time(value)?;
        self.marks.expires = Some(self.marks.expires.map_or(at, |earlier| earlier.min(at)));
        Ok(())
    }
}

/// Key and value of a machine tag; quotes around the value are optional.
fn split(text: &str) -> (&str, Option<&str>) {
    match text.split_once('=') {
        Some((key, value)) => (key.trim(), Some(value.trim_matches(['"', '\'', ' ']))),
        None => (text, None),
    }
}

fn tlp(level: &str) -> Option<Tlp> {
    Some(match level {
        "clear" | "white" => Tlp::Clear,
        "green" => Tlp::Green,
        "amber" => Tlp::Amber,
        "amber+strict" | "amber-strict" | "unclear" => Tlp::AmberStrict,
        "red" => Tlp::Red,
        _ => return None,
    })
}

fn principal(value: Option<&str>) -> Result<Principal, Unreadable> {
    value.ok_or(Unreadable)?.parse().map_err(|_| Unreadable)
}

fn truth(value: Option<&str>) -> Result<bool, Unreadable> {
    one_of(value, "false", "true")
}

/// Whether the value is the strict one of two words.
fn one_of(value: Option<&str>, mild: &str, strict: &str) -> Result<bool, Unreadable> {
    match value {
        Some(v) if v == strict => Ok(true),
        Some(v) if v == mild => Ok(false),
        _ => Err(Unreadable),
    }
}

/// RFC 3339 time, or a date meaning its first second in UTC, as Unix seconds.
fn time(value: Option<&str>) -> Result<i64, Unreadable> {
    let text = value.ok_or(Unreadable)?.to_ascii_uppercase();
    let full = if text.contains('T') {
        text
    } else {
        format!("{text}T00:00:00Z")
    };
    full.parse::<jiff::Timestamp>()
        .map(jiff::Timestamp::as_second)
        .map_err(|_| Unreadable)
}
