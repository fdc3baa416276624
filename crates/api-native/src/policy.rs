//! Who may do what with an item, and why. spec: 10#1.8
pub mod audience;
pub mod explain;
pub mod preview;

use entente_engine::policy_view::Kind;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;
use uuid::Uuid;

/// An organisation.
#[derive(Debug, Serialize, ToSchema)]
pub struct Organisation {
    /// Its uuid.
    uuid: Uuid,
    /// Its name.
    #[schema(example = "Harbour CERT")]
    name: String,
}

impl From<&Arc<entente_model::organisation::Organisation>> for Organisation {
    fn from(org: &Arc<entente_model::organisation::Organisation>) -> Self {
        Self {
            uuid: org.uuid,
            name: org.name.clone(),
        }
    }
}

/// What was asked about.
#[derive(Debug, Serialize, ToSchema)]
struct Item {
    /// Its uuid.
    uuid: Uuid,
    /// `event`, `object`, `attribute` or `report`.
    #[schema(example = "event")]
    kind: &'static str,
}

impl Item {
    const fn new(uuid: Uuid, kind: Kind) -> Self {
        Self {
            uuid,
            kind: kind.name(),
        }
    }
}
