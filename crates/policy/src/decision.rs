//! The answer to a question: allowed or not, layer by layer, with reasons and duties.

use uuid::Uuid;

/// The layers of a decision, all of which must agree. spec: 10#1.4
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    /// L0: the wall between live data and exercises, and suspended organisations.
    Realm,
    /// L1: quarantine, recall, embargo, expiry.
    State,
    /// L2: MISP's distribution rules.
    Base,
    /// L3: releasability lists.
    Releasability,
    /// L4: traffic light protocol.
    Tlp,
    /// L5: originator control.
    Orcon,
    /// L6: purposes.
    Purpose,
    /// L7: permitted uses.
    Use,
    /// L8: the right to write.
    Capability,
}

impl Layer {
    /// Every layer, in order.
    pub const ALL: [Self; 9] = [
        Self::Realm,
        Self::State,
        Self::Base,
        Self::Releasability,
        Self::Tlp,
        Self::Orcon,
        Self::Purpose,
        Self::Use,
        Self::Capability,
    ];

    /// Its short name, `L0` to `L8`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Realm => "L0",
            Self::State => "L1",
            Self::Base => "L2",
            Self::Releasability => "L3",
            Self::Tlp => "L4",
            Self::Orcon => "L5",
            Self::Purpose => "L6",
            Self::Use => "L7",
            Self::Capability => "L8",
        }
    }
}

macro_rules! codes {
    ($($variant:ident = $bit:literal, $layer:ident, $name:literal, $doc:literal;)*) => {
        /// Why a layer denies. spec: 10#1.4
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Code {
            $(#[doc = $doc] $variant = $bit,)*
        }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Code] = &[$(Code::$variant,)*];

            /// Stable name, such as `rel.not_listed`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Code::$variant => $name,)* }
            }

            /// The layer that gives it.
            #[must_use]
            pub const fn layer(self) -> Layer {
                match self { $(Code::$variant => Layer::$layer,)* }
            }
        }
    };
}

codes! {
    RealmWall = 0, Realm, "realm.wall", "Viewer and item are in different realms.";
    OrgSuspended = 1, Realm, "org.suspended", "The viewer's organisation is suspended.";
    Quarantined = 2, State, "state.quarantined", "The item waits for a release.";
    Recalled = 3, State, "state.recalled", "The creator has withdrawn the item.";
    Embargo = 4, State, "state.embargo", "The embargo has not ended.";
    Expired = 5, State, "state.expired", "The item has expired.";
    BaseDistribution = 6, Base, "base.dist", "A distribution level keeps the item with its owner.";
    BaseSharingGroup = 7, Base, "base.sg", "The viewer is not in a sharing group of the item.";
    BaseUnpublished = 8, Base, "base.unpublished", "The event is not published.";
    BaseAnonymous = 9, Base, "base.anonymous", "The item is not open to anonymous readers.";
    RelNotListed = 10, Releasability, "rel.not_listed", "A releasability list does not name the viewer.";
    RelExcluded = 11, Releasability, "rel.excluded", "The viewer is excluded.";
    TlpNotNamed = 12, Tlp, "tlp.not_named", "The level needs named readers, and the viewer is not named.";
    TlpPublic = 13, Tlp, "tlp.public", "The item is not cleared for the public.";
    OrconNotNamed = 14, Orcon, "orcon.not_named", "Originator controlled, and the viewer is not named.";
    Purpose = 15, Purpose, "purpose", "The viewer serves none of the permitted purposes.";
    UsePap = 16, Use, "use.pap", "PAP does not permit this use.";
    UseIep = 17, Use, "use.iep", "The exchange policy does not permit this use.";
    UseAskFirst = 18, Use, "use.ask_first", "The creator must be asked first.";
    UseNotify = 19, Use, "use.notify", "Affected parties must not be told.";
    UseResale = 20, Use, "use.resale", "Resale is not permitted.";
    CapReadOnly = 21, Capability, "cap.read_only", "The key is read-only.";
    CapPermission = 22, Capability, "cap.permission", "The role lacks a permission.";
    CapNotCreator = 23, Capability, "cap.not_creator", "Only the creator may do this.";
}

/// A set of codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Codes(u32);

impl Codes {
    /// No code: nothing denied.
    pub const NONE: Self = Self(0);

    /// The set with one code if `denied`, else the empty set.
    #[must_use]
    pub(crate) const fn when(denied: bool, code: Code) -> Self {
        if denied { Self(1 << code as u8) } else { Self::NONE }
    }

    /// Codes of either set.
    #[must_use]
    pub(crate) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether there is no code.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether the code is in the set.
    #[must_use]
    pub const fn contains(self, code: Code) -> bool {
        self.0 & (1 << code as u8) != 0
    }

    /// The codes of the set.
    pub fn iter(self) -> impl Iterator<Item = Code> {
        Code::ALL.iter().copied().filter(move |code| self.contains(*code))
    }
}

/// What one layer says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// Nothing against it.
    Pass,
    /// Denied, for these reasons.
    Deny(Codes),
    /// The layer does not bind this viewer or action.
    NotApplicable,
}

impl Verdict {
    /// A denial if there are codes, else a pass.
    pub(crate) const fn from_codes(codes: Codes) -> Self {
        if codes.is_empty() {
            Self::Pass
        } else {
            Self::Deny(codes)
        }
    }

    /// Whether the layer denies.
    #[must_use]
    pub const fn denies(self) -> bool {
        matches!(self, Self::Deny(_))
    }
}

/// One line of the trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Step {
    /// The layer.
    pub layer: Layer,
    /// What it says.
    pub verdict: Verdict,
}

/// Something the viewer or the instance owes in return for being allowed. spec: 10#1.8
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Obligation {
    /// Send it over encrypted connections only.
    EncryptTransit,
    /// Acknowledge that it serves this purpose.
    AcknowledgePurpose(String),
    /// Name this organisation as the source.
    Attribute(Uuid),
    /// Do not name the source.
    HideSource,
    /// Ask this organisation before acting on it.
    AskFirst(Uuid),
    /// Record the access in the share log.
    Log,
    /// Mark the copy with its recipient.
    Watermark,
}

/// The answer, with a complete trace: every layer has been asked. spec: 10#1.8
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Whether the action is allowed: exactly when no layer denies.
    pub allow: bool,
    /// One step for each layer, L0 to L8.
    pub trace: [Step; 9],
    /// Duties; empty when denied.
    pub obligations: Vec<Obligation>,
    /// Version of the snapshot that was asked.
    pub policy_version: u64,
}

impl Decision {
    /// The layers that deny.
    pub fn denying(&self) -> impl Iterator<Item = Layer> {
        self.trace
            .iter()
            .filter(|step| step.verdict.denies())
            .map(|step| step.layer)
    }

    /// All reasons for a denial.
    #[must_use]
    pub fn codes(&self) -> Codes {
        self.trace
            .iter()
            .fold(Codes::NONE, |all, step| match step.verdict {
                Verdict::Deny(codes) => all.and(codes),
                Verdict::Pass | Verdict::NotApplicable => all,
            })
    }
}
