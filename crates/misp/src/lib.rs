//! MISP wire.
pub mod read;
pub mod time;
