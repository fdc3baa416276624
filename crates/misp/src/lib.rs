//! MISP wire.
pub mod time;
