//! All SQL of the product: schema, statements, search and visibility as SQL, postings, labels.
//!
//! One text per statement for both engines (see `entente-db`). Functions take a transaction and,
//! where rows carry a policy label, a [`entente_policy::Scope`]: no labelled row leaves without one.
//! Functions that bypass it end in `_unscoped` and are for the engine's own decisions only.
//!
//! * content: [`event`], [`attribute`], [`object`], [`reference`], [`report`], [`proposal`],
//!   [`sighting`], [`tag`], found through [`posting`]s;
//! * people: [`organisation`], [`role`], [`account`], [`sharing_group`];
//! * libraries: [`template`], [`galaxy`], [`warninglist`], [`noticelist`], [`decay`], [`feed`];
//! * [`label`] – interned policy labels; [`meta`] – facts about this instance.
pub mod account;
pub mod analyst;
pub mod attachment;
pub mod attribute;
pub mod blocklist;
pub mod blueprint;
pub mod bookmark;
pub mod collection;
pub mod correlation;
pub mod correlation_exclusion;
pub mod correlation_rule;
pub mod dashboard;
pub mod decay;
pub mod delegation;
pub mod discussion;
pub mod event;
pub mod event_graph;
pub mod event_lock;
pub mod feed;
pub mod filter;
pub mod galaxy;
pub mod hash;
pub mod inbox;
pub mod integrity;
pub mod job;
pub mod journal;
pub mod label;
mod many;
pub mod meta;
pub mod news;
pub mod noticelist;
pub mod object;
pub mod organisation;
pub mod posting;
pub mod proposal;
pub mod reference;
pub mod report;
pub mod role;
pub mod schema;
pub mod search;
pub mod sharing_group;
pub mod sighting;
pub mod statistics;
pub mod tag;
pub mod tag_collection;
pub mod taxonomy;
pub mod template;
pub mod user_setting;
pub mod value_rule;
pub mod visibility;
pub mod warninglist;

mod text_list;

use entente_db::Migration;

/// The schema, one list for both engines. Numbers never change once released.
pub const MIGRATIONS: &[Migration] = &[
    Migration {
        number: 1,
        name: "base",
        sql: include_str!("../../../migrations/0001_base.sql"),
    },
    Migration {
        number: 2,
        name: "content",
        sql: include_str!("../../../migrations/0002_content.sql"),
    },
    Migration {
        number: 3,
        name: "sharing",
        sql: include_str!("../../../migrations/0003_sharing.sql"),
    },
    Migration {
        number: 4,
        name: "knowledge",
        sql: include_str!("../../../migrations/0004_knowledge.sql"),
    },
    Migration {
        number: 5,
        name: "custom clusters",
        sql: include_str!("../../../migrations/0005_custom_clusters.sql"),
    },
    Migration {
        number: 6,
        name: "correlation",
        sql: include_str!("../../../migrations/0006_correlation.sql"),
    },
    Migration {
        number: 7,
        name: "collaboration",
        sql: include_str!("../../../migrations/0007_collaboration.sql"),
    },
];

/// The folded form that makes a name unique ignoring case. spec: 01#1.7
#[must_use]
pub fn name_key(name: &str) -> String {
    entente_indicator::fold(name.trim()).into_owned()
}

pub(crate) fn damaged(column: usize, expected: &'static str) -> entente_db::DbError {
    entente_db::DbError::Decode { column, expected }
}
