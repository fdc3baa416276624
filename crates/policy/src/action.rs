//! What may be asked for.

use crate::marks::UseClass;

/// A form in which data leaves for another tool, as far as its use differs. spec: 10#1.3
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ExportFormat {
    /// MISP JSON, XML, CSV of all fields, STIX: the data itself, for people and platforms.
    Data,
    /// Search lists for a SIEM.
    Siem,
    /// YARA rules.
    Yara,
    /// Sigma rules.
    Sigma,
    /// CSV and text value lists for searching.
    SearchList,
    /// Suricata, Snort and Zeek rules that raise alerts.
    IdsAlert,
    /// Suricata and Snort rules that drop traffic.
    IdsDrop,
    /// DNS response policy zones.
    Rpz,
    /// Packet filter rules.
    Netfilter,
    /// Blocklists.
    Blocklist,
    /// Enrichment modules that send values out of the house.
    Enrichment,
    /// Probing and sinkholing.
    Probe,
}

impl ExportFormat {
    /// The use that the format serves; `None` when it is plain data.
    #[must_use]
    pub const fn use_class(self) -> Option<UseClass> {
        match self {
            Self::Data => None,
            Self::Siem | Self::Yara | Self::Sigma | Self::SearchList | Self::IdsAlert => {
                Some(UseClass::Passive)
            }
            Self::IdsDrop | Self::Rpz | Self::Netfilter | Self::Blocklist => Some(UseClass::Block),
            Self::Enrichment => Some(UseClass::Lookup),
            Self::Probe => Some(UseClass::Active),
        }
    }
}

/// Something a viewer may want to do with an item. spec: 10#1.3
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Read, find, count, correlate, download, subscribe, be notified.
    See,
    /// Act on it in one's own network.
    Use(UseClass),
    /// Take it out in a format.
    Export(ExportFormat),
    /// Publish it.
    Publish,
    /// Change it.
    Edit,
    /// Change a copy as the synchronising peer that holds the original. spec: 02#7
    EditAsPeer,
    /// Delete it.
    Delete,
    /// Attach or detach a tag.
    Tag {
        /// Whether the tag stays on this instance.
        local: bool,
    },
    /// Propose a change.
    Propose,
    /// Report a sighting.
    Sight,
    /// Add a note, opinion or relationship.
    Annotate,
    /// Tell parties that are affected by it.
    Notify,
    /// Sell it on unmodified.
    Resell,
    /// Grant it to further organisations.
    Grant,
    /// Recall it.
    Recall,
    /// Ask why something is allowed or denied.
    Explain,
}

impl Action {
    /// The class of use the action serves, if it is a use.
    #[must_use]
    pub const fn use_class(self) -> Option<UseClass> {
        match self {
            Self::Use(class) => Some(class),
            Self::Export(format) => format.use_class(),
            _ => None,
        }
    }

    /// Whether the action changes anything here.
    #[must_use]
    pub const fn writes(self) -> bool {
        match self {
            Self::Publish
            | Self::Edit
            | Self::EditAsPeer
            | Self::Delete
            | Self::Tag { .. }
            | Self::Propose
            | Self::Sight
            | Self::Annotate
            | Self::Grant
            | Self::Recall => true,
            Self::See | Self::Use(_) | Self::Export(_) | Self::Notify | Self::Resell | Self::Explain => false,
        }
    }
}
