//! STIX 1.1.1 and 1.2: packages of incidents, indicators and CybOX observables, as XML and as JSON. spec: 12#12
//!
//! The JSON is that of the Python library for STIX 1, which has one key per element, in lower case. So one tree of
//! elements serves both notations, in writing ([`write`]) as in reading ([`read`]).
mod cluster;
mod deliver;
mod element;
mod header;
mod kinds;
mod node;
mod observable;
mod package;
mod parse;
mod properties;
pub mod read;
mod tree;
pub mod write;
