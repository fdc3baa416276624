//! What all writing use cases of event content share: preparation, labels, capture, tags, insertion.
//!
//! [`prepare`] turns drafts into rows without touching the store, so that large bodies are validated
//! before the single writer is asked for. [`capture`] resolves the organisations and sharing groups a
//! body names, [`tags`] its tags, [`label`] derives policy labels, [`insert`] writes rows in bulk, [`dropped`] names what was
//! left out.
pub mod capture;
pub mod dropped;
pub mod insert;
pub mod label;
pub mod prepare;
pub mod rights;
pub mod sample;
pub mod tags;
