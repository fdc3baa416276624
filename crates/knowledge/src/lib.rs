//! Community libraries in their published layouts: readers, expansion rules and matchers, without IO.
pub mod archive;
pub mod decay;
pub mod feed;
pub mod finding;
pub mod galaxy;
pub mod library;
pub mod names_in_text;
pub mod noticelist;
pub mod shipped;
pub mod taxonomy;
pub mod template;
pub mod warninglist;
