//! What the policy knows of the world when it decides: organisations, sharing groups, settings, time.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use uuid::Uuid;

use crate::nation::Nation;

/// Kind of organisation, as the coalition directory attests it. spec: 10#1.1
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Category {
    /// Government.
    Government,
    /// Military.
    Military,
    /// Law enforcement.
    LawEnforcement,
    /// Industry.
    Industry,
    /// Non-governmental organisation.
    Ngo,
    /// Academia.
    Academia,
    /// Intergovernmental organisation.
    Igo,
}

impl Category {
    /// Every category.
    pub const ALL: [Self; 7] = [
        Self::Government,
        Self::Military,
        Self::LawEnforcement,
        Self::Industry,
        Self::Ngo,
        Self::Academia,
        Self::Igo,
    ];

    /// The word after `cat:` in a principal.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Government => "gov",
            Self::Military => "mil",
            Self::LawEnforcement => "leo",
            Self::Industry => "industry",
            Self::Ngo => "ngo",
            Self::Academia => "academia",
            Self::Igo => "igo",
        }
    }

    /// The category with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.name() == name)
    }
}

/// Purposes registered for a new organisation. spec: 10#1.1
pub const DEFAULT_PURPOSES: [&str; 3] = ["defence", "incident-response", "research"];

/// What is known of an organisation. Changed by a directory update or a site admin only,
/// never by synchronised data. spec: 10#1.1
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Org {
    /// Nation, if one is attested or its MISP nationality names one.
    pub nation: Option<Nation>,
    /// Categories.
    pub categories: BTreeSet<Category>,
    /// Directory groups, membership through other groups included.
    pub groups: BTreeSet<String>,
    /// Purposes for which it may use data.
    pub purposes: BTreeSet<String>,
    /// Whether it sells services built on shared data.
    pub commercial: bool,
    /// A suspended organisation is denied everything.
    pub suspended: bool,
}

impl Default for Org {
    fn default() -> Self {
        Self {
            nation: None,
            categories: BTreeSet::new(),
            groups: BTreeSet::new(),
            purposes: DEFAULT_PURPOSES.map(str::to_owned).into(),
            commercial: false,
            suspended: false,
        }
    }
}

/// A sharing group as far as reading on this instance needs it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SharingGroup {
    /// The organisations it lists.
    pub orgs: BTreeSet<Uuid>,
    /// Whether its entry for this instance admits all organisations here.
    pub local_all_orgs: bool,
}

/// Organisations and sharing groups by uuid.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Directory {
    orgs: HashMap<Uuid, Org>,
    sharing_groups: HashMap<Uuid, SharingGroup>,
}

impl Directory {
    /// A directory of these organisations and sharing groups.
    #[must_use]
    pub fn new(
        orgs: impl IntoIterator<Item = (Uuid, Org)>,
        sharing_groups: impl IntoIterator<Item = (Uuid, SharingGroup)>,
    ) -> Self {
        Self {
            orgs: orgs.into_iter().collect(),
            sharing_groups: sharing_groups.into_iter().collect(),
        }
    }

    /// The organisation with this uuid.
    #[must_use]
    pub fn org(&self, uuid: Uuid) -> Option<&Org> {
        self.orgs.get(&uuid)
    }

    /// Every organisation, in no particular order.
    pub fn orgs(&self) -> impl Iterator<Item = (Uuid, &Org)> {
        self.orgs.iter().map(|(uuid, org)| (*uuid, org))
    }

    /// The sharing group with this uuid.
    #[must_use]
    pub fn sharing_group(&self, uuid: Uuid) -> Option<&SharingGroup> {
        self.sharing_groups.get(&uuid)
    }
}

/// Settings that change decisions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PolicyConfig {
    /// `MISP.unpublishedprivate`: unpublished events are for their owner only. Default false.
    pub unpublished_private: bool,
    /// `MISP.delegation`: a pending delegation request shows the event to the addressee. Default true.
    pub delegation: bool,
    /// Whether marks bind at all. Default true; false leaves exactly MISP's rules.
    pub marks_enforced: bool,
    /// Whether TLP:AMBER+STRICT and TLP:RED bind readers here, as the layer L4 says. Default true; false
    /// leaves them to the distribution that the author chose, as plain MISP does.
    pub tlp_enforced: bool,
}

impl Default for PolicyConfig {
    fn default() -> Self {
        Self {
            unpublished_private: false,
            delegation: true,
            marks_enforced: true,
            tlp_enforced: true,
        }
    }
}

/// The state of the world against which decisions are made. Cheap to clone: the directory is shared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// Grows with every change of directory, sharing groups or settings.
    pub version: u64,
    /// The present, in Unix seconds.
    pub now: i64,
    /// The organisation that runs this instance.
    pub host_org: Uuid,
    /// Organisations and sharing groups.
    pub directory: Arc<Directory>,
    /// Settings.
    pub config: PolicyConfig,
}
