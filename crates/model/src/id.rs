//! Local numeric ids and references by id or uuid. spec: 01#2, 13#8.1
use std::fmt;
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(pub i64);
        impl $name {
            /// No such thing: the `0` that stands for absence on the wire.
            pub const NONE: Self = Self(0);
            /// Whether this is the `0` that stands for absence.
            #[must_use]
            pub fn is_none(self) -> bool { self.0 == 0 }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { self.0.fmt(f) }
        }
        impl From<i64> for $name { fn from(v: i64) -> Self { Self(v) } }
    )+};
}

ids! {
    /// An event's number on this instance, below 2^29.
    EventId,
    /// An attribute, object, reference, report or proposal: `event << 24 | sequence`.
    ElementId,
    /// An organisation.
    OrgId,
    /// A user account.
    UserId,
    /// A role.
    RoleId,
    /// A tag.
    TagId,
    /// A sharing group.
    SharingGroupId,
    /// An interned policy label. spec: 10#1.9
    LabelId,
}

/// Bits of an element id that count within its event.
pub const SEQ_BITS: u32 = 24;
/// Largest sequence number within one event.
pub const MAX_SEQ: i64 = (1 << SEQ_BITS) - 1;

impl ElementId {
    /// The id of element `seq` of an event; `None` when the event is full.
    #[must_use]
    pub fn new(event: EventId, seq: i64) -> Option<Self> {
        (1..=MAX_SEQ)
            .contains(&seq)
            .then_some(Self((event.0 << SEQ_BITS) | seq))
    }
    /// The event that this element belongs to.
    #[must_use]
    pub fn event(self) -> EventId {
        EventId(self.0 >> SEQ_BITS)
    }
    /// The sequence number within the event.
    #[must_use]
    pub fn seq(self) -> i64 {
        self.0 & MAX_SEQ
    }
}

impl EventId {
    /// The closed range of ids that this event's elements can have.
    #[must_use]
    pub fn element_range(self) -> (i64, i64) {
        (self.0 << SEQ_BITS, (self.0 << SEQ_BITS) | MAX_SEQ)
    }
}

/// An entity named by its local id or by its uuid, as every endpoint accepts it. spec: 01#2
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ref {
    /// By local id.
    Id(i64),
    /// By uuid.
    Uuid(Uuid),
}

impl Ref {
    /// Reads a decimal id or a uuid; anything else names nothing (`None`, to be answered "not found").
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if !text.is_empty() && text.len() <= 18 && text.bytes().all(|b| b.is_ascii_digit()) {
            return text.parse().ok().map(Self::Id);
        }
        parse_uuid(text).map(Self::Uuid)
    }
}

impl fmt::Display for Ref {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::Uuid(uuid) => uuid.fmt(f),
        }
    }
}

/// Reads a uuid in its hyphenated form only (version digit 0-8, RFC 9562 variant), in either case.
/// spec: 01#2, 11#SR-IN-2
#[must_use]
pub fn parse_uuid(text: &str) -> Option<Uuid> {
    let bytes = text.as_bytes();
    if bytes.len() != 36 {
        return None;
    }
    let version_ok = bytes.get(14).is_some_and(|b| (b'0'..=b'8').contains(b));
    let variant_ok = bytes
        .get(19)
        .is_some_and(|b| matches!(b.to_ascii_lowercase(), b'8' | b'9' | b'a' | b'b'));
    if !version_ok || !variant_ok {
        return None;
    }
    Uuid::try_parse(text).ok().filter(|uuid| !uuid.is_nil())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn element_ids_know_their_event() {
        let id = ElementId::new(EventId(12), 5).unwrap();
        assert_eq!((id.event(), id.seq()), (EventId(12), 5));
        assert!(ElementId::new(EventId(1), 0).is_none());
        assert!(ElementId::new(EventId(1), MAX_SEQ + 1).is_none());
    }

    #[test]
    fn refs_are_ids_or_uuids() {
        assert_eq!(Ref::parse("17"), Some(Ref::Id(17)));
        assert!(matches!(
            Ref::parse("0F9B0E3A-6B1F-4F7C-9A58-3C3A1F0C2D11"),
            Some(Ref::Uuid(_))
        ));
        for bad in [
            "",
            "x",
            "-1",
            "1e3",
            "0f9b0e3a6b1f4f7c9a583c3a1f0c2d11",
            "00000000-0000-0000-0000-000000000000",
        ] {
            assert_eq!(Ref::parse(bad), None, "{bad}");
        }
    }
}
