//! MISP wire.
pub mod read;
pub mod time;
pub mod write;
