//! What tests of all crates share.

pub mod database;
#[cfg(feature = "instance")]
pub mod instance;
