//! Who may see, use and change what: pure decisions with reasons.
//!
//! # The story
//!
//! Parties with conflicting interests share one instance. Everything that leaves the store for
//! somebody has passed one function, [`decide`]: given a [`Snapshot`] of the world, a [`Viewer`],
//! the [`Facts`] of an item and an [`Action`], it asks nine [`Layer`]s and says yes only when
//! none of them denies. Layer L2 is exactly MISP's distribution rules; L3 to L7 are the [`Marks`]
//! that ordinary tags express ([`Marks::from_tags`]), so plain MISP servers carry them unchanged;
//! L8 is the right to write ([`rules`]). With no mark in use the outcome is MISP's.
//!
//! Facts that reading depends on are interned as labels ([`LabelFacts`]): thousands of labels stand for
//! millions of rows, and an item that adds no restriction has none of its own
//! ([`LabelFacts::for_item`]). A [`Scope`] is the set of labels that `decide` allows one viewer, and
//! the store reads labelled rows only with a scope.
//!
//! Around that: [`audience`] turns the question round, [`explain()`] puts an answer into words,
//! [`lint()`] advises authors, and [`endpoint`] says which role flags an endpoint asks for.
//!
//! # Invariants
//!
//! Each has a test; `P1` to `P10` are in `tests/properties.rs`, the exhaustive comparison with an
//! independent oracle in `tests/small_model.rs`, worked examples in `tests/vectors.rs`.
//!
//! - P1 Decisions are deterministic and total; no input makes this crate panic.
//! - P2 More marks never allow more. P3 More grants never allow less, and only L2, L4 and L5 read them.
//! - P4 [`Marks::meet`] is associative, commutative and idempotent.
//! - P5 Whoever owns and created a live item sees it.
//! - P6 A site admin passes L2 and nothing else that binds a user; the rest takes a break-glass session.
//! - P7 The audience equals asking for each organisation.
//! - P8 A denial names exactly the layers that deny; lifting those restrictions, and no fewer, allows.
//! - P9 Whoever sees an item sees its object and event.
//! - P10 No explanation contains data of the item.
//! - What cannot be read restricts to the creator.
//!
//! No input or output, no clock, no randomness: the present is [`Snapshot::now`].
//! spec: 10#1, 02#6, 02#7

mod action;
mod audience;
mod decide;
mod decision;
pub mod endpoint;
mod explain;
mod facts;
mod layers;
mod lint;
mod marks;
pub mod nation;
mod permission;
mod principal;
pub mod rules;
mod scope;
mod snapshot;
mod tags;
mod viewer;

pub use action::{Action, ExportFormat};
pub use audience::audience;
pub use decide::{Lens, allows, allows_label, decide};
pub use decision::{Code, Codes, Decision, Layer, Obligation, Step, Verdict};
pub use explain::{Sentence, explain, may_ask_about};
pub use facts::{
    Distribution, DistributionError, Facts, LIVE_REALM, LabelError, LabelFacts, Link, OwnRestriction, Recall,
    State,
};
pub use lint::{Draft, Lint, Severity, lint};
pub use marks::{Attribution, Marks, ReleaseList, Tlp, UseClass, Uses};
pub use permission::{DEFAULT_ROLES, DefaultRole, Permission, PermissionLevel, Permissions};
pub use principal::{Atom, Principal, PrincipalError};
pub use scope::{LabelFilter, LabelId, Scope};
pub use snapshot::{Category, DEFAULT_PURPOSES, Directory, Org, PolicyConfig, SharingGroup, Snapshot};
pub use tags::{MarkFinding, MarkFindingKind, SpillageGuard, refused_by_spillage_guard};
pub use viewer::{Authentication, Profile, Viewer};
