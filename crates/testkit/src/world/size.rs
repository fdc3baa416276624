//! How large a world is, and in which surroundings it is made.
use entente_model::organisation::Organisation;
use entente_model::time::{Day, Seconds};

/// How large a world is.
#[derive(Debug, Clone)]
pub struct Size {
    /// Organisations, those that are there already included.
    pub orgs: usize,
    /// Sharing groups.
    pub groups: usize,
    /// Events, from and to.
    pub events: (i64, i64),
    /// One event in so many gets reports, proposals, references, files and a delegation; 0 for none.
    pub around: usize,
    /// Sightings.
    pub sightings: usize,
    /// Notes, opinions and relationships.
    pub annotations: usize,
    /// Clusters of galaxies.
    pub clusters: usize,
    /// Collections, and as many discussions and kept graphs.
    pub collaboration: usize,
    /// An organisation that is there already and runs the instance.
    pub host: Option<Organisation>,
    /// Only what an instance can know without a coalition directory: nations, but neither categories nor
    /// groups, and nobody suspended.
    pub local_only: bool,
    /// Edit versions are one to five times 100,000 seconds after this.
    pub epoch: Seconds,
    /// Events are about days between these.
    pub days: (Day, Day),
    /// So many further values of attributes besides [`super::VALUES`].
    pub values: usize,
    /// Digests of files that are kept.
    pub files: Vec<[u8; 32]>,
    /// One item in so many is in a state that hides it: quarantined, recalled, in another realm.
    pub odd: usize,
}

impl Size {
    /// A few events without much around them, many of which can be tried in a second.
    #[must_use]
    pub fn tiny() -> Self {
        Self {
            orgs: 4,
            groups: 2,
            events: (2, 7),
            around: 2,
            sightings: 0,
            annotations: 0,
            clusters: 0,
            collaboration: 0,
            host: None,
            local_only: false,
            epoch: 0,
            days: (Day(10), Day(15)),
            values: 0,
            files: vec![[7; 32]],
            odd: 25,
        }
    }
}
