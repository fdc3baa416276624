//! Output formats other than MISP JSON: pure writers from what a search has found to text.
//!
//! Nothing here looks anything up: a caller hands over one row at a time with what belongs to it.
//!
//! * [`export`] – what all of them have in common;
//! * [`attack`] – techniques counted in the matrix of a galaxy; [`attack_sightings`] – techniques with the times they were seen;
//! * [`context`] – the vocabularies and clusters of a result, in words;
//! * [`csv`] – tables, with MISP's choice of columns and quoting;
//! * [`lines`] – one line per value: distinct values, digests of values, file hashes;
//! * [`hosts`] – domains in the form of a hosts file;
//! * [`netfilter`] – addresses as commands of a packet filter;
//! * [`rpz`] – addresses and names as a response policy zone of a name server;
//! * [`kunai`] – indicators for the Kunai sensor;
//! * [`nids`] – rules for Snort and Suricata;
//! * [`openioc`] – OpenIOC 1.0, an XML document;
//! * [`yara`] – YARA rules made of values, and stored ones;
//! * [`zeek`] – intelligence files of Zeek.
//!
//! Where a value becomes part of a rule, [`hostname`] says which names may stand there, and [`left_out`] tells
//! the reader what could not be written; [`markup`] puts text into pages.
pub mod attack;
pub mod attack_sightings;
pub mod context;
pub mod csv;
pub mod export;
pub mod hostname;
pub mod hosts;
pub mod kunai;
pub mod left_out;
pub mod lines;
pub mod markup;
pub mod netfilter;
pub mod nids;
pub mod openioc;
pub mod rpz;
#[cfg(test)]
mod sample;
pub mod yara;
pub mod zeek;
