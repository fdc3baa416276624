//! Graphs of events for programs that draw them. spec: 05#1.9
//!
//! Everything shown is read through the caller's scope, by the same functions as the view of an event.
mod inside;
mod pivot;

pub use inside::{distribution, generic, references, tags, timeline};
pub use pivot::update;

/// Things that one graph shows at most; more would not be drawn anyway.
const MOST: usize = 5_000;
