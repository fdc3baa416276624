//! What tests of all crates share.

#[cfg(feature = "api")]
pub mod api;
pub mod database;
#[cfg(feature = "instance")]
pub mod instance;
#[cfg(feature = "world")]
pub mod world;
