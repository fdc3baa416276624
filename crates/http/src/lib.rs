//! What every HTTP edge shares: bodies that never fill memory, and guards on what comes in.
//!
//! * [`receive`] – a request body within its limits, decompressed as a stream, in memory while small
//!   and in an unlinked file when large;
//! * [`spool`] – a response rendered inside one read transaction and streamed afterwards, so a slow
//!   client never pins a snapshot;
//! * [`guard`] – depth and number limits of JSON, checked while bytes arrive.
pub mod guard;
pub mod receive;
pub mod spool;

pub use receive::{Limits, ReceiveError, Received, Source, receive};
pub use spool::Spool;
