//! MISP wire.
pub mod filter;
pub mod read;
pub mod time;
pub mod write;
