//! Distribution, threat level, analysis and sighting kinds. spec: 01#5.1, 01#6

macro_rules! levels {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $n:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant = $n),+ }
        impl $name {
            /// The value with this number, if there is one.
            #[must_use]
            pub fn from_number(n: i64) -> Option<Self> {
                match n { $($n => Some(Self::$variant),)+ _ => None }
            }
            /// The number that is stored and exchanged.
            #[must_use]
            pub fn number(self) -> i64 {
                match self { $(Self::$variant => $n),+ }
            }
        }
    };
}

levels! {
    /// How far something may travel. spec: 01#5.1
    Distribution {
        /// The owning organisation only.
        Organisation = 0,
        /// This community: everybody on this instance.
        Community = 1,
        /// Connected communities: one hop further.
        Connected = 2,
        /// All communities.
        All = 3,
        /// The members of a sharing group.
        SharingGroup = 4,
        /// As the enclosing event (not valid on events).
        Inherit = 5,
    }
}

levels! {
    /// Threat level of an event.
    ThreatLevel {
        /// Sophisticated, targeted.
        High = 1,
        /// Advanced persistent.
        Medium = 2,
        /// Mass malware.
        Low = 3,
        /// Not judged.
        Undefined = 4,
    }
}

levels! {
    /// How far the analysis of an event has come.
    Analysis {
        /// Just created.
        Initial = 0,
        /// In progress.
        Ongoing = 1,
        /// Done.
        Completed = 2,
    }
}

levels! {
    /// What a sighting says.
    SightingKind {
        /// Seen.
        Sighting = 0,
        /// A false positive.
        FalsePositive = 1,
        /// No longer of interest from then on.
        Expiration = 2,
    }
}

impl ThreatLevel {
    /// English name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::High => "High",
            Self::Medium => "Medium",
            Self::Low => "Low",
            Self::Undefined => "Undefined",
        }
    }
}

impl Analysis {
    /// English name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Initial => "Initial",
            Self::Ongoing => "Ongoing",
            Self::Completed => "Completed",
        }
    }
}
