//! Output formats other than MISP JSON: pure writers from what a search has found to text.
//!
//! Nothing here looks anything up: a caller hands over one row at a time with what belongs to it.
//!
//! * [`export`] – what all of them have in common;
//! * [`csv`] – tables, with MISP's choice of columns and quoting;
//! * [`lines`] – one line per value: distinct values, digests of values, file hashes;
//! * [`openioc`] – OpenIOC 1.0, an XML document;
//! * [`yara`] – YARA rules made of values, and stored ones.
pub mod csv;
pub mod export;
pub mod lines;
pub mod openioc;
#[cfg(test)]
mod sample;
pub mod yara;
